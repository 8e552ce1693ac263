"""`workbook mark`: mark all that was handed in, and write the tables.

    mark_class(root, [Path("submitted")], out=Path("marks"))

Run it again after it was killed, or after more was handed in: only what is new or has changed is marked.
"""

from __future__ import annotations

import errno
import logging
import sqlite3
import sys
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from pathlib import Path

from . import tables
from .executors import BATCH, Crew, cores, dask_crew, local_crew, mark_all
from .finding import arrivals
from .history import Day, note
from .ledger import Ledger
from .released import Chapter, ClassError, released, with_trials
from .whom import row, whom

SHOWN = 20  # faults that are printed; the table has all
LEDGER = "ledger.db"
GONE = 5  # students that are named when there are fewer than before
KEPT = "What is marked is kept; run this again to go on."
CANNOT_WRITE = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM)


def mark_class(
    root: Path,
    places: list[Path],
    out: Path = Path("marks"),
    chapter: str = "",
    names: str = "",
    table: str = "csv",
    jobs: int = 0,
    dask: bool = False,
    scheduler: str = "",
    into_gradebook: bool = False,
    level: str = "",
    dry_run: bool = False,
    yes: bool = False,
    again: bool = False,
) -> int:
    """Mark everything in `places` and write verdicts, grades and faults into `out`; returns the exit status.

    names, level       whose is what, where the names of files and folders leave it open: see `finding.arrivals`
    dask, scheduler    work on a Dask cluster: one of `jobs` processes on this computer, or the one at this address
    dry_run            only print whom one would mark
    yes                write grades though there are fewer students than in the run before
    again              who stands in two places is one student, and the last place counts; otherwise neither does
    ClassError says what cannot be done, and why.
    """
    chapters = released(root)
    if chapter and chapter not in chapters:
        released(root, [chapter])  # raises, and says which there are
    if table == "parquet":
        tables.parquet_library()
    out = root / out
    places = [root / place for place in places or [Path("submitted")]]
    arrived = arrivals(places, chapters, only=chapter, names=names, level=level)
    if dry_run:
        print("\n".join(whom(arrived)))
        return 0
    with _advice(_near(out, root)):
        out.mkdir(parents=True, exist_ok=True)
    with _advice(_near(out, root)), Ledger(out / LEDGER, again) as ledger:
        ledger.enter(arrived, chapters)
        if not yes:
            _as_many_as_before(ledger, chapter)
        _mark(ledger, root, chapters, lambda left: _crew(left, jobs, dask, scheduler))
        written = list(_write(ledger, out, table))
        if into_gradebook:
            from .transfer import transfer

            transfer(root, ledger)
        ledger.note_written(chapter)
        note(out, _standing(ledger, chapters), datetime.now().astimezone())
        for line in [*_summary(ledger, chapters), *_said(ledger), "", *(_near(path, root) for path in written)]:
            print(line)
    return 0


@contextmanager
def _advice(out: Path) -> Generator[None]:
    """What to do where the run is stopped, or the disk is."""
    try:
        yield
    except KeyboardInterrupt:
        raise ClassError(f"Stopped. {KEPT}") from None
    except sqlite3.OperationalError as error:
        raise ClassError(f"{out}/ cannot be written: {error}. {KEPT}") from None
    except OSError as error:
        if error.errno not in CANNOT_WRITE:
            raise
        raise ClassError(f"{out}/ cannot be written: {(error.strerror or str(error)).lower()}. {KEPT}") from None


def _mark(ledger: Ledger, root: Path, chapters: dict[str, Chapter], hired: Callable[[int], Crew]) -> None:
    """Mark what is not marked yet, with the crew that is hired for so many submissions."""
    from tqdm import tqdm

    _, left = ledger.count()
    if left:
        named = ledger.chapters()
        if any(chapter.runs_code for name, chapter in chapters.items() if name in named or "" in named):
            chapters = with_trials(root, chapters)
            _warn(chapters)
        with hired(left) as crew, tqdm(total=left, unit=" submissions", disable=None) as bar:
            for marked in mark_all(ledger.unmarked(), chapters, crew):
                ledger.add(marked)
                bar.update(len(marked))


def _warn(chapters: dict[str, Chapter]) -> None:
    """Say where code of students would run without a sandbox."""
    from ..marking.oracle import sandbox_note

    bare = (logging.WARNING, "student code runs without a sandbox")
    level, said = sandbox_note() if all(chapter.trial.sandboxed for chapter in chapters.values()) else bare
    if level >= logging.WARNING:
        print(f"Mind: {said}.", file=sys.stderr)


def _crew(left: int, jobs: int, dask: bool, scheduler: str) -> Crew:
    """Whom one asked for: Dask, or processes on this computer, as many as there is work for."""
    if dask or scheduler:
        return dask_crew(scheduler, jobs or cores())
    return local_crew(jobs or max(2, min(cores(), left // BATCH)))


def _as_many_as_before(ledger: Ledger, only: str) -> None:
    """ClassError where there are fewer students than in the run before: perhaps one got the work of all."""
    before, now = ledger.written(only), ledger.students()
    if len(now) < len(before):
        gone = [student for student in before if student not in set(now)]
        named = ", ".join(gone[:GONE]) + (f" and {len(gone) - GONE} more" if len(gone) > GONE else "")
        raise ClassError(
            f"{len(now)} {_students(len(now))} found, where the run before had {len(before)}; missing: {named}. "
            "Nothing was written. See whom I found with --dry-run; if it is right, say --yes."
        )


def _students(number: int) -> str:
    return "student" if number == 1 else "students"


def _write(ledger: Ledger, out: Path, form: str) -> Iterator[Path]:
    plain = "csv" if form == "parquet" else form
    yield tables.write(out, "verdicts", tables.VERDICTS, ledger.verdicts(), form)
    yield tables.write(out, "grades", tables.GRADES, ledger.grades(), form)
    faults = (tables.csv_lines([fault]) for fault in ledger.faults())
    yield tables.write(out, "faults", tables.FAULTS, faults, plain)
    rows = (tables.csv_lines([row(entry)]) for entry in ledger.entries())
    yield tables.write(out, "students", tables.STUDENTS, rows, plain)


def _standing(ledger: Ledger, chapters: dict[str, Chapter]) -> dict[str, Day]:
    """Each chapter as it stands after this run."""
    standing: dict[str, Day] = {}
    for _, chapter, earned in ledger.parts("points"):
        students, points, out_of = standing.get(chapter, Day(0, 0.0, chapters[chapter].points))
        standing[chapter] = Day(students + 1, points + earned, out_of)
    return standing


def _summary(ledger: Ledger, chapters: dict[str, Chapter]) -> Iterator[str]:
    """A line for each chapter: how many, and how many points on average."""
    found = len(ledger.students())
    if found:
        yield f"{found} {_students(found)} found."
    number: Counter[str] = Counter()
    points: Counter[str] = Counter()
    for _, chapter, earned in ledger.parts("points"):
        number[chapter] += 1
        points[chapter] += earned
    width = max(map(len, number), default=0)
    for name in sorted(number):
        mean = points[name] / number[name]
        yield f"{name:<{width}}  {number[name]:>6} marked, {mean:.1f} of {chapters[name].points:g} points on average"
    if not number:
        yield "Nothing was handed in for any chapter."


def _said(ledger: Ledger) -> Iterator[str]:
    """What was odd, file by file; oddities of single pages are in the table."""
    whole = [fault for fault in ledger.faults() if not fault.page]
    pages = sum(1 for fault in ledger.faults() if fault.page)
    if whole:
        yield f"\n{len(whole)} to look at:"
    for fault in islice(whole, SHOWN):
        yield f"  {', '.join(filter(None, (fault.student, fault.chapter)))}: {fault.said}".replace("  : ", "  ")
    if len(whole) > SHOWN:
        yield f"  ... and {len(whole) - SHOWN} more, in the table of faults"
    if pages:
        yield f"\n{pages} odd page cells were read as far as possible; the table of faults names them."


def _near(path: Path, root: Path) -> Path:
    return path.relative_to(root) if path.is_relative_to(root) else path
