"""Questions that come back: the value, the usual slip, and what the author adds."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.authoring import ask
from autograder.authoring.page import page
from autograder.engine.expressions import Name
from autograder.layout import eq

WORDS = {"hint": "Which?", "how": "So."}
A, B = np.array([6.0, 4.0]), np.array([3.0, 8.0])


def boxes(question, *values, **options):
    """The boxes that a question declares, and the slips of each."""

    @page("Asked", row="0")
    def asked(given, box):
        return eq(question(box, *values, "x", **options))

    found = asked.sheet().boxes
    return [box.key for box in found], [dict(box.mistakes) for box in found], found[0]


@pytest.mark.parametrize("question, keys, codes, slips", [
    (ask.change, [3, -4], "subtracted_backwards", [-3, 4]),
    (ask.product, [18, 32], "added_not_multiplied", [9, 12]),
    (ask.ratio, [2, 0.5], "upside_down multiplied_not_divided", [0.5, 2]),
    (ask.outer, [18, 48, 12, 32], "other_row", [12, 32, 18, 48]),
])  # fmt: skip
def test_a_question_knows_its_usual_slips(question, keys, codes, slips):
    """And keeps the one that the author adds behind them; `slips` are the numbers of the first."""
    found, mistakes, _ = boxes(question, A, B, **WORDS, slips={"doubled": 1000})
    assert found == keys
    assert [list(each) for each in mistakes] == [[*codes.split(), "doubled"]] * len(keys)
    assert [each[codes.split()[0]] for each in mistakes] == slips


def test_an_error_brings_its_words():
    """A hint and a sentence, which the author may replace."""
    keys, mistakes, box = boxes(ask.error, A, B)
    assert keys == [3, -4] and [each["target_minus_prediction"] for each in mistakes] == [-3, 4]
    assert (box.hint, box.how) == ("Which comes first, prediction or target?", "Prediction minus target.")
    *_, other = boxes(ask.error, A, B, hint="And here?", how="So.")
    assert (other.hint, other.how) == ("And here?", "So.")


def test_the_slope_of_a_sigmoid_comes_from_its_value():
    """A number or a formula."""
    assert boxes(ask.sigmoid_slope, 0.25)[0] == [3 / 16]
    a = Name("a")
    assert str(boxes(ask.sigmoid_slope, a, names="a")[0][0]) == str(a * (1 - a))


def test_the_gradient_of_a_bias_is_the_error():
    """Options go through to the box."""
    keys, _, box = boxes(ask.bias_gradient, B, how="So.", gradient_of="b1")
    assert keys == [3, 8] and box.gradient_of == ("b1", (0,))
