"""Work with one slip in it: what is written, what is asked, and which numbers are refused."""

import numpy as np
import pytest

from autograder.authoring.page import PageError, page
from autograder.authoring.worked import Fault, Line, Worked
from autograder.layout import step
from autograder.marking.pages import mark

A, Y, X = np.array([5.0, 1.0]), np.array([2.0, 4.0]), np.array([3.0, -1.0])
LINES = (
    Line("e", "a - y", lambda v: A - Y),
    Line("G", "e x^T", lambda v: np.outer(v["e"], X)),
)
SIGN = Fault("e", "a sign", lambda v: Y - A, "Line 1 is target minus prediction.")
TURNED = Fault("G", "rows for columns", lambda v: np.outer(X, v["e"]), "Line 2 has the transpose.")
NOTHING = Fault("e", "nothing", lambda v: A - Y, "Line 1 is right.")


def made(*faults: Fault, chosen: int = 0):
    @page("Find the bug", row="0.1")
    def bug(given, box):
        work = Worked(LINES, faults, chosen)
        return step("One line is wrong.", *work.shown()), *work.steps(given, box)

    return bug


def test_what_stands_below_the_slip_is_computed_from_it():
    """The line with the slip is wrong; those below are right for what stands above them."""
    work = Worked(LINES, (SIGN, TURNED), 0)
    assert np.array_equal(work.written["e"], Y - A)
    assert np.array_equal(work.written["G"], np.outer(Y - A, X))
    assert np.array_equal(work.right["G"], np.outer(A - Y, X))


def test_what_is_asked():
    """The line, the kind of slip, the number that should stand there, and the last line, mended."""
    shown = [box.shown for box in made(SIGN, TURNED).sheet().boxes]
    assert shown == ["line 1", "a sign", "3", "9", "-3", "-9", "3"]
    assert [box.shown for box in made(SIGN, TURNED, chosen=1).sheet().boxes][:3] == ["line 2", "rows for columns", "-3"]


def test_the_line_below_is_said_to_be_right_for_what_stands_above_it():
    """Whoever names the line after the slip is told where to look, and loses that point alone."""
    bug = made(SIGN, TURNED)
    answers = {box.number: box.shown for box in bug.sheet().boxes}
    marks = mark(bug, answers | {1: "line 2"})
    assert marks.verdicts[0].code == "wrong_from_above"
    assert marks.points == marks.out_of - 1


def test_a_wrong_number_is_carried_on():
    """The last line follows from the number that was typed for the first wrong one."""
    bug = made(SIGN, TURNED)
    answers = {box.number: box.shown for box in bug.sheet().boxes}
    marks = mark(bug, answers | {3: "7", 4: "21", 5: "-7"})
    assert [verdict.state for verdict in marks.verdicts[2:5]] == ["wrong", "follows", "follows"]


@pytest.mark.parametrize("faults", [(NOTHING, TURNED), (SIGN, SIGN._replace(kind="something else"))])
def test_numbers_that_leave_the_slip_open_are_refused(faults):
    """A slip that changes nothing, and one that another kind of slip would give as well."""
    with pytest.raises(PageError, match="canonical numbers are not fit"):
        made(*faults).sheet()


def test_another_slip_in_the_same_line_costs_its_own_point_alone():
    """Whoever mends a line by another slip has the rest of that line from it too, and the last line follows."""
    doubled = Fault("e", "a factor", lambda v: 2 * (A - Y), "Line 1 is doubled.")
    bug = made(SIGN, doubled, TURNED)
    answers = {box.number: box.shown for box in bug.sheet().boxes}
    last = [f"{value:g}" for value in np.outer(2 * (A - Y), X).ravel()]
    marks = mark(bug, answers | {3: f"{2 * (A - Y)[0]:g}"} | dict(enumerate(last, start=4)))
    assert [verdict.state for verdict in marks.verdicts[2:]] == ["wrong", *["follows"] * len(last)]
    assert marks.points == marks.out_of - 1
