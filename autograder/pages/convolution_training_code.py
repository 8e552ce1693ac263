"""Code of chapter 11: a check of any layer by nudging, and a small network that learns to tell strokes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from ..authoring.exercise import Case, Judged, exercise, whole_numbers
from ..kernels.runner import Value
from .activations_code import ReLU, SoftmaxCrossEntropy
from .convolution_code import FastConvolution
from .training_code import Layer
from .training_steps_code import Adam

# -- a check of any layer ----------------------------------------------------------------------------------------------


class Slope:
    """Stands in for a layer with weights and biases. What `spoilt` names has a wrong gradient: too small in its last
    entry, or of another shape, or as large with another sign."""

    def __init__(self, weights, biases, spoilt=()):
        self.weights, self.biases, self.spoilt = weights, biases, dict(spoilt)

    def forward_pass(self, inputs):
        self.inputs = inputs
        return inputs @ self.weights + self.biases

    def backward_pass(self, dvalues):
        self.dweights = self._kept("dweights", self.inputs.T @ dvalues)
        self.dbiases = self._kept("dbiases", dvalues.sum(axis=0))
        self.dinputs = self._kept("dinputs", dvalues @ self.weights.T)
        return self.dinputs

    def _kept(self, name, gradient):
        how = self.spoilt.get(name)
        if how == "low":
            gradient[(-1,) * gradient.ndim] -= 0.5
        if how == "high":
            gradient[(0,) * gradient.ndim] += 0.5
        return -gradient if how == "turned" else gradient[None, :1] if how == "shape" else gradient


class Square:
    """Stands in for a layer without weights; `share` is 2 in a right one."""

    def __init__(self, share):
        self.share = share

    def forward_pass(self, inputs):
        self.inputs = inputs
        return inputs**2

    def backward_pass(self, dvalues):
        return self.share * self.inputs * dvalues


def layers_to_check(draw: np.random.Generator) -> Iterator[Case]:
    """Weights, biases, inputs, and upstream gradients; the smallest first."""
    yield Case("one number", weights=[[3.0]], biases=[1.0], inputs=[[2.0]], upstream=[[5.0]])
    yield Case("upstream nowhere but 1", weights=[[3.0, 2.0]], biases=[1.0, -2.0], inputs=[[2.0]],
               upstream=[[1.0, 1.0]])  # fmt: skip
    yield Case("two inputs, two outputs", weights=[[1.0, 2.0], [-3.0, 2.0]], biases=[1.0, -2.0],
               inputs=[[2.0, -1.0]], upstream=[[3.0, -2.0]])  # fmt: skip
    upstream = whole_numbers(draw, 3, 4) * 2
    yield Case("three examples", weights=whole_numbers(draw, 2, 4), biases=whole_numbers(draw, 4),
               inputs=whole_numbers(draw, 3, 2), upstream=upstream)  # fmt: skip


@exercise("A check of any layer", row="11.10")
def wrong_gradients(layer, inputs, upstream, h=1e-5):
    """Which gradients of a layer are wrong, as far as nudging can tell.

    layer     has forward_pass(inputs), and backward_pass(dvalues) that returns ∂C/∂(inputs). A
              layer that has weights also has biases, and after its backward pass dweights and
              dbiases. All are arrays of floats; after the call they hold what they held before
    inputs    an array of floats; after the call it holds what it held before
    upstream  ∂C/∂(values), in the shape of what forward_pass returns. So take as the cost
              C = the sum of upstream ⊙ values
    h         the size of a nudge; look both ways

    Returns a list of names, out of "dweights", "dbiases", "dinputs", in this order; [] where all
    are right. Entries may differ by a millionth, or by a millionth of the larger one. A gradient
    of another shape is wrong.
    """

    def cost():
        return np.sum(upstream * layer.forward_pass(inputs))

    layer.forward_pass(inputs)
    gradients = {"dinputs": (inputs, layer.backward_pass(upstream))}
    if hasattr(layer, "weights"):
        own = {"dweights": (layer.weights, layer.dweights), "dbiases": (layer.biases, layer.dbiases)}
        gradients = own | gradients
    wrong = []
    for name, (array, gradient) in gradients.items():
        nudged = np.zeros(array.shape)
        for index in np.ndindex(array.shape):
            before = array[index]
            array[index] = before + h
            up = cost()
            array[index] = before - h
            nudged[index] = (up - cost()) / (2 * h)
            array[index] = before
        near = np.shape(gradient) == nudged.shape and np.allclose(gradient, nudged, rtol=1e-6, atol=1e-6)
        if not near:
            wrong.append(name)
    return wrong


@wrong_gradients.behaviour(
    "lets right gradients pass", "Of which cost is upstream the gradient? And how close is close enough?",
    layers_to_check, uses=(Slope,),
)  # fmt: skip
def all_right(wrong_gradients, weights, biases, inputs, upstream):
    return {"wrong": wrong_gradients(Slope(weights, biases), inputs, upstream)}


@wrong_gradients.behaviour(
    "names the wrong ones", "Which three gradients does a layer give? Is each of their entries looked at?",
    layers_to_check, points=3, uses=(Slope,),
)  # fmt: skip
def named_wrong(wrong_gradients, weights, biases, inputs, upstream):
    plans = [{"dweights": "low"}, {"dbiases": "high"}, {"dinputs": "low"}, {"dbiases": "low", "dinputs": "turned"},
             {"dweights": "turned", "dbiases": "high", "dinputs": "high"}]  # fmt: skip
    return {"wrong": [wrong_gradients(Slope(weights, biases, plan), inputs, upstream) for plan in plans]}


@wrong_gradients.behaviour(
    "minds the shape", "Which shape does a gradient have? What does NumPy do with another one?", layers_to_check,
    uses=(Slope,),
)  # fmt: skip
def shape_minded(wrong_gradients, weights, biases, inputs, upstream):
    return {"wrong": wrong_gradients(Slope(weights, biases, {"dbiases": "shape"}), inputs, upstream)}


@wrong_gradients.behaviour(
    "checks layers without weights", "What is there to check in a layer like ReLU?", layers_to_check, uses=(Square,)
)
def bare_checked(wrong_gradients, inputs):
    return {"right layer": wrong_gradients(Square(2.0), inputs, 0 * inputs + 3.0),
            "wrong layer": wrong_gradients(Square(1.0), inputs, 0 * inputs + 3.0)}  # fmt: skip


@wrong_gradients.behaviour(
    "puts everything back", "After a nudge, what must the entry hold again?", layers_to_check, uses=(Slope,), digits=9
)
def all_put_back(wrong_gradients, weights, biases, inputs, upstream):
    wrong_gradients(Slope(weights, biases), inputs, upstream)
    return {"weights": weights, "biases": biases, "inputs": inputs, "upstream": upstream}


wrong_gradients.slip("everything_passes", "if not near:", "if False:",
                     fatal="A check that says yes to everything has checked nothing.")  # fmt: skip
wrong_gradients.slip("exactly_equal", "np.allclose(gradient, nudged, rtol=1e-6, atol=1e-6)",
                     "bool(np.all(gradient == nudged))",
                     fatal="A check that stops every gradient has checked nothing.")  # fmt: skip
wrong_gradients.slip("upstream_not_in_cost", "np.sum(upstream * layer.forward_pass(inputs))",
                     "np.sum(layer.forward_pass(inputs))")  # fmt: skip
wrong_gradients.slip("one_entry_is_enough", "np.allclose(gradient, nudged, rtol=1e-6, atol=1e-6)",
                     "bool(np.any(np.isclose(gradient, nudged, rtol=1e-6, atol=1e-6)))")  # fmt: skip
wrong_gradients.slip("biases_not_checked", ', "dbiases": (layer.biases, layer.dbiases)}', "}")
wrong_gradients.slip("inputs_not_checked", "gradients = own | gradients", "gradients = own")
wrong_gradients.slip("first_wrong_alone", "            wrong.append(name)", "            return [name]")
wrong_gradients.slip("too_low_passes", "np.allclose(gradient, nudged, rtol=1e-6, atol=1e-6)",
                     "bool(np.all(gradient - nudged <= 1e-6))")  # fmt: skip
wrong_gradients.slip("too_high_passes", "np.allclose(gradient, nudged, rtol=1e-6, atol=1e-6)",
                     "bool(np.all(nudged - gradient <= 1e-6))")  # fmt: skip
wrong_gradients.slip("shape_not_compared", "np.shape(gradient) == nudged.shape and ", "")
wrong_gradients.slip("weights_taken_for_granted", 'if hasattr(layer, "weights"):', "if True:")
wrong_gradients.slip("not_put_back", "            array[index] = before\n", "")


# -- strokes -----------------------------------------------------------------------------------------------------------

SIDE, SHOWN, JUDGED, RUNS = 8, 120, 100, 3
SMALL = 20  # pictures, where the answers need not be good
ENOUGH = 0.92  # of the pictures told right, for full marks
Labels = np.ndarray


def strokes(draw: np.random.Generator, m: int) -> tuple[np.ndarray, Labels]:
    """m pictures, (m, 1, 8, 8), each of a stroke, a bright pixel that is none, and a little noise; and their labels:
    0 for a horizontal stroke, 1 for a vertical one, as many of each."""
    labels = draw.permutation(np.arange(m) % 2)
    pictures = np.zeros((m, 1, SIDE, SIDE))
    for picture, label in zip(pictures[:, 0], labels, strict=True):
        length = int(draw.integers(4, 7))
        row, first = int(draw.integers(0, SIDE)), int(draw.integers(0, SIDE - length + 1))
        picture[row, first : first + length] = 1.0
        picture[int(draw.integers(0, SIDE)), int(draw.integers(0, SIDE))] = 1.0
        if label:
            picture[:] = picture.T.copy()
    return pictures + draw.normal(0, 0.1, pictures.shape), labels


def lies_along(pictures: np.ndarray) -> Labels:
    """The labels, read off the pictures: a stroke fills the row, or the column, in which it lies."""
    rows, columns = (pictures[:, 0].sum(axis=axis).max(axis=1) for axis in (2, 1))
    return (columns > rows).astype(int)


def few_strokes(draw: np.random.Generator) -> Iterator[Case]:
    """A few pictures to learn from and a few to tell."""
    (pictures, labels), later = strokes(draw, SMALL), strokes(draw, SMALL)[0]
    yield Case("a few pictures", pictures=pictures, labels=labels, later=later, seeds=draw.integers(1, 10**6, 1))


def many_strokes(draw: np.random.Generator) -> Iterator[Case]:
    """Pictures to learn from, pictures to tell, and where the generators start."""
    (pictures, labels), later = strokes(draw, SHOWN), strokes(draw, JUDGED)[0]
    yield Case(f"{SHOWN} pictures", pictures=pictures, labels=labels, later=later, seeds=draw.integers(1, 10**6, RUNS))


def fault_in(answers: Any, count: int) -> str:
    """What is wrong with the form of what predict gives; "" for a 0 or a 1 for each picture."""
    if answers is None:
        return "predict gives None. Is there a return?"
    if (shape := np.shape(np.asarray(answers))) != (count,):
        return f"predict gives shape {shape}; a 0 or a 1 for each picture is shape {(count,)}."
    return "" if np.all(np.isin(answers, (0, 1))) else "predict gives other numbers than 0 and 1."


def a_label_for_each(given: Mapping[str, Any], came: Mapping[str, Value]) -> Judged:
    """0 or 1 for each picture."""
    fault = fault_in(came["answers"], len(given["later"]))
    return Judged(0.0, fault) if fault else Judged(1.0)


def most_told(given: Mapping[str, Any], came: Mapping[str, Value]) -> Judged:
    """More for more pictures told right, in the mean over the runs: nothing for a coin's share, all from ENOUGH on."""
    answers: Any = came["answers"]
    if any(fault_in(each, len(given["later"])) for each in answers):
        return Judged(0.0, "There is no label for each picture yet.")
    if all(np.all(np.asarray(each) == each[0]) for each in answers):
        return Judged(0.0, code="one_answer_for_all")
    right = float(np.mean([np.asarray(each) == lies_along(given["later"]) for each in answers]))
    if right < 0.2:
        return Judged(0.0, code="labels_exchanged")
    share = round(float(np.interp(right, (0.5, ENOUGH), (0.0, 1.0))), 1)
    how_good = "Better than tossing a coin, and not yet sure enough." if share else "No better yet than tossing a coin."
    return Judged(share, "" if share == 1 else f"{how_good} Does the cost still fall when your training ends?")


def follows_the_labels(given: Mapping[str, Any], came: Mapping[str, Value]) -> Judged:
    """Other labels, other answers."""
    shown, exchanged = came["answers"], came["answers, labels exchanged"]
    if any(fault_in(each, len(given["later"])) for each in (shown, exchanged)):
        return Judged(0.0, "There is no label for each picture yet.")
    if all(np.all(np.asarray(each) == np.asarray(each)[0]) for each in (shown, exchanged)):
        return Judged(0.0, code="one_answer_for_all")
    agree = float(np.mean(np.asarray(shown) == np.asarray(exchanged)))
    return Judged(1.0) if agree < 0.4 else Judged(0.0, code="labels_ignored")


@exercise(
    "A network that tells strokes", row="11.10", seconds=120,
    needs=(FastConvolution, ReLU, Layer, SoftmaxCrossEntropy, Adam),
)  # fmt: skip
class StrokeModel:
    """Learns from pictures with labels, and labels other pictures.

    Each picture shows a stroke, horizontal or vertical, anywhere, with a bright pixel beside it and
    a little noise. Your model is trained three times, each time from another random generator, and
    the mean counts. So no luck is needed.
    """

    def fit(self, pictures, labels, random):
        """Build a network with a convolution in it, and train it.

        pictures  (m, 1, 8, 8): m pictures of one channel
        labels    (m,): 0 or 1 for each picture
        random    a generator such as np.random.default_rng(0): draw first weights and the order of
                  the pictures from it
        """
        self.filters, self.relu = FastConvolution(random.normal(0, 1 / 3, (6, 1, 3, 3)), np.zeros(6)), ReLU()
        self.last, cost = Layer(random.normal(0, 0.4, (6, 2)), np.zeros((1, 2))), SoftmaxCrossEntropy()
        optimizer, targets = Adam(0.1), np.eye(2)[labels]
        for _ in range(12):
            order = random.permutation(len(pictures))
            for start in range(0, len(pictures), 20):
                batch = order[start : start + 20]
                cost.forward_pass(self._sums(pictures[batch]), targets[batch])
                self._back(cost.backward_pass())
                optimizer.update([self.filters, self.last])

    def predict(self, pictures):
        """pictures, (k, 1, 8, 8). Returns the label of each, 0 or 1, (k,)."""
        return np.argmax(self._sums(pictures), axis=1)

    def _sums(self, pictures):
        """A sum for each label: filters, ReLU, the mean over all places, and a layer."""
        self.values = self.relu.forward_pass(self.filters.forward_pass(pictures))
        return self.last.forward_pass(self.values.mean(axis=(2, 3)))

    def _back(self, dsums):
        places = self.values[0, 0].size
        dmeans = self.last.backward_pass(dsums)[:, :, None, None]
        self.filters.backward_pass(self.relu.backward_pass(np.broadcast_to(dmeans / places, self.values.shape)))


@StrokeModel.behaviour("gives each picture a label", "Which shape do your answers have?", few_strokes,
                       judge=a_label_for_each)  # fmt: skip
def labelled(StrokeModel, pictures, labels, later, seeds):
    model = StrokeModel()
    model.fit(pictures, labels, np.random.default_rng(seeds[0]))
    return {"answers": model.predict(later)}


@StrokeModel.behaviour(
    "tells strokes it has never seen", "What do your filters look for, wherever the stroke lies?", many_strokes,
    points=6, judge=most_told,
)  # fmt: skip
def told(StrokeModel, pictures, labels, later, seeds):
    answers = []
    for seed in seeds:
        model = StrokeModel()
        model.fit(pictures, labels, np.random.default_rng(seed))
        answers.append(model.predict(later))
    return {"answers": answers}


@StrokeModel.behaviour(
    "learns from the labels", "If all labels were exchanged: what would your model say?", many_strokes, points=2,
    judge=follows_the_labels,
)  # fmt: skip
def taught(StrokeModel, pictures, labels, later, seeds):
    answers = []
    for shown in (labels, 1 - labels):
        model = StrokeModel()
        model.fit(pictures, shown, np.random.default_rng(seeds[0]))
        answers.append(model.predict(later))
    return {"answers": answers[0], "answers, labels exchanged": answers[1]}


StrokeModel.slip("labels_exchanged", "np.argmax(self._sums(pictures), axis=1)",
                 "np.argmin(self._sums(pictures), axis=1)")  # fmt: skip
StrokeModel.slip("one_answer_for_all", "random.normal(0, 1 / 3, (6, 1, 3, 3))", "np.zeros((6, 1, 3, 3))",
                 fatal="A model that says the same of every picture has learnt nothing from any.")  # fmt: skip


@StrokeModel.slip("labels_ignored")
class _:
    def fit(self, pictures, labels, random):
        pass

    def predict(self, pictures):
        rows, columns = (pictures[:, 0].sum(axis=axis).max(axis=1) for axis in (2, 1))
        return (columns > rows).astype(int)
