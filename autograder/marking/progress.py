"""How far a student is: for each page and code exercise of a chapter blank, begun, filled or right.

    progress_of(cells(nb), "equations")       from a notebook, as data; runs nothing
    chapters_in(folder)                       of all chapters in a folder, from their .ipynb files

A page is right when all its boxes are right or follow, as far as the course tells that already: where it does not, a
page with nothing left blank is filled. Whether code is right is known from the result that its grade cell holds.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import Any, NamedTuple

from .. import pages
from ..authoring import slugs
from ..authoring.page import Page
from ..layout.typeset import unmarked
from ..settings import SettingError, Settings
from ..submissions.answers import read_cells
from ..submissions.exercises import begun, written_in
from ..submissions.ids import SETUP_ID, code_id, code_slug_of, grade_id, page_id, slug_of
from ..submissions.notebook import Cell, cells
from .pages import mark
from .policy import Policy
from .states import RIGHT
from .variants import own_variant

STATES = {"blank": "blank", "begun": "begun", "filled": "filled in", "right": "right"}
SLIPPED = ("mistake", "wrong", "unreadable", "few_digits")  # what a box says that wants another look
BOX_MINUTES, CODE_MINUTES = 0.75, 15  # what a box, and a code exercise, take somebody who does it for the first time
MAX_SETUP = 10_000  # characters of a set-up cell
NUMBERED = re.compile(r"\d{1,3}-")  # how the folders of chapters begin
MAX_BYTES = 20_000_000  # of a notebook; a larger file is not read


class Item(NamedTuple):
    """One page, or one code exercise, and how far it is."""

    slug: str
    title: str
    place: int  # in its chapter, from 1
    state: str = "blank"  # one of STATES
    done: float = 0  # boxes that are right or, where that is not told, filled; points of code
    out_of: int = 0
    code: bool = False
    slips: int = 0  # boxes that are filled and not right, as far as that is told

    @property
    def cell(self) -> str:
        """The id of its cell."""
        return (code_id if self.code else page_id)(self.slug)[:64]

    @property
    def spoken(self) -> str:
        """In words: "3, The error of the last layer: begun, 4 of 9 right"."""
        what = "" if self.state in ("blank", "right") or not self.done else f", {self.done:g} of {self.out_of}"
        return f"{self.place}, {self.title}: {STATES[self.state]}{what}"


@dataclass(frozen=True)
class Progress:
    """How far a chapter is."""

    chapter: str  # equations
    title: str
    items: tuple[Item, ...]
    place: str = ""  # where its notebook is, seen from where this is shown

    @property
    def summary(self) -> str:
        """In one line: "5 of 32 pages right, 2 begun"."""
        count = {state: sum(item.state == state for item in self.items) for state in STATES}
        out_of = f"{len(self.items)} page{'' if len(self.items) == 1 else 's'}"
        rest = [f"{count[state]} {STATES[state]}" for state in ("filled", "begun") if count[state]]
        return ", ".join([f"{count['right']} of {out_of} right", *rest])

    @property
    def minutes(self) -> float:
        """How long what is not finished may take, a rough guess."""
        left = ((CODE_MINUTES if item.code else item.out_of * BOX_MINUTES, item) for item in self.items)
        done = ("right", "filled")
        return sum(0 if item.state in done else all_ * (1 - item.done / (item.out_of or 1)) for all_, item in left)

    @property
    def time(self) -> str:
        """The same in words: "about 2½ hours", "about 10 minutes"; "" where nothing is left to do."""
        if self.minutes > 50:
            halves = round(self.minutes / 30)
            hours = f"{halves // 2 or ''}{'½' * (halves % 2)}"
            return f"about {hours} hour{'' if hours == '1' else 's'}"
        return f"about {max(5, 5 * round(self.minutes / 5))} minutes" if self.minutes else ""


NO_ANSWERS: Mapping[int, str] = {}


# -- from notebooks ----------------------------------------------------------------------------------------------------


def progress_of(
    listed: Sequence[Cell], chapter: str, *, settings: Settings | None = None, student: str = "", place: str = ""
) -> Progress:
    """How far the cells of a notebook are. Never raises, whatever the cells hold.

    settings   of the chapter: whose numbers, and what is told; by default as its set-up cell says
    student    the student id, where the notebook does not say it
    """
    settings = settings or settings_in(listed)
    held = held_in(listed)
    here = (pages.find(slug) for slug in held) if held else pages.chapter_pages(chapter)
    known = {page.slug: page for page in here if page}
    submission = read_cells(list(listed), {slug: len(page.sheet().boxes) for slug, page in known.items()})
    variant = own_variant(student or submission.student or "", settings)
    policy = Policy(settings.feedback, settings.feedback_until)
    items: list[Item] = []
    for n, slug in enumerate(_order(listed, chapter, known, held), start=1):
        if slug in known:
            answers = submission.pages[slug].answers if slug in submission.pages else NO_ANSWERS
            items.append(page_item(known[slug], answers, variant, policy)._replace(place=n))
        else:
            items.append(_code_item(listed, slug, policy)._replace(place=n))
    return Progress(chapter, title_of(listed, chapter), tuple(items), place)


def page_item(page: Page, answers: Mapping[int, str], variant: int = 0, policy: Policy | None = None) -> Item:
    """How far one page is with these answers, as far as may be told."""
    policy = policy or Policy()
    told = policy.tells(mark(page, answers, variant))
    typed = sum(bool(text.strip()) for text in answers.values())
    right = sum(verdict.state in RIGHT for verdict in told.verdicts) or (told.points if policy.held else 0)
    state = "right" if right == told.out_of else "filled" if policy.held and typed >= told.out_of else "begun"
    state = state if typed else "blank"
    done = right or (typed if policy.held else 0)
    slips = sum(verdict.state in SLIPPED for verdict in told.verdicts)
    return Item(page.slug, unmarked(page.title), page.place, state, done, told.out_of, slips=slips)


def _code_item(listed: Sequence[Cell], slug: str, policy: Policy) -> Item:
    exercise = pages.load_exercise(slug)
    at = written_in(list(listed), slug, exercise.starter)
    if at is None or not begun(listed[at].source, exercise.starter):
        return Item(slug, unmarked(exercise.title), 0, "blank", 0, exercise.points, True)
    points = next((cell.result for cell in listed if cell.cell_id == grade_id(slug) and cell.result is not None), 0.0)
    points = 0 if policy.held else points
    state = "right" if points >= exercise.points else "begun"
    return Item(slug, unmarked(exercise.title), 0, state, points, exercise.points, True)


def _order(listed: Sequence[Cell], chapter: str, known: dict[str, Page], held: Collection[str]) -> list[str]:
    """The slugs of the chapter as they stand in the notebook; pages whose cells are gone come last."""
    order: dict[str, None] = {}
    for cell in listed:
        slug = cell.page or slug_of(cell.cell_id) or code_slug_of(cell.cell_id)
        if slug is None:
            continue
        # This is asked first: to load the code exercises takes a second, and most chapters have none.
        of_it = slug in held if held else slugs.chapter_of(slug) == chapter
        if slug in known or (of_it and pages.find_exercise(slug)):
            order[slug] = None
    return [*order, *(slug for slug in known if slug not in order)]


def title_of(listed: Sequence[Cell], chapter: str) -> str:
    """The first heading of the notebook."""
    first = next((cell.source for cell in listed if cell.kind == "markdown"), "").partition("\n")[0]
    return first.removeprefix("# ").strip()[:80] if first.startswith("# ") else slugs.in_words(chapter)


# -- from files --------------------------------------------------------------------------------------------------------


def settings_in(listed: Sequence[Cell]) -> Settings:
    """The settings that the set-up cell of a notebook passes to course(...), read as data."""
    try:
        return Settings().but(**_set_up(listed, "course"))
    except SettingError:
        return Settings()


def held_in(listed: Sequence[Cell]) -> list[str]:
    """What the set-up cell says that the notebook holds; [] for one that holds just the pages of its chapter."""
    holds = _set_up(listed, "progress").get("holds")
    return holds.split() if isinstance(holds, str) else []


def _set_up(listed: Sequence[Cell], called: str) -> dict[str, Any]:
    """The words that the set-up cell of a notebook passes to a function, read as data."""
    source = next((cell.source for cell in listed if cell.cell_id == SETUP_ID), "")
    try:
        calls = [node for node in ast.walk(ast.parse(source[:MAX_SETUP])) if isinstance(node, ast.Call)]
        asked = (call for call in calls if isinstance(call.func, ast.Name) and call.func.id == called)
        return {word.arg: ast.literal_eval(word.value) for call in asked for word in call.keywords if word.arg}
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {}


def chapters_in(
    folder: Path, settings: Callable[[str], Settings | None] = lambda _: None, *, student: str = ""
) -> list[Progress]:
    """How far the chapters are whose notebooks lie in `folder`/<chapter>/; those that are not there are left out.

    settings   gives the settings of a chapter by the name of its folder; by default as its set-up cell says
    """
    return [
        progress_of(each.listed, each.chapter, settings=settings(each.folder), student=student, place=each.place)
        for each in notebooks_in(folder)
    ]


class Found(NamedTuple):
    """The notebook of a chapter, where it lies among the others."""

    chapter: str
    folder: str
    listed: Sequence[Cell]
    place: str  # as seen from another chapter's notebook


def notebooks_in(folder: Path, behind: str = "") -> Iterator[Found]:
    """The chapters whose notebooks lie in `folder`/<number>-<name>/, in that order: the order of the course.

    behind   only those that come after the folder of this name
    """
    numbered = {_order_of(each.name): each for each in folder.glob("[0-9]*-*") if NUMBERED.match(each.name)}
    for within in (numbered[order] for order in sorted(numbered) if not behind or order > _order_of(behind)):
        for path in sorted(within.glob("*.ipynb")):
            listed = cells(read(path))
            if listed and (chapter := chapter_of(listed) or _named(within.name)):
                yield Found(chapter, within.name, listed, f"../{within.name}/{path.name}")
                break


def _order_of(folder: str) -> tuple[float, str]:
    """Where a folder stands in the course; one without a number stands nowhere, behind all."""
    return (int(folder.partition("-")[0]) if NUMBERED.match(folder) else inf, folder)


def _named(folder: str) -> str:
    """The workbook's chapter after which a folder is called; "" if there is none."""
    name = folder.partition("-")[2].replace("-", "_")
    return name if pages.is_chapter(name) else ""


def read(path: Path) -> object:
    """The parsed file; None for what cannot be read."""
    try:
        return json.loads(path.read_bytes()) if path.stat().st_size <= MAX_BYTES else None
    except (OSError, ValueError, RecursionError):
        return None


def chapter_of(listed: Sequence[Cell]) -> str | None:
    """The chapter to which the pages of a notebook belong."""
    for cell in listed:
        slug = cell.page or slug_of(cell.cell_id) or ""
        chapter = slugs.chapter_of(slug)
        if pages.find(slug):
            return chapter
    return None
