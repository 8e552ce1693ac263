"""nbgrader's tree of submissions, <student>/<chapter>/<files>: recognise it, and find what was handed in.

Each student's folder of a chapter is one submission; what lies in it is looked at when it is marked.
"""

from __future__ import annotations

import hashlib
import os
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from itertools import islice
from pathlib import Path

from ..submissions.files import could_be_notebook, quoted
from .entries import A_LINK, GIVE_RIGHT, Entry, Stray
from .listing import of_a_program, stated
from .released import Chapter
from .whose import NoNames

MAX_STATED = 10_000  # files of one submission that tell whether it has changed
LOOKED_AT = 50  # students whose folders tell whether this is a tree


def is_tree(place: Path, chapters: Collection[str], no_names: NoNames) -> bool:
    """Whether folders of students have folders of chapters in them, and not the folder of a class one of a chapter."""
    with os.scandir(place) as listed:
        students = sorted(each.name for each in listed if each.is_dir() and each.name not in no_names)
    with_chapters = (
        [place / student / chapter for chapter in there] for student in students
        if (there := [chapter for chapter in chapters if os.path.lexists(place / student / chapter)])
    )  # fmt: skip
    some = list(islice(with_chapters, LOOKED_AT))
    several = sum(any(_of_several(folder, no_names) for folder in folders) for folders in some)
    return bool(some) and 2 * several < len(some)


def _of_several(folder: Path, no_names: NoNames) -> bool:
    """Whether the notebooks in a chapter's folder are called by several people's names."""
    try:
        names = [name for name in os.listdir(folder) if could_be_notebook(name) and not of_a_program(name)]
    except OSError:
        return False
    return len(names) > 1 and all(no_names.stripped(Path(name).stem) not in no_names for name in names)


def tree(place: Path, chapters: dict[str, Chapter], only: str) -> Iterator[Entry | Stray]:
    """Every submission in a tree, in a fixed order."""
    unknown: Counter[str] = Counter()
    folders = [name for name in os.listdir(place) if not name.startswith(".")]
    students = _one_name(place, folders)
    for name in sorted(folders, key=lambda name: (students[name], _changed(place / name), name)):
        folder, student = place / name, students[name]
        if folder.is_symlink():
            yield Stray(student, "", f"{quoted(name)} {A_LINK}")
        elif folder.is_dir():
            yield from _student(place, folder, student, chapters, only, unknown)
    for student, count in sorted(Counter(students.values()).items()):
        if count > 1:
            yield Stray(student, "", f"{count} folders have this name in different Unicode forms: taken as one student")
    for name, count in sorted(unknown.items()):
        number = "1 student" if count == 1 else f"{count} students"
        yield Stray("", "", f"{quoted(name)} ({number}) is no chapter here, and was passed over")


def _one_name(place: Path, names: list[str]) -> dict[str, str]:
    """Folder → student. Folders whose names differ only in their Unicode form belong to one."""
    forms: defaultdict[str, list[str]] = defaultdict(list)
    for name in names:
        forms[unicodedata.normalize("NFC", name)].append(name)
    return {name: form if len(alike) > 1 else name for form, alike in forms.items() for name in alike}


def _changed(folder: Path) -> int:
    try:
        return folder.lstat().st_mtime_ns
    except OSError:
        return 0


def _student(
    place: Path, folder: Path, student: str, chapters: dict[str, Chapter], only: str, unknown: Counter[str]
) -> Iterator[Entry | Stray]:
    try:
        inside = set(os.listdir(folder))
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        yield Stray(student, "", f"the folder cannot be opened ({reason}): {GIVE_RIGHT}")
        return
    unknown.update(name for name in inside.difference(chapters) if (folder / name).is_dir() and not of_a_program(name))
    for chapter in sorted(inside.intersection([only] if only else chapters)):
        path = folder / chapter
        if path.is_symlink():
            yield Stray(student, chapter, f"{quoted(chapter)} {A_LINK}")
        elif not path.is_dir():
            said = f"{quoted(chapter)} is not a folder: put the notebook into a folder of this name"
            yield Stray(student, chapter, said)
        elif not os.access(path, os.R_OK | os.X_OK):
            yield Stray(student, chapter, f"the folder cannot be opened (permission denied): {GIVE_RIGHT}")
        else:
            yield Entry(student, chapter, place.name, str(path), state=_state(path))
    for name in sorted(name for name in inside if name.endswith(".ipynb")):
        yield Stray(student, "", f"{quoted(name)} lies outside a chapter's folder: move it into one, such as "
                                 f"{quoted(next(iter(chapters)))}")  # fmt: skip


def _state(folder: Path) -> str:
    """Name, size and times of every file below a folder, as one short word."""
    state, count = hashlib.sha256(), 0
    for here, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            state.update(stated(os.path.join(here, name)))
            if (count := count + 1) >= MAX_STATED:
                return state.hexdigest()
    return state.hexdigest()
