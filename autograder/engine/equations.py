"""The four equations of back-propagation, δˡ = ∂C/∂zˡ, and the weighted sum they take apart.

    zˡ = Wˡ aˡ⁻¹ + bˡ          weighted_sum(weights, inputs, bias)
    δᴸ = ∇ₐC ⊙ σ′(zᴸ)          bp1(cost_slope, slope)
    δˡ = (Wˡ⁺¹ᵀ δˡ⁺¹) ⊙ σ′(zˡ)  bp2(weights, delta, slope)
    ∂C/∂bˡ = δˡ                bp3(delta)
    ∂C/∂Wˡ = δˡ aˡ⁻¹ᵀ          bp4(delta, inputs)

Written like this they hold for one example, arrays (n,), and for a batch with examples in columns, (n, m). For examples
in rows, (m, n), the formulas turn around and have names of their own, `…_rows`; `COLUMNS` and `ROWS` are the two sets.
bp1 works entry by entry and is the same in both. Weights are stored (outputs, inputs) always; `bp2_rows_in_out` and
`bp4_rows_in_out` are for books that store them (inputs, outputs).

**The mean over the m examples, 1/m, is taken once and only once: in bp3 and bp4.** Each δ is one example's own, and so
is each slope of a loss. Gradients have the shape of their parameter: bias (n,), weights (n, n_below).

Shapes that do not fit raise ShapeError, which names both. Source: M. Nielsen, Neural Networks and Deep Learning, ch. 2.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from .arrays import Array, EntrywiseOfTwo, Numbers
from .shapes import alike, examples, fitting, upright


@alike
def bp1(cost_slope: Array, slope: Array) -> Array:
    """The error of the last layer, δᴸ = ∇ₐC ⊙ σ′(zᴸ): how the cost follows a, times how a follows z."""
    return cost_slope * slope


# --- one example, or a batch with examples in columns --------------------------------------------------------------


@fitting(weights="n below", inputs="below m", bias="n")
def weighted_sum(weights: Array, inputs: Array, bias: Array) -> Array:
    """z = W a + b: weights (n, n_below), inputs (n_below,) or (n_below, m), bias (n,) → (n,) or (n, m)."""
    return weights @ inputs + upright(bias, inputs)


@fitting(weights="next n", delta="next m", slope="n m")
def bp2(weights: Array, delta: Array, slope: Array) -> Array:
    """The error of a layer from the error of the next, δˡ = (Wˡ⁺¹ᵀ δˡ⁺¹) ⊙ σ′(zˡ).

    weights (n_next, n) and delta (n_next,) or (n_next, m) are the next layer's, slope (n,) or (n, m) is this layer's.
    """
    return (weights.T @ delta) * slope


@fitting(delta="n m")
def bp3(delta: Array) -> Array:
    """The slope of the bias, ∂C/∂b = δ, averaged over the batch: (n,) or (n, m) → (n,)."""
    return total(delta, 1) / examples(delta, 1)


@fitting(delta="n m", inputs="below m")
def bp4(delta: Array, inputs: Array) -> Array:
    """The slope of the weights, ∂C/∂W = δ aᵀ, averaged over the batch: δ (n, m), inputs (n_below, m) → (n, n_below)."""
    return times(delta, inputs.T) / examples(delta, 1)


# --- a batch with examples in rows ---------------------------------------------------------------------------------


@fitting(weights="n below", inputs="m below", bias="n")
def weighted_sum_rows(weights: Array, inputs: Array, bias: Array) -> Array:
    """Z = A Wᵀ + b: weights (n, n_below), inputs (m, n_below), bias (n,) → (m, n)."""
    return inputs @ weights.T + bias


@fitting(weights="next n", delta="m next", slope="m n")
def bp2_rows(weights: Array, delta: Array, slope: Array) -> Array:
    """δˡ = (δˡ⁺¹ Wˡ⁺¹) ⊙ σ′(zˡ): weights (n_next, n), delta (m, n_next), slope (m, n) → (m, n)."""
    return (delta @ weights) * slope


@fitting(delta="m n")
def bp3_rows(delta: Array) -> Array:
    """∂C/∂b = 1/m Σ δ over the rows: delta (m, n) → (n,)."""
    return total(delta, 0) / examples(delta, 0)


@fitting(delta="m n", inputs="m below")
def bp4_rows(delta: Array, inputs: Array) -> Array:
    """∂C/∂W = 1/m δᵀ a: delta (m, n), inputs (m, n_below) → (n, n_below)."""
    return times(delta.T, inputs) / examples(delta, 0)


# --- the same for weights stored (inputs, outputs) -----------------------------------------------------------------


@fitting(weights="n next", delta="m next", slope="m n")
def bp2_rows_in_out(weights: Array, delta: Array, slope: Array) -> Array:
    """δˡ = (δˡ⁺¹ Wˡ⁺¹ᵀ) ⊙ σ′(zˡ), where W is stored (n, n_next), one row per input."""
    return (delta @ weights.T) * slope


@fitting(delta="m n", inputs="m below")
def bp4_rows_in_out(delta: Array, inputs: Array) -> Array:
    """∂C/∂W = 1/m aᵀ δ, where W is stored (n_below, n): delta (m, n), inputs (m, n_below) → (n_below, n)."""
    return times(inputs.T, delta) / examples(delta, 0)


# --- one example beside a batch ------------------------------------------------------------------------------------


def total(x: Array, axis: int) -> Array:
    """The sum over the examples, which stand along that axis; a single one is the sum."""
    return x if x.ndim == 1 else x.sum(axis)


def times(x: Array, y: Array) -> Array:
    """The matrix product, summed over the examples of a batch; for a single example column times row."""
    return np.outer(x, y) if x.ndim == 1 else x @ y


class Equations(NamedTuple):
    """One orientation's set of formulas."""

    weighted_sum: Callable[[Numbers, Numbers, Numbers], Array]
    bp1: EntrywiseOfTwo
    bp2: Callable[[Numbers, Numbers, Numbers], Array]
    bp3: Callable[[Numbers], Array]
    bp4: Callable[[Numbers, Numbers], Array]


COLUMNS = Equations(weighted_sum, bp1, bp2, bp3, bp4)
ROWS = Equations(weighted_sum_rows, bp1, bp2_rows, bp3_rows, bp4_rows)
