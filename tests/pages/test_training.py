"""Chapter 10: the curriculum's numbers, and every key computed a second way."""

from fractions import Fraction
from math import sqrt
from statistics import fmean, pstdev, pvariance

import numpy as np
import pytest

from autograder import pages
from autograder.bikes.table import SEASONS, WEATHER
from autograder.layout import Shape

from .worked import found


def shown(slug: str) -> list[str]:
    return [box.shown for box in pages.load(f"training/{slug}").sheet().boxes]


def exact(value) -> Fraction:
    """A number that was meant as a short decimal."""
    return Fraction(float(value)).limit_denominator(10**6)


def exacts(values) -> list[Fraction]:
    return [exact(value) for value in values]


# -- literal numbers ---------------------------------------------------------------------------------------------------


def test_bike_days_in_batches():
    """304 days in batches of 64 are four full ones and one of 48; 60 epochs are 300 steps."""
    assert shown("shuffled-batches")[-3:] == ["4", "48", "300"]


def test_batches_use_every_example_once():
    """Second and third batch of ten: the fifth to the eighth of the order, then the last two."""
    assert shown("shuffled-batches")[:6] == ["1", "9", "3", "8", "6", "4"]


def test_momentum_in_the_long_run():
    """g/(1 − μ) when steady, g/(1 + μ) to and fro: 112 and 16 for g = 28, μ = 3/4."""
    assert shown("momentum-memory") == ["28", "49", "64.75", "28", "-7", "22.75", "112", "16", "7"]


def test_adams_first_step_is_as_long_as_the_learning_rate():
    """Gradients of 4 and −0.5 make steps of 0.1 and −0.1."""
    assert shown("adam-first-step")[-4:] == ["0.1", "-0.1", "1.9", "3.1"]


def test_adam_does_not_notice_units():
    """A cost a hundred times as large leaves Adam's step as it was."""
    assert shown("other-units")[-5:] == ["100", "100", "10000", "100", "1"]


def test_parameters_of_the_bike_network():
    """13 columns, 32 hidden nodes, one output: 481 parameters."""
    assert shown("day-as-row")[-4:] == ["13", "448", "33", "481"]


# -- every key a second way --------------------------------------------------------------------------------------------


def shuffled_batches(c):
    targets = dict(enumerate(c["y"], start=1))
    order, batches = list(c["order"]), []
    while order:
        batches.append([order.pop(0) for _ in range(min(4, len(order)))])
    steps, days = 0, 0
    for start in range(0, c["days"], 64):
        steps, days = steps + 1, min(c["days"] - start, 64)
    return [
        batches[1],
        batches[2],
        [targets[n] for n in batches[1]],
        len(batches[2]),
        c["days"] // 64,
        days,
        steps * c["epochs"],
    ]


def valley_slopes(c, w):
    """The slopes of ½(a w₁² + b w₂²) by exact central differences, which are right for a square."""
    a, b = exacts(c["curve"])
    cost = lambda x, y: (a * x * x + b * y * y) / 2  # noqa: E731
    x, y = w
    return [(cost(x + 1, y) - cost(x - 1, y)) / 2, (cost(x, y + 1) - cost(x, y - 1)) / 2]


def run_valley(c, keep):
    """Gradients, velocities and weights of two steps."""
    w, v, found = exacts(c["start"]), [Fraction(0)] * 2, []
    for _ in range(2):
        g = valley_slopes(c, w)
        v = [keep * old + new for old, new in zip(v, g, strict=True)]
        w = [old - move / 5 for old, move in zip(w, v, strict=True)]
        found.append((g, v, w))
    return found


def plain_steps(c):
    return [part for g, _, w in run_valley(c, Fraction(0)) for part in (g, w)]


def momentum_steps(c):
    (_, v1, w1), (g2, v2, w2) = run_valley(c, exact(c["μ"]))
    return [v1, w1, g2, v2, w2]


def momentum_memory(c):
    keep = exact(c["μ"])
    g = {Fraction(3, 4): 14, Fraction(3, 5): 8}[keep] * exact(c["times"])

    def run(sign, steps):
        v, seen = Fraction(0), []
        for n in range(steps):
            v = v * keep + g * sign**n
            seen.append(v)
        return seen

    def settled(sign):
        return abs(float(run(sign, 200)[-1]))

    return [run(1, 3), run(-1, 3), settled(1), settled(-1), settled(1) / settled(-1)]


def momentum_backwards(c):
    rate, keep, (g1, g2) = exact(c["η"]), exact(c["μ"]), exacts(c["g"])
    v, w, trace = exact(c["v"]), exact(c["w"]), []
    for g in (None, g1, g2):
        v = v if g is None else keep * v + g
        w -= rate * v
        trace.append((v, w))
    (va, wa), (vb, wb), (vc, wc) = trace
    return [(wa - wb) / vb, (vb - g1) / va, vc - (vb - g1) / va * vb, wc]


def bias_correction(c):
    g, keep = exact(c["g"]), exact(c["β"])
    m, means = Fraction(0), []
    for _ in range(3):
        m += (1 - keep) * (g - m)
        means.append(m)
    return [means, [m / g for m in means], [g] * 3, [10, 100, 1000]]


def adam(gradients, keep_mean, keep_square):
    """Running means written out as sums, and the corrected ones as weighted means."""
    t = len(gradients)
    share = lambda keep: [(1 - keep) * keep ** (t - 1 - i) for i in range(t)]  # noqa: E731
    m = sum(s * g for s, g in zip(share(keep_mean), gradients, strict=True))
    v = sum(s * g * g for s, g in zip(share(keep_square), gradients, strict=True))
    return m, v, m / sum(share(keep_mean)), v / sum(share(keep_square))


NINE, NINETY_NINE = Fraction(9, 10), Fraction(99, 100)


def adam_first_step(c):
    g = [c["sign"] * exact(c["large"]), exact(c["small"])]
    m, v, m_hat, v_hat = zip(*(adam([each], NINE, NINETY_NINE) for each in g), strict=True)
    moves = [exact(c["η"]) * (1 if each > 0 else -1) for each in g]
    return [m, v, m_hat, v_hat, moves, [w - move for w, move in zip(exacts(c["w"]), moves, strict=True)]]


def adam_second_step(c):
    m, v, m_hat, v_hat = adam(exacts(c["g"]), NINE, NINETY_NINE)
    move = c["η"] * float(m_hat) / sqrt(v_hat)
    return [m, v, [Fraction(19, 100), Fraction(199, 10000)], m_hat, v_hat, move, c["w"] - move]


def other_units(c):
    f, g = c["factor"], exact(c["g"])
    before, after = (adam([g * k, 2 * g * k], NINE, NINETY_NINE) for k in (1, f))
    mean, square = after[2] / before[2], after[3] / before[3]
    moves = [exact(c["η"]) * g, exact(c["η"]) * g * f]
    return [g * f, moves, f, mean, square, sqrt(square), float(mean) / sqrt(square)]


def day_as_row(c):
    columns = [name == c["weather"] for name in WEATHER] + [c["day"] == "holiday", c["day"] == "Tuesday"]
    n, hidden = len(SEASONS) + len(columns) + int(c["measured"]), c["hidden"]
    inner, outer = sum(n + 1 for _ in range(hidden)), len([*range(hidden), "bias"])
    return [c["season"], [int(yes) for yes in columns], n, inner, outer, inner + outer]


def same_scale(c):
    x = [c["middle"] + c["spread"] * p for p in c["pattern"]]
    later = c["middle"] + 2 * c["spread"] * c["later"]
    z = lambda value: (value - fmean(x)) / pstdev(x)  # noqa: E731
    return [fmean(x), [value - fmean(x) for value in x], pvariance(x), pstdev(x), [z(v) for v in x], z(later)]


def lazy_guesses(c):
    early, later = [100 * n for n in c["early"]], [100 * n for n in c["later"]]
    mean, yesterday = sum(early) / 4, [early[3], later[0], later[1], later[2]]
    off = [
        [abs(mean - n) for n in later],
        [abs(a - b) for a, b in zip(yesterday, later, strict=True)],
        [100 * abs(n) for n in c["off"]],
    ]
    errors = [sum(row) / 4 for row in off]
    best = min(zip(errors, ("the mean", "yesterday", "the model"), strict=True))[1]
    return [mean, yesterday[:2], [*off[0], errors[0]], [*off[1], errors[1]], errors[2], best]


def find_the_bug(c):
    """Adam from its sums: the mean of two gradients weighted by powers of β, written out."""
    (old, new), w, rate = (c["g"], c["g'"]), c["w"], c["η"]
    m, v = 0.09 * old + 0.1 * new, 0.0099 * old**2 + 0.01 * new**2
    m_hat, v_hat = m / 0.19, v / 0.0199
    step = rate * m_hat / v_hat**0.5
    work = {
        0: (4, "a correction left out", v_hat, v),
        1: (1, "a share left out", m, m + 0.9 * new),
        2: (2, "a square left out", v, v + 0.01 * (new - new**2)),
        3: (3, "the power of another step", m_hat, m / 0.1),
        4: (5, "a root left out", step, rate * m_hat / v_hat),
    }
    return found(*work[c["fault"]], w - step)


def read_traces(c):
    """The steps written out; the training simulated epoch by epoch."""
    names = ("plain", "momentum", "Adam")
    errors, best, at, epoch = list(c["later"]), float("inf"), 0, 0
    while epoch - at < c["wait"] or epoch == 0:
        epoch += 1
        if errors[epoch - 1] < best:
            best, at = errors[epoch - 1], epoch
    second = c["g"][1] + c["μ"] * c["g"][0]
    return [*(names[i] for i in c["order"]), c["η"], second, c["μ"], c["η'"], at, epoch]


def three_ways_down(c):
    """Each way from its places alone: momentum as the last move kept on, Adam's means as sums of both gradients."""
    (w, u), keep, own = exacts(c["start"]), exact(c["μ"]), exact(c["η of Adam"])
    slope = lambda *at: valley_slopes(c, at)  # noqa: E731
    down = lambda at: [w - g / 5 for w, g in zip(at, slope(*at), strict=True)]  # noqa: E731
    one = down((w, u))
    two = down(one)
    ball = [end + keep * (here - before) for end, here, before in zip(two, one, (w, u), strict=True)]
    first = [w - own * g / abs(g) for w, g in zip((w, u), slope(w, u), strict=True)]
    moves = []
    for pair in zip(slope(w, u), slope(*first), strict=True):
        _, _, mean, square = adam(pair, NINE, NINETY_NINE)
        moves.append(float(own * mean) / sqrt(square))
    last = [float(w) - move for w, move in zip(first, moves, strict=True)]
    height = lambda at: sum(float(k) * float(w) ** 2 for k, w in zip(c["curve"], at, strict=True))  # noqa: E731
    best = min((height(at), name) for name, at in (("plain", two), ("momentum", ball), ("Adam", last)))[1]
    return [one, two, ball, first, moves, last, best]


def test_adam_is_told_by_its_first_step():
    """The runs of the canonical page: momentum, Adam and plain, each beginning with a step of its own length."""
    text = str(pages.load("training/read-traces").sheet().body)
    assert all(step in text for step in ("−0.4", "−0.5", "−0.3", "0.6"))


def begin_alike(c):
    """Both nodes apart, by nudging; the cost is a parabola, so central ratios are exact."""
    x, w, v, y = list(c["x"]), c["w"], c["v"], c["y"]

    def cost(first, second, out=(v, v)):
        values = [sum(a * b for a, b in zip(row, x, strict=True)) for row in (first, second)]
        return (out[0] * values[0] + out[1] * values[1] - y) ** 2 / 2

    def slope(k, out=(v, v), at=w):
        up, down = ([at + step * (j == k) for j in range(2)] for step in (1, -1))
        return (cost(up, [at, at], out) - cost(down, [at, at], out)) / 2

    u = w * x[0] + w * x[1]
    grad = [slope(0), slope(1)]
    second = [(cost([w, w], [w + s * (j == 0) for j in range(2)])) for s in (1, -1)]
    assert (second[0] - second[1]) / 2 == grad[0]
    new = [w - g / 10 for g in grad]
    return [u, v * u + v * u, 2 * v * u - y, grad, "the same", new, 1, slope(0, (0, 0), 0)]


def how_large(c):
    """Variances added term by term."""
    n, s, layers, hidden = c["n"], c["s"], int(c["layers"]), c["hidden"]
    spread = lambda s: sqrt(sum(s * s for _ in range(n)))  # noqa: E731
    after = lambda s: spread(s) ** layers  # noqa: E731
    keeps = next(k for k in range(1, 100) if sum(1 / k**2 for _ in range(n)) <= 1 + 1e-9)
    return [sum(1 for _ in range(n)), spread(1), after(1), spread(s), after(s), 1 / keeps, fmean([0, 1]),
            sqrt(2 / n), sqrt(2 / 13), sqrt(2 / hidden)]  # fmt: skip


def test_relu_leaves_half_of_the_mean_square():
    """Many layers drawn with 2/n keep their size behind ReLU; with 1/n they lose half at each layer."""
    random = np.random.default_rng(0)
    for share, left in ((2, 1.0), (1, 0.5)):
        x = np.abs(random.normal(size=(256, 400)))
        x *= sqrt(1 / np.mean(x**2))
        z = random.normal(0, sqrt(share / 256), (256, 256)) @ x
        assert np.mean(np.maximum(z, 0) ** 2) == pytest.approx(left, rel=0.1)


def silent_broadcast(c):
    """What NumPy itself does with a column and a flat array."""
    a, y = c["a"].reshape(3, 1), c["y"]
    whole = a - y
    meant = fmean((p - t) ** 2 for p, t in zip(c["a"], y, strict=True))
    perfect = y.reshape(3, 1) - y
    return [
        Shape(whole.shape),
        whole[0],
        whole[1, 0],
        meant,
        np.mean(whole**2),
        np.mean(perfect**2),
        "y.reshape(-1, 1)",
    ]


def read_the_message(c):
    """Arrays of these shapes, multiplied and added by NumPy."""
    m, n, k = map(int, c["sizes"])
    inputs, weights, biases, dvalues = (np.ones(size) for size in ((m, n), (n, k), (1, k), (m, k)))
    product = inputs @ weights + biases
    gradient = inputs.T @ dvalues
    weights -= gradient
    return [Shape(weights.shape), Shape(product.shape), Shape(biases.shape), Shape(gradient.shape),
            "inputs.T @ dvalues", Shape((dvalues @ weights.T).shape)]  # fmt: skip


def test_the_messages_are_those_of_numpy():
    """The page about messages quotes NumPy to the letter."""
    said = []
    for slip in (
        lambda: np.ones((4, 3)) @ np.ones((2, 3)),
        lambda: np.ones((4, 2)) + np.ones((2, 1)),
        lambda: np.ones((3, 2)).__isub__(np.ones((2, 3))),
    ):
        with pytest.raises(ValueError) as error:
            slip()
        said.append(str(error.value).strip())
    text = str(pages.load("training/read-the-message").sheet().body)
    assert all(message in text for message in said)


INDEPENDENT = {
    "silent-broadcast": silent_broadcast,
    "read-the-message": read_the_message,
    "read-traces": read_traces,
    "three-ways-down": three_ways_down,
    "begin-alike": begin_alike,
    "how-large": how_large,
    "find-the-bug": find_the_bug,
    "shuffled-batches": shuffled_batches, "plain-steps": plain_steps, "momentum-steps": momentum_steps,
    "momentum-memory": momentum_memory, "momentum-backwards": momentum_backwards, "bias-correction": bias_correction,
    "adam-first-step": adam_first_step, "adam-second-step": adam_second_step, "other-units": other_units,
    "day-as-row": day_as_row, "same-scale": same_scale, "lazy-guesses": lazy_guesses,
}  # fmt: skip


@pytest.mark.parametrize("page", pages.chapter_pages("training"), ids=lambda page: page.slug)
def test_keys_agree_with_a_second_computation(page, agrees):
    """Every key of every page, over many variants, is what exact fractions, sums or plain counting give."""
    agrees(page.slug, INDEPENDENT[page.slug.partition("/")[2]])
