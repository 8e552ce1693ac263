"""The Python half of a live explorer: what it answers to what a browser sends."""

from __future__ import annotations

from autograder.authoring.explorer import explorer
from autograder.explorers import load
from autograder.layout import readings
from autograder.widgets.explorer_widget import ExplorerWidget


def send(widget: ExplorerWidget, content: object) -> None:
    widget._handle_custom_msg(content, [])


def test_moving_a_control_draws_anew():
    """One message in; controls, body and the number of the change out."""
    widget = ExplorerWidget(load("gradients/nudge"))
    before = widget.body
    send(widget, {"values": {"X": 3}, "seq": 4})
    assert widget.done == 4
    assert widget.body != before and '<span class="wb-m">3</span></span></p>' in widget.body
    assert {spec["name"]: spec["value"] for spec in widget.controls} == {"W": 1, "X": 3, "ΔW": 1}


def test_nonsense_from_a_browser_changes_nothing():
    """Whatever else arrives is left lying."""
    widget = ExplorerWidget(load("gradients/nudge"))
    before = widget.body
    for content in (None, "values", {}, {"values": 3, "seq": 1}, {"values": {}, "seq": "1"}, {"seq": 1}):
        send(widget, content)
    assert (widget.body, widget.done) == (before, 0)
    send(widget, {"values": {"X": "<script>"}, "seq": 1})
    assert "<script>" not in widget.body and widget.body == before


def test_an_explorer_that_stumbles_says_so_and_goes_on():
    """The browser gets an answer all the same, and the next one is drawn."""

    @explorer("One", beside="gradients/one-weight")
    def one(control):
        """Move it."""
        return readings(("1/W", 1 / control.slider("W", 1, low=-1, high=1)))

    widget = ExplorerWidget(one)
    send(widget, {"values": {"W": 0}, "seq": 1})
    assert widget.done == 1 and "Start again" in widget.trouble
    send(widget, {"values": {}, "seq": 2})
    assert widget.done == 2 and widget.trouble == ""


def test_the_font_comes_on_request(monkeypatch):
    """As for pages."""
    widget = ExplorerWidget(load("gradients/nudge"))
    sent = []
    monkeypatch.setattr(ExplorerWidget, "send", lambda self, content, buffers=None: sent.append(content))
    send(widget, {"want": "fonts"})
    assert "fonts" in sent[0]
