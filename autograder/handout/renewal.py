"""One notebook as it is handed out now, with what a student wrote in an older one.

    renewed(json of the new notebook, json of the student's).notebook

The text, the order and the locked cells are the new ones. Answers, code of exercises, and cells that the student added
are the student's. Nothing is run: both notebooks are read as data.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, cast

from .. import pages
from ..answers.literals import literal_of
from ..authoring.courses import is_known
from ..authoring.slugs import OURS, chapter_of, course_of
from ..submissions.answers import read_cells
from ..submissions.exercises import begun, ours, written_in
from ..submissions.ids import code_id, code_slug_of, page_id, slug_of
from ..submissions.notebook import Cell, cells, text
from ..submissions.writing import page_source, with_answers

Json = dict[str, Any]
PROSE = re.compile(r"markdown-\d+$")
"""The ids that a chapter's own text gets when it is built."""


@dataclass(frozen=True)
class Renewed:
    """The notebook, and what of the student's could not be put into it, a sentence each."""

    notebook: Json
    left_out: list[str] = field(default_factory=list[str])


def renewed(new: Json, old: Json) -> Renewed:
    """The new notebook with the old one's answers, code and added cells."""
    return _Renewal(new, old).run()


def same(one: Json, other: Json) -> bool:
    """Whether two notebooks say the same, cell by cell: what was run in them, and how they are shown, is left aside."""
    return [_said(cell) for cell in one["cells"]] == [_said(cell) for cell in other["cells"]]


def _said(cell: Json) -> tuple[object, ...]:
    return cell.get("cell_type"), _name(cell), _text(cell), _inside(_inside(cell, "metadata"), "nbgrader")


class _Renewal:
    def __init__(self, new: Json, old: Json) -> None:
        self.new, self.old, self.written = new, old, cells(old)
        self.raw: list[Json] = [raw for raw in old.get("cells", []) if isinstance(raw, dict)]
        self.left_out: list[str] = []
        self.answers = read_cells(self.written, [*self.known()]).pages
        self.exercises = dict(self.exercise_places())

    def run(self) -> Renewed:
        listed: list[Json] = []
        added = self.added()
        listed += added.pop(None, [])
        for cell in self.new["cells"]:
            name = _name(cell)
            listed.append(self.filled(copy.deepcopy(cell), name))
            listed += added.pop(name, [])
        for rest in added.values():  # behind a cell that is no longer handed out
            listed += rest
        notebook = self.new | {"cells": listed, "metadata": self.metadata()}
        return Renewed(notebook, self.left_out)

    def metadata(self) -> Json:
        """The new notebook's, with what editors and readers have set in the old one."""
        return _inside(self.old, "metadata") | self.new["metadata"]

    def filled(self, cell: Json, name: str | None) -> Json:
        """A cell that is handed out, with the student's text where it is the student's to write."""
        slug, source = slug_of(name), _text(cell)
        if name in self.exercises:
            place = self.exercises[name]
            if place is not None and begun(self.written[place].source, source):
                cell["source"] = _lines(self.written[place].source)
        elif slug and name == page_id(slug):
            cell["source"] = _lines(self.answered(slug, source))
        elif name and not _locked(cell) and (own := self.last(name)) is not None:
            cell["source"] = _lines(own.source)
        return cell

    def answered(self, slug: str, source: str) -> str:
        """A page's cell with the student's answers in it."""
        page = self.answers.get(slug)
        if page is None or page.blank:
            return source
        boxes = pages.load(slug).points
        for box in sorted(page.answers):
            if box > boxes and page.answers[box].strip():
                self.left_out.append(f"{slug} has no box {box} any more; you had {page.answers[box]!r} in it")
        answers = {box: page.answers.get(box, "") for box in range(1, boxes + 1)}
        return with_answers(source, slug, answers) or page_source(
            slug, {box: literal_of(text) for box, text in answers.items()}
        )

    def last(self, name: str) -> Cell | None:
        return next((cell for cell in reversed(self.written) if cell.cell_id == name), None)

    def added(self) -> dict[str | None, list[Json]]:
        """The student's own cells: behind which cell of the workbook they stand → the cells, as they are."""
        known = {_name(cell) for cell in self.new["cells"]}
        places: dict[str | None, list[Json]] = {}
        behind: str | None = None
        exercises = set(self.exercises.values())
        for index, (cell, raw) in enumerate(zip(self.written, self.raw, strict=False)):
            if (name := _name(raw)) in known:
                behind = name
            elif index not in exercises and not PROSE.match(str(raw.get("id"))) and (not ours(cell) or self.kept(cell)):
                places.setdefault(behind, []).append(_own(raw))
        return places

    def exercise_places(self) -> Iterator[tuple[str, int | None]]:
        """The cell of each code exercise, and which of the student's cells holds its code: its own, or another."""
        for cell in self.new["cells"]:
            name = _name(cell)
            if name and (slug := code_slug_of(name)) and name == code_id(slug):
                yield name, written_in(self.written, slug, _text(cell))

    def kept(self, cell: Cell) -> bool:
        """A page that is no longer handed out stays where there are answers in it."""
        slug = cell.page or slug_of(cell.cell_id)
        page = self.answers.get(slug) if slug else None
        return slug is not None and slug not in self.handed_out() and (page is None or not page.blank)

    def known(self) -> Iterator[str]:
        """Every page of the workbook, and of the courses whose pages are handed out here."""
        for package in {OURS, *(course_of(chapter_of(slug)) for slug in self.handed_out())}:
            yield from pages.catalogue(package) if is_known(package) else ()

    def handed_out(self) -> set[str]:
        return {slug for cell in self.new["cells"] if (slug := slug_of(_name(cell)))}


def _inside(json: Json, key: str) -> Json:
    """The object that lies there; an empty one if something else does."""
    value = json.get(key)
    return cast("Json", value) if isinstance(value, dict) else {}


def _name(cell: Json) -> str | None:
    """What a cell is known by: nbgrader's id, or else the notebook's."""
    name = _inside(_inside(cell, "metadata"), "nbgrader").get("grade_id")
    return name if isinstance(name, str) else f"id:{cell['id']}" if "id" in cell else None


def _locked(cell: Json) -> bool:
    held = cell["metadata"].get("nbgrader", {})
    return bool(held.get("locked")) or not held.get("solution")


def _text(cell: Json) -> str:
    return text(cell.get("source"))


def _lines(source: str) -> list[str]:
    return source.splitlines(keepends=True)


def _own(raw: Json) -> Json:
    """A student's own cell, without marks of nbgrader or the workbook: a copy of a page's cell is no page's cell."""
    kept = {key: value for key, value in _inside(raw, "metadata").items() if key not in ("nbgrader", "workbook")}
    return raw | {"metadata": kept}
