"""The walk down the cost: the engine's own numbers, and what is known of gradient descent on a bowl."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.engine import GradientDescent, Momentum, central_differences
from autograder.explorers import cost, load

START = (-2.4, 0.6)


def test_costs_of_many_weights_are_the_networks_own():
    """One layer for all pairs says the same as a network for each."""
    points = np.random.default_rng(0).uniform(-3, 3, (20, 2))
    assert cost.costs_of(points) == pytest.approx([cost.cost(w) for w in points])


def test_the_gradient_agrees_with_numerical_differentiation():
    """At a point, over all examples."""
    assert cost.slope(START) == pytest.approx(central_differences(cost.cost, np.array(START)), rel=1e-6)


def test_a_plain_walk_takes_the_networks_own_steps():
    """Gradient descent over all examples is Network.step with the bias held at 0."""
    path = cost.walk(START, GradientDescent(0.2), 8, 3)
    w = np.array(START)
    for found in path[1:]:
        w = cost.neuron(w).step(cost.X, cost.Y, 0.2).parameters[0][0]
        assert found == pytest.approx(w)


def test_too_big_is_where_theory_says():
    """Beyond 2 over the largest curvature the cost grows, below it falls; momentum bears more."""
    largest = np.linalg.eigvalsh(cost.X @ cost.X.T / 8)[-1]
    for rate in cost.RATES:
        costs = cost.costs_of(cost.walk(START, GradientDescent(rate), 8, cost.STEPS))
        assert (costs[-1] > costs[0]) == (rate > 2 / largest)
        assert ("too big" in cost.verdict(costs)) == (rate > 2 / largest)
        fast = cost.costs_of(cost.walk(START, Momentum(rate, 0.8), 8, cost.STEPS))
        assert (fast[-1] > fast[0]) == (rate > 2 * 1.8 / largest)
    assert cost.RATES[0] < 2 / largest < cost.RATES[-1], "both too small and too big are on offer"
    slow = cost.costs_of(cost.walk(START, GradientDescent(cost.RATES[0]), 8, cost.STEPS))
    assert "small" in cost.verdict(slow)


@pytest.mark.parametrize("size", cost.BATCHES.values())
def test_each_pass_takes_every_example_once(size):
    """Whatever the size of a batch, and in the same order each time."""
    batches = [batch for batch, _ in zip(cost.batches(size), range(16), strict=False)]
    one_pass = batches[: 8 // size]
    assert sorted(np.concatenate(one_pass)) == list(range(8))
    again = [batch for batch, _ in zip(cost.batches(size), range(16), strict=False)]
    assert all((a == b).all() for a, b in zip(batches, again, strict=True))


def test_nothing_is_lower_than_the_lowest():
    """The best weights by least squares, against the whole landscape."""
    w1, w2, costs = cost.landscape(61)
    assert costs.min() >= cost.lowest()
    assert costs.min() == pytest.approx(cost.lowest(), abs=0.01)


def test_a_walk_that_runs_away_still_draws():
    """The path ends where it leaves, and the numbers say so."""
    drawn = load("cost/descent").draw({"η": 1.5, "steps": 40})
    assert "too big" in drawn.body[-1].options["text"]
    assert len(cost.walk(START, GradientDescent(1.5), 8, 40)) < 41
