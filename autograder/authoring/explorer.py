"""Write an explorer: an ordinary function that declares its controls, computes, and says what to draw.

    @explorer("Nudge a weight", beside="gradients/one-weight")
    def nudge(control):
        \"""Drag W. What does the ratio do?\"""
        w = control.slider("W", 2, low=-4, high=4)
        return figure(curve(...), handle("W", (w, 2 * w), along="x"), ...), readings(("Z", 2 * w))

The docstring is the sentence under the title. Run with the canonical values the function gives the still picture; run
again with what a reader has set it gives the next one. Controls may depend on each other: one that is declared only for
some values is shown only then. What comes from a browser is never trusted: out of range is moved into it, nonsense is
the canonical value.

`beside` names the page after which the explorer stands, `rows` the rows of the curriculum that it covers.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from numbers import Real
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, TypedDict, TypeGuard, TypeVar, cast

from ..errors import WorkbookError
from ..layout import Node
from ..layout.typeset import caption, unmarked
from . import slugs

if TYPE_CHECKING:
    from typing import Unpack

MAX_TEXT = 200  # characters of a text that a reader types

Setting: TypeAlias = "float | str | bool | tuple[float, float]"
"""The value of a control."""

Set = TypeVar("Set", bound=Setting)
Draws: TypeAlias = "Callable[[Controls], object]"
"""An author's function. What it returns is looked at when it is drawn."""


class Option(TypedDict):
    """One of a choice: its value, and its name as HTML."""

    value: str
    label: str


class Details(TypedDict, total=False):
    """What a control needs of its kind."""

    low: float
    high: float
    step: float
    values: list[float]
    options: list[Option]
    play: int
    each: int
    x: list[float]
    y: list[float]


class Spec(Details):
    """A control as the browser gets it."""

    kind: str
    name: str
    value: Setting
    label: str
    spoken: str


class ExplorerError(WorkbookError):
    """An explorer is written wrongly. The message names it and says what to change."""


class Drawn(NamedTuple):
    """What an explorer shows for some values of its controls."""

    controls: tuple[Spec, ...]
    body: tuple[Node, ...]

    @property
    def values(self) -> dict[str, Setting]:
        """Control → its value, as it was used."""
        return {spec["name"]: spec["value"] for spec in self.controls}


def _nothing_typed(slug: str) -> Mapping[int, str]:
    return {}


class Desk(NamedTuple):
    """What an explorer may see of the notebook around it: whose numbers are shown, and what is typed on a page."""

    variant: int = 0
    typed: Callable[[str], Mapping[int, str]] = _nothing_typed  # page → box → text
    frank: bool = True  # whether what is typed may be compared with anything, or marks are held back


@dataclass(frozen=True)
class Explorer:
    """One explorer of the workbook."""

    slug: str
    title: str
    about: str
    draws: Draws
    beside: str
    rows: tuple[str, ...] = ()
    points = 0  # nothing is answered here

    @property
    def chapter(self) -> str:
        """The module of its chapter: gradients."""
        return slugs.chapter_of(self.slug)

    def draw(self, values: Mapping[str, object] | None = None, desk: Desk | None = None) -> Drawn:
        """Compute and draw for these values of its controls; those missing have their canonical value."""
        control = Controls(self.slug, values or {}, desk)
        made = self.draws(control)
        several = isinstance(made, tuple) and not isinstance(made, Node)
        parts = cast("tuple[object, ...]", made if several else (made,))
        body = tuple(part for part in parts if isinstance(part, Node))
        if len(body) < len(parts):
            raise ExplorerError(f"{self.slug} returns something else than figure, readings, say …: return those")
        return Drawn(tuple(control.specs.values()), body)


def explorer(title: str, *, beside: str, rows: str | Sequence[str] = ()) -> Callable[[Draws], Explorer]:
    """Make the function an explorer called <its chapter's module>/<its name with hyphens>."""

    def decorate(function: Draws) -> Explorer:
        slug = slugs.slug(slugs.chapter_in(function.__module__), function.__name__)
        about = " ".join((inspect.getdoc(function) or "").split())
        if not about:
            raise ExplorerError(f"{slug} has no docstring: say in a sentence or two what to try")
        return Explorer(slug, title, about, function, beside, (rows,) if isinstance(rows, str) else tuple(rows))

    return decorate


class Controls:
    """What an explorer's function declares its controls with. Each method gives the control's present value.

    name    how the control is called in the figure's formulas and by `handle`; also its label unless `label` is given
    spoken  how a screen reader says it; the name unless given
    """

    def __init__(self, slug: str, values: Mapping[str, object], desk: Desk | None = None) -> None:
        self.slug, self.given = slug, values
        self.specs: dict[str, Spec] = {}
        self._desk = desk or Desk()

    @property
    def variant(self) -> int:
        """Which numbers the pages of this notebook show."""
        return self._desk.variant

    def typed(self, slug: str) -> Mapping[int, str]:
        """What stands in the boxes of a page just now, box → text. It is shown, never changed."""
        return self._desk.typed(slug)

    @property
    def frank(self) -> bool:
        """Whether what is typed may be compared with anything."""
        return self._desk.frank

    def slider(
        self, name: str, start: float, *, low: float, high: float, step: float = 0.1, label: str = "", spoken: str = "",
    ) -> float:  # fmt: skip
        """A number between low and high."""
        self._within(name, start, (low, high))
        value = _stepped(self.given.get(name), (low, high), step, start)
        return self._add("slider", name, value, label, spoken, low=low, high=high, step=step)

    def scale(self, name: str, start: float, values: Sequence[float], *, label: str = "", spoken: str = "") -> float:
        """One of the numbers listed, on a slider: for learning rates and the like, which grow by factors."""
        if start not in values:
            raise ExplorerError(f"{self.slug}: {name} starts at {start}, which is not among its values")
        given = self.given.get(name)
        value = given if _number(given) and given in values else start
        return self._add("scale", name, value, label, spoken, values=list(values))

    def choice(self, name: str, options: Sequence[str], start: str = "", *, label: str = "", spoken: str = "") -> str:
        """One of the options, which are formulas or words; the first unless `start` is given."""
        given = self.given.get(name)
        value = given if isinstance(given, str) and given in options else start or options[0]
        if value not in options:
            raise ExplorerError(f"{self.slug}: {name} starts at {start!r}, which is not among its options")
        listed: list[Option] = [{"value": option, "label": caption(option)} for option in options]
        return self._add("choice", name, value, label, spoken, options=listed)

    def switch(self, name: str, start: bool = False, *, label: str = "", spoken: str = "") -> bool:
        """On or off."""
        given = self.given.get(name)
        return self._add("switch", name, given if isinstance(given, bool) else start, label, spoken)

    def steps(
        self, name: str, last: int, start: int = 0, *, label: str = "", spoken: str = "", play: int = 0, each: int = 1,
    ) -> int:  # fmt: skip
        """A whole number from 0 to `last`, with buttons for one step back and forth; `play` adds one that goes on by
        itself, a step every so many milliseconds. It is shown times `each`, what one of the steps stands for."""
        value = int(_stepped(self.given.get(name), (0, last), 1, start))
        return self._add("steps", name, value, label, spoken, low=0, high=last, step=1, play=play, each=each)

    def text(self, name: str, start: str, *, label: str = "", spoken: str = "") -> str:
        """What a reader types. It is data to be read, never code to be run."""
        given = self.given.get(name)
        return self._add("text", name, given[:MAX_TEXT] if isinstance(given, str) else start, label, spoken)

    def drag(
        self, name: str, start: tuple[float, float], *, x: tuple[float, float], y: tuple[float, float],
        step: float = 0.1, spoken: str = "",
    ) -> tuple[float, float]:  # fmt: skip
        """A point that is dragged in a figure: draw `handle(name, point)` there."""
        self._within(name, start[0], x)
        self._within(name, start[1], y)
        given = self.given.get(name)
        pair = cast("Sequence[object]", given) if isinstance(given, (list, tuple)) else start
        across, up = pair if len(pair) == 2 else start
        value = _stepped(across, x, step, start[0]), _stepped(up, y, step, start[1])
        return self._add("drag", name, value, "", spoken, x=list(x), y=list(y), step=step)

    def _within(self, name: str, start: float, span: tuple[float, float]) -> None:
        if not span[0] <= start <= span[1]:
            raise ExplorerError(f"{self.slug}: {name} starts at {start}, outside {span[0]} to {span[1]}")

    def _add(self, kind: str, name: str, value: Set, label: str, spoken: str, **details: Unpack[Details]) -> Set:
        if name in self.specs:
            raise ExplorerError(f"{self.slug} has two controls called {name}: rename one")
        words = spoken or re.sub(r"[_^]", " ", unmarked(label or name))
        self.specs[name] = {
            "kind": kind, "name": name, "value": value, "label": caption(label or name), "spoken": words, **details,
        }  # fmt: skip
        return value


def _number(given: object) -> TypeGuard[float]:
    return not isinstance(given, bool) and isinstance(given, Real) and isfinite(given)


def _stepped(given: object, span: tuple[float, float], step: float, start: float) -> float:
    """A number from a browser, moved into the span and onto the nearest step."""
    if not _number(given):
        return start
    low, high = span
    place = round((min(max(given, low), high) - low) / step)
    return min(round(low + place * step, 9), high)
