"""Courses: packages that hold pages, explorers and mistakes. The workbook's own is one of them.

installed()                              {"my-course": "my_course"}: those beside the workbook, as their wheels say
modules("my_course", "pages")            ["filters", "filters_code"]
part_of("my_course/filters", "pages")    the module my_course.pages.filters; None where there is none

A course is found by an entry point of its wheel, in the group `backprop_workbook.courses`, whose value is the package.
A slug is text that somebody typed: nothing is imported for its sake but what such a package holds.
"""

from __future__ import annotations

import os
from functools import cache
from importlib import import_module
from types import ModuleType

from ..errors import WorkbookError
from .slugs import OURS, course_of, module_name

GROUP = "backprop_workbook.courses"


class CourseError(WorkbookError):
    """A course cannot be found, or is put together wrongly. The message says what to do."""


@cache
def installed() -> dict[str, str]:
    """The courses beside the workbook's own: how their slugs begin → their package."""
    from importlib.metadata import entry_points  # here, because the workbook's own pages do without

    packages = sorted({entry.value for entry in entry_points(group=GROUP)})
    return {package.replace("_", "-"): package for package in packages if package.isidentifier() and package != OURS}


def is_known(package: str) -> bool:
    """Whether this package is the workbook's own, or one that an entry point names."""
    return package == OURS or package in installed().values()


def need(package: str) -> None:
    """CourseError where this Python has no such course."""
    if not is_known(package):
        raise CourseError(
            f"The course {package} is not installed in this Python: pip install --editable . in its folder, "
            f'whose pyproject.toml names it under [project.entry-points."{GROUP}"]'
        )


def lack_of(package: str) -> str:
    """What a student is told whose notebook is of a course that is not installed; "" for one that is."""
    if is_known(package):
        return ""
    name = package.replace("_", "-")[:60]
    return f"The course {name} is not installed here. Install it as your teacher says, then restart the kernel."


@cache
def modules(package: str, kind: str) -> tuple[str, ...]:
    """The modules in a course's folder of pages or of explorers, by name; () where it has no such folder."""
    from pkgutil import iter_modules

    above = _imported(f"{package}.{kind}")
    listed = (module.name for module in iter_modules(above.__path__)) if above else ()
    return tuple(sorted(name for name in listed if not name.startswith("_")))


def part_of(chapter: str, kind: str) -> ModuleType | None:
    """The module of a chapter's pages or explorers; None where its course is not installed, or has none."""
    package, name = course_of(chapter), module_name(chapter)
    return _imported(f"{package}.{kind}.{name}") if name.isidentifier() and is_known(package) else None


def table(package: str, module: str, name: str) -> dict[str, object]:
    """A table that a course may have: what my_course/mistakes.py calls MESSAGES, say; {} where there is none."""
    return getattr(_imported(f"{package}.{module}"), name, {})


def folder(package: str) -> str:
    """Where a course's package lies."""
    need(package)
    return os.path.dirname(import_module(package).__file__ or "")


def _imported(module: str) -> ModuleType | None:
    """The module; None where there is none of that name, but not where it fails."""
    try:
        return import_module(module)
    except ModuleNotFoundError as missing:
        if missing.name and f"{module}.".startswith(f"{missing.name}."):
            return None
        raise
