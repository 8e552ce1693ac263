"""Decide whether two values are the same answer: exactly, to the digits asked for, or as formulas of equal value."""

from __future__ import annotations

from fractions import Fraction
from math import floor, isfinite, log10

from ..engine.expressions import Expr, as_expr
from ..engine.same_value import same_value
from ..layout.boxed import Shape
from ..layout.numbers import simple_fraction

Value = Fraction | float | Expr | str | Shape


def equal(answer: Value, key: Value, digits: int | None = None) -> bool:
    """Whether `answer` is `key`.

    digits  None: exactly. Otherwise the two may differ by one unit in that significant digit of the key, so that
            rounding, cutting off, and computing on with rounded numbers are all right.
    """
    if isinstance(key, (str, Shape)) or isinstance(answer, (str, Shape)):
        return type(answer) is type(key) and answer == key
    if isinstance(key, Expr) or isinstance(answer, Expr):
        return same_value(as_expr(answer), as_expr(key))
    if digits is None and answer == key:
        return True
    if not (isfinite(answer) and isfinite(key)):
        return bool(answer == key)
    if digits is None:
        answer, key = _exactly(answer), _exactly(key)
        if isinstance(key, Fraction) and isinstance(answer, Fraction):
            return answer == key
        return bool(abs(answer - key) <= 1e-9 * abs(key))  # a slip may give a number that is no short fraction
    key = 0 if abs(key) < 1e-12 else key  # what rounding leaves of a zero
    return bool(abs(answer - key) <= unit(key, digits) * (1 + 1e-9))


def unit(key: float | Fraction, digits: int) -> float:
    """One unit in the `digits`-th significant digit of `key`; for 0, in that decimal place."""
    return 10.0 ** ((floor(log10(abs(key))) if key else 0) - digits + 1)


def rounded_off(answer: Fraction, typed: int | None, key: Value, asked: int | None) -> bool:
    """Whether `answer`, typed with `typed` significant digits, is `key` rounded to fewer digits than asked.

    One digit is not enough to say that somebody had the number. A whole number counts as rounded only where digits are
    asked for: elsewhere it is just another number.
    """
    if typed is None and asked is not None and answer.denominator == 1:
        typed = len(str(abs(answer.numerator)))
    if typed is None or typed < 2 or isinstance(key, Expr) or not isfinite(key):
        return False
    if asked is not None and typed >= asked:
        return False
    return abs(answer - key) <= unit(key, typed) * 0.5000001


def _exactly(value: float | Fraction) -> Fraction | float:
    if isinstance(value, Fraction):
        return value
    exact = simple_fraction(value)
    return value if exact is None else exact
