"""Code of chapter 11: the references are right, and what the marks mean beyond what every exercise promises."""

from __future__ import annotations

import time

import numpy as np
import pytest

from autograder.engine import convolution as engine
from autograder.engine.pooling import max_pool, max_pool_slope
from autograder.kernels.runner import from_plain
from autograder.marking.code import GRADING, local, mark_code
from autograder.pages import convolution_training_code as training
from autograder.pages.convolution_code import Convolution, FastConvolution, MaxPooling, windows
from autograder.pages.convolution_training_code import StrokeModel, wrong_gradients

from .rewriting import rewritten

# -- the references are right ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stride, padding", [(1, 0), (2, 0), (1, 2), (2, 1)])
def test_the_loops_give_what_the_engine_gives(stride, padding):
    """Forward, and all three gradients; the engine's are means over the batch, the layer's are sums."""
    draw = np.random.default_rng(1)
    x, w, b = draw.normal(size=(2, 3, 6, 7)), draw.normal(size=(4, 3, 3, 3)), draw.normal(size=4)
    layer, how = Convolution(w, b, stride, padding), {"stride": stride, "padding": padding}
    values = layer.forward_pass(x)
    assert values == pytest.approx(engine.correlate(x, w, b, **how))
    dvalues = draw.normal(size=values.shape)
    assert layer.backward_pass(dvalues) == pytest.approx(engine.correlate_inputs(w, dvalues, (6, 7), **how))
    assert layer.dweights == pytest.approx(2 * engine.correlate_weights(dvalues, x, (3, 3), **how))
    assert layer.dbiases == pytest.approx(2 * engine.correlate_bias(dvalues, (3, 3)))


def test_windows_give_what_the_loops_give():
    """The fast layer is the slow one."""
    draw = np.random.default_rng(2)
    x, w, b = draw.normal(size=(2, 3, 6, 7)), draw.normal(size=(4, 3, 3, 3)), draw.normal(size=4)
    slow, fast = Convolution(w, b), FastConvolution(w, b)
    values = slow.forward_pass(x)
    dvalues = draw.normal(size=values.shape)
    assert fast.forward_pass(x) == pytest.approx(values)
    assert fast.backward_pass(dvalues) == pytest.approx(slow.backward_pass(dvalues))
    assert fast.dweights == pytest.approx(slow.dweights) and fast.dbiases == pytest.approx(slow.dbiases)


def test_pooling_gives_what_the_engine_gives():
    """Also where several are alike."""
    x = np.random.default_rng(3).integers(0, 3, (2, 3, 6, 9)).astype(float)
    pooling, dvalues = MaxPooling(3), np.random.default_rng(4).normal(size=(2, 3, 2, 3))
    assert pooling.forward_pass(x) == pytest.approx(max_pool(x, (3, 3)))
    assert pooling.backward_pass(dvalues) == pytest.approx(max_pool_slope(x, dvalues, (3, 3)))


@pytest.mark.parametrize("layer, shape", [
    (lambda draw: Convolution(draw.normal(size=(2, 2, 2, 2)), draw.normal(size=2), 2, 1), (1, 2, 3, 3)),
    (lambda draw: FastConvolution(draw.normal(size=(2, 2, 2, 2)), draw.normal(size=2)), (1, 2, 3, 3)),
    (lambda draw: MaxPooling(2), (1, 2, 4, 4)),
])  # fmt: skip
def test_every_layer_passes_the_check_that_students_write(layer, shape):
    """And is stopped by it once a gradient is spoilt."""
    draw = np.random.default_rng(5)
    made, x = layer(draw), draw.normal(size=shape)
    upstream = draw.normal(size=made.forward_pass(x).shape)
    assert wrong_gradients(made, x, upstream) == []
    good = made.backward_pass
    made.backward_pass = lambda dvalues: good(dvalues) * 1.001
    assert wrong_gradients(made, x, upstream) == ["dinputs"]


# -- what a docstring allows earns everything --------------------------------------------------------------------------


def test_other_ways_to_write_a_convolution_earn_everything():
    """einsum, a loop over the filter's own entries, and numbers for pictures that are NumPy's own."""
    einsum = 'np.einsum("nchwij,fcij->nhwf", seen, self.weights)'
    tensordot = "np.tensordot(seen, self.weights, axes=((1, 4, 5), (1, 2, 3)))"
    assert rewritten(FastConvolution, tensordot, einsum).points == 7
    by_entry = ("np.stack([np.stack([np.einsum('nfhw,nchw->fc', dvalues, "
                "windows(self.inputs, k)[..., i, j]) for j in range(k)], -1) for i in range(k)], -2)")  # fmt: skip
    whole = "np.tensordot(dvalues, windows(self.inputs, k), axes=((0, 2, 3), (0, 2, 3)))"
    assert rewritten(FastConvolution, whole, by_entry).points == 7
    assert rewritten(Convolution, "np.sum(self.weights[f] * padded[n, :, down, across])",
                     "np.vdot(self.weights[f], padded[n, :, down, across])").points == 10  # fmt: skip


def test_a_loop_over_one_picture_after_the_other_is_noticed():
    """Also one that hides in a comprehension; what NumPy does inside itself is not counted."""
    each = "np.concatenate([np.tensordot(one[None], self.weights, axes=((1, 4, 5), (1, 2, 3))) for one in seen])"
    marks = rewritten(FastConvolution, "np.tensordot(seen, self.weights, axes=((1, 4, 5), (1, 2, 3)))", each)
    assert [v.points for v in marks.verdicts] == [1, 2, 2, 0] and marks.verdicts[-1].code == "loop_left"


def test_windows_may_be_made_by_strides_alone():
    """as_strided, the trick itself."""
    tricks = ("np.lib.stride_tricks.as_strided(inputs, (*inputs.shape[:2], inputs.shape[2] - k + 1, "
              "inputs.shape[3] - k + 1, k, k), (*inputs.strides, *inputs.strides[2:]))")  # fmt: skip
    usual = "np.lib.stride_tricks.sliding_window_view(inputs, (k, k), axis=(2, 3))"
    assert rewritten(windows, usual, tricks).points == 4


# -- strokes -----------------------------------------------------------------------------------------------------------


def test_a_stroke_can_be_told_by_its_row_and_column():
    """The judge reads the label off the picture: it is the one with which the picture was made, each time."""
    for seed in range(40):
        pictures, labels = training.strokes(np.random.default_rng(seed), 100)
        assert np.array_equal(training.lies_along(pictures), labels) and labels.sum() == 50


@pytest.mark.parametrize("start", range(21))
def test_wherever_the_weights_begin_a_sound_network_tells_the_strokes(start):
    """Whatever seeds and pictures are drawn: full marks do not hang on luck."""
    behaviour = StrokeModel.behaviours[1]
    [outcome] = local(StrokeModel.namespace())(behaviour.request(str(start)))
    given = {"later": from_plain(behaviour.drawn(str(start))[0].given["later"])}
    assert training.most_told(given, {"answers": from_plain(outcome["values"]["answers"])}).share == 1


SOUND = {
    "more filters": ["(6, 1, 3, 3)), np.zeros(6)", "(8, 1, 3, 3)), np.zeros(8)", "(6, 2)", "(8, 2)"],
    "smaller steps, more of them": ["Adam(0.1)", "Adam(0.03)", "range(12)", "range(30)"],
    "filters of 4 × 4": ["(6, 1, 3, 3)", "(6, 1, 4, 4)"],
    "labels as truth values": ["return np.argmax(self._sums(pictures), axis=1)",
                               "return np.argmax(self._sums(pictures), axis=1) > 0"],
    "a generator of its own": ["self.filters, self.relu =", "random = np.random.default_rng()\n        "
                               "self.filters, self.relu ="],
}  # fmt: skip


@pytest.mark.parametrize("changes", SOUND.values(), ids=SOUND)
def test_other_sound_networks_reach_full_marks(changes):
    """What a student may choose decides over no point."""
    assert rewritten(StrokeModel, *changes).points == 9


def answering(answer):
    """The marks of a model that learns nothing and answers so."""

    class Model:
        def fit(self, pictures, labels, random):
            pass

        def predict(self, pictures):
            return answer(pictures)

    return mark_code(StrokeModel, local({"StrokeModel": Model}), GRADING)


@pytest.mark.parametrize("answer, points, words", [
    (lambda pictures: None, 0, "gives None"),
    (lambda pictures: np.zeros((len(pictures), 1)), 0, "a 0 or a 1 for each picture is shape (20,)"),
    (lambda pictures: 0.5 + np.zeros(len(pictures)), 0, "other numbers than 0 and 1"),
    (lambda pictures: ["vertical"] * len(pictures), 0, "other numbers than 0 and 1"),
    (lambda pictures: np.zeros(len(pictures)), 1, "same of everything"),
    (training.lies_along, 7, "It should learn from the labels"),
])  # fmt: skip
def test_what_is_no_answer_and_what_is_not_learnt_is_told_apart(answer, points, words):
    """A rule that somebody wrote down tells every stroke, and loses the points for learning."""
    marks = answering(answer)
    assert marks.points == points and any(words in verdict.message for verdict in marks.verdicts), marks.verdicts


def test_marks_grow_with_what_is_told_right():
    """From a coin's share to ENOUGH; between them more for more."""
    pictures, labels = training.strokes(np.random.default_rng(9), 100)
    shares = []
    for right in (50, 60, 75, 85, 92, 100):
        said = np.where(np.arange(100) < right, labels, 1 - labels)
        shares.append(training.most_told({"later": pictures}, {"answers": [said]}).share)
    assert shares == sorted(shares) and shares[0] == 0 and shares[-2:] == [1, 1] and len(set(shares)) == 5


def test_a_network_of_the_students_own_slow_layers_is_done_in_time():
    """The whole exercise, with max pooling in loops in place of the mean, takes a share of its seconds."""
    start = time.process_time()
    marks = rewritten(
        StrokeModel, "self.values.mean(axis=(2, 3))", "self.pooling.forward_pass(self.values)[:, :, 0, 0]",
        "np.broadcast_to(dmeans / places, self.values.shape)", "self.pooling.backward_pass(dmeans)",
        "places = self.values[0, 0].size\n        ", "", "self.last, cost",
        "self.pooling = MaxPooling(6)\n        self.last, cost",
        MaxPooling=MaxPooling.reference,
    )  # fmt: skip
    assert marks.points == 9 and time.process_time() - start < StrokeModel.seconds / 4
