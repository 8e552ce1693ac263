"""A window that slides: a row of numbers under a filter, and pictures as grids of numbers.

    sliding(x, z, 3, at=1, weights=w, title="…")
    grids(Grid(x, "x", window=(0, 1, 2, 2)), "⋆", Grid(w, "w"), "=", Grid(z, "z"), title="…")

The first draws a row above and what comes out below, with a line from each number under the filter to what it makes;
the stop `at` is framed and has the weights on its lines. The second draws pictures in a line.

What stands in a cell is a number, letters, a box, or an echo of one. Cells are lit by the names of what stands in them,
lines by the weight that sits on them, which is the same at all stops: `w_1`, `w_2` …
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import NamedTuple

from .boxed import box_of
from .diagrams import HALF_BOX, Point, letters_in, names_in, width_of_box
from .vocabulary import At, Node, Part, Several, drawing, drawn, entries, lit, unlit

CELL = 46
PITCH = 78  # from one cell of a row to the next, where boxes are not wider
DROP = 138  # from a row to what comes out of it
MARGIN = 44
TIGHT = 52  # from one cell of a grid to the next, where there are no boxes
BETWEEN = 15  # two boxes


def sliding(
    x: Several,
    z: Several,
    size: int,
    *,
    stride: int = 1,
    padding: int = 0,
    dilation: int = 1,
    names: tuple[Several, Several] = ((), ()),
    at: int | None = None,
    weights: Several = (),
    title: str,
) -> Node:
    """A row x, and below it what a filter of this size makes of it at each stop.

    names    what stands above each number of x, and below each of z
    at       a stop, counted from 0: its window is framed, and the weights sit on its lines
    padding  zeros at both ends of x, drawn with dashes
    """
    if not drawn.get():
        return Node("drawing", ())
    zeros: list[Part] = [None] * padding
    above = zeros + entries(x) + zeros
    below = entries(z)
    places = [[stride * stop + dilation * t for t in range(size)] for stop in range(len(below))]
    left, top = MARGIN + CELL / 2, 54.0
    low = top + DROP
    pitch = max(PITCH, _pitch_of(above), _pitch_of(below) / stride)
    tops: list[Point] = [(left + pitch * i, top) for i in range(len(above))]
    ends: list[Point] = [((tops[under[0]][0] + tops[under[-1]][0]) / 2, low) for under in places]
    shapes: list[str] = []
    labels: list[At] = []
    if at is not None:
        first, last = tops[places[at][0]], tops[places[at][-1]]
        shapes.append(_frame(first[0] - 33, top - 31, last[0] - first[0] + 66, 62))
    for stop, under in enumerate(places):
        for t, i in enumerate(under):
            weight = entries(weights)[t] if stop == at and len(weights) else None
            part = lit(f"w_{t + 1}", unlit(weight))
            line = _edges(tops[i], ends[stop], above[i], below[stop])
            shapes.append(_line(*line, part, strong=stop == at))
            if unlit(weight) is not None:
                labels.append(At(*_between(*line, 1 / 3), part, "chip"))  # above the crossings
    for i, part in enumerate(above):
        _cell(tops[i], 0 if part is None else part, shapes, labels, look="wb-in", dashed=part is None)
    for spot, part in zip(ends, below, strict=True):
        _cell(spot, part, shapes, labels)
    labels += [
        At(spot[0], spot[1] - 44, name, "name")
        for spot, name in zip(tops[padding : len(above) - padding], entries(names[0]), strict=False)
    ]
    under = 37 if all(box_of(unlit(part)) for part in below) else 43
    labels += [At(spot[0], spot[1] + under, name, "name") for spot, name in zip(ends, entries(names[1]), strict=False)]
    width = tops[-1][0] + left
    return drawing(int(width), int(low + 66), shapes=shapes, labels=labels, title=title)


class Grid(NamedTuple):
    """A picture: rows of numbers, its name, and a frame around (row, column, height, width) of it."""

    cells: Several
    name: str = ""
    window: tuple[int, int, int, int] | None = None

    @property
    def pitch(self) -> int:
        """From one cell to the next."""
        return int(max(TIGHT, *(_pitch_of(entries(row)) for row in self.cells)))

    @property
    def size(self) -> tuple[float, float]:
        """Its width and its height."""
        return self.pitch * len(entries(self.cells[0])), self.pitch * len(self.cells)


def grids(*parts: Grid | str, title: str) -> Node:
    """Pictures in a line, with signs between them: "⋆", "=", "→", "+"."""
    if not drawn.get():
        return Node("drawing", ())
    height = max(part.size[1] for part in parts if isinstance(part, Grid))
    middle, across = 16 + height / 2, 24.0
    shapes: list[str] = []
    labels: list[At] = []
    for part in parts:
        if isinstance(part, str):
            labels.append(At(across + 8, middle, part, "name"))
            across += 34
            continue
        wide, high = part.size
        corner = (across, middle - high / 2)
        for (i, row), j in product(enumerate(part.cells), range(len(entries(part.cells[0])))):
            spot = (corner[0] + part.pitch * (j + 0.5), corner[1] + part.pitch * (i + 0.5))
            joined = part.pitch == TIGHT  # the cells of a picture without boxes touch each other
            side, corners = (TIGHT, 0) if joined else (CELL, 7)
            _cell(spot, entries(row)[j], shapes, labels, look="wb-in" if joined else "", side=side, corners=corners)
        if part.window:
            r, c, h, w = (part.pitch * n for n in part.window)
            shapes.append(_frame(corner[0] + c, corner[1] + r, w, h, gap=-1))
        labels.append(At(corner[0] + wide / 2, middle + high / 2 + 20, part.name, "name"))
        across += wide + 18
    return drawing(int(across + 6), int(height + 54), shapes=shapes, labels=labels, title=title)


# -- what they are drawn with ------------------------------------------------------------------------------------------


def _pitch_of(parts: Sequence[Part]) -> float:
    """From one box to the next; 0 where there are none."""
    letters = max(map(letters_in, parts), default=0)
    return width_of_box(letters) + BETWEEN if letters else 0


def _cell(
    spot: Point, part: Part, shapes: list[str], labels: list[At], *, look: str = "", dashed: bool = False,
    side: int = CELL, corners: int = 7,
) -> None:  # fmt: skip
    """A square with something in it; a box is a square of its own."""
    if not box_of(unlit(part)):
        dashes = ' stroke-dasharray="4 4"' if dashed else ""
        x, y = spot[0] - side / 2, spot[1] - side / 2
        shapes.append(
            f'<rect class="wb-node {look}"{names_in(part)}{dashes} style="stroke-width:1.3" x="{x:.1f}" y="{y:.1f}" '
            f'width="{side}" height="{side}" rx="{corners}"/>'
        )
    labels.append(At(*spot, part, "node"))


def _frame(x: float, y: float, width: float, height: float, gap: int = 0) -> str:
    """The window, where it stands."""
    return (
        f'<rect x="{x + gap:.1f}" y="{y + gap:.1f}" width="{width - 2 * gap:.1f}" height="{height - 2 * gap:.1f}" '
        'rx="9" style="fill:none;stroke:var(--accent);stroke-width:2.6"/>'
    )


def _edges(start: Point, end: Point, tail: Part, head: Part) -> tuple[Point, Point]:
    """Where a line leaves a cell, and where it reaches the one below."""
    above, below = (HALF_BOX if box_of(unlit(cell)) else CELL / 2 for cell in (tail, head))
    return (start[0], start[1] + above + 2), (end[0], end[1] - below - 2)


def _line(a: Point, b: Point, part: Part, *, strong: bool) -> str:
    """From a number to what it is summed into, lit by its weight."""
    path = f"M{a[0]:.1f} {a[1]:.1f}L{b[0]:.1f} {b[1]:.1f}"
    names, width = names_in(part), 2.2 if strong else 1.2
    return (
        f'<path class="wb-edge"{names} style="stroke-width:{width}" d="{path}"/>'
        f'<path class="wb-touch"{names} d="{path}"/>'
    )


def _between(a: Point, b: Point, share: float) -> Point:
    return a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share
