"""A course folder in a temporary place, for tests that run the real nbgrader on it."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.api import Gradebook, MissingEntry

from autograder import cli, pages
from autograder.release import solved_source
from autograder.submissions import slug_of

REPOSITORY = Path(__file__).resolve().parent.parent
CHAPTER, NAME = "01-gradients", "gradients"
PAGES = tuple(slug for slug in pages.catalogue() if slug.startswith("gradients/"))[:3]
PROSE = "# Gradients\n\nThe ratio $\\frac{\\partial Z}{\\partial W}$ of two changes.\n\n$$Z = W X$$"


def points(*slugs: str) -> float:
    """What these pages are worth."""
    return float(sum(pages.load(slug).points for slug in slugs))


FULL = points(*PAGES)


class Course:
    """A course of one chapter, `root`, with nbgrader's commands and its gradebook."""

    def __init__(self, root: Path, *extra: dict) -> None:
        self.root = root
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
        return subprocess.run(command, cwd=self.root, env=environment, capture_output=True, text=True, timeout=300)

    def workbook(self, *words: str) -> subprocess.CompletedProcess:
        """A command of the workbook, run in this process, which has imported everything already."""
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = cli.main([*words, "--root", str(self.root)])
        return subprocess.CompletedProcess(words, status, out.getvalue(), err.getvalue())

    def start(self, module: str, *words: str, **environment: str) -> subprocess.Popen:
        """The same, or nbgrader's, as a process of its own that is not waited for."""
        environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "HOME": str(self.root), **environment}
        return subprocess.Popen([sys.executable, "-m", module, *words], cwd=self.root, env=environment, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)  # fmt: skip

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
        return Gradebook(f"sqlite:///{self.root / 'gradebook.db'}", "backprop-workbook")

    def autograded(self, student: str) -> dict:
        """The notebook that the instructor sees."""
        path = self.root / "autograded" / student / CHAPTER / f"{NAME}.ipynb"
        return json.loads(path.read_text(encoding="utf-8"))


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
