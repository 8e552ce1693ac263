"""Which number of a page's computation has its gradient in which box.

checks("equations/small-gradients")        [Check]: its network, and the box of each number that can be nudged
checks("gradients/one-weight")             []
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from .. import pages
from ..authoring.page import Box
from .nudged import PAGES
from .nudging import Asked, Computation, Quantity


class Check(NamedTuple):
    """A computation, and the box of each of its numbers whose gradient the page asks for."""

    computation: Computation
    boxes: Mapping[Quantity, Box]


@lru_cache(maxsize=256)
def checks(slug: str, variant: int = 0) -> tuple[Check, ...]:
    """What can be nudged on a page, with the numbers of this variant; most pages are about one computation."""
    if slug not in PAGES:
        return ()
    sheet = pages.load(slug).sheet(variant)
    said = PAGES[slug](sheet.givens)
    said = said if isinstance(said, list) else [said]
    all_asked = [one if isinstance(one, Asked) else Asked(one) for one in said]
    ends = [*(asked.since for asked in all_asked[1:]), len(sheet.boxes) + 1]
    found = []
    for asked, end in zip(all_asked, ends, strict=True):
        boxes: dict[Quantity, Box] = {}
        for box in sheet.boxes[asked.since - 1 : end - 1]:
            quantity = _quantity(asked, box)
            if quantity is not None:
                boxes.setdefault(quantity, box)
        found.append(Check(asked.computation, boxes))
    return tuple(found)


GRADIENT = re.compile(r"∂[Cl]/∂(?P<kind>[WwBb])(?:\^(?P<layer>\d))?(?: of the (?P<which>first|second) layer)?"
                      r"(?: on the edges)?|δ\^(?P<error>\d)")  # fmt: skip


def _quantity(asked: Asked, box: Box) -> Quantity | None:
    """Whose gradient a box holds, if it holds one."""
    name, digits = re.fullmatch(r"(.*?)(?:_(\d+))?", box.name).groups()
    meant = asked.asks.get(name) or _array(name)
    place = box.index or tuple(int(digit) - 1 for digit in digits or "")
    if isinstance(meant, tuple):
        return Quantity(*meant[place[0] if place else 0])
    if meant not in asked.computation.values or box.kind != "number":
        return None
    sizes = asked.computation.values[meant].shape
    if len(sizes) == 2 and meant[0] != "W":
        return None  # an error of one example of several: the cost is their mean
    missing = len(sizes) - len(place)
    index = (0,) * missing + place
    return Quantity(meant, index[::-1] if asked.turned else index)


def _array(name: str) -> str:
    """The array of whose gradient the name of a box speaks."""
    found = GRADIENT.fullmatch(name)
    if found is None:
        return ""
    if found["error"]:
        return f"z{found['error']}"
    layer = {"first": "1", "second": "2"}.get(found["which"] or "", found["layer"] or "1")
    return f"{'W' if found['kind'] in 'Ww' else 'b'}{layer}"
