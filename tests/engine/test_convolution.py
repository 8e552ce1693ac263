"""Convolution: by hand, against loops under HIPS autograd, NumPy's own, and the complex step."""

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import elementwise_grad, grad

from autograder.engine.arrays import ShapeError
from autograder.engine.convolution import (
    as_matrix,
    convolve,
    correlate,
    correlate_bias,
    correlate_inputs,
    correlate_weights,
    turned,
)
from autograder.engine.gradcheck import complex_step

SLIDES = [dict(stride=s, padding=p, dilation=d) for s, p, d in [(1, 0, 1), (1, 1, 1), (2, 0, 1), (2, 1, 1), (3, 2, 2)]]


def by_loops(x, w, b, stride, padding, dilation):
    """x (c_in, H, W), w (c_out, c_in, k, l), b (c_out,): every sum written out, and nothing shared with the engine."""
    x = anp.pad(x, [(0, 0), (padding, padding), (padding, padding)], "constant")
    down, right = [dilation * (k - 1) + 1 for k in w.shape[2:]]
    return anp.array([
        [
            [
                anp.sum(x[:, r : r + down : dilation, c : c + right : dilation] * w[o]) + b[o]
                for c in range(0, x.shape[2] - right + 1, stride)
            ]
            for r in range(0, x.shape[1] - down + 1, stride)
        ]
        for o in range(len(w))
    ])  # fmt: skip


def drawn(seed, examples=None):
    draw = np.random.default_rng(seed)
    shape = (2, 6, 7) if examples is None else (examples, 2, 6, 7)
    return draw.normal(size=shape), draw.normal(size=(3, 2, 2, 3)), draw.normal(size=3), draw


def test_correlation_and_convolution_by_hand():
    """One of them lays the filter down as it stands, the other turns it."""
    assert correlate([3, 1, 4, 2], [2, -1], 1).tolist() == [6.0, -1.0, 7.0]
    assert convolve([3, 1, 4, 2], [2, -1]).tolist() == [-1.0, 7.0, 0.0]
    assert turned([[1, 2], [3, 4]]).tolist() == [[4.0, 3.0], [2.0, 1.0]]


@pytest.mark.parametrize("seed", range(4))
def test_a_row_is_numpys_own(seed):
    """np.correlate and np.convolve, valid on the way forward and full on the way back."""
    draw = np.random.default_rng(seed)
    x, w, delta = draw.normal(size=9), draw.normal(size=3), draw.normal(size=7)
    assert np.allclose(correlate(x, w), np.correlate(x, w, "valid"), rtol=1e-13)
    assert np.allclose(convolve(x, w), np.convolve(x, w, "valid"), rtol=1e-13)
    assert np.allclose(correlate_inputs(w, delta, (9,)), np.convolve(delta, w, "full"), rtol=1e-13)
    assert np.allclose(correlate_weights(delta, x, (3,)), np.correlate(x, delta, "valid"), rtol=1e-13)
    assert correlate_bias(delta) == pytest.approx(sum(delta), rel=1e-13)


@pytest.mark.parametrize("slide", SLIDES)
def test_pictures_with_channels_are_those_of_hips_autograd(slide):
    """Forward as plain loops, and all three rules as HIPS autograd takes the loops apart."""
    x, w, b, draw = drawn(0)
    z = by_loops(x, w, b, **slide)
    assert np.allclose(correlate(x, w, b, **slide), z, rtol=1e-12)
    delta = draw.normal(size=z.shape)

    def cost(x, w, b):
        return anp.sum(by_loops(x, w, b, **slide) * delta)

    assert np.allclose(correlate_inputs(w, delta, (6, 7), **slide), grad(cost, 0)(x, w, b), rtol=1e-11, atol=1e-13)
    assert np.allclose(correlate_weights(delta, x, (2, 3), **slide), grad(cost, 1)(x, w, b), rtol=1e-11, atol=1e-13)
    assert np.allclose(correlate_bias(delta, (2, 3)), grad(cost, 2)(x, w, b), rtol=1e-11)


@pytest.mark.parametrize("slide", SLIDES)
def test_rows_with_channels_are_those_of_the_complex_step(slide):
    """Our own way forward, nudged in the imaginary direction, gives our own way back to twelve digits."""
    draw = np.random.default_rng(1)
    x, w, b = draw.normal(size=(2, 8)), draw.normal(size=(3, 2, 3)), draw.normal(size=3)
    delta = draw.normal(size=correlate(x, w, b, **slide).shape)

    def stepped(of, at):
        return complex_step(lambda t: np.sum(of(t) * delta), at)

    assert np.allclose(
        correlate_inputs(w, delta, (8,), **slide),
        stepped(lambda t: correlate(t, w, b, **slide), x),
        rtol=1e-12,
        atol=1e-14,
    )
    assert np.allclose(
        correlate_weights(delta, x, (3,), **slide),
        stepped(lambda t: correlate(x, t, b, **slide), w),
        rtol=1e-12,
        atol=1e-14,
    )
    assert np.allclose(correlate_bias(delta), stepped(lambda t: correlate(x, w, t, **slide), b), rtol=1e-12)


def test_a_batch_is_its_examples_and_the_mean_is_taken_once():
    """δ of the inputs stays each example's own; 1/m is in the gradients of weights and bias, and only there."""
    x, w, b, draw = drawn(2, examples=4)
    z = correlate(x, w, b, padding=1)
    delta = draw.normal(size=z.shape)
    each = [correlate(one, w, b, padding=1) for one in x]
    assert np.allclose(z, each, rtol=1e-13)
    back = [correlate_inputs(w, one, (6, 7), padding=1) for one in delta]
    assert np.allclose(correlate_inputs(w, delta, (6, 7), padding=1), back, rtol=1e-13)
    weights = [correlate_weights(d, one, (2, 3), padding=1) for d, one in zip(delta, x, strict=True)]
    assert np.allclose(correlate_weights(delta, x, (2, 3), padding=1), np.mean(weights, 0), rtol=1e-12, atol=1e-14)
    assert np.allclose(
        correlate_bias(delta, (2, 3)), np.mean([correlate_bias(d, (2, 3)) for d in delta], 0), rtol=1e-12
    )


def test_a_picture_without_channels_is_one_channel():
    """The bare forms of the table are the others with ones in front."""
    draw = np.random.default_rng(3)
    x, w = draw.normal(size=(5, 6)), draw.normal(size=(2, 3))
    z = correlate(x, w, 2.0)
    assert np.allclose(z, correlate(x[None], w[None, None], [2.0])[0], rtol=1e-14)
    assert correlate_inputs(w, z, x.shape).shape == x.shape and correlate_weights(z, x, w.shape).shape == w.shape
    assert correlate_bias(z, w.shape) == pytest.approx(z.sum())


@pytest.mark.parametrize("slide", SLIDES)
def test_a_row_is_one_matrix_and_its_transpose_goes_back(slide):
    """M x is the way forward, Mᵀ δ the way back, and M is the Jacobian ∂z/∂x."""
    draw = np.random.default_rng(4)
    x, w = draw.normal(size=7), draw.normal(size=3)
    matrix = as_matrix(w, 7, **slide)
    z = correlate(x, w, **slide)
    delta = draw.normal(size=z.shape)
    assert np.allclose(matrix @ x, z, rtol=1e-12, atol=1e-14)
    assert np.allclose(matrix.T @ delta, correlate_inputs(w, delta, (7,), **slide), rtol=1e-12, atol=1e-14)
    assert np.allclose(matrix, complex_step(lambda t: correlate(t, w, **slide), x), rtol=1e-14)


def test_a_filter_as_wide_as_the_row_is_a_dense_layer():
    """One stop: z = W x, ∂C/∂x = Wᵀ δ and ∂C/∂W = δ xᵀ, the equations of chapter 8."""
    draw = np.random.default_rng(5)
    weights, x, delta = draw.normal(size=(3, 4)), draw.normal(size=4), draw.normal(size=3)
    w = weights[:, None, :]
    assert np.allclose(correlate(x[None], w)[:, 0], weights @ x, rtol=1e-13)
    assert np.allclose(correlate_inputs(w, delta[:, None], (4,))[0], weights.T @ delta, rtol=1e-13)
    assert np.allclose(correlate_weights(delta[:, None], x[None], (4,))[:, 0], np.outer(delta, x), rtol=1e-13)


def test_nothing_is_changed():
    """What comes in stays as it is, and what goes out belongs to nobody else."""
    x, w, b, draw = drawn(6)
    kept = x.copy(), w.copy()
    z = correlate(x, w, b)
    correlate_inputs(w, z, (6, 7))[:] = 9
    correlate_weights(z, x, (2, 3))[:] = 9
    assert np.array_equal(x, kept[0]) and np.array_equal(w, kept[1])


@pytest.mark.parametrize(
    "call, parts",
    [
        (lambda: correlate([1, 2], [1, 2, 3]), ["spans 3", "length of 2", "more padding"]),
        (lambda: correlate([[1, 2]], [1, 2]), ["inputs have shape (1, 2)", "(2,)", "give (n,)"]),
        (
            lambda: correlate(np.ones((2, 5)), np.ones((4, 3, 2))),
            ["(2, 5)", "(4, 3, 2)", "(3, n), or a batch (m, 3, n)"],
        ),
        (lambda: correlate(np.ones((3, 5, 5)), np.ones((1, 2, 2, 2))), ["(3, 5, 5)", "(2, H, W)"]),
        (lambda: correlate(np.ones((2, 5)), np.ones((4, 2, 2)), [1, 2]), ["(2,)", "4 filters"]),
        (lambda: correlate([1, 2], 3.0), ["()", "(c_out, c_in, …)"]),
        (lambda: correlate([1, 2, 3], [1, 2], stride=0), ["stride", "0", "1 or more"]),
        (lambda: correlate_inputs([1, 2], [1, 2, 3], (5,)), ["(3,)", "4 stops", "stride and padding"]),
        (lambda: correlate_inputs([1, 2], [1, 2, 3], (5, 5)), ["(5, 5)", "one for each axis"]),
        (lambda: correlate_weights([1, 2], [1, 2, 3, 4], (2,)), ["(2,)", "3 stops"]),
        (lambda: correlate_weights([[1, 2]], [1, 2, 3], (2,)), ["(1, 2)", "(3,)", "with channels, or none"]),
        (lambda: correlate_weights([1, 2], [1, 2, 3], (2, 2, 2)), ["(2, 2, 2)", "(k, k)"]),
        (lambda: correlate_weights(np.ones((2, 1, 2)), np.ones((3, 1, 3)), (2,)), ["(2, 1, 2)", "same examples"]),
        (lambda: correlate_bias(3.0), ["()", "(c_out, n)"]),
        (lambda: as_matrix([[1, 2]], 4), ["(1, 2)", "(k,)"]),
    ],
)
def test_shapes_that_do_not_fit_are_named_with_the_next_step(call, parts):
    """ShapeError names what was given, what it does not fit, and what to give instead."""
    with pytest.raises(ShapeError) as error:
        call()
    assert all(part in str(error.value) for part in parts), str(error.value)


def test_a_gradient_of_a_whole_layer():
    """ReLU behind a filter: δ = upstream ⊙ ReLU′(z) through the three rules is what HIPS autograd gives."""
    x, w, b, _ = drawn(7)
    z = correlate(x, w, b)
    delta = 2 * np.maximum(z, 0) * (z > 0)

    def cost(x, w, b):
        return anp.sum(anp.maximum(by_loops(x, w, b, 1, 0, 1), 0) ** 2)

    assert np.allclose(correlate_inputs(w, delta, (6, 7)), elementwise_grad(cost, 0)(x, w, b), rtol=1e-11)
    assert np.allclose(correlate_weights(delta, x, (2, 3)), elementwise_grad(cost, 1)(x, w, b), rtol=1e-11)
    assert np.allclose(correlate_bias(delta, (2, 3)), elementwise_grad(cost, 2)(x, w, b), rtol=1e-11)
