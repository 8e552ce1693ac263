"""A graph of scalars: write a formula with ordinary operators, and every intermediate result is a node.

    >>> x, y = Node(3, "x"), Node(-2, "y")
    >>> loss = (x * y + x) ** 2
    >>> loss
    Node(9.0 = square(-3.0))
    >>> gradients(loss)[x]
    6.0

Going forward happens while the formula is written; going backward is `walk.py`. A node holds a value and where it came
from, nothing else: gradients live outside the graph, so none is ever left over from another walk.
NumPy adds and multiplies arrays of nodes too: ``weights @ np.array([x, y])`` is an array of nodes.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from numbers import Real
from typing import Any, TypeVar

from .rules import RULES
from .walk import gradients, walk

__all__ = [
    "Node", "NoValue", "add", "apply", "copy", "cos", "divide", "exp", "gradients", "less", "log", "maximum",
    "multiply", "negate", "power", "relu", "sigmoid", "sin", "sqrt", "square", "subtract", "tan", "tanh", "walk",
]  # fmt: skip


Result = TypeVar("Result")


class NoValue(ArithmeticError):
    """An operation has no finite value there, such as log 0; the message says which and for which inputs."""


class Node:
    """One number of a computation: a leaf, Node(3, "x"), or the result of an operation on other nodes."""

    __slots__ = ("value", "name", "operation", "inputs")

    def __init__(self, value: float, name: str = "", operation: str = "", inputs: tuple[Node, ...] = ()):
        self.value, self.name, self.operation, self.inputs = float(value), name, operation, inputs

    def named(self, name: str) -> Node:
        """The node itself, after it was given a name; for formulas: ``h = (w * x).named("h")``."""
        self.name = name
        return self

    @property
    def locals(self) -> tuple[float, ...]:
        """The local gradients, ∂value/∂input for each input; () for a leaf."""
        if not self.operation:
            return ()
        numbers = [node.value for node in self.inputs]
        return _attempt(f"the slope of {self.operation}", RULES[self.operation].slopes, numbers)

    def __repr__(self) -> str:
        name = f"{self.name} = " if self.name else ""
        sources = ", ".join(node.name or str(node.value) for node in self.inputs)  # one level: a graph may be deep
        return f"Node({name}{self.value}{f' = {self.operation}({sources})' if self.operation else ''})"

    def __add__(self, other: Node | float) -> Node:
        return _binary("add", self, other)

    def __radd__(self, other: Node | float) -> Node:
        return _binary("add", other, self)

    def __sub__(self, other: Node | float) -> Node:
        return _binary("subtract", self, other)

    def __rsub__(self, other: Node | float) -> Node:
        return _binary("subtract", other, self)

    def __mul__(self, other: Node | float) -> Node:
        return _binary("multiply", self, other)

    def __rmul__(self, other: Node | float) -> Node:
        return _binary("multiply", other, self)

    def __truediv__(self, other: Node | float) -> Node:
        return _binary("divide", self, other)

    def __rtruediv__(self, other: Node | float) -> Node:
        return _binary("divide", other, self)

    def __pow__(self, other: Node | float) -> Node:
        if isinstance(other, Real) and other == 2:
            return apply("square", self)  # one input, 2x, and no constant 2 to hand a gradient to
        return _binary("power", self, other)

    def __rpow__(self, other: Node | float) -> Node:
        return _binary("power", other, self)

    def __neg__(self) -> Node:
        return apply("negate", self)


def apply(operation: str, *inputs: Node | float) -> Node:
    """The node of an operation in RULES. Plain numbers become leaves. Raises NoValue outside its domain."""
    if operation not in RULES:
        raise ValueError(f"no operation is called {operation!r}: choose one of {', '.join(RULES)}")
    if not inputs:
        raise ValueError(f"{operation} of nothing has no value: give at least one input")
    nodes = tuple(x if isinstance(x, Node) else Node(x) for x in inputs)
    return Node(_attempt(operation, RULES[operation].value, [node.value for node in nodes]), "", operation, nodes)


def copy(x: Node, times: int) -> tuple[Node, ...]:
    """x handed to several places, each through a node of its own, which makes the fan-out visible in the graph."""
    return tuple(apply("copy", x) for _ in range(times))


def _named(operation: str) -> Callable[..., Node]:
    def function(*inputs: Node | float) -> Node:
        return apply(operation, *inputs)

    function.__name__ = function.__qualname__ = operation
    function.__doc__ = f"The node of {operation}, see RULES."
    return function


add, subtract, multiply, divide, power = map(_named, ("add", "subtract", "multiply", "divide", "power"))
maximum, less, negate, square, sqrt, exp, log = map(_named, ("max", "less", "negate", "square", "sqrt", "exp", "log"))
sin, cos, tan, tanh, sigmoid, relu = map(_named, ("sin", "cos", "tan", "tanh", "sigmoid", "relu"))


def _binary(operation: str, x: Node | float, y: Node | float) -> Any:  # or NotImplemented, so that arrays take over
    ours = all(isinstance(side, Node | Real) for side in (x, y))
    return apply(operation, x, y) if ours else NotImplemented


def _attempt(what: str, function: Callable[..., Result], numbers: list[float]) -> Result:
    """function(*numbers), where division by zero, overflow, a root of −1 all become one readable error."""
    with suppress(ZeroDivisionError, OverflowError, ValueError):
        result = function(*numbers)
        if not isinstance(result, complex):  # (−8) ** (1/3) is one, in Python
            return result
    at = ", ".join(map(str, numbers))
    raise NoValue(f"{what} has no finite value at ({at}): keep the inputs inside its domain")
