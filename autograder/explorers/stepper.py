"""Walk through a network one operation at a time: forward node by node, then back error by error.

    walk = Walk(*read("2-3-2"))
    walk.operations[5]                 Operation(kind="BP1", layer=2, node=0)
    walk.picture(5), walk.working(5)   the drawing, and the numbers that meet in this step

An operation is what happens at one node by one rule. All numbers are the engine's own.
"""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

import numpy as np

from ..engine.network import Network
from ..layout import Node, eq, frac, group, say, table
from ..layout.figures import area, arrow, label, ring, segment, tag
from ..layout.numbers import number, rounded
from ..layout.typeset import unmarked
from .sketch import RADIUS, Edge, Sketch

FORWARD, COST = "forward", "cost"
EQUATIONS = {
    "BP1": "δ^{(L)} = ∇_{a}C ⊙ σ′(z^{(L)})",
    "BP2": "δ^{(l)} = ((W^{(l+1)})^T δ^{(l+1)}) ⊙ σ′(z^{(l)})",
    "BP3": "∂C/∂b^{(l)} = δ^{(l)}",
    "BP4": "∂C/∂W^{(l)} = δ^{(l)} (a^{(l−1)})^T",
}
"""The four equations, as they stand in the panel that lights up."""

PANEL = 110  # pixels for the four equations
THICKET = 12  # edges between two layers, beyond which only those at work are labelled
CROWDED = 200  # pixels from column to column, below which a product takes two lines


class Operation(NamedTuple):
    """One step: which rule acts, and at which node of which layer (1 is the first behind the inputs; nodes from 0)."""

    kind: str
    layer: int
    node: int = 0


class Path(NamedTuple):
    """One way back: what came from behind, what it was multiplied by here, and their product."""

    upstream: float
    local: float

    @property
    def downstream(self) -> float:
        return self.upstream * self.local


class Walk:
    """A network, one example, and all that is computed on the way forward and back."""

    def __init__(self, network: Network, inputs: np.ndarray, targets: np.ndarray) -> None:
        self.network, self.inputs, self.targets = network, np.asarray(inputs, float), np.asarray(targets, float)
        self.seen = network.forward(self.inputs).layers
        self.gradients = network.backward(network.forward(self.inputs), self.targets)
        self.cost = network.cost(self.inputs, self.targets)

    @cached_property
    def sizes(self) -> list[int]:
        """Nodes of each layer, the inputs first."""
        return [len(self.inputs), *(len(seen.a) for seen in self.seen)]

    @cached_property
    def operations(self) -> list[Operation]:
        """All steps in their order."""
        last = len(self.seen)
        steps = [Operation(FORWARD, layer, j) for layer in range(1, last + 1) for j in range(self.sizes[layer])]
        steps += [Operation(COST, last)] + [Operation("BP1", last, j) for j in range(self.sizes[last])]
        for layer in range(last, 0, -1):
            steps += [Operation(rule, layer, j) for rule in ("BP3", "BP4") for j in range(self.sizes[layer])]
            steps += [Operation("BP2", layer - 1, k) for k in range(self.sizes[layer - 1]) if layer > 1]
        return steps

    @property
    def telling(self) -> int:
        """The first step back along the edges, or the last step: what the still picture shows."""
        kinds = [operation.kind for operation in self.operations]
        return kinds.index("BP2") + 1 if "BP2" in kinds else len(kinds)

    def value(self, layer: int, node: int) -> float:
        """aˡ of a node; layer 0 holds the inputs."""
        return float(self.inputs[node] if layer == 0 else self.seen[layer - 1].a[node])

    def delta(self, layer: int, node: int) -> float:
        """δˡ of a node."""
        return float(self.gradients[layer - 1].delta[node])

    def weight(self, layer: int, to: int, start: int) -> float:
        """w_jk of a layer: to node j, from node k of the layer before."""
        return float(self.network.layers[layer - 1].weights[to, start])

    def slope(self, layer: int, node: int) -> float:
        """σ′(z) of a node."""
        return float(self.network.layers[layer - 1].slope(self.seen[layer - 1])[node])

    def edges(self, operation: Operation) -> list[Edge]:
        """The edges along which something goes in this operation."""
        kind, layer, node = operation
        if kind in (FORWARD, "BP4"):
            return [(layer, node, k) for k in range(self.sizes[layer - 1])]
        if kind == "BP2":
            return [(layer + 1, j, node) for j in range(self.sizes[layer + 1])]
        return []

    def paths(self, operation: Operation) -> list[Path]:
        """What meets what in an operation of the way back: upstream and local of each of its products."""
        kind, layer, node = operation
        if kind == "BP1":
            return [Path(self.value(layer, node) - float(self.targets[node]), self.slope(layer, node))]
        if kind == "BP3":
            return [Path(self.delta(layer, node), 1.0)]
        if kind == "BP4":
            return [Path(self.delta(layer, node), self.value(layer - 1, k)) for _, _, k in self.edges(operation)]
        if kind == "BP2":
            return [Path(self.delta(above, j), self.weight(above, j, node)) for above, j, _ in self.edges(operation)]
        return []

    # -- the drawing -------------------------------------------------------------------------------------------------

    def picture(self, done: int, *, equations: bool = False) -> Node:
        """The network after so many operations; the last of them is the one that is shown at work.

        With `equations` the four stand above it, and the one that acts is lit.
        """
        now = self.operations[done - 1] if done else None
        active = self.edges(now) if now else []
        crowded = active[0][0] if active and self.sketch.gap < CROWDED else 0  # there is room for what acts alone
        marks = [mark for edge in self.sketch.edges if edge not in active for mark in self._edge(edge, crowded)]
        marks += [mark for spot in self.sketch.spots for mark in self._node(*spot, done)]
        if now:
            marks += [mark for edge in active for mark in self._active(edge, now, bool(crowded))]
        title = f"A {'–'.join(map(str, self.sizes))} network, {self.title_of(now) if now else 'before the first step'}"
        if not equations:
            return self.sketch.figure(*marks, title=title)
        return self.sketch.figure(*panel(now), *marks, title=title, over=PANEL)

    @cached_property
    def sketch(self) -> Sketch:
        """Where everything stands."""
        return Sketch([[f"{'a' if layer else 'x'}_{node + 1}" for node in range(size)]
                       for layer, size in enumerate(self.sizes)])  # fmt: skip

    def _edge(self, edge: Edge, bare: int) -> list:
        """An edge at rest, with its weight; those to the layer `bare` go without, and those of a thicket."""
        near, far = self.sketch.rims(edge)
        if edge[0] == bare or self.sizes[edge[0]] * self.sizes[edge[0] - 1] > THICKET:
            return [segment(near, far)]
        return [segment(near, far), tag(self.sketch.between(edge, 0.24), _number(self.weight(*edge)), "soft")]

    def _active(self, edge: Edge, now: Operation, crowded: bool) -> list:
        """An edge at work: an arrow the way things go, with the product on it, on two lines where it is crowded."""
        near, far = self.sketch.rims(edge)
        back = now.kind != FORWARD
        drawn, look = (arrow(far, near, "care"), "care") if back else (arrow(near, far), "accent")
        where = self.sketch.between(edge, 0.5 if crowded or now.kind == "BP2" else 0.42)
        left, right = self._factors(edge, now)
        if not crowded:
            return [drawn, tag(where, f"{_number(left)} · {_factor(right)} = {_number(left * right)}", look)]
        product = f"{_number(left, 2)}·{_factor(right, 2)}"
        return [drawn, tag(where, product, look, dy=-11), tag(where, f"= {_number(left * right, 2)}", look, dy=10)]

    def _factors(self, edge: Edge, now: Operation) -> tuple[float, float]:
        """What meets on an active edge: forward the weight and the value, back upstream and local."""
        if now.kind == FORWARD:
            return self.weight(*edge), self.value(edge[0] - 1, edge[2])
        return self.paths(now)[self.edges(now).index(edge)]

    def _node(self, layer: int, node: int, done: int) -> list:
        past = self.operations[:done]
        known = layer == 0 or Operation(FORWARD, layer, node) in past
        now = bool(past) and past[-1].kind != COST and (past[-1].layer, past[-1].node) == (layer, node)
        look = ("accent" if past[-1].kind == FORWARD else "care") if now else "ink" if known else "soft"
        at = self.sketch.place(layer, node)
        marks = [ring(at, _in_ring(self.value(layer, node)) if known else "", look, size=RADIUS)]
        marks.append(tag(at, self.sketch.name((layer, node)), "soft", dy=-37))
        if Operation("BP1", layer, node) in past or Operation("BP2", layer, node) in past:
            marks.append(tag(at, f"δ = {_number(self.delta(layer, node))}", "care", dy=37))
        return marks

    # -- the words ---------------------------------------------------------------------------------------------------

    def title_of(self, now: Operation) -> str:
        """What an operation does, in words."""
        where = f"node {now.node + 1} of layer {now.layer}"
        return {
            FORWARD: f"forward: the sum and the value of {where}",
            COST: "the cost",
            "BP1": f"the error of {where}",
            "BP2": f"the error of {where}, from the errors it feeds",
            "BP3": f"the gradient of the bias of {where}",
            "BP4": f"the gradients of the weights into {where}",
        }[now.kind]

    def working(self, done: int) -> tuple[Node, ...]:
        """The numbers of the operation that was done last."""
        if not done:
            return (say("Nothing is computed yet. Take the first step."),)
        now = self.operations[done - 1]
        title = self.title_of(now)
        heading = say(f"**{done} of {len(self.operations)}** · {title[0].upper()}{title[1:]}.")
        if now.kind == FORWARD:
            return heading, *self._sum(now)
        if now.kind == COST:
            return heading, self._cost()
        return heading, self._products(now), *self._joined(now)

    def _sum(self, now: Operation) -> tuple[Node, ...]:
        _, layer, node = now
        terms = [f"{_factor(self.weight(*edge))}·{_factor(self.value(layer - 1, edge[2]))}" for edge in self.edges(now)]
        bias, z = float(self.network.layers[layer - 1].bias[node]), float(self.seen[layer - 1].z[node])
        total = eq(_name("z", layer, node), "=", " + ".join(terms) + _signed(bias), "=", _number(z))
        sigma = SYMBOLS[self.network.layers[layer - 1].activation]
        if not sigma:
            return (total,)
        return total, eq(_name("a", layer, node), "=", f"{sigma}({_number(z)})", "=", _number(self.value(layer, node)))

    def _cost(self) -> Node:
        last = len(self.seen)
        squares = [f"({_number(self.value(last, j))} − {_factor(float(y))})^2" for j, y in enumerate(self.targets)]
        return eq("C", "=", frac("1", "2"), group("(", " + ".join(squares), ")"), "=", _number(self.cost))

    def _products(self, now: Operation) -> Node:
        _, layer, node = now
        heads = {
            "BP1": ("∂C/∂a = a − y", "σ′(z)", f"δ^{{({layer})}}_{node + 1}"),
            "BP2": (f"δ^{{({layer + 1})}}", f"W^{{({layer + 1})}}", f"∂C/∂a^{{({layer})}}_{node + 1}"),
            "BP3": (f"δ^{{({layer})}}_{node + 1}", "1", f"∂C/∂b^{{({layer})}}_{node + 1}"),
            "BP4": (
                f"δ^{{({layer})}}_{node + 1}",
                f"a^{{({layer - 1})}}" if layer > 1 else "x",
                f"∂C/∂W^{{({layer})}}",
            ),
        }[now.kind]
        words = ("upstream", "local", "downstream")
        lines = [[_number(path.upstream), "×", _number(path.local), "=", _number(path.downstream)]
                 for path in self.paths(now)]  # fmt: skip
        named = [heads[0], "×", heads[1], "=", heads[2]]
        return table([words[0], "", words[1], "", words[2]], named, *lines)

    def _joined(self, now: Operation) -> tuple[Node, ...]:
        """For BP2, the paths added up and sent through the slope."""
        if now.kind != "BP2":
            return ()
        _, layer, node = now
        arrived = [path.downstream for path in self.paths(now)]
        summed, name = sum(arrived), f"∂C/∂a^{{({layer})}}_{node + 1}"
        total = eq(name, "=", " + ".join(map(_factor, arrived)), "=", _number(summed))
        product = f"{_factor(summed)} · {_factor(self.slope(layer, node))}"
        delta = eq(_name("δ", layer, node), "=", f"{name} · σ′(z)", "=", product, "=",
                   _number(self.delta(layer, node)))  # fmt: skip
        return (total, delta) if len(arrived) > 1 else (delta,)


SYMBOLS = {"identity": "", "relu": "ReLU", "sigmoid": "σ", "tanh": "tanh"}


def panel(now: Operation | None) -> list:
    """The four equations, above the network; the one that acts is lit."""
    marks = []
    for place, (name, equation) in enumerate(EQUATIONS.items()):
        x, y = 290 * (place % 2), 44 * (place // 2) - PANEL
        acts = now is not None and now.kind == name
        if acts:
            frame = [(x, y + 2), (x + 280, y + 2), (x + 280, y + 40), (x, y + 40)]
            marks.append(area(frame, "care", filled=False))
        marks += [label((x + 14, y + 27), name, "ink" if acts else "soft", anchor="start"),
                  label((x + 66, y + 27), equation, "ink" if acts else "soft", anchor="start")]  # fmt: skip
    return marks


def _name(letter: str, layer: int, node: int) -> str:
    return f"{letter}^{{({layer})}}_{node + 1}"


def _number(value: float, digits: int = 3) -> str:
    """As we print numbers, with three digits where decimals go on."""
    text = number(value)
    return text if len(text) <= digits + 2 and "/" not in text else _power(rounded(value, digits))


def _in_ring(value: float) -> str:
    """With as many digits as fit into a node, one at least."""
    tried = (_number(value), *(_power(rounded(value, digits)) for digits in (2, 1)))
    return next((text for text in tried if len(unmarked(text)) <= 6), tried[-1])


def _power(text: str) -> str:
    """A power of ten as one writes it: 5.3·10^{-6} for 5.3e-06."""
    digits, e, exponent = text.partition("e")
    return f"{digits}·10^{{{int(exponent)}}}" if e else text


def _factor(value: float, digits: int = 3) -> str:
    return f"({_number(value, digits)})" if value < 0 else _number(value, digits)


def _signed(value: float) -> str:
    return f" {'−' if value < 0 else '+'} {_number(abs(value))}" if value else ""
