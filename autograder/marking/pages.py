"""Mark the answers of one page: a verdict for each box, the points, and how many slips there really are.

    marks = mark("gradients/one-weight", {1: "2", 2: "3/4"})
    marks.points, marks.summary, marks.verdicts[0].state

A wrong answer is looked up three ways: does it follow from the student's own earlier answers; is it a mistake with a
name; or is it just not right yet. Nothing is evaluated, nothing is raised whatever the text, and the same text always
gets the same verdict, in the student's notebook as in the instructor's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import isfinite
from typing import NamedTuple

from .. import pages
from ..answers.equality import equal, rounded_off
from ..answers.formulas import read_expression
from ..answers.numbers import Number, Unreadable, read_choice, read_number, read_shape
from ..authoring.mistakes import MESSAGES
from ..authoring.page import WORTH_CARRYING, Box, Page, Sheet
from ..engine.expressions import Expr
from .states import POINTS, RIGHT, SLIPS


class Verdict(NamedTuple):
    """What is said of one box."""

    box: int
    state: str  # one of states.STATES; or states.RECORDED, where it is held back
    text: str = ""  # as typed
    read_as: str = ""  # as understood
    message: str = ""
    code: str = ""  # of a known mistake
    follows_from: tuple[int, ...] = ()


@dataclass(frozen=True)
class Marks:
    """What is said of one page."""

    page: Page
    variant: int
    verdicts: tuple[Verdict, ...]

    @property
    def points(self) -> float:
        """Points earned, between 0 and `out_of`."""
        return float(sum(POINTS.get(verdict.state, 0.0) for verdict in self.verdicts))

    @property
    def out_of(self) -> int:
        return len(self.verdicts)

    def scaled(self, most: float) -> float:
        """Points earned where the page is worth `most`: somebody gave it other points, or it has changed since."""
        return self.points if most == self.out_of else self.points / self.out_of * most

    @property
    def slips(self) -> int:
        """Boxes that are wrong by themselves, not merely because an earlier one was."""
        return sum(verdict.state in SLIPS for verdict in self.verdicts)

    @property
    def summary(self) -> str:
        """One line: how far the page is, how many slips, which boxes only follow."""
        right = sum(v.state in RIGHT for v in self.verdicts)
        blank = sum(v.state == "blank" for v in self.verdicts)
        follow = [v.box for v in self.verdicts if v.state == "follows"]
        if blank == self.out_of:
            return f"{self.out_of} boxes to fill."
        if right == self.out_of and not follow:
            return f"All {self.out_of} right."
        said = [f"{right} of {self.out_of} right"]
        if self.slips:
            said.append("1 slip" if self.slips == 1 else f"{self.slips} slips")
        if follow:
            named = ", ".join(map(str, follow))
            said.append(f"box {named} follows" if len(follow) == 1 else f"boxes {named} follow")
        if blank:
            said.append(f"{blank} still blank")
        return "; ".join(said) + "."


def mark(page: Page | str, answers: Mapping[int, str], variant: int = 0) -> Marks:
    """Mark what was typed into the boxes of a page; boxes that `answers` does not mention are blank.

    Raises pages.UnknownPage for a slug that is in no chapter, and nothing else.
    """
    page = pages.load(page) if isinstance(page, str) else page
    sheet = page.sheet(variant)
    return _mark(page, variant, tuple(answers.get(n, "") for n in range(1, len(sheet.boxes) + 1)))


@lru_cache(maxsize=8192)
def _mark(page: Page, variant: int, texts: tuple[str, ...]) -> Marks:
    sheet = page.sheet(variant)
    read = [READERS[box.kind](box, text) for box, text in zip(sheet.boxes, texts, strict=True)]
    verdicts = [_first_look(box, text, answer) for box, text, answer in zip(sheet.boxes, texts, read, strict=True)]
    if any(verdict.state == "wrong" for verdict in verdicts):
        verdicts = _second_look(sheet, read, verdicts)
    return Marks(page, variant, tuple(verdicts))


# -- reading and the first look ---------------------------------------------------------------------------------------


READERS = {
    "number": lambda box, text: read_number(text),
    "expression": lambda box, text: read_expression(text, box.names),
    "choice": lambda box, text: read_choice(text, box.options),
    "shape": lambda box, text: read_shape(text),
}


def _first_look(box: Box, text: str, answer) -> Verdict:
    """The verdict on a box by itself, against the key."""
    if answer is None:
        return Verdict(box.number, "blank")
    if isinstance(answer, Unreadable):
        return Verdict(box.number, "unreadable", text, message=answer.message)
    if equal(answer.value, box.key, box.digits):
        return Verdict(box.number, "right", text, answer.read_as)
    if _rounded_off(answer, box.key, box):
        return Verdict(box.number, "few_digits", text, answer.read_as, message=_ask_digits(box))
    return Verdict(box.number, "wrong", text, answer.read_as, message=box.hint)


def _rounded_off(answer, key, box: Box) -> bool:
    """Whether the answer is this key, rounded to fewer digits than the box asks for."""
    rounded = isinstance(answer, Number) and isinstance(answer.value, Fraction)
    return rounded and rounded_off(answer.value, answer.digits, key, box.digits)


def _ask_digits(box: Box) -> str:
    if box.digits:
        return f"Right so far. Give {box.digits} digits."
    return "Right so far, but not the whole number. Give it exactly: a fraction such as 3/4 is fine."


# -- the second look: what follows, and what has a name ---------------------------------------------------------------


def _second_look(sheet: Sheet, read: list, verdicts: list[Verdict]) -> list[Verdict]:
    """Wrong boxes again, in the light of the student's own earlier answers."""
    carried = {v.box: _carry(sheet.boxes[v.box - 1], read[v.box - 1]) for v in verdicts if v.state == "wrong"}
    carried = {n: value for n, value in carried.items() if value is not None}
    last = max(v.box for v in verdicts if v.state == "wrong")
    first = min(carried, default=last)
    own = sheet.follow(carried) if first < last else None
    alone: dict[int, object] = {}
    looked = []
    for verdict in verdicts:
        if verdict.state == "wrong":
            n, box, value = verdict.box, sheet.boxes[verdict.box - 1], read[verdict.box - 1].value
            handed = own.handed[n - 1] if own is not None and first < n <= len(own.handed) else None
            if handed is not None and _follows(value, read[n - 1], handed, box):
                causes = _causes(sheet, carried, n, value, read[n - 1], box, alone)
                verdict = _following(verdict, causes)
            elif handed is not None and _rounded_off(read[n - 1], handed, box):
                verdict = verdict._replace(state="few_digits", message=_ask_digits(box))
            else:
                verdict = _named(verdict, box, value, own)
        looked.append(verdict)
    return looked


def _carry(box: Box, answer) -> object:
    """The value with which the page is computed on, or None: trivial and useless answers are not carried."""
    value = answer.value
    if not isinstance(answer, Number) and not isinstance(value, Expr):
        return value
    if isinstance(value, Expr):
        return None if _trivial(value) and not _trivial(box.key) else value
    if not isfinite(value) or (float(value) in WORTH_CARRYING and box.key not in WORTH_CARRYING):
        return None
    return float(value)


def _trivial(formula: Expr) -> bool:
    return not formula.names and float(formula.evaluate({})) in WORTH_CARRYING


def _follows(value, answer, handed, box: Box) -> bool:
    if not isinstance(answer, Number):
        return equal(value, handed)
    if not isfinite(handed):
        return False
    if equal(value, handed, box.digits):
        return True
    goes_on = box.digits is None and float(handed) != int(handed)  # a slip may turn a whole number into any other
    return goes_on and (answer.digits or 0) >= 3 and equal(value, handed, 3)


def _causes(sheet: Sheet, carried: dict, n: int, value, answer, box: Box, alone: dict) -> tuple[int, ...]:
    """The earlier slips that box n follows from: a single one where that suffices."""
    earlier = [k for k in carried if k < n]
    for k in earlier:
        if k not in alone:
            alone[k] = sheet.follow({k: carried[k]}).handed
        if n <= len(alone[k]) and _follows(value, answer, alone[k][n - 1], box):
            return (k,)
    return tuple(k for k in earlier if n <= len(alone[k]) and not equal(alone[k][n - 1], box.key, box.digits))


def _following(verdict: Verdict, causes: tuple[int, ...]) -> Verdict:
    named = ", ".join(map(str, causes))
    message = f"Right from your box {named}." if len(causes) == 1 else f"Right from your boxes {named}."
    return Verdict(verdict.box, "follows", verdict.text, verdict.read_as, message, follows_from=causes)


def _named(verdict: Verdict, box: Box, value, own) -> Verdict:
    slips = box.mistakes
    if own is not None and verdict.box <= len(own.slips):
        slips += own.slips[verdict.box - 1]
    for code, slip in slips:
        if equal(value, slip, box.digits):
            return Verdict(verdict.box, "mistake", verdict.text, verdict.read_as, MESSAGES[code], code)
    return verdict
