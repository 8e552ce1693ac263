"""What went wrong, and what merely followed.

hardest(verdicts)        boxes at which most of those who tried slipped
mistakes(verdicts)       mistakes by name: how many students, where, and how many boxes only followed from them
unnamed(verdicts)        wrong answers that several gave and that have no name yet
origins(verdicts)        for each box that follows, the slips that it follows from
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .table import BLANK, FOLLOWS, SLIPS, WRONG, Box, Verdicts, tally

NAMELESS = 25  # wrong answers without a name that are listed
CERTAIN = 1.96  # standard deviations: a box that three of three missed is not surely harder than one that 80 of 90 did


class Hard(NamedTuple):
    """A box, and how it went."""

    box: int
    tried: int  # students who typed something
    slipped: int  # of those, who slipped here and not merely before
    share: float  # slipped / tried


class Given(NamedTuple):
    """A slip as it was made in one box: a mistake with a name, however it was written, or one wrong answer."""

    answer: str  # the commonest way to write it
    students: int
    code: str  # "" where the slip has no name


class Mistake(NamedTuple):
    """A mistake with a name; the code "" stands for all slips without one."""

    code: str
    students: int
    slips: int  # boxes in which it was made
    followers: int  # boxes that are off only because of it
    boxes: tuple[tuple[int, int], ...]  # (box, how often), commonest first


class Unnamed(NamedTuple):
    """A wrong answer without a name, and how many students gave it."""

    box: int
    answer: str
    students: int


def slipped(verdicts: Verdicts) -> np.ndarray:
    """Which rows are slips of their own, not merely consequences."""
    return np.isin(verdicts.state, SLIPS)


def hardest(verdicts: Verdicts, most: int = 20) -> list[Hard]:
    """Boxes at which surely many slip, first the surest: by the lower bound of Wilson's interval."""
    counts = verdicts.by_box
    tried = counts.sum(axis=1) - counts[:, BLANK]
    wrong = counts[:, SLIPS].sum(axis=1)
    sure = wilson(wrong, tried)
    found = [int(box) for box in np.argsort(-sure, kind="stable")[:most] if wrong[box]]
    return [Hard(box, int(tried[box]), int(wrong[box]), float(wrong[box] / tried[box])) for box in found]


def wilson(hits: np.ndarray, of: np.ndarray) -> np.ndarray:
    """The lower end of Wilson's interval for a share; 0 where nobody tried."""
    of_ = np.maximum(of, 1)
    share, square = hits / of_, CERTAIN**2
    low = share + square / (2 * of_) - CERTAIN * np.sqrt((share * (1 - share) + square / (4 * of_)) / of_)
    return np.where(of > 0, np.maximum(low, 0) / (1 + square / of_), 0.0)


def commonest(verdicts: Verdicts, boxes: list[int], most: int = 3, least: int = 1) -> dict[int, tuple[Given, ...]]:
    """The slips that were made most often in each of these boxes; answers that fewer than `least` gave stay untold."""
    wanted = np.zeros(len(verdicts.boxes), dtype=bool)
    wanted[boxes] = True
    rows = np.flatnonzero(slipped(verdicts) & wanted[verdicts.box])
    groups, sizes = tally(verdicts.box[rows], verdicts.code[rows], verdicts.answer[rows])
    found: dict[int, dict[object, Given]] = {box: {} for box in boxes}
    for n in np.argsort(-sizes, kind="stable"):
        box, code, answer = map(int, groups[n])
        told = verdicts.answers[answer] if sizes[n] >= least else ""
        if code or told:
            kind = ("code", code) if code else ("answer", answer)
            known = found[box].get(kind, Given(told, 0, verdicts.codes[code]))
            found[box][kind] = known._replace(students=known.students + int(sizes[n]))
    return {box: tuple(sorted(given.values(), key=lambda each: -each.students)[:most]) for box, given in found.items()}


# -- what follows from what --------------------------------------------------------------------------------------------


def origins(verdicts: Verdicts) -> np.ndarray:
    """Pairs of rows (a box that follows, a slip of the same student that it follows from), all chains walked back."""
    edges = pending = _edges(verdicts)
    found = [np.empty((0, 2), dtype=np.int64)]
    while len(pending):
        further = verdicts.state[pending[:, 1]] == FOLLOWS
        found.append(pending[~further])
        pending = _one_step_back(pending[further], edges)
    return tally(*np.concatenate(found).T)[0]


def _edges(verdicts: Verdicts) -> np.ndarray:
    """Pairs of rows (a box that follows, a box that it was said to follow from), by the first."""
    rows = np.flatnonzero(verdicts.state == FOLLOWS)
    row_of = _Rows(verdicts)
    kinds, sizes = tally(verdicts.page[rows], verdicts.cause[rows])
    rows = rows[np.lexsort((verdicts.cause[rows], verdicts.page[rows]))]
    found = [np.empty((0, 2), dtype=np.int64)]
    for (page, cause), here in zip(kinds, np.split(rows, np.cumsum(sizes)[:-1]), strict=False):
        for number in map(int, filter(str.isdecimal, verdicts.causes[int(cause)].split())):
            earlier = here[verdicts.number[here] > number]  # always so; a table written by hand could go in circles
            there = row_of(verdicts.student[earlier], int(page), number)
            found.append(np.stack([earlier, there], axis=1)[there >= 0])
    edges = np.concatenate(found)
    return edges[np.argsort(edges[:, 0], kind="stable")]


class _Rows:
    """Finds the row of a student's box."""

    def __init__(self, verdicts: Verdicts) -> None:
        self.boxes = {box: n for n, box in enumerate(verdicts.boxes)}
        keys = verdicts.student.astype(np.int64) * len(self.boxes) + verdicts.box
        self.order = np.argsort(keys, kind="stable")
        self.keys = keys[self.order]

    def __call__(self, students: np.ndarray, page: int, number: int) -> np.ndarray:
        """The rows of these students' boxes; -1 where there is none."""
        box = self.boxes.get(Box(page, number))
        if box is None:
            return np.full(len(students), -1)
        keys = students.astype(np.int64) * len(self.boxes) + box
        at = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        return np.where(self.keys[at] == keys, self.order[at], -1)


def _one_step_back(pairs: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """(row, via) → (row, each row that `via` follows from)."""
    first, last = (np.searchsorted(edges[:, 0], pairs[:, 1], side) for side in ("left", "right"))
    many = last - first
    nth: np.ndarray = np.arange(int(many.sum())) - np.repeat(np.cumsum(many) - many, many)
    back = edges[np.repeat(first, many) + nth, 1]
    return tally(np.repeat(pairs[:, 0], many), back)[0]


# -- mistakes ----------------------------------------------------------------------------------------------------------


def mistakes(verdicts: Verdicts) -> list[Mistake]:
    """Mistakes by name, those of most students first; slips without a name are the last."""
    rows = np.flatnonzero(slipped(verdicts))
    code = verdicts.code[rows]
    size = len(verdicts.codes)
    slips = np.bincount(code, minlength=size)
    students = np.bincount(tally(code, verdicts.student[rows])[0][:, 0], minlength=size)
    follows, slip = origins(verdicts).T
    followers = np.bincount(tally(follows, verdicts.code[slip])[0][:, 1], minlength=size)
    where = _where(code, verdicts.box[rows])
    found = [Mistake(verdicts.codes[n], int(students[n]), int(slips[n]), int(followers[n]), where[n])
             for n in range(size) if slips[n]]  # fmt: skip
    return sorted(found, key=lambda each: (not each.code, -each.students, -each.slips, each.code))


def _where(code: np.ndarray, box: np.ndarray) -> dict[int, tuple[tuple[int, int], ...]]:
    groups, sizes = tally(code, box)
    found: dict[int, list[tuple[int, int]]] = {}
    for n in np.argsort(-sizes, kind="stable"):
        found.setdefault(int(groups[n, 0]), []).append((int(groups[n, 1]), int(sizes[n])))
    return {code: tuple(boxes) for code, boxes in found.items()}


def unnamed(verdicts: Verdicts, most: int = NAMELESS, least: int = 3) -> list[Unnamed]:
    """Wrong answers that `least` students gave in the same box on the same numbers, and that no mistake explains."""
    rows = np.flatnonzero((verdicts.state == WRONG) & (verdicts.code == 0))
    groups, sizes = tally(verdicts.box[rows], verdicts.answer[rows], verdicts.variant[rows])
    ranked = [n for n in np.argsort(-sizes, kind="stable")[:most] if sizes[n] >= least]
    return [Unnamed(int(groups[n, 0]), verdicts.answers[groups[n, 1]], int(sizes[n])) for n in ranked]


def slips_and_followers(verdicts: Verdicts) -> np.ndarray:
    """For each chapter: boxes that are slips of their own, and boxes that only follow."""
    chapter = verdicts.chapter_of_page[verdicts.page]
    own = np.bincount(chapter[slipped(verdicts)], minlength=len(verdicts.chapters))
    after = np.bincount(chapter[verdicts.state == FOLLOWS], minlength=len(verdicts.chapters))
    return np.stack([own, after], axis=1)
