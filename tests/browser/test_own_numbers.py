"""In a browser: the notebook asks once who the student is; and what a policy holds back does not reach the browser."""

from __future__ import annotations

import pytest

from autograder.marking.variants import variant_of
from autograder.nbgrader.release import STUDENT_SOURCE
from autograder.pages import load
from autograder.submissions.cells import read_student
from autograder.widgets.scripts import script

from .desk import GRADE_CELL, PAGE_CELL, PANEL, SLUG, SPARE_CELL, page_source

SALT = "autumn 2026"
ASKING = f'course(variants="student", salt="{SALT}")\ncourse(student=None)'
POLICY = """from datetime import datetime
from autograder.marking import policy
policy.clock = lambda: datetime.fromisoformat("{}")
course(feedback="recorded", feedback_until="2026-11-01T12:00+01:00")"""
FRESH = """from autograder.marking import policy
from autograder.notebook import calls, session
calls.this_course = session.Course()
from datetime import UTC, datetime
policy.clock = lambda: datetime.now(UTC)"""


@pytest.fixture
def own(desk):
    """A desk whose spare cell is the student's; the kernel forgets it all afterwards."""
    yield desk
    desk.set_source(SPARE_CELL, FRESH)
    desk.run(SPARE_CELL)
    desk.set_source(SPARE_CELL, "answers")


def key(student: str) -> dict[int, str]:
    return {box.number: box.shown for box in load(SLUG).sheet(variant_of(student, SALT)).boxes}


def answer(desk, student: str) -> None:
    for n, text in key(student).items():
        desk.type(n, text)
        desk.wait_state(n, "right")


def test_the_notebook_asks_once_who_it_is(own):
    """The id typed into the prompt stands in the cell; the page, which waited, has that student's numbers at once."""
    own.set_source(SPARE_CELL, ASKING)
    own.run(SPARE_CELL)
    own.run(PAGE_CELL)
    own.page.locator(".wb-live .wb-say", has_text="Say who you are").wait_for()
    prompt = own.page.get_by_label("your student id")
    prompt.click()
    own.page.keyboard.type("ada")
    own.page.keyboard.press("Enter")
    own.page.locator(".wb-who-said", has_text="Numbers for ada.").wait_for()
    assert own.source(SPARE_CELL) == ASKING.replace("None", '"ada"')
    answer(own, "ada")
    own.save()
    outputs = own.on_disk()["outputs"]
    assert outputs[-1]["metadata"]["workbook"] == {"page": SLUG, "variant": variant_of("ada", SALT)}
    own.run(GRADE_CELL)
    own.wait_output(GRADE_CELL, "3 of 3")

    own.restart()  # the next morning
    own.run(0)
    own.run(SPARE_CELL)
    own.page.locator(".wb-who-said", has_text="Numbers for ada.").wait_for()
    own.run(PAGE_CELL)
    for n in key("ada"):
        own.wait_state(n, "right")

    own.page.get_by_role("button", name="Not you?").click()  # a mistake in the id is mended where it was made
    own.page.keyboard.type("eve")
    own.page.keyboard.press("Enter")
    own.page.locator(".wb-who-said", has_text="Numbers for eve.").wait_for()
    own.wait("[...document.querySelectorAll('.wb-live .wb-slot')].some(slot => slot.dataset.state !== 'right')")
    assert 'student="eve"' in own.source(SPARE_CELL)


def test_what_is_held_back_never_reaches_the_browser(own):
    """Not on the page, not in the file, not in a message; with the clock set to the end, all of it does."""
    frames: list[bytes] = []

    def listen(socket) -> None:
        socket.on("framereceived", lambda data: frames.append(data if isinstance(data, bytes) else data.encode()))

    def told() -> bool:
        return any(mark in frame for frame in frames for mark in (b'"state": "right"', b'data-state=\\"right\\" title'))

    own.page.on("websocket", listen)
    own.finish(f"() => {PANEL}.context.sessionContext.session.kernel.reconnect()")  # a socket that is listened to
    own.set_source(SPARE_CELL, POLICY.format("2026-11-01T11:59:59+01:00"))
    own.run(0)
    own.run(SPARE_CELL)
    own.start(page_source())
    frames.clear()
    for n, text in ((1, "8"), (2, "2")):
        own.type(n, text)
        own.wait_state(n, "recorded")
    own.page.locator(".wb-sum", has_text="2 of 3 boxes recorded").wait_for()
    own.run(GRADE_CELL)
    own.wait_output(GRADE_CELL, "told from 1 November 2026, 12:00 (UTC+01:00) on")
    own.wait_output(PAGE_CELL, 'data-box=\\"2\\" data-state=\\"recorded\\"')  # the file's page, once the typing rests
    own.save()
    assert b"recorded" in b"".join(frames) and not told()
    saved = "".join(own.on_disk()["outputs"][-1]["data"]["text/html"])
    assert 'data-state="recorded" title' in saved and 'data-state="right" title' not in saved

    own.set_source(SPARE_CELL, POLICY.format("2026-11-01T12:00:00+01:00"))
    own.run(SPARE_CELL)
    own.type(3, "2")
    for n in (1, 2, 3):
        own.wait_state(n, "right")
    assert told()
    own.page.remove_listener("websocket", listen)


@pytest.fixture(scope="module")
def prompt(context):
    """student.js by itself, in an empty document."""
    page = context.new_page()
    page.goto("about:blank")
    page.evaluate(
        """async source => { window.prompt_ = await import(
            URL.createObjectURL(new Blob([source], {type: 'text/javascript'}))); }""",
        script("student.js"),
    )
    yield page
    page.close()


def written(prompt, source: str, student: str) -> str | None:
    return prompt.evaluate(
        """([source, student]) => { const edit = window.prompt_.idEditFor(source, student);
            return edit && source.slice(0, edit.start) + edit.code + source.slice(edit.end); }""",
        [source, student],
    )


@pytest.mark.parametrize("student", ["ada", "00123", "Zoë 李", 'O\'Neil \\ "x"', "a)b=(c"])
@pytest.mark.parametrize("source", [STUDENT_SOURCE, ASKING, "course( show_how='never',\n student = 'bob' ) # me"])
def test_the_id_that_is_written_is_the_id_that_is_read(prompt, source, student):
    """Whatever the id, marking reads back what the prompt wrote, and all else in the cell stays; written twice, too."""
    once = written(prompt, source, student)
    assert read_student(once) == student
    assert written(prompt, once, "ada") == written(prompt, source, "ada")


@pytest.mark.parametrize("source", ["", "course()", "course(student=name)", 'course(student_id="ask")', "x = 1"])
def test_an_id_is_not_written_where_there_is_no_place_for_it(prompt, source):
    """Code of the student's own is left alone."""
    assert written(prompt, source, "ada") is None
