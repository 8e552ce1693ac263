"""Every rule of the table of slopes against HIPS autograd, central differences and the complex step."""

import math

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import grad

from autograder.engine.gradcheck import central_differences, complex_step
from autograder.engine.rules import RULES

# the operation in HIPS autograd, and inputs inside its domain, away from kinks
POSITIVE, ANY = (0.2, 4.0), (-4.0, 4.0)
HIPS = {
    "add": (lambda x, y, z: x + y + z, [ANY] * 3),
    "max": (lambda x, y, z: anp.maximum(anp.maximum(x, y), z), [ANY] * 3),
    "subtract": (lambda x, y: x - y, [ANY] * 2),
    "multiply": (lambda x, y: x * y, [ANY] * 2),
    "divide": (lambda x, y: x / y, [ANY, POSITIVE]),
    "power": (lambda x, p: x**p, [POSITIVE, ANY]),
    "less": (lambda x, y: 0.0 * x * y + float(anp.less(x, y)), [ANY] * 2),
    "copy": (lambda x: 1.0 * x, [ANY]),
    "negate": (lambda x: -x, [ANY]),
    "square": (anp.square, [ANY]),
    "exp": (anp.exp, [ANY]),
    "log": (anp.log, [POSITIVE]),
    "sqrt": (anp.sqrt, [POSITIVE]),
    "sin": (anp.sin, [ANY]),
    "cos": (anp.cos, [ANY]),
    "tan": (anp.tan, [(-1.4, 1.4)]),
    "tanh": (anp.tanh, [ANY]),
    "sigmoid": (lambda x: 1 / (1 + anp.exp(-x)), [ANY]),
    "relu": (lambda x: anp.maximum(0.0, x), [ANY]),
}


def inputs(name, seed, times=1.0):
    """Inputs inside the domain of an operation, or inside ten times that domain."""
    random = np.random.default_rng(seed)
    return [times * float(random.uniform(*domain)) for domain in HIPS[name][1]]


def one_varied(function, xs, index):
    return lambda x: function(*xs[:index], x, *xs[index + 1 :])


def test_every_rule_has_a_second_opinion():
    """No operation is in the table without being compared here."""
    assert set(HIPS) == set(RULES)


@pytest.mark.parametrize("name", RULES)
def test_values_and_slopes_are_those_of_hips_autograd(name):
    """The value and every local gradient agree with HIPS autograd at random points of the domain."""
    function, rule = HIPS[name][0], RULES[name]
    for seed in range(10):
        xs = inputs(name, seed)
        assert rule.value(*xs) == pytest.approx(float(function(*map(np.float64, xs))), rel=1e-13), xs
        slopes = rule.slopes(*xs)
        assert len(slopes) == len(xs)
        for index, slope in enumerate(slopes):
            expected = float(grad(function, index)(*map(np.float64, xs)))
            assert slope == pytest.approx(expected, rel=1e-10, abs=1e-14), (xs, index)


@pytest.mark.parametrize("name", RULES)
def test_slopes_are_those_of_central_differences(name):
    """Nudging each input of our own value gives our own local gradients."""
    xs, rule = inputs(name, 99), RULES[name]
    for index, slope in enumerate(rule.slopes(*xs)):
        nudged = central_differences(one_varied(rule.value, xs, index), xs[index])
        assert slope == pytest.approx(nudged, rel=1e-7, abs=1e-9)


@pytest.mark.parametrize("name", RULES)
def test_slopes_are_those_of_the_complex_step_over_forty(name):
    """Everywhere from −40 to 40 each slope has all its digits: the complex step gives the same to twelve, tails too."""
    rule = RULES[name]
    for seed in range(40):
        xs = inputs(name, seed, times=10.0)
        for index, slope in enumerate(rule.slopes(*xs)):
            stepped = complex_step(one_varied(rule.value, xs, index), xs[index])
            assert slope == pytest.approx(stepped, rel=1e-12, abs=0.0), (xs, index)


@pytest.mark.parametrize("name", ["tanh", "sigmoid"])
def test_a_slope_keeps_its_digits_where_the_value_rounds_to_one(name):
    """At every whole number up to ±40 the slope is that of the complex step, and it is positive: 1 − a·a would be 0."""
    for z in np.arange(-40.0, 41.0):
        (slope,) = RULES[name].slopes(float(z))
        assert 0 < slope == pytest.approx(complex_step(RULES[name].value, z), rel=1e-13, abs=0.0)
    assert 1 - RULES["tanh"].value(20.0) ** 2 == 0.0  # what the test above would catch


def test_max_routes_to_the_winner():
    """The largest input gets everything; of equal ones the first, so max(0, z) has slope 0 in z at 0, like relu."""
    assert RULES["max"].slopes(3.0, 5.0) == (0.0, 1.0)
    assert RULES["max"].slopes(2.0, 7.0, 7.0) == (0.0, 1.0, 0.0)
    assert RULES["max"].slopes(0.0, 0.0)[1] == RULES["relu"].slopes(0.0)[0] == 0.0


def test_multiply_swaps_the_factors():
    """∂(xy)/∂x = y and ∂(xy)/∂y = x."""
    assert RULES["multiply"].slopes(3.0, -2.0) == (-2.0, 3.0)


def test_powers_at_awkward_places():
    """x⁰ is flat even at 0, (−2)³ has slope 12, and a negative base has no slope in the exponent."""
    assert RULES["power"].slopes(0.0, 0.0)[0] == 0.0
    slope, in_exponent = RULES["power"].slopes(-2.0, 3.0)
    assert slope == 12.0 and math.isnan(in_exponent)


@pytest.mark.parametrize("name", ["tanh", "sigmoid", "relu"])
def test_a_thousand_is_finite_and_silent(name):
    """±1000 through the squashing functions."""
    for x in (-1000.0, 1000.0):
        assert math.isfinite(RULES[name].value(x)) and math.isfinite(RULES[name].slopes(x)[0])
