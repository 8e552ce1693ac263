"""See to it that code is marked the same way every time: what depends on a race, or on chance, earns no number.

    if doubts([cell.source ...], [solution ...]): ...      whether code says anything that need not happen again
    settle(steps, again)                                   what was not the same twice is stopped, and says why

Such code is run a second time, from the beginning, in a kernel and a folder of its own. An exercise keeps its marks if
both runs give the same. Otherwise all of it is stopped, and also where threads or processes of its own stopped Python:
how far it came before that is a matter of luck. Other code is run once. What hashes and the global generators decide is
no luck: every kernel begins with the same ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Protocol

from .code import CodeMarks, stopped_marks

CHANCE = re.compile(
    r"\b(threading|_thread|Thread|Timer|multiprocessing|Process|Pool|concurrent|asyncio|async|await|subprocess|signal"
    r"|os|sys|ctypes|gc|atexit|weakref|random|default_rng|RandomState|uuid|secrets|time|datetime|perf_counter|monotonic"
    r"|sleep|exit|quit|_exit|abort|kill|fork|getpid|id|hash|set|frozenset|globals|urandom|input)\b"
)
"""Words by which code can come to do something else the next time."""

SEEDED = re.compile(r"\b(?:np\.|numpy\.)?(?:random\.)?(?:default_rng|RandomState|seed|Random)\(\s*\d+\s*\)")
"""Chance that comes out the same every time."""

BESIDE = re.compile(
    r"\b(threading|_thread|Thread|Timer|multiprocessing|Process|Pool|concurrent|subprocess|signal|fork)\b"
)
"""Words by which code can stop Python from beside, at any moment."""

NOT_TWICE = (
    "Run twice, this code did not give the same. Take out what depends on chance or on time, such as random numbers "
    "without a seed, threads, the clock."
)
STOPS = "This code stopped Python from beside, in a thread or process of its own. Take that out."


class Tried(Protocol):
    """What was done with a notebook: a cell that ran, or an exercise that was tried."""

    source: str
    marks: CodeMarks | None


def doubts(sources: Iterable[str], known: Iterable[str]) -> bool:
    """Whether these cells have a word of chance that the workbook's own solutions have not."""
    expected = {word for text in known for word in CHANCE.findall(text)}
    return any(word not in expected for source in sources for word in CHANCE.findall(SEEDED.sub("", source)))


def settle(tried: Sequence[Tried], again: Sequence[Tried]) -> None:
    """Put `stopped` in the place of marks that cannot be relied on."""
    beside = any(BESIDE.search(step.source) for step in tried)
    for one, other in zip(tried, again, strict=True):
        if one.marks is None or other.marks is None:
            continue
        if beside and (_stopped(one.marks) or _stopped(other.marks)):
            one.marks = stopped_marks(one.marks.exercise, STOPS)
        elif _earned(one.marks) != _earned(other.marks):
            one.marks = stopped_marks(one.marks.exercise, NOT_TWICE)


def _stopped(marks: CodeMarks) -> bool:
    return any(finding.state == "stopped" for finding in marks.verdicts)


def _earned(marks: CodeMarks) -> list[tuple[object, ...]]:
    return [(each.state, each.share, each.code, each.follows_from) for each in marks.verdicts]
