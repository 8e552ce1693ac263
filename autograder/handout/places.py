"""Where the notebooks lie that this installation hands out: inside the wheel, or in a clone's chapters/."""

from __future__ import annotations

from pathlib import Path

from ..errors import WorkbookError
from ..practice.log import FILES

PACKED = Path(__file__).with_name("chapters")  # the wheel has them here: [tool.hatch.build] in pyproject.toml
CLONED = Path(__file__).parents[2] / "chapters"


def handed_out(course: Path | None = None) -> dict[str, Path]:
    """Every file that belongs to the chapters: its place below the student's folder → where it lies now.

    course  a course folder, whose chapters are taken if it has any
    Raises WorkbookError where there are none.
    """
    for folder in (*([course / "chapters"] if course else []), PACKED, CLONED):
        if files := {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if _ours(path)}:
            return files
    raise WorkbookError("This installation has no notebooks. Install it again: pip install --force-reinstall .")


def _ours(path: Path) -> bool:
    """Notebooks and data, not what an editor, a system or practice leaves beside them."""
    hidden = any(part.startswith((".", "__")) for part in path.parts[-3:])
    return path.is_file() and not hidden and not path.match(FILES)
