"""Check by nudging: nudge a number of a page's own network and hold Δcost/ε beside the gradient that was typed there.

    def check(control):
        return checked(control, "equations/small-gradients")

    checker("batching/once-only")       the explorer for a page; None where there is nothing to nudge

The ratio appears once something is typed for it to be held against: it checks an answer, it does not give one.
"""

from __future__ import annotations

from functools import cache

from .. import pages
from ..answers import Number, read_number
from ..explorer import Controls, Explorer
from ..layout import Node, readings, say
from ..layout.figures import Mark, ring, segment, tag
from ..layout.numbers import number, rounded
from ..page import Box
from .nudged_pages import PAGES, Check, checks
from .nudging import Quantity
from .sketch import RADIUS, Edge, Point, Spot

NUDGES = (1, 0.5, 0.1, 0.01, 0.001, -0.001, -0.01, -0.1, -0.5, -1)
ABOUT = "Nudge a number by ε and watch the cost. Is the ratio what you typed? Choose here or in the drawing."


@cache
def checker(slug: str) -> Explorer | None:
    """The explorer that checks the gradients of one page; None for a page that asks for none that can be nudged."""
    if slug not in PAGES:
        return None
    title = f"Check by nudging: {pages.load(slug).title}"
    return Explorer(f"{slug}/check", title, ABOUT, lambda control: checked(control, slug), beside=slug)


def checked(control: Controls, slug: str) -> tuple[Node, ...]:
    """Choose a number and a nudge; see the network, and Δcost/ε beside what was typed."""
    check = _part(control, checks(slug, control.variant))
    numbers = {check.computation.called(quantity): quantity for quantity in check.boxes}
    quantity = numbers[control.choice("nudged", tuple(numbers), spoken="nudged")]
    nudge = control.scale("ε", 0.1, NUDGES, spoken="nudge ε")
    rise, box = check.computation.rise(quantity, nudge), check.boxes[quantity]
    typed = control.typed(slug).get(box.number, "")
    cost = check.computation.result
    shown = [(f"Δ{cost}", _said(rise)), (f"Δ{cost}/ε", _said(rise / nudge) if _read(typed) else "…")]
    return _picture(check, quantity, nudge), readings(*shown), say(_beside(box, typed, rise / nudge))


def _part(control: Controls, parts: tuple[Check, ...]) -> Check:
    """Where a page is about several networks, the one that is chosen by the boxes that belong to it."""
    if len(parts) == 1:
        return parts[0]
    named = {_span([box.number for box in part.boxes.values()]): part for part in parts}
    return named[control.choice("boxes", tuple(named), spoken="boxes")]


def _span(boxes: list[int]) -> str:
    return f"{min(boxes)} to {max(boxes)}" if len(boxes) > 1 else f"{boxes[0]}"


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
    return (f"In box {box.number} you typed **{typed.strip()}**. The ratio is {_said(gap)} away from it. "
            "Does that shrink with ε?")  # fmt: skip


# -- the drawing -------------------------------------------------------------------------------------------------------


def _picture(check: Check, chosen: Quantity, nudge: float) -> Node:
    """The network with its numbers where they belong; the one that is nudged is lit."""
    computation, sketch = check.computation, check.computation.sketch
    written = [(quantity, computation.where(quantity)) for quantity in _written(check)]
    lit = computation.where(chosen)
    edges = [segment(*sketch.rims(edge), "care" if edge == lit else "soft") for edge in computation.edges]
    rings = [ring(sketch.place(*spot), sketch.columns[spot[0]][spot[1]], "care" if spot == lit else "ink", size=RADIUS)
             for spot in sketch.spots]  # fmt: skip
    tags = [_tag(check, quantity, _place(check, quantity, place, written), quantity == chosen, nudge)
            for quantity, place in written]  # fmt: skip
    said = f"{computation.called(chosen)} is nudged by {nudge:g}"
    return sketch.figure(*edges, *rings, *tags, title=f"What the page computes; {said}")


def _written(check: Check) -> list[Quantity]:
    """What the page prints, and what can be nudged."""
    told = [Quantity(name, index) for name in check.computation.given if name in check.computation.told
            for index in check.computation.indices(name)]  # fmt: skip
    return list(dict.fromkeys([*told, *check.boxes]))


Placed = tuple[Point, float]  # where, and how many pixels further down


def _place(check: Check, quantity: Quantity, at: Edge | Spot, written: list[tuple[Quantity, Edge | Spot]]) -> Placed:
    """On its edge; under its node if it is put in there, above it if it is computed."""
    sketch = check.computation.sketch
    if len(at) == 3:
        return sketch.between(at, 0.25), 0
    x, y = sketch.place(*at)
    if _under(check, quantity):
        return (x, y), 37
    above = [other for other, place in written if place == at and not _under(check, other)]
    return (x + 46 * (above.index(quantity) - (len(above) - 1) / 2), y), -37


def _under(check: Check, quantity: Quantity) -> bool:
    return quantity.array in check.computation.given and quantity.array[0] != "z"


def _tag(check: Check, quantity: Quantity, place: Placed, lit: bool, nudge: float) -> Mark:
    """The number or its name; a click on it chooses it, if the page asks for its gradient."""
    (at, down), value, name = place, check.computation.value(quantity), check.computation.called(quantity)
    said = name if value is None else _said(value)
    if lit:
        said = f"{said} {'+' if nudge > 0 else '−'} {abs(nudge):g}"
    if quantity.array[0] == "b" and value is not None:
        said = f"b = {said}"
    pick = ("nudged", name) if quantity in check.boxes else None
    return tag(at, said, "care" if lit else "accent" if pick else "soft", dy=down, pick=pick)


def _said(value: float) -> str:
    """Five digits, without trailing zeros: enough to see a small nudge."""
    value = round(value, 9) + 0.0  # what floats add on their own is not shown
    text = number(value)
    text = text if "/" not in text and len(text) <= 7 else rounded(value, 5)
    return text.rstrip("0").rstrip(".") if "." in text and "e" not in text else text
