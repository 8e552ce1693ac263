"""Everything that the report tells of a class, each computed when it is first asked for.

    findings = Findings(read(Path("marks")))             Findings(..., names=False) leaves student names out
    findings.hardest, findings.mistakes, findings.help, findings.pairs, ...

Boxes, pages and students are numbers in `findings.verdicts`; the methods here say them in words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256

import numpy as np
from markupsafe import Markup, escape

from .. import pages
from ..authoring.exercise import Exercise
from ..authoring.mistakes import messages_of
from ..authoring.page import Page, PageError
from ..authoring.slugs import chapter_of, course_of
from ..classroom.history import Run
from ..layout.typeset import mathematics, unmarked
from . import acting, pairs, slips, students
from .table import BLANK, FOLLOWS, SLIPS, SOLVED, UNREADABLE, Verdicts


@dataclass(frozen=True)
class Findings:
    """A class, and what is worth knowing about it."""

    verdicts: Verdicts
    names: bool = True  # whether students are called by name
    links: str = ""  # where, seen from a notebook, the course lies to whose chapters its links lead
    runs: Mapping[str, list[Run]] = field(default_factory=dict[str, list[Run]])  # chapter → how it stood, run by run

    @cached_property
    def everybody(self) -> list[students.Standing]:
        return students.standing(self.verdicts)

    @cached_property
    def hardest(self) -> list[slips.Hard]:
        """Boxes at which surely many slip."""
        return slips.hardest(self.verdicts)

    @cached_property
    def mistakes(self) -> list[slips.Mistake]:
        """With a name, the commonest first."""
        return [mistake for mistake in self._mistakes if mistake.code]

    @cached_property
    def nameless(self) -> slips.Mistake | None:
        """All slips without a name, together."""
        return next((mistake for mistake in self._mistakes if not mistake.code), None)

    @cached_property
    def _mistakes(self) -> list[slips.Mistake]:
        return slips.mistakes(self.verdicts)

    @cached_property
    def unfinished(self) -> list[acting.Unfinished]:
        return acting.unfinished(self.verdicts)

    @cached_property
    def again(self) -> list[acting.Again]:
        """Slips that students made once more after their hint."""
        return acting.again(self.verdicts)

    @cached_property
    def unnamed(self) -> list[slips.Unnamed]:
        return slips.unnamed(self.verdicts)

    @cached_property
    def help(self) -> list[students.Help]:
        """Students who need help, with the reasons."""
        return [each for each in self._reasons if not each.habit]

    @cached_property
    def habits(self) -> list[students.Help]:
        """Students who get on, but for one slip that they make again and again."""
        return [each for each in self._reasons if each.habit]

    @cached_property
    def _reasons(self) -> list[students.Help]:
        return students.need_help(self.verdicts)

    @cached_property
    def pairs(self) -> list[pairs.Pair] | None:
        return pairs.suspicious(self.verdicts)

    @cached_property
    def totals(self) -> dict[str, int]:
        """How many boxes there are of each kind, over the whole class."""
        counts = self.verdicts.by_box.sum(axis=0)
        return {
            "boxes": int(counts.sum()),
            "solved": int(counts[SOLVED].sum()),
            "slips": int(counts[SLIPS].sum()),
            "follows": int(counts[FOLLOWS]),
            "unreadable": int(counts[UNREADABLE]),
            "blank": int(counts[BLANK]),
        }

    # -- in words ------------------------------------------------------------------------------------------------------

    @cached_property
    def called(self) -> list[str]:
        """What each student is called: by name, or by a number that says nothing about the name."""
        names = self.verdicts.students
        if self.names:
            return list(names)
        shuffled = sorted(range(len(names)), key=lambda n: sha256(names[n].encode()).digest())
        width = len(str(len(names)))
        return [f"student {place:0{width}d}" for place in np.argsort(shuffled) + 1]

    def page(self, page: int) -> Page | None:
        """The page of this number; None where the course does not know it, or it cannot be made."""
        known = pages.find(self.verdicts.pages[page].slug)
        try:
            return known if known and known.sheet() else None
        except PageError:
            return None

    def exercise(self, page: int) -> Exercise | None:
        """The code exercise that stands in the place of this page; None where it is none."""
        return pages.find_exercise(self.verdicts.pages[page].slug)

    def known(self, page: int) -> bool:
        """Whether the course knows this page or code exercise."""
        return bool(self.page(page) or self.exercise(page))

    def title(self, page: int) -> str:
        """The heading of a page or code exercise."""
        known = self.page(page) or self.exercise(page)
        return unmarked(known.title) if known else self.verdicts.pages[page].slug

    def label(self, box: int) -> Markup:
        """A box as one speaks of it, its name typeset: box 7, row 2, column 1 of ∂L/∂W. Code: what it should do."""
        page, number = self.verdicts.boxes[box]
        if (code := self.exercise(page)) and number <= len(code.behaviours):
            return escape(f"part {number}, “{unmarked(code.behaviours[number - 1].title)}”")
        known = self.page(page)
        boxes = known.sheet().boxes if known else ()
        if number > len(boxes):
            return Markup(f"box {number}")
        asked = boxes[number - 1]
        return escape(asked.place) + Markup('<span class="wb-m">{}</span>').format(Markup(mathematics(asked.name)))

    @cached_property
    def usual(self) -> dict[int, tuple[slips.Given, ...]]:
        """What was given in each box; without names, only answers of at least two: one may hold a name."""
        return slips.commonest(self.verdicts, list(range(len(self.verdicts.boxes))), least=1 if self.names else 2)


def message(code: str, slug: str = "") -> str:
    """What students are told about a mistake, as the course of this page says it; "" for a code without a message."""
    return unmarked(messages_of(course_of(chapter_of(slug))).get(code, ""))


def chapter_name(chapter: str) -> str:
    """A chapter's folder in words: 7 Backpropagation."""
    number, _, name = chapter.partition("-")
    return f"{int(number)} {name.replace('-', ' ').capitalize()}" if number.isdecimal() and name else chapter
