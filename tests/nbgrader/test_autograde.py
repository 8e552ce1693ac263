"""A run of `nbgrader autograde` survives what happens to it: others that grade, a kill, Ctrl-C, another nbgrader."""

from __future__ import annotations

import shutil
import signal
import time
from types import SimpleNamespace

import nbgrader.api
import pytest
from filelock import FileLock
from nbgrader.converters import Autograde
from nbgrader.converters.base import BaseConverter
from nbgrader.coursedir import CourseDirectory

from autograder.nbgrader.engine import one_engine
from autograder.nbgrader.interrupt import heard
from autograder.nbgrader.lock import UNFINISHED
from autograder.submissions.ids import page_id

from ..nbgrader_course import CHAPTER, CLASS, FULL, NAME, PAGES

pytestmark = pytest.mark.xdist_group("nbgrader-runs")
A = PAGES[0]


@pytest.fixture
def course(released, tmp_path):
    """A copy of that course, for one test."""
    return released.copy(tmp_path / "course")


def test_a_second_run_skips_and_force_does_not(course):
    """What is graded stays as it is; --force grades it again, --student only one; points given by hand stay."""
    course.autograde()
    with course.gradebook() as book:
        book.find_comment(page_id(A), NAME, CHAPTER, "carl").manual_comment = "Seen on paper."
        grade = book.find_submission_notebook(NAME, CHAPTER, "carl").grades[0]
        grade.manual_score = 1.5
        book.db.commit()
    before = course.content(), course.files()
    assert course.autograde().returncode == 0
    assert (course.content(), course.files()) == before
    again = course.autograde("--student", "carl", "--force")
    assert "carl" in again.stderr and "anna" not in again.stderr
    with course.gradebook() as book:
        assert book.find_comment(page_id(A), NAME, CHAPTER, "carl").comment == "Seen on paper."
        assert book.find_submission("01-gradients", "carl").score == 1.5


# -- one engine for the gradebook --------------------------------------------------------------------------------------


def test_one_engine_serves_a_run(course, monkeypatch):
    """nbgrader opens the gradebook many times for each submission; a run makes an engine once, and puts it back."""
    made = []
    create = nbgrader.api.create_engine
    monkeypatch.setattr(
        nbgrader.api, "create_engine", lambda *given, **more: made.append(given) or create(*given, **more)
    )
    outside, looks = nbgrader.api.create_engine, nbgrader.api.Base.metadata.create_all
    course.autograde()
    once = len(made)
    assert nbgrader.api.create_engine is outside and nbgrader.api.Base.metadata.create_all == looks
    course.autograde("--force", "--student", "anna")
    assert once < 6 <= len(CLASS) and len(made) - once == once  # as many for one student as for a class
    made.clear()
    assert course.nbgrader("generate_feedback", CHAPTER).returncode == 0
    assert len(made) < 6 and nbgrader.api.create_engine is outside
    assert {student: course.total(student) for student in CLASS} == CLASS


def test_without_that_place_in_nbgrader_nothing_is_lost_but_time(monkeypatch):
    """An nbgrader that makes its engines in another way is left as it is."""
    monkeypatch.delattr(nbgrader.api, "create_engine")
    with one_engine():
        assert not hasattr(nbgrader.api, "create_engine")
    assert not hasattr(nbgrader.api, "create_engine")


# -- what is replaced in nbgrader --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("owner", "name"), [(BaseConverter, "convert_notebooks"), (CourseDirectory, "get_existing_timestamp")]
)
def test_another_nbgrader_is_named_and_grades_nothing(course, monkeypatch, owner, name):
    """Where nbgrader lacks a method that is replaced, the run stops before anything is graded, and says why."""
    monkeypatch.delattr(owner, name)
    ran = course.autograde()
    assert ran.returncode == 1 and name in ran.stderr and "pip install" in ran.stderr
    assert "Traceback" not in ran.stderr and not course.files()


def test_only_one_converter_is_changed(course):
    """The methods are replaced on the object of one run; nbgrader's classes stay as they are."""
    before = dict(vars(BaseConverter)), dict(vars(Autograde)), dict(vars(CourseDirectory))
    course.autograde()
    assert (dict(vars(BaseConverter)), dict(vars(Autograde)), dict(vars(CourseDirectory))) == before


def test_the_hooks_of_an_instructor_are_still_called(course):
    """Ours come first; a hook that stands in nbgrader_config.py is called after them, before and after each student."""
    with (course.root / "nbgrader_config.py").open("a") as config:
        config.write(
            "\ndef note(**about):\n    open('hooks', 'a').write(f\"{sorted(about)}\\n\")\n"
            "c.Autograde.pre_convert_hook = c.Autograde.post_convert_hook = note\n"
        )
    course.autograde()
    called = (course.root / "hooks").read_text().splitlines()
    assert called == ["['assignment', 'notebooks', 'student']"] * 2 * len(CLASS)
    assert {student: course.total(student) for student in CLASS} == CLASS


# -- runs that meet, runs that are cut off -----------------------------------------------------------------------------


def test_two_graders_at_once(course):
    """Of commands at the same time all but one wait; all end well, everybody is graded once."""
    runs = [course.start("nbgrader", "autograde", CHAPTER) for _ in range(3)]
    ended = [process.communicate(timeout=120) for process in runs]
    assert [process.returncode for process in runs] == [0, 0, 0], ended
    said = "".join(err for _, err in ended)
    assert "Traceback" not in said and "locked" not in said
    assert {student: course.total(student) for student in CLASS} == CLASS
    assert len(course.files()) == 7


def test_a_second_grader_says_that_it_waits(course):
    """Who has to wait is told for what."""
    (course.root / "autograded").mkdir()
    with FileLock(course.root / "autograded" / f".{CHAPTER}.lock"):
        second = course.start("nbgrader", "autograde", CHAPTER, "--student", "anna")
        assert any(f"{CHAPTER} is being graded by another run" in line for line in second.stderr)
        assert second.poll() is None and course.grades("anna") is None
    assert second.wait(60) == 0 and course.total("anna") == CLASS["anna"]


@pytest.fixture
def at_work(course, interruptible):
    """A run of 36 submissions, just after it has begun to grade the first of them."""
    for n in range(30):
        shutil.copytree(course.root / "submitted/anna", course.root / f"submitted/x{n:02}")
    run = course.start("nbgrader", "autograde", CHAPTER)
    while not list((course.root / "autograded").glob(f"*/{CHAPTER}/{NAME}.ipynb")):
        assert run.poll() is None, run.stderr.read()
        time.sleep(0.02)
    yield run
    run.kill()


def done(course):
    """Who is graded, by the files."""
    folders = {path.parent for path in (course.root / "autograded").glob(f"*/{CHAPTER}/{NAME}.ipynb")}
    return {folder.parent.name for folder in folders if not (folder / UNFINISHED).exists()}


def test_a_run_that_was_killed_goes_on(course, at_work):
    """Killed in the middle, a run leaves no half-graded submission behind: the next one finishes the class."""
    at_work.send_signal(signal.SIGKILL)
    at_work.communicate(timeout=120)
    assert course.grades("x29") is None
    half = course.root / "autograded" / "x28" / CHAPTER  # as a power cut would leave it
    half.mkdir(parents=True)
    shutil.copy(course.root / "submitted/carl" / CHAPTER / f"{NAME}.ipynb", half)
    (half / UNFINISHED).touch()
    ran = course.autograde()
    assert ran.returncode == 0 and "x28" in ran.stderr and "half done" in ran.stderr
    assert [course.total(f"x{n:02}") for n in range(30)] == [FULL] * 30
    assert {student: course.total(student) for student in CLASS} == CLASS
    assert not list((course.root / "autograded").rglob(UNFINISHED))


def test_ctrl_c_keeps_what_is_graded(course, at_work):
    """Interrupted, the command removes what it has in hand and keeps the rest; the next run goes on."""
    at_work.send_signal(signal.SIGINT)
    at_work.communicate(timeout=120)
    kept = done(course)
    assert at_work.returncode != 0 and len(kept) < 36
    assert not list((course.root / "autograded").rglob(UNFINISHED))
    assert all(course.total(student) == CLASS.get(student, FULL) for student in kept)
    ran = course.autograde()
    assert ran.returncode == 0 and done(course) == {*CLASS, *(f"x{n:02}" for n in range(30))}
    assert {student: course.total(student) for student in CLASS} == CLASS


@pytest.mark.parametrize("command", ["autograde", "generate_feedback"])
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_ctrl_c_is_heard_where_python_ignores_it(course, interruptible, command):
    """Python can only ignore an exception while it clears an object away; the run ends before the next submission."""
    if command == "generate_feedback":
        course.autograde()
    with (course.root / "nbgrader_config.py").open("a") as config:
        config.write(
            "\nimport signal, weakref\nclass Thing: pass\n"
            "def press(**about):\n"
            "    open('hooks', 'a').write('one')\n"
            "    thing = Thing()\n"
            "    watch = weakref.ref(thing, lambda _: signal.raise_signal(signal.SIGINT))\n"
            "    del thing\n"
            "c.Autograde.post_convert_hook = c.GenerateFeedback.post_convert_hook = press\n"
        )
    with pytest.raises(KeyboardInterrupt):
        course.nbgrader(command, CHAPTER)
    assert (course.root / "hooks").read_text() == "one"
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_server_keeps_its_own_idea_of_ctrl_c(interruptible):
    """Where another handler is set, as formgrader's server does, it stays, and so does the hook."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    run = SimpleNamespace(pre_convert_hook=None)
    with heard(run):
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN and run.pre_convert_hook is None
