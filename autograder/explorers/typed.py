"""Read a network that somebody types: its sizes, or all its numbers.

    read("3-4-2", "tanh")
    read("x = 3 -2; W = 2 -1 | -4 4; b = -1 -2; y = 1 4", "identity")

What cannot be read gives a sentence that says what to type instead.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np

from ..answers.numbers import Number, read_number
from ..engine.network import Layer, Network

MOST_NODES, MOST_LAYERS, LARGEST = 5, 3, 1000
SIZES = re.compile(r"\s*\d+(?:\s*[-–—−×x,>→ ]+\s*\d+)+\s*")
HOW = "Type sizes such as 2-3-2, or the numbers: x = 3 -2; W = 2 -1 | -4 4; b = -1 -2; y = 1 4"


class Typed(NamedTuple):
    """A network, an example for it, and its targets."""

    network: Network
    inputs: np.ndarray
    targets: np.ndarray


class Unclear(Exception):
    """What was typed is no network; the message says why, and what to type."""


def read(text: str, activation: str = "identity") -> Typed:
    """The network that the text describes, every layer with this activation. Raises Unclear."""
    if SIZES.fullmatch(text):
        return _drawn([int(size) for size in re.findall(r"\d+", text)], activation)
    return _given(text, activation)


def _drawn(sizes: list[int], activation: str) -> Typed:
    """A network of these sizes with small numbers, the same ones each time; whole ones where no σ would flatten out."""
    if len(sizes) > MOST_LAYERS + 1:
        raise Unclear(f"{len(sizes) - 1} layers do not fit in the picture. Type at most {MOST_LAYERS + 1} sizes.")
    if not all(1 <= size <= MOST_NODES for size in sizes):
        raise Unclear(f"Each layer has 1 to {MOST_NODES} nodes here. {HOW}")
    draw = np.random.default_rng(sizes)
    small = np.array([-3, -2, -1, 1, 2, 3]) * (0.5 if activation in ("sigmoid", "tanh") else 1)
    layers = [Layer(draw.choice(small, (n, below)), draw.choice(small, n), activation)
              for below, n in zip(sizes, sizes[1:], strict=False)]  # fmt: skip
    return Typed(Network(layers), draw.choice(small, sizes[0]), draw.choice(small, sizes[-1]))


def _given(text: str, activation: str) -> Typed:
    x, y, weights, biases = None, None, [], []
    for part in filter(str.strip, text.split(";")):
        name, equals, numbers = part.partition("=")
        name = name.strip().rstrip("0123456789")
        if not equals or name not in ("x", "W", "b", "y"):
            raise Unclear(f"“{part.strip()[:20]}” is none of x = …, W = …, b = …, y = …. {HOW}")
        rows = [_numbers(row) for row in numbers.split("|")]
        if name == "W":
            weights.append(rows)
        elif len(rows) > 1:
            raise Unclear(f"{name} has one row of numbers; only W has several, with | between them.")
        elif name == "b":
            biases.append(rows[0])
        else:
            x, y = (rows[0], y) if name == "x" else (x, rows[0])
    return _checked(x, weights, biases, y, activation)


def _numbers(text: str) -> list[float]:
    words = [read_number(word) for word in re.split(r"[\s,]+", text.strip()) if word]
    numbers = [word.value for word in words if isinstance(word, Number) and abs(word.value) <= LARGEST]
    if not words or len(numbers) < len(words):
        raise Unclear(f"“{text.strip()[:20]}” should be numbers up to {LARGEST} with spaces between, as in 2 -1 0.5.")
    return [float(number) for number in numbers]


def _checked(x, weights: list, biases: list, y, activation: str) -> Typed:
    if x is None or y is None or not weights:
        raise Unclear(f"A network needs x, y and at least one W. {HOW}")
    if len(weights) > MOST_LAYERS or max(len(x), *map(len, weights)) > MOST_NODES:
        raise Unclear(f"At most {MOST_LAYERS} layers of {MOST_NODES} nodes fit in the picture.")
    biases += [[0.0] * len(rows) for rows in weights[len(biases) :]]  # a bias left out is 0
    layers, below = [], len(x)
    for number, (rows, bias) in enumerate(zip(weights, biases, strict=False), start=1):
        if {len(row) for row in rows} != {below}:
            raise Unclear(f"W {number} needs {below} numbers in each row, one for each node before it.")
        if len(bias) != len(rows):
            raise Unclear(f"b {number} needs {len(rows)} numbers, one for each row of W {number}.")
        layers.append(Layer(rows, bias, activation))
        below = len(rows)
    if len(biases) > len(weights):
        raise Unclear("There are more b than W. Give each W at most one b.")
    if len(y) != below:
        raise Unclear(f"y needs {below} numbers, one for each output.")
    return Typed(Network(layers), np.array(x), np.array(y))
