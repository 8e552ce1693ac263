"""How many notebooks of chapter 1 are marked a second in one process, and how much memory that takes."""

from __future__ import annotations

import gc
import json
import subprocess
import sys
import time
from collections.abc import Callable

from . import classroom

NOTEBOOKS, ROUNDS = 1000, 5
MEMORY = """
import sys
from bench import classroom
from autograder.marking.pages import mark
from autograder.submissions.answers import read_notebook
most = int(sys.argv[1])
for start in range(0, most, 100):
    for notebook in classroom.submissions(100, seed=start):
        submission = read_notebook(notebook)
        for slug, page in submission.pages.items():
            mark(slug, page.answers)
for line in open("/proc/self/status"):  # ru_maxrss would be that of the process that started this one
    if line.startswith("VmHWM"):
        print(int(line.split()[1]) / 1024)
"""


def mark_all(notebooks: list[dict]) -> float:
    """Read and mark every page of every notebook; the points, so that nothing can be skipped."""
    from autograder.marking.pages import mark
    from autograder.submissions.answers import read_notebook

    points = 0.0
    for notebook in notebooks:
        for slug, page in read_notebook(notebook).pages.items():
            points += mark(slug, page.answers).points
    return points


def forget() -> None:
    """Drop what was remembered of earlier notebooks, so that the second round does the work again."""
    from autograder.engine import same_value
    from autograder.marking import carried
    from autograder.marking import pages as marking
    from autograder.submissions import cells

    for remembered in (marking._mark, marking._look_at, carried._run, cells._plain, same_value._same_value):
        remembered.cache_clear()


def run() -> list[dict]:
    """Rates with the file already parsed and with parsing, and peak memory for 1 000 and 4 000 notebooks."""
    notebooks = classroom.submissions(NOTEBOOKS)
    texts = [json.dumps(notebook) for notebook in notebooks]
    mark_all(classroom.submissions(20, seed=9))  # import everything, make the sheets
    gc.collect()
    gc.freeze()  # a class is read one notebook after another: a thousand in memory are only this measurement's
    rate, points = _best(lambda: notebooks)
    with_parsing, same = _best(lambda: [json.loads(text) for text in texts])
    assert points == same
    return [
        {"what": "notebooks of chapter 1 marked a second, file parsed, best of five", "value": rate, "goal": "≥ 1000"},
        {"what": "the same, with parsing, best of five", "value": with_parsing, "goal": ""},
        {"what": "peak memory, 1 000 notebooks (MB)", "value": _memory(1000), "goal": "< 300"},
        {"what": "peak memory, 4 000 notebooks (MB)", "value": _memory(4000), "goal": "not growing"},
    ]


def _best(handed_in: Callable[[], list[dict]]) -> tuple[float, float]:
    """Notebooks a second in the best of some rounds, since a shared machine only ever makes one slower; and the points.

    Each round does all the work again.
    """
    taken: list[float] = []
    points = 0.0
    for _ in range(ROUNDS):
        forget()
        start = time.perf_counter()
        points = mark_all(handed_in())
        taken.append(time.perf_counter() - start)
    return NOTEBOOKS / min(taken), points


def _memory(count: int) -> float:
    done = subprocess.run(
        [sys.executable, "-c", MEMORY, str(count)], capture_output=True, text=True, check=True, cwd=classroom.ROOT
    )
    return float(done.stdout)
