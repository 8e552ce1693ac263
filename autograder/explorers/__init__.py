"""The explorers of the workbook: pictures that answer when something in them is moved.

    load("gradients/nudge")     one explorer; find(...) gives None where there is none
    catalogue()                 all of the workbook's, slug → explorer, in its order; catalogue("my_course") another's

An explorer shows how things hang together. It takes no answers, holds none, and costs nothing when it is deleted.

gradients, jacobians, activations, cost, backpropagation, equations, batching, training, convolution,
attention        those of a chapter
sketch, stepper  how a network is drawn; a walk through it, one operation at a time
typed            a network that somebody types
checking         the explorer *Check by nudging*
nudging, nudged  one number nudged and the cost computed anew; what each page computes, so that it can be
checks           which box holds the gradient of which number

Imports: pages, authoring, answers, layout, engine, errors.
"""

from __future__ import annotations

from functools import cache, lru_cache

from ..authoring import courses, slugs
from ..authoring.explorer import Explorer
from ..authoring.slugs import OURS
from ..errors import WorkbookError
from ..pages import chapters


class UnknownExplorer(WorkbookError, KeyError):
    """There is no such explorer; the message names the nearest ones."""

    def __str__(self) -> str:
        return self.args[0]


@cache
def catalogue(package: str = OURS) -> dict[str, Explorer]:
    """Every explorer of a course, slug → explorer, in the order of its chapters."""
    return {explorer.slug: explorer for chapter in chapters(package) for explorer in chapter_explorers(chapter)}


def chapter_explorers(chapter: str) -> list[Explorer]:
    """The explorers that the module of a chapter defines, in the order in which they stand there."""
    module = courses.part_of(chapter, "explorers")
    if module is None:
        return []  # not every chapter has one
    explorers = [value for value in vars(module).values() if isinstance(value, Explorer)]
    return [explorer for explorer in explorers if explorer.chapter == chapter]


@lru_cache(maxsize=256)
def _of(chapter: str) -> dict[str, Explorer]:
    return {found.slug: found for found in chapter_explorers(chapter)}


def find(slug: object) -> Explorer | None:
    """The explorer called `slug`; None if there is none. Of the chapters only its own is read."""
    chapter = slugs.chapter_of(slug) if isinstance(slug, str) else ""
    return _of(chapter).get(str(slug)) if chapter else None


def load(slug: str) -> Explorer:
    """The explorer called `slug`; UnknownExplorer if there is none."""
    if (found := find(slug)) is not None:
        return found
    from difflib import get_close_matches

    package = slugs.course_of(slugs.chapter_of(slug)) if isinstance(slug, str) else OURS
    if lack := courses.lack_of(package):
        raise UnknownExplorer(f"There is no explorer “{str(slug)[:60]}”. {lack}")
    known = catalogue(package)
    near = get_close_matches(str(slug), known, n=3, cutoff=0.4)
    hint = f" Did you mean {' or '.join(near)}?" if near else ""
    raise UnknownExplorer(f"There is no explorer “{str(slug)[:60]}”.{hint}")
