"""Chapter 7: single nodes and graphs, then the 2–3–2 network."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..nudging import ERRORS_ONLY, Asked, Computation, Given, errors, feeding, graph, layered, seen, slope

X_AND_Y = (("x",), ("y",))


# -- single nodes and graphs -------------------------------------------------------------------------------------------


def single_nodes(g: Given) -> list[Asked]:
    """Nodes that multiply, and what comes back to them."""
    first = graph("x | y | l", {"y": lambda v: g["k"] * v.x, "l": lambda v: g["up"] * v.y}, {"x": g["x"]},
                  shown={"y": f"× {g['k']:g}"})  # fmt: skip
    others = _side_by_side([lambda x, k=k: k * x for k in g["factors"]], [f"× {k:g}" for k in g["factors"]], g["ups"])
    return [Asked(first, {"∂l/∂x": "x"}), Asked(others, {"∂l/∂x": "x"}, since=3)]


def three_kinds(g: Given) -> Asked:
    """A factor, an addition and a square."""
    nodes = [lambda x: g["k"] * x, lambda x: x + g["c"], lambda x: x**2]
    found = _side_by_side(nodes, [f"× {g['k']:g}", f"+ {g['c']:g}", "x^2"], g["up"], g["x"])
    return Asked(found, {"∂l/∂x": "x"})


def _side_by_side(nodes: list[Callable], signs: list[str], up: np.ndarray, x: object = None) -> Computation:
    """Nodes with one input each, and the loss behind them, which rises by `up` where their values rise by 1."""
    numbers = range(len(nodes))
    steps = {"y": lambda v: [node(each) for node, each in zip(nodes, v.x, strict=True)],
             "l": lambda v: slope(up, v.y)}  # fmt: skip
    columns = " | ".join(" ".join(f"{letter}{i}" for i in numbers) for letter in "xy") + " | l"
    shown = {f"x{i}": f"x_{i + 1}" for i in numbers} | {f"y{i}": sign for i, sign in enumerate(signs)}
    found = graph(columns, steps, {"x": np.zeros(len(nodes)) if x is None else x}, told=x is not None, shown=shown,
                  edges=" ".join(f"x{i}>y{i} y{i}>l" for i in numbers))  # fmt: skip
    return found.but(spots={"x": (0, 0)})


def chain_of_nodes(g: Given) -> Asked:
    """Times k, minus c, squared."""
    steps = {"p": lambda v: g["k"] * v.x, "q": lambda v: v.p - g["c"], "l": lambda v: v.q**2}
    return Asked(graph("x | p | q | l", steps, {"x": g["x"]}), {f"∂l/∂{name}": name for name in "xpq"})


def weighted_inputs(g: Given) -> Asked:
    """A node that weighs its two inputs."""
    a, up = g["a"], g["up"]
    steps = {"f": lambda v: a[0] * v.x + a[1] * v.y, "l": lambda v: up * v.f}
    return Asked(graph("x y | f | l", steps, {"x": 0, "y": 0}, told=False), {"∂l/∂(x, y)": X_AND_Y})


def _two_meet(operation: Callable, sign: str) -> Callable[[Given], Asked]:
    def meeting(g: Given) -> Asked:
        steps = {"f": lambda v: operation(v.x, v.y), "l": lambda v: g["up"] * v.f}
        found = graph("x y | f | l", steps, {"x": g["x"][0], "y": g["x"][1]}, shown={"f": sign})
        return Asked(found, {"∂l/∂(x, y)": X_AND_Y})

    return meeting


def largest(g: Given) -> list[Asked]:
    """The larger of two, the largest of three."""
    three = graph("x0 x1 x2 | f | l", {"f": lambda v: np.max(v.z), "l": lambda v: g["u"] * v.f}, {"z": g["z"]},
                  shown={"f": "max", **{f"x{i}": f"z_{i + 1}" for i in range(3)}})  # fmt: skip
    return [_two_meet(np.maximum, "max")(g), Asked(three.but(spots={"z": (0, 0)}), {"∂l/∂z": "z"}, since=4)]


def copied(g: Given) -> list[Asked]:
    """A value that goes two ways, and one that meets itself in a product."""
    k, up = g["k"], g["up"]
    ways = {"p": lambda v: k[0] * v.x, "q": lambda v: k[1] * v.x, "l": lambda v: up[0] * v.p + up[1] * v.q}
    product = {"f": lambda v: v.x * v.x, "l": lambda v: g["u"] * v.f}
    signs = {"p": f"× {k[0]:g}", "q": f"× {k[1]:g}"}
    first = graph("x | p q | l", ways, {"x": 0}, told=False, shown=signs)
    second = graph("x | f | l", product, {"x": g["s"]}, shown={"f": "x·x"})
    return [Asked(first, {"∂l/∂x": "x"}), Asked(second, {"∂l/∂x": "x"}, since=5)]


def all_four(g: Given) -> Asked:
    """(x + y) · max(y, z)."""
    steps = {"s": lambda v: v.x + v.y, "m": lambda v: max(v.y, v.z), "f": lambda v: v.s * v.m}
    found = graph("x y z | s m | f", steps, {name: g[name] for name in "xyz"}, edges="x>s y>s y>m z>m s>f m>f",
                  shown={"s": "+", "m": "max", "f": "×"})  # fmt: skip
    return Asked(found, {"∂f/∂(x + y)": "s", "∂f/∂max": "m", **{f"∂f/∂{name}": name for name in "xyz"}})


def another_graph(g: Given) -> Asked:
    """k · (x·y + max(x, z))."""
    steps = {"p": lambda v: v.x * v.y, "m": lambda v: max(v.x, v.z), "s": lambda v: v.p + v.m,
             "l": lambda v: g["k"] * v.s}  # fmt: skip
    found = graph("y x z | p m | s | l", steps, {name: g[name] for name in "xyz"}, edges="y>p x>p x>m z>m p>s m>s s>l",
                  shown={"p": "×", "m": "max", "s": "+", "l": f"× {g['k']:g}"})  # fmt: skip
    inner = {"the gradient of the sum": "s", "the gradient of x·y": "p", "the gradient of the maximum": "m"}
    return Asked(found, inner | {f"∂l/∂{name}": name for name in "xyz"})


# -- the 2–3–2 network -------------------------------------------------------------------------------------------------


def two_three_two(g: Given) -> Computation:
    """The network without activation that the chapter works through."""
    found = layered(g["x"], [(g["W1"], g["b1"]), (g["W2"], g["b2"])], y=g["target"], result="l")
    sketch = found.sketch._replace(columns=[*found.sketch.columns[:1], ["u_1", "u_2", "u_3"], ["ŷ", "ẑ"]])
    return found.but(sketch=sketch, letters=LETTERS)


LETTERS = {
    "W1": (("w_1", "w_4"), ("w_2", "w_5"), ("w_3", "w_6")), "b1": ("b_1", "b_2", "b_3"), "a1": "u",
    "W2": (("w_7", "w_9", "w_{11}"), ("w_8", "w_{10}", "w_{12}")), "b2": ("b_4", "b_5"), "a2": ("ŷ", "ẑ"), "a0": "x",
}  # fmt: skip
"""How the chapter calls them: weights are counted by the node that they leave."""


def weight_matrix(g: Given) -> list[Asked]:
    """The whole network, then a layer with errors of its own."""
    own = errors(g["d"], g["u"], result="l", first="u")
    return [Asked(two_three_two(g), {"∂l/∂W": "W2"}), Asked(own, {"∂l/∂W": "W1"}, since=7)]


def rule_values(g: Given) -> list[Asked]:
    """The whole network, then a layer with weights and errors of its own."""
    return [Asked(two_three_two(g), {"∂l/∂u": "a1"}),
            Asked(feeding(g["W"], g["d"], np.zeros(2), result="l"), {"the d‑values": "a0"}, since=10)]  # fmt: skip


def rule_weights(g: Given) -> list[Asked]:
    """A layer to find weights' gradients of, and one for biases."""
    return [Asked(errors(g["d"], g["a"], result="l"), {"d‑weights": "W1"}),
            Asked(errors(g["e"], g["b"], result="l"), {"d‑biases": "b1"}, since=5)]  # fmt: skip


def three_rules(g: Given) -> Asked:
    """A layer with all it needs for the three rules."""
    found = seen(g["a"], cost=lambda v: slope(g["d"], v.z1), nodes=2, result="l", first="a")
    found = found.but(given={**found.given, "W1": g["W"]}, told=frozenset({"a0", "W1"}), note=ERRORS_ONLY)
    return Asked(found, {"d‑values of the inputs": "a0", "d‑weights": "W1", "d‑biases": "b1"})


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
    "backpropagation/output-error": lambda g: Asked(two_three_two(g), {"∂l/∂(ŷ, ẑ)": "a2"}),
    "backpropagation/weight-gradients": lambda g: Asked(two_three_two(g), {"∂l/∂w on the edges": "W2"}),
    "backpropagation/weight-matrix": weight_matrix,
    "backpropagation/bias-gradients": lambda g: Asked(two_three_two(g), {"∂l/∂(b_4, b_5)": "b2"}),
    "backpropagation/two-paths": lambda g: Asked(two_three_two(g), {"∂l/∂u": "a1"}),
    "backpropagation/first-layer": two_three_two,
    "backpropagation/first-matrix": lambda g: Asked(two_three_two(g), {"∂l/∂u": "a1"}),
    "backpropagation/step-first-layer": two_three_two,
    "backpropagation/rule-values": rule_values,
    "backpropagation/rule-weights": rule_weights,
    "backpropagation/three-rules": three_rules,
    "backpropagation/whole-network": lambda g: Asked(two_three_two(g), {"∂l/∂(ŷ, ẑ)": "a2", "∂l/∂u": "a1"}),
}
