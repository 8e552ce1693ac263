"""Attention by hand, against HIPS autograd and the complex step, and what a wrong shape is told."""

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import grad

from autograder.engine.arrays import ShapeError
from autograder.engine.attention import (
    Attention,
    attention_weights,
    gradient_of_inputs,
    gradient_of_keys,
    gradient_of_matrix,
    gradient_of_queries,
    gradient_of_scores,
    gradient_of_values,
    gradient_of_weights,
    join_heads,
    masked,
    past,
    project,
    scores,
    split_heads,
    weighted_mean,
)
from autograder.engine.gradcheck import check_gradient, complex_step

N, K, D = 3, 4, 2
random = np.random.default_rng(12)
Q, KEYS, V = random.normal(size=(N, D)), random.normal(size=(K, D)), random.normal(size=(K, 5))
S, UP = random.normal(size=(N, K)), random.normal(size=(N, 5))


def by_autograd(x, w_q, w_k, w_v, w_o, heads, causal):
    """The layer written a second time, head by head and sentence by sentence, for automatic differentiation."""
    sentences = []
    for sentence in x:
        columns = []
        for q, k, v in zip(*(anp.split(anp.dot(sentence, w), heads, axis=1) for w in (w_q, w_k, w_v)), strict=True):
            e = anp.exp(anp.dot(q, k.T) / q.shape[1] ** 0.5)
            if causal:
                e = e * np.tril(np.ones(e.shape))
            columns.append(anp.dot(e / anp.sum(e, axis=1).reshape(-1, 1), v))
        sentences.append(anp.dot(anp.concatenate(columns, axis=1), w_o))
    return anp.stack(sentences)


def test_scores_by_hand():
    """(1, 2, 2, 1) meets (2, 0, 1, 2): 6 over √4 is 3."""
    assert scores([[1, 2, 2, 1]], [[2, 0, 1, 2], [0, 0, 0, 1]]).tolist() == [[3.0, 0.5]]


def test_weights_are_shares():
    """Scores ln 1 and ln 3 give the weights 1/4 and 3/4, in every row for itself."""
    assert attention_weights([[0, np.log(3)], [7, 7]]) == pytest.approx(np.array([[0.25, 0.75], [0.5, 0.5]]))


def test_the_past_sees_no_future():
    """With the mask, position t gives weight to positions 1 … t alone, and a change of a later word changes nothing."""
    assert past(3).tolist() == [[True, False, False], [True, True, False], [True, True, True]]
    assert np.all(attention_weights(masked(random.normal(size=(2, 3, 3)), past(3)))[:, ~past(3)] == 0)
    layer = Attention(*random.normal(size=(4, 2, 2)), causal=True)
    before, after = layer.forward([[1, 2], [3, 4], [5, 6]]), layer.forward([[1, 2], [3, 4], [-7, 8]])
    assert np.array_equal(before.outputs[:2], after.outputs[:2])
    assert not np.allclose(before.outputs[2], after.outputs[2])


def test_without_scores_the_mean_is_a_mean():
    """Queries of 0 ask nothing: every position gets the mean of the values."""
    weights = attention_weights(scores(np.zeros((N, D)), KEYS))
    assert weighted_mean(weights, V) == pytest.approx(np.tile(V.mean(axis=0), (N, 1)))


@pytest.mark.parametrize(
    "formula, at, gradient, shape",
    [
        (lambda v: weighted_mean(S, v), V, lambda up: gradient_of_values(S, up), (N, 5)),
        (lambda a: weighted_mean(a, V), S, lambda up: gradient_of_weights(V, up), (N, 5)),
        (attention_weights, S, lambda up: gradient_of_scores(attention_weights(S), up), (N, K)),
        (lambda q: scores(q, KEYS), Q, lambda up: gradient_of_queries(KEYS, up), (N, K)),
        (lambda k: scores(Q, k), KEYS, lambda up: gradient_of_keys(Q, up), (N, K)),
        (lambda w: project(Q, w), V[:D], lambda up: gradient_of_matrix(Q, up), (N, 5)),
        (lambda x: project(x, V[:D]), Q, lambda up: gradient_of_inputs(V[:D], up), (N, 5)),
    ],
    ids=["values", "weights", "scores", "queries", "keys", "matrix", "inputs"],
)
def test_each_step_back_is_what_the_complex_step_says(formula, at, gradient, shape):
    """C = Σ upstream ⊙ result, so that ∂C/∂result is the upstream: its gradient agrees to rounding."""
    upstream = random.normal(size=shape)
    check_gradient(lambda x: np.sum(upstream * formula(x)), at, gradient(upstream), method=complex_step, tolerance=1e-9)


def test_masked_scores_get_no_gradient():
    """Where the weight is 0 so is ∂C/∂S, and every row of ∂C/∂S adds up to 0."""
    ds = gradient_of_scores(attention_weights(masked(S[:, :N], past(N))), random.normal(size=(N, N)))
    assert np.all(ds[~past(N)] == 0) and np.allclose(ds.sum(axis=1), 0, atol=1e-15)


@pytest.mark.parametrize("heads, causal", [(1, False), (2, False), (2, True), (4, True)])
def test_a_layer_is_that_of_hips_autograd(heads, causal):
    """Two sentences of five words, several heads: the outputs, and the gradients of W_Q, W_K, W_V, W_O and X."""
    x, up = random.normal(size=(2, 5, 3)), random.normal(size=(2, 5, 6))
    matrices = [random.normal(size=size) for size in ((3, 4), (3, 4), (3, 8), (8, 6))]
    layer = Attention(*matrices, heads=heads, causal=causal)
    forward = layer.forward(x)
    assert np.allclose(forward.outputs, by_autograd(x, *matrices, heads, causal), rtol=1e-12)
    gradient = layer.backward(forward, up)

    def cost(*arrays):
        return anp.sum(up * by_autograd(*arrays, heads, causal))

    mine = (gradient.inputs, gradient.w_q, gradient.w_k, gradient.w_v, gradient.w_o)
    for place, ours in enumerate(mine):
        assert np.allclose(ours, grad(cost, place)(x, *matrices), rtol=1e-10, atol=1e-12), place


def test_sentences_are_marked_apart():
    """A batch is its sentences one by one; the gradient of a matrix is the sum of theirs."""
    layer, x, up = (
        Attention(*random.normal(size=(4, 2, 2)), heads=2),
        random.normal(size=(3, 4, 2)),
        random.normal(size=(3, 4, 2)),
    )
    whole = layer.backward(layer.forward(x), up)
    single = [layer.backward(layer.forward(one), u) for one, u in zip(x, up, strict=True)]
    assert np.allclose(whole.inputs, [one.inputs for one in single])
    assert np.allclose(whole.w_k, sum(one.w_k for one in single))


def test_heads_are_dealt_and_joined():
    """The first head has the first columns; joining undoes splitting."""
    x = np.arange(24.0).reshape(2, 3, 4)
    assert split_heads(x, 2).shape == (2, 2, 3, 2) and split_heads(x, 2)[0, 1, 0].tolist() == [2.0, 3.0]
    assert np.array_equal(join_heads(split_heads(x, 2)), x)


def test_large_scores_are_harmless():
    """Scores of ±1000 give weights of 1 and 0, silently."""
    assert attention_weights([[1000, -1000]]).tolist() == [[1.0, 0.0]]


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: scores(Q, KEYS.T), ["queries (3, 2)", "keys (2, 4)", "(n, d)", "d is to be the same"]),
        (lambda: scores(Q, KEYS[0]), ["keys (2,)", "(…, k, d)"]),
        (lambda: scores(Q, np.zeros((4, 0))), ["keys (4, 0)", "nothing empty"]),
        (lambda: weighted_mean(S, V[1:]), ["weights (3, 4)", "values (3, 5)", "k is to be"]),
        (lambda: scores(Q[None], KEYS), ["(1,)", "()", "same sentences and heads"]),
        (lambda: project(Q, np.ones((1, 2, 2))), ["matrix (1, 2, 2)", "(d_in, d)"]),
        (lambda: masked(S, np.ones((2, 2))), ["allowed (2, 2)", "scores (3, 4)"]),
        (lambda: split_heads(np.ones((2, 3)), 2), ["(2, 3)", "2 heads", "multiple"]),
        (lambda: join_heads(Q), ["(3, 2)", "no axis of heads"]),
        (lambda: Attention(np.eye(2), np.eye(2), np.eye(2), np.eye(3)), ["w_o (3, 3)", "w_v (2, 2)"]),
        (lambda: Attention(np.eye(3), np.eye(3), np.eye(3), np.eye(3), heads=2), ["2 heads"]),
    ],
)
def test_wrong_shapes_are_named_with_a_next_step(call, words):
    """A ShapeError says both shapes and what is wanted."""
    with pytest.raises(ShapeError) as caught:
        call()
    assert all(word in str(caught.value) for word in words), str(caught.value)


def test_a_mask_that_allows_nothing_is_refused():
    """A row without a position to look at would be 0/0."""
    with pytest.raises(ValueError, match="row 2 of the mask"):
        masked(np.zeros((2, 2)), [[1, 0], [0, 0]])


def test_a_layer_keeps_arrays_of_its_own():
    """Whoever changes the matrix afterwards does not change the layer; lists and keyword arguments are welcome."""
    w = np.eye(2)
    layer = Attention(w, np.eye(2), w_v=[[1, 0], [0, 1]], w_o=np.eye(2))
    w[0, 0] = 9
    assert layer.w_q[0, 0] == 1 and "2 → 2 → 2" in repr(layer) and len(layer.parameters) == 4
