"""In a browser: somebody who worked on paper types the boxes of a page as a list."""

from __future__ import annotations


def test_a_list_fills_the_boxes_and_the_cell(desk):
    """In order and by number, a line after the other; verdicts come, and the cell holds the answers. Escape closes."""
    page = desk.page
    field, told = page.get_by_label("answers from paper"), page.locator(".wb-live .wb-told")
    page.get_by_role("button", name="From paper").click()
    told.get_by_text("Next: box 1").wait_for()
    field.press_sequentially("8")
    page.keyboard.press("Enter")
    desk.wait_state(1, "right")
    told.get_by_text("Next: box 2").wait_for()
    field.fill("3: 1\n2: 2/1")
    page.keyboard.press("Enter")
    desk.wait_state(3, "wrong")
    desk.wait_state(2, "right")
    desk.wait_source('{1: 8, 2: "2/1", 3: 1}')
    field.fill("4: 0.5")
    page.keyboard.press("Enter")
    told.get_by_text("There is no box 4").wait_for()
    assert field.input_value() == "4: 0.5"
    page.keyboard.press("Escape")
    field.wait_for(state="hidden")
    assert page.evaluate("() => document.activeElement.textContent") == "From paper"
    assert desk.errors == []


def test_the_keys_of_the_field_are_its_own(desk):
    """Shift+Enter is a new line and does not run the cell; letters are no shortcuts of the notebook."""
    page, cells = desk.page, "window.jupyterapp.shell.currentWidget.content.model.cells.length"
    before = page.evaluate(f"() => {cells}")
    page.get_by_role("button", name="From paper").click()
    field = page.get_by_label("answers from paper")
    page.locator(".wb-live .wb-told").get_by_text("Next: box 1").wait_for()
    page.keyboard.type("8abdd")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("2")
    assert field.input_value() == "8abdd\n2" and page.evaluate(f"() => {cells}") == before
    page.keyboard.press("Enter")
    desk.wait_state(1, "unreadable")
    desk.wait_state(2, "right")
