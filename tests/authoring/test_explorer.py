"""What an author writes an explorer with: controls, values from a browser, mistakes that are named."""

from __future__ import annotations

import pytest

from autograder.authoring.explorer import Controls, ExplorerError, explorer
from autograder.layout import readings


def controls(**values):
    return Controls("gradients/test", values)


@pytest.mark.parametrize("given, used", [(1.5, 1.5), (99, 4), (-99, -4), (1.4999, 1.5), (1.53, 1.5), (None, 2),
                                         ("3", 2), (float("nan"), 2), (float("inf"), 2), (True, 2)])  # fmt: skip
def test_a_slider_moves_what_it_is_given_into_its_range(given, used):
    """Out of range is the end of the range, between steps the nearest step, nonsense the canonical value."""
    assert controls(W=given).slider("W", 2, low=-4, high=4, step=0.5) == used


@pytest.mark.parametrize("given, used", [([1, 2], (1, 2)), ([9, -9], (3, -3)), ("ab", (0, 0)), ([1], (0, 0)),
                                         ([1, "x"], (1, 0)), ({"x": 1}, (0, 0)), (None, (0, 0))])  # fmt: skip
def test_a_dragged_point_stays_within_its_ranges(given, used):
    """Each coordinate by itself."""
    assert controls(p=given).drag("p", (0, 0), x=(-3, 3), y=(-3, 3)) == used


def test_what_is_not_on_offer_is_the_canonical_value():
    """Choices, scales, switches, steps and texts take nothing else."""
    wrong = controls(f="rm", s=0.7, on="yes", k=2.6, t=5)
    assert wrong.choice("f", ("a", "b"), "b") == "b"
    assert wrong.scale("s", 1, (0.1, 1)) == 1
    assert wrong.switch("on") is False
    assert wrong.steps("k", 7) == 3
    assert wrong.text("t", "2-3-2") == "2-3-2"
    right = controls(f="a", s=0.1, on=True, k=99, t="x" * 900)
    assert right.choice("f", ("a", "b"), "b") == "a"
    assert right.scale("s", 1, (0.1, 1)) == 0.1
    assert right.switch("on") is True
    assert right.steps("k", 7) == 7
    assert len(right.text("t", "")) == 200


def test_a_control_says_what_it_used():
    """The browser is told the value that was computed with, not the one that it sent."""

    @explorer("One", beside="gradients/one-weight")
    def one(control):
        """Move it."""
        return readings(("W", control.slider("W", 2, low=-4, high=4)))

    drawn = one.draw({"W": 77, "unknown": 3})
    assert drawn.values == {"W": 4}
    assert drawn.controls[0]["label"] == "<i>W</i>"
    assert one.draw().values == {"W": 2}


def test_an_authors_mistake_is_named():
    """No docstring, two controls of one name, a start out of range, something that cannot be drawn."""
    with pytest.raises(ExplorerError, match="no docstring"):
        explorer("x", beside="y")(lambda control: None)
    with pytest.raises(ExplorerError, match="two controls called W"):
        again = controls()
        again.slider("W", 0, low=-1, high=1)
        again.slider("W", 0, low=-1, high=1)
    with pytest.raises(ExplorerError, match="outside -1 to 1"):
        controls().slider("W", 2, low=-1, high=1)
    with pytest.raises(ExplorerError, match="not among"):
        controls().scale("s", 3, (1, 2))
    with pytest.raises(ExplorerError, match="not among"):
        controls().choice("s", ("a",), "b")

    @explorer("One", beside="gradients/one-weight")
    def one(control):
        """Move it."""
        return "a text"

    with pytest.raises(ExplorerError, match="return those"):
        one.draw()
