"""The facts about pages are tried on a few variants: these hold that a fault is still found, by planting some."""

from __future__ import annotations

import numpy as np
import pytest

from autograder import pages
from autograder.authoring import page as machinery
from autograder.authoring.page import page
from autograder.engine.activations import relu_slope
from autograder.layout import eq
from autograder.marking import pages as marking

from ..conftest import SAMPLE
from . import test_every_page as facts
from .planting import first_wrong, planted
from .students import unseen

HINT = {"hint": "Which?", "how": "So."}
CAUGHT = (AssertionError, machinery.PageError)


def make(function):
    return page("A page with a fault", row="0.1")(function)


# -- pages that are wrong in some of their variants --------------------------------------------------------------------


def sign_lost(given, box):
    """Wrong for a negative number: in half of the variants."""
    x = given("x", [2, -3])
    return eq(box(abs(x[0]), "x", **HINT))


def tie_forgotten(given, box):
    """Wrong where the two numbers are equal: in one of nine."""
    a, b = given("a", 4), given("b", 7)
    return eq(box(2 if a > b else 1 if a < b else 3, "which", **HINT))


def cut_off(given, box):
    """Wrong where the sum is more than 16: in one of twenty-seven."""
    return eq(box(min(given("a", 4) + given("b", 7), 16), "a + b", **HINT))


KEYS = {
    sign_lost: lambda c: [c["x"][0]],
    tie_forgotten: lambda c: [1 + (c["a"] > c["b"])],
    cut_off: lambda c: [c["a"] + c["b"]],
}


@pytest.mark.parametrize("function", KEYS, ids=lambda function: function.__name__)
def test_a_key_that_is_wrong_in_some_variants_is_found(function, agrees):
    """The second computation disagrees within the sample, however seldom the key is wrong."""
    with pytest.raises(AssertionError):
        agrees(make(function), KEYS[function])


def on_a_kink_now_and_then(given, box):
    """On the kink where the two numbers cancel: in one of sixteen."""
    return eq(box(relu_slope(given("w", -2) + given("x", 3)), "slope", **HINT))


def infinite_now_and_then(given, box):
    """No number where x is 3: in one of nine."""
    return eq(box(np.float64(1) / (given("x", 2) - 3), "x", **HINT, digits=3))


@pytest.mark.parametrize("function", [on_a_kink_now_and_then, infinite_now_and_then], ids=lambda f: f.__name__)
def test_numbers_that_make_no_exercise_are_found(function, variants):
    """A kink, or a key that is not finite, in few of the variants is found within the sample."""
    with pytest.raises(CAUGHT):
        facts.test_nothing_is_overlooked_in_any_variant(make(function), variants)


def number_not_shown(given, box):
    """b decides the key, and stands nowhere."""
    a, b = given("a", 4), given("b", 7)
    return eq(a, "+ b =", box(a + b, "a + b", **HINT))


def test_a_number_that_is_not_shown_is_found():
    """No reader could solve such a page."""
    assert unseen(make(number_not_shown)) == ["b"]


# -- a machinery that is wrong -----------------------------------------------------------------------------------------


def one_slip(given, box):
    """The slip is the key where the numbers are equal."""
    a, b = given("a", 4), given("b", 7)
    return eq(box(a * a - b, "a² − b", **HINT, slips={"doubled": a * b - b}))


def two_slips(given, box):
    """One slip is the other where a is 4."""
    a, b = given("a", 5), given("b", 7)
    return eq(box(a * a + b, "a² + b", **HINT, slips={"doubled": 3 * a + b, "transposed": a + 8 + b}))


def test_a_slip_that_equals_the_key_is_found(monkeypatch, variants):
    """Were slips no longer compared with the key, some variant of the sample would name a right answer a mistake."""
    monkeypatch.setattr(machinery, "_tellable", lambda slip, key, digits: True)
    made = make(one_slip)
    with pytest.raises(AssertionError):
        facts.test_every_named_mistake_is_recognised_and_is_not_the_key(made, sheets_of(made, variants, facts.FEW))


def test_slips_that_look_alike_are_found(monkeypatch, variants):
    """Were slips no longer compared with each other, some would be called by another's name in the sample."""
    monkeypatch.setattr(machinery, "CLASHING", 1.0)
    made = make(two_slips)
    with pytest.raises(AssertionError):
        facts.test_planted_mistakes_are_given_their_own_name(made, sheets_of(made, variants), lambda *_: None)


def test_a_lenient_marking_is_found(monkeypatch, variants):
    """Were a key within a tenth right, the sample's nudged keys would be accepted."""
    monkeypatch.setattr(marking, "equal", lambda a, b, digits=None: abs(float(a) - float(b)) <= 0.1 * abs(float(b)))
    made = pages.load("cost/mean-squared-error")
    forget_marks()
    try:
        with pytest.raises(AssertionError):
            facts.test_a_nudged_key_is_refused(made, sheets_of(made, variants, facts.FEW), lambda *_: None)
    finally:
        forget_marks()


def forget_marks():
    """Marks given before, or under another idea of equal, are in the way."""
    marking._mark.cache_clear()
    marking._look_at.cache_clear()


def sheets_of(made, variants, sample=SAMPLE):
    return [made.sheet(variant) for variant in variants(facts.FACTS, sample=sample)]


# -- faults in the pages themselves ------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", pages.catalogue().values(), ids=pages.catalogue())
def test_a_fault_in_a_page_shows_early(page, variants, record_property):
    """Where three faults or more can be planted in what a page computes, one makes a key wrong at once; in `make prove`
    all are planted, and those that show in any of its variants show in the sample."""
    looked_at = len(variants(facts.FACTS, sample=3))
    shows = []
    for fault in planted(page):
        shows.append((fault.place, first_wrong(page, fault, looked_at)))
        if looked_at <= SAMPLE and shows[-1][1] is not None:  # one is what is asked here
            return
    seen = [(place, variant) for place, variant in shows if variant is not None]
    record_property("faults planted", len(shows))
    record_property("faults that make a key wrong", len(seen))
    assert seen or len(shows) < 3
    assert not [(place, variant) for place, variant in seen if variant >= SAMPLE]
