"""Explorers in chapters and submissions: locked cells with a still picture, never run, never missed."""

from __future__ import annotations

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.nbgrader.rebuild import Blueprint, Original, Rebuilt
from autograder.nbgrader.release import RunCode, ShowExplorers, SourceError, StampPages
from autograder.submissions.ids import SETUP_ID, explorer_id, is_explorer, slug_of
from autograder.submissions.notebook import cells

SLUG = "gradients/nudge"


def stamped(*sources: str):
    notebook = new_notebook(cells=[new_markdown_cell("# A chapter"), *map(new_code_cell, sources)])
    return StampPages().preprocess(notebook, {})[0]


def test_an_explorer_becomes_one_locked_cell():
    """No points, no answer; the set-up cell that imports it goes on top."""
    _, setup, cell = stamped(f'explore("{SLUG}")').cells
    assert setup.id == SETUP_ID and "explore" in setup.source
    stamp = cell.metadata.nbgrader
    assert (stamp.locked, stamp.grade, stamp.solution) == (True, False, False)
    assert stamp.grade_id == explorer_id(SLUG) and is_explorer(stamp.grade_id)
    assert slug_of(stamp.grade_id) is None, "it is no cell of a page"


@pytest.mark.parametrize("sources, said", [
    (["x = 1\nexplore('gradients/nudge')"], "an explorer stands alone"),
    (["explore('gradients/nugde')"], "Did you mean gradients/nudge"),
    ([f"explore('{SLUG}')"] * 2, "this explorer stands in the notebook already"),
])  # fmt: skip
def test_an_authors_mistake_is_named(sources, said):
    """With the cell that holds it."""
    with pytest.raises(SourceError, match=f"cell .*{said}"):
        stamped(*sources)


def test_the_chapter_shows_the_still_picture():
    """As an ordinary output; an explorer that is gone since leaves its cell empty."""
    notebook = stamped(f'explore("{SLUG}")')
    ShowExplorers().preprocess(notebook, {})
    [output] = notebook.cells[-1].outputs
    assert "<img" in output.data["text/html"] and "ΔZ" in output.data["text/plain"]
    notebook.cells[-1].metadata.nbgrader.grade_id = explorer_id("gradients/gone")
    ShowExplorers().preprocess(notebook, {})
    assert notebook.cells[-1].outputs == []


def test_it_is_never_run(monkeypatch):
    """Neither for a solution nor at marking: no kernel is started for it."""
    from nbgrader.preprocessors import Execute

    monkeypatch.setattr(Execute, "preprocess", lambda *_, **__: pytest.fail("a kernel was started"))
    RunCode().preprocess(stamped(f'explore("{SLUG}")'), {})


def test_feedback_shows_the_picture_without_its_code():
    """As with pages: the still picture in its own look, not the call that makes it."""
    from autograder.nbgrader.feedback import FeedbackExporter

    notebook = ShowExplorers().preprocess(stamped(f'explore("{SLUG}")'), {})[0]
    about = {"notebook": "gradients", "student": "ada", "score": 0.0, "max_score": 3.0}
    html, _ = FeedbackExporter().from_notebook_node(notebook, {"nbgrader": about})
    assert "data:image/svg+xml;base64" in html and "wb-explorer" in html
    assert "explore(" not in html


def rebuilt(submitted):
    name = explorer_id(SLUG)
    plan = Blueprint({name: Original(name, "code", f'explore("{SLUG}")', True, None, None, False, False)}, {})
    return Rebuilt(plan, cells(submitted)).cells


def test_a_deleted_explorer_stays_away_and_an_edited_one_is_put_right():
    """Nothing is answered in it, so nothing is lost with it; what a student wrote into it is not run."""
    notebook = stamped(f'explore("{SLUG}")')
    notebook.cells = notebook.cells[:1]
    assert [cell.source for cell in rebuilt(notebook)] == ["# A chapter"]
    notebook = stamped(f'explore("{SLUG}")')
    notebook.cells[-1].source = "import os; os._exit(0)"
    assert f'explore("{SLUG}")' in [cell.source for cell in rebuilt(notebook)]
