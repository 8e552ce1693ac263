"""The four equations: by hand, against each other in both orientations, and their shapes."""

import numpy as np
import pytest

from autograder.engine.arrays import ShapeError
from autograder.engine.equations import (
    COLUMNS,
    ROWS,
    bp1,
    bp2,
    bp2_rows,
    bp2_rows_in_out,
    bp3,
    bp3_rows,
    bp4,
    bp4_rows,
    bp4_rows_in_out,
    weighted_sum,
    weighted_sum_rows,
)

BELOW, N, NEXT, M = 2, 3, 4, 5
random = np.random.default_rng(0)
W, W_NEXT = random.normal(size=(N, BELOW)), random.normal(size=(NEXT, N))
A_BELOW, SLOPE, DELTA = random.normal(size=(BELOW, M)), random.normal(size=(N, M)), random.normal(size=(N, M))
DELTA_NEXT, BIAS = random.normal(size=(NEXT, M)), random.normal(size=N)


def test_weighted_sum_of_the_curriculum():
    """Row 4.3: W = [[5, 2], [3, 6]] times (10, 20) is (90, 150), plus 6 is (96, 156)."""
    assert weighted_sum([[5, 2], [3, 6]], [10, 20], [6, 6]).tolist() == [96.0, 156.0]


def test_bp1_by_hand():
    """δ = ∇C ⊙ σ′, for a layer and for one node."""
    assert bp1([0.8, -0.5], [0.16, 0.25]) == pytest.approx([0.128, -0.125])
    assert bp1(0.5, 0.25) == 0.125 and type(bp1(1, 2)) is float


def test_bp2_by_hand():
    """δ of the hidden nodes of curriculum 7.3 is (−32, −16, −118), each a sum over two paths."""
    weights = [[2, 1, 4], [-2, -1, 5]]
    assert bp2(weights, [-22, -6], [1, 1, 1]).tolist() == [-32.0, -16.0, -118.0]
    assert bp2(weights, [-22, -6], [1, 0, 0]).tolist() == [-32.0, 0.0, 0.0]


def test_bp3_and_bp4_by_hand():
    """∂C/∂b = δ and ∂C/∂W = δ aᵀ, for one example; for two, half their sum."""
    assert bp3([-22, -6]).tolist() == [-22.0, -6.0]
    assert bp4([-22, -6], [7, -22, -3]).tolist() == [[-154.0, 484.0, 66.0], [-42.0, 132.0, 18.0]]
    assert bp3([[1, 3], [2, 6]]).tolist() == [2.0, 4.0]
    assert bp4([[1, 3], [2, 6]], [[1, 1]]).tolist() == [[2.0], [4.0]]


def test_the_matrix_form_of_bp2_is_the_index_form():
    """(Wᵀδ)ⱼ = Σₖ wₖⱼ δₖ, summed in plain Python."""
    by_index = [
        [sum(W_NEXT[k, j] * DELTA_NEXT[k, i] for k in range(NEXT)) * SLOPE[j, i] for i in range(M)] for j in range(N)
    ]
    assert np.allclose(bp2(W_NEXT, DELTA_NEXT, SLOPE), by_index, rtol=1e-13)


def test_a_batch_is_the_mean_of_its_examples():
    """1/m is taken by bp3 and bp4, and by them alone."""
    single = [bp2(W_NEXT, DELTA_NEXT[:, i], SLOPE[:, i]) for i in range(M)]
    assert np.allclose(bp2(W_NEXT, DELTA_NEXT, SLOPE), np.column_stack(single), rtol=1e-13)
    assert np.allclose(bp3(DELTA), np.mean([bp3(DELTA[:, i]) for i in range(M)], axis=0), rtol=1e-13)
    by_example = [bp4(DELTA[:, i], A_BELOW[:, i]) for i in range(M)]
    assert np.allclose(bp4(DELTA, A_BELOW), np.mean(by_example, axis=0), rtol=1e-13)


def test_rows_are_columns_seen_from_the_side():
    """Everything with one entry per example is transposed; the gradients of the parameters are the same."""
    assert np.allclose(weighted_sum_rows(W, A_BELOW.T, BIAS), weighted_sum(W, A_BELOW, BIAS).T, rtol=1e-14)
    assert np.allclose(bp2_rows(W_NEXT, DELTA_NEXT.T, SLOPE.T), bp2(W_NEXT, DELTA_NEXT, SLOPE).T, rtol=1e-14)
    assert np.allclose(bp3_rows(DELTA.T), bp3(DELTA), rtol=1e-14)
    assert np.allclose(bp4_rows(DELTA.T, A_BELOW.T), bp4(DELTA, A_BELOW), rtol=1e-14)


def test_weights_stored_inputs_by_outputs():
    """With W stored the other way round, the δs are the same and the gradient has the stored shape."""
    assert np.allclose(bp2_rows_in_out(W_NEXT.T, DELTA_NEXT.T, SLOPE.T), bp2_rows(W_NEXT, DELTA_NEXT.T, SLOPE.T))
    gradient = bp4_rows_in_out(DELTA.T, A_BELOW.T)
    assert gradient.shape == (BELOW, N) and np.allclose(gradient, A_BELOW @ DELTA.T / M)


@pytest.mark.parametrize("equations", [COLUMNS, ROWS])
def test_one_example_is_the_same_in_both_orientations(equations):
    """A vector stands neither in a row nor in a column."""
    assert np.allclose(equations.weighted_sum(W, A_BELOW[:, 0], BIAS), weighted_sum(W, A_BELOW[:, 0], BIAS))
    assert np.allclose(equations.bp2(W_NEXT, DELTA_NEXT[:, 0], SLOPE[:, 0]), bp2(W_NEXT, DELTA_NEXT[:, 0], SLOPE[:, 0]))
    assert np.array_equal(equations.bp3(DELTA[:, 0]), DELTA[:, 0])
    assert np.array_equal(equations.bp4(DELTA[:, 0], A_BELOW[:, 0]), np.outer(DELTA[:, 0], A_BELOW[:, 0]))


def test_arguments_may_be_named():
    """The order of the arguments is in the signature; one too few is an ordinary TypeError."""
    assert np.array_equal(bp4(inputs=A_BELOW, delta=DELTA), bp4(DELTA, A_BELOW))
    with pytest.raises(TypeError, match="missing a required argument: 'inputs'"):
        bp4(DELTA)


def test_nothing_is_changed_and_nothing_is_handed_back():
    """bp3 of one example is δ in value, but a new array: whoever changes it does not change δ."""
    delta = np.array([1.0, 2.0])
    bp3(delta)[0] = 9.0
    assert delta.tolist() == [1.0, 2.0]


@pytest.mark.parametrize(
    "call, shapes, advice",
    [
        (lambda: bp1([1, 2], [1, 2, 3]), ["(2,)", "(3,)"], "same shape"),
        (lambda: bp1([[1], [2]], [1, 2]), ["(2, 1)", "(2,)"], "same shape"),
        (lambda: bp2(W_NEXT, [1, 2, 3], [1, 1, 1]), ["(3,)", "(4, 3)"], "give 4 values"),
        (lambda: bp2(W_NEXT, np.ones((5, 4)), np.ones((3, 5))), ["(5, 4)", "(4, 3)"], "_rows"),
        (lambda: bp2_rows(W_NEXT, np.ones((4, 5)), np.ones((5, 3))), ["(4, 5)", "(4, 3)"], "leave rows out"),
        (lambda: bp2(W_NEXT, DELTA_NEXT, SLOPE.T), ["(5, 3)", "(4, 3)"], "_rows"),
        (lambda: bp2(W_NEXT, DELTA_NEXT, SLOPE[:, 1:]), ["(4, 5)", "(3, 4)"], "one per column"),
        (lambda: bp2(W_NEXT, [1, 2, 3, 4], SLOPE), ["(4,)", "(3, 5)"], "both for one example"),
        (lambda: bp2(np.ones((0, 3)), [1], [1, 1, 1]), ["(0, 3)"], "at least (1, 1)"),
        (lambda: bp2([1, 2], [1], [1, 1]), ["(2,)"], "[[w₁, w₂, …]]"),
        (lambda: bp2(np.ones((2, 2, 2)), [1, 1], [1, 1]), ["(2, 2, 2)"], "(outputs, inputs)"),
        (lambda: bp3(np.ones((3, 0))), ["(3, 0)"], "at least one example"),
        (lambda: bp3(3.0), ["()"], "one example or a batch"),
        (lambda: bp3_rows(np.ones((0, 3))), ["(0, 3)"], "at least one example"),
        (lambda: bp4(np.ones((3, 5)), np.ones((2, 4))), ["(3, 5)", "(2, 4)"], "one per column"),
        (lambda: bp4_rows(np.ones((5, 3)), np.ones((4, 2))), ["(5, 3)", "(4, 2)"], "one per row"),
        (lambda: bp4(np.ones(3), np.ones((2, 4))), ["(3,)", "(2, 4)"], "same examples"),
        (lambda: bp4(np.ones((3, 0)), np.ones((2, 0))), ["(3, 0)"], "at least one example"),
        (lambda: bp4(np.ones(3), np.ones(0)), ["(0,)"], "at least one example"),
        (lambda: weighted_sum(W, np.ones((2, 0)), BIAS), ["(2, 0)"], "at least one example"),
        (lambda: weighted_sum(W, np.ones((5, 2)), BIAS), ["(5, 2)", "(3, 2)"], "rows=True"),
        (lambda: weighted_sum(W, 1.0, BIAS), ["()"], "give one example"),
        (lambda: weighted_sum(W, [1, 2], [1, 2]), ["(2,)", "(3, 2)", "(3,)"], "one bias per row"),
        (lambda: weighted_sum(W, [1, 2], 1.0), ["()", "(3, 2)"], "one bias per row"),
    ],
)
def test_shapes_that_do_not_fit_are_named_with_the_next_step(call, shapes, advice):
    """A wrong or empty shape raises ShapeError, which names both shapes and what to give instead."""
    with pytest.raises(ShapeError) as error:
        call()
    assert all(shape in str(error.value) for shape in shapes), str(error.value)
    assert advice in str(error.value), str(error.value)
