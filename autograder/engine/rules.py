"""The table of slopes: every operation of the scalar graph beside its local gradients.

    >>> multiply = RULES["multiply"]
    >>> multiply.value(3.0, 4.0), multiply.slopes(3.0, 4.0)
    (12.0, (4.0, 3.0))

A rule knows numbers only: `value` maps inputs to the output, `slopes` maps the same inputs to one local gradient each,
∂output/∂input. Conventions where a slope does not exist: max hands everything to the first of equal inputs, so
relu(z) = max(0, z) has slope 0 at 0; a power whose base is not positive has no slope in its exponent, which is nan.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

from .activations import relu, relu_slope, sigmoid, sigmoid_slope, tanh, tanh_slope


class Rule(NamedTuple):
    """An operation on numbers, and its local gradients, one per input."""

    value: Callable[..., float]
    slopes: Callable[..., tuple[float, ...]]


def one_input(value: Callable[[float], float], slope: Callable[[float], float]) -> Rule:
    """The rule of a function of one number, from the function and its derivative."""
    return Rule(value, lambda x: (slope(x),))


def route(*xs: float) -> tuple[float, ...]:
    """1 for the first of the largest inputs, 0 for the others."""
    winner = xs.index(max(xs))
    return tuple(float(i == winner) for i in range(len(xs)))


def slope_in_exponent(x: float, p: float) -> float:
    """∂(xᵖ)/∂p = xᵖ log x. The exponent is mostly a constant that nobody differentiates by, so a nan does no harm."""
    return x**p * math.log(x) if x > 0 else math.nan


RULES = {
    # several inputs
    "add": Rule(lambda *xs: sum(xs), lambda *xs: (1.0,) * len(xs)),
    "max": Rule(lambda *xs: max(xs), route),
    # two inputs
    "subtract": Rule(lambda x, y: x - y, lambda x, y: (1.0, -1.0)),
    "multiply": Rule(lambda x, y: x * y, lambda x, y: (y, x)),
    "divide": Rule(lambda x, y: x / y, lambda x, y: (1 / y, -x / y**2)),
    "power": Rule(lambda x, p: x**p, lambda x, p: (p * x ** (p - 1) if p else 0.0, slope_in_exponent(x, p))),
    "less": Rule(lambda x, y: float(x < y), lambda x, y: (0.0, 0.0)),
    # one input
    "copy": one_input(lambda x: x, lambda x: 1.0),
    "negate": one_input(lambda x: -x, lambda x: -1.0),
    "square": one_input(lambda x: x * x, lambda x: 2 * x),
    "exp": one_input(math.exp, math.exp),
    "log": one_input(math.log, lambda x: 1 / x),
    "sqrt": one_input(math.sqrt, lambda x: 1 / (2 * math.sqrt(x))),
    "sin": one_input(math.sin, math.cos),
    "cos": one_input(math.cos, lambda x: -math.sin(x)),
    "tan": one_input(math.tan, lambda x: 1 + math.tan(x) ** 2),
    "tanh": one_input(tanh, tanh_slope),
    "sigmoid": one_input(sigmoid, sigmoid_slope),
    "relu": one_input(relu, relu_slope),
}
