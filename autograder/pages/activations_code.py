"""Code of chapter 5: the activations, forward and backward, and softmax with its loss."""

from __future__ import annotations

import numpy as np

from ..exercise import Case, exercise


def batches(draw: np.random.Generator):
    """Inputs and upstream gradients of the same shape, examples in rows; the smallest first."""
    yield Case("one example, one feature", inputs=[[-2.0]], dvalues=[[3.0]])
    yield Case("zeros at the kink", inputs=[[0.0, -0.0, 1.0]], dvalues=[[1.0, -2.0, 5.0]])
    yield Case("numbers far out", inputs=[[1000.0, -1000.0]], dvalues=[[0.5, -0.5]])
    yield Case("whole numbers", inputs=np.array([[3, -1], [-4, 2]]), dvalues=np.array([[1, 2], [3, 4]]))
    columns = np.asfortranarray(draw.normal(size=(3, 2)))
    yield Case("Fortran order", inputs=columns, dvalues=np.asfortranarray(draw.normal(size=(3, 2))))
    for _ in range(3):
        m, n = (int(size) for size in draw.integers(2, 7, 2))
        yield Case(f"{m} examples, {n} features", inputs=draw.normal(size=(m, n)), dvalues=draw.normal(size=(m, n)))


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
