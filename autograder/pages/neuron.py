"""Chapter 4: names of weights, the neuron, a layer as matrix times vector, shapes, a forward pass, a neuron's slope."""

from __future__ import annotations

import numpy as np

from ..authoring import ask
from ..authoring.page import page
from ..engine.activations import relu, relu_slope, sigmoid, tanh
from ..engine.expressions import Name
from ..layout import (
    Shape,
    aligned,
    column,
    echo,
    eq,
    group,
    indexed,
    lit,
    matrix,
    network,
    row,
    say,
    step,
    table,
    term,
)
from ..layout.phrases import APART, added, by, words
from ..layout.sketches import neuron

LAYERS = ["layer 0", "layer 1", "layer 2"]
GAP = words("\u2005")  # clear of the number on a box's corner


# -- 4.1 Names of nodes, weights and biases ----------------------------------------------------------------------------


@page("What the letters count", row="4.1")
def letters(given, box):
    """Layers, nodes, and the letters that run over them."""
    sizes = given("sizes", [3, 4, 2], low=2, high=4)
    given.require(sizes[0] != sizes[1] != sizes[2] and sizes[0] != sizes[2])
    last = box(2, "L", "Where does counting begin?", how="The layers after the inputs; the inputs are layer 0.",
        slips={"inputs_counted_as_layer": 3})
    nodes = box(sizes, "the nodes of layer l", "How many circles does this layer have?",
        how="The number of circles in each layer.", slips={"other_layer": np.roll(sizes, 1)})
    which = box(["m", "n", "j", "k", "w", "b"], "the letter", "Which letter does the text above use for this?",
        how="As the text above names them.", options=("m", "n", "j", "k", "w", "b"),
        slips={"inputs_for_examples": ["n", "n", "j", "k", "w", "b"],
            "examples_for_inputs": ["m", "m", "j", "k", "w", "b"],
            "indices_swapped": ["m", "n", "k", "j", "w", "b"]})
    asked = ("how many examples there are", "how many inputs an example has", "the node an edge ends at",
        "the node it comes from", "the number on the edge", "the number that is added in a node")
    return (
        step("The inputs are layer 0. Every column of nodes after them is a layer that computes. The last one has the "
            "number $L$, and $l$ stands for any of them. How many nodes does each layer have?",
            network([[f"{i + 1}" for i in range(int(n))] for n in sizes], [None, None], gap=215, row_gap=78,
                captions=LAYERS),
            eq("L", "=", last, APART, "nodes:", nodes[0], ",", nodes[1], ",", nodes[2])),
        step("There are $m$ examples with $n$ inputs each. An edge into layer $l$ goes **to** node $j$ **from** node "
            "$k$ of the layer before and carries a weight $w$. In each node a bias $b$ is added. Which letter is it? "
            "Try without looking back.",
            table(["", "letter"], *[(words(text), letter) for text, letter in zip(asked, which, strict=True)])),
    )


def index_boxes(box, name: str, layer: int, to: int, source: int):
    """The three indices of a weight as boxes: its layer above, to and from below. Who swaps to and from loses one."""
    above = box(float(layer), f"the layer of {name}", "Which layer does this edge enter?",
        how="The number of the layer that the edge enters.", slips={"layer_it_leaves": layer - 1.0})
    j = box(float(to), f"to, of {name}", "At which node does the edge end?",
        how="The number of the node the edge ends at.", slips={"indices_swapped": float(source)})
    k = box(float(to if j == source else source), f"from, of {name}", "At which node does the edge start?",
        how="The number of the node the edge starts at.", slips={"indices_swapped": float(to)})
    return indexed("w", above, group(j, k))


@page("Which weight is this?", row="4.1")
def read_the_index(given, box):
    """Three edges of a drawn network; each has a layer, a to and a from."""
    a = given.choice("A", (1, 3, 1), (1, 3, 2), (1, 1, 2), (1, 2, 1))
    b = given.choice("B", (2, 2, 1), (2, 1, 2), (2, 2, 3))
    c = given.choice("C", (2, 1, 3), (2, 1, 2), (2, 2, 3), (2, 2, 1))
    given.require(b != c)
    named = {"A": a, "B": b, "C": c}
    weights = [np.full((3, 2), None, dtype=object), np.full((2, 3), None, dtype=object)]
    for letter, (layer, j, k) in named.items():
        weights[layer - 1][j - 1, k - 1] = letter
    found = [index_boxes(box, letter, *edge) for letter, edge in named.items()]
    return (
        step("Every edge carries a weight, and its name says where it is: $w^{(l)}_{jk}$ belongs to layer $l$ and goes "
            "**to** node $j$ **from** node $k$ of the layer before. Name each marked edge: the layer above, and below "
            "it the node the edge goes to, then the node it comes from.",
            network([["1", "2"], ["1", "2", "3"], ["1", "2"]], weights, gap=225, row_gap=106, captions=LAYERS,
                along=(0.24, 0.3, 0.24), title="A 2–3–2 network with three of its edges marked A, B and C"),
            eq(*[part for letter, weight in zip(named, found, strict=True)
                for part in (group(f"{letter}:", weight), APART)][:-1])),
        say("The end before the start: that looks backwards. It pays off when the weights stand in a matrix, where "
            "each row belongs to the node that the edges go to."),
    )


@page("Find the weight", row="4.1")
def weight_from_index(given, box):
    """From a name to its edge, and to the number on it. Who reads one name backwards, reads its partner so too."""
    w1, w2 = given("W1", [[4, -2], [7, 5]], low=1, high=12), given("W2", [[3, 6], [-8, 9]], low=1, high=12)
    given.distinct(np.abs(w1), np.abs(w2))
    asked = [("w^{(1)}_{12}", w1[0, 1], w1[1, 0], w2[0, 1]), ("w^{(1)}_{21}", w1[1, 0], w1[0, 1], w2[1, 0]),
        ("w^{(2)}_{12}", w2[0, 1], w2[1, 0], w1[0, 1]), ("w^{(2)}_{21}", w2[1, 0], w2[0, 1], w1[1, 0])]
    found: list = []
    for i, (name, key, swapped, other) in enumerate(asked):
        turned = i % 2 == 1 and found[-1] == key
        found.append(box(swapped if turned else key, name, "Which layer does it enter? To which node, from which?",
            how="Into the layer named above; to the first node named below, from the second.",
            slips={"indices_swapped": swapped, "other_layer": other}))
    layer, j, k = given.choice("edge", (2, 1, 2), (2, 2, 1), (1, 1, 2), (1, 2, 1))
    names = ("x_1", "x_2", "h_1", "h_2", "y_1", "y_2")
    start = box(names[2 * layer - 3 + k], "the start", "Which index says where an edge comes from?", options=names,
        how="The second index, counted in the layer before.", slips={"indices_swapped": names[2 * layer - 3 + j]})
    turned = start == names[2 * layer - 3 + j]
    end = box(names[2 * layer - 1 + (k if turned else j)], "the end", "Which index says where an edge goes?",
        options=names, how="The first index, counted in the layer that the weight belongs to.",
        slips={"indices_swapped": names[2 * layer - 1 + k]})
    return (
        step("Now from the name to the number. The layer stands above; below stand the node the edge goes to, then the "
            "node it comes from.",
            network([["x_1", "x_2"], ["h_1", "h_2"], ["y_1", "y_2"]], [w1, w2], gap=225, row_gap=120, captions=LAYERS,
                along=(0.3,), title="A 2–2–2 network with a number on each of its eight edges"),
            *[eq(asked[i][0], "=", found[i], APART, asked[i + 1][0], "=", found[i + 1]) for i in (0, 2)]),
        step(f"Which nodes does $w^{{({layer})}}_{{{j}{k}}}$ join?", eq("from", start, words("to"), end)),
    )


@page("A row for each node", row="4.1")
def weight_matrix(given, box):
    """From the edges into the matrix, and from a matrix back onto the edges."""
    w = given("W", [[2, -1, 4], [3, 5, -6]], high=9, distinct=abs)
    back = given("V", [[1, -4], [6, 3]], low=1, high=7, distinct=abs)
    full = box(w, "W", "The row is the node the edge goes to. What is the column?",
        how="Row: the node it goes to. Column: the node it comes from.",
        slips={"filled_by_senders": w.T.reshape(2, 3)})
    edges = box(back.T, "the weight on the edge", "Which row belongs to the node where this edge ends?",
        how="The entry in the row of the node it goes to, in the column of the node it comes from.",
        slips={"transposed": back})  # numbered down the drawing: the edges of one node, then those of the next
    return (
        step("The weight $w_{jk}$ stands in row $j$ and column $k$. Move all six into the matrix.",
            network([["1", "2", "3"], ["1", "2"]], [w], gap=330, row_gap=104, along=(1 / 3,),
                title="Three inputs joined to two nodes by six weights"),
            eq("W", "=", matrix(full))),
        step("Now the other way: write these four on their edges.",
            eq("V", "=", matrix(back)),
            network([["1", "2"], ["1", "2"]], [edges.T], gap=350, row_gap=190, along=(0.3,),
                title="Two inputs joined to two nodes; the four edges have boxes")),
    )


@page("Where biases live", row="4.1")
def biases(given, box):
    """The index of a bias, one for each node or one for a whole layer."""
    p, q = given.choice("P", (1, 3), (1, 2), (2, 1)), given.choice("Q", (2, 1), (1, 3), (2, 2), (1, 2))
    given.require(p != q and p[0] != p[1])
    nodes = [["", ""], ["", "", ""], ["", ""]]
    for letter, (layer, j) in {"P": p, "Q": q}.items():
        nodes[layer][j - 1] = letter
    read = []
    for letter, (layer, j) in {"P": p, "Q": q}.items():
        swapped = "You swapped the two: the layer stands above, the node below."
        either = "Another layer, or the number of the node? The layer stands above."
        other = {"other_layer": 3.0 - layer, **({"indices_swapped": float(j)} if j == 3 else {})}
        above = box(float(layer), f"the layer of {letter}", "In which layer is this bias added?",
            how="The layer of its node.",
            slips=other,
            words={"indices_swapped": swapped} if j == 3 else {"other_layer": either} if j != layer else {})
        read.append(indexed("b", above, box(float(layer if above == j else j), f"the node of {letter}",
            "Which node of its layer is it?", how="The number of its node, counted from the top.",
            slips={"indices_swapped": float(layer)} if j != layer else {},
            words={"indices_swapped": swapped} if j != layer else {})))
    sizes = given("sizes", [4, 3, 2], low=2, high=9, distinct=True)
    each = box(sizes[1:], "biases, one per node", "How many nodes add a bias in this layer?",
        how="One for each node of the layer.", slips={"bias_of_senders": sizes[:-1]})
    shared = box([1, 1], "biases, one per layer", "How many biases does a layer share?",
        how="A single number for the whole layer.")
    return (
        step("A bias is added in a node, so its name $b^{(l)}_j$ has the layer and one node. Which biases are added at "
            "P and at Q?",
            network(nodes, [None, None], gap=225, row_gap=104, captions=LAYERS,
                title="A 2–3–2 network; two of its nodes are marked P and Q"),
            eq("P:", read[0], APART, "Q:", read[1])),
        step(f"Another network has {sizes[0]:g} inputs, then {sizes[1]:g} nodes, then {sizes[2]:g}. Some books give "
            "each node a bias of its own, others give each layer a single one. How many biases does a layer have?",
            table(["layer", "one per node", "one per layer"], ("1", each[0], shared[0]), ("2", each[1], shared[1]))),
    )


# -- 4.2 The neuron function -------------------------------------------------------------------------------------------


@page("One neuron by hand", row="4.2")
def neuron_by_hand(given, box):
    """Products, their sum, the bias, the activation."""
    x, w, b = given("x", [2, 1, 3], low=1, high=6), given("w", [1, 3, -1], high=5), given("b", 2, low=1, high=6)
    total = w @ x
    given.require(total != 0 and total + b > 1)
    given.apart(w * x, w + x, np.abs(w * x))
    given.apart(total, w[:2] @ x[:2], np.abs(w) @ x)
    products = ask.product(box, w, x, "w ⊙ x", "What does a weight do to its input?",
        how="Each weight times its input.", slips={"sign_lost": np.abs(w * x)})
    s = box(np.sum(products), "the sum", "Which numbers are added?", how="The sum of the products.",
        slips={"term_left_out": products[0] + products[1], "sign_lost": np.sum(np.abs(products))})
    z = box(s + b, "z", "What is added to the sum before the activation?", how="The sum plus the bias.",
        slips={"bias_left_out": s, "bias_subtracted": s - b})
    a = box(relu(z), "a", "Is this number above zero? What does ReLU make of it?",
        how="ReLU leaves a positive number as it is.", slips={"slope_for_value": relu_slope(z)})
    return (
        step("A neuron multiplies, adds, and applies its activation. First each input is multiplied by its weight, and "
            "the products are added.",
            eq(column(w, "w"), "⊙", column(x, "x"), "=", column(products), APART, words("added up:"), s)),
        step("Then the bias is added, and ReLU comes last: $max(0, z)$.",
            neuron(x, w, b, z, a, title="One neuron with three inputs, its sum and ReLU")),
    )


@page("What is missing?", row="4.2")
def what_is_missing(given, box):
    """A weight, a bias and an input, each found back from z."""
    x, w, b = given("x", [2, 3, 1], high=5), given("w", [1, 2, -1], high=5), given("b", -3, low=1, high=6)
    z, others = w @ x + b, w[0] * x[0] + w[2] * x[2]
    given.require(x[1] > 1 and z > 1 and abs(w[1]) > 1 and b + others != 0)
    given.apart(w[1], w[1] * x[1], (z - others) / x[1], (z - b) / x[1])
    weight = box(w[1], "w_2", "What must this product be, so that everything adds up to z?",
        how="z minus the bias and the other products, over the input.",
        slips={"product_for_factor": w[1] * x[1], "bias_left_out": (z - others) / x[1],
            "term_left_out": (z - b) / x[1]})
    up = box(relu(z), "a", "Does ReLU change this z?", how="ReLU leaves a positive number as it is.",
        slips={"slope_for_value": 1.0})
    u, v = given("x'", [4, 2], low=1, high=6), given("w'", [-2, 1], high=5)
    c = given("b'", 3, low=2, high=6)
    given.require(v @ u + c <= -2)
    bias = box(c, "b", "How far is the sum of the products from z?", how="z minus the sum of the products.",
        slips={"wrong_sign": -c})
    silent = box(relu(v @ u + c), "a", "On which side of zero is z?", how="ReLU gives 0 for a negative number.",
        slips={"activation_left_out": v @ u + c, "sign_flipped_only": -(v @ u + c)})
    return (
        step("One weight is hidden. Find it from $z$, and then what comes out.",
            neuron(x, [w[0], weight, w[2]], b, f"z = {z:g}", up,
                title=f"A neuron with one weight missing; its sum is {z:g}")),
        step("Here it is the bias.",
            neuron(u, v, bias, f"z = {v @ u + c:g}", silent,
                title=f"A neuron with its bias missing; its sum is {v @ u + c:g}")),
    )


@page("Many numbers in, one out", row="4.2")
def many_in_one_out(given, box):
    """A row times a column is one number, which any activation may bend."""
    w = given("w", [0.5, -1, 1], step=0.5, low=0.5, high=1.5)
    x, b = given("x", [2, 1, 0.5], step=0.5, low=0.5, high=2), given("b", 1, step=0.5, low=0.5, high=1.5)
    total = w @ x
    z0 = total + b
    given.require(total != 0 and 0.25 < abs(z0) <= 2.5 and z0 != 1 and w[2] * x[2] != 2 * w @ x)
    shapes = [box(Shape(shape), name, "How many rows, how many columns?", how=f"A {kind} of three entries.",
        slips={"transposed": Shape(shape[::-1])}) for shape, name,
        kind in (((1, 3), "the shape of w^T", "row"), ((3, 1), "the shape of x", "column"))]
    one = box(Shape((shapes[0][0], shapes[1][1])), "the shape of w^T x",
        "Which numbers of the two shapes are left over?",
        how="The outer numbers of the two shapes: a single number.", slips={"outer_for_inner": Shape((3, 3))})
    s = box(total, "w^T x", "First times first, second times second, …?", how="The sum of the products.",
        slips={"sign_lost": np.abs(w) @ x, "term_left_out": w[:2] @ x[:2]})
    z = box(s + b, "z", "What else goes into the sum?", how="The product plus the bias.",
        slips={"bias_left_out": s, "bias_subtracted": s - b})
    slip = {"slope_for_value": 1.0} if z0 > 0 else {"sign_flipped_only": abs(z0)}
    a = box(relu(z), "ReLU(z)", "Which is larger, z or 0?", how="z where it is positive, otherwise 0.", slips=slip)
    bent = box([sigmoid(z), tanh(z)], "σ(z) and tanh(z)", "Did you put z into the formula, with its sign?", digits=3,
        how="z put into the formula of the activation.",
        slips={"exponent_sign": [sigmoid(-z), np.nan], "wrong_sign": [np.nan, tanh(-z)],
            "activation_left_out": [z, z], "tanh_for_sigmoid": [tanh(z), np.nan],
            "sigmoid_for_tanh": [np.nan, sigmoid(z)]},
        words={"tanh_for_sigmoid": "That is the tanh of z. This box is about the sigmoid.",
            "sigmoid_for_tanh": "That is the sigmoid of z. This box is about tanh."})
    return (
        step("Let $w$ and $x$ be columns of 3 entries each. Written as a row times a column, $w^T x$, a neuron turns a "
            "whole vector into one number. What are the shapes?",
            eq("w^T:", shapes[0], APART, "x:", shapes[1], APART, "w^T x:", one)),
        step("Multiply, and add the bias.",
            eq(row(w, "w^T"), column(x, "x"), "=", s),
            eq("z", "=", "w^T x", *added(b), "=", z)),
        step("Three neurons with this $z$, each with another activation: $ReLU(z) = max(0, z)$, $σ(z) = 1/(1 + "
            "e^{−z})$, $tanh(z) = (e^z − e^{−z})/(e^z + e^{−z})$.",
            table(["", "ReLU", "σ", "tanh"], ("a", a, bent[0], bent[1]))),
    )


# -- 4.3 A layer -------------------------------------------------------------------------------------------------------


@page("A layer is a matrix times a vector", row="4.3")
def layer_times_vector(given, box):
    """Two neurons at once: products, sums, one bias for the layer, ReLU."""
    w, a = given("W", [[5, 2], [3, 6]], low=1, high=7), given("a", [10, 20], low=2, distinct=True)
    b = given("b", 6, low=1, high=9)
    given.apart(w * a, w + a, w * a[::-1])
    sums0 = w @ a
    given.apart(sums0, w.T @ a, w[:, 0] * a[0], w[:, 1] * a[1])
    products = ask.product(box, w, a, "the products", "Which weight meets which entry of the vector?",
        how="Each weight times the entry of its column.", slips={"other_column": w * a[::-1]})
    sums = box(products.sum(axis=1), "W a", "Which row meets the vector?", how="The sum along each row.",
        slips={"columns_for_rows": w.T @ a, "only_one_term": w[:, 0] * a[0]})
    z = box(sums + b, "z", "Does every node get the bias?", how="The bias added to each entry.",
        slips={"bias_left_out": sums, "bias_subtracted": sums - b})
    out = box(relu(z), "a of the layer", "Is this number above zero? What does ReLU make of it?",
        how="Both are positive, so ReLU leaves them.", slips={"slope_for_value": relu_slope(z)})
    return (
        step("Two nodes, two inputs, four weights. A row of $W$ for each node.",
            network([lit("a_{j}", a), ["z_1", "z_2"]], [lit("w_{j}{k}", w, uses="a_{k}")],
                names=[["a_1", "a_2"], ["", ""]], below=[(), echo(z)], gap=300, row_gap=124, along=(0.28,),
                title="Two inputs joined to two nodes by four weights")),
        step("Each row meets the vector: multiply entry by entry, then add.",
            eq(matrix(lit("w_{j}{k}", w, uses="a_{k}"), "W"), column(lit("a_{j}", a), "a"), "=",
                column([group(lit(f"w_{i}1", products[i - 1, 0]), "+",
                    lit(f"w_{i}2", products[i - 1, 1])) for i in (1, 2)]), "=", column(sums))),
        step(f"This layer has one bias for both nodes, {b:g}, and its activation is ReLU.",
            eq("z", "=", "Wa", *added(b), "=", column(z), APART, "ReLU(z)", "=", column(out))),
    )


@page("What ReLU cuts away", row="4.3")
def layer_and_relu(given, box):
    """Three nodes with a bias each; some fall silent."""
    w = given("W", [[1, -2], [3, 1], [-2, 2]], high=4)
    a, b = given("a", [3, 1], low=1, high=5, distinct=True), given("b", [2, -4, 1], low=1, high=5)
    wa = w @ a
    given.require(np.any(wa + b < 0) and np.sum(wa + b > 0) >= 1 and np.all(wa + b != 0))
    given.apart(wa, w @ a[::-1], w[:, 0] * a[0])
    given.apart(wa + b, wa, wa - b)
    sums = box(wa, "W a", "Which row meets the vector?", how="Each row times the vector.",
        slips={"only_one_term": w[:, 0] * a[0], "other_column": w @ a[::-1],
            "sign_lost": np.where(np.any(w < 0, axis=1), np.abs(w) @ a, np.nan)},
        words={"other_column": "Each weight meets the entry of its own column: the first the first."})
    z = box(sums + b, "z", "Each node has a bias of its own here. Which?", how="The sum and the bias of the same node.",
        slips={"bias_left_out": sums, "bias_subtracted": sums - b})
    out = box(relu(z), "a", "On which side of zero is this z?", how="z where it is positive, otherwise 0.",
        slips={"activation_left_out": z, "sign_flipped_only": np.abs(z)})
    return (
        step("Three nodes and two inputs.", eq(matrix(w, "W"), column(a, "a"), "=", column(sums))),
        step("Add the biases, one for each node. Then ReLU.",
            eq(column(b, "b"), APART, "z", "=", column(z), APART, "ReLU(z)", "=", column(out))),
        say("A node whose value ReLU cuts to 0 is silent for this example: it hands nothing on."),
    )
@page("Weights rubbed out", row="4.3")
def weights_rubbed_out(given, box):
    """A weight in each row and every bias found back."""
    w = given("W", [[2, 3, -1], [4, -2, 1], [-3, 5, 2]], high=5)
    a, b = given("a", [2, 4, 3], low=2, high=5, distinct=True), given("b", [1, -5, 2], low=1, high=5)
    holes = [(0, 1), (1, 0), (2, 2)]
    wa, rest = w @ a, np.array([w[i] @ a - w[i, j] * a[j] for i, j in holes])
    lost, at = np.array([w[h] for h in holes]), np.array([a[j] for _, j in holes])
    given.require(np.all(lost != 0) and np.all(rest != 0) and np.min(np.abs(wa)) > 1)
    given.apart(lost, lost * at, wa / at)
    given.require(np.all(b != wa) and np.all(wa + b != 0) and 0 < np.sum(wa + b > 0) < 3)
    product, whole = w.astype(float), w.astype(float)
    for i, hole in enumerate(holes):
        product[hole], whole[hole] = lost[i] * at[i], wa[i] / at[i]
    weights = box(w, "W", "What must this product contribute, and what does the weight multiply?", only=holes,
        how="What is missing in the sum of its row, over the entry it multiplies.",
        slips={"product_for_factor": product, "term_left_out": whole})
    bias = box(b, "b", "How far is z from the product?", how="z minus the entry of the product.",
        slips={"wrong_sign": -b})
    out = box(relu(wa + b), "a", "On which side of zero is this z?", how="z where it is positive, otherwise 0.",
        slips={"activation_left_out": wa + b, "sign_flipped_only": np.abs(wa + b)})
    return (
        step("One weight of each row is missing. Find it.", eq(matrix(weights, "W"), column(a, "a"), "=", column(wa))),
        step("Then a bias was added to each. Which biases were they, and what does ReLU make of the sums?",
            eq(column(wa, "Wa"), "+", column(bias, "b"), "=", column(wa + b, "z"), "→", column(out, "ReLU(z)"))),
    )


# -- 4.4 Shapes, and a whole forward pass ------------------------------------------------------------------------------


@page("Shapes through a network", row="4.4")
def shapes_through_network(given, box):
    """Rows × columns of everything on the way forward. Who turns the first matrix, or vector, turns all of them."""
    sizes = given("sizes", [4, 3, 5, 2], low=2, high=9, distinct=True)
    n = [int(size) for size in sizes]
    lines, rows_first, tall = [], True, True
    for i in (1, 2, 3):
        w = box(Shape((n[i], n[i - 1]) if rows_first else (n[i - 1], n[i])), f"the shape of W^{{({i})}}",
            "A row for each what, a column for each what?",
            how="A row for each node of the layer, a column for each node before it.",
            slips={"transposed": Shape((n[i - 1], n[i]))})
        rows_first = w != (n[0], n[1]) if i == 1 else rows_first
        a = box(Shape((n[i - 1], 1) if tall else (1, n[i - 1])), f"the shape of a^{{({i - 1})}}",
            "How many entries stand in this column?",
            how="A column with the values of the layer before.",
            slips={"transposed": Shape((1, n[i - 1])), "other_layer": Shape((n[i], 1))})
        tall = a != (1, n[0]) if i == 1 else tall
        one_each = Shape((n[i], 1) if tall else (1, n[i]))
        b = box(one_each, f"the shape of b^{{({i})}}", "To which vector is the bias added?",
            how="A column, one bias for each node of the layer.",
            slips={"transposed": Shape((1, n[i])), "other_layer": Shape((n[i - 1], 1))})
        z = box(one_each, f"the shape of z^{{({i})}}", "Which numbers are left over when W meets a?",
            how="A column, one sum for each node of the layer.",
            slips={"transposed": Shape((1, n[i])), "other_layer": Shape((n[i - 1], 1))})
        lines.append((str(i), w, a, b, z))
    return (
        step(f"A network has {n[0]} inputs and layers of {n[1]}, {n[2]} and {n[3]} nodes, each node with a bias. "
            "Vectors are columns. Every layer computes $z^{(l)} = W^{(l)} a^{(l−1)} + b^{(l)}$. Write all the shapes.",
            table(["l", "W^{(l)}", "a^{(l−1)}", "b^{(l)}", "z^{(l)}"], *lines)),
        say("The inner numbers must be equal, and the outer ones remain: a layer turns a column of one height into a "
            "column of another."),
    )


@page("Make it fit", row="4.4")
def make_it_fit(given, box):
    """One shape missing in each product; then which product it must be."""
    n, k, m = (int(v) for v in given("sizes", [3, 4, 5], low=2, high=7))
    given.distinct(n, k, m)
    left = box(Shape((n, k)), "the shape of W", "What must the inner numbers do?",
        how="Rows from the result, columns from the height of the vector.", slips={"transposed": Shape((k, n))})
    right = box(Shape((m, 1)), "the shape of a", "How many columns does the matrix in front have?",
        how="As high as the matrix is wide.", slips={"transposed": Shape((1, m))})
    result = box(Shape((k, n)), "the shape of the product", "Which numbers are left over?",
        how="Rows of the first, columns of the last.", slips={"transposed": Shape((n, k))})
    inner = box(Shape((m, k)), "the shape in the middle", "What must fit on its left, and what on its right?",
        how="Rows fit the matrix in front, columns the vector behind.", slips={"transposed": Shape((k, m))})
    options = ("W a", "W^T a", "a W")
    cases = [(n, k, "W a"), (k, n, "W^T a"), (m, n, "W a"), (n, m, "W^T a")]
    cases = [cases[i] for i in given.choice("cases", (0, 1, 3), (1, 0, 2), (0, 3, 2), (1, 2, 3))]
    which = box([case[2] for case in cases], "the product that fits", "Which inner numbers are equal?", options=options,
        how="The one in which the inner numbers are equal.",
        slips={"transpose_left_out": ["W a"] * 3, "vector_in_front": ["a W"] * 3, "transposed": ["W^T a"] * 3})
    heights = [case[1] if case[2] == "W a" else case[0] for case in cases]
    return (
        step("One shape is missing in each line. The inner numbers must be equal.",
            aligned((left, "·", f"{k}×1", "=", f"{n}×1"),
                (f"{n}×{m}", "·", right, "=", f"{n}×1"),
                (f"{k}×1", "·", f"1×{n}", "=", result),
                (group(f"{n}×{m}", "·", inner), "·", f"{k}×1", "=", f"{n}×1"))),
        step("Not everybody stores weights as we do. Here are a matrix and the column $a$ of values that come into the "
            "layer. Which product can be formed?",
            table(["W", "a", "the product"],
                *[(f"{case[0]}×{case[1]}", f"{h}×1", word) for case, h,
                    word in zip(cases, heights, which, strict=True)])),
    )


@page("Counting what is learnt", row=("4.1", "4.4"))
def counting(given, box):
    """Weights and biases of a network, layer by layer."""
    sizes = given("sizes", [4, 3, 2], low=2, high=9, distinct=True)
    n0, n1, n2 = sizes
    given.apart(n1 * n0, n1 + n0)
    given.apart(n1, n0, n2)
    w = box([n0 * n1, n1 * n2], "weights", "How many edges enter each node of this layer?",
        how="Nodes of the layer times nodes before it.", slips={"nodes_added": [n0 + n1, n1 + n2]})
    b = box([n1, n2], "biases", "How many nodes add a bias here?", how="One for each node of the layer.",
        slips={"bias_of_senders": [n0, n1]})
    both = box(np.asarray(w) + np.asarray(b), "weights and biases", "How many numbers does the layer learn in all?",
        how="Weights plus biases.", slips={"bias_left_out": w},
        words={"bias_left_out": "Those are the weights. The biases are learnt too."})
    total = box(np.sum(both), "all parameters", "Does every layer count?", how="The sum over both layers.",
        slips={"bias_left_out": np.sum(w), "only_one_term": both[0]},
        words={"bias_left_out": "Those are the weights. The biases are learnt too."})
    deeper = given("deeper", 5, low=2, high=9)
    given.require(deeper not in sizes)
    new = box(deeper * n2 + deeper, "new parameters", "Which edges enter the new layer, and which biases?",
        how="New nodes times the nodes before them, plus a bias for each.",
        slips={"bias_left_out": deeper * n2, "nodes_added": 2 * deeper + n2, "added_not_multiplied": deeper + n2},
        words={"bias_left_out": "Those are the weights. Each node of the new layer has a bias too.",
            "added_not_multiplied": "You added the nodes. Every node is joined to every node of the layer before."})
    return (
        step(f"A network has {n0:g} inputs, {n1:g} hidden nodes and {n2:g} outputs; each node has its own bias. How "
            "many numbers does it learn?",
            table(["layer", "weights", "biases", "together"], *[(str(i + 1), w[i], b[i], both[i]) for i in (0, 1)]),
            eq("altogether:", total)),
        step(f"Add another layer of {deeper:g} nodes after the outputs. How many more numbers is that?", eq(new)),
    )


@page("All the way through", row="4.4")
def forward_pass(given, box):
    """A 2–3–1 network as two layers of matrices."""
    x = given("x", [3, 1], low=1, high=4, distinct=True)
    w1, b1 = given("W1", [[2, -1], [1, 1], [-1, 2]], high=3), given("b1", [-1, -2, -2], low=1, high=4)
    w2, b2 = given("W2", [[2, -1, 3]], low=1, high=4), given("b2", 3, low=1, high=5)
    z1 = w1 @ x + b1
    given.require(np.any(z1 < 0) and np.all(z1 != 0) and np.any(z1 > 0))
    z2 = (w2 @ relu(z1))[0] + b2
    given.apart(z1, w1 @ x, w1 @ x - b1, w1 @ x[::-1] + b1)
    given.require(z2 > 1)
    given.apart(z2, z2 - b2, (w2 @ z1)[0] + b2, z2 - 2 * b2)
    given.require(np.min(np.abs(z1)) >= 1)
    first = box(z1, "z^{(1)}", "Row times column, and then?",
        how="Each row of the first weights times x, plus the bias.",
        slips={"bias_left_out": w1 @ x, "bias_subtracted": w1 @ x - b1, "other_column": w1 @ x[::-1] + b1})
    hidden = box(relu(first), "a^{(1)}", "On which side of zero is this sum?",
        how="z where it is positive, otherwise 0.",
        slips={"activation_left_out": first, "sign_flipped_only": np.abs(first)})
    second = box((w2 @ hidden)[0] + b2, "z^{(2)}",
        "What comes into the second layer: the sums, or what ReLU left of them?",
        how="The second weights times the hidden values, plus the bias.",
        slips={"bias_left_out": (w2 @ hidden)[0], "activation_left_out": (w2 @ np.asarray(first))[0] + b2,
            "bias_subtracted": (w2 @ hidden)[0] - b2})
    out = box(relu(second), "a^{(2)}", "Does ReLU change this?", how="ReLU leaves a positive number as it is.",
        slips={"slope_for_value": 1.0})
    return (
        step("Two inputs, three hidden nodes, one output, and ReLU in both layers. What one layer gives, the next one "
            "takes.",
            network([lit("x_{j}", x), ["a^{(1)}_1", "a^{(1)}_2", "a^{(1)}_3"], ["a^{(2)}"]],
                [lit("w_{j}{k}", w1, uses="x_{k}"), lit("v_{j}{k}", w2)],
                names=[["x_1", "x_2"], echo(hidden), [echo(out)]],
                below=[(), [f"b = {b:g}" for b in b1], [f"b = {b2:g}"]], along=((0.65,), (0.5,)), gap=225, row_gap=122,
                title="A 2–3–1 network with all its weights and biases")),
        step("The first layer.",
            eq(matrix(lit("w_{j}{k}", w1), "W^{(1)}"), column(lit("x_{j}", x), "x"), "+", column(b1, "b^{(1)}"), "=",
                column(first, "z^{(1)}"), "→", column(hidden, "a^{(1)}"))),
        step("The second.", eq(row(lit("v_{j}{k}", w2)[0], "W^{(2)}"), "a^{(1)}", *added(b2), "=", second, "→", out)),
    )


@page("Fill the nodes", row="4.4")
def fill_the_nodes(given, box):
    """Three layers with ReLU, the values written where they belong."""
    x = given("x", [2, 1], low=1, high=3, distinct=True)
    w1, b1 = given("W1", [[2, 3], [1, 4]], low=1, high=4), given("b1", [-2, 1], low=1, high=3)
    w2, b2 = given("W2", [[1, -1], [-1, 2]], low=1, high=3), given("b2", [-4, 2], low=1, high=4)
    w3, b3 = given("W3", [[3, 2]], low=1, high=3), given("b3", -4, low=1, high=5)
    z1 = w1 @ x + b1
    z2 = w2 @ relu(z1) + b2
    z3 = w3 @ relu(z2) + b3
    given.require(np.all(z1 > 0) and np.min(z2) < 0 < np.max(z2) and z3[0] > 0 and np.max(z3) < 60)
    given.apart(z1, relu(z1 - b1), relu(z1 - 2 * b1), relu(w1.T @ x + b1))
    given.apart(relu(z2), relu(z2 - b2), z2)
    given.apart(z2, z2 - b2, relu_slope(z2))
    given.apart(z3, z3 - b3, relu(w3 @ z2 + b3))
    a1 = box(relu(w1 @ x + b1), "a^{(1)}", "Which two edges end here, and which bias is added?",
        how="Weights times inputs plus the bias, then ReLU.",
        slips={"bias_left_out": relu(w1 @ x), "bias_subtracted": relu(w1 @ x - b1),
            "columns_for_rows": relu(w1.T @ x + b1)},
        words={"columns_for_rows": "You took the edges that leave this place. Take those that end in this node."})
    a2 = box(relu(w2 @ a1 + b2), "a^{(2)}", "What is the sum here, and what does ReLU leave of it?",
        how="Weights times the values before plus the bias, then ReLU.",
        slips={"activation_left_out": w2 @ a1 + b2, "bias_left_out": relu(w2 @ a1)})
    a3 = box(relu(w3 @ a2 + b3), "a^{(3)}", "Which two values arrive, and with which weights?",
        how="Weights times the values before plus the bias, then ReLU.",
        slips={"bias_left_out": relu(w3 @ a2), "activation_left_out": relu(w3 @ (w2 @ a1 + b2) + b3)})
    sums = np.where(np.asarray(a2) > 0, a2, w2 @ a1 + b2)  # ReLU leaves a sum above zero as it is
    before = box(sums, "z^{(2)}", "Which sums stood there before ReLU?",
        how="Weights times values plus the bias.",
        slips={"bias_left_out": w2 @ a1, "slope_for_value": relu_slope(w2 @ a1 + b2)})
    return (
        step("Three layers with ReLU in each. Work from left to right and write the value of every node.",
            network([x, a1, a2, a3], [w1, w2, w3], names=[["x_1", "x_2"], ["", ""], ["", ""], [""]],
                below=[(), [f"b = {b:g}" for b in b1], [f"b = {b:g}" for b in b2], [f"b = {b3:g}"]], along=(0.33,),
                gap=163, row_gap=160, title="A 2–2–2–1 network with its weights and biases; its nodes have boxes")),
        step("What were the two sums of layer 2 before ReLU?", eq("z^{(2)}", "=", column(before))),
    )


# -- 4.5 The derivative of a neuron ------------------------------------------------------------------------------------

CHAIN = (by("z", "a"), "·", by("s", "z"), "·", by("u", "s"), "·", by("w", "u"))


@page("A neuron in four steps", row="4.5")
def four_steps(given, box):
    """Multiply, add up, add the bias, bend: four functions inside each other."""
    w, x = given("w", [1, -2, 2], low=1, high=5), given("x", [3, 1, 2], low=1, high=6, distinct=True)
    b = given("b", -1, low=1, high=6)
    given.require(w @ x + b > 1 and w @ x not in (0, 1) and np.any(w < 0))
    given.apart(w * x, w + x, np.abs(w * x))
    given.require(w[2] * x[2] not in (0, 2 * np.sum((w * x)[w < 0]), -b))
    given.apart(w @ x, np.sum(np.abs(w * x)), w[:2] @ x[:2])
    h = ask.product(box, w, x, "u", "What does a weight do to its input?", how="Each weight times its input.",
        slips={"sign_lost": np.abs(w * x)})
    s = box(np.sum(h), "s", "What makes one number of three?", how="The sum of the entries of u.",
        slips={"sign_lost": np.sum(np.abs(h)), "term_left_out": h[0] + h[1]})
    z = box(s + b, "z", "What joins the sum now?", how="s plus the bias.",
        slips={"bias_left_out": s, "bias_subtracted": s - b})
    a = box(relu(z), "a", "Does ReLU change this?", how="ReLU leaves a positive number as it is.",
        slips={"slope_for_value": 1.0})
    inside = box(["u", "s", "z"], "what stands inside", "Which quantity does this function take in?",
        how="Each function takes what the one before gives.", options=("w", "x", "u", "s", "z", "a"),
        slips={"one_step_too_far": ["w", "u", "s"]})
    return (
        step("Take $a = ReLU(sum(w ⊙ x) + b)$ apart, from the inside out.",
            eq("u", "=", "w ⊙ x", "=", column(w), "⊙", column(x), "=", column(h)),
            aligned(("s", "=", "sum(u)", "=", s),
                ("z", "=", f"s {added(b)[0]} {added(b)[1]}", "=", z),
                ("a", "=", "ReLU(z)", "=", a))),
        step("To go back along this chain, look at what each function takes in. What stands inside it?",
            eq(term("s = sum(", GAP, inside[0], GAP, ")"), APART, "z = b +", inside[1], APART,
                term("a = ReLU(", GAP, inside[2], GAP, ")"))),
    )


@page("Every link a factor", row="4.5")
def chain_of_factors(given, box):
    """The derivative of a neuron with respect to its weights, as a product of four Jacobians."""
    w, x = given("w", [1, -2], low=1, high=5, distinct=True), given("x", [5, 2], low=2, high=6, distinct=True)
    b = given("b", 3, low=1, high=6)
    given.require(w @ x + b > 1 and not set(w) & set(x))
    z = w @ x + b
    given.apart(x, w, z * x, np.full(2, np.sum(x)))
    given.require(z not in x)
    dh = box(np.diag(x), "∂u/∂w", "Each u is one weight times one input. Does this weight occur in this u?",
        how="Each product contains its own weight alone, and its slope is the input beside it.",
        slips={"weight_for_input": np.diag(w), "every_input_counted": np.array([x, x])})
    ds = box(np.ones(2), "∂s/∂u", "How far does a sum move when one of its terms moves by one?",
        how="A sum has slope 1 in each of its terms.", slips={"input_for_slope": w * x})
    dz = box(1.0, "∂z/∂s", "How far does z move when s moves by one?", how="A bias that is added changes no slope.",
        slips={"value_for_slope": z})
    da = box(float(relu_slope(z)), "∂a/∂z", "On which side of its kink is ReLU?",
        how="z is positive, so ReLU hands on whatever happens.",
        slips={"value_for_slope": z, "other_side_of_kink": 0.0})
    inner = box(ds @ dh, "1^T·diag(x)", "A row of ones times this matrix: what is left?",
        how="The row of ones adds up each column, which has one entry.",
        slips={"weight_for_input": w, "vector_summed": np.full(2, np.sum(x))})
    whole = box(da * dz * inner, "∂a/∂w", "Which factors are left to multiply with?",
        how="The product of all four factors: the input, as a row.",
        slips={"weight_for_input": w, "activation_for_slope": z * np.asarray(x)})
    return (
        step(f"A neuron with $w = ({w[0]:g}, {w[1]:g})$, $x = ({x[0]:g}, {x[1]:g})$, bias {b:g} and ReLU; so $z = "
            f"{z:g}$. Each of its four steps has a derivative. From the inside out:".replace("-", "−"),
            eq(by("w", "u"), "=", matrix(dh, "diag(x)"), APART, by("u", "s"), "=", row(ds, "1^T")),
            eq(by("s", "z"), "=", dz, APART, by("z", "a"), "=", da)),
        step("The chain rule multiplies them, the outermost in front. The result is a $1×2$ Jacobian, a row.",
            eq(by("w", "a"), "=", *CHAIN),
            eq("1^T·diag(x)", "=", row(inner)),
            eq(by("w", "a"), "=", row(whole))),
    )


@page("Behind the kink", row="4.5")
def behind_the_kink(given, box):
    """Positive, negative, zero: what ReLU lets through of the slope."""
    x, z = given("x", [3, -2], low=2, high=6, distinct=abs), given("z", [4, -2.5], step=0.5, low=0.5, high=6)
    given.require(z[0] > 0 > z[1] and not set(np.abs(z)) & set(np.abs(x)))
    sums = np.array([z[0], z[1], 0.0])
    lines = []
    for i, s in enumerate(sums):
        slope = box(float(relu_slope(s)), "∂a/∂z", "Before the kink, behind it, or right at it?",
            how="1 where z is positive, 0 elsewhere; at 0 we agreed on 0.",
            slips=({"other_side_of_kink": 0.0, "value_for_slope": s}, {"other_side_of_kink": 1.0, "value_for_slope": s},
                {"relu_open_at_zero": 1.0})[i])
        dw = box(slope * x, "∂a/∂w", "Which slope and which input meet here?", how="The slope times the input.",
            slips={"input_left_out": np.ones(2)} if i == 0 else {"slope_left_out": x})
        db = box(1.0 * slope, "∂a/∂b", "How far does z move when the bias moves, and how far does a?",
            how="The slope times 1.",
            slips=({"bias_for_slope": s}, {"bias_for_slope": s, "slope_left_out": 1.0}, {"slope_left_out": 1.0})[i])
        lines.append((s, slope, *dw, db))
    return (
        step(f"Three neurons see the same inputs, $x = ({x[0]:g}, {x[1]:g})$. ".replace("-",
            "−")
            + "One sum is above ReLU's kink, one below, and one right on it, where we take the slope 0 by "
            "agreement. How fast does each $a$ change with its weights and its bias?",
            table(["z", by("z", "a"), by("w_1", "a"), by("w_2", "a"), by("b", "a")],
                *lines)),
        say("A silent neuron does not change with its weights or its bias. From this example it cannot learn."),
    )


@page("A nudge across the kink", row="4.5")
def across_the_kink(given, box):
    """A ratio of changes on either side of the kink, and one that straddles it."""
    x, nudge = given("x", 4, low=3, high=6), given("Δw", 0.5, step=0.5, low=0.5, high=1)
    far, over = given("z", 3, low=2, high=7), given("over", 1, step=0.5, low=0.5, high=1.5)
    before = np.array([far, -far - nudge * x, -over])
    after = before + nudge * x
    given.require(after[2] > 0 and after[2] != before[0] and after[2] / nudge not in (0, 1, x))
    z = box(after, "z after", "By how much does z move when the weight does?", how="z plus the nudge times the input.",
        slips={"input_left_out": before + nudge})
    first, second = relu(before), relu(np.asarray(z))
    change = box(second - first, "Δa", "What was a before, and what is it now?", how="ReLU after minus ReLU before.",
        slips={"value_not_change": second, "activation_left_out": np.asarray(z) - before},
        words={"activation_left_out": "That is the change in z. How much of it gets through ReLU?"})
    ratio = box(change / nudge, "Δa/Δw", "Which change stands on top, and which below?",
        how="The change in a over the nudge.",
        slips={"change_not_ratio": change,
            "upside_down": np.where(change == 0, 0, nudge / np.where(change, change, 1))})
    slope = box(float(relu_slope(-over)) * x, "∂a/∂w", "On which side is z before the nudge?",
        how="z is negative, so the slope is 0.", slips={"other_side_of_kink": x})
    return (
        step(f"The input is $x = {x:g}$. Nudge its weight by {nudge:g}: three neurons, three places on ReLU.",
            table(["z before", "z after", "Δa", "Δa/Δw"], *[(before[i], z[i], change[i], ratio[i]) for i in range(3)])),
        step("The third ratio is neither 0 nor the input, because the nudge crossed the kink. What is the derivative "
            f"there, at $z = −{over:g}$?",
            eq(by("w", "a"), "=", slope)),
        say("When a gradient check fails at a ReLU, look for a nudge that crossed the kink."),
    )


@page("Weights, bias, inputs", row="4.5")
def weights_bias_inputs(given, box):
    """The same slope in front, three different last factors."""
    a, w = given("a", 0.8, low=0.1, high=0.9), given("w", [3, -2], low=2, high=6, distinct=abs)
    x = given("x", [5, -4], low=2, high=7, distinct=abs)
    given.require(a != 0.5 and not {*np.abs(w)} & {*np.abs(x)})
    slope = box(a * (1 - a), "∂a/∂z", "Which rule gives the sigmoid's slope from its value?", digits=3,
        how="a times 1 minus a.", slips={"slope_of_slope": sigmoid(a) * (1 - sigmoid(a)), "tanh_for_sigmoid": 1 - a**2})
    dzw = box(x, "∂z/∂w", "What does each weight multiply?", how="The input that the weight multiplies.",
        slips={"weight_for_input": w})
    dzb = box(1.0, "∂z/∂b", "By how much does z move when the bias moves by one?", how="The bias is added: slope 1.",
        slips={"bias_held_still": 0.0})
    dzx = box(w, "∂z/∂x", "What does each input multiply?", how="The weight that the input meets.",
        slips={"input_for_slope": x})
    dw = box(slope * dzw, "∂a/∂w", "Which two factors?", digits=3, how="The slope times the input.",
        slips={"slope_left_out": x, "weight_for_input": slope * w})
    db = box(slope * dzb, "∂a/∂b", "Which two factors?", digits=3, how="The slope times 1.",
        slips={"slope_left_out": 1.0, "other_variable": slope * x[0]})
    dx = box(slope * dzx, "∂a/∂x", "Which two factors?", digits=3, how="The slope times the weight.",
        slips={"slope_left_out": w, "other_variable": slope * x})
    return (
        step(f"A sigmoid neuron, $a = σ(w^T x + b)$, with $w = ({w[0]:g}, {w[1]:g})$ and $x = ({x[0]:g}, {x[1]:g})$, "
            f"gives $a = {a:g}$. Its slope follows from $a$ alone: $σ′ = a(1 − a)$.".replace("-", "−"),
            eq(by("z", "a"), "=", slope)),
        step("How fast does $z$ change with each of its parts?",
            eq(by("w", "z"), "=", row(dzw), APART, by("b", "z"), "=", dzb),
            eq(by("x", "z"), "=", row(dzx))),
        step("Now the chain rule, three times, with the same slope in front. As Jacobians of one number, the "
            "results are rows.",
            eq(by("w", "a"), "=", row(dw), APART, by("b", "a"), "=", db),
            eq(by("x", "a"), "=", row(dx))),
    )


@page("A neuron's slopes in formulas", row="4.5")
def in_formulas(given, box):
    """Factors and products in letters, for the sigmoid and for tanh."""
    a, x, w = Name("a"), Name("x"), Name("w")
    n, at, point = given.choice("n", 1, 2, 3), given("a", 0.5, low=0.3, high=0.9), given("point", [3, 2], low=2, high=4)
    given.require((1 - at) * point[0] ** n % 1 > 0.01, "what follows from a slip is not the key in one digit")
    inner = w * x**n
    slope = box([a * (1 - a), 1 - a**2], "∂a/∂z", "Which rule gives this slope from the value?", names="a",
        how="a(1 − a) for the sigmoid, 1 − a² for tanh.",
        slips={"tanh_for_sigmoid": [1 - a**2, 1 - a**2], "sigmoid_for_tanh": [a * (1 - a), a * (1 - a)],
            "not_multiplied": [1 - a, 1 - a**2], "value_not_squared": [a * (1 - a), 1 - a]})
    dzw = box(inner.derivative("w"), "∂z/∂w", "Which factor stands beside w?", names="w x",
        how="What the weight multiplies.", slips={"other_variable": inner.derivative("x"), "not_differentiated": inner})
    dzx = box(inner.derivative("x"), "∂z/∂x", "Hold the weight still. What is the slope in x?", names="w x",
        how="The derivative with the weight held still.",
        slips={"other_variable": inner.derivative("w"), "not_differentiated": inner})
    dw = box([f * dzw for f in slope], "∂a/∂w", "Which two factors does the chain rule multiply?", names="a w x",
        how="Slope times ∂z/∂w.",
        slips={"inner_slope_left_out": [a * (1 - a), 1 - a**2], "slope_left_out": [inner.derivative("w")] * 2,
            "slopes_added": [f + dzw for f in slope]})
    dx = box([f * dzx for f in slope], "∂a/∂x", "Which two factors does the chain rule multiply?", names="a w x",
        how="Slope times ∂z/∂x.",
        slips={"inner_slope_left_out": [a * (1 - a), 1 - a**2], "slope_left_out": [inner.derivative("x")] * 2})
    raised = "" if n == 1 else f"^{n}"
    value = box(float(dw[1].evaluate({"a": at, "x": point[0], "w": point[1]})), "∂a/∂w",
        "Which number stands for which letter?", digits=3,
        how="The tanh formula with the numbers put in.",
        slips={"sigmoid_for_tanh": at * (1 - at) * point[0] ** n, "slope_left_out": point[0] ** n})
    return (
        step(f"One weight $w$ and one feature $x{raised}$ of the input give $z = w·x{raised} + b$. Write the slopes of "
            "the activation with its value $a$.",
            table(["", "σ", "tanh"], (by("z", "a"), slope[0], slope[1])),
            eq(by("w", "z"), "=", dzw, APART, by("x", "z"), "=", dzx)),
        step("Multiply along the chain.",
            table(["", "σ", "tanh"], (by("w", "a"), dw[0], dw[1]), (by("x", "a"), dx[0], dx[1]))),
        step(f"A tanh neuron has the value $a = {at:g}$ at $x = {point[0]:g}$ and $w = {point[1]:g}$.",
            eq(by("w", "a"), "=", value)),
    )
