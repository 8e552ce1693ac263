"""What lies beside a chapter's notebook, where only the notebook was opened, as in Colab: lay("training", folder)."""

from __future__ import annotations

import shutil
from pathlib import Path

from ..authoring import courses, slugs

INSIDE, BESIDE = ("handout/chapters", "chapters"), "chapters"
"""Where a package has its chapters: inside a wheel, the workbook's and another course's; beside it in a clone."""


def lay(chapter: str, folder: Path) -> list[Path]:
    """Put a chapter's data files into this folder, unless something of their name is there; returns what was put."""
    package = Path(courses.folder(slugs.course_of(chapter)))
    name = slugs.module_name(chapter).replace("_", "-")
    places = [*(package / place for place in INSIDE), package.parent / BESIDE]
    home = next((found for place in places for found in sorted(place.glob(f"[0-9]*-{name}"))), None)
    laid: list[Path] = []
    for path in sorted(home.iterdir()) if home else ():
        hidden, there = path.name.startswith("."), (folder / path.name).exists()
        if path.is_file() and path.suffix != ".ipynb" and not hidden and not there:
            laid.append(Path(shutil.copy(path, folder)))
    return laid
