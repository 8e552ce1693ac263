"""What comes next in a session: slips first, then what is due, mixed over chapters, new pages last.

    plan = Plan(memory, course, today)
    task = plan.next(spent=90)          Task, or None when the ten minutes are full or nothing is left

Among what is due the latest goes first, measured by the root of the days that were planned; once in a session the page
goes first that has waited the most days. So nothing waits for ever. Slips take at most SLIP_SHARE of a session while
other things wait. What went wrong comes again in the same session, after BETWEEN other exercises.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from zlib import crc32

from ..authoring import slugs
from ..pages import find
from .log import ANSWERED, Entry
from .memory import Card, Memory, page_card
from .parts import Boxes, codes, parts, parts_with

SESSION = 600.0  # seconds
READ_SECONDS, BOX_SECONDS = 20.0, 25.0  # of an exercise, and of each box, until a student's own pace is known
SLACK = 1.25  # an exercise is begun only where there is time for one that takes so much longer
SLIP_SHARE = 0.6
BETWEEN = 2
MOST_TIMES = 2  # that a card is asked in one session
MOST_NEW = 2  # pages in one session

MOST_ASKED = 4  # exercises in a session that was asked for

WHY = {
    "slip": "a slip you made",
    "mend": "went wrong last time",
    "again": "once more",
    "due": "due again",
    "new": "new to you",
    "asked": "you asked for it",
}
"""Why an exercise is drawn, in words."""


@dataclass(frozen=True)
class Task:
    """One exercise of a session: which part of which page, for which card, and why."""

    card: str
    slug: str
    boxes: Boxes
    why: str  # one of WHY
    seconds: float  # about how long it takes

    @property
    def slip(self) -> str:
        """The code of the slip that is practised; "" for a page."""
        return self.card.removeprefix("slip ") if self.card.startswith("slip ") else ""


@dataclass(frozen=True)
class Course:
    """What may be drawn from: the pages of the chapters that were begun, in the order of the course."""

    pages: tuple[str, ...]  # slugs

    def with_slip(self, code: str) -> list[str]:
        """The pages on which a slip can be made."""
        return [slug for slug in self.pages if code in codes(slug)]


@dataclass(repr=False)
class Plan:
    """The choice of what comes next, from what is remembered and what was done today.

    only    the one slip, or page, that a student asked for: "slip chain_factor_left_out"
    pace    seconds a box takes this student
    """

    memory: Memory
    course: Course
    today: date
    only: str = ""
    pace: float = BOX_SECONDS
    done: list[Task] = field(default_factory=list[Task])  # the exercises of this session so far
    failed: dict[str, int] = field(default_factory=dict[str, int])  # card → after how many exercises it went wrong

    def note(self, task: Task, entry: Entry) -> None:
        """Take in how an exercise went; the memory has it already."""
        self.done.append(task)
        self.failed.pop(task.card, None)
        for name in (task.card, *(f"slip {code}" for code in entry.slips)):
            if self.memory.cards[name].events[-1] in ("slip", "gave up"):
                self.failed[name] = len(self.done)

    def next(self, spent: float) -> Task | None:
        """The next exercise that fits into the session, of which `spent` seconds are gone."""
        left = SESSION - spent
        if left <= 0:
            return None
        fitting = (task for task in self._wanted() if SLACK * task.seconds <= left)
        return next(fitting, None)

    def again(self, card: str) -> bool:
        """Whether a card is to come once more in this session, if there is time."""
        return card in self.failed and self._times(card) < MOST_TIMES

    # -- in which order ------------------------------------------------------------------------------------------------

    def _wanted(self) -> Iterator[Task]:
        """All exercises that could come next, the most wanted first."""
        if self.only:
            yield from self._asked_for()
            return
        ripe = [card for card in self._repeats() if len(self.done) - self.failed[card.name] >= BETWEEN]
        yield from (self.task(card, "again") for card in ripe)
        due = [card for card in self.memory.due(self.today) if not self._times(card.name) and self.drawable(card)]
        slips, pages = [card for card in due if card.wanting], [card for card in due if not card.wanting]
        if not self._due_was_asked:
            pages.sort(key=lambda card: card.due)  # once in a session the one that has waited the most days
        first, second = (slips, pages) if self._slips_may(bool(pages)) else (pages, slips)
        for tier in (first, second):
            for card in self._mixed(tier):
                yield self.task(card, _why(card))
        yield from self._new()
        yield from (self.task(card, "again") for card in self._repeats() if card not in ripe)

    @property
    def _due_was_asked(self) -> bool:
        return any(task.why == "due" for task in self.done)

    def _slips_may(self, others_wait: bool) -> bool:
        spent = sum(task.seconds for task in self.done if task.why in ("slip", "mend"))
        return not others_wait or spent < SLIP_SHARE * SESSION

    def _repeats(self) -> list[Card]:
        return [self.memory.cards[name] for name in self.failed if self._times(name) < MOST_TIMES]

    def _times(self, name: str) -> int:
        return sum(task.card == name for task in self.done)

    def _mixed(self, tier: Sequence[Card]) -> list[Card]:
        """The same cards; those of the chapter that was just practised stand behind the others."""
        last = slugs.chapter_of(self.done[-1].slug) if self.done else ""
        return sorted(tier, key=lambda card: slugs.chapter_of(card.pages[-1]) == last)

    def _new(self) -> Iterator[Task]:
        """The next pages of the chapters that were begun, one chapter after the other."""
        if sum(task.why == "new" for task in self.done) >= MOST_NEW:
            return
        unmet = [slug for slug in self.course.pages if page_card(slug) not in self.memory.cards]
        first = {slugs.chapter_of(slug): slug for slug in reversed(unmet)}
        last = slugs.chapter_of(self.done[-1].slug) if self.done else ""
        for slug in sorted(first.values(), key=lambda slug: slugs.chapter_of(slug) == last):
            yield self._cut(page_card(slug), slug, parts(slug)[0], "new")

    def _asked_for(self) -> Iterator[Task]:
        card = self.memory.cards.get(self.only) or Card(self.only, self.today, self.today, "")
        if len(self.done) < MOST_ASKED and self.drawable(card):
            yield self.task(card, "asked")

    # -- one exercise --------------------------------------------------------------------------------------------------

    def task(self, card: Card, why: str) -> Task:
        """The next exercise for a card: of a page its next part, of a slip another page on which it can be made."""
        turn = sum(event in ANSWERED for event in card.events)
        if card.kind == "page":  # what went wrong is asked again, before the page goes on
            listed, turn = parts(card.what), sum(event in ("right", "hinted") for event in card.events)
            return self._cut(card.name, card.what, listed[(turn + crc32(card.what.encode())) % len(listed)], why)
        places = self.places(card)
        slug = places[turn % len(places)]
        listed = parts_with(slug, card.what)
        return self._cut(card.name, slug, listed[turn // len(places) % len(listed)], why)

    def places(self, card: Card) -> list[str]:
        """The pages for a slip: first where it was made, then the others of the chapters that were begun."""
        home = [card.home] if find(card.home) else []
        return list(dict.fromkeys(home + self.course.with_slip(card.what)))

    def drawable(self, card: Card) -> bool:
        """Whether there is a page for it; pages and slips of an older workbook may be gone."""
        return find(card.what) is not None if card.kind == "page" else bool(self.places(card))

    def _cut(self, card: str, slug: str, boxes: Boxes, why: str) -> Task:
        return Task(card, slug, boxes, why, READ_SECONDS + self.pace * len(boxes))


def _why(card: Card) -> str:
    return "slip" if card.kind == "slip" else "mend" if card.wanting else "due"


def pace_of(entries: Iterable[Entry]) -> float:
    """Seconds that a box takes a student, from the last answers; the usual guess where there are few."""
    timed = [(entry.seconds - READ_SECONDS) / len(entry.boxes) for entry in entries if entry.seconds and entry.boxes]
    if len(timed) < 10:
        return BOX_SECONDS
    middle = sorted(timed[-50:])[len(timed[-50:]) // 2]
    return min(max(middle, 5.0), 3 * BOX_SECONDS)
