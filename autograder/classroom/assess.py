"""Mark one submission as `nbgrader autograde` would, without a gradebook. Pages are read as data; code runs apart.

assess(entry, chapters)     [Record(student, chapter, rows, points, out_of, faults)]
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path, PurePosixPath

from .. import pages
from ..marking.states import POINTS, Verdict
from ..marking.variants import mark_for
from ..submissions.answers import PageAnswers, answers_to, read_notebook
from ..submissions.files import MAX_BYTES, Handed, could_be_notebook, find, find_among, parse, quoted, read_file
from ..submissions.notebook import cells
from .code import code_rows
from .entries import Entry
from .listing import File
from .records import CLIP, Fault, Record, Row
from .released import Chapter


def assess(entry: Entry, chapters: Mapping[str, Chapter]) -> list[Record | Fault]:
    """What a submission earns, chapter by chapter; a Fault alone where no chapter can be told."""
    if entry.folder:
        chapter = chapters[entry.chapter]
        return [_record(entry, chapter, find(Path(entry.folder), chapter.wanted))]
    files = {file.name: _once(partial(read_member if file.member else _read_path, file)) for file in entry.files}
    wanted = [chapters[entry.chapter]] if entry.chapter else _answered(files, chapters)
    if not wanted:
        return [_unplaced(entry, files)]
    return [_record(entry, chapter, find_among(_called_right(files, chapter), chapter.wanted)) for chapter in wanted]


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


def _record(entry: Entry, chapter: Chapter, found: Mapping[str, Handed]) -> Record:
    rows: list[Row] = []
    faults: list[Fault] = []

    def fault(said: str, page: str = "") -> None:
        faults.append(Fault(entry.student, chapter.name, page, said))

    for name, handed in found.items():
        notebook = chapter.notebooks[name]
        for said in (*handed.faults, *_no_notebooks(entry.files if handed.notebook is None else ())):
            fault(said)
        for cell in notebook.others:
            fault(f"the graded cell {quoted(cell)} is not of the workbook: grade it with nbgrader autograde")
        listed = None if handed.notebook is None else cells(handed.notebook)
        for answers in answers_to(listed, notebook.pages).values():
            marked, odd = _page(entry.student, chapter, notebook.points[answers.slug], answers)
            rows += marked
            for said in odd:
                fault(said, answers.slug)
        marked, code_faults = code_rows(entry, chapter, notebook, handed.notebook, listed)
        rows += marked
        faults += code_faults
    points = sum(row.points for row in rows)
    return Record(entry.student, chapter.name, tuple(rows), points, chapter.points, tuple(faults))


def _no_notebooks(files: tuple[File, ...]) -> list[str]:
    return [f"{quoted(file.name)} is no notebook" for file in files[:5] if not could_be_notebook(file.name)]


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
