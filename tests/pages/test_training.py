"""Chapter 10: the curriculum's numbers, and every key computed a second way."""

from fractions import Fraction
from math import sqrt
from statistics import fmean, pstdev, pvariance

import pytest

from autograder import pages
from autograder.bikes.table import SEASONS, WEATHER

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


INDEPENDENT = {
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
