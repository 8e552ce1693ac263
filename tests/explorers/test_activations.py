"""Explorers of chapter 5, against the formulas written another way."""

from __future__ import annotations

import math

import pytest

from autograder.explorers import load
from autograder.explorers.activations import UPSTREAM


def shown(slug: str, **values) -> dict[str, float]:
    nodes = load(slug).draw(values).body
    return {name: float(value) for node in nodes if node.kind == "readings" for name, value in node.parts}


SLOPES = {
    "ReLU": (lambda z: max(0, z), lambda z: float(z > 0)),
    "sigmoid": (lambda z: 1 / (1 + math.exp(-z)), lambda z: math.exp(-z) / (1 + math.exp(-z)) ** 2),
    "tanh": (math.tanh, lambda z: 1 / math.cosh(z) ** 2),
}


@pytest.mark.parametrize("name", SLOPES)
@pytest.mark.parametrize("z", [-4.2, -0.5, 0, 0.5, 3])
def test_values_and_slopes(name, z):
    """Three digits of each, by the textbook formulas; ReLU has slope 0 at 0."""
    found, (value, slope) = shown("activations/slopes", function=name, z=z), SLOPES[name]
    assert found["a"] == pytest.approx(value(z), rel=6e-3, abs=1e-8)
    assert found["slope"] == pytest.approx(slope(z), rel=6e-3, abs=1e-8)


def cells(slug: str, **values) -> list[list[float]]:
    """The numbers of a heat map, row by row."""
    from autograder.render.explorers import _nodes

    marks = [mark for node in _nodes(load(slug).draw(values).body) if node.kind == "figure" for mark in node.parts]
    [map_] = [mark for mark in marks if mark.kind == "cells"]
    return map_.data.tolist()


def test_the_mask_cuts_the_same_entries_both_ways():
    """Where z is not above 0, ReLU gives 0, its slope is 0, and so is what comes through."""
    z, value, slope, upstream, downstream = cells("activations/mask", z_1=7, z_2=-22, z_3=0, z_4=3)
    assert value == [7, 0, 0, 3]
    assert slope == [1, 0, 0, 1]
    assert upstream == UPSTREAM.tolist()
    assert downstream == [UPSTREAM[0], 0, 0, UPSTREAM[3]]


@pytest.mark.parametrize("values, said", [
    ({"z_2": 1, "z_3": 1}, "untouched"), ({"z_2": 1}, "1 of 4 entries is"), ({}, "2 of 4 entries are"),
    ({"z_1": 0, "z_4": 0}, "learns nothing"),
])  # fmt: skip
def test_what_is_cut_is_counted(values, said):
    """In whole sentences."""
    assert said in load("activations/mask").draw(values).body[-1].options["text"]


def test_softmax_and_its_jacobian():
    """Shares by exponentials; slopes by nudging each z; a shift of all changes nothing."""
    z = [1.5, -0.5, 0, 2]
    setting = {f"z_{i}": value for i, value in enumerate(z, start=1)}

    def shares(z):
        total = sum(map(math.exp, z))
        return [math.exp(value) / total for value in z]

    found, h = cells("activations/shares", **setting), 1e-6
    for k in range(4):
        up, down = ([value + sign * h * (i == k) for i, value in enumerate(z)] for sign in (1, -1))
        column = [(a - b) / (2 * h) for a, b in zip(shares(up), shares(down), strict=True)]
        assert [row[k] for row in found] == pytest.approx(column, abs=1e-8)
    assert cells("activations/shares", shift=4, **setting) == [pytest.approx(row) for row in found]
    assert shown("activations/shares", **setting) == {"p_1 + p_2 + p_3 + p_4": 1, "row sums": 0}
    bars = load("activations/shares").draw(setting).body[0].parts[0]
    printed = [mark.options["text"] for mark in bars.parts if mark.kind == "label" and mark.options["text"][0] != "p"]
    assert [float(text) for text in printed] == pytest.approx(shares(z), rel=0.06)
