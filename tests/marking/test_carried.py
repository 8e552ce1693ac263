"""Right answers that are rounded are carried on at no cost, slips at the cost of their own point."""

import numpy as np
import pytest

from autograder.authoring.page import page
from autograder.engine.expressions import Name, exp
from autograder.layout import eq
from autograder.marking.carried import Desk
from autograder.marking.pages import mark


@page("A chain of four", row="0")
def slopes(given, box):
    z, u = given("z", 1), given("u", 3)
    h = box(1 / (1 + np.exp(-z)), "h", "The sigmoid?", how="The sigmoid of z.", digits=3)
    slope = box(h * (1 - h), "s", "The slope?", how="h times 1 minus h.", digits=3)
    delta = box(u * slope, "δ", "Times what?", how="u times the slope.", digits=3)
    return eq(h, slope, delta, box(delta * h, "w", "Times the value?", how="δ times h.", digits=3))


@page("A probability near one", row="0")
def near_one(given, box):
    p = box(1 / (1 + np.exp(-given("z", 8))), "p", "The sigmoid?", how="The sigmoid.", digits=3)
    return eq(p, box(1 - p, "q", "What is left?", how="One minus p.", digits=3))


@page("A third and its double", row="0")
def thirds(given, box):
    third = box(given("a", 1) / 3, "a/3", "A third?", how="One over three.")
    return eq(third, box(2 * third, "2a/3", "Twice that?", how="Twice the third."))


@page("A decay", row="0")
def decay(given, box):
    rate, t = box(np.exp(given("k", -0.5)), "r", "e to the k?", how="e to the k.", digits=3), Name("t")
    return eq(rate, box(rate * exp(t), "f", "Times e to the t?", names="t", how="The rate times e to the t."))


def states(page_, answers):
    return [verdict.state for verdict in mark(page_, answers).verdicts]


@pytest.mark.parametrize(
    "answers",
    [
        ("0.731", "0.197", "0.591", "0.432"),  # rounded as asked, and computed on with that
        ("0.7311", "0.1966", "0.5898", "0.4312"),  # to one more
        ("0.731", "0.197", "0.590", "0.431"),  # rounded here, exact there
        ("0.731", "0.196", "0.588", "0.430"),  # cut off
        ("0.7310585786", "0.1966119332", "0.5898357997", "0.4312045304"),  # all that a calculator shows
    ],
)
def test_rounding_as_asked_costs_nothing(answers):
    """However somebody rounds, every box is right, without a slip and without a word of one."""
    marks = mark(slopes, dict(enumerate(answers, 1)))
    assert [v.state for v in marks.verdicts] == ["right"] * 4 and marks.summary == "All 4 right."
    assert not any(verdict.message for verdict in marks.verdicts)


def test_the_canonical_sigmoid_score():
    """0.731 → 0.197 → 0.591 is right all the way, though the third box is 0.590 with all digits kept."""
    assert [
        v.state for v in mark("jacobians/sigmoid-score", {3: "0.731", 5: "0.197", 7: "0.591"}).verdicts if v.text
    ] == ["right"] * 3


def test_few_digits_cost_their_own_half_only():
    """What follows from 0.73 is right, with three digits of its own."""
    assert states(slopes, {1: "0.73", 2: "0.197", 3: "0.591"}) == ["few_digits", "right", "right", "blank"]
    assert states(slopes, {1: "0.7", 2: "0.21", 3: "0.63"}) == ["few_digits", "right", "right", "blank"]


def test_what_follows_is_judged_with_the_digits_asked():
    """A number that is off by more than rounding makes of it is wrong."""
    assert states(slopes, {1: "0.731", 2: "0.197", 3: "0.594"})[2] == "wrong"
    assert states(slopes, {1: "0.731", 2: "0.197", 3: "0.59"})[2] in ("right", "few_digits")


def test_a_slip_and_rounding_together():
    """A slip costs its own point, and rounding after it none."""
    marks = mark(slopes, {1: "0.731", 2: "0.269", 3: "0.807", 4: "0.590"})
    assert [v.state for v in marks.verdicts] == ["right", "wrong", "follows", "follows"]
    assert marks.points == 3 and marks.verdicts[3].follows_from == (2,)


def test_a_slip_after_rounding_keeps_its_name():
    """The named slip is recognised on the rounded numbers of the student."""

    @page("A slip on rounded numbers", row="0")
    def slippery(given, box):
        h = box(1 / (1 + np.exp(-given("z", 1))), "h", "The sigmoid?", how="The sigmoid.", digits=2)
        return eq(
            h, box(100 * h * (1 - h), "s", "The slope?", how="So.", digits=4, slips={"doubled": 200 * h * (1 - h)})
        )

    assert mark(slippery, {1: "0.73", 2: "39.42"}).verdicts[1].code == "doubled"
    assert mark(slippery, {1: "0.731", 2: "39.33"}).verdicts[1].code == "doubled"


def test_a_right_one_is_carried_though_it_makes_the_rest_trivial():
    """1.00 is what the page asks for where p is 0.99966, and what is left is then 0."""
    assert states(near_one, {1: "1.00", 2: "0"}) == ["right", "right"]
    assert states(near_one, {2: "0"}) == ["blank", "wrong"]


def test_a_named_slip_is_carried_though_it_makes_the_rest_trivial():
    """A bare 1 is carried where it is a slip with a name, and nowhere else."""

    @page("A slip that gives 1", row="0")
    def ones(given, box):
        x = given("x", 3)
        a = box(x + 2, "a", "Two more?", how="x plus 2.", slips={"subtracted_backwards": x - 2})
        return eq(a, box(a * x, "b", "Times x?", how="a times x."))

    assert states(ones, {1: "1", 2: "3"}) == ["mistake", "follows"]
    assert states(ones, {1: "0", 2: "0"}) == ["wrong", "wrong"]


def test_a_single_digit_that_is_trivial_is_not_carried():
    """A bare 1 for 0.731 is a rounding, but nothing to compute on with."""
    assert states(slopes, {1: "1", 2: "0"})[1] == "wrong"


def test_a_third_cut_off_is_carried():
    """0.33 costs half of its own point; twice that is right."""
    assert states(thirds, {1: "0.333", 2: "0.666"}) == ["few_digits", "right"]
    assert states(thirds, {1: "1/3", 2: "0.6"}) == ["right", "wrong"]


def test_formulas_follow_from_rounded_numbers():
    """0.607·e^t is right after 0.607."""
    assert states(decay, {1: "0.607", 2: "0.607e^t"}) == ["right", "right"]
    assert states(decay, {1: "0.607", 2: "0.617e^t"}) == ["right", "wrong"]


def test_a_desk_computes_each_combination_once():
    """Asking twice for what follows runs the page once."""
    desk = Desk(slopes.sheet(), {1: 0.731, 2: 0.197})
    first = desk.run(frozenset((1,)))
    assert desk.expected(2, frozenset((1,))) == pytest.approx(0.731 * 0.269) and desk.run(frozenset((1,))) is first
    low, high = desk.between(3, (1, 2), frozenset())
    assert low == pytest.approx(3 * 0.19661193) and high == pytest.approx(0.591, abs=1e-4)
