"""Decide whether two values are the same answer: exactly, to the digits asked for, or as formulas of equal value."""

from __future__ import annotations

from fractions import Fraction
from math import floor, isfinite, log10

from ..engine.expressions import Expr, as_expr
from ..engine.same_value import same_value
from ..layout.boxed import Shape, Value
from ..layout.numbers import simple_fraction

NOISE = 12  # so many significant digits alike are the same number: 6.300000000000001 is what Python makes of 2.1·3
NOTHING = 1e-12  # a number smaller than this is what rounding leaves of a zero


def equal(answer: Value, key: Value, digits: int | None = None) -> bool:
    """Whether `answer` is `key`.

    digits  None: exactly, apart from the noise of floats. Otherwise the two may differ by one unit in that significant
            digit of the key, so that rounding, cutting off, and computing on with rounded numbers are all right.
    """
    if isinstance(key, (str, Shape)) or isinstance(answer, (str, Shape)):
        return type(answer) is type(key) and answer == key
    if isinstance(key, Expr) or isinstance(answer, Expr):
        return same_value(as_expr(answer), as_expr(key))
    size, gap = abs(float(key)), abs(float(answer) - float(key))
    if not isfinite(gap):
        return bool(answer == key)
    if size < NOTHING:  # what rounding leaves of a zero
        key = 0
    if digits is None:
        return gap <= 1e-9 * size + 2 * NOTHING and _same_number(_exactly(answer), _exactly(key))
    tolerance = unit(key, digits) if key else unit(0, digits) / 2  # one unit of nothing would be a number of its own
    return bool(abs(answer - key) <= tolerance * (1 + 1e-9))


def _same_number(answer: Fraction | float, key: Fraction | float) -> bool:
    """Exactly the same, or alike in so many digits that only a float's noise is between them."""
    if abs(float(answer) - float(key)) > 1e-9 * abs(float(key)) + NOTHING:
        return False
    if not (isinstance(answer, Fraction) and isinstance(key, Fraction)):
        return True  # a slip may give a number that is no short fraction
    return bool(answer == key or abs(answer - key) < (unit(key, NOISE) if key else NOTHING))


def unit(key: float | Fraction, digits: int) -> float:
    """One unit in the `digits`-th significant digit of `key`; for 0, in that decimal place."""
    return 10.0 ** (floor(log10(abs(key))) - digits + 1 if key else -digits)


def rounded_off(answer: Fraction, typed: int | None, key: Value, asked: int | None) -> bool:
    """Whether `answer`, typed with `typed` significant digits, is `key` given with fewer digits than asked.

    That is a matter of the digits typed: 9.6 is not 10 and -0.96 is not -1, for these would have been typed. From three
    digits on cutting off is as good as rounding. One digit, and a whole number, count only where digits are asked for:
    elsewhere they are just another number.
    """
    if typed is None and asked is not None and answer.denominator == 1:
        typed = len(str(abs(answer.numerator)).rstrip("0"))
    if not typed or (typed < 2 and asked is None) or isinstance(key, (Expr, str, Shape)) or not isfinite(key):
        return False
    if not key or not answer or (asked is not None and typed >= asked):
        return False
    place, miss = min(unit(key, typed), unit(answer, typed)), abs(answer - key)
    cut_off = typed >= 3 and answer * key > 0 and abs(answer) < abs(key)
    return bool(miss < place * 0.9999999 if cut_off else miss <= place * 0.5000001)


def _exactly(value: float | Fraction) -> Fraction | float:
    if isinstance(value, Fraction):
        return value
    exact = simple_fraction(value)
    return value if exact is None else exact
