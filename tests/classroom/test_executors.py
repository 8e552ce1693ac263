"""Many hands: processes and Dask workers give the tables of one process, and one that dies loses nothing."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import BrokenExecutor, Executor, Future
from contextlib import contextmanager
from pathlib import Path

import pytest

from autograder.classroom import executors, mark
from autograder.classroom.demo import cast, hand_in
from autograder.classroom.executors import BATCH, Crew, dask_crew, local_crew, mark_all, mark_batch
from autograder.classroom.finding import arrivals
from autograder.classroom.ledger import Marked, key, versions
from autograder.classroom.released import ClassError, released
from autograder.cli import main

ROOT = Path(__file__).parents[2]
CHAPTER = "06-cost"
pytestmark = pytest.mark.xdist_group("workers")


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course with 400 submissions of one chapter, marked by one process into marks/."""
    root = tmp_path_factory.mktemp("course")
    (root / "source").mkdir()
    (root / "chapters").symlink_to(ROOT / "chapters")
    hand_in(ROOT, cast(20, 1), root / "twenty", [CHAPTER])
    for copy in range(20):
        for student in (root / "twenty").iterdir():
            shutil.copytree(student, root / "submitted" / f"{student.name}-{copy}", copy_function=os.link)
    assert main(["mark", "--root", str(root), "--jobs", "1"]) == 0
    return root


def tables(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("*.csv")}


def unmarked(course: Path, chapters: dict) -> list:
    known = versions(chapters)
    return [(key(entry, known), entry) for entry in arrivals([course / "submitted"], chapters)]


# -- processes on this computer ----------------------------------------------------------------------------------------


def test_several_processes_give_the_tables_of_one(course):
    """Byte for byte, whoever finishes first."""
    assert main(["mark", "--root", str(course), "--jobs", "2", "--out", "two"]) == 0
    assert tables(course / "two") == tables(course / "marks")


def test_a_killed_process_loses_nothing(course):
    """One of two processes is killed in the middle: every submission still comes back, once."""
    chapters = released(ROOT)
    wanted, found, killed = unmarked(course, chapters), [], 0
    with local_crew(2) as crew:
        for several in mark_all(wanted, chapters, crew):
            found += several
            if not killed:
                killed = next(iter(crew.executor._processes))
                os.kill(killed, signal.SIGKILL)
    assert killed
    assert sorted(each.key for each in found) == sorted(key for key, _ in wanted)
    assert not [each for each in found if each.failed]


class Fragile(Executor):
    """Breaks down, with all that is on the way, as soon as it meets one of these students."""

    def __init__(self, deadly: set[str]) -> None:
        self.deadly, self.broken = deadly, False

    def submit(self, work, version, chapters, batch):
        done = Future()
        self.broken = self.broken or any(entry.student in self.deadly for _, entry in batch)
        if self.broken:
            done.set_exception(BrokenExecutor())
        else:
            done.set_result([Marked(key, ()) for key, _ in batch])
        return done


def test_a_submission_that_kills_its_process_is_named(course):
    """It is tried once more, alone, then named; all others are marked."""
    chapters = released(ROOT)
    wanted = unmarked(course, chapters)
    deadly = {wanted[7][1].student, wanted[8][1].student, wanted[-1][1].student}
    opened = []

    @contextmanager
    def fragile():
        opened.append(Fragile(deadly))
        yield opened[-1]

    with Crew(2, fragile, (BrokenExecutor,)) as crew:
        found = [each for several in mark_all(wanted, chapters, crew) for each in several]
    assert sorted(each.key for each in found) == sorted(key for key, _ in wanted)
    assert {each.failed.student for each in found if each.failed} == deadly
    assert len(opened) < 10


def test_an_error_in_marking_costs_one_submission(course, monkeypatch):
    """Were marking to raise, that submission would be named, and marked again in the next run."""
    chapters = released(ROOT)
    batch = unmarked(course, chapters)[:3]
    whole = executors.assess
    bad = batch[1][1].student
    monkeypatch.setattr(executors, "assess", lambda entry, ch: 1 / 0 if entry.student == bad else whole(entry, ch))
    found = mark_batch(executors.workbook_version(), chapters, batch)
    assert [bool(each.failed) for each in found] == [False, True, False]
    assert "ZeroDivisionError" in found[1].failed.said and not found[1].parts


def test_only_a_few_batches_are_on_the_way(course):
    """However many submissions there are, they are taken as they are needed."""
    chapters = released(ROOT)
    taken = []

    def endless():
        for each in unmarked(course, chapters):
            taken.append(each)
            yield each

    with local_crew(1) as crew:
        next(mark_all(endless(), chapters, crew))
    assert len(taken) == executors.AHEAD * BATCH


# -- a cluster ---------------------------------------------------------------------------------------------------------


def start(folder: Path, *words: str) -> subprocess.Popen:
    """dask scheduler or dask worker, as on another computer: a process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    log = (folder / f"{words[0]}-{time.monotonic_ns()}.log").open("w")
    command = [sys.executable, "-m", "dask", *words]
    return subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log, start_new_session=True)


@contextmanager
def cluster(folder: Path, count: int):
    """A scheduler and its workers: the address and the processes."""
    known = folder / "scheduler.json"
    started = [start(folder, "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard",
                     "--scheduler-file", str(known))]  # fmt: skip
    try:
        deadline = time.monotonic() + 60
        while not known.exists() and time.monotonic() < deadline:
            time.sleep(0.1)
        for _ in range(count):
            started.append(start(folder, "worker", "--scheduler-file", str(known), "--nthreads", "1", "--no-nanny",
                                 "--no-dashboard", "--local-directory", str(folder)))  # fmt: skip

        yield json.loads(known.read_text(encoding="utf-8"))["address"], started
    finally:
        for process in started:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def test_a_cluster_marks_and_a_killed_worker_loses_nothing(course, tmp_path):
    """One of two `dask worker` is killed in the middle; the tables are those of one process, byte for byte."""
    chapters = released(ROOT)
    wanted, found, killed = unmarked(course, chapters), [], False
    with cluster(tmp_path, 2) as (address, (_, worker, other)):
        with dask_crew(address) as crew:
            for several in mark_all(wanted, chapters, crew):
                found += several
                if not killed and len(found) > len(wanted) // 4:
                    os.killpg(worker.pid, signal.SIGKILL)
                    killed = True
        assert killed and worker.wait() == -signal.SIGKILL and other.poll() is None
        assert sorted(each.key for each in found) == sorted(key for key, _ in wanted)
        assert not [each for each in found if each.failed]
        words = ["mark", "--root", str(course), "--out", "cluster", "--scheduler", address]
        assert main(words) == 0
    assert tables(course / "cluster") == tables(course / "marks")


def test_dask_works_here_too_where_it_is_asked_for(course, monkeypatch, capfd):
    """--dask starts a cluster on this computer; the tables stay the same."""
    opened = []
    monkeypatch.setattr(mark, "dask_crew", lambda *given: opened.append(given) or dask_crew(*given))
    assert main(["mark", "--root", str(course), "--out", "dask", "--jobs", "2", "--dask"]) == 0
    assert opened == [("", 2)]
    assert tables(course / "dask") == tables(course / "marks")
    assert "Traceback" not in capfd.readouterr().err


@pytest.mark.parametrize("left", [1, 100, 1_000_000])
def test_nobody_gets_dask_unasked(monkeypatch, left):
    """However many submissions there are, processes mark them unless Dask is asked for."""
    monkeypatch.setattr(mark, "dask_crew", lambda *given: "dask")
    monkeypatch.setattr(mark, "local_crew", lambda jobs: "processes")
    assert mark._crew(left, jobs=0, dask=False, scheduler="") == "processes"
    assert mark._crew(left, jobs=0, dask=True, scheduler="") == "dask"
    assert mark._crew(left, jobs=0, dask=False, scheduler="tcp://somewhere:8786") == "dask"


def test_a_scheduler_that_does_not_answer_is_named(course, monkeypatch, capsys):
    """The message says how to start one."""
    monkeypatch.setattr(executors, "PATIENCE", 0.5)
    words = ["mark", "--root", str(course), "--out", "nobody", "--scheduler", "tcp://127.0.0.1:9"]
    assert main(words) == 1
    assert "dask scheduler" in capsys.readouterr().err


def test_without_dask_the_extra_is_named(monkeypatch):
    """Whoever asks for a cluster is told what to install."""
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ClassError, match=r"backprop-workbook\[dask\]"):
        dask_crew("tcp://127.0.0.1:9")


def test_a_worker_with_another_workbook_is_refused(course):
    """Its marks might differ."""
    chapters = released(ROOT)
    with pytest.raises(ClassError, match="another version"):
        mark_batch("an older one", chapters, unmarked(course, chapters)[:1])


def test_a_worker_that_does_not_see_the_files_is_named(course):
    """Rather than everybody earning zero."""
    chapters = released(ROOT)
    known, entry = unmarked(course, chapters)[0]
    with pytest.raises(ClassError, match="all workers share"):
        mark_batch(executors.workbook_version(), chapters, [(known, entry._replace(folder="/nowhere/ada/06-cost"))])
