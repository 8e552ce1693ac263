"""What a student's notebook imports: show a page, see its marks, say how the course is set and whose numbers are shown.

    from autograder.notebook import course, explore, grade, page, progress

    course(show_how="practice")
    course(student="ada")            where every student has numbers of their own

    answers = {1: 2, 2: "3/4"}
    page("gradients/one-weight", answers)

    grade("gradients/one-weight")

    explore("gradients/nudge")

    train(..., watch=live_curve(passes=60))      a progress bar and the curve of the cost, while it runs

    progress("gradients")            the pages of the chapter as a bar; progress() for all chapters

A page shows what stands in its cell, read as text: `3: 3/4` is three quarters, not 0.75. Where there is no browser
(nbconvert, nbgrader) it is a static page.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import MutableMapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from html import escape
from numbers import Rational, Real
from pathlib import Path

from IPython import get_ipython
from IPython.display import display

from . import explorers, pages
from .attempts import Attempts
from .cells import PageCall, as_source, page_source, read_cell
from .code_marking import blank_marks, local, mark_code
from .code_report import report as code_report
from .code_report import report_text as code_report_text
from .explorer import Desk
from .layout import STATES, exploring, prose
from .layout.typeset import unmarked
from .marking import Marks, mark
from .page import Page
from .policy import Policy, Told, policy_of
from .progress import Progress, chapter_of, chapters_in, progress_of, read
from .settings import SettingError, Settings
from .submissions import Cell as SubmittedCell
from .submissions import cells
from .variants import MAX_ID, own_variant
from .widgets.explorer_widget import ExplorerWidget
from .widgets.live_curve import live_curve as live_curve  # so that a notebook finds it here
from .widgets.page_widget import WAITING, PageWidget, boxes, noted, twin_bundle
from .widgets.progress_widget import ProgressWidget, still
from .widgets.rewrite import with_answers
from .widgets.student_widget import StudentWidget, who


class Advice(Exception):
    """Something to tell the person at the keyboard: shown as a sentence, without a traceback."""

    def _render_traceback_(self) -> list[str]:
        return [f"{type(self).__name__}: {self}"]


@dataclass
class Course:
    """What `course` sets, and the pages shown so far in this kernel."""

    settings: Settings = Settings()
    typed: str = ""  # the student id as it stands in the notebook
    live: dict[str, PageWidget] = field(default_factory=dict)
    texts: dict[str, dict[int, str]] = field(default_factory=dict)  # of pages shown without a browser
    explored: dict[tuple[str, str], ExplorerWidget] = field(default_factory=dict)  # by cell and explorer
    attempts: Attempts = field(default_factory=Attempts)  # the runs of cells in this kernel

    @property
    def hub(self) -> str:
        """The student id as JupyterHub gives it, where the course goes by that."""
        return os.environ.get("JUPYTERHUB_USER", "").strip() if self.settings.student_id == "jupyterhub" else ""

    @property
    def student(self) -> str:
        """Whose numbers are shown; "" while that is not known."""
        return self.hub or self.typed

    @property
    def variant(self) -> int | None:
        """Which numbers are shown; None while it is not known whose."""
        asked = self.settings.variants == "student" and not self.student
        return None if asked else own_variant(self.student, self.settings)

    @property
    def policy(self) -> Policy:
        """What is told of the marks."""
        return policy_of(self.settings)

    @property
    def show_how(self) -> str:
        """Where a worked solution may be opened; not on the graded page while its marks are held back."""
        shown = self.settings.show_how
        return "practice" if shown == "always" and self.policy.held else shown

    def name(self, student: str) -> str:
        """Take the student id as typed, and give every page its numbers. ValueError for what can be no id."""
        self.typed = _student_id(student)
        for widget in self.live.values():
            widget.renumber(self.variant)
        return self.student


_course = Course()
if get_ipython() is not None:
    _course.attempts.watch(get_ipython())


UNSAID = "…"


def course(*, student: str | None = UNSAID, **settings: object) -> None:
    """Settings of the course, by the names that they have in workbook.toml; those not mentioned stay as they are.

    student   the student id, where everybody has numbers of their own; None asks for it
    """
    try:
        _course.settings = _course.settings.but(**settings)
    except SettingError as error:
        raise Advice(f"{error}.") from None
    if student is UNSAID:
        _renumber()
        return
    try:
        _course.name(student or "")
    except ValueError as error:
        raise Advice(str(error)) from None
    if _course.settings.variants == "student":
        _ask()


def _renumber() -> None:
    for widget in _course.live.values():
        widget.renumber(_course.variant)


def _ask() -> None:
    """Show whose numbers the notebook shows, or ask for it."""
    cell = Cell.running()
    if cell.live:
        display(StudentWidget(_course.name, student=_course.student, hub=bool(_course.hub), cell_id=cell.id))
    else:
        _show(who(_course.student, bool(_course.hub)))


def _student_id(typed: object) -> str:
    if not isinstance(typed, str):
        raise ValueError(f'Put your student id in quotes, as in course(student="{_short(typed)}").')
    student = " ".join(typed.split())
    if len(student) > MAX_ID or not student.isprintable():
        raise ValueError(f"A student id has 1 to {MAX_ID} letters and digits. Type it as your course knows it.")
    return student


def progress(chapter: str = "") -> None:
    """Show the pages of a chapter as a bar: blank, begun, right. A click goes to the page. No name: all chapters.

    In JupyterLab and Notebook 7 it follows the notebook as it is edited; elsewhere it shows what was saved.
    """
    if chapter and chapter not in pages.CHAPTERS:
        raise Advice(f"There is no chapter “{_short(chapter)}”; the chapters are {', '.join(pages.CHAPTERS)}.")

    def look(listed: Sequence[SubmittedCell] | None) -> Sequence[Progress]:
        _course.attempts.saw(listed or ())
        given = {"settings": _course.settings, "student": _course.student}
        if not chapter:
            return chapters_in(Path.cwd().parent, student=_course.student)
        return [progress_of(_saved(chapter) if listed is None else listed, chapter, **given)]

    if Cell.running().live:
        display(ProgressWidget(look, many=not chapter))
    else:
        _show(still(look(None), many=not chapter))


def _saved(chapter: str) -> Sequence[SubmittedCell]:
    """The cells of the notebook as it was last saved, if it lies where the kernel runs; else none."""
    for path in sorted(Path.cwd().glob("*.ipynb")):
        listed = cells(read(path))
        if chapter_of(listed) == chapter:
            return listed
    return ()


def page(slug: str, answers: MutableMapping | None = None, variant: int = 0) -> None:
    """Show a page, its boxes filled with `answers` (box → what to write in it).

    variant   other numbers than the page's own, for practice: nothing typed there is kept or handed in
    Raises Advice, a sentence without a traceback, for a page or variant that does not exist.
    """
    shown = _load(slug)
    if not isinstance(variant, int) or variant < 0:
        raise Advice(f"variant is a whole number from 0 on, not {variant!r}.")
    cell = Cell.running()
    call = cell.call(shown.slug)
    texts, notes = _texts(shown, answers, call)
    own = answers if isinstance(answers, MutableMapping) else None
    if not cell.live:
        _course.live.pop(shown.slug, None)
        _course.texts[shown.slug] = texts
        bundle = twin_bundle(shown, _told(shown, texts), f"{shown.slug}#{cell.count}", notes=notes)
        _show(bundle, noted(shown, _course.variant))
        return
    texts = _typed_before(shown.slug, texts, cell)
    widget = PageWidget(
        shown, texts, answers=own, notes=notes, show_how=lambda: _course.show_how,
        tells=lambda marks: _course.policy.tells(marks), frank=lambda: not _course.policy.held,
        variant=_course.variant, practice=variant, cell_id=cell.id, call_index=cell.count,
        variable=call.variable if call else "answers",
    )  # fmt: skip
    _close(_course.live.get(shown.slug), cell)
    _course.live[shown.slug] = widget
    widget.observe(lambda _change: _retold(shown.slug), names="texts")
    display(widget)


def grade(slug: str) -> float | None:
    """Show the marks of a page or a code exercise and return its points, a plain float between 0 and what it is worth.

    Reads a page as it was last shown in this kernel; 0.0, with a word of advice, if it was not. Tries a code exercise
    on what the kernel knows under its name; 0.0, with a word of advice, if the last run of its cell failed.
    None while the points may not be told yet.
    """
    if isinstance(slug, str) and slug in pages.exercises():
        return _grade_code(slug)
    graded = _load(slug)
    if graded.slug in _course.live:
        texts = boxes(_course.live[graded.slug].texts)
    elif graded.slug in _course.texts:
        texts = _course.texts[graded.slug]
    else:
        said = f"The page “{graded.title}” has not been run yet. Run its cell above, then run this one again."
        _show({"text/html": f"<p>{escape(said)}</p>", "text/plain": said})
        return 0.0
    marks = _told(graded, texts)
    if marks is None:
        _show({"text/html": f"<p>{escape(WAITING)}</p>", "text/plain": WAITING})
        return 0.0
    _show({"text/html": report(marks), "text/plain": report_text(marks)})
    if isinstance(marks, Told) and marks.earned is None:
        return None
    return min(max(float(marks.points), 0.0), float(marks.out_of))


def explore(slug: str) -> None:
    """Show an explorer: a picture that answers when something in it is moved. Answers and marks are not its business.

    Raises Advice for an explorer that does not exist.
    """
    try:
        found = explorers.load(slug)
    except explorers.UnknownExplorer as unknown:
        raise Advice(str(unknown)) from None
    cell = Cell.running()
    if not cell.live:
        _show(exploring.bundle(found))
        return
    old = _course.explored.pop((cell.id, found.slug), None)
    if old is not None:
        old.close()
    desk = Desk(_course.variant or 0, _typed, frank=not _course.policy.held)
    _course.explored[cell.id, found.slug] = widget = ExplorerWidget(found, desk)
    display(widget)


def _typed(slug: str) -> dict[int, str]:
    """What is typed on a page of this notebook just now."""
    return boxes(_course.live[slug].texts) if slug in _course.live else _course.texts.get(slug, {})


def _retold(slug: str) -> None:
    """Draw again the explorers that show what is typed on this page."""
    for explored in _course.explored.values():
        if slug in explored.reads:
            explored.again()


def _grade_code(slug: str) -> float | None:
    shell = get_ipython()
    names = shell.user_ns if shell else sys.modules["__main__"].__dict__
    exercise = pages.load_exercise(slug)
    doubt = _course.attempts.look(exercise, names)
    note = doubt.said if doubt else ""
    try:
        marks = mark_code(exercise, local(names)) if doubt is None or doubt.tried else blank_marks(exercise)
    except KeyboardInterrupt:
        raise Advice("Stopped. If your code never came to an end, look at its loops.") from None
    if _course.policy.held:
        said, points = _course.policy.tells_code(marks)
        said = note if note and marks.blank else f"{note} {said}".strip()
        _show({"text/html": f"<p>{prose(marks.exercise.title)} · {escape(said)}</p>", "text/plain": said})
        return points
    _show({"text/html": code_report(marks, note=note), "text/plain": code_report_text(marks, note=note)})
    return min(max(float(marks.points), 0.0), float(marks.out_of))


def _close(old: PageWidget | None, cell: Cell) -> None:
    """Let go of the page that this very call showed before; a copy of the cell keeps its own."""
    if old is not None and (old.cell_id, old.call_index) == (cell.id, cell.count):
        old.close()


def _told(shown: Page, texts: dict[int, str]) -> Marks | None:
    """What may be told of the marks of a page; None while it is not known whose numbers it has."""
    return None if _course.variant is None else _course.policy.tells(mark(shown, texts, _course.variant))


def _show(bundle: dict[str, str], metadata: dict[str, object] | None = None) -> None:
    if get_ipython() is None:
        print(bundle["text/plain"])
    else:
        display(bundle, raw=True, metadata=metadata or {})


# -- the cell that is running -----------------------------------------------------------------------------------------


WHERE = (("metadata", "cellId"), ("content", "code"), ("header", "msg_id"))


@dataclass(frozen=True)
class Cell:
    """The code cell that is being executed: its id and source, and how often it has shown each page so far."""

    id: str = ""
    source: str = ""
    run: str = ""
    count: int = 0

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
            return Cell(*(str(text or "") for text in said))
        except AttributeError:  # plain Python, or a kernel that does not say
            return Cell()

    def call(self, slug: str) -> PageCall | None:
        """What the source says of this call for the page, if it says it plainly. Counts the calls of one execution."""
        object.__setattr__(self, "count", _count(self.run, slug))
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


def _typed_before(slug: str, texts: dict[int, str], cell: Cell) -> dict[int, str]:
    """What was typed where the view could not write into the cell: kept, and written there now.

    Only while the cell is executing: asked for later, set_next_input would overwrite whichever cell runs next.
    """
    old = _course.live.get(slug)
    if old is None or old.writeback or boxes(old.given) != {n: text for n, text in texts.items() if text}:
        return texts
    typed = boxes(old.texts)
    if typed == boxes(old.given):
        return texts
    typed = {n: typed.get(n, "") for n in sorted({*texts, *typed})}
    written = page_source(slug, {n: as_source(text) for n, text in typed.items()})
    literal = written.removeprefix("answers = ").rpartition("\npage(")[0]
    source = with_answers(cell.source, slug, literal)
    if source is not None:
        get_ipython().set_next_input(source, replace=True)
    return typed


# -- what is asked for, and what is given -----------------------------------------------------------------------------


def _load(slug: object) -> Page:
    try:
        return pages.load(slug)
    except pages.UnknownPage as unknown:
        raise Advice(str(unknown)) from None


EXAMPLE = 'answers = {1: 2, 2: "3/4", 3: None}'
ELSEWHERE = "These answers do not stand in this cell, so they are shown but not handed in. Write them out here: "


def _texts(shown: Page, answers: object, call: PageCall | None) -> tuple[dict[int, str], list[str]]:
    """The text of each box, and what to say of the others. What the cell says goes before what the kernel holds."""
    known = range(1, len(shown.sheet().boxes) + 1)
    if answers is None:
        return {}, []
    if not isinstance(answers, MutableMapping):
        kind = type(answers).__name__
        return {}, [f"The answers of a page are a dict such as {EXAMPLE}, not a {kind}. The page is shown empty."]
    if call is not None and call.defined:
        texts, notes = dict(call.answers), [f"{fault[:1].upper()}{fault[1:]}." for fault in call.faults]
    else:
        texts, notes = _from_dict(answers)
        notes += [ELSEWHERE + EXAMPLE] if any(texts.values()) else []
    strange = [n for n in texts if n not in known]
    if strange:
        named = ", ".join(map(str, strange[:5])) + (", …" if len(strange) > 5 else "")
        notes.append(f"This page has boxes 1 to {len(known)}; it has no box {named}.")
    return {n: text for n, text in texts.items() if n in known}, notes


def _from_dict(answers: MutableMapping) -> tuple[dict[int, str], list[str]]:
    texts, notes = {}, []
    for key, held in answers.items():
        box = _box(key)
        if box is None:
            notes.append(f"{_short(key)} is not the number of a box: use 1, 2, 3, …")
        else:
            texts[box] = text_of(held)
    return texts, notes[:5]


def _box(key: object) -> int | None:
    if isinstance(key, str):
        return int(key) if key.strip().isdecimal() and len(key) < 10 else None
    if isinstance(key, Real) and not isinstance(key, bool) and key == key and key in range(10**9):
        return int(key)
    return None


def text_of(held: object) -> str:
    """An answer from a running kernel as text: numbers as Python prints them, fractions as 3/4, None as blank."""
    if held is None:
        return ""
    if isinstance(held, str):
        return held
    if isinstance(held, bool):
        return str(held)
    if isinstance(held, Rational):
        return str(Fraction(int(held.numerator), int(held.denominator)))
    if isinstance(held, Real):
        return repr(float(held))
    return _short(held)


def _short(thing: object) -> str:
    try:
        text = repr(thing)
    except Exception:  # a student's own __repr__ may do anything
        text = f"<{type(thing).__name__}>"
    return text if len(text) <= 40 else text[:40] + "…"


# -- the report of grade() --------------------------------------------------------------------------------------------


SETTLED = ("right", "blank", "recorded")  # boxes of which there is no more to say


def _points(marks: Marks) -> str:
    held = isinstance(marks, Told) and marks.earned is None
    return "" if held else f"{marks.points:g} of {marks.out_of}"


def report(marks: Marks) -> str:
    """Marks as a compact piece of HTML: the points, then the boxes that need another look."""
    open_ = [v for v in marks.verdicts if v.state not in SETTLED]
    lines = "".join(
        f"<li><b>Box {v.box}</b> {escape(STATES[v.state][0])} {prose(v.message or STATES[v.state][1])}</li>"
        for v in open_
    )
    listed = f'<ul style="margin:6px 0 0;padding-left:20px">{lines}</ul>' if lines else ""
    points = _points(marks)
    head = f"{points and f'<b>{points}</b> · '}{prose(marks.page.title)} · {escape(marks.summary)}"
    return f'<div class="wb-report" style="margin:4px 0;line-height:1.5">{head}{listed}</div>'


def report_text(marks: Marks) -> str:
    """The same as plain text."""
    points = _points(marks)
    lines = [f"{points and points + ' · '}{unmarked(marks.page.title)} · {marks.summary}"]
    for v in marks.verdicts:
        if v.state not in SETTLED:
            lines.append(f"  box {v.box}: {unmarked(v.message or STATES[v.state][1])}")
    return "\n".join(lines)
