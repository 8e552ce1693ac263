"""Chapter 2: many outputs and many inputs at once; the chain rule as a product of matrices; the score of a network."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from ..authoring.page import page
from ..authoring.worked import Fault, Line, Worked
from ..engine import sigmoid, sigmoid_slope
from ..engine.expressions import Name, Sum, add, as_expr, cos, exp, log, sin
from ..layout import Shape, aligned, column, echo, eq, frac, graph, lit, matrix, network, row, say, step, table
from ..layout.phrases import APART, by, words

TERM = {"value_for_slope": "That is the whole term. By how much does it change when one factor rises by one?"}
X, Y, Z, G = Name("x"), Name("y"), Name("z"), Name("g")
G1, G2 = Name("g_1"), Name("g_2")


@lru_cache
def slopes(functions: tuple, names: str | tuple[str, ...]) -> np.ndarray:
    """The Jacobian of some formulas: a row for each formula, a column for each name."""
    return np.array([[f.derivative(name) for name in names] for f in functions], dtype=object)


def numbers(formulas, point) -> np.ndarray:
    """Formulas at a point, as floats."""
    return np.vectorize(lambda f: float(as_expr(f).evaluate(point)), otypes=[float])(formulas)


def substituted(formulas, replacements) -> np.ndarray:
    """Formulas with some names replaced by formulas."""
    return np.vectorize(lambda f: as_expr(f).substitute(replacements), otypes=[object])(formulas)


def terms(formula) -> tuple:
    """The terms of a sum; a single one of anything else."""
    return formula.terms if isinstance(formula, Sum) else (formula,)


@lru_cache
def constants_kept(functions: tuple, names: str) -> np.ndarray:
    """The Jacobian of somebody who leaves the terms without the variable as they are."""
    return np.array([[add(f.derivative(n),
        *(t for t in terms(f) if n not in t.names)) for n in names] for f in functions], dtype=object)


@lru_cache
def terms_kept(functions: tuple, names: str) -> np.ndarray:
    """The Jacobian of somebody who finds the terms with the variable, but does not differentiate them."""
    return np.array([[add(*(t for t in terms(f) if n in t.names)) for n in names] for f in functions], dtype=object)


@lru_cache
def factors_dropped(functions: tuple, names: str) -> np.ndarray:
    """The Jacobian of somebody who drops the factors with other variables: 2x for the slope of x²y in x."""
    alone = {n: {m: 1 for m in names if m != n} for n in names}
    return np.array([[f.derivative(n).substitute(alone[n]) for n in names] for f in functions], dtype=object)


def as_values(slopes_, point) -> np.ndarray:
    """What somebody gives who puts the numbers in at once; nan where the slope is a number anyway."""
    return np.vectorize(lambda f: f.substitute(point) if f.names else np.nan, otypes=[object])(slopes_)


PARTLY = {"constant_kept": "Only one variable moves. A term without it does not change.",
    "not_differentiated": "That is the term itself. Take its derivative."}


def on_diagonal(boxes) -> list[list]:
    """Boxes on the diagonal, printed zeros elsewhere."""
    return [[boxes[i] if i == j else 0 for j in range(len(boxes))] for i in range(len(boxes))]


def linear(weights, names, constant: float = 0) -> str:
    """A sum of multiples as it is printed: 2x + 3y − 1."""
    return str(add(*(int(w) * Name(n) for w, n in zip(weights, names, strict=True)), as_expr(int(constant))))


# -- 2.1 From nudges to a matrix of slopes -----------------------------------------------------------------------------


@page("Two inputs, two outputs", row="2.1")
def two_outputs(given, box):
    """Nudge one input at a time: each output answers, and the ratios fill a matrix."""
    a = given("A", [[2, 3], [5, -4]], low=2, high=6, distinct=abs)
    nudge = given("nudge", [2, 3], low=2, high=5, distinct=True)
    given.require(np.all((a * nudge) != (a * nudge).T / nudge[:, None]))
    changes = box((a * nudge).T, "ΔF", "Which factor stands in front of the input that moves?",
        how="The nudge times the factor of that input; the other term stays as it is.", slips={"slope_for_value": a.T},
        words={"slope_for_value": "That is the slope. The change is the slope times the nudge."})
    ratios = box(changes.T / nudge, "∂F/∂(x, y)", "Which change belongs on top, and which nudge below?",
        how="Each change over its nudge: a row for each output, a column for each input.",
        slips={"change_not_ratio": changes.T, "layout_swapped": changes / nudge[:, None],
            "upside_down": nudge / changes.T})
    return (
        step(f"Two functions look at the same inputs: $F_1 = {linear(a[0], 'xy')}$ and $F_2 = {linear(a[1], 'xy')}$. "
            "Nudge one input at a time. By how much does each output change?",
            table(["nudge", "ΔF_1", "ΔF_2"], (f"Δx = {nudge[0]:g}", *changes[0]), (f"Δy = {nudge[1]:g}", *changes[1]))),
        step("Four changes, four ratios. The **Jacobian** keeps them in order: one row for each output, one column for "
            "each input.",
            eq("J", "=", matrix([[frac("ΔF_1", "Δx"), frac("ΔF_1", "Δy")], [frac("ΔF_2", "Δx"), frac("ΔF_2", "Δy")]]),
                "=", matrix(ratios))),
    )


PAIRS = ((2 * X + Y**3, exp(Y) - 13 * X), (3 * X + Y**2, exp(Y) - 7 * X), (X**2 + 4 * Y, exp(Y) - 6 * X),
    (Y**4 - 5 * X, exp(Y) + 9 * X), (X**3 - 2 * Y, exp(Y) - 8 * X))


@page("Four slopes in a square", row="2.1")
def four_slopes(given, box):
    """The partial derivatives of two functions by rule, one by one, then as a matrix of numbers."""
    f = given.choice("F", *PAIRS)
    at = given("point", [1, 2], low=1, high=3, distinct=True)
    point = {"x": int(at[0]), "y": int(at[1])}
    keys = slopes(f, "xy")
    formulas = box(keys, "∂F/∂(x, y)", "Only one variable moves. What is the slope of each term then?",
        names="x y", how="Differentiate with respect to one variable; the other one counts as a constant.",
        slips={"other_variable": slopes(f, "yx"), "constant_kept": constants_kept(f, "xy"),
            "not_differentiated": terms_kept(f, "xy"), "value_for_formula": as_values(keys, point),
            "exponential_as_power": np.array([[np.nan, np.nan], [np.nan, Y * exp(Y - 1)]], dtype=object)},
        words=PARTLY)
    values = numbers(formulas, point)
    given.distinct(values)
    whole = box(values, "J at the point", "Which of your four formulas belongs here, and what is it at this point?",
        only=[(0, 0), (0, 1), (1, 0)], how=f"The formulas above at x = {at[0]:g}, y = {at[1]:g}.",
        slips={"layout_swapped": values.T})
    decimal = box(values[1, 1], "e^y at the point", "What is this power of e, to three digits?", digits=3,
        how="e to the power y.", slips={"not_differentiated": numbers(f[1], point)[()]})
    return (
        step(f"Let $F_1 = {f[0]}$ and $F_2 = {f[1]}$. Find the four slopes.",
            aligned(*[(by("x", f"F_{i}"), "=", formulas[i - 1, 0], APART, by("y", f"F_{i}"), "=",
                formulas[i - 1, 1]) for i in (1, 2)])),
        step(f"They fill the Jacobian, row by row. What stands in it at $x = {at[0]:g}$, $y = {at[1]:g}$?",
            eq("J", "=", matrix([["∂F_1/∂x", "∂F_1/∂y"], ["∂F_2/∂x", "∂F_2/∂y"]]), "≈",
                matrix([whole[0], [whole[1, 0], decimal]]))),
    )


TRIPLES = ((X * Y, X**2 + Y, 5 * Y), (X * Y, 4 * X, X + Y**3), (X**2 * Y, X - Y, 7 * X), (3 * X, X * Y, X - Y**2),
    (X - 2 * Y, 6 * Y, X**2 * Y))


@page("Three outputs, two inputs", row="2.1")
def three_outputs(given, box):
    """A whole Jacobian at once, as formulas and then at a point."""
    f = given.choice("F", *TRIPLES)
    at = given("point", [3, 2], low=2, high=5, distinct=True)
    point = {"x": int(at[0]), "y": int(at[1])}
    formulas = box(slopes(f, "xy"), "∂F/∂(x, y)", "Which output is this row about, and which input this column?",
        names="x y", how="The output of the row, differentiated with respect to the input of the column.",
        slips={"other_variable": slopes(f, "yx"), "constant_kept": constants_kept(f, "xy"),
            "not_differentiated": terms_kept(f, "xy"), "other_factor_left_out": factors_dropped(f, "xy")}, words=PARTLY)
    values = box(numbers(formulas, point), "J at the point",
        "Which formula stands at the same place, and what is it at this point?",
        how=f"The formulas above at x = {at[0]:g}, y = {at[1]:g}.",
        slips={"other_variable": numbers(slopes(f, "yx"), point)})
    return (
        step("Three functions of two variables. Write their whole Jacobian.",
            eq("F", "=", column(f), APART, "J", "=", matrix(formulas))),
        step(f"And its numbers at $x = {at[0]:g}$, $y = {at[1]:g}$.", eq("J", "=", matrix(values))),
    )


BENT = ((X**2 + Y, X * Y), (X * Y, X + Y**2), (X**2 - Y, X * Y), (X * Y, Y**2 - X), (X**2 + 2 * Y, X * Y))
A_ROW = {"layout_swapped": "That goes along a row. Which column belongs to the input that moves?",
    "not_multiplied": "That is the column itself. How long is the step?"}


@page("Where does a small square go?", row=("2.1", "2.8"))
def small_square(given, box):
    """ΔF ≈ J·Δx: predict where the corners of a small square go, then measure how far off that is."""
    f, h = given.choice("F", *BENT), 0.2
    at = given("point", [3, 2], low=2, high=5, distinct=True)
    point = {"x": float(at[0]), "y": float(at[1])}
    there = {name: round(place + h, 9) for name, place in point.items()}
    exact = numbers(slopes(f, "xy"), point)
    given.require(np.all(exact != 0) and exact[0, 1] != exact[1, 0] and np.all(exact.sum(axis=1) != 0))
    j = box(exact, "J", "Which output is this row about, and which input this column?",
        how="The slopes at the point: a row for each output.", slips={"layout_swapped": exact.T})
    plain = np.asarray(j)
    right = box(plain[:, 0] * h, "ΔF for the step to the right",
        "Which column of J belongs to x? How long is the step?",
        how="The first column times the step.", slips={"not_multiplied": plain[:, 0], "layout_swapped": plain[0] * h},
        words=A_ROW)
    up = box(plain[:, 1] * h, "ΔF for the step up", "Which column of J belongs to y? How long is the step?",
        how="The second column times the step.", slips={"not_multiplied": plain[:, 1], "layout_swapped": plain[1] * h},
        words=A_ROW)
    corner = box(right + up, "ΔF for both steps", "Both steps are made. What becomes of their changes?",
        how="The two changes, added.", slips={"term_left_out": right},
        words={"term_left_out": "That is the step to the right alone."})
    old, new = numbers(np.array(f, dtype=object), point), numbers(np.array(f, dtype=object), there).round(9)
    true = box((new - old).round(9), "ΔF, measured", "What is F at the far corner, and what was it before?",
        how="F at the new place minus F at the old one.", slips={"value_not_change": new})
    off = box((true - corner).round(9), "measured minus predicted", "Which of the two is taken away?",
        how="The measured change minus the predicted one.", slips={"subtracted_backwards": (corner - true).round(9)})
    part = box(4, "how many times smaller", "What was missed holds a product of two nudges. What do two halves make?",
        how="Half times half is a quarter.", slips={"not_squared": 2},
        words={"not_squared": "The prediction is halved. What it misses holds a product of two nudges."})
    return (
        step(f"Let $F_1 = {f[0]}$ and $F_2 = {f[1]}$. What is the Jacobian at $x = {at[0]:g}$, $y = {at[1]:g}$?",
            eq("J", "=", matrix(j))),
        step(f"Draw a small square with its corner there and sides of ${h:g}$. The Jacobian predicts where its sides "
            "go: $ΔF ≈ J Δx$. First one side, then the other, then the far corner.",
            eq("J", "·", column([h, 0]), "=", column(right), APART, "J", "·", column([0, h]), "=", column(up)),
            eq("J", "·", column([h, h]), "=", column(corner))),
        step(f"Now measure: what is the change of $F$ from $({at[0]:g}, {at[1]:g})$ to $({there['x']:g}, "
            f"{there['y']:g})$, and how much of it does the prediction miss?",
            eq("ΔF", "=", column(true), APART, "ΔF − J Δx", "=", column(off))),
        step("Halve the sides of the square. How many times smaller is what the prediction misses?", eq(part)),
        say("The prediction shrinks with the nudge; what it misses shrinks with the square of the nudge. So a small "
            "square becomes very nearly a parallelogram. Its sides are the columns of $J$ times the side of the "
            "square."),
    )


# -- 2.2 Shapes --------------------------------------------------------------------------------------------------------


SINGLES = (X * Y + Z**2, X * Z + Y**2, X**2 + Y * Z, X * Y + 4 * Z, Y * Z - X**3)


@page("One output: a row", row="2.2")
def gradient_as_row(given, box):
    """One output: the Jacobian is a single row, and the gradient is the same slopes in a column."""
    f = given.choice("f", *SINGLES)
    at = given("point", [3, 5, 4], low=2, high=6, distinct=True)
    point = dict(zip("xyz", map(int, at), strict=True))
    lying = box(Shape((1, 3)), "the shape of J", "How many outputs does f have, and how many inputs?",
        how="One output makes one row, three inputs make three columns.", slips={"layout_swapped": Shape((3, 1))})
    formulas = box(slopes((f,), "xyz")[0], "∂f/∂(x, y, z)",
        "Only one of the three moves. What is the slope of each term then?", names="x y z",
        how="Differentiate with respect to one variable; the others count as constants.",
        slips={"not_differentiated": terms_kept((f,), "xyz")[0], "constant_kept": constants_kept((f,), "xyz")[0],
            "other_factor_left_out": factors_dropped((f,), "xyz")[0]}, words=PARTLY)
    values = numbers(formulas, point)
    given.distinct(values)
    standing = box(values, "∇f at the point", "Which slope comes first, and what is it at this point?",
        how="The three formulas at the point, in a column.", slips={"input_for_slope": at})
    upright = box(Shape((3, 1)), "the shape of ∇f", "A gradient has the shape of its variables. Are they a row or a "
        "column here?",
        how="A column of three.", slips={"layout_swapped": Shape((1, 3))},
        words={"layout_swapped": "That is the shape of J. The gradient is a column, like the variables."})
    return (
        step(f"The function $f(x, y, z) = {f}$ has a single output. What is the shape of its Jacobian, and what stands "
            "in it?",
            eq(words("shape of $J$"), "=", lying),
            eq("J", "=", row(formulas))),
        step("The **gradient** holds the same slopes in a column, in the shape of the variables $(x, y, z)$. "
            f"Write it at $(x, y, z) = ({at[0]:g}, {at[1]:g}, {at[2]:g})$.",
            eq("∇f", "=", "J^T", "=", column(standing), APART, words("shape of $∇f$"), "=", upright)),
    )


COUNTED = {"layout_swapped": "These two have changed places. Which of them do the rows count?"}


@page("Count rows, count columns", row="2.2")
def shapes(given, box):
    """The shape of a Jacobian from the sizes of what goes in and what comes out, and back."""
    n, m = given("n", [2, 4, 3, 6], low=2, high=9), given("m", [3, 2, 5, 7], low=2, high=9)
    given.require(np.all(n != m) and len({*zip(n, m, strict=True)}) == 4)
    sizes = [(m[0], n[0]), (m[1], n[1]), (1, n[2]), (m[2], 1)]
    j = [box(Shape(map(int, size)), "the shape of J", "Rows count one thing, columns another. Which is which?",
        how="As many rows as outputs, as many columns as inputs.",
        slips={"layout_swapped": Shape(map(int, size[::-1]))}) for size in sizes]
    lost_n = box(n[3], "inputs", "Which side of the matrix counts the inputs?", how="The number of columns.",
        slips={"layout_swapped": m[3]}, words=COUNTED)
    lost_m = box(m[3], "outputs", "Which side of the matrix counts the outputs?", how="The number of rows.",
        slips={"layout_swapped": n[3]}, words=COUNTED)
    arrow = [f"ℝ^{a:g} → ℝ^{b:g}" for a, b in zip(n, m, strict=True)]
    return (
        step("A function from $ℝ^n$ to $ℝ^m$ takes $n$ numbers and gives $m$. What shape is its Jacobian?",
            table(["function", words("shape of $J$")],
                (arrow[0], j[0]),
                (arrow[1], j[1]),
                (f"ℝ^{n[2]:g} → ℝ", j[2]),
                (f"ℝ → ℝ^{m[2]:g}", j[3]))),
        step(f"Here is a Jacobian of shape ${m[3]:g}×{n[3]:g}$. What does its function take, and what does it give?",
            eq("inputs", "=", lost_n, APART, "outputs", "=", lost_m)),
    )


# -- 2.3 The chain rule for one variable -------------------------------------------------------------------------------


@page("Slopes on the arrows", row="2.3")
def slopes_on_arrows(given, box):
    """The same rule with numbers, and a nudge to see that it is true."""
    x, k, c = given("x", 2, low=2, high=5), given("k", 3, low=2, high=6), given("c", 1, low=1, high=6)
    given.require(x != k and c not in (x, k))
    g = box(k * x + c, "g", "What does the first arrow do to x?", how="The factor times x, plus the constant.",
        slips={"slope_for_value": k})
    f = box(g**2, "f", "What does the second arrow do to g?", how="The square of g.", slips={"slope_for_value": 2 * g})
    inner = box(k, "dg/dx", "If x rises by one, by how much does g rise?", how="The factor in front of x.",
        slips={"value_for_slope": g, "constant_kept": k + c})
    outer = box(2 * g, "df/dg", "How steep is the square at this value of g?", how="Twice the value of g.",
        slips={"value_for_slope": f, "outer_at_x": 2 * x, "factor_left_out": g})
    slope = box(outer * inner, "df/dx", "Two arrows, two slopes: how do they combine?",
        how="The product of the slopes along the way.",
        slips={"inner_slope_left_out": outer, "slopes_added": outer + inner})
    near = box(((g + k * 0.1) ** 2 - f) / 0.1, "Δf/Δx",
        "What are g and f from the nudged x, and how far is the new f from the old?",
        how="The new f minus the old one, over the nudge.",
        slips={"value_not_change": (g + k * 0.1) ** 2, "change_not_ratio": (g + k * 0.1) ** 2 - f},
        words={"value_not_change": "That is the new f alone. Subtract the old one, then divide."})
    return (
        step(f"Here $g = {k:g}x + {c:g}$ and $f = g^2$. Write values into the nodes, slopes below the arrows.",
            graph({"x": (0, 0, x), "g": (1, 0, g), "f": (2, 0, f)},
                [("x", "g", f"{k:g}x + {c:g}", inner), ("g", "f", "g^2", outer)], unit=(230, 92),
                title=f"x = {x:g} goes to g, and g to f; each arrow has a slope")),
        step("Along the way the slopes are multiplied:", eq(by("x", "f", "d"), "=", slope)),
        step(f"Check it: move $x$ from {x:g} to {x + 0.1:g} and divide the changes. The ratio "
            "comes out a little above the slope, because the curve bends upwards.",
            eq(frac("Δf", "Δx"), "=", frac("f_{new} - f", "0.1"), "=", near)),
    )


def chain(outer, inner, box, letter: str = "x"):
    """Boxes for the outer slope, the inner slope and their product, of f = outer(g), g = inner(x)."""
    first = box(outer.derivative("g"), "df/dg", "Forget what g is made of. What is the slope of f in g?", names="g",
        how="Differentiate f with respect to g, as if g were a plain variable.",
        slips={} if outer == exp(G) else {"not_differentiated": outer})  # e^g is its own slope
    second = box(inner.derivative("x"), "dg/dx", "And how fast does g change with x?", names="x",
        how="Differentiate g with respect to x.", slips={"not_differentiated": inner})
    outside = first.substitute({"g": inner})
    product = box(outside * second, "df/dx", "What do the two slopes make together, when g is written out?", names="x",
        how="The outer slope, with g written out, times the inner slope.",
        slips={"inner_slope_left_out": outside, "outer_slope_left_out": second * 1,
            "outer_at_x": first.substitute({"g": X}) * second, "slopes_added": outside + second})
    return first, second, product


NESTED = ((sin(G), X**2), (cos(G), X**3), (sin(G), X**4), (exp(G), X**2 - 3), (sin(G), X**2 + 5))


@page("The chain rule by substitution", row="2.3")
def by_substitution(given, box):
    """Give the inner function a name; differentiate twice; multiply."""
    f, g = given.choice("f", *NESTED)
    n, k, c = given("n", 3, low=3, high=6), given("k", 2, low=2, high=5), given("c", 7, low=2)
    one = chain(f, g, box)
    p, q = G ** int(n), X ** int(k) + int(c)
    two = chain(p, q, box)
    return (
        step(f"To differentiate ${f.substitute({'g': g})}$, call the inside $g$: then $f = {f}$ and $g = {g}$. Each "
            "slope is easy, the first in $g$, the second in $x$, and their product is the answer.",
            eq(by("x", "f", "d"), "=", by("g", "f", "d"), "·", by("x", "g", "d"), "=", one[0], "·", one[1]),
            eq("=", one[2])),
        step(f"The same for $({q})^{n:g}$, with $f = g^{n:g}$ and $g = {q}$.",
            eq(by("x", "f", "d"), "=", by("g", "f", "d"), "·", by("x", "g", "d"), "=", two[0], "·", two[1]),
            eq("=", two[2])),
    )


@page("A chain of three", row="2.3")
def chain_of_three(given, box):
    """A longer chain has a longer product: nothing else changes."""
    k, n = given("k", 3, low=2, high=6), given("n", 2, low=2, high=4)
    q, g = Name("q"), int(k) * X
    outer, middle = given.choice("functions", (q ** int(n), sin(G)), (q ** int(n), cos(G)), (sin(q), G ** int(n)),
        (cos(q), G ** int(n)), (q ** int(n), exp(G)))
    first = box(outer.derivative("q"), "df/dq", "Forget what q is. What is the slope of f in q?", names="q",
        how="Differentiate f with respect to q.", slips={"not_differentiated": outer})
    second = box(middle.derivative("g"), "dq/dg", "Forget what g is. What is the slope of q in g?", names="g",
        how="Differentiate q with respect to g.", slips={"wrong_sign": -middle.derivative("g")})
    third = box(g.derivative("x"), "dg/dx", "How fast does g change with x?", names="x",
        how="Differentiate g with respect to x.",
        slips={"not_differentiated": g})
    a = first.substitute({"q": middle}).substitute({"g": g})
    b = second.substitute({"g": g})
    product = box(a * b * third, "df/dx", "How many links are in the chain, and how many factors in your product?",
        names="x", how="All three slopes multiplied, with q and g written out.",
        slips={"chain_factor_left_out": a * b, "inner_slope_left_out": a})
    return (
        step(f"Three functions, one inside the other: $f = {outer}$, $q = {middle}$, $g = {g}$. Every link has a "
            "slope in its own letter: $q$, then $g$, then $x$.",
            eq(by("x", "f", "d"), "=", by("q", "f", "d"), "·", by("g", "q", "d"), "·", by("x", "g", "d"), "=", first,
                "·", second, "·", third)),
        step("Write the product in $x$ alone.", eq(by("x", "f", "d"), "=", product)),
    )


# -- 2.4 The chain rule for vectors ------------------------------------------------------------------------------------


COMPOSED = (
    ((sin(G1), log(G2)), (X**2 + Y, Y**3)),
    ((cos(G1), log(G2)), (X**3 - Y, Y**2)),
    ((exp(G1), sin(G2)), (X + Y**2, X**3)),
    ((sin(G1), exp(G2)), (X**2 - 3 * Y, Y**4)),
    ((log(G1), cos(G2)), (X**2 + 5 * Y, Y**2)),
)


@page("The chain rule with matrices", row="2.4")
def vector_chain(given, box):
    """Outer Jacobian times inner Jacobian, in formulas."""
    f, g = given.choice("F", *COMPOSED)
    written = dict(zip(("g_1", "g_2"), g, strict=True))
    sides = slopes(f, ("g_1", "g_2"))
    powered = np.array([[h * exp(h - 1) if side == exp(h) else np.nan for side, h in zip(line, (G1, G2), strict=True)]
        for line in sides], dtype=object)
    outer = box(sides, "∂F/∂g", "Does this output look at this g? If so, what is its slope?", names="g_1 g_2",
        how="Each output looks at its own g alone: slopes on the diagonal, 0 elsewhere.",
        slips={"every_input_counted": np.array([[sides[i, i]] * 2 for i in range(2)], dtype=object),
            **({"exponential_as_power": powered} if exp(G1) in f or exp(G2) in f else {}),
            "not_differentiated": np.array([[f[0], 0 * X], [0 * X, f[1]]], dtype=object)})
    inner = box(slopes(g, "xy"), "∂g/∂(x, y)", "Which g is this row about, and which variable this column?",
        names="x y", how="The g of the row, differentiated with respect to the variable of the column.",
        slips={"layout_swapped": slopes(g, "xy").T, "other_variable": slopes(g, "yx")})
    a, b = substituted(outer, written), np.asarray(inner)
    product = box(a @ b, "∂F/∂(x, y)", "Row of the left, column of the right: which two meet, and what is g?",
        names="x y", how="The product of the two matrices, with g written out.",
        slips={"entrywise_not_matrix": a * b, "matrices_swapped": b @ a,
            "inner_slope_left_out": np.where(np.eye(2, dtype=bool), a, a @ b)})
    return (
        step("A function of two variables, and the names for its inside:",
            eq("F", "=", column([part.substitute(written) for part in f]), "=", column(f), APART, "g", "=", column(g))),
        step("Each step has a Jacobian of its own. Write the outer one in $g_1$, $g_2$ and the inner one in $x$, $y$.",
            eq(by("g", "F"), "=", matrix(outer)),
            eq(frac("∂g", "∂(x, y)"), "=", matrix(inner))),
        step("Multiply: outer times inner, rows times columns.",
            eq(frac("∂F", "∂(x, y)"), "=", by("g", "F"), "·", frac("∂g", "∂(x, y)")),
            eq("=", matrix(product))),
    )


@page("The matrix chain with numbers", row="2.4")
def vector_chain_numbers(given, box):
    """Forward first, then two Jacobians full of numbers and their product."""
    k, at = given("k", 3, low=2, high=5), given("point", [4, 2], low=2, high=6)
    x, y = at
    given.distinct(k, x, y)
    g = box([x + k * y, x * y], "g", "What does each line become with these x and y?",
        how="The two formulas at x and y.", slips={"multiplied_not_added": [x * k * y, x * y]})
    outer = box([[g[1], g[0]], [1, -1]], "∂F/∂g", "A product and a difference: how does each answer a nudge of this g?",
        how="In a product the slope is the other factor; in a difference 1 and −1.",
        slips={"factors_not_swapped": [[g[0], g[1]], [1, -1]], "layout_swapped": [[g[1], 1], [g[0], -1]]})
    inner = box([[1, k], [y, x]], "∂g/∂(x, y)", "Which g is this row about, and which variable this column?",
        how="The factors in front for the sum, the other factor for the product.",
        slips={"factors_not_swapped": [[1, k], [x, y]], "layout_swapped": [[1, y], [k, x]]})
    a, b = np.asarray(outer), np.asarray(inner)
    product = box(a @ b, "∂F/∂(x, y)", "Which row meets which column, and how many products are added?",
        how="Outer times inner: each row of the left with each column of the right.",
        slips={"entrywise_not_matrix": a * b, "matrices_swapped": b @ a})
    return (
        step(f"Let $g_1 = x + {k:g}y$, $g_2 = xy$, and then $F_1 = g_1·g_2$, $F_2 = g_1 - g_2$. Go forward from $x = "
            f"{x:g}$, $y = {y:g}$.",
            eq("g", "=", column(g))),
        step("Now both Jacobians, at these numbers.",
            eq(by("g", "F"), "=", matrix(outer), APART, frac("∂g", "∂(x, y)"), "=", matrix(inner))),
        step("Their product is the Jacobian of the whole.", eq(frac("∂F", "∂(x, y)"), "=", matrix(product))),
    )


@page("Shapes in a chain", row=("2.2", "2.4"))
def shapes_in_a_chain(given, box):
    """Neighbouring sizes must match; what is left over is the shape of the product."""
    first, second = given("∂s/∂g", [3, -2], low=2, high=5), given("∂g/∂x", [[1, 4, 2], [5, -1, 3]], high=6)
    n = given("sizes", [5, 4, 2, 3], low=2, high=9, distinct=True)
    given.distinct(first @ second)
    total = first @ second
    given.require(np.all(first[0] * second[0] != second.sum(axis=0)))
    size = [box(Shape(pair), f"the shape of {name}", "Outputs count the rows. How many go in, how many come out?",
        how="Rows for the outputs, columns for the inputs.", slips={"layout_swapped": Shape(pair[::-1])}) for name,
        pair in (("∂s/∂g", (1, 2)), ("∂g/∂x", (2, 3)), ("∂s/∂x", (1, 3)))]
    product = box(total, "∂s/∂x", "The row meets each column in turn. Did both products go in?",
        how="The row times each column: two products, added.",
        slips={"only_one_term": first[0] * second[0], "vector_summed": second.sum(axis=0)})
    pairs = [(n[3], n[2]), (n[2], n[1]), (n[1], n[0]), (n[3], n[0])]
    longer = [box(Shape(map(int, pair)), f"the shape of {name}", "What goes into this step, and what comes out?",
        how="Rows for what comes out, columns for what goes in.",
        slips={"layout_swapped": Shape(map(int, pair[::-1]))}) for name,
        pair in zip(("∂F/∂q", "∂q/∂g", "∂g/∂x", "∂F/∂x"), pairs, strict=True)]
    sizes = " → ".join(f"ℝ^{v:g}" for v in n)
    return (
        step("Three inputs $x$ go to two numbers $g$, and these to a single number $s$. What shape is each Jacobian?",
            table(["∂s/∂g", "∂g/∂x", "∂s/∂x"], size)),
        step("The inner sizes agree and drop out. Multiply.",
            eq(by("x", "s"), "=", row(first, "∂s/∂g"), "·", matrix(second, "∂g/∂x"), "=", row(product, "∂s/∂x"))),
        step(f"A longer chain goes from $x$ to $g$, to $q$, to $F$: ${sizes}$. What are the shapes now?",
            table(["∂F/∂q", "∂q/∂g", "∂g/∂x", "∂F/∂x"], longer)),
    )


# -- 2.5 The Jacobians a network is made of ----------------------------------------------------------------------------


@page("The Jacobians of a layer", row="2.5")
def layer(given, box):
    """z = Wx + b: by x it is W, by b it is the identity."""
    w, b = given("W", [[2, -1, 4], [3, 5, -2]], high=6), given("b", [7, -3], low=2, high=7)
    x = given("x", [1, 8, -6], high=8, distinct=True)
    given.require(np.all(w != x) and np.all(w + b[:, None] != x))
    by_x = box(w, "∂z/∂x", "Nudge the input of this column. Which edge carries it to the node of this row?",
        how="The slope of a sum of multiples is the factor in front: the weight.",
        slips={"constant_kept": w + b[:, None], "input_for_slope": np.tile(x, (2, 1)), "value_for_slope": w * x},
        words=TERM)
    shape = box(Shape((2, 3)), "the shape of ∂z/∂x", "How many nodes are in the layer, and how many inputs go in?",
        how="A row for each node, a column for each input.", slips={"layout_swapped": Shape((3, 2))})
    by_b = box(np.eye(2), "∂z/∂b", "Raise one bias by one. Which nodes notice, and by how much?",
        how="Each bias is added once, to its own node: 1 on the diagonal, 0 elsewhere.",
        slips={"every_input_counted": np.ones((2, 2)), "input_for_slope": np.diag(b)},
        words={"every_input_counted": "Each node has a bias of its own. Does the bias of this column enter this node?"})
    return (
        step(f"A layer computes $z = Wx + b$. Let $x = ({x[0]:g}, {x[1]:g}, {x[2]:g})$. How does each node "
            "change when an input is nudged?",
            network([["x_1", "x_2", "x_3"], ["z_1", "z_2"]], [lit("w_{j}{k}", w)], gap=330, along=(0.24, 0.38),
                below=[[], [f"+ {v:g}" if v > 0 else f"− {-v:g}" for v in b]],
                title="Three inputs joined to two nodes by six weights; each node adds a bias"),
            eq(by("x", "z"), "=", matrix(lit("w_{j}{k}", by_x)), APART, words("of shape"), shape)),
        step("And a nudge of each bias?", eq(by("b", "z"), "=", matrix(by_b))),
        say("So $∂z/∂x = W$ and $∂z/∂b = I$, whatever the input was."),
    )


@page("The Jacobians of a score", row="2.5")
def score(given, box):
    """s = uᵀa: the slope of a product is the other factor."""
    u, a = given("u", [3, -2, 5], low=2, high=7), given("a", [4, 6, 2], low=2, high=8)
    given.require(np.all(np.abs(u) != a) and u @ a not in (0, 1))
    total = box(u @ a, "s", "Which two numbers meet in each term, and what becomes of the terms?",
        how="The products, added up.", slips={"only_one_term": u[0] * a[0], "sign_lost": np.abs(u) @ a})
    by_u = box(a, "∂s/∂u", "Raise one weight by one: by how much does the sum rise?",
        how="Each weight's slope is the value that it multiplies.",
        slips={"factors_not_swapped": u, "value_for_slope": u * a}, words=TERM)
    shape = box(Shape((1, 3)), "the shape of ∂s/∂u", "One output. Does it make a row or a column?",
        how="One output, three inputs: a single row.", slips={"layout_swapped": Shape((3, 1))})
    by_a = box(u, "∂s/∂a", "Raise one value by one: by how much does the sum change?",
        how="Each value's slope is the weight that it meets.",
        slips={"factors_not_swapped": a, "value_for_slope": u * a}, words=TERM)
    return (
        step("The **score** of a network is one number: each of the last values $a$ times its weight in $u$, added up.",
            eq("s", "=", "u^T a", "=", row(u, "u^T"), "·", column(a, "a"), "=", total)),
        step("Its two Jacobians are rows.",
            eq(by("u", "s"), "=", row(by_u), APART, words("of shape"), shape),
            eq(by("a", "s"), "=", row(by_a))),
        say("In letters: $∂(u^T a)/∂u = a^T$ and $∂(u^T a)/∂a = u^T$."),
    )


@page("The Jacobian of an activation", row="2.5")
def activation(given, box):
    """An activation works on each entry by itself, so its Jacobian is a diagonal."""
    z = given("z", [3, -2, 4], low=2, high=6, distinct=abs)
    given.require(np.all(z != 2))
    square = box(2 * z, "∂f_i/∂z_i", "How steep is the square at this entry of z?",
        how="The slope 2z of each entry.", slips={"value_for_slope": z**2, "factor_left_out": z},
        words={"value_for_slope": "That is the square itself. How steep is it?"})
    p, n = given("positive", 5, low=2, high=9), given("negative", 7, low=2, high=9)
    given.require(p != n)
    order = given.choice("order", (0, 1, 2), (2, 0, 1), (1, 2, 0), (0, 2, 1))
    v = np.array([p, -n, 0.0])[list(order)]
    gate = box((v > 0) * 1.0, "ReLU′(z)", "Nudge this entry a little. Does ReLU let the nudge through?",
        how="1 where the entry is above zero, otherwise 0; at 0 itself we take 0.",
        slips={"value_for_slope": np.maximum(v, 0), "relu_open_at_zero": (v >= 0) * 1.0,
            "input_for_slope": np.where(v < 0, v, (v > 0) * 1.0)},
        words={"value_for_slope": "That is ReLU's value. How steep is ReLU there?",
            "relu_open_at_zero": "The page says which slope ReLU has at 0. Which?"})
    return (
        step(f"An activation works on each entry by itself, so all slopes off the diagonal are 0. Take $f(z) = z^2$ at "
            f"$z = ({z[0]:g}, {z[1]:g}, {z[2]:g})$.",
            eq(frac("∂f(z)", "∂z"), "=", "diag(f′(z))", "=", matrix(on_diagonal(square)))),
        step("Now ReLU. At 0 it has a kink; there we agree on $ReLU′(0) = 0$.",
            eq("z", "=", column(v), APART, frac("∂ReLU(z)", "∂z"), "=", matrix(on_diagonal(gate)))),
    )


@page("A diagonal multiplies entry by entry", row=("2.5", "2.8"))
def diag_as_odot(given, box):
    """diag(v) in front scales rows, behind it scales columns; written as ⊙ it takes n products, not n²."""
    v, u = given("v", [2, -3, 5], low=2, high=6, distinct=abs), given("u", [4, 1, -2], high=9)
    m, w = given("M", [[1, 4], [3, -2]], high=9), given("w", [2, -5], low=2, high=6, distinct=abs)
    n = given("n", 100, low=20, high=300, step=10)
    given.require(np.all(np.abs(u) != np.abs(v)))
    beside = box(u * v, "u^T diag(v)", "The row meets each column. How many entries of a column are not 0?",
        how="Each entry of u times the entry of v in its place.",
        slips={"added_not_multiplied": u + v, "other_vector": v})
    front = box(w[:, None] * m, "diag(w) M", "A row of diag(w) has one entry. Which row of M does it pick out?",
        how="Each row of M times the entry of w in its place.",
        slips={"matrices_swapped": m * w, "diagonal_by_habit": np.diag(w) * m},
        words={"matrices_swapped": "You scaled the columns. In front, the diagonal scales rows.",
            "diagonal_by_habit": "M is not diagonal, and the product is not either."})
    behind = box(m * w, "M diag(w)", "A column of diag(w) has one entry. Which column of M does it pick out?",
        how="Each column of M times the entry of w in its place.",
        slips={"matrices_swapped": w[:, None] * m, "diagonal_by_habit": np.diag(w) * m},
        words={"matrices_swapped": "You scaled the rows. Behind, the diagonal scales columns.",
            "diagonal_by_habit": "M is not diagonal, and the product is not either."})
    whole = box(n * n, "products with the matrix",
        "Each of the columns meets the whole row. How many products is that?",
        how="For each column as many products as the row has entries.", slips={"doubled": 2 * n, "not_squared": n},
        words={"doubled": "That is twice the number. How many columns does the row meet?",
            "not_squared": "That is one column alone. The row meets each of them."})
    short = box(n, "products entry by entry", "How many places are there?", how="One for each place.",
        slips={"not_scaled": 1, "squared_for_entry": n * n},
        words={"not_scaled": "That is a single place. How many are there?"})
    return (
        step("A row times a diagonal matrix: write it out.",
            eq(row(u, "u^T"), "·", matrix(np.diag(v).astype(int), "diag(v)"), "=", row(beside))),
        step("So $u^T diag(v)$ is $u ⊙ v$ written as a row. A diagonal matrix in front of a matrix, and behind it:",
            eq(matrix(np.diag(w).astype(int), "diag(w)"), "·", matrix(m, "M"), "=", matrix(front)),
            eq(matrix(m, "M"), "·", matrix(np.diag(w).astype(int), "diag(w)"), "=", matrix(behind))),
        step(f"A layer has ${n:g}$ nodes. How many products does $u^T diag(v)$ take with the whole matrix, zeros and "
            "all? And how many as $u ⊙ v$?",
            eq(words("with the matrix:"), whole, APART, words("entry by entry:"), short)),
        say("That is why programs never build the diagonal matrix of an activation: they multiply by its slopes, entry "
            "by entry."),
    )


# -- 2.6 The score of a network ----------------------------------------------------------------------------------------


def relu_network(given):
    """W, x, b, u of a network with two inputs, three hidden nodes, one of them silent, and a score."""
    w = given("W", [[2, -1], [1, 3], [-2, 1]], high=4)
    x, b = given("x", [3, 2], low=2, high=5, distinct=True), given("b", [1, -2, 1], high=3)
    u = given("u", [2, -3, 4], low=2, high=5, distinct=abs)
    z = w @ x + b
    given.require(np.sum(z < 0) == 1 and np.all(np.abs(z) > 1))
    return w, x, b, u


@page("The score of a network", row="2.6", shares=relu_network)
def score_forward(given, box):
    """s = uᵀ f(Wx + b), forwards."""
    w, x, b, u = given.shared(relu_network)
    given.require(u @ np.maximum(w @ x + b, 0) not in (0, 1))
    z = box(w @ x + b, "z", "Each row of W meets x. And then?", how="The weighted sum plus the bias.",
        slips={"bias_left_out": w @ x})
    a = box(np.maximum(z, 0), "a", "What does ReLU do with this z?",
        how="Positive numbers stay, negative ones become 0.",
        slips={"sign_flipped_only": np.abs(z), "slope_for_value": (np.asarray(z) > 0) * 1.0},
        words={"slope_for_value": "That is ReLU's slope. The box asks for its value."})
    s = box(u @ a, "s", "Which three products make the score?", how="The weights u times the values a, added up.",
        slips={"only_one_term": u[0] * a[0]})
    return (
        step("The whole network in one line: $s = u^T f(Wx + b)$, where $f$ is ReLU. First the sums.",
            eq("z", "=", matrix(w, "W"), "·", column(x, "x"), "+", column(b, "b"), "=", column(z))),
        step("Then the values $a = f(z)$ of the hidden nodes, and the score $s = u^T a$.",
            network([x, ["a_1", "a_2", "a_3"], ["s"]], [w, [u]], names=[["x_1", "x_2"], [], [""]],
                below=[(), (), [echo(s, "s")]], gap=250, row_gap=100, along=((0.2, 0.67, 0.2), (0.4,)),
                title="Two inputs, three hidden nodes, one score; weights on the edges"),
            eq("a", "=", column(a), APART, "s", "=", s)),
    )


@page("A product of Jacobians", row="2.6")
def score_chain(given, box):
    """∂s/∂b = uᵀ · diag(f′(z)) · I, each factor a matrix."""
    z, u = given("z", [5, -3], low=2, high=9), given("u", [2, -4], low=2, high=7, distinct=abs)
    given.require(np.sum(z < 0) == 1 and not set(np.abs(u)) & set(np.abs(z)))
    by_a = box(u, "∂s/∂a", "In uᵀa, what does each a meet?", how="Each a meets its own u: the row uᵀ.",
        slips={"factors_not_swapped": np.maximum(z, 0)})
    by_z = box((z > 0) * 1.0, "∂a_i/∂z_i", "Does ReLU let a nudge of this z through?",
        how="1 where z is above zero, otherwise 0.", slips={"value_for_slope": np.maximum(z, 0)},
        words={"value_for_slope": "That is ReLU's value. How steep is ReLU there?"})
    row_, diagonal = np.asarray(by_a), np.diag(np.asarray(by_z))
    delta = box(row_ @ diagonal, "δ", "The row meets each column of the diagonal matrix. What comes out?",
        how="The row uᵀ times the diagonal: each weight times the slope of its node.", slips={"slope_left_out": u})
    result = box(np.asarray(delta), "∂s/∂b", "What does the identity do to a row?",
        how="The identity changes nothing: it is δ.", slips={"slope_left_out": u})
    return (
        step(f"A score $s = u^T a$ with $u^T = ({u[0]:g}, {u[1]:g})$, where $a = ReLU(z)$ and $z = Wx + b$; right now "
            f"$z = ({z[0]:g}, {z[1]:g})$. The chain from $b$ to $s$ has three links. The last one is the identity $I$.",
            eq(by("b", "s"), "=", row(by_a, "∂s/∂a"), "·", matrix(on_diagonal(by_z), "∂a/∂z"), "·",
                matrix(np.eye(2, dtype=int), "∂z/∂b"))),
        step("Multiply from the left. The first two factors together are called $δ$; like every Jacobian of a score, "
            "it is a row.",
            eq("δ", "=", "u^T diag(f′(z))", "=", row(delta)),
            eq(by("b", "s"), "=", "δ I", "=", row(result))),
    )


def products(a: float, b: float, c: float) -> float:
    """How many products a matrix of shape a×b times one of shape b×c takes."""
    return a * b * c


@page("Why it runs backward", row=("2.6", "2.8"))
def which_order(given, box):
    """The same chain of Jacobians multiplied from either end, and the products counted."""
    n, p, q = given("sizes", [8, 5, 3], low=2, high=9, distinct=True)
    k = given("k", 4, low=2, high=6)
    given.require(k not in (n, p, q))
    first = [products(1, q, p), products(1, p, n)]
    last = [products(q, p, n), products(1, q, n)]
    given.distinct(*first, *last)
    back = box(first, "from the left", "A row meets each column of the next matrix. How many products is that?",
        how="Rows of the first times columns of the second times what they share.",
        slips={"outer_for_inner": [p, n], "added_not_multiplied": [q + p, p + n]},
        words={"outer_for_inner": "That is how many numbers come out. How many products does each take?"})
    left = box(back[0] + back[1], "from the left, in all", "What do the two products of matrices take together?",
        how="The two counts, added.", slips={"multiplied_not_added": back[0] * back[1], "term_left_out": back[0]},
        words={"term_left_out": "That is the first of the two alone."})
    ahead = box(last, "from the right", "How many rows does the first matrix have here?",
        how="Rows of the first times columns of the second times what they share.",
        slips={"outer_for_inner": [q * n, n], "added_not_multiplied": [q + p + n, q + n]},
        words={"outer_for_inner": "That is how many numbers come out. How many products does each take?"})
    right = box(ahead[0] + ahead[1], "from the right, in all", "What do the two take together?",
        how="The two counts, added.", slips={"multiplied_not_added": ahead[0] * ahead[1], "term_left_out": ahead[0]},
        words={"term_left_out": "That is the first of the two alone."})
    given.require(min(sum(first), sum(last)) == sum(first))
    order = ("from the left", "from the right")
    cheaper = box(order[int(left > right)], "the cheaper order", "Compare the two totals.",
        how="The one with fewer products.", options=order)
    turned = [products(k, q, p) + products(k, p, 1), products(q, p, 1) + products(k, q, 1)]
    given.require(turned[0] > turned[1])
    many = box(turned, "one input, many outputs", "The outer sizes have changed. What does each order take now?",
        how="The same counting with the other sizes.",
        slips={"term_left_out": [products(k, q, p), products(q, p, 1)], "matrices_swapped": turned[::-1]},
        words={"term_left_out": "That is the first product alone. Another one follows.",
            "matrices_swapped": "That is what the other order takes."})
    other = box(order[int(many[0] > many[1])], "the cheaper order", "Compare the two totals.",
        how="The one with fewer products.", options=order)
    return (
        step(f"A number $C$ is made from ${q:g}$ values, these from ${p:g}$, and these from ${n:g}$ inputs. Its slopes "
            f"are a product of Jacobians of shapes $1×{q:g}$, ${q:g}×{p:g}$ and ${p:g}×{n:g}$. From the left, that is "
            "from the cost backward, how many products of two numbers does each step take?",
            table(["", words("first"), words("then"), words("in all")],
                (words("from the left"), back[0], back[1], left))),
        step("And from the right, forward from the inputs?",
            table(["", words("first"), words("then"), words("in all")],
                (words("from the right"), ahead[0], ahead[1], right)),
            eq(words("cheaper:"), cheaper)),
        step(f"Now let there be ${k:g}$ outputs and one input: shapes ${k:g}×{q:g}$, ${q:g}×{p:g}$ and ${p:g}×1$. How "
            "many products in all?",
            eq(words("from the left:"), many[0], APART, words("from the right:"), many[1]),
            eq(words("cheaper:"), other)),
        say("A cost is one number with millions of inputs, the weights. So it is differentiated backward: what is "
            "carried along stays a single row."),
    )


@page("Compute δ once", row="2.6", shares=relu_network)
def shared_delta(given, box):
    """Three gradients, one beginning."""
    w, x, b, u = given.shared(relu_network)
    z, slope = w @ x + b, ((w @ x + b) > 0) * 1.0
    first = np.argmax(slope)
    given.require(np.all((u * slope) @ w != 0) and np.all(u @ w != u[first] * w[first]))
    delta = box(u * slope, "δ", "Is this node silent? What does that do to its weight?",
        how="Each weight u times the slope of f.",
        slips={"slope_left_out": u, "value_for_slope": np.maximum(z, 0), "not_multiplied": slope},
        words={"value_for_slope": "That is ReLU's value. δ is the weight times the slope of ReLU.",
            "not_multiplied": "That is the slope alone. Which weight does it meet?"})
    d = np.asarray(delta)
    by_b = box(d, "∂s/∂b", "What is ∂z/∂b, and what does it do to δ?", how="δ times the identity is δ.",
        slips={"slope_left_out": u})
    by_w = box(np.outer(d, x), "∂s/∂W", "Which node does this row feed, and which input does this column take?",
        how="δ of the row times the input of the column.",
        slips={"not_multiplied": np.tile(d[:, None], (1, 2)), "slope_left_out": np.outer(u, x),
            "other_column": np.outer(d, x[::-1])})
    by_x = box(d @ w, "∂s/∂x", "Along which edges does this input reach the score?",
        how="The row δ times each column of W.", slips={"slope_left_out": u @ w, "only_one_term": d[first] * w[first]})
    return (
        step("The same network, $s = u^T f(Wx + b)$ with ReLU for $f$, on the way back. Its sums $z$ are known "
            "already.",
            eq("W", "=", matrix(w), APART, "x", "=", column(x), APART, "z", "=", column(z), APART, "u", "=",
                column(u))),
        step("Every gradient begins with the same product. Compute it once.",
            eq("δ", "=", "u^T diag(f′(z))", "=", row(delta))),
        step("Now every gradient is one step away. Nudge $W_{ij}$: then $z_i$ moves by $x_j$ times the nudge, and the "
            "score by $δ_i$ times that. So the gradient of $W$, in the shape of $W$, has $δ_i x_j$ in row $i$ and "
            "column $j$.",
            eq(by("b", "s"), "=", "δ", "=", row(by_b)),
            eq(by("W", "s"), "=", "δ^T x^T", "=", matrix(by_w)),
            eq(by("x", "s"), "=", "δ W", "=", row(by_x))),
    )


@page("The whole score, with a sigmoid", row="2.6")
def sigmoid_score(given, box):
    """Forward and back through a smooth activation, to three digits."""
    w, x = given("W", [[2, -1], [-3, 1]], high=2), given("x", [1, 2], high=2, distinct=True)
    b, u = given("b", [1, -1], high=2), given("u", [3, -2], low=2, high=7, distinct=abs)
    sums = w @ x + b
    given.require(np.all(np.abs(sums) <= 3) and np.all(sums != 0) and abs(sums[0]) != abs(sums[1]))
    z = box(sums, "z", "Each row of W meets x. And then?", how="The weighted sum plus the bias.",
        slips={"bias_left_out": w @ x})
    a = box(sigmoid(z), "a", "Is it e to the power z, or to the power −z, below the bar?", digits=3,
        how="One over one plus e to the power −z.", slips={"exponent_sign": sigmoid(-np.asarray(z))})
    slope = box(a * (1 - a), "f′(z)", "How does the sigmoid's slope follow from its value?", digits=3,
        how="The value a times 1 − a.", slips={"slope_of_slope": sigmoid_slope(np.asarray(a)), "value_for_slope": a},
        words={"value_for_slope": "That is the value. The slope is the value times 1 minus the value."})
    delta = box(u * slope, "δ", "Which weight meets which slope?", digits=3,
        how="Each weight u times the slope of its node.",
        slips={"slope_left_out": u, "value_for_slope": u * a, "not_multiplied": slope},
        words={"value_for_slope": "You used the value. δ is the weight times the slope.",
            "not_multiplied": "That is the slope alone. Which weight does it meet?"})
    by_w = box(np.outer(delta, x), "∂s/∂W", "Which δ belongs to this row, which input to this column?", digits=3,
        how="δ of the row times the input of the column.",
        slips={"slope_left_out": np.outer(u, x), "transposed": np.outer(x, delta)})
    by_x = box(np.asarray(delta) @ w, "∂s/∂x", "Down which column of W does this input reach the score?", digits=3,
        how="The row δ times each column of W.", slips={"transposed": w @ np.asarray(delta), "slope_left_out": u @ w})
    return (
        step("One more score $s = u^T f(Wx + b)$, now with the sigmoid $f(z) = 1/(1 + e^{-z})$.",
            eq("W", "=", matrix(w), APART, "x", "=", column(x), APART, "b", "=", column(b), APART, "u", "=",
                column(u))),
        step("Forward, and the slope of each node: $f′(z) = a(1 - a)$.",
            eq("z", "=", column(z), APART, "a", "=", column(a), APART, "f′(z)", "=", column(slope))),
        step("Back: $δ$ once, then the weights and the inputs.",
            eq("δ", "=", row(delta)),
            eq(by("W", "s"), "=", "δ^T x^T", "=", matrix(by_w)),
            eq(by("x", "s"), "=", "δ W", "=", row(by_x))),
    )


@page("Find the bug: back from a score", row=("2.6", "2.7"))
def find_the_bug(given, box):
    """The way back from a score through squares, worked out with one slip in it."""
    w, x = given("W", [[2, -1], [3, 1]], high=3), given("x", [2, 3], low=2, high=3, distinct=True)
    b, u = given("b", [2, -2], low=1, high=3), given("u", [2, -3], low=2, high=4, distinct=abs)
    given.require(np.all(w @ x + b != 2) and np.min(np.abs(w @ x + b)) >= 1 and abs(w[0, 1]) != abs(w[1,
    0]) and np.ptp(np.abs(w @ x + b)) > 0)
    lines = (
        Line("z", "W x + b", lambda v: w @ x + b),
        Line("f′(z)", "2z", lambda v: 2 * v["z"]),
        Line("δ", "u^T diag(f′(z))", lambda v: [u * v["f′(z)"]]),
        Line("∂s/∂x", "δ W", lambda v: v["δ"] @ w),
    )
    faults = (
        Fault("∂s/∂x", "rows for columns", lambda v: [w @ v["δ"][0]],
            "Line 4 takes δ along the rows of W; the product δW goes down its columns."),
        Fault("z", "a bias left out", lambda v: w @ x, "Line 1 leaves the bias out."),
        Fault("f′(z)", "a value for a slope", lambda v: v["z"] ** 2, "Line 2 is the square itself, not its slope."),
        Fault("δ", "a slope left out", lambda v: [u], "Line 3 is u alone; the slopes are missing."),
        Fault("∂s/∂x", "a path left out", lambda v: [v["δ"][0, 0] * w[0]],
            "Line 4 goes back through the first node only; there is a second."),
    )
    work = Worked(lines, faults, given.choice("fault", *range(len(faults))))
    return (
        step("A score $s = u^T f(Wx + b)$ with $f(z) = z^2$, so that $f′(z) = 2z$.",
            eq("W", "=", matrix(w), APART, "x", "=", column(x), APART, "b", "=", column(b), APART, "u", "=",
                column(u))),
        step("Somebody has worked out $∂s/∂x$, made one slip, and then carried on with what they had.",
            *work.shown()),
        *work.steps(given, box),
    )
