"""Whose is what: nobody's work goes to somebody else, and what is not certain is not marked."""

from __future__ import annotations

import csv
import json
import shutil
import unicodedata
import zipfile
from pathlib import Path

import pytest

from autograder.classroom import whose
from autograder.classroom.entries import Entry, Stray
from autograder.classroom.finding import arrivals
from autograder.classroom.released import ClassError, released
from autograder.cli import main

pytestmark = pytest.mark.xdist_group("mark")
ROOT = Path(__file__).parents[2]
CHAPTER = "01-gradients"
NOTEBOOK = "gradients.ipynb"


@pytest.fixture(scope="module")
def chapters():
    return released(ROOT)


def paper(points: int) -> bytes:
    """A notebook that earns so many points, of at most three."""
    boxes = {1: 8, 2: 1, 3: 12, 4: 14}
    answers = {box: boxes[box] for box in list(boxes)[:points]}
    source = f'answers = {answers!r}\npage("gradients/one-weight", answers)'
    cell = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": source}
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


def packed(path: Path, *names: str, **texts: str) -> Path:
    """A zip with these files: notebooks, and others that hold their own name; or the texts given."""
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, paper(1) if ".ipynb" in name else texts.get(name, name))
    return path


def found(place: Path, chapters, **how: str) -> tuple[dict[str, list[str]], list[str]]:
    """Student → the files that would be marked; and what is said."""
    arrived = list(arrivals([place], chapters, **how))
    students = {each.student: [file.shown for file in each.files] for each in arrived if isinstance(each, Entry)}
    return students, [f"{each.student}: {each.said}" for each in arrived if isinstance(each, Stray)]


# -- levels ------------------------------------------------------------------------------------------------------------

STRAY = [".DS_Store", "Thumbs.db", "desktop.ini", "README", "README.md", "grades.csv", "class.xlsx", "a list.csv",
         "submission_metadata.yml", "Icon\r"]  # fmt: skip


HOW = ["{}/gradients.ipynb", "{}.ipynb", "{}_1_2_gradients.ipynb", "hw1-{}.ipynb"]
WRAPPED = ["", "hw/", "dl/submissions/", "my course/today/"]


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("wrapped", WRAPPED)
@pytest.mark.parametrize("strays", [[], STRAY])
def test_stray_files_merge_nobody(tmp_path, chapters, strays, wrapped, how):
    """Whatever lies beside the students' folders or files, and however often it is wrapped, each stays one student."""
    names = [wrapped + how.format(student) for student in ("ada", "bob", "cleo")]
    students, _ = found(packed(tmp_path / "x.zip", *(wrapped + stray for stray in strays), *names), chapters)
    assert sorted(students) == ["ada", "bob", "cleo"] and sorted(map(tuple, students.values())) == [(n,) for n in names]


@pytest.mark.parametrize("stray", STRAY)
def test_one_stray_file_is_enough_to_try(tmp_path, chapters, stray):
    """Each alone, beside folders: the class is still the class."""
    students, _ = found(packed(tmp_path / "x.zip", f"hw/{stray}", "hw/ada/x.ipynb", "hw/bob/x.ipynb"), chapters)
    assert sorted(students) == ["ada", "bob"]


@pytest.mark.parametrize(
    "names",
    [
        ["ada/01-gradients/gradients.ipynb"],
        ["ada/01-gradients/gradients.ipynb", "ada/02-jacobians/jacobians.ipynb"],
        ["submitted/ada/01-gradients/gradients.ipynb"],
        ["hw/ada.ipynb"],
        ["ada/homework.ipynb"],
        ["ada.ipynb"],
        ["ada_hw 1.ipynb"],
    ],
)
def test_one_student_alone_is_found(tmp_path, chapters, names):
    """In nbgrader's tree, in a folder, as a file: a name of a chapter or of school is nobody's."""
    students, _ = found(packed(tmp_path / "x.zip", *names), chapters)
    assert list(students) == ["ada"]


@pytest.mark.parametrize(
    "names",
    [
        ["stuff/ada.ipynb"],  # one notebook, two names
        ["group a/ada.ipynb", "group a/bob.ipynb", "group b/cleo.ipynb"],  # groups, or sections of a class?
        ["one/ada.ipynb", "two/ada.ipynb", "one/bob.ipynb", "two/cleo.ipynb", "two/dan.ipynb"],
        ["ada/first.ipynb", "ada/second.ipynb", "bob/mine.ipynb", "bob/yours.ipynb"],  # two students, or four?
        ["HW_a_smith_attempt_2030-01-02-10-00-00_x.ipynb"],  # smith, or a_smith?
        ["one_ada_attempt_2030-01-02-10-00-00_x.ipynb", "two_ada_attempt_2030-01-02-10-00-00_x.ipynb"],
        ["a/gradients.ipynb", "a/b/gradients.ipynb", "c/d/gradients.ipynb", "c/e/gradients.ipynb",
         "c/f/gradients.ipynb", "c/g/gradients.ipynb",
         "gradients.ipynb", "gradients (1).ipynb", "gradients (2).ipynb", "gradients (3).ipynb",
         "gradients (4).ipynb", "gradients (5).ipynb", "gradients (6).ipynb"],
    ],
)  # fmt: skip
def test_what_is_not_certain_stops_with_a_table(tmp_path, chapters, names):
    """Two ways that fit equally well, or one that explains too little: it is shown, and --level settles it."""
    place = packed(tmp_path / "x.zip", *names)
    with pytest.raises(ClassError, match=r"not certain whose.*\n  --level \w+ .*(\n.*)*Say --level, or --names"):
        found(place, chapters)
    assert found(place, chapters, level="file")[0] or found(place, chapters, level="1")[0]


def test_a_level_that_is_said_counts(tmp_path, chapters):
    """--level 1 and --level file read the same archive in two ways; another word is refused."""
    place = packed(tmp_path / "x.zip", "a/ada.ipynb", "a/bob.ipynb", "b/cleo.ipynb")
    assert list(found(place, chapters, level="1")[0]) == ["a", "b"]
    assert list(found(place, chapters, level="file")[0]) == ["ada", "bob", "cleo"]
    assert found(place, chapters, level="7")[0] == {}
    with pytest.raises(ClassError, match="takes the number of a folder"):
        found(place, chapters, level="x")


def test_folders_of_sections_come_off(tmp_path, chapters):
    """Students in folders in folders: the level that tells them apart counts, not the section."""
    names = [f"section {n // 3}/s{n}/gradients.ipynb" for n in range(9)]
    assert sorted(found(packed(tmp_path / "x.zip", *names), chapters)[0]) == [f"s{n}" for n in range(9)]


def test_two_students_never_end_up_under_one_name(tmp_path, chapters):
    """Two notebooks that would both be Ada's are refused, both named; the others are marked."""
    names = ["one/ada.ipynb", "two/ada.ipynb", "one/bob.ipynb", "two/cleo.ipynb", "two/dan.ipynb"]
    students, said = found(packed(tmp_path / "x.zip", *names), chapters, level="file")
    assert sorted(students) == ["bob", "cleo", "dan"]
    assert any(line.startswith("ada: `one/ada.ipynb` and `two/ada.ipynb` would both be theirs") for line in said)


@pytest.mark.parametrize("one", ["ada ", "Ada\N{NO-BREAK SPACE}"])
def test_blanks_around_a_name_do_not_merge_two(tmp_path, chapters, one):
    """`ada` and `ada ` are refused; names in other letters are two students."""
    names = [f"{one}/gradients.ipynb", f"{one.strip()}/gradients.ipynb", "bob/gradients.ipynb", "cleo/gradients.ipynb"]
    students, said = found(packed(tmp_path / "x.zip", *names), chapters)
    assert sorted(students) == ["bob", "cleo"] and "would both be theirs" in said[0]


def test_the_copy_that_lies_deeper_is_an_earlier_one(tmp_path, chapters):
    """Ada's own old/gradients.ipynb is hers; the one in her folder gets the plain name."""
    place = packed(tmp_path / "x.zip", "ada/old/gradients.ipynb", "ada/gradients.ipynb", "bob/gradients.ipynb")
    entries = {each.student: each for each in arrivals([place], chapters) if isinstance(each, Entry)}
    assert {file.name: file.shown for file in entries["ada"].files} == {
        "ada/old/gradients.ipynb": "ada/old/gradients.ipynb", NOTEBOOK: "ada/gradients.ipynb"
    }  # fmt: skip


@pytest.mark.parametrize("folder", ["stuff", "submitted"])
def test_a_class_in_the_folder_of_a_chapter_is_no_tree(tmp_path, chapters, folder):
    """<something>/<chapter>/ada.ipynb, bob.ipynb are two students, not one called <something>."""
    for student in ("ada", "bob"):
        name = f"{folder}/{CHAPTER}/{student}.ipynb"
        (tmp_path / "x" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "x" / name).write_bytes(paper(1))
    assert sorted(found(tmp_path / "x", chapters)[0]) == ["ada", "bob"]


def test_no_word_of_school_is_a_student(chapters):
    """Names of chapters, notebooks and homework are nobody's; ids and people's names are somebody's."""
    no_names = whose.NoNames(chapters)
    for text in ("hw6", "06-cost", "cost-1", "Chapter 6", "My first", "7", "Submission attachment(s)", "Abgaben", ""):
        assert (text in no_names) == (text != "My first")
    for text in ("ada", "1234567", "Jürgen Müller", "李", "a_smith", "demo-001", "student01", "Student 7"):
        assert text not in no_names
    stems = {"ada_hw1": "ada", "hw 1 ada doe": "ada doe", "2_hw_ada": "ada", "a-b": "a-b", "cost_s123": "s123",
             "ada_1": "ada_1", "gradients-2-final": "final",
             "student01_hw1": "student01", "hw2-student-7": "student-7"}  # fmt: skip
    assert {stem: no_names.stripped(stem) for stem in stems} == stems


@pytest.mark.parametrize("name", ["student{}", "student0{}", "Student_{}"])
def test_accounts_that_are_called_student_are_students(tmp_path, chapters, name):
    """student1, student2 ... as hubs name accounts: in nbgrader's tree, in folders and as files, each is one."""
    names = [name.format(n) for n in range(1, 5)]
    for each in names:
        (tmp_path / "submitted" / each / "01-gradients").mkdir(parents=True)
        (tmp_path / "submitted" / each / "01-gradients" / "gradients.ipynb").write_bytes(paper(1))
    assert set(found(tmp_path / "submitted", chapters)[0]) == set(names)
    for n, form in enumerate(("{}/gradients.ipynb", "hw1/{}/gradients.ipynb", "{}.ipynb", "{}_gradients.ipynb")):
        place = packed(tmp_path / f"{n}.zip", *(form.format(each) for each in names))
        assert set(found(place, chapters)[0]) == set(names), form


# -- platforms ---------------------------------------------------------------------------------------------------------

META = """submission_1:
  :submitters:
  - :name: Ada Doe
    :sid: '100'
    :email: ada@example.org
  :created_at: 2030-01-02 10:00:00
submission_2:
  :submitters:
  - :name: Bob Roe
    :sid: '200'
  - :name: Cleo Poe
    :email: cleo@example.org
"""
RECEIPT = "Name: Ada Smith (a_smith)\nAssignment: HW 1\n"
PLATFORMS = {
    "Moodle, folders, text typed, feedback": (
        ["Ada Doe_17_assignsubmission_file/gradients.ipynb", "Ada Doe_17_assignsubmission_onlinetext/onlinetext.html",
         "Ada Doe_17_assignfeedback_file/gradients.ipynb", "Bob Roe_18_assignsubmission_file_/sub/gradients.ipynb",
         "Cleo Poe_19_assignsubmission_onlinetext/onlinetext.html"],
        {"Ada Doe": 1, "Bob Roe": 1}),
    "Moodle, files": (
        ["Ada Doe_17_assignsubmission_file_gradients.ipynb", "Bob Roe_18_assignsubmission_file_a_b.ipynb",
         "Ada Doe_17_assignsubmission_onlinetext_onlinetext.html"], {"Ada Doe": 1, "Bob Roe": 1}),
    "Moodle, groups": (
        ["Group 1_5_assignsubmission_file/gradients.ipynb", "Group 2_6_assignsubmission_file/gradients.ipynb",
         "Default group_assignsubmission_file/gradients.ipynb"], {"Group 1": 1, "Group 2": 1, "Default group": 1}),
    "Moodle, names hidden": (
        ["Participant_5_assignsubmission_file/x.ipynb", "Participant_6_assignsubmission_file/x.ipynb"],
        {"Participant (5)": 1, "Participant (6)": 1}),
    "Canvas": (
        ["doeada_17_998_gradients.ipynb", "roebob_LATE_18_999_gradients-1.ipynb", "poecleo_19_text.html",
         "van_der_dan_20_1000_gradients.ipynb"], {"doeada": 1, "roebob": 1, "van_der_dan": 1}),
    "Canvas, names hidden": (
        ["anon_aB3x9_998_gradients.ipynb", "LATE_anon_bB3x9_999_gradients.ipynb"], {"anon_aB3x9": 1, "anon_bB3x9": 1}),
    "Canvas, two files of one student": (
        ["doeada_17_998_gradients.ipynb", "doeada_17_999_gradients-1.ipynb", "roebob_18_1_gradients.ipynb"],
        {"doeada": 2, "roebob": 1}),
    "Blackboard, receipts": (
        ["My HW_a_smith_attempt_2030-01-02-10-00-00.txt", "My HW_a_smith_attempt_2030-01-02-10-00-00_gradients.ipynb",
         "My HW_a_jones_attempt_2030-01-02-10-00-00_gradients.ipynb"], {"a_smith": 1, "a_jones": 1}),
    "Blackboard, attempts": (
        ["HW1_a_smith_attempt_2030-01-02-10-00-00_gradients.ipynb", "HW1_b_attempt_2030-01-02-10-00-00_x.ipynb",
         "HW1_a_smith_attempt_2030-01-03-10-00-00_gradients.ipynb"], {"a_smith": 2, "b": 1}),
    "Brightspace": (
        ["Lab 1 Download Jan 3, 2030/17-99 - Ada Doe - Jan 2, 2030 304 PM/gradients.ipynb",
         "Lab 1 Download Jan 3, 2030/18-99 - Bob Roe - Oct 10, 2029 1022 AM/gradients.ipynb",
         "Lab 1 Download Jan 3, 2030/index.html"], {"Ada Doe": 1, "Bob Roe": 1}),
    "Brightspace, files": (
        ["17-99 - Ada Doe - Jan 2, 2030 304 PM - gradients.ipynb",
         "17-99 - Ada Doe - Oct 2, 2029 304 PM - gradients.ipynb",
         "18-99 - Bob-Jim Roe - 2 janv. 2030 15:04 - my - own.ipynb"], {"Ada Doe": 2, "Bob-Jim Roe": 1}),
    "Sakai": (
        ["Chapter 1/grades.csv", "Chapter 1/Doe, Ada(adoe)/Submission attachment(s)/gradients.ipynb",
         "Chapter 1/Doe, Ada(adoe)/timestamp.txt", "Chapter 1/Doe, Ada(adoe)/Feedback Attachment(s)/gradients.ipynb",
         "Chapter 1/Doe, Ada(adoe)/Doe, Ada(adoe)_submissionText.html", "Chapter 1/Roe, Bob(broe)/timestamp.txt",
         "Chapter 1/Poe, Cleo(cpoe)/Submission attachment(s)/gradients.ipynb"], {"adoe": 1, "cpoe": 1}),
    "Sakai, in another language": (
        ["課題/Doe, Ada(adoe)/提出物の添付ファイル/gradients.ipynb",
         "課題/Roe, Bob(broe)/提出物の添付ファイル/gradients.ipynb"],
        {"adoe": 1, "broe": 1}),
    "ILIAS": (
        ["Blatt 1/status.xlsx", "Blatt 1/Doe_Ada_adoe_12/gradients.ipynb", "Blatt 1/Doe_Bob_bdoe_13/gradients.ipynb"],
        {"adoe": 1, "bdoe": 1}),
    "ILIAS, teams": (
        ["Blatt 1/Abgaben/Team 5/Doe_Ada_adoe_12/x.ipynb", "Blatt 1/Abgaben/Team 6/Doe_Bob_bdoe_13/x.ipynb",
         "Blatt 1/Abgaben/Team 6/team_info.txt"], {"adoe": 1, "bdoe": 1}),
    "Gradescope": (
        ["assignment_9_export/submission_metadata.yml", "assignment_9_export/submission_1/gradients.ipynb",
         "assignment_9_export/submission_2/gradients.ipynb"], {"Ada Doe": 1, "Bob Roe": 1, "Cleo Poe": 1}),
    "Gradescope, without its list": (["e/submission_1/x.ipynb", "e/submission_2/x.ipynb"], {"1": 1, "2": 1}),
    "Google Classroom": (
        ["Chapter 1/Ada Doe - gradients.ipynb", "Chapter 1/Anne-Lou Roe - gradients.ipynb"],
        {"Ada Doe": 1, "Anne-Lou Roe": 1}),
    "GitHub Classroom": (
        ["hw1-submissions/hw1-ada/gradients.ipynb", "hw1-submissions/hw1-bob-b/gradients.ipynb"],
        {"ada": 1, "bob-b": 1}),
    "GitHub Classroom, clones": (
        ["my-nets-ada/.git/config", "my-nets-ada/gradients.ipynb", "my-nets-alan/.git/HEAD",
         "my-nets-alan/gradients.ipynb"],
        {"ada": 1, "alan": 1}),
    "Teams": (
        ["Submitted files/Ada Doe/Homework/Version 1/gradients.ipynb", "Working files/Ada Doe/Homework/gradients.ipynb",
         "Submitted files/Ada Doe/Homework/Version 10/gradients.ipynb",
         "Working files/Cleo Poe/Homework/gradients.ipynb",
         "Submitted files/Ada Doe/Homework/Version 2/gradients.ipynb",
         "Submitted files/Bob Roe/Homework/Version 1/gradients.ipynb"], {"Ada Doe": 3, "Bob Roe": 1}),
}  # fmt: skip


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("wrapped", ["", "download/", "dl/my class/"])
def test_every_platform_is_read(tmp_path, chapters, platform, wrapped):
    """Each student of each platform under their own name, with so many files, wrapped in folders or not."""
    names, wanted = PLATFORMS[platform]
    texts = {f"{wrapped}{name}": META if name.endswith(".yml") else RECEIPT for name in names}
    students, _ = found(packed(tmp_path / "x.zip", *(wrapped + name for name in names), **texts), chapters)
    assert {student: len(files) for student, files in students.items()} == wanted


@pytest.mark.parametrize(
    ("platform", "student", "last"),
    [
        ("Blackboard, attempts", "a_smith", "2030-01-03"),
        ("Brightspace, files", "Ada Doe", "Jan 2, 2030"),
        ("Teams", "Ada Doe", "Version 10"),
    ],
)
def test_of_several_attempts_the_last_gets_the_plain_name(tmp_path, chapters, platform, student, last):
    """By the platform's own dates and numbers, not by the alphabet."""
    place = packed(tmp_path / "x.zip", *PLATFORMS[platform][0])
    (entry,) = [each for each in arrivals([place], chapters) if isinstance(each, Entry) and each.student == student]
    assert [last in file.shown for file in entry.files if file.name == NOTEBOOK] == [True]


def test_who_was_late_or_handed_in_no_file_is_said(tmp_path, chapters):
    """Canvas says LATE; on Moodle Cleo typed a text, on Sakai Bob handed in nothing."""
    for platform, wanted in {
        "Canvas": "roebob: handed in late, says Canvas",
        "Moodle, folders, text typed, feedback": "Cleo Poe: no file was handed in, only `onlinetext.html` is there",
        "Sakai": "broe: no file was handed in, only `timestamp.txt` is there",
    }.items():
        assert wanted in found(packed(tmp_path / "x.zip", *PLATFORMS[platform][0]), chapters)[1]


def test_namesakes_on_every_platform_with_numbers_stay_two(tmp_path, chapters):
    """Two Jane Does have different numbers."""
    for one, other in (
        ("Jane Doe_1_assignsubmission_file/x.ipynb", "Jane Doe_2_assignsubmission_file/x.ipynb"),
        ("doejane_1_7_x.ipynb", "doejane_2_8_x.ipynb"),
        ("1-9 - Jane Doe - Jan 2, 2030 304 PM - x.ipynb", "2-9 - Jane Doe - Jan 2, 2030 304 PM - x.ipynb"),
        ("Doe_Jane_jane_1/x.ipynb", "Doe_Jane_jane_2/x.ipynb"),
    ):
        assert len(found(packed(tmp_path / "x.zip", one, other), chapters)[0]) == 2


def test_namesakes_in_two_places_stay_two(tmp_path, chapters):
    """One in each of two archives: their numbers tell them apart; who has the same number is the same person."""
    one = packed(
        tmp_path / "one.zip", "Jane Doe_1_assignsubmission_file/x.ipynb", "Bob_3_assignsubmission_file/x.ipynb"
    )
    two = packed(
        tmp_path / "two.zip", "Jane Doe_2_assignsubmission_file/x.ipynb", "Bob_3_assignsubmission_file/x.ipynb"
    )
    students = [each.student for each in arrivals([one, two], chapters) if isinstance(each, Entry)]
    assert sorted(students) == ["Bob", "Bob", "Jane Doe (1)", "Jane Doe (2)"]


# -- names in zip archives ---------------------------------------------------------------------------------------------


def unflagged(path: Path, *names: str) -> Path:
    """A zip whose names are UTF-8 without its flag, as many programs write it."""
    packed(path, *names)
    data = path.read_bytes()
    for name in names:
        raw = name.encode()
        assert data.count(raw) == 2
    flags = bytearray(data)
    for start, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = data.find(start)
        while place >= 0:
            flags[place + at + 1] &= 0xF7
            place = data.find(start, place + 1)
    path.write_bytes(flags)
    return path


def test_names_without_the_flag_are_read_as_utf_8_when_they_are(tmp_path, chapters):
    """And the files behind them are opened; bytes that are no UTF-8 stay what Python made of them."""
    place = unflagged(tmp_path / "x.zip", "Jürgen Müller/gradients.ipynb", "Zoë/gradients.ipynb")
    assert sorted(found(place, chapters)[0]) == ["Jürgen Müller", "Zoë"]
    data = place.read_bytes().replace("Zoë".encode(), b"Z\xffe\xff")
    place.write_bytes(data)
    assert len(found(place, chapters)[0]) == 2


@pytest.mark.parametrize("as_tree", [False, True])
def test_names_that_differ_only_in_unicode_form_are_one_student(tmp_path, as_tree):
    """Said so; the newest of the two files counts, and a name in one form alone stays as it is written."""
    course = tmp_path / "course"
    (course / "source").mkdir(parents=True)
    (course / "chapters").symlink_to(ROOT / "chapters")
    chapter = CHAPTER if as_tree else "."
    for n, form in enumerate(("NFD", "NFC"), start=1):
        folder = course / "submitted" / unicodedata.normalize(form, "Jürgen") / chapter
        folder.mkdir(parents=True)
        (folder / NOTEBOOK).write_bytes(paper(3 - n))
    folder = course / "submitted" / unicodedata.normalize("NFD", "Zoë") / chapter
    folder.mkdir(parents=True)
    (folder / NOTEBOOK).write_bytes(paper(0))
    assert main(["mark", "--root", str(course), "--jobs", "1", "--chapter", CHAPTER]) == 0
    marks = {row["student"]: float(row["points"]) for row in rows(course, "grades")}
    assert marks == {"Jürgen": 1.0, unicodedata.normalize("NFD", "Zoë"): 0.0}
    assert "Unicode form" in " ".join(row["said"] for row in rows(course, "faults"))


def rows(course: Path, table: str) -> list[dict[str, str]]:
    with (course / "marks" / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# -- the command -------------------------------------------------------------------------------------------------------


@pytest.fixture
def course(tmp_path):
    root = tmp_path / "course"
    (root / "source").mkdir(parents=True)
    (root / "chapters").symlink_to(ROOT / "chapters")
    for points, student in enumerate(("ada", "bob", "cleo")):
        (root / "hw" / student).mkdir(parents=True)
        (root / "hw" / student / NOTEBOOK).write_bytes(paper(points))
    return root


def test_a_dry_run_shows_whom_one_would_mark(course, capsys):
    """A row for each student with their file; nothing is written, not even the folder."""
    assert main(["mark", "hw", "--root", str(course), "--dry-run"]) == 0
    out = capsys.readouterr().out
    assert [line.split()[0] for line in out.splitlines()[1:4]] == ["ada", "bob", "cleo"]
    assert "hw: bob/gradients.ipynb" in out and "3 students found; nothing was marked" in out
    assert not (course / "marks").exists()


def test_fewer_students_than_before_are_refused_until_it_is_confirmed(course, capsys):
    """The tables stay as they were, byte for byte, until --yes; another chapter is another question."""
    run = ["mark", "hw", "--root", str(course), "--jobs", "1"]
    assert main(run) == 0 and "3 students found." in capsys.readouterr().out
    before = {path.name: path.read_bytes() for path in (course / "marks").glob("*.csv")}
    shutil.rmtree(course / "hw" / "bob")
    for _ in range(2):
        assert main(run) == 1
        assert "2 students found, where the run before had 3; missing: bob." in capsys.readouterr().err
    assert {path.name: path.read_bytes() for path in (course / "marks").glob("*.csv")} == before
    assert main([*run, "--yes"]) == 0 and [row["student"] for row in rows(course, "grades")] == ["ada", "cleo"]
    assert main(run) == 0
    assert main([*run, "--chapter", "06-cost"]) == 0


def test_the_table_of_students_says_where_each_lies(course):
    """So that anybody can look up whose file was marked."""
    assert main(["mark", "hw", "--root", str(course), "--jobs", "1"]) == 0
    assert [(row["student"], row["files"]) for row in rows(course, "students")] == [
        (student, f"{student}/{NOTEBOOK}") for student in ("ada", "bob", "cleo")
    ]
