"""Answers for the boxes of a page that were typed as a list: which box gets what, and which comes next.

    take("3; 3/4", 2, page.sheet().boxes)      Taken((Entry(2, "3"), Entry(3, "3/4")), 4)
    take("12: 0.5", 1, boxes_of_nine)          Taken((), 1, "There is no box 12 on this page, …")

This is how paper is typed in, by a student in the notebook as by an instructor at a terminal.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ..answers.listed import Entry, read_list
from ..authoring.page import Box


class Taken(NamedTuple):
    """What a line came to."""

    entries: tuple[Entry, ...]
    at: int  # the box that comes next; one more than there are, behind the last
    refused: str = ""  # why nothing was taken


def take(typed: str, at: int, boxes: Sequence[Box]) -> Taken:
    """The answers in a line for a page with these boxes; an empty line passes over the box that comes next.

    at   the box that comes next
    """
    entries = read_list(typed.strip(" \n\r"), at)
    if strange := [entry.box for entry in entries if not 1 <= entry.box <= len(boxes)]:
        return Taken((), at, f"There is no box {strange[0]} on this page, which has {len(boxes)}. Nothing was taken.")
    if not entries:
        return Taken((), at + 1)
    whole = tuple(Entry(box, _whole_word(boxes[box - 1], text)) for box, text in entries)
    return Taken(whole, whole[-1].box + 1)


def _whole_word(box: Box, text: str) -> str:
    """A word of a box that offers some, of which only the beginning was typed."""
    alike = [option for option in box.options if text and option.casefold().startswith(text.casefold())]
    return alike[0] if len(alike) == 1 else text
