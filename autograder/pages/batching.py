"""Chapter 9: many examples at once, in columns and in rows; shapes, sums over examples, and the one mean."""

from __future__ import annotations

import numpy as np

from ..authoring.page import page
from ..engine import bp2, bp2_rows, relu, relu_slope, weighted_sum, weighted_sum_rows
from ..layout import APART, Shape, aligned, by, column, eq, frac, matrix, row, say, step, table, words

MEAN = frac(1, "m")
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


@page("Three examples side by side", row="9.1")
def columns(given, box):
    """One example is a column; three are a matrix, and one product does them all."""
    w, b = given("W", [[2, -1], [3, 4]], high=5), given("b", [1, -2], high=4, distinct=abs)
    x = given("X", [[3, 1, -2], [2, 5, 4]], high=6)
    given.require(abs(w[0, 1]) != abs(w[1, 0]) and no_repeats(x[0]))
    z, turned = weighted_sum(w, x, b), w.T @ x + b[:, None]
    given.require(np.all(turned != w @ x) and np.all(z[:, [0, 2, 1]] != w @ x) and np.all(z[:, [0, 2, 1]] != turned))
    first = box(z[:, 0], "z^{(1)}", "Which row of W belongs to this node? What is added?",
        how="A row of W times the column, plus the bias of that node.",
        slips={"bias_left_out": w @ x[:, 0], "weights_turned": turned[:, 0]})
    rest = box(z, "Z", "Which column of X belongs to this example? What is added?",
        how="A row of W times a column of X, plus the bias of the row.", only=[(0, 1), (0, 2), (1, 1), (1, 2)],
        slips={"bias_left_out": w @ x, "weights_turned": turned, "other_column": z[:, [0, 2, 1]]})
    shapes = box([size(2, 3), size(2, 3)], "the shapes of X and Z", "A row for each what, a column for each what?",
        how="Rows are inputs or nodes, columns are examples.",
        slips={"examples_in_the_other_direction": [size(3, 2), size(3, 2)]})
    lost = given("b'", [4, -3], low=2, high=7, distinct=abs)
    product = given("WX", [[5, -1, 2], [3, 6, -4]], high=7)
    bias = box(lost, "b", "What was added to this row?", how="Any entry of Z minus the entry before the bias.",
        slips={"wrong_sign": -lost})
    return (
        step("One example goes through a layer: $z = Wx + b$.",
            eq(matrix(w, "W"), column(x[:, 0], "x^{(1)}"), "+", column(b, "b"), "=", column(first, "z^{(1)}"))),
        step("Two more examples stand beside it. $W$ meets each column in turn, and each gets the same bias.",
            eq(matrix(w, "W"), matrix(x, "X"), "+", "b", "=",
                matrix([["z_1^{(1)}", *rest[0, 1:]], ["z_2^{(1)}", *rest[1, 1:]]], "Z"))),
        step("What are the shapes of $X$ and $Z$ here?", eq("X:", shapes[0], APART, "Z:", shapes[1])),
        step("In another batch, what was added to every column?",
            eq(matrix(product, "WX"), "+", column(bias, "b"), "=", matrix(product + lost[:, None], "Z"))),
    )


@page("The same in rows", row="9.1")
def rows(given, box):
    """Examples under each other: the weights turn over and stand behind."""
    w = given("W", [[1, 4], [-2, 3]], high=5, distinct=abs)
    b, x = given("b", [3, -1], high=4), given("X", [[2, 1], [-3, 5], [4, -1]], high=6)
    right, unturned = weighted_sum_rows(w, x, b), x @ w + b
    given.require(np.all(unturned != x @ w.T) and np.all(right[:, ::-1] != unturned))
    given.require(np.all(right[:, ::-1] != x @ w.T))
    turned = box(w.T, "W^T", "Where does a row of W stand after turning?", how="Rows become columns.",
        slips={"not_turned": w})
    z = box(x @ turned + b, "Z", "Which row of X, and which row of W? What is added?",
        how="A row of X times a column of Wᵀ, plus the bias of that column.",
        slips={"weights_turned": unturned, "bias_left_out": x @ w.T, "other_column": right[:, ::-1]})
    m, inputs, nodes = given("m", 7, low=4), given("inputs", 3, low=2, high=6), given("nodes", 2, low=2, high=6)
    given.distinct(m, inputs, nodes)
    shapes = box([size(m, inputs), size(inputs, nodes), size(m, nodes)], "the shapes of X, Wᵀ and Z",
        "Examples are rows now. What are the columns?", how="Examples by inputs, inputs by nodes: examples by nodes.",
        slips={"examples_in_the_other_direction": [size(inputs, m), size(inputs, nodes), size(nodes, m)],
            "not_turned": [size(m, inputs), size(nodes, inputs), size(m, nodes)]})
    return (
        step("Many programs put every example in a row, as in a table. $W$ is stored as before, a row for each node. "
            "To meet the rows of $X$, its rows must become columns.",
            eq(matrix(w, "W"), "→", matrix(turned, "W^T"))),
        step("Three examples at once. The bias is a row now, added to every row.",
            eq(matrix(x, "X"), "W^T", "+", row(b, "b"), "=", matrix(z, "Z"))),
        step(f"With {m:g} examples, {inputs:g} inputs and {nodes:g} nodes, what are the shapes?",
            eq("X:", shapes[0], APART, "W^T:", shapes[1], APART, "Z:", shapes[2])),
    )


@page("From columns to rows and back", row="9.1")
def translate(given, box):
    """The same numbers, turned over; an entry keeps its node and its example."""
    a = given("A", [[4, -1, 7], [2, 6, -3]], low=1, high=9, distinct=abs)
    turned = box(a.T, "A in rows", "What was a column before?", how="Each column becomes a row.",
        slips={"transposed": a.reshape(3, 2)})
    j, i = given("node", 2, low=1, high=6), given("example", 5, low=1, high=9)
    given.require(j != i)
    place = box([j, i], "row and column in columns", "What are the rows if the examples stand in columns?",
        how="Row: the node. Column: the example.", slips={"examples_in_the_other_direction": [i, j]})
    other = box([place[1], place[0]], "row and column in rows", "What are the rows if the examples stand in rows?",
        how="Row: the example. Column: the node.", slips={"examples_in_the_other_direction": [j, i]})
    n, m = given("n", 3, low=2, high=9), given("m", 8, low=2, high=12)
    given.require(n != m)
    shapes = box([size(n, m), size(m, n)], "the shape", "Which number counts the rows?",
        how="Nodes by examples in columns, examples by nodes in rows.",
        slips={"examples_in_the_other_direction": [size(m, n), size(n, m)]})
    options = ("AᵀWᵀ", "WᵀAᵀ", "AWᵀ", "WA")
    product = box("AᵀWᵀ", "(WA)^T", "What happens to the order when a product is turned over?", options=options,
        how="Each factor is turned over, and they change places.", slips={"order_kept": "WᵀAᵀ"})
    return (
        step("A batch in columns: two nodes, three examples. Write it in rows.",
            eq(matrix(a, "columns"), "→", matrix(turned, "rows"))),
        step(f"Where is the value of node {j:g} for example {i:g}?",
            table(["", words("row"), words("column")], (words("in columns"), *place), (words("in rows"), *other))),
        step(f"And the shapes, for {n:g} nodes and {m:g} examples?",
            eq(words("in columns:"), shapes[0], APART, words("in rows:"), shapes[1])),
        step("So to translate a formula, turn everything over. What becomes of a product?", eq("(WA)^T", "=", product)),
    )


@page("The four equations, twice", row="9.1")
def equations_twice(given, box):
    """Choose each formula for columns and for rows, with the shape of what it gives."""
    n, k, m = given("n", 3, low=2, high=6), given("k", 4, low=2, high=6), given("m", 5, low=2, high=9)
    given.distinct(n, k, m)
    forward, back = ("W A + b", "A W + b", "A Wᵀ + b", "Wᵀ A + b"), ("Wᵀ δ", "W δ", "δ W", "δ Wᵀ")
    weights = ("δ Aᵀ", "Aᵀ δ", "δᵀ A", "A δᵀ")
    hints = ("Which order do the shapes allow?", "Which way must the sums go?")
    hows = ("In columns the weights stand in front; in rows they stand behind.", "Add over the examples.")
    shape_of = {True: (size(n, m), size(k, m), size(n, 1), size(n, k)),
        False: (size(m, n), size(m, k), size(1, n), size(n, k))}

    def forms(in_columns):
        right = ("W A + b", "Wᵀ δ", ALONG, "δ Aᵀ") if in_columns else ("A Wᵀ + b", "δ W", DOWN, "δᵀ A")
        other = ("A Wᵀ + b", "δ W", DOWN, "δᵀ A") if in_columns else ("W A + b", "Wᵀ δ", ALONG, "δ Aᵀ")
        turned = ("Wᵀ A + b", "W δ", other[2], "A δᵀ") if in_columns else ("A W + b", "δ Wᵀ", other[2], "Aᵀ δ")
        lines = zip(right, other, turned, (forward, back, DIRECTIONS, weights), strict=True)
        return [box(one, name, hints[which == DIRECTIONS], options=which, how=hows[which == DIRECTIONS],
            slips={"examples_in_the_other_direction": wrong,
                **({} if wrong == third else {"wrong_one_turned": third})}) for (one, wrong, third, which),
            name in zip(lines, ("Z", "what goes back", "∂C/∂b", "∂C/∂W"), strict=True)]

    def shapes(in_columns):
        z, before, bias, weight = shape_of[in_columns]
        return box([z, before, bias, weight], "the shape", "A row for each what, a column for each what?",
            how="Nodes, inputs and examples, in the order of this layout; a gradient is like its parameter.",
            slips={"examples_in_the_other_direction": [turn(z), turn(before), turn(bias), weight],
                "batch_in_parameter": [z, before, size(n, m) if in_columns else size(m, n), size(n, m)]})

    def ledger(in_columns):
        form, shape = forms(in_columns), shapes(in_columns)
        return table(["", words("formula"), words("shape")],
            ("Z", form[0], shape[0]),
            (words("what goes back"), form[1], shape[1]),
            (words("$∂C/∂b$: add up $δ$"), form[2], shape[2]),
            (words("$∂C/∂W$: $1/m$ times"), form[3], shape[3]))

    return (
        step(f"A layer has {n:g} nodes, {k:g} inputs $A$, and the errors $δ$ of {m:g} examples; $W$ has a row for each "
            "node. First with examples in columns.",
            ledger(True)),
        step("Then with examples in rows.", ledger(False)),
        say("The slope σ′ and the first equation work entry by entry; they look the same in both."),
    )


@page("Shapes in columns", row="9.1")
def ledger_columns(given, box):
    """Every matrix of a two-layer network, examples in columns."""
    return ledger(given, box, in_columns=True)


@page("Shapes in rows", row="9.1")
def ledger_rows(given, box):
    """The same ledger with examples in rows: parameters stay, values turn over."""
    return ledger(given, box, in_columns=False)


def ledger(given, box, in_columns):
    """Shapes of everything in a network with two layers."""
    n = given("layers", [4, 3, 2] if in_columns else [5, 2, 3], low=2, high=7)
    m = given("m", 6 if in_columns else 8, low=2, high=12)
    given.distinct(n, m)
    value = (lambda k: size(k, m)) if in_columns else (lambda k: size(m, k))
    slip = "examples_in_the_other_direction"
    inputs = box(value(n[0]), "the shape of X", "A row for each what?",
        how="Inputs and examples, examples in the direction of this page.", slips={slip: turn(value(n[0]))})
    w = box([size(n[1], n[0]), size(n[2], n[1])], "the shape of W", "A row for each what, a column for each what?",
        how="Nodes by inputs, however the examples lie.",
        slips={"transposed": [size(n[0], n[1]), size(n[1], n[2])], "batch_in_parameter": [value(n[1]), value(n[2])]})
    z = box([value(n[1]), value(n[2])], "the shape of Z and A", "One value for each node and each what?",
        how="Nodes and examples.", slips={slip: [turn(value(n[1])), turn(value(n[2]))]})
    delta = box([z[0], z[1]], "the shape of δ", "An error for each value of which matrix?", how="The shape of Z.",
        slips={slip: [turn(value(n[1])), turn(value(n[2]))]})
    dw = box([w[0], w[1]], "the shape of ∂C/∂W", "Which matrix is this the gradient of?", how="The shape of W.",
        slips={"transposed": [size(n[0], n[1]), size(n[1], n[2])], "batch_in_parameter": [value(n[1]), value(n[2])]})
    bias = (lambda k: size(k, 1)) if in_columns else (lambda k: size(1, k))
    db = box([bias(n[1]), bias(n[2])], "the shape of ∂C/∂b", "How many biases does the layer have?",
        how="A number for each node, lying as a bias must lie to be added.",
        slips={"batch_in_parameter": [value(n[1]), value(n[2])], slip: [turn(bias(n[1])), turn(bias(n[2]))]})
    where = "columns, so a bias is a column" if in_columns else "rows, so a bias is a row"
    rows_ = (("W", w), ("Z, A", z), ("δ", delta), ("∂C/∂W", dw), ("∂C/∂b", db))
    return (
        step(f"A network with {n[0]:g} inputs, {n[1]:g} hidden and {n[2]:g} output nodes sees {m:g} examples at once. "
            f"The examples are {where}. Shapes are rows × columns.",
            eq("X:", inputs)),
        step("Fill in the ledger. $W$ has a row for each node.",
            table(["", words("layer 1"), words("layer 2")], *[(name, *shapes) for name, shapes in rows_])),
        say("Only what belongs to examples knows how many there are."),
    )


@page("Shapes that must fit", row=("9.1", "9.2"))
def dominoes(given, box):
    """Each product as a domino: inner numbers equal, outer numbers left over."""
    n, k, m = given("n", 3, low=2, high=7), given("k", 2, low=2, high=7), given("m", 6, low=2, high=12)
    given.distinct(n, k, m)
    other = "examples_in_the_other_direction"

    def turned_back(shape, is_transpose):
        return {"not_turned" if is_transpose else "transposed": turn(shape)}

    def product(name, left, right, slips):
        first = box(left, f"the left shape in {name}", "What must its columns be equal to?",
            how="As the factor stands in the product.", slips=turned_back(left, name[1] == "ᵀ"))
        second = box(right, f"the right shape in {name}", "What must its rows be equal to?",
            how="As the factor stands in the product.", slips=turned_back(right, name[-1] == "ᵀ"))
        result = box(size(first[0], second[1]), f"the shape of {name}", "Which numbers are left over?",
            how="Rows of the left, columns of the right.", slips=slips)
        return first, "·", second, "→", result

    return (
        step(f"A layer has {n:g} nodes and {k:g} inputs; there are {m:g} examples, in columns. Write the shape of "
            "every factor as it stands there, and of the product.",
            aligned(("WA", ":", *product("WA", size(n, k), size(k, m), {other: size(m, n)})),
                ("W^{T}δ", ":", *product("Wᵀδ", size(k, n), size(n, m), {other: size(m, k)})),
                ("δA^T", ":", *product("δAᵀ", size(n, m), size(m, k), {"transposed": size(k, n)})))),
        step("And with the examples in rows.",
            aligned(("AW^T", ":", *product("AWᵀ", size(m, k), size(k, n), {other: size(n, m)})),
                ("δW", ":", *product("δW", size(m, n), size(n, k), {other: size(k, m)})),
                ("δ^{T}A", ":", *product("δᵀA", size(n, m), size(m, k), {"transposed": size(k, n)})))),
        say("In the last product of each kind the examples meet inside and vanish: that is the sum over the batch."),
    )


# -- 9.1 Back through a layer ------------------------------------------------------------------------------------------


@page("Back through a layer, in columns", row="9.1")
def back_columns(given, box):
    """(Wᵀ δ) ⊙ σ′(Z): every column by itself, all columns at once."""
    w = given("W", [[1, -2], [3, 4]], high=5, distinct=abs)
    delta, z = given("δ", [[2, -1, 3], [4, 5, -2]], high=5), given("Z", [[5, -3, 2], [-1, 4, 6]], high=9)
    given.require(2 <= np.sum(z > 0) <= 4)
    back = w.T @ delta
    given.require(np.all(np.abs(back) >= 2) and np.all(relu_slope(z).sum(axis=1) > 0))
    through = box(back, "W^T δ", "Which weights leave this hidden node? Which column of δ?",
        how="A column of W times a column of δ: the sum over both paths.",
        slips={"weights_not_transposed": w @ delta, "path_left_out": w[:1].T * delta[:1]})
    slope = box(relu_slope(z), "σ'(Z)", "Is this entry of Z above zero?", how="1 where Z is above zero, else 0.",
        slips={"value_for_slope": relu(z)})
    before = box(bp2(w, delta, slope), "δ of the layer before", "Entry by entry: what times what?",
        how="What came back, times the slope.", slips={"slope_left_out": back})
    return (
        step("Three examples in columns. The errors $δ$ of a layer go back through its weights; each column minds its "
            "own example.",
            eq(matrix(w, "W"), APART, matrix(delta, "δ")),
            eq("W^{T}δ", "=", matrix(through))),
        step("The hidden layer before used ReLU. What is its slope at each entry?",
            eq(matrix(z, "Z"), "→", matrix(slope, "σ'(Z)"))),
        step("So the errors of the hidden layer are", eq("(W^{T}δ) ⊙ σ'(Z)", "=", matrix(before))),
    )


@page("Back through a layer, in rows", row="9.1")
def back_rows(given, box):
    """(δ W) ⊙ σ′(Z): the weights need no transposing; they stand behind."""
    w = given("W", [[2, -1], [4, 3]], high=5, distinct=abs)
    delta, z = given("δ", [[1, -2], [3, 2], [-1, 5]], high=5), given("Z", [[4, -2], [-3, 1], [6, 5]], high=9)
    back = delta @ w
    given.require(2 <= np.sum(z > 0) <= 4 and np.all(np.abs(back) >= 2))
    x, d = given("W'", 3, low=2, high=6), given("d", [4, -5], low=2, high=6, distinct=abs)
    known = given("W''", -2, low=2, high=6)
    given.require(abs(x) != abs(known) and abs(x) not in np.abs(d))
    turned = box("neither", "what is turned over", "Which shapes meet: 3×2 and 2×2?", options=("W", "δ", "neither"),
        how="Turned over, Wᵀδ becomes δᵀW, and δ lies in rows already.", slips={"wrong_one_turned": "W"})
    through = box(back, "δ W", "A row of δ, and which column of W?",
        how="A row of δ times a column of W: the sum over both paths.",
        slips={"wrong_one_turned": delta @ w.T, "path_left_out": delta[:, :1] * w[:1]})
    before = box(bp2_rows(w, delta, relu_slope(z)), "δ of the layer before", "What is the slope of ReLU here?",
        how="What came back where Z is above zero, else 0.",
        slips={"slope_left_out": back, "value_for_slope": back * relu(z)})
    lost = box(x, "the lost weight", "One product is known. What is left for the other?",
        how="What came back minus the known product, over the other error.",
        slips={"multiplied_not_divided": d[0] * d[0] * x, "wrong_sign": -x})
    return (
        step("Three examples in rows, so $δ$ is 3×2. Which matrix of $W^{T}δ$ is written with a transpose now?",
            eq(turned)),
        step("Send the errors back.", eq(matrix(delta, "δ"), matrix(w, "W"), "=", matrix(through))),
        step("The hidden layer used ReLU. Its errors:",
            eq("(δW) ⊙ σ'(Z)", APART, matrix(z, "Z"), "→", matrix(before, "δ before"))),
        step("For another example one weight got lost.",
            eq(row(d, "δ"), column([lost, known], "W"), "=", d[0] * x + d[1] * known)),
    )


@page("Weights stored the other way", row=("9.1", "9.2"))
def stored_in_out(given, box):
    """Books that keep a row for each input: the transposes sit elsewhere."""
    w, m = given("W", [[3, -1], [2, 5]], high=6, distinct=abs), 3
    a, delta = given("A", [[1, 3], [-2, 5], [4, 2]], high=6), given("δ", [[2, -3], [4, 6], [-5, 1]], high=6)
    total = a.T @ delta
    given.require(np.all(np.abs(total) >= 2) and total[0, 1] != total[1, 0])
    back = box(delta @ w.T, "δ W^T", "Which row of W belongs to this input?",
        how="A row of δ times a row of W: the weights that leave the input.",
        slips={"not_turned": delta @ w, "path_left_out": delta[:, :1] * w[:, :1].T})
    sums = box(total, "A^T δ", "Input of the row, node of the column: added over what?",
        how="A column of A times a column of δ.",
        slips={"transposed": total.T, "sum_of_one_example": np.outer(a[0], delta[0])})
    mean = box(sums / m, "∂C/∂W", "What makes a mean of these sums?", how="The sums over the number of examples.",
        gradient_of="W1",
        slips={"mean_left_out": total, "mean_taken_twice": total / m**2, "mean_over_nodes": total / 2})
    k, n, many = given("k", 5, low=2, high=7), given("n", 4, low=2, high=7), given("m", 9, low=3, high=12)
    given.distinct(k, n, many)
    shapes = box([size(k, many), size(many, n), size(k, n)], "the shapes in Aᵀδ",
        "Inner numbers equal, outer numbers left: which are they?",
        how="Inputs by examples, examples by nodes: inputs by nodes.",
        slips={"not_turned": [size(many, k), size(many, n), size(n, k)],
            "examples_in_the_other_direction": [size(k, many), size(n, many), size(k, n)]})
    return (
        step("Some programs store $W$ with a row for each input, so that $Z = AW + b$ needs no transpose. Then going "
            "back does. Here are three examples in rows.",
            eq(matrix(w, "W"), APART, matrix(delta, "δ"), "W^T", "=", matrix(back))),
        step("The gradient has the shape of the stored $W$.",
            eq(matrix(a.T, "A^T"), matrix(delta, "δ"), "=", matrix(sums)),
            eq(by("W"), "=", frac(1, m), "A^{T}δ", "=", matrix(mean))),
        step(f"With {k:g} inputs, {n:g} nodes and {many:g} examples the shapes fit like this:",
            eq("A^T:", shapes[0], APART, "δ:", shapes[1], APART, "∂C/∂W:", shapes[2])),
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
            slips={"mean_left_out": right, "mean_over_nodes": right / n, "mean_taken_twice": right / m**2})
        return way, sums, mean

    one, two = sums_and_means(delta, True), sums_and_means(other, False)
    return (
        step("For one example $∂C/∂b = δ$. A batch adds its examples up and takes the mean. In columns you add …",
            eq(one[0]),
            eq(matrix(delta, "δ"), "→", column(one[1], "sums"), "→", column(one[2], "∂C/∂b"))),
        step("In rows you add …",
            eq(two[0]),
            eq(matrix(other, "δ"), "→", row(two[1], "sums"), "→", row(two[2], "∂C/∂b"))),
    )


@page("Weights: a sum hidden in a product", row=("9.2", "9.4"))
def weights_as_sum(given, box):
    """One outer product per example; their sum is a matrix times a matrix."""
    delta = given("δ", [[2, -3], [5, 1]], high=6, distinct=abs)
    a = given("A", [[4, 2], [-1, 3]], high=6, distinct=abs)
    total = delta @ a.T
    given.require(np.all(np.abs(total) >= 2) and total[0, 1] != total[1, 0])
    one = box(np.outer(delta[:, 0], a[:, 0]), "example 1", "Which error, which input?",
        how="The error of the row times the input of the column.",
        slips={"transposed": np.outer(a[:, 0], delta[:, 0]), "entrywise_not_matrix": delta * a})
    two = box(np.outer(delta[:, 1], a[:, 1]), "example 2", "Which error, which input?",
        how="The error of the row times the input of the column.", slips={"transposed": np.outer(a[:, 1], delta[:, 1])})
    sums = box(one + two, "δ A^T", "Does a row of δ meet a column of Aᵀ, or do you just add?",
        how="The two outer products added, which is δ times Aᵀ.",
        slips={"not_turned": delta @ a, "entrywise_not_matrix": delta * a})
    mean = box(sums / 2, "∂C/∂W", "How many examples went into the sum?", how="The sum over two.", gradient_of="W1",
        slips={"mean_left_out": total, "mean_taken_twice": total / 4})
    return (
        step("Two examples in columns: errors $δ$ and inputs $A$. Each example alone has the gradient $δa^T$.",
            eq(matrix(delta, "δ"), APART, matrix(a, "A")),
            eq(words("first:"), column(delta[:, 0]), row(a[:, 0]), "=", matrix(one)),
            eq(words("second:"), column(delta[:, 1]), row(a[:, 1]), "=", matrix(two))),
        step("The product $δA^T$ of the whole matrices adds the two up.",
            eq("δA^T", "=", matrix(delta), matrix(a.T), "=", matrix(sums))),
        step("Once more divided by $m$:", eq(by("W"), "=", frac(1, 2), "δA^T", "=", matrix(mean))),
    )


@page("Weights in one product", row=("9.1", "9.2"))
def weights_in_one_product(given, box):
    """δ Aᵀ in columns and δᵀ A in rows: the same shape, the same meaning."""
    delta, a = given("δ", [[3, -1, 4], [2, 5, -2]], high=6), given("A", [[1, 6, 2], [-3, 4, 1]], high=6)
    d = given("δ'", [[2, 6], [-4, 1], [3, 5], [1, -2]], high=6)
    x = given("A'", [[5, 1], [2, -3], [4, 2], [-1, 5]], high=6)
    for left, right in ((delta, a), (d.T, x.T)):
        total = left @ right.T
        given.require(np.all(np.abs(total) >= 2) and total[0, 1] != total[1, 0])

    def product(left, right, m, name):
        total = left @ right.T
        sums = box(total, name, "Node of the row, input of the column: added over what?",
            how="For each node and input, error times input, added over the examples.",
            slips={"transposed": total.T, "sum_of_one_example": np.outer(left[:, 0], right[:, 0])})
        mean = box(sums / m, "∂C/∂W", "How many examples are there?", how="The sums over the number of examples.",
            gradient_of="W1",
            slips={"mean_left_out": total, "mean_taken_twice": total / m**2,
                **({} if m == 4 else {"mean_over_nodes": total / 2})})
        return sums, mean

    one, two = product(delta, a, 3, "δ A^T"), product(d.T, x.T, 4, "δ^T A")
    inner = box([3, 4], "the inner number", "Which number do the two shapes share?", how="The examples meet inside.",
        slips={"mean_over_nodes": [2, 2]})
    return (
        step("Three examples in columns.",
            eq(matrix(delta, "δ"), matrix(a.T, "A^T"), "=", matrix(one[0])),
            eq(by("W"), "=", frac(1, 3), "δA^T", "=", matrix(one[1]))),
        step("Four examples in rows.",
            eq(matrix(d.T, "δ^T"), matrix(x, "A"), "=", matrix(two[0])),
            eq(by("W"), "=", frac(1, 4), "δ^{T}A", "=", matrix(two[1]))),
        step("What are the inner numbers of the two products, 2×… times …×2?",
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
        gradient_of="W1", slips={"mean_left_out": total, "mean_taken_twice": total / m**2})
    early = box(delta / m, "δ/m", "Which number divides each error?", how="Each error over the number of examples.",
        slips={"mean_left_out": delta, "mean_taken_twice": delta / m**2})
    same = box(early @ a, "∂C/∂w", "Each error is divided already. What is left to do?",
        how="The sum of the products: the mean is already in them.",
        slips={"mean_left_out": total, "mean_taken_twice": total / m**2})
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
            eq(by("w"), "=", frac("Σ δa", 4), "=", mean)),
        step("Another way: divide the errors of the **last** layer by $m$ at once. They carry it back through all the "
            "layers, and every gradient is a plain sum.",
            eq(frac("δ", "m"), "=", row(early)),
            eq(by("w"), "=", "Σ", frac("δ", "m"), "a", "=", same)),
        step("Both ways are right. Using both, or neither, is not. How often did each of these take the mean?",
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
    sums = box(total, "the sums", "Error times input for the weight; and for the bias?",
        how="Error times input, and the error, added over the examples.",
        slips={"sum_of_one_example": [delta[0] * x[0], delta[0]], "other_variable": total[::-1]})
    means = box(sums / m, "the means", "How many examples are there?", how="The sums over three.",
        gradient_of=("W1", "b1"), slips={"mean_left_out": total, "mean_taken_twice": total / m**2})
    sums2 = box(2 * sums, "the sums of the doubled batch", "Every term occurs how often?", how="Twice the sums before.",
        slips={"batch_count_left": total})
    means2 = box(sums2 / (2 * m), "the means of the doubled batch", "How many examples are there now?",
        how="The sums over six.", slips={"mean_left_out": 2 * total, "batch_count_left": 2 * total / m})
    new = box([b - rate * means[1], b - rate * means2[1]], "the new b", "Against the gradient, and by how much of it?",
        how="The old bias minus the learning rate times the mean.",
        slips={"summed_not_averaged": b - rate * total[1] * np.array([1, 2]), "uphill": b + rate * total[1] / m})
    return (
        step("A neuron's errors and inputs for three examples. Sum and mean for the weight and for the bias:",
            eq(row(delta, "δ"), APART, row(x, "x")),
            table(["", words("sum"), words("mean")], ("∂C/∂w", sums[0], means[0]), ("∂C/∂b", sums[1], means[1]))),
        step("Now write every example down twice, so that $m = 6$.",
            table(["", words("sum"), words("mean")], ("∂C/∂w", sums2[0], means2[0]), ("∂C/∂b", sums2[1], means2[1]))),
        step(f"A step with $η = {rate:g}$ from $b = {b:g}$, for the short batch and for the long one:",
            eq(words("short:"), new[0], APART, words("long:"), new[1])),
        say("With sums, a batch twice as long would step twice as far for the same news. The mean keeps $η$ honest."),
    )


# -- 9.3 The update of each bias ---------------------------------------------------------------------------------------


@page("Each bias, written out", row="9.3")
def bias_update(given, box):
    """Three biases, three examples in rows: every term of every update."""
    delta, b = given("δ", [[3, -2, 5], [6, 1, -4], [-3, 7, 2]], high=9), given("b", [4, -1, 2], high=5)
    rate, m = given.choice("η", 0.3, 0.6, 0.9), 3
    sums = delta.sum(0)
    given.require(np.all(delta != 0) and np.all(np.abs(sums) >= 2) and np.all(b != 0))
    terms = box(delta.T, "the errors of each bias", "Which column belongs to this bias?",
        how="The column of the bias, an entry for each example.", slips={"transposed": delta})
    mean = box(terms.sum(axis=1) / m, "∂C/∂b", "How many examples are in the sum?",
        how="The sum of the three errors over three.", gradient_of="b1",
        slips={"mean_left_out": sums, "mean_taken_twice": sums / m**2})
    new = box(b - rate * mean, "the new b", "Against the gradient, and how far?",
        how="The old bias minus the learning rate times the mean.",
        slips={"uphill": b + rate * sums / m, "summed_not_averaged": b - rate * sums,
            "learning_rate_left_out": b - sums / m})
    return (
        step("Errors of three nodes for three examples in rows, so each column belongs to one bias. What does each "
            "bias collect?",
            eq(matrix(delta, "δ"), APART, row(b, "b")),
            aligned(*[(by(f"b_{j + 1}"), "=", frac(1, 3), "(", terms[j, 0], "+", terms[j, 1], "+", terms[j, 2], ")",
                "=", mean[j]) for j in range(3)])),
        step(f"Now one step with $η = {rate:g}$, for each bias by itself.",
            aligned(*[(f"b_{j + 1}", "←", b[j], "−", rate, "·", by(f"b_{j + 1}"), "=", new[j]) for j in range(3)])),
    )


@page("Updates with something missing", row="9.3")
def bias_update_backwards(given, box):
    """In columns: an error, a learning rate and an old bias found back."""
    delta, old = given("δ", [[4, -1, 6], [2, 7, -3]], low=1, high=9), given("b", [5, -2], low=1, high=6)
    rate, m = given.choice("η", 0.1, 0.2, 0.5), 3
    sums = delta.sum(1)
    given.require(np.all(np.abs(sums) >= 2) and np.all(sums % 3 == 0) and abs(sums[0]) != 3 and abs(delta[0, 2]) > 1)
    lost = box(delta[0, 2], "the lost error", "What is missing for this mean?",
        how="Three times the mean, minus the known errors.",
        slips={"mean_left_out": sums[0] / m - delta[0, 0] - delta[0, 1], "term_left_out": sums[0] - delta[0, 0]})
    mean = box(sums[1] / m, "∂C/∂b_2", "Add along which row?", how="The mean of the second row.",
        slips={"mean_left_out": sums[1], "summed_over_nodes": delta[:, 1].sum()})
    before = box(old[1] - rate * sums[1] / m + rate * mean, "the old b_2", "The step went down. What must be put back?",
        how="The new bias plus the learning rate times the mean.",
        slips={"uphill": old[1] - 2 * rate * sums[1] / m,
            "learning_rate_left_out": old[1] - rate * sums[1] / m + sums[1] / m,
            "summed_not_averaged": old[1] - rate * sums[1] / m + rate * sums[1]})
    grad, start = given("g", -6, low=2, high=8), given("start", 3, low=1, high=5)
    eta = given.choice("η'", 0.3, 0.4, 0.7)
    found = box(eta, "η", "By how much did b move, and for which gradient?", how="Old minus new, over the gradient.",
        slips={"wrong_sign": -eta, "upside_down": 1 / eta})
    every = box((start - found * grad) - found * grad, "b after one more step", "The same gradient, once more.",
        how="The bias minus the same step.", slips={"uphill": start, "step_for_value": -eta * grad})
    return (
        step(f"Errors in columns, one of them lost. The gradient of $b_1$ is ${sums[0] / m:g}$.",
            eq(matrix([[delta[0, 0], delta[0, 1], lost], delta[1]], "δ"))),
        step(f"With $η = {rate:g}$ the second bias became ${old[1] - rate * sums[1] / m:g}$. What was its gradient, "
            "and what was the bias before?",
            eq(by("b_2"), "=", mean, APART, "b_2", "=", before)),
        step(f"Another bias went from ${start:g}$ to ${start - eta * grad:g}$ where the mean of its errors was "
            f"${grad:g}$. Find the learning rate; then take the same step again.",
            eq("η", "=", found, APART, "b", "=", every)),
    )


# -- 9.4 A batch is the mean of its examples ---------------------------------------------------------------------------


@page("A batch is a mean of single examples", row="9.4")
def mean_of_singles(given, box):
    """Costs and gradients of single examples, and those of the batch."""
    a, y = given("a", [[5, 2, 7], [1, 6, 3]], high=9), given("y", [[3, 6, 4], [5, 2, 1]], high=9)
    error = a - y
    single, m = (error**2).sum(0) / 2, 3
    given.distinct(single)
    given.require(np.min(np.abs(error)) >= 2 and np.all(error.sum(1) != 0))
    costs = box(single, "the cost of one example", "Two outputs, two squares. What stands in front?",
        how="Half the sum of both squared errors.",
        slips={"half_left_out": 2 * single, "not_squared": error.sum(0) / 2, "only_one_term": error[0] ** 2 / 2})
    cost = box(np.sum(costs) / m, "C", "Sum or mean?", how="The mean of the three costs.",
        slips={"summed_not_averaged": single.sum(), "mean_taken_twice": single.sum() / m**2})
    one, batch = given("g1", [[4, -2], [1, 6]], high=9), given("g", [[3, 1], [-2, 5]], high=9)
    three = given("g3", [[2, 4], [-4, 3]], high=9)
    left = m * batch - one - three
    given.require(np.all(batch != 0) and np.all(one != 0) and np.all(left != 0) and np.all(np.abs(m * batch) > 2))
    total = box(m * batch, "the sum", "The mean is known. What was the sum?", how="Three times the mean.",
        slips={"mean_left_out": batch, "mean_taken_twice": 9 * batch})
    lost = box(total - one - three, "the gradient of example 2", "What is missing to reach the sum?",
        how="The sum minus the two known gradients.",
        slips={"mean_left_out": batch - one - three, "term_left_out": m * batch - one})
    return (
        step("Predictions and targets of three examples in columns. The cost of each alone is half its squared error:",
            eq(matrix(a, "a"), APART, matrix(y, "y"), "→", row(costs, "single costs"))),
        step("And the cost of the batch?", eq("C", "=", cost)),
        step("Gradients follow the cost: the batch's is the mean of the single ones. Here the second one got lost.",
            eq(matrix(one, "example 1"), APART, matrix(three, "example 3"), APART, matrix(batch, "batch, m = 3"))),
        step("What is the sum of the three, and what was lost?",
            eq(words("sum:"), matrix(total), APART, words("example 2:"), matrix(lost))),
    )


def two_layers(given, x, w1, b1, w2, b2, y, in_columns):
    """A 2–2–1 network, ReLU then plain, on a batch; everything worked out with examples in columns."""
    turn_ = (lambda v: v) if in_columns else np.transpose
    x, w1, b1 = turn_(given("X", x, high=4)), given("W1", w1, high=3), given("b1", b1, high=3)
    w2, b2, y = given("W2", w2, high=3), given("b2", b2, high=4), turn_(given("y", y, low=1, high=9))
    z1 = weighted_sum(w1, x, b1)
    given.require(np.all(w1 @ x != w1.T @ x + b1[:, None]))
    given.require(np.all(z1 != 0) and np.sum(z1 > 0) < z1.size and np.all(z1.max(axis=1) > 0))
    given.require(abs(w2[0, 0]) != abs(w2[0, 1]))
    a1 = relu(z1)
    a2 = weighted_sum(w2, a1, b2)
    delta2 = a2 - y
    given.require(np.min(np.abs(delta2)) >= 2 and np.max(np.abs(delta2)) <= 30 and len(set(np.abs(delta2[0]))) > 1)
    given.require(abs(w1[0, 1]) != abs(w1[1, 0]) and np.all(b1 != 0) and b2[0] != 0)
    dw1, dw2 = bp2(w2, delta2, relu_slope(z1)) @ x.T, delta2 @ a1.T
    given.require(np.min(np.abs(dw1)) >= 1 and np.min(np.abs(dw2)) >= 1 and abs(delta2.sum()) >= 2)
    given.require(dw1[0, 1] != dw1[1, 0])
    return x, w1, b1, w2, b2, y, z1, a1, a2, delta2


BATCH = ([[1, 3], [2, -1]], [[2, 1], [-2, 1]], [1, 2], [[3, -2]], [-1], [[4, 8]])
BATCH_IN_ROWS = ([[2, 1], [1, -3]], [[1, -2], [3, 2]], [3, -1], [[-1, 2]], [1], [[8], [3]])


def forward(box, found, in_columns):
    """The whole way forward of the 2–2–1 network: Z¹, A¹, A², δ² and the cost."""
    x, w1, b1, w2, b2, y, z1, a1, a2, delta2 = found
    lie = (lambda v: v) if in_columns else np.transpose  # how values lie on the page
    first = box(lie(z1), "Z^1", "Which row of the weights belongs to this node? What is added?",
        how="The node's weights times the example, plus the node's bias.",
        slips={"bias_left_out": lie(w1 @ x), "weights_turned": lie(w1.T @ x + b1[:, None])})
    active = box(relu(first), "A^1", "What does ReLU do to each entry?", how="The entry where it is above 0, else 0.",
        slips={"slope_for_value": lie(relu_slope(z1))})
    out = box(lie(weighted_sum(w2, lie(np.asarray(active)), b2)), "A^2", "Two products and what else?",
        how="The weights times both values of the example, plus the bias.",
        slips={"bias_left_out": lie(w2 @ a1), "path_left_out": lie(w2[:, :1] * a1[:1] + b2)})
    delta = box(out - lie(y), "δ^2", "Which comes first, prediction or target?", how="Prediction minus target.",
        slips={"target_minus_prediction": lie(y - a2)})
    cost = box(np.sum(np.asarray(delta) ** 2) / 4, "C", "Two examples: what is 2m?",
        how="The sum of the squares over 2m.",
        slips={"half_left_out": np.sum(delta2**2) / 2, "not_squared": np.sum(delta2) / 4})
    return first, active, out, delta, cost


@page("A batch forward, in columns", row=("9.1", "9.4"))
def forward_columns(given, box):
    """Two examples through two layers, to their errors."""
    found = two_layers(given, *BATCH, in_columns=True)
    x, w1, b1, w2, b2, y = found[:6]
    first, active, out, delta, cost = forward(box, found, in_columns=True)
    return (
        step("Two examples, two layers: ReLU in the first, none in the second.",
            eq(matrix(w1, "W^1"), matrix(x, "X"), "+", column(b1, "b^1"), "=", matrix(first, "Z^1")),
            eq("A^1 = ReLU(Z^1)", "=", matrix(active))),
        step("On to the output.", eq(matrix(w2, "W^2"), "A^1", "+", matrix([b2], "b^2"), "=", matrix(out, "A^2"))),
        step("With the squared error and no activation $δ^2 = A^2 - Y$, a number for each example.",
            eq("A^2", "−", matrix(y, "Y"), "=", matrix(delta, "δ^2"))),
        step("And the cost of the batch?", eq("C", "=", frac(1, "2m"), "Σ_i (δ^{(i)})^2", "=", cost)),
    )


@page("A batch forward, in rows", row=("9.1", "9.4"))
def forward_rows(given, box):
    """The same way for a batch that lies in rows."""
    found = two_layers(given, *BATCH_IN_ROWS, in_columns=False)
    x, w1, b1, w2, b2, y = found[:6]
    first, active, out, delta, cost = forward(box, found, in_columns=False)
    return (
        step("Two examples in rows. $W^1$ and $W^2$ have a row for each node, as ever, and stand transposed behind.",
            eq(matrix(x.T, "X"), matrix(w1.T, "(W^1)^T"), "+", row(b1, "b^1"), "=", matrix(first, "Z^1")),
            eq("A^1 = ReLU(Z^1)", "=", matrix(active))),
        step("On to the output.",
            eq("A^1", matrix(w2.T, "(W^2)^T"), "+", matrix([b2], "b^2"), "=", matrix(out, "A^2"))),
        step("The errors $δ^2 = A^2 - Y$ lie in rows too.",
            eq("A^2", "−", matrix(y.T, "Y"), "=", matrix(delta, "δ^2"))),
        step("And the cost of the batch?", eq("C", "=", frac(1, "2m"), "Σ_i (δ^{(i)})^2", "=", cost)),
    )


def gradients(box, found, in_columns):
    """The whole way back of the 2–2–1 network: δ², its gradients, δ¹ and its gradients."""
    x, _, _, w2, _, _, z1, a1, _, delta2 = found
    lie = (lambda v: v) if in_columns else np.transpose  # how values lie on the page
    m, on = 2, relu_slope(z1)
    back, total2 = w2.T @ delta2, delta2 @ a1.T
    dw2 = box(total2 / m, "∂C/∂W^2", "Error times input, over both examples; sum or mean?",
        how="The mean of error times input.", gradient_of="W2",
        slips={"mean_left_out": total2, "mean_taken_twice": total2 / m**2})
    db2 = box(delta2.sum(1) / m, "∂C/∂b^2", "The mean of which numbers?", how="The mean of the errors.",
        gradient_of="b2", slips={"mean_left_out": delta2.sum(1), "mean_taken_twice": delta2.sum(1) / m**2})
    delta1 = box(lie(back * on), "δ^1", "What comes back through the weight, and does ReLU let it through?",
        how="Weight times error where Z is above zero, else 0.",
        slips={"slope_left_out": lie(back), "upstream_for_downstream": lie(np.tile(delta2, (2, 1)) * on)})
    total1 = lie(np.asarray(delta1)) @ x.T
    key1 = (back * on) @ x.T
    dw1 = box(total1 / m, "∂C/∂W^1", "Error of the row, input of the column; sum or mean?",
        how="The mean of error times input.", gradient_of="W1",
        slips={"mean_left_out": key1, "mean_taken_twice": key1 / m**2, "transposed": key1.T / m,
            "slope_left_out": back @ x.T / m})
    db1 = box(lie(np.asarray(delta1)).sum(1) / m, "∂C/∂b^1", "The mean over what?",
        how="The mean of the node's errors, silent ones counting as 0.", gradient_of="b1",
        slips={"mean_left_out": (back * on).sum(1), "slope_left_out": back.sum(1) / m})
    return dw2, db2, delta1, dw1, db1


@page("A batch backward, in columns", row=("9.1", "9.2", "9.4"))
def backward_columns(given, box):
    """From two errors to every gradient; the mean is taken at the parameters."""
    found = two_layers(given, *BATCH, in_columns=True)
    x, _, _, w2, _, _, z1, a1, _, delta2 = found
    dw2, db2, delta1, dw1, db1 = gradients(box, found, in_columns=True)
    return (
        step("The forward pass is done. Gradients of the second layer:",
            eq(matrix(delta2, "δ^2"), APART, matrix(a1, "A^1"), "→", matrix(dw2, "∂C/∂W^2"), matrix([db2], "∂C/∂b^2"))),
        step("Back to the hidden layer, whose $Z^1$ went through ReLU.",
            eq(matrix(w2, "W^2"), APART, matrix(z1, "Z^1"), "→", matrix(delta1, "δ^1"))),
        step("Gradients of the first layer:", eq(matrix(x, "X"), "→", matrix(dw1, "∂C/∂W^1"), column(db1, "∂C/∂b^1"))),
    )


@page("A batch backward, in rows", row=("9.1", "9.2", "9.4"))
def backward_rows(given, box):
    """New numbers, examples in rows: the gradients have the same shapes as ever."""
    found = two_layers(given, *BATCH_IN_ROWS, in_columns=False)
    x, _, _, w2, _, _, z1, a1, _, delta2 = found
    dw2, db2, delta1, dw1, db1 = gradients(box, found, in_columns=False)
    return (
        step("Another batch, in rows. Gradients of the second layer, shaped like $W^2$ and $b^2$:",
            eq(matrix(delta2.T, "δ^2"), APART, matrix(a1.T, "A^1")),
            eq("→", matrix(dw2, "∂C/∂W^2"), APART, matrix([db2], "∂C/∂b^2"))),
        step("Back to the hidden layer: $δ^1 = (δ^2 W^2) ⊙ σ'(Z^1)$, with ReLU.",
            eq(matrix(w2, "W^2"), APART, matrix(z1.T, "Z^1"), "→", matrix(delta1, "δ^1"))),
        step("Gradients of the first layer, $W^1$ with a row for each node:",
            eq(matrix(x.T, "X"), "→", matrix(dw1, "∂C/∂W^1"), row(db1, "∂C/∂b^1"))),
        say("Columns or rows, the numbers are the same; only the sums run another way."),
    )
