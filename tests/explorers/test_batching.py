"""Explorers of chapter 9: the numbers in the blocks, against plain loops."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.explorers import load
from autograder.explorers.batching import DELTA, TURN, B, W, X
from autograder.layout.numbers import rounded


def figure(slug: str, **values):
    return next(node for node in load(slug).draw(values).body if node.kind == "figure")


def numbers(shown) -> list[tuple[float, float, float]]:
    """(x, y, number) of every cell with a number in it."""
    flat = [mark for mark in shown.parts if mark.kind == "label" and "wb-flat" in mark.options["look"]]
    return [(*mark.data, float(mark.options["text"])) for mark in flat]


def shapes(shown) -> dict[str, tuple[int, int]]:
    """Name → shape, as they stand under the blocks."""
    said = [mark.options["text"].split("  ") for mark in shown.parts if "  " in mark.options.get("text", "")]
    return {name: tuple(map(int, shape.split("×"))) for name, shape in said}


@pytest.mark.parametrize("m", [1, 2, 3, 4])
def test_turning_changes_no_number(m):
    """In columns, half way and in rows the same numbers stand in the blocks; Z is what a loop gives."""
    z = [sum(W[j, k] * X[k, i] for k in range(2)) + B[j] for j in range(3) for i in range(m)]
    wanted = sorted([*W.ravel(), *X[:, :m].ravel(), *B, *z])
    for turn in (0, 3, TURN):
        assert sorted(value for _, _, value in numbers(figure("batching/turning", m=m, turn=turn))) == wanted


def test_turned_blocks_are_transposes():
    """Every block ends with its first row where its first column was; shapes say so."""
    before, after = (figure("batching/turning", turn=turn) for turn in (0, TURN))
    assert shapes(before) == {"W": (3, 2), "X": (2, 4), "b": (3, 1), "Z": (3, 4)}
    assert shapes(after) == {"W^T": (2, 3), "X": (4, 2), "b": (1, 3), "Z": (4, 3)}
    for start, end in ((before, after), (after, before)):
        left = min(x for x, _, _ in numbers(start))
        first = [value for x, _, value in numbers(start) if x == left]
        assert all(any(value == other for *_, other in numbers(end)) for value in first)


def test_cells_move_a_little_with_each_frame():
    """No cell jumps more than a quarter of the way at once."""
    frames = [numbers(figure("batching/turning", turn=turn)) for turn in range(TURN + 1)]
    pairs = zip(frames, frames[1:], strict=False)
    far = [max(abs(a[0] - b[0]) for a, b in zip(one, two, strict=True)) for one, two in pairs]
    whole = max(abs(a[0] - b[0]) for a, b in zip(frames[0], frames[-1], strict=True))
    assert 0 < min(far) and max(far) < whole / 4


@pytest.mark.parametrize("rows", [False, True])
@pytest.mark.parametrize("one", ["all", "1", "3"])
def test_the_sum_over_examples_divided_once(one, rows):
    """Weights: an outer product for each example, added up, divided by m; in rows the same numbers."""
    m, kept = 3, [0, 1, 2] if one == "all" else [int(one) - 1]
    total = sum(np.outer(DELTA[:, i], X[:, i]) for i in kept)
    shown = numbers(figure("batching/summing", m=m, shown=one, rows=rows))
    values = [value for _, _, value in shown]
    for part in (total, total / m):
        for entry in part.ravel():
            assert float(rounded(entry, 3)) in values
    bias = numbers(figure("batching/summing", m=m, shown=one, rows=rows, gradient="∂C/∂b"))
    for entry in DELTA[:, kept].sum(axis=1) / m:
        assert float(rounded(entry, 3)) in [value for _, _, value in bias]


def test_the_factors_carry_the_transpose_on_the_other_side():
    """Columns: δ Aᵀ. Rows: δᵀ A. The product has the same shape."""
    assert shapes(figure("batching/summing")) == {"δ": (3, 4), "A^T": (4, 2), "sum": (3, 2), "∂C/∂W": (3, 2)}
    assert shapes(figure("batching/summing", rows=True)) == {"δ^T": (3, 4), "A": (4, 2), "sum": (3, 2), "∂C/∂W": (3, 2)}


def test_examples_left_out_are_empty():
    """With one example shown, the other columns of δ hold no number."""
    full, single = (len(numbers(figure("batching/summing", shown=one))) for one in ("all", "2"))
    assert full - single == 3 * (3 + 2)
