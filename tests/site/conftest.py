"""What the site is built from in tests: the chapters, and one of a course that has settings of its own."""

from __future__ import annotations

import pytest

from autograder import cli
from autograder.handout.places import handed_out

from ..nbgrader_course import CHAPTER, NAME, Course

OWN = "99-own/own.ipynb"
SALT = "autumn 2026"
SETTINGS = f'show_how = "never"\nvariants = "student"\nsalt = "{SALT}"\n'


@pytest.fixture(scope="session")
def chapters(tmp_path_factory):
    """Place in the site → file: our chapters, and one in which each student has numbers of their own."""
    course = Course(tmp_path_factory.mktemp("course") / "own")
    (course.root / "workbook.toml").write_text(SETTINGS, encoding="utf-8")
    assert cli.main(["build", "--root", str(course.root)]) == 0
    return handed_out() | {OWN: course.root / "chapters" / CHAPTER / f"{NAME}.ipynb"}
