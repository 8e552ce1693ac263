"""Do many tasks in several processes, each of which does one task at a time.

    for task, result in each(tasks, make, jobs=2): ...       make() is called once in each process and gives a function

A process that dies (killed, out of memory) costs nothing but time: a new one takes its place and its task. A task that
kills a second process too comes back as Died. A process whose parent is gone finishes its task and ends.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import signal
import threading
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Any, TypeVar

Task = TypeVar("Task")

TRIES = 2
LOADED = ["autograder.nbgrader"]  # what the server of processes imports once for all of them


@dataclass(frozen=True, slots=True)
class Died:
    """The result of a task whose process died, each time it was tried."""

    exit_status: int | None


class WorkerError(RuntimeError):
    """A process raised instead of giving a result; the message is its traceback."""


def each(tasks: Iterable[Task], make: Callable[[], Callable[[Task], Any]], jobs: int) -> Iterator[tuple[Task, Any]]:
    """Every task with its result, in the order in which they are done. `make` and the tasks must be picklable.

    Leaving the loop early lets every process finish the task it has in hand.
    """
    waiting = deque((task, 1) for task in tasks)
    context = _context()
    workers = [_Worker(context, make) for _ in range(min(jobs, len(waiting)))]
    try:
        for worker in workers:
            worker.give(*waiting.popleft())
        while busy := {worker.pipe: worker for worker in workers if worker.task is not None}:
            for pipe in wait(list(busy)):
                worker = busy[pipe]
                task, tries = worker.task
                try:
                    kind, result = pipe.recv()
                except (EOFError, OSError):  # it died
                    worker.end()
                    kind, result = "done", Died(worker.process.exitcode)
                    workers[workers.index(worker)] = worker = _Worker(context, make)
                    if tries < TRIES:
                        worker.give(task, tries + 1)
                        continue
                worker.task = None
                if kind == "raised":
                    raise WorkerError(result)
                if waiting:
                    worker.give(*waiting.popleft())
                yield task, result
    finally:
        _end(workers)


def warm_up() -> None:
    """Begin to load what every process needs, beside whatever this one does meanwhile. It may be left out."""
    if _context().get_start_method() == "forkserver":
        from multiprocessing.forkserver import ensure_running

        ensure_running()


def _context() -> multiprocessing.context.BaseContext:
    """Fresh processes that share what they import, where the system has that; never a copy of this process."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(LOADED)
    return context


def _end(workers: list[_Worker]) -> None:
    """Let each process finish what it has in hand; a second interrupt ends them at once."""
    for worker in workers:
        worker.pipe.close()
    try:
        for worker in workers:
            worker.process.join()
    finally:
        for worker in workers:
            worker.process.terminate()


@contextlib.contextmanager
def _uninterrupted() -> Iterator[None]:
    """Ctrl-C waits until this is done."""
    if threading.current_thread() is not threading.main_thread():  # others never see it
        yield
        return
    came = []
    before = signal.signal(signal.SIGINT, lambda *seen: came.append(seen))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if came and callable(before):
        before(*came[0])


class _Worker:
    """One process and the task it has in hand: (task, which try)."""

    def __init__(self, context: Any, make: Callable) -> None:
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=_serve, args=(theirs, make))
        with _uninterrupted():  # a process that is told half of what it needs would complain
            self.process.start()
        theirs.close()
        self.task: tuple[Any, int] | None = None

    def give(self, task: Any, tries: int) -> None:
        self.task = task, tries
        with contextlib.suppress(OSError):  # it is dead already: recv will say so
            self.pipe.send(task)

    def end(self) -> None:
        self.pipe.close()
        self.process.join()


def _serve(pipe: Connection, make: Callable[[], Callable]) -> None:
    """What a process does: a task, its result, the next task."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which then closes the pipe
    work = None
    with contextlib.suppress(EOFError, OSError):
        while True:
            task = pipe.recv()
            try:
                work = work or make()
                answer = "done", work(task)
            except Exception:  # noqa: BLE001  the parent raises it
                answer = "raised", traceback.format_exc()
            pipe.send(answer)
