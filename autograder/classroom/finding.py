"""Find what was handed in, wherever it lies; read nothing of it yet, and write nothing.

    for entry in arrivals([Path("submitted")], chapters): ...         nbgrader's tree: <student>/<chapter>/<files>
    arrivals([Path("moodle.zip")], chapters, only="01-gradients")     a zip or a folder of files named by an LMS

An Entry is one submission, a Stray something that is none, with what to do about it. Links are not followed, names
that lead out of an archive are left out.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import zipfile
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from ..submissions.files import PASSED_OVER, quoted
from .released import ClassError

LMS = {
    "Moodle": r"(?P<student>[^/]+?)_(?P<id>\d+)_assignsubmission_file_?/?(?P<file>[^/].*)",
    "Canvas": r"(?P<student>[^_/]+)(?:_LATE)?_(?P<id>\d+)_\d+_(?P<file>[^/]+)",
    "Blackboard": r"[^/]*?_(?P<student>[^_/]+)_attempt_[\d-]+_(?P<file>[^/]+)",
    "Brightspace": r"(?P<id>\d+-\d+) - (?P<student>[^/]+?) - [^/]*?(?:/| - )(?P<file>[^/]+)",
    "a folder for each student": r"(?P<student>[^/]+)/(?P<file>.+)",
    "a file for each student": r"(?P<student>[^/]+)\.ipynb(?P<file>)",
}
"""How an LMS names what it packs, tried in this order: who (and their number there), and the file's own name."""
OF_AN_LMS = re.compile(r"index\.html?|.*\.(txt|html?)", re.IGNORECASE)  # lists and receipts that an LMS adds
A_LINK = "is a link to somewhere else: put the folder itself there"
GIVE_RIGHT = "give yourself the right to read it"
MAX_STATED = 10_000  # files of one submission that tell whether it has changed


class File(NamedTuple):
    """A file of a submission: its name within it, and where it lies."""

    name: str
    path: str
    member: str = ""  # of a zip at `path`


class Entry(NamedTuple):
    """One submission: a folder, or files that belong to one student."""

    student: str
    chapter: str  # "": the files tell
    place: str
    folder: str = ""
    files: tuple[File, ...] = ()
    state: str = ""  # changes when a file does


class Stray(NamedTuple):
    """Something that is not marked, and what to do about it."""

    student: str
    chapter: str
    said: str


def arrivals(
    places: Iterable[Path], chapters: Collection[str], *, only: str = "", names: str = ""
) -> Iterator[Entry | Stray]:
    """Every submission in these places, in a fixed order.

    chapters  the folders that count as a chapter in nbgrader's tree
    only      the chapter to which all files of an LMS belong; without it the files tell
    names     a regular expression with groups `student` and `file`, for an LMS that is not in the table
    """
    pattern = _pattern(names)
    for place in places:
        if not place.exists():
            raise ClassError(f"There is no {place}. Say which folder or zip to mark: workbook mark submitted")
        if not os.access(place, os.R_OK):
            raise ClassError(f"{place} cannot be opened: {GIVE_RIGHT}.")
        if place.is_dir():
            if _is_tree(place, chapters):
                yield from _tree(place, chapters, only)
            else:
                yield from _grouped(place, list(_walked(place)), chapters, only, pattern)
        elif zipfile.is_zipfile(place):
            yield from _grouped(place, list(_members(place)), chapters, only, pattern)
        else:
            raise ClassError(f"{place} is neither a folder nor a zip archive.")


def _pattern(names: str) -> re.Pattern[str] | None:
    try:
        pattern = re.compile(names) if names else None
    except re.error as error:
        raise ClassError(f"--names is no regular expression: {error}") from None
    if pattern and not {"student", "file"} <= set(pattern.groupindex):
        raise ClassError("--names needs the groups (?P<student>...) and (?P<file>...)")
    return pattern


# -- nbgrader's tree ---------------------------------------------------------------------------------------------------


def _is_tree(place: Path, chapters: Collection[str]) -> bool:
    """Whether any folder of a student has the folder of a chapter in it."""
    with os.scandir(place) as students:
        return any(
            os.path.lexists(os.path.join(student.path, chapter)) for student in students if student.is_dir()
            for chapter in chapters
        )  # fmt: skip


def _tree(place: Path, chapters: Collection[str], only: str) -> Iterator[Entry | Stray]:
    unknown: Counter[str] = Counter()
    for student in sorted(name for name in os.listdir(place) if not name.startswith(".")):
        folder = place / student
        if folder.is_symlink():
            yield Stray(student, "", f"{quoted(student)} {A_LINK}")
        elif folder.is_dir():
            yield from _student(place, folder, chapters, only, unknown)
    for name, students in sorted(unknown.items()):
        count = "1 student" if students == 1 else f"{students} students"
        yield Stray("", "", f"{quoted(name)} ({count}) is no chapter here, and was passed over")


def _student(
    place: Path, folder: Path, chapters: Collection[str], only: str, unknown: Counter[str]
) -> Iterator[Entry | Stray]:
    try:
        inside = set(os.listdir(folder))
    except OSError as error:
        yield Stray(folder.name, "", f"the folder cannot be opened ({_reason(error)}): {GIVE_RIGHT}")
        return
    unknown.update(name for name in inside.difference(chapters) if (folder / name).is_dir() and name not in PASSED_OVER)
    for chapter in sorted(inside.intersection([only] if only else chapters)):
        path = folder / chapter
        if path.is_symlink():
            yield Stray(folder.name, chapter, f"{quoted(chapter)} {A_LINK}")
        elif not path.is_dir():
            said = f"{quoted(chapter)} is not a folder: put the notebook into a folder of this name"
            yield Stray(folder.name, chapter, said)
        elif not os.access(path, os.R_OK | os.X_OK):
            yield Stray(folder.name, chapter, f"the folder cannot be opened (permission denied): {GIVE_RIGHT}")
        else:
            yield Entry(folder.name, chapter, place.name, str(path), state=_state(path))
    for name in sorted(name for name in inside if name.endswith(".ipynb")):
        yield Stray(folder.name, "", f"{quoted(name)} lies outside a chapter's folder: move it into one, such as "
                                     f"{quoted(next(iter(chapters)))}")  # fmt: skip


def _state(folder: Path) -> str:
    """Name, size and times of every file below a folder, as one short word."""
    state, count = hashlib.sha256(), 0
    for here, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            state.update(_stated(os.path.join(here, name)))
            if (count := count + 1) >= MAX_STATED:
                return state.hexdigest()
    return state.hexdigest()


def _stated(path: str) -> bytes:
    try:
        about = os.lstat(path)
        return repr((path, about.st_mode, about.st_size, about.st_mtime_ns, about.st_ctime_ns)).encode()
    except OSError as error:
        return repr((path, str(error))).encode()


# -- files named by an LMS, in a folder or a zip -----------------------------------------------------------------------


class _Found(NamedTuple):
    name: str  # with forward slashes
    file: File
    state: str
    refused: str = ""


def _walked(place: Path) -> Iterator[_Found]:
    for here, folders, names in os.walk(place):
        folders[:] = sorted(name for name in folders if name not in PASSED_OVER)
        for name in sorted([*names, *(name for name in folders if os.path.islink(os.path.join(here, name)))]):
            path = Path(here, name)
            if name in PASSED_OVER or name.startswith("."):
                continue
            refused = "is a link to somewhere else: put the file itself there" if path.is_symlink() else ""
            within = path.relative_to(place).as_posix()
            yield _Found(within, File(within, str(path)), _stated(str(path)).decode(), refused)


def _members(place: Path) -> Iterator[_Found]:
    try:
        with zipfile.ZipFile(place) as archive:
            infos = sorted(archive.infolist(), key=lambda info: info.filename)
    except (OSError, zipfile.BadZipFile) as error:
        raise ClassError(f"{place} cannot be opened as a zip archive ({error}): download it again.") from None
    for info in infos:
        parts = PurePosixPath(info.filename.replace("\\", "/")).parts
        if info.is_dir() or any(part in PASSED_OVER for part in parts) or parts[-1].startswith("._"):
            continue
        refused = ""
        if ".." in parts or info.filename.startswith(("/", "\\")) or re.match(r"[A-Za-z]:", info.filename):
            refused = "leads out of the archive: it was left out"
        elif stat.S_ISLNK(info.external_attr >> 16):
            refused = "is a link to somewhere else: hand in the file itself"
        state = repr((str(place), info.filename, info.CRC, info.file_size, info.date_time))
        yield _Found("/".join(parts), File(parts[-1], str(place), info.filename), state, refused)


def _grouped(
    place: Path, found: list[_Found], chapters: Collection[str], only: str, pattern: re.Pattern[str] | None
) -> Iterator[Entry | Stray]:
    """Files put together by student, and by chapter where their folders say which."""
    groups: dict[tuple[str, str, str], dict[str, _Found]] = {}
    for each in _without_wrapping(found):
        if each.refused:
            yield Stray("", "", f"{quoted(each.name)} {each.refused}")
            continue
        read = _whose(each.name, chapters, pattern)
        if read is None:
            if not OF_AN_LMS.fullmatch(each.name):
                yield Stray("", "", f"{quoted(each.name)}: cannot tell whose it is; --names says how files are named")
            continue
        student, number, chapter, name = read
        group = groups.setdefault((student, number, chapter or only), {})
        if name in group:  # an earlier attempt keeps its whole name, the last one gets the plain one
            earlier = group.pop(name)
            group[earlier.name] = earlier
        group[name] = each
    several = _namesakes(groups)
    for (student, number, chapter), group in sorted(groups.items()):
        files = tuple(each.file._replace(name=name) for name, each in group.items())
        state = hashlib.sha256("\n".join(each.state for each in group.values()).encode()).hexdigest()
        shown = f"{student} ({number})" if student in several else student
        if not only or chapter == only:
            yield Entry(shown, chapter, place.name, files=files, state=state)


def _without_wrapping(found: list[_Found]) -> list[_Found]:
    """Without the one folder in which an archive wraps everything."""
    names = [each.name for each in found if not each.refused and not OF_AN_LMS.fullmatch(each.name)]
    tops = {name.partition("/")[0] for name in names}
    inner = [name.partition("/")[2] for name in names]
    nested = len(tops) == 1 and all("/" in rest or _lms(rest) for rest in inner) and inner
    top = next(iter(tops), "")
    if not nested or _lms(f"{top}/x"):
        return found
    return [each._replace(name=each.name.removeprefix(f"{top}/")) for each in found]


def _lms(name: str) -> bool:
    return any(re.fullmatch(LMS[system], name) for system in ("Moodle", "Canvas", "Blackboard", "Brightspace"))


def _whose(name: str, chapters: Collection[str], pattern: re.Pattern[str] | None) -> tuple[str, str, str, str] | None:
    """Student, the student's number, chapter ("" if not said), and the file's own name."""
    parts = name.split("/")
    for place, part in enumerate(parts[1:-1], start=1):
        if part in chapters:
            return parts[place - 1], "", part, "/".join(parts[place + 1 :])
    for each in [pattern] if pattern else LMS.values():
        if match := re.fullmatch(each, name):
            said = match.groupdict()
            return said["student"].strip(), said.get("id") or "", "", said["file"] or parts[-1]
    return None


def _namesakes(groups: Iterable[tuple[str, str, str]]) -> set[str]:
    """Names that two people have."""
    numbers: dict[str, set[str]] = {}
    for student, number, _ in groups:
        numbers.setdefault(student, set()).add(number)
    return {student for student, known in numbers.items() if len(known) > 1}


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
