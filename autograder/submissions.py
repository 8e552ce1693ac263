"""Read a whole notebook as data: which answers it gives to which page, and what is wrong with it.

    read_notebook(json.load(file)).pages["gradients/one-weight"].answers     {1: "2", 2: "3/4", 3: ""}

Works on any JSON value, on notebook formats 3 and 4, and needs the standard library only. Copied, deleted, reordered,
split and merged cells are handled; each surprise becomes a fault in words. Also names the cells of a page.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace

from .cells import MAX_SOURCE, PageCall, read_cell, read_student

MAX_CELLS = 10_000
MAX_OUTPUTS = 100  # of a cell that are looked at
MAX_VARIANT = 10**9
MAX_READ = 1_000_000  # characters of code that are parsed in one notebook

# -- the names of a page's cells ---------------------------------------------------------------------------------------

SETUP_ID = "workbook-setup"
STUDENT_ID = "workbook-student"
EXPLORER = "explore-"


def page_id(slug: str) -> str:
    """The nbgrader id of a page's cell: gradients/one-weight → page-gradients--one-weight."""
    return "page-" + _joined(slug)


def grade_id(slug: str) -> str:
    """The nbgrader id of a page's grade cell: gradients/one-weight → grade-gradients--one-weight."""
    return "grade-" + _joined(slug)


def explorer_id(slug: str) -> str:
    """The nbgrader id of an explorer's cell: gradients/nudge → explore-gradients--nudge."""
    return EXPLORER + _joined(slug)


def is_explorer(cell_id: object) -> bool:
    """Whether an nbgrader id is that of an explorer's cell."""
    return isinstance(cell_id, str) and cell_id.startswith(EXPLORER) and "--" in cell_id
def code_id(slug: str) -> str:
    """The nbgrader id of a code exercise's cell: activations/relu-code → code-activations--relu-code."""
    return "code-" + _joined(slug)


def code_slug_of(cell_id: object) -> str | None:
    """The code exercise to which the nbgrader id of its cell belongs; None for any other."""
    written = isinstance(cell_id, str) and cell_id.startswith("code-") and "--" in cell_id
    return cell_id.removeprefix("code-").replace("--", "/") if written else None


def slug_of(cell_id: object) -> str | None:
    """The page, or code exercise, to which the nbgrader id of a page cell or a grade cell belongs; None for any other.

    What students write for a code exercise is theirs: its cell is not ours, only its grade cell is.
    """
    if not isinstance(cell_id, str):
        return None
    kind, _, name = cell_id.partition("-")
    return name.replace("--", "/") if kind in ("page", "grade") and "--" in name else None


def _joined(slug: str) -> str:
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*/[a-z0-9]+(-[a-z0-9]+)*", slug):
        raise ValueError(f"{slug!r} is no slug; use lower-case words joined by hyphens, as in gradients/one-weight")
    return slug.replace("/", "--")


# -- cells, whatever the format ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cell:
    """What we keep of a submitted cell: its kind, its text, and whose it says it is."""

    kind: str  # code, markdown or raw
    source: str
    cell_id: str | None  # its nbgrader id
    page: str | None  # the page of which it says that it is the cell
    attachments: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    shown: Mapping[str, int] = field(default_factory=dict)  # page → the variant that its output says it showed
    result: float | None = None  # the number that it gave when it was last run, as its output says


def cells(nb: object) -> list[Cell]:
    """The cells of a notebook of format 3 or 4; of anything else, none. Never raises."""
    return [_cell(raw) for raw in _raw_cells(nb)]


def _raw_cells(nb: object) -> list[dict]:
    if not isinstance(nb, dict):
        return []
    sheets = nb.get("worksheets")
    found = [nb.get("cells"), *(sheet.get("cells") for sheet in _list(sheets) if isinstance(sheet, dict))]
    return [raw for listed in found for raw in _list(listed)[:MAX_CELLS] if isinstance(raw, dict)][:MAX_CELLS]


def _cell(raw: dict) -> Cell:
    kind = raw.get("cell_type")
    source = text(raw.get("source", raw.get("input", "")))
    if kind == "heading":
        level = raw.get("level")
        kind, source = "markdown", "#" * (level if level in (1, 2, 3, 4, 5, 6) else 1) + " " + source
    metadata = _dict(raw.get("metadata"))
    cell_id = _dict(metadata.get("nbgrader")).get("grade_id")
    page = _dict(metadata.get("workbook")).get("page")
    own = page if isinstance(page, str) else slug_of(cell_id) if str(cell_id).startswith("page-") else None
    kind = kind if kind in ("code", "markdown") else "raw"
    name = cell_id if isinstance(cell_id, str) else None
    return Cell(kind, source, name, own, _attachments(raw, kind), _shown(raw), _result(raw))


def text(value: object) -> str:
    """The text of a cell: a string, or a list of strings. Half characters, which no file can hold, become "?"."""
    if isinstance(value, list):
        value = "".join(part for part in value if isinstance(part, str))
    if not isinstance(value, str):
        return ""
    return value if value.isascii() else value.encode("utf-8", "replace").decode()


def _shown(raw: dict) -> dict[str, int]:
    """Which numbers a cell showed: what `autograder.notebook` noted in the metadata of its outputs."""
    found = {}
    for output in _list(raw.get("outputs"))[:MAX_OUTPUTS]:
        note = _dict(_dict(_dict(output).get("metadata")).get("workbook"))
        page, variant = note.get("page"), note.get("variant")
        if isinstance(page, str) and type(variant) is int and 0 <= variant < MAX_VARIANT:
            found[page] = variant
    return found


def _result(raw: dict) -> float | None:
    """The number in the last result of a cell; None where there is none."""
    for output in reversed(_list(raw.get("outputs"))[:MAX_OUTPUTS]):
        if isinstance(output, dict) and output.get("output_type") == "execute_result":
            shown = text(_dict(output.get("data")).get("text/plain"))[:40]
            return float(shown) if re.fullmatch(r"\d{1,6}(\.\d+)?", shown, re.ASCII) else None
    return None


def _attachments(raw: dict, kind: str) -> dict[str, dict[str, str]]:
    given = raw.get("attachments")
    if kind != "markdown" or not isinstance(given, dict):
        return {}
    kept = {
        text(name): {text(mime): text(data) for mime, data in bundle.items() if isinstance(data, (str, list))}
        for name, bundle in given.items()
        if isinstance(bundle, dict)
    }
    return {name: bundle for name, bundle in kept.items() if bundle}


def _list(value: object) -> list:
    return value if isinstance(value, list) else []


def _dict(value: object) -> dict:
    return value if isinstance(value, dict) else {}


# -- answers -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PageAnswers:
    """What a notebook answers to one page."""

    slug: str
    answers: dict[int, str]  # box → text as typed
    faults: tuple[str, ...] = ()
    index: int | None = None  # which cell, counted from 0; None when there is none
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


@dataclass(frozen=True, slots=True)
class _Candidate:
    index: int
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
    if not isinstance(nb, dict):
        return Submission({}, ("this file is not a notebook; hand in the .ipynb file itself",))
    return read_cells(cells(nb), pages)


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
        found = {slug: _existing(answers, pages.get(slug)) for slug, answers in found.items()}
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
        self.listed, self.budget, self.read = listed, MAX_READ, {}

    def calls(self, index: int) -> list[PageCall]:
        if index not in self.read:
            source = self.listed[index].source
            self.budget -= min(len(source), MAX_SOURCE)
            self.read[index] = read_cell(source) if self.budget >= 0 else [PageCall(None, "answers", {}, (TOO_MUCH,))]
        return self.read[index]

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
        if cell.kind != "code" or not (cell.page or CALL.search(cell.source)):
            continue
        for call in code.calls(index) or [NO_DICT]:
            known = call.slug is not None and (pages is None or call.slug in pages)
            slug = call.slug if known else cell.page or call.slug
            if slug is not None:
                yield slug, _Candidate(index, slug == cell.page, call if call.defined else code.before(call, index))


def _chosen(slug: str, several: list[_Candidate], listed: list[Cell], student: str | None) -> PageAnswers:
    """The page's own cell when it has any answer, else the last copy that has answers."""
    own = [candidate for candidate in several if candidate.own]
    filled = [candidate for candidate in own if candidate.filled] or [each for each in several if each.filled]
    best = (filled or own or several)[-1]
    faults = best.call.faults
    if len(several) > 1 and any(each.filled and each.call.answers != best.call.answers for each in several):
        faults += (f"several cells answer this page; the one that counts is cell {best.index + 1} of the notebook",)
    return PageAnswers(slug, best.call.answers, faults, best.index, listed[best.index].shown.get(slug), student)


def _existing(found: PageAnswers, boxes: int | None) -> PageAnswers:
    """The same without boxes that the page does not have."""
    if boxes is None or all(1 <= box <= boxes for box in found.answers):
        return found
    extra = sorted(box for box in found.answers if not 1 <= box <= boxes)
    shown = ", ".join(map(str, extra[:5])) + (" ..." if len(extra) > 5 else "")
    fault = f"box {shown} does not exist on this page, which has boxes 1 to {boxes}"
    answers = {box: value for box, value in found.answers.items() if 1 <= box <= boxes}
    return replace(found, answers=answers, faults=(*found.faults, fault))
