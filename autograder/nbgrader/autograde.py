"""Grade a chapter as `nbgrader autograde` does, into the same gradebook, in several processes at once.

    run = autograde(Path("."), "01-gradients", jobs=2)
    run.outcomes, run.left                      an Outcome for each submission, and how many were not reached

Every process holds nbgrader's own converter with this course's settings and is handed one submission after another, so
grades, files and comments are nbgrader's. A submission that fails is named and costs no other; what would fail for
everybody (a full disk, a locked gradebook) stops the run, and the next run goes on where it stopped.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import sqlite3
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path

import nbgrader.api
from nbconvert.writers import FilesWriter
from nbgrader.api import Gradebook, InvalidEntry, MissingEntry
from nbgrader.apps import AutogradeApp
from nbgrader.converters import Autograde
from nbgrader.converters.base import NbGraderException
from nbgrader.utils import rmtree
from sqlalchemy import make_url
from sqlalchemy.exc import SAWarning, SQLAlchemyError

from ..errors import WorkbookError
from .exporter import SubmissionExporter
from .processes import Died, each

PATIENCE = 60  # seconds to wait for another program that writes to the gradebook
ROUTINE = ("Removing existing", "Updating existing", "No submitted file")  # nbgrader's warnings that say nothing new


class AutogradeError(WorkbookError):
    """Nothing can be graded. The message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one submission."""

    student: str
    state: str  # graded, skipped (because graded already) or failed
    notes: tuple[str, ...] = ()  # what is odd about it
    why: str = ""  # it failed
    stops: bool = False  # and so would all others
    trace: str = ""  # for whoever wants to know more


@dataclass
class Run:
    """What became of all of them."""

    total: int
    outcomes: list[Outcome] = field(default_factory=list)

    def count(self, state: str) -> int:
        """How many are graded, skipped or failed."""
        return sum(outcome.state == state for outcome in self.outcomes)

    @property
    def left(self) -> int:
        """How many were not reached."""
        return self.total - len(self.outcomes)


def autograde(
    root: Path,
    chapter: str,
    *,
    jobs: int,
    options: Sequence[str] = (),
    tell: Callable[[Outcome, Run], None] = lambda outcome, run: None,
) -> Run:
    """Grade every submission of a chapter that is not graded yet; `options` are those of `nbgrader autograde`.

    tell    called with each outcome as it comes, and the run so far
    Raises AutogradeError if there is nothing to grade or no gradebook to put it in.
    """
    if jobs < 1:
        raise AutogradeError("--jobs must be 1 or more.")
    given = (root, chapter, tuple(options), PATIENCE)
    with contextlib.chdir(root):
        found = Grader(*given)
        run = Run(len(found.submissions))

        def grade() -> None:
            for (folder, _), outcome in each(sorted(found.submissions.items()), partial(worker, *given), jobs):
                if isinstance(outcome, Died):
                    outcome = found.lost(folder, outcome)
                run.outcomes.append(outcome)
                tell(outcome, run)
                if outcome.stops:
                    break

        try:
            found.exporter.undisturbed(grade)
        except NbGraderException as error:
            raise AutogradeError(str(error)) from None
    return run


def worker(*given: object) -> Grader:
    """A Grader in a process of its own, where the gradebook's statements are prepared once, not for each submission.

    nbgrader opens a gradebook eight times for each submission; preparing its statements anew was a third of all work.
    """
    warnings.simplefilter("ignore", SAWarning)  # of nbgrader's own queries; nothing that an instructor could mend
    nbgrader.api.create_engine = cache(nbgrader.api.create_engine)
    grader = Grader(*given)
    nbgrader.api.app_log.disabled = True  # it prints a traceback for each error, which we put in words
    return grader


class Grader(Autograde):
    """nbgrader's converter, handed one submission at a time. Works in the course folder."""

    def __init__(self, root: Path, chapter: str, options: tuple[str, ...], patience: int) -> None:
        os.chdir(root)
        super().__init__(coursedir=(app := _application(chapter, options)).coursedir, parent=app)
        self.heard = _Heard()
        self.coursedir.db_url = patient(self.coursedir.db_url, patience)
        self._need_gradebook(chapter)
        self.writer = FilesWriter(parent=self, config=self.config)
        self.exporter = self.exporter_class(parent=self, config=self.config)
        self.submissions = dict(self.assignments)  # the exporter finds them, whatever is in the folders
        if not self.submissions:
            where = self._format_source(chapter, self.coursedir.student_id)
            raise AutogradeError(f"Nothing was handed in: there is no folder {os.path.relpath(where)}")

    def _need_gradebook(self, chapter: str) -> None:
        """Open the gradebook once, so that it has all tables and courses before two processes want to add them."""
        try:
            wait_for(self.coursedir.db_url, self.log)
            for course in (self.coursedir.course_id, "default_course"):  # some of nbgrader's steps name no course
                with Gradebook(self.coursedir.db_url, course) as book:
                    book.find_assignment(chapter)
        except MissingEntry:
            mend = f"Is the name right? Then: nbgrader generate_assignment {chapter}"
            raise AutogradeError(f"The gradebook does not know {chapter}. {mend}") from None
        except (SQLAlchemyError, sqlite3.Error, InvalidEntry) as error:
            raise AutogradeError(f"Nothing was graded: {reason(error)[0]}.") from None

    def init_destination(self, assignment_id: str, student_id: str) -> bool:
        """nbgrader's answer to whether a submission should be graded, remembered."""
        self.student, self.wanted = student_id, False
        self.wanted = super().init_destination(assignment_id, student_id)
        return self.wanted

    def __call__(self, submission: tuple[str, list[str]]) -> Outcome:
        """Grade one submission, (its folder, its notebooks)."""
        folder, notebooks = submission
        self.assignments = {folder: notebooks}
        with self.heard.on(self.log):
            with contextlib.suppress(NbGraderException):  # it has been heard
                Autograde.convert_notebooks(self)
        return self.outcome()

    def outcome(self) -> Outcome:
        """What was heard while nbgrader was at work on a submission."""
        error = self.heard.error
        if error is not None:
            why, stops = reason(error)
            trace = "".join(traceback.format_exception(error))
            return Outcome(self.student, "failed", why=why, stops=stops, trace=trace)
        return Outcome(self.student, "graded" if self.wanted else "skipped", tuple(self.heard.notes))

    def lost(self, folder: str, died: Died) -> Outcome:
        """A submission that ended the process that graded it, twice; its half-done files go."""
        student = self.student_of(folder)
        half_done = self._format_dest(self.coursedir.assignment_id, student)
        if os.path.exists(half_done):
            rmtree(half_done)
        why = f"the process that graded it died (exit status {died.exit_status}); out of memory?"
        return Outcome(student, "failed", why=why)

    def student_of(self, folder: str) -> str:
        """Whose folder this is."""
        notebook = os.path.join(folder, "any.ipynb")
        return self.init_single_notebook_resources(notebook)["nbgrader"]["student"]


def _application(chapter: str, options: tuple[str, ...]) -> AutogradeApp:
    """nbgrader's command with its options and the course's nbgrader_config.py, ready but not started."""
    app = AutogradeApp()
    app.raise_config_file_errors = True  # else nbgrader would go on with its own settings, which run student code
    try:
        app.initialize([chapter, *options])
    except (Exception, SystemExit) as error:
        raise AutogradeError(f"nbgrader_config.py: {error}") from error
    if app.config.Autograde.get("exporter_class") is not SubmissionExporter:
        raise AutogradeError("There is no nbgrader_config.py here that calls autograder.nbgrader.configure.")
    app.coursedir.assignment_id = chapter
    app.log.setLevel(logging.WARNING)
    return app


class _Heard(logging.Handler):
    """Listens to what nbgrader says of one submission, and to the error about which it says it."""

    @contextlib.contextmanager
    def on(self, log: logging.Logger):
        self.notes: list[str] = []
        self.error: BaseException | None = None
        handlers, log.handlers, spread, log.propagate = log.handlers, [self], log.propagate, False
        try:
            yield
        finally:
            log.handlers, log.propagate = handlers, spread

    def emit(self, record: logging.LogRecord) -> None:
        if record.levelno >= logging.ERROR and self.error is None:
            self.error = sys.exc_info()[1]  # nbgrader logs an error where it catches it
        if not record.getMessage().startswith(ROUTINE):
            self.notes.append(record.getMessage())


def in_words(chapter: str, run: Run) -> str:
    """What a run came to, for the instructor."""
    counted = [f"{run.count(state)} {said}" for state, said in SAID.items() if run.count(state)]
    noted = sum(bool(outcome.notes) for outcome in run.outcomes)
    notes = f"; notes on {noted}, above and in their feedback" if noted else ""
    lines = [f"{chapter}: {', '.join(counted)}{notes}."]
    lines += [f"{outcome.student} failed: {outcome.why}." for outcome in run.outcomes if outcome.state == "failed"]
    if run.left:
        lines += [f"Stopped with {run.left} to go. What was graded is kept; run the command again to go on."]
    elif run.count("failed"):
        lines += ["What failed is graded when you run the command again."]
    elif run.count("skipped") == run.total:
        lines += ["Say --force to grade them again."]
    return "\n".join(lines)


SAID = {"graded": "graded", "skipped": "graded already", "failed": "failed"}


# -- the gradebook -----------------------------------------------------------------------------------------------------


def patient(db_url: str, seconds: int) -> str:
    """The address of a gradebook; where it is a file, one that waits so long for another program that writes to it."""
    url = make_url(db_url)
    if url.get_backend_name() == "sqlite" and "timeout" not in url.query:
        url = url.update_query_dict({"timeout": str(seconds)})
    return url.render_as_string(hide_password=False)


def wait_for(db_url: str, log: logging.Logger) -> None:
    """Wait while another program writes to a gradebook that is a file, and say so. sqlite3.OperationalError at last."""
    url = make_url(db_url)
    if url.get_backend_name() != "sqlite" or not os.path.exists(url.database or ""):
        return
    try:
        _try_to_write(url.database, 0)
    except sqlite3.OperationalError as error:
        if "locked" not in str(error):
            raise
        log.warning("The gradebook is locked by another program; waiting for it.")
        _try_to_write(url.database, float(url.query.get("timeout", 5)))


def _try_to_write(database: str, seconds: float) -> None:
    with contextlib.closing(sqlite3.connect(database, timeout=seconds)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        connection.rollback()


# -- why it failed -----------------------------------------------------------------------------------------------------

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
"""What a database says, and what it means here. Every other submission would meet the same."""

DISK = {
    errno.ENOSPC: "the disk is full; make room",
    errno.EDQUOT: "your share of the disk is used up; make room",
    errno.EFBIG: "a file grew beyond what this system allows (ulimit -f)",
    errno.EROFS: "the course folder may not be written",
}
"""The same for files."""


def reason(error: BaseException) -> tuple[str, bool]:
    """Why a submission failed and what to do, in words; and whether every other one would fail, too."""
    for cause in _causes(error):
        if isinstance(cause, (SQLAlchemyError, sqlite3.Error)):
            for part, meaning in GRADEBOOK.items():
                if part in str(cause):
                    return meaning, True
        if isinstance(cause, OSError) and cause.errno in DISK:
            return DISK[cause.errno], True
        if isinstance(cause, PermissionError):
            return f"{cause.filename} may not be read or written; check who owns it", False
    said = str(error).splitlines() or ["no more is known"]
    return f"{type(error).__name__}: {said[0]}", False


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """An error and those that led to it: nbgrader makes InvalidEntry of a locked gradebook."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
