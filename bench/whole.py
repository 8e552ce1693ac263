"""A class with all chapters, marked and reported: what one of 500 students costs, beside one of 50."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

from autograder.classroom.released import released

from . import classroom

SIZES = (50, 500)


def run() -> list[dict]:
    """Processor time of `workbook mark` and `workbook report`, start and end included; code exercises are left blank.

    What code costs is measured in the group of its own: a kernel for each notebook in which a student began.
    """
    chapters = [
        notebook.path for chapter in released(classroom.ROOT).values() for notebook in chapter.notebooks.values()
    ]
    rows, costs = [], []
    for count in SIZES:
        with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_TMP")) as folder:
            root = Path(folder)
            for kind in ("source", "chapters"):
                (root / kind).symlink_to(classroom.ROOT / kind)
            for chapter in chapters:
                classroom.write(classroom.submissions(count, 1, chapter), root, chapter.parent.name, chapter.name)
            marked, reported = (_seconds(root, *words) for words in (("mark", "--jobs", "2"), ("report",)))
            handed_in = len((root / "marks" / "grades.csv").read_text(encoding="utf-8").splitlines()) - 1
            if handed_in != count * len(chapters):
                raise RuntimeError(f"{handed_in} submissions were marked, not {count * len(chapters)}")
        costs.append(1000 * (marked + reported) / handed_in)
        size = f"{count} students, {len(chapters)} chapters, {handed_in:,} submissions"
        rows += [
            {"what": f"{size}: marked, ms of a processor each", "value": 1000 * marked / handed_in},
            {"what": f"{size}: reported, ms of a processor each", "value": 1000 * reported / handed_in},
        ]
    what = f"marked and reported: cost of one among {SIZES[1]} students over one among {SIZES[0]}"
    return [*rows, {"what": what, "value": costs[1] / costs[0], "goal": "≤ 1"}]


def _seconds(root: Path, *words: str) -> float:
    """Of a processor, in all processes that a command of the workbook starts."""
    before = _spent()
    done = subprocess.run(
        [sys.executable, "-m", "autograder.cli", *words], cwd=root, capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": str(classroom.ROOT)},
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return _spent() - before


def _spent() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
