"""The square and its image: derivatives by numbers, areas by the determinant, a gap that shrinks with the square."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.explorers import jacobians, load

MAPS = {
    "(x^2 − y^2, 2x·y)": lambda x, y: (x**2 - y**2, 2 * x * y),
    "(x − y, x + y)": lambda x, y: (x - y, x + y),
    "(x + sin y, cos x + y)": lambda x, y: (x + np.sin(y), np.cos(x) + y),
    "(2x + y^3, e^y − 13x)": lambda x, y: (2 * x + y**3, np.exp(y) - 13 * x),
}
POINTS = [(0.4, -1.3), (-1.5, 1.2), (0, 0)]


@pytest.mark.parametrize("name", MAPS)
def test_jacobians_agree_with_numerical_differentiation(name):
    """Each map is the function it is printed as, and its Jacobian its table of slopes."""
    f, h = MAPS[name], 1e-6
    for x, y in POINTS:
        assert jacobians.image(name, np.array([(x, y)]))[0] == pytest.approx(f(x, y))
        by_x = (np.array(f(x + h, y)) - f(x - h, y)) / (2 * h)
        by_y = (np.array(f(x, y + h)) - f(x, y - h)) / (2 * h)
        assert jacobians.jacobian(name, np.array([x, y])) == pytest.approx(np.column_stack([by_x, by_y]), abs=1e-6)


def shown(**values) -> dict[str, float]:
    nodes = load("jacobians/square").draw(values).body
    return {name: float(value) for node in nodes if node.kind == "readings" for name, value in node.parts}


def test_areas_grow_by_the_determinant():
    """Of the parallelogram exactly, of the image the nearer the smaller the square."""
    gaps = []
    for side in (1, 0.4, 0.1):
        found = shown(F="(x^2 − y^2, 2x·y)", point=[1, 0.5], side=side)
        assert found["area"] == pytest.approx(side**2)
        assert found["parallelogram"] == pytest.approx(4 * (1 + 0.25) * side**2, rel=0.01)  # det J = 4 (x² + y²)
        gaps.append(abs(found["image"] / found["parallelogram"] - 1))
    assert gaps == sorted(gaps, reverse=True) and gaps[-1] < 0.01


@pytest.mark.parametrize("values, said", [
    ({"F": "(x − y, x + y)"}, "exact"), ({"F": "(x^2 − y^2, 2x·y)", "point": [0, 0]}, "pressed flat"),
    ({"F": "(x^2 − y^2, 2x·y)", "side": 1.6}, "off by up to"), ({"F": "(x^2 − y^2, 2x·y)", "side": 0.05}, "told apart"),
    ({"F": "(x + sin y, cos x + y)", "point": [-1.5, 0.1]}, "areas by"),
])  # fmt: skip
def test_the_sentence_says_what_is_seen(values, said):
    """Exact where F is linear, flat where the determinant is 0, better the smaller the square."""
    assert said in load("jacobians/square").draw(values).body[-1].options["text"]


def test_a_square_turned_over_is_called_so():
    """A negative determinant."""
    assert "turns the square over" in jacobians.verdict(0.5, -2.0)
    assert "turns the square over" not in jacobians.verdict(0.5, 2.0)
