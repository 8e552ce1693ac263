"""What a student has met: pages and slips in the chapters' notebooks, read as data. Nothing of them is run.

    met = met_in(Path("chapters"))           Met: the chapters that were begun, pages done, slips that stand there
    news(met, memory, today)                 the entries that the log lacks so far

Only what the course tells of the marks is looked at: while they are held back, no slip is known here either.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from .. import pages
from ..authoring import slugs
from ..marking.pages import Marks, mark
from ..marking.policy import policy_of
from ..marking.progress import notebooks_in, settings_in, title_of
from ..marking.states import RECORDED, RIGHT
from ..marking.variants import own_variant
from ..submissions.answers import read_cells
from ..submissions.notebook import Cell
from .log import Entry
from .memory import Memory, page_card, slip_card


@dataclass(frozen=True)
class PageMet:
    """A page with something typed on it, and what may be told of it."""

    slug: str
    done: bool  # all its boxes are right or, where that is not told, filled
    wrong: bool  # a box is wrong, and no slip with a name explains it
    slips: tuple[str, ...] = ()  # codes

    def joined(self, other: PageMet) -> PageMet:
        """With the same page in another notebook."""
        slips = (*dict.fromkeys((*self.slips, *other.slips)),)
        return PageMet(self.slug, self.done or other.done, self.wrong or other.wrong, slips)


@dataclass(frozen=True)
class ChapterMet:
    """A chapter that lies beside the practice, and what was met in it."""

    chapter: str
    title: str
    place: str  # of its notebook, seen from the folder of a chapter
    shows_how: bool = True  # whether the course lets worked solutions be opened
    pages: tuple[PageMet, ...] = ()

    @property
    def begun(self) -> bool:
        return bool(self.pages)

    def joined(self, other: ChapterMet) -> ChapterMet:
        """With what another notebook with pages of this chapter holds, such as a copy, or a course of one's own."""
        pages = {page.slug: page for page in self.pages}
        for page in other.pages:
            pages[page.slug] = pages[page.slug].joined(page) if page.slug in pages else page
        return replace(self, shows_how=self.shows_how and other.shows_how, pages=(*pages.values(),))


@dataclass(frozen=True)
class Met:
    """All that was met."""

    chapters: dict[str, ChapterMet] = field(default_factory=dict[str, ChapterMet])

    @property
    def begun(self) -> tuple[str, ...]:
        """The chapters that were begun, in the order of the course; the start page is none."""
        return tuple(
            name for name, each in self.chapters.items() if each.begun and slugs.module_name(name) != slugs.START
        )

    @property
    def pages(self) -> dict[str, PageMet]:
        """Slug → what was met on the page."""
        return {page.slug: page for each in self.chapters.values() for page in each.pages}


def met_in(folder: Path, student: str = "") -> Met:
    """What the notebooks in `folder`/<chapter>/ hold; chapters that are not there are left out.

    student   the student id, where the notebooks do not say it
    """
    found: dict[str, ChapterMet] = {}
    for each in notebooks_in(folder):
        met = chapter_met([*each.listed], each.chapter, place=each.place, student=student)
        found[each.chapter] = found[each.chapter].joined(met) if each.chapter in found else met
    return Met(found)


def chapter_met(listed: list[Cell], chapter: str, *, place: str = "", student: str = "") -> ChapterMet:
    """What the cells of one notebook hold. Never raises, whatever the cells hold."""
    settings = settings_in(listed)
    known = {page.slug: page for page in pages.chapter_pages(chapter)}
    submission = read_cells(listed, list(known))
    variant = own_variant(student or submission.student or "", settings)
    policy = policy_of(settings)
    typed = (slug for slug in known if slug in submission.pages and not submission.pages[slug].blank)
    met = [_page_met(policy.tells(mark(known[slug], submission.pages[slug].answers, variant))) for slug in typed]
    return ChapterMet(chapter, title_of(listed, chapter), place, settings.show_how != "never", tuple(met))


def _page_met(marks: Marks) -> PageMet:
    verdicts = marks.verdicts
    slips = dict.fromkeys(verdict.code for verdict in verdicts if verdict.state == "mistake" and verdict.code)
    done = all(verdict.state in (*RIGHT, RECORDED) for verdict in verdicts)
    wrong = any(verdict.state == "wrong" for verdict in verdicts)
    return PageMet(marks.page.slug, done, wrong, tuple(slips))


def news(met: Met, memory: Memory, today: date) -> Iterator[Entry]:
    """What stands in the notebooks and is not in the log: slips, pages done, pages with something wrong."""
    for slug, page in met.pages.items():
        if slugs.module_name(slugs.chapter_of(slug)) == slugs.START:
            continue
        for code in page.slips:
            if (slip_card(code), slug) not in memory.known:
                yield Entry(today, "seen slip", slip_card(code), slug)
        if (page.done or page.wrong) and page_card(slug) not in memory.cards:
            yield Entry(today, "seen right" if page.done else "seen wrong", page_card(slug), slug)
