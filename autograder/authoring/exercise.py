"""Write a code exercise as its reference, an ordinary class or function, and say how it must behave.

    @exercise("ReLU, forward and backward", row="5.5")
    class ReLU:
        \"\"\"Cuts off what is negative.\"\"\"

        def forward_pass(self, inputs):
            \"\"\"inputs, (m, n). Returns the values, (m, n).\"\"\"
            return np.maximum(inputs, 0)

    def batches(draw):
        yield Case("one example, one feature", inputs=[[-2.0]])
        yield Case("a drawn batch", inputs=draw.normal(size=(4, 3)))

    @ReLU.behaviour("keeps what is positive", "What becomes of a negative number?", batches, points=2)
    def forward(ReLU, inputs):
        return {"outputs": ReLU().forward_pass(inputs)}

    ReLU.slip("sign_lost", "np.maximum(inputs, 0)", "np.abs(inputs)")

The signature and docstrings of the reference are the starter that students get. A behaviour is a short script: its
text runs on the student's own objects, on the reference and on each slip, and what it returns by name is compared. A
slip is the reference with passages changed, or a class or function written out. What it gives has a name, and a
message in `autograder/authoring/mistakes.py`.
"""

from __future__ import annotations

import ast
import hashlib
import inspect
import linecache
import re
import sys
import textwrap
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property, lru_cache
from types import FunctionType
from typing import Any, NamedTuple, TypeAlias, TypeVar, cast

import numpy as np

from ..errors import WorkbookError
from ..kernels.runner import Outcome, Plain, Request, answer, to_plain
from . import slugs
from .mistakes import file_of, messages_of

RELEASE = "release"
"""The seed of the cases that students see. Grading draws others."""

BLANK = "raise NotImplementedError  # your code goes here"
IMPORTS = "import numpy as np"
DIGITS = 6
FLOOR = 1e-12  # below this a number counts as zero: what rounding leaves

Reference: TypeAlias = "type | FunctionType"
"""What an exercise is written as, and what a slip of it is: a class or a function."""

Made = TypeVar("Made", type, FunctionType)


class ExerciseError(WorkbookError):
    """An exercise is written wrongly. The message names it, and what to change."""


class Case:
    """One set of inputs for a script, by name. A list of numbers becomes an array; arrays stay as they are."""

    def __init__(self, title: str, /, **given: Any) -> None:
        self.title = title
        self.given: dict[str, Plain] = {name: to_plain(_numbers(value)) for name, value in given.items()}

    @property
    def size(self) -> int:
        """How much there is to look at: the smallest failing case is the one that is shown."""
        return sum(map(_entries, self.given.values()))

    def __repr__(self) -> str:
        return f"Case({self.title!r})"


def whole_numbers(draw: np.random.Generator, *shape: int, most: int = 5) -> np.ndarray:
    """Small whole numbers, as floats: easy to follow by hand. None is 0, where much that is wrong gives 0 as well."""
    return draw.integers(1, most + 1, shape) * draw.choice([-1.0, 1.0], shape)


def _numbers(value: object) -> object:
    """An array where a list holds nothing but numbers; lists of arrays, of text, or of unequal rows stay lists."""
    if not isinstance(value, list) or _holds_array(entries := cast("list[object]", value)):
        return cast(object, value)
    try:
        array: np.ndarray[Any, Any] = np.array(entries)
    except ValueError:  # rows of different lengths
        return entries
    return array if array.dtype.kind in "biuf" else entries


def _holds_array(value: object) -> bool:
    if isinstance(value, list):
        return any(map(_holds_array, cast("list[object]", value)))
    return isinstance(value, (np.ndarray, dict))


def _entries(plain: Plain) -> int:
    if isinstance(plain, list):
        return sum(map(_entries, plain))
    if isinstance(plain, dict) and "array" in plain:
        return int(np.prod(cast("list[int]", plain["shape"]), dtype=int))
    if isinstance(plain, dict):
        return sum(map(_entries, cast("dict[str, Plain]", plain.get("dict", {})).values()))
    return 1


class Judged(NamedTuple):
    """What a judge says of one case: the share of the points it earns, 0 to 1, and a sentence or a mistake's code."""

    share: float
    message: str = ""
    code: str = ""


Cases: TypeAlias = "Callable[[np.random.Generator], Iterable[Case]]"  # in quotes: nothing loads numpy.random yet
Judge = Callable[[Mapping[str, Any], Mapping[str, Any]], Judged]  # whatever a student's code gave: it may be anything


class Behaviour(NamedTuple):
    """One thing that the code must do, and what doing it is worth."""

    exercise: Exercise
    title: str
    hint: str
    cases: Cases
    points: int
    script: str  # the source of one function; its parameters are names of the student's, or inputs of a case
    name: str
    parameters: tuple[str, ...]
    digits: int  # significant digits that must agree
    floor: float  # or so near, whatever the digits
    judge: Judge | None  # says what an answer is worth, where there is more than one right one

    def drawn(self, seed: str) -> tuple[Case, ...]:
        """The cases of this seed, always the same."""
        return _drawn(self.exercise, self.exercise.behaviours.index(self), seed)

    def request(self, seed: str) -> Request:
        """What the runner is asked: plain data, without the answers."""
        cases = [self.given(case) for case in self.drawn(seed)]
        return {"script": self.script, "name": self.name, "cases": cases, "megabytes": self.exercise.megabytes}

    def given(self, case: Case) -> dict[str, Plain]:
        """What goes into the script of this case, as plain data."""
        return {name: case.given[name] for name in self.parameters if name in case.given}

    def expected(self, seed: str) -> tuple[Outcome, ...]:
        """What the reference gives on each case, as plain data."""
        return _outcomes(self.exercise, self.exercise.behaviours.index(self), seed, None)

    def slipped(self, code: str, seed: str) -> tuple[Outcome, ...]:
        """What the reference gives with this slip in it."""
        return _outcomes(self.exercise, self.exercise.behaviours.index(self), seed, code)


class Exercise:
    """A code exercise: the reference, its behaviours and its slips."""

    def __init__(
        self, reference: Reference, title: str, rows: tuple[str, ...], seconds: float, megabytes: int,
        needs: tuple[Exercise, ...],
    ) -> None:  # fmt: skip
        self.reference, self.title, self.rows = reference, title, rows
        self.seconds, self.megabytes, self.needs = seconds, megabytes, needs
        self.name = reference.__name__
        self.chapter = slugs.chapter_of_code(sys.modules[reference.__module__])
        self.slug = slugs.slug(self.chapter, f"{_kebab(self.name)}-code")
        self.behaviours: list[Behaviour] = []
        self.slips: dict[str, Reference] = {}
        self.changes: dict[str, tuple[tuple[str, str], ...]] = {}  # old and new, of those slips that are changes of it
        self.fatal: dict[str, str] = {}  # slips that cost all that they break, each with the reason

    # -- what an author says -----------------------------------------------------------------------------------------

    def behaviour(
        self, title: str, hint: str, cases: Cases, *, points: int = 1, digits: int = DIGITS,
        within: float = FLOOR, judge: Judge | None = None, uses: tuple[Reference, ...] = (),
    ) -> Callable[[FunctionType], FunctionType]:  # fmt: skip
        """Make a behaviour of a script: a function of the student's names and of inputs, which returns a dict.

        title   what the code does when it is right, as it is shown to the student: "keeps what is positive"
        hint    a question that helps when it is wrong
        cases   a function of a random generator that yields Case, edge cases first
        digits  significant digits that must agree with the reference
        within  or so near to it, whatever the digits, where a docstring promises no more
        judge   (inputs of the case, what the script returned) → Judged, where there is more than one right answer;
                the reference is then not asked
        uses    functions and classes that the script calls; their text goes along
        """
        if not title.strip() or not hint.strip() or points < 1:
            raise ExerciseError(f"{self.slug}: a behaviour needs a title, a hint and at least one point")

        def make(script: FunctionType) -> FunctionType:
            text = "\n\n".join(_text(each) for each in (*uses, script))
            asked = tuple(inspect.signature(script).parameters)
            made = Behaviour(self, title, hint, cases, points, text, script.__name__, asked, digits, within, judge)
            self.behaviours.append(made)
            return script

        return make

    def slip(self, code: str, *change: str, fatal: str = "") -> Callable[[Made], Made]:
        """Name a mistake: slip("code", "passage of the reference", "the same with the slip"), or as a decorator.

        More pairs of passages may follow, where the mistake shows in several places.

        fatal   why it costs every behaviour that it breaks. Otherwise it costs the first of them: what follows from
                it in others is right from there
        """
        package = slugs.course_of(self.chapter)
        if code not in messages_of(package):
            raise ExerciseError(f"{self.slug}: unknown mistake {code!r}; add it to {file_of(package)}")
        if code in self.slips:
            raise ExerciseError(f"{self.slug}: the slip {code!r} is there twice")
        if len(change) % 2:
            raise ExerciseError(f"{self.slug}: slip {code!r}: passages come in pairs, the old one and the new one")
        if fatal:
            self.fatal[code] = fatal
        if change:
            self.changes[code] = tuple(zip(change[::2], change[1::2], strict=True))
            self.slips[code] = self._changed(code)

        def make(slipped: Made) -> Made:
            self.slips[code] = slipped
            return slipped

        return make

    def message(self, code: str) -> str:
        """What is said of a slip. KeyError for one that has no message."""
        return messages_of(slugs.course_of(self.chapter))[code]

    def _changed(self, code: str) -> Reference:
        for old, _ in self.changes[code]:
            if (count := self.source.count(old)) != 1:
                times = f"{old!r} stands {count} times in the reference, not once"
                raise ExerciseError(f"{self.slug}: slip {code!r}: {times}")
        module = inspect.getmodule(self.reference)
        namespace = dict(vars(module)) if module else {}
        exec(compile(self._with(code), f"<{self.slug}, {code}>", "exec"), namespace)  # noqa: S102
        return namespace[self.name]

    def _with(self, code: str) -> str:
        """The reference's text with the passages of this slip changed."""
        source = self.source
        for old, new in self.changes[code]:
            source = source.replace(old, new)
        return source

    def __mro_entries__(self, bases: tuple[object, ...]) -> tuple[Reference]:
        return (self.reference,)  # so that a slip can say: class _(ReLU)

    def __call__(self, *given: Any, **named: Any) -> Any:
        return self.reference(*given, **named)

    # -- what follows from it ----------------------------------------------------------------------------------------

    @property
    def points(self) -> int:
        """The sum over the behaviours."""
        return sum(behaviour.points for behaviour in self.behaviours)

    @cached_property
    def source(self) -> str:
        """The reference's own text."""
        return _text(self.reference, without=("shown",))

    @cached_property
    def starter(self) -> str:
        """What students get: imports, signatures and docstrings, and what is marked @shown."""
        return f"{IMPORTS}\n\n\n{_starter(self)}"

    @cached_property
    def solution(self) -> str:
        """The solution as a cell."""
        return f"{IMPORTS}\n\n\n{self.source}"

    def slipped_solution(self, code: str) -> str:
        """The solution as a cell with this slip in it; KeyError for one that is no change of passages."""
        return f"{IMPORTS}\n\n\n{self._with(code)}"

    def namespace(self, code: str | None = None) -> dict[str, Reference]:
        """The names that the scripts find: the reference, or a slip of it, and the references it builds on."""
        own = self.slips[code] if code else self.reference
        return {**{need.name: need.reference for need in self.needs}, self.name: own}

    def __repr__(self) -> str:
        return f"Exercise({self.slug!r})"


def exercise(
    title: str, *, row: str | tuple[str, ...] = (), seconds: float = 5, megabytes: int = 512,
    needs: tuple[Exercise, ...] = (),
) -> Callable[[Reference], Exercise]:  # fmt: skip
    """Make an exercise of a reference, a class or a function.

    row        the curriculum's row or rows, where the course has a table of them
    seconds    for all its cases together, in grading
    megabytes  that they may use beyond what is in use before
    needs      exercises on whose names the scripts build; students then use their own
    """
    rows = (row,) if isinstance(row, str) else row
    return lambda reference: Exercise(reference, title, rows, seconds, megabytes, needs)


def shown(function: FunctionType) -> FunctionType:
    """Mark a method of a reference that stands in the starter as it is."""
    return function


def _kebab(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z][a-z])", "-", name).replace("_", "-").lower()


# -- the text of a reference -------------------------------------------------------------------------------------------


@lru_cache(maxsize=1024)
def _source(thing: Reference) -> str:
    """What inspect.getsource gives, which parses the whole file for each class in it."""
    file = inspect.getsourcefile(thing) if isinstance(thing, type) else None
    if file is None:
        return textwrap.dedent(inspect.getsource(thing))
    linecache.checkcache(file)
    lines = linecache.getlines(file, vars(sys.modules[thing.__module__]))
    first = _classes("".join(lines)).get(thing.__qualname__)
    whole = inspect.getsource(thing) if first is None else "".join(inspect.getblock(lines[first - 1 :]))
    return textwrap.dedent(whole)


@lru_cache(maxsize=16)
def _classes(text: str) -> dict[str, int]:
    """The classes of a module and the lines where they begin, decorators included; a name must be there only once."""
    written = [node for node in ast.parse(text).body if isinstance(node, ast.ClassDef)]
    names = [node.name for node in written]
    return {
        node.name: min([node.lineno, *(mark.lineno for mark in node.decorator_list)])
        for node in written
        if names.count(node.name) == 1
    }


def _text(thing: Reference, without: tuple[str, ...] = ()) -> str:
    """The source of a function or class, without its own decorators, and without those named in `without`."""
    source = _source(thing)
    node = ast.parse(source).body[0]
    lines = source.rstrip().splitlines()[node.lineno - 1 :]
    marks = tuple(f"@{name}" for name in without)
    return "\n".join(line for line in lines if line.strip() not in marks or not marks)


def _starter(made: Exercise) -> str:
    """The reference without its bodies; private helpers are left out, @shown methods are kept whole."""
    source = _source(made.reference)
    node = cast("ast.ClassDef | ast.FunctionDef", ast.parse(source).body[0])
    lines = source.splitlines()
    cuts = [(1, node.lineno - 1, "")]  # first line, last line (counted from 1), what stands there instead
    inside = [node] if isinstance(node, ast.FunctionDef) else node.body
    for each in (part for part in inside if isinstance(part, ast.FunctionDef)):
        first = min([each.lineno, *(mark.lineno for mark in each.decorator_list)])
        if each is not node and any(isinstance(mark, ast.Name) and mark.id == "shown" for mark in each.decorator_list):
            cuts.append((first, first, ""))
        elif each is not node and each.name.startswith("_") and not each.name.startswith("__"):
            cuts.append((first, _last_line(each), ""))
        else:
            if ast.get_docstring(each) is None:
                raise ExerciseError(f"{made.slug}: {each.name} has no docstring; students need its shapes and units")
            body = each.body[0]
            cuts.append((_last_line(body) + 1, _last_line(each), " " * body.col_offset + BLANK))
    for first, last, instead in sorted(cuts, reverse=True):
        lines[first - 1 : last] = [instead] if instead else []
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _last_line(node: ast.stmt) -> int:
    return cast(int, node.end_lineno)  # which is None only for a tree that was not parsed


# -- outcomes, computed once -------------------------------------------------------------------------------------------


@lru_cache(maxsize=1024)
def _drawn(made: Exercise, index: int, seed: str) -> tuple[Case, ...]:
    digest = hashlib.sha256(f"{made.slug}/{seed}".encode()).digest()
    draw = np.random.default_rng(np.frombuffer(digest, np.uint32))
    cases = tuple(made.behaviours[index].cases(draw))
    if not cases:
        raise ExerciseError(f"{made.slug}: {made.behaviours[index].title!r} has no cases")
    return cases


@lru_cache(maxsize=4096)
def _outcomes(made: Exercise, index: int, seed: str, code: str | None) -> tuple[Outcome, ...]:
    request = made.behaviours[index].request(seed)
    return tuple(answer({**request, "megabytes": None}, made.namespace(code)))
