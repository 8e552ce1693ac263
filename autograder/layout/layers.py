"""Layers of a network, lit by names that the drawing and the formulas share: δ^(1)_2, w^(2)_13, a^(1)_3.

    network([each("x", nodes(x)), each("a", echo(a), 1)], [edges(W1, 1)], below=[(), under("δ", delta, 1)])
    eq("δ^1", "=", column(each("δ", delta, 1, uses=PASSED)))

`layer` is the number above a name, in brackets; without it names have none, for pages about a single layer.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from .boxed import box_of
from .numbers import rounded
from .vocabulary import Node, Part, Several, group, lit

if TYPE_CHECKING:
    from numpy.typing import NDArray

PASSED = "back_{j} slope_{j}"
"""What an error is made of: what came back, and the slope of its node."""

BARE: NDArray[Any] = np.full((9, 9), None)
"""Edges without weights on them."""


def fig(value: float) -> str:
    """A value from an earlier page, in four digits; whole numbers and short decimals as they are."""
    return f"{value:g}" if abs(value * 100 - round(value * 100)) < 1e-9 else rounded(float(value), 4)


Figures: TypeAlias = "list[str | Figures]"
"""Values as they are printed; rows of a matrix are lists of them."""


def figs(values: NDArray[Any] | Sequence[Any]) -> Figures:
    """The entries of a vector, or the rows of a matrix, in four digits."""
    return [figs(value) if np.ndim(value) else fig(value) for value in values]


def named(name: str, count: int, layer: int | str = "") -> list[str]:
    """Names with indices: a^{(1)}_1, a^{(1)}_2, …"""
    whole = layered(name, layer)
    return [f"{whole}_{i + 1}" if count > 1 else whole for i in range(count)]


def layered(name: str, layer: int | str = "") -> str:
    """A name with its layer above it, in brackets: a^{(1)}. A number without brackets would be a power."""
    return f"{name}^{{({layer})}}" if layer else name


def nodes(values: NDArray[Any] | Sequence[Any]) -> list[Part]:
    """What stands in the nodes of a drawn layer: boxes, or values in four digits."""
    return [value if box_of(value) or isinstance(value, (str, Node)) else fig(value) for value in values]


def under(name: str, values: NDArray[Any] | Sequence[Any], layer: int | str = "") -> NDArray[Any]:
    """What stands under the nodes of a drawn layer: δ_1 = and a box, or a number."""
    names = named(name, len(values), layer)
    parts = [group(one, "=", value if box_of(value) else fig(value)) for one, value in zip(names, values, strict=True)]
    return lit(f"{name}{_above(layer)}_{{j}}", parts)


def each(name: str, values: Several, layer: int | str = "", *, uses: str = "") -> NDArray[Any]:
    """The entries of a vector, lit as δ^1_2 or δ_2: with the nodes of the drawn layer and all else of that name."""
    return lit(f"{name}{_above(layer)}_{{j}}", values, uses=uses)


def edges(values: Several, layer: int | str = "", *, forward: bool = False) -> NDArray[Any]:
    """The entries of a matrix, lit as the weights of a layer, with the value that comes in; going back with the error
    that it meets as well."""
    up, before = _above(layer), f"^({layer - 1})" if isinstance(layer, int) else ""
    start = "x" if layer == 1 else f"a{before}"
    return lit(f"w{up}_{{j}}{{k}}", values, uses=f"{start}_{{k}}" if forward else f"δ{up}_{{j}} {start}_{{k}}")


def back_along(values: Several, count: int, layer: int | str = "") -> NDArray[Any]:
    """What comes back through the weights of a layer with `count` nodes, lit with its weights and its errors."""
    up = _above(layer)
    return lit("back_{j}", values, uses=" ".join(f"w{up}_{n}{{j}} δ{up}_{n}" for n in range(1, count + 1)))


def _above(layer: int | str) -> str:
    """The layer as it stands in the names by which things are lit."""
    return f"^({layer})" if layer else ""
