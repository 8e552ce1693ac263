"""Chapter 6: the cost of a neuron with two weights as a landscape, and ways to walk down in it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import numpy as np

from ..authoring.explorer import explorer
from ..engine import Adam, GradientDescent, Layer, Momentum, Network, parameters
from ..engine.optimizers import Optimizer
from ..layout import beside, readings, say
from ..layout.figures import Mark, contours, curve, dots, figure, handle, vector
from ..layout.numbers import rounded
from ..layout.surfaces import Surface
from .checking import checked

X = np.array([[2.0, 1.2, -0.4, -1.6, 0.6, -2.0, 1.0, -0.8], [1.4, 1.6, 0.4, -0.6, -0.2, -1.6, 0.2, -1.4]])
"""Eight examples of two inputs, in columns."""
Y = np.array([[1.6, 0.2, -0.8, -1.4, 1.0, -0.8, 1.2, 0.4]])
"""Their targets: near 1 · x₁ − 0.7 · x₂, but not quite."""

SPAN, FREE = (-3.0, 3.0), (-2.6, 2.6)  # what is shown, and where a walk may start
FAR = 50.0  # a walk that has left so far is over
STEPS = 40
RATES = (0.01, 0.03, 0.1, 0.2, 0.4, 0.6, 0.7, 0.75, 1.0, 1.5)
METHODS = {
    "gradient descent": lambda rate: GradientDescent(rate),
    "momentum": lambda rate: Momentum(rate, 0.8),
    "Adam": lambda rate: Adam(rate, 0.9, 0.99),
}
BATCHES = {"all 8": 8, "4": 4, "2": 2, "1": 1}


@explorer("Walk down the cost", beside="cost/learning-rates", rows="6.6")
def descent(control):
    """Drag the start, and try the learning rates from the smallest to the biggest. Then let momentum, Adam, or smaller
    batches do the walking."""
    method = control.choice("method", tuple(METHODS))
    batch = control.choice("batch", tuple(BATCHES))
    rate = control.scale("η", 0.2, RATES, spoken="learning rate")
    steps = control.steps("steps", STEPS, 20, play=150)
    start = control.drag("start", (-1.8, 0.6), x=FREE, y=FREE, spoken="start of the walk, w 1 and w 2")
    turn = control.slider("turn", -55, low=-180, high=180, step=5, spoken="turn the surface, degrees")
    path = walk(start, METHODS[method](rate), BATCHES[batch], steps)
    across, down = path.T
    gradient = slope(start)
    costs = costs_of(path)
    flat = figure(
        ground(),
        curve(across, down, "bad"), dots(path, "bad", size=2.6),
        *vector(start, 0.15 * gradient, "∇C", "care", x=SPAN, y=SPAN),
        handle("start", start),
        x=SPAN, y=SPAN, names=("w_1", "w_2"), height=346 - 54 + 48,
        title="Level lines of the cost over two weights, with the gradient at the start and the path of the walk",
    )  # fmt: skip
    inside = np.all(np.abs(path) <= SPAN[1], axis=1)
    last = len(path) if inside.all() else int(np.argmin(inside))
    hill = relief().seen(
        turn,
        lines=[(across[:last], down[:last], costs[:last], "bad")],
        names=("w_1", "w_2", "C"),
        title="The cost as a surface, with the same path on it",
    )
    line = readings(
        ("∇C", f"({_said(gradient[0])}, {_said(gradient[1])})"), ("C_0", _said(costs[0])),
        (f"C_{{{len(path) - 1}}}", _said(costs[-1])),
    )  # fmt: skip
    return beside(flat, hill), line, say(verdict(costs))


def verdict(costs: np.ndarray) -> str:
    """What became of a walk, in a sentence."""
    if len(costs) == 1:
        return "Take some steps."
    above, left = costs[0] - lowest(), costs[-1] - lowest()
    if costs[-1] > costs[0] or not np.isfinite(costs[-1]):
        return "The steps are too big: each overshoots by more than it gains, and the cost grows."
    share = 100 * left / above if above > 0 else 0.0
    if share > 20:
        return f"The steps are small: {share:.0f} % of the way down is still to go."
    return f"Nearly down: {f'{share:.2g}' if share >= 0.01 else 'less than 0.01'} % of the way is still to go."


# -- the neuron, all of it by the engine -------------------------------------------------------------------------------


def neuron(w: np.ndarray) -> Network:
    """The neuron with these two weights and no bias."""
    return Network([Layer([list(w)], [0.0])])


def cost(w: np.ndarray) -> float:
    """C over all examples."""
    return neuron(w).cost(X, Y)


def costs_of(points: np.ndarray) -> np.ndarray:
    """C at each of many pairs of weights (n, 2) at once: one layer with a node for every pair predicts for all."""
    predictions = Layer(points, np.zeros(len(points))).forward(X).a
    return np.mean((predictions - Y) ** 2, axis=1) / 2


def slope(w: np.ndarray, x: np.ndarray = X, y: np.ndarray = Y) -> np.ndarray:
    """∂C/∂w over a batch."""
    network = neuron(w)
    return parameters(network.backward(network.forward(x), y))[0][0]


def walk(start: tuple[float, float], optimizer: Optimizer, size: int, steps: int) -> np.ndarray:
    """The weights before the first step and after each, (steps + 1, 2); fewer if they run away."""
    w = np.array(start, float)
    path, state = [w], optimizer.start([w])
    for chosen, _ in zip(batches(size), range(steps), strict=False):
        (moved,), state = optimizer.step([w], [slope(w, X[:, chosen], Y[:, chosen])], state)
        w = np.asarray(moved, float)
        path.append(w)
        if np.abs(w).max() > FAR:
            break
    return np.array(path)


def batches(size: int) -> Iterator[np.ndarray]:
    """The examples of one batch after another, shuffled before each pass, always in the same way."""
    random = np.random.default_rng(1)
    while True:
        order = random.permutation(X.shape[1])
        yield from (order[at : at + size] for at in range(0, X.shape[1], size))


@lru_cache(maxsize=4)
def landscape(points: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """w₁, w₂ and the cost over their grid."""
    w1 = w2 = np.linspace(*SPAN, points)
    return w1, w2, costs_of(np.array([(a, b) for b in w2 for a in w1])).reshape(points, points)


@lru_cache(maxsize=1)
def ground() -> Mark:
    """The level lines, closer together near the bottom."""
    w1, w2, costs = landscape(21)
    high = costs.max() - lowest()
    return contours(w1, w2, costs, [lowest() + high * share**2 for share in np.arange(0.08, 1, 0.12)])


@lru_cache(maxsize=1)
def relief() -> Surface:
    """The same as a surface."""
    return Surface(*landscape(10))


@lru_cache(maxsize=1)
def lowest() -> float:
    """The smallest cost there is: that of the best weights."""
    best, *_ = np.linalg.lstsq(X.T, Y[0], rcond=None)
    return cost(best)


def _said(value: float) -> str:
    return rounded(float(value), 3) if abs(value) < 1e6 else "very much"


@explorer("Check by nudging", beside="cost/whole-gradient")
def check(control):
    """Nudge a weight and watch the cost. Is the ratio what you typed? Choose a weight here or click on it."""
    return checked(control, "cost/whole-gradient")
