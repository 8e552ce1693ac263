"""The part of a page that matters: a few boxes of one step, asked again with other numbers.

    parts("neuron/weighted-sum")             its boxes, step by step, at most MOST at a time
    parts_with(slug, code)                   of these, the boxes in which this slip can be made
    variant_for(slug, boxes, code, n)        other numbers with which it can be made there

What a page computes before is printed, and what comes after is left out.
"""

from __future__ import annotations

from functools import cache

from .. import pages
from ..authoring.page import OWN
from ..layout import boxes_in

MOST = 3  # boxes that are asked at a time
TRIES = 12  # variants that are looked at for one in which the slip can be made
STRIDE = 1009  # from one time to the next; it has no divisor in common with OWN - 1

Boxes = tuple[int, ...]


@cache
def parts(slug: str) -> tuple[Boxes, ...]:
    """The boxes of a page, step by step, long steps in several parts; every box is in exactly one."""
    sheet = pages.load(slug).sheet()
    known, found, taken = range(1, len(sheet.boxes) + 1), list[Boxes](), set[int]()
    for node in sheet.body:
        here = [n for n in dict.fromkeys(boxes_in(node)) if n in known and n not in taken]
        taken.update(here)
        found += _pieces(sorted(here))
    return tuple(found)


def _pieces(boxes: list[int]) -> list[Boxes]:
    """As few parts as may be, of about the same size."""
    count = -(-len(boxes) // MOST)
    return [tuple(boxes[len(boxes) * k // count : len(boxes) * (k + 1) // count]) for k in range(count)]


@cache
def codes(slug: str) -> frozenset[str]:
    """The slips with a name that can be made on a page, with its canonical numbers."""
    return frozenset(code for box in pages.load(slug).sheet().boxes for code, _ in box.mistakes)


@cache
def parts_with(slug: str, code: str) -> tuple[Boxes, ...]:
    """The boxes of each part in which this slip can be made; all parts where the page plants it nowhere."""
    boxes = pages.load(slug).sheet().boxes
    planted = {box.number for box in boxes if code in dict(box.mistakes)}
    narrowed = (tuple(n for n in part if n in planted) for part in parts(slug))
    return tuple(part for part in narrowed if part) or parts(slug)


def variant_for(slug: str, boxes: Boxes, code: str, n: int) -> int:
    """The n-th other numbers for these boxes, such that the slip can be made; no page is shown with its own numbers."""
    page = pages.load(slug)
    tried = [1 + (n * STRIDE + more) % (OWN - 1) for more in range(TRIES)]
    if code not in codes(slug):
        return tried[0]
    can = (v for v in tried if any(code in dict(page.sheet(v).boxes[b - 1].mistakes) for b in boxes))
    return next(can, tried[0])
