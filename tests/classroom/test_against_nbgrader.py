"""nbgrader's gradebook, `workbook mark` and what each student of the demo class should earn are one and the same."""

from __future__ import annotations

import csv
import os
import shutil
import sqlite3
from collections import defaultdict
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from nbgrader.api import Gradebook, SubmittedAssignment

from autograder import pages
from autograder.classroom.demo import cast, hand_in, write_expected
from autograder.classroom.released import released
from autograder.cli import main
from autograder.paper.places import Places
from autograder.paper.terminal import enter
from autograder.submissions.ids import grade_id, page_id

from .. import nbgrader_course

pytestmark = pytest.mark.xdist_group("against-nbgrader")
REPOSITORY = Path(__file__).parents[2]
CHAPTERS = ("00-start", "06-cost")
WITH_CODE = "05-activations"


def nbgrader(course: Path, *words: str) -> None:
    done = nbgrader_course.nbgrader(course, *words)
    assert done.returncode == 0, done.stderr[-3000:]


def new_course(root: Path, *chapters: str) -> Path:
    """A course folder in which nbgrader has released these chapters."""
    for name in ("nbgrader_config.py", "workbook.toml"):
        shutil.copy(REPOSITORY / name, root)
    (root / "gradebook.db").write_bytes(nbgrader_course.empty_gradebook())
    for chapter in chapters:
        shutil.copytree(REPOSITORY / "source" / chapter, root / "source" / chapter)
        nbgrader(root, "generate_assignment", chapter)
    return root


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course of two chapters with a class of thirty, graded by nbgrader."""
    root = new_course(tmp_path_factory.mktemp("course"), *CHAPTERS)
    shutil.copy(root / "gradebook.db", root / "empty.db")
    assert main(["demo-class", "--students", "30", "--seed", "1", "--root", str(root)]) == 0
    for chapter in CHAPTERS:
        nbgrader(root, "autograde", chapter)
    assert main(["mark", "--root", str(root), "--jobs", "1"]) == 0
    return root


@pytest.fixture(scope="module")
def course_with_code(tmp_path_factory):
    """A course of a chapter with code exercises, and four students: right, slipped, broken and blank code."""
    root = new_course(tmp_path_factory.mktemp("code"), WITH_CODE)
    students, kinds = [], set()
    for student in cast(60, 4):
        if {"right", "slip", "unreadable", "blank"} <= kinds:
            break
        (earned,) = hand_in(root, [replace(student, oddity="")], root / "trial")
        written = {box.what for slug, boxes in earned.planted.items() if slug in pages.exercises() for box in boxes}
        if not written <= kinds:
            kinds |= written
            students.append(earned.student)
    assert kinds - {"follows"} == {"right", "slip", "unreadable", "blank"}
    write_expected(hand_in(root, students, root / "submitted"), root / "demo-class.csv")
    nbgrader(root, "autograde", WITH_CODE)
    assert main(["mark", "--root", str(root), "--jobs", "1"]) == 0
    return root


def book(path: Path) -> dict:
    """(student, chapter, cell) → all that a gradebook says about it."""
    held = {}
    with Gradebook(f"sqlite:///{path}") as gradebook:
        for submission in gradebook.db.query(SubmittedAssignment):
            for notebook in submission.notebooks:
                for grade in notebook.grades:
                    held[submission.student_id, submission.assignment.name, grade.cell.name] = (
                        grade.auto_score, grade.manual_score, grade.needs_manual_grade)  # fmt: skip
                for comment in notebook.comments:
                    where = submission.student_id, submission.assignment.name, comment.cell.name
                    held[where] = (comment.auto_comment, comment.manual_comment)
    return held


def totals(path: Path, points: str = "points") -> dict:
    """(student, chapter, page) → points, from a table with a row for each box."""
    added: dict = defaultdict(float)
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            added[row["student"], row["chapter"], row["page"]] += float(row[points])
    return added


def graded(path: Path) -> dict:
    return {where: said[0] for where, said in book(path).items() if where[2].startswith("grade-")}


def test_the_gradebook_holds_what_each_student_should_earn(course):
    """Every page of every student, thirty of them, blank, cut, renamed, copied and all: exactly what was planted."""
    expected = totals(course / "demo-class.csv")
    absent = {student for student, _, _ in expected} - {path.name for path in (course / "submitted").iterdir()}
    assert len(absent) == 1
    wanted = {(s, c, grade_id(p)): points for (s, c, p), points in expected.items() if s not in absent}
    assert graded(course / "gradebook.db") == wanted
    assert len({student for student, _, _ in wanted}) == 29


def test_workbook_mark_gives_the_figures_of_the_gradebook(course):
    """The tables of `workbook mark` and nbgrader's gradebook agree page by page."""
    marked = totals(course / "marks" / "verdicts.csv")
    assert {(s, c, grade_id(p)): points for (s, c, p), points in marked.items()} == graded(course / "gradebook.db")
    with (course / "marks" / "grades.csv").open(encoding="utf-8", newline="") as file:
        sums = {(row["student"], row["chapter"]): float(row["points"]) for row in csv.DictReader(file)}
    by_chapter: dict = defaultdict(float)
    for (student, chapter, _), points in marked.items():
        by_chapter[student, chapter] += points
    assert sums == by_chapter


def test_code_earns_the_same_everywhere(course_with_code):
    """What was planted in code exercises, nbgrader's gradebook, `workbook mark`: the same points."""
    root = course_with_code
    expected = {(s, c, grade_id(p)): points for (s, c, p), points in totals(root / "demo-class.csv").items()}
    marked = {(s, c, grade_id(p)): points for (s, c, p), points in totals(root / "marks" / "verdicts.csv").items()}
    assert graded(root / "gradebook.db") == expected == marked
    before = book(root / "gradebook.db")
    assert main(["mark", "--root", str(root), "--into-gradebook"]) == 0
    assert book(root / "gradebook.db") == before


def test_into_gradebook_writes_what_nbgrader_writes(course, tmp_path):
    """Grades, what still needs a human, and comments: the same in both gradebooks, and again after a second time."""
    theirs = tmp_path / "theirs.db"
    shutil.copy(course / "gradebook.db", theirs)
    shutil.copy(course / "empty.db", course / "gradebook.db")
    try:
        assert main(["mark", "--root", str(course), "--into-gradebook"]) == 0
        once = book(course / "gradebook.db")
        assert once == book(theirs)
        assert main(["mark", "--root", str(course), "--into-gradebook"]) == 0
        assert book(course / "gradebook.db") == once
    finally:
        shutil.copy(theirs, course / "gradebook.db")


def test_what_was_written_on_paper_gets_into_the_gradebook(course, tmp_path):
    """`workbook enter --into-gradebook`: the marks, and the file that nbgrader itself gives the same marks for."""
    root = tmp_path / "paper"
    for name in ("source", "chapters"):
        shutil.copytree(course / name, root / name)
    for name in ("nbgrader_config.py", "workbook.toml"):
        shutil.copy(course / name, root)
    for name in ("gradebook.db", "theirs.db"):
        shutil.copy(course / "empty.db", root / name)
    place = Places(released(root)).named("6.1")
    key = [box.shown for box in place.page.sheet(0).boxes]
    lines = ["ada 6.1", "y", *key, "", "bob 6.1", "y", "17/19", *key[1:], "", "end"]
    where = root / "submitted", root / "marks", root / "paper"
    assert enter(root, None, *where, into_gradebook=True, ask=lambda prompt: lines.pop(0)) == 0
    assert lines == []
    nbgrader(root, "autograde", CHAPTERS[1], "--db=sqlite:///theirs.db")
    held = book(root / "gradebook.db")
    assert held == book(root / "theirs.db")
    points = {student: held[student, CHAPTERS[1], grade_id(place.page.slug)][0] for student in ("ada", "bob")}
    assert points == {"ada": len(key), "bob": len(key) - 1}
    assert sum(totals(root / "marks" / "verdicts.csv").values()) == sum(graded(root / "gradebook.db").values())


PENALTIES = """
from nbgrader.plugins import LateSubmissionPlugin

class Ours(LateSubmissionPlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return {"ada1": score, "ada[1]": score / 2, "dan": -1.0, "eve": 2 * score, "fay": None}[student_id]

c.AssignLatePenalties.plugin_class = Ours
"""


def penalties(path: Path) -> dict[str, tuple[float, float]]:
    """Student → points, and what is taken off."""
    with Gradebook(f"sqlite:///{path}") as gradebook:
        graded = [each for each in gradebook.db.query(SubmittedAssignment) if each.score]
        return {each.student_id: (each.score, each.late_submission_penalty) for each in graded}


def test_being_late_costs_the_same_in_both(tmp_path):
    """All, half, less than nothing, more than all, nothing; in time; with an extension: both take off the same.

    One student is called like a pattern that fits another: `--student` grades the one who is called so.
    """
    root, students = tmp_path / "late", ("ada1", "ada[1]", "bob", "cleo", "dan", "eve", "fay")
    root.mkdir()
    new_course(root, CHAPTERS[0])
    with (root / "nbgrader_config.py").open("a") as config:
        config.write(PENALTIES)
    for student in students:
        folder = root / "submitted" / student / CHAPTERS[0]
        folder.mkdir(parents=True)
        shutil.copy(REPOSITORY / "solutions" / CHAPTERS[0] / "start.ipynb", folder)
        (folder / "timestamp.txt").write_text("2029-12-31" if student == "bob" else "2030-03-03")
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as gradebook:
        gradebook.update_or_create_assignment(CHAPTERS[0], duedate="2030-01-01 00:00:00 UTC")
        gradebook.update_or_create_student("cleo")
        with gradebook.db.no_autoflush:
            gradebook.update_or_create_submission(CHAPTERS[0], "cleo")
        gradebook.db.commit()
        gradebook.grant_extension(CHAPTERS[0], "cleo", weeks=20)
    shutil.copy(root / "gradebook.db", root / "theirs.db")
    nbgrader(root, "autograde", CHAPTERS[0], "--student=ada[1]", "--db=sqlite:///theirs.db")
    assert set(penalties(root / "theirs.db")) == {"ada[1]"}
    nbgrader(root, "autograde", CHAPTERS[0], "--db=sqlite:///theirs.db")
    nbgrader(root, "generate_feedback", CHAPTERS[0], "--student=ada[1]", "--db=sqlite:///theirs.db")
    assert os.listdir(root / "feedback") == ["ada[1]"]
    assert main(["mark", "--root", str(root), "--jobs", "1", "--into-gradebook"]) == 0
    theirs = penalties(root / "theirs.db")
    assert penalties(root / "gradebook.db") == theirs
    most = theirs["bob"][0]
    off = {"ada1": most, "ada[1]": most / 2, "bob": 0, "cleo": 0, "dan": 0, "eve": most, "fay": 0}
    assert theirs == {student: (most, off[student]) for student in students}
    (root / "submitted" / "ada1" / CHAPTERS[0] / "timestamp.txt").write_text("2029-12-31")
    assert main(["mark", "--root", str(root), "--jobs", "1", "--into-gradebook"]) == 0
    assert penalties(root / "gradebook.db") == theirs | {"ada1": (most, 0)}  # a penalty goes with its reason


def test_what_a_grader_entered_by_hand_stays(course, tmp_path):
    """A manual score and a manual comment survive --into-gradebook."""
    student, page = "demo-001", next(slug for slug in pages.catalogue() if slug.startswith("cost/"))
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        where = "cost", CHAPTERS[1], student
        gradebook.find_grade(grade_id(page), *where).manual_score = 2.5
        gradebook.find_comment(page_id(page), *where).manual_comment = "Seen in the lesson."
        gradebook.db.commit()
    assert main(["mark", "--root", str(course), "--into-gradebook"]) == 0
    held = book(course / "gradebook.db")
    assert held[student, CHAPTERS[1], grade_id(page)][1:] == (2.5, True)
    assert held[student, CHAPTERS[1], page_id(page)][1] == "Seen in the lesson."


@pytest.mark.parametrize("lock", ["EXCLUSIVE", "IMMEDIATE"])
def test_a_locked_gradebook_loses_nothing(course, capsys, lock):
    """Whoever has it open is to be waited for; afterwards the same command goes through."""
    before = book(course / "gradebook.db")
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        gradebook.remove_student("demo-001")  # so that there is something to write
    config = course / "nbgrader_config.py"
    patient = config.read_text(encoding="utf-8")
    impatient = f"c.CourseDirectory.db_url = 'sqlite:///{course / 'gradebook.db'}?timeout=0.5'"
    with closing(sqlite3.connect(course / "gradebook.db", isolation_level=None)) as other:
        other.execute(f"BEGIN {lock}")
        config.write_text(f"{patient}\n{impatient}\n", encoding="utf-8")
        assert main(["mark", "--root", str(course), "--into-gradebook"]) == 1
        assert "another program has locked it" in capsys.readouterr().err
        other.execute("ROLLBACK")
    config.write_text(patient, encoding="utf-8")
    assert main(["mark", "--root", str(course), "--into-gradebook"]) == 0
    assert {where: said[:1] for where, said in book(course / "gradebook.db").items()} == {
        where: said[:1] for where, said in before.items()
    }


def test_a_chapter_that_the_gradebook_does_not_know_is_named(course, capsys):
    """--into-gradebook says which nbgrader command is missing."""
    whole = (course / "gradebook.db").read_bytes()
    nbgrader(course, "db", "assignment", "remove", CHAPTERS[1], "--force")
    try:
        assert main(["mark", "--root", str(course), "--into-gradebook"]) == 1
        assert f"nbgrader generate_assignment {CHAPTERS[1]}" in capsys.readouterr().err
    finally:
        (course / "gradebook.db").write_bytes(whole)
