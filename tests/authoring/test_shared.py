"""Pages that speak of the same network have the same network, for every student."""

import pytest

from autograder.authoring.page import SHARING, Attempt, Page, PageError, Run, page
from autograder.layout import eq, step


def weights(given):
    """Two weights, not equal."""
    one, other = given("w_1", 2), given("w_2", 3)
    given.require(one != other)
    return one, other


def forward(given, box):
    one, other = given.shared(weights)
    x = given("x", 4)
    z = box(one * x + other, "z", "What comes in?", how="The weighted sum.", slips={"term_left_out": one * x})
    return step("Add.", eq("z", "=", z))


def backward(given, box):
    one, other = given.shared(weights)
    given.require(one > other or (one, other) == (2, 3), "this page wants the first to be larger")
    gap = box(
        one - other, "the difference", "Which is larger?", how="First minus second.", slips={"wrong_sign": other - one}
    )
    return step("Compare.", eq("d", "=", gap))


@pytest.fixture
def pair():
    """Two pages of one chapter with the same weights."""
    made = [page(name, row="0.1", shares=weights)(function) for name, function in (("F", forward), ("B", backward))]
    yield made
    del SHARING[weights]


def test_pages_share_their_numbers(pair):
    """Both pages have the same weights in every variant, and other ones in another variant."""
    seen = set()
    for variant in range(40):
        one, other = (each.sheet(variant).givens for each in pair)
        assert (one["w_1"], one["w_2"]) == (other["w_1"], other["w_2"])
        seen.add((one["w_1"], one["w_2"]))
    assert len(seen) > 10 and pair[0].sheet(3).givens["x"] != pair[0].sheet(4).givens["x"] or len(seen) > 20


def test_what_one_page_refuses_no_page_gets(pair):
    """The shared numbers suit every page that has them."""
    for variant in range(1, 40):
        givens = pair[0].sheet(variant).givens
        assert givens["w_1"] > givens["w_2"] or (givens["w_1"], givens["w_2"]) == (2, 3)


def test_following_a_slip_keeps_the_shared_numbers(pair):
    """A page that is computed on with a student's answer has the numbers it had."""
    sheet = pair[0].sheet(7)
    run = sheet.follow({1: 5.0})
    assert run.numbers["w_1"] == sheet.givens["w_1"] and run.numbers["x"] == sheet.givens["x"]


def test_a_page_must_say_what_it_shares():
    """A page that does not declare what it shares is told how."""
    loose = page("Loose", row="0.1")(forward)
    assert isinstance(loose, Page)
    with pytest.raises(PageError, match="shares=weights"):
        Run(loose, 0, Attempt()).given.shared(weights)
    with pytest.raises(PageError, match="shares=weights"):
        loose.sheet()
