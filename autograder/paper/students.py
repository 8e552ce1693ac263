"""The students of a roster: who gets sheets, and whose sheet it may be that is typed in.

    read_roster(Path("roster.csv"))       [Student("ada", "Ada Doe"), ...]

A roster is a table with a heading, as learning platforms and nbgrader export it. Its column of ids must hold what the
students' folders in submitted/ are called.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import NamedTuple

from ..classroom.released import ClassError
from ..classroom.tables import guarded, read_lines, replacing
from ..classroom.upload import Roster
from ..marking.variants import MAX_ID, same_id

IDS = ("student", "id", "Username", "User name", "SIS Login ID", "OrgDefinedId", "Email address", "Full name", "name")
"""Columns that may hold the ids, the first that is there counts."""
NAMES = ("name", "Full name", "Student")
FIRST, LAST = ("first_name", "First name", "First Name"), ("last_name", "Last name", "Last Name")
KEPT = "students.csv"  # what `workbook paper` writes for `workbook enter`


class Student(NamedTuple):
    """A student: the id under which they are marked, and their name, if it is known."""

    id: str
    name: str = ""

    @property
    def shown(self) -> str:
        """As it stands on a sheet."""
        return f"{self.name} ({self.id})" if self.name and same_id(self.name) != same_id(self.id) else self.id


def read_roster(path: Path, by: str = "") -> list[Student]:
    """The students of a roster. ClassError where it holds none, or does not say plainly who they are.

    by   the column of the ids, if it is called otherwise than in IDS
    """
    roster = Roster.read(path)
    column = by or next((name for name in IDS if name in roster.columns), "")
    if not column or column not in roster.columns:
        listed = ", ".join(filter(None, roster.columns)) or "none"
        lacks = f"no column {by!r}" if by else "no column of ids that I know"
        raise ClassError(f"{path.name} has {lacks}; its columns are {listed}. Say which holds the ids with --by.")
    students: dict[str, Student] = {}
    for n, row in enumerate(roster.rows, start=2):
        student = Student(row.get(column, "").strip(), _name(row, column))
        if problem := unfit(student.id):
            raise ClassError(f"{path.name}, row {n}, column {column!r}: {problem}.")
        if same_id(student.id) in students:
            raise ClassError(f"{path.name}, row {n}: {student.id} stands there twice. Each student needs an id.")
        students[same_id(student.id)] = student
    if not students:
        raise ClassError(f"{path.name} has a heading, but no students below it.")
    return list(students.values())


def _name(row: dict[str, str], column: str) -> str:
    """The name in a row of a roster; "" where there is none."""
    whole = next((row[name].strip() for name in NAMES if name != column and row.get(name, "").strip()), "")
    parts = (next((row[name].strip() for name in names if row.get(name)), "") for names in (FIRST, LAST))
    return whole or " ".join(filter(None, parts))


def unfit(student: str) -> str:
    """Why this cannot be the id of a student, which is the name of a folder; "" if it can."""
    if not student:
        return "the id is missing"
    if len(student) > MAX_ID:
        return f"an id has at most {MAX_ID} characters"
    if not student.isprintable():
        return "the id holds a sign that cannot be printed"
    if student.startswith(".") or PurePosixPath(student).name != student or PureWindowsPath(student).name != student:
        return f"{student!r} cannot be the name of a folder, and so not an id"
    if set(student) & set('<>:"|?*') or student != student.rstrip(" ."):
        return f"{student!r} cannot be the name of a folder on every computer, and so not an id"
    return ""


def keep(students: Iterable[Student], folder: Path) -> None:
    """Write down who got sheets."""
    folder.mkdir(parents=True, exist_ok=True)
    with replacing(folder / KEPT) as draft:
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows([Student._fields, *([*map(guarded, one)] for one in students)])
        draft.write_text(text.getvalue(), encoding="utf-8", newline="\n")


def kept(folder: Path) -> list[Student]:
    """Who got sheets, if that is written down there."""
    try:
        rows = list(read_lines((folder / KEPT).read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError):
        return []
    return [Student(row[0], row[1]) for row in rows[1:] if len(row) == len(Student._fields) and not unfit(row[0])]
