"""Is this gradient right? Compare it with what nudging says.

    >>> check_gradient(lambda w: w[0] ** 2 + 3 * w[1], at=[2, 5], gradient=[4, 3]) < 1e-6
    True
    >>> check_gradient(lambda w: w[0] ** 2 + 3 * w[1], at=[2, 5], gradient=[2, 3])
    Traceback (most recent call last):
    ...
    autograder.engine.gradcheck.WrongGradient: entry [0] is 2.0, but nudging it says 4 (relative error 0.5, ...

Central differences, (f(x + h) − f(x − h)) / 2h, work for any f and are off by about h². The complex step,
Im f(x + ih) / h, is exact to rounding, for an f made of smooth operations on complex numbers, as this engine's are.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

from .arrays import Array, Numbers, ShapeError, floats, plain

Function: TypeAlias = Callable[[Any], Numbers]  # it takes what it is given at: a number, a list or an array

STEP = 6e-6  # the cube root of a float64's rounding error: the h at which central differences lose the fewest digits


def central_differences(f: Function, at: Numbers, h: float | None = None) -> Any:
    """The slope of f at a point, nudging one entry at a time: shape of f(x), then shape of x.

    So a gradient has x's shape, a Jacobian one row per output. h defaults to STEP · max(1, |entry|).
    """

    def slope(x: Array, e: Array, h: float) -> Array:
        return (floats(f(plain(x + h * e))) - floats(f(plain(x - h * e)))) / (2 * h)

    return _nudge_each(slope, at, h)


def complex_step(f: Function, at: Numbers, h: float = 1e-20) -> Any:
    """The same by a nudge in the imaginary direction; nothing is subtracted, so h can be tiny and no digit is lost.

    Source: Squire and Trapp, Using complex variables to estimate derivatives of real functions, SIAM Review 40 (1998).
    """

    def slope(x: Array, e: Array, h: float) -> Array:
        return floats(f(plain(x + 1j * h * e))).imag / h

    return _nudge_each(slope, at, h)


def relative_error(a: Numbers, b: Numbers) -> Any:
    """|a − b| / max(|a|, |b|), entry by entry; 0 where both are zero. At most 2, which means opposite signs."""
    a, b = floats(a, "a"), floats(b, "b")
    larger = np.maximum(np.abs(a), np.abs(b))
    return plain(np.abs(a - b) / np.where(larger == 0, 1.0, larger))


class WrongGradient(AssertionError):
    """A gradient and its check disagree; the message names the worst entry."""


def check_gradient(
    f: Function,
    at: Numbers,
    gradient: Numbers,
    *,
    tolerance: float = 1e-6,
    noise: float = 1e-9,
    method: Callable[[Function, Numbers], Numbers] = central_differences,
) -> float:
    """The largest relative error of a gradient (or Jacobian) of f at a point.

    Raises WrongGradient if it is over the tolerance. Entries that differ by less than `noise` · max(1, |f|) count as
    equal: differences of f cannot see anything smaller. Raises ShapeError if the gradient has not the right shape.
    """
    claimed, nudged = floats(gradient, "gradient"), floats(method(f, at))
    if claimed.shape != nudged.shape:
        raise ShapeError(
            f"the gradient has shape {claimed.shape} and nudging gives shape {nudged.shape}: "
            "a gradient has the shape of its parameter, a Jacobian one row per output"
        )
    visible = noise * max(1.0, np.max(np.abs(floats(f(plain(+floats(at))))), initial=0.0))
    errors = np.where(np.abs(claimed - nudged) <= visible, 0.0, relative_error(claimed, nudged))
    worst = float(np.max(errors, initial=0.0))
    if not worst <= tolerance:  # written so that a nan fails
        raise WrongGradient(_complaint(claimed, nudged, errors, tolerance))
    return worst


def _nudge_each(slope: Callable[[Array, Array, float], Array], at: Numbers, h: float | None) -> Any:
    """The slopes along every entry of x in turn, put side by side."""
    x = floats(at, "the point")
    slopes: list[Array] = []
    for index in np.ndindex(x.shape):
        e = np.zeros(x.shape)
        e[index] = 1.0
        slopes.append(slope(x, e, STEP * max(1.0, float(np.abs(x[index]))) if h is None else h))
    if not slopes:
        raise ShapeError(f"the point has shape {x.shape}, there is nothing to nudge: give at least one entry")
    return plain(np.stack(slopes, axis=-1).reshape((*slopes[0].shape, *x.shape)))


def _complaint(claimed: Array, nudged: Array, errors: Array, tolerance: float) -> str:
    index = tuple(int(i) for i in np.unravel_index(np.argmax(np.where(np.isnan(errors), np.inf, errors)), errors.shape))
    entry = f"entry {list(index)}" if index else "the slope"
    return (
        f"{entry} is {float(claimed[index])!r}, but nudging it says {float(nudged[index]):.8g} "
        f"(relative error {float(errors[index]):.2g}, allowed {tolerance:.2g}; "
        f"{int(np.sum(~(errors <= tolerance)))} of {errors.size} entries are off). {_likely(claimed, nudged)}"
    )


def _likely(claimed: Array, nudged: Array) -> str:
    """What the pattern of the errors points to."""
    if claimed.shape == claimed.T.shape and claimed.ndim == 2 and np.allclose(claimed.T, nudged):
        return "It is the transpose of the right one: swap the two factors."
    if np.allclose(claimed, -nudged):
        return "Every sign is turned: the error is prediction minus target."
    factor = _common_factor(claimed, nudged)
    if factor is not None:
        return f"Every entry is {factor:.4g} times the right one: look for a mean left out or taken twice."
    return "Check the rule that makes this entry, and whether a kink (ReLU, max) is within a nudge of the point."


def _common_factor(claimed: Array, nudged: Array) -> float | None:
    """The one number that nearly all of the gradient is too large by, if there is one and there are entries to tell."""
    if claimed.size < 2 or not np.all(np.isfinite(claimed)) or not np.any(claimed):
        return None
    factor = float(np.sum(claimed * nudged) / np.sum(nudged * nudged)) if np.any(nudged) else 0.0
    return factor if factor > 0 and np.allclose(claimed, factor * nudged, rtol=1e-4, atol=1e-9) else None
