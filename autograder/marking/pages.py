"""Mark the answers of one page: a verdict for each box, the points, and how many slips there really are.

    marks = mark("gradients/one-weight", {1: "2", 2: "3/4"})
    marks.points, marks.summary, marks.verdicts[0].state

A wrong answer is looked up three ways: does it follow from the student's own earlier answers; is it a mistake with a
name; or is it just not right yet. What follows from earlier answers that are right but rounded is right. Nothing is
evaluated, nothing is raised whatever the text, and the same text always gets the same verdict, in the student's
notebook as in the instructor's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache
from itertools import islice, repeat
from math import inf, isfinite
from typing import TypeAlias

from .. import pages
from ..answers.equality import Value, equal, rounded_off, unit
from ..answers.formulas import Formula, read_expression
from ..answers.numbers import Number, Unreadable, read_choice, read_number, read_shape
from ..authoring.mistakes import SIGN_CODES, message_for
from ..authoring.page import Box, Page, Sheet
from ..engine.expressions import Expr, Operand
from ..layout.boxed import Shape
from ..layout.numbers import simple_fraction
from .advice import advice, letters_for_number, missing_brackets
from .carried import READABLE, Answer, Desk, as_number, bare_value, rounded_value, worth_carrying
from .states import POINTS, RIGHT, SLIPS, Verdict
from .surroundings import letters, meanings


@dataclass(frozen=True)
class Marks:
    """What is said of one page."""

    page: Page
    variant: int
    verdicts: tuple[Verdict, ...]

    @cached_property
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
        parts = [f"{right} of {self.out_of} right"]
        if self.slips:
            parts.append("1 slip" if self.slips == 1 else f"{self.slips} slips")
        if follow:
            numbers = ", ".join(map(str, follow))
            parts.append(f"box {numbers} follows" if len(follow) == 1 else f"boxes {numbers} follow")
        if blank:
            parts.append(f"{blank} still blank")
        return "; ".join(parts) + "."


def mark(page: Page | str, answers: Mapping[int, str], variant: int = 0) -> Marks:
    """Mark what was typed into the boxes of a page; boxes that `answers` does not mention are blank.

    Raises pages.UnknownPage for a slug that is in no chapter, and nothing else.
    """
    page = pages.load(page) if isinstance(page, str) else page
    numbers = range(1, len(page.sheet(variant).boxes) + 1)
    return _mark(page, variant, tuple(map(answers.get, numbers, repeat(""))))


@lru_cache(maxsize=8192)
def _mark(page: Page, variant: int, texts: tuple[str, ...]) -> Marks:
    sheet = page.sheet(variant)
    looks = [_look_at(page, variant, n, text) for n, text in enumerate(texts, start=1)]
    answers, verdicts = [answer for answer, _ in looks], [verdict for _, verdict in looks]
    if any(verdict.state in LOOKED_AGAIN for verdict in verdicts):
        readable = {n: answer for n, answer in enumerate(answers, start=1) if isinstance(answer, READABLE)}
        verdicts = _SecondLook(sheet, readable, verdicts).verdicts()
    return Marks(page, variant, tuple(verdicts))


# -- reading and the first look ---------------------------------------------------------------------------------------


Reader: TypeAlias = Callable[[Box, str], Answer | Unreadable | None]
"""Reads what was typed into a box; None for a blank."""

READERS: dict[str, Reader] = {
    "number": lambda box, text: read_number(text),
    "expression": lambda box, text: read_expression(text, (*box.names, *dict(box.meanings))),
    "choice": lambda box, text: read_choice(text, box.options),
    "shape": lambda box, text: read_shape(text),
}


@lru_cache(maxsize=65536)  # in a class most answers to a box are alike
def _look_at(page: Page, variant: int, n: int, text: str) -> tuple[Answer | Unreadable | None, Verdict]:
    """What was typed into box n, and the verdict on it by itself."""
    sheet = page.sheet(variant)
    box = sheet.boxes[n - 1]
    answer = _read(sheet, box, text)
    return answer, _first_look(box, text, answer)


def _read(sheet: Sheet, box: Box, text: str) -> Answer | Unreadable | None:
    """What was typed; where it cannot be read, with the other letters of the page, and what these stand for put in."""
    answer = READERS[box.kind](box, text)
    if isinstance(answer, Unreadable) and box.kind == "number":
        return letters_for_number(sheet, text) or answer
    if isinstance(answer, Unreadable) and box.kind == "expression":
        answer = _with_letters_of_the_page(sheet, box, text) or answer
    if isinstance(answer, Formula) and not answer.value.names <= set(box.names):
        return answer._replace(value=answer.value.substitute(meanings(sheet, box)))
    return answer


def _with_letters_of_the_page(sheet: Sheet, box: Box, text: str) -> Formula | Unreadable | None:
    """A formula in letters that the page prints, though the box does not ask for them. z − y is fine where y is a
    number of the page; of a letter that only stands there it is said that the formula should do without."""
    known = meanings(sheet, box)
    answer = read_expression(text, (*box.names, *known))
    if isinstance(answer, Formula):
        return answer
    others = letters(sheet.page, sheet.variant) - set(box.names) - set(known)
    answer = read_expression(text, (*box.names, *known, *sorted(others)))
    if not isinstance(answer, Formula):
        return None
    stray = " or ".join(sorted(answer.value.names & others))
    asked = ", ".join(box.names) or "numbers"
    return Unreadable(f"This box takes a formula in {asked}. Write it without {stray}.")


def _first_look(box: Box, text: str, answer: Answer | Unreadable | None) -> Verdict:
    """The verdict on a box by itself, against the key."""
    if answer is None:
        return Verdict(box.number, "blank")
    if isinstance(answer, Unreadable):
        return Verdict(box.number, "unreadable", text, message=answer.message)
    if equal(answer.value, box.key, box.digits):
        return Verdict(box.number, "right", text, answer.read_as)
    if _rounded_off(answer, box.key, box) and not _one_digit_slip(answer, box):
        return Verdict(box.number, "few_digits", text, answer.read_as, message=_ask_digits(box))
    return Verdict(box.number, "wrong", text, answer.read_as, message=box.hint)


def _rounded_off(answer: Answer, key: Value, box: Box) -> bool:
    """Whether the answer is this key, rounded to fewer digits than the box asks for."""
    if not (isinstance(answer, Number) and isinstance(answer.value, Fraction)):
        return False
    return rounded_off(answer.value, answer.digits, key, box.digits)


def _one_digit_slip(answer: Answer, box: Box) -> bool:
    """A single digit that is just what a named slip gives: that says more than that it may be rounded."""
    if not isinstance(answer, Number):
        return False
    single = answer.digits == 1 or (answer.digits is None and len(str(abs(answer.value)).rstrip("0")) == 1)
    return single and any(equal(answer.value, slip) for _, slip in box.mistakes)


def _ask_digits(box: Box, follows: Operand | None = None) -> str:
    """What is asked of an answer with too few digits; `follows` is what a slip before it leads to."""
    if not box.digits and isinstance(follows, float) and isfinite(follows) and not _short(follows):
        return "Right so far, from your own numbers. They go on here: give 3 digits."
    if box.digits:
        small = 0 < abs(as_number(box.key)) < 0.1
        return f"Right so far. Give {box.digits} digits{'; zeros in front do not count' if small else ''}."
    return "Right as far as it goes. This box takes the exact number: a fraction such as 3/4 is fine."


def _short(value: float) -> bool:
    """Whether this is a number that a student would give exactly."""
    exact = simple_fraction(value)
    return exact is not None and exact.denominator <= 100


def _turned(verdict: Verdict, box: Box, answer: Answer) -> Verdict | None:
    """What is said of the right number or formula with the wrong sign, where no slip of the page is; else None."""
    if not isinstance(answer, Number | Formula) or equal(0, box.key) or not equal(-answer.value, box.key, box.digits):
        return None
    return verdict._replace(state="mistake", code="wrong_sign", message=message_for(("wrong_sign",), box.hint))


# -- the second look: what follows, and what has a name ---------------------------------------------------------------

LOOKED_AGAIN = ("wrong", "few_digits")
NOTHING: frozenset[int] = frozenset()


class _SecondLook:
    """Boxes that are not right by themselves again, one after the other, in the light of the student's own answers.

    `exact` are boxes that hold the exact answer, `rounded` those that hold a right one, though not the exact one;
    `slips` those that hold a wrong one.
    """

    def __init__(self, sheet: Sheet, answers: Mapping[int, Answer], verdicts: list[Verdict]) -> None:
        self.sheet, self.answers, self.first = sheet, answers, verdicts
        values: dict[int, Value] = {}
        bare: dict[int, Value] = {}
        self.rounded, self.few, self.slips, self.exact = set[int](), set[int](), set[int](), set[int]()
        for verdict in verdicts:
            n, box, answer = verdict.box, sheet.boxes[verdict.box - 1], answers.get(verdict.box)
            if answer is None:
                continue
            if verdict.state == "wrong" and (value := worth_carrying(box, answer)) is not None:
                self.slips.add(n)
                values[n] = value
            elif verdict.state == "wrong" and (value := bare_value(box, answer)) is not None:
                bare[n] = value
            elif verdict.state == "few_digits" or (verdict.state == "right" and box.digits):
                if (value := rounded_value(box, answer, verdict.state)) is not None:
                    (self.rounded if verdict.state == "right" else self.few).add(n)
                    values[n] = value
            if verdict.state == "right" and n not in self.rounded:
                self.exact.add(n)
                values[n] = box.key
        for kind in ("number", "expression"):  # one is an honest slip; several of a kind make the page easy
            alone = {n: value for n, value in bare.items() if sheet.boxes[n - 1].kind == kind}
            if len(alone) == 1:
                self.slips |= set(alone)
                values |= alone
        self.desk = Desk(sheet, values)

    def verdicts(self) -> list[Verdict]:
        return [self.look(verdict) if verdict.state in LOOKED_AGAIN else verdict for verdict in self.first]

    def look(self, verdict: Verdict) -> Verdict:
        n = verdict.box
        rounded, few, slips = (_before(n, boxes) for boxes in (self.rounded, self.few, self.slips))
        if (rounded or few) and self.is_expected(n, (rounded | few, rounded, few)):
            return self.harmless(verdict)
        worlds = [slips, slips | rounded | few, slips | rounded] if slips else []
        if any(self.is_expected(n, (world,)) for world in worlds):
            return _following(verdict, self.causes(n, slips, rounded | few))
        if verdict.state == "few_digits":
            return verdict
        if len(slips) > 1 and (cause := self.single_cause(n, slips, rounded)):  # computed anew in one place, not in all
            return _following(verdict, cause)
        if slips and (kept := self.right_in_spite_of(n, slips)) and self.is_expected(n, (slips | kept,)):
            return _following(verdict, self.causes(n, slips, rounded | few))
        for world in dict.fromkeys((*worlds, rounded | few)):
            if world and _rounded_off(self.answers[n], follows := self.finite(n, world), self.sheet.boxes[n - 1]):
                return verdict._replace(state="few_digits", message=_ask_digits(self.sheet.boxes[n - 1], follows))
        box = self.sheet.boxes[n - 1]
        if isinstance(self.answers[n], Formula) and (message := missing_brackets(verdict.text, box, box.key)):
            return verdict._replace(state="mistake", code="brackets_missing", message=message)
        if (named := self.named(verdict, dict.fromkeys((rounded | few, *worlds)))) is not None:
            return named
        if rounded and (self.is_between(n, rounded, NOTHING) or self.is_between(n, rounded, few)):
            return self.harmless(verdict)
        if rounded and slips and (self.is_between(n, rounded, slips) or self.is_between(n, rounded, slips | few)):
            return _following(verdict, self.causes(n, slips, rounded | few))
        return _turned(verdict, box, self.answers[n]) or advice(self.sheet, verdict)

    def harmless(self, verdict: Verdict) -> Verdict:
        """Right, by earlier answers that were rounded; from here on it is such an answer itself."""
        for boxes in (self.slips, self.few):
            boxes.discard(verdict.box)
        if verdict.box in self.desk.values:
            self.rounded.add(verdict.box)
        return verdict._replace(state="right", message="")

    def right_in_spite_of(self, n: int, slips: frozenset[int]) -> frozenset[int]:
        """Boxes before n that are right though a slip before them leads elsewhere: a student goes on from them."""
        return frozenset(k for k in self.exact if k < n and not self._leads_to_key(k, slips))

    def _leads_to_key(self, k: int, slips: frozenset[int]) -> bool:
        box, before = self.sheet.boxes[k - 1], _before(k, set(slips))
        value = self.desk.expected(k, before)
        return value is None or equal(value, box.key, box.digits)

    def finite(self, n: int, world: frozenset[int]) -> Operand:
        """What box n would hold in this world, as a number; infinite where that leads nowhere."""
        value = self.desk.expected(n, world)
        return inf if value is None or isinstance(value, (str, Shape)) else value

    def is_expected(self, n: int, worlds: tuple[frozenset[int], ...]) -> bool:
        """Whether box n holds what follows in one of these worlds: sets of boxes that hold what was typed."""
        box, answer = self.sheet.boxes[n - 1], self.answers[n]
        values = (self.desk.expected(n, world) for world in worlds if world)
        return any(value is not None and _follows(answer, self.in_letters_of(box, value), box) for value in values)

    def in_letters_of(self, box: Box, value: Value) -> Value:
        """What follows, read as the answer was: with what the other letters of the page stand for put in."""
        if isinstance(value, Expr) and not value.names <= set(box.names):
            return value.substitute(meanings(self.sheet, box))
        return value

    def is_between(self, n: int, rounded: frozenset[int], base: frozenset[int]) -> bool:
        """Whether box n lies between what exact and what rounded earlier answers give: many compute on with some
        digits more than they write down, or with the exact number in one place and the rounded one in another."""
        box, answer = self.sheet.boxes[n - 1], self.answers[n]
        if not box.digits:
            return self.is_expected(n, tuple(base | {k} for k in rounded))
        if not isinstance(answer, Number) or not isfinite(answer.value):
            return False
        ends = self.desk.between(n, rounded, base)
        if ends is None or ends[0] == ends[1]:
            return False
        spare = unit(as_number(self.desk.expected(n, base)), box.digits) * (1 + 1e-9)
        return ends[0] - spare <= float(answer.value) <= ends[1] + spare

    def causes(self, n: int, slips: frozenset[int], rounded: frozenset[int]) -> tuple[int, ...]:
        """The earlier slips that box n follows from: a single one where that suffices, else only those needed."""
        if cause := self.single_cause(n, slips, rounded):
            return cause
        box = self.sheet.boxes[n - 1]
        alone = {k: self.desk.expected(n, frozenset((k,))) for k in sorted(slips)}
        needed = frozenset(k for k, v in alone.items() if v is not None and not equal(v, box.key, box.digits))
        for k in sorted(needed):
            if self.is_expected(n, (needed - {k}, needed - {k} | rounded)):
                needed -= {k}
        return tuple(sorted(needed))

    def single_cause(self, n: int, slips: frozenset[int], rounded: frozenset[int]) -> tuple[int, ...]:
        """The one earlier slip that is enough for what box n holds; empty where none is."""
        alone = (k for k in sorted(slips) if self.is_expected(n, (frozenset((k,)), rounded | {k})))
        return tuple(islice(alone, 1))

    def named(self, verdict: Verdict, worlds: Iterable[frozenset[int]]) -> Verdict | None:
        """The slip that box n holds, on the printed numbers or on the student's own; None for one without a name."""
        n, box, answer = verdict.box, self.sheet.boxes[verdict.box - 1], self.answers[verdict.box]
        codes: dict[str, Value] = {}
        for slips, right in ((box.mistakes, box.key), *((self.desk.slips(n, w), self.finite(n, w)) for w in worlds)):
            for code, slip in slips:
                if slip == slip and _follows(answer, slip, box):  # nan: an entry without this slip
                    codes.setdefault(code, right)
        if not codes:
            return None
        code, right = next(iter(codes.items()))
        same_size = code not in SIGN_CODES or _same_size(answer, right, box)
        message = message_for(tuple(codes), box.hint, same_size=same_size, words=dict(box.words))
        return verdict._replace(state="mistake", message=message, code=code)


def _before(n: int, boxes: set[int]) -> frozenset[int]:
    return frozenset(k for k in boxes if k < n)


def _follows(answer: Answer, expected: Value, box: Box) -> bool:
    if not isinstance(answer, Number):
        return equal(answer.value, expected)
    expected = as_number(expected)
    if not isfinite(expected):
        return False
    if equal(answer.value, expected, box.digits):
        return True
    goes_on = box.digits is None and float(expected) != int(expected)  # a slip may turn a whole number into any other
    return goes_on and (answer.digits or 0) >= 3 and equal(answer.value, expected, 3)


def _same_size(answer: Answer, right: Value, box: Box) -> bool:
    """Whether an answer is right but for its sign; formulas and words have no size that could be another one."""
    if not isinstance(answer, Number):
        return not isinstance(right, Expr) or equal(-right, answer.value)
    right = as_number(right)
    return isfinite(right) and equal(-answer.value, right, box.digits)


def _following(verdict: Verdict, causes: tuple[int, ...]) -> Verdict:
    listed = ", ".join(map(str, causes))
    message = f"Right from your box {listed}." if len(causes) == 1 else f"Right from your boxes {listed}."
    return Verdict(verdict.box, "follows", verdict.text, verdict.read_as, message, follows_from=causes)
