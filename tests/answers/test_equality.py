"""When two values are the same answer."""

from fractions import Fraction

import pytest

from autograder.answers.equality import equal, rounded_off
from autograder.engine.expressions import Name, cos


@pytest.mark.parametrize(("key", "answer"), [(6.3 - 6, Fraction(3, 10)), (1 / 3, Fraction(1, 3)), (-0.0, Fraction(0))])
def test_a_float_key_stands_for_its_fraction(key, answer):
    """Rounding in floats does not spoil an exact key."""
    assert equal(answer, key)


def test_exact_means_exact():
    """A third is not 0.3333."""
    assert not equal(Fraction(3333, 10000), Fraction(1, 3))


@pytest.mark.parametrize(
    ("answer", "right"), [("0.731", True), ("0.7319", True), ("0.7301", True), ("0.7322", False), ("0.729", False)]
)
def test_three_digits_allow_one_unit_in_the_third(answer, right):
    """Rounding and cutting off are both right; two units off is not."""
    assert equal(Fraction(answer), 0.7310585786, 3) is right


def test_digits_scale_with_the_key():
    """Three digits of 123456 are thousands, three digits of 0.00012 are tenths of a millionth… of the key's size."""
    assert equal(Fraction(123000), 123456.7, 3) and not equal(Fraction(121000), 123456.7, 3)
    assert equal(Fraction("0.000120"), 0.0001203, 3) and not equal(Fraction("0.000125"), 0.0001203, 3)


def test_infinite_answers_equal_only_themselves():
    """∞ is not a large number."""
    assert not equal(float("inf"), Fraction(10**300)) and equal(float("inf"), float("inf"))


def test_rounded_off():
    """Two right digits are a start, one is not; a wrong rounding is none."""
    assert rounded_off(Fraction("0.73"), 2, 0.7310585786, 3)
    assert not rounded_off(Fraction("0.7"), 1, 0.7310585786, 3)
    assert not rounded_off(Fraction("0.74"), 2, 0.7310585786, 3)
    assert not rounded_off(Fraction(1, 2), None, 0.5001, 3)


def test_formulas_by_value():
    """2cos(x)x and x·2·cos(x) are one formula; numbers are formulas too."""
    x = Name("x")
    assert equal(2 * cos(x) * x, x * 2 * cos(x)) and not equal(2 * cos(x), 2 * x)
    assert equal(Fraction(2), x - x + 2)
