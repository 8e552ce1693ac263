"""Write what is marked into nbgrader's gradebook: the same grades and comments as `nbgrader autograde` leaves there.

What a grader entered by hand stays. Doing it again changes nothing.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any, cast

from nbgrader.api import (  # pyright: ignore[reportMissingTypeStubs]  # nbgrader comes without types
    Gradebook,
    InvalidEntry,
    MissingEntry,
    SubmittedAssignment,
)
from nbgrader.coursedir import (  # pyright: ignore[reportMissingTypeStubs]  # nbgrader comes without types
    CourseDirectory,
)
from nbgrader.preprocessors import (  # pyright: ignore[reportMissingTypeStubs]  # nbgrader comes without types
    AssignLatePenalties,
)
from sqlalchemy.exc import DBAPIError
from tqdm import tqdm
from traitlets.config.loader import PyFileConfigLoader

from ..nbgrader.reasons import unknown
from ..submissions.ids import code_slug_of, grade_id, slug_of
from .ledger import Ledger
from .records import Fault, Row, row_of
from .released import ClassError
from .tables import read_lines

NO_RESPONSE = "No response."  # nbgrader's own word for a cell left as it was handed out


def transfer(root: Path, ledger: Ledger) -> int:
    """Write every grade of this run into the course's gradebook; returns how many submissions that were.

    ClassError where the gradebook cannot be written, or does not know a chapter.
    """
    config = PyFileConfigLoader("nbgrader_config.py", path=str(root)).load_config()
    course, late = CourseDirectory(config=config), cast(Any, AssignLatePenalties(config=config))
    late.init_plugin()
    try:
        with Gradebook(course.db_url, course.course_id) as book:
            return _transfer(book, course, late, ledger)
    except (DBAPIError, InvalidEntry) as error:  # nbgrader turns some of the first into the second
        first = str(error).splitlines()[0]
        reason = "another program has locked it: close that, or wait" if "locked" in first else first
        raise ClassError(
            f"The gradebook cannot be written ({reason}). What is marked is kept; run this again."
        ) from None


def _transfer(book: Gradebook, course: CourseDirectory, late: Any, ledger: Ledger) -> int:
    (total, _), done = ledger.count(), 0
    known: set[str] = set()
    for student, chapter, lines, faults, entry in tqdm(ledger.full(), total=total, unit=" grades", disable=None):
        if chapter not in known:
            _need(book, chapter)
            known.add(chapter)
        writer = cast(Any, book)  # nbgrader's annotations of these two methods are wrong
        writer.update_or_create_student(student)
        with book.db.no_autoflush:  # nbgrader builds a submission piece by piece; half of one must not be written
            submission = writer.update_or_create_submission(chapter, student, **_timestamp(course, entry.folder))
        _fill(submission, [row_of(texts) for texts in read_lines(lines)], faults)
        book.db.commit()
        if submission.total_seconds_late > 0 or any(each.late_submission_penalty for each in submission.notebooks):
            _penalise(late, student, submission)
            book.db.commit()
        done += 1
    return done


def _penalise(late: Any, student: str, submission: SubmittedAssignment) -> None:
    """Take off what the course's plugin takes off for being late, as the last step of `nbgrader autograde` does."""
    seconds = submission.total_seconds_late
    for notebook in submission.notebooks:
        notebook.late_submission_penalty = None
        penalty = late.plugin_inst.late_submission_penalty(student, notebook.score, seconds) if seconds > 0 else None
        if penalty is not None:
            notebook.late_submission_penalty = late._check_late_penalty(notebook, penalty)


def _need(book: Gradebook, chapter: str) -> None:
    try:
        book.find_assignment(chapter)
    except MissingEntry:
        raise ClassError(unknown(chapter)) from None


def _timestamp(course: CourseDirectory, folder: str) -> dict[str, Any]:
    """When it was handed in, if a timestamp.txt says so."""
    try:
        stamp = course.get_existing_timestamp(folder) if folder else None
    except Exception:  # noqa: BLE001  whatever dateutil raises on what a student wrote
        stamp = None
    return {"timestamp": stamp} if stamp else {}


def _fill(submission: SubmittedAssignment, rows: list[Row], faults: list[Fault]) -> None:
    points: dict[str, float] = defaultdict(float)
    answered: dict[str, bool] = defaultdict(bool)
    comments: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        points[grade_id(row.page)] += row.points
        answered[row.page] |= row.verdict != "blank"
    for fault in faults:
        comments[fault.page].append(f"{fault.said[:1].upper()}{fault.said[1:]}.")
    for notebook in submission.notebooks:
        for grade in notebook.grades:
            if grade.cell.name in points:
                grade.auto_score = points[grade.cell.name]
                grade.needs_manual_grade = grade.manual_score is not None
        for comment in notebook.comments:
            slug = slug_of(comment.cell.name) or code_slug_of(comment.cell.name)
            if slug in answered:
                comment.auto_comment = " ".join(comments[slug]) or (None if answered[slug] else NO_RESPONSE)
