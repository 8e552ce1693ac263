"""Check by nudging: what each page computes is the page's own, and a small nudge gives what its key says."""

from __future__ import annotations

import re

import pytest

from autograder import pages
from autograder.authoring.explorer import Desk, ExplorerError
from autograder.explorers import load
from autograder.explorers.checking import checker, opened_at
from autograder.explorers.checks import checks
from autograder.explorers.nudged import PAGES
from autograder.render import explorers as exploring

CHAPTERS = ("cost", "backpropagation", "equations", "batching", "convolution", "attention")
ELSEWHERE = {
    "cost/unrolled", "cost/one-step", "backpropagation/local-blank", "backpropagation/upstream-blank",
    "batching/bias-update-backwards",  # these print the gradient, or what it was made of, and no cost to nudge
    "equations/every-node",  # nudges by hand
    "backpropagation/find-the-bug", "batching/find-the-bug", "equations/find-the-bug",
    "attention/find-the-bug",  # these print numbers that are wrong
    "equations/in-letters", "equations/two-languages",  # begin with what came back, and print no cost to nudge
    "convolution/find-the-bug",  # prints numbers that are wrong
    "convolution/picture-back",  # is about a picture, which is not drawn as a network
    "batching/forward-columns", "batching/forward-rows",  # errors of single examples, of whose costs C is the mean
}  # fmt: skip
GRADIENT = re.compile(r"∂[Clf]/∂.*|∇.*|d‑(weights|biases)|δ(\^.*|_\d)?")
LOCAL = {"∂f/∂(x, y)", "∂f/∂x_2", "∂f/∂z"}  # of a node, not of the cost


def small(check, quantity, nudge: float = 1e-5) -> set[float]:
    """The ratio for a small nudge up, down, and both ways; where there is a kink they differ."""
    up, down = (check.computation.rise(quantity, way) / way for way in (nudge, -nudge))
    return {up, down, (up + down) / 2}


@pytest.mark.parametrize("slug", PAGES)
def test_a_small_nudge_gives_the_key_of_its_box(slug):
    """For every gradient box, over twenty variants, nudging finds the key."""
    for variant in range(20):
        for check in checks(slug, variant):
            assert check.boxes
            for quantity, box in check.boxes.items():
                near = [ratio == pytest.approx(float(box.key), rel=1e-4, abs=1e-4) for ratio in small(check, quantity)]
                assert any(near), (variant, check.computation.called(quantity), box.label)


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_page_with_gradient_boxes_can_be_checked(chapter):
    """Every page that asks for the gradient of a cost in numbers, but for the few listed above with their reason."""
    asking = {slug for slug in pages.catalogue() if slug.startswith(f"{chapter}/")
              for box in pages.load(slug).sheet().boxes
              if box.kind == "number" and GRADIENT.fullmatch(box.name) and box.name not in LOCAL}  # fmt: skip
    assert {slug for slug in asking if checker(slug) is None} == {slug for slug in ELSEWHERE if slug in asking}
    assert asking


def test_a_gradient_of_something_else_is_refused(monkeypatch):
    """A box that names an array which the page's computation does not have: the message says which it has."""
    slug = "cost/on-the-edges"
    monkeypatch.setitem(PAGES, slug, lambda givens: PAGES["equations/nudge-z"]({"z": 3, "y": 1}))
    checks.cache_clear()
    with pytest.raises(ExplorerError, match=r"on-the-edges: box 2 has gradient_of='W1'; its computation has z, C"):
        checks(slug)
    checks.cache_clear()


def test_boxes_are_named_apart():
    """No two numbers of one drawing have the same name, or a reader could choose only one of them."""
    for slug in PAGES:
        for check in checks(slug):
            names = [check.computation.called(quantity) for quantity in check.boxes]
            assert len(set(names)) == len(names), slug


def ratio(body) -> str:
    """What is printed for ΔC/ε."""
    return next(node for node in body if node.kind == "readings").parts[-1][1]


def test_the_nudge_shrinks_and_the_ratio_comes_near():
    """ΔC/ε for the first gradient of the 2–2–1 network goes to its key."""
    check = checks("equations/small-gradients")[0]
    key = float(next(iter(check.boxes.values())).key)
    desk = Desk(0, lambda slug: {1: "-0.1"})
    ratios = [float(ratio(load("equations/check").draw({"ε": nudge}, desk).body)) for nudge in (1, 0.1, 0.01, 0.001)]
    gaps = [abs(each - key) for each in ratios]
    assert gaps == sorted(gaps, reverse=True) and gaps[-1] < 1e-4


@pytest.mark.parametrize("typed, said", [
    ("", "Box 1 of the page is still empty"),
    ("-0.1", "you typed <b>-0.1</b>. The ratio is 0.01 away from it"),
    ("1 2", "cannot be read"),
    ("<script>", "cannot be read"),
])  # fmt: skip
def test_what_is_typed_stands_beside_the_ratio(typed, said):
    """As it was typed, whatever it is; until a number is typed there is no ratio, for it would give the answer."""
    desk = Desk(0, lambda slug: {1: typed} if slug == "equations/small-gradients" else {})
    drawn = load("equations/check").draw({}, desk)
    assert said in exploring.body(drawn)
    assert (ratio(drawn.body) == "…") == (typed != "-0.1")


def test_marks_that_are_held_back_stay_so():
    """Then neither the ratio nor what was typed is shown, for the one tells of the other."""
    shown = load("equations/check").draw({}, Desk(0, lambda slug: {1: "-0.1"}, frank=False))
    assert ratio(shown.body) == "…"
    assert "held back" in exploring.body(shown) and "-0.1<" not in exploring.body(shown)


def test_the_numbers_are_those_of_the_student():
    """With numbers of one's own, the nudged network is that of one's own page."""
    own, plain = (exploring.body(load("equations/check").draw({}, Desk(variant))) for variant in (7, 0))
    assert own != plain


@pytest.mark.parametrize("slug", PAGES)
def test_only_what_the_page_asks_for_can_be_picked(slug):
    """Each of it once, by its name; all else that is printed is no button."""
    explorer, desk = checker(slug), Desk()
    for part in checks(slug):
        values = opened_at(slug, 0, next(iter(part.boxes.values())).number)
        figure = next(node for node in explorer.draw(values, desk).body if node.kind == "figure")
        picks = [mark.options["pick"][1] for mark in figure.parts if mark.options.get("pick")]
        assert set(picks) == {part.computation.called(quantity) for quantity in part.boxes}


def test_a_check_opens_at_the_box_that_was_typed_in():
    """Box 10 of the page on one product belongs to its second network; a box without a gradient to none."""
    assert opened_at("batching/weights-in-one-product", 0, 10) == {"boxes": "10 to 12", "nudged": "w_{12}"}
    assert opened_at("equations/small-gradients", 0, 6) == {"nudged": "w^{(1)}_{11}"}
    assert opened_at("batching/weights-in-one-product", 0, 1) == {}


def test_numbers_are_called_as_on_their_page():
    """Chapter 7 counts weights by the node that they leave, and biases through the whole network."""
    assert opened_at("backpropagation/bias-gradients", 0, 2) == {"nudged": "b_4"}
    weights = checks("backpropagation/weight-gradients")[0]
    assert [weights.computation.called(quantity) for quantity in weights.boxes] == [
        "w_7", "w_9", "w_{11}", "w_8", "w_{10}", "w_{12}"]  # fmt: skip


def test_pages_without_gradients_have_no_check():
    """Chapter 1 is about nudging itself; a page of shapes has nothing to nudge."""
    assert checker("gradients/one-weight") is None and checker("equations/ledger") is None
