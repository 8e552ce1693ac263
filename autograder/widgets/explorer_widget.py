"""A live explorer: `ExplorerWidget(explorer)` draws it anew whenever one of its controls is moved.

The traits below are what explorer.js shows. It sends {values, seq} as a message, and Python answers by drawing: one
message each way. A browser has at most two changes under way and then sends the newest, so nothing is computed that
nobody would see. (Traits from the browser would wait for the kernel to be idle, and take twice as long.)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import traitlets as t

from ..authoring.explorer import Desk, Explorer
from ..render import explorers as exploring
from ..render.pages import stylesheet
from .live import HERE, Bundle, LiveWidget, code, message_in
from .scripts import script


class ExplorerWidget(LiveWidget):
    """One explorer in a notebook's output."""

    _esm = code(script("explorer.js", stylesheet(*exploring.STYLE) + (HERE / "live.css").read_text(encoding="utf-8")))

    slug = t.Unicode().tag(sync=True)
    heading = t.Unicode().tag(sync=True)
    controls = t.List(t.Dict()).tag(sync=True)  # what each control is: autograder.authoring.explorer.Spec
    body = t.Unicode().tag(sync=True)  # what is drawn for `done`
    values = t.Dict().tag(sync=True)  # control → value, as the browser sent it; none: the canonical one
    trouble = t.Unicode().tag(sync=True)  # why it could not be drawn
    done = t.Int(0).tag(sync=True)  # number of the last change that is drawn

    def __init__(self, explorer: Explorer, desk: Desk | None = None, start: dict[str, object] | None = None) -> None:
        self.explorer, self.desk = explorer, desk or Desk()
        self.reads: set[str] = set()  # the pages of which it shows what is typed
        super().__init__(slug=explorer.slug, heading=exploring.heading(explorer))
        self._draw(start or {}, 0)
        self.on_msg(self._moved)

    def _moved(self, _widget: object, content: object, _buffers: object) -> None:
        message = message_in(content)
        values, seq = message.get("values"), message.get("seq")
        if isinstance(values, dict) and isinstance(seq, int) and not isinstance(seq, bool):
            self._draw(cast("dict[str, object]", values), seq)

    def _typed(self, slug: str) -> Mapping[int, str]:
        self.reads.add(slug)
        return self.desk.typed(slug)

    def again(self) -> None:
        """Draw once more, for something around it has changed."""
        self._draw(self.values, self.done)

    def _draw(self, values: dict[str, object], seq: int) -> None:
        with self.hold_sync():
            try:
                drawn = self.explorer.draw(values, self.desk._replace(typed=self._typed))
                self.controls, self.body = list(drawn.controls), exploring.body(drawn)
                self.trouble = ""
            except Exception as error:  # noqa: BLE001  an answer must come, or the browser would wait for it
                self.trouble = f"This cannot be drawn ({type(error).__name__}: {error}). Press Start again."
            self.values, self.done = values, seq

    def twin_bundle(self) -> Bundle:
        """The still picture, for when there is no browser or no kernel."""
        return exploring.bundle(self.explorer)
