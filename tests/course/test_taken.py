"""Chapters of the workbook in another course: by another number and title, brought up to date, never over an edit."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from autograder.authoring import courses
from autograder.course import taken
from autograder.course.new_course import SCAFFOLD, NewCourseError, start
from autograder.course.taken import TakingError, bring, rewritten, stale
from autograder.errors import WorkbookError
from autograder.settings import CourseSettings, Taken, load

ROOT = Path(__file__).parents[2]
TOML = '[chapters.01-elementwise]\nfrom = "elementwise"\ntitle = "Side by side"\n'


@pytest.fixture
def course(tmp_path):
    """A function: what a course with this workbook.toml brings into its source/."""

    def brought(text: str = TOML) -> list[str]:
        (tmp_path / "workbook.toml").write_text(text, "utf-8")
        return [path.relative_to(tmp_path / "source").as_posix() for path in bring(tmp_path)]

    brought.root = tmp_path
    brought.path = tmp_path / "source/01-elementwise/elementwise.ipynb"
    return brought


def first_line(path: Path) -> str:
    return json.loads(path.read_text("utf-8"))["cells"][0]["source"][0].strip()


def test_a_chapter_is_brought_once(course):
    """The first time it is written; then there is nothing to do, and nothing stale."""
    assert course() == ["01-elementwise/elementwise.ipynb"] and course() == [] and stale(course.root) == []
    assert first_line(course.path) == "# 1 · Side by side"


def test_what_changed_at_its_origin_is_brought(course, monkeypatch):
    """An older copy that nobody edited is stale until the next build, which replaces it."""
    course()
    before = taken.rewritten
    newer = lambda nb, *more: before(nb | {"cells": nb["cells"][:-1]}, *more)  # noqa: E731
    monkeypatch.setattr(taken, "rewritten", newer)
    assert stale(course.root) == ["source/01-elementwise/elementwise.ipynb is not what its chapter is now: "
                                  "workbook build"]  # fmt: skip
    assert course() == ["01-elementwise/elementwise.ipynb"] and stale(course.root) == []


def test_an_edit_is_kept(course):
    """A build stops before it writes over an edited notebook; without `from` the notebook is the course's own."""
    course()
    mine = course.path.read_text("utf-8").replace("# 1 · Side by side", "# 1 · Mine")
    course.path.write_text(mine, "utf-8")
    with pytest.raises(TakingError, match=r"was edited.*remove the line `from`.*\[chapters.01-elementwise\]"):
        course()
    assert "was edited" in stale(course.root)[0]
    assert course("") == [] and course.path.read_text("utf-8") == mine and stale(course.root) == []


def test_an_editors_way_to_save_is_no_edit(course):
    """JupyterLab orders keys and indents otherwise: the same cells are the same."""
    course()
    nb = json.loads(course.path.read_text("utf-8"))
    course.path.write_text(json.dumps(nb, indent=2, sort_keys=True), "utf-8")
    assert course() == ["01-elementwise/elementwise.ipynb"]


def test_another_number_moves_it(course):
    """The folder of the old number goes, if nobody edited what is in it."""
    course()
    assert course(TOML.replace("01-", "04-")) == ["04-elementwise/elementwise.ipynb"]
    assert [folder.name for folder in (course.root / "source").iterdir()] == ["04-elementwise"]


def test_data_comes_along(course):
    """A chapter brings the files beside its notebook, as they are."""
    assert "02-training/bike-days.csv" in course('[chapters.02-training]\nfrom = "training"\n')
    data = "bike-days.csv"
    assert (course.root / "source/02-training" / data).read_bytes() == (ROOT / "source/10-training" / data).read_bytes()


@pytest.mark.parametrize("said, here", [
    ("see chapter 6", "see chapter 2"), ("Chapter 6 and chapter 9", "Chapter 2 and chapter 9 of the backprop workbook"),
    ("[The cost](../06-cost/cost.ipynb)", "[The cost](../02-cost/cost.ipynb)"),
    ("[Batches](../09-batching/batching.ipynb), then", "Batches, then"), ("[elsewhere](../data/x.csv)", None),
    ("chapter 66", None), ("[a](https://example.org)", None),
])  # fmt: skip
def test_links_and_numbers_are_put_right(said, here):
    """Those of chapters that the course has as it has them, others by their number in the workbook, without a link."""
    course = CourseSettings(taken={"01-training": Taken("training"), "02-cost": Taken("cost")})
    nb = {"cells": [{"cell_type": "markdown", "source": ["# 10 · T\n", said]},
                    {"cell_type": "code", "source": [f"# {said}"]}], "metadata": {}}  # fmt: skip
    made = rewritten(nb, "01-training", course)["cells"]
    assert "".join(made[0]["source"]) == f"# 1 · T\n{here or said}"
    assert "".join(made[1]["source"]) == f"# {said}"


WRONG = {
    '[chapters.01-a]\nfrom = "nothing"\n': "takes the chapter 'nothing'; there are start, gradients",
    '[chapters.01-a]\nfrom = "other/thing"\n': "course other is not installed",
    '[chapters.a]\nfrom = "cost"\n': "place and name",
    '[chapters.01-a]\nfrom = 3\n': "name a chapter",
    '[chapters.01-a]\nfrom = "../cost"\n': "name a chapter",
    '[chapters.01-a]\ntitle = "A"\n': "title needs a from",
    '[chapters.01-a]\nfrom = "cost"\ntitle = ""\n': "a line of text",
    'package = "my-course"\n': "name of a Python package",
}  # fmt: skip


@pytest.mark.parametrize("text", WRONG)
def test_what_cannot_be_taken_is_named(course, text):
    """The message says which line, and nothing is written."""
    with pytest.raises(WorkbookError, match=WRONG[text]):
        course(text)
    assert not (course.root / "source").exists()


def test_settings_of_a_chapter_that_is_taken(course):
    """Its table also holds what is set for it."""
    course(TOML + 'feedback = "counts"\n')
    assert load(course.root).of("01-elementwise").feedback == "counts"


@pytest.mark.parametrize("name, page, take, said", [
    ("My Course", "a/b", [], "is no name for a course"), ("gradients", "a/b", [], "is taken"),
    ("autograder", "a/b", [], "is taken"), ("mine", "b", [], "is no name for a page"),
    ("mine", "a/b", ["nothing"], "no chapter 'nothing' to take; there are start, gradients"),
    ("there", "a/b", [], "is there already"), ("theirs", "a/b", [], "is installed already"),
])  # fmt: skip
def test_a_course_that_cannot_be_is_refused(tmp_path, monkeypatch, name, page, take, said):
    """The message says why, and nothing is written."""
    monkeypatch.setattr(courses, "installed", lambda: {"theirs": "theirs"})
    (tmp_path / "there").mkdir()
    with pytest.raises(WorkbookError, match=said):
        start(tmp_path / name, page, take)
    assert [path.name for path in tmp_path.rglob("*")] == ["there"]


def test_the_nbgrader_config_of_a_course_is_ours():
    """But for the course's name and the advice on how to install the workbook."""
    ours = (ROOT / "nbgrader_config.py").read_text("utf-8").splitlines()
    theirs = (SCAFFOLD / "nbgrader_config.py.in").read_text("utf-8").splitlines()
    differing = [line for line, other in zip(ours, theirs, strict=True) if line != other]
    assert len(differing) == 2 and "course_id" in differing[0] and "advice" in differing[1]


def test_errors_of_a_new_course_are_a_persons_to_mend():
    """They are printed without a traceback."""
    assert issubclass(NewCourseError, WorkbookError) and issubclass(TakingError, WorkbookError)
