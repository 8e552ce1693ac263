"""The outputs that marked cells carry in a notebook file: a static page, its points, the marks of a code exercise."""

from __future__ import annotations

from nbformat.notebooknode import NotebookNode

from ..marking.code import CodeMarks
from ..marking.pages import Marks
from . import pages as render
from .code import report, report_text


def page_outputs(marks: Marks, notes: tuple[str, ...] = (), **more: object) -> list[NotebookNode]:
    """What a page cell shows where no widget runs: the page filled and coloured; `more` goes to render.static."""
    sheet = marks.page.sheet(marks.variant)
    html = render.static(sheet, marks, notes=notes, **more)
    return [_output("display_data", {"text/html": html, "text/plain": render.plain(sheet, marks)})]


def grade_outputs(marks: Marks, score: float, max_score: float) -> list[NotebookNode]:
    """What a grade cell shows: the points in words, then the plain float from which nbgrader reads them."""
    words = f"{score:g} of {max_score:g} points"
    shown = {"text/html": f'<p class="wb-points"><b>{words}</b></p>', "text/plain": f"{words}. {marks.summary}"}
    return [_output("display_data", shown), score_output(score)]


def code_outputs(marks: CodeMarks, score: float, max_score: float, **more: object) -> list[NotebookNode]:
    """What the grade cell of a code exercise shows: the report, then the plain float from which nbgrader reads.

    `more` goes to code_report.report.
    """
    shown = {"text/html": report(marks, **more), "text/plain": report_text(marks)}
    return [_output("display_data", shown), score_output(min(max(score, 0.0), max_score))]


def score_output(score: float) -> NotebookNode:
    """The result of a grade cell: text that nbgrader reads as these points, and as nothing else."""
    return _output("execute_result", {"text/plain": repr(float(score))}, execution_count=None)


def _output(kind: str, shown: dict[str, str], **more: object) -> NotebookNode:
    """An output as nbformat makes it, without checking each one against the schema; the notebook is checked once."""
    return NotebookNode(output_type=kind, data=NotebookNode(shown), metadata=NotebookNode(), **more)
