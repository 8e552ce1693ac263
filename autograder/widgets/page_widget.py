"""A live page: `PageWidget(page, texts)` shows it, marks what is typed as it is typed, and keeps `answers` in step.

The traits below are the whole contract with page.js. The browser writes `texts` (and `trial` while practising), Python
answers with `verdicts`, `summary` and `done`. All marking is `autograder.marking.pages.mark`; all HTML comes from
`autograder.layout`. What is slow or large (the static twin, the font, the worked solution) is sent only when asked for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, MutableMapping
from functools import lru_cache
from html import escape, unescape
from typing import Any, NotRequired, TypeAlias, TypedDict, cast

import numpy as np
import traitlets as t

from ..answers.literals import box_of, literal_of, value_of
from ..authoring.explorer import Desk
from ..authoring.mistakes import MESSAGES
from ..authoring.page import OWN, Page, Sheet
from ..explorers.checking import checker, opened_at
from ..layout import mathematics, prose
from ..marking.listed import take
from ..marking.pages import Marks, Verdict, mark
from ..render.pages import STATES, echoed, notice, placed, plain, solution, static, stylesheet, template
from ..submissions.writing import page_source, with_answers
from .explorer_widget import ExplorerWidget
from .live import HERE, Bundle, LiveWidget, Metadata, code, message_in
from .scripts import script

SHOW_HOW = ("practice", "always", "never")
"""Where a worked solution may be opened: while practising with other numbers, on the graded page too, or nowhere."""

MAX_LIST = 20_000  # characters of a list of answers that are read
RERUN = "Run this cell to bring its boxes back to life."
WAITING = (
    "Everybody has numbers of their own on this page. Say who you are at the top of the notebook: in the box there, or "
    'in the cell, as in course(student="ada"). Then the page appears here, or when you run this cell again.'
)


def _everything(marks: Marks) -> Marks:
    return marks


def _always() -> bool:
    return True


Answers: TypeAlias = MutableMapping[Any, Any]
"""The dict that a student has written: it may hold anything."""


class PageWidget(LiveWidget):
    """One page of the workbook in a notebook's output.

    page      the page
    texts     box → text, as it stands in the cell
    answers   the student's own dict in the kernel, updated in place
    notes     sentences to show under the page, such as faults found in the cell
    show_how  one of SHOW_HOW, or a function that gives it
    tells     gives back of marks what may be told of them
    frank     whether all may be told, so that gradients may be checked by nudging
    variant   the numbers of the page that is handed in; None while it is not known whose they are
    writeback whether the view is known to write into its cell; else it says so itself
    source    the cell as it ran
    held      box → text, as the cell will hold it when it has run: not what was typed where nothing can write there
    rewrites  whether running the cell again writes down what is typed; not so in Colab
    first     whether it is the first page of the notebook, which says what an editor lacks
    practise  gives a session of practice on the slip of this code; None offers none
    """

    _esm = code(script("page.js", stylesheet() + (HERE / "live.css").read_text(encoding="utf-8")))

    # from Python
    slug = t.Unicode().tag(sync=True)
    template = t.Unicode().tag(sync=True)  # the page's HTML, its boxes empty
    verdicts = t.Dict().tag(sync=True)  # box → {state, words, say, read, echo, place}
    summary = t.Unicode().tag(sync=True)
    done = t.Int(0).tag(sync=True)  # the last edit that is marked
    shown = t.Int(0).tag(sync=True)  # 0: the page to be handed in; else the variant that is practised
    can_show = t.Bool(False).tag(sync=True)  # whether "Show how" is offered
    how = t.Unicode().tag(sync=True)  # the worked solution, while it is open
    can_nudge = t.Bool(False).tag(sync=True)  # whether "Check by nudging" is offered
    nudger = t.Unicode().tag(sync=True)  # the model of the explorer under the page, while it is open
    slip = t.Unicode().tag(sync=True)  # the code of the last slip with a name, where it can be practised
    drill = t.Unicode().tag(sync=True)  # the model of the session of practice under the page, while it is open
    notes = t.List(t.Unicode()).tag(sync=True)
    cell_id = t.Unicode().tag(sync=True)  # the cell that shows the page
    call_index = t.Int(0).tag(sync=True)  # which of the cell's calls for this page
    variable = t.Unicode("answers").tag(sync=True)  # the dict's name in the cell
    twin = t.Unicode().tag(sync=True)  # how the static twin is found among the cell's outputs
    unwritten = t.Unicode().tag(sync=True)  # what the cell should say, where nobody writes it there; "" once it does
    rewrites = t.Bool(True).tag(sync=True)  # whether running the cell again writes it there
    first = t.Bool(True).tag(sync=True)  # whether this page says, for all of the notebook, what the editor lacks

    # from the browser; not echoed back, which would double the traffic of every key
    texts = t.Dict().tag(sync=True, echo_update=False)
    trial = t.Dict().tag(sync=True, echo_update=False)  # texts of the practised variant
    seq = t.Int(0).tag(sync=True, echo_update=False)  # number of the last edit
    client = t.Unicode().tag(sync=True, echo_update=False)  # the view that made it
    practice = t.Int(0).tag(sync=True, echo_update=False)  # the variant asked for
    asked = t.Bool(False).tag(sync=True, echo_update=False)  # whether the worked solution is asked for
    nudging = t.Int(0).tag(sync=True, echo_update=False)  # the box whose gradient is to be nudged first; 0: closed
    drilling = t.Bool(False).tag(sync=True, echo_update=False)  # whether the slip is to be practised
    writeback = t.Bool(False).tag(sync=True, echo_update=False)  # whether the view can write into the cell

    def __init__(
        self,
        page: Page,
        texts: Mapping[int, str] | None = None,
        *,
        answers: Answers | None = None,
        notes: Iterable[str] = (),
        show_how: str | Callable[[], str] = "practice",
        tells: Callable[[Marks], Marks] = _everything,
        frank: Callable[[], bool] = _always,
        variant: int | None = 0,
        practice: int = 0,
        cell_id: str = "",
        call_index: int = 0,
        variable: str = "answers",
        writeback: bool = False,
        source: str = "",
        held: Mapping[int, str] | None = None,
        rewrites: bool = True,
        first: bool = True,
        practise: Callable[[str], LiveWidget] | None = None,
    ) -> None:
        self.page, self.answers, self.source = page, answers, source
        self.given: dict[int, str] | None = None  # what stands in the cell; it is the texts until that is known
        self._practise, self._drill = practise, cast("LiveWidget | None", None)
        self.variant, self.tells, self.frank = variant, tells, frank
        self._nudger: ExplorerWidget | None = None
        self._show_how = show_how if callable(show_how) else lambda: show_how
        super().__init__(
            slug=page.slug,
            template=self._template(0),
            texts={str(box): text for box, text in (texts or {}).items() if text},
            notes=list(notes),
            cell_id=cell_id,
            call_index=call_index,
            variable=variable or "answers",
            twin=f"{page.slug}#{call_index}",
            writeback=writeback,
            rewrites=rewrites,
            first=first,
        )
        self.given = self.typed if held is None else _filled(held)
        self._check()
        self.observe(self._edited, names=["texts", "trial", "seq"])
        self.observe(self._wrote, names=["writeback"])
        self.observe(self._switch, names=["practice"])
        self.observe(self._ask, names=["asked"])
        self.observe(self._nudge, names=["nudging"])
        self.observe(self._practise_slip, names=["drilling"])
        self.on_msg(self._answer)
        self.practice = practice

    # -- marking -----------------------------------------------------------------------------------------------------

    @property
    def typed(self) -> dict[int, str]:
        """What stands in the boxes of the page that is handed in."""
        return boxes(self.texts)

    @property
    def marks(self) -> Marks | None:
        """The marks of the page that is handed in, whatever is practised; None while its numbers are not known."""
        return None if self.variant is None else mark(self.page, self.typed, self.variant)

    @property
    def told(self) -> Marks | None:
        """What may be told of these marks: all that the browser and the file ever get."""
        marks = self.marks
        return marks and self.tells(marks)

    def follow(self, texts: Mapping[int, str], answers: Answers | None, notes: Iterable[str]) -> None:
        """Show what stands in the cell now, which has run again, and keep the dict that this has made in step."""
        with self.hold_sync():
            self.answers = answers
            self.texts = {str(box): text for box, text in texts.items() if text}
            self.notes, self.given = list(notes), _filled(texts)

    def renumber(self, variant: int | None) -> None:
        """Give the page the numbers of a student who is known by now."""
        if variant == self.variant:
            return
        self.variant = variant
        with self.hold_sync():
            self.template, self.nudging = self._template(self.shown), 0
            self._check()
        if self.last_output is not None:
            self.last_output.update(self.twin_bundle(), raw=True, metadata=self.note())

    def _edited(self, change: Mapping[str, Any]) -> None:
        if change["name"] == "texts":
            self._keep(boxes(change["old"]), boxes(change["new"]))
        if change["name"] != "seq" or self.done != self.seq:  # an edit changes both: mark it once
            self._check()
        if self._nudger is not None:
            self._nudger.again()

    def _check(self) -> None:
        marks = mark(self.page, boxes(self.trial), self.shown) if self.shown else self.told
        with self.hold_sync():
            sheet = marks and marks.page.sheet(marks.variant)
            verdicts = {str(v.box): for_browser(v, sheet) for v in marks.verdicts} if marks else {}
            self.verdicts, self.summary = verdicts, summary(marks) if marks else ""
            self.can_show, self.can_nudge = self._may_show(), self._may_nudge()
            self.unwritten = self._unwritten()
            self.slip = self._slip(marks) or self.slip
            self.done = self.seq

    def _wrote(self, _change: object) -> None:
        self.unwritten = self._unwritten()

    def _unwritten(self) -> str:
        """The source that the cell should have, as long as nobody writes what is typed into it."""
        typed = _filled(self.typed)
        if self.writeback or typed == self.given:
            return ""
        every = {n: typed.get(n, "") for n in range(1, len(self.page.sheet().boxes) + 1)}
        written = with_answers(self.source, self.slug, every, self.call_index)
        return written or page_source(self.slug, {n: literal_of(text) for n, text in every.items()})

    def _keep(self, old: Mapping[int, str], new: Mapping[int, str]) -> None:
        """Put what changed into the student's own dict, as the literals that now stand in the cell."""
        changed = {box for box in {*old, *new} if old.get(box, "") != new.get(box, "")}
        if self.answers is None or not changed:
            return
        keys = {box_of(key): key for key in self.answers}  # the last one counts, as in the cell
        for box in changed:
            self.answers[keys.get(box, box)] = value_of(new.get(box, ""))

    # -- practice, and how it is done ---------------------------------------------------------------------------------

    def _switch(self, change: Mapping[str, Any]) -> None:
        variant = self._for_practice(max(0, change["new"]) % OWN)
        with self.hold_sync():
            self.template = self._template(variant)
            self.trial, self.how, self.asked, self.nudging = {}, "", False, 0
            self.shown = variant
            self._check()

    def _for_practice(self, variant: int) -> int:
        """This variant or, where chance gave it the numbers of the page that is handed in, the next; 0 stays 0."""
        if not variant or self.variant is None:
            return variant
        own = self.page.sheet(self.variant)
        tried = ((variant + more) % OWN or 1 for more in range(20))  # a page of words has the same in all of them
        return next((other for other in tried if not _same_numbers(self.page.sheet(other), own)), variant)

    def _template(self, practised: int) -> str:
        variant = practised or self.variant
        return notice(self.page, WAITING) if variant is None else template(self.page.sheet(variant))

    def _may_show(self) -> bool:
        setting = self._show_how()
        own = setting == "always" and self.variant is not None
        return self.shown != 0 and setting != "never" or own

    def _ask(self, change: Mapping[str, Any]) -> None:
        variant = self.shown or self.variant
        if change["new"] and variant is not None and self._may_show():
            self.how = solution(self.page.sheet(variant))
        else:
            self.how = ""

    # -- check by nudging ----------------------------------------------------------------------------------------------

    def _may_nudge(self) -> bool:
        known = self.variant is not None and self.frank()
        return checker(self.page.slug) is not None and (known or self.shown != 0)

    def _nudge(self, change: Mapping[str, Any]) -> None:
        """Open the explorer that checks this page, or close it."""
        if self._nudger is not None:
            self._nudger.close()
        self._nudger = self._checker(change["new"]) if change["new"] and self._may_nudge() else None
        self.nudger = f"IPY_MODEL_{self._nudger.model_id}" if self._nudger else ""

    def _checker(self, box: int) -> ExplorerWidget | None:
        explorer, variant = checker(self.page.slug), self.shown or self.variant
        if explorer is None or variant is None:
            return None
        return ExplorerWidget(explorer, Desk(variant, self._on_view), opened_at(self.page.slug, variant, box))

    def _on_view(self, _slug: str) -> Mapping[int, str]:
        """What stands in the boxes that are on view: those of the practice, or those that are handed in."""
        return boxes(self.trial) if self.shown else self.typed

    # -- practise a slip -----------------------------------------------------------------------------------------------

    def _slip(self, marks: Marks | None) -> str:
        """The code of the first slip with a name, as far as it is told; it stays on offer when it is mended."""
        if marks is None or self._practise is None:
            return ""
        return next((verdict.code for verdict in marks.verdicts if verdict.code in MESSAGES), "")

    def _practise_slip(self, change: Mapping[str, Any]) -> None:
        """Open a session of practice under the page, or close it."""
        if self._drill is not None:
            self._drill.close()
        self._drill = self._practise(self.slip) if change["new"] and self.slip and self._practise else None
        self.drill = f"IPY_MODEL_{self._drill.model_id}" if self._drill else ""

    # -- what is sent only when asked for ------------------------------------------------------------------------------

    def _answer(self, _widget: object, content: object, _buffers: object) -> None:
        message = message_in(content)
        if message.get("want") == "list":
            self._take_list(message)
        if message.get("want") != "twin":
            return
        if self.writeback:
            self.send({"twin": self.twin_bundle(), "client": message.get("client")})
        elif self.last_output is not None:
            self.last_output.update(self.twin_bundle(), raw=True, metadata=self.note())

    def _take_list(self, message: Mapping[str, object]) -> None:
        """Boxes typed as a list, from paper: read here, written by the view as if each had been typed into."""
        typed, at, variant = message.get("typed"), message.get("at"), self.shown or self.variant
        if variant is None or not isinstance(typed, str) or not isinstance(at, int):
            return
        boxes_there = self.page.sheet(variant).boxes
        taken = take(typed[:MAX_LIST], max(0, at), boxes_there)
        following = boxes_there[taken.at - 1].label if taken.at <= len(boxes_there) else ""
        then = f"Next: {following}." if following else "That was the last box."
        self.send({
            "listed": [[str(box), text] for box, text in taken.entries], "next": taken.at,
            "say": taken.refused or then, "refused": bool(taken.refused), "client": message.get("client"),
        })  # fmt: skip

    def twin_bundle(self) -> Bundle:
        """The page as a static output, for when there is no browser or no kernel."""
        return twin_bundle(self.page, self.told, self.twin, rerun=True)

    def note(self) -> Metadata:
        """Which numbers the page shows, as it stands in the file."""
        return noted(self.page, self.variant)


def twin_bundle(page: Page, marks: Marks | None, key: str, *, notes: Iterable[str] = (), rerun: bool = False) -> Bundle:
    """A static page as a notebook output; `key` marks it, so that it is found again among a cell's outputs.

    marks   what may be told; None where it is not known whose numbers the page shows
    """
    if marks is None:
        html = f'<style>{stylesheet()}</style><div class="wb-page wb-static">{notice(page, WAITING)}</div>'
        return {"text/html": f'<div data-twin="{escape(key)}">{html}</div>', "text/plain": WAITING}
    sheet = page.sheet(marks.variant)
    html = static(sheet, marks, notes=tuple(notes))
    again = f'<p class="wb-note wb-rerun">{RERUN}</p>' if rerun else ""
    return {
        "text/html": f'<div data-twin="{escape(key)}">{html.removesuffix("</div>")}{again}</div></div>',
        "text/plain": plain(sheet, marks),
    }


def noted(page: Page, variant: int | None) -> Metadata:
    """The metadata of a page's output: which numbers it shows, so that others' numbers are named; never believed."""
    return {} if variant is None else {"workbook": {"page": page.slug, "variant": variant}}


def _same_numbers(one: Sheet, other: Sheet) -> bool:
    """Whether two variants of a page were given the same."""
    pairs = [(one.givens[name], other.givens.get(name)) for name in one.givens]
    return all(np.array_equal(np.asarray(a, dtype=object), np.asarray(b, dtype=object)) for a, b in pairs)


def boxes(texts: Mapping[str, object]) -> dict[int, str]:
    """Texts as they came from the browser, where every key is a text, by box number."""
    return {box: str(text) for key, text in texts.items() if (box := box_of(key)) is not None}


def _filled(texts: Mapping[int, str]) -> dict[int, str]:
    """Without the boxes that are empty."""
    return {box: text for box, text in texts.items() if text}


def summary(marks: Marks) -> str:
    """The line at the foot of a page: how many are right, slips, which boxes merely follow, points."""
    points = "1 point" if marks.points == 1 else f"{marks.points:g} points"
    return f"{marks.summary} {points}." if marks.points else marks.summary


# -- verdicts, ready to be shown as text nodes -----------------------------------------------------------------------

Runs: TypeAlias = list[list[str | list[str]]]
"""Typeset text without markup: [[text, [tags around it]], ...]."""


class VerdictData(TypedDict):
    """A verdict as the browser gets it."""

    state: str
    words: str
    say: NotRequired[Runs]
    read: NotRequired[Runs]
    echo: NotRequired[Runs]
    place: NotRequired[float]


_MINUS = str.maketrans({"−": "-", "–": "-", "‐": "-", "‑": "-", "‒": "-", "﹣": "-", "－": "-"})
_TAG = re.compile(r"<(/?)(\w+)[^>]*>|([^<]+)")
_KEPT = ("i", "b", "sub", "sup")


def for_browser(verdict: Verdict, sheet: Sheet | None = None) -> VerdictData:
    """A verdict as the browser gets it: state, words, message, and how the answer was read where that differs.

    sheet   the page, which may show the answer a second time, or draw it, once it is right
    """
    data: VerdictData = {"state": verdict.state, "words": STATES[verdict.state][1]}
    if verdict.message:
        data["say"] = runs(prose(verdict.message))
    if verdict.read_as and _bare(verdict.read_as) != _bare(verdict.text):
        data["read"] = runs(mathematics(verdict.read_as))
    if sheet and verdict.box in sheet.echoes and (echo := echoed(verdict)):
        data["echo"] = runs(echo)
    if sheet and verdict.box in sheet.plotted and (place := placed(verdict)) is not None:
        data["place"] = place
    return data


def _bare(text: str) -> str:
    return "".join(text.translate(_MINUS).split())


@lru_cache(maxsize=1024)
def runs(html: str) -> Runs:
    """HTML of `layout.prose` as runs of text, so that the browser never parses what holds a student's words."""
    texts: Runs = []
    tags: list[str] = []
    for close, tag, text in _TAG.findall(html):
        if text:
            texts.append([unescape(text), list(tags)])
        elif tag in _KEPT and not close:
            tags.append(tag)
        elif tag in _KEPT and tag in tags:
            tags.remove(tag)
    return texts
