"""What a verdict can be, said once."""

from __future__ import annotations

from autograder.marking import states
from autograder.marking.pages import mark
from autograder.marking.policy import Policy
from autograder.render.pages import STATES as SHOWN
from autograder.report.charts import COLOURS, WORDS

PAGE = "gradients/one-weight"  # boxes 8, 2, 2


def test_every_state_is_drawn_counted_and_coloured():
    """The page, the report's legend and its charts know each state, and no other."""
    assert set(SHOWN) == {*states.STATES, states.RECORDED}
    assert set(WORDS) == set(states.STATES) and set(states.STATES) <= set(COLOURS)
    assert set(states.OF_CODE.values()) <= set(states.STATES)


def test_the_groups_leave_no_state_out():
    """Each state is right, a slip, open, or right so far; only the first and the last earn points."""
    groups = [*states.RIGHT, *states.SLIPS, *states.OPEN, "few_digits"]
    assert sorted(groups) == sorted(states.STATES)
    assert {*states.POINTS} == {*states.RIGHT, "few_digits"}
    assert {*states.SETTLED} <= {*states.STATES, states.RECORDED}


def test_marks_are_of_these_states():
    """What marking says, and what is told of it while it is held back."""
    marks = mark(PAGE, {1: "8", 2: "x"})
    assert [verdict.state for verdict in marks.verdicts] == ["right", "unreadable", "blank"]
    held = Policy("recorded").tells(marks)
    assert [verdict.state for verdict in held.verdicts] == [states.RECORDED, *states.OPEN[::-1]]
