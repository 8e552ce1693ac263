"""Layer normalisation by hand, against HIPS autograd and central differences."""

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import grad

from autograder.engine.arrays import ShapeError
from autograder.engine.gradcheck import check_gradient
from autograder.engine.normalisation import (
    gradient_of_bias,
    gradient_of_gain,
    gradient_of_row,
    layer_norm,
    normalised,
    three_paths,
)

random = np.random.default_rng(12)
X, GAIN, BIAS, UP = (random.normal(size=shape) for shape in ((2, 3, 4), (4,), (4,), (2, 3, 4)))


def second(x, gain, bias):
    """The layer written a second time, by sums of squares: the variance is mean of x² minus squared mean."""
    mean = anp.mean(x, axis=-1, keepdims=True)
    variance = anp.mean(x * x, axis=-1, keepdims=True) - mean**2
    return gain * (x - mean) * (variance + 1e-5) ** -0.5 + bias


def test_by_hand():
    """(−3, 3, 3, 5) has mean 2 and deviations −5, 1, 1, 3 with mean square 9: the spread is 3."""
    row, mean, spread = normalised([-3, 3, 3, 5], epsilon=0)
    assert row == pytest.approx([-5 / 3, 1 / 3, 1 / 3, 1]) and (mean[0], spread[0]) == (2.0, 3.0)
    assert layer_norm([-3, 3, 3, 5], [3, 3, 3, 3], [1, 1, 1, 1], epsilon=0) == pytest.approx([-4, 2, 2, 4])


def test_each_row_by_itself():
    """Every row comes out with mean 0 and variance 1; a row of equal numbers comes out as 0."""
    row = normalised(X, epsilon=0).row
    assert np.allclose(row.mean(axis=-1), 0) and np.allclose(np.mean(row**2, axis=-1), 1)
    assert normalised([5, 5, 5]).row.tolist() == [0.0, 0.0, 0.0]


def test_two_numbers_carry_only_a_sign():
    """With d = 2 the row is (−1, 1) or (1, −1), so no gradient comes back."""
    assert normalised([3, 10], epsilon=0).row.tolist() == [-1.0, 1.0]
    assert gradient_of_row([3, 10], [2, 5], [1, -7], epsilon=0) == pytest.approx([0, 0])


def test_values_and_gradients_are_those_of_hips_autograd():
    """The output, and the gradients of x, γ and β."""

    def cost(x, gain, bias):
        return anp.sum(UP * second(x, gain, bias))

    assert np.allclose(layer_norm(X, GAIN, BIAS), second(X, GAIN, BIAS), rtol=1e-10)
    assert np.allclose(gradient_of_row(X, GAIN, UP), grad(cost, 0)(X, GAIN, BIAS), rtol=1e-8)
    assert np.allclose(gradient_of_gain(X, UP), grad(cost, 1)(X, GAIN, BIAS), rtol=1e-8)
    assert np.allclose(gradient_of_bias(UP), grad(cost, 2)(X, GAIN, BIAS), rtol=1e-12)


def test_each_path_by_itself_is_what_nudging_says():
    """x̂ = (x − μ)/s with two of the three held still: nudging x on one path gives that path's term."""
    x, gain, up = X[0, 0], GAIN, UP[0, 0]
    _, mean, spread = normalised(x)
    paths = three_paths(x, gain, up)
    check_gradient(lambda t: np.sum(up * gain * (t - mean) / spread), x, paths.itself)
    check_gradient(lambda t: np.sum(up * gain * (x - np.mean(t)) / spread), x, paths.mean)
    check_gradient(lambda t: np.sum(up * gain * (x - mean) / normalised(t).spread), x, paths.variance)


def test_a_shift_changes_nothing():
    """x + 7 normalises to the same, so each row of the gradient adds up to 0."""
    assert np.allclose(normalised(X + 7).row, normalised(X).row)
    assert np.allclose(gradient_of_row(X, GAIN, UP).sum(axis=-1), 0, atol=1e-12)


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: layer_norm(X, GAIN[:3], BIAS), ["gain (3,)", "x (2, 3, 4)", "d is to be the same"]),
        (lambda: layer_norm(X, GAIN, X), ["bias (2, 3, 4)", "(d,)"]),
        (lambda: gradient_of_row(X, GAIN, UP[0]), ["upstream (3, 4)", "same sentences"]),
        (lambda: normalised(3.0), ["x ()", "(…, d)"]),
    ],
)
def test_wrong_shapes_are_named_with_a_next_step(call, words):
    """A ShapeError says both shapes and what is wanted."""
    with pytest.raises(ShapeError) as caught:
        call()
    assert all(word in str(caught.value) for word in words), str(caught.value)
