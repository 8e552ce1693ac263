"""The cells of a notebook, whatever its format (3 or 4) and whatever became of it. Standard library only."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from .ids import slug_of

MAX_CELLS = 10_000
MAX_OUTPUTS = 100  # of a cell that are looked at
MAX_VARIANT = 10**9
MAX_READ = 1_000_000  # characters of code that are parsed in one notebook

# -- the names of a page's cells ---------------------------------------------------------------------------------------


# -- cells, whatever the format ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cell:
    """What we keep of a submitted cell: its kind, its text, and whose it says it is."""

    kind: str  # code, markdown or raw
    source: str
    cell_id: str | None  # its nbgrader id
    page: str | None  # the page of which it says that it is the cell
    attachments: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    shown: Mapping[str, int] = field(default_factory=dict)  # page → the variant that its output says it showed
    result: float | None = None  # the number that it gave when it was last run, as its output says


def cells(nb: object) -> list[Cell]:
    """The cells of a notebook of format 3 or 4; of anything else, none. Never raises."""
    return [_cell(raw) for raw in _raw_cells(nb)]


def _raw_cells(nb: object) -> list[dict]:
    if not isinstance(nb, dict):
        return []
    sheets = nb.get("worksheets")
    found = [nb.get("cells"), *(sheet.get("cells") for sheet in _list(sheets) if isinstance(sheet, dict))]
    return [raw for listed in found for raw in _list(listed)[:MAX_CELLS] if isinstance(raw, dict)][:MAX_CELLS]


def _cell(raw: dict) -> Cell:
    kind = raw.get("cell_type")
    source = text(raw.get("source", raw.get("input", "")))
    if kind == "heading":
        level = raw.get("level")
        kind, source = "markdown", "#" * (level if level in (1, 2, 3, 4, 5, 6) else 1) + " " + source
    metadata = _dict(raw.get("metadata"))
    cell_id = _dict(metadata.get("nbgrader")).get("grade_id")
    page = _dict(metadata.get("workbook")).get("page")
    own = page if isinstance(page, str) else slug_of(cell_id) if str(cell_id).startswith("page-") else None
    kind = kind if kind in ("code", "markdown") else "raw"
    name = cell_id if isinstance(cell_id, str) else None
    return Cell(kind, source, name, own, _attachments(raw, kind), _shown(raw), _result(raw))


def text(value: object) -> str:
    """The text of a cell: a string, or a list of strings. Half characters, which no file can hold, become "?"."""
    if isinstance(value, list):
        value = "".join(part for part in value if isinstance(part, str))
    if not isinstance(value, str):
        return ""
    return value if value.isascii() else value.encode("utf-8", "replace").decode()


def _shown(raw: dict) -> dict[str, int]:
    """Which numbers a cell showed: what `autograder.notebook` noted in the metadata of its outputs."""
    found = {}
    for output in _list(raw.get("outputs"))[:MAX_OUTPUTS]:
        note = _dict(_dict(_dict(output).get("metadata")).get("workbook"))
        page, variant = note.get("page"), note.get("variant")
        if isinstance(page, str) and type(variant) is int and 0 <= variant < MAX_VARIANT:
            found[page] = variant
    return found


def _result(raw: dict) -> float | None:
    """The number in the last result of a cell; None where there is none."""
    for output in reversed(_list(raw.get("outputs"))[:MAX_OUTPUTS]):
        if isinstance(output, dict) and output.get("output_type") == "execute_result":
            shown = text(_dict(output.get("data")).get("text/plain"))[:40]
            return float(shown) if re.fullmatch(r"\d{1,6}(\.\d+)?", shown, re.ASCII) else None
    return None


def _attachments(raw: dict, kind: str) -> dict[str, dict[str, str]]:
    given = raw.get("attachments")
    if kind != "markdown" or not isinstance(given, dict):
        return {}
    kept = {
        text(name): {text(mime): text(data) for mime, data in bundle.items() if isinstance(data, (str, list))}
        for name, bundle in given.items()
        if isinstance(bundle, dict)
    }
    return {name: bundle for name, bundle in kept.items() if bundle}


def _list(value: object) -> list:
    return value if isinstance(value, list) else []


def _dict(value: object) -> dict:
    return value if isinstance(value, dict) else {}


# -- answers -----------------------------------------------------------------------------------------------------------
