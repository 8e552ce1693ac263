"""Look for what an author overlooks: a page over many variants of its numbers.

    vet("cost/error-terms", range(200))     what is wrong with it, a line each: where, and what to do

A page that works with its canonical numbers may fail with others: a key that is not finite, a slip that is not told
from the key, numbers that put a key right onto a kink, where the smallest change gives another answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from inspect import unwrap
from random import Random
from typing import Any, NamedTuple

import numpy as np

from .. import pages
from ..answers.equality import Value
from ..authoring.page import Box, Given, Page, PageError, Quantity, Run, Shares, Sheet
from ..layout import undrawn
from ..marking.carried import as_number
from ..render import pages as render

TINY = 1e-6  # how far numbers are moved, relative to their size
JUMP = 1e-4  # what a key may then move by at most, unless it shrinks with the nudge: slopes can be steep, not broken


class Way(NamedTuple):
    """In which proportions the numbers of a page move."""

    seed: int
    mirrored: bool  # those that moved most move least: a sum that was zero then comes out on its other side


SEEDS = 2
WAYS = [Way(seed, mirrored) for seed in range(SEEDS) for mirrored in (False, True)]


def vet(page: Page | str, variants: Iterable[int]) -> list[str]:
    """What is wrong with a page, each fault once, with the line and what to do."""
    page = pages.load(page) if isinstance(page, str) else page
    faults: dict[str, None] = {}
    for variant in variants:
        try:
            sheet = page.sheet(variant)
        except PageError as error:
            return [*faults, str(error)]
        for n in misplaced(sheet) if variant == 0 else ():
            faults[f"{_where(page)}: box {n} must stand on the page once; show what box() returned, not a copy"] = None
        if not faults and (n := on_a_kink(sheet)):
            faults[_kink(sheet, n)] = None
    return list(faults)


def misplaced(sheet: Sheet) -> list[int]:
    """The boxes that the page does not show, or shows in two places."""
    html = render.template(sheet)
    return [box.number for box in sheet.boxes if html.count(f'data-box="{box.number}"') != 1]


def on_a_kink(sheet: Sheet) -> int | None:
    """The first box whose key jumps when the numbers of the page move by a hair; None if all stay put.

    Canonical numbers move in both proportions; those of other variants in one, each in turn.
    """
    ways = [way for way in WAYS if sheet.variant == 0 or way.seed == sheet.variant % SEEDS]
    return next((n for way in ways if (n := _jumps(sheet, way))), None)


def _jumps(sheet: Sheet, way: Way) -> int | None:
    far = _nudged(sheet, TINY, way)
    moved = [box for box, value in zip(sheet.boxes, far, strict=True) if _apart(value, box) > JUMP] if far else []
    close = _nudged(sheet, TINY / 100, way) if moved else []
    for box in moved if close else ():
        if _apart(close[box.number - 1], box) > max(JUMP, _apart(far[box.number - 1], box) / 2):
            return box.number
    return None


def _apart(value: Value, box: Box) -> float:
    """How far what a box would hold is from its key; from a word, another is 1 away."""
    if box.kind == "number":
        return abs(float(as_number(value)) - float(as_number(box.key)))
    return float(box.kind == "choice" and value != box.key)


def _nudged(sheet: Sheet, size: float, way: Way) -> list[Value]:
    """What the boxes would hold if every number were a little larger in size; [] if the page cannot say."""
    run = _Bare(sheet.page, sheet.variant, sheet.attempt, {})
    run.given = Nudged(run, sheet.givens, size, way)
    try:
        with np.errstate(all="ignore"), undrawn():
            sheet.page.function(run.given, run.box)
    except Exception:  # noqa: BLE001
        return []
    return run.handed if len(run.handed) == len(sheet.boxes) else []


class _Bare(Run):
    """A run that does not note what named mistakes would give."""

    def box(self, *declared: Any, slips: object = None, **options: Any) -> Quantity:
        return super().box(*declared, **options)


class Nudged(Given):
    """Hands a page the numbers it was given, each a hair further from zero, so that int() and rounding see the same."""

    def __init__(self, run: Run, givens: Mapping[str, Quantity], size: float, way: Way) -> None:
        super().__init__(run)
        self._givens, self._size, self._mirrored = givens, size, way.mirrored
        self._draw = Random(f"{run.page.slug}/{way.seed}").random

    def __call__(self, name: str, *_: Quantity, **__: Quantity) -> Quantity:
        given = self._givens[name]
        if isinstance(given, float):
            return self._moved(given)
        values = np.asarray(given, dtype=float)
        moved = np.reshape([self._moved(value) for value in values.ravel().tolist()], values.shape)
        return float(moved) if moved.shape == () else moved

    def _moved(self, value: float) -> float:
        """A number a hair further from zero; zero a hair to either side."""
        share = 1 - self._draw() if self._mirrored else self._draw()
        return value * (1 + self._size * share) if value else self._size * (2 * share - 1)

    def choice(self, name: str, canonical: Quantity, *others: Quantity) -> Quantity:
        return self._givens[name]

    def _beside(self, make: Shares) -> Given:
        return self


def _kink(sheet: Sheet, n: int) -> str:
    numbers = ", ".join(f"{name} = {np.asarray(value).tolist()}" for name, value in sheet.givens.items())
    return (
        f"{_where(sheet.page)}: with variant {sheet.variant} the key of box {n} lies on a kink or a jump, where a hair "
        f"more gives another answer ({numbers[:160]}); keep away from it with given.require(...)"
    )


def _where(page: Page) -> str:
    code = unwrap(page.function).__code__
    return f"{page.slug} ({code.co_filename}:{code.co_firstlineno})"
