"""What can go wrong around a run, and not in a submission: each is named, nothing is lost, and the next run goes on."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import threading
from contextlib import closing

import pytest
from nbgrader.converters.base import NbGraderException

from autograder.nbgrader.reasons import reason

from ..attacks import digest
from ..nbgrader_course import CHAPTER, CLASS, FULL, NAME, REPOSITORY

pytestmark = pytest.mark.xdist_group("nbgrader-runs")


@pytest.fixture(scope="module")
def graded(released, tmp_path_factory):
    """The same, graded in peace."""
    course = released.copy(tmp_path_factory.mktemp("graded") / "course")
    assert course.autograde().returncode == 0
    return course


@pytest.fixture
def course(released, tmp_path):
    """A copy, for one test."""
    return released.copy(tmp_path / "course")


def goes_on(course, graded):
    """After the fault one more run gives what there would have been without it."""
    ran = course.autograde()
    assert ran.returncode == 0, ran.stderr
    assert course.content() == graded.content() and course.files() == graded.files()


def test_a_chapter_that_the_gradebook_does_not_know_is_named(course):
    """Handed out and collected without generate_assignment: one sentence says what to do, and nothing is graded."""
    assert course.nbgrader("db", "assignment", "remove", CHAPTER, "--force").returncode == 0
    ran = course.autograde()
    assert ran.returncode == 1 and "Traceback" not in ran.stderr and not course.files()
    assert ran.stderr.count(f"nbgrader generate_assignment {CHAPTER}") == 1


# -- the gradebook -----------------------------------------------------------------------------------------------------


def locked(course, kind="EXCLUSIVE"):
    """Another program that writes to the gradebook, until it is closed."""
    book = sqlite3.connect(course.root / "gradebook.db", check_same_thread=False)
    book.execute(f"BEGIN {kind}")
    return closing(book)


@pytest.mark.parametrize("kind", ["IMMEDIATE", "EXCLUSIVE"])
def test_a_locked_gradebook_is_named(course, graded, kind):
    """While another program holds the gradebook nothing is graded; the message says so and what to do."""
    (course.root / "submitted").rename(course.root / "others")
    shutil.copytree(course.root / "others/anna", course.root / "submitted/anna")
    impatient = f"--CourseDirectory.db_url={course.db_url}?timeout=0.5"
    with locked(course, kind):
        ran = course.autograde(impatient)
    assert ran.returncode == 1 and "The gradebook is locked by another program" in ran.stderr
    assert not course.files()
    shutil.rmtree(course.root / "submitted")
    (course.root / "others").rename(course.root / "submitted")
    goes_on(course, graded)


def test_a_gradebook_that_is_locked_for_a_moment_is_waited_for(course, graded):
    """A short write of another program delays a run, no more."""
    book = locked(course)
    threading.Timer(1.5, book.__exit__, (None, None, None)).start()
    assert course.autograde().returncode == 0
    assert course.content() == graded.content() and course.files() == graded.files()


def test_a_damaged_gradebook_is_named(course):
    """A gradebook that is none is said to be, and left as it is."""
    (course.root / "gradebook.db").write_bytes(b"SQLite format 3\0" + bytes(range(256)) * 40)
    before = (course.root / "gradebook.db").read_bytes()
    ran = course.autograde()
    assert ran.returncode == 1 and "gradebook.db is damaged" in ran.stderr and "Traceback" not in ran.stderr
    assert (course.root / "gradebook.db").read_bytes() == before


# -- the disk ----------------------------------------------------------------------------------------------------------


def test_a_full_disk_is_named(released, graded, tmp_path):
    """On a disk without room nobody is graded by half, and it is said why; with room again a run goes on."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "none", disk], stderr=subprocess.DEVNULL).returncode:
        pytest.skip("only root may make a small disk")
    try:
        course = released.copy(disk / "course")
        with (disk / "filler").open("wb") as filler:
            filler.write(b"x" * (shutil.disk_usage(disk).free - 150_000))
        handed_in = digest(course.root / "submitted")
        ran = course.autograde()
        assert ran.returncode == 1 and "disk" in ran.stderr and "full" in ran.stderr, ran
        (disk / "filler").unlink()
        goes_on(course, graded)
        assert digest(course.root / "submitted") == handed_in
    finally:
        subprocess.run(["umount", "--lazy", disk], check=True)


def test_files_that_may_not_grow_are_named(course, graded):
    """Under a limit on the size of files nobody is graded by half, and it is said why."""
    limited = course.start("nbgrader", "autograde", CHAPTER, before=("prlimit", "--fsize=20000"))
    out, err = limited.communicate(timeout=120)
    assert limited.returncode == 1
    said = "is the disk full?", "The disk is full", "beyond what this system allows"
    assert any(word in out + err for word in said), out + err
    goes_on(course, graded)


def test_what_may_not_be_read_or_written_is_named(course, graded):
    """A notebook that may not be read costs only itself; a folder that may not be written is named."""
    as_owner = ()
    if os.geteuid() == 0:  # root may do anything, unless told otherwise
        rights = "-dac_override,-dac_read_search"
        as_owner = ("setpriv", f"--bounding-set={rights}", f"--inh-caps={rights}")
    folder = course.root / "submitted" / "anna" / CHAPTER
    (folder / f"{NAME}.ipynb").chmod(0)
    (folder / "notes.txt").touch(0)
    (course.root / "submitted" / "berta" / CHAPTER).chmod(0)
    (course.root / "autograded" / "carl").mkdir(parents=True)
    (course.root / "autograded" / "carl").chmod(0o500)
    run = course.start("nbgrader", "autograde", CHAPTER, before=as_owner)
    out, err = run.communicate(timeout=120)
    assert run.returncode == 1, err
    for said in ("cannot be opened (permission denied)", "notes.txt is left out: it cannot be opened"):
        assert any("anna" in line and said in line for line in err.splitlines()), err
    assert any("berta" in line and "may not be read" in line for line in (out + err).splitlines()), out + err
    assert "There was an error processing assignment '01-gradients' for student 'carl'" in err
    assert any("carl" in line and "may not be read or written" in line for line in err.splitlines()), err
    assert {s: course.total(s) for s in ("dora", "emil", "fay")} == {s: CLASS[s] for s in ("dora", "emil", "fay")}
    (folder / f"{NAME}.ipynb").chmod(0o644)
    (folder / "notes.txt").unlink()
    (course.root / "submitted" / "berta" / CHAPTER).chmod(0o755)
    (course.root / "autograded" / "carl").chmod(0o755)
    assert course.autograde("--force").returncode == 0
    goes_on(course, graded)


# -- the place and the time --------------------------------------------------------------------------------------------


def test_another_language_gives_the_same_grades(course, graded, tmp_path):
    """Under a decimal comma, a Turkish alphabet and another time zone, gradebook and files are the same to the byte."""
    for name in ("de_DE", "tr_TR"):
        subprocess.run(["localedef", "-i", name, "-f", "UTF-8", tmp_path / f"{name}.UTF-8"], check=True)
    every = tmp_path / "every"
    every.mkdir()  # what a program does that minds the user's language
    (every / "sitecustomize.py").write_text(
        "import locale\nlocale.setlocale(locale.LC_ALL, '')\nassert '%s' % locale.str(0.5) == '0,5'\n"
        "assert locale.getlocale(locale.LC_CTYPE)[0] == 'tr_TR'\n"
    )
    away = {"LOCPATH": str(tmp_path), "LANG": "de_DE.UTF-8", "LC_CTYPE": "tr_TR.UTF-8", "LC_ALL": ""}
    away["TZ"] = "Asia/Kathmandu"
    path = os.pathsep.join([str(every), str(REPOSITORY)])
    run = course.start("nbgrader", "autograde", CHAPTER, PYTHONPATH=path, **away)
    assert run.wait(timeout=120) == 0, run.stderr.read()
    assert course.content() == graded.content() and course.files() == graded.files()


def test_letters_of_every_alphabet(course):
    """A student's folder may have any name: dotless and dotted i, Greek, emoji, quotes, a leading hyphen, spaces."""
    names = ["ıIİi", "i̇", "Ωμέγα", "🦊", 'O\'Neil "Bo"', "-rf", "a b", "[x]", "100%", "{y}"]
    for name in names:
        shutil.copytree(course.root / "submitted/anna", course.root / "submitted" / name)
    ran = course.autograde()
    assert ran.returncode == 0, ran.stderr
    assert {name: course.total(name) for name in names} == dict.fromkeys(names, FULL)


def test_a_clock_that_is_wrong(course, graded):
    """A run in 2050 and one more in 1999 grade as ever, and times of handing in are the students'."""
    for now in ("2050-02-03 04:05:06", "1999-12-31 23:59:58"):
        run = course.start("nbgrader", "autograde", CHAPTER, "--force", before=("faketime", now))
        assert run.wait(timeout=120) == 0, run.stderr.read()
    assert course.content() == graded.content() and course.files() == graded.files()


# -- the words ---------------------------------------------------------------------------------------------------------


def test_what_a_database_says_is_put_in_words():
    """Also where nbgrader raises an error of its own for it; what nobody thought of has no other words."""
    for said, meant in {"database is locked": "another program", "database or disk is full": "make room"}.items():
        try:
            try:
                raise sqlite3.OperationalError(said)
            except sqlite3.Error:
                raise NbGraderException("It may help to upgrade.")  # noqa: B904  as nbgrader does
        except NbGraderException as error:
            assert meant in reason(error)
    assert reason(ValueError("locked")) == "" and reason(sqlite3.Error("odd")) == ""
