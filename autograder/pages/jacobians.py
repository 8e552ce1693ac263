"""Chapter 2: many outputs and many inputs at once; the chain rule as a product of matrices; the score of a network."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from ..authoring.page import page
from ..engine import sigmoid, sigmoid_slope
from ..engine.expressions import Name, add, as_expr, cos, exp, log, sin
from ..layout import Shape, aligned, column, eq, frac, graph, lit, matrix, network, row, say, step, table
from ..layout.phrases import APART, by, words

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


@lru_cache
def constants_kept(functions: tuple, names: str) -> np.ndarray:
    """The Jacobian of somebody who leaves the terms without the variable as they are."""
    return np.array([[add(f.derivative(n),
        *(t for t in f.terms if n not in t.names)) for n in names] for f in functions], dtype=object)


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
        how="The nudge times the factor of that input; the other term stays as it is.", slips={"slope_for_value": a.T})
    ratios = box(changes.T / nudge, "∂F/∂(x, y)", "Which change belongs on top, and which nudge below?",
        how="Each change over its nudge: a row for each output, a column for each input.",
        slips={"change_not_ratio": changes.T, "layout_swapped": changes / nudge[:, None]})
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
    formulas = box(slopes(f, "xy"), "∂F/∂(x, y)", "Only one variable moves. What do the terms without it do?",
        names="x y", how="Differentiate by one variable; the other one counts as a constant.",
        slips={"other_variable": slopes(f, "yx"), "constant_kept": constants_kept(f, "xy")})
    values = numbers(formulas, point)
    given.distinct(values)
    whole = box(values, "J at the point", "Which of your four formulas belongs here, and what is it at this point?",
        only=[(0, 0), (0, 1), (1, 0)], how=f"The formulas above at x = {at[0]:g}, y = {at[1]:g}.",
        slips={"layout_swapped": values.T})
    decimal = box(values[1, 1], "e^y at the point", "How does your calculator write this power of e?", digits=3,
        how="e to the power y.", slips={"not_differentiated": numbers(f[1], point)[()]})
    return (
        step(f"Let $F_1 = {f[0]}$ and $F_2 = {f[1]}$. Find the four slopes.",
            aligned(*[(by("x", f"F_{i}"), "=", formulas[i - 1, 0], APART, by("y", f"F_{i}"), "=",
                formulas[i - 1, 1]) for i in (1, 2)])),
        step(f"They fill the Jacobian, row by row. What stands in it at $x = {at[0]:g}$, $y = {at[1]:g}$?",
            eq("J", "=", matrix([["∂F_1/∂x", "∂F_1/∂y"], ["∂F_2/∂x", "∂F_2/∂y"]]), "=",
                matrix([whole[0], [whole[1, 0], decimal]]))),
    )


TRIPLES = ((X * Y, X**2 + Y, 5 * Y), (X * Y, 4 * X, X + Y**3), (X**2 * Y, X - Y, 7 * X), (3 * X, X * Y, X - Y**2),
    (X - 2 * Y, 6 * Y, X * Y**2))


@page("Three outputs, two inputs", row="2.1")
def three_outputs(given, box):
    """A whole Jacobian at once, as formulas and then at a point."""
    f = given.choice("F", *TRIPLES)
    at = given("point", [3, 2], low=2, high=5, distinct=True)
    point = {"x": int(at[0]), "y": int(at[1])}
    formulas = box(slopes(f, "xy"), "∂F/∂(x, y)", "Which output is this row about, and which input this column?",
        names="x y", how="The output of the row, differentiated by the input of the column.",
        slips={"other_variable": slopes(f, "yx"), "not_differentiated": np.array([[g, g] for g in f], dtype=object)})
    values = box(numbers(formulas, point), "J at the point",
        "Which formula stands at the same place, and what is it at this point?",
        how=f"The formulas above at x = {at[0]:g}, y = {at[1]:g}.",
        slips={"other_variable": numbers(slopes(f, "yx"), point)})
    return (
        step("Three functions of two variables. Write their whole Jacobian.",
            eq("F", "=", column(f), APART, "J", "=", matrix(formulas))),
        step(f"And its numbers at $x = {at[0]:g}$, $y = {at[1]:g}$.", eq("J", "=", matrix(values))),
    )


# -- 2.2 Shapes --------------------------------------------------------------------------------------------------------


SINGLES = (X * Y + Z**2, X * Z + Y**2, X**2 + Y * Z, X * Y + 4 * Z, Y * Z - X**3)


@page("A gradient, lying down", row="2.2")
def gradient_as_row(given, box):
    """One output: the Jacobian is a single row, and the gradient is that row standing up."""
    f = given.choice("f", *SINGLES)
    at = given("point", [3, 5, 4], low=2, high=6, distinct=True)
    point = dict(zip("xyz", map(int, at), strict=True))
    lying = box(Shape((1, 3)), "the shape of J", "How many outputs does f have, and how many inputs?",
        how="One output makes one row, three inputs make three columns.", slips={"layout_swapped": Shape((3, 1))})
    formulas = box(slopes((f,), "xyz")[0], "∂f/∂(x, y, z)", "Only one of the three moves. What is left of f?",
        names="x y z", how="Differentiate by one variable; the others count as constants.",
        slips={"not_differentiated": np.array([f] * 3, dtype=object)})
    values = numbers(formulas, point)
    given.distinct(values)
    standing = box(values, "∇f at the point", "Which slope comes first, and what is it at this point?",
        how="The three formulas at the point, in a column.", slips={"input_for_slope": at})
    upright = box(Shape((3, 1)), "the shape of ∇f", "A gradient has the shape of its variables. How do they stand?",
        how="A column of three.", slips={"layout_swapped": Shape((1, 3))})
    return (
        step(f"The function $f(x, y, z) = {f}$ has a single output. What is the shape of its Jacobian, and what stands "
            "in it?",
            eq(words("shape of $J$"), "=", lying),
            eq("J", "=", row(formulas))),
        step("The **gradient** is the same list standing up, so that it can be added to the variables themselves. "
            f"Write it at $(x, y, z) = ({at[0]:g}, {at[1]:g}, {at[2]:g})$.",
            eq("∇f", "=", "J^T", "=", column(standing), APART, words("shape of $∇f$"), "=", upright)),
    )


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
        slips={"layout_swapped": m[3]})
    lost_m = box(m[3], "outputs", "Which side of the matrix counts the outputs?", how="The number of rows.",
        slips={"layout_swapped": n[3]})
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


def chain(outer, inner, box, letter: str = "x"):
    """Boxes for the outer slope, the inner slope and their product, of f = outer(g), g = inner(x)."""
    first = box(outer.derivative("g"), "df/dg", "Forget what g is made of. What is the slope of f in g?", names="g",
        how="Differentiate f by g as if g were a plain variable.", slips={"not_differentiated": outer})
    second = box(inner.derivative("x"), "dg/dx", "And how fast does g change with x?", names="x",
        how="Differentiate g by x.", slips={"not_differentiated": inner})
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
            "slope is easy, and their product is the answer.",
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
    h, g = Name("h"), int(k) * X
    outer, middle = given.choice("functions", (h ** int(n), sin(G)), (h ** int(n), cos(G)), (sin(h), G ** int(n)),
        (cos(h), G ** int(n)), (h ** int(n), exp(G)))
    first = box(outer.derivative("h"), "df/dh", "Forget what h is. What is the slope of f in h?", names="h",
        how="Differentiate f by h.", slips={"not_differentiated": outer})
    second = box(middle.derivative("g"), "dh/dg", "Forget what g is. What is the slope of h in g?", names="g",
        how="Differentiate h by g.", slips={"wrong_sign": -middle.derivative("g")})
    third = box(g.derivative("x"), "dg/dx", "How fast does g change with x?", names="x", how="Differentiate g by x.",
        slips={"not_differentiated": g})
    a = first.substitute({"h": middle}).substitute({"g": g})
    b = second.substitute({"g": g})
    product = box(a * b * third, "df/dx", "How many links has the chain, and how many factors has your product?",
        names="x", how="All three slopes multiplied, with h and g written out.",
        slips={"chain_factor_left_out": a * b, "inner_slope_left_out": a})
    return (
        step(f"Three functions, one inside the other: $f = {outer}$, $h = {middle}$, $g = {g}$. Every link has its "
            "slope.",
            eq(by("x", "f", "d"), "=", by("h", "f", "d"), "·", by("g", "h", "d"), "·", by("x", "g", "d"), "=", first,
                "·", second, "·", third)),
        step("Write the product with nothing but $x$ in it.", eq(by("x", "f", "d"), "=", product)),
    )


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
    outer = box(2 * g, "df/dg", "How steep is a square, there where g is now?", how="Twice the value of g.",
        slips={"value_for_slope": f, "outer_at_x": 2 * x, "factor_left_out": g})
    slope = box(outer * inner, "df/dx", "Two arrows, two slopes: how do they combine?",
        how="The product of the slopes along the way.",
        slips={"inner_slope_left_out": outer, "slopes_added": outer + inner})
    near = box(((k * (x + 0.1) + c) ** 2 - f) / 0.1, "Δf/Δx",
        "What are g and f from the nudged x, and how far is the new f from the old?",
        how="The new f minus the old one, over the nudge.",
        slips={"value_not_change": (k * (x + 0.1) + c) ** 2, "change_not_ratio": (k * (x + 0.1) + c) ** 2 - f})
    return (
        step(f"Here $g = {k:g}x + {c:g}$ and $f = g^2$. Write values into the nodes, slopes below the arrows.",
            graph({"x": (0, 0, x), "g": (1, 0, g), "f": (2, 0, f)},
                [("x", "g", f"{k:g}x + {c:g}", inner), ("g", "f", "g^2", outer)], unit=(230, 92),
                title=f"x = {x:g} goes to g, and g to f; each arrow has a slope")),
        step("The slope of the whole way:", eq(by("x", "f", "d"), "=", slope)),
        step(f"Do not take it on trust: move $x$ from {x:g} to {x + 0.1:g} and divide the changes. You should land a "
            "little above your slope, for the curve bends.",
            eq(frac("Δf", "Δx"), "=", frac("f_{new} - f", "0.1"), "=", near)),
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
    outer = box(sides, "∂F/∂g", "Does this output look at this g? If so, what is its slope?", names="g_1 g_2",
        how="Each output looks at its own g alone: slopes on the diagonal, 0 elsewhere.",
        slips={"every_input_counted": np.array([[sides[i, i]] * 2 for i in range(2)], dtype=object),
            "not_differentiated": np.array([[f[0], 0 * X], [0 * X, f[1]]], dtype=object)})
    inner = box(slopes(g, "xy"), "∂g/∂(x, y)", "Which g is this row about, and which variable this column?",
        names="x y", how="The g of the row, differentiated by the variable of the column.",
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
        pair in zip(("∂F/∂h", "∂h/∂g", "∂g/∂x", "∂F/∂x"), pairs, strict=True)]
    sizes = " → ".join(f"ℝ^{v:g}" for v in n)
    return (
        step("Three inputs $x$ go to two numbers $g$, and these to a single number $s$. What shape is each Jacobian?",
            table(["∂s/∂g", "∂g/∂x", "∂s/∂x"], size)),
        step("The inner sizes meet and vanish. Multiply.",
            eq(by("x", "s"), "=", row(first, "∂s/∂g"), "·", matrix(second, "∂g/∂x"), "=", row(product, "∂s/∂x"))),
        step(f"A longer chain, ${sizes}$, by way of $g$ and $h$ to $F$:",
            table(["∂F/∂h", "∂h/∂g", "∂g/∂x", "∂F/∂x"], longer)),
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
        slips={"constant_kept": w + b[:, None], "input_for_slope": np.tile(x, (2, 1))})
    shape = box(Shape((2, 3)), "the shape of ∂z/∂x", "How many nodes has the layer, and how many inputs?",
        how="A row for each node, a column for each input.", slips={"layout_swapped": Shape((3, 2))})
    by_b = box(np.eye(2), "∂z/∂b", "Raise one bias by one. Which nodes notice, and by how much?",
        how="Each bias is added once, to its own node: 1 on the diagonal, 0 elsewhere.",
        slips={"every_input_counted": np.ones((2, 2)), "input_for_slope": np.diag(b)})
    return (
        step(f"A layer computes $z = Wx + b$; at this moment $x = ({x[0]:g}, {x[1]:g}, {x[2]:g})$. How does each node "
            "answer a nudge of each input?",
            network([["x_1", "x_2", "x_3"], ["z_1", "z_2"]], [lit("w_{j}{k}", w)], gap=330, along=(0.24, 0.42),
                below=[[], [f"+ {v:g}" if v > 0 else f"− {-v:g}" for v in b]],
                title="Three inputs joined to two nodes by six weights; each node adds a bias"),
            eq(by("x", "z"), "=", matrix(lit("w_{j}{k}", by_x)), APART, words("of shape"), shape)),
        step("And a nudge of each bias?", eq(by("b", "z"), "=", matrix(by_b))),
        say("So $∂z/∂x = W$ and $∂z/∂b = I$, whatever the input was."),
    )


@page("The Jacobians of a score", row="2.5")
def score(given, box):
    """s = uᵀh: a product looks the other way."""
    u, h = given("u", [3, -2, 5], low=2, high=7), given("h", [4, 6, 2], low=2, high=8)
    given.require(np.all(np.abs(u) != h) and u @ h not in (0, 1))
    total = box(u @ h, "s", "Which two numbers meet in each term, and what becomes of the terms?",
        how="The products, added up.", slips={"only_one_term": u[0] * h[0], "sign_lost": np.abs(u) @ h})
    by_u = box(h, "∂s/∂u", "Raise one weight by one: by how much does the sum rise?",
        how="Each weight's slope is the value that it multiplies.",
        slips={"factors_not_swapped": u, "value_for_slope": u * h})
    shape = box(Shape((1, 3)), "the shape of ∂s/∂u", "One output. Does it make a row or a column?",
        how="One output, three inputs: a single row.", slips={"layout_swapped": Shape((3, 1))})
    by_h = box(u, "∂s/∂h", "Raise one value by one: by how much does the sum rise?",
        how="Each value's slope is the weight that it meets.",
        slips={"factors_not_swapped": h, "value_for_slope": u * h})
    return (
        step("The **score** of a network is one number: the last values $h$, weighed by $u$.",
            eq("s", "=", "u^T h", "=", row(u, "u^T"), "·", column(h, "h"), "=", total)),
        step("Two Jacobians, and each is a row.",
            eq(by("u", "s"), "=", row(by_u), APART, words("of shape"), shape),
            eq(by("h", "s"), "=", row(by_h))),
        say("In letters: $∂(u^T h)/∂u = h^T$ and $∂(u^T h)/∂h = u^T$."),
    )


@page("The Jacobian of an activation", row="2.5")
def activation(given, box):
    """An activation works on each entry by itself, so its Jacobian is a diagonal."""
    z = given("z", [3, -2, 4], low=2, high=6, distinct=abs)
    given.require(np.all(z != 2))
    square = box(np.diag(2 * z), "∂f(z)/∂z", "Does this output look at this entry of z? If so, how steeply?",
        how="The slope 2z of each entry on the diagonal, 0 elsewhere.",
        slips={"value_for_slope": np.diag(z**2), "every_input_counted": np.tile(2 * z[:, None], (1, 3))})
    p, n = given("positive", 5, low=2, high=9), given("negative", 7, low=2, high=9)
    given.require(p != n)
    order = given.choice("order", (0, 1, 2), (2, 0, 1), (1, 2, 0), (0, 2, 1))
    v = np.array([p, -n, 0.0])[list(order)]
    gate = box((v > 0) * 1.0, "ReLU′(z)", "Nudge this entry a little. Does ReLU let the nudge through?",
        how="1 where the entry is above zero, otherwise 0; at 0 itself we take 0.",
        slips={"value_for_slope": np.maximum(v, 0), "relu_open_at_zero": (v >= 0) * 1.0,
            "input_for_slope": np.where(v < 0, v, (v > 0) * 1.0)})
    cells = [[gate[i] if i == j else 0 for j in range(3)] for i in range(3)]
    return (
        step(f"An activation acts on every entry by itself. Take $f(z) = z^2$ at $z = ({z[0]:g}, {z[1]:g}, {z[2]:g})$ "
            "and fill in all nine slopes.",
            eq(frac("∂f(z)", "∂z"), "=", matrix(square))),
        step("Zeros everywhere off the diagonal; so we write $diag(f′(z))$ and need three numbers only. Here is ReLU.",
            eq("z", "=", column(v), APART, frac("∂ReLU(z)", "∂z"), "=", matrix(cells))),
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


@page("The score of a network", row="2.6")
def score_forward(given, box):
    """s = uᵀ f(Wx + b), forwards."""
    w, x, b, u = relu_network(given)
    given.require(u @ np.maximum(w @ x + b, 0) not in (0, 1))
    z = box(w @ x + b, "z", "Each row of W meets x. And then?", how="The weighted sum plus the bias.",
        slips={"bias_left_out": w @ x})
    h = box(np.maximum(z, 0), "h", "What does ReLU do with this z?",
        how="Positive numbers stay, negative ones become 0.", slips={"sign_lost": np.abs(z)})
    s = box(u @ h, "s", "Which three products make the score?", how="The weights u times the values h, added up.",
        slips={"only_one_term": u[0] * h[0]})
    return (
        step("The whole network in one line: $s = u^T f(Wx + b)$, with $f$ the ReLU. First the sums.",
            eq("z", "=", matrix(w, "W"), "·", column(x, "x"), "+", column(b, "b"), "=", column(z))),
        step("Then the values of the hidden nodes, and the score.",
            network([x, h, [s]], [w, [u]], names=[["x_1", "x_2"], ["h_1", "h_2", "h_3"], ["s"]], gap=235, row_gap=112,
                along=((0.3, 0.44, 0.64), (0.46,)),
                title="Two inputs, three hidden nodes, one score; weights on the edges")),
    )


@page("A product of Jacobians", row="2.6")
def score_chain(given, box):
    """∂s/∂b = uᵀ · diag(f′(z)) · I, each factor a matrix."""
    z, u = given("z", [5, -3], low=2, high=9), given("u", [2, -4], low=2, high=7, distinct=abs)
    given.require(np.sum(z < 0) == 1 and not set(np.abs(u)) & set(np.abs(z)))
    by_h = box(u, "∂s/∂h", "In uᵀh, what does each h meet?", how="Each h meets its own u: the row uᵀ.",
        slips={"factors_not_swapped": np.maximum(z, 0)})
    by_z = box(np.diag((z > 0) * 1.0), "∂h/∂z", "Does this node look at this z, and does ReLU let it through?",
        how="On the diagonal 1 where z is above zero, otherwise 0.",
        slips={"value_for_slope": np.diag(np.maximum(z, 0)),
            "every_input_counted": np.tile((z > 0)[:, None] * 1.0, (1, 2))})
    by_b = box(np.eye(2), "∂z/∂b", "Raise one bias by one: which z notices?", how="The identity.",
        slips={"every_input_counted": np.ones((2, 2))})
    a, d, i = np.asarray(by_h), np.asarray(by_z), np.asarray(by_b)
    delta = box(a @ d, "δ", "The row meets each column of the diagonal. What survives?",
        how="The row uᵀ times the diagonal: each weight times the slope of its node.", slips={"slope_left_out": u})
    result = box(np.asarray(delta) @ i, "∂s/∂b", "What does the identity do to a row?",
        how="The identity changes nothing: it is δ.", slips={"slope_left_out": u})
    return (
        step(f"A score $s = u^T h$ with $u^T = ({u[0]:g}, {u[1]:g})$, where $h = ReLU(z)$ and $z = Wx + b$; right now "
            f"$z = ({z[0]:g}, {z[1]:g})$. The chain from $b$ to $s$ has three links.",
            eq(by("b", "s"), "=", row(by_h, "∂s/∂h"), "·", matrix(by_z, "∂h/∂z"), "·", matrix(by_b, "∂z/∂b"))),
        step("Multiply from the left. The first two factors together are called $δ$.",
            eq("δ", "=", "u^T diag(f′(z))", "=", row(delta)),
            eq(by("b", "s"), "=", "δ · I", "=", row(result))),
    )


@page("Compute δ once", row="2.6")
def shared_delta(given, box):
    """Three gradients, one beginning."""
    w, x, b, u = relu_network(given)
    z, slope = w @ x + b, ((w @ x + b) > 0) * 1.0
    first = np.flatnonzero(slope)[0]
    given.require(np.all((u * slope) @ w != 0) and np.all(u @ w != u[first] * w[first]))
    delta = box(u * slope, "δ", "Which node is silent? What gets through it?",
        how="Each weight u times the slope of f.", slips={"slope_left_out": u, "value_for_slope": np.maximum(z, 0)})
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
        step("The same kind of network, going back. Its sums $z$ are known already.",
            eq("W", "=", matrix(w), APART, "x", "=", column(x), APART, "z", "=", column(z), APART, "u", "=",
                column(u))),
        step("Whatever you ask for, the way back begins alike. Do that part once.",
            eq("δ", "=", "u^T diag(f′(z))", "=", row(delta))),
        step("Now every gradient is one step away.",
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
    h = box(sigmoid(z), "h", "Is it e to the power z, or to the power −z, below the bar?", digits=3,
        how="One over one plus e to the power −z.", slips={"sign_lost": sigmoid(-np.asarray(z))})
    slope = box(h * (1 - h), "f′(z)", "The sigmoid's slope needs its value only. How?", digits=3,
        how="The value h times 1 − h.", slips={"slope_of_slope": sigmoid_slope(np.asarray(h)), "value_for_slope": h})
    delta = box(u * slope, "δ", "Which weight meets which slope?", digits=3,
        how="Each weight u times the slope of its node.", slips={"slope_left_out": u, "value_for_slope": u * h})
    by_w = box(np.outer(delta, x), "∂s/∂W", "Which δ belongs to this row, which input to this column?", digits=3,
        how="δ of the row times the input of the column.",
        slips={"slope_left_out": np.outer(u, x), "transposed": np.outer(x, delta)})
    by_x = box(np.asarray(delta) @ w, "∂s/∂x", "Down which column of W does this input reach the score?", digits=3,
        how="The row δ times each column of W.", slips={"transposed": w @ np.asarray(delta), "slope_left_out": u @ w})
    return (
        step("One more score $s = u^T f(Wx + b)$, now with the sigmoid $f(z) = 1/(1 + e^{-z})$.",
            eq("W", "=", matrix(w), APART, "x", "=", column(x), APART, "b", "=", column(b), APART, "u", "=",
                column(u))),
        step("Forward, and the slope of each node: $f′(z) = h(1 - h)$.",
            eq("z", "=", column(z), APART, "h", "=", column(h), APART, "f′(z)", "=", column(slope))),
        step("Back: $δ$ once, then the weights and the inputs.",
            eq("δ", "=", row(delta)),
            eq(by("W", "s"), "=", "δ^T x^T", "=", matrix(by_w)),
            eq(by("x", "s"), "=", "δ W", "=", row(by_x))),
    )
