"""Check by nudging: the network of every page is the page's own, and a small nudge gives what the key says."""

from __future__ import annotations

import pytest

from autograder.explorer import Desk
from autograder.explorers import load
from autograder.explorers.checking import case
from autograder.layout import exploring

PAGES = [
    *(f"cost/{name}" for name in ("whole-gradient", "per-example", "chain-of-factors", "cost-as-formula")),
    *(f"backpropagation/{name}" for name in (
        "whole-network", "weight-gradients", "weight-matrix", "bias-gradients", "first-layer", "first-matrix")),
    "equations/small-gradients", "equations/deep-gradients", "batching/backward-rows", "batching/backward-columns",
]  # fmt: skip
FEWEST = {"cost/whole-gradient": 3, "backpropagation/whole-network": 12, "equations/deep-gradients": 17,
          "batching/backward-rows": 9}  # fmt: skip


@pytest.mark.parametrize("slug", PAGES)
def test_a_small_nudge_gives_the_key_of_its_box(slug):
    """For every gradient box, over forty variants, nudging up and down finds the key."""
    for variant in range(40):
        asked = case(slug, variant)
        assert len(asked.boxes) >= FEWEST.get(slug, 1)
        for parameter, box in asked.boxes.items():
            ratio = (asked.cost(parameter, 1e-5) - asked.cost(parameter, -1e-5)) / 2e-5
            assert ratio == pytest.approx(float(box.key), rel=1e-4, abs=1e-6), (variant, parameter.name)


def test_the_nudge_shrinks_and_the_ratio_comes_near():
    """ΔC/ε for the first gradient of the 2–2–1 network goes to its key, which the explorer itself never says."""
    ratios = []
    for nudge in (1, 0.1, 0.01, 0.001):
        body = load("equations/check").draw({"ε": nudge}).body
        ratios.append(float(next(node for node in body if node.kind == "readings").parts[-1][1]))
    key = float(case("equations/small-gradients").boxes[next(iter(case("equations/small-gradients").boxes))].key)
    gaps = [abs(ratio - key) for ratio in ratios]
    assert gaps == sorted(gaps, reverse=True) and gaps[-1] < 1e-4


@pytest.mark.parametrize("typed, said", [
    ("", "Box 1 of the page is still empty"),
    ("-0.1", "you typed <b>-0.1</b>"),
    ("1 2", "cannot be read"),
    ("<script>", "cannot be read"),
])  # fmt: skip
def test_what_is_typed_stands_beside_the_ratio(typed, said):
    """As it was typed, whatever it is; an empty box asks to be filled first."""
    desk = Desk(0, lambda slug: {1: typed} if slug == "equations/small-gradients" else {})
    assert said in exploring.body(load("equations/check").draw({}, desk))


def test_the_numbers_are_those_of_the_student():
    """With numbers of one's own, the nudged network is that of one's own page."""
    own, plain = (exploring.body(load("equations/check").draw({}, Desk(variant))) for variant in (7, 0))
    assert own != plain


def test_only_weights_that_the_page_asks_for_can_be_picked():
    """The others stand on their edges too, but are no buttons."""
    shown = load("backpropagation/check").draw({})
    figure = next(node for node in shown.body if node.kind == "figure")
    tags = [mark for mark in figure.parts if mark.kind == "tag"]
    assert len(tags) == 17  # twelve weights and five biases
    assert sum(mark.options["pick"] is not None for mark in tags) == len(case("backpropagation/whole-network").boxes)
