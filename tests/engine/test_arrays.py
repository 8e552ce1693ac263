"""What the door of the engine lets in, and what it says otherwise."""

from fractions import Fraction

import numpy as np
import pytest

from autograder.engine.arrays import ShapeError, floats, not_empty, plain, same_shape


class Carried(float):
    """A number with a memory, as page code has them."""


class CarriedArray(np.ndarray):
    """An array with a memory."""


@pytest.mark.parametrize(
    "x",
    [
        [1, 2],
        (1.0, 2.0),
        np.array([1, 2], dtype=np.int8),
        np.array([1, 2], dtype=np.float32),
        [Fraction(1), Fraction(2)],
        [Carried(1), Carried(2)],
        np.array([1.0, 2.0]).view(CarriedArray),
        [np.float64(1), 2],
        [True, 2],
    ],
)
def test_numbers_of_any_kind_come_in_as_plain_float64(x):
    """Lists, integers, fractions and subclasses become a plain float64 array."""
    array = floats(x)
    assert type(array) is np.ndarray and array.dtype == np.float64 and array.tolist() == [1.0, 2.0]


def test_a_very_long_integer_comes_in():
    """2¹⁰⁰ does not fit any integer type of NumPy, but it is a number."""
    assert floats(2**100).item() == 2.0**100


def test_complex_numbers_stay_complex():
    """A complex step may pass."""
    assert floats([1 + 2j]).dtype == np.complex128


@pytest.mark.parametrize("x", ["3", ["3", "4"], None, [1, None], [object()]])
def test_what_is_no_number_is_refused(x):
    """A text is not read as a number here, and None does not become nan."""
    with pytest.raises(TypeError, match="bias must hold numbers"):
        floats(x, "bias")


def test_rows_of_different_lengths_are_refused():
    """[[1, 2], [3]] is no matrix."""
    with pytest.raises(ShapeError, match="weights has rows of different lengths"):
        floats([[1, 2], [3]], "weights")


def test_scalars_leave_as_plain_numbers():
    """A 0-d array leaves as float, a NumPy scalar too; arrays leave as they are."""
    assert type(plain(np.array(2.0))) is float
    assert type(plain(np.float64(2.0))) is float
    assert plain(np.array([2.0])).shape == (1,)


def test_shapes_that_differ_are_named():
    """(3,) and (3, 1) would broadcast to (3, 3) without a word: both shapes and both names are in the error instead."""
    with pytest.raises(ShapeError, match=r"delta has shape \(3,\) and slope has shape \(3, 1\).*same shape"):
        same_shape(delta=[1, 2, 3], slope=[[1], [2], [3]])


def test_empty_is_named():
    """An empty array is refused with its shape."""
    with pytest.raises(ShapeError, match=r"inputs is empty, its shape is \(2, 0\)"):
        not_empty(np.zeros((2, 0)), "inputs")
