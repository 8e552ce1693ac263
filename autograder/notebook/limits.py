"""In a browser, how long a code exercise may run: in its own cell, and when it is tried.

    limits = limits_here()
    limits.watch(get_ipython())             the cell of an exercise is stopped after CELL seconds
    limits.ask(exercise, local(names))      asks as `local` does, and raises Stopped with a sentence

Elsewhere a kernel can be interrupted, and nothing is limited here.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field

from ..authoring.exercise import Exercise
from ..kernels.patience import TooLong, Watch, patience
from ..kernels.runner import Request
from ..marking.code import LATE, Ask, Stopped
from ..submissions.ids import code_slug_of
from .running import Cell, Shell

CELL = 30.0  # seconds for the cell of an exercise, which as a rule only makes a class
SLOWER = 3  # Python in a browser needs so many times the seconds of an exercise


class Endless(TooLong):
    """The cell of an exercise did not come to an end: shown as a sentence, without a traceback."""

    def _render_traceback_(self) -> list[str]:
        return [f"{LATE.format(self.seconds)} Your answers are safe; mend the loop and run the cell again."]


@dataclass
class Limits:
    """Seconds for an exercise's own cell, and by how much those of the exercise grow; None where nothing is limited."""

    cell: float | None
    slower: float | None
    clock: Watch = field(default_factory=lambda: Watch(Endless, within="__main__"))  # what a student wrote

    def watch(self, shell: Shell) -> None:
        """Look at the clock while the cell of a code exercise runs."""
        if self.cell is None:
            return
        shell.events.register("pre_run_cell", self._begin)
        shell.events.register("post_run_cell", self._end)

    def _begin(self, _info: object) -> None:
        if self.cell is not None and code_slug_of(Cell.running().id):
            self.clock.begin(self.cell)

    def _end(self, _result: object) -> None:
        self.clock.end()

    def ask(self, exercise: Exercise, ask: Ask) -> Ask:
        """The same oracle, which does not wait longer for an answer than the exercise may take."""
        if self.slower is None:
            return ask
        seconds = exercise.seconds * self.slower

        def patient(request: Request) -> object:
            try:
                with patience(seconds):
                    return ask(request)
            except TooLong:
                raise Stopped(LATE.format(seconds)) from None

        return patient


def limits_here() -> Limits:
    """Those of this Python: some in a browser, and none where a kernel can be interrupted."""
    return Limits(CELL, SLOWER) if sys.platform == "emscripten" else Limits(None, None)
