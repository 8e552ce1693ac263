"""Code of chapter 10: a layer, a network, and what trains it."""

from __future__ import annotations

import numpy as np

from ..exercise import Case, exercise


def layers(draw: np.random.Generator):
    """Weights, biases, inputs and upstream gradients that fit together, examples in rows; the smallest first."""
    yield Case("one example, one input, one output", weights=[[2.0]], biases=[[1.0]], inputs=[[3.0]], dvalues=[[5.0]])
    yield Case(
        "two examples, whole numbers",
        weights=np.array([[1, 2, 0], [0, -1, 3]]), biases=np.array([[1, 0, -1]]),
        inputs=np.array([[1, 2], [3, 4]]), dvalues=np.array([[1, 0, 2], [0, 1, -1]]),
    )  # fmt: skip
    for order in ("C", "F", "C"):
        m, n, k = (int(size) for size in draw.permutation([2, 3, 4, 5])[:3])  # all different: no shape fits by chance
        made = {"weights": (n, k), "biases": (1, k), "inputs": (m, n), "dvalues": (m, k)}
        numbers = {name: np.asarray(draw.normal(size=shape), order=order) for name, shape in made.items()}
        yield Case(f"{m} examples, {n} inputs, {k} outputs" + ", Fortran order" * (order == "F"), **numbers)


@exercise("A layer", row="10.1")
class Layer:
    """A layer of a network, without its activation. Examples stand in rows.

    After the backward pass dweights, dbiases and dinputs hold
    ∂C/∂(weights), ∂C/∂(biases) and ∂C/∂(inputs).
    """

    def __init__(self, weights, biases):
        """weights, (n, k): from n inputs to k outputs. biases, (1, k). Keep both."""
        self.weights = weights
        self.biases = biases

    def forward_pass(self, inputs):
        """inputs, (m, n): m examples. Returns the weighted sums, (m, k).

        Keeps the inputs for the way back.
        """
        self.inputs = inputs
        return inputs @ self.weights + self.biases

    def backward_pass(self, dvalues):
        """dvalues, (m, k): ∂C/∂(weighted sums). Returns dinputs, (m, n).

        Sets dweights, (n, k), dbiases, (1, k), and dinputs. The mean over the
        examples is in dvalues already.
        """
        self.dweights = self.inputs.T @ dvalues
        self.dbiases = dvalues.sum(axis=0, keepdims=True)
        self.dinputs = dvalues @ self.weights.T
        return self.dinputs


@Layer.behaviour("adds up its inputs", "Examples stand in rows: which product gives (m, k)?", layers, points=2)
def sums(Layer, weights, biases, inputs):
    return {"values": Layer(weights, biases).forward_pass(inputs)}


def passed(layer, inputs, dvalues, wanted):
    """The layer after both passes. An error on the way back does no harm to what was found before it."""
    layer.forward_pass(inputs)
    try:
        layer.backward_pass(dvalues)
    except Exception:
        if not hasattr(layer, wanted):
            raise
    return layer


@Layer.behaviour(
    "finds dweights", "Which product of inputs and dvalues has the shape of the weights?", layers, points=2,
    uses=(passed,),
)  # fmt: skip
def dweights(Layer, weights, biases, inputs, dvalues):
    return {"dweights": passed(Layer(weights, biases), inputs, dvalues, "dweights").dweights}


@Layer.behaviour(
    "finds dbiases", "One bias serves every example: what becomes of the gradients it gets?", layers, uses=(passed,)
)
def dbiases(Layer, weights, biases, inputs, dvalues):
    return {"dbiases": passed(Layer(weights, biases), inputs, dvalues, "dbiases").dbiases}


@Layer.behaviour(
    "sends the gradient back", "Which way do the weights point on the way back?", layers, points=2
)
def dinputs(Layer, weights, biases, inputs, dvalues):
    layer = Layer(weights, biases)
    layer.forward_pass(inputs)
    return {"returned": layer.backward_pass(dvalues), "dinputs": layer.dinputs}


@Layer.behaviour(
    "keeps what it was given", "What must still be there after the passes, and unchanged?", layers, uses=(passed,)
)
def kept(Layer, weights, biases, inputs, dvalues):
    layer = passed(Layer(weights, biases), inputs, dvalues, "inputs")
    attributes = {"layer.weights": layer.weights, "layer.biases": layer.biases, "layer.inputs": layer.inputs}
    return {**attributes, "weights": weights, "biases": biases, "inputs": inputs, "dvalues": dvalues}


Layer.slip("bias_summed_over_outputs", "sum(axis=0, keepdims=True)", "sum(axis=1, keepdims=True)")
Layer.slip("bias_not_summed", "dvalues.sum(axis=0, keepdims=True)", "dvalues")
Layer.slip("bias_lost_its_row", "sum(axis=0, keepdims=True)", "sum(axis=0)")
Layer.slip("weights_not_transposed", "dvalues @ self.weights.T", "dvalues @ self.weights")
Layer.slip("dweights_transposed", "self.inputs.T @ dvalues", "dvalues.T @ self.inputs")
Layer.slip("mean_taken_twice", "self.inputs.T @ dvalues", "self.inputs.T @ dvalues / len(dvalues)")
Layer.slip("bias_left_out", "inputs @ self.weights + self.biases", "inputs @ self.weights")
