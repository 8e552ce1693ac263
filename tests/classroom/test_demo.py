"""The demo class: marking finds what is planted, the same seed makes the same class, nobody's work is harmed."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from autograder import pages
from autograder.classroom.assess import assess
from autograder.classroom.demo import ODDITIES, cast, hand_in
from autograder.classroom.finding import Entry
from autograder.classroom.planting import EARNS, Habits, plant
from autograder.classroom.planting_code import _spoilt
from autograder.classroom.released import ClassError, released
from autograder.cli import main
from autograder.marking.pages import mark

ROOT = Path(__file__).parents[2]
STATES = {"right": "right", "follows": "follows", "rounded": "few_digits", "blank": "blank", "unreadable": "unreadable"}
STYLES = ("plain", "fractions", "comma", "typographic")


@pytest.mark.parametrize("seed", range(4))
def test_marking_finds_what_was_planted(seed):
    """Box by box over every page: each right answer, slip, mistake by its name, and what only follows."""
    for slug, page in pages.catalogue().items():
        rng = Random(f"{seed}/{slug}")
        codes = sorted({code for box in page.sheet().boxes for code, _ in box.mistakes})
        habits = Habits(rng.random(), frozenset(rng.sample(codes, min(2, len(codes)))), STYLES[seed % 4])
        planted = plant(page, habits, rng)
        for box, verdict in zip(planted, mark(page, {box.box: box.text for box in planted}).verdicts, strict=True):
            state = STATES.get(box.what) or ("mistake" if box.mistake else "wrong")
            assert (verdict.state, verdict.code) == (state, box.mistake), (slug, box)


def test_every_kind_of_answer_is_planted():
    """Right, follows, rounded, slips with and without a name, blanks and unreadable ones all occur."""
    count, named = Counter(), Counter()
    for slug, page in pages.catalogue().items():
        for box in plant(page, Habits(0.5), Random(slug)):
            count[box.what] += 1
            named[box.what, bool(box.mistake)] += 1
    assert {"right", "follows", "rounded", "slip", "blank", "unreadable"} == set(count)
    assert named["slip", True] > named["slip", False] > 0
    assert set(EARNS) == {"right", "follows", "rounded"}


def test_skill_shows():
    """Better students earn more."""

    def share(skill):
        boxes = [box for slug, page in pages.catalogue().items() for box in plant(page, Habits(skill), Random(slug))]
        return sum(box.points for box in boxes) / len(boxes)

    assert share(0.2) < share(0.6) < share(1.0)


@pytest.fixture(scope="module")
def class_of_thirty(tmp_path_factory):
    """The chapters without code: others would start thirty kernels each."""
    into = tmp_path_factory.mktemp("demo") / "submitted"
    chapters = {name: chapter for name, chapter in released(ROOT).items() if not chapter.runs_code}
    return into, hand_in(ROOT, cast(30, 1), into, chapters, seed=1), chapters


@pytest.mark.xdist_group("demo")
def test_each_student_earns_what_was_planted_in_every_chapter(class_of_thirty):
    """Thirty students, every chapter of pages, every oddity: the marks are exactly what each should earn."""
    into, earned, chapters = class_of_thirty
    assert {each.student.oddity for each in earned} == {"", *ODDITIES}
    for each in earned:
        folder = into / each.student.name / each.chapter
        if each.student.oddity == "nothing handed in":
            assert not folder.exists()
            continue
        (record,) = assess(Entry(each.student.name, each.chapter, "demo", str(folder)), chapters)
        assert (record.points, record.out_of) == (each.points, each.out_of), (each.student, each.chapter)


@pytest.mark.xdist_group("workers")
def test_code_earns_what_was_planted(tmp_path):
    """Right, slipped, following, broken and blank code of chapter 5, run in kernels: exactly what each should earn."""
    chapters = released(ROOT, ["05-activations"])
    students = [replace(student, oddity="") for student in cast(60, 4)]
    kinds: set[str] = set()
    for student in students:
        if kinds == {"right", "slip", "follows", "unreadable", "blank"}:
            break
        (each,) = hand_in(ROOT, [student], tmp_path, chapters)
        code = [box for slug, boxes in each.planted.items() if slug in pages.exercises() for box in boxes]
        if not {box.what for box in code} <= kinds:  # a kernel for each kind is enough
            kinds |= {box.what for box in code}
            folder = tmp_path / each.student.name / each.chapter
            (record,) = assess(Entry(each.student.name, each.chapter, "demo", str(folder)), chapters)
            assert (record.points, record.out_of) == (each.points, each.out_of), each.student
    assert kinds == {"right", "slip", "follows", "unreadable", "blank"}


def test_a_slip_spoils_what_it_touches():
    """Every slip of every exercise that can be planted costs something, and what it spares earns its points."""
    for exercise in pages.exercises().values():
        for code in exercise.changes:
            planted = _spoilt(exercise, code)
            assert planted is None or 0 <= sum(box.points for box in planted) < exercise.points, (exercise, code)


@pytest.mark.xdist_group("demo")
def test_the_same_seed_makes_the_same_files(class_of_thirty, tmp_path):
    """Byte for byte; another seed makes others."""
    into, *_ = class_of_thirty
    hand_in(ROOT, cast(30, 1), tmp_path / "again", ["06-cost"], seed=1)
    hand_in(ROOT, cast(5, 2), tmp_path / "other", ["06-cost"], seed=2)
    files = {path.relative_to(into): path.read_bytes() for path in into.glob("*/06-cost/*")}
    held = lambda name: {p.relative_to(tmp_path / name): p.read_bytes() for p in (tmp_path / name).glob("*/*/*")}  # noqa: E731
    assert held("again") == files
    assert held("other") != {path: data for path, data in files.items() if path.parts[0] <= "demo-005"}


def test_the_command_prints_what_each_should_earn(tmp_path, capsys):
    """A line for each student with their points, and a row for each box in demo-class.csv."""
    words = ["demo-class", "--students", "5", "--chapters", "00-start", "06-cost", "--into", str(tmp_path / "class")]
    course = tmp_path / "course"
    (course / "source").mkdir(parents=True)
    (course / "chapters").symlink_to(ROOT / "chapters")
    assert main([*words, "--root", str(course)]) == 0
    printed = capsys.readouterr().out
    rows = (course / "demo-class.csv").read_text(encoding="utf-8").splitlines()
    assert rows[0] == "student,chapter,page,box,planted,mistake,points"
    for student in cast(5, 1):
        points = sum(float(row.split(",")[-1]) for row in rows if row.startswith(f"{student.name},06-cost"))
        line = next(line for line in printed.splitlines() if line.startswith(student.name))
        assert f"{points:g}" in line.split() and student.oddity in line


def test_other_students_work_is_never_touched(tmp_path):
    """Where anything but a demo class lies, nothing is written and nothing removed."""
    real = tmp_path / "submitted" / "ada" / "06-cost" / "cost.ipynb"
    real.parent.mkdir(parents=True)
    real.write_text("{}", encoding="utf-8")
    with pytest.raises(ClassError, match="ada"):
        hand_in(ROOT, cast(2, 1), tmp_path / "submitted", ["06-cost"])
    assert [path.name for path in (tmp_path / "submitted").iterdir()] == ["ada"]


def test_a_smaller_class_replaces_a_larger_one(tmp_path):
    """Students of an earlier demo class do not stay behind."""
    hand_in(ROOT, cast(4, 1), tmp_path, ["00-start"])
    hand_in(ROOT, cast(2, 1), tmp_path, ["00-start"])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["demo-001", "demo-002"]


@pytest.mark.xdist_group("demo")
def test_files_of_the_class_are_notebooks(class_of_thirty):
    """All but the cut ones can be parsed, and differ from each other."""
    into, earned, _ = class_of_thirty
    cut = {each.student.name for each in earned if each.student.oddity == "cut file"}
    for path in into.glob("*/06-cost/*"):
        if path.parts[-3] in cut:
            with pytest.raises(json.JSONDecodeError):
                json.loads(path.read_bytes())
        else:
            assert json.loads(path.read_bytes())["cells"]
