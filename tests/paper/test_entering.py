"""`workbook enter`: what was written on paper, is stored as the student's notebook and marked like any other."""

from __future__ import annotations

import csv
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.classroom.released import ClassError, released
from autograder.marking.pages import mark
from autograder.marking.variants import variant_of
from autograder.paper.filing import File
from autograder.paper.places import Place, Places
from autograder.paper.students import Student, keep
from autograder.paper.terminal import enter
from autograder.submissions.answers import read_notebook
from autograder.submissions.ids import STUDENT_ID

CHAPTER, PAGE = "06-cost", "6.1"


@pytest.fixture
def place(course) -> Place:
    """The first page of chapter 6."""
    return Places(released(course)).named(PAGE)


@pytest.fixture
def type_in(course, capsys) -> Callable[..., str]:
    """Types lines as somebody at the terminal would; gives what was said."""

    def typing(*lines: str, roster: str = "", **options: object) -> str:
        waiting = [*lines]
        asked: list[str] = []

        def ask(prompt: str) -> str:
            asked.append(prompt)
            if not waiting:
                raise EOFError
            print(f"{prompt}{waiting[0]}")
            return waiting.pop(0)

        table = course / roster if roster else None
        options = {"no_mark": True} | options
        assert enter(course, table, course / "submitted", course / "marks", course / "paper", ask=ask, **options) == 0
        assert waiting == [], f"not asked for any more after: {asked[-3:]}"
        return capsys.readouterr().out

    return typing


def notebook(course: Path, student: str) -> Path:
    return course / "submitted" / student / CHAPTER / "cost.ipynb"


def stored(course: Path, student: str, place: Place) -> dict[int, str]:
    read = read_notebook(json.loads(notebook(course, student).read_text(encoding="utf-8")))
    return {n: text for n, text in read.pages[place.page.slug].answers.items() if text}


def keys(place: Place, variant: int = 0) -> dict[int, str]:
    return {box.number: box.shown for box in place.page.sheet(variant).boxes}


def rows(course: Path, table: str) -> list[dict[str, str]]:
    with (course / "marks" / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def new(student: str) -> tuple[str, str]:
    """Say a page of a student whom nobody knows yet."""
    return f"{student} {PAGE}", "y"


def test_what_is_typed_in_is_marked_as_if_it_had_been_handed_in(course, place, type_in):
    """Box by box, with the verdicts of the notebook; then the same points in the same tables as `workbook mark`."""
    key = keys(place)
    wrong = {2: "17/19"}
    said = type_in(*new("ada"), *(wrong.get(n, text) for n, text in key.items()), "", "end", no_mark=False)
    marks = mark(place.page, key | wrong)
    assert f"  1  {key[1]}  right" in said and f"ada {PAGE}: {marks.summary}" in said
    assert stored(course, "ada", place) == key | wrong
    told = {int(row["box"]): row["verdict"] for row in rows(course, "verdicts") if row["page"] == place.page.slug}
    assert told == {verdict.box: verdict.state for verdict in marks.verdicts}
    (grade,) = rows(course, "grades")
    assert (grade["student"], float(grade["points"]), grade["faults"]) == ("ada", marks.points, "0")


def test_lines_go_where_they_belong(course, place, type_in):
    """By number, several at once, back, empty lines, a box emptied again; a number that is not there takes nothing."""
    said = type_in(*new("ada"), "1", "3: 5; 6", "back", "44", "1:", "", "99: 1", "?", "end", "end")
    assert stored(course, "ada", place) == {3: "5", 4: "44"}
    assert "There is no box 99" in said and "goes into box 5" in said
    assert "Typed in: 1 page" in said


def test_a_sheet_begun_is_taken_up_again(course, place, type_in):
    """The answers are there, the first empty box is asked for, and nothing is asked about them."""
    type_in(*new("ada"), "1", "end", "end")
    said = type_in(f"ADA {PAGE}", "2", "end", "end")
    assert "1 of them filled" in said and "handed in" not in said and stored(course, "ada", place) == {1: "1", 2: "2"}
    type_in(f"ada {PAGE}", "1: 7", "end", "", "9", "end", "end")  # Enter: the next page of the same student
    assert stored(course, "ada", place) == {1: "7", 2: "2"}
    following = Places(released(course)).after(place)
    assert stored(course, "ada", following) == {1: "9"}


def test_a_code_tells_whose_sheet_it_is(own_course, type_in):
    """Where numbers are a student's own, nobody need be named; they are marked by those."""
    keep([Student("ada"), Student("bob")], own_course / "paper")
    place = Places(released(own_course)).named(PAGE)
    key = keys(place, variant_of("bob", "autumn"))
    code = place.code(variant_of("bob", "autumn")).text
    said = type_in(code.lower(), *key.values(), "", "end", no_mark=False)
    assert f"bob · {PAGE}" in said and f"bob {PAGE}: All" in said
    (grade,) = rows(own_course, "grades")
    assert (grade["student"], float(grade["points"]), grade["faults"]) == ("bob", float(len(key)), "0")


def test_the_sheet_of_another_variant_is_asked_about(own_course, type_in):
    """Somebody else's numbers, or the canonical ones: it is said, and marked by one's own if it is typed in anyway."""
    keep([Student("ada"), Student("bob")], own_course / "paper")
    place = Places(released(own_course)).named(PAGE)
    bobs, canonical = place.code(variant_of("bob", "autumn")).text, place.code(0).text
    said = type_in(f"ada {bobs}", "n", f"ada {canonical}", "n", "end")
    assert "has the numbers of bob" in said and "has the canonical numbers" in said and "Nothing was typed in" in said
    type_in(f"ada {bobs}", "y", "1: 5", "end", "end", no_mark=False)
    assert "the page showed the numbers of somebody else" in rows(own_course, "faults")[0]["said"]


def test_a_new_notebook_says_whose_it_is(own_course, type_in):
    """In the cell in which a student would have said it, so that it opens with the right numbers."""
    handed_out = own_course / "chapters" / CHAPTER / "cost.ipynb"
    blank = json.loads(handed_out.read_text(encoding="utf-8"))
    cell = {"cell_type": "code", "id": STUDENT_ID, "metadata": {"nbgrader": {"grade_id": STUDENT_ID}}, "outputs": [],
            "source": "course(student=None)", "execution_count": None}  # fmt: skip
    blank["cells"].insert(2, cell)
    (own_course / "chapters").unlink()
    handed_out.parent.mkdir(parents=True)
    handed_out.write_text(json.dumps(blank), encoding="utf-8")
    type_in(f"élo {PAGE}", "y", "1", "end", "end")
    made = json.loads(notebook(own_course, "élo").read_text(encoding="utf-8"))
    assert read_notebook(made).student == "élo"


def handed_in(course: Path, student: str, **boxes: str) -> bytes:
    """A notebook that a student has handed in, the first page filled like this."""
    path = notebook(course, student)
    blank = json.loads((course / "chapters" / CHAPTER / "cost.ipynb").read_text(encoding="utf-8"))
    cell = next(cell for cell in blank["cells"] if "workbook" in cell["metadata"])
    source = "".join(cell["source"])
    for n, text in boxes.items():
        source = re.sub(rf"\b{n[1:]}: None", f"{n[1:]}: {text}", source)
    cell["source"] = "# mine\n" + source
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(blank), encoding="utf-8")
    return path.read_bytes()


def test_what_was_handed_in_is_not_written_over_unasked(course, place, type_in):
    """Without a yes the file stays as it is, to the byte; with one, only the boxes that are typed change."""
    before = handed_in(course, "ada", n1="41", n2="42")
    said = type_in(f"ada {PAGE}", "n", f"ada {PAGE}", "", "end")
    assert "has handed in cost.ipynb; its page 6.1 holds 2 answers" in said
    assert notebook(course, "ada").read_bytes() == before
    type_in(f"ada {PAGE}", "y", "2: 5", "end", "end")
    assert stored(course, "ada", place) == {1: "41", 2: "5"}
    assert "# mine" in notebook(course, "ada").read_text(encoding="utf-8")


def test_two_who_type_at_once_do_not_lose_each_others_pages(course, place):
    """Each answer goes into the file as it stands by then; and a file that has come to be meanwhile is not replaced."""
    following = Places(released(course)).after(place)
    one, late = (File.of(course / "submitted", "ada", place) for _ in range(2))
    one.write(place, {1: "1"}, place.code(0))
    with pytest.raises(ClassError, match="meanwhile"):
        late.write(following, {1: "2"}, following.code(0))
    other = File.of(course / "submitted", "ada", following)
    other.write(following, {1: "2"}, following.code(0))
    one.write(place, {1: "1", 2: "3"}, place.code(0))
    assert stored(course, "ada", place) == {1: "1", 2: "3"} and stored(course, "ada", following) == {1: "2"}


def test_a_page_left_blank_is_asked_about_once(course, place, type_in):
    """Then paper and notebook of one student go together."""
    handed_in(course, "ada")
    type_in(f"ada {PAGE}", "y", "1: 5", "end", "ada 6.2", "1: 6", "end", "end")
    assert stored(course, "ada", place) == {1: "5"}


@pytest.mark.parametrize("wreck", [
    lambda path: path.write_text('{"cells": [', encoding="utf-8"), lambda path: path.write_text("[]", encoding="utf-8"),
    lambda path: path.rename(path.with_name("poem.ipynb")), lambda path: (path.unlink(), path.mkdir()),
])  # fmt: skip
def test_a_file_that_cannot_be_written_into_stays(course, type_in, wreck):
    """Broken, no notebook, of another page: it is said, and nothing is changed."""
    handed_in(course, "ada")
    wreck(notebook(course, "ada"))
    if (poem := notebook(course, "ada").with_name("poem.ipynb")).exists():
        poem.write_text('{"nbformat": 4, "metadata": {}, "cells": []}', encoding="utf-8")
    before = {path: path.read_bytes() for path in (course / "submitted").rglob("*") if path.is_file()}
    said = type_in(f"ada {PAGE}", "end")
    assert "ove it away" in said
    assert {path: path.read_bytes() for path in (course / "submitted").rglob("*") if path.is_file()} == before


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right there")
def test_no_link_leads_out_of_the_submissions(course, type_in, tmp_path):
    """A student's folder that is a link is not followed."""
    (tmp_path / "elsewhere").mkdir()
    (course / "submitted").mkdir()
    (course / "submitted" / "ada").symlink_to(tmp_path / "elsewhere")
    assert "not a folder of its own" in type_in(*new("ada"), "end")
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_page_whose_cell_is_gone_gets_one_again(course, place, type_in):
    """A student deleted it; what was on paper is handed in all the same."""
    handed_in(course, "ada")
    path = notebook(course, "ada")
    left = json.loads(path.read_text(encoding="utf-8"))
    left["cells"] = [cell for cell in left["cells"] if place.page.slug not in "".join(cell["source"])]
    path.write_text(json.dumps(left), encoding="utf-8")
    type_in(f"ada {PAGE}", "y", "1: 5", "end", "end")
    assert stored(course, "ada", place) == {1: "5"}


@pytest.mark.parametrize(("line", "said"), [
    ("6.1-0000-00", "is not the code of any sheet"), ("6.1-00", "looks like"), ("6.1", "Say whose page it is"),
    ("ada", "Say whose page it is"), ("ada 6.99", "has the pages 1 to"), ("ada 99.1", "There is no page 99.1"),
    ("../eve 6.1", "cannot be the name of a folder"), ("a:b 6.1", "cannot be the name of a folder"),
    ("?", "the code at its foot"),
])  # fmt: skip
def test_a_sheet_that_is_none_is_said_and_asked_again(course, type_in, line, said):
    """Nothing is made in the folder of submissions."""
    assert said in type_in(line, "end")
    assert not (course / "submitted").exists()


def test_a_student_with_a_slip_in_the_name_is_asked_about(course, roster, type_in):
    """Who is meant is guessed aloud, and never taken for granted."""
    said = type_in(f"adda {PAGE}", "n", "end", roster="roster.csv")
    assert "There is no student adda yet. Did you mean ada?" in said and not (course / "submitted").exists()


def test_marks_that_cannot_be_written_lose_nothing(course, place, type_in):
    """Fewer students than in the run before: the tables stay, what was typed in is stored, and it is said."""
    for student in ("ada", "bob"):
        handed_in(course, student, n1="41")
    type_in(f"ada {PAGE}", "y", "2: 5", "end", "end", no_mark=False)
    notebook(course, "bob").rename(course / "bob.ipynb")
    notebook(course, "bob").parent.rmdir()
    with pytest.raises(ClassError, match=r"missing: bob(.|\n)*is stored; workbook mark"):
        type_in(f"ada {PAGE}", "y", "2: 6", "end", "end", no_mark=False)
    assert stored(course, "ada", place) == {1: "41", 2: "6"}


def test_a_killed_session_has_all_that_it_has_answered(course, place):
    """kill -9 after a verdict: that answer is in the file, and no half of a file lies about."""
    command = [sys.executable, "-m", "autograder.cli", "enter", "--root", str(course), "--no-mark"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, **pipes, env=os.environ | {"PYTHONUNBUFFERED": "1"}) as session:
        session.stdin.write("".join(f"{line}\n" for line in (*new("ada"), "1", "2", "3")).encode())
        session.stdin.flush()
        until, said = time.monotonic() + 60, b""
        while b"  3  3" not in said and time.monotonic() < until:
            said += os.read(session.stdout.fileno(), 4096)
        os.kill(session.pid, getattr(signal, "SIGKILL", signal.SIGTERM))
    assert stored(course, "ada", place) == {1: "1", 2: "2", 3: "3"}
    assert [path.name for path in notebook(course, "ada").parent.iterdir()] == ["cost.ipynb"]
