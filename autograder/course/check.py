"""Prove that a course can be handed out: nothing stray, nothing stale, chapters score 0 and solutions full marks.

check(root)     every fault at once, each with what mends it; [] when all is well
"""

from __future__ import annotations

import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

from .. import explorers, pages
from ..authoring import slugs
from ..authoring.courses import need
from ..marking.code import CodeMarks, local, mark_code
from ..marking.pages import mark
from ..nbgrader.feedback import FormulaError, formula_svg
from ..practice.log import FILES
from ..settings import load
from ..submissions.answers import read_notebook
from ..submissions.ids import code_slug_of, grade_id, slug_of
from ..submissions.notebook import cells
from .build import MADE, REBUILD, BuildError, build, calls_in, parsed, source_folders
from .documents import uncovered
from .taken import stale

NOTE = ".license"  # ends the name of a note on the origin and licence of a data file, which is how one is declared


FORMULA = re.compile(r"(?<![\\$])(\$\$?)(?!\$)(.+?)(?<!\\)\1", re.DOTALL)


CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)


def check(root: Path) -> list[str]:
    """Everything that is wrong with the course at `root`, all at once; each line says what mends it."""
    root = Path(root).resolve()
    parts = (_stray, _sources, stale, _catalogue, _rows, _current, _scores)
    return [fault for part in parts for fault in part(root)]


def _rows(root: Path) -> list[str]:
    """Where the course keeps the table of the curriculum, every row of it has a page."""
    return uncovered(load(root).package) if (root / "docs" / "curriculum.md").is_file() else []


def _stray(root: Path) -> list[str]:
    """nbgrader copies every other file of a source folder into the release: it would be published.

    Data for students is declared by a note beside it, of origin and licence: days.csv by days.csv.license.
    """
    faults: list[str] = []
    for path in sorted((root / "source").rglob("*")):
        here = path.relative_to(root).as_posix()
        if ".ipynb_checkpoints" in path.parts or "__pycache__" in path.parts or path.is_dir():
            continue
        beside_a_notebook = len(path.relative_to(root / "source").parts) == 2
        if not beside_a_notebook or not (path.suffix == ".ipynb" or _declared(path)):
            faults.append(
                f"{here} would be published with its chapter: git rm {here}, or move it out of source/; "
                f"if it is data for students, say where it comes from in {here}{NOTE}"
            )
    return faults


def _declared(path: Path) -> bool:
    """Whether this is a data file with a note that says something, or such a note."""
    data = path.with_suffix("") if path.suffix == NOTE else path
    note = path if path.suffix == NOTE else path.with_name(path.name + NOTE)
    return data.is_file() and note.is_file() and bool(note.read_text(encoding="utf-8", errors="replace").strip())


def _sources(root: Path) -> list[str]:
    """Source notebooks can be read, hold no outputs, and their formulas can be drawn."""
    faults: list[str] = []
    for folder in source_folders(root):
        for path in sorted(folder.glob("*.ipynb")):
            here = path.relative_to(root).as_posix()
            nb = parsed(path)
            if (raw := _raw_cells(nb)) is None:
                faults.append(f"{here} is not a notebook: restore it with git checkout {here}")
                continue
            if any(isinstance(cell, dict) and cast("dict[str, object]", cell).get("outputs") for cell in raw):
                faults.append(f"{here} holds outputs: jupyter nbconvert --clear-output --inplace {here}")
            for n, cell in enumerate(cells(nb), start=1):
                if cell.kind == "markdown":
                    faults += [f"{here}, cell {n}: {error}; edit {here}" for error in bad_formulas(cell.source)]
    return faults


def _raw_cells(nb: object) -> list[object] | None:
    """The cells of a notebook as they stand in its file; None for what is no notebook."""
    raw = cast("dict[str, object]", nb).get("cells") if isinstance(nb, dict) else None
    return cast("list[object]", raw) if isinstance(raw, list) else None


def bad_formulas(markdown: str) -> list[str]:
    """What is wrong with the formulas between dollar signs in a text."""
    faults: list[str] = []
    for match in FORMULA.finditer(CODE.sub("", markdown)):
        try:
            formula_svg(match[2])
        except FormulaError as error:
            faults.append(str(error))
    return faults


def _catalogue(root: Path) -> list[str]:
    """Every page, explorer and code exercise of the course stands in exactly one source notebook, once."""
    used = calls_in(root)
    own = load(root).package
    need(own)
    known = {"page": pages.catalogue(own), "explore": explorers.catalogue(own), "exercise": pages.exercises(own)}
    names = {"explore": "explorer"}
    missing = [
        f"the {names.get(word, word)} {slug} is in no notebook: "
        f'add a cell {word}("{slug}") to source/{folder_of(root, each.chapter)}/'
        for word, all_ in known.items()
        for slug, each in all_.items()
        if not used[word, slug] and pages.is_chapter(each.chapter)
    ]
    return missing + [
        f"the {names.get(word, word)} {slug} is used {n} times: keep one of its cells in source/"
        for (word, slug), n in used.items()
        if n > 1
    ]


def folder_of(root: Path, chapter: str) -> str:
    """The folder in source/ that holds a chapter, or that would."""
    name = slugs.module_name(chapter).replace("_", "-")
    there = (folder.name for folder in source_folders(root) if folder.name.partition("-")[2] == name)
    return next(there, pages.CHAPTERS.get(chapter, name))


def _current(root: Path) -> list[str]:
    """Building again gives the same bytes."""
    with TemporaryDirectory() as folder:
        try:
            build(root, Path(folder))
        except BuildError as error:
            return [f"{error}; mend it, then {REBUILD}"]
        faults: list[str] = []
        for made in (*MADE, "docs"):
            fresh, there = _files(Path(folder) / made), _files(root / made)
            if made == "docs":  # most documents there are written by hand
                there = {name: path for name, path in there.items() if name in fresh}
            for name in sorted(fresh.keys() | there.keys()):
                if name not in there:
                    faults.append(f"{made}/{name} is missing: {REBUILD}")
                elif name not in fresh:
                    faults.append(f"{made}/{name} has no source: git rm {made}/{name}")
                elif fresh[name].read_bytes() != there[name].read_bytes():
                    faults.append(f"{made}/{name} differs from its source: {REBUILD}")
    return faults


def _files(folder: Path) -> dict[str, Path]:
    kept = (path for path in folder.rglob("*") if path.is_file() and ".ipynb_checkpoints" not in path.parts)
    return {path.relative_to(folder).as_posix(): path for path in kept if not path.match(FILES)}


def _scores(root: Path) -> list[str]:
    """A chapter handed in as it is released earns nothing; a solution earns everything."""
    faults: list[str] = []
    for made, expected in zip(MADE, ("0", "full marks"), strict=True):
        for name, path in sorted(_files(root / made).items()):
            if path.suffix == ".ipynb":
                points, out_of = map(sum, zip(score(parsed(path)), _code_score(parsed(path)), strict=True))
                if points != (0 if made == "chapters" else out_of):
                    faults.append(f"{made}/{name} earns {points:g} of {out_of:g}, not {expected}: {REBUILD}")
    return faults


def score(nb: object) -> tuple[float, float]:
    """What a notebook earns, and what it could: through the same reading and marking as a submission."""
    names = {cell.cell_id for cell in cells(nb)}
    asked = {slug: page for name in names if (slug := slug_of(name)) and (page := pages.find(slug))}
    asked = {slug: page for slug, page in asked.items() if grade_id(slug) in names}
    read = read_notebook(nb, {slug: page.points for slug, page in asked.items()}).pages
    earned = [mark(page, read[slug].answers if slug in read else {}) for slug, page in asked.items()]
    return sum(marks.points for marks in earned), float(sum(marks.out_of for marks in earned))


def _code_score(nb: object) -> tuple[float, float]:
    """The same for code exercises. It runs them here: they are the course's own."""
    names: dict[str, object] = {}
    earned: list[CodeMarks] = []
    for cell in cells(nb):
        if exercise := pages.find_exercise(code_slug_of(cell.cell_id)):
            for needed in exercise.needs:
                names.setdefault(needed.name, needed.reference)  # what another chapter teaches
            exec(compile(cell.source, exercise.slug, "exec"), names)  # noqa: S102
            earned.append(mark_code(exercise, local(names)))
    return sum(marks.points for marks in earned), float(sum(marks.out_of for marks in earned))
