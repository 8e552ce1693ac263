"""Chapter 5: the curriculum's numbers, and every key computed a second way."""

import cmath
import math
from functools import lru_cache

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import grad, jacobian

from autograder import pages
from autograder.layout import Shape
from autograder.marking.pages import mark

CLASSES = ("cat", "dog", "horse")


def shown(slug: str) -> list[str]:
    return [box.shown for box in pages.load(f"activations/{slug}").sheet().boxes]


# -- the curriculum's canonical numbers --------------------------------------------------------------------------------


def test_relu_mask():
    """u = (7, −22, −3) comes out as (7, 0, 0) with the mask (1, 0, 0)."""
    assert shown("relu-mask")[:6] == ["7", "0", "0", "1", "0", "0"]


def test_slope_at_the_kink():
    """ReLU′(0) = 0, by agreement; the ratios on either side are 1 and 0."""
    keys = shown("relu-and-its-kink")
    assert keys[6] == "0" and keys[8:] == ["1", "0"]


def test_slopes_from_values():
    """σ′ = a(1 − a): 0.8 gives 0.16; tanh′ = 1 − a²: 0.6 gives 0.64."""
    keys = shown("slope-from-value")
    assert keys[0] == "0.160" and keys[3] == "0.640" and keys[6:] == ["0.25", "1"]


def test_softmax_of_logarithms():
    """0, ln 2 and ln 5 share out as 1/8, 1/4 and 5/8."""
    assert shown("softmax-shares")[4:7] == ["0.125", "0.250", "0.625"]


def test_columns_of_the_jacobian_add_up_to_zero():
    """diag(p) − ppᵀ of (0.6, 0.3, 0.1) begins with 0.24, −0.18, −0.06; its columns add up to 0."""
    keys = shown("softmax-jacobian")
    assert keys[3:6] == ["0.24", "-0.18", "-0.06"] and keys[12:] == ["0", "0", "0"]


def test_joint_derivative():
    """Cross-entropy behind softmax has the derivative p − y, multiplied out or at once."""
    keys = shown("joint-derivative")
    assert keys[6:9] == keys[9:] == ["-0.7", "0.6", "0.1"]


def test_one_hot_and_argmax():
    """dog is (0, 1, 0) among cat, dog and horse; the largest probability gives the class."""
    assert shown("one-hot-targets")[:3] == ["0", "1", "0"]
    assert shown("argmax")[:2] == ["dog", "cat"]


def test_a_batch_of_rows():
    """50 examples of 3 classes make a 50×3 matrix of targets."""
    assert shown("batch-of-targets")[6] == "50×3"


# -- one idea, one point -----------------------------------------------------------------------------------------------


def states(slug, answers):
    return [verdict.state for verdict in mark(f"activations/{slug}", answers).verdicts]


def test_right_predictions_are_counted_on_the_students_own():
    """Who reads one row wrongly counts on from what stands there: three right ones of four are then two."""
    found = states("argmax", {1: "dog", 2: "cat", 3: "horse", 4: "cat", 5: "2", 6: "1/2"})
    assert found[3] != "right" and found[4:6] == ["follows", "follows"]


def test_a_batch_in_columns_costs_one_point():
    """Turned once, all the shapes are turned."""
    found = states("batch-of-targets", {5: "8x50", 6: "3x50", 7: "3x50", 8: "3x50"})
    assert found[4:8] == ["mistake", "follows", "follows", "follows"]


def test_decimals_of_a_fraction_are_as_good():
    """At ln 3 the sigmoid is 3/4, and e to the −ln 3 is 1/3 or 0.333."""
    assert states("sigmoid-values", {1: "0.333", 4: "3/4"})[0] == "right"


# -- every key a second way --------------------------------------------------------------------------------------------


def relu(z):
    return z * (z > 0)


def logistic(z):
    return 1 / (1 + cmath.exp(-z))


def slope(f, z):
    """The derivative of f by complex step: no difference is taken, so no digit is lost."""
    return f(complex(z, 1e-30)).imag / 1e-30


def relu_and_its_kink(c):
    z, h = [*c["z"], 0.0, -c["below"]], c["h"]
    return [
        [max(0.0, v) for v in z],
        [grad(relu)(float(v)) for v in z],
        (relu(h) - relu(0)) / h,
        (relu(0) - relu(-h)) / h,
    ]


def relu_mask(c):
    u = np.array(c["u"])
    return [np.clip(u, 0, None), np.diag(jacobian(relu)(u)), grad(lambda u: anp.dot(c["up"], relu(u)))(u)]


def sigmoid_values(c):
    z = [math.log(c["k"][0]), -math.log(c["k"][1]), 0.0]
    half = lambda z: (1 + math.tanh(z / 2)) / 2  # noqa: E731 - the sigmoid by another name
    return [[math.exp(-v) for v in z], [half(v) for v in z], half(c["z"]), half(-c["z"]), half(c["z"]) + half(-c["z"])]


def slope_from_value(c):
    s = [slope(logistic, math.log(a / (1 - a))) for a in c["a"]]
    t = [slope(cmath.tanh, math.atanh(a)) for a in c["t"]]
    return [s, t, *[max(slope(f, z) for z in np.linspace(-2, 2, 9)) for f in (logistic, cmath.tanh)]]


def from_z_to_slope(c):
    return [
        part for f in (logistic, cmath.tanh) for part in ([f(z).real for z in c["z"]], [slope(f, z) for z in c["z"]])
    ]


def over_value(f):
    """The slope of f as a function of its value, through points where both were found by complex step."""
    z = np.linspace(-1.5, 1.5, 5)
    return np.polynomial.Polynomial.fit([f(v).real for v in z], [slope(f, v) for v in z], 4)


RULES = [over_value(logistic), over_value(cmath.tanh)]


def rules_derived(c):
    k = c["k"]
    return [
        lambda at: slope(lambda x: cmath.exp(-k * x), at["x"]),
        slope(lambda u: 1 + u, 0.7),
        lambda at: slope(lambda v: 1 / v, at["v"]),
        lambda at: slope(lambda x: logistic(k * x), at["x"]),
        lambda at: logistic(-k * at["x"]).real,
        *[lambda at, rule=rule: k * rule(at["a"]) for rule in RULES],
    ]


def through_activations(c):
    slopes = [
        slope(lambda z: z, 1.0),
        slope(logistic, math.log(c["s"] / (1 - c["s"]))),
        slope(cmath.tanh, math.atanh(c["t"])),
        0.0,
    ]
    return [slopes, np.multiply(slopes, c["up"])]


def soft(z):
    e = anp.exp(z - anp.max(z))
    return e / anp.sum(e)


def softmax_shares(c):
    e = c["e"]
    p = soft(np.log(e))
    return [np.exp(np.log(e)), e.sum(), p, p.sum(), p[2] / p[1]]


def only_differences(c):
    z = np.array(c["z"])
    lower = z - max(z)
    return [[math.e**v for v in z], soft(z), lower, [math.e**v for v in lower], soft(z - 5)]


def at_shares(p):
    """The Jacobian of softmax where it gives p."""
    return jacobian(soft)(np.log(np.array(p)))


def softmax_jacobian(c):
    p, full = np.array(c["p"]), at_shares(c["p"])
    return [(np.diag(p) - full)[0], full, [0.0] * 3]


@lru_cache
def shares_moved(p, q, j):
    """∂p/∂z_j by central differences where softmax gives (p, q, 1 − p − q); negative shares are as good as others."""
    z = [cmath.log(v) for v in (p, q, 1 - p - q)]
    e = [[cmath.exp(v + h * (n == j)) for n, v in enumerate(z)] for h in (1e-6, -1e-6)]
    up, down = ([v / sum(row) for v in row] for row in e)
    return [((a - b) / 2e-6).real for a, b in zip(up, down, strict=True)]


def jacobian_entries(c):
    letters = [lambda at, i=i, j=j: shares_moved(at["q"], at["r"], j)[i] for i in (0, 1) for j in (0, 1)]
    two = [lambda at, sign=sign: sign * RULES[0](at["q"]) for sign in (1, -1)]  # a sigmoid of the difference of two z
    full = at_shares(c["v"])
    i, j = (n - 1 for n in c["entry"])
    return [*letters, *two, full[i, i], full[i, j], full[j, i]]


def loss(p, k):
    return -anp.log(p[k])


def cross_entropy(c):
    ps = [np.array(c[f"p{i}"]) for i in (1, 2, 3)]
    costs = [anp.log(np.sum(np.exp(np.log(p)))) - anp.log(p[k]) for p, k in zip(ps, c["true"], strict=True)]
    return [costs, sum(costs) / 3, grad(loss)(ps[0], c["true"][0])]


def joint_derivative(c):
    p, k = np.array(c["p"]), c["true"]
    joint = grad(lambda z: loss(soft(z), k))(np.log(p))
    return [grad(loss)(p, k), at_shares(p)[k], joint, joint]


def prediction_minus_target(c):
    k, z = c["true"], np.array(c["z"])
    joint = lambda z: loss(soft(z), k)  # noqa: E731
    first = grad(joint)(np.log(np.array(c["p"])))
    lost = np.array(c["q"]) - grad(lambda z: loss(soft(z), c["other"]))(np.log(np.array(c["q"])))
    return [first, 0.0, lost, np.exp(z) / np.sum(np.exp(z)), grad(joint)(z)]


def hot(k):
    return [float(name == CLASSES[k]) for name in CLASSES]


def one_hot_targets(c):
    return [*[hot(k) for k in c["order"][:2]], *[CLASSES[k] for k in c["asked"]], c["c"], 1, c["c"] - 1]


def argmax(c):
    ps = [c[f"p{i}"] for i in (1, 2, 3, 4)]
    won = [max(zip(p, CLASSES, strict=True))[1] for p in ps]
    hits = [name == CLASSES[k] for name, k in zip(won, c["true"], strict=True)]
    return [*won, hits.count(True), np.mean(hits), hot(c["true"][0])]


def batch_of_targets(c):
    m, n, k = (int(v) for v in c["sizes"])
    x, w = np.ones((m, n)), np.ones((k, n))
    p = x @ w.T
    y = np.eye(k)[np.arange(m) % k]
    shapes = [Shape(array.shape) for array in (x, p, y, p - y)]
    return [[1 + hot(k).index(1) for k in c["true"]], *shapes, y.sum()]


def batch_error(c):
    ps = [np.array(c[f"p{i}"]) for i in (1, 2, 3)]
    rows = [grad(lambda z, k=k: loss(soft(z), k))(np.log(p)) for p, k in zip(ps, c["true"], strict=True)]
    got = [p @ hot(k) for p, k in zip(ps, c["true"], strict=True)]
    return [rows, got, -math.log(math.prod(got)) / 3]


def two_straight_layers(c):
    """What the two layers make of 0 and of each unit vector is all that there is to know of them."""
    w1, b1, w2, b2, x = (np.asarray(c[name]) for name in ("W1", "b1", "W2", "b2", "x"))
    layers = lambda v: np.einsum("ij,j->i", w2, np.einsum("ij,j->i", w1, v) + b1) + b2  # noqa: E731
    start = layers(np.zeros(2))
    turned = np.stack([layers(unit) - start for unit in np.eye(2)], axis=1)
    n, k, o = map(int, c["sizes"])
    count = lambda *shape: sum(1 for _ in np.ndindex(*shape))  # noqa: E731
    both = [count(k, n) + count(k) + count(o, k) + count(o), count(o, n) + count(o)]
    return [[row @ x + b for row, b in zip(w1, b1, strict=True)], layers(x), turned, start, layers(x), both]


def xor_by_hand(c):
    """The outer weights solved for as a system of equations."""
    w, b, k, m, t = np.asarray(c["w"]), c["b"], c["k"], c["m"], c["t"]
    line = [float(w @ corner) + b for corner in ((0, 0), (1, 0), (0, 1), (1, 1))]
    hidden = lambda s: [(k * s + abs(k * s)) / 2, (m * (s - 1) + abs(m * (s - 1))) / 2]  # noqa: E731
    v = np.linalg.solve([hidden(1), hidden(2)], [t, 0])
    pairs = [w.sum() + 2 * b] * 2
    return [line, pairs, [0, 2 * t], hidden(0)[1], hidden(1), hidden(2), v]


def softmax_of_a_thousand(c):
    low = [0.0, -c["below"][0], -c["below"][1]]
    powers = [math.exp(one) for one in low]
    total = math.fsum(powers)
    return [low, powers, total, [1 / math.fsum(math.exp(b - a) for b in low) for a in low], "the same",
            math.log(total)]  # fmt: skip


INDEPENDENT = {
    "two-straight-layers": two_straight_layers,
    "xor-by-hand": xor_by_hand,
    "softmax-of-a-thousand": softmax_of_a_thousand,
    "relu-and-its-kink": relu_and_its_kink,
    "relu-mask": relu_mask,
    "sigmoid-values": sigmoid_values,
    "slope-from-value": slope_from_value,
    "from-z-to-slope": from_z_to_slope,
    "rules-derived": rules_derived,
    "through-activations": through_activations,
    "softmax-shares": softmax_shares,
    "only-differences": only_differences,
    "softmax-jacobian": softmax_jacobian,
    "jacobian-entries": jacobian_entries,
    "cross-entropy": cross_entropy,
    "joint-derivative": joint_derivative,
    "prediction-minus-target": prediction_minus_target,
    "one-hot-targets": one_hot_targets,
    "argmax": argmax,
    "batch-of-targets": batch_of_targets,
    "batch-error": batch_error,
}  # fmt: skip


def test_every_page_is_computed_a_second_time():
    """No page of the chapter escapes the comparison below."""
    assert {page.slug.partition("/")[2] for page in pages.chapter_pages("activations")} == set(INDEPENDENT)


@pytest.mark.parametrize("slug", INDEPENDENT)
def test_keys_agree_with_a_second_computation(slug, agrees):
    """Every key of every page, over many variants, is what a second way of computing it gives."""
    agrees(f"activations/{slug}", INDEPENDENT[slug])
