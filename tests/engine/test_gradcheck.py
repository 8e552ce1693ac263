"""The gradient checker, tested by feeding it wrong gradients."""

import numpy as np
import pytest

from autograder.engine.activations import sigmoid, sigmoid_slope
from autograder.engine.arrays import ShapeError
from autograder.engine.gradcheck import WrongGradient, central_differences, check_gradient, complex_step, relative_error

A = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])


def cost(w):
    """A cost of a (2, 3) parameter, with gradient 2w + Aᵀ."""
    return np.sum(w**2) + np.sum(A.T * w)


W = np.random.default_rng(0).normal(size=(2, 3))
RIGHT = 2 * W + A.T


@pytest.mark.parametrize("method", [central_differences, complex_step])
def test_a_right_gradient_passes(method):
    """The worst relative error is returned, and it is small."""
    assert check_gradient(cost, W, RIGHT, method=method) < 1e-8


@pytest.mark.parametrize("method", [central_differences, complex_step])
def test_shapes_of_slopes(method):
    """A gradient has x's shape, a Jacobian one row per output, and a number's slope is a number."""
    assert method(cost, W).shape == (2, 3)
    assert method(lambda x: A @ x, [1, 2]) == pytest.approx(A)
    assert method(lambda x: x**3, 2) == pytest.approx(12) and type(method(lambda x: x**3, 2)) is float


def test_the_complex_step_is_exact_where_differences_are_not():
    """σ′(1) to the last digit, against about ten digits."""
    exact = sigmoid_slope(1.0)
    assert complex_step(sigmoid, 1.0) == pytest.approx(exact, rel=1e-15)
    assert 0 < abs(central_differences(sigmoid, 1.0) - exact) < 1e-9


def test_central_differences_get_four_times_better_with_half_the_step():
    """Curriculum 1.11: the error of x³ at 1 is exactly h²."""
    for h in (0.5, 0.25, 0.125):
        assert central_differences(lambda x: x**3, 1, h=h) == 3 + h**2


def test_a_wrong_slope_is_caught_and_the_worst_entry_named():
    """One entry off: the message has its index, both values, the error and the next step."""
    wrong = RIGHT.copy()
    wrong[1, 2] += 0.5
    with pytest.raises(WrongGradient) as error:
        check_gradient(cost, W, wrong)
    message = str(error.value)
    assert f"entry [1, 2] is {float(wrong[1, 2])!r}, but nudging it says {RIGHT[1, 2]:.8g}" in message
    assert "1 of 6 entries are off" in message and "kink" in message


def test_a_wrong_slope_of_a_number():
    """σ′ = σ instead of σ(1 − σ)."""
    with pytest.raises(WrongGradient, match=r"the slope is 0\.5, but nudging it says 0\.25"):
        check_gradient(sigmoid, 0, sigmoid(0))


@pytest.mark.parametrize(
    "wrong, hint",
    [
        (-RIGHT, "Every sign is turned"),
        (4 * RIGHT, "4 times the right one"),
        (RIGHT / 6, "0.1667 times the right one"),
        (0 * RIGHT, "Check the rule"),
    ],
)
def test_the_pattern_of_the_errors_is_explained(wrong, hint):
    """A turned sign and a lost or doubled mean are named."""
    with pytest.raises(WrongGradient, match=hint):
        check_gradient(cost, W, wrong)


def test_a_transposed_jacobian_is_explained():
    """For a square Jacobian the shape does not give it away."""
    square = np.array([[1.0, 2.0], [3.0, 4.0]])
    check_gradient(lambda x: square @ x, [1, 1], square)
    with pytest.raises(WrongGradient, match="transpose"):
        check_gradient(lambda x: square @ x, [1, 1], square.T)


def test_a_nan_does_not_pass():
    """nan is never small enough."""
    wrong = RIGHT.copy()
    wrong[0, 1] = np.nan
    with pytest.raises(WrongGradient, match=r"entry \[0, 1\] is nan"):
        check_gradient(cost, W, wrong)


def test_a_kink_does_not_pass():
    """At the kink of ReLU nudging says ½, whichever slope is chosen."""
    with pytest.raises(WrongGradient, match="kink"):
        check_gradient(lambda z: np.maximum(0, z), 0.0, 0.0)


def test_a_wrong_shape_names_both():
    """The transposed gradient of a (2, 3) parameter is refused for its shape."""
    with pytest.raises(ShapeError, match=r"\(3, 2\).*\(2, 3\).*shape of its parameter"):
        check_gradient(cost, W, RIGHT.T)
    with pytest.raises(ShapeError, match=r"\(0,\).*nothing to nudge"):
        central_differences(np.sum, [])


def test_differences_too_small_to_see_are_no_mistake():
    """A true slope of 0 passes, though rounding makes the nudged one 1e-11 or so."""

    def flat(w):
        return (w + 0.1) ** 2 - w**2 - 0.2 * w

    assert central_differences(flat, 0.7) != 0
    assert check_gradient(flat, 0.7, 0.0) == 0.0


def test_relative_error():
    """|a − b| / max(|a|, |b|): 0 for two zeros, 1 against a zero, 2 for opposite signs."""
    assert relative_error([0, 1, 2, -3], [0, 0, 1, 3]).tolist() == [0.0, 1.0, 0.5, 2.0]
    assert relative_error(0, 0) == 0.0 and type(relative_error(1, 2)) is float


def test_the_point_is_not_changed():
    """Neither a careless f nor the checker moves the point."""
    w = np.array([1.0, 2.0])

    def careless(x):
        x += 1
        return float(np.sum(x))

    check_gradient(careless, w, [1, 1])
    assert w.tolist() == [1.0, 2.0]
