"""How a class did in each run of `workbook mark`, one line of JSON for each chapter and run: marks/history.jsonl.

note(Path("marks"), {"06-cost": Day(31, 1705.5, 55.0)}, now)     a line where something changed since the last one
past(Path("marks"))                                              {"06-cost": [Run(...), ...]}, oldest first
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

NAME = "history.jsonl"


class Day(NamedTuple):
    """A chapter as it stands."""

    students: int
    points: float  # of all of them together
    out_of: float  # for one


class Run(NamedTuple):
    """A chapter as it stood when it was marked."""

    when: str  # date and time, ISO 8601
    students: int
    share: float  # of the points, on average


def note(folder: Path, chapters: Mapping[str, Day], now: datetime) -> None:
    """Add what has changed."""
    last = {entry["chapter"]: entry for entry in _entries(folder)}
    lines: list[str] = []
    for chapter, day in sorted(chapters.items()):
        entry = {"chapter": chapter, "students": day.students, "points": round(day.points, 6), "out_of": day.out_of}
        before = last.get(chapter, {})
        if entry != {name: before.get(name) for name in entry}:
            lines.append(json.dumps({"when": now.isoformat(timespec="seconds"), **entry}) + "\n")
    if lines:
        with (folder / NAME).open("a", encoding="utf-8") as file:
            file.writelines(lines)


def past(folder: Path) -> dict[str, list[Run]]:
    """Chapter → its runs, oldest first."""
    runs: dict[str, list[Run]] = {}
    for entry in _entries(folder):
        most = entry["students"] * entry["out_of"]
        share = entry["points"] / most if most else 0.0
        runs.setdefault(entry["chapter"], []).append(Run(entry["when"], entry["students"], share))
    return runs


def _entries(folder: Path) -> list[dict[str, Any]]:
    """The lines that can be read: a killed run may have left half of one."""
    path = folder / NAME
    entries: list[dict[str, Any]] = []
    for line in path.read_text(encoding="utf-8").splitlines() if path.is_file() else ():
        try:
            entry = json.loads(line)
            _ = entry["when"], entry["chapter"], entry["students"] * entry["out_of"], entry["points"] + 0.0
        except (ValueError, KeyError, TypeError):
            continue
        entries.append(entry)
    return entries
