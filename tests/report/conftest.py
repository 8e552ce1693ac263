"""Small classes to report on: simulated students, marked, in the tables that `workbook mark` writes."""

from __future__ import annotations

import random

import pytest

from autograder import pages
from autograder.classroom import tables
from autograder.classroom.assess import Row
from autograder.marking.pages import POINTS, mark
from autograder.report.table import read

SLUGS = ("gradients/one-weight", "gradients/bigger-nudge", "gradients/smaller-nudge", "cost/errors-found-back")
CHAPTER = {"gradients": "01-gradients", "cost": "06-cost"}


def typed(box) -> str:
    return box.literal.strip('"')


def rows_of(student: str, answers: dict[str, dict[int, str]], variant: int = 0) -> list[Row]:
    """The verdicts on what a student typed, as `workbook mark` writes them."""
    found = []
    for slug, texts in answers.items():
        for verdict in mark(slug, texts, variant).verdicts:
            found.append(Row(
                student, CHAPTER[slug.partition("/")[0]], slug, verdict.box, verdict.state, verdict.code,
                POINTS.get(verdict.state, 0.0), 1.0, " ".join(map(str, verdict.follows_from)), variant, verdict.text,
                verdict.read_as,
            ))  # fmt: skip
    return found


def simulated(seed: int, slip: float = 0.25, variant: int = 0, slugs=SLUGS) -> dict[str, dict[int, str]]:
    """What a student types who slips now and then, and who computes on with what stands there."""
    chance = random.Random(seed)
    answers = {}
    for slug in slugs:
        sheet = pages.load(slug).sheet(variant)
        typed_, carried = {}, {}
        for box in sheet.boxes:
            value = sheet.follow(carried).handed[box.number - 1] if carried else box.key
            text = typed(box) if value == box.key else f"{float(value):.12g}"
            dice = chance.random()
            if dice < slip and box.mistakes:
                value = chance.choice(box.mistakes)[1]
                text = f"{float(value):.12g}"
                carried[box.number] = float(value)
            elif dice < slip * 1.3:
                text = chance.choice(["17.25", "1 2", ""])
            typed_[box.number] = text
        answers[slug] = typed_
    return answers


@pytest.fixture
def class_of(tmp_path):
    """class_of({student: answers}, variants={}): its verdicts, read from the tables that mark writes."""

    def make(answers: dict[str, dict], variants: dict[str, int] | None = None, form: str = "csv"):
        rows = [row for name, given in answers.items() for row in rows_of(name, given, (variants or {}).get(name, 0))]
        return written(tmp_path, rows, form)

    return make


def written(folder, rows: list[Row], form: str = "csv", absent: tuple[tuple[str, str], ...] = ()):
    """The verdicts of these rows, by way of the disk."""
    tables.write(folder, "verdicts", tables.VERDICTS, [tables.csv_lines(rows)], form)
    pairs = sorted({(row.student, row.chapter) for row in rows} | set(absent))
    grades = [(student, chapter, 0.0, 1.0, 0) for student, chapter in pairs]
    tables.write(folder, "grades", tables.GRADES, [tables.csv_lines(grades)], form)
    return read(folder)


@pytest.fixture(scope="session")
def thirty(tmp_path_factory):
    """A folder of marks of thirty simulated students, one of whom filled nothing."""
    folder = tmp_path_factory.mktemp("marks")
    rows = [row for n in range(29) for row in rows_of(f"pupil-{n:02}", simulated(n, slip=0.1 + 0.01 * n))]
    written(folder, rows + rows_of("pupil-29", {slug: {} for slug in SLUGS}))
    return folder
