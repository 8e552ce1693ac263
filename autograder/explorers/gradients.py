"""Chapter 1: nudge a weight, watch the ratio of changes, and see the secant become the tangent."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ..explorer import explorer
from ..layout import Node, readings
from ..layout.figures import arrow, curve, dots, figure, handle, label, segment
from ..layout.numbers import rounded

NUDGES = (2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, -0.01, -0.1, -0.5, -1, -2)
"""The nudges on offer, each smaller than the last, then back on the other side."""


@explorer("Nudge a weight", beside="gradients/shrinking-nudge")
def nudge(control):
    """Move the weight, and make the nudge smaller and smaller. What does the ratio do? Then change the input."""
    w = control.slider("W", 1, low=-3, high=3, step=0.1, spoken="weight W")
    x = control.slider("X", 2, low=-3, high=3, step=0.5, spoken="input X")
    dw = control.scale("ΔW", 1, NUDGES, spoken="nudge of W")
    return _nudged(lambda v: x * v, w, dw, handle_for="W", y=(-9, 9), title="Z = W·X against W, and the nudge")


@explorer("Nudge one of several weights", beside="gradients/reveals-input")
def nudge_several(control):
    """Choose which weight to nudge. Each ratio reveals one input, whatever the other weights are."""
    x = np.array([4.0, -3.0, 1.0])
    which = control.choice("nudged", ("W_1", "W_2", "W_3"), label="nudge")
    w = np.array([control.slider(f"W_{i}", start, low=-3, high=3, step=0.5) for i, start in ((1, 1), (2, -1), (3, 2))])
    dw = control.scale("ΔW", 2, NUDGES, spoken="nudge")
    k = ("W_1", "W_2", "W_3").index(which)

    def total(v: np.ndarray | float) -> np.ndarray | float:
        return w @ x - w[k] * x[k] + v * x[k]

    shown = _nudged(total, w[k], dw, handle_for=which, y=(-26, 26), index=k + 1,
                    title="Z against the weight that is nudged, the others held still")  # fmt: skip
    inputs = readings(*((f"X_{i}", value) for i, value in enumerate(x, start=1)))
    return inputs, *shown


class Curve(NamedTuple):
    """A function of one weight, its slope, and the range of its values shown."""

    value: Callable
    slope: Callable
    y: tuple[float, float]


CURVES = {
    "W^2": Curve(lambda w: w**2, lambda w: 2 * w, (-3, 10)),
    "W^3": Curve(lambda w: w**3, lambda w: 3 * w**2, (-12, 12)),
    "sin W": Curve(np.sin, np.cos, (-2, 2)),
    "e^W": Curve(np.exp, np.exp, (-3, 14)),
}
"""Functions to nudge, each beside its slope."""


@explorer("Nudge along a curve", beside="gradients/one-variable")
def nudge_a_curve(control):
    """On a curve the ratio depends on the nudge. Make it small: the secant turns until it is the tangent."""
    name = control.choice("function", tuple(CURVES), label="Z =")
    w = control.slider("W", 1, low=-3, high=3, step=0.1, spoken="weight W")
    dw = control.scale("ΔW", 1, NUDGES, spoken="nudge of W")
    chosen = CURVES[name]
    return _nudged(chosen.value, w, dw, handle_for="W", y=chosen.y, slope=chosen.slope(w),
                   title=f"Z = {name} against W, with the secant through the nudge and the tangent")  # fmt: skip


def _nudged(
    function: Callable, w: float, dw: float, *, handle_for: str, y: tuple[float, float], title: str, index: int = 0,
    slope: float | None = None,
) -> tuple[Node, Node]:  # fmt: skip
    """The curve of a function with a secant through W and W + ΔW, and ΔW, ΔZ and their ratio as numbers."""
    z, there = function(w), function(w + dw)
    ratio = (there - z) / dw
    grid = np.linspace(-5, 5, 121)
    ends = np.array([-20.0, 20.0])
    sub = f"_{index}" if index else ""
    marks = [curve(grid, function(grid), "soft")]
    if slope is not None:
        marks.append(curve(ends, z + slope * (ends - w), "ok", dashed=True))
    marks += [
        curve(ends, z + ratio * (ends - w)),
        arrow((w, z), (w + dw, z), "ink"),
        arrow((w + dw, z), (w + dw, there), "care"),
        segment((w, y[0]), (w, z), dashed=True),
        dots([(w + dw, there)], "care"),
        label((w + dw / 2, z), f"ΔW{sub}", dy=18 if dw * ratio >= 0 else -8),
        label((w + dw, (z + there) / 2), "ΔZ", "care", dx=16 if dw > 0 else -16, dy=5),
        handle(handle_for, (w, z), along="x"),
    ]
    shown = figure(*marks, x=(-5, 5), y=y, names=(f"W{sub}", "Z"), width=480, height=340, title=title)
    found = [(f"ΔW{sub}", _said(dw)), ("ΔZ", _said(there - z)), (f"ΔZ/ΔW{sub}", _said(ratio))]
    if slope is not None:
        found.append((f"dZ/dW{sub}", _said(slope)))
    return shown, readings(*found)


def _said(value: float) -> str:
    """Four digits at most, without the noise of floats: the ratio of a straight line stands still to the last digit."""
    text = rounded(float(round(value, 9)), 4)
    return text.rstrip("0").rstrip(".") if "." in text else text
