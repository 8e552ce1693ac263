"""`nbgrader autograde` of one class two ways: from data, and by stock nbgrader with the checks in the kernel."""

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

STUDENTS = 20
ROUNDS = 3
STOCK = """
c = get_config()
c.CourseDirectory.course_id = "stock"
c.CourseDirectory.release_directory = "chapters"
"""


def run() -> list[dict]:
    """Seconds for 20 submissions of chapter 1, both ways in turn, and their ratio. The notebooks are the same ones."""
    with tempfile.TemporaryDirectory() as folder:
        ours, stock = Path(folder) / "ours", Path(folder) / "stock"
        for course in (ours, stock):
            _course(course)
        (stock / "nbgrader_config.py").write_text(STOCK, encoding="utf-8")
        for course in (ours, stock):
            _nbgrader(course, "generate_assignment", "01-gradients", "--force")
        classroom_ = classroom.submissions(STUDENTS)
        for course in (ours, stock):
            classroom.write(classroom_, course, "01-gradients", "gradients.ipynb")
        pairs = [(_autograde(ours), _autograde(stock)) for _ in range(ROUNDS)]
    seconds = [statistics.median(column) for column in zip(*pairs, strict=True)]
    ratio = statistics.median(slow / fast for fast, slow in pairs)
    return [
        {"what": f"nbgrader autograde, {STUDENTS} submissions, from data (s)", "value": seconds[0], "goal": ""},
        {"what": "stock nbgrader, checks in the kernel (s)", "value": seconds[1], "goal": ""},
        {"what": "stock over ours", "value": ratio, "goal": "≥ 4"},
    ]


def _course(course: Path) -> None:
    """A course folder. The stock one starts from our release: cells stamped, the same pages, checked by grade()."""
    shutil.copytree(classroom.ROOT / "source" / "01-gradients", course / "source" / "01-gradients")
    if course.name == "stock":
        shutil.rmtree(course / "source" / "01-gradients")
        shutil.copytree(classroom.ROOT / "chapters" / "01-gradients", course / "source" / "01-gradients")
    for name in ("nbgrader_config.py", "workbook.toml"):
        shutil.copy(classroom.ROOT / name, course / name)


def _autograde(course: Path) -> float:
    shutil.rmtree(course / "autograded", ignore_errors=True)
    start = time.perf_counter()
    _nbgrader(course, "autograde", "01-gradients", "--force")
    return time.perf_counter() - start


def _nbgrader(course: Path, *words: str) -> None:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])  # nbgrader calls alembic by name
    environment = os.environ | {"PATH": path, "JUPYTER_CONFIG_DIR": str(course / ".jupyter")}
    done = subprocess.run([sys.executable, "-m", "nbgrader", *words], cwd=course, env=environment, capture_output=True,
                          text=True)
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
