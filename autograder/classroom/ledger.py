"""Keep what is marked, in one SQLite file, so that a run that was killed goes on where it stopped.

    with Ledger(folder / "ledger.db") as ledger:
        ledger.enter(arrivals(...), ...)      what there is to mark in this run
        for entry in ledger.unmarked(): ...   what of it is not marked yet, or has changed since
        ledger.add(marked)
        ledger.verdicts(), ledger.grades()    the tables, in the order of entry, never all in memory

A submission is known by a key over its files' names, sizes and times, its chapter as it was handed out, and the
workbook's own code: if any of these changes, it is marked again.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from ..submissions.files import quoted
from .entries import Entry, Stray
from .listing import File
from .records import Fault, Record
from .released import Chapter, ClassError
from .tables import csv_lines

AT_ONCE = 500  # entries taken from the file at a time
SCHEMA = """
CREATE TABLE marked (key TEXT, part INTEGER, version TEXT, student TEXT, chapter TEXT, points REAL, out_of REAL,
    lines BLOB, faults TEXT, PRIMARY KEY (key, part));
CREATE TABLE entered (seq INTEGER PRIMARY KEY, key TEXT, entry TEXT);
CREATE TABLE strays (seq INTEGER PRIMARY KEY, student TEXT, chapter TEXT, said TEXT);
CREATE TABLE failed (key TEXT PRIMARY KEY, student TEXT, chapter TEXT, said TEXT);
CREATE TABLE written (only TEXT, student TEXT, PRIMARY KEY (only, student));
"""
PERHAPS_TWO = (
    "perhaps of two students: neither was marked; rename one, or if one student handed in again, say --again, and the "
    "place that you name last counts"
)
TABLES = ("marked", "entered", "strays", "failed", "written")


class Part(NamedTuple):
    """A Record made small, as a worker sends it and the ledger keeps it."""

    student: str
    chapter: str  # "" where no chapter could be told
    points: float
    out_of: float
    lines: bytes  # the rows of the table of verdicts, packed
    faults: tuple[Fault, ...]


class Marked(NamedTuple):
    """A submission after marking; `failed` says why there was none."""

    key: str
    parts: tuple[Part, ...]
    failed: Fault | None = None


def packed(record: Record | Fault) -> Part:
    """A Record made small."""
    if isinstance(record, Fault):
        return Part(record.student, record.chapter, 0.0, 0.0, b"", (record,))
    lines = zlib.compress(csv_lines(record.rows).encode("utf-8", "replace"), 1)
    return Part(record.student, record.chapter, record.points, record.out_of, lines, record.faults)


@lru_cache(maxsize=1)
def workbook_version() -> str:
    """A word for the code of this workbook: where it differs, marks may."""
    package = Path(__file__).parents[1]
    code = hashlib.sha256()
    for path in sorted(package.rglob("*.py")):
        code.update(path.relative_to(package).as_posix().encode() + b"\0" + path.read_bytes())
    return code.hexdigest()[:20]


def key(entry: Entry, versions: Mapping[str, str]) -> str:
    """What a submission is known by. `versions` has a word for each chapter, and one for all under ""."""
    known_by = (entry.student, entry.chapter, entry.place, entry.state, [file.name for file in entry.files])
    return hashlib.sha256(repr((known_by, versions[entry.chapter])).encode("utf-8", "replace")).hexdigest()


def versions(chapters: Mapping[str, Chapter]) -> dict[str, str]:
    """A word for each chapter as it was handed out, with the code that marks it; under "" one for all."""
    known = {name: f"{workbook_version()} {chapter.wanted} {_worth(chapter)}" for name, chapter in chapters.items()}
    return known | {"": repr(known)}


def _worth(chapter: Chapter) -> list[Any]:  # whatever it is, only its repr counts
    notebooks = [(each.points, each.exercises, each.others) for each in chapter.notebooks.values()]
    return [chapter.settings, chapter.config, *notebooks]


class Ledger:
    """The file. One process at a time may have it open; another gets a ClassError.

    again   who stands in two places is one student, who handed in again; otherwise only a platform's number says that
    """

    def __init__(self, path: Path, again: bool = False) -> None:
        self.path, self.again = path, again

    def __enter__(self) -> Ledger:
        try:
            self.book = sqlite3.connect(self.path, timeout=1, isolation_level=None)
            self.book.execute("PRAGMA locking_mode=EXCLUSIVE")
            self.book.execute("PRAGMA journal_mode=WAL")
            self.book.execute("PRAGMA synchronous=NORMAL")
            self._make_tables()
        except sqlite3.DatabaseError as error:
            if "locked" in str(error):
                reason = "another `workbook mark` is at work here: wait for it, or say --out with another folder"
            else:
                reason = f"it cannot be read ({error}): delete it, and everything is marked again"
            raise ClassError(f"{self.path.parent.name}/{self.path.name}: {reason}.") from None
        return self

    def __exit__(self, *failure: Any) -> None:
        self.book.close()

    def _make_tables(self) -> None:
        """Make the tables, in place of those that another version of this module made."""
        shape = int(hashlib.sha256(SCHEMA.encode()).hexdigest()[:7], 16)
        if self.book.execute("PRAGMA user_version").fetchone()[0] != shape:
            self.book.executescript("".join(f"DROP TABLE IF EXISTS {name};" for name in TABLES))
            self.book.executescript(SCHEMA)
            self.book.execute(f"PRAGMA user_version = {shape}")

    # -- what there is to mark

    def enter(self, arrived: Iterable[Entry | Stray], chapters: Mapping[str, Chapter]) -> None:
        """Note what this run is about, in place of what the last one was about."""
        known = versions(chapters)
        self.book.execute("BEGIN")
        for table in ("entered", "strays", "failed"):
            self.book.execute(f"DELETE FROM {table}")
        self.book.execute("DELETE FROM marked WHERE version != ?", (workbook_version(),))
        for seq, each in enumerate(arrived):
            if isinstance(each, Stray):
                self.book.execute("INSERT INTO strays VALUES (?, ?, ?, ?)", (seq, *map(_clean, each)))
            else:
                row = (seq, key(each, known), json.dumps(each))
                self.book.execute("INSERT INTO entered VALUES (?, ?, ?)", row)
        self.book.execute("COMMIT")

    def count(self) -> tuple[int, int]:
        """How many submissions there are, and how many of them are not marked yet."""
        (all_,) = self.book.execute("SELECT count(*) FROM entered").fetchone()
        (left,) = self.book.execute(f"SELECT count(*) FROM entered WHERE {UNMARKED}").fetchone()
        return all_, left

    def chapters(self) -> set[str]:
        """The chapters of what is not marked yet; "" among them where the files tell."""
        query = f"SELECT DISTINCT json_extract(entry, '$[1]') FROM entered WHERE {UNMARKED}"
        return {chapter for (chapter,) in self.book.execute(query)}

    def unmarked(self) -> Iterator[tuple[str, Entry]]:
        """Key and submission of what is not marked yet, in order; may be added to meanwhile."""
        last = -1
        query = f"SELECT seq, key, entry FROM entered WHERE seq > ? AND {UNMARKED} ORDER BY seq LIMIT {AT_ONCE}"
        while some := self.book.execute(query, (last,)).fetchall():
            for _, known, text in some:
                yield known, _entry(text)
            last = some[-1][0]

    def add(self, several: Iterable[Marked]) -> None:
        """Keep what was marked; after this it survives whatever happens."""
        self.book.execute("BEGIN")
        for each in several:
            if each.failed:
                failed = (each.key, *map(_clean, (each.failed.student, each.failed.chapter, each.failed.said)))
                self.book.execute("INSERT OR REPLACE INTO failed VALUES (?, ?, ?, ?)", failed)
            for n, part in enumerate(each.parts):
                names = _clean(part.student), _clean(part.chapter)
                marks = (part.points, part.out_of, part.lines, json.dumps(part.faults))
                row = (each.key, n, workbook_version(), *names, *marks)
                self.book.execute("INSERT OR REPLACE INTO marked VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
        self.book.execute("COMMIT")

    # -- who is in it

    def entries(self) -> Iterator[Entry]:
        """What this run is about, in order."""
        for (text,) in self.book.execute("SELECT entry FROM entered ORDER BY seq"):
            yield _entry(text)

    def students(self) -> list[str]:
        """Whose work this run is about."""
        return sorted({_clean(json.loads(text)[0]) for (text,) in self.book.execute("SELECT entry FROM entered")})

    def written(self, only: str) -> list[str]:
        """Whose grades the last run of this kind wrote; a kind is a chapter, or "" for all."""
        query = "SELECT student FROM written WHERE only = ? ORDER BY student"
        return [student for (student,) in self.book.execute(query, (only,))]

    def note_written(self, only: str) -> None:
        """Remember that the grades of this run were written."""
        self.book.execute("BEGIN")
        self.book.execute("DELETE FROM written WHERE only = ?", (only,))
        self.book.executemany("INSERT INTO written VALUES (?, ?)", [(only, student) for student in self.students()])
        self.book.execute("COMMIT")

    # -- the tables

    def parts(self, columns: str) -> Iterator[tuple[Any, ...]]:
        """Columns of what this run is about, one submission after another.

        Of several for one chapter, the last; none where they are perhaps of two students.
        """
        counts = {whose: self._counts(several) for whose, several in self._several().items()}
        query = f"SELECT seq, student, chapter, {columns} FROM entered JOIN marked USING (key) ORDER BY seq, part"
        for seq, student, chapter, *rest in self.book.execute(query):
            if chapter and counts.get((student, chapter), seq) == seq:
                yield student, chapter, *rest

    def _several(self) -> dict[tuple[str, str], list[tuple[int, Entry]]]:
        """Student and chapter of what was handed in more than once → the submissions, in order."""
        several: dict[tuple[str, str], list[tuple[int, Entry]]] = {}
        for student, chapter, seq, text in self.book.execute(
            "SELECT student, chapter, seq, entry FROM entered JOIN marked USING (key) WHERE (student, chapter) IN ("
            "SELECT student, chapter FROM entered JOIN marked USING (key) WHERE chapter != '' "
            "GROUP BY student, chapter HAVING count(*) > 1) ORDER BY seq"
        ):
            several.setdefault((student, chapter), []).append((seq, _entry(text)))
        return several

    def _counts(self, several: list[tuple[int, Entry]]) -> int | None:
        """Which of several submissions under one name counts: the last one, if they are of one student."""
        places = {each.place for _, each in several}
        numbers = {each.number for _, each in several}
        one = self.again or len(places) == 1 or (len(numbers) == 1 and "" not in numbers)
        return several[-1][0] if one else None

    def _told_twice(self) -> Iterator[Fault]:
        """What was handed in more than once, and what became of it."""
        for (student, chapter), several in self._several().items():
            where = [_place(each) for _, each in several]
            if self._counts(several) is None:
                said = f"{' and '.join(where)} would both be theirs, {PERHAPS_TWO}"
            else:
                said = f"handed in more than once ({', '.join(where)}); the last one of these counts"
            yield Fault(student, chapter, "", said)

    def verdicts(self) -> Iterator[str]:
        """The table of verdicts, as lines of CSV."""
        for *_, lines in self.parts("lines"):
            yield zlib.decompress(lines).decode()

    def grades(self) -> Iterator[str]:
        """The table of grades, as lines of CSV."""
        for student, chapter, points, out_of, faults in self.parts("points, out_of, faults"):
            yield csv_lines([(student, chapter, points, out_of, len(json.loads(faults)))])

    def full(self) -> Iterator[tuple[str, str, str, list[Fault], Entry]]:
        """Student, chapter, rows as lines of CSV, faults, and where it lies, submission by submission."""
        for student, chapter, lines, faults, entry in self.parts("lines, faults, entry"):
            oddities = [Fault(*fault) for fault in json.loads(faults)]
            yield student, chapter, zlib.decompress(lines).decode(), oddities, _entry(entry)

    def faults(self) -> Iterator[Fault]:
        """Everything that was odd in this run."""
        query = "SELECT faults FROM entered JOIN marked USING (key) WHERE faults != '[]' ORDER BY seq, part"
        for (faults,) in self.book.execute(query):
            yield from (Fault(*fault) for fault in json.loads(faults))
        yield from self._told_twice()
        for table, order in (("failed", "student, chapter"), ("strays", "seq")):
            query = f"SELECT student, chapter, said FROM {table} ORDER BY {order}"
            for student, chapter, said in self.book.execute(query):
                yield Fault(student, chapter, "", said)


def _entry(text: str) -> Entry:
    student, chapter, place, folder, files, state, number = json.loads(text)
    return Entry(student, chapter, place, folder, tuple(File(*file) for file in files), state, number)


def _place(entry: Entry) -> str:
    """Where a submission lies."""
    return quoted(f"{entry.place}/{entry.files[0].shown}" if entry.files else entry.folder)


UNMARKED = "key NOT IN (SELECT key FROM marked)"


def _clean(text: str) -> str:
    """Text that a file can hold: a name with half a character in it gets a question mark."""
    return text.encode("utf-8", "replace").decode()
