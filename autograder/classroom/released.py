"""What was handed out, read from chapters/: which notebooks a chapter has, which pages they hold, what those are worth.

    released(root)["01-gradients"].notebooks["gradients"].pages      {"gradients/one-weight": 4, ...}
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from .. import pages
from ..settings import Settings, load
from ..submissions import grade_id, slug_of


class ClassError(Exception):
    """A command on a class cannot do what was asked. The message says why, and what to do."""


@dataclass(frozen=True)
class Notebook:
    """A notebook as it was handed out."""

    name: str
    path: Path
    pages: dict[str, int]  # slug → number of boxes
    points: dict[str, float]  # slug → points
    others: tuple[str, ...] = ()  # graded cells that belong to no page: an instructor's own


@dataclass(frozen=True)
class Chapter:
    """A chapter as it was handed out: an assignment of nbgrader."""

    name: str
    notebooks: dict[str, Notebook] = field(default_factory=dict)
    settings: Settings = Settings()

    @property
    def wanted(self) -> dict[str, dict[str, int]]:
        """Notebook → its pages, as intake asks for it."""
        return {name: notebook.pages for name, notebook in self.notebooks.items()}

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
    return {name: _chapter(root / "chapters" / name, settings.of(name)) for name in names if name in wanted}


def _chapter(folder: Path, settings: Settings) -> Chapter:
    return Chapter(folder.name, {path.stem: _notebook(path) for path in sorted(folder.glob("*.ipynb"))}, settings)


def _notebook(path: Path) -> Notebook:
    stamps = [cell["metadata"].get("nbgrader", {}) for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]]
    points = {stamp["grade_id"]: float(stamp["points"]) for stamp in stamps if stamp.get("grade")}
    slugs = [slug_of(stamp.get("grade_id")) for stamp in stamps]
    worth = {slug: points.pop(grade_id(slug), 0.0) for slug in dict.fromkeys(slugs) if slug}
    known = pages.catalogue()
    boxes = {slug: known[slug].points if slug in known else int(worth[slug]) for slug in worth}
    return Notebook(path.stem, path, boxes, worth, tuple(points))
