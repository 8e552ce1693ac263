"""A file of grades that a learning platform takes: `workbook grades --for canvas roster.csv`.

    upload(Path("marks"), "canvas", Path("roster.csv"))      marks/upload-canvas.csv, and who is in it

The roster is what the instructor exported from the platform's gradebook. The file goes back in the same encoding,
with the same separator and the platform's own columns, and with rows only for students who have grades. Who is who is
never guessed: a student is found by what the roster holds of them, exactly and once, or not at all.

Moodle        grade export as CSV, or an assignment's grading worksheet (known by its column Identifier)
Canvas        gradebook export: Student, ID, SIS Login ID, Section; the row Points Possible stays
Blackboard    Grade Center, Work Offline: Username; columns with their number, "Cost [Total Pts: 55 Score] |4711"
Brightspace   grade export with both key fields: OrgDefinedId, Username, "Cost Points Grade", End-of-Line Indicator
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from .released import ClassError
from .tables import replacing, typed

Row = dict[str, str]
SHOWN = 10  # students that are named


class Platform(NamedTuple):
    """How a platform's gradebook goes out and comes in."""

    number: str  # the column of the platform's own number, which names of files have too
    ids: tuple[str, ...]  # columns each of which tells exactly who it is
    names: Callable[[Row], Iterable[str]]  # what a student may be called beside
    kept: tuple[str, ...]  # columns that go back; all if there are none
    item: str  # a column's heading, with the groups name and most
    heading: str  # of a new column
    last: tuple[str, ...] = ()  # columns that must come last


def _full_names(row: Row) -> Iterable[str]:
    first, last = row.get("First name", row.get("First Name", "")), row.get("Last name", row.get("Last Name", ""))
    return (row.get("Full name", ""), f"{first} {last}", f"{last}, {first}")


def _canvas_names(row: Row) -> Iterable[str]:
    """As Canvas writes them into names of files: without blanks and signs, in small letters."""
    return (row.get("Student", ""), re.sub(r"\W", "", row.get("Student", "")))


PLATFORMS = {
    "moodle": Platform(
        "Identifier", ("ID number", "Email address", "Username"), _full_names,
        ("First name", "Last name", "Full name", "ID number", "Email address", "Username"),
        r"(?:.*: ?)?(?P<name>.+?)(?: \((?:Real|Percentage|Letter)\))?", "{}",
    ),
    "canvas": Platform(
        "ID", ("SIS User ID", "SIS Login ID"), _canvas_names,
        ("Student", "ID", "SIS User ID", "SIS Login ID", "Section"), r"(?P<name>.+?)(?: \(\d+\))?", "{}",
    ),
    "blackboard": Platform(
        "", ("Username", "Student ID"), _full_names, ("Last Name", "First Name", "Username", "Student ID"),
        r"(?P<name>.+?) \[.*?Total Pts: (?P<most>[\d.,]+).*", "{}",
    ),
    "brightspace": Platform(
        "", ("OrgDefinedId", "Username", "Email"), _full_names, ("OrgDefinedId", "Username"),
        r"(?P<name>.+?) Points Grade(?: <.*MaxPoints:(?P<most>[\d.,]+).*>)?", "{} Points Grade",
        ("End-of-Line Indicator",),
    ),
}  # fmt: skip
WORKSHEET = "Identifier"  # the column by which Moodle's grading worksheet is known
GRADE, MOST = "Grade", "Maximum grade"  # its columns
POSSIBLE = "Points Possible"  # Canvas: what stands, with blanks before it, in the first column of its second row


@dataclass(frozen=True)
class Roster:
    """What the platform exported."""

    columns: list[str]
    rows: list[Row]
    encoding: str
    separator: str
    possible: Row | None = None  # the row of Canvas that tells what columns are worth

    @classmethod
    def read(cls, path: Path) -> Roster:
        try:
            data = path.read_bytes()
        except OSError as error:
            raise ClassError(f"{path} cannot be read: {(error.strerror or str(error)).lower()}") from None
        encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig" if data[:3] == BOM else "utf-8"
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            raise ClassError(f"{path.name} is no text in UTF-8 or UTF-16: export it again, as CSV.") from None
        heading = text.partition("\n")[0]
        separator = max("\t;,", key=heading.count)
        columns, *lines = [*csv.reader(io.StringIO(text, newline=""), delimiter=separator)] or [[]]
        rows = [dict(zip(columns, line, strict=False)) for line in lines if any(line)]
        possible = next((row for row in rows if row.get("Student", "").strip() == POSSIBLE), None)
        return cls(columns, [row for row in rows if row is not possible], encoding, separator, possible)


BOM = b"\xef\xbb\xbf"


class Grade(NamedTuple):
    """What a student earned in a chapter."""

    chapter: str
    points: float
    out_of: float


class Upload(NamedTuple):
    """What was written."""

    path: Path
    found: int  # students of the roster with grades
    lost: list[str]  # marked students who are not in the roster, or could be several


def upload(
    marks: Path, platform: str, roster: Path, *, out: Path | None = None, chapter: str = "", column: str = "",
    by: str = "", scale: bool = False, bom: bool = False, yes: bool = False,
) -> Upload:  # fmt: skip
    """Write the upload file; ClassError where somebody is not found, and nothing is written then, until `yes`.

    chapter   only this one; `column` is the roster's column for it, if it is called otherwise
    by        the roster's column that holds students as they are called in the tables
    scale     where the platform's column is worth other points, scale to them
    bom       begin the file with the mark by which Excel knows UTF-8
    """
    known, exported = PLATFORMS[platform], Roster.read(roster)
    students = _students(marks, chapter)
    if not students:
        raise ClassError(f"There are no grades{f' of {chapter}' if chapter else ''} in {marks}: workbook mark first.")
    matched, lost = match(students, _numbers(marks), exported, known, by)
    if lost and not yes:
        named = "; ".join(lost[:SHOWN]) + (f" and {len(lost) - SHOWN} more" if len(lost) > SHOWN else "")
        raise ClassError(
            f"{len(lost)} of {len(students)} students are not certain, so nothing was written: {named}. Say with --by "
            "which column holds the names of the tables, or leave these students out with --yes."
        )
    chapters = dict.fromkeys(grade.chapter for student in students.values() for grade in student)
    if column and len(chapters) != 1:
        raise ClassError("--column is for one chapter: say which with --chapter")
    path = out or marks / f"upload-{platform}{roster.suffix or '.csv'}"
    lines = list(_lines(exported, known, matched, students, list(chapters), column, scale, by))
    with replacing(path) as draft:
        encoding = "utf-8-sig" if bom and exported.encoding == "utf-8" else exported.encoding
        with draft.open("w", encoding=encoding, newline="") as file:
            csv.writer(file, delimiter=exported.separator, lineterminator="\r\n").writerows(lines)
    return Upload(path, len(matched), lost)


# -- who is who --------------------------------------------------------------------------------------------------------


def _students(marks: Path, chapter: str) -> dict[str, list[Grade]]:
    grades: defaultdict[str, list[Grade]] = defaultdict(list)
    for row in _table(marks / "grades.csv"):
        if chapter in ("", row["chapter"]):
            grades[row["student"]].append(Grade(row["chapter"], float(row["points"]), float(row["out_of"])))
    return dict(grades)


def _numbers(marks: Path) -> dict[str, str]:
    """Student → the platform's number."""
    return {row["student"]: row["number"] for row in _table(marks / "students.csv") if row["number"]}


def _table(path: Path) -> list[Row]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return [{name: typed(text) for name, text in row.items()} for row in csv.DictReader(file)]
    except OSError:
        raise ClassError(
            f"There is no {path.parent.name}/{path.name}: workbook mark first, with --table csv."
        ) from None


def _alike(text: str) -> str:
    """A name or an id, however it is typed: capitals, blanks and Unicode forms do not count."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split()).strip("# ")


def match(
    students: Iterable[str], numbers: dict[str, str], roster: Roster, platform: Platform, by: str = ""
) -> tuple[dict[int, str], list[str]]:
    """Row of the roster → student, and what is to be said of those for whom there is not exactly one row.

    A platform's number never tells alone who somebody is: it may be another platform's.
    """
    if by and by not in roster.columns:
        raise ClassError(f"The roster has no column {by!r}; it has {', '.join(roster.columns)}.")
    ids = [by] if by else [name for name in platform.ids if name in roster.columns]
    called: defaultdict[str, set[int]] = defaultdict(set)
    numbered: defaultdict[str, set[int]] = defaultdict(set)
    for n, row in enumerate(roster.rows):
        number = _alike(row.get(platform.number, ""))
        numbered[number.removeprefix("participant ")].add(n)
        names = [row.get(name, "") for name in ids] + ([] if by else [*platform.names(row)])
        for text in {*map(_alike, names), number if number.startswith("participant") else ""} - {""}:
            called[text].add(n)
    matched: defaultdict[int, list[str]] = defaultdict(list)
    lost: list[str] = []
    for student in students:
        number = numbers.get(student, "")
        name = student.removesuffix(f" ({number})") if number else student
        rows = called.get(_alike(name), set()) | called.get(_alike(f"{name} {number}"), set())
        if rows and number and not by and (exact := numbered.get(_alike(number))):
            rows = rows & exact or rows | exact  # the number settles which, or contradicts
        if len(rows) == 1:
            matched[min(rows)].append(student)
        else:
            lost.append(f"{student} ({'is not in the roster' if not rows else f'could be {len(rows)} people of it'})")
    for n, several in list(matched.items()):
        if len(several) > 1:
            lost += [f"{student} (is the same person of the roster as another)" for student in several]
            del matched[n]
    return {n: one for n, (one,) in matched.items()}, lost


# -- the file ----------------------------------------------------------------------------------------------------------


def _lines(
    roster: Roster, platform: Platform, matched: dict[int, str], students: dict[str, list[Grade]],
    chapters: list[str], column: str, scale: bool, by: str,
) -> Iterable[list[str]]:  # fmt: skip
    worth = {grade.chapter: grade.out_of for student in students.values() for grade in student}
    if WORKSHEET in roster.columns:
        if len(chapters) != 1:
            raise ClassError("A grading worksheet is for one chapter: say which with --chapter")
        target, kept = {chapters[0]: GRADE}, [name for name in roster.columns if name != GRADE]
    else:
        target = {chapter: _column(chapter, column, roster, platform) for chapter in chapters}
        kept = [name for name in (*platform.kept, by) if name in roster.columns]
    columns = [name for name in roster.columns if name in kept or name in target.values()]
    columns += [name for name in target.values() if name not in roster.columns]
    columns += [name for name in platform.last if name in roster.columns]
    yield columns
    if roster.possible is not None:
        new = {target[chapter]: f"{worth[chapter]:g}" for chapter in chapters}
        yield [roster.possible.get(name) or new.get(name, "") for name in columns]
    for n, student in sorted(matched.items()):
        row = dict(roster.rows[n])
        for grade in students[student]:
            most = _most(target[grade.chapter], row, roster, platform)
            row[target[grade.chapter]] = f"{_scaled(grade, most, target[grade.chapter], scale):.10g}"
        yield [row.get(name, "") for name in columns]


def _column(chapter: str, column: str, roster: Roster, platform: Platform) -> str:
    """The roster's column for a chapter, known by its name; else a new one."""
    wanted = column or chapter
    named = {name: match["name"] for name in roster.columns if (match := re.fullmatch(platform.item, name))}
    fits = [name for name in roster.columns if name == wanted] or [
        name for name, item in named.items() if item == wanted and name not in platform.kept
    ]
    if len(fits) > 1:
        raise ClassError(f"The roster has {len(fits)} columns for {wanted}: {', '.join(fits)}. Say one with --column.")
    if column and not fits:
        raise ClassError(f"The roster has no column {column!r}; it has {', '.join(roster.columns)}.")
    return fits[0] if fits else platform.heading.format(chapter)


def _most(name: str, row: Row, roster: Roster, platform: Platform) -> float | None:
    """What a column is worth on the platform, if that is told."""
    told = row.get(MOST, "") if name == GRADE else ""
    if roster.possible is not None:
        told = roster.possible.get(name, "")
    elif match := re.fullmatch(platform.item, name):
        told = told or match.groupdict().get("most") or ""
    try:
        return float(told.replace(",", ".")) or None
    except ValueError:
        return None


def _scaled(grade: Grade, most: float | None, name: str, scale: bool) -> float:
    if most is None or most == grade.out_of:
        return grade.points
    if not scale:
        raise ClassError(
            f"{grade.chapter} is worth {grade.out_of:g} points here, and {most:g} there ({name}). Change it there and "
            "export again, or say --scale."
        )
    return grade.points * most / grade.out_of
