"""What is remembered: when a card comes again, what is firm, and that the file alone decides it."""

from __future__ import annotations

import builtins
from datetime import date, timedelta

import pytest

from autograder.practice import memory as practice_memory
from autograder.practice.log import Entry
from autograder.practice.memory import FIRM_DAYS, Memory, MissingPackage, history, scheduler

DAY = date(2026, 3, 2)
PAGE = "page gradients/one-weight"


def told(*events: str, every: int = 1, card: str = PAGE, slips: tuple[str, ...] = ()) -> Memory:
    """What is remembered after these events, so many days apart."""
    slug = "gradients/one-weight"
    return Memory([Entry(DAY + timedelta(n * every), event, card, slug, slips) for n, event in enumerate(events)])


def test_what_goes_better_comes_later():
    """Right at once comes later than right after a hint, and that later than a slip; a slip comes tomorrow."""
    days = {event: (told(event).cards[PAGE].due - DAY).days for event in ("right", "hinted", "slip", "gave up")}
    assert days["right"] > days["hinted"] >= days["slip"] == days["gave up"] == 1


def test_what_is_right_again_and_again_comes_ever_later():
    """The time until it comes again grows each time, and never over the limit."""
    memory, day, waits = Memory(), DAY, []
    for _ in range(8):
        memory.take(Entry(day, "right", PAGE, "gradients/one-weight"))
        waits.append((memory.cards[PAGE].due - day).days)
        day = memory.cards[PAGE].due
    assert waits == sorted(waits) and len(set(waits)) >= 3 and waits[-1] == practice_memory.MOST_DAYS
    assert memory.firm(memory.cards[PAGE], day)


def test_a_slip_undoes_what_was_firm():
    """Firm after a few right answers; after a slip no more, and tomorrow it is due."""
    memory = told("right", "right", "right", every=5)
    card = memory.cards[PAGE]
    assert card.stability >= FIRM_DAYS and memory.firm(card, card.last)
    memory.take(Entry(card.last + timedelta(9), "slip", PAGE, "gradients/one-weight"))
    assert not memory.firm(card, card.last) and (card.due - card.last).days == 1 and card.firm_since is None


def test_every_slip_has_a_card_of_its_own():
    """A slip made while something else is practised is a card from then on, due the next day."""
    memory = told("slip", slips=("wrong_sign", "upside_down"))
    assert sorted(memory.cards) == [PAGE, "slip upside_down", "slip wrong_sign"]
    assert {(card.due - DAY).days for card in memory.cards.values()} == {1}


def test_another_slip_is_not_the_one_that_is_practised():
    """While one slip is practised another is made: the first counts as right after a hint."""
    memory = told("slip", card="slip upside_down", slips=("wrong_sign",))
    assert memory.cards["slip upside_down"].events == ["hinted"] and memory.cards["slip wrong_sign"].events == ["slip"]


def test_a_slip_seen_in_a_chapter_is_due_at_once():
    """It was not practised yet, so it does not wait for tomorrow; a page that is right there waits some days."""
    assert told("seen slip", card="slip upside_down").cards["slip upside_down"].due == DAY
    assert (told("seen right").cards[PAGE].due - DAY).days > 3


def test_the_same_file_gives_the_same_days():
    """Nothing is left to chance, and the hour does not count."""
    events = ("right", "slip", "right", "hinted", "right", "gave up", "right")
    assert told(*events, every=3).cards == told(*events, every=3).cards


def test_what_waits_grows_late_by_the_time_that_was_planned():
    """A day late counts much for what comes daily, and little for what comes in a season."""
    short, long = told("slip").cards[PAGE], told(*["right"] * 6, every=20).cards[PAGE]
    assert short.lateness(short.due - timedelta(1)) == 0 == long.lateness(long.due - timedelta(1))
    assert short.lateness(short.due + timedelta(2)) > long.lateness(long.due + timedelta(2)) > 0
    assert long.lateness(long.due + timedelta(30)) > short.lateness(short.due + timedelta(2))


def test_firmness_over_time_is_counted_by_topic():
    """Each day of practice has its counts, and today has; a page that is no more is left out."""
    entries = [Entry(DAY + timedelta(7 * n), "right", PAGE, "gradients/one-weight") for n in range(3)]
    entries.append(Entry(DAY, "right", "page gone/page", "gone/page"))
    topics = {"gradients/one-weight": "gradients"}
    seen = history(entries, lambda slug: topics.get(slug, ""), DAY + timedelta(15))
    assert [day for day, _ in seen] == [DAY, DAY + timedelta(7), DAY + timedelta(14), DAY + timedelta(15)]
    assert [each["gradients"].met for _, each in seen] == [1] * 4
    assert [each["gradients"].firm for _, each in seen] == [0, 1, 1, 1]


def test_without_the_package_the_message_says_what_to_install(monkeypatch):
    """Nothing else of the workbook needs it: the import is asked for where practice begins."""
    real = builtins.__import__

    def without(name, *rest):
        if name.partition(".")[0] == "fsrs":
            raise ImportError(name)
        return real(name, *rest)

    scheduler.cache_clear()
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(MissingPackage, match="%pip install fsrs"):
        scheduler()
    monkeypatch.undo()
    assert scheduler().desired_retention == practice_memory.RETENTION
