"""Simulated learners: slips are met again and fade, sessions stay short, nothing starves. `make prove` tries more."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from prove.learners import Learner, broken, figures, practised, section


@pytest.fixture(scope="module")
def diaries():
    return [practised(Learner(2))]


def test_two_hundred_days_of_practice(diaries):
    """The promises that docs/quality.md makes, for one learner."""
    assert broken(figures(diaries)) == []


def test_a_broken_promise_is_named(diaries):
    """What make prove says, and does not write."""
    found = replace(figures(diaries), later=0.5, waited_page=120)
    assert broken(found) == ["the slips do not fade", "something waits too long"]


def test_the_section_says_the_figures(diaries):
    """As docs/quality.md has them, and with the assumptions they rest on."""
    text = section(date(2026, 1, 1), figures(diaries))
    assert text.startswith("## What practice does in 200 days\n") and "25 seconds" in text


def test_a_slip_that_is_left_alone_stays():
    """A learner who never practises keeps the habit: it is practice that makes it fade."""
    alone = practised(Learner(1, attends=0), days=60)
    assert not alone.sessions and not alone.habits
