"""What a real IPython shell holds, and what stands in the cell: grade() tells when they are not the same."""

from __future__ import annotations

from types import ModuleType

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from autograder import pages
from autograder.marking.policy import Policy
from autograder.notebook import calls, running
from autograder.notebook.session import Course
from autograder.settings import Settings
from autograder.submissions.ids import code_id
from autograder.submissions.notebook import Cell

RELU = pages.load_exercise("activations/relu-code")
OWN = code_id(RELU.slug)
ELSEWHERE = "vscode-notebook-cell:#W1"
BROKEN = RELU.solution.replace("class ReLU:", "class ReLU")


class Student:
    """Somebody at a notebook: runs cells, and looks at the marks."""

    def __init__(self, shell: InteractiveShell, shown: list[dict], capsys: pytest.CaptureFixture) -> None:
        self.shell, self.shown, self.capsys = shell, shown, capsys

    def run(self, source: str, cell: str | None = OWN) -> None:
        self.shell.run_cell(source, store_history=True, cell_id=cell)
        self.capsys.readouterr()  # a traceback is not what grade() says

    def sees(self, source: str, cell: str = OWN) -> None:
        """This stands in the cell now."""
        calls.this_course.attempts.saw([Cell("code", source, cell, None)])

    def grade(self, slug: str = RELU.slug) -> tuple[float | None, str]:
        points = calls.grade(slug)
        return points, self.capsys.readouterr().out or self.shown[-1]["text/plain"]


@pytest.fixture
def student(monkeypatch, capsys):
    config = Config({"HistoryManager": {"hist_file": ":memory:"}})
    shell, shown = InteractiveShell(config=config, user_module=ModuleType("students_own")), []
    monkeypatch.setattr(running, "get_ipython", lambda: shell)
    monkeypatch.setattr(calls, "display", lambda thing, **options: shown.append(thing))
    monkeypatch.setattr(calls, "this_course", Course())
    calls.this_course.attempts.watch(shell)
    return Student(shell, shown, capsys)


@pytest.mark.parametrize("source, message", [
    (RELU.solution.replace("class ReLU", "class Relu"), "there is no ReLU now, only Relu"),
    (f"{RELU.solution}\ndel ReLU", "there is no ReLU now."),
])  # fmt: skip
def test_a_cell_that_ran_and_makes_another_name_was_begun(student, source, message):
    """Relu for ReLU, or a name that is gone again: grade() says that it is not there, not that nothing was begun."""
    student.run(source)
    assert student.grade()[0] == 0.0 and message in student.grade()[1] and "Not begun" not in student.grade()[1]
    student.run(RELU.solution)
    assert student.grade()[0] == 5.0


@pytest.mark.parametrize("cell", [OWN, ELSEWHERE, None])
def test_a_cell_that_broke_earns_nothing_from_what_it_left(student, cell):
    """Right, then edited into a syntax error: the class is still there, its marks are not told; mended, they are."""
    student.run(RELU.solution, cell)
    assert student.grade()[0] == 5.0 and "All of it works" in student.grade()[1]
    student.run(BROKEN, cell)
    points, said = student.grade()
    assert points == 0.0 and "ended with SyntaxError" in said and "run it, then run this one again" in said
    assert "works" not in said and "Not begun" not in said
    student.run(RELU.solution, cell)
    assert student.grade()[0] == 5.0


@pytest.mark.parametrize("cell", [OWN, ELSEWHERE])
def test_the_cell_is_known_whatever_became_of_its_name(student, cell):
    """Where the frontend says which cell runs, even `clas ReLU:` is the cell of ReLU."""
    student.run(RELU.solution, cell)
    student.run(RELU.solution.replace("class ReLU", "clas ReLU"), cell)
    assert "ended with SyntaxError" in student.grade()[1]


def test_a_first_run_that_failed_is_not_called_not_begun(student):
    """Nothing is there to try, and the reason is told."""
    student.run(BROKEN)
    points, said = student.grade()
    assert points == 0.0 and "ended with SyntaxError" in said and "Not begun" not in said


def test_an_error_after_the_class_was_made(student):
    """A trial at the end of the cell fails: the new class is tried, and the error is told."""
    student.run(RELU.solution.replace("self.inputs > 0", "self.inputs >= 0"))
    student.run(RELU.solution + "\n\nprint(misspelled)")
    points, said = student.grade()
    assert points == 5.0 and "ended with NameError, after ReLU was made" in said and "All of it works" in said


def test_a_class_that_was_renamed(student):
    """The old class is in memory, the cell makes another: that is told, not its marks."""
    student.run(RELU.solution)
    student.run(RELU.solution.replace("class ReLU", "class Relu"))
    points, said = student.grade()
    assert points == 0.0 and "makes no ReLU now" in said
    student.run("from collections import OrderedDict as ReLU")
    assert "makes no" not in student.grade()[1]


def test_a_cell_that_changed_since_it_ran(student):
    """The notebook shows another source than what ran last: the marks come with a word, until it is run."""
    student.sees(RELU.starter)
    student.run(RELU.solution)
    assert "changed" not in student.grade()[1]  # it was seen before it ran
    student.sees(RELU.solution + "\n")
    assert "changed" not in student.grade()[1]
    student.sees(BROKEN)
    points, said = student.grade()
    assert points == 5.0 and "has changed since it was run" in said and "All of it works" in said
    assert "wb-note" in points._repr_html_()


def test_other_cells_may_fail(student):
    """A scratch cell that breaks, with the same name in it or not, casts no doubt on the exercise."""
    student.run(RELU.solution)
    student.run("1 / 0", "scratch")
    student.run(BROKEN, "scratch")
    points, said = student.grade()
    assert points == 5.0 and "ended with" not in said


def test_what_an_exercise_builds_on_is_looked_at_too(student):
    """A broken cell of a class that the exercise uses is named."""
    exercise = next(each for each in pages.exercises().values() if each.needs)
    need = exercise.needs[0]
    student.run(need.solution, code_id(need.slug))
    student.run("class :", code_id(need.slug))
    student.run(exercise.solution, code_id(exercise.slug))
    assert f"the cell with {need.name} ended with SyntaxError" in student.grade(exercise.slug)[1]


def test_it_is_told_while_marks_are_held_back_too(student, monkeypatch):
    """Whether a cell runs is no secret."""
    calls.this_course.settings = Settings(feedback="recorded")
    assert Policy("recorded").held
    student.run(RELU.solution)
    student.run(BROKEN)
    points, said = student.grade()
    assert points == 0.0 and "ended with SyntaxError" in said and "recorded" not in said


def test_a_run_that_was_cut_off_is_no_run(student):
    """ipykernel tells of such a run without a result."""
    student.shell.events.trigger("post_run_cell", None)
    student.run(RELU.solution)
    assert student.grade()[0] == 5.0
