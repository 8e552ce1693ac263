"""How a page is said: the words it is written in, as a tree. HTML and text are made of it in render/.

vocabulary  step, say, eq, frac, indexed, matrix, column, row, table, aligned, group, term, drawing, beside, readings,
            echo, trail, lit
phrases     words, APART, by, link, signed, added, grouped, listed
layers      each, edges, under, back_along, named, nodes, fig: layers lit alike in drawings and formulas (import from
            there)
sketches    neuron, plot, batch, number_line, descent: drawings of a neuron, curves, a batch, a mean, and steps in a
            valley (import from there)
slides      sliding, grids, Grid: a filter over a row, pictures as grids of numbers (import from there)
figures     axes with curves, arrows, areas, heat maps, contours, handles (import from there)
surfaces    surfaces over a grid, seen from above and aside (import from there)
diagrams    network, graph: drawn nodes, arrows, and what sits on them
typeset     the small mark-up of mathematics and prose in strings
numbers     how numbers are printed
boxed       values that know which box they sit in

Imports: engine.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .boxed import BoxedArray, BoxedNumber, Shape, box_of, boxed
from .diagrams import graph, network
from .numbers import number
from .phrases import APART, added, by, grouped, link, listed, signed, words
from .vocabulary import (
    At,
    Node,
    aligned,
    beside,
    boxes_in,
    column,
    drawing,
    echo,
    eq,
    frac,
    group,
    indexed,
    lit,
    matrix,
    nodes_in,
    readings,
    row,
    say,
    step,
    table,
    term,
    undrawn,
)

__all__ = [
    "APART", "At", "BoxedArray", "BoxedNumber", "Node", "Shape", "added", "aligned", "beside", "box_of", "boxed",
    "boxes_in",
    "by", "column", "drawing", "echo", "eq", "frac", "graph", "group", "grouped", "indexed", "link", "listed", "lit",
    "mathematics", "matrix", "network", "nodes_in", "number", "prose", "readings", "row", "say", "signed", "step",
    "table", "term", "undrawn", "words",
]  # fmt: skip

if TYPE_CHECKING:
    from .typeset import mathematics as mathematics  # under its own name: it is passed on
    from .typeset import prose as prose

LATER = {  # what only rendering needs is loaded when it is first used; marking never renders
    **dict.fromkeys(("mathematics", "prose"), ".typeset"),
}


def __getattr__(name: str) -> Any:
    if name in LATER:
        return getattr(import_module(LATER[name], __name__), name)
    raise AttributeError(f"autograder.layout has no {name!r}")
