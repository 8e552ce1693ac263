"""Which cell of the notebook is being executed, and what its source says of a page."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass, replace
from typing import Any, Protocol, cast

from IPython import get_ipython

from ..submissions.cells import PageCall, read_cell

OPENING = "workbook_opening"  # in the metadata of what the extension runs by itself
WHERE = (("metadata", "cellId"), ("content", "code"), ("header", "msg_id"))


class Events(Protocol):
    """What IPython calls before and after it runs a cell."""

    def register(self, event: str, function: Callable[[Any], object]) -> None: ...
    def unregister(self, event: str, function: Callable[[Any], object]) -> None: ...


class Shell(Protocol):
    """What we ask of IPython's shell."""

    user_ns: MutableMapping[str, object]
    events: Events

    def get_parent(self) -> Mapping[str, Any]: ...
    def set_next_input(self, text: str, replace: bool = False) -> None: ...


def the_shell() -> Shell | None:
    """The shell of this kernel; None in plain Python."""
    return cast("Shell | None", get_ipython())  # IPython says less of it


def part_of(request: Mapping[str, Any], part: str) -> Mapping[str, Any]:
    """The part of a request to run a cell that goes by this name; an empty one if there is none."""
    return request.get(part) or {}


def in_colab() -> bool:
    """Whether this is a kernel of Colab, which lets no kernel change a cell and opens a notebook without its folder."""
    return "google.colab" in sys.modules


@dataclass(frozen=True)
class Cell:
    """The code cell that is being executed."""

    id: str = ""
    source: str = ""
    run: str = ""  # this execution of it
    count: int = 0  # which of its calls for a page this is, from 0
    opening: bool = False  # whether the extension runs it by itself
    by_hand: bool = False  # whether somebody sits before it who could answer a question: not with nbclient, nbgrader

    @property
    def live(self) -> bool:
        """Whether a browser is there to bring a page to life: nbclient and nbgrader send no cell id."""
        return bool(self.id) or in_colab() or (sys.platform == "emscripten" and bool(self.source))

    @staticmethod
    def running() -> Cell:
        """The cell whose code runs now, as the browser described it when it asked for it to be run."""
        shell: Any = get_ipython()
        try:
            request: Any = shell.get_parent() if hasattr(shell, "get_parent") else shell.kernel._parent_header
            cell, source, run = (str(part_of(request, part).get(name) or "") for part, name in WHERE)
            opening, by_hand = part_of(request, "metadata").get(OPENING), part_of(request, "content").get("allow_stdin")
            return Cell(cell, source, run, opening=bool(opening), by_hand=bool(by_hand))
        except AttributeError:  # plain Python, or a kernel that does not say
            return Cell()

    def asking_for(self, slug: str) -> Cell:
        """The cell at its next call for this page: the calls of one execution are counted."""
        return replace(self, count=_count(self.run, slug))

    def call(self, slug: str) -> PageCall | None:
        """What the source says of this call for the page, if it says it plainly."""
        calls = [call for call in read_cell(self.source) if call.slug == slug] if self.source else []
        return calls[min(self.count, len(calls) - 1)] if calls else None


_counted: tuple[str, Counter[str]] = ("", Counter())


def _count(run: str, slug: str) -> int:
    """How many times this execution has asked for the page before."""
    global _counted
    if not run or _counted[0] != run:
        _counted = (run, Counter())
    _counted[1][slug] += 1
    return _counted[1][slug] - 1
