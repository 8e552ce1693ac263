"""The report in a browser: its script sorts and opens, its policy holds, axe-core finds nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.classroom.demo import demo_class
from autograder.classroom.mark import mark_class
from autograder.report import write

from .axe import violations

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """A report on a demo class that handed in chapter 1."""
    folder = tmp_path_factory.mktemp("report")
    demo_class(ROOT, 8, 1, ["01-gradients"], folder / "submitted")
    mark_class(ROOT, [folder / "submitted"], folder / "marks", jobs=1)
    return write(folder / "marks", root=ROOT)[0].as_uri()


@pytest.fixture(params=["light", "dark"])
def report(request, context, address):
    page = context.new_page()
    page.emulate_media(color_scheme=request.param)
    page.said, page.asked = [], []
    page.on("console", lambda message: page.said.append(message.text))
    page.on("request", lambda request: page.asked.append(request.url))
    page.goto(address)
    yield page
    page.close()


def test_it_asks_for_nothing_and_its_policy_is_kept(report, address):
    """One file is read, from the disk, and nothing is refused."""
    assert [asked for asked in report.asked if not asked.startswith("data:")] == [address] and report.said == []


def test_axe_finds_nothing_to_mend(report):
    """Contrast, headings, tables and names of charts, in light and dark."""
    assert violations(report) == []


def test_tables_sort_by_the_heading(report):
    """Pressed once the largest come first, pressed again the smallest; numbers by size, not by their digits."""
    table = report.locator("#mistakes ~ .rp-wide table").first
    heading = table.get_by_role("button", name="first slips")

    def column() -> list[float]:
        return table.evaluate("t => [...t.tBodies[0].rows].map(row => +row.cells[2].dataset.v)")

    heading.click()
    assert column() == sorted(column(), reverse=True) and len(set(column())) > 2
    heading.press("Enter")
    assert column() == sorted(column())
    assert table.locator("th[aria-sort=ascending]").inner_text().startswith("first slips")


def test_a_link_opens_the_page(report):
    """A mistake leads to the drawn page, which was folded up."""
    link = report.locator("#mistakes ~ .rp-wide a[href^='#page-']").first
    target = report.locator(link.get_attribute("href"))
    assert not target.locator(".wb-page").is_visible()
    link.click()
    target.locator(".wb-page").wait_for(state="visible")


def test_on_paper_it_is_dark_on_white(report):
    """Printed, the page is white, links to parts are gone, and so is what is folded up."""
    report.emulate_media(media="print")
    assert report.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert not report.locator("nav").is_visible() and not report.locator("details").first.is_visible()
