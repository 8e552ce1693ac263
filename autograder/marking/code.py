"""Mark a code exercise from outside: ask for what the student's code gives, compare here, name the slip.

    marks = mark_code("activations/relu-code", local({"ReLU": ReLU}))
    marks.points, marks.summary, marks.verdicts[0].message

`ask` is whatever answers a request of plain data with plain data: `local` runs the scripts in this process, an oracle
in the student's kernel (`autograder.marking.oracle`). Nothing that comes back is trusted, only compared.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from math import isfinite
from typing import NamedTuple, TypeAlias, cast

from .. import pages
from ..authoring.exercise import RELEASE, Behaviour, Case, Exercise, Judge, Judged
from ..authoring.values import counted
from ..kernels.runner import Request, Value, answer, from_plain
from .differences import Difference, Nonsense, Outcome, Tolerance, difference, read

GRADING = "grading"
"""The seed of the cases by which submissions are graded, unless the course says another."""

NOT_BEGUN = "Not begun yet."
LATE = "This did not come to an end in {:g} seconds. Look at the loops."
BUILDS_ON = "This builds on {}, which is not there. Write it, and run its cell before this one."
GARBLED = "What came back from this code could not be read."
FOLLOWS = "This follows from the slip in “{}”, which costs points once."
NOTHING_RETURNED = "{} is None. Is there a return?"
OTHER_KIND = "{} should be {}."
NONE_USED = "Something is None here that should be a value. Is there a return?"
NONE_CALLED = "None is called here as if it were a function. Is the function always there?"

RAISED = {
    "MemoryError": "Your code asks for more memory than it may have.",
    "RecursionError": "Your code calls itself without an end.",
    "SystemExit": "Your code leaves Python. Return a value instead.",
}
"""Errors that deserve a sentence of their own."""


class Stopped(Exception):
    """The student's code did not come to an end: it ran out of time or took the kernel down. The message says which."""


Ask: TypeAlias = Callable[[Request], object]


class Finding(NamedTuple):
    """What is said of one behaviour."""

    behaviour: Behaviour
    state: str  # right, follows, partly, mistake, wrong, error, blank, stopped
    share: float = 0.0  # of its points
    message: str = ""
    code: str = ""  # of a known mistake
    case: Case | None = None  # the smallest that failed
    difference: Difference | None = None
    got: Mapping[str, Value] | None = None  # what came out on that case
    expected: Mapping[str, Value] | None = None
    raised: str = ""  # the error with which it ended
    line: str = ""  # the student's line where that happened
    follows_from: int = 0  # the behaviour, counted from 1, whose slip this follows from
    unmade: bool = False  # whether the name of the exercise was not there

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
    def unmade(self) -> bool:
        """Whether there was nothing of the exercise's name to try."""
        return any(verdict.unmade for verdict in self.verdicts)

    @property
    def summary(self) -> str:
        """One line: how much of it works."""
        if self.blank:
            return NOT_BEGUN
        right, follow = (sum(v.state == state for v in self.verdicts) for state in ("right", "follows"))
        if right == len(self.verdicts):
            return "All of it works."
        if len(self.verdicts) == 1:
            return "It does not work yet."
        works = f"{right} of {counted(len(self.verdicts), 'behaviour')} {'works' if right == 1 else 'work'}"
        return f"{works}, {follow} {'follows' if follow == 1 else 'follow'} from a slip." if follow else f"{works}."


def mark_code(exercise: Exercise | str, ask: Ask, seed: str = RELEASE) -> CodeMarks:
    """Mark one exercise. Raises pages.UnknownPage for a slug that does not exist, and nothing else."""
    exercise = pages.load_exercise(exercise) if isinstance(exercise, str) else exercise
    findings: list[Finding] = []
    charged: dict[str, int] = {}  # a slip → the behaviour, counted from 1, that it has cost
    raised: set[tuple[str, str]] = set()  # errors without a name, and the student's lines in which they happened
    stopped = ""
    for number, behaviour in enumerate(exercise.behaviours, start=1):
        if not stopped:
            try:
                findings.append(_judged(behaviour, ask(behaviour.request(seed)), seed, charged, raised))
            except Stopped as stop:
                stopped = str(stop)
        if stopped:
            findings.append(Finding(behaviour, "stopped", message=stopped))
        if findings[-1].code:
            charged.setdefault(findings[-1].code, number)
        elif findings[-1].raised:
            raised.add((findings[-1].raised, findings[-1].line))
    return CodeMarks(exercise, tuple(findings))


def blank_marks(exercise: Exercise, message: str = NOT_BEGUN) -> CodeMarks:
    """The marks of an exercise that nobody has begun."""
    return CodeMarks(exercise, tuple(Finding(each, "blank", message=message) for each in exercise.behaviours))


def stopped_marks(exercise: Exercise, message: str) -> CodeMarks:
    """The marks of an exercise that could not be tried, with the reason."""
    return CodeMarks(exercise, tuple(Finding(each, "stopped", message=message) for each in exercise.behaviours))


def full_marks(exercise: Exercise) -> CodeMarks:
    """The marks of the reference. That it earns them is proved by `workbook check`."""
    return CodeMarks(exercise, tuple(Finding(behaviour, "right", 1.0) for behaviour in exercise.behaviours))


def local(namespace: Mapping[str, object]) -> Ask:
    """Ask the objects of a namespace in this process: the student's own kernel, a reference, a planted slip."""
    return lambda request: answer({**request, "megabytes": None}, namespace)


# -- one behaviour -----------------------------------------------------------------------------------------------------


def _judged(
    behaviour: Behaviour, answers: object, seed: str, charged: Mapping[str, int], raised: Set[tuple[str, str]]
) -> Finding:
    cases = behaviour.drawn(seed)
    try:
        if not isinstance(answers, list) or len(cast("list[object]", answers)) != len(cases):
            raise Nonsense
        outcomes = [read(outcome) for outcome in cast("list[object]", answers)]
    except Nonsense:
        return Finding(behaviour, "wrong", message=GARBLED)
    missing = {outcome.missing for outcome in outcomes} - {""}
    if others := missing - {behaviour.exercise.name}:
        return Finding(behaviour, "wrong", message=BUILDS_ON.format(min(others)))
    if missing or any(outcome.error == "NotImplementedError" for outcome in outcomes):
        return Finding(behaviour, "blank", message=NOT_BEGUN, unmade=bool(missing))
    if behaviour.judge:
        return _by_judge(behaviour, behaviour.judge, cases, outcomes)
    return _compared(behaviour, cases, outcomes, seed, charged, raised)


def _compared(
    behaviour: Behaviour, cases: tuple[Case, ...], outcomes: list[Outcome], seed: str, charged: Mapping[str, int],
    raised: Set[tuple[str, str]],
) -> Finding:  # fmt: skip
    """Held against the reference, case by case; one that fails also against the slips."""
    expected = [read(outcome) for outcome in behaviour.expected(seed)]
    wrong = [n for n in range(len(cases)) if not same(expected[n], outcomes[n], tolerance(behaviour))]
    if not wrong:
        return Finding(behaviour, "right", 1.0)
    alike = {code: _alike(behaviour, code, outcomes, seed) for code in behaviour.exercise.slips}
    for code, number in charged.items():
        if all(alike[code]) and code not in behaviour.exercise.fatal:
            message = FOLLOWS.format(behaviour.exercise.behaviours[number - 1].title)
            return Finding(behaviour, "follows", 1.0, message, follows_from=number)
    smallest = min(wrong, key=lambda n: cases[n].size)
    again = (_raised(outcomes[smallest]), outcomes[smallest].line) in raised
    code = "" if again else _named(alike, wrong, smallest)  # the line has failed before: no slip of this behaviour
    return _failed(behaviour, cases[smallest], expected[smallest], outcomes[smallest], code)


def tolerance(behaviour: Behaviour) -> Tolerance:
    """How near an answer must come in this behaviour."""
    return Tolerance(behaviour.digits, behaviour.floor)


def same(expected: Outcome, got: Outcome, tolerance: Tolerance) -> bool:
    """Whether two outcomes are the same: the same values, or the same error; of those that may mean anything, the same
    sentence as well."""
    if expected.values is not None and got.values is not None:
        return difference(expected.values, got.values, tolerance) is None
    says_little = expected.error in ("TypeError", "AttributeError")
    return bool(expected.error) and expected.error == got.error and (
        not says_little or expected.message == got.message)  # fmt: skip


def _alike(behaviour: Behaviour, code: str, outcomes: list[Outcome], seed: str) -> list[bool]:
    """Case by case, whether this slip gives just what came out."""
    slipped = [read(outcome) for outcome in behaviour.slipped(code, seed)]
    return [same(one, other, tolerance(behaviour)) for one, other in zip(slipped, outcomes, strict=True)]


def _named(alike: Mapping[str, list[bool]], wrong: list[int], smallest: int) -> str:
    """The slip that gives just this: on every case, or else on the smallest failing one and most of the others."""
    explains: list[tuple[int, str]] = []
    for code, cases in alike.items():
        if all(cases):
            return code
        explained = sum(cases[n] for n in wrong)
        if cases[smallest] and 2 * explained > len(wrong):
            explains.append((explained, code))
    return max(explains, key=lambda each: each[0], default=(0, ""))[1]


def _failed(behaviour: Behaviour, case: Case, expected: Outcome, got: Outcome, code: str) -> Finding:
    """What is said of a case that went wrong: an error, or values that differ."""
    if got.error:
        message = behaviour.exercise.message(code) if code else _of_error(got)
        return Finding(behaviour, "mistake" if code else "error", 0.0, message, code, case,
                       expected=expected.values, raised=_raised(got), line=got.line)  # fmt: skip
    values = got.values or {}
    different = difference(expected.values or {}, values, tolerance(behaviour))
    message = behaviour.exercise.message(code) if code else behaviour.hint
    if not code and different is not None and different.kind:
        message = (NOTHING_RETURNED if different.nothing else OTHER_KIND).format(different.place, different.kind)
    state = "mistake" if code else "wrong"
    return Finding(behaviour, state, 0.0, message, code, case, different, values, expected.values)


def _raised(got: Outcome) -> str:
    """The error as Python says it."""
    return f"{got.error}: {got.message}".rstrip(": ")


def _of_error(got: Outcome) -> str:
    if got.error in ("TypeError", "AttributeError") and "NoneType" in got.message:
        return NONE_CALLED if "not callable" in got.message else NONE_USED
    return RAISED.get(got.error, "Your code ends with an error here.")


def _by_judge(
    behaviour: Behaviour, judge: Judge, cases: tuple[Case, ...], outcomes: list[Outcome]
) -> Finding:  # fmt: skip
    """The worst case counts, and of those alike the first."""
    findings = [_of_case(behaviour, judge, case, got) for case, got in zip(cases, outcomes, strict=True)]
    return min(findings, key=lambda finding: finding.share)


def _of_case(behaviour: Behaviour, judge: Judge, case: Case, got: Outcome) -> Finding:
    if got.values is None:
        return _failed(behaviour, case, Outcome(), got, "")
    judged = _ask_judge(behaviour, judge, case, got.values)
    state = "right" if judged.share >= 1 else "mistake" if judged.code else "partly" if judged.share > 0 else "wrong"
    hint = "" if state == "right" else behaviour.hint
    message = behaviour.exercise.message(judged.code) if judged.code else judged.message or hint
    return Finding(behaviour, state, judged.share, message, judged.code, case, got=got.values)


def _ask_judge(behaviour: Behaviour, judge: Judge, case: Case, values: Mapping[str, Value]) -> Judged:
    """A judge may stumble over what it did not expect; then the answer is not right."""
    try:
        judged = judge({name: from_plain(value) for name, value in behaviour.given(case).items()}, values)
        share = float(judged.share)
        return judged._replace(share=min(max(share, 0.0), 1.0) if isfinite(share) else 0.0)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, ZeroDivisionError, OverflowError):
        return Judged(0.0)
