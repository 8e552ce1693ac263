"""Check by nudging: nudge a weight of a page's own network and hold Δcost/ε beside the gradient that was typed there.

    def check(control):
        return checked(control, "equations/small-gradients", "equations/deep-gradients")

Which boxes of a page hold which gradients is read off their names, ∂C/∂W^2 in row 1, column 2. The nudge knows nothing
of gradients: it computes the cost twice.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from .. import pages
from ..answers import Number, read_number
from ..engine.network import Layer, Network
from ..layout import Node, readings, say
from ..layout.figures import BOTTOM, LEFT, RIGHT, TOP, figure, ring, segment, tag
from ..layout.numbers import number, rounded
from ..page import Box

NUDGES = (1, 0.5, 0.1, 0.01, 0.001, -0.001, -0.01, -0.1, -0.5, -1)
WIDTH, ROW, MARGIN, RADIUS = 560, 100, 30, 24
GRADIENT = re.compile(r"∂[Cl]/∂(?P<kind>[WwBb]|\(b_4, b_5\))(?:\^(?P<layer>\d)| of the (?P<which>first|second) layer)?"
                      r"(?: on the edges)?")  # fmt: skip
LAYERS = {
    "backpropagation/weight-gradients": 2, "backpropagation/weight-matrix": 2, "backpropagation/bias-gradients": 2,
    "backpropagation/first-layer": 1, "backpropagation/first-matrix": 1,
}  # fmt: skip
"""Pages that look at one layer of a deeper network, and at which."""
ACTIVATIONS = {
    "cost": ("relu",), "backpropagation": ("identity", "identity"), "equations": ("sigmoid",) * 3,
    "batching": ("relu", "identity"), "cost/cost-as-formula": ("identity",),
}  # fmt: skip
"""Activations of the layers, by chapter or page."""


class Parameter(NamedTuple):
    """One weight or bias: its layer (1 is the first), its node, and from which node it comes; None for a bias."""

    layer: int
    node: int
    start: int | None

    @property
    def name(self) -> str:
        """As mathematics: w^2_{13}, b^1_2."""
        return f"{'b' if self.start is None else 'w'}^{self.layer}_" + (
            f"{self.node + 1}" if self.start is None else f"{{{self.node + 1}{self.start + 1}}}")  # fmt: skip


class Case(NamedTuple):
    """What a page is about: its network, its examples in columns, and the box of each gradient it asks for."""

    network: Network
    inputs: np.ndarray
    targets: np.ndarray
    boxes: dict[Parameter, Box]

    def cost(self, parameter: Parameter, nudge: float) -> float:
        """The cost with one parameter nudged."""
        arrays = [array.copy() for array in self.network.parameters]
        place = 2 * (parameter.layer - 1) + (parameter.start is None)
        at = (parameter.node,) if parameter.start is None else (parameter.node, parameter.start)
        arrays[place][at] += nudge
        return self.network.with_parameters(arrays).cost(self.inputs, self.targets)

    def value(self, parameter: Parameter) -> float:
        """The weight or bias itself."""
        layer = self.network.layers[parameter.layer - 1]
        return float(layer.bias[parameter.node] if parameter.start is None
                     else layer.weights[parameter.node, parameter.start])  # fmt: skip


@lru_cache(maxsize=256)
def case(slug: str, variant: int = 0) -> Case:
    """What the page is about, with the numbers of this variant."""
    sheet = pages.load(slug).sheet(variant)
    network, inputs, targets = _network(slug, sheet.givens)
    boxes: dict[Parameter, Box] = {}
    for box in sheet.boxes:
        parameter = _parameter(slug, box, len(network.layers))
        if parameter is not None:
            boxes.setdefault(parameter, box)
    return Case(network, inputs, targets, boxes)


def _network(slug: str, given: Mapping[str, object]) -> tuple[Network, np.ndarray, np.ndarray]:
    names = ACTIVATIONS.get(slug) or ACTIVATIONS[slug.partition("/")[0]]
    if "w" in given:
        pairs = [(np.atleast_2d(given["w"]), np.atleast_1d(given["b"]))]
    else:
        pairs = [(given[f"W{n}"], given[f"b{n}"]) for n in (1, 2, 3) if f"W{n}" in given]
    network = Network([Layer(w, b, name) for (w, b), name in zip(pairs, names, strict=False)])
    inputs = np.asarray(given["X"] if "X" in given else given["x"], dtype=float)
    targets = np.asarray(given["target"] if "target" in given else given["y"], dtype=float)
    if slug.startswith("cost/"):
        inputs, targets = np.atleast_2d(inputs).reshape(-1, pairs[0][0].shape[1]).T, targets.reshape(1, -1)
    elif slug == "batching/backward-rows":
        inputs, targets = inputs.T, targets.T
    return network, inputs, targets


def _parameter(slug: str, box: Box, layers: int) -> Parameter | None:
    """Which parameter's gradient stands in a box; None if another thing does."""
    if box.name == "the gradient there":  # of a neuron with one input: its weight, then its bias
        return Parameter(1, 0, 0 if "entry 1" in box.label else None)
    name = GRADIENT.fullmatch(box.name)
    if name is None or box.kind != "number":
        return None
    layer = {"first": 1, "second": 2}.get(name["which"] or "", int(name["layer"] or 0)) or LAYERS.get(slug, layers)
    places = [int(found) - 1 for found in re.findall(r"(?:row|column|entry) (\d+)", box.label)]
    if name["kind"][:1] in "bB(":
        return Parameter(layer, (places or [0])[0], None)
    return Parameter(layer, *(places if len(places) == 2 else [0, (places or [0])[0]]))


# -- the explorer ------------------------------------------------------------------------------------------------------


def checked(control, *slugs: str) -> tuple[Node, ...]:
    """Choose a page, a weight and a nudge; see the network, and Δcost/ε beside what was typed."""
    titles = {pages.load(slug).title: slug for slug in slugs}
    slug = titles[control.choice("page", tuple(titles), spoken="page")]
    asked = case(slug, control.variant)
    named = {parameter.name: parameter for parameter in asked.boxes}
    parameter = named[control.choice("weight", tuple(named), spoken="weight")]
    nudge = control.scale("ε", 0.1, NUDGES, spoken="nudge ε")
    before, after = asked.cost(parameter, 0.0), asked.cost(parameter, nudge)
    box = asked.boxes[parameter]
    typed = control.typed(slug).get(box.number, "")
    return (
        _picture(asked, parameter, nudge),
        readings(("C", _said(before)), ("C_{nudged}", _said(after)), ("ΔC", _said(after - before)),
                 ("ΔC/ε", _said((after - before) / nudge))),
        say(_beside(box.number, typed)),
    )  # fmt: skip


def _beside(box: int, typed: str) -> str:
    """What stands in the box of this gradient, as it was read."""
    read = read_number(typed) if typed else None
    if read is None:
        return f"Box {box} of the page is still empty. Work it out there, then nudge to check it."
    if not isinstance(read, Number):
        return f"What stands in box {box} cannot be read as a number."
    return f"In box {box} you typed **{typed.strip()}**. Does the ratio come near it when ε shrinks?"


def _picture(asked: Case, chosen: Parameter, nudge: float) -> Node:
    sizes = [asked.network.layers[0].weights.shape[1], *(len(layer.bias) for layer in asked.network.layers)]
    height = ROW * max(sizes)

    def place(layer: int, node: int) -> tuple[float, float]:
        gap = (WIDTH - 2 * MARGIN) / (len(sizes) - 1)
        return MARGIN + gap * layer, 36 + ROW * ((max(sizes) - sizes[layer]) / 2 + node)

    lines, tags, rings = [], [], [ring(place(0, k), f"x_{k + 1}", size=RADIUS) for k in range(sizes[0])]
    for layer, size in enumerate(sizes[1:], start=1):
        for node in range(size):
            bias = Parameter(layer, node, None)
            lit = bias == chosen
            rings.append(ring(place(layer, node), f"a_{node + 1}", "care" if lit else "ink", size=RADIUS))
            tags.append(_tag(asked, bias, place(layer, node), lit, nudge, dy=36))
            for start in range(sizes[layer - 1]):
                edge = Parameter(layer, node, start)
                ends = place(layer - 1, start), place(layer, node)
                lines.append(segment(*ends, "care" if edge == chosen else "soft"))
                where = tuple(a + (b - a) * 0.25 for a, b in zip(*ends, strict=True))
                tags.append(_tag(asked, edge, where, edge == chosen, nudge))
    title = f"The network of the page; {chosen.name} is nudged by {nudge:g}"
    return figure(*lines, *rings, *tags, x=(0, WIDTH), y=(height, 0), axes=False, title=title,
                  width=WIDTH + LEFT + RIGHT, height=height + TOP + BOTTOM)  # fmt: skip


def _tag(asked: Case, parameter: Parameter, at: tuple[float, float], lit: bool, nudge: float, dy: float = 0):
    """The value on its edge or under its node; a click on it chooses it, if the page asks for its gradient."""
    value = _said(asked.value(parameter))
    said = f"{value} {'+' if nudge > 0 else '−'} {abs(nudge):g}" if lit else value
    said = f"b = {said}" if parameter.start is None else said
    pick = ("weight", parameter.name) if parameter in asked.boxes else None
    return tag(at, said, "care" if lit else "accent" if pick else "soft", dy=dy, pick=pick)


def _said(value: float) -> str:
    """Five digits, without trailing zeros: enough to see a small nudge."""
    text = number(value)
    text = text if "/" not in text and len(text) <= 7 else rounded(value, 5)
    return text.rstrip("0").rstrip(".") if "." in text and "e" not in text else text
