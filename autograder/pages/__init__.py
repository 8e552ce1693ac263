"""The catalogue: every page and code exercise of the workbook, in the order of the course.

load("gradients/one-weight")                one page
catalogue()                                 all of them, slug → page
load_exercise("activations/relu-code")      one code exercise
exercises()                                 all of them, slug → exercise

start, gradients, jacobians, elementwise, neuron, activations,
cost, backpropagation, equations, batching, training   the pages of a chapter, one module for each
activations_code, training_code, training_steps_code, training_bikes_code   the code exercises
curriculum   what is taught: the rows that pages and exercises refer to

Imports: authoring, answers, bikes, layout, kernels (the values that scripts give), engine, errors.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

from ..authoring import slugs
from ..authoring.page import DECLARED, Page, PageError
from ..errors import WorkbookError

if TYPE_CHECKING:  # what marking pages does without is imported where it is used, so that marking starts quickly
    from ..authoring.exercise import Exercise

CHAPTERS = {
    "start": "00-start",
    "gradients": "01-gradients",
    "jacobians": "02-jacobians",
    "elementwise": "03-elementwise",
    "neuron": "04-neuron",
    "activations": "05-activations",
    "cost": "06-cost",
    "backpropagation": "07-backpropagation",
    "equations": "08-equations",
    "batching": "09-batching",
    "training": "10-training",
}
"""Module of pages → folder of the chapter, in the order of the course."""

CODE = ("activations_code", "training_code", "training_steps_code", "training_bikes_code")
"""Modules of code exercises, in the order of the course."""


class UnknownPage(WorkbookError, KeyError):
    """There is no such page or exercise; the message names the nearest ones."""

    def __str__(self) -> str:
        return self.args[0]


@lru_cache(maxsize=1)
def catalogue() -> dict[str, Page]:
    """Every page, slug → page, in the order of the course. PageError when two have the same slug."""
    pages = {page.slug: page for chapter in CHAPTERS for page in chapter_pages(chapter)}
    for slug in pages:
        if len(places := DECLARED[slug]) > 1:
            where = " and ".join(f"{file}:{line}" for file, line in sorted(places))
            raise PageError(f"two pages are called {slug} ({where}); rename one of the functions")
    return pages


@lru_cache(maxsize=len(CHAPTERS))
def _of(chapter: str) -> dict[str, Page]:
    return {page.slug: page for page in chapter_pages(chapter)}


def chapter_pages(chapter: str) -> list[Page]:
    """The pages that the module of a chapter defines, in the order in which they stand there, and numbered so."""
    module = _module(chapter)
    pages = [page for page in vars(module).values() if isinstance(page, Page) and page.chapter == chapter]
    return [replace(page, place=place) for place, page in enumerate(pages, start=1)]


def _module(name: str) -> ModuleType:
    """The module autograder/pages/<name>.py; PageError with the line where Python cannot read it."""
    try:
        return import_module(f"{__name__}.{name}")
    except Exception as error:
        from pathlib import Path
        from traceback import extract_tb

        here = Path(__file__).parent
        places = [(frame.filename, frame.lineno) for frame in extract_tb(error.__traceback__)]
        file, line = [place for place in places if Path(place[0]).parent == here][-1]
        if isinstance(error, SyntaxError):
            file, line = error.filename, error.lineno
        raise PageError(f"{file}:{line}: {type(error).__name__}: {error}") from error


@lru_cache(maxsize=1)
def exercises() -> dict[str, Exercise]:
    """Every code exercise, slug → exercise, in the order of the course."""
    from ..authoring.exercise import Exercise

    modules = [_module(name) for name in CODE]
    found = [(module, made) for module in modules for made in vars(module).values() if isinstance(made, Exercise)]
    return {made.slug: made for module, made in found if made.reference.__module__ == module.__name__}


def load(slug: str) -> Page:
    """The page called `slug`; UnknownPage if there is none. Of the chapters only its own is read."""
    chapter = slugs.chapter_of(slug) if isinstance(slug, str) else ""
    known = _of(chapter) if chapter in CHAPTERS else {}
    return known[slug] if known and slug in known else _load(slug, catalogue(), "page")


def load_exercise(slug: str) -> Exercise:
    """The code exercise called `slug`; UnknownPage if there is none."""
    return _load(slug, exercises(), "code exercise")


def _load(slug: str, known: dict, kind: str):
    try:
        return known[slug]
    except (KeyError, TypeError):
        from difflib import get_close_matches

        near = get_close_matches(str(slug), known, n=3, cutoff=0.4)
        hint = f" Did you mean {' or '.join(near)}?" if near else ""
        raise UnknownPage(f"There is no {kind} “{str(slug)[:60]}”.{hint}") from None
