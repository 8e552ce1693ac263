"""Say the marks of a page in one line of HTML, or in a few lines of text."""

from __future__ import annotations

from html import escape

from ..layout import prose
from ..layout.typeset import unmarked
from ..marking.pages import Marks
from ..marking.policy import Told
from ..marking.states import SETTLED
from .pages import STATES


def _points(marks: Marks) -> str:
    untold = isinstance(marks, Told) and marks.earned is None
    return "" if untold else f"{marks.points:g} of {marks.out_of}"


def line(html: str) -> str:
    """One quiet line under a page."""
    return f'<p class="wb-report" style="margin:2px 0;opacity:.75">{html}</p>'


def report(marks: Marks) -> str:
    """Marks as one quiet line of HTML; what there is to say of each box, the page above says itself."""
    points = _points(marks)
    return line(f"{points and f'<b>{points}</b> · '}{prose(marks.page.title)} · {escape(marks.summary)}")


def report_text(marks: Marks) -> str:
    """The same as plain text, with a line for each box that needs another look."""
    points = _points(marks)
    lines = [f"{points and points + ' · '}{unmarked(marks.page.title)} · {marks.summary}"]
    for v in marks.verdicts:
        if v.state not in SETTLED:
            lines.append(f"  box {v.box}: {unmarked(v.message or STATES[v.state][1])}")
    return "\n".join(lines)
