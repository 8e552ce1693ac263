"""Chapter 8, from the error of a node to the forward pass of a small network: every key computed a second way."""

from math import exp

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import grad, jacobian

from autograder import pages

from .worked import found


def nudged(a, dz):
    """The value of a sigmoid node that stood at a, after its z has risen by dz."""
    return 1 / (1 + (1 - a) / a * anp.exp(-dz))


def slope(a):
    """The sigmoid's slope where its value is a."""
    return grad(lambda dz: nudged(a, dz))(0.0)


def slopes(a):
    return [slope(one) for one in a]


def relu(z):
    """ReLU with slope zero at zero; maximum(0, z) would have one half there."""
    return anp.where(z > 0, z, 0.0)


def half_squares(a, y):
    return anp.sum((a - y) ** 2) / 2


def printed(value):
    """A number as a page restates it, in four digits."""
    return float(f"{value:.4g}")


def spots(mask):
    """The indices, from one, of the entries that are not zero."""
    return np.argwhere(mask) + 1


def the_same(indices):
    """The one value that all of these indices have."""
    assert len({*indices}) == 1
    return indices[0]


def nudge_z(c):
    cost = lambda z: half_squares(z, c["y"])  # noqa: E731
    before, keys = cost(c["z"]), []
    for nudge in (1.0, 0.1):
        after = cost(c["z"] + nudge)
        keys += [after, after - before, (after - before) / nudge]
    return [before, keys, grad(cost)(c["z"]), lambda at: grad(cost)(at["z"])]


def every_node(c):
    delta, later = np.array(c["δ"]), np.array(c["Δ'"])
    cost = lambda z: 5 + sum(d * one for d, one in zip(delta, z, strict=True))  # noqa: E731
    alone = np.eye(3)
    change = [printed(cost(c["Δ"][i] * alone[i]) - cost(0 * alone[i])) for i in range(3)]
    foreseen = [cost(later[i] * alone[i]) - 5 for i in range(3)]
    down = ["raise z" if cost(0.01 * alone[i]) < cost(-0.01 * alone[i]) else "lower z" for i in range(3)]
    felt = sorted(range(3), key=lambda i: abs(cost(alone[i]) - 5))
    return [[change[i] / c["Δ"][i] for i in range(3)], foreseen, cost(later) - 5, *down, f"node {felt[-1] + 1}"]


def bp1_one_node(c):
    by_a = grad(half_squares)
    error = lambda a, y: grad(lambda dz: half_squares(nudged(a, dz), y))(0.0)  # noqa: E731
    a, y, other = c["a"], c["y"], c["a'"]
    lost = printed(c["∂C/∂a"] * slope(other)) / slope(other)
    target = other - lost
    assert by_a(other, target) == pytest.approx(c["∂C/∂a"])
    return [
        lambda at: by_a(at["a"], at["y"]),
        lambda at: slope(at["a"]),
        lambda at: error(at["a"], at["y"]),
        by_a(a, y),
        slope(a),
        error(a, y),
        lost,
        target,
    ]


def bp1_layer(c):
    a, y = np.array(c["a"]), np.array(c["y"])
    by_a = grad(half_squares)(a, y)
    delta = grad(lambda dz: half_squares(nudged(a, dz), y))(np.zeros(3))
    z = np.log(a / (1 - a))
    things = {"∇_{a}C": by_a, "y_1": y[0], "δ^{(L)}": delta, "δ^{(L)}_2": delta[1], "a^{(L)}": a, "y": y,
              "z^{(L)}": z, "δ^{(L)}_1": delta[0], "a^{(L)}_3": a[2], "σ′(z^{(L)})": np.array(slopes(a)),
              "z^{(L)}_2": z[1]}  # fmt: skip
    return [by_a, slopes(a), delta, *(["number", "column"][np.ndim(things[name])] for name in c["asked"])]


def bp1_from_z(c):
    value = lambda z: 1 / (1 + anp.exp(-z))  # noqa: E731
    lines = [[value(z), grad(value)(z), grad(lambda z, y: half_squares(value(z), y))(z, y)]
             for z, y in zip(c["z"], c["y"], strict=True)]  # fmt: skip
    sizes = sorted((abs(line[2]), i) for i, line in enumerate(lines, start=1))
    return [*lines, f"node {sizes[0][1]}"]


def bp2_one_node(c):
    delta, w, a = np.array(c["δ"]), np.array(c["w"]), c["a"]
    cost = lambda a: anp.sum(delta * (w * a))  # noqa: E731
    ends, edges = grad(lambda z: anp.sum(delta * z))(np.zeros(2)), jacobian(lambda a: w * a)(a)
    own = grad(lambda dz: cost(nudged(a, dz)))(0.0)
    return [
        [ends[0], edges[0], ends[1], edges[1]],
        grad(cost)(a),
        slope(a),
        own,
        printed(c["back"] * c["s"]) / c["back"],
    ]


def index_form(c):
    w, delta, i = np.array(c["W"]), np.array(c["δ"]), int(c["j"]) - 1
    carried = [grad(lambda w, k=k: anp.dot(w, np.eye(3)[i])[k])(w) for k in range(2)]
    pairs = [spots(mask)[0] for mask in carried]
    stands = "row" if pairs[0][0] == pairs[1][0] else "column"
    sums = list(grad(lambda a: anp.sum(delta * anp.dot(w, a)))(np.ones(3)))
    return [*pairs, stands, [w[mask != 0][0] for mask in carried], sums.pop(i), sums]


def matrix_form(c):
    w, delta = np.array(c["W"]), np.array(c["δ"])
    turned = np.array([[w[k][j] for k in range(2)] for j in range(3)])
    sums = grad(lambda a: anp.sum(delta * anp.dot(w, a)))(np.ones(3))
    errors = delta.reshape(2, 1)
    fits = []
    for left in (w, turned):
        try:
            np.matmul(left, errors)
        except ValueError:
            fits.append("no")
        else:
            fits.append("yes")
    return [turned, sums, *fits]


def rows_and_columns(c):
    w, a, delta = np.array(c["W"]), np.array(c["a"]), np.array(c["δ"])
    forward = [sum(w[j][k] * a[k] for k in range(2)) for j in range(2)]
    cost = lambda a: anp.sum(delta * anp.dot(w, a))  # noqa: E731
    back = grad(cost)(a)
    ahead = [spots(grad(lambda w, j=j: anp.dot(w, np.ones(2))[j])(w))[:, 0] for j in range(2)]
    behind = [spots(grad(lambda w, j=j: anp.dot(np.ones(2), w)[j])(w))[:, 1] for j in range(2)]
    indices = [the_same(one) for one in (ahead[0], behind[1], behind[0], ahead[1])]
    return [forward, back, cost(a), cost(a), indices]  # the cost is linear, so both products are the cost itself


def bp2_layer(c):
    w, delta, a = (np.array(c[name]) for name in ("W", "δ", "a"))
    cost = lambda a: anp.sum(delta * anp.dot(w, a))  # noqa: E731
    return [grad(cost)(a), slopes(a), grad(lambda dz: cost(nudged(a, dz)))(np.zeros(3))]


def bp2_relu(c):
    w, delta, z = np.array(c["W"]), np.array(c["δ"]), np.array(c["z"], dtype=float)
    cost = lambda a: anp.sum(delta * anp.dot(w, a))  # noqa: E731
    own = grad(lambda z: cost(relu(z)))(z)
    return [grad(cost)(relu(z)), grad(lambda z: anp.sum(relu(z)))(z), own, sum(1 for one in own if one == 0)]


def bp3_bias(c):
    cost = lambda z: c["δ"] * z  # noqa: E731
    total = lambda b: 0.7 * c["a"] + b  # noqa: E731
    back, a = np.array(c["back"]), np.array(c["a^{(l)}"])
    layer = lambda z, b: anp.sum(back * nudged(a, z + b))  # noqa: E731
    line = lambda b: 5 + c["∂C/∂b"] * b  # noqa: E731
    return [grad(cost)(total(c["b"])), grad(total)(c["b"]), grad(lambda b: cost(total(b)))(c["b"]),
            grad(layer, 0)(np.zeros(3), np.zeros(3)), grad(layer, 1)(np.zeros(3), np.zeros(3)),
            line(c["b_0"] + c["Δb"]) - line(c["b_0"])]  # fmt: skip


def bp4_one_weight(c):
    delta, a = np.array(c["δ"]), np.array(c["a"])
    w = np.full((2, 3), c["w"])
    edges = lambda delta, a: grad(lambda w: anp.sum(delta * anp.dot(w, a)))(w)  # noqa: E731
    asked = lambda delta, a: edges(delta, a)[1, 0]  # noqa: E731
    factors = [spots(grad(asked, place)(delta, a)) for place in (0, 1)]
    local = grad(lambda w: anp.dot(w, a)[1])(w)[1, 0]
    error = grad(lambda z: anp.sum(delta * z))(np.zeros(2))[1]
    whole = edges(delta, a)
    return [*factors, error, local, whole[1, 0], whole[0]]


def bp4_layer(c):
    by_weights = lambda delta, a: grad(lambda w: anp.sum(delta * anp.dot(w, a)))(  # noqa: E731
        np.ones((len(delta), len(a)))
    )
    e, b = np.array(c["e"]), np.array(c["b"])
    known = by_weights(e, b)
    errors = [printed(known[i, 0]) / b[0] for i in (0, 1)]
    value = printed(known[2, 1]) / e[2]
    return [by_weights(np.array(c["δ"]), np.array(c["a"])), errors, value, known[:2, 1]]


def chain(c):
    def cost(at, z=0.0, b=0.0, v=0.0, w=0.0):
        """r times z², after the sum, the bias and the weights of the chain have risen by so much."""
        return at["r"] * ((at["v"] + v) * nudged(at["u"], z + w * at.get("x", 0.0)) + b)

    first = lambda at: grad(half_squares)(at["a"], at["y"])  # noqa: E731
    top = lambda at: grad(lambda dz: half_squares(nudged(at["a"], dz), at["y"]))(0.0)  # noqa: E731
    middle, bias, weight, early = (lambda at, place=place: grad(cost, place)(at, 0.0, 0.0, 0.0, 0.0)
                                   for place in (1, 2, 3, 4))  # fmt: skip
    return [first, lambda at: slope(at["a"]), top, middle, bias, weight, early, [middle(c), weight(c), early(c)]]


def small_forward(c):
    values, keys = list(c["x"]), []
    for layer in "12":
        z = [sum(w * a for w, a in zip(line, values, strict=True)) + b
             for line, b in zip(c[f"W{layer}"], c[f"b{layer}"], strict=True)]  # fmt: skip
        values = [1 / (1 + exp(-one)) for one in z]
        keys += [z, values]
    return [*keys, (values[0] - c["y"][0]) ** 2 / 2]


def find_the_bug(c):
    """The cost nudged by complex steps at the sums, weight by weight."""
    a1, a2, y, w2, x = (np.asarray(c[name], dtype=float) for name in ("a1", "a2", "y", "W2", "x"))
    z1, z2 = np.log(a1 / (1 - a1)), np.log(a2 / (1 - a2))
    value = lambda z: 1 / (1 + np.exp(-z))  # noqa: E731
    cost = lambda z: np.sum((value(z) - y) ** 2) / 2  # noqa: E731
    nudged = lambda move: np.imag(cost(z2 + w2 @ (value(z1 + move) - a1))) / 1e-30  # noqa: E731
    out = np.array([np.imag(cost(z2 + 1e-30j * unit)) / 1e-30 for unit in np.eye(2)])
    own = np.array([nudged(1e-30j * unit) for unit in np.eye(2)])
    end = np.array([[nudged(1e-30j * x[k] * unit) for k in range(2)] for unit in np.eye(2)])
    slope = np.imag(value(z1 + 1e-30j)) / 1e-30
    work = {
        0: (2, "a slope left out", own, own / slope),
        1: (1, "a slope left out", out, a2 - y),
        2: (1, "a value for a slope", out, (a2 - y) * a2),
        3: (2, "W not transposed", own, [w2[j] @ out * slope[j] for j in range(2)]),
        4: (2, "a path left out", own, [w2[0, k] * out[0] * slope[k] for k in range(2)]),
        5: (3, "the result transposed", end, end.T),
    }
    return found(*work[c["fault"]], end)


def fading(c):
    """Layer after layer in a loop, the steepest slope found by looking."""
    n, a = int(c["layers"]), c["a"]
    best = max(one / 1000 * (1 - one / 1000) for one in range(1001))

    def through(factor, layers=n):
        error = 1.0
        for _ in range(layers):
            error *= factor
        return error

    count = next(k for k in range(1, 50) if through(best, k) < 1 / c["least"])
    z = np.log(a / (1 - a))
    slope = grad(lambda at: 1 / (1 + anp.exp(-at)))(z)
    return [best, through(best), slope, through(slope), count, 1 / best, through(2.0), through(c["w"])]


def in_letters(c):
    """Softmax moved by a complex step: one exponential grows, and the sum with it."""
    slope = lambda f: np.imag(f(np.exp(1e-30j))) / 1e-30  # noqa: E731
    own = lambda at, grown: at["p"] * grown / (1 + at["p"] * (grown - 1))  # noqa: E731
    other = lambda at, grown: at["p"] / (1 + at["q"] * (grown - 1))  # noqa: E731
    cost = lambda moved: lambda at: slope(lambda grown: -np.log(moved(at, grown)))  # noqa: E731
    p, y = np.array(c["p"]), np.eye(3)[c["true"]]
    z = np.log(p)
    loss = lambda z: anp.log(anp.sum(anp.exp(z))) - anp.sum(y * z)  # noqa: E731
    return [
        lambda at: -np.imag(np.log(at["p"] + 1e-30j)) / 1e-30,
        lambda at: slope(lambda grown: own(at, grown)), cost(own),
        lambda at: slope(lambda grown: other(at, grown)), cost(other), grad(loss)(z),
    ]  # fmt: skip


def two_languages(c):
    """The layer with a cost that has the given slope with respect to its values, differentiated by autograd."""
    w, x, a, g = (np.asarray(c[name], dtype=float) for name in ("W", "x", "a", "g"))
    bias = np.log(a / (1 - a)) - w @ x
    cost = lambda w, b, x: anp.sum(g / (1 + anp.exp(-(anp.dot(w, x) + b))))  # noqa: E731
    dw, db, dx = (grad(cost, i)(w, bias, x) for i in range(3))
    names = {0: "δ", 1: "∂C/∂W", 2: "∂C/∂b", 4: "∂C/∂x"}
    return [*(names[i] for i in c["order"]), db, dw, dx]


def assembled(c):
    """The layers read off a walk back through a list of them."""
    last, layer = c["layers"]
    raised = dict(zip("01234", "⁰¹²³⁴", strict=True))
    name = lambda letter, n: f"{letter}⁽{raised[str(n)]}⁾" if n else "x"  # noqa: E731
    layers = list(range(1, last + 1))
    walk = [(here, after) for here, after in zip(layers, layers[1:], strict=False)][::-1]
    here, after = next(pair for pair in walk if pair[0] == layer)
    values = [0, *layers][layers.index(here)]
    return [
        name("z", layers[-1]), name("W", after), name("δ", after), name("z", here), name("δ", here), name("δ", here),
        name("a", values), 1, len(walk), len(layers), len(layers),
    ]  # fmt: skip


INDEPENDENT = {
    "assembled": assembled,
    "fading": fading,
    "in-letters": in_letters,
    "two-languages": two_languages,
    "find-the-bug": find_the_bug,
    "nudge-z": nudge_z, "every-node": every_node, "bp1-one-node": bp1_one_node, "bp1-layer": bp1_layer,
    "bp1-from-z": bp1_from_z, "bp2-one-node": bp2_one_node, "index-form": index_form, "matrix-form": matrix_form,
    "rows-and-columns": rows_and_columns, "bp2-layer": bp2_layer, "bp2-relu": bp2_relu, "bp3-bias": bp3_bias,
    "bp4-one-weight": bp4_one_weight, "bp4-layer": bp4_layer, "chain": chain, "small-forward": small_forward,
}  # fmt: skip


def test_every_name_is_a_page():
    """A page that is renamed takes its second computation along."""
    assert {f"equations/{name}" for name in INDEPENDENT} <= set(pages.catalogue())


@pytest.mark.parametrize("name", INDEPENDENT)
def test_keys_agree_with_a_second_computation(name, agrees):
    """Every key of these pages, over many variants, is what automatic differentiation or plain loops give."""
    agrees(f"equations/{name}", INDEPENDENT[name])
