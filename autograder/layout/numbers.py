"""Print numbers: 3, -0.5 and 1/3 exactly, measured ones shortly; and tell which short fraction a float stands for."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache


@lru_cache(maxsize=1 << 16)  # the same small numbers come back on every page
def simple_fraction(value: float) -> Fraction | None:
    """The fraction with a denominator up to 1000 that this float stands for, if it stands for one."""
    try:
        fraction = Fraction(value).limit_denominator(1000)
    except (OverflowError, ValueError):
        return None
    return fraction if abs(float(fraction) - value) <= 1e-11 * max(1.0, abs(value)) else None


def number(value: float | Fraction, digits: int | None = None) -> str:
    """A number as we print it: 3, -0.5, 1/3, or rounded to so many significant digits."""
    if digits is None and not isinstance(value, Fraction):
        exact = simple_fraction(value)
        value = value if exact is None else exact
    if isinstance(value, Fraction):
        if digits is None or value.denominator == 1:
            return _exact(value)
    return rounded(float(value), digits or 5)


def compact(value: float, digits: int = 3) -> str:
    """A measured number, as short as may be: 1.75, -2.33, 0.5, 14.

    It has so many significant digits at most, no zeros at the end, and no noise of floats, which lies below 1e-9.
    """
    return trimmed(rounded(round(float(value), 9), digits))


def trimmed(text: str) -> str:
    """A decimal without the zeros at its end: 0.5 for "0.500", 100 for "100"; powers of ten stay as they are."""
    return text.rstrip("0").rstrip(".") if "." in text and "e" not in text else text


def _exact(value: Fraction) -> str:
    for places in range(4):
        if (value * 10**places).denominator == 1:
            return f"{float(value):.{places}f}"
    return f"{value.numerator}/{value.denominator}"


def rounded(value: float, digits: int) -> str:
    """`value` rounded to so many significant digits, trailing zeros kept: 0.500 for 0.5 and three digits."""
    if value == 0:
        return "0"
    text = f"{value:.{digits - 1}e}"
    exponent = int(text.partition("e")[2])
    if -5 <= exponent < 7:
        return f"{float(text):.{max(0, digits - 1 - exponent)}f}"
    return text
