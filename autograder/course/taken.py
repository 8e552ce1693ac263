"""Bring chapters of the workbook, or of another course, into a course's source/: as another chapter, by another name.

    bring(root)     writes what workbook.toml takes into source/; the files written
    stale(root)     what there is not as it would be written now, a line each

What is taken is put right: its number and title, links to other chapters, and “chapter 6” in its text. A digest in the
notebook tells a copy that nobody touched from one that was edited: the first is brought up to date, the second is kept.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from ..authoring import courses, slugs
from ..errors import WorkbookError
from ..settings import FILE, CourseSettings, Taken, load

Json = dict[str, Any]
NOTE = "workbook"  # the key of the notebook's metadata
NUMBER = re.compile(r"\b([Cc]hapter) (\d+)\b")
LINK = re.compile(r"\[([^\]\n]*)\]\(\.\./([^/)\s]+)/([^)\s]+)\)")
ONWARD = re.compile(r"chapter \d+, \[[^\]\n]*\]\(\.\./([^/)\s]+)/[^)\s]+\)")
HEADING = re.compile(r"# (?:(\d+) · )?(.*)")


class TakingError(WorkbookError):
    """A chapter cannot be taken. The message says which, and what to do."""


def bring(root: Path) -> list[Path]:
    """Write the chapters that workbook.toml takes into source/. Raises TakingError before anything is written."""
    course = load(root)
    texts = {path: text for path, text in _wanted(root, course) if not path.is_file() or path.read_bytes() != text}
    for path in texts:
        if path.suffix == ".ipynb" and path.is_file() and _edited(path):
            raise TakingError(f"{_edited_said(root, path)}, or delete the file for a fresh copy")
    for left in _moved(root, course):
        shutil.rmtree(left)
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text)
    return list(texts)


def stale(root: Path) -> list[str]:
    """What workbook.toml takes and source/ does not hold as it would be brought now."""
    course, faults = load(root), list[str]()
    try:
        wanted = list(_wanted(root, course))
    except WorkbookError as error:
        return [str(error)]
    for path, text in wanted:
        here = path.relative_to(root).as_posix()
        if not path.is_file():
            faults.append(f"{here} is missing: workbook build")
        elif path.read_bytes() != text:
            edited = path.suffix == ".ipynb" and _edited(path)
            old = f"{here} is not what its chapter is now: workbook build"
            faults.append(_edited_said(root, path) if edited else old)
    return faults


def _edited_said(root: Path, path: Path) -> str:
    here = path.relative_to(root)
    return (
        f"{here.as_posix()} was edited, and workbook.toml takes it from elsewhere: to keep your own, remove the line "
        f"`from` (and `title`) of [chapters.{here.parts[1]}] in {FILE}"
    )


# -- where they come from ----------------------------------------------------------------------------------------------


def sources(package: str) -> Path:
    """The folder of a course's source notebooks: inside its wheel, or beside its package in a clone."""
    inside = Path(courses.folder(package)) / "source"
    return inside if inside.is_dir() else inside.parents[1] / "source"


def origins(package: str) -> dict[str, Path]:
    """Chapter → where its source lies, of all chapters of a course."""
    there = sorted(folder for folder in sources(package).glob("[0-9]*-*") if any(folder.glob("*.ipynb")))
    before = "" if package == slugs.OURS else f"{package}/"
    return {before + folder.name.partition("-")[2].replace("-", "_"): folder for folder in there}


def _origin(taken: Taken) -> Path:
    package = slugs.course_of(taken.chapter)
    courses.need(package)
    there = origins(package)
    if taken.chapter not in there:
        known = ", ".join(name.replace("_", "-") for name in there) or "none: its wheel holds no source notebooks"
        raise TakingError(f"{FILE} takes the chapter {taken.chapter.replace('_', '-')!r}; there are {known}")
    return there[taken.chapter]


# -- what they become --------------------------------------------------------------------------------------------------


def _wanted(root: Path, course: CourseSettings) -> Iterator[tuple[Path, bytes]]:
    """Every file of the chapters taken, as it should lie in source/."""
    for folder, taken in course.taken.items():
        for path in sorted(_origin(taken).iterdir()):
            if path.is_file() and not path.name.startswith("."):
                whole = path.read_bytes()
                made = _as_text(rewritten(json.loads(whole), folder, course)) if path.suffix == ".ipynb" else whole
                yield root / "source" / folder / path.name, made


def rewritten(nb: Json, folder: str, course: CourseSettings) -> Json:
    """A source notebook as the chapter `folder` of a course: title, numbers and links put right."""
    taken = course.taken[folder]
    package = slugs.course_of(taken.chapter)
    places = {origin.name: _place(chapter, course) for chapter, origin in origins(package).items()}
    cells: list[Json] = []
    for n, cell in enumerate(cast("list[Json]", nb["cells"])):
        text = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            text = _onward(text, places, folder) if slugs.module_name(taken.chapter) == slugs.START else text
            text = _with_places(text, places, _called(package))
            text = _headed(text, folder, taken.title) if n == 0 else text
        cells.append(cell | {"source": text.splitlines(keepends=True)})
    note = {"from": taken.chapter.replace("_", "-"), "digest": _digest(cells)}
    return nb | {"cells": cells, "metadata": nb["metadata"] | {NOTE: note}}


def _onward(text: str, places: Mapping[str, str], folder: str) -> str:
    """A start page that leads to a chapter which is not the next one here leads to whichever is."""

    def onward(match: re.Match[str]) -> str:
        return match[0] if _number(places.get(match[1], "")) == _number(folder) + 1 else "the next chapter"

    return ONWARD.sub(onward, text)


def _number(folder: str) -> int:
    number = folder.partition("-")[0]
    return int(number) if number.isdecimal() else -1


def _place(chapter: str, course: CourseSettings) -> str:
    """The folder in which a chapter is here; "" where it is left out."""
    return next((folder for folder, taken in course.taken.items() if taken.chapter == chapter), "")


def _called(package: str) -> str:
    return "the backprop workbook" if package == slugs.OURS else package.replace("_", " ")


def _headed(text: str, folder: str, title: str) -> str:
    first, newline, rest = text.partition("\n")
    if not (heading := HEADING.fullmatch(first)):
        return text
    number = f"{int(folder.partition('-')[0])} · " if heading[1] else ""
    return f"# {number}{title or heading[2]}{newline}{rest}"


def _with_places(text: str, places: Mapping[str, str], called: str) -> str:
    """A text with the links and numbers that chapters have here; one that is left out is called as it was."""
    numbers = {int(old.partition("-")[0]): new for old, new in places.items()}

    def link(match: re.Match[str]) -> str:
        place = places.get(match[2])
        return match[0] if place is None else f"[{match[1]}](../{place}/{match[3]})" if place else match[1]

    def number(match: re.Match[str]) -> str:
        place = numbers.get(int(match[2]))
        if place is None:
            return match[0]
        return f"{match[1]} {int(place.partition('-')[0])}" if place else f"{match[0]} of {called}"

    return NUMBER.sub(number, LINK.sub(link, text))


def _as_text(nb: Json) -> bytes:
    return (json.dumps(nb, ensure_ascii=False, indent=1) + "\n").encode()


# -- whether somebody edited them --------------------------------------------------------------------------------------


def _digest(cells: list[Json]) -> str:
    said = [(cell["cell_type"], "".join(cell["source"])) for cell in cells]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:16]


def _note(path: Path) -> tuple[Json, str]:
    """What a notebook says of where it was taken from, {} if it says nothing; and the digest of what is in it."""
    try:
        nb = json.loads(path.read_bytes())
        return nb["metadata"].get(NOTE, {}), _digest(nb["cells"])
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return {}, ""


def _edited(path: Path) -> bool:
    note, digest = _note(path)
    return note.get("digest") != digest


def _moved(root: Path, course: CourseSettings) -> Iterator[Path]:
    """Folders from which a taken chapter has moved to another number: nobody edited them, and they are not needed."""
    elsewhere = {taken.chapter.replace("_", "-") for taken in course.taken.values()}
    for folder in sorted((root / "source").glob("[0-9]*-*")):
        books = sorted(folder.glob("*.ipynb"))
        brought = [path for path in books if _note(path)[0].get("from") in elsewhere and not _edited(path)]
        if folder.name not in course.taken and books and brought == books:
            yield folder
