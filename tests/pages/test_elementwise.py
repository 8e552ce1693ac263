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
    keys = shown("which-vanish")
    assert [n for n, key in enumerate(keys[:9]) if key == "not 0"] == [0, 4, 8]
    assert [n for n, key in enumerate(keys[9:]) if key == "not 0"] == [1, 5, 6]


def test_slopes_of_the_operations():
    """By v: 1, 1, w, 1/w; by w: 1, −1, v, −v/w²; the maximum passes one of the two."""
    assert shown("five-operations")[:8] == ["1", "1", "w", "1/w", "1", "-1", "v", "-v/w^2"]
    assert shown("five-operations")[10:] == ["1", "0"]


def test_a_comparison_has_derivative_zero():
    """v < w gives 1, 0, 1, 0, before and after a small nudge; every slope is 0."""
    assert shown("comparison") == ["1", "0", "1", "0"] * 2 + ["0"] * 8


def test_hadamard_product():
    """∂(v ⊗ w)/∂v = diag(w), ∂(v ⊗ w)/∂w = diag(v)."""
    keys = shown("hadamard")
    assert keys[3:12] == ["5", "0", "0", "0", "3", "0", "0", "0", "-7"]
    assert keys[12:] == ["2", "0", "0", "0", "-4", "0", "0", "0", "6"]


def test_scalar_expansion():
    """∂F/∂x is v for times, 1 for plus, −1 for minus: three outputs and one input, a 3×1 shape."""
    assert shown("scalar-operations")[:9] == ["3", "-6", "2", "1", "1", "1", "-1", "-1", "-1"]
    assert shown("scalar-operations")[12:] == ["3×1", "3×3"]


def test_sums():
    """∂S/∂v = (1, 1, 1, 1); with g = 2v it is (2, 2, 2, 2)."""
    assert shown("sums")[2:6] == ["1"] * 4 and shown("sums")[7:] == ["2"] * 4


def test_ones_times_a_diagonal():
    """1ᵀ·diag(x) = xᵀ for x = (4, −7, 2)."""
    assert shown("ones-times-diagonal")[9:12] == ["4", "-7", "2"]


def test_a_wrong_diagonal_is_carried_into_the_row():
    """A wrong entry of diag(x) comes out of the product again, and costs one point."""
    marks = mark("elementwise/ones-times-diagonal", {1: "5", 10: "5"})
    assert [marks.verdicts[n - 1].state for n in (1, 10)] == ["wrong", "follows"]


# -- every key a second way --------------------------------------------------------------------------------------------


def slopes(f, x):
    """The Jacobian of f at x by complex steps: exact to the last digit, and no rule of differentiation in it."""
    x = np.asarray(x, dtype=float)
    columns = [np.imag(f(x + 1e-30j * unit)) / 1e-30 for unit in np.eye(x.size).reshape(-1, *x.shape)]
    return np.stack(columns, axis=-1)


def larger(v, w):
    return np.where(np.real(v) > np.real(w), v, w)


def less(v, w):
    """The comparison as a step, which does not look at the imaginary part."""
    return (np.real(v) < np.real(w)) * 1.0


OPERATIONS = {
    "+": lambda v, w: v + w,
    "−": lambda v, w: v - w,
    "×": lambda v, w: v * w,
    "÷": lambda v, w: v / w,
}
V, W = np.array([1.3, 2.7, 5.1]), np.array([0.7, 3.1, 1.9])


def pattern(jacobian):
    return ["not 0" if entry else "0" for entry in np.ravel(jacobian)]


def which_vanish(c):
    operation, order = OPERATIONS[c["operation"]], list(c["order"])
    return [*pattern(slopes(lambda v: operation(v, W), V)), *pattern(slopes(lambda v: operation(v[order], W), V))]


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
    return [*formulas, *both(OPERATIONS["÷"]), *both(larger)]


def sum_and_difference(c):
    v, w, a, b = c["v"], c["w"], c["a"], c["b"]
    return [slopes(lambda v: v + w, v), slopes(lambda w: v + w, w), slopes(lambda v: a * v - b * w, v),
            slopes(lambda w: a * v - b * w, w)]  # fmt: skip


def quotient(c):
    v, w = np.asarray(c["v"]), np.asarray(c["w"])
    return [v / w, np.diagonal(slopes(lambda v: v / w, v)), np.diagonal(slopes(lambda w: v / w, w))]


def maximum(c):
    v, w = c["v"], c["w"]
    return [larger(v, w), slopes(lambda v: larger(v, w), v), np.diagonal(slopes(lambda w: larger(v, w), w))]


def comparison(c):
    v, w = np.asarray(c["v"]), np.asarray(c["w"])
    jacobian = slopes(lambda v: less(v, w), v)
    return [less(v, w), less(v + 0.1, w), np.diagonal(jacobian), jacobian[:2, :2]]


def hadamard(c):
    v, w = c["v"], c["w"]
    return [np.multiply(v, w), slopes(lambda v: v * w, v), slopes(lambda w: v * w, w)]


def hadamard_backwards(c):
    v, w, a, b = c["v"], c["w"], np.asarray(c["a"]), c["b"]
    return [w, v, np.multiply(v, w), np.diagonal(slopes(np.square, a)), slopes(lambda v: np.square(v) * b, a)]


def scalar_product(c):
    v, x = np.asarray(c["v"]), c["x"]
    f = lambda v, x: v * (np.ones(3) * x)  # noqa: E731
    return [np.full(3, x), f(v, x), slopes(lambda v: f(v, x), v), slopes(lambda x: f(v, x), x)]


def scalar_operations(c):
    v, x = np.asarray(c["v"]), c["x"]
    three = [OPERATIONS[sign] for sign in "×+−"]
    by_x = [slopes(lambda x, f=f: f(v, x), x) for f in three]
    by_v = [slopes(lambda v, f=f: f(v, x), v)[0, 0] for f in three]
    return [*by_x, by_v, Shape(by_x[0].shape), Shape((v.size, v.size))]


def sums(c):
    v, k = np.asarray(c["v"]), c["k"]
    after = v + c["nudge"] * np.eye(4)[2]
    return [v.sum(), after.sum() - v.sum(), slopes(np.sum, v), Shape((1, 4)), slopes(lambda v: np.sum(k * v), v)]


def sum_of_functions(c):
    n, v = int(c["n"]), np.asarray(c["v"])
    s = lambda v: np.sum(v**n)  # noqa: E731
    formulas = [lambda at, i=i: slopes(s, [at[f"v_{k}"] for k in (1, 2, 3)])[i] for i in range(3)]
    return [*formulas, slopes(s, v), s(v)]


def ones_times_diagonal(c):
    x = c["x"]
    jacobian = slopes(lambda w: w * x, np.ones(3))
    ones = slopes(np.sum, x)
    return [jacobian, slopes(lambda w: np.sum(w * x), np.ones(3)), Shape(ones[None].shape),
            Shape((ones[None] @ jacobian).shape), c["y"]]  # fmt: skip


def sum_of_products(c):
    w, x = np.asarray(c["w"]), np.asarray(c["x"])
    return [w * x, np.dot(w, x), slopes(np.sum, w * x), slopes(lambda w: w * x, w), slopes(lambda w: np.sum(w * x), w),
            slopes(lambda x: np.sum(w * x), x)]  # fmt: skip


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
