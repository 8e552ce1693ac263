"""Where the pages of a course stand, so that a number such as 7.9 or the code of a sheet leads to one.

places = Places(released(root))
places.of("07-backpropagation")[8]          Place(chapter=..., number=7, page=9, slug="backpropagation/max-node")
places.named("7.9"), places.coded(code)     the same
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from .. import pages
from ..authoring.page import Page
from ..classroom.released import Chapter, ClassError
from .codes import Code, fingerprint

NUMBER = re.compile(r"(\d{1,3})[.,](\d{1,3})", re.ASCII)


@dataclass(frozen=True)
class Place:
    """One page of a chapter, as it was handed out."""

    chapter: Chapter
    notebook: str  # the name of its notebook
    number: int  # of the chapter
    at: int  # which page of it, counted from 1
    page: Page

    @property
    def name(self) -> str:
        """As people call it: 7.9."""
        return f"{self.number}.{self.at}"

    def code(self, variant: int) -> Code:
        """The code of its sheet with these numbers."""
        return Code(self.number, self.at, variant, fingerprint(self.page.slug))


class Places:
    """All pages that were handed out, by their numbers."""

    def __init__(self, chapters: Mapping[str, Chapter]) -> None:
        self.chapters = {name: _places(chapter, _number(name, n)) for n, (name, chapter) in enumerate(chapters.items())}

    def of(self, chapter: str) -> list[Place]:
        """The pages of a chapter, in their order."""
        return self.chapters[chapter]

    def named(self, text: str) -> Place:
        """The page called 7.9, or by its slug. ClassError where there is none."""
        match = NUMBER.fullmatch(text)
        wanted = (int(match[1]), int(match[2])) if match else None
        for place in self._all():
            if (place.number, place.at) == wanted or place.page.slug == text:
                return place
        if wanted and (there := [place for place in self._all() if place.number == wanted[0]]):
            raise ClassError(f"There is no page {text}: chapter {wanted[0]} has the pages 1 to {len(there)}.")
        raise ClassError(f"There is no page {text[:60]}. Say chapter and page, as in {next(self._all()).name}.")

    def coded(self, code: Code) -> Place:
        """The page whose sheet has this code. ClassError where it is another page by now, or gone."""
        for place in self._all():
            if (place.number, place.at, fingerprint(place.page.slug)) == (code.chapter, code.page, code.name):
                return place
        raise ClassError(
            f"{code.text} was printed for another state of the course: here page {code.chapter}.{code.page} is another "
            "page, or gone. Say student and page instead, as it is called here by its title."
        )

    def after(self, place: Place) -> Place | None:
        """The next page of the same chapter."""
        return next(iter(self.of(place.chapter.name)[place.at :]), None)

    def _all(self):
        return (place for places in self.chapters.values() for place in places)


def _number(name: str, place: int) -> int:
    """The number of a chapter, with which its folder begins; where it has none, its place among all."""
    digits = re.match(r"\d{1,3}(?=-)", name)
    return int(digits[0]) if digits else place


def _places(chapter: Chapter, number: int) -> list[Place]:
    """The pages of a chapter that are still in the workbook."""
    held = [(notebook.name, slug) for notebook in chapter.notebooks.values() for slug in notebook.pages]
    found = [(name, page) for name, slug in held if (page := pages.find(slug))]
    return [Place(chapter, name, number, at, page) for at, (name, page) in enumerate(found, start=1)]
