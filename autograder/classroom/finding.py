"""Find what was handed in, wherever it lies; mark nothing, and write nothing.

    for entry in arrivals([Path("submitted")], chapters): ...         nbgrader's tree: <student>/<chapter>/<files>
    arrivals([Path("moodle.zip")], chapters, only="01-gradients")     a zip or a folder from a learning platform

An Entry is one submission, a Stray something that is none, or odd. Whose a file is, `whose` decides. Where a person
must decide, ClassError shows whom each way of reading the names would give.
"""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from ..submissions.files import could_be_notebook, quoted
from .entries import GIVE_RIGHT, Entry, Stray
from .listing import Found, Listing, listed
from .platforms import Owner
from .released import Chapter, ClassError
from .tree import is_tree, tree
from .whose import FILE, Choice, NoNames, Way, choose, handed_in, is_receipt

NAMED_AT_MOST = 8  # students, where ways are compared


def arrivals(
    places: Iterable[Path], chapters: dict[str, Chapter], *, only: str = "", names: str = "", level: str = ""
) -> Iterator[Entry | Stray]:
    """Every submission in these places, in a fixed order.

    chapters  as they were handed out
    only      the chapter to which all files are taken to belong; without it folders or the files tell
    names     a regular expression with groups `student` and `file`, for names that nobody here knows
    level     "file", or the number of the folder, that is called by the student's name
    """
    pattern = _pattern(names)
    if level and level != FILE and not (level.isdigit() and int(level)):
        raise ClassError(
            '--level takes the number of a folder, 1 for the outermost, or "file" for the file\'s own name.'
        )
    no_names = NoNames(chapters)
    places = list(places)
    found = _arrived(places, chapters, no_names, pattern, only, level)
    yield from _apart(list(found)) if len(places) > 1 else found


def _apart(found: list[Entry | Stray]) -> Iterator[Entry | Stray]:
    """The same, two people of one name in different places told apart by the platform's numbers."""
    entries = [each for each in found if isinstance(each, Entry)]
    namesakes = _namesakes((each.student, each.number, "") for each in entries if each.number)
    for each in found:
        if isinstance(each, Entry) and each.student in namesakes and each.number:
            yield each._replace(student=f"{each.student} ({each.number})")
        else:
            yield each


def _arrived(
    places: list[Path], chapters: dict[str, Chapter], no_names: NoNames, pattern: re.Pattern[str] | None,
    only: str, level: str,
) -> Iterator[Entry | Stray]:  # fmt: skip
    for place, called in zip(places, _told_apart(places), strict=True):
        for each in _in_place(place, chapters, no_names, pattern, only, level):
            yield each._replace(place=called) if isinstance(each, Entry) else each


def _told_apart(places: list[Path]) -> list[str]:
    """Names of places: the last parts of their paths, as few as tell them apart."""
    depth, most = 1, max((len(place.parts) for place in places), default=1)
    while depth < most and len({place.parts[-depth:] for place in places}) < len({*places}):
        depth += 1
    return ["/".join(place.parts[-depth:]) for place in places]


def _in_place(
    place: Path, chapters: dict[str, Chapter], no_names: NoNames, pattern: re.Pattern[str] | None, only: str, level: str
) -> Iterator[Entry | Stray]:
    if not place.exists():
        raise ClassError(f"There is no {place}. Say which folder or zip to mark: workbook mark submitted")
    if not os.access(place, os.R_OK):
        raise ClassError(f"{place} cannot be opened: {GIVE_RIGHT}.")
    if place.is_dir() and pattern is None and not level and is_tree(place, chapters, no_names):
        yield from tree(place, chapters, only)
    else:
        listing = listed(place)
        way = _named(listing, pattern) if pattern else _decided(listing, no_names, place, level)
        yield from _entries(place, listing, way, chapters, only)


def _pattern(names: str) -> re.Pattern[str] | None:
    try:
        pattern = re.compile(names, re.DOTALL) if names else None
    except re.error as error:
        raise ClassError(f"--names is no regular expression: {error}") from None
    if pattern and not {"student", "file"} <= set(pattern.groupindex):
        raise ClassError("--names needs the groups (?P<student>...) and (?P<file>...)")
    return pattern


def _named(listing: Listing, pattern: re.Pattern[str]) -> Way:
    """By --names, which may leave out folders at the beginning."""
    owners: dict[str, list[Owner]] = {}
    for each in listing.found:
        ends = ("/".join(each.parts[n:]) for n in range(len(each.parts)))
        if match := next(filter(None, map(pattern.fullmatch, ends)), None):
            owners[each.name] = [Owner(match["student"].strip(), file=match["file"] or each.parts[-1])]
    return Way("names", owners)


def _decided(listing: Listing, no_names: NoNames, place: Path, level: str) -> Way:
    choice = choose(listing, no_names, place.name, level)
    if choice.others:
        raise ClassError(_undecided(choice, place))
    return choice.way or Way(level or FILE, {})


def _undecided(choice: Choice, place: Path) -> str:
    """Whom each way would give, and how to settle it."""
    ways = dict.fromkeys(way.level for way in (choice.way, *choice.others) if way)
    known = {way.level: way for way in (choice.way, *choice.others) if way}
    lines = [f"In {place.name} it is not certain whose is what. This is whom I would mark:"]
    for level in sorted(ways):
        students = known[level].students
        more = f" ... {len(students)} in all" if len(students) > NAMED_AT_MOST else ""
        lines.append(f"  --level {level:<6} {', '.join(students[:NAMED_AT_MOST])}{more}")
    lines += [f"  Mind: {way.doubtful}" for way in known.values() if way.doubtful]
    lines.append(f"Who handed in {choice.notebooks[0]}? Say --level, or --names with an expression; with --dry-run you "
                 "see the whole table and nothing is marked.")  # fmt: skip
    return "\n".join(lines)


# -- files put together ------------------------------------------------------------------------------------------------


class _Piece(NamedTuple):
    """A file of somebody."""

    found: Found
    own: Owner
    written: str  # the student's name as it stands there


Groups = dict[tuple[str, str, str], list[_Piece]]


def _entries(place: Path, listing: Listing, way: Way, chapters: Collection[str], only: str) -> Iterator[Entry | Stray]:
    """Files put together by student, and by chapter where their folders say which."""
    yield from (Stray("", "", said) for said in listing.odd)
    pieces: Groups = defaultdict(list)
    for each in handed_in(listing):
        if each.refused:
            yield Stray("", "", f"{quoted(each.name)} {each.refused}")
        elif owners := way.owners.get(each.name):
            chapter = next((part for part in each.parts[:-1] if part in chapters), only)
            for own in owners:
                written = unicodedata.normalize("NFC", own.student)
                pieces[written, own.number, chapter].append(_Piece(each, own, own.student))
        elif not is_receipt(each.name):
            yield Stray("", "", f"{quoted(each.name)}: cannot tell whose it is; --names says how files are named")
    namesakes = _namesakes(pieces)
    for (student, number, chapter), group in sorted(pieces.items()):
        if not only or chapter == only:
            yield from _entry(place, _called(student, number, group, namesakes), number, chapter, group)


def _namesakes(groups: Iterable[tuple[str, str, str]]) -> set[str]:
    """Names that two people have."""
    numbers: defaultdict[str, set[str]] = defaultdict(set)
    for student, number, _ in groups:
        numbers[student].add(number)
    return {student for student, known in numbers.items() if len(known) > 1}


def _called(student: str, number: str, group: list[_Piece], namesakes: Collection[str]) -> str:
    if student in namesakes and number:
        return f"{student} ({number})"
    written = {piece.written for piece in group}
    return written.pop() if len(written) == 1 else student


def _entry(place: Path, student: str, number: str, chapter: str, group: list[_Piece]) -> Iterator[Entry | Stray]:
    forms = {piece.written for piece in group}
    if len(forms) > 1:
        yield Stray(student, chapter, "the name stands there in two Unicode forms: taken as one student, the newest "
                                      "file counts")  # fmt: skip
    if any(piece.own.late for piece in group):
        platform = next(piece.own.platform for piece in group if piece.own.late)
        yield Stray(student, chapter, f"handed in late, says {platform}")
    work = [piece for piece in group if not is_receipt(piece.found.name)]
    if not work:
        first = quoted(group[0].found.parts[-1])
        yield Stray(student, chapter, f"no file was handed in, only {first} is there")
        return
    if clash := _clash(work):
        one, other = (quoted(piece.found.name) for piece in clash)
        yield Stray(student, chapter, f"{one} and {other} would both be theirs, perhaps of two students: neither was "
                                      "marked; rename one, or say --level or --names")  # fmt: skip
        return
    ordered = sorted(work, key=lambda piece: (piece.own.turn, *_depth(piece), piece.found.changed, piece.found.name))
    files: dict[str, Found] = {}
    for piece in ordered:  # an earlier one keeps its whole name, the last one gets the plain one
        name = piece.own.file or piece.found.parts[-1]
        if name in files:
            earlier = files.pop(name)
            files[earlier.name] = earlier
        files[name] = piece.found
    state = hashlib.sha256("\n".join(each.state for each in files.values()).encode("utf-8", "replace")).hexdigest()
    yield Entry(
        student, chapter, place.name, files=tuple(each.file._replace(name=name) for name, each in files.items()),
        state=state, number=number,
    )  # fmt: skip


def _depth(piece: _Piece) -> tuple[int]:
    """What lies less deep counts more."""
    return (-len(piece.found.parts),)


def _clash(work: list[_Piece]) -> tuple[_Piece, _Piece] | None:
    """Two notebooks of one name, equally deep, of one attempt, under one name as it is written."""
    known: dict[tuple[str, str, str, int], _Piece] = {}
    for piece in work:
        name = piece.own.file or piece.found.parts[-1]
        key = (piece.written, piece.own.turn, name.casefold(), len(piece.found.parts))
        if could_be_notebook(name) and (other := known.setdefault(key, piece)) is not piece:
            return other, piece
    return None
