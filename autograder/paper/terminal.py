"""`workbook enter`: type in what was written on paper, a sheet after the other, a line after the other.

    Sheet: 7.9-TKSC-NN
    ada · 7.9 A maximum chooses the way · 9 boxes
    1, max(x, y): 6
      1  6  right
    ...

A sheet is said by its code, or by student and page, as in “ada 7.9”. Each answer is stored before the next is asked
for. At the end all is marked as by `workbook mark`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import NamedTuple

from ..classroom.mark import mark_class
from ..classroom.released import ClassError, released
from ..layout.typeset import unmarked
from ..marking.variants import own_variant, same_id
from .answering import BACK, END, HELP, Answering
from .codes import CodeError, looks_like_code, read_code
from .filing import HANDED_IN, File
from .places import Place, Places
from .students import kept, read_roster, unfit

Ask = Callable[[str], str]
"""Shows a prompt and gives the line that was typed; EOFError where there are no more."""
Say = Callable[[str], None]

HELP_SHEET = (
    "  7.9-TKSC-NN     a sheet by the code at its foot          ada 7.9-0000-NK     and whose it is",
    "  ada 7.9         page 9 of chapter 7, of ada              (Enter)             the next page of the same student",
    "  end             mark what was typed in, and stop         ?                   these lines",
)


class Sheet(NamedTuple):
    """A sheet that is to be typed in."""

    student: str
    place: Place
    variant: int


def enter(
    root: Path, roster: Path | None, into: Path, out: Path, paper: Path, *,
    by: str = "", no_mark: bool = False, into_gradebook: bool = False, ask: Ask = input,
) -> int:  # fmt: skip
    """Type in sheets until `end`, or the end of the input, and mark them; returns the exit status.

    roster, by   who may have sheets; without it those for whom `workbook paper` printed some into `paper`
    """
    if hasattr(sys.stdout, "reconfigure"):  # a console of Windows lacks signs that pages have
        sys.stdout.reconfigure(errors="replace")  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]  # nor has every stdout
    students = [student.id for student in (read_roster(roster, by) if roster else kept(paper))]
    desk = Desk(Places(released(root)), students, into, ask, print)
    try:
        desk.sit()
    except (EOFError, KeyboardInterrupt):
        print()
    if not desk.typed:
        print("Nothing was typed in.")
        return 0
    print(f"Typed in: {len(desk.typed)} {'page' if len(desk.typed) == 1 else 'pages'}, stored in {into.name}/.\n")
    if no_mark:
        return 0
    try:
        return mark_class(root, [into], out=out, into_gradebook=into_gradebook, jobs=1)
    except ClassError as error:
        raise ClassError(f"{error}\nWhat was typed in is stored; workbook mark marks it.") from None


class Desk:
    """Where somebody sits with a pile of sheets."""

    def __init__(self, places: Places, students: list[str], into: Path, ask: Ask, say: Say) -> None:
        self.places, self.into, self.ask, self.say = places, into, ask, say
        self.students = {same_id(student): student for student in [*students, *_folders(into)]}
        self.typed: set[tuple[str, str]] = set()  # student, page
        self.agreed: set[Path] = set()  # notebooks that were handed in and may be typed into

    def sit(self) -> None:
        """Sheet after sheet. EOFError where the input ends."""
        self.say("Say a sheet by its code, or by student and page, as in “ada 7.9”; ? tells more, end stops.")
        before: Sheet | None = None
        while True:
            following = before and self.places.after(before.place)
            offered = f" [{before.student} {following.name}]" if before and following else ""
            line = self.ask(f"Sheet{offered}: ").strip()
            if line.casefold() == END:
                return
            if line == HELP:
                self.say("\n".join(HELP_SHEET))
                continue
            try:
                if not line and before and following:
                    sheet: Sheet | None = before._replace(place=following)
                else:
                    sheet = self.sheet(line) if line else None
                if sheet and self.fill(sheet):
                    before = sheet
            except (ClassError, CodeError) as error:
                self.say(f"  {error}")

    # -- which sheet ---------------------------------------------------------------------------------------------------

    def sheet(self, line: str) -> Sheet | None:
        """The sheet that a line says; None where somebody thinks better of it. ClassError, CodeError for none."""
        words = line.split()
        for n in range(len(words)):  # whoever it is, stands before the code, which may have blanks in it
            if looks_like_code(" ".join(words[n:])):
                return self.coded(" ".join(words[:n]), " ".join(words[n:]))
        if len(words) < 2:
            if "-" in line:
                read_code(line)
            raise ClassError(f"Say whose page it is, as in “{line} 7.9”, or the code of the sheet.")
        place = self.places.named(words[-1])
        student = self.known(" ".join(words[:-1]))
        return Sheet(student, place, own_variant(student, place.chapter.settings)) if student else None

    def coded(self, named: str, typed: str) -> Sheet | None:
        """The sheet with this code, of the student who was named, or whose numbers these are."""
        code = read_code(typed)
        place = self.places.coded(code)
        settings = place.chapter.settings
        theirs = [one for one in self.students.values() if own_variant(one, settings) == code.variant]
        if not named and settings.variants == "student" and len(theirs) == 1:
            return Sheet(theirs[0], place, code.variant)
        student = self.known(named or self.ask("Whose sheet is it? ").strip())
        if student is None:
            return None
        own = own_variant(student, settings)
        if own != code.variant:
            numbers = _numbers(code.variant, theirs)
            self.say(f"  This sheet has {numbers}. It would be marked by those of {student}, and mostly earn little.")
            if not self.agrees("Type it in all the same?"):
                return None
        return Sheet(student, place, code.variant)

    def known(self, named: str) -> str | None:
        """The student who was meant, as they are called here; None where it was a slip."""
        if problem := unfit(named):
            raise ClassError(f"{problem[:1].upper()}{problem[1:]}.")
        if (student := self.students.get(same_id(named))) is not None:
            return student
        near = get_close_matches(same_id(named), self.students, n=3, cutoff=0.6)
        meant = f" Did you mean {' or '.join(self.students[one] for one in near)}?" if near else ""
        self.say(f"  There is no student {named} yet.{meant}")
        if not self.agrees(f"Is {named} a new one?"):
            return None
        self.students[same_id(named)] = named
        return named

    def agrees(self, question: str) -> bool:
        return self.ask(f"  {question} [y/N] ").strip().casefold() in ("y", "yes")

    # -- one sheet -----------------------------------------------------------------------------------------------------

    def fill(self, sheet: Sheet) -> bool:
        """Type in one sheet; whether that came about."""
        file = File.of(self.into, sheet.student, sheet.place)
        there = file.answers(sheet.place)
        if file.standing == HANDED_IN and not self.may(file, sheet.place, there):
            return False
        answering = Answering(sheet.place, sheet.variant, there)
        filled = f", {len(there)} of them filled" if there else ""
        title = unmarked(sheet.place.page.title)
        self.say(f"{sheet.student} · {sheet.place.name} {title} · {len(answering.boxes)} boxes{filled}")
        self.type_in(file, answering, sheet)
        self.say(f"  {sheet.student} {sheet.place.name}: {answering.marks.summary}")
        return True

    def type_in(self, file: File, answering: Answering, sheet: Sheet) -> None:
        """Line after line. What was changed is stored before a word is said of it."""
        code = sheet.place.code(sheet.variant)
        while not answering.done:
            before = dict(answering.answers)
            said = answering.take(self.ask(answering.prompt))
            if answering.answers != before:
                file.write(sheet.place, answering.answers, code)
                self.typed.add((sheet.student, sheet.place.page.slug))
            for line in said:
                self.say(line)
            if answering.done and not answering.ended:
                self.look_back(answering)

    def look_back(self, answering: Answering) -> None:
        """After the last box: go on, or back to one that was mistyped."""
        if self.ask(f"That was the last box. Enter goes on, {BACK} goes back: ").strip().casefold() == BACK:
            answering.at = len(answering.boxes)

    def may(self, file: File, place: Place, there: dict[int, str]) -> bool:
        """Whether the notebook that a student has handed in may be typed into; asked once for each."""
        if file.path in self.agreed and not there:
            return True
        holds = f"its page {place.name} holds {len(there)} answers" if there else f"its page {place.name} is blank"
        self.say(f"  {file.student} has handed in {file.path.name}; {holds}.")
        if not self.agrees("Type the sheet into it?" if not there else "Type over these answers?"):
            return False
        self.agreed.add(file.path)
        return True


def _numbers(variant: int, theirs: list[str]) -> str:
    return "the canonical numbers" if not variant else f"the numbers of {theirs[0]}" if theirs else "somebody’s numbers"


def _folders(into: Path) -> Iterator[str]:
    """The students of whom something is there already."""
    if into.is_dir():
        yield from (path.name for path in sorted(into.iterdir()) if path.is_dir() and not path.name.startswith("."))
