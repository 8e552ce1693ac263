"""The start pages: what a box can say, and the signs that all chapters use."""

from __future__ import annotations

import numpy as np

from ..authoring import ask
from ..authoring.page import page
from ..engine.expressions import Name
from ..layout import APART, Shape, column, eq, frac, matrix, network, step, table, words


@page("How boxes work", row="0.1")
def boxes(given, box):
    """A whole number, a fraction, a number with digits, a box that builds on another, and a formula."""
    w, x = given("w", 3), given("x", 4)
    given.require(w != x)
    z = ask.product(box, w, x, "Z", "Which two numbers meet on the edge?", how="The weight times the input.",
        slips={"not_multiplied": w})
    half = box(z / 8, "Z/8", "Divide what you have in the box before.", how="Divide by eight; a fraction is fine.",
        slips={"multiplied_not_divided": z * 8})
    root = box(np.sqrt(z), "√Z", "Which number, times itself, gives your Z?", how="The square root of box 1.", digits=3)
    t = Name("t")
    power = given.choice("power", 2, 3, 4)
    slope = box((t**power).derivative("t"), f"the derivative of t^{power}", "What happens to the power?", names="t",
        how="The power comes down in front and drops by one.",
        slips={"power_kept": power * t**power, "factor_left_out": t ** (power - 1), "not_differentiated": t**power})
    return (
        step("Click the box and type $Z = W·X$. Try a wrong answer too: nothing is lost.",
            network([[x], [z]], [[[w]]], names=[["X"], ["Z"]], title="An input, a weight and an output")),
        step("The next two build on your $Z$. Type a fraction, then three digits.",
            eq(frac("Z", "8"), "=", half),
            eq("√Z", "≈", root)),
        step("Some boxes ask for a formula.", eq(frac("d", "dt"), f"t^{power}", "=", slope)),
    )


@page("Signs that mean one thing", row="0.2")
def signs(given, box):
    """The signs of docs/notation.md that are most easily taken for each other."""
    u, v = given("u", [3, 2], low=2, high=5), given("v", [4, 5], low=2, high=6)
    given.distinct(*u, *v)
    entries = box(u * v, "u ⊙ v", "What meets what when entries stay in their places?",
        how="Each entry times the one beside it.", slips={"added_not_multiplied": u + v})
    inner = box(float(u @ v), "u^T v", "A row times a column gives one number. Which one?",
        how="Multiply entry by entry, then add up.", slips={"added_not_multiplied": float(np.sum(u + v))})
    values = given("values", [2, 3, 7], low=2, high=9, distinct=True)
    given.require(not np.any(np.outer(values, values) == values[1]))
    layer = box(float(values[1]), "a^{(2)}", "Which layer does the raised number in brackets name?",
        how="The value in layer 2; nothing is squared.", slips={"squared_for_layer": float(values[0] ** 2)})
    x = float(given("x", 6, low=3, high=9))
    square = box(x**2, "x^2", "Without brackets, what does a raised number mean?", how="x times x.",
        slips={"doubled_not_squared": 2 * x})
    y, change = float(given("y", 5, low=2, high=9)), float(given("e", 3, low=1, high=4))
    error = ask.error(box, y - change, y, "e")
    after = float(given("after", 7, low=1, high=9))
    given.require(after != x)
    nudge = ask.change(box, after, x, "Δx", "How far is it from the old x to the new one?", how="New minus old.")
    rows, columns = (int(n) for n in given("sizes", [2, 3], low=2, high=4, distinct=True))
    shape = box(Shape((rows, columns)), "the shape of M", "Which comes first, rows or columns?",
        how="Rows first, then columns.", slips={"transposed": Shape((columns, rows))})
    n = float(given.choice("divisor", 3, 6, 7, 9))
    third = box(2 / n, f"2/{n:g}", "How many digits does the page want?", how="Divide, and keep three digits.",
        digits=3, slips={"upside_down": n / 2})
    return (
        step("$⊙$ multiplies entry by entry. Where nothing stands between two letters, rows meet columns: "
            "$u^T v$ is a row times a column.",
            eq("u", "=", column(u), APART, "v", "=", column(v)),
            eq("u ⊙ v", "=", column(entries), APART, "u^T v", "=", inner)),
        step("A raised number in brackets is a layer: $a^{(2)}$ is the value in layer 2. Without "
            "brackets it is a power.",
            table(["layer", "1", "2", "3"], ("value", *values)),
            eq("a^{(2)}", "=", layer)),
        step(f"And with $x = {x:g}$?", eq("x^2", "=", square)),
        step(f"An error $e = a - y$ is prediction minus target. The prediction is $a = {y - change:g}$, the target "
            f"$y = {y:g}$.", eq("e", "=", error)),
        step(f"$Δx$ is a nudge: new minus old. Let $x$ go from ${x:g}$ to ${after:g}$.", eq("Δx", "=", nudge)),
        step("A shape is rows × columns.",
            eq("M", "=", matrix(np.arange(1, rows * columns + 1).reshape(rows, columns))),
            eq(words("shape of"), "M", "=", shape)),
        step("After $≈$ an answer is rounded. The foot of a page says to how many digits.",
            eq(frac("2", f"{n:g}"), "≈", third)),
    )
