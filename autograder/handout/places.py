"""Where the notebooks lie that this installation hands out: inside a wheel, or in a clone's chapters/."""

from __future__ import annotations

from pathlib import Path

from ..authoring import courses
from ..authoring.slugs import OURS
from ..errors import WorkbookError
from ..practice.log import FILES

PACKED = Path(__file__).with_name("chapters")  # the wheel has them here: [tool.hatch.build] in pyproject.toml
CLONED = Path(__file__).parents[2] / "chapters"


def handed_out(course: Path | None = None, package: str = OURS) -> dict[str, Path]:
    """Every file that belongs to the chapters: its place below the student's folder → where it lies now.

    course   a course folder, whose chapters are taken if it has any
    package  the package of a course that is installed here, whose chapters are taken
    Raises WorkbookError where there are none.
    """
    for folder in (*([course / "chapters"] if course else []), *_folders(package)):
        if files := {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if _ours(path)}:
            return files
    if package == OURS:
        raise WorkbookError("This installation has no notebooks. Install it again: pip install --force-reinstall .")
    raise WorkbookError(f"The course {package} has no chapters yet. Make them: workbook build, in its folder")


def _folders(package: str) -> tuple[Path, ...]:
    """Where the chapters of a course may lie: in its wheel, and in its folder."""
    if package == OURS:
        return PACKED, CLONED
    inside = Path(courses.folder(package))
    return inside / "chapters", inside.parent / "chapters"


def _ours(path: Path) -> bool:
    """Notebooks and data, not what an editor, a system or practice leaves beside them."""
    hidden = any(part.startswith((".", "__")) for part in path.parts[-3:])
    return path.is_file() and not hidden and not path.match(FILES)
