"""Typing into boxes: verdicts, the cell's source, the kernel's own dict, the keyboard."""

from __future__ import annotations

import json

from autograder.answers.literals import MAX_TEXT

from .desk import PAGE_CELL, PANEL, SPARE_CELL, page_source

MATRIX = "gradients/three-inputs"
MATRIX_SOURCE = page_source(MATRIX, "{" + ", ".join(f"{n}: None" for n in range(1, 14)) + "}")


def paste(desk, n: int, text: str) -> None:
    desk.click(n)
    desk.page.evaluate("text => navigator.clipboard.writeText(text)", text)
    desk.page.keyboard.press("Control+v")


def words(desk, n: int) -> str:
    """What a screen reader adds to the box's label."""
    return desk.page.evaluate(
        "element => document.getElementById(element.getAttribute('aria-describedby'))?.textContent ?? ''",
        desk.box(n).element_handle(),
    )


def test_an_answer_gets_its_verdict_and_stands_in_the_cell(desk):
    """A right answer turns right, a wrong one wrong, and the cell's source says what was typed."""
    desk.type(1, "8")
    desk.wait_state(1, "right")
    desk.type(2, "7/3")
    desk.wait_state(2, "wrong")
    desk.wait_source('answers = {1: 8, 2: "7/3", 3: None}')


def test_the_kernel_has_the_same_answers_as_the_cell(desk):
    """The student's own dict is updated in place, with the literals of the cell."""
    desk.type(1, "8")
    desk.type(2, "-0.5")
    desk.type(3, "3/4")
    desk.wait_state(3, "wrong")
    desk.run(SPARE_CELL)
    desk.wait_output(SPARE_CELL, "{")
    assert desk.output(SPARE_CELL) == "{1: 8, 2: -0.5, 3: '3/4'}"


def test_an_unquoted_fraction_is_read_as_typed(opened):
    """`2: 4/2` in the cell is a fraction that the page shows as such."""
    desk = opened.start(page_source(answers="{1: 8, 2: 4/2, 3: None}"))
    assert desk.box(2).input_value() == "4/2"
    assert desk.state(2) == "right"


def test_comments_and_layout_of_the_cell_survive(desk):
    """Only the value itself is replaced."""
    call = 'page("gradients/one-weight", answers)'
    desk.start('answers = {\n    1: None,  # the new Z {not a dict}\n    "2": "x",\n}\n' + call)
    desk.type(1, "8")
    desk.type(2, "2")
    desk.type(3, "2")
    desk.wait_state(3, "right")
    assert desk.source() == 'answers = {\n    1: 8,  # the new Z {not a dict}\n    "2": 2, 3: 2,\n}\n' + call


def test_two_pages_in_one_cell_keep_to_their_own_dict(lab):
    """In merged cells each page writes into the dict that its own call gets."""
    other = "gradients/bigger-nudge"
    lab.start(page_source() + "\n" + page_source(other, "{1: None}"))
    live = lab.page.locator(".wb-live")
    live.nth(1).locator('.wb-slot[data-box="1"] .wb-input').click()
    lab.page.keyboard.type("5")
    lab.wait_source(f'answers = {{1: 5}}\npage("{other}"')
    lab.type(1, "8")
    lab.wait_source('answers = {1: 8, 2: None, 3: None}\npage("gradients/one-weight"')


def test_editing_the_cell_by_hand_fills_the_boxes(desk):
    """The boxes are a view of the cell, whoever writes there."""
    desk.set_source(PAGE_CELL, page_source(answers='{1: 8, 2: "oops", 3: None}'))
    desk.wait_state(1, "right")
    desk.wait_state(2, "unreadable")
    assert desk.box(2).input_value() == "oops"


def test_answers_made_by_code_are_refused_with_a_word(desk):
    """Where the dict is computed, the page says that it cannot write there."""
    desk.set_source(PAGE_CELL, 'answers = dict(a=1)\npage("gradients/one-weight", answers)')
    desk.page.locator(".wb-live .wb-note", has_text="no longer has plain answers").wait_for()


def test_undo_takes_the_edit_back(desk):
    """Ctrl+Z in a box undoes in box and cell alike; so does undo in the cell's editor."""
    desk.type(1, "8")
    desk.wait_source("{1: 8,")
    desk.page.keyboard.press("Control+z")
    desk.wait_source("{1: None,")
    desk.wait_state(1, "blank")
    desk.type(2, "2")
    desk.wait_source("2: 2,")
    desk.page.evaluate(f"() => {PANEL}.content.model.cells.get({PAGE_CELL}).sharedModel.undo()")
    desk.wait("document.querySelector('.wb-live .wb-slot[data-box=\"2\"] .wb-input').value === ''")
    desk.wait_state(2, "blank")


def test_a_pasted_minus_becomes_a_plain_one(desk):
    """“−1” is -1 in the cell and −1 to the eye."""
    paste(desk, 1, "−1")
    desk.wait_source("{1: -1,")
    desk.click(2)
    assert desk.box(1).input_value() == "−1"


def test_a_pasted_row_fills_a_row_of_the_matrix(opened):
    """“4, 10, −1” pasted into the first box of a matrix goes on into the next ones, and not beyond the matrix."""
    desk = opened.start(MATRIX_SOURCE)
    paste(desk, 3, "2, 10, −1")
    desk.wait_source("3: 2, 4: 10, 5: -1, 6: None")
    desk.wait_state(5, "right")
    paste(desk, 5, "1\t2")
    desk.wait_source("6: None")
    assert "7: None" in desk.source()


def test_keys_move_and_never_reach_the_notebook(desk):
    """Shift+Enter goes back and runs nothing; Enter, Tab and arrows go on; letters delete no cell."""
    count = f"{PANEL}.content.model.cells.get({PAGE_CELL}).executionCount"
    before, cells = desk.page.evaluate(f"() => [{count}, {PANEL}.content.model.cells.length]")
    desk.type(2, "dd")
    desk.page.keyboard.press("Shift+Enter")
    assert desk.focused() == "1"
    for key, box in (("Enter", "2"), ("Tab", "3"), ("Shift+Tab", "2"), ("ArrowUp", "1"), ("ArrowDown", "2"),
                     ("ArrowRight", "3"), ("ArrowLeft", "2")):  # fmt: skip
        desk.page.keyboard.press(key)
        assert desk.focused() == box, key
    desk.page.keyboard.press("Control+Enter")
    desk.page.keyboard.press("x")
    desk.wait_source('2: "x"')
    assert desk.page.evaluate(f"() => [{count}, {PANEL}.content.model.cells.length]") == [before, cells]


def test_escape_leaves_the_box_for_its_cell(desk):
    """After Escape the keyboard belongs to the notebook again: the arrow moves to the next cell."""
    desk.click(2)
    desk.page.keyboard.press("Escape")
    assert desk.focused() is None
    desk.page.keyboard.press("ArrowDown")
    desk.wait(f"{PANEL}.content.activeCellIndex === {PAGE_CELL + 1}")


def test_saving_from_a_box(desk):
    """Ctrl+S in a box saves the notebook."""
    desk.type(1, "8")
    desk.wait_source("{1: 8,")
    desk.page.keyboard.press("Control+s")
    desk.until(lambda: "1: 8" in "".join(desk.on_disk()["source"]))


def test_past_the_last_box_the_foot(desk):
    """Tab goes from the last box to the buttons under the page."""
    desk.click(3)
    desk.page.keyboard.press("Tab")
    assert desk.page.evaluate("() => document.activeElement.textContent") == "New numbers"


def test_each_verdict_has_its_sign_and_words(opened_lab):
    """No state is told by colour alone: each kind has a sign of its own, and words a screen reader finds."""
    lab = opened_lab.start(page_source("start/boxes", '{1: 11, 2: 11/8, 3: "3.3", 4: "2 2", 5: None}'))
    states = {n: lab.state(n) for n in range(1, 5)}
    assert states[1] in ("wrong", "mistake")
    assert states[2] == "follows"
    assert states[4] == "unreadable"
    signs = {}
    for n, state in states.items():
        mark = f"document.querySelector('.wb-live .wb-slot[data-box=\"{n}\"] .wb-mark')"
        signs[state] = lab.page.evaluate(f"() => getComputedStyle({mark}, '::before').maskImage")
        assert signs[state].startswith("url(")
        assert lab.page.evaluate(f"() => getComputedStyle({mark}).display") == "block"
        lab.click(n)
        lab.wait(f"document.querySelector('.wb-live .wb-hint').dataset.state === '{state}'")
        assert words(lab, n)
    assert len(set(signs.values())) == len(signs)
    assert lab.box(1).get_attribute("aria-invalid") == "true"
    assert lab.box(2).get_attribute("aria-invalid") == "false"


def test_how_an_answer_was_read_is_said_where_it_differs(lab):
    """“½” is read as 1/2, and the page says so."""
    lab.type(1, "½")
    lab.wait_state(1, "wrong")
    lab.wait("document.querySelector('.wb-live .wb-hint').textContent.includes('read as 1/2')")


def test_the_verdict_is_spoken_after_a_rest(lab):
    """A live region says the box, the verdict and its words."""
    lab.type(1, "8")
    lab.wait("document.querySelector('.wb-voice').textContent === 'box 1, the new Z: right'")


def test_markup_typed_by_a_student_stays_text(desk):
    """What is typed never becomes part of the page's markup."""
    desk.type(1, '<img src=x onerror="window.bad=1">')
    desk.wait_state(1, "unreadable")
    assert desk.page.evaluate("() => [window.bad ?? 0, document.querySelectorAll('.wb-page img').length]") == [0, 0]


def test_a_box_answers_while_another_cell_runs(desk):
    """A running cell does not hold up the verdicts."""
    ends = desk.root / "ends"
    busy = f"while not pathlib.Path({str(ends)!r}).exists(): time.sleep(0.05)"
    desk.set_source(SPARE_CELL, f"import pathlib, time\nprint('begun')\n{busy}\nprint('ended')")
    try:
        desk.run(SPARE_CELL, wait=False)
        desk.wait_output(SPARE_CELL, "begun")
        desk.type(1, "8")
        desk.wait_state(1, "right")
        assert "ended" not in desk.output(SPARE_CELL)
        ends.touch()
        desk.wait_output(SPARE_CELL, "ended")
    finally:
        ends.touch()
        desk.set_source(SPARE_CELL, "answers")


def test_whatever_is_typed_the_cell_stays_readable(lab):
    """Quotes, backslashes and braces end up inside one string of the dict, and the next box is written as ever."""
    for n, text in enumerate(("9" * 5000, "\\", '"', "'''", "{1: 2}", "# x", "\\n")):
        before = lab.source()
        lab.type(2, text)
        lab.wait(f"{PANEL}.content.model.cells.get({PAGE_CELL}).sharedModel.getSource() !== {json.dumps(before)}")
        third, state = ((2, "right"), (5, "wrong"))[n % 2]
        lab.type(3, str(third))
        lab.wait_state(3, state)
        lab.wait_source(f", 3: {third}}}")
        typed = eval(lab.source().partition("= ")[2].partition("\npage(")[0])
        assert list(typed) == [1, 2, 3] and str(typed[2]) == text[:MAX_TEXT]
