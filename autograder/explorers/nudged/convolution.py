"""Chapter 11: a filter along a row, pooling, and the whole pass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ...engine.activations import relu
from ...engine.arrays import Numbers, floats
from ...engine.convolution import correlate
from ...engine.pooling import max_pool, mean_pool
from ..nudging import ERRORS_ONLY, Asked, Computation, Given, Step, slope
from ..sketch import Edge, Sketch


def named(letter: str, count: int) -> list[str]:
    """z_1, z_2, …"""
    return [f"{letter}_{i + 1}" for i in range(count)]


def sliding(
    x: Numbers, w: Numbers, b: float, steps: Mapping[str, Step], told: str, *, stride: int = 1,
    behind: Sequence[Sequence[str]] = (), lines: Sequence[Edge] = (), spots: Mapping[str, Any] | None = None,
) -> Computation:  # fmt: skip
    """A filter along a row, and the steps behind it, drawn in columns; `told` names what the page prints."""
    x, w = floats(x), floats(w)
    stops = (len(x) - len(w)) // stride + 1
    sketch = Sketch([named("x", len(x)), named("z", stops), *behind])
    under = [(1, stop, stride * stop + t) for stop in range(stops) for t in range(len(w))]
    first = {"z1": lambda v: correlate(v.x, v.w, v.b, stride=stride)}
    places = {"x": (0, 0), "w": (1, 0, 0), "b": (1, 0), "z1": (1, 0), **(spots or {})}
    return Computation({"x": x, "w": w, "b": floats(b)}, {**first, **steps}, sketch, [*under, *lines], places,
                       frozenset(told.split()), {"z1": "z"})  # fmt: skip


def errors(x: Numbers, delta: Numbers, told: str, *, w: Numbers = (0, 0, 0), stride: int = 1) -> Computation:
    """A filter of which only the errors of its sums are told."""
    base = sliding(x, w, 0, {"C": lambda v: slope(delta, v.z1)}, told, stride=stride)
    return base.but(note=ERRORS_ONLY)


def row_of(g: Given) -> tuple[Any, Any, float]:
    """The row of the chapter, its filter and its bias."""
    return g["x w b"]


def pooled(g: Given) -> list[Computation | Asked]:
    """Overlapping windows of a maximum, then means side by side; of both what comes back is told."""
    x, y = floats(g["x"]), floats(g["y"])
    largest = Computation(
        {"x": x}, {"a": lambda v: max_pool(v.x, (2,), 1), "C": lambda v: slope(g["g"], v.a)},
        Sketch([named("x", 5), named("a", 4)]), [(1, i, i + t) for i in range(4) for t in (0, 1)],
        {"x": (0, 0)}, frozenset({"x"}), note=ERRORS_ONLY,
    )  # fmt: skip
    means = Computation(
        {"y": y}, {"a": lambda v: mean_pool(v.y, (2,)), "C": lambda v: slope(g["h"], v.a)},
        Sketch([named("x", 4), named("a", 2)]), [(1, i // 2, i) for i in range(4)],
        {"y": (0, 0)}, frozenset({"y"}), {"y": "x"}, note=ERRORS_ONLY,
    )  # fmt: skip
    return [largest, Asked(means, since=10)]


def whole(g: Given, told: str) -> Computation:
    """The network of the last pages: filter, ReLU, pooling, a dense layer, half the squared error."""
    steps = {
        "a1": lambda v: relu(v.z1),
        "a2": lambda v: max_pool(v.a1, (2,)),
        "z3": lambda v: np.sum(v.W3 * v.a2) + v.b3,
        "C": lambda v: (v.z3 - g["y"]) ** 2 / 2,
    }
    lines = [*((2, i // 2, i) for i in range(4)), (3, 0, 0), (3, 0, 1)]
    spots = {"a1": (1, 0), "a2": (2, 0), "z3": (3, 0), "b3": (3, 0), "W3": (3, 0, 0)}
    base = sliding(*row_of(g), steps, told, behind=[["a^{(2)}_1", "a^{(2)}_2"], ["a^{(3)}"]], lines=lines, spots=spots)
    letters = {"z1": "z^{(1)}", "a2": "a^{(2)}", "z3": "z^{(3)}", "W3": "w^{(3)}", "b3": "b^{(3)}"}
    given = {**base.given, "W3": floats(g["v"]), "b3": floats(g["c"])}
    return base.but(given=given, letters=letters)


PAGES = {
    "convolution/through-the-matrix": lambda g: errors(row_of(g)[0], g["δ"], "w", w=row_of(g)[1]),
    "convolution/shared-weights": lambda g: errors(row_of(g)[0], g["δ"], "x"),
    "convolution/filter-gradient": lambda g: errors(g["x"], g["δ"], "x w", w=g["w"]),
    "convolution/back-to-inputs": lambda g: errors(row_of(g)[0], g["δ"], "w", w=row_of(g)[1]),
    "convolution/back-with-stride": lambda g: errors(row_of(g)[0], g["δ"][:2], "x w", w=row_of(g)[1], stride=2),
    "convolution/mean-pooling": pooled,
    "convolution/whole-backward": lambda g: whole(g, ""),
    "convolution/whole-gradients": lambda g: whole(g, "x w"),
}
