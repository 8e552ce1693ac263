import math
import random
import subprocess
import sys
import time
from fractions import Fraction

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.engine import expressions as ex
from autograder.engine import same_value as comparing
from autograder.engine.expressions import Expr, Name, as_expr, cos, exp, log, pi, sigmoid, sin, sqrt, tan, tanh
from autograder.engine.gradcheck import central_differences
from autograder.engine.same_value import same_value

w, x, y, z = (Name(name) for name in "wxyz")
third = Fraction(1, 3)


class Boxed(Expr):
    """Stands for another formula, as a box of a page does."""

    def __init__(self, formula):
        self.boxed = formula

    @property
    def formula(self):
        return self.boxed

    def _key(self):
        return self.boxed._key()


@pytest.mark.parametrize(
    "formula, by, printed",
    [
        (x**2 + cos(y), "x", "2x"),
        (x**2 + cos(y), "y", "-sin(y)"),
        (sin(x**2), "x", "2x·cos(x^2)"),
        (2 * x + y**3, "y", "3y^2"),
        (exp(y) - 13 * x, "x", "-13"),
        (exp(y) - 13 * x, "y", "e^y"),
        (log(y**3), "y", "3/y"),
        (sin(x**2 + y), "x", "2x·cos(x^2 + y)"),
        (sin(x**2 + y), "y", "cos(x^2 + y)"),
        (x**3, "x", "3x^2"),
        (1 / x, "x", "-1/x^2"),
        (third * x, "x", "1/3"),
        (x * y * z, "y", "x·z"),
        (sqrt(x), "x", "1/(2sqrt(x))"),
        (tan(x), "x", "1/cos(x)^2"),
        (tanh(x), "x", "1 - tanh(x)^2"),
        (sigmoid(x), "x", "σ(x)·(1 - σ(x))"),
        ((w * x - y) ** 2 / 2, "w", "x·(w·x - y)"),
        (2**x, "x", "ln(2)·2^x"),
        (x**y, "y", "x^y·ln(x)"),
        (exp(-x), "x", "-e^(-x)"),
        (x * cos(x), "x", "cos(x) - x·sin(x)"),
        (x**2, "y", "0"),
        (pi * x, "x", "π"),
    ],
)
def test_derivatives_print_as_a_teacher_writes_them(formula, by, printed):
    """The derivative of x^2 + cos(y) by y is printed -sin(y)."""
    assert str(formula.derivative(by)) == printed


@pytest.mark.parametrize(
    "formula, printed",
    [
        (x + x, "2x"),
        (x - x, "0"),
        (x * x, "x^2"),
        (x / x, "1"),
        (0 * x, "0"),
        (x * 1 + 0, "x"),
        (x * y + y * x, "2x·y"),
        (cos(x) * x * 2, "2x·cos(x)"),
        (2 * x / (3 * y), "2x/(3y)"),
        (x / 3, "1/3·x"),
        (0.1 * x, "1/10·x"),
        (x - (y - z), "x - (y - z)"),
        (5 - (x + y) * 2, "5 - 2(x + y)"),
        (-(x - y), "-(x - y)"),
        ((-x) ** 2, "x^2"),
        ((x + 1) ** 2, "(x + 1)^2"),
        (as_expr(-2) ** y, "(-2)^y"),
        (x ** (y**2), "x^(y^2)"),
        (x**-1, "1/x"),
        (x**third, "x^(1/3)"),
        (2 * 3**x, "2·3^x"),
        (2 * Name("e1"), "2·e1"),
        (exp(x) ** 2, "e^(2x)"),
        (ex.E**x, "e^x"),
        (ex.E * x, "e·x"),
        (exp(as_expr(0)) + cos(as_expr(0)), "2"),
        (sigmoid(x), "σ(x)"),
        (as_expr(0.7310585786300049), "0.7310585786300049"),
        (1 / (x - x), "undefined"),
    ],
)
def test_formulas_tidy_themselves_up(formula, printed):
    """Numbers are collected, like terms added, and nothing is expanded."""
    assert str(formula) == printed


def test_a_variable_called_e_is_not_eulers_number():
    """On a page with a variable e, the exponential is printed exp(x)."""
    e = Name("e")
    assert str(e * exp(x)) == "e·exp(x)"
    assert exp(x).text(names=("e", "x")) == "exp(x)"


def test_formulas_are_values():
    """Equal formulas are equal and hash alike whatever the order of terms; they cannot be changed."""
    assert x * y + 1 == 1 + y * x and hash(x * y + 1) == hash(1 + y * x)
    assert len({x + y, y + x, x}) == 2
    assert x != y and x + y != x * y and sin(x) != cos(x) and x != "x"
    with pytest.raises(AttributeError):
        x.name = "y"
    with pytest.raises(AttributeError):
        (x + y).terms = ()


def test_names_are_those_that_are_left():
    """What cancels is no variable of the formula any more."""
    assert (x * sin(y) + z**2).names == {"x", "y", "z"}
    assert (x - x + y).names == {"y"}


def test_rational_formulas_are_evaluated_exactly():
    """With whole numbers and fractions there is no rounding."""
    value = ((x + third) ** 2 / y).evaluate({"x": third, "y": 7})
    assert isinstance(value, Fraction) and value == Fraction(4, 63)
    assert type((x**2 + cos(y)).evaluate({"x": 2, "y": 0.5})) is float
    assert (x**2 + cos(y)).evaluate({"x": 2, "y": 0.5}) == 4 + math.cos(0.5)


@pytest.mark.parametrize(
    "formula, at",
    [(1 / x, 0), (log(x), 0), (log(x), -1), (sqrt(x), -2), (x**0.5, -2), (1 / (x - 3), 3), (sin(x), math.inf)],
)
def test_outside_its_domain_a_formula_is_nan(formula, at):
    """ln(-1) is nan, not an exception."""
    assert math.isnan(formula.evaluate({"x": at}))


def test_values_beyond_floats_are_infinite_or_nan():
    """e^1000 is infinite; e^-1000 is not called zero, because it is not."""
    assert exp(x).evaluate({"x": 1000}) == math.inf
    assert math.isnan(exp(x).evaluate({"x": -1000}))
    assert sigmoid(x).evaluate({"x": 1000}) == 1.0


def test_a_variable_without_a_value_is_the_authors_mistake():
    """The KeyError names the variable."""
    with pytest.raises(KeyError, match="y"):
        (x + y).evaluate({"x": 1})


def test_substitution_happens_all_at_once():
    """x and y can be swapped; the result is tidied up; 1/x at 0 is undefined."""
    assert (x - 2 * y).substitute({"x": y, "y": x}) == y - 2 * x
    assert str(sin(x * y).substitute({"x": 2})) == "sin(2y)"
    assert str((x**2).substitute({"x": third})) == "1/9"
    assert str((1 / x).substitute({"x": 0})) == "undefined"
    assert (pi * x).substitute({"x": y}) == pi * y


def test_only_numbers_and_formulas_combine():
    """Text, None and nan are refused, as an author's mistakes."""
    with pytest.raises(TypeError):
        x + "y"
    with pytest.raises(TypeError, match="names and numbers"):
        as_expr("y")
    with pytest.raises(ValueError, match="finite"):
        x + math.nan


def test_numbers_of_every_kind_combine_on_either_side():
    """int, float, Fraction and NumPy's scalars all give formulas."""
    for two in (2, 2.0, Fraction(2), np.float64(2), np.int64(2)):
        assert two * x == x * two == x + x
        assert two - x == -(x - two) + 0 or same_value(two - x, -(x - two))
        assert x / two == Fraction(1, 2) * x
        assert (two**x).evaluate({"x": 3}) == 8


def test_arrays_of_formulas_use_numpys_functions():
    """A layer with symbolic weights is computed by the same matrix product as one with numbers."""
    weights = np.array([[w, 2], [0, x]], dtype=object)
    first, second = np.tanh(weights @ np.array([y, z]))
    assert str(first) == "tanh(w·y + 2z)" and str(second) == "tanh(x·z)"
    assert list(np.array([1, 2]) * x) == [x, 2 * x]


def test_functions_of_plain_numbers_are_floats():
    """sin(0.5) is a number, as in math; ln(-1) is nan."""
    assert sin(0.5) == math.sin(0.5) and math.isnan(log(-1.0))
    assert sigmoid(-1000) == pytest.approx(0) or math.isnan(sigmoid(-1000))


def test_a_formula_in_a_box_is_that_formula():
    """A subclass that stands for a formula disappears as soon as one computes with it."""
    boxed = Boxed(x**2)
    for made in (boxed + x, x + boxed, sin(boxed), x * boxed, x / boxed, boxed**2, x.substitute({"x": boxed})):
        assert "Boxed" not in repr(made)
        assert made.derivative("x").names <= {"x"}
    assert boxed == x**2 and x**2 == boxed and hash(boxed) == hash(x**2)


@pytest.mark.parametrize("name", ex.FUNCTIONS)
def test_the_slope_of_a_formula_is_the_slope_of_the_number(name):
    """What is written for u is at u = 0.2, 0.7, 1.1 what the table of slopes says for the number, and nudging too."""
    function = ex.FUNCTIONS[name]
    formula = ex.apply(name, x).derivative("x")
    for u in (0.2, 0.7, 1.1):
        written = formula.evaluate({"x": u})
        assert written == pytest.approx(function.slope_at(u), rel=1e-14)
        assert written == pytest.approx(central_differences(function.value_at, u), rel=1e-8)


@pytest.mark.parametrize(
    "left, right",
    [
        (1 / x * x, 1),
        (sin(x) ** 2 + cos(x) ** 2, 1),
        (sin(x) ** 2 + cos(x) ** 2 - 1, 0),
        (tan(x), sin(x) / cos(x)),
        (log(y**3), 3 * log(y)),
        (log(x**2), 2 * log(x)),
        (exp(x) * exp(y), exp(x + y)),
        (((exp(x) + exp(-x)) ** 2 - (exp(x) - exp(-x)) ** 2) / 4, 1),
        (tanh(x), (exp(2 * x) - 1) / (exp(2 * x) + 1)),
        (sigmoid(x), 1 / (1 + exp(-x))),
        ((x + y) ** 2, x**2 + 2 * x * y + y**2),
        ((x**2 - 1) / (x - 1), x + 1),
        (log(x) * log(y) * log(z) * log(w), log(w) * log(z) * log(y) * log(x)),
        (sqrt(1 - x**2) * sqrt(1 - x**2), 1 - x**2),
        (log(-x), log(-2 * x) - log(2)),
        (log(log(x)), log(log(x) ** 2) / 2),
        (x**0.5, sqrt(x)),
        (sqrt(2) * x, sqrt(as_expr(2)) * x),
        (as_expr(1) / 2, 0.5),
        (x**50, x**25 * x**25),
        (x**1000, (x**500) ** 2),
        (2 * sqrt(as_expr(3)), sqrt(as_expr(12))),
    ],
)
def test_different_ways_to_write_one_function_agree(left, right):
    """sin² + cos² is 1, whatever rounding does."""
    assert same_value(left, right) and same_value(right, left)


@pytest.mark.parametrize(
    "left, right",
    [
        (2 * x + 1e-7, 2 * x),
        (2 * x + Fraction(1, 10**30), 2 * x),
        (sin(x) + 1e-7, sin(x)),
        (x**50, x**51),
        (x**1000, x**1001),
        (sqrt(x**2), x),
        (x, -x),
        (x, y),
        (exp(as_expr(-1000)), 0),
        (exp(-(x**2)) / 10**6, 0),
        (1 / x, 1 / (x + Fraction(1, 10**12))),
        (cos(x), 1 - x**2 / 2),
        (pi, Fraction(355, 113)),
        (sin(997 * 1000 * pi * x), 0),
        (log(-1 - x**2), log(-2 - x**2)),
        (1 / (x - x), 1 / (x - x)),
        (log(x), log(-x)),
    ],
)
def test_different_functions_differ(left, right):
    """A thousandth of a thousandth too much is noticed, and what has no value anywhere equals nothing."""
    assert not same_value(left, right) and not same_value(right, left)


def test_no_polynomial_can_be_made_to_fit_the_points():
    """The points depend on the formulas, so adding a product of zeros at known points does not help."""
    key = 2 * x
    for extra in range(2):
        points = comparing.comparison_points(["x"], None, f"{key + extra} = {key}")
        fitted = key
        for point in points:
            fitted = fitted + (x - point["x"])
        product = as_expr(1)
        for point in points:
            product = product * (x - point["x"])
        assert not same_value(key + product, key)


def test_a_domain_restricts_the_arguments():
    """sqrt(x²) is x as long as x is positive."""
    assert same_value(sqrt(x**2), x, domain=(1, 5))
    assert not same_value(sqrt(x**2), x, domain=(-5, -1))


def test_the_engine_loads_nothing_but_numpy():
    """A clean interpreter that imports the formulas holds no SymPy, Matplotlib or IPython."""
    code = "import sys, autograder.engine.expressions; print({'sympy', 'matplotlib', 'IPython'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "set()"


# Against SymPy ------------------------------------------------------------------------------------------------------

SYMPY = {"sin": sympy.sin, "cos": sympy.cos, "tanh": sympy.tanh, "exp": sympy.exp}
OURS = {"sin": sin, "cos": cos, "tanh": tanh, "exp": exp}
OPERATIONS = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / (b * b + 2),  # never a division by zero
}

leaves = st.sampled_from("xy") | st.integers(-3, 3) | st.fractions(-2, 2, max_denominator=5)
trees = st.recursive(
    leaves,
    lambda part: (
        st.tuples(st.sampled_from(sorted(OPERATIONS)), part, part)
        | st.tuples(st.sampled_from(sorted(OURS)), part)
        | st.tuples(st.just("^"), part, st.integers(0, 4))
    ),
    max_leaves=7,
)


def build(tree, functions, name, number):
    if isinstance(tree, str):
        return name(tree)
    if not isinstance(tree, tuple):
        return number(tree)
    if tree[0] == "^":
        return build(tree[1], functions, name, number) ** tree[2]
    parts = [build(part, functions, name, number) for part in tree[1:]]
    return functions[tree[0]](*parts) if tree[0] in functions else OPERATIONS[tree[0]](*parts)


def ours(tree):
    return build(tree, OURS, Name, as_expr)


def sympys(tree):
    return build(tree, SYMPY, sympy.Symbol, lambda n: sympy.Rational(str(n)))


def close(ours_, theirs, point):
    """Whether a value agrees with SymPy's, computed to thirty digits."""
    value = ours_.evaluate(point)
    exact = theirs.subs({name: sympy.Rational(str(at)) for name, at in point.items()}).evalf(30)
    if isinstance(value, float) and not math.isfinite(value):
        return abs(exact) > 1e300 or abs(exact) < 1e-300
    scale = max(1, abs(exact))
    return abs(sympy.Rational(str(value)) - exact) <= 1e-6 * scale or abs(exact) > 1e12


@settings(max_examples=250, derandomize=True, deadline=None)
@given(trees)
def test_values_and_derivatives_agree_with_sympy(tree):
    """SymPy is the second opinion on values and on derivatives by each variable."""
    formula, theirs = ours(tree), sympys(tree)
    point = {"x": Fraction(3, 7), "y": Fraction(-5, 4)}
    assert close(formula, theirs, point)
    for name in "xy":
        assert close(formula.derivative(name), sympy.diff(theirs, sympy.Symbol(name)), point)


@settings(max_examples=300, derandomize=True, deadline=None)
@given(trees)
def test_comparison_and_printing_are_never_slow(tree):
    """Ten milliseconds are plenty to compare a formula with itself and with its double."""
    formula = ours(tree)
    for _ in range(3):
        start = time.perf_counter()
        same_value(formula, formula), same_value(formula, 2 * formula), str(formula)
        if time.perf_counter() - start < 0.05:
            return
    raise AssertionError(f"slow three times: {formula}")


def test_immense_formulas_are_evaluated_at_once():
    """9^99 to the 99 to the 99, and a polynomial of degree a million, take no time and raise nothing."""
    start = time.perf_counter()
    tower = ((as_expr(9) ** 99) ** 99) ** 99
    power = ((x**100) ** 100) ** 100
    chance = random.Random(1)
    for formula in (tower, power, tower * x, power + y, 1 / tower):
        formula.evaluate({"x": chance.random(), "y": 2})
        formula.evaluate({"x": Fraction(3, 7), "y": Fraction(2)})
        str(formula), repr(formula), same_value(formula, x), formula.derivative("x")
    assert time.perf_counter() - start < 1
