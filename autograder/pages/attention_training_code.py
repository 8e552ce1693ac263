"""Code of chapter 12: a tiny model of one attention layer that learns to copy a word in another order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from ..authoring.exercise import Case, Judged, exercise
from ..kernels.runner import Value
from .activations_code import SoftmaxCrossEntropy
from .attention_code import Attention, LayerNorm

LETTERS, PLACES, SHOWN, JUDGED, RUNS = 5, 5, 240, 60, 2
SMALL = 20  # words, where the answers need not be good
ENOUGH = 0.9  # of the letters right, for full marks
BACKWARDS = np.arange(PLACES)[::-1]


def made_of(draw: np.random.Generator, m: int, order: np.ndarray, runs: int) -> Case:
    """m words to learn from, others to copy, the order in which to copy, and where the generators start."""
    words, later = (draw.integers(0, LETTERS, (count, PLACES)) for count in (m, JUDGED if m > SMALL else SMALL))
    title = "a few words" if m == SMALL else f"{m} words" + ", backwards" * np.array_equal(order, BACKWARDS)
    return Case(title, words=words, later=later, order=order, seeds=draw.integers(1, 10**6, runs))


def few_words(draw: np.random.Generator) -> Iterator[Case]:
    """A few words, backwards."""
    yield made_of(draw, SMALL, BACKWARDS, 1)


def many_words(draw: np.random.Generator) -> Iterator[Case]:
    """Many words, backwards."""
    yield made_of(draw, SHOWN, BACKWARDS, RUNS)


def another_order(draw: np.random.Generator) -> Iterator[Case]:
    """Many words in an order that leaves hardly a letter where it would stand backwards or as it was."""
    while True:
        order = draw.permutation(PLACES)
        if np.sum((order == BACKWARDS) | (order == np.arange(PLACES))) <= 1:
            yield made_of(draw, SHOWN, order, 1)
            return


def fault_in(answers: Any, given: Mapping[str, Any]) -> str:
    """What is wrong with the form of what predict gives; "" for a letter at each place of each word."""
    if answers is None:
        return "predict gives None. Is there a return?"
    wanted = given["later"].shape
    if (shape := np.shape(np.asarray(answers))) != wanted:
        return f"predict gives shape {shape}; a letter at each place of each word is shape {wanted}."
    return "" if np.all(np.isin(answers, range(LETTERS))) else f"predict gives other letters than 0 to {LETTERS - 1}."


def a_letter_at_each_place(given: Mapping[str, Any], came: Mapping[str, Value]) -> Judged:
    """A letter at each place."""
    fault = fault_in(came["answers"], given)
    return Judged(0.0, fault) if fault else Judged(1.0)


def most_copied(given: Mapping[str, Any], came: Mapping[str, Value]) -> Judged:
    """More for more letters right, in the mean over the runs: nothing for guessing, all from ENOUGH on."""
    answers: Any = came["answers"]
    if any(fault_in(each, given) for each in answers):
        return Judged(0.0, "There is no letter at each place yet.")
    later, order = given["later"], given["order"]
    right = float(np.mean([np.asarray(each) == later[:, order] for each in answers]))
    share = round(float(np.interp(right, (1.5 / LETTERS, ENOUGH), (0.0, 1.0))), 1)
    if share == 1:
        return Judged(1.0)
    last, turned = np.asarray(answers[-1]), np.asarray(came["answer to words turned around"])
    for code, other in (("copied_as_it_stands", later), ("order_ignored", later[:, ::-1])):
        if not np.array_equal(other, later[:, order]) and np.mean(last == other) > ENOUGH:
            return Judged(0.0, code=code)
    several = len(np.unique(last)) > 1  # one letter everywhere is the same from both sides
    if several and turned.shape == last.shape and np.mean(turned == last[:, ::-1]) > 0.98:
        return Judged(share, code="places_unknown")
    how_good = "Better than guessing, and not yet sure enough." if share else "No better yet than guessing."
    return Judged(share, f"{how_good} Does the cost still fall when your training ends?")


@exercise(
    "A model that copies in another order", row="12.15", seconds=120, needs=(Attention, LayerNorm, SoftmaxCrossEntropy)
)
class CopyModel:
    """Learns from words and their copies to copy other words.

    A word has 5 letters, the numbers 0 to 4. A copy has the same letters in another order, which is
    the same for all words: backwards, for example. Nobody tells your model which order it is. It is
    trained several times, each time from another random generator, and the mean counts. So no luck
    is needed.
    """

    def fit(self, words, copies, random):
        """Build a model with a layer of attention, and train it.

        words    (m, 5): m words, whole numbers 0 to 4
        copies   (m, 5): their copies
        random   a generator such as np.random.default_rng(0): draw first weights and the order of
                 the words from it
        """
        d = 16
        shapes = {"letters": (5, d), "places": (5, d), "query": (d, d), "key": (d, d), "value": (d, d), "out": (d, 5)}
        self.weights = {name: random.normal(0, 1 / np.sqrt(d), shape) for name, shape in shapes.items()}
        self.weights["letters"], self.weights["places"] = random.normal(0, 1, (2, 5, d))
        self.norm, cost = LayerNorm(np.ones(d), np.zeros(d)), SoftmaxCrossEntropy()
        for _ in range(15):
            order = random.permutation(len(words))
            for start in range(0, len(words), 25):
                batch = order[start : start + 25]
                sums = self._sums(words[batch])
                cost.forward_pass(sums.reshape(-1, 5), np.eye(5)[copies[batch].ravel()])
                gradients = self._back(words[batch], cost.backward_pass().reshape(sums.shape))
                for name, gradient in gradients.items():
                    self.weights[name] = self.weights[name] - 0.7 * gradient

    def predict(self, words):
        """words, (k, 5). Returns their copies, (k, 5): whole numbers 0 to 4."""
        return np.argmax(self._sums(words), axis=2)

    def _sums(self, words):
        """A sum for each letter at each place: letter and place added, attention beside it, a norm, a matrix."""
        self.inputs = self.weights["letters"][words] + self.weights["places"]
        self.attention = Attention(self.weights["query"], self.weights["key"], self.weights["value"])
        self.normal = self.norm.forward_pass(self.inputs + self.attention.forward_pass(self.inputs))
        return self.normal @ self.weights["out"]

    def _back(self, words, dsums):
        """The gradient of every weight, by its name."""
        dout = np.tensordot(self.normal, dsums, axes=((0, 1), (0, 1)))
        dblock = self.norm.backward_pass(dsums @ self.weights["out"].T)
        dinputs = dblock + self.attention.backward_pass(dblock)
        dletters = np.zeros(self.weights["letters"].shape)
        np.add.at(dletters, words, dinputs)
        layer = self.attention
        return {"out": dout, "query": layer.dquery, "key": layer.dkey, "value": layer.dvalue, "letters": dletters,
                "places": dinputs.sum(axis=0)}  # fmt: skip


def copied(CopyModel, words, later, order, seeds):
    """What models that learnt from words and their copies make of later ones; the last also of these turned around."""
    models = [CopyModel() for _ in seeds]
    for model, seed in zip(models, seeds, strict=True):
        model.fit(words, words[:, order], np.random.default_rng(seed))
    answers = [model.predict(later) for model in models]
    return {"answers": answers, "answer to words turned around": models[-1].predict(later[:, ::-1])}


@CopyModel.behaviour("writes a letter at each place", "Which shape do your copies have?", few_words,
                     judge=a_letter_at_each_place, uses=(copied,))  # fmt: skip
def lettered(CopyModel, words, later, order, seeds):
    return {"answers": copied(CopyModel, words, later, order, seeds)["answers"][0]}


@CopyModel.behaviour(
    "copies words backwards", "How can a place find the letter that it should copy?", many_words, points=6,
    judge=most_copied, uses=(copied,),
)  # fmt: skip
def copied_backwards(CopyModel, words, later, order, seeds):
    return copied(CopyModel, words, later, order, seeds)


@CopyModel.behaviour(
    "copies in any order it is shown", "Does your model learn the order from the copies?", another_order, points=2,
    judge=most_copied, uses=(copied,),
)  # fmt: skip
def copied_anyhow(CopyModel, words, later, order, seeds):
    return copied(CopyModel, words, later, order, seeds)


CopyModel.slip("places_unknown", ' + self.weights["places"]', "",
               fatal="A model that does not know where a letter stands can learn no order.")  # fmt: skip
CopyModel.slip("copied_as_it_stands", "self.inputs + self.attention.forward_pass(self.inputs)",
               "self.inputs + 0 * self.attention.forward_pass(self.inputs)", "copies[batch].ravel()",
               "words[batch].ravel()",
               fatal="A model that looks at nothing but a letter's own place can learn no order.")  # fmt: skip


@CopyModel.slip("order_ignored")
class _:
    def fit(self, words, copies, random):
        pass

    def predict(self, words):
        return words[:, ::-1]
