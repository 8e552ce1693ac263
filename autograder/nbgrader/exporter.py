"""Take in what was handed in: the first pass of `nbgrader autograde`.

SubmissionExporter   decides which file is which notebook and reads it, whatever it is; nbgrader asks it to read files
RepairSubmission     builds the notebook that is marked, from the answers in the file and the cells in the gradebook
"""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Callable, Iterator
from datetime import datetime
from fnmatch import fnmatch
from functools import partial
from glob import escape as literally
from glob import glob
from pathlib import Path
from typing import Any, cast

import nbgrader  # pyright: ignore[reportMissingTypeStubs]  # nbgrader comes without types
from nbconvert.exporters import NotebookExporter
from nbconvert.exporters.exporter import ResourcesDict
from nbformat.notebooknode import NotebookNode
from nbgrader.api import (  # pyright: ignore[reportMissingTypeStubs]  # nbgrader comes without types
    Gradebook,
    MissingEntry,
)
from nbgrader.converters import (  # pyright: ignore[reportMissingTypeStubs]  # nbgrader comes without types
    Autograde,
)
from nbgrader.converters.base import (  # pyright: ignore[reportMissingTypeStubs]  # nbgrader comes without types
    NbGraderException,
)
from nbgrader.coursedir import (  # pyright: ignore[reportMissingTypeStubs]  # nbgrader comes without types
    CourseDirectory,
)
from nbgrader.preprocessors import (  # pyright: ignore[reportMissingTypeStubs]  # nbgrader comes without types
    NbGraderPreprocessor,
)
from nbgrader.utils import (  # pyright: ignore[reportMissingTypeStubs]  # nbgrader comes without types
    find_all_files,
)
from sqlalchemy.exc import SAWarning
from traitlets import Bool
from traitlets.config import Application, Config

from ..submissions.files import Handed, find, stays_within
from ..submissions.notebook import cells
from .engine import one_engine
from .handover import Converter, HandedOn, Hook, Resources
from .interrupt import heard
from .literal import own_notebooks, students
from .lock import alone, begin, finish, sweep
from .reasons import in_words, unknown
from .rebuild import Blueprint, Rebuilt, blueprint, new_cell


class SubmissionExporter(NotebookExporter):
    """Reads a submission's files, whatever they are, so that each becomes a notebook that can be marked."""

    optimistic_validation = Bool(True)  # one check of the notebook's format after all steps, not one after each

    def __init__(self, config: Config | None = None, **kw: Any) -> None:
        super().__init__(config=config, **kw)  # pyright: ignore[reportUnknownMemberType]  # nbconvert leaves it open
        self.handed: dict[str, Handed] = {}
        self.known: dict[str, list[str]] = {}
        self.blueprints: dict[tuple[str, str], Blueprint] = {}
        if isinstance(self.parent, Autograde):
            self._prepare(self.converter)

    @property
    def converter(self) -> Converter:
        """nbgrader's run of autograde, for which this exporter was made."""
        return cast(Converter, self.parent)  # traitlets says only that a parent is configurable

    def _prepare(self, converter: Converter) -> None:
        """Look at each submission before nbgrader does. The converter makes its exporter before it starts."""
        directory = converter.coursedir
        converter.pre_convert_hook = partial(self.look, converter.pre_convert_hook)
        converter.post_convert_hook = partial(self.done, converter.post_convert_hook)
        self.ignored = list(directory.ignore)
        # There is no option for these two. Two runs at once would spoil each other's files; and an unreadable
        # timestamp.txt raises in nbgrader, and the submission is lost.
        self._replace(converter, "convert_notebooks", self.undisturbed)
        self._replace(directory, "get_existing_timestamp", partial(_timestamp, self.log))
        own_notebooks(converter)
        with in_words(self.log):
            self._add_empty_submissions(converter)

    def _replace(self, owner: Converter | CourseDirectory, name: str, ours: Callable[..., Any]) -> None:
        """Put `ours` in the place of a method of this one object; it is called with the method that it replaces.

        NbGraderException where nbgrader has no such method: then it is another nbgrader than we know.
        """
        theirs = getattr(owner, name, None)
        if theirs is None:
            known = "Nothing is graded. Install the one that the workbook knows: pip install 'nbgrader<0.10'"
            lacking = f"nbgrader {nbgrader.__version__} has no {type(owner).__name__}.{name}"
            self.log.error("%s. %s", lacking, known)
            raise NbGraderException(lacking)
        setattr(owner, name, partial(ours, theirs))

    def _add_empty_submissions(self, converter: Converter) -> None:
        """nbgrader passes over a folder without notebooks; we grade it: its notebook may have another name or place."""
        directory = converter.coursedir
        names = [name for name in self.names(directory.assignment_id) if fnmatch(name, directory.notebook_id)]
        pattern = converter._format_source(  # pyright: ignore[reportPrivateUsage]  # nbgrader has no public name for it
            directory.assignment_id, students(directory)
        )
        for folder in glob(pattern):
            if not converter.assignments.get(folder) and os.path.isdir(folder) and names:
                converter.assignments[folder] = [os.path.join(folder, f"{name}.ipynb") for name in names]

    def names(self, assignment: str) -> list[str]:
        """The notebooks of an assignment, by the gradebook, asked once a run."""
        if assignment not in self.known:
            with Gradebook(self.converter.coursedir.db_url, self.converter.coursedir.course_id) as book:
                try:
                    self.known[assignment] = [notebook.name for notebook in book.find_assignment(assignment).notebooks]
                except MissingEntry:
                    self.known[assignment] = []
        return self.known[assignment]

    def blueprint(self, assignment: str, notebook: str) -> Blueprint:
        """What the gradebook knows of a notebook, asked once a run."""
        if (assignment, notebook) not in self.blueprints:
            with Gradebook(self.converter.coursedir.db_url) as book:
                self.blueprints[assignment, notebook] = blueprint(book, assignment, notebook)
        return self.blueprints[assignment, notebook]

    def undisturbed(self, convert: Callable[[], None]) -> None:
        """Convert all notebooks while no other run grades this chapter, after clearing what one that was cut off left.

        A command waits for its turn; in formgrader, where waiting would stop the server, one is told to come back.
        """
        directory = self.converter.coursedir
        if not self.names(directory.assignment_id):  # else nbgrader fails each submission by a traceback
            self.log.error(said := unknown(directory.assignment_id))
            raise NbGraderException(said)
        graded = partial(directory.format_path, directory.autograded_directory)
        lock = Path(graded(".", f".{directory.assignment_id}.lock"))
        with alone(lock, self.log, patience=-1 if isinstance(self.converter.parent, Application) else 5):
            sweep(map(Path, glob(graded(students(directory), directory.assignment_id))), self.log)
            with in_words(self.log), one_engine(), heard(self.converter), warnings.catch_warnings():
                warnings.simplefilter("ignore", SAWarning)  # of nbgrader's own queries; no instructor could mend them
                convert()

    def destination(self) -> Path:
        """The autograded folder of the submission in hand."""
        about = self.converter.init_single_notebook_resources(self.converter.notebooks[0])["nbgrader"]
        folder = self.converter._format_dest(  # pyright: ignore[reportPrivateUsage]  # no public name for it either
            about["assignment"], about["student"]
        )
        return Path(folder)

    def done(self, after: Hook = None, **hook: Any) -> None:
        """nbgrader's hook after each submission."""
        finish(self.destination())
        if after is not None:
            after(**hook)

    def look(self, after: Hook = None, **hook: Any) -> None:
        """nbgrader's hook before each submission: which file is which notebook, and what cannot be copied."""
        converter = self.converter
        about = converter.init_single_notebook_resources(converter.notebooks[0])["nbgrader"]
        folder = Path(converter.notebooks[0]).parent
        pattern = converter.coursedir.notebook_id
        assignment = about["assignment"]
        names = [name for name in self.names(assignment) if fnmatch(name, pattern)]
        if names:
            wanted = {name: self.blueprint(assignment, name).pages for name in names}
            self.handed = {str(folder / f"{name}.ipynb"): handed for name, handed in find(folder, wanted).items()}
            converter.notebooks = list(self.handed)
        source = Path(converter.coursedir.format_path(converter.coursedir.source_directory, ".", assignment))
        refused = list(_refused(folder, source, self.ignored, converter.coursedir.max_file_size * 1000))
        if os.path.lexists(folder / "timestamp.txt") and not converter.coursedir.get_existing_timestamp(str(folder)):
            refused.append((str(folder / "timestamp.txt"), "it holds no time"))  # nor must generate_feedback meet it
        for path, why in refused:
            self.log.warning("%s: %s is left out: %s", about["student"], path, why)
        converter.coursedir.ignore = self.ignored + [literally(path) for path, _ in refused]
        begin(self.destination())
        if after is not None:
            after(**hook)

    def from_filename(self, filename: str, resources: Resources | None = None, **kw: Any) -> HandedOn:
        """Convert a file: a submitted one from what was found when we looked, an autograded one as usual."""
        if filename not in self.handed:
            return super().from_filename(filename, resources=resources, **kw)
        handed = self.handed.pop(filename)
        resources = resources or ResourcesDict()
        resources["metadata"] = ResourcesDict(name=Path(filename).stem, path=str(Path(filename).parent))
        metadata = NotebookNode(workbook=NotebookNode(faults=list(handed.faults)))
        nb = NotebookNode(nbformat=4, nbformat_minor=5, metadata=metadata, cells=[])
        resources["workbook"] = {"cells": cells(handed.notebook), "read": handed.notebook is not None}
        return self.from_notebook_node(nb, resources=resources, **kw)


def _timestamp(log: logging.Logger, read: Callable[[str], datetime | None], folder: str) -> datetime | None:
    try:
        return read(folder)
    except Exception as error:  # noqa: BLE001  whatever dateutil raises on what a student wrote
        log.warning("%s: timestamp.txt cannot be read, so the submission has no time: %s", folder, type(error).__name__)
        return None


def _refused(folder: Path, source: Path, ignored: list[str], limit: int) -> Iterator[tuple[str, str]]:
    """Files of a submission that nbgrader would stumble over when it copies them, and why."""
    masters = {os.path.relpath(path, source) for path in find_all_files(str(source), [*ignored, "*.ipynb"])}
    for path in find_all_files(str(folder), [*ignored, "*.ipynb"]):
        here = os.path.relpath(path, folder)
        if not stays_within(Path(path), folder):
            yield path, "it is a link out of the submission"
        elif not os.path.isfile(path):
            yield path, "it is not an ordinary file"
        elif os.path.getsize(path) > limit:
            yield path, "it is bigger than CourseDirectory.max_file_size"
        elif not os.access(path, os.R_OK):
            yield path, "it cannot be opened"
        elif any(here.startswith(master + os.sep) or master.startswith(here + os.sep) for master in masters):
            yield path, "it stands in the way of a file of the assignment"


class RepairSubmission(NbGraderPreprocessor):
    """Build the notebook that is marked: the student's cells in their order, and every released cell exactly once."""

    def preprocess(self, nb: NotebookNode, resources: Resources) -> HandedOn:
        """Take the submitted cells from the exporter and stamp them from the gradebook."""
        about, submitted = resources["nbgrader"], resources["workbook"]
        exporter = cast(SubmissionExporter, self.parent)  # it makes its own steps
        plan = exporter.blueprint(about["assignment"], about["notebook"])
        rebuilt = Rebuilt(plan, submitted["cells"] if submitted["read"] else None)
        faults = nb.metadata["workbook"]["faults"]
        for fault in faults:
            self.log.warning("%s, %s: %s", about["student"], about["notebook"], fault)
        for slug, page in rebuilt.read.items():
            for fault in page.faults:
                self.log.warning("%s, %s, %s: %s", about["student"], about["notebook"], slug, fault)
        notes = [new_cell("markdown", _notes(faults), "workbook-notes")] if faults else []
        nb.cells = notes + rebuilt.cells
        nb.metadata["language_info"] = {"name": "python"}
        return nb, resources


def _notes(faults: list[str]) -> str:
    return "**About this submission**\n\n" + "\n".join(f"- {fault}." for fault in faults)
