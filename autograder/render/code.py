"""Show the marks of a code exercise: as finely set HTML, and as plain text.

    report(marks)        each behaviour with its points; for the smallest failing case what went in, what came out, what
                         was expected, and the first entry that differs
    report_text(marks)   the same where there is only text

A note goes before the marks: what to know of them first. Of a blank exercise it says what to do.

Everything that came from a student's code is escaped.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from typing import TypeAlias, cast

import numpy as np

from ..authoring.values import Thing
from ..kernels.runner import Value, from_plain
from ..layout import prose
from ..layout.typeset import unmarked
from ..marking.code import CodeMarks, Finding
from ..marking.differences import Step
from .pages import PAGE_STYLE, stylesheet

STYLE = (*PAGE_STYLE, "code")
MOST = 7  # rows and columns of an array that are shown
MOST_ENTRIES = 18  # of a list that are shown; of a longer one those around the entry that differs
MOST_CHARACTERS = 400  # of a value in a line of plain text
SIGNS = {"right": "✓", "follows": "↳", "partly": "≈", "blank": "·"}  # anything else is not yet right: "!"
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
    findings = "".join(_finding(finding, with_case) for finding, with_case in _findings(marks))
    foot = f'<p class="wb-summary">{escape(marks.summary)}</p>'
    return f'{sheet}<div class="wb-page wb-code">{head}{first}<ol class="wb-behaviours">{findings}</ol>{foot}</div>'


def _begin(marks: CodeMarks) -> str:
    name = marks.exercise.name
    return f"Not begun yet. Write {name} in the cell above, run that cell, then run this one again."


def _findings(marks: CodeMarks) -> Iterator[tuple[Finding, bool]]:
    """Each finding, and whether its case is worth showing: a slip that comes again is not told twice."""
    seen: set[str] = set()
    for finding in marks.verdicts:
        same = finding.code or (f"{finding.raised} {finding.line}" if finding.state == "error" else "")
        failed = finding.case is not None and finding.state not in ("right", "follows")
        yield finding, failed and same not in seen
        seen |= {same} - {""}


def _finding(finding: Finding, with_case: bool) -> str:
    state = LOOKS.get(finding.state, finding.state)
    sign = SIGNS.get(finding.state, "!")
    points = f"{finding.points:g} of {finding.behaviour.points}"
    message = f'<p class="wb-said">{prose(finding.message)}</p>' if finding.message else ""
    return (
        f'<li data-state="{state}"><span class="wb-mark">{sign}</span>'
        f'<p class="wb-does"><span>{prose(finding.behaviour.title)}</span> <small>{points}</small></p>'
        f"{message}{_case(finding) if with_case else ''}</li>"
    )


def _case(finding: Finding) -> str:
    """What went in and what came out, on the smallest case that failed."""
    lines = "".join(
        _line(label, [_named(name, value, index) for name, value in values.items()])
        for label, values, index in _exchange(finding)
    )
    error = f'<p class="wb-raised"><code>{escape(_raised(finding))}</code></p>' if finding.raised else ""
    words = _first(finding)
    first = f'<p class="wb-first">{escape(words)}</p>' if words else ""
    tried = f"<details><summary>how it was tried</summary><pre>{escape(finding.behaviour.script)}</pre></details>"
    title = f'<p class="wb-case-title">{_on_case(finding, "<i>{}</i>")}</p>'
    return f'<div class="wb-case">{title}{lines}{error}{first}{tried}</div>'


def _on_case(finding: Finding, title: str) -> str:
    named = title.format(escape(finding.case.title)) if finding.case else ""
    return f"On the smallest case that fails, {named}:"


def _line(label: str, values: list[str]) -> str:
    return f'<div class="wb-io" data-io="{label}"><span>{label}</span><span>{" ".join(values)}</span></div>'


def _named(name: str, value: Value, at: Index) -> str:
    return f"<span><code>{escape(name)}</code> = {_html(value, at)}</span>"


Index: TypeAlias = "tuple[Step, ...] | None"
"""The way to the entry that differs; None in a value that does not hold it."""


def _exchange(finding: Finding) -> Iterator[tuple[str, Mapping[str, Value], Index]]:
    """What goes in, comes out, and is expected: of the value that differs, or of all where a judge has decided."""
    case, different = finding.case, finding.difference
    given = {name: from_plain(value) for name, value in finding.behaviour.given(case).items()} if case else {}
    if given:
        yield "goes in", given, None
    for label, values in (("comes out", finding.got), ("is expected", finding.expected)):
        if values and different is not None and different.name in values:
            yield label, {different.name: values[different.name]}, different.index
        elif values and different is None and (label == "comes out") != bool(finding.raised):
            yield label, values, None


def _raised(finding: Finding) -> str:
    return "\n".join(filter(None, (finding.raised, finding.line)))


def _first(finding: Finding) -> str:
    different = finding.difference
    if different is None:
        return ""
    return different.message or f"{different.place} is {different.got}; {different.expected} is expected."


# -- values ------------------------------------------------------------------------------------------------------------


def _number(value: Value | np.generic) -> str:
    if isinstance(value, (bool, np.bool_)) or value is None or isinstance(value, str):
        return str(value)
    return f"{float(cast(float, value)) + 0.0:.6g}".replace("-", "−").replace("inf", "∞")


def _html(value: Value, at: Index) -> str:
    if isinstance(value, np.ndarray) and value.ndim == 2 and value.size:
        return _matrix(value, _entry_of(at))
    if isinstance(value, np.ndarray) and value.ndim > 2 and 0 < value.size <= MOST * MOST:
        return f'<span class="wb-parts">{_blocks(value, _entry_of(at))}</span>'
    if isinstance(value, np.ndarray) and value.ndim == 1 and 0 < value.size <= MOST_ENTRIES:
        entry = _entry_of(at)
        return f"<code>[{', '.join(_entry(number, entry == (i,)) for i, number in enumerate(value))}]</code>"
    if isinstance(value, (list, dict)) and _holds_matrix(value) and not (isinstance(value, dict) and _is_table(value)):
        return f'<span class="wb-parts">{_parts(value, at)}</span>'
    return f"<code>{_inline(value, at)}</code>"


def _holds_matrix(value: Value) -> bool:
    if isinstance(value, (list, dict)):
        return any(map(_holds_matrix, value.values() if isinstance(value, dict) else value))
    return isinstance(value, np.ndarray) and value.ndim >= 2


def _blocks(value: np.ndarray, at: tuple[int, ...] | None) -> str:
    """An array with more than two axes: its matrices, in brackets as Python nests them."""
    if value.ndim == 2:
        return _matrix(value, at)
    parts = [_blocks(part, at[1:] if at and at[0] == n else None) for n, part in enumerate(value)]
    return f"<code>[</code>{'<code>,</code> '.join(parts)}<code>]</code>"


def _parts(value: list[Value] | dict[str, Value], at: Index) -> str:
    """Matrices among others: the entries in brackets, each to be seen as what it is."""
    if isinstance(value, dict):
        entries = [f"<code>{escape(key)}:</code> {_html(part, _inside(at, key))}" for key, part in value.items()]
        return f"<code>{{</code>{'<code>,</code> '.join(entries)}<code>}}</code>"
    first, last = _window(len(value), at)
    entries = [_html(value[n], _inside(at, n)) for n in range(first, last)]
    entries = ["<code>…</code>"] * (first > 0) + entries + ["<code>…</code>"] * (last < len(value))
    return f"<code>[</code>{'<code>,</code> '.join(entries)}<code>]</code>"


def _inline(value: Value, at: Index) -> str:
    """A value in a line, as Python writes it, with the entry that differs marked."""
    if isinstance(value, list):
        first, last = _window(len(value), at)
        entries = [_inline(value[n], _inside(at, n)) for n in range(first, last)]
        return "[" + ", ".join(["…"] * (first > 0) + entries + ["…"] * (last < len(value))) + "]"
    text = escape(_text(value, at))
    return f"<mark>{text}</mark>" if at == () else text


def _window(length: int, at: Index) -> tuple[int, int]:
    """Which entries of a list are shown: all of a short one, else some around the one that differs."""
    if length <= MOST_ENTRIES:
        return 0, length
    place = at[0] if at and isinstance(at[0], int) else 0
    first = max(0, min(place - MOST // 2, length - MOST))
    return first, first + MOST


def _inside(at: Index, step: Step) -> Index:
    """The rest of the way, if it leads through this entry."""
    return at[1:] if at and at[0] == step else None


def _entry_of(at: Index) -> tuple[int, ...] | None:
    """The indices into an array, if the way ends in one."""
    return at[0] if at and isinstance(at[0], tuple) else None


def _matrix(value: np.ndarray, at: tuple[int, ...] | None) -> str:
    """Brackets around rows; what is too big is cut, with the shape beside it."""
    rows, columns = (_window_of_axis(size, at, axis) for axis, size in enumerate(value.shape))
    cells: list[str] = []
    for i in rows:
        entries = [f"<span>{_entry(value[i, j], (i, j) == at)}</span> " for j in columns]
        cells.append("".join(entries + ["<span>…</span>"] * (len(columns) < value.shape[1])))
    lines = "".join(f'<span class="wb-row">{row}</span>' for row in cells)
    width = len(columns) + (len(columns) < value.shape[1])
    cut = " × ".join(map(str, value.shape)) if len(rows) < len(value) or len(columns) < value.shape[1] else ""
    return f'<span class="wb-mat" style="--cols:{width}">{lines}</span>' + f" <small>{cut}</small>" * bool(cut)


def _window_of_axis(size: int, at: tuple[int, ...] | None, axis: int) -> range:
    """Which rows, or columns, of a matrix are shown: so many that the entry that differs is among them."""
    place = at[axis] if at and axis < len(at) else 0
    first = max(0, min(place - MOST // 2, size - MOST)) if place >= MOST else 0
    return range(first, min(first + MOST, size))


def _entry(entry: Value | np.generic, marked: bool) -> str:
    text = escape(_number(entry))
    return f"<mark>{text}</mark>" if marked else text


def _text(value: Value, at: Index = None) -> str:
    """A value as Python writes it, shortened."""
    if isinstance(value, Thing):
        return f"a {value}"
    if isinstance(value, np.ndarray):
        if max(value.shape, default=0) > MOST_ENTRIES or value.size > MOST * MOST or not value.size:
            return f"an array of shape {value.shape}"
        return _nested(value.tolist())
    if isinstance(value, list):
        first, last = _window(len(value), at)
        entries = [_text(value[n], _inside(at, n)) for n in range(first, last)]
        return "[" + ", ".join(["…"] * (first > 0) + entries + ["…"] * (last < len(value))) + "]"
    if isinstance(value, dict):
        if _is_table(value):
            return f"{_rows(value)} rows of {', '.join(map(str, value))}"
        return "{" + ", ".join(f"{key}: {_text(part, _inside(at, key))}" for key, part in value.items()) + "}"
    return _number(value) if not isinstance(value, str) else repr(value[:200])


def _rows(value: Mapping[str, Value]) -> int:
    """How many rows a dict has that is a table: lists of one length. 0 for another one."""
    lengths = {len(column) if isinstance(column, list) else 0 for column in value.values()}
    return lengths.pop() if len(lengths) == 1 else 0


def _is_table(value: Mapping[str, Value]) -> bool:
    """Whether a dict is a table with too many rows to be shown."""
    return _rows(value) > MOST


def _nested(value: object) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(map(_nested, cast("list[object]", value))) + "]"
    return _number(cast(Value, value))


# -- plain text --------------------------------------------------------------------------------------------------------


def report_text(marks: CodeMarks, *, note: str = "") -> str:
    """The marks as plain text."""
    head = f"{unmarked(marks.exercise.title)}: {marks.points:g} of {marks.out_of} points."
    if marks.blank:
        return f"{head} {note or _begin(marks)}"
    lines = [f"{head} {marks.summary}", *([f"  ! {note}"] if note else [])]
    for finding, with_case in _findings(marks):
        sign, points = SIGNS.get(finding.state, "!"), f"{finding.points:g} of {finding.behaviour.points}"
        lines.append(f"  {sign} {unmarked(finding.behaviour.title)} ({points})")
        lines += [f"      {unmarked(finding.message)}"] * bool(finding.message)
        lines += [f"      {line}" for line in _case_text(finding)] if with_case else []
    return "\n".join(lines)


def _case_text(finding: Finding) -> Iterator[str]:
    yield f"on the smallest case that fails, {finding.case.title if finding.case else ''}:"
    for label, values, index in _exchange(finding):
        for name, value in values.items():
            yield f"  {label + ':':12} {name} = {_shortened(_text(value, index))}"
    yield from (f"  {line}" for line in (_raised(finding) or _first(finding)).splitlines())


def _shortened(text: str) -> str:
    return text if len(text) <= MOST_CHARACTERS else text[:MOST_CHARACTERS] + " …"
