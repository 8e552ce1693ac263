"""Layer normalisation: each row to mean 0 and variance 1, then stretched and shifted. Forward and backward.

    μ = mean of x                      s = √(mean of (x − μ)² + ε)
    x̂ = (x − μ) / s                    normalised(x)
    out = γ ⊙ x̂ + β                    layer_norm(x, gain, bias)

    ∂C/∂β = Σ ∂C/∂out                  gradient_of_bias(upstream)
    ∂C/∂γ = Σ ∂C/∂out ⊙ x̂              gradient_of_gain(x, upstream)
    ∂C/∂x = 1/s (g − mean of g − x̂ · mean of g ⊙ x̂), with g = ∂C/∂x̂ = γ ⊙ ∂C/∂out    gradient_of_row(x, gain, upstream)

x reaches its x̂ by three paths: by itself, by the mean, by the variance. `three_paths` gives the three terms of ∂C/∂x
one by one.

A row is the last axis: x is (d,), or (…, d) with any axes in front, sentences and positions for instance. gain γ and
bias β are (d,), their gradients sums over all rows. Source: J. Ba, J. Kiros, G. Hinton, Layer normalization (2016).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .arrays import Array
from .axes import last_axes

EPSILON = 1e-5  # keeps a row of equal numbers from a division by 0


class Normalised(NamedTuple):
    """A row x̂ of mean 0 and variance 1, and the mean and the spread s that it was made with, one of each per row."""

    row: Array
    mean: Array
    spread: Array


class Paths(NamedTuple):
    """The three terms of ∂C/∂x, in x's shape: x̂ follows x itself, the mean, and the variance."""

    itself: Array
    mean: Array
    variance: Array


# --- forward -------------------------------------------------------------------------------------------------------


@last_axes(x="d")
def normalised(x: Array, epsilon: float = EPSILON) -> Normalised:
    """x̂ = (x − μ)/s for each row: x (…, d) → x̂ (…, d), μ and s (…, 1). The variance is a mean over d, not d − 1."""
    mean = x.mean(axis=-1, keepdims=True)
    spread = np.sqrt(np.mean((x - mean) ** 2, axis=-1, keepdims=True) + epsilon)
    return Normalised((x - mean) / spread, mean, spread)


@last_axes(x="d", gain="d", bias="d", alone=["gain", "bias"])
def layer_norm(x: Array, gain: Array, bias: Array, epsilon: float = EPSILON) -> Array:
    """γ ⊙ x̂ + β: x (…, d), gain and bias (d,) → (…, d)."""
    return gain * normalised(x, epsilon).row + bias


# --- backward ------------------------------------------------------------------------------------------------------


@last_axes(upstream="d")
def gradient_of_bias(upstream: Array) -> Array:
    """∂C/∂β = Σ ∂C/∂out over all rows: (…, d) → (d,)."""
    return upstream.reshape(-1, upstream.shape[-1]).sum(axis=0)


@last_axes(x="d", upstream="d")
def gradient_of_gain(x: Array, upstream: Array, epsilon: float = EPSILON) -> Array:
    """∂C/∂γ = Σ ∂C/∂out ⊙ x̂ over all rows: x and upstream (…, d) → (d,)."""
    return gradient_of_bias(upstream * normalised(x, epsilon).row)


@last_axes(x="d", gain="d", upstream="d", alone=["gain"])
def three_paths(x: Array, gain: Array, upstream: Array, epsilon: float = EPSILON) -> Paths:
    """The three terms whose sum is ∂C/∂x: g/s, −(mean of g)/s, −x̂ (mean of g ⊙ x̂)/s, with g = γ ⊙ ∂C/∂out."""
    row, _, spread = normalised(x, epsilon)
    g = gain * upstream
    by_mean = -np.mean(g, axis=-1, keepdims=True) / spread
    by_variance = -row * np.mean(g * row, axis=-1, keepdims=True) / spread
    return Paths(g / spread, by_mean + np.zeros_like(g), by_variance)


def gradient_of_row(x: Array, gain: Array, upstream: Array, epsilon: float = EPSILON) -> Array:
    """∂C/∂x: x and upstream (…, d), gain (d,) → (…, d). Each row adds up to 0: a shift of x changes nothing."""
    itself, mean, variance = three_paths(x, gain, upstream, epsilon)
    return itself + mean + variance
