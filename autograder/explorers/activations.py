"""Chapter 5: activations beside their slopes, the mask of ReLU, and softmax with its Jacobian."""

from __future__ import annotations

import numpy as np

from ..authoring.explorer import explorer
from ..engine import ACTIVATIONS, relu, relu_slope, softmax, softmax_jacobian
from ..layout import beside, readings, say
from ..layout.figures import bars, curve, dots, figure, handle, heatmap, label, segment, short
from ..layout.numbers import compact

NAMES = {"ReLU": "relu", "sigmoid": "sigmoid", "tanh": "tanh"}
RANGES = {
    "ReLU": ((-1, 5), (-0.25, 1.25)), "sigmoid": ((-0.25, 1.25), (-0.06, 0.3)), "tanh": ((-1.25, 1.25), (-0.25, 1.25)),
}  # fmt: skip
"""What is shown of each function and of its slope."""
SPAN = (-5.0, 5.0)


@explorer("An activation and its slope", beside="activations/slope-from-value")
def slopes(control):
    """Move $z$. The tangent of the first curve is as steep as the second curve is high. Where does the slope die
    away?"""
    name = control.choice("function", tuple(NAMES), "sigmoid")
    z = control.slider("z", 1, low=-5, high=5, step=0.1)
    value, slope = ACTIVATIONS[NAMES[name]]
    a, steep = float(value(z)), float(slope(z))
    grid = np.linspace(*SPAN, 121)
    ends = np.array([z - 1.6, z + 1.6])
    heights, steepness = RANGES[name]
    left = figure(
        curve(grid, value(grid), "soft"), curve(ends, a + steep * (ends - z)),
        segment((z, heights[0]), (z, a), dashed=True), handle("z", (z, a), along="x"),
        x=SPAN, y=heights, names=("z", "a"), title=f"{name} with its tangent at z",
    )  # fmt: skip
    right = figure(
        _slope_curve(name, grid), segment((z, 0), (z, steep), "accent"), dots([(z, steep)], "accent", size=5),
        x=SPAN, y=steepness, names=("z", "slope"), title=f"The slope of {name}",
    )  # fmt: skip
    words = {
        "ReLU": "The slope is 1 above 0, and 0 elsewhere, at 0 by agreement.",
        "sigmoid": f"From the value alone: $a(1 − a)$ = {compact(a * (1 - a))}. It is never more than a quarter.",
        "tanh": f"From the value alone: $1 − a^2$ = {compact(1 - a * a)}. It is never more than 1.",
    }[name]
    return beside(left, right), readings(("z", compact(z)), ("a", compact(a)), ("slope", compact(steep))), say(words)


def _slope_curve(name: str, grid: np.ndarray):
    """The slope over z; that of ReLU jumps, so its curve is broken at 0."""
    heights = np.array(ACTIVATIONS[NAMES[name]].slope(grid), float)
    if name == "ReLU":
        grid, heights = np.array([grid[0], 0, np.nan, 0, grid[-1]]), np.array([0, 0, np.nan, 1, 1])
    return curve(grid, heights, "soft")


SHOWN = ("z", "ReLU(z)", "slope", "upstream", "downstream")
UPSTREAM = np.array([2.0, -1.0, 3.0, 0.5])


@explorer("The mask of ReLU", beside="activations/relu-mask")
def mask(control):
    """Move the entries of $z$ across 0. Forward, ReLU cuts what is negative; backward, the same entries stop the
    gradient."""
    starts = (7, -22, -3, 5)
    z = np.array([control.slider(f"z_{i}", start, low=-25, high=25, step=1) for i, start in enumerate(starts, start=1)])
    slope = relu_slope(z)
    rows = np.array([z, relu(z), slope, UPSTREAM, UPSTREAM * slope])
    largest = np.array([[35], [35], [1.4], [4.2], [4.2]])  # each kind of row has a scale of its own
    picture = heatmap(rows, title="z, ReLU of z, its slope, the gradient from above and what is left of it", rows=SHOWN,
                      columns=[f"{i}" for i in range(1, 5)], cell=58, left=120, largest=largest)  # fmt: skip
    dead = int(np.sum(slope == 0))
    words = {
        0: "Nothing is cut: the gradient goes through untouched.",
        1: "1 of 4 entries is cut, forward and backward.",
        4: "All is cut: no gradient comes through, and what lies below learns nothing.",
    }
    return picture, say(words.get(dead, f"{dead} of 4 entries are cut, forward and backward."))


@explorer("Softmax and its Jacobian", beside="activations/softmax-jacobian")
def shares(control):
    """Raise one $z$ and watch the others shrink: their shares sum to 1. In the Jacobian blue is plus, red is minus.
    Then raise all of them at once."""
    starts = (2, 1, 0, -1)
    z = np.array([control.slider(f"z_{i}", start, low=-5, high=5, step=0.1) for i, start in enumerate(starts, start=1)])
    shift = control.slider("shift", 0, low=-5, high=5, step=0.5, label="all", spoken="added to every z")
    p = np.asarray(softmax(z + shift))
    jacobian = np.asarray(softmax_jacobian(z + shift))
    names = [f"{i}" for i in range(1, 5)]
    left = figure(
        bars(p), *(label((i, share), short(share), dy=-6) for i, share in enumerate(p)),
        *(label((i, 0), f"p_{i + 1}", "soft", dy=20) for i in range(4)),
        x=(-0.6, 3.6), y=(0, 1.15), height=300, axes=False,
        title=f"The shares as bars: {', '.join(map(short, p))}",
    )  # fmt: skip
    right = heatmap(jacobian, rows=[f"p_{i}" for i in names], columns=[f"z_{i}" for i in names], cell=62, largest=0.25,
                    title="The Jacobian: a row for each share, a column for each z")  # fmt: skip
    rest = float(np.abs(jacobian.sum(axis=1)).max())
    line = readings(("p_1 + p_2 + p_3 + p_4", compact(p.sum())), ("row sums", compact(rest)))
    sure = float(p.max())
    words = "On the diagonal $p(1 − p)$, elsewhere minus the product of two shares. Only differences of $z$ count."
    if sure > 0.97:
        words = "One share has nearly everything, and every slope is nearly 0."
    return beside(left, right), line, say(words)
