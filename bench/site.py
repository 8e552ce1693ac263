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
NOTEBOOK, CELL, BOX = "01-gradients/gradients.ipynb", "page-gradients--one-weight", 2
WORD = "PYODIDE names no release of Pyodide with NumPy"


def visit(trip: Trip) -> tuple[float, float]:
    """Seconds until the still pages and until the first live box."""
    start = time.monotonic()
    trip.visit(NOTEBOOK)
    still = time.monotonic() - start
    trip.wait()
    return still, time.monotonic() - start


def edits(trip: Trip) -> list[float]:
    """Milliseconds from each edit to its verdict, in order of size."""
    trip.page.evaluate(CLOCK, BOX)
    trip.box(BOX).locator(".wb-input").click()
    for i in range(EDITS):
        trip.page.keyboard.press(KEYS[i % 2])
        trip.page.wait_for_function(f"() => window.waits.length === {i + 1}", polling=40)
    return sorted(trip.page.evaluate("() => window.waits"))


def run() -> list[dict]:
    """The rows of this group; none where there is no Pyodide."""
    from autograder.site.build import build

    if not PYODIDE:
        print(f"The site is not measured: {WORD}.")
        return []
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder) / "site"
        build(site, handed_out(), PYODIDE)
        with Trip(site) as trip:
            trip.listen()
            first_still, first = visit(trip)
            fetched = trip.served / 1e6
            trip.wait_all()
            waits = edits(trip)
            kept = trip.kept_ahead()
            trip.page.goto("about:blank")
            second_still, second = visit(trip)
    slow = waits[math.ceil(0.95 * len(waits)) - 1]
    return [
        {"what": "first visit: megabytes handed out before the first live box", "value": fetched},
        {"what": "first visit: seconds to the first live box", "value": first, "goal": "≤ 20"},
        {"what": "first visit: that over the seconds to the still pages", "value": first / first_still},
        {"what": "second visit: seconds to the first live box", "value": second, "goal": "≤ 12"},
        {"what": "second visit: that over the seconds to the still pages", "value": second / second_still},
        {"what": "files kept for a visit without a network", "value": kept["kept"]},
        {"what": "edit to verdict as soon as all pages are alive, median (ms)", "value": statistics.median(waits)},
        {
            "what": "edit to verdict as soon as all pages are alive, 95th percentile (ms)",
            "value": slow,
            "goal": "≤ 100",
        },
    ]


if __name__ == "__main__":
    for row in run():
        print(row["what"], row["value"])
