"""The table of slopes: every operation of the scalar graph beside its local gradients.

    >>> multiply = RULES["multiply"]
    >>> multiply.value(3.0, 4.0), multiply.slopes(3.0, 4.0)
    (12.0, (4.0, 3.0))

`value` maps inputs to the output, `slopes` maps the same inputs to one local gradient each, ∂output/∂input. Each slope
stands here once: the activations are those of `ACTIVATIONS`, and formulas (expressions.py) differentiate by this table.
So the functions of one input are written to take a number or a formula; all but the activations do. Complex numbers
pass everywhere, for the complex step; what compares numbers compares their real parts.

Conventions where a slope does not exist: max hands everything to the first of equal inputs, so relu(z) = max(0, z) has
slope 0 at 0; a power whose base is not positive has no slope in its exponent, which is nan.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

from .activations import ACTIVATIONS
from .elementary import cos, exp, log, sin, sqrt, tan

Quantity: TypeAlias = Any
"""What + − · / and powers are made for: a float or a complex number, in the rules of one input also a formula."""


class Rule(NamedTuple):
    """An operation, and its local gradients, one per input."""

    value: Callable[..., Quantity]
    slopes: Callable[..., tuple[Quantity, ...]]


def one_input(value: Callable[[Any], Quantity], slope: Callable[[Any], Quantity]) -> Rule:
    """The rule of a function of one input, from the function and its derivative."""

    def slopes(x: Quantity) -> tuple[Quantity]:
        return (slope(x),)

    return Rule(value, slopes)


def two_inputs(
    value: Callable[[Quantity, Quantity], Quantity], slopes: Callable[[Quantity, Quantity], tuple[Quantity, Quantity]]
) -> Rule:
    """The rule of an operation on two inputs."""
    return Rule(value, slopes)


def total(*xs: Quantity) -> Quantity:
    """The sum of all inputs."""
    return sum(xs)


def once_each(*xs: Quantity) -> tuple[float, ...]:
    """1 for every input."""
    return (1.0,) * len(xs)


def largest(*xs: Quantity) -> Quantity:
    """The first of the largest inputs."""
    return max(xs, key=_real_part)


def route(*xs: Quantity) -> tuple[float, ...]:
    """1 for the first of the largest inputs, 0 for the others."""
    winner = xs.index(largest(*xs))
    return tuple(float(i == winner) for i in range(len(xs)))


def slope_in_exponent(x: Quantity, p: Quantity) -> Quantity:
    """∂(xᵖ)/∂p = xᵖ log x. The exponent is mostly a constant that nobody differentiates by, so a nan does no harm."""
    return x**p * math.log(x) if x > 0 else math.nan


def _real_part(x: complex) -> float:
    return x.real


RULES: dict[str, Rule] = {
    # several inputs
    "add": Rule(total, once_each),
    "max": Rule(largest, route),
    # two inputs
    "subtract": two_inputs(lambda x, y: x - y, lambda x, y: (1.0, -1.0)),
    "multiply": two_inputs(lambda x, y: x * y, lambda x, y: (y, x)),
    "divide": two_inputs(lambda x, y: x / y, lambda x, y: (1 / y, -x / y**2)),
    "power": two_inputs(lambda x, p: x**p, lambda x, p: (p * x ** (p - 1) if p else 0.0, slope_in_exponent(x, p))),
    "less": two_inputs(lambda x, y: float(x.real < y.real), lambda x, y: (0.0, 0.0)),
    # one input
    "copy": one_input(lambda x: x, lambda x: 1.0),
    "negate": one_input(lambda x: -x, lambda x: -1.0),
    "square": one_input(lambda x: x * x, lambda x: 2 * x),
    "exp": one_input(exp, exp),
    "log": one_input(log, lambda x: 1 / x),
    "sqrt": one_input(sqrt, lambda x: 1 / (2 * sqrt(x))),
    "sin": one_input(sin, cos),
    "cos": one_input(cos, lambda x: -sin(x)),
    "tan": one_input(tan, lambda x: 1 / cos(x) ** 2),
    **{name: one_input(*ACTIVATIONS[name]) for name in ("tanh", "sigmoid", "relu")},
}
