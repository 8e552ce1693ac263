"""Chapter 6: the cost of a neuron, its derivative factor by factor, a step downhill, and batches of examples."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..authoring import ask
from ..authoring.page import page
from ..authoring.worked import Fault, Line, Worked
from ..engine import bp3, bp4, relu, relu_slope, unroll
from ..engine.expressions import Name
from ..layout import Node, aligned, column, echo, eq, frac, group, lit, matrix, network, row, say, step, table
from ..layout.phrases import APART, by, grouped, link, signed, words

ACTIVE = ("active", "silent")
TELLS = ("raise it", "lower it", "nothing")


def links(title: str, layers, slopes, *, values=(), gap: int) -> Node:
    """What depends on what, from left to right: on each link its slope, beside the nodes their values, once found."""
    return network(layers, slopes, names=values, gap=gap, row_gap=88, title=title)


class Neuron(NamedTuple):
    """A ReLU neuron with two weights, and what it makes of a few examples (one in each row of x)."""

    x: np.ndarray
    y: np.ndarray
    w: np.ndarray
    b: float
    z: np.ndarray
    a: np.ndarray
    on: np.ndarray  # 1 for an active example, 0 for a silent one
    e: np.ndarray


def neuron(given, x, y, w, b) -> Neuron:
    """The neuron with these canonical numbers; some of its examples are silent, no error is trivial."""
    w, b, x = np.array(given.choice("w", *w)), given("b", b, high=4), given("x", x, high=5)
    z = x @ w + b
    a, on = relu(z), relu_slope(z)
    given.require(np.all(z != 0) and 2 <= np.sum(on) < len(x))
    y = given("y", y, low=1, high=9)
    given.require(np.min(np.abs(a - y)) >= 2 and np.max(np.abs(z)) <= 18 and len(set(a - y)) == len(y))
    given.require(np.all(np.abs(on * (a - y) @ x) >= 2) and abs(on @ (a - y)) >= 2)
    return Neuron(x, y, w, b, z, a, on, a - y)


def four_examples(given) -> Neuron:
    """The neuron that most of the chapter is about."""
    weights = [(2, -1), (-1, 2), (1, -2), (-2, 1), (3, -2), (-2, 3)]
    return neuron(given, [[3, 1], [1, 4], [2, 3], [4, 2]], [4, 2, 5, 2], weights, 1)


# -- 6.1 The mean squared error ---------------------------------------------------------------------------------------


@page("How wrong are the predictions?", row="6.1")
def mean_squared_error(given, box):
    """Differences, squares, their sum, and half their mean."""
    y, a = given("y", [4, 2, 5, 2], low=1, high=9), given("a", [6, 0, 2, 7], high=9)
    given.require(np.min(np.abs(y - a)) >= 2 and abs(np.sum(y - a)) >= 2)
    m = len(y)
    v = box(y - a, "v", "From which number do you take away which?", how="Target minus prediction.",
        slips={"prediction_minus_target": a - y})
    squares = box(v**2, "v^2", "What happens to the sign when a number is squared?", how="Each difference squared.",
        slips={"not_squared": v, "wrong_sign": v * np.abs(v), "doubled_not_squared": 2 * v},
        words={"wrong_sign": "The square of a negative number is positive."})
    total = box(np.sum(squares), "Σ v^2", "Have you added all four squares?", how="The sum of the squares.",
        slips={"not_squared": np.sum(v), "term_left_out": np.sum(squares[:-1]), "half_kept": np.sum(squares) / 2},
        words={"half_kept": "That is half the sum. The whole sum stands above the bar, and 2m below."})
    cancelled = total == np.sum(squares) / 2  # who halves above has to halve below
    below = box(m if cancelled else 2 * m, "2m", "How many examples are there, and what stands before m?",
        how="Twice the number of examples.", slips={"half_left_out": m})
    cost = box(total / below, "C", "By what is the sum divided?", how="The sum of the squares over 2m.",
        slips={"half_left_out": total / m, "summed_not_averaged": total / 2, "mean_taken_twice": total / (2 * m * m)})
    return (
        step("A neuron has made four predictions $a_i$. How far is each from its target, $v_i = y_i - a_i$? And "
            "squared?",
            table(["i", "y_i", "a_i", "v_i = y_i - a_i", "v_i^2"],
                *[(str(i + 1), y[i], a[i], v[i], squares[i]) for i in range(m)])),
        step("The **cost** $C$ is half the mean of the squares. The half will cancel when you differentiate.",
            eq("C", "=", frac(1, "2m"), "Σ_i (y_i - a_i)^2", "=", frac(total, below), "=", cost)),
    )


@page("From the cost back to a target", row="6.1")
def cost_backwards(given, box):
    """From the cost to the sum, to a square, to a target; then the number of examples."""
    v, a = given("v", [2, -4, 4], low=2, high=6), given("a", 3, low=1, high=9)
    given.require(np.sum(v**2) % 3 == 0 and v[2] > 0)
    cost = np.sum(v**2) / 6
    total = box(6 * cost, "Σ v^2", "By what was the sum divided to make the cost?", how="The cost times 2m.",
        slips={"half_left_out": 3 * cost, "mean_left_out": 2 * cost})
    square = box(total - v[0] ** 2 - v[1] ** 2, "the third square", "What is missing to reach the sum?",
        how="The sum minus the two known squares.", slips={"not_squared": total - v[0] - v[1]})
    third = box(np.sqrt(square), "the third v", "Which number has this square?", how="The positive root of the square.",
        slips={"wrong_sign": -v[2]})
    target = box(a + third, "the third y", "If v is target minus prediction, what is the target?",
        how="The prediction plus v.", slips={"prediction_minus_target": a - third})
    m, c = given("m", 5, low=3, high=9), given("C", 4, low=2, high=9)
    below = box(2 * m, "2m", "The sum divided by what gives the cost?", how="The sum over the cost.",
        slips={"multiplied_not_divided": 2 * m * c * c, "upside_down": 1 / (2 * m)})
    count = box(below / 2, "m", "What else stands below besides m?", how="Half of 2m.", slips={"half_left_out": below})
    k = given("k", 3, low=2, high=5)
    larger = box(k**2, "the factor of the cost", "What happens to a square when its number grows?",
        how="Each square grows by the square of the factor, and so does their mean.", slips={"not_squared": k})
    twice = box(1, "the factor of the cost", "Twice the sum, and how many examples?",
        how="The sum doubles and so does m, so the mean stays the same.", slips={"summed_not_averaged": 2})
    return (
        step(f"Three examples have the cost $C = {cost:g}$. The first two are off by $v_1 = {v[0]:g}$ and "
            f"$v_2 = {v[1]:g}$. The third prediction was $a_3 = {a:g}$, below its target. What was the target?",
            aligned((f"{signed(v[0])}^2 + {signed(v[1])}^2 + v_3^2 = 2m·C", "=", total),
                ("v_3^2", "=", square),
                ("v_3", "=", third),
                ("y_3", "=", target))),
        step(f"Another batch: the squares sum to ${2 * m * c:g}$ and the cost is ${c:g}$. How many examples?",
            eq("2m", "=", below, APART, "m", "=", count)),
        step(f"Suppose every difference becomes ${k:g}$ times as large. By which factor does the cost grow?",
            eq(larger)),
        step("Suppose instead that every example is in the batch twice. By which factor does the cost change?",
            eq(twice)),
    )


# -- 6.2 The derivative, factor by factor -----------------------------------------------------------------------------


@page("Four factors from the cost to a weight", row="6.2")
def chain_of_factors(given, box):
    """One active example: forwards in numbers, back in formulas, then the numbers put in."""
    x, w = given("x", 3, low=2, high=6), given("w", 2, low=2, high=5)
    b, y = given("b", 4, low=2, high=5), given("y", 4, low=1)
    given.distinct(x, w, b)
    given.require(abs(y - w * x - b) >= 2 and abs(y - w * x - b) not in (x, w, 4))
    z = box(w * x + b, "z", "What is added to weight times input?", how="Weight times input plus bias.",
        slips={"bias_left_out": w * x})
    v = box(y - relu(z), "v", "From which number do you take away which?", how="Target minus prediction.",
        slips={"prediction_minus_target": relu(z) - y})
    cost = box(v**2 / 2, "C", "Which number is squared, and what stands in front?", how="Half the square of v.",
        slips={"half_left_out": v**2, "not_squared": v / 2})
    V, X = Name("v"), Name("x")
    outer = box(V, "∂C/∂v", "What becomes of the two that comes down?", names="v x",
        how="The two cancels the one half.",
        slips={"doubled": 2 * V, "half_kept": V / 2, "not_differentiated": V**2 / 2})
    minus = box(-1, "∂v/∂a", "If a rises by one, by how much does y − a change?",
        how="a is taken away, so the slope is −1.",
        slips={"wrong_sign": 1})
    slope = box(1, "∂a/∂z", "z is above zero. How steep is ReLU there?", how="Above zero ReLU has the slope 1.",
        slips={"value_for_slope": w * x + b})
    inner = box(X, "∂z/∂w", "Raise the weight by one. By how much does z change?", names="v x w",
        how="The weight multiplies x.", slips={"parameter_for_gradient": Name("w"), "value_for_slope": X * Name("w")})
    product = box(outer * minus * slope * inner, "∂C/∂w", "Have all four factors gone in?", names="v x",
        how="The product of the four factors.",
        slips={"sign_lost": V * X, "input_left_out": -V, "chain_factor_left_out": -X})

    def at_the_numbers(formula):
        return float(formula.evaluate({"v": v, "x": x, "w": w}))

    number = box(at_the_numbers(product), "∂C/∂w", "What do v and x stand for?",
        how="The numbers put into the product.", gradient_of="W1", slips={"sign_lost": v * x, "input_left_out": -v})
    last = box(1, "∂z/∂b", "Raise the bias by one. By how much does z change?", how="The bias is added as it is.",
        slips={"weight_for_input": w, "value_for_slope": b})
    bias = box(at_the_numbers(outer) * minus * slope * last, "∂C/∂b", "Which factor is different now?",
        how="The same factors, with 1 in place of x.", gradient_of="b1",
        slips={"sign_lost": v, "other_variable": -v * x})
    shared = "∂C/∂v ∂v/∂a ∂a/∂z"
    by_weight, by_bias = f"{shared} ∂z/∂w", f"{shared} ∂z/∂b"
    return (
        step(f"One example, so $m = 1$: $x = {x:g}$, $y = {y:g}$. The neuron has $w = {w:g}$, $b = {b:g}$ and ReLU.",
            eq("z", "=", z, APART, "v = y - a =", v, APART, "C = v^2/2 =", cost)),
        step("From the cost back to the weight there are four links. Write the slope of each, in $v$ and $x$ where "
            "needed.",
            links("The weight and the bias move z, z moves a, a moves v, and v moves the cost",
                [["w", "b"], ["z"], ["a"], ["v"], ["C"]], [[[lit("∂z/∂w", echo(inner)), lit("∂z/∂b", echo(last))]],
                    [[lit("∂a/∂z", echo(slope))]], [[lit("∂v/∂a", echo(minus))]], [[lit("∂C/∂v", echo(outer))]]],
                values=[["", ""], [echo(z)], [""], [echo(v)], [echo(cost)]], gap=120),
            eq(link("w", uses=by_weight), "=", link("v"), "·", link("a", "v"), "·", link("z", "a"), "·",
                link("w", "z")),
            eq("=", lit("∂C/∂v", outer), "·", lit("∂v/∂a", minus), "·", lit("∂a/∂z", slope), "·", lit("∂z/∂w", inner),
                "=", lit("∂C/∂w", product, uses=by_weight))),
        step("Now put the numbers in. For the bias only the last link differs.",
            eq(link("w", uses=by_weight), "=", number, APART, link("b", "z"), "=", last, APART, link("b", uses=by_bias),
                "=", bias)),
    )


@page("Where the half and the m go", row="6.2")
def half_and_mean(given, box):
    """Formulas: the two cancels the half, the m stays, the minus turns v into the error."""
    V, M, X, E = Name("v"), Name("m"), Name("x"), Name("e")
    square = box(2 * V, "d/dv v^2", "What comes down in front?", names="v m", how="The power comes down.",
        slips={"factor_left_out": V, "power_kept": 2 * V**2, "not_differentiated": V**2})
    half = box(square / 2, "d/dv of half the square", "What is half of that?", names="v m",
        how="The two cancels the one half.", slips={"half_left_out": 2 * V, "half_kept": V / 2})
    mean = box(half / M, "d/dv with 1/2m in front", "What stays below?", names="v m",
        how="The two cancels, the m stays below.",
        slips={"mean_left_out": V, "half_left_out": 2 * V / M, "half_kept": V / (2 * M)})
    inner = box(-X, "∂v/∂w", "v = y − wx − b. What does w do to it?", names="v m x e",
        how="The weight's term is taken away, so −x.", slips={"sign_lost": X, "other_variable": -1 + 0 * X})
    product = box(mean * inner, "one term of ∂C/∂w", "Which two slopes are multiplied?", names="v m x e",
        how="The product of both slopes.",
        slips={"sign_lost": V * X / M, "mean_left_out": -V * X, "input_left_out": -V / M})
    error = box(product.substitute({"v": -E}), "the term with e", "With e = a − y, what is v?", names="v m x e",
        how="v is −e, and the two minus signs cancel.",
        slips={"target_minus_prediction": -E * X / M, "mean_left_out": E * X, "mean_taken_twice": E * X / M**2})
    m, x, e = given("m", 5, low=2), given("x", 4, low=2, high=7), given("e", -3, low=2, high=7)
    given.require(m != 2)
    value = box(float(error.evaluate({"e": e, "v": -e, "x": x, "m": m})), "that term",
        "Which two numbers are multiplied, and by what is the product divided?", how="Error times input over m.",
        slips={"mean_left_out": e * x, "target_minus_prediction": -e * x / m, "mean_taken_twice": e * x / m**2,
            "half_kept": e * x / (2 * m)})
    both = "∂C/∂v ∂v/∂w"
    return (
        step("Differentiate, with $m$ a fixed number.",
            aligned((frac("d", "dv"), "v^2", "=", square),
                (frac("d", "dv"), frac("v^2", 2), "=", half),
                (frac("d", "dv"), frac("v^2", "2m"), "=", lit("∂C/∂v", mean)))),
        step("An active neuron has $v = y - (wx + b)$. What does one example contribute to $∂C/∂w$, in $v$, $x$ "
            "and $m$?",
            links("The weight moves v, and v moves the cost", [["w"], ["v"], ["C"]],
                [[[lit("∂v/∂w", echo(inner))]], [[lit("∂C/∂v", echo(mean))]]], gap=180),
            eq(link("w", "v"), "=", inner),
            eq(words("one term:"), lit("share", product, uses=both))),
        step("The **error term** $e = a - y$ is prediction minus target. Write the same term with $e$ in place of $v$. "
            f"Then take $e = {e:g}$, $x = {x:g}$, $m = {m:g}$.",
            eq(words("one term:"), lit("share", error, uses=both), "=", value)),
    )


@page("The cost as a formula of w and b", row="6.2")
def cost_as_formula(given, box):
    """Put the numbers of one example in at the start and differentiate a formula."""
    x, y = given("x", 3, low=2, high=6), given("y", 7, low=2)
    w, b = given("w", 2, low=2, high=5), given("b", -1, high=5)
    given.require(b != 0 and w * x + b > 0 and abs(y - w * x - b) >= 2 and abs(y - w * x - b) != x and w != x != 2)
    W, B = Name("w"), Name("b")
    v = box(y - x * W - B, "v", "What is taken away from the target?", names="w b", how="The target minus all of a.",
        slips={"prediction_minus_target": x * W + B - y, "bias_left_out": y - x * W})
    at = {"w": w, "b": b}

    def slope_in(name):
        return float(v.derivative(name).evaluate(at))

    by_w = box(slope_in("w"), "∂v/∂w", "Only one term holds w. What is its factor?",
        how="The factor of w, with its sign.",
        slips={"sign_lost": x, "parameter_for_gradient": w, "not_differentiated": -x * w},
        words={"not_differentiated": "That is the whole term. Its slope is the factor beside w."})
    by_b = box(slope_in("b"), "∂v/∂b", "Only one term holds b. What is its factor?",
        how="The factor of b, with its sign.", slips={"sign_lost": 1})
    letter = {"v": y - x * W - B}
    dw = box(v * by_w, "∂C/∂w", "The outer slope is v. What is the inner one?", names="w b", how="v times ∂v/∂w.",
        meanings=letter, slips={"inner_slope_left_out": y - x * W - B, "sign_lost": x * (y - x * W - B),
            "doubled": -2 * x * (y - x * W - B)})
    db = box(v * by_b, "∂C/∂b", "The outer slope is v. What is the inner one?", names="w b", how="v times ∂v/∂b.",
        meanings=letter,
        slips={"sign_lost": y - x * W - B, "doubled": -2 * (y - x * W - B), "other_variable": -x * (y - x * W - B)})
    values = [float(formula.evaluate(at)) for formula in (v, dw, db)]
    slopes = box([values[1], values[2]], "the gradient there", "Put both numbers into your formulas.",
        how=f"The formulas at w = {w:g}, b = {b:g}.", gradient_of=("W1", "b1"),
        slips={"sign_lost": [-values[1], -values[2]]})
    error = box(-values[0], "e", "Prediction minus target: how is that related to v?", how="The opposite of v.",
        slips={"target_minus_prediction": values[0]})
    of = {name: f"∂C/∂v ∂v/∂{name}" for name in "wb"}
    return (
        step(f"A neuron with $a = wx + b$ sees one example, $x = {x:g}$ and $y = {y:g}$. Write $v = y - a$ as a "
            "formula of $w$ and $b$, and its two slopes.",
            links("The weight and the bias move v, and v moves the cost", [["w", "b"], ["v"], ["C"]],
                [[[lit("∂v/∂w", echo(by_w)), lit("∂v/∂b", echo(by_b))]], [[lit("∂C/∂v", None)]]], gap=180),
            eq("v", "=", v),
            eq(link("w", "v"), "=", by_w, APART, link("b", "v"), "=", by_b)),
        step("The cost is $C = v^2/2$. Multiply outer and inner slope, still as formulas.",
            aligned((link("w", uses=of["w"]), "=", link("v"), "·", link("w", "v"), "=", dw),
                (link("b", uses=of["b"]), "=", link("v"), "·", link("b", "v"), "=", db))),
        step(f"Now $w = {w:g}$ and $b = {b:g}$. What do your formulas give?",
            eq(column(["∂C/∂w", "∂C/∂b"]), "=", column([lit("∂C/∂w", slopes[0]), lit("∂C/∂b", slopes[1])]))),
        step("What is the error term $e = a - y$ there? Compare: both slopes are $e$ times what the parameter is "
            "multiplied by, $x$ or 1.",
            eq("e", "=", error)),
    )


@page("Which examples count?", row="6.2")
def active_examples(given, box):
    """ReLU lets an example through or not; at zero it does not. A silent one says nothing about the weight."""
    w, away = given("w", 2, low=2, high=4), given("away", [2, -2, 1], low=1, high=3, distinct=True)
    zero = given("zero", 3, low=2, high=5)  # the input at which z is 0
    given.require(1 <= np.sum(away > 0) <= 2 and np.all(zero + away > 0))
    b, x = -w * zero, zero + np.array([away[0], 0, away[1], away[2]])
    z = w * x + b
    last = int(np.argmin(z))
    given.require(np.all(x != z) and np.all(x != w) and x[last] != -z[last])
    right = [ACTIVE[0] if one else ACTIVE[1] for one in relu_slope(z)]
    kinds = box(right, "the example", "Is z above zero?", options=ACTIVE, how="Active where z is above zero.",
        slips={"relu_open_at_zero": [ACTIVE[0] if one >= 0 else ACTIVE[1] for one in z]})
    slope = np.array([kind == ACTIVE[0] for kind in kinds], dtype=float)
    by_w = box(slope * x, "∂a/∂w", "The slope of z is x. What does ReLU do to it?", how="The slope of ReLU times x.",
        slips={"input_left_out": slope, "relu_open_at_zero": np.where(z == 0, x, np.nan),
            "silent_example_counted": np.where(z < 0, x, np.nan), "parameter_for_gradient": w * slope})
    rise = box(-z[last], "the rise of b", "A rise of the bias is added to every z. Where must z arrive?",
        how="As far as z lies below zero.", slips={"wrong_sign": z[last], "input_for_slope": x[last]},
        words={"input_for_slope": "That is the input. The bias is added to z: how far is z from zero?"})
    told = box(TELLS[2], "what it says about the weight",
        "Its slope ∂a/∂w is in the table. What is the error multiplied by?",
        options=TELLS, how="Its share of the gradient is the error times 0.",
        slips={"silent_example_counted": TELLS[0], "wrong_sign": TELLS[1]},
        words={"wrong_sign": "Look at its slope ∂a/∂w. What is the error multiplied by?"})
    return (
        step(f"A neuron $a = ReLU(z)$ with $z = wx + b$, $w = {w:g}$ and $b = {b:g}$ sees four examples. An example is "
            "**active** if a nudge of the weight gets through to $a$, else it is **silent**. By agreement ReLU has the "
            "slope 0 at $z = 0$.",
            table(["i", "x_i", "z_i", words("example"), "∂a_i/∂w"],
                *[(str(i + 1), lit(f"x_{i}", x[i]), z[i], kinds[i], lit(f"g_{i}", by_w[i], uses=f"x_{i}"))
                    for i in range(4)])),
        step(f"The bias rises slowly. How far may it rise before example {last + 1} becomes active?", eq(rise)),
        step(f"As it is, example {last + 1} is far too low: $a = 0$, but the target is 9. What does its share of the "
            "gradient say about the weight?",
            eq(told)),
    )


# -- 6.3 Error terms ---------------------------------------------------------------------------------------------------


@page("An error term for each example", row=("6.2", "6.3"), shares=four_examples)
def error_terms(given, box):
    """Four examples forward, and the error of each."""
    n = given.shared(four_examples)
    z = box(n.z, "z", "Did you add both products and the bias?", how="Both weights times their inputs, plus the bias.",
        slips={"bias_left_out": n.x @ n.w, "other_column": n.x[:, ::-1] @ n.w + n.b})
    a = box(relu(z), "a", "What does ReLU make of this z?", how="z where it is above zero, else 0.",
        slips={"activation_left_out": np.where(n.on, np.nan, n.z), "sign_flipped_only": np.where(n.on, np.nan, -n.z)})
    error = ask.error(box, a, n.y, "e", "From which number do you take away which?",
        slips={"activation_left_out": np.where(n.on, np.nan, n.z - n.y)},
        words={"activation_left_out": "That is z minus the target. The prediction is a = ReLU(z)."})
    return (
        step(f"A neuron with $w_1 = {n.w[0]:g}$, $w_2 = {n.w[1]:g}$, $b = {n.b:g}$ and ReLU sees four examples "
            "of two inputs. Compute $z_i$, $a_i$ and the error term $e_i$ of each.",
            network([lit("x_{j}", ["x_{i1}", "x_{i2}"]), ["a_i"]], [[lit("w_{j}", n.w, uses="x_{j}")]],
                below=[(), [f"b = {n.b:g}"]], gap=260, row_gap=88,
                title=f"Two inputs joined to a neuron by the weights {n.w[0]:g} and {n.w[1]:g}"),
            table(["i", "x_{i1}", "x_{i2}", "z_i", "a_i = ReLU(z_i)", "y_i", "e_i = a_i - y_i"],
                *[(str(i + 1), lit("x_1", n.x[i, 0]), lit("x_2", n.x[i, 1]), z[i], a[i], n.y[i], error[i])
                    for i in range(4)])),
        say("An example may have an error although it is silent. The next pages show what becomes of it."),
    )


@page("The error goes back along each weight", row=("6.3", "6.4"))
def on_the_edges(given, box):
    """One active example on a drawn neuron: e at the node, e·x on every edge."""
    x, a, y = given("x", [3, -2, 5], low=2, high=6, distinct=abs), given("a", 9, low=2), given("y", 5, low=1)
    given.require(abs(a - y) >= 2 and abs(a - y) not in np.abs(x))
    other, e = given("x'", [4, -3], low=2, high=6, distinct=abs), given("e'", -6, low=2, high=7)
    given.require(abs(e) not in np.abs(other))
    error = ask.error(box, a, y, "e")
    edges = box(error * x, "∂C/∂w", "Which number is this weight multiplied by?", how="The error times the input.",
        gradient_of="W1",
        slips={"input_left_out": np.full(3, a - y), "output_for_error": a * x, "added_not_multiplied": (a - y) + x,
            "local_for_downstream": x},
        words={"local_for_downstream": "That is the input alone. Multiply it by the error."})
    bias = box(error, "∂C/∂b", "Which number is a bias multiplied by?", how="The error times 1.", gradient_of="b1",
        slips={"local_for_downstream": 1, "output_for_error": a},
        words={"local_for_downstream": "That is the slope of z alone. Multiply it by the error."})
    lost = box(e, "e", "In which row do you know both the gradient and the input?",
        how="The gradient of the first weight over its input.",
        slips={"multiplied_not_divided": e * other[0] ** 2, "upside_down": 1 / e})
    second = box(e * other[1] / lost, "x_2", "The gradient divided by what?",
        how="The gradient of the second weight over the error.",
        slips={"multiplied_not_divided": e * other[1] * lost, "upside_down": lost / (e * other[1])})
    return (
        step(f"One active example: the prediction is $a = {a:g}$, the target $y = {y:g}$. Write the error under the "
            "node, and on each edge the gradient of this example's cost with respect to that weight.",
            network([lit("x_{j}", x), [a]], [[lit("w_{j}", edges, uses="e x_{j}")]],
                names=[["x_1", "x_2", "x_3"], ["a"]], below=[[], [lit("e", error)]], along=(0.46,),
                title=f"Three inputs joined to one neuron with the value {a:g}"),
            eq(lit("w_1 w_2 w_3", by("w_k")), "=", lit("e", by("z")), "·", lit("x_1 x_2 x_3", by("w_k", "z"))),
            eq(by("b"), "=", lit("b", bias, uses="e"))),
        step("Another example. Find its error, and the input that is missing.",
            eq(column([lit(f"g_{k}", e * value, uses=f"e' x'_{k}") for k, value in enumerate(other, 1)], "∂C/∂w"), "=",
                lit("e'", lost), "·", column([lit("x'_1", other[0]), lit("x'_2", second)], "x"))),
    )


@page("Per example and per weight", row=("6.2", "6.3"), shares=four_examples)
def per_example(given, box):
    """Error times input for every example and weight, then down the columns, then the mean."""
    n = given.shared(four_examples)
    m, full, kept = 4, n.e[:, None] * n.x, (n.on * n.e)[:, None] * n.x
    given.require(np.all(np.abs(n.x) >= 1) and np.all(np.abs(full.sum(0)) >= 2))
    shares = box(kept, "e·∂a/∂w", "Is the example active? Which input is this weight multiplied by?",
        how="Error times input where z is above zero, else 0.",
        slips={"silent_example_counted": full, "target_minus_prediction": -kept, "other_column": kept[:, ::-1],
            "local_for_downstream": n.on[:, None] * n.x, "added_not_multiplied": n.on[:, None] * (n.e[:, None] + n.x)},
        words={"local_for_downstream": "That is the input alone. Multiply it by the error."})
    sums = box(np.sum(shares, axis=0), "the sum", "Did you add the whole column?", how="The sum of each column.",
        slips={"silent_example_counted": full.sum(0), "term_left_out": kept[:3].sum(0)})
    mean = box(sums / m, "∂C/∂w", "Over how many examples is the mean?", how="The sum over the number of examples.",
        gradient_of="W1",
        slips={"mean_left_out": sums, "mean_of_active_only": sums / np.sum(n.on), "mean_taken_twice": sums / m**2,
            "half_kept": sums / (2 * m)})
    return (
        step("The same four examples. The **share** of an example in the gradient of $w_1$ is $e_i·∂a_i/∂w_1$: error "
            "times input if the example is active, 0 if it is silent. Find all shares, then add each column.",
            table(["i", "z_i", "e_i", "x_{i1}", "x_{i2}", "e_i·∂a_i/∂w_1", "e_i·∂a_i/∂w_2"],
                *[(str(i + 1), n.z[i], lit(f"e_{i}", n.e[i]), *lit(f"x_{i}{{j}}", n.x[i]),
                    *lit(f"share_{i}{{j}}", shares[i], uses=f"e_{i} x_{i}{{j}} w_{{j}}")) for i in range(m)],
                [words("sum"), "", "", "", "", *lit("w_{j}", sums)])),
        step("The gradient of the cost has one entry for each weight: the mean of its shares over all $m = 4$ "
            "examples.",
            eq(column(lit("w_{j}", ["∂C/∂w_1", "∂C/∂w_2"])), "=", frac(1, "m"),
                column(lit("w_{j}", ["Σ_i e_i·∂a_i/∂w_1", "Σ_i e_i·∂a_i/∂w_2"])), "=", column(lit("w_{j}", mean)))),
    )


@page("From shares back to errors", row="6.3")
def errors_found_back(given, box):
    """From shares and inputs to errors, targets and a missing input; then the sums as a matrix times a column."""
    x, e = given("x", [[2, 3], [4, -3], [-3, 5]], low=2, high=6), given("e", [5, -2, 4], low=2, high=6, distinct=abs)
    a = given("a", [7, 3, 8], low=1)
    given.require(np.all(np.abs(x[:, 0]) != np.abs(e)) and abs(x[1, 1]) != abs(e[1]))
    sums = e @ x
    given.require(np.all(np.abs(sums) >= 2) and np.all(np.abs(x[:, 0]) != np.abs(x[:, 1])))
    errors = box(e, "e", "The share divided by what?", how="The share over the input of that weight.",
        slips={"multiplied_not_divided": e * x[:, 0] ** 2, "upside_down": 1 / e})
    targets = box(a - errors, "y", "The error is prediction minus target. What is the target?",
        how="The prediction minus the error.", slips={"target_minus_prediction": a + errors})
    lost = box(e[1] * x[1, 1] / errors[1], "x_{22}", "Its share is known. What is it divided by?",
        how="The share over the error.",
        slips={"multiplied_not_divided": e[1] ** 2 * x[1, 1], "upside_down": 1 / x[1, 1]})
    total = box(errors @ np.array([x[0], [x[1, 0], lost], x[2]]), "X e",
        "Each input of this row is multiplied by the error of its example. Which products are added, with which signs?",
        how="Each row of X times the column of errors.",
        slips={"only_one_term": e[0] * x[0], "term_left_out": e[:2] @ x[:2]})
    mean = box(total / 3, "∂C/∂w", "What turns a sum into a mean?", how="The sums over the number of examples.",
        gradient_of="W1", slips={"mean_left_out": sums, "half_kept": sums / 6, "mean_taken_twice": sums / 9})
    every = "e_0 e_1 e_2 x_0{j} x_1{j} x_2{j}"
    return (
        step("All three examples are active, so their shares are error times input. Find the errors from the shares of "
            "the first weight, then the targets, and the input that is missing.",
            table(["i", "x_{i1}", "e_i·x_{i1}", "e_i", "a_i", "y_i", "x_{i2}", "e_i·x_{i2}"],
                *[(str(i + 1), lit(f"x_{i}1", x[i, 0]), lit(f"share_{i}1", e[i] * x[i, 0], uses=f"e_{i} x_{i}1"),
                    lit(f"e_{i}", errors[i]), a[i], targets[i], lit(f"x_{i}2", lost if i == 1 else x[i, 1]),
                    lit(f"share_{i}2", e[i] * x[i, 1], uses=f"e_{i} x_{i}2")) for i in range(3)])),
        step("With the examples as the columns of a matrix $X$, one product gives all the sums: $X$ times the "
            "column of errors.",
            eq(by("w"), "=", frac(1, "m"), matrix([[lit(f"x_{i}{j + 1}", "x_{22}" if (i, j) == (1, 1) else x[i, j])
                for i in range(3)] for j in range(2)], "X"), column([lit(f"e_{i}", f"e_{i + 1}") for i in range(3)])),
            eq("=", frac(1, 3), column(lit("w_{j}", total, uses=every)), "=", column(lit("w_{j}", mean, uses=every)))),
    )


# -- 6.4 The bias ------------------------------------------------------------------------------------------------------


@page("The bias adds up the active errors", row="6.4")
def bias_gradient(given, box):
    """The slope of a with respect to a bias is 1 or 0; the gradient is the mean of the errors that get through."""
    z, e = given("z", [4, -3, 7, 2, -1], high=9), given("e", [3, -6, 5, -2, 4], low=2, high=7)
    m, on = len(z), relu_slope(z)
    given.require(np.all(z != 0) and 3 <= np.sum(on) < m and np.all(z != 1) and abs(on @ e) >= 2)
    given.require(abs(np.sum(e)) >= 2)
    shares = box(on * e, "the share", "Nudge the bias a little. Does a change, and by how much?",
        how="The error times ∂a/∂b, which is 1 where z is above zero, else 0.",
        slips={"silent_example_counted": e, "target_minus_prediction": -on * e, "sum_for_value": relu(z) * e,
            "local_for_downstream": on},
        words={"sum_for_value": "You multiplied by z. How much does a change when b rises by one?",
            "local_for_downstream": "That is ∂a/∂b alone. Multiply it by the error."})
    total = box(np.sum(shares), "the sum", "Which errors are in the sum?", how="The sum of the shares.",
        slips={"silent_example_counted": np.sum(e), "sign_lost": np.sum(np.abs(shares))})
    mean = box(total / m, "∂C/∂b", "The mean over how many examples?", how="The sum over all five.", gradient_of="b1",
        slips={"mean_left_out": total, "mean_of_active_only": total / np.sum(on), "mean_taken_twice": total / m**2,
            "half_kept": total / (2 * m)})
    other, grad = given("e'", [6, -4], low=2, high=7), given("grad", 2, low=1, high=5)
    given.require(abs(3 * grad - np.sum(other)) >= 2)
    summed = box(3 * grad, "Σ e", "What was the sum before it was divided?", how="The gradient times three.",
        slips={"mean_left_out": grad, "multiplied_not_divided": grad / 3})
    lost = ask.change(box, summed, np.sum(other), "the third error", "What is missing to reach the sum?",
        how="The sum minus the known errors.", slips={"term_left_out": summed - other[0]})
    head, every = ["i", *(f"{i + 1}" for i in range(m))], " ".join(f"share_{i + 1}" for i in range(m))
    return (
        step("Five examples. A nudge of the bias reaches the cost only through the active ones. What is the share "
            "$e_i·∂a_i/∂b$ of each?",
            network([["b"], ["1", "2", "3", "4", "5"]], [lit("share_{j}", echo(shares)[:, None])],
                names=[[echo(mean)], [""] * m], gap=300,
                row_gap=62, along=(0.62,),
                title="One bias joined to five examples; on each edge what comes back along it"),
            table(head,
                ["z_i", *z],
                ["e_i", *lit("e_{j}", e)],
                ["e_i·∂a_i/∂b", *lit("share_{j}", shares, uses="e_{j}")])),
        step("Add them up and take the mean.",
            eq(by("b"), "=", frac(1, "m"), "Σ_i e_i·∂a_i/∂b", "=", frac(lit("b", total, uses=every), m), "=",
                lit("b", mean, uses=every))),
        step(f"Three other examples, all active, give $∂C/∂b = {grad:g}$. Two of the errors are ${other[0]:g}$ and "
            f"${other[1]:g}$. What is the third?",
            eq("Σ_i e_i", "=", summed, APART, "e_3", "=", lost)),
    )


@page("One neuron from end to end", row=("6.1", "6.2", "6.3", "6.4"))
def whole_gradient(given, box):
    """A new batch: errors, cost, and the whole gradient."""
    n = neuron(given, [[2, 1], [-1, 3], [3, 2]], [3, 2, 4], [(3, 1), (2, 1), (1, 2), (-1, 2), (2, -3), (1, 3)], -1)
    m, e = 3, n.on * n.e
    given.require(np.all(n.x != 0) and abs(np.sum(n.e)) >= 2 and np.all(np.abs(n.e @ n.x) >= 2))
    z = box(n.z, "z", "Did you add both products and the bias?", how="Weights times inputs, plus the bias.",
        slips={"bias_left_out": n.x @ n.w})
    error = box(relu(z) - n.y, "e", "What does ReLU make of z, and what is taken away from it?",
        how="ReLU of z, minus the target.",
        slips={"target_minus_prediction": n.y - n.a, "activation_left_out": np.where(n.on, np.nan, n.z - n.y)},
        words={"activation_left_out": "That is z minus the target. The prediction is a = ReLU(z)."})
    kept = box(relu_slope(z) * error, "what gets through", "Which errors does ReLU let through?",
        how="The error where z is above zero, else 0.", slips={"silent_example_counted": n.e})
    cost = box(np.sum(error**2) / (2 * m), "C", "Do silent examples have errors? What stands in front of the sum?",
        how="Half the mean of all the squares; silent examples are wrong too.",
        slips={"half_left_out": np.sum(n.e**2) / m, "summed_not_averaged": np.sum(n.e**2) / 2,
            "not_squared": np.sum(n.e) / 6})
    by_w = box(bp4(np.array([kept]), n.x.T)[0], "∂C/∂w", "Each error is multiplied by which input? Then sum or mean?",
        how="The mean of error times input.", gradient_of="W1",
        slips={"mean_left_out": e @ n.x, "silent_example_counted": n.e @ n.x / m,
            "mean_of_active_only": e @ n.x / np.sum(n.on), "half_kept": e @ n.x / (2 * m)})
    by_b = box(bp3(np.array([kept]))[0], "∂C/∂b", "The mean of which numbers?",
        how="The mean of the errors that get through.", gradient_of="b1",
        slips={"mean_left_out": np.sum(e), "silent_example_counted": np.sum(n.e) / m,
            "mean_of_active_only": np.sum(e) / np.sum(n.on)})
    return (
        step(f"New numbers: $w_1 = {n.w[0]:g}$, $w_2 = {n.w[1]:g}$, $b = {n.b:g}$, ReLU. In the last column write the "
            "error where it gets through ReLU, and 0 where it does not.",
            table(["i", "x_{i1}", "x_{i2}", "z_i", "y_i", "e_i", words("gets through")],
                *[(str(i + 1), *lit("x_{j}", n.x[i]), z[i], n.y[i], error[i], lit("e", kept[i])) for i in range(m)])),
        step("Every error enters the cost.", eq("C", "=", frac(1, "2m"), "Σ_i e_i^2", "=", cost)),
        step("Only those that get through enter its gradient.",
            eq(by("w"), "=", column(lit("w_{j}", by_w, uses="e x_{j}")), APART, by("b"), "=",
                lit("b", by_b, uses="e"))),
    )


@page("Find the bug: the slope of a cost", row=("6.3", "6.8"))
def find_the_bug(given, box):
    """Four examples, one of them silent, and a gradient worked out with one slip in it."""
    w, silent = given("w", 2, low=2, high=4), given.choice("silent", 0, 1, 2, 3)
    active, y = given("active", [3, 5, 4], low=3, high=7), given("y", [3, 1, 4, 5], low=1, high=9)
    b, x = -2 * w, np.insert(active, silent, 1)
    e, on = relu(w * x + b) - y, relu_slope(w * x + b)
    given.require(np.all(e != 0) and abs((e * on) @ x) >= 3)
    lines = (
        Line("z_i", "w x_i + b", lambda v: [w * x + b]),
        Line("a_i", "ReLU(z_i)", lambda v: relu(v["z_i"])),
        Line("e_i", "a_i - y_i", lambda v: v["a_i"] - y),
        Line("∂a_i/∂w", "ReLU′(z_i) x_i", lambda v: relu_slope(v["z_i"]) * x),
        Line("∂C/∂w", "1/m Σ_i e_i ∂a_i/∂w", lambda v: v["e_i"][0] @ v["∂a_i/∂w"][0] / 4),
        Line("new w", "w - 0.1 ∂C/∂w", lambda v: w - 0.1 * v["∂C/∂w"]),
    )
    faults = (
        Fault("∂a_i/∂w", "a silent example counted", lambda v: [x], "Line 4 counts the silent example."),
        Fault("z_i", "a bias left out", lambda v: [w * x], "Line 1 leaves the bias out."),
        Fault("e_i", "a sign", lambda v: y - v["a_i"], "Line 3 is target minus prediction."),
        Fault("∂C/∂w", "a mean over too few", lambda v: v["e_i"][0] @ v["∂a_i/∂w"][0] / 3,
            "Line 5 divides by the active examples; the mean is over all of them."),
        Fault("∂C/∂w", "the mean taken twice", lambda v: v["e_i"][0] @ v["∂a_i/∂w"][0] / 16,
        "Line 5 divides by m twice."),
        Fault("a_i", "an activation left out", lambda v: v["z_i"], "Line 2 leaves ReLU out."),
    )
    work = Worked(lines, faults, given.choice("fault", *range(len(faults))))
    return (
        step(f"A neuron $a = ReLU(wx + b)$ with $w = {w:g}$ and $b = {b:g}$, the cost $C = 1/(2m) Σ_i (a_i - y_i)^2$, "
            "and $m = 4$ examples; each row below has an entry for each.",
            eq("x", "=", row(x), APART, "y", "=", row(y))),
        step("Somebody has worked out $∂C/∂w$ and taken a step with $η = 0.1$. They made one slip, then carried on "
            "with what they had.",
            *work.shown()),
        *work.steps(given, box),
    )


# -- 6.5 One step downhill ---------------------------------------------------------------------------------------------


@page("All parameters in one vector", row="6.5")
def unrolled(given, box):
    """Weights row by row, then biases, layer after layer; and back again."""
    w1, b1 = given("W1", [[3, -1, 7], [2, 5, -4]], low=1, high=9), given("b1", [1, -2], low=1, high=9)
    w2, b2 = given("W2", [[4, -3]], low=1, high=9), given("b2", [6], low=1, high=9)
    theta = unroll([w1, b1, w2, b2])
    sizes = [given("n0", 4, low=2, high=7), given("n1", 3, low=2, high=7), given("n2", 2, low=2, high=7)]
    grad = given("gradient", [2, -5, 4, 7, -1, 3, 6, -8], high=9, low=1, distinct=True)
    given.distinct(sizes)
    given.distinct(w1)
    vector = box(theta, "θ", "Along the rows of a matrix, then its biases: what comes next?",
        how="Row by row, then the biases, then the next layer.", only=[1, 3, 6, 8, 10],
        slips={"transposed": unroll([w1.T, b1, w2, b2]), "biases_first": unroll([b1, w1, b2, w2])})
    first = box((sizes[0] + 1) * sizes[1], "parameters of layer 1", "How many weights, and how many biases?",
        how="A weight for each pair of nodes and a bias for each node of the layer.",
        slips={"bias_left_out": sizes[0] * sizes[1], "bias_per_input": (sizes[1] + 1) * sizes[0]},
        words={"bias_left_out": "Those are the weights. Each node of the layer has a bias too."})
    second = box((sizes[1] + 1) * sizes[2], "parameters of layer 2", "How many weights, and how many biases?",
        how="A weight for each pair of nodes and a bias for each node of the layer.",
        slips={"bias_left_out": sizes[1] * sizes[2], "bias_per_input": (sizes[2] + 1) * sizes[1]},
        words={"bias_left_out": "Those are the weights. Each node of the layer has a bias too."})
    entries = box(first + second, "entries of ∇C", "There is one slope for each what?",
        how="One entry for each parameter.",
        slips={"biases_not_counted": sizes[0] * sizes[1] + sizes[1] * sizes[2], "multiplied_not_added": first * second})
    by_w = box(grad[:6].reshape(2, 3), "∂C/∂W", "A row of weights at a time: where does the second row begin?",
        how="The first entries, row by row.", only=[(0, 1), (1, 0), (1, 2)],
        slips={"transposed": grad[:6].reshape(3, 2).T, "biases_first": grad[2:].reshape(2, 3)})
    by_b = box(grad[6:], "∂C/∂b", "What comes after the weights?", how="The entries after the weights.",
        slips={"biases_first": grad[:2]})
    return (
        step("A 3–2–1 network in one column $θ$: the weights of a layer row by row, its biases, then the next layer. "
            "To save space it is printed as a row, $θ^T$, in two parts.",
            network([["x_1", "x_2", "x_3"], ["", ""], [""]], [lit("u_{j}{k}", w1), lit("v_{j}{k}", w2)],
                below=[(), *(lit(f"b{n}_{{j}}", [f"b = {b:g}" for b in bs]) for n, bs in ((1, b1), (2, b2)))], gap=220,
                row_gap=140, along=((0.32,), (0.5,)),
                title="A 3–2–1 network with its weights on the edges and its biases under the nodes"),
            eq("W^{(1)} =", matrix(lit("u_{j}{k}", w1)), words(", "), "b^{(1)} =", column(lit("b1_{j}", b1)), APART,
                "W^{(2)} =", matrix(lit("v_{j}{k}", w2)), words(", "), "b^{(2)} =", column(lit("b2_{j}", b2))),
            eq(row([vector[i] for i in range(8)], "layer 1"), words(", "),
                row([vector[i] for i in range(8, 11)], "layer 2"))),
        step(f"How many parameters does a network of ${sizes[0]:g}$ inputs, ${sizes[1]:g}$ hidden and ${sizes[2]:g}$ "
            "output nodes have? The gradient $∇C$ has as many entries.",
            eq(words("layer 1:"), first, APART, words("layer 2:"), second, APART, words("in all:"), entries)),
        step("And back: this is the gradient of a layer of two nodes with three inputs, in the same order. Put its "
            "entries where they belong.",
            eq(row(grad)),
            eq(by("W"), "=", matrix(by_w), words(", "), by("b"), "=", column(by_b))),
    )


@page("One step of gradient descent", row="6.5")
def one_step(given, box):
    """θ − η∇C, then a gradient and a learning rate found back."""
    theta, grad = given("θ", [3, -1, 2], high=5), given("gradient", [5, 0.75, 1], step=0.25, low=0.5, high=6)
    rate = given.choice("η", 0.2, 0.1, 0.4, 0.5)
    given.require(np.all(np.abs(theta) >= 1) and np.all(grad != theta) and np.all(theta != rate * grad))
    given.require(np.all(theta != 2 * rate * grad))
    move = box(-rate * grad, "Δθ", "Which way is down, and how far do you go?",
        how="Minus the learning rate times the gradient.",
        slips={"uphill": rate * grad, "learning_rate_left_out": -grad})
    new = box(theta + move, "the new θ", "Where do you end up?", how="The old parameters plus the step.",
        slips={"uphill": theta + rate * grad, "learning_rate_left_out": theta - grad, "step_for_value": -rate * grad})
    old, g = given("θ'", [4, 3], low=1, high=6), given("g", [-2, 6], low=2, high=7, distinct=abs)
    r = given.choice("η'", 0.5, 0.25, 0.1)
    after = old - r * g
    lost = box(g, "∇C", "Old minus new is the learning rate times what?", how="Old minus new, over the learning rate.",
        slips={"wrong_sign": -g, "learning_rate_left_out": old - after, "multiplied_not_divided": r * (old - after)},
        words={"multiplied_not_divided": "You multiplied by the learning rate. Divide by it."})
    start, slope, eta = given("w", 6, low=3), given("slope", 5, low=2, high=8), given.choice("η''", 0.3, 0.2, 0.4, 0.7)
    rate_back = box(eta, "η", "By how much did w move, for which slope?", how="Old minus new, over the slope.",
        slips={"wrong_sign": -eta, "upside_down": 1 / eta})

    def each(values):
        return [lit(name, value) for name, value in zip(("w_1", "w_2", "b"), values, strict=True)]

    return (
        step(f"A neuron with $θ = (w_1, w_2, b)$ and its gradient. Take one step with learning rate $η = {rate:g}$.",
            eq("−η∇C", "=", f"−{rate:g}", "·", column(each(grad), "∇C"), "=", column(each(move), "Δθ")),
            eq(column(each(theta), "θ"), "+", "Δθ", "=", column(each(new), "new θ"))),

        step(f"Another step, with $η = {r:g}$. You see $θ$ before and after it. What was the gradient?",
            eq(column(old, "θ"), "−", f"{r:g}", "·", column(lost, "∇C"), "=", column(after, "new θ"))),
        step(f"And which learning rate was this? $w$ went from ${start:g}$ to ${start - eta * slope:g}$ where the "
            f"slope was ${slope:g}$.",
            eq("η", "=", rate_back)),
    )


@page("Three steps down", row=("6.3", "6.5"))
def three_steps(given, box):
    """The slope as a formula of the weight, then three steps with it."""
    x = given.choice("x", (1, 3), (3, 1), (2, 4), (1, 2))
    best, start = given("w*", 2, low=2, high=5), given.choice("distance", 1, 2, 4, -1, -2)
    curve = (x[0] ** 2 + x[1] ** 2) / 2
    rate, y, w0 = 0.5 / curve, (x[0] * best, x[1] * best), best + start
    w = Name("w")
    each = box(np.array([(x[0] * w - y[0]) * x[0], (x[1] * w - y[1]) * x[1]]), "e·x", "Which error, times which input?",
        names="w", how="The error w·x − y of the example times its input.",
        slips={"target_minus_prediction": np.array([(y[0] - x[0] * w) * x[0], (y[1] - x[1] * w) * x[1]]),
            "input_left_out": np.array([x[0] * w - y[0], x[1] * w - y[1]])})
    slope = box((each[0] + each[1]) / 2, "∂C/∂w", "The sum of the two shares, or their mean?", names="w",
        how="The mean of the two shares.",
        slips={"mean_left_out": curve * 2 * (w - best), "target_minus_prediction": curve * (best - w),
            "half_kept": curve * (w - best) / 2})

    def at(value):
        return float(slope.evaluate({"w": value}))

    g0 = box(at(w0), "the slope at the start", "Put the weight into your formula.", how="The formula at the weight.",
        gradient_of="W1", slips={"wrong_sign": -curve * start, "mean_left_out": 2 * curve * start})
    w1 = box(w0 - rate * g0, "w after one step", "Against the slope, and how far?", how="w minus η times the slope.",
        slips={"uphill": w0 + rate * curve * start, "learning_rate_left_out": w0 - curve * start})
    g1 = box(at(w1), "the slope after one step", "Where does the weight stand now?",
        how="The formula at the new weight.", slips={"last_step_repeated": curve * start})
    w2 = box(w1 - rate * g1, "w after two steps", "Which slope belongs to this step?",
        how="w minus η times the slope there.", slips={"last_step_repeated": w0 - 2 * rate * curve * start})
    g2 = box(g1 if g1 == g0 else at(w2), "the slope after two steps", "Where does the weight stand now?",
        how="The formula at the new weight.", slips={"last_step_repeated": curve * start / 2})
    w3 = box(w2 - rate * g2, "w after three steps", "Which slope belongs to this step?",
        how="w minus η times the slope there.", slips={"last_step_repeated": best})
    return (
        step(f"One weight, no bias, no ReLU: $a = wx$. The examples are $x = {x[0]}$, $y = {y[0]:g}$ and $x = {x[1]}$, "
            f"$y = {y[1]:g}$. Write their shares $e·x$ and the slope of the cost as formulas of $w$.",
            eq(words("first:"), lit("share_1", each[0]), APART, words("second:"), lit("share_2", each[1])),
            eq(by("w"), "=", lit("slope", slope, uses="share_1 share_2"))),
        step(f"Begin at $w = {w0:g}$ and take three steps with $η = {rate:g}$.",
            table([words("step"), "w", "∂C/∂w", group(words("new"), "w = w − η·∂C/∂w")],
                *[(str(i + 1), lit(f"w_{i}", old if i == 0 else words("from above")),
                    lit(f"g_{i}", grad, uses=f"slope w_{i}"), lit(f"w_{i + 1}", new, uses=f"w_{i} g_{i}"))
                    for i, (old, grad, new) in enumerate(((w0, g0, w1), (w1, g1, w2), (w2, g2, w3)))])),
        say(f"The best weight is {best:g}. Every step covers half of what is left, so the slope halves too."),
    )


FATES = ("creeps", "lands", "jumps back and forth", "flies off")


def fate_of(before: float, after: float) -> str:
    """What becomes of a weight whose distance from the best one has changed like this in one step."""
    if after < 1e-9:
        return FATES[1]
    return FATES[2] if abs(after - before) < 1e-9 else FATES[0] if after < before else FATES[3]


@page("Too big, too small", row="6.5")
def learning_rates(given, box):
    """The same slope with four learning rates."""
    curve, best = given.choice("curve", 5, 10, 4, 8), given("w*", 2, low=2, high=5)
    far = given.choice("distance", 1, 2, -1, -2)
    w0, rates = best + far, np.array([0.1, 1, 2, 2.5]) / curve
    g0 = box(curve * far, "the slope at the start", "Put the weight into the formula.",
        how="The formula at the weight.", gradient_of="w", slips={"wrong_sign": -curve * far})
    w1 = box(w0 - rates * g0, "w after one step", "Against the slope, and how far?", how="w minus η times the slope.",
        slips={"uphill": w0 + rates * curve * far, "learning_rate_left_out": np.full(4, w0 - curve * far)})
    g1 = curve * (w1 - best)
    against = np.where(np.isclose(np.asarray(w1, dtype=float), w0 + rates * g0), -1, 1)  # who went uphill goes on so
    w2 = box(w1 - against * rates * g1, "w after two steps", "What is the slope at the new weight?",
        how="The slope at the new weight, then the same step.",
        slips={"last_step_repeated": w0 - 2 * rates * curve * far})
    fate = box([fate_of(abs(far), abs(float(w) - best)) for w in w1], "what happens",
        "After each step, is it nearer, exactly there, as far away, or farther?",
        options=FATES, how="Compare the distances from the best weight.")
    return (
        step(f"The slope of a cost is $∂C/∂w = {curve:g}(w - {best:g})$, so the best weight is ${best:g}$. Begin at $w "
            f"= {w0:g}$.",
            eq(words("slope at the start:"), g0)),
        step("Take two steps with each learning rate. The weight **creeps** closer, "
            "**lands** on the best value, **jumps back and forth**, or **flies off**: which?",
            table(["η", words("after one step"), words("after two"), words("the weight …")],
                *[(rates[i], w1[i], w2[i], fate[i]) for i in range(4)])),
        say("Too small a rate wastes steps; too big a rate overshoots by more than it gains. With many weights nobody "
            "knows the best rate beforehand, so you try several."),
    )


# -- 6.7 How many examples a step takes --------------------------------------------------------------------------------


@page("Counting batches", row="6.7")
def count_batches(given, box):
    """Full batches, the rest, and the steps of one epoch."""
    few, size = given("few", 23, low=11, high=40), given("size", 5, low=3, high=9)
    given.require(few % size > 1 and few // size >= 2 and few // size != few % size and few // size != size)
    full = box(few // size, "full batches", "How often does the batch size fit?", how="The whole part of the quotient.",
        slips={"rest_not_cut": few // size + 1})
    left = box(few - full * size, "examples left", "What do the full batches leave over?",
        how="All examples minus those in full batches.",
        slips={"batches_for_examples": 1, "subtracted_backwards": few % size - size})
    every = box(full + 1, "batches in all", "Are the ones left over used?", how="The full ones and a short one.",
        slips={"rest_forgotten": few // size})
    many = given.choice("N", 1_000_000, 500_000, 250_000, 60_000, 1_200_000)
    batch = given.choice("batch", 120, 64, 96, 128, 150, 256)
    epochs = given("epochs", 10, low=2)
    given.require(many % batch > 1)
    whole = box(many // batch, "full batches", "How often does the batch size fit?",
        how="The whole part of the quotient.", slips={"rest_not_cut": many // batch + 1})
    inside = box(whole * batch, "examples in full batches", "How many examples are that?",
        how="Full batches times their size.", slips={"rest_forgotten": many, "batches_for_examples": many // batch})
    rest = box(many - inside, "examples in the last batch", "What do the full batches leave over?",
        how="All examples minus those in full batches.", slips={"batches_for_examples": 1, "rest_forgotten": batch})
    total = box(whole + 1, "batches in all", "Are the ones left over used?", how="The full ones and a short one.",
        slips={"rest_forgotten": many // batch})
    below = box(rest, "what the last mean divides by", "How many examples are in that batch?",
        how="The number of examples that are really in it.", slips={"rest_forgotten": batch})
    steps = box([1, total, many], "steps in one epoch", "There is one step for each what?",
        how="One step for each batch: all examples, a mini-batch, or a single example.",
        slips={"rest_forgotten": [1, many // batch, many], "batches_for_examples": [many, batch, 1]},
        words={"batches_for_examples": "There is one step for each batch. How many batches of this size are there?"})
    longer = box(epochs * total, "steps in all", "How many steps does one epoch take?",
        how="Steps in an epoch times epochs.",
        slips={"rest_forgotten": epochs * (many // batch), "only_one_term": many // batch + 1},
        words={"only_one_term": "Those are the steps of a single epoch."})
    return (
        step(f"Begin small: ${few:g}$ examples in batches of ${size:g}$.",
            eq(words("full:"), full, APART, words("left over:"), left, APART, words("batches:"), every)),
        step(f"Now {grouped(many)} examples in batches of {batch}.",
            table(["", words("how many?")],
                (words("full batches"), whole),
                (words("examples in the full batches"), inside),
                (words("examples in the last batch"), rest),
                (words("batches in all"), total),
                (words("the mean of the last batch divides by"), below))),
        step("One **epoch** uses every example once. How many steps does it take?",
            table([words("a step for"), words("steps")],
                (words("all examples (batch)"), steps[0]),
                (words(f"each {batch} examples (mini-batch)"), steps[1]),
                (words("each single one (stochastic)"), steps[2]))),
        step(f"How many steps are ${epochs:g}$ epochs with mini-batches?", eq(words("steps:"), longer)),
    )


@page("A gradient from a few examples", row="6.7")
def mini_batches(given, box):
    """Means over all, over three mini-batches, over a short last batch."""
    g = given("g", [4, -2, 6, 1, 5, -2], high=9)
    pairs = g.reshape(3, 2).mean(axis=1)
    given.distinct(pairs)
    given.require(np.sum(g) % 6 == 0 and abs(np.sum(g)) >= 6 and np.all(np.abs(pairs) >= 1))
    given.require(g[0] != pairs[0] and g[4] + g[5] != g[:4].sum() / 2 and g[:4].sum() not in (0, 4, -4))
    given.require(np.all(g[1::2] != 3 * g[::2]))
    every = box(g.mean(), "the batch gradient", "Sum, or mean? Of how many?", how="The mean of all six.",
        slips={"mean_left_out": g.sum()})
    small = box(pairs, "the mini-batch gradients", "How many examples are in this mean?",
        how="The mean of the two in the mini-batch.",
        slips={"mean_left_out": 2 * pairs, "mean_taken_twice": pairs / 2, "sum_of_one_example": g[::2]})
    means = box(np.mean(small), "the mean of the three", "Three numbers: what is their mean?",
        how="The sum of the three over three.", slips={"mean_left_out": np.sum(small)})
    four = box(g[:4].mean(), "the gradient of the first four", "How many examples are in this mean?",
        how="The mean of the first four.", slips={"mean_left_out": g[:4].sum()})
    two = box(g[4:].mean(), "the gradient of the last two", "How many examples are in this mean?",
        how="The mean of the last two.", slips={"mean_left_out": g[4:].sum(), "rest_forgotten": g[4:].sum() / 4})
    again = box((4 * four + 2 * two) / 6, "the mean of all six", "Does every example count the same?",
        how="Four times the first and twice the second, over six.", slips={"mean_over_batches": (four + two) / 2})
    return (
        step("Six examples, and for each of them the gradient $e_i·x_i$ of one weight. Take the mean of all six, then "
            "of each pair.",
            eq(row(g, "e_i·x_i")),
            eq(words("all six:"), every, APART, words("pairs:"), row(small))),
        step("A pair may point in another direction than the whole batch. What is the mean of the three?",
            eq(words("mean of the three:"), means)),
        step("With batches of four the last one is short.",
            eq(words("first four:"), four, APART, words("last two:"), two)),
        step("Their plain mean would give the short batch too much weight. Weight each mean by its number of examples.",
            eq(frac(words("4 · first four + 2 · last two"), 6), "=", again)),
    )
