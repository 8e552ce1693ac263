"""Pooling: by hand, against loops under HIPS autograd, and the complex step."""

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import grad

from autograder.engine.arrays import ShapeError
from autograder.engine.gradcheck import complex_step
from autograder.engine.pooling import max_pool, max_pool_slope, mean_pool, mean_pool_slope

BOTH = [(max_pool, max_pool_slope, anp.max), (mean_pool, mean_pool_slope, anp.mean)]


def by_loops(of, x, size, stride):
    """x (c, H, W): each window taken by itself."""
    starts = [range(0, n - k + 1, stride) for n, k in zip(x.shape[1:], size, strict=True)]
    return anp.array([[[of(one[r : r + size[0], c : c + size[1]]) for c in starts[1]] for r in starts[0]] for one in x])


def test_pooling_by_hand():
    """The largest, the mean; the gradient goes to the winner, or in equal parts to all."""
    x = [[1, 5, 2, 0], [3, 4, 8, 6]]
    assert max_pool(x, (2, 2)).tolist() == [[5.0, 8.0]] and mean_pool(x, (2, 2)).tolist() == [[3.25, 4.0]]
    assert max_pool_slope(x, [[7, -2]], (2, 2)).tolist() == [[0.0, 7.0, 0.0, 0.0], [0.0, 0.0, -2.0, 0.0]]
    assert mean_pool_slope(x, [[8, -4]], (2, 2)).tolist() == [[2.0, 2.0, -1.0, -1.0]] * 2


@pytest.mark.parametrize("pool, slope, of", BOTH)
@pytest.mark.parametrize("size, stride", [((2, 2), 2), ((2, 3), 2), ((3, 3), 1), ((2, 2), 3)])
def test_pictures_are_those_of_hips_autograd(pool, slope, of, size, stride):
    """Values and gradients of three channels, windows side by side, overlapping and with gaps."""
    draw = np.random.default_rng(0)
    x = draw.normal(size=(3, 6, 7))
    a = pool(x, size, stride)
    assert np.allclose(a, by_loops(of, x, size, stride), rtol=1e-13)
    upstream = draw.normal(size=a.shape)
    expected = grad(lambda x: anp.sum(by_loops(of, x, size, stride) * upstream))(x)
    assert np.allclose(slope(x, upstream, size, stride), expected, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("pool, slope, of", BOTH)
def test_rows_and_batches_are_those_of_the_complex_step(pool, slope, of):
    """The window slides along the last axes; whatever stands in front is pooled by itself."""
    draw = np.random.default_rng(1)
    x, upstream = draw.normal(size=(2, 3, 6)), draw.normal(size=(2, 3, 3))
    expected = complex_step(lambda t: np.sum(pool(t, (2,)) * upstream), x)
    assert np.allclose(slope(x, upstream, (2,)), expected, rtol=1e-13)
    assert np.array_equal(pool(x, (2,))[1, 2], pool(x[1, 2], (2,)))


def test_of_equal_numbers_the_first_wins():
    """As max does in the table of slopes, and nothing is lost or handed out twice."""
    assert max_pool_slope([4, 4, 1, 1], [1, 1], (2,)).tolist() == [1.0, 0.0, 1.0, 0.0]
    assert max_pool_slope(np.zeros((2, 2)), [[5]], (2, 2)).tolist() == [[5.0, 0.0], [0.0, 0.0]]


@pytest.mark.parametrize(
    "call, parts",
    [
        (lambda: max_pool([1], (2,)), ["spans 2", "length of 1"]),
        (lambda: max_pool([1, 2], (2, 2)), ["(2,)", "(2, 2)", "one size for each axis"]),
        (lambda: mean_pool(np.ones((4, 4)), (2, 3)), ["2×3", "give a stride"]),
        (lambda: max_pool_slope([1, 2, 3, 4], [1, 2, 3], (2,)), ["(3,)", "(2,)", "give one for each"]),
        (lambda: mean_pool_slope([1, 2, 3, 4], [1], (2,)), ["(1,)", "(2,)"]),
        (lambda: max_pool([1, 2], ()), ["()", "one size for each axis"]),
    ],
)
def test_shapes_that_do_not_fit_are_named_with_the_next_step(call, parts):
    """ShapeError names what was given and what to give instead."""
    with pytest.raises(ShapeError) as error:
        call()
    assert all(part in str(error.value) for part in parts), str(error.value)
