"""What every live thing of the workbook has in common: its script, its font, its static twin.

    class PageWidget(LiveWidget):
        _esm = code(script("page.js", style))
        def twin_bundle(self): ...

A live thing is two outputs of its cell, the widget and then its static twin, of which the stylesheet shows one.
"""

from __future__ import annotations

from pathlib import Path

import anywidget
import traitlets as t
from ipywidgets import Layout

from . import fonts

HERE = Path(__file__).parent


def code(text: str) -> t.Unicode:
    """The JavaScript of a live thing, as the trait that anywidget sends."""
    return t.Unicode(text).tag(sync=True)


class LiveWidget(anywidget.AnyWidget):
    """A widget that answers while a cell runs, sends the font when asked, and leaves a static twin behind."""

    last_output = None  # the handle of the static twin
    _anywidget_id = t.Unicode("autograder").tag(sync=True)
    _layout: Layout | None = None  # of all live things, which lay themselves out

    def __init__(self, **traits: object) -> None:
        if LiveWidget._layout is None or LiveWidget._layout.comm is None:
            LiveWidget._layout = Layout()
        super().__init__(layout=LiveWidget._layout, **traits)
        self.on_msg(self._send_fonts)

    def add_traits(self, **traits: object) -> None:
        """Only those that the class lacks: with anywidget's own each widget would be the one object of a new class."""
        lacking = {name: trait for name, trait in traits.items() if not self.has_trait(name)}
        if lacking:
            super().add_traits(**lacking)

    def open(self) -> None:
        """Connect to the browser. Messages stay on their own subshell, so that answers come while a cell runs."""
        super().open()
        # ipykernel 7.4 hands them to the thread that runs cells, for the sake of cells that wait for a widget.
        if hasattr(self.comm, "_reply_subshell_for"):
            self.comm._reply_subshell_for = lambda _data, subshell: subshell

    def twin_bundle(self) -> dict[str, str]:
        """The same as a static output, for when there is no browser or no kernel."""
        raise NotImplementedError

    def note(self) -> dict[str, object]:
        """Metadata for the static output: what the file should tell of it to whoever reads it as data."""
        return {}

    def _send_fonts(self, _widget: object, content: object, _buffers: object) -> None:
        if isinstance(content, dict) and content.get("want") == "fonts":
            self.send({"fonts": fonts.descriptors()}, buffers=fonts.buffers())

    def _ipython_display_(self, **_options: object) -> None:
        """Two outputs: the widget, then its static twin."""
        from IPython.display import display

        data, metadata = self._repr_mimebundle_()
        data.pop("text/plain", None)  # or exported pages print it above the twin
        display(data, metadata=metadata, raw=True)
        self.last_output = display(self.twin_bundle(), raw=True, display_id=True, metadata=self.note())
