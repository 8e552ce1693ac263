"""What a chapter carries for whoever opens it: still pages, folded code, a first line that says what to do, an end."""

from __future__ import annotations

import re

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder import pages
from autograder.marking.progress import progress_of
from autograder.nbgrader.rebuild import Blueprint, Original, Rebuilt
from autograder.nbgrader.release import LinkColab, ShowPages, StampPages, Tidy
from autograder.settings import CourseSettings, Settings
from autograder.submissions.exercises import ours
from autograder.submissions.ids import END_ID, SETUP_ID, is_ours
from autograder.submissions.notebook import Cell, cells

PAGES = ("gradients/one-weight", "gradients/bigger-nudge")


def stamped(*sources: str):
    sources = sources or tuple(f'page("{slug}")' for slug in PAGES)
    notebook = new_notebook(cells=[new_markdown_cell("# A chapter"), *map(new_code_cell, sources)])
    return StampPages().preprocess(notebook, {})[0]


def test_a_chapter_ends_with_what_is_next():
    """A locked cell without points, the last one; the start page and a notebook without pages have none."""
    end = stamped().cells[-1]
    stamp = end.metadata.nbgrader
    assert end.source == 'progress("gradients", end=True)' and stamp.grade_id == END_ID
    assert (stamp.locked, stamp.grade, stamp.solution) == (True, False, False)
    assert stamped('page("start/boxes")').cells[-1].metadata.nbgrader.grade_id != END_ID


def test_a_notebook_says_what_it_holds_where_that_is_not_just_its_chapter():
    """A whole chapter needs no list; some of it, or more than it, has a bar of just what was handed out."""
    whole = [f'page("{page.slug}")' for page in pages.chapter_pages("gradients")]
    assert 'progress("gradients")' in stamped(*whole).cells[1].source
    mixed = ["gradients/one-weight", "start/boxes", "activations/relu-code"]
    notebook = stamped(*(f'{"exercise" if "code" in slug else "page"}("{slug}")' for slug in mixed))
    assert notebook.cells[1].source.endswith(f'progress("gradients", holds="{" ".join(mixed)}")')
    assert [item.slug for item in progress_of(cells(notebook), "gradients").items] == mixed
    del notebook.cells[2:4]  # a student's deletion: the page comes last, and is blank
    assert [item.slug for item in progress_of(cells(notebook), "gradients").items] == [*mixed[1:], mixed[0]]


def test_practice_has_no_points():
    """practice() becomes a locked cell that never runs in grading; there is no bar where there are no pages."""
    setup, cell = stamped("practice()").cells[1:]
    stamp = cell.metadata.nbgrader
    assert cell.source == "practice()" and (stamp.locked, stamp.grade, stamp.solution) == (True, False, False)
    assert is_ours(stamp.grade_id) and "progress(" not in setup.source and "import course" in setup.source


def test_the_code_of_the_workbook_is_folded_and_a_students_is_not():
    """Pages and marks are folded, in Jupyter and in Colab; set-up says what to do; code exercises stay open."""
    notebook, _ = Tidy().preprocess(stamped('page("gradients/one-weight")', 'exercise("activations/relu-code")'), {})
    folded = {cell.id: cell.metadata.get("jupyter", {}).get("source_hidden", False) for cell in notebook.cells[1:]}
    in_colab = {cell.id: cell.metadata.get("cellView") == "form" for cell in notebook.cells[1:]}
    assert folded == in_colab
    assert not folded.pop(SETUP_ID) and not folded.pop("code-activations--relu-code") and all(folded.values())
    assert "Run All" in notebook.cells[1].source.splitlines()[0]


def test_a_chapter_carries_its_pages_blank():
    """Each page's cell shows it, one style sheet in all; without a key, without a typed answer."""
    notebook = stamped()
    ShowPages().preprocess(notebook, {})
    shown = [cell.outputs[0].data for cell in notebook.cells if cell.metadata.get("workbook", {}).get("page")]
    assert len(shown) == 2 and ["<style>" in data["text/html"] for data in shown] == [True, False]
    for data in shown:
        page = data["text/html"].rpartition("</style>")[2]
        assert set(re.findall(r'data-state="(\w+)"', page)) == {"blank"}
        assert "[1: …]" in data["text/plain"]


def test_where_students_have_numbers_of_their_own_no_page_shows_others(monkeypatch):
    """The numbers in the file would be nobody's."""
    monkeypatch.setattr(Settings, "variants", "student")
    step = ShowPages()
    monkeypatch.setattr(type(step.settings), "of", lambda *_: Settings(variants="student", salt="x"))
    notebook = stamped()
    step.preprocess(notebook, {})
    assert all(not cell.outputs for cell in notebook.cells if cell.cell_type == "code")


@pytest.mark.parametrize("published", ["", "https://github.com/a/b/blob/main/chapters"])
def test_the_title_leads_to_colab_where_the_course_says_where_it_is_published(published):
    """The link opens this very notebook there; nothing is shown where it is not said."""
    notebook, step = stamped(), LinkColab()
    step.settings = CourseSettings(Settings().but(published=published) if published else Settings())
    step.preprocess(notebook, {"nbgrader": {"assignment": "01-gradients", "notebook": "gradients"}})
    address = "https://colab.research.google.com/github/a/b/blob/main/chapters/01-gradients/gradients.ipynb"
    assert notebook.cells[0].source == "# A chapter" + (f"\n\n[Open in Colab]({address})" if published else "")


@pytest.mark.parametrize("kept", [True, False])
def test_an_end_that_was_changed_or_deleted_comes_back_as_it_was(kept):
    """As any locked cell, at the end; and it never runs in a kernel."""
    notebook = stamped()
    plan = {
        cell.metadata.nbgrader.grade_id: Original(
            cell.metadata.nbgrader.grade_id, "code", cell.source, cell.metadata.nbgrader.locked, None,
            cell.metadata.nbgrader.get("points"), cell.metadata.nbgrader.solution, False,
        )
        for cell in notebook.cells[1:]
    }  # fmt: skip
    if kept:
        notebook.cells[-1].source = "import os"
    else:
        notebook.cells.pop()
    rebuilt = Rebuilt(Blueprint(plan, dict.fromkeys(PAGES, 3)), cells(notebook)).cells
    assert rebuilt[-1].metadata["nbgrader"]["grade_id"] == END_ID
    assert rebuilt[-1].source == 'progress("gradients", end=True)'
    assert ours(Cell("code", "import os", END_ID, None))
