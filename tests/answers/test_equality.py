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


@pytest.mark.parametrize(
    ("typed", "digits", "key"),
    [("0.73", 2, 0.7310585786), ("0.7", 1, 0.7310585786), ("0.1", 1, 0.105), ("0.2", 1, 0.1966), ("0.03", 1, 0.0298),
     ("0.006", 1, 0.0059), ("160", None, 160.89)],
)  # fmt: skip
def test_a_right_rounding_to_fewer_digits_is_seen(typed, digits, key):
    """Where digits are asked for, one right digit is a start as well."""
    assert rounded_off(Fraction(typed), digits, key, 4)


@pytest.mark.parametrize(
    ("typed", "digits", "key"),
    [("0.74", 2, 0.7310585786), ("0.8", 1, 0.731), ("0", None, 0.003), ("0.00", 2, 0.003), ("10", None, 6.0),
     ("0.01", 1, 0.0), ("9.6", 2, 10.0), ("1/2", None, 0.5001)],
)  # fmt: skip
def test_a_wrong_number_is_no_rounding(typed, digits, key):
    """What would not be typed by someone who rounds the key is another number."""
    assert not rounded_off(Fraction(typed), digits, key, 4)


@pytest.mark.parametrize(("typed", "digits"), [("0.56", 2), ("0.556", 3), ("0.555", 3), ("0.5555555", 7)])
def test_a_cut_off_fraction_is_as_good_as_a_rounded_one(typed, digits):
    """0.5555555 for 5/9 is no worse than 0.556."""
    assert rounded_off(Fraction(typed), digits, Fraction(5, 9), None)


@pytest.mark.parametrize(
    ("typed", "digits", "key"),
    [("9.6", 2, 10), ("-0.96", 2, -1), ("-0.025", 2, 0), ("0.6", 1, Fraction(5, 9)),
     ("2.99", 3, 3), ("-0.556", 3, Fraction(5, 9))],
)  # fmt: skip
def test_the_window_is_that_of_the_typed_digits(typed, digits, key):
    """9.6 is not 10, -0.96 is not -1, -0.025 is not 0, and one digit says nothing where the exact number is asked."""
    assert not rounded_off(Fraction(typed), digits, Fraction(key), None)


@pytest.mark.parametrize(
    ("typed", "key"),
    [("6.300000000000001", Fraction(63, 10)), ("0.30000000000000004", Fraction(3, 10)),
     ("0.333333333333", Fraction(1, 3)), ("-0.6666666666666666", Fraction(-2, 3)),
     ("5.551115123125783e-17", Fraction(0))],
)  # fmt: skip
def test_the_noise_of_floats_is_no_error(typed, key):
    """What Python prints for 2.1·3 is 6.3, and twelve digits alike are the same number."""
    assert equal(Fraction(typed), key)


@pytest.mark.parametrize(
    ("typed", "key"), [("0.33333333333", Fraction(1, 3)), ("6.3000001", Fraction(63, 10)), ("0.001", 0)]
)
def test_fewer_digits_alike_are_not_the_same_number(typed, key):
    """Eleven threes are still no third."""
    assert not equal(Fraction(typed), Fraction(key))


def test_nothing_is_near_zero():
    """Where the key is 0 and three digits are asked for, 0.01 and 0.001 are numbers of their own; 0.000 is 0."""
    assert [equal(Fraction(text), 0, 3) for text in ("0", "0.000", "0.001", "0.01", "-0.01")] == [True, True] + [
        False
    ] * 3


def test_formulas_by_value():
    """2cos(x)x and x·2·cos(x) are one formula; numbers are formulas too."""
    x = Name("x")
    assert equal(2 * cos(x) * x, x * 2 * cos(x)) and not equal(2 * cos(x), 2 * x)
    assert equal(Fraction(2), x - x + 2)
