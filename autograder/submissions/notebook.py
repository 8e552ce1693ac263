"""The cells of a notebook, whatever its format (3 or 4) and whatever became of it. Standard library only."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple, TypeGuard, cast

from .ids import slug_of

MAX_CELLS = 10_000
MAX_OUTPUTS = 100  # of a cell that are looked at
MAX_VARIANT = 10**9
MAX_READ = 1_000_000  # characters of code that are parsed in one notebook

# -- cells, whatever the format ----------------------------------------------------------------------------------------


NOTHING: Mapping[str, Any] = {}  # a plain dict: nbgrader copies what holds it, and a mappingproxy cannot be copied


class Cell(NamedTuple):
    """What we keep of a submitted cell: its kind, its text, and whose it says it is."""

    kind: str  # code, markdown or raw
    source: str
    cell_id: str | None  # its nbgrader id
    page: str | None  # the page of which it says that it is the cell
    attachments: Mapping[str, Mapping[str, str]] = NOTHING
    shown: Mapping[str, int] = NOTHING  # page → the variant that its output says it showed
    result: float | None = None  # the number that it gave when it was last run, as its output says


def cells(nb: object) -> list[Cell]:
    """The cells of a notebook of format 3 or 4; of anything else, none. Never raises."""
    return [_cell(raw) for raw in _raw_cells(nb)]


def _raw_cells(nb: object) -> list[dict[str, Any]]:
    top = table(nb)
    found = [top.get("cells"), *(table(sheet).get("cells") for sheet in listing(top.get("worksheets")))]
    return [raw for listed in found for raw in listing(listed)[:MAX_CELLS] if is_table(raw)][:MAX_CELLS]


def _cell(raw: dict[str, Any]) -> Cell:
    kind = raw.get("cell_type")
    source = text(raw["source"] if "source" in raw else raw.get("input"))
    if kind == "heading":
        level = raw.get("level")
        kind, source = "markdown", "#" * (level if level in (1, 2, 3, 4, 5, 6) else 1) + " " + source
    metadata = raw.get("metadata")
    name, own = _names(metadata) if metadata and is_table(metadata) else (None, None)
    attachments = _attachments(raw) if kind == "markdown" and "attachments" in raw else NOTHING
    kind = kind if kind in ("code", "markdown") else "raw"
    outputs = raw.get("outputs")
    if not outputs:  # nearly always: of what is not there nothing need be looked at
        return Cell(kind, source, name, own, attachments)
    outputs = listing(outputs)[:MAX_OUTPUTS]
    return Cell(kind, source, name, own, attachments, _shown(outputs), _result(outputs))


def _names(metadata: dict[str, Any]) -> tuple[str | None, str | None]:
    """The nbgrader id of a cell, and the page of which it says that it is the cell."""
    nbgrader, workbook = metadata.get("nbgrader"), metadata.get("workbook")
    cell_id = nbgrader.get("grade_id") if is_table(nbgrader) else None
    name = cell_id if isinstance(cell_id, str) else None
    page = workbook.get("page") if is_table(workbook) else None
    return name, page if isinstance(page, str) else slug_of(name) if name and name.startswith("page-") else None


def text(value: object) -> str:
    """The text of a cell: a string, or a list of strings. Half characters, which no file can hold, become "?"."""
    if isinstance(value, list):
        parts = cast("list[Any]", value)
        try:
            value = "".join(parts)
        except TypeError:  # something in it is no text
            value = "".join([part for part in parts if isinstance(part, str)])
    if not isinstance(value, str):
        return ""
    if value.isascii():
        return value
    encoded = value.encode("utf-8", "replace")
    return encoded.decode() if b"?" in encoded else value  # what cannot be encoded has become a "?"


def _shown(outputs: list[Any]) -> dict[str, int]:
    """Which numbers a cell showed: what `autograder.notebook` noted in the metadata of its outputs."""
    found: dict[str, int] = {}
    for output in outputs:
        note = table(output.get("metadata")).get("workbook") if is_table(output) else None
        if not is_table(note):
            continue
        page, variant = note.get("page"), note.get("variant")
        if isinstance(page, str) and type(variant) is int and 0 <= variant < MAX_VARIANT:
            found[page] = variant
    return found


def _result(outputs: list[Any]) -> float | None:
    """The number in the last result of a cell; None where there is none."""
    for output in reversed(outputs):
        if is_table(output) and output.get("output_type") == "execute_result":
            shown = text(table(table(output).get("data")).get("text/plain"))[:40]
            return float(shown) if re.fullmatch(r"\d{1,6}(\.\d+)?", shown, re.ASCII) else None
    return None


def _attachments(raw: dict[str, Any]) -> dict[str, dict[str, str]]:
    kept = {
        text(name): {text(mime): text(data) for mime, data in table(bundle).items() if is_text(data)}
        for name, bundle in table(raw.get("attachments")).items()
    }
    return {name: bundle for name, bundle in kept.items() if bundle}


def listing(value: object) -> list[Any]:
    """A list of JSON, and [] for anything else."""
    return cast("list[Any]", value) if isinstance(value, list) else []


def is_table(value: object) -> TypeGuard[dict[str, Any]]:
    """Whether it is an object of JSON."""
    return isinstance(value, dict)


def is_text(value: object) -> bool:
    """Whether it is a text as a notebook holds it: whole, or a list of lines."""
    return isinstance(value, (str, list))


def table(value: object) -> dict[str, Any]:
    """An object of JSON, and {} for anything else."""
    return value if is_table(value) else {}
