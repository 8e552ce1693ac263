"""Stop a student's code that does not come to an end, where nobody outside can: in a browser's Python.

    with patience(5):
        ...                 TooLong is raised in whatever still runs after five seconds

A Python in a browser shares its thread with whoever would interrupt it. So it looks at the clock itself, each time that
a loop goes round. What runs on inside a library, without a loop in Python, is not stopped.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from types import CodeType

OFTEN = 64  # rounds of a loop between two looks at the clock


class TooLong(BaseException):
    """The seconds are over. No Exception, so that `except Exception` in a student's code does not take it."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class Watch:
    """Looks at the clock from `begin` to `end`; of two at a time only the first does.

    raised   what is raised
    within   the module in whose loops alone it is raised; "" is for all loops. Where hooks call `begin` and `end`, the
             shell that calls them has loops of its own, as has what shows the error
    """

    def __init__(self, raised: type[TooLong] = TooLong, within: str = "") -> None:
        self.raised, self.within, self.running = raised, within, False

    def begin(self, seconds: float) -> None:
        """From now on `raised` is raised in a loop that is still going round after so many seconds."""
        if sys.version_info >= (3, 12) and sys.monitoring.get_tool(sys.monitoring.DEBUGGER_ID) is None:
            watched, rounds, over = sys.monitoring, 0, time.monotonic() + seconds

            def look(_code: CodeType, _from: int, _to: int) -> None:
                nonlocal rounds
                rounds += 1
                if (rounds % OFTEN == 0 or rounds > _OVER) and time.monotonic() > over:
                    if self.within and sys._getframe(1).f_globals.get("__name__") != self.within:
                        return
                    rounds = _OVER  # from here on at every round: a bare `except:` may have swallowed the first
                    raise self.raised(seconds)

            watched.use_tool_id(watched.DEBUGGER_ID, __name__)
            watched.register_callback(watched.DEBUGGER_ID, watched.events.JUMP, look)
            watched.set_events(watched.DEBUGGER_ID, watched.events.JUMP)
            self.running = True

    def end(self) -> None:
        """No more."""
        if sys.version_info >= (3, 12) and self.running:
            self.running = False
            sys.monitoring.set_events(sys.monitoring.DEBUGGER_ID, 0)
            sys.monitoring.free_tool_id(sys.monitoring.DEBUGGER_ID)


_OVER = 2**60


@contextmanager
def patience(seconds: float) -> Generator[None, None, None]:
    """Raise TooLong in what still runs after so many seconds. Before Python 3.12 nothing is watched."""
    watch = Watch()
    watch.begin(seconds)
    try:
        yield
    finally:
        watch.end()
