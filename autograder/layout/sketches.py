"""Drawings made of words: one neuron drawn out, and curves over z.

neuron([2, 3], [w_1, w_2], bias, z, a, title="…")
plot({"tanh": (np.tanh, "accent", 3.4)}, -1, 1, up=80, title="…")
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

import numpy as np

from .boxed import box_of
from .diagrams import Point, arrow, node
from .phrases import words
from .vocabulary import At, Node, Part, Several, drawing

Curve: TypeAlias = "tuple[Callable[[float], float], str, float]"
"""A function, its colour, and at which z its name stands."""

CURVES = {"ReLU": "M-24 12H0L22 -14", "σ": "M-24 13C2 13 -2 -13 24 -13"}


def neuron(
    x: Several, w: Several, bias: float, z: Part, a: Part, *,
    names: Sequence[str] | None = None, activation: str = "ReLU", title: str,
) -> Node:  # fmt: skip
    """One neuron drawn out: inputs, their weights, the sum with its bias below, the activation, and what comes out."""
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
        labels += [At(330, height - 26, bias, "node"), At(390, height - 26, "b", "name")]
    else:
        labels.append(At(330, middle + 46, words(f"bias {bias:g}".replace("-", "−")), "caption"))
    return drawing(690, int(height), shapes=shapes, labels=labels, title=title)


def plot(curves: Mapping[str, Curve], bottom: float, top: float, up: int, title: str) -> Node:
    """Curves over z from −4 to 4, `up` pixels to one unit of height: name → (function, colour, where its name is)."""
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
        labels.append(At(x + (34 if end > 0 else -26), y, name, "name"))
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
