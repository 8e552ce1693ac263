"""Code of chapter 10: what the marks mean, beyond what every exercise promises."""

import json
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

from autograder import pages
from autograder.authoring.exercise import RELEASE
from autograder.bikes.table import held_back_days
from autograder.engine import Adam as EngineAdam
from autograder.engine import Layer as EngineLayer
from autograder.engine import Momentum as EngineMomentum
from autograder.engine import Network as EngineNetwork
from autograder.engine import parameters
from autograder.marking.code import GRADING, local, mark_code
from autograder.marking.oracle import mark_exercises
from autograder.pages import training_bikes_code as bikes
from autograder.pages.activations_code import ReLU, Sigmoid, SoftmaxCrossEntropy, Tanh
from autograder.pages.training_code import Layer, MeanSquaredError, Network, gradient_is_right, numerical_gradient
from autograder.pages.training_steps_code import Adam, Momentum, mini_batches, train
from autograder.render.code import report_text

ROOT = Path(__file__).parents[2]
CHAPTER = "10-training/training.ipynb"


# -- the references are right ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("activation", [ReLU, Sigmoid, Tanh], ids=lambda made: made.name)
def test_a_network_of_references_has_the_gradient_that_nudging_finds(activation):
    """Layers, activations and cost together agree with numerical differentiation, parameter by parameter."""
    draw = np.random.default_rng(3)
    layers = [Layer(draw.normal(size=(3, 4)), draw.normal(size=(1, 4))), activation(),
              Layer(draw.normal(size=(4, 2)), draw.normal(size=(1, 2)))]  # fmt: skip
    network, cost = Network(layers), MeanSquaredError()
    x, y = draw.normal(size=(5, 3)), draw.normal(size=(5, 2))
    cost.forward_pass(network.forward_pass(x), y)
    dinputs = network.backward_pass(cost.backward_pass())

    def cost_with(layer, name, value):
        before = getattr(layer, name)
        setattr(layer, name, value)
        try:
            return MeanSquaredError().forward_pass(Network(layers).forward_pass(x), y)
        finally:
            setattr(layer, name, before)

    for layer in (layers[0], layers[2]):
        gradients = {"weights": layer.dweights.copy(), "biases": layer.dbiases.copy()}
        for name, gradient in gradients.items():
            assert gradient_is_right(lambda v, n=name, at=layer: cost_with(at, n, v), getattr(layer, name), gradient)
    at_inputs = numerical_gradient(lambda x: MeanSquaredError().forward_pass(network.forward_pass(x), y), x)
    assert np.allclose(at_inputs, dinputs, atol=1e-8)


def test_softmax_with_cross_entropy_has_the_gradient_that_nudging_finds():
    """The joint derivative, mean included."""
    draw = np.random.default_rng(4)
    z, y = draw.normal(size=(4, 3)), np.eye(3)[[0, 2, 1, 1]]
    softmax = SoftmaxCrossEntropy()
    softmax.forward_pass(z, y)
    found = softmax.backward_pass()
    assert np.allclose(numerical_gradient(lambda z: SoftmaxCrossEntropy().forward_pass(z, y), z), found, atol=1e-9)


@pytest.mark.parametrize(
    "mine, theirs", [(Momentum(0.05, 0.8), EngineMomentum(0.05, 0.8)), (Adam(0.01), EngineAdam(0.01))]
)
def test_training_goes_the_way_of_the_engine(mine, theirs):
    """The loop, the network and an optimizer, step by step beside the engine's: the same weights after five passes."""
    draw = np.random.default_rng(5)
    w1, w2 = draw.normal(size=(3, 4)), draw.normal(size=(4, 1))
    x, y = draw.normal(size=(20, 3)), draw.normal(size=(20, 1))
    layers = [Layer(w1, np.zeros((1, 4))), ReLU(), Layer(w2, np.zeros((1, 1)))]
    order = np.random.default_rng(6)
    train(Network(layers), MeanSquaredError(), mine, lambda: mini_batches(x, y, 8, order), 5)

    network = EngineNetwork([EngineLayer(w1.T, np.zeros(4), "relu"), EngineLayer(w2.T, np.zeros(1))])
    order, state = np.random.default_rng(6), theirs.start(network.parameters)
    for _ in range(5):
        for inputs, targets in mini_batches(x, y, 8, order):
            gradients = parameters(network.backward(network.forward(inputs, rows=True), targets))
            new, state = theirs.step(network.parameters, gradients, state)
            network = network.with_parameters(new)
    assert np.allclose(layers[0].weights.T, network.parameters[0])
    assert np.allclose(layers[2].biases[0], network.parameters[3])


# -- what earns marks --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("answer", [True, False, None, 1.0])
@pytest.mark.parametrize("seed", [RELEASE, GRADING])
def test_a_check_that_always_says_the_same_earns_nothing(answer, seed):
    """A check that passes every gradient fails in every behaviour, and so does one that stops every gradient."""
    marks = mark_code(gradient_is_right, local({"gradient_is_right": lambda *given: answer}), seed)
    assert marks.points == 0


class Guess:
    """A model of rentals that says what it is told to."""

    def __init__(self, predict):
        self.predict = predict

    def fit(self, days, rentals, random, watch=None):
        self.rentals = np.array(rentals)


def guessing(predict, seed=GRADING):
    return mark_code(bikes.BikeModel, local({"BikeModel": lambda: Guess(predict)}), seed)


TRUE = dict(zip(held_back_days()["date"], held_back_days()["total"], strict=True))


def off_by(error):
    """Right but for so many rentals a day."""
    return lambda days: np.array([TRUE[date] + error for date in days["date"]], dtype=float)


def test_marks_grow_as_the_error_falls():
    """Nothing for the mean's error, some for yesterday's, all from the target on; more in between for less error."""
    points = [guessing(off_by(error)).points for error in (800, 713, 650, 597, 575, 561, 559, 0)]
    assert points == sorted(points) and points[0] == points[1] == 2 and points[-1] == points[-2] == 12
    assert points[3] == pytest.approx(6, abs=0.05) and len(set(points)) >= 5


def test_predictions_that_are_no_numbers_earn_nothing_for_the_error():
    """nan, infinity, another shape and a text are told apart from a poor prediction, and raise nothing."""
    for wrong in (lambda days: np.full(len(days["date"]), np.nan), lambda days: 5.0, lambda days: "many",
                  lambda days: np.full((len(days["date"]), 1), 3000.0), lambda days: [None] * 56):  # fmt: skip
        assert guessing(wrong).points <= 1


@pytest.mark.parametrize("start", range(21))
def test_wherever_the_weights_begin_a_sound_model_reaches_full_marks(start):
    """Whatever seeds and days are drawn: full marks do not hang on luck."""
    assert mark_code(bikes.BikeModel, local(bikes.BikeModel.namespace()), str(start)).points == 12


SOUND = {
    "fewer nodes": [("(13, 32)", "(13, 16)"), ("np.zeros((1, 32))", "np.zeros((1, 16))"), ("(32, 1)", "(16, 1)")],
    "smaller steps": [("Adam(0.01)", "Adam(0.003)")],
    "more passes": [("new_batches, 60", "new_batches, 120")],
    "smaller batches": [("(x, y, 64,", "(x, y, 32,")],
    "a generator of its own": [("self.inputs, self.outputs =",
                                "random = np.random.default_rng()\n        self.inputs, self.outputs =")],
}  # fmt: skip


@pytest.mark.parametrize("changes", SOUND.values(), ids=SOUND)
@pytest.mark.parametrize("seed", [RELEASE, GRADING])
def test_other_sound_models_reach_full_marks(changes, seed):
    """What a student may choose, the size of the network, steps, passes, batches, seeds, decides over no point."""
    source = bikes.BikeModel.solution
    for old, new in changes:
        assert old in source
        source = source.replace(old, new)
    namespace = dict(bikes.BikeModel.namespace())
    exec(source, namespace)
    assert mark_code(bikes.BikeModel, local(namespace), seed).points == 12


def test_large_first_weights_get_a_hint():
    """Weights from N(0, 1) make the first passes cost far more than a lazy guess, and that is said."""
    marks = mark_code(bikes.BikeModel, local(bikes.BikeModel.namespace("first_weights_large")), GRADING)
    assert marks.points < 8 and marks.verdicts[1].code == "first_weights_large"
    assert "first weights are too large" in report_text(marks)


@pytest.mark.parametrize("error", [800, 650, 575])
def test_the_error_on_the_held_back_days_is_told_to_nobody(error):
    """No number that grows and falls with a seed: a report compares with the lazy guesses, in words."""
    text = report_text(guessing(off_by(error)))
    assert str(error) not in text and "Better than" in text or "No better" in text


# -- mini-batches and what came instead --------------------------------------------------------------------------------


def batching(returned):
    """The marks of mini_batches whose pairs are handed on through `returned`."""
    return mark_code(mini_batches, local({"mini_batches": lambda *given: returned(mini_batches(*given))}), GRADING)


@pytest.mark.parametrize("returned", [tuple, lambda pairs: (pair for pair in pairs), lambda pairs: map(list, pairs)])
def test_batches_may_come_one_by_one(returned):
    """A generator, a tuple, and pairs that are lists serve a training loop as well, and earn everything."""
    assert batching(returned).points == 6


@pytest.mark.parametrize("returned, said, points", [
    (lambda pairs: tuple(zip(*pairs, strict=True)), "all inputs and then all targets. A list of pairs", 4),
    (lambda pairs: None, "mini_batches gives None. Is there a return?", 1),
    (lambda pairs: [x for x, _ in pairs], "Entry 0 of what comes back is an array of shape (1, 2). A list of pairs", 1),
    (lambda pairs: pairs[0][0], "mini_batches gives an array. A list of pairs", 1),
    (lambda pairs: [(y, x) for x, y in pairs], "Entry 0 of what comes back is an array of shape (1, 1) and", 1),
])  # fmt: skip
def test_batches_in_another_form_are_told_which_is_wanted(returned, said, points):
    """What came is named. Two lists cost the one behaviour that asks for the form."""
    marks = batching(returned)
    assert said in marks.verdicts[0].message and marks.points == points, marks.verdicts


def test_batches_that_are_made_when_asked_may_not_shuffle_the_data():
    """A generator touches nothing until somebody takes a batch: so that is done before the data are looked at."""

    def in_place(inputs, targets, size, random):
        order = random.permutation(len(inputs))
        inputs[:], targets[:] = inputs[order], targets[order]
        for start in range(0, len(inputs), size):
            yield inputs[start : start + size], targets[start : start + size]

    marks = mark_code(mini_batches, local({"mini_batches": in_place}), GRADING)
    assert [verdict.code for verdict in marks.verdicts] == ["", "", "", "inputs_changed"]


def test_an_error_on_the_way_forward_is_no_slip_of_the_way_back():
    """The line has failed before: the same error in a later behaviour says nothing of that one."""
    marks = rewritten(Layer, "return inputs @ self.weights", "return self.weights @ inputs")
    assert {verdict.state for verdict in marks.verdicts} == {"error"}


def test_a_type_error_is_a_slip_only_with_its_own_sentence():
    """Calling watch where it is None is one; None in a product is another."""
    always = rewritten(train, "if watch:", "if True:")
    assert always.verdicts[0].code == "watch_always_called" and always.points == 4
    other = rewritten(train, "costs[-1])\n    return costs", "costs[-1])\n    return costs * None")
    assert {verdict.code for verdict in other.verdicts} == {""}


LATER = {"later": {"date": ["2011-11-01", "2011-11-02"]}}


def test_predictions_in_a_column_cost_the_one_behaviour_that_asks_for_the_shape():
    """What they say of the days is looked at all the same; predictions that are no numbers are said to be none."""
    column = {"predictions": [[4000.0], [3800.0]], "alone": [[4000.0]], "costs": [0.4]}
    flat = {"predictions": [4000.0, 3800.0], "alone": [4000.0], "costs": [0.4]}
    assert "shape (2, 1)" in bikes.number_for_each_day(LATER, column).message
    assert bikes.small_error(LATER, column) == bikes.small_error(LATER, flat)
    assert bikes.same_alone(LATER, column).share == bikes.same_alone(LATER, flat).share == 1
    lost = {"predictions": [np.nan, 3800.0], "alone": [np.nan], "costs": []}
    assert "not numbers" in bikes.same_alone(LATER, lost).message


# -- what a docstring allows earns everything --------------------------------------------------------------------------


def rewritten(made, *changes):
    """The marks of the solution with these passages changed."""
    source = made.solution
    for old, new in zip(changes[::2], changes[1::2], strict=True):
        assert source.count(old) == 1
        source = source.replace(old, new)
    namespace = {**made.namespace(), **vars(np)}
    exec(source, namespace)
    return mark_code(made, local(namespace), GRADING)


LOGARITHMS = ("np.log(self.probabilities + 1e-12)", "np.log(np.clip(self.probabilities, 1e-12, 1))",
              "np.log(np.maximum(self.probabilities, 1e-15))")  # fmt: skip


@pytest.mark.parametrize("logarithm", LOGARITHMS)
def test_a_logarithm_that_is_cut_off_or_shifted_earns_everything(logarithm):
    """The docstring of softmax allows it."""
    assert rewritten(SoftmaxCrossEntropy, "(low - np.log(sums))", logarithm).points == 8


def test_a_check_may_return_a_truth_value_of_numpy():
    """np.all(…) as it is."""
    assert rewritten(gradient_is_right, "bool(np.all(", "(np.all(").points == 5
    assert rewritten(gradient_is_right, "bool(np.all(np.abs(gradient - nudged) <= 1e-6 * np.maximum(larger, 1)))",
                     "np.allclose(gradient, nudged, rtol=1e-6, atol=1e-6)").points == 5  # fmt: skip


def test_formulas_that_overflow_cost_the_one_behaviour_that_promises_large_numbers():
    """eˣ/(1 + eˣ) and tanh by exponentials are right everywhere else."""
    exponential = "np.exp(inputs) / (1 + np.exp(inputs))"
    marks = rewritten(Sigmoid, "np.where(np.asarray(inputs) < 0, small, 1) / (1 + small)", exponential)
    assert [finding.state for finding in marks.verdicts] == ["mistake", "right", "right", "right"]
    by_two = "(np.exp(2 * inputs) - 1) / (np.exp(2 * inputs) + 1)"
    assert [v.state == "right" for v in rewritten(Tanh, "np.tanh(inputs)", by_two).verdicts] == [
        False,
        True,
        True,
        True,
    ]
    assert rewritten(Sigmoid, "np.where(np.asarray(inputs) < 0, small, 1) / (1 + small)",
                     "1 / (1 + np.exp(-inputs))").points == 5  # fmt: skip


def test_release_and_grading_ask_about_other_days():
    """The days that students see in their own feedback are not the ones that count."""
    asked = [bikes.BikeModel.behaviours[0].drawn(seed)[0].given["later"]["dict"]["date"] for seed in (RELEASE, GRADING)]
    assert asked[0] != asked[1] and len(asked[0]) == len(asked[1]) == bikes.DAYS


# -- the notebook ------------------------------------------------------------------------------------------------------


def test_the_chapter_runs_from_top_to_bottom_before_anything_is_written():
    """Run All on what is handed out: no traceback, no warning, and every exercise is not begun yet."""
    nb = nbformat.read(ROOT / "chapters" / CHAPTER, 4)
    NotebookClient(nb, timeout=120, resources={"metadata": {"path": str(ROOT / "chapters/10-training")}}).execute()
    graded = [cell for cell in nb.cells if cell.source.startswith("grade(") and "-code" in cell.source]
    assert len(graded) == sum(slug.startswith("training/") for slug in pages.exercises())
    for cell in graded:
        [result] = cell.outputs
        assert "ot begun yet" in result.data["text/html"] and result.data["text/plain"] == "0.0"
    outputs = [output for cell in nb.cells if cell.cell_type == "code" for output in cell.outputs]
    assert not [output for output in outputs if output.get("name") == "stderr"]


def test_the_solution_earns_everything_from_outside(tmp_path):
    """The whole solution, run in a kernel of its own beside the data: every point, and the given cells do no harm."""
    nb = json.loads((ROOT / "solutions" / CHAPTER).read_text())
    (tmp_path / "bike-days.csv").write_bytes((ROOT / "chapters/10-training/bike-days.csv").read_bytes())
    marked = mark_exercises(nb, folder=tmp_path)
    lost = {slug: [v.message for v in marks.verdicts] for slug, marks in marked.items() if marks.points < marks.out_of}
    assert len(marked) == 15 and not lost
