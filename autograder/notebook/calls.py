"""The calls that a notebook makes: course, page, grade, explore, practice, progress."""

from __future__ import annotations

import sys
from collections.abc import MutableMapping, Sequence
from html import escape
from pathlib import Path
from typing import TypeAlias, TypeGuard, cast

from IPython.display import display  # pyright: ignore[reportUnknownVariableType]  # IPython names few types

from .. import explorers, pages
from ..answers.literals import box_of, literal_of, shortened, text_of
from ..authoring.courses import lack_of
from ..authoring.explorer import Desk
from ..authoring.page import Page
from ..authoring.slugs import course_of
from ..layout import prose
from ..marking.code import blank_marks, local, mark_code
from ..marking.pages import Marks, mark
from ..marking.policy import Told
from ..marking.progress import Progress, chapter_of, chapters_in, notebooks_in, progress_of, read, title_of
from ..render import explorers as exploring
from ..render.code import report as code_report
from ..render.code import report_text as code_report_text
from ..render.marks import line, report, report_text
from ..settings import SettingError
from ..submissions.cells import PageCall
from ..submissions.ids import page_id
from ..submissions.notebook import Cell as SubmittedCell
from ..submissions.notebook import cells
from ..submissions.writing import page_source, with_answers
from ..widgets.explorer_widget import ExplorerWidget
from ..widgets.live import Bundle, LiveWidget, Metadata
from ..widgets.page_widget import WAITING, Answers, PageWidget, noted, twin_bundle
from ..widgets.progress_widget import ProgressWidget, still
from ..widgets.student_widget import StudentWidget, who
from .beside import lay
from .limits import limits_here
from .points import worth
from .running import Cell, in_colab, the_shell
from .session import Advice, this_course

limits = limits_here()
if (shell := the_shell()) is not None:
    this_course.attempts.watch(shell)
    limits.watch(shell)


UNSAID = "…"


def course(*, student: str | None = UNSAID, **settings: object) -> None:
    """Settings of the course, by the names that they have in workbook.toml; those not mentioned stay as they are.

    student   the student id, where everybody has numbers of their own; None asks for it
    """
    try:
        this_course.settings = this_course.settings.but(**settings)
    except SettingError as error:
        raise Advice(f"{error}.") from None
    if student is UNSAID:
        _renumber()
        return
    try:
        this_course.name(student or "")
    except ValueError as error:
        raise Advice(str(error)) from None
    if this_course.settings.variants == "student":
        _ask()


def _renumber() -> None:
    for widget in this_course.live.values():
        widget.renumber(this_course.variant)


def _ask() -> None:
    """Show whose numbers the notebook shows, or ask for it."""
    cell = Cell.running()
    if cell.live:
        display(
            StudentWidget(this_course.name, student=this_course.student, hub=bool(this_course.hub), cell_id=cell.id)
        )
    else:
        _show(who(this_course.student, bool(this_course.hub)))


def progress(chapter: str = "", *, holds: str = "", end: bool = False) -> None:
    """Show the pages of a chapter as a bar: blank, begun, right. A click goes to the page. No name: all chapters.

    holds  the slugs of the notebook, with blanks between them, where it does not hold just the pages of the chapter.
           They are read from the cell itself, also where nothing runs
    end   at the end of the chapter: say what is right, what slipped, and what is next

    In JupyterLab and Notebook 7 it follows the notebook as it is edited; elsewhere it shows what was saved, and where
    nothing was, what the cells of pages held when they ran.
    """
    chapter = str(chapter).replace("-", "_")
    if chapter and not pages.is_chapter(chapter):
        if lack := lack_of(course_of(chapter)):
            raise Advice(lack)
        known = pages.chapters(course_of(chapter))
        raise Advice(f"There is no chapter “{shortened(chapter)}”; the chapters are {', '.join(known)}.")

    if chapter and in_colab():
        lay(chapter, Path.cwd())

    def look(listed: Sequence[SubmittedCell] | None) -> Sequence[Progress]:
        this_course.attempts.saw(listed or ())
        if not chapter:
            return chapters_in(Path.cwd().parent, student=this_course.student)
        now = (_saved(chapter) or _run()) if listed is None else listed
        return [progress_of(now, chapter, settings=this_course.settings, student=this_course.student)]

    many, at_end, beyond = not chapter, end and bool(chapter), _beyond() if end else None
    cell = Cell.running()
    if cell.live:
        asked = cell.opening and bool(chapter)
        display(ProgressWidget(look, many=many, end=at_end, beyond=beyond, asked=asked))
    else:
        _show(still(look(None), many=many, end=at_end, beyond=beyond))


def _beyond() -> tuple[str, str] | None:
    """Place and title of the chapter after this one, where its notebook lies beside this one's folder."""
    following = notebooks_in(Path.cwd().parent, behind=Path.cwd().name)
    return next(((each.place, title_of(each.listed, each.chapter)) for each in following), None)


def _saved(chapter: str) -> Sequence[SubmittedCell]:
    """The cells of the notebook as it was last saved, if it lies where the kernel runs; else none."""
    for path in sorted(Path.cwd().glob("*.ipynb")):
        listed = cells(read(path))
        if chapter_of(listed) == chapter:
            return listed
    return ()


def _run() -> Sequence[SubmittedCell]:
    """The cells of the pages that this kernel has shown, as they stood then: all that is known in Colab."""
    given = {slug: widget.given or {} for slug, widget in this_course.live.items()} | this_course.texts
    sources = {
        slug: page_source(slug, {n: literal_of(text) for n, text in texts.items()}) for slug, texts in given.items()
    }
    return [SubmittedCell("code", source, page_id(slug), slug) for slug, source in sources.items()]


def page(slug: str, answers: Answers | None = None, variant: int = 0) -> None:
    """Show a page, its boxes filled with `answers` (box → what to write in it).

    variant   other numbers than the page's own, for practice: nothing typed there is kept or handed in
    Raises Advice, a sentence without a traceback, for a page or variant that does not exist.
    """
    page = _load(slug)
    _check_variant(variant)
    cell = Cell.running().asking_for(page.slug)
    call = cell.call(page.slug)
    texts, notes = _texts(page, answers, call)
    own = answers if isinstance(answers, MutableMapping) else None
    this_course.first = this_course.first or page.slug
    if not cell.live:
        notes += [STILL] if cell.by_hand and page.slug == this_course.first else []
        this_course.live.pop(page.slug, None)
        this_course.texts[page.slug] = texts
        bundle = twin_bundle(page, _told(page, texts), f"{page.slug}#{cell.count}", notes=notes)
        _show(bundle, noted(page, this_course.variant))
        return
    texts, held = _typed_before(page.slug, texts, cell)
    there = this_course.live.get(page.slug)
    if cell.opening and not variant and _same(there, cell):  # reloaded, or a second tab: one page, seen twice
        there.follow(texts, own, notes)
        display(there)
        return
    widget = PageWidget(
        page, texts, answers=own, notes=notes, show_how=lambda: this_course.show_how,
        tells=lambda marks: this_course.policy.tells(marks), frank=lambda: not this_course.policy.held,
        variant=this_course.variant, practice=variant, cell_id=cell.id, call_index=cell.count,
        variable=call.variable if call else "answers", writeback=cell.opening, source=cell.source, held=held,
        rewrites=not in_colab(), first=page.slug == this_course.first, practise=_drill,
    )  # fmt: skip
    _close(this_course.live.get(page.slug), cell)
    this_course.live[page.slug] = widget

    def edited(_change: object) -> None:
        _retold(page.slug)

    widget.observe(edited, names="texts")
    display(widget)


def _check_variant(variant: object) -> None:
    if not isinstance(variant, int) or variant < 0:
        raise Advice(f"variant is a whole number from 0 on, not {variant!r}.")


def grade(slug: str) -> float | None:
    """The points of a page or a code exercise, a float between 0 and what it is worth, shown in words as its marks.

    Reads a page as it was last shown in this kernel; 0.0, with a word of advice, if it was not. Tries a code exercise
    on what the kernel knows under its name; 0.0, with a word of advice, if the last run of its cell failed.
    None while the points may not be told yet.
    """
    if _is_code(slug):
        return _grade_code(slug)
    graded = _load(slug)
    if graded.slug in this_course.live:
        texts = this_course.live[graded.slug].typed
    elif graded.slug in this_course.texts:
        texts = this_course.texts[graded.slug]
    else:
        advice = f"The page “{graded.title}” has not been run yet. Run its cell above, then run this one again."
        return worth(0.0, 0.0, {"text/html": line(escape(advice)), "text/plain": advice})
    marks = _told(graded, texts)
    if marks is None:
        return worth(0.0, 0.0, {"text/html": line(escape(WAITING)), "text/plain": WAITING})
    bundle = {"text/html": report(marks), "text/plain": report_text(marks)}
    if isinstance(marks, Told) and marks.earned is None:
        _show(bundle)
        return None
    return worth(marks.points, marks.out_of, bundle)


def _is_code(slug: object) -> bool:
    """Whether a slug, which is whatever a student wrote, is that of a code exercise."""
    return pages.find_exercise(slug) is not None


def explore(slug: str) -> None:
    """Show an explorer: a picture that answers when something in it is moved. Answers and marks are not its business.

    Raises Advice for an explorer that does not exist.
    """
    try:
        explorer = explorers.load(slug)
    except explorers.UnknownExplorer as unknown:
        raise Advice(str(unknown)) from None
    cell = Cell.running()
    if not cell.live:
        _show(exploring.bundle(explorer))
        return
    old = this_course.explored.get((cell.id, explorer.slug))
    if cell.opening and old is not None and old.comm is not None:
        display(old)
        return
    if old is not None:
        old.close()
    desk = Desk(this_course.variant or 0, _typed, frank=not this_course.policy.held)
    this_course.explored[cell.id, explorer.slug] = widget = ExplorerWidget(explorer, desk)
    display(widget)


def practice(what: str = "") -> None:
    """About ten minutes of exercises with other numbers, from what you have met; nothing of it is handed in.

    what   the code of a slip, as in practice("chain_factor_left_out"), or the slug of a page; "" for what is due
    """
    from . import practising  # not before: a chapter that opens waits for what is imported

    cell = Cell.running()
    if not cell.live:
        _show(practising.unshown(what))
        return
    old = this_course.practised.get(cell.id)
    if cell.opening and old is not None and old.comm is not None:  # reloaded, or a second tab: one session, seen twice
        display(old)
        return
    if old is not None:
        old.close()
    this_course.practised[cell.id] = widget = practising.shown(what)
    display(widget)


def _drill(code: str) -> LiveWidget:
    """A session on one slip, under the page on which it was made."""
    from . import practising

    return practising.shown(code, at_once=True)


def _typed(slug: str) -> dict[int, str]:
    """What is typed on a page of this notebook just now."""
    return this_course.live[slug].typed if slug in this_course.live else this_course.texts.get(slug, {})


def _retold(slug: str) -> None:
    """Draw again the explorers that show what is typed on this page."""
    for explored in this_course.explored.values():
        if slug in explored.reads:
            explored.again()


def _grade_code(slug: str) -> float | None:
    shell = the_shell()
    names = shell.user_ns if shell else sys.modules["__main__"].__dict__
    exercise = pages.load_exercise(slug)
    doubt = this_course.attempts.look(exercise, names)
    note = doubt.message if doubt else ""
    try:
        marks = (
            mark_code(exercise, limits.ask(exercise, local(names)))
            if doubt is None or doubt.tried
            else blank_marks(exercise)
        )
    except KeyboardInterrupt:
        raise Advice("Stopped. If your code never came to an end, look at its loops.") from None
    if this_course.policy.held:
        summary, points = this_course.policy.tells_code(marks)
        words = note if note and marks.blank else f"{note} {summary}".strip()
        _show({"text/html": f"<p>{prose(marks.exercise.title)} · {escape(words)}</p>", "text/plain": words})
        return points
    bundle = {"text/html": code_report(marks, note=note), "text/plain": code_report_text(marks, note=note)}
    return worth(marks.points, marks.out_of, bundle)


def _close(old: PageWidget | None, cell: Cell) -> None:
    """Let go of the page that this very call showed before; a copy of the cell keeps its own."""
    if _same(old, cell):
        old.close()


def _same(old: PageWidget | None, cell: Cell) -> TypeGuard[PageWidget]:
    """Whether this very call showed the page, and it is still connected."""
    return old is not None and old.comm is not None and (old.cell_id, old.call_index) == (cell.id, cell.count)


def _told(page: Page, texts: dict[int, str]) -> Marks | None:
    """What may be told of the marks of a page; None while it is not known whose numbers it has."""
    return None if this_course.variant is None else this_course.policy.tells(mark(page, texts, this_course.variant))


def _show(bundle: Bundle, metadata: Metadata | None = None) -> None:
    if the_shell() is None:
        print(bundle["text/plain"])
    else:
        display(bundle, raw=True, metadata=metadata or {})


# -- the cell that is running -----------------------------------------------------------------------------------------


Texts: TypeAlias = dict[int, str]


def _typed_before(slug: str, texts: Texts, cell: Cell) -> tuple[Texts, Texts]:
    """What was typed where the view could not write into the cell: kept, and written there now; and what it then holds.

    Only while the cell is executing: asked for later, set_next_input would overwrite whichever cell runs next.
    """
    old = this_course.live.get(slug)
    if old is None or old.writeback or old.given != {n: text for n, text in texts.items() if text}:
        return texts, texts
    if old.typed == old.given:
        return texts, texts
    typed = {n: old.typed.get(n, "") for n in sorted({*texts, *old.typed})}
    source = with_answers(cell.source, slug, typed, cell.count)
    shell = the_shell()
    if source is None or shell is None or in_colab():
        return typed, texts
    shell.set_next_input(source, replace=True)
    return typed, typed


# -- what is asked for, and what is given -----------------------------------------------------------------------------


def _load(slug: object) -> Page:
    try:
        return pages.load(cast(str, slug))  # it is whatever a student wrote
    except pages.UnknownPage as unknown:
        raise Advice(str(unknown)) from None


STILL = (
    "In this editor pages are still. Type your answers into the dict in the code cell and run it again to see them "
    "checked. In JupyterLab and Notebook 7 the boxes are alive."
)
EXAMPLE = 'answers = {1: 2, 2: "3/4", 3: None}'
ELSEWHERE = "These answers do not stand in this cell, so they are shown but not handed in. Write them out here: "


def _texts(page: Page, answers: object, call: PageCall | None) -> tuple[dict[int, str], list[str]]:
    """The text of each box, and what to say of the others. What the cell says goes before what the kernel holds."""
    known = range(1, len(page.sheet().boxes) + 1)
    if answers is None:
        return {}, []
    if not isinstance(answers, MutableMapping):
        kind = type(answers).__name__
        return {}, [f"The answers of a page are a dict such as {EXAMPLE}, not a {kind}. The page is shown empty."]
    if call is not None and call.defined:
        texts, notes = dict(call.answers), [f"{fault[:1].upper()}{fault[1:]}." for fault in call.faults]
    else:
        texts, notes = _from_dict(cast(Answers, answers))
        notes += [ELSEWHERE + EXAMPLE] if any(texts.values()) else []
    strange = [n for n in texts if n not in known]
    if strange:
        named = ", ".join(map(str, strange[:5])) + (", …" if len(strange) > 5 else "")
        notes.append(f"This page has boxes 1 to {len(known)}; it has no box {named}.")
    return {n: text for n, text in texts.items() if n in known}, notes


def _from_dict(answers: Answers) -> tuple[dict[int, str], list[str]]:
    texts: dict[int, str] = {}
    notes: list[str] = []
    for key, answer in answers.items():
        box = box_of(key)
        if box is None:
            notes.append(f"{shortened(key)} is not the number of a box: use 1, 2, 3, …")
        else:
            texts[box] = text_of(answer)
    return texts, notes[:5]
