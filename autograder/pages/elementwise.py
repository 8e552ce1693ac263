"""Chapter 3: operations entry by entry, scalars spread over vectors, and sums: the Jacobians inside a neuron."""

from __future__ import annotations

import numpy as np

from ..authoring import ask
from ..authoring.page import page
from ..engine.expressions import Name, as_expr
from ..layout import APART, Shape, by, column, eq, frac, matrix, row, say, step, table, words

V, W, X = Name("v"), Name("w"), Name("x")
EYE = np.eye(3)
OFF = EYE == 0  # the places off the diagonal
ANSWERS = ("0", "not 0")


def rows_of(values) -> np.ndarray:
    """What somebody writes who lets every output look at every input: each row is filled with its own slope."""
    return np.tile(np.asarray(values, dtype=float)[:, None], (1, len(values)))


def whole_rows(values, key) -> np.ndarray:
    """The key's diagonal kept, each row's slope in place of its zeros."""
    return np.where(OFF[: len(values), : len(values)], rows_of(values), key)


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
    moved = EYE[place]
    change = box(nudge * w * moved, "ΔF", "Does this output look at the entry that moved?",
        how="Only the output in the same place moves, by the nudge times its w.",
        slips={"every_input_counted": nudge * w, "value_not_change": f + nudge * w * moved})
    return (
        step("Two vectors, multiplied **entry by entry**. Fill in the result.",
            eq("F", "=", column(v, "v"), "⊗", column(w, "w"), "=", column(f, "F"))),
        step(f"Now $v_{place + 1}$ alone rises by {nudge:g}. By how much does each output change?",
            eq("Δv", "=", column(nudge * moved), "→", "ΔF", "=", column(change))),
        say("The others did not even notice. That is the whole secret of this chapter."),
    )


@page("Which entries vanish?", row="3.1")
def which_vanish(given, box):
    """The pattern first, in words: a Jacobian of an entrywise operation is diagonal."""
    kind = given.choice("operation", "+", "−", "×", "÷")
    order = given.choice("order", (1, 2, 0), (2, 0, 1), (1, 0, 2), (2, 1, 0))
    where = np.array([["not 0" if i == j else "0" for j in range(3)] for i in range(3)], dtype=object)
    cells = box(where, "∂F/∂v", "Is this v anywhere in the formula of this output?", options=ANSWERS,
        how="Output i contains v with the index i and no other, so only the diagonal is not 0.",
        slips={"every_input_counted": np.full((3, 3), "not 0", dtype=object)})
    turned = EYE[list(order)]
    mixed = np.array([["not 0" if turned[i, j] else "0" for j in range(3)] for i in range(3)], dtype=object)
    other = box(mixed, "∂G/∂v", "Which v does this output look at?", options=ANSWERS,
        how="Each row is not 0 in the column of the one v that its output contains.",
        slips={"diagonal_by_habit": where})
    line = [f"v_{i} {kind} w_{i}" for i in (1, 2, 3)]
    swapped = [f"v_{order[i] + 1} {kind} w_{i + 1}" for i in range(3)]
    return (
        step("No numbers yet. Here is an operation entry by entry. Choose for each place of its Jacobian: is it 0?",
            eq("F", "=", column(line), APART, by("v", "F"), "=", matrix(cells))),
        step("And here somebody mixed up the entries.",
            eq("G", "=", column(swapped), APART, by("v", "G"), "=", matrix(other))),
    )


@page("Five operations, ten slopes", row="3.1")
def five_operations(given, box):
    """The slope of one entry, by v and by w, for each operation; then with numbers."""
    v, w = given("v", 6, low=2), given("w", 4, low=2, high=5)
    given.distinct(v, w, v / w, v * w, 1, v / w ** 2, 1 / w)
    by_v = formulas(1, 1, W, 1 / W)
    by_w = formulas(1, -1, V, -V / W**2)
    first = box(by_v, "∂F_i/∂v_i", "w is a constant here. What is left of v?", names="v w",
        how="Differentiate by v and treat w as a number.", slips={"other_variable": by_w})
    second = box(by_w, "∂F_i/∂w_i", "v is a constant here. Does the result rise or fall with w, and how fast?",
        names="v w", how="Differentiate by w and treat v as a number.",
        slips={"sign_lost": formulas(1, 1, V, V / W**2), "divisor_not_squared": formulas(1, -1, V, -V / W),
            "factors_not_swapped": formulas(1, -1, W, -V / W**2)})
    at = {"v": int(v), "w": int(w)}
    numbers = [[float(f.evaluate(at)) for f in pair] for pair in zip(first, second, strict=True)]
    values = box(numbers[3], "the slopes of a quotient",
        "What do the two formulas of the quotient become at these numbers?", digits=3,
        how=f"The two formulas of the last line at v = {v:g}, w = {w:g}.", slips={"sign_lost": np.abs(numbers[3])})
    larger = box([float(v > w), float(w > v)], "the slopes of max(v, w)", "Which of the two does the maximum look at?",
        how="1 for the larger one, 0 for the other.", slips={"max_to_other": [float(w > v), float(v > w)]})
    names = ("v + w", "v − w", "v × w", "v ÷ w")
    return (
        step("One entry of each operation, and its two slopes. The index is the same everywhere, so we leave it out.",
            table(["F", by("v", "F"), by("w", "F")], *[(names[i], first[i], second[i]) for i in range(4)])),
        step(f"The quotient's slopes at $v = {v:g}$, $w = {w:g}$, and the maximum's:",
            table(["F", by("v", "F"), by("w", "F")], ("v ÷ w", *values), ("max(v, w)", *larger))),
    )


@page("Sum and difference", row="3.1")
def sum_and_difference(given, box):
    """Whole Jacobians of v + w and of av − bw: multiples of the identity, one with a minus sign."""
    v, w = given("v", [5, -3], low=2, high=12), given("w", [8, 7], low=2, high=12)
    a, b = given("a", 4, low=2, high=6), given("b", 2, low=2, high=6)
    given.require(a != b and len({*np.abs(v), *np.abs(w), a, b}) == 6)
    eye = np.eye(2)
    plus = [box(eye, f"∂(v + w)/∂{name}", "Raise one entry by one. Which sum rises, and by how much?",
        how="Each sum rises by as much as its own entry: the identity.",
        slips={"every_input_counted": np.ones((2, 2)), "input_for_slope": np.diag(part)}) for name,
        part in (("v", v), ("w", w))]
    first = box(a * eye, "∂F/∂v", "Raise one entry of v by one. What does the difference do?",
        how="The factor in front of v, on the diagonal.",
        slips={"wrong_sign": -a * eye, "other_variable": -b * eye, "every_input_counted": np.full((2, 2), a)})
    second = box(-b * eye, "∂F/∂w", "Raise one entry of w by one. What does the difference do?",
        how="The difference falls as w rises: the factor in front of w with its minus, on the diagonal.",
        slips={"sign_lost": b * eye, "other_variable": a * eye, "every_input_counted": np.full((2, 2), -b)})
    return (
        step(f"Let $v = ({v[0]:g}, {v[1]:g})$ and $w = ({w[0]:g}, {w[1]:g})$. Do you need these numbers?",
            eq(frac("∂(v + w)", "∂v"), "=", matrix(plus[0]), APART, frac("∂(v + w)", "∂w"), "=", matrix(plus[1]))),
        step(f"Now a difference with factors, $F = {a:g}v − {b:g}w$.",
            eq(by("v", "F"), "=", matrix(first), APART, by("w", "F"), "=", matrix(second))),
    )


@page("Quotient", row="3.1")
def quotient(given, box):
    """Division entry by entry, back and forth."""
    v, w = given("v", [6, -8, 7], low=2, distinct=abs), given("w", [2, 4, -5], low=2, high=5, distinct=abs)
    given.require(np.all(np.abs(v) != w**2) and np.all(np.abs(v / w) != 1))
    f = ask.ratio(box, v, w, "v ÷ w", "Which entries meet?", how="Each entry of v over its entry of w.",
        slips={"multiplied_not_divided": v * w})
    by_v = box(1 / w, "∂F_i/∂v_i", "w is a constant here: which factor does v carry?", how="One over w.",
        slips={"not_inverted": w, "value_for_slope": v / w})
    by_w = box(-v / w**2, "∂F_i/∂w_i", "Write the quotient as v times w to the power −1. What comes down?",
        how="Minus v over w squared.", slips={"sign_lost": v / w**2, "divisor_not_squared": -v / w})
    return (
        step("Divide entry by entry.", eq("F", "=", column(v, "v"), "÷", column(w, "w"), "=", column(f, "F"))),
        step("Both Jacobians are diagonal. Write what stands on the diagonals.",
            eq(by("v", "F"), "=", "diag", row(by_v)),
            eq(by("w", "F"), "=", "diag", row(by_w))),
    )


@page("Maximum", row="3.1")
def maximum(given, box):
    """The larger entry passes; its slope is 1, the other's is 0."""
    v, w = given("v", [4, -2, 5], low=2), given("w", [-3, 6, 2], low=2)
    given.require(np.any(v > w) and np.any(v < w) and np.all(v != w))
    won = (v > w) * 1.0
    f = box(np.maximum(v, w), "max(v, w)", "Which of the two is larger?", how="The larger of each pair.",
        slips={"max_to_other": np.minimum(v, w)})
    by_v = box(np.diag(won), "∂F/∂v", "Does this output look at this v? And did v win there?",
        how="On the diagonal 1 where v is larger, 0 where it is not; 0 elsewhere.",
        slips={"max_to_other": np.diag(1 - won), "value_for_slope": np.diag(won * v),
            "every_input_counted": whole_rows(won, np.diag(won))})
    by_w = box(1 - won, "∂F_i/∂w_i", "Where did w win?", how="1 where w is larger, 0 where it is not.",
        slips={"max_to_other": won})
    return (
        step("The larger of each pair.",
            eq("F", "=", words("max"), column(v, "v"), ",", column(w, "w"), "=", column(f, "F"))),
        step("The whole Jacobian by $v$; and by $w$ the diagonal alone.",
            eq(by("v", "F"), "=", matrix(by_v)),
            eq(by("w", "F"), "=", matrix(on_diagonal(by_w)))),
        say("Where one slope is 1 the other is 0: together they make the identity."),
    )


@page("A comparison does not move", row="3.1")
def comparison(given, box):
    """v < w gives 0 or 1; a small nudge changes nothing."""
    v, w = given("v", [3, 8, -2, 5], low=2), given("w", [7, 4, 6, -9], low=2)
    given.require(np.any(v < w) and np.any(v > w) and np.any((v < w)[:2]) and np.all(np.abs(v - w) >= 2))
    less = (v < w) * 1.0
    outcome = box(less, "v < w", "Is it true here, and which number stands for true?",
        how="1 where v is smaller, 0 where it is not.", slips={"compared_backwards": 1 - less})
    after = box(less, "v + 0.1 < w", "Did the small nudge turn any of these round?",
        how="No entry crosses over, so the outcome is the same.", slips={"compared_backwards": 1 - less})
    ratio = box((np.asarray(after) - outcome) / 0.1, "ΔF_i/Δv_i", "By how much did this outcome change?",
        how="No change over the nudge: 0.", slips={"comparison_for_slope": less})
    slope = box(np.zeros((2, 2)), "∂F/∂v", "A constant, on the diagonal and off it. What is its slope?",
        how="The derivative is 0 everywhere but at a tie, where there is none.",
        slips={"comparison_for_slope": np.diag(less[:2])})
    return (
        step("A comparison works entry by entry too; true counts as 1, false as 0. Compare, nudge $v$ by 0.1, compare "
            "again, and write the ratio.",
            table(["v", "w", "v < w", "v + 0.1 < w", "ratio"],
                *[(v[i], w[i], outcome[i], after[i], ratio[i]) for i in range(4)])),
        step("So what is the Jacobian? Its first two rows and columns will do.",
            eq(frac("∂(v < w)", "∂v"), "=", matrix(slope))),
    )


# -- 3.2 The Hadamard product ------------------------------------------------------------------------------------------


@page("The Hadamard product", row="3.2")
def hadamard(given, box):
    """v ⊗ w: by v it is diag(w), by w it is diag(v)."""
    v, w = given("v", [2, -4, 6], low=2, high=12), given("w", [5, 3, -7], low=2, high=12)
    given.distinct(v, w, by=abs)
    f = ask.product(box, v, w, "v ⊗ w", "Which entries meet?", how="Each entry of v times its entry of w.")
    by_v = box(np.diag(w), "∂F/∂v", "In this product, what does this v get multiplied by?",
        how="The entries of w on the diagonal, 0 elsewhere.",
        slips={"factors_not_swapped": np.diag(v), "value_for_slope": np.diag(v * w),
            "every_input_counted": whole_rows(w, np.diag(w))})
    by_w = box(np.diag(v), "∂F/∂w", "In this product, what does this w get multiplied by?",
        how="The entries of v on the diagonal, 0 elsewhere.",
        slips={"factors_not_swapped": np.diag(w), "value_for_slope": np.diag(v * w),
            "every_input_counted": whole_rows(v, np.diag(v))})
    return (
        step("The **Hadamard product** is the product entry by entry.",
            eq("v ⊗ w", "=", column(v), "⊗", column(w), "=", column(f))),
        step("A product's slope is the other factor. Write both Jacobians.",
            eq(by("v", "F"), "=", matrix(by_v)),
            eq(by("w", "F"), "=", matrix(by_w))),
        say("In short: $∂(v ⊗ w)/∂v = diag(w)$ and $∂(v ⊗ w)/∂w = diag(v)$."),
    )


@page("Hadamard backwards", row="3.2")
def hadamard_backwards(given, box):
    """The vectors read off the Jacobians, and a function inside."""
    v, w = given("v", [3, -5], low=2), given("w", [4, 6], low=2)
    given.distinct(v, w, by=abs)
    lost_w = box(w, "w", "Whose entries stand in the Jacobian by v?", how="The diagonal of ∂F/∂v.",
        slips={"other_vector": v})
    lost_v = box(v, "v", "Whose entries stand in the Jacobian by w?", how="The diagonal of ∂F/∂w.",
        slips={"other_vector": w})
    f = box(np.asarray(lost_v) * lost_w, "F", "Both vectors are back: which entries meet?", how="Entry by entry.",
        slips={"added_not_multiplied": v + w})
    a, b = given("a", [3, 2], low=2), given("b", [5, 7], low=2)
    given.distinct(a, b)
    given.require(np.all(b != 2 * a) and np.all(a**2 != b))
    inner = box(2 * a, "the slopes of f(v) = v²", "What is the slope of a square at this entry?",
        how="Twice the entry.", slips={"not_differentiated": a**2, "factor_left_out": a})
    by_v = box(np.diag(inner * b), "∂(f(v) ⊗ w)/∂v", "The other factor is w. Which slope comes along from f?",
        how="The slope of f times the other factor, on the diagonal.",
        slips={"inner_slope_left_out": np.diag(b), "not_differentiated": np.diag(a**2 * b),
            "outer_slope_left_out": np.diag(inner)})
    return (
        step("Both Jacobians of $F = v ⊗ w$ survived, the vectors did not.",
            eq(by("v", "F"), "=", matrix(np.diag(w)), APART, by("w", "F"), "=", matrix(np.diag(v))),
            eq("w", "=", column(lost_w), APART, "v", "=", column(lost_v), APART, "F", "=", column(f))),
        step(f"Now square first: $F = f(v) ⊗ w$ with $f(v) = v^2$ entry by entry, $v = ({a[0]:g}, {a[1]:g})$, $w = "
            f"({b[0]:g}, {b[1]:g})$.",
            eq("f′(v)", "=", column(inner), APART, by("v", "F"), "=", matrix(by_v))),
    )


# -- 3.3 A scalar meets a vector ---------------------------------------------------------------------------------------


@page("Spreading a scalar", row="3.3")
def scalar_product(given, box):
    """x is copied into a vector first; then everything is entry by entry."""
    v, x = given("v", [4, -3, 7], low=2, distinct=abs), given("x", 5, low=2)
    given.require(x not in np.abs(v) and np.sum(v) not in (x, *(v * x)))
    spread = box([x] * 3, "1·x", "What does a column of ones become when each entry is multiplied by x?",
        how="The scalar in every entry.", slips={"ones_not_filled": [1] * 3})
    f = box(v * np.asarray(spread), "F", "Entry by entry: which two meet?", how="Each entry of v times x.",
        slips={"added_not_multiplied": v + x})
    by_v = box(np.diag(np.asarray(spread)), "∂F/∂v", "Which outputs look at this v, and what is it multiplied by?",
        how="The scalar on the diagonal, 0 elsewhere.",
        slips={"factors_not_swapped": np.diag(v), "every_input_counted": np.full((3, 3), x)})
    by_x = box(v, "∂F/∂x", "Raise x by one. By how much does each output rise?", how="Each output rises by its own v.",
        slips={"factors_not_swapped": [x] * 3, "value_for_slope": v * x, "vector_summed": [np.sum(v)] * 3})
    return (
        step("To multiply a vector by a scalar, spread the scalar over a vector of its own.",
            eq("F", "=", "v ⊗ (1·x)", "=", column(v, "v"), "⊗", column(spread, "1·x"), "=", column(f, "F"))),
        step("The Jacobian by $v$ is a matrix as before. But $x$ is a single number: how many columns are there?",
            eq(by("v", "F"), "=", matrix(by_v), APART, by("x", "F"), "=", column(by_x))),
    )


@page("Plus, minus, times a scalar", row="3.3")
def scalar_operations(given, box):
    """∂F/∂x is v for times, 1 for plus, −1 for minus: a vector each time."""
    v, x = given("v", [3, -6, 2], low=2, distinct=abs), given("x", 4, low=2)
    given.require(x not in np.abs(v) and np.all(v - x != 1))
    slopes = np.array([v, [1, 1, 1], [-1, -1, -1]])
    values = [v * x, v + x, v - x]
    by_x = [box(slopes[i], f"∂({name})/∂x", "Raise x by one. By how much does each output move, and which way?",
        how=how, slips={"value_for_slope": values[i], **slip}) for i, (name, how,
            slip) in enumerate((
                ("v × x", "Each output rises by its own v.", {"factors_not_swapped": [x] * 3}),
                ("v + x", "Each output rises by one.", {"input_for_slope": v}),
                ("v − x", "Each output falls by one.", {"sign_lost": [1] * 3, "input_for_slope": v})
            ))]
    by_v = box([x, 1, 1], "∂F_i/∂v_i", "Raise one v by one. By how much does its output move?",
        how="By x in the product, by one in the sum and in the difference.", slips={"wrong_sign": [-x, -1, -1]})
    tall = box(Shape((3, 1)), "the shape of ∂F/∂x", "How many outputs are there? How many numbers may move?",
        how="Three outputs, a single number that moves.", slips={"layout_swapped": Shape((1, 3))})
    square = box(Shape((3, 3)), "the shape of ∂F/∂v", "How many outputs are there? How many entries has v?",
        how="Three outputs, three entries.", slips={"scalar_for_vector": Shape((3, 1))})
    return (
        step(f"Let $x = {x:g}$ and $v = ({v[0]:g}, {v[1]:g}, {v[2]:g})$. How does each vector answer when $x$ moves?",
            eq(frac("∂(v × x)", "∂x"), "=", column(by_x[0]), APART, frac("∂(v + x)", "∂x"), "=", column(by_x[1])),
            eq(frac("∂(v − x)", "∂x"), "=", column(by_x[2]))),
        step("And when $v$ moves: which number stands on the diagonal?",
            table(["", "v × x", "v + x", "v − x"], (words("on the diagonal of $∂F/∂v$"), *by_v))),
        step("The two Jacobians differ in shape.", table([by("x", "F"), by("v", "F")], (tall, square))),
    )


# -- 3.4 Sums ----------------------------------------------------------------------------------------------------------


@page("The slope of a sum", row="3.4")
def sums(given, box):
    """S = Σ v: a row of ones; S = Σ 2v: a row of twos."""
    v, nudge = given("v", [3, -1, 4, 2], low=1), given("nudge", 5, low=2)
    k = given("k", 2, low=2, high=6)
    given.require(np.sum(v) not in (0, 1) and nudge != k and np.all(np.abs(v) != nudge))
    total = box(np.sum(v), "S", "What do the four entries make together, signs and all?", how="The sum of the entries.",
        slips={"sign_lost": np.sum(np.abs(v)), "averaged_not_summed": np.mean(v)})
    change = box(nudge, "ΔS", "Only one entry of the sum moved. By how much?", how="The sum rises by the nudge itself.",
        slips={"value_not_change": total + nudge})
    ones = box(np.ones(4), "∂S/∂v", "Change over nudge: is it different for another entry?",
        how="Each entry goes into the sum once: 1 everywhere.",
        slips={"input_for_slope": v, "averaged_not_summed": np.full(4, 0.25)})
    shape = box(Shape((1, 4)), "the shape of ∂S/∂v", "One output, four inputs: a row or a column?",
        how="One row, four columns.", slips={"layout_swapped": Shape((4, 1))})
    twice = box(np.full(4, k), f"∂/∂v of the sum of {k:g}v", "How often does each entry count now?",
        how="The factor in front of every entry.", slips={"input_for_slope": v, "value_for_slope": k * v})
    return (
        step("A sum turns a vector into a single number.",
            eq("S", "=", "Σ_i v_i", "=", words("sum of"), row(v), "=", total)),
        step(f"Raise any one entry by {nudge:g}.", eq("ΔS", "=", change)),
        step("So every slope is the same. Write the Jacobian and its shape.",
            eq(by("v", "S"), "=", row(ones), APART, words("of shape"), shape)),
        step(f"With $g(v) = {k:g}v$ inside, $S = Σ_i {k:g}v_i$:", eq(by("v", "S"), "=", row(twice))),
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
        how="The slope of the one term with that entry; the others stand still.",
        slips={"not_differentiated": parts, "factor_left_out": keys / n})
    at = {f"v_{i + 1}": int(e) for i, e in enumerate(v)}
    numbers = box([float(f.evaluate(at)) for f in slopes], "∂S/∂v at the point",
        "What does its formula become at this entry?", how="The formulas above with the numbers put in.",
        slips={"not_differentiated": v**n})
    total = box(np.sum(v**n), "S", "Which comes first here, the power or the sum?", how="The sum of the powers.",
        slips={"sum_first": np.sum(v) ** n})
    return (
        step(f"Let $S = v_1^{n} + v_2^{n} + v_3^{n}$. Each slope as a formula:", eq(by("v", "S"), "=", row(slopes))),
        step(f"At $v = ({v[0]:g}, {v[1]:g}, {v[2]:g})$ the Jacobian and the sum are:",
            eq(by("v", "S"), "=", row(numbers)),
            eq("S", "=", total)),
    )


# -- 3.5 A row of ones -------------------------------------------------------------------------------------------------


@page("Ones times a diagonal", row="3.5")
def ones_times_diagonal(given, box):
    """1ᵀ·diag(x) = xᵀ."""
    x = given("x", [4, -7, 2], low=2, distinct=abs)
    diagonal = box(np.diag(x), "diag(x)", "Where do the entries of x go? And what fills the rest?",
        how="The entries on the diagonal, 0 elsewhere.", slips={"every_input_counted": whole_rows(x, np.diag(x))})
    product = box(np.ones(3) @ np.asarray(diagonal), "1ᵀ·diag(x)", "The ones meet each column. What is its sum?",
        how="Each column of the diagonal adds up to its one entry.", slips={"vector_summed": [np.sum(x)] * 3})
    sizes = [box(Shape(size), f"the shape of {name}", "How many rows, how many columns?",
        how="Rows first, then columns.", slips=slip) for name, size, slip in (("1ᵀ", (1, 3),
            {"layout_swapped": Shape((3, 1))}), ("the product", (1, 3), {"layout_swapped": Shape((3, 1))}))]
    y = given("y", [5, -3], low=2, distinct=abs)
    back = box(y, "y", "Which vector makes this row?", how="The row itself, standing up.",
        slips={"ones_not_filled": [1, 1]})
    return (
        step(f"Let $x = ({x[0]:g}, {x[1]:g}, {x[2]:g})$. Write $diag(x)$; a row of ones stands to its left.",
            eq("1^T · diag(x)", "=", row([1, 1, 1]), "·", matrix(diagonal))),
        step("Add up each column.", eq("1^T · diag(x)", "=", row(product), "=", "x^T")),
        step("What are the shapes?", table([words("$1^T$"), words("$1^T · diag(x)$")], sizes)),
        step("Backwards.", eq("1^T · diag(y)", "=", row(y), APART, "y", "=", column(back))),
    )


@page("A sum of products", row=("3.4", "3.5", "3.2"))
def sum_of_products(given, box):
    """S = Σ (w ⊗ x): the chain of two Jacobians gives xᵀ."""
    w, x = given("w", [3, -2], low=2, high=7), given("x", [5, 4], low=2, high=7)
    given.distinct(w, x, by=abs)
    given.require(w @ x not in (0, 1) and np.sum(x) not in w)
    h = ask.product(box, w, x, "h", "Which entries meet?", how="Entry by entry.")
    s = box(np.sum(h), "S", "What do the products make together?", how="The sum of the entries of h.",
        slips={"only_one_term": h[0]})
    outer = box(np.ones(2), "∂S/∂h", "Each h goes into the sum once. What are the slopes?", how="A row of ones.",
        slips={"input_for_slope": w * x})
    inner = box(np.diag(x), "∂h/∂w", "In a product, whose entries are the slopes?",
        how="The entries of x on the diagonal.",
        slips={"factors_not_swapped": np.diag(w), "every_input_counted": np.array([[x[0]] * 2, [x[1]] * 2])})
    a, b = np.asarray(outer), np.asarray(inner)
    slope = box(a @ b, "∂S/∂w", "The row meets each column: what comes out?", how="The ones times the diagonal: xᵀ.",
        slips={"factors_not_swapped": w, "vector_summed": [np.sum(x)] * 2})
    by_x = box(w, "∂S/∂x", "What changes when w and x exchange their roles?", how="The row wᵀ.",
        slips={"factors_not_swapped": x})
    return (
        step("The heart of a neuron: multiply entry by entry, then add.",
            eq("h", "=", column(w, "w"), "⊗", column(x, "x"), "=", column(h, "h"), APART, "S", "=", "Σ_i h_i", "=", s)),
        step("Two operations, two Jacobians.",
            eq(by("w", "S"), "=", by("h", "S"), "·", by("w", "h"), "=", row(outer), "·", matrix(inner))),
        step("Their product, which is $1^T · diag(x)$; and the slope by $x$, which you can now say at once.",
            eq(by("w", "S"), "=", row(slope), APART, by("x", "S"), "=", row(by_x))),
    )
