"""Chapter 7: the curriculum's numbers, and every key computed a second way."""

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import grad, jacobian

from autograder import pages
from autograder.layout import Shape

from .worked import found


def shown(slug: str) -> list[str]:
    return [box.shown for box in pages.load(f"backpropagation/{slug}").sheet().boxes]


# -- the curriculum's canonical numbers --------------------------------------------------------------------------------


def test_upstream_times_local_is_downstream():
    """4 from the node and 5 from upstream make 20."""
    assert shown("upstream-times-local")[:2] == ["12", "20"]


def test_node_types():
    """Add hands on, multiply swaps, max routes, copy sums."""
    assert shown("add-node")[1:3] == ["4", "4"]
    assert shown("multiply-node")[1:3] == ["-6", "15"]
    assert shown("max-node")[1:3] == ["0", "5"]
    assert shown("copy-node")[:3] == ["12", "-10", "2"]


def test_all_four():
    """f = (x + y)·max(y, z) at (3, 4, −2) is 28 with the gradient (4, 11, 0)."""
    keys = shown("all-four")
    assert (keys[2], keys[5], keys[9], keys[8]) == ("28", "4", "11", "0")


def test_hidden_values():
    """u = (7, −22, −3)."""
    assert shown("hidden-values") == ["6", "2", "7", "-22", "-3"]


def test_prediction_and_loss():
    """a = (−21, −2), and the cost is 260."""
    assert shown("prediction-and-loss") == ["-21", "-2", "-22", "-6", "484", "36", "260"]


def test_output_error():
    """∂C/∂a = (−22, −6)."""
    assert shown("output-error")[:3] == ["a - 3", "-22", "-6"]


def test_weight_gradients_of_the_second_layer():
    """∂C/∂[w₇ w₉ w₁₁; w₈ w₁₀ w₁₂] = [[−154, 484, 66], [−42, 132, 18]], on the edges and in the matrix."""
    six = ["-154", "484", "66", "-42", "132", "18"]
    assert shown("weight-gradients")[2:] == six
    assert shown("weight-matrix")[:2] == [six[2], six[4]]


def test_bias_gradients_of_the_second_layer():
    """∂C/∂b₄,₅ = (−22, −6); nudging b₄ by 0.1 gives −21.95."""
    assert shown("bias-gradients") == ["1", "-22", "-6", "-20.9", "-2.195", "-21.95"]


def test_two_paths_to_each_hidden_node():
    """∂C/∂u = (−32, −16, −118), each a sum over two paths."""
    assert shown("two-paths") == ["-44", "12", "-32", "-22", "6", "-16", "-88", "-30", "-118"]


def test_first_layer():
    """∂C/∂b₁₋₃ = ∂C/∂u; ∂C/∂[w₁ w₄; w₂ w₅; w₃ w₆] = [[−96, 64], [−48, 32], [−354, 236]]."""
    assert shown("first-layer") == ["-32", "-16", "-118", "3", "-2", "-96", "64", "-48", "32", "-354", "236"]
    assert shown("first-matrix") == ["-16", "-2", "-96", "32", "-354", "236"]


def test_one_step():
    """A step of −1/100 of the gradient moves w₇ by 1.54 to 3.54, w₉ to −3.84, and b₁ to −0.68."""
    assert shown("step-second-layer")[:3] == ["1.54", "3.54", "-3.84"]
    assert shown("step-first-layer")[:6] == ["2.96", "-1.64", "-3.52", "3.68", "2.54", "-1.36"]


def test_loss_before_and_after():
    """That step overshoots, from 260 to 17 200; a step a hundred times shorter leads down to 213."""
    assert shown("after-the-step")[5:] == ["17200", "213"]


def test_matrix_rules():
    """weightsᵀ · d-values gives ∂C/∂u again."""
    assert shown("rule-values")[:9] == ["2", "-2", "1", "-1", "4", "5", "-32", "-16", "-118"]


# -- every key a second way: automatic differentiation of the whole function -------------------------------------------


def slopes(f, *at):
    """The partial derivatives of a scalar function of several numbers."""
    return [grad(f, i)(*map(float, at)) for i in range(len(at))]


def singles(operations, values, ups):
    """Nodes with one input each: their local gradients, and those of a loss that feels them with slopes `ups`."""
    local = [grad(f)(float(x)) for f, x in zip(operations, values, strict=True)]
    down = [grad(lambda x, f=f, u=u: u * f(x))(float(x)) for f, x, u in zip(operations, values, ups, strict=True)]
    return local, down


def three_nodes(c):
    return [lambda x: c["k"] * x, lambda x: x + c["c"], lambda x: x**2]


def upstream_times_local(c):
    return [
        c["k"] * c["x"],
        grad(lambda x: c["up"] * c["k"] * x)(c["x"]),
        grad(lambda x: anp.sum(c["ups"] * c["factors"] * x))(np.ones(3)),
    ]


def local_gradients(c):
    return singles(three_nodes(c), c["x"], c["up"])


def local_blank(c):
    node = jacobian(lambda x: c["locals"] * x)(np.ones(3))
    return [grad(lambda x: c["up"] * c["k"] * x)(1.0), c["up"], grad(lambda x: c["k"] * x)(1.0), np.diag(node)]


def upstream_blank(c):
    u, g = c["upstream"], c["local"]
    return [[grad(lambda y, u=u: u * y)(1.0) for u in c["ups"]], u[0], g[1], grad(lambda x: u[2] * g[2] * x)(1.0), u[3]]


def chain_of_nodes(c):
    x, k, b = c["x"], c["k"], c["c"]
    return [
        k * x,
        k * x - b,
        (k * x - b) ** 2,
        grad(lambda q: q**2)(k * x - b),
        grad(lambda p: (p - b) ** 2)(k * x),
        grad(lambda x: (k * x - b) ** 2)(x),
    ]


def several_inputs(c):
    a, u, g = c["a"], c["u"], c["g"]
    node = lambda x: anp.dot(a, x)  # noqa: E731
    loss = grad(lambda x: u * anp.dot(g, x))(np.ones(3))
    return [grad(node)(np.ones(2)), grad(lambda x: c["up"] * node(x))(np.ones(2)), loss[0] / g[0], loss[1] / u, loss[2]]


def add_node(c):
    three = grad(lambda x: c["third"] * anp.sum(x))(np.ones(3))
    return [sum(c["x"]), grad(lambda x: c["up"] * anp.sum(x))(c["x"]), three]


def multiply_node(c):
    f = c["factors"]
    return [c["x"][0] * c["x"][1], slopes(lambda x, y: c["up"] * x * y, *c["x"]), c["u"], f[0], f[0] * f[1]]


def max_node(c):
    return [
        max(c["x"]),
        slopes(lambda x, y: c["up"] * anp.maximum(x, y), *c["x"]),
        grad(anp.max)(c["z"]),
        grad(lambda z: c["u"] * anp.max(z))(c["z"]),
    ]


def copy_node(c):
    (a, b), (u, v) = c["k"], c["up"]
    s, w = c["s"], c["u"]
    return [
        slopes(lambda x, y: u * a * x + v * b * y, 1, 1),
        grad(lambda x: u * a * x + v * b * x)(1.0),
        c["three"][2],
        slopes(lambda x, y: w * x * y, s, s),
        grad(lambda x: w * x**2)(s),
    ]


def all_four(c):
    x, y, z = c["x"], c["y"], c["z"]
    f = lambda x, y, y2, z: (x + y) * anp.maximum(y2, z)  # noqa: E731 - y as the copies that the graph makes of it
    dx, first, second, dz = slopes(f, x, y, y, z)
    return [
        x + y,
        max(y, z),
        f(x, y, y, z),
        slopes(lambda s, m: s * m, x + y, max(y, z)),
        dx,
        first,
        second,
        dz,
        grad(lambda y: f(x, y, y, z))(y),
    ]


def another_graph(c):
    x, y, z, k = c["x"], c["y"], c["z"], c["k"]
    f = lambda x, y, x2, z: k * (x * y + anp.maximum(x2, z))  # noqa: E731
    one, dy, two, dz = slopes(f, x, y, x, z)
    p, m = x * y, max(x, z)
    return [
        p,
        m,
        p + m,
        f(x, y, x, z),
        grad(lambda s: k * s)(p + m),
        slopes(lambda p, m: k * (p + m), p, m),
        dy,
        one,
        two,
        dz,
        grad(lambda x: f(x, y, x, z))(x),
    ]


# -- the 2–3–2 network as one function ---------------------------------------------------------------------------------

PARAMETERS = ("W1", "b1", "W2", "b2")


def hidden(c):
    return anp.dot(c["W1"], c["x"]) + c["b1"]


def outputs(c):
    return anp.dot(c["W2"], hidden(c)) + c["b2"]


def loss_at(out, c):
    return anp.sum((out - c["target"]) ** 2) / 2


def loss(c):
    return loss_at(outputs(c), c)


def by(name, c):
    """The gradient of the whole network's loss with respect to one of its parameters."""
    return grad(lambda value: loss({**c, name: value}))(np.array(c[name]))


def by_out(c):
    return grad(lambda out: loss_at(out, c))(outputs(c))


def by_u(c):
    return grad(lambda u: loss_at(anp.dot(c["W2"], u) + c["b2"], c))(hidden(c))


def after(c, rate):
    """The network after one step against its gradient."""
    return {**c, **{name: c[name] - rate * by(name, c) for name in PARAMETERS}}


def prediction_and_loss(c):
    squares = np.diag(jacobian(lambda out: (out - c["target"]) ** 3 / 3)(outputs(c)))
    return [outputs(c), by_out(c), squares, loss(c)]


def output_error(c):
    found = c["targets"] + grad(lambda p: anp.sum((p - c["targets"]) ** 2) / 2)(c["predictions"])
    return [lambda at: grad(lambda a: (a - c["y"]) ** 2 / 2)(at["a"]), by_out(c), c["targets"][0], found[1]]


def weight_gradients(c):
    first = jacobian(lambda w: outputs({**c, "W2": w})[0])(np.array(c["W2"]))[0]
    return [first[:2], by("W2", c)]


def weight_matrix(c):
    product = grad(lambda w: anp.dot(c["d"], anp.dot(w, c["u"])))(np.zeros((2, 3)))
    whole = by("W2", c)
    return [whole[0, 2], whole[1, 1], c["d"][1], c["u"][[0, 2]], product[1, [0, 2]]]


def bias_gradients(c):
    up = {**c, "b2": c["b2"] + np.array([0.1, 0.0])}
    return [
        jacobian(lambda b: outputs({**c, "b2": b}))(np.array(c["b2"]))[0, 0],
        by("b2", c),
        outputs(up)[0],
        loss(up) - loss(c),
        (loss(up) - loss(c)) / 0.1,
    ]


def two_paths(c):
    path = lambda j: grad(lambda u: anp.dot(c["W2"][j], u) * by_out(c)[j])(hidden(c))  # noqa: E731
    return [[path(0)[k], path(1)[k], by_u(c)[k]] for k in range(3)]


def first_layer(c):
    first = jacobian(lambda w: hidden({**c, "W1": w})[0])(np.array(c["W1"]))[0]
    return [by("b1", c), first, by("W1", c)]


def first_matrix(c):
    whole = by("W1", c)
    return [by("b1", c)[1], c["x"][1], whole[0, 0], whole[1, 1], whole[2]]


def after_the_step(c):
    new = after(c, 0.01)
    return [hidden(new), outputs(new), loss(new), loss(after(c, 0.0001))]


def rule_values(c):
    return [
        jacobian(lambda u: anp.dot(c["W2"], u))(np.ones(3)).T,
        by_u(c),
        grad(lambda x: anp.dot(c["d"], anp.dot(c["W"], x)))(np.ones(2)),
    ]


def rule_weights(c):
    weights = grad(lambda w: anp.dot(c["d"], anp.dot(w, c["a"])))(np.zeros((2, 2)))
    return [weights, c["e"], c["b"][1], grad(lambda b: anp.dot(c["e"], b))(np.zeros(3))]


def shapes(c):
    layer = lambda w, x, b: anp.dot(w, x) + b  # noqa: E731
    n, k = int(c["nodes"]), int(c["inputs"])
    w, x, b = np.ones((n, k)), np.ones(k), np.ones(n)
    of = [np.shape(grad(lambda *v: anp.sum(layer(*v)), i)(w, x, b)) for i in range(2)]
    d = jacobian(layer, 2)(w, x, b)[:, 0]
    products = {"Wᵀg": w.T @ d, "gaᵀ": np.outer(d, x), "agᵀ": np.outer(x, d)}
    fits = [next(name for name, product in products.items() if product.shape == shape) for shape in of[1::-1]]
    return [Shape(w.shape), *fits, Shape(np.shape(products["agᵀ"]))]


def three_rules(c):
    s = lambda w, x, b: anp.dot(c["d"], anp.dot(w, x) + b)  # noqa: E731
    at = np.array(c["W"]), np.array(c["a"]), np.zeros(2)
    return [grad(s, 1)(*at), grad(s, 0)(*at), grad(s, 2)(*at)]


def find_the_bug(c):
    """Paths added up one by one; the inputs' weights reach the cost through u alone."""
    x, u, w2, a, y = (np.asarray(c[name]) for name in ("x", "u", "W2", "a", "y"))
    cost = lambda move: sum((a + w2 @ move - y) ** 2) / 2  # noqa: E731
    du = np.array([(cost(unit) - cost(-unit)) / 2 for unit in np.eye(2)])  # exact: the cost is a parabola
    end = np.array([[du[j] * x[k] for k in range(2)] for j in range(2)])
    work = {
        0: (2, "W not transposed", du, [w2[j] @ (a - y) for j in range(2)]),
        1: (1, "a sign", a - y, y - a),
        2: (2, "a path left out", du, [w2[0, k] * (a - y)[0] for k in range(2)]),
        3: (3, "the wrong values", end, [[du[j] * u[k] for k in range(2)] for j in range(2)]),
        4: (3, "the result transposed", end, end.T),
    }
    return found(*work[c["fault"]], end)


INDEPENDENT = {
    "find-the-bug": find_the_bug,
    "upstream-times-local": upstream_times_local,
    "local-gradients": local_gradients,
    "local-blank": local_blank,
    "upstream-blank": upstream_blank,
    "chain-of-nodes": chain_of_nodes,
    "several-inputs": several_inputs,
    "add-node": add_node,
    "multiply-node": multiply_node,
    "max-node": max_node,
    "copy-node": copy_node,
    "all-four": all_four,
    "another-graph": another_graph,
    "hidden-values": lambda c: [grad(lambda s: anp.dot(c["W1"][0], s * c["x"]))(np.ones(2)), hidden(c)],
    "prediction-and-loss": prediction_and_loss,
    "output-error": output_error,
    "weight-gradients": weight_gradients,
    "weight-matrix": weight_matrix,
    "bias-gradients": bias_gradients,
    "two-paths": two_paths,
    "first-layer": first_layer,
    "first-matrix": first_matrix,
    "step-second-layer": lambda c: [
        -by("W2", c)[0, 0] / 100, after(c, 0.01)["W2"], after(c, 0.01)["b2"]],
    "step-first-layer": lambda c: [after(c, 0.01)["W1"], by("b1", c)],
    "after-the-step": after_the_step,
    "rule-values": rule_values,
    "rule-weights": rule_weights,
    "shapes": shapes,
    "three-rules": three_rules,
    "whole-network": lambda c: [by_out(c), by("W2", c), by_u(c), by("W1", c)],
}  # fmt: skip


def test_every_page_is_computed_a_second_time():
    """No page of the chapter escapes the comparison below."""
    assert {page.slug.partition("/")[2] for page in pages.chapter_pages("backpropagation")} == set(INDEPENDENT)


@pytest.mark.parametrize("slug", INDEPENDENT)
def test_keys_agree_with_a_second_computation(slug, agrees):
    """Every key of every page, over many variants, is what automatic differentiation of the whole function gives."""
    agrees(f"backpropagation/{slug}", INDEPENDENT[slug])
