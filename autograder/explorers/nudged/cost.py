"""Chapter 6: a neuron and its cost."""

from __future__ import annotations

import numpy as np

from ...engine.activations import relu
from ...engine.losses import mean_squared_error
from ..nudging import Computation, Given, graph, layered, seen


def relu_neuron(g: Given) -> Computation:
    """One ReLU neuron and its examples, which stand in rows on the page."""
    w = np.atleast_2d(g["w"])
    x = np.atleast_2d(g["x"]).reshape(-1, w.shape[1]).T
    return layered(x, [(w, g["b"])], "relu", y=np.reshape(g["y"], (1, -1)))


def straight_neuron(g: Given) -> Computation:
    """A neuron without activation and one example."""
    return layered([g["x"]], [(g["w"], g["b"])], y=[g["y"]])


def one_example(g: Given) -> Computation:
    """One example, of which inputs, value and target are told."""
    return seen(g["x"], z=g["a"], cost=lambda v: mean_squared_error(v.a1, [g["y"]]))


def active_examples(g: Given) -> Computation:
    """Examples that all get through, of which inputs, values and errors are told."""
    a = np.reshape(g["a"], (1, -1))
    return seen(g["x"].T, z=a, cost=lambda v: mean_squared_error(v.a1, a - g["e"]))


def active_and_silent(g: Given) -> Computation:
    """Examples of which only z and the errors are told; some do not get through."""
    z = np.reshape(g["z"], (1, -1))
    nothing = np.zeros((1, z.size))
    base = seen(nothing, z=z, sigma="relu", cost=lambda v: mean_squared_error(v.a1, relu(z) - g["e"]))
    return base.but(told=frozenset())


def down_the_curve(g: Given) -> Computation:
    """A neuron with one weight, at the weight where the walk begins."""
    x = np.reshape(g["x"], (1, -1))
    start = g["w*"] + g["distance"]
    return layered(x, [(start, 0)], y=g["w*"] * x)


def curve(g: Given) -> Computation:
    """A cost that is a parabola over one weight."""
    cost = {"C": lambda v: g["curve"] / 2 * (v.w - g["w*"]) ** 2}
    return graph("w | C", cost, {"w": g["w*"] + g["distance"]})


PAGES = {
    "cost/chain-of-factors": relu_neuron,
    "cost/cost-as-formula": straight_neuron,
    "cost/on-the-edges": one_example,
    "cost/per-example": relu_neuron,
    "cost/errors-found-back": active_examples,
    "cost/bias-gradient": active_and_silent,
    "cost/whole-gradient": relu_neuron,
    "cost/three-steps": down_the_curve,
    "cost/learning-rates": curve,
}
