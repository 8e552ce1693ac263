"""Chapter 8: outputs, layers that feed others, and whole sigmoid networks."""

from __future__ import annotations

import numpy as np

from ...engine.activations import sigmoid, softmax
from ...engine.arrays import Numbers, floats
from ...engine.losses import LOSSES, mean_squared_error
from ..nudging import Asked, Computation, Given, errors, feeding, graph, layered, seen, slope
from ..sketch import Sketch


def logit(a: Numbers) -> np.ndarray:
    """The z of a sigmoid node with this value."""
    value = np.asarray(a, float)
    return np.log(value / (1 - value))


def outputs(z: Numbers, y: Numbers) -> Computation:
    """Sigmoid nodes whose values meet their targets."""
    sums, targets = np.atleast_1d(floats(z)), np.atleast_1d(floats(y))
    names = " ".join(f"a{i}" for i in range(len(sums)))
    steps = {"a": lambda v: sigmoid(v.z), "C": lambda v: mean_squared_error(v.a, targets)}
    signs = {f"a{i}": f"a_{i + 1}" for i in range(len(sums))}
    base = graph(f"{names} | C", steps, {"z": sums}, told=False, signs=signs)
    return base.but(spots={"z": (0, 0), "a": (0, 0)})


def one_z(g: Given) -> Computation:
    """A node without activation: its z is what the cost sees."""
    return graph("z | C", {"C": lambda v: (v.z - g["y"]) ** 2 / 2}, {"z": g["z"]})


def one_output(g: Given) -> Computation:
    """A sigmoid node whose value is told."""
    return outputs(logit(g["a"]), g["y"])


def feeds_two(g: Given) -> Computation:
    """A sigmoid node that feeds two others."""
    return feeding(np.reshape(g["w"], (2, 1)), g["δ"], logit(g["a"]), "sigmoid")


def through_relu(g: Given) -> Computation:
    """ReLU nodes that feed a layer."""
    return feeding(g["W"], g["δ"], g["z"], "relu")


def biases(g: Given) -> list[Computation | Asked]:
    """A bias whose node has an error, then a layer of sigmoid nodes."""
    nodes = seen(np.zeros(1), z=logit(g["a^{(l)}"]), nodes=3, sigma="sigmoid", cost=lambda v: slope(g["back"], v.a1))
    return [errors([g["δ"]]), Asked(nodes.but(told=frozenset()), since=4)]


def two_in_a_row(g: Given) -> Computation:
    """Two nodes with one input each; of the second only its error is told."""
    steps = {"z": lambda v: logit(g["u"]) + v.w * g["x"], "u": lambda v: sigmoid(v.z),
             "C": lambda v: g["r"] * v.v * v.u}  # fmt: skip
    base = graph("x | z | v | C", steps, {"w": 0, "v": g["v"]}, told=False, signs={"z": "u", "v": "a"})
    return base.but(spots={"z": (1, 0), "w": (1, 0, 0), "v": (2, 0, 0)})


def sigmoid_network(g: Given) -> Computation:
    """The small or the deep network of the chapter."""
    count = sum(f"W{n}" in g for n in (1, 2, 3))
    return layered(g["x"], [(g[f"W{n}"], g[f"b{n}"]) for n in range(1, count + 1)], "sigmoid", y=g["y"])


def classes(g: Given) -> Computation:
    """Sigmoid nodes with the cross-entropy."""
    cost = LOSSES["cross-entropy with sigmoid"].value
    base = outputs(logit(g["a"]), g["y"])
    return base.but(steps={"C": lambda v: cost(v.z, g["y"])})


def shares(z: object, true: int) -> Computation:
    """Shares of three nodes, and the cross-entropy of the true class."""
    steps = {"p": lambda v: softmax(v.z), "C": lambda v: -np.log(v.p[true])}
    letters = {f"{letter}{i}": f"{letter}_{i + 1}" for letter in "zp" for i in range(3)}
    base = graph("z0 z1 z2 | p0 p1 p2 | C", steps, {"z": z}, told=False, signs=letters)
    return base.but(spots={"z": (0, 0), "p": (1, 0)})


def softmax_network(g: Given) -> Computation:
    """A ReLU layer of which z is told, a softmax layer, and the cross-entropy."""
    cost = LOSSES["cross-entropy with softmax"].value
    w, y = g["W2"], np.eye(len(g["W2"]))[g["true"]]
    base = seen(g["x"], z=g["z1"], nodes=len(g["z1"]), sigma="relu", more={"z2": lambda v: v.W2 @ v.a1},
                cost=lambda v: cost(v.z2, y))  # fmt: skip
    sketch = Sketch([base.sketch.columns[0], ["a^{(1)}_1", "a^{(1)}_2"], ["p_1", "p_2", "p_3"]])
    letters = {"W1": "w^{(1)}", "z1": "z^{(1)}", "a1": "a^{(1)}", "z2": "z^{(2)}"}
    return base.but(given={**base.given, "W2": w}, told=frozenset({"a0", "W2"}), sketch=sketch, edges=sketch.edges,
                    letters={**base.letters, **letters})  # fmt: skip


PAGES = {
    "equations/nudge-z": one_z,
    "equations/bp1-one-node": one_output,
    "equations/bp1-layer": lambda g: outputs(logit(g["a"]), g["y"]),
    "equations/bp1-from-z": lambda g: outputs(g["z"], g["y"]),
    "equations/bp2-one-node": feeds_two,
    "equations/bp2-layer": lambda g: feeding(g["W"], g["δ"], logit(g["a"]), "sigmoid"),
    "equations/bp2-relu": through_relu,
    "equations/bp3-bias": biases,
    "equations/bp4-one-weight": lambda g: errors(g["δ"], g["a"]),
    "equations/bp4-layer": lambda g: errors(g["δ"], g["a"]),
    "equations/chain": two_in_a_row,
    "equations/small-backward": sigmoid_network,
    "equations/small-gradients": sigmoid_network,
    "equations/deep-output": sigmoid_network,
    "equations/deep-backward": sigmoid_network,
    "equations/deep-gradients": sigmoid_network,
    "equations/sigmoid-cross-entropy": classes,
    "equations/softmax-jacobian": lambda g: shares(np.log(g["p"]), g["true"]),
    "equations/softmax-short": lambda g: shares(g["z"], g["true"]),
    "equations/softmax-network": softmax_network,
}
