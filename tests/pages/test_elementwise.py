"""Chapter 3: the curriculum's facts, and every key computed a second way: complex steps and SymPy."""

import numpy as np
import pytest
import sympy

from autograder import pages
from autograder.layout import Shape
from autograder.marking.pages import mark


def shown(slug: str) -> list[str]:
    return [box.shown for box in pages.load(f"elementwise/{slug}").sheet().boxes]


# -- the curriculum's facts --------------------------------------------------------------------------------------------


def test_only_the_diagonal_is_left():
    """The Jacobian of an operation entry by entry vanishes off the diagonal; that of mixed-up entries does not."""
    assert shown("which-vanish") == ["diagonal", "column 2", "all", "2", "3", "1"]


def test_slopes_of_the_operations():
    """By v: 1, 1, w, 1/w; by w: 1, −1, v, −v/w²; the maximum passes one of the two."""
    assert shown("five-operations")[:8] == ["1", "1", "1", "-1", "w", "v", "1/w", "-v/w^2"]
    assert shown("five-operations")[10:] == ["1", "0"]


def test_a_comparison_has_derivative_zero():
    """v < w gives 1, 0, 1, before and after a small nudge; every slope is 0, and there is none where v = w."""
    assert shown("comparison") == ["1", "1", "0", "0", "0", "0", "1", "1", "0", "0", "v = w"]


def test_hadamard_product():
    """∂(v ⊙ w)/∂v = diag(w), ∂(v ⊙ w)/∂w = diag(v)."""
    assert shown("hadamard")[3:] == ["5", "3", "-7", "2", "-4", "6"]


def test_scalar_expansion():
    """∂F/∂x is v for times, 1 for plus, −1 for minus: three outputs and one input, a 3×1 shape."""
    assert shown("scalar-operations")[:5] == ["3", "-6", "2", "1", "-1"]
    assert shown("scalar-operations")[8:] == ["3×1", "3×3"]


def test_sums():
    """∂S/∂v = (1, 1, 1, 1); with g = 2v every slope is 2, for the mean of four it is a quarter."""
    assert shown("sums")[2:6] == ["1"] * 4 and shown("sums")[7:] == ["2", "0.25"]


def test_ones_times_a_diagonal():
    """1ᵀ·diag(x) = xᵀ for x = (4, −7, 2)."""
    assert shown("ones-times-diagonal")[3:6] == ["4", "-7", "2"]


def test_the_smaller_numbers_cost_three_points():
    """The slopes follow from the numbers that were taken, the larger ones or not."""
    smaller = dict(enumerate(("-3", "-2", "2", "0", "1", "0", "1", "0", "1"), 1))
    assert mark("elementwise/maximum", smaller).points == 6


def test_a_wrong_diagonal_is_carried_into_the_row():
    """A wrong entry of diag(x) comes out of the product again, and costs one point."""
    marks = mark("elementwise/ones-times-diagonal", {1: "5", 4: "5"})
    assert [marks.verdicts[n - 1].state for n in (1, 4)] == ["wrong", "follows"]


# -- every key a second way --------------------------------------------------------------------------------------------


def slopes(f, x):
    """The Jacobian of f at x by complex steps: exact to the last digit, and no rule of differentiation in it."""
    x = np.asarray(x, dtype=float)
    columns = [np.imag(f(x + 1e-30j * unit)) / 1e-30 for unit in np.eye(x.size).reshape(-1, *x.shape)]
    return np.stack(columns, axis=-1)


def diagonal(jacobian):
    """What stands on the diagonal; off it there is nothing but zeros."""
    assert np.array_equal(jacobian, np.diag(np.diagonal(jacobian)))
    return np.diagonal(jacobian)


def larger(v, w):
    return np.where(np.real(v) > np.real(w), v, w)


def less(v, w):
    """The comparison as a step, which does not look at the imaginary part."""
    return (np.real(v) < np.real(w)) * 1.0


OPERATIONS = {
    "+": lambda v, w: v + w,
    "−": lambda v, w: v - w,
    "·": lambda v, w: v * w,
    "÷": lambda v, w: v / w,
}
V, W = np.array([1.3, 2.7, 5.1]), np.array([0.7, 3.1, 1.9])


def pattern(jacobian):
    """Which entries are not 0, in the words of the page."""
    full = jacobian != 0
    for words, where in {"diagonal": np.eye(3) > 0, "all": np.ones((3, 3)) > 0}.items():
        if np.array_equal(full, where):
            return words
    [column] = np.flatnonzero(full.any(axis=0))
    assert full[:, column].all()
    return f"column {column + 1}"


def which_vanish(c):
    operation, k, order = OPERATIONS[c["operation"]], c["k"] - 1, list(c["order"])
    inside = (lambda v: v, lambda v: np.full(3, v[k]), lambda v: np.full(3, np.sum(v)), lambda v: v[order])
    own, same, every, mixed = (slopes(lambda v, g=g: operation(g(v), W), V) for g in inside)
    assert np.all(np.count_nonzero(mixed, axis=1) == 1)
    return [pattern(own), pattern(same), pattern(every), np.argmax(np.abs(mixed), axis=1) + 1]


def entry_by_entry(c):
    v, w = c["v"], c["w"]
    after = np.array(v)
    after[c["place"]] += c["nudge"]
    return [np.multiply(v, w), np.multiply(after, w) - np.multiply(v, w)]


SYMBOLS = sympy.symbols("v w")
FORMULAS = [
    sympy.lambdify(SYMBOLS, sympy.diff(f, name))
    for name in SYMBOLS
    for f in (SYMBOLS[0] + SYMBOLS[1], SYMBOLS[0] - SYMBOLS[1], SYMBOLS[0] * SYMBOLS[1], SYMBOLS[0] / SYMBOLS[1])
]


def five_operations(c):
    v, w = np.array([c["v"]]), np.array([c["w"]])
    both = lambda f: [slopes(lambda v: f(v, w), v), slopes(lambda w: f(v, w), w)]  # noqa: E731
    formulas = [lambda at, f=f: float(f(at["v"], at["w"])) for f in FORMULAS]
    by_row = [formulas[i + place] for i in range(4) for place in (0, 4)]
    return [*by_row, *both(OPERATIONS["÷"]), *both(larger)]


def sum_and_difference(c):
    v, w, a, b = c["v"], c["w"], c["a"], c["b"]
    by_v, by_w = slopes(lambda v: a * v - b * w, v), slopes(lambda w: a * v - b * w, w)
    return [slopes(lambda v: v + w, v), diagonal(by_v), diagonal(by_w)]


def quotient(c):
    v, w = np.asarray(c["v"]), np.asarray(c["w"])
    return [v / w, diagonal(slopes(lambda v: v / w, v)), diagonal(slopes(lambda w: v / w, w))]


def maximum(c):
    v, w = c["v"], c["w"]
    return [larger(v, w), diagonal(slopes(lambda v: larger(v, w), v)), diagonal(slopes(lambda w: larger(v, w), w))]


def comparison(c):
    v, w = np.asarray(c["v"]), np.asarray(c["w"])
    jacobian = slopes(lambda v: less(v, w), v)
    assert np.all(jacobian == 0)
    jumps = [sign for sign, v in {"<": w - 1, "=": w, ">": w + 1}.items() if np.any(less(v - 1e-9, w) != less(v, w))]
    lines = np.stack([less(v, w), less(v + 0.1, w), np.diagonal(jacobian)], axis=1)
    return [lines, jacobian[0, 0], f"v {jumps[0]} w"]


def hadamard(c):
    v, w = c["v"], c["w"]
    return [np.multiply(v, w), diagonal(slopes(lambda v: v * w, v)), diagonal(slopes(lambda w: v * w, w))]


def hadamard_backwards(c):
    v, w, a, b = c["v"], c["w"], np.asarray(c["a"]), c["b"]
    inside = slopes(lambda a: np.square(a) * b, a)
    return [w, v, np.multiply(v, w), diagonal(slopes(np.square, a)), diagonal(inside)]


def scalar_product(c):
    v, x = np.asarray(c["v"]), c["x"]
    f = lambda v, x: v * (np.ones(3) * x)  # noqa: E731
    return [np.full(3, x), f(v, x), diagonal(slopes(lambda v: f(v, x), v)), slopes(lambda x: f(v, x), x)]


def scalar_operations(c):
    v, x = np.asarray(c["v"]), c["x"]
    three = [OPERATIONS[sign] for sign in "·+−"]
    by_x = [slopes(lambda x, f=f: f(v, x), x) for f in three]
    by_v = [slopes(lambda v, f=f: f(v, x), v) for f in three]
    plus, minus = (set(np.ravel(jacobian)) for jacobian in by_x[1:])
    return [by_x[0], *plus, *minus, [diagonal(jacobian)[0] for jacobian in by_v], Shape(by_x[0].reshape(3, -1).shape),
            Shape(by_v[0].shape)]  # fmt: skip


def sums(c):
    v, k = np.asarray(c["v"]), c["k"]
    after = v + c["nudge"] * np.eye(4)[2]
    return [v.sum(), after.sum() - v.sum(), slopes(np.sum, v), Shape((1, 4)), slopes(lambda v: np.sum(k * v), v)[0],
            slopes(np.mean, v)[0]]  # fmt: skip


def sum_of_functions(c):
    n, v = int(c["n"]), np.asarray(c["v"])
    s = lambda v: np.sum(v**n)  # noqa: E731
    formulas = [lambda at, i=i: slopes(s, [at[f"v_{k}"] for k in (1, 2, 3)])[i] for i in range(3)]
    return [*formulas, slopes(s, v), s(v)]


def ones_times_diagonal(c):
    x = c["x"]
    jacobian = slopes(lambda w: w * x, np.ones(3))
    ones = slopes(np.sum, x)
    return [diagonal(jacobian), slopes(lambda w: np.sum(w * x), np.ones(3)), Shape(ones[None].shape),
            Shape(jacobian.shape), Shape((ones[None] @ jacobian).shape), c["y"]]  # fmt: skip


def sum_of_products(c):
    w, x = np.asarray(c["w"]), np.asarray(c["x"])
    return [w * x, np.dot(w, x), slopes(np.sum, w * x), diagonal(slopes(lambda w: w * x, w)),
            slopes(lambda w: np.sum(w * x), w), slopes(lambda x: np.sum(w * x), x)]  # fmt: skip


INDEPENDENT = {
    "entry-by-entry": entry_by_entry,
    "which-vanish": which_vanish,
    "five-operations": five_operations,
    "sum-and-difference": sum_and_difference,
    "quotient": quotient,
    "maximum": maximum,
    "comparison": comparison,
    "hadamard": hadamard,
    "hadamard-backwards": hadamard_backwards,
    "scalar-product": scalar_product,
    "scalar-operations": scalar_operations,
    "sums": sums,
    "sum-of-functions": sum_of_functions,
    "ones-times-diagonal": ones_times_diagonal,
    "sum-of-products": sum_of_products,
}


@pytest.mark.parametrize("page", pages.chapter_pages("elementwise"), ids=lambda page: page.slug)
def test_keys_agree_with_a_second_computation(page, agrees):
    """Every key of every page, over a thousand variants, is what a complex step or SymPy gives."""
    agrees(page.slug, INDEPENDENT[page.slug.partition("/")[2]])
