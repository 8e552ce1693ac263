"""`workbook paper`: a chapter as PDFs, one for each student, and the key as another.

make(root, "07-backpropagation", roster, Path("paper"))       the files that were written
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ..classroom.executors import cores
from ..classroom.released import Chapter, ClassError, released
from ..marking.variants import own_variant
from .places import Place, Places
from .printing import by_hand, find_browser, print_pdf
from .sheets import Row, key, student_sheets
from .students import Student, keep, read_roster
from .texts import texts_of

RANGE = re.compile(r"(\d{1,3})(?:[-–](\d{1,3}))?", re.ASCII)
BLANK = "sheets"  # what the file is called that is nobody's
BROWSERS = 4  # at most, at once


@dataclass(frozen=True)
class Printed:
    """What was written."""

    files: list[Path]
    students: int
    own: bool  # whether each student has numbers of their own
    exercises: int  # code exercises of the chapter, which are not for paper
    browser: str  # that printed; "" where there is none, and the files are HTML


def make(
    root: Path, chapter: str, roster: Path | None, out: Path, *,
    size: str = "A4", pages: Sequence[str] = (), by: str = "", no_text: bool = False, browser: Path | None = None,
) -> Printed:  # fmt: skip
    """Write the sheets and the key of a chapter. ClassError says what cannot be done, and why.

    roster   whose names and numbers; None for one set of sheets with the canonical numbers
    pages    only these, as in ["3", "5-8"]
    by       the roster's column of ids
    no_text  leave out what the chapter says between its pages
    browser  that prints, if not the one that is found
    """
    held = released(root, [chapter])
    if not held:
        raise ClassError(f"{chapter} has no pages to print.")
    places = chosen(Places(held).of(chapter), pages)
    students = read_roster(roster, by) if roster else []
    if browser and not browser.is_file():
        raise ClassError(f"There is no browser {browser}. Say --browser with the program itself, or leave it out.")
    browser = browser or find_browser()
    folder = out / chapter
    folder.mkdir(parents=True, exist_ok=True)
    texts = {} if no_text else texts_of(places)
    documents = dict(_documents(held[chapter], places, students, size, texts, folder))
    files = _print_all(browser, documents) if browser else [_as_html(path, html()) for path, html in documents.items()]
    if students:
        keep(students, out)
    own = bool(students) and held[chapter].settings.variants == "student"
    exercises = sum(len(notebook.exercises) for notebook in held[chapter].notebooks.values())
    return Printed(files, len(students), own, exercises, browser.name if browser else "")


def chosen(places: list[Place], wanted: Sequence[str]) -> list[Place]:
    """The pages with these numbers, in the order of the chapter; all where none are said."""
    if not wanted:
        return places
    numbers: set[int] = set()
    for each in wanted:
        match = RANGE.fullmatch(each.rpartition(".")[2] if "-" not in each else each)
        first, last = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
        if not 1 <= first <= last <= len(places):
            raise ClassError(f"--pages {each}: the chapter has the pages 1 to {len(places)}. Say them as in 3 5-8.")
        numbers |= set(range(first, last + 1))
    return [place for place in places if place.at in numbers]


def _documents(
    chapter: Chapter, places: list[Place], students: list[Student], size: str, texts: dict[int, str], folder: Path
) -> Iterable[tuple[Path, Callable[[], str]]]:
    """Each file, and what gives its HTML. The key lies outside the folder that may be handed to a printing office."""
    rows = [Row(student.shown, own_variant(student.id, chapter.settings)) for student in students]
    for student, row in zip(students, rows, strict=True):
        yield folder / f"{student.id}.pdf", partial(student_sheets, places, row.variant, size, row.who, texts)
    if not students:
        yield folder / f"{BLANK}.pdf", partial(student_sheets, places, 0, size, "", texts)
    yield folder.with_name(f"{folder.name}-key.pdf"), partial(key, places, rows, size)


def _print_all(browser: Path, documents: dict[Path, Callable[[], str]]) -> list[Path]:
    """Print with several browsers at once: each waits more than it computes."""
    from tqdm import tqdm

    with ThreadPoolExecutor(min(BROWSERS, cores())) as crew:
        printing = [crew.submit(print_pdf, browser, html(), path) for path, html in documents.items()]
        try:
            for one in tqdm(printing, unit=" PDFs", disable=None):
                one.result()
        except KeyboardInterrupt:
            raise ClassError("Stopped. What is printed is kept; run this again for all.") from None
        finally:
            for one in printing:
                one.cancel()
    return list(documents)


def _as_html(pdf: Path, html: str) -> Path:
    path = pdf.with_suffix(".html")
    path.write_text(html, encoding="utf-8", newline="\n")
    return path


def summary(printed: Printed, near: Callable[[Path], Path]) -> list[str]:
    """What to say of it."""
    *sheets, answers = map(near, printed.files)
    who = "1 student" if printed.students == 1 else f"{printed.students} students"
    lines = [f"{sheets[0].parent}/: the sheets of {who}"] if printed.students else [f"{sheets[0]}: the sheets"]
    lines.append(f"{answers}: the key")
    if printed.students and not printed.own:
        lines.append('All have the same numbers. For numbers of their own, say variants = "student" in workbook.toml.')
    if not printed.students:
        lines.append("The numbers are the canonical ones. Sheets with names: --students roster.csv")
    if printed.exercises:
        lines.append(f"{printed.exercises} code exercises are not for paper and were left out.")
    if not printed.browser:
        lines.append(f"No Chrome, Chromium or Edge was found to print them. {by_hand(sheets[0])} Or say --browser.")
    return lines
