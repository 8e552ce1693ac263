"""A window slides over numbers: where it stops, and what lies under each of its places.

    >>> window = Window((3,), stride=2, padding=1)
    >>> window.outputs((5,))
    (3,)
    >>> [x.tolist() for place, x in window.places(window.padded(np.array([3.0, 1.0, 4.0, 1.0, 5.0])))]
    [[0.0, 1.0, 1.0], [3.0, 4.0, 5.0], [1.0, 1.0, 0.0]]

The second line says: over all stops of the window, 0, 1, 1 lie under its first place, 3, 4, 5 under its second. Seen
so, a filter is a dense layer for each of its places (convolution.py), and pooling is a maximum over them (pooling.py).
The window slides along the last axes; channels and examples stand in front of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from .arrays import Array, ShapeError

Place = tuple[int, ...]
"""A place in a window, one index for each axis: (0,) is its first number, (1, 2) is in row 1, column 2."""


class Window(NamedTuple):
    """The size of a window along each axis, and how it slides: the same along all axes.

    The stride s is how far it moves, padding p how many zeros stand around, dilation r how far its places are apart.
    """

    size: tuple[int, ...]
    stride: int = 1
    padding: int = 0
    dilation: int = 1

    @property
    def reach(self) -> tuple[int, ...]:
        """How many neighbours it spans along each axis, gaps included: r (k − 1) + 1."""
        return tuple(self.dilation * (k - 1) + 1 for k in self.size)

    def outputs(self, lengths: Sequence[int]) -> tuple[int, ...]:
        """At how many stops it fits along each axis, ⌊(n + 2p − r (k − 1) − 1) / s⌋ + 1. Raises ShapeError at none."""
        self.check()
        for n, reach in zip(lengths, self.reach, strict=True):
            if n + 2 * self.padding < reach:
                raise ShapeError(
                    f"a window that spans {reach} does not fit on a length of {n} with padding {self.padding}: "
                    "give a smaller window, or more padding"
                )
        return tuple(
            (n + 2 * self.padding - reach) // self.stride + 1 for n, reach in zip(lengths, self.reach, strict=True)
        )

    def padded(self, x: Array) -> Array:
        """x with zeros around its last axes."""
        axes = len(self.size)
        return np.pad(x, [(0, 0)] * (x.ndim - axes) + [(self.padding, self.padding)] * axes)

    def cropped(self, x: Array) -> Array:
        """x without its padding: the reverse of `padded`."""
        inside = [slice(self.padding, n - self.padding) for n in x.shape[x.ndim - len(self.size) :]]
        return x[(..., *inside)]

    def places(self, padded: Array) -> Iterator[tuple[Place, Array]]:
        """Each place of the window, row by row, and what lies under it at all stops: a view, to read or to add into."""
        bare = self._replace(padding=0)
        stops = bare.outputs(padded.shape[padded.ndim - len(self.size) :])
        for place in np.ndindex(self.size):
            starts = [self.dilation * i for i in place]
            along = [slice(i, i + self.stride * n, self.stride) for i, n in zip(starts, stops, strict=True)]
            yield place, padded[(..., *along)]

    def check(self) -> None:
        """Raises ShapeError for a size, stride, padding or dilation that no window can have."""
        least = {"size": (min(self.size), 1), "stride": (self.stride, 1), "dilation": (self.dilation, 1)}
        for name, (value, low) in (least | {"padding": (self.padding, 0)}).items():
            if value < low:
                raise ShapeError(f"the {name} of a window is {value}: give a whole number of {low} or more")


def receptive_field(windows: Sequence[Window]) -> tuple[int, ...]:
    """How many inputs along each axis one output of the last window sees, the windows in the order of the layers.

    1 + Σ r (k − 1) · (the product of the strides before it).
    """
    if not windows:
        raise ShapeError("a receptive field needs a window: give at least one layer")
    seen, step = [1] * len(windows[0].size), 1
    for window in windows:
        window.check()
        seen = [n + (reach - 1) * step for n, reach in zip(seen, window.reach, strict=True)]
        step *= window.stride
    return tuple(seen)
