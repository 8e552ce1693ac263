"""Chapter 12: attention weights under a dragged query, and where a gradient goes in a block."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..authoring.explorer import explorer
from ..engine.attention import (
    attention_weights,
    gradient_of_inputs,
    gradient_of_keys,
    gradient_of_queries,
    gradient_of_scores,
    gradient_of_values,
    gradient_of_weights,
    masked,
    past,
    project,
    scores,
    weighted_mean,
)
from ..engine.normalisation import gradient_of_row
from ..layout import Node, beside, readings, say
from ..layout.figures import (
    Mark,
    area,
    arrow,
    bars,
    dots,
    figure,
    handle,
    heatmap,
    label,
    ring,
    segment,
    short,
    tag,
    vector,
)
from ..layout.numbers import compact

# -- who is looked at --------------------------------------------------------------------------------------------------

KEYS = np.array([[3.0, 0.5], [0.5, 3.0], [-2.5, 1.0], [0.5, -2.5]])
VALUES = np.array([[3.0, -2.0], [1.0, 3.0], [-3.0, 1.5], [-2.0, -2.5]])
LOOKS = ("accent", "care", "ok", "bad")  # a colour for each word
PLANE = (-4.0, 4.0)


@explorer("Whom a query looks at", beside="attention/weighted-mean")
def asking(control):
    """Drag the query $q$. Its scores are dot products with the keys, softmax makes weights of them, and the output $z$
    is the mean of the values with these weights. Where is $z$ when $q$ is 0? Where when $q$ is long?"""
    query = np.array(control.drag("q", (1.5, 1.0), x=PLANE, y=PLANE, spoken="query, x and y"))
    root = control.switch("root", True, label="divided by √d", spoken="scores divided by the root of d")
    hidden = control.switch("mask", label="words 3 and 4 masked", spoken="words 3 and 4 masked")
    allowed = np.array([[True, True, not hidden, not hidden]])
    raw = scores(query[None], KEYS) * (1.0 if root else np.sqrt(2.0))
    weights = attention_weights(masked(raw, allowed))
    output = weighted_mean(weights, VALUES)[0]
    return (
        beside(_keys(query, allowed[0]), _values(output, weights[0])),
        _shares(raw[0], weights[0], allowed[0]),
        readings(("q", _pair(query)), ("z", _pair(output))), say(_how_sure(weights[0], query)),
    )  # fmt: skip


def _keys(query: np.ndarray, allowed: np.ndarray) -> Node:
    marks: list[Mark] = []
    for n, (key, look, free) in enumerate(zip(KEYS, LOOKS, allowed, strict=True)):
        marks += vector((0, 0), key, f"k_{n + 1}", look if free else "soft", x=PLANE, y=PLANE)
    return figure(
        *marks, *vector((0, 0), query, "q", "ink", x=PLANE, y=PLANE, side=-1), handle("q", query),
        x=PLANE, y=PLANE, width=330, height=324, title="The query and the four keys as arrows",
    )  # fmt: skip


def _values(output: np.ndarray, weights: np.ndarray) -> Node:
    """The values, the larger the more is taken of them, and their mean; it cannot leave the area between them."""
    marks: list[Mark] = [area(VALUES[[0, 1, 2, 3]], "soft", filled=False, dashed=True)]
    for n, (value, look, weight) in enumerate(zip(VALUES, LOOKS, weights, strict=True)):
        marks.append(segment(output, value, look if weight > 0.02 else "soft"))
        marks.append(dots([value], look, size=3 + 9 * float(weight) ** 0.5))
        outward = value / np.hypot(*value)
        marks.append(label(value, f"v_{n + 1}", look, dx=float(20 * outward[0]), dy=float(5 - 20 * outward[1])))
    marks += [dots([output], "ink", size=6), label(output, "z", dx=13, dy=-7)]
    title = "The four values as points, and their weighted mean z"
    return figure(*marks, x=PLANE, y=PLANE, width=330, height=324, title=title)


def _shares(raw: np.ndarray, weights: np.ndarray, allowed: np.ndarray) -> Node:
    """A bar for each weight, its score below it."""
    marks: list[Mark] = []
    for n, (score, weight, look) in enumerate(zip(raw, weights, LOOKS, strict=True)):
        marks += [bars([weight], look, at=[n], wide=0.5), label((n, weight), short(weight), look, dy=-6),
                  label((n, 0), f"s_{n + 1} = {compact(score, 2)}" if allowed[n] else "masked", "soft", dy=21),
                  ]  # fmt: skip
    return figure(
        *marks, x=(-0.6, 3.6), y=(0, 1.2), axes=False, width=620, height=140, room=(10, 10, 4, 32),
        title=f"The attention weights as bars: {', '.join(map(short, weights))}",
    )  # fmt: skip


def _pair(point: np.ndarray) -> str:
    return f"({compact(point[0])}, {compact(point[1])})"


def _how_sure(weights: np.ndarray, query: np.ndarray) -> str:
    free = weights[weights > 0]
    if not np.any(query):
        return f"The query is 0, so are all scores: every word that may be looked at has weight 1/{len(free)}."
    most = int(np.argmax(weights))
    if weights[most] > 0.97:
        return (f"Word {most + 1} has nearly all of the attention. The mean has become a choice, and the slopes of "
                "softmax are nearly 0: such a query learns little.")  # fmt: skip
    if weights[most] <= 0.5:
        return "No word has more than half of the attention. Lengthen $q$, and one of them wins, or several alike."
    return (f"Most of the attention goes to word {most + 1}. Turn $q$, and another takes over; lengthen it, and the "
            "first wins all.")  # fmt: skip


# -- where a gradient goes ---------------------------------------------------------------------------------------------

X = np.array([[1.0, -1.0, 0.5], [0.5, 2.0, -1.0], [-1.5, 0.5, 1.0]])
W_Q = np.array([[0.5, 0.25], [-0.25, 0.5], [0.25, 0.0]])
W_K = np.array([[1.0, -1.0], [0.5, 1.0], [0.0, 0.5]])
W_V = np.array([[1.0, 0.5, -0.5], [-0.5, 1.0, 0.5], [0.5, 0.0, 1.0]])
UPSTREAM = np.array([3.0, -1.5, 1.5])  # at the position that is chosen
SHARPNESS = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0)
PATHS = ("+", "V", "Q", "K")
COLUMNS = ("residual", "values", "queries", "keys", "together")


class Back(NamedTuple):
    """What comes back in a block: to what leaves attention, and to the inputs along each of its paths."""

    block: np.ndarray
    paths: dict[str, np.ndarray]  # the residual connection, values, queries, keys → ∂C/∂X along it
    parts: dict[str, np.ndarray]  # S, Q, K, V → the gradient there
    weights: np.ndarray


@explorer("Where a gradient goes in a block", beside="attention/block-back-words")
def block(control):
    """A gradient comes from above to one position. Along the residual connection it reaches its own position alone, by
    the values all that were looked at. What becomes of the paths by queries and keys when attention is sharp? And does
    anything reach the words to come?"""
    at = int(control.choice("position", ("1", "2", "3"), "2", label="gradient at position"))
    sharp = control.scale("sharpness", 1.0, SHARPNESS, label="scores times", spoken="sharpness: scores times")
    causal = control.switch("mask", True, label="mask of the past", spoken="mask of the past")
    residual = control.switch("residual", True, label="residual connection", spoken="residual connection")
    upstream = np.zeros(X.shape)
    upstream[at - 1] = UPSTREAM
    back = backward(upstream, sharp, causal, residual)
    paths = [back.paths[name] for name in PATHS]
    reached = np.array([[float(np.hypot.reduce(part[t])) for part in (*paths, np.sum(paths, axis=0))] for t in range(len(X))])
    table = heatmap(
        reached, rows=[f"x_{t + 1}" for t in range(len(X))], columns=list(COLUMNS), cell=92, left=60,
        largest=1.5 * max(float(reached.max()), 0.1),
        title="How long the gradient is that reaches each word, path by path",
    )  # fmt: skip
    return _drawn(back, at, residual), _flat(table), say(_where_to(back, at, causal, residual))


def _flat(table: Node) -> Node:
    """The same heat map with cells that are wider than high."""
    high = len(X)
    return Node("figure", table.parts, {**table.options, "height": 30 + 34 * high})


def backward(upstream: np.ndarray, sharp: float, causal: bool, residual: bool) -> Back:
    """The gradients of a block with these three words, by the rules of the engine."""
    q, k, v = sharp * project(X, W_Q), project(X, W_K), project(X, W_V)
    allowed = past(len(X)) if causal else np.ones((len(X), len(X)))
    weights = attention_weights(masked(scores(q, k), allowed))
    before = weighted_mean(weights, v) + (X if residual else 0)
    dblock = gradient_of_row(before, np.ones(X.shape[1]), upstream)
    ds = gradient_of_scores(weights, gradient_of_weights(v, dblock))
    dq, dk, dv = gradient_of_queries(k, ds), gradient_of_keys(q, ds), gradient_of_values(weights, dblock)
    paths = {
        "+": dblock if residual else np.zeros(X.shape), "V": gradient_of_inputs(W_V, dv),
        "Q": sharp * gradient_of_inputs(W_Q, dq), "K": gradient_of_inputs(W_K, dk),
    }  # fmt: skip
    return Back(dblock, paths, {"S": ds, "Q": dq, "K": dk, "V": dv}, weights)


def length(gradient: np.ndarray) -> float:
    """How long a gradient is, all its entries taken together."""
    return float(np.sqrt(np.sum(gradient**2)))


SPOTS = {
    "X": (36, 130), "Q": (196, 40), "K": (196, 112), "V": (196, 184), "A": (334, 76), "AV": (436, 130), "+": (520, 130),
    "norm": (602, 130),
}  # fmt: skip
"""Where the nodes of the block stand, in pixels."""
LOW = 246  # of the residual connection
RADIUS = 21


def _drawn(back: Back, at: int, residual: bool) -> Node:
    """The block as a graph, forward from left to right; on each edge how long the gradient is that comes back."""
    inner, sizes = back.parts, {name: length(path) for name, path in back.paths.items()}
    block = length(back.block)
    dweights = length(back.block @ project(X, W_V).T)
    edges = [
        ("norm", "+", block), ("+", "AV", block), ("AV", "V", length(inner["V"])), ("AV", "A", dweights),
        ("A", "Q", length(inner["Q"])), ("A", "K", length(inner["K"])), ("Q", "X", sizes["Q"]), ("K", "X", sizes["K"]),
        ("V", "X", sizes["V"]),
    ]  # fmt: skip
    marks: list[Mark] = []
    for start, end, size in edges:
        marks += _edge(SPOTS[start], SPOTS[end], size)
    if residual:
        marks += _around(block)
    coming = (SPOTS["norm"][0] + 74, SPOTS["norm"][1])
    marks += [arrow(coming, _rim(coming, SPOTS["norm"]), "accent"),
              label(coming, f"x_{at}", "soft", dy=-10, dx=-14)]  # fmt: skip
    names = {"AV": "A V", "norm": "norm"}
    marks += [ring(spot, names.get(name, name), size=RADIUS + 5 * (name == "norm")) for name, spot in SPOTS.items()]
    return figure(
        *marks, x=(0, 690), y=(LOW + 24, 0), axes=False, width=690, height=LOW + 24, room=(0, 0, 0, 0),
        title="A block with one head of attention; on each edge the length of the gradient that comes back along it",
    )  # fmt: skip


def _edge(start: tuple[float, float], end: tuple[float, float], size: float) -> list[Mark]:
    """The way of a gradient from one node back to another, and how long it is; grey where nothing comes back."""
    look = "accent" if size >= 0.005 else "soft"
    leaves, meets = _rim(end, start), _rim(start, end)
    middle = ((leaves[0] + meets[0]) / 2, (leaves[1] + meets[1]) / 2)
    level = start[1] == end[1]
    return [arrow(leaves, meets, look), tag(middle, short(size), look, dy=-17 if level else 0)]


def _rim(start: tuple[float, float], end: tuple[float, float]) -> tuple[float, float]:
    """Where a line from one node meets the rim of another."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    share = 1 - (RADIUS + 5) / float(np.hypot(dx, dy))
    return start[0] + share * dx, start[1] + share * dy


def _around(size: float) -> list[Mark]:
    """The residual connection, below everything else."""
    (x, y), (left, _) = SPOTS["+"], SPOTS["X"]
    return [
        segment((x, y + RADIUS + 4), (x, LOW), "accent"), segment((x, LOW), (left, LOW), "accent"),
        arrow((left, LOW), (left, y + RADIUS + 5), "accent"), tag(((x + left) / 2, LOW), short(size), "accent"),
    ]  # fmt: skip


def _where_to(back: Back, at: int, causal: bool, residual: bool) -> str:
    """What the picture shows, in words."""
    sure = float(back.weights[at - 1].max())
    own = "Along the residual connection the gradient arrives whole, at its own position." if residual else (
        "Without the residual connection all of it must go through attention.")  # fmt: skip
    if causal and at == 1:
        return f"{own} Position 1 sees itself alone. Its weight is always 1, so nothing comes back by queries and keys."
    if sure > 0.97:
        return f"{own} Attention has made its choice: softmax is flat there, and little comes back by queries and keys."
    later = f" Nothing reaches positions after {at}: they were not looked at." if causal and at < len(X) else ""
    return f"{own} By values it is shared out with the weights of row {at}.{later}"
