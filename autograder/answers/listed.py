"""Answers typed one after the other, by the numbers of their boxes or in order.

    read_list("1: 3, 2: 3/4")         [Entry(1, "3"), Entry(2, "3/4")]
    read_list("3; 3/4; ; 5", at=2)    [Entry(2, "3"), Entry(3, "3/4"), Entry(4, ""), Entry(5, "5")]

A number and a colon say which box it is; what has none goes into the next one. An answer ends at a semicolon, a tab,
the end of the line, or before the number of another box; never at a comma alone, for 0,5 is one number.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from .literals import MAX_TEXT

MOST = 1_000  # entries that are read

_KEY = r"[0-9]{1,4}[ \t]*:"
_WORD = re.compile(rf"\bbox[ \t]*(?={_KEY})", re.IGNORECASE)
_NUMBERED = re.compile(r"\s*([0-9]{1,4})[ \t]*:(.*)", re.DOTALL)
_ENDS = re.compile(rf" *(?:; *\n|[;\t\n])|[,\s]\s*(?={_KEY})")


class Entry(NamedTuple):
    """What is typed for one box; "" leaves it empty."""

    box: int
    text: str


def read_list(typed: str, at: int = 1) -> list[Entry]:
    """The answers in what was typed, in their order. Never raises.

    at   the box of the first answer that has no number
    """
    entries: list[Entry] = []
    for piece in _pieces(typed):
        numbered = _NUMBERED.fullmatch(piece)
        box, text = (int(numbered[1]), numbered[2]) if numbered else (at, piece)
        entries.append(Entry(box, text.strip().rstrip(",").strip()[:MAX_TEXT]))
        at = box + 1
    return entries


def _pieces(typed: str) -> list[str]:
    """What stands between the ends of answers; an end after the last one begins no other."""
    lines = _WORD.sub("", typed.replace("\r\n", "\n").replace("\r", "\n")).rstrip(" ;\t\n")
    lines = re.sub(r":[ \t]+", ": ", lines)  # a tab behind the number of a box ends no answer
    if not lines:
        return []
    starts = [0]
    ends: list[int] = []
    for end in _ENDS.finditer(lines):
        ends.append(end.start())
        starts.append(end.end())
        if len(starts) > MOST:
            break
    return [lines[start:stop] for start, stop in zip(starts, [*ends, len(lines)], strict=False)][:MOST]
