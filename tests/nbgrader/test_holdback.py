"""Plain nbgrader where each student has numbers of their own: marks go by the folder, feedback by the clock."""

from __future__ import annotations

import re
from copy import deepcopy
from datetime import UTC, datetime, timedelta

import pytest
from nbgrader.converters import GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from traitlets.config.loader import PyFileConfigLoader

from autograder import pages
from autograder.marking import policy
from autograder.marking.variants import variant_of
from autograder.submissions.ids import STUDENT_ID, grade_id, page_id
from autograder.submissions.writing import page_source

from ..nbgrader_course import CHAPTER, FULL, NAME, PAGES, Course, page_of, points

pytestmark = pytest.mark.xdist_group("nbgrader")
SALT = "autumn 2026"
END = datetime(2040, 1, 31, 12, 0, tzinfo=UTC)
TOML = 'variants = "student"\nsalt = "{}"\n[chapters.{}]\nfeedback = "{}"\nfeedback_until = "{}"\n'
A, B, C = PAGES


def setting(kind: str) -> str:
    return TOML.format(SALT, CHAPTER, kind, END.isoformat())


def solve(nb: dict, student: str | None, noted: str | None = None) -> dict:
    """Right answers to the numbers of a student (None: the canonical ones), on pages that note whose they showed."""
    nb = deepcopy(nb)
    variant = variant_of(student, SALT) if student else 0
    for slug in PAGES:
        cell = page_of(nb, slug)
        cell["source"] = page_source(slug, {box.number: box.literal for box in pages.load(slug).sheet(variant).boxes})
        note = {"page": slug, "variant": variant_of(noted, SALT) if noted else 0}
        shown = {"output_type": "display_data", "data": {"text/plain": ""}, "metadata": {"workbook": note}}
        cell["outputs"] = [shown]
    return nb


def name_in(nb: dict, student: str) -> dict:
    """Write the student id where a student writes it."""
    cell = next(c for c in nb["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") == STUDENT_ID)
    cell["source"] = "".join(cell["source"]).replace("None", repr(student))
    return nb


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course whose students are autograded."""
    course = Course(tmp_path_factory.mktemp("own"))
    (course.root / "workbook.toml").write_text(setting("recorded"))
    course.release()
    nb = course.released()
    course.submit("Ada", name_in(solve(nb, "ada", "ada"), "ada"))
    course.submit("bob", name_in(solve(nb, "ada", "ada"), "ada"))  # Ada's file, as it is
    course.submit("carl", solve(nb, None))  # the numbers of the solution
    course.submit("dora", solve(nb, "ada", "dora"))  # Ada's answers on Dora's page
    course.submit("emil", nb)
    erased = solve(nb, "frida", "frida")
    erased["cells"] = [c for c in erased["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") != STUDENT_ID]
    for cell in erased["cells"]:
        cell["outputs"] = []
    course.submit("frida", erased)
    course.ran = course.autograde()
    assert course.ran.returncode == 0, course.ran.stderr
    return course


def comment(course, student: str) -> str:
    with course.gradebook() as book:
        return book.find_comment(page_id(A), NAME, CHAPTER, student).comment or ""


def feedback(course, student: str, now: datetime, monkeypatch) -> str:
    """What `nbgrader generate_feedback` writes at this moment."""
    monkeypatch.setattr(policy, "clock", lambda: now)
    monkeypatch.chdir(course.root)
    config = PyFileConfigLoader("nbgrader_config.py", path=str(course.root)).load_config()
    config.CourseDirectory.root = str(course.root)
    config.CourseDirectory.assignment_id, config.CourseDirectory.student_id = CHAPTER, student
    converter = GenerateFeedback(coursedir=CourseDirectory(config=config), config=config)
    converter.force = True
    converter.start()
    html = (course.root / "feedback" / student / CHAPTER / f"{NAME}.html").read_text(encoding="utf-8")
    return re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL)


# -- marks by one's own numbers ----------------------------------------------------------------------------------------


def test_the_released_notebook_holds_the_settings(course):
    """The set-up cell is locked and says what holds; the student's cell is the student's to write."""
    first, second = [cell for cell in course.released()["cells"] if cell["cell_type"] == "code"][:2]
    assert f'variants="student", salt="{SALT}"' in "".join(first["source"])
    assert f'feedback="recorded", feedback_until="{END.isoformat()}"' in "".join(first["source"])
    assert first["metadata"]["nbgrader"]["locked"] and first["metadata"]["editable"] is False
    assert "".join(second["source"]).endswith("\ncourse(student=None)")
    assert second["metadata"]["nbgrader"]["solution"] and second["metadata"].get("editable", True)


def test_everybody_is_marked_by_the_name_of_their_folder(course):
    """Right answers to one's own numbers are worth all; to others, only where they happen to agree."""
    assert sum(course.grades("Ada").values()) == FULL
    assert sum(course.grades("frida").values()) == FULL  # neither an id nor an output is needed
    assert sum(course.grades("emil").values()) == 0
    for student in ("bob", "carl", "dora"):
        assert sum(course.grades(student).values()) < FULL / 2


def test_other_numbers_are_named(course):
    """In the comment and in the log: whose they are, and what the answers would earn by them."""
    assert "The page showed the numbers of “ada”, and was marked by those of “bob”" in comment(course, "bob")
    assert f"would earn {points(A):g} of {points(A):g} points" in comment(course, "bob")
    assert "the canonical numbers" in comment(course, "carl")
    assert f"bob, {NAME}, {A}: the page showed" in course.ran.stderr
    for student in ("Ada", "dora", "frida"):
        assert comment(course, student) == ""


def test_points_given_by_hand_stay(course):
    """An instructor who believes that the id was a slip gives the points; grading again keeps them."""
    with course.gradebook() as book:
        book.find_grade(grade_id(A), NAME, CHAPTER, "bob").manual_score = points(A)
        book.db.commit()
    assert course.autograde("--student", "bob", "--force").returncode == 0
    with course.gradebook() as book:
        assert book.find_grade(grade_id(A), NAME, CHAPTER, "bob").score == points(A)


# -- feedback by the clock ---------------------------------------------------------------------------------------------

TELLING = ('data-state="right"', 'data-state="wrong"', 'data-state="mistake"', " points", "would earn", "✓", "wb-hints")


def test_recorded_feedback_tells_no_more_than_that(course, monkeypatch):
    """Before the moment: the answers as they were typed, and when more is told."""
    before = END - timedelta(seconds=1)
    for student in ("Ada", "bob", "carl"):
        html = feedback(course, student, before, monkeypatch)
        assert "Your answers are recorded. What is right is told from 31 January 2040, 12:00 (UTC) on." in html
        assert 'data-state="recorded"' in html
        assert [part for part in TELLING if part in html] == []


def test_from_its_moment_on_feedback_tells_everything(course, monkeypatch):
    """Generated again, it is as if there never had been a policy."""
    assert 'data-state="right"' in feedback(course, "Ada", END, monkeypatch)
    html = feedback(course, "bob", END, monkeypatch)
    assert " points" in html and "would earn" in html and 'data-state="recorded"' not in html


def test_counts_tell_points_but_no_boxes(course, monkeypatch):
    """Points and how many boxes are right, without saying which."""
    (course.root / "workbook.toml").write_text(setting("counts"))
    try:
        html = feedback(course, "Ada", END - timedelta(days=1), monkeypatch)
    finally:
        (course.root / "workbook.toml").write_text(setting("recorded"))
    boxes = pages.load(A).points
    assert f"{FULL:g} of {FULL:g} points" in html and f"{boxes} of {boxes} right. Which ones they are" in html
    assert 'data-state="right"' not in html and "wb-hints" not in html


def test_the_instructor_sees_everything_before(course):
    """What is kept for the instructor holds verdicts and points whatever the policy."""
    page = page_of(course.autograded("Ada"), A)
    assert 'data-state="right"' in "".join(page["outputs"][0]["data"]["text/html"])
