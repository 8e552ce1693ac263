"""A session: what is drawn, how an answer counts, when it comes again, what it comes to."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from autograder import pages
from autograder.practice.log import Entry, Log
from autograder.practice.met import ChapterMet, Met, PageMet
from autograder.practice.parts import parts
from autograder.practice.plan import BETWEEN, BOX_SECONDS, SESSION, pace_of
from autograder.practice.session import Attempt, Session, UnknownPractice

DAY = date(2026, 3, 2)
SLUG = "gradients/one-weight"


def met(**chapters: list[PageMet]) -> Met:
    """These chapters, with these pages met in them."""
    return Met({name: ChapterMet(name, name, f"../{name}/", True, tuple(listed)) for name, listed in chapters.items()})


def done(slug: str, *slips: str) -> PageMet:
    return PageMet(slug, not slips, False, slips)


def some_pages(chapter: str, count: int, *slips: str) -> list[PageMet]:
    return [done(page.slug, *slips) for page in pages.chapter_pages(chapter)[:count]]


def key(attempt: Attempt) -> dict[int, str]:
    """What is right in the boxes that are asked."""
    return {n: attempt.sheet.boxes[n - 1].shown for n in attempt.task.boxes}


def slipping(attempt: Attempt) -> dict[int, str]:
    """The same, with a named slip in the first box that has one."""
    for n in attempt.task.boxes:
        for code, value in attempt.sheet.boxes[n - 1].mistakes:
            texts = key(attempt) | {n: str(value)}
            if any(verdict.code == code for verdict in attempt.marks(texts).verdicts):
                return texts
    raise AssertionError("no slip can be made here")


def all_of(session: Session, how=key, seconds: float = 60) -> list[Attempt]:
    """Every exercise of a session, answered alike."""
    attempts = []
    while (attempt := session.next()) is not None:
        attempt.check(how(attempt))
        if not attempt.over:
            attempt.give_up()
        session.close(attempt, seconds)
        attempts.append(attempt)
    return attempts


def test_nothing_met_nothing_to_practise():
    """Where no chapter was begun there is no exercise; the start page is no chapter."""
    for nothing in (Met(), met(gradients=[]), met(start=[done("start/boxes")])):
        assert Session(Log(), nothing, DAY).next() is None


def test_slips_come_first_then_what_is_due_then_new_pages():
    """New pages only of chapters that were begun, and never before what was met."""
    log = Log(entries=[Entry(DAY - timedelta(30), "right", f"page {SLUG}", SLUG)])
    session = Session(log, met(gradients=[done(SLUG, "upside_down")], cost=some_pages("cost", 1)), DAY)
    attempts = all_of(session)
    why = [attempt.task.why for attempt in attempts]
    assert why[:2] == ["slip", "due"] and why[2:] == ["new"] * 2
    assert {attempt.page.chapter for attempt in attempts} <= {"gradients", "cost"}


def test_chapters_are_mixed():
    """Of two chapters with as much due, no two exercises in a row come from the same one."""
    log = Log(
        entries=[
            Entry(DAY - timedelta(9), "right", f"page {page.slug}", page.slug)
            for chapter in ("gradients", "cost")
            for page in pages.chapter_pages(chapter)[:4]
        ]
    )
    drawn = [attempt.page.chapter for attempt in all_of(Session(log, met(), DAY))]
    assert len(drawn) >= 5 and all(one != other for one, other in zip(drawn, drawn[1:], strict=False))


def test_slips_leave_room_for_the_rest():
    """However many slips wait, something else that is due comes in the same session."""
    entries = [
        Entry(DAY, "seen slip", f"slip {code}", slug)
        for slug in [page.slug for page in pages.chapter_pages("gradients")]
        for code in sorted({code for box in pages.load(slug).sheet().boxes for code, _ in box.mistakes})
    ]
    entries.append(Entry(DAY - timedelta(40), "right", f"page {SLUG}", SLUG))
    drawn = all_of(Session(Log(entries=entries), met(gradients=some_pages("gradients", 5)), DAY), seconds=45)
    assert {"slip", "due"} <= {attempt.task.why for attempt in drawn}


def test_a_slip_is_practised_where_it_can_be_made_page_after_page():
    """By its code, not by its page: the second time on another page, each time in boxes where it can be made."""
    session = Session(Log(), met(gradients=some_pages("gradients", 8)), DAY, only="upside_down")
    attempts = all_of(session)
    assert len({attempt.task.slug for attempt in attempts}) > 1 < len(attempts)
    for attempt in attempts:
        boxes = [attempt.sheet.boxes[n - 1] for n in attempt.task.boxes]
        assert any("upside_down" in dict(box.mistakes) for box in boxes)


def test_right_at_once_is_right():
    """Only the boxes that are asked need an answer, and it comes again in some days."""
    session = Session(Log(), met(gradients=some_pages("gradients", 3)), DAY)
    attempt = session.next()
    attempt.check(key(attempt))
    told = session.close(attempt, 40)
    assert attempt.over and told.event == "right" and not told.again and told.days > 1


def test_a_slip_has_its_name_and_comes_again_in_the_session():
    """It is told what it was, made right, and asked again after BETWEEN others; then tomorrow."""
    session = Session(Log(), met(gradients=[done(SLUG, "upside_down")], cost=some_pages("cost", 4)), DAY)
    attempt = session.next()
    marks = attempt.check(slipping(attempt))
    assert marks.slips and not attempt.over
    attempt.check(key(attempt))
    told = session.close(attempt, 50)
    assert told.event in ("slip", "hinted") and told.slips and told.slips[0][1]
    later = all_of(session, seconds=30)
    repeated = [attempt.task.card for attempt in later].index(f"slip {told.slips[0][0]}")
    assert told.again and repeated >= BETWEEN and later[repeated].task.why == "again"
    assert {session.memory.cards[f"slip {code}"].due for code, _ in told.slips} <= {
        DAY + timedelta(n) for n in (1, 2, 3)
    }


def test_what_cannot_be_read_costs_nothing():
    """A text that is no number is asked again, and right after that is right at once."""
    session = Session(Log(), met(gradients=[done(SLUG)], cost=[]), DAY, only=SLUG)
    attempt = session.next()
    attempt.check(dict.fromkeys(attempt.task.boxes, "two"))
    assert not attempt.over and attempt.checks == 0
    attempt.check(key(attempt))
    assert attempt.event == "right"


def test_wrong_without_a_name_is_right_after_a_hint():
    """The verdict on the wrong number was the hint."""
    session = Session(Log(), met(gradients=[done(SLUG)]), DAY, only=SLUG)
    attempt = session.next()
    attempt.check(dict.fromkeys(attempt.task.boxes, "98765.4321"))
    attempt.check(key(attempt))
    assert attempt.event == "hinted" and attempt.over


def test_asking_for_the_solution_gives_up():
    """What is typed after that counts no more; after a right answer to look at it costs nothing."""
    session = Session(Log(), met(gradients=[done(SLUG)]), DAY, only=SLUG)
    attempt = session.next()
    attempt.give_up()
    attempt.check(key(attempt))
    assert attempt.over and attempt.event == "gave up" and session.close(attempt, 5).due == DAY + timedelta(1)
    attempt = session.next()
    attempt.check(key(attempt))
    attempt.give_up()
    assert attempt.event == "right"


@pytest.mark.parametrize("pace", [0.3, 1, 2.5])
def test_a_session_takes_ten_minutes(pace):
    """Whoever is slow gets fewer exercises; somebody who leaves the room does not fill it."""
    listed = [page.slug for name in ("gradients", "cost", "neuron") for page in pages.chapter_pages(name)]
    entries = [Entry(DAY - timedelta(20), "right", f"page {slug}", slug) for slug in listed]
    session = Session(Log(entries=entries), Met(), DAY)
    while (attempt := session.next()) is not None:
        session.close(attempt, pace * attempt.task.seconds)
    assert 0.6 * SESSION < session.spent < 1.25 * SESSION
    session.close(Session(Log(entries=entries), Met(), DAY).next(), 50_000)
    assert session.log.entries[-1].seconds < 500


def test_the_pace_is_the_students_own():
    """From ten answers on the median of what a box took; before that the usual guess."""
    slow = [Entry(DAY, "right", f"page {SLUG}", SLUG, (), (1, 2), 1, 20 + 2 * 50) for _ in range(10)]
    assert pace_of(slow) == 50 and pace_of(slow[:9]) == BOX_SECONDS


def test_what_stands_in_a_chapter_is_noted_once():
    """A slip that stays in the notebook is no new slip every day."""
    log, seen = Log(), met(gradients=[done(SLUG, "upside_down")])
    Session(log, seen, DAY)
    Session(log, seen, DAY + timedelta(1))
    assert [entry.event for entry in log.entries] == ["seen slip"]


def test_another_part_of_a_page_each_time():
    """A page that goes well is asked part by part; what went wrong is asked again first."""
    slug = "gradients/two-variables"
    log, asked = Log(), []
    for n in range(len(parts(slug))):
        session = Session(log, met(), DAY + timedelta(n), only=slug)
        attempt = session.next()
        asked.append(attempt.task.boxes)
        attempt.check(key(attempt))
        session.close(attempt, 60)
    assert sorted(asked) == sorted(parts(slug))
    session = Session(log, met(), DAY + timedelta(50), only=slug)
    failed = session.next()
    failed.give_up()
    session.close(failed, 10)
    assert session.next().task.boxes == failed.task.boxes


def test_the_end_says_what_became_firm_and_what_comes():
    """Counts that add up: each card is waiting, coming on a day, or later."""
    log = Log(entries=[Entry(DAY - timedelta(9), "right", f"page {SLUG}", SLUG)])
    session = Session(log, met(gradients=some_pages("gradients", 6)), DAY)
    attempts = all_of(session)
    ending = session.ending()
    assert ending.done == len(attempts) == ending.right and ending.seconds == session.spent
    assert [card.name for card in ending.became_firm] == [f"page {SLUG}"]
    assert sum(count for _, count in ending.coming) + ending.later + ending.waiting == len(session.memory.cards)
    assert ending.history[-1][0] == DAY and ending.history[-1][1]["gradients"].firm >= 1


def test_pages_and_slips_of_an_older_workbook_are_passed_over():
    """What is in the log and no longer in the workbook is neither asked nor counted."""
    log = Log(
        entries=[Entry(DAY, "seen slip", "slip gone_with_it", "gone/page"), Entry(DAY, "slip", "page a/b", "a/b")]
    )
    session = Session(log, met(), DAY + timedelta(3))
    assert session.next() is None and session.waiting().total() == 0 == session.ending().later


def test_what_there_is_not_is_named():
    """A slip misspelt gets the nearest ones."""
    with pytest.raises(UnknownPractice, match="Did you mean .*chain_factor_left_out"):
        Session(Log(), Met(), DAY, only="chain_factor_left")
