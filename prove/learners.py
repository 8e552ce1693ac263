"""Simulated students who practise for 200 days: what is forgotten, which slips are made, how long it takes.

    outcome = practised(Learner(seed=3))        a Diary
    section(day, diaries)                       the section of docs/quality.md

A learner forgets pages by a curve of their own, which knows nothing of FSRS, and has misconceptions: slips made again
and again where a page allows them, less so each time one is practised, and more so again when it is left alone.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from statistics import mean, median

from autograder import pages
from autograder.marking.states import Verdict
from autograder.practice.log import ANSWERED, Log
from autograder.practice.memory import Memory
from autograder.practice.met import ChapterMet, Met, PageMet
from autograder.practice.parts import codes
from autograder.practice.plan import BOX_SECONDS, READ_SECONDS, SESSION
from autograder.practice.session import Attempt, Session

DAYS = 200
START = date(2026, 1, 5)
CHAPTERS = [name for name in pages.CHAPTERS if name != "start"]
CHAPTER_DAYS, PAGES_A_DAY = 14, 2  # how fast the chapters are worked through
TITLE = "## What practice does in 200 days"


@dataclass
class Learner:
    """A student with a memory and with misconceptions."""

    seed: int
    attends: float = 0.8  # share of days on which there is practice
    misconceptions: int = 12
    seconds: float = 22.0  # a box takes about so long
    half_life: float = 4.0  # days after which half of what was learned once is forgotten
    draw: random.Random = field(init=False)
    habit: dict[str, float] = field(init=False)  # code → how likely the slip is, where it can be made
    left: dict[str, date] = field(default_factory=dict[str, date])  # code → when it was last practised
    lives: dict[str, float] = field(default_factory=dict[str, float])  # page → its half-life by now
    seen: dict[str, date] = field(default_factory=dict[str, date])

    def __post_init__(self) -> None:
        self.draw = random.Random(self.seed)
        often = sorted(code for code, slugs in places().items() if len(slugs) >= 3)
        self.habit = {code: self.draw.uniform(0.6, 0.95) for code in self.draw.sample(often, self.misconceptions)}

    def slip(self, slug: str, today: date, only: Iterable[str] | None = None) -> str:
        """The slip that is made on this page today, if any."""
        for code in sorted(codes(slug) & (self.habit.keys() if only is None else {*only})):
            away = (today - self.left[code]).days if code in self.left else 0
            chance = min(0.95, self.habit.get(code, 0.0) * 1.01**away)  # a habit creeps back
            if self.draw.random() < chance:
                return code
        return ""

    def corrected(self, code: str, today: date) -> None:
        """A slip was pointed out, or avoided: the habit weakens."""
        if code in self.habit:
            self.habit[code] *= 0.75
            self.left[code] = today

    def remembers(self, slug: str, today: date) -> bool:
        """Whether a page is still known; it is known longer each time, and after it was forgotten learned again."""
        life, away = self.lives.get(slug, self.half_life), (today - self.seen.get(slug, today)).days
        known = self.draw.random() < 0.5 ** (away / life / 3)
        self.lives[slug] = life * 1.9 if known else max(life * 0.6, 2.0)
        self.seen[slug] = today
        return known


@cache
def places() -> dict[str, list[str]]:
    """Code of a slip → the pages on which it can be made."""
    found: dict[str, list[str]] = defaultdict(list)
    for slug in pages.catalogue():
        for code in codes(slug):
            found[code].append(slug)
    return found


@dataclass
class Diary:
    """What happened to one learner."""

    sessions: list[float] = field(default_factory=list[float])  # seconds
    waits: dict[str, int] = field(default_factory=lambda: defaultdict(int))  # kind of card → most days it waited
    habits: list[tuple[float, float]] = field(default_factory=list[tuple[float, float]])  # before and after
    chances: list[tuple[int, bool]] = field(default_factory=list[tuple[int, bool]])  # (which time it was met, slipped)
    met_again: list[int] = field(default_factory=list[int])  # days from a slip in a chapter to the first practice of it
    pages_asked: int = 0
    never: int = 0  # slips made in a chapter and not practised by the end


def practised(learner: Learner, days: int = DAYS) -> Diary:
    """Let a learner work through the chapters and practise; what came of it."""
    diary, log, chapters = Diary(), Log(), dict[str, list[PageMet]]()
    before, times, made = dict(learner.habit), defaultdict[str, int](int), dict[str, date]()
    session: Session | None = None
    for n in range(days):
        today = START + timedelta(n)
        _study(learner, chapters, n, today, made)
        met = Met({name: ChapterMet(name, name, "", True, tuple(listed)) for name, listed in chapters.items()})
        if learner.draw.random() > learner.attends:
            continue
        session = Session(log, met, today, numbers=lambda *_: 1, memory=session.memory if session else Memory())
        for card in session.memory.due(today):
            diary.waits[card.kind] = max(diary.waits[card.kind], (today - card.due).days)
        while (attempt := session.next()) is not None:
            for code in [attempt.task.slip] if attempt.task.slip in learner.habit else []:
                if code in made and times[code] == 0:
                    diary.met_again.append((today - made[code]).days)
                times[code] += 1
                diary.chances.append((times[code], _answer(learner, attempt, today) == code))
                break
            else:
                _answer(learner, attempt, today)
            session.close(attempt, _seconds(learner, attempt))
        diary.sessions.append(session.spent)
    diary.habits = [(before[code], learner.habit[code]) for code in before if times[code]]
    diary.never = sum(not times[code] for code in made)
    diary.pages_asked = len({entry.page for entry in log.entries if entry.event in ANSWERED})
    return diary


def _study(
    learner: Learner, chapters: dict[str, list[PageMet]], n: int, today: date, made: dict[str, date]
) -> None:  # fmt: skip
    """The pages of the day, in the chapter of the fortnight."""
    chapter = CHAPTERS[n // CHAPTER_DAYS] if n // CHAPTER_DAYS < len(CHAPTERS) else ""
    done = chapters.setdefault(chapter, []) if chapter else []
    listed = pages.chapter_pages(chapter)[len(done) : len(done) + PAGES_A_DAY] if chapter else []
    for page in listed:
        code = learner.slip(page.slug, today)
        if code:
            made.setdefault(code, today)
        learner.seen[page.slug] = today
        done.append(PageMet(page.slug, not code, False, (code,) if code else ()))


def _answer(learner: Learner, attempt: Attempt, today: date) -> str:
    """Answer an exercise as this learner would; the slip that was made."""
    task = attempt.task
    boxes = pages.load(task.slug).sheet().boxes
    can = {code for n in task.boxes for code, _ in boxes[n - 1].mistakes}
    code = learner.slip(task.slug, today, can & learner.habit.keys())
    known = learner.remembers(task.slug, today)
    if code:
        attempt.slips[code] = Verdict(task.boxes[0], "mistake", code=code)
    elif not known:
        attempt.wrong, attempt.gave_up = True, learner.draw.random() < 0.5
    for practised_code in can & learner.habit.keys():
        learner.corrected(practised_code, today)
    return code


def _seconds(learner: Learner, attempt: Attempt) -> float:
    boxes = len(attempt.task.boxes)
    return 20 + boxes * learner.seconds * learner.draw.lognormvariate(0, 0.3) * (1.5 if attempt.wrong else 1)


# -- what it comes to --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Figures:
    """Of several learners together."""

    learners: int
    sessions: int
    typical: float  # minutes
    longest: float
    over: float  # share of sessions over ten minutes by more than half a minute
    waited_slip: int  # days
    waited_page: int
    met_again: float  # days, the median
    never: int
    first: float  # share of exercises in which the slip was made, the first time it is practised
    later: float  # and from the sixth time on
    before: float  # strength of the habits
    after: float


def figures(diaries: Sequence[Diary]) -> Figures:
    """The figures of these learners."""
    sessions = [seconds for diary in diaries for seconds in diary.sessions]
    chances = [chance for diary in diaries for chance in diary.chances]
    habits = [pair for diary in diaries for pair in diary.habits]
    return Figures(
        len(diaries), len(sessions), median(sessions) / 60, max(sessions) / 60,
        mean(seconds > SESSION + 30 for seconds in sessions),
        max(diary.waits["slip"] for diary in diaries), max(diary.waits["page"] for diary in diaries),
        median(days for diary in diaries for days in diary.met_again), sum(diary.never for diary in diaries),
        mean(slipped for time, slipped in chances if time == 1), mean(slipped for time, slipped in chances if time > 5),
        mean(before for before, _ in habits), mean(after for _, after in habits),
    )  # fmt: skip


def broken(found: Figures) -> list[str]:
    """The promises that these figures break, in words."""
    promises = {
        "the slips do not fade": found.first > 0.4 and found.later < 0.1 and found.after < found.before / 10,
        "slips are not met again at once": found.met_again <= 1 and found.never == 0,
        "sessions are too long": found.typical < 10 and found.longest < 13.5 and found.over < 0.05,
        "something waits too long": found.waited_slip <= 7 and found.waited_page <= 90,
    }
    return [words for words, kept in promises.items() if not kept]


def section(day: date, found: Figures) -> str:
    """The section of docs/quality.md."""
    rows = {
        "sessions": f"{found.sessions}",
        "minutes of a session, the median": f"{found.typical:.1f}",
        "minutes of the longest session": f"{found.longest:.1f}",
        "sessions of more than ten and a half minutes": f"{found.over:.1%}",
        "days from a slip in a chapter until it is practised, the median": f"{found.met_again:g}",
        "slips made in a chapter and never practised": f"{found.never}",
        "exercises with the slip, the first time it is practised": f"{found.first:.0%}",
        "exercises with the slip, from the sixth time on": f"{found.later:.0%}",
        "strength of the habits, before and after": f"{found.before:.2f} → {found.after:.3f}",
        "most days that a slip which was due had to wait": f"{found.waited_slip}",
        "most days that a page which was due had to wait": f"{found.waited_page}",
    }
    table = "".join(f"| {words} | {figure} |\n" for words, figure in rows.items())
    return (
        f"{TITLE}\n\n"
        f"`make prove` on {day.isoformat()}: {found.learners} simulated learners work through all chapters, "
        f"{PAGES_A_DAY} pages a day, and practise on four days of five. Each forgets by a curve of their own, which "
        "knows nothing of the scheduler, and has twelve misconceptions, which weaken when they are practised and creep "
        f"back when they are left alone. An exercise is planned with {READ_SECONDS:g} seconds for reading and "
        f"{BOX_SECONDS:g} seconds a box; a learner takes 14 to 35. `make test` tries one of them.\n\n"
        f"| | |\n|:--|--:|\n{table}\n"
        "A misconception that is practised weakens here by assumption. What the figures show is that practice finds "
        "the slips, brings them again often enough and soon enough, and neglects nothing else meanwhile. The longest "
        "waits are those of a slow learner, for whom ten minutes a day are less than the whole course would need.\n"
    )


def the_class(learners: int) -> list[Learner]:
    """Learners who differ: quick and slow, with a good memory and with a bad one."""
    draw = random.Random(7)
    return [
        Learner(seed, seconds=draw.uniform(14, 35), half_life=draw.uniform(2, 8)) for seed in range(1, learners + 1)
    ]
