"""Grades never differ: a class full of crashes, marked several times in several ways, gives the same tables.

`make test` marks a handful; `make soak` marks 200 students (SOAK=200), more often, on Dask and by nbgrader as well.
"""

from __future__ import annotations

import csv
import json
import os
import random
import shutil
import time
from pathlib import Path

import pytest

from autograder import pages
from autograder.classroom.demo import cast, hand_in
from autograder.cli import main
from autograder.submissions.ids import code_id, code_slug_of

from .test_against_nbgrader import book, nbgrader

pytestmark = pytest.mark.xdist_group("kernel")
ROOT = Path(__file__).parents[2]
STUDENTS = int(os.environ.get("SOAK", "0"))
CHAPTERS = ["05-activations", "06-cost"]

CRASHES = {
    "exit": ("import os, sys", "os._exit(3)"),
    "raised": ("import sys", "sys.exit()"),
    "killed": ("import os, signal", "os.kill(os.getpid(), signal.SIGKILL)"),
    "thread": ("import os, threading, random, time",
               "threading.Thread(target=lambda: (time.sleep(random.random()), os._exit(1))).start(); time.sleep(1)"),
    "luck": ("import random", "np.random.random() < 0.5 and 1 / 0"),
    "order": ("", "np.asarray([hash(str(n)) for n in range(9)], float) + 1 / (hash('a') % 2)"),
    "deep": ("import sys", "exec('f = lambda: f()'); sys.setrecursionlimit(10**6); f()"),
    "memory": ("", "[0] * 10**12"),
}  # fmt: skip
"""What is planted in a code cell: at its top, and in a method."""


def plant(notebook: Path, crash: str, rng: random.Random) -> None:
    """Put a crash into one solved code exercise of a notebook, and solve the others."""
    nb = json.loads(notebook.read_text(encoding="utf-8"))
    known = pages.exercises()
    own = {code_id(slug): exercise for slug, exercise in known.items()}
    held = [cell for cell in nb["cells"] if cell["metadata"].get("nbgrader", {}).get("grade_id") in own]
    for cell in held:
        cell["source"] = known[code_slug_of(cell["metadata"]["nbgrader"]["grade_id"])].solution
    cell, (top, line) = rng.choice(held), CRASHES[crash]
    before, found, after = cell["source"].rpartition("        return ")
    cell["source"] = f"{top}\n{before}        {line}\n{found}{after}" if found else f"{top}\n{line}\n{cell['source']}"
    notebook.write_text(json.dumps(nb), encoding="utf-8")


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A class: in its code, every kind of crash; in its pages, whatever the demo class has."""
    root = tmp_path_factory.mktemp("soak")
    chapters = CHAPTERS if STUDENTS else CHAPTERS[:1]
    for name in ("nbgrader_config.py", "workbook.toml"):
        shutil.copy(ROOT / name, root)
    for chapter in chapters:
        for kind in ("source", "chapters"):
            shutil.copytree(ROOT / kind / chapter, root / kind / chapter)
    rng, crashes = random.Random(5), list(CRASHES)
    hand_in(ROOT, cast(STUDENTS or 3, 5), root / "submitted", chapters, seed=5)
    notebooks = sorted((root / "submitted").glob("*/05-activations/activations.ipynb"))
    planted = crashes if STUDENTS else ["exit", "thread", "luck"]
    for n, notebook in enumerate(notebooks):
        if notebook.read_bytes().endswith(b"}\n") and (STUDENTS == 0 or n % 2):
            plant(notebook, planted[n % len(planted)], rng)
    return root


def ways() -> list[list[str]]:
    few = [["--jobs", "1"], ["--jobs", "2"]]
    return [*few, ["--dask", "--jobs", "2"], ["--jobs", "3"], ["--jobs", "1"]] if STUDENTS else few


def test_every_way_of_marking_gives_the_same_tables(course):
    """One process, several, a cluster, again: the same bytes; what cannot be relied on is stopped and says why."""
    tables = {}
    for n, way in enumerate(ways()):
        start = time.perf_counter()
        assert main(["mark", "--root", str(course), "--out", f"marks-{n}", *way]) == 0
        print(f"{' '.join(way)}: {time.perf_counter() - start:.0f} s")
        tables[n] = {path.name: path.read_bytes() for path in sorted((course / f"marks-{n}").glob("*.csv"))}
        assert tables[n] == tables[0], way
    with (course / "marks-0" / "verdicts.csv").open(encoding="utf-8", newline="") as file:
        states = [row["verdict"] for row in csv.DictReader(file) if row["page"] in pages.exercises()]
    assert states.count("stopped") > 2 and "right" in states


@pytest.mark.skipif(not STUDENTS, reason="make soak runs it; test_against_nbgrader.py compares a few students")
def test_nbgrader_gives_the_same(course):
    """Every grade and every comment of the class, crashes and all, as `workbook mark --into-gradebook` writes them."""
    for chapter in CHAPTERS:
        nbgrader(course, "generate_assignment", chapter)
    shutil.copy(course / "gradebook.db", course / "empty.db")
    assert main(["mark", "--root", str(course), "--out", "marks-0", "--into-gradebook"]) == 0
    ours = book(course / "gradebook.db")
    shutil.copy(course / "empty.db", course / "gradebook.db")
    for chapter in CHAPTERS:
        start = time.perf_counter()
        nbgrader(course, "autograde", chapter)
        print(f"nbgrader autograde {chapter}: {time.perf_counter() - start:.0f} s")
    assert book(course / "gradebook.db") == ours and len({student for student, *_ in ours}) > STUDENTS - 3
