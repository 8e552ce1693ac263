"""What every live thing of the workbook has in common: its script, its font, its static twin.

    class PageWidget(LiveWidget):
        _esm = code(script("page.js", style))
        def twin_bundle(self): ...

A live thing is two outputs of its cell, the widget and then its static twin, of which the stylesheet shows one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeAlias, cast

import anywidget
import traitlets as t
from ipywidgets import Layout  # pyright: ignore[reportMissingTypeStubs]  # ipywidgets comes without types

from . import fonts
from .scripts import script

HERE = Path(__file__).parent
REPLIES = "_reply_subshell_for"  # what ipykernel asks on which subshell to answer

Bundle: TypeAlias = dict[str, str]
"""Kind of text → the same thing in it, as a notebook keeps an output."""

Metadata: TypeAlias = dict[str, object]
Handler: TypeAlias = Callable[[Any, object, object], None]
"""Called with the widget, a message from the browser, and its buffers."""


class Handle(Protocol):
    """An output that stands in the notebook and can be drawn anew."""

    def update(self, bundle: Bundle, /, *, raw: bool, metadata: Metadata = ...) -> None:
        """Show this in its place."""
        ...


def message_in(content: object) -> Mapping[str, object]:
    """What came from a browser as a message: an empty one if it is none."""
    return cast("Mapping[str, object]", content) if isinstance(content, dict) else {}


SCRIPTS: dict[str, str] = {}  # name → the JavaScript of a live thing, in full


def _same_subshell(_data: object, subshell: object) -> object:
    return subshell


def code(text: str) -> t.Unicode[str, str | bytes]:
    """The JavaScript of a live thing, as the trait that anywidget sends: a few lines that ask for it once."""
    name = hashlib.sha256(text.encode()).hexdigest()[:16]
    SCRIPTS[name] = text
    return t.Unicode(f'const NAME = "{name}";\n{script("loader.js")}').tag(sync=True)


class LiveWidget(anywidget.AnyWidget):
    """A widget that answers while a cell runs, sends script and font when asked, and leaves a static twin behind."""

    last_output: Handle | None = None  # of the static twin
    _anywidget_id = t.Unicode("autograder.widgets.live").tag(sync=True)  # the server knows us by it
    _layout: Layout | None = None  # of all live things, which lay themselves out

    def __init__(self, **traits: object) -> None:
        if LiveWidget._layout is None or LiveWidget._layout.comm is None:
            LiveWidget._layout = Layout()
        super().__init__(layout=LiveWidget._layout, **traits)
        self.on_msg(self._send_wanted)

    def add_traits(self, **traits: object) -> None:
        """Only those that the class lacks: with anywidget's own each widget would be the one object of a new class."""
        lacking = {name: trait for name, trait in traits.items() if not self.has_trait(name)}
        if lacking:
            super().add_traits(**lacking)

    def open(self) -> None:
        """Connect to the browser. Messages stay on their own subshell, so that answers come while a cell runs."""
        super().open()
        # ipykernel 7.4 hands them to the thread that runs cells, for the sake of cells that wait for a widget.
        if hasattr(self.comm, REPLIES):
            setattr(self.comm, REPLIES, _same_subshell)

    def on_msg(self, callback: Handler, remove: bool = False) -> None:
        """Call this with every message from the browser."""
        super().on_msg(callback, remove)  # pyright: ignore[reportUnknownMemberType]  # ipywidgets names no types

    def send(self, content: Mapping[str, object], buffers: Sequence[bytes] | None = None) -> None:
        """Send a message to the browser."""
        super().send(content, buffers)  # pyright: ignore[reportUnknownMemberType]  # ipywidgets names no types

    def twin_bundle(self) -> Bundle:
        """The same as a static output, for when there is no browser or no kernel."""
        raise NotImplementedError

    def note(self) -> Metadata:
        """Metadata for the static output: what the file should tell of it to whoever reads it as data."""
        return {}

    def _send_wanted(self, _widget: object, content: object, _buffers: object) -> None:
        message = message_in(content)
        if message.get("want") == "fonts":
            self.send({"fonts": fonts.descriptors()}, buffers=fonts.buffers())
        elif message.get("want") == "code" and (text := SCRIPTS.get(str(message.get("name")))):
            self.send({"code": {"name": message["name"], "text": text}})

    def _ipython_display_(self, **_options: object) -> None:
        """Two outputs: the widget, then its static twin."""
        from IPython.display import display  # pyright: ignore[reportUnknownVariableType]  # IPython names few types

        view = cast("tuple[Bundle, Metadata]", self._repr_mimebundle_())  # pyright: ignore[reportUnknownMemberType]  # nor does anywidget
        data, metadata = view
        data.pop("text/plain", None)  # or exported pages print it above the twin
        display(data, metadata=metadata, raw=True)
        twin = display(self.twin_bundle(), raw=True, display_id=True, metadata=self.note())
        self.last_output = cast("Handle | None", twin)
