"""Who handed in what: the table of students, and what `workbook mark --dry-run` prints.

whom(arrivals([Path("moodle.zip")], chapters))       lines: a heading, a row for each submission, how many students
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from .entries import Entry, Stray

ROW = tuple[str, str, str, str, str]
BY_THE_FILES = "(by its pages)"  # which chapter it is


def row(entry: Entry) -> ROW:
    """Student, the platform's number, chapter, place, and what is theirs: a row of the table of students."""
    files = [file.shown or file.name for file in entry.files] or [entry.folder]
    return entry.student, entry.number, entry.chapter, entry.place, " | ".join(files)


def whom(arrived: Iterable[Entry | Stray]) -> Iterator[str]:
    """The same for people, and what would not be marked."""
    every = list(arrived)
    entries = [each for each in every if isinstance(each, Entry)]
    heading = ("student", "number", "chapter", "handed in")
    cells = [heading, *(_shown(entry) for entry in entries)]
    widths = [max(len(line[n]) for line in cells) for n in range(3)]
    for *short, long in cells:
        yield "  ".join([*(text.ljust(width) for text, width in zip(short, widths, strict=True) if width), long])
    students = len({entry.student for entry in entries})
    yield f"\n{students} {'student' if students == 1 else 'students'} found; nothing was marked or written."
    if strays := [each for each in every if isinstance(each, Stray)]:
        yield f"\n{len(strays)} to look at:"
    for stray in strays:
        yield "  " + ": ".join(filter(None, (stray.student, stray.chapter, stray.said)))


def _shown(entry: Entry) -> tuple[str, str, str, str]:
    student, number, chapter, place, files = row(entry)
    return student, number, chapter or BY_THE_FILES, files if entry.folder else f"{place}: {files}"
