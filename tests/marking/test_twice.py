"""Code that need not do the same again earns no number, and says why; all other code runs once."""

from __future__ import annotations

import pytest
from nbformat.v4 import new_notebook

from autograder import pages
from autograder.marking import oracle
from autograder.marking.oracle import mark_exercises
from autograder.marking.twice import NOT_TWICE, STOPS, doubts
from autograder.nbgrader.release import code_cell, grade_cell

pytestmark = pytest.mark.xdist_group("kernel")
RELU = pages.load_exercise("activations/relu-code")
HEAD = "import os, random, time\n"


def marked(source: str):
    """The marks of a notebook whose one exercise is written so."""
    nb = new_notebook(cells=[code_cell(RELU, source), grade_cell(RELU.slug, RELU.points)])
    return mark_exercises(nb)[RELU.slug]


def said(source: str) -> tuple[float, set[str]]:
    marks = marked(source)
    return marks.points, {finding.message for finding in marks.verdicts if finding.state == "stopped"}


def test_chance_earns_no_number(monkeypatch):
    """A result that differs from run to run is stopped as a whole, with what to take out."""
    times = iter([False, True])
    whole = oracle.work

    def lucky_once(steps, *more):
        whole(steps, *more)
        if next(times):
            for step in steps:
                step.marks = step.marks and oracle.stopped_marks(step.exercise, "as luck will have it")

    monkeypatch.setattr(oracle, "work", lucky_once)
    assert said("import random\n" + RELU.solution) == (0, {NOT_TWICE})


def test_a_thread_that_stops_python_costs_the_whole_exercise():
    """How far the tries came before is a matter of luck."""
    stops = "threading.Thread(target=lambda: os._exit(1)).start()"
    assert said(f"{HEAD}import threading\n{RELU.solution}\n{stops}\ntime.sleep(5)") == (0, {STOPS})


def test_what_comes_out_the_same_keeps_its_marks():
    """An exit in one behaviour leaves the others; words of chance that change nothing cost nothing."""
    points, reasons = said(HEAD + RELU.solution.replace("dvalues * ", "os._exit(1) or dvalues * ", 1))
    assert points == marked(RELU.solution.replace("dvalues * ", "[][0] or dvalues * ", 1)).points > 0
    assert len(reasons) == 1 and "stopped Python" in reasons.pop()
    assert said(HEAD + RELU.solution) == (RELU.points, set())


def test_a_second_run_finds_nothing_of_the_first(tmp_path):
    """What code writes into its folder is not there when it runs again."""
    source = "import os\nif os.path.exists('here'):\n    del np\nopen('here', 'w').close()\n" + RELU.solution
    nb = new_notebook(cells=[code_cell(RELU, source), grade_cell(RELU.slug, RELU.points)])
    assert mark_exercises(nb, folder=tmp_path)[RELU.slug].points == RELU.points


@pytest.mark.parametrize(
    ("source", "doubtful"),
    [
        ("import random", True), ("np.random.normal()", True), ("rng = np.random.default_rng(3)", False),
        ("np.random.seed(0)\nx = 1", False), ("default_rng()", True), ("for x in set(names): pass", True),
        ("time.time()", True), ("def randomly(times): return offset", False), (RELU.solution, False),
    ],
)  # fmt: skip
def test_words_of_chance_are_known(source, doubtful):
    """By whole words; a seed takes chance away, and what the workbook's own solutions say is no reason."""
    assert doubts([source], [RELU.solution]) == doubtful
    assert not doubts([source], [source])
