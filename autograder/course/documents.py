"""Tables of the workbook, made from the catalogue: which pages teach what, and which slips have a name.

documents()     file name in docs/ → its text; `workbook build` writes them, `workbook check` compares them
uncovered()     rows of the curriculum that no page teaches
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TypeAlias

from .. import explorers, pages
from ..authoring.exercise import Exercise
from ..authoring.explorer import Explorer
from ..authoring.mistakes import MESSAGES
from ..authoring.page import Page
from ..pages.curriculum import CURRICULUM

Lesson: TypeAlias = Page | Exercise | Explorer
"""What teaches rows of the curriculum: each knows its rows, its slug and its points."""

MADE = "<!-- made by `workbook build` from autograder/; do not edit -->\n"


def documents() -> dict[str, str]:
    """The generated documents of docs/."""
    return {"curriculum.md": _curriculum(), "mistakes.md": _mistakes()}


def uncovered() -> list[str]:
    """Rows that no page teaches, and rows that pages name but the table does not know."""
    taught = {row for page in _all() for row in page.rows}
    missing = [row for row in CURRICULUM if row not in taught]
    unknown = sorted(taught - set(CURRICULUM))
    return [f"nothing teaches row {row} ({CURRICULUM[row]}): write a page in autograder/pages/" for row in missing] + [
        f"row {row} of a page is unknown: add it to CURRICULUM in autograder/pages/curriculum.py" for row in unknown
    ]


def _all() -> list[Lesson]:
    return [*pages.catalogue().values(), *pages.exercises().values(), *explorers.catalogue().values()]


def _curriculum() -> str:
    taught: dict[str, list[Lesson]] = defaultdict(list)
    for lesson in _all():
        for row in lesson.rows:
            taught[row].append(lesson)
    lines = [
        f"| {row} | {about} | {_list(taught[row])} | {sum(lesson.points for lesson in taught[row])} |"
        for row, about in CURRICULUM.items()
    ]
    count, boxes = len(pages.catalogue()), sum(page.points for page in pages.catalogue().values())
    code, points = len(pages.exercises()), sum(exercise.points for exercise in pages.exercises().values())
    return (
        f"{MADE}# What the workbook teaches\n\n{count} pages with {boxes} boxes, a point each; "
        f"{code} code exercises with {points} points; "
        f"{len(explorers.catalogue())} explorers.\n\n"
        "| row | | pages, code exercises, explorers | points |\n|:--|:--|:--|--:|\n" + "\n".join(lines) + "\n"
    )


def _mistakes() -> str:
    named: dict[str, dict[str, Lesson]] = defaultdict(dict)
    for page in pages.catalogue().values():
        for box in page.sheet().boxes:
            for code, _ in box.mistakes:
                named[code][page.slug] = page
    for exercise in pages.exercises().values():
        for code in exercise.slips:
            named[code][exercise.slug] = exercise
    lines = [f"| `{code}` | {message} | {_list(named[code].values())} |" for code, message in sorted(MESSAGES.items())]
    return (
        f"{MADE}# Slips with a name\n\nA code stays the same on every page and in every variant; the message is what "
        "the student reads.\n\n| code | message | pages and code exercises |\n|:--|:--|:--|\n" + "\n".join(lines) + "\n"
    )


def _list(lessons: Iterable[Lesson]) -> str:
    return ", ".join(lesson.slug for lesson in lessons)
