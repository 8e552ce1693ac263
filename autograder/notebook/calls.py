"""The calls that a notebook makes: course, page, grade, explore, progress."""

from __future__ import annotations

import sys
from collections.abc import MutableMapping, Sequence
from html import escape
from pathlib import Path

from IPython import get_ipython
from IPython.display import display

from .. import explorers, pages
from ..answers.literals import box_of, shortened, text_of
from ..authoring.explorer import Desk
from ..authoring.page import Page
from ..layout import prose
from ..marking.code import blank_marks, local, mark_code
from ..marking.pages import Marks, mark
from ..marking.policy import Told
from ..marking.progress import Progress, chapter_of, chapters_in, progress_of, read, title_of
from ..render import explorers as exploring
from ..render.code import report as code_report
from ..render.code import report_text as code_report_text
from ..render.marks import line, report, report_text
from ..settings import SettingError
from ..submissions.cells import PageCall
from ..submissions.notebook import Cell as SubmittedCell
from ..submissions.notebook import cells
from ..submissions.writing import with_answers
from ..widgets.explorer_widget import ExplorerWidget
from ..widgets.page_widget import WAITING, PageWidget, noted, twin_bundle
from ..widgets.progress_widget import ProgressWidget, still
from ..widgets.student_widget import StudentWidget, who
from .points import worth
from .running import Cell
from .session import Advice, _course

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


def progress(chapter: str = "", *, end: bool = False) -> None:
    """Show the pages of a chapter as a bar: blank, begun, right. A click goes to the page. No name: all chapters.

    end   at the end of the chapter: say what is right, what slipped, and what is next

    In JupyterLab and Notebook 7 it follows the notebook as it is edited; elsewhere it shows what was saved.
    """
    if chapter and chapter not in pages.CHAPTERS:
        raise Advice(f"There is no chapter “{shortened(chapter)}”; the chapters are {', '.join(pages.CHAPTERS)}.")

    def look(listed: Sequence[SubmittedCell] | None) -> Sequence[Progress]:
        _course.attempts.saw(listed or ())
        given = {"settings": _course.settings, "student": _course.student}
        if not chapter:
            return chapters_in(Path.cwd().parent, student=_course.student)
        return [progress_of(_saved(chapter) if listed is None else listed, chapter, **given)]

    shape = {"many": not chapter, "end": end and bool(chapter), "beyond": _beyond(chapter) if end else None}
    cell = Cell.running()
    if cell.live:
        display(ProgressWidget(look, asked=cell.opening and bool(chapter), **shape))
    else:
        _show(still(look(None), **shape))


def _beyond(chapter: str) -> tuple[str, str] | None:
    """Place and title of the chapter after this one, where its notebook lies beside this one's folder."""
    order = list(pages.CHAPTERS)
    for other in order[order.index(chapter) + 1 :] if chapter in order else ():
        for path in sorted((Path.cwd().parent / pages.CHAPTERS[other]).glob("*.ipynb")):
            return f"../{pages.CHAPTERS[other]}/{path.name}", title_of(cells(read(path)), other)
    return None


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
    cell = Cell.running().asking_for(shown.slug)
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
    there = _course.live.get(shown.slug)
    if cell.opening and not variant and _same(there, cell):  # reloaded, or a second tab: one page, seen twice
        there.follow(texts, own, notes)
        display(there)
        return
    widget = PageWidget(
        shown, texts, answers=own, notes=notes, show_how=lambda: _course.show_how,
        tells=lambda marks: _course.policy.tells(marks), frank=lambda: not _course.policy.held,
        variant=_course.variant, practice=variant, cell_id=cell.id, call_index=cell.count,
        variable=call.variable if call else "answers", writeback=cell.opening,
    )  # fmt: skip
    _close(_course.live.get(shown.slug), cell)
    _course.live[shown.slug] = widget
    widget.observe(lambda _change: _retold(shown.slug), names="texts")
    display(widget)


def grade(slug: str) -> float | None:
    """The points of a page or a code exercise, a float between 0 and what it is worth, shown in words as its marks.

    Reads a page as it was last shown in this kernel; 0.0, with a word of advice, if it was not. Tries a code exercise
    on what the kernel knows under its name; 0.0, with a word of advice, if the last run of its cell failed.
    None while the points may not be told yet.
    """
    if isinstance(slug, str) and slug in pages.exercises():
        return _grade_code(slug)
    graded = _load(slug)
    if graded.slug in _course.live:
        texts = _course.live[graded.slug].typed
    elif graded.slug in _course.texts:
        texts = _course.texts[graded.slug]
    else:
        said = f"The page “{graded.title}” has not been run yet. Run its cell above, then run this one again."
        return worth(0.0, 0.0, {"text/html": line(escape(said)), "text/plain": said})
    marks = _told(graded, texts)
    if marks is None:
        return worth(0.0, 0.0, {"text/html": line(escape(WAITING)), "text/plain": WAITING})
    shown = {"text/html": report(marks), "text/plain": report_text(marks)}
    if isinstance(marks, Told) and marks.earned is None:
        _show(shown)
        return None
    return worth(marks.points, marks.out_of, shown)


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
    old = _course.explored.get((cell.id, found.slug))
    if cell.opening and old is not None and old.comm is not None:
        display(old)
        return
    if old is not None:
        old.close()
    desk = Desk(_course.variant or 0, _typed, frank=not _course.policy.held)
    _course.explored[cell.id, found.slug] = widget = ExplorerWidget(found, desk)
    display(widget)


def _typed(slug: str) -> dict[int, str]:
    """What is typed on a page of this notebook just now."""
    return _course.live[slug].typed if slug in _course.live else _course.texts.get(slug, {})


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
    shown = {"text/html": code_report(marks, note=note), "text/plain": code_report_text(marks, note=note)}
    return worth(marks.points, marks.out_of, shown)


def _close(old: PageWidget | None, cell: Cell) -> None:
    """Let go of the page that this very call showed before; a copy of the cell keeps its own."""
    if _same(old, cell):
        old.close()


def _same(old: PageWidget | None, cell: Cell) -> bool:
    """Whether this very call showed the page, and it is still connected."""
    return old is not None and old.comm is not None and (old.cell_id, old.call_index) == (cell.id, cell.count)


def _told(shown: Page, texts: dict[int, str]) -> Marks | None:
    """What may be told of the marks of a page; None while it is not known whose numbers it has."""
    return None if _course.variant is None else _course.policy.tells(mark(shown, texts, _course.variant))


def _show(bundle: dict[str, str], metadata: dict[str, object] | None = None) -> None:
    if get_ipython() is None:
        print(bundle["text/plain"])
    else:
        display(bundle, raw=True, metadata=metadata or {})


# -- the cell that is running -----------------------------------------------------------------------------------------


def _typed_before(slug: str, texts: dict[int, str], cell: Cell) -> dict[int, str]:
    """What was typed where the view could not write into the cell: kept, and written there now.

    Only while the cell is executing: asked for later, set_next_input would overwrite whichever cell runs next.
    """
    old = _course.live.get(slug)
    if old is None or old.writeback or old.given != {n: text for n, text in texts.items() if text}:
        return texts
    if old.typed == old.given:
        return texts
    typed = {n: old.typed.get(n, "") for n in sorted({*texts, *old.typed})}
    source = with_answers(cell.source, slug, typed, cell.count)
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
        box = box_of(key)
        if box is None:
            notes.append(f"{shortened(key)} is not the number of a box: use 1, 2, 3, …")
        else:
            texts[box] = text_of(held)
    return texts, notes[:5]
