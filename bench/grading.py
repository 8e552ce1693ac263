"""One class graded three ways: stock nbgrader with the checks in the kernel, nbgrader from data, and workbook mark."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from . import classroom

STUDENTS = 100
STOCK = """
c = get_config()
c.CourseDirectory.course_id = "stock"
c.CourseDirectory.release_directory = "chapters"
"""


def run() -> list[dict]:
    """Seconds for 100 submissions of chapter 1 each way, start and end included. The notebooks are the same ones.

    Ours are timed before and after stock nbgrader, whose run is long, so that a busy machine slows both alike.
    """
    with tempfile.TemporaryDirectory() as folder:
        ours, stock = Path(folder) / "ours", Path(folder) / "stock"
        for course in (ours, stock):
            _course(course)
        (stock / "nbgrader_config.py").write_text(STOCK, encoding="utf-8")
        for course in (ours, stock):
            _run(course, "nbgrader", "generate_assignment", "01-gradients", "--force")
        handed_in = classroom.submissions(STUDENTS)
        for course in (ours, stock):
            classroom.write(handed_in, course, "01-gradients", "gradients.ipynb")
        ways = {"nbgrader autograde": ONE, **MARK}
        seconds = {way: [_seconds(ours, *words)] for way, words in ways.items()}
        slow = _seconds(stock, *ONE)
        for way, words in ways.items():
            seconds[way].append(_seconds(ours, *words))
    mean = {way: statistics.mean(taken) for way, taken in seconds.items()}
    return [
        {"what": f"stock nbgrader, checks in the kernel, {STUDENTS} submissions (s)", "value": slow},
        *({"what": f"{way} (s)", "value": taken} for way, taken in mean.items()),
        *({"what": f"stock over {way}", "value": slow / mean[way], "goal": goal} for way, goal in GOALS.items()),
    ]


ONE = ("nbgrader", "autograde", "01-gradients", "--force")
MARK = {
    f"workbook mark --into-gradebook --jobs {jobs}": ("autograder.cli", "mark", "--into-gradebook", "--jobs", str(jobs))
    for jobs in (1, 2)
}
GOALS = {"nbgrader autograde": "≥ 4", "workbook mark --into-gradebook --jobs 2": "≥ 8"}


def _course(course: Path) -> None:
    """A course folder. The stock one starts from our release: cells stamped, the same pages, checked by grade()."""
    shutil.copytree(classroom.ROOT / "source" / "01-gradients", course / "source" / "01-gradients")
    if course.name == "stock":
        shutil.rmtree(course / "source" / "01-gradients")
        shutil.copytree(classroom.ROOT / "chapters" / "01-gradients", course / "source" / "01-gradients")
    for name in ("nbgrader_config.py", "workbook.toml"):
        shutil.copy(classroom.ROOT / name, course / name)


def _seconds(course: Path, *words: str) -> float:
    for made in ("autograded", "marks"):
        shutil.rmtree(course / made, ignore_errors=True)
    start = time.perf_counter()
    _run(course, *words)
    return time.perf_counter() - start


def _run(course: Path, module: str, *words: str) -> None:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])  # nbgrader calls alembic by name
    environment = os.environ | {"PATH": path, "PYTHONPATH": str(classroom.ROOT)}
    environment["JUPYTER_CONFIG_DIR"] = str(course / ".jupyter")
    done = subprocess.run(
        [sys.executable, "-m", module, *words], cwd=course, env=environment, capture_output=True, text=True
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
