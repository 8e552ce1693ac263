"""Every file in a folder or a zip archive, as it lies there: its path, when it was changed, whether it may be read.

    listed(Path("moodle.zip"))           Listing(found=[Found("Ada_1_.../cost.ipynb", ...)], clones={...}, odd=[...])

Nothing is unpacked. Links are not followed, names that lead out of an archive are refused. What programs leave behind
for themselves (.DS_Store, Thumbs.db, __MACOSX, .git) is passed over.
"""

from __future__ import annotations

import os
import re
import stat
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from ..submissions.files import MAX_BYTES, PASSED_OVER, quoted
from .released import ClassError

CLUTTER = frozenset(("thumbs.db", "desktop.ini", "icon\r", "ehthumbs.db"))
UTF8_NAME = 0x800  # the flag of a zip archive's member whose name is UTF-8


class File(NamedTuple):
    """A file of a submission: its name within it, and where it lies."""

    name: str
    path: str
    member: str = ""  # of a zip at `path`
    shown: str = ""  # its path within the place


class Found(NamedTuple):
    """A file in a place, before anybody asked whose it is."""

    name: str  # its path within the place, with forward slashes
    file: File
    state: str  # changes when the file does
    changed: tuple[int, ...]  # when: to be compared with others of the same place only
    refused: str = ""  # why it is not read

    @property
    def parts(self) -> tuple[str, ...]:
        return tuple(self.name.split("/"))


@dataclass(frozen=True)
class Listing:
    """What a place holds."""

    found: list[Found]
    clones: frozenset[str] = frozenset()  # folders that are clones of a git repository
    odd: list[str] = field(default_factory=list[str])  # what is to be said of the place


def listed(place: Path) -> Listing:
    """Every file in a folder or a zip archive, in a fixed order. ClassError where it cannot be opened."""
    if place.is_dir():
        clones: set[str] = set()
        found = list(_walked(place, clones))
        return Listing(found, frozenset(clones))
    if zipfile.is_zipfile(place):
        return _unpacked(place)
    raise ClassError(f"{place} is neither a folder nor a zip archive.")


def text_of(found: Found) -> str:
    """The text of a small file, "" where it cannot be read."""
    try:
        if not found.file.member:
            with open(found.file.path, "rb") as file:
                data = file.read(MAX_BYTES)
        else:
            with zipfile.ZipFile(found.file.path) as archive, archive.open(found.file.member) as member:
                data = member.read(MAX_BYTES)
    except (OSError, RuntimeError, NotImplementedError, zipfile.BadZipFile, EOFError, KeyError, ValueError):
        return ""
    return data.decode("utf-8-sig", "replace")


def stated(path: str) -> bytes:
    """Name, size and times of a file as one text."""
    try:
        about = os.lstat(path)
        return repr((path, about.st_mode, about.st_size, about.st_mtime_ns, about.st_ctime_ns)).encode()
    except OSError as error:
        return repr((path, str(error))).encode()


def of_a_program(name: str) -> bool:
    """Whether a file or folder of this name belongs to a program, not to a person."""
    return name in PASSED_OVER or name.startswith(".") or name.casefold() in CLUTTER


# -- a folder ----------------------------------------------------------------------------------------------------------


def _walked(place: Path, clones: set[str]) -> Iterator[Found]:
    for here, folders, names in os.walk(place):
        if ".git" in folders:
            clones.add(Path(here).relative_to(place).as_posix())
        folders[:] = sorted(name for name in folders if not of_a_program(name))
        links = [name for name in folders if os.path.islink(os.path.join(here, name))]
        for name in sorted(name for name in [*names, *links] if not of_a_program(name)):
            path = Path(here, name)
            refused = "is a link to somewhere else: put the file itself there" if path.is_symlink() else ""
            within = path.relative_to(place).as_posix()
            yield Found(
                within, File(within, str(path), shown=within), stated(str(path)).decode(), _changed(path), refused
            )


def _changed(path: Path) -> tuple[int, ...]:
    try:
        return (path.lstat().st_mtime_ns,)
    except OSError:
        return (0,)


# -- a zip archive -----------------------------------------------------------------------------------------------------


def _unpacked(place: Path) -> Listing:
    try:
        with zipfile.ZipFile(place) as archive:
            infos = {info.filename: info for info in archive.infolist()}  # of two with one name, the last is opened
            twice = sorted({info.filename for info in archive.infolist() if infos[info.filename] is not info})
    except (OSError, zipfile.BadZipFile) as error:
        raise ClassError(f"{place} cannot be opened as a zip archive ({error}): download it again.") from None
    clones = {PurePosixPath(name[: name.find("/.git/")]).as_posix() for name in infos if "/.git/" in name}
    found = [each for _, info in sorted(infos.items()) for each in _member(place, info)]
    odd = [f"{quoted(name)} stands in the archive more than once; the last one was read" for name in twice]
    return Listing(found, frozenset(clones), odd)


def _member(place: Path, info: zipfile.ZipInfo) -> Iterator[Found]:
    name = named(info)
    parts = PurePosixPath(name.replace("\\", "/")).parts
    refused = ""
    if ".." in parts or name.startswith(("/", "\\")) or re.match(r"[A-Za-z]:", name):
        refused = "leads out of the archive: it was left out"
    elif not parts or info.is_dir() or any(map(of_a_program, parts)):
        return
    elif stat.S_ISLNK(info.external_attr >> 16):
        refused = "is a link to somewhere else: hand in the file itself"
    state = repr((str(place), info.filename, info.CRC, info.file_size, info.date_time))
    within = "/".join(parts)
    yield Found(within, File(parts[-1], str(place), info.filename, within), state, info.date_time, refused)


def named(info: zipfile.ZipInfo) -> str:
    """The name of a member. Many programs write UTF-8 without saying so; then Python has taken it for cp437."""
    if info.flag_bits & UTF8_NAME or info.filename.isascii():
        return info.filename
    try:
        return info.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return info.filename
