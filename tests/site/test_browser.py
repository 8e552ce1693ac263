"""The site in a browser before any Python is there, or where none comes: read, typed into, kept, and found again."""

from __future__ import annotations

import json
import re

import pytest

from autograder.site import offline
from autograder.submissions.answers import read_notebook

from .trip import Trip, forbid_storage

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("site")]

GRADIENTS, COST = "01-gradients/gradients.ipynb", "06-cost/cost.ipynb"
DATA = "files/10-training/bike-days.csv"


@pytest.fixture
def trip(site):
    with Trip(site) as trip:
        yield trip


def test_a_page_takes_text_before_python_is_there(trip):
    """The still page has its look, says that Python starts, and what is typed stands in the notebook handed out."""
    trip.visit(GRADIENTS)
    notice = trip.page.locator(".wb-book-notice[data-kind=starting]")
    notice.locator("progress").wait_for()
    notice.get_by_text("could not be started").wait_for()  # this Pyodide is none
    early = trip.page.locator(".wb-static .wb-slot[data-early='1'] input").first
    early.fill("8")
    early.press("Enter")
    trip.page.keyboard.type("-2")  # Enter leads to the next box
    assert trip.page.evaluate("getComputedStyle(document.querySelector('.wb-static')).maxWidth") != "none"
    answers = read_notebook(trip.download()).pages["gradients/one-weight"].answers
    assert {n: text for n, text in answers.items() if text} == {1: "8", 2: "-2"}
    assert trip.elsewhere == []


def test_the_address_names_the_notebook(trip):
    """After a browser's reload the notebook is open again, and so it is after another one was chosen."""
    for path in (GRADIENTS, COST):
        trip.visit(path)
        trip.page.wait_for_function("(path) => new URL(location.href).searchParams.get('path') === path", arg=path)
        trip.page.reload()
        name = path.rpartition("/")[2]
        trip.page.locator(".lm-TabBar-tab.lm-mod-current", has_text=name).first.wait_for()
        trip.page.locator(".jp-Notebook .wb-page").first.wait_for(state="attached")


def test_without_a_network_and_after_the_site_was_built_anew(trip, site):
    """Once kept the site opens with no server, other chapters too; with one again, nothing old is shown."""
    trip.listen()
    trip.visit(GRADIENTS)
    trip.keep_all()
    kept = trip.kept_ahead()
    assert kept["kept"] == kept["of"] == len(json.loads((site / offline.LISTING).read_text())["ahead"])
    trip.unplug()
    for path in (COST, GRADIENTS):
        trip.visit(path)
    page, data = site / "lab/index.html", site / DATA
    before = page.read_text(encoding="utf-8"), data.read_bytes()
    listed = (site / offline.LISTING).read_bytes()
    try:
        page.write_text(re.sub("<title>[^<]*", "<title>Built anew", before[0], count=1), encoding="utf-8")
        data.write_bytes(b"built anew")
        offline.put(site, (), {})
        trip.plug()
        trip.page.goto(trip.address_of(GRADIENTS), wait_until="commit")
        trip.page.wait_for_function("document.title.startsWith('Built anew')")
        assert (
            trip.page.evaluate("(place) => fetch(place).then((it) => it.text())", trip.address + DATA) == "built anew"
        )
    finally:
        page.write_text(before[0], encoding="utf-8")
        data.write_bytes(before[1])
        (site / offline.LISTING).write_bytes(listed)


def test_a_browser_that_stores_nothing(site, tmp_path):
    """Where a site may store nothing the pages are read and typed into, and say that answers go with the tab."""
    forbid_storage(tmp_path / "profile")
    with Trip(site, tmp_path / "profile") as trip:
        trip.visit(GRADIENTS)
        told = trip.page.locator(".wb-book-notice[data-kind=memory]")
        told.wait_for()
        assert "gone when the tab is closed" in told.inner_text()
        trip.page.locator(".wb-static .wb-slot[data-early='1'] input").first.fill("8")
        assert read_notebook(trip.download()).pages["gradients/one-weight"].answers[1] == "8"
