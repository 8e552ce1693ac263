"""A live explorer: `ExplorerWidget(explorer)` draws it anew whenever one of its controls is moved.

The traits below are the whole contract with explorer.js. The browser writes `values`, Python answers with `body` and
`controls`. A browser sends one change at a time and the newest next, so nothing is computed that nobody would see.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import traitlets as t

from ..explorer import Explorer
from ..layout import exploring, stylesheet
from .live import HERE, LiveWidget
from .scripts import script


class ExplorerWidget(LiveWidget):
    """One explorer in a notebook's output."""

    _esm = script("explorer.js")
    _css = stylesheet(*exploring.STYLE) + (HERE / "live.css").read_text(encoding="utf-8")

    # from Python
    heading = t.Unicode().tag(sync=True)
    controls = t.List().tag(sync=True)  # what each control is: autograder.explorer.Spec
    body = t.Unicode().tag(sync=True)  # what is drawn for `done`
    done = t.Int(0).tag(sync=True)  # the last change that is drawn

    # from the browser; not echoed back, which would double the traffic of dragging
    values = t.Dict().tag(sync=True, echo_update=False)  # control → value; none: the canonical one
    seq = t.Int(0).tag(sync=True, echo_update=False)  # number of the last change

    def __init__(self, explorer: Explorer) -> None:
        self.explorer = explorer
        super().__init__(heading=exploring.heading(explorer))
        self._draw()
        self.observe(self._moved, names=["values", "seq"])

    def _moved(self, change: Mapping[str, Any]) -> None:
        if change["name"] != "seq" or self.done != self.seq:  # a move changes both: draw it once
            self._draw()

    def _draw(self) -> None:
        drawn = self.explorer.draw(self.values)
        with self.hold_sync():
            self.controls = list(drawn.controls)
            self.body = exploring.body(drawn)
            self.done = self.seq

    def twin_bundle(self) -> dict[str, str]:
        """The still picture, for when there is no browser or no kernel."""
        return exploring.bundle(self.explorer)
