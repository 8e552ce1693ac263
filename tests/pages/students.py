"""Students to try every page on: one who rounds, one who makes a slip and works on with it, one who sees only the page.

rounds(sheet, extra)          what somebody types who rounds each answer and computes on with the rounded ones
slips(sheet)                  for each slip of each box, what somebody types who makes it and works on from there
unseen(page, variant)         givens that decide a key although the blank page does not show them
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from autograder.authoring.page import Given, Page, Run, Sheet, Unfit
from autograder.engine.expressions import Expr
from autograder.layout import Node, Shape
from autograder.layout.numbers import rounded, simple_fraction
from autograder.marking.carried import Desk
from autograder.render import pages as render

from .test_every_page import typed

OTHERS = range(1, 60)  # variants whose numbers are tried in the place of a given
TRIES = 6  # other values that are tried for each given,
ENOUGH = 2  # or so many that change both a key and what is shown


# -- somebody who rounds -----------------------------------------------------------------------------------------------


class _Rounding(Run):
    """A run in which every answer with digits is rounded before the page is computed on."""

    def __init__(self, sheet: Sheet, extra: int) -> None:
        super().__init__(sheet.page, sheet.variant, sheet.attempt, {})
        self.sheet, self.extra, self.typed = sheet, extra, {}

    def box(self, value, name, hint="", *, digits=None, **rest):
        shown = super().box(value, name, hint, digits=digits, **rest)
        first = len(self.typed) + 1
        for n in range(first, len(self.handed) + 1):
            self.typed[n] = self._typed(self.handed[n - 1], digits)
            if digits and self.sheet.boxes[n - 1].kind == "number":
                self.carried = {**self.carried, n: float(Fraction(self.typed[n]))}
        if not digits:
            return shown
        del self.handed[first - 1 :], self.slips[first - 1 :]
        return super().box(value, name, hint, digits=digits, **rest)

    def _typed(self, value, digits: int | None) -> str:
        plain = not isinstance(value, (Expr, Shape, str))
        exact = simple_fraction(float(value)) if plain else None
        if not digits or not plain:
            return typed(value)
        if exact is not None and exact.denominator == 1:
            return str(exact)
        return rounded(float(value), digits + self.extra)


def rounds(sheet: Sheet, extra: int = 0) -> dict[int, str]:
    """What is typed by somebody who rounds each answer to the digits asked, and `extra` more, and goes on with it."""
    run = _Rounding(sheet, extra)
    with np.errstate(all="ignore"):
        sheet.page.function(run.given, run.box)
    return run.typed


# -- somebody who makes one slip ---------------------------------------------------------------------------------------


class Slip(NamedTuple):
    """A slip, and what is typed by somebody who makes it and works on from there."""

    box: int
    code: str
    typed: dict[int, str]


def slips(sheet: Sheet) -> Iterator[Slip]:
    """Every named slip of every box, worked on consistently; those that lead to no number are left out."""
    right = {box.number: typed(box.key) for box in sheet.boxes}
    for box in sheet.boxes:
        for code, value in box.mistakes:
            carried = float(value) if box.kind == "number" else value
            run = Desk(sheet, {box.number: carried}).run(frozenset({box.number}))
            later = {n: handed for n, handed in enumerate(run.handed, start=1) if n > box.number}
            if len(run.handed) < len(sheet.boxes) or not all(map(_finite, later.values())):
                continue
            yield Slip(box.number, code, right | {box.number: typed(value)} | {n: typed(v) for n, v in later.items()})


def _finite(value) -> bool:
    return isinstance(value, (Expr, Shape, str)) or bool(np.isfinite(float(value)))


# -- somebody who sees only the page -----------------------------------------------------------------------------------


class _Other(Given):
    """Hands a page the numbers it was given, but for one."""

    def __init__(self, run: Run, sheet: Sheet, name: str, value: object) -> None:
        super().__init__(run)
        self._values = {**sheet.givens, name: value}

    def __call__(self, name: str, canonical: object = None, **_: object) -> object:
        value = self._values[name]
        values = np.array(value, dtype=float)
        values.flags.writeable = False
        return self._noted(name, float(values) if values.shape == () else values)

    def choice(self, name: str, *_: object) -> object:
        return self._noted(name, self._values[name])

    def _beside(self) -> Given:
        return self

    def require(self, condition: bool, why: str = "") -> None:
        if not condition:
            raise Unfit(why)


def unseen(page: Page, variant: int = 0) -> list[str]:
    """The givens that change a key, but nothing that the blank page shows."""
    sheet = page.sheet(variant)
    shown, keys = blank(sheet), [box.key for box in sheet.boxes]
    return [name for name in sheet.givens if _hidden(page, sheet, name, shown, keys)]


def _hidden(page: Page, sheet: Sheet, name: str, shown: str, keys: list) -> bool:
    tried = seen = 0
    for other in OTHERS:
        value = page.sheet(other).givens.get(name)
        if value is None or np.array_equal(
            np.asarray(value, dtype=object), np.asarray(sheet.givens[name], dtype=object)
        ):
            continue
        run = Run(page, sheet.variant, sheet.attempt)
        run.given = _Other(run, sheet, name, value)
        try:
            with np.errstate(all="ignore"):
                body = page.function(run.given, run.box)
        except Exception:  # noqa: BLE001, S112  numbers that do not go together: the next ones
            continue
        tried += 1
        if [box.key for box in run.boxes] != keys:
            changed = replace(sheet, boxes=tuple(run.boxes), body=(body,) if isinstance(body, Node) else tuple(body))
            if blank(changed) == shown:
                return True
            seen += 1
        if tried >= TRIES or seen >= ENOUGH:
            break
    return False


def blank(sheet: Sheet) -> str:
    """What the page shows before anything is typed, and where, without how wide its boxes are."""
    return re.sub(r"--w:[^;\"]*", "", render.template(sheet))
