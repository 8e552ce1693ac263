"""Which answers a notebook gives to which page, and what is odd about it.

    read_notebook(json.load(file)).pages["gradients/one-weight"].answers     {1: "2", 2: "3/4", 3: ""}

Copied, deleted, reordered, split and merged cells are handled; each surprise becomes a fault in words.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

from .cells import MAX_SOURCE, PageCall, read_cell, read_student
from .notebook import MAX_READ, Cell, cells


def as_data(page: PageAnswers) -> dict[str, Any]:
    """What a notebook answers to a page, as the metadata of its cell: all that the second pass goes by."""
    told = {"shown": page.shown, "student": page.student}
    answers = {str(box): text for box, text in page.answers.items()}
    return {"page": page.slug, "answers": answers, "faults": list(page.faults)} | {
        name: value for name, value in told.items() if value is not None
    }


def from_data(slug: str, held: Mapping[str, Any]) -> PageAnswers:
    """The same, back from the metadata of a cell."""
    answers = {int(box): text for box, text in held.get("answers", {}).items()}
    return PageAnswers(slug, answers, tuple(held.get("faults", ())), None, held.get("shown"), held.get("student"))


class PageAnswers(NamedTuple):
    """What a notebook answers to one page."""

    slug: str
    answers: Mapping[int, str]  # box → text as typed
    faults: tuple[str, ...] = ()
    place: int | None = None  # which cell, counted from 0; None when there is none
    shown: int | None = None  # the variant that the page says it showed; None when it does not say
    student: str | None = None  # the student id that stands in the notebook

    @property
    def blank(self) -> bool:
        return not any(value.strip() for value in self.answers.values())


@dataclass(frozen=True, slots=True)
class Submission:
    """What a notebook answers: a PageAnswers for each page that it mentions."""

    pages: dict[str, PageAnswers]
    faults: tuple[str, ...] = ()
    student: str | None = None  # the student id that stands in it, as in course(student="ada")


class _Candidate(NamedTuple):
    cell: int  # which one, counted from 0
    own: bool  # the cell carries this page's id
    call: PageCall

    @property
    def filled(self) -> bool:
        return any(value.strip() for value in self.call.answers.values())


def read_notebook(nb: object, pages: Mapping[str, int] | Collection[str] | None = None) -> Submission:
    """The answers in a notebook (parsed JSON), page by page. Never raises.

    pages   the pages that exist, if known: slug → number of boxes, or only their slugs. A cell that calls an unknown
            page then counts for the page whose id it carries, and boxes that do not exist are named as faults.
    """
    listed = cells(nb)
    if not isinstance(nb, dict):
        return Submission({}, ("this file is not a notebook; hand in the .ipynb file itself",))
    return read_cells(listed, pages)


def read_cells(listed: list[Cell], pages: Mapping[str, int] | Collection[str] | None = None) -> Submission:
    """The same for cells already taken from their notebook."""
    candidates: dict[str, list[_Candidate]] = {}
    for slug, candidate in _candidates(listed, pages):
        candidates.setdefault(slug, []).append(candidate)
    student = _student(listed)
    found = {slug: _chosen(slug, several, listed, student) for slug, several in candidates.items()}
    for index, cell in enumerate(listed):
        if cell.page and cell.kind != "code" and (cell.page not in found or found[cell.page].blank):
            said = f"the cell of this page was turned into a {cell.kind} cell: turn it back into a code cell"
            found[cell.page] = PageAnswers(cell.page, {}, (said,), index)
    if isinstance(pages, Mapping):
        boxes = cast(Mapping[str, int], pages)
        found = {slug: _existing(answers, boxes.get(slug)) for slug, answers in found.items()}
    return Submission(found, student=student)


def _student(listed: list[Cell]) -> str | None:
    """The student id in the last course(student="...") of a notebook; as in a kernel, a later one wins."""
    budget = MAX_READ
    for cell in reversed(listed):
        if cell.kind == "code" and "student" in cell.source and (budget := budget - len(cell.source)) >= 0:
            if (student := read_student(cell.source)) is not None:
                return student
    return None


def answers_to(listed: list[Cell] | None, pages: Mapping[str, int]) -> dict[str, PageAnswers]:
    """The answers to these pages and no others (slug → number of boxes); a page that no cell answers is blank.

    None instead of cells: the file could not be read. That is said once, not on each page.
    """
    read = read_cells(listed or [], pages).pages
    gone = () if listed is None else ("no cell of the notebook answers this page; it was put back",)
    return {slug: read.get(slug) or PageAnswers(slug, {}, gone) for slug in pages}


class _Code:
    """The page calls of each cell, read once; stops reading when a notebook holds absurdly much."""

    def __init__(self, listed: list[Cell]) -> None:
        self.listed, self.budget = listed, MAX_READ
        self.read: dict[int, list[PageCall]] = {}

    def calls(self, index: int) -> list[PageCall]:
        calls = self.read.get(index)
        if calls is None:
            source = self.listed[index].source
            self.budget -= min(len(source), MAX_SOURCE)
            calls = read_cell(source) if self.budget >= 0 else [PageCall(None, "answers", {}, (TOO_MUCH,))]
            self.read[index] = calls
        return calls

    def before(self, call: PageCall, index: int) -> PageCall:
        """A page cell that was split in two: the dict stands in the code cell before the call."""
        for other in range(index - 1, -1, -1):
            if self.listed[other].kind == "code":
                for found in self.calls(other):
                    if found.slug is None and found.variable == call.variable and found.defined:
                        return PageCall(call.slug, call.variable, found.answers, found.faults)
                break
        return call


CALL = re.compile(r"\bpage\s*\(")


TOO_MUCH = f"this notebook holds over {MAX_READ} characters of page cells; the rest was not read"


NO_DICT = PageCall(None, "answers", {}, ("the dict of answers is missing in the cell of this page",))


def _candidates(
    listed: list[Cell], pages: Mapping[str, int] | Collection[str] | None
) -> Iterator[tuple[str, _Candidate]]:
    code = _Code(listed)
    for index, cell in enumerate(listed):
        if cell.kind != "code" or not (cell.page or ("page" in cell.source and CALL.search(cell.source))):
            continue
        for call in code.calls(index) or [NO_DICT]:
            known = call.slug is not None and (pages is None or call.slug in pages)
            slug = call.slug if known else cell.page or call.slug
            if slug is not None:
                yield slug, _Candidate(index, slug == cell.page, call if call.defined else code.before(call, index))


def _chosen(slug: str, several: list[_Candidate], listed: list[Cell], student: str | None) -> PageAnswers:
    """The page's own cell when it has any answer, else the last copy that has answers."""
    best, *others = several
    faults = best.call.faults
    if others:
        own = [candidate for candidate in several if candidate.own]
        filled = [candidate for candidate in own if candidate.filled] or [each for each in several if each.filled]
        best = (filled or own or several)[-1]
        faults = best.call.faults
        if any(each.filled and each.call.answers != best.call.answers for each in several):
            faults += (f"several cells answer this page; the one that counts is cell {best.cell + 1} of the notebook",)
    return PageAnswers(slug, best.call.answers, faults, best.cell, listed[best.cell].shown.get(slug), student)


def _existing(found: PageAnswers, boxes: int | None) -> PageAnswers:
    """The same without boxes that the page does not have."""
    if boxes is None or all(1 <= box <= boxes for box in found.answers):
        return found
    extra = sorted(box for box in found.answers if not 1 <= box <= boxes)
    shown = ", ".join(map(str, extra[:5])) + (" ..." if len(extra) > 5 else "")
    fault = f"box {shown} does not exist on this page, which has boxes 1 to {boxes}"
    answers = {box: value for box, value in found.answers.items() if 1 <= box <= boxes}
    return found._replace(answers=answers, faults=(*found.faults, fault))
