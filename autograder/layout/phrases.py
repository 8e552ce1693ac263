"""What recurs inside formulas and sentences: plain words, derivatives as fractions, numbers in brackets or in groups.

eq(by("w"), "=", column(dw), APART, words("of shape"), shape)        ∂C/∂w = …   of shape …
"""

from __future__ import annotations

from collections.abc import Iterable

from .vocabulary import Node, frac, lit


def words(text: str) -> Node:
    """Plain words inside a formula, a table or a drawing."""
    return Node("words", (), {"text": text})


APART = words("\u2003")
"""A wide space between two formulas on one line."""


def by(name: str, of: str = "C", curly: str = "∂") -> Node:
    """The derivative ∂of/∂name as a fraction."""
    return frac(f"{curly}{of}", f"{curly}{name}")


def link(name: str, of: str = "C", mark: str = "", *, uses: str = "") -> Node:
    """The derivative ∂of/∂name as a fraction, lit with what stands for it in a drawing; `mark` tells two apart."""
    return lit(f"∂{of}/∂{name}{mark}", by(name, of), uses=uses)


def signed(value: float) -> str:
    """A number as it stands inside a product or a sum: negative ones in brackets."""
    return f"({value:g})" if value < 0 else f"{value:g}"


def added(value: float) -> tuple[str, str]:
    """A sign and a size, as a number is added to what stands before it: `eq("Wx", *added(b), "=", z)`."""
    return "−" if value < 0 else "+", f"{abs(value):g}"


def grouped(count: float) -> str:
    """A large count in groups of three digits: 1 000 000."""
    return f"{count:,.0f}".replace(",", "\u2009")


def listed(values: Iterable[float]) -> str:
    """Numbers in round brackets."""
    return "(" + ", ".join(f"{value:g}" for value in values) + ")"
