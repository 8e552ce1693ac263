"""Know whether what the kernel holds under an exercise's name is what its cell says, before it is tried.

    attempts = Attempts()
    attempts.watch(get_ipython())        from now on every run of a cell is noted
    attempts.saw(cells(nb))              the notebook as it stands in the browser, whenever it is known
    attempts.look(exercise, names)       Doubt(message, tried): what to tell before the marks; None if all is well

A class stays in the kernel when its cell is edited into something that does not run. Its marks would be those of code
that nobody will hand in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import NamedTuple, Protocol

from ..authoring.exercise import Exercise
from ..submissions.ids import code_id
from ..submissions.notebook import Cell
from .running import Shell

FAILED = "Nothing was tried: the last run of the cell with {name} ended with {error}. Mend that cell, {again}"
FAILED_LATER = "The last run of the cell with {name} ended with {error}, after {name} was made. Mend that cell, {again}"
RENAMED = "Nothing was tried: the cell that made {name} ran again and makes no {name} now. Use that name, {again}"
CHANGED = "The cell with {name} has changed since it was run; these are the marks of what ran. Now {again}"
UNMADE = "Nothing was tried: the cell of {name} ran, and there is no {name} now{others}. Make it there, {again}"
AGAIN = "run it, then run this one again."

_MADE = re.compile(r"^(?:class|(?:async )?def)[ \t]+(\w+)|^(\w+)[ \t]*=(?!=)", re.MULTILINE)


class Run(NamedTuple):
    """The last run of a cell."""

    cell: str  # its id, where the frontend says it
    source: str
    error: str  # the kind of error with which it ended, or ""
    time: int  # of two moments the later has the larger number

    @property
    def makes(self) -> set[str]:
        """The classes, functions and variables that its source makes, even where it cannot be run."""
        return {one or other for one, other in _MADE.findall(self.source)}


class Asked(Protocol):
    """What IPython was asked to run."""

    cell_id: str | None
    raw_cell: str | None


class Result(Protocol):
    """What IPython tells of one run."""

    info: Asked
    error_before_exec: BaseException | None
    error_in_exec: BaseException | None


class Seen(NamedTuple):
    """The source of a cell, and when it was seen."""

    source: str
    time: int


class Doubt(NamedTuple):
    """Why marks may not be those of what stands in the cell."""

    message: str
    tried: bool  # whether there is something to try all the same


@dataclass
class Attempts:
    """The runs of cells in this kernel, and the notebook as it was last seen."""

    runs: dict[str, Run] = field(default_factory=dict[str, Run])  # the last of each cell, the latest at the end
    homes: dict[str, str] = field(default_factory=dict[str, str])  # a name → the cell that last made it
    things: dict[str, object] = field(
        default_factory=dict[str, object]
    )  # a name → the class or function that this gave
    cells: dict[str, Seen] = field(default_factory=dict[str, Seen])  # as they stand in the browser
    clock: Iterator[int] = field(default_factory=count)

    def watch(self, shell: Shell) -> None:
        """Note every run of a cell in this IPython shell."""

        def note(result: Result | None) -> None:
            self.ran(result, shell.user_ns)

        shell.events.register("post_run_cell", note)

    def ran(self, result: Result | None, names: Mapping[str, object]) -> None:
        """Note one run, as IPython's event post_run_cell tells it: of a run that was cut off, nothing."""
        if result is None:
            return
        error = result.error_before_exec or result.error_in_exec
        cell, source = result.info.cell_id or "", result.info.raw_cell or ""
        run = Run(cell, source, type(error).__name__ if error else "", next(self.clock))
        key = cell or " ".join(sorted(run.makes))
        self.runs.pop(key, None)
        self.runs[key] = run
        for name in () if run.error else run.makes:
            if callable(names.get(name)):
                self.homes[name], self.things[name] = cell, names[name]

    def saw(self, listed: Iterable[Cell]) -> None:
        """Note what stands in the cells of the notebook just now."""
        now = next(self.clock)
        self.cells = {cell.cell_id: Seen(cell.source, now) for cell in listed if cell.cell_id}

    def look(self, exercise: Exercise, names: Mapping[str, object]) -> Doubt | None:
        """What there is to doubt of what the kernel holds for this exercise, or for one that it builds on."""
        doubts = (self._doubt(each, names) for each in (*exercise.needs, exercise))
        return next((doubt for doubt in doubts if doubt), None)

    def _doubt(self, exercise: Exercise, names: Mapping[str, object]) -> Doubt | None:
        name, own = exercise.name, code_id(exercise.slug)
        run = self._last(name, own[:64])  # which is how long the id of a cell may be
        if run is None:
            return None
        old = names.get(name) is self.things.get(name)
        words = {"name": name, "error": run.error, "again": AGAIN}
        if run.error:
            return Doubt((FAILED if old else FAILED_LATER).format(**words), tried=not old)
        if name not in run.makes and old and name in names:
            return Doubt(RENAMED.format(**words), tried=False)
        if run.cell == own[:64] and name not in names and run.source.strip() != exercise.starter.strip():
            others = sorted(made for made in run.makes if callable(names.get(made)))
            words["others"] = f", only {' and '.join(others[:3])}" if others else ""
            return Doubt(UNMADE.format(**words), tried=False)
        seen = self.cells.get(own) if run.cell == own[:64] else None
        if seen and seen.time > run.time and seen.source.strip() != run.source.strip():
            return Doubt(CHANGED.format(**words), tried=True)
        return None

    def _last(self, name: str, own: str) -> Run | None:
        """The last run of the cell that is to make this name: the exercise's own, or the one that made it before."""
        home = self.homes.get(name, "")
        places = [run for run in self.runs.values() if run.cell and run.cell in (own, home)]
        return (places or [run for run in self.runs.values() if not home and name in run.makes] or [None])[-1]
