"""Code of chapter 10: shuffled mini-batches, three ways to step, and the loop that trains."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from ..authoring.exercise import Case, Judged, exercise, whole_numbers
from ..authoring.values import counted, in_words, kind_of
from ..kernels.runner import Value

# -- mini-batches ------------------------------------------------------------------------------------------------------


def numbered(m: int, size: int, seed: int) -> Case:
    """m examples that can be told apart: the inputs hold their number, the targets ten times that."""
    number = np.arange(1.0, m + 1)[:, None]
    rest = m % size or size
    title = f"{counted(m, 'example')} in batches of {size}" + (f", {rest} in the last" if rest < size < m else "")
    return Case(title, inputs=np.hstack([number, -number]), targets=10 * number, size=size, seed=seed)


def few_and_many(draw: np.random.Generator) -> Iterator[Case]:
    """Batches that come out even and batches that do not; the smallest first."""
    seeds = [int(seed) for seed in draw.integers(1, 1000, 6)]
    sizes = [(1, 1), (3, 5), (7, 3), (8, 4), (130, 64), (int(draw.integers(20, 40)) * 7 + 3, 7)]
    for (m, size), seed in zip(sizes, seeds, strict=True):
        yield numbered(m, size, seed)


def filled(draw: np.random.Generator) -> Iterator[Case]:
    """At least one full batch in each; the smallest first."""
    for m, size in ((1, 1), (6, 3), (7, 3), (130, 64)):
        yield numbered(m, size, int(draw.integers(1, 1000)))


def many(draw: np.random.Generator) -> Iterator[Case]:
    """So many examples that a shuffle does not leave them in order by chance."""
    for m, size in ((20, 8), (30, 10), (100, 64)):
        yield numbered(m, size, int(draw.integers(1, 1000)))


Batch = tuple[np.ndarray, np.ndarray]
WANTED = "A list of pairs is wanted, (inputs, targets) for each batch"


def pairs_of(came: Value) -> tuple[list[Batch], str]:
    """The batches that came back, and what is wrong with the form they came in: "" for a list of pairs."""
    if came is None:
        return [], "mini_batches gives None. Is there a return?"
    if not isinstance(came, list):
        return [], f"mini_batches gives {kind_of(came)}. {WANTED}."
    parts: list[list[Value]] = [part if isinstance(part, list) else [part] for part in came]
    if len(parts) == 2 and len(parts[0]) == len(parts[1]) and not any(map(_is_pair, parts)):
        batches = [batch for both in zip(*parts, strict=True) if (batch := _is_pair(list(both)))]
        if len(batches) == len(parts[0]):
            return batches, f"mini_batches gives all inputs and then all targets. {WANTED}."
    batches = [_is_pair(part) for part in parts]
    for number, (part, batch) in enumerate(zip(came, batches, strict=True)):
        if batch is None:
            shapes = [in_words(each) for each in part] if isinstance(part, list) else [in_words(part)]
            return [], f"Entry {number} of what comes back is {' and '.join(shapes[:3])}. {WANTED}."
    return [batch for batch in batches if batch], ""


def _is_pair(part: list[Value]) -> Batch | None:
    """Inputs of two columns and as many targets of one, as the cases have them; else None."""
    if len(part) != 2:
        return None
    try:
        x, y = (np.asarray(each, dtype=float) for each in part)
    except (TypeError, ValueError):
        return None
    return (x, y) if x.ndim == y.ndim == 2 and x.shape[1] == 2 and y.shape[1] == 1 else None


def every_example_once(given: Mapping[str, Any], came: Mapping[str, Value]) -> Judged:
    """Full batches and then a short one, and each example in one of them; in a list of pairs."""
    batches, fault = pairs_of(came["batches"])
    if fault:
        return Judged(0.0, fault)
    m, size = len(given["inputs"]), given["size"]
    sizes = [len(x) for x, _ in batches]
    if sum(sizes) == m // size * size < m:
        return Judged(0.0, code="last_batch_dropped")
    wanted = [size] * (m // size) + [m % size] * (m % size > 0)
    if sizes != wanted:
        return Judged(0.0, f"The sizes of the batches are {_sizes(sizes)}; {_sizes(wanted)} are wanted.")
    if sorted(np.vstack([x for x, _ in batches])[:, 0]) != list(range(1, m + 1)):
        return Judged(0.0, "Some examples come twice, and others never.")
    return Judged(1.0)


def _sizes(sizes: list[int]) -> str:
    """Some sizes in words: "4, 4, 2"."""
    shown = [str(size) for size in sizes[:8]]
    more = [f"{len(sizes) - 8} more"] * (len(sizes) > 8)
    return ", ".join([*shown, *more]) or "none"


def together(given: Mapping[str, Any], came: Mapping[str, Value]) -> Judged:
    """Each example with its own target, whichever form the batches come in."""
    batches, fault = pairs_of(came["batches"])
    if not batches:
        return Judged(0.0, fault)
    own = all(
        len(x) == len(y) and np.all(y[:, 0] == 10 * x[:, 0]) and np.all(x[:, 1] == -x[:, 0]) for x, y in batches
    )
    return Judged(1.0) if own else Judged(0.0, code="inputs_shuffled_alone")


def anew(given: Mapping[str, Any], came: Mapping[str, Value]) -> Judged:
    """Another order in each pass, and not that of the data, whichever form the batches come in."""
    first, second = (pairs_of(came[name])[0] for name in ("batches", "again"))
    if not first or not second:
        return Judged(0.0, pairs_of(came["batches"])[1])
    first, second = (list(np.vstack([x for x, _ in batches])[:, 0]) for batches in (first, second))
    if first == sorted(first) or second == sorted(second):
        return Judged(0.0, code="not_shuffled")
    return Judged(0.0, code="shuffled_alike") if first == second else Judged(1.0)


@exercise("Shuffled mini-batches", row="10.2")
def mini_batches(inputs, targets, size, random):
    """All examples once, in a new order, cut into batches.

    inputs    (m, n): m examples in rows
    targets   (m, k): the target of each
    size      examples in a batch; the last batch holds those that are left over
    random    a generator such as np.random.default_rng(0); random.permutation(m) draws an order

    Returns a list of pairs, or a generator of them: (inputs of the batch, targets of the
    batch), (size, n) and (size, k). The inputs and targets that come in stay as they are.
    """
    order = random.permutation(len(inputs))
    starts = range(0, len(inputs), size)
    return [(inputs[order[start : start + size]], targets[order[start : start + size]]) for start in starts]


@mini_batches.behaviour(
    "uses every example once", "What happens to the examples that do not fill a batch?", few_and_many, points=2,
    judge=every_example_once,
)  # fmt: skip
def once(mini_batches, inputs, targets, size, seed):
    return {"batches": mini_batches(inputs, targets, size, np.random.default_rng(seed))}


@mini_batches.behaviour(
    "keeps targets with their inputs", "Are inputs and targets put into the same order?", filled, points=2,
    judge=together,
)  # fmt: skip
def paired(mini_batches, inputs, targets, size, seed):
    return {"batches": mini_batches(inputs, targets, size, np.random.default_rng(seed))}


@mini_batches.behaviour("shuffles anew", "Is the second pass cut like the first?", many, judge=anew)
def shuffled(mini_batches, inputs, targets, size, seed):
    random = np.random.default_rng(seed)
    batches = mini_batches(inputs, targets, size, random)
    return {"batches": batches, "again": mini_batches(inputs, targets, size, random)}


@mini_batches.behaviour(
    "leaves the data as they are", "Does your code put the arrays it was handed into another order?", few_and_many
)
def data_untouched(mini_batches, inputs, targets, size, seed):
    batches = mini_batches(inputs, targets, size, np.random.default_rng(seed))
    for _ in () if batches is None else batches:
        pass  # a generator does its work when it is asked
    return {"inputs": inputs, "targets": targets}


mini_batches.slip("last_batch_dropped", "range(0, len(inputs), size)", "range(0, len(inputs) - size + 1, size)")
mini_batches.slip("inputs_shuffled_alone", "targets[order[start : start + size]]", "targets[start : start + size]")
mini_batches.slip("not_shuffled", "random.permutation(len(inputs))", "np.arange(len(inputs))")
mini_batches.slip("shuffled_alike", "order = random.", "order = np.random.default_rng(7).")
mini_batches.slip("inputs_changed", "    starts =",
                  "    inputs[:], targets[:] = inputs[order], targets[order]\n    starts =")  # fmt: skip


# -- optimizers --------------------------------------------------------------------------------------------------------


class Held:
    """Stands in for a layer: weights and biases, and their gradients."""

    def __init__(self, weights, biases):
        self.weights, self.biases = weights, biases
        self.dweights, self.dbiases = None, None


class Bare:
    """Stands in for a layer without weights, such as an activation."""


def updated(optimizer, layers, gradients, bare=False):
    """The layers after an update for each entry of gradients."""
    held = [Held(layer["weights"].copy(), layer["biases"].copy()) for layer in layers]
    for step in gradients:
        for layer, gradient in zip(held, step, strict=True):
            layer.dweights, layer.dbiases = gradient["dweights"], gradient["dbiases"]
        optimizer.update([each for layer in held for each in (layer, Bare())] if bare else held)
    return {"weights": [layer.weights for layer in held], "biases": [layer.biases for layer in held]}


def layer_of(weight: float, bias: float) -> dict[str, np.ndarray]:
    """A layer of one weight and one bias."""
    return {"weights": np.array([[weight]]), "biases": np.array([[bias]])}


def gradient_of(dweight: float, dbias: float) -> dict[str, np.ndarray]:
    """The gradients of such a layer."""
    return {"dweights": np.array([[dweight]]), "dbiases": np.array([[dbias]])}


SETTINGS = {"learning_rate": 0.5, "momentum": 0.5}
ADAM_SETTINGS = {"learning_rate": 0.5, "beta_mean": 0.5, "beta_square": 0.96, "epsilon": 1e-8}


def drawn(
    draw: np.random.Generator, title: str, steps: int, shapes: list[tuple[int, int]], settings: Mapping[str, float]
) -> Case:
    """Layers of these shapes, and gradients for some steps."""
    def numbers(weights: str, biases: str, shape: tuple[int, int]) -> dict[str, np.ndarray]:
        return {weights: whole_numbers(draw, *shape), biases: whole_numbers(draw, 1, shape[1])}

    gradients = [[numbers("dweights", "dbiases", shape) for shape in shapes] for _ in range(steps)]
    return Case(title, **settings, layers=[numbers("weights", "biases", shape) for shape in shapes],
                gradients=gradients)  # fmt: skip


Cases = Callable[[np.random.Generator], Iterator[Case]]


def one_step(settings: Mapping[str, float]) -> Cases:
    """A single update; the smallest first."""
    def cases(draw: np.random.Generator) -> Iterator[Case]:
        yield Case("one weight, one step", **settings, layers=[layer_of(2.0, 1.0)],
                   gradients=[[gradient_of(4.0, -2.0)]])  # fmt: skip
        yield drawn(draw, "one layer, one step", 1, [(3, 2)], settings)

    return cases


def one_step_and_large_epsilon(draw: np.random.Generator) -> Iterator[Case]:
    """A single update, also where ε counts; the smallest first."""
    first, *others = one_step(ADAM_SETTINGS)(draw)
    yield first
    yield Case("a large ε", **{**ADAM_SETTINGS, "epsilon": 2.0}, layers=[layer_of(2.0, 1.0)],
               gradients=[[gradient_of(2.0, -6.0)]])  # fmt: skip
    yield from others


def many_steps(settings: Mapping[str, float]) -> Cases:
    """Several updates of one layer; the smallest first."""
    def cases(draw: np.random.Generator) -> Iterator[Case]:
        two = [[gradient_of(1.0, 2.0)], [gradient_of(-3.0, 4.0)]]
        yield Case("one weight, two steps", **settings, layers=[layer_of(2.0, 1.0)], gradients=two)
        yield drawn(draw, "two steps", 2, [(2, 3)], settings)
        yield drawn(draw, "five steps", 5, [(3, 2)], settings)

    return cases


def many_layers(settings: Mapping[str, float]) -> Cases:
    """Several layers, with layers without weights between them; the smallest first."""
    def cases(draw: np.random.Generator) -> Iterator[Case]:
        two = [[gradient_of(1.0, 2.0), gradient_of(4.0, -2.0)], [gradient_of(-3.0, 4.0), gradient_of(2.0, 6.0)]]
        yield Case("two layers of one weight, two steps", **settings, layers=[layer_of(2.0, 1.0), layer_of(3.0, -1.0)],
                   gradients=two)  # fmt: skip
        yield drawn(draw, "two layers of the same shape, three steps", 3, [(2, 2), (2, 2)], settings)
        yield drawn(draw, "three layers, two steps", 2, [(4, 3), (3, 2), (2, 1)], settings)

    return cases


@exercise("The plain step", row="10.3")
class GradientDescent:
    """θ ← θ − η ∂C/∂θ for every weight and bias."""

    def __init__(self, learning_rate=0.01):
        """learning_rate: η, the share of the gradient that a step takes."""
        self.learning_rate = learning_rate

    def update(self, layers):
        """layers: a list of layers. Those that have weights also have biases, dweights and dbiases.

        Gives each of these new weights and biases. Layers without weights, such as ReLU, are
        passed over.
        """
        for layer in layers:
            if hasattr(layer, "weights"):
                layer.weights = layer.weights - self._move(layer.dweights)
                layer.biases = layer.biases - self._move(layer.dbiases)

    def _move(self, gradient):
        return self.learning_rate * gradient


@GradientDescent.behaviour(
    "steps downhill", "Which way does the gradient point?", many_steps(SETTINGS), points=2,
    uses=(Held, Bare, updated),
)  # fmt: skip
def plain_downhill(GradientDescent, learning_rate, layers, gradients):
    return updated(GradientDescent(learning_rate), layers, gradients)


@GradientDescent.behaviour(
    "passes over layers without weights", "Does every layer have weights?", many_layers(SETTINGS),
    uses=(Held, Bare, updated),
)  # fmt: skip
def plain_bare(GradientDescent, learning_rate, layers, gradients):
    return updated(GradientDescent(learning_rate), layers, gradients, bare=True)


GradientDescent.slip("uphill", "return self.learning_rate * gradient", "return -self.learning_rate * gradient")
GradientDescent.slip("learning_rate_left_out", "return self.learning_rate * gradient", "return gradient")
GradientDescent.slip("learning_rate_ignored", "return self.learning_rate * gradient", "return 0.01 * gradient")
GradientDescent.slip("first_layer_alone", "in layers:", "in layers[:1]:")
GradientDescent.slip("biases_forgotten", "layer.biases = layer.biases - self._move(layer.dbiases)", "pass")


@exercise("Momentum", row="10.3")
class Momentum:
    """A step with a memory, the velocity: v ← μ v + ∂C/∂θ, then θ ← θ − η v.

    Every velocity is zero at first.
    """

    def __init__(self, learning_rate=0.01, momentum=0.9):
        """learning_rate: η. momentum: μ, the share of the velocity that a step keeps."""
        self.learning_rate, self.momentum = learning_rate, momentum
        self.velocities = {}

    def update(self, layers):
        """layers: a list, the same one each time.

        Layers that have weights also have biases, dweights and dbiases. Gives each of these new
        weights and biases. Layers without weights, such as ReLU, are passed over.
        """
        for n, layer in enumerate(layers):
            if hasattr(layer, "weights"):
                layer.weights = layer.weights - self._move((n, "weights"), layer.dweights)
                layer.biases = layer.biases - self._move((n, "biases"), layer.dbiases)

    def _move(self, name, gradient):
        velocity = self.momentum * self.velocities.get(name, 0.0) + gradient
        self.velocities[name] = velocity
        return self.learning_rate * velocity


@Momentum.behaviour("begins at rest", "What is the first velocity?", one_step(SETTINGS), uses=(Held, Bare, updated))
def momentum_first(Momentum, learning_rate, momentum, layers, gradients):
    return updated(Momentum(learning_rate, momentum), layers, gradients)


@Momentum.behaviour(
    "remembers its velocity", "What is kept from the step before, and what is new?", many_steps(SETTINGS), points=2,
    uses=(Held, Bare, updated),
)  # fmt: skip
def momentum_remembers(Momentum, learning_rate, momentum, layers, gradients):
    return updated(Momentum(learning_rate, momentum), layers, gradients)


@Momentum.behaviour(
    "keeps a velocity for each layer", "Whose velocity is it?", many_layers(SETTINGS), points=2,
    uses=(Held, Bare, updated),
)  # fmt: skip
def momentum_layers(Momentum, learning_rate, momentum, layers, gradients):
    return updated(Momentum(learning_rate, momentum), layers, gradients, bare=True)


@Momentum.behaviour(
    "leaves the gradients as they are", "Is your velocity an array of its own?", many_steps(SETTINGS),
    uses=(Held, Bare, updated),
)  # fmt: skip
def momentum_untouched(Momentum, learning_rate, momentum, layers, gradients):
    updated(Momentum(learning_rate, momentum), layers, gradients)
    return {"gradients": gradients}


VELOCITY = "self.momentum * self.velocities.get(name, 0.0) + gradient"
Momentum.slip("velocity_forgotten", "self.velocities[name] = velocity", "pass")
Momentum.slip("velocity_shared", "for n, layer in enumerate(layers)", "for n, layer in ((0, each) for each in layers)")
Momentum.slip("all_of_velocity_kept", VELOCITY, "self.velocities.get(name, 0.0) + gradient")
Momentum.slip("gradient_weighted", VELOCITY,
              "self.momentum * self.velocities.get(name, 0.0) + (1 - self.momentum) * gradient")  # fmt: skip
Momentum.slip("first_layer_alone", "in enumerate(layers):", "in enumerate(layers[:1]):")
Momentum.slip("velocity_without_biases", 'self._move((n, "biases"), layer.dbiases)',
              "self.learning_rate * layer.dbiases")  # fmt: skip
Momentum.slip("uphill", "return self.learning_rate * velocity", "return -self.learning_rate * velocity")
Momentum.slip("learning_rate_left_out", "return self.learning_rate * velocity", "return velocity")
Momentum.slip("gradient_changed", f"velocity = {VELOCITY}",
              "gradient += self.momentum * self.velocities.get(name, 0.0)\n"
              "        velocity = gradient.copy()")  # fmt: skip


@exercise("Adam", row="10.3")
class Adam:
    """Steps scaled by how steady a gradient is: running means m of it and v of its square.

    m ← β₁ m + (1 − β₁) g and v ← β₂ v + (1 − β₂) g² begin at zero. In step t they are
    corrected, m̂ = m / (1 − β₁ᵗ) and v̂ = v / (1 − β₂ᵗ). Then θ ← θ − η m̂ / (√v̂ + ε).
    """

    def __init__(self, learning_rate=0.001, beta_mean=0.9, beta_square=0.999, epsilon=1e-8):
        """The settings: η, β₁, β₂, and ε, so that nothing is divided by zero.

        ε is added after the root is taken, as written above.
        """
        self.learning_rate, self.beta_mean, self.beta_square = learning_rate, beta_mean, beta_square
        self.epsilon, self.steps, self.means = epsilon, 0, {}

    def update(self, layers):
        """layers: a list, the same one each time. One call is one step.

        Layers that have weights also have biases, dweights and dbiases. Gives each of these new
        weights and biases. Layers without weights, such as ReLU, are passed over.
        """
        self.steps += 1
        for n, layer in enumerate(layers):
            if hasattr(layer, "weights"):
                layer.weights = layer.weights - self._move((n, "weights"), layer.dweights)
                layer.biases = layer.biases - self._move((n, "biases"), layer.dbiases)

    def _move(self, name, gradient):
        m, v = self.means.get(name, (0.0, 0.0))
        m = self.beta_mean * m + (1 - self.beta_mean) * gradient
        v = self.beta_square * v + (1 - self.beta_square) * gradient**2
        self.means[name] = m, v
        m_hat = m / (1 - self.beta_mean**self.steps)
        v_hat = v / (1 - self.beta_square**self.steps)
        return self.learning_rate * m_hat / (np.sqrt(v_hat) + self.epsilon)


@Adam.behaviour(
    "takes a first step", "How long is the first step? And where does ε stand?", one_step_and_large_epsilon, points=2,
    uses=(Held, Bare, updated),
)  # fmt: skip
def adam_first(Adam, learning_rate, beta_mean, beta_square, epsilon, layers, gradients):
    return updated(Adam(learning_rate, beta_mean, beta_square, epsilon), layers, gradients)


@Adam.behaviour(
    "goes on", "What is carried on from the step before, and which power belongs to this step?",
    many_steps(ADAM_SETTINGS), points=2, within=1e-6, uses=(Held, Bare, updated),
)  # fmt: skip
def adam_goes_on(Adam, learning_rate, beta_mean, beta_square, epsilon, layers, gradients):
    return updated(Adam(learning_rate, beta_mean, beta_square, epsilon), layers, gradients)


@Adam.behaviour(
    "keeps means for each layer", "Whose means are they, and how often is a step counted?",
    many_layers(ADAM_SETTINGS), points=2, within=1e-6, uses=(Held, Bare, updated),
)  # fmt: skip
def adam_layers(Adam, learning_rate, beta_mean, beta_square, epsilon, layers, gradients):
    return updated(Adam(learning_rate, beta_mean, beta_square, epsilon), layers, gradients, bare=True)


@Adam.behaviour(
    "leaves the gradients as they are", "Are your means arrays of their own?", many_steps(ADAM_SETTINGS),
    uses=(Held, Bare, updated),
)  # fmt: skip
def adam_untouched(Adam, learning_rate, beta_mean, beta_square, epsilon, layers, gradients):
    updated(Adam(learning_rate, beta_mean, beta_square, epsilon), layers, gradients)
    return {"gradients": gradients}


Adam.slip("bias_correction_left_out", "m_hat = m / (1 - self.beta_mean**self.steps)\n"
          "        v_hat = v / (1 - self.beta_square**self.steps)", "m_hat, v_hat = m, v")  # fmt: skip
Adam.slip("power_left_out", "self.steps += 1", "self.steps = 1")
Adam.slip("steps_from_zero", "self.epsilon, self.steps, self.means = epsilon, 0, {}",
          "self.epsilon, self.steps, self.means = epsilon, -1, {}")  # fmt: skip
Adam.slip("corrected_means_kept", "        self.means[name] = m, v\n", "",
          "        return", "        self.means[name] = m_hat, v_hat\n        return")  # fmt: skip
Adam.slip("first_layer_alone", "in enumerate(layers):", "in enumerate(layers[:1]):")
Adam.slip("steps_counted_by_layer", "self.steps += 1\n        for n, layer in enumerate(layers):\n            if",
          "for n, layer in enumerate(layers):\n            self.steps += hasattr(layer, 'weights')\n"
          "            if")  # fmt: skip
Adam.slip("root_left_out", "np.sqrt(v_hat)", "v_hat")
Adam.slip("epsilon_inside_root", "np.sqrt(v_hat) + self.epsilon", "np.sqrt(v_hat + self.epsilon)")
Adam.slip("epsilon_left_out", "np.sqrt(v_hat) + self.epsilon", "np.sqrt(v_hat)")
Adam.slip("not_squared", "gradient**2", "gradient")
Adam.slip("uphill", "return self.learning_rate * m_hat", "return -self.learning_rate * m_hat")
Adam.slip("learning_rate_left_out", "return self.learning_rate * m_hat", "return m_hat")
Adam.slip("means_forgotten", "self.means[name] = m, v", "pass")


# -- the loop ----------------------------------------------------------------------------------------------------------


class Diary:
    """Stands in for network, cost, optimizer and data at once, and writes down what happens to it."""

    def __init__(self, costs, sizes):
        self.costs, self.sizes, self.entries, self.layers = list(costs), sizes, [], ["the layers"]
        self.drawn = 0

    def batches(self):
        self.drawn += 1
        return [(np.full((size, 2), 1.0 + n), np.full((size, 1), -1.0 - n)) for n, size in enumerate(self.sizes)]

    def note(self, what, array):
        self.entries.append([what, float(np.sum(array)), len(array)])


class NetworkDiary:
    """A network that is its diary."""

    def __init__(self, diary):
        self.diary, self.layers = diary, diary.layers

    def forward_pass(self, inputs):
        self.diary.note("forward", inputs)
        return inputs + 0.25

    def backward_pass(self, dvalues):
        self.diary.note("backward", dvalues)
        return dvalues


class CostDiary:
    """A cost that is its diary."""

    def __init__(self, diary):
        self.diary = diary

    def forward_pass(self, outputs, targets):
        self.diary.note("cost of outputs", outputs)
        self.diary.note("cost, targets", targets)
        self.outputs = outputs
        return self.diary.costs.pop(0) if self.diary.costs else 0.0

    def backward_pass(self):
        return self.outputs * 0.5


class StepDiary:
    """An optimizer that is its diary."""

    def __init__(self, diary):
        self.diary = diary

    def update(self, layers):
        self.diary.note("update", np.array([float(layers is self.diary.layers)]))


DIARIES = (Diary, NetworkDiary, CostDiary, StepDiary)


def runs(draw: np.random.Generator) -> Iterator[Case]:
    """Costs of the batches in their order, sizes of the batches, passes; the smallest first."""
    yield Case("one batch, one pass", costs=[3.0], sizes=[2], passes=1)
    yield Case("one batch, two passes", costs=[3.0, 1.0], sizes=[2], passes=2)
    yield Case("two batches, a short one last", costs=[4.0, 1.0], sizes=[4, 1], passes=1)
    for count, passes in ((2, 3), (3, 2), (4, 4)):
        sizes = np.array([8] * (count - 1) + [int(draw.integers(1, 4))])
        costs = draw.permutation(np.arange(1.0, 1 + count * passes))
        yield Case(f"{count} batches, {passes} passes", costs=costs, sizes=sizes, passes=passes)


@exercise("The training loop", row="10.2")
def train(network, cost, optimizer, new_batches, passes, watch=None):
    """Train a network, and say how its cost falls.

    network      has forward_pass(inputs), backward_pass(dvalues) and layers
    cost         has forward_pass(outputs, targets), the mean over the batch, and backward_pass()
    optimizer    has update(layers)
    new_batches  a function without arguments; each call gives the mini-batches of one pass,
                 shuffled anew: a list of pairs (inputs, targets), the last pair often shorter
                 than the others
    passes       how many times all examples are used
    watch        None, or a function to be called with the cost of each pass as soon as it is
                 known

    For each batch: forward, cost, backward, update. Returns a list with the cost of each pass,
    the mean over all its examples, each counted alike.
    """
    costs = []
    for _ in range(passes):
        total = count = 0
        for inputs, targets in new_batches():
            total += cost.forward_pass(network.forward_pass(inputs), targets) * len(inputs)
            count += len(inputs)
            network.backward_pass(cost.backward_pass())
            optimizer.update(network.layers)
        costs.append(total / count)
        if watch:
            watch(costs[-1])
    return costs


@train.behaviour(
    "takes a step for every batch", "Forward, cost, backward, update: in which order, and for which batches?", runs,
    points=3, uses=DIARIES,
)  # fmt: skip
def in_order(train, costs, sizes, passes):
    diary = Diary(costs, sizes)
    train(NetworkDiary(diary), CostDiary(diary), StepDiary(diary), diary.batches, passes)
    return {"what happened": [entry for entry in diary.entries if not entry[0].startswith("cost")]}


def numbers(told):
    """What was told as an array; None where nothing was."""
    return None if told is None else np.array(told, dtype=float)


@train.behaviour(
    "returns the cost of each pass", "Does an example of a short batch count as much as any other?", runs, points=2,
    uses=(*DIARIES, numbers),
)  # fmt: skip
def costs_of_passes(train, costs, sizes, passes):
    diary = Diary(costs, sizes)
    told = train(NetworkDiary(diary), CostDiary(diary), StepDiary(diary), diary.batches, passes)
    return {"costs": numbers(told)}


@train.behaviour("shuffles anew for each pass", "When are the batches of the next pass made?", runs, uses=DIARIES)
def batches_anew(train, costs, sizes, passes):
    diary = Diary(costs, sizes)
    train(NetworkDiary(diary), CostDiary(diary), StepDiary(diary), diary.batches, passes)
    return {"how often batches were made": diary.drawn}


@train.behaviour("can be watched", "Who is told the cost of a pass, and when?", runs, uses=DIARIES)
def watched(train, costs, sizes, passes):
    diary, told = Diary(costs, sizes), []
    watch = lambda cost: told.append([float(cost), len(diary.costs)])  # noqa: E731
    train(NetworkDiary(diary), CostDiary(diary), StepDiary(diary), diary.batches, passes, watch)
    return {"cost, and batches still to come": np.array(told, dtype=float).reshape(-1, 2)}


train.slip("mean_over_batches", "* len(inputs)\n            count += len(inputs)", "\n            count += 1")
train.slip("last_batch_alone", "total += cost.forward_pass(network.forward_pass(inputs), targets) * len(inputs)\n"
           "            count += len(inputs)",
           "total, count = cost.forward_pass(network.forward_pass(inputs), targets), 1")  # fmt: skip
train.slip("shuffled_once", "costs = []\n", "costs = []\n    once = new_batches()\n    new_batches = lambda: once\n")
train.slip("step_forgotten", "            optimizer.update(network.layers)\n", "")
train.slip("way_back_forgotten", "network.backward_pass(cost.backward_pass())", "cost.backward_pass()")
train.slip("step_once_a_pass", "            optimizer.update(network.layers)\n        costs",
           "        optimizer.update(network.layers)\n        costs")  # fmt: skip
train.slip("summed_not_averaged", "costs.append(total / count)", "costs.append(total)")
train.slip("told_at_the_end", "        if watch:\n            watch(costs[-1])\n    return costs",
           "    for cost in costs if watch else ():\n        watch(cost)\n    return costs")  # fmt: skip
train.slip("watch_always_called", "        if watch:\n            watch(costs[-1])", "        watch(costs[-1])")
train.slip("told_for_each_batch", "        if watch:\n            watch(costs[-1])\n", "",
           "total += cost.forward_pass(network.forward_pass(inputs), targets) * len(inputs)",
           "now = cost.forward_pass(network.forward_pass(inputs), targets)\n            total += now * len(inputs)\n"
           "            if watch:\n                watch(now)")  # fmt: skip
