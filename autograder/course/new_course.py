"""Start a course: a folder with a page, an explorer and a test of its own, and chapters of the workbook beside them.

    start(Path("my-course"), page="filters/one-filter", take=["gradients", "neuron"])

The folder is a Python package like any other: installed there with `pip install --editable .`, it is found by the
workbook, and every command works in it as in a clone of the workbook. The texts lie in scaffold/.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from keyword import iskeyword
from pathlib import Path
from string import Template

from .. import pages
from ..authoring import courses, slugs
from ..errors import WorkbookError
from .new_page import Home, new_chapter, split_slug, with_cell, words_of, written
from .taken import origins

SCAFFOLD = Path(__file__).with_name("scaffold")
NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
FIRST = 1  # the number of the course's own chapter; the workbook's start page is chapter 0

FILES = {
    "README.md": "README.md",
    "pyproject.toml": "pyproject.toml",
    "workbook.toml": "workbook.toml",
    "nbgrader_config.py": "nbgrader_config.py",
    "gitignore": ".gitignore",
    "package.py": "$package/__init__.py",
    "pages.py": "$package/pages/__init__.py",
    "explorers_front.py": "$package/explorers/__init__.py",
    "mistakes.py": "$package/mistakes.py",
    "explorers.py": "$package/explorers/$module.py",
    "tests.py": "tests/test_pages.py",
}
"""Text in scaffold/ → where it goes in the course."""


class NewCourseError(WorkbookError):
    """The course cannot be started. The message says what to change."""


def start(root: Path, page: str = "first-steps/one-weight", take: Sequence[str] = ()) -> list[Path]:
    """Write the folder of a course; returns the files.

    root   a folder that is not there yet; its name is the name of the course
    page   the first page, chapter/name
    take   chapters of the workbook, or other-course/chapter of another one, in the order that they will have
    Raises NewCourseError or PageError before anything is written.
    """
    root = Path(root).resolve()
    package = _package(root)
    chapter, name = split_slug(page)
    home = Home(root, package)
    place = f"{FIRST:02d}-{chapter}"
    words = words_of(home, place, chapter, name, "", "") | {
        "course": root.name, "package": package, "place": place, "notebook": f"{chapter}.ipynb",
        "course_title": root.name.replace("-", " ").capitalize(), "slug": home.slug(page),
        "taken": _tables(take), "version": _version(),
    }  # fmt: skip
    texts = new_chapter(home, place, page, words)
    notebook = root / "source" / place / f"{chapter}.ipynb"
    texts[notebook] = with_cell(texts[notebook], f"{home.slug(chapter)}/move-x", "explore")
    for source, target in FILES.items():
        text = (SCAFFOLD / f"{source}.in").read_text(encoding="utf-8")
        texts[root / Template(target).substitute(words)] = Template(text).substitute(words)
    return written(texts)


def _package(root: Path) -> str:
    """The name of the course's package."""
    name = root.name
    if not NAME.fullmatch(name):
        raise NewCourseError(f"{name!r} is no name for a course; take small letters and hyphens, as in my-course")
    package = name.replace("-", "_")
    if iskeyword(package) or package == slugs.OURS or pages.is_chapter(package):
        raise NewCourseError(f"{name} is taken; call the course something else")
    if package in courses.installed().values():
        raise NewCourseError(f"a course {name} is installed already; take another name, or work in its folder")
    if root.exists():
        raise NewCourseError(f"{name} is there already; take another name, or move it away")
    return package


def _tables(take: Sequence[str]) -> str:
    """The lines of workbook.toml for the chapters that are taken."""
    for chapter in take:
        package = slugs.course_of(chapter.replace("-", "_"))
        courses.need(package)
        if chapter.replace("-", "_") not in (known := origins(package)):
            listed = ", ".join(name.replace("_", "-") for name in known)
            raise NewCourseError(f"there is no chapter {chapter!r} to take; there are {listed}")
    folders = {f"{FIRST + n:02d}-{chapter.rpartition('/')[2]}": chapter for n, chapter in enumerate(take, start=1)}
    taken = {"00-start": slugs.START} | folders
    return "\n".join(f"\n[chapters.{folder}]\nfrom = {json.dumps(chapter)}" for folder, chapter in taken.items())


def _version() -> str:
    try:
        return version("backprop-workbook")
    except PackageNotFoundError:  # a clone on the path
        return "0.1"
