"""Slugs: how a page, an exercise or an explorer is called, and which chapter it belongs to.

chapter_in("autograder.pages.batch_norm")   "batch_norm": a chapter of the workbook itself
chapter_in("my_course.pages.filters")       "my_course/filters": one of another course
slug("my_course/filters", "one_filter")     "my-course/filters/one-filter"
chapter_of("my-course/filters/one-filter")  "my_course/filters"
chapter_of_code(training_steps_code)        "training": the module of pages that stands beside this one

A course is a package, and two packages cannot have one name: so no two courses have a slug in common.
"""

from __future__ import annotations

import os.path  # not pathlib, which would make the import of marking slower
from types import ModuleType

OURS = "autograder"
"""The package of the workbook itself, whose slugs begin with the chapter."""

START = "start"
"""A chapter of this name is a course's start page: its bar is that of all chapters."""


def chapter_in(module: str) -> str:
    """The chapter whose pages or explorers a module holds, given the module's full name."""
    *above, name = module.split(".")
    of_a_course = len(above) == 2 and above[0] != OURS and above[1] in ("pages", "explorers")
    return f"{above[0]}/{name}" if of_a_course else name


def slug(chapter: str, name: str) -> str:
    """The slug of what is called `name` in a chapter."""
    return f"{chapter}/{name}".replace("_", "-")


def chapter_of(slug: str) -> str:
    """The chapter that a slug belongs to."""
    return slug.rpartition("/")[0].replace("-", "_")


def course_of(chapter: str) -> str:
    """The package of the course that a chapter belongs to."""
    return chapter.rpartition("/")[0] or OURS


def module_name(chapter: str) -> str:
    """The last part of the name of a chapter's module: filters."""
    return chapter.rpartition("/")[2]


def in_words(chapter: str) -> str:
    """A chapter as it is called where it has no other title: Batch norm."""
    return module_name(chapter).replace("_", " ").replace("-", " ").capitalize()


def chapter_of_code(module: ModuleType) -> str:
    """The chapter of a module of code exercises: the longest name beside it that its own begins with.

    training_steps_code belongs to training, batch_norm_code to batch_norm. With no chapter beside it, its own name.
    """
    above, _, name = module.__name__.rpartition(".")
    words, folder = name.split("_"), os.path.dirname(module.__file__ or "")
    beginnings = ("_".join(words[:count]) for count in range(len(words) - 1, 0, -1))
    beside = (start for start in beginnings if os.path.isfile(os.path.join(folder, f"{start}.py")))
    return chapter_in(f"{above}.{next(beside, name.removesuffix('_code'))}")
