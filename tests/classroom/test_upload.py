"""`workbook grades`: a file that the platform's gradebook takes, in which nobody has somebody else's grade."""

from __future__ import annotations

import csv
import io

import pytest

from autograder.classroom.upload import PLATFORMS
from autograder.cli import main

GRADES = "student,chapter,points,out_of,faults\n"
STUDENTS = "student,number,chapter,place,files\n"


@pytest.fixture
def course(tmp_path):
    (tmp_path / "source").mkdir()
    (tmp_path / "marks").mkdir()
    return tmp_path


def marked(course, *rows: tuple[str, str, str, float], bom: bool = False) -> None:
    """Tables of a marked class: student, number, chapter, points of 55."""
    encoding = "utf-8-sig" if bom else "utf-8"
    for name, heading, lines in (
        ("grades", GRADES, [f'"{s}",{c},{p:g},55,0' for s, _, c, p in rows]),
        ("students", STUDENTS, [f'"{s}",{n},{c},x.zip,x' for s, n, c, _ in rows]),
    ):
        (course / "marks" / f"{name}.csv").write_text(heading + "\n".join(lines) + "\n", encoding=encoding)


def run(course, platform: str, *words: str, roster: str = "", encoding: str = "utf-8") -> int:
    (course / "roster.csv").write_text(roster, encoding=encoding, newline="")
    return main(["grades", "roster.csv", "--for", platform, "--root", str(course), *words])


def written(course, platform: str, encoding: str = "utf-8", separator: str = ",") -> list[list[str]]:
    text = (course / "marks" / f"upload-{platform}.csv").read_bytes().decode(encoding)
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))


CANVAS = """Student,ID,SIS User ID,SIS Login ID,Section,06-cost (4711),Other (12)
    Points Possible,,,,,55,10
"Doe, Ada",17,s1,adoe,A,,9
"Doe, Ada",18,s2,adoe2,A,3,8
"Roe, Bob",19,s3,broe,A,,
"""


def test_canvas_gets_its_own_columns_back(course):
    """Rows of those who have grades, its five columns, the points possible, its column of a chapter, a new one."""
    marked(course, ("doeada (17)", "17", "06-cost", 40), ("doeada (18)", "18", "06-cost", 30.5),
           ("doeada (18)", "18", "01-gradients", 7))  # fmt: skip
    assert run(course, "canvas", roster=CANVAS) == 0
    assert written(course, "canvas") == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "06-cost (4711)", "01-gradients"],
        ["    Points Possible", "", "", "", "", "55", "55"],
        ["Doe, Ada", "17", "s1", "adoe", "A", "40", ""],
        ["Doe, Ada", "18", "s2", "adoe2", "A", "30.5", "7"],
    ]


MOODLE = """First name,Last name,ID number,Email address,Assignment: 06-cost (Real),Course total (Real)
Ada,Doe,100,ada@example.org,-,-
Jane,Roe,101,jane@example.org,-,-
Jane,Roe,102,jane2@example.org,-,-
"""
WORKSHEET = """Identifier,Full name,Email address,Status,Grade,Maximum grade,Feedback comments
Participant 17,Ada Doe,ada@example.org,Submitted,,55.00,
Participant 18,Jane Roe,jane@example.org,Submitted,,55.00,
Participant 19,Jane Roe,jane2@example.org,Submitted,,55.00,
"""


def test_moodle_gets_an_export_back_or_a_worksheet(course, capsys):
    """By the full name; two Jane Roes only where the worksheet has the numbers of their folders."""
    marked(course, ("Ada Doe", "17", "06-cost", 40), ("Jane Roe (19)", "19", "06-cost", 30))
    assert run(course, "moodle", roster=MOODLE) == 1
    assert "Jane Roe (19) (could be 2 people of it)" in capsys.readouterr().err
    assert not (course / "marks" / "upload-moodle.csv").exists()
    assert run(course, "moodle", "--yes", roster=MOODLE) == 0
    assert written(course, "moodle") == [
        ["First name", "Last name", "ID number", "Email address", "Assignment: 06-cost (Real)"],
        ["Ada", "Doe", "100", "ada@example.org", "40"],
    ]
    assert run(course, "moodle", roster=WORKSHEET) == 0
    assert [row[:2] + row[4:5] for row in written(course, "moodle")[1:]] == [
        ["Participant 17", "Ada Doe", "40"], ["Participant 19", "Jane Roe", "30"]
    ]  # fmt: skip
    marked(course, ("Participant (17)", "17", "06-cost", 40), ("Participant (18)", "18", "06-cost", 2))
    assert run(course, "moodle", roster=WORKSHEET.replace("Ada Doe", "").replace("Jane Roe", "")) == 0
    assert [row[4] for row in written(course, "moodle")[1:]] == ["40", "2"]


def test_blackboard_keeps_encoding_separator_and_the_number_of_a_column(course):
    """Its export is UTF-16 with tabs; the user name tells who it is."""
    roster = "Last Name\tFirst Name\tUsername\tStudent ID\t06-cost [Total Pts: 55 Score] |99\tX [Total Pts: 1] |7\n"
    roster += "Müller\tJürgen\tj_mueller\t1\t\t\nRoe\tBob\tbroe\t2\t\t\n"
    marked(course, ("j_mueller", "", "06-cost", 12.5))
    assert run(course, "blackboard", roster=roster, encoding="utf-16") == 0
    assert written(course, "blackboard", "utf-16", "\t") == [
        ["Last Name", "First Name", "Username", "Student ID", "06-cost [Total Pts: 55 Score] |99"],
        ["Müller", "Jürgen", "j_mueller", "1", "12.5"],
    ]


def test_brightspace_ends_its_lines_as_it_wants_them(course):
    """OrgDefinedId with its sign, Points Grade in the heading, the mark at the end of the line last."""
    roster = (
        "OrgDefinedId,Username,Last Name,First Name,Old Points Grade <Numeric MaxPoints:55>,End-of-Line Indicator\n"
    )
    roster += "#100,ada.doe,Doe,Ada,,#\n#101,bob.roe,Roe,Bob,,#\n"
    marked(course, ("Ada Doe", "1-9", "06-cost", 40))
    assert run(course, "brightspace", roster=roster) == 0
    assert written(course, "brightspace") == [
        ["OrgDefinedId", "Username", "06-cost Points Grade", "End-of-Line Indicator"],
        ["#100", "ada.doe", "40", "#"],
    ]
    assert run(course, "brightspace", "--chapter", "06-cost", "--column", "Old", roster=roster) == 0
    assert written(course, "brightspace")[0][2] == "Old Points Grade <Numeric MaxPoints:55>"


def test_a_column_worth_other_points_stops_or_is_scaled(course, capsys):
    """55 here and 10 there is no grade, until --scale."""
    marked(course, ("roebob", "19", "06-cost", 11))
    roster = CANVAS.replace(",,,55,10", ",,,10,10")
    assert run(course, "canvas", roster=roster) == 1
    assert "06-cost is worth 55 points here, and 10 there" in capsys.readouterr().err
    assert run(course, "canvas", "--scale", roster=roster) == 0
    assert written(course, "canvas")[2][5] == "2"


@pytest.mark.parametrize(
    ("student", "number", "said"),
    [
        ("nobody", "", "is not in the roster"),
        ("17", "", "is not in the roster"),  # a number of Canvas is nobody's name
        ("x", "17", "is not in the roster"),  # nor does a number alone tell who it is: it may be another platform's
        ("doeada", "", "could be 2 people"),
        ("roebob", "17", "could be 2 people"),  # the number says somebody else than the name
    ],
)
def test_nobody_is_guessed(course, capsys, student, number, said):
    """Whoever is not found exactly once is named, and nothing is written."""
    marked(course, (student, number, "06-cost", 40), ("adoe2", "", "06-cost", 3))
    assert run(course, "canvas", roster=CANVAS) == 1
    assert said in capsys.readouterr().err and not (course / "marks" / "upload-canvas.csv").exists()
    assert run(course, "canvas", "--yes", roster=CANVAS) == 0
    assert [row[1] for row in written(course, "canvas")[2:]] == ["18"]


def test_two_students_never_get_one_row(course, capsys):
    """adoe2 and s2 are the same person of the roster: neither is written."""
    marked(course, ("adoe2", "", "06-cost", 40), ("s2", "", "06-cost", 3), ("broe", "", "06-cost", 5))
    assert run(course, "canvas", "--yes", roster=CANVAS) == 0
    assert [row[3] for row in written(course, "canvas")[2:]] == ["broe"]
    assert capsys.readouterr().out.count("is the same person of the roster") == 2


def test_what_is_said_wrongly_is_named(course, capsys):
    """A column that is not there, a chapter without grades, no tables, a file that is no text."""
    assert run(course, "canvas", roster=CANVAS) == 1 and "workbook mark first" in capsys.readouterr().err
    marked(course, ("broe", "", "06-cost", 40), bom=True)
    for words, said in (
        (["--by", "Name"], "no column 'Name'; it has Student"),
        (["--chapter", "06-cost", "--column", "Cost"], "no column 'Cost'"),
        (["--chapter", "05-neuron"], "no grades of 05-neuron"),
    ):
        assert run(course, "canvas", *words, roster=CANVAS) == 1 and said in capsys.readouterr().err
    (course / "roster.csv").write_bytes(b"\xff\x00\xfe")
    assert main(["grades", "roster.csv", "--for", "canvas", "--root", str(course)]) == 1
    assert "no text in UTF-8" in capsys.readouterr().err


def test_a_roster_in_another_language_is_read_by_a_column_that_is_said(course):
    """`--by` names the column; --bom begins the file with the mark that Excel looks for."""
    roster = "Vorname;Nachname;Kennung\nZoë;Doe;zdoe\n"
    marked(course, ("zdoe", "", "06-cost", 40))
    assert run(course, "moodle", "--by", "Kennung", "--bom", roster=roster) == 0
    assert written(course, "moodle", "utf-8-sig", ";") == [["Kennung", "06-cost"], ["zdoe", "40"]]
    assert (course / "marks" / "upload-moodle.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_every_platform_has_a_test_here():
    """The table and this file go together."""
    assert set(PLATFORMS) == {"canvas", "moodle", "blackboard", "brightspace"}
