"""The words a page is written in: `step`, `eq`, `frac`, `column`, `matrix`, `table`, `drawing`, `echo`, `lit` …

Each word only notes what was said, as a `Node`; `render` turns the tree into HTML or plain text later. Strings in a
formula are mathematics (see `typeset`); numbers, arrays and formulas are printed, or shown as boxes where `box`
returned them.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, TypeGuard, overload

import numpy as np

from .boxed import Shape, Value, box_of

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Node(NamedTuple):
    """One thing on a page: what it is, what it holds, and its options."""

    kind: str
    parts: tuple[Any, ...]  # parts of a page; rows of them (matrix, table, aligned); named ones (readings); marks
    options: dict[str, Any] = {}  # noqa: RUF012 - never changed


class At(NamedTuple):
    """Something placed on a drawing, its middle at (x, y) in CSS pixels."""

    x: float
    y: float
    part: Part
    style: str = ""


Single: TypeAlias = "Node | At | Value | np.number[Any] | None"
"""One part of a page: a word, something typed or printed, or nothing."""

Several: TypeAlias = "NDArray[Any] | Sequence[Part]"
"""The entries of a vector, or the rows of a matrix."""

Part: TypeAlias = "Single | Several"
"""What may stand on a page."""

Row: TypeAlias = "NDArray[Any] | Iterable[Part]"
Rows: TypeAlias = "NDArray[Any] | Iterable[Row]"
Index: TypeAlias = tuple[int, ...]
Point: TypeAlias = tuple[float, float]
Place: TypeAlias = "NDArray[Any] | Sequence[Single]"
"""Two numbers, or boxes that ask for them: how far to the right, and how far up."""


drawn: ContextVar[bool] = ContextVar("drawn", default=True)


@contextmanager
def undrawn() -> Generator[None]:
    """Within it, what is costly to lay out is not: marking runs a page again and again for its numbers alone."""
    token = drawn.set(False)
    try:
        yield
    finally:
        drawn.reset(token)


def step(text: str, *parts: Part) -> Node:
    """A numbered step of the page: a sentence, then the formulas and drawings that belong to it."""
    return Node("step", parts, {"text": text})


def say(text: str, *parts: Part) -> Node:
    """A sentence without a number."""
    return Node("say", parts, {"text": text})


def eq(*parts: Part) -> Node:
    """A displayed formula: `eq("δ", "=", column(delta))`. A box that is said to equal something lit is lit like it."""
    return Node("eq", _equals(parts))


def group(*parts: Part) -> Node:
    """Parts of a formula kept together, as one part of another word."""
    return Node("group", parts)


def term(*parts: Part) -> Node:
    """Parts of a formula set without gaps, w_1x_1 of which each letter is lit by itself: `term(lit(…), lit(…))`."""
    return Node("term", parts)


def frac(above: Part, below: Part) -> Node:
    """A fraction."""
    return Node("frac", (above, below))


def indexed(name: Part, above: Part, below: Part) -> Node:
    """A name with an index above and indices below, any of which may be a box: `indexed("w", layer, group(j, k))`."""
    return Node("indexed", (name, above, below))


def matrix(rows: Rows, label: str = "") -> Node:
    """A matrix in square brackets, from a 2-D array or rows of anything; `label` stands under it."""
    return Node("matrix", tuple(tuple(row) for row in rows), {"label": label})


def column(entries: Row, label: str = "") -> Node:
    """A column vector."""
    return matrix([(entry,) for entry in entries], label)


def row(entries: Row, label: str = "") -> Node:
    """A row vector."""
    return matrix([tuple(entries)], label)


def table(head: Sequence[Part], *rows: Sequence[Part]) -> Node:
    """A ruled table: a line of headings, then rows."""
    return Node("table", tuple(tuple(row) for row in rows), {"head": tuple(head)})


def aligned(*equations: Sequence[Part]) -> Node:
    """Formulas under each other, each given as a row of parts that line up in columns."""
    return Node("aligned", tuple(_equals(tuple(parts)) for parts in equations))


def _equals(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """A formula in which a box that is a side of its own lights up like the lit thing that it is said to equal."""
    if not drawn.get():
        return parts
    sides = list(parts)
    for equation in _sides(parts):
        like: Part = None
        for start, end in equation:
            if end - start == 1 and box_of(parts[start]):
                sides[start] = _lit_like(like, parts[start])
            elif end - start == 1 and _is_lit(parts[start]):
                like = parts[start]
    return tuple(sides)


def _sides(parts: tuple[Part, ...]) -> list[list[tuple[int, int]]]:
    """The equations of a line, parted by gaps, each as the places (from, to) of its sides."""
    equations: list[list[tuple[int, int]]] = [[]]
    start = 0
    for place, part in enumerate((*parts, None)):
        if place == len(parts) or _is_sign(part) or _is_gap(part):
            equations[-1].append((start, place))
            start = place + 1
            if place < len(parts) and _is_gap(part):
                equations.append([])
    return equations


def _is_sign(part: Part) -> bool:
    return isinstance(part, str) and part in ("=", "≈")


def _is_gap(part: Part) -> bool:
    return isinstance(part, Node) and part.kind == "words" and not part.options["text"].strip()


def _is_lit(part: Part) -> TypeGuard[Node]:
    return isinstance(part, Node) and part.kind == "lit"


def _lit_like(other: Part, part: Part) -> Part:
    """The part, lit by the names by which the other one is."""
    if not _is_lit(other):
        return part
    return Node("lit", (_lit_like(other.parts[0], part),), other.options)


def readings(*named: tuple[str, Part]) -> Node:
    """A line of named numbers, `readings(("ΔW", 1), ("ΔZ", 2))`; a value may be any part of a formula."""
    return Node("readings", named)


def beside(*parts: Part) -> Node:
    """Figures and formulas next to each other, where there is room."""
    return Node("beside", parts)


def drawing(width: int, height: int, *, shapes: Sequence[str | Node], labels: Sequence[At], title: str) -> Node:
    """A drawing `width` × `height` CSS pixels: SVG `shapes` underneath, `labels` (numbers, boxes, formulas) on top.

    A shape may also be a `trail`, which is drawn anew with each answer.

    `title` says in words what is drawn, for those who cannot see it.
    """
    return Node("drawing", tuple(labels), {"width": width, "height": height, "shapes": tuple(shapes), "title": title})


def trail(places: Sequence[Place], look: str, *, origin: Point, unit: Point, dashes: str = "") -> Node:
    """A way in a drawing, a dot for each place, as one of its shapes. A place with boxes in it is where the student's
    own numbers put it, from when they are right or follow; until then it is not there.

    origin, unit   where (0, 0) is in the drawing, and how many pixels to the right and down one unit is
    """
    return Node("trail", (), {"places": tuple(places), "look": look, "origin": origin, "unit": unit, "dashes": dashes})


# Of one part these make a word, of several an array of words; where nothing is drawn they give back what came in.


@overload
def echo(  # pyright: ignore[reportOverlappingOverload]  # a word is a tuple, a text a sequence: each is one part
    value: Single, name: str = ""
) -> Node: ...
@overload
def echo(value: Several, name: str = "") -> NDArray[Any]: ...
def echo(value: Any, name: str = "") -> Any:
    """What a student typed into a box, shown a second time where it belongs: `echo(delta, "δ")` under a node.

    Empty, or only the name, until the box is right or follows; never the key. Takes what `box` returned, one value or
    an array: then the name gets an index where there is more than one, and entries that are printed stay printed.
    """
    if not drawn.get():
        return value
    if not _several(value):
        return Node("echo", (), {"box": box_of(value), "name": name})
    printed = getattr(value, "boxes", None) is not None  # a row of the author's plain numbers would give the key away

    def one(part: Part, index: Index) -> Part:
        indices = "".join(str(i + 1) for i in index)
        return part if printed and not box_of(part) else echo(part, f"{name}_{indices}" if name and several else name)

    several = len(value) > 1
    return _each(value, one)


@overload
def lit(  # pyright: ignore[reportOverlappingOverload]  # as for echo
    name: str, part: Single, *, uses: str = ""
) -> Node: ...
@overload
def lit(name: str, part: Several, *, uses: str = "") -> NDArray[Any]: ...
def lit(name: str, part: Any, *, uses: str = "") -> Any:
    """Something that lights up with everything of the same name when one of them is pointed at or typed in.

    name   one word, or several; for an array {j} and {k} stand for the indices, as in lit("w{j}{k}", w)
    uses   the names of the factors that it is made of, which light up with it: lit("w{j}{k}", edges, uses="δ{j} a{k}")

    Wrapped around what stands on an edge or in a node, it names the line or the circle too; around None, only those.
    """
    if not drawn.get():
        return part
    if not _several(part):
        return Node("lit", (part,), {"name": name, "uses": uses})

    def one(entry: Part, index: Index) -> Part:
        where = dict(zip("jk", (i + 1 for i in index), strict=False))
        return lit(name.format(**where), entry, uses=uses.format(**where))

    return _each(part, one)


def unlit(part: Part) -> Part:
    """What `lit` was wrapped around."""
    if not _is_lit(part):
        return part
    inner: Part = part.parts[0]
    return unlit(inner)


def names_of(part: Part) -> tuple[str, str]:
    """By which names a part is lit, and which it uses: what `lit` said, and the box that it is or repeats."""
    names: list[str] = []
    uses: list[str] = []
    while _is_lit(part):
        names.append(part.options["name"])
        uses.append(part.options["uses"])
        part = part.parts[0]
    box = part.options["box"] if isinstance(part, Node) and part.kind == "echo" else box_of(part)
    return " ".join([*names, *([f"box{box}"] if box else [])]), " ".join(filter(None, uses))


def nodes_in(parts: Part) -> Iterator[Node]:
    """Every word of a page, from the outside in."""
    if isinstance(parts, At):
        parts = (parts.part,)
    elif isinstance(parts, Node):
        yield parts
        parts = (*parts.parts, *parts.options.get("head", ()), *parts.options.get("shapes", ()))
    if isinstance(parts, (tuple, list)) or (isinstance(parts, np.ndarray) and parts.dtype == object):
        for part in parts:
            yield from nodes_in(part)


def boxes_in(parts: Part) -> Iterator[int]:
    """The boxes that stand there to be filled, as they come; what only repeats one is passed over."""
    if n := box_of(parts):
        yield n
    elif isinstance(parts, At):
        yield from boxes_in(parts.part)
    elif isinstance(parts, Node):
        if parts.kind != "echo":
            yield from boxes_in((*parts.parts, *parts.options.get("head", ())))
    elif isinstance(parts, np.ndarray):
        boxes: NDArray[Any] | None = getattr(parts, "boxes", None)
        if boxes is not None:
            yield from (int(n) for n in boxes.ravel() if n)
        elif parts.dtype == object:
            for part in parts:
                yield from boxes_in(part)
    elif isinstance(parts, (tuple, list)):
        for part in parts:
            yield from boxes_in(part)


def _several(values: Part) -> TypeGuard[Several]:
    return isinstance(values, (list, tuple, np.ndarray)) and not isinstance(values, (Node, At, Shape))


def _each(values: Several, word: Callable[[Any, Index], Part]) -> NDArray[Any]:
    """The array of word(entry, index) over the entries of a vector or a matrix, boxes kept."""
    shape = values.shape if isinstance(values, np.ndarray) else _shape(values)
    out: NDArray[Any] = np.empty(shape, dtype=object)
    for index in np.ndindex(shape):
        out[index] = word(values[index] if isinstance(values, np.ndarray) else _at(values, index), index)
    return out


def _shape(values: Sequence[Part]) -> Index:
    row: Any = values[0] if any(map(_several, values)) else None
    return (len(values),) if row is None else (len(values), len(row))


def _at(values: Any, index: Index) -> Part:
    for i in index:
        values = values[i]
    return values


def entries(values: Part) -> list[Any]:
    """The entries of a vector, boxes kept, as a list; anything else is a list of one."""
    return list(values) if _several(values) else [values]
