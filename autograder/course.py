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

from nbgrader.converters import GenerateAssignment, GenerateSolution, NbGraderException
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config
from traitlets.config.loader import ConfigFileNotFound, PyFileConfigLoader

from . import explorers, pages
from .code_marking import local, mark_code
from .feedback import FormulaError, formula_svg
from .handbook import documents, uncovered
from .marking import mark
from .release import CALL
from .submissions import cells, code_slug_of, grade_id, read_notebook
from .vetting import vet

CONFIG = "nbgrader_config.py"
VETTED = 5  # variants of each page that a build looks at; the tests look at more
REBUILD = "workbook build"
MADE = ("chapters", "solutions")
NOTE = ".license"  # ends the name of a note on the origin and licence of a data file, which is how one is declared
FORMULA = re.compile(r"(?<![\\$])(\$\$?)(?!\$)(.+?)(?<!\\)\1", re.DOTALL)
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)


class BuildError(Exception):
    """A chapter cannot be built. The message says which, why, and what to do."""


# -- build -------------------------------------------------------------------------------------------------------------


def build(root: Path, into: Path | None = None) -> list[Path]:
    """Make chapters/ and solutions/ of the course at `root`, in `into` if given; returns the files written.

    Everything in those two folders is replaced. The instructor's gradebook is not touched. Raises BuildError.
    """
    root, into = Path(root).resolve(), Path(into or root).resolve()
    own = _own_config(root)  # first, so that a fault in it is told at once
    used = (pages.catalogue().get(slug) for word, slug in _used(root) if word == "page")
    if faults := [fault for page in used if page for fault in vet(page, range(VETTED))]:
        raise BuildError("\n".join(faults))
    chapters = [folder.name for folder in _chapters(root)]
    with TemporaryDirectory() as folder:
        gradebook = Path(folder) / "gradebook.db"
        with closing(sqlite3.connect(gradebook)) as book:
            book.execute("CREATE TABLE workbook (built)")  # a book with a table is not new: saves starting alembic
        for chapter in chapters:
            config = _config(own, root, into, gradebook, chapter)
            for converter in (GenerateAssignment, GenerateSolution):
                _convert(converter, config, chapter)
    for made in MADE:
        _drop_old(into / made, chapters)
    written = sorted(path for made in MADE for path in (into / made).rglob("*") if path.is_file())
    return written + _write_documents(root, into)


def _write_documents(root: Path, into: Path) -> list[Path]:
    """The tables in docs/ that are made from the catalogue, where the course has a folder for them."""
    if not (root / "docs").is_dir():
        return []
    (into / "docs").mkdir(exist_ok=True)
    paths = {into / "docs" / name: text for name, text in documents().items()}
    for path, text in paths.items():
        path.write_text(text, encoding="utf-8", newline="\n")
    return list(paths)


def _chapters(root: Path) -> list[Path]:
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


def _convert(kind: type, config: Config, chapter: str) -> None:
    said = _Said()
    converter = kind(coursedir=CourseDirectory(config=config), config=config, log=said.log)
    converter.force = True
    try:
        converter.start()
    except NbGraderException:
        raise BuildError(f"source/{chapter} cannot be built: {said.reason}") from None


class _Said(logging.Handler):
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


def _drop_old(folder: Path, chapters: list[str]) -> None:
    """Remove the chapters that have no source any more."""
    for old in folder.glob("*"):
        if old.name not in chapters and old.is_dir():
            shutil.rmtree(old)


# -- check -------------------------------------------------------------------------------------------------------------


def check(root: Path) -> list[str]:
    """Everything that is wrong with the course at `root`, all at once; each line says what mends it."""
    root = Path(root).resolve()
    return [*_stray(root), *_sources(root), *_catalogue(root), *_rows(root), *_current(root), *_scores(root)]


def _rows(root: Path) -> list[str]:
    """Where the course keeps the table of the curriculum, every row of it has a page."""
    return uncovered() if (root / "docs" / "curriculum.md").is_file() else []


def _stray(root: Path) -> list[str]:
    """nbgrader copies every other file of a source folder into the release: it would be published.

    Data for students is declared by a note beside it, of origin and licence: days.csv by days.csv.license.
    """
    found = []
    for path in sorted((root / "source").rglob("*")):
        here = path.relative_to(root).as_posix()
        if ".ipynb_checkpoints" in path.parts or "__pycache__" in path.parts or path.is_dir():
            continue
        beside_a_notebook = len(path.relative_to(root / "source").parts) == 2
        if not beside_a_notebook or not (path.suffix == ".ipynb" or _declared(path)):
            found.append(f"{here} would be published with its chapter: git rm {here}, or move it out of source/; "
                         f"if it is data for students, say where it comes from in {here}{NOTE}")
    return found


def _declared(path: Path) -> bool:
    """Whether this is a data file with a note that says something, or such a note."""
    data = path.with_suffix("") if path.suffix == NOTE else path
    note = path if path.suffix == NOTE else path.with_name(path.name + NOTE)
    return data.is_file() and note.is_file() and bool(note.read_text(encoding="utf-8", errors="replace").strip())


def _sources(root: Path) -> list[str]:
    """Source notebooks can be read, hold no outputs, and their formulas can be drawn."""
    found = []
    for folder in _chapters(root):
        for path in sorted(folder.glob("*.ipynb")):
            here = path.relative_to(root).as_posix()
            nb = _json(path)
            if not isinstance(nb, dict) or not isinstance(nb.get("cells"), list):
                found.append(f"{here} is not a notebook: restore it with git checkout {here}")
                continue
            if any(isinstance(cell, dict) and cell.get("outputs") for cell in nb["cells"]):
                found.append(f"{here} holds outputs: jupyter nbconvert --clear-output --inplace {here}")
            for n, cell in enumerate(cells(nb), start=1):
                if cell.kind == "markdown":
                    found += [f"{here}, cell {n}: {error}; edit {here}" for error in bad_formulas(cell.source)]
    return found


def bad_formulas(markdown: str) -> list[str]:
    """What is wrong with the formulas between dollar signs in a text."""
    found = []
    for match in FORMULA.finditer(CODE.sub("", markdown)):
        try:
            formula_svg(match[2])
        except FormulaError as error:
            found.append(str(error))
    return found


def _catalogue(root: Path) -> list[str]:
    """Every page and every explorer stands in exactly one source notebook, once."""
    used = _used(root)
    known = {"page": pages.catalogue(), "explore": explorers.catalogue(), "exercise": pages.exercises()}
    names = {"explore": "explorer"}
    found = [
        f'the {names.get(word, word)} {slug} is in no notebook: '
        f'add a cell {word}("{slug}") to source/{pages.CHAPTERS[each.chapter]}/'
        for word, all_ in known.items()
        for slug, each in all_.items()
        if not used[word, slug] and each.chapter in pages.CHAPTERS
    ]
    return found + [
        f"the {names.get(word, word)} {slug} is used {n} times: keep one of its cells in source/"
        for (word, slug), n in used.items()
        if n > 1
    ]


def _used(root: Path) -> Counter[tuple[str, str]]:
    """How often each word and slug, as in page("…"), stands in the source notebooks, in their order."""
    paths = (path for folder in _chapters(root) for path in sorted(folder.glob("*.ipynb")))
    code = (cell for path in paths for cell in cells(_json(path)) if cell.kind == "code")
    calls = (CALL.fullmatch(cell.source) for cell in code)
    return Counter((call[1], call[3]) for call in calls if call)


def _current(root: Path) -> list[str]:
    """Building again gives the same bytes."""
    with TemporaryDirectory() as folder:
        try:
            build(root, Path(folder))
        except BuildError as error:
            return [f"{error}; mend it, then {REBUILD}"]
        found = []
        for made in (*MADE, "docs"):
            fresh, there = _files(Path(folder) / made), _files(root / made)
            if made == "docs":  # most documents there are written by hand
                there = {name: path for name, path in there.items() if name in fresh}
            for name in sorted(fresh.keys() | there.keys()):
                if name not in there:
                    found.append(f"{made}/{name} is missing: {REBUILD}")
                elif name not in fresh:
                    found.append(f"{made}/{name} has no source: git rm {made}/{name}")
                elif fresh[name].read_bytes() != there[name].read_bytes():
                    found.append(f"{made}/{name} differs from its source: {REBUILD}")
    return found


def _files(folder: Path) -> dict[str, Path]:
    kept = (path for path in folder.rglob("*") if path.is_file() and ".ipynb_checkpoints" not in path.parts)
    return {path.relative_to(folder).as_posix(): path for path in kept}


def _scores(root: Path) -> list[str]:
    """A chapter handed in as it is released earns nothing; a solution earns everything."""
    found = []
    for made, expected in zip(MADE, ("0", "full marks"), strict=True):
        for name, path in sorted(_files(root / made).items()):
            if path.suffix == ".ipynb":
                points, out_of = map(sum, zip(score(_json(path)), _code_score(_json(path)), strict=True))
                if points != (0 if made == "chapters" else out_of):
                    found.append(f"{made}/{name} earns {points:g} of {out_of:g}, not {expected}: {REBUILD}")
    return found


def score(nb: object) -> tuple[float, float]:
    """What a notebook earns, and what it could: through the same reading and marking as a submission."""
    names = {cell.cell_id for cell in cells(nb)}
    asked = {slug: page for slug, page in pages.catalogue().items() if grade_id(slug) in names}
    read = read_notebook(nb, {slug: page.points for slug, page in asked.items()}).pages
    earned = [mark(page, read[slug].answers if slug in read else {}) for slug, page in asked.items()]
    return sum(marks.points for marks in earned), float(sum(marks.out_of for marks in earned))


def _code_score(nb: object) -> tuple[float, float]:
    """The same for code exercises. It runs them here: they are the course's own."""
    names: dict[str, object] = {}
    earned = []
    for cell in cells(nb):
        if (slug := code_slug_of(cell.cell_id)) in pages.exercises():
            for need in pages.load_exercise(slug).needs:
                names.setdefault(need.name, need.reference)  # what another chapter teaches
            exec(compile(cell.source, slug, "exec"), names)  # noqa: S102
            earned.append(mark_code(slug, local(names)))
    return sum(marks.points for marks in earned), float(sum(marks.out_of for marks in earned))


def _json(path: Path) -> object:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
