"""Explorers of chapter 1: what they say, against the derivative."""

from __future__ import annotations

import re

import numpy as np
import pytest

from autograder.explorers import load
from autograder.explorers.gradients import CURVES, HILLS, NUDGES, gradient_at


def said(slug: str, **values) -> dict[str, float]:
    """The numbers that an explorer prints, by name."""
    nodes = load(slug).draw(values).body
    return {re.sub(r"[_{}]", "", name): float(number) for node in nodes if node.kind == "readings"
            for name, number in node.parts}  # fmt: skip


@pytest.mark.parametrize("dw", NUDGES)
def test_on_a_straight_line_the_ratio_stands_still(dw):
    """Whatever the nudge and the weight, ΔZ/ΔW is the input."""
    for w in (-3, 0.7, 3):
        for x in (-3, 0, 2.5):
            found = said("gradients/nudge", W=w, X=x, **{"ΔW": dw})
            assert found["ΔZ/ΔW"] == x
            assert found["ΔZ"] == pytest.approx(x * dw, abs=1e-6)


@pytest.mark.parametrize("k, x", [(1, 4), (2, -3), (3, 1)])
def test_each_ratio_reveals_one_input(k, x):
    """The others may be anything."""
    for other in (-3, 3):
        values = {f"W_{i}": other for i in (1, 2, 3)} | {"nudged": f"W_{k}", "ΔW": 0.5}
        assert said("gradients/nudge-several", **values)[f"ΔZ/ΔW{k}"] == x


@pytest.mark.parametrize("name", CURVES)
def test_the_secant_turns_until_it_is_the_tangent(name):
    """The ratio comes nearer to the slope with every smaller nudge, and ends within half a per cent."""
    for w in (-1.5, 1.2):
        gaps = []
        for dw in (1, 0.1, 0.01):
            found = said("gradients/nudge-a-curve", function=name, W=w, **{"ΔW": dw})
            gaps.append(abs(found["ΔZ/ΔW"] - found["dZ/dW"]))
        assert gaps == sorted(gaps, reverse=True)
        assert gaps[-1] < 0.06


@pytest.mark.parametrize("name", CURVES)
def test_slopes_agree_with_numerical_differentiation(name):
    """Each function and the slope that stands beside it."""
    value, slope, _ = CURVES[name]
    for w in (-2.3, -0.4, 0.9, 2.7):
        h = 1e-5
        assert slope(w) == pytest.approx((value(w + h) - value(w - h)) / (2 * h), rel=1e-6)


VALUES = {
    "x^2 + cos y": lambda x, y: x**2 + np.cos(y),
    "x^2 + y^2": lambda x, y: x**2 + y**2,
    "x^2 − y^2": lambda x, y: x**2 - y**2,
    "x·y": lambda x, y: x * y,
}


@pytest.mark.parametrize("name", HILLS)
def test_gradients_agree_with_numerical_differentiation(name):
    """The engine's derivatives of each function, at some points."""
    f, h = VALUES[name], 1e-6
    for x, y in ((0.4, -1.3), (-2.5, 2), (0, 0)):
        numeric = ((f(x + h, y) - f(x - h, y)) / (2 * h), (f(x, y + h) - f(x, y - h)) / (2 * h))
        assert gradient_at(name, (x, y)) == pytest.approx(numeric, abs=1e-6)


def test_no_direction_is_steeper_than_the_gradient():
    """Over all directions the slope along u is largest where u is the gradient, and smallest against it."""
    explorer = load("gradients/steepest")
    slopes = {}
    for angle in range(0, 360, 5):
        drawn = explorer.draw({"f": "x·y", "point": [1, 1], "direction": angle})
        [numbers] = [dict(node.parts) for node in drawn.body if node.kind == "readings"]
        slopes[angle] = float(numbers["slope along u"])
        said = drawn.body[-1].options["text"]
        assert ("Straight up" in said) == (angle == 45)
        assert ("Straight down" in said) == (angle == 225)
        assert ("level" in said) == (angle in (135, 315))
    assert max(slopes, key=slopes.get) == 45 and min(slopes, key=slopes.get) == 225
    assert slopes[45] == pytest.approx(2**0.5, abs=1e-3)
