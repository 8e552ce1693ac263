"""Say the marks of a page in a line or two, as HTML and as text."""

from __future__ import annotations

from html import escape

from ..layout import prose
from ..layout.typeset import unmarked
from ..marking.pages import Marks
from ..marking.policy import Told
from ..marking.states import SETTLED
from .pages import STATES


def _points(marks: Marks) -> str:
    held = isinstance(marks, Told) and marks.earned is None
    return "" if held else f"{marks.points:g} of {marks.out_of}"


def report(marks: Marks) -> str:
    """Marks as a compact piece of HTML: the points, then the boxes that need another look."""
    open_ = [v for v in marks.verdicts if v.state not in SETTLED]
    lines = "".join(
        f"<li><b>Box {v.box}</b> {escape(STATES[v.state][0])} {prose(v.message or STATES[v.state][1])}</li>"
        for v in open_
    )
    listed = f'<ul style="margin:6px 0 0;padding-left:20px">{lines}</ul>' if lines else ""
    points = _points(marks)
    head = f"{points and f'<b>{points}</b> · '}{prose(marks.page.title)} · {escape(marks.summary)}"
    return f'<div class="wb-report" style="margin:4px 0;line-height:1.5">{head}{listed}</div>'


def report_text(marks: Marks) -> str:
    """The same as plain text."""
    points = _points(marks)
    lines = [f"{points and points + ' · '}{unmarked(marks.page.title)} · {marks.summary}"]
    for v in marks.verdicts:
        if v.state not in SETTLED:
            lines.append(f"  box {v.box}: {unmarked(v.message or STATES[v.state][1])}")
    return "\n".join(lines)
