"""A class of students to measure on: the released notebook, filled in with right answers, slips and blanks."""

from __future__ import annotations

import copy
import json
import random
from pathlib import Path

from autograder import pages
from autograder.submissions.cells import read_cell

ROOT = Path(__file__).parents[1]
CHAPTER = ROOT / "chapters" / "01-gradients" / "gradients.ipynb"


def submissions(count: int, seed: int = 1, chapter: Path = CHAPTER) -> list[dict]:
    """`count` filled notebooks: skill differs, slips are each student's own, some pages stay half or wholly blank."""
    released = json.loads(chapter.read_text(encoding="utf-8"))
    return [_filled(released, random.Random(f"{seed}/{student}")) for student in range(count)]


def _filled(released: dict, rng: random.Random) -> dict:
    notebook = copy.deepcopy(released)
    skill = rng.betavariate(6, 1.5)
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "code" and (calls := read_cell(source)) and calls[0].slug:
            cell["source"] = _page_cell(calls[0].slug, skill, rng)
    return notebook


def _page_cell(slug: str, skill: float, rng: random.Random) -> str:
    boxes = pages.load(slug).sheet().boxes
    until = len(boxes) if rng.random() < 0.4 + skill / 2 else rng.randrange(len(boxes) + 1)
    answers = [_answer(box, skill, rng) if box.number <= until else "None" for box in boxes]
    body = ", ".join(f"{box.number}: {answer}" for box, answer in zip(boxes, answers, strict=True))
    return f'answers = {{{body}}}\npage("{slug}", answers)'


def _answer(box, skill: float, rng: random.Random) -> str:
    if rng.random() < 0.85 + 0.15 * skill:
        return box.literal
    if box.mistakes and rng.random() < 0.6:
        slip = rng.choice(box.mistakes)[1]
        return repr(float(slip)) if box.kind == "number" else f'"{slip}"'
    return rng.choice(["None", '"?"', repr(rng.randrange(-20, 20)), '"1/3"'])


def write(notebooks: list[dict], folder: Path, assignment: str, name: str) -> None:
    """Hand the notebooks in: submitted/<student>/<assignment>/<name>."""
    for number, notebook in enumerate(notebooks):
        target = folder / "submitted" / f"student{number:04}" / assignment
        target.mkdir(parents=True)
        (target / name).write_text(json.dumps(notebook), encoding="utf-8")
