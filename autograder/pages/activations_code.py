"""Code of chapter 5: the activations, forward and backward, and softmax with its loss."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..authoring.exercise import Case, exercise, whole_numbers


def batches(draw: np.random.Generator) -> Iterator[Case]:
    """Inputs and upstream gradients of the same shape, examples in rows; the smallest first."""
    yield Case("one example, one feature", inputs=[[-2.0]], dvalues=[[3.0]])
    yield Case("zeros at the kink", inputs=[[0.0, -0.0, 1.0]], dvalues=[[1.0, -2.0, 5.0]])
    yield Case("two examples", inputs=[[3.0, -1.0], [-4.0, 2.0]], dvalues=[[1.0, 2.0], [3.0, 4.0]])
    for order in ("F", "C", "C"):
        m, n = (int(size) for size in draw.integers(2, 7, 2))
        title = f"{m} examples, {n} features" + ", Fortran order" * (order == "F")
        inputs, dvalues = (np.asarray(whole_numbers(draw, m, n), order=order) for _ in range(2))
        yield Case(title, inputs=inputs, dvalues=dvalues)


def batches_and_far_out(draw: np.random.Generator) -> Iterator[Case]:
    """The same, and inputs whose exponentials no computer can hold."""
    first, *others = batches(draw)
    yield first
    yield Case("numbers far out", inputs=[[1000.0, -1000.0]], dvalues=[[1.0, 2.0]])
    yield from others


@exercise("ReLU, forward and backward", row="5.5")
class ReLU:
    """Keeps what is positive, cuts off the rest, entry by entry. Examples stand in rows."""

    def forward_pass(self, inputs):
        """inputs, (m, n): m examples of n numbers. Returns the values, (m, n).

        The inputs stay as they are.
        """
        self.inputs = inputs
        return np.maximum(inputs, 0)

    def backward_pass(self, dvalues):
        """dvalues, (m, n): ∂C/∂(values). Returns ∂C/∂(inputs), (m, n).

        The inputs are those of the last forward pass. At 0 the slope is 0.
        """
        return dvalues * (self.inputs > 0)


@ReLU.behaviour("keeps what is positive", "What becomes of a negative number, and what of the others?", batches)
def values(ReLU, inputs):
    return {"values": ReLU().forward_pass(inputs)}


@ReLU.behaviour("sends the gradient back", "Where did the forward pass let the number through?", batches, points=2)
def backward(ReLU, inputs, dvalues):
    relu = ReLU()
    relu.forward_pass(inputs)
    return {"dinputs": relu.backward_pass(dvalues)}


@ReLU.behaviour("leaves what it is given as it is", "Does your code write into an array that it was handed?", batches)
def untouched(ReLU, inputs, dvalues):
    relu = ReLU()
    relu.forward_pass(inputs)
    relu.backward_pass(dvalues)
    return {"inputs": inputs, "dvalues": dvalues}


@ReLU.behaviour("is ready for the next batch", "Which inputs belong to this gradient?", batches)
def again(ReLU, inputs, dvalues):
    relu = ReLU()
    relu.forward_pass(-1.0 * inputs)
    relu.forward_pass(inputs)
    return {"dinputs": relu.backward_pass(dvalues), "once more": relu.backward_pass(dvalues)}


ReLU.slip("relu_open_at_zero", "self.inputs > 0", "self.inputs >= 0")
ReLU.slip("mask_left_out", "dvalues * (self.inputs > 0)", "dvalues")
ReLU.slip("mask_for_gradient", "dvalues * (self.inputs > 0)", "(self.inputs > 0) * 1.0")
ReLU.slip("mask_from_gradient", "dvalues * (self.inputs > 0)", "np.maximum(dvalues, 0)")
ReLU.slip("sign_lost", "np.maximum(inputs, 0)", "np.abs(inputs)")
ReLU.slip("capped_above", "np.maximum(inputs, 0)", "np.minimum(inputs, 0)")
ReLU.slip("inputs_changed", "return np.maximum(inputs, 0)", "inputs[inputs < 0] = 0\n        return inputs")
ReLU.slip(
    "gradient_changed",
    "return dvalues * (self.inputs > 0)",
    "dvalues[self.inputs <= 0] = 0\n        return dvalues",
)


# -- sigmoid -----------------------------------------------------------------------------------------------------------


@exercise("Sigmoid, forward and backward", row="5.5")
class Sigmoid:
    """Brings every number between 0 and 1, entry by entry. Examples stand in rows."""

    def forward_pass(self, inputs):
        """inputs, (m, n): m examples of n numbers.

        Returns the values, (m, n), finite and right within 1e-6 for inputs from -1000 to 1000.
        The inputs stay as they are.
        """
        small = np.exp(-np.abs(inputs))  # never of a positive number, so it cannot overflow
        self.values = np.where(np.asarray(inputs) < 0, small, 1) / (1 + small)
        return self.values

    def backward_pass(self, dvalues):
        """dvalues, (m, n): ∂C/∂(values).

        Returns ∂C/∂(inputs), (m, n), for the values of the last forward pass.
        """
        return dvalues * self.values * (1 - self.values)


@Sigmoid.behaviour(
    "brings numbers between 0 and 1", "What is σ(0)? And far out on either side?", batches_and_far_out, within=1e-6
)
def sigmoid_values(Sigmoid, inputs):
    return {"values": Sigmoid().forward_pass(inputs)}


@Sigmoid.behaviour("sends the gradient back", "What is the slope, from the value alone?", batches, points=2)
def sigmoid_backward(Sigmoid, inputs, dvalues):
    sigmoid = Sigmoid()
    sigmoid.forward_pass(inputs)
    return {"dinputs": sigmoid.backward_pass(dvalues)}


@Sigmoid.behaviour(
    "leaves what it is given as it is", "Does your code write into an array that it was handed?", batches
)
def sigmoid_untouched(Sigmoid, inputs, dvalues):
    sigmoid = Sigmoid()
    sigmoid.forward_pass(inputs)
    sigmoid.backward_pass(dvalues)
    return {"inputs": inputs, "dvalues": dvalues}


@Sigmoid.behaviour("is ready for the next batch", "What must still be there after the way back?", batches)
def sigmoid_again(Sigmoid, inputs, dvalues):
    sigmoid = Sigmoid()
    sigmoid.forward_pass(-0.5 * inputs)
    sigmoid.forward_pass(inputs)
    return {"dinputs": sigmoid.backward_pass(dvalues), "once more": sigmoid.backward_pass(dvalues)}


Sigmoid.slip("exponent_sign", "np.asarray(inputs) < 0", "np.asarray(inputs) > 0")
Sigmoid.slip("exponential_overflows", "np.where(np.asarray(inputs) < 0, small, 1) / (1 + small)",
             "np.exp(inputs) / (1 + np.exp(inputs))")  # fmt: skip
Sigmoid.slip("slope_factor_left_out", "dvalues * self.values * (1 - self.values)", "dvalues * self.values")
Sigmoid.slip("slope_left_out", "dvalues * self.values * (1 - self.values)", "dvalues")
Sigmoid.slip("mask_for_gradient", "dvalues * self.values * (1 - self.values)", "self.values * (1 - self.values)")
Sigmoid.slip("tanh_for_sigmoid", "self.values * (1 - self.values)", "(1 - self.values**2)")
Sigmoid.slip(
    "gradient_changed",
    "return dvalues * self.values * (1 - self.values)",
    "dvalues *= self.values * (1 - self.values)\n        return dvalues",
)
Sigmoid.slip(
    "cache_overwritten",
    "return dvalues * self.values * (1 - self.values)",
    "self.values = self.values * (1 - self.values)\n        return dvalues * self.values",
)


# -- tanh --------------------------------------------------------------------------------------------------------------


@exercise("Tanh, forward and backward", row="5.5")
class Tanh:
    """Brings every number between −1 and 1, entry by entry. Examples stand in rows."""

    def forward_pass(self, inputs):
        """inputs, (m, n): m examples of n numbers.

        Returns the values, (m, n), finite and right within 1e-6 for inputs from -1000 to 1000.
        The inputs stay as they are.
        """
        self.values = np.tanh(inputs)
        return self.values

    def backward_pass(self, dvalues):
        """dvalues, (m, n): ∂C/∂(values).

        Returns ∂C/∂(inputs), (m, n), for the values of the last forward pass.
        """
        return dvalues * (1 - self.values**2)


@Tanh.behaviour(
    "brings numbers between −1 and 1", "Which function of NumPy has its name?", batches_and_far_out, within=1e-6
)
def tanh_values(Tanh, inputs):
    return {"values": Tanh().forward_pass(inputs)}


@Tanh.behaviour("sends the gradient back", "What is the slope, from the value alone?", batches, points=2)
def tanh_backward(Tanh, inputs, dvalues):
    tanh = Tanh()
    tanh.forward_pass(inputs)
    return {"dinputs": tanh.backward_pass(dvalues)}


@Tanh.behaviour("leaves what it is given as it is", "Does your code write into an array that it was handed?", batches)
def tanh_untouched(Tanh, inputs, dvalues):
    tanh = Tanh()
    tanh.forward_pass(inputs)
    tanh.backward_pass(dvalues)
    return {"inputs": inputs, "dvalues": dvalues}


@Tanh.behaviour("is ready for the next batch", "What must still be there after the way back?", batches)
def tanh_again(Tanh, inputs, dvalues):
    tanh = Tanh()
    tanh.forward_pass(-0.5 * inputs)
    tanh.forward_pass(inputs)
    return {"dinputs": tanh.backward_pass(dvalues), "once more": tanh.backward_pass(dvalues)}


Tanh.slip("exponential_overflows", "np.tanh(inputs)",
          "(np.exp(inputs) - np.exp(-inputs)) / (np.exp(inputs) + np.exp(-inputs))")  # fmt: skip
Tanh.slip("value_not_squared", "self.values**2", "self.values")
Tanh.slip("sigmoid_for_tanh", "(1 - self.values**2)", "self.values * (1 - self.values)")
Tanh.slip("slope_left_out", "dvalues * (1 - self.values**2)", "dvalues")
Tanh.slip("mask_for_gradient", "dvalues * (1 - self.values**2)", "1 - self.values**2")
Tanh.slip(
    "gradient_changed",
    "return dvalues * (1 - self.values**2)",
    "dvalues *= 1 - self.values**2\n        return dvalues",
)
Tanh.slip(
    "cache_overwritten",
    "return dvalues * (1 - self.values**2)",
    "self.values = 1 - self.values**2\n        return dvalues * self.values",
)


# -- softmax and its loss ----------------------------------------------------------------------------------------------


def one_hot(draw: np.random.Generator, m: int, n: int) -> np.ndarray:
    """m targets, one of n classes each."""
    return np.eye(n)[draw.integers(0, n, m)]


def classes(draw: np.random.Generator) -> Iterator[Case]:
    """Inputs and one-hot targets, examples in rows; the smallest first."""
    yield Case("one example, one class", inputs=[[3.0]], targets=[[1.0]])
    yield Case("one example, two classes", inputs=[[0.0, 0.0]], targets=[[0.0, 1.0]])
    yield Case("two examples", inputs=[[2.0, 0.0, 1.0], [1.0, 1.0, 4.0]], targets=[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    for order in ("F", "C", "C", "C"):
        m, n = (int(size) for size in draw.permutation([2, 3, 4, 5, 6])[:2])
        title = f"{m} examples, {n} classes" + ", Fortran order" * (order == "F")
        inputs, targets = whole_numbers(draw, m, n, most=3), one_hot(draw, m, n)
        yield Case(title, inputs=np.asarray(inputs, order=order), targets=targets)


def far_out(draw: np.random.Generator) -> Iterator[Case]:
    """Inputs whose exponentials no computer can hold, and rows far from each other."""
    yield Case("one class far ahead", inputs=[[1000.0, 0.0]], targets=[[1.0, 0.0]])
    yield Case("far ahead and wrong", inputs=[[1000.0, -1000.0]], targets=[[0.0, 1.0]])
    rows = np.array([[1000.0], [-1000.0]])
    yield Case("one row high, one low", inputs=rows - [[0.0, 1.0], [0.0, 0.0]] * np.sign(rows), targets=np.eye(2))
    high = whole_numbers(draw, 2, 3) + rows * 0.99
    yield Case("all high, all low", inputs=high, targets=one_hot(draw, 2, 3))


@exercise("Softmax with cross-entropy", row="5.5")
class SoftmaxCrossEntropy:
    """Makes probabilities of the last layer's numbers, and the cost of a batch.

    Examples stand in rows.
    """

    def forward_pass(self, inputs, targets):
        """inputs, (m, n): m examples, n classes. targets, (m, n): one-hot rows.

        Returns the cost, one number: the mean of −ln p(true class) over the examples. Keeps
        probabilities, (m, n), and what the way back needs.

        For inputs from -1000 to 1000 everything is finite, and probabilities are right within
        1e-6. No p need be smaller than 1e-12: ln(p + 1e-12) will do, or a p cut off there.
        """
        low = inputs - np.max(inputs, axis=1, keepdims=True)
        sums = np.sum(np.exp(low), axis=1, keepdims=True)
        self.probabilities = np.exp(low) / sums
        self.targets = targets
        return -np.sum(targets * (low - np.log(sums))) / len(inputs)

    def backward_pass(self):
        """Returns ∂C/∂(inputs), (m, n), of the cost of the last forward pass.

        The mean over the examples is in it.
        """
        return (self.probabilities - self.targets) / len(self.targets)


@SoftmaxCrossEntropy.behaviour(
    "makes probabilities", "By which sum is each exponential of an example divided?", classes, points=2, within=1e-6
)
def probabilities(SoftmaxCrossEntropy, inputs, targets):
    softmax = SoftmaxCrossEntropy()
    softmax.forward_pass(inputs, targets)
    return {"probabilities": softmax.probabilities}


@SoftmaxCrossEntropy.behaviour(
    "finds the cost", "Of which probability is the logarithm taken? Sum, or mean?", classes, within=1e-6
)
def cost(SoftmaxCrossEntropy, inputs, targets):
    return {"cost": SoftmaxCrossEntropy().forward_pass(inputs, targets)}


@SoftmaxCrossEntropy.behaviour(
    "sends the gradient back", "Prediction minus target: and where does the mean go?", classes, points=2, within=1e-6
)
def joint(SoftmaxCrossEntropy, inputs, targets):
    softmax = SoftmaxCrossEntropy()
    softmax.forward_pass(inputs, targets)
    return {"dinputs": softmax.backward_pass(), "once more": softmax.backward_pass()}


@SoftmaxCrossEntropy.behaviour(
    "stays calm far out", "Which number can you take away from a row without changing its softmax?", far_out, points=2,
    within=1e-6,
)  # fmt: skip
def calm(SoftmaxCrossEntropy, inputs, targets):
    softmax = SoftmaxCrossEntropy()
    cost = softmax.forward_pass(inputs, targets)
    found = [value for value in (cost, softmax.backward_pass()) if value is not None]
    finite = all(bool(np.all(np.isfinite(value))) for value in found)
    return {"probabilities": softmax.probabilities, "cost and gradient are finite": finite}


@SoftmaxCrossEntropy.behaviour(
    "leaves what it is given as it is", "Does your code write into an array that it was handed?", classes
)
def classes_untouched(SoftmaxCrossEntropy, inputs, targets):
    softmax = SoftmaxCrossEntropy()
    softmax.forward_pass(inputs, targets)
    softmax.backward_pass()
    return {"inputs": inputs, "targets": targets}


SoftmaxCrossEntropy.slip("softmax_unstable", "np.max(inputs, axis=1, keepdims=True)", "0.0")
SoftmaxCrossEntropy.slip("maximum_of_all", "np.max(inputs, axis=1, keepdims=True)", "np.max(inputs)")
SoftmaxCrossEntropy.slip("mean_over_entries", "-np.sum(targets * (low - np.log(sums))) / len(inputs)",
                         "-np.mean(targets * (low - np.log(sums)))")  # fmt: skip
SoftmaxCrossEntropy.slip(
    "logarithm_of_zero", "targets * (low - np.log(sums))", "targets * np.log(self.probabilities)"
)
SoftmaxCrossEntropy.slip("softmax_over_examples", "np.exp(low), axis=1", "np.exp(low), axis=0")
SoftmaxCrossEntropy.slip("mean_left_out", " - self.targets) / len(self.targets)", " - self.targets)")
SoftmaxCrossEntropy.slip("gradient_over_entries", "/ len(self.targets)", "/ self.targets.size")
SoftmaxCrossEntropy.slip("mean_taken_twice", "/ len(self.targets)", "/ len(self.targets) ** 2")
SoftmaxCrossEntropy.slip("summed_not_averaged", " / len(inputs)", "")
SoftmaxCrossEntropy.slip(
    "target_minus_prediction", "self.probabilities - self.targets", "self.targets - self.probabilities"
)
SoftmaxCrossEntropy.slip(
    "cache_overwritten",
    "return (self.probabilities - self.targets) / len(self.targets)",
    "self.probabilities -= self.targets\n        return self.probabilities / len(self.targets)",
)
SoftmaxCrossEntropy.slip(
    "inputs_changed",
    "low = inputs - np.max(inputs, axis=1, keepdims=True)",
    "low = inputs\n        low -= np.max(inputs, axis=1, keepdims=True)",
)
