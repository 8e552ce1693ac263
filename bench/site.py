"""How long a student waits on the static site, in Chromium: for the first live box, and for the verdict on an edit.

    PYODIDE=folder python -m bench.site

The site is served from this computer. A first visit has an empty browser; on a second one the service worker has kept
what a page needs. A machine that does other things at the same time shows the notebook later, too; so the wait for the
first live box is also given as a multiple of that for the still pages.
"""

from __future__ import annotations

import math
import os
import statistics
import tempfile
import time
from pathlib import Path

from autograder.handout.places import handed_out
from tests.site.trip import Trip

from .browser import CLOCK, KEYS

PYODIDE = os.environ.get("PYODIDE", "")
EDITS = 60
NOTEBOOK = "01-gradients/gradients.ipynb"
WORD = "PYODIDE names no release of Pyodide with NumPy"


def visit(trip: Trip) -> tuple[float, float]:
    """Seconds until the still pages and until the first live box."""
    start = time.monotonic()
    trip.visit(NOTEBOOK)
    still = time.monotonic() - start
    trip.wait()
    return still, time.monotonic() - start


def edits(trip: Trip, box: int) -> list[float]:
    """Milliseconds from each edit of a box, on which there is no clock yet, to its verdict, in order of size."""
    trip.page.evaluate(CLOCK, box)
    trip.box(box).locator(".wb-input").click()
    for i in range(EDITS):
        trip.page.keyboard.press(KEYS[i % 2])
        trip.page.wait_for_function(f"() => window.waits.length === {i + 1}", polling=40)
    return sorted(trip.page.evaluate("() => window.waits"))


def verdicts(when: str, waits: list[float], goal: str = "") -> list[dict]:
    """The rows of some edits."""
    slow = waits[math.ceil(0.95 * len(waits)) - 1]
    return [
        {"what": f"edit to verdict, {when}, median (ms)", "value": statistics.median(waits)},
        {"what": f"edit to verdict, {when}, 95th percentile (ms)", "value": slow, "goal": goal},
    ]


def run() -> list[dict]:
    """The rows of this group; none where there is no Pyodide."""
    from autograder.site.build import build

    if not PYODIDE:
        print(f"The site is not measured: {WORD}.")
        return []
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder) / "site"
        if not build(site, handed_out(), PYODIDE).compiled:
            print("Pyodide's own version of Python is not at hand, so nothing is compiled, and Python starts later.")
        with Trip(site) as trip:
            trip.listen()
            first_still, first = visit(trip)
            fetched = trip.served / 1e6
            trip.wait_all()
            early = edits(trip, 2)
            kept = trip.kept_ahead()
            trip.page.wait_for_function("window.workbookSpare === 'ready'")
            waits = edits(trip, 3)
            trip.page.goto("about:blank")
            second_still, second = visit(trip)
    return [
        {"what": "first visit: megabytes handed out before the first live box", "value": fetched},
        {"what": "first visit: seconds to the first live box", "value": first, "goal": "≤ 20"},
        {"what": "first visit: that over the seconds to the still pages", "value": first / first_still},
        {"what": "second visit: seconds to the first live box", "value": second, "goal": "≤ 12"},
        {"what": "second visit: that over the seconds to the still pages", "value": second / second_still},
        {"what": "files kept for a visit without a network", "value": kept["kept"]},
        *verdicts("as soon as all pages are alive", early),
        *verdicts("when nothing is being loaded any more", waits, goal="≤ 100"),
    ]


if __name__ == "__main__":
    for row in run():
        print(row["what"], row["value"])
