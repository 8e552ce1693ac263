"""A session of about ten minutes: one exercise after the other, each marked when it is checked, and what it comes to.

    session = Session(Log(path), met_in(folder), today)
    attempt = session.next()                Attempt, or None at the end
    attempt.check({3: "2"})                 the marks; attempt.over says whether it is done with
    told = session.close(attempt, 85)       what happened and when it comes again; it is in the log now
    session.ending()                        what became firm, what comes when

Until an exercise is checked nothing is said of it: what counts is what one knows before one is told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import NamedTuple

from .. import pages
from ..authoring import slugs
from ..authoring.mistakes import MESSAGES
from ..authoring.page import Page, Sheet
from ..errors import WorkbookError
from ..marking.pages import Marks, mark
from ..marking.states import RIGHT, Verdict
from .log import Entry, Log
from .memory import Card, History, Memory, history, page_card, slip_card
from .met import Met, news
from .parts import Boxes, variant_for
from .plan import SESSION, Course, Plan, Task, pace_of

SAYS_NOTHING = (
    "blank",
    "unreadable",
    "few_digits",
)  # of what one knows: such a box is asked again, and nothing counted
AWAY = 3  # times the seconds an exercise should take, after which somebody is taken to have left


class UnknownPractice(WorkbookError):
    """There is no such slip or page to practise."""


@dataclass
class Attempt:
    """One exercise, and how it goes."""

    task: Task
    variant: int
    checks: int = 0  # that told something of what is known
    wrong: bool = False
    gave_up: bool = False
    solved: bool = False
    slips: dict[str, Verdict] = field(default_factory=dict[str, Verdict])  # code → the verdict that named it first

    @property
    def page(self) -> Page:
        return pages.load(self.task.slug)

    @cached_property
    def sheet(self) -> Sheet:
        """The page with the numbers of this exercise."""
        return self.page.sheet(self.variant)

    @cached_property
    def printed(self) -> dict[int, str]:
        """What is printed in the boxes before those asked for; the boxes after them are left out."""
        asked = self.task.boxes
        return {
            box.number: box.shown for box in self.sheet.boxes if box.number < max(asked) and box.number not in asked
        }

    @property
    def over(self) -> bool:
        """Whether nothing is left to do but to go on."""
        return self.solved or self.gave_up

    def marks(self, texts: Mapping[int, str]) -> Marks:
        """The marks of these texts in the boxes asked for, where all boxes before them are right."""
        asked = {n: texts.get(n, "") for n in self.task.boxes}
        return mark(self.page, self.printed | asked, self.variant)

    def check(self, texts: Mapping[int, str]) -> Marks:
        """Mark the exercise as it stands, and remember how it went."""
        marks = self.marks(texts)
        asked = [verdict for verdict in marks.verdicts if verdict.box in self.task.boxes]
        if self.over:
            return marks
        bad = [verdict for verdict in asked if verdict.state in ("mistake", "wrong")]
        self.solved = all(verdict.state in RIGHT for verdict in asked)
        self.wrong = self.wrong or bool(bad)
        self.checks += bool(bad) or self.solved
        for verdict in bad:
            if verdict.code in MESSAGES:
                self.slips.setdefault(verdict.code, verdict)
        return marks

    def give_up(self) -> None:
        """Ask for the solution before all is right."""
        self.gave_up = not self.solved

    @property
    def event(self) -> str:
        """How it went, as the log has it."""
        if self.gave_up:
            return "gave up"
        return "slip" if self.slips else "hinted" if self.wrong else "right"


class Told(NamedTuple):
    """What is said when an exercise is over."""

    event: str
    slips: tuple[tuple[str, str], ...]  # (code, what is said of it)
    again: bool  # whether it comes once more in this session
    due: date  # when it comes after that
    days: int


class Ending(NamedTuple):
    """What is said at the end of a session."""

    done: int  # exercises
    right: int  # of these right at once
    seconds: float
    became_firm: tuple[Card, ...]
    coming: tuple[tuple[date, int], ...]  # how many cards come on each of the next days on which any come
    later: int  # cards that come after these
    waiting: int  # due today, and not asked any more
    history: History


COMING_DAYS = 7


@dataclass(repr=False)
class Session:
    """What a student practises on one day, and the file that remembers it."""

    log: Log
    met: Met
    today: date
    only: str = ""  # the code of a slip, or the slug of a page, that was asked for
    numbers: Callable[[str, Boxes, str, int], int] = variant_for  # which variant an exercise gets
    memory: Memory = field(default_factory=Memory)  # what the log comes to, where that is known already

    def __post_init__(self) -> None:
        if not self.memory.cards:
            for entry in self.log.entries:
                self.memory.take(entry)
        self.take(*news(self.met, self.memory, self.today))
        self.spent = 0.0
        begun = [page.slug for name in self.met.begun for page in pages.chapter_pages(name)]
        only = _card_of(self.only)
        if only.startswith("slip ") and not Course(tuple(begun)).with_slip(self.only):
            begun = list(pages.catalogue())
        self.plan = Plan(self.memory, Course(tuple(begun)), self.today, only, pace_of(self.log.entries))
        self.outcomes: list[str] = []

    def take(self, *entries: Entry) -> None:
        """Remember what happened, on the disk too."""
        self.log.add(*entries)
        for entry in entries:
            self.memory.take(entry)

    @property
    def minutes_today(self) -> float:
        """What was practised today already, before this session and in it."""
        return sum(entry.seconds for entry in self.log.on(self.today)) / 60

    def waiting(self) -> Counter[str]:
        """How many slips and pages are due."""
        due = (card for card in self.memory.due(self.today) if self.plan.drawable(card))
        return Counter(card.kind for card in due)

    def next(self) -> Attempt | None:
        """The next exercise; None when the time is up or nothing is left."""
        task = self.plan.next(self.spent)
        if task is None:
            return None
        turn = len(self.log.entries) + len(self.plan.done)
        return Attempt(task, self.numbers(task.slug, task.boxes, task.slip, turn))

    def close(self, attempt: Attempt, seconds: float) -> Told:
        """Write down how an exercise went, and tell when it comes again."""
        task = attempt.task
        seconds = min(max(seconds, 0.0), AWAY * task.seconds)
        slips = tuple(attempt.slips)
        entry = Entry(self.today, attempt.event, task.card, task.slug, slips, task.boxes, attempt.variant, seconds)
        self.take(entry)
        self.plan.note(task, entry)
        self.spent += seconds
        self.outcomes.append(attempt.event)
        card = self.memory.cards[task.card]
        said = tuple((code, verdict.message) for code, verdict in attempt.slips.items())
        again = any(self.plan.again(name) for name in (task.card, *map(slip_card, slips)))
        return Told(attempt.event, said, again, card.due, (card.due - self.today).days)

    def ending(self) -> Ending:
        """What this session has come to."""
        cards = [card for card in self.memory.cards.values() if self.plan.drawable(card)]
        firm = tuple(card for card in cards if card.firm_since == self.today and card.last == self.today)
        days = Counter(card.due for card in cards if self.today < card.due <= self.today + timedelta(COMING_DAYS))
        later = sum(card.due > self.today + timedelta(COMING_DAYS) for card in cards)
        return Ending(
            len(self.outcomes), self.outcomes.count("right"), self.spent, firm, tuple(sorted(days.items())), later,
            self.waiting().total(), history(self.log.entries, topic_of, self.today),
        )  # fmt: skip

    @property
    def full(self) -> bool:
        """Whether the time of a session is up."""
        return self.spent >= SESSION

    def shows_how(self, slug: str) -> bool:
        """Whether the course lets the worked solution of this page be opened."""
        chapter = self.met.chapters.get(slugs.chapter_of(slug))
        return chapter is None or chapter.shows_how


def topic_of(slug: str) -> str:
    """The chapter of a page; "" for a page that is no more."""
    return slugs.chapter_of(slug) if pages.find(slug) else ""


def _card_of(asked: str) -> str:
    """The card for what a student asked for. UnknownPractice for what there is not."""
    if not asked:
        return ""
    if asked in MESSAGES:
        return slip_card(asked)
    if pages.find(asked):
        return page_card(asked)
    from difflib import get_close_matches

    near = get_close_matches(asked, [*MESSAGES, *pages.catalogue()], n=3, cutoff=0.4)
    hint = f" Did you mean {' or '.join(near)}?" if near else ""
    raise UnknownPractice(f"There is no slip and no page “{asked[:60]}”.{hint}")
