"""The words a page is written in: `step`, `eq`, `frac`, `column`, `matrix`, `table`, `drawing` …

Each word only notes what was said, as a `Node`; `render` turns the tree into HTML or plain text later. Strings in a
formula are mathematics (see `typeset`); numbers, arrays and formulas are printed, or shown as boxes where `box`
returned them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np


class Node(NamedTuple):
    """One thing on a page: what it is, what it holds, and its options."""

    kind: str
    parts: tuple
    options: dict = {}  # noqa: RUF012 - never changed


def step(text: str, *parts: object) -> Node:
    """A numbered step of the page: a sentence, then the formulas and drawings that belong to it."""
    return Node("step", parts, {"text": text})


def say(text: str, *parts: object) -> Node:
    """A sentence without a number."""
    return Node("say", parts, {"text": text})


def eq(*parts: object) -> Node:
    """A displayed formula: `eq("δ", "=", column(delta))`."""
    return Node("eq", parts)


def group(*parts: object) -> Node:
    """Parts of a formula kept together, as one part of another word."""
    return Node("group", parts)


def frac(above: object, below: object) -> Node:
    """A fraction."""
    return Node("frac", (above, below))


def indexed(name: object, above: object, below: object) -> Node:
    """A name with an index above and indices below, any of which may be a box: `indexed("w", layer, group(j, k))`."""
    return Node("indexed", (name, above, below))


def matrix(rows: object, label: str = "") -> Node:
    """A matrix in square brackets, from a 2-D array or rows of anything; `label` stands under it."""
    return Node("matrix", tuple(tuple(row) for row in rows), {"label": label})


def column(entries: object, label: str = "") -> Node:
    """A column vector."""
    return matrix([(entry,) for entry in entries], label)


def row(entries: object, label: str = "") -> Node:
    """A row vector."""
    return matrix([tuple(entries)], label)


def table(head: Sequence[object], *rows: Sequence[object]) -> Node:
    """A ruled table: a line of headings, then rows."""
    return Node("table", tuple(tuple(row) for row in rows), {"head": tuple(head)})


def aligned(*equations: Sequence[object]) -> Node:
    """Formulas under each other, each given as a row of parts that line up in columns."""
    return Node("aligned", tuple(tuple(parts) for parts in equations))


def readings(*named: tuple[str, object]) -> Node:
    """A line of named numbers, `readings(("ΔW", 1), ("ΔZ", 2))`; a value may be any part of a formula."""
    return Node("readings", named)


def beside(*parts: object) -> Node:
    """Figures and formulas next to each other, where there is room."""
    return Node("beside", parts)


class At(NamedTuple):
    """Something placed on a drawing, its middle at (x, y) in CSS pixels."""

    x: float
    y: float
    part: object
    style: str = ""


def drawing(width: int, height: int, *, shapes: Sequence[str], labels: Sequence[At], title: str) -> Node:
    """A drawing `width` × `height` CSS pixels: SVG `shapes` underneath, `labels` (numbers, boxes, formulas) on top.

    `title` says in words what is drawn, for those who cannot see it.
    """
    return Node("drawing", tuple(labels), {"width": width, "height": height, "shapes": tuple(shapes), "title": title})


def entries(values: object) -> list:
    """The entries of a vector, boxes kept, as a list; anything else is a list of one."""
    many = isinstance(values, (list, tuple, np.ndarray)) and not isinstance(values, Node)
    return list(values) if many else [values]
