"""Rosters: who gets sheets, and what is said of a table that does not say it."""

from __future__ import annotations

import re

import pytest

from autograder.classroom.released import ClassError
from autograder.paper.students import Student, keep, kept, read_roster, unfit

ROSTERS = {
    "nbgrader": ("id,first_name,last_name,email\nada,Ada,Doe,a@x\n", Student("ada", "Ada Doe")),
    "ids alone": ("student\nada\n", Student("ada")),
    "moodle": ("First name;Last name;Username\nAda;Doe;adoe\n", Student("adoe", "Ada Doe")),
    "canvas": ('Student,ID,SIS Login ID\n    Points Possible,,\n"Doe, Ada",17,adoe\n', Student("adoe", "Doe, Ada")),
}


@pytest.mark.parametrize("name", ROSTERS)
def test_a_roster_says_who_and_how_they_are_called(name, tmp_path):
    """Tables of nbgrader and of platforms are read as they are; one without names has ids."""
    text, student = ROSTERS[name]
    (tmp_path / "roster.csv").write_text(text, encoding="utf-8")
    assert read_roster(tmp_path / "roster.csv") == [student]
    assert student.shown == (f"{student.name} ({student.id})" if student.name else student.id)


@pytest.mark.parametrize(("text", "said"), [
    ("matrikel,who\n17,Ada\n", "its columns are matrikel, who. Say which holds the ids with --by"),
    ("", "its columns are none"),
    ("id,name\n", "no students below it"),
    ("id,name\n,Ada\n", "row 2, column 'id': the id is missing"),
    ("id\nada\n ADA \n", "row 3: ADA stands there twice"),
    ("id\n../eve\n", "cannot be the name of a folder"),
    ("id\nC:\\eve\n", "cannot be the name of a folder"),
])  # fmt: skip
def test_a_roster_that_does_not_say_it_is_refused(text, said, tmp_path):
    """With the row or the columns, and what to do."""
    (tmp_path / "roster.csv").write_text(text, encoding="utf-8")
    with pytest.raises(ClassError, match=re.escape(said)):
        read_roster(tmp_path / "roster.csv")


def test_another_column_may_hold_the_ids(tmp_path):
    """It is named; one that is not there is refused."""
    (tmp_path / "roster.csv").write_text("matrikel,name\n17,Ada\n", encoding="utf-8")
    assert read_roster(tmp_path / "roster.csv", by="matrikel") == [Student("17", "Ada")]
    with pytest.raises(ClassError, match="no column 'nr'"):
        read_roster(tmp_path / "roster.csv", by="nr")
    with pytest.raises(ClassError, match="cannot be read"):
        read_roster(tmp_path / "none.csv")


@pytest.mark.parametrize("wild", ["", ".", "..", ".git", "a/b", "a\\b", "a\nb", "a:b", "a" * 200, "a?", "ada.", "\0"])
def test_what_cannot_be_a_folder_is_no_id(wild):
    """On no computer may a typed id lead out of the folder of submissions."""
    assert unfit(wild)


def test_who_got_sheets_is_kept(tmp_path):
    """Names that a spreadsheet would run come back as they were; a file that is no table holds nobody."""
    students = [Student("ada", "=1+1"), Student("élo", 'O"Hara, E')]
    keep(students, tmp_path)
    assert kept(tmp_path) == students
    (tmp_path / "students.csv").write_bytes(b"\xff\xfe\x00")
    assert kept(tmp_path) == [] == kept(tmp_path / "none")
