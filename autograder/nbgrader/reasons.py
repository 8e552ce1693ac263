"""Say in words why a gradebook fails everybody, and what to do.

    reason(error)     "the disk is full; make room", or "" where only the error's own words are known
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from sqlalchemy.exc import SQLAlchemyError

GRADEBOOK = {
    "locked": "the gradebook is locked by another program (a database browser?); close it",
    "disk is full": "the disk is full; make room",
    "disk I/O error": "the gradebook cannot be written; is the disk full?",
    "readonly": "the gradebook may not be written; check who owns gradebook.db and its folder",
    "unable to open": "the gradebook cannot be opened; check who owns gradebook.db and its folder",
    "not a database": "gradebook.db is damaged, or no gradebook; put back a copy of it",
    "malformed": "gradebook.db is damaged; put back a copy of it",
    "connect": "the gradebook's server does not answer; check CourseDirectory.db_url and the server",
}
"""What a database says, and what it means here."""


def reason(error: BaseException) -> str:
    """What the gradebook means by an error, or by one that led to it."""
    for cause in _causes(error):
        if isinstance(cause, (SQLAlchemyError, sqlite3.Error)):
            for part, meaning in GRADEBOOK.items():
                if part in str(cause):
                    return meaning
    return ""


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """An error and those that led to it: nbgrader raises one of its own for each that the database raises."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
