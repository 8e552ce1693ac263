"""Draw how far a student is: the bar of a chapter, and its lines of text."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from ..marking.progress import Item, Progress

SIGNS = {"blank": "·", "begun": "◐", "filled": "●", "right": "✓"}


def bar(shown: Progress, *, many: bool = False) -> str:
    """A chapter as a bar of its pages, each a link to its cell; `many` puts the chapter's name, a link too, before."""
    head = f'<a class="wb-chapter" href="{escape(shown.place)}">{escape(shown.title)}</a> ' if many else ""
    segments = "".join(_segment(item, shown.place if many else "") for item in shown.items)
    return (
        f'<nav class="wb-bar" aria-label="Pages of chapter {escape(shown.title)}"><p>{head}'
        f'<span class="wb-far">{escape(shown.summary)}</span></p><ol>{segments}</ol></nav>'
    )


def _segment(item: Item, place: str) -> str:
    share = item.done / item.out_of if item.out_of else 0
    kind = f"wb-{item.state}" + " wb-code" * item.code  # classes survive where a notebook is not trusted
    sign = f'<span class="wb-sign" aria-hidden="true">{SIGNS[item.state]}</span>' if item.state != "blank" else ""
    return (
        f'<li class="{kind}" style="--share:{share:.2f}"><a href="{escape(place)}#{item.cell}" '
        f'data-cell="{item.cell}" title="{escape(item.said)}" aria-label="{escape(item.said)}">'
        f"<span>{item.place}</span>{sign}</a></li> "
    )


def text(shown: Progress, *, each: bool = False) -> str:
    """A chapter as plain text: a line of signs, and with `each` a line for every page that is not right."""
    signs = "".join(SIGNS[item.state] for item in shown.items)
    return "\n".join([f"{shown.title}: {shown.summary}", f"  {signs}", *(_lines(shown) if each else ())])


def _lines(shown: Progress) -> Iterator[str]:
    for item in shown.items:
        if item.state != "right":
            yield f"  {SIGNS[item.state]} {item.said}"
