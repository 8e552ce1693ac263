"""Chapter 1: what a gradient is, found by nudging; then columns, matrices, formulas, and checking by numbers."""

from __future__ import annotations

import numpy as np

from ..authoring import ask
from ..authoring.page import page
from ..engine.expressions import Name, as_expr, cos, exp, sin
from ..engine.same_value import same_value
from ..layout import (
    APART,
    aligned,
    column,
    echo,
    eq,
    frac,
    group,
    lit,
    matrix,
    network,
    row,
    say,
    step,
    table,
    words,
)

DZ_DW = frac("∂Z", "∂W")
D_DX = frac("d", "dx")


def slope_of(j: int, i: int | None = None):
    """∂Z/∂W with indices: of neuron j (if there are several) and input i."""
    return frac(f"∂Z_{j}" if i else "∂Z", f"∂W_{{{j}{i}}}" if i else f"∂W_{j}")


def nudges(values) -> np.ndarray:
    """Nudges as they stand on edges, with their sign, so that nobody takes them for weights: +2, −1."""
    return np.vectorize(lambda value: f"{value:+g}".replace("-", "−"), otypes=[object])(values)


BACK = {"multiplied_not_divided": "You multiplied. The product is known: which factor is missing?",
    "upside_down": "Upside down: which of the two is divided by the other?"}
NEW_VALUE = {"value_not_change": "That is the new value alone. Subtract the old one, then divide."}


def alone(f, name: str):
    """The slope of somebody who drops the factors with the other variable: 2x for the slope of x²y in x."""
    return f.derivative(name).substitute({other: as_expr(1) for other in f.names - {name}})


# -- 1.1 One weight ---------------------------------------------------------------------------------------------------


@page("One weight, one nudge", row="1.1")
def one_weight(given, box):
    """A weight goes up by one; the output answers."""
    x, w = given("X", 2, low=2), given("W", 3)
    given.require(w != 1)
    added = {"added_not_multiplied": w + 1 + x} if w + 1 + x != w * x else {}
    after = box((w + 1) * x, "the new Z", "What is the new weight times the input?",
        how="The new weight times the input.",
        slips={"change_not_value": x, "old_value": w * x, **added},
        words={"old_value": "That is the old output. Since then the weight has gone up."})
    dz = box(after - w * x, "ΔZ", "How far is it from the old value to the new one?", how="New value minus old value.",
        slips={"value_not_change": after, "subtracted_backwards": w * x - after})
    ratio = box(dz / 1, "∂Z/∂W", "How much does the output change for each unit of the nudge?",
        how="The change in the output over the nudge; it is the input.",
        slips={"wrong_sign": -dz, "weight_for_input": w, "upside_down": 1 / dz if dz else np.inf})
    return (
        step(f"The output is $Z = W·X$. The weight is {w:g}; raise it by 1. What does the output become?",
            network([[x], [after]], [[[f"{w:g} → {w + 1:g}"]]], names=[["X"], ["Z"]],
                title=f"One input {x:g}, a weight that goes from {w:g} to {w + 1:g}, and the output")),
        step("The output moved. By how much?", eq("ΔZ", "=", "Z_{new}", "-", w * x, "=", dz)),
        step("The **gradient** compares the two changes: it is their ratio.",
            eq(DZ_DW, "=", frac("ΔZ", "ΔW"), "=", frac("ΔZ", 1), "=", ratio)),
        say("Here any nudge gives the same ratio, because $Z = W·X$ is a straight line in $W$."),
    )


@page("A bigger nudge", row="1.1")
def bigger_nudge(given, box):
    """Another input, a nudge of two: changes first, then their ratio."""
    x, w, nudge = given("X", 3, low=2), given("W", 2), given("ΔW", 2, low=2, high=5)
    given.require(nudge != x)
    dw = box(nudge, "ΔW", "How far is it from the old weight to the new one?", how="New weight minus old weight.",
        slips={"subtracted_backwards": -nudge, "value_not_change": w + nudge})
    before = ask.product(box, w, x, "Z before", "What is the old weight times the input?",
        how="The old weight times the input.")
    after = ask.product(box, w + nudge, x, "Z after", "What is the new weight times the input?",
        how="The new weight times the input.")
    dz = ask.change(box, after, before, "ΔZ", "How far is it from the old output to the new one?",
        how="New output minus old output.",
        slips={"value_not_change": after})
    ratio = ask.ratio(box, dz, dw, "∂Z/∂W", "Which change stands on top?",
        how="The change in the output over the change in the weight.",
        slips={"change_not_ratio": dz, "weight_for_input": w})
    return (
        step(f"The input is $X = {x:g}$. The weight goes from {w:g} to {w + nudge:g}.",
            table(["", "before", "after", "change"],
                ["W", w, w + nudge, group("ΔW = ", dw)],
                ["Z = W·X", before, after, group("ΔZ = ", dz)])),
        step("Divide the change of the output by the change you made to the weight.", eq(DZ_DW, "=", frac("ΔZ", "ΔW"),
            "=", ratio)),
    )


@page("A smaller nudge", row="1.1")
def smaller_nudge(given, box):
    """A tenth is enough: the ratio is the same."""
    x, w, nudge = given("X", 3, low=2), given("W", 2), given("ΔW", 0.1, low=0.1, high=0.5)
    given.require(abs(x - w) > 0.5)
    after = ask.product(box, w + nudge, x, "Z after", "What is the new weight times the input?",
        how="The new weight times the input.")
    dz = ask.change(box, after, w * x, "ΔZ", "How far is it from the old output to the new one?",
        how="New output minus old output.",
        slips={"value_not_change": after})
    dw = box(nudge, "ΔW", "How far is it from the old weight to the new one?", how="New weight minus old weight.",
        slips={"subtracted_backwards": -nudge, "value_not_change": w + nudge})
    ratio = ask.ratio(box, dz, dw, "∂Z/∂W", "Both changes are small. Is their ratio?",
        how="The change in the output over the nudge.", slips={"change_not_ratio": dz, "weight_for_input": w})
    same = box(x, "X", "Look at the drawing. What is the weight multiplied by?",
        how="The ratio is the input, whatever the nudge.", slips={"weight_for_input": w, "nudge_for_input": nudge})
    return (
        step(f"Now nudge the weight only a little, from {w:g} to {w + nudge:g}.",
            network([[x], [after]], [[[f"{w:g} → {w + nudge:g}"]]], names=[["X"], ["Z"]],
                title=f"One input {x:g}, a weight that goes from {w:g} to {w + nudge:g}, and the new output")),
        step(f"The old output was {w * x:g}. Write both changes, and their ratio.",
            eq(DZ_DW, "=", frac(dz, dw), "=", ratio)),
        step("The ratio does not depend on the size of the nudge. Which number in the drawing is it?", eq(DZ_DW, "=",
            "X", "=", same)),
    )


@page("The nudge shrinks, the ratio stays", row="1.1")
def shrinking_nudge(given, box):
    """Three nudges side by side."""
    x = given("X", 4, low=2)
    lines = []
    for nudge in (1.0, 0.1, 0.01):
        dz = ask.product(box, nudge, x, f"ΔZ for {nudge:g}", "What is the nudge multiplied by?",
            how="The nudge times the input.")
        ratio = ask.ratio(box, dz, nudge, f"ΔZ/ΔW for {nudge:g}", "Which change belongs on top?",
            how="The change over the nudge: it is the input.",
            slips={"change_not_ratio": dz} if nudge < 1 else {"wrong_sign": -x})
        lines.append((nudge, dz, ratio))
    return (
        step(f"One input, $X = {x:g}$. Nudge its weight by 1, by a tenth, by a hundredth.",
            table(["ΔW", "ΔZ", "ΔZ/ΔW"], *lines)),
        say("For a straight line every nudge gives the slope. For a curve only small nudges come close, as you will "
            "see at the end of this chapter."),
    )


# -- 1.2 and 1.3 Several weights ---------------------------------------------------------------------------------------


@page("Several weights, one nudge at a time", row="1.2")
def one_at_a_time(given, box):
    """Leave the other weights alone; only the nudged one counts."""
    x, nudge = given("X", [4, 3, 5], low=2), given("ΔW", [2, 2, 3], low=2, high=4)
    given.require(np.all(x != nudge))
    lines = []
    for i in range(3):
        dz = ask.product(box, nudge[i], x[i], f"ΔZ for W_{i + 1}", "Only one weight moves. What does it multiply?",
            how="The nudge times the input on the same edge.")
        ratio = ask.ratio(box, dz, nudge[i], f"∂Z/∂W_{i + 1}", "Which change belongs on top?",
            how="The change in the output over the nudge.", slips={"change_not_ratio": dz})
        lines.append((lit(f"W_{i + 1}", f"W_{i + 1}"), nudge[i], dz,
            lit(f"W_{i + 1}", group(slope_of(i + 1), "=", ratio))))
    return (
        step("Three inputs, three weights, one sum: $Z = W_1X_1 + W_2X_2 + W_3X_3$.",
            network([x, ["Z"]], [[[lit(f"W_{i}", f"W_{i}") for i in (1, 2, 3)]]], names=[["X_1", "X_2", "X_3"], [""]],
                title="Three inputs joined to one output by three weights")),
        step("Nudge one weight and leave the others alone. The other terms do not change.",
            table(["weight", "nudge", "ΔZ", "ratio"], *lines)),
    )


@page("Each ratio reveals an input", row="1.3")
def reveals_input(given, box):
    """Read the fractions from every side: the ratio, the nudge, the change."""
    x = given("X", [2, 2, 3], low=2)
    nudge = given("ΔW", [4, 2, -2], low=2, high=5)
    given.require(x[0] != nudge[0])
    dz = x * nudge
    first = box(nudge[0], "ΔW_1", "Which nudge, times the input, gives this change?", how="The change over the ratio.",
        slips={"multiplied_not_divided": dz[0] * x[0], "input_for_nudge": x[0], "upside_down": x[0] / dz[0]},
        words=BACK)
    second = ask.ratio(box, dz[1], nudge[1], "∂Z/∂W_2", "Which change belongs on top?",
        how="The change over the nudge.", slips={"change_not_ratio": dz[1]})
    third = box(nudge[2], "ΔW_3", "Mind the sign: which nudge gives this change?", how="The change over the ratio.",
        slips={"sign_lost": -nudge[2], "multiplied_not_divided": dz[2] * x[2], "upside_down": x[2] / dz[2]},
        words=BACK)
    revealed = box([x[0], second, x[2]], "X", "Which input does each ratio equal?",
        how="Each ratio is the input of its weight.",
        slips={"change_not_ratio": dz})
    return (
        step("Some nudges and ratios are missing. Fill them in.",
            aligned(
                (slope_of(1), "=", frac(dz[0], first), "=", x[0], "=", "X_1"),
                (slope_of(2), "=", frac(dz[1], nudge[1]), "=", second, "=", "X_2"),
                (slope_of(3), "=", frac(dz[2], third), "=", x[2], "=", "X_3")
            )),
        step("So each ratio is an input. Write all three inputs.", eq("X", "=", column(revealed))),
    )


# -- 1.4 Columns -------------------------------------------------------------------------------------------------------


@page("One input, two neurons", row="1.4")
def column_of_changes(given, box):
    """A nudge per neuron, the same input for both: a column of changes."""
    x, nudge = given("X", 4, low=2), given("ΔW", [2, 0.5], step=0.5, low=0.5, high=5, distinct=True)
    other, back = given("X'", 3, low=2), given("ΔW'", [4, -1], low=1, high=5, distinct=True)
    lost, last = given("X''", 6, low=2), given("ΔW''", [2, 5], low=2, high=5, distinct=True)
    given.require(x not in nudge and other not in np.abs(back) and lost not in last)
    given.distinct(x, other, lost)
    dz = ask.product(box, nudge, x, "ΔZ", "What is the nudge of this neuron multiplied by?",
        how="Each nudge times the input.")
    dw = box(back, "ΔW", "Which nudge, times the input, gives this change?", how="Each change over the input.",
        slips={"multiplied_not_divided": back * other * other, "input_for_nudge": [other, other],
            "upside_down": 1 / back}, words=BACK)
    shared = box(lost, "X", "Which number, times each nudge, gives its change?", how="Either change over its nudge.",
        slips={"upside_down": 1 / lost, "multiplied_not_divided": lost * last[0] ** 2}, words=BACK)
    return (
        step("One input feeds two neurons. Nudge the weight of each neuron by the number on its edge.",
            network([[x], dz], [[[one] for one in nudges(nudge)]], names=[["X"], ["ΔZ_1", "ΔZ_2"]], gap=300,
                title=f"One input {x:g}, two weights nudged by {nudge[0]:g} and {nudge[1]:g}, and two changes")),
        step(f"In a column: the changes are the nudges times the input. Now the input is {other:g}. Which nudges were "
            "made?",
            eq("ΔZ", "=", column(back * other, "ΔZ"), "=", column(dw, "ΔW"), "·", other)),
        step("And here the input is missing.",
            eq("ΔZ", "=", column(last * lost, "ΔZ"), "=", column(last, "ΔW"), "·", shared)),
    )


# -- 1.5 All weights of a neuron ---------------------------------------------------------------------------------------


@page("All weights of a neuron at once", row="1.5")
def all_at_once(given, box):
    """The nudges add up: products, then their sum."""
    nudge, x = given("ΔW", [2, -1, 1], high=5), given("X", [2, 2, 2], low=2, high=6)
    products = ask.product(box, nudge, x, "ΔW ⊙ X", "Which input does this nudge multiply?",
        how="Each nudge times the input beside it.", slips={"sign_lost": np.abs(nudge * x)})
    given.require(np.any(nudge < 0) and np.sum(nudge * x) != 0)
    total = box(np.sum(products), "ΔZ", "What is the sum of the products, signs and all?",
        how="The sum of the products.",
        slips={"sign_lost": np.sum(np.abs(products)), "term_left_out": products[0] + products[1]})
    return (
        step("Nudge all three weights together. Each term of the sum changes by its own product.",
            eq(column(nudge, "ΔW"), "⊙", column(x, "X"), "=", column(products, "ΔW⊙X"))),
        step("The output changes by their sum.", eq("ΔZ", "=", "Σ_i ΔW_i X_i", "=", total)),
    )


@page("Which nudge is missing?", row="1.5")
def missing_nudge(given, box):
    """The same sum with an operand blank: an input, a nudge, and a product that must fit."""
    nudge, x = given("ΔW", [3, -2, 4], low=2, high=5), given("X", [2, 3, 5], low=2, high=6)
    given.require(nudge[0] != x[0] and abs(nudge[1]) != x[1] and x[2] != abs(nudge[2]) and np.sum(nudge * x) != 0)
    products = nudge * x
    lost_nudge = box(nudge, "ΔW", "Which nudge, times this input, gives the product?",
        how="The product over the input.", only=[0, 1],
        slips={"multiplied_not_divided": products * x, "upside_down": 1 / nudge}, words=BACK)
    lost_input = box(x, "X", "Which input, times this nudge, gives the product?", how="The product over the nudge.",
        only=[2],
        slips={"multiplied_not_divided": products * nudge, "upside_down": 1 / x}, words=BACK)
    total = box(np.sum(products), "ΔZ", "What is the sum of the products, signs and all?",
        how="The sum of the products.",
        slips={"only_one_term": products[0], "sign_lost": np.sum(np.abs(products))})
    return (
        step("The products are known. Find the missing factors.",
            eq(column(lost_nudge, "ΔW"), "⊙", column(lost_input, "X"), "=", column(products, "ΔW⊙X"))),
        step("By how much does the output change?", eq("ΔZ", "=", total)),
    )


# -- 1.6 to 1.8 Several neurons ----------------------------------------------------------------------------------------


@page("Two neurons, two inputs", row="1.6")
def two_neurons(given, box):
    """A row of nudges for each neuron; both see the same inputs."""
    nudge, x = given("ΔW", [[2, 1], [-1, 2]], high=5), given("X", [2, 5], low=2, high=6, distinct=True)
    products = box(nudge * x, "ΔW ⊙ X", "Which input does the nudge in this column multiply?",
        how="Each column of nudges times its input.",
        slips={"other_column": nudge * x[::-1], "added_not_multiplied": nudge + x})
    sums = box(products.sum(axis=1), "ΔZ", "What is the sum of the products in this row?",
        how="The sum of each row of products.",
        slips={"summed_down": products.sum(axis=0)})
    return (
        step("The nudges of the weights stand on the edges. In the matrix, each row belongs to a neuron and each "
            "column to an input.",
            network([lit("X_{j}", x), ["Z_1", "Z_2"]], [lit("W_{j}{k}", nudges(nudge), uses="X_{k}")],
                names=[["X_1", "X_2"], ["", ""]], below=[(), echo(sums, "ΔZ")], row_gap=130,
                title="Two inputs joined to two neurons; each weight carries its nudge")),
        step("Multiply entry by entry, then add along each row. Both neurons get the same inputs, so $X$ is written in "
            "two rows.",
            eq(matrix(lit("W_{j}{k}", nudge, uses="X_{k}"), "ΔW"), "⊙", matrix([lit("X_{j}", x)] * 2, "X"), "=",
                matrix(lit("W_{j}{k}", products, uses="X_{k}")), "→", column(sums, "ΔZ"))),
    )


@page("Two neurons, three inputs", row="1.7")
def three_inputs(given, box):
    """Wider rows, and the gradient read off them: the same row for each neuron."""
    nudge, x = given("ΔW", [[2, 1, 3], [1, 2, -1]], high=4), given("X", [2, 5, 1], high=6, distinct=True)
    products = ask.product(box, nudge, x, "ΔW ⊙ X", "Which input does the nudge in this column multiply?",
        how="Each column of nudges times its input.", only=[(0, 1), (0, 2), (1, 0), (1, 1), (1, 2)])
    sums = box(products.sum(axis=1), "ΔZ", "What is the sum of the products in this row?",
        how="The sum of each row of products.",
        slips={"only_one_term": products[:, 0], "term_left_out": products[:, :2].sum(axis=1)})
    gradient = box(np.stack([x, x]), "∂Z/∂W", "What does each weight multiply?",
        how="Each neuron's row holds the inputs.", slips={"change_not_ratio": products, "nudge_for_input": nudge})
    return (
        step("Three inputs. Each row of $X$ holds the same inputs, and one product is done for you.",
            eq(matrix(nudge, "ΔW"), "⊙", matrix([x, x], "X"), "=", matrix(products), "→", column(sums, "ΔZ"))),
        step("Now the gradient: row $i$, column $j$ says how fast $Z_i$ changes with $W_{ij}$.",
            eq(DZ_DW, "=", matrix([[slope_of(i, j) for j in (1, 2, 3)] for i in (1, 2)]), "=", matrix(gradient))),
    )


@page("Three neurons, three inputs", row="1.8")
def three_neurons(given, box):
    """The whole table of products and its row sums, the last neuron's nudges found back."""
    x = given("X", [1, 5, 3], high=6, distinct=True)
    nudge = given("ΔW", [[2, 1, 3], [1, 2, -1], [-1, 1, 2]], high=4)
    lost = box(nudge, "ΔW", "Which nudge, times the input of this column, gives the product in the last row?",
        how="The product over the input of its column.", only=[(2, 0), (2, 1), (2, 2)],
        slips={"input_for_nudge": np.broadcast_to(x, (3, 3)), "multiplied_not_divided": nudge * x * x,
            "upside_down": 1 / nudge}, words=BACK)
    products = ask.product(box, nudge, x, "ΔW ⊙ X", "Which input does the nudge in this column multiply?",
        how="Each column of nudges times its input.", only=[(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)])
    sums = box(products.sum(axis=1), "ΔZ", "What is the sum of the products in this row?",
        how="The sum of each row of products.",
        slips={"summed_down": products.sum(axis=0)})
    return (
        step("Three neurons, and $X$ written once: the row is **broadcast**, that is, used for every row of $ΔW$. Fill "
            "in the missing nudges, the products and the sums.",
            eq(matrix(lost, "ΔW"), "⊙", row(x, "X")),
            eq("=", matrix(products, "ΔW⊙X"), "→", column(sums, "ΔZ"))),
    )


@page("The step back", row="1.8")
def step_back(given, box):
    """From changes and nudges to the inputs, and from the inputs to the whole gradient."""
    x, nudge = given("X", [2, 5, 3], low=2, high=6, distinct=True), given("ΔW", [3, -2, 4], low=2, high=5)
    given.require(np.all(x != np.abs(nudge)))
    dz = x * nudge
    ratios = ask.ratio(box, dz, nudge, "∂Z_1/∂W", "Which change belongs on top?", how="The change over the nudge.",
        slips={"nudge_for_input": nudge})
    third = box(ratios, "∂Z_3/∂W_3", "Which inputs does the third neuron get?",
        how="Every neuron gets the same inputs, so every row is the same.", slips={"change_not_ratio": dz},
        words={"change_not_ratio": "Those are the changes of the first neuron. The third one gets the same inputs."})
    return (
        step("The inputs are unknown. Nudge the weights of the first neuron one at a time and watch $Z_1$.",
            aligned(*[(slope_of(1, i + 1), "=", frac(dz[i], nudge[i]), "=", ratios[i], "=",
                f"X_{i + 1}") for i in range(3)])),
        step("The third neuron gets the same inputs, but nobody has nudged its weights. Write its row of the gradient "
            "all the same.",
            aligned(*[(slope_of(3, i + 1), "=", third[i]) for i in range(3)])),
    )


# -- 1.12 From the secant to the rules ---------------------------------------------------------------------------------

X, H = Name("x"), Name("h")


def over_h(change, right, short):
    """A change divided by h: cancelled where it is the right one, else as it stands."""
    return short if same_value(change, right) else as_expr(change) / H


def settled(ratio):
    """What is left of a ratio when h goes to 0."""
    return as_expr(ratio).substitute({"h": 0})


@page("From the secant to the slope", row="1.12")
def secant(given, box):
    """The ratios of x² for shrinking nudges, first in numbers, then in letters: 2x + h settles on 2x."""
    x, at = given("x", 3, low=3, high=9), given("x'", -4, low=2, high=9)
    given.require(abs(at) != x)
    lines = []
    for h in (1.0, 0.5, 0.1):
        change = box(round(2 * x * h + h * h, 9), f"the change for h = {h:g}",
            "Square both numbers. How far apart are the squares?", how="The square of x + h minus the square of x.",
            slips={"value_not_change": round((x + h) ** 2, 9), "middle_term_left_out": round(h * h, 9)},
            words={"middle_term_left_out": "That is the square of the nudge. Square x + h as a whole."})
        ratio = box(change / h, f"the ratio for h = {h:g}", "Which change belongs on top?",
            how="The change over the nudge.",
            slips={"change_not_ratio": change,
            "multiplied_not_divided": change * h} if h < 1 else {"wrong_sign": -change})
        lines.append((h, change, ratio))
    lines.append(("0.01", f"{2 * x * 0.01 + 0.0001:.4f}", f"{2 * x + 0.01:g}"))
    limit = box(2 * x, "where the ratio settles", "Follow the last column down. Which whole number does it approach?",
        how="The ratios approach 2x.", slips={"value_for_slope": x**2, "factor_left_out": x},
        words={"value_for_slope": "That is the square itself. Which number do the ratios approach?",
            "factor_left_out": "That is x. Which number do the ratios approach?"})
    change = box(2 * X * H + H**2, "(x + h)^2 − x^2", "Multiply (x + h)(x + h) out. Which terms are left without x²?",
        names="x h", how="The square of the sum is x² + 2xh + h²; take x² away.",
        slips={"middle_term_left_out": H**2, "value_not_change": X**2 + 2 * X * H + H**2,
            "factor_left_out": X * H + H**2},
        words={"value_not_change": "That is the new square. Take the old one away.",
            "factor_left_out": "In (x + h)(x + h) both brackets give a term with x and h."})
    ratio = box(over_h(change, 2 * X * H + H**2, 2 * X + H), "the ratio", "Every term of the change is divided by h.",
        names="x h", how="h is a factor of both terms, and cancels.",
        slips={"one_term_divided": 2 * X + H**2, "change_not_ratio": 2 * X * H + H**2})
    slope = box(settled(ratio), "the slope of x^2", "If h is as good as 0, which term is left?", names="x h",
        how="The term with h vanishes.", slips={"nudge_kept": 2 * X + H, "factor_left_out": X,
        "nudge_for_input": 2 * H},
        words={"factor_left_out": "A factor got lost. What stands before the h that goes to 0?",
            "nudge_for_input": "It is the term with h that vanishes. Which one stays?"})
    number = box(float(slope.evaluate({"x": int(at), "h": 0})), f"the slope at {at:g}",
        "Put this number into your formula.", how=f"2x at x = {at:g}.",
        slips={"not_differentiated": at**2, "sign_lost": abs(2 * at), "factor_left_out": at},
        words={"factor_left_out": "That is x itself. What does your formula make of it?"})
    return (
        step(f"Let $f(x) = x^2$ and $x = {x:g}$. Nudge $x$ by a smaller and smaller $h$: the line through the two "
            "points of the curve, the **secant**, turns until it only touches the curve. How steep is it each time?",
            table(["h", "f(x+h) - f(x)", words("ratio")], *lines)),
        step("Which number does the ratio settle on?", eq(limit)),
        step("Now for every $x$ at once, in the letters $x$ and $h$. Write the change, and divide it by $h$.",
            aligned(("(x+h)^2 - x^2", "=", change), (frac("(x+h)^2 - x^2", "h"), "=", ratio))),
        step("Let $h$ go to 0. What is left is the slope of $x^2$, also called its **derivative**. How steep is the "
            f"curve at $x = {at:g}$?",
            eq(D_DX, "x^2", "=", slope, APART, words(f"at $x = {at:g}$:"), number)),
    )


@page("The power rule, derived", row="1.12")
def power_rule(given, box):
    """The same for x³; then one h out of n brackets gives the slope of every power."""
    n = given("n", 5, low=4, high=9)
    given.require(n != 6)  # which the next page tells
    first = box(2 * X**2 * H, "x times 2xh", "Which letters meet, and how often?", names="x h",
        how="Multiply letter by letter.", slips={"power_left_behind": 2 * X * H, "factor_left_out": X**2 * H},
        words={"factor_left_out": "The 2 went missing on the way."})
    second = box(X**2 * H, "h times x^2", "Which letters meet, and how often?", names="x h",
        how="Multiply letter by letter.", slips={"power_left_behind": X * H})
    one = box(as_expr(first) + second, "the term with one h",
        "Two products have exactly one h. What do they add up to?",
        names="x h", how="The two products with one h, added.",
        slips={"term_left_out": first, "multiplied_not_added": as_expr(first) * second})
    ratio_one = same_value(one, 3 * X**2 * H)
    slope = box(3 * X**2 if ratio_one else as_expr(one) / H, "the slope of x^3",
        "Divide by h, then let h go to 0. Which of the three terms is left?", names="x h",
        how="The term with one h, divided by h; the others still hold an h and vanish.",
        slips={"nudge_kept": 3 * X**2 + 3 * X * H + H**2, "change_not_ratio": 3 * X**2 * H, "factor_left_out": X**2,
            "power_kept": 3 * X**3},
        words={"factor_left_out": "How many products had one h?"})
    ways = box(n, "terms with one h", "The h may come from any one of the brackets. How many are there?",
        how="One for each bracket.", slips={"one_too_few": n - 1},
        words={"one_too_few": "One is missing. May the first bracket, too, be the one that gives h?"})
    left = box(n - 1, "the exponent of x in each", "One bracket gives h. How many give x?",
        how="All brackets but one give x.", slips={"power_kept": n},
        words={"power_kept": "One of the brackets gives h, not x. How many are left?"})
    rule = box(int(ways) * X ** int(left), f"the slope of x^{n:g}", "Add up the terms with one h, divide by h.",
        names="x h",
        how="As many terms as brackets, each with a power one less.",
        slips={"power_kept": n * X ** int(n), "factor_left_out": X ** int(n - 1), "not_differentiated": X ** int(n)})
    k = given("k", 3, low=2, high=5)
    given.require(k + 1 != n)
    found = box(k + 1, "the exponent", "The slope has a power one less. Which power had it before?",
        how="One more than the power of the slope.", slips={"power_kept": k, "power_twice": k - 1},
        words={"power_kept": "That is the power of the slope. When you differentiate, a power drops by one.",
            "power_twice": "Differentiating lowers the power. Here you go back."})
    return (
        step("Let $f(x) = x^3$. The change needs $(x+h)^3$, which is $(x+h)$ times $(x+h)^2 = x^2 + 2xh + h^2$. "
            "Multiply out: first by $x$, then by $h$.",
            aligned((words("$x$ times it:"), "x^3", "+", first, "+", "xh^2"),
                (words("$h$ times it:"), second, "+", "2xh^2", "+", "h^3"))),
        step("Add the two lines and take $x^3$ away. Collect what has exactly one $h$. Then divide by $h$ and let $h$ "
            "go to 0.",
            eq("(x+h)^3 - x^3", "=", one, "+", "3xh^2 + h^3"),
            eq(D_DX, "x^3", "=", slope)),
        step(f"For $x^{n:g}$ there are {n:g} brackets: $(x+h)(x+h)…(x+h)$. Each gives $x$ or $h$ to a term. All terms "
            "with two or more $h$ vanish in the end. How many terms have exactly one $h$, and what is the exponent of "
            "$x$ in each of them?",
            eq(words("terms with one $h$:"), ways, APART, words("exponent of $x$:"), left),
            eq(D_DX, f"x^{n:g}", "=", rule)),
        step(f"The other way round: some power of $x$ has the slope ${k + 1:g}x^{k:g}$. What is its exponent?",
            eq(words("exponent:"), found)),
    )


@page("Sums, factors and constants", row="1.12")
def sums_and_factors(given, box):
    """Changes add up and scale, so slopes do; products do not."""
    x, h, k, c = given("x", 4, low=4, high=6), 0.1, given("k", 5, low=2, high=9), given("c", 7, low=2, high=9)
    given.distinct(x, k, c)
    df, dg = round((x + h) ** 2 - x**2, 9), round((x + h) ** 3 - x**3, 9)
    changes = [
        box(round(df + dg, 9), "the change of f + g", "Both move. By how much do they move together?",
            how="The two changes, added.", slips={"term_left_out": df, "multiplied_not_added": df * dg},
            words={"term_left_out": "That is the change of f alone. g moves too."}),
        box(round(k * df, 9), f"the change of {k:g}f", "If f moves by this much, how far does its multiple move?",
            how="The factor times the change of f.",
            slips={"change_not_value": df, "added_not_multiplied": k + df},
            words={"change_not_value": f"That is the change of f. How far does {k:g} times f move?"}),
        box(df, f"the change of f + {c:g}", "Does the constant move?",
            how="The constant does not move, so f's change alone.",
            slips={"constant_kept": df + c}),
    ]
    f, g = box(2 * x, "the slope of x^2", "Power rule: what comes down?", how="2x at this x.",
        slips={"not_differentiated": x**2}), box(3 * x**2, "the slope of x^3", "Power rule: what comes down?",
        how="3x² at this x.", slips={"not_differentiated": x**3, "factor_left_out": x**2, "power_kept": 3 * x**3})
    slopes = [
        box(f + g, "the slope of f + g", "Changes add up. What do slopes do then?", how="The two slopes, added.",
            slips={"term_left_out": f, "multiplied_not_added": f * g},
            words={"term_left_out": "That is the slope of f alone. g moves too."}),
        box(k * f, f"the slope of {k:g}f", "The change is so many times as large. And the ratio?",
            how="The factor times the slope of f.", slips={"factor_left_out": f, "added_not_multiplied": k + f},
            words={"factor_left_out": f"That is the slope of f. How steep is {k:g} times f?"}),
        box(f * 1, f"the slope of f + {c:g}", "Does the constant move?", how="The slope of f alone.",
            slips={"constant_kept": f + c}),
    ]
    product = box(5 * x**4, "the slope of x^5", "The power rule once more: what comes down, and what is left?",
        how="5x⁴ at this x.", slips={"slopes_multiplied": f * g, "factor_left_out": x**4, "not_differentiated": x**5,
            "power_kept": 5 * x**5})
    return (
        step(f"Take $f = x^2$ and $g = x^3$ at $x = {x:g}$, and nudge $x$ by {h:g}. Then $f$ moves by {df:g} and $g$ "
            f"by {dg:g}. By how much do these move?",
            table([words("function"), words("change")], ("f + g", changes[0]), (f"{k:g}f", changes[1]),
                (f"f + {c:g}", changes[2]))),
        step("Divide by the nudge, let it shrink, and the same holds for slopes. First find those of $x^2$ and $x^3$ "
            f"at $x = {x:g}$ by the power rule.",
            table([words("function"), words("slope")], ("f", f), ("g", g), ("f + g", slopes[0]), (f"{k:g}f", slopes[1]),
                (f"f + {c:g}", slopes[2]))),
        step(f"Products are another matter. $f·g$ is $x^5$. How steep is that at $x = {x:g}$? Compare your answer with "
            "the product of the two slopes.",
            eq(words("slope of $x^5$:"), product)),
    )


# -- 1.9 Formulas ------------------------------------------------------------------------------------------------------


@page("Slopes of one variable", row="1.9")
def one_variable(given, box):
    """For a curve the ratio settles as the nudge shrinks; rules give its limit at once."""
    x = Name("x")
    n, m, c = given.choice("n", 2, 3, 4), given.choice("m", 3, 4, 5), given("c", 7, low=2)
    k = given("k", 5, low=2)
    given.require(n < m)
    a = box((x**n).derivative("x"), f"d/dx x^{n}", "Which power comes down, and which is left?", names="x",
        how="The power comes down in front and drops by one.",
        slips={"power_kept": n * x**n, "factor_left_out": x ** (n - 1), "not_differentiated": x**n,
            "integrated": x ** (n + 1) / (n + 1)})
    b = box((k * x**m).derivative("x"), f"d/dx {k:g}x^{m}", "The factor in front stays. What becomes of the power?",
        names="x",
        how="The constant factor stays; the power comes down.",
        slips={"power_kept": k * m * x**m, "factor_left_out": k * x ** (m - 1), "not_differentiated": k * x**m})
    p = x**m - k * x + c
    d = box(p.derivative("x"), f"d/dx ({p})", "Term by term: what is the slope of each, constant included?", names="x",
        how="Each term by itself; the constant vanishes.",
        slips={"constant_kept": p.derivative("x") + c, "not_differentiated": p, "term_left_out": m * x ** (m - 1),
            "factor_left_out": x ** (m - 1) - k, "power_kept": m * x**m - k},
        words={"term_left_out": "The constant vanishes, but what is the slope of the term before it?"})
    at = given("x", 2, low=2, high=5)
    value = box(float(as_expr(d).evaluate({"x": int(at)})), "the slope there",
        "What does your formula give for this number?", how=f"The formula above at x = {at:g}.",
        slips={"not_differentiated": float(p.evaluate({"x": int(at)}))})
    return (
        step("Differentiate. The power comes down as a factor and drops by one: the slope of $x^6$ is $6x^5$. Type "
            "powers with ^.",
            aligned((D_DX, f"x^{n}", "=", a), (D_DX, f"{k:g}x^{m}", "=", b), (D_DX, f"({p})", "=", d))),
        step(f"How steep is the last one at $x = {at:g}$?", eq("slope", "=", value)),
    )


@page("The exponential, the sine, and an inside that moves", row="1.12")
def new_curves(given, box):
    """Two ratios that settle give the slopes of eˣ, sine and cosine; a moving inside gives a factor."""
    h, a = given.choice("h", 0.1, 0.2, 0.05, 0.3), given("a", 3, low=2, high=7)
    power = box(np.exp(h) - 1, "e^h − 1", "What is this power of e on a calculator?", digits=3,
        how="e to the power h, minus 1.",
        slips={"value_not_change": np.exp(h), "exponent_sign": np.exp(-h) - 1},
        words={"value_not_change": "That is the power alone. Take 1 away."})
    ratio = box(power / h, "(e^h − 1)/h", "What is the change over the nudge?", digits=3, how="The box before over h.",
        slips={"multiplied_not_divided": power * h, "upside_down": h / power})
    limit = box(1, "where it settles", "Which whole number is the ratio close to?", how="It settles on 1.",
        slips={"nudge_for_input": 0}, words={"nudge_for_input": "Both the change and the nudge go to 0. Their ratio "
        "does not."})
    by_exp = box(int(limit) * exp(X), "the slope of e^x", "The factor e^x stands in front. What is it multiplied by?",
        names="x",
        how="e to the power x, times 1.",
        slips={"exponential_as_power": X * exp(X - 1), "integrated": X * exp(X)},
        words={"integrated": "Does a factor x stand anywhere above?"})
    sine = box(np.sin(h) / h, "sin(h)/h", "Set the calculator to radians.", digits=3,
        how="The sine of h, in radians, over h.",
        slips={"degrees_taken": np.sin(np.radians(h)) / h, "change_not_ratio": np.sin(h)})
    by_sin = box(cos(X), "the slope of sin x",
        "Which of the two terms is left when (cos h − 1)/h is 0 and sin(h)/h is 1?", names="x",
        how="The first term vanishes, the second is cos x times 1.",
        slips={"cosine_sign": -cos(X), "not_differentiated": sin(X), "term_kept": sin(X) + cos(X)},
        words={"cosine_sign": "There is no minus sign before cos x above."})
    by_cos = box(-sin(X), "the slope of cos x", "Which of the two terms is left, and with which sign?", names="x",
        how="The first term vanishes, the second is −sin x times 1.",
        slips={"cosine_sign": sin(X), "not_differentiated": cos(X), "term_kept": cos(X) - sin(X)})
    inside = box(a, "how far the inside moves", "If x moves by h, how far does its multiple move?",
        how="The factor times the nudge.", slips={"constant_kept": 1},
        words={"constant_kept": f"The inside is {a:g}x. Does it move just as far as x?"})
    whole = box(int(inside) * exp(a * X), "the slope of the whole",
        "The exponential rises by its own slope for each unit of the inside. How many units does it get?", names="x",
        how="The slope of the exponential times the slope of the inside.",
        slips={"inner_slope_left_out": exp(a * X), "exponential_as_power": a * X * exp(a * X - 1)})
    return (
        step(f"The change of $e^x$ is $e^{{x+h}} - e^x = e^x (e^h - 1)$. So look at $e^h - 1$ for a small $h = {h:g}$, "
            "and at its ratio to $h$.",
            eq("e^h - 1", "≈", power, APART, frac("e^h - 1", "h"), "≈", ratio)),
        step("For smaller $h$ the ratio is 1.0050 at $h = 0.01$, and 1.0005 at $h = 0.001$. Which whole number does it "
            "settle on? And so, how steep is $e^x$?",
            eq(words("settles on"), limit, APART, D_DX, "e^x", "=", by_exp)),
        step("The sine needs two such ratios, of $sin(h)$ and of $cos(h) − 1$ to $h$. What is the first one for "
            f"$h = {h:g}$, with the angle in radians? The second is {(np.cos(h) - 1) / h:.3f}.".replace("-", "−"),
            eq(frac("sin(h)", "h"), "≈", sine)),
        step("As $h$ shrinks they settle on 1 and on 0. With the addition theorems, the ratios for sine and cosine are",
            eq(frac("sin(x+h) - sin(x)", "h"), "=", "sin(x)", "·", frac("cos(h) - 1", "h"), "+", "cos(x)", "·",
                frac("sin(h)", "h")),
            eq(frac("cos(x+h) - cos(x)", "h"), "=", "cos(x)", "·", frac("cos(h) - 1", "h"), "−", "sin(x)", "·",
                frac("sin(h)", "h")),
            eq(D_DX, "sin(x)", "=", by_sin, APART, D_DX, "cos(x)", "=", by_cos)),
        step(f"Last, something inside: $e^{{{a:g}x}}$. A nudge $h$ of $x$ moves the inside ${a:g}x$ by how many $h$? "
            "How steep is the whole?",
            eq(words("the inside moves by"), inside, "·", "h", APART, D_DX, f"e^{{{a:g}x}}", "=", whole)),
    )


@page("The gradient of two variables", row="1.9")
def two_variables(given, box):
    """One partial derivative per variable, stacked into a column."""
    x, y = Name("x"), Name("y")
    f = given.choice("f", x**2 + cos(y), x**3 + cos(y), 3 * x**2 + cos(2 * y), x**4 + cos(y))
    by_x, by_y = f.derivative("x"), f.derivative("y")
    of_x, of_y = f.terms
    grad = box(np.array([by_x, by_y]), "∇f", "Only one variable moves. What is the slope of each term then?",
        names="x y", how="Differentiate with respect to one variable at a time.",
        slips={"other_variable": np.array([by_y, by_x]), "cosine_sign": np.array([by_x, -by_y]),
            "constant_kept": np.array([by_x + of_y, by_y + of_x]), "not_differentiated": np.array([of_x, of_y]),
            **({"inner_slope_left_out": np.array([by_x, by_y / 2])} if of_y == cos(2 * y) else {})},
        words={"constant_kept": "Only one variable moves. The term without it does not change.",
            "not_differentiated": "That is the term itself. Take its derivative."})
    g = given.choice("g", x**2 * y, x**3 * y, x**2 * y**2, x * y**3)
    second = box(np.array([g.derivative("x"), g.derivative("y")]), "∇g",
        "What is the slope if the other variable is a number?",
        names="x y", how="The other variable is a constant factor.",
        slips={"other_variable": np.array([g.derivative("y"), g.derivative("x")]),
            "not_differentiated": np.array([g, g]),
            "other_factor_left_out": np.array([alone(g, "x"), alone(g, "y")])})
    at = given("point", [3, 2], low=2, high=4, distinct=True)
    point = {"x": int(at[0]), "y": int(at[1])}
    values = box(np.array([float(as_expr(slope).evaluate(point)) for slope in second]), "∇g at the point",
        "What does each formula give for these two numbers?",
        how=f"The formulas above at x = {at[0]:g}, y = {at[1]:g}.",
        slips={"other_variable": np.array([float(g.derivative(v).evaluate(point)) for v in "yx"])})
    return (
        step(f"The gradient of $f(x, y) = {f}$ has one slope for each variable, in a column.",
            eq("∇f", "=", column(["∂f/∂x", "∂f/∂y"]), "=", column(grad))),
        step(f"The same for $g(x, y) = {g}$, as formulas and then at $x = {at[0]:g}$, $y = {at[1]:g}$.",
            eq("∇g", "=", column(second), "=", column(values))),
    )


@page("Slopes that a network needs", row="1.9")
def network_slopes(given, box):
    """Exponentials and a chain: the functions that come back in activations and losses."""
    x, y = Name("x"), Name("y")
    a = given("a", 3, low=2, high=5)
    first = box(exp(a * x).derivative("x"), f"d/dx e^{{{a:g}x}}", "Which factor does the inner function bring?",
        names="x", how="The exponential stays; the inner slope comes in front.",
        slips={"inner_slope_left_out": exp(a * x), "power_kept": a * x * exp(a * x),
            "exponential_as_power": a * x * exp(a * x - 1)},
        words={"power_kept": "What stands in the exponent stays there. Which factor is its slope?"})
    second = box(sin(x**2).derivative("x"), "d/dx sin(x^2)", "Outer slope first, then the inner one.", names="x",
        how="The cosine of the inner function, times the inner slope.",
        slips={"inner_slope_left_out": cos(x**2), "cosine_sign": -2 * x * cos(x**2),
            "inside_differentiated": cos(2 * x), "not_differentiated": sin(x**2)},
        words={"cosine_sign": "The derivative of a sine has no minus sign."})
    g = x * exp(a * y)
    grad = box(np.array([g.derivative("x"), g.derivative("y")]), "∇g",
        "What is the slope if the other variable is a number?",
        names="x y",
        how="In x it is a constant times x; in y an exponential.",
        slips={"other_variable": np.array([g.derivative("y"), g.derivative("x")]),
            "not_differentiated": np.array([g, np.nan], dtype=object),
            "inner_slope_left_out": np.array([np.nan, g], dtype=object)},
        words={"inner_slope_left_out": "The exponential stays, but the inner slope comes in front as a factor."})
    return (
        step("Differentiate. The slope of the inner function comes along as a factor: $e^{7x}$ has the slope "
            "$7e^{7x}$, and $sin(x^3)$ has $3x^2 cos(x^3)$. More about this in chapter 2.",
            aligned((D_DX, f"e^{{{a:g}x}}", "=", first), (D_DX, "sin(x^2)", "=", second))),
        step(f"And a gradient, of $g(x, y) = x·e^{{{a:g}y}}$.", eq("∇g", "=", column(grad))),
    )


# -- 1.11 Checking a gradient ------------------------------------------------------------------------------------------


@page("Checking a gradient by numbers", row="1.11")
def gradient_check(given, box):
    """A formula can be wrong; a nudge cannot. Compare them."""
    x, h = given("x", 3, low=2), given("h", 1, low=1, high=1)
    analytic = box(2 * x, "f′(x)", "Differentiate first, then put the number in.", how="The derivative is 2x.",
        slips={"not_differentiated": x**2})
    plus, minus = (x + h) ** 2, (x - h) ** 2
    up = box(plus, "f(x+h)", "What is the square of the nudged number?", how="The square of x + h.",
        slips={"not_squared": x + h})
    down = box(minus, "f(x−h)", "What is the square of the number nudged down?", how="The square of x − h.",
        slips={"not_squared": x - h})
    central = box((up - down) / (2 * h), "the central ratio", "How far apart are the two points?",
        how="The difference over two times h.",
        slips={"step_not_doubled": (up - down) / h, "subtracted_backwards": (down - up) / (2 * h)})
    one_sided = box((up - x**2) / h, "the one-sided ratio",
        "How far does f move, and how long is the step from x to x + h?",
        how="The difference over h.", slips={"value_not_change": up}, words=NEW_VALUE)
    return (
        step(f"Let $f(x) = x^2$ and $x = {x:g}$. The formula says:", eq("f′(x)", "=", analytic)),
        step(f"Now nudge by $h = {h:g}$, up and down.", aligned(("f(x+h)", "=", up), ("f(x-h)", "=", down))),
        step("Two ratios, one from both sides and one from one side. Which hits the slope?",
            aligned((frac("f(x+h) - f(x-h)", "2h"), "=", central), (frac("f(x+h) - f(x)", "h"), "=", one_sided))),
    )


@page("Why look both ways", row="1.11")
def both_ways(given, box):
    """The central ratio's error shrinks with the square of the nudge, the one-sided one's only with the nudge."""
    x = given("x", 2, low=2)
    true = box(3 * x**2, "f′(x)", "What is the derivative of a cube?", how="The derivative is 3x².",
        slips={"power_kept": 3 * x**3, "factor_left_out": x**2, "not_differentiated": x**3})
    lines, sense = [], 1.0  # whoever takes the ratio from the slope once does so all the way
    for h in (1.0, 0.1):
        up, down = (x + h) ** 3, (x - h) ** 3
        one = box((up - x**3) / h, f"the one-sided ratio for h = {h:g}",
            "Cube both numbers. How far apart are they, and how long is the step?",
            how="f(x + h) minus f(x), over h.",
            slips={"value_not_change": up, **({"change_not_ratio": up - x**3} if h < 1 else {})}, words=NEW_VALUE)
        off = ask.change(box, sense * one, sense * true, f"the error of one side for h = {h:g}",
            "What is the ratio minus the true slope?",
            how="The ratio minus the slope.")
        sense = -1.0 if off * (one - true) < 0 else 1.0
        two = box((up - down) / (2 * h), f"the central ratio for h = {h:g}",
            "Cube both numbers. How long is the step from x − h to x + h?",
            how="f(x + h) minus f(x − h), over 2h.", slips={"step_not_doubled": (up - down) / h})
        near = ask.change(box, sense * two, sense * true, f"the error of both sides for h = {h:g}",
            "What is the ratio minus the true slope?",
            how="The ratio minus the slope.")
        lines.append((h, one, off, two, near))
    return (
        step(f"Take $f(x) = x^3$ at $x = {x:g}$. Its slope there:", eq("f′(x)", "=", true)),
        step("Check it with two nudges, from one side and from both sides. The error is the ratio minus the true "
            "slope.",
            table(["h", "one side", "error", "both sides", "error"], *lines)),
        say("With a nudge ten times smaller the first error is about ten times smaller, the second a hundred times."),
    )
