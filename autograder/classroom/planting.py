"""What a simulated student types into a page, box by box, with what each box should earn.

    plant(pages.load("gradients/one-weight"), student, Random(1))     [Planted(1, "right", "2", "", 1.0), ...]

Points are decided here by what was planted, not by marking: a right answer and one that follows from the student's own
slip earn 1, a rightly rounded one with too few digits 1/2, everything else nothing. What cannot be planted beyond
doubt, such as a slip that looks much like the key, is left blank.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor, isfinite, log10
from random import Random
from typing import NamedTuple, TypeAlias

from ..answers.equality import Value
from ..answers.numbers import Unreadable
from ..authoring.page import WORTH_CARRYING, Box, Page, Run, Sheet
from ..engine.expressions import Expr, Undefined
from ..layout import Shape
from ..layout.numbers import simple_fraction, trimmed

EARNS = {"right": 1.0, "follows": 1.0, "rounded": 0.5}
STUCK = ("?", "I don't know", "1 2", "see my paper", "x = 3", "--4")
FAR = 0.05  # two numbers closer than this, relatively, are not planted as different answers
Slips: TypeAlias = "tuple[tuple[str, Value], ...]"  # the code of a mistake, and what it gives
SIZES = (1e-5, 1e7)  # numbers outside are not typed


class Planted(NamedTuple):
    """What stands in one box, and why."""

    box: int
    what: str  # right, follows, rounded, slip, blank, unreadable
    text: str = ""
    mistake: str = ""  # the code of a slip that has a name
    worth: int = 1

    @property
    def points(self) -> float:
        return EARNS.get(self.what, 0.0) * self.worth


@dataclass(frozen=True)
class Habits:
    """How a student works."""

    skill: float  # 0 to 1
    slips: frozenset[str] = frozenset()  # codes of the mistakes that this student is prone to
    style: str = "plain"  # plain, fractions, comma, typographic: how numbers are typed
    until: float = 1.0  # the share of a chapter that gets done


def plant(page: Page, habits: Habits, rng: Random, variant: int = 0) -> list[Planted]:
    """Fill in one page: a student computes on from whatever stands in the boxes already, slips and all."""
    sheet = page.sheet(variant)
    gives_up = len(sheet.boxes) if rng.random() < 0.5 + habits.skill / 2 else rng.randrange(len(sheet.boxes) + 1)
    desk = _Desk(sheet)
    for box in sheet.boxes:
        desk.put(_decide(box, desk, habits, rng) if box.number <= gives_up else Planted(box.number, "blank"))
    return desk.done


class _Desk:
    """The page as far as it is filled in, and what the boxes still to come would hold if one computes on from it."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.done: list[Planted] = []
        self.carried: dict[int, Value] = {}
        self.own: Run | None = None
        self.apart: dict[int, tuple[Value, ...]] = {}  # what each of the slips leads to alone

    def put(self, planted: Planted) -> None:
        self.done.append(planted)
        box = self.sheet.boxes[planted.box - 1]
        value = _meant(box, planted.text) if planted.what in ("slip", "follows") else None
        if value is not None and (planted.mistake or not _trivial(value, box.key)):
            self.carried[planted.box] = value
            self.own = self.sheet.follow(self.carried)

    def expects(self, box: Box) -> Value | None:
        """What a student who computes on would put into this box; None where their slips lead nowhere."""
        if self.own is None:
            return box.key
        values = self.own.handed
        return values[box.number - 1] if box.number <= len(values) else None

    def follows_from_one(self, box: Box) -> list[Value]:
        """What this box would hold if one computed on from a single earlier slip, and else from the printed numbers."""
        for n in self.carried.keys() - self.apart.keys():
            self.apart[n] = tuple(self.sheet.follow({n: self.carried[n]}).handed)
        runs = [self.apart[n] for n in self.carried]
        return [values[box.number - 1] for values in runs if box.number <= len(values)]

    def slips(self, box: Box) -> Slips:
        """The named mistakes of a box: with the printed numbers, and with the student's own."""
        own = self.own.slips[box.number - 1] if self.own and box.number <= len(self.own.slips) else ()
        return (*box.mistakes, *own)


def _decide(box: Box, desk: _Desk, habits: Habits, rng: Random) -> Planted:
    blank = Planted(box.number, "blank")
    chance = rng.random()
    if chance < 0.03 * (1.2 - habits.skill):
        return Planted(box.number, "unreadable", rng.choice(STUCK))
    if chance < 0.08 * (1.2 - habits.skill):
        return blank
    expected = desk.expects(box)
    prone = any(code in habits.slips for code, _ in box.mistakes)
    if rng.random() < (0.35 if prone else 0.12) * (1.3 - habits.skill):
        return _slip(box, (expected, *desk.follows_from_one(box)), desk.slips(box), habits, rng) or blank
    if expected is None:
        return blank
    if _same(expected, box.key):
        once = all(planted.what != "rounded" for planted in desk.done)  # what follows from a rounded one may be right
        rounded = _rounded(box) if rng.random() < 0.1 and once else None
        return Planted(box.number, *(("rounded", rounded) if rounded else ("right", right(box, habits, rng))))
    if not _told_apart(expected, box.key, box):
        return blank
    text = _typed(box, expected, habits, rng)
    return Planted(box.number, "follows", text) if text and _told_apart(_meant(box, text), box.key, box) else blank


def _slip(box: Box, earning: Sequence[Value | None], named: Slips, habits: Habits, rng: Random) -> Planted | None:
    """A mistake with a name if there is one to be made, the student's own habits first; otherwise something else.

    earning   what would earn the point beside the key
    """
    candidates = list(enumerate(named))
    rng.shuffle(candidates)
    candidates.sort(key=lambda each: each[1][0] not in habits.slips)
    for place, (code, value) in candidates:
        if place >= len(box.mistakes) and _trivial(value, box.key):
            continue  # a bare 0 or 1 by the student's own numbers: whether it is carried on depends on the other boxes
        others = [other for _, other in named[:place]]
        text = _typed(box, value, habits, rng) if _tellable(value) else None
        if text and all(_told_apart(_meant(box, text), other, box) for other in (box.key, *earning, *others)):
            return Planted(box.number, "slip", text, code)
    for value in _guesses(box, rng):
        if all(_told_apart(value, other, box) for other in (box.key, *earning, *(other for _, other in named))):
            return Planted(box.number, "slip", _typed(box, value, habits, rng) or "")
    return None


def _guesses(box: Box, rng: Random) -> Iterator[Value]:
    if box.kind == "number":
        yield from (Fraction(rng.choice((-1, 1)) * rng.randrange(2, 60)) for _ in range(10))
    elif box.kind == "shape":
        yield from (Shape((rng.randrange(1, 9), rng.randrange(1, 9))) for _ in range(10))
    elif box.kind == "choice":
        yield from rng.sample(box.options, len(box.options))


# -- values, told apart without marking --------------------------------------------------------------------------------


def _tellable(value: Value) -> bool:
    return bool(value == value)  # nan stands for a mistake that this entry does not have


def _told_apart(value: Value, other: Value | None, box: Box) -> bool:
    """Whether two values differ so much that no tolerance could take one for the other."""
    if other is None or not _tellable(other):
        return True
    if isinstance(value, Expr) or isinstance(other, Expr):
        return _differ(value, other, box.names)
    if isinstance(value, (str, Shape)) or isinstance(other, (str, Shape)):
        return value != other
    if not (isfinite(value) and isfinite(other)):
        return False
    if box.digits and any(float(f"{float(one):.0e}") == float(two) for one, two in ((value, other), (other, value))):
        return False  # rounded to a single digit they are the same
    near_zero = min(abs(value), abs(other)) < 1e-9  # next to a zero, "relatively" has no meaning
    return abs(value - other) > FAR * max(abs(value), abs(other), 1.0 if near_zero else 0.0)


def _same(value: Value, key: Value) -> bool:
    if isinstance(key, (Expr, str, Shape)) or isinstance(value, (Expr, str, Shape)):
        return str(value) == str(key)
    return abs(float(value) - float(key)) <= 1e-9 * max(1.0, abs(key)) if isfinite(value) else False


def _differ(value: Value, other: Value, names: tuple[str, ...]) -> bool:
    """Whether two formulas have different values everywhere we look."""
    seen = 0
    for at in (0.37, 1.21, 2.83):
        point = {name: at + 0.59 * n for n, name in enumerate(names)}
        try:
            here = [_at(point, each) for each in (value, other)]
        except Exception:  # noqa: BLE001, S112  outside the domain of one of them
            continue
        if abs(here[0] - here[1]) <= FAR * max(map(abs, here)):
            return False
        seen += 1
    return seen > 0


def _at(point: dict[str, float], value: Value) -> float:
    """The value of a formula or a number at a point."""
    if isinstance(value, Expr):
        return float(value.evaluate(point))
    if isinstance(value, Shape):
        raise TypeError("a shape has no value at a point")
    return float(value)


def _trivial(value: Value, key: Value) -> bool:
    """A bare 0 or 1 where the key is neither, nor −1: the course seldom carries it, or the rest would be trivial."""
    bare = [_bare(each) for each in (value, key)]
    simple = bare[1] is not None and abs(bare[1]) in WORTH_CARRYING
    return bare[0] in WORTH_CARRYING and not simple


def _bare(value: Value) -> float | None:
    if isinstance(value, Expr):
        return None if value.names else float(value.evaluate({}))
    return None if isinstance(value, (str, Shape)) else float(value)


# -- how it is typed ---------------------------------------------------------------------------------------------------


def right(box: Box, habits: Habits, rng: Random) -> str:
    """The key, as this student types it."""
    return _typed(box, box.key, habits, rng) or box.shown


def _typed(box: Box, value: Value, habits: Habits, rng: Random) -> str | None:
    """A value as text, or None if nobody would type it: endless where the exact number is asked for, huge, tiny, or
    a formula that a slip has left without a value."""
    if isinstance(value, Undefined):
        return None
    if isinstance(value, Shape):
        return f"{value[0]}{rng.choice(('×', 'x', ' by '))}{value[1]}"
    if isinstance(value, (str, Expr)):
        return str(value) if len(str(value)) <= 100 else None
    if box.kind == "expression":
        return f"{float(value):g}"
    if not isfinite(value) or (value and not SIZES[0] <= abs(value) <= SIZES[1]):
        return None
    exact = value if isinstance(value, Fraction) else simple_fraction(float(value))
    if exact is None:
        return _styled(_decimal(float(value), (box.digits or 6) + rng.randrange(3)), habits) if box.digits else None
    if habits.style == "fractions" and exact.denominator > 1:
        return f"{exact.numerator}/{exact.denominator}"
    decimal = _decimal(float(exact), 9)
    return _styled(decimal if Fraction(decimal) == exact else f"{exact.numerator}/{exact.denominator}", habits)


def _styled(text: str, habits: Habits) -> str:
    if habits.style == "comma" and len(text.partition(".")[2]) not in (0, 3):  # 1,234 could mean a thousand
        return text.replace(".", ",")
    if habits.style == "typographic":
        return text.replace("-", "−").replace("/", "⁄")
    return text


def _decimal(value: float, digits: int) -> str:
    """The number to so many significant digits, never in powers of ten."""
    places = max(0, digits - 1 - floor(log10(abs(value)))) if value else 0
    return trimmed(f"{value:.{places}f}")


def _rounded(box: Box) -> str | None:
    """The key rightly rounded to two digits, where it asks for more and that is not near enough."""
    if (
        box.kind != "number"
        or not isinstance(box.key, (Fraction, float))
        or not box.digits
        or not 0.01 < abs(box.key) < 10
    ):
        return None
    unit = floor(log10(abs(box.key)))
    text = f"{float(box.key):.{1 - unit}f}"
    enough = abs(float(text) - float(box.key)) > 2 * 10.0 ** (unit - box.digits + 1)
    return text if enough and len(text.lstrip("-0.").replace(".", "")) == 2 else None


def _meant(box: Box, text: str) -> Value:
    """What the student means by a text of ours."""
    if box.kind == "choice":
        return text
    if box.kind == "shape":
        rows, columns = text.replace(" by ", "×").replace("x", "×").split("×")
        return Shape((int(rows), int(columns)))
    if box.kind == "expression":
        from ..answers.formulas import read_expression  # the grammar in which formulas are printed as well

        formula = read_expression(text, box.names)
        if formula is None or isinstance(formula, Unreadable):
            raise ValueError(f"{text!r} was to be read as a formula: {formula}")
        return formula.value
    plain = text.replace("−", "-").replace("⁄", "/").replace(",", ".")
    return float(Fraction(plain))
