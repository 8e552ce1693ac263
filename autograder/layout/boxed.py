"""Values that know which box of the page they sit in, and otherwise behave as the values they are.

A page function computes with what `box` gives back, and later lays the same value out: `delta = box(...)`, then
`column(delta)`. Arithmetic on a boxed value gives a plain value again, because the result is no longer what was typed.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from ..engine.expressions import OPERATORS, Expr

if TYPE_CHECKING:
    from numpy.typing import NDArray


class BoxedNumber(float):
    """A number that is shown as box `box`."""

    box: int = 0

    def __new__(cls, value: float, box: int) -> BoxedNumber:
        self = super().__new__(cls, value)
        self.box = box
        return self


class BoxedArray(np.ndarray):
    """An array of which some entries are boxes: `boxes` holds their numbers, 0 where the entry is printed."""

    boxes: NDArray[Any] | None

    def __new__(cls, values: NDArray[Any], boxes: NDArray[Any]) -> BoxedArray:
        self = np.asarray(values).view(cls)
        self.boxes = boxes
        return self

    def __array_finalize__(self, parent: object) -> None:
        self.boxes = None

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        return getattr(ufunc, method)(*map(_plain, inputs), **kwargs)

    def __getitem__(self, key: Any) -> Any:  # whatever NumPy takes and gives
        values: Any = np.asarray(self)[key]
        if self.boxes is None:
            return values
        boxes: Any = self.boxes[key]
        return BoxedArray(values, boxes) if boxes.ndim else boxed(values, int(boxes))

    def __iter__(self) -> Iterator[Any]:
        return (self[index] for index in range(len(self)))

    @property
    def T(self) -> NDArray[Any]:
        return np.asarray(self).T if self.boxes is None else BoxedArray(np.asarray(self).T, self.boxes.T)


class BoxedFormula(Expr):
    """A formula that is shown as box `box`; computing with it gives plain formulas."""

    __slots__ = ("_formula", "box")

    def __init__(self, formula: Expr, box: int) -> None:
        self._formula, self.box = formula, box

    @property
    def formula(self) -> Expr:
        return self._formula

    @property
    def names(self) -> frozenset[str]:
        return self._formula.names

    def __neg__(self) -> Expr:
        return -self._formula


def _delegate(method: str) -> None:
    def delegated(self: BoxedFormula, *args: Any) -> Any:
        return getattr(self.formula, method)(*map(_plain, args))

    setattr(BoxedFormula, method, delegated)


for _method in ("derivative", "substitute", "parts", "_key", "value_at", "printed"):
    _delegate(_method)
for _operation in OPERATORS:
    _delegate(f"__{_operation}__")
    _delegate(f"__r{_operation}__")


def _plain(value: Any) -> Any:
    """What is computed with: the formula or the array itself, and anything else as it is."""
    if isinstance(value, BoxedFormula):
        return value.formula
    return np.asarray(value) if isinstance(value, BoxedArray) else value


class Shape(tuple[int, ...]):
    """The shape of a matrix, rows × columns: `Shape((3, 2))` is printed 3×2."""

    box: int = 0

    def __str__(self) -> str:
        return "×".join(map(str, self))


class BoxedWord(str):
    """A word that is shown as box `box`."""

    box: int = 0


Value: TypeAlias = Fraction | float | Expr | str | Shape
"""What one box asks for, or holds."""


def boxed(value: Value, box: int) -> Value:
    """The one value `value`, marked as box `box`; box 0 is no box."""
    if isinstance(value, (str, Shape)):
        marked = Shape(value) if isinstance(value, Shape) else BoxedWord(value)
        marked.box = box
        return marked
    if isinstance(value, Expr):
        return BoxedFormula(value.formula, box) if box else value
    return BoxedNumber(float(value), box) if box else float(value)


def box_of(value: object) -> int:
    """The number of the box that this value sits in, 0 if none."""
    return getattr(value, "box", 0) or 0
