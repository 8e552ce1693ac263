"""The tables of a marked class: their columns, and how they are written as CSV or Parquet.

verdicts    a row for each box of each submission
grades      a row for each chapter of each student
faults      a row for each thing that was odd, in words
students    a row for each thing that was handed in: whose it is, and where it lies
"""

from __future__ import annotations

import csv
import filecmp
import io
import os
import re
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from .records import Fault, Row
from .released import ClassError

VERDICTS = Row._fields
GRADES = ("student", "chapter", "points", "out_of", "faults")
FAULTS = Fault._fields
STUDENTS = ("student", "number", "chapter", "place", "files")
FORMATS = ("csv", "excel", "parquet")
WHOLE, PARTS, TEXT = "int32", "float64", "string"
TYPES = {"box": WHOLE, "variant": WHOLE, "faults": WHOLE, "points": PARTS, "out_of": PARTS}
"""Columns that hold numbers; all others hold text."""

_FORMULA = re.compile(r"[=@\t\r']|[+-](?![0-9.,]*\Z)")
_SUSPECT = frozenset("=@\t\r'+-")


def guarded(text: str) -> str:
    """Text as it stands in a CSV: with an apostrophe in front where a spreadsheet would run it as a formula."""
    return f"'{text}" if text[:1] in _SUSPECT and _FORMULA.match(text) else text


def typed(text: str) -> str:
    """Text from a CSV as it was before `guarded`."""
    return text.removeprefix("'")


def csv_lines(rows: Iterable[tuple[Any, ...]]) -> str:
    """Rows of a table as lines of CSV."""
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows([_shown(value) for value in row] for row in rows)
    return written.getvalue()


def _shown(value: Any) -> Any:
    if type(value) is str:
        return guarded(value.replace("\0", "") if "\0" in value else value) if value else value
    return f"{value:.10g}" if type(value) is float else value


def read_lines(lines: str) -> Iterator[list[str]]:
    """The rows in lines of CSV, each a list of texts."""
    for row in csv.reader(io.StringIO(lines, newline="")):
        yield [typed(text) for text in row]


# -- files -------------------------------------------------------------------------------------------------------------


def write(folder: Path, name: str, columns: tuple[str, ...], lines: Iterable[str], form: str) -> Path:
    """Write a table in one go: a killed run leaves the earlier file, the same table leaves the file untouched."""
    path = folder / f"{name}.{'parquet' if form == 'parquet' else 'csv'}"
    with replacing(path) as draft:
        if form == "parquet":
            _write_parquet(draft, columns, lines)
        else:
            _write_csv(draft, columns, lines, "utf-8-sig" if form == "excel" else "utf-8")
    return path


@contextmanager
def replacing(path: Path) -> Generator[Path]:
    draft = path.with_name(f".{path.name}.new")
    try:
        yield draft
        if path.exists() and filecmp.cmp(draft, path, shallow=False):
            return
        os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def _write_csv(path: Path, columns: tuple[str, ...], lines: Iterable[str], encoding: str) -> None:
    with path.open("w", encoding=encoding, errors="replace", newline="") as file:
        file.write(",".join(columns) + "\n")
        file.writelines(lines)


def _write_parquet(path: Path, columns: tuple[str, ...], lines: Iterable[str]) -> None:
    arrow, parquet = parquet_library()
    schema = arrow.schema([(name, getattr(arrow, TYPES.get(name, TEXT))()) for name in columns])
    with parquet.ParquetWriter(path, schema) as writer:
        for piece in _pieces(lines):
            texts = zip(*read_lines(piece), strict=True)
            values = [_column(name, column) for name, column in zip(columns, texts, strict=True)]
            writer.write_table(arrow.table(dict(zip(columns, values, strict=True)), schema=schema))


def _pieces(lines: Iterable[str], size: int = 4_000_000) -> Iterator[str]:
    """The same lines in pieces of a few megabytes, none of them empty."""
    held: list[str] = []
    length = 0
    for each in lines:
        held.append(each)
        length += len(each)
        if length >= size:
            yield "".join(held)
            held, length = [], 0
    if length:
        yield "".join(held)


def _column(name: str, texts: tuple[str, ...]) -> list[int | float | str]:
    readers: dict[str, Callable[[str], int | float | str]] = {WHOLE: int, PARTS: float, TEXT: str}
    read = readers[TYPES.get(name, TEXT)]
    return [read(text) for text in texts]


def parquet_library() -> tuple[Any, Any]:  # pyarrow comes without types
    """pyarrow and pyarrow.parquet. ClassError where they are not installed."""
    try:
        return import_module("pyarrow"), import_module("pyarrow.parquet")
    except ImportError:
        advice = "Parquet needs pyarrow: pip install 'backprop-workbook[parquet]', or say --table csv"
        raise ClassError(advice) from None
