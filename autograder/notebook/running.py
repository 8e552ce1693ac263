"""Which cell of the notebook is being executed, and what its source says of a page."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import dataclass, replace

from IPython import get_ipython

from ..submissions.cells import PageCall, read_cell

OPENING = "workbook_opening"  # in the metadata of what the extension runs by itself
WHERE = (("metadata", "cellId"), ("content", "code"), ("header", "msg_id"))


@dataclass(frozen=True)
class Cell:
    """The code cell that is being executed."""

    id: str = ""
    source: str = ""
    run: str = ""  # this execution of it
    count: int = 0  # which of its calls for a page this is, from 0
    opening: bool = False  # whether the extension runs it by itself

    @property
    def live(self) -> bool:
        """Whether a browser is there to bring a page to life: nbclient and nbgrader send no cell id."""
        return bool(self.id) or "google.colab" in sys.modules or (sys.platform == "emscripten" and bool(self.source))

    @staticmethod
    def running() -> Cell:
        """The cell whose code runs now, as the browser described it when it asked for it to be run."""
        shell = get_ipython()
        try:
            parent = shell.get_parent() if hasattr(shell, "get_parent") else shell.kernel._parent_header
            said = [(parent.get(part) or {}).get(name) for part, name in WHERE]
            opening = bool((parent.get("metadata") or {}).get(OPENING))
            return Cell(*(str(text or "") for text in said), opening=opening)
        except AttributeError:  # plain Python, or a kernel that does not say
            return Cell()

    def asking_for(self, slug: str) -> Cell:
        """The cell at its next call for this page: the calls of one execution are counted."""
        return replace(self, count=_count(self.run, slug))

    def call(self, slug: str) -> PageCall | None:
        """What the source says of this call for the page, if it says it plainly."""
        calls = [call for call in read_cell(self.source) if call.slug == slug] if self.source else []
        return calls[min(self.count, len(calls) - 1)] if calls else None


_counted: tuple[str, Counter] = ("", Counter())


def _count(run: str, slug: str) -> int:
    """How many times this execution has asked for the page before."""
    global _counted
    if not run or _counted[0] != run:
        _counted = (run, Counter())
    _counted[1][slug] += 1
    return _counted[1][slug] - 1
