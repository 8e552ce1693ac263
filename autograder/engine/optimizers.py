"""Optimizers: how a gradient becomes a step.

    >>> optimizer = Momentum(learning_rate=0.1, momentum=0.9)
    >>> state = optimizer.start([2.0])
    >>> theta, state = optimizer.step([2.0], [4.0], state)
    >>> theta
    (1.6,)

An optimizer is its settings, nothing more. What it remembers between steps is a state, handed in and handed back;
parameters and gradients are sequences of arrays (or numbers) of matching shapes, such as ``network.parameters`` and
``parameters(network.backward(...))``. Nothing is changed in place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np

from .arrays import Array, Numbers, ShapeError, floats, plain

Arrays = tuple[Numbers, ...]


class Optimizer(Protocol):
    """What a training asks of an optimizer. What it remembers is its own affair: handed in, and handed back."""

    def start(self, parameters: Sequence[Numbers]) -> Any:
        """What it remembers before the first step."""
        ...

    def step(self, parameters: Sequence[Numbers], gradients: Sequence[Numbers], state: Any) -> tuple[Arrays, Any]:
        """The next parameters, and what to hand to the next step."""
        ...


@dataclass(frozen=True)
class GradientDescent:
    """The plain step: θ ← θ − η g."""

    learning_rate: float = 0.01

    def start(self, parameters: Sequence[Numbers]) -> tuple[()]:
        """Nothing to remember."""
        return ()

    def step(
        self, parameters: Sequence[Numbers], gradients: Sequence[Numbers], state: tuple[()] = ()
    ) -> tuple[Arrays, tuple[()]]:
        """The next parameters, and the state to hand to the next step."""
        return tuple(plain(theta - self.learning_rate * g) for theta, g in _pairs(parameters, gradients)), ()


@dataclass(frozen=True)
class Momentum:
    """A step with a memory, the velocity v: v ← μ v + g, then θ ← θ − η v. Source: Polyak 1964."""

    learning_rate: float = 0.01
    momentum: float = 0.9

    def start(self, parameters: Sequence[Numbers]) -> Arrays:
        """At rest: v = 0."""
        return _zeros(parameters)

    def step(self, parameters: Sequence[Numbers], gradients: Sequence[Numbers], state: Arrays) -> tuple[Arrays, Arrays]:
        """The next parameters, and the velocity to hand to the next step."""
        velocity = tuple(plain(self.momentum * v + g) for v, g in _pairs(state, gradients))
        return tuple(plain(theta - self.learning_rate * v) for theta, v in _pairs(parameters, velocity)), velocity


class AdamState(NamedTuple):
    """Running means of the gradient and of its square, and how many steps they are made of."""

    mean: Arrays
    square: Arrays
    steps: int


@dataclass(frozen=True)
class Adam:
    """A step scaled by how steady each entry's gradient is. Source: Kingma and Ba, Adam, ICLR 2015, algorithm 1.

    m ← β₁ m + (1 − β₁) g and v ← β₂ v + (1 − β₂) g² start at 0 and are therefore too small at first, by 1 − βᵗ;
    that is divided out, m̂ and v̂, and θ ← θ − η m̂ / (√v̂ + ε).
    """

    learning_rate: float = 0.001
    beta_mean: float = 0.9
    beta_square: float = 0.999
    epsilon: float = 1e-8

    def start(self, parameters: Sequence[Numbers]) -> AdamState:
        """Nothing seen yet."""
        return AdamState(_zeros(parameters), _zeros(parameters), 0)

    def step(
        self, parameters: Sequence[Numbers], gradients: Sequence[Numbers], state: AdamState
    ) -> tuple[Arrays, AdamState]:
        """The next parameters, and the state to hand to the next step."""
        b1, b2, t = self.beta_mean, self.beta_square, state.steps + 1
        mean = tuple(plain(b1 * m + (1 - b1) * g) for m, g in _pairs(state.mean, gradients))
        square = tuple(plain(b2 * v + (1 - b2) * g**2) for v, g in _pairs(state.square, gradients))
        moves = [
            self.learning_rate * (m / (1 - b1**t)) / (np.sqrt(v / (1 - b2**t)) + self.epsilon)
            for m, v in _pairs(mean, square)
        ]
        return tuple(plain(theta - move) for theta, move in _pairs(parameters, moves)), AdamState(mean, square, t)


def _zeros(parameters: Sequence[Numbers]) -> Arrays:
    return tuple(plain(np.zeros(floats(parameter, "a parameter").shape)) for parameter in parameters)


def _pairs(first: Sequence[Numbers], second: Sequence[Numbers]) -> list[tuple[Array, Array]]:
    """Two sequences of arrays side by side. Raises ShapeError, with both lists of shapes, unless they match."""
    a, b = [floats(x, "a parameter") for x in first], [floats(x, "a gradient") for x in second]
    shapes, others = [x.shape for x in a], [x.shape for x in b]
    if shapes != others:
        raise ShapeError(f"shapes {shapes} and {others} do not match: give one gradient per parameter, in its shape")
    return list(zip(a, b, strict=True))
