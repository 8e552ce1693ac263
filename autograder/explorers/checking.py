"""Check by nudging: nudge a number of a page's own network and hold Δcost/ε beside the gradient that was typed there.

    def check(control):
        return checked(control, "equations/small-gradients")

    checker("batching/once-only")       the explorer for a page; None where there is nothing to nudge

The ratio appears once something is typed for it to be held against: it checks an answer, it does not give one.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from .. import pages
from ..answers.numbers import Number, read_number
from ..authoring.explorer import Controls, Explorer
from ..authoring.page import Box
from ..layout import Node, readings, say
from ..layout.figures import Mark, ring, segment, tag
from ..layout.numbers import compact, number
from .checks import Check, checks
from .nudged import computed_by
from .nudging import Quantity
from .sketch import RADIUS, Edge, Point, Spot

NUDGES = (1, 0.5, 0.1, 0.01, 0.001, -0.001, -0.01, -0.1, -0.5, -1)
ABOUT = "Nudge a number by ε and watch the cost. Is the ratio what you typed? Choose here or in the drawing."
HELD = "While the marks are held back, the ratio is not held against what you typed."


@cache
def checker(slug: str) -> Explorer | None:
    """The explorer that checks the gradients of one page; None for a page that asks for none that can be nudged."""
    if computed_by(slug) is None:
        return None
    title = f"Check by nudging: {pages.load(slug).title}"
    return Explorer(f"{slug}/check", title, ABOUT, lambda control: checked(control, slug), beside=slug)


def opened_at(slug: str, variant: int, box: int) -> dict[str, object]:
    """The values of its controls with which the gradient in this box is checked; none where there is none in it."""
    parts = checks(slug, variant)
    for part in parts:
        for quantity, asked in part.boxes.items():
            if asked.number == box:
                chosen: dict[str, object] = {"nudged": part.computation.called(quantity)}
                return chosen if len(parts) == 1 else chosen | {"boxes": _span(part)}
    return {}


def checked(control: Controls, slug: str) -> tuple[Node, ...]:
    """Choose a number and a nudge; see the network, and Δcost/ε beside what was typed."""
    check = _part(control, checks(slug, control.variant))
    named = {check.computation.called(quantity): quantity for quantity in check.boxes}
    quantity = named[control.choice("nudged", tuple(named), spoken="nudged")]
    nudge = control.scale("ε", 0.1, NUDGES, spoken="nudge ε")
    rise, box = check.computation.rise(quantity, nudge), check.boxes[quantity]
    typed, cost = control.typed(slug).get(box.number, ""), check.computation.result
    ratio = compact(rise / nudge, 5) if control.frank and _read(typed) else "…"
    told = _beside(box, typed, rise / nudge) if control.frank else HELD
    note = [say(check.computation.note)] if check.computation.note else []
    numbers = readings((f"Δ{cost}", compact(rise, 5)), (f"Δ{cost}/ε", ratio))
    return _picture(check, quantity, nudge), numbers, say(told), *note


def _part(control: Controls, parts: tuple[Check, ...]) -> Check:
    """Where a page is about several networks, the one that is chosen by the boxes that belong to it."""
    if len(parts) == 1:
        return parts[0]
    named = {_span(part): part for part in parts}
    return named[control.choice("boxes", tuple(named), spoken="boxes")]


def _span(part: Check) -> str:
    numbers = [box.number for box in part.boxes.values()]
    return f"{min(numbers)} to {max(numbers)}" if len(numbers) > 1 else f"{numbers[0]}"


def _read(typed: str) -> Number | None:
    read = read_number(typed) if typed else None
    return read if isinstance(read, Number) else None


def _beside(box: Box, typed: str, ratio: float) -> str:
    """What stands in the box of this gradient, and how far the ratio is from it."""
    if not typed.strip():
        return f"Box {box.number} of the page is still empty. Work it out there: then the ratio appears beside it."
    read = _read(typed)
    if read is None:
        return f"What stands in box {box.number} cannot be read as a number."
    gap = abs(ratio - float(read.value))
    told = f"In box {box.number} you typed **{typed.strip()}**."
    return f"{told} The ratio is {compact(gap, 2)} away from it. Does that shrink with ε?" if gap > 1e-9 else told


# -- the drawing -------------------------------------------------------------------------------------------------------


def _picture(check: Check, chosen: Quantity, nudge: float) -> Node:
    """The network with its numbers where they belong; the one that is nudged is lit."""
    computation, sketch = check.computation, check.computation.sketch
    written = {quantity: computation.where(quantity) for quantity in _written(check)}
    edges = [segment(*sketch.rims(edge), "care" if edge == written[chosen] else "soft") for edge in computation.edges]
    rings = [_ring(check, spot, written, chosen) for spot in sketch.spots]
    tags = [_tag(check, quantity, _place(check, quantity, written, quantity == chosen), quantity == chosen, nudge)
            for quantity in written if quantity == chosen or not _in_ring(check, quantity)]  # fmt: skip
    words = f"{computation.called(chosen)} is nudged by {nudge:g}"
    return sketch.figure(*edges, *rings, *tags, title=f"What the page computes; {words}")


def _ring(check: Check, spot: Spot, written: Mapping[Quantity, Edge | Spot], chosen: Quantity) -> Mark:
    """A node; a click on it chooses what its name stands for."""
    sketch = check.computation.sketch
    own = [quantity for quantity, at in written.items() if at == spot and _in_ring(check, quantity)]
    pick = ("nudged", check.computation.called(own[0])) if own and own[0] in check.boxes else None
    look = "care" if spot == written[chosen] else "accent" if pick else "ink"
    return ring(sketch.place(*spot), sketch.name(spot), look, size=RADIUS, pick=pick)


def _in_ring(check: Check, quantity: Quantity) -> bool:
    """Whether it is what the name in its node stands for, and no more is known of it."""
    computation, at = check.computation, check.computation.where(quantity)
    if len(at) == 3 or computation.value(quantity) is not None:
        return False
    return computation.called(quantity) == computation.sketch.name(at)


def _written(check: Check) -> list[Quantity]:
    """What the page prints, and what can be nudged."""
    told = [Quantity(name, index) for name in check.computation.given if name in check.computation.told
            for index in check.computation.indices(name)]  # fmt: skip
    return list(dict.fromkeys([*told, *check.boxes]))


Placed = tuple[Point, float]  # where, and how many pixels further down


def _place(check: Check, quantity: Quantity, written: Mapping[Quantity, Edge | Spot], lit: bool) -> Placed:
    """On its edge; under its node if it is put in there, above it if it is computed."""
    sketch, at = check.computation.sketch, written[quantity]
    if len(at) == 3:
        return sketch.between(at, 0.5 if lit else 0.25), 0
    x, y = sketch.place(*at)
    if _under(check, quantity):
        return (x, y), 37
    above = [other for other, place in written.items() if place == at and not _under(check, other)]
    aside = above.index(quantity) - (len(above) - 1) / 2
    return (x + 60 * aside, y), -37


def _under(check: Check, quantity: Quantity) -> bool:
    """Whether it is put into its node rather than computed there."""
    array = quantity.array
    return array in check.computation.told or array in check.computation.given and array[0] != "z"


def _tag(check: Check, quantity: Quantity, place: Placed, lit: bool, nudge: float) -> Mark:
    """The number or its name; a click on it chooses it, if the page asks for its gradient."""
    (at, down), value, name = place, check.computation.value(quantity), check.computation.called(quantity)
    words = name if value is None else number(value)
    if lit:
        words = f"{words} {'+' if nudge > 0 else '−'} {abs(nudge):g}"
    if quantity.array[0] == "b" and value is not None:
        words = f"b = {words}"
    pick = ("nudged", name) if quantity in check.boxes else None
    return tag(at, words, "care" if lit else "accent" if pick else "soft", dy=down, pick=pick)
