"""`workbook mark` on classes of 100 to 100 000: what a submission costs, and how much memory the driver needs."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from random import Random

from autograder import pages
from autograder.answers.literals import literal_of
from autograder.classroom.planting import Habits, plant
from autograder.submissions.ids import page_id
from autograder.submissions.writing import page_source

from . import classroom

SIZES = (100, 1_000, 10_000, 100_000)
CHAPTER = "01-gradients"
DIFFERENT = 2_000  # ways to fill in a page: far more than marking remembers
DRIVER = """
import resource, sys, time
from pathlib import Path
from psutil import Process
from autograder.classroom import executors, mark as marking
from autograder.classroom.finding import arrivals
from autograder.classroom.ledger import Ledger
from autograder.classroom.released import released

root, count, scheduler, *pids = Path(sys.argv[1]), *sys.argv[2:]
chapters = released(root)

def mark(place, crew):
    out = root / f"marks-{place}-{bool(scheduler)}"
    out.mkdir()
    with Ledger(out / "ledger.db") as ledger:
        ledger.enter(arrivals([root / place], chapters), chapters)
        for marked in executors.mark_all(ledger.unmarked(), chapters, crew):
            ledger.add(marked)
        marked = sum(1 for _ in ledger.parts("points"))
        assert marked == len(list((root / place).iterdir())), f"{marked} were marked in {place}"
        list(marking._write(ledger, out, "csv"))

def spent(crew):
    of_workers = map(int, pids) if scheduler else crew.executor._processes
    return time.process_time(), sum(sum(Process(pid).cpu_times()[:2]) for pid in of_workers)

if __name__ == "__main__":
    with executors.dask_crew(scheduler) if scheduler else executors.local_crew(2) as crew:
        mark("warm-up", crew)
        start, before = time.perf_counter(), spent(crew)
        mark(count, crew)
        took, after = time.perf_counter() - start, spent(crew)
    cpu = [after[n] - before[n] for n in (0, 1)]
    print(took, *cpu, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def run() -> list[dict]:
    """Processor time for a submission and peak memory of the driver, with two processes and with two Dask workers."""
    rows = []
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_TMP")) as folder:
        root = _course(Path(folder))
        filled = _filled_cells()
        _hand_in(root / "warm-up", filled, 50)
        for count in SIZES:
            _hand_in(root / str(count), filled, count)
        for name in ("two processes", "two Dask workers"):
            rows += _measured(root, name)
    return rows


def _measured(root: Path, name: str) -> list[dict]:
    """Processor time does not depend on what else the machine does; the clock does."""
    rows, costs = [], []
    for count in SIZES:
        with _cluster(root) if "Dask" in name else _nobody() as (scheduler, pids):
            clock, driver, workers, memory = _mark(root, count, scheduler, pids)
        costs.append(1000 * (driver + workers) / count)
        size = f"{name}, {count:,} submissions"
        rows += [
            {"what": f"{size}: processor time each, ms", "value": costs[-1]},
            {"what": f"{size}: of that the driver's, ms", "value": 1000 * driver / count},
            {"what": f"{size}: by the clock, submissions a second", "value": count / clock},
            {"what": f"{size}: peak memory of the driver, MB", "value": memory},
        ]
        _forget(root)
    what = f"{name}: cost of one among {SIZES[-1]:,} over one among {SIZES[0]:,}"
    return [*rows, {"what": what, "value": costs[-1] / costs[0], "goal": "flat"}]


def _mark(root: Path, count: int, scheduler: str, pids: list[int]) -> tuple[float, ...]:
    script = root / "driver.py"
    script.write_text(DRIVER, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(script), str(root), str(count), scheduler, *map(str, pids)],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(classroom.ROOT)},
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return tuple(map(float, done.stdout.split()))


def _forget(root: Path) -> None:
    for marks in root.glob("marks-*"):
        shutil.rmtree(marks)


# -- the submissions ---------------------------------------------------------------------------------------------------


def _course(root: Path) -> Path:
    (root / "chapters").symlink_to(classroom.ROOT / "chapters")
    return root


def _filled_cells() -> dict[str, list[str]]:
    """Page → many ways to fill in its cell, as JSON."""
    filled = {}
    for page in pages.chapter_pages("gradients"):
        filled[page.slug] = cells = []
        for n in range(DIFFERENT):
            rng = Random(f"{page.slug} {n}")
            planted = plant(page, Habits(rng.betavariate(4, 1.6)), rng)
            cells.append(json.dumps(page_source(page.slug, {box.box: literal_of(box.text) for box in planted})))
    return filled


def _hand_in(place: Path, filled: dict[str, list[str]], count: int) -> None:
    """`count` notebooks, no two alike, in nbgrader's tree."""
    released = json.loads((classroom.ROOT / "chapters" / CHAPTER / "gradients.ipynb").read_text(encoding="utf-8"))
    holes = {page_id(slug): slug for slug in filled}
    for cell in released["cells"]:
        if slug := holes.get(cell["metadata"].get("nbgrader", {}).get("grade_id")):
            cell["source"] = f"@{slug}@"
    pieces = json.dumps(released).split('"@')
    head, rest = pieces[0], [piece.split('@"', 1) for piece in pieces[1:]]
    rng = Random(count)
    for number in range(count):
        folder = place / f"student{number:06}" / CHAPTER
        folder.mkdir(parents=True)
        text = head + "".join(rng.choice(filled[slug]) + tail for slug, tail in rest)
        (folder / "gradients.ipynb").write_text(text, encoding="utf-8")


# -- the cluster -------------------------------------------------------------------------------------------------------


@contextmanager
def _nobody():
    yield "", []


@contextmanager
def _cluster(root: Path):
    """`dask scheduler` and two `dask worker`, each a process of its own; gives the address, and the workers' pids."""
    known = root / "scheduler.json"
    known.unlink(missing_ok=True)
    quiet = {"cwd": root, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "start_new_session": True,
             "env": {**os.environ, "PYTHONPATH": str(classroom.ROOT)}}  # fmt: skip
    dask = [sys.executable, "-m", "dask"]
    started = [subprocess.Popen([*dask, "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard",
                                 "--scheduler-file", str(known)], **quiet)]  # fmt: skip
    try:
        while not known.exists():
            time.sleep(0.1)
        worker = [*dask, "worker", "--scheduler-file", str(known), "--nthreads", "1", "--no-nanny", "--no-dashboard",
                  "--local-directory", str(root)]  # fmt: skip
        started += [subprocess.Popen(worker, **quiet) for _ in range(2)]
        time.sleep(5)  # until both are there
        yield json.loads(known.read_text(encoding="utf-8"))["address"], [process.pid for process in started[1:]]
    finally:
        for process in started:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
