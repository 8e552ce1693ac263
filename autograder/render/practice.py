"""Draw what a session of practice says: its beginning, why an exercise comes, how it went, and the end.

beginning(session)            what waits today
task_head(attempt, session)   why this exercise comes, and how far the session is
checked(marks, attempt)       what is not right yet
told(attempt, told, session)  what it was, why, how it is done, when it comes again
ending(session.ending(), session)
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from html import escape

from .. import pages
from ..authoring.slugs import in_words
from ..layout.typeset import prose, unmarked
from ..marking.pages import Marks
from ..marking.policy import MONTHS
from ..practice.memory import Card, Count, History
from ..practice.met import Met
from ..practice.plan import BOX_SECONDS, READ_SECONDS, SESSION, WHY
from ..practice.session import Attempt, Ending, Session, Told
from ..submissions.ids import page_id
from .pages import solution

MINUTES = round(SESSION / 60)
FEW_DAYS, FEW_CARDS = 3, 3  # with fewer, a curve would say more than is known
WIDE, HIGH = 220, 30  # of the picture of one topic, in pixels

NOTHING = (
    "There is nothing to practise yet. Practice takes its exercises from the chapters that you have begun: fill in a "
    "page, save the notebook, and come back."
)
ALL_DONE = "Nothing is due today. What you know is firm enough to wait."
FIRM = (
    "Firm means: you would probably still know it in ten days. That is an estimate from your answers, and a rough one "
    "where there are few."
)
WENT = {
    "right": "Right.",
    "hinted": "Right, at the second look.",
    "slip": "Right now. On the way there was a slip.",
    "gave up": "This one is not yours yet.",
}
"""How an exercise went, in words."""


def beginning(session: Session) -> str:
    """What waits today, and how long it may take."""
    waiting = session.waiting()
    if session.plan.only:
        return _line(f"Practise this: {name_of(session.plan.only)}. A few exercises with other numbers.")
    if not session.memory.cards and not session.met.begun:
        return _line(NOTHING) + _links(session.met)
    listed = [_counted(waiting["slip"], "slip"), _counted(waiting["page"], "page")]
    what = " and ".join(part for part in listed if part)
    said = f"Waiting for you: {what}." if what else ALL_DONE
    before = session.minutes_today
    today = f"You have practised {_minutes(before)} today already. " if before >= 1 else ""
    about = (
        f"A session takes about {MINUTES} minutes, reckoned with {READ_SECONDS:g} seconds for an exercise and "
        f"{BOX_SECONDS:g} for each box, and later with your own pace. Nothing here is handed in or graded."
    )
    return _line(said) + _line(today + about, "wb-soft")


def plainly(text: str) -> str:
    """A sentence as HTML."""
    return escape(text)


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}" if count else ""


def _minutes(minutes: float) -> str:
    return f"{max(1, round(minutes))} minute{'' if round(minutes) <= 1 else 's'}"


def _line(text: str, kind: str = "") -> str:
    return f'<p class="{kind}">{escape(text)}</p>' if kind else f"<p>{escape(text)}</p>"


def _links(met: Met) -> str:
    """The chapters beside this one, to begin with."""
    links = [
        f'<li><a href="{escape(each.place)}">{escape(each.title)}</a></li>'
        for name, each in met.chapters.items()
        if name != "start"
    ]
    return f"<ul>{''.join(links)}</ul>" if links else ""


def name_of(card: str) -> str:
    """A card in words: the title of a page, or the slip: “chain factor left out”."""
    kind, _, what = card.partition(" ")
    if kind == "slip":
        return _named(what)
    page = pages.find(what)
    return unmarked(page.title) if page else what


def _named(code: str) -> str:
    """A slip in words: chain factor left out."""
    return code.replace("_", " ")


def task_head(attempt: Attempt, session: Session) -> str:
    """Which exercise it is, why it comes, and how much of the ten minutes is gone. A slip is not named beforehand."""
    task, number = attempt.task, len(session.outcomes) + 1
    share = min(session.spent / SESSION, 1)
    return (
        f'<p class="wb-why"><span>Exercise {number} · {escape(WHY[task.why])}</span>'
        f'<span class="wb-soft">{_gone(session.spent)} of {MINUTES} minutes</span></p>'
        f'<div class="wb-gone" aria-hidden="true"><span style="width:{share:.0%}"></span></div>'
    )


def _gone(seconds: float) -> str:
    return f"{seconds / 60:.0f}" if seconds >= 30 else "0"


def checked(marks: Marks, attempt: Attempt) -> str:
    """What is said of the boxes that are not right yet."""
    asked = [verdict for verdict in marks.verdicts if verdict.box in attempt.task.boxes]
    if all(verdict.state == "blank" for verdict in asked):
        return _line("Fill in the boxes first. If you do not know, ask how it is done.")
    said = [
        f"<li><b>Box {v.box}</b> {prose(v.message) or 'Still blank.'}</li>"
        for v in asked
        if v.message or v.state == "blank"
    ]
    return f"<p>Not yet. Have another look:</p><ul>{''.join(said)}</ul>"


def told(attempt: Attempt, about: Told, session: Session) -> str:
    """What it was, why, how it is done, and when it comes again."""
    parts = [f'<p class="wb-went wb-went-{about.event.replace(" ", "-")}">{escape(WENT[about.event])}</p>']
    parts += [f"<p><b>{escape(_named(code).capitalize())}.</b> {prose(message)}</p>" for code, message in about.slips]
    if attempt.task.slip and attempt.task.slip not in dict(about.slips):
        avoided = " You did not make it this time." if about.event == "right" else ""
        parts.append(_line(f"This was about the slip “{_named(attempt.task.slip)}”.{avoided}"))
    parts.append(f'<p class="wb-when">{escape(_when(about))} {_back(attempt, session)}</p>')
    if session.shows_how(attempt.task.slug):
        how = solution(attempt.sheet, attempt.task.boxes)
        shown = "" if about.event == "right" else " open"
        parts.append(
            f'<details{shown}><summary>How it is done</summary><div class="wb-page wb-bare">{how}</div></details>'
        )
    return "".join(parts)


def _when(about: Told) -> str:
    day = "tomorrow" if about.days <= 1 else f"in {about.days} days, on {_day(about.due)}"
    return f"Comes again later in this session, and then {day}." if about.again else f"Comes again {day}."


def _day(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1]}"


def _back(attempt: Attempt, session: Session) -> str:
    """A link to the page in its chapter."""
    page, chapter = attempt.page, session.met.chapters.get(attempt.page.chapter)
    if chapter is None:
        return ""
    place = f"{chapter.place}#{page_id(page.slug)[:64]}"
    return f'It is from <a href="{escape(place)}">{escape(unmarked(page.title))}</a>.'


# -- the end -----------------------------------------------------------------------------------------------------------


def ending(end: Ending, session: Session) -> str:
    """What became firm, what comes when, and how firm each chapter is by now."""
    if not end.done:
        head = NOTHING if not session.memory.cards else ALL_DONE
        return _line(head) + (_links(session.met) if head == NOTHING else picture(end.history))
    done = (
        f"{end.done} exercise{'' if end.done == 1 else 's'} in {_minutes(end.seconds / 60)}, {end.right} right at once."
    )
    return (
        f"{_line(done)}{_firm(end.became_firm)}<h2>What comes when</h2>{_coming(end)}"
        f"<h2>How firm it is</h2>{picture(end.history)}"
    )


def _firm(cards: Sequence[Card]) -> str:
    if not cards:
        return ""
    listed = "".join(f"<li>{escape(name_of(card.name))}</li>" for card in cards)
    return f"<h2>Firm since today</h2><ul>{listed}</ul>"


def _coming(end: Ending) -> str:
    lines = [f"{_day(day)}: {count}" for day, count in end.coming]
    lines += [f"later: {end.later}"] if end.later else []
    lines = [f"still waiting today: {end.waiting}", *lines] if end.waiting else lines
    return f"<ul>{''.join(f'<li>{escape(line)}</li>' for line in lines)}</ul>"


def picture(history: History) -> str:
    """How many pages and slips of each chapter were met, and how many of them were firm, day by day."""
    days = [day for day, _ in history]
    met = {name for _, counts in history for name in counts}
    topics = [name for name in pages.chapters() if name in met] + sorted(met - {*pages.chapters()})
    if not topics:
        return ""
    enough = len(days) > FEW_DAYS  # today is one of them
    rows = "".join(_row(name, history, enough) for name in topics)
    more = f" A curve needs more than {FEW_DAYS} days of practice; so far there are the counts."
    if enough:
        more = f" The pictures begin on {_day(days[0])} and end today; grey is what you have met, green what is firm."
    return f'<table class="wb-firm"><tbody>{rows}</tbody></table>{_line(FIRM + more, "wb-soft")}'


def _row(topic: str, history: History, enough: bool) -> str:
    counts = [(day, seen.get(topic, Count(0, 0))) for day, seen in history]
    firm, met = counts[-1][1]
    title = in_words(topic)
    words = f"{firm} of {met} firm"
    drawn = _curve(counts, f"{title}: {words}") if enough and met >= FEW_CARDS else ""
    return f'<tr><th scope="row">{escape(title)}</th><td>{drawn}</td><td>{words}</td></tr>'


def _curve(counts: list[tuple[date, Count]], words: str) -> str:
    """Two areas that grow in steps: what was met, and in it what was firm."""
    first, last = counts[0][0], counts[-1][0]
    most, span = max(count.met for _, count in counts), max((last - first).days, 1)

    def area(which: int) -> str:
        path, below = "", HIGH
        for day, count in counts:
            across, up = (day - first).days / span * WIDE, HIGH - count[which] / most * (HIGH - 2)
            path += f"L{across:.1f} {below:.1f}L{across:.1f} {up:.1f}"
            below = up
        return f"M0 {HIGH}{path}L{WIDE} {below:.1f}L{WIDE} {HIGH}Z"

    label = f"{words}, from {_day(first)} to {_day(last)}"
    return (
        f'<svg viewBox="0 0 {WIDE} {HIGH}" width="{WIDE}" height="{HIGH}" role="img" aria-label="{escape(label)}">'
        f'<path class="wb-met" d="{area(1)}"/><path class="wb-holds" d="{area(0)}"/></svg>'
    )


def plain(session: Session) -> str:
    """What waits today, as text, where there is no browser."""
    waiting = session.waiting()
    return (
        f"Practice: {waiting['slip']} slips and {waiting['page']} pages wait. "
        "It needs a browser: open this notebook in JupyterLab or Notebook 7."
    )
