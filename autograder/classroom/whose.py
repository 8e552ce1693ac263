"""Whose is what: find the students in the paths of all that was handed in, or stop.

    way = choose(listing, no_names, "moodle.zip")       the way of reading the paths that fits the whole place
    way.owners["Ada_17_assignsubmission_file/x.ipynb"]  [Owner("Ada", "17", ...)]

The rules:

1. Students are looked for at every level: the first folder of a path, the second, and so on, and the file's own name.
2. A folder or file that a learning platform named belongs to whom the platform says (`platforms`). Any other is called
   by its own name, unless that is no name of a person: the words of a chapter or notebook, or of school (`SCHOOL`).
   Of a file's own name such words are left out at both ends: `ada_hw1.ipynb` is Ada's.
3. A level explains a notebook if it names somebody, and nobody else could be meant: no second notebook of this name
   lies equally deep under the same student, and no two people are named further inside. A level at which all is under
   one name explains nothing, unless no other does.
4. The level counts at which a platform named most notebooks, else the one that explains most. If another
   could explain as many and shares them out differently, or the best explains less than half, nothing is marked: a
   person decides.
5. What the level does not name is marked for nobody, and said. Two notebooks that rule 3 cannot tell apart are refused,
   both named.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from .listing import Found, Listing, text_of
from .platforms import (
    FEEDBACK,
    LOOSE,
    RECEIPTS,
    SUBMITTED,
    VERSION,
    WORKING,
    Owner,
    columns,
    owner_of,
    slug,
    submitters,
)
from .released import Chapter

SCHOOL = frozenset(
    "abgabe abgaben assignment assignments attachment attachments attempt aufgabe aufgaben backup blatt chapter "
    "chapters class copy course devoir download downloads draft entrega example exercise exercises export feedback "
    "file files final fixed folder homework hw kapitel key kopie kurs lab last latest lektion new notebook notebooks "
    "of old part project reference rendu results sample section serie sheet solution solutions solved source src "
    "student students submission submissions submitted tarea task template test the tmp tp uebung uebungen untitled "
    "version week woche work workbook zip übung übungen".split()
)
"""Words that name no person. Numbers of three digits or fewer do not either."""

ACCOUNT = re.compile(r"(?<![^\W_])student[\W_]*\d+(?![^\W_])", re.IGNORECASE)
"""What is somebody's though it is made of such words: accounts are called student01, student02 and so on."""

FILE = "file"  # the level of a file's own name; the others are numbers, counted from the outside


class NoNames:
    """What is no name of a person, in a course with these chapters."""

    def __init__(self, chapters: Mapping[str, Chapter]) -> None:
        names = [*chapters, *(notebook for chapter in chapters.values() for notebook in chapter.notebooks)]
        self.words = SCHOOL.union(*(_words(name) for name in names))

    def __contains__(self, text: str) -> bool:
        if ACCOUNT.fullmatch(text.strip()):
            return False
        words = _words(text)
        return not words and sum(map(str.isdigit, text)) < 4 or bool(words) and self.words.issuperset(words)

    def stripped(self, stem: str) -> str:
        """A file's name without words of school, and their numbers, at both ends."""
        if (account := ACCOUNT.search(stem)) and stem[: account.start()] + stem[account.end() :] in self:
            return account[0]
        pieces = re.split(r"([\s_\-.]+)", stem)
        while len(pieces) > 2 and (gone := self._ahead(pieces[::2])):
            pieces = pieces[2 * gone :]
        while len(pieces) > 2 and (gone := self._ahead(pieces[::-2])):
            pieces = pieces[: -2 * gone]
        return "".join(pieces)

    def _ahead(self, pieces: list[str]) -> int:
        """How many pieces at this end are a word of school: "hw1", "hw 1", "1 hw"; the last piece always stays."""
        first, second = pieces[:2]
        if _words(first) and first in self:
            return 2 if len(pieces) > 2 and _counts(second) else 1
        return 2 if len(pieces) > 2 and _counts(first) and _words(second) and second in self else 0


def _counts(piece: str) -> bool:
    return piece.isdigit() and len(piece) < 4


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]+", text.casefold().replace("(s)", "s"))


@dataclass(frozen=True)
class Way:
    """One way to read the paths of a place."""

    level: str  # FILE, or the number of a folder
    owners: dict[str, list[Owner]]  # path → whose it is, of all files that it names
    possible: frozenset[str] = frozenset()  # notebooks that it names, and no other one like it
    explained: frozenset[str] = frozenset()  # those of them in whose place no name says another student, by rule 3
    proof: int = 0  # how many of the possible ones a platform named
    doubtful: str = ""  # why a person must decide, whatever the others explain

    @property
    def students(self) -> list[str]:
        return sorted({own.student for several in self.owners.values() for own in several})

    def shares(self, notebooks: Iterable[str]) -> set[frozenset[str]]:
        """How it shares these notebooks out."""
        groups: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        for name in notebooks:
            for own in self.owners.get(name, ()):
                groups[own.student, own.number].add(name)
        return {frozenset(group) for group in groups.values()}


@dataclass(frozen=True)
class Choice:
    """The way that fits a place best, and which others fit as well: then a person must decide."""

    way: Way | None
    others: tuple[Way, ...] = ()
    notebooks: tuple[str, ...] = ()  # paths of what could be a student's notebook


def handed_in(listing: Listing) -> list[Found]:
    """What students handed in, or may have: without feedback of teachers, and without drafts beside it."""
    submitted = any(SUBMITTED in each.parts for each in listing.found)
    return [
        each for each in listing.found
        if not any(map(FEEDBACK.fullmatch, each.parts)) and not (submitted and WORKING in each.parts)
    ]  # fmt: skip


def is_receipt(name: str) -> bool:
    """Whether a platform added this file."""
    return bool(RECEIPTS.fullmatch(name.rpartition("/")[2]))


def choose(listing: Listing, no_names: NoNames, place: str, level: str = "") -> Choice:
    """The way to read a place; `level` settles which."""
    found = [each for each in handed_in(listing) if not each.refused]
    notebooks = _notebooks(found)
    deepest = max((len(name.split("/")) - 1 for name in notebooks), default=0)
    folders = [_by_folder(number, found, listing, no_names) for number in range(1, deepest + 1)]
    ways = [_counted(way, notebooks) for way in (*folders, _by_file(found, no_names, place))]
    ways = [_weighed(way, ways[n + 1 :]) for n, way in enumerate(ways)]
    if level:
        return Choice(next((way for way in ways if way.level == level), None), (), tuple(notebooks))
    n = len(notebooks)
    telling = [way for way in ways if way.possible and (n < 2 or len(way.shares(notebooks)) > 1)]
    if not telling or n == 1:  # everything is under one name: whose?
        telling = [*{tuple(way.students): way for way in reversed(ways) if way.possible}.values()][::-1]
    best = max(telling, key=lambda way: _fit(way, n), default=None)
    if best is None:
        return Choice(None, (), tuple(notebooks))
    several = [way for way in telling if n == 1 and way.level != FILE and len(way.students) > 1]
    if len(several) == 1:  # one notebook among other files of others
        return Choice(several[0], (), tuple(notebooks))
    rivals = [way for way in telling if _rivals(way, best, n) and _differ(way, best, notebooks)]
    few = 2 * len(best.explained) < n
    return Choice(best, tuple(rivals or ([best] if few or best.doubtful else [])), tuple(notebooks))


def _fit(way: Way, notebooks: int) -> tuple[bool, int]:
    """How well it fits: whether a platform named most, and how many notebooks it explains."""
    return 2 * way.proof > notebooks, len(way.explained)


def _rivals(way: Way, best: Way, notebooks: int) -> bool:
    """Whether it could explain as much as the best."""
    return _fit(way, notebooks)[0] == _fit(best, notebooks)[0] and len(way.possible) >= len(best.explained)


def _differ(way: Way, best: Way, notebooks: list[str]) -> bool:
    """Whether two ways give the notebooks to different students; where all are one student's, under another name."""
    one = len(best.shares(notebooks)) == 1
    return way is not best and (
        way.students != best.students if one else way.shares(notebooks) != best.shares(notebooks)
    )


def _notebooks(found: list[Found]) -> list[str]:
    """What tells the level: notebooks; if there are none, whatever no platform added."""
    names = [each.name for each in found if not is_receipt(each.name)]
    return [name for name in names if ".ipynb" in name.rpartition("/")[2].casefold()] or names


# -- the levels --------------------------------------------------------------------------------------------------------


def _by_folder(number: int, found: list[Found], listing: Listing, no_names: NoNames) -> Way:
    """The folder with this number, counted from the outside, is the student's."""
    inside = [each for each in found if len(each.parts) > number]
    folders = {("/".join(each.parts[:number]), each.parts[number - 1]) for each in inside}
    start = slug(folders, listing.clones)
    known = _gradescope(listing)
    named = {name: known.get(name) or _folder_owners(name, start, no_names) for _, name in folders}
    owners = {each.name: [_with_turn(own, each, number) for own in named[each.parts[number - 1]]] for each in inside}
    return Way(str(number), {name: several for name, several in owners.items() if several})


def _gradescope(listing: Listing) -> dict[str, list[Owner]]:
    texts = [text_of(each) for each in listing.found if each.parts[-1] == "submission_metadata.yml"]
    return {name: several for text in texts for name, several in submitters(text).items()}


def _folder_owners(name: str, start: str, no_names: NoNames) -> list[Owner]:
    own = owner_of(name, of_file=False)
    if own and (own.platform not in LOOSE or own.student not in no_names):
        return [own]
    if start and name.startswith(start) and name != start:
        return [Owner(name.removeprefix(start), platform="GitHub Classroom")]
    return [] if name in no_names else [Owner(name.strip())]


def _with_turn(own: Owner, each: Found, number: int) -> Owner:
    """With the number of the attempt, where a folder below counts them."""
    counted = [match[1] for part in each.parts[number:-1] if (match := VERSION.fullmatch(part))]
    return own._replace(turn=own.turn or counted[-1].zfill(6), file=own.file) if counted else own


def _by_file(found: list[Found], no_names: NoNames, place: str) -> Way:
    """The file's own name says who."""
    own = {each.parts[-1]: owner_of(each.parts[-1], of_file=True) for each in found}
    heads = {said.student for said in own.values() if said and said.platform == "Blackboard"}
    receipts = [text_of(each) for each in found if RECEIPTS.fullmatch(each.parts[-1]) and "_attempt_" in each.parts[-1]]
    told = columns(heads, place, receipts) if heads else None
    owners: dict[str, list[Owner]] = {}
    for each in found:
        said = own[each.parts[-1]]
        if said and said.platform == "Blackboard" and told:
            user = told.users.get(said.student) or said.student.removeprefix(told.prefix)
            owners[each.name] = [said._replace(student=user)]
        elif said and (said.platform not in LOOSE or said.student not in no_names):
            owners[each.name] = [said]
        elif not is_receipt(each.name) and (name := _plain(each.parts[-1], no_names)):
            owners[each.name] = [Owner(name, file=each.parts[-1])]
    return Way(FILE, owners, doubtful=told.doubtful if told else "")


def _plain(file: str, no_names: NoNames) -> str:
    stem, notebook, _ = re.split(r"(\.ipynb|\Z)", file, maxsplit=1, flags=re.IGNORECASE)
    name = no_names.stripped(stem.strip()) if notebook else ""
    return "" if name in no_names else name.strip()


# -- how much a level explains -----------------------------------------------------------------------------------------


def _counted(way: Way, notebooks: list[str]) -> Way:
    """With the notebooks that it names, and no other one that looks the same."""
    alike: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
    for name in notebooks:
        for own in way.owners.get(name, ()):
            parts = name.split("/")
            file = own.file or parts[-1]
            alike[own.student, own.number, own.turn, file.casefold(), str(len(parts))].append(name)
    possible = frozenset(names[0] for names in alike.values() if len(names) == 1)
    proof = sum(any(own.platform for own in way.owners[name]) for name in possible)
    return replace(way, possible=possible, proof=proof)


def _weighed(way: Way, inner: list[Way]) -> Way:
    """Without what may belong to several: where further inside, two people are named below one name."""
    doubtful: set[str] = set()
    for group in way.shares(way.possible):
        for other in inner:
            if len({own.student for name in group for own in other.owners.get(name, ())}) > 1:
                doubtful |= group
    return replace(way, explained=way.possible - doubtful)
