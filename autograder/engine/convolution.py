"""A filter that slides: forward, and the three rules that take it apart on the way back.

    z = x ⋆ w + b       correlate(inputs, weights, bias)
    ∂C/∂x = δ * w       correlate_inputs(weights, delta, lengths)    with stride 1: the full convolution
    ∂C/∂w = x ⋆ δ       correlate_weights(delta, inputs, size)
    ∂C/∂b = Σ δ         correlate_bias(delta)

**Correlation and convolution.** What a convolutional layer computes is a *correlation*, ⋆: the filter is laid over its
neighbours as it stands, zᵢ = Σ wₜ xᵢ₊ₜ. A *convolution*, *, turns the filter around first, zᵢ = Σ wₜ xᵢ₋ₜ. The field
says convolution to both. Here the names keep them apart: `correlate` turns nothing, `convolve` turns the filter, and
`turned` is the filter turned. The way back turns it, because xᵢ₊ₜ met zᵢ with wₜ: seen from x, its δ lie on the left.

Each place t of the filter is a dense layer with the weights wₜ, (c_out, c_in), moved by t. So the four functions are
`weighted_sum`, bp2, bp4 and bp3, summed over places and stops, for any stride, padding and dilation.

| weights                | inputs                                | outputs and δ                  | bias     |
|---|---|---|---|
| (k,)                   | a row (n,)                            | (n′,)                          | a number |
| (k, k)                 | a picture (H, W)                      | (H′, W′)                       | a number |
| (c_out, c_in, k)       | rows (c_in, n)                        | (c_out, n′)                    | (c_out,) |
| (c_out, c_in, k, k)    | a picture (c_in, H, W)                | (c_out, H′, W′)                | (c_out,) |

With channels, a batch stands in front: (m, c_in, H, W). The mean 1/m is taken once, as in bp3 and bp4, by
`correlate_weights` and `correlate_bias`. A filter may be longer than wide. Shapes that do not fit raise ShapeError.

    >>> correlate([3, 1, 4, 2], [2, -1])
    array([ 5., -2.,  6.])
    >>> convolve([3, 1, 4, 2], [2, -1])
    array([-1.,  7.,  0.])
    >>> correlate_inputs([2, -1], [1, 0, 2], (4,))
    array([ 2., -1.,  4., -2.])

Source: Dumoulin and Visin, A guide to convolution arithmetic for deep learning (2016).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from .arrays import Array, Numbers, ShapeError, floats, plain
from .windows import Window


def correlate(
    inputs: Numbers, weights: Numbers, bias: Numbers = 0.0, *, stride: int = 1, padding: int = 0, dilation: int = 1
) -> Array:
    """z = x ⋆ w + b: at each stop of the filter, the sum of weight times what lies under it, over all channels in.

    A bias left out is 0. Raises ShapeError.
    """
    layer = _Layer.of(weights, stride, padding, dilation)
    x = layer.window.padded(layer.grown(inputs, "inputs", layer.weights.shape[1]))
    z = sum(_forward(layer.weights[(..., *place)], under) for place, under in layer.window.places(x))
    return layer.shrunk(z + layer.per_filter(bias), inputs)


def correlate_inputs(
    weights: Numbers,
    delta: Numbers,
    lengths: Sequence[int],
    *,
    stride: int = 1,
    padding: int = 0,
    dilation: int = 1,
) -> Array:
    """∂C/∂x, in the shape of the inputs: each δ goes back to what lay under the filter, times the weight that met it.

    lengths are those of the inputs along which the filter slid, (n,) or (H, W). With stride 1 and no padding this is
    the full convolution of δ with w. For the δ of the layer below, multiply by σ′(z), as in bp2.
    """
    layer = _Layer.of(weights, stride, padding, dilation)
    error = layer.grown(delta, "delta", layer.weights.shape[0])
    layer.check_stops(error, delta, lengths)
    below = (error.shape[0], layer.weights.shape[1], *(n + 2 * padding for n in lengths))
    slope = np.zeros(below, np.result_type(error, layer.weights))
    for place, under in layer.window.places(slope):
        under += _forward(layer.weights[(..., *place)].T, error)  # bp2 without the slope: Wᵀ δ
    return layer.shrunk(layer.window.cropped(slope), delta)


def correlate_weights(
    delta: Numbers,
    inputs: Numbers,
    size: Sequence[int],
    *,
    stride: int = 1,
    padding: int = 0,
    dilation: int = 1,
) -> Array:
    """∂C/∂w, in the shape of the weights: each weight collects δ times what lay under it, over all stops.

    size is the filter's, (k,) or (k, k). With stride 1 this is the correlation x ⋆ δ. Over a batch it is the mean.
    """
    d, x = floats(delta, "delta"), floats(inputs, "inputs")
    if len(size) not in (1, 2):
        raise ShapeError(f"the size of the filter is {tuple(size)}: give (k,) for a row or (k, k) for a picture")
    if d.ndim != x.ndim:
        raise ShapeError(f"delta has shape {d.shape} and inputs have shape {x.shape}: give both with channels, or none")
    channels = () if x.ndim == len(size) else (d.shape[-len(size) - 1], x.shape[-len(size) - 1])
    layer = _Layer.of(np.zeros((*channels, *size)), stride, padding, dilation)
    error, x = layer.grown(d, "delta", layer.weights.shape[0]), layer.grown(x, "inputs", layer.weights.shape[1])
    if len(error) != len(x):
        raise ShapeError(f"delta has shape {d.shape} and inputs have shape {x.shape}: give both for the same examples")
    layer.check_stops(error, delta, x.shape[2:])
    slope = np.zeros(layer.weights.shape, np.result_type(error, x))
    for place, under in layer.window.places(layer.window.padded(x)):
        slope[(..., *place)] = np.tensordot(error, under, (layer.stops, layer.stops))  # bp4: δ xᵀ
    return (slope / len(x)).reshape((*channels, *size))


def correlate_bias(delta: Numbers, size: Sequence[int] = (1,)) -> Array:
    """∂C/∂b = Σ δ over all stops: a number for a single filter, (c_out,) with channels, the mean over a batch.

    size has one number for each axis along which the filter slid, (k,) or (k, k); only how many matters.
    """
    d = floats(delta, "delta")
    if not len(size) <= d.ndim <= len(size) + 2 or d.size == 0:
        raise ShapeError(f"delta has shape {d.shape}: {_wanted(len(size), 'c_out')}")
    stops = d.sum(tuple(range(d.ndim - len(size), d.ndim)))
    return plain(stops.mean(0) if d.ndim == len(size) + 2 else stops)


def convolve(inputs: Numbers, weights: Numbers, bias: Numbers = 0.0, *, stride: int = 1, padding: int = 0) -> Array:
    """x * w + b: the same with the filter turned around first, which is what mathematics calls a convolution."""
    return correlate(inputs, turned(weights), bias, stride=stride, padding=padding)


def turned(weights: Numbers) -> Array:
    """A filter turned around: last to first along a row, upside down and left to right in a picture."""
    w = floats(weights, "weights")
    return np.flip(w, tuple(range(2 if w.ndim > 2 else 0, w.ndim)))


def as_matrix(weights: Numbers, n: int, *, stride: int = 1, padding: int = 0, dilation: int = 1) -> Array:
    """The matrix M, (n′, n), with M x = correlate(x, w) for every row x of n numbers: each diagonal holds one weight.

    Its transpose is the way back: Mᵀ δ = ∂C/∂x.
    """
    w = floats(weights, "weights")
    if w.ndim != 1:
        raise ShapeError(f"weights have shape {w.shape}: the matrix is written for one filter on a row, (k,)")
    columns = [correlate(one, w, stride=stride, padding=padding, dilation=dilation) for one in np.eye(n)]
    return np.column_stack(columns)


# --- channels and examples, also where there are none -----------------------------------------------------------------


def _forward(weights: Array, x: Array) -> Array:
    """W x at every stop of every example: weights (c_out, c_in), x (m, c_in, …) → (m, c_out, …)."""
    return np.moveaxis(np.tensordot(weights, x, (1, 1)), 0, 1)


class _Layer(NamedTuple):
    """A filter with all its axes, (c_out, c_in, k) or (c_out, c_in, k, k), and whether it came without channels."""

    weights: Array
    window: Window
    bare: bool

    @classmethod
    def of(cls, weights: Numbers, stride: int, padding: int, dilation: int) -> _Layer:
        w = floats(weights, "weights")
        if w.ndim not in (1, 2, 3, 4) or w.size == 0:
            raise ShapeError(f"weights have shape {w.shape}: give (k,) or (k, k), with channels (c_out, c_in, …)")
        bare = w.ndim < 3
        w = w[None, None] if bare else w
        return cls(w, Window(w.shape[2:], stride, padding, dilation), bare)

    @property
    def stops(self) -> list[int]:
        """The axes of examples and of stops in an array with all its axes: what a weight is summed over."""
        return [0, *range(2, self.weights.ndim)]

    def grown(self, array: Numbers, name: str, channels: int) -> Array:
        """An array with all its axes, (m, channels, …). Raises ShapeError."""
        x, axes = floats(array, name), len(self.window.size)
        fits = x.ndim == axes if self.bare else x.ndim in (axes + 1, axes + 2) and x.shape[-axes - 1] == channels
        if not fits or x.size == 0:
            verb = "have" if name == "inputs" else "has"
            wanted = _wanted(axes, "" if self.bare else channels)
            shape = self.weights.shape[2:] if self.bare else self.weights.shape
            raise ShapeError(f"{name} {verb} shape {x.shape} and the weights {shape}: {wanted}")
        missing = self.weights.ndim - x.ndim
        return x[(None,) * missing]

    def shrunk(self, array: Array, like: Numbers) -> Array:
        """An array without the axes that this one came without."""
        missing = array.ndim - floats(like).ndim
        return array[(0,) * missing]

    def per_filter(self, bias: Numbers) -> Array:
        """The bias, one for each filter, with an axis for each axis of stops."""
        b = floats(bias, "bias")
        if b.ndim and b.shape != self.weights.shape[:1]:
            raise ShapeError(f"bias has shape {b.shape} and there are {len(self.weights)} filters: give one for each")
        return b.reshape((-1,) + (1,) * len(self.window.size))

    def check_stops(self, error: Array, delta: Numbers, lengths: Sequence[int]) -> None:
        """Raises ShapeError unless there is one δ for each stop on inputs of these lengths."""
        if len(lengths) != len(self.window.size):
            raise ShapeError(f"lengths are {tuple(lengths)}: give one for each axis along which the filter slides")
        if error.shape[2:] != (stops := self.window.outputs(lengths)):
            raise ShapeError(
                f"delta has shape {floats(delta).shape}, and on {'×'.join(map(str, lengths))} numbers the filter makes "
                f"{'×'.join(map(str, stops))} stops: give one δ for each, with the same stride and padding"
            )


def _wanted(axes: int, channels: object) -> str:
    along = "n" if axes == 1 else "H, W"
    if not channels:
        return f"give ({along}{',' if axes == 1 else ''})"
    return f"give ({channels}, {along}), or a batch (m, {channels}, {along})"
