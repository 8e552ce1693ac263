"""Code of chapter 12: attention, layer normalisation, and a gradient check that needs two evaluations."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..authoring.exercise import Case, exercise, whole_numbers
from .passes import passed

# -- attention ---------------------------------------------------------------------------------------------------------


def sentence(
    draw: np.random.Generator, title: str, m: int, n: int, d: int, k: int, v: int, turned: bool = False
) -> Case:
    """m sentences of n words of d numbers each, matrices for queries, keys and values, and upstream gradients."""
    shapes = {"inputs": (m, n, d), "query": (d, k), "key": (d, k), "value": (d, v), "dvalues": (m, n, v)}
    made = {name: whole_numbers(draw, *shape, most=2) for name, shape in shapes.items()}
    made = {name: np.asfortranarray(array) if turned else array for name, array in made.items()}
    made["query"], made["key"] = made["query"] / 2, made["key"] / 2  # so that no weight is nearly 0 or 1
    return Case(title, **made)


def sentences(draw: np.random.Generator) -> Iterator[Case]:
    """Words, matrices and upstream gradients; the smallest first."""
    yield Case("two words of one number", inputs=[[[2.0], [1.0]]], query=[[0.5]], key=[[1.0]], value=[[3.0]],
               dvalues=[[[1.0], [-2.0]]])  # fmt: skip
    yield Case("three words of one number", inputs=[[[2.0], [1.0], [-1.0]]], query=[[1.0]], key=[[0.5]], value=[[2.0]],
               dvalues=[[[2.0], [-1.0], [3.0]]])  # fmt: skip
    yield Case("two words of two numbers", inputs=[[[1.0, 2.0], [-1.0, 1.0]]], query=[[0.5, 1.0], [1.0, -0.5]],
               key=[[1.0, 0.5], [-0.5, 0.5]], value=[[1.0, 2.0], [3.0, -1.0]],
               dvalues=[[[1.0, -1.0], [2.0, 1.0]]])  # fmt: skip
    yield sentence(draw, "queries of four numbers", 1, 2, 2, 4, 2)
    yield sentence(draw, "two sentences", 2, 2, 2, 2, 2)
    for n, d, k, v, turned in ((4, 3, 2, 5, False), (3, 5, 4, 2, True)):  # all different: no shape fits by chance
        title = f"two sentences of {n} words" + ", Fortran order" * turned
        yield sentence(draw, title, 2, n, d, k, v, turned)


def longer_sentences(draw: np.random.Generator) -> Iterator[Case]:
    """The same with at least three words, for the mask; the smallest first."""
    _, first, *_ = sentences(draw)
    yield first
    yield sentence(draw, "three words of two numbers", 1, 3, 2, 2, 2)
    yield sentence(draw, "two sentences of four words", 2, 4, 3, 4, 2)


@exercise("Attention, forward and backward", row="12.15")
class Attention:
    """Every word asks, every word answers: the output is a weighted mean of values. Words stand in
    rows, n of them in each of m sentences.

    With Q, K, V = X W_Q, X W_K, X W_V:  A = softmax of each row of Q Kᵀ / √d,  output = A V.
    """

    def __init__(self, query, key, value, masked=False):
        """query, (d_in, d), key, (d_in, d), value, (d_in, d_v): W_Q, W_K, W_V. Keep them.

        masked: whether each word looks only at itself and at the words before it
        """
        self.query, self.key, self.value, self.masked = query, key, value, masked

    def forward_pass(self, inputs):
        """inputs, (m, n, d_in): m sentences of n words of d_in numbers. Returns (m, n, d_v).

        Keeps attention, (m, n, n): row i says how much word i takes of each word, and adds up
        to 1. Keeps the inputs for the way back.
        """
        self.inputs = inputs
        self.queries, self.keys, self.values = inputs @ self.query, inputs @ self.key, inputs @ self.value
        scores = self.queries @ np.swapaxes(self.keys, 1, 2) / np.sqrt(self.query.shape[1])
        if self.masked:
            scores = np.where(np.tri(inputs.shape[1]), scores, -np.inf)
        powers = np.exp(scores - np.max(scores, axis=2, keepdims=True))
        self.attention = powers / np.sum(powers, axis=2, keepdims=True)
        return self.attention @ self.values

    def backward_pass(self, dvalues):
        """dvalues, (m, n, d_v): ∂C/∂(output). Returns dinputs, (m, n, d_in).

        Sets dquery, dkey, dvalue, ∂C/∂ of the three matrices in their shapes, and dinputs. The
        mean over the sentences is in dvalues already.
        """
        dattention = dvalues @ np.swapaxes(self.values, 1, 2)
        shares = np.sum(self.attention * dattention, axis=2, keepdims=True)
        dscores = self.attention * (dattention - shares) / np.sqrt(self.query.shape[1])
        dqueries = dscores @ self.keys
        dkeys = np.swapaxes(dscores, 1, 2) @ self.queries
        dvalue_rows = np.swapaxes(self.attention, 1, 2) @ dvalues
        self.dquery = np.sum(np.swapaxes(self.inputs, 1, 2) @ dqueries, axis=0)
        self.dkey = np.sum(np.swapaxes(self.inputs, 1, 2) @ dkeys, axis=0)
        self.dvalue = np.sum(np.swapaxes(self.inputs, 1, 2) @ dvalue_rows, axis=0)
        self.dinputs = dqueries @ self.query.T + dkeys @ self.key.T + dvalue_rows @ self.value.T
        return self.dinputs


@Attention.behaviour(
    "shares its attention out", "Which words are compared in entry i, j? What adds up to 1?", sentences, points=2
)
def attended(Attention, query, key, value, inputs):
    layer = Attention(query, key, value)
    layer.forward_pass(inputs)
    return {"attention": layer.attention}


@Attention.behaviour("takes the weighted mean", "Of what is it the mean: of words, keys or values?", sentences)
def weighted(Attention, query, key, value, inputs):
    return {"means": Attention(query, key, value).forward_pass(inputs)}


@Attention.behaviour("looks at no word to come", "Which scores may not count, and what do the others add up to?",
                     longer_sentences)  # fmt: skip
def past_alone(Attention, query, key, value, inputs):
    layer = Attention(query, key, value, masked=True)
    means = layer.forward_pass(inputs)
    return {"attention": layer.attention, "means": means}


@Attention.behaviour("finds dvalue", "Who took how much of each value? And which inputs made the values?", sentences,
                     uses=(passed,))  # fmt: skip
def of_values(Attention, query, key, value, inputs, dvalues):
    return {"dvalue": passed(Attention(query, key, value), inputs, dvalues, "dvalue").dvalue}


@Attention.behaviour(
    "finds dquery and dkey", "Through softmax first: what is its Jacobian, row by row? Then, what was multiplied?",
    sentences, points=3,
)  # fmt: skip
def of_queries_and_keys(Attention, query, key, value, inputs, dvalues):
    layer = Attention(query, key, value)
    layer.forward_pass(inputs)
    layer.backward_pass(dvalues)
    return {"dquery": layer.dquery, "dkey": layer.dkey}


@Attention.behaviour("sends the gradient back", "Along how many paths did a word have its say?", sentences, points=2)
def attended_back(Attention, query, key, value, inputs, dvalues):
    layer = Attention(query, key, value)
    layer.forward_pass(inputs)
    return {"returned": layer.backward_pass(dvalues), "dinputs": layer.dinputs}


@Attention.behaviour("sends nothing back from words to come", "What is the slope of a weight that is always 0?",
                     longer_sentences)  # fmt: skip
def masked_back(Attention, query, key, value, inputs, dvalues):
    layer = Attention(query, key, value, masked=True)
    layer.forward_pass(inputs)
    return {"dinputs": layer.backward_pass(dvalues), "dquery": layer.dquery}


@Attention.behaviour("keeps what it was given", "What must still be there after the passes, and unchanged?", sentences,
                     uses=(passed,))  # fmt: skip
def attended_and_kept(Attention, query, key, value, inputs, dvalues):
    layer = passed(Attention(query, key, value), inputs, dvalues, "inputs")
    attributes = {"layer.query": layer.query, "layer.key": layer.key, "layer.value": layer.value}
    return {**attributes, "layer.inputs": layer.inputs, "query": query, "key": key, "value": value,
            "inputs": inputs, "dvalues": dvalues}  # fmt: skip


Attention.slip("root_of_width_left_out", "/ np.sqrt(self.query.shape[1])\n        if", "\n        if",
               ") / np.sqrt(self.query.shape[1])\n        dqueries", ")\n        dqueries")  # fmt: skip
Attention.slip("width_for_root", "/ np.sqrt(self.query.shape[1])\n        if", "/ self.query.shape[1]\n        if",
               ") / np.sqrt(self.query.shape[1])\n        dqueries",
               ") / self.query.shape[1]\n        dqueries")  # fmt: skip
Attention.slip("keys_ask", "self.queries @ np.swapaxes(self.keys, 1, 2)", "self.keys @ np.swapaxes(self.queries, 1, 2)")
Attention.slip("softmax_down_columns", "powers / np.sum(powers, axis=2, keepdims=True)",
               "powers / np.sum(powers, axis=1, keepdims=True)")  # fmt: skip
Attention.slip("mean_of_keys", "inputs @ self.key, inputs @ self.value", "inputs @ self.key, inputs @ self.key")
Attention.slip("mask_turned", "np.tri(inputs.shape[1])", "np.tri(inputs.shape[1]).T")
Attention.slip("mask_hides_itself", "np.tri(inputs.shape[1])",
               "np.tri(inputs.shape[1], k=-1) + np.eye(1, inputs.shape[1])")  # fmt: skip
Attention.slip("zero_for_infinity", "-np.inf)", "0.0)")
Attention.slip("mask_after_softmax", "            scores = np.where(np.tri(inputs.shape[1]), scores, -np.inf)\n",
               "            pass\n", "        return self.attention @ self.values",
               "        if self.masked:\n            self.attention = self.attention * np.tri(inputs.shape[1])\n"
               "        return self.attention @ self.values")  # fmt: skip
Attention.slip("attention_not_transposed", "np.swapaxes(self.attention, 1, 2) @ dvalues", "self.attention @ dvalues")
Attention.slip("sentences_not_summed", "self.dvalue = np.sum(np.swapaxes(self.inputs, 1, 2) @ dvalue_rows, axis=0)",
               "self.dvalue = np.swapaxes(self.inputs, 1, 2) @ dvalue_rows")  # fmt: skip
Attention.slip("mean_taken_twice", "self.dvalue = np.sum(np.swapaxes(self.inputs, 1, 2) @ dvalue_rows, axis=0)",
               "self.dvalue = np.mean(np.swapaxes(self.inputs, 1, 2) @ dvalue_rows, axis=0)")  # fmt: skip
Attention.slip("softmax_left_out", "self.attention * (dattention - shares) /", "dattention /")
Attention.slip("diagonal_alone", "self.attention * (dattention - shares) /",
               "self.attention * (1 - self.attention) * dattention /")  # fmt: skip
Attention.slip("shares_not_taken_away", "(dattention - shares) /", "dattention /")
Attention.slip("root_forgotten_back", ") / np.sqrt(self.query.shape[1])\n        dqueries", ")\n        dqueries")
Attention.slip("queries_for_keys", "dscores @ self.keys", "dscores @ self.queries",
               "np.swapaxes(dscores, 1, 2) @ self.queries", "np.swapaxes(dscores, 1, 2) @ self.keys")  # fmt: skip
Attention.slip("scores_not_transposed", "np.swapaxes(dscores, 1, 2) @ self.queries", "dscores @ self.queries")
Attention.slip("one_path_alone", "dqueries @ self.query.T + dkeys @ self.key.T + dvalue_rows @ self.value.T",
               "dvalue_rows @ self.value.T")  # fmt: skip
Attention.slip("path_of_keys_missing", " + dkeys @ self.key.T", "")
Attention.slip("cache_overwritten", "        return self.dinputs",
               "        self.inputs = self.dinputs\n        return self.dinputs")  # fmt: skip


# -- layer normalisation -----------------------------------------------------------------------------------------------


def rows_to_normalise(draw: np.random.Generator) -> Iterator[Case]:
    """Rows, gains, shifts and upstream gradients; the smallest first."""
    yield Case("a row of two", inputs=[[[1.0, 5.0]]], gain=[2.0, 3.0], shift=[1.0, -1.0], dvalues=[[[1.0, 2.0]]])
    yield Case("a row of four", inputs=[[[1.0, 2.0, 4.0, 9.0]]], gain=[1.0, 2.0, 1.0, -1.0],
               shift=[0.0, 1.0, 0.0, 2.0], dvalues=[[[1.0, -2.0, 3.0, 1.0]]])  # fmt: skip
    yield Case("two rows", inputs=[[[1.0, 2.0, 6.0], [4.0, -2.0, 1.0]]], gain=[1.0, 3.0, 2.0], shift=[1.0, 0.0, -1.0],
               dvalues=[[[2.0, -1.0, 1.0], [1.0, 3.0, -2.0]]])  # fmt: skip
    for m, n, d, turned in ((2, 3, 4, False), (3, 2, 5, True)):
        apart = [draw.permutation(np.arange(1.0, d + 1)) * (i + 1) for i in range(m * n)]  # no row is of one number
        inputs = np.reshape(apart, (m, n, d))
        inputs = np.asfortranarray(inputs) if turned else inputs
        title = f"{m} sentences of {n} words" + ", Fortran order" * turned
        yield Case(title, inputs=inputs, gain=whole_numbers(draw, d), shift=whole_numbers(draw, d),
                   dvalues=whole_numbers(draw, m, n, d))  # fmt: skip


def rows_and_epsilons(draw: np.random.Generator) -> Iterator[Case]:
    """Rows in which ε counts; the smallest first."""
    yield Case("two equal numbers", inputs=[[[3.0, 3.0]]], epsilon=0.5, dvalues=[[[1.0, 2.0]]])
    yield Case("a large ε", inputs=[[[1.0, 5.0]]], epsilon=12.0, dvalues=[[[1.0, 2.0]]])
    yield Case("a large ε, rows of three", inputs=whole_numbers(draw, 2, 2, 3), epsilon=2.0,
               dvalues=whole_numbers(draw, 2, 2, 3))  # fmt: skip


@exercise("Layer normalisation", row="12.15")
class LayerNorm:
    """Brings each word, a row of d numbers, to mean 0 and variance 1. Then stretches and shifts it.

    x̂ = (x − μ) / √(variance + ε),  output = gain ⊙ x̂ + shift,  all along the last axis.
    """

    def __init__(self, gain, shift, epsilon=1e-5):
        """gain, (d,), and shift, (d,). epsilon: ε, so that nothing is divided by zero."""
        self.gain, self.shift, self.epsilon = gain, shift, epsilon

    def forward_pass(self, inputs):
        """inputs, (m, n, d): m sentences of n words. Returns the values, (m, n, d).

        The variance is the mean square distance from the mean of the row: ÷ d, not ÷ (d − 1).
        """
        away = inputs - np.mean(inputs, axis=-1, keepdims=True)
        self.spread = np.sqrt(np.mean(away**2, axis=-1, keepdims=True) + self.epsilon)
        self.normal = away / self.spread
        return self.gain * self.normal + self.shift

    def backward_pass(self, dvalues):
        """dvalues, (m, n, d): ∂C/∂(values). Returns dinputs, (m, n, d).

        Sets dgain, (d,), dshift, (d,), and dinputs. The mean over the sentences is in dvalues
        already.
        """
        self.dgain = np.sum(dvalues * self.normal, axis=(0, 1))
        self.dshift = np.sum(dvalues, axis=(0, 1))
        dnormal = dvalues * self.gain
        by_mean = np.mean(dnormal, axis=-1, keepdims=True)
        by_variance = self.normal * np.mean(dnormal * self.normal, axis=-1, keepdims=True)
        self.dinputs = (dnormal - by_mean - by_variance) / self.spread
        return self.dinputs


@LayerNorm.behaviour("brings rows to one scale", "Mean and variance of what: of a word, or of a batch?",
                     rows_to_normalise)  # fmt: skip
def normal_rows(LayerNorm, gain, shift, inputs):
    return {"values": LayerNorm(gain, shift).forward_pass(inputs)}


@LayerNorm.behaviour("minds ε", "Where does ε stand, and where does it come back?", rows_and_epsilons)
def epsilon_minded(LayerNorm, inputs, epsilon, dvalues):
    layer = LayerNorm(np.ones(inputs.shape[-1]), np.zeros(inputs.shape[-1]), epsilon)
    return {"values": layer.forward_pass(inputs), "dinputs": layer.backward_pass(dvalues)}


@LayerNorm.behaviour("finds dgain and dshift", "What does the gain multiply? And how many rows does it serve?",
                     rows_to_normalise)  # fmt: skip
def of_gain_and_shift(LayerNorm, gain, shift, inputs, dvalues):
    layer = LayerNorm(gain, shift)
    layer.forward_pass(inputs)
    layer.backward_pass(dvalues)
    return {"dgain": layer.dgain, "dshift": layer.dshift}


@LayerNorm.behaviour(
    "sends the gradient back", "A number moves its x̂ by itself, by the mean, and by what else?", rows_to_normalise,
    points=3,
)  # fmt: skip
def normal_back(LayerNorm, gain, shift, inputs, dvalues):
    layer = LayerNorm(gain, shift)
    layer.forward_pass(inputs)
    return {"returned": layer.backward_pass(dvalues), "dinputs": layer.dinputs}


@LayerNorm.behaviour("is ready for the next batch", "Which inputs belong to this gradient? Are they as they were?",
                     rows_to_normalise)  # fmt: skip
def normal_again(LayerNorm, gain, shift, inputs, dvalues):
    layer = LayerNorm(gain, shift)
    layer.forward_pass(-1.0 * inputs)
    layer.forward_pass(inputs)
    layer.backward_pass(dvalues)
    return {"once more": layer.backward_pass(dvalues), "inputs": inputs, "dvalues": dvalues, "gain": layer.gain}


LayerNorm.slip("whole_batch_normalised", "inputs - np.mean(inputs, axis=-1, keepdims=True)", "inputs - np.mean(inputs)",
               "np.mean(away**2, axis=-1, keepdims=True) +", "np.mean(away**2) +")  # fmt: skip
LayerNorm.slip("entry_left_over", "np.mean(away**2, axis=-1, keepdims=True) +",
               "np.sum(away**2, axis=-1, keepdims=True) / (inputs.shape[-1] - 1) +")  # fmt: skip
LayerNorm.slip("root_left_out", "np.sqrt(np.mean(away**2, axis=-1, keepdims=True) + self.epsilon)",
               "np.mean(away**2, axis=-1, keepdims=True) + self.epsilon")  # fmt: skip
LayerNorm.slip("mean_not_taken_away", "return self.gain * self.normal", "return self.gain * inputs / self.spread")
LayerNorm.slip("shift_left_out", " + self.shift", "")
LayerNorm.slip("epsilon_outside_root", "keepdims=True) + self.epsilon)", "keepdims=True)) + self.epsilon")
LayerNorm.slip("epsilon_left_out", "+ self.epsilon)", "+ 0 * self.epsilon)")
LayerNorm.slip("inputs_for_normal", "dvalues * self.normal, axis=(0, 1)",
               "dvalues * self.normal * self.spread, axis=(0, 1)")  # fmt: skip
LayerNorm.slip("rows_not_summed", "np.sum(dvalues, axis=(0, 1))", "np.sum(dvalues, axis=0)")
LayerNorm.slip("mean_for_sum", "np.sum(dvalues * self.normal, axis=(0, 1))",
               "np.mean(dvalues * self.normal, axis=(0, 1))")  # fmt: skip
LayerNorm.slip("gain_left_out_back", "dnormal = dvalues * self.gain", "dnormal = dvalues")
LayerNorm.slip("path_of_mean_missing", "(dnormal - by_mean - by_variance)", "(dnormal - by_variance)")
LayerNorm.slip("path_of_variance_missing", "(dnormal - by_mean - by_variance)", "(dnormal - by_mean)")
LayerNorm.slip("spread_left_out_back", "(dnormal - by_mean - by_variance) / self.spread",
               "dnormal - by_mean - by_variance")  # fmt: skip
LayerNorm.slip("gradient_changed", "dnormal = dvalues * self.gain", "dvalues *= self.gain\n        dnormal = dvalues")


# -- a check along a line ----------------------------------------------------------------------------------------------


def bowl(x, curve):
    """A cost of a list of arrays, whose gradient is curve · x + cos x, array by array."""
    return sum(float(np.sum(c * part**2) / 2 + np.sum(np.sin(part))) for part, c in zip(x, curve, strict=True))


def lines(draw: np.random.Generator) -> Iterator[Case]:
    """Lists of arrays, and a line through them; the smallest first."""
    yield Case("one number", x=[np.array([2.0])], curve=[np.array([3.0])], line=[np.array([1.0])])
    yield Case("two arrays", x=[np.array([2.0]), np.array([[1.0, -1.0]])],
               curve=[np.array([3.0]), np.array([[1.0, 2.0]])],
               line=[np.array([2.0]), np.array([[-1.0, 1.0]])])  # fmt: skip
    shapes = ((2, 3), (3,), (2, 2))
    yield Case("three arrays", x=[whole_numbers(draw, *shape, most=3) for shape in shapes],
               curve=[np.abs(whole_numbers(draw, *shape, most=3)) for shape in shapes],
               line=[whole_numbers(draw, *shape, most=2) for shape in shapes])  # fmt: skip


@exercise("A gradient check in two evaluations", row="12.15")
def slopes_along(cost, arrays, gradients, line, h=1e-5):
    """How steep a cost is along a line, found twice: by nudging, and from a gradient.

    A block has hundreds of weights. Nudging each of them takes long; along one line through all of
    them it takes two evaluations, and a wrong gradient nearly always shows.

    cost       a function without arguments: the cost, one number, of what arrays hold just now
    arrays     a list of arrays of floats, all the weights; after the call they hold what they held
               before
    gradients  a list of arrays, what somebody says is ∂C/∂ of each
    line       a list of arrays of the same shapes: how far each entry moves

    Returns two numbers: (cost at + h · line  −  cost at − h · line) / 2h, all arrays moved
    together, and the sum over all entries of gradient times line. They agree if the gradient is
    right.
    """
    before = [array.copy() for array in arrays]

    def at(step):
        for array, start, way in zip(arrays, before, line, strict=True):
            array[...] = start + step * way
        return cost()

    nudged = (at(h) - at(-h)) / (2 * h)
    at(0)
    return nudged, sum(np.sum(gradient * way) for gradient, way in zip(gradients, line, strict=True))


@slopes_along.behaviour(
    "nudges along the line", "How far do the two nudged points lie apart? Which arrays move?", lines, points=2,
    digits=5, uses=(bowl,),
)  # fmt: skip
def nudged_along(slopes_along, x, curve, line):
    slope, _ = slopes_along(lambda: bowl(x, curve), x, x, line)
    return {"by nudging": slope}


@slopes_along.behaviour("looks both ways", "What does a large nudge on one side alone give where the cost is curved?",
                        lines, digits=5, uses=(bowl,))  # fmt: skip
def along_both_ways(slopes_along, x, curve, line):
    slope, _ = slopes_along(lambda: bowl(x, curve), x, x, line, 0.01)
    return {"by nudging": slope}


@slopes_along.behaviour("finds the slope from the gradient", "Which product of two directions is one number?", lines,
                        uses=(bowl,))  # fmt: skip
def from_gradient(slopes_along, x, curve, line):
    gradients = [c * part - 1.0 for part, c in zip(x, curve, strict=True)]
    _, slope = slopes_along(lambda: bowl(x, curve), x, gradients, line)
    return {"from the gradient": slope}


@slopes_along.behaviour("puts everything back", "After the nudges, what must the arrays hold again?", lines, digits=9,
                        uses=(bowl,))  # fmt: skip
def line_put_back(slopes_along, x, curve, line):
    slopes_along(lambda: bowl(x, curve), x, curve, line)
    return {"arrays": x, "line": line, "gradients": curve}


slopes_along.slip("step_not_doubled", "/ (2 * h)", "/ h")
slopes_along.slip("one_sided", "(at(h) - at(-h)) / (2 * h)", "(at(h) - at(0)) / h")
slopes_along.slip("subtracted_backwards", "(at(h) - at(-h))", "(at(-h) - at(h))")
slopes_along.slip("first_array_alone", "zip(arrays, before, line, strict=True)",
                  "zip(arrays[:1], before, line, strict=False)")  # fmt: skip
slopes_along.slip("line_not_taken", "start + step * way", "start + step")
slopes_along.slip("gradient_summed", "np.sum(gradient * way)", "np.sum(gradient)")
slopes_along.slip("line_squared", "np.sum(gradient * way)", "np.sum(gradient * way) / np.sum(way**2)")
slopes_along.slip("not_put_back", "    at(0)\n", "")
