"""A code exercise in a real JupyterLab: the grade cell tries the student's own class and shows what it found."""

from __future__ import annotations

import nbformat
import pytest

from autograder import pages
from autograder.submissions.ids import code_id, grade_id

from .desk import GRADE_CELL, PAGE_CELL, REPOSITORY, SLUG

RELU = pages.load_exercise("activations/relu-code")


@pytest.fixture
def code(opened_lab):
    """A notebook with the starter of an exercise and its grade cell."""
    lab = opened_lab
    lab.set_source(PAGE_CELL, RELU.starter)
    lab.set_source(GRADE_CELL, f'grade("{RELU.slug}")')
    lab.clear()
    lab.run(0)
    yield lab
    lab.set_source(GRADE_CELL, f'grade("{SLUG}")')


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


@pytest.fixture
def chapter(opened_lab):
    """The cells of a real chapter that set it up, show its progress, and hold this exercise."""
    notebook = nbformat.read(REPOSITORY / "chapters/05-activations/activations.ipynb", 4)
    names = ("workbook-setup", code_id(RELU.slug), grade_id(RELU.slug))
    notebook.cells = [cell for cell in notebook.cells if cell.id in names] + [nbformat.v4.new_code_cell(id="spare")]
    path = opened_lab.root / "code.ipynb"
    nbformat.write(notebook, path)
    with opened_lab.beside(path) as beside:
        beside.run(0)
        yield beside


def test_the_marks_of_a_cell_that_changed_or_broke(chapter):
    """Edited and not run, the marks say so; run and broken, none are told; mended, they are back."""
    broken = RELU.solution.replace("class ReLU:", "class ReLU")

    def marked():
        chapter.run(GRADE_CELL)
        return chapter.output(GRADE_CELL)

    def run(source):
        chapter.set_source(PAGE_CELL, source)
        chapter.run(PAGE_CELL)

    def bar_says(state):
        chapter.page.wait_for_selector(f'.wb-progress-live li.wb-{state} a[data-cell="{code_id(RELU.slug)}"]')

    run(RELU.solution)
    assert "All of it works" in marked() and "changed" not in marked()
    bar_says("right")
    chapter.set_source(PAGE_CELL, RELU.starter)
    bar_says("blank")  # so the kernel knows what stands in the cell
    assert "has changed since it was run" in marked() and "All of it works" in marked()
    run(broken)
    assert "ended with SyntaxError" in marked() and "works" not in marked()
    assert chapter.page.locator(".wb-code .wb-note").is_visible()
    run(RELU.solution)
    assert "All of it works" in marked() and "ended with" not in marked()
