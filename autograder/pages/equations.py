"""Chapter 8: the error of a node, and the four equations for one node, for a layer, and for networks with numbers."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..authoring import ask
from ..authoring.page import page
from ..authoring.worked import Fault, Line, Worked
from ..engine.activations import relu_slope, sigmoid, sigmoid_slope, sigmoid_slope_from_value, softmax
from ..engine.equations import bp1, bp2, bp3, bp4
from ..engine.expressions import Name, as_expr, log
from ..engine.network import Layer, Network
from ..engine.same_value import same_value
from ..layout import (
    Node,
    aligned,
    column,
    echo,
    eq,
    frac,
    group,
    indexed,
    lit,
    matrix,
    row,
    say,
    step,
    table,
    term,
)
from ..layout.boxed import Shape, box_of
from ..layout.diagrams import graph, network
from ..layout.layers import BARE, PASSED, back_along, each, edges, fig, figs, layered, named, nodes, under
from ..layout.phrases import APART, added, by, grouped, signed, words

# -- 8.1 The error of a node -------------------------------------------------------------------------------------------


@page("Nudge z, watch the cost", row="8.1")
def nudge_z(given, box):
    """A node without activation: add a little to its z, and see by how much the cost rises."""
    z, y, name = given("z", 4), given("y", 1), Name("z")
    gap = z - y
    given.require(abs(gap) >= 3 and y > 1 or (z, y) == (4, 1))
    cost = lambda at: (at - y) ** 2 / 2  # noqa: E731
    before = box(cost(z), "C", "How far is z from y? Square it, and what stands in front?",
        how="Half the square of z minus y.", slips={"half_left_out": gap**2, "not_squared": gap / 2})
    rows = []
    for nudge in (1.0, 0.1):
        after = box(cost(z + nudge), f"C after a nudge of {nudge:g}", "Put the nudged z into the same formula.",
            how="Half the square of the nudged z minus y.",
            slips={"half_left_out": 2 * cost(z + nudge), "change_not_value": cost(z + nudge) - cost(z)})
        change = ask.change(box, after, before, "ΔC", "Which cost do you subtract from which?",
            how="The new cost minus the old.", slips={"value_not_change": after})
        ratio = box(change / nudge, "ΔC/Δz", "Which change stands on top?",
            how="The change of the cost over the nudge.",
            slips={"upside_down": nudge / change, "change_not_ratio": change} if nudge < 1
            else {"value_not_change": after})
        rows.append((f"{nudge:g}", after, change, ratio))
    rows.append(("0.01", f"{cost(z + 0.01):.5f}", f"{cost(z + 0.01) - cost(z):.5f}", f"{gap + 0.005:g}"))
    delta = box(gap, "δ", "Which number do the ratios in the last column approach?",
        how="The number that the ratios approach as the nudge shrinks.", gradient_of="z",
        slips={"wrong_sign": -gap, "value_not_change": z, "half_left_out": 2 * gap},
        words={"half_left_out": "Twice too much. Was the one half in your costs?"})
    formula = ask.error(box, name, y, "∂C/∂z", "The square brings down a factor of 2. What does that do to the ½?",
        names="z", meanings={"y": y}, how="The 2 from the square cancels the ½.",
        slips={"half_kept": (name - y) / 2, "doubled": 2 * (name - y), "not_differentiated": (name - y) ** 2 / 2})
    return (
        step(f"A node adds up what arrives: $z = {z:g}$. It has no activation, its target is $y = {y:g}$, and the cost "
            "is $C = ½(z − y)^2$. How large is the cost?",
            eq("C", "=", before)),
        step("Now add a nudge $Δz$ to $z$: first a large one, then a small one. By how much does the cost change?",
            table(["Δz", "new C", "ΔC", frac("ΔC", "Δz")], *rows)),
        step("As the nudge shrinks, the ratio approaches a number. This slope is called the **error** of the node, "
            "written $δ$.",
            eq("δ", "=", by("z"), "=", delta)),
        step("It also works without nudging: differentiate $C = ½(z − y)^2$ with respect to $z$. Write a formula with "
            "the letter $z$.",
            eq(words("formula:"), by("z"), "=", formula)),
    )


@page("Every node has an error", row="8.1")
def every_node(given, box):
    """Errors measured at three hidden nodes, then used to foresee what other nudges do."""
    delta = given("δ", [0.4, -0.3, 0.05], low=0.05, high=0.8, distinct=abs)
    nudge = given("Δ", [0.01, 0.02, 0.02], low=0.01, high=0.04)
    later = given("Δ'", [0.02, 0.03, -0.05], low=0.02, high=0.09)
    given.require(np.any(delta < 0) and np.any(delta > 0) and np.any(later < 0))
    given.require(abs(np.sum(delta * later)) > 0.001)
    change = delta * nudge
    measured = box(change / nudge, "δ", "Which of the two changes stands on top?",
        how="The change of the cost over the nudge.",
        slips={"change_not_ratio": change, "multiplied_not_divided": change * nudge, "upside_down": nudge / change})
    foreseen = box(measured * later, "ΔC", "If a nudge of one changes the cost by δ, what does this nudge do?",
        digits=3, how="The error of the node times the nudge.",
        slips={"sign_lost": np.abs(measured * later), "upside_down": later / measured},
        words={"upside_down": "You divided. If a nudge of one changes the cost by δ, what does this nudge do?"})
    total = box(np.sum(foreseen), "ΔC in all", "What happens to small changes that come together?", digits=3,
        how="The sum of the three changes.",
        slips={"sign_lost": np.sum(np.abs(foreseen)), "term_left_out": foreseen[0] + foreseen[1]},
        words={"sign_lost": "You added the sizes. Each change counts with its sign."})
    options = ["raise z", "lower z"]
    down = box([options[int(d > 0)] for d in measured], "what lowers the cost",
        "If raising z a little changes the cost by δ times as much, which way lowers it?",
        how="A positive error: lower z. A negative one: raise it.", options=options,
        slips={"uphill": [options[int(d < 0)] for d in measured]},
        words={"uphill": "That way the cost rises."})
    order = [f"node {i}" for i in (1, 2, 3)]
    worst = box(order[int(np.argmax(np.abs(measured)))], "the node that matters most", "Look at sizes, not at signs.",
        how="The node whose error is largest in size.", options=order)
    lines = [(f"z_{i + 1}", nudge[i], f"{change[i]:.4g}", group(f"δ_{i + 1}", "=", measured[i])) for i in range(3)]
    return (
        step("Three nodes sit deep inside a network. Each $z_j$ was nudged on its own, by so little that the ratio of "
            "the changes is the error $δ_j = ∂C/∂z_j$. What is the error of each node?",
            table(["nudged", "Δz", "ΔC", frac("ΔC", "Δz")], *lines)),
        step("Errors tell in advance how the cost will change. Add these small nudges to the three nodes. What does "
            "each one do to the cost, and what do all three together do?",
            table(["node", "nudge", "ΔC ≈ δ Δz"],
                *zip(named("z", 3), later, list(foreseen), strict=True),
                [words("all three"), "", total])),
        step("To lower the cost, raise $z$ or lower $z$?", table(named("z", 3), list(down))),
        step("The same small nudge at each node: where does it change the cost most, at node 1, node 2 or node 3?",
            eq(worst)),
    )


# -- 8.2 BP1, the last layer -------------------------------------------------------------------------------------------


def target_of(by_a, a, slope):
    """The target at which the formula ∂C/∂a has this slope: it is a line in y, whatever slip may be in it."""
    least, most = (by_a.evaluate({"a": a, "y": y}) for y in (0.0, 1.0))
    return (slope - least) / (most - least)


@page("BP1 for one node", row=("8.1", "8.2"))
def bp1_one_node(given, box):
    """The error of an output: how the cost follows a, times how a follows z."""
    a, y = Name("a"), Name("y")
    by_a = ask.error(box, a, y, "∂C/∂a", "The square brings down a factor of 2. What does that do to the ½?",
        names="a y",
        how="The 2 from the square cancels the ½.",
        slips={"doubled": 2 * (a - y), "half_kept": (a - y) / 2, "not_differentiated": (a - y) ** 2 / 2})
    slope = ask.sigmoid_slope(box, a, "∂a/∂z", "How does a sigmoid's slope come from its value?", names="a y",
        slips={"slope_factor_left_out": 1 - a, "not_differentiated": a})
    formula = box(by_a * slope, "δ", "What do you do with the slopes along a chain?", names="a y",
        how="The product of the two slopes.",
        slips={"slope_left_out": by_a, "cost_slope_left_out": slope, "upstream_added": by_a + slope})
    av, yv = given("a", 0.8, low=0.1, high=0.9), given.choice("y", 1.0, 0.0)
    given.require(av != 0.5, "at a half, a and 1 − a are the same")
    error = box(by_a.evaluate({"a": av, "y": yv}), "∂C/∂a", "Which comes first, prediction or target?",
        how="Prediction minus target.", gradient_of="a", slips={"target_minus_prediction": yv - av})
    number = box(slope.evaluate({"a": av, "y": yv}), "∂a/∂z", "How does a sigmoid's slope come from its value?",
        how="The value times one minus the value.", slips={"slope_factor_left_out": 1 - av})
    delta = box(error * number, "δ", "Multiply along the chain.", how="The product of the two slopes.", gradient_of="z",
        slips={"slope_left_out": error, "cost_slope_left_out": number, "upstream_added": error + number})
    given.require(abs(abs(yv - av) - (1 - av)) > 0.01 or (av, yv) == (0.8, 1))
    known, other = given("∂C/∂a", -0.4, low=0.1, high=0.9), given("a'", 0.5, low=0.1, high=0.9)
    given.require(known != 0.2 and abs(known) != other * (1 - other) and 0 <= round(other - known, 9) <= 1)
    product = known * other * (1 - other)
    lost = box(known, "∂C/∂a", "Which number, times the slope, gives this error?", how="The error over the slope.",
        slips={"multiplied_not_divided": product * other * (1 - other)},
        words={"multiplied_not_divided": "You multiplied by the slope. The error is a product: divide by the slope."})
    target = box(target_of(by_a, other, lost), "y", "∂C/∂a is the prediction minus what?",
        how="Prediction minus ∂C/∂a.",
        slips={"target_minus_prediction": other + lost},
        words={"target_minus_prediction": "∂C/∂a is prediction minus target: which target gives that?"})
    both = "∂C/∂a σ′"
    return (
        step("One output node with a sigmoid, $a = σ(z)$, and the cost $C = ½(a − y)^2$. A nudge of $z$ moves $a$, and "
            "that moves the cost. Write both slopes with the letters $a$ and $y$.",
            eq(lit("∂C/∂a", by("a")), "=", by_a, APART, lit("σ′", by("z", "a")), "=", slope)),
        step("Their product is the error of the node: **BP1**.",
            eq(lit("δ", "δ", uses=both), "=", group(lit("∂C/∂a", by("a")), "·", lit("σ′", by("z", "a"))), "=",
                formula)),
        step(f"With $a = {av:g}$ and $y = {yv:g}$, back from the cost to $z$:",
            eq("δ", "=", lit("∂C/∂a", error), "·", lit("σ′", number), "=", lit("δ", delta, uses=both)),
            graph({"z": (0, 0, "z"), "a": (1, 0, "σ"), "C": (2, 0, "C")}, [("z", "a", None,
                lit("δ", echo(delta, "δ"), uses=both)), ("a", "C", f"a = {av:g}", lit("∂C/∂a", echo(error)))],
                above={"a": lit("σ′", echo(number, "σ′"))}, unit=(225, 92),
                title="z goes through a sigmoid to the cost; the slopes come back below the arrows")),
        step(f"Another sigmoid node has the value $a = {other:g}$ and the error $δ = {product:.4g}$. What is its "
            "$∂C/∂a$, and what is its target?",
            eq(f"{product:.4g}", "=", lost, "·", f"{other * (1 - other):g}", APART, words("and"), APART, "y", "=",
                target)),
    )


@page("BP1 for the whole layer", row="8.2")
def bp1_layer(given, box):
    """Entry by entry: all the errors of the last layer at once."""
    a, y = given("a", [0.8, 0.3, 0.6], low=0.1, high=0.9, distinct=True), given("y", [1, 0, 0], low=0, high=1)
    given.require(np.all(a != 0.5), "at a half, a and 1 − a are the same")
    given.require(np.ptp(y) > 0, "all targets are alike")
    slope = sigmoid_slope_from_value(a)
    error = ask.error(box, a, y, "∇_{a}C", gradient_of="a")
    local = box(slope, "σ′(z)", "These a are values of a sigmoid. What is its slope there?",
        how="The value times one minus the value.", slips={"value_for_slope": a, "slope_of_slope": sigmoid_slope(a)})
    delta = box(bp1(error, local), "δ", "Entry by entry: which two numbers belong together?",
        how="Each entry of the first column times the entry beside it.", gradient_of="z",
        slips={"slope_left_out": error, "cost_slope_left_out": local, "upstream_added": error + local})
    asked = given.choice("asked", ("∇_{a}C", "y_1", "δ^{(L)}"), ("δ^{(L)}_2", "a^{(L)}", "y"),
        ("z^{(L)}", "δ^{(L)}_1", "∇_{a}C"), ("a^{(L)}_3", "σ′(z^{(L)})", "z^{(L)}_2"))
    options = ["number", "column"]
    kinds = [options[int("_" not in thing.replace("∇_{a}", ""))] for thing in asked]
    what = box(kinds, "what kind of thing", "Does it have the index of a node, or does it stand for the whole layer?",
        how="With the index of a node it is a number; without, a column for the whole layer.", options=options)
    return (
        step("A last layer of three sigmoid nodes, the cost $C = ½ Σ_j (a_j − y_j)^2$. What is the slope of the cost "
            "with respect to each $a_j$? The column of these slopes is written $∇_{a}C$.",
            eq("∇_{a}C", "=", column(each("a", a), "a"), "−", column(each("y", y), "y"), "=",
                column(lit("back_{j}", error, uses="a_{j} y_{j}")))),
        step("What is the slope of each $a_j$ with respect to its $z_j$? Then the errors: **BP1** multiplies entry by "
            "entry, which is what $⊙$ means.",
            eq("δ^{(L)}", "=", "∇_{a}C", "⊙", column(lit("slope_{j}", local, uses="a_{j}"), "σ′(z^{(L)})"), "=",
                column(each("δ", delta, uses=PASSED), "δ^{(L)}"))),
        step("Keep numbers and columns apart. Which of these is a number, and which is a column?", table(list(asked),
            list(what))),
    )


@page("BP1 from z", row="8.2")
def bp1_from_z(given, box):
    """All the way from the weighted sums: value, slope, and error."""
    z, y = given("z", [0.5, -1.2, 2], step=0.1, low=0.3, high=2, distinct=abs), given("y", [0, 1, 1], low=0, high=1)
    given.require(np.any(z < 0) and np.min(np.abs(np.abs(z) - 1)) > 0.05)
    given.require(np.ptp(y) > 0, "all targets are alike")
    rows, deltas = [], []
    for j in range(3):
        a = box(sigmoid(z[j]), f"a_{j + 1}", "One over one plus e to which power?", digits=3,
            how="One over one plus e to the power −z.",
            slips={"exponent_sign": sigmoid(-z[j]), "activation_left_out": z[j]})
        slope = ask.sigmoid_slope(box, a, f"σ′(z_{j + 1})", "The slope of the sigmoid comes from its value. Which "
            "number is that?",
            digits=3,
            slips={"sum_for_value": z[j] * (1 - z[j]), "slope_of_slope": sigmoid_slope(a),
                "slope_factor_left_out": 1 - a})
        delta = box(bp1(a - y[j], slope), f"δ_{j + 1}", "Prediction minus target, and what else?", digits=3,
            how="Prediction minus target, times the slope.", gradient_of=("z", j),
            slips={"slope_left_out": a - y[j], "cost_slope_left_out": slope,
                "target_minus_prediction": (y[j] - a) * slope})
        rows.append((f"{j + 1}", lit(f"z_{j}", z[j]), lit(f"a_{j}", a, uses=f"z_{j}"),
            lit(f"slope_{j}", slope, uses=f"a_{j}"), lit(f"y_{j}", y[j]),
            lit(f"δ_{j}", delta, uses=f"a_{j} slope_{j} y_{j}")))
        deltas.append(abs(float(delta)))
    given.require(sorted(deltas)[1] > 1.03 * sorted(deltas)[0], "two errors look alike when rounded")
    order = ["node 1", "node 2", "node 3"]
    least = box(order[int(np.argmin(deltas))], "the smallest error", "Look at sizes, not at signs.",
        how="The δ closest to zero.", options=order)
    return (
        step("Three sigmoid outputs, with their weighted sums $z$, their targets, and $C = ½ Σ_j (a_j − y_j)^2$. Work "
            "out each row from left to right.",
            table([words("node"), "z", "a = σ(z) ≈", "σ′(z) ≈", "y", "δ ≈"], *rows)),
        step("Which has the smallest error in size: node 1, node 2 or node 3?", eq(least)),
        say("The slope is that of σ at $z$. A sigmoid makes it easy: its value $a$ is enough to work the slope out."),
    )


THEIR_OWN_END = {"other_row": "Each weight is multiplied by the error at the end of its own edge."}
"""What is said on the way back of errors that have changed places."""


# -- 8.2 BP2, one layer back -------------------------------------------------------------------------------------------


@page("BP2 for one node", row="8.2")
def bp2_one_node(given, box):
    """A node in the middle: what it does to the next layer, times the slope of its own activation."""
    delta = given("δ", [0.3, 0.5], low=0.1, high=0.9, distinct=True)
    w = given("w", [3, -2], low=2, high=5, distinct=True)
    a = given("a", 0.4, low=0.1, high=0.9)
    given.require(a != 0.5 and abs(delta @ w) > 0.05)
    errors, weights, turned = [], [], False
    for k in range(2):
        errors.append(box(w[k] if turned else delta[k], f"∂C/∂z_{k + 1}", "Which error stands at the end of this edge?",
            how="The error of the node at the end of the edge.", gradient_of=("z1", k),
            slips={"other_node": delta[1 - k], "other_factor": w[k]}))
        turned = errors[k] == w[k]  # who began with the weight has the error left to write
        weights.append(box(delta[k] if turned else w[k], f"∂z_{k + 1}/∂a",
            "When a rises by one, by how much does this z rise?", how="The weight on the edge.",
            slips={"activation_for_weight": a, "other_node": w[1 - k]}))
    total = box(errors[0] * weights[0] + errors[1] * weights[1], "∂C/∂a",
        "Two ways lead to the cost. What do you do with what comes back along them?",
        how="The sum of both products.", gradient_of="a0",
        slips={"path_left_out": errors[0] * weights[0],
            "copies_averaged": (errors[0] * weights[0] + errors[1] * weights[1]) / 2})
    slope = ask.sigmoid_slope(box, a, "σ′(z)", slips={"value_for_slope": a, "slope_factor_left_out": 1 - a})
    own = box(total * slope, "δ", "There is one more link between a and z. Which factor belongs to it?", digits=3,
        how="What came back to a, times the slope.", gradient_of="z0",
        slips={"slope_left_out": total, "activation_for_slope": total * a})
    back, s = given("back", -0.8, low=0.2, high=0.9), given("s", 0.2, step=0.01, low=0.1, high=0.24)
    found = box(back * s / back, "σ′(z)", "Which factor turns ∂C/∂a into the error?",
        how="The error over ∂C/∂a.", slips={"upside_down": 1 / s, "multiplied_not_divided": back**2 * s})
    return (
        step("A node of layer $l$ feeds two nodes of layer $l + 1$, whose errors are known. A nudge of its $a$ moves "
            "each of their $z$ by the weight on the edge times the nudge. Write the factors of both paths, then the "
                "sum.",
            network([each("a", [a]), ["z_1", "z_2"]], [edges(w[:, None])], names=[["a"], ["", ""]], gap=330,
                row_gap=128, below=[[lit("δ", echo(own, "δ"), uses="back_1 σ′")], under("δ", delta)], along=(0.5,),
                title=f"A node with the value {a:g} feeds two nodes, by the weights {w[0]:g} and {w[1]:g}"),
            eq(back_along([by("a")], 2)[0], "=", group(lit("δ_1", by("z_1")), "·", lit("w_11", by("a", "z_1"))), "+",
                group(lit("δ_2", by("z_2")), "·", lit("w_21", by("a", "z_2")))),
            eq("=", each("δ", errors)[0], "·", lit("w_11", weights[0]), "+", each("δ", errors)[1], "·",
                lit("w_21", weights[1]), "=", back_along([total], 2)[0])),
        step(f"That is the slope of the cost with respect to $a$. The error of the node is the slope with respect to "
            f"its $z$, where $a = σ(z) = {a:g}$.",
            eq("δ", "=", group(lit("back_1", by("a")), "·", lit("σ′", by("z", "a"))), "=", lit("back_1", by("a")), "·",
                lit("σ′", slope), "≈", lit("δ", own, uses="back_1 σ′"))),
        step(f"For another node, $∂C/∂a = {back:g}$ and $δ = {back * s:.4g}$. What is the slope of its activation?",
            eq(f"{back * s:.4g}", "=", signed(back), "·", found)),
    )


# -- 8.3 Why the transpose ---------------------------------------------------------------------------------------------


@page("Whose weights? The index form", row="8.3")
def index_form(given, box):
    """Which weights leave a node: a column of W, found by its indices."""
    w = given("W", [[2, -1, 3], [1, 4, -2]], high=5)
    delta, j = given("δ", [2, -3], low=2, high=5, distinct=abs), given.choice("j", 2, 1, 3)
    given.require(len({*np.abs(w).ravel()}) >= 4 and np.all(w.T @ delta != 0))
    i, rest = j - 1, [k for k in range(3) if k != j - 1]
    pairs = []
    for k in (1, 2):
        swapped = {"indices_swapped": [j, k]} if j != k else {}
        pairs.append(box([k, j], f"the indices of the weight from node {j} to node {k}",
            "Where does this edge end, and where does it begin?",
            how="First the node that the edge goes to, then the one it comes from.", slips=swapped))
    where = box("column", "where these weights stand in W", "Which of the two indices is the same in both?",
        how="The second index is the same, and it counts the columns.", options=["row", "column"],
        slips={"weights_not_transposed": "row"},
        words={"weights_not_transposed": "A row of W holds the weights that enter one node. These two leave one."})
    leaving = box(w[:, i], f"the weights that leave node {j}", "Both begin at the same node. Which index says so?",
        how="The column of W that belongs to the node.", slips={"other_column": w[:, (i + 1) % 3]},
        words={"other_column": "Those are in another column of W. Which node do they leave?"})
    one = box(leaving @ delta, f"the sum for node {j}", "Multiply each weight by the error at the end of its edge. "
        "And then?",
        how="Weight times error, summed over both edges.",
        slips={"path_left_out": leaving[0] * delta[0], "other_row": leaving @ delta[::-1]},
        words=THEIR_OWN_END)
    others = box((w.T @ delta)[rest], "the sums for the other nodes", "Which weights leave this node?",
        how="Weight times error, summed over the edges that leave the node.",
        slips={"path_left_out": (w[0] * delta[0])[rest], "other_row": (w.T @ delta[::-1])[rest]},
        words=THEIR_OWN_END)
    fan = edges([["w" if k == i else None for k in range(3)] for _ in range(2)])
    sums = [echo(one) if k == i else echo(others[rest.index(k)]) for k in range(3)]
    return (
        step(f"Three nodes feed two. For node {j}, BP2 needs the sum of $w_{{k{j}}} δ_k$ over the nodes $k$ that it "
            f"feeds. Write both indices of the two weights that leave node {j}: first the node that the edge goes to, "
            "then the one it comes from.",
            network([each("a", ["1", "2", "3"]), ["1", "2"]], [fan], gap=330, row_gap=112,
                below=[sums, under("δ", delta)], along=(0.3,),
                title=f"Three nodes joined to two; the edges that leave node {j} carry weights"),
            eq(f"Σ_k w_{{k{j}}} δ_k", "=", lit(f"w_1{j}", indexed("w", "", group(pairs[0][0], pairs[0][1]))),
                lit("δ_1", "δ_1"), "+", lit(f"w_2{j}", indexed("w", "", group(pairs[1][0], pairs[1][1]))),
                lit("δ_2", "δ_2"))),
        step("Do these two weights stand in one row of $W$ or in one column? And which numbers are they?",
            eq("W", "=", matrix(edges(w)), APART, words("in one"), where),
            eq(words("to node 1:"), lit(f"w_1{j}", leaving[0]), APART, words("to node 2:"),
                lit(f"w_2{j}", leaving[1]))),
        step(f"Now the sum for node {j}, and the sums for the other two.",
            eq(f"Σ_k w_{{k{j}}} δ_k", "=", one),
            eq(f"Σ_k w_{{k{rest[0] + 1}}} δ_k", "=", others[0], APART, f"Σ_k w_{{k{rest[1] + 1}}} δ_k", "=",
                others[1])),
    )


@page("Why the transpose: the matrix form", row="8.3")
def matrix_form(given, box):
    """The same sums as one product: columns become rows, and only so the shapes fit."""
    w, delta = given("W", [[1, -2, 4], [3, 5, -1]], high=5), given("δ", [3, -2], low=2, high=5, distinct=abs)
    given.require(len({*np.abs(w).ravel()}) >= 4 and np.all(w.T @ delta != 0))
    turned = box(w.T, "W^T", "Which weights leave this node?", how="Rows and columns of W change places.",
        slips={"refilled_row_by_row": w.reshape(3, 2)})
    sums = box(turned @ delta, "W^T δ", "A row of the transpose times the column of errors. Did you add the "
        "products up?",
        how="Each row of the transpose times the column.",
        slips={"path_left_out": turned[:, 0] * delta[0], "other_row": turned @ delta[::-1]},
        words={"other_row": "The entries of δ have changed places."})
    fits = ["yes", "no"]
    choice = box([fits[1], fits[0]], "whether the product fits", "Are the two inner numbers equal?",
        how="The inner numbers of a product must be equal.", options=fits,
        slips={"outer_for_inner": [fits[0], fits[1]]},
        words={"outer_for_inner": "A product fits when the columns of the first are as many as the rows of the "
            "second."})
    return (
        step("The sum $Σ_k w_{kj} δ_k$ runs down a column of $W$. A matrix product runs along rows. So write the "
            "transpose first: its rows are the columns of $W$.",
            network([each("a", ["1", "2", "3"]), ["1", "2"]], [edges(w)], gap=330, row_gap=104, along=(0.3,),
                below=[lit("back_{j}", echo(sums)), under("δ", delta)],
                title="Three nodes joined to two by the weights of W; the sums appear under the three"),
            eq("W", "=", matrix(edges(w)), APART, "W^T", "=", matrix(edges(turned.T).T))),
        step("Then one product gives all the sums.",
            eq("W^T δ", "=", "W^T", column(each("δ", delta), "δ"), "=", column(back_along(sums, 2)))),
        step("Look at the shapes of $W$, $W^T$ and $δ$. Does the product fit, yes or no?",
            table(["W δ", "W^T δ"], list(choice))),
    )


BOTH_EDGES = {"only_one_term": "That is what one edge brings. Each of these nodes has two."}
"""What is said of a single product where a node collects along two edges."""


def beside_k(first, second) -> Node:
    """The two indices of a weight, of which one is a box."""
    return term(first, words("\u2009\u2009"), second)


@page("Forward along rows, backward down columns", row="8.3")
def rows_and_columns(given, box):
    """A square matrix lets you forget the transpose; one number tells whether you did."""
    w = given("W", [[1, 3], [-2, 5]], high=5)
    a, delta = given("a", [2, 1], low=1, high=4, distinct=True), given("δ", [3, -1], low=1, high=5, distinct=abs)
    given.require(len({*np.abs(w).ravel()}) >= 3 and abs(w[0, 1]) != abs(w[1, 0]))
    given.require(np.all(w.T @ delta != 0) and delta @ (w @ a) != 0 and a @ (w @ delta) != delta @ (w @ a))
    forward = box(w @ a, "Δz", "Does a node collect along a row of W or down a column, going forward?",
        how="Each row of W times Δa.",
        slips={"columns_for_rows": w.T @ a, "only_one_term": np.diag(w) * a}, words=BOTH_EDGES)
    back = box(w.T @ delta, "W^T δ", "Does a node collect along a row of W or down a column, going back?",
        how="Each column of W times δ.",
        slips={"weights_not_transposed": w @ delta, "only_one_term": np.diag(w) * delta}, words=BOTH_EDGES)
    one = box(delta @ forward, "the change from δ and Δz", "What do you do with the two products?",
        how="The products of the entries, added up.", slips={"only_one_term": delta[0] * forward[0]})
    two = box(back @ a, "the change from W^T δ and Δa", "What do you do with the two products?",
        how="The products of the entries, added up.", slips={"only_one_term": back[0] * a[0]})
    index = box([1, 2, 1, 2], "the index that stays", "The sum runs over k. Which entry is wanted?",
        how="The index that stays is the number of the entry: the first index forward, the second one backward.",
        slips={"indices_swapped": [2, 1, 2, 1]},
        words={"indices_swapped": "That is the other node. Which entry does this sum give?"})
    return (
        step("Two nodes feed two. Their values change by $Δa$, and at the ends of the edges the errors $δ$ are known. "
            "Forward: by how much does each $z$ change? Backward: what comes back to each node?",
            network([each("a", [f"+{one:g}" for one in a]), each("z", echo(forward))], [edges(w)],
                names=[["Δa_1", "Δa_2"], ["Δz_1", "Δz_2"]], below=[lit("back_{j}", echo(back)), under("δ", delta)],
                gap=330, row_gap=138, along=(0.26,), title="Two nodes joined to two nodes by four weights"),
            eq("Δz", "=", matrix(edges(w), "W"), column(each("a", a), "Δa"), "=",
                column(each("z", forward, uses="w_{j}1 w_{j}2 a_1 a_2"))),
            eq("W^T", column(each("δ", delta), "δ"), "=", column(back_along(back, 2)))),
        step("The change of the cost can be found at the ends of the edges or at their starts. Do both give the "
            "same?",
            eq("ΔC", "≈", "δ_1 Δz_1 + δ_2 Δz_2", "=", one),
            eq("ΔC", "≈", "(W^T δ)_1 Δa_1 + (W^T δ)_2 Δa_2", "=", two)),
        step("Each of these sums runs over $k$. Which index of $w$ stays?",
            eq("Δz_1", "=", "Σ_k", indexed("w", "", beside_k(index[0], "k")), "Δa_k", APART, "(W^T δ)_2", "=", "Σ_k",
                indexed("w", "", beside_k("k", index[1])), "δ_k"),
            eq("(W^T δ)_1", "=", "Σ_k", indexed("w", "", beside_k("k", index[2])), "δ_k", APART, "Δz_2", "=", "Σ_k",
                indexed("w", "", beside_k(index[3], "k")), "Δa_k")),
    )


@page("BP2 for the whole layer", row="8.2")
def bp2_layer(given, box):
    """The transpose brings the errors back, the slopes let part of them through."""
    w, delta = given("W", [[2, -1, 3], [4, 1, -2]], high=5), given("δ", [0.3, -0.2], low=0.1, high=0.8, distinct=abs)
    a = given("a", [0.4, 0.8, 0.7], low=0.1, high=0.9)
    given.require(np.all(a != 0.5) and np.min(np.abs(w.T @ delta)) > 0.05)
    back = box(w.T @ delta, "(W^{(l+1)})^T δ^{(l+1)}", "Which weights leave this node, and at which errors do they "
        "end?",
        how="Each column of the weights times the errors.", gradient_of="a0",
        slips={"path_left_out": w[0] * delta[0], "other_row": w.T @ delta[::-1], "copies_averaged": w.T @ delta / 2},
        words=THEIR_OWN_END | {"copies_averaged": "What comes back along several edges is added, not averaged."})
    slope = ask.sigmoid_slope(box, a, "σ′(z^{(l)})", slips={"value_for_slope": a, "slope_of_slope": sigmoid_slope(a)})
    own = box(bp1(back, slope), "δ^{(l)}", "Entry by entry: which two numbers belong together?", digits=3,
        how="What came back, times the slope beside it.", gradient_of="z0",
        slips={"slope_left_out": back, "activation_for_slope": back * a, "upstream_added": back + slope})
    return (
        step("Layer $l$ has three sigmoid nodes with known values, layer $l + 1$ has two nodes with known errors. What "
            "comes back to layer $l$ through the weights?",
            network([each("a", a), ["z_1", "z_2"]], [edges(w, "l+1")], names=[["a_1", "a_2", "a_3"], ["", ""]],
                below=[each("δ", echo(own, "δ^{(l)}"), "l", uses=PASSED), under("δ", delta, "l+1")], gap=400,
                row_gap=118, along=(0.24,),
                title="Three nodes of layer l joined to two of layer l + 1, with their weights and errors"),
            eq("W^{(l+1)}", "=", matrix(edges(w, "l+1")), APART, "δ^{(l+1)}", "=", column(each("δ", delta, "l+1"))),
            eq("(W^{(l+1)})^T δ^{(l+1)}", "=", column(back_along(back, 2, "l+1")))),
        step("What are the slopes of layer $l$?",
            eq("a^{(l)}", "=", column(each("a", a)), APART, "σ′(z^{(l)})", "=",
                column(lit("slope_{j}", slope, uses="a_{j}")))),
        step("And the errors of layer $l$?",
            eq("δ^{(l)}", "=", "((W^{(l+1)})^T δ^{(l+1)})", "⊙", "σ′(z^{(l)})", "≈",
                column(each("δ", own, "l", uses=PASSED)))),
    )


@page("BP2 behind ReLU", row="8.2")
def bp2_relu(given, box):
    """With ReLU the slopes are ones and zeros: an error passes or it does not."""
    w, delta = given("W", [[2, -1, 3, 1], [1, 4, -2, 5]], high=5), given("δ", [3, -2], low=2, high=5, distinct=abs)
    z = given.choice("z", (2, -1, 0, 4), (-3, 0, 2, 5), (0, 3, 1, -2), (4, 2, -5, 0), (-1, 6, 0, 3), (5, 0, -4, 2))
    z = np.array(z, dtype=float)
    given.require(np.min(np.abs(w.T @ delta)) >= 2)
    back = box(w.T @ delta, "(W^{(l+1)})^T δ^{(l+1)}", "Which weights leave this node, and at which errors do they "
        "end?",
        how="Each column of the weights times the errors.", gradient_of="a0",
        slips={"path_left_out": w[0] * delta[0], "other_row": w.T @ delta[::-1]}, words=THEIR_OWN_END)
    slope = box(relu_slope(z), "ReLU′(z^{(l)})", "Is this z above zero? And what is agreed at zero?",
        how="One where z is above zero, otherwise zero; at zero it is zero by agreement.",
        slips={"relu_open_at_zero": (z >= 0) * 1.0, "value_for_slope": np.maximum(z, 0),
            "other_side_of_kink": (z < 0) * 1.0})
    own = box(bp1(back, slope), "δ^{(l)}", "Which errors does the slope let through?",
        how="What came back where the slope is one, zero elsewhere.", gradient_of="z0",
        slips={"slope_left_out": back, "activation_for_slope": back * np.maximum(z, 0)})
    silent = box(np.sum(slope == 0), "how many nodes learn nothing", "Through how many nodes does nothing come back?",
        how="The nodes whose slope is zero.")
    return (
        step("Four nodes with ReLU feed two nodes, whose errors are known. First, what comes back through the weights?",
            eq("W^{(l+1)}", "=", matrix(lit("w_{j}{k}", w)), APART, "δ^{(l+1)}", "=", column(each("δ", delta))),
            eq("(W^{(l+1)})^T δ^{(l+1)}", "=", column(back_along(back, 2)))),
        step("Then the slopes, from the $z$ of the four nodes. By agreement $ReLU′(0) = 0$.",
            eq("z^{(l)}", "=", column(each("z", z)), APART, "ReLU′(z^{(l)})", "=",
                column(lit("slope_{j}", slope, uses="z_{j}")))),
        step("Now the errors.",
            eq("δ^{(l)}", "=", "((W^{(l+1)})^T δ^{(l+1)})", "⊙", "ReLU′(z^{(l)})", "=",
                column(each("δ", own, "l", uses=PASSED)))),
        step("From this example, how many of the four nodes learn nothing at all?", eq(silent)),
    )


# -- 8.2 BP3 and BP4, from errors to gradients -------------------------------------------------------------------------


@page("BP3: the gradient of a bias", row="8.2")
def bp3_bias(given, box):
    """A bias is added to z as it is, so its gradient is the error itself."""
    delta, b = given("δ", 0.3, low=0.2, high=0.9), given("b", 2, low=2, high=5)
    a, back, values = given("a", 4, low=2, high=6), given("back", [2, -1.5, 0.5]), given("a^{(l)}", [0.4, 0.7, 0.2])
    given.distinct(np.round(values * (1 - values), 9))
    back, values = np.array(back), np.array(values)
    factor = box(delta, "∂C/∂z", "Which letter stands for ∂C/∂z?", how="The error of the node.",
        slips={"bias_for_slope": b}, words={"bias_for_slope": "That is the bias itself. Which letter stands for "
            "∂C/∂z?"})
    local = box(1.0, "∂z/∂b", "When the bias rises by one, by how much does z rise?", how="The bias is added as it is.",
        slips={"bias_for_slope": b, "weight_for_activation": a},
        words={"weight_for_activation": "That is a value of the layer before. No value comes in beside a bias."})
    single = box(factor * local, "∂C/∂b", "Multiply along the chain.", how="The error times one.", gradient_of="b1",
        slips={"bias_multiplies": factor * a, "local_for_downstream": local})
    given.require(a != b and np.all(values != 0.5))
    slope = values * (1 - values)
    layer = box(bp1(back, slope), "δ", "What does BP2 do with what came back?", digits=3,
        how="What came back, times the slope beside it.", gradient_of="z1",
        slips={"slope_left_out": back, "cost_slope_left_out": slope})
    biases = ask.bias_gradient(box, bp3(layer) * local, "∂C/∂b", digits=3, how="The errors themselves.",
        gradient_of="b1",
        slips={"slope_taken_twice": layer * slope})
    nudge, bias = given("Δb", 0.1, low=0.1, high=0.4), given("b_0", 0.5, low=0.2, high=0.9)
    gradient = given("∂C/∂b", -0.6, low=0.2, high=0.9)
    given.require(abs(gradient) != nudge and bias != nudge)
    change = box(gradient * nudge, "ΔC", "The gradient is ΔC/Δb for a small nudge. What is ΔC, then?", digits=3,
        how="The gradient times the nudge.",
        slips={"upside_down": nudge / gradient, "sign_lost": abs(gradient * nudge),
            "parameter_for_gradient": bias * nudge},
        words={"upside_down": "You divided. The gradient is ΔC/Δb for a small nudge: what is ΔC, then?",
            "parameter_for_gradient": "You used the bias itself. Which number says how the cost changes with it?"})
    return (
        step(f"One node: $z = w a + b$ with $a = {a:g}$, $b = {b:g}$, and its error $δ = {delta:g}$. Write the two "
            "factors, and the gradient of the bias.",
            eq(by("b"), "=", group(by("z"), "·", by("b", "z")), "=", factor, "·", local, "=", single)),
        step("A layer of three sigmoid nodes: the first column is what came back to its $a$, the second holds its "
            "slopes. What are its errors, and what are the gradients of its biases (**BP3**)?",
            eq(column(lit("back_{j}", back), "∂C/∂a^{(l)}"), "⊙",
                column(lit("slope_{j}", [f"{s:.4g}" for s in slope]), "σ′(z^{(l)})"), "≈",
                column(each("δ", layer, uses=PASSED), "δ^{(l)}")),
            eq(by("b^{(l)}"), "≈", column(each("δ", biases)))),
        step(f"A bias has the value {bias:g} and the gradient ${gradient:g}$. Raise it by {nudge:g}. By how much does "
            "the cost change, roughly?",
            eq("ΔC", "≈", change)),
    )


def numbered(values, number, asked: int):
    """The entry of this number; the one that is asked for where there is none of this number."""
    return values[int(number) - 1 if number in range(1, len(values) + 1) else asked - 1]


@page("BP4 for one weight", row="8.2")
def bp4_one_weight(given, box):
    """The value that comes in at the start of the edge, the error at its end."""
    delta, a = given("δ", [0.5, -0.2], low=0.1, high=0.9, distinct=abs), given("a", [2, -1, 3], high=4, distinct=abs)
    own, w = given("own", [0.6, 0.3], low=0.1, high=0.9, distinct=True), given("w", 0.7, low=0.2, high=0.9)
    given.require(not {*np.abs(delta)} & {*own, w} and w not in own and abs(a[0]) != 1 and abs(a[1]) != 1 or a[1] == -1)
    index = box([2, 1], "the indices of δ and a", "Where does this edge end, and where does it begin?",
        how="The error where the edge ends, the value where it begins.", slips={"indices_swapped": [1, 2]},
        words={"indices_swapped": "Turned round: the error is that of the node where the edge ends."})
    error = box(numbered(delta, index[0], 2), "δ_2", "Which node does the edge go to?",
        how="The error at the end of the edge.", slips={"other_node": delta[0]})
    local = box(numbered(a, index[1], 1), "∂z_2/∂w_21", "What does this weight multiply?",
        how="The value at the start of the edge.",
        slips={"weight_for_activation": w, "output_for_input": own[1], "other_node": a[1]})
    single = box(error * local, "∂C/∂w_21", "Multiply along the chain.",
        how="The error at the end times the value at the start.", gradient_of=("W1", 1, 0),
        slips={"upstream_for_downstream": error, "local_for_downstream": local, "weight_for_activation": error * w,
            "output_for_input": error * own[1]})
    others = box(bp4(delta, a), "∂C/∂W", "Which error stands at the end of this edge, which value at its start?",
        only=[(0, 0), (0, 1), (0, 2)], how="The error at the end of the edge times the value at its start.",
        gradient_of="W1",
        slips={"output_for_input": np.outer(delta * own, np.ones(3)), "other_node": np.outer(delta[::-1], a),
            "upstream_for_downstream": np.outer(delta, np.ones(3)), "local_for_downstream": np.outer(np.ones(2), a)},
        words={"other_node": "That uses the error of the other node. Where does this edge end?"})
    labels = edges([[None, None, None], ["w_{21}", None, None]])
    return (
        step(f"The weight $w_{{21}} = {w:g}$ leads from node 1 of layer $l − 1$ to node 2 of layer $l$, into the sum "
            "$z_2 = w_{21}a_1 + w_{22}a_2 + w_{23}a_3 + b_2$. Which error and which value make its gradient? Write "
            "their indices.",
            eq(by("w_{21}"), "=", group(by("z_2"), "·", by("w_{21}", "z_2")), "=", indexed("δ", "", index[0]), "·",
                indexed("a", "", index[1]))),
        step("The values stand in the nodes, the errors of layer $l$ under its nodes. Write the two factors for "
            "$w_{21}$, and their product.",
            network([each("a", a), own], [labels], names=[["a_1", "a_2", "a_3"], ["", ""]],
                below=[(), under("δ", delta)], gap=400, row_gap=118, along=(0.2,),
                title="Three values of layer l − 1 joined to two nodes of layer l, whose errors are known"),
            eq(by("w_{21}"), "=", lit("δ_2", error), "·", lit("a_1", local), "=", lit("w_21", single))),
        step("Now the gradients of the three weights that enter node 1: **BP4**, $∂C/∂w_{jk} = δ_j a_k$.",
            eq(*(part for k in range(3) for part in (by(f"w_{{1{k + 1}}}"), "=", lit(f"w_1{k + 1}", others[0, k]),
                APART)))),
    )


@page("BP4 for the whole layer", row="8.2")
def bp4_layer(given, box):
    """A column of errors times a row of values: a matrix in the shape of W."""
    delta = given("δ", [0.2, -0.5], low=0.2, high=0.9, distinct=abs)
    a = given("a", [3, 2, -4], low=2, high=6, distinct=abs)
    whole = box(bp4(delta, a), "∂C/∂W", "Which row are you in, and which column?",
        how="The error of the row times the value of the column.", gradient_of="W1",
        slips={"other_row": np.outer(delta[::-1], a), "upstream_added": delta[:, None] + a},
        words={"other_row": "That uses the error of the other row.",
            "upstream_added": "You added. Each entry is the error of its row times the value of its column."})
    e = given("e", [0.4, -0.3, 0.7], low=0.2, high=0.9, distinct=abs)
    b = given("b", [5, -2], low=2, high=6, distinct=abs)
    known = np.outer(e, b)
    apart = {"upside_down": "Upside down: which of the two is divided by the other?",
        "multiplied_not_divided": "You multiplied. The entry is a product already: divide it by the factor you know."}
    errors = box(e, "δ^{(l)}", "What is an entry of this row, divided by the value of its column?", only=[0, 1],
        how="An entry of the row over the value of its column.",
        slips={"upside_down": b[0] / known[:, 0], "multiplied_not_divided": known[:, 0] * b[0]}, words=apart)
    value = box(b[1], "a^{(l−1)}_2", "What is an entry of this column, divided by the error of its row?",
        how="An entry of the column over the error of its row.",
        slips={"multiplied_not_divided": known[2, 1] * e[2], "upside_down": e[2] / known[2, 1]}, words=apart)
    rest = ask.outer(box, errors, [b[0], value], "∂C/∂W", "Which error belongs to the row, which value to the column?",
        only=[(0, 1), (1, 1)], how="The error of the row times the value of the column.",
        words={"other_row": "That uses the error of another row."})
    shown = [[known[0, 0], rest[0, 1]], [known[1, 0], rest[1, 1]], [known[2, 0], known[2, 1]]]
    shown = [[entry if box_of(entry) else f"{entry:.4g}" for entry in line] for line in shown]
    return (
        step("All gradients of a layer's weights at once: $∂C/∂W^{(l)} = δ^{(l)} (a^{(l−1)})^T$, a column of errors "
            "times a row of values.",
            eq(column(each("δ", delta), "δ^{(l)}"), row(each("a", a), "(a^{(l−1)})^T"), "=",
                matrix(edges(whole), "∂C/∂W^{(l)}"))),
        step("In another layer some factors and some gradients are missing.",
            eq(column(each("e", [*errors[:2], e[2]]), "δ^{(l)}"), row(each("b", [b[0], value]), "(a^{(l−1)})^T"), "=",
                matrix(lit("g_{j}{k}", shown, uses="e_{j} b_{k}"), "∂C/∂W^{(l)}"))),
    )


THE_VALUE_ALONE = {"local_for_downstream": "That is the value alone. Which error does it meet at the end of the edge?"}
"""What is said of a value that comes in, where the gradient of its weight is asked for."""


@page("The four equations on a chain", row="8.2")
def chain(given, box):
    """One node a layer: every equation is a product of two or three letters."""
    x, u, a, y, v, r = map(Name, "xuayvr")
    first = ask.error(box, a, y, "∂C/∂a", names="a y")
    second = ask.sigmoid_slope(box, a, "σ′(z^{(2)})", names="a y",
        slips={"slope_factor_left_out": 1 - a, "not_differentiated": a},
        words={"not_differentiated": "That is the value. How does the slope of a sigmoid come from it?"})
    top = box(first * second, "δ^{(2)}", "BP1: what are its two factors?", names="a y",
        how="The product of both slopes.", slips={"slope_left_out": first, "cost_slope_left_out": second})
    middle = box(v * r * u * (1 - u), "δ^{(1)}", "BP2: through which weight, and with whose slope?", names="v r u a",
        how="The weight times the error behind it, times the slope of this node.",
        slips={"slope_left_out": v * r, "activation_for_weight": u * r * u * (1 - u),
            "other_layer": v * r * a * (1 - a)},
        words={"other_layer": "That is the slope of the last node. δ⁽¹⁾ takes the slope of the node in the middle."})
    bias = box(r, "∂C/∂b^{(2)}", "BP3: by how much does z change when the bias rises by one?", names="v r u a",
        how="The error itself.",
        slips={"bias_multiplies": r * u, "slope_taken_twice": r * a * (1 - a), "local_for_downstream": as_expr(1)},
        words={"local_for_downstream": "That is how fast z follows the bias. How fast does the cost follow z?"})
    weight = box(r * u, "∂C/∂v", "BP4: what does this weight multiply?", names="v r u a",
        how="The error at its end times the value at its start.",
        slips={"weight_for_activation": r * v, "output_for_input": r * a, "upstream_for_downstream": r,
            "local_for_downstream": u},
        words={"upstream_for_downstream": "That is the error alone. Multiply it by what the weight multiplies."}
        | THE_VALUE_ALONE)
    early = box(middle * x, "∂C/∂w", "BP4 again: which error, and which value comes in?", names="v r u x a",
        how="The error of the hidden node times the input.",
        slips={"output_for_input": middle * u, "chain_factor_left_out": v * r * x, "local_for_downstream": x},
        words=THE_VALUE_ALONE)
    at = {"x": given("x", 2, low=2, high=5), "u": given("u", 0.4, low=0.1, high=0.9),
        "v": given("v", 3, low=2, high=5), "r": given("r", -0.1, low=0.1, high=0.6)}
    given.require(at["u"] != 0.5 and at["x"] != at["v"])
    put = {"hint": "Which of your formulas is this?", "how": "The numbers put into the formula above."}
    hidden = box(middle.evaluate(at), "δ^{(1)}", digits=3, gradient_of="z", **put,
        slips={"slope_left_out": at["v"] * at["r"]})
    last = box(weight.evaluate(at), "∂C/∂v", digits=3, gradient_of="v", **put,
        slips={"weight_for_activation": at["r"] * at["v"]})
    start = box(hidden * (early.evaluate(at) / middle.evaluate(at)), "∂C/∂w", digits=3, gradient_of="w", **put,
        slips={"chain_factor_left_out": at["v"] * at["r"] * at["x"], "output_for_input": hidden * at["u"]})
    return (
        step("The shortest network with something in the middle: $u = σ(w x + b^{(1)})$, then $a = σ(v u + b^{(2)})$, "
            "and $C = ½(a − y)^2$. **BP1** for the last node, in $a$ and $y$:",
            network([["x"], ["u"], ["a"]], [[[lit("w", "w", uses="δ^(1)")]], [[lit("v", "v", uses="δ^(2)")]]], gap=210,
                below=[(), [lit("δ^(1)", echo(middle, "δ^{(1)}"), uses="v δ^(2)")],
                    [lit("δ^(2)", echo(top, "δ^{(2)}"), uses="∂C/∂a σ′")]], title="A chain of three nodes: x, u and a"),
            eq(lit("δ^(2)", "δ^{(2)}"), "=", group(lit("∂C/∂a", by("a")), "·", lit("σ′", "σ′(z^{(2)})")), "=",
                group("(", lit("∂C/∂a", first), ")"), "·", lit("σ′", second)),
            eq("=", lit("δ^(2)", top, uses="∂C/∂a σ′"))),
        step("From here on call that error $r$. **BP2** for the node in the middle, **BP3** for the last bias and "
            "**BP4** for the last weight.",
            aligned((lit("δ^(1)", "δ^{(1)}"), "=", lit("δ^(1)", middle, uses="v δ^(2)")),
                (by("b^{(2)}"), "=", lit("δ^(2)", bias)),
                (by("v"), "=", lit("v", weight, uses="δ^(2)")))),
        step("And the first weight, with the same letters and $x$.", eq(by("w"), "=", lit("w", early, uses="δ^(1)"))),
        step(f"With $x = {at['x']:g}$, $u = {at['u']:g}$, $v = {at['v']:g}$ and $r = {at['r']:g}$:",
            eq("δ^{(1)}", "≈", lit("δ^(1)", hidden), APART, by("v"), "≈", lit("v", last), APART, by("w"), "≈",
                lit("w", start))),
    )


@page("A factor for each layer", row="8.7")
def fading(given, box):
    """A gradient on its way back through many layers: what a quarter, a steeper weight, or ReLU makes of it."""
    n, a = int(given("layers", 5, low=4, high=5)), given("a", 0.8, low=0.6, high=0.8)
    w, least = given("w", 1.5, step=0.5, low=1.5, high=3), given.choice("least", 1000, 100, 10_000, 100_000)
    given.require(w != 2 and n != 2)
    best = box(0.25, "the largest σ′", "At which value is a(1 − a) largest?", how="a(1 − a) at a = ½.",
        slips={"value_for_slope": 0.5, "doubled_not_squared": 1},
        words={"doubled_not_squared": "That is a + (1 − a). The slope is the product of the two."})
    left = box(best**n, "what is left", "How many times is it multiplied by that factor?", digits=3,
        how="The factor, to the power of the number of layers.", slips={"multiplied_not_raised": n * best,
        "one_too_few": best ** (n - 1)})
    slope = ask.sigmoid_slope(box, a, "σ′", "How does the sigmoid's slope come from its value?",
        slips={"value_for_slope": a, "slope_factor_left_out": 1 - a})
    flat = box(slope**n, "what is left there", "How many times is it multiplied by that slope?", digits=3,
        how="The slope, to the power of the number of layers.",
        slips={"multiplied_not_raised": n * slope, "one_too_few": slope ** (n - 1)})
    count = int(np.ceil(np.log(least) / np.log(4)))
    layers = box(count, "how many layers",
        "Multiply by the factor again and again. When is it below for the first time?",
        how="The first power of a quarter that is smaller.", slips={"one_too_few": count - 1},
        words={"one_too_few": "After that many layers it is not below yet."})
    keeps = box(1 / best, "the weight that keeps it", "Which weight, times the slope, makes 1?",
        how="One over the slope.",
        slips={"nothing_kept": 1}, words={"nothing_kept": "With a weight of 1 only the slope is left. What makes up "
        "for it?"})
    grows = box((2 * keeps * best) ** n, "with twice that weight", "What is the factor of one layer now?",
        how="Twice as large at each layer.", slips={"multiplied_not_raised": 2 * n, "one_too_few": 2 ** (n - 1)})
    active = box(w**n, "through ReLU", "Which slope has an active ReLU? So what is the factor?", digits=3,
        how="The slope is 1, so the weight itself, to the power of the number of layers.",
        slips={"multiplied_not_raised": w * n, "quarter_taken": (w / 4) ** n},
        words={"quarter_taken": "That is the slope of a sigmoid. How steep is an active ReLU?"})
    return (
        step("A deep network with one node in each layer. By **BP2**, the error of a node is that of the next one "
            "times $w σ′(z)$: a factor for each layer. How large can $σ′$ be for a sigmoid?",
            eq("σ′", "≤", best)),
        step(f"Let all weights be 1. An error of 1 comes back through {n} layers. How much of it is left at best, and "
            f"how much if every node has the value $a = {a:g}$?",
            eq(words("at best:"), left),
            eq(words(f"with $a = {a:g}$:"), "σ′", "=", slope, APART, words("left:"), flat)),
        step(f"After how many layers is less than one part in {grouped(least)} left, at best?", eq(words("layers:"),
            layers)),
        step("Weights can make up for it. With $σ′$ at its largest, which weight keeps the error as it is? And with "
            f"twice that weight, what comes back through {n} layers?",
            eq("w", "=", keeps, APART, words("with twice that:"), grows)),
        step(f"Take active ReLU nodes with $w = {w:g}$ instead. What comes back through {n} layers?", eq(active)),
        say("So errors fade or explode with the number of layers, unless the factor stays near 1. ReLU helps, since "
            "its slope is 1 where it is not 0; so does the right size of the first weights, which chapter 10 looks "
            "for."),
    )


# -- 8.2 Whole networks ------------------------------------------------------------------------------------------------


class Net(NamedTuple):
    """A network of sigmoid layers and one example: layer l stands at index l, the inputs at a[0]."""

    y: np.ndarray
    w: tuple  # w[1], w[2], …
    b: tuple
    z: tuple
    a: tuple
    slope: tuple
    delta: tuple
    dw: tuple


def sigmoid_net(x, y, *parameters) -> Net:
    """Forward and backward through sigmoid layers, given W¹, b¹, W², b², …, with half the squared error as the cost."""
    layers = [Layer(w, b, "sigmoid") for w, b in zip(parameters[::2], parameters[1::2], strict=True)]
    net = Network(layers, "mean squared error")
    seen = net.forward(x)
    back = net.backward(seen, y)
    slopes = [layer.slope(one) for layer, one in zip(layers, seen.layers, strict=True)]
    return Net(y, (None, *parameters[::2]), (None, *parameters[1::2]), (None, *(one.z for one in seen.layers)),
        (x, *(one.a for one in seen.layers)), (None, *slopes), (None, *(one.delta for one in back)),
        (None, *(one.weights for one in back)))


def fit(given, net: Net) -> Net:
    """Refuse nets whose errors vanish or whose nodes are alike."""
    given.require(all(np.all((np.abs(z) >= 0.4) & (np.abs(z) <= 2.25)) for z in net.z[1:]), "a sum is out of bounds")
    given.require(all(np.all((b != 0) & (np.abs(b) <= 6)) for b in net.b[1:]), "a bias is zero or large")
    given.require(all(np.min(np.abs(d)) > 0.002 for d in net.delta[1:]), "an error vanishes")
    for values in (*net.a, *net.delta[1:]):
        size = np.sort(np.abs(values))
        given.require(np.all(size[1:] > 1.02 * size[:-1]), "two nodes are alike")
    for weights, errors in zip(net.w[2:], net.delta[2:], strict=True):
        exact, printed = weights.T @ errors, weights.T @ restated(errors)
        given.require(np.all(np.abs(printed - exact) < 5e-4 * np.abs(exact)), "two ways cancel, and digits are lost")
    return net


def bias(given, name: str, z, arriving) -> np.ndarray:
    """The bias, in halves and not zero, that brings the sums near to the z wished for: no sigmoid saturates."""
    halves = np.round((z - arriving) * 2)
    return given.choice(name, np.where(halves == 0, np.sign(z), halves) / 2)


def wrong_target(given, z) -> np.ndarray:
    """A target on the other side of what this last layer will say, so that there is something to learn."""
    return given.choice("y", np.where(z > 0, 0.0, 1.0))


RATE = 10.0  # the learning rate of the step that the small network takes


def restated(values) -> np.ndarray:
    """Values from an earlier page as this page prints them, in four digits; from these its keys are computed."""
    return np.array([float(fig(value)) for value in values])


def two_two_one(given) -> Net:
    """The 2–2–1 network of this chapter."""
    x = given("x", [2, 1], step=0.5, low=1, high=3, distinct=True)
    w1, z1 = given("W1", [[0.5, -1], [1.5, 0.5]], low=0.5, high=1.5), given("z1", [-0.5, 1.5], low=0.5, high=2)
    b1 = bias(given, "b1", z1, w1 @ x)
    w2, z2 = given("W2", [[1, -2]], low=0.5, high=3, step=0.5), given("z2", [-1.75], low=1.25, high=2, step=0.25)
    given.require(abs(w2[0, 0]) != abs(w2[0, 1]))
    b2 = bias(given, "b2", z2, w2 @ sigmoid(w1 @ x + b1))
    net = fit(given, sigmoid_net(x, wrong_target(given, z2), w1, b1, w2, b2))
    given.require(np.min(np.abs(w2 - RATE * net.dw[2])) >= 1, "little is left of a weight: rounding would tell")
    return net


def three_layers(given) -> Net:
    """The 2–3–2–1 network of this chapter."""
    x = given("x", [1, 2], step=0.5, low=1, high=3, distinct=True)
    w1 = given("W1", [[1, -0.5], [0.5, 0.5], [-1, 1.5]], low=0.5, high=1.5)
    b1 = bias(given, "b1", given("z1", [0.5, -1, 1.5], low=0.5, high=2), w1 @ x)
    a1 = sigmoid(w1 @ x + b1)
    w2 = given("W2", [[2, -1, 1], [-1, 3, 1]], low=1, high=3)
    b2 = bias(given, "b2", given("z2", [1.25, -1.75], low=1.25, high=2, step=0.25), w2 @ a1)
    w3 = given("W3", [[2, -1]], step=0.5, low=1, high=3)
    z3 = given("z3", [2], low=1.25, high=2, step=0.25) * given.choice("side", 1, -1)
    given.require(abs(w3[0, 0]) != abs(w3[0, 1]))
    b3 = bias(given, "b3", z3, w3 @ sigmoid(w2 @ a1 + b2))
    return fit(given, sigmoid_net(x, wrong_target(given, z3), w1, b1, w2, b2, w3, b3))


def drawn(net: Net, layers, below, *, weights=True, acting=(), forward=False, title: str):
    """A sigmoid network: values in the nodes with their names, something under each node.

    acting    the layers whose weights the page is about: their edges are lit with them; all of them if not said
    forward   whether the page goes forward, where a weight meets no error yet
    """
    top = len(net.w) - 1
    sizes = [len(values) for values in net.a]
    names = [named("x", sizes[0])] + [named("a", sizes[level], level) for level in range(1, top + 1)]
    levels = range(1, top + 1)
    values = [each("a" if level else "x", nodes(layer), level or "") for level, layer in enumerate(layers)]
    labels = [net.w[level] if weights else BARE[: sizes[level], : sizes[level - 1]] for level in levels]
    labels = [edges(matrix, level, forward=forward) if level in (acting or levels) else matrix for level,
        matrix in zip(levels, labels, strict=True)]
    return network(values, labels, names=names, below=below, gap=235 if top == 2 else 160,
        row_gap=168 if top == 2 else 150, along=(0.33,), title=title)


def value_box(box, a, z, layer):
    """Boxes for the values of a sigmoid layer."""
    return box(sigmoid(z), f"a^{{({layer})}}", "What is the value of the sigmoid at this z?", digits=3,
        how="One over one plus e to the power −z.",
        slips={"activation_left_out": z, "exponent_sign": sigmoid(-np.asarray(z))})


def slope_box(box, a, layer):
    """Boxes for the slopes of a sigmoid layer, from its values."""
    return ask.sigmoid_slope(box, a, f"σ′(z^{{({layer})}})", digits=3,
        slips={"value_for_slope": a, "slope_of_slope": sigmoid_slope(a)})


def sum_box(box, net: Net, a, layer: int, digits: int | None = 3):
    """Boxes for the weighted sums of a layer."""
    value = net.w[layer] @ a + net.b[layer]
    return box(value, f"z^{{({layer})}}", "Each weight is multiplied by its own value. What is added at the end?",
        digits=digits,
        how="Weights times values, plus the bias.",
        slips={"bias_left_out": net.w[layer] @ a, "bias_subtracted": net.w[layer] @ a - net.b[layer]})


def weighted_sums(net: Net, layer: int, arriving, z) -> Node:
    """z = W a + b with numbers, for one layer: each sum lit with its row of weights and with what arrives."""
    start, count = "x" if layer == 1 else "a", len(net.a[layer - 1])
    before = "" if layer == 1 else layer - 1
    comes = f"{start}^({before})" if before else start
    uses = " ".join(f"w^({layer})_{{j}}{k} {comes}_{k}" for k in range(1, count + 1))
    return eq(f"z^{{({layer})}}", "=", matrix(edges(net.w[layer], layer, forward=True), f"W^{{({layer})}}"),
        column(each(start, arriving, before), layered(start, before)), "+", column(net.b[layer], f"b^{{({layer})}}"),
        "=" if layer == 1 else "≈",
        column(each("z", z, layer, uses=uses), f"z^{{({layer})}}"))


def values_of(layer: int, a) -> Node:
    """a = σ(z) with the boxes for the values of a layer."""
    values = each("a", a, layer, uses=f"z^({layer})_{{j}}")
    return eq(layered("a", layer), "=", f"σ({layered('z', layer)})", "≈", column(values) if len(a) > 1 else values[0])


def last_sum(net: Net, z) -> Node:
    """z = W a + b of the output, its weights lit with their edges."""
    top = len(net.w) - 1
    bias = net.b[top][0]
    return eq(lit(f"z^({top})_1", f"z^{{({top})}}"), "=",
        row(edges(net.w[top], top, forward=True)[0], f"W^{{({top})}}"),
        f"a^{{({top - 1})}}", *added(bias), "≈",
        lit(f"z^({top})_1", z))


def cost_of(top: int) -> Node:
    """Half the squared error, lit with the output."""
    return term("½ (", lit(f"a^({top})_1", f"a^{{({top})}}"), words(" − "), "y)^2")


@page("A 2–2–1 network, forward", row="8.2", shares=two_two_one)
def small_forward(given, box):
    """Sum, sigmoid, sum, sigmoid, cost."""
    net = given.shared(two_two_one)
    z1 = sum_box(box, net, net.a[0], 1, None)
    a1 = value_box(box, net.a[1], z1, 1)
    z2 = sum_box(box, net, a1, 2)
    a2 = value_box(box, net.a[2], z2, 2)
    error = a2 - net.y
    cost = box(float(error @ error) / 2, "C", "Square the error. What stands in front of the square?", digits=3,
        how="Half the square of prediction minus target.",
        slips={"half_left_out": float(error @ error), "not_squared": float(abs(error[0])) / 2})
    return (
        step("Two inputs, two hidden nodes, one output, and a sigmoid in every node. First the sums and the values "
            "$a = σ(z)$ of the hidden nodes.",
            drawn(net, [net.a[0], echo(a1), echo(a2)], [(), each("z", echo(z1, "z^{(1)}"), 1), each("z",
                [echo(z2[0], "z^{(2)}")], 2)], forward=True,
                title="A 2–2–1 network with its weights on the edges; sums and values appear as they are found"),
            weighted_sums(net, 1, net.a[0], z1), values_of(1, a1)),
        step("Then the sum and the value of the output.", last_sum(net, z2[0]), values_of(2, a2)),
        step(f"The target is $y = {net.y[0]:g}$. What is the cost?",
            eq("C", "=", cost_of(2), "≈", lit("C", cost, uses="a^(2)_1"))),
    )


OTHER_SLOPE = {"other_layer": "That uses the slope of the output. Which layer does this node belong to?"}
OTHER_START = {"other_node": "That uses the value of another node. Where does this edge begin?"}
"""What is said where a number of another layer, or of another node, was taken."""


def bp2_in_letters(layer: int, errors) -> Node:
    """BP2 with boxes for the errors, each letter lit with all the numbers that it stands for."""
    every = [" ".join(f"{name}_{j}" for j in range(1, len(errors) + 1)) for name in (f"δ^({layer})", "back", "slope")]
    above = layer + 1
    return eq(lit(every[0], f"δ^{{({layer})}}"), "=", lit(every[1], f"((W^{{({above})}})^T δ^{{({above})}})"), "⊙",
        lit(every[2], f"σ′(z^{{({layer})}})"), "≈",
        column(each("δ", errors, layer, uses=PASSED)))


def output_error(box, net: Net):
    """BP1 for the one output of a network: boxes for prediction minus target, for the slope, and for their product."""
    top = len(net.a) - 1
    a, y = float(restated(net.a[top])[0]), float(net.y[0])
    error = ask.error(box, a, y, f"∂C/∂a^{{({top})}}", digits=3, gradient_of=(f"a{top}", 0))
    slope = ask.sigmoid_slope(box, a, f"σ′(z^{{({top})}})", digits=3,
        slips={"slope_of_slope": float(sigmoid_slope(a)), "slope_factor_left_out": 1 - a})
    delta = box(error * slope, f"δ^{{({top})}}", "BP1: what are its factors?", digits=3,
        how="Prediction minus target, times the slope.", gradient_of=(f"z{top}", 0),
        slips={"slope_left_out": error, "cost_slope_left_out": slope})
    return error, slope, delta


def through_last(box, net: Net, delta):
    """Boxes for what comes back to the last hidden layer through the weights of the output."""
    top = len(net.a) - 1
    return box(net.w[top][0] * delta, f"(W^{{({top})}})^T δ^{{({top})}}",
        "Which edge leads from this node to the output?",
        digits=3, how="The weight on the edge times the error at its end.", gradient_of=f"a{top - 1}",
        slips={"upstream_for_downstream": delta, "activation_for_weight": net.a[top - 1] * delta},
        words={"upstream_for_downstream": "That is the error of the output. Which weight does it come back through?",
            "activation_for_weight": "You multiplied by the value in the node. Back along an edge goes error times "
            "weight."})


@page("The same network, errors going back", row="8.2", shares=two_two_one)
def small_backward(given, box):
    """BP1 at the output, BP2 into the hidden layer."""
    net = given.shared(two_two_one)
    error, slope, d2 = output_error(box, net)
    s1 = slope_box(box, restated(net.a[1]), 1)
    back = through_last(box, net, d2)
    d1 = box(bp1(back, s1), "δ^{(1)}", "BP2: what came back, and by which slope is it multiplied?", digits=3,
        how="What came back, times the slope of the node.", gradient_of="z1",
        slips={"slope_left_out": back, "other_layer": back * slope, "activation_for_slope": back * net.a[1]},
        words=OTHER_SLOPE)
    return (
        step(f"The forward pass is done: the values stand in the nodes, and the target is $y = {net.y[0]:g}$. **BP1** "
            "gives the error of the output.",
            drawn(net, net.a, [(), each("δ", echo(d1, "δ^{(1)}"), 1), each("δ", [echo(d2, "δ^{(2)}")], 2)],
                title="A 2–2–1 network with values and weights; errors appear as they are found"),
            eq("δ^{(2)}", "=", "(a^{(2)} − y) · σ′(z^{(2)})"),
            eq("δ^{(2)}", "≈", error, "·", slope, "≈", lit("δ^(2)_1", d2))),
        step("**BP2** for the hidden layer: first its slopes, then what comes back through the weights.",
            eq("a^{(1)}", "=", column(each("a", figs(net.a[1]), 1)), APART, "σ′(z^{(1)})", "≈",
                column(lit("slope_{j}", s1, uses="a^(1)_{j}"))),
            eq("(W^{(2)})^T δ^{(2)}", "=", column(edges(net.w[2], 2)[0]), lit("δ^(2)_1", "δ^{(2)}"), "≈",
                column(back_along(back, 1, 2)))),
        step("And the errors of the hidden nodes?", bp2_in_letters(1, d1)),
    )


@page("The same network, gradients", row="8.2", shares=two_two_one)
def small_gradients(given, box):
    """BP3 and BP4: every parameter gets its share."""
    net = given.shared(two_two_one)
    a1, d1, d2 = restated(net.a[1]), restated(net.delta[1]), restated(net.delta[2])
    b2 = ask.bias_gradient(box, bp3(d2), "∂C/∂b^{(2)}", digits=3, how="The error of the output.", gradient_of="b2",
        slips={"slope_taken_twice": d2 * net.slope[2]})
    w2 = box(bp4(d2, a1), "∂C/∂W^{(2)}", "Which value comes in along this edge?", digits=3,
        how="The error of the output times the value at the start of the edge.", gradient_of="W2",
        slips={"weight_for_activation": net.w[2] * d2[0], "other_node": np.outer(d2, a1[::-1]),
            "output_for_input": np.full((1, 2), d2[0] * net.a[2][0]), "local_for_downstream": a1[None, :]},
        words=OTHER_START | THE_VALUE_ALONE)
    b1 = ask.bias_gradient(box, bp3(d1), "∂C/∂b^{(1)}", digits=3, how="The errors of the layer.", gradient_of="b1",
        slips={"slope_taken_twice": d1 * net.slope[1]})
    w1 = box(bp4(d1, net.a[0]), "∂C/∂W^{(1)}", "Which error belongs to the row, and which input to the column?",
        digits=3, how="The error of the row times the input of the column.", gradient_of="W1",
        slips={"weight_for_activation": d1[:, None] * net.w[1], "other_node": np.outer(d1, net.a[0][::-1]),
            "output_for_input": np.outer(d1 * net.a[1], np.ones(2)), "transposed": np.outer(net.a[0], d1)},
        words=OTHER_START)
    new = box(net.w[2] - RATE * w2, "the new W^{(2)}", "Which way do you step from the old weight, and how far?",
        digits=3, how="The old weight minus ten times its gradient.",
        slips={"uphill": net.w[2] + RATE * w2, "learning_rate_left_out": net.w[2] - w2, "step_for_value": -RATE * w2})
    return (
        step("The errors are known. What are the gradients of the output's bias and weights?",
            eq("δ^{(2)}", "=", lit("δ^(2)_1", fig(net.delta[2][0])), APART, "a^{(1)}", "=",
                column(each("a", figs(net.a[1]), 1))),
            eq(by("b^{(2)}"), "≈", lit("δ^(2)_1", b2[0])),
            eq(by("W^{(2)}"), "=", "δ^{(2)} (a^{(1)})^T", "≈", row(edges(w2, 2)[0]))),
        step("And the gradients of the hidden layer?",
            eq("δ^{(1)}", "=", column(each("δ", figs(net.delta[1]), 1)), APART, "x", "=",
                column(each("x", nodes(net.a[0])))),
            eq(by("b^{(1)}"), "≈", column(each("δ", b1, 1))),
            eq(by("W^{(1)}"), "=", "δ^{(1)} x^T", "≈", matrix(edges(w1, 1)))),
        step("Take one step against the gradient, with the learning rate $η = 10$, for the weights of the output.",
            eq(row(net.w[2][0], "W^{(2)}"), "−", group(10, "·", by("W^{(2)}")), "≈", row(new[0]))),
    )


@page("Three layers, forward: the first layer", row="8.2", shares=three_layers)
def deep_first(given, box):
    """A 2–3–2–1 network: inputs into the first hidden layer."""
    net = given.shared(three_layers)
    shapes = box([Shape(net.w[level].shape) for level in (1, 2, 3)], "the shapes of the weights",
        "For which layer is there a row for each node?", how="Nodes of the layer by nodes of the layer before.",
        slips={"transposed": [Shape(net.w[level].shape[::-1]) for level in (1, 2, 3)]})
    z1 = sum_box(box, net, net.a[0], 1, None)
    a1 = value_box(box, net.a[1], z1, 1)
    return (
        step("A deeper network: two inputs, then layers of three, two and one sigmoid nodes. What are the shapes of "
            "its weight matrices?",
            table(["W^{(1)}", "W^{(2)}", "W^{(3)}"], list(shapes))),
        step("What are the sums of the first layer?", weighted_sums(net, 1, net.a[0], z1)),
        step("Write the values $a = σ(z)$ of the first layer into its nodes.",
            drawn(net, [net.a[0], a1, ["", ""], [""]], [(), each("z", echo(z1, "z^{(1)}"), 1), (), ()], weights=False,
                acting=(1,), forward=True,
                title="A 2–3–2–1 network; the values of the first hidden layer to be filled in")),
    )


@page("Three layers, forward: to the cost", row="8.2", shares=three_layers)
def deep_forward(given, box):
    """Second and third layer, and how wrong the network is."""
    net = given.shared(three_layers)
    z2 = sum_box(box, net, restated(net.a[1]), 2)
    a2 = value_box(box, net.a[2], z2, 2)
    z3 = sum_box(box, net, a2, 3)
    a3 = value_box(box, net.a[3], z3, 3)
    error = a3 - net.y
    cost = box(float(error @ error) / 2, "C", "Square the error. What stands in front of the square?", digits=3,
        how="Half the square of prediction minus target.",
        slips={"half_left_out": float(error @ error), "not_squared": float(abs(error[0])) / 2})
    return (
        step("The same network, with the first layer done. Now the sums and the values of the second layer.",
            drawn(net, [net.a[0], net.a[1], echo(a2), echo(a3)], [(), (), each("z", echo(z2, "z^{(2)}"), 2), each("z",
                [echo(z3[0], "z^{(3)}")], 3)], weights=False, acting=(2, 3), forward=True,
                title="A 2–3–2–1 network; the values of the second and third layer appear as they are found"),
            weighted_sums(net, 2, figs(net.a[1]), z2), values_of(2, a2)),
        step("Then the sum and the value of the output.", last_sum(net, z3[0]), values_of(3, a3)),
        step(f"The target is $y = {net.y[0]:g}$. What is the cost?",
            eq("C", "=", cost_of(3), "≈", lit("C", cost, uses="a^(3)_1"))),
    )


@page("Three layers, backward: from the output", row="8.2", shares=three_layers)
def deep_output(given, box):
    """BP1 once, BP2 for the first time."""
    net = given.shared(three_layers)
    error, slope, d3 = output_error(box, net)
    back = through_last(box, net, d3)
    s2 = slope_box(box, restated(net.a[2]), 2)
    d2 = box(bp1(back, s2), "δ^{(2)}", "BP2: what came back, and by which slope is it multiplied?", digits=3,
        how="What came back, times the slope of the node.", gradient_of="z2",
        slips={"slope_left_out": back, "other_layer": back * slope}, words=OTHER_SLOPE)
    return (
        step(f"The same network again, its values in the nodes; the target is $y = {net.y[0]:g}$. **BP1** gives the "
            "error of the output.",
            drawn(net, net.a, [(), (), each("δ", echo(d2, "δ^{(2)}"), 2), each("δ", [echo(d3, "δ^{(3)}")], 3)],
                weights=False, acting=(3,),
                title="A 2–3–2–1 network with its values; errors appear as they are found"),
            eq("δ^{(3)}", "=", "(a^{(3)} − y) · σ′(z^{(3)})"),
            eq("δ^{(3)}", "≈", error, "·", slope, "≈", lit("δ^(3)_1", d3))),
        step("**BP2** into the second layer: back through the weights, then the slopes.",
            eq("(W^{(3)})^T δ^{(3)}", "=", column(edges(net.w[3], 3)[0]), lit("δ^(3)_1", "δ^{(3)}"), "≈",
                column(back_along(back, 1, 3))),
            eq("a^{(2)}", "=", column(each("a", figs(net.a[2]), 2)), APART, "σ′(z^{(2)})", "≈",
                column(lit("slope_{j}", s2, uses="a^(2)_{j}")))),
        step("And the errors of the second layer?", bp2_in_letters(2, d2)),
    )


@page("Three layers, backward: to the first layer", row=("8.2", "8.3"), shares=three_layers)
def deep_backward(given, box):
    """BP2 again, where every node has two ways to the cost."""
    net = given.shared(three_layers)
    d2 = restated(net.delta[2])
    turned = box(net.w[2].T, "(W^{(2)})^T", "Which weights leave this node?",
        how="Rows and columns of W change places.",
        slips={"refilled_row_by_row": net.w[2].reshape(3, 2)})
    back = box(turned @ d2, "(W^{(2)})^T δ^{(2)}", "Two ways lead on from each node. Did you take both?", digits=3,
        how="Each row of the transpose times the errors.", gradient_of="a1",
        slips={"path_left_out": turned[:, 0] * d2[0], "other_row": turned @ d2[::-1]},
        words={"other_row": "The two errors have changed places."})
    s1 = slope_box(box, restated(net.a[1]), 1)
    d1 = box(bp1(back, s1), "δ^{(1)}", "BP2: what came back, and by which slope is it multiplied?", digits=3,
        how="What came back, times the slope of the node.", gradient_of="z1",
        slips={"slope_left_out": back, "activation_for_slope": back * net.a[1]})
    return (
        step("One layer further back. Here are the weights and the errors of the second layer. What comes back to the "
            "first?",
            drawn(net, net.a,
                [(), each("δ", echo(d1, "δ^{(1)}"), 1), *(each("δ", figs(net.delta[n]), n) for n in (2, 3))],
                weights=False, acting=(2,),
                title="A 2–3–2–1 network with its values and the errors of the last two layers"),
            eq("W^{(2)}", "=", matrix(edges(net.w[2], 2)), APART, "δ^{(2)}", "=",
                column(each("δ", figs(net.delta[2]), 2))),
            eq("(W^{(2)})^T δ^{(2)}", "=", matrix(edges(turned.T, 2).T, "(W^{(2)})^T"), "δ^{(2)}", "≈",
                column(back_along(back, 2, 2)))),
        step("What are the slopes of the first layer?",
            eq("a^{(1)}", "=", column(each("a", figs(net.a[1]), 1)), APART, "σ′(z^{(1)})", "≈",
                column(lit("slope_{j}", s1, uses="a^(1)_{j}")))),
        step("And its errors?", bp2_in_letters(1, d1)),
    )


@page("Three layers, all gradients", row="8.2", shares=three_layers)
def deep_gradients(given, box):
    """BP3 and BP4 in every layer: twenty parameters, twenty gradients."""
    net = given.shared(three_layers)
    a1, a2 = restated(net.a[1]), restated(net.a[2])
    d1, d2, d3 = (restated(net.delta[level]) for level in (1, 2, 3))
    w3 = box(bp4(d3, a2), "∂C/∂W^{(3)}", "Which value comes in along this edge?", digits=3,
        how="The error of the output times the value at the start of the edge.", gradient_of="W3",
        slips={"weight_for_activation": net.w[3] * d3[0], "other_node": np.outer(d3, a2[::-1]),
            "local_for_downstream": a2[None, :]}, words=OTHER_START | THE_VALUE_ALONE)
    b3 = ask.bias_gradient(box, bp3(d3), "∂C/∂b^{(3)}", digits=3, how="The error itself.", gradient_of="b3",
        slips={"slope_taken_twice": d3 * net.slope[3]})
    w2 = box(bp4(d2, a1), "∂C/∂W^{(2)}", "Which row are you in, and which column?", digits=3,
        how="The error of the row times the value of the column.", gradient_of="W2",
        slips={"weight_for_activation": d2[:, None] * net.w[2], "other_row": np.outer(d2[::-1], a1),
            "output_for_input": np.outer(d2 * net.a[2], np.ones(3))},
        words={"other_row": "That uses the error of the other row."})
    b2 = ask.bias_gradient(box, bp3(d2), "∂C/∂b^{(2)}", digits=3, how="The errors themselves.", gradient_of="b2",
        slips={"slope_taken_twice": d2 * net.slope[2]})
    w1 = box(bp4(d1, net.a[0]), "∂C/∂W^{(1)}", "Which row are you in, and which column?", digits=3,
        how="The error of the row times the input of the column.", gradient_of="W1",
        slips={"weight_for_activation": d1[:, None] * net.w[1], "other_column": np.outer(d1, net.a[0][::-1])})
    e1, e2 = (column(each("δ", figs(net.delta[level]), level)) for level in (1, 2))
    return (
        step("The whole network, with a value in each node and the errors below. All the gradients follow from these.",
            drawn(net, net.a, [(), *(each("δ", figs(net.delta[n]), n) for n in (1, 2, 3))], weights=False,
                title="A 2–3–2–1 network with all its values and errors")),
        step("The last layer.",
            eq(by("W^{(3)}"), "=", "δ^{(3)} (a^{(2)})^T", "≈", row(edges(w3, 3)[0])),
            eq(by("b^{(3)}"), "≈", lit("δ^(3)_1", b3[0]))),
        step("The second layer.",
            eq(by("W^{(2)}"), "=", e2, row(each("a", figs(net.a[1]), 1))),
            eq("≈", matrix(edges(w2, 2))),
            eq(by("b^{(2)}"), "≈", column(each("δ", b2, 2)))),
        step("The first layer. The gradients of its biases are $δ^{(1)}$ once more: only the weights are left.",
            eq(by("W^{(1)}"), "=", e1, row(each("x", net.a[0]))),
            eq("≈", matrix(edges(w1, 1)))),
    )


# -- 8.4 Costs that swallow the slope ----------------------------------------------------------------------------------


@page("Sigmoid with cross-entropy", row="8.4")
def sigmoid_cross_entropy(given, box):
    """The slope of the logarithm and the slope of the sigmoid cancel."""
    a, y = Name("a"), Name("y")
    one = box(-1 / a, "∂C/∂a for y = 1", "What is the slope of the logarithm, and which sign stands before it?",
        names="a",
        how="The slope of ln a is 1/a; a minus stands in front.", slips={"wrong_sign": 1 / a, "not_differentiated": a})
    slope = ask.sigmoid_slope(box, a, "σ′(z)", names="a",
        slips={"slope_factor_left_out": 1 - a, "not_differentiated": a})
    first = box(one * slope, "δ for y = 1", "Multiply and cancel: what is left?", names="a",
        how="The a cancels; what is left is a − 1.",
        slips={"wrong_sign": 1 - a, "slope_left_out": one, "cost_slope_left_out": slope})
    nought = box(1 / (1 - a), "∂C/∂a for y = 0", "Which inner slope does 1 − a bring with it?", names="a",
        how="The slope of −ln(1 − a): the inner minus meets the outer one.",
        slips={"inner_slope_left_out": -1 / (1 - a)})
    second = box(nought * slope, "δ for y = 0", "Multiply and cancel: what is left?", names="a",
        how="The factor 1 − a cancels; what is left is a.",
        slips={"wrong_sign": -a, "slope_left_out": nought, "cost_slope_left_out": slope})
    both = ask.error(box, a, y, "δ", "Which single formula gives the first for y = 1 and the second for y = 0?",
        names="a y", how="With y = 1 it is a − 1, with y = 0 it is a.", slips={"slope_kept": (a - y) * a * (1 - a)})
    av, yv = given("a", [0.8, 0.3, 0.6], low=0.1, high=0.9), given("y", [1, 1, 0], low=0, high=1)
    given.require(np.all(av != 0.5), "at a half, a and 1 − a are the same")
    given.require(np.ptp(yv) > 0, "all targets are alike")
    numbers = ask.error(box, av, yv, "δ", gradient_of="z", slips={"slope_kept": (av - yv) * av * (1 - av)})
    return (
        step("A sigmoid output whose target is 0 or 1, and the cost $C = −(y ln(a) + (1 − y) ln(1 − a))$. If the "
            "target is 1, only $C = −ln(a)$ is left. **BP1** with the letter $a$:",
            eq(by("a"), "=", one, APART, "σ′(z)", "=", slope, APART, "δ", "=", first)),
        step("If the target is 0, only $C = −ln(1 − a)$ is left.",
            eq(by("a"), "=", nought, APART, "δ", "=", by("a"), "·", "σ′(z)", "=", second)),
        step("Which single formula, with $a$ and $y$, gives both?", eq("δ", "=", both)),
        step("So for a whole layer of sigmoids a subtraction is enough.",
            eq("δ^{(L)}", "=", column(av, "a^{(L)}"), "−", column(yv, "y"), "=", column(numbers))),
    )


@page("With the squared error the slope stays", row="8.4")
def slope_stays(given, box):
    """Two costs and a node that is more and more wrong: which of them lets it learn?"""
    miss = np.array(given.choice("miss", (0.4, 0.9, 0.98), (0.6, 0.8, 0.95), (0.4, 0.7, 0.96), (0.3, 0.8, 0.98),
        (0.6, 0.9, 0.96), (0.2, 0.7, 0.95), (0.4, 0.8, 0.99)))
    targets = np.array(given.choice("targets", (0.0, 1.0, 0.0), (1.0, 0.0, 1.0), (0.0, 0.0, 1.0), (1.0, 0.0, 0.0)))
    values = np.where(targets > 0, np.round(1 - miss, 9), miss)
    rows, lasts = [], []
    for value, target in zip(values.tolist(), targets.tolist(), strict=True):
        steep = value * (1 - value)
        entropy = ask.error(box, value, target, f"δ with cross-entropy, a = {value:g}",
            "Does the slope cancel with this cost?", slips={"slope_kept": (value - target) * steep})
        squared = box(entropy * steep, f"δ with the squared error, a = {value:g}",
            "Does the slope cancel with this cost?", digits=3, how="Prediction minus target, times the slope.",
            slips={"slope_left_out": entropy, "cost_slope_left_out": steep})
        rows.append((f"{value:g}", f"{target:g}", entropy, squared))
        lasts.append((entropy, squared))
    factor = ask.ratio(box, lasts[-1][1], lasts[-1][0], "the share that is left",
        "One error over the other: which number of the sigmoid is that?", digits=3,
        how="The error with the squared cost over the other one: the slope.")
    options = ["cross-entropy", "squared error"]
    words_ = box([options[0], options[1]], "which cost", "Compare the two errors in the last row of the table.",
        how="Only the squared error keeps the slope, which is tiny where the sigmoid is flat.", options=options)
    return (
        step("Three sigmoid outputs, each farther from its target than the one before. Write the error $δ$ of each, "
            "for the cross-entropy and for the squared error $C = ½(a − y)^2$.",
            table(["a", "y", group("δ", words("with cross-entropy")), group("δ", words("with squared error ≈"))],
                *rows)),
        step("In the last row, divide the second error by the first. What is left of it?",
            eq(frac(words("with squared error"), words("with cross-entropy")), "≈", factor)),
        step("A node is badly wrong. Which cost gives it a large error, and which leaves it nearly stuck: "
            "cross-entropy or squared error?",
            table([words("large error"), words("nearly stuck")], list(words_))),
    )


@page("Softmax: every z moves every p", row="8.4")
def softmax_jacobian(given, box):
    """The long way: the slope of the cross-entropy through the matrix of softmax."""
    p = np.array(given.choice("p", (0.5, 0.3, 0.2), (0.6, 0.3, 0.1), (0.2, 0.7, 0.1), (0.4, 0.1, 0.5), (0.2, 0.3, 0.5),
        (0.1, 0.6, 0.3), (0.7, 0.1, 0.2), (0.5, 0.1, 0.4)))
    true = given.choice("true", 1, 0, 2)
    y = np.eye(3)[true]
    by_p = box(np.where(y > 0, -1 / p, 0), "∂C/∂p", "Which of the probabilities does the cost contain at all?",
        digits=3, how="Minus one over the probability of the true class; zero for the others.", gradient_of="p",
        slips={"sign_lost": np.where(y > 0, 1 / p, 0), "not_differentiated": np.where(y > 0, -np.log(p), 0),
            "logarithm_left_out": np.where(y > 0, -p, np.nan)},
        words={"not_differentiated": "That is −ln(p) itself. What is its slope?",
            "logarithm_left_out": "That is minus the probability. What is the slope of −ln(p)?"})
    upper = [(0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2)]
    half = box(np.diag(p) - np.outer(p, p), "∂p/∂z", "Does this entry stand on the diagonal or beside it?", only=upper,
        how="On the diagonal p(1 − p); beside it minus the product of the two.",
        slips={"outer_product_left_out": np.diag(p), "diagonal_left_out": -np.outer(p, p),
            "sign_lost": np.abs(np.diag(p) - np.outer(p, p))})
    entries = np.triu(np.asarray(half)) + np.triu(np.asarray(half), 1).T
    shown = [[half[i, k] if i <= k else echo(half[k, i]) for k in range(3)] for i in range(3)]
    delta = box(entries @ by_p, "δ", "Only one entry of ∂C/∂p is not zero. Which column of the matrix does it meet?",
        digits=3, how="The matrix times the column.", gradient_of="z",
        slips={"entrywise_not_matrix": np.diag(entries) * by_p, "wrong_sign": -(entries @ by_p)})
    same = ask.error(box, p, y, "p − y", "Which entry of y is one?",
        how="The probabilities, minus one at the true class.")
    return (
        step("Three classes, the probabilities $p$ of a softmax, and a target with a one at the true class. The cost "
            "is $C = −ln(p)$ of the true class. What is its slope with respect to each probability?",
            eq("p", "=", column(each("p", p)), APART, "y", "=", column(each("y", y)), APART, by("p"), "≈",
                column(lit("by_{j}", by_p, uses="p_{j} y_{j}")))),
        step("A nudge of one $z$ moves every probability, so the slope of softmax is a matrix: $p_j(1 − p_j)$ on the "
            "diagonal, $−p_j p_k$ elsewhere. It is its own transpose: fill in one half, and "
            "the other one follows.",
            eq(by("z", "p"), "=", matrix(lit("s_{j}{k}", shown, uses="p_{j} p_{k}")))),
        step("The chain rule: matrix times column.",
            eq("δ", "=", by("z", "p"), by("p"), "≈",
                column(each("δ", delta, uses="s_{j}1 s_{j}2 s_{j}3 by_1 by_2 by_3")))),
        step("And now the short way.", eq("p − y", "=", column(each("δ", same, uses="p_{j} y_{j}")))),
    )


@page("Softmax with cross-entropy, at once", row="8.4")
def softmax_short(given, box):
    """From z to probabilities to errors: exponentials, their sum, a subtraction."""
    z, true = given("z", [1, 0.5, -1], high=2, distinct=True), given.choice("true", 1, 0, 2)
    given.require(np.all(z != 0))
    y = np.eye(3)[true]
    powers = box(np.exp(z), "e^z", "What is e to the power of this z?", digits=3, how="The exponential of each z.",
        slips={"exponent_sign": np.exp(-z)})
    total = box(np.sum(powers), "the sum", "Did you add all three of them?", digits=3,
        how="The sum of the exponentials.", slips={"term_left_out": powers[0] + powers[1]})
    p = box(powers / total, "p", "What share of the sum is each exponential?", digits=3,
        how="Each exponential over the sum.", slips={"not_normalised": powers, "upside_down": total / powers})
    delta = ask.error(box, p, y, "δ", "At which class does the target have its one?", digits=3,
        how="Probability minus target.", gradient_of="z", slips={"slope_kept": (p - y) * p * (1 - p)})
    left = np.sum(delta)  # a few thousandths may be left where the errors are rounded
    zero = box(0.0 if abs(left) < 0.005 else np.round(left, 9), "the sum of δ",
        "What do the p add up to, and what do the y add up to?",
        how="The p add up to one and so do the y: their difference adds up to zero.")
    options = ["raise z", "lower z"]
    moves = box([options[int(d > 0)] for d in delta], "what lowers the cost", "Which sign does this error have?",
        how="Against the sign of the error: only the z of the true class goes up.", options=options,
        slips={"uphill": [options[int(d <= 0)] for d in delta]}, words={"uphill": "That way the cost rises."})
    names_ = [f"class {k + 1}" for k in range(3)]
    return (
        step(f"Three $z$ go into a softmax; class {true + 1} is the true one. Exponentials first, and their sum.",
            eq("z", "=", column(each("z", z)), APART, "e^z", "≈", column(lit("e_{j}", powers, uses="z_{j}")), APART,
                words("sum"), "≈", lit("sum", total, uses="e_1 e_2 e_3"))),
        step("Each exponential's share of the sum is a probability. The error is $δ = p − y$.",
            eq("p", "≈", column(each("p", p, uses="e_{j} sum")), APART, "y", "=", column(y), APART, "δ", "≈",
                column(each("δ", delta, uses="p_{j}")))),
        step("What do the exact errors add up to?", eq("δ_1 + δ_2 + δ_3", "=", zero)),
        step("To lower the cost, raise $z$ or lower $z$?", table(names_, list(moves))),
    )


@page("Which δ goes with which cost?", row="8.4")
def which_delta(given, box):
    """Five last layers, told apart by activation and cost."""
    yes, no = "yes", "no"
    a, y = given("a", [0.8, 0.3, 0.6, 0.4, 0.7], low=0.1, high=0.9), given("y", [1, 1, 0, 0, 1], low=0, high=1)
    given.require(np.all(a != 0.5), "at a half, a and 1 − a are the same")
    given.require(np.ptp(y) > 0, "all targets are alike")
    kinds = [("sigmoid", "squared error"), ("sigmoid", "cross-entropy"), ("softmax", "cross-entropy"),
        ("none", "squared error"), ("tanh", "squared error")]
    start = given.choice("first", 0, 1, 2, 3, 4)
    kinds = kinds[start:] + kinds[:start]
    rows = []
    for (activation, cost), value, target in zip(kinds, a.tolist(), y.tolist(), strict=True):
        steep = {"none": 1.0, "tanh": 1 - value**2}.get(activation, value * (1 - value))
        alone = cost == "cross-entropy" or activation == "none"
        rule = box(no if alone else yes, f"times a slope, {activation} with {cost}",
            "Is the slope 1, or does it cancel with this cost?",
            how="The slope cancels with cross-entropy, and a layer without activation has the slope one.",
            options=[yes, no],
            slips={"slope_kept": yes} if cost == "cross-entropy" else {} if alone else {"slope_left_out": no},
            words={"slope_kept": "With this cost the slope cancels."} if cost == "cross-entropy" else {} if alone
            else {"slope_left_out": "Nothing cancels the slope here."})
        by_slope = steep if rule == yes else 1
        slips = {"target_minus_prediction": (target - value) * by_slope}
        if cost == "cross-entropy":
            slips["slope_kept"] = (value - target) * steep
        elif not alone:
            slips |= {"slope_left_out": value - target, "cost_slope_left_out": steep}
            if activation == "tanh":
                slips["sigmoid_for_tanh"] = (value - target) * value * (1 - value)
        number = box((value - target) * by_slope, f"δ, {activation} with {cost}",
            "Prediction minus target. Times a slope, or not?",
            how="Prediction minus target, times the slope where there is one.", slips=slips)
        rows.append((words(activation), words(cost), rule, f"{value:g}", f"{target:g}", number))
    return (
        step("The error of a last layer is $a − y$ alone, or $a − y$ times a slope. For each of these: is it times a "
            "slope, yes or no? Then work out $δ$ for one node.",
            table([words("activation"), words("cost"), words("times a slope?"), "a", "y", "δ"], *rows)),
        say("Without an activation $a = z$, so the slope is 1. For tanh the slope is $1 − a^2$, with the square of "
            "$a$."),
    )


@page("A softmax network, end to end", row=("8.2", "8.4"))
def softmax_network(given, box):
    """Three inputs, two ReLU nodes, three classes: forward, errors, gradients."""
    x, z1 = given("x", [1, 2, 4], high=5, distinct=True), given("z1", [2, -1], high=3, distinct=abs)
    w2, true = given("W2", [[1, -1], [-1, 1], [2, 1]], high=3), given.choice("true", 0, 1, 2)
    y = np.eye(3)[true]
    given.require(np.max(z1) > 0 > np.min(z1))
    sums = w2 @ np.maximum(z1, 0)
    given.distinct(sums)
    given.require(np.ptp(sums) <= 6)
    lets = int(np.argmax(z1))  # the node whose ReLU is open
    a1 = box(np.maximum(z1, 0), "a^{(1)}", "What does ReLU leave of a sum above zero, and of one below?",
        how="Negative sums become zero.",
        slips={"sign_flipped_only": np.abs(z1)})
    z2 = box(w2 @ a1, "z^{(2)}", "Which row of the weights belongs to this node? Did you add both products?",
        how="Each row of the weights times a.", slips={"activation_left_out": w2 @ z1},
        words={"activation_left_out": "You went on with the sums. What does ReLU make of them first?"})
    p = box(softmax(z2), "p", "What share of the sum is each exponential?", digits=3,
        how="Each exponential over their sum.", slips={"not_normalised": np.exp(z2)})
    d2 = ask.error(box, p, y, "δ^{(2)}", "At which class does the target have its one?", digits=3,
        how="Probability minus target.", gradient_of="z2")
    back = box(w2.T @ d2, "(W^{(2)})^T δ^{(2)}", "Which three weights leave this hidden node?", digits=3,
        how="Each column of the weights times the errors.", gradient_of="a1",
        slips={"path_left_out": w2[:2].T @ d2[:2]})
    d1 = box(bp2(w2, d2, relu_slope(z1)), "δ^{(1)}", "Does ReLU let this one through?", digits=3,
        how="What came back where ReLU is open, zero elsewhere.", gradient_of="z1", slips={"slope_left_out": back})
    names_ = ["row 1", "row 2"]
    empty = box(names_[int(np.argmin(np.abs(d1)))], "the row of zeros", "The error of which node is zero?",
        how="The row of the node whose error is zero.", options=names_)
    dw1 = box(bp4(d1, x), "∂C/∂W^{(1)}", "Which error belongs to this row? And which input to the column?", digits=3,
        only=[(lets, k) for k in range(3)], how="The error of the row times the input of the column.",
        gradient_of="W1", slips={"other_column": np.outer(d1, np.roll(x, 1))})
    return (
        step(f"Three inputs, a layer of two ReLU nodes, and three classes by softmax, of which class {true + 1} is the "
            "true one. The second layer has no biases. The sums $z^{(1)}$ are done: go forward from them.",
            network([each("x", nodes(x)), each("a", echo(a1), 1), each("p", echo(p))],
                [edges(BARE[:2, :3], 1), edges(BARE[:3, :2], 2)],
                names=[named("x", 3), named("a", 2, 1), named("p", 3)],
                below=[(), each("δ", echo(d1, "δ^{(1)}"), 1), each("δ", echo(d2, "δ^{(2)}"), 2)], gap=235, row_gap=146,
                title="Three inputs, two ReLU nodes, three classes; values and errors appear as they are found"),
            eq("x", "=", column(each("x", x)), APART, "z^{(1)}", "=", column(each("z", z1, 1)), APART, "a^{(1)}", "=",
                column(each("a", a1, 1, uses="z^(1)_{j}"))),
            eq("z^{(2)}", "=", matrix(edges(w2, 2), "W^{(2)}"), "a^{(1)}", "=",
                column(each("z", z2, 2, uses="w^(2)_{j}1 w^(2)_{j}2 a^(1)_1 a^(1)_2")), APART, "p", "≈",
                column(each("p", p, uses="z^(2)_1 z^(2)_2 z^(2)_3")))),
        step("The error of the last layer, where softmax meets cross-entropy.",
            eq("δ^{(2)}", "=", "p − y", "≈", column(each("δ", d2, 2, uses="p_{j}")))),
        step("**BP2**: back through the weights, then through ReLU.",
            eq("(W^{(2)})^T δ^{(2)}", "≈", column(back_along(back, 3, 2)), APART, "δ^{(1)}", "≈",
                column(each("δ", d1, 1, uses="back_{j} z^(1)_{j}")))),
        step("**BP4** for the first layer, $∂C/∂W^{(1)} = δ^{(1)} x^T$. Which is all zeros, row 1 or row 2? And what "
            "is the other row?",
            eq(words("all zeros:"), empty, APART, words("the other row"), "≈", row(edges(dw1, 1)[lets]))),
    )


@page("Find the bug: four equations", row=("8.2", "8.6"))
def find_the_bug(given, box):
    """BP1, BP2 and BP4 on a sigmoid network with squared error, worked out with one slip in it."""
    a1, a2 = given("a1", [0.8, 0.4], low=0.1, high=0.9, distinct=True), given("a2", [0.7, 0.2], low=0.1, high=0.9)
    y = np.array(given.choice("y", (1.0, 0.0), (0.0, 1.0)))
    w2 = given("W2", [[2, -1], [3, 4]], low=1, high=5)
    x = given("x", [2, -1], low=1, high=4, distinct=abs)
    given.require(np.all(a1 != 0.5) and np.all(a2 != 0.5) and abs(w2[0, 1]) != abs(w2[1, 0]) and a2[0] != a2[1])
    delta = bp1(a2 - y, a2 * (1 - a2))
    given.require(np.min(np.abs(w2.T @ delta)) > 0.02 and np.ptp(np.abs(delta)) > 0.01 and 1 - a1[0] != a1[1])
    out, back, own, last = "δ^{(2)}", "(W^{(2)})^T δ^{(2)}", "δ^{(1)}", "∂C/∂W^{(1)}"
    slope = a1 * (1 - a1)
    lines = (
        Line(out, "(a^{(2)} - y) ⊙ σ′(z^{(2)})", lambda v: bp1(a2 - y, a2 * (1 - a2))),
        Line(own, f"({back}) ⊙ σ′(z^{{(1)}})", lambda v: bp2(w2, v[out], slope)),
        Line(last, "δ^{(1)} x^T", lambda v: bp4(v[own], x)),
    )
    faults = (
        Fault(own, "a slope left out", lambda v: w2.T @ v[out], "Line 2 leaves the slope of the hidden nodes out."),
        Fault(out, "a slope left out", lambda v: a2 - y, "Line 1 leaves the slope of the outputs out."),
        Fault(out, "a value for a slope", lambda v: (a2 - y) * a2, "Line 1 multiplies by the value, not by the slope."),
        Fault(own, "W not transposed", lambda v: (w2 @ v[out]) * slope,
        "Line 2 goes along the rows of the weights."),
        Fault(own, "a path left out", lambda v: w2[0] * v[out][0] * slope, "Line 2 goes back through one output only."),
        Fault(last, "the result transposed", lambda v: np.outer(x, v[own]), "Line 3 has the transpose."),
    )
    work = Worked(lines, faults, given.choice("fault", *range(len(faults))), digits=3)
    given.require(np.min(np.abs(work.written[last])) >= 0.01, "the matrix fits beside its formula")
    return (
        step("Two inputs, two hidden nodes, two outputs, all sigmoid, and the cost $C = ½ Σ_j (a_j − y_j)^2$. The "
            "forward pass is right.",
            eq("x", "=", column(x), APART, "a^{(1)}", "=", column(a1), APART, "W^{(2)}", "=", matrix(w2), APART,
                "a^{(2)}",
                "=", column(a2), APART, "y", "=", column(y))),
        step("Somebody has gone back, made one slip, and then carried on with what they had.", *work.shown()),
        *work.steps(given, box),
    )


# -- 8.5 Shapes ledger -------------------------------------------------------------------------------------------------


def sizes(given, *canonical: int) -> list[int]:
    """The numbers of nodes of an architecture, all different."""
    found = [int(n) for n in given("sizes", list(canonical), low=2, high=9)]
    given.require(len({*found}) == len(found))
    return found


def transposed(shape: Shape) -> Shape:
    """The shape of the transpose."""
    return Shape(shape[::-1])


FITTING = {"outer_for_inner": "A product fits when the columns of the first are as many as the rows of the second."}
"""What is said of those who compared the wrong numbers."""


@page("A ledger of shapes", row="8.5")
def ledger(given, box):
    """Every quantity of a two-layer network, the products of the equations, and their shapes."""
    n = sizes(given, 3, 4, 2)
    rows, found = [], {}
    for shown, two_sided, name, like in (
        ("W", True, "W", None), ("b", False, "b", None), ("δ", False, "δ", "b"), (by("W"), True, "∂C/∂W", "W")
    ):
        keys = found[like] if like else [Shape((n[level], n[level - 1] if two_sided else 1)) for level in (1, 2)]
        found[name] = box(list(keys), f"the shape of {name} in layers 1 and 2",
            "There is a row for each node. What is there a column for?" if two_sided
            else "How many nodes does the layer have? And how many columns does a column have?",
            how="Nodes of the layer by nodes of the layer before." if two_sided
            else "One row for each node of the layer, and one column.",
            slips={"transposed": [transposed(key) for key in keys], "other_layer": keys[::-1]})
        rows.append((shown, *found[name]))
    products = []
    for shown, names, factors, turns in (
        (group(words("BP2:"), "(W^{(2)})^T δ^{(2)}"), ("(W^{(2)})^T", "δ^{(2)}"), (found["W"][1], found["δ"][1]), 0),
        (group(words("BP4:"), "δ^{(1)} x^T"), ("δ^{(1)}", "x^T"), (found["δ"][0], Shape((n[0], 1))), 1),
    ):
        first, second = (
            box(transposed(factor) if place == turns else factor, f"the shape of {name}",
                "Which shape does it have without the T? And what does the T do?" if place == turns
                else "Its shape stands in the table above. Which is it?",
                how="The shape without the T, turned around." if place == turns else "A row for each node, one column.",
                slips={"transposed": factor if place == turns else transposed(factor)})
            for place, (name, factor) in enumerate(zip(names, factors, strict=True)))
        result = box(Shape((first[0], second[1])), f"the shape of {names[0]} times {names[1]}",
            "Which two numbers are the outer ones?", how="The rows of the first by the columns of the second.",
            slips={"transposed": Shape((second[1], first[0]))})
        products.append((shown, first, second, result))
    return (
        step(f"A network has {n[0]} inputs, {n[1]} hidden nodes and {n[2]} outputs; it sees one example. Write every "
            "shape as rows × columns.",
            table(["", words("layer 1"), words("layer 2")], *rows)),
        step("In the equations for going back, what are the shapes of both factors, and of their product?",
            table(["", words("first"), words("second"), words("product")], *products)),
        say("$z$, $a$ and $∂C/∂b$ are columns like $b$. A gradient has the shape of what it belongs to, and in a "
            "product the inner numbers agree. If not, look for a transpose."),
    )


@page("From shapes to the network", row="8.5")
def from_shapes(given, box):
    """The architecture, the number of parameters and a forgotten transpose, read off shapes."""
    n = [int(v) for v in given("sizes", [6, 5, 3], low=2, high=9)]
    given.distinct(n)
    nodes_ = box(n, "the numbers of nodes", "Does a weight matrix have a row for each node, or for each input?",
        how="Columns of the first matrix, rows of the first, rows of the second.",
        slips={"transposed": [n[1], n[0], n[1]]},
        words={"transposed": "You took rows for columns. A weight matrix has a row for each node of its layer."})
    inputs, hidden, outputs = (float(v) for v in nodes_)
    counts = box([inputs * hidden + hidden, hidden * outputs + outputs], "the numbers of parameters",
        "How many weights? And what else is learned?", how="Weights plus biases.",
        slips={"biases_not_counted": [inputs * hidden, hidden * outputs],
            "nodes_added": [inputs + hidden, hidden + outputs]})
    total = box(np.sum(counts), "all parameters", "Add up the layers.", how="The sum over both layers.",
        slips={"biases_not_counted": inputs * hidden + hidden * outputs})
    options = ["yes", "no"]
    fits = box([options[1], options[0], options[0], options[1]], "whether it fits", "Are the inner numbers equal?",
        how="A product fits when its inner numbers are equal.", options=options,
        slips={"outer_for_inner": [options[0], options[1], options[1], options[0]]}, words=FITTING)
    gradients = box([Shape((n[2], n[1])), Shape((n[1], n[2]))], "the shapes of two products",
        "Which numbers are the outer ones?", how="The rows of the first by the columns of the second.",
        slips={"transposed": [Shape((n[1], n[2])), Shape((n[2], n[1]))]})
    which = box("first" if gradients[0] == Shape((n[2], n[1])) else "second", "which is ∂C/∂W^{(2)}",
        "Which of the two has the shape of the weights?",
        how="The one whose shape is that of the weights.", options=["first", "second"])
    return (
        step(f"Somebody left a note: $W^{{(1)}}$ is {n[1]}×{n[0]} and $W^{{(2)}}$ is {n[2]}×{n[1]}. How many inputs, "
            "hidden nodes and outputs does the network have?",
            table([words("inputs"), words("hidden"), words("outputs")], list(nodes_))),
        step("How many parameters does each layer have, weights and biases together? And how many does the network "
            "have?",
            table([words("layer 1"), words("layer 2"), words("network")], [counts[0], counts[1], total])),
        step("Does the product fit, yes or no?",
            table(["W^{(2)} δ^{(2)}", "(W^{(2)})^T δ^{(2)}", "δ^{(2)} (a^{(1)})^T", "δ^{(1)} a^{(1)}"], list(fits))),
        step("For short, $δ = δ^{(2)}$ and $a = a^{(1)}$. What are the shapes of these two products, and which of them "
            "is $∂C/∂W^{(2)}$?",
            eq(words("first:"), "δ a^T", words("of shape"), gradients[0], APART, words("second:"), "a δ^T",
                words("of shape"), gradients[1]),
            eq(by("W^{(2)}"), "=", words("the"), which)),
    )


# -- 8.8 All together --------------------------------------------------------------------------------------------------


RAISED = "⁰¹²³⁴"
LEVELS = (1, 2, 3, 4)
NEIGHBOUR = {"other_layer": "That belongs to another layer. Which one does this equation speak of?"}


def of_layer(name: str, layer: int) -> str:
    """A name with its layer, as it is chosen: δ⁽²⁾. What comes into layer 1 is x."""
    return f"{name}⁽{RAISED[layer]}⁾" if layer else "x"


@page("All four, put together", row=("8.2", "8.8"))
def assembled(given, box):
    """The four equations for one layer of a deep network, with their layers filled in, and how often each is used."""
    last, layer = given.choice("layers", (3, 1), (3, 2), (4, 1), (4, 2), (4, 3))
    before = ("x", *(of_layer("a", n) for n in LEVELS))

    def part(name: str, right: int, other: int, what: str, hint: str, how: str):
        options = before if name == "a" else tuple(of_layer(name, n) for n in LEVELS)
        return box(of_layer(name, right), what, hint, how=how, options=options,
            slips={"other_layer": of_layer(name, other)}, words=NEIGHBOUR)

    top = part("z", last, last - 1, "z in BP1", "The slope of which layer's activation?",
        "BP1 is about the last layer.")
    weights = part("W", layer + 1, layer, "W in BP2", "Through which weights does the error come back?",
        "Those of the next layer carried the values forward.")
    behind = part("δ", layer + 1, layer, "δ in BP2", "Whose error comes back?", "The error of the next layer.")
    slope = part("z", layer, layer + 1, "z in BP2", "The slope of which layer's activation?",
        "That of the layer itself.")
    bias = part("δ", layer, layer + 1, "δ in BP3", "Which node does the bias belong to?",
        "The error of the layer itself.")
    error = part("δ", layer, layer + 1, "δ in BP4", "Which error stands at the end of these weights?",
        "The error of the layer itself.")
    value = part("a", layer - 1, layer, "a in BP4", "What came into this layer?", "The values of the layer before.")
    used = box([1, last - 1, last, last], "how often each is used",
        "Once for the network, once for each layer, or for all but one?",
        how="BP1 once, BP2 for every layer but the last, BP3 and BP4 for every layer.",
        slips={"inputs_counted_as_layer": [np.nan, last, last + 1, last + 1]})
    return (
        step(f"A network has {last} layers with activations; its input is $x$. **BP1** begins at the end. Fill in the "
            "layer.",
            eq(f"δ^{{({last})}}", "=", "∇_{a}C", "⊙", "σ′(", top, ")")),
        step(f"Now layer {layer}. What belongs in **BP2**, **BP3** and **BP4**?",
            eq(f"δ^{{({layer})}}", "=", "((", weights, ")^T", behind, ")", "⊙", "σ′(", slope, ")"),
            eq(by(f"b^{{({layer})}}"), "=", bias, APART, by(f"W^{{({layer})}}"), "=", error, "(", value, ")^T")),
        step("How often is each of them used to find all gradients of this network?",
            table([words(f"BP{n}") for n in LEVELS], list(used))),
        say("In this order: BP1, then BP2 layer by layer down to the first; BP3 and BP4 wherever an error is known."),
    )


@page("p − y in letters", row=("8.4", "8.8"))
def in_letters(given, box):
    """Softmax and cross-entropy from the last sum to the error, in letters; then numbers put in."""
    p, q = Name("p"), Name("q")
    outer = box(-1 / p, "∂C/∂p", "What is the slope of a logarithm?", names="p q", how="The slope of ln(p) is 1/p.",
        slips={"sign_lost": 1 / p, "not_differentiated": -log(p)})
    own = box(p * (1 - p), "∂p/∂z_p", "On the diagonal of softmax's Jacobian: what stands there?",
        names="p q",
        how="p − p·p, the entry on the diagonal of diag(p) − ppᵀ.",
        slips={"outer_product_left_out": p, "slope_factor_left_out": 1 - p, "other_factor": p * q},
        words={"slope_factor_left_out": "Two factors stand on the diagonal. One of them is missing.",
            "other_factor": "With two classes q would be 1 − p. Here there may be more."})
    true = box(p - 1 if same_value(outer * own, p - 1) else outer * own, "δ_p",
        "Multiply the two slopes. What cancels?", names="p q", how="The p cancels, and −(1 − p) is p − 1.",
        slips={"wrong_sign": 1 - p, "cost_slope_left_out": p * (1 - p)})
    other = box(-p * q, "∂p/∂z_q", "Beside the diagonal: the product of which two, with which sign?",
        names="p q", how="Minus the product of the two probabilities.", slips={"sign_lost": p * q,
        "other_factor_left_out": -q})
    false = box(q if same_value(outer * other, q) else outer * other, "δ_q",
        "Multiply the two slopes. What cancels?", names="p q", how="The p cancels and the two minus signs too.",
        slips={"wrong_sign": -q, "cost_slope_left_out": -p * q})
    shares = given.choice("p", (0.1, 0.7, 0.2), (0.3, 0.6, 0.1), (0.5, 0.2, 0.3), (0.2, 0.2, 0.6), (0.4, 0.1, 0.5))
    k = given.choice("true", 0, 1, 2)
    given.require(shares[k] != 0.5)
    errors = [float((true if i == k else false).evaluate({"p": shares[k], "q": shares[i]})) for i in range(3)]
    delta = box(errors, "δ", "Which of your two formulas belongs to this class?",
        how="The first formula for the true class, the second for the others.",
        slips={"wrong_sign": [-e for e in errors], "output_for_error": shares})
    return (
        step("A softmax output gives the true class the probability $p$ and one of the others $q$; their sums are "
            "$z_p$ and $z_q$. The cost is $C = −ln(p)$. Two slopes lead from it to $z_p$.",
            eq(by("p"), "=", outer, APART, by("z_p", "p"), "=", own)),
        step("**BP1**: their product is the error. Simplify it.",
            eq("δ_p", "=", by("p"), "·", by("z_p", "p"), "=", true)),
        step("The other class moves $p$ too, because all classes share one sum of exponentials.",
            eq(by("z_q", "p"), "=", other, APART, "δ_q", "=", by("p"), "·", by("z_q", "p"), "=", false)),
        step(f"So $δ$ is the probability, less 1 for the true class: $δ = p − y$ as columns. Here class {k + 1} is the "
            "true one.",
            eq("p", "=", column(shares), APART, "δ", "=", column(delta))),
    )


SPOKEN = ("δ", "∂C/∂W", "∂C/∂b", "∂C/∂a", "∂C/∂x")


@page("Two languages, one layer", row=("8.2", "8.8"))
def two_languages(given, box):
    """A layer going back in the words of programs and in the four equations: a dictionary, and one set of numbers."""
    w, x = given("W", [[2, -1, 3], [1, 4, -2]], high=4), given("x", [3, -2, 1], high=4, distinct=abs)
    a, g = given("a", [0.8, 0.4], low=0.1, high=0.9, distinct=True), given("g", [2, -5], low=2, high=6, distinct=abs)
    slope = sigmoid_slope_from_value(a)
    given.require(np.all(a != 0.5) and 1 - a[0] != a[1] and np.min(np.abs(w.T @ (g * slope))) > 0.05)
    order = given.choice("order", (0, 1, 2, 4), (4, 1, 0, 2), (1, 0, 4, 2), (2, 4, 0, 1))
    said = {0: "what the activation hands back", 1: "dweights", 2: "dbiases", 4: "dinputs"}
    kinds = box([SPOKEN[i] for i in order], "the name in the equations",
        "Is it a slope with respect to a sum, a value, weights or biases?", options=SPOKEN,
        how="The slopes of the cost with respect to z, to W, to b, and to what came in.",
        slips={"value_for_slope": [np.nan if SPOKEN[i] != "δ" else "∂C/∂a" for i in order],
            "other_variable": [np.nan if SPOKEN[i] != "∂C/∂b" else "δ" for i in order]},
        words={"value_for_slope": "That is what the activation gets. What does it hand back?",
            "other_variable": "By BP3 the two are equal. But δ is the slope with respect to z: what is this one for?"})
    delta = box(g * slope, "δ", "What does the activation multiply by?", digits=3,
        how="What arrives, times the slope a(1 − a).", slips={"slope_left_out": g, "activation_for_slope": g * a})
    dw = box(bp4(delta, x), "∂C/∂W", "Which error belongs to this row, which input to this column?", digits=3,
        how="BP4: the error of the row times the input of the column.",
        slips={"weight_for_activation": np.asarray(delta)[:, None] * w, "slope_left_out": np.outer(g, x)})
    back = box(w.T @ delta, "∂C/∂x", "Down which column of W do the errors go back?", digits=3,
        how="The transpose of the weights times the errors.",
        slips={"path_left_out": w[0] * delta[0], "slope_left_out": w.T @ g})
    return (
        step("A layer gets $x$, makes $z = Wx + b$ of it, and then $a = σ(z)$. On the way back its activation gets "
            "$∂C/∂a$. Which slope of $C$ does each of these hold?",
            table([words("in the program"), words("in the equations")],
                *[(words(said[i]), kinds[n]) for n, i in enumerate(order)])),
        step("One layer with a sigmoid, and what has come back to its values.",
            eq("W", "=", matrix(w), APART, "x", "=", column(x), APART, "a", "=", column(a), APART, by("a"), "=",
                column(g))),
        step("The activation first, which is BP1 or the last factor of BP2. By BP3 it is the gradient of the biases "
            "too.",
            eq("δ", "=", by("a"), "⊙", "σ′(z)", "≈", column(delta))),
        step("Then the weights, by BP4, and what goes on to the layer before, the other part of BP2.",
            eq(by("W"), "=", "δ x^T", "≈", matrix(dw)),
            eq(by("x"), "=", "W^T δ", "≈", column(back))),
        say("That is all of it. A network does this once for each layer, from the last to the first."),
    )
