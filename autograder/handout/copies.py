"""Put the notebooks into a student's folder, and bring newer ones later: no answer is ever lost.

    start(Path("my-workbook"))      copies of all chapters; what is there already stays as it is
    update(Path("my-workbook"))     the chapters as they are handed out now, with the student's answers in them

Before update changes a notebook, it puts the old one into the folder before-update/.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple, cast

from ..authoring.slugs import OURS
from ..errors import WorkbookError
from ..submissions.files import read_file
from .places import handed_out
from .renewal import Json, renewed, same

BEFORE = "before-update"


class Done(NamedTuple):
    """What became of one file: its place below the folder, what was done with it, and what to know about it."""

    place: str
    deed: str  # new, kept, brought up to date, left alone
    remarks: tuple[str, ...] = ()


def start(folder: Path, package: str = OURS) -> list[Done]:
    """Copy every file of a course that is not there yet. Raises WorkbookError if `folder` cannot be written to."""
    return list(_each(folder, package, lambda place, target, source: Done(place, "kept")))


def update(folder: Path, now: Callable[[], datetime] = datetime.now, package: str = OURS) -> list[Done]:
    """Bring all chapters up to date. Raises WorkbookError if `folder` holds none, or cannot be written to."""
    if not any((folder / place).exists() for place in handed_out(package=package)):
        raise WorkbookError(f"There are no chapters in {folder}. Say: workbook start {folder}")
    stamp = f"{now():%Y-%m-%d-%H%M%S}"
    return list(_each(folder, package, lambda place, target, source: _updated(folder, place, target, source, stamp)))


def _each(folder: Path, package: str, there: Callable[[str, Path, Path], Done]) -> Iterator[Done]:
    """Copy what is missing; ask `there` about what is not."""
    for place, source in handed_out(package=package).items():
        target = folder / place
        try:
            if target.exists():
                yield there(place, target, source)
            else:
                _write(target, source.read_bytes())
                yield Done(place, "new")
        except OSError as error:
            raise WorkbookError(f"{target} cannot be written ({error.strerror}). Choose another folder.") from error


def _updated(folder: Path, place: str, target: Path, source: Path, stamp: str) -> Done:
    new = source.read_bytes()
    if target.read_bytes() == new:
        return Done(place, "kept")
    remarks: tuple[str, ...] = ()
    if target.suffix == ".ipynb":
        handed = read_file(target)
        notebook: object = handed.notebook
        old = cast("Json", notebook if isinstance(notebook, dict) else {})
        if not isinstance(old.get("cells"), list):
            fresh = target.with_name(f"{target.stem}-new.ipynb")
            _write(fresh, new)
            return Done(place, "left alone", (*handed.faults, f"The new one lies beside it, as {fresh.name}."))
        change = renewed(json.loads(new), old)
        remarks = tuple(change.left_out)
        if same(change.notebook, old):
            return Done(place, "kept")
        new = _bytes(change.notebook)
    _write(folder / BEFORE / stamp / place, target.read_bytes())
    _write(target, new)
    return Done(place, "brought up to date", remarks)


def _bytes(notebook: Json) -> bytes:
    """A notebook as Jupyter saves it."""
    return (json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n").encode()


def _write(path: Path, data: bytes) -> None:
    """Write all of a file or nothing of it: there is no moment at which half a notebook lies there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.new")
    with open(draft, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(draft, path)
