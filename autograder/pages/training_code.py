"""Code of chapter 10: a layer, a network, and what trains it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..authoring.exercise import Case, exercise, whole_numbers
from .passes import passed


def layers(draw: np.random.Generator) -> Iterator[Case]:
    """Weights, biases, inputs and upstream gradients that fit together, examples in rows; the smallest first."""
    yield Case("one example, one input, one output", weights=[[2.0]], biases=[[1.0]], inputs=[[3.0]], dvalues=[[5.0]])
    yield Case(
        "two examples, two inputs, three outputs",
        weights=[[1.0, 2.0, 0.0], [0.0, -1.0, 3.0]], biases=[[1.0, 0.0, -1.0]],
        inputs=[[1.0, 2.0], [3.0, 4.0]], dvalues=[[1.0, 0.0, 2.0], [0.0, 1.0, -1.0]],
    )  # fmt: skip
    for order in ("C", "F", "C"):
        m, n, k = (int(size) for size in draw.permutation([2, 3, 4, 5])[:3])  # all different: no shape fits by chance
        made = {"weights": (n, k), "biases": (1, k), "inputs": (m, n), "dvalues": (m, k)}
        numbers = {name: np.asarray(whole_numbers(draw, *shape), order=order) for name, shape in made.items()}
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


@Layer.behaviour("sends the gradient back", "Which way do the weights point on the way back?", layers, points=2)
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
Layer.slip("mean_for_sum", "dvalues.sum(axis=0, keepdims=True)", "dvalues.mean(axis=0, keepdims=True)")
Layer.slip("bias_left_out", "inputs @ self.weights + self.biases", "inputs @ self.weights")
Layer.slip(
    "gradient_changed",
    "self.dinputs = dvalues @ self.weights.T",
    "dvalues *= 1.5\n        self.dinputs = dvalues @ self.weights.T / 1.5",
)
Layer.slip(
    "cache_overwritten",
    "return self.dinputs",
    "self.inputs = self.dinputs\n        return self.dinputs",
)


# -- a network ---------------------------------------------------------------------------------------------------------


class Step:
    """Stands in for a layer of the network: a product on the way there, the same on the way back, and a memory."""

    def __init__(self, matrix):
        self.matrix, self.seen = matrix, []

    def forward_pass(self, inputs):
        self.seen.append(inputs)
        return inputs @ self.matrix + 1.0

    def backward_pass(self, dvalues):
        self.seen.append(dvalues)
        return dvalues @ self.matrix.T


def chains(draw: np.random.Generator) -> Iterator[Case]:
    """Matrices of layers that fit one behind the other, inputs, and an upstream gradient; the smallest first."""
    yield Case("one layer, one number", matrices=[np.array([[2.0]])], inputs=[[3.0]], dvalues=[[5.0]])
    yield Case(
        "two layers, one number", matrices=[np.array([[2.0]]), np.array([[3.0]])], inputs=[[1.0]], dvalues=[[1.0]],
    )  # fmt: skip
    square = [np.array([[1.0, 2.0], [0.0, 1.0]]), np.array([[1.0, 0.0], [3.0, 1.0]])]
    yield Case("two layers, two numbers", matrices=square, inputs=[[1.0, 2.0]], dvalues=[[1.0, -1.0]])
    for count in (2, 3, 4):
        sizes = [int(size) for size in draw.permutation([2, 3, 4, 5, 6])[: count + 1]]
        m = int(draw.integers(2, 6))
        matrices = [whole_numbers(draw, a, b, most=3) for a, b in zip(sizes, sizes[1:], strict=False)]
        inputs, dvalues = whole_numbers(draw, m, sizes[0], most=3), whole_numbers(draw, m, sizes[-1], most=3)
        yield Case(f"{count} layers", matrices=matrices, inputs=inputs, dvalues=dvalues)


@exercise("A network, forward and backward", row="10.1")
class Network:
    """Layers one behind the other. A layer is anything with a forward_pass and a backward_pass."""

    def __init__(self, layers):
        """layers: a list, the one next to the inputs first. Keep it as layers."""
        self.layers = layers

    def forward_pass(self, inputs):
        """inputs, (m, n): m examples. Returns what the last layer gives."""
        for layer in self.layers:
            inputs = layer.forward_pass(inputs)
        return inputs

    def backward_pass(self, dvalues):
        """dvalues: ∂C/∂(what the last layer gave), in its shape. Returns ∂C/∂(inputs), (m, n).

        Each layer's backward_pass takes the gradient of what it gave and returns the gradient
        of what it was given.
        """
        for layer in reversed(self.layers):
            dvalues = layer.backward_pass(dvalues)
        return dvalues


@Network.behaviour("goes forward", "What does each layer get: the inputs, or what?", chains, points=2, uses=(Step,))
def network_forward(Network, matrices, inputs):
    return {"outputs": Network([Step(matrix) for matrix in matrices]).forward_pass(inputs)}


@Network.behaviour("goes back", "Which layer hears of the cost first on the way back?", chains, points=2, uses=(Step,))
def network_backward(Network, matrices, inputs, dvalues):
    network = Network([Step(matrix) for matrix in matrices])
    network.forward_pass(inputs)
    return {"dinputs": network.backward_pass(dvalues)}


@Network.behaviour(
    "asks every layer once", "How often should a batch pass each layer, there and back?", chains, uses=(Step,)
)
def network_once(Network, matrices, inputs, dvalues):
    layers = [Step(matrix) for matrix in matrices]
    network = Network(layers)
    network.forward_pass(inputs)
    network.backward_pass(dvalues)
    return {"seen": [layer.seen for layer in layers], "kept": [layer.matrix for layer in network.layers]}


Network.slip("each_given_inputs", "inputs = layer.forward_pass(inputs)\n        return inputs",
             "outputs = layer.forward_pass(inputs)\n        return outputs")  # fmt: skip
Network.slip("each_given_last_gradient", "dvalues = layer.backward_pass(dvalues)\n        return dvalues",
             "outputs = layer.backward_pass(dvalues)\n        return outputs")  # fmt: skip
Network.slip("back_from_the_front", "reversed(self.layers)", "self.layers")
Network.slip("layers_left_reversed", "for layer in reversed(self.layers):",
             "self.layers.reverse()\n        for layer in self.layers:")  # fmt: skip
Network.slip("last_layer_left_out", "in self.layers:", "in self.layers[:-1]:")


# -- a cost ------------------------------------------------------------------------------------------------------------


def predictions(draw: np.random.Generator) -> Iterator[Case]:
    """Outputs and targets of the same shape, examples in rows; the smallest first."""
    yield Case("one example, one output", outputs=[[3.0]], targets=[[1.0]])
    yield Case(
        "three examples, two outputs",
        outputs=[[1.0, 4.0], [2.0, 0.0], [5.0, 5.0]], targets=[[0.0, 2.0], [2.0, 3.0], [5.0, 1.0]],
    )  # fmt: skip
    for order in ("F", "C"):
        m, n = (int(size) for size in draw.permutation([2, 3, 4, 5])[:2])
        outputs = np.asarray(whole_numbers(draw, m, n), order=order)
        title = f"{m} examples, {n} outputs" + ", Fortran order" * (order == "F")
        yield Case(title, outputs=outputs, targets=whole_numbers(draw, m, n))


@exercise("Mean squared error", row="10.1")
class MeanSquaredError:
    """Half the mean over the examples of the squared distance between outputs and targets."""

    def forward_pass(self, outputs, targets):
        """outputs, (m, n), and targets, (m, n): m examples in rows.

        Returns the cost, one number: 1/(2m) Σ (a − y)².
        """
        self.errors = outputs - targets
        return np.sum(self.errors**2) / (2 * len(outputs))

    def backward_pass(self):
        """Returns ∂C/∂(outputs), (m, n), of the cost of the last forward pass.

        The mean over the examples is in it.
        """
        return self.errors / len(self.errors)


@MeanSquaredError.behaviour("finds the cost", "What stands in front of the sum of the squares?", predictions)
def squared(MeanSquaredError, outputs, targets):
    return {"cost": MeanSquaredError().forward_pass(outputs, targets)}


@MeanSquaredError.behaviour(
    "sends the gradient back", "Prediction minus target: and where does the mean go?", predictions, points=2
)
def squared_back(MeanSquaredError, outputs, targets):
    loss = MeanSquaredError()
    loss.forward_pass(outputs, targets)
    return {"doutputs": loss.backward_pass(), "once more": loss.backward_pass()}


@MeanSquaredError.behaviour(
    "leaves what it is given as it is", "Does your code write into an array that it was handed?", predictions
)
def squared_untouched(MeanSquaredError, outputs, targets):
    loss = MeanSquaredError()
    loss.forward_pass(outputs, targets)
    loss.backward_pass()
    return {"outputs": outputs, "targets": targets}


MeanSquaredError.slip("half_left_out", "(2 * len(outputs))", "len(outputs)")
MeanSquaredError.slip("summed_not_averaged", "(2 * len(outputs))", "2")
MeanSquaredError.slip("mean_over_entries", "len(outputs))", "outputs.size)")
MeanSquaredError.slip("doubled", "return self.errors / len(self.errors)", "return 2 * self.errors / len(self.errors)")
MeanSquaredError.slip("mean_left_out", "return self.errors / len(self.errors)", "return self.errors")
MeanSquaredError.slip("mean_taken_twice", "return self.errors / len(self.errors)",
                      "return self.errors / len(self.errors) ** 2")  # fmt: skip
MeanSquaredError.slip("gradient_over_entries", "return self.errors / len(self.errors)",
                      "return self.errors / self.errors.size")  # fmt: skip
MeanSquaredError.slip("target_minus_prediction", "self.errors = outputs - targets", "self.errors = targets - outputs")
MeanSquaredError.slip("inputs_changed", "self.errors = outputs - targets",
                      "outputs -= targets\n        self.errors = outputs")  # fmt: skip


# -- a check of gradients ----------------------------------------------------------------------------------------------


def valley(x, curve):
    """A cost of an array, whose gradient is curve · x + cos x."""
    return float(np.sum(curve * x**2) / 2 + np.sum(np.sin(x)))


def points(draw: np.random.Generator) -> Iterator[Case]:
    """Where to check; the smallest first.

    No entry is 0, where a wrong gradient could be right by chance.
    """
    yield Case("one number", x=[2.0], curve=[3.0])
    yield Case("a row of two", x=[[1.0, -2.0]], curve=[[1.0, 2.0]])
    for shape, order in (((2, 3), "C"), ((4, 3), "F"), ((5,), "C")):
        x = whole_numbers(draw, *shape, most=3)
        x = np.asfortranarray(x) if order == "F" else x
        yield Case(f"shape {shape}", x=x, curve=np.abs(whole_numbers(draw, *shape, most=4)))


def points_and_a_large_one(draw: np.random.Generator) -> Iterator[Case]:
    """The same, and a gradient so large that nudging finds it only to a millionth of itself."""
    first, *others = points(draw)
    yield first
    yield Case("a row, one entry far larger", x=[[1.0, 300.0]], curve=[[1.0, 2.0]])
    yield from others


@exercise("The gradient by nudging", row="10.1")
def numerical_gradient(cost, x, h=1e-5):
    """The gradient of cost at x, found by nudging one entry at a time, up and down.

    cost    a function of an array of x's shape; returns one number
    x       an array of floats of any shape; after the call it holds what it held before
    h       the size of a nudge

    Returns (cost(x + h) − cost(x − h)) / 2h for each entry, an array of x's shape.
    """
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        nudge = np.zeros(x.shape)
        nudge[index] = h
        gradient[index] = (cost(x + nudge) - cost(x - nudge)) / (2 * h)
    return gradient


@numerical_gradient.behaviour(
    "nudges each entry", "How far do the two nudged points lie apart?", points, points=2, digits=5, uses=(valley,)
)
def nudged(numerical_gradient, x, curve):
    return {"gradient": numerical_gradient(lambda x: valley(x, curve), x)}


@numerical_gradient.behaviour(
    "looks both ways", "What does a large nudge on one side alone give where the cost is curved?", points, digits=5,
    uses=(valley,),
)  # fmt: skip
def both_ways(numerical_gradient, x, curve):
    return {"gradient": numerical_gradient(lambda x: valley(x, curve), x, 0.01)}


@numerical_gradient.behaviour(
    "puts x back", "After a nudge, what must the entry hold again?", points, digits=9, uses=(valley,)
)
def put_back(numerical_gradient, x, curve):
    numerical_gradient(lambda x: valley(x, curve), x)
    return {"x": x}


numerical_gradient.slip("step_not_doubled", "/ (2 * h)", "/ h")
numerical_gradient.slip("one_sided", "cost(x - nudge)) / (2 * h)", "cost(x)) / h")
numerical_gradient.slip("subtracted_backwards", "(cost(x + nudge) - cost(x - nudge))",
                        "(cost(x - nudge) - cost(x + nudge))")  # fmt: skip
numerical_gradient.slip("all_nudged_at_once", "nudge[index] = h", "nudge[...] = h")


@numerical_gradient.slip("rows_nudged")
def _(cost, x, h=1e-5):
    gradient = np.zeros(len(x))
    for i in range(len(x)):
        up, down = x.copy(), x.copy()
        up[i] += h
        down[i] -= h
        gradient[i] = (cost(up) - cost(down)) / (2 * h)
    return gradient


numerical_gradient.slip(
    "not_put_back",
    "nudge[index] = h\n        gradient[index] = (cost(x + nudge) - cost(x - nudge)) / (2 * h)",
    "x[index] += h\n        up = cost(x)\n        x[index] -= 2 * h\n"
    "        gradient[index] = (up - cost(x)) / (2 * h)",
)


@exercise("Is this gradient right?", row="10.1", needs=(numerical_gradient,))
def gradient_is_right(cost, x, gradient):
    """Whether gradient is the gradient of cost at x, as far as nudging can tell: True or False.

    cost        a function of an array of x's shape; returns one number
    x           an array of floats
    gradient    what somebody says is the gradient, to be held against numerical_gradient

    Entries may differ by a millionth of the larger of the two, or by a millionth. A gradient of
    another shape is wrong.
    """
    nudged = numerical_gradient(cost, x)
    if np.shape(gradient) != nudged.shape:
        return False
    larger = np.maximum(np.abs(gradient), np.abs(nudged))
    return bool(np.all(np.abs(gradient - nudged) <= 1e-6 * np.maximum(larger, 1)))


@gradient_is_right.behaviour(
    "tells right from wrong", "Which gradients should get through, and which should be stopped?", points,
    points=2, uses=(valley,),
)  # fmt: skip
def right_from_wrong(gradient_is_right, x, curve):
    gradient = curve * x + np.cos(x)
    given = [gradient, -gradient, 2 * gradient, gradient / len(x) / 2]
    return {"verdicts": [gradient_is_right(lambda x: valley(x, curve), x, each) for each in given]}


@gradient_is_right.behaviour(
    "notices a single wrong entry", "Do all entries have to agree, or most of them?", points, uses=(valley,)
)
def single_entry(gradient_is_right, x, curve):
    gradient = curve * x + np.cos(x)
    low, high = gradient.copy(), gradient.copy()
    low[(0,) * x.ndim] -= 0.01
    high[(-1,) * x.ndim] += 0.01
    return {"verdicts": [gradient_is_right(lambda x: valley(x, curve), x, each) for each in (gradient, low, high)]}


@gradient_is_right.behaviour(
    "minds the shape", "Which shape does a gradient have? What does NumPy do with another one?", points, uses=(valley,)
)
def minds_shape(gradient_is_right, x, curve):
    gradient = curve * x + np.cos(x)
    given = [gradient, gradient.T[..., None], gradient.ravel()[:1] if x.ndim > 1 else gradient[None]]
    return {"verdicts": [gradient_is_right(lambda x: valley(x, curve), x, each) for each in given]}


@gradient_is_right.behaviour(
    "forgives rounding", "Nudging is never exact: how close is close enough?", points_and_a_large_one, uses=(valley,)
)
def forgives(gradient_is_right, x, curve):
    gradient = curve * x + np.cos(x)
    given = [gradient * (1 + 1e-8), gradient * (1 - 1e-8), gradient * 1.001]
    verdicts = [gradient_is_right(lambda x: valley(x, curve), x, each) for each in given]
    flat = gradient_is_right(lambda x: 3.0, x, np.full(x.shape, 1e-8))
    return {"verdicts": verdicts, "where the cost is flat": flat}


gradient_is_right.slip("everything_passes", "return bool(np.all(np.abs(gradient - nudged) <= 1e-6 * "
                       "np.maximum(larger, 1)))", "return True",
                       fatal="A check that says yes to everything has checked nothing.")  # fmt: skip
gradient_is_right.slip("tolerance_not_relative", "1e-6 * np.maximum(larger, 1)", "1e-6")
gradient_is_right.slip("exactly_equal", "np.abs(gradient - nudged) <= 1e-6 * np.maximum(larger, 1)",
                       "gradient == nudged",
                       fatal="A check that stops every gradient has checked nothing.")  # fmt: skip
gradient_is_right.slip("too_low_passes", "np.abs(gradient - nudged) <= 1e-6", "(gradient - nudged) <= 1e-6")
gradient_is_right.slip("too_high_passes", "np.abs(gradient - nudged) <= 1e-6", "(nudged - gradient) <= 1e-6")
gradient_is_right.slip("only_relative", "1e-6 * np.maximum(larger, 1)", "1e-6 * larger")
gradient_is_right.slip("one_entry_is_enough", "np.all(", "np.any(")
gradient_is_right.slip("shape_not_compared", "if np.shape(gradient) != nudged.shape:\n        return False\n    ", "")
