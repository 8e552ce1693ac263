"""Losses against curriculum numbers, HIPS autograd and the complex step."""

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import grad

from autograder.engine.activations import sigmoid, softmax
from autograder.engine.arrays import ShapeError
from autograder.engine.gradcheck import central_differences, complex_step
from autograder.engine.losses import (
    LOSSES,
    binary_cross_entropy,
    cross_entropy,
    cross_entropy_slope,
    cross_entropy_with_sigmoid,
    cross_entropy_with_sigmoid_slope,
    cross_entropy_with_softmax,
    cross_entropy_with_softmax_slope,
    mean_squared_error,
    mean_squared_error_slope,
)

M, N = 6, 4  # examples, entries of each


def hips_softmax(z):
    e = anp.exp(z - anp.max(z, axis=0, keepdims=True))
    return e / anp.sum(e, axis=0, keepdims=True)


def hips_binary(a, y):
    return -anp.sum(y * anp.log(a) + (1 - y) * anp.log(1 - a)) / M


HIPS = {
    "mean squared error": lambda a, y: anp.sum((a - y) ** 2) / (2 * M),
    "cross-entropy": lambda a, y: -anp.sum(y * anp.log(a)) / M,
    "binary cross-entropy": hips_binary,
    "cross-entropy with softmax": lambda z, y: -anp.sum(y * anp.log(hips_softmax(z))) / M,
    "cross-entropy with sigmoid": lambda z, y: hips_binary(1 / (1 + anp.exp(-z)), y),
}


def batch(name, seed):
    """A prediction (or z) and targets that every loss accepts, examples in columns."""
    random = np.random.default_rng(seed)
    z = random.normal(0, 2, (N, M))
    y = np.eye(N)[:, random.integers(0, N, M)]
    return (softmax(z) if LOSSES[name].contains is None else z), y


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("seed", range(5))
def test_values_and_slopes_are_those_of_hips_autograd(name, seed):
    """The value is the mean over the batch; the slope, divided by m, is the derivative of that mean."""
    a, y = batch(name, seed)
    loss = LOSSES[name]
    assert loss.value(a, y) == pytest.approx(HIPS[name](a, y), rel=1e-13)
    assert np.allclose(loss.slope(a, y) / M, grad(HIPS[name])(a, y), rtol=1e-11, atol=1e-15)


@pytest.mark.parametrize("name", LOSSES)
def test_slopes_are_those_of_the_complex_step(name):
    """A complex step and central differences through our own value give our own slope over m."""
    a, y = batch(name, 7)
    loss = LOSSES[name]
    assert np.allclose(loss.slope(a, y) / M, complex_step(lambda a: loss.value(a, y), a), rtol=1e-11, atol=1e-15)
    assert np.allclose(loss.slope(a, y) / M, central_differences(lambda a: loss.value(a, y), a), rtol=1e-5, atol=1e-8)


@pytest.mark.parametrize("name", LOSSES)
def test_rows_are_columns_seen_from_the_side(name):
    """A transposed batch with rows=True costs the same, and its slope is the transposed slope."""
    a, y = batch(name, 8)
    loss = LOSSES[name]
    assert loss.value(a.T, y.T, rows=True) == pytest.approx(loss.value(a, y), rel=1e-14)
    assert np.allclose(loss.slope(a.T, y.T, rows=True), loss.slope(a, y).T, rtol=1e-14)


@pytest.mark.parametrize("name", LOSSES)
def test_a_batch_costs_the_mean_of_its_examples(name):
    """One example is a vector; the batch costs the mean, and each column of the slope is one example's own."""
    a, y = batch(name, 9)
    loss = LOSSES[name]
    assert loss.value(a, y) == pytest.approx(np.mean([loss.value(a[:, i], y[:, i]) for i in range(M)]), rel=1e-13)
    assert np.allclose(loss.slope(a, y)[:, 2], loss.slope(a[:, 2], y[:, 2]), rtol=1e-14)


def test_the_loss_of_the_two_three_two_network():
    """Curriculum 7.3: ½((−21 − 1)² + (−2 − 4)²) = 260, with slope (−22, −6)."""
    assert mean_squared_error([-21, -2], [1, 4]) == 260.0
    assert mean_squared_error_slope([-21, -2], [1, 4]).tolist() == [-22.0, -6.0]


def test_the_mean_squared_error_of_one_neuron_and_four_examples():
    """Curriculum 6.1, C = 1/(2m) Σ (y − a)²: errors 1, −2, 3, 0 over four examples in a row give 14/8."""
    assert mean_squared_error([[2, 0, 7, 1]], [[1, 2, 4, 1]]) == 14 / 8
    assert mean_squared_error([[2], [0], [7], [1]], [[1], [2], [4], [1]], rows=True) == 14 / 8


def test_a_number_is_one_example_of_one_value():
    """Scalars give plain floats."""
    for name, loss in LOSSES.items():
        a = 0.25 if loss.contains is None else -1.0
        if name != "cross-entropy with softmax":
            assert type(loss.value(a, 1)) is float and type(loss.slope(a, 1)) is float
    assert (mean_squared_error(5, 3), mean_squared_error_slope(5, 3)) == (2.0, 2.0)


def test_the_joint_derivative_is_prediction_minus_target():
    """a − y, from z, for softmax and for sigmoid."""
    z, y = np.array([2.0, -1.0, 0.5]), np.array([0.0, 1.0, 0.0])
    assert np.array_equal(cross_entropy_with_softmax_slope(z, y), softmax(z) - y)
    assert np.array_equal(cross_entropy_with_sigmoid_slope(z, y), sigmoid(z) - y)


def test_joint_losses_are_the_plain_ones_after_the_activation():
    """The same number either way round, where both can be computed."""
    z, y = batch("cross-entropy with softmax", 3)
    assert cross_entropy_with_softmax(z, y) == pytest.approx(cross_entropy(softmax(z), y), rel=1e-13)
    assert cross_entropy_with_sigmoid(z, y) == pytest.approx(binary_cross_entropy(sigmoid(z), y), rel=1e-13)


def test_soft_targets():
    """Targets that are probabilities rather than one-hot cost −Σ y log p too."""
    z, y = np.array([2.0, -1.0, 0.5]), np.array([0.2, 0.5, 0.3])
    assert cross_entropy_with_softmax(z, y) == pytest.approx(cross_entropy(softmax(z), y), rel=1e-14)


def test_joint_losses_at_a_thousand():
    """Sure and right costs 0, sure and wrong 2000 or 1000: large, finite and silent."""
    assert cross_entropy_with_softmax([1000, -1000], [1, 0]) == 0.0
    assert cross_entropy_with_softmax([1000, -1000], [0, 1]) == 2000.0
    assert cross_entropy_with_sigmoid([1000, -1000], [1, 0]) == 0.0
    assert cross_entropy_with_sigmoid([1000], [0]) == cross_entropy_with_sigmoid([-1000], [1]) == 1000.0
    assert cross_entropy_with_softmax_slope([1000, -1000], [0, 1]).tolist() == [1.0, -1.0]


def test_zero_probabilities_are_silent():
    """0 log 0 = 0; a certain answer that is wrong costs ∞, and its slope is −∞."""
    assert cross_entropy([0, 1], [0, 1]) == 0.0
    assert cross_entropy([0, 1], [1, 0]) == np.inf
    assert cross_entropy_slope([0, 1], [1, 0]).tolist() == [-np.inf, 0.0]
    assert binary_cross_entropy([0, 1], [0, 1]) == 0.0


@pytest.mark.parametrize("name", LOSSES)
def test_shapes_that_differ_are_refused(name):
    """A column of targets for a row of predictions would broadcast to a matrix: both shapes are named instead."""
    for function in LOSSES[name][:2]:
        with pytest.raises(ShapeError, match=r"\(2, 1\).*\(2,\).*same shape"):
            function([[0.5], [0.5]], [0, 1])


@pytest.mark.parametrize("name", LOSSES)
def test_an_empty_batch_is_refused(name):
    """The mean over no examples has no value."""
    with pytest.raises(ShapeError, match=r"empty.*\(3, 0\).*give at least one"):
        LOSSES[name].value(np.zeros((3, 0)), np.zeros((3, 0)))
    with pytest.raises(ShapeError, match=r"\(1, 1, 2\)"):
        LOSSES[name].value(np.zeros((1, 1, 2)), np.zeros((1, 1, 2)))
