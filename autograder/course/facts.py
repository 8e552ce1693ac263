"""What holds for every page, as functions that a course's tests can ask, and a comparison with a second computation.

    FACTS["the key is accepted"](page, sheets(page, 40))     what is wrong, a line each; nothing where all is well
    disagreements(page, compute, 40)                         keys that compute(givens) has otherwise

The workbook's own tests ask the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, TypeAlias, cast

import numpy as np

from ..answers.equality import Value, equal, unit
from ..answers.numbers import Unreadable
from ..authoring.mistakes import messages_of
from ..authoring.page import Box, Page, Sheet
from ..authoring.slugs import course_of
from ..engine.expressions import Expr
from ..layout import Shape
from ..layout.numbers import rounded, simple_fraction
from ..marking.pages import READERS, mark
from .vetting import misplaced, vet

Sheets: TypeAlias = Sequence[Sheet]
"""A page with the numbers of several variants."""

Fact: TypeAlias = Callable[[Page, Sheets], Iterator[str]]
Compute: TypeAlias = Callable[[Mapping[str, Any]], Iterable[Any]]
"""From what a page was given, what stands in its boxes: numbers, words, shapes, arrays of them, functions."""


def sheets(page: Page, variants: int | Iterable[int] = 40) -> Sheets:
    """The page with the numbers of each of these variants."""
    return [page.sheet(variant) for variant in (range(variants) if isinstance(variants, int) else variants)]


def typed(value: Value) -> str:
    """A value as a student could type it, exactly."""
    if isinstance(value, (Expr, Shape, str)):
        return str(value)
    exact = value if isinstance(value, Fraction) else simple_fraction(float(value))
    return str(exact) if exact is not None else repr(float(value))


def keys(sheet: Sheet) -> dict[int, str]:
    """Box → its key, typed."""
    return {box.number: typed(box.key) for box in sheet.boxes}


# -- facts -------------------------------------------------------------------------------------------------------------


def key_is_accepted(page: Page, drawn: Sheets) -> Iterator[str]:
    """Typing the key into every box earns every point, in each variant."""
    for sheet in drawn:
        for verdict in mark(page, keys(sheet), sheet.variant).verdicts:
            if verdict.state != "right":
                yield f"variant {sheet.variant}, box {verdict.box}: the key {verdict.text} is {verdict.state}"


def rounded_key_is_accepted(page: Page, drawn: Sheets) -> Iterator[str]:
    """What a solution prints, and the key rounded to the digits that the page asks for, is right."""
    for sheet in drawn:
        answers = {box.number: box.literal.strip('"') for box in sheet.boxes}
        if mark(page, answers, sheet.variant).points != len(sheet.boxes):
            yield f"variant {sheet.variant}: what the solution prints is refused: {answers}"
        for box in sheet.boxes:
            if box.digits and box.kind == "number":
                short = rounded(float(cast(float, box.key)), box.digits)
                if mark(page, {box.number: short}, sheet.variant).points != 1:
                    yield f"variant {sheet.variant}, {box.label}: {short} is refused"


def wrong_answer_is_refused(page: Page, drawn: Sheets) -> Iterator[str]:
    """One wrong answer among right ones costs its own point."""
    for sheet in drawn:
        right = keys(sheet)
        for box in sheet.boxes:
            nudged = _wrong(box)
            state = mark(page, right | {box.number: nudged}, sheet.variant).verdicts[box.number - 1].state
            if state not in ("wrong", "mistake"):
                yield f"variant {sheet.variant}, {box.label}: {nudged} is {state}"


def _wrong(box: Box) -> str:
    key = cast(Any, box.key)
    if box.kind == "expression":
        return f"{key} + 1"
    if box.kind == "choice":
        return next(option for option in box.options if option != key)
    if box.kind == "shape":
        return str(Shape((key[0] + 7, *key[1:])))
    return typed(key + unit(key, box.digits) * 3.37 if box.digits else key + Fraction(1, 7))


def blank_costs_only_itself(page: Page, drawn: Sheets) -> Iterator[str]:
    """A blank page scores zero, and a blank box costs only itself."""
    sheet, nothing = drawn[0], mark(page, {}, drawn[0].variant)
    if nothing.points or {verdict.state for verdict in nothing.verdicts} != {"blank"}:
        yield f"the blank page earns {nothing.points:g}"
    for box in sheet.boxes:
        left = {n: text for n, text in keys(sheet).items() if n != box.number}
        if (points := mark(page, left, sheet.variant).points) != len(sheet.boxes) - 1:
            yield f"without box {box.number} the page earns {points:g}"


def slips_are_recognised(page: Page, drawn: Sheets) -> Iterator[str]:
    """Whoever makes a named slip is told its name."""
    for sheet in drawn:
        right = keys(sheet)
        for box in sheet.boxes:
            for code, slip in box.mistakes:
                verdict = mark(page, right | {box.number: typed(slip)}, sheet.variant).verdicts[box.number - 1]
                same = [other for other, value in box.mistakes if equal(slip, value, box.digits)]
                if equal(slip, box.key, box.digits) or verdict.state != "mistake" or verdict.code not in same:
                    yield f"variant {sheet.variant}, {box.label}: {code} gives {typed(slip)}, which is {verdict.state}"


def variants_differ(page: Page, drawn: Sheets) -> Iterator[str]:
    """New numbers are new: most of the variants have different keys."""
    found = {tuple(box.shown for box in sheet.boxes) for sheet in drawn}
    if len(found) < min(3, len(drawn)):
        yield f"{len(drawn)} variants have only {len(found)} different keys; widen low=, high="


def boxes_speak(page: Page, drawn: Sheets) -> Iterator[str]:
    """Each box has a label of its own, a hint that is a sentence, one on how it is found, and slips with a message."""
    boxes = drawn[0].boxes
    if len({box.label for box in boxes}) < len(boxes):
        yield "two boxes have one label; give them different names"
    for box in boxes:
        if not box.hint.endswith((".", "?")) or not box.how.endswith("."):
            yield f"{box.label}: hint and how are sentences, with their full stop"
        if unknown := {code for code, _ in box.mistakes} - set(messages_of(course_of(page.chapter))):
            yield f"{box.label}: there is no message for {sorted(unknown)[0]}"


def boxes_stand_once(page: Page, drawn: Sheets) -> Iterator[str]:
    """The page shows each of its boxes, in no two places."""
    yield from (f"box {n} must stand on the page once" for n in misplaced(drawn[0]))


def keys_can_be_read(page: Page, drawn: Sheets) -> Iterator[str]:
    """Every key, as a solution's dict holds it, reads back as itself."""
    for box in drawn[0].boxes:
        read = READERS[box.kind](box, box.literal.strip('"'))
        if read is None or isinstance(read, Unreadable) or not equal(read.value, box.key, box.digits):
            yield f"{box.label}: the key {box.literal} does not read back as itself"


def nothing_is_overlooked(page: Page, drawn: Sheets) -> Iterator[str]:
    """No key lies on a kink, and every box stands on the page, whatever the numbers."""
    yield from vet(page, [sheet.variant for sheet in drawn])


FACTS: dict[str, Fact] = {
    "the key is accepted": key_is_accepted,
    "the key rounded as asked is accepted": rounded_key_is_accepted,
    "a wrong answer is refused": wrong_answer_is_refused,
    "a blank box costs only itself": blank_costs_only_itself,
    "slips are told by their names": slips_are_recognised,
    "variants differ": variants_differ,
    "every box speaks": boxes_speak,
    "every box stands on the page once": boxes_stand_once,
    "keys can be read": keys_can_be_read,
    "nothing is overlooked": nothing_is_overlooked,
}
"""What holds for every page → a function that says where it does not."""


# -- a second computation ----------------------------------------------------------------------------------------------


def disagreements(page: Page, compute: Compute, variants: int | Iterable[int] = 40) -> list[str]:
    """Where compute(givens), in the order of the boxes, is not what the keys are.

    compute returns numbers, words, shapes and arrays of them; a formula may be given as a function of a dict of
    values, and is then compared with the key at a few points.
    """
    faults: list[str] = []
    for sheet in sheets(page, variants):
        expected = [entry for part in compute(sheet.givens) for entry in _flat(part)]
        if len(expected) != len(sheet.boxes):
            return [f"{page.slug} has {len(sheet.boxes)} boxes; the second computation gives {len(expected)} values"]
        faults += [
            f"{page.slug}, variant {sheet.variant}, {box.label}: the key is {box.key}, computed again {value}"
            for box, value in zip(sheet.boxes, expected, strict=True)
            if not _same(box, value)
        ]
    return faults


def _flat(part: Any) -> Iterable[Any]:
    return [part] if callable(part) or isinstance(part, (str, Shape)) else np.ravel(np.asarray(part, dtype=object))


def _same(box: Box, value: Any) -> bool:
    if box.kind in ("shape", "choice"):
        return equal(value, box.key)
    if isinstance(box.key, Expr):
        points = [{name: 0.4 + 0.3 * i + k for k, name in enumerate(box.names)} for i in range(4)]
        return all(abs(float(box.key.evaluate(at)) - value(at)) < 1e-6 * max(1, abs(value(at))) for at in points)
    if box.digits:
        return equal(float(value), box.key, box.digits)
    return abs(float(value) - float(Fraction(cast(Any, box.key)))) < 1e-9 * max(1.0, abs(float(value)))
