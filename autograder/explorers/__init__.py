"""The explorers of the workbook: pictures that answer when something in them is moved.

    load("gradients/nudge")     one explorer
    catalogue()                 all of them, slug → explorer, in the order of the course

An explorer shows how things hang together. It takes no answers, holds none, and costs nothing when it is deleted.

gradients, jacobians, activations, cost, backpropagation, equations, batching, training   those of a chapter
sketch, stepper  how a network is drawn; a walk through it, one operation at a time
typed            a network that somebody types
checking         the explorer *Check by nudging*
nudging, nudged  one number nudged and the cost computed anew; what each page computes, so that it can be
checks           which box holds the gradient of which number

Imports: pages, authoring, answers, layout, engine, errors.
"""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec

from ..authoring import slugs
from ..authoring.explorer import Explorer
from ..errors import WorkbookError
from ..pages import CHAPTERS


class UnknownExplorer(WorkbookError, KeyError):
    """There is no such explorer; the message names the nearest ones."""

    def __str__(self) -> str:
        return self.args[0]


@lru_cache(maxsize=1)
def catalogue() -> dict[str, Explorer]:
    """Every explorer, slug → explorer, in the order of the course."""
    return {explorer.slug: explorer for chapter in CHAPTERS for explorer in chapter_explorers(chapter)}


def chapter_explorers(chapter: str) -> list[Explorer]:
    """The explorers that the module of a chapter defines, in the order in which they stand there."""
    if find_spec(f"{__name__}.{chapter}") is None:
        return []  # not every chapter has one
    module = import_module(f"{__name__}.{chapter}")
    explorers = [value for value in vars(module).values() if isinstance(value, Explorer)]
    return [explorer for explorer in explorers if explorer.chapter == chapter]


@lru_cache(maxsize=len(CHAPTERS))
def _of(chapter: str) -> dict[str, Explorer]:
    return {found.slug: found for found in chapter_explorers(chapter)}


def load(slug: str) -> Explorer:
    """The explorer called `slug`; UnknownExplorer if there is none. Of the chapters only its own is read."""
    try:
        chapter = slugs.chapter_of(slug) if isinstance(slug, str) else ""
        known = _of(chapter) if chapter in CHAPTERS else {}
        return known[slug] if slug in known else catalogue()[slug]
    except (KeyError, TypeError):
        from difflib import get_close_matches

        near = get_close_matches(str(slug), catalogue(), n=3, cutoff=0.4)
        hint = f" Did you mean {' or '.join(near)}?" if near else ""
        raise UnknownExplorer(f"There is no explorer “{str(slug)[:60]}”.{hint}") from None
