"""Code exercises graded two ways: tried in a sandbox and marked outside, and by stock nbgrader with asserts inside.

One kernel at a time with `nbgrader autograde`; two with `workbook mark --into-gradebook --jobs 2`, and with two stock
nbgraders that have half of the class each.
"""

from __future__ import annotations

import json
import random
import shutil
import statistics
import tempfile
import time
from pathlib import Path
from threading import Thread

import nbformat
import numpy as np
from nbformat.v4 import new_code_cell, new_notebook

from autograder import pages
from autograder.authoring.exercise import Behaviour, Exercise
from autograder.kernels.runner import from_plain
from autograder.marking.code import GRADING
from autograder.marking.differences import read
from autograder.nbgrader.release import stamp
from autograder.submissions.ids import code_id, grade_id

from . import classroom
from .grading import STOCK, _run

STUDENTS = 20
ROUNDS = 3
QUICK = {slug: made for slug, made in pages.exercises().items() if made.seconds <= 30}  # no long training
CHAPTER, NAME = "10-code", "code"


def run() -> list[dict]:
    """Seconds for 20 submissions of all code exercises but long training: one and two kernels at once, all included."""
    with tempfile.TemporaryDirectory() as folder:
        ours, stock = Path(folder) / "ours", Path(folder) / "stock"
        _course(ours, [new_code_cell(f'exercise("{slug}")') for slug in QUICK])
        _course(stock, [cell for made in QUICK.values() for cell in stock_cells(made)])
        (stock / "nbgrader_config.py").write_text(STOCK, encoding="utf-8")
        for course in (ours, stock):
            _run(course, "nbgrader", "generate_assignment", CHAPTER, "--force")
            _hand_in(course)
        pairs = {1: [], 2: []}
        for _ in range(ROUNDS):
            pairs[1].append((_seconds(ours, [OURS]), _seconds(stock, [ONE])))
            pairs[2].append((_seconds(ours, [SEVERAL]), _seconds(stock, HALVES)))
    rows = []
    for kernels, timed in pairs.items():
        own, other = (statistics.median(column) for column in zip(*timed, strict=True))
        at_once = "one kernel" if kernels == 1 else "two kernels"
        rows += [
            {"what": f"{STUDENTS} submissions, {len(QUICK)} code exercises, {at_once} at a time (s)",
             "value": own},
            {"what": f"stock nbgrader, asserts in the kernel, {at_once} at a time (s)", "value": other},
            {"what": f"stock over ours, {at_once} at a time",
             "value": statistics.median(slow / fast for fast, slow in timed), "goal": "≥ 1"},
        ]  # fmt: skip
    return rows


ONE = ("nbgrader", "autograde", CHAPTER, "--force")
OURS = ONE
SEVERAL = ("autograder.cli", "mark", "--into-gradebook", "--jobs", "2")
HALVES = [(*ONE, "--student", f"student*[{digits}]") for digits in ("02468", "13579")]


def _course(course: Path, cells: list) -> None:
    source = course / "source" / CHAPTER
    source.mkdir(parents=True)
    for n, cell in enumerate(cells):
        cell["id"] = f"cell-{n}"
    nbformat.write(new_notebook(cells=cells), source / f"{NAME}.ipynb")
    for name in ("nbgrader_config.py", "workbook.toml"):
        shutil.copy(classroom.ROOT / name, course / name)


def stock_cells(made: Exercise) -> list:
    """An exercise as one would write it for stock nbgrader: the starter, and a cell of asserts for each behaviour."""
    solution = f"### BEGIN SOLUTION\n{made.solution}\n### END SOLUTION"
    cells = [new_code_cell(solution, metadata={"nbgrader": stamp(code_id(made.slug), solution=True)})]
    for n, behaviour in enumerate(made.behaviours):
        graded = stamp(f"{grade_id(made.slug)}-{n}", grade=True, points=behaviour.points)
        cells.append(new_code_cell(_asserts(behaviour), metadata={"nbgrader": graded}))
    return cells


def _asserts(behaviour: Behaviour) -> str:
    lines = ["import numpy as np", "", behaviour.script, ""]
    expected = [None] * len(behaviour.drawn(GRADING)) if behaviour.judge else behaviour.expected(GRADING)
    for case, wanted in zip(behaviour.drawn(GRADING), expected, strict=True):
        given = {name: from_plain(value) for name, value in behaviour.given(case).items()}
        names = [name for name in behaviour.parameters if name not in given]
        call = ", ".join([*names, *(f"{name}={_literal(value)}" for name, value in given.items())])
        lines.append(f"got = {behaviour.name}({call})")
        if wanted and "values" in wanted:
            lines += [
                f"np.testing.assert_allclose(got[{name!r}], {_literal(value)}, rtol=1e-5, atol=1e-12)"
                for name, value in read(wanted)["values"].items()
                if isinstance(value, (np.ndarray, float, int))
            ]
    return "\n".join(lines)


def _literal(value: object) -> str:
    if isinstance(value, np.ndarray):
        return f"np.array({value.tolist()!r}, dtype={str(value.dtype)!r})".replace("nan", "np.nan")
    return repr(value)


def _hand_in(course: Path) -> None:
    """Most have solved most exercises; some have a slip, some have not begun. The same students in both courses."""
    released = (course / "chapters" / CHAPTER / f"{NAME}.ipynb").read_text(encoding="utf-8")
    handed = []
    for student in range(STUDENTS):
        nb, draw = json.loads(released), random.Random(student)
        for cell in nb["cells"]:
            name = cell["metadata"].get("nbgrader", {}).get("grade_id", "")
            made = next((made for slug, made in QUICK.items() if code_id(slug) == name), None)
            if made is not None:
                kind = draw.random()
                wrong = made.solution.replace("return ", "return 0 * ", 1)
                cell["source"] = made.solution if kind < 0.75 else wrong if kind < 0.9 else made.starter
        handed.append(nb)
    classroom.write(handed, course, CHAPTER, f"{NAME}.ipynb")


def _seconds(course: Path, commands: list[tuple[str, ...]]) -> float:
    """How long the commands take, all at once."""
    for made in ("autograded", "marks"):
        shutil.rmtree(course / made, ignore_errors=True)
    running = [Thread(target=_run, args=(course, *words)) for words in commands]
    start = time.perf_counter()
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    seconds = time.perf_counter() - start
    graded = len(list((course / "autograded").glob(f"*/{CHAPTER}/{NAME}.ipynb")))
    marked = course / "marks" / "grades.csv"
    graded += len(marked.read_text(encoding="utf-8").splitlines()) - 1 if marked.exists() else 0
    if graded != STUDENTS:
        raise RuntimeError(f"{graded} of {STUDENTS} submissions were graded")
    return seconds
