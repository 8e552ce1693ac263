"""Make chapters and solutions from source/, and prove that they are right.

    build(root)      source/<chapter>/*.ipynb → chapters/ and solutions/, through nbgrader's own converters
    check(root)      a list of problems, each with the command that mends it; empty when all is well

`nbgrader generate_assignment 01-gradients` by hand writes the same bytes as `build`.
"""

from __future__ import annotations

import json
import logging
import re
import shutil
import sqlite3
from collections import Counter
from contextlib import closing
from copy import deepcopy
from pathlib import Path
from tempfile import TemporaryDirectory

from nbgrader.converters import (  # pyright: ignore[reportMissingTypeStubs]  # nbgrader comes without types
    GenerateAssignment,
    GenerateSolution,
    NbGraderException,
)
from nbgrader.coursedir import (  # pyright: ignore[reportMissingTypeStubs]  # nbgrader comes without types
    CourseDirectory,
)
from traitlets.config import Config
from traitlets.config.loader import ConfigFileNotFound, PyFileConfigLoader

from .. import pages
from ..authoring.courses import need
from ..errors import WorkbookError
from ..nbgrader.release import CALL
from ..practice.log import FILES
from ..settings import load
from ..submissions.notebook import cells
from .documents import documents
from .taken import bring
from .vetting import vet

CONFIG = "nbgrader_config.py"
VETTED = 5  # variants of each page that a build looks at; the tests look at more
REBUILD = "workbook build"
MADE = ("chapters", "solutions")


class BuildError(WorkbookError):
    """A chapter cannot be built. The message says which, why, and what to do."""


# -- build -------------------------------------------------------------------------------------------------------------


def build(root: Path, into: Path | None = None) -> list[Path]:
    """Make chapters/ and solutions/ of the course at `root`, in `into` if given; returns the files written.

    Everything in the folders there is replaced, once all of it is made; what somebody practised stays. The
    instructor's gradebook is not touched. Raises BuildError.
    """
    root, into = Path(root).resolve(), Path(into or root).resolve()
    own = _own_config(root)  # first, so that a fault in it is told at once
    package = load(root).package
    need(package)
    if into == root:
        bring(root)
    pages.catalogue(package)  # which tells of two pages with one name
    used = (pages.find(slug) for word, slug in calls_in(root) if word == "page")
    if faults := [fault for page in used if page for fault in vet(page, range(VETTED))]:
        raise BuildError("\n".join(faults))
    chapters = [folder.name for folder in source_folders(root)]
    with TemporaryDirectory() as folder:
        gradebook = Path(folder) / "gradebook.db"
        with closing(sqlite3.connect(gradebook)) as book:
            book.execute("PRAGMA journal_mode = wal")  # a thousand commits wait less for the disk
            book.execute("CREATE TABLE workbook (built)")  # a book with a table is not new: saves starting alembic
        for chapter in chapters:
            config = _config(own, root, Path(folder), gradebook, chapter)
            for converter in (GenerateAssignment, GenerateSolution):
                _convert(converter, config, chapter)
        for made in MADE:
            _replace(Path(folder) / made, into / made)
    written = sorted(path for made in MADE for path in (into / made).rglob("*") if path.is_file())
    return written + _write_documents(root, into)


def _write_documents(root: Path, into: Path) -> list[Path]:
    """The tables in docs/ that are made from the catalogue, where the course has a folder for them."""
    if not (root / "docs").is_dir():
        return []
    (into / "docs").mkdir(exist_ok=True)
    paths = {into / "docs" / name: text for name, text in documents(load(root).package).items()}
    for path, text in paths.items():
        path.write_text(text, encoding="utf-8", newline="\n")
    return list(paths)


def source_folders(root: Path) -> list[Path]:
    """The folders in source/ that hold a notebook, by name."""
    source = root / "source"
    return sorted(folder for folder in source.glob("*") if folder.is_dir() and any(folder.glob("*.ipynb")))


def _own_config(root: Path) -> Config:
    """The course's own settings: nbgrader_config.py and, through it, workbook.toml."""
    try:
        return PyFileConfigLoader(CONFIG, path=str(root)).load_config()
    except ConfigFileNotFound:
        raise BuildError(f"There is no {CONFIG} in {root.name}; run this in the course folder or say --root") from None
    except (ValueError, OSError) as error:  # a wrong setting, or a file that cannot be read
        raise BuildError(str(error)) from None


def _config(own: Config, root: Path, into: Path, gradebook: Path, chapter: str) -> Config:
    """The course's own settings, with other places to write to."""
    config = deepcopy(own)
    config.CourseDirectory.root = str(root)
    config.CourseDirectory.db_url = f"sqlite:///{gradebook}"
    config.CourseDirectory.release_directory = str(into / "chapters")
    config.CourseDirectory.solution_directory = str(into / "solutions")
    config.CourseDirectory.assignment_id = chapter
    return config


def _convert(kind: type[GenerateAssignment | GenerateSolution], config: Config, chapter: str) -> None:
    errors = _Errors()
    converter = kind(coursedir=CourseDirectory(config=config), config=config, log=errors.log)
    converter.force = True
    try:
        converter.start()
    except NbGraderException:
        raise BuildError(f"source/{chapter} cannot be built: {errors.reason}") from None


class _Errors(logging.Handler):
    """Listens to a converter, which tells its log, not its caller, what went wrong."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.messages: list[str] = []
        self.log = logging.Logger("workbook build")
        self.log.addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())

    @property
    def reason(self) -> str:
        """The last line of the first traceback, without the name of the exception's module."""
        traced = [message for message in self.messages if message.startswith("Traceback")] or self.messages
        last = traced[0].strip().splitlines()[-1] if traced else "nbgrader gave no reason"
        return re.sub(r"^[\w.]+: ", "", last)


def _replace(new: Path, old: Path) -> None:
    """Put the folders that were made in place of those that are there. A file of practice never leaves its place."""
    for folder in old.glob("*/"):
        for path in sorted(folder.rglob("*"), reverse=True):  # what lies in a folder before the folder
            if path.is_dir() and not path.is_symlink():
                _drop_empty(path)
            elif not path.match(FILES):
                path.unlink()
        _drop_empty(folder)
    if new.is_dir():
        shutil.copytree(new, old, dirs_exist_ok=True)


def _drop_empty(folder: Path) -> None:
    if not any(folder.iterdir()):
        folder.rmdir()


# -- check -------------------------------------------------------------------------------------------------------------


def calls_in(root: Path) -> Counter[tuple[str, str]]:
    """How often each word and slug, as in page("…"), stands in the source notebooks, in their order."""
    paths = (path for folder in source_folders(root) for path in sorted(folder.glob("*.ipynb")))
    code = (cell for path in paths for cell in cells(parsed(path)) if cell.kind == "code")
    calls = (CALL.fullmatch(cell.source) for cell in code)
    return Counter((call[1], call[3]) for call in calls if call)


def parsed(path: Path) -> object:
    """The JSON of a file; None for what cannot be read."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
