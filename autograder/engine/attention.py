"""Attention: every position asks, every position answers, and what comes out is a weighted mean. Forward and backward.

    Q = X W_Q,  K = X W_K,  V = X W_V     project(inputs, matrix)
    S = Q Kᵀ / √d                         scores(queries, keys)
    Sₜₛ = −∞ where s > t                  masked(scores, allowed), with allowed = past(n)
    A = softmax of each row of S          attention_weights(scores)
    Z = A V                               weighted_mean(weights, values)

    ∂C/∂V = Aᵀ ∂C/∂Z                      gradient_of_values(weights, upstream)
    ∂C/∂A = ∂C/∂Z Vᵀ                      gradient_of_weights(values, upstream)
    ∂C/∂S = A ⊙ (∂C/∂A − row sums of A ⊙ ∂C/∂A)   gradient_of_scores(weights, upstream)
    ∂C/∂Q = ∂C/∂S K / √d                  gradient_of_queries(keys, upstream)
    ∂C/∂K = ∂C/∂Sᵀ Q / √d                 gradient_of_keys(queries, upstream)
    ∂C/∂W_Q = Xᵀ ∂C/∂Q                    gradient_of_matrix(inputs, upstream), for W_K and W_V the same
    ∂C/∂X = ∂C/∂Q W_Qᵀ + …                gradient_of_inputs(matrix, upstream), one term for each of the three

Positions stand in rows: X is (n, d_in), and so a matrix of weights is stored (inputs, outputs), as in the paper. d is
the length of one query. Any axes may stand in front, (sentences, heads, n, d); the gradient of a matrix is then the sum
over them. No mean is taken: C is one number, and `upstream` is its gradient with respect to what the formula gives.

`Attention` puts the formulas together, with several heads and an output matrix: `forward` returns what was computed on
the way, `backward` reads that. Shapes that do not fit raise ShapeError, which names both.

Source: A. Vaswani et al., Attention is all you need (2017), section 3.2; its equation 1 is A V.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from .activations import softmax
from .arrays import Array, Numbers, ShapeError, floats, own
from .axes import check, last_axes

# --- forward -------------------------------------------------------------------------------------------------------


@last_axes(inputs="n d_in", matrix="d_in d", alone=["matrix"])
def project(inputs: Array, matrix: Array) -> Array:
    """Q = X W_Q, and K and V likewise: inputs (…, n, d_in), matrix (d_in, d) → (…, n, d), a row per position."""
    return inputs @ matrix


@last_axes(queries="n d", keys="k d")
def scores(queries: Array, keys: Array) -> Array:
    """S = Q Kᵀ / √d: queries (…, n, d), keys (…, k, d) → (…, n, k), a row per query, a column per key.

    A sum of d products of independent numbers of variance 1 has variance d; divided by √d it has variance 1.
    """
    return queries @ turned(keys) / np.sqrt(queries.shape[-1])


def past(n: int) -> np.ndarray:
    """The mask of the past, (n, n): True where position t, a row, may look at position s, a column: s ≤ t."""
    return np.tri(n, dtype=bool)


def masked(scores: Numbers, allowed: Numbers) -> Array:
    """The scores, −∞ where nothing is allowed: scores (…, n, k), allowed (n, k). Raises ValueError for an empty row.

    e to the −∞ is 0, so softmax gives such a position no weight and hands no gradient to it.
    """
    scores, mask = floats(scores, "scores"), floats(allowed, "allowed") != 0
    check({"scores": scores, "allowed": mask}, {"scores": ["n", "k"], "allowed": ["n", "k"]}, alone=["allowed"])
    blind = np.flatnonzero(~mask.any(axis=1))
    if blind.size:
        raise ValueError(f"row {blind[0] + 1} of the mask allows nothing: let every position look at one at least")
    return np.where(mask, scores, -np.inf)


@last_axes(scores="n k")
def attention_weights(scores: Array) -> Array:
    """A, softmax along each row of the scores: (…, n, k) → (…, n, k), and every row adds up to 1."""
    return softmax(scores.reshape(-1, scores.shape[-1]), rows=True).reshape(scores.shape)


@last_axes(weights="n k", values="k d")
def weighted_mean(weights: Array, values: Array) -> Array:
    """Z = A V: weights (…, n, k), values (…, k, d) → (…, n, d). Each row is a mean of the values, weighted by A."""
    return weights @ values


# --- backward ------------------------------------------------------------------------------------------------------


@last_axes(weights="n k", upstream="n d")
def gradient_of_values(weights: Array, upstream: Array) -> Array:
    """∂C/∂V = Aᵀ ∂C/∂Z: weights (…, n, k), upstream (…, n, d) → (…, k, d). A value is blamed by all who read it."""
    return turned(weights) @ upstream


@last_axes(values="k d", upstream="n d")
def gradient_of_weights(values: Array, upstream: Array) -> Array:
    """∂C/∂A = ∂C/∂Z Vᵀ: values (…, k, d), upstream (…, n, d) → (…, n, k)."""
    return upstream @ turned(values)


@last_axes(weights="n k", upstream="n k")
def gradient_of_scores(weights: Array, upstream: Array) -> Array:
    """∂C/∂S from ∂C/∂A, each row by the Jacobian of softmax, diag(p) − ppᵀ: weights and upstream (…, n, k) → the same.

    p ⊙ g − p (p·g) is the Jacobian times g without the matrix. Each row adds up to 0; where A is 0, so is the gradient.
    """
    return weights * (upstream - np.sum(weights * upstream, axis=-1, keepdims=True))


@last_axes(keys="k d", upstream="n k")
def gradient_of_queries(keys: Array, upstream: Array) -> Array:
    """∂C/∂Q = ∂C/∂S K / √d: keys (…, k, d), upstream (…, n, k) → (…, n, d)."""
    return upstream @ keys / np.sqrt(keys.shape[-1])


@last_axes(queries="n d", upstream="n k")
def gradient_of_keys(queries: Array, upstream: Array) -> Array:
    """∂C/∂K = ∂C/∂Sᵀ Q / √d: queries (…, n, d), upstream (…, n, k) → (…, k, d)."""
    return turned(upstream) @ queries / np.sqrt(queries.shape[-1])


@last_axes(inputs="n d_in", upstream="n d")
def gradient_of_matrix(inputs: Array, upstream: Array) -> Array:
    """∂C/∂W = Xᵀ ∂C/∂Q, summed over the positions and over all axes in front of them → (d_in, d)."""
    return inputs.reshape(-1, inputs.shape[-1]).T @ upstream.reshape(-1, upstream.shape[-1])


@last_axes(matrix="d_in d", upstream="n d", alone=["matrix"])
def gradient_of_inputs(matrix: Array, upstream: Array) -> Array:
    """One term of ∂C/∂X, ∂C/∂Q W_Qᵀ: matrix (d_in, d), upstream (…, n, d) → (…, n, d_in).

    X is read three times, for queries, keys and values: a copy node, whose three terms are added.
    """
    return upstream @ matrix.T


# --- heads ---------------------------------------------------------------------------------------------------------


def split_heads(x: Numbers, heads: int) -> Array:
    """The columns of (…, n, d) dealt to the heads, the first d/heads to the first: (…, heads, n, d/heads)."""
    x = floats(x, "x")
    if x.ndim < 2 or heads < 1 or x.shape[-1] % heads:
        raise ShapeError(f"x {x.shape} cannot be split into {heads} heads: its last axis must be a multiple of that")
    return x.reshape(*x.shape[:-1], heads, x.shape[-1] // heads).swapaxes(-2, -3)


def join_heads(x: Numbers) -> Array:
    """The heads side by side again, their concatenation: (…, heads, n, d) → (…, n, heads · d)."""
    x = floats(x, "x")
    if x.ndim < 3:
        raise ShapeError(f"x {x.shape} has no axis of heads: give it as (…, heads, n, d), as split_heads does")
    x = x.swapaxes(-2, -3)
    return x.reshape(*x.shape[:-2], x.shape[-2] * x.shape[-1])


def turned(x: Array) -> Array:
    """The transpose of each matrix: the last two axes exchanged, those in front left alone."""
    return x.swapaxes(-1, -2)


# --- a whole layer -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class AttentionPass:
    """What the layer computed on the way forward; queries, keys, values, weights and means with an axis of heads."""

    inputs: Array
    queries: Array
    keys: Array
    values: Array
    weights: Array
    means: Array
    joined: Array
    outputs: Array


@dataclass(frozen=True, eq=False)
class AttentionGradient:
    """The gradients of the four matrices, in their shapes, and of the inputs."""

    w_q: Array
    w_k: Array
    w_v: Array
    w_o: Array
    inputs: Array


@dataclass(frozen=True, eq=False)
class Attention:
    """Self-attention with heads: W_Q, W_K (d_in, d), W_V (d_in, d_v), W_O (d_v, d_out), and the mask of the past.

        >>> layer = Attention(np.eye(2), np.eye(2), np.eye(2), np.eye(2))
        >>> layer.forward([[0, 0], [2, 4]]).outputs[0]
        array([1., 2.])

    d and d_v are the widths of all heads together. `causal=True` lets each position look at itself and what is before.
    """

    w_q: Array
    w_k: Array
    w_v: Array
    w_o: Array
    heads: int = 1
    causal: bool = False

    def __post_init__(self):
        names = [field.name for field in fields(self) if field.name.startswith("w_")]
        for name in names:  # arrays of its own: a layer does not change when the arrays it was made from do
            object.__setattr__(self, name, own(floats(getattr(self, name), name)))
        letters = {"w_q": ["d_in", "d"], "w_k": ["d_in", "d"], "w_v": ["d_in", "d_v"], "w_o": ["d_v", "d_out"]}
        check({name: getattr(self, name) for name in names}, letters, alone=names)
        for matrix in (self.w_q, self.w_v):
            split_heads(matrix, self.heads)  # raises, where its columns cannot be dealt

    @property
    def parameters(self) -> tuple[Array, Array, Array, Array]:
        """W_Q, W_K, W_V, W_O."""
        return self.w_q, self.w_k, self.w_v, self.w_o

    def forward(self, inputs: Numbers) -> AttentionPass:
        """inputs (…, n, d_in) → outputs (…, n, d_out), kept together with everything in between."""
        x = floats(inputs, "inputs")
        q, k, v = (split_heads(project(x, w), self.heads) for w in (self.w_q, self.w_k, self.w_v))
        s = scores(q, k)
        weights = attention_weights(masked(s, past(x.shape[-2])) if self.causal else s)
        means = weighted_mean(weights, v)
        joined = join_heads(means)
        return AttentionPass(x, q, k, v, weights, means, joined, project(joined, self.w_o))

    def backward(self, forward: AttentionPass, upstream: Numbers) -> AttentionGradient:
        """From ∂C/∂outputs, in the shape of the outputs, to the gradients of the four matrices and of the inputs."""
        upstream = floats(upstream, "upstream")
        x, a = forward.inputs, forward.weights
        dz = split_heads(gradient_of_inputs(self.w_o, upstream), self.heads)
        ds = gradient_of_scores(a, gradient_of_weights(forward.values, dz))
        dq = join_heads(gradient_of_queries(forward.keys, ds))
        dk = join_heads(gradient_of_keys(forward.queries, ds))
        dv = join_heads(gradient_of_values(a, dz))
        return AttentionGradient(
            w_q=gradient_of_matrix(x, dq),
            w_k=gradient_of_matrix(x, dk),
            w_v=gradient_of_matrix(x, dv),
            w_o=gradient_of_matrix(forward.joined, upstream),
            inputs=gradient_of_inputs(self.w_q, dq)
            + gradient_of_inputs(self.w_k, dk)
            + gradient_of_inputs(self.w_v, dv),
        )

    def __repr__(self) -> str:
        shapes = " → ".join(map(str, (self.w_q.shape[0], self.w_q.shape[1], self.w_o.shape[1])))
        return f"<Attention {shapes}, heads={self.heads}, causal={self.causal}>"
