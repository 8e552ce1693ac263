"""Do two formulas have the same value wherever both have one?

>>> from autograder.engine.expressions import Name, cos, sin
>>> x = Name("x")
>>> same_value(sin(x) ** 2 + cos(x) ** 2, 1)
True
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import lru_cache

from .expressions import FUNCTIONS, UNDEFINED, Expr, Function, Power, Product, Sum, as_expr, value_of
from .safe_numbers import as_float, guarded, raised

# Where two formulas are compared: small and large arguments of both signs, one region after the other.
REGIONS = ((0.1, 1), (1, 4), (-1, -0.1), (-4, 4), (-0.1, 0.1), (-4, -1), (4, 30), (-30, 30))
POINTS_PER_REGION, POINTS_NEEDED = 3, 8

RELATIVE = 1e-9  # formulas that differ by less than this are the same
ROUNDING = 2.0**-52  # what one operation on floats may be off by, relative to its result


def same_value(
    a: Expr | float,
    b: Expr | float,
    names: tuple[str, ...] | frozenset[str] = (),
    domain: tuple[float, float] | None = None,
) -> bool:
    """Whether two formulas have the same value wherever both have one.

    Rational functions are compared exactly, others to nine digits, at points that depend on the two formulas, so
    that no answer can be made to fit the points. A point where either has no value, or where rounding leaves
    fewer than ten digits, is skipped; too few points left count as different. `domain` restricts the arguments.
    """
    return _same_value(as_expr(a), as_expr(b), frozenset(names), domain)


@lru_cache(maxsize=8192)  # a class types the same formulas again and again, and each is held against the same slips
def _same_value(a: Expr, b: Expr, names: frozenset[str], domain: tuple[float, float] | None) -> bool:
    if a == b and a != UNDEFINED:
        return True
    variables = sorted(a.names | b.names | names)
    if variables and domain is None and _agree_at(_first_point(variables), a, b) is False:
        return False
    agreements, points = 0, 0
    for point in comparison_points(variables, domain, f"{a} = {b}") if variables else [{}]:
        points += 1
        agree = _agree_at(point, a, b)
        if agree is False:
            return False
        agreements += agree is True
    return agreements >= min(POINTS_NEEDED, points)


def _first_point(variables: list[str]) -> dict[str, Fraction]:
    """Where two formulas that differ are nearly always told apart at once. That they agree here counts for nothing."""
    return {name: Fraction(7 + 4 * place, 11 + 5 * place) for place, name in enumerate(variables)}


def comparison_points(
    variables: list[str], domain: tuple[float, float] | None, seed: str
) -> Iterator[dict[str, Fraction]]:
    """Where formulas in these variables are compared: fractions in each region, another choice for another seed."""
    from random import Random  # here, so that importing the marking stays light

    chance = Random(seed)

    def somewhere(low: float, high: float) -> Fraction:
        whole = chance.randint(500, 1000)
        return Fraction(low) + (Fraction(high) - Fraction(low)) * Fraction(chance.randint(1, whole - 1), whole)

    regions = (domain,) * len(REGIONS) if domain else REGIONS
    return ({v: somewhere(*region) for v in variables} for region in regions for _ in range(POINTS_PER_REGION))


def _agree_at(point: dict[str, Fraction], a: Expr, b: Expr) -> bool | None:
    """Whether two formulas agree at a point; None when the point cannot tell."""
    left, right = a.value_at(point), b.value_at(point)
    if isinstance(left, Fraction) and isinstance(right, Fraction):
        return left == right
    (left, left_error), (right, right_error) = _measure(a, point), _measure(b, point)
    size, error = max(abs(left), abs(right)), left_error + right_error
    if not error <= RELATIVE / 10 * max(1, size) or not math.isfinite(size):  # `not <=` also catches nan
        return None
    return abs(left - right) <= RELATIVE * size + 4 * error


def _measure(formula: Expr, point: Mapping[str, Fraction]) -> tuple[float, float]:
    """The value in floats with a bound on what rounding may have done to it (running error analysis)."""
    parts = [_measure(part, point) for part in formula.parts()]
    if isinstance(formula, Sum):
        value = sum(v for v, _ in parts)
        error = sum(e for _, e in parts) + ROUNDING * sum(abs(v) for v, _ in parts) * len(parts)
        return value, error
    if isinstance(formula, Product):
        value = as_float(formula.coefficient)
        error = ROUNDING * abs(value)
        for v, e in parts:
            value, error = value * v, abs(value) * e + abs(v) * error + error * e + ROUNDING * abs(value * v)
        return value, error
    if isinstance(formula, Power):
        (base, base_error), (exponent, exponent_error) = parts
        value = as_float(raised(base, exponent))
        by_base = abs(exponent) * base_error / abs(base) if base else base_error
        by_exponent = abs(value_of("ln", abs(base))) * exponent_error if exponent_error else 0.0
        return value, abs(value) * (by_base + by_exponent + 4 * ROUNDING)
    if isinstance(formula, Function):
        argument, argument_error = parts[0]
        value = value_of(formula.function, argument)
        slope = guarded(FUNCTIONS[formula.function].slope_at, argument)
        return value, abs(slope) * argument_error + 4 * ROUNDING * abs(value)
    value = as_float(formula.value_at(point))
    return value, ROUNDING * abs(value)
