"""Chapter 2: what a function of two variables does to a small square, and what its Jacobian says it would do."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from ..authoring.explorer import explorer
from ..engine.expressions import Expr, Name, cos, exp, sin
from ..layout import beside, eq, matrix, readings, say
from ..layout.figures import area, arrow, figure, handle, label
from ..layout.numbers import compact

x, y = Name("x"), Name("y")
SIZES = (1.6, 1, 0.6, 0.4, 0.2, 0.1, 0.05)
PLANE, FREE = (-2.5, 2.5), (-1.5, 1.5)  # what is shown, and where the square may go
ROUND = np.linspace(0, 1, 9)[:-1]  # along one edge of the square
Span = tuple[float, float]


class Map(NamedTuple):
    """Two functions of x and y, and the ranges in which their values are shown."""

    first: Expr
    second: Expr
    across: Span
    up: Span


MAPS = {
    "(x^2 − y^2, 2x·y)": Map(x**2 - y**2, 2 * x * y, (-7, 7), (-7, 7)),
    "(x − y, x + y)": Map(x - y, x + y, (-5, 5), (-5, 5)),
    "(x + sin y, cos x + y)": Map(x + sin(y), cos(x) + y, (-4, 4), (-4, 4)),
    "(2x + y^3, e^y − 13x)": Map(2 * x + y**3, exp(y) - 13 * x, (-16, 16), (-40, 40)),
}
"""Functions from the plane to the plane, as they are printed and as the engine differentiates them."""


@explorer("A small square and its image", beside="jacobians/four-slopes")
def square(control):
    """Drag the square. The second picture shows its image under $F$, and dashed what the Jacobian predicts. Then make
    the square smaller, and zoom in."""
    name = control.choice("F", tuple(MAPS), label="F(x, y) =")
    size = control.scale("side", 1, SIZES, spoken="side of the square")
    zoom = control.switch("zoom", spoken="zoom in")
    point = control.drag("point", (1.2, 0.6), x=FREE, y=FREE, spoken="middle of the square, x and y")
    at = np.array(point)
    there, slopes = image(name, at[None])[0], jacobian(name, at)
    corners = edges(at, size)
    true, guess = image(name, corners), there + (corners - at) @ slopes.T
    half = size / 2 * np.eye(2)
    reach = 0.75 * np.abs(np.vstack([true, guess]) - there).max(axis=0).max() * 2 if zoom else 0.0

    def window(middle: float, whole: Span, near: float) -> Span:
        return (middle - near, middle + near) if zoom else whole

    before = figure(
        area(corners, "soft"), *(arrow(at, at + step, look) for step, look in zip(half, LOOKS, strict=True)),
        handle("point", at),
        x=window(at[0], PLANE, 1.2 * size), y=window(at[1], PLANE, 1.2 * size), names=("x", "y"), height=340,
        title="A square in the plane of x and y, with half of each side as an arrow",
    )  # fmt: skip
    steps = [slopes @ step for step in half]
    after = figure(
        area(true), area(guess, "ink", filled=False, dashed=True),
        *(arrow(there, there + step, look) for step, look in zip(steps, LOOKS, strict=True)),
        label(there, "F", dx=-10, dy=14),
        x=window(there[0], MAPS[name].across, reach), y=window(there[1], MAPS[name].up, reach),
        names=("F_1", "F_2"), height=340,
        title="The image of the square, and dashed the parallelogram that the Jacobian predicts",
    )  # fmt: skip
    formulas = matrix(tuple(tuple(map(str, row)) for row in formulas_of(name)))
    numbers = matrix([[compact(entry) for entry in row] for row in slopes])
    gap = float(np.abs(true - guess).max())
    areas = ("area", size**2), ("image", area_of(true)), ("parallelogram", area_of(guess))
    sizes = readings(*((name, compact(area)) for name, area in areas))
    return (
        beside(before, after), eq("J", "=", formulas, "=", numbers), sizes,
        say(verdict(gap / (size * max(np.abs(slopes).max(), 1e-9)), float(np.linalg.det(slopes)))),
    )  # fmt: skip


LOOKS = ("care", "ok")  # of a step along x, and of one along y


def verdict(gap: float, determinant: float) -> str:
    """How well the parallelogram does, and what becomes of areas. `gap` is measured in sides of the parallelogram."""
    if gap < 1e-9:
        sentence = "The prediction is exact: $F$ is linear, and its Jacobian is all there is to it."
    elif gap < 0.03:
        sentence = "At this size the image and the parallelogram can hardly be told apart."
    else:
        sentence = f"The prediction is off by up to {100 * gap:.0f} % of a side. Smaller squares come off better."
    if abs(determinant) < 1e-9:
        return f"{sentence} The square is pressed flat: the determinant of $J$ is 0."
    flipped = " and turns the square over" if determinant < 0 else ""
    return f"{sentence} $J$ multiplies areas by {compact(abs(determinant))}{flipped}."


@lru_cache(maxsize=8)
def formulas_of(name: str) -> tuple[tuple[Expr, ...], ...]:
    """The Jacobian as formulas, a row for each output."""
    return tuple(tuple(f.derivative(by) for by in "xy") for f in MAPS[name][:2])


def jacobian(name: str, at: np.ndarray) -> np.ndarray:
    """The Jacobian at a point, from the engine's derivatives."""
    place = {"x": float(at[0]), "y": float(at[1])}
    return np.array([[float(slope.evaluate(place)) for slope in row] for row in formulas_of(name)])


def image(name: str, points: np.ndarray) -> np.ndarray:
    """F of each point, (n, 2)."""
    places = [{"x": float(a), "y": float(b)} for a, b in points]
    return np.array([[float(f.evaluate(place)) for f in MAPS[name][:2]] for place in places])


def edges(middle: np.ndarray, side: float) -> np.ndarray:
    """Points along the edges of a square, anticlockwise, (n, 2)."""
    corners = middle + side / 2 * np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)])
    return np.array([a + share * (b - a) for a, b in zip(corners, np.roll(corners, -1, axis=0), strict=True)
                     for share in ROUND])  # fmt: skip


def area_of(outline: np.ndarray) -> float:
    """The area inside a closed outline, by the shoelace formula."""
    (a, b), (c, d) = outline.T, np.roll(outline, -1, axis=0).T
    return float(abs(np.sum(a * d - b * c)) / 2)
