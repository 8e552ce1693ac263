"""Mark one submission as `nbgrader autograde` would, without a gradebook: read as data, nothing run, nothing written.

    assess(entry, chapters)     [Record(student, chapter, rows, points, out_of, faults)]
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from .. import pages
from ..intake import MAX_BYTES, Handed, could_be_notebook, find, find_among, parse, quoted, read_file
from ..marking import POINTS, Verdict
from ..submissions import PageAnswers, answers_to, cells, read_notebook
from ..variants import mark_for
from .arrivals import Entry, File
from .released import Chapter

CLIP = 200  # characters of a typed answer that are kept


class Row(NamedTuple):
    """One box: a row of the table of verdicts."""

    student: str
    chapter: str
    page: str
    box: int
    verdict: str  # blank, unreadable, right, few_digits, follows, mistake, wrong
    mistake: str  # the code of a mistake with a name
    points: float
    out_of: float
    follows_from: str  # boxes of this page, separated by spaces
    variant: int
    text: str  # as typed
    read_as: str  # as understood


class Fault(NamedTuple):
    """Something odd about a submission, in words."""

    student: str
    chapter: str
    page: str  # "" where it is about a file
    said: str


class Record(NamedTuple):
    """One chapter of one student, marked."""

    student: str
    chapter: str
    rows: tuple[Row, ...]
    points: float
    out_of: float
    faults: tuple[Fault, ...]


def assess(entry: Entry, chapters: Mapping[str, Chapter]) -> list[Record | Fault]:
    """What a submission earns, chapter by chapter; a Fault alone where no chapter can be told."""
    if entry.folder:
        chapter = chapters[entry.chapter]
        return [_record(entry.student, chapter, find(Path(entry.folder), chapter.wanted))]
    files = {file.name: _once(partial(read_member if file.member else _read_path, file)) for file in entry.files}
    wanted = [chapters[entry.chapter]] if entry.chapter else _answered(files, chapters)
    if not wanted:
        return [_unplaced(entry, files)]
    return [
        _record(entry.student, chapter, find_among(_called_right(files, chapter), chapter.wanted), entry.files)
        for chapter in wanted
    ]


# -- files that lie in no folder of their own --------------------------------------------------------------------------


def _once(read: Callable[[], Handed]) -> Callable[[], Handed]:
    held: list[Handed] = []

    def reader() -> Handed:
        if not held:
            held.append(read())
        return held[0]

    return reader


def _read_path(file: File) -> Handed:
    handed = read_file(Path(file.path))
    return Handed(handed.notebook, handed.faults, PurePosixPath(file.name))


def read_member(file: File) -> Handed:
    """The JSON of a file in a zip archive, read where it is: nothing is unpacked onto the disk."""
    name, path = quoted(file.name), PurePosixPath(file.name)
    try:
        with zipfile.ZipFile(file.path) as archive, archive.open(file.member) as member:
            data = member.read(MAX_BYTES + 1)
    except (OSError, RuntimeError, NotImplementedError, zipfile.BadZipFile, zlib.error, EOFError, KeyError) as error:
        why = "it has a password" if "password" in str(error) else "the archive is damaged there"
        return Handed(None, (f"{name} cannot be read out of the archive ({why}): hand it in again",), path)
    if len(data) > MAX_BYTES:
        return Handed(None, (f"{name} is too big to be read: clear the outputs and hand it in again",), path)
    notebook, faults = parse(data)
    return Handed(notebook, tuple(f"{name} {fault}" for fault in faults), path)


def _answered(files: Mapping[str, Callable[[], Handed]], chapters: Mapping[str, Chapter]) -> list[Chapter]:
    """The chapters whose pages, or else whose notebook's name, turn up in these files."""
    chapter_of = {slug: name for name, each in chapters.items() for slugs in each.wanted.values() for slug in slugs}
    found: set[str] = set()
    for file, read in files.items():
        if could_be_notebook(file):
            slugs = read_notebook(read().notebook).pages
            named = {name for name, chapter in chapters.items() for stem in chapter.notebooks if stem in file}
            found |= {chapter_of[slug] for slug in slugs if slug in chapter_of} or named
    return [chapter for name, chapter in chapters.items() if name in found]


def _called_right(files: dict[str, Callable[[], Handed]], chapter: Chapter) -> dict[str, Callable[[], Handed]]:
    """The files; a single notebook with the chapter's pages goes by its right name: an LMS renames as it pleases."""
    single = [file for file in files if could_be_notebook(file)]
    if len(single) == len(chapter.notebooks) == 1:
        ((name, slugs),) = chapter.wanted.items()
        if slugs.keys() & read_notebook(files[single[0]]().notebook).pages.keys():
            return {f"{name}.ipynb": files[single[0]]}
    return files


def _unplaced(entry: Entry, files: Mapping[str, Callable[[], Handed]]) -> Fault:
    said = [*(fault for file, read in files.items() if could_be_notebook(file) for fault in read().faults)]
    listed = ", ".join(quoted(file) for file in list(files)[:3])
    said.append(f"{listed}: no notebook of a chapter; say which chapter it should be with --chapter")
    return Fault(entry.student, "", "", "; ".join(said[:5]))


# -- marking -----------------------------------------------------------------------------------------------------------


def _record(student: str, chapter: Chapter, found: Mapping[str, Handed], files: tuple[File, ...] = ()) -> Record:
    rows: list[Row] = []
    faults: list[Fault] = []
    for name, handed in found.items():
        notebook = chapter.notebooks[name]
        said = list(handed.faults)
        if handed.notebook is None:
            said += [f"{quoted(file.name)} is no notebook" for file in files[:5] if not could_be_notebook(file.name)]
        faults += [Fault(student, chapter.name, "", fault) for fault in said]
        faults += [Fault(student, chapter.name, "", f"the graded cell {quoted(cell)} is not a page: grade it with "
                         "nbgrader autograde") for cell in notebook.others]  # fmt: skip
        listed = None if handed.notebook is None else cells(handed.notebook)
        for answers in answers_to(listed, notebook.pages).values():
            marked, odd = _page(student, chapter, notebook.points[answers.slug], answers)
            rows += marked
            faults += [Fault(student, chapter.name, answers.slug, fault) for fault in odd]
    return Record(student, chapter.name, tuple(rows), sum(row.points for row in rows), chapter.points, tuple(faults))


def _page(student: str, chapter: Chapter, most: float, answers: PageAnswers) -> tuple[list[Row], tuple[str, ...]]:
    """The rows of one page that is worth `most` points, and what was odd about it."""
    try:
        marks, faults = mark_for(student, answers, chapter.settings)
    except pages.UnknownPage as unknown:
        return [], (*answers.faults, f"{unknown} It was handed out, but is no longer in the workbook")
    share = most / marks.out_of  # 1, unless somebody gave the page other points
    return [_row(student, chapter.name, answers.slug, marks.variant, each, share) for each in marks.verdicts], faults


def _row(student: str, chapter: str, slug: str, variant: int, verdict: Verdict, share: float) -> Row:
    return Row(
        student, chapter, slug, verdict.box, verdict.state, verdict.code, POINTS.get(verdict.state, 0.0) * share, share,
        " ".join(map(str, verdict.follows_from)), variant, verdict.text[:CLIP], verdict.read_as,
    )  # fmt: skip
