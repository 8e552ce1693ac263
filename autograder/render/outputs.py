"""The outputs that marked cells carry in a notebook file: a static page, its points, the marks of a code exercise."""

from __future__ import annotations

from nbformat.notebooknode import NotebookNode

from ..marking.code import CodeMarks
from ..marking.pages import Marks
from . import pages as render
from .code import STYLE, report, report_text


def page_outputs(
    marks: Marks, notes: tuple[str, ...] = (), *, after: str = "", style: bool = True
) -> list[NotebookNode]:
    """What a page cell shows where no widget runs: the page filled and coloured, as `render.pages.static` has it."""
    sheet = marks.page.sheet(marks.variant)
    html = render.static(sheet, marks, notes=notes, after=after, style=style)
    return [output_of("display_data", {"text/html": html, "text/plain": render.plain(sheet, marks)})]


def grade_outputs(marks: Marks, score: float, max_score: float) -> list[NotebookNode]:
    """What a grade cell shows: the points in words, then the plain float from which nbgrader reads them."""
    words = f"{score:g} of {max_score:g} points"
    bundle = {"text/html": f'<p class="wb-points"><b>{words}</b></p>', "text/plain": f"{words}. {marks.summary}"}
    return [output_of("display_data", bundle), score_output(score)]


def code_outputs(
    marks: CodeMarks, score: float, max_score: float, *, style: tuple[str, ...] = STYLE
) -> list[NotebookNode]:
    """What the grade cell of a code exercise shows: the report, then the plain float from which nbgrader reads.

    style   the stylesheets that come along
    """
    bundle = {"text/html": report(marks, style=style), "text/plain": report_text(marks)}
    return [output_of("display_data", bundle), score_output(min(max(score, 0.0), max_score))]


def score_output(score: float) -> NotebookNode:
    """The result of a grade cell: text that nbgrader reads as these points, and as nothing else."""
    return output_of("execute_result", {"text/plain": repr(float(score))}, execution_count=None)


def output_of(kind: str, bundle: dict[str, str], **more: object) -> NotebookNode:
    """An output as nbformat makes it, without checking each one against the schema; the notebook is checked once."""
    return NotebookNode(output_type=kind, data=NotebookNode(bundle), metadata=NotebookNode(), **more)
