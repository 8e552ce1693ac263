"""Surfaces seen from above and aside: z over a grid of x and y, with lines that lie on it.

    Surface(x, y, z).seen(30, lines=[(path_x, path_y, path_z, "bad")], title="The cost over two weights")

The surface is cut into faces and drawn from the farthest to the nearest, so nothing has to be hidden.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, radians, sin
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from .figures import Face, Mark, Numbers, area, curve, dots, faces, figure, label, segment
from .vocabulary import Node

if TYPE_CHECKING:
    from numpy.typing import NDArray

HIGH = 1.3  # of a surface whose base is 2 wide
TILT = 32  # degrees from which it is looked at


Line: TypeAlias = "tuple[Numbers, Numbers, Numbers, str]"
"""x, y, z of the points of a line on a surface, and its look."""


class Surface:
    """z[i, j] at (x[j], y[i]). Keep it where it stays the same: it remembers its faces from every side."""

    def __init__(self, x: Numbers, y: Numbers, z: NDArray[Any]) -> None:
        self.x, self.y, self.z = x, y, np.asarray(z, float)
        self.sides: dict[float, Mark] = {}

    def seen(
        self, turn: float, *, title: str, lines: Sequence[Line] = (), names: tuple[str, str, str] = ("", "", ""),
        width: int = 346, height: int = 306,
    ) -> Node:  # fmt: skip
        """A figure of it, turned by so many degrees; lines are (x, y, z, look), each with a dot at its end."""
        view = View((self.x[0], self.x[-1]), (self.y[0], self.y[-1]), (self.z.min(), self.z.max()), turn)
        if turn not in self.sides:
            self.sides[turn] = _faces(view, self.x, self.y, self.z)
        (x0, x1), (y0, y1), low = view.x, view.y, view.z[0]
        corners = [(x0, y0, low), (x1, y0, low), (x1, y1, low), (x0, y1, low)]
        marks = [area([view.place(*corner) for corner in corners], "soft", filled=False), self.sides[turn]]
        for xs, ys, zs, look in lines:
            path = [view.place(*point) for point in zip(xs, ys, zs, strict=True)]
            if path:
                marks += [curve([a for a, _ in path], [b for _, b in path], look), dots(path[-1:], look, size=4)]
        marks += _names(view, corners, names)
        across = 2.0**0.5 * 1.06
        ratio = (height - 48) / (width - 54)  # the same unit both ways
        middle = HIGH / 2 * cos(radians(TILT))
        return figure(*marks, x=(-across, across), y=(middle - across * ratio, middle + across * ratio), title=title,
                      axes=False, width=width, height=height)  # fmt: skip


class View:
    """From where a surface is looked at: places in space → places in the picture."""

    def __init__(self, x: tuple[float, float], y: tuple[float, float], z: tuple[float, float], turn: float) -> None:
        self.x, self.y, self.z = x, y, z
        self.cos, self.sin = cos(radians(turn)), sin(radians(turn))

    def place(self, x: float, y: float, z: float) -> tuple[float, float]:
        """Where (x, y, z) is in the picture; what is higher than the surface stays at its edge."""
        a, b = self.level(x, y)
        high = HIGH * (min(z, self.z[1]) - self.z[0]) / ((self.z[1] - self.z[0]) or 1.0)
        return a, b * sin(radians(TILT)) + high * cos(radians(TILT))

    def level(self, x: float, y: float) -> tuple[float, float]:
        """Across and away from the eye, from −√2 to √2."""
        u = 2 * (x - self.x[0]) / (self.x[1] - self.x[0]) - 1
        v = 2 * (y - self.y[0]) / (self.y[1] - self.y[0]) - 1
        return u * self.cos - v * self.sin, u * self.sin + v * self.cos


def _faces(view: View, x: Numbers, y: Numbers, z: NDArray[Any]) -> Mark:
    low, span = view.z[0], (view.z[1] - view.z[0]) or 1.0
    shades: list[tuple[float, Face]] = []
    for i in range(len(y) - 1):
        for j in range(len(x) - 1):
            around = ((i, j), (i, j + 1), (i + 1, j + 1), (i + 1, j))
            away = view.level((x[j] + x[j + 1]) / 2, (y[i] + y[i + 1]) / 2)[1]
            high = sum(z[a, b] for a, b in around) / 4
            shades.append((away, ([view.place(x[b], y[a], z[a, b]) for a, b in around], (high - low) / span)))
    shades.sort(key=lambda face: -face[0])
    return faces([face for _, face in shades])


def _names(view: View, corners: Sequence[tuple[float, float, float]], names: tuple[str, str, str]) -> list[Mark]:
    """The names of x and y at the edges of the base that are nearest, and of z at its left corner."""
    places = [view.place(*corner) for corner in corners]
    marks: list[Mark] = []
    for name, edges in ((names[0], ((0, 1), (2, 3))), (names[1], ((1, 2), (3, 0)))):
        if name:
            ends = [(places[a], places[b]) for a, b in edges]
            (ax, ay), (bx, by) = min(ends, key=lambda edge: edge[0][1] + edge[1][1])
            marks.append(label(((ax + bx) / 2, (ay + by) / 2), name, dx=14 if ax + bx > 0 else -14, dy=18))
    if names[2]:
        left = min(range(4), key=lambda n: places[n][0])
        top = view.place(*corners[left][:2], view.z[1])
        marks += [segment(places[left], top, "ink"), label(top, names[2], dx=4, dy=-6)]
    return marks
