"""Mark the code exercises of a submission, through the function that tries them anywhere.

What a student wrote runs in a kernel of its own, in a folder made for it, which has the data files of the chapter. A
submission in which no exercise was begun starts no kernel.
"""

from __future__ import annotations

import os
from pathlib import Path
from shutil import copytree
from tempfile import TemporaryDirectory

from .. import pages
from ..marking.code import CodeMarks, Finding, blank_marks
from ..submissions.exercises import begun, oddities, written_in
from ..submissions.notebook import Cell
from .entries import Entry
from .records import CLIP, Fault, Row
from .released import Chapter, Notebook

MAX_BYTES = 100_000_000  # of a file that goes along with the code: nbgrader's own limit
GONE = "There is no such code exercise in the workbook any more"


def code_rows(
    entry: Entry, chapter: Chapter, notebook: Notebook, nb: object, listed: list[Cell] | None
) -> tuple[list[Row], list[Fault]]:
    """The rows of a notebook's code exercises, and what was odd about them."""
    known = {slug: made for slug in notebook.exercises if (made := pages.find_exercise(slug))}
    there = list(known)
    faults = [Fault(entry.student, chapter.name, slug, GONE) for slug in notebook.exercises if slug not in there]
    written = {slug: written_in(listed or [], slug, known[slug].starter) for slug in there}
    if listed is not None:
        for slug, index in written.items():
            cell = None if index is None else listed[index]
            source = known[slug].starter if cell is None else cell.source
            faults += [Fault(entry.student, chapter.name, slug, said) for said in oddities(cell, source, slug)]
    sources = {slug: listed[n].source for slug, n in written.items() if listed is not None and n is not None}
    tried = [slug for slug, source in sources.items() if begun(source, known[slug].starter)]
    marked = _run(entry, chapter, notebook, nb, tried) if tried else {}
    rows: list[Row] = []
    for slug in written:
        marks = marked.get(slug) or blank_marks(known[slug])
        rows += _rows(entry, chapter, marks, notebook.points[slug])
    return rows, faults


def _run(entry: Entry, chapter: Chapter, notebook: Notebook, nb: object, slugs: list[str]) -> dict[str, CodeMarks]:
    from ..kernels.sandbox import short_place
    from ..marking.oracle import mark_exercises  # here, because most submissions need no kernel

    with TemporaryDirectory(dir=short_place()) as folder:
        own = Path(folder) / "work"
        own.mkdir()
        for data in filter(None, (entry.folder, str(notebook.path.parent))):  # the chapter's files come last and stay
            copytree(data, own, symlinks=True, ignore=_left_out, dirs_exist_ok=True)
        return mark_exercises(nb, slugs, folder=own, **chapter.trial._asdict())


def _left_out(folder: str, names: list[str]) -> list[str]:
    """Notebooks, links, and whatever is no file or folder, too big, or may not be read."""
    return [name for name in names if not _comes_along(os.path.join(folder, name))]


def _comes_along(path: str) -> bool:
    if path.endswith(".ipynb") or os.path.islink(path) or not os.access(path, os.R_OK):
        return False
    return os.path.isdir(path) or (os.path.isfile(path) and os.path.getsize(path) <= MAX_BYTES)


def _rows(entry: Entry, chapter: Chapter, marks: CodeMarks, most: float) -> list[Row]:
    share = marks.scaled(most) / marks.points if marks.points else most / marks.out_of
    return [_row(entry, chapter, marks, n, each, share) for n, each in enumerate(marks.verdicts, start=1)]


def _row(entry: Entry, chapter: Chapter, marks: CodeMarks, n: int, finding: Finding, share: float) -> Row:
    return Row(
        entry.student, chapter.name, marks.exercise.slug, n, finding.state, finding.code, finding.points * share,
        finding.behaviour.points * share, str(finding.follows_from or ""), 0, finding.line[:CLIP], "",
    )  # fmt: skip
