"""Turn a sheet (one page with its numbers) into the HTML of a live page, a filled static page, or plain text.

    template(sheet)         boxes are empty slots, which the widget brings to life
    static(sheet, marks)    boxes are filled and coloured; no scripts; readable as text where styles are stripped
    plain(sheet, marks)     for terminals and screen readers
    solution(sheet)         how each box is found
    excerpt(sheet, boxes)   a part of a page: only these boxes are empty slots

One table says how each kind of node becomes HTML; the live and the static page differ only in their `slot`, and in what
an `echo` holds already.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from html import escape
from itertools import pairwise
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeGuard

import numpy as np

from ..answers.numbers import Number, read_number
from ..authoring.page import Box, Page, Sheet
from ..layout.boxed import box_of
from ..layout.numbers import number
from ..layout.typeset import mathematics, prose, unmarked
from ..layout.vocabulary import At, Node, Part, boxes_in
from ..marking.pages import Marks, Verdict
from ..marking.states import RIGHT
from ..pages import chapter_pages, is_chapter
from ..submissions.ids import page_id
from .text import Text

if TYPE_CHECKING:
    from numpy.typing import NDArray

Slot = Callable[[int], str]
SIGNS = set("=≈→+−-·×⊙⊗")


def _inline(node: Node) -> str:
    from ..layout.figures import drawn  # only explorers have figures

    return drawn(node)


def _nothing(n: int) -> str:
    return ""


def _nowhere(n: int) -> None:
    return None


class Html:
    """Renders nodes; `slot` gives the HTML of a box, `typed` that of what is right in it, `show_figure` of a figure,
    `place` the number that is right in a box, where it is drawn."""

    def __init__(
        self,
        boxes: Sequence[Box] = (),
        slot: Slot = str,
        typed: Slot = _nothing,
        *,
        show_figure: Callable[[Node], str] = _inline,
        place: Callable[[int], float | None] = _nowhere,
    ) -> None:
        self.boxes, self.slot, self.typed, self.show_figure, self.steps = boxes, slot, typed, show_figure, 0
        self.place = place

    def part(self, part: Part) -> str:
        """Anything that may stand in a formula: a word, a box, a string, a number, a formula, an array."""
        if isinstance(part, Node):
            return WORDS[part.kind](self, part)
        if isinstance(part, np.ndarray):
            values: NDArray[Any] = part
            return self.array(values)
        if box := box_of(part):
            return self.slot(box)
        if isinstance(part, str):
            return f'<span class="wb-m">{mathematics(part)}</span>'
        if isinstance(part, (int, float, np.number)):
            return f'<span class="wb-m">{mathematics(number(float(part)))}</span>'
        return f'<span class="wb-m">{mathematics(str(part))}</span>'

    def array(self, values: NDArray[Any]) -> str:
        rows: Any = values if values.ndim == 2 else [[entry] for entry in values]
        return self.part(Node("matrix", tuple(tuple(row) for row in rows), {"label": ""}))

    def join(self, parts: tuple[Part, ...], between: str = "") -> str:
        return between.join(map(self.part, parts))

    def step(self, node: Node) -> str:
        self.steps += 1
        text = f'<p class="wb-step"><b>{self.steps}</b> {prose(node.options["text"])}</p>'
        return f"<section>{text}{self.join(node.parts)}</section>"

    def say(self, node: Node) -> str:
        return f'<section><p class="wb-say">{prose(node.options["text"])}</p>{self.join(node.parts)}</section>'

    def words(self, node: Node) -> str:
        return f"<span>{prose(node.options['text'])}</span>"

    def eq(self, node: Node) -> str:
        formulas: list[list[Part]] = [[]]
        for part in self.rounded(node.parts):  # a line breaks between formulas first, and then before a sign
            if _is_gap(part):
                formulas.append([])
                continue
            kept = formulas[-1]
            if kept and isinstance(kept[-1], str) and kept[-1].strip() in SIGNS:
                part = Node("group", (kept.pop(), part))
            kept.append(part)
        if len(formulas) == 1:
            return f'<div class="wb-eq">{self.join(tuple(formulas[0]), " ")}</div>'
        parts = "".join(f'<span class="wb-part">{self.join(tuple(kept), " ")}</span> ' for kept in formulas if kept)
        return f'<div class="wb-eq">{parts}</div>'

    def group(self, node: Node) -> str:
        return f'<span class="wb-group">{self.join(self.rounded(node.parts), " ")}</span>'

    def rounded(self, parts: tuple[Part, ...]) -> tuple[Part, ...]:
        """The same parts, with ≈ for = before a box that asks for digits: what stands there is rounded."""
        following = (*parts[1:], None)
        return tuple(
            f"{part.rstrip()[:-1]}≈" if _equals(part) and self.asks_digits(after) else part
            for part, after in zip(parts, following, strict=True)
        )

    def asks_digits(self, part: Part) -> bool:
        """Whether the first box in a part of a formula asks for digits."""
        n = next(_boxes_in(part), 0)
        return bool(n and n <= len(self.boxes) and self.boxes[n - 1].digits)

    def term(self, node: Node) -> str:
        return f'<span class="wb-m">{self.join(node.parts)}</span>'

    def frac(self, node: Node) -> str:
        above, below = map(self.part, node.parts)
        return f'<span class="wb-frac"><span>{above}</span><span class="wb-over">/</span><span>{below}</span></span>'

    def indexed(self, node: Node) -> str:
        name, above, below = map(self.part, node.parts)
        over, under = '<span class="wb-over">^</span>', '<span class="wb-over">_</span>'
        return (
            f'<span class="wb-indexed">{name}{over}<span class="wb-indices"><span>{above}</span>{under}'
            f"<span>{below}</span></span></span>"
        )

    def matrix(self, node: Node) -> str:
        lines = "".join(
            f'<span class="wb-row">{"".join(f"<span>{self.part(entry)}</span> " for entry in row)}</span>'
            for row in node.parts
        )
        body = f'<span class="wb-mat" style="--cols:{len(node.parts[0])}">{lines}</span>'
        label = node.options["label"]
        if not label:
            return body
        return f'<span class="wb-under">{body}<span class="wb-lbl">{mathematics(label)}</span></span>'

    def table(self, node: Node) -> str:
        cells = ((part, self.part(part)) for part in node.options["head"])  # a head without words heads nothing
        head = "".join(f'<th scope="col">{html}</th>' if part else "<td></td>" for part, html in cells)
        lines = "".join("<tr>" + "".join(f"<td>{self.part(part)}</td>" for part in row) + "</tr>" for row in node.parts)
        return f'<table class="wb-table"><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table>'

    def aligned(self, node: Node) -> str:
        columns = max(map(len, node.parts))
        lines = "".join(
            '<span class="wb-row">'
            + "".join(f"<span>{self.part(part)}</span> " for part in self.rounded(parts))
            + "<span></span>" * (columns - len(parts))
            + "</span>"
            for parts in node.parts
        )
        return f'<div class="wb-eq"><span class="wb-aligned" style="--cols:{columns}">{lines}</span></div>'

    def drawing(self, node: Node) -> str:
        width, height = node.options["width"], node.options["height"]
        title = escape(unmarked(node.options["title"]))
        shapes = "".join(self.part(shape) if isinstance(shape, Node) else shape for shape in node.options["shapes"])
        return (
            f'<div class="wb-scroll"><div class="wb-drawing" style="--wide:{width};width:{width}px;height:{height}px">'
            f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="{title}">{_ARROW}{shapes}</svg>'
            f"{''.join(map(self.at, node.parts))}</div></div>"
        )

    def trail(self, node: Node) -> str:
        """The way as far as it is known; picture.js draws it anew in the same way."""
        (left, top), (across, down), look = node.options["origin"], node.options["unit"], node.options["look"]
        places = node.options["places"]
        known = [[self.place(n) if (n := box_of(one)) else float(one) for one in place] for place in places]
        spots = [None if None in spot else (left + spot[0] * across, top + spot[1] * down) for spot in known]
        pairs = pairwise(spots)
        line = "".join("M{:.1f} {:.1f}L{:.1f} {:.1f}".format(*a, *b) for a, b in pairs if a and b)
        dots = "".join("M{:.1f} {:.1f}h.01".format(*spot) for spot in spots if spot)
        asked = " ".join(",".join(f"#{n}" if (n := box_of(one)) else f"{one:g}" for one in place) for place in places)
        scale = " ".join(f"{number:g}" for number in (left, top, across, down))
        return (
            f'<g class="wb-trail" style="stroke:var(--{look})" data-places="{asked}" data-scale="{scale}">'
            f'<path d="{line}" style="stroke-dasharray:{node.options["dashes"]}"/>'
            f'<path class="wb-dots" d="{dots}"/></g>'
        )

    def figure(self, node: Node) -> str:
        return f'<div class="wb-fig">{self.show_figure(node)}</div>'

    def beside(self, node: Node) -> str:
        return f'<div class="wb-beside">{self.join(node.parts)}</div>'

    def readings(self, node: Node) -> str:
        line = '<span class="wb-over">; </span>'.join(
            f'<span class="wb-named"><span class="wb-m">{mathematics(name)} <span class="wb-rel">=</span> </span>'
            f"{self.part(value)}</span>"
            for name, value in node.parts
        )
        return f'<p class="wb-readings">{line}</p>'

    def echo(self, node: Node) -> str:
        n, name = node.options["box"], node.options["name"]
        typed = self.typed(n)
        label = f'<span class="wb-m">{mathematics(name)}</span><span class="wb-is"> = </span>' if name else ""
        on = f' data-on="" style="--letters:{len(_TAGS.sub("", typed))}"' if typed else ""
        return f'<span class="wb-echo" data-echo="{n}"{on}>{label}<span class="wb-m wb-typed">{typed}</span></span>'

    def lit(self, node: Node) -> str:
        inner = node.parts[0]
        if inner is None:
            return ""
        return f'<span class="wb-lit"{_lit(node.options["name"], node.options["uses"])}>{self.part(inner)}</span>'

    def at(self, at: At) -> str:
        place = f"left:{at.x:.0f}px;top:{at.y:.0f}px"
        return f'<span class="wb-at wb-at-{at.style or "plain"}" style="{place}">{self.part(at.part)}</span> '


def _lit(name: str, uses: str = "") -> str:
    return f' data-lit="{escape(name)}"' + (f' data-uses="{escape(uses)}"' if uses else "")


def _is_gap(part: Part) -> bool:
    """Whether a part is only room between two formulas."""
    return isinstance(part, Node) and part.kind == "words" and not part.options["text"].strip()


def _equals(part: Part) -> TypeGuard[str]:
    return isinstance(part, str) and part.rstrip().endswith("=")


def _boxes_in(part: Part) -> Iterator[int]:
    """The boxes in a part of a formula, from left to right."""
    if isinstance(part, Node):
        if part.kind != "echo":
            for inner in part.parts:
                yield from _boxes_in(inner)
    elif isinstance(part, (tuple, list)):
        for inner in part:
            yield from _boxes_in(inner)
    elif isinstance(part, np.ndarray):
        boxes: NDArray[Any] | None = getattr(part, "boxes", None)
        yield from (int(n) for n in boxes.ravel() if n) if boxes is not None else ()
    elif n := box_of(part):
        yield n


_TAGS = re.compile("<[^>]*>")
_ARROW = (
    '<defs><marker id="wb-arrow-{{uid}}" viewBox="0 0 8 8" refX="7.2" refY="4" markerWidth="11.2" markerHeight="11.2" '
    'markerUnits="userSpaceOnUse" orient="auto"><path d="M0 .8 7.4 4 0 7.2z" class="wb-arrowhead"/></marker></defs>'
)
WORDS: dict[str, Callable[[Html, Node], str]] = {
    word: getattr(Html, word)
    for word in (
        "step",
        "say",
        "words",
        "eq",
        "group",
        "frac",
        "indexed",
        "matrix",
        "table",
        "aligned",
        "drawing",
        "trail",
        "figure",
        "beside",
        "readings",
        "echo",
        "lit",
        "term",
    )
}

# -- the live page ----------------------------------------------------------------------------------------------------


def template(sheet: Sheet) -> str:
    """The page with empty slots. `{{uid}}` in it must be replaced by something unique to each rendering."""

    def slot(n: int) -> str:
        return _empty(sheet.boxes[n - 1])

    return _head(sheet) + _body(sheet, Html(sheet.boxes, slot)) + _foot(sheet) + neighbours(sheet.page)


def _empty(box: Box) -> str:
    """The slot of a box, which the widget fills with an input."""
    choice = f' data-options="{escape("|".join(box.options))}"' if box.options else ""
    label = escape(box.label)
    return f'<span class="wb-slot" data-box="{box.number}" data-label="{label}"{choice} style="--w:{box.width}"></span>'


def excerpt(sheet: Sheet, asked: Collection[int], printed: Mapping[int, str]) -> str:
    """The part of a page in which these boxes are asked: what is computed before is printed, what comes after left out.

    asked     the boxes that are empty slots
    printed   box → what stands there
    """

    def slot(n: int) -> str:
        if n in asked:
            return _empty(sheet.boxes[n - 1])
        return f'<span class="wb-m wb-printed">{mathematics(printed[n])}</span>' if n in printed else _LEFT_OUT

    last = max(place for place, node in enumerate(sheet.body) if any(n in asked for n in boxes_in(node)))
    part = replace(sheet, body=sheet.body[: last + 1], boxes=tuple(sheet.boxes[n - 1] for n in sorted(asked)))
    head = f'<span class="wb-kicker">{escape(sheet.page.kicker)}</span><h2>{prose(sheet.page.title)}</h2>'
    body = "".join(map(Html(sheet.boxes, slot).part, part.body))
    return f'<header class="wb-head">{head}</header>{body}{_foot(part)}'


_LEFT_OUT = '<span class="wb-m wb-left-out">·</span>'


def notice(page: Page, text: str) -> str:
    """A page of which only the title can be shown, and a sentence that says why."""
    head = f'<span class="wb-kicker">{escape(page.kicker)}</span><h2>{prose(page.title)}</h2>'
    return f'<header class="wb-head">{head}</header><p class="wb-say">{escape(text)}</p>'


def _head(sheet: Sheet) -> str:
    which = "own numbers" if sheet.own else f"other numbers {sheet.variant}"
    practice = f" · {which}" if sheet.variant else ""
    return (
        f'<header class="wb-head"><span class="wb-kicker">{escape(sheet.page.kicker)}{practice}</span>'
        f"<h2>{prose(sheet.page.title)}</h2></header>"
    )


def _body(sheet: Sheet, html: Html) -> str:
    return "".join(map(html.part, sheet.body))


def _foot(sheet: Sheet) -> str:
    return f'<p class="wb-rules">{escape(sheet.rules)}</p>'


def neighbours(page: Page) -> str:
    """Links to the pages before and after this one in its chapter; the notebook hides those that it does not hold."""
    listed = chapter_pages(page.chapter) if is_chapter(page.chapter) else []
    place = next((n for n, other in enumerate(listed) if other.slug == page.slug), None)
    if place is None:
        return ""
    before, after = listed[max(place - 1, 0) : place], listed[place + 1 : place + 2]
    links = [_neighbour(other, "prev", "← {}") for other in before] + [
        _neighbour(other, "next", "{} →") for other in after
    ]
    return f'<p class="wb-neighbours">{"".join(links)}</p>'


def _neighbour(page: Page, rel: str, shape: str) -> str:
    cell = page_id(page.slug)[:64]
    return f'<a rel="{rel}" href="#{cell}" data-cell="{cell}">{shape.format(prose(page.title))}</a>'


# -- the static page --------------------------------------------------------------------------------------------------

STATES = {
    "blank": ("", "blank"),
    "unreadable": ("?", "not readable"),
    "recorded": ("•", "recorded"),
    "right": ("✓", "right"),
    "few_digits": ("≈", "right so far, but too few digits"),
    "follows": ("✓", "right from an earlier slip"),
    "mistake": ("!", "not yet"),
    "wrong": ("!", "not yet"),
}


def echoed(verdict: Verdict) -> str:
    """What `echo` shows of a box, as HTML: what was typed, once it is right or follows; nothing before."""
    if verdict.state not in RIGHT:
        return ""
    formula = any(letter.isalpha() for letter in verdict.read_as)
    return mathematics((verdict.read_as if formula else verdict.text)[:40].strip())


def placed(verdict: Verdict) -> float | None:
    """Where a `trail` draws what was typed into a box, once it is right or follows; None before."""
    answer = read_number(verdict.text) if verdict.state in RIGHT else None
    return float(answer.value) if isinstance(answer, Number) and isfinite(answer.value) else None


def static(sheet: Sheet, marks: Marks, *, notes: tuple[str, ...] = (), after: str = "", style: bool = True) -> str:
    """The page filled with the answers in `marks`, coloured, with its hints listed; needs no script.

    notes   sentences for the reader, below the boxes
    after   HTML at the foot of the page, such as `solution(sheet)`
    style   whether the stylesheet comes along; one page of a document is enough
    """

    def slot(n: int) -> str:
        verdict = marks.verdicts[n - 1]
        symbol, words = STATES[verdict.state]
        typed = escape(verdict.text[:40]).replace("-", "−")
        title = escape(f"{sheet.boxes[n - 1].label}: {words}. {unmarked(verdict.message)}".strip())
        return (
            f'<span class="wb-slot" data-box="{n}" data-state="{verdict.state}" title="{title}" '
            f'style="--w:{sheet.boxes[n - 1].width}"><span class="wb-num">{n}</span>'
            f'<span class="wb-input">{typed or "&nbsp;"}</span><span class="wb-mark">{symbol}</span></span>'
        )

    def typed(n: int) -> str:
        return echoed(marks.verdicts[n - 1])

    def place(n: int) -> float | None:
        return placed(marks.verdicts[n - 1])

    uid = f"{sheet.page.slug}-{sheet.variant}".replace("/", "-")
    hints = "".join(f"<li><b>Box {v.box}</b> {prose(v.message)}</li>" for v in marks.verdicts if v.message)
    return (
        (f"<style>{stylesheet()}</style>" if style else "")
        + '<div class="wb-page wb-static">'
        + (_head(sheet) + _body(sheet, Html(sheet.boxes, slot, typed, place=place))).replace("{{uid}}", uid)
        + (f'<ul class="wb-hints">{hints}</ul>' if hints else "")
        + "".join(f'<p class="wb-note">{escape(note)}</p>' for note in notes)
        + _foot(sheet)
        + f'<p class="wb-summary">{escape(marks.summary)}</p>{after}</div>'
    )


def plain(sheet: Sheet, marks: Marks) -> str:
    """The page as plain text: its question, then its boxes, a line each."""

    def slot(n: int) -> str:
        return f"[{n}: {marks.verdicts[n - 1].text[:40].strip() or '…'}]"

    lines = [f"{unmarked(sheet.page.title)} ({sheet.page.slug})", "", *Text(slot).lines(sheet.body), ""]
    for box, verdict in zip(sheet.boxes, marks.verdicts, strict=True):
        message = f": {unmarked(verdict.message)}" if verdict.message else ""
        lines.append(f"  {box.label} = {verdict.text[:40] or '…'}  [{STATES[verdict.state][1]}]{message}")
    return "\n".join([*lines, marks.summary])


def solution(sheet: Sheet, asked: Collection[int] = ()) -> str:
    """How each box is found: its name, its value, and one sentence; neighbouring boxes found alike share a line.

    asked   only these boxes, if any are named
    """
    lines: list[str] = []
    together: list[Box] = []
    for box in (box for box in sheet.boxes if not asked or box.number in asked):
        if together and (box.how, box.name, box.number) != (
            together[-1].how,
            together[-1].name,
            together[-1].number + 1,
        ):
            lines.append(_how(together))
            together = []
        together.append(box)
    lines.append(_how(together))
    return f'<div class="wb-solution"><h3>How it is done</h3><ol>{"".join(lines)}</ol></div>'


def _how(boxes: Sequence[Box]) -> str:
    first, last = boxes[0].number, boxes[-1].number
    which = f"Box {first}" if first == last else f"Boxes {first}–{last}"
    values = ", ".join(mathematics(box.shown) for box in boxes)
    name = f'<span class="wb-m">{mathematics(boxes[0].name)}</span> = ' if boxes[0].name else ""
    return f'<li><b>{which}</b> {name}<span class="wb-m">{values}</span>. {prose(boxes[0].how)}</li>'


PAGE_STYLE = ("colours", "mathematics", "page", "frame", "paper")
"""The style files of a page, in order: the narrow notebooks of frame.css have the last word, and paper after it."""


@lru_cache(maxsize=8)
def stylesheet(*names: str) -> str:
    """The stylesheet of live and static pages, or of the `names` given, without comments and line breaks: it travels
    with each page."""
    files = (Path(__file__).parent / f"{name}.css" for name in names or PAGE_STYLE)
    text = "".join(path.read_text(encoding="utf-8") for path in files)
    return re.sub(r"\s+", " ", re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)).strip()
