"""What students are told of their marks while a policy holds something back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from autograder.marking import policy
from autograder.marking.code import local, mark_code
from autograder.marking.pages import mark
from autograder.marking.policy import Policy, policy_of, spoken
from autograder.pages import exercises, load
from autograder.render.pages import plain, static
from autograder.settings import Settings

SLUG = "gradients/one-weight"  # boxes 8, 2, 2
END = datetime(2026, 11, 1, 23, 59, tzinfo=timezone(timedelta(hours=1)))
RECORDED, COUNTS = Policy("recorded", END), Policy("counts", END)
PART = mark(SLUG, {1: "8", 2: "5"})
ALL = mark(SLUG, {1: "8", 2: "5", 3: "1"})


@pytest.fixture(autouse=True)
def set_clock(monkeypatch):
    """A function that sets the clock; it begins an hour before the end."""

    def to(moment: datetime) -> None:
        monkeypatch.setattr(policy, "clock", lambda: moment)

    to(END - timedelta(hours=1))
    return to


def states(marks) -> list[str]:
    return [verdict.state for verdict in marks.verdicts]


def test_at_once_holds_nothing_back():
    """Without a policy marks are told as they are."""
    assert Policy().tells(ALL) is ALL and policy_of(Settings()) == Policy()


def test_recorded_tells_only_that(set_clock):
    """Neither verdicts, messages, codes nor points; which boxes are filled, and when more is told."""
    told = RECORDED.tells(PART)
    assert states(told) == ["recorded", "recorded", "blank"]
    assert (told.points, told.earned, told.slips) == (0.0, None, 0)
    assert told.summary == "2 of 3 boxes recorded. What is right is told from 1 November 2026, 23:59 (UTC+01:00) on."


def test_nothing_of_what_is_held_back_is_rendered():
    """The pages of right and of wrong answers differ in nothing but the answers themselves."""
    for render in (static, plain):
        right, wrong = (
            render(load(SLUG).sheet(), RECORDED.tells(mark(SLUG, {1: text, 2: text, 3: text}))) for text in ("8", "2")
        )
        assert right.replace("8", "2") == wrong.replace("8", "2")


def test_unreadable_is_always_told():
    """That a box cannot be read says nothing about the answer, and must be known before it is too late."""
    told = RECORDED.tells(mark(SLUG, {1: "1 2", 2: "2/1"}))
    assert states(told)[:2] == ["unreadable", "recorded"] and told.verdicts[0].message
    assert told.verdicts[1].read_as == mark(SLUG, {2: "2/1"}).verdicts[1].read_as


def test_counts_wait_until_all_boxes_are_filled():
    """Or the count would be a verdict on each box as it is typed."""
    assert COUNTS.tells(PART).summary == "2 of 3 boxes filled; how many are right is told once all are."
    assert COUNTS.tells(PART).points == 0
    told = COUNTS.tells(ALL)
    assert states(told) == ["recorded"] * 3
    assert told.summary.startswith("1 of 3 right. Which ones they are is told from 1 November")
    assert told.points == ALL.points


def test_counts_of_what_was_handed_in_are_told_with_gaps():
    """Nothing can be tried any more on a page that was handed in."""
    told = Policy("counts").tells(PART, handed_in=True)
    assert told.summary == "1 of 3 right, 1 without an answer." and told.points == PART.points


EARLY = [(timedelta(seconds=1), "recorded"), (timedelta(0), ""), (timedelta(hours=-1), "")]


@pytest.mark.parametrize(("early", "held"), EARLY)
def test_a_policy_ends_at_its_moment(set_clock, early, held):
    """A second before it holds, and from the moment on it does not."""
    set_clock(END - early)
    assert RECORDED.held == held
    assert (RECORDED.tells(ALL) is ALL) is (held == "")


def test_the_clock_of_another_time_zone_is_the_same_clock(set_clock):
    """23:59 in Berlin is 22:59 in Greenwich and 17:59 in New York."""
    set_clock(datetime(2026, 11, 1, 22, 58, 59, tzinfo=UTC))
    assert RECORDED.held
    set_clock(datetime(2026, 11, 1, 17, 59, tzinfo=timezone(timedelta(hours=-5))))
    assert not RECORDED.held


def test_counts_without_an_end_stay_counts(set_clock):
    """Only "recorded" needs an end."""
    set_clock(END + timedelta(days=999))
    assert Policy("counts").held == "counts"


def test_a_moment_is_said_in_words():
    """The same in every locale, with its distance from UTC."""
    assert spoken(END) == "1 November 2026, 23:59 (UTC+01:00)"
    assert spoken(datetime(2026, 3, 9, 7, 5, tzinfo=UTC)) == "9 March 2026, 07:05 (UTC)"


def test_the_clock_knows_its_time_zone():
    """It can be compared with every moment of a workbook.toml."""
    assert policy.datetime.now(UTC) - timedelta(minutes=1) < REAL_CLOCK() <= policy.datetime.now(UTC)


REAL_CLOCK = policy.clock


def test_code_is_recorded_or_counted():
    """Of a code exercise no finding is told: that it is recorded, or how many behaviours work."""
    slug, exercise = next(iter(exercises().items()))
    marks = mark_code(slug, local({exercise.name: exercise.reference}))
    said, points = RECORDED.tells_code(marks)
    assert said.startswith("Your code is recorded. What is right is told from") and points is None
    assert COUNTS.tells_code(marks) == ("All of it works.", marks.out_of)
    assert RECORDED.tells_code(mark_code(slug, local({}))) == ("Not begun yet.", 0.0)
