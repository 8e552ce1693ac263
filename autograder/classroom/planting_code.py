"""What a simulated student writes into a code exercise, with what each behaviour should earn.

    written = plant_code(pages.load_exercise("activations/relu-code"), habits, Random(1))
    written.source, written.planted

The source is the reference, the reference with one of the exercise's own slips, code that raises, or the starter as it
was handed out. Which behaviours a slip spoils is found by running it here beside the reference on the cases by which
submissions are graded, without kernel or marking. Where a judge decides, nothing but right or blank is planted.
"""

from __future__ import annotations

from functools import lru_cache
from random import Random
from typing import NamedTuple

import numpy as np

from ..authoring.exercise import BLANK, Exercise
from ..kernels.runner import Outcome, Value, from_plain
from ..marking.code import GRADING
from .planting import Habits, Planted

TOLERANCE = 1e-12  # numbers closer than this are the same computation
SPOILT = 1e-3  # and further than this, relatively, they are not


class Written(NamedTuple):
    """A cell, and what it earns behaviour by behaviour."""

    source: str
    planted: list[Planted]


def plant_code(exercise: Exercise, habits: Habits, rng: Random) -> Written:
    """Write one exercise. What it builds on (`exercise.needs`) must be written right, or this one stays blank."""
    chance = rng.random()
    if chance < 0.6 * habits.skill:
        return Written(exercise.solution, _all(exercise, "right"))
    if chance < 0.6 * habits.skill + 0.3 and not any(behaviour.judge for behaviour in exercise.behaviours):
        spoilt = {code: _spoilt(exercise, code) for code in exercise.changes}
        slips = {code: planted for code, planted in spoilt.items() if planted is not None}
        if slips and rng.random() < 0.8:
            code = rng.choice(list(slips))
            return Written(exercise.slipped_solution(code), slips[code])
        broken = exercise.starter.replace(BLANK, "return not_defined_anywhere")
        return Written(broken, _all(exercise, "unreadable"))
    return blank_code(exercise)


def blank_code(exercise: Exercise) -> Written:
    """The cell as it was handed out."""
    return Written(exercise.starter, _all(exercise, "blank"))


def _all(exercise: Exercise, what: str) -> list[Planted]:
    return [Planted(n, what, worth=each.points) for n, each in enumerate(exercise.behaviours, start=1)]


@lru_cache(maxsize=1024)
def _spoilt(exercise: Exercise, code: str) -> list[Planted] | None:
    """What each behaviour earns with this slip in the code; None where one is neither clearly right nor wrong.

    A slip costs the first behaviour that it breaks, unless it is one that spoils all; the others follow from it.
    """
    planted: list[Planted] = []
    for n, behaviour in enumerate(exercise.behaviours, start=1):
        wanted, got = behaviour.expected(GRADING), behaviour.slipped(code, GRADING)
        apart = max((_apart(a, b) for a, b in zip(wanted, got, strict=True)), default=0.0)
        if TOLERANCE < apart < SPOILT:
            return None
        charged = any(each.what == "slip" for each in planted) and code not in exercise.fatal
        what = "right" if apart <= TOLERANCE else "follows" if charged else "slip"
        planted.append(Planted(n, what, "", code if what == "slip" else "", behaviour.points))
    return planted


def _apart(wanted: Outcome, got: Outcome) -> float:
    """How far two outcomes of one case are apart, relatively; 1 where they are not alike at all."""
    if "values" not in wanted or "values" not in got or wanted["values"].keys() != got["values"].keys():
        return 1.0
    pairs = [(value, got["values"][name]) for name, value in wanted["values"].items()]
    return max((_distance(from_plain(one), from_plain(other)) for one, other in pairs), default=0.0)


def _distance(wanted: Value, got: Value) -> float:
    if isinstance(wanted, list) and isinstance(got, list) and len(wanted) == len(got):  # batches differ in shape
        return max(map(_distance, wanted, got), default=0.0)
    if isinstance(wanted, dict) and isinstance(got, dict) and wanted.keys() == got.keys():
        return max((_distance(wanted[name], got[name]) for name in wanted), default=0.0)
    try:
        a, b = np.asarray(wanted, dtype=float), np.asarray(got, dtype=float)
    except (TypeError, ValueError):
        return 0.0 if type(wanted) is type(got) and wanted == got else 1.0
    if a.shape != b.shape or not np.array_equal(np.isfinite(a), np.isfinite(b)):
        return 1.0
    here, there = a[np.isfinite(a)], b[np.isfinite(b)]
    size = np.maximum(np.maximum(np.abs(here), np.abs(there)), 1e-9)
    return float(np.max(np.abs(here - there) / size, initial=0.0))
