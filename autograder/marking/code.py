"""Mark a code exercise from outside: ask for what the student's code gives, compare here, name the slip.

    marks = mark_code("activations/relu-code", local({"ReLU": ReLU}))
    marks.points, marks.summary, marks.verdicts[0].said

`ask` is whatever answers a request of plain data with plain data: `local` runs the scripts in this process, an oracle
in the student's kernel (`autograder.marking.oracle`). Nothing that comes back is trusted, only compared.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import NamedTuple

from .. import pages
from ..authoring.exercise import RELEASE, Behaviour, Case, Exercise, Judged
from ..authoring.mistakes import MESSAGES
from ..kernels.runner import answer, from_plain
from .differences import Difference, Nonsense, difference, read

GRADING = "grading"
"""The seed of the cases by which submissions are graded, unless the course says another."""

NOT_BEGUN = "Not begun yet."
BUILDS_ON = "This builds on {}, which is not there. Write it, and run its cell before this one."
GARBLED = "What came back from this code could not be read."

RAISED = {
    "MemoryError": "Your code asks for more memory than it may have.",
    "RecursionError": "Your code calls itself without an end.",
    "SystemExit": "Your code leaves Python. Return a value instead.",
}
"""Errors that deserve a sentence of their own."""


class Stopped(Exception):
    """The student's code did not come to an end: it ran out of time or took the kernel down. The message says which."""


Ask = Callable[[dict], object]


class Finding(NamedTuple):
    """What is said of one behaviour."""

    behaviour: Behaviour
    state: str  # right, partly, mistake, wrong, error, blank, stopped
    share: float = 0.0  # of its points
    said: str = ""
    code: str = ""  # of a known mistake
    case: Case | None = None  # the smallest that failed
    difference: Difference | None = None
    got: Mapping[str, object] | None = None  # what came out on that case
    expected: Mapping[str, object] | None = None
    line: str = ""  # the student's line where an error happened

    @property
    def points(self) -> float:
        """What it earned."""
        return round(self.share * self.behaviour.points, 2)


@dataclass(frozen=True)
class CodeMarks:
    """What is said of one exercise."""

    exercise: Exercise
    verdicts: tuple[Finding, ...]

    @property
    def points(self) -> float:
        """Points earned, between 0 and `out_of`."""
        return round(float(sum(verdict.points for verdict in self.verdicts)), 2)

    @property
    def out_of(self) -> int:
        return self.exercise.points

    def scaled(self, most: float) -> float:
        """Points earned where the exercise is worth `most`: somebody gave it other points, or it has changed since."""
        return self.points if most == self.out_of else self.points / self.out_of * most

    @property
    def blank(self) -> bool:
        """Whether nothing has been written yet."""
        return all(verdict.state == "blank" for verdict in self.verdicts)

    @property
    def summary(self) -> str:
        """One line: how much of it works."""
        right = sum(verdict.state == "right" for verdict in self.verdicts)
        if self.blank:
            return NOT_BEGUN
        if right == len(self.verdicts):
            return "All of it works."
        return f"{right} of {len(self.verdicts)} behaviours work."


def mark_code(exercise: Exercise | str, ask: Ask, seed: str = RELEASE) -> CodeMarks:
    """Mark one exercise. Raises pages.UnknownPage for a slug that does not exist, and nothing else."""
    exercise = pages.load_exercise(exercise) if isinstance(exercise, str) else exercise
    found: list[Finding] = []
    stopped = ""
    for behaviour in exercise.behaviours:
        if stopped:
            found.append(Finding(behaviour, "stopped", said=stopped))
            continue
        try:
            found.append(_judged(behaviour, ask(behaviour.request(seed)), seed))
        except Stopped as stop:
            stopped = str(stop)
            found.append(Finding(behaviour, "stopped", said=stopped))
    return CodeMarks(exercise, tuple(found))


def blank_marks(exercise: Exercise, said: str = NOT_BEGUN) -> CodeMarks:
    """The marks of an exercise that nobody has begun."""
    return CodeMarks(exercise, tuple(Finding(behaviour, "blank", said=said) for behaviour in exercise.behaviours))


def full_marks(exercise: Exercise) -> CodeMarks:
    """The marks of the reference. That it earns them is proved by `workbook check`."""
    return CodeMarks(exercise, tuple(Finding(behaviour, "right", 1.0) for behaviour in exercise.behaviours))


def local(namespace: dict) -> Ask:
    """Ask the objects of a namespace in this process: the student's own kernel, a reference, a planted slip."""
    return lambda request: answer({**request, "megabytes": None}, namespace)


# -- one behaviour -----------------------------------------------------------------------------------------------------


def _judged(behaviour: Behaviour, answers: object, seed: str) -> Finding:
    cases = behaviour.drawn(seed)
    try:
        if not isinstance(answers, list) or len(answers) != len(cases):
            raise Nonsense
        outcomes = [read(outcome) for outcome in answers]
    except Nonsense:
        return Finding(behaviour, "wrong", said=GARBLED)
    missing = {outcome["missing"] for outcome in outcomes if "missing" in outcome}
    if missing - {behaviour.exercise.name}:
        return Finding(behaviour, "wrong", said=BUILDS_ON.format(min(missing - {behaviour.exercise.name})))
    if missing or any(outcome.get("error") == "NotImplementedError" for outcome in outcomes):
        return Finding(behaviour, "blank", said=NOT_BEGUN)
    if behaviour.judge:
        return _by_judge(behaviour, cases, outcomes)
    expected = [read(outcome) for outcome in behaviour.expected(seed)]
    wrong = [n for n in range(len(cases)) if not same(expected[n], outcomes[n], behaviour.digits)]
    if not wrong:
        return Finding(behaviour, "right", 1.0)
    n = min(wrong, key=lambda n: cases[n].size)
    code = _named(behaviour, outcomes, wrong, n, seed)
    return _shown(behaviour, cases[n], expected[n], outcomes[n], code)


def same(expected: dict, got: dict, digits: int) -> bool:
    """Whether two outcomes are the same: the same values, or the same error."""
    if "values" in expected and "values" in got:
        return difference(expected["values"], got["values"], digits) is None
    return "error" in expected and expected["error"] == got.get("error")


def _named(behaviour: Behaviour, outcomes: list[dict], wrong: list[int], smallest: int, seed: str) -> str:
    """The slip that gives just this: on every case, or else on the smallest failing one and most of the others."""
    explains = []
    for code in behaviour.exercise.slips:
        slipped = [read(outcome) for outcome in behaviour.slipped(code, seed)]
        alike = [same(slipped[n], outcomes[n], behaviour.digits) for n in range(len(outcomes))]
        if all(alike):
            return code
        explained = sum(alike[n] for n in wrong)
        if alike[smallest] and 2 * explained > len(wrong):
            explains.append((explained, code))
    return max(explains, key=lambda each: each[0], default=(0, ""))[1]


def _shown(behaviour: Behaviour, case: Case, expected: dict, got: dict, code: str) -> Finding:
    said = MESSAGES[code] if code else behaviour.hint
    wanted = expected.get("values")
    if "error" in got:
        said = said if code else RAISED.get(got["error"], "Your code ends with an error here.")
        line = f"line {got['line']}: {got.get('text', '')}".rstrip(": ") if "line" in got else ""
        raised = f"{got['error']}: {got.get('said', '')}".rstrip(": ")
        return Finding(behaviour, "mistake" if code else "error", 0.0, said, code, case,
                       Difference("", "", raised), None, wanted, line)  # fmt: skip
    found = difference(wanted, got["values"], behaviour.digits) if wanted is not None else None
    return Finding(behaviour, "mistake" if code else "wrong", 0.0, said, code, case, found, got["values"], wanted)


def _by_judge(behaviour: Behaviour, cases: tuple[Case, ...], outcomes: list[dict]) -> Finding:
    """The worst case counts."""
    worst: Finding | None = None
    for case, outcome in zip(cases, outcomes, strict=True):
        if "error" in outcome:
            finding = _shown(behaviour, case, {}, outcome, "")
        else:
            judged = _ask_judge(behaviour, case, outcome["values"])
            state = "right" if judged.share >= 1 else "partly" if judged.share > 0 else "wrong"
            state = "mistake" if judged.code and judged.share < 1 else state
            said = MESSAGES[judged.code] if judged.code else judged.said or ("" if state == "right" else behaviour.hint)
            finding = Finding(behaviour, state, judged.share, said, judged.code, case, None, outcome["values"])
        if worst is None or finding.share < worst.share:
            worst = finding
    return worst


def _ask_judge(behaviour: Behaviour, case: Case, values: dict) -> Judged:
    """A judge may stumble over what it did not expect; then the answer is not right."""
    try:
        judged = behaviour.judge({name: from_plain(value) for name, value in behaviour.given(case).items()}, values)
        share = float(judged.share)
        return judged._replace(share=min(max(share, 0.0), 1.0) if isfinite(share) else 0.0)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, ZeroDivisionError, OverflowError):
        return Judged(0.0)
