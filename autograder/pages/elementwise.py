"""Chapter 3: operations entry by entry, scalars broadcast to vectors, and sums: the Jacobians inside a neuron."""

from __future__ import annotations

import numpy as np

from ..authoring import ask
from ..authoring.page import page
from ..engine.expressions import Name, as_expr
from ..layout import APART, Shape, aligned, by, column, eq, frac, group, matrix, row, say, step, table, words

V, W = Name("v"), Name("w")
DIAGONAL, ALL = "diagonal", "all"
PATTERNS = (DIAGONAL, "column 1", "column 2", "column 3", ALL)
TIE = ("v < w", "v = w", "v > w")
IN_WORDS = {"value_for_slope": "That is the value that comes out. The slope says how fast it changes."}


def on_diagonal(boxes) -> list[list]:
    """Boxes on the diagonal, printed zeros elsewhere."""
    return [[boxes[i] if i == j else 0 for j in range(len(boxes))] for i in range(len(boxes))]


def formulas(*entries) -> np.ndarray:
    """Formulas and numbers as an array of formulas."""
    return np.array([as_expr(entry) for entry in entries], dtype=object)


# -- 3.1 Entry by entry ------------------------------------------------------------------------------------------------


@page("Entry by entry", row="3.1")
def entry_by_entry(given, box):
    """Nudge one entry and see which outputs move."""
    v, w = given("v", [4, 7, 6], low=2, high=12, distinct=True), given("w", [3, -2, 5], low=2, distinct=abs)
    nudge, place = given("nudge", 2, low=2, high=5), given.choice("place", 1, 0, 2)
    given.require(not set(np.abs(w)) & set(v) and nudge not in w and nudge not in v)
    f = ask.product(box, v, w, "F", "Which entries meet?", how="Each entry of v times the entry of w beside it.")
    moved = np.arange(3) == place
    change = box(nudge * w * moved, "ΔF", "Does this output contain the entry that moved? If so, what multiplies it?",
        how="Only the output in the same place changes, by the nudge times its w.",
        slips={"every_input_counted": nudge * w, "value_not_change": f + nudge * w * moved,
            "nudge_for_input": np.where(moved, nudge, np.nan),
            "other_vector": np.where(moved, nudge * v, np.nan),
            "added_not_multiplied": np.where(moved, nudge + w, np.nan)},
        words={"other_vector": "You multiplied the nudge by v itself. What is v multiplied by?",
            "every_input_counted": "Look at the formula of this output: is the entry that moved in it?",
            "nudge_for_input": "That is the nudge. What is this entry multiplied by?",
            "added_not_multiplied": "You added the nudge. What does it get multiplied by?"})
    return (
        step("Two vectors are multiplied **entry by entry**. Fill in the result.",
            eq("F", "=", column(v, "v"), "⊙", column(w, "w"), "=", column(f, "F"))),
        step(f"Now only $v_{place + 1}$ changes: it rises by {nudge:g}. By how much does each output change?",
            eq("Δv", "=", column(nudge * moved), "→", "ΔF", "=", column(change))),
        say("The other two outputs did not move at all. The whole chapter rests on this."),
    )


@page("Where are the zeros?", row="3.1")
def which_vanish(given, box):
    """The pattern first, in words: the Jacobian of an operation entry by entry is diagonal, but not every Jacobian."""
    sign = given.choice("operation", "+", "−", "÷")
    k = given.choice("k", 2, 1, 3)
    order = given.choice("order", (1, 2, 0), (2, 0, 1))
    hint = "Which entries of v stand in the formula of each output?"
    own = box(DIAGONAL, "the entries of ∂F/∂v that are not 0", hint, options=PATTERNS,
        how="Output i contains the v with the same index and no other.", slips={"every_input_counted": ALL},
        words={"every_input_counted": "All would mean that each output contains every entry of v. Does it?"})
    same = box(f"column {k}", "the entries of ∂G/∂v that are not 0", hint, options=PATTERNS,
        how=f"Every output contains v with the index {k} and no other, so that column is full.",
        slips={"diagonal_by_habit": DIAGONAL})
    every = box(ALL, "the entries of ∂H/∂v that are not 0", hint, options=PATTERNS,
        how="Every output contains every v.", slips={"diagonal_by_habit": DIAGONAL})
    columns = np.array(order) + 1.0
    mixed = box(columns, "the column", "Which entry of v does the output of this row contain?",
        how="The column has the index of the v that the output contains.",
        slips={"diagonal_by_habit": [1, 2, 3], "layout_swapped": np.argsort(order) + 1.0},
        words={"layout_swapped": "You have rows and columns the other way round: a row belongs to an output."})
    lines = [[f"v_{i} {sign} w_{i}" for i in (1, 2, 3)], [f"v_{k} {sign} w_{i}" for i in (1, 2, 3)],
        [f"(v_1 + v_2 + v_3) {sign} w_{i}" for i in (1, 2, 3)],
        [f"v_{j + 1} {sign} w_{i + 1}" for i, j in enumerate(order)]]
    return (
        step("Three functions of $v$ and $w$. Choose which entries of each Jacobian are not 0: one column, the "
            "diagonal or all.",
            *[eq(name, "=", column(line), APART, by("v", name), words("is not 0 in:"), choice)
                for name, line, choice in zip("FGH", lines[:3], (own, same, every), strict=True)]),
        step("In $K$ the entries of $v$ are shuffled. Each row of $∂K/∂v$ has one entry that is not 0. In which "
            "column?",
            eq("K", "=", column(lines[3])),
            table(["", "row 1", "row 2", "row 3"], (words("column"), *mixed))),
    )


@page("Five operations, ten slopes", row="3.1")
def five_operations(given, box):
    """The slope of one entry, with respect to v and to w, for each operation; then with numbers."""
    v, w = given("v", 6, low=2), given("w", 4, low=2, high=5)
    given.distinct(v, w, v / w, v * w, 1, v / w ** 2, 1 / w)
    given.require(w != 3, "thirds do not end")
    by_v, by_w, none = formulas(1, 1, W, 1 / W), formulas(1, -1, V, -V / W**2), np.full(4, np.nan, dtype=object)
    quotient_by_v = np.array([np.nan, np.nan, np.nan, by_v[3]], dtype=object)
    both = lambda first, second: np.stack([first, second], axis=1)  # noqa: E731
    slopes = box(both(by_v, by_w), "the slopes with respect to v and w",
        "Treat the other letter as a number. What is the slope then?", names="v w",
        how="Differentiate with respect to one letter and treat the other as a number.",
        slips={"other_variable": both(by_w, quotient_by_v), "wrong_sign": both(none, formulas(-1, 1, -V, V / W**2)),
            "divisor_not_squared": both(none, formulas(1, -1, V, -V / W)),
            "factors_not_swapped": both(none, formulas(1, -1, W, -V / W**2))},
        words={"wrong_sign": "The right size with the wrong sign. Does the result rise or fall as w grows?"})
    at = {"v": int(v), "w": int(w)}
    numbers = [float(f.evaluate(at)) for f in slopes[3]]
    values = box(numbers, "the slopes of v ÷ w", "What do the two formulas of the quotient become at these numbers?",
        how=f"The two formulas of the quotient at v = {v:g}, w = {w:g}.",
        slips={"wrong_sign": [np.nan, -numbers[1]], "not_inverted": [w, np.nan]})
    larger = box([float(v > w), float(w > v)], "the slopes of max(v, w)",
        "Nudge each of the two. Does the maximum move with it?", how="1 for the larger one, 0 for the other.",
        slips={"max_to_other": [float(w > v), float(v > w)], "input_for_slope": [v, w]},
        words={"max_to_other": "Only the larger one moves the maximum. Which is it?"})
    head = ["F", by("v", "F"), by("w", "F")]
    return (
        step("One entry of each operation, and its two slopes. The index is the same everywhere, so we leave it out.",
            table(head, *[(name, *slopes[i]) for i, name in enumerate(("v + w", "v − w", "v · w", "v ÷ w"))])),
        step(f"In numbers, at $v = {v:g}$ and $w = {w:g}$: the quotient and the maximum.",
            table(head, ("v ÷ w", *values), ("max(v, w)", *larger))),
    )


@page("Sum and difference", row="3.1")
def sum_and_difference(given, box):
    """The Jacobians of v + w and of av − bw: multiples of the identity, one with a minus sign."""
    v, w = given("v", [5, -3], low=2, high=12), given("w", [8, 7], low=2, high=12)
    a, b = given("a", 4, low=2, high=6), given("b", 2, low=2, high=6)
    given.require(a != b and len({*np.abs(v), *np.abs(w), a, b}) == 6)
    eye = np.eye(2)
    plus = box(eye, "∂(v + w)/∂v", "Raise one entry of v by one. Which sums rise, and by how much?",
        how="Each sum rises by as much as its own entry: the identity.",
        slips={"every_input_counted": np.ones((2, 2)), "input_for_slope": np.diag(v)})
    first = box([a, a], "∂F_i/∂v_i", "Raise this v by one. By how much does the difference change?",
        how="The factor in front of v.", slips={"wrong_sign": [-a, -a], "other_variable": [-b, -b],
            "factor_left_out": [1, 1]},
        words={"factor_left_out": "That is the slope without the factor in front of v."})
    second = box([-b, -b], "∂F_i/∂w_i", "Raise this w by one. Does the difference rise or fall, and by how much?",
        how="The difference falls as w rises: the factor in front of w, with its minus.",
        slips={"wrong_sign": [b, b], "other_variable": [a, a], "factor_left_out": [-1, -1]},
        words={"factor_left_out": "That is the slope without the factor in front of w."})
    return (
        step(f"Let $v = ({v[0]:g}, {v[1]:g})$ and $w = ({w[0]:g}, {w[1]:g})$. Write the whole Jacobian of their sum. "
            "Do you need the numbers?",
            eq(frac("∂(v + w)", "∂v"), "=", matrix(plus))),
        step(f"Now a difference with factors, $F = {a:g}v − {b:g}w$. Only the diagonals are asked for.",
            eq(by("v", "F"), "=", matrix(on_diagonal(first)), APART, by("w", "F"), "=", matrix(on_diagonal(second)))),
    )


@page("Quotient", row="3.1")
def quotient(given, box):
    """Division entry by entry, and both of its Jacobians."""
    v, w = given("v", [6, -8, 7], low=2, distinct=abs), given("w", [2, 4, -5], low=2, high=5, distinct=abs)
    given.require(np.all(np.abs(v) != w**2) and np.all(np.abs(v / w) != 1) and np.all(np.abs(w) != 3))
    f = ask.ratio(box, v, w, "v ÷ w", "Which entries meet?", how="Each entry of v over its entry of w.",
        slips={"multiplied_not_divided": v * w}, words={"upside_down": "That is w over v. Which is divided by which?",
            "multiplied_not_divided": "You multiplied. Here v is divided by w."})
    by_v = box(1 / w, "∂F_i/∂v_i", "Here w is a constant. Which factor does it put in front of v?", how="One over w.",
        slips={"not_inverted": w, "value_for_slope": v / w}, words=IN_WORDS)
    by_w = box(-v / w**2, "∂F_i/∂w_i", "Write the quotient as v times w to the power −1. What is its slope in w?",
        how="Minus v over w squared.",
        slips={"wrong_sign": v / w**2, "divisor_not_squared": -v / w, "factor_left_out": -1 / w**2,
            "value_for_slope": v / w},
        words={"factor_left_out": "What stands above the bar is a factor, and it stays.", **IN_WORDS})
    return (
        step("Divide entry by entry.", eq("F", "=", column(v, "v"), "÷", column(w, "w"), "=", column(f, "F"))),
        step("Both Jacobians are diagonal. Write what stands on the diagonals.",
            aligned((by("v", "F"), "=", matrix(on_diagonal(by_v))), (by("w", "F"), "=", matrix(on_diagonal(by_w))))),
    )


@page("Maximum", row="3.1")
def maximum(given, box):
    """The larger entry passes; its slope is 1, the other's is 0."""
    v, w = given("v", [4, -2, 5], low=2), given("w", [-3, 6, 2], low=2)
    given.require(np.any(v > w) and np.any(v < w) and np.all(v != w))
    won = (v > w) * 1.0
    f = box(np.maximum(v, w), "max(v, w)", "Which of the two is larger?", how="The larger of each pair.",
        slips={"max_to_other": np.minimum(v, w)}, words={"max_to_other": "That is the smaller one."})
    told = {"max_to_other": "Only the larger of the two moves the maximum. Which is larger here?", **IN_WORDS}
    passed = np.where(f == v, 1.0, np.where(f == w, 0.0, won))  # which of the two stands in F, right or wrong
    by_v = box(passed, "∂F_i/∂v_i", "Is v the larger one here? Then what does a nudge of v do?",
        how="1 where v is larger, 0 where it is not.",
        slips={"max_to_other": 1 - passed, "value_for_slope": np.where(passed > 0, v, np.nan)}, words=told)
    by_w = box(1 - np.asarray(by_v), "∂F_i/∂w_i", "Is w the larger one here? Then what does a nudge of w do?",
        how="1 where w is larger, 0 where it is not.",
        slips={"max_to_other": passed, "value_for_slope": np.where(passed > 0, np.nan, w)}, words=told)
    return (
        step("Take the larger of each pair.",
            eq("F", "=", words("max"), column(v, "v"), ",", column(w, "w"), "=", column(f, "F"))),
        step("Both Jacobians are diagonal. Write what stands on the diagonals.",
            aligned((by("v", "F"), "=", matrix(on_diagonal(by_v))), (by("w", "F"), "=", matrix(on_diagonal(by_w))))),
        say("Where one slope is 1 the other is 0: the two Jacobians add up to the identity."),
    )


@page("The slope of a comparison", row="3.1")
def comparison(given, box):
    """v < w gives 0 or 1; a small nudge changes nothing, but at v = w the outcome jumps."""
    v, w = given("v", [3, 8, -2], low=2), given("w", [7, 4, 6], low=2)
    given.require(np.any(v < w) and np.any(v > w) and np.all(np.abs(v - w) >= 2))
    lines = []
    for i, less in enumerate((v < w) * 1.0):
        outcome = box(less, f"v_{i + 1} < w_{i + 1}", "Is it true here, and which number stands for true?",
            how="1 where v is smaller, 0 where it is not.", slips={"compared_backwards": 1 - less})
        after = box(less, f"v_{i + 1} + 0.1 < w_{i + 1}", "Is it still true, or still false, after this small nudge?",
            how="No entry passes the other, so the outcome is the same.", slips={"compared_backwards": 1 - less})
        ratio = box((after - outcome) / 0.1, f"ΔF_{i + 1}/Δv_{i + 1}", "By how much did this outcome change?",
            how="No change over the nudge: 0.",
            slips={**({"comparison_for_slope": 1} if less else {}),
                **({"change_not_ratio": after - outcome} if after != outcome else {})})
        lines.append((v[i], w[i], outcome, after, ratio))
    slope = box(0, "each entry of ∂F/∂v", "An outcome that does not change: what is its slope?",
        how="The outcome stays the same for a small enough nudge: every entry is 0.",
        slips={"comparison_for_slope": 1})
    jump = box(TIE[1], "where the slope does not exist", "When does the smallest nudge change the outcome?",
        options=TIE, how="At v = w the smallest nudge turns the outcome, so there the slope does not exist.",
        slips={"comparison_for_slope": TIE[0]},
        words={"comparison_for_slope": "There the outcome is 1 and stays 1. Where does it jump?"})
    return (
        step("A comparison works entry by entry too; true counts as 1, false as 0. Compare, nudge $v$ by 0.1, compare "
            "again, and write the ratio of the changes.",
            table(["v", "w", "v < w", "v + 0.1 < w", "ratio"], *lines)),
        step("So what is every entry of the Jacobian, on the diagonal and off it?",
            eq(words("each entry of"), frac("∂(v < w)", "∂v"), "=", slope)),
        step("In one case the outcome jumps, however small the nudge, and there is no slope. Which?",
            eq(words("no slope where"), jump)),
    )


# -- 3.2 The Hadamard product ------------------------------------------------------------------------------------------


@page("The Hadamard product", row="3.2")
def hadamard(given, box):
    """v ⊙ w: with respect to v it is diag(w), with respect to w it is diag(v)."""
    v, w = given("v", [2, -4, 6], low=2, high=12), given("w", [5, 3, -7], low=2, high=12)
    given.distinct(v, w, by=abs)
    f = ask.product(box, v, w, "v ⊙ w", "Which entries meet?", how="Each entry of v times its entry of w.")
    by_v = box(w, "∂F_i/∂v_i", "In this product, what does this v get multiplied by?",
        how="The entries of w on the diagonal.", slips={"factors_not_swapped": v, "value_for_slope": v * w},
        words=IN_WORDS)
    by_w = box(v, "∂F_i/∂w_i", "In this product, what does this w get multiplied by?",
        how="The entries of v on the diagonal.", slips={"factors_not_swapped": w, "value_for_slope": v * w},
        words=IN_WORDS)
    return (
        step("The product entry by entry is called the **Hadamard product**.",
            eq("F", "=", "v ⊙ w", "=", column(v), "⊙", column(w), "=", column(f))),
        step("Write the diagonals of both Jacobians.",
            aligned((by("v", "F"), "=", matrix(on_diagonal(by_v))), (by("w", "F"), "=", matrix(on_diagonal(by_w))))),
        say("In short: $∂(v ⊙ w)/∂v = diag(w)$ and $∂(v ⊙ w)/∂w = diag(v)$."),
    )


@page("Hadamard backwards", row="3.2")
def hadamard_backwards(given, box):
    """The vectors read off the Jacobians, and a function inside."""
    v, w = given("v", [3, -5], low=2), given("w", [4, 6], low=2)
    given.distinct(v, w, by=abs)
    given.require(np.all(v + w != v * w))
    lost_w = box(w, "w", "In which of the two Jacobians does w stand?", how="The diagonal of ∂F/∂v.",
        slips={"other_vector": v})
    lost_v = box(v, "v", "In which of the two Jacobians does v stand?", how="The diagonal of ∂F/∂w.",
        slips={"other_vector": w})
    f = box(np.asarray(lost_v) * lost_w, "F", "You have both vectors. Which entries meet?", how="Entry by entry.",
        slips={"added_not_multiplied": v + w})
    a, b = given("a", [3, 4], low=3), given("b", [5, 7], low=2)
    given.distinct(a, b)
    given.require(np.all(b != 2 * a) and np.all(a**2 != b))
    inner = box(2 * a, "f′(a)", "What is the slope of a square at this entry?",
        how="Twice the entry.", slips={"not_differentiated": a**2, "factor_left_out": a})
    slope = np.asarray(inner)
    by_a = box(slope * b, "∂G_i/∂a_i", "One factor is the slope of f. Which is the other?",
        how="The slope of f times the entry of b.",
        slips={"inner_slope_left_out": b, "not_differentiated": a**2 * b, "outer_slope_left_out": slope},
        words={"inner_slope_left_out": "That is b alone. How fast does f change?",
            "outer_slope_left_out": "That is the slope of f alone. What is f multiplied by?"})
    return (
        step("Here are the two Jacobians of $F = v ⊙ w$. Find $w$, $v$ and $F$.",
            eq(by("v", "F"), "=", matrix(np.diag(w)), APART, by("w", "F"), "=", matrix(np.diag(v))),
            eq("w", "=", column(lost_w), APART, "v", "=", column(lost_v), APART, "F", "=", column(f))),
        step(f"Now square first: $G = f(a) ⊙ b$, where $f(a) = a^2$ entry by entry, $a = ({a[0]:g}, {a[1]:g})$ and "
            f"$b = ({b[0]:g}, {b[1]:g})$.",
            eq("f′(a)", "=", column(inner), APART, by("a", "G"), "=", matrix(on_diagonal(by_a)))),
    )


# -- 3.3 A scalar meets a vector ---------------------------------------------------------------------------------------


@page("Broadcasting a scalar", row="3.3")
def scalar_product(given, box):
    """x is copied into a vector first; then everything is entry by entry."""
    v, x = given("v", [4, -3, 7], low=2, distinct=abs), given("x", 5, low=2)
    given.require(x not in np.abs(v) and np.sum(v) not in (x, *(v * x)))
    spread = box([x] * 3, "x times a column of ones", "What does each 1 become when it is multiplied by x?",
        how="The scalar in every entry.",
        slips={"ones_not_filled": [1] * 3, "input_for_slope": v, "value_for_slope": v * x},
        words={"input_for_slope": "That is v. Here x alone is copied.",
            "value_for_slope": "That is the product already. Here x alone is copied."})
    f = ask.product(box, v, np.asarray(spread), "F", "Entry by entry: which two meet?", how="Each entry of v times x.")
    by_v = box(np.asarray(spread), "∂F_i/∂v_i", "What is this v multiplied by?", how="The scalar x, on the diagonal.",
        slips={"factors_not_swapped": v, "value_for_slope": v * x}, words=IN_WORDS)
    by_x = box(v, "∂F_i/∂x", "Raise x by one. By how much does this output change?",
        how="Each output changes by its own v.",
        slips={"factors_not_swapped": [x] * 3, "value_for_slope": v * x, "vector_summed": [np.sum(v)] * 3},
        words=IN_WORDS)
    return (
        step(f"Let $x = {x:g}$. To multiply a vector by a number, first **broadcast** the number: copy it into every "
            "entry of a vector, $x$ times a column of ones.",
            eq("F", "=", column(v, "v"), "⊙", column(spread, "x · ones"), "=", column(f, "F"))),
        step("The Jacobian with respect to $v$ is a square matrix, as before. But $x$ is a single number, so its "
            "Jacobian has a single column.",
            eq(by("v", "F"), "=", matrix(on_diagonal(by_v)), APART, by("x", "F"), "=", column(by_x))),
    )


@page("Plus, minus, times a scalar", row="3.3")
def scalar_operations(given, box):
    """∂F/∂x is v for times, 1 for plus, −1 for minus: a column each time."""
    v, x = given("v", [3, -6, 2], low=2, distinct=abs), given("x", 4, low=2)
    given.require(x not in np.abs(v))
    hint = "Raise x by one. By how much does each output change, and which way?"
    times = box(v, "∂(x · v)/∂x", hint, how="Each output changes by its own v.",
        slips={"value_for_slope": v * x, "factors_not_swapped": [x] * 3}, words=IN_WORDS)
    plus = box(1, "each entry of ∂(v + x)/∂x", hint, how="Each output rises by one.",
        slips={"input_for_slope": x, "wrong_sign": -1})
    minus = box(-1, "each entry of ∂(v − x)/∂x", hint, how="Each output falls by one.",
        slips={"wrong_sign": 1, "input_for_slope": x})
    by_v = box([x, 1, 1], "∂F_i/∂v_i", "Raise one v by one. By how much does its output change?",
        how="By x in the product, by one in the sum and in the difference.", slips={"wrong_sign": [-x, -1, -1]})
    tall = box(Shape((3, 1)), "the shape of ∂F/∂x", "How many outputs are there? How many numbers can move?",
        how="Three outputs, a single number that moves.", slips={"layout_swapped": Shape((1, 3))})
    square = box(Shape((3, 3)), "the shape of ∂F/∂v", "How many outputs are there? How many entries are in v?",
        how="Three outputs, three entries.", slips={"scalar_for_vector": Shape((3, 1))})
    return (
        step(f"Let $x = {x:g}$ and $v = ({v[0]:g}, {v[1]:g}, {v[2]:g})$. What does a nudge of $x$ do? For plus and "
            "minus all three entries are the same; write that number once.",
            eq(frac("∂(x · v)", "∂x"), "=", column(times)),
            table(["", "v + x", "v − x"], (group(words("each entry of"), by("x", "F")), plus, minus))),
        step("And a nudge of $v$? Write the number that stands on the diagonal.",
            table(["", "x · v", "v + x", "v − x"], (group(words("on the diagonal of"), by("v", "F")), *by_v))),
        step("The two Jacobians differ in shape.",
            table(["", by("x", "F"), by("v", "F")], (words("shape"), tall, square))),
    )


# -- 3.4 Sums ----------------------------------------------------------------------------------------------------------


@page("The slope of a sum", row="3.4")
def sums(given, box):
    """S = Σ v: a row of ones; the sum of 2v: twos; the mean: quarters."""
    v, nudge = given("v", [3, -1, 4, 2], low=1), given("nudge", 5, low=2)
    k = given("k", 2, low=2, high=6)
    given.require(np.sum(v) not in (0, 1) and nudge != k and np.all(np.abs(v) != nudge))
    given.require(np.any(v < 0), "a sign to mind")
    total = box(np.sum(v), "S", "Add the four entries. Did you mind the signs?", how="The sum of the entries.",
        slips={"sign_lost": np.sum(np.abs(v)), "averaged_not_summed": np.mean(v)})
    change = box(nudge, "ΔS", "Only one entry of the sum moved. By how much?", how="The sum rises by the nudge itself.",
        slips={"value_not_change": total + nudge})
    ones = box(np.ones(4), "∂S/∂v", "Change over nudge: is it different for another entry?",
        how="Each entry goes into the sum once: 1 everywhere.",
        slips={"input_for_slope": v, "averaged_not_summed": np.full(4, 0.25), "change_not_ratio": [change] * 4})
    shape = box(Shape((1, 4)), "the shape of ∂S/∂v", "One output, four inputs: a row or a column?",
        how="One row, four columns.", slips={"layout_swapped": Shape((4, 1))})
    slope = ones[0]
    twice = box(k * slope, f"each slope of the sum of {k:g}v", "How many times does each entry count in this sum?",
        how="The factor in front of every entry.", slips={"factor_left_out": 1},
        words={"factor_left_out": "That is the slope without the factor. Each entry is multiplied first."})
    mean = box(slope / 4, "each slope of the mean", "The mean is the sum divided by four. What happens to the slope?",
        how="One over the number of entries.", slips={"factor_left_out": 1, "not_inverted": 4},
        words={"factor_left_out": "That is the slope of the sum. The mean divides it by the number of entries.",
            "not_inverted": "The mean is the sum divided by four, not multiplied."})
    return (
        step("A sum turns a vector into a single number.",
            eq("S", "=", "Σ_i v_i", "=", words("sum of"), row(v), "=", total)),
        step(f"Raise any one entry by {nudge:g}.", eq("ΔS", "=", change)),
        step("So every slope is the same. Write the Jacobian and its shape.",
            eq(by("v", "S"), "=", row(ones), APART, words("of shape"), shape)),
        step("Two relatives of the sum. In each, all four slopes are the same; write it once.",
            table(["", f"Σ_i {k:g}v_i", words("the mean, $S/4$")], (words("each slope"), twice, mean))),
    )


@page("A sum of powers", row="3.4")
def sum_of_functions(given, box):
    """S = Σ g(v): the slopes of g in a row, in formulas and in numbers."""
    v1, v2, v3 = (Name(f"v_{i}") for i in (1, 2, 3))
    n = int(given("n", 2, low=2, high=4))
    v = given("v", [3, -2, 5], low=2, high=6, distinct=abs)
    given.require(np.sum(v**n) not in (0, 1))
    parts = np.array([e**n for e in (v1, v2, v3)], dtype=object)
    keys = np.array([p.derivative(f"v_{i + 1}") for i, p in enumerate(parts)], dtype=object)
    slopes = box(keys, "∂S/∂v", "Only one term contains this v. What is its slope?", names="v_1 v_2 v_3",
        how="The slope of the one term with that entry; the others do not change.",
        slips={"not_differentiated": parts, "factor_left_out": keys / n, "power_kept": n * parts})
    at = {f"v_{i + 1}": int(e) for i, e in enumerate(v)}
    numbers = box([float(f.evaluate(at)) for f in slopes], "∂S/∂v in numbers",
        "What does its formula become at this entry?", how="The formulas above with the numbers put in.",
        slips={"not_differentiated": v**n})
    total = box(np.sum(v**n), "S", "Which comes first here, the power or the sum?", how="The sum of the powers.",
        slips={"sum_first": np.sum(v) ** n})
    return (
        step(f"Let $S = v_1^{n} + v_2^{n} + v_3^{n}$. Write each slope as a formula.",
            eq(by("v", "S"), "=", row(slopes))),
        step(f"At $v = ({v[0]:g}, {v[1]:g}, {v[2]:g})$ the Jacobian and the sum are:",
            eq(by("v", "S"), "=", row(numbers)),
            eq("S", "=", total)),
    )


# -- 3.5 A row of ones -------------------------------------------------------------------------------------------------


@page("Ones times a diagonal", row="3.5")
def ones_times_diagonal(given, box):
    """A row of ones times diag(x) is xᵀ."""
    x = given("x", [4, -7, 2], low=2, distinct=abs)
    diagonal = box(x, "diag(x)", "Where do the entries of x go?", how="The entries of x in their order.",
        slips={"ones_not_filled": [1, 1, 1]},
        words={"ones_not_filled": "That is the identity. Which numbers stand on the diagonal of diag(x)?"})
    product = box(np.asarray(diagonal), "ones · diag(x)", "The row of ones meets each column. What is its sum?",
        how="Each column of the diagonal matrix adds up to its one entry.", slips={"vector_summed": [np.sum(x)] * 3},
        words={"vector_summed": "You added up all of x. Each column has a sum of its own."})
    sizes = [box(Shape(size), f"the shape of {name}", "How many rows, how many columns?",
        how="Rows first, then columns.", slips=slip) for name, size, slip in (
            ("the row of ones", (1, 3), {"layout_swapped": Shape((3, 1))}),
            ("diag(x)", (3, 3), {"scalar_for_vector": Shape((3, 1))}),
            ("the product", (1, 3), {"layout_swapped": Shape((3, 1))}))]
    y = given("y", [5, -3], low=2, distinct=abs)
    back = box(y, "y", "Which vector gives this row?", how="The same entries, in a column.",
        slips={"ones_not_filled": [1, 1]})
    return (
        step(f"Let $x = ({x[0]:g}, {x[1]:g}, {x[2]:g})$. A row of ones meets $diag(x)$. Fill in the diagonal, then the "
            "product.",
            eq(row([1, 1, 1], "ones"), "·", matrix(on_diagonal(diagonal), "diag(x)"), "=", row(product))),
        step("What are the shapes?", table([words("row of ones"), words("$diag(x)$"), words("product")], sizes)),
        step("And backwards: which $y$ gives this row?",
            eq(row([1, 1], "ones"), "·", "diag(y)", "=", row(y), APART, "y", "=", column(back))),
        say("In letters: $1^T diag(x) = x^T$, where $1^T$ is the row of ones."),
    )


@page("A sum of products", row=("3.4", "3.5", "3.2"))
def sum_of_products(given, box):
    """S = Σ (w ⊙ x): the chain of two Jacobians gives xᵀ."""
    w, x = given("w", [3, -2], low=2, high=7), given("x", [5, 4], low=2, high=7)
    given.distinct(w, x, by=abs)
    given.require(w @ x not in (0, 1) and np.sum(x) not in w)
    f = ask.product(box, w, x, "F", "Which entries meet?", how="Entry by entry.")
    s = box(np.sum(f), "S", "What is the sum of the products?", how="The sum of the entries of F.",
        slips={"only_one_term": f[0]})
    outer = box(np.ones(2), "∂S/∂F", "Each entry of F goes into the sum once. What are the slopes?",
        how="A row of ones.", slips={"input_for_slope": w * x})
    inner = box(x, "∂F_i/∂w_i", "In a product, what is the slope?", how="The entries of x on the diagonal.",
        slips={"factors_not_swapped": w})
    a, b = np.asarray(outer), np.diag(np.asarray(inner))
    slope = box(a @ b, "∂S/∂w", "The row meets each column: what comes out?", how="The ones times the diagonal: xᵀ.",
        slips={"factors_not_swapped": w, "vector_summed": [np.sum(x)] * 2},
        words={"vector_summed": "You added up all of x. Each column has a sum of its own."})
    by_x = box(w, "∂S/∂x", "What changes when w and x exchange their roles?", how="The row wᵀ.",
        slips={"factors_not_swapped": x})
    return (
        step("The heart of a neuron: multiply entry by entry, then add.",
            eq("F", "=", column(w, "w"), "⊙", column(x, "x"), "=", column(f, "F"), APART, "S", "=", "Σ_i F_i", "=", s)),
        step("Two operations, two Jacobians.",
            eq(by("w", "S"), "=", by("F", "S"), "·", by("w", "F"), "=", row(outer), "·", matrix(on_diagonal(inner)))),
        step("Multiply them. The Jacobian with respect to $x$ you can write down at once.",
            eq(by("w", "S"), "=", row(slope), APART, by("x", "S"), "=", row(by_x))),
    )
