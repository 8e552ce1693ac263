"""Mark many submissions at once: in processes of this computer, or on a Dask cluster. What dies is done again.

    with local_crew(2) as crew:
        for marked in mark_all(unmarked, chapters, crew): ...

Submissions travel as names of files, results as packed rows; only a few batches are on the way at any time, so that
100 000 submissions need hardly more memory here than 100.
"""

from __future__ import annotations

import logging
import os
import signal
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, ProcessPoolExecutor, wait
from contextlib import AbstractContextManager, ExitStack, contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, cast

from .assess import assess
from .entries import Entry
from .ledger import Marked, packed, workbook_version
from .records import Fault
from .released import Chapter, ClassError

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

BATCH = 25  # submissions that travel together
AHEAD = 3  # batches on the way for each worker
Batch = list[tuple[str, Entry]]
NEEDS_DASK = "A cluster needs Dask: pip install 'backprop-workbook[dask]'"
PATIENCE = 10  # seconds for a scheduler to answer, and three times that for a worker to turn up
LOST = "marking it stopped its process twice: look at the file, and mark it by hand"


def mark_batch(version: str, chapters: Mapping[str, Chapter], batch: Batch) -> list[Marked]:
    """Mark some submissions; this is what a worker does. ClassError where its workbook is not the caller's."""
    if version != workbook_version():
        raise ClassError("A worker has another version of the workbook. Install the same one there and start it again.")
    return [_marked(key, entry, chapters) for key, entry in batch]


def _marked(key: str, entry: Entry, chapters: Mapping[str, Chapter]) -> Marked:
    for path in _needed(entry, chapters):
        if not os.path.lexists(path):
            raise ClassError(f"A worker cannot see {path}. Put the course on a disk that all workers share.")
    try:
        return Marked(key, tuple(packed(record) for record in assess(entry, chapters)))
    except Exception as error:  # noqa: BLE001  one submission must never cost another
        fault = f"it could not be marked ({type(error).__name__}: {error}): look at the file, and mark it by hand"
        return Marked(key, (), Fault(entry.student, entry.chapter, "", fault[:300]))


def _needed(entry: Entry, chapters: Mapping[str, Chapter]) -> set[Path]:
    """What a worker must see: where the submission lies, and for code the data files of its chapter."""
    handed_in = [entry.folder] if entry.folder else [file.path for file in entry.files]
    data = [each.path for chapter in chapters.values() if chapter.runs_code for each in chapter.notebooks.values()]
    return {*data, *(Path(path).parent for path in handed_in)}


class Crew:
    """Whoever does the work: an executor that can be opened again when it broke."""

    def __init__(
        self, width: int, opened: Callable[[], AbstractContextManager[Executor]], broken: tuple[type[Exception], ...]
    ) -> None:
        self.width, self.broken = width, broken
        self._opened = opened
        self._stack = ExitStack()

    def __enter__(self) -> Crew:
        self.executor = self._stack.enter_context(self._opened())
        return self

    def __exit__(self, *failure: Any) -> None:
        self._stack.close()

    def reopen(self) -> None:
        """Go on with new workers."""
        self._stack.close()
        self.executor = self._stack.enter_context(self._opened())


def mark_all(
    unmarked: Iterable[tuple[str, Entry]], chapters: Mapping[str, Chapter], crew: Crew
) -> Iterator[list[Marked]]:
    """Mark everything, in no fixed order. A submission that kills its worker is tried once more, alone, then named."""
    unmarked = iter(unmarked)
    suspects: deque[Batch] = deque()
    on_the_way: dict[Future[list[Marked]], Batch] = {}
    while True:
        while not suspects and len(on_the_way) < crew.width * AHEAD and (batch := _batch(unmarked, chapters)):
            on_the_way[_send(crew, chapters, batch)] = batch
        alone = bool(suspects) and not on_the_way
        if alone:
            batch = suspects.popleft()
            on_the_way[_send(crew, chapters, batch)] = batch
        if not on_the_way:
            return
        done, _ = wait(on_the_way, return_when=FIRST_COMPLETED)
        for future in done:
            batch = on_the_way.pop(future)
            try:
                yield future.result()
            except crew.broken:
                lost = [batch, *on_the_way.values()]
                on_the_way.clear()
                crew.reopen()
                if alone:
                    yield [_given_up(*each) for each in batch]
                else:
                    suspects.extend([each] for several in lost for each in several)
                break


def _batch(unmarked: Iterator[tuple[str, Entry]], chapters: Mapping[str, Chapter]) -> Batch:
    """The next submissions: a good many whose marking is quick, or a few that start kernels."""
    batch: Batch = []
    weight = 0.0
    for each in unmarked:
        batch.append(each)
        weight += 0.5 if _runs_code(each[1], chapters) else 1 / BATCH
        if weight >= 1:
            break
    return batch


def _runs_code(entry: Entry, chapters: Mapping[str, Chapter]) -> bool:
    return bool(entry.chapter) and chapters[entry.chapter].runs_code


def _send(crew: Crew, chapters: Mapping[str, Chapter], batch: Batch) -> Future[list[Marked]]:
    named = {entry.chapter for _, entry in batch}
    needed = chapters if "" in named else {name: chapters[name] for name in named}
    return crew.executor.submit(mark_batch, workbook_version(), needed, batch)


def _given_up(key: str, entry: Entry) -> Marked:
    return Marked(key, (), Fault(entry.student, entry.chapter, "", LOST))


# -- who does the work -------------------------------------------------------------------------------------------------


def local_crew(jobs: int) -> Crew:
    """Processes on this computer; one job is done in this process itself."""
    if jobs == 1:
        return Crew(1, _Here, ())
    return Crew(jobs, lambda: _processes(jobs), (BrokenExecutor,))


@contextmanager
def _processes(jobs: int) -> Generator[Executor]:
    """A pool that leaves Ctrl-C to its parent, and stops with what it has in hand."""
    pool = ProcessPoolExecutor(jobs, get_context("spawn"), signal.signal, (signal.SIGINT, signal.SIG_IGN))
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


class _Here(Executor):
    """Does the work at once."""

    def submit(
        self, work: Callable[Parameters, Result], /, *arguments: Parameters.args, **named: Parameters.kwargs
    ) -> Future[Result]:
        done: Future[Result] = Future()
        try:
            done.set_result(work(*arguments, **named))
        except Exception as error:  # noqa: BLE001  the caller of result() gets it
            done.set_exception(error)
        return done


def dask_crew(scheduler: str = "", jobs: int = 1) -> Crew:
    """A Dask cluster: the one at `scheduler`, or one of `jobs` processes on this computer.

    ClassError where Dask is not installed, nobody answers there, or there is no worker.
    """
    try:
        from distributed import KilledWorker
    except ImportError:
        raise ClassError(NEEDS_DASK) from None
    return Crew(_slots(scheduler) if scheduler else jobs, lambda: _DaskExecutor(scheduler, jobs), (KilledWorker,))


def _client(scheduler: str) -> Any:  # distributed.Client, which says little of its types
    import distributed

    try:
        client = cast(Any, distributed).Client(scheduler, timeout=PATIENCE, set_as_default=False)
        client.wait_for_workers(1, timeout=3 * PATIENCE)
    except (OSError, ValueError):
        raise ClassError(
            f"No Dask scheduler with a worker answers at {scheduler}. Start them: dask scheduler, and in other windows "
            "dask worker tcp://<its address>:8786"
        ) from None
    return client


def _slots(scheduler: str) -> int:
    with _client(scheduler) as client:
        return max(1, sum(client.nthreads().values()))


class _DaskExecutor:
    """A cluster's executor; closing it leaves a cluster that was there before as it is."""

    def __init__(self, scheduler: str, jobs: int) -> None:
        self.scheduler, self.jobs = scheduler, jobs

    def __enter__(self) -> Executor:
        self.stack = ExitStack()
        address = self.scheduler
        if not address:
            import distributed

            cluster = cast(Any, distributed).LocalCluster(
                n_workers=self.jobs,
                threads_per_worker=1,
                dashboard_address=None,
                silence_logs=logging.CRITICAL,  # a heartbeat that meets a closing scheduler logs a traceback
            )
            address = self.stack.enter_context(cluster).scheduler_address
        client = self.stack.enter_context(_client(address))
        return client.get_executor(pure=False)

    def __exit__(self, *failure: Any) -> None:
        self.stack.close()


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
