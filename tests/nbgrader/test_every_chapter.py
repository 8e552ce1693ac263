"""Every trick and every accident, each in one chapter (in three with --whole), graded by `nbgrader autograde`; nothing
leaves its folder."""

from __future__ import annotations

import json

import pytest

from autograder import pages
from autograder.submissions.ids import grade_id

from ..attacks import CASES, Chapter, digest, hand_in
from ..nbgrader_course import Course, page_cells, page_of

pytestmark = pytest.mark.xdist_group("every-chapter")


def chosen(name: str, folder: str) -> Chapter:
    """The first, the middle and the last page of a chapter, which differ in kind."""
    slugs = [page.slug for page in pages.chapter_pages(name)]
    return Chapter(folder, name, (slugs[0], slugs[len(slugs) // 2], slugs[-1]))


# The start page stands alone in its chapter and asks for nothing; the first chapter is tried in test_nbgrader.
CHAPTERS = [chosen(name, folder) for name, folder in pages.CHAPTERS.items() if name not in ("start", "gradients")]


def tried(config) -> list[Chapter]:
    """All of them with --whole; otherwise one for each third of the cases."""
    return CHAPTERS if config.getoption("--whole") else CHAPTERS[:9:4]


def pytest_generate_tests(metafunc):
    if "chapter" in metafunc.fixturenames:
        metafunc.parametrize("chapter", tried(metafunc.config), ids=lambda chapter: chapter.folder)


@pytest.fixture(scope="module")
def course(request, tmp_path_factory):
    """A course of these chapters, each released with three of its pages, to which every case has handed in."""
    chapters = tried(request.config)
    course = Course(tmp_path_factory.mktemp("outside") / "inside" / "course")
    for chapter in chapters:
        course.write_source(chapter.folder, chapter.name, page_cells(chapter.pages))
    course.release("--assignment=*")
    for chapter in chapters:
        hand_in(course, chapter, cases_of(chapter))
    return course


def cases_of(chapter: Chapter) -> list[str]:
    """A third of the cases: each comes up in every third chapter, and all of them in the first, in test_nbgrader."""
    return list(CASES)[CHAPTERS.index(chapter) % 3 :: 3]


def test_no_trick_gains_and_no_accident_loses(course, chapter):
    """Here, too, everybody gets what their readable answers deserve, faults are named, nobody is left out."""
    handed_in = digest(course.root / "submitted")
    around = digest(course.root.parent.parent).keys()
    ran = course.autograde(chapter=chapter.folder)
    assert ran.returncode == 0 and "Traceback" not in ran.stderr, ran.stdout + ran.stderr
    wrong = {}
    for student in cases_of(chapter):
        _, deserves, said = CASES[student]
        grades = course.grades(student, chapter.folder, chapter.name)
        if set(grades) != {grade_id(slug) for slug in chapter.pages} or None in grades.values():
            wrong[student] = grades
        elif sum(grades.values()) != chapter.worth(deserves):
            wrong[student] = grades, chapter.worth(deserves)
        elif said and not any(student in line and said in line for line in ran.stderr.splitlines()):
            wrong[student] = said
    assert not wrong
    assert digest(course.root / "submitted") == handed_in
    new = digest(course.root.parent.parent).keys() - around
    assert all(name.startswith("inside/course/autograded/") for name in new), new
    nb = json.loads((course.root / "autograded/aaa-honest" / chapter.folder / f"{chapter.name}.ipynb").read_text())
    for slug in chapter.pages:
        assert 'data-state="right"' in "".join(page_of(nb, slug)["outputs"][0]["data"]["text/html"])
