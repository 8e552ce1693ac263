"""A course folder in a temporary place, for tests that run the real nbgrader on it."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
from datetime import datetime
from functools import cache
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.apps import NbGraderApp
from sqlalchemy import create_engine, text
from traitlets.config import Application

from autograder import cli, pages
from autograder.nbgrader.release import solved_source
from autograder.submissions.ids import slug_of

REPOSITORY = Path(__file__).resolve().parent.parent
CHAPTER, NAME = "01-gradients", "gradients"
PAGES = tuple(slug for slug in pages.catalogue() if slug.startswith("gradients/"))[:3]
PROSE = "# Gradients\n\nThe ratio $\\frac{\\partial Z}{\\partial W}$ of two changes.\n\n$$Z = W X$$"


def points(*slugs: str) -> float:
    """What these pages are worth."""
    return float(sum(pages.load(slug).points for slug in slugs))


FULL = points(*PAGES)


def nbgrader(root: Path, *words: str) -> subprocess.CompletedProcess:
    """An nbgrader command in this process, which has imported everything already; its log is in `stderr`."""
    left = list(words)
    out, err, status, path = io.StringIO(), io.StringIO(), 0, sys.path[:]
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), contextlib.chdir(root):
        app = NbGraderApp()
        while left and left[0] in app.subcommands:
            app = app.subcommands[left.pop(0)][0]()
        app.raise_config_file_errors = True  # as nbgrader_config.py has it where the program is called nbgrader
        before, Application._instance = Application._instance, app  # as it is where it is the program
        try:
            app.initialize(left)
            app.start()
        except SystemExit as ended:
            status = ended.code or 0
        finally:
            app.deinit_logging()
            Application._instance, sys.path[:] = before, path
    return subprocess.CompletedProcess(words, status, out.getvalue(), err.getvalue())


@cache
def empty_gradebook() -> bytes:
    """A gradebook in which nothing stands yet, as nbgrader makes it; that takes a process, so it is made once."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(REPOSITORY / "nbgrader_config.py", folder)
        assert nbgrader(Path(folder), "db", "student", "list").returncode == 0
        return (Path(folder) / "gradebook.db").read_bytes()


class Course:
    """A course of one chapter, `root`, with nbgrader's commands and its gradebook."""

    def __init__(self, root: Path, *extra: dict) -> None:
        self.root, self.db_url = root, f"sqlite:///{root / 'gradebook.db'}"
        root.mkdir(parents=True, exist_ok=True)
        shutil.copy(REPOSITORY / "nbgrader_config.py", root)
        self.write_source(CHAPTER, NAME, [new_markdown_cell(PROSE), *page_cells(PAGES), *extra])

    def write_source(self, chapter: str, name: str, cells: list) -> Path:
        """A source notebook."""
        path = self.root / "source" / chapter / f"{name}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        for n, cell in enumerate(cells):
            cell["id"] = f"cell-{n}"
        nbformat.write(new_notebook(cells=cells), path)
        return path

    def run(self, *words: str, path: Path = REPOSITORY) -> subprocess.CompletedProcess:
        """An nbgrader command, as typed by an instructor in the course folder; its log is in `stderr`."""
        environment = {**os.environ, "PYTHONPATH": str(path), "HOME": str(self.root)}
        command = [sys.executable, "-m", "nbgrader", *words]
        return subprocess.run(command, cwd=self.root, env=environment, capture_output=True, text=True, timeout=1200)

    def workbook(self, *words: str) -> subprocess.CompletedProcess:
        """A command of the workbook, run in this process, which has imported everything already."""
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = cli.main([*words, "--root", str(self.root)])
        return subprocess.CompletedProcess(words, status, out.getvalue(), err.getvalue())

    def nbgrader(self, *words: str) -> subprocess.CompletedProcess:
        """The same command, run in this process."""
        return nbgrader(self.root, *words)

    def autograde(self, *words: str, chapter: str = CHAPTER) -> subprocess.CompletedProcess:
        """`nbgrader autograde`, run in this process."""
        return self.nbgrader("autograde", chapter, *words)

    def release(self, *assignment: str) -> None:
        """`nbgrader generate_assignment`, in this process, with a new gradebook; without a word, of the one chapter."""
        (self.root / "gradebook.db").write_bytes(empty_gradebook())
        made = self.nbgrader("generate_assignment", *(assignment or (CHAPTER,)))
        assert made.returncode == 0, made.stderr

    def start(self, module: str, *words: str, before: tuple[str, ...] = (), **environment: str) -> subprocess.Popen:
        """The same, or nbgrader's, as a process of its own that is not waited for."""
        environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "HOME": str(self.root), **environment}
        command = [*before, sys.executable, "-m", module, *words]
        return subprocess.Popen(command, cwd=self.root, env=environment, text=True, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE)  # fmt: skip

    def released(self) -> dict:
        """The chapter's notebook as it is handed out."""
        return json.loads((self.root / "chapters" / CHAPTER / f"{NAME}.ipynb").read_text(encoding="utf-8"))

    def folder(self, student: str, chapter: str = CHAPTER) -> Path:
        """Where a student's files go."""
        path = self.root / "submitted" / student / chapter
        path.mkdir(parents=True, exist_ok=True)
        return path

    def submit(self, student: str, nb: object, chapter: str = CHAPTER, name: str = f"{NAME}.ipynb") -> Path:
        """Hand in a notebook."""
        path = self.folder(student, chapter) / name
        path.write_text(json.dumps(nb), encoding="utf-8")
        return path

    def grades(self, student: str, chapter: str = CHAPTER, name: str = NAME) -> dict[str, float | None] | None:
        """Grade cell → points, from the gradebook; None if it has no such submission."""
        with self.gradebook() as book:
            try:
                submission = book.find_submission_notebook(name, chapter, student)
            except MissingEntry:
                return None
            return {grade.name: None if grade.needs_manual_grade else grade.score for grade in submission.grades}

    def gradebook(self) -> Gradebook:
        return Gradebook(self.db_url, "backprop-workbook")

    def total(self, student: str, chapter: str = CHAPTER, name: str = NAME) -> float:
        """A student's points."""
        return sum(self.grades(student, chapter, name).values())

    def content(self) -> dict[str, list[str]]:
        """All that stands in the gradebook, but for its random ids."""
        engine = create_engine(self.db_url)
        with engine.connect() as book:
            found = {
                name: sorted(str(tuple(map(_same, row))) for row in book.execute(text(query)))
                for name, query in CONTENT.items()
            }
        engine.dispose()
        return found

    def files(self) -> dict[str, tuple[bytes, int]]:
        """The autograded files: name → content and permissions."""
        found = (path for path in (self.root / "autograded").rglob("*") if path.is_file() and path.suffix != ".lock")
        return {str(path.relative_to(self.root)): (path.read_bytes(), path.stat().st_mode) for path in found}

    def copy(self, root: Path) -> Course:
        """The same course in another folder, with a gradebook of its own."""
        shutil.copytree(self.root, root)
        other = object.__new__(Course)
        other.root, other.db_url = root, f"sqlite:///{root / 'gradebook.db'}"
        return other

    def autograded(self, student: str) -> dict:
        """The notebook that the instructor sees."""
        path = self.root / "autograded" / student / CHAPTER / f"{NAME}.ipynb"
        return json.loads(path.read_text(encoding="utf-8"))


_OF_A_CELL = """JOIN base_cell b ON b.id = {0}.cell_id JOIN submitted_notebook n ON n.id = {0}.notebook_id
    JOIN submitted_assignment a ON a.id = n.assignment_id"""
CONTENT = {
    "points": """SELECT a.student_id, b.name, g.auto_score, g.manual_score, g.extra_credit, g.needs_manual_grade
        FROM grade g """ + _OF_A_CELL.format("g"),
    "comments": "SELECT a.student_id, b.name, c.auto_comment, c.manual_comment FROM comment c "
        + _OF_A_CELL.format("c"),
    "handed in": "SELECT student_id, timestamp, extension FROM submitted_assignment",
    "penalties": """SELECT a.student_id, b.name, n.late_submission_penalty FROM submitted_notebook n
        JOIN submitted_assignment a ON a.id = n.assignment_id JOIN notebook b ON b.id = n.notebook_id""",
    "students": "SELECT id, first_name, last_name, email, lms_user_id FROM student",
    "courses": "SELECT id FROM course",
}  # fmt: skip
"""What a gradebook holds, table by table, as nbgrader lays it out."""


def _same(value: object) -> object:
    """A value of a database, as every kind of database gives it."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    return value.removesuffix(".000000") if isinstance(value, str) else value


CLASS = {
    "anna": FULL, "berta": points(PAGES[0]), "carl": 0.0, "dora": 0.0, "emil": FULL, "fay": FULL - points(PAGES[0])
}  # fmt: skip


def with_a_class(course: Course) -> Course:
    """Release the chapter to a class of six: all right, one page, blank, an empty file, renamed, a dict left out."""
    course.release()
    solved = fill(course.released(), *PAGES)
    course.submit("anna", solved)
    course.submit("berta", fill(course.released(), PAGES[0]))
    course.submit("carl", course.released())
    course.folder("dora").joinpath(f"{NAME}.ipynb").write_bytes(b"")
    (course.folder("emil") / "late.ipynb").write_text(json.dumps(solved))
    page_of(solved, PAGES[0])["source"] = f'page("{PAGES[0]}", answers)'
    course.submit("fay", solved)
    (course.folder("fay") / "timestamp.txt").write_text("2030-01-05 10:00:00 UTC")
    return course


def page_cells(slugs: tuple[str, ...]) -> list:
    """Cells of a source notebook that call these pages."""
    return [new_code_cell(f'page("{slug}")') for slug in slugs]


def fill(nb: dict, *slugs: str) -> dict:
    """Put the right answers into these pages of a released notebook."""
    for slug in slugs:
        page_of(nb, slug)["source"] = solved_source(pages.load(slug))
    return nb


def page_of(nb: dict, slug: str) -> dict:
    """The cell of a page."""
    return next(cell for cell in nb["cells"] if _id(cell).startswith("page-") and slug_of(_id(cell)) == slug)


def grade_of(nb: dict, slug: str) -> dict:
    """The grade cell of a page."""
    return next(cell for cell in nb["cells"] if _id(cell).startswith("grade-") and slug_of(_id(cell)) == slug)


def _id(cell: dict) -> str:
    return cell["metadata"].get("nbgrader", {}).get("grade_id", "")
