"""What the pages of chapters 6 to 9, 11 and 12 compute, so that their gradients can be checked by nudging.

cost, backpropagation, equations, batching, convolution, attention   the pages of a chapter

    PAGES["equations/small-gradients"](sheet.givens)        its network

Each function is given what its page prints and says what is computed from that. Whose gradient a box holds is said by
the page itself: `box(..., gradient_of="W2")` names an array of the computation.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from ...authoring import courses, slugs
from . import attention, backpropagation, batching, convolution, cost, equations

PAGES = cost.PAGES | backpropagation.PAGES | equations.PAGES | batching.PAGES | convolution.PAGES | attention.PAGES
"""Page → what it computes: a Computation, or several of which each is Asked about from some box on."""


def computed_by(slug: str) -> Callable[[Any], Any] | None:
    """What a page computes, given what it prints; None for one of which nothing is said.

    Another course says it in a table PAGES of its own module `nudged`.
    """
    package = slugs.course_of(slugs.chapter_of(slug))
    if package == slugs.OURS:
        return PAGES.get(slug)
    known = courses.table(package, "nudged", "PAGES") if courses.is_known(package) else {}
    return cast("Callable[[Any], Any] | None", known.get(slug))
