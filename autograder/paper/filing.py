"""Where the answers on paper go: the student's own notebook in the folder of submissions, as if it had been handed in.

    file = File.of(Path("submitted"), "ada", place)
    file.standing                         "new", "typed in" or "handed in"
    file.answers(place)                   {1: "3", 2: "3/4"}
    file.write(place, {1: "3"}, code)     into the cell of the page; everything else in the notebook stays as it is

All that comes after (workbook mark, the report, nbgrader autograde) finds an ordinary notebook. Each answer is written
at once and in one go, so a process that is killed loses none that it has acknowledged.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias, cast

from ..answers.literals import literal_of
from ..classroom.released import ClassError
from ..submissions.answers import PageAnswers, read_notebook
from ..submissions.files import find
from ..submissions.ids import STUDENT_ID
from ..submissions.writing import page_source, with_answers
from .codes import Code
from .places import Place

NEW, TYPED, HANDED_IN = "new", "typed in", "handed in"
MARK = "paper"  # in the metadata of a notebook that was made here, and of the cells that were filled here
NO_STUDENT = re.compile(r"course\(student=None\)")

Table: TypeAlias = "dict[str, Any]"
"""A notebook or a cell of one, as JSON has it."""


@dataclass
class File:
    """One notebook of one student."""

    student: str
    path: Path
    standing: str  # NEW where there is no file yet, TYPED where it was made here, else HANDED_IN
    released: Path  # the notebook that was handed out

    @classmethod
    def of(cls, into: Path, student: str, place: Place) -> File:
        """The notebook of a student in which this page stands. ClassError where it must not be touched."""
        folder = into / student / place.chapter.name
        for path in (folder.parent, folder):
            if path.is_symlink() or (path.exists() and not path.is_dir()):
                raise ClassError(f"{path} is not a folder of its own, so nothing can be put there. Move it away first.")
        path, released = folder / f"{place.notebook}.ipynb", place.chapter.notebooks[place.notebook].path
        handed = find(folder, place.chapter.wanted)[place.notebook] if folder.exists() else None
        if handed is None or handed.path is None:
            if handed is not None and (there := [one.name for one in folder.iterdir() if one.suffix == ".ipynb"]):
                raise ClassError(f"{folder} holds {there[0]}, which is not {path.name}. Move it away, or rename it.")
            return cls(student, path, NEW, released)
        file = cls(student, Path(handed.path), HANDED_IN, released)
        if _note(file.read()["metadata"]).get(MARK) is True:
            file.standing = TYPED
        return file

    def read(self) -> Table:
        """The notebook as it stands; a new one is that which was handed out. ClassError where it cannot be written."""
        path = self.released if self.standing == NEW else self.path
        try:
            notebook = json.loads(path.read_text(encoding="utf-8"))
            listed = notebook["cells"]
            if notebook["nbformat"] != 4 or not isinstance(notebook["metadata"], dict) or not isinstance(listed, list):
                raise ValueError
        except OSError as error:
            why = (error.strerror or str(error)).lower()
            raise ClassError(f"{path} cannot be read: {why}. Move it away.") from None
        except (ValueError, KeyError, TypeError, RecursionError):
            raise ClassError(
                f"{path} is no notebook that can be written into. Open it in JupyterLab, save it and type the sheet in "
                "again; or move it away."
            ) from None
        return notebook

    def answers(self, place: Place) -> dict[int, str]:
        """What stands in the boxes of a page: those that are filled."""
        return _filled(self.read(), place)

    def write(self, place: Place, answers: Mapping[int, str], code: Code) -> None:
        """Put these answers, and no others, into the boxes of a page; `code` is that of its sheet."""
        new = self.standing == NEW
        if new and self.path.exists():
            raise ClassError(f"Somebody has made {self.path} meanwhile. Say the sheet again; its answers come along.")
        notebook = self.read()
        every = {n: answers.get(n, "") for n in range(1, place.page.points + 1)}
        filled = {n: text for n, text in every.items() if text}
        if new:
            notebook["metadata"]["workbook"] = {MARK: True}
            _sign(notebook, self.student)
        cell = self._cell(notebook, place)
        source = "".join(cell.get("source", ""))
        fresh = page_source(place.page.slug, {n: literal_of(text) for n, text in every.items()})
        cell["source"] = with_answers(source, place.page.slug, every) or fresh
        cell["outputs"], cell["execution_count"] = [_output(place, code)], None
        if _filled(notebook, place) != filled:
            raise ClassError(f"{self.path}: page {place.name} stands in several cells. Delete all but one of them.")
        _save(notebook, self.path)
        self.standing = TYPED if new else self.standing

    def _cell(self, notebook: Table, place: Place) -> Table:
        """The cell that answers a page; the one that was handed out, put back at the end, where there is none."""
        index = _page(notebook, place).place
        if index is not None:
            return notebook["cells"][index]
        blank = json.loads(self.released.read_text(encoding="utf-8"))
        notebook["cells"].append(blank["cells"][_page(blank, place).place or 0])
        return notebook["cells"][-1]


def _page(notebook: Table, place: Place) -> PageAnswers:
    read = read_notebook(notebook, place.chapter.notebooks[place.notebook].pages).pages
    return read.get(place.page.slug) or PageAnswers(place.page.slug, {})


def _filled(notebook: Table, place: Place) -> dict[int, str]:
    """What stands in the boxes of a page that are not empty."""
    return {n: text for n, text in _page(notebook, place).answers.items() if text}


def _note(metadata: Any) -> Table:
    """What the workbook noted there."""
    note = metadata.get("workbook") if isinstance(metadata, dict) else None  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]  # of a file
    return cast(Table, note) if isinstance(note, dict) else {}


def _output(place: Place, code: Code) -> Table:
    """What the cell shows: where its answers come from, and by which numbers, so that others' are named in marking."""
    words = f"Typed in from paper: sheet {code.text}. Run this cell to see the page."
    note = {"page": place.page.slug, "variant": code.variant, MARK: code.text}
    return {"output_type": "display_data", "data": {"text/plain": [words]}, "metadata": {"workbook": note}}


def _sign(notebook: Table, student: str) -> None:
    """Say in a new notebook whose it is, where everybody has numbers of their own."""
    said = f"course(student={json.dumps(student, ensure_ascii=False)})"
    for cell in notebook["cells"]:
        source = "".join(cell.get("source", ""))
        if cell.get("metadata", {}).get("nbgrader", {}).get("grade_id") == STUDENT_ID:
            cell["source"] = NO_STUDENT.sub(lambda _: said, source)


def _save(notebook: Table, path: Path) -> None:
    """Write a notebook in one go: there is the old one or the new one, whatever happens meanwhile."""
    draft = path.with_name(f".{path.stem}.typed")  # not by a name that could be a notebook's
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with draft.open("w", encoding="utf-8", newline="\n") as file:
            json.dump(notebook, file, indent=1, ensure_ascii=False)
            file.write("\n")
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)
    except OSError as error:
        raise ClassError(f"{path} cannot be written: {(error.strerror or str(error)).lower()}.") from None
    finally:
        draft.unlink(missing_ok=True)
