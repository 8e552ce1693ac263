"""Activations against curriculum numbers, HIPS autograd and the complex step."""

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import elementwise_grad, jacobian

from autograder.engine.activations import (
    ACTIVATIONS,
    identity,
    log_softmax,
    log_sum_exp,
    relu,
    relu_slope,
    sigmoid,
    sigmoid_slope,
    sigmoid_slope_from_value,
    softmax,
    softmax_jacobian,
    softmax_jacobian_from_value,
    tanh,
    tanh_slope,
    tanh_slope_from_value,
)
from autograder.engine.arrays import ShapeError
from autograder.engine.gradcheck import central_differences, complex_step, relative_error

HIPS = {
    "identity": lambda z: 1.0 * z,
    "relu": lambda z: anp.maximum(0.0, z),
    "sigmoid": lambda z: 1 / (1 + anp.exp(-z)),
    "tanh": anp.tanh,
}
EXTREMES = np.array([-1e308, -1000.0, -40.0, -1e-300, 0.0, 1e-300, 40.0, 1000.0, 1e308])


def hips_softmax(z):
    e = anp.exp(z - anp.max(z))
    return e / anp.sum(e)


def points(seed, shape=(200,)):
    return np.random.default_rng(seed).normal(0, 3, shape)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_values_and_slopes_are_those_of_hips_autograd(name):
    """Every activation and its slope agree with HIPS autograd at 200 random points."""
    z, (value, slope) = points(1), ACTIVATIONS[name]
    assert np.max(relative_error(value(z), HIPS[name](z))) < 1e-14
    assert np.allclose(slope(z), elementwise_grad(HIPS[name])(z), rtol=1e-11, atol=1e-15)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_slopes_are_those_of_the_complex_step(name):
    """Every slope is what a complex step and central differences through our own value say."""
    value, slope = ACTIVATIONS[name]
    for z in points(2, (50,)):
        assert slope(z) == pytest.approx(complex_step(value, z), rel=1e-11, abs=1e-15)
        assert slope(z) == pytest.approx(central_differences(value, z), rel=1e-7, abs=1e-9)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_extreme_inputs_are_finite_and_silent(name):
    """From −1e308 to 1e308 there is no warning, no nan and no infinity."""
    value, slope = ACTIVATIONS[name]
    with np.errstate(all="raise", under="ignore"):
        assert np.all(np.isfinite(value(EXTREMES)))
        assert np.all(np.isfinite(slope(EXTREMES)))


def test_known_values():
    """relu, sigmoid and tanh at points everybody knows."""
    assert relu([7, -22, -3]).tolist() == [7.0, 0.0, 0.0]
    assert (sigmoid(0), sigmoid_slope(0), tanh(0), tanh_slope(0)) == (0.5, 0.25, 0.0, 1.0)
    assert (sigmoid(1000), sigmoid(-1000), tanh(1000), tanh(-1000)) == (1.0, 0.0, 1.0, -1.0)
    assert sigmoid(np.log(3)) == pytest.approx(0.75, rel=1e-15)


def test_relu_has_slope_zero_at_the_kink():
    """ReLU′(0) = 0, for 0 and for −0."""
    assert relu_slope([-1, -0.0, 0, 1e-300]).tolist() == [0.0, 0.0, 0.0, 1.0]


def test_the_sigmoid_slope_keeps_its_digits_where_the_value_rounds_to_one():
    """σ′(40) = e⁻⁴⁰ to rounding, though σ(40) is 1.0; σ′(−40) is the same number."""
    assert sigmoid(40.0) == 1.0
    assert sigmoid_slope(40.0) == pytest.approx(np.exp(-40.0), rel=1e-14)
    assert sigmoid_slope(40.0) == sigmoid_slope(-40.0)


def test_slopes_from_the_value_alone():
    """σ(1 − σ) and 1 − tanh² from the value are the slopes at z."""
    z = points(3)
    assert np.allclose(sigmoid_slope_from_value(sigmoid(z)), sigmoid_slope(z), rtol=1e-12)
    assert np.allclose(tanh_slope_from_value(tanh(z)), tanh_slope(z), rtol=1e-12)
    assert sigmoid_slope_from_value([0.8, 0.3]) == pytest.approx([0.16, 0.21])


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_numbers_give_numbers_and_arrays_give_arrays(name):
    """An int gives a plain float, a 0-d array too, a list an array; never the very object put in."""
    for function in ACTIVATIONS[name]:
        assert type(function(2)) is float
        assert type(function(np.array(2))) is float
        assert function([[1, 2], [3, 4]]).shape == (2, 2)
        assert function([]).shape == (0,)
    z = np.array([1.0, -2.0])
    value = ACTIVATIONS[name].value(z)
    value[0] = 9.0
    assert z.tolist() == [1.0, -2.0]
    assert identity(z) is not z


def test_softmax_is_that_of_hips_autograd():
    """Softmax, its logarithm and its Jacobian agree with HIPS autograd."""
    for z in points(4, (20, 5)):
        assert np.allclose(softmax(z), hips_softmax(z), rtol=1e-13)
        assert np.allclose(log_softmax(z), np.log(hips_softmax(z)), rtol=1e-13)
        assert np.allclose(softmax_jacobian(z), jacobian(hips_softmax)(z), rtol=1e-10, atol=1e-16)
        assert np.allclose(softmax_jacobian(z), complex_step(softmax, z), rtol=1e-10, atol=1e-16)
        assert log_sum_exp(z) == pytest.approx(np.log(np.exp(z).sum()), rel=1e-14)


def test_softmax_jacobian_by_hand():
    """diag(p) − ppᵀ for p = (½, ¼, ¼); each column sums to zero, since the probabilities always sum to one."""
    by_hand = [[1 / 4, -1 / 8, -1 / 8], [-1 / 8, 3 / 16, -1 / 16], [-1 / 8, -1 / 16, 3 / 16]]
    assert softmax_jacobian_from_value([0.5, 0.25, 0.25]).tolist() == by_hand
    assert np.allclose(softmax_jacobian([3, -1, 2]).sum(0), 0, atol=1e-16)


def test_softmax_at_a_thousand():
    """±1000 neither overflow nor warn; the logarithm keeps the digits that the value loses."""
    assert softmax([1000, -1000, 1000]).tolist() == [0.5, 0.0, 0.5]
    assert log_softmax([1000, -1000]).tolist() == [0.0, -2000.0]
    assert log_sum_exp([1000, 1000]) == pytest.approx(1000 + np.log(2))
    assert softmax_jacobian([1000, -1000]).tolist() == [[0.0, 0.0], [0.0, 0.0]]


def test_softmax_of_a_batch_treats_each_example_alone():
    """Columns unless rows=True, and a transposed batch gives the transposed result."""
    z = points(5, (4, 3))
    columns = np.column_stack([softmax(z[:, i]) for i in range(3)])
    assert np.array_equal(softmax(z), columns)
    assert np.array_equal(softmax(z.T, rows=True), columns.T)
    assert np.allclose(log_sum_exp(z.T, rows=True), log_sum_exp(z), rtol=1e-15)
    assert np.allclose(log_softmax(z.T, rows=True), np.log(columns).T, rtol=1e-13)
    assert log_sum_exp(z).shape == (3,)


@pytest.mark.parametrize(
    "z, shape", [([], "(0,)"), (np.zeros((3, 0)), "(3, 0)"), (3.0, "()"), (np.zeros((1, 1, 1)), "1, 1")]
)
def test_softmax_of_the_wrong_shape(z, shape):
    """Softmax of nothing, of a number and of a cube is refused with the shape that was given."""
    for function in (softmax, log_softmax, log_sum_exp):
        with pytest.raises(ShapeError) as error:
            function(z)
        assert shape in str(error.value) and "give" in str(error.value)


def test_the_softmax_jacobian_is_for_one_example():
    """A batch is refused: its Jacobians would be a cube."""
    with pytest.raises(ShapeError, match=r"\(2, 3\).*one \(n,\)"):
        softmax_jacobian(np.zeros((2, 3)))
