"""How long a code exercise may run where nobody can interrupt it."""

from __future__ import annotations

import sys

import pytest

from autograder import pages
from autograder.kernels.patience import TooLong
from autograder.marking.code import local, mark_code
from autograder.notebook.limits import Endless, Limits, limits_here

RELU = pages.load_exercise("activations/relu-code")


def endless(_request):
    raise TooLong(15)


def test_an_endless_exercise_is_marked_with_a_sentence():
    """What took too long is said of each behaviour, with the seconds that the exercise may take, and earns nothing."""
    marks = mark_code(RELU, Limits(30.0, 3).ask(RELU, endless))
    assert {verdict.state for verdict in marks.verdicts} == {"stopped"} and marks.points == 0
    assert f"did not come to an end in {RELU.seconds * 3:g} seconds" in marks.verdicts[0].message


def test_what_ends_is_marked_as_ever():
    """The reference earns everything under limits, and where there are none the oracle is asked as it is."""
    names = {RELU.name: RELU.reference}
    assert mark_code(RELU, Limits(30.0, 3).ask(RELU, local(names))).points == RELU.points
    assert limits_here().ask(RELU, endless) is endless


def test_a_cell_is_watched_only_if_it_is_of_an_exercise(monkeypatch):
    """A student's other cells may run for as long as they like."""
    limits, begun = Limits(30.0, 3), []
    monkeypatch.setattr(limits.clock, "begin", begun.append)
    for cell in ("code-activations--relu-code", "page-gradients--one-weight", ""):
        monkeypatch.setattr("autograder.notebook.limits.Cell.running", lambda cell=cell: type("", (), {"id": cell})())
        limits._begin(None)
    assert begun == [30.0]


def test_an_endless_cell_says_that_nothing_is_lost():
    """It is shown as one sentence, without a traceback."""
    (said,) = Endless(30.0)._render_traceback_()
    assert "in 30 seconds" in said and "Your answers are safe" in said


@pytest.mark.skipif(sys.platform == "emscripten", reason="about a Python that can be interrupted")
def test_a_kernel_that_can_be_interrupted_has_no_limits():
    """There the Interrupt button does it."""
    assert limits_here().cell is None and limits_here().slower is None
