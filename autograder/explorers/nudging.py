"""Nudge one number of a computation and see by how much its cost changes. Nothing here knows of gradients.

    of = layered([3, -2], [(W1, b1), (W2, b2)], y=[1, 4])        a network with all its numbers
    of.rise(Quantity("W1", (0, 1)), 0.01)                        C with this weight nudged, minus C

    seen([3, -2, 5], z=[9], cost=lambda v: v.a1 @ v.a1)          a layer of which only inputs and z are told
    graph("x y | p | l", {"p": lambda v: v.x * v.y, "l": lambda v: v.p**2}, given={"x": 2, "y": 3})

A computation is what is given, then its steps in their order, the last of which is the cost. Each step is a function
of all that was computed before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import SimpleNamespace
from typing import Any, NamedTuple, TypeAlias, cast

import numpy as np

from ..engine.activations import ACTIVATIONS
from ..engine.arrays import Numbers, floats
from ..engine.equations import weighted_sum
from ..engine.losses import mean_squared_error
from .sketch import Edge, Sketch, Spot

Step: TypeAlias = Callable[[SimpleNamespace], Any]
"""Computes a number or an array of what is computed already: `lambda v: v.z ** 2`."""

Given: TypeAlias = Mapping[str, Any]
Letter: TypeAlias = "str | Sequence[Letter]"
"""How an array is called, or each of its entries."""


class Quantity(NamedTuple):
    """One number that can be nudged: an entry of an array of the computation, counted from 0."""

    array: str
    index: tuple[int, ...] = ()  # pyright: ignore[reportIncompatibleMethodOverride]  # nobody looks for an entry in it


@dataclass(frozen=True)
class Computation:
    """A cost, how it is computed, and how that is drawn."""

    given: Given
    steps: Mapping[str, Step]  # the last one is the cost
    sketch: Sketch
    edges: Sequence[Edge]
    spots: Mapping[str, Spot | Edge] = field(default_factory=dict)  # of a graph: where each of its numbers stands
    told: frozenset[str] = frozenset()  # the arrays whose entries the page prints
    letters: Mapping[str, Letter] = field(default_factory=dict)  # array → how it is called, or its entries are
    note: str = ""  # what else to say of it

    @property
    def result(self) -> str:
        """The name of the cost: C, l or f."""
        return list(self.steps)[-1]

    def _computed(self, nudged: Quantity | None = None, nudge: float = 0.0) -> dict[str, np.ndarray]:
        """All that comes out, with one number nudged as soon as it is there."""
        values = SimpleNamespace()
        for name, value in {**self.given, **self.steps}.items():
            array = np.array(value(values) if callable(value) else value, float)
            if nudged is not None and name == nudged.array:
                array[nudged.index] += nudge
            setattr(values, name, array)
        return vars(values)

    def rise(self, nudged: Quantity, nudge: float) -> float:
        """By how much the cost rises."""
        return float(self._computed(nudged, nudge)[self.result] - self.values[self.result])

    @cached_property
    def values(self) -> Mapping[str, np.ndarray]:
        """All that is given and computed, by name."""
        return self._computed()

    def indices(self, array: str) -> list[tuple[int, ...]]:
        """The places of its entries, row by row."""
        return list(np.ndindex(self.values[array].shape))

    def value(self, of: Quantity) -> float | None:
        """The number itself, if the page prints it."""
        return float(self.values[of.array][of.index]) if of.array in self.told else None

    def called(self, of: Quantity) -> str:
        """As mathematics: w^{(2)}_{13}, b^{(1)}_2, u_3."""
        letter = self.letters.get(of.array, of.array)
        if not isinstance(letter, str):  # each entry has a name of its own
            for i in of.index:
                letter = letter[i]
            return str(letter)
        shape = self.values[of.array].shape
        entry = "".join(str(i + 1) for i, size in zip(of.index, shape, strict=True)
                        if size > 1 or shape[0] > 1 or "^" in letter and of.array[0] == "W")  # fmt: skip
        if not entry:
            return letter
        return f"{letter}_{{{entry}}}" if len(entry) > 1 else f"{letter}_{entry}"

    def where(self, of: Quantity) -> Edge | Spot:
        """The edge or the node at which it stands."""
        if of.array in self.spots:
            *place, last = self.spots[of.array]
            return cast("Edge | Spot", (*place, last + (of.index[0] if of.index else 0)))  # as many as before
        layer = int(of.array[1:] or 0)
        return (layer, of.index[0], of.index[1]) if of.array[0] == "W" else (layer, of.index[0])

    def but(self, **changed: object) -> Computation:
        """The same, drawn or called otherwise."""
        return replace(self, **changed)


class Asked(NamedTuple):
    """A computation, and where on its page it is asked about."""

    computation: Computation
    since: int = 1  # the first box that is about it
    turned: bool = False  # whether its matrices stand on the page the other way round


# -- the kinds of computation that pages are about ---------------------------------------------------------------------


ERRORS_ONLY = "The page tells the errors δ alone, so the cost here rises by δ for each 1 of z, however large the nudge."


def slope(delta: Numbers, z: Numbers) -> float:
    """A cost of which only the errors δ are told: it rises by δ where z rises by 1; its mean over examples."""
    errors, sums = np.asarray(delta, float), np.asarray(z, float)
    return float(np.sum(errors * sums) / (errors.shape[1] if errors.ndim == 2 else 1))


def layered(x: Numbers, pairs: Sequence[tuple[Numbers, Numbers]], sigmas: Sequence[str] | str = "identity", *,
            y: Numbers, result: str = "C") -> Computation:  # fmt: skip
    """A network with all its numbers and the squared error.

    x       (n,) or examples in columns (n, m); y likewise
    pairs   (W, b) of each layer
    sigmas  the activations, by their names in the engine; one name for all
    """
    given, steps = {"a0": np.asarray(x, float)}, {}
    sigmas = [sigmas] * len(pairs) if isinstance(sigmas, str) else sigmas
    for n, ((w, b), sigma) in enumerate(zip(pairs, sigmas, strict=True), start=1):
        given |= {f"W{n}": np.atleast_2d(floats(w)), f"b{n}": np.atleast_1d(floats(b))}
        steps |= {f"z{n}": _weighted(n), f"a{n}": _activated(n, sigma)}
    last = f"a{len(pairs)}"
    steps[result] = lambda v: mean_squared_error(getattr(v, last), y)
    sizes = [len(given["a0"]), *(len(given[f"b{n}"]) for n in range(1, len(pairs) + 1))]
    told = frozenset(given) if given["a0"].ndim == 1 else frozenset(given) - {"a0"}
    return _dense(given, steps, sizes, told)


def seen(x: Numbers, *, cost: Step, z: Numbers = 0.0, nodes: int = 1, sigma: str = "identity", result: str = "C",
         more: Mapping[str, Step] | None = None, first: str = "x") -> Computation:  # fmt: skip
    """A layer of which the inputs x and its z are told, not its weights: they begin at nothing, nudges count from z.

    cost    of what was computed, such as v.z1 or v.a1
    more    steps between the layer and the cost
    """
    x = np.asarray(x, float)
    given = {"a0": x, "W1": np.zeros((nodes, len(x))), "b1": np.zeros(nodes)}
    steps = {"z1": lambda v: z + _weighted(1)(v), "a1": _activated(1, sigma), **(more or {}), result: cost}
    return _dense(given, steps, [len(x), nodes], frozenset({"a0"}) if x.ndim == 1 else frozenset(), first)


def errors(delta: Numbers, inputs: Numbers | None = None, *, result: str = "C", first: str = "a") -> Computation:
    """A layer of which only the errors δ and perhaps the inputs are told; examples in columns."""
    delta = np.asarray(delta, float)
    inputs = np.zeros((1, *delta.shape[1:])) if inputs is None else inputs
    base = seen(inputs, z=np.zeros(delta.shape), cost=lambda v: slope(delta, v.z1), nodes=len(delta), result=result,
                first=first)  # fmt: skip
    return base.but(told=base.told if np.any(floats(inputs)) else frozenset(), note=ERRORS_ONLY)


def feeding(w: Numbers, delta: Numbers, z: Numbers, sigma: str = "identity", *, result: str = "C") -> Computation:
    """Nodes that feed a layer with weights w, of which only the errors δ are told."""
    given = {"z0": np.atleast_1d(np.asarray(z, float)), "W1": np.atleast_2d(floats(w))}
    steps = {"a0": lambda v: ACTIVATIONS[sigma].value(v.z0), "z1": lambda v: v.W1 @ v.a0,
             result: lambda v: slope(delta, v.z1)}  # fmt: skip
    base = _dense(given, steps, list(given["W1"].shape[::-1]), frozenset({"W1"}), "a")
    columns = [base.sketch.columns[0], _numbered("z", len(given["W1"]))]
    return base.but(sketch=Sketch(columns), note=ERRORS_ONLY)


def graph(columns: str, steps: Mapping[str, Step], given: Given, *, edges: str = "",
          told: bool = True, signs: Mapping[str, str] | None = None) -> Computation:  # fmt: skip
    """Numbers that are computed from each other, one after the other.

    columns  their names in the order of drawing, columns parted by |: "x y | p | l"
    edges    which goes into which: "x>p y>p p>l"; all to all of the next column where it is left out
    signs    name → what stands in its node: an operation
    """
    names = [column.split() for column in columns.split("|")]
    spots = {name: (i, j) for i, column in enumerate(names) for j, name in enumerate(column)}
    sketch = Sketch([[(signs or {}).get(name, name) for name in column] for column in names])
    ends = [pair.split(">") for pair in edges.split()]
    lines = [(*spots[end], spots[start][1]) for start, end in ends] or sketch.edges
    return Computation(given, steps, sketch, lines, spots, frozenset(given) if told else frozenset())


def _dense(given: Mapping, steps: Mapping, sizes: Sequence[int], told: frozenset[str], first: str = "x") -> Computation:
    """Layers of these sizes, the inputs first; where there is only one layer, its numbers need no upper index."""
    letters, columns = {"a0": first, "z0": "z"}, [_numbered(first, sizes[0])]
    for n, size in enumerate(sizes[1:], start=1):
        up = f"^{{({n})}}" if len(sizes) > 2 else ""
        letters |= {f"W{n}": f"w{up}"} | {f"{letter}{n}": f"{letter}{up}" for letter in "bza"}
        columns.append(_numbered("a", size))
    sketch = Sketch(columns)
    return Computation(given, steps, sketch, sketch.edges, told=told, letters=letters)


def _numbered(letter: str, size: int) -> list[str]:
    return [f"{letter}_{i + 1}" for i in range(size)] if size > 1 else [letter]


def _weighted(n: int) -> Step:
    return lambda v: weighted_sum(getattr(v, f"W{n}"), getattr(v, f"a{n - 1}"), getattr(v, f"b{n}"))


def _activated(n: int, sigma: str) -> Step:
    return lambda v: ACTIVATIONS[sigma].value(getattr(v, f"z{n}"))
