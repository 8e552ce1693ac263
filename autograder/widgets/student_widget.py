"""Ask a student who they are, once, and write it into the cell: `StudentWidget(name, student="", cell_id=...)`.

The traits are the whole contract with student.js: the browser sends what was `typed`, Python answers with `student`, or
with what is wrong in `say`. The browser then writes course(student="...") into the source of the cell.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape

import traitlets as t

from ..render.pages import stylesheet
from .live import HERE, Bundle, LiveWidget, code
from .scripts import script


class StudentWidget(LiveWidget):
    """The prompt for a student id.

    name      called with what was typed; returns the id as it counts, or raises ValueError with a sentence
    student   the id, if it is known
    hub       whether it comes from JupyterHub, and so needs no asking
    """

    _esm = code(script("student.js", stylesheet() + (HERE / "student.css").read_text(encoding="utf-8")))

    student = t.Unicode().tag(sync=True)
    hub = t.Bool(False).tag(sync=True)
    say = t.Unicode().tag(sync=True)  # what is wrong with what was typed
    done = t.Int(0).tag(sync=True)  # the last request that is answered
    cell_id = t.Unicode().tag(sync=True)

    # from the browser
    typed = t.Unicode().tag(sync=True, echo_update=False)
    seq = t.Int(0).tag(sync=True, echo_update=False)

    def __init__(self, name: Callable[[str], str], *, student: str = "", hub: bool = False, cell_id: str = "") -> None:
        self._name = name
        super().__init__(student=student, hub=hub, cell_id=cell_id)
        self.observe(self._answer, names=["seq"])

    def _answer(self, _change: object) -> None:
        with self.hold_sync():
            try:
                self.student, self.say = self._name(self.typed), ""
            except ValueError as error:
                self.say = str(error)
            self.done = self.seq
        if self.last_output is not None:
            self.last_output.update(self.twin_bundle(), raw=True)

    def twin_bundle(self) -> Bundle:
        """Whose numbers they are, in the file."""
        return who(self.student, self.hub)


def who(student: str, hub: bool = False) -> Bundle:
    """Whose numbers a notebook shows, or how to say it, as a notebook output."""
    if student:
        words = f"Numbers for {student}{', as JupyterHub knows you' if hub else ''}."
    else:
        words = (
            'Which numbers are yours? Write your student id into this cell, as in course(student="ada"), and run it.'
        )
    return {"text/html": f'<div class="wb-page wb-static wb-who"><p>{escape(words)}</p></div>', "text/plain": words}
