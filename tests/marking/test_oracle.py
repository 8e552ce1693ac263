"""A whole notebook's code exercises are marked by one function, with nbgrader or without it."""

from __future__ import annotations

import time
from types import SimpleNamespace

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder import pages
from autograder.kernels.kernel import Kernel
from autograder.marking import oracle
from autograder.marking.oracle import Oracle, Step, mark_exercises, try_code, work
from autograder.nbgrader.release import code_cell, grade_cell
from autograder.submissions.notebook import cells

pytestmark = pytest.mark.xdist_group("kernel")
RELU, LAYER = pages.load_exercise("activations/relu-code"), pages.load_exercise("training/layer-code")


def notebook(relu, layer, *before):
    """A notebook of two exercises, with cells before them."""
    cells = [new_code_cell(source) for source in before]
    for exercise, source in ((RELU, relu), (LAYER, layer)):
        cells += [code_cell(exercise, source), grade_cell(exercise.slug, exercise.points)]
    return new_notebook(cells=cells)


def points(nb, **more):
    return [marks.points for marks in mark_exercises(nb, **more).values()]


def test_solved_notebook_gets_full_marks():
    """The solutions earn everything, in the order of the course."""
    nb = notebook(RELU.solution, LAYER.solution)
    assert list(mark_exercises(nb)) == [RELU.slug, LAYER.slug] and points(nb) == [5, 8]


def test_blank_notebook_starts_no_kernel(monkeypatch):
    """Where nothing was begun nothing runs."""
    monkeypatch.setattr(oracle, "Kernel", None)
    assert points(notebook(RELU.starter + "\n# soon", LAYER.starter, "print(1)")) == [0, 0]


@pytest.mark.parametrize("nb", [None, 3, {}, {"cells": 3}, {"cells": [{"cell_type": "code"}]}, []])
def test_what_is_no_notebook_earns_nothing(nb):
    """Whatever the file holds, there is an answer for every exercise that was asked for."""
    assert points(nb, slugs=[RELU.slug]) == [0] and mark_exercises(nb) == {}


def test_a_dead_kernel_comes_back_with_what_ran_before():
    """After a death the cells before it run again, so that the next exercise finds them."""
    helped = LAYER.solution.replace("inputs @ self.weights", "product(inputs, self.weights)")
    nb = notebook(RELU.solution + "\nimport os; os._exit(1)", helped, "def product(a, b):\n    return a @ b")
    marks = mark_exercises(nb)
    assert [each.points for each in marks.values()] == [0, 8]
    assert "stopped Python" in marks[RELU.slug].verdicts[0].message


def test_the_time_of_an_exercise_runs_while_there_is_a_kernel(tmp_path, monkeypatch):
    """A kernel that comes back late, on a busy machine, costs the exercise none of its seconds."""

    class Slow:
        def __init__(self, *given):
            time.sleep(0.3)

        def ask(self, request, seconds):
            return seconds

        def close(self):
            pass

    monkeypatch.setattr(oracle, "Kernel", Slow)
    with oracle.Oracle(tmp_path) as kernel:
        ask = kernel.ask(SimpleNamespace(seconds=0.25))
        assert ask({}) == 0.25 and ask({}) > 0.2


def test_cell_that_failed_is_told():
    """An exercise that is not there because its cell failed says so, instead of not begun."""
    message = mark_exercises(notebook("class ReLU(:", LAYER.starter))[RELU.slug].verdicts[0].message
    assert "ended with an error. SyntaxError" in message


@pytest.mark.parametrize("source, message", [
    (RELU.solution.replace("class ReLU", "class Relu"), "makes Relu, not ReLU. Use the name ReLU."),
    (f"%%writefile relu.py\n{RELU.solution}", "begins with %%writefile, so Python makes no ReLU of it."),
    (f"{RELU.solution}\n%reset -f", "ReLU was made, and gone when it was to be tried."),
    ("factor = 3", "there is no ReLU. Make it in that cell"),
])  # fmt: skip
def test_a_name_that_is_not_there_is_said(source, message):
    """A cell that ran and left no such name has been begun: the sentence says what became of the name."""
    marks = mark_exercises(notebook(source, LAYER.solution))
    assert not marks[RELU.slug].blank and message in marks[RELU.slug].verdicts[0].message
    assert marks[RELU.slug].points == 0 and marks[LAYER.slug].points == 8


LEAVING = ["exit()", "quit()", "exit", "import sys; sys.exit()", "get_ipython().ask_exit()"]


def test_leaving_in_a_cell_costs_nothing():
    """exit(), in each way to say it, ends its own cell. What stands around it is marked as if it were not there, and
    Python is not started again."""
    nb = notebook(RELU.solution, LAYER.solution, *LEAVING)
    nb.cells[-2:-2] = map(new_code_cell, LEAVING)
    assert points(nb) == [5, 8]


def test_leaving_at_the_end_of_an_exercise_costs_nothing():
    """What was defined before exit() is tried; a call of exit() where it counts is an error like another."""
    leaves = RELU.solution.replace("return dvalues", "exit()\n        return dvalues")
    assert points(notebook(leaves, f"{LAYER.solution}\nexit()")) == [1, 8]


def test_data_files_are_read_from_the_folder(tmp_path):
    """A notebook reads the files that lie beside it."""
    (tmp_path / "factor.txt").write_text("1")
    source = RELU.solution.replace("dvalues * (", "float(open('factor.txt').read()) * dvalues * (")
    assert points(notebook(source, LAYER.starter), folder=tmp_path) == [5, 0]
    assert points(notebook(source, LAYER.starter))[0] < 5


def test_code_in_a_markdown_cell_or_without_id():
    """An exercise is found where it is defined, whatever became of its cell's metadata."""
    nb = notebook(RELU.solution, LAYER.starter)
    nb.cells[0] = new_code_cell(RELU.solution)
    assert points(nb) == [5, 0]
    nb.cells[0] = new_markdown_cell(RELU.solution)
    assert points(nb, slugs=[RELU.slug]) == [0]


def test_patience_ends(tmp_path, monkeypatch):
    """A notebook that stops Python again and again is given up, and the run goes on."""
    monkeypatch.setattr(oracle, "MOST_STARTS", 2)
    steps = [Step("import os; os._exit(1)") for _ in range(3)] + [Step(exercise=RELU)]
    with Oracle(tmp_path) as asked:
        work(steps, asked)
    assert [bool(step.stopped) for step in steps[:3]] == [True] * 3
    assert "again and again" in steps[3].marks.verdicts[0].message and steps[3].marks.points == 0


def test_limit_of_time_is_shared_by_the_behaviours(tmp_path, monkeypatch):
    """An exercise has its seconds once, not once for each behaviour."""
    asked = []

    def slow(self, request, seconds):
        asked.append(seconds)
        raise oracle.Late

    monkeypatch.setattr(Kernel, "ask", slow)
    with Oracle(tmp_path) as kernel:
        ask = kernel.ask(RELU)
        for _ in range(2):
            with pytest.raises(oracle.Stopped, match="5 seconds"):
                ask({})
    assert asked[1] < asked[0] <= RELU.seconds


def test_an_exercise_is_tried_after_its_cell_wherever_its_grade_cell_stands():
    """A grade cell that was moved up says nothing of a class that is not there yet; nbgrader's steps are these too."""
    nb = notebook(RELU.solution, LAYER.solution)
    nb.cells[0], nb.cells[1] = nb.cells[1], nb.cells[0]
    tried = try_code(cells(nb), {RELU.slug: 1, LAYER.slug: 2})
    assert [(index, step.exercise) for index, step in tried] == [(1, None), (1, RELU), (2, None), (3, LAYER)]
    assert [step.marks.points for _, step in tried if step.exercise] == [5, 8]
