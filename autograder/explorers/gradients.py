"""Chapter 1: nudge a weight, watch the ratio of changes, and see the secant become the tangent."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from ..authoring.explorer import explorer
from ..engine.expressions import Name, cos
from ..layout import Node, readings, say
from ..layout.figures import Mark, arrow, arrows, contours, curve, dots, figure, handle, label, segment, vector
from ..layout.numbers import compact

NUDGES = (2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, -0.01, -0.1, -0.5, -1, -2)
"""The nudges on offer, each smaller than the last, then back on the other side."""


@explorer("Nudge a weight", beside="gradients/shrinking-nudge")
def nudge(control):
    """Move the weight, and make the nudge smaller and smaller. What does the ratio do? Then change the input."""
    w = control.slider("W", 1, low=-3, high=3, step=0.1, spoken="weight W")
    x = control.slider("X", 2, low=-3, high=3, step=0.5, spoken="input X")
    dw = control.scale("ΔW", 1, NUDGES, spoken="nudge of W")
    return _nudged(lambda v: x * v, w, dw, handle_for="W", y=(-12, 12), title="Z = W·X against W, and the nudge")


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

    picture = _nudged(total, w[k], dw, handle_for=which, y=(-26, 26), index=k + 1,
                      title="Z against the weight that is nudged, the others held still")  # fmt: skip
    inputs = readings(*((f"X_{i}", value) for i, value in enumerate(x, start=1)))
    return inputs, *picture


# -- 1.10 The way up ---------------------------------------------------------------------------------------------------

x, y = Name("x"), Name("y")
HILLS = {
    "x^2 + cos y": x**2 + cos(y),
    "x^2 + y^2": x**2 + y**2,
    "x^2 − y^2": x**2 - y**2,
    "x·y": x * y,
}
"""Functions of two variables, as they are printed and as the engine differentiates them."""
SIDE = (-3.0, 3.0)


@explorer("Which way is up?", beside="gradients/two-variables", rows="1.10")
def steepest(control):
    """Drag the point, then turn the blue arrow. Which way does $f$ grow fastest, which way does it fall fastest,
    and which way does it stay level?"""
    name = control.choice("f", tuple(HILLS), label="f(x, y) =")
    angle = control.slider("direction", 60, low=0, high=360, step=5, spoken="direction of the arrow, degrees")
    at = control.drag("point", (1.0, 1.0), x=SIDE, y=SIDE, spoken="point x, y")
    gradient = gradient_at(name, at)
    way = np.array([np.cos(np.radians(angle)), np.sin(np.radians(angle))])
    picture = figure(
        *hills(name),
        *vector(at, 0.4 * gradient, "∇f", "care", x=SIDE, y=SIDE), *vector(at, way, "u", x=SIDE, y=SIDE, side=-1),
        handle("point", at),
        x=SIDE, y=SIDE, names=("x", "y"), width=400, height=394,
        title="Level lines of f, its gradients as small arrows, and at a point the gradient and a direction u",
    )  # fmt: skip
    values = readings(
        ("∇f", f"({_said(gradient[0])}, {_said(gradient[1])})"), ("slope along u", _said(float(gradient @ way))),
        ("slope along ∇f", _said(float(np.hypot(*gradient)))),
    )  # fmt: skip
    return picture, values, say(_way(gradient, way))


def _way(gradient: np.ndarray, way: np.ndarray) -> str:
    """What the direction is to the gradient, in words."""
    steep = np.hypot(*gradient)
    if steep < 1e-9:
        return "The ground is level here: the gradient is 0, and every direction is as good."
    share = gradient @ way / steep  # the cosine of the angle between them
    for least, words in ((0.999, "Straight up: no direction is steeper, and the slope is the length of the gradient."),
                        (0.05, "Up, but not the shortest way."), (-0.05, "Along the level line: neither up nor down."),
                        (-0.999, "Down, but not the shortest way.")):  # fmt: skip
        if share >= least:
            return words
    return "Straight down: against the gradient. This is the step that training takes."


def gradient_at(name: str, at: tuple[float, float]) -> np.ndarray:
    """∇f at a point, from the derivatives that the engine finds."""
    place = {"x": float(at[0]), "y": float(at[1])}
    return np.array([float(slope.evaluate(place)) for slope in slopes(name)])


@lru_cache(maxsize=8)
def slopes(name: str) -> tuple:
    """∂f/∂x and ∂f/∂y as formulas."""
    return HILLS[name].derivative("x"), HILLS[name].derivative("y")


@lru_cache(maxsize=8)
def hills(name: str) -> tuple[Mark, Mark]:
    """The level lines of a function and its gradients on a coarse grid."""
    grid = np.linspace(*SIDE, 21)
    heights = np.array([[float(HILLS[name].evaluate({"x": a, "y": b})) for a in grid] for b in grid])
    starts = [(a, b) for a in np.arange(-2.6, 3, 1.04) for b in np.arange(-2.6, 3, 1.04)]
    ends = [np.array(start) + 0.1 * gradient_at(name, start) for start in starts]
    levels = np.linspace(heights.min(), heights.max(), 11)[1:-1]
    return contours(grid, grid, heights, levels), arrows(starts, ends)


# -- 1.9 Curves --------------------------------------------------------------------------------------------------------


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


SHOWN = (-5.8, 5.8)  # W from −3 to 3, nudged by 2 at most, and room for a name


def _nudged(
    function: Callable, w: float, dw: float, *, handle_for: str, y: tuple[float, float], title: str, index: int = 0,
    slope: float | None = None,
) -> tuple[Node, Node]:  # fmt: skip
    """The curve of a function with a secant through W and W + ΔW, and ΔW, ΔZ and their ratio as numbers."""
    z, there = function(w), function(w + dw)
    ratio = (there - z) / dw
    grid = np.linspace(*SHOWN, 121)
    ends = np.array(SHOWN)
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
        *_named_changes((w, z), (w + dw, there), y, f"ΔW{sub}"),
        handle(handle_for, (w, z), along="x"),
    ]
    picture = figure(*marks, x=SHOWN, y=y, names=(f"W{sub}", "Z"), width=480, height=340, title=title)
    numbers = [(f"ΔW{sub}", _said(dw)), ("ΔZ", _said(there - z)), (f"ΔZ/ΔW{sub}", _said(ratio))]
    if slope is not None:
        numbers.append((f"dZ/dW{sub}", _said(slope)))
    return picture, readings(*numbers)


def _named_changes(
    start: tuple[float, float], end: tuple[float, float], y: tuple[float, float], across: str
) -> list[Mark]:
    """The names of ΔW and ΔZ beside their arrows; none at an arrow that is out of sight, or too short for one."""
    (w, z), (w_there, z_there) = start, end
    marks = []
    if abs(w_there - w) >= 0.5 and y[0] <= z <= y[1]:
        marks.append(label(((w + w_there) / 2, z), across, dy=18 if (w_there - w) * (z_there - z) >= 0 else -8))
    low, high = np.clip(sorted((z, z_there)), *y)  # what is seen of ΔZ
    if abs(w_there - w) >= 0.2 and high - low >= 0.04 * (y[1] - y[0]):
        marks.append(label((w_there, (low + high) / 2), "ΔZ", "care", dx=16 if w_there > w else -16, dy=5))
    return marks


def _said(value: float) -> str:
    """Four digits at most: the ratio of a straight line stands still to the last digit."""
    return compact(value, 4)
