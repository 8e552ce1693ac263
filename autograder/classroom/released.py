"""What was handed out, read from chapters/: which notebooks a chapter has, which pages they hold, what those are worth.

released(root)["01-gradients"].notebooks["gradients"].pages      {"gradients/one-weight": 4, ...}
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

from .. import pages
from ..errors import WorkbookError
from ..marking.code import GRADING
from ..settings import Settings, load
from ..submissions.ids import code_slug_of, grade_id, slug_of

CONFIG = "nbgrader_config.py"


class ClassError(WorkbookError):
    """A command on a class cannot do what was asked. The message says why, and what to do."""


class Trial(NamedTuple):
    """How the code of students is run: what nbgrader_config.py sets of gradebook.MarkCode."""

    seed: str = GRADING  # of the cases
    seconds: float = 30.0  # for a cell
    megabytes: int = 4096  # for a kernel
    sandboxed: bool = True
    course: str = ""  # the course folder, hidden from the code


@dataclass(frozen=True)
class Notebook:
    """A notebook as it was handed out."""

    name: str
    path: Path
    pages: dict[str, int]  # slug → number of boxes
    points: dict[str, float]  # slug → points, of pages and code exercises
    exercises: tuple[str, ...] = ()  # slugs of code exercises
    others: tuple[str, ...] = ()  # graded cells that belong to no page: an instructor's own


@dataclass(frozen=True)
class Chapter:
    """A chapter as it was handed out: an assignment of nbgrader."""

    name: str
    notebooks: dict[str, Notebook] = field(default_factory=dict[str, Notebook])
    settings: Settings = Settings()
    trial: Trial = Trial()
    config: str = ""  # a word for nbgrader_config.py, where that matters: it says how code is run

    @property
    def wanted(self) -> dict[str, dict[str, int]]:
        """Notebook → its pages, as intake asks for it."""
        return {name: notebook.pages for name, notebook in self.notebooks.items()}

    @property
    def runs_code(self) -> bool:
        """Whether marking it may start kernels."""
        return any(notebook.exercises for notebook in self.notebooks.values())

    @property
    def points(self) -> float:
        return sum(sum(notebook.points.values()) for notebook in self.notebooks.values())


def released(root: Path, only: Iterable[str] = ()) -> dict[str, Chapter]:
    """The chapters in chapters/, by name, in order; only the ones named, if any are.

    ClassError for a name that is not there, and where there are no chapters at all; settings.SettingError for a wrong
    setting.
    """
    folders = sorted(path for path in (root / "chapters").glob("*") if any(path.glob("*.ipynb")))
    if not folders:
        raise ClassError("There is nothing in chapters/ yet. Make the chapters first: workbook build")
    names = [folder.name for folder in folders]
    if unknown := [name for name in only if name not in names]:
        raise ClassError(f"There is no chapter {unknown[0]!r} in chapters/; there are {', '.join(names)}.")
    wanted = set(only) or set(names)
    settings = load(root)
    chapters = {name: _chapter(root / "chapters" / name, settings.of(name)) for name in names if name in wanted}
    return {name: chapter for name, chapter in chapters.items() if chapter.points}  # practice is never handed in


def with_trials(root: Path, chapters: dict[str, Chapter]) -> dict[str, Chapter]:
    """The same chapters, those with code exercises knowing how the course wants code to be run."""
    from traitlets.config.loader import PyFileConfigLoader  # these take two seconds

    from ..nbgrader.marks import MarkCode

    try:
        said = PyFileConfigLoader(CONFIG, path=str(root)).load_config() if (root / CONFIG).exists() else None
    except Exception as error:  # noqa: BLE001  it is a program, and may raise anything
        raise ClassError(f"{CONFIG}: {error}; mend it") from None
    set_ = MarkCode(config=said)
    trial = Trial(set_.seed, float(set_.timeout or 30), set_.megabytes, set_.sandboxed, str(root))
    return {name: replace(chapter, trial=trial) for name, chapter in chapters.items()}


def _chapter(folder: Path, settings: Settings) -> Chapter:
    chapter = Chapter(folder.name, {path.stem: _notebook(path) for path in sorted(folder.glob("*.ipynb"))}, settings)
    config = folder.parents[1] / CONFIG
    if not chapter.runs_code or not config.exists():
        return chapter
    return replace(chapter, config=hashlib.sha256(config.read_bytes()).hexdigest())


def _notebook(path: Path) -> Notebook:
    stamps = [cell["metadata"].get("nbgrader", {}) for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]]
    points = {stamp["grade_id"]: float(stamp["points"]) for stamp in stamps if stamp.get("grade")}
    names = [stamp.get("grade_id") for stamp in stamps]
    exercises = tuple(filter(None, map(code_slug_of, names)))
    worth = {slug: points.pop(grade_id(slug), 0.0) for slug in dict.fromkeys(map(slug_of, names)) if slug}
    boxes = {slug: _boxes(slug, worth[slug]) for slug in worth if slug not in exercises}
    return Notebook(path.stem, path, boxes, worth, exercises, tuple(points))


def _boxes(slug: str, points: float) -> int:
    """How many boxes a page has: a point each, where it is gone since."""
    page = pages.find(slug)
    return page.points if page else int(points)
