"""Chapter 11: a filter dragged over a picture, and what an output sees through several layers."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from ..authoring.explorer import explorer
from ..engine import correlate, turned
from ..engine.windows import Window, receptive_field
from ..layout import Node, readings, say
from ..layout.figures import Mark, area, bars, cells, dots, figure, handle, label, segment
from ..layout.numbers import compact

PICTURE = 2.0 * np.array([
    [0, 0, 0, 0, 0, 0, 0],
    [0, 1, 0, 0, 1, 0, 0],
    [0, 1, 0, 0, 1, 0, 0],
    [0, 1, 1, 1, 1, 1, 0],
    [0, 0, 0, 0, 1, 0, 0],
    [0, 0, 0, 0, 1, 0, 0],
    [0, 0, 0, 0, 0, 0, 0],
])  # fmt: skip
SIDE, K = len(PICTURE), 3
OUTPUT = 13  # where the middle of the output lies


class Filter(NamedTuple):
    """Nine weights, and what they look for."""

    weights: np.ndarray
    about: str


UPRIGHT = np.array([[-1.0, 2, -1]] * 3)
FILTERS = {
    "upright strokes": Filter(UPRIGHT, "It answers strongly where an upright stroke lies in the middle."),
    "level strokes": Filter(UPRIGHT.T, "It answers strongly where a level stroke lies in the middle."),
    "edges": Filter(np.array([[1.0, 0, -1]] * 3), "Bright on the left and dark on the right gives plus, the other way "
                    "round minus. Turned around, the signs change."),
    "a mean": Filter(np.ones((3, 3)) / 9, "Every weight is a ninth: the picture is blurred. Turning changes nothing."),
    "one neighbour": Filter(np.eye(9)[5].reshape(3, 3), "A single 1 moves the picture by one. Turned around, the other "
                            "way."),
}  # fmt: skip


@explorer("A filter over a picture", beside="convolution/picture")
def sliding(control):
    """Drag the filter, or move it by arrow keys. The lit output is the sum of what lies under the filter, each pixel
    times the weight on it. Then look for other things, and turn the filter around."""
    name = control.choice("filter", tuple(FILTERS), label="look for")
    stride = int(control.choice("stride", ("1", "2")))
    padding = int(control.switch("padding", label="zeros around", spoken="zeros around the picture"))
    around = control.switch("turned", label="turned around", spoken="filter turned around")
    middle = control.drag("filter_at", (2.5, 2.5), x=(0.5, SIDE - 0.5), y=(0.5, SIDE - 0.5), step=1,
                          spoken="middle of the filter, across and down")  # fmt: skip
    weights = turned(FILTERS[name].weights) if around else FILTERS[name].weights
    outputs = correlate(PICTURE, weights, stride=stride, padding=padding)
    i, j = (stop(place, stride, padding, len(outputs)) for place in reversed(middle))
    top, left = stride * i - padding, stride * j - padding
    count = len(outputs)
    corner = (OUTPUT - count / 2, (SIDE - count) / 2)  # of the output
    shown = np.pad(PICTURE, padding)
    picture = figure(
        cells(shown, largest=5.0, printed=False, at=(-padding, -padding)), *_numbers(shown, padding),
        *_edge_of_picture(padding), cells(outputs, largest=12.0, at=corner), _frame(left, top, K),
        _frame(corner[0] + j, corner[1] + i, 1), handle("filter_at", (left + K / 2, top + K / 2)),
        x=(-1.2, OUTPUT + SIDE / 2 + 0.2), y=(SIDE + 1.2, -1.2), axes=False, width=646, height=336, room=(3, 3, 0, 0),
        title="The picture, and on it the filter as a frame of 3 by 3 pixels; beside it the output, "
        f"{count} by {count} sums, in which that of the filter where it lies is framed",
    )  # fmt: skip
    patch = shown[stride * i : stride * i + K, stride * j : stride * j + K]
    return (
        picture, _multiplied(patch, weights),
        readings(("sum", compact(outputs[i, j])), ("stops", f"{count} × {count}")),
        say(FILTERS[name].about),
    )  # fmt: skip


def stop(middle: float, stride: int, padding: int, count: int) -> int:
    """The stop that is nearest to where the middle of the filter was dragged, along one axis."""
    first = K / 2 - padding  # the middle at stop 0
    return int(np.clip(np.floor((middle - first) / stride + 0.5), 0, count - 1))


def _numbers(shown: np.ndarray, padding: int) -> list[Mark]:
    """What is not 0 in the picture, written on it: the zeros can be seen."""
    return [label((j - padding + 0.5, i - padding + 0.5), f"{shown[i, j]:g}", "ink wb-flat", dy=5)
            for i, j in zip(*np.nonzero(shown), strict=True)]  # fmt: skip


def _frame(left: float, top: float, size: float) -> Mark:
    corners = [(left, top), (left + size, top), (left + size, top + size), (left, top + size)]
    return area(corners, "care")


def _edge_of_picture(padding: int) -> list[Mark]:
    """A dashed line around the picture where zeros stand around it."""
    return [area([(0, 0), (SIDE, 0), (SIDE, SIDE), (0, SIDE)], "ink", filled=False, dashed=True)] * padding


def _multiplied(patch: np.ndarray, weights: np.ndarray) -> Node:
    """What lies under the filter, entry by entry times the weights."""
    parts = (("under the filter", patch, 5.0), ("the weights", weights, 3.0), ("the products", patch * weights, 6.0))
    marks, step = [], K + 2.5
    for n, (name, part, largest) in enumerate(parts):
        left = n * step
        marks += [cells(part, largest=largest, at=(left, 0)), label((left + K / 2, K), name, "soft", dy=20)]
    signs = [label((n * step - 1.25, K / 2), sign, dy=6) for n, sign in ((1, "⊙"), (2, "="))]
    wide = 2 * step + K
    return figure(
        *marks, *signs, x=(0, wide), y=(K, 0), axes=False, width=40 * wide + 28, height=40 * K + 30,
        room=(14, 14, 2, 28),
        title="What lies under the filter, times the weights, entry by entry",
    )  # fmt: skip


# -- what an output sees -----------------------------------------------------------------------------------------------

INPUTS, MOST = 24, 4
SPREADS = {"side by side": lambda layer: 1, "twice as far apart in each layer": lambda layer: 2**layer}
"""How far apart the places of a filter lie, the first layer counted 0."""


class Stack(NamedTuple):
    """Layers over a row of inputs: their windows, how many nodes each has, and where those stand over the inputs."""

    windows: tuple[Window, ...]
    counts: tuple[int, ...]
    places: tuple[np.ndarray, ...]


@explorer("What an output sees", beside="convolution/receptive-field")
def field(control):
    """Choose an output at the top, and follow it down: what is lit can change it. Which grows faster, with more layers
    or with longer filters? And with a stride?"""
    k = int(control.choice("k", ("2", "3", "5"), "3", label="k =", spoken="length of the filters k"))
    stride = int(control.choice("stride", ("1", "2")))
    spread = control.choice("places", tuple(SPREADS), spoken="places of a filter")
    wanted = control.steps("layers", MOST, 3)
    stack = stacked(k, stride, SPREADS[spread], wanted)
    deep = len(stack.windows)
    at = control.slider("output", 12, low=0, high=INPUTS - 1, step=1, label="output over input", spoken="output")
    top = int(np.argmin(np.abs(stack.places[-1] - at)))
    ways = paths(stack, top)
    size = receptive_field(stack.windows)[0] if deep else 1
    title = f"{INPUTS} inputs and {deep} layers over them; lit is what output {top + 1} of the last one sees"
    picture = figure(
        *_lines(stack, ways), *_nodes_of(stack, ways), handle("output", (stack.places[-1][top], deep), along="x"),
        x=(-0.7, INPUTS - 0.3), y=(-0.5, MOST + 0.4), axes=False, width=640, height=300, title=title, room=(4, 4, 4, 4),
    )  # fmt: skip
    counts = figure(
        bars(ways[0]),
        *(label((place, count), f"{count}", dy=-5) for place, count in enumerate(ways[0]) if 0 < count < 100),
        x=(-0.7, INPUTS - 0.3), y=(0, 1.25 * max(ways[0])), axes=False, width=640, height=110, room=(4, 4, 4, 4),
        title="How many ways lead from each input to the output",
    )  # fmt: skip
    numbers = readings(("sees", f"{size} inputs"), ("layers", deep))
    return picture, counts, numbers, say(_verdict(stack, wanted, ways[0]))


@lru_cache(maxsize=64)
def stacked(k: int, stride: int, spread, wanted: int) -> Stack:
    """As many of the layers asked for as the inputs have room for."""
    windows, counts, places = [], [INPUTS], [np.arange(float(INPUTS))]
    for layer in range(wanted):
        window = Window((k,), stride, dilation=spread(layer))
        if window.reach[0] > counts[-1]:
            break
        windows.append(window)
        counts.append(window.outputs((counts[-1],))[0])
        under = [stops_under(window, node) for node in range(counts[-1])]
        places.append(np.array([places[-1][nodes].mean() for nodes in under]))
    return Stack(tuple(windows), tuple(counts), tuple(places))


def stops_under(window: Window, node: int) -> list[int]:
    """Which nodes of the layer below lie under a filter at this stop."""
    return [window.stride * node + window.dilation * place for place in range(window.size[0])]


def paths(stack: Stack, top: int) -> list[np.ndarray]:
    """For each layer, inputs first, how many ways lead from each node to the output at the top."""
    ways = [np.eye(stack.counts[-1], dtype=int)[top]]
    for window, count in zip(reversed(stack.windows), reversed(stack.counts[:-1]), strict=True):
        below = np.zeros(count, int)
        for node in np.flatnonzero(ways[0]):
            below[stops_under(window, int(node))] += ways[0][node]
        ways.insert(0, below)
    return ways


def _lines(stack: Stack, ways: Sequence[np.ndarray]) -> list[Mark]:
    """From what is lit to what is lit below it."""
    return [
        segment((stack.places[layer + 1][node], layer + 1), (stack.places[layer][under], layer), "accent")
        for layer, window in enumerate(stack.windows) for node in np.flatnonzero(ways[layer + 1])
        for under in stops_under(window, int(node))
    ]  # fmt: skip


def _nodes_of(stack: Stack, ways: Sequence[np.ndarray]) -> list[Mark]:
    marks = []
    for layer, (places, count) in enumerate(zip(stack.places, ways, strict=True)):
        for look, shown in (("soft", count == 0), ("accent", count > 0)):
            marks.append(dots([(place, layer) for place in places[shown]], look, size=5 if look == "accent" else 3.5))
    return marks


def _verdict(stack: Stack, wanted: int, ways: np.ndarray) -> str:
    if not stack.windows:
        return "Without a layer an output is an input: it sees itself."
    deep = len(stack.windows)
    room = "" if deep == wanted else f"The row is too short for layer {deep + 1}. "
    added = " + ".join(["1", *(f"{step}" for step in grows(stack.windows))])
    even = len(set(ways[ways > 0])) == 1
    share = "One way leads from each." if even else "Not all have as many ways to it: the bars count them."
    return f"{room}{added}: every layer adds its span less one, times the strides below it. {share}"


def grows(windows: Sequence[Window]) -> list[int]:
    """By how much each layer widens what an output sees."""
    sizes = [1, *(receptive_field(windows[: n + 1])[0] for n in range(len(windows)))]
    return [after - before for before, after in zip(sizes, sizes[1:], strict=False)]
