"""A network as explorers draw it: nodes in columns, edges between them, and what is written on both.

    sketch = Sketch([["x_1", "x_2"], ["a_1"]])
    sketch.place(1, 0), sketch.between((1, 0, 1), 0.25)
    sketch.figure(*marks, title="…")

A spot is (column, node), an edge is (column of its end, node there, node of the column before), all counted from 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import hypot
from typing import NamedTuple

from ..layout import Node
from ..layout.figures import TOP, Mark, figure

WIDTH, ROW, MARGIN, RADIUS = 580, 112, 26, 24
ABOVE, BELOW = 40, 54  # pixels for what stands above the highest node and below the lowest, from their middles
BESIDE = 39  # pixels left and right of it all, for what is written under a node and is wider than it
Spot = tuple[int, int]
Edge = tuple[int, int, int]
Point = tuple[float, float]


class Sketch(NamedTuple):
    """Where the nodes of a network stand; `columns` holds the names of the nodes of each."""

    columns: Sequence[Sequence[str]]

    @property
    def edges(self) -> list[Edge]:
        """Every node with every node of the column before."""
        return [(layer, to, start) for layer in range(1, len(self.columns))
                for to in range(len(self.columns[layer])) for start in range(len(self.columns[layer - 1]))]  # fmt: skip

    @property
    def spots(self) -> list[Spot]:
        """Every node."""
        return [(layer, node) for layer, column in enumerate(self.columns) for node in range(len(column))]

    @property
    def gap(self) -> float:
        """Pixels from one column to the next."""
        return (WIDTH - 2 * MARGIN) / (len(self.columns) - 1)

    @property
    def height(self) -> float:
        """What the longest column needs."""
        return ABOVE + ROW * (max(map(len, self.columns)) - 1) + BELOW

    def name(self, spot: Spot) -> str:
        """What stands in a node."""
        return self.columns[spot[0]][spot[1]]

    def place(self, layer: int, node: int) -> Point:
        """The middle of a node."""
        above = (max(map(len, self.columns)) - len(self.columns[layer])) / 2
        return MARGIN + self.gap * layer, ABOVE + ROW * (above + node)

    def between(self, edge: Edge, share: float) -> Point:
        """A point on an edge, so far on its way from the middle of one node to that of the other."""
        (x0, y0), (x1, y1) = self._ends(edge)
        return x0 + (x1 - x0) * share, y0 + (y1 - y0) * share

    def rims(self, edge: Edge) -> tuple[Point, Point]:
        """Where an edge leaves its first node, and where it meets the other."""
        (x0, y0), (x1, y1) = self._ends(edge)
        length = hypot(x1 - x0, y1 - y0)
        return self.between(edge, RADIUS / length), self.between(edge, 1 - (RADIUS + 2) / length)

    def _ends(self, edge: Edge) -> tuple[Point, Point]:
        layer, to, start = edge
        return self.place(layer - 1, start), self.place(layer, to)

    def figure(self, *marks: Mark, title: str, over: float = 0) -> Node:
        """The figure with these marks in it, and room above it where something stands `over` the network."""
        return figure(
            *marks, x=(0, WIDTH), y=(self.height, -over), axes=False, title=title,
            width=WIDTH + 2 * BESIDE, height=self.height + over + TOP, room=(BESIDE, BESIDE, TOP, 0),
        )  # fmt: skip
