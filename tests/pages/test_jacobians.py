"""Chapter 2: the curriculum's numbers, and every key computed a second way: SymPy and complex steps."""

from fractions import Fraction
from functools import lru_cache

import numpy as np
import pytest
import sympy
from sympy.parsing.sympy_parser import implicit_multiplication, parse_expr, standard_transformations

from autograder import pages
from autograder.layout import Shape
from autograder.marking.pages import mark

from .worked import found


def shown(slug: str) -> list[str]:
    return [box.shown for box in pages.load(f"jacobians/{slug}").sheet().boxes]


# -- the curriculum's canonical numbers --------------------------------------------------------------------------------


def test_four_slopes():
    """F = (2x + y³, eʸ − 13x) has the Jacobian [[2, 3y²], [−13, eʸ]]; at (1, 2) it is [[2, 12], [−13, 7.39]]."""
    assert shown("four-slopes") == ["2", "3y^2", "-13", "e^y", "2", "12", "-13", "7.39"]


def test_shapes():
    """R² → R³ has a 3×2 Jacobian; one output makes a single row, one input a single column."""
    assert shown("shapes") == ["3×2", "2×4", "1×3", "5×1", "6", "7"]


def test_chain_rule_by_substitution():
    """sin(x²): cos(g)·2x = 2x·cos(x²)."""
    assert shown("by-substitution")[:3] == ["cos(g)", "2x", "2x·cos(x^2)"]


def test_vector_chain_rule():
    """F = (sin(x² + y), ln(y³)): diag(cos g₁, 1/g₂) times [[2x, 1], [0, 3y²]]."""
    keys = shown("vector-chain")
    assert keys[:4] == ["cos(g_1)", "0", "0", "1/g_2"]
    assert keys[4:8] == ["2x", "1", "0", "3y^2"]
    assert keys[8:] == ["2x·cos(x^2 + y)", "cos(x^2 + y)", "0", "3/y"]


def test_jacobians_of_a_network():
    """∂(Wx + b)/∂x = W, ∂(Wx + b)/∂b = I, ∂(uᵀa)/∂u = aᵀ, ∂f(z)/∂z = diag(f′(z)) with ReLU′(0) = 0."""
    assert shown("layer") == ["2", "-1", "4", "3", "5", "-2", "2×3", "1", "0", "0", "1"]
    assert shown("score") == ["10", "4", "6", "2", "1×3", "3", "-2", "5"]
    assert shown("activation") == ["6", "-4", "8", "1", "0", "0"]


def test_score():
    """∂s/∂b = uᵀ diag(f′(z)) = δ and ∂s/∂W = δᵀ xᵀ."""
    keys = shown("shared-delta")
    assert keys[:3] == keys[3:6] == ["2", "-3", "0"]
    assert keys[6:] == ["6", "4", "-9", "-6", "0", "0", "1", "-11"]


def test_forward_and_back_it_is_the_same_network():
    """The network whose score is computed and the one whose gradients are taken have the same numbers."""
    forward, back = (pages.load(f"jacobians/{slug}") for slug in ("score-forward", "shared-delta"))
    for variant in (0, 3, 11):
        given = [page.sheet(variant).givens for page in (forward, back)]
        assert all(np.array_equal(given[0][name], given[1][name]) for name in ("W", "x", "b", "u"))


def test_a_wrong_factor_is_carried_into_the_product():
    """Whoever differentiates the sine wrongly and multiplies on correctly loses one point, not two."""
    marks = mark("jacobians/by-substitution", {1: "-cos(g)", 2: "2x", 3: "-2x·cos(x^2)"})
    assert [v.state for v in marks.verdicts[:3]] == ["mistake", "right", "follows"]


def test_a_wrong_matrix_is_carried_into_the_product():
    """A slip in one entry of a Jacobian spreads along its row and costs its own point only."""
    marks = mark("jacobians/vector-chain-numbers", {3: "9", 11: str(9 + 10 * 2), 12: str(9 * 3 + 10 * 4)})
    assert [marks.verdicts[n - 1].state for n in (3, 11, 12)] == ["wrong", "follows", "follows"]


# -- every key a second way --------------------------------------------------------------------------------------------

RULES = (*standard_transformations, implicit_multiplication)


@lru_cache
def parsed(text: str):
    """A formula of ours as SymPy reads it."""
    names = {"e": sympy.E} | {n: sympy.Symbol(n) for n in ("x", "y", "z", "g", "q", "g_1", "g_2")}
    return parse_expr(text.replace("·", "*").replace("^", "**"), names, RULES)


@lru_cache
def inside(outer: str, inner: tuple[tuple[str, str], ...]):
    """A formula with names replaced by other formulas, as text that `partial` takes."""
    return str(parsed(outer).subs({sympy.Symbol(name): parsed(text) for name, text in inner}))


@lru_cache
def partial(f: str, name: str):
    """The partial derivative of a formula by SymPy, as a function of a dict of values."""
    slope = sympy.diff(parsed(f), sympy.Symbol(name))
    names = sorted(symbol.name for symbol in slope.free_symbols)
    value = sympy.lambdify(names, slope)
    return lambda at: float(value(*(at[n] for n in names)))


def partials(functions, names):
    return [partial(str(f), name) for f in functions for name in names]


def slopes(f, x):
    """The Jacobian of f at x by complex steps: exact to the last digit, and no rule of differentiation in it."""
    x = np.asarray(x, dtype=float)
    columns = [np.imag(f(x + 1e-30j * unit)) / 1e-30 for unit in np.eye(x.size).reshape(-1, *x.shape)]
    return np.stack(columns, axis=-1)


def diagonal(jacobian):
    """What stands on the diagonal; off it there is nothing but zeros."""
    assert np.array_equal(jacobian, np.diag(np.diagonal(jacobian)))
    return np.diagonal(jacobian)


def relu(z):
    return z * (np.real(z) > 0)


def logistic(z):
    return 1 / (1 + np.exp(-z))


def linear(c):
    return lambda v: np.asarray(c["A"]) @ v


def two_outputs(c):
    return [[linear(c)(n * e) for n, e in zip(c["nudge"], np.eye(2), strict=True)], slopes(linear(c), np.zeros(2))]


def four_slopes(c):
    at = dict(zip("xy", map(float, c["point"]), strict=True))
    formulas = partials(c["F"], "xy")
    return [*formulas, [f(at) for f in formulas]]


def gradient_as_row(c):
    at = dict(zip("xyz", map(float, c["point"]), strict=True))
    formulas = partials([c["f"]], "xyz")
    return [Shape((1, 3)), *formulas, [f(at) for f in formulas], Shape((3, 1))]


def shape_of(outputs, inputs):
    return Shape(np.outer(np.ones(int(outputs)), np.ones(int(inputs))).shape)


def shapes(c):
    n, m = c["n"], c["m"]
    return [shape_of(m[0], n[0]), shape_of(m[1], n[1]), shape_of(1, n[2]), shape_of(m[2], 1), n[3], m[3]]


def substitution(c):
    f, g = map(str, c["f"])
    p, q = f"g^{c['n']:g}", f"x^{c['k']:g} + {c['c']:g}"
    return [part for a, b in ((f, g), (p, q))
            for part in (partial(a, "g"), partial(b, "x"), partial(inside(a, (("g", b),)), "x"))]  # fmt: skip


def chain_of_three(c):
    f, q = map(str, c["functions"])
    g = f"{c['k']:g}x"
    whole = inside(inside(f, (("q", q),)), (("g", g),))
    return [partial(f, "q"), partial(q, "g"), partial(g, "x"), partial(whole, "x")]


def slopes_on_arrows(c):
    g = lambda x: c["k"] * x + c["c"]  # noqa: E731
    f = lambda x: g(x) ** 2  # noqa: E731
    x = c["x"]
    return [g(x), f(x), slopes(g, x), slopes(lambda t: t**2, g(x)), slopes(f, x), (f(x + 0.1) - f(x)) / 0.1]


def vector_chain(c):
    f, g = ([str(part) for part in parts] for parts in c["F"])
    written = (("g_1", g[0]), ("g_2", g[1]))
    whole = [inside(part, written) for part in f]
    return [*partials(f, ("g_1", "g_2")), *partials(g, "xy"), *partials(whole, "xy")]


def vector_chain_numbers(c):
    g = lambda v: np.array([v[0] + c["k"] * v[1], v[0] * v[1]])  # noqa: E731
    f = lambda g: np.array([g[0] * g[1], g[0] - g[1]])  # noqa: E731
    at = np.asarray(c["point"])
    return [g(at), slopes(f, g(at)), slopes(g, at), slopes(lambda v: f(g(v)), at)]


def shapes_in_a_chain(c):
    n = c["sizes"]
    product = slopes(lambda x: c["∂s/∂g"] @ (c["∂g/∂x"] @ x), np.zeros(3))
    return [Shape((1, 2)), Shape((2, 3)), Shape((1, 3)), product, shape_of(n[3], n[2]), shape_of(n[2], n[1]),
            shape_of(n[1], n[0]), shape_of(n[3], n[0])]  # fmt: skip


def layer(c):
    z = lambda x, b: c["W"] @ x + b  # noqa: E731
    return [slopes(lambda x: z(x, c["b"]), c["x"]), Shape((2, 3)), slopes(lambda b: z(c["x"], b), c["b"])]


def score(c):
    u, a = c["u"], c["a"]
    return [np.dot(u, a), slopes(lambda v: v @ a, u), Shape((1, 3)), slopes(lambda v: u @ v, a)]


def activation(c):
    v = [{0: c["positive"], 1: -c["negative"], 2: 0.0}[i] for i in c["order"]]
    return [diagonal(slopes(np.square, c["z"])), diagonal(slopes(relu, v))]


def score_forward(c):
    z = np.dot(c["W"], c["x"]) + c["b"]
    return [z, relu(z), np.dot(c["u"], relu(z))]


def score_chain(c):
    z, u = np.asarray(c["z"]), c["u"]
    by_b = slopes(lambda b: u @ relu(z + b), np.zeros(2))
    by_z = slopes(lambda t: u @ relu(t), z)
    return [slopes(lambda a: u @ a, relu(z)), diagonal(slopes(relu, z)), by_z, by_b]


def network_slopes(c, f):
    """The slopes of the score with respect to its sums, its biases, its weights and its inputs."""
    w, x, b, u = (np.asarray(c[name]) for name in ("W", "x", "b", "u"))
    s = lambda w, x, b: u @ f(w @ x + b)  # noqa: E731
    by_z = slopes(lambda z: u @ f(z), w @ x + b)
    by_w = slopes(lambda w: s(w, x, b), w).reshape(w.shape)
    return by_z, slopes(lambda b: s(w, x, b), b), by_w, slopes(lambda x: s(w, x, b), x)


def sigmoid_score(c):
    z = np.dot(c["W"], c["x"]) + c["b"]
    by_z, _, by_w, by_x = network_slopes(c, logistic)
    return [z, logistic(z), np.diagonal(slopes(logistic, z)), by_z, by_w, by_x]


def find_the_bug(c):
    """The score differentiated by complex steps."""
    w, x, b, u = (np.asarray(c[name]) for name in ("W", "x", "b", "u"))
    z = np.einsum("jk,k->j", w, x) + b
    slope = np.diagonal(slopes(lambda v: v * v, z))
    delta = slopes(lambda v: [u @ (v * v)], z)[0]
    end = slopes(lambda v: [u @ (w @ v + b) ** 2], x)[0]
    work = {
        0: (4, "rows for columns", end, w @ delta),
        1: (1, "a bias left out", z, z - b),
        2: (2, "a value for a slope", slope, z * z),
        3: (3, "a slope left out", delta, u),
        4: (4, "a path left out", end, slopes(lambda v: [u[0] * (w @ v + b)[0] ** 2], x)[0]),
    }
    return found(*work[c["fault"]], end)


def small_square(c):
    """The slopes by SymPy, the change by exact fractions."""
    at, h = [Fraction(int(v)) for v in c["point"]], Fraction(1, 5)
    place = dict(zip("xy", map(float, at), strict=True))
    j = np.reshape([slope(place) for slope in partials(c["F"], "xy")], (2, 2))
    value = lambda f, x, y: f.evaluate({"x": x, "y": y})  # noqa: E731
    change = [float(value(f, at[0] + h, at[1] + h) - value(f, *at)) for f in c["F"]]
    predicted = [float(row[0] / 5 + row[1] / 5) for row in j]
    return [j, j[:, 0] / 5, j[:, 1] / 5, predicted, change, np.subtract(change, predicted), (1 / 0.5) ** 2]


def diag_as_odot(c):
    """Whole matrices, zeros and all."""
    u, v, m, w = (np.asarray(c[name]) for name in ("u", "v", "M", "w"))
    n = int(c["n"])
    return [u @ np.diag(v), np.diag(w) @ m, m @ np.diag(w), sum(n for _ in range(n)), n]


def counted(shapes):
    """The products of two numbers that it takes to multiply matrices of these shapes, pair by pair from the left."""
    taken, (rows, inner) = [], shapes[0]
    for height, width in shapes[1:]:
        assert height == inner
        taken.append(sum(1 for _ in np.ndindex(int(rows), int(width), int(inner))))
        inner = width
    return taken


def which_order(c):
    n, p, q = c["sizes"]
    turned = lambda shapes: [shape[::-1] for shape in shapes[::-1]]  # noqa: E731 - the same products, from the right
    one, many = [(1, q), (q, p), (p, n)], [(c["k"], q), (q, p), (p, 1)]

    def cheaper(shapes):
        return "from the left" if sum(counted(shapes)) < sum(counted(turned(shapes))) else "from the right"

    left, right = counted(one), counted(turned(one))
    both = [sum(counted(many)), sum(counted(turned(many)))]
    return [left, sum(left), right, sum(right), cheaper(one), both, cheaper(many)]


INDEPENDENT = {
    "small-square": small_square,
    "diag-as-odot": diag_as_odot,
    "which-order": which_order,
    "find-the-bug": find_the_bug,
    "two-outputs": two_outputs,
    "four-slopes": four_slopes,
    "three-outputs": four_slopes,
    "gradient-as-row": gradient_as_row,
    "shapes": shapes,
    "by-substitution": substitution,
    "chain-of-three": chain_of_three,
    "slopes-on-arrows": slopes_on_arrows,
    "vector-chain": vector_chain,
    "vector-chain-numbers": vector_chain_numbers,
    "shapes-in-a-chain": shapes_in_a_chain,
    "layer": layer,
    "score": score,
    "activation": activation,
    "score-forward": score_forward,
    "score-chain": score_chain,
    "shared-delta": lambda c: [*network_slopes(c, relu)],
    "sigmoid-score": sigmoid_score,
}


@pytest.mark.parametrize("page", pages.chapter_pages("jacobians"), ids=lambda page: page.slug)
def test_keys_agree_with_a_second_computation(page, agrees):
    """Every key of every page, over a thousand variants, is what SymPy or a complex step gives."""
    agrees(page.slug, INDEPENDENT[page.slug.partition("/")[2]])
