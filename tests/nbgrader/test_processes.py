"""Tasks are shared out over processes, and a process that dies costs nothing but time."""

import os
import signal
from functools import partial
from pathlib import Path

import pytest

from autograder.nbgrader.processes import Died, WorkerError, _uninterrupted, each


def make(folder: Path):
    """What each process does: note its task in `folder`, then what the task says."""

    def work(task):
        name, deed = task
        with (folder / name).open("a") as note:
            note.write(f"{os.getpid()}\n")
        tries = len((folder / name).read_text().splitlines())
        if deed == "die" or (deed == "die once" and tries == 1):
            os.kill(os.getpid(), signal.SIGKILL)
        if deed == "raise":
            raise ValueError("no such thing")
        return f"{name} done"

    return work


def broken():
    raise OSError("no room here")


def run(folder, *tasks, jobs=2):
    return dict(each(tasks, partial(make, folder), jobs))


def test_every_task_comes_back_with_its_result(tmp_path):
    """Each task is done exactly once, by one of the processes."""
    tasks = [(f"task{n}", "") for n in range(20)]
    assert run(tmp_path, *tasks) == {task: f"{task[0]} done" for task in tasks}
    assert all(len(note.read_text().splitlines()) == 1 for note in tmp_path.iterdir())
    assert 1 <= len({note.read_text() for note in tmp_path.iterdir()}) <= 2


def test_nothing_to_do(tmp_path):
    """Without tasks there are no processes and no results."""
    assert run(tmp_path) == {}


def test_a_killed_process_loses_nothing(tmp_path):
    """The task in hand is given to a new process; all others go on."""
    tasks = [("a", ""), ("b", "die once"), ("c", ""), ("d", "")]
    assert set(run(tmp_path, *tasks).values()) == {"a done", "b done", "c done", "d done"}
    assert len((tmp_path / "b").read_text().splitlines()) == 2


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_deadly_task_is_given_up(tmp_path, jobs):
    """A task that kills two processes comes back as Died, and costs no other."""
    tasks = [("a", ""), ("b", "die"), ("c", "")]
    done = run(tmp_path, *tasks, jobs=jobs)
    assert done[("b", "die")] == Died(-signal.SIGKILL) and done[("a", "")] == "a done" and done[("c", "")] == "c done"


def test_an_error_in_a_process_is_raised_here(tmp_path):
    """What a process raises, at work or while it is made, is raised where the results are awaited, with its cause."""
    with pytest.raises(WorkerError, match="no such thing"):
        run(tmp_path, ("a", "raise"), ("b", ""))
    with pytest.raises(WorkerError, match="no room here"):
        list(each([1], broken, 1))


def test_leaving_early_finishes_what_is_in_hand(tmp_path):
    """Who stops reading results stops the work: no task begins after that, and no process is left."""
    tasks = [(f"task{n}", "") for n in range(50)]
    loop = each(tasks, partial(make, tmp_path), 2)
    next(loop)
    loop.close()
    pids = {int(line) for note in tmp_path.iterdir() for line in note.read_text().splitlines()}
    assert 1 <= len(list(tmp_path.iterdir())) <= 4
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_ctrl_c_waits_until_a_process_is_started(interruptible):
    """What is being done is finished first; then the interrupt comes as always."""
    done = []
    with pytest.raises(KeyboardInterrupt), _uninterrupted():
        os.kill(os.getpid(), signal.SIGINT)
        done.append("started")
    assert done == ["started"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
