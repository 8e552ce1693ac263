"""Take a student id with the letters of a pattern as it stands, in a whole run and in `--student 'ada[1]'`.

nbgrader reads --student as a pattern, by which ada[1] means the folder ada1, somebody else; and in the folder ada[1] it
looks for notebooks by that pattern as well, so that it finds those of ada1. Where such a name is the only one of a run,
nbgrader ends before it asks us anything: it says that no notebooks were matched.

as_written()          where there is a folder that is called exactly so, that student is meant
own_notebooks(run)    every folder's notebooks are its own
"""

from __future__ import annotations

import os
from glob import escape, glob, has_magic
from pathlib import Path
from typing import Any, cast
from weakref import WeakKeyDictionary

from nbgrader.coursedir import (  # pyright: ignore[reportMissingTypeStubs]  # nbgrader comes without types
    CourseDirectory,
)
from traitlets import Bunch
from traitlets.config import Application

COMMANDS = ("AutogradeApp", "GenerateFeedbackApp")  # in whose runs own_notebooks has a say
_meant: WeakKeyDictionary[CourseDirectory, str] = WeakKeyDictionary()


def as_written() -> None:
    """See to it in the nbgrader command that is reading its configuration, if one is."""
    app = Application._instance  # pyright: ignore[reportPrivateUsage]  # Application.instance() would make one
    directory = getattr(app, "coursedir", None)
    if type(app).__name__ in COMMANDS and isinstance(directory, CourseDirectory):
        directory.observe(_note, "student_id")
        _note(Bunch(owner=directory, new=directory.student_id))


def _note(change: Bunch) -> None:
    """nbgrader looks at all students then, and `own_notebooks` leaves the one who is meant."""
    directory, student = cast(CourseDirectory, change["owner"]), cast(str, change["new"])  # traitlets tells no types
    steps = (directory.submitted_directory, directory.autograded_directory)
    if has_magic(student) and any(Path(directory.format_path(step, student, ".")).is_dir() for step in steps):
        _meant[directory] = student
        directory.student_id = "*"


def students(directory: CourseDirectory) -> str:
    """The pattern of the students whom a run is about."""
    return escape(_meant[directory]) if directory in _meant else directory.student_id


def own_notebooks(run: Any) -> None:
    """Give each folder of a converter's run its own notebooks, and leave only the student who is meant."""
    directory = run.coursedir
    for folder in [folder for folder in run.assignments if has_magic(folder)]:
        run.assignments[folder] = glob(os.path.join(escape(folder), f"{directory.notebook_id}.ipynb"))
    if directory in _meant:
        only = run._format_source(directory.assignment_id, _meant[directory])
        run.assignments = {folder: found for folder, found in run.assignments.items() if folder == only}
