"""Watch a long training: a progress bar and the curve of the cost, drawn anew while it runs.

    watch = live_curve(passes=60, label="cost")
    watch(0.83)                              after each pass

The picture is an ordinary output of the cell. It needs no widget and no pyplot, is saved with the notebook as it last
stood, and reads as text where pictures are not shown.
"""

from __future__ import annotations

import io
import re
import time
from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING, Any, cast
from zlib import crc32

if TYPE_CHECKING:
    from .live import Handle

EVERY = 0.2  # seconds between two drawings; the last state is always drawn
INK = "#123456"  # stands for the ink of the page until the drawing is done
SIZE = (6.4, 2.6)  # inches


class LiveCurve:
    """Takes the cost of each pass and shows all of them. A cost must be a number."""

    def __init__(self, passes: int, label: str = "cost", clock: Callable[[], float] = time.monotonic) -> None:
        _check(passes)
        self.passes, self.label = passes, label
        self.costs: list[float] = []
        self.clock, self.time = clock, -EVERY
        self.drawn = 0  # how many passes are in the picture
        self.handle: Handle | None = None

    def __call__(self, cost: float) -> None:
        """Note the cost of one more pass, and draw if it is time."""
        self.costs.append(float(cost))
        now = self.clock()
        if len(self.costs) >= self.passes or now - self.time >= EVERY:
            self.draw()
            self.time = now

    def draw(self) -> None:
        """Show the state of things: the first time as a new output, then in its place."""
        from IPython import get_ipython
        from IPython.display import display  # pyright: ignore[reportUnknownVariableType]  # IPython names few types

        self.drawn = len(self.costs)
        bundle = {"text/html": self.html(), "text/plain": self.text()}
        if self.handle is not None:
            self.handle.update(bundle, raw=True)
            return
        self.handle = cast("Handle | None", display(bundle, raw=True, display_id=True))
        if shell := get_ipython():  # a training may end before the passes that were announced, or be interrupted
            shell.events.register("post_execute", self.finish)

    def finish(self) -> None:
        """At the end of a cell: draw the passes that came too fast to be drawn."""
        if self.drawn < len(self.costs):
            self.draw()

    def text(self) -> str:
        """One line: "pass 12 of 60, cost 0.214"."""
        last = f", {self.label} {self.costs[-1]:.4g}" if self.costs else ""
        return f"pass {len(self.costs)} of {max(self.passes, len(self.costs))}{last}"

    def html(self) -> str:
        """A progress bar, the line of text, and the curve."""
        most = max(self.passes, len(self.costs))
        bar = f'<progress max="{most}" value="{len(self.costs)}" style="width: 100%"></progress>'
        line = f'<div style="font-variant-numeric: tabular-nums">{escape(self.text())}</div>'
        return f'<div style="max-width: {SIZE[0] * 96:.0f}px">{bar}{line}{self.svg()}</div>'

    def svg(self) -> str:
        """The curve, in the ink of the page it stands on, so that it is seen on dark ones too."""
        try:
            from matplotlib import rc_context  # pyright: ignore[reportUnknownVariableType]  # a long list of settings
            from matplotlib.figure import Figure
        except ImportError:  # in a browser: the bar and the line of text have to do
            return ""

        svg = io.StringIO()
        with rc_context({"svg.hashsalt": "workbook", "svg.fonttype": "none", "font.family": "sans-serif"}):
            figure: Any = Figure(figsize=SIZE, layout="constrained")  # Matplotlib leaves out half of its types
            axes: Any = figure.add_subplot()
            axes.plot(range(1, len(self.costs) + 1), self.costs, color=INK, linewidth=1.6)
            axes.set(xlim=(1, max(self.passes, len(self.costs), 2)), xlabel="pass", ylabel=self.label)
            axes.margins(y=0.08)
            axes.xaxis.get_major_locator().set_params(integer=True)
            axes.spines[["top", "right"]].set_visible(False)
            for part in (axes.xaxis.label, axes.yaxis.label, *axes.spines.values()):
                part.set_color(INK)
            axes.tick_params(colors=INK)
            figure.savefig(svg, format="svg", transparent=True, metadata={"Date": None})
        return _inline(svg.getvalue())


def _check(passes: object) -> None:
    if not isinstance(passes, int) or passes < 1:
        raise ValueError(f"passes is {passes!r}; it must be a whole number, at least 1")


def live_curve(passes: int, label: str = "cost") -> LiveCurve:
    """A progress bar and a curve for a training of so many passes: call what comes back with the cost of each pass."""
    return LiveCurve(passes, label)


def _inline(svg: str) -> str:
    """An SVG file made part of a page: no header, ids of its own, colours that follow the theme."""
    svg = svg[svg.index("<svg") :].replace(INK, "currentColor")
    own = f"curve{crc32(svg.encode())}-"
    svg = re.sub(r'\b(id="|href="#|url\(#)', lambda match: match[1] + own, svg)
    return svg.replace("<svg ", '<svg style="width: 100%; height: auto" ', 1)
