"""Draw how far a student is: the bar of a chapter, what is said at its end, and lines of text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from html import escape

from ..marking.progress import Item, Progress

SIGNS = {"blank": "·", "begun": "◐", "filled": "●", "right": "✓"}


def bar(chapter: Progress, *, many: bool = False) -> str:
    """A chapter as a bar of its pages, each a link to its cell; `many` puts the chapter's name, a link too, before."""
    head = f'<a class="wb-chapter" href="{escape(chapter.place)}">{escape(chapter.title)}</a> ' if many else ""
    segments = "".join(_segment(item, chapter.place if many else "") for item in chapter.items)
    return (
        f'<nav class="wb-bar" aria-label="Pages of chapter {escape(chapter.title)}"><p>{head}'
        f'<span class="wb-far">{escape(chapter.summary)}</span>{_left(chapter)}</p><ol>{segments}</ol></nav>'
    )


def _left(chapter: Progress) -> str:
    begun = any(item.state != "blank" for item in chapter.items)
    return f'<span class="wb-time">{chapter.time}{" to go" * begun}</span>' if chapter.time else ""


def ending(chapter: Progress, beyond: tuple[str, str] | None) -> str:
    """The end of a chapter: what is right, what slipped, what is left, and where to go on.

    beyond   place and title of the next chapter, if there is one
    """
    right = sum(item.state in ("right", "filled") for item in chapter.items)
    everything = right == len(chapter.items)
    head = "You have done all of this chapter." if everything else f"You have come to the end. {_sentence(chapter)}"
    slipped = [item for item in chapter.items if item.slips]
    left = [item for item in chapter.items if item.state in ("blank", "begun") and not item.slips]
    parts = [
        f'<p class="wb-done">{escape(head)}</p>',
        _links("Look again at", slipped, lambda item: f"{item.slips} box{'' if item.slips == 1 else 'es'}"),
        _links("Still to do", left, lambda item: f"{item.done:g} of {item.out_of}" if item.done else ""),
    ]
    if beyond:
        place, title = beyond
        parts.append(f'<p class="wb-beyond">Next: <a href="{escape(place)}">{escape(title)}</a></p>')
    return f'<section class="wb-ending" aria-label="End of the chapter">{"".join(parts)}</section>'


def _sentence(chapter: Progress) -> str:
    return chapter.summary[:1].upper() + chapter.summary[1:] + "."


def _links(head: str, items: list[Item], note: Callable[[Item], str]) -> str:
    if not items:
        return ""
    lines = "".join(
        f'<li><a href="#{item.cell}" data-cell="{item.cell}">{item.place} {escape(item.title)}</a>'
        f'<span class="wb-far">{escape(note(item))}</span></li>'
        for item in items
    )
    return f"<h3>{escape(head)}</h3><ul>{lines}</ul>"


def ending_text(chapter: Progress, beyond: tuple[str, str] | None) -> str:
    """The same as plain text."""
    lines = [_sentence(chapter)]
    lines += [f"  Look again at {item.place}, {item.title}" for item in chapter.items if item.slips]
    return "\n".join(lines + ([f"Next: {beyond[1]}"] if beyond else []))


def _segment(item: Item, place: str) -> str:
    share = item.done / item.out_of if item.out_of else 0
    kind = f"wb-{item.state}" + " wb-code" * item.code  # classes survive where a notebook is not trusted
    sign = f'<span class="wb-sign" aria-hidden="true">{SIGNS[item.state]}</span>' if item.state != "blank" else ""
    return (
        f'<li class="{kind}" style="--share:{share:.2f}"><a href="{escape(place)}#{item.cell}" '
        f'data-cell="{item.cell}" data-slips="{item.slips}" title="{escape(item.spoken)}" '
        f'aria-label="{escape(item.spoken)}">'
        f"<span>{item.place}</span>{sign}</a></li> "
    )


def text(chapter: Progress, *, each: bool = False) -> str:
    """A chapter as plain text: a line of signs, and with `each` a line for every page that is not right."""
    signs = "".join(SIGNS[item.state] for item in chapter.items)
    return "\n".join([f"{chapter.title}: {chapter.summary}", f"  {signs}", *(_lines(chapter) if each else ())])


def _lines(chapter: Progress) -> Iterator[str]:
    for item in chapter.items:
        if item.state != "right":
            yield f"  {SIGNS[item.state]} {item.spoken}"
