"""What a student remembers, as far as answers tell: a card for each page and each slip met, and when it comes next.

    memory = Memory(log.entries)
    card = memory.cards["slip chain_factor_left_out"]
    card.due, card.stability, memory.recall(card, today), memory.firm(card, today)

When a card comes is computed by FSRS (free spaced repetition, the package fsrs) from the answers alone, so the same
file gives the same days. Days are counted, not hours: what was answered late on Monday is due early on Tuesday.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from ..errors import WorkbookError
from .log import ANSWERED, Entry

if TYPE_CHECKING:
    from fsrs import Card as Fsrs
    from fsrs import Scheduler

RETENTION = 0.85  # how likely a card is remembered when it comes
MOST_DAYS = 60  # so that nothing is gone for half a term
FIRM_DAYS, FIRM_RECALL = 10, 0.8  # firm: nine in ten after so many days, and not forgotten since

RATINGS = {"right": "Good", "hinted": "Hard", "slip": "Again", "gave up": "Again", "seen right": "Easy"}
"""What happened → how FSRS rates it. Its Hard is for what was remembered, with effort."""

MISSING = (
    "Practice needs the package fsrs, which says when a page comes again. Install it with "
    "%pip install fsrs, then choose Kernel ▸ Restart Kernel."
)


class MissingPackage(WorkbookError):
    """The package that computes when a card comes again is not installed."""


@cache
def scheduler() -> Scheduler:
    """FSRS with its own parameters, and nothing left to chance. MissingPackage where it is not installed."""
    try:
        from fsrs import Scheduler
    except ImportError:
        raise MissingPackage(MISSING) from None
    return Scheduler(
        desired_retention=RETENTION, learning_steps=(), relearning_steps=(), maximum_interval=MOST_DAYS,
        enable_fuzzing=False,
    )  # fmt: skip


def slip_card(code: str) -> str:
    """The name of the card of a slip."""
    return f"slip {code}"


def page_card(slug: str) -> str:
    """The name of the card of a page."""
    return f"page {slug}"


@dataclass
class Card:
    """A page, or a slip, and what is known of how well it is remembered."""

    name: str  # "slip chain_factor_left_out", "page gradients/one-weight"
    met: date
    due: date
    home: str  # the page where it was first met
    pages: list[str] = field(default_factory=list[str])  # where it was met or practised, the last one at the end
    state: Fsrs | None = None  # None until it is first practised
    last: date | None = None
    events: list[str] = field(default_factory=list[str])
    firm_since: date | None = None

    @property
    def kind(self) -> str:
        """slip or page."""
        return self.name.partition(" ")[0]

    @property
    def what(self) -> str:
        """The code of the slip, or the slug of the page."""
        return self.name.partition(" ")[2]

    @property
    def stability(self) -> float:
        """Days after which nine in ten would remember it."""
        return (self.state.stability or 0.0) if self.state else 0.0

    @property
    def wanting(self) -> bool:
        """Whether it went wrong when last met: such a card goes before what is merely due."""
        return self.kind == "slip" or self.events[-1:] in (["seen wrong"], ["slip"], ["gave up"])

    def lateness(self, today: date) -> float:
        """Days it has waited, the first one counted, over the root of the days that were planned: more than 0 once due.

        A day counts more for what comes daily than for what comes in a season, and yet nothing waits for ever.
        """
        planned = max((self.due - (self.last or self.met)).days, 1)
        return ((today - self.due).days + 1) / planned**0.5


class Count(NamedTuple):
    """Of the cards of one topic on one day: how many were met, and how many were firm."""

    firm: int
    met: int


@dataclass(repr=False)
class Memory:
    """The cards of one student, made from what happened, in order."""

    entries: Iterable[Entry] = ()
    cards: dict[str, Card] = field(default_factory=dict[str, Card])
    known: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])  # (card, page) seen in chapters

    def __post_init__(self) -> None:
        for entry in self.entries:
            self.take(entry)

    def take(self, entry: Entry) -> None:
        """Take in what happened."""
        answered = entry.event in ANSWERED
        if not answered:
            self.known.add((entry.card, entry.page))
        for name, event in self._told(entry).items():
            card = self.cards.get(name) or Card(name, entry.day, entry.day, entry.page)
            fresh = name not in self.cards
            self.cards[name] = card
            if entry.page in card.pages:
                card.pages.remove(entry.page)
            card.pages.append(entry.page)
            if answered or fresh:
                card.events.append(event)
            if answered or (fresh and event in RATINGS):
                self._rate(card, event, entry.day)

    def _told(self, entry: Entry) -> Mapping[str, str]:
        """Card → what the entry tells of it: of the one that was practised, and of each slip that was made."""
        told = {entry.card: entry.event}
        if entry.event == "slip" and entry.card.startswith("slip ") and entry.card not in map(slip_card, entry.slips):
            told[entry.card] = "hinted"  # the slip that was made was another one
        return {slip_card(code): "slip" for code in entry.slips} | told

    def _rate(self, card: Card, event: str, day: date) -> None:
        from fsrs import Card as Fsrs
        from fsrs import Rating

        now = _noon(day)
        state = card.state or Fsrs(card_id=1, due=now)
        card.state, _ = scheduler().review_card(state, Rating[RATINGS[event]], now)
        card.last, card.due = day, card.state.due.date()
        if RATINGS[event] == "Again":  # however firm it was: a slip is looked at again while it is fresh
            card.due = day + timedelta(1)
        card.firm_since = (card.firm_since or day) if card.stability >= FIRM_DAYS else None

    def recall(self, card: Card, day: date) -> float:
        """How likely it is to be remembered on a day; 0 for what was never practised."""
        return scheduler().get_card_retrievability(card.state, _noon(day)) if card.state else 0.0

    def firm(self, card: Card, day: date) -> bool:
        """Whether it would be remembered for ten days and more, and has not been forgotten since."""
        return card.stability >= FIRM_DAYS and self.recall(card, day) >= FIRM_RECALL

    def due(self, today: date) -> list[Card]:
        """The cards that are due, the latest first."""
        due = [card for card in self.cards.values() if card.due <= today]
        return sorted(due, key=lambda card: (-card.lateness(today), card.name))


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)


History: TypeAlias = "list[tuple[date, dict[str, Count]]]"
"""Day of practice → topic → how many of its cards were met, and firm, at its end."""

TopicOf: TypeAlias = Callable[[str], str]
"""Page → its topic; "" for a page that is no more."""


def history(entries: Iterable[Entry], topic_of: TopicOf, today: date) -> History:
    """How firm each topic was on each day of practice; the last day is today."""
    by_day: dict[date, list[Entry]] = {}
    for entry in entries:
        by_day.setdefault(entry.day, []).append(entry)
    by_day.setdefault(today, [])
    memory, told = Memory(), list[tuple[date, dict[str, Count]]]()
    for day in sorted(by_day):
        for entry in by_day[day]:
            memory.take(entry)
        told.append((day, counts(memory, topic_of, day)))
    return told


def counts(memory: Memory, topic_of: TopicOf, day: date) -> dict[str, Count]:
    """Topic → how many of its cards are met and firm; a slip belongs to the page where it was first met."""
    found: dict[str, Count] = {}
    for card in memory.cards.values():
        if topic := topic_of(card.what if card.kind == "page" else card.home):
            before = found.get(topic, Count(0, 0))
            found[topic] = Count(before.firm + memory.firm(card, day), before.met + 1)
    return found
