"""Runs of autograde that meet, and runs that were cut off.

with alone(folder, log): ...         one run at a time grades a chapter; another one waits, or is told to come back
begin(folder); finish(folder)        a submission is in work, is done
sweep(folders, log)                  remove what a run that was cut off left half done, so that it is graded again
"""

from __future__ import annotations

import contextlib
import logging
import shutil
from collections.abc import Generator, Iterable
from pathlib import Path

from filelock import FileLock, Timeout
from nbgrader.converters.base import (  # pyright: ignore[reportMissingTypeStubs]  # nbgrader comes without types
    NbGraderException,
)

UNFINISHED = ".unfinished"


@contextlib.contextmanager
def alone(lock: Path, log: logging.Logger, patience: float = -1) -> Generator[None]:
    """Hold the file `lock` so that only one run grades these submissions; it is free again when this process ends.

    patience    seconds to wait for another run, -1 for as long as it takes; then NbGraderException.
    """
    file_lock = FileLock(lock)
    try:
        lock.parent.mkdir(parents=True, exist_ok=True)
        try:
            file_lock.acquire(timeout=0)
        except Timeout:
            log.warning("%s is being graded by another run just now; waiting until it has finished", lock.stem[1:])
            file_lock.acquire(timeout=patience)
    except Timeout:
        raise NbGraderException(f"{lock.stem[1:]} is being graded by another run; try again later") from None
    except (OSError, NotImplementedError) as error:  # some network folders know no locks
        log.warning("Another run that grades at the same time would not be noticed: %s", error)
    try:
        yield
    finally:
        file_lock.release()


def begin(folder: Path) -> None:
    """Note that this autograded folder is in work."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / UNFINISHED).touch()


def finish(folder: Path) -> None:
    """Note that it is done."""
    (folder / UNFINISHED).unlink(missing_ok=True)


def sweep(folders: Iterable[Path], log: logging.Logger) -> None:
    """Remove those of these autograded folders that are still in work. Only while no other run is at it."""
    for folder in folders:
        if (folder / UNFINISHED).exists():
            log.warning("%s was left half done by a run that was cut off; it is graded again", folder)
            shutil.rmtree(folder)
