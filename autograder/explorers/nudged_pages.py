"""What the pages of chapters 6 to 9 compute, so that their gradients can be checked by nudging.

    checks("equations/small-gradients")        [Check]: its network, and the box of each number that can be nudged
    checks("gradients/one-weight")             []

Each function below is given what its page prints and says what is computed from that. Which box holds the gradient of
what is read off its name: ∂C/∂W^2, row 1, column 2; `asks` says it where the name does not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from .. import pages
from ..engine.activations import relu, sigmoid, softmax
from ..engine.losses import LOSSES
from ..page import Box
from .nudging import ERRORS_ONLY, Computation, Quantity, errors, feeding, graph, layered, seen, slope, squared
from .sketch import Sketch

Given = Mapping[str, Any]


class Asked(NamedTuple):
    """A computation and what its page asks of it: name of a box, without index → an array, or entries one by one."""

    computation: Computation
    asks: Mapping[str, object] = {}
    since: int = 1  # the first box that is about it
    turned: bool = False  # whether its matrices stand on the page the other way round


class Check(NamedTuple):
    """A computation, and the box of each of its numbers whose gradient the page asks for."""

    computation: Computation
    boxes: Mapping[Quantity, Box]


@lru_cache(maxsize=256)
def checks(slug: str, variant: int = 0) -> tuple[Check, ...]:
    """What can be nudged on a page, with the numbers of this variant; most pages are about one computation."""
    if slug not in PAGES:
        return ()
    sheet = pages.load(slug).sheet(variant)
    said = PAGES[slug](sheet.givens)
    said = said if isinstance(said, list) else [said]
    all_asked = [one if isinstance(one, Asked) else Asked(one) for one in said]
    ends = [*(asked.since for asked in all_asked[1:]), len(sheet.boxes) + 1]
    found = []
    for asked, end in zip(all_asked, ends, strict=True):
        boxes: dict[Quantity, Box] = {}
        for box in sheet.boxes[asked.since - 1 : end - 1]:
            quantity = _quantity(asked, box)
            if quantity is not None:
                boxes.setdefault(quantity, box)
        found.append(Check(asked.computation, boxes))
    return tuple(found)


GRADIENT = re.compile(r"∂[Cl]/∂(?P<kind>[WwBb])(?:\^(?P<layer>\d))?(?: of the (?P<which>first|second) layer)?"
                      r"(?: on the edges)?|δ\^(?P<error>\d)")  # fmt: skip


def _quantity(asked: Asked, box: Box) -> Quantity | None:
    """Whose gradient a box holds, if it holds one."""
    name, digits = re.fullmatch(r"(.*?)(?:_(\d+))?", box.name).groups()
    meant = asked.asks.get(name) or _array(name)
    place = tuple(int(found) - 1 for found in re.findall(r"(?:row|column|entry) (\d+)", box.label) or digits or "")
    if isinstance(meant, tuple):
        return Quantity(*meant[place[0] if place else 0])
    if meant not in asked.computation.values or box.kind != "number":
        return None
    sizes = asked.computation.values[meant].shape
    if len(sizes) == 2 and meant[0] != "W":
        return None  # an error of one example of several: the cost is their mean
    missing = len(sizes) - len(place)
    index = (0,) * missing + place
    return Quantity(meant, index[::-1] if asked.turned else index)


def _array(name: str) -> str:
    """The array of whose gradient the name of a box speaks."""
    found = GRADIENT.fullmatch(name)
    if found is None:
        return ""
    if found["error"]:
        return f"z{found['error']}"
    layer = {"first": "1", "second": "2"}.get(found["which"] or "", found["layer"] or "1")
    return f"{'W' if found['kind'] in 'Ww' else 'b'}{layer}"


WEIGHT_AND_BIAS = ("W1", (0, 0)), ("b1", (0,))


# -- chapter 6 ---------------------------------------------------------------------------------------------------------


def relu_neuron(g: Given) -> Computation:
    w = np.atleast_2d(g["w"])
    x = np.atleast_2d(g["x"]).reshape(-1, w.shape[1]).T
    return layered(x, [(w, g["b"])], "relu", y=np.reshape(g["y"], (1, -1)))


def straight_neuron(g: Given) -> Asked:
    return Asked(layered([g["x"]], [(g["w"], g["b"])], y=[g["y"]]), {"the gradient there": WEIGHT_AND_BIAS})


def one_example(g: Given) -> Computation:
    return seen(g["x"], z=g["a"], cost=lambda v: squared(v.a1, [g["y"]]))


def active_examples(g: Given) -> Computation:
    a = np.reshape(g["a"], (1, -1))
    return seen(g["x"].T, z=a, cost=lambda v: squared(v.a1, a - g["e"]))


def active_and_silent(g: Given) -> Computation:
    z = np.reshape(g["z"], (1, -1))
    nothing = np.zeros((1, z.size))
    found = seen(nothing, z=z, sigma="relu", cost=lambda v: squared(v.a1, relu(z) - g["e"]))
    return found.but(told=frozenset())


def down_the_curve(g: Given) -> Asked:
    x = np.reshape(g["x"], (1, -1))
    start = g["w*"] + g["distance"]
    return Asked(layered(x, [(start, 0)], y=g["w*"] * x), {"the slope at the start": "W1"})


def curve(g: Given) -> Asked:
    cost = {"C": lambda v: g["curve"] / 2 * (v.w - g["w*"]) ** 2}
    return Asked(graph("w | C", cost, {"w": g["w*"] + g["distance"]}), {"the slope at the start": "w"})


# -- chapter 7: single nodes and graphs --------------------------------------------------------------------------------


def single_nodes(g: Given) -> list[Asked]:
    first = graph("x | y | l", {"y": lambda v: g["k"] * v.x, "l": lambda v: g["up"] * v.y}, {"x": g["x"]},
                  shown={"y": f"× {g['k']:g}"})  # fmt: skip
    others = _side_by_side([lambda x, k=k: k * x for k in g["factors"]], [f"× {k:g}" for k in g["factors"]], g["ups"])
    return [Asked(first, {"∂l/∂x": "x"}), Asked(others, {"∂l/∂x": "x"}, since=3)]


def three_kinds(g: Given) -> Asked:
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
    steps = {"p": lambda v: g["k"] * v.x, "q": lambda v: v.p - g["c"], "l": lambda v: v.q**2}
    return Asked(graph("x | p | q | l", steps, {"x": g["x"]}), {f"∂l/∂{name}": name for name in "xpq"})


def weighted_inputs(g: Given) -> Asked:
    a, up = g["a"], g["up"]
    steps = {"f": lambda v: a[0] * v.x + a[1] * v.y, "l": lambda v: up * v.f}
    return Asked(graph("x y | f | l", steps, {"x": 0, "y": 0}, told=False), {"∂l/∂(x, y)": X_AND_Y})


X_AND_Y = (("x",), ("y",))


def _two_meet(operation: Callable, sign: str) -> Callable[[Given], Asked]:
    def meeting(g: Given) -> Asked:
        steps = {"f": lambda v: operation(v.x, v.y), "l": lambda v: g["up"] * v.f}
        found = graph("x y | f | l", steps, {"x": g["x"][0], "y": g["x"][1]}, shown={"f": sign})
        return Asked(found, {"∂l/∂(x, y)": X_AND_Y})

    return meeting




def largest(g: Given) -> list[Asked]:
    three = graph("x0 x1 x2 | f | l", {"f": lambda v: np.max(v.z), "l": lambda v: g["u"] * v.f}, {"z": g["z"]},
                  shown={"f": "max", **{f"x{i}": f"z_{i + 1}" for i in range(3)}})  # fmt: skip
    return [_two_meet(np.maximum, "max")(g), Asked(three.but(spots={"z": (0, 0)}), {"∂l/∂z": "z"}, since=4)]


def copied(g: Given) -> list[Asked]:
    k, up = g["k"], g["up"]
    ways = {"p": lambda v: k[0] * v.x, "q": lambda v: k[1] * v.x, "l": lambda v: up[0] * v.p + up[1] * v.q}
    product = {"f": lambda v: v.x * v.x, "l": lambda v: g["u"] * v.f}
    signs = {"p": f"× {k[0]:g}", "q": f"× {k[1]:g}"}
    first = graph("x | p q | l", ways, {"x": 0}, told=False, shown=signs)
    second = graph("x | f | l", product, {"x": g["s"]}, shown={"f": "x·x"})
    return [Asked(first, {"∂l/∂x": "x"}), Asked(second, {"∂l/∂x": "x"}, since=5)]


def all_four(g: Given) -> Asked:
    steps = {"s": lambda v: v.x + v.y, "m": lambda v: max(v.y, v.z), "f": lambda v: v.s * v.m}
    found = graph("x y z | s m | f", steps, {name: g[name] for name in "xyz"}, edges="x>s y>s y>m z>m s>f m>f",
                  shown={"s": "+", "m": "max", "f": "×"})  # fmt: skip
    return Asked(found, {"∂f/∂(x + y)": "s", "∂f/∂max": "m", **{f"∂f/∂{name}": name for name in "xyz"}})


def another_graph(g: Given) -> Asked:
    steps = {"p": lambda v: v.x * v.y, "m": lambda v: max(v.x, v.z), "s": lambda v: v.p + v.m,
             "l": lambda v: g["k"] * v.s}  # fmt: skip
    found = graph("y x z | p m | s | l", steps, {name: g[name] for name in "xyz"}, edges="y>p x>p x>m z>m p>s m>s s>l",
                  shown={"p": "×", "m": "max", "s": "+", "l": f"× {g['k']:g}"})  # fmt: skip
    inner = {"the gradient of the sum": "s", "the gradient of x·y": "p", "the gradient of the maximum": "m"}
    return Asked(found, inner | {f"∂l/∂{name}": name for name in "xyz"})


# -- chapter 7: the 2–3–2 network --------------------------------------------------------------------------------------


def two_three_two(g: Given) -> Computation:
    """The network without activation that the chapter works through."""
    found = layered(g["x"], [(g["W1"], g["b1"]), (g["W2"], g["b2"])], y=g["target"], result="l")
    sketch = found.sketch._replace(columns=[*found.sketch.columns[:1], ["u_1", "u_2", "u_3"], ["ŷ", "ẑ"]])
    return found.but(sketch=sketch, letters={**found.letters, "a1": "u", "a2": ("ŷ", "ẑ")})




def weight_matrix(g: Given) -> list[Asked]:
    own = errors(g["d"], g["u"], result="l", first="u")
    return [Asked(two_three_two(g), {"∂l/∂W": "W2"}), Asked(own, {"∂l/∂W": "W1"}, since=7)]


def rule_values(g: Given) -> list[Asked]:
    return [Asked(two_three_two(g), {"∂l/∂u": "a1"}),
            Asked(feeding(g["W"], g["d"], np.zeros(2), result="l"), {"the d‑values": "a0"}, since=10)]  # fmt: skip


def rule_weights(g: Given) -> list[Asked]:
    return [Asked(errors(g["d"], g["a"], result="l"), {"d‑weights": "W1"}),
            Asked(errors(g["e"], g["b"], result="l"), {"d‑biases": "b1"}, since=5)]  # fmt: skip


def three_rules(g: Given) -> Asked:
    found = seen(g["a"], cost=lambda v: slope(g["d"], v.z1), nodes=2, result="l", first="a")
    found = found.but(given={**found.given, "W1": g["W"]}, told=frozenset({"a0", "W1"}), note=ERRORS_ONLY)
    return Asked(found, {"d‑values of the inputs": "a0", "d‑weights": "W1", "d‑biases": "b1"})


# -- chapter 8 ---------------------------------------------------------------------------------------------------------


def logit(a: object) -> np.ndarray:
    """The z of a sigmoid node with this value."""
    a = np.asarray(a, float)
    return np.log(a / (1 - a))


def outputs(z: object, y: object) -> Computation:
    """Sigmoid nodes whose values meet their targets."""
    z, y = np.atleast_1d(z), np.atleast_1d(y)
    names = " ".join(f"a{i}" for i in range(len(z)))
    found = graph(f"{names} | C", {"a": lambda v: sigmoid(v.z), "C": lambda v: squared(v.a, y)}, {"z": z}, told=False,
                  shown={f"a{i}": f"a_{i + 1}" for i in range(len(z))})  # fmt: skip
    return found.but(spots={"z": (0, 0), "a": (0, 0)})




def one_z(g: Given) -> Asked:
    return Asked(graph("z | C", {"C": lambda v: (v.z - g["y"]) ** 2 / 2}, {"z": g["z"]}), {"δ": "z"})


def one_output(g: Given) -> Asked:
    return Asked(outputs(logit(g["a"]), g["y"]), {"∂C/∂a": "a", "δ": "z"})


def feeds_two(g: Given) -> Asked:
    found = feeding(np.reshape(g["w"], (2, 1)), g["δ"], logit(g["a"]), "sigmoid")
    return Asked(found, {"∂C/∂z": "z1", "∂C/∂a": "a0", "δ": "z0"})


BACK = {"(W^{l+1})^T δ^{l+1}": "a0", "δ^l": "z0"}
def through_relu(g: Given) -> Asked:
    return Asked(feeding(g["W"], g["δ"], g["z"], "relu"), BACK)


def biases(g: Given) -> list[Asked]:
    nodes = seen(np.zeros(1), z=logit(g["a^l"]), nodes=3, sigma="sigmoid", cost=lambda v: slope(g["back"], v.a1))
    return [Asked(errors([g["δ"]])), Asked(nodes.but(told=frozenset()), {"δ": "z1"}, since=4)]




def two_in_a_row(g: Given) -> Asked:
    steps = {"z": lambda v: logit(g["h"]) + v.w * g["x"], "h": lambda v: sigmoid(v.z),
             "C": lambda v: g["r"] * v.v * v.h}  # fmt: skip
    found = graph("x | z | v | C", steps, {"w": 0, "v": g["v"]}, told=False, shown={"z": "h", "v": "a"})
    found = found.but(spots={"z": (1, 0), "w": (1, 0, 0), "v": (2, 0, 0)})
    return Asked(found, {"δ^1, ∂C/∂v and ∂C/∂w": (("z",), ("v",), ("w",))})


def sigmoid_network(g: Given) -> Computation:
    """The small or the deep network of the chapter."""
    count = sum(f"W{n}" in g for n in (1, 2, 3))
    return layered(g["x"], [(g[f"W{n}"], g[f"b{n}"]) for n in range(1, count + 1)], "sigmoid", y=g["y"])




def classes(g: Given) -> Asked:
    cost = LOSSES["cross-entropy with sigmoid"].value
    found = outputs(logit(g["a"]), g["y"])
    return Asked(found.but(steps={"C": lambda v: cost(v.z, g["y"])}), {"δ": "z"})


def shares(z: object, true: int) -> Asked:
    """Shares of three nodes, and the cross-entropy of the true class."""
    steps = {"p": lambda v: softmax(v.z), "C": lambda v: -np.log(v.p[true])}
    letters = {f"{letter}{i}": f"{letter}_{i + 1}" for letter in "zp" for i in range(3)}
    found = graph("z0 z1 z2 | p0 p1 p2 | C", steps, {"z": z}, told=False, shown=letters)
    return Asked(found.but(spots={"z": (0, 0), "p": (1, 0)}), {"∂C/∂p": "p", "δ": "z"})


def softmax_network(g: Given) -> Asked:
    cost = LOSSES["cross-entropy with softmax"].value
    w, y = g["W2"], np.eye(len(g["W2"]))[g["true"]]
    found = seen(g["x"], z=g["z1"], nodes=len(g["z1"]), sigma="relu", more={"z2": lambda v: v.W2 @ v.a1},
                 cost=lambda v: cost(v.z2, y))  # fmt: skip
    sketch = Sketch([found.sketch.columns[0], ["h_1", "h_2"], ["p_1", "p_2", "p_3"]])
    letters = {"W1": "w^1", "z1": "z^1", "a1": "h", "z2": "z^2"}
    whole = found.but(given={**found.given, "W2": w}, told=frozenset({"a0", "W2"}), sketch=sketch, edges=sketch.edges,
                      letters={**found.letters, **letters})  # fmt: skip
    return Asked(whole, {"(W^2)^T δ^2": "a1"})


# -- chapter 9 ---------------------------------------------------------------------------------------------------------


def batch(g: Given) -> Computation:
    return layered(g["X"], [(g["W1"], g["b1"]), (g["W2"], g["b2"])], ("relu", "identity"), y=g["y"])


def batch_in_rows(g: Given) -> Computation:
    return batch({**g, "X": g["X"].T, "y": g["y"].T})


def stored_in_out(g: Given) -> Asked:
    return Asked(errors(g["δ"].T, g["A"].T), {"∂C/∂W": "W1"}, turned=True)


def bias_sums(g: Given) -> list[Asked]:
    return [Asked(errors(g["δ"])), Asked(errors(g["δ'"].T), since=6)]




def one_product(g: Given) -> list[Asked]:
    return [Asked(errors(g["δ"], g["A"])), Asked(errors(g["δ'"].T, g["A'"].T), since=9)]


def doubled(g: Given) -> Asked:
    return Asked(errors([g["δ"]], [g["x"]], first="x"), {"the means": WEIGHT_AND_BIAS})


# -- the pages ---------------------------------------------------------------------------------------------------------

PAGES: dict[str, Callable[[Given], object]] = {
    "cost/chain-of-factors": relu_neuron,
    "cost/cost-as-formula": straight_neuron,
    "cost/on-the-edges": one_example,
    "cost/per-example": relu_neuron,
    "cost/errors-found-back": active_examples,
    "cost/bias-gradient": active_and_silent,
    "cost/whole-gradient": relu_neuron,
    "cost/three-steps": down_the_curve,
    "cost/learning-rates": curve,
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
    "equations/nudge-z": one_z,
    "equations/bp1-one-node": one_output,
    "equations/bp1-layer": lambda g: Asked(outputs(logit(g["a"]), g["y"]), {"∇_{a}C": "a", "δ": "z"}),
    "equations/bp1-from-z": lambda g: Asked(outputs(g["z"], g["y"]), {"δ": "z"}),
    "equations/bp2-one-node": feeds_two,
    "equations/bp2-layer": lambda g: Asked(feeding(g["W"], g["δ"], logit(g["a"]), "sigmoid"), BACK),
    "equations/bp2-relu": through_relu,
    "equations/bp3-bias": biases,
    "equations/bp4-one-weight": lambda g: errors(g["δ"], g["a"]),
    "equations/bp4-layer": lambda g: errors(g["δ"], g["a"]),
    "equations/chain": two_in_a_row,
    "equations/small-backward": lambda g: Asked(sigmoid_network(g), {"∂C/∂a": "a2", "(W^2)^T δ^2": "a1"}),
    "equations/small-gradients": sigmoid_network,
    "equations/deep-output": lambda g: Asked(sigmoid_network(g), {"∂C/∂a": "a3", "(W^3)^T δ^3": "a2"}),
    "equations/deep-backward": lambda g: Asked(sigmoid_network(g), {"(W^2)^T δ^2": "a1"}),
    "equations/deep-gradients": sigmoid_network,
    "equations/sigmoid-cross-entropy": classes,
    "equations/softmax-jacobian": lambda g: shares(np.log(g["p"]), g["true"]),
    "equations/softmax-short": lambda g: shares(g["z"], g["true"]),
    "equations/softmax-network": softmax_network,
    "batching/stored-in-out": stored_in_out,
    "batching/bias-sums": bias_sums,
    "batching/weights-as-sum": lambda g: errors(g["δ"], g["A"]),
    "batching/weights-in-one-product": one_product,
    "batching/once-only": lambda g: errors([g["δ"]], [g["a"]]),
    "batching/twice-the-batch": doubled,
    "batching/bias-update": lambda g: errors(g["δ"].T),
    "batching/backward-columns": batch,
    "batching/backward-rows": batch_in_rows,
}
