"""Compute a page on from what a student typed earlier, and ask whether a later answer follows.

    desk = Desk(sheet, {3: 0.731, 4: 9.0})       the typed values of boxes 3 and 4
    desk.expected(7, {3})                        what box 7 would hold if box 3 held what was typed
    desk.between(7, {3}, base=frozenset())       the least and the greatest that rounding in box 3 makes of it

Two kinds of answers are carried on: wrong ones, so that a slip costs its own point only, and right ones that are not
exact, so that rounding as asked costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import lru_cache
from math import isfinite, isnan, nan
from typing import TypeAlias

from ..answers.equality import Value, equal
from ..answers.formulas import Formula
from ..answers.numbers import Choice, Number, ShapeTyped
from ..authoring.page import WORTH_CARRYING, Box, Page, Run, Sheet
from ..engine.expressions import Expr
from ..layout.boxed import Shape

Answer: TypeAlias = Number | Formula | Choice | ShapeTyped
"""An answer that could be read."""

READABLE = (Number, Formula, Choice, ShapeTyped)


def as_number(value: Value | None) -> Fraction | float:
    """The value, where it is a number; else nan, which is no number's equal."""
    return value if isinstance(value, (int, float, Fraction)) else nan


class Desk:
    """A page and the answers that may be carried on; each combination of them is computed once."""

    def __init__(self, sheet: Sheet, values: Mapping[int, Value]) -> None:
        self.sheet, self.values = sheet, values
        self._runs: dict[frozenset[int], Run] = {}

    def run(self, boxes: frozenset[int]) -> Run:
        """The page computed on from the typed values of these boxes."""
        if boxes not in self._runs:
            typed = tuple([(n, type(self.values[n]), self.values[n]) for n in sorted(boxes)])
            self._runs[boxes] = _run(self.sheet.page, self.sheet.variant, typed)
        return self._runs[boxes]

    def expected(self, n: int, boxes: frozenset[int]) -> Value | None:
        """What box `n` would hold; None where these answers lead nowhere."""
        if not boxes:
            return self.sheet.boxes[n - 1].key
        handed = self.run(boxes).handed
        return handed[n - 1] if n <= len(handed) else None

    def slips(self, n: int, boxes: frozenset[int]) -> tuple[tuple[str, Value], ...]:
        """What each named slip of box `n` would give on these answers."""
        if not boxes:
            return ()
        slips = self.run(boxes).slips
        return slips[n - 1] if n <= len(slips) else ()

    def between(self, n: int, rounded: Iterable[int], base: frozenset[int]) -> tuple[float, float] | None:
        """The least and the greatest that box `n` becomes if the boxes `rounded` hold the key, what was typed, or
        something between, and those of `base` what was typed. None where that leads nowhere."""
        values = [self.expected(n, base), *(self.expected(n, base | {k}) for k in rounded)]
        numbers = [float(value) for value in values if isinstance(value, (int, float, Fraction)) and isfinite(value)]
        if len(numbers) < len(values):
            return None
        start, *ends = numbers
        moves = [end - start for end in ends]
        return start + sum(min(0.0, move) for move in moves), start + sum(max(0.0, move) for move in moves)


@lru_cache(maxsize=2048)  # in a class the same slip is made in the same box again and again
def _run(page: Page, variant: int, typed: tuple[tuple[int, type, Value], ...]) -> Run:
    """The page computed on from these values; by their types too, since 0.5 and 1/2 are equal, and computed with
    differently."""
    return page.sheet(variant).follow({n: value for n, _, value in typed})


def worth_carrying(box: Box, answer: Answer) -> Value | None:
    """The value with which the page is computed on from a slip, or None: trivial and useless ones are not carried.

    A bare 0 or 1 is carried where a named slip gives it, or where the key is as simple, as 1 is for −1: it is then no
    way to make the rest easy.
    """
    value = answer.value
    if isinstance(value, Expr):
        bare = _trivial(value) and not (isinstance(box.key, Expr) and _trivial(box.key))
        return None if bare and not _is_named(box, value) else value
    if isinstance(value, (str, Shape)):
        return value
    if not isfinite(value):
        return None
    bare = float(value) in WORTH_CARRYING and abs(as_number(box.key)) not in WORTH_CARRYING
    return None if bare and not _is_named(box, value) else float(value)


def bare_value(box: Box, answer: Answer) -> Value | None:
    """A bare 0 or 1 that is not worth carrying by itself; None for any other answer."""
    if worth_carrying(box, answer) is not None:
        return None
    number = as_number(answer.value)
    return answer.value if isinstance(answer, Formula) else float(number) if isfinite(number) else None


def _is_named(box: Box, value: Value) -> bool:
    return any(equal(value, slip, box.digits) for _, slip in box.mistakes)


def rounded_value(box: Box, answer: Answer, state: str) -> float | None:
    """The value with which the page is computed on from an answer that is right but not exact; None for an exact one.

    A right 1.00 for 0.9997 is carried, a bare 1 with too few digits is not: it would make what follows trivial.
    """
    if not isinstance(answer, Number) or not isfinite(answer.value):
        return None
    value = float(answer.value)
    if state == "few_digits" and value in WORTH_CARRYING:
        return None
    return value if abs(value - float(as_number(box.key))) > 1e-12 * max(1.0, abs(value)) else None


def _trivial(formula: Expr) -> bool:
    if formula.names:
        return False
    value = float(formula.evaluate({}))
    return not isnan(value) and value in WORTH_CARRYING
