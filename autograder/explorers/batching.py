"""Chapter 9: a batch as coloured blocks, turned from columns into rows, and where the sum and the 1/m happen."""

from __future__ import annotations

from collections.abc import Sequence
from math import pi, sin
from typing import NamedTuple

import numpy as np

from ..authoring.explorer import explorer
from ..engine.equations import COLUMNS
from ..layout import Node, eq, frac, group, say
from ..layout.figures import area, figure, label
from ..layout.numbers import compact
from .checking import checked

CELL, GAP, WIDTH, HEIGHT = 44, 40, 600, 222
TURN = 10  # frames from columns to rows
EXAMPLES = ("accent", "care", "ok", "bad")  # a colour for each example
W, B = np.array([[2.0, -1], [1, 3], [-2, 1]]), np.array([1.0, -2, 0])
X = np.array([[3.0, 1, -2, 2], [2, 5, 4, -1]])
DELTA = np.array([[2.0, -1, 3, 4], [1, 4, -2, 1], [-3, 2, 1, 0]])


class Block(NamedTuple):
    """A matrix of the formula: its numbers as they stand in columns, and its name in columns and in rows."""

    values: np.ndarray
    names: tuple[str, str]
    examples: bool = False  # whether each column is an example
    turns: bool = True  # whether it lies the other way in rows


Part = Block | str
"""A block, or a sign between blocks."""


@explorer("A batch, turned", beside="batching/translate")
def turning(control):
    """Each colour is an example. Press play: the columns become rows, and the weights change sides.

    Not one number changes.
    """
    m = int(control.slider("m", 4, low=1, high=4, step=1, spoken="examples m"))
    turn = control.steps("turn", TURN, label="columns → rows", spoken="from columns to rows", play=60)
    x = X[:, :m]
    z = COLUMNS.weighted_sum(W, x, B)
    weights, inputs = Block(W, ("W", "W^T")), Block(x, ("X", "X"), examples=True)
    bias, sums = Block(B[:, None], ("b", "b")), Block(z, ("Z", "Z"), examples=True)
    columns, rows = [weights, inputs, "+", bias, "=", sums], [inputs, weights, "+", bias, "=", sums]
    drawn = _drawn(columns, rows, turn / TURN, "Weights times a batch plus biases, " + _lie(turn))
    formula = eq("Z", "=", "X W^T + b" if turn > TURN / 2 else "W X + b")
    return drawn, formula, _shapes((inputs, weights, bias, sums), turn)


@explorer("Where the sum happens", beside="batching/once-only")
def summing(control):
    """Follow one example into the gradient. A bias adds up its errors; a product of matrices adds up for the weights.

    The mean is taken once, at the end.
    """
    m = int(control.slider("m", 4, low=1, high=4, step=1, spoken="examples m"))
    which = control.choice("gradient", ("∂C/∂b", "∂C/∂W"), "∂C/∂W", spoken="gradient")
    one = control.choice("shown", ("all", *(f"{i}" for i in range(1, m + 1))), label="example", spoken="example")
    turn = control.switch("rows", label="examples in rows", spoken="examples in rows")
    kept = [i for i in range(m) if one in ("all", f"{i + 1}")]
    delta, a = DELTA[:, :m], X[:, :m]
    parts, formula, total = _bias(delta, kept, turn) if which == "∂C/∂b" else _weights(delta, a, kept, turn)
    mean = _laid(Block(total / m, (which, which)), turn and which == "∂C/∂b")
    parts = [*parts, f"÷{m}", mean]
    drawn = _drawn(parts, parts, 0.0, f"{which} as a sum over examples, divided by their number once", kept)
    share = say("All examples add up, and the sum is divided once." if one == "all" else
                f"Example {one} alone: its share of the sum. It is still divided by $m$ = {m}.")  # fmt: skip
    return drawn, formula, share


def _bias(delta: np.ndarray, kept: list[int], rows: bool) -> tuple[list[Part | Laid], Node, np.ndarray]:
    """The errors, and their sum over the examples that are kept."""
    total = delta[:, kept].sum(axis=1, keepdims=True)
    result = Block(total, ("sum", "sum"))
    parts = [Block(delta, ("δ", "δ"), examples=True), "→", result]
    return [_laid(part, rows) for part in parts], eq("∂C/∂b", "=", frac("1", "m"), "Σ_i δ_i"), total


def _weights(
    delta: np.ndarray, a: np.ndarray, kept: list[int], rows: bool
) -> tuple[list[Part | Laid], Node, np.ndarray]:
    """The product that adds up an outer product for each example that is kept."""
    total = COLUMNS.bp4(delta[:, kept], a[:, kept]) * len(kept)  # bp4 takes the mean; here stands the sum
    names = ("δ^T", "A") if rows else ("δ", "A^T")
    factors = [Block(delta, (names[0], names[0]), examples=True), Block(a, (names[1], names[1]), examples=True)]
    formula = eq("∂C/∂W", "=", frac("1", "m"), group(*names), "=", frac("1", "m"), "Σ_i δ_{i}a_i^T")
    return [factors[0], _laid(factors[1], True), "=", Block(total, ("sum", "sum"))], formula, total


@explorer("Check by nudging", beside="batching/backward-rows")
def check(control):
    """Nudge a weight and watch the cost of the batch. Is the ratio what you typed? Here a sum is not enough."""
    return checked(control, "batching/backward-rows")


class Laid(NamedTuple):
    """A block that lies the other way than in columns."""

    block: Block


def _laid(part: Part, rows: bool) -> Part | Laid:
    return Laid(part) if rows and isinstance(part, Block) else part


# -- drawing -----------------------------------------------------------------------------------------------------------


def _drawn(columns: Sequence, rows: Sequence, turn: float, title: str, kept: Sequence[int] | None = None) -> Node:
    """Blocks and signs, on their way from one row of parts to the other."""
    here, there = _places(columns, turned=False), _places(rows, turned=columns is not rows)
    marks = []
    for part in columns:
        block = part.block if isinstance(part, Laid) else part
        if isinstance(block, Block):
            lying = isinstance(part, Laid)
            over = LIFT * sin(pi * turn) * _passed(part, columns, rows)
            start, end = ((x, y + over) for x, y in (here[_key(part)], there[_key(part)]))
            marks += _cells(block, start, end, turn, lying, kept)
            marks.append(_named(block, start, end, turn, lying))
    signs = _signs(columns, here) if turn < 0.5 else _signs(rows, there)
    return figure(*marks, *signs, x=(0, WIDTH), y=(HEIGHT, 0), width=WIDTH, height=HEIGHT, room=(0, 0, 0, 0),
                  axes=False, title=title)  # fmt: skip


LIFT = 44  # pixels by which two blocks that change places go over and under each other


def _passed(part: Part | Laid, columns: Sequence, rows: Sequence) -> int:
    """How many places to the left a part goes."""
    before, after = ([_key(other) for other in parts].index(_key(part)) for parts in (columns, rows))
    return before - after


def _edge_on(turn: float) -> str:
    """Half way all cells of a block lie on its diagonal: then nothing can be read, and nothing is printed."""
    return " wb-gone" if 0.35 < turn < 0.65 else ""


def _key(part: Part | Laid) -> str:
    block = part.block if isinstance(part, Laid) else part
    return block.names[0] if isinstance(block, Block) else block


def _size(part: Block | Laid, turned: bool) -> tuple[int, int]:
    """Rows and columns of a part as it lies."""
    if isinstance(part, Laid):
        return part.block.values.shape[::-1]
    return part.values.shape[::-1] if turned and part.turns else part.values.shape


def _places(parts: Sequence, turned: bool) -> dict[str, tuple[float, float]]:
    """Where each part begins: blocks by their upper left corner, signs by their middle."""
    wide = sum(CELL * _size(part, turned)[1] if not isinstance(part, str) else GAP for part in parts)
    wide += sum(16 for a, b in zip(parts, parts[1:], strict=False) if not isinstance(a, str) and not isinstance(b, str))
    x, places, before = (WIDTH - wide) / 2, {}, ""
    for part in parts:
        if isinstance(part, str):
            places[part] = (x + GAP / 2, HEIGHT / 2)
            x += GAP
        else:
            x += 16 if before and not isinstance(before, str) else 0
            rows, columns = _size(part, turned)
            places[_key(part)] = (x, (HEIGHT - 30 - CELL * rows) / 2 + 8)
            x += CELL * columns
        before = part
    return places


def _cells(
    block: Block, start: tuple[float, float], end: tuple[float, float], turn: float, lying: bool,
    kept: Sequence[int] | None,
) -> list:  # fmt: skip
    marks = []
    for (i, j), value in np.ndenumerate(block.values):
        across, down = (i, j) if lying else (j, i)
        x = (1 - turn) * (start[0] + CELL * across) + turn * (end[0] + CELL * down)
        y = (1 - turn) * (start[1] + CELL * down) + turn * (end[1] + CELL * across)
        out = block.examples and kept is not None and j not in kept
        look = ("soft" if out else EXAMPLES[j]) if block.examples else "ink"
        corners = [(x + 2, y + 2), (x + CELL - 2, y + 2), (x + CELL - 2, y + CELL - 2), (x + 2, y + CELL - 2)]
        marks.append(area(corners, look, filled=not out, dashed=out))
        if not out:
            text = compact(value)
            small = " wb-small" if len(text) > 4 else ""
            marks.append(label((x + CELL / 2, y + CELL / 2), text, f"{look} wb-flat{small}{_edge_on(turn)}", dy=5))
    return marks


def _named(block: Block, start: tuple[float, float], end: tuple[float, float], turn: float, lying: bool):
    """The name and the shape under a block."""
    shape = block.values.shape[::-1] if lying or turn >= 0.5 else block.values.shape
    rows, columns = block.values.shape[::-1] if lying else block.values.shape
    x = (1 - turn) * (start[0] + CELL * columns / 2) + turn * (end[0] + CELL * rows / 2)
    y = (1 - turn) * (start[1] + CELL * rows) + turn * (end[1] + CELL * columns)
    return label((x, y), f"{block.names[turn >= 0.5]}  {shape[0]}×{shape[1]}", f"ink{_edge_on(turn)}", dy=22)


def _signs(parts: Sequence, places: dict) -> list:
    return [label(places[part], part, dy=-9) for part in parts if isinstance(part, str)]


def _shapes(blocks: Sequence[Block], turn: int) -> Node:
    rows = turn > TURN / 2
    sizes = [block.values.shape[::-1] if rows else block.values.shape for block in blocks]
    named = (f"${block.names[rows]}$ is {high} × {wide}" for block, (high, wide) in zip(blocks, sizes, strict=True))
    return say(", ".join(named) + ".")


def _lie(turn: int) -> str:
    return {0: "examples in columns", TURN: "examples in rows"}.get(turn, "half turned")
