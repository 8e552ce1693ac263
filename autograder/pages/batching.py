"""Chapter 9: many examples at once, in columns and in rows; shapes, sums over examples, and the one mean."""

from __future__ import annotations

import numpy as np

from ..authoring.page import page
from ..authoring.worked import Fault, Line, Worked
from ..engine import bp2, relu, relu_slope, weighted_sum, weighted_sum_rows
from ..layout import APART, Shape, aligned, by, column, echo, eq, frac, matrix, row, say, step, table, words
from ..layout.sketches import batch, number_line

ALONG, DOWN = DIRECTIONS = ("along rows", "down columns")


def turn(shape: Shape) -> Shape:
    """The shape of the transpose."""
    return Shape(shape[::-1])


def size(rows: float, columns: float) -> Shape:
    """A shape from two given numbers."""
    return Shape((int(rows), int(columns)))


def no_repeats(*arrays) -> bool:
    """Whether no number stands in these arrays twice, sign aside, and none is 0."""
    sizes = np.abs(np.concatenate([np.ravel(array) for array in arrays]))
    return len(set(sizes)) == len(sizes) and bool(np.all(sizes > 0))


# -- 9.1 Examples in columns, examples in rows -------------------------------------------------------------------------


@page("Four examples side by side", row="9.1")
def columns(given, box):
    """One example is a column; four are a matrix, and one product does them all."""
    w, b = given("W", [[4, 1], [-2, -2], [3, -5]], high=5), given("b", [2, 3, -4], high=4, distinct=abs)
    x = given("X", [[3, 5, 2, -4], [-1, 3, -5, -2]], high=6)
    z, mixed = weighted_sum(w, x, b), weighted_sum(w, np.roll(x, 1, axis=1), b)
    short = w[:, :1] * x[:1] + b[:, None]
    given.apart(z, w @ x, short, mixed)
    first = box(z[:, 0], "z_1", "Which row of W belongs to this node? What is added?",
        how="A row of W times the column, plus the bias of that node.",
        slips={"bias_left_out": w @ x[:, 0], "term_left_out": short[:, 0]})
    asked = [(0, 1), (1, 1), (2, 1), (1, 2), (0, 3)]
    rest = box(z, "Z", "Which column of X belongs to this example? What is added?",
        how="A row of W times a column of X, plus the bias of the row.", only=asked,
        slips={"bias_left_out": w @ x, "term_left_out": short, "other_example": mixed})
    shapes = box([size(2, 4), size(3, 4)], "the shapes of X and Z", "A row for each what, a column for each what?",
        how="Rows are inputs or nodes, columns are examples.",
        slips={"examples_in_the_other_direction": [size(4, 2), size(4, 3)]})
    lost = given("b'", [4, -3], low=2, high=7, distinct=abs)
    product = given("WX", [[5, -1, 2], [3, 6, -4]], high=7)
    bias = box(lost, "b", "What was added to this row?", how="Any entry of Z minus the entry of WX in its place.",
        slips={"wrong_sign": -lost})
    return (
        step("The first example goes through a layer: $z_1 = Wx_1 + b$.",
            eq(matrix(w, "W"), column(x[:, 0], "x_1"), "+", column(b, "b"), "=", column(first, "z_1"))),
        step("Three more examples stand beside it. $W$ meets each column in turn, and $b$ is broadcast: every column "
            "gets the same biases.",
            batch(("X", 2), ("Z", 3), 4, by="W, b", title="The four columns of X go through the layer; each becomes a "
                "column of Z"),
            eq(matrix(w, "W"), matrix(x, "X"), "+", column(b, "b"), "=",
                matrix([[echo(first[j], f"z_{{1{j + 1}}}"), *rest[j, 1:]] for j in range(3)], "Z"))),
        step("What are the shapes of $X$ and $Z$ here?", eq("X:", shapes[0], APART, "Z:", shapes[1])),
        step("In another layer, which biases were added to every column?",
            eq(matrix(product, "WX"), "+", column(bias, "b"), "=", matrix(product + lost[:, None], "Z"))),
    )


@page("Examples in rows", row="9.1")
def rows(given, box):
    """Examples under each other: the weights turn over and stand behind."""
    w = given("W", [[1, 4], [-2, 3], [5, -1]], high=5, distinct=True)
    b, x = given("b", [3, -1, 2], high=4), given("X", [[2, 1], [-3, 5], [4, -1], [1, 3]], high=6)
    other = weighted_sum_rows(np.roll(w, 1, axis=0), x, np.roll(b, 1))
    given.require(np.all(other != x @ w.T))
    turned = box(w.T, "W^T", "Where does a row of W stand after turning?", how="Rows become columns.",
        slips={"refilled_row_by_row": w.reshape(2, 3)})
    asked = [(0, 0), (0, 1), (0, 2), (1, 0), (2, 1), (3, 2)]
    z = box(x @ turned + b, "Z", "Which row of X, and which column of Wᵀ? What is added?",
        how="A row of X times a column of Wᵀ, plus the bias of that column.", only=asked,
        slips={"bias_left_out": x @ turned, "other_node": other})
    m, inputs, nodes = given("m", 7, low=4), given("inputs", 3, low=2, high=6), given("nodes", 2, low=2, high=6)
    given.distinct(m, inputs, nodes)
    shapes = box([size(m, inputs), size(inputs, nodes), size(m, nodes)], "the shapes of X, Wᵀ and Z",
        "Examples are rows now. What are the columns?", how="Examples by inputs, inputs by nodes: examples by nodes.",
        slips={"examples_in_the_other_direction": [size(inputs, m), size(inputs, nodes), size(nodes, m)],
            "not_turned": [size(m, inputs), size(nodes, inputs), size(m, nodes)]})
    return (
        step("Many programs put every example in a row, as in a table. $W$ is stored as before, with a row for each "
            "node. To meet the rows of $X$, its rows must become columns.",
            eq(matrix(w, "W"), "→", matrix(turned, "W^T"))),
        step("Four examples at once. The bias is a row now, added to every row.",
            batch(("X", 2), ("Z", 3), 4, by="W^T, b", in_rows=True, title="The four rows of X go through the layer; "
                "each becomes a row of Z"),
            eq(matrix(x, "X"), "W^T", "+", row(b, "b"), "=", matrix(z, "Z"))),
        step(f"With {m:g} examples, {inputs:g} inputs and {nodes:g} nodes, what are the shapes?",
            eq("X:", shapes[0], APART, "W^T:", shapes[1], APART, "Z:", shapes[2])),
    )


@page("From columns to rows and back", row="9.1")
def translate(given, box):
    """The same numbers, turned over; an entry keeps its node and its example."""
    a = given("A", [[4, -1, 7], [2, 6, -3]], low=1, high=9, distinct=abs)
    turned = box(a.T, "A in rows", "What was a column before?", how="Each column becomes a row.",
        slips={"refilled_row_by_row": a.reshape(3, 2)})
    j, i = given("node", 2, low=1, high=6), given("example", 5, low=1, high=9)
    given.require(j != i)
    place = box([j, i], "the place with examples in columns", "Is it the node or the example that decides?",
        how="Each row belongs to a node, each column to an example.",
        slips={"examples_in_the_other_direction": [i, j]})
    other = box([place[1], place[0]], "the place with examples in rows", "Is it the node or the example that decides?",
        how="Each row belongs to an example, each column to a node.",
        slips={"examples_in_the_other_direction": [j, i]})
    n, m = given("n", 3, low=2, high=9), given("m", 8, low=2, high=12)
    given.require(n != m)
    shapes = box([size(n, m), size(m, n)], "the shape", "Which number counts the rows?",
        how="Nodes by examples in columns, examples by nodes in rows.",
        slips={"examples_in_the_other_direction": [size(m, n), size(n, m)]})
    options = ("AᵀWᵀ", "WᵀAᵀ", "AWᵀ", "WA")
    product = box("AᵀWᵀ", "(WA)^T", "What happens to the order when a product is turned over?", options=options,
        how="Each factor is turned over, and they change places.", slips={"order_kept": "WᵀAᵀ"})
    return (
        step("Two nodes, three examples. Here each example is a column; write the batch with each example in a row.",
            eq(matrix(a, "columns"), "→", matrix(turned, "rows"))),
        step(f"In a larger batch, where does node {j:g}’s value for example {i:g} stand?",
            table(["", words("row number"), words("column number")],
                (words("examples in columns"), *place), (words("examples in rows"), *other))),
        step(f"And what is the shape of a batch with {n:g} nodes and {m:g} examples?",
            eq(words("examples in columns:"), shapes[0], APART, words("in rows:"), shapes[1])),
        step("To translate a formula, transpose all of it. What becomes of a product: $A^{T}W^T$, $W^{T}A^T$, "
            "$AW^T$ or $WA$?",
            eq("(WA)^T", "=", product)),
    )


@page("The formulas of a layer, twice", row="9.1")
def equations_twice(given, box):
    """Choose each formula for columns and for rows, with the shape of what it gives."""
    n, k, m = given("n", 3, low=2, high=6), given("k", 4, low=2, high=6), given("m", 5, low=2, high=9)
    given.distinct(n, k, m)
    forward, back = ("W A + b", "A W + b", "A Wᵀ + b", "Wᵀ A + b"), ("Wᵀ δ", "W δ", "δ W", "δ Wᵀ")
    weights = ("δ Aᵀ", "Aᵀ δ", "δᵀ A", "A δᵀ")
    hints = ("Which order do the shapes allow?", "Which way must the sums go?")
    hows = ("In columns the weights stand in front; in rows they stand behind.", "Add over the examples.")

    def forms(in_columns):
        right = ("W A + b", "Wᵀ δ", ALONG, "δ Aᵀ") if in_columns else ("A Wᵀ + b", "δ W", DOWN, "δᵀ A")
        other = ("A Wᵀ + b", "δ W", DOWN, "δᵀ A") if in_columns else ("W A + b", "Wᵀ δ", ALONG, "δ Aᵀ")
        turned = ("Wᵀ A + b", "W δ", other[2], "A δᵀ") if in_columns else ("A W + b", "δ Wᵀ", other[2], "Aᵀ δ")
        lines = zip(right, other, turned, (forward, back, DIRECTIONS, weights), strict=True)
        return [box(one, name, hints[which == DIRECTIONS], options=which, how=hows[which == DIRECTIONS],
            slips={"examples_in_the_other_direction": wrong,
                **({} if wrong == third else {"wrong_one_turned": third})}) for (one, wrong, third, which),
            name in zip(lines, ("Z", "∂C/∂A", "∂C/∂b", "∂C/∂W"), strict=True)]

    def shapes(in_columns):
        z, before, bias = (size(n, m), size(k, m), size(n, 1))
        lie = (lambda shape: shape) if in_columns else turn
        return box([lie(z), lie(before), lie(bias), size(n, k)], "the shape",
            "A row for each what, a column for each what?", only=[1, 2],
            how="What goes back is like A; the gradient of b is like b.",
            slips={"examples_in_the_other_direction": [z, turn(lie(before)), turn(lie(bias)), z],
                "batch_in_parameter": [z, lie(before), lie(size(n, m)), z]})

    def ledger_of(in_columns):
        form, shape = forms(in_columns), shapes(in_columns)
        return table(["", words("formula"), words("shape")],
            ("Z", form[0], shape[0]),
            (words("back to $A$"), form[1], shape[1]),
            (words("$m$ · $∂C/∂b$: add $δ$"), form[2], shape[2]),
            ("m · ∂C/∂W", form[3], shape[3]))

    return (
        step(f"A layer has {n:g} nodes, {k:g} inputs $A$, and the errors $δ$ of {m:g} examples. $W$ has a row for each "
            "node: its shape is nodes × inputs. What is $Z$, what goes back to $A$, and what is added up for the "
            "gradients? First with the examples in columns.",
            ledger_of(True)),
        step("Then with the examples in rows.", ledger_of(False)),
        say("The slope σ′ and the error of the last layer are taken entry by entry: they look the same in both."),
    )


@page("Which shapes change?", row="9.1")
def ledger(given, box):
    """Every matrix of a two-layer network, in columns and in rows: parameters stay, values turn over."""
    n = given("layers", [4, 3, 2], low=2, high=7)
    m = given("m", 6, low=2, high=12)
    given.distinct(n, m)
    slip = "examples_in_the_other_direction"

    def both(upright, name, hint, how, wrong=None):
        return box([upright, turn(upright)], name, hint, how=how,
            slips={slip: [turn(upright), upright], **({"batch_in_parameter": wrong} if wrong else {})})

    def same(shape, name, wrong):
        return box([shape, shape], name, "How many nodes, how many inputs? Do the examples matter?",
            how="Nodes by inputs, however the examples lie.",
            slips={"transposed": [turn(shape)] * 2, "batch_in_parameter": [wrong, turn(wrong)]})

    inputs = both(size(n[0], m), "X", "A row for each what?", "Inputs and examples.")
    w = same(size(n[1], n[0]), "W^{(1)}", size(n[1], m))
    z = both(size(n[1], m), "Z^{(1)}", "One value for each node and each what?", "Nodes and examples.")
    delta = both(size(n[2], m), "δ^{(2)}", "There is an error for each entry of which matrix?", "The shape of Z.")
    dw = same(size(n[2], n[1]), "∂C/∂W^{(2)}", size(n[2], m))
    db = both(size(n[1], 1), "∂C/∂b^{(1)}", "How many biases does the layer have?",
        "A number for each node, lying as the bias must lie to be added.", [size(n[1], m), size(m, n[1])])
    groups = ("values and errors", "parameters and gradients", "all of them")
    which = box(groups[0], "what knows m", "In which shapes did you write the number of examples?", options=groups,
        how="Values and errors have entries for each example. Parameters and their gradients have not.",
        slips={"batch_in_parameter": groups[2]})
    lines = (("X", inputs), ("W^{(1)}", w), ("Z^{(1)}", z), ("δ^{(2)}", delta), ("∂C/∂W^{(2)}", dw),
        ("∂C/∂b^{(1)}", db))
    return (
        step(f"A network with {n[0]:g} inputs, {n[1]:g} hidden nodes and {n[2]:g} output nodes sees {m:g} examples at "
            "once. $W$ has a row for each node in both layouts. Write the shapes, rows × columns.",
            table(["", words("examples in columns"), words("examples in rows")],
                *[(name, *shapes) for name, shapes in lines])),
        step(f"Which of them have a shape that depends on the number of examples: the {groups[0]}, the {groups[1]}, or "
            f"{groups[2]}?",
            eq(which)),
    )


@page("Shapes that must fit", row=("9.1", "9.2"))
def dominoes(given, box):
    """Each product as a domino: inner numbers equal, outer numbers left over."""
    n, k, m = given("n", 3, low=2, high=7), given("k", 2, low=2, high=7), given("m", 6, low=2, high=12)
    given.distinct(n, k, m)

    def product(name, left, right):
        """A product: the shapes of its transposed factors are boxes, and that of the result."""
        factors = [left, right]
        for at, (place, is_turned) in enumerate((("left", name[1] == "ᵀ"), ("right", name[-1] == "ᵀ"))):
            if is_turned:
                factors[at] = box(factors[at], f"the {place} shape in {name}",
                    "Which shape has the matrix before it is turned over?",
                    how="The shape of the matrix with rows and columns exchanged.",
                    slips={"not_turned": turn(factors[at])})
        first, second = factors
        result = box(size(first[0], second[1]), f"the shape of {name}", "Which numbers are left over?",
            how="Rows of the left, columns of the right.",
            slips={"transposed": size(second[1], first[0]), "inner_for_outer": size(first[1], second[0])})
        return first, words("times"), second, "→", result

    return (
        step(f"A layer has {n:g} nodes and {k:g} inputs; there are {m:g} examples, in columns. Write the shape of "
            "each transposed factor, and of each product.",
            aligned(("WA", ":", *product("WA", size(n, k), size(k, m))),
                ("W^{T}δ", ":", *product("Wᵀδ", size(k, n), size(n, m))),
                ("δA^T", ":", *product("δAᵀ", size(n, m), size(m, k))))),
        step("And with the examples in rows.",
            aligned(("AW^T", ":", *product("AWᵀ", size(m, k), size(k, n))),
                ("δW", ":", *product("δW", size(m, n), size(n, k))),
                ("δ^{T}A", ":", *product("δᵀA", size(n, m), size(m, k))))),
        say("In the third product of each layout the number of examples stands inside and vanishes: that is the sum "
            "over the batch."),
    )


# -- 9.1 Back through a layer ------------------------------------------------------------------------------------------


def some_silent(z: np.ndarray) -> bool:
    """Whether ReLU cuts some entries off, but no whole row or column of them; none is 0."""
    on = z > 0
    return bool(np.all(z != 0) and not on.all() and on.any(axis=0).all() and on.any(axis=1).all())


RELU_SAYS = "ReLU’s slope is 1 above zero and 0 elsewhere"


@page("Back through a layer, in columns", row="9.1")
def back_columns(given, box):
    """(Wᵀ δ) ⊙ σ′(Z): every column by itself, all columns at once."""
    w = given("W", [[1, -2], [3, 4], [-1, 2]], high=5)
    delta, z = given("δ", [[2, -1], [4, 5], [3, -2]], high=5), given("Z", [[5, -3], [4, 6]], high=9)
    back, mixed = w.T @ delta, w.T @ delta[:, ::-1]
    given.require(some_silent(z) and np.all(np.abs(back) >= 2))
    given.apart(back, w[:1].T * delta[:1], mixed)
    through = box(back, "W^T δ", "Which weights leave this hidden node? Which column of δ?",
        how="A column of W times a column of δ: the sum over three paths.",
        slips={"path_left_out": w[:1].T * delta[:1], "other_example": mixed})
    slope = box(relu_slope(z), "σ′(Z)", "Is this entry of Z above zero?", how="1 where Z is above zero, else 0.",
        slips={"value_for_slope": relu(z)},
        words={"value_for_slope": "That is what ReLU gives. What is its slope there?"})
    before = box(through * slope, "δ of the layer before", "Entry by entry: what times what?",
        how="What came back, times the slope.", slips={"slope_left_out": through})
    return (
        step("Two examples in columns. The errors $δ$ of three nodes go back through their weights, each "
            "example in its own column.",
            eq("W", "=", matrix(w), APART, "δ", "=", matrix(delta)),
            eq("W^{T}δ", "=", matrix(through))),
        step(f"The two nodes of the hidden layer before used ReLU. What is its slope at each entry? ({RELU_SAYS}.)",
            eq("Z", "=", matrix(z), APART, "σ′(Z)", "=", matrix(slope))),
        step("So the errors of the hidden layer are", eq("(W^{T}δ) ⊙ σ′(Z)", "=", matrix(before))),
    )


@page("Back through a layer, in rows", row="9.1")
def back_rows(given, box):
    """(δ W) ⊙ σ′(Z): the weights need no transposing; they stand behind."""
    w = given("W", [[2, -1], [4, 3], [-3, 5]], high=5)
    delta, z = given("δ", [[1, -2, 3], [3, 2, -1]], high=5), given("Z", [[4, -2], [6, 5]], high=9)
    back, mixed = delta @ w, delta[::-1] @ w
    given.require(some_silent(z) and np.all(np.abs(back) >= 2))
    given.apart(back, delta[:, :1] * w[:1], mixed)
    x, d = given("W'", 3, low=2, high=6), given("d", [4, -5], low=2, high=6, distinct=abs)
    known = given("W''", -2, low=2, high=6)
    given.require(abs(x) != abs(known) and abs(x) not in np.abs(d))
    turned = box("neither", "what is transposed", "Which shapes meet: 2×3 and 3×2?", options=("W", "δ", "neither"),
        how="Turned over, Wᵀδ becomes δᵀW, and δ lies in rows already.", slips={"wrong_one_turned": "W"})
    through = box(back, "δ W", "A row of δ, and which column of W?",
        how="A row of δ times a column of W: the sum over three paths.",
        slips={"path_left_out": delta[:, :1] * w[:1], "other_example": mixed})
    before = box(through * relu_slope(z), "δ of the layer before", "What is the slope of ReLU here?",
        how="What came back where Z is above zero, else 0.",
        slips={"slope_left_out": through, "activation_for_slope": through * relu(z)})
    lost = box(x, "the lost weight", "One product is known. What is left for the other?",
        how="What came back minus the known product, over the other error.",
        slips={"multiplied_not_divided": d[0] * d[0] * x, "wrong_sign": -x},
        words={"multiplied_not_divided": "You multiplied by the error. What undoes a product?"})
    return (
        step("Two examples in rows: $δ$ is 2×3, $W$ is 3×2. In columns $W^{T}δ$ went back. What is written with a "
            "transpose now: $W$, $δ$, or neither?",
            eq(turned)),
        step("Send the errors back.", eq(matrix(delta, "δ"), matrix(w, "W"), "=", matrix(through))),
        step(f"The hidden layer used ReLU. What are its errors? ({RELU_SAYS}.)",
            eq("Z", "=", matrix(z), APART, "(δW) ⊙ σ′(Z)", "=", matrix(before))),
        step("In another layer one weight got lost.",
            eq(row(d, "δ"), column([lost, known], "W"), "=", d[0] * x + d[1] * known)),
    )


@page("Weights stored the other way", row=("9.1", "9.2"))
def stored_in_out(given, box):
    """Books that keep a row for each input: the transposes sit elsewhere."""
    w, m = given("W", [[3, -1], [2, 5], [-2, 4]], high=6), 2
    a, delta = given("A", [[5, 3, 4], [-6, -3, -2]], high=6), given("δ", [[5, -1], [-1, 4]], high=6)
    total, back, mixed = a.T @ delta, delta @ w.T, a[::-1].T @ delta
    given.require(np.all(np.abs(total) >= 2) and np.all(back != 0))
    given.apart(total, np.outer(a[0], delta[0]), mixed)
    back = box(back, "δ W^T", "Which row of W belongs to this input?",
        how="A row of δ times a row of W: the weights that leave the input.",
        slips={"path_left_out": delta[:, :1] * w[:, :1].T, "other_example": delta[::-1] @ w.T})
    sums = box(total, "A^T δ", "Input of the row, node of the column: added over what?",
        how="A column of A times a column of δ.",
        slips={"sum_of_one_example": np.outer(a[0], delta[0]), "examples_mixed": mixed})
    mean = box(sums / m, "∂C/∂W", "What makes a mean of these sums?", how="The sums over the number of examples.",
        gradient_of="W1", only=[(0, 0), (2, 1)],
        slips={"mean_left_out": sums, "mean_taken_twice": sums / m**2, "divided_by_inputs": sums / 3})
    k, n, many = given("k", 5, low=2, high=7), given("n", 4, low=2, high=7), given("m", 9, low=3, high=12)
    given.distinct(k, n, many)
    shapes = box([size(k, many), size(many, n), size(k, n)], "the shapes in Aᵀδ",
        "Inner numbers equal, outer numbers left: which are they?",
        how="Inputs by examples, examples by nodes: inputs by nodes.",
        slips={"not_turned": [size(many, k), size(many, n), size(n, k)],
            "examples_in_the_other_direction": [size(k, many), size(n, many), size(k, n)]})
    return (
        step("Some programs store $W$ with a row for each input, so that $Z = AW + b$ needs no transpose. Then the "
            "way back needs one. Here are two examples in rows, with three inputs and two nodes.",
            eq("δ", "=", matrix(delta), APART, "W", "=", matrix(w)),
            eq("δW^T", "=", matrix(back))),
        step("The gradient has the shape of the stored $W$.",
            eq(matrix(a.T, "A^T"), matrix(delta, "δ"), "=", matrix(sums)),
            eq(by("W"), "=", frac(1, m), "A^{T}δ", "=", matrix(mean))),
        step(f"With {k:g} inputs, {n:g} nodes and {many:g} examples, which shapes meet, and what comes out?",
            eq("A^T:", shapes[0], APART, "δ:", shapes[1], APART, by("W"), ":", shapes[2])),
    )


# -- 9.2 Sums over the examples, and one mean --------------------------------------------------------------------------


@page("Biases: add over the examples", row="9.2")
def bias_sums(given, box):
    """Along the rows or down the columns: where the examples are."""
    delta = given("δ", [[6, -2, 3, 5], [1, 4, -7, 8]], high=9)
    other = given("δ'", [[3, 8], [-1, 2], [6, -5], [4, 9]], high=9)
    m, n = 4, 2

    def fine(sums, wrong):
        return no_repeats(sums) and np.all(np.abs(sums) >= 2) and no_repeats(sums, wrong)

    given.require(fine(delta.sum(1), delta.sum(0)[:n]) and fine(other.sum(0), other.sum(1)[:n]))

    def sums_and_means(d, in_columns):
        wrong = d.sum(0)[:n] if in_columns else d.sum(1)[:n]
        right = d.sum(1) if in_columns else d.sum(0)
        way = box(ALONG if in_columns else DOWN, "the way to add", "Where does one node's second example stand?",
            options=DIRECTIONS, how="The examples of one node are added.",
            slips={"summed_over_nodes": DOWN if in_columns else ALONG})
        sums = box(right, "the sums", "How many numbers does one bias collect?", how="All examples of one node added.",
            slips={"summed_over_nodes": wrong})
        mean = box(sums / m, "∂C/∂b", "How many examples are there?", how="The sums over the number of examples.",
            gradient_of="b1",
            slips={"mean_left_out": sums, "mean_over_nodes": sums / n, "mean_taken_twice": sums / m**2})
        return way, sums, mean

    one, two = sums_and_means(delta, True), sums_and_means(other, False)
    return (
        step("For one example $∂C/∂b = δ$. For a batch, add the examples up and take the mean. With examples in "
            "columns, do you add along rows or down columns?",
            eq(one[0]),
            eq(matrix(delta, "δ"), "→", column(one[1], "sums"), "→", column(one[2], "∂C/∂b"))),
        step("With examples in rows, do you add along rows or down columns?",
            eq(two[0]),
            eq(matrix(other, "δ"), "→", row(two[1], "sums"), "→", row(two[2], "∂C/∂b"))),
    )


@page("Weights: a sum hidden in a product", row=("9.2", "9.4"))
def weights_as_sum(given, box):
    """One outer product per example; their sum is a matrix times a matrix."""
    delta = given("δ", [[1, 5], [6, -4]], high=6, distinct=abs)
    a = given("A", [[6, 2], [-3, 5], [3, 5]], high=6)
    total, mixed = delta @ a.T, np.outer(delta[:, 1], a[:, 0])
    given.require(np.all(np.abs(total) >= 2) and np.all(np.abs(a[:, 0]) != np.abs(a[:, 1])))
    given.apart(np.outer(delta[:, 0], a[:, 0]), np.add.outer(delta[:, 0], a[:, 0]))
    given.apart(np.outer(delta[:, 1], a[:, 1]), np.add.outer(delta[:, 1], a[:, 1]), mixed)
    one = box(np.outer(delta[:, 0], a[:, 0]), "example 1", "Which error, which input?",
        how="The error of the row times the input of the column.",
        slips={"added_not_multiplied": np.add.outer(delta[:, 0], a[:, 0])})
    two = box(np.outer(delta[:, 1], a[:, 1]), "example 2", "Which error, which input?", only=[(0, 1), (1, 0), (1, 2)],
        how="The error of the row times the input of the column.",
        slips={"examples_mixed": mixed, "added_not_multiplied": np.add.outer(delta[:, 1], a[:, 1])})
    sums = box(one + two, "δ A^T", "Does a row of δ meet a column of Aᵀ, or do you just add?",
        how="The two outer products added, which is δ times Aᵀ.", slips={"sum_of_one_example": one})
    mean = box(sums / 2, "∂C/∂W", "How many examples went into the sum?", how="The sum over two.", gradient_of="W1",
        only=[(0, 2), (1, 0)],
        slips={"mean_left_out": sums, "mean_taken_twice": sums / 4, "divided_by_inputs": sums / 3})
    return (
        step("Two examples in columns: the errors $δ$ of two nodes, and their three inputs $A$. Each example alone has "
            "the gradient $δ_{i}a_i^T$.",
            eq("δ", "=", matrix(delta), APART, "A", "=", matrix(a)),
            eq(column(delta[:, 0], "δ_1"), row(a[:, 0], "a_1^T"), "=", matrix(one)),
            eq(column(delta[:, 1], "δ_2"), row(a[:, 1], "a_2^T"), "=", matrix(two))),
        step("The product $δA^T$ of the whole matrices adds the two up.",
            eq(matrix(delta, "δ"), matrix(a.T, "A^T"), "=", matrix(sums))),
        step("The gradient of the batch is their mean.", eq(by("W"), "=", frac(1, 2), "δA^T", "=", matrix(mean))),
    )


@page("Weights in one product", row=("9.1", "9.2"))
def weights_in_one_product(given, box):
    """δ Aᵀ in columns and δᵀ A in rows: the shape of W each time, whatever the number of examples."""
    delta = given("δ", [[3, -1, 4, 2], [2, 5, -2, 1]], high=6)
    a = given("A", [[-3, -1, -2, -4], [1, 2, 4, -1], [-2, 1, 1, 5]], high=6)
    d = given("δ'", [[2, 3, -1], [-4, 1, 2], [3, 5, 1], [1, -2, 4], [2, 1, -3]], high=5)
    x = given("A'", [[-1, -3], [5, 3], [1, 3], [-3, -3], [2, 4]], high=5)
    for left, right in ((delta, a), (d.T, x.T)):
        total, first = left @ right.T, np.outer(left[:, 0], right[:, 0])
        given.require(np.all(np.abs(total) >= 2) and np.all(total != first))

    def product(left, right, asked, name):
        (nodes, m), total = left.shape, left @ right.T
        sums = box(total, name, "Node of the row, input of the column: added over what?", only=asked,
            how="For each node and input, error times input, added over the examples.",
            slips={"sum_of_one_example": np.outer(left[:, 0], right[:, 0])})
        mean = box(sums / m, "∂C/∂W", "How many examples are there?", how="The sums over the number of examples.",
            gradient_of="W1", only=asked,
            slips={"mean_left_out": sums, "mean_taken_twice": sums / m**2, "mean_over_nodes": sums / nodes})
        return sums, mean

    one = product(delta, a, [(0, 0), (0, 2), (1, 1)], "δ A^T")
    two = product(d.T, x.T, [(0, 1), (1, 0), (2, 1)], "δ^T A")
    inner = box([4, 5], "the inner number", "Which number do the two shapes share?", how="The examples meet inside.",
        slips={"mean_over_nodes": [2, 3]},
        words={"mean_over_nodes": "That counts the nodes. Which number do the two shapes share?"})
    return (
        step("Four examples in columns, two nodes, three inputs. Fill in the missing entries.",
            eq(matrix(delta, "δ"), matrix(a.T, "A^T"), "=", matrix(one[0])),
            eq(by("W"), "=", frac(1, 4), "δA^T", "=", matrix(one[1]))),
        step("Five examples in rows, three nodes, two inputs.",
            eq(matrix(d.T, "δ^T"), matrix(x, "A"), "=", matrix(two[0])),
            eq(by("W"), "=", frac(1, 5), "δ^{T}A", "=", matrix(two[1]))),
        step("In each product, which inner number do the two shapes share?",
            eq(words("in columns:"), inner[0], APART, words("in rows:"), inner[1])),
    )


@page("The mean, once and only once", row="9.2")
def once_only(given, box):
    """Two right places for 1/m, and what happens if both are used, or none."""
    delta, a = given("δ", [6, -2, 8, 4], low=1, high=9), given("a", [1, 3, 2, -1], low=1, high=5)
    m, total = 4, delta @ a
    given.distinct(total, delta.sum())
    given.require(abs(total) >= 3 and abs(delta.sum()) >= 3)
    late = box(total, "Σ δ a", "Which products do you add?", how="Error times input, added over the examples.",
        slips={"only_one_term": delta[0] * a[0], "sign_lost": np.abs(delta) @ np.abs(a)})
    mean = box(late / m, "∂C/∂w", "How many examples are there?", how="The sum over the number of examples.",
        gradient_of="W1", slips={"mean_left_out": late, "mean_taken_twice": late / m**2})
    early = box(delta / m, "δ/m", "Which number divides each error?", how="Each error over the number of examples.",
        slips={"mean_left_out": delta, "mean_taken_twice": delta / m**2},
        words={"mean_left_out": "That is the error as it was. Divide it by the number of examples."})
    same = box(early @ a + (mean - total / m), "∂C/∂w",  # both ways give one number: a slip in the first is carried on
        "Each error is divided already. What is left to do?",
        how="The sum of the products: the mean is already in them.",
        slips={"mean_left_out": m * (early @ a), "mean_taken_twice": early @ a / m})
    order = given.choice("order", (2, 0, 1), (1, 2, 0), (0, 1, 2), (2, 1, 0), (0, 2, 1), (1, 0, 2))
    results, often = np.array([total, total / m, total / m**2]), ("never", "once", "twice")
    verdicts = box([often[i] for i in order], "how often the mean was taken", "Compare with your own result.",
        options=often, how="The sum divided by m as often as it says.")
    bias = box(delta.sum() / m, "∂C/∂b", "The errors are not divided yet. Once, or not at all?",
        how="The mean of the errors.", gradient_of="b1",
        slips={"mean_left_out": delta.sum(), "mean_taken_twice": delta.sum() / m**2})
    return (
        step("One weight, four examples. The usual way: the errors stay as they are, and the gradient is a mean.",
            eq(row(delta, "δ"), column(a, "a"), "=", late),
            eq(by("w"), "=", frac("Σ_i δ_i a_i", 4), "=", mean)),
        step("Another way: divide the errors of the **last** layer by $m$ at once. The errors of all earlier layers "
            "then hold the factor $1/m$ too, and every gradient is a plain sum.",
            eq(frac("δ", "m"), "=", row(early)),
            eq(by("w"), "=", "Σ_i", frac("δ_i", "m"), "a_i", "=", same)),
        step("Both ways are right. Using both, or neither, is not. How often did each of these take the mean: never, "
            "once or twice?",
            table([words("result"), words("mean taken")], *[(results[i], verdicts[n]) for n, i in enumerate(order)])),
        step("The usual way again: from the undivided errors to the bias.", eq(by("b"), "=", bias)),
    )


@page("Every example written twice", row=("9.2", "9.4"))
def twice_the_batch(given, box):
    """A sum doubles with the batch; a mean, and so the step, stays."""
    delta, x = given("δ", [4, -1, 6], low=1, high=9), given("x", [2, 5, 3], low=1, high=6)
    b, rate = given("b", 7, low=2), given.choice("η", 0.1, 0.2, 0.5)
    total, m = np.array([delta @ x, delta.sum()]), 3
    given.require(np.all(np.abs(total) >= 3) and np.all(total % 3 == 0) and no_repeats(total) and 2 * rate != 1)
    alone = delta[0] * x[0], delta[0]
    sums, means, sums2, means2 = ([], [], [], [])
    for n, name in enumerate(("w", "b")):
        sums.append(box(total[n], f"the sum for ∂C/∂{name}", "Error times input for the weight; and for the bias?",
            how="Error times input, and the error, added over the examples.",
            slips={"sum_of_one_example": alone[n], "other_variable": total[1 - n]},
            words={"other_variable": "Weight and bias have changed places. Which of them multiplies an input?"}))
        means.append(box(sums[n] / m, f"the mean for ∂C/∂{name}", "How many examples are there?",
            how="The sum over three.", gradient_of=("W1", "b1")[n],
            slips={"mean_left_out": sums[n], "mean_taken_twice": sums[n] / m**2}))
    for n, name in enumerate(("w", "b")):
        sums2.append(box(2 * sums[n], f"the sum for ∂C/∂{name}, doubled batch", "How often does every term occur?",
            how="Twice the sum before.", slips={"batch_count_left": sums[n]},
            words={"batch_count_left": "That is the sum of the short batch. How often is every example there now?"}))
        means2.append(box(sums2[n] / (2 * m), f"the mean for ∂C/∂{name}, doubled batch",
            "How many examples are there now?", how="The sum over six.",
            slips={"mean_left_out": sums2[n], "batch_count_left": sums2[n] / m}))
    new = box([b - rate * means[1], b - rate * means2[1]], "the new b", "Against the gradient, and by how much of it?",
        how="The old bias minus the learning rate times the mean.",
        slips={"summed_not_averaged": b - rate * np.array([sums[1], sums2[1]]),
            "uphill": b + rate * np.array([means[1], means2[1]])},
        words={"summed_not_averaged": "You stepped by the sum. The gradient is the mean."})
    return (
        step("A neuron’s errors and inputs for three examples. Sum and mean for the weight and for the bias:",
            eq("δ", "=", row(delta), APART, "x", "=", row(x)),
            table(["", words("sum"), words("mean")], ("∂C/∂w", sums[0], means[0]), ("∂C/∂b", sums[1], means[1]))),
        step("Now write every example down twice, so that $m = 6$.",
            table(["", words("sum"), words("mean")], ("∂C/∂w", sums2[0], means2[0]), ("∂C/∂b", sums2[1], means2[1]))),
        step(f"A step with $η = {rate:g}$ from $b = {b:g}$, for the short batch and for the long one:",
            eq(words("short:"), new[0], APART, words("long:"), new[1])),
        say("With sums, a batch twice as long would take a step twice as long, though it says nothing new. With means, "
            "one learning rate suits batches of any length."),
    )


# -- 9.3 The update of each bias ---------------------------------------------------------------------------------------


@page("Each bias, written out", row="9.3")
def bias_update(given, box):
    """Two biases, four examples in rows: every term of every update."""
    delta, b = given("δ", [[3, -2], [6, 1], [-4, 5], [3, 8]], high=9), given("b", [4, -1], high=5)
    rate, m = given.choice("η", 0.3, 0.6, 0.9, 0.2), 4
    sums = delta.sum(0)
    given.require(np.all(np.abs(sums) >= 2))
    terms, mean = [], []
    for j in range(2):
        terms.append(box(delta[:, j], f"the errors of b_{j + 1}", "Which column belongs to this bias?",
            how="The column of the bias, an entry for each example.",
            slips={"refilled_row_by_row": delta.reshape(2, 4)[j]},
            words={"refilled_row_by_row": "You went along the rows. The errors of one bias stand in one column."}))
        total = terms[j].sum()
        mean.append(box(total / m, f"∂C/∂b_{j + 1}", "How many examples are in the sum?",
            how="The sum of the four errors over four.", gradient_of=("b1", j),
            slips={"mean_left_out": total, "mean_taken_twice": total / m**2, "mean_over_nodes": total / 2}))
    slope, collected = np.array(mean, dtype=float), np.array([float(term.sum()) for term in terms])
    new = box(b - rate * slope, "the new b", "Against the gradient, and how far?",
        how="The old bias minus the learning rate times the mean.",
        slips={"uphill": b + rate * slope, "summed_not_averaged": b - rate * collected,
            "learning_rate_left_out": b - slope, "step_for_value": -rate * slope, "change_not_value": rate * slope},
        words={"summed_not_averaged": "You stepped by the sum. The gradient is the mean.",
            "learning_rate_left_out": "You took the whole gradient away. How much of it does η take?",
            "change_not_value": "That is the length of the step. Take it away from the old bias."})
    return (
        step("The errors of two nodes for four examples in rows: each column belongs to one bias. What does each bias "
            "collect?",
            eq("δ", "=", matrix(delta), APART, "b", "=", row(b)),
            *[eq(by(f"b_{j + 1}"), "=", frac(1, 4), "(", terms[j][0], "+", terms[j][1], "+", terms[j][2], "+",
                terms[j][3], ")", "=", mean[j]) for j in range(2)]),
        step(f"Now one step with $η = {rate:g}$, for each bias by itself.",
            aligned(*[(f"b_{j + 1}", "←", b[j], "−", rate, "·", by(f"b_{j + 1}"), "=", new[j]) for j in range(2)])),
    )


@page("Updates with something missing", row="9.3")
def bias_update_backwards(given, box):
    """In columns: an error, a learning rate and an old bias found back."""
    delta, old = given("δ", [[4, -2, 7], [2, 7, -3]], low=1, high=9), given("b", [5, -2], low=1, high=6)
    rate, m = given.choice("η", 0.1, 0.2, 0.5), 3
    sums = delta.sum(1)
    given.require(np.all(np.abs(sums) >= 2) and np.all(sums % 3 == 0) and abs(sums[0]) != 3 and abs(delta[0, 2]) > 1)
    lost = box(delta[0, 2], "the lost error", "What is missing for this mean?",
        how="Three times the mean, minus the known errors.",
        slips={"mean_left_out": sums[0] / m - delta[0, 0] - delta[0, 1], "term_left_out": sums[0] - delta[0, 0]},
        words={"mean_left_out": "You took the mean for the sum. What is the sum of the three?",
            "term_left_out": "Two errors are known. Take both away from the sum."})
    mean = box(sums[1] / m, "∂C/∂b_2", "Add along which row?", how="The mean of the second row.",
        slips={"mean_left_out": sums[1], "summed_over_nodes": delta[:, 1].sum()})
    after = old[1] - rate * sums[1] / m
    before = box(after + rate * mean, "the old b_2", "The step took η times the gradient away. How do you undo it?",
        how="The new bias plus the learning rate times the mean.",
        slips={"uphill": after - rate * mean, "learning_rate_left_out": after + mean,
            "summed_not_averaged": after + rate * m * mean},
        words={"uphill": "You took the step once more. The box asks for the bias before it.",
            "learning_rate_left_out": "You put the whole gradient back. The step was only η times as long.",
            "summed_not_averaged": "You put the sum back. The step used the mean."})
    grad, start = given("g", -6, low=2, high=8), given("start", 3, low=1, high=5)
    eta = given.choice("η'", 0.3, 0.4, 0.7)
    found = box(eta, "η", "By how much did b move, and for which gradient?", how="Old minus new, over the gradient.",
        slips={"wrong_sign": -eta, "upside_down": 1 / eta, "change_not_ratio": eta * grad},
        words={"change_not_ratio": "That is how far b moved. How large was the gradient of that step?",
            "upside_down": "You have the ratio upside down: the learning rate is the step over the gradient.",
            "wrong_sign": "A learning rate is positive. Which is taken away, the old bias or the new one?"})
    every = box((start - eta * grad) - found * grad, "b after one more step", "The same step, from the new bias.",
        how="The bias minus the same step.",
        slips={"uphill": (start - eta * grad) + found * grad, "step_for_value": -found * grad})
    return (
        step(f"Errors in columns, one of them lost. The gradient of $b_1$ is ${sums[0] / m:g}$.",
            eq("δ", "=", matrix([[delta[0, 0], delta[0, 1], lost], delta[1]]))),
        step(f"With $η = {rate:g}$ the second bias became ${after:g}$. What was its gradient, and what was the bias "
            "before?",
            eq(by("b_2"), "=", mean, APART, "b_2", "=", before)),
        step(f"Another bias went from ${start:g}$ to ${start - eta * grad:g}$, and the mean of its errors was "
            f"${grad:g}$. Find the learning rate. Then take one more step with the same gradient.",
            eq("η", "=", found, APART, "b", "=", every)),
    )


# -- 9.4 A batch is the mean of its examples ---------------------------------------------------------------------------


@page("A batch is a mean of single examples", row="9.4")
def mean_of_singles(given, box):
    """Costs and gradients of single examples, and those of the batch."""
    a, y = given("a", [[5, 2, 7], [1, 6, 3]], high=9), given("y", [[3, 6, 2], [5, 2, 7]], high=9)
    error = a - y
    single, m = (error**2).sum(0) / 2, 3
    given.distinct(single)
    given.require(np.min(np.abs(error)) >= 2 and np.all(error.sum(1) != 0) and 2 * single.sum() % 3 == 0)
    given.apart(single, 2 * single, error.sum(0) / 2, error[0] ** 2 / 2)
    costs = box(single, "the cost of one example", "Two outputs, two squares. What stands in front?",
        how="Half the sum of both squared errors.",
        slips={"half_left_out": 2 * single, "not_squared": error.sum(0) / 2, "only_one_term": error[0] ** 2 / 2},
        words={"only_one_term": "That is one output alone. The cost adds both."})
    cost = box(np.sum(costs) / m, "C", "Sum or mean?", how="The mean of the three costs.",
        slips={"summed_not_averaged": np.sum(costs), "mean_taken_twice": np.sum(costs) / m**2,
            "mean_over_entries": np.sum(costs) / a.size})
    one, mean, three = (given(name, numbers, high=9) for name, numbers in
        (("g1", [4, -2, 1]), ("g", [3, 1, -2]), ("g3", [2, 4, -5])))
    left = m * mean - one - three
    given.require(np.all(left != 0) and np.all(np.abs(m * mean) > 2))
    total = box(m * mean, "the sum", "The mean is known. What was the sum?", how="Three times the mean.",
        slips={"mean_left_out": mean, "mean_taken_twice": 9 * mean},
        words={"mean_left_out": "That is the mean itself. What was divided by three?",
            "mean_taken_twice": "You multiplied by three twice."})
    lost = box(total - one - three, "the gradient of example 2", "What is missing to reach the sum?",
        how="The sum minus the two known gradients.",
        slips={"mean_left_out": mean - one - three, "term_left_out": total - one},
        words={"mean_left_out": "You took the mean for the sum. What is the sum of the three?",
            "term_left_out": "Two gradients are known. Take both away from the sum."})
    return (
        step("Predictions and targets of three examples in columns. The cost of each alone is half the sum of its "
            "squared errors:",
            eq("A", "=", matrix(a), APART, "Y", "=", matrix(y)),
            eq(words("single costs:"), row(costs))),
        step("And the cost of the batch?", eq("C", "=", cost)),
        step("The gradient of the batch, too, is the mean of the gradients of its examples. Here are those of three "
            "weights; that of the second example got lost.",
            eq(words("example 1:"), row(one), APART, words("example 3:"), row(three)),
            eq(words("batch of three:"), row(mean))),
        say("For the first weight: where must example 2 lie, so that the three balance on their mean?",
            number_line({"example 1": one[0], "example 3": three[0]}, ("mean of the three", mean[0]),
                low=-10, high=10, title=f"The first weight: example 1 at {one[0]:g}, example 3 at {three[0]:g}, the "
                f"mean at {mean[0]:g}")),
        step("What is the sum of the three, and what was lost?",
            eq(words("sum:"), row(total), APART, words("example 2:"), row(lost))),
    )


def two_layers(given, x, w1, b1, w2, b2, y, in_columns):
    """A 2–3–1 network, ReLU then plain, on a batch; everything worked out with examples in columns."""
    turn_ = (lambda v: v) if in_columns else np.transpose
    x, w1, b1 = turn_(given("X", x, high=4)), given("W1", w1, high=3), given("b1", b1, high=3)
    z1 = weighted_sum(w1, x, b1)
    given.require(some_silent(z1) and np.max(np.abs(z1)) <= 20)  # before the rest is drawn: it refuses most
    given.require(len({tuple(part) for part in np.abs(w1).tolist()}) == 3 and np.linalg.det(x) != 0)
    w2, b2, y = given("W2", w2, high=3), given("b2", b2, high=4), turn_(given("y", y, low=1, high=9))
    a1 = relu(z1)
    a2 = weighted_sum(w2, a1, b2)
    delta2 = a2 - y
    given.require(np.min(np.abs(delta2)) >= 2 and np.max(np.abs(delta2)) <= 24 and len(set(np.abs(delta2[0]))) > 1)
    given.require(x[0, 1] != x[1, 0] and len(set(y[0])) > 1)
    dw1, dw2 = bp2(w2, delta2, relu_slope(z1)) @ x.T, delta2 @ a1.T
    given.require(np.min(np.abs(dw1)) >= 1 and np.min(np.abs(dw2)) >= 1 and abs(delta2.sum()) >= 2)
    return x, w1, b1, w2, b2, y, z1, a1, a2, delta2


def a_batch_in_columns(given):
    """The network and the two examples of the pages on columns."""
    return two_layers(
        given, [[1, -2], [4, -2]], [[3, -1], [3, -3], [-1, -1]], [3, 2, 2], [[2, 1, -2]], [1], [[3, 1]], True)


def a_batch_in_rows(given):
    """Those of the pages on rows."""
    return two_layers(
        given, [[2, -2], [1, 2]], [[-2, -3], [1, -3], [2, 2]], [-1, -1, 1], [[-1, 1, -1]], [2], [[1], [4]], False)


def forward(box, network, in_columns):
    """The whole way forward of the 2–3–1 network: Z⁽¹⁾, A⁽¹⁾, A⁽²⁾, the errors and the cost."""
    x, w1, b1, w2, b2, y, z1, a1, _, _ = network
    lie = (lambda v: v) if in_columns else np.transpose  # how values lie on the page
    first = box(lie(z1), "Z^{(1)}", "Which row of the weights belongs to this node? What is added?",
        how="The node's weights times the example, plus the node's bias.",
        slips={"bias_left_out": lie(w1 @ x), "examples_in_the_other_direction": lie(weighted_sum(w1, x.T, b1))})
    active = box(relu(first), "A^{(1)}", "What does ReLU do to each entry?",
        how="The entry where it is above 0, else 0.",
        slips={"slope_for_value": relu_slope(np.asarray(first)), "activation_left_out": first})
    values = lie(np.asarray(active))
    out = box(lie(weighted_sum(w2, values, b2)), "A^{(2)}", "Three products and what else?",
        how="The weights times the values of the example, plus the bias.",
        slips={"bias_left_out": lie(w2 @ values), "term_left_out": lie(w2[:, :1] * values[:1] + b2)})
    delta = box(out - lie(y), "δ^{(2)}", "Which comes first, prediction or target?", how="Prediction minus target.",
        slips={"target_minus_prediction": lie(y) - out})
    errors = np.asarray(delta)
    cost = box(np.sum(errors**2) / 4, "C", "Two examples: what is 2m?", how="The sum of the squares over 2m.",
        slips={"half_left_out": np.sum(errors**2) / 2, "not_squared": np.sum(errors) / 4})
    return first, active, out, delta, cost


@page("A batch forward, in columns", row=("9.1", "9.4"), shares=a_batch_in_columns)
def forward_columns(given, box):
    """Two examples through two layers, to their errors."""
    network = given.shared(a_batch_in_columns)
    x, w1, b1, w2, b2, y = network[:6]
    first, active, out, delta, cost = forward(box, network, in_columns=True)
    return (
        step("Two examples, two layers: ReLU in the first, none in the second.",
            eq(matrix(w1, "W^{(1)}"), matrix(x, "X"), "+", column(b1, "b^{(1)}"), "=", matrix(first, "Z^{(1)}")),
            eq("A^{(1)} = ReLU(Z^{(1)})", "=", matrix(active))),
        step("On to the output.",
            eq(matrix(w2, "W^{(2)}"), "A^{(1)}", "+", matrix([b2], "b^{(2)}"), "=", matrix(out, "A^{(2)}"))),
        step("With the squared error and no activation $δ^{(2)} = A^{(2)} − Y$, a number for each example.",
            eq("A^{(2)}", "−", matrix(y, "Y"), "=", matrix(delta, "δ^{(2)}"))),
        step("And the cost of the batch?", eq("C", "=", frac(1, "2m"), "Σ_i (a_i − y_i)^2", "=", cost)),
    )


@page("A batch forward, in rows", row=("9.1", "9.4"), shares=a_batch_in_rows)
def forward_rows(given, box):
    """The same way for a batch that lies in rows."""
    network = given.shared(a_batch_in_rows)
    x, w1, b1, w2, b2, y = network[:6]
    first, active, out, delta, cost = forward(box, network, in_columns=False)
    return (
        step("Another network and two examples, in rows. $W^{(1)}$ and $W^{(2)}$ have a row for each node, as ever; "
            "here they stand transposed, behind the values.",
            eq(matrix(x.T, "X"), matrix(w1.T, "(W^{(1)})^T"), "+", row(b1, "b^{(1)}"), "=", matrix(first, "Z^{(1)}")),
            eq("A^{(1)} = ReLU(Z^{(1)})", "=", matrix(active))),
        step("On to the output.",
            eq("A^{(1)}", matrix(w2.T, "(W^{(2)})^T"), "+", matrix([b2], "b^{(2)}"), "=", matrix(out, "A^{(2)}"))),
        step("The errors $δ^{(2)} = A^{(2)} − Y$ lie in rows too.",
            eq("A^{(2)}", "−", matrix(y.T, "Y"), "=", matrix(delta, "δ^{(2)}"))),
        step("And the cost of the batch?", eq("C", "=", frac(1, "2m"), "Σ_i (a_i − y_i)^2", "=", cost)),
    )


def gradients(box, network, in_columns):
    """The whole way back of the 2–3–1 network: the gradients of layer 2, δ⁽¹⁾, and the gradients of layer 1."""
    x, _, _, w2, _, _, z1, a1, _, delta2 = network
    lie = (lambda v: v) if in_columns else np.transpose  # how values lie on the page
    m, on = 2, relu_slope(z1)
    back, total2 = w2.T @ delta2, delta2 @ a1.T
    dw2 = box(total2 / m, "∂C/∂W^{(2)}", "Error times input, over both examples; sum or mean?",
        how="The mean of error times input.", gradient_of="W2",
        slips={"mean_left_out": total2, "mean_taken_twice": total2 / m**2})
    db2 = box(delta2.sum(1) / m, "∂C/∂b^{(2)}", "The mean of which numbers?", how="The mean of the errors.",
        gradient_of="b2", slips={"mean_left_out": delta2.sum(1), "mean_taken_twice": delta2.sum(1) / m**2})
    delta1 = box(lie(back * on), "δ^{(1)}", "What comes back through the weight, and does ReLU let it through?",
        how="Weight times error where Z is above zero, else 0.",
        slips={"slope_left_out": lie(back), "upstream_for_downstream": lie(np.tile(delta2, (3, 1)) * on)},
        words={"upstream_for_downstream": "That is the error of the next layer. Which weight does it come back "
            "through?"})
    errors = lie(np.asarray(delta1))
    dw1 = box(errors @ x.T / m, "∂C/∂W^{(1)}", "Error of the row, input of the column; sum or mean?",
        how="The mean of error times input.", gradient_of="W1",
        slips={"mean_left_out": errors @ x.T, "mean_taken_twice": errors @ x.T / m**2,
            "slope_left_out": back @ x.T / m, "examples_in_the_other_direction": errors @ x / m},
        words={"examples_in_the_other_direction": "Error and input belong to the same example. Which way do the "
            "examples of X lie?"})
    db1 = box(errors.sum(1) / m, "∂C/∂b^{(1)}", "The mean over what?",
        how="The mean of the node's errors, silent ones counting as 0.", gradient_of="b1",
        slips={"mean_left_out": errors.sum(1), "slope_left_out": back.sum(1) / m})
    return dw2, db2, delta1, dw1, db1


@page("A batch backward, in columns", row=("9.1", "9.2", "9.4"), shares=a_batch_in_columns)
def backward_columns(given, box):
    """From two errors to every gradient; the mean is taken at the parameters."""
    network = given.shared(a_batch_in_columns)
    x, _, _, w2, _, _, z1, a1, _, delta2 = network
    dw2, db2, delta1, dw1, db1 = gradients(box, network, in_columns=True)
    return (
        step("The network and the batch of “A batch forward, in columns”. What are the gradients of the second layer?",
            eq("δ^{(2)}", "=", matrix(delta2), APART, "A^{(1)}", "=", matrix(a1)),
            eq(by("W^{(2)}"), "=", matrix(dw2), APART, by("b^{(2)}"), "=", matrix([db2]))),
        step(f"Back to the hidden layer, whose $Z^{{(1)}}$ went through ReLU. ({RELU_SAYS}.)",
            eq("W^{(2)}", "=", matrix(w2), APART, "Z^{(1)}", "=", matrix(z1)),
            eq("δ^{(1)}", "=", matrix(delta1))),
        step("The gradients of the first layer?",
            eq("X", "=", matrix(x)),
            eq(by("W^{(1)}"), "=", matrix(dw1), APART, by("b^{(1)}"), "=", column(db1))),
    )


@page("A batch backward, in rows", row=("9.1", "9.2", "9.4"), shares=a_batch_in_rows)
def backward_rows(given, box):
    """Examples in rows: the gradients have the same shapes as ever."""
    network = given.shared(a_batch_in_rows)
    x, _, _, w2, _, _, z1, a1, _, delta2 = network
    dw2, db2, delta1, dw1, db1 = gradients(box, network, in_columns=False)
    return (
        step("The network and the batch of “A batch forward, in rows”. What are the gradients of the second layer, "
            "shaped like $W^{(2)}$ and $b^{(2)}$?",
            eq("δ^{(2)}", "=", matrix(delta2.T), APART, "A^{(1)}", "=", matrix(a1.T)),
            eq(by("W^{(2)}"), "=", matrix(dw2), APART, by("b^{(2)}"), "=", matrix([db2]))),
        step(f"Back to the hidden layer: $δ^{{(1)}} = (δ^{{(2)}}W^{{(2)}}) ⊙ σ′(Z^{{(1)}})$, with ReLU. ({RELU_SAYS}.)",
            eq("W^{(2)}", "=", matrix(w2), APART, "Z^{(1)}", "=", matrix(z1.T)),
            eq("δ^{(1)}", "=", matrix(delta1))),
        step("The gradients of the first layer, $W^{(1)}$ with a row for each node?",
            eq("X", "=", matrix(x.T)),
            eq(by("W^{(1)}"), "=", matrix(dw1), APART, by("b^{(1)}"), "=", row(db1))),
        say("With the same batch in columns, the gradients would hold the same numbers. Only the sums would run the "
            "other way."),
    )


@page("Find the bug: a batch going back", row=("9.2", "9.5"))
def find_the_bug(given, box):
    """Four examples in columns, back through ReLU to the weights, worked out with one slip in it."""
    w2 = given("W2", [3, -2], low=2, high=4, distinct=abs)
    x = given("X", [[2, -1, 3, 1], [1, 4, -2, 2]], high=4)
    z = given("Z", [[4, -2, 1, 3], [-3, 2, 5, 1]], high=6)
    a, y = given("A", [1, 8, 2, 4], low=1, high=9), given("Y", [5, 4, 1, 7], low=1, high=9)
    on = relu_slope(z)
    given.require(np.all(np.abs(a - y) >= 1) and np.all((1 <= on.sum(axis=1)) & (on.sum(axis=1) <= 3)))
    delta = np.outer(w2, a - y) * on
    given.require(np.min(np.abs(delta @ x.T)) >= 2 and abs((delta @ x.T)[0, 1]) != abs((delta @ x.T)[1, 0]))
    lines = (
        Line("e", "A - Y", lambda v: [a - y]),
        Line("δ", "((W^{(2)})^T e) ⊙ f′(Z)", lambda v: np.outer(w2, v["e"]) * on),
        Line("δX^T", "Σ_i δ_i x_i^T", lambda v: v["δ"] @ x.T),
        Line("∂C/∂W^{(1)}", "1/m δX^T", lambda v: v["δX^T"] / 4),
    )
    faults = (
        Fault("δX^T", "the mean taken twice", lambda v: v["δ"] @ x.T / 4,
        "Line 3 divides by m, and line 4 does so again."),
        Fault("δ", "a slope left out", lambda v: np.outer(w2, v["e"]),
        "Line 2 lets errors through where ReLU is flat."),
        Fault("δX^T", "an example left out", lambda v: v["δ"][:, :3] @ x[:, :3].T,
        "Line 3 leaves the last example out."),
        Fault("δX^T", "the result transposed", lambda v: x @ v["δ"].T, "Line 3 has the transpose."),
        Fault("∂C/∂W^{(1)}", "a mean over the wrong thing", lambda v: v["δX^T"] / 2,
            "Line 4 divides by the nodes; there are four examples."),
        Fault("e", "a sign", lambda v: [y - a], "Line 1 is target minus prediction."),
    )
    work = Worked(lines, faults, given.choice("fault", *range(len(faults))))
    return (
        step("Four examples in columns, two inputs, two hidden nodes with $f = ReLU$, one output without "
            "activation, half the mean squared error. The forward pass is right.",
            eq("X", "=", matrix(x), APART, "Z", "=", matrix(z), APART, "W^{(2)}", "=", row(w2)),
            eq("A", "=", row(a), APART, "Y", "=", row(y))),
        step("Somebody has gone back, made one slip, and then carried on with what they had.", *work.shown()),
        *work.steps(given, box),
    )
