"""Chapter 12: attention, forward and backward: every key computed a second way."""

import itertools
import math

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import grad

from autograder import pages
from autograder.layout import Shape
from autograder.pages import attention as chapter
from autograder.pages.curriculum import CURRICULUM

from .worked import found


def shown(slug: str) -> list[str]:
    return [box.shown for box in pages.load(f"attention/{slug}").sheet().boxes]


# -- what the chapter says ---------------------------------------------------------------------------------------------


def test_there_are_at_least_sixteen_pages():
    """Every row of chapter 12 has a page, or a code exercise."""
    made = pages.chapter_pages("attention")
    code = [each for slug, each in pages.exercises().items() if slug.startswith("attention/")]
    rows = {row for each in (*made, *code) for row in each.rows}
    assert len(made) >= 16 and rows == {row for row in CURRICULUM if row.startswith("12.")}


def test_a_sum_of_d_products_has_the_variance_d():
    """All sixteen sums of four signs: 1, 4, 6, 4, 1 of them, and 4 as the mean of their squares."""
    sums = [sum(signs) for signs in itertools.product((-1, 1), repeat=4)]
    assert [str(sums.count(v)) for v in (-2, 0, 2)] == shown("why-root")[:3]
    assert np.var(sums) == 4 == float(shown("why-root")[7])


def test_two_numbers_keep_only_a_sign():
    """Layer normalisation of two numbers gives 1 and −1, and nothing comes back."""
    assert shown("norm-many")[6:9] == ["1", "-1", "nothing"]


def test_the_block_is_one_on_all_its_pages():
    """What one page asks for is what the next one prints, in other variants too."""
    for variant in range(5):
        sheets = [pages.load(f"attention/{name}").sheet(variant) for name in BLOCK]
        assert all(same(sheet.givens, sheets[0].givens) for sheet in sheets)


def same(one, other):
    return one.keys() == other.keys() and all(np.array_equal(one[name], other[name]) for name in one)


BLOCK = ("block-attention", "block-forward", "block-cost", "block-back-dense", "block-back-attention",
    "block-back-words")  # fmt: skip


@pytest.mark.parametrize("off", chapter.DEVIATIONS)
def test_deviations_have_a_whole_spread(off):
    """They add up to 0, and the root of their mean square is 3 or 5."""
    assert sum(off) == 0 and math.sqrt(sum(v * v for v in off) / 4) in (3.0, 5.0)


def test_block_weights_are_quarters():
    """Every pair of words and W_K that the block may draw has weights 1/4, 1/2, 3/4."""
    for x, w_k in chapter.words_with_short_weights():
        t = np.array([[sum(a * b for a, b in zip(q, k, strict=True)) for k in x @ w_k] for q in x])
        weights = 3.0**t / np.sum(3.0**t, axis=1, keepdims=True)
        assert np.allclose(4 * weights, np.round(4 * weights))


# -- every key a second way --------------------------------------------------------------------------------------------


def dot(a, b):
    return sum(x * y for x, y in zip(a, b, strict=True))


def product(a, b):
    """A product of matrices, number by number."""
    return np.array([[dot(line, column) for column in zip(*b, strict=True)] for line in a])


def shares(scores):
    """Softmax of one row, by powers of e."""
    powers = [math.exp(s) for s in scores]
    return [power / sum(powers) for power in powers]


def arrays(c, *names):
    return [np.array(c[name], dtype=float) for name in names]


def projected(c):
    x, *w = arrays(c, "X", "W_Q", "W_K", "W_V")
    return [x, *(product(x, each) for each in w)]


def words_as_vectors(c):
    x, other = arrays(c, "X", "e")
    order = [n for n in range(3) if n != c["word"]]
    rows = [*x[order], other]
    rows.insert(int(c["place"]), x[c["word"]])
    one_hot = [float(n == c["place"]) for n in range(4)]
    most = c["words"][max((0, 2), key=lambda n: dot(x[1], x[n]))]
    return [
        [dot(one_hot, column) for column in zip(*rows, strict=True)],
        [dot(x[0], x[1]), dot(x[0], x[2]), dot(x[1], x[2])],
        [dot(x[0], x[0]), dot(x[1], x[1]), dot(x[2], x[0])],
        most,
        "yes" if np.array_equal(product(x, x.T), product(x, x.T).T) else "no",
    ]


def positions(c):
    e, p, moved, shift = arrays(c, "E", "P", "X'", "p'")
    rows = [[a + b for a, b in zip(e[n % 2], p[n], strict=True)] for n in range(3)]
    return [
        rows[0], rows[2], [dot(rows[0], rows[1]), dot(rows[2], rows[1])], dot(e[0], e[1]),
        [a - b for a, b in zip(moved, shift, strict=True)], "the same",
    ]  # fmt: skip


def three_matrices(c):
    x, q, k, v = projected(c)
    return [q[1], k[2], [v[0][0], v[0][1], v[2][0]], Shape((x.shape[1], q.shape[1])),
        "X, Q, K and V"]  # fmt: skip


def scores(c):
    _, q, k, _ = projected(c)
    raw = [[dot(a, b) for b in k] for a in q]
    s = [[value / math.sqrt(4) for value in line] for line in raw]
    best = c["words"][s[1].index(max(s[1]))]
    return [raw[1], s[1], best, s[0][2], s[2][0], Shape((len(q), len(k))), "no"]


def why_root(c):
    sums = [sum(signs) for signs in itertools.product((-1, 1), repeat=4)]
    often = {v: sums.count(v) for v in (-4, -2, 0, 2, 4)}
    p = shares([1.0, -1.0])
    return [
        [often[-2], often[0], often[2]],
        [often[v] * v * v for v in (-4, -2, 2, 4)],
        np.var(sums), math.sqrt(c["d"]), np.var(np.array(sums) / 2), p[0], p[0] * p[1], "hardly at all",
    ]  # fmt: skip


def softmax_row(c):
    _, q, k, _ = projected(c)
    s = [dot(q[1], key) / 2 for key in k]
    p, best = shares(s), s.index(max(s))
    powers = [math.exp(value) for value in s]
    assert np.allclose(shares([value + c["shift"] for value in s]), p)
    return [powers, sum(powers), p, "each row", p[best] / p[(best + 1) % 3], "nothing"]


def head_scores(c):
    return [[math.log(power) for power in c[f"powers {n}"]] for n in (1, 2, 3)]


def weighted_mean(c):
    v = arrays(c, "V")[0]
    a = [shares(line) for line in head_scores(c)]
    z = product(a, v)
    return [a[1], a[2][0], a[2][2], [a[1][j] * v[j][0] for j in range(3)], z[1], z[2], "no"]


def causal(c):
    """Each row of weights shared out over what is not to come."""
    return np.array([[*shares(line[: t + 1]), *[0.0] * (2 - t)] for t, line in enumerate(head_scores(c))])


def mask(c):
    v, a = arrays(c, "V")[0], causal(c)
    n = int(c["n"])
    z = product(a, v)
    pairs = sum(1 for t in range(n) for s in range(n) if s <= t)
    return [1, 2, a[0][0], a[1][0], a[1][1], a[1][2], a[2][0], z[0], z[1], pairs, "the last row of Z"]


def shapes(c):
    n, heads, width, batch = (int(c[name]) for name in ("n", "heads", "d", "sentences"))
    x, w = np.ones((n, heads * width)), np.ones((heads * width, width))
    q = x @ w
    joined = np.hstack([q] * heads)
    everything = np.ones((batch, heads, n, n))
    return [
        *[Shape(each.shape) for each in (x, w, q, q @ q.T, q @ q.T @ q, joined)],
        Shape((joined.shape[1], x.shape[1])), batch * heads, everything.size, "S and A",
    ]  # fmt: skip


def two_heads(c):
    z1, z2, w, up = arrays(c, "Z1", "Z2", "W_O", "upstream")
    nothing = np.zeros_like(z1)
    one, two = (np.hstack(pair) @ w for pair in ((z1, nothing), (nothing, z2)))
    both = np.hstack([z1, z2]) @ w
    back = grad(lambda z: anp.sum(up * anp.dot(z, w)))(np.hstack([z1, z2])[0])
    silent = grad(lambda m: anp.sum(anp.dot(np.hstack([nothing, z2]), m) ** 2))(w)
    assert not np.any(silent[:2]) and np.any(silent[2:])
    return [one[0], two[0], both[0], both[1], back, "only its own half"]


def residual(c):
    x, f, up = arrays(c, "x", "F", "upstream")
    through = grad(lambda t: anp.sum(up * anp.dot(t, f)))(x)
    total = grad(lambda t: anp.sum(up * (t + anp.dot(t, f))))(x)

    def chain(slope, around):
        def run(t):
            for _ in range(c["blocks"]):
                t = around * t + slope * t
            return t

        return grad(run)(1.0)

    return [product([x], f)[0], x + product([x], f)[0], through, total, chain(c["slope"], 0), chain(c["slope"], 1),
        chain(0.0, 1)]  # fmt: skip


def normal(c):
    off, gain, bias = arrays(c, "deviations", "γ", "β")
    return off + c["mean"], gain, bias


def standard(x):
    return (x - anp.mean(x)) / anp.sqrt(anp.mean(x * x) - anp.mean(x) ** 2)


def norm_forward(c):
    x, gain, bias = normal(c)
    mean = math.fsum(x) / 4
    variance = math.fsum(v * v for v in x) / 4 - mean**2
    out = gain * standard(x) + bias
    return [mean, [v - mean for v in x], variance, math.sqrt(variance), standard(x), out[0], out[2]]


def norm_backward(c):
    x, gain, _ = normal(c)
    fits = chapter.short_ways_back(tuple(c["deviations"]), tuple(gain))
    up = fits[int(c["pick"] * len(fits))]
    s, mean = np.std(x), np.mean(x)
    g = grad(lambda hat: anp.sum(up * gain * hat))(np.ones(4))
    hat = standard(x)
    first = [
        grad(lambda t: anp.sum(up * gain * (t - mean) / s))(x)[0],
        grad(lambda t: anp.sum(up * gain * (x - anp.mean(t)) / s))(x)[0],
        grad(lambda t: anp.sum(up * gain * (x - mean) / anp.std(t)))(x)[0],
    ]
    total = grad(lambda t: anp.sum(up * gain * standard(t)))(x)
    return [g, sum(g) / 4, dot(g, hat) / 4, first, total, 0]


def norm_many(c):
    up, hats, x = np.array(c["upstream"]), np.array([c["first"], c["second"]]), np.array(c["x"])
    bias = grad(lambda b: anp.sum(up * (hats + b)))(np.zeros(4))
    gain = grad(lambda g: anp.sum(up * (hats * g)))(np.ones(4))
    assert np.allclose(grad(lambda t: anp.sum(np.array([3.0, -5.0]) * standard(t)))(x), 0, atol=1e-9)
    return [bias[:3], gain[:3], standard(x), "nothing", 2 * c["d"]]


def back_to_values(c):
    v, g = arrays(c, "V", "∂C/∂Z")
    a = causal(c)
    dv = grad(lambda t: anp.sum(g * anp.dot(a, t)))(v)
    da = grad(lambda t: anp.sum(g * anp.dot(t, v)))(a)
    alone = list(np.count_nonzero(a, axis=0)).index(1)
    return [np.count_nonzero(a[:, 0]), ("the first", "the second", "the third")[alone], dv, da[1][:2], da[2]]


def through_softmax(c):
    da, s = arrays(c, "∂C/∂A")[0], head_scores(c)
    whole = lambda t: anp.exp(t) / anp.sum(anp.exp(t))  # noqa: E731
    q = causal(c)[1][:2]
    third = grad(lambda t: anp.sum(da[2] * whole(t)))(np.array(s[2]))
    second = grad(lambda t: anp.sum(da[1][:2] * whole(t)))(np.array(s[1][:2]))
    first = grad(lambda t: whole(t)[0])(np.array(s[2]))
    assert grad(lambda t: anp.sum(da[0][:1] * whole(t)))(np.array(s[0][:1])) == 0
    return [first, third, dot(q, da[1][:2]), second, np.round(np.sum(third), 9), "0", "nothing"]


def back_to_queries(c):
    _, q, k, _ = projected(c)
    part = np.array(c["∂C/∂S"])
    ds = np.array([[*line, -sum(line)] for line in part])
    cost = lambda q, k: anp.sum(ds * anp.dot(q, k.T) / 2)  # noqa: E731
    return [grad(cost, 0)(q, k)[1], grad(cost, 1)(q, k)[0], "K", Shape(k.shape)]


def back_to_matrices(c):
    x, w_q, w_k, w_v, dq, dk, dv = arrays(c, "X", "W_Q", "W_K", "W_V", "∂C/∂Q", "∂C/∂k_2", "∂C/∂v_2")
    dw = grad(lambda w: anp.sum(dq * anp.dot(x, w)))(w_q)
    terms = [grad(lambda t, g=g, w=w: anp.sum(g * anp.dot(t, w)))(x[1])
        for g, w in ((dq[1], w_q), (dk, w_k), (dv, w_v))]  # fmt: skip
    return [Shape(dw.shape), dw[0][:2], dw[1][0], dw[1][3], *terms, terms[0] + terms[1] + terms[2], "copy"]


def counting(c):
    d, n = c["d"], c["n"]
    one, dense = np.ones((d, d)).size, np.ones((d, 4 * d)).size + np.ones((4 * d, d)).size

    def multiplications(rows, inner, columns):
        return rows * columns * inner

    q, s = multiplications(n, d, d), multiplications(n, d, n)
    equal = next(m for m in range(1, 1000) if 4 * m * d * d == 2 * m * m * d)
    times = [multiplications(2 * n, d, d) / q, multiplications(2 * n, d, 2 * n) / s]
    return [one, sum([one] * 4), dense, q, s, times, "the same", equal, (c["factor"] * n) ** 2 / n**2]


class Whole:
    """The block computed by automatic differentiation, from the words to the cost."""

    def __init__(self, c):
        pairs = chapter.words_with_short_weights()
        first = np.array([[1.0, 2.0], [1.0, 3.0]]), chapter.BLOCK_KEYS[0]
        self.x, self.w_k = first if c["pick"] < 0 else pairs[c["pick"]]
        self.w_v, self.w_1, self.b, self.w_2, self.e = arrays(c, "W_V", "W_1", "b", "W_2", "e")
        self.w_q = math.sqrt(2) * math.log(3) * np.eye(2)
        self.y = self.output(self.x) - self.e

    def attention(self, x, nudge=0.0):
        s = anp.dot(anp.dot(x, self.w_q), anp.dot(x, self.w_k).T) / math.sqrt(2) + nudge
        e = anp.exp(s)
        return e / anp.sum(e, axis=1).reshape(2, 1)

    def dense(self, h, nudge=0.0, w=None, b=None):
        u = anp.dot(h, self.w_1 if w is None else w) + (self.b if b is None else b) + nudge
        return h + anp.dot(anp.maximum(u, 0.0), self.w_2)

    def hidden(self, x, nudge=0.0):
        return x + anp.dot(self.attention(x, nudge), anp.dot(x, self.w_v))

    def output(self, x):
        return self.dense(self.hidden(x))

    def cost(self, out):
        return anp.sum((out - self.y) ** 2) / 2


def block_attention(c):
    w = Whole(c)
    k = product(w.x, w.w_k)
    return [k, [[dot(a, b) for b in k] for a in w.x], w.attention(w.x)]


def block_forward(c):
    w = Whole(c)
    z = w.hidden(w.x) - w.x
    u = product(w.x + z, w.w_1) + w.b
    low = min((0, 1), key=lambda t: round(min(u[t]), 9))
    return [z, w.x + z, u, [max(value, 0.0) for value in u[low]]]


def block_cost(c):
    w = Whole(c)
    h, out = w.hidden(w.x), w.output(w.x)
    return [out - h, out, grad(w.cost)(out), w.cost(out)]


def block_back_dense(c):
    w = Whole(c)
    h = w.hidden(w.x)
    return [
        grad(lambda n: w.cost(w.dense(h, nudge=n)))(np.zeros((2, 2))),
        grad(lambda m: w.cost(w.dense(h, w=m)))(w.w_1),
        grad(lambda b: w.cost(w.dense(h, b=b)))(w.b),
        grad(lambda t: w.cost(w.dense(t)))(h),
    ]


def block_back_attention(c):
    w = Whole(c)
    a, v = w.attention(w.x), product(w.x, w.w_v)
    rest = lambda a, v: w.cost(w.dense(w.x + anp.dot(a, v)))  # noqa: E731
    return [
        grad(rest, 1)(a, v),
        grad(rest, 0)(a, v),
        grad(lambda n: w.cost(w.dense(w.hidden(w.x, n))))(np.zeros((2, 2))),
    ]


def block_back_words(c):
    w = Whole(c)

    def cost(around, value, query, key):
        s = anp.dot(anp.dot(query, w.w_q), anp.dot(key, w.w_k).T) / math.sqrt(2)
        a = anp.exp(s) / anp.sum(anp.exp(s), axis=1).reshape(2, 1)
        return w.cost(w.dense(around + anp.dot(a, anp.dot(value, w.w_v))))

    ways = [grad(cost, place)(w.x, w.x, w.x, w.x)[0] for place in range(4)]
    total = grad(lambda t: w.cost(w.output(t)))(w.x)[0]
    assert np.allclose(total, sum(ways))
    return [len(ways), ways[1], ways[2] / math.log(3), ways[3] / math.log(3), total, 0.01 * total[0]]


def find_the_bug(c):
    """Each line from sums over the three keys."""
    p, v, up, k = arrays(c, "p", "V", "∂C/∂z", "K")
    g = np.array([dot(line, up) for line in v])
    r = dot(p, g)
    ds = np.array([p[j] * sum(p[i] * (g[j] - g[i]) for i in range(3)) for j in range(3)])  # the shares add up to 1
    dq = np.array([sum(ds[j] * k[j][i] for j in range(3)) for i in range(4)]) / 2
    work = {
        0: (4, "the root left out", dq, 2 * dq),
        1: (2, "a plain mean", r, sum(g) / 3),
        2: (3, "the mean not taken away", ds, p * g),
        3: (1, "a term left out", g, v[:, 0] * up[0]),
        4: (3, "a weight left out", ds, g - r),
        5: (4, "a division by d", dq, dq / 2),
    }
    return found(*work[c["fault"]], dq)


INDEPENDENT = {
    "words-as-vectors": words_as_vectors, "positions": positions, "three-matrices": three_matrices, "scores": scores,
    "why-root": why_root, "softmax-row": softmax_row, "weighted-mean": weighted_mean, "mask": mask, "shapes": shapes,
    "two-heads": two_heads, "residual": residual, "norm-forward": norm_forward, "norm-backward": norm_backward,
    "norm-many": norm_many, "back-to-values": back_to_values, "through-softmax": through_softmax,
    "back-to-queries": back_to_queries, "back-to-matrices": back_to_matrices, "counting": counting,
    "block-attention": block_attention, "block-forward": block_forward, "block-cost": block_cost,
    "block-back-dense": block_back_dense, "block-back-attention": block_back_attention,
    "block-back-words": block_back_words, "find-the-bug": find_the_bug,
}  # fmt: skip


@pytest.mark.parametrize("page", pages.chapter_pages("attention"), ids=lambda page: page.slug)
def test_keys_agree_with_a_second_computation(page, agrees):
    """Every key of every page, over many variants, is what automatic differentiation or plain loops give."""
    agrees(page.slug, INDEPENDENT[page.slug.partition("/")[2]])
