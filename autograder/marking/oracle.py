"""Mark the code exercises of a notebook: its code runs in a kernel of its own, and only says what it gives.

    mark_exercises(json.load(file))          {"activations/relu-code": CodeMarks(...), ...}
    try_code(cells(nb), {"activations/relu-code": 3})      the same by steps, with what each cell showed

The notebook is read as data; its code cells run in their order, each exercise is tried where its grade cell stands, and
what comes back is compared here. Code that loops, dies, or eats memory costs the exercise it belongs to: the kernel
starts again with what ran before. A notebook in which nothing was begun starts no kernel.

All marking of what was handed in goes through `try_code`: mark_exercises looks up where the exercises are written and
calls it, and nbgrader's step calls it on the notebook that was rebuilt, where that is noted.
"""

from __future__ import annotations

import logging
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from .. import pages
from ..authoring.exercise import Exercise
from ..kernels import sandbox
from ..kernels.kernel import Died, Kernel, Late, Ran
from ..kernels.runner import Request
from ..submissions.exercises import begun, ours, written_in
from ..submissions.ids import code_slug_of, grade_id, slug_of
from ..submissions.notebook import Cell, cells
from .code import GRADING, LATE, Ask, CodeMarks, Stopped, blank_marks, mark_code, stopped_marks
from .twice import doubts, settle

SECONDS = 30.0  # for a cell
MOST_SECONDS = 600.0  # for a notebook, exercises included
MOST_STARTS = 8  # of a kernel for one notebook
DIED = "This code stopped Python as a whole, or ran out of memory."
GONE = "Not tried: the code before it stopped Python again and again, or ran out of time."
FAILED = "The cell of this exercise ended with an error. {}"
NOT_THERE = "The cell of this exercise ran, and there is no {name}. Make it in that cell, under just this name."
OTHER_NAME = "The cell of this exercise makes {others}, not {name}. Use the name {name}."
NOT_RUN_BY_PYTHON = (
    "The cell of this exercise begins with {magic}, so Python makes no {name} of it. Take that line out."
)
TAKEN_AWAY = "{name} was made, and gone when it was to be tried. Take out what clears it away, such as %reset or del."

MADE = re.compile(r"^(?:class|(?:async )?def)[ \t]+(\w+)|^(\w+)[ \t]*=(?!=)", re.MULTILINE)
"""A class, function or variable made at the left edge, also in a cell that Python alone cannot read."""

Work = TypeVar("Work")

log = logging.getLogger(__name__)


# -- a kernel that comes back ------------------------------------------------------------------------------------------


@dataclass
class Oracle:
    """One student's kernel. It starts when it is needed, and again after it died, with what ran before.

    folder     where the code runs, and the only place that lasts into which it can write
    course     the course folder, hidden where there is a sandbox
    """

    folder: Path
    course: str = ""
    seconds: float = SECONDS
    most_seconds: float = MOST_SECONDS
    megabytes: int = 4096
    sandboxed: bool = True
    kernel: Kernel | None = None
    before: list[str] = field(default_factory=list[str])  # the cells that ran to their end
    starts: int = 0
    used: float = 0.0

    def __enter__(self) -> Oracle:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop the kernel, if there is one."""
        if self.kernel is not None:
            self.kernel.close()
            self.kernel = None

    def run(self, source: str, ran: Ran) -> None:
        """Run a cell; what it shows goes into `ran`. Raises Stopped with a sentence for the student."""
        self._within(self.seconds, lambda kernel, left: kernel.run(source, left, ran))
        self.before.append(source)

    def ask(self, exercise: Exercise) -> Ask:
        """Ask about an exercise: its behaviours share its seconds, which run while a kernel is there to be asked."""
        left = [exercise.seconds]

        def ask(request: Request) -> object:
            self._alive()  # a new kernel may take longer than the exercise has, on a busy machine
            start = time.monotonic()
            try:
                return self._within(left[0], lambda kernel, left: kernel.ask(request, left), exercise.seconds)
            finally:
                left[0] = max(left[0] - (time.monotonic() - start), 0.05)

        return ask

    def _within(self, seconds: float, work: Callable[[Kernel, float], Work], limit: float | None = None) -> Work:
        kernel = self._alive()
        start = time.monotonic()
        try:
            return work(kernel, min(seconds, self.most_seconds - self.used))
        except Late:
            raise Stopped(LATE.format(limit or seconds)) from None
        except Died:
            self.close()
            raise Stopped(LATE.format(limit or seconds) if time.monotonic() - start > seconds else DIED) from None
        finally:
            self.used += time.monotonic() - start

    def _alive(self) -> Kernel:
        """The kernel; a new one, in which the earlier cells ran again, if it is gone."""
        if self.used >= self.most_seconds:
            self.close()
            raise Stopped(GONE)
        while self.kernel is None:
            if self.starts >= MOST_STARTS:
                raise Stopped(GONE)
            self.starts += 1
            self._start()
        return self.kernel

    def _start(self) -> None:
        try:
            self.kernel = Kernel(self.folder, self.course, self.megabytes, self.sandboxed)
        except Exception as error:  # noqa: BLE001  whatever jupyter_client and the system have against it
            log.warning("the kernel does not start: %s", error)
            return
        for n, source in enumerate(self.before):
            try:
                self.kernel.run(source, self.seconds)
            except (Late, Died):  # it did end the first time; without it, then
                del self.before[n]
                self.close()
                return


# -- a notebook --------------------------------------------------------------------------------------------------------


@dataclass
class Step:
    """One thing to do, in order: run a code cell, or try an exercise."""

    source: str = ""
    exercise: Exercise | None = None
    holds: tuple[Exercise, ...] = ()  # the exercises that are written in this cell
    ran: Ran = field(default_factory=Ran)
    stopped: str = ""  # why the cell did not come to its end
    marks: CodeMarks | None = None


def work(steps: list[Step], oracle: Oracle, seed: str = GRADING) -> None:
    """Run and try all steps, in order. The results are put into them. Raises nothing, whatever the code does."""
    written: dict[str, Step] = {}  # the cell of each exercise that came so far
    for step in steps:
        if step.exercise is None:
            try:
                oracle.run(step.source, step.ran)
            except Stopped as stop:
                step.stopped = str(stop)
            written |= {exercise.slug: step for exercise in step.holds}
        else:
            step.marks = mark_code(step.exercise, oracle.ask(step.exercise), seed)
            cell = written.get(step.exercise.slug)
            if step.marks.blank and cell is not None and (message := _why_blank(step.marks, cell)):
                step.marks = stopped_marks(step.exercise, message)


def _why_blank(marks: CodeMarks, cell: Step) -> str:
    """Why there was nothing to try although the cell says something; "" where it still says that it is to be done."""
    if cell.stopped:
        return cell.stopped
    if cell.ran.failed:
        return FAILED.format(_error(cell.ran)).strip()
    return _why_unmade(marks.exercise.name, cell.source) if marks.unmade else ""


def _why_unmade(name: str, source: str) -> str:
    """What became of a name that is not there after its cell ran to its end."""
    made = [one or other for one, other in MADE.findall(source)]
    if source.lstrip().startswith("%%"):
        return NOT_RUN_BY_PYTHON.format(magic=source.split()[0][:40], name=name)
    if name in made:
        return TAKEN_AWAY.format(name=name)
    alike = [other for other in made if other.replace("_", "").lower() == name.replace("_", "").lower()]
    others = alike or list(dict.fromkeys(re.findall(r"^(?:class|def)[ \t]+(\w+)", source, re.MULTILINE)))
    return OTHER_NAME.format(others=" and ".join(others[:3]), name=name) if others else NOT_THERE.format(name=name)


def _error(ran: Ran) -> str:
    errors = [f"{out.get('ename')}: {out.get('evalue')}" for out in ran.outputs if out.output_type == "error"]
    return errors[-1][:300] if errors else ""


def mark_exercises(
    nb: object, slugs: Collection[str] | None = None, *, seed: str = GRADING, folder: Path | None = None,
    course: str = "", seconds: float = SECONDS, megabytes: int = 4096, sandboxed: bool = True,
) -> dict[str, CodeMarks]:  # fmt: skip
    """The marks of a notebook's code exercises, slug → marks, in the order of the course. Never raises.

    nb         the parsed JSON of an .ipynb file, whatever it is
    slugs      the exercises that it should hold; without them, those that it mentions
    seed       which cases: `autograder.authoring.exercise.RELEASE` gives those that students see
    folder     where its code runs: data files are read from there; without one, an empty folder
    course     the course folder, hidden from the code where there is a sandbox
    seconds    for a code cell; an exercise has its own
    megabytes  memory for the kernel, where the system can limit it
    sandboxed  whether to use bubblewrap where it works
    """
    listed = cells(nb)
    asked = _mentioned(listed) if slugs is None else slugs
    known = {slug: made for slug in asked if (made := pages.find_exercise(slug))}
    written = {slug: index for slug, made in known.items() if (index := _begun_in(listed, made)) is not None}
    tried = try_code(
        listed, written, seed=seed, folder=folder, course=course,
        seconds=seconds, megabytes=megabytes, sandboxed=sandboxed,
    ) if written else []  # fmt: skip
    marked = {step.exercise.slug: step.marks for _, step in tried if step.exercise}
    return {slug: marked.get(slug) or blank_marks(made) for slug, made in known.items()}


def _mentioned(listed: list[Cell]) -> dict[str, None]:
    """The slugs that the cells of exercises and of their marks have in their ids."""
    named = (code_slug_of(cell.cell_id) or slug_of(cell.cell_id) for cell in listed)
    return dict.fromkeys(filter(None, named))


def _begun_in(listed: list[Cell], exercise: Exercise) -> int | None:
    """The cell in which an exercise was begun."""
    index = written_in(listed, exercise.slug, exercise.starter)
    return index if index is not None and begun(listed[index].source, exercise.starter) else None


def try_code(
    listed: list[Cell], written: Mapping[str, int], *, seed: str = GRADING, folder: Path | None = None,
    course: str = "", seconds: float = SECONDS, megabytes: int = 4096, sandboxed: bool = True,
) -> list[tuple[int, Step]]:  # fmt: skip
    """Run the cells that are the student's and try the exercises in `written`: slug → index of its cell.

    Returns what was done, in order, each step with the index of its cell. Never raises. All else is as in
    mark_exercises.
    """
    placed = list(_steps(listed, written))
    solutions = [pages.load_exercise(slug).solution for slug in written]
    unsure = bool(written) and doubts((step.source for _, step in placed), solutions)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True, dir=sandbox.short_place()) as spare:
        places = [folder or Path(spare) / "one", *([Path(spare) / "two"] if unsure else [])]
        for place in places:
            if folder and place != folder:
                shutil.copytree(folder, place, symlinks=True)  # before anything ran in it
            place.mkdir(exist_ok=True)
        tried = [placed if place is places[0] else list(_steps(listed, written)) for place in places]
        for place, steps in zip(places, tried, strict=True):
            with Oracle(place, course, seconds, megabytes=megabytes, sandboxed=sandboxed) as oracle:
                work([step for _, step in steps], oracle, seed)
    if unsure:
        settle(*([step for _, step in steps] for steps in tried))
    return placed


def _steps(listed: list[Cell], written: Mapping[str, int]) -> Iterator[tuple[int, Step]]:
    """All code cells that are the student's; each exercise at its grade cell, or after the cell that holds it."""
    tried_at: dict[int, list[Exercise]] = {}
    holds: dict[int, list[Exercise]] = {}
    for slug, index in written.items():
        exercise = pages.load_exercise(slug)
        graded = [n for n, cell in enumerate(listed) if cell.cell_id == grade_id(slug) and n > index]
        tried_at.setdefault(graded[0] if graded else index, []).append(exercise)
        holds.setdefault(index, []).append(exercise)
    for n, cell in enumerate(listed):
        if cell.kind == "code" and cell.source.strip() and not ours(cell):
            yield n, Step(cell.source, holds=tuple(holds.get(n, ())))
        yield from ((n, Step(exercise=exercise)) for exercise in tried_at.get(n, ()))


def sandbox_note() -> tuple[int, str]:
    """What to say in the log of the kernels: a level and a sentence."""
    if (missing := sandbox.why_not()) is None:
        return logging.INFO, "student code runs inside bubblewrap: no network, nothing but its own folder to write into"
    return logging.WARNING, (
        f"student code runs without a sandbox: {missing}. It could read and change files of this account. "
        "Install bubblewrap (on Debian and Ubuntu: apt install bubblewrap)"
    )
