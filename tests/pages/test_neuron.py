"""Chapter 4: the curriculum's numbers, and every key computed a second way."""

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import grad, jacobian

from autograder import pages
from autograder.layout import Shape
from autograder.marking.pages import mark


def shown(slug: str) -> list[str]:
    return [box.shown for box in pages.load(f"neuron/{slug}").sheet().boxes]


# -- the curriculum's canonical numbers --------------------------------------------------------------------------------


def test_indices_are_layer_to_from():
    """The edge from the first input to the third hidden node carries w¹₃₁."""
    assert shown("read-the-index")[:3] == ["1", "3", "1"]


def test_layer_as_matrix_times_vector():
    """W = [[5, 2], [3, 6]] times (10, 20) is (90, 150); with the bias 6 it is (96, 156), and ReLU leaves it."""
    assert shown("layer-times-vector")[4:] == ["90", "150", "96", "156", "96", "156"]


def test_neuron_function():
    """Weights (1, 3, −1), inputs (2, 1, 3) and the bias 2 give 4."""
    assert shown("neuron-by-hand") == ["2", "3", "-3", "2", "4", "4"]


def test_shapes_of_a_network():
    """In a 4–3–5–2 network the weights are 3×4, 5×3 and 2×5."""
    assert shown("shapes-through-network")[::4] == ["3×4", "5×3", "2×5"]


def test_chain_of_factors():
    """∂a/∂w is 1 · 1 · 1ᵀ · diag(x), the inputs in a row."""
    assert shown("chain-of-factors") == ["5", "0", "0", "2", "1", "1", "1", "1", "5", "2", "5", "2"]


def test_both_sides_of_the_kink():
    """Where z ≤ 0 the neuron answers to nothing, zero included; elsewhere to x, and with 1 to its bias."""
    assert shown("behind-the-kink") == ["1", "3", "-2", "1", *["0"] * 8]


# -- one idea, one point -----------------------------------------------------------------------------------------------


def states(slug, answers):
    return [verdict.state for verdict in mark(f"neuron/{slug}", answers).verdicts]


def test_swapped_indices_cost_one_point_an_edge():
    """Who writes from before to has one idea wrong, in the name of an edge as in a pair of names."""
    assert states("read-the-index", {1: "1", 2: "1", 3: "3"})[:3] == ["right", "mistake", "follows"]
    assert states("weight-from-index", {1: "7", 2: "-2", 5: "h_2", 6: "y_1"})[:2] == ["mistake", "follows"]


def test_shapes_that_are_turned_throughout_cost_two_points():
    """One for the matrices, one for the vectors."""
    turned = {
        n: box.shown.split("×") for n, box in enumerate(pages.load("neuron/shapes-through-network").sheet().boxes, 1)
    }
    found = states("shapes-through-network", {n: "×".join(reversed(shape)) for n, shape in turned.items()})
    assert found.count("mistake") == 2 and found.count("follows") == 10


# -- every key a second way --------------------------------------------------------------------------------------------


def relu(z):
    return z * (z > 0)


def edge_by_signal(layer, j, k, sizes=(2, 3, 2)):
    """Where a signal comes out when only this one weight is 1: the layer that stirs first, its node, and the source."""
    weights = [np.zeros((b, a)) for a, b in zip(sizes, sizes[1:], strict=False)]
    weights[layer - 1][j - 1, k - 1] = 1
    for number, w in enumerate(weights, start=1):
        for source in range(w.shape[1]):
            signal = w @ np.eye(w.shape[1])[source]
            if signal.any():
                return [number, int(signal.argmax()) + 1, source + 1]


def letters(c):
    options = {"examples": "m", "inputs": "n", "ends": "j", "from": "k", "edge": "w", "added": "b"}
    return [len(c["sizes"]) - 1, c["sizes"], *options.values()]


def weight_from_index(c):
    net = {1: c["W1"], 2: c["W2"]}
    read = [
        jacobian(lambda x, w=net[layer]: anp.dot(w, x))(np.ones(2))[j - 1, k - 1]
        for layer, j, k in ((1, 1, 2), (1, 2, 1), (2, 1, 2), (2, 2, 1))
    ]
    layer, j, k = c["edge"]
    names = [["x_1", "x_2"], ["h_1", "h_2"], ["y_1", "y_2"]]
    return [read, names[layer - 1][k - 1], names[layer][j - 1]]


def weight_matrix(c):
    return [jacobian(lambda x: anp.dot(c["W"], x))(np.zeros(3)), np.stack([c["V"] @ unit for unit in np.eye(2)])]


def neuron_by_hand(c):
    x, w, b = c["x"], c["w"], c["b"]
    products = [wi * xi for wi, xi in zip(w, x, strict=True)]
    z = sum(products, start=b)
    return [products, z - b, z, max(0.0, z)]


def what_is_missing(c):
    z, other = np.dot(c["w"], c["x"]) + c["b"], np.dot(c["w'"], c["x'"]) + c["b'"]
    without = lambda w: w * c["x"][1] + c["w"][0] * c["x"][0] + c["w"][2] * c["x"][2] + c["b"] - z  # noqa: E731
    root = -without(0.0) / (without(1.0) - without(0.0))  # where a straight line crosses zero
    return [root, max(0.0, z), -((other - c["b'"]) - other), max(0.0, other)]


def many_in_one_out(c):
    w, x = np.reshape(c["w"], (1, 3)), np.reshape(c["x"], (3, 1))
    z = (w @ x).item() + c["b"]
    return [
        Shape(w.shape),
        Shape(x.shape),
        Shape((w @ x).shape),
        z - c["b"],
        z,
        max(z, 0.0),
        [(1 + np.tanh(z / 2)) / 2, (np.exp(2 * z) - 1) / (np.exp(2 * z) + 1)],
    ]


def layer(w, a, b):
    return [sum(w[i][k] * a[k] for k in range(len(a))) + np.broadcast_to(b, (len(w),))[i] for i in range(len(w))]


def layer_times_vector(c):
    w, a = c["W"], c["a"]
    z = layer(w, a, c["b"])
    return [[[w[i][k] * a[k] for k in (0, 1)] for i in (0, 1)], layer(w, a, 0.0), z, np.clip(z, 0, None)]


def layer_and_relu(c):
    z = layer(c["W"], c["a"], c["b"])
    return [layer(c["W"], c["a"], 0.0), z, np.clip(z, 0, None)]


def weights_rubbed_out(c):
    slopes = jacobian(lambda a: anp.dot(c["W"], a))(np.array(c["a"]))
    z = layer(c["W"], c["a"], c["b"])
    return [slopes[0, 1], slopes[1, 0], slopes[2, 2], np.subtract(z, layer(c["W"], c["a"], 0.0)), np.clip(z, 0, None)]


def shapes_through_network(c):
    sizes, found = [int(n) for n in c["sizes"]], []
    a = np.ones((sizes[0], 1))
    for n in sizes[1:]:
        w, b = np.ones((n, len(a))), np.ones((n, 1))
        z = w @ a + b
        found += [Shape(w.shape), Shape(a.shape), Shape(b.shape), Shape(z.shape)]
        a = z
    return found


def make_it_fit(c):
    n, k, m = (int(v) for v in c["sizes"])
    fits = []
    for i in c["cases"]:
        shape, height = [((n, k), k), ((k, n), k), ((m, n), n), ((n, m), n)][i]
        tried = {"W a": (shape[1], height), "W^T a": (shape[0], height), "a W": (1, shape[0])}
        fits += [name for name, (inner, outer) in tried.items() if inner == outer]
    outer = np.ones((k, 1)) @ np.ones((1, n))
    return [Shape((n, k)), Shape((m, 1)), Shape(outer.shape), Shape((m, k)), *fits]


def counting(c):
    sizes = [int(n) for n in c["sizes"]]
    w = [np.ones((b, a)).size for a, b in zip(sizes, sizes[1:], strict=False)]
    b = [np.ones(n).size for n in sizes[1:]]
    new = np.ones((int(c["deeper"]), sizes[-1] + 1)).size  # a column more for the biases
    return [w, b, np.add(w, b), sum(w) + sum(b), new]


def forward_pass(c):
    z1 = layer(c["W1"], c["x"], c["b1"])
    a1 = np.clip(z1, 0, None)
    z2 = layer(c["W2"], a1, c["b2"])
    return [z1, a1, z2, np.clip(z2, 0, None)]


def fill_the_nodes(c):
    a1 = np.clip(layer(c["W1"], c["x"], c["b1"]), 0, None)
    z2 = layer(c["W2"], a1, c["b2"])
    a2 = np.clip(z2, 0, None)
    return [a1, a2, np.clip(layer(c["W3"], a2, c["b3"]), 0, None), z2]


def four_steps(c):
    w, x, b = c["w"], c["x"], c["b"]
    return [np.diag(np.outer(w, x)), np.dot(w, x), np.dot(w, x) + b, max(0.0, np.dot(w, x) + b), "u", "s", "z"]


def value(w, x, b):
    return relu(anp.dot(w, x) + b)


def chain_of_factors(c):
    w, x, b = np.array(c["w"]), np.array(c["x"]), c["b"]
    z = float(w @ x + b)
    return [
        jacobian(lambda w: w * x)(w),
        grad(anp.sum)(w * x),
        grad(lambda s: s + b)(z - b),
        grad(relu)(z),
        jacobian(lambda w: anp.sum(w * x))(w),
        grad(value)(w, x, b),
    ]


def behind_the_kink(c):
    x, w = np.array(c["x"]), np.ones(2)
    sums = [(float(z), z - x @ w) for z in (*c["z"], 0.0)]
    return [[grad(relu)(z), *grad(value)(w, x, b), grad(value, 2)(w, x, b)] for z, b in sums]


def across_the_kink(c):
    x, h = c["x"], c["Δw"]
    z = [c["z"], -c["z"] - h * x, -c["over"]]
    moved = [(s / x + h) * x for s in z]  # as if the weight were z / x, without a bias
    change = [max(0, m) - max(0, s) for m, s in zip(moved, z, strict=True)]
    return [moved, change, np.divide(change, h), grad(lambda w: relu(w * x))(z[2] / x)]


def weights_bias_inputs(c):
    w, x = np.array(c["w"]), np.array(c["x"])
    b = float(np.log(c["a"] / (1 - c["a"])) - w @ x)  # the bias that gives this a
    sigmoid = lambda z: 1 / (1 + anp.exp(-z))  # noqa: E731
    z = lambda w, x, b: anp.dot(w, x) + b  # noqa: E731
    a = lambda w, x, b: sigmoid(z(w, x, b))  # noqa: E731
    return [
        grad(sigmoid)(float(w @ x + b)),
        grad(z)(w, x, b),
        grad(z, 2)(w, x, b),
        grad(z, 1)(w, x, b),
        grad(a)(w, x, b),
        grad(a, 2)(w, x, b),
        grad(a, 1)(w, x, b),
    ]


def by_complex_step(f, at):
    return f(at + 1e-30j).imag / 1e-30


def slope_over_value(f):
    """The slope of f as a function of its value, through points where both were found by complex step."""
    z = np.linspace(-1.5, 1.5, 5)
    return np.polynomial.Polynomial.fit(f(z), by_complex_step(f, z), 4)


RULES = [slope_over_value(lambda z: 1 / (1 + np.exp(-z))), slope_over_value(np.tanh)]


def in_formulas(c):
    n = c["n"]
    z_w = lambda at: by_complex_step(lambda w: w * at["x"] ** n, at["w"])  # noqa: E731
    z_x = lambda at: by_complex_step(lambda x: at["w"] * x**n, at["x"])  # noqa: E731
    pair = lambda z: [lambda at, rule=rule: rule(at["a"]) * z(at) for rule in RULES]  # noqa: E731
    point = dict(zip("xw", c["point"], strict=True)) | {"a": c["a"]}
    return [*pair(lambda at: 1.0), z_w, z_x, *pair(z_w), *pair(z_x), pair(z_w)[1](point)]


INDEPENDENT = {
    "letters": letters,
    "read-the-index": lambda c: [edge_by_signal(*c[name]) for name in "ABC"],
    "weight-from-index": weight_from_index,
    "weight-matrix": weight_matrix,
    "biases": lambda c: [
        c["P"], c["Q"], [np.ones((int(n), 1)).size for n in c["sizes"][1:]], [np.ones(()).size] * 2],
    "neuron-by-hand": neuron_by_hand,
    "what-is-missing": what_is_missing,
    "many-in-one-out": many_in_one_out,
    "layer-times-vector": layer_times_vector,
    "layer-and-relu": layer_and_relu,
    "weights-rubbed-out": weights_rubbed_out,
    "shapes-through-network": shapes_through_network,
    "make-it-fit": make_it_fit,
    "counting": counting,
    "forward-pass": forward_pass,
    "fill-the-nodes": fill_the_nodes,
    "four-steps": four_steps,
    "chain-of-factors": chain_of_factors,
    "behind-the-kink": behind_the_kink,
    "across-the-kink": across_the_kink,
    "weights-bias-inputs": weights_bias_inputs,
    "in-formulas": in_formulas,
}  # fmt: skip


def test_every_page_is_computed_a_second_time():
    """No page of the chapter escapes the comparison below."""
    assert {page.slug.partition("/")[2] for page in pages.chapter_pages("neuron")} == set(INDEPENDENT)


@pytest.mark.parametrize("slug", INDEPENDENT)
def test_keys_agree_with_a_second_computation(slug, agrees):
    """Every key of every page, over many variants, is what a second way of computing it gives."""
    agrees(f"neuron/{slug}", INDEPENDENT[slug])
