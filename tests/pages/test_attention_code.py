"""Code of chapter 12: the references are right, and what the marks mean beyond what every exercise promises."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.engine import normalisation
from autograder.engine.attention import Attention as EngineAttention
from autograder.kernels.runner import from_plain
from autograder.marking.code import GRADING, local, mark_code
from autograder.pages import attention_training_code as training
from autograder.pages.attention_code import Attention, LayerNorm, slopes_along
from autograder.pages.attention_training_code import CopyModel

from .rewriting import rewritten

# -- the references are right ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("masked", [False, True])
def test_attention_gives_what_the_engine_gives(masked):
    """Forward, and the gradients of inputs and matrices, with the output matrix an identity."""
    draw = np.random.default_rng(1)
    x, q, k, v = (draw.normal(size=shape) for shape in ((2, 4, 3), (3, 2), (3, 2), (3, 5)))
    layer, other = Attention(q, k, v, masked), EngineAttention(q, k, v, np.eye(5), causal=masked)
    forward = other.forward(x)
    assert layer.forward_pass(x) == pytest.approx(forward.outputs)
    dvalues = draw.normal(size=(2, 4, 5))
    gradient = other.backward(forward, dvalues)
    assert layer.backward_pass(dvalues) == pytest.approx(gradient.inputs)
    for own, theirs in ((layer.dquery, gradient.w_q), (layer.dkey, gradient.w_k), (layer.dvalue, gradient.w_v)):
        assert own == pytest.approx(theirs)


def test_normalisation_gives_what_the_engine_gives():
    """Forward, gain, shift and inputs."""
    draw = np.random.default_rng(2)
    x, gain, shift, dvalues = (draw.normal(size=shape) for shape in ((2, 3, 4), 4, 4, (2, 3, 4)))
    layer = LayerNorm(gain, shift)
    assert layer.forward_pass(x) == pytest.approx(normalisation.layer_norm(x, gain, shift))
    assert layer.backward_pass(dvalues) == pytest.approx(normalisation.gradient_of_row(x, gain, dvalues))
    assert layer.dgain == pytest.approx(normalisation.gradient_of_gain(x, dvalues))
    assert layer.dshift == pytest.approx(normalisation.gradient_of_bias(dvalues))


def test_a_block_passes_the_check_that_students_write():
    """Attention, a residual connection and a norm, all weights at once; a gradient that is a little wrong shows."""
    draw = np.random.default_rng(3)
    x, upstream = draw.normal(size=(2, 3, 4)), draw.normal(size=(2, 3, 4))
    arrays = [draw.normal(size=(4, 4)) for _ in range(3)] + [draw.normal(size=4), draw.normal(size=4), x]

    def block():
        return Attention(*arrays[:3], masked=True), LayerNorm(*arrays[3:5])

    def cost():
        attention, norm = block()
        return np.sum(upstream * norm.forward_pass(x + attention.forward_pass(x)))

    attention, norm = block()
    norm.forward_pass(x + attention.forward_pass(x))
    dblock = norm.backward_pass(upstream)
    dx = dblock + attention.backward_pass(dblock)
    gradients = [attention.dquery, attention.dkey, attention.dvalue, norm.dgain, norm.dshift, dx]
    line = [draw.normal(size=array.shape) for array in arrays]
    nudged, slope = slopes_along(cost, arrays, gradients, line)
    assert nudged == pytest.approx(slope, rel=1e-6)
    _, other = slopes_along(cost, arrays, [*gradients[:-1], dx - dblock], line)
    assert nudged != pytest.approx(other, rel=1e-3)


# -- what a docstring allows earns everything --------------------------------------------------------------------------


def test_other_ways_to_write_attention_earn_everything():
    """A very negative score for −∞, einsum for the products, the softmax's Jacobian row by row."""
    assert rewritten(Attention, "-np.inf)", "-1e9)").points == 12
    assert rewritten(Attention, "self.attention @ self.values",
                     'np.einsum("mij,mjv->miv", self.attention, self.values)').points == 12  # fmt: skip
    by_row = ("np.array([[(np.diag(a) - np.outer(a, a)) @ g for a, g in zip(*both)]"
              " for both in zip(self.attention, dattention)]) /")  # fmt: skip
    assert rewritten(Attention, "self.attention * (dattention - shares) /", by_row).points == 12
    assert rewritten(LayerNorm, "np.mean(away**2, axis=-1, keepdims=True) +",
                     "np.var(inputs, axis=-1, keepdims=True) +").points == 7  # fmt: skip
    assert rewritten(slopes_along, "sum(np.sum(gradient * way)", "sum(np.vdot(gradient, way)").points == 5


# -- the model ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("start", range(21))
def test_wherever_the_weights_begin_a_sound_model_copies(start):
    """Whatever seeds, words and orders are drawn: full marks do not hang on luck."""
    behaviour = CopyModel.behaviours[1 + start % 2]
    [outcome] = local(CopyModel.namespace())(behaviour.request(str(start)))
    given = {name: from_plain(value) for name, value in behaviour.given(behaviour.drawn(str(start))[0]).items()}
    came = {name: from_plain(value) for name, value in outcome["values"].items()}
    assert training.most_copied(given, came).share == 1


SOUND = {
    "no norm, no second path": ["self.norm.forward_pass(self.inputs + self.attention.forward_pass(self.inputs))",
                                "self.attention.forward_pass(self.inputs)",
                                'self.norm.backward_pass(dsums @ self.weights["out"].T)',
                                'dsums @ self.weights["out"].T', "dblock + self.attention.", "self.attention.",
                                "range(15)", "range(30)"],
    "twice as wide": ["d = 16", "d = 32"],
    "smaller steps, more of them": ["0.7 * gradient", "0.4 * gradient", "range(15)", "range(30)"],
}  # fmt: skip


@pytest.mark.parametrize("changes", SOUND.values(), ids=SOUND)
def test_other_sound_models_reach_full_marks(changes):
    """What a student may choose decides over no point."""
    assert rewritten(CopyModel, *changes).points == 9


def answering(answer):
    """The marks of a model that learns nothing and answers so."""

    class Model:
        def fit(self, words, copies, random):
            pass

        def predict(self, words):
            return answer(words)

    return mark_code(CopyModel, local({"CopyModel": Model}), GRADING)


@pytest.mark.parametrize("answer, points, words", [
    (lambda words: None, 0, "gives None"),
    (lambda words: words[:, :2], 0, "a letter at each place of each word is shape (20, 5)"),
    (lambda words: words + 0.5, 0, "other letters than 0 to 4"),
    (lambda words: [["a"] * 5] * len(words), 0, "other letters than 0 to 4"),
    (lambda words: 0 * words, 1, "No better yet than guessing"),
    (lambda words: words, 1, "the words as they stand"),
    (lambda words: words[:, ::-1], 7, "It should learn that from the copies"),
])  # fmt: skip
def test_what_is_no_copy_and_what_is_not_learnt_is_told_apart(answer, points, words):
    """A rule that somebody wrote down copies backwards, and loses the points for learning."""
    marks = answering(answer)
    assert marks.points == points and any(words in verdict.message for verdict in marks.verdicts), marks.verdicts


def test_marks_grow_with_the_letters_that_are_right():
    """From a little more than guessing to ENOUGH; between them more for more."""
    draw = np.random.default_rng(4)
    later, order, noise = (draw.integers(0, 5, (200, 5)), np.array([2, 0, 3, 1, 4]), draw.random((200, 5)))
    shares = []
    for right in (0.0, 0.4, 0.6, 0.8, 0.97):
        said = np.where(noise < right, later[:, order], (later[:, order] + 1) % 5)
        came = {"answers": [said], "answer to words turned around": 0 * said}
        shares.append(training.most_copied({"later": later, "order": order}, came).share)
    assert shares == sorted(shares) and shares[0] == 0 and shares[-1] == 1 and len(set(shares)) == 5
