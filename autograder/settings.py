"""The settings of a course, as they stand in workbook.toml: one table, and how a wrong one is answered.

course = load(root)                 SettingError names a wrong setting and what to write instead
course.of("01-gradients").feedback  "recorded"

show_how = "practice"               # for the whole course

[chapters.01-gradients]             # for one chapter, where it differs
feedback = "recorded"
feedback_until = 2026-11-01T23:59:00+01:00

A course of one's own also says whose package it is, and which chapters of the workbook it takes, as what:

course.package              "my_course"
course.taken["02-slopes"]   Taken("gradients", "Slopes"), from the lines `from = "gradients"` and `title = "Slopes"`
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from .errors import WorkbookError

FILE = "workbook.toml"
MAX_SALT = 100  # characters
MAX_TITLE = 80
Table: TypeAlias = dict[str, Any]  # as TOML has it; what is in it is read by SETTINGS
Reader: TypeAlias = Callable[[Any], Any]


class SettingError(WorkbookError, ValueError):
    """A setting is wrong. The message names it and says what to write."""


# -- kinds of values: each reads what was written, or says what is wanted ---------------------------------------------


def one_of(*words: str) -> Reader:
    """A reader of one of these words."""

    def read(value: Any) -> str:
        if value not in words:
            raise SettingError(f"is {value!r}; it must be one of {', '.join(words)}")
        return str(value)

    return read


def salt(value: Any) -> str:
    """A word or sentence on one line."""
    if not isinstance(value, str) or not value.strip() or not value.isprintable() or len(value) > MAX_SALT:
        raise SettingError(f'is {_short(value)}; it must be a text of 1 to {MAX_SALT} characters, as in "autumn 2026"')
    return value


EXAMPLE = "2026-11-01T23:59:00+01:00"


def moment(value: Any) -> datetime:
    """A date, a time and a time zone, as TOML has them or as text in ISO 8601."""
    try:
        read = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise SettingError(f"is {_short(value)}; it must be a date, a time and a time zone, as in {EXAMPLE}") from None
    if read.utcoffset() is None:
        raise SettingError(f"is {value}, which has no time zone; add its distance from UTC, as in {EXAMPLE}")
    return read


PACKAGE = re.compile(r"[A-Za-z0-9][\w.~:/@+=#%-]*", re.ASCII)
"""A name on PyPI or an address: nothing in it means anything to Python, to IPython or to a shell."""


def package(value: Any) -> str:
    """What pip is to install: a name on PyPI, or the address of a wheel or of a repository."""
    if not isinstance(value, str) or not PACKAGE.fullmatch(value):
        example = "https://example.org/backprop_workbook-0.1.0-py3-none-any.whl"
        raise SettingError(f'is {_short(value)}; it must be a name on PyPI or an address, as in "{example}"')
    return value


ON_GITHUB = re.compile(r"https://github\.com/([\w.-]+/[\w.-]+/blob/[\w./-]+?)/*", re.ASCII)


def on_github(value: Any) -> str:
    """The address of a folder on GitHub, as its page has it."""
    example = "https://github.com/NAME/REPOSITORY/blob/main/chapters"
    address = value.replace("/tree/", "/blob/", 1) if isinstance(value, str) else ""
    if not (found := ON_GITHUB.fullmatch(address)):
        raise SettingError(f'is {_short(value)}; it must be the address of the folder on GitHub, as in "{example}"')
    return f"https://github.com/{found[1]}"


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 else text[:40] + "…"


# -- the table ---------------------------------------------------------------------------------------------------------


class Setting(NamedTuple):
    """One line of workbook.toml."""

    read: Reader
    kinds: str  # what may be written, in words
    meaning: str
    default: Any = None
    chapters: bool = True  # whether a chapter may have its own
    told: bool = True  # whether notebooks pass it to course(...)


SETTINGS: dict[str, Setting] = {
    "show_how": Setting(
        one_of("practice", "always", "never"), '"practice", "always", "never"',
        "where a page offers its worked solution: with other numbers only, on the graded page too, or nowhere",
        "practice",
    ),
    "feedback": Setting(
        one_of("at once", "counts", "recorded"), '"at once", "counts", "recorded"',
        "what students are told of their answers: all; how many are right; or only that they are recorded",
        "at once",
    ),
    "feedback_until": Setting(
        moment, "date, time and time zone", 'from when on everything is told; `"recorded"` needs it',
    ),
    "variants": Setting(
        one_of("canonical", "student"), '"canonical", "student"',
        "whether all students have the same numbers, or each has numbers of their own",
        "canonical",
    ),
    "salt": Setting(
        salt, "a text", "what a student's numbers depend on beside the student id; another salt gives other numbers",
        "", chapters=False,
    ),
    "student_id": Setting(
        one_of("jupyterhub", "ask"), '"jupyterhub", "ask"',
        "where a notebook learns the student id: from JupyterHub, asking where there is none, or always by asking",
        "jupyterhub", chapters=False,
    ),
    "install": Setting(
        package, "a name on PyPI, or an address",
        "what a notebook asks pip for where the workbook is not installed",
        "backprop-workbook", chapters=False, told=False,
    ),
    "published": Setting(
        on_github, "an address on GitHub",
        "the folder of the chapters as it is published; with it each chapter has a link *Open in Colab*",
        "", chapters=False, told=False,
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Settings:
    """The settings that hold in one chapter, each of the kind that SETTINGS says."""

    show_how: str = SETTINGS["show_how"].default
    feedback: str = SETTINGS["feedback"].default
    feedback_until: datetime | None = None
    variants: str = SETTINGS["variants"].default
    salt: str = SETTINGS["salt"].default
    student_id: str = SETTINGS["student_id"].default
    install: str = SETTINGS["install"].default
    published: str = SETTINGS["published"].default

    def but(self, **changes: Any) -> Settings:
        """These settings with others in place of some. SettingError for a wrong one, or one that needs another."""
        changed = replace(self, **{name: _read(name, value) for name, value in changes.items()})
        if missing := changed._missing():
            raise SettingError(missing)
        return changed

    def _missing(self) -> str:
        """What some setting needs that is not there."""
        if self.variants == "student" and not self.salt:
            return 'variants = "student" needs a salt: add a line such as salt = "autumn 2026"'
        if self.feedback == "recorded" and self.feedback_until is None:
            return f'feedback = "recorded" needs an end: add a line such as feedback_until = {EXAMPLE}'
        return ""

    def written(self) -> dict[str, str]:
        """The settings that are not what they are by default, as text: what a notebook needs to know."""
        values = {each.name: getattr(self, each.name) for each in fields(self) if SETTINGS[each.name].told}
        changed = {name: value for name, value in values.items() if value != SETTINGS[name].default}
        return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in changed.items()}


def _read(name: str, value: Any) -> Any:
    if name not in SETTINGS:
        raise SettingError(f"there is no setting {name!r}; {_meant(name, SETTINGS)}")
    try:
        return SETTINGS[name].read(value)
    except SettingError as error:
        raise SettingError(f"{name} {error}") from None


def _meant(name: str, known: Iterable[str]) -> str:
    close = get_close_matches(name, list(known), 1)
    return f"did you mean {close[0]}?" if close else f"choose from {', '.join(known)}"


# -- the file ----------------------------------------------------------------------------------------------------------


class Taken(NamedTuple):
    """A chapter that a course takes from the workbook or from another course."""

    chapter: str  # gradients, or other_course/filters
    title: str = ""  # in place of its own


@dataclass(frozen=True)
class CourseSettings:
    """What workbook.toml says: for the course, and for chapters that differ."""

    course: Settings = Settings()
    chapters: Mapping[str, Settings] = field(default_factory=dict[str, Settings])
    package: str = "autograder"  # which holds the pages of the course
    taken: Mapping[str, Taken] = field(default_factory=dict[str, Taken])  # folder → the chapter that is put there

    def of(self, chapter: str) -> Settings:
        """The settings that hold in a chapter, named as its folder is: "01-gradients"."""
        return self.chapters.get(chapter, self.course)


def load(root: Path) -> CourseSettings:
    """The settings of the course at `root`; those of a course without a workbook.toml are all as by default."""
    path = Path(root) / FILE
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        return _course(table, Path(root) / "source")
    except tomllib.TOMLDecodeError as error:
        raise SettingError(f'{FILE} cannot be read: {error}; texts need quotes, as in show_how = "practice"') from None
    except UnicodeDecodeError:
        raise SettingError(f"{FILE} is not written in UTF-8; save it so in your editor") from None
    except SettingError as error:
        raise SettingError(f"{FILE}: {error}") from None


def _is_table(value: Any) -> bool:
    """Whether a value in workbook.toml is a table."""
    return isinstance(value, dict)


def _course(table: Table, source: Path) -> CourseSettings:
    chapters: dict[str, Table] = table.pop("chapters", {})
    package = _package(table.pop("package", CourseSettings.package))
    course = Settings().but(**table)
    if not _is_table(chapters) or not all(map(_is_table, chapters.values())):
        raise SettingError("chapters holds a table for each chapter, which begins with a line such as [chapters.NAME]")
    taken = {name: made for name, each in chapters.items() if (made := _taken(name, each))}
    own = {name: _chapter(name, each, course, source, taken) for name, each in chapters.items()}
    return CourseSettings(course, own, package, taken)


def _package(value: Any) -> str:
    if not isinstance(value, str) or not value.isidentifier():
        raise SettingError(f'package is {_short(value)}; it must be the name of a Python package, as in "my_course"')
    return value


FOLDER = re.compile(r"\d{1,3}-[a-z0-9]+(-[a-z0-9]+)*")
CHAPTER = re.compile(r"([a-z0-9]+(-[a-z0-9]+)*/)?[a-z0-9]+(-[a-z0-9]+)*")


def _taken(name: str, table: Table) -> Taken | None:
    """The chapter that a table takes from elsewhere; its two lines are read off the table."""
    chapter, title = table.pop("from", None), table.pop("title", None)
    if chapter is None and title is None:
        return None
    if chapter is None:
        raise SettingError(f"in [chapters.{name}], title needs a from; a chapter of your own has its title in source/")
    if not isinstance(chapter, str) or not CHAPTER.fullmatch(chapter):
        raise SettingError(f'in [chapters.{name}], from is {_short(chapter)}; name a chapter, as in "gradients"')
    if not FOLDER.fullmatch(name):
        raise SettingError(f"[chapters.{name}] needs the chapter's place and name, as in [chapters.02-gradients]")
    return Taken(chapter.replace("-", "_"), "" if title is None else _titled(name, title))


def _titled(name: str, title: Any) -> str:
    if not isinstance(title, str) or not title.strip() or not title.isprintable() or len(title) > MAX_TITLE:
        raise SettingError(f"in [chapters.{name}], title is {_short(title)}; it must be a line of text")
    return title.strip()


def _chapter(name: str, table: Table, course: Settings, source: Path, taken: Iterable[str]) -> Settings:
    there = sorted({*taken, *(folder.name for folder in source.glob("*") if folder.is_dir())})
    if there and name not in there:
        raise SettingError(f"there is no chapter {name!r}; {_meant(name, there)}")
    for setting in table:
        if setting in SETTINGS and not SETTINGS[setting].chapters:
            raise SettingError(f"{setting} holds for the whole course; move it above the first [chapters.…]")
    try:
        return course.but(**table)
    except SettingError as error:
        raise SettingError(f"in [chapters.{name}], {error}") from None
