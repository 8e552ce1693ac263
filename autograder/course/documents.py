"""Tables of the workbook, made from the catalogue: which pages teach what, and which slips have a name.

documents()     file name in docs/ → its text; `workbook build` writes them, `workbook check` compares them
uncovered()     rows of the curriculum that no page teaches
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import TypeAlias, cast

from .. import explorers, pages
from ..authoring import courses
from ..authoring.exercise import Exercise
from ..authoring.explorer import Explorer
from ..authoring.mistakes import messages_of
from ..authoring.page import Page
from ..authoring.slugs import OURS

Lesson: TypeAlias = Page | Exercise | Explorer
"""What teaches rows of the curriculum: each knows its rows, its slug and its points."""

MADE = "<!-- made by `workbook build` from {}/; do not edit -->\n"


def documents(package: str = OURS) -> dict[str, str]:
    """The generated documents of docs/; none for a course without a table of its curriculum."""
    rows = curriculum(package)
    return {"curriculum.md": _curriculum(package, rows), "mistakes.md": _mistakes(package)} if rows else {}


def curriculum(package: str) -> Mapping[str, str]:
    """The table CURRICULUM of a course, in pages/curriculum.py: row → what it is about; {} where there is none."""
    return cast("Mapping[str, str]", courses.table(package, "pages.curriculum", "CURRICULUM"))


def uncovered(package: str = OURS) -> list[str]:
    """Rows that no page teaches, and rows that pages name but the table does not know."""
    rows, taught = curriculum(package), {row for page in _all(package) for row in page.rows}
    missing = [row for row in rows if row not in taught]
    unknown = sorted(taught - set(rows))
    return [f"nothing teaches row {row} ({rows[row]}): write a page in {package}/pages/" for row in missing] + [
        f"row {row} of a page is unknown: add it to CURRICULUM in {package}/pages/curriculum.py" for row in unknown
    ]


def _all(package: str) -> list[Lesson]:
    kinds = (pages.catalogue, pages.exercises, explorers.catalogue)
    return [lesson for kind in kinds for lesson in kind(package).values()]


def _curriculum(package: str, rows: Mapping[str, str]) -> str:
    taught: dict[str, list[Lesson]] = defaultdict(list)
    for lesson in _all(package):
        for row in lesson.rows:
            taught[row].append(lesson)
    lines = [
        f"| {row} | {about} | {_list(taught[row])} | {sum(lesson.points for lesson in taught[row])} |"
        for row, about in rows.items()
    ]
    own, exercises = pages.catalogue(package), pages.exercises(package)
    count, boxes = len(own), sum(page.points for page in own.values())
    code, points = len(exercises), sum(exercise.points for exercise in exercises.values())
    return (
        f"{MADE.format(package)}# What the workbook teaches\n\n{count} pages with {boxes} boxes, a point each; "
        f"{code} code exercises with {points} points; "
        f"{len(explorers.catalogue(package))} explorers.\n\n"
        "| row | | pages, code exercises, explorers | points |\n|:--|:--|:--|--:|\n" + "\n".join(lines) + "\n"
    )


def _mistakes(package: str) -> str:
    named: dict[str, dict[str, Lesson]] = defaultdict(dict)
    for page in pages.catalogue(package).values():
        for box in page.sheet().boxes:
            for code, _ in box.mistakes:
                named[code][page.slug] = page
    for exercise in pages.exercises(package).values():
        for code in exercise.slips:
            named[code][exercise.slug] = exercise
    messages = sorted(messages_of(package).items())
    lines = [f"| `{code}` | {message} | {_list(named[code].values())} |" for code, message in messages]
    return (
        f"{MADE.format(package)}# Slips with a name\n\n"
        "A code stays the same on every page and in every variant; the message is what the student reads.\n\n"
        "| code | message | pages and code exercises |\n|:--|:--|:--|\n" + "\n".join(lines) + "\n"
    )


def _list(lessons: Iterable[Lesson]) -> str:
    return ", ".join(lesson.slug for lesson in lessons)
