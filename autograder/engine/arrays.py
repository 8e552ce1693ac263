"""The door of the engine: numbers come in as float64 arrays, and shapes that do not fit are named.

Every public function passes its arguments through `floats`, so integers, lists, fractions and subclasses of float
or ndarray are all welcome, nothing that comes in is changed in place, and what goes out is a plain float or ndarray.
Complex numbers pass as they are: that is what lets `gradcheck.complex_step` look at the whole engine.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, overload

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

Array: TypeAlias = "NDArray[np.float64]"
Scalar: TypeAlias = "float | np.number[Any]"
Entries: TypeAlias = "NDArray[Any] | Sequence[Scalar | Entries]"  # whole numbers too, and lists of rows
Numbers: TypeAlias = "Scalar | Entries"


class ShapeError(ValueError):
    """Two shapes do not fit each other; the message names both and the next step."""


def floats(x: Numbers, name: str = "the input") -> Array:
    """x as a plain array of float64 (complex128 if complex). Raises TypeError if it holds anything but numbers."""
    if type(x) is np.ndarray and x.dtype == np.float64:
        return x
    try:
        array = np.asarray(x)
    except ValueError as error:
        raise ShapeError(f"{name} has rows of different lengths: give every row the same number of entries") from error
    kind = array.dtype.kind
    if kind == "O":  # fractions, very long integers; float() refuses None, where astype would make it nan
        try:
            return np.array([float(entry) for entry in array.flat], dtype=np.float64).reshape(array.shape)
        except TypeError as error:
            raise TypeError(f"{name} must hold numbers only: {error}") from error
    if kind not in "biufc":
        raise TypeError(f"{name} must hold numbers, not {array.dtype}: read texts with autograder.answers first")
    kept: Any = np.complex128 if kind == "c" else np.float64  # a complex step passes as if it were real
    return array.astype(kept, copy=False)


def plain(x: NDArray[Any] | np.number[Any]) -> Any:
    """A result on its way out: a Python number if it is a scalar, otherwise the array."""
    if isinstance(x, np.ndarray) and x.ndim:
        return x
    return np.asarray(x).item()


def sealed(x: Array) -> Array:
    """x itself, made read-only: for an array that was just computed and belongs to nobody else."""
    x.flags.writeable = False
    return x


def own(x: Array) -> Array:
    """A read-only array of x's values: x itself if nobody can change it, otherwise a copy."""
    return x if x.flags.owndata and not x.flags.writeable else sealed(np.array(x))


def same_shape(**named: Numbers) -> tuple[Array, Array]:
    """The two named arguments as float arrays. Raises ShapeError, with both names and shapes, unless they are alike."""
    (a, b), names = [floats(x, name) for name, x in named.items()], list(named)
    if a.shape != b.shape:
        raise ShapeError(
            f"{names[0]} has shape {a.shape} and {names[1]} has shape {b.shape}: "
            "they are combined entry by entry, so give both the same shape"
        )
    return a, b


def not_empty(x: Array, name: str) -> Array:
    """x itself. Raises ShapeError if there is nothing in it: a mean over no examples has no value."""
    if x.size == 0:
        raise ShapeError(f"{name} is empty, its shape is {x.shape}: give at least one example of at least one value")
    return x


class Entrywise(Protocol):
    """A function of one number, or of each entry of an array."""

    @overload
    def __call__(self, x: Scalar, /) -> float: ...
    @overload
    def __call__(self, x: Entries, /) -> Array: ...


def entrywise(function: Callable[[Array], Array]) -> Entrywise:
    """A decorator: let a formula on float arrays take lists, integers and single numbers too."""

    @wraps(function)
    def through_the_door(x: Numbers) -> Any:
        return plain(function(floats(x)))

    return through_the_door


class EntrywiseOfTwo(Protocol):
    """A function of two numbers, or of the entries of two arrays of the same shape."""

    @overload
    def __call__(self, x: Scalar, y: Scalar, /) -> float: ...
    @overload
    def __call__(self, x: Entries, y: Entries, /) -> Array: ...
