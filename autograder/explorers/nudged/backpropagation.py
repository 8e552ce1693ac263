"""Chapter 7: single nodes and graphs, then the 2–3–2 network."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..nudging import ERRORS_ONLY, Asked, Computation, Given, errors, feeding, graph, layered, seen, slope

# -- single nodes and graphs -------------------------------------------------------------------------------------------


def single_nodes(g: Given) -> list[Computation | Asked]:
    """Nodes that multiply, and what comes back to them."""
    first = graph("x | f | C", {"f": lambda v: g["k"] * v.x, "C": lambda v: g["up"] * v.f}, {"x": g["x"]},
                  signs={"f": f"× {g['k']:g}"})  # fmt: skip
    others = _side_by_side([lambda x, k=k: k * x for k in g["factors"]], [f"× {k:g}" for k in g["factors"]], g["ups"])
    return [first, Asked(others, since=3)]


def three_kinds(g: Given) -> Computation:
    """A factor, an addition and a square."""
    nodes = [lambda x: g["k"] * x, lambda x: x + g["c"], lambda x: x**2]
    return _side_by_side(nodes, [f"× {g['k']:g}", f"+ {g['c']:g}", "x^2"], g["up"], g["x"])


def _side_by_side(nodes: list[Callable], signs: list[str], up: np.ndarray, x: object = None) -> Computation:
    """Nodes with one input each, and the loss behind them, which rises by `up` where their values rise by 1."""
    numbers = range(len(nodes))
    steps = {"f": lambda v: [node(each) for node, each in zip(nodes, v.x, strict=True)],
             "C": lambda v: slope(up, v.f)}  # fmt: skip
    columns = " | ".join(" ".join(f"{letter}{i}" for i in numbers) for letter in "xf") + " | C"
    letters = {f"x{i}": f"x_{i + 1}" for i in numbers} | {f"f{i}": sign for i, sign in enumerate(signs)}
    base = graph(columns, steps, {"x": np.zeros(len(nodes)) if x is None else x}, told=x is not None, signs=letters,
                 edges=" ".join(f"x{i}>f{i} f{i}>C" for i in numbers))  # fmt: skip
    return base.but(spots={"x": (0, 0)})


def chain_of_nodes(g: Given) -> Computation:
    """Times k, minus c, squared."""
    steps = {"u": lambda v: g["k"] * v.x, "v": lambda v: v.u - g["c"], "C": lambda v: v.v**2}
    return graph("x | u | v | C", steps, {"x": g["x"]})


def weighted_inputs(g: Given) -> Computation:
    """A node that weighs its two inputs."""
    a, up = g["a"], g["up"]
    steps = {"f": lambda v: a[0] * v.x + a[1] * v.y, "C": lambda v: up * v.f}
    return graph("x y | f | C", steps, {"x": 0, "y": 0}, told=False)


def _two_meet(operation: Callable, sign: str) -> Callable[[Given], Computation]:
    def meeting(g: Given) -> Computation:
        steps = {"f": lambda v: operation(v.x, v.y), "C": lambda v: g["up"] * v.f}
        return graph("x y | f | C", steps, {"x": g["x"][0], "y": g["x"][1]}, signs={"f": sign})

    return meeting


def largest(g: Given) -> list[Computation | Asked]:
    """The larger of two, the largest of three."""
    three = graph("x0 x1 x2 | f | C", {"f": lambda v: np.max(v.z), "C": lambda v: g["u"] * v.f}, {"z": g["z"]},
                  signs={"f": "max", **{f"x{i}": f"z_{i + 1}" for i in range(3)}})  # fmt: skip
    return [_two_meet(np.maximum, "max")(g), Asked(three.but(spots={"z": (0, 0)}), since=4)]


def copied(g: Given) -> list[Computation | Asked]:
    """A value that goes two ways, and one that meets itself in a product."""
    k, up = g["k"], g["up"]
    ways = {"p": lambda v: k[0] * v.x, "q": lambda v: k[1] * v.x, "C": lambda v: up[0] * v.p + up[1] * v.q}
    product = {"f": lambda v: v.x * v.x, "C": lambda v: g["u"] * v.f}
    signs = {"p": f"× {k[0]:g}", "q": f"× {k[1]:g}"}
    first = graph("x | p q | C", ways, {"x": 0}, told=False, signs=signs)
    second = graph("x | f | C", product, {"x": g["s"]}, signs={"f": "x·x"})
    return [first, Asked(second, since=5)]


def all_four(g: Given) -> Computation:
    """(x + y) · max(y, z)."""
    steps = {"s": lambda v: v.x + v.y, "m": lambda v: max(v.y, v.z), "f": lambda v: v.s * v.m}
    return graph("x y z | s m | f", steps, {name: g[name] for name in "xyz"}, edges="x>s y>s y>m z>m s>f m>f",
                  signs={"s": "+", "m": "max", "f": "×"})  # fmt: skip


def another_graph(g: Given) -> Computation:
    """k · (x·y + max(x, z))."""
    steps = {"q": lambda v: v.x * v.y, "m": lambda v: max(v.x, v.z), "s": lambda v: v.q + v.m,
             "C": lambda v: g["k"] * v.s}  # fmt: skip
    return graph("y x z | q m | s | C", steps, {name: g[name] for name in "xyz"}, edges="y>q x>q x>m z>m q>s m>s s>C",
                  signs={"q": "×", "m": "max", "s": "+", "C": f"× {g['k']:g}"})  # fmt: skip


# -- the 2–3–2 network -------------------------------------------------------------------------------------------------


def two_three_two(g: Given) -> Computation:
    """The network without activation that the chapter works through."""
    base = layered(g["x"], [(g["W1"], g["b1"]), (g["W2"], g["b2"])], y=g["target"], result="C")
    sketch = base.sketch._replace(columns=[*base.sketch.columns[:1], ["u_1", "u_2", "u_3"], ["a_1", "a_2"]])
    return base.but(sketch=sketch, letters=LETTERS)


LETTERS = {
    "W1": (("w_1", "w_4"), ("w_2", "w_5"), ("w_3", "w_6")), "b1": ("b_1", "b_2", "b_3"), "a1": "u",
    "W2": (("w_7", "w_9", "w_{11}"), ("w_8", "w_{10}", "w_{12}")), "b2": ("b_4", "b_5"),
    "a2": ("a_1", "a_2"), "a0": "x",
}  # fmt: skip
"""How the chapter calls them: weights are counted by the node that they leave."""


def weight_matrix(g: Given) -> list[Computation | Asked]:
    """The whole network, then a layer with errors of its own."""
    own = errors(g["d"], g["u"], result="C", first="u")
    return [two_three_two(g), Asked(own, since=3)]


def rule_values(g: Given) -> list[Computation | Asked]:
    """The whole network, then a layer with weights and errors of its own."""
    return [two_three_two(g), Asked(feeding(g["W"], g["d"], np.zeros(2), result="C"), since=10)]


def rule_weights(g: Given) -> list[Computation | Asked]:
    """A layer to find weights' gradients of, and one for biases."""
    return [errors(g["d"], g["a"], result="C"), Asked(errors(g["e"], g["b"], result="C"), since=5)]


def three_rules(g: Given) -> Computation:
    """A layer with all it needs for the three rules."""
    base = seen(g["a"], cost=lambda v: slope(g["d"], v.z1), nodes=2, result="C", first="a")
    return base.but(given={**base.given, "W1": g["W"]}, told=frozenset({"a0", "W1"}), note=ERRORS_ONLY)


PAGES = {
    "backpropagation/upstream-times-local": single_nodes,
    "backpropagation/local-gradients": three_kinds,
    "backpropagation/chain-of-nodes": chain_of_nodes,
    "backpropagation/several-inputs": weighted_inputs,
    "backpropagation/add-node": _two_meet(lambda x, y: x + y, "+"),
    "backpropagation/multiply-node": _two_meet(lambda x, y: x * y, "×"),
    "backpropagation/max-node": largest,
    "backpropagation/copy-node": copied,
    "backpropagation/all-four": all_four,
    "backpropagation/another-graph": another_graph,
    "backpropagation/output-error": two_three_two,
    "backpropagation/weight-gradients": two_three_two,
    "backpropagation/weight-matrix": weight_matrix,
    "backpropagation/bias-gradients": two_three_two,
    "backpropagation/two-paths": two_three_two,
    "backpropagation/first-layer": two_three_two,
    "backpropagation/first-matrix": two_three_two,
    "backpropagation/step-first-layer": two_three_two,
    "backpropagation/rule-values": rule_values,
    "backpropagation/rule-weights": rule_weights,
    "backpropagation/three-rules": three_rules,
    "backpropagation/whole-network": two_three_two,
}
