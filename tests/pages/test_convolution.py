"""Chapter 11: filters, pictures, pooling and the way back: every key computed a second way."""

from itertools import pairwise

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import grad

from autograder import pages
from autograder.layout import Shape

from .worked import found


def shown(slug: str) -> list[str]:
    return [box.shown for box in pages.load(f"convolution/{slug}").sheet().boxes]


# -- what the chapter says ---------------------------------------------------------------------------------------------


def test_one_row_and_one_filter_go_through_the_chapter():
    """Every page that prints the row has the same numbers, in each variant; and one error of four sums."""
    sharing = [page for page in pages.chapter_pages("convolution") if page.shares]
    assert len(sharing) >= 12
    for variant in range(3):
        givens = [page.sheet(variant).givens for page in sharing]
        assert all(given[name] == givens[0][name] for given in givens for name in ("x w b", "δ", "v", "c", "y"))


def test_a_convolution_gives_the_filter_back_and_a_correlation_turns_it():
    """What comes of a single 1."""
    assert shown("turned-around")[7:] == ["-3", "5", "2", "convolution", "correlation"]


def test_the_formulas_of_sizes():
    """(n + 2p − k)/s + 1 stops, r (k − 1) + 1 numbers spanned, (k − 1)/2 zeros keep the length, 2L + 1 are seen."""
    assert shown("sizes")[-2:] == ["r·(k - 1) + 1", "(n + 2p - k)/s + 1"]
    assert shown("padding")[4:6] == ["1/2·(k - 1)", "n - k + 1"] and shown("receptive-field")[4] == "2L + 1"


def test_the_shape_of_the_weights():
    """(c_out, c_in, k, k): eight filters of 5×5 over three channels."""
    assert shown("shapes")[:4] == ["8", "3", "5", "5"]


def test_a_picture_twice_as_large():
    """The weights of the filters stay, their products are four times as many, dense weights sixteen times."""
    assert shown("counts")[-3:] == ["1", "4", "16"]


# -- every key a second way --------------------------------------------------------------------------------------------


def the_row(c):
    x, w, b = c["x w b"]
    return np.array(x, float), np.array(w, float), b, np.array(c["δ"], float)


def slide(x, w, stride=1, padding=0, dilation=1):
    """A correlation in plain Python: the sum under each stop."""
    x, out, start = [0.0] * padding + list(x) + [0.0] * padding, [], 0
    while start + dilation * (len(w) - 1) < len(x):
        out.append(sum(weight * x[start + dilation * t] for t, weight in enumerate(w)))
        start += stride
    return out


def over(x, w):
    """A correlation over a picture, in a form that HIPS autograd can take apart."""
    high, wide = len(x) - len(w) + 1, len(x[0]) - len(w[0]) + 1
    return anp.array([[anp.sum(x[r : r + len(w), c : c + len(w[0])] * w) for c in range(wide)] for r in range(high)])


def along(x, w, stride=1):
    """The same along a row."""
    return anp.array([anp.sum(x[i : i + len(w)] * w) for i in range(0, len(x) - len(w) + 1, stride)])


def relu(z):
    return anp.maximum(z, 0.0)


def nudged(function, at, place):
    """By how much the outcomes rise when one number does: the functions here are linear in it."""
    up = np.array(at, float)
    up[place] += 1
    return np.array(function(up)) - np.array(function(at))


def one_filter(c):
    x, w, _, _ = the_row(c)
    return [[w[t] * x[t] for t in range(3)], np.correlate(x, w, "valid"), nudged(lambda t: slide(t, w), x, 2)[:3]]


def turned_around(c):
    x, w, _, _ = the_row(c)
    single = [0, 0, 1, 0, 0]
    plain = np.correlate(single, c["v'"], "valid")
    backs = {name: list(c["v'"]) == list(made(single, c["v'"], "valid"))
             for name, made in (("correlation", np.correlate), ("convolution", np.convolve))}  # fmt: skip
    (gives_back,) = [name for name, back in backs.items() if back]
    return [[w[2], w[1], w[0]], np.convolve(x, w, "valid"), plain, gives_back, "correlation"]


def what_it_sees(c):
    x = list(c["x"])
    jumps = [right - left for left, right in pairwise(x)]
    at = max(range(4), key=lambda i: abs(jumps[i])) + 1
    return [
        jumps,
        [np.mean(x[:2]), np.mean(x[1:3])],
        at,
        lambda v: v["c"] - v["c"],
        lambda v: (v["c"] + v["c"]) / 2,
        lambda v: sum(slide([v["c"]] * 3, [v["w_1"], v["w_2"], v["w_3"]])),
    ]


def padding(c):
    x, w, _, _ = the_row(c)
    long, size = int(c["n"]), c["k"][0]

    def zeros(k):
        return next(p for p in range(20) if len(slide([1] * 30, [1] * k, padding=p)) == 30)

    ends = slide(x, w, padding=1)
    stops = [len(slide([1] * long, [1] * size, padding=p)) for p in (0, 1)]
    return [
        ends[0],
        ends[-1],
        [zeros(k) for k in c["k"]],
        lambda v: 0.5 * v["k"] - 0.5,
        lambda v: 1 + v["n"] - v["k"],
        stops,
    ]


def stride(c):
    x, w, _, _ = the_row(c)
    two, both, wide = slide(x, w, stride=2), slide(x, w, stride=2, padding=1), slide(x, w, dilation=2)
    (unseen,) = [i + 1 for i in range(6) if not nudged(lambda t: slide(t, w, stride=2), x, i).any()]
    seen = [i for i in range(6) if nudged(lambda t: slide(t, w, dilation=2)[:1], x, i).any()]
    return [two, unseen, both[1:], seen[-1] - seen[0] + 1, len(seen), wide]


def sizes(c):
    n, k, p, s, r = (np.rint(c[name]).astype(int) for name in "nkpsr")
    ones = [[1] * length for length in n], [[1] * length for length in k]
    stops = [
        len(slide(ones[0][0], ones[1][0], stride=s[0])),
        len(slide(ones[0][1], ones[1][1], stride=s[1], padding=p[1])),
        len(slide(ones[0][2], ones[1][2], dilation=r)),
    ]
    span = len(range(0, r * k[2], r)) + (r - 1) * (k[2] - 1)
    return [stops[0], stops[1], span, stops[2], p[3], lambda v: v["r"] * v["k"] - v["r"] + 1,
            lambda v: (v["n"] + v["p"] + v["p"] + v["s"] - v["k"]) / v["s"]]  # fmt: skip


def picture(c):
    x, w = np.array(c["x"]), np.array(c["w"]).reshape(2, 2)
    z, side, k = over(x, w), int(c["side"]), int(c["k"])
    bare = Shape(over(np.ones((side, 1)), np.ones((k, 1))).shape[:1] * 2)
    edges = {
        "upright edges": np.array([[0.0, 1.0], [0.0, 1.0]]),
        "level edges": np.array([[0.0, 0.0], [1.0, 1.0]]),
    }
    looks = [
        name
        for weights in ([[1, -1], [1, -1]], [[1, 1], [-1, -1]])
        for name, edge in edges.items()
        if over(edge, np.array(weights))[0, 0] != 0
    ]
    return [z[0, 0], z[0, 1], z[1, 0], z[1, 2], np.rot90(w, 2), bare, Shape((side, side)), *looks]


def channels(c):
    x, w = np.array(c["x"]), np.array(c["w"])
    z = [[sum(w[n, i, j] * x[n, r + i, s + j] for n in range(2) for i in range(2) for j in range(2)) + c["b"]
          for s in range(2)] for r in range(2)]  # fmt: skip
    each = [over(x[n], w[n])[0, 0] for n in range(2)]
    weights = np.ones((int(c["c_in"]), int(c["k"]), int(c["k"])))
    return [each, z, weights.size, c["c_out"]]


def shapes(c):
    c_in, c_out, last = (int(n) for n in c["c"])
    side, k = int(2 * c["side/2"]), c["k"][0]
    w = np.ones((c_out, c_in, k, k))
    length = len(slide([1] * side, [1] * k, padding=k // 2))
    return [w.shape, len(w), len(w), length, length, len(w), length // 2, last, len(w)]


def matrix_of_filter(c):
    x, w, _, _ = the_row(c)
    m = np.array([nudged(lambda t: slide(t, w), x, j) for j in range(6)]).T
    z = slide(x, w)
    counted = [m.size, int(np.sum(m == 0)), len({*m[m != 0]}), int(np.sum(m == w[1]))]
    return [m[1], z[1], z[3], Shape(m.shape), counted]


def through_the_matrix(c):
    x, w, _, delta = the_row(c)
    third = nudged(lambda t: slide(t, w), x, 2)
    back = grad(lambda t: anp.sum(along(t, w) * delta))(x)
    by_entry = grad(lambda m: anp.sum(anp.dot(m, x) * delta))(np.zeros((4, 6)))
    names = {0: "w₁", 1: "w₂", 2: "w₃"}
    whose = [names.get(j - i, "no weight") for i, j in ((1, 1), (2, 4), (3, 0))]
    turned = "turned around" if list(third[:3]) == list(w)[::-1] else "as it stands"
    return [third, back[2], turned, by_entry[1, 1], by_entry[3, 3], whose]


def shared_weights(c):
    x, w, _, delta = the_row(c)
    copies = grad(lambda four: anp.sum(four * x[:4] * delta))(np.full(4, w[0]))
    dw = grad(lambda t: anp.sum(along(x, t) * delta))(w)
    db = grad(lambda b: anp.sum((along(x, w) + b) * delta))(0.0)
    rise = np.dot(np.array(slide(x, [w[0] + c["Δw"], w[1], w[2]])) - slide(x, w), delta)
    return [copies, dw, db, rise]


def filter_gradient(c):
    x, w, delta = (np.array(c[name], float) for name in ("x", "w", "δ"))

    def cost(w, b):
        return anp.sum((along(x, w) + b) * delta)

    dw, db = grad(cost, 0)(w, c["b"]), grad(cost, 1)(w, c["b"])
    return [dw, db, lambda v: v["n"] - (v["k"] - 1), lambda v: v["k"], w - dw / 10, c["b"] - db / 10]


def back_to_inputs(c):
    _, w, _, delta = the_row(c)
    full = np.convolve(delta, w, "full")
    zeros = (len(full) + len(w) - 1 - len(delta)) / 2
    ends = {"as it stands": w, "turned around": w[::-1]}
    (way,) = [name for name, way in ends.items() if np.allclose(slide(delta, way, padding=2), full)]
    return [[delta[1] * weight for weight in w], full, zeros, way, delta[0], delta[1]]


def back_with_stride(c):
    x, w, _, delta = the_row(c)
    two = delta[:2]
    spread = np.convolve([two[0], 0, two[1]], w, "full")
    dx = grad(lambda t: anp.sum(along(t, w, 2) * two))(x)
    assert np.allclose(dx, [*spread, 0])
    return [dx, grad(lambda t: anp.sum(along(x, t, 2) * two))(w), [len(range(1, stride)) for stride in (2, 3)]]


def picture_back(c):
    x, w, delta = np.array(c["x"]), np.array(c["w"]).reshape(2, 2), np.array(c["δ"]).reshape(2, 2)

    def cost(x, w, b):
        return anp.sum((over(x, w) + b) * delta)

    dx, dw, db = (grad(cost, n)(x, w, 0.0) for n in range(3))
    seen = grad(lambda t: anp.sum(over(t, np.ones((2, 2)))))(x)
    return [dw, db, [[seen[place], dx[place]] for place in ((0, 0), (0, 1), (1, 1))]]


def max_pooling(c):
    x, up = np.array(c["x"]), np.array(c["g"]).reshape(2, 2)

    def pool(x):
        return anp.array([[anp.max(x[i : i + 2, j : j + 2]) for j in (0, 2)] for i in (0, 2)])

    back = grad(lambda x: anp.sum(pool(x) * up))(x)
    ends = []
    for i, j in ((0, 0), (2, 2)):
        (r, s), *_ = np.argwhere(x[i : i + 2, j : j + 2] == np.max(x[i : i + 2, j : j + 2]))
        ends.append([i + r + 1, j + s + 1, back[i + r, j + s]])
    return [pool(x), ends, np.sum(back == 0), 0]


def mean_pooling(c):
    x, up, y = (np.array(c[name], float) for name in ("x", "g", "y"))
    pairs = lambda x: anp.array([anp.maximum(x[i], x[i + 1]) for i in range(4)])  # noqa: E731
    means = lambda y: anp.array([anp.mean(y[:2]), anp.mean(y[2:])])  # noqa: E731
    half = grad(lambda y: anp.sum(means(y) * np.array(c["h"])))(y)
    return [pairs(x), grad(lambda x: anp.sum(pairs(x) * up))(x), means(y), half[0], half[2]]


def counts(c):
    c_in, c_out, side, k = (int(c[name]) for name in ("c_in", "c_out", "side", "k"))
    weights = np.ones((c_out, c_in, k, k))

    def of(side):
        return weights.size, c_out * side * side * weights[0].size, (c_in * side * side) * (c_out * side * side)

    (w, products, dense), larger = of(side), of(2 * side)
    grown = [after / before for before, after in zip((w, products, dense), larger, strict=True)]
    return [w, w + len(weights), c_out * side * side, weights[0].size, products, dense, grown]


def receptive_field(c):
    k = c["k"]
    strides = (1, 1, k[2], 1)

    def seen(stop, depth):
        """Which numbers of the row one number of a layer looks at."""
        if depth == 0:
            return {stop}
        under = [strides[depth - 1] * stop + t for t in range(k[depth - 1])]
        return set().union(*(seen(place, depth - 1) for place in under))

    sees = [len(seen(0, depth)) for depth in (2, 3, 4)]
    apart = min(seen(1, 3)) - min(seen(0, 3))
    small, wide = np.ones((c["deep"], 3, 3)), 1
    for _ in small:
        wide += 2
    return [sees[0], sees[1], apart, sees[2], lambda v: 3 + 2 * (v["L"] - 1), c["L"], small.size, wide * wide]


class Whole:
    """The network of the last pages as one function of its parameters and of nudges inside; slopes by HIPS autograd."""

    def __init__(self, c):
        x, w, b, _ = the_row(c)
        self.x, self.y = x, c["y"]
        self.at = {"w": w, "b": float(b), "v": np.array(c["v"], float), "c": float(c["c"]), "z1": np.zeros(4),
                   "a2": np.zeros(2), "z3": 0.0}  # fmt: skip
        self.by = grad(self.cost)(self.at)

    def values(self, at):
        z1 = along(self.x, at["w"]) + at["b"] + at["z1"]
        a1 = relu(z1)
        a2 = anp.array([anp.maximum(a1[0], a1[1]), anp.maximum(a1[2], a1[3])]) + at["a2"]
        return z1, a1, a2, anp.sum(at["v"] * a2) + at["c"] + at["z3"]

    def cost(self, at):
        return 0.5 * (self.values(at)[3] - self.y) ** 2


def whole_forward(c):
    net = Whole(c)
    return [*net.values(net.at), net.cost(net.at)]


def whole_backward(c):
    net = Whole(c)
    by, z1 = net.by, net.values(net.at)[0]
    reasons = ["ReLU cut it off" if z <= 0 else "it lost its window" for z in z1[by["z1"] == 0]]
    assert sorted(reasons) == ["ReLU cut it off", "it lost its window"]  # the page asks about the positive one
    return [by["z3"], by["a2"], by["z1"], len(reasons), reasons[int(z1[by["z1"] == 0][0] <= 0)]]


def whole_gradients(c):
    net = Whole(c)
    by = net.by
    return [by["v"], by["c"], by["w"], by["b"], net.at["w"] - by["w"] / 100]


def find_the_bug(c):
    x, w, b, y = (np.array(c[name], float) for name in ("x", "w", "b", "y"))
    z = np.correlate(x, w, "valid") + b
    delta = np.where(z > 0, z - y, 0.0)
    dw = np.correlate(x, delta, "valid")
    work = {
        0: (1, "something turned around", z, np.convolve(x, w, "valid") + b),
        1: (1, "a bias left out", z, z - b),
        2: (3, "a slope left out", delta, np.maximum(z, 0) - y),
        3: (3, "a sign", delta, -delta),
        4: (4, "something turned around", dw, np.convolve(x, delta, "valid")),
        5: (4, "a mean instead of a sum", dw, dw / 3),
    }
    return found(*work[c["fault"]], dw)


INDEPENDENT = {
    "one-filter": one_filter, "turned-around": turned_around, "what-it-sees": what_it_sees, "padding": padding,
    "stride": stride, "sizes": sizes, "picture": picture, "channels": channels, "shapes": shapes,
    "matrix-of-filter": matrix_of_filter, "through-the-matrix": through_the_matrix, "shared-weights": shared_weights,
    "filter-gradient": filter_gradient, "back-to-inputs": back_to_inputs, "back-with-stride": back_with_stride,
    "picture-back": picture_back, "max-pooling": max_pooling, "mean-pooling": mean_pooling, "counts": counts,
    "receptive-field": receptive_field, "whole-forward": whole_forward, "whole-backward": whole_backward,
    "whole-gradients": whole_gradients, "find-the-bug": find_the_bug,
}  # fmt: skip


@pytest.mark.parametrize("page", pages.chapter_pages("convolution"), ids=lambda page: page.slug)
def test_keys_agree_with_a_second_computation(page, agrees):
    """Every key of every page, over many variants, is what loops, NumPy's own or automatic differentiation give."""
    agrees(page.slug, INDEPENDENT[page.slug.partition("/")[2]])
