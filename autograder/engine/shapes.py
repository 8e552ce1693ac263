"""Which shapes the arguments of a formula must have, written in letters above it.

    >>> @fitting(weights="n below", inputs="below m", bias="n")
    ... def z(weights, inputs, bias):
    ...     return weights @ inputs + upright(bias, inputs)
    >>> z([[5, 2], [3, 6]], [10, 20], [6, 6])
    array([ 96., 156.])
    >>> z([[5, 2], [3, 6]], [10, 20, 30], [6, 6])
    Traceback (most recent call last):
    ...
    autograder.engine.arrays.ShapeError: inputs have shape (3,) and weights have shape (2, 2), ...

A letter that occurs twice is the same length twice. `m` counts examples: a single example has no such axis, and then
no argument has it. The arguments arrive as float arrays that are not empty. `alike` is for two arguments of any shape.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, NamedTuple, Protocol, overload

from .arrays import Array, EntrywiseOfTwo, Numbers, ShapeError, floats, plain, same_shape

EXAMPLES = "m"


class Argument(NamedTuple):
    """The name of an argument and the letters of its axes."""

    name: str
    letters: tuple[str, ...]

    def of_one_example(self) -> Argument:
        """The same without the axis along which examples stand."""
        return Argument(self.name, tuple(letter for letter in self.letters if letter != EXAMPLES))


class Place(NamedTuple):
    """An axis of one of the arguments."""

    argument: int
    axis: int


class Fitting(Protocol):
    """What `fitting` makes of a formula on float arrays: a function that takes lists and integers too."""

    @overload
    def __call__(self, formula: Callable[[Array], Array], /) -> Callable[[Numbers], Array]: ...
    @overload
    def __call__(self, formula: Callable[[Array, Array], Array], /) -> Callable[[Numbers, Numbers], Array]: ...
    @overload
    def __call__(
        self, formula: Callable[[Array, Array, Array], Array], /
    ) -> Callable[[Numbers, Numbers, Numbers], Array]: ...


def fitting(**letters: str) -> Fitting:
    """A decorator that lets in what fits the letters, given for each argument in order. Raises ShapeError."""
    names, check = list(letters), _check([Argument(name, tuple(text.split())) for name, text in letters.items()])

    def decorate(formula: Callable[..., Array]) -> Callable[..., Array]:
        signature = inspect.signature(formula)

        @wraps(formula)
        def checked(*arguments: Numbers, **named: Numbers) -> Array:
            if named or len(arguments) != len(names):
                arguments = signature.bind(*arguments, **named).args
            arrays = list(map(floats, arguments, names))
            check(arrays)
            return formula(*arrays)

        return checked

    return decorate


def alike(formula: Callable[[Array, Array], Array]) -> EntrywiseOfTwo:
    """A decorator for what works entry by entry on two arguments: they may have any shape, but the same."""
    first, second = inspect.signature(formula).parameters

    @wraps(formula)
    def checked(x: Numbers, y: Numbers) -> Any:
        return plain(formula(*same_shape(**{first: x, second: y})))

    return checked


def examples(x: Array, axis: int) -> int:
    """m, the number of examples, which stand along that axis; 1 for a single one."""
    return 1 if x.ndim == 1 else x.shape[axis]


def upright(bias: Array, batch: Array) -> Array:
    """The bias as a column, to be added to every column of a batch; as it is for a single example."""
    return bias if batch.ndim == 1 else bias[:, None]


def _check(expected: Sequence[Argument]) -> Callable[[Sequence[Array]], None]:
    """The check of some letters, with everything worked out beforehand that does not depend on the arrays."""
    ways = [expected, [argument.of_one_example() for argument in expected]]
    equal_axes = {tuple(len(argument.letters) for argument in way): _equal_axes(way) for way in ways}

    def check(arrays: Sequence[Array]) -> None:
        shapes = [x.shape for x in arrays]
        pairs = equal_axes.get(tuple(map(len, shapes)))
        agree = pairs is not None and all([shapes[i][a] == shapes[j][b] for (i, a), (j, b) in pairs])
        if not agree or not all([x.size for x in arrays]):
            raise ShapeError(_first_fault(expected, arrays))

    return check


def _equal_axes(arguments: Sequence[Argument]) -> list[tuple[Place, Place]]:
    """Each place of a letter beside the first place of the same letter."""
    first: dict[str, Place] = {}
    return [
        (first[letter], Place(i, axis))
        for i, argument in enumerate(arguments)
        for axis, letter in enumerate(argument.letters)
        if first.setdefault(letter, Place(i, axis)) != Place(i, axis)
    ]


# --- what a wrong shape is told ---------------------------------------------------------------------------------------


class Given(NamedTuple):
    """An argument and the shape that it was given."""

    name: str
    letters: tuple[str, ...]
    shape: tuple[int, ...]

    def __str__(self) -> str:
        return f"{self.name} {'have' if self.name in ('weights', 'inputs') else 'has'} shape {self.shape}"

    @property
    def is_batch(self) -> bool:
        """Whether the argument may hold several examples."""
        return EXAMPLES in self.letters

    @property
    def lengths(self) -> dict[str, int]:
        """The length of each letter; that of the examples is missing where there is a single one."""
        letters = [letter for letter in self.letters if letter != EXAMPLES or len(self.shape) == len(self.letters)]
        return dict(zip(letters, self.shape, strict=False))


def _first_fault(expected: Sequence[Argument], arrays: Sequence[Array]) -> str:
    """What is wrong with the first argument that has no possible shape, or does not fit one before it."""
    given = [Given(*argument, x.shape) for argument, x in zip(expected, arrays, strict=True)]
    faults = (_alone(this) or _beside(this, given[:i]) for i, this in enumerate(given))
    return next(filter(None, faults))


def _alone(this: Given) -> str:
    """What is wrong with an argument by itself."""
    if this.is_batch and len(this.shape) not in (1, 2):
        return f"{this}, expected (n,) or (n, m): give one example or a batch of them"
    if len(this.letters) == 2 and not this.is_batch and (len(this.shape) != 2 or 0 in this.shape):
        return f"{this}, a layer needs (outputs, inputs), at least (1, 1): write a single neuron as [[w₁, w₂, …]]"
    return ""


def _beside(this: Given, before: Sequence[Given]) -> str:
    """What is wrong with an argument beside those before it."""
    if 0 in this.shape:
        return " and ".join(map(str, [this, *before[:1]])) + ": give at least one example of at least one value"
    for other in before:
        if this.is_batch and other.is_batch and this.lengths.get(EXAMPLES) != other.lengths.get(EXAMPLES):
            return _not_the_same_examples(this, other)
        for letter, n in other.lengths.items():
            if letter in this.letters and (this.lengths.get(letter) != n or len(this.shape) > len(this.letters)):
                return _not_the_length(this, other, letter)
    return ""


def _not_the_same_examples(this: Given, other: Given) -> str:
    line = "column" if this.letters[-1] == EXAMPLES else "row"
    return f"{other} and {this}: give both for the same examples, one per {line}, or both for one example"


def _not_the_length(this: Given, other: Given, letter: str) -> str:
    n = other.lengths[letter]
    if not this.is_batch:
        line = ("row", "column")[other.letters.index(letter)]
        return f"{this} and {other}: give one {this.name} per {line} of {other.name}, ({n},)"
    in_columns = this.letters[-1] == EXAMPLES
    wanted = f"({n}, m)" if in_columns else f"(m, {n})"
    if len(this.shape) == 2 and this.lengths[EXAMPLES] == n:
        advice = "the examples seem to stand in " + (
            "rows, take rows=True or the equations that end in _rows" if in_columns else "columns, leave rows out"
        )
    else:
        advice = f"give {n} values each"
    return f"{this} and {other}, which needs ({n},) or {wanted}: {advice}"
