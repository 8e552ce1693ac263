"""Drawn networks and graphs: layers of nodes with weights on the edges, and operations with values flowing through.

Both place the same three things: round nodes, arrows, and labels that sit on them. A label may be a box, or echo one.
What belongs together lights up together: an edge with the value at its start and the gradient at its end; a gradient
that comes back with the factors it is the product of.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import hypot
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias
from zlib import crc32

from .boxed import box_of
from .numbers import number
from .vocabulary import At, Node, Part, Several, drawing, drawn, entries, lit, names_of, unlit

if TYPE_CHECKING:
    from numpy.typing import NDArray

NODE_RADIUS = 27
COLUMN_GAP = 270
ROW_GAP = 100
MARGIN = 56
HALF_BOX = 17  # half the height of a box
CLEAR = 2  # between the tip of an arrow and what it points at
SIDE = 100  # left and right of a network, where names stand

Point: TypeAlias = tuple[float, float]
Weights: TypeAlias = "NDArray[Any] | Sequence[Several]"

Arrow: TypeAlias = "tuple[str, str] | tuple[str, str, Part] | tuple[str, str, Part, Part]"
"""From which node to which, and what stands above the arrow and below it."""

Nodes: TypeAlias = "Mapping[str, tuple[float, float, Part]]"
"""Name → column, row, and what stands in the node."""


def network(
    layers: Sequence[Part],
    weights: Sequence[Weights | None] = (),
    *,
    names: Sequence[Several] = (),
    captions: Sequence[str] = (),
    title: str = "",
    below: Sequence[Several] = (),
    along: Sequence[float] | Sequence[Sequence[float]] = (0.36,),
    gap: int = COLUMN_GAP,
    row_gap: int = ROW_GAP,
) -> Node:
    """Layers of nodes from left to right, every node joined to every node of the layer before.

    layers    one vector per layer: what stands in its nodes (numbers, boxes, strings)
    weights   one matrix per gap, entry [j, k] on the edge from node k to node j; None leaves the edges bare
    names     one sequence per layer: a name beside each node of the outer layers, above those between; or an echo
    captions  a line under each layer
    below     one sequence per layer: what stands under each node, a bias (a string) or a gradient (a number, a box);
              where anything hangs under hidden nodes, the edges swing around it
    along     where on an edge its weight sits, as a share of the way; shares are taken in turn over the target nodes,
              one sequence of them for all gaps or one per gap
    """
    if not drawn.get():
        return Node("drawing", ())
    own = _own(title)
    columns: list[list[Part]] = [
        [lit(f"{own}a{n}.{i}", part) for i, part in enumerate(entries(layer))] for n, layer in enumerate(layers)
    ]
    deep = any(holds_box(under) for level in below for under in level)
    hanging = any(len(level) for level in below[1:-1]) if len(below) == len(columns) else False
    height = 2 * (MARGIN + 34 * deep) + (max(map(len, columns)) - 1) * row_gap
    width = int(2 * SIDE + gap * (len(columns) - 1))
    spots = [
        [(SIDE + gap * level, height / 2 + (i - (len(column) - 1) / 2) * row_gap) for i in range(len(column))]
        for level, column in enumerate(columns)
    ]
    shapes: list[str] = []
    labels: list[At] = []
    widest = [max(map(letters_in, column)) for column in columns]
    for level, matrix in enumerate(weights):
        shares = _shares(along, level)
        for j, end in enumerate(spots[level + 1]):
            for k, start in enumerate(spots[level]):
                share = shares[j % len(shares)] if len(spots[level + 1]) > 1 else 0.46
                end_lit = f"{own}d{level + 1}.{j}" if below and len(below[level + 1]) else f"{own}a{level + 1}.{j}"
                weight: Part = None if matrix is None else matrix[j][k]
                part = lit(f"{own}w{level}.{j}.{k}", weight, uses=f"{own}a{level}.{k} {end_lit}")
                edge = Edge(start, end, columns[level][k], columns[level + 1][j], hanging, widest[level + 1])
                shapes.append(edge.svg(part))
                if unlit(part) is not None:
                    labels.append(At(*edge.at(share), part, "chip"))
    for level, column in enumerate(columns):
        place = "in" if level == 0 else "out" if level == len(columns) - 1 else "hidden"
        for i, part in enumerate(column):
            x, y = spots[level][i]
            if not box_of(unlit(part)):
                shapes.append(node(x, y, place, part))
            labels.append(At(x, y, part, "node-long" if is_long(part) else "node"))
            if names and len(names[level]) and names[level][i] != "":
                aside = 14 * bool(box_of(unlit(part)))
                dx, dy = {"in": (-52 - aside, 0), "out": (62 + aside, 0), "hidden": (0, -46)}[place]
                labels.append(At(x + dx, y + dy, names[level][i], "name"))
            if below and len(below[level]):
                under = below[level][i]
                down = 56 if holds_box(under) else 46
                style = "name" if isinstance(under, str) else "below"
                labels.append(At(x, y + down, lit(f"{own}d{level}.{i}", under), style))
    for level, caption in enumerate(captions):
        labels.append(At(spots[level][0][0], height - 10, Node("words", (), {"text": caption}), "caption"))
    bottom = max((at.y for at in labels), default=0) + 22  # what stands under the lowest nodes is not cut off
    return drawing(width, int(max(height, bottom)), shapes=shapes, labels=labels, title=title or _sizes(columns))


def _shares(along: Sequence[float] | Sequence[Sequence[float]], gap: int) -> Sequence[float]:
    one = along[gap if isinstance(along[0], Sequence) else 0]
    return one if isinstance(one, Sequence) else [share for share in along if not isinstance(share, Sequence)]


def _own(title: str) -> str:
    """What the names of one drawing begin with, so that they are no other's; the dot says that they are not spoken."""
    return f"·{crc32(title.encode()) % 4096:x}"


def graph(
    nodes: Nodes,
    edges: Sequence[Arrow],
    *,
    title: str,
    above: Mapping[str, Part] | None = None,
    unit: tuple[int, int] = (150, 92),
    along: float = 0.5,
) -> Node:
    """A computation drawn as operations joined by arrows.

    nodes   name → (column, row, what stands in the node); columns and rows count in units from the top left
    edges   (from, to, above, below): what is written above the arrow (the value going forward) and below it
            (the gradient coming back); either may be None or a box
    above   name → what stands above that node, such as its local gradient
    along   where beside an arrow its labels stand, as a share of the way
    """
    if not drawn.get():
        return Node("drawing", ())
    top = MARGIN + 24 if above else MARGIN
    places = {name: (MARGIN + unit[0] * x, top + unit[1] * y) for name, (x, y, _) in nodes.items()}
    shapes: list[str] = []
    labels: list[At] = []
    own = _own(title)
    above = {name: lit(f"{own}l.{name}", part) for name, part in (above or {}).items()}
    for edge in edges:
        start, end = edge[:2]
        a, b = places[start], places[end]
        notes = _named(own, edge, nodes, edges)
        shapes.append(Edge(a, b, nodes[start][2], nodes[end][2]).svg(*notes))
        for part, side in zip(notes, (-1, 1), strict=False):
            if unlit(part) is not None:
                labels.append(At(*_beside(a, b, along, part, side), part, "forward" if side < 0 else "backward"))
    for name, (_, _, part) in nodes.items():
        if not box_of(unlit(part)):
            shapes.append(node(*places[name], "hidden" if any(edge[1] == name for edge in edges) else "in", part))
        labels.append(At(*places[name], part, "node-long" if is_long(part) else "node"))
        if above and name in above:
            labels.append(At(places[name][0], places[name][1] - 53, above[name], "name"))
    width = int(max(x for x, _ in places.values()) + MARGIN)
    height = int(max(y for _, y in places.values()) + MARGIN)
    return drawing(width, height, shapes=shapes, labels=labels, title=title)


def _named(own: str, edge: Arrow, nodes: Nodes, edges: Sequence[Arrow]) -> list[Part]:
    """The notes of an edge, lit: what comes back here is made of what comes back behind the node and its own factor."""
    start, end, *notes = edge
    upstream = [f"{own}b.{here}.{there}" for here, there, *_ in edges if here == end]
    others = [f"{own}f.{here}.{there}" for here, there, *_ in edges if there == end and here != start]
    local = [f"{own}l.{end}", *(others if unlit(nodes[end][2]) == "×" else [])]  # a product's slope is the other factor
    forward, back = (*notes, None, None)[:2]
    return [
        lit(f"{own}f.{start}.{end}", forward),
        lit(f"{own}b.{start}.{end}", back, uses=" ".join([*upstream, *local]) if upstream else ""),
    ]


def holds_box(part: Part) -> bool:
    """Whether a part is a box or has one inside."""
    return bool(box_of(part)) or (isinstance(part, Node) and any(map(holds_box, part.parts)))


def is_long(part: Part) -> bool:
    """Whether a number or a string needs smaller print to stay inside a node; letters are wider than digits."""
    part = unlit(part)
    if isinstance(part, Node) and part.kind == "words":
        part = part.options["text"]
    if box_of(part) or isinstance(part, Node):
        return False
    if not isinstance(part, (str, int, float)):
        return False
    text = part if isinstance(part, str) else number(part)
    return " " in text or len(text) > (4 if text.isalpha() else 5)


def arrow(start: Point, end: Point, leave: float = NODE_RADIUS, reach: float = NODE_RADIUS) -> str:
    """An SVG arrow between two places, starting and ending at a distance from them."""
    length = hypot(end[0] - start[0], end[1] - start[1]) or 1.0
    (x1, y1), (x2, y2) = _between(start, end, leave / length), _between(end, start, (reach + 2) / length)
    return _arrow(f"M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}")


def _arrow(path: str, names: str = "") -> str:
    touch = f'<path class="wb-touch"{names} d="{path}"/>' if names else ""
    return f'<path class="wb-edge"{names} d="{path}" marker-end="url(#wb-arrow-{{{{uid}}}})"/>{touch}'


class Edge(NamedTuple):
    """An arrow between two nodes, of which it knows what stands in them: a box is wider than a node."""

    start: Point
    end: Point
    tail: Part = ""
    head: Part = ""
    curved: bool = False  # leave to the right and come in from the left
    widest: int = 0  # letters of the longest answer in the boxes of a layer, which are all as wide

    def svg(self, *lit: Part) -> str:
        """The arrow as SVG, lit by the names of what stands on it."""
        return _arrow(self._path(), names_in(*lit))

    def at(self, share: float) -> Point:
        """The point that lies so far along, as a share of the way."""
        if not self.curved:
            return _between(self.start, self.end, share)
        (x1, y1), (x2, y2) = self._ends()
        rise, over = 3 * share**2 - 2 * share**3, 1.5 * share * (1 - share) + share**3
        return x1 + (x2 - x1) * over, y1 + (y2 - y1) * rise

    def _ends(self) -> tuple[Point, Point]:
        (x1, y1), (x2, y2) = self.start, self.end
        if self.curved:
            head = _reach(self.head, (0, 0), (1, 0), self.widest) + CLEAR
            return (x1 + _reach(self.tail, (0, 0), (1, 0)), y1), (x2 - head, y2)
        length = hypot(x2 - x1, y2 - y1) or 1.0
        leave, reach = _reach(self.tail, self.start, self.end), _reach(self.head, self.end, self.start, self.widest)
        high = reach * (y2 - y1) / length > HALF_BOX / 2 and box_of(unlit(self.head))  # near the corner with the number
        reach += 12 if high else CLEAR
        return _between(self.start, self.end, leave / length), _between(self.end, self.start, reach / length)

    def _path(self) -> str:
        (x1, y1), (x2, y2) = self._ends()
        middle = (x1 + x2) / 2
        bend = f"C{middle:.1f} {y1:.1f} {middle:.1f} {y2:.1f} " if self.curved else "L"
        return f"M{x1:.1f} {y1:.1f}{bend}{x2:.1f} {y2:.1f}"


def names_in(*parts: Part) -> str:
    """The attributes by which a shape lights up with what stands on it."""
    from html import escape  # here, where something is drawn: marking draws nothing, and starts the sooner

    names, uses = (" ".join(filter(None, each)) for each in zip(*map(names_of, parts), strict=True))
    return (f' data-lit="{escape(names)}"' if names else "") + (f' data-uses="{escape(uses)}"' if uses else "")


def letters_in(part: Part) -> int:
    """How many letters a box must hold; decimals that go on have three digits. 0 for what is not a box."""
    part = unlit(part)
    if not box_of(part):
        return 0
    return min(len(number(float(part)) if isinstance(part, (int, float)) else str(part)), 5)


def width_of_box(letters: int) -> float:
    """How wide a box for so many letters is, as page.css has it."""
    return 22 + 11.2 * max(3, letters + 1)


def _reach(part: Part, here: Point, there: Point, widest: int = 0) -> float:
    """How far from its middle a node ends, or a box, on the way from here to there."""
    part = unlit(part)
    if not box_of(part):
        return NODE_RADIUS
    length = hypot(there[0] - here[0], there[1] - here[1]) or 1.0
    across, down = abs(there[0] - here[0]) / length, abs(there[1] - here[1]) / length
    half_width = width_of_box(max(letters_in(part), widest)) / 2
    return min(half_width / max(across, 1e-9), HALF_BOX / max(down, 1e-9))


def node(x: float, y: float, kind: str, part: Part = "") -> str:
    """An SVG node: kind is "in", "hidden" or "out". Lit by the names of what stands in it."""
    return f'<circle class="wb-node wb-{kind}"{names_in(part)} cx="{x:.1f}" cy="{y:.1f}" r="{NODE_RADIUS}"/>'


def _between(a: Point, b: Point, share: float) -> Point:
    return a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share


def _beside(a: Point, b: Point, share: float, part: Part, side: int) -> Point:
    """The place beside an arrow where a label clears the line: above it for side −1, below it for 1."""
    length = hypot(b[0] - a[0], b[1] - a[1]) or 1.0
    across, down = (a[1] - b[1]) / length, (b[0] - a[0]) / length  # the line's normal, pointing down
    part = unlit(part)
    letters = 6 if isinstance(part, Node) else len(str(part))
    half_width, half_height = (28, 30 if side > 0 else 28) if box_of(part) else (5 * letters + 3, 23)
    far = half_height * abs(down) + half_width * abs(across)
    if box_of(part) and across > 0:  # beside a rising arrow two boxes would meet at the corners where their marks sit
        far += 5
    x, y = _between(a, b, share)
    return x + side * far * across, y + side * far * down


def _sizes(columns: Sequence[Sequence[Part]]) -> str:
    return "A network with layers of " + ", ".join(str(len(column)) for column in columns) + " nodes"
