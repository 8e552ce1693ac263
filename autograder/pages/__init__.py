"""The catalogue: every page and code exercise, those of the workbook and those of other courses.

load("gradients/one-weight")                one page; find(...) gives None where there is none
load_exercise("activations/relu-code")      one code exercise; find_exercise(...) likewise
catalogue(), catalogue("my_course")         all pages of the workbook, or of another course, slug → page
exercises(), exercises("my_course")         all code exercises, slug → exercise

start, gradients, jacobians, elementwise, neuron, activations,
cost, backpropagation, equations, batching, training,
convolution, attention   the pages of a chapter, one module for each
activations_code, training_code, training_steps_code, training_bikes_code,
convolution_code, convolution_training_code, attention_code, attention_training_code   the code exercises
passes       what the scripts of several code exercises call
curriculum   what is taught: the rows that pages and exercises refer to

Imports: authoring, answers, bikes, layout, kernels (the values that scripts give), engine, errors.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache, lru_cache
from types import ModuleType
from typing import TYPE_CHECKING, NoReturn

from ..authoring import courses, slugs
from ..authoring.page import DECLARED, Page, PageError
from ..authoring.slugs import OURS
from ..errors import WorkbookError

if TYPE_CHECKING:  # what marking pages does without is imported where it is used, so that marking starts quickly
    from collections.abc import Callable, Mapping

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
    "convolution": "11-convolution",
    "attention": "12-attention",
}
"""Module of pages → folder of the chapter, in the order of the course."""

CODE = ("activations_code", "training_code", "training_steps_code", "training_bikes_code",
        "convolution_code", "convolution_training_code", "attention_code", "attention_training_code")  # fmt: skip
"""Modules of code exercises, in the order of the course."""


LONGEST_SLUG = 200  # characters; what stands in a submitted notebook may be whatever somebody typed


class UnknownPage(WorkbookError, KeyError):
    """There is no such page or exercise; the message names the nearest ones."""

    def __str__(self) -> str:
        return self.args[0]


# -- a course's chapters -----------------------------------------------------------------------------------------------


def chapters(package: str = OURS) -> list[str]:
    """The chapters of a course that have pages: those of the workbook in its order, those of others by name."""
    if package == OURS:
        return list(CHAPTERS)
    listed = (name for name in courses.modules(package, "pages") if name != "curriculum")
    return [f"{package}/{name}" for name in listed if not name.endswith("_code")]


def _code(package: str) -> list[str]:
    """The modules of a course's code exercises, as chapters are called."""
    if package == OURS:
        return list(CODE)
    return [f"{package}/{name}" for name in courses.modules(package, "pages") if name.endswith("_code")]


def chapter_pages(chapter: str) -> list[Page]:
    """The pages that the module of a chapter defines, in the order in which they stand there, and numbered so."""
    return list(_listed(chapter))


@lru_cache(maxsize=256)  # each page that is drawn asks for its neighbours
def _listed(chapter: str) -> tuple[Page, ...]:
    module = _module(chapter)
    pages = [page for page in vars(module).values() if isinstance(page, Page) and page.chapter == chapter]
    return tuple(replace(page, place=place) for place, page in enumerate(pages, start=1))


def _module(chapter: str) -> ModuleType:
    """The module of a chapter, or of code exercises; PageError with the line where Python cannot read it."""
    try:
        module = courses.part_of(chapter, "pages")
    except Exception as error:
        from traceback import extract_tb

        here = courses.folder(slugs.course_of(chapter))
        places = [(frame.filename, frame.lineno) for frame in extract_tb(error.__traceback__)]
        file, line = [place for place in places if place[0].startswith(here) and "pages" in place[0]][-1]
        if isinstance(error, SyntaxError):
            file, line = error.filename, error.lineno
        raise PageError(f"{file}:{line}: {type(error).__name__}: {error}") from error
    if module is None:
        raise UnknownPage(f"There is no chapter “{chapter[:60]}”.")
    return module


@cache
def _is_chapter(chapter: str) -> bool:
    """Whether pages of this chapter can be read here."""
    package = slugs.course_of(chapter)
    return courses.is_known(package) and chapter in chapters(package)


@lru_cache(maxsize=256)
def _of(chapter: str) -> dict[str, Page]:
    return {page.slug: page for page in chapter_pages(chapter)}


@lru_cache(maxsize=256)
def _exercises_in(module: str) -> dict[str, Exercise]:
    """The code exercises that a module defines."""
    from ..authoring.exercise import Exercise

    there = _module(module)
    made = [value for value in vars(there).values() if isinstance(value, Exercise)]
    return {each.slug: each for each in made if each.reference.__module__ == there.__name__}


# -- all of a course ---------------------------------------------------------------------------------------------------


@cache
def catalogue(package: str = OURS) -> dict[str, Page]:
    """Every page of a course, slug → page, in its order. PageError when two have the same slug."""
    pages = {page.slug: page for chapter in chapters(package) for page in chapter_pages(chapter)}
    for slug in pages:
        if len(places := DECLARED[slug]) > 1:
            where = " and ".join(f"{file}:{line}" for file, line in sorted(places))
            raise PageError(f"two pages are called {slug} ({where}); rename one of the functions")
    return pages


@cache
def exercises(package: str = OURS) -> dict[str, Exercise]:
    """Every code exercise of a course, slug → exercise, in its order."""
    return {slug: made for module in _code(package) for slug, made in _exercises_in(module).items()}


# -- one of them -------------------------------------------------------------------------------------------------------


def is_chapter(name: object) -> bool:
    """Whether there are pages of a chapter of this name, which may be whatever somebody typed."""
    return isinstance(name, str) and _is_chapter(name)


def find(slug: object) -> Page | None:
    """The page called `slug`; None if there is none. Of the chapters only its own is read."""
    return _find(slug) if isinstance(slug, str) and len(slug) <= LONGEST_SLUG else None


@lru_cache(maxsize=4096)
def _find(slug: str) -> Page | None:
    chapter = slugs.chapter_of(slug)
    return _of(chapter).get(slug) if chapter and _is_chapter(chapter) else None


def find_exercise(slug: object) -> Exercise | None:
    """The code exercise called `slug`; None if there is none. Only the modules of its chapter are read."""
    chapter = slugs.chapter_of(slug) if isinstance(slug, str) else ""
    if not chapter or not courses.is_known(package := slugs.course_of(chapter)):
        return None
    of_chapter = (module for module in _code(package) if module.startswith(f"{chapter}_"))
    return next((made for module in of_chapter if (made := _exercises_in(module).get(str(slug)))), None)


def load(slug: str) -> Page:
    """The page called `slug`; UnknownPage if there is none."""
    return find(slug) or _unknown(slug, catalogue, "page")


def load_exercise(slug: str) -> Exercise:
    """The code exercise called `slug`; UnknownPage if there is none."""
    return find_exercise(slug) or _unknown(slug, exercises, "code exercise")


def _unknown(slug: object, known: Callable[[str], Mapping[str, object]], kind: str) -> NoReturn:
    from difflib import get_close_matches

    package = slugs.course_of(slugs.chapter_of(slug)) if isinstance(slug, str) else OURS
    if lack := courses.lack_of(package):
        raise UnknownPage(f"There is no {kind} “{str(slug)[:60]}”. {lack}")
    near = get_close_matches(str(slug), known(package), n=3, cutoff=0.4)
    hint = f" Did you mean {' or '.join(near)}?" if near else ""
    raise UnknownPage(f"There is no {kind} “{str(slug)[:60]}”.{hint}")
