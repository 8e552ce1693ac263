"""Chapter 8, whole networks, costs that swallow the slope, and shapes: every key computed a second way."""

from math import exp, log

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import elementwise_grad, grad, jacobian

from autograder import pages
from autograder.layout import Shape

FORMULAS = "sigmoid-cross-entropy"  # its formulas hold only between 0 and 1, beyond the points of the fixture
BETWEEN = (0.15, 0.4, 0.7, 0.95)


def shape_of(*arrays):
    return [Shape(array.shape) for array in arrays]


def sigmoid(z):
    return 1 / (1 + anp.exp(-z))


def logit(a):
    return np.log(a / (1 - a))


def softmax(z):
    return anp.exp(z) / anp.sum(anp.exp(z))


def halved(a, y):
    return anp.sum((a - y) ** 2) / 2


def the_one(things):
    """The only one of these."""
    (one,) = things
    return one


def surprise(a, y):
    return -anp.sum(y * anp.log(a) + (1 - y) * anp.log(1 - a))


# -- sigmoid networks --------------------------------------------------------------------------------------------------


class Nudged:
    """A sigmoid network as one cost of its parameters and of a nudge at every z and every a; all slopes by autograd."""

    def __init__(self, c):
        self.depth = depth = 3 if "W3" in c else 2
        x, y = np.array(c["x"]), np.array(c["y"])
        here = {f"{kind}{level}": np.array(c[f"{kind}{level}"]) for kind in "Wb" for level in range(1, depth + 1)}
        for level in range(1, depth + 1):
            for kind in "za":
                here[f"nudge {kind}{level}"] = np.zeros(len(here[f"b{level}"]))

        def cost(at):
            a = x
            for level in range(1, depth + 1):
                z = anp.dot(at[f"W{level}"], a) + at[f"b{level}"] + at[f"nudge z{level}"]
                a = sigmoid(z) + at[f"nudge a{level}"]
            return halved(a, y)

        self.cost, self.by = cost(here), grad(cost)(here)
        self.w = {level: here[f"W{level}"] for level in range(1, depth + 1)}
        self.z, self.a = {}, {0: x.tolist()}
        for level in range(1, depth + 1):
            self.z[level] = [
                sum(w * a for w, a in zip(line, self.a[level - 1], strict=True)) + b
                for line, b in zip(here[f"W{level}"].tolist(), here[f"b{level}"].tolist(), strict=True)
            ]
            self.a[level] = [1 / (1 + exp(-z)) for z in self.z[level]]

    def delta(self, level):
        return self.by[f"nudge z{level}"]

    def back(self, level):
        return self.by[f"nudge a{level}"]

    def slope(self, level):
        return elementwise_grad(sigmoid)(np.array(self.z[level]))


def small_backward(c):
    net = Nudged(c)
    return [net.back(2), net.slope(2), net.delta(2), net.slope(1), net.back(1), net.delta(1)]


def small_gradients(c):
    by = Nudged(c).by
    return [by["b2"], by["W2"], by["b1"], by["W1"], np.array(c["W2"]) - 10 * by["W2"]]


def deep_first(c):
    net = Nudged(c)
    return [*[Shape((len(net.a[level]), len(net.a[level - 1]))) for level in (1, 2, 3)], net.z[1], net.a[1]]


def deep_forward(c):
    net = Nudged(c)
    return [net.z[2], net.a[2], net.z[3], net.a[3], net.cost]


def deep_output(c):
    net = Nudged(c)
    return [net.back(3), net.slope(3), net.delta(3), net.back(2), net.slope(2), net.delta(2)]


def deep_backward(c):
    net = Nudged(c)
    leaving = [[net.w[2][k][j] for k in range(2)] for j in range(3)]
    return [leaving, net.back(1), net.slope(1), net.delta(1)]


def deep_gradients(c):
    by = Nudged(c).by
    return [by["W3"], by["b3"], by["W2"], by["b2"], by["W1"]]


# -- costs that swallow the slope --------------------------------------------------------------------------------------


def sigmoid_cross_entropy(c):
    def error(a, y):
        return grad(lambda z: surprise(sigmoid(z), y))(logit(a))

    return [
        lambda at: grad(surprise)(at["a"], 1.0),
        lambda at: grad(sigmoid)(logit(at["a"])),
        lambda at: error(at["a"], 1.0),
        lambda at: grad(surprise)(at["a"], 0.0),
        lambda at: error(at["a"], 0.0),
        lambda at: error(at["a"], at["y"]),
        [error(a, y) for a, y in zip(c["a"], c["y"], strict=True)],
    ]


def slope_stays(c):
    rows = []
    for miss, y in zip(c["miss"], c["targets"], strict=True):
        z = logit(abs(y - miss))
        rows.append([grad(lambda z, cost=cost, y=y: cost(sigmoid(z), y))(z) for cost in (surprise, halved)])
    large, small = sorted(zip(map(abs, rows[-1]), ("cross-entropy", "squared error"), strict=True), reverse=True)
    return [rows, small[0] / large[0], large[1], small[1]]


def softmax_jacobian(c):
    p, true = np.array(c["p"]), int(c["true"])
    z = np.log(p)
    cost = lambda p: -anp.log(p[true])  # noqa: E731
    return [
        grad(cost)(p),
        jacobian(softmax)(z)[np.triu_indices(3)],
        grad(lambda z: cost(softmax(z)))(z),
        [share - (k == true) for k, share in enumerate(c["p"])],
    ]


def softmax_short(c):
    z, true = np.array(c["z"]), int(c["true"])
    cost = lambda z: anp.log(anp.sum(anp.exp(z))) - z[true]  # noqa: E731
    powers = [exp(one) for one in z.tolist()]
    error = grad(cost)(z)
    moves = ["raise z" if cost(z + 0.01 * one) < cost(z) else "lower z" for one in np.eye(3)]
    return [powers, sum(powers), grad(lambda z: anp.log(anp.sum(anp.exp(z))))(z), error, sum(error), moves]


def which_delta(c):
    kinds = [("sigmoid", halved), ("sigmoid", surprise), ("softmax", None), ("none", halved), ("tanh", halved)]
    starts = {"sigmoid": (sigmoid, logit), "none": (lambda z: z, lambda a: a), "tanh": (anp.tanh, np.arctanh)}
    first, keys = int(c["first"]), []
    for i in range(5):
        (activation, cost), a, y = kinds[(first + i) % 5], float(c["a"][i]), float(c["y"][i])
        if activation == "softmax":  # of two classes; the other one has what is missing to one
            z, target = np.array([log(a), log(1 - a)]), np.array([y, 1 - y])
            error = grad(lambda z, target=target: -anp.sum(target * anp.log(softmax(z))))(z)[0]
        else:
            value, inverse = starts[activation]
            error = grad(lambda z, value=value, cost=cost, y=y: cost(value(z), y))(inverse(a))
        keys += ["no" if abs(error - (a - y)) < 1e-9 else "yes", error]
    return keys


def softmax_network(c):
    x, z1, w2, true = np.array(c["x"]), np.array(c["z1"]), np.array(c["W2"]), int(c["true"])
    h = np.array([z if z > 0 else 0.0 for z in z1.tolist()])
    z2 = np.array([sum(w * one for w, one in zip(line, h, strict=True)) for line in w2])

    def cost(more, nudge_h, nudge_z2):
        """The cost after a change of the first weights, of the hidden values, of the last sums."""
        hidden = anp.maximum(0.0, z1 + anp.dot(more, x)) + nudge_h
        z = anp.dot(w2, hidden) + nudge_z2
        return anp.log(anp.sum(anp.exp(z))) - z[true]

    still = np.zeros((2, 3)), np.zeros(2), np.zeros(3)
    error, back, by_w = grad(cost, 2)(*still), grad(cost, 1)(*still), grad(cost, 0)(*still)
    behind = grad(
        lambda z: anp.log(anp.sum(anp.exp(anp.dot(w2, anp.maximum(0.0, z))))) - anp.dot(w2[true], anp.maximum(0.0, z))
    )(z1)
    powers = [exp(z) for z in z2.tolist()]
    zeros = [j for j in range(2) if not by_w[j].any()]
    shown = [h, z2, [power / sum(powers) for power in powers], error, back, behind]
    return [*shown, f"row {the_one(zeros) + 1}", by_w[1 - zeros[0]]]


# -- shapes ------------------------------------------------------------------------------------------------------------


def columns(c):
    """Columns of ones for the inputs and every layer, and weights of ones that lead from each to the next."""
    n = [int(size) for size in c["sizes"]]
    return [np.ones((size, 1)) for size in n], [np.ones((high, low)) for low, high in zip(n, n[1:], strict=False)]


def ledger(c):
    (x, b1, b2), (w1, w2) = columns(c)

    def sums(w1, w2, b1, b2):
        z1 = anp.dot(w1, x) + b1
        return z1, anp.dot(w2, sigmoid(z1)) + b2

    def cost(*parameters):
        return anp.sum(sums(*parameters)[1] ** 2)

    z1, z2 = sums(w1, w2, b1, b2)
    d2 = grad(lambda z: anp.sum(z**2))(z2)
    d1 = grad(lambda z: anp.sum((anp.dot(w2, sigmoid(z)) + b2) ** 2))(z1)
    by = [grad(cost, i)(w1, w2, b1, b2) for i in range(4)]
    products = [(w2.T, d2), (d1, x.T)]
    shapes = [one for left, right in products for one in shape_of(left, right, left @ right)]
    return [*shape_of(w1, w2, b1, b2, d1, d2, by[0], by[1]), *shapes]


def from_shapes(c):
    (x, a1, a2), (w1, w2) = columns(c)
    layers = [w1.size + a1.size, w2.size + a2.size]

    def fits(left, right):
        try:
            left @ right
        except ValueError:
            return "no"
        return "yes"

    products = {"first": a2 @ a1.T, "second": a1 @ a2.T}
    return [
        [x.size, a1.size, a2.size],
        layers,
        sum(layers),
        fits(w2, a2),
        fits(w2.T, a2),
        fits(a2, a1.T),
        fits(a1, a1),
        *shape_of(*products.values()),
        *[name for name, product in products.items() if product.shape == w2.shape],
    ]


INDEPENDENT = {
    "small-backward": small_backward, "small-gradients": small_gradients, "deep-first": deep_first,
    "deep-forward": deep_forward, "deep-output": deep_output, "deep-backward": deep_backward,
    "deep-gradients": deep_gradients, "sigmoid-cross-entropy": sigmoid_cross_entropy, "slope-stays": slope_stays,
    "softmax-jacobian": softmax_jacobian, "softmax-short": softmax_short, "which-delta": which_delta,
    "softmax-network": softmax_network, "ledger": ledger, "from-shapes": from_shapes,
}  # fmt: skip


def test_the_pages_exist():
    """Every name is a page of the catalogue."""
    assert {f"equations/{name}" for name in INDEPENDENT} <= set(pages.catalogue())


@pytest.mark.parametrize("name", [name for name in INDEPENDENT if name != FORMULAS])
def test_keys_agree_with_a_second_computation(name, agrees):
    """Every key, over many variants, is what automatic differentiation of the cost or plain loops give."""
    agrees(f"equations/{name}", INDEPENDENT[name])


def test_formulas_of_a_probability_agree_between_0_and_1(variants, record_property):
    """The formulas for a sigmoid with cross-entropy are slopes of the cost wherever a sigmoid's value can lie."""
    compared = 0
    for variant in variants(1000):
        sheet = pages.load(f"equations/{FORMULAS}").sheet(variant)
        *formulas, numbers = INDEPENDENT[FORMULAS](sheet.givens)
        assert len(sheet.boxes) == len(formulas) + len(numbers)
        for box, formula in zip(sheet.boxes, formulas, strict=False):
            for a in BETWEEN:
                for y in (0.0, 0.3, 1.0):
                    at = {"a": a, "y": y}
                    assert float(box.key.evaluate(at)) == pytest.approx(formula(at)), (variant, box.label, at)
        for box, number in zip(sheet.boxes[len(formulas) :], numbers, strict=True):
            assert float(box.key) == pytest.approx(number, abs=1e-9), (variant, box.label)
        compared += len(sheet.boxes)
    record_property("keys computed a second way", compared)
