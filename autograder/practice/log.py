"""What was practised, kept in one small file beside the notebooks: a line of JSON for each answer.

    log = Log(Path("practice/practice.jsonl"))
    log.entries                        everything so far, in order
    log.add(Entry(...))                on the disk when this returns

A student may read the file, and delete it: then practice begins anew. A process that is killed loses at most the line
it was writing. Where the file is damaged it is put aside under another name, and every line that can be read is kept.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from ..errors import WorkbookError
from ..submissions.notebook import listing, table

FILES = "practice/practice*.jsonl"
"""Where the file lies, seen from the folder of the chapters: beside a notebook, and no part of what is handed out."""

VERSION = 1
FIRST = {"practice of the backprop workbook": VERSION, "about": "Yours alone; delete this file to begin anew."}
MARK = "practice of the backprop workbook"
MAX_BYTES = 50_000_000  # a life of practice has one
MAX_SECONDS = 86_400.0
YEARS = range(2000, 9000)  # with which dates can be computed

SEEN = ("seen right", "seen slip", "seen wrong")
"""What a chapter's notebook showed when practice first looked at it."""

ANSWERED = ("right", "hinted", "slip", "gave up")
"""How an exercise went: right at once; right after a hint; with a slip; the solution was asked for."""


class NewerLog(WorkbookError):
    """The file was written by a newer workbook; it is left as it is."""


@dataclass(frozen=True)
class Entry:
    """One line: what was seen in a chapter, or how an exercise went."""

    day: date
    event: str  # one of SEEN or ANSWERED
    card: str  # what was practised: "slip chain_factor_left_out", "page gradients/one-weight"
    page: str
    slips: tuple[str, ...] = ()  # codes of the slips made
    boxes: tuple[int, ...] = ()
    variant: int = 0
    seconds: float = 0.0

    @property
    def line(self) -> str:
        """The entry as JSON on one line; what is empty is left out."""
        words: dict[str, Any] = {"day": self.day.isoformat(), "event": self.event, "card": self.card, "page": self.page}
        more = {
            "slips": list(self.slips), "boxes": list(self.boxes), "variant": self.variant,
            "seconds": round(self.seconds),
        }  # fmt: skip
        return json.dumps(words | {name: value for name, value in more.items() if value}, ensure_ascii=False)


def entry_of(line: str) -> Entry | None:
    """The entry that a line holds; None for a line that holds none."""
    try:
        held: Mapping[str, Any] = table(json.loads(line))
        day = date.fromisoformat(held.get("day", ""))
    except (ValueError, TypeError, RecursionError):
        return None
    words = [held.get(name) for name in ("event", "card", "page")]
    event, card, page = (word if isinstance(word, str) and len(word) < 200 else "" for word in words)
    if (
        day.year not in YEARS
        or event not in (*SEEN, *ANSWERED)
        or card.partition(" ")[0] not in ("slip", "page")
        or not page
    ):
        return None
    slips = tuple(code for code in listing(held.get("slips")) if isinstance(code, str))
    boxes = tuple(n for n in listing(held.get("boxes")) if type(n) is int)
    return Entry(day, event, card, page, slips, boxes, _whole(held.get("variant")), _seconds(held.get("seconds")))


def _whole(value: object) -> int:
    return value if type(value) is int else 0


def _seconds(value: object) -> float:
    return float(value) if isinstance(value, (int, float)) and 0 <= value < MAX_SECONDS else 0.0


@dataclass
class Log:
    """The entries so far, and the file that keeps them; without a file, or where it cannot be written, only here."""

    path: Path | None = None
    entries: list[Entry] = field(default_factory=list[Entry])
    note: str = ""  # what a student should know of the file

    def __post_init__(self) -> None:
        if self.path is not None and self.path.exists():
            self._read(self.path)

    def _read(self, path: Path) -> None:
        """Take in the file. NewerLog where a newer workbook wrote it."""
        try:
            data = path.read_bytes() if path.stat().st_size <= MAX_BYTES else b"too large\n"
        except OSError as error:
            self.path, self.note = None, f"{path.name} cannot be read ({error.strerror}), so nothing is kept today."
            return
        lines = data.decode("utf-8", "replace").split("\n")
        head, version, whole = lines[0], _version(lines[0]), data.endswith(b"\n")
        if version > VERSION:
            raise NewerLog(
                f"{path.name} was written by a newer workbook. Update this one: pip install --upgrade backprop-workbook"
            )
        body = lines[1:-1]  # what stands behind the last line feed was being written when the process ended
        read = [entry_of(line) for line in body]
        self.entries = [entry for entry in read if entry is not None]
        if (head or body) and (version != VERSION or None in read):
            self.entries = self.entries or [entry for line in lines if (entry := entry_of(line))]
            self._put_aside(path)
        elif not whole:
            self._write_anew(path)

    def _put_aside(self, path: Path) -> None:
        """Keep a damaged file under another name, and begin a new one with what could be read."""
        places = (path.with_name(f"{path.stem}-damaged-{n}{path.suffix}") for n in range(1, 1000))
        aside = next((place for place in places if not place.exists()), path.with_name(f"{path.name}.damaged"))
        try:
            os.replace(path, aside)
        except OSError:
            self.path, self.note = None, f"{path.name} is damaged and cannot be moved, so nothing is kept today."
            return
        kept = len(self.entries)
        self.note = (
            f"{path.name} was damaged, so it is now called {aside.name}. "
            f"{kept} {'entry' if kept == 1 else 'entries'} could be read and {'is' if kept == 1 else 'are'} kept."
        )
        self._write_anew(path)

    def _write_anew(self, path: Path) -> None:
        """The whole file or nothing of it: there is no moment at which half of it lies there."""
        draft = path.with_name(f".{path.name}.new")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with open(draft, "w", encoding="utf-8", newline="\n") as file:
                file.write("".join(f"{line}\n" for line in (json.dumps(FIRST), *(one.line for one in self.entries))))
                file.flush()
                os.fsync(file.fileno())
            os.replace(draft, path)
        except OSError as error:
            self._cannot(error)

    def add(self, *entries: Entry) -> None:
        """Note what happened, on the disk before this returns."""
        self.entries.extend(entries)
        if self.path is None or not entries:
            return
        if not self.path.exists():  # the first entry ever, or the student has deleted the file meanwhile
            self.entries[:] = entries
            self._write_anew(self.path)
            return
        try:
            with open(self.path, "a", encoding="utf-8", newline="\n") as file:
                file.write("".join(f"{entry.line}\n" for entry in entries))
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            self._cannot(error)

    def _cannot(self, error: OSError) -> None:
        self.note = f"What you practise now cannot be kept: {self.path} cannot be written ({error.strerror})."
        self.path = None

    def on(self, day: date) -> Iterable[Entry]:
        """The answers of one day, in order."""
        return [entry for entry in self.entries if entry.day == day and entry.event in ANSWERED]


def _version(line: str) -> int:
    try:
        return _whole(table(json.loads(line)).get(MARK))
    except (ValueError, RecursionError):
        return 0
