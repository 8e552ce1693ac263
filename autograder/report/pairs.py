"""Pairs of students who gave the same wrong answers although their numbers differ.

    suspicious(verdicts)     a list of Pair, the most surprising first; None where all students have the same numbers

On the same numbers two students who make the same slip type the same, and that says nothing. On different numbers they
do not. An answer counts if at most a handful gave it in that box and it is wrong for at least one of the two; the pair
is listed if it agrees far more often than chance would have it. That is a reason to talk to the two, and no proof.
"""

from __future__ import annotations

from math import exp, lgamma, log
from typing import NamedTuple

import numpy as np

from .slips import slipped
from .table import BLANK, Verdicts, tally

RARE = 6  # an answer that more students gave in this box says nothing about any two of them
LEAST = 5  # boxes in which a pair must agree
CHANCE = 0.01  # how many innocent pairs a whole class may have listed, by chance
AT_ONCE = 2000


class Pair(NamedTuple):
    """Two students, and in how many boxes they agree on a wrong answer."""

    first: int
    second: int
    boxes: int
    expected: float  # by chance
    right_for_one: int  # of those boxes, where the answer is the key of one of the two
    examples: tuple[tuple[int, str], ...]  # (box, answer)


def suspicious(verdicts: Verdicts, most: int = 50) -> list[Pair] | None:
    """Pairs that agree on wrong answers to different numbers; None if no two students had different numbers."""
    rows = _comparable(verdicts)
    if not len(rows):
        return None
    rows, sizes = _rare(verdicts, rows)
    first, second = _within(rows, sizes)
    chance = np.bincount(verdicts.box[first], minlength=len(verdicts.boxes)) / _possible(verdicts)
    wrong = slipped(verdicts)
    telling = (verdicts.variant[first] != verdicts.variant[second]) & (wrong[first] | wrong[second])
    first, second = first[telling], second[telling]
    pairs, boxes = tally(verdicts.student[first], verdicts.student[second])
    pairs, boxes = pairs[boxes >= LEAST], boxes[boxes >= LEAST]
    expected = _expected(verdicts, pairs, chance)
    tails = np.array([log_tail(int(k), mean) for k, mean in zip(boxes, expected, strict=True)])
    among = len(verdicts.students) * (len(verdicts.students) - 1) / 2
    listed = [n for n in np.argsort(tails, kind="stable")[:most] if tails[n] < log(CHANCE / among)]
    return [_pair(verdicts, pairs[n], float(expected[n]), first, second) for n in listed]


def _comparable(verdicts: Verdicts) -> np.ndarray:
    """The filled boxes of pages on which students had different numbers."""
    numbers, _ = tally(verdicts.page, verdicts.variant)
    differ = np.bincount(numbers[:, 0], minlength=len(verdicts.pages)) > 1
    return np.flatnonzero((verdicts.state != BLANK) & differ[verdicts.page])


def _rare(verdicts: Verdicts, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows by box and answer, only of answers that two to RARE students gave there; and how many gave each."""
    rows = rows[np.lexsort((verdicts.student[rows], verdicts.answer[rows], verdicts.box[rows]))]
    _, sizes = tally(verdicts.box[rows], verdicts.answer[rows])
    kept = (sizes > 1) & (sizes <= RARE)
    return rows[np.repeat(kept, sizes)], sizes[kept]


def _within(rows: np.ndarray, sizes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """All pairs of rows that stand in the same group; groups follow each other and have these sizes."""
    starts = np.cumsum(sizes) - sizes
    firsts, seconds = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
    for size in range(2, RARE + 1):
        groups = rows[starts[sizes == size][:, None] + np.arange(size)]
        one, other = np.triu_indices(size, 1)
        firsts.append(groups[:, one].ravel())
        seconds.append(groups[:, other].ravel())
    return np.concatenate(firsts), np.concatenate(seconds)


def _possible(verdicts: Verdicts) -> np.ndarray:
    """How many pairs of students filled each box."""
    filled = verdicts.by_box.sum(axis=1) - verdicts.by_box[:, BLANK]
    return np.maximum(filled * (filled - 1) / 2, 1)


def _expected(verdicts: Verdicts, pairs: np.ndarray, chance: np.ndarray) -> np.ndarray:
    """In how many boxes each pair would agree by chance: over the boxes that both filled and one of them missed."""
    shape = len(verdicts.students), len(verdicts.boxes)
    filled, wrong = np.zeros(shape, dtype=bool), np.zeros(shape, dtype=bool)
    filled[verdicts.student, verdicts.box] = verdicts.state != BLANK
    wrong[verdicts.student, verdicts.box] = slipped(verdicts)
    means: list[np.ndarray] = [np.empty(0)]
    for some in np.array_split(pairs, max(1, len(pairs) // AT_ONCE)):
        one, other = some[:, 0], some[:, 1]
        means.append((filled[one] & filled[other] & (wrong[one] | wrong[other])) @ chance)
    return np.concatenate(means)


def log_tail(count: int, mean: float) -> float:
    """The logarithm of the chance that a Poisson number with this mean is at least `count`, which lies above it."""
    mean = max(mean, 1e-9)
    if count <= mean:
        return 0.0
    first = count * log(mean) - mean - lgamma(count + 1)
    return first + log(sum(exp(k * log(mean) - lgamma(count + k + 1) + lgamma(count + 1)) for k in range(60)))


def _pair(verdicts: Verdicts, pair: np.ndarray, expected: float, first: np.ndarray, second: np.ndarray) -> Pair:
    here = (verdicts.student[first] == pair[0]) & (verdicts.student[second] == pair[1])
    first, second = first[here], second[here]
    wrong = slipped(verdicts)
    order = np.argsort(verdicts.box[first], kind="stable")
    examples = [(int(verdicts.box[row]), verdicts.answers[verdicts.answer[row]]) for row in first[order]]
    examples.sort(key=lambda each: -len(each[1]))  # long answers are the least likely to agree by chance
    right = int(np.sum(~(wrong[first] & wrong[second])))
    return Pair(int(pair[0]), int(pair[1]), len(first), expected, right, tuple(examples[:3]))
