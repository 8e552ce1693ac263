"""Ctrl-C that ends a run of nbgrader wherever it is pressed.

    with heard(converter): convert()

Python raises KeyboardInterrupt wherever it happens to be. Where it is just clearing an object away, as SQLAlchemy makes
it do thousands of times a run, the exception is printed as ignored and gone, and a class of 200 is graded to its end.
So it is noted that Ctrl-C was pressed, and raised again before the next submission.
"""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Generator
from types import FrameType
from typing import Any

from .handover import Converter


@contextlib.contextmanager
def heard(converter: Converter) -> Generator[None]:
    """Until the end of the block, Ctrl-C ends this run, at the next submission if not at once.

    A server, whose threads hear no signals and which has its own idea of Ctrl-C, is left as it is.
    """
    in_main = threading.current_thread() is threading.main_thread()
    if not in_main or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return
    pressed = False
    theirs = converter.pre_convert_hook

    def note(number: int, frame: FrameType | None) -> None:
        nonlocal pressed
        pressed = True
        signal.default_int_handler(number, frame)

    def before_each(**about: Any) -> None:
        if pressed:
            raise KeyboardInterrupt
        if theirs is not None:
            theirs(**about)

    converter.pre_convert_hook = before_each
    signal.signal(signal.SIGINT, note)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        converter.pre_convert_hook = theirs
