"""Chapter 10: watch a network train, its fit or its decisions growing, weights, gradients, cost and gradient norm."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import count
from typing import NamedTuple

import numpy as np

from ..authoring.explorer import explorer
from ..engine import Adam, GradientDescent, Momentum, Network, parameters
from ..engine.network import Layer
from ..engine.optimizers import Optimizer
from ..layout import Node, beside, readings, say
from ..layout.figures import contours, curve, dots, figure, heatmap, label, segment
from ..layout.numbers import rounded

HIDDEN, FRAMES, EACH = 5, 60, 10  # nodes; pictures of a training; steps between two pictures
RATES = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
METHODS = {
    "gradient descent": lambda rate: GradientDescent(rate),
    "momentum": lambda rate: Momentum(rate, 0.9),
    "Adam": lambda rate: Adam(rate),
}
HUGE = 1e4  # a cost that has grown so large will not come back
SIDE = np.linspace(-2.2, 2.2, 21)
WIDE, HIGH = 300, 270


class Task(NamedTuple):
    """Examples in columns, their targets, and the network that is to learn them."""

    inputs: np.ndarray
    targets: np.ndarray
    last: str
    loss: str


class Frame(NamedTuple):
    """A moment of a training: the network, its cost, and the gradient of its parameters."""

    network: Network
    cost: float
    gradient: tuple[np.ndarray, ...]

    @property
    def norm(self) -> float:
        """The length of the whole gradient."""
        return float(np.sqrt(sum(np.sum(part**2) for part in self.gradient)))


def wave() -> Task:
    """A curve with two bends, and a little noise."""
    x = np.linspace(-2, 2, 24)
    noise = np.random.default_rng(5).normal(0, 0.12, x.size)
    return Task(x[None, :], (np.sin(2 * x) + 0.3 * x + noise)[None, :], "identity", "mean squared error")


def ring_in_ring() -> Task:
    """Two classes, one lying around the other: no straight line divides them."""
    draw = np.random.default_rng(3)
    angle, inner = draw.uniform(0, 2 * np.pi, 44), np.arange(44) % 2 == 0
    far = np.where(inner, draw.uniform(0.1, 0.8, 44), draw.uniform(1.3, 2.0, 44))
    points = far * np.stack([np.cos(angle), np.sin(angle)])
    return Task(points, inner[None, :].astype(float), "sigmoid", "cross-entropy with sigmoid")


TASKS = {"fit a curve": wave, "tell two classes apart": ring_in_ring}


@explorer("Watch it train", beside="training/shuffled-batches")
def watch(control):
    """Press play. Stop whenever you like, look, and go on. Then try a learning rate too small, and one too big."""
    task = control.choice("task", tuple(TASKS), spoken="task")
    method = control.choice("method", tuple(METHODS), "momentum", spoken="method")
    rate = control.scale("η", 0.1, RATES, spoken="learning rate")
    now = control.steps("time", FRAMES, 20, label="steps", spoken="steps", each=EACH, play=120)
    run = training(task, method, rate).until(now)
    frame, steps = run[-1], EACH * (len(run) - 1)
    return (
        beside(_learned(TASKS[task](), frame), _curves(run)),
        _matrices(frame),
        say("First the weights into and out of each hidden node, then their gradients: blue above 0, red below."),
        readings(("steps", steps), ("C", rounded(frame.cost, 3)), ("|∇C|", rounded(frame.norm, 3))),
        *((say("The cost has flown off: this learning rate is too big here."),) if len(run) <= now else ()),
    )


class Training:
    """One training, computed as far as somebody has looked: EACH steps between two frames, at most FRAMES of them."""

    def __init__(self, task: str, method: str, rate: float) -> None:
        self.frames: list[Frame] = []
        self._rest = _frames(TASKS[task](), METHODS[method](rate))

    def until(self, time: int) -> list[Frame]:
        """The frames up to this time; fewer where the cost flies off before."""
        while len(self.frames) <= time and (frame := next(self._rest, None)) is not None:
            self.frames.append(frame)
        return self.frames[: time + 1]


@lru_cache(maxsize=16)
def training(task: str, method: str, rate: float) -> Training:
    """The training with these settings, kept, so that going on or back is not training anew."""
    return Training(task, method, rate)


def _frames(examples: Task, optimizer: Optimizer) -> Iterator[Frame]:
    network = _start(examples)
    state = optimizer.start(network.parameters)
    for step in count():
        gradient = parameters(network.backward(network.forward(examples.inputs), examples.targets))
        cost = network.cost(examples.inputs, examples.targets)
        if not cost < HUGE or not all(np.all(np.isfinite(part)) for part in gradient):
            return
        if step % EACH == 0:
            yield Frame(network, cost, gradient)
        new, state = optimizer.step(network.parameters, gradient, state)
        network = network.with_parameters(new)


def _start(task: Task) -> Network:
    """Small weights to begin with, the same each time."""
    n, draw = len(task.inputs), np.random.default_rng(1)
    hidden = Layer(draw.normal(0, 1, (HIDDEN, n)), draw.normal(0, 1, HIDDEN), "tanh")
    return Network([hidden, Layer(draw.normal(0, 0.4, (1, HIDDEN)), np.zeros(1), task.last)], task.loss)


# -- drawing -----------------------------------------------------------------------------------------------------------


def _learned(task: Task, frame: Frame) -> Node:
    """The fitted curve, or how sure the network is of the first class at each place."""
    if task.last == "identity":
        x, y = task.inputs[0], task.targets[0]
        fine = np.linspace(-2.2, 2.2, 89)
        fit = frame.network.predict(fine[None, :])[0]
        marks = (dots(list(zip(x, y, strict=True)), "ink"), curve(fine, fit, "accent"))
        return figure(*marks, x=(-2.2, 2.2), y=(-2.2, 2.2), names=("x", "a"), width=WIDE, height=HIGH,
                      title="The examples and the fit so far")  # fmt: skip
    across, down = np.meshgrid(SIDE, SIDE)
    sure = frame.network.predict(np.stack([across.ravel(), down.ravel()])).reshape(across.shape)
    kinds = [[tuple(point) for point, kind in zip(task.inputs.T, task.targets[0], strict=True) if kind == wanted]
             for wanted in (1, 0)]  # fmt: skip
    marks = (contours(SIDE, SIDE, sure, (0.1, 0.5, 0.9)), dots(kinds[0], "ink", size=4.5),
             dots(kinds[1], "care", size=4.5))  # fmt: skip
    return figure(*marks, x=(-2.2, 2.2), y=(-2.2, 2.2), names=("x_1", "x_2"), width=WIDE, height=HIGH,
                  title="Two classes, and how sure the network is of the dark one")  # fmt: skip


def _curves(run: list[Frame]) -> Node:
    """Cost and length of the gradient so far, on a scale of powers of ten."""
    times = np.arange(len(run)) * float(EACH)
    cost, norm = (np.log10([max(getattr(frame, name), 1e-6) for frame in run]) for name in ("cost", "norm"))
    ends = dots([(times[-1], cost[-1])], "accent"), dots([(times[-1], norm[-1])], "care")
    names = label((590, 1.4), "log C", "accent", anchor="end"), label((590, 0.8), "log |∇C|", "care", anchor="end")
    marks = (segment((times[-1], -6), (times[-1], 4), dashed=True), curve(times, cost, "accent"),
             curve(times, norm, "care"), *ends, *names)  # fmt: skip
    return figure(*marks, x=(0, FRAMES * EACH), y=(-4, 2), names=("steps", ""), width=WIDE, height=HIGH,
                  title="The cost, blue, and the length of the gradient, brown, so far")  # fmt: skip


def _matrices(frame: Frame) -> Node:
    """Weights of both layers and their gradients, as heat maps: a column for each hidden node."""
    first, _, second, _ = frame.network.parameters
    grad_first, _, grad_second, _ = frame.gradient
    weights, gradient = np.vstack([first.T, second]), np.vstack([grad_first.T, grad_second])
    rows = [f"x_{k + 1}" for k in range(first.shape[1])] + ["a"]
    nodes = [f"a_{j + 1}" for j in range(HIDDEN)]
    largest = [max(float(np.abs(part).max()), 1e-9) for part in (weights, gradient)]
    return beside(
        heatmap(weights, title="The weights into and out of each hidden node", rows=rows, columns=nodes, cell=44,
                largest=largest[0]),
        heatmap(gradient, title="The gradients of these weights", rows=rows, columns=nodes, cell=44,
                largest=largest[1], printed=False),
    )  # fmt: skip
