"""Stepping through a network: every number of every step, against the curriculum and automatic differentiation."""

from __future__ import annotations

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import grad

from autograder.explorers import load
from autograder.explorers.backpropagation import NAMES, THE_NETWORK
from autograder.explorers.stepper import COST, EQUATIONS, FORWARD, Walk, panel
from autograder.explorers.typed import Unclear, read
from autograder.render import explorers as exploring

SIGMA = {"identity": lambda z: z, "relu": lambda z: anp.maximum(z, 0), "tanh": anp.tanh,
         "sigmoid": lambda z: 1 / (1 + anp.exp(-z))}  # fmt: skip
NETWORKS = ["2-3-2", "1-1", "2-2-1", "3-4-5-2", THE_NETWORK]


def the_network() -> Walk:
    return Walk(*read(THE_NETWORK))


def of_kind(walk: Walk, kind: str, layer: int) -> list:
    return [operation for operation in walk.operations if (operation.kind, operation.layer) == (kind, layer)]


def test_the_network_of_the_pages():
    """It costs 260; errors −22 and −6, then −32, −16, −118, each the sum over two paths."""
    walk = the_network()
    assert walk.cost == 260
    assert [walk.value(2, j) for j in range(2)] == [-21, -2]
    assert [path.downstream for op in of_kind(walk, "BP1", 2) for path in walk.paths(op)] == [-22, -6]
    sums = [sum(path.downstream for path in walk.paths(op)) for op in of_kind(walk, "BP2", 1)]
    assert sums == [-32, -16, -118]
    rows = [[path.downstream for path in walk.paths(op)] for op in of_kind(walk, "BP4", 2)]
    assert rows == [[-154, 484, 66], [-42, 132, 18]]


@pytest.mark.parametrize("activation", SIGMA)
@pytest.mark.parametrize("typed", NETWORKS)
def test_products_on_the_way_back_are_the_gradients(typed, activation):
    """What BP3 and BP4 hand out, step by step, is what automatic differentiation of the whole cost gives."""
    walk = Walk(*read(typed, activation))
    theta = [(np.array(layer.weights), np.array(layer.bias)) for layer in walk.network.layers]

    def cost(theta):
        a = walk.inputs
        for weights, bias in theta:
            a = SIGMA[activation](anp.dot(weights, a) + bias)
        return anp.sum((a - walk.targets) ** 2) / 2

    for layer, (weights, bias) in enumerate(grad(cost)(theta), start=1):
        steps = [[path.downstream for path in walk.paths(op)] for op in of_kind(walk, "BP4", layer)]
        assert np.allclose(steps, weights)
        assert np.allclose([walk.paths(op)[0].downstream for op in of_kind(walk, "BP3", layer)], bias)


@pytest.mark.parametrize("typed", NETWORKS)
def test_every_operation_comes_once_and_after_what_it_needs(typed):
    """Values before the cost, the cost before errors, an error before what it is sent back to."""
    walk = Walk(*read(typed))
    steps = walk.operations
    assert len(set(steps)) == len(steps)
    last = len(walk.sizes) - 1
    assert [op.layer for op in steps if op.kind == FORWARD] == sorted(op.layer for op in steps if op.kind == FORWARD)
    cost = next(i for i, op in enumerate(steps) if op.kind == COST)
    assert all((op.kind == FORWARD) == (i < cost) for i, op in enumerate(steps) if op.kind != COST)
    for i, op in enumerate(steps):
        if op.kind in ("BP3", "BP4") and op.layer < last:
            assert all(steps.index(back) < i for back in of_kind(walk, "BP2", op.layer))
    assert sum(op.kind == FORWARD for op in steps) == sum(walk.sizes[1:])


def test_only_the_active_edges_carry_products():
    """In the first step back, two edges show upstream times local; all the others only their weights."""
    walk = the_network()
    picture = walk.picture(walk.telling)
    said = [mark.options["text"] for mark in picture.parts if mark.kind == "tag"]
    assert [text for text in said if "=" in text and "δ" not in text] == ["-22 · 2 = -44", "-6 · (-2) = 12"]
    assert sum(mark.kind == "arrow" for mark in picture.parts) == 2


def test_nothing_is_shown_before_it_is_computed():
    """Before the first step no value stands in a node; errors appear one by one."""
    walk = the_network()

    def shown(done):
        marks = walk.picture(done).parts
        values = [mark.options["text"] for mark in marks if mark.kind == "ring"]
        return sum(map(bool, values)), sum(m.kind == "tag" and m.options["text"].startswith("δ") for m in marks)

    assert shown(0) == (2, 0)
    assert shown(3) == (5, 0)
    assert shown(8) == (7, 2)
    assert shown(len(walk.operations)) == (7, 5)


def test_the_equation_that_acts_is_lit():
    """One frame around it, none on the way forward."""
    walk = the_network()
    for operation in walk.operations:
        marks = panel(operation)
        lit = [mark.options["text"] for mark in marks if mark.kind == "label" and mark.options["look"] == "ink"]
        assert sum(mark.kind == "area" for mark in marks) == (operation.kind in EQUATIONS)
        assert lit == ([operation.kind, EQUATIONS[operation.kind]] if operation.kind in EQUATIONS else [])


@pytest.mark.parametrize("text, said", [
    ("", "needs x, y and at least one W"),
    ("2", "none of x ="),
    ("2-9", "1 to 5 nodes"),
    ("0-2", "1 to 5 nodes"),
    ("2-2-2-2-2", "do not fit"),
    ("x = 1; W = 1 | 2 3; y = 1 2", "W 1 needs 1 numbers"),
    ("x = 1; W = 1; b = 1 2; y = 1", "b 1 needs 1 numbers"),
    ("x = 1; W = 1; y = 1 2", "y needs 1 numbers"),
    ("x = 1; W = 1; b = 0; b = 0; y = 1", "more b than W"),
    ("x = a; W = 1; y = 1", "should be numbers"),
    ("x = 1e9; W = 1; y = 1", "should be numbers up to 1000"),
    ("x = ; W = 1; y = 1", "should be numbers"),
    ("x = 1 | 2; W = 1; y = 1", "only W has several"),
    ("__import__('os'); x = 1", "none of x ="),
    ("x = 1; W = 1; W = 1; W = 1; W = 1; y = 1", "At most 3 layers"),
])  # fmt: skip
def test_what_cannot_be_read_says_what_to_type(text, said):
    """The sentence stands in the explorer, beside the network it began with."""
    with pytest.raises(Unclear, match=said):
        read(text)
    drawn = load("backpropagation/stepper").draw({"network": text})
    html = exploring.body(drawn)
    assert "2–3–2 network" in html
    assert html.count("wb-say") == exploring.body(load("backpropagation/stepper").draw()).count("wb-say") + 1


def test_a_network_of_ones_own_may_be_typed_with_fractions_and_commas():
    """Numbers are read as in boxes: 1/2, a minus from a word processor, commas between them."""
    typed = read("x = 1, −2; W = 1/2 -1; y = 0.5")
    assert typed.inputs.tolist() == [1, -2]
    assert typed.network.layers[0].weights.tolist() == [[0.5, -1]]
    assert typed.network.layers[0].bias.tolist() == [0]
    assert Walk(*typed).value(1, 0) == 2.5


def test_activations_are_those_of_the_engine():
    """Every choice computes; none is left out."""
    assert set(NAMES.values()) == set(SIGMA)
    for name in NAMES:
        assert load("equations/stepper").draw({"activation": name, "step": 99}).body
