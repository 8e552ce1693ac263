"""Figures with axes, drawn as SVG: curves, arrows, areas, contours, heat maps, bars, and handles to drag.

    figure(curve(x, x**2), arrow((0, 0), (1, 2)), handle("point", (1, 1)), x=(-3, 3), y=(-1, 9), title="A parabola")

Marks are given in the figure's own units and drawn in the order given; what lies outside the axes is cut off, texts and
handles are not. A mark's `look` is a colour of the workbook: ink, soft, accent, ok, bad, care.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from html import escape
from itertools import chain, pairwise, repeat
from math import floor, hypot, isfinite, log10
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, TypeVar

import numpy as np

from .numbers import rounded, trimmed
from .typeset import mathematics, unmarked
from .vocabulary import Node

if TYPE_CHECKING:
    from numpy.typing import NDArray

WIDTH, HEIGHT = 346, 290
LEFT, RIGHT, TOP, BOTTOM = 40, 14, 14, 34  # room for ticks and names around the axes
HEAD = 9  # length of an arrow's head, in pixels

Numbers: TypeAlias = "Sequence[float] | NDArray[Any]"
Point: TypeAlias = "Sequence[float] | NDArray[Any]"
Points: TypeAlias = "Sequence[Point] | NDArray[Any]"
Face: TypeAlias = "tuple[Points, float]"
"""A polygon, and from 0 to 1 how dark it is."""

Span: TypeAlias = tuple[float, float]
Pixel: TypeAlias = tuple[float, float]
Length = TypeVar("Length", float, "NDArray[Any]")


class Mark(NamedTuple):
    """One thing in a figure: what it is, where it is, and its options."""

    kind: str
    data: Any  # of each kind its own: points, numbers, polygons
    options: dict[str, Any]


# -- the words ---------------------------------------------------------------------------------------------------------


def figure(
    *marks: Mark, x: Span, y: Span, title: str, names: tuple[str, str] = ("", ""), width: float = WIDTH,
    height: float = HEIGHT, axes: bool = True, room: tuple[int, int, int, int] = (LEFT, RIGHT, TOP, BOTTOM),
) -> Node:  # fmt: skip
    """A figure `width` × `height` CSS pixels over the ranges x and y; y = (3, 0) counts downwards.

    title says in words what is drawn, names are those of the two axes, axes=False leaves ticks and frame away,
    room is kept free left, right, above and below the axes.
    """
    size = {"width": width, "height": height, "room": room}
    return Node("figure", marks, {"x": x, "y": y, "title": title, "names": names, "axes": axes, **size})


def curve(x: Numbers, y: Numbers, look: str = "accent", *, dashed: bool = False) -> Mark:
    """A line through the points (x, y); broken where one of them is not finite."""
    return Mark("curve", (x, y), {"look": look, "dashed": dashed})


def segment(start: Point, end: Point, look: str = "soft", *, dashed: bool = False) -> Mark:
    """A straight line between two points."""
    return curve((start[0], end[0]), (start[1], end[1]), look, dashed=dashed)


def arrow(start: Point, end: Point, look: str = "accent") -> Mark:
    """An arrow."""
    return Mark("arrow", ((start, end),), {"look": look})


def arrows(starts: Iterable[Point], ends: Iterable[Point], look: str = "soft") -> Mark:
    """A field of thin arrows."""
    return Mark("arrow", tuple(zip(starts, ends, strict=True)), {"look": f"{look} wb-thin"})


def area(points: Points, look: str = "accent", *, filled: bool = True, dashed: bool = False) -> Mark:
    """A closed polygon, lightly filled."""
    return Mark("area", points, {"look": look, "filled": filled, "dashed": dashed})


def vector(
    start: Point, by: Point, name: str, look: str = "accent", *, x: Span, y: Span, side: int = 1,
) -> tuple[Mark, Mark]:  # fmt: skip
    """An arrow from `start` by (dx, dy), and its name beyond its tip, on the side asked for: 1 is the left, -1 the
    right. The name stays within the ranges x and y of the figure, even where the arrow leaves them."""
    end = np.add(start, by)
    long = hypot(*by) or 1.0
    ahead, left = np.divide(by, long), np.array([-by[1], by[0]]) / long
    shift = 9 * ahead + 11 * side * left
    place = [min(max(at, low + 0.05 * (high - low)), high - 0.05 * (high - low))
             for at, (low, high) in zip(end, (x, y), strict=True)]  # fmt: skip
    return arrow(start, end, look), label(place, name, look, dx=float(shift[0]), dy=5 - float(shift[1]))


def dots(points: Points, look: str = "ink", *, size: float = 3.5) -> Mark:
    """Points."""
    return Mark("dots", points, {"look": look, "size": size})


def bars(values: Numbers, look: str = "accent", *, at: Numbers | None = None, wide: float = 0.6) -> Mark:
    """Bars from 0 to each value, the first at x = 0 unless `at` says where."""
    places = range(len(values)) if at is None else at
    return Mark("bars", tuple(zip(places, values, strict=True)), {"look": look, "wide": wide})


def contours(x: Numbers, y: Numbers, z: NDArray[Any], levels: Sequence[float]) -> Mark:
    """Level lines of z over the grid, z[i, j] at (x[j], y[i]); the higher, the darker the ground.

    Keep the mark (in an lru_cache, say) where it stays the same: it remembers how it is drawn.
    """
    return Mark("contours", (x, y, z), {"levels": tuple(levels), "drawn": {}})


def cells(
    values: NDArray[Any], *, largest: float | NDArray[Any] | None = None, printed: bool = True, at: Point = (0, 0)
) -> Mark:
    """A heat map, each cell a unit wide and high, where y counts downwards: the colour says the sign and, against
    `largest`, the size.

    largest   what has the full colour, one number for all or a column of one for each row
    at        the upper left corner
    """
    return Mark("cells", np.asarray(values, float), {"largest": largest, "printed": printed, "at": at})


def label(at: Point, text: str, look: str = "ink", *, anchor: str = "middle", dx: float = 0, dy: float = 0) -> Mark:
    """A formula at a point, moved by (dx, dy) pixels; anchor is start, middle or end."""
    return Mark("label", at, {"look": look, "text": text, "anchor": anchor, "dx": dx, "dy": dy})


def tag(at: Point, text: str, look: str = "ink", *, dy: float = 0, pick: tuple[str, str] | None = None) -> Mark:
    """A formula on a patch of paper, for a place where lines run; a click on it sets the control `pick` names."""
    return Mark("tag", at, {"look": look, "text": text, "dy": dy, "pick": pick})


def ring(at: Point, text: str, look: str = "ink", *, size: float = 24, pick: tuple[str, str] | None = None) -> Mark:
    """A node of a network: a circle `size` pixels in radius with a formula or a number in it; `pick` as for a tag."""
    return Mark("ring", at, {"look": look, "text": text, "size": size, "pick": pick})


def faces(polygons: Sequence[Face]) -> Mark:
    """Polygons drawn one over the other, each with a share from 0 to 1 that says how dark it is.

    Like contours, the mark remembers how it is drawn.
    """
    return Mark("faces", polygons, {"drawn": {}})


def handle(control: str, at: Point, along: str = "xy") -> Mark:
    """A handle that sets the control of that name when it is dragged, or moved by arrow keys.

    along   "xy" sets a control.drag to the point; "x" or "y" sets a slider to that coordinate
    """
    return Mark("handle", at, {"control": control, "along": along})


def heatmap(values: NDArray[Any], *, title: str, rows: Sequence[str] = (), columns: Sequence[str] = (), cell: int = 46,
            largest: float | NDArray[Any] | None = None, printed: bool = True, left: int = LEFT) -> Node:  # fmt: skip
    """A figure of its own for a matrix: coloured cells, numbers in them, names above columns and beside rows, for which
    there are `left` pixels."""
    values = np.atleast_2d(values)
    if printed:  # what is read can be heard as well
        title = f"{title}: {'; '.join(_spoken(*row) for row in zip(chain(rows, repeat('')), values, strict=False))}"
    high, wide = values.shape
    marks = [cells(values, largest=largest, printed=printed)]
    marks += [label((0, i + 0.5), name, "soft", anchor="end", dx=-7, dy=5) for i, name in enumerate(rows)]
    marks += [label((j + 0.5, 0), name, "soft", dy=-7) for j, name in enumerate(columns)]
    top, bottom = (28 if columns else 2), 2
    size = {"width": left + RIGHT + cell * wide, "height": top + bottom + cell * high}
    room = (left, RIGHT, top, bottom)
    return figure(*marks, x=(0, wide), y=(high, 0), title=title, axes=False, room=room, **size)


def _spoken(name: str, numbers: Iterable[float]) -> str:
    """A row of a heat map in words."""
    return f"{name}: {', '.join(map(short, numbers))}".removeprefix(": ").replace("-", "−")


# -- drawing -----------------------------------------------------------------------------------------------------------


class Frame(NamedTuple):
    """Where the axes lie: from the figure's units to pixels inside the plot."""

    x: Span
    y: Span
    width: float
    height: float

    def across(self, x: Length) -> Length:
        """Pixels from the left of the plot; works on arrays."""
        return (x - self.x[0]) / (self.x[1] - self.x[0]) * self.width

    def down(self, y: Length) -> Length:
        """Pixels from the top of the plot; works on arrays."""
        return (self.y[1] - y) / (self.y[1] - self.y[0]) * self.height

    def place(self, point: Point) -> Pixel:
        """The pixel of a point."""
        x: float = point[0]
        y: float = point[1]
        return self.across(x), self.down(y)


def drawn(node: Node) -> str:
    """The SVG of a figure. It holds no ids, so it may stand in a document many times."""
    opt = node.options
    width, height = opt["width"], opt["height"]
    left, right, top, bottom = opt["room"]
    frame = Frame(opt["x"], opt["y"], width - left - right, height - top - bottom)
    inside = "".join(_drawn(mark, frame) for mark in node.parts if mark.kind not in OVER)
    over = "".join(_drawn(mark, frame) for mark in node.parts if mark.kind in OVER)
    role = "group" if any(mark.kind == "handle" for mark in node.parts) else "img"
    names = _names(frame, opt["names"])
    axes = _axes(frame) if opt["axes"] else ""
    return (
        f'<svg class="wb-figure" viewBox="0 0 {width} {height}" style="width:{width}px" role="{role}" '
        f'aria-label="{escape(unmarked(opt["title"]))}"><g transform="translate({left} {top})">{axes}'
        f'<svg class="wb-plot" width="{_n(frame.width)}" height="{_n(frame.height)}">'
        f'<rect class="wb-area{"" if axes else " wb-bare"}" width="100%" height="100%"/>{inside}</svg>'
        f"{names}{over}</g></svg>"
    )


def _drawn(mark: Mark, frame: Frame) -> str:
    """The SVG of a mark, from its memory if it has one."""
    memory: dict[Frame, str] | None = mark.options.get("drawn")
    if memory is None:
        return DRAW[mark.kind](mark, frame)
    if frame not in memory:
        memory[frame] = DRAW[mark.kind](mark, frame)
    return memory[frame]


def alone(node: Node, style: str) -> str:
    """The same as a file of its own, with `style` inside: on its own ground, light or dark as the reader has it."""
    width, height = node.options["width"], node.options["height"]
    svg = drawn(node).replace(
        '<svg class="wb-figure"',
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" class="wb-figure wb-alone"', 1,
    )  # fmt: skip
    start = svg.index(">") + 1
    return f'{svg[:start]}<style>{style}</style><rect class="wb-ground" width="100%" height="100%"/>{svg[start:]}'


def _axes(frame: Frame) -> str:
    parts: list[str] = []
    lines = {"wb-grid": "", "wb-grid wb-zero": ""}
    for value in ticks(frame.x):
        x = _n(frame.across(value))
        lines["wb-grid" if value else "wb-grid wb-zero"] += f"M{x} 0V{_n(frame.height)}"
        parts.append(f'<text class="wb-tick" x="{x}" y="{_n(frame.height + 16)}">{_tick(value)}</text>')
    for value in ticks(frame.y):
        y = frame.down(value)
        lines["wb-grid" if value else "wb-grid wb-zero"] += f"M0 {_n(y)}H{_n(frame.width)}"
        parts.append(f'<text class="wb-tick wb-end" x="-6" y="{_n(y + 4)}">{_tick(value)}</text>')
    return "".join(f'<path class="{look}" d="{path}"/>' for look, path in lines.items() if path) + "".join(parts)


def _names(frame: Frame, names: tuple[str, str]) -> str:
    """The names of the axes, inside at their ends and above all that is drawn."""
    x, y = names
    return (_text(frame.width - 6, frame.height - 7, x, "wb-name wb-end") if x else "") + (
        _text(7, 17, y, "wb-name wb-start") if y else ""
    )


def ticks(span: Span, most: int = 7) -> list[float]:
    """Round numbers within the span, at most so many: multiples of 1, 2 or 5 times a power of ten."""
    low, high = sorted(span)
    rough = (high - low) / most
    unit = 10.0 ** floor(log10(rough))
    step = next(unit * factor for factor in (1, 2, 5, 10) if unit * factor >= rough * (1 - 1e-9))
    first, last = -floor(-low / step + 1e-9), floor(high / step + 1e-9)
    return [round(i * step, 10) + 0.0 for i in range(first, last + 1)]


def _tick(value: float) -> str:
    return f"{value:g}".replace("-", "−")


def _curve(mark: Mark, frame: Frame) -> str:
    x, y = _floats(*mark.data)
    dashed = " wb-dashed" if mark.options["dashed"] else ""
    return f'<path class="wb-curve wb-{mark.options["look"]}{dashed}" d="{_path(frame.across(x), frame.down(y))}"/>'


def _floats(*values: Numbers) -> list[NDArray[Any]]:
    return [np.asarray(each, float) for each in values]


FAR = 4000.0  # pixels: beyond this a curve is out of sight, and drawing programs lose their footing


def _path(x: NDArray[Any], y: NDArray[Any]) -> str:
    """Lines through the points, lifted where one is not finite, cut off where they leave for good."""
    parts: list[str] = []
    pen: Pixel | None = None
    for start, end in pairwise(zip(x.tolist(), y.tolist(), strict=True)):
        inside = _cut(start, end)
        if inside:
            start, end = inside
            parts.append(("" if start == pen else f"M{_n(start[0])} {_n(start[1])}") + f"L{_n(end[0])} {_n(end[1])}")
        pen = end if inside else None
    return "".join(parts)


def _cut(start: Pixel, end: Pixel) -> tuple[Pixel, Pixel] | None:
    """The part of a line that is less than FAR away; moving an end alone would turn the line."""
    along = end[0] - start[0], end[1] - start[1]
    if not isfinite(sum(start) + sum(along)):
        return None
    first, last = 0.0, 1.0
    for at, by in zip(start, along, strict=True):
        if by:
            enters, leaves = sorted(((-FAR - at) / by, (FAR - at) / by))
            first, last = max(first, enters), min(last, leaves)
        elif abs(at) > FAR:
            return None
    if first > last:
        return None

    def place(share: float) -> Pixel:
        return start[0] + share * along[0], start[1] + share * along[1]

    return start if first == 0 else place(first), end if last == 1 else place(last)


def _arrows(mark: Mark, frame: Frame) -> str:
    head = HEAD * (0.55 if "wb-thin" in mark.options["look"] else 1)
    shafts = "".join(_arrow(frame.place(start), frame.place(end), head) for start, end in mark.data)
    return f'<path class="wb-arrow wb-{mark.options["look"]}" d="{shafts}"/>'


def _arrow(start: Pixel, end: Pixel, head: float) -> str:
    """A shaft and a filled head; a short arrow has a smaller head, and one without length is a dot."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = hypot(dx, dy)
    if not isfinite(length) or length < 0.5:
        return f"M{_n(start[0])} {_n(start[1])}h.1"
    head = min(head, 0.6 * length)
    ux, uy = dx / length * head, dy / length * head
    back = (end[0] - ux, end[1] - uy)
    left, right = (back[0] - 0.42 * uy, back[1] + 0.42 * ux), (back[0] + 0.42 * uy, back[1] - 0.42 * ux)
    return (
        f"M{_n(start[0])} {_n(start[1])}L{_n(back[0])} {_n(back[1])}"
        f"M{_n(left[0])} {_n(left[1])}L{_n(end[0])} {_n(end[1])}L{_n(right[0])} {_n(right[1])}Z"
    )


def _area(mark: Mark, frame: Frame) -> str:
    corners = " ".join(f"{_n(x)},{_n(y)}" for x, y in map(frame.place, mark.data))
    extra = ("" if mark.options["filled"] else " wb-open") + (" wb-dashed" if mark.options["dashed"] else "")
    return f'<polygon class="wb-face wb-{mark.options["look"]}{extra}" points="{corners}"/>'


def _dots(mark: Mark, frame: Frame) -> str:
    spots = "".join(f"M{_n(x)} {_n(y)}h0" for x, y in map(frame.place, mark.data) if abs(x) + abs(y) < FAR)
    width = _n(2 * mark.options["size"])  # a line without length, whose round ends make the dot
    return f'<path class="wb-dots wb-{mark.options["look"]}" d="{spots}" style="stroke-width:{width}px"/>'


def _bars(mark: Mark, frame: Frame) -> str:
    half, zero = mark.options["wide"] / 2, frame.down(0)
    rects = ""
    for place, value in mark.data:
        left, right, end = frame.across(place - half), frame.across(place + half), frame.down(value)
        top, high = min(zero, end), abs(zero - end)
        rects += f'<rect x="{_n(left)}" y="{_n(top)}" width="{_n(right - left)}" height="{_n(high)}"/>'
    return f'<g class="wb-bars wb-{mark.options["look"]}">{rects}</g>'


def _contours(mark: Mark, frame: Frame) -> str:
    from contourpy import contour_generator  # Matplotlib's own, without Matplotlib

    x, y, z = _floats(*mark.data)
    contours = contour_generator(frame.across(x), frame.down(y), z, name="serial", corner_mask=False)
    levels = mark.options["levels"]
    grounds = [f'<path style="--p:0%" d="M0 0H{_n(frame.width)}V{_n(frame.height)}H0Z"/>']
    for place, low in enumerate(levels, start=1):  # each ground lies on the one below and is everything above its level
        outlines = "".join(
            _outline(points[start:end])
            for points, offsets in zip(*contours.filled(low, np.inf), strict=True)
            for start, end in pairwise(offsets)
        )
        grounds.append(f'<path style="--p:{round(DARKEST * place / len(levels))}%" d="{outlines}"/>')
    return f'<g class="wb-grounds">{"".join(grounds)}</g>'


DARKEST = 46  # per cent of the accent's colour in the highest ground


def _outline(points: NDArray[Any]) -> str:
    """A closed path, each point relative to the one before, without those that lie on the line of their neighbours."""
    points = points[np.any(np.abs(points - np.roll(points, 1, axis=0)) > 1e-6, axis=1)]  # a level met twice at a corner
    before, after = points - np.roll(points, 1, axis=0), np.roll(points, -1, axis=0) - points
    bend = np.abs(before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0])
    tenths = np.round(10 * points[bend > 1e-6]).astype(int)
    moves = np.diff(tenths, axis=0, prepend=[[0, 0]]).tolist()
    return "".join(f"{'l' if n else 'M'}{_n(dx / 10)} {_n(dy / 10)}" for n, (dx, dy) in enumerate(moves)) + "Z"


def _faces(mark: Mark, frame: Frame) -> str:
    placed = ((np.array([frame.place(corner) for corner in corners]), share) for corners, share in mark.data)
    shapes = (f'<path style="--p:{round(DARKEST * share)}%" d="{_outline(points)}"/>' for points, share in placed)
    return f'<g class="wb-grounds wb-faces">{"".join(shapes)}</g>'


def _cells(mark: Mark, frame: Frame) -> str:
    values: NDArray[Any] = mark.data
    given: float | NDArray[Any] | None = mark.options["largest"]
    most = np.broadcast_to(np.abs(values).max(initial=0) or 1.0 if given is None else given, values.shape)
    left, top = mark.options["at"]
    wide, high = frame.across(1) - frame.across(0), frame.down(1) - frame.down(0)
    parts: list[str] = []
    for (i, j), value in np.ndenumerate(values):
        share = min(1.0, abs(value) / most[i, j])
        sign = " wb-minus" if value < 0 else ""
        x, y = frame.across(left + j), frame.down(top + i)
        parts.append(
            f'<rect class="wb-cell{sign}" x="{_n(x)}" y="{_n(y)}" width="{_n(wide)}" height="{_n(high)}" '
            f'style="--p:{round(72 * share)}%"/>'
        )
        if mark.options["printed"]:
            parts.append(_text(x + wide / 2, y + high / 2 + 5, short(value), "wb-entry"))
    return "".join(parts)


def short(value: float) -> str:
    """A number of a few letters, for a cell: 0.25, -3, 1.5, 0.008."""
    if abs(value) < 5e-4:
        return "0"
    return trimmed(f"{float(rounded(value, 2)):.3f}") if abs(value) < 10 else f"{value:.0f}"


def _label(mark: Mark, frame: Frame) -> str:
    x, y = frame.place(mark.data)
    opt = mark.options
    return _text(x + opt["dx"], y + opt["dy"], opt["text"], f"wb-label wb-{opt['look']} wb-{opt['anchor']}")


def _tag(mark: Mark, frame: Frame) -> str:
    x, y = frame.place(mark.data)
    opt = mark.options
    y += opt["dy"]
    half = 4.1 * len(unmarked(opt["text"])) + 5
    drawn = (
        f'<rect class="wb-patch" x="{_n(x - half)}" y="{_n(y - 11)}" width="{_n(2 * half)}" height="22" rx="6"/>'
        + _text(x, y + 5, opt["text"], f"wb-tag wb-{opt['look']}")
    )
    return _picked(drawn, opt["pick"])


def _picked(drawn: str, pick: tuple[str, str] | None) -> str:
    """The same as something to click on, where it sets a control."""
    if not pick:
        return drawn
    control, value = map(escape, pick)
    return f'<g class="wb-pick" data-control="{control}" data-value="{value}">{drawn}</g>'


def _ring(mark: Mark, frame: Frame) -> str:
    x, y = frame.place(mark.data)
    opt = mark.options
    small = " wb-small" if len(unmarked(opt["text"])) > 5 else ""
    circle = f'<circle class="wb-ring wb-{opt["look"]}" cx="{_n(x)}" cy="{_n(y)}" r="{_n(opt["size"])}"/>'
    return _picked(circle + _text(x, y + 5, opt["text"], f"wb-inring{small}"), opt["pick"])


def _handle(mark: Mark, frame: Frame) -> str:
    """The group that explorer.js makes a handle of; it lies over everything, kept within the axes."""
    x, y = frame.place(mark.data)
    x, y = max(0.0, min(frame.width, x)), max(0.0, min(frame.height, y))
    spans = " ".join(f"{value:g}" for value in (*frame.x, *frame.y))
    return (
        f'<g class="wb-handle" data-control="{escape(mark.options["control"])}" data-along="{mark.options["along"]}" '
        f'data-spans="{spans}" transform="translate({_n(x)} {_n(y)})"><circle class="wb-grip" r="15"/>'
        '<circle class="wb-knob" r="7"/></g>'
    )


OVER = ("tag", "ring", "label", "handle")  # kinds of marks that are not cut off at the axes
DRAW: dict[str, Callable[[Mark, Frame], str]] = {
    "curve": _curve,
    "arrow": _arrows,
    "area": _area,
    "dots": _dots,
    "bars": _bars,
    "contours": _contours,
    "faces": _faces,
    "cells": _cells,
    "label": _label,
    "tag": _tag,
    "ring": _ring,
    "handle": _handle,
}
"""Kind of mark → its SVG."""


def _n(value: float) -> str:
    """A pixel with one decimal, the shortest way."""
    text = f"{value:.1f}"
    return text[:-2] if text.endswith(".0") else text


def _text(x: float, y: float, text: str, names: str) -> str:
    return f'<text class="{names}" x="{_n(x)}" y="{_n(y)}">{_spans(text)}</text>'


_PIECE = re.compile(r"<(/?)(\w+)[^>]*>|([^<]+)")
_RELATION = re.compile(r'<span class="wb-rel">([^<]+)</span>')  # in SVG, room around a sign is a space
_RAISE = {"sub": 5, "sup": -6}


@lru_cache(maxsize=1024)
def _spans(formula: str) -> str:
    """A formula as SVG text: names italic, indices smaller and moved."""
    out, moved = "", 0
    tags: list[str] = []
    for close, tag, text in _PIECE.findall(_RELATION.sub(r" \1 ", mathematics(formula))):
        if text:
            wanted = sum(_RAISE.get(open_, 0) for open_ in tags)
            dy = f' dy="{wanted - moved}"' if wanted != moved else ""
            kinds = " ".join(kind for kind, there in (("wb-i", "i" in tags), ("wb-index", wanted)) if there)
            moved = wanted
            out += f'<tspan class="{kinds}"{dy}>{text}</tspan>' if dy or kinds else text
        elif close:
            tags.pop()
        else:
            tags.append(tag)
    return out
