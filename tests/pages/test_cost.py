"""Chapter 6: the curriculum's numbers, and every key computed a second way."""

from fractions import Fraction

import numpy as np
import pytest

from autograder import pages
from autograder.marking.pages import mark

from .worked import found


def shown(slug: str) -> list[str]:
    return [box.shown for box in pages.load(f"cost/{slug}").sheet().boxes]


# -- the curriculum's canonical numbers --------------------------------------------------------------------------------


def test_counting_batches():
    """1 000 000 examples in batches of 120 are 8 333 full batches and one of 40, 8 334 in all."""
    keys = shown("count-batches")
    assert (keys[3], keys[5], keys[6]) == ("8333", "40", "8334")


def test_mean_squared_error():
    """v = y − a, and C = 1/(2m) Σ v² = 42/8."""
    assert shown("mean-squared-error") == ["-2", "2", "3", "-5", "4", "4", "9", "25", "42", "8", "5.25"]


def test_slopes_of_the_cost():
    """The two cancels the half, the m stays below, and v turns into −e."""
    assert shown("half-and-mean")[1:3] == ["v", "v/m"] and shown("half-and-mean")[5] == "e·x/m"


def test_silent_examples():
    """Below zero and at zero ReLU lets nothing through."""
    assert shown("active-examples")[:4] == ["active", "silent", "silent", "active"]
    assert shown("active-examples")[4:] == ["5", "0", "0", "4", "4", "nothing"]


def test_gradient_of_the_neuron():
    """(1/m) Σ e x over the active examples, 0 for the silent one: (20, 3)/4."""
    assert shown("per-example")[2:4] == ["0", "0"]
    assert shown("per-example")[8:] == ["20", "3", "5", "0.75"]


def test_gradient_of_the_bias():
    """(1/m) Σ e over the active examples: 6/5."""
    assert shown("bias-gradient")[5:7] == ["6", "1.2"]


def test_unrolled():
    """Weights row by row, then biases, layer after layer; 4–3–2 has 23 parameters."""
    assert shown("unrolled")[:8] == ["-1", "2", "1", "4", "6", "15", "8", "23"]


def test_learning_rates():
    """Four rates, four fates."""
    assert shown("learning-rates")[9:] == ["creeps", "lands", "jumps back and forth", "flies off"]


# -- one idea, one point -----------------------------------------------------------------------------------------------


def states(slug, answers):
    return [verdict.state for verdict in mark(f"cost/{slug}", answers).verdicts]


def test_who_goes_uphill_goes_on_uphill():
    """What follows from a first step uphill is a second one, and a weight that flies off."""
    typed = ["5", "3.1", "4", "5", "5.5", "3.21", "6", "11", "14.25", *["flies off"] * 4]
    assert states("learning-rates", dict(enumerate(typed, 1))) == ["right", *["mistake"] * 4, *["follows"] * 7, "right"]


def test_a_fraction_that_was_cancelled_costs_one_point():
    """21/4 for 42/8 is the same cost; only the sum was not to be halved."""
    assert states("mean-squared-error", {9: "21", 10: "4", 11: "21/4"})[8:] == ["mistake", "follows", "right"]


def test_slopes_follow_from_a_formula_with_a_slip():
    """Who forgets a bracket in y − (wx + b) has +1 as the slope in b."""
    assert states("cost-as-formula", {1: "7-3w+b", 2: "-3", 3: "1"})[:3] == ["wrong", "right", "follows"]


# -- every key a second way --------------------------------------------------------------------------------------------


TINY = 1e-30


def derivative(f, at=0.0):
    """The derivative of f by a complex step: exact to rounding; f may have several values."""
    return np.imag(f(at + 1j * TINY)) / TINY


def gradient(f, at):
    """The partial derivatives of f, one for each entry of a vector; for several values, a row for each."""
    return np.array([derivative(lambda t, u=unit: f(at + t * u)) for unit in np.eye(len(at))]).T


def relu(z):
    """ReLU for numbers with a nudge in their imaginary part."""
    return np.where(np.real(z) > 0, z, 0)


def neuron(theta, x):
    """A ReLU neuron's predictions; the bias is the last entry of theta."""
    return relu(x @ theta[:-1] + theta[-1])


def single_costs(theta, x, y):
    return (neuron(theta, x) - y) ** 2 / 2


def setting(c):
    return np.array([*c["w"], c["b"]]), np.asarray(c["x"]), np.asarray(c["y"])


def slope(f):
    """A formula's key: the derivative of f at 0, where f is built from the values of the variables."""
    return lambda at: float(derivative(lambda t: f(t, at)))


def mean_squared_error(c):
    y, a = c["y"], c["a"]
    v = -gradient(lambda p: np.sum((p - y) ** 2) / 2, a)
    return [v, np.square(v), np.dot(v, v), 2 * len(y), np.mean((a - y) ** 2) / 2]


def cost_backwards(c):
    v, half_mean = c["v"], lambda v: np.mean(np.square(v)) / 2
    return [
        np.dot(v, v),
        v[2] * v[2],
        v[2],
        c["a"] + v[2],
        2 * c["m"],
        c["m"],
        half_mean(c["k"] * v) / half_mean(v),
        half_mean(np.tile(v, 2)) / half_mean(v),
    ]


def chain_of_factors(c):
    x, w, b, y = (c[k] for k in "xwby")
    cost = lambda w, b: (y - relu(w * x + b)) ** 2 / 2  # noqa: E731
    z = w * x + b
    return [
        z,
        y - z,
        cost(w, b),
        slope(lambda t, at: (at["v"] + t) ** 2 / 2),
        derivative(lambda a: y - a, z),
        derivative(relu, z),
        slope(lambda t, at: t * at["x"]),
        slope(lambda t, at: (at["v"] - t * at["x"]) ** 2 / 2),
        derivative(lambda w: cost(w, b), w),
        derivative(lambda b: w * x + b, b),
        derivative(lambda b: cost(w, b), b),
    ]


def half_and_mean(c):
    e, x, m = c["e"], c["x"], c["m"]
    share = lambda t, at: (at["v"] - t * at["x"]) ** 2 / (2 * at["m"])  # noqa: E731
    return [
        slope(lambda t, at: (at["v"] + t) ** 2),
        slope(lambda t, at: (at["v"] + t) ** 2 / 2),
        slope(lambda t, at: (at["v"] + t) ** 2 / (2 * at["m"])),
        slope(lambda t, at: at["v"] - t * at["x"]),
        slope(share),
        slope(lambda t, at: (at["e"] + t * at["x"]) ** 2 / (2 * at["m"])),
        derivative(lambda t: (e + t * x) ** 2 / (2 * m)),
    ]


def cost_as_formula(c):
    x, y, w, b = (c[k] for k in "xywb")
    v = lambda w, b: y - (x * w + b)  # noqa: E731
    cost = lambda w, b: v(w, b) ** 2 / 2  # noqa: E731
    by_w = lambda f, w, b: derivative(lambda w: f(w, b), w)  # noqa: E731
    by_b = lambda f, w, b: derivative(lambda b: f(w, b), b)  # noqa: E731
    there = [by_w(cost, w, b), by_b(cost, w, b)]
    return [
        lambda at: v(at["w"], at["b"]),
        by_w(v, w, b),
        by_b(v, w, b),
        lambda at: by_w(cost, at["w"], at["b"]),
        lambda at: by_b(cost, at["w"], at["b"]),
        there,
        -v(w, b),
    ]


def active_examples(c):
    w, kink = c["w"], c["zero"]
    x = [kink + gap for gap in (c["away"][0], 0, *c["away"][1:])]
    value = lambda w, x, rise=0.0: max(w * x - c["w"] * kink + rise, 0.0)  # noqa: E731
    slopes = [round((value(w, v) - value(w - 1e-6, v)) / 1e-6, 3) for v in x]  # from the left, so the kink has slope 0
    lowest = min(x)
    wakes = next(rise for rise in range(100) if value(w, lowest, rise + 0.5) > 0)
    return [["active" if s else "silent" for s in slopes], slopes, wakes, "nothing" if not value(w, lowest) else ""]


def error_terms(c):
    theta, x, y = setting(c)
    a = [max(0.0, sum(w * v for w, v in zip(theta, (*row, 1.0), strict=True))) for row in x]
    z = np.column_stack([x, np.ones(len(x))]) @ theta
    return [z, a, gradient(lambda a: np.sum((a - y) ** 2) / 2, np.array(a))]


def on_the_edges(c):
    x, a, y = c["x"], c["a"], c["y"]
    nudged = gradient(lambda t: (a + x @ t[:3] + t[3] - y) ** 2 / 2, np.zeros(4))
    return [derivative(lambda p: (p - y) ** 2 / 2, a), nudged, c["e'"], c["x'"][1]]


def per_example(c):
    theta, x, y = setting(c)
    shares = gradient(lambda t: single_costs(t, x, y), theta)[:, :-1]
    return [
        shares,
        gradient(lambda t: np.sum(single_costs(t, x, y)), theta)[:-1],
        gradient(lambda t: np.mean(single_costs(t, x, y)), theta)[:-1],
    ]


def errors_found_back(c):
    x, e, a = c["x"], c["e"], c["a"]
    total = gradient(lambda w: np.sum((x @ w + e) ** 2) / 2, np.zeros(2))
    return [e, [a[i] - e[i] for i in range(3)], x[1][1], total, [Fraction(int(round(t)), 3) for t in total]]


def bias_gradient(c):
    z, e = c["z"], c["e"]
    values = lambda t: relu(z + t)  # noqa: E731
    costs = lambda t: (values(t) - values(0) + e) ** 2 / 2  # noqa: E731
    return [
        derivative(costs),
        derivative(lambda t: np.sum(costs(t))),
        derivative(lambda t: np.mean(costs(t))),
        c["grad"] * 3,
        c["grad"] * 3 - c["e'"][0] - c["e'"][1],
    ]


def whole_gradient(c):
    theta, x, y = setting(c)
    z, a, error = error_terms(c)
    shares = gradient(lambda t: single_costs(t, x, y), theta)
    slopes = gradient(lambda t: np.mean(single_costs(t, x, y)), theta)
    return [z, error, shares[:, -1], np.mean(single_costs(theta, x, y)), slopes[:2], slopes[2]]


def unrolled(c):
    theta = [*c["W1"][0], *c["W1"][1], *c["b1"], *c["W2"][0], *c["b2"]]  # 6 + 2 + 2 + 1
    shapes = [int(c[n]) for n in ("n0", "n1", "n2")]
    layers = [np.ones((n, k)).size + np.ones(n).size for k, n in zip(shapes, shapes[1:], strict=False)]
    g = c["gradient"]
    return [[theta[i] for i in (1, 3, 6, 8, 10)], *layers, sum(layers), [g[1], g[3], g[5]], g[-2:]]


def one_step(c):
    exact = lambda values: [Fraction(float(v)).limit_denominator(10**4) for v in values]  # noqa: E731
    theta, g, (rate,) = exact(c["θ"]), exact(c["gradient"]), exact([c["η"]])
    new = [t - rate * s for t, s in zip(theta, g, strict=True)]
    return [[n - t for n, t in zip(new, theta, strict=True)], new, c["g"], c["η''"]]


def three_steps(c):
    x, best = np.array(c["x"], float), c["w*"]
    costs = lambda w: (w * x - best * x) ** 2 / 2  # noqa: E731
    mean = lambda w: np.mean(costs(w))  # noqa: E731
    w, rate, found = best + float(c["distance"]), 1 / float(x @ x), []
    for _ in range(3):
        found += [derivative(mean, w), w - rate * derivative(mean, w)]
        w = found[-1]
    return [
        *[lambda at, i=i: derivative(lambda w: costs(w)[i], at["w"]) for i in (0, 1)],
        lambda at: derivative(mean, at["w"]),
        *found,
    ]


def learning_rates(c):
    curve, best, far = c["curve"], c["w*"], c["distance"]
    after = lambda k: [best + far * (1 - share) ** k for share in (0.1, 1, 2, 2.5)]  # noqa: E731
    return [
        derivative(lambda w: curve * (w - best) ** 2 / 2, best + far),
        after(1),
        after(2),
        ["creeps", "lands", "jumps back and forth", "flies off"],
    ]


def count_batches(c):
    def cut(count, size):
        return [len(range(start, min(start + size, count))) for start in range(0, count, size)]

    few, many = cut(int(c["few"]), int(c["size"])), cut(c["N"], c["batch"])
    full = [size for size in many if size == c["batch"]]
    return [
        len(few) - 1,
        few[-1],
        len(few),
        len(full),
        sum(full),
        many[-1],
        len(many),
        many[-1],
        1,
        len(many),
        c["N"],
        c["epochs"] * len(many),
    ]


def mini_batches(c):
    g = c["g"]
    four, two = np.mean(g[:4]), np.mean(g[4:])
    pairs = [(g[i] + g[i + 1]) / 2 for i in (0, 2, 4)]
    return [np.mean(g), pairs, sum(pairs) / 3, four, two, np.average([four, two], weights=[4, 2])]


def find_the_bug(c):
    """Example by example in plain Python, the slope by a nudge within the linear piece."""
    w, x, y = c["w"], [*c["active"]], [*c["y"]]
    x.insert(c["silent"], 1.0)
    b = -2 * w
    cost = lambda at: sum((max(at * xi + b, 0) - yi) ** 2 for xi, yi in zip(x, y, strict=True)) / 8  # noqa: E731
    z = [w * xi + b for xi in x]
    e = [max(zi, 0) - yi for zi, yi in zip(z, y, strict=True)]
    local = [(max((w + 1e-6) * xi + b, 0) - max((w - 1e-6) * xi + b, 0)) / 2e-6 for xi in x]
    local = [round(one, 6) for one in local]
    slope = round((cost(w + 1e-3) - cost(w - 1e-3)) / 2e-3, 6)  # a parabola: the central ratio is exact
    work = {
        0: (4, "a silent example counted", local, x),
        1: (1, "a bias left out", z, [zi - b for zi in z]),
        2: (3, "a sign", e, [-one for one in e]),
        3: (5, "a mean over too few", slope, slope * 4 / 3),
        4: (5, "the mean taken twice", slope, slope / 4),
        5: (2, "an activation left out", [max(zi, 0) for zi in z], z),
    }
    return found(*work[c["fault"]], w - 0.1 * slope)


INDEPENDENT = {
    "find-the-bug": find_the_bug,
    "mean-squared-error": mean_squared_error, "cost-backwards": cost_backwards, "chain-of-factors": chain_of_factors,
    "half-and-mean": half_and_mean, "cost-as-formula": cost_as_formula, "active-examples": active_examples,
    "error-terms": error_terms, "on-the-edges": on_the_edges, "per-example": per_example,
    "errors-found-back": errors_found_back, "bias-gradient": bias_gradient, "whole-gradient": whole_gradient,
    "unrolled": unrolled, "one-step": one_step, "three-steps": three_steps, "learning-rates": learning_rates,
    "count-batches": count_batches, "mini-batches": mini_batches,
}  # fmt: skip


@pytest.mark.parametrize("page", pages.chapter_pages("cost"), ids=lambda page: page.slug)
def test_keys_agree_with_a_second_computation(page, agrees):
    """Every key of every page, over many variants, is what a complex step, a count or a mean gives."""
    agrees(page.slug, INDEPENDENT[page.slug.partition("/")[2]])
