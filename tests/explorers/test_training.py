"""Watching a network train: the frames are what the engine gives, and what is shown is the frame."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.engine import parameters
from autograder.engine.gradcheck import central_differences
from autograder.explorers import load
from autograder.explorers.training import EACH, METHODS, RATES, TASKS, Training, training


def said(**values) -> dict[str, str]:
    shown = load("training/watch").draw(values).body
    return dict(next(node for node in shown if node.kind == "readings").parts)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("task", TASKS)
def test_it_learns(task, method):
    """Every method brings the cost of both tasks below a third, at a rate that suits it."""
    costs = [frame.cost for frame in training(task, method, 0.1).until(60)]
    assert costs[-1] < costs[0] / 3


def test_too_big_and_too_small_are_both_visible():
    """The smallest rate hardly moves; the biggest flies off and says so."""
    slow = training("fit a curve", "gradient descent", RATES[0]).until(10)
    assert slow[-1].cost > 0.5 * slow[0].cost
    drawn = load("training/watch").draw({"task": "fit a curve", "η": RATES[-1], "time": 60})
    assert any(node.kind == "say" and "flown off" in node.options["text"] for node in drawn.body)


@pytest.mark.parametrize("task", TASKS)
def test_the_gradient_shown_is_the_slope_of_the_cost(task):
    """Against central differences of the whole cost, at the beginning and later."""
    examples = TASKS[task]()
    for frame in training(task, "Adam", 0.03).until(3)[::3]:
        for place, part in enumerate(frame.gradient):

            def cost(array, place=place, frame=frame):
                new = [*parameters(frame.network.layers)]
                new[place] = array.reshape(new[place].shape)
                return frame.network.with_parameters(new).cost(examples.inputs, examples.targets)

            found = central_differences(cost, frame.network.parameters[place].ravel())
            assert np.allclose(found, part.ravel(), atol=1e-6)


def test_stopping_and_going_on_is_the_same_training():
    """Looking at every frame on the way changes nothing, and nothing is computed before it is looked at."""
    whole = Training("fit a curve", "momentum", 0.1).until(20)
    bits = Training("fit a curve", "momentum", 0.1)
    assert bits.frames == []
    for time in (3, 1, 7, 20):
        bits.until(time)
        assert len(bits.frames) <= 21
    assert [frame.cost for frame in bits.frames] == [frame.cost for frame in whole]


def test_numbers_and_pictures_belong_to_the_same_moment():
    """Steps, cost and gradient norm are those of the frame; the curves end there."""
    frame = training("fit a curve", "Adam", 0.03).until(12)[-1]
    found = said(task="fit a curve", method="Adam", time=12, **{"η": 0.03})
    assert int(found["steps"]) == 12 * EACH
    assert float(found["C"]) == pytest.approx(frame.cost, rel=5e-3)
    assert float(found["|∇C|"]) == pytest.approx(frame.norm, rel=5e-3)
