"""Activation functions, each beside its slope.

    >>> value, slope = ACTIVATIONS["relu"]
    >>> value([7, -22, -3]), slope([7, -22, -3])
    (array([7., 0., 0.]), array([1., 0., 0.]))

Those in the table work entry by entry on an array of any shape, or on one number, and take z, the weighted sum.
Softmax mixes the entries of an example, so its slope is a matrix: `softmax_jacobian`. Examples stand in columns,
unless `rows=True`. All are exact to rounding and silent for any finite input, ±1000 and ±1e308 included.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .arrays import Array, Entrywise, Numbers, ShapeError, entrywise, floats, not_empty, plain


class Activation(NamedTuple):
    """A function of z and its derivative with respect to z."""

    value: Entrywise
    slope: Entrywise


@entrywise
def identity(z: Array) -> Array:
    """z itself: a layer without an activation."""
    return +z


@entrywise
def identity_slope(z: Array) -> Array:
    """1 everywhere."""
    return np.ones_like(z)


@entrywise
def relu(z: Array) -> Array:
    """max(0, z)."""
    return np.maximum(0.0, z)


@entrywise
def relu_slope(z: Array) -> Array:
    """1 where z > 0, otherwise 0. At the kink, z = 0, the workbook takes 0."""
    return np.where(z > 0, 1.0, 0.0)


@entrywise
def sigmoid(z: Array) -> Array:
    """σ(z) = 1 / (1 + e⁻ᶻ)."""
    e = np.exp(np.where(z.real < 0, z, -z))  # never of a positive number, so it cannot overflow
    return np.where(z.real < 0, e, 1) / (1 + e)


@entrywise
def sigmoid_slope(z: Array) -> Array:
    """σ′(z) = σ(z) (1 − σ(z)), with 1 − σ(z) taken as σ(−z), which keeps its digits where σ(z) rounds to 1."""
    return sigmoid(z) * sigmoid(-z)


@entrywise
def sigmoid_slope_from_value(a: Array) -> Array:
    """σ′ from the value a = σ(z) alone: a (1 − a)."""
    return a * (1 - a)


@entrywise
def tanh(z: Array) -> Array:
    """tanh(z) = (eᶻ − e⁻ᶻ) / (eᶻ + e⁻ᶻ)."""
    return np.tanh(z)


@entrywise
def tanh_slope(z: Array) -> Array:
    """tanh′(z) = 1 − tanh²(z), taken as (2 / (eᶻ + e⁻ᶻ))², which keeps its digits where tanh(z) rounds to 1."""
    e = np.exp(np.where(z.real < 0, z, -z))  # e^−|z|: the smaller of the two, so it cannot overflow
    return (2 * e / (1 + e**2)) ** 2


@entrywise
def tanh_slope_from_value(a: Array) -> Array:
    """tanh′ from the value a = tanh(z) alone: 1 − a²."""
    return 1 - a**2


ACTIVATIONS = {
    "identity": Activation(identity, identity_slope),
    "relu": Activation(relu, relu_slope),
    "sigmoid": Activation(sigmoid, sigmoid_slope),
    "tanh": Activation(tanh, tanh_slope),
}


def log_sum_exp(z: Numbers, *, rows: bool = False) -> Numbers:
    """log Σ eᶻ over the entries of each example, (n,) → number, (n, m) → (m,); rows (m, n) → (m,).

    The largest entry is taken out before the exponential, so nothing overflows.
    """
    z = _examples(z)
    return plain(_log_sum_exp(z, _entries(z, rows)).squeeze(_entries(z, rows)))


def log_softmax(z: Numbers, *, rows: bool = False) -> Array:
    """log of softmax(z), in z's shape, with all its digits where softmax itself rounds to 0."""
    z = _examples(z)
    return z - _log_sum_exp(z, _entries(z, rows))


def softmax(z: Numbers, *, rows: bool = False) -> Array:
    """pᵢ = e^zᵢ / Σ e^zₖ over the entries of each example, in z's shape. Raises ShapeError for an empty z."""
    z = _examples(z)
    e = np.exp(z - _largest(z, _entries(z, rows)))
    return e / e.sum(_entries(z, rows), keepdims=True)


def softmax_jacobian(z: Numbers) -> Array:
    """∂p/∂z of softmax for one example z of shape (n,): diag(p) − ppᵀ, (n, n), one row per output."""
    return softmax_jacobian_from_value(softmax(z))


def softmax_jacobian_from_value(p: Numbers) -> Array:
    """The same from the value p = softmax(z) alone."""
    p = floats(p, "p")
    if p.ndim != 1:
        raise ShapeError(f"p has shape {p.shape}, the Jacobian of softmax is made for one (n,): give one example")
    return np.diag(p) - np.outer(p, p)


def _examples(z: Numbers) -> Array:
    z = not_empty(floats(z, "z"), "z")
    if z.ndim not in (1, 2):
        raise ShapeError(f"z has shape {z.shape}, softmax takes (n,) or (n, m): give one example or a batch of them")
    return z


def _entries(z: Array, rows: bool) -> int:
    """The axis along which the entries of one example lie."""
    return z.ndim - 1 if rows else 0


def _largest(z: Array, axis: int) -> Array:
    return z.max(axis, keepdims=True)


def _log_sum_exp(z: Array, axis: int) -> Array:
    top = _largest(z, axis)
    return top + np.log(np.exp(z - top).sum(axis, keepdims=True))
