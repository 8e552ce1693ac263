"""Chapter 1: the curriculum's numbers, and every key computed a second way."""

import math
from fractions import Fraction

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import elementwise_grad, grad, jacobian

from autograder import pages
from autograder.marking.pages import mark


def shown(slug: str) -> list[str]:
    return [box.shown for box in pages.load(f"gradients/{slug}").sheet().boxes]


# -- the curriculum's canonical numbers --------------------------------------------------------------------------------


def test_one_weight():
    """A nudge of 1 at X = 2 changes the output by 2, and their ratio is 2."""
    assert shown("one-weight")[1:] == ["2", "2"]


def test_three_nudges():
    """At X = 3 the nudge 2 → 4 gives 6 and 3, the nudge 2 → 2.1 gives 6.3, 0.3 and 3."""
    assert shown("bigger-nudge") == ["2", "6", "12", "6", "3"]
    assert shown("smaller-nudge") == ["6.3", "0.3", "0.1", "3", "3"]


def test_several_weights():
    """8/2 = 4 and 6/2 = 3; each ratio reveals one input."""
    changes, ratios = shown("one-at-a-time")[::2], shown("one-at-a-time")[1::2]
    assert changes[:2] == ["8", "6"] and ratios[:2] == ["4", "3"]


def test_ratios_read_backwards():
    """8/4 = 2 = X₁, 4/2 = 2 = X₂, −6/−2 = 3 = X₃; the nudge itself is a box."""
    assert shown("reveals-input") == ["4", "2", "-2", "2", "2", "3"]


def test_column_form():
    """[8, 2] = [2, ½]·4."""
    assert shown("column-of-changes")[:2] == ["8", "2"]


def test_all_weights_at_once():
    """ΔW = (2, −1, 1) and X = (2, 2, 2) give the products (4, −2, 2) and the sum 4."""
    assert shown("all-at-once") == ["4", "-2", "2", "4"]


def test_two_neurons():
    """Products [[4, 5], [−2, 10]], sums (9, 8)."""
    assert shown("two-neurons") == ["4", "5", "-2", "10", "9", "8"]


def test_two_neurons_three_inputs():
    """Products [[4, 5, 3], [2, 10, −1]] (the first printed), sums (12, 11), and the row (2, 5, 1) for each neuron."""
    assert shown("three-inputs") == ["5", "3", "2", "10", "-1", "12", "11", *["2", "5", "1"] * 2]


def test_from_the_secant_to_the_rule():
    """The ratios of x² at 3 are 7, 6.5, 6.1 and settle on 6; in letters 2x + h settles on 2x; x⁵ has the slope 5x⁴."""
    assert shown("secant") == ["7", "7", "3.25", "6.5", "0.61", "6.1", "6", "2x·h + h^2", "2x + h", "2x", "-8"]
    assert shown("power-rule")[2:4] + shown("power-rule")[-2:-1] == ["3x^2·h", "3x^2", "5x^4"]


def test_gradient_of_two_variables():
    """∇(x² + cos y) = (2x, −sin y)."""
    assert shown("two-variables")[:2] == ["2x", "-sin(y)"]


# -- one slip, one point -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("slug", "answers", "slipped"),
    [
        ("one-variable", {3: "x^2 - 5", 4: "-1"}, {3}),  # the number is what the formula gives
        ("two-variables", {3: "2x", 4: "x^2", 5: "6", 6: "9"}, {3}),
        ("reveals-input", {2: "4", 5: "4"}, {2}),
        ("both-ways", {1: "12", 2: "19", 3: "-7", 4: "13", 5: "-1", 7: "-0.61", 9: "-0.01"}, {3}),  # each the other way
    ],
)
def test_a_slip_is_carried_through_the_page(slug, answers, slipped):
    """Whoever works on from a slip, or keeps to it, loses its one point."""
    verdicts = mark(f"gradients/{slug}", answers).verdicts
    assert {v.box for v in verdicts if v.text and v.state not in ("right", "follows")} == slipped


# -- every key a second way --------------------------------------------------------------------------------------------


def line(x):
    return lambda w: w * x


def central(f, x, h=1e-5):
    return (f(x + h) - f(x - h)) / (2 * h)


def formula(f, names):
    """A key given by autograd: the partial derivatives of f, as functions of a dict of values."""
    return [lambda at, i=i: float(grad(f, i)(*[at[n] for n in names])) for i in range(len(names))]


def poly(c):
    return lambda x: x ** c["m"] - c["k"] * x + c["c"]


def partial(f, name, at):
    """A partial derivative of a page's formula by a central difference, exact where the formula is rational."""
    h = Fraction(1, 10**6)
    up, down = (f.evaluate(at | {name: at[name] + step}) for step in (h, -h))
    return float((up - down) / (2 * h))


def gradient_of(f, names):
    """The keys of ∇f, as functions of a dict of values."""
    return [lambda at, name=name: partial(f, name, {n: Fraction(v) for n, v in at.items()}) for name in names]


def sums(c):
    dw, x = np.asarray(c["ΔW"]), np.asarray(c["X"])
    z = lambda w: anp.dot(w, x)  # noqa: E731 - a neuron or a layer of them
    change = z(np.zeros_like(dw) + dw) - z(np.zeros_like(dw))
    single = [np.sum(z(dw * mask)) for mask in _units(dw.shape)]
    return np.reshape(single, dw.shape), change


def _units(shape):
    for index in np.ndindex(shape):
        mask = np.zeros(shape)
        mask[index] = 1
        yield mask


def three_inputs(c):
    single, change = sums(c)
    slopes = [jacobian(lambda w: anp.dot(w, c["X"]))(row) for row in np.asarray(c["ΔW"])]
    return [single[0, 1:], single[1], change, slopes]


def three_neurons(c):
    single, change = sums(c)
    return [c["ΔW"][2], single[:2], change]


def two_variables(c):
    at = {"x": Fraction(c["point"][0]), "y": Fraction(c["point"][1])}
    return [*gradient_of(c["f"], "xy"), *gradient_of(c["g"], "xy"), [partial(c["g"], n, at) for n in "xy"]]


def network_slopes(c):
    a = c["a"]
    exponential = elementwise_grad(lambda x: anp.exp(a * x))
    return [
        lambda at: float(exponential(at["x"])),
        lambda at: central(lambda x: np.sin(x * x), at["x"]),
        *formula(lambda x, y: x * anp.exp(a * y), "xy"),
    ]


def both_ways(c):
    x, h = c["x"], np.array([1.0, 0.1])
    slope = grad(lambda t: t**3)(x)
    one, two = 3 * x**2 + 3 * x * h + h**2, 3 * x**2 + h**2  # the binomial formula, divided out by hand
    return [slope, np.stack([one, one - slope, two, two - slope], axis=1)]


def limit(f, at, names="x"):
    """The slope of f at a dict of values, by halving nudges and extrapolating: no rule of differentiation in it."""
    ratio = lambda h: (f(at["x"] + h) - f(at["x"] - h)) / (2 * h)  # noqa: E731
    return (4 * ratio(5e-4) - ratio(1e-3)) / 3


def secant(c):
    square = np.poly1d([1, 0, 0])
    rows = [(square(c["x"] + h) - square(c["x"]), (square(c["x"] + h) - square(c["x"])) / h) for h in (1, 0.5, 0.1)]
    change = lambda at: (at["x"] + at["h"]) ** 2 - at["x"] ** 2  # noqa: E731
    slope = lambda at: limit(square, at)  # noqa: E731
    return [rows, square.deriv()(c["x"]), change, lambda at: change(at) / at["h"], slope, square.deriv()(c["x'"])]


def power_rule(c):
    """The coefficients of (x + h)^n are those of a polynomial in h whose root −x is taken n times."""
    n = int(c["n"])
    of_h = lambda power, at: np.poly(np.full(power, -at["x"]))[power - 1]  # noqa: E731 - what stands before h
    return [
        lambda at: at["x"] * of_h(2, at) * at["h"],
        lambda at: at["h"] * at["x"] ** 2,
        lambda at: of_h(3, at) * at["h"],
        lambda at: of_h(3, at),
        np.poly(-np.ones(n))[n - 1],
        n - 1,
        lambda at: of_h(n, at),
        np.poly1d([1.0] + [0] * int(c["k"] + 1)).order,
    ]


def sums_and_factors(c):
    x, f, g = c["x"], np.poly1d([1, 0, 0]), np.poly1d([1, 0, 0, 0])
    made = [f + g, c["k"] * f, f + c["c"]]
    changes = [p(x + 0.1) - p(x) for p in made]
    return [changes, f.deriv()(x), g.deriv()(x), [p.deriv()(x) for p in made], (f * g).deriv()(x)]


def new_curves(c):
    h, a = c["h"], c["a"]
    series = sum(h**k / math.factorial(k) for k in range(1, 12))
    return [
        series, series / h, 1, lambda at: limit(np.exp, at), np.imag(np.exp(1j * h)) / h,
        lambda at: limit(np.sin, at), lambda at: limit(np.cos, at), (a * (1 + h) - a) / h,
        lambda at: limit(lambda x: np.exp(a * x), at),
    ]  # fmt: skip


INDEPENDENT = {
    "one-weight": lambda c: [line(c["X"])(c["W"] + 1), grad(line(c["X"]))(c["W"]), grad(line(c["X"]))(c["W"])],
    "bigger-nudge": lambda c: [
        c["ΔW"], line(c["X"])(c["W"]), line(c["X"])(c["W"] + c["ΔW"]), c["ΔW"] * grad(line(c["X"]))(c["W"]),
        central(line(c["X"]), c["W"])],
    "smaller-nudge": lambda c: [
        line(c["X"])(c["W"] + c["ΔW"]), c["ΔW"] * grad(line(c["X"]))(c["W"]), c["ΔW"], central(line(c["X"]), c["W"]),
        c["X"]],
    "shrinking-nudge": lambda c: [(line(c["X"])(h), grad(line(c["X"]))(1.0)) for h in (1, 0.1, 0.01)],
    "one-at-a-time": lambda c: [np.stack([sums(c)[0], grad(lambda w: anp.dot(w, c["X"]))(np.ones(3))], axis=1)],
    "reveals-input": lambda c: [
        c["ΔW"][0], grad(lambda w: anp.dot(w, c["X"]))(np.ones(3))[1], c["ΔW"][2], c["X"]],
    "column-of-changes": lambda c: [
        jacobian(line(c["X"]))(np.ones(2)) @ c["ΔW"], c["ΔW'"], grad(line(c["X''"]))(1.0)],
    "all-at-once": lambda c: [*sums(c)],
    "missing-nudge": lambda c: [c["ΔW"][:2], c["X"][2], sums(c)[1]],
    "two-neurons": lambda c: [*sums(c)],
    "three-inputs": three_inputs,
    "three-neurons": three_neurons,
    "step-back": lambda c: [
        grad(lambda w: anp.dot(w, c["X"]))(np.ones(3)),
        jacobian(lambda w: anp.dot(w, c["X"]))(np.ones((3, 3)))[2, 2]],
    "secant": secant,
    "power-rule": power_rule,
    "sums-and-factors": sums_and_factors,
    "new-curves": new_curves,
    "one-variable": lambda c: [
        lambda at: central(lambda x: x ** c["n"], at["x"]), lambda at: grad(lambda x: c["k"] * x ** c["m"])(at["x"]),
        lambda at: grad(poly(c))(at["x"]), grad(poly(c))(c["x"])],
    "two-variables": two_variables,
    "network-slopes": network_slopes,
    "gradient-check": lambda c: [
        grad(lambda x: x**2)(c["x"]), (c["x"] + 1) ** 2, (c["x"] - 1) ** 2, central(lambda x: x**2, c["x"], 1.0),
        ((c["x"] + 1) ** 2 - c["x"] ** 2) / 1],
    "both-ways": both_ways,
}  # fmt: skip


@pytest.mark.parametrize("page", pages.chapter_pages("gradients"), ids=lambda page: page.slug)
def test_keys_agree_with_a_second_computation(page, agrees):
    """Every key of every page, over many variants, is what automatic or numerical differentiation gives."""
    agrees(page.slug, INDEPENDENT[page.slug.partition("/")[2]])
