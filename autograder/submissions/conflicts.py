"""The two sides of a text in which git left its conflict marks.

    sides(text)      [Side("HEAD", "..."), Side("feature", "...")]

The marks stand at the beginning of a line. In a notebook's own text they cannot: there a line begins with JSON.
"""

from __future__ import annotations

import re
from typing import NamedTuple

CONFLICT = re.compile(r"^<<<<<<< .*$[\s\S]*^=======\r?$[\s\S]*^>>>>>>> ", re.MULTILINE)
OURS, BASE, THEIRS, END = "<<<<<<< ", "||||||| ", "=======", ">>>>>>> "


class Side(NamedTuple):
    """The text as one side has it, and what git calls that side."""

    name: str
    text: str


def sides(text: str) -> list[Side]:
    """Both sides, the one that was there first; each mark belongs to the next ones behind it."""
    kept: dict[str, list[str]] = {OURS: [], THEIRS: []}
    names = {OURS: "", THEIRS: ""}
    within = ""
    for line in text.splitlines(keepends=True):
        if line.startswith(OURS):
            within, names[OURS] = OURS, names[OURS] or line.removeprefix(OURS).strip()
        elif within and line.startswith(BASE):
            within = BASE
        elif within and line.rstrip("\r\n") == THEIRS:
            within = THEIRS
        elif within and line.startswith(END):
            within, names[THEIRS] = "", names[THEIRS] or line.removeprefix(END).strip()
        else:
            for side, lines in kept.items():
                if within in ("", side):
                    lines.append(line)
    return [Side(names[side], "".join(lines)) for side, lines in kept.items()]
