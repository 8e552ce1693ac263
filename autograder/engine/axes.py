"""What the last axes of the arguments of a formula must be, written in letters above it.

    >>> @last_axes(queries="n d", keys="k d")
    ... def scores(queries, keys):
    ...     return queries @ keys.swapaxes(-1, -2)
    >>> scores([[1, 2]], [[3, 4], [5, 6]])
    array([[11., 17.]])
    >>> scores([[1, 2]], [[3, 4, 5]])
    Traceback (most recent call last):
    ...
    autograder.engine.arrays.ShapeError: keys (1, 3) and queries (1, 2): they end in (k, d) and (n, d), and d ...

A letter that occurs twice is the same length twice. In front of the last axes there may be others, sentences and heads
for instance, and then all arguments have the same ones; an argument named in `alone` has none.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import wraps
from typing import Any

from .arrays import Array, Numbers, ShapeError, floats


def last_axes(*, alone: Collection[str] = (), **letters: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A decorator that lets in what fits the letters, given for each argument in order. Raises ShapeError."""
    expected = {name: text.split() for name, text in letters.items()}

    def decorate(formula: Callable[..., Any]) -> Callable[..., Any]:
        signature = inspect.signature(formula)

        @wraps(formula)
        def checked(*arguments: Numbers, **named: Any) -> Any:
            bound = signature.bind(*arguments, **named)
            for name in expected:
                bound.arguments[name] = floats(bound.arguments[name], name)
            check({name: bound.arguments[name] for name in expected}, expected, alone)
            return formula(*bound.args, **bound.kwargs)

        return checked

    return decorate


def check(arrays: Mapping[str, Array], expected: Mapping[str, Sequence[str]], alone: Collection[str] = ()) -> None:
    """Raises ShapeError, with the names and shapes of the first two arrays that do not fit each other."""
    lengths: dict[str, tuple[int, str]] = {}
    front: tuple[tuple[int, ...], str] | None = None
    for name, x in arrays.items():
        wanted = expected[name]
        if x.ndim < len(wanted) or (name in alone and x.ndim > len(wanted)) or x.size == 0:
            raise ShapeError(f"{name} {x.shape}: give it as {_shape(wanted, name in alone)}, with nothing empty")
        for letter, n in zip(wanted, x.shape[x.ndim - len(wanted) :], strict=True):
            before, whose = lengths.setdefault(letter, (n, name))
            if n != before:
                raise ShapeError(_not_the_length(name, x, whose, arrays[whose], expected, letter))
        if name in alone:
            continue
        this = x.shape[: x.ndim - len(wanted)]
        front = front or (this, name)
        if this != front[0]:
            raise ShapeError(
                f"{name} {x.shape} and {front[1]} {arrays[front[1]].shape}: before the last axes stand {this} and "
                f"{front[0]}: give both for the same sentences and heads"
            )


def _shape(letters: Sequence[str], alone: bool) -> str:
    if len(letters) == 1 and alone:
        return f"({letters[0]},)"
    return f"({', '.join(letters if alone else ['…', *letters])})"


def _not_the_length(
    name: str, x: Array, other: str, y: Array, expected: Mapping[str, Sequence[str]], letter: str
) -> str:  # fmt: skip
    if name == other:
        return f"{name} {x.shape}: its last two axes are both {letter}, give it as many rows as columns"
    shapes = [_shape(expected[each], alone=True) for each in (name, other)]
    return (
        f"{name} {x.shape} and {other} {y.shape}: they end in {shapes[0]} and {shapes[1]}, "
        f"and {letter} is to be the same length in both"
    )
