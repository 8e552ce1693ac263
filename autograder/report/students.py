"""How each student stands, and who needs help with what.

    standing(verdicts)            a Standing for each student, by name
    need_help(verdicts)           those who need help, the most first, each with the reasons in words

Nobody is listed for being slow or last alone: each reason names something that a conversation could start with.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from .slips import slipped
from .table import BLANK, SLIPS, UNREADABLE, Verdicts, tally

ABSENT = 0.5  # a chapter that this share of the class handed in is missed by those who did not
MUCH_BLANK, USUAL_BLANK = 0.4, 0.2  # a chapter is left off if this share is blank where the class's median is below
SMALL = 8  # chapters with fewer boxes are too short to stop in; classes with fewer students have no usual
OFTEN = 0.5  # slips in so many of the boxes filled
UNUSUAL = 2.5  # standard deviations from the class's mean
AGAIN, ON_PAGES = 6, 4  # the same slip at least so often, on so many pages
GARBLED = 0.05  # of the boxes filled cannot be read


@dataclass(frozen=True)
class Standing:
    """How one student stands in what was handed in."""

    student: int  # index in Verdicts.students
    chapters: tuple[str, ...]  # handed in
    points: float
    out_of: float
    counts: tuple[int, ...]  # a number for each of STATES

    @property
    def share(self) -> float:
        """Points earned, of those that could be earned in the chapters handed in."""
        return self.points / self.out_of if self.out_of else 0.0

    @property
    def tried(self) -> int:
        return sum(self.counts) - self.counts[BLANK]

    @property
    def slips(self) -> int:
        """Boxes that are wrong by themselves."""
        return sum(self.counts[state] for state in SLIPS)


class Help(NamedTuple):
    """Somebody who needs help, and why."""

    standing: Standing
    reasons: tuple[Reason, ...]

    @property
    def habit(self) -> bool:
        """Whether all there is to mend is a slip made again and again."""
        return all(reason.kind == "again" for reason in self.reasons)


class Reason(NamedTuple):
    """Why somebody needs help: a code of REASONS, and the rest of the sentence."""

    kind: str
    said: str


def standing(verdicts: Verdicts) -> list[Standing]:
    """Every student, in the order of Verdicts.students."""
    size = len(verdicts.students)
    points = np.bincount(verdicts.student, verdicts.points, minlength=size)
    out_of = np.bincount(verdicts.student, verdicts.out_of, minlength=size)
    handed = _handed(verdicts)
    counts = verdicts.by_student.tolist()
    return [Standing(n, tuple(sorted(handed[n])), float(points[n]), float(out_of[n]), tuple(counts[n]))
            for n in range(size)]  # fmt: skip


def _handed(verdicts: Verdicts) -> dict[int, set[str]]:
    """The chapters that each student handed in."""
    number = {name: n for n, name in enumerate(verdicts.students)}
    chapters_of: dict[int, set[str]] = defaultdict(set)
    for name, chapter in verdicts.handed:
        chapters_of[number[name]].add(chapter)
    pairs, _ = tally(verdicts.student, verdicts.chapter_of_page[verdicts.page])
    for student, chapter in pairs.tolist():
        chapters_of[int(student)].add(verdicts.chapters[int(chapter)])
    return chapters_of


# -- who needs help ----------------------------------------------------------------------------------------------------


def need_help(verdicts: Verdicts) -> list[Help]:
    """Students with a reason to be helped, those with the fewest points first."""
    reasons: dict[int, list[Reason]] = defaultdict(list)
    everybody = standing(verdicts)
    for find in REASONS.values():
        for student, reason in find(verdicts, everybody):
            reasons[student].append(reason)
    found = [Help(everybody[student], tuple(why)) for student, why in reasons.items()]
    return sorted(found, key=lambda each: (each.standing.share, -len(each.reasons), each.standing.student))


Found = Iterator[tuple[int, Reason]]


def absent(verdicts: Verdicts, everybody: list[Standing]) -> Found:
    """Did not hand in what most handed in."""
    number = Counter(chapter for each in everybody for chapter in each.chapters)
    most = [chapter for chapter in verdicts.chapters if number[chapter] > ABSENT * len(everybody)]
    for each in everybody:
        if missed := [chapter for chapter in most if chapter not in each.chapters]:
            yield each.student, Reason("absent", f"did not hand in {_listed(missed)}")


def left_off(verdicts: Verdicts, everybody: list[Standing]) -> Found:
    """Left much of a chapter blank that the class filled; where the blanks run to the end, says where they begin."""
    shape = len(everybody), len(verdicts.chapters)
    cell = verdicts.student.astype(np.int64) * shape[1] + verdicts.chapter_of_page[verdicts.page]
    blank = verdicts.state == BLANK
    last = np.full(shape[0] * shape[1], -1)  # the last page on which something stands
    np.maximum.at(last, cell[~blank], verdicts.page[~blank])
    boxes, empty, after = (np.bincount(cell[rows], minlength=len(last)).reshape(shape)
                           for rows in (slice(None), blank, verdicts.page > last[cell]))  # fmt: skip
    share = np.where(boxes > 0, empty / np.maximum(boxes, 1), np.nan)
    usual = np.array([np.median(column[~np.isnan(column)]) if (~np.isnan(column)).any() else 1 for column in share.T])
    usual = usual if shape[0] >= SMALL else np.zeros(shape[1])
    left = (share > MUCH_BLANK) & (usual < USUAL_BLANK) & (boxes >= SMALL)
    for student in np.flatnonzero(left.any(axis=1)):
        if not everybody[student].tried:
            yield int(student), Reason("left_off", "nothing but blank boxes; if that is odd, look into faults.csv")
            continue
        chapters = np.flatnonzero(left[student])
        first = int(chapters[0])
        stopped = after[student, first] > empty[student, first] / 2 and last.reshape(shape)[student, first] >= 0
        said = f"stopped in {verdicts.chapters[first]}" if stopped else (
            f"left {share[student, first]:.0%} of {verdicts.chapters[first]} blank")  # fmt: skip
        if stopped:
            said += f" at {verdicts.pages[int(last.reshape(shape)[student, first])].slug}"
        more = len(chapters) - 1
        yield int(student), Reason("left_off", said + (f", and {_chapters(more)} more" if more else ""))


def often_wrong(verdicts: Verdicts, everybody: list[Standing]) -> Found:
    """Slips in more than half of the boxes filled, or far more often than the class does."""
    share = np.array([each.slips / each.tried if each.tried else 0.0 for each in everybody])
    for student in np.flatnonzero((share > OFTEN) | (share > _unusual(share[share > 0], OFTEN))):
        each = everybody[student]
        yield int(student), Reason("often_wrong", f"slips in {each.slips} of {each.tried} boxes filled")


def again(verdicts: Verdicts, everybody: list[Standing]) -> Found:
    """Makes the same slip on page after page, far more often than the class does."""
    rows = np.flatnonzero(slipped(verdicts) & (verdicts.code > 0))
    pages, times = tally(verdicts.student[rows], verdicts.code[rows], verdicts.page[rows])
    if not len(pages):
        return
    slips, on = tally(pages[:, 0], pages[:, 1])
    number = np.add.reduceat(times, np.cumsum(on) - on)
    most = [_unusual(_with_zeros(number[slips[:, 1] == code], len(everybody)), 2 * AGAIN)
            for code in range(len(verdicts.codes))]  # fmt: skip
    often = (number >= AGAIN) & (on >= ON_PAGES) & (number > np.take(most, slips[:, 1]))
    for n in np.flatnonzero(often):
        student, code = map(int, slips[n])
        yield student, Reason("again", f"{verdicts.codes[code]} {number[n]} times, on {on[n]} pages")


def garbled(verdicts: Verdicts, everybody: list[Standing]) -> Found:
    """Types what cannot be read."""
    for each in everybody:
        if (number := each.counts[UNREADABLE]) > max(SMALL, GARBLED * each.tried):
            yield each.student, Reason("garbled", f"{number} answers could not be read or run")


REASONS: dict[str, Callable[[Verdicts, list[Standing]], Found]] = {
    "absent": absent,
    "left_off": left_off,
    "often_wrong": often_wrong,
    "again": again,
    "garbled": garbled,
}


def _unusual(values: np.ndarray, alone: float) -> float:
    """What lies far above most of a class; `alone` where the class is too small to say."""
    return float(values.mean() + UNUSUAL * values.std()) if len(values) >= SMALL else alone


def _with_zeros(numbers: np.ndarray, size: int) -> np.ndarray:
    return np.concatenate([numbers, np.zeros(size - len(numbers))])


def _chapters(number: int) -> str:
    return "1 chapter" if number == 1 else f"{number} chapters"


def _listed(chapters: list[str], most: int = 3) -> str:
    if len(chapters) > most:
        return f"{len(chapters)} chapters, {chapters[0]} the first"
    return " and ".join(filter(None, (", ".join(chapters[:-1]), chapters[-1])))
