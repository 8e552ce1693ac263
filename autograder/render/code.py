"""Show the marks of a code exercise: as finely set HTML, and as plain text.

    report(marks)        each behaviour with its points; for the smallest failing case what went in, what came out, what
                         was expected, and the first entry that differs
    report_text(marks)   the same where there is only text

A note goes before the marks: what to know of them first. Of a blank exercise it says what to do.

Everything that came from a student's code is escaped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

import numpy as np

from ..kernels.runner import from_plain
from ..layout import prose
from ..layout.typeset import unmarked
from ..marking.code import CodeMarks, Finding
from ..marking.differences import Thing
from .pages import PAGE_STYLE, stylesheet

STYLE = (*PAGE_STYLE, "code")
MOST = 7  # rows and columns of an array that are shown
SIGNS = {"right": "✓", "partly": "≈", "blank": "·"}  # anything else is not yet right: "!"
LOOKS = {"partly": "few_digits", "error": "mistake", "stopped": "mistake"}  # a state → the page's state of that colour


def report(marks: CodeMarks, *, note: str = "", style: tuple[str, ...] = STYLE) -> str:
    """The marks as HTML. style: the stylesheets that come along; once in a document is enough."""
    sheet = f"<style>{stylesheet(*style)}</style>" if style else ""
    head = (
        f'<header class="wb-head"><span class="wb-kicker">{marks.points:g} of {marks.out_of} points</span>'
        f"<h2>{prose(marks.exercise.title)}</h2></header>"
    )
    first = f'<div class="wb-note"><p>{escape(note)}</p></div>' if note else ""
    if marks.blank:
        first = first or f'<p class="wb-say">{escape(_begin(marks))}</p>'
        return f'{sheet}<div class="wb-page wb-code">{head}{first}</div>'
    found = "".join(_finding(finding, told) for finding, told in _told(marks))
    foot = f'<p class="wb-summary">{escape(marks.summary)}</p>'
    return f'{sheet}<div class="wb-page wb-code">{head}{first}<ol class="wb-behaviours">{found}</ol>{foot}</div>'


def _begin(marks: CodeMarks) -> str:
    name = marks.exercise.name
    return f"Not begun yet. Write {name} in the cell above, run that cell, then run this one again."


def _told(marks: CodeMarks) -> Iterator[tuple[Finding, bool]]:
    """Each finding, and whether its case is worth showing: a slip that comes again is not told twice."""
    seen = set()
    for finding in marks.verdicts:
        same = finding.code or (finding.state == "error" and finding.difference.got + finding.line)
        yield finding, finding.case is not None and finding.state != "right" and same not in seen
        seen |= {same} - {"", False}


def _finding(finding: Finding, told: bool) -> str:
    state = LOOKS.get(finding.state, finding.state)
    sign = SIGNS.get(finding.state, "!")
    points = f"{finding.points:g} of {finding.behaviour.points}"
    said = f'<p class="wb-said">{prose(finding.said)}</p>' if finding.said else ""
    return (
        f'<li data-state="{state}"><span class="wb-mark">{sign}</span>'
        f'<p class="wb-does"><span>{prose(finding.behaviour.title)}</span> <small>{points}</small></p>'
        f"{said}{_case(finding) if told else ''}</li>"
    )


def _case(finding: Finding) -> str:
    """What went in and what came out, on the smallest case that failed."""
    given = [_named(name, from_plain(value), None) for name, value in _given(finding).items()]
    name, place = _place(finding)
    lines = _line("goes in", given) if given else ""
    for said, values in (("comes out", finding.got), ("is expected", finding.expected)):
        if values is not None and name in values:
            lines += _line(said, [_named(name, values[name], place)])
    error = f'<p class="wb-raised"><code>{escape(_raised(finding))}</code></p>' if _raised(finding) else ""
    words = _first(finding)
    first = f'<p class="wb-first">{escape(words)}</p>' if words else ""
    tried = f"<details><summary>how it was tried</summary><pre>{escape(finding.behaviour.script)}</pre></details>"
    title = f'<p class="wb-case-title">On the smallest case that fails, <i>{escape(finding.case.title)}</i>:</p>'
    return f'<div class="wb-case">{title}{lines}{error}{first}{tried}</div>'


def _line(said: str, values: list[str]) -> str:
    return f'<div class="wb-io" data-io="{said}"><span>{said}</span><span>{" ".join(values)}</span></div>'


def _named(name: str, value: object, at: tuple[int, ...] | None) -> str:
    return f"<span><code>{escape(name)}</code> = {_html(value, at)}</span>"


def _given(finding: Finding) -> dict[str, object]:
    return finding.behaviour.given(finding.case)


def _place(finding: Finding) -> tuple[str, tuple[int, ...] | None]:
    """The value that differs first, and the entry of it."""
    if finding.difference is None or not finding.difference.place:
        return "", None
    name, _, rest = finding.difference.place.partition("[")
    inside = re.fullmatch(r"(\d+(?:, \d+)*)\]", rest)
    return name, tuple(map(int, inside[1].split(", "))) if inside else None


def _raised(finding: Finding) -> str:
    raised = finding.got is None and finding.difference is not None
    return "\n".join(filter(None, (finding.difference.got, finding.line))) if raised else ""


def _first(finding: Finding) -> str:
    different = finding.difference
    if different is None or finding.got is None:
        return ""
    return different.said or f"{different.place} is {different.got}; {different.expected} is expected."


# -- values ------------------------------------------------------------------------------------------------------------


def _number(value: object) -> str:
    if isinstance(value, (bool, np.bool_)) or value is None or isinstance(value, str):
        return str(value)
    return f"{float(value) + 0.0:.6g}".replace("-", "−").replace("inf", "∞")


def _html(value: object, at: tuple[int, ...] | None) -> str:
    if isinstance(value, np.ndarray) and value.ndim == 2 and value.size:
        return _matrix(value, at)
    if isinstance(value, np.ndarray) and value.ndim == 1 and 0 < value.size <= MOST:
        return f"<code>[{', '.join(_entry(entry, at == (i,)) for i, entry in enumerate(value))}]</code>"
    return f"<code>{escape(_text(value))}</code>"


def _matrix(value: np.ndarray, at: tuple[int, ...] | None) -> str:
    """Brackets around rows; what is too big is cut, with the shape beside it."""
    cells = []
    for i, row in enumerate(value[:MOST]):
        entries = [f"<span>{_entry(entry, (i, j) == at)}</span> " for j, entry in enumerate(row[:MOST])]
        cells.append("".join(entries + ["<span>…</span>"] * (value.shape[1] > MOST)))
    lines = "".join(f'<span class="wb-row">{row}</span>' for row in cells)
    columns = min(value.shape[1], MOST) + (value.shape[1] > MOST)
    cut = " × ".join(map(str, value.shape)) if max(value.shape) > MOST else ""
    return f'<span class="wb-mat" style="--cols:{columns}">{lines}</span>' + f" <small>{cut}</small>" * bool(cut)


def _entry(entry: object, marked: bool) -> str:
    shown = escape(_number(entry))
    return f"<mark>{shown}</mark>" if marked else shown


def _text(value: object) -> str:
    """A value as Python writes it, shortened."""
    if isinstance(value, Thing):
        return f"a {value}"
    if isinstance(value, np.ndarray):
        if value.ndim > 2 or max(value.shape, default=0) > MOST or not value.size:
            return f"an array of shape {value.shape}"
        return _nested(value.tolist())
    if isinstance(value, (list, tuple)):
        return _nested(value) if len(value) <= MOST else f"a list of {len(value)} entries"
    if isinstance(value, dict):
        if len(long := {len(column) if isinstance(column, list) else 0 for column in value.values()}) == 1:
            if max(long) > MOST:
                return f"{max(long)} rows of {', '.join(map(str, value))}"
        return "{" + ", ".join(f"{key}: {_text(entry)}" for key, entry in list(value.items())[:MOST]) + "}"
    return _number(value) if not isinstance(value, str) else repr(value[:200])


def _nested(value: object) -> str:
    return "[" + ", ".join(map(_nested, value)) + "]" if isinstance(value, (list, tuple)) else _text(value)


# -- plain text --------------------------------------------------------------------------------------------------------


def report_text(marks: CodeMarks, *, note: str = "") -> str:
    """The marks as plain text."""
    head = f"{unmarked(marks.exercise.title)}: {marks.points:g} of {marks.out_of} points."
    if marks.blank:
        return f"{head} {note or _begin(marks)}"
    lines = [f"{head} {marks.summary}", *([f"  ! {note}"] if note else [])]
    for finding, told in _told(marks):
        sign, points = SIGNS.get(finding.state, "!"), f"{finding.points:g} of {finding.behaviour.points}"
        lines.append(f"  {sign} {unmarked(finding.behaviour.title)} ({points})")
        lines += [f"      {unmarked(finding.said)}"] * bool(finding.said)
        lines += [f"      {line}" for line in _case_text(finding)] if told else []
    return "\n".join(lines)


def _case_text(finding: Finding) -> list[str]:
    lines = [f"on the smallest case that fails, {finding.case.title}:"]
    lines += [f"  goes in:     {name} = {_text(from_plain(value))}" for name, value in _given(finding).items()]
    name, _ = _place(finding)
    for said, values in (("comes out:  ", finding.got), ("is expected:", finding.expected)):
        if values is not None and name in values:
            lines.append(f"  {said} {name} = {_text(values[name])}")
    return [*lines, *(f"  {line}" for line in (_raised(finding) or _first(finding)).splitlines())]
