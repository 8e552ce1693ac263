"""What happens to a page when the notebook is saved, closed and opened again, and when its kernel goes."""

from __future__ import annotations

from autograder.widgets.fonts import FACES

from .desk import GRADE_CELL, PAGE_CELL, PANEL, page_source


def twin(desk) -> str:
    """The static page as it stands in the saved file."""
    return "".join(desk.on_disk()["outputs"][-1]["data"]["text/html"])


def test_answers_survive_saving_reloading_and_a_new_kernel(desk):
    """On disk, after a reload, and after a restart: what was typed is there; a dead kernel is said on the page."""
    desk.type(1, "8")
    desk.wait_state(1, "right")
    desk.save()
    assert "1: 8" in "".join(desk.on_disk()["source"])

    desk.reload()  # the kernel still runs: the page comes back alive
    desk.page.wait_for_selector(".wb-live .wb-input")
    desk.wait_state(1, "right")
    assert desk.box(1).input_value() == "8"
    desk.type(2, "2")
    desk.wait_state(2, "right")

    desk.restart()  # not run again: nothing is checked, and the page says so, but the cell is still written
    desk.page.locator(".wb-live .wb-note", has_text="Run this cell again").wait_for()
    desk.type(3, "5")
    desk.wait_source("3: 5}")
    assert desk.state(3) == "unchecked"
    desk.save()
    assert "3: 5" in "".join(desk.on_disk()["source"])

    desk.run(0)
    desk.run(PAGE_CELL)
    desk.wait("document.querySelectorAll('.wb-live').length === 1")
    desk.wait("!document.querySelector('.wb-live .wb-note:not([hidden])')")
    for n, state in ((1, "right"), (2, "right"), (3, "wrong")):
        desk.wait_state(n, state)


def test_without_a_kernel_the_static_page_shows(desk):
    """The notebook is opened with no kernel left: the page is there to read, with a word on how to go on."""
    desk.type(1, "8")
    desk.wait_state(1, "right")
    filled = 'data-box="1" data-state="right"'
    html = f"{PANEL}.content.model.cells.get({PAGE_CELL}).outputs.toJSON().at(-1).data['text/html']"
    desk.wait(f"[{html}].flat().join('').includes('{filled}')")  # refreshed once the typing rests
    desk.save()
    assert filled in twin(desk)
    desk.shut_down()
    desk.reload()
    desk.page.locator(".wb-static").first.wait_for()
    assert desk.page.locator(".wb-rerun").first.is_visible()
    assert desk.page.locator(".wb-static .wb-input").first.inner_text().strip() == "8"


def test_the_live_page_hides_its_static_twin(desk):
    """One page is seen, not two."""
    assert desk.page.locator(".wb-static").count() == 1
    assert not desk.page.locator(".wb-static").is_visible()
    assert desk.page.locator(".wb-live").is_visible()


def test_the_grade_cell_counts_what_stands_in_the_boxes(desk):
    """grade() gives one result: words to the eye, a plain float to nbgrader."""
    desk.type(1, "8")
    desk.type(2, "3")
    desk.type(3, "3")
    desk.wait_state(3, "follows")
    desk.run(GRADE_CELL)
    desk.wait(f"{PANEL}.content.model.cells.get({GRADE_CELL}).outputs.length === 1")
    [result] = desk.page.evaluate(f"() => {PANEL}.content.model.cells.get({GRADE_CELL}).outputs.toJSON()")
    assert result["output_type"] == "execute_result" and result["data"]["text/plain"] == "2.0"
    shown = desk.page.evaluate(f"() => {PANEL}.content.widgets[{GRADE_CELL}].outputArea.node.innerText")
    assert "2 of 3" in shown and "2.0" not in shown


def test_a_misspelt_page_is_answered_in_one_sentence(desk):
    """No traceback: one line that names the page that was meant."""
    desk.set_source(PAGE_CELL, page_source("gradients/one-wieght"))
    desk.run(PAGE_CELL)
    desk.wait(f"{PANEL}.content.model.cells.get({PAGE_CELL}).outputs.toJSON().some(o => o.output_type === 'error')")
    told = desk.page.evaluate(f"() => {PANEL}.content.model.cells.get({PAGE_CELL}).outputs.toJSON()[0].traceback")
    assert len(told) == 1
    assert "Did you mean gradients/one-weight" in told[0]


def test_one_font_for_a_document_and_nothing_from_elsewhere(opened):
    """However many pages there are, each face is there once; no request leaves this machine."""
    desk = opened.start(page_source() + "\n" + page_source("gradients/bigger-nudge", "{1: None}"))
    faces = "[...document.fonts].filter(face => face.family.includes('STIX Two'))"
    desk.wait(f"{faces}.length === {len(FACES)} && {faces}.some(face => face.status === 'loaded')")
    assert desk.outside == []
