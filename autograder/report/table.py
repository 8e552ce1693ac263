"""The table of verdicts that `workbook mark` writes, read into columns of numbers.

    verdicts = read(Path("marks"))              marks/verdicts.csv or marks/verdicts.parquet
    verdicts.by_box                             how often each verdict fell: a row a box, a column for each of STATES

Whatever is text is kept once and referred to by number, so that a class of thousands fits into memory. The grades
beside the verdicts, where there are any, say who handed in what.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias, TypeVar

import numpy as np

from ..classroom.tables import parquet_library, typed
from ..errors import WorkbookError
from ..marking import states
from ..marking.states import OF_CODE, STATES

INDEX = {state: index for index, state in enumerate(STATES)}
FOLLOWS, FEW_DIGITS, WRONG = INDEX["follows"], INDEX["few_digits"], INDEX["wrong"]
UNREADABLE, BLANK = INDEX["unreadable"], INDEX["blank"]
SOLVED, SLIPS = [INDEX[state] for state in states.RIGHT], [INDEX[state] for state in states.SLIPS]
"""States, and groups of them, as columns of a count."""

NEEDED = ("student", "chapter", "page", "box", "verdict", "mistake", "points", "out_of", "follows_from", "variant",
          "text", "read_as")  # fmt: skip
AT_ONCE = 4_000  # rows
Column: TypeAlias = "Sequence[Any]"  # texts, or what Parquet holds
Thing = TypeVar("Thing")


class ReportError(WorkbookError):
    """There is nothing to report on. The message says what to do first."""


class Place(NamedTuple):
    """A page of a chapter."""

    chapter: str
    slug: str


class Box(NamedTuple):
    """A box of a page: the page's index in `Verdicts.pages`, and its number there."""

    page: int
    number: int


@dataclass(frozen=True)
class Verdicts:
    """A marked class. The first five are names; each array after them has an entry for each row of the table."""

    students: tuple[str, ...]
    pages: tuple[Place, ...]
    boxes: tuple[Box, ...]
    codes: tuple[str, ...]  # of mistakes; codes[0] is "", a slip without a name
    answers: tuple[str, ...]  # as they were understood, or else as typed
    causes: tuple[str, ...]  # boxes of the same page, separated by spaces
    student: np.ndarray
    box: np.ndarray
    state: np.ndarray  # an index of STATES
    code: np.ndarray
    answer: np.ndarray
    cause: np.ndarray
    variant: np.ndarray
    points: np.ndarray
    out_of: np.ndarray
    handed: frozenset[tuple[str, str]] = field(default=frozenset())  # (student, chapter) that were marked

    def counts(self, of: np.ndarray, size: int) -> np.ndarray:
        """How often each verdict fell: a row for each of `size` things, a column for each of STATES."""
        flat = np.bincount(of.astype(np.int64) * len(STATES) + self.state, minlength=size * len(STATES))
        return flat.reshape(size, len(STATES))

    @cached_property
    def page(self) -> np.ndarray:
        """The page of each row."""
        return self.page_of_box[self.box]

    @cached_property
    def number(self) -> np.ndarray:
        """The number of each row's box on its page."""
        return np.array([box.number for box in self.boxes], dtype=np.int32)[self.box]

    @cached_property
    def page_of_box(self) -> np.ndarray:
        return np.array([box.page for box in self.boxes], dtype=np.int32)

    @cached_property
    def chapters(self) -> tuple[str, ...]:
        """The chapters, in order."""
        return tuple(sorted({place.chapter for place in self.pages} | {chapter for _, chapter in self.handed}))

    @cached_property
    def chapter_of_page(self) -> np.ndarray:
        index = {chapter: n for n, chapter in enumerate(self.chapters)}
        return np.array([index[place.chapter] for place in self.pages], dtype=np.int32)

    @cached_property
    def by_box(self) -> np.ndarray:
        """counts() of the boxes."""
        return self.counts(self.box, len(self.boxes))

    @cached_property
    def by_page(self) -> np.ndarray:
        """counts() of the pages."""
        return self.counts(self.page, len(self.pages))

    @cached_property
    def by_student(self) -> np.ndarray:
        """counts() of the students."""
        return self.counts(self.student, len(self.students))


def tally(*columns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The different rows of these columns of small whole numbers, in order, and how often each stands there."""
    key = np.zeros(len(columns[0]), dtype=np.int64)
    sizes = [int(column.max(initial=0)) + 1 for column in columns]
    for column, size in zip(columns, sizes, strict=True):
        key = key * size + column
    keys, times = np.unique(key, return_counts=True)
    rows: list[np.ndarray] = []
    for size in reversed(sizes):
        keys, rest = np.divmod(keys, size)
        rows.append(rest)
    return np.stack(rows[::-1], axis=1), times


# -- reading -----------------------------------------------------------------------------------------------------------


def read(place: Path) -> Verdicts:
    """The verdicts in a folder that `workbook mark` wrote, or in one file; ReportError where there are none."""
    path = _table(Path(place), "verdicts")
    if path is None:
        raise ReportError(f"there is no verdicts.csv or verdicts.parquet in {place}: run workbook mark first")
    gather = Gather(typed if path.suffix == ".csv" else str)
    for columns in _columns(path, NEEDED):
        gather.add(columns)
    grades = _table(path.parent, "grades")
    graded = _columns(grades, ("student", "chapter")) if grades else iter(())
    handed = {pair for students, chapters in graded for pair in zip(students, chapters, strict=True)}
    if not gather.rows and not handed:
        raise ReportError(f"{path} holds no verdicts: hand something in, and run workbook mark")
    return gather.verdicts(handed)


def _table(place: Path, name: str) -> Path | None:
    """The newest table of this name in a folder; a file stands for itself."""
    if place.is_file():
        return place
    tables = [path for path in (place / f"{name}.csv", place / f"{name}.parquet") if path.is_file()]
    return max(tables, key=lambda path: path.stat().st_mtime, default=None)


def _columns(path: Path, names: tuple[str, ...]) -> Iterator[list[Column]]:
    """The columns of these names, so many rows at once."""
    return (_parquet if path.suffix == ".parquet" else _csv)(path, names)


def _csv(path: Path, names: tuple[str, ...]) -> Iterator[list[Column]]:
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        reader = csv.reader(file)
        heading: list[str] = next(reader, list[str]())
        where = [heading.index(name) for name in _there(path, names, heading)]
        while rows := list(islice(reader, AT_ONCE)):
            try:
                columns: list[Column] = list(zip(*rows, strict=True))
            except ValueError:
                columns = []
            if len(columns) != len(heading):
                raise ReportError(f"{path} breaks off or has odd rows: run workbook mark again")
            yield [columns[n] for n in where]


def _parquet(path: Path, names: tuple[str, ...]) -> Iterator[list[Column]]:
    _, parquet = parquet_library()
    try:
        table = parquet.ParquetFile(path)
    except (OSError, ValueError) as error:
        raise ReportError(f"{path} cannot be read ({error}): run workbook mark again") from None
    with table:
        _there(path, names, table.schema_arrow.names)
        for batch in table.iter_batches(AT_ONCE, columns=list(names)):
            yield [batch.column(name).to_pylist() for name in names]


def _there(path: Path, names: Iterable[str], heading: list[str]) -> list[str]:
    if missing := [name for name in names if name not in heading]:
        raise ReportError(f"{path} has no column {missing[0]}: it is no table of verdicts; run workbook mark")
    return list(names)


class Numbered(dict[Thing, int]):
    """Things and their numbers, in the order in which they came."""

    def __missing__(self, thing: Thing) -> int:
        self[thing] = len(self)
        return self[thing]


class Gather:
    """Collects rows of the table; what is text is numbered. `as_it_was` takes off what the file puts around texts."""

    def __init__(self, as_it_was: Callable[[str], str]) -> None:
        self.rows, self.as_it_was = 0, as_it_was
        self.students, self.answers, self.causes = Numbered[str](), Numbered[str](), Numbered[str]()
        self.places = Numbered[tuple[str, str, int]]()
        self.codes, self.variants = Numbered[str]({"": 0}), Numbered[str]()
        self.parts: list[list[np.ndarray]] = []

    def add(self, columns: list[Column]) -> None:
        """Take these rows in; `columns` are those of NEEDED."""
        student, chapter, page, box, verdict, code, points, out_of, cause, variant, text, read_as = columns
        self.rows += len(student)
        index_of = {state: INDEX[OF_CODE.get(state, state)] for state in (*STATES, *OF_CODE)}
        answers = [understood or as_typed for understood, as_typed in zip(read_as, text, strict=True)]
        try:
            self.parts.append([
                _numbers(self.students.__getitem__, student),
                _numbers(self.places.__getitem__, zip(chapter, page, map(int, box), strict=True)),
                _numbers(index_of.__getitem__, verdict, np.int8),
                _numbers(self.codes.__getitem__, code),
                _numbers(self.answers.__getitem__, answers),
                _numbers(self.causes.__getitem__, cause),
                _numbers(self.variants.__getitem__, map(str, variant)),
                np.fromiter(map(float, points), np.float32),
                np.fromiter(map(float, out_of), np.float32),
            ])  # fmt: skip
        except (KeyError, ValueError, TypeError) as error:
            raise ReportError(f"the table of verdicts holds something odd ({error}): run workbook mark again") from None

    def verdicts(self, handed: set[tuple[str, str]]) -> Verdicts:
        """All rows so far; students, pages and boxes in the order of their names."""
        arrays = [np.concatenate(part) for part in zip(*self.parts, strict=True)] or [
            np.empty(0, int) for _ in range(9)
        ]
        student, box, state, code, answer, cause, variant, points, out_of = arrays
        for name, _ in handed:
            self.students[name]  # noqa: B018  somebody whose every page was lost has no row, but was there
        names = [self.as_it_was(name) for name in self.students]
        by_name = sorted(range(len(names)), key=names.__getitem__)
        pages, places = Numbered[Place](), list(self.places)
        order = _course_order({place[:2] for place in places})
        by_place = sorted(range(len(places)), key=lambda n: (order[places[n][:2]], places[n][2]))
        boxes = tuple(Box(pages[Place(*places[n][:2])], places[n][2]) for n in by_place)
        return Verdicts(
            tuple(names[n] for n in by_name), tuple(pages), boxes, tuple(self.codes),
            tuple(map(self.as_it_was, self.answers)), tuple(self.causes),
            _inverse(by_name)[student], _inverse(by_place)[box], state, code, answer, cause, variant, points, out_of,
            frozenset((self.as_it_was(name), chapter) for name, chapter in handed),
        )  # fmt: skip


def _numbers(number: Callable[[Any], int], column: Iterable[Any], kind: type[np.integer[Any]] = np.int32) -> np.ndarray:
    return np.fromiter(map(number, column), kind)


def _inverse(order: list[int]) -> np.ndarray:
    places = np.empty(len(order), dtype=np.int32)
    places[order] = np.arange(len(order))
    return places


def _course_order(places: set[tuple[str, str]]) -> dict[tuple[str, str], tuple[str, bool, str, int, str]]:
    """Pages as their chapters have them; pages that are not known come last in their notebook."""
    from .. import pages

    def order(notebook: str, slug: str) -> tuple[str, bool, str, int, str]:
        page = pages.find(slug)
        return (notebook, page is None, page.chapter if page else "", page.place if page else 0, slug)

    return {place: order(*place) for place in places}
