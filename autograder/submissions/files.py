"""Find and read the files that a student handed in, whatever they are. Nothing raises, nothing is changed.

    find(folder, {"gradients": {"gradients/one-weight": 4}})     {"gradients": Handed(notebook={...}, faults=())}
    find_among({"gradients.ipynb": read, ...}, wanted)           the same for files that lie elsewhere, as in an archive

A notebook under another name is found by its pages. What cannot be read becomes a fault that says what to do.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePath

from .answers import Submission, read_notebook
from .conflicts import CONFLICT, sides
from .notebook import table

MAX_BYTES = 200_000_000
LONGEST = 6  # characters of an escape or a false that may be cut off in the middle
MAX_FILES = 50  # of a submission that are looked into
PASSED_OVER = (".ipynb_checkpoints", "__MACOSX")  # folders that programs make for themselves

BEGINNINGS = {
    b"PK": "is a zip archive: unpack it and hand in the .ipynb file inside",
    b"Rar!": "is an archive: unpack it and hand in the .ipynb file inside",
    b"7z": "is an archive: unpack it and hand in the .ipynb file inside",
    b"\x1f\x8b": "is an archive: unpack it and hand in the .ipynb file inside",
    b"%PDF": "is a PDF: hand in the .ipynb file itself",
    b"<": "is a web page: hand in the .ipynb file itself, not a page that shows it",
    b"{\\rtf": "is a text document: hand in the .ipynb file itself",
}
"""How files begin that people hand in instead of a notebook."""

ARCHIVES = (".zip", ".rar", ".7z", ".gz", ".tgz")  # never unpacked, but named where the notebook is missing


@dataclass(frozen=True, slots=True)
class Handed:
    """What was handed in as one notebook: its parsed JSON (None if unreadable), and what is wrong with it."""

    notebook: object
    faults: tuple[str, ...] = ()
    path: PurePath | None = None

    @property
    def name(self) -> str:
        """What the file is called."""
        return self.path.name if self.path else ""


def read_file(path: Path, folder: Path | None = None) -> Handed:
    """The JSON of one file. A link out of `folder`, the submission, is not followed."""
    name = quoted(path.name)
    try:
        if folder is not None and not stays_within(path, folder):
            return Handed(None, (f"{name} is a link to somewhere else: hand in the file itself",), path)
        mode = path.stat()
        if stat.S_ISDIR(mode.st_mode):
            return Handed(None, (f"{name} is a folder, not a file: hand in the .ipynb file itself",), path)
        if not stat.S_ISREG(mode.st_mode):
            return Handed(None, (f"{name} is not an ordinary file: hand in the .ipynb file itself",), path)
        if mode.st_size > MAX_BYTES:
            return Handed(None, (f"{name} is too big to be read: clear the outputs and hand it in again",), path)
        data = path.read_bytes()
    except (OSError, ValueError, RuntimeError) as error:  # RuntimeError: a loop of links
        reason = getattr(error, "strerror", None) or "it is a broken link"
        return Handed(None, (f"{name} cannot be opened ({reason.lower()}): hand it in again",), path)
    notebook, faults = parse(data)
    return Handed(notebook, tuple(f"{name} {fault}" for fault in faults), path)


def stays_within(path: Path, folder: Path) -> bool:
    """Whether a file lies in `folder` even if it is a link. (os.path does not mind links that lead in a circle.)"""
    return not path.is_symlink() or Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder))


def parse(data: bytes) -> tuple[object, tuple[str, ...]]:
    """The JSON of a notebook file in any encoding, and what was odd about it; (None, faults) if it cannot be read."""
    if not data.strip(b" \t\r\n\0"):
        return None, ("is empty: save the notebook and hand it in again",)
    for beginning, said in BEGINNINGS.items():
        if data.lstrip().startswith(beginning):
            return None, (said,)
    written, odd = _decoded(data)
    notebook, said = merged(written) if CONFLICT.search(written) else _whole(written)
    return (notebook, (*odd, *said)) if notebook is not None else (None, said)


def _whole(written: str) -> tuple[object, tuple[str, ...]]:
    """The notebook at the beginning of a text, and what is wrong with the text."""
    odd: tuple[str, ...] = ()
    try:
        start = len(written) - len(written.lstrip())
        found, end = json.JSONDecoder().raw_decode(written, start)
        if behind := written[end:].strip(" \t\r\n\0"):
            odd = (f"has something behind its end ({len(behind)} letters); what stands before it was read",)
        elif "\0" in written[end:]:
            odd = ("is filled up with NULs behind its end; what stands before them was read",)
    except json.JSONDecodeError as error:
        if error.pos >= len(written.rstrip()) - LONGEST or "Unterminated" in error.msg:
            return None, ("breaks off in the middle: save the notebook and hand it in again",)
        return None, (f"is damaged in line {error.lineno}: open it in JupyterLab, save it and hand it in again",)
    except (ValueError, RecursionError, MemoryError):
        return None, ("holds something that no notebook holds: open it in JupyterLab, save it and hand it in again",)
    top = table(found)
    if not isinstance(top.get("cells", top.get("worksheets")), list):
        return None, ("is not a notebook: hand in the .ipynb file itself",)
    return top, odd


def merged(written: str) -> tuple[object, tuple[str, ...]]:
    """One side of a notebook in which git left its conflict marks, and which; None where neither can be read."""
    both = sides(written)
    for side in both:
        notebook, _ = _whole(side.text)
        if notebook is not None:
            other = next(each for each in both if each is not side)
            differs = _whole(other.text)[0] not in (None, notebook)
            more = f"; that of {quoted(other.name)} differs" if differs else ""
            return notebook, (f"holds git's conflict marks; the side of {quoted(side.name)} was read{more}",)
    return None, ("holds git's conflict marks (<<<<<<<) and neither side can be read: settle the conflict, save the "
                  "notebook and hand it in again",)  # fmt: skip


def _decoded(data: bytes) -> tuple[str, tuple[str, ...]]:
    encoding = json.detect_encoding(data)
    try:
        written = data.decode(encoding)
        return written, () if encoding.startswith("utf-8") else (f"is written in {encoding}, not UTF-8; it was read",)
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace"), ("is not written in UTF-8; letters with accents may be lost",)


def quoted(name: str) -> str:
    """A file's name, fit to be shown: short, on one line, without mark-up."""
    clean = "".join(letter if letter.isprintable() and letter not in "`<>*[]|$\\" else "?" for letter in name)
    return f"`{clean if len(clean) <= 60 else clean[:57] + '...'}`"


# -- which file is which notebook --------------------------------------------------------------------------------------


def find(folder: Path, wanted: Mapping[str, Mapping[str, int]]) -> dict[str, Handed]:
    """For each wanted notebook (name → its pages, slug → number of boxes) the file that holds it.

    That is the file of its name, unless another one holds answers to its pages and that one none.
    """
    if os.path.isdir(folder) and not os.access(folder, os.R_OK | os.X_OK):
        said = f"the folder {quoted(folder.name)} may not be read: check who owns it, and grade again with --force"
        return {name: Handed(None, (said,)) for name in wanted}
    files = {path.relative_to(folder).as_posix(): partial(read_file, path, folder) for path in _notebooks(folder)}
    for name in wanted:
        path = folder / f"{name}.ipynb"
        if os.path.lexists(path):  # whatever it is: a folder of this name is worth a word too
            files[path.name] = partial(read_file, path, folder)
    return find_among(files, wanted)


def find_among(files: Mapping[str, Callable[[], Handed]], wanted: Mapping[str, Mapping[str, int]]) -> dict[str, Handed]:
    """The same among files given by name, each with a function that reads it."""
    named = {name: files[f"{name}.ipynb"]() if f"{name}.ipynb" in files else None for name in wanted}
    rest = [read for name, read in files.items() if _worth_a_look(name) and name not in _right_names(wanted)]
    others = [read() for read in rest[:MAX_FILES]]
    return {name: _choose(name, named, others, pages) for name, pages in wanted.items()}


def could_be_notebook(name: str) -> bool:
    """Whether a file of this name is looked into."""
    return name.lower().endswith(".json") or ".ipynb" in PurePath(name).name.lower()


def _worth_a_look(name: str) -> bool:
    """That, or an archive: where the notebook is missing it is named."""
    return could_be_notebook(name) or name.lower().endswith(ARCHIVES)


def _right_names(wanted: Iterable[str]) -> set[str]:
    return {f"{name}.ipynb" for name in wanted}


def _choose(name: str, files: dict[str, Handed | None], others: list[Handed], pages: Mapping[str, int]) -> Handed:
    here, right = files[name], quoted(f"{name}.ipynb")
    if here is not None and here.notebook is not None and (not pages or _filled(here, pages)):
        also = [other for other in others if pages and _filled(other, pages)]
        said = [f"{quoted(other.name)} was handed in too; {right} is the one that was marked" for other in also]
        return Handed(here.notebook, (*here.faults, *said), here.path)
    rest = [*others, *(file for other, file in files.items() if other != name and file is not None)]
    best = max(rest, key=lambda other: _filled(other, pages), default=None)
    if best is None or not _filled(best, pages):
        if here is not None:
            return here
        unread = [fault for other in others for fault in other.faults]
        strange = [f"{quoted(other.name)} holds none of its pages" for other in others if not other.faults]
        return Handed(None, (f"{right} was not handed in", *unread[:5], *strange[:5]))
    why = "was not handed in" if here is None else "could not be read" if here.notebook is None else "is blank"
    said = f"{right} {why}; {quoted(best.name)} holds its pages and was marked in its place"
    return Handed(best.notebook, (said, *(here.faults if here else ()), *best.faults), best.path)


def _filled(handed: Handed, pages: Mapping[str, int]) -> int:
    """How many boxes of these pages have an answer."""
    read: Submission = read_notebook(handed.notebook, pages)
    return sum(bool(text.strip()) for slug in pages if slug in read.pages for text in read.pages[slug].answers.values())


def _notebooks(folder: Path) -> Iterator[Path]:
    """Every file of the submission that could be a notebook or hold one, in a fixed order."""
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in PASSED_OVER)
        yield from (Path(place, name) for name in sorted(names) if _worth_a_look(name))
