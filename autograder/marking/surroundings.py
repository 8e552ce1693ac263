"""What the letters of a page stand for, so that they may be used in an answer.

    meanings(sheet)["y"]        8.0: the page was given y, or asks for it in a box
    letters(page, variant)      every letter that stands in a formula of the page

A page says itself what else its letters stand for, where an answer may use them: Box.meanings.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

import numpy as np

from ..answers.formulas import WORDS
from ..authoring.page import Box, Page, Sheet
from ..engine.expressions import Operand
from ..layout import nodes_in
from .carried import as_number

LETTER = re.compile(r"[^\W\d_](?:_?[0-9]|′)?")  # x, w_1, y′: what pages name numbers by, not words
FORMULA = re.compile(r"\$([^$]*)\$")


def meanings(sheet: Sheet, box: Box) -> dict[str, Operand]:
    """The letters that may stand in a formula besides those it is asked in: name → number or formula."""
    known: dict[str, Operand] = {**_numbers(sheet.page, sheet.variant), **dict(box.meanings)}
    return {name: value for name, value in known.items() if name not in box.names}


def numbers(sheet: Sheet) -> Mapping[str, float]:
    """The numbers that the letters of the page stand for: those it was given, and those that its boxes ask for."""
    return _numbers(sheet.page, sheet.variant)


@lru_cache(maxsize=4096)
def _numbers(page: Page, variant: int) -> Mapping[str, float]:
    sheet = page.sheet(variant)
    known: dict[str, float] = {}
    for name, value in sheet.givens.items():
        if LETTER.fullmatch(name) and not isinstance(value, (str, tuple)):
            known |= _entries(name, value)
    named: dict[str, list[float]] = {}
    for box in sheet.boxes:
        if box.kind == "number" and LETTER.fullmatch(box.name):
            named.setdefault(box.name, []).append(float(as_number(box.key)))
    for name, keys in named.items():
        known |= {k: v for k, v in _entries(name, keys if len(keys) > 1 else keys[0]).items() if k not in known}
    return known


def _entries(name: str, value: object) -> dict[str, float]:
    """A number under its name; the entries of a vector as x_1, x_2, …"""
    try:
        array = np.asarray(value, dtype=float)
    except (TypeError, ValueError):
        return {}
    if array.ndim == 0:
        return {name: float(array)}
    return {f"{name}_{i}": float(entry) for i, entry in enumerate(array, 1)} if array.ndim == 1 else {}


@lru_cache(maxsize=4096)
def letters(page: Page, variant: int) -> frozenset[str]:
    """Every letter that stands in the formulas of a page, with a meaning or without."""
    formulas: list[str] = []
    for node in nodes_in(page.sheet(variant).body):
        texts = [part for part in (*node.parts, *node.options.values()) if isinstance(part, str)]
        formulas += [formula for text in texts for formula in FORMULA.findall(text)] if node.kind in PROSE else texts
    return frozenset(letter for formula in formulas for run in RUN.findall(formula) for letter in _letters(run))


PROSE = frozenset(("step", "say", "words"))  # here only what stands between two $ is mathematics
RUN = re.compile(r"[^\W\d_]+(?:_[0-9])?")


def _letters(run: str) -> list[str]:
    """wx is w and x; cos and longer words are no letters."""
    return [] if run in WORDS or len(run) > 5 else re.findall(LETTER.pattern, run)
