"""A session of practice in JupyterLab and Notebook 7, by the keyboard alone."""

from __future__ import annotations

from datetime import date

import pytest

from autograder.practice.log import Log
from autograder.practice.met import Met
from autograder.practice.session import Session

from .axe import violations
from .desk import PAGE_CELL, page_source

SLIP = "upside_down"


def phase(desk, name: str) -> None:
    """Wait until the session says so, and the focus has gone on with it."""
    desk.page.locator(f'.wb-session[data-phase="{name}"]').wait_for()
    desk.wait("document.querySelector('.wb-session').contains(document.activeElement)")


@pytest.fixture
def log(folder):
    """The file that remembers, where the kernel of a desk looks for it; empty at first."""
    place = folder / "practice" / "practice.jsonl"
    place.parent.mkdir(exist_ok=True)
    place.unlink(missing_ok=True)
    yield place
    place.unlink(missing_ok=True)


def test_a_session_by_the_keyboard(desk, log):
    """Enter begins, goes from box to box and checks; then Next has the focus. Each answer is in the file at once."""
    desk.set_source(PAGE_CELL, f'practice("{SLIP}")')
    desk.clear()
    desk.run(PAGE_CELL)
    begin = desk.page.locator(".wb-session-foot button", has_text="Begin")
    begin.focus()
    desk.page.keyboard.press("Enter")
    phase(desk, "exercise")
    asked = Session(Log(log), Met(), date.today(), SLIP).next()  # the file says which exercise it is
    desk.wait("document.activeElement.matches('.wb-session .wb-input')")
    assert desk.page.locator(".wb-session .wb-input").count() == len(asked.task.boxes)
    assert desk.page.locator(".wb-session .wb-page .wb-button:visible").count() == 0
    for n in asked.task.boxes:
        desk.page.keyboard.type(asked.sheet.boxes[n - 1].shown.replace("−", "-"))
        assert desk.page.locator(".wb-session .wb-slot[data-state=right]").count() == 0
        desk.page.keyboard.press("Enter")
    phase(desk, "over")
    desk.page.get_by_text("Right.", exact=True).wait_for()
    assert [entry.event for entry in Log(log).entries] == ["right"]
    if desk.flavour == "lab":
        assert violations(desk.page, ".wb-session") == []
    desk.wait("document.activeElement.textContent === 'Next'")
    desk.page.keyboard.press("Enter")
    phase(desk, "exercise")
    desk.wait("document.activeElement.matches('.wb-session .wb-input')")
    desk.page.keyboard.press("Tab")
    for _ in range(4):  # out of the page, past Check, to Show how: no key is caught for good
        if desk.page.evaluate("document.activeElement.textContent") == "Show how":
            break
        desk.page.keyboard.press("Tab")
    desk.page.keyboard.press("Enter")
    phase(desk, "over")
    desk.page.locator(".wb-session .wb-solution").wait_for()
    desk.page.locator(".wb-session-foot button", has_text="Stop here").click()
    phase(desk, "end")
    desk.page.get_by_text("What comes when").wait_for()
    assert [entry.event for entry in Log(log).entries] == ["right", "gave up"]
    if desk.flavour == "lab":
        assert violations(desk.page, ".wb-session") == []
    assert desk.source() == f'practice("{SLIP}")'
    assert desk.outside == [] and (desk.flavour == "notebook" or desk.errors == [])  # Notebook 7 has some of its own


def test_a_slip_on_a_page_can_be_practised_there(opened_lab, log):
    """The button comes with the slip, and opens a session under the page; the page and its cell stay as they are."""
    lab = opened_lab.start(page_source())
    button = lab.page.get_by_role("button", name="Practise this")
    assert not button.is_visible()
    lab.type(1, "2")  # the change, where the new value is asked
    button.wait_for()
    before = lab.source()
    button.click()  # which keeps the focus: it opens, and closes
    lab.page.locator(".wb-session .wb-input").first.wait_for()
    assert lab.source() == before and lab.page.locator(".wb-live.wb-in-session").count() == 1
    lab.page.get_by_role("button", name="Hide the practice").click()
    lab.page.locator(".wb-session").wait_for(state="detached")
