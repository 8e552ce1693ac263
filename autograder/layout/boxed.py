"""Values that know which box of the page they sit in, and otherwise behave as the values they are.

A page function computes with what `box` gives back, and later lays the same value out: `delta = box(...)`, then
`column(delta)`. Arithmetic on a boxed value gives a plain value again, because the result is no longer what was typed.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from ..engine.expressions import OPERATORS, Expr


class BoxedNumber(float):
    """A number that is shown as box `box`."""

    box: int = 0

    def __new__(cls, value: float, box: int) -> BoxedNumber:
        self = super().__new__(cls, value)
        self.box = box
        return self


class BoxedArray(np.ndarray):
    """An array of which some entries are boxes: `boxes` holds their numbers, 0 where the entry is printed."""

    boxes: np.ndarray | None

    def __new__(cls, values: np.ndarray, boxes: np.ndarray) -> BoxedArray:
        self = np.asarray(values).view(cls)
        self.boxes = boxes
        return self

    def __array_finalize__(self, parent: object) -> None:
        self.boxes = None

    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        return getattr(ufunc, method)(*map(_plain, inputs), **kwargs)

    def __getitem__(self, key):
        values = np.asarray(self)[key]
        if self.boxes is None:
            return values
        boxes = self.boxes[key]
        return BoxedArray(values, boxes) if isinstance(boxes, np.ndarray) else boxed(values, int(boxes))

    def __iter__(self):
        return (self[index] for index in range(len(self)))

    @property
    def T(self) -> np.ndarray:
        return np.asarray(self).T if self.boxes is None else BoxedArray(np.asarray(self).T, self.boxes.T)


class BoxedFormula(Expr):
    """A formula that is shown as box `box`; computing with it gives plain formulas."""

    __slots__ = ("box", "formula")

    def __init__(self, formula: Expr, box: int) -> None:
        self.formula, self.box = formula, box

    @property
    def names(self) -> frozenset[str]:
        return self.formula.names

    def __neg__(self) -> Expr:
        return -self.formula


def _delegate(method: str) -> None:
    setattr(BoxedFormula, method, lambda self, *args: getattr(self.formula, method)(*map(_plain, args)))


for _method in ("derivative", "substitute", "parts", "_key", "value_at", "printed"):
    _delegate(_method)
for _operation in OPERATORS:
    _delegate(f"__{_operation}__")
    _delegate(f"__r{_operation}__")


def _plain(value: object) -> object:
    if isinstance(value, BoxedFormula):
        return value.formula
    return np.asarray(value) if isinstance(value, BoxedArray) else value


class Shape(tuple):
    """The shape of a matrix, rows × columns: `Shape((3, 2))` is printed 3×2."""

    box: int = 0

    def __str__(self) -> str:
        return "×".join(map(str, self))


class BoxedWord(str):
    """A word that is shown as box `box`."""

    box: int = 0


def boxed(value: object, box: int) -> object:
    """The one value `value`, marked as box `box`; box 0 is no box."""
    if isinstance(value, (str, Shape)):
        marked = Shape(value) if isinstance(value, Shape) else BoxedWord(value)
        marked.box = box
        return marked
    if isinstance(value, (int, float, np.number, Fraction)):
        return BoxedNumber(value, box) if box else float(value)
    return BoxedFormula(_plain(value), box) if box else value


def box_of(value: object) -> int:
    """The number of the box that this value sits in, 0 if none."""
    return getattr(value, "box", 0) or 0
