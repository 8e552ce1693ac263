"""Arithmetic that never raises and never takes all day: exact fractions while they are short, then floats.

    >>> from fractions import Fraction
    >>> raised(Fraction(2, 3), Fraction(2))
    Fraction(4, 9)
    >>> raised(Fraction(0), Fraction(-1)), raised(Fraction(9), Fraction(9**9))
    (nan, inf)

nan stands for "no value here", ±inf for a number beyond the range of floats.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any, TypeAlias

Number: TypeAlias = Fraction | float

BITS = 4096  # a fraction longer than this is rounded to a float: the answer to 9^9^9 must not take all day


def bits(value: Fraction) -> int:
    """The length of a fraction: of its numerator or its denominator, whichever is longer."""
    return max(value.numerator.bit_length(), value.denominator.bit_length())


def as_float(value: Number) -> float:
    """As a float: ±inf when too large, nan when it would vanish although it is not zero."""
    try:
        result = float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf
    return result if result or not value else math.nan


def shortened(value: Number) -> Number:
    """The number itself; as a float if it is a fraction longer than BITS."""
    return as_float(value) if isinstance(value, Fraction) and bits(value) > BITS else value


def guarded(operation: Callable[..., Any], *values: Number) -> Number:
    """An operation on numbers, in floats when it does not fit otherwise; nan where it has no value."""
    result: Any = math.nan  # of any kind of number: a root of −1 is complex
    for attempt in (values, tuple(as_float(v) for v in values)):
        try:
            result = operation(*attempt)
        except OverflowError:
            result = math.inf
        except (ValueError, ZeroDivisionError):
            return math.nan
        if not isinstance(result, float) or math.isfinite(result):
            break
    return math.nan if isinstance(result, complex) else result


def plus(a: Number, b: Number) -> Number:
    """a + b."""
    return a + b


def product(a: Number, b: Number) -> Number:
    """a · b."""
    return a * b


def power(a: Number, b: Number) -> Any:
    """aᵇ, which is complex for some negative a."""
    return a**b


def raised(base: Number, exponent: Number) -> Number:
    """base to the power exponent: exact for a fraction to the power of a whole number, otherwise a float."""
    if isinstance(base, Fraction) and isinstance(exponent, Fraction) and exponent.denominator == 1:
        if bits(base) * abs(exponent) <= BITS:
            return guarded(power, base, exponent.numerator)
    result = guarded(power, as_float(base), as_float(exponent))
    return math.nan if result == 0 and base != 0 else result
