"""What was met is read from the chapters' notebooks as data, as far as the course tells it."""

from __future__ import annotations

import json
import shutil
from datetime import date

import pytest
from nbformat import v4

from autograder.nbgrader.release import page_cell, setup_cells
from autograder.pages import load
from autograder.practice.memory import Memory
from autograder.practice.met import met_in, news
from autograder.settings import Settings
from autograder.submissions.writing import page_source

SLUG = "gradients/one-weight"
DAY = date(2026, 3, 2)


def slip() -> tuple[str, dict[int, str]]:
    """A slip of this page, and the answers with which it is made."""
    boxes = load(SLUG).sheet().boxes
    box = next(box for box in boxes if box.mistakes)
    code, value = box.mistakes[0]
    return code, {other.number: repr(other.shown) for other in boxes} | {box.number: repr(str(value))}


@pytest.fixture
def handed(tmp_path):
    """Writes a chapter with these answers, and reads what was met."""

    def write(answers: dict[int, str], settings: Settings | None = None, extra: str = ""):
        folder = tmp_path / "01-gradients"
        folder.mkdir(exist_ok=True)
        nb = v4.new_notebook()
        nb.cells = [*setup_cells(settings or Settings(), "gradients"), page_cell(SLUG, page_source(SLUG, answers))]
        nb.cells += [v4.new_code_cell(extra)] if extra else []
        (folder / "gradients.ipynb").write_text(json.dumps(nb), encoding="utf-8")
        return met_in(tmp_path)

    return write


def test_a_blank_chapter_is_not_begun(handed):
    """As it is handed out."""
    met = handed({n: "None" for n in range(1, load(SLUG).points + 1)})
    assert met.begun == () and not met.pages and met.chapters["gradients"].place == "../01-gradients/gradients.ipynb"


def test_slips_are_met_by_their_codes(handed):
    """A page with a slip: the code, once in the log, and the page is not taken for done."""
    code, answers = slip()
    met = handed(answers)
    assert met.begun == ("gradients",) and code in met.pages[SLUG].slips and not met.pages[SLUG].done
    entries = list(news(met, Memory(), DAY))
    assert (f"slip {code}", "seen slip") in [(entry.card, entry.event) for entry in entries]
    assert list(news(met, Memory(entries), DAY)) == []


def test_a_page_that_is_right_is_met(handed):
    """And comes again as a page."""
    met = handed({box.number: repr(box.shown) for box in load(SLUG).sheet().boxes})
    assert met.pages[SLUG].done
    assert [(entry.event, entry.card) for entry in news(met, Memory(), DAY)] == [("seen right", f"page {SLUG}")]


def test_what_is_held_back_is_not_known_here(handed):
    """While marks are only recorded, a slip is not told by way of practice; the filled page is met."""
    until = {"feedback": "recorded", "feedback_until": "2999-01-01T00:00:00+00:00"}
    page = handed(slip()[1], Settings().but(**until)).pages[SLUG]
    assert page.slips == () and page.done and not page.wrong


def test_solutions_are_shown_as_the_chapter_has_it(handed):
    """A course that shows no solutions shows none here."""
    assert not handed(slip()[1], Settings(show_how="never")).chapters["gradients"].shows_how


def test_a_second_notebook_with_the_same_pages_takes_nothing_away(handed, tmp_path):
    """A blank copy of a chapter beside it: what was met stays; solutions stay closed where one of the two says so."""
    code, answers = slip()
    met = handed(answers)
    shutil.copytree(tmp_path / "01-gradients", tmp_path / "99-copy")
    handed({n: "None" for n in range(1, load(SLUG).points + 1)}, Settings(show_how="never"))
    both = met_in(tmp_path)
    assert both.pages == met.pages and both.begun == ("gradients",) and code in both.pages[SLUG].slips
    assert met.chapters["gradients"].shows_how and not both.chapters["gradients"].shows_how


def test_nothing_of_a_notebook_is_run(handed, tmp_path):
    """Neither its cells nor what stands in the answers; a broken notebook is passed over."""
    handed({1: "__import__('pathlib').Path('ran').touch()", 2: "3"}, extra="open('ran', 'w')")
    assert not list(tmp_path.rglob("ran"))
    (tmp_path / "01-gradients" / "gradients.ipynb").write_text('{"cells": [', encoding="utf-8")
    assert met_in(tmp_path).chapters == {}
