"""A code exercise in a real JupyterLab: the grade cell tries the student's own class and shows what it found."""

from __future__ import annotations

import pytest

from autograder import pages

RELU = pages.load_exercise("activations/relu-code")
PAGE_CELL, GRADE_CELL = 1, 2


@pytest.fixture
def code(lab):
    """A notebook with the starter of an exercise and its grade cell."""
    from .desk import page_source, write_notebook

    write_notebook(lab.path, RELU.starter, slug=RELU.slug)
    lab.reload()
    lab.run(0)
    yield lab
    write_notebook(lab.path, page_source())  # the desk is shared: the next test finds a page on it again
    lab.reload()


def tried(code, source):
    """Write this into the cell, run it and the grade cell, and read the report."""
    code.set_source(PAGE_CELL, source)
    code.run(PAGE_CELL)
    code.run(GRADE_CELL)
    report = code.page.locator(".wb-code")
    report.wait_for()
    return report


def test_starter_slip_solution(code):
    """Not begun; then a slip with its smallest case, its name and the marked entry; then full marks."""
    assert "Not begun yet" in tried(code, RELU.starter).inner_text()
    slip = tried(code, RELU.solution.replace("self.inputs > 0", "self.inputs >= 0"))
    assert "a slope of its own at 0" in slip.inner_text() and slip.locator("mark").all_inner_texts() == ["1", "0"]
    assert slip.locator("li[data-state=mistake] > .wb-mark").first.is_visible()
    assert "All of it works" in tried(code, RELU.solution).inner_text()
    assert not code.errors and not code.outside
