"""`workbook demo-class`: hand in the chapters for a class of simulated students, and say what each should earn.

    students = cast(30, seed=1)
    hand_in(root, students, into=root / "submitted")      what each should earn: a list of Earned

The same seed makes the same files. Every student has a skill, slips that they are prone to, and a way to type numbers.
Some stop early, and some hand in something odd: the table ODDITIES says what, and what that costs.
"""

from __future__ import annotations

import copy
import csv
import json
import re
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any, TypeAlias

from .. import pages
from ..answers.literals import literal_of
from ..authoring.slugs import OURS
from ..marking.variants import own_variant
from ..settings import load
from ..submissions.ids import code_slug_of, page_id, slug_of
from ..submissions.writing import page_source
from .planting import Habits, Planted, plant
from .planting_code import Written, blank_code, plant_code
from .released import Chapter, ClassError, Notebook, released

STUDENT = re.compile(r"demo-[0-9]{3,}")
EXPECTED = "demo-class.csv"
COLUMNS = ("student", "chapter", "page", "box", "planted", "mistake", "points")
STYLES = ("plain", "plain", "fractions", "comma", "typographic")


@dataclass(frozen=True)
class Student:
    """A simulated student."""

    name: str
    habits: Habits
    oddity: str = ""  # one of ODDITIES, or none


@dataclass(frozen=True)
class Earned:
    """What a student should earn in one chapter: what was planted, page by page."""

    student: Student
    chapter: str
    planted: dict[str, list[Planted]]

    @property
    def points(self) -> float:
        return sum(box.points for page in self.planted.values() for box in page)

    @property
    def out_of(self) -> int:
        return sum(box.worth for page in self.planted.values() for box in page)


# -- what is odd about a submission ------------------------------------------------------------------------------------


Content: TypeAlias = dict[str, Any]  # a notebook, or a cell of one, as JSON has it


@dataclass
class Paper:
    """A filled-in notebook on its way into the submission: what an oddity may change."""

    notebook: Content
    name: str  # of the file
    planted: dict[str, list[Planted]]
    rng: Random
    data: bytes | None = None  # the file's bytes, where they are no longer the notebook's

    def lose(self, *slugs: str) -> None:
        """These pages will earn nothing; without a name, all of them."""
        for slug in slugs or tuple(self.planted):
            self.planted[slug] = [Planted(box.box, "blank", worth=box.worth) for box in self.planted[slug]]

    def cell(self, name: str) -> Content:
        return next(cell for cell in self.notebook["cells"] if _name(cell) == name)

    def some_page(self) -> str:
        """A page with answers in it, if there is one."""
        known = [slug for slug in self.planted if pages.find(slug)]
        return self.rng.choice([slug for slug in known if any(box.text for box in self.planted[slug])] or known)

    def bytes(self) -> bytes:
        return self.data if self.data is not None else (json.dumps(self.notebook, indent=1) + "\n").encode()


def copied_cell(paper: Paper) -> None:
    """A page cell stands there twice; the copy was emptied. The page's own cell counts."""
    slug = paper.some_page()
    original = paper.cell(page_id(slug))
    twin = copy.deepcopy(original) | {"id": f"{original['id'][:60]}-2"}
    twin["source"] = page_source(slug, {box.box: "None" for box in paper.planted[slug]})
    paper.notebook["cells"].insert(paper.notebook["cells"].index(original) + 2, twin)


def deleted_cell(paper: Paper) -> None:
    """A page cell is gone, and its answers with it."""
    slug = paper.some_page()
    paper.notebook["cells"].remove(paper.cell(page_id(slug)))
    paper.lose(slug)


def deleted_grade_cell(paper: Paper) -> None:
    """The locked cell that shows the marks is gone: that costs nothing."""
    slug = paper.some_page()
    paper.notebook["cells"] = [
        cell for cell in paper.notebook["cells"] if not (slug_of(_name(cell)) == slug and _name(cell) != page_id(slug))
    ]


def renamed_file(paper: Paper) -> None:
    """The file has a name of the student's own. Its pages tell which notebook it is."""
    paper.name = "my homework (final).ipynb"


def lms_file_name(paper: Paper) -> None:
    """The file has the name that an LMS gave it."""
    paper.name = f"demo_student_40{paper.rng.randrange(100, 999)}_77{paper.rng.randrange(100, 999)}_{paper.name}"


def cut_file(paper: Paper) -> None:
    """The upload broke off: nothing can be read."""
    whole = paper.bytes()
    paper.data = whole[: len(whole) * 3 // 5]
    paper.lose()


def blank(paper: Paper) -> None:
    """Handed in as it was handed out."""
    for slug, boxes in paper.planted.items():
        if pages.find(slug):
            paper.cell(page_id(slug))["source"] = page_source(slug, {box.box: "None" for box in boxes})
    paper.lose()


ODDITIES: dict[str, Callable[[Paper], None]] = {
    "blank": blank,
    "cut file": cut_file,
    "renamed file": renamed_file,
    "LMS file name": lms_file_name,
    "copied cell": copied_cell,
    "deleted cell": deleted_cell,
    "deleted grade cell": deleted_grade_cell,
    "nothing handed in": lambda paper: paper.lose(),
}
"""What can be odd about a submission → what that does to it, and to what it should earn."""


# -- the class ---------------------------------------------------------------------------------------------------------


def cast(count: int, seed: int = 1, package: str = OURS) -> list[Student]:
    """The students: up to two in five do something odd, one in six stops half-way.

    package   of the course, whose slips they may make beside those of the workbook
    """
    rng = Random(f"demo class {seed}")
    known = pages.catalogue() | pages.catalogue(package)
    boxes = [box for page in known.values() for box in page.sheet().boxes]
    codes = sorted({code for box in boxes for code, _ in box.mistakes})
    students = [Student(f"demo-{n:03}", _habits(rng, codes)) for n in range(1, count + 1)]
    order = rng.sample(range(count), count)
    odd = min(len(ODDITIES), count * 2 // 5)
    for place, oddity in zip(order[:odd], ODDITIES, strict=False):
        students[place] = replace(students[place], oddity=oddity)
    for place in order[odd : odd + count // 6]:
        habits = replace(students[place].habits, until=rng.uniform(0.3, 0.7))
        students[place] = replace(students[place], habits=habits, oddity="")
    return students


def _habits(rng: Random, codes: list[str]) -> Habits:
    common = ("transposed", "wrong_sign", "slope_left_out", "target_minus_prediction", "upside_down", "mean_left_out")
    slips = frozenset([*rng.sample(common, 2), *rng.sample(codes, 8)])
    return Habits(round(rng.betavariate(4, 1.6), 2), slips, rng.choice(STYLES))


def hand_in(
    root: Path, students: list[Student], into: Path, chapters: Iterable[str] = (), seed: int = 1
) -> list[Earned]:
    """Write submissions, into/<student>/<chapter>/<notebook>.ipynb; returns what each should earn.

    An earlier demo class in `into` is replaced. ClassError if anything else is there.
    """
    course = released(root, chapters)
    make_room(into)
    return [_submit(student, chapter, into, seed) for student in students for chapter in course.values()]


def make_room(into: Path) -> None:
    """Remove an earlier demo class. ClassError, and nothing removed, if other students' work lies there."""
    there = sorted(into.iterdir()) if into.is_dir() else []
    if others := [path.name for path in there if not STUDENT.fullmatch(path.name) and not path.name.startswith(".")]:
        raise ClassError(
            f"{into.name}/ holds {others[0]}{' and others' if len(others) > 1 else ''}, who are not of a demo class. "
            "Nothing was written. Say --into with another folder."
        )
    for path in there:
        if STUDENT.fullmatch(path.name):
            shutil.rmtree(path)


def _submit(student: Student, chapter: Chapter, into: Path, seed: int) -> Earned:
    folder = into / student.name / chapter.name
    earned: dict[str, list[Planted]] = {}
    for notebook in chapter.notebooks.values():
        rng = Random(f"{seed}/{student.name}/{notebook.name}")
        planted = _answers(student, notebook, rng, own_variant(student.name, chapter.settings))
        code = _code(student, notebook, rng)
        planted |= {slug: written.planted for slug, written in code.items()}
        paper = Paper(_filled(notebook, planted, code), f"{notebook.name}.ipynb", planted, rng)
        if student.oddity:
            ODDITIES[student.oddity](paper)
        if student.oddity != "nothing handed in":
            folder.mkdir(parents=True, exist_ok=True)
            (folder / paper.name).write_bytes(paper.bytes())
        earned |= paper.planted
    return Earned(student, chapter.name, earned)


def _answers(student: Student, notebook: Notebook, rng: Random, variant: int) -> dict[str, list[Planted]]:
    """What the student types into each page of a notebook; pages after the point where they stop stay blank."""
    stops = round(student.habits.until * len(notebook.pages))
    planted: dict[str, list[Planted]] = {}
    for place, slug in enumerate(notebook.pages):
        boxes = plant(pages.load(slug), student.habits, rng, variant)
        planted[slug] = boxes if place < stops else [Planted(box.box, "blank") for box in boxes]
    return planted


def _code(student: Student, notebook: Notebook, rng: Random) -> dict[str, Written]:
    """What the student writes into each code exercise; one that builds on an unfinished one stays blank."""
    written: dict[str, Written] = {}
    stops = round(student.habits.until * len(notebook.exercises))
    for place, slug in enumerate(notebook.exercises):
        exercise = pages.load_exercise(slug)
        finished = all(_finished(written.get(need.slug)) for need in exercise.needs)
        begins = place < stops and finished and student.oddity != "blank"
        written[slug] = plant_code(exercise, student.habits, rng) if begins else blank_code(exercise)
    return written


def _finished(written: Written | None) -> bool:
    return written is not None and all(each.what == "right" for each in written.planted)


def _filled(notebook: Notebook, planted: dict[str, list[Planted]], code: dict[str, Written]) -> Content:
    filled = json.loads(notebook.path.read_text(encoding="utf-8"))
    for cell in filled["cells"]:
        slug = slug_of(_name(cell))
        if slug in planted and _name(cell) == page_id(slug):
            cell["source"] = page_source(slug, {box.box: literal_of(box.text) for box in planted[slug]})
        elif (slug := code_slug_of(_name(cell))) in code:
            cell["source"] = code[slug].source
    return filled


def _name(cell: Content) -> str:
    return cell["metadata"].get("nbgrader", {}).get("grade_id", "")


# -- the report --------------------------------------------------------------------------------------------------------


def write_expected(earned: list[Earned], path: Path) -> None:
    """One row a box: what was planted there and what it should earn."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(COLUMNS)
        for each in earned:
            for slug, boxes in each.planted.items():
                for box in boxes:
                    row = (each.student.name, each.chapter, slug, box.box, box.what, box.mistake, f"{box.points:g}")
                    table.writerow(row)


def lines(earned: list[Earned]) -> list[str]:
    """A table to print: a line for each student, a column for each chapter."""
    chapters = list(dict.fromkeys(each.chapter for each in earned))
    students = {each.student.name: each.student for each in earned}
    points = {(each.student.name, each.chapter): f"{each.points:g}" for each in earned}
    most = {each.chapter: f"of {each.out_of}" for each in earned}
    widths = [max(len(chapter.partition("-")[0]), len(most[chapter]), 5) for chapter in chapters]

    def line(first: str, second: str, columns: Iterable[str], last: str = "") -> str:
        cells_ = "  ".join(f"{text:>{width}}" for text, width in zip(columns, widths, strict=True))
        return f"{first:<9} {second:>5}  {cells_}  {last}".rstrip()

    table = [line("student", "skill", (chapter.partition("-")[0] for chapter in chapters), "what is odd")]
    table.append(line("", "", (most[chapter] for chapter in chapters)))
    for name, student in students.items():
        odd = student.oddity or ("stops half-way" if student.habits.until < 1 else "")
        row = (points[name, chapter] for chapter in chapters)
        table.append(line(name, f"{student.habits.skill:.2f}", row, odd))
    return table


def demo_class(root: Path, students: int, seed: int, chapters: list[str], into: Path) -> int:
    """The command: hand in, write what each should earn, print it."""
    if students < 1:
        raise ClassError("A class has at least one student: --students 30")
    into = root / into
    earned = hand_in(root, cast(students, seed, load(root).package), into, chapters, seed)
    write_expected(earned, root / EXPECTED)
    print("\n".join(lines(earned)))
    shown = into.relative_to(root) if into.is_relative_to(root) else into
    print(f"\nHanded in: {shown}/. What each box should earn: {EXPECTED}")
    return 0
