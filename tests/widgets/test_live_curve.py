"""The progress bar and the curve of a long training."""

import xml.etree.ElementTree as tree

import pytest
from IPython.core.interactiveshell import InteractiveShell

from autograder.notebook import live_curve
from autograder.widgets.live_curve import EVERY, LiveCurve


@pytest.fixture
def shown(monkeypatch):
    """What is displayed, in order: (kind, bundle)."""
    shell, seen = InteractiveShell.instance(), []

    def publish(data, metadata=None, *, transient=None, update=False, **more):
        seen.append(("update" if update else "new", data))

    monkeypatch.setattr(shell.display_pub, "publish", publish)
    yield seen
    InteractiveShell.clear_instance()


def curve(costs, passes=60):
    made = LiveCurve(passes)
    made.costs = list(costs)
    return made


def test_a_pass_is_shown_at_once_and_the_last_one_always(shown):
    """The first and the last pass are drawn; those in between only when it is time. One output, then updates of it."""
    now = [0.0]
    watch = LiveCurve(5, clock=lambda: now[0])
    for cost, seconds in ((4, 0), (3, EVERY / 2), (2, EVERY), (1, EVERY / 10), (0.5, EVERY / 10)):
        now[0] += seconds
        watch(cost)
    assert [kind for kind, _ in shown] == ["new", "update", "update"]
    InteractiveShell.instance().events.trigger("post_execute")
    assert len(shown) == 3
    assert [data["text/plain"] for _, data in shown] == [
        "pass 1 of 5, cost 4", "pass 3 of 5, cost 2", "pass 5 of 5, cost 0.5"]  # fmt: skip


def test_a_training_that_ends_early_is_drawn_to_its_end(shown):
    """What came too fast to be drawn is drawn when the cell ends."""
    watch = LiveCurve(60, clock=lambda: 0.0)
    for cost in (3, 2, 1):
        watch(cost)
    InteractiveShell.instance().events.trigger("post_execute")
    assert [data["text/plain"] for _, data in shown] == ["pass 1 of 60, cost 3", "pass 3 of 60, cost 1"]


def test_more_passes_than_announced_are_no_harm(shown):
    """The bar grows with them."""
    watch = LiveCurve(1, clock=lambda: 0.0)
    for cost in (3, 2):
        watch(cost)
    assert shown[-1][1]["text/plain"] == "pass 2 of 2, cost 2"


def test_the_curve_holds_every_cost():
    """A line has as many corners as there are costs, and takes its colour from the page."""
    svg = tree.fromstring(curve([3, 2, 1.5, 1]).svg())
    lines = [path.get("d") for path in svg.iter("{http://www.w3.org/2000/svg}path") if path.get("clip-path")]
    assert len(lines) == 1 and lines[0].count("L") == 3
    assert "currentColor" in curve([3, 2]).svg() and "#123456" not in curve([3, 2]).svg()


@pytest.mark.parametrize("costs", [[], [1.0], [float("nan")], [float("inf"), 1.0], [1e300, 1e-300], [-1.0, 5]])
def test_any_costs_can_be_drawn(costs):
    """A cost that grew beyond all bounds is no reason to stop."""
    assert curve(costs).html().count("<svg") == 1


def test_two_curves_do_not_share_ids():
    """Two pictures in one notebook do not disturb each other."""

    def ids(svg):
        return {part.get("id") for part in tree.fromstring(svg).iter() if part.get("id")}

    assert not ids(curve([1, 2]).svg()) & ids(curve([2, 1]).svg())


def test_a_label_cannot_bring_in_html():
    """A label is text."""
    made = LiveCurve(3, "<b>x</b>")
    made.costs = [1.0]
    assert "<b>" not in made.html()


@pytest.mark.parametrize("passes", [0, -1, 2.5, None])
def test_a_wrong_number_of_passes_is_answered(passes):
    """The message says what to give."""
    with pytest.raises(ValueError, match="at least 1"):
        live_curve(passes)
