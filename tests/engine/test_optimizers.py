"""Optimizers against steps computed by hand."""

import numpy as np
import pytest

from autograder.engine.arrays import ShapeError
from autograder.engine.network import Network, parameters
from autograder.engine.optimizers import Adam, GradientDescent, Momentum

ALL = [GradientDescent(0.1), Momentum(0.1, 0.9), Adam(0.1)]


def run(optimizer, theta, gradients):
    """θ after each step of a sequence of gradients."""
    state, path = optimizer.start([theta]), []
    for gradient in gradients:
        (theta,), state = optimizer.step([theta], [gradient], state)
        path.append(theta)
    return path


def test_the_plain_step_by_hand():
    """2 − 0.1·4 = 1.6, then 1.6 − 0.1·(−1) = 1.7."""
    assert run(GradientDescent(0.1), 2.0, [4.0, -1.0]) == pytest.approx([1.6, 1.7], rel=1e-15)


def test_momentum_by_hand():
    """v = 4, then 0.9·4 + 4 = 7.6, then 0.9·7.6 + 0 = 6.84: it rolls on without a gradient."""
    assert run(Momentum(0.1, 0.9), 2.0, [4.0, 4.0, 0.0]) == pytest.approx([1.6, 0.84, 0.156], rel=1e-14)


def test_adam_by_hand():
    """The first step is η whatever the size of the gradient; the second, g = 4 then −2, worked out below."""
    for gradient in (4.0, -4.0, 1e-3, 1e6):
        (theta,) = run(Adam(0.1), 2.0, [gradient])
        assert theta == pytest.approx(2 - 0.1 * np.sign(gradient), rel=1e-6)
    # m = 0.9·0.4 − 0.2 = 0.16, m̂ = 0.16 / 0.19; v = 0.999·0.016 + 0.004 = 0.019984, v̂ = 0.019984 / 0.001999
    second = 1.9 - 0.1 * (0.16 / 0.19) / np.sqrt(0.019984 / 0.001999)
    assert run(Adam(0.1), 2.0, [4.0, -2.0]) == pytest.approx([1.9, second], rel=1e-8)


def test_adam_does_not_move_without_a_gradient():
    """0 / (√0 + ε) is 0, not nan."""
    assert run(Adam(0.1), 2.0, [0.0]) == [2.0]


@pytest.mark.parametrize("optimizer", ALL)
def test_nothing_is_changed_in_place(optimizer):
    """Parameters, gradients and state can be used again; the same call gives the same step."""
    theta, gradient = np.array([1.0, 2.0]), np.array([3.0, -4.0])
    state = optimizer.start([theta])
    _, state = optimizer.step([theta], [gradient], state)
    once, again = optimizer.step([theta], [gradient], state), optimizer.step([theta], [gradient], state)
    assert np.array_equal(once[0][0], again[0][0])
    assert theta.tolist() == [1.0, 2.0] and gradient.tolist() == [3.0, -4.0]


@pytest.mark.parametrize("optimizer", ALL)
def test_every_optimizer_trains_a_network(optimizer):
    """A hundred steps on a small batch bring the cost below a tenth."""
    random = np.random.default_rng(0)
    network, x = Network.random([3, 8, 1], hidden="tanh", seed=1), random.normal(size=(3, 20))
    y = np.tanh(x[:1] - x[1:2])
    state, before = optimizer.start(network.parameters), network.cost(x, y)
    for _ in range(100):
        gradients = parameters(network.backward(network.forward(x), y))
        new, state = optimizer.step(network.parameters, gradients, state)
        network = network.with_parameters(new)
    assert network.cost(x, y) < before / 10


def test_the_plain_optimizer_is_the_step_of_the_network():
    """Network.step and GradientDescent are the same arithmetic."""
    network, x, y = Network.random([2, 3, 1], seed=3), [[1, 2], [3, 4]], [[1, 0]]
    new, _ = GradientDescent(0.1).step(network.parameters, parameters(network.backward(network.forward(x), y)))
    stepped = network.step(x, y, 0.1).parameters
    assert all(np.array_equal(a, b) for a, b in zip(new, stepped, strict=True))


@pytest.mark.parametrize("optimizer", ALL)
def test_shapes_that_do_not_match_are_named(optimizer):
    """A bias gradient of shape (2, 1) for a bias of shape (2,) would broadcast to a matrix."""
    with pytest.raises(ShapeError, match=r"\(2,\).*\(2, 1\).*one gradient per parameter"):
        optimizer.step([np.zeros(2)], [np.zeros((2, 1))], optimizer.start([np.zeros(2)]))
    with pytest.raises(ShapeError):
        optimizer.step([1.0, 2.0], [1.0], optimizer.start([1.0, 2.0]))
