"""What a chapter says between its pages, for the sheets of those pages.

    texts_of(places)[1]        HTML of all that stands before page 1
    texts_of(places)[AFTER]    and after the last page of the chapter

Only Markdown is taken; explorers and code exercises need a computer.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from html import unescape

from nbconvert.filters.markdown_mistune import markdown2html_mistune

from ..submissions.notebook import cells
from .mathml import mathml
from .places import Place

AFTER = 0  # no page has this number

_MATH = re.compile(r"\$\$(.+?)\$\$|\$([^$]+?)\$", re.DOTALL)
_COLAB = re.compile(r"\n*\[Open in Colab\]\([^)\n]*\)")


def texts_of(places: Sequence[Place]) -> dict[int, str]:
    """What stands before each of these pages of a chapter, by its number; AFTER: what stands after the last of all."""
    wanted = {place.page.slug: place.at for place in places}
    found: dict[int, str] = {}
    for path in dict.fromkeys(place.chapter.notebooks[place.notebook].path for place in places):
        waiting: list[str] = []
        before = ""  # the page that was passed last
        for cell in cells(json.loads(path.read_text(encoding="utf-8"))):
            if cell.kind == "markdown":
                waiting.append(_COLAB.sub("", cell.source))
            elif cell.page is not None:
                if cell.page in wanted and waiting:
                    found[wanted[cell.page]] = "".join(map(html_of, waiting))
                waiting, before = [], cell.page
        if before in wanted and waiting:
            found[AFTER] = "".join(map(html_of, waiting))
    return found


def html_of(markdown: str) -> str:
    """Markdown with formulas between dollars, as HTML with MathML."""
    return _MATH.sub(
        lambda match: mathml(unescape(match[1] or match[2]), block=bool(match[1])), markdown2html_mistune(markdown)
    )
