"""Say in words why the gradebook or the disk fails a run, and what to do.

with in_words(log): ...    whatever nbgrader logs as an error in here is followed by what it means, once
reason(error)              "The disk is full; make room", or "" where only the error's own words are known
unknown("06-cost")         what to do about a chapter that the gradebook does not know
"""

from __future__ import annotations

import contextlib
import errno
import logging
import sqlite3
import sys
from collections.abc import Generator, Iterator

from nbgrader.converters.base import (  # pyright: ignore[reportMissingTypeStubs]  # nbgrader comes without types
    NbGraderException,
)
from sqlalchemy.exc import SQLAlchemyError

GRADEBOOK = {
    "locked": "The gradebook is locked by another program (a database browser?); close it",
    "disk is full": "The disk is full; make room",
    "disk I/O error": "The gradebook cannot be written; is the disk full?",
    "readonly": "The gradebook may not be written; check who owns gradebook.db and its folder",
    "unable to open": "The gradebook cannot be opened; check who owns gradebook.db and its folder",
    "not a database": "gradebook.db is damaged, or no gradebook; put back a copy of it",
    "malformed": "gradebook.db is damaged; put back a copy of it",
    "connect": "The gradebook's server does not answer; check CourseDirectory.db_url and the server",
}
"""What a database says, and what it means here."""

DISK = {
    errno.ENOSPC: "The disk is full; make room",
    errno.EDQUOT: "Your share of the disk is used up; make room",
    errno.EFBIG: "A file grew beyond what this system allows (ulimit -f)",
    errno.EROFS: "The course folder may not be written",
}
"""The same for files."""

KEPT = "What was graded is kept; run the command again to go on."


def unknown(chapter: str) -> str:
    """A chapter that was handed out, but is not in the gradebook."""
    return f"The gradebook does not know {chapter} yet. Put it there: nbgrader generate_assignment {chapter}"


@contextlib.contextmanager
def in_words(log: logging.Logger) -> Generator[None]:
    """Beside nbgrader's errors, say what they mean. NbGraderException in place of an error that nbgrader lets out."""
    words = _Words(log)
    log.addFilter(words)
    try:
        yield
    except SQLAlchemyError as error:
        if not (meaning := reason(error)):
            raise
        words.say(meaning)
        raise NbGraderException(meaning) from error
    finally:
        log.removeFilter(words)


class _Words(logging.Filter):
    """Looks at each error while it is being logged: nbgrader logs an error where it catches it."""

    def __init__(self, log: logging.Logger) -> None:
        super().__init__()
        self.log, self.told = log, set[str]()

    def filter(self, record: logging.LogRecord) -> bool:
        error = sys.exc_info()[1]
        if record.levelno >= logging.ERROR and error is not None and (meaning := reason(error)):
            self.say(meaning)
        return True

    def say(self, meaning: str) -> None:
        if meaning not in self.told:
            self.told.add(meaning)
            self.log.error("%s. %s", meaning, KEPT)


def reason(error: BaseException) -> str:
    """What an error means here, or one that led to it."""
    for cause in _causes(error):
        if isinstance(cause, (SQLAlchemyError, sqlite3.Error)):
            for part, meaning in GRADEBOOK.items():
                if part in str(cause):
                    return meaning
        if isinstance(cause, PermissionError):
            return f"{cause.filename} may not be read or written; check who owns it"
        if isinstance(cause, OSError) and cause.errno in DISK:
            return DISK[cause.errno]
    return ""


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """An error and those that led to it: nbgrader raises one of its own for each that the database raises."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
