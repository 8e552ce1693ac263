"""Code that does not come to an end is stopped from within, by a Python that can look at the clock in its loops."""

from __future__ import annotations

import subprocess
import sys

import pytest

from autograder.kernels import patience as module
from autograder.site.bytecode import finder

LOOPS = {
    "while": "while True: pass",
    "for": "for _ in iter(int, 1): pass",
    "a bare except around another loop": (
        "while True:\n    try:\n        for _ in range(10**12): pass\n    except: pass"
    ),
    "an except for all exceptions": "while True:\n    try: len('')\n    except Exception: pass",
    "a generator": "def ones():\n    while True: yield 1\nsum(ones())",
    "a condition": "x = 0\nwhile x < 5: x = x * 1",
}
TRIED = """
import runpy, sys
module = runpy.run_path(sys.argv[1])
patience, TooLong = module["patience"], module["TooLong"]
try:
    with patience(0.05):
        exec(sys.argv[2])
except TooLong as stopped:
    print("stopped after", stopped.seconds)
with patience(10):
    print(sum(n for n in range(1000)))
"""
HOOKED = '''
import runpy, sys
SHELL = """
clock.begin(0.05)
try:
    exec(code, {"__name__": "__main__"})
except clock.raised as stopped:
    print(sum(n for n in range(100_000)), "stopped after", stopped.seconds)
print(sum(n for n in range(100_000)))
clock.end()
"""
module = runpy.run_path(sys.argv[1])
clock = module["Watch"](module["TooLong"], "__main__")
exec(SHELL, {"__name__": "a shell", "clock": clock, "code": sys.argv[2]})
'''
PYTHON = next(
    (found for minor in (12, 13, 14) if sys.version_info < (3, 12) and (found := finder(f"3.{minor}"))),
    (sys.executable,) if sys.version_info >= (3, 12) else None,
)  # fmt: skip


@pytest.mark.skipif(PYTHON is None, reason="no Python from 3.12 on, which a browser has, is at hand")
@pytest.mark.parametrize("loop", LOOPS.values(), ids=LOOPS)
def test_a_loop_without_an_end_is_stopped(loop):
    """Whatever the loop swallows, it is stopped soon, and what runs afterwards is not disturbed."""
    command = [*PYTHON, "-c", TRIED, module.__file__, loop]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout.split("\n")[:2] == ["stopped after 0.05", "499500"], done.stderr


@pytest.mark.skipif(PYTHON is None, reason="no Python from 3.12 on, which a browser has, is at hand")
@pytest.mark.parametrize("loop", LOOPS.values(), ids=LOOPS)
def test_a_shell_that_stops_a_loop_goes_on_with_its_own(loop):
    """It begins the watch before a cell, shows what was raised, and ends it afterwards."""
    command = [*PYTHON, "-c", HOOKED, module.__file__, loop]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout.splitlines() == ["4999950000 stopped after 0.05", "4999950000"], done.stderr


def test_what_ends_in_time_is_left_alone():
    """In this Python, whichever it is, patience costs nothing that a result depends on."""
    with module.patience(60):
        assert [n * n for n in range(5)] == [0, 1, 4, 9, 16]
