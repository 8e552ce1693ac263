"""Drawings made of words: one neuron, curves over z, a batch, numbers and their mean, and steps in a valley.

neuron([2, 3], [w_1, w_2], bias, z, a, title="…")
plot({"tanh": (np.tanh, "accent", 3.4)}, -1, 1, up=80, title="…")
batch(("X", 2), ("Z", 3), 4, by="W, b", title="…")
number_line({"example 1": -5, "example 2": 2}, ("mean", -1.5), title="…")
descent((1, 8), {"plain": (points, "care")}, title="…")
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

import numpy as np

from .boxed import box_of
from .diagrams import Point, arrow, node
from .phrases import words
from .vocabulary import At, Node, Part, Place, Several, drawing, drawn, trail

Curve: TypeAlias = "tuple[Callable[[float], float], str, float]"
"""A function, its colour, and at which z its name stands."""

CURVES = {"ReLU": "M-24 12H0L22 -14", "σ": "M-24 13C2 13 -2 -13 24 -13"}


def neuron(
    x: Several, w: Several, bias: float, z: Part, a: Part, *,
    names: Sequence[str] | None = None, activation: str = "ReLU", title: str,
) -> Node:  # fmt: skip
    """One neuron drawn out: inputs, their weights, the sum with its bias below, the activation, and what comes out."""
    if not drawn.get():
        return Node("drawing", ())
    height = max(250, 2 * 50 + 88 * (len(x) - 1))
    middle, gap = height / 2, 88
    spots = [(92, middle + (i - (len(x) - 1) / 2) * gap) for i in range(len(x))]
    total, curve, out = (330, middle), (505, middle), (630, middle)
    shapes = [
        node(*total, "hidden"),
        f'<rect class="wb-node" x="{curve[0] - 38}" y="{middle - 32}" width="76" height="64" rx="9"/>',
        f'<path d="{CURVES[activation]}" transform="translate({curve[0]} {middle})" '
        'style="fill:none;stroke:var(--accent);stroke-width:2.4"/>',
        arrow(total, curve, 27, 38),
        arrow(curve, out, 38, 38),
    ]
    labels = [
        At(*total, "Σ", "node"),
        At(*out, a, "node"),
        At(out[0], middle - 46, "a", "name"),
        At(curve[0], middle + 48, words(activation) if activation != "σ" else "σ", "caption"),
    ]
    for i, spot in enumerate(spots):
        shapes.append(arrow(spot, total, 36 if box_of(x[i]) else 27, 27))
        share = 0.46 if box_of(w[i]) or len(x) > 2 else 0.5
        labels.append(At(spot[0] + (total[0] - spot[0]) * share, spot[1] + (middle - spot[1]) * share, w[i], "chip"))
        if not box_of(x[i]):
            shapes.append(node(*spot, "in"))
        labels += [At(*spot, x[i], "node"), At(spot[0] - 56, spot[1], names[i] if names else f"x_{i + 1}", "name")]
    labels.append(At(419, middle - (0 if box_of(z) else 18), z, "chip" if box_of(z) else "forward"))
    if box_of(z):
        labels.append(At(419, middle - 40, "z", "name"))
    if box_of(bias):
        shapes.append(arrow((330, height - 26), total, 24, 27))
        labels += [At(330, height - 26, bias, "node"), At(378, height - 26, "b", "name")]
    else:
        labels.append(At(330, middle + 46, words(f"bias {bias:g}".replace("-", "−")), "caption"))
    return drawing(690, int(height), shapes=shapes, labels=labels, title=title)


def plot(curves: Mapping[str, Curve], bottom: float, top: float, up: int, title: str) -> Node:
    """Curves over z from −4 to 4, `up` pixels to one unit of height: name → (function, colour, where its name is)."""
    if not drawn.get():
        return Node("drawing", ())
    across, left = 50, 60

    def place(z: float, a: float) -> Point:
        return left + (z + 4) * across, 20 + (top - a) * up

    def line(a: Point, b: Point) -> str:
        return f'<line class="wb-edge" style="stroke-width:1" x1="{a[0]}" y1="{a[1]:.1f}" x2="{b[0]}" y2="{b[1]:.1f}"/>'

    shapes = [line(place(-4, 0), place(4, 0)), line(place(0, bottom), place(0, top))]
    labels: list[At] = []
    for name, (f, colour, end) in curves.items():
        points = [place(z, float(f(z))) for z in np.linspace(-4, 4, 97).tolist() if bottom <= f(z) <= top]
        path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
        shapes.append(f'<path d="{path}" style="fill:none;stroke:var(--{colour});stroke-width:2.4"/>')
        x, y = place(end, float(f(end)))
        beside, above = (14 + 5 * len(name), 0) if abs(end) > 2 else (0, 18)  # at an end of the curve, or over it
        labels.append(At(x + (beside if end > 0 else -beside), y - above, name, "name"))
    labels.append(At(place(4, 0)[0] + 16, place(4, 0)[1], "z", "caption"))
    for value in sorted({*range(int(np.ceil(bottom)), int(top) + 1)} - {0}):
        x, y = place(0, value)
        shapes.append(line((x - 4, y), (x + 4, y)))
        labels.append(At(x - 18, y, words(f"{value}".replace("-", "−")), "caption"))
    for z in (-4, -2, 2, 4):
        x, y = place(z, 0)
        shapes.append(line((x, y - 4), (x, y + 4)))
        labels.append(At(x, y + 14, words(f"{z}".replace("-", "−")), "caption"))
    height = int((top - bottom) * up) + 40
    return drawing(2 * left + 8 * across, height, shapes=shapes, labels=labels, title=title)


CELL = 30  # of a matrix that is drawn without its numbers


def batch(
    before: tuple[str, int], after: tuple[str, int], m: int, *, by: str, in_rows: bool = False, title: str
) -> Node:
    """m examples, each a column (or a row) of its own, on their way through a layer; the second one stands out.

    before, after   the name of the matrix, and how many numbers an example has in it
    by              what each example meets on the way
    """
    if not drawn.get():
        return Node("drawing", ())
    left, gap = 60, 150
    middle = 12 + CELL * m / 2 if in_rows else 36 + CELL * max(before[1], after[1]) / 2
    shapes: list[str] = []
    labels: list[At] = []
    start, ends = float(left), list[float]()
    for name, n in (before, after):
        wide, high = (n, m) if in_rows else (m, n)
        top = middle - high * CELL / 2
        for i in range(m):
            x, y = (start, top + i * CELL) if in_rows else (start + i * CELL, top)
            w, h = (n * CELL, CELL - 8) if in_rows else (CELL - 8, n * CELL)
            look = "wb-node wb-in" if i == 1 else "wb-node"
            shapes.append(f'<rect class="{look}" x="{x:.0f}" y="{y:.0f}" width="{w}" height="{h}" rx="5"/>')
            at = (start - 16, y + h / 2) if in_rows else (x + w / 2, top - 14)
            labels.append(At(*at, f"{name.lower()}_{i + 1}", "caption"))
        labels.append(At(start + (wide * CELL - 8 * (not in_rows)) / 2, top + high * CELL + 14, name, "caption"))
        ends += [start, start + wide * CELL]
        start += wide * CELL + gap
    level = middle - 4 * in_rows
    shapes.append(arrow((ends[1], level), (ends[2] - 26 * in_rows, level), 14, 14))
    labels.append(At((ends[1] + ends[2] - 26 * in_rows) / 2, level - 20, by, "name"))
    height = max([label.y for label in labels]) + 14
    return drawing(int(ends[3] + left), int(height), shapes=shapes, labels=labels, title=title)


def number_line(points: Mapping[str, float], mean: tuple[str, float], *, low: int, high: int, title: str) -> Node:
    """Numbers as dots over an axis with ticks, their names above, each at its own height; below it the mean, on which
    they balance."""
    if not drawn.get():
        return Node("drawing", ())
    width, left, ground = 660, 90, 24 + 30 * len(points)

    def place(value: float) -> float:
        return left + (value - low) / (high - low) * (width - 2 * left)

    shapes = [f'<path class="wb-edge" d="M{left - 14} {ground}H{width - left + 14}"/>']
    labels: list[At] = []
    step = max(1, -(-(high - low) // 10))
    for value in range(-(-low // step) * step, high + 1, step):
        shapes.append(f'<path class="wb-edge" d="M{place(value):.1f} {ground - 4}v8"/>')
        labels.append(At(place(value), ground + 17, words(f"{value}".replace("-", "−")), "caption"))
    for n, (name, value) in enumerate(points.items()):
        x, y = place(value), ground - 30 - 30 * n
        shapes.append(f'<path class="wb-edge" d="M{x:.1f} {ground}V{y + 13}"/>')
        shapes.append(f'<circle cx="{x:.1f}" cy="{ground}" r="6" style="fill:var(--ink)"/>')
        labels.append(At(x, y, words(name), "name"))
    x = place(mean[1])
    shapes.append(f'<path d="M{x:.1f} {ground + 30}l-11 19h22Z" style="fill:var(--accent)"/>')
    labels.append(At(x, ground + 62, words(mean[0]), "backward"))
    return drawing(width, ground + 78, shapes=shapes, labels=labels, title=title)


Way: TypeAlias = "tuple[Sequence[Place], str]"
"""The places on a way, some of which may be boxes, and its colour."""

DASHES = ("", "8 4", "1 6")
"""The strokes of the first way, the second, the third: what tells them apart where there are no colours."""


def descent(
    curve: tuple[float, float], ways: Mapping[str, Way], *, x: tuple[int, int], y: tuple[int, int], title: str
) -> Node:
    """Level lines of ½(c₁w₁² + c₂w₂²) over axes with ticks, and ways down with a dot for each place, as far as they are
    known; their names stand below, beside their strokes."""
    if not drawn.get():
        return Node("drawing", ())
    width, height, left, top = 600, 250, 54, 16

    def across(value: float) -> float:
        return left + (value - x[0]) / (x[1] - x[0]) * width

    def down(value: float) -> float:
        return top + (y[1] - value) / (y[1] - y[0]) * height

    frame = f'<rect class="wb-edge" style="stroke-width:1" x="{left}" y="{top}" width="{width}" height="{height}"/>'
    inside: list[str | Node] = []
    zero, unit = (across(0), down(0)), (across(1) - across(0), down(1) - down(0))
    highest = curve[0] * max(map(abs, x)) ** 2 + curve[1] * max(map(abs, y)) ** 2
    for share in (0.02, 0.08, 0.18, 0.32, 0.5, 0.72):  # squares of even steps: the lines lie evenly
        rx, ry = ((share * highest / c) ** 0.5 * size / (span[1] - span[0])
                  for c, size, span in zip(curve, (width, height), (x, y), strict=True))  # fmt: skip
        inside.append(
            f'<ellipse class="wb-edge" style="stroke-width:1;opacity:.55" cx="{across(0):.1f}" cy="{down(0):.1f}" '
            f'rx="{rx:.1f}" ry="{ry:.1f}"/>'
        )
    labels = [At(left + width + 20, top + height, "w_1", "caption"), At(left - 30, top + 20, "w_2", "caption")]
    for n, (name, (points, colour)) in enumerate(ways.items()):
        inside.append(trail(points, colour, origin=zero, unit=unit, dashes=DASHES[n]))
        at = left + width * (n + 0.5) / len(ways)
        labels.append(At(at - 32 + 4.1 * len(name), top + height + 44, words(name), "caption"))
        frame += (
            f'<path class="wb-trail" d="M{at - 76:.1f} {top + height + 44}h32" '
            f'style="stroke:var(--{colour});stroke-dasharray:{DASHES[n]}"/>'
        )
    place = f'x="{left}" y="{top}" width="{width}" height="{height}" viewBox="{left} {top} {width} {height}"'
    clip = f'<svg {place} style="overflow:hidden">'
    for value in range(x[0], x[1] + 1, 2):
        labels.append(At(across(value), top + height + 15, words(f"{value}".replace("-", "−")), "caption"))
    for value in range(y[0], y[1] + 1):
        labels.append(At(left - 14, down(value), words(f"{value}".replace("-", "−")), "caption"))
    shapes = [frame, clip, *inside, "</svg>"]
    return drawing(left + width + 40, top + height + 62, shapes=shapes, labels=labels, title=title)
