"""Pooling: a window slides, and one number of what lies under it goes on. There is nothing to learn in it.

    a = max of the window       max_pool(inputs, size)        the gradient goes to the winner alone
    a = mean of the window      mean_pool(inputs, size)       the gradient is shared out in equal parts

    >>> max_pool([3, 1, 4, 2], (2,)), mean_pool([3, 1, 4, 2], (2,))
    (array([3., 4.]), array([2., 3.]))
    >>> max_pool_slope([3, 1, 4, 2], [10, 20], (2,)), mean_pool_slope([3, 1, 4, 2], [10, 20], (2,))
    (array([10.,  0., 20.,  0.]), array([ 5.,  5., 10., 10.]))

size is (k,) for rows, (k, k) for pictures; the window slides along as many of the last axes, each channel and each
example by itself. The stride is the size of the window unless it is given, so that windows lie side by side. Of equal
numbers the first wins, row by row, as in rules.py. Where windows overlap, a number collects from each.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from .arrays import Array, Numbers, ShapeError, floats
from .windows import Window

if TYPE_CHECKING:
    from numpy.typing import NDArray


def max_pool(inputs: Numbers, size: Sequence[int], stride: int | None = None) -> Array:
    """The largest number under the window at each stop. Raises ShapeError where the window fits nowhere."""
    values, winners = _with_winners(floats(inputs, "inputs"), _window(inputs, size, stride))
    return np.take_along_axis(values, winners[None], 0)[0]


def max_pool_slope(inputs: Numbers, upstream: Numbers, size: Sequence[int], stride: int | None = None) -> Array:
    """∂C/∂x from ∂C/∂a, in the shape of the inputs: all of it to the winner, nothing to the others."""
    x, window = floats(inputs, "inputs"), _window(inputs, size, stride)
    winners, g = _with_winners(x, window)[1], _upstream(x, upstream, window)
    slope = np.zeros(x.shape, g.dtype)
    for number, (_, under) in enumerate(window.places(slope)):
        under += np.where(winners == number, g, 0.0)
    return slope


def mean_pool(inputs: Numbers, size: Sequence[int], stride: int | None = None) -> Array:
    """The mean of what lies under the window at each stop."""
    window = _window(inputs, size, stride)
    return np.mean([under for _, under in window.places(floats(inputs, "inputs"))], axis=0)


def mean_pool_slope(inputs: Numbers, upstream: Numbers, size: Sequence[int], stride: int | None = None) -> Array:
    """∂C/∂x from ∂C/∂a: the same part to each of the numbers under the window."""
    x, window = floats(inputs, "inputs"), _window(inputs, size, stride)
    g = _upstream(x, upstream, window)
    slope = np.zeros(x.shape, g.dtype)
    for _, under in window.places(slope):
        under += g / np.prod(window.size)
    return slope


def _window(inputs: Numbers, size: Sequence[int], stride: int | None) -> Window:
    x = floats(inputs, "inputs")
    if stride is None and len(set(size)) > 1:
        raise ShapeError(f"the window is {'×'.join(map(str, size))}: give a stride, the same along all axes")
    if not 1 <= len(size) <= x.ndim:
        raise ShapeError(
            f"inputs have shape {x.shape} and the window {tuple(size)}: give one size for each axis it slides along"
        )
    return Window(tuple(size), size[0] if stride is None else stride)


def _with_winners(x: Array, window: Window) -> tuple[Array, NDArray[np.intp]]:
    """What lies under each place of the window, (places, …), and the number of the place that wins at each stop."""
    values = np.stack([under for _, under in window.places(x)])
    return values, np.argmax(values.real, axis=0)


def _upstream(x: Array, upstream: Numbers, window: Window) -> Array:
    g, axes = floats(upstream, "upstream"), len(window.size)
    wanted = (*x.shape[: x.ndim - axes], *window.outputs(x.shape[x.ndim - axes :]))
    if g.shape != wanted:
        raise ShapeError(
            f"upstream has shape {g.shape}, and the window makes outputs of shape {wanted}: give one for each"
        )
    return g
