"""A grader at work in formgrader: what is written by hand survives grading again, and feedback is made anew."""

from __future__ import annotations

import json
from urllib.request import Request, urlopen

import pytest
from filelock import FileLock

from autograder.submissions.ids import grade_id, page_id

from ..nbgrader_course import CHAPTER, NAME, PAGES, Course, with_a_class
from . import desk as bench
from . import formgrader as grader
from .formgrader import open_submission, write

A, B, _ = PAGES
STUDENT = "carl"  # handed in a blank notebook
SCORE, COMMENT = f"#{grade_id(A)}", f"#{page_id(A)}-comment"


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A graded class, in the folder in which JupyterLab is started."""
    course = with_a_class(Course(tmp_path_factory.mktemp("formgrader") / "work"))
    ran = course.autograde()
    assert ran.returncode == 0, ran.stderr
    return course


@pytest.fixture(scope="module")
def address(course):
    with bench.jupyter(course.root.parent) as address:
        yield f"{address}/formgrader"


@pytest.fixture
def tab(context):
    page = context.new_page()
    yield page
    page.close()


@pytest.fixture(scope="module")
def submission(course):
    """The address of the student's notebook in formgrader."""
    with course.gradebook() as book:
        return f"submissions/{book.find_submission_notebook(NAME, CHAPTER, STUDENT).id}"


def press(tab, address, button, expect="Success"):
    return grader.press(tab, address, CHAPTER, STUDENT, button, expect)


def feedback(course):
    return (course.root / "feedback" / STUDENT / CHAPTER / f"{NAME}.html").read_text(encoding="utf-8")


def test_what_a_grader_writes_survives(course, address, submission, tab):
    """Points and a comment typed beside the coloured page are there after grading again, however it is done."""
    open_submission(tab, address, submission)
    assert tab.locator(".wb-page").count() == len(PAGES) and tab.locator(SCORE).get_attribute("placeholder") == "0"
    write(tab, SCORE, "2.5", "grade")
    write(tab, COMMENT, "Seen on paper.", "comment")
    assert CHAPTER in press(tab, address, "autograde")
    assert course.run("autograde", CHAPTER, "--student", STUDENT, "--force").returncode == 0
    open_submission(tab, address, submission)
    assert tab.locator(SCORE).input_value() == "2.5" and tab.locator(COMMENT).input_value() == "Seen on paper."
    with course.gradebook() as book:
        assert book.find_submission(CHAPTER, STUDENT).score == 2.5


def test_feedback_is_made_anew(course, address, submission, tab):
    """Feedback made with the button shows what the grader wrote, and later what they changed."""
    for points, said in (("2", "Seen at the board."), ("3", "Seen again, and right.")):
        open_submission(tab, address, submission)
        write(tab, SCORE, points, "grade")
        write(tab, COMMENT, said, "comment")
        press(tab, address, "generate-feedback")
        assert said in feedback(course) and f"{points} of" in feedback(course)
    assert "Seen at the board." not in feedback(course)
    tab.goto((course.root / "feedback" / STUDENT / CHAPTER / f"{NAME}.html").as_uri())
    assert tab.get_by_text("Seen again, and right.").is_visible()


def test_the_same_through_the_interface(course, address, submission):
    """formgrader's own web interface: points and a comment go in, grading again keeps them, feedback shows them."""
    ask = f"?submission_id={submission.rpartition('/')[2]}"
    [grade] = [it for it in json.load(urlopen(f"{address}/api/grades{ask}")) if it["name"] == grade_id(B)]
    [comment] = [it for it in json.load(urlopen(f"{address}/api/comments{ask}")) if it["name"] == page_id(B)]
    assert comment["auto_comment"] == "No response."
    send(f"{address}/api/grade/{grade['id']}", "PUT", grade | {"manual_score": 1.5, "extra_credit": 0.5})
    send(f"{address}/api/comment/{comment['id']}", "PUT", comment | {"manual_comment": "By word of mouth."})
    assert send(f"{address}/api/submission/{CHAPTER}/{STUDENT}/autograde", "POST")["success"]
    [grade] = [it for it in json.load(urlopen(f"{address}/api/grades{ask}")) if it["name"] == grade_id(B)]
    assert (grade["manual_score"], grade["extra_credit"], grade["auto_score"]) == (1.5, 0.5, 0.0)
    assert send(f"{address}/api/assignment/{CHAPTER}/{STUDENT}/generate_feedback", "POST")["success"]
    assert "By word of mouth." in feedback(course)


def send(url, method, body=None):
    headers = {"Content-Type": "application/json"}
    return json.load(urlopen(Request(url, json.dumps(body or {}).encode(), headers, method=method), timeout=60))


def test_the_button_waits_for_no_other_run_for_long(course, address, tab):
    """While a command grades the chapter the button says so after a moment, instead of stopping the server."""
    with FileLock(course.root / "autograded" / f".{CHAPTER}.lock"):
        assert "being graded by another run" in press(tab, address, "autograde", expect="Error")
    press(tab, address, "autograde")
