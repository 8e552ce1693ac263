"""A page as plain text, question and all: for terminals, for Markdown and LaTeX made by nbconvert, for screen readers.

    Text(slot).lines(sheet.body)      lines of text; `slot` gives the text of a box

One line a sentence or a formula. A matrix is written in one line, [1 2; 3 4]; of a drawing its title and what stands on
it, from left to right and from top to bottom.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from ..layout.boxed import box_of
from ..layout.numbers import number
from ..layout.typeset import unmarked
from ..layout.vocabulary import At, Node, Part, Rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

SENTENCES = ("step", "say", "eq", "table", "aligned", "drawing", "figure", "beside", "readings")
"""Words that begin a line of their own."""


class Text:
    """Writes nodes out; `slot` gives the text of a box."""

    def __init__(self, slot: Callable[[int], str]) -> None:
        self.slot, self.steps = slot, 0

    def lines(self, parts: tuple[Part, ...]) -> Iterator[str]:
        """The lines that parts of a page give."""
        for part in parts:
            if isinstance(part, Node) and part.kind in SENTENCES:
                yield from getattr(self, part.kind)(part)
            elif text := self.part(part):
                yield text

    # -- lines ---------------------------------------------------------------------------------------------------------

    def step(self, node: Node) -> Iterator[str]:
        self.steps += 1
        yield f"{self.steps}. {unmarked(node.options['text'])}"
        yield from _indented(self.lines(node.parts))

    def say(self, node: Node) -> Iterator[str]:
        yield unmarked(node.options["text"])
        yield from _indented(self.lines(node.parts))

    def eq(self, node: Node) -> Iterator[str]:
        yield self.join(node.parts)

    def table(self, node: Node) -> Iterator[str]:
        for row in (node.options["head"], *node.parts):
            yield " | ".join(map(self.part, row)).strip()

    def aligned(self, node: Node) -> Iterator[str]:
        yield from map(self.join, node.parts)

    def drawing(self, node: Node) -> Iterator[str]:
        title = unmarked(node.options.get("title", ""))
        labels = sorted((at for at in node.parts if isinstance(at, At)), key=lambda at: (round(at.x / 20), at.y))
        texts = filter(None, (self.part(at.part) for at in labels))
        yield f"[{title}] {', '.join(texts)}".strip()

    def figure(self, node: Node) -> Iterator[str]:
        yield f"[{unmarked(node.options['title'])}]"

    def beside(self, node: Node) -> Iterator[str]:
        yield from self.lines(node.parts)

    def readings(self, node: Node) -> Iterator[str]:
        yield ", ".join(f"{unmarked(name)} = {self.part(value)}" for name, value in node.parts)

    # -- parts of a line ---------------------------------------------------------------------------------------------

    def part(self, part: Part) -> str:
        """Anything that may stand in a formula."""
        if isinstance(part, Node):
            within = INLINE.get(part.kind)
            return within(self, part) if within else "; ".join(self.lines((part,)))
        if isinstance(part, np.ndarray):
            values: NDArray[Any] = part
            return self.rows(values if values.ndim == 2 else [[entry] for entry in values])
        if box := box_of(part):
            return self.slot(box)
        if isinstance(part, (int, float, np.number)):
            return number(float(part))
        return unmarked(str(part)).strip()

    def join(self, parts: Iterable[Part]) -> str:
        return " ".join(filter(None, map(self.part, parts)))

    def rows(self, rows: Rows) -> str:
        return f"[{'; '.join(' '.join(map(self.part, row)) for row in rows)}]"

    def words(self, node: Node) -> str:
        return unmarked(node.options["text"]).strip()

    def term(self, node: Node) -> str:
        return "".join(map(self.part, node.parts))

    def frac(self, node: Node) -> str:
        above, below = map(self.part, node.parts)
        return f"{_bracketed(above)}/{_bracketed(below)}"

    def indexed(self, node: Node) -> str:
        name, above, below = map(self.part, node.parts)
        return f"{name}^{_bracketed(above)}_{_bracketed(below)}"

    def matrix(self, node: Node) -> str:
        label = unmarked(node.options["label"])
        return self.rows(node.parts) + (f" ({label})" if label else "")

    def lit(self, node: Node) -> str:
        return "" if node.parts[0] is None else self.part(node.parts[0])


def _group(text: Text, node: Node) -> str:
    return text.join(node.parts)


def _echo(text: Text, node: Node) -> str:
    return ""  # it says a second time what stands in a box


INLINE: dict[str, Callable[[Text, Node], str]] = {
    **{kind: getattr(Text, kind) for kind in ("words", "term", "frac", "indexed", "matrix", "lit")},
    "group": _group,
    "echo": _echo,
}


def _bracketed(text: str) -> str:
    """What is more than a name, a number or a box, in brackets."""
    return text if re.fullmatch(r"[\w.…′∂Δ−]*|\[[^\[\]]*\]", text) else f"({text})"


def _indented(lines: Iterator[str]) -> Iterator[str]:
    return (f"   {line}" for line in lines)
