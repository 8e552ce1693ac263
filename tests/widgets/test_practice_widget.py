"""A session of practice, live: what a student asks for, and what is shown."""

from __future__ import annotations

from datetime import date

import pytest

from autograder import pages
from autograder.errors import WorkbookError
from autograder.practice.log import Log
from autograder.practice.met import ChapterMet, Met, PageMet
from autograder.practice.session import Session
from autograder.widgets.page_widget import PageWidget
from autograder.widgets.practice_widget import PracticeWidget

DAY = date(2026, 3, 2)
SLUG = "gradients/one-weight"


def chapter(*slips: str, shows_how: bool = True) -> Met:
    page = PageMet(SLUG, not slips, False, slips)
    return Met({"gradients": ChapterMet("gradients", "Gradients", "../01-gradients/g.ipynb", shows_how, (page,))})


class Student:
    """Somebody who practises: presses buttons, and types."""

    def __init__(self, met: Met, only: str = "") -> None:
        self.log, self.now = Log(), 0.0
        self.widget = PracticeWidget(lambda: Session(self.log, met, DAY, only), clock=lambda: self.now)

    @property
    def exercise(self):
        return self.widget._page

    def press(self, name: str, texts: dict[int, str] | None = None) -> None:
        self.now += 30
        message = {"do": name, "texts": {str(n): text for n, text in (texts or {}).items()}}
        if texts and self.exercise:
            self.exercise.trial = message["texts"]
        self.widget._handle_custom_msg(message, [])

    def key(self) -> dict[int, str]:
        attempt = self.exercise.attempt
        return {n: attempt.sheet.boxes[n - 1].shown for n in attempt.task.boxes}

    @property
    def labels(self) -> list[str]:
        return [button["label"] for button in self.widget.buttons]


@pytest.fixture
def student():
    return Student(chapter("upside_down"))


def test_a_session_from_its_beginning_to_its_end(student):
    """Begin, check, next … until nothing is left: each answer is in the log, and the end says what it comes to."""
    assert student.widget.phase == "start" and "1 slip" in student.widget.head and student.labels == ["Begin"]
    student.press("begin")
    while student.widget.phase == "exercise":
        student.press("check", student.key())
        assert (
            student.widget.phase == "over" and "Right." in student.widget.told and "Comes again" in student.widget.told
        )
        student.press("next")
    answers = [entry for entry in student.log.entries if entry.boxes]
    assert student.widget.phase == "end" and len(answers) == 3  # the slip, and two new pages
    assert f"{len(answers)} exercises in" in student.widget.head and "What comes when" in student.widget.head
    assert all(entry.seconds == 30 for entry in answers)


def test_only_what_is_asked_is_a_box(student):
    """Of the page the boxes of the exercise are empty; those before are printed, and steps after them are gone."""
    student.press("begin")
    attempt, html = student.exercise.attempt, student.exercise.template
    assert [f'data-box="{box.number}"' in html for box in attempt.sheet.boxes] == [
        box.number in attempt.task.boxes for box in attempt.sheet.boxes
    ]
    assert html.count("wb-printed") == len(attempt.printed)


def test_nothing_is_said_before_it_is_checked(student):
    """While one types there is no verdict; after a check there is, and a box that is changed has none again."""
    student.press("begin")
    asked = student.exercise.attempt.task.boxes
    student.exercise.trial = {str(n): "98765" for n in asked}
    assert not {str(n) for n in asked} & student.exercise.verdicts.keys() and not student.exercise.summary
    student.press("check", dict.fromkeys(asked, "98765"))
    assert student.exercise.verdicts[str(asked[0])]["state"] in ("wrong", "mistake", "follows")
    assert student.widget.phase == "exercise" and "Not yet" in student.widget.told
    student.exercise.trial = {str(asked[0]): "9"}
    assert str(asked[0]) not in student.exercise.verdicts


def test_show_how_gives_up_and_shows_the_solution(student):
    """The boxes that were asked, and no others, are explained; it comes again tomorrow."""
    student.press("begin")
    student.press("show")
    assert (
        student.widget.phase == "over" and "How it is done" in student.widget.told and "tomorrow" in student.widget.told
    )
    assert student.log.entries[-1].event == "gave up"


def test_where_the_course_shows_no_solutions_practice_shows_none():
    """Not by the button, and not after the answer."""
    student = Student(chapter("upside_down", shows_how=False))
    student.press("begin")
    assert student.labels == ["Check", "I do not know", "Stop here"]
    student.press("show")
    assert "wb-solution" not in student.widget.told


def test_a_session_that_is_stopped_keeps_what_was_answered(student):
    """What was only looked at is not counted; what went wrong and was left is."""
    student.press("begin")
    student.press("stop")
    assert student.widget.phase == "end" and not [entry for entry in student.log.entries if entry.boxes]
    other = Student(chapter("upside_down"))
    other.press("begin")
    other.press("check", dict.fromkeys(other.exercise.attempt.task.boxes, "98765"))
    other.press("stop")
    assert other.log.entries[-1].event == "gave up"


def test_strange_messages_change_nothing(student):
    """A browser may send anything, at any time."""
    for message in (
        {"do": "check", "texts": {"1": "2"}},
        {"do": "next"},
        {"do": ["begin"]},
        {"do": "close"},
        "x",
        None,
    ):
        student.widget._handle_custom_msg(message, [])
        assert student.widget.phase in ("start", "exercise")
    student.widget._handle_custom_msg({"do": "check", "texts": [1]}, [])


def test_what_is_wrong_is_said_as_a_sentence():
    """A slip that there is not, a package that is missing: a sentence, and no button."""

    def amiss() -> Session:
        raise WorkbookError("There is no <slip>.")

    widget = PracticeWidget(amiss)
    assert "There is no &lt;slip&gt;." in widget.head and widget.buttons == []


def test_nothing_met_leads_to_the_chapters():
    """The first time there is nothing to practise: links to the chapters instead of a button."""
    student = Student(Met({"gradients": ChapterMet("gradients", "Gradients", "../01-gradients/g.ipynb")}))
    assert student.labels == [] and 'href="../01-gradients/g.ipynb"' in student.widget.head


def test_a_page_with_a_slip_offers_to_practise_it():
    """The button opens a session on that slip under the page, and stays when the slip is mended."""
    asked = []

    def practise(code: str) -> PracticeWidget:
        asked.append(code)
        return PracticeWidget(lambda: Session(Log(), chapter(), DAY, code), at_once=True)

    box = pages.load(SLUG).sheet().boxes[0]
    page = PageWidget(pages.load(SLUG), practise=practise)
    assert page.slip == ""
    page.texts = {"1": str(box.mistakes[0][1])}
    page.drilling = True
    assert asked == [page.slip] == [box.mistakes[0][0]] and page.drill.startswith("IPY_MODEL_")
    page.texts = {"1": box.shown}
    assert page.slip == asked[0]
    page.drilling = False
    assert page.drill == ""
