"""Build a clean notebook around the answers of a submission: every released cell exactly once, the rest as it was.

    Rebuilt(blueprint, cells(submitted)).cells

What nbgrader knows of a cell (id, points, whether it is locked) comes from the gradebook, never from the submission;
so do the text and kind of locked cells. Copies lose their marks, deleted cells come back, and nothing that a student
can do to a notebook's metadata stops a run. The submitted file itself is never touched.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from nbformat.notebooknode import NotebookNode
from nbgrader.api import (  # pyright: ignore[reportMissingTypeStubs]  # nbgrader comes without types
    Gradebook,
)

from .. import pages
from ..answers.literals import literal_of
from ..submissions.answers import answers_to, as_data
from ..submissions.cells import MAX_SOURCE
from ..submissions.exercises import begun, oddities, written_in
from ..submissions.ids import SETUP_ID, STUDENT_ID, code_id, code_slug_of, grade_id, is_explorer, page_id, slug_of
from ..submissions.notebook import Cell
from ..submissions.writing import page_source


@dataclass(frozen=True, slots=True)
class Original:
    """One cell as it was released."""

    name: str
    kind: str
    source: str
    locked: bool
    checksum: str | None
    points: float | None  # None: not graded
    solution: bool
    task: bool


@dataclass(frozen=True)
class Blueprint:
    """One notebook as it was released: its cells by id, its pages, slug → number of boxes, its code exercises."""

    cells: dict[str, Original]
    pages: dict[str, int]
    exercises: tuple[str, ...] = ()  # slugs of code exercises


def blueprint(book: Gradebook, assignment: str, notebook: str) -> Blueprint:
    """Read a notebook's cells from the gradebook; nbgrader.api.MissingEntry if it is not there."""
    released: Any = book.find_notebook(notebook, assignment)
    points = {cell.name: float(cell.max_score) for cell in [*released.grade_cells, *released.task_cells]}
    solutions = {cell.name for cell in released.solution_cells}
    tasks = {cell.name for cell in released.task_cells}
    originals = {
        cell.name: Original(
            cell.name, cell.cell_type, cell.source or "", bool(cell.locked), cell.checksum,
            points.get(cell.name), cell.name in solutions, cell.name in tasks,
        )
        for cell in released.source_cells
    }  # fmt: skip
    exercises = tuple(filter(None, map(code_slug_of, originals)))
    slugs = {slug for name in originals if (slug := slug_of(name)) and slug not in exercises}
    boxes = {slug: page.points for slug in sorted(slugs) if (page := pages.find(slug))}
    boxes |= {slug: int(points.get(grade_id(slug), 0)) for slug in sorted(slugs - set(boxes))}
    return Blueprint(originals, boxes, exercises)


class Rebuilt:
    """The cells of one submission, put in order."""

    def __init__(self, plan: Blueprint, submitted: list[Cell] | None) -> None:
        self.plan, self.submitted, self.readable = plan, submitted or [], submitted is not None
        self.read = answers_to(submitted, plan.pages)
        self.cells: list[NotebookNode] = []
        self.places = self.placed()
        here = {index: name for name, index in reversed(self.places.items()) if index is not None}
        for index, cell in enumerate(self.submitted):
            if index in here:
                self.put(here.pop(index), cell)
            elif not self.surplus(cell):
                self.cells.append(_plain(cell, f"cell-{index + 1}"))
        self.insert_missing()

    def placed(self) -> dict[str, int | None]:
        """Released cell → which of the submitted cells stands for it."""
        last = {cell.cell_id: index for index, cell in enumerate(self.submitted) if cell.cell_id}
        places = {name: last.get(name) for name in self.plan.cells}
        for slug, page in self.read.items():
            places[page_id(slug)] = page.place if page.place is not None else last.get(page_id(slug))
        for slug in self.plan.exercises:
            name = code_id(slug)
            places[name] = written_in(self.submitted, slug, self.plan.cells[name].source)
        taken: set[int] = set()
        for name in sorted(places, key=lambda name: not name.startswith("page-")):
            index = places[name]  # two pages may be answered in one cell: the first keeps it
            if index in taken:
                places[name] = None
            elif index is not None:
                taken.add(index)
        return places

    def put(self, name: str, cell: Cell | None = None) -> None:
        """Add a released cell, with the student's text where it is the student's to write."""
        self.cells.append(self.stamped(self.plan.cells[name], cell))

    def stamped(self, original: Original, cell: Cell | None) -> NotebookNode:
        slug = slug_of(original.name)
        if slug and original.solution:
            node = new_cell("code", self.page_source(slug, original, cell), original.name)
        elif cell is not None and not original.locked:
            node = _plain(Cell(original.kind, cell.source, None, None, cell.attachments), original.name)
        else:
            node = new_cell(original.kind, original.source, original.name)
        node.metadata["nbgrader"] = NotebookNode(_stamps(original))
        if slug and original.solution:
            page = self.read[slug]
            node.metadata["workbook"] = as_data(page)
        elif exercise := code_slug_of(original.name):
            written = {"exercise": exercise, "begun": begun(node.source, original.source)}
            odd = list(oddities(cell, node.source, exercise)) if self.readable else []
            node.metadata["workbook"] = written | {"faults": odd}
        return node

    def page_source(self, slug: str, original: Original, cell: Cell | None) -> str:
        """The student's own cell; or, where there is none, the answers that stood elsewhere; or the released cell."""
        if cell is not None and cell.kind == "code" and len(cell.source) <= MAX_SOURCE:
            return cell.source
        answers = self.read[slug].answers
        if any(answers.values()):
            return page_source(slug, {box: literal_of(text) for box, text in sorted(answers.items())})
        return original.source

    def surplus(self, cell: Cell) -> bool:
        """A second copy of a locked or graded cell of ours, or of a starter, which would undo what is written."""
        original = self.plan.cells.get(cell.cell_id) if cell.cell_id else None
        starter = original is not None and code_slug_of(original.name) and not begun(cell.source, original.source)
        return bool(original is not None and (original.locked or starter))

    def insert_missing(self) -> None:
        """Put back what was deleted: a grade cell after its page, a page before its grade cell, set-up on top."""
        there = {node.metadata.get("nbgrader", {}).get("grade_id") for node in self.cells}
        missing = [name for name in self._in_order() if name not in there]
        for name in missing:
            self.put(name)
            node = self.cells.pop()
            self.cells.insert(self._spot(name), node)

    def _in_order(self) -> list[str]:
        ordered = [name for slug in self.plan.pages for name in (page_id(slug), grade_id(slug))]
        ordered += [name for slug in self.plan.exercises for name in (code_id(slug), grade_id(slug))]
        # An explorer that was deleted stays away: nothing is answered in it.
        rest = sorted(name for name in self.plan.cells if name not in ordered and not is_explorer(name))
        return [*rest, *(name for name in ordered if name in self.plan.cells)]

    def _spot(self, name: str) -> int:
        if name == SETUP_ID:
            return 0
        slug = slug_of(name) or code_slug_of(name)
        near = {page_id(slug): 1, code_id(slug): 1, grade_id(slug): 0} if slug else {}
        near |= {SETUP_ID: 1} if name == STUDENT_ID else {}
        for index, node in enumerate(self.cells):
            other = node.metadata.get("nbgrader", {}).get("grade_id")
            if other in near and other != name:
                return index + near[other]
        return len(self.cells)


def _stamps(original: Original) -> dict[str, Any]:
    stamps: dict[str, Any] = {
        "grade_id": original.name,
        "schema_version": 3,
        "cell_type": original.kind,
        "grade": original.points is not None and not original.task,
        "solution": original.solution,
        "locked": original.locked,
        "task": original.task,
    }
    if original.points is not None:
        stamps["points"] = original.points
    if original.checksum:
        stamps["checksum"] = original.checksum
    return stamps


def _plain(cell: Cell, name: str) -> NotebookNode:
    """A cell of the student's own, without metadata and outputs."""
    source = cell.source
    if len(source) > MAX_SOURCE:
        source = f"# This cell holds {len(source)} characters; see the submitted file.\n" + source[:1000]
    node = new_cell(cell.kind, source, name)
    if cell.attachments and cell.kind == "markdown":
        node["attachments"] = NotebookNode(cell.attachments)
    return node


def new_cell(kind: str, source: str, name: str) -> NotebookNode:
    """A cell as nbformat makes it, without checking each one against the schema; the notebook is checked once."""
    code: dict[str, Any] = {"outputs": [], "execution_count": None} if kind == "code" else {}
    return NotebookNode(cell_type=kind, id=name[:64], metadata=NotebookNode(), source=source, **code)
