"""Verdicts on small pages made for the purpose."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given as generated
from hypothesis import settings
from hypothesis import strategies as st

from autograder import pages
from autograder.authoring.page import page
from autograder.engine.expressions import Name
from autograder.layout import Shape, column, eq
from autograder.marking.pages import mark


@page("A chain of three", row="0")
def chain(given, box):
    x = given("x", 3)
    a = box(x * 4, "a", "Times four?", how="Times four.", slips={"added_not_multiplied": x + 4})
    b = box(a + 1, "b", "One more?", how="Plus one.", slips={"term_left_out": a})
    c = box(a * b, "c", "Multiply?", how="a times b.", slips={"added_not_multiplied": a + b})
    return eq(a, b, c)


@page("Decimals", row="0")
def decimals(given, box):
    p = box(1 / (1 + np.exp(-1.0)), "p", "Which function?", how="The sigmoid.", digits=3)
    q = box(1 / 3, "q", "A third?", how="One over three.")
    return eq(p, q, box(p * (1 - p), "s", "The slope?", how="p times one minus p.", digits=3))


@page("A division", row="0")
def division(given, box):
    a = box(given("a", 2) - 0, "a", "Two?", how="Two.")
    b = box(6 / a, "b", "Six over a?", how="Six over a.")
    return eq(a, b, box(b * 5, "c", "Five b?", how="Five b."))


@page("A ratio", row="0")
def ratio(given, box):
    return eq(box(given("a", 3) / 1, "a", "Over one?", how="Over one.", slips={"upside_down": 1 / 3}))


@page("Formulas", row="0")
def formulas(given, box):
    x = Name("x")
    outer = box(3 * x**2, "f'", "The power?", names="x", how="Outer.", slips={"power_kept": 3 * x**3})
    inner = box(2 * x, "g'", "The power?", names="x", how="Inner.")
    return eq(outer, inner, box(outer * inner, "h'", "The product?", names="x", how="Their product."))


@page("A vector and its square", row="0")
def vector(given, box):
    v = box(np.array([2.0, 5.0, 7.0]), "v", "Which?", how="Given.", only=[1, 2])
    return eq(column(v), column(box(v**2, "v²", "Square?", how="Squared.", slips={"not_squared": v})))


def states(page_, answers):
    return [v.state for v in mark(page_, answers).verdicts]


def test_right_answers_in_any_notation():
    """12, 12.0, 24/2 and −(−12) spelled with a real minus are one number."""
    for text in ("12", "12.0", "24/2", " 12 ", "1.2e1", "+12"):
        assert states(chain, {1: text})[0] == "right", text


def test_a_blank_page_scores_zero():
    """Nothing typed, nothing earned, nothing said to be wrong."""
    marks = mark(chain, {})
    assert marks.points == 0 and marks.slips == 0 and marks.summary == "3 boxes to fill."


def test_unreadable_costs_nothing_and_says_why():
    """What cannot be read is not wrong, and what follows is marked as if the box were blank."""
    marks = mark(chain, {1: "twelve", 2: "13", 3: "156"})
    assert [v.state for v in marks.verdicts] == ["unreadable", "right", "right"]
    assert marks.slips == 0 and marks.verdicts[0].message


def test_a_slip_costs_its_own_point_only():
    """Box 1 is wrong; boxes 2 and 3 follow from it, and say so."""
    marks = mark(chain, {1: "10", 2: "11", 3: "110"})
    assert [v.state for v in marks.verdicts] == ["wrong", "follows", "follows"]
    assert marks.verdicts[2].follows_from == (1,)
    assert marks.verdicts[1].message == "Right from your box 1."
    assert marks.points == 2 and marks.slips == 1
    assert marks.summary == "2 of 3 right; 1 slip; boxes 2, 3 follow."


def test_two_slips_and_what_follows_from_both():
    """A box that follows from two slips together names both."""
    verdict = mark(chain, {1: "10", 2: "20", 3: "200"}).verdicts[2]
    assert verdict.state == "follows" and verdict.follows_from == (1, 2)


def test_the_key_is_tried_first():
    """Right by the key is right, whatever stands in the earlier boxes."""
    assert states(chain, {1: "10", 2: "13", 3: "156"}) == ["wrong", "right", "right"]


def test_a_blank_between_carries_the_slip_on():
    """Leaving box 2 blank does not break the thread from box 1 to box 3."""
    assert states(chain, {1: "10", 3: "110"}) == ["wrong", "blank", "follows"]


def test_a_right_answer_after_a_slip_is_gone_on_from():
    """Who slips in box 1 and has box 2 right all the same computes box 3 from both, as they stand there."""
    verdict = mark(chain, {1: "10", 2: "13", 3: "130"}).verdicts[2]
    assert (verdict.state, verdict.message) == ("follows", "Right from your box 1.")


def test_a_slip_whose_decimals_go_on_is_named_from_three_digits_on():
    """One over three typed as 0.333 is the ratio upside down; 0.33 might be anything."""
    assert [mark(ratio, {1: typed}).verdicts[0].code for typed in ("1/3", "0.333", "0.33")] == ["upside_down"] * 2 + [
        ""
    ]


def test_one_trivial_slip_is_carried():
    """A single wrong 1 is an honest slip: what follows from it is right."""
    assert states(chain, {1: "1", 2: "2", 3: "2"}) == ["wrong", "follows", "follows"]


def test_several_trivial_slips_are_not_carried():
    """Typing 0 and 1 to make the rest easy earns nothing for the rest."""
    assert "follows" not in states(chain, {1: "0", 2: "1", 3: "0"})


def test_what_follows_from_one_of_two_slips():
    """Whoever computes from the printed number in one place and from a slip in another follows the slip."""
    assert states(chain, {1: "10", 2: "20", 3: "110"}) == ["wrong", "wrong", "follows"]


def test_the_right_number_with_the_wrong_sign_is_told_so():
    """Where a page has no slip for it, a turned sign is still no riddle."""
    key = chain.sheet().boxes[1].shown
    verdict = mark(chain, {2: f"-{key}"}).verdicts[1]
    assert (verdict.state, verdict.code) == ("mistake", "wrong_sign") and "sign" in verdict.message


def test_a_named_mistake_is_named_from_the_key_and_from_the_slip():
    """The same slip is recognised on the right numbers and on the student's own."""
    assert mark(chain, {1: "7"}).verdicts[0].code == "added_not_multiplied"
    after_slip = mark(chain, {1: "10", 2: "11", 3: "21"}).verdicts[2]
    assert (after_slip.state, after_slip.code) == ("mistake", "added_not_multiplied")


def test_too_few_digits():
    """0.73 for 0.731 is right so far and earns half, and so is 0.7; 0.33 is not a third, but on the way."""
    assert states(decimals, {1: "0.731"})[0] == "right"
    assert states(decimals, {1: "0.73"})[0] == "few_digits"
    assert states(decimals, {1: "0.7"})[0] == "few_digits"
    assert states(decimals, {1: "0.8"})[0] == "wrong"
    assert states(decimals, {2: "0.3"})[1] == "wrong"
    assert states(decimals, {2: "0.33"})[1] == "few_digits"
    assert states(decimals, {2: "1/3"})[1] == "right"
    assert mark(decimals, {1: "0.73"}).points == 0.5


def test_whole_numbers_have_digits_where_digits_are_asked_for():
    """161 for 160.9 is right so far; 12 for an exact 12.4 is just wrong."""

    @page("Large", row="0")
    def large(given, box):
        hint = {"hint": "Which?", "how": "So."}
        return eq(box(160.8944, "a", digits=4, **hint), box(12.4, "b", **hint))

    assert states(large, {1: "161", 2: "12"}) == ["few_digits", "wrong"]
    assert states(large, {1: "160.9", 2: "12.4"}) == ["right", "right"]


def test_following_with_too_few_digits():
    """What follows from a slip may be rounded too far as well."""
    assert states(decimals, {1: "0.613", 3: "0.24"}) == ["wrong", "blank", "few_digits"]


def test_following_with_decimals():
    """The slope follows from the student's own sigmoid, to the digits asked for."""
    assert states(decimals, {1: "0.60", 3: "0.24"}) == ["wrong", "blank", "follows"]


def test_a_slip_that_leads_nowhere():
    """Dividing by a typed 0 neither raises nor earns."""
    assert states(division, {1: "0", 2: "6", 3: "7"}) == ["wrong", "wrong", "wrong"]
    assert states(division, {1: "4", 2: "1.5", 3: "7.5"}) == ["wrong", "follows", "follows"]
    assert states(division, {1: "7", 2: "6/7", 3: "30/7"}) == ["wrong", "follows", "follows"]
    assert states(division, {1: "7", 2: "0.857", 3: "4.29"}) == ["wrong", "follows", "follows"]


def test_formulas_follow_too():
    """A wrong factor is carried into the product."""
    assert states(formulas, {1: "3x^2", 2: "2x", 3: "6x^3"}) == ["right"] * 3
    assert states(formulas, {1: "3x^3", 2: "2x", 3: "6x^4"}) == ["mistake", "right", "follows"]
    assert states(formulas, {1: "x·x·3", 2: "x+x", 3: "2x*3x²"}) == ["right"] * 3


def test_one_wrong_entry_of_a_vector():
    """Each entry is marked by itself, and its square follows from it."""
    assert states(vector, {1: "6", 2: "7", 3: "4", 4: "36", 5: "49"}) == ["wrong", "right", "right", "follows", "right"]


def test_marks_never_exceed_the_boxes():
    """Boxes that do not exist earn nothing."""
    assert mark(chain, {1: "12", 2: "13", 3: "156", 4: "1", 99: "1", 0: "1", -1: "3"}).points == 3


NASTY = ["3", "1/0", "-", "0", "1", "1e300", "9" * 45, "∞", "nan", "½", "2x"]
TEXTS = st.one_of(st.text(max_size=60), st.sampled_from(NASTY))


@settings(max_examples=350, deadline=None, derandomize=True)
@generated(st.dictionaries(st.integers(1, 5), TEXTS, max_size=5))
def test_anything_can_be_typed(answers):
    """Whatever stands in the boxes, marking says something and never raises."""
    for page_ in (chain, division, formulas, vector):
        marks = mark(page_, answers)
        assert 0 <= marks.points <= marks.out_of and marks.summary


def test_an_unknown_page_names_its_neighbours():
    """A slug with a typo is answered with the pages nearest to it."""
    with pytest.raises(pages.UnknownPage, match="gradients/one-weight"):
        mark("gradients/one-wieght", {})


def test_marking_loads_no_notebook_library():
    """Importing the marking loads no SymPy, Matplotlib, IPython, widgets or nbgrader."""
    code = "import sys, autograder.marking.pages, autograder.submissions.notebook; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    heavy = {"sympy", "matplotlib", "IPython", "ipywidgets", "anywidget", "nbgrader", "nbformat", "autograd"}
    assert "numpy" in loaded and not heavy & set(loaded)


@page("Shapes and words", row="0")
def kinds(given, box):
    shape = box(
        Shape((3, 2)), "the shape of W", "Rows first?", how="Rows, then columns.", slips={"transposed": Shape((2, 3))}
    )
    word = box(
        "max", "the node", "Which?", how="It routes.", options=["add", "max", "copy"], slips={"add_scales": "add"}
    )
    words = box(["add", "copy"], "the nodes", "Which?", how="So.", options=["add", "max", "copy"])
    return eq(shape, word, column(words))


def test_shapes_in_any_notation():
    """3×2, 3x2, 3 by 2 and (3, 2) are one shape; 2×3 is its transpose; a lone number is no shape."""
    for text in ("3×2", "3x2", " 3 X 2 ", "3 by 2", "(3, 2)", "[3,2]", "3*2"):
        assert states(kinds, {1: text})[0] == "right", text
    assert mark(kinds, {1: "2×3"}).verdicts[0].code == "transposed"
    assert states(kinds, {1: "3"})[0] == "unreadable"


def test_words_are_chosen_from_a_few():
    """A word is right, a named mistake, wrong, or not one of those on offer."""
    marks = mark(kinds, {2: "MAX", 3: "copy", 4: "foo"})
    assert [v.state for v in marks.verdicts] == ["blank", "right", "wrong", "unreadable"]
    assert marks.verdicts[3].message == "Choose one of: add, max, copy."
    assert mark(kinds, {2: "add"}).verdicts[1].code == "add_scales"


def test_an_entry_without_a_slip_is_marked_when_its_neighbour_has_it():
    """A formula is compared with the slips of its own entry only: the nan that stands for none is passed over."""
    assert mark("elementwise/five-operations", {1: "-v", 4: "1"}).verdicts[0].state == "wrong"
    assert mark("elementwise/five-operations", {4: "1"}).verdicts[3].code == "wrong_sign"
