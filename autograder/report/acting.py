"""What a teacher acts on: pages that are left unfinished, hints that did not help.

unfinished(verdicts)     pages that most students who handed in the chapter left with a box open
again(verdicts)          mistakes that students made once more on a later page, after their hint
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .slips import slipped, wilson
from .table import BLANK, UNREADABLE, Verdicts, tally


class Unfinished(NamedTuple):
    """A page, and how many did not come to its end."""

    page: int
    students: int  # who handed in its chapter
    untouched: int  # of those, with nothing in any box
    begun: int  # and with some boxes open


class Again(NamedTuple):
    """A mistake whose hint did not help everybody."""

    code: str
    students: int  # who made it
    repeated: int  # of those, on a later page once more
    pages: tuple[int, ...]  # where it was made again, commonest first


def unfinished(verdicts: Verdicts) -> list[Unfinished]:
    """Pages that more than half of their students left open, in the order of how many."""
    size = len(verdicts.students), len(verdicts.pages)
    cell = verdicts.student.astype(np.int64) * size[1] + verdicts.page
    open_ = np.isin(verdicts.state, (BLANK, UNREADABLE))
    boxes, left, blank = (
        np.bincount(cell[rows], minlength=size[0] * size[1]).reshape(size)
        for rows in (slice(None), open_, verdicts.state == BLANK)
    )
    there = boxes > 0
    untouched = (there & (blank == boxes)).sum(axis=0)
    begun = (there & (left > 0) & (blank < boxes)).sum(axis=0)
    everybody = there.sum(axis=0)
    share = (untouched + begun) / np.maximum(everybody, 1)
    return [
        Unfinished(int(page), int(everybody[page]), int(untouched[page]), int(begun[page]))
        for page in np.argsort(-share, kind="stable") if share[page] > 0.5
    ]  # fmt: skip


def again(verdicts: Verdicts) -> list[Again]:
    """Mistakes with a name that students made on more pages than one, first those of which this is surest.

    The same slip in several boxes of one page is one time: the hint comes with the first of them.
    """
    rows = np.flatnonzero(slipped(verdicts) & (verdicts.code > 0))
    times, _ = tally(verdicts.code[rows], verdicts.student[rows], verdicts.page[rows])
    made, pages = tally(times[:, 0], times[:, 1])
    found: list[Again] = []
    for code in np.unique(made[:, 0]).tolist():
        mine = made[:, 0] == code
        repeated = int((pages[mine] > 1).sum())
        if repeated:
            found.append(Again(verdicts.codes[code], int(mine.sum()), repeated, _later(times[times[:, 0] == code])))
    sure = wilson(np.array([each.repeated for each in found]), np.array([each.students for each in found]))
    return [found[n] for n in np.argsort(-sure, kind="stable")]


def _later(times: np.ndarray) -> tuple[int, ...]:
    """The pages on which students made a mistake after their first one, commonest first."""
    again = times[1:][times[1:, 1] == times[:-1, 1]][:, 2]  # pages stand in the course's order
    pages, often = np.unique(again, return_counts=True)
    return tuple(pages[np.argsort(-often, kind="stable")].tolist())
