"""A session of practice, live: `PracticeWidget(begin)` shows one exercise after the other and says how each went.

The exercise is a page of its own (`ExercisePage`, shown by page.js), of which only a part is asked. It says nothing
while one types: what counts is what one knows before one is told. The buttons under it send what they are called,
Python answers with what to show; the traits are the whole contract with practice.js.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from time import monotonic
from typing import NamedTuple

import traitlets as t

from ..errors import WorkbookError
from ..marking.pages import Marks
from ..practice.session import Attempt, Session
from ..render import practice as said
from ..render.pages import excerpt, stylesheet
from .live import HERE, Bundle, LiveWidget, code, message_in
from .page_widget import PageWidget, boxes, for_browser
from .scripts import script

STYLE = stylesheet() + (HERE / "practice.css").read_text(encoding="utf-8")
STILL = "Practice opens here when this cell runs in JupyterLab or Notebook 7."


class ExercisePage(PageWidget):
    """The part of a page that an exercise asks for, with its numbers; marked when it is checked, not before."""

    in_session = t.Bool(True).tag(sync=True)  # it has no buttons of its own

    def __init__(self, attempt: Attempt) -> None:
        self.attempt = attempt
        self.checked: dict[int, str] = {}  # what stood in the boxes when they were last checked
        super().__init__(attempt.page, practice=attempt.variant or 1)

    def check(self, texts: Mapping[int, str]) -> Marks:
        """Mark what stands in the boxes now."""
        self.checked = {n: text for n, text in texts.items() if text.strip()}
        marks = self.attempt.check(self.checked)
        self._check()
        return marks

    @property
    def on_view(self) -> dict[int, str]:
        """What stands in the boxes."""
        return boxes(self.trial)

    def _for_practice(self, variant: int) -> int:
        return self.attempt.variant

    def _template(self, practised: int) -> str:
        attempt = self.attempt
        return excerpt(attempt.sheet, attempt.task.boxes, attempt.printed) if practised else ""

    def _check(self) -> None:
        """The verdicts on what was checked; a box that has changed since has none."""
        now, marks = self.on_view, self.attempt.marks(self.checked)
        known = (v for v in marks.verdicts if v.box not in self.attempt.task.boxes or self._same(v.box, now))
        with self.hold_sync():
            self.verdicts = {str(v.box): for_browser(v, self.attempt.sheet) for v in known}
            self.done = self.seq

    def _same(self, box: int, now: Mapping[int, str]) -> bool:
        return box in self.checked and self.checked[box] == now.get(box, "")

    def _may_show(self) -> bool:
        return False

    def _may_nudge(self) -> bool:
        return False


class Button(NamedTuple):
    """What a student can do next: what it is called in messages, and on the button."""

    name: str
    label: str

    @property
    def data(self) -> dict[str, str]:
        """As the browser gets it; the first button is the one that Enter presses."""
        return self._asdict()


BEGIN, CHECK, NEXT = Button("begin", "Begin"), Button("check", "Check"), Button("next", "Next")
SHOW, LEAVE = Button("show", "Show how"), Button("show", "I do not know")
STOP, MORE = Button("stop", "Stop here"), Button("begin", "Another ten minutes")


class PracticeWidget(LiveWidget):
    """A session, from its beginning to its end.

    begin   gives a new session; a WorkbookError that it raises is shown as a sentence
    at_once whether the first exercise is shown without asking, as under a page
    clock   seconds, by which it is seen how long an exercise took
    """

    _esm = code(script("practice.js", STYLE))

    phase = t.Unicode("start").tag(sync=True)  # start, exercise, over, end
    turn = t.Int(0).tag(sync=True)  # grows with everything that Python says: the last of a change
    head = t.Unicode().tag(sync=True)  # HTML, what a student typed escaped
    told = t.Unicode().tag(sync=True)  # HTML, under the exercise
    remark = t.Unicode().tag(sync=True)  # what to know of the file that remembers
    exercise = t.Unicode().tag(sync=True)  # the model of the exercise's page
    buttons = t.List(t.Dict()).tag(sync=True)

    def __init__(
        self, begin: Callable[[], Session], *, at_once: bool = False, clock: Callable[[], float] = monotonic
    ) -> None:
        self._begin, self._clock = begin, clock
        self._session: Session | None = None
        self._page: ExercisePage | None = None
        self._since = 0.0
        self._fresh = True  # whether the session on view has not begun yet
        super().__init__()
        self._open(at_once)
        self.on_msg(self._asked)

    def twin_bundle(self) -> Bundle:
        """A sentence for where there is no kernel: a session is not kept in the notebook."""
        return {"text/html": f'<p class="wb-session-static">{STILL}</p>', "text/plain": STILL}

    def close(self) -> None:
        """Let go of the exercise, too."""
        if self._page is not None:
            self._page.close()
        super().close()

    # -- what a student asks for -------------------------------------------------------------------------------------

    def _asked(self, _widget: object, content: object, _buffers: object) -> None:
        message = message_in(content)
        name, texts = message.get("do"), message.get("texts")
        if name == "check":
            self._check(boxes(message_in(texts)))
        elif name in ("begin", "next", "show", "stop"):
            {"begin": self._start, "next": self._next, "show": self._show, "stop": self._stop}[name]()

    def _open(self, at_once: bool) -> None:
        """The first thing that is seen."""
        session = self._new()
        if session is None:
            return
        if at_once:
            self._next()
        else:
            first = session.next()  # asked again when it begins: nothing has been answered in between
            self._say("start", said.beginning(session), buttons=[BEGIN] if first else [])

    def _new(self) -> Session | None:
        try:
            self._session, self._fresh = self._begin(), True
        except WorkbookError as error:
            self._session = None
            self._say("start", f'<p class="wb-amiss">{said.plainly(str(error))}</p>')
        return self._session

    def _start(self) -> None:
        if self._session is None or not self._fresh:
            self._new()
        if self._session is not None:
            self._next()

    def _next(self) -> None:
        if self._session is None or self._open_attempt() is not None:
            return
        attempt = self._session.next()
        if attempt is None:
            self._end()
            return
        self._fresh = False
        old, self._page = self._page, ExercisePage(attempt)
        self._since = self._clock()
        model = f"IPY_MODEL_{self._page.model_id}"
        self._say("exercise", said.task_head(attempt, self._session), exercise=model, buttons=self._while_typing())
        if old is not None:
            old.close()

    def _while_typing(self) -> list[Button]:
        session, page = self._session, self._page
        shows = session is not None and page is not None and session.shows_how(page.attempt.task.slug)
        return [CHECK, SHOW if shows else LEAVE, STOP]

    def _open_attempt(self) -> Attempt | None:
        """The exercise that is not over yet."""
        return self._page.attempt if self._page is not None and self.phase == "exercise" else None

    def _check(self, texts: Mapping[int, str]) -> None:
        attempt = self._open_attempt()
        if attempt is None or self._page is None:
            return
        marks = self._page.check(texts)
        if attempt.over:
            self._over(attempt)
        else:
            self._say("exercise", self.head, said.checked(marks, attempt), self.exercise, self._while_typing())

    def _show(self) -> None:
        attempt = self._open_attempt()
        if attempt is not None:
            attempt.give_up()
            self._over(attempt)

    def _over(self, attempt: Attempt) -> None:
        if self._session is None:
            return
        about = self._session.close(attempt, self._clock() - self._since)
        self._say("over", self.head, said.told(attempt, about, self._session), self.exercise, [NEXT, STOP])

    def _stop(self) -> None:
        attempt = self._open_attempt()
        if attempt is not None and attempt.checks and self._session is not None:  # begun, and not right yet
            attempt.give_up()
            self._session.close(attempt, self._clock() - self._since)
        self._end()

    def _end(self) -> None:
        if self._session is not None:
            session, self._fresh = self._session, False
            more = [] if session.plan.only or not session.full else [MORE]
            self._say("end", said.ending(session.ending(), session), buttons=more)

    def _say(
        self, phase: str, head: str, told: str = "", exercise: str = "", buttons: list[Button] | None = None
    ) -> None:  # fmt: skip
        with self.hold_sync():
            self.phase, self.head, self.told, self.exercise = phase, head, told, exercise
            self.buttons = [button.data for button in buttons or ()]
            self.remark = self._session.log.note if self._session else ""
            self.turn += 1
