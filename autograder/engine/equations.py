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

from .arrays import Numbers, ShapeError, floats, not_empty, plain, same_shape


def bp1(cost_slope: Numbers, slope: Numbers) -> Numbers:
    """The error of the last layer, δᴸ = ∇ₐC ⊙ σ′(zᴸ): how the cost follows a, times how a follows z."""
    cost_slope, slope = same_shape(cost_slope=cost_slope, slope=slope)
    return plain(cost_slope * slope)


# --- one example, or a batch with examples in columns --------------------------------------------------------------


def weighted_sum(weights: Numbers, inputs: Numbers, bias: Numbers) -> np.ndarray:
    """z = W a + b: weights (n, n_below), inputs (n_below,) or (n_below, m), bias (n,) → (n,) or (n, m)."""
    weights, inputs, bias = _affine(weights, inputs, bias, entries=0)
    return weights @ inputs + (bias if inputs.ndim == 1 else bias[:, None])


def bp2(weights: Numbers, delta: Numbers, slope: Numbers) -> np.ndarray:
    """The error of a layer from the error of the next, δˡ = (Wˡ⁺¹ᵀ δˡ⁺¹) ⊙ σ′(zˡ).

    weights (n_next, n) and delta (n_next,) or (n_next, m) are the next layer's, slope (n,) or (n, m) is this layer's.
    """
    weights, delta = _fit(weights, delta, "delta", side=0, entries=0)
    return bp1(weights.T @ delta, slope)


def bp3(delta: Numbers) -> np.ndarray:
    """The slope of the bias, ∂C/∂b = δ, averaged over the batch: (n,) or (n, m) → (n,)."""
    delta = _delta(delta)
    return +delta if delta.ndim == 1 else delta.sum(1) / delta.shape[1]


def bp4(delta: Numbers, inputs: Numbers) -> np.ndarray:
    """The slope of the weights, ∂C/∂W = δ aᵀ, averaged over the batch: δ (n, m), inputs (n_below, m) → (n, n_below)."""
    delta, inputs = _same_batch(delta, inputs, examples=1)
    return np.outer(delta, inputs) if delta.ndim == 1 else delta @ inputs.T / delta.shape[1]


# --- a batch with examples in rows ---------------------------------------------------------------------------------


def weighted_sum_rows(weights: Numbers, inputs: Numbers, bias: Numbers) -> np.ndarray:
    """Z = A Wᵀ + b: weights (n, n_below), inputs (m, n_below), bias (n,) → (m, n)."""
    weights, inputs, bias = _affine(weights, inputs, bias, entries=-1)
    return inputs @ weights.T + bias


def bp2_rows(weights: Numbers, delta: Numbers, slope: Numbers) -> np.ndarray:
    """δˡ = (δˡ⁺¹ Wˡ⁺¹) ⊙ σ′(zˡ): weights (n_next, n), delta (m, n_next), slope (m, n) → (m, n)."""
    weights, delta = _fit(weights, delta, "delta", side=0, entries=-1)
    return bp1(delta @ weights, slope)


def bp3_rows(delta: Numbers) -> np.ndarray:
    """∂C/∂b = 1/m Σ δ over the rows: delta (m, n) → (n,)."""
    delta = _delta(delta)
    return +delta if delta.ndim == 1 else delta.sum(0) / delta.shape[0]


def bp4_rows(delta: Numbers, inputs: Numbers) -> np.ndarray:
    """∂C/∂W = 1/m δᵀ a: delta (m, n), inputs (m, n_below) → (n, n_below)."""
    delta, inputs = _same_batch(delta, inputs, examples=0)
    return np.outer(delta, inputs) if delta.ndim == 1 else delta.T @ inputs / delta.shape[0]


# --- the same for weights stored (inputs, outputs) -----------------------------------------------------------------


def bp2_rows_in_out(weights: Numbers, delta: Numbers, slope: Numbers) -> np.ndarray:
    """δˡ = (δˡ⁺¹ Wˡ⁺¹ᵀ) ⊙ σ′(zˡ), where W is stored (n, n_next), one row per input."""
    weights, delta = _fit(weights, delta, "delta", side=1, entries=-1)
    return bp1(delta @ weights.T, slope)


def bp4_rows_in_out(delta: Numbers, inputs: Numbers) -> np.ndarray:
    """∂C/∂W = 1/m aᵀ δ, where W is stored (n_below, n): delta (m, n), inputs (m, n_below) → (n_below, n)."""
    return bp4_rows(delta, inputs).T


class Equations(NamedTuple):
    """One orientation's set of formulas."""

    weighted_sum: Callable[..., np.ndarray]
    bp1: Callable[..., Numbers]
    bp2: Callable[..., np.ndarray]
    bp3: Callable[..., np.ndarray]
    bp4: Callable[..., np.ndarray]


COLUMNS = Equations(weighted_sum, bp1, bp2, bp3, bp4)
ROWS = Equations(weighted_sum_rows, bp1, bp2_rows, bp3_rows, bp4_rows)


# --- shapes --------------------------------------------------------------------------------------------------------


def _matrix(weights: Numbers) -> np.ndarray:
    weights = floats(weights, "weights")
    if weights.ndim != 2 or weights.size == 0:
        raise ShapeError(
            f"weights have shape {weights.shape}, a layer needs (outputs, inputs), at least (1, 1): "
            "write a single neuron as [[w₁, w₂, …]]"
        )
    return weights


def _batch(x: Numbers, name: str) -> np.ndarray:
    x = floats(x, name)
    if x.ndim not in (1, 2):
        raise ShapeError(f"{name} has shape {x.shape}, expected (n,) or (n, m): give one example or a batch of them")
    return x


def _delta(delta: Numbers) -> np.ndarray:
    return not_empty(_batch(delta, "delta"), "delta")


def _fit(weights: Numbers, x: Numbers, name: str, side: int, entries: int) -> tuple[np.ndarray, np.ndarray]:
    """Weights and x, whose entries meet that side of the weights; `entries` is the axis they lie on (0 or −1)."""
    weights, x = _matrix(weights), _batch(x, name)
    n = weights.shape[side]
    if x.shape[entries] != n or x.size == 0:
        wanted = f"({n}, m)" if entries == 0 else f"(m, {n})"
        turned = x.ndim == 2 and x.size and x.shape[-1 - entries] == n
        raise ShapeError(
            f"{name} has shape {x.shape} and the weights have shape {weights.shape}, which needs ({n},) or {wanted}: "
            + (_turn(entries) if turned else "give at least one example" if x.size == 0 else f"give {n} values each")
        )
    return weights, x


def _turn(entries: int) -> str:
    return "the examples seem to stand in " + (
        "rows, take rows=True or the equations that end in _rows" if entries == 0 else "columns, leave rows out"
    )


def _affine(weights: Numbers, inputs: Numbers, bias: Numbers, entries: int) -> tuple[np.ndarray, ...]:
    weights, inputs = _fit(weights, inputs, "inputs", side=1, entries=entries)
    bias = floats(bias, "bias")
    if bias.shape != weights.shape[:1]:
        raise ShapeError(
            f"bias has shape {bias.shape} and weights have shape {weights.shape}: "
            f"give one bias per row of weights, {weights.shape[:1]}"
        )
    return weights, inputs, bias


def _same_batch(delta: Numbers, inputs: Numbers, examples: int) -> tuple[np.ndarray, np.ndarray]:
    """delta and inputs of the same m examples, which lie along that axis."""
    delta, inputs = _delta(delta), not_empty(_batch(inputs, "inputs"), "inputs")
    if delta.ndim != inputs.ndim or (delta.ndim == 2 and delta.shape[examples] != inputs.shape[examples]):
        raise ShapeError(
            f"delta has shape {delta.shape} and inputs have shape {inputs.shape}: "
            f"give both for the same examples, one per {'column' if examples else 'row'}, or both for one example"
        )
    return delta, inputs
