"""`workbook autograde` grades as `nbgrader autograde` does, in several processes, and survives what happens to it."""

from __future__ import annotations

import shutil
import signal
import sqlite3
import time

import pytest
from filelock import FileLock, Timeout

from autograder.nbgrader import autograde
from autograder.nbgrader.lock import UNFINISHED
from autograder.submissions.ids import page_id

from ..nbgrader_course import CHAPTER, CLASS, FULL, NAME, PAGES, Course, with_a_class

pytestmark = pytest.mark.xdist_group("nbgrader")
A = PAGES[0]


@pytest.fixture(scope="module")
def released(tmp_path_factory):
    """A course with a class of six, not graded yet. Tests take copies."""
    return with_a_class(Course(tmp_path_factory.mktemp("released")))


@pytest.fixture
def course(released, tmp_path):
    """A copy of that course, for one test."""
    return released.copy(tmp_path / "course")


# -- the same grades ---------------------------------------------------------------------------------------------------


def test_it_grades_as_nbgrader_does(released, course, tmp_path):
    """Gradebook, autograded files and their permissions are the same, to the byte, as after `nbgrader autograde`."""
    other = released.copy(tmp_path / "other")
    assert other.run("autograde", CHAPTER).returncode == 0
    ran = course.workbook("autograde", CHAPTER, "--jobs", "2")
    assert ran.returncode == 0, ran.stderr
    assert course.content() == other.content()
    assert course.files() == other.files()
    assert {student: course.total(student) for student in CLASS} == CLASS


def test_what_is_odd_is_said(course):
    """The run ends with a count, and every fault is named with its student, on stderr and in the gradebook."""
    ran = course.workbook("autograde", CHAPTER, "--jobs", "2")
    assert f"{CHAPTER}: 6 graded; notes on 3" in ran.stdout
    for student, said in {"dora": "is empty", "emil": "holds its pages", "fay": "no value"}.items():
        assert any(student in line and said in line for line in ran.stderr.splitlines()), ran.stderr
    assert "anna" not in ran.stderr and "Traceback" not in ran.stderr
    with course.gradebook() as book:
        assert "no value" in book.find_comment(page_id(A), NAME, CHAPTER, "fay").comment


def test_a_second_run_skips_and_force_does_not(course):
    """What is graded stays as it is; --force grades it again, --student only one; points given by hand stay."""
    course.workbook("autograde", CHAPTER)
    with course.gradebook() as book:
        book.find_comment(page_id(A), NAME, CHAPTER, "carl").manual_comment = "Seen on paper."
        grade = book.find_submission_notebook(NAME, CHAPTER, "carl").grades[0]
        grade.manual_score = 1.5
        book.db.commit()
    before = course.content(), course.files()
    assert "6 graded already" in course.workbook("autograde", CHAPTER).stdout
    assert (course.content(), course.files()) == before
    again = course.workbook("autograde", CHAPTER, "--student", "carl", "--force")
    assert f"{CHAPTER}: 1 graded" in again.stdout
    with course.gradebook() as book:
        assert book.find_comment(page_id(A), NAME, CHAPTER, "carl").comment == "Seen on paper."
        assert book.find_submission("01-gradients", "carl").score == 1.5


def test_options_of_nbgrader_are_taken(course):
    """--set hands an option to nbgrader, as if it stood in nbgrader_config.py."""
    ran = course.workbook("autograde", CHAPTER, "--set", "CourseDirectory.student_id_exclude=anna,berta")
    assert ran.returncode == 0 and course.grades("anna") is None and course.total("emil") == FULL


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((CHAPTER, "--student", "nobody"), "Nothing was handed in"),
        (("01-gradient",), "nbgrader generate_assignment 01-gradient"),
        ((CHAPTER, "--jobs", "0"), "--jobs must be 1 or more"),
    ],
)
def test_what_cannot_be_graded_is_named(released, words, says):
    """A name that does not exist ends the command at once, with what to do; no traceback."""
    ran = released.workbook("autograde", *words)
    assert ran.returncode == 1 and says in ran.stderr and "Traceback" not in ran.stderr


def test_without_our_settings_nothing_runs(course):
    """In a folder whose configuration fails or is not ours the command stops: nbgrader's own would run student code."""
    (course.root / "workbook.toml").write_text('show_how = "maybe"')
    ran = course.workbook("autograde", CHAPTER)
    assert ran.returncode == 1 and "show_how is 'maybe'" in ran.stderr
    (course.root / "nbgrader_config.py").write_text("c = get_config()")
    ran = course.workbook("autograde", CHAPTER)
    assert ran.returncode == 1 and "nbgrader_config.py" in ran.stderr
    assert not (course.root / "autograded" / "anna").exists()


# -- runs that meet, runs that are cut off -----------------------------------------------------------------------------


def test_two_graders_at_once(course):
    """Of two commands at the same time, ours or nbgrader's, one waits; both end well, everybody is graded once."""
    ours = [course.start("autograder.cli", "autograde", CHAPTER) for _ in range(2)]
    nbgraders = course.start("nbgrader", "autograde", CHAPTER)
    ended = [process.communicate(timeout=120) for process in [*ours, nbgraders]]
    assert [process.returncode for process in [*ours, nbgraders]] == [0, 0, 0], ended
    said = "".join(err for _, err in ended)
    assert "Traceback" not in said and "locked" not in said
    assert {student: course.total(student) for student in CLASS} == CLASS
    assert len(course.files()) == 7


def test_a_second_grader_says_that_it_waits(course):
    """Who has to wait is told for what."""
    (course.root / "autograded").mkdir()
    with FileLock(course.root / "autograded" / f".{CHAPTER}.lock"):
        second = course.start("autograder.cli", "autograde", CHAPTER, "--student", "anna")
        line = second.stderr.readline()
        assert f"{CHAPTER} is being graded by another run" in line
        assert second.poll() is None and course.grades("anna") is None
    assert second.communicate(timeout=60)[0].startswith(f"{CHAPTER}: 1 graded")


@pytest.fixture
def at_work(course, interruptible):
    """A run of 36 submissions, stopped by the test's own lock on the gradebook while it has the first ones in hand."""
    for n in range(30):
        shutil.copytree(course.root / "submitted/anna", course.root / f"submitted/x{n:02}")
    (course.root / "autograded").mkdir()
    lock = course.root / "autograded" / f".{CHAPTER}.lock"
    with FileLock(lock):
        run = course.start("autograder.cli", "autograde", CHAPTER, "--jobs", "2")
        run.stderr.readline()  # it has looked at the gradebook and waits for its turn
        book = sqlite3.connect(course.root / "gradebook.db")
        book.execute("BEGIN IMMEDIATE")
    while is_free(lock):
        time.sleep(0.05)
    yield run, book
    run.kill()


def is_free(lock):
    try:
        with FileLock(lock, timeout=0):
            return True
    except Timeout:
        return False


def test_a_run_that_was_killed_goes_on(course, at_work):
    """Killed in the middle, a run leaves no half-graded submission behind: the next one finishes the class."""
    run, book = at_work
    run.send_signal(signal.SIGKILL)
    book.close()
    run.communicate(timeout=120)  # its processes end too
    assert course.grades("x29") is None
    half = course.root / "autograded" / "x28" / CHAPTER  # as a power cut would leave it
    half.mkdir(parents=True)
    shutil.copy(course.root / "submitted/carl" / CHAPTER / f"{NAME}.ipynb", half)
    (half / UNFINISHED).touch()
    ran = course.workbook("autograde", CHAPTER, "--jobs", "2")
    assert ran.returncode == 0 and "x28" in ran.stderr and "half done" in ran.stderr
    assert [course.total(f"x{n:02}") for n in range(30)] == [FULL] * 30
    assert {student: course.total(student) for student in CLASS} == CLASS
    assert not list((course.root / "autograded").rglob(UNFINISHED))


def test_ctrl_c_keeps_what_is_graded(course, at_work):
    """Interrupted, the command finishes what it has in hand and says how to go on."""
    run, book = at_work
    run.send_signal(signal.SIGINT)
    book.close()
    _, said = run.communicate(timeout=120)
    assert run.returncode == 130 and "run the command again" in said and "Traceback" not in said
    assert not list((course.root / "autograded").rglob(UNFINISHED))
    graded = [path.parent.name for path in (course.root / "autograded").glob(f"*/{CHAPTER}")]
    assert len(graded) <= 2 and all(course.total(student) == CLASS[student] for student in graded)
    assert autograde.in_words("x", autograde.Run(3)).endswith("run the command again to go on.")
