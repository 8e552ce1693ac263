"""Losses, each beside its slope.

    >>> mean_squared_error([-21, -2], [1, 4]), mean_squared_error_slope([-21, -2], [1, 4])
    (260.0, array([-22.,  -6.]))

A *value* is the cost C of the whole batch: the mean over its m examples of the cost of one. A *slope* is that of
each example's own cost, without the 1/m: **the mean is taken once and only once, by bp3 and bp4** (equations.py).
Shapes: (n,) is one example, (n, m) a batch with examples in columns, (m, n) a batch in rows with `rows=True`.
Targets y have the shape of the prediction. Shapes that differ and empty batches raise ShapeError.

Two losses swallow the last activation: they take z instead of a, which is stable for any z and gives the famous
joint derivative ∂C/∂z = a − y.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from .activations import log_sum_exp, sigmoid, softmax
from .arrays import Array, Numbers, ShapeError, not_empty, plain, same_shape


class Loss(NamedTuple):
    """The cost of a batch, the slope of each example, and the activation that is already inside, if any."""

    value: Callable[..., float]
    slope: Callable[..., Array]
    contains: str | None = None


def mean_squared_error(a: Numbers, y: Numbers, *, rows: bool = False) -> float:
    """C = 1/(2m) Σ (a − y)², the sum over all entries of all m examples."""
    a, y = _pair(a=a, y=y)
    return plain(np.sum((a - y) ** 2) / (2 * _how_many(a, rows)))


def mean_squared_error_slope(a: Numbers, y: Numbers, *, rows: bool = False) -> Array:
    """∇ₐC of each example: prediction minus target, a − y."""
    a, y = _pair(a=a, y=y)
    return plain(a - y)


def cross_entropy(p: Numbers, y: Numbers, *, rows: bool = False) -> float:
    """C = −1/m Σ y log p, for probabilities p, such as a softmax gives. Infinite where y > 0 meets p = 0."""
    p, y = _pair(p=p, y=y)
    return plain(-np.sum(_times_log(y, p)) / _how_many(p, rows))


def cross_entropy_slope(p: Numbers, y: Numbers, *, rows: bool = False) -> Array:
    """∇ₚC of each example: −y/p, and 0 where y = 0."""
    p, y = _pair(p=p, y=y)
    return plain(0.0 - _over(y, p))


def binary_cross_entropy(a: Numbers, y: Numbers, *, rows: bool = False) -> float:
    """C = −1/m Σ (y log a + (1 − y) log(1 − a)), each output a yes-or-no answer of its own, such as a sigmoid gives."""
    a, y = _pair(a=a, y=y)
    return plain(-np.sum(_times_log(y, a) + _times_log(1 - y, 1 - a)) / _how_many(a, rows))


def binary_cross_entropy_slope(a: Numbers, y: Numbers, *, rows: bool = False) -> Array:
    """∇ₐC of each example: (1 − y)/(1 − a) − y/a, which is (a − y) / (a (1 − a))."""
    a, y = _pair(a=a, y=y)
    return plain(_over(1 - y, 1 - a) - _over(y, a))


def cross_entropy_with_softmax(z: Numbers, y: Numbers, *, rows: bool = False) -> float:
    """cross_entropy(softmax(z), y), from z: 1/m Σ (log Σ e^z − Σ y z). The targets of an example sum to 1."""
    z, y = _pair(z=z, y=y)
    entries = z.ndim - 1 if rows else 0
    return plain(np.sum(log_sum_exp(z, rows=rows) - (y * z).sum(entries)) / _how_many(z, rows))


def cross_entropy_with_softmax_slope(z: Numbers, y: Numbers, *, rows: bool = False) -> Array:
    """∂C/∂z of each example, the joint derivative a − y with a = softmax(z)."""
    z, y = _pair(z=z, y=y)
    return plain(softmax(z, rows=rows) - y)


def cross_entropy_with_sigmoid(z: Numbers, y: Numbers, *, rows: bool = False) -> float:
    """binary_cross_entropy(sigmoid(z), y), from z: 1/m Σ (log(1 + eᶻ) − y z)."""
    z, y = _pair(z=z, y=y)
    return plain(np.sum(_log_one_plus_exp(z) - y * z) / _how_many(z, rows))


def cross_entropy_with_sigmoid_slope(z: Numbers, y: Numbers, *, rows: bool = False) -> Array:
    """∂C/∂z of each example, the joint derivative a − y with a = sigmoid(z)."""
    z, y = _pair(z=z, y=y)
    return plain(sigmoid(z) - y)


LOSSES = {
    "mean squared error": Loss(mean_squared_error, mean_squared_error_slope),
    "cross-entropy": Loss(cross_entropy, cross_entropy_slope),
    "binary cross-entropy": Loss(binary_cross_entropy, binary_cross_entropy_slope),
    "cross-entropy with softmax": Loss(cross_entropy_with_softmax, cross_entropy_with_softmax_slope, "softmax"),
    "cross-entropy with sigmoid": Loss(cross_entropy_with_sigmoid, cross_entropy_with_sigmoid_slope, "sigmoid"),
}


def _pair(**named: Numbers) -> tuple[Array, Array]:
    prediction, target = same_shape(**named)
    name = next(iter(named))
    if prediction.ndim > 2:
        raise ShapeError(f"{name} has shape {prediction.shape}, a loss takes (n,) or (n, m): flatten each example")
    return not_empty(prediction, name), target


def _how_many(a: Array, rows: bool) -> int:
    """m, the number of examples."""
    return 1 if a.ndim < 2 else a.shape[0 if rows else 1]


def _times_log(y: Array, p: Array) -> Array:
    """y log p, with 0 log 0 = 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(y == 0, 0.0, y * np.log(p))


def _over(y: Array, p: Array) -> Array:
    """y / p, with 0 / 0 = 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(y == 0, 0.0, y / p)


def _log_one_plus_exp(z: Array) -> Array:
    """log(1 + eᶻ) = max(0, z) + log(1 + e^−|z|), which never overflows."""
    return np.where(z.real > 0, z, 0) + np.log1p(np.exp(np.where(z.real > 0, -z, z)))
