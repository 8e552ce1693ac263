"""What lies beside a chapter's notebook, where only the notebook was opened, as in Colab: lay("training", folder)."""

from __future__ import annotations

import shutil
from pathlib import Path

from .. import pages

HOME = Path(__file__).parents[1]
CHAPTERS = (HOME / "handout" / "chapters", HOME.parent / "chapters")
"""Where this installation has them: inside the wheel, or in a clone."""


def lay(chapter: str, folder: Path) -> list[Path]:
    """Put a chapter's data files into this folder, unless something of their name is there; returns what was put."""
    home = next((found for place in CHAPTERS if (found := place / pages.CHAPTERS[chapter]).is_dir()), None)
    laid: list[Path] = []
    for path in sorted(home.iterdir()) if home else ():
        hidden, there = path.name.startswith("."), (folder / path.name).exists()
        if path.is_file() and path.suffix != ".ipynb" and not hidden and not there:
            laid.append(Path(shutil.copy(path, folder)))
    return laid
