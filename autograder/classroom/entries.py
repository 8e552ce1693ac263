"""What finding gives: an Entry for each submission, a Stray for what is none."""

from __future__ import annotations

from typing import NamedTuple

from .listing import File

A_LINK = "is a link to somewhere else: put the folder itself there"
GIVE_RIGHT = "give yourself the right to read it"


class Entry(NamedTuple):
    """One submission: a folder, or files that belong to one student."""

    student: str
    chapter: str  # "": the files tell
    place: str
    folder: str = ""
    files: tuple[File, ...] = ()
    state: str = ""  # changes when a file does
    number: str = ""  # what a learning platform calls the student beside the name


class Stray(NamedTuple):
    """Something that is not marked, or is odd, and what to do about it."""

    student: str
    chapter: str
    said: str
