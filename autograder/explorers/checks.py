"""Which number of a page's computation has its gradient in which box.

checks("equations/small-gradients")        [Check]: its network, and the box of each number that can be nudged
checks("gradients/one-weight")             []
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from .. import pages
from ..authoring.explorer import ExplorerError
from ..authoring.page import Box
from .nudged import computed_by
from .nudging import Asked, Computation, Quantity


class Check(NamedTuple):
    """A computation, and the box of each of its numbers whose gradient the page asks for."""

    computation: Computation
    boxes: Mapping[Quantity, Box]


@lru_cache(maxsize=256)
def checks(slug: str, variant: int = 0) -> tuple[Check, ...]:
    """What can be nudged on a page, with the numbers of this variant; most pages are about one computation."""
    compute = computed_by(slug)
    if compute is None:
        return ()
    sheet = pages.load(slug).sheet(variant)
    computations = compute(sheet.givens)
    computations = computations if isinstance(computations, list) else [computations]
    all_asked = [one if isinstance(one, Asked) else Asked(one) for one in computations]
    ends = [*(asked.since for asked in all_asked[1:]), len(sheet.boxes) + 1]
    parts = []
    for asked, end in zip(all_asked, ends, strict=True):
        boxes: dict[Quantity, Box] = {}
        for box in sheet.boxes[asked.since - 1 : end - 1]:
            quantity = _quantity(slug, asked, box)
            if quantity is not None:
                boxes.setdefault(quantity, box)
        parts.append(Check(asked.computation, boxes))
    return tuple(parts)


def _quantity(slug: str, asked: Asked, box: Box) -> Quantity | None:
    """The number whose gradient stands in a box, if one does; an index that the page leaves out counts as the first."""
    if box.gradient_of is None:
        return None
    array, place = box.gradient_of
    if array not in asked.computation.values:
        known = ", ".join(asked.computation.values)
        raise ExplorerError(f"{slug}: box {box.number} has gradient_of={array!r}; its computation has {known}")
    index = (0,) * (asked.computation.values[array].ndim - len(place)) + place
    return Quantity(array, index[::-1] if asked.turned else index)
