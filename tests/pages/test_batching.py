"""Chapter 9: columns, rows and the one mean: every key computed a second way."""

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import grad

from autograder import pages
from autograder.layout import Shape

from .worked import found


def shown(slug: str) -> list[str]:
    return [box.shown for box in pages.load(f"batching/{slug}").sheet().boxes]


# -- the curriculum's facts --------------------------------------------------------------------------------------------


def test_columns_are_n_by_m_and_rows_m_by_n():
    """Three nodes and eight examples: 3×8 in columns, 8×3 in rows."""
    assert shown("translate")[10:12] == ["3×8", "8×3"]


def test_the_four_equations_in_both():
    """W A + b, Wᵀδ, δAᵀ in columns; A Wᵀ + b, δW, δᵀA in rows."""
    forms = shown("equations-twice")
    assert forms[:4] == ["W A + b", "Wᵀ δ", "along rows", "δ Aᵀ"]
    assert forms[6:10] == ["A Wᵀ + b", "δ W", "down columns", "δᵀ A"]


def test_weights_stored_by_inputs():
    """(h_{l−1} × m)(m × h_l) = (h_{l−1}, h_l)."""
    assert shown("stored-in-out")[-3:] == ["5×9", "9×4", "5×4"]


def test_gradients_have_the_shape_of_their_parameter_in_both():
    """Only what belongs to examples knows how many there are."""
    keys = shown("ledger")
    assert keys[:6] == ["4×6", "6×4", "3×4", "3×4", "3×6", "6×3"]
    assert keys[8:] == ["2×3", "2×3", "3×1", "1×3", "values and errors"]


def test_a_doubled_batch_has_the_same_mean():
    """Sums double, means and steps stay."""
    keys = shown("twice-the-batch")
    assert keys[1:4:2] == keys[5:8:2] and keys[0] != keys[4] and keys[8] == keys[9]


def test_each_bias_takes_its_own_mean():
    """b_j ← b_j − η · (1/m) Σ δ_j: (4, −1) − 0.3·(2, 3)."""
    assert [shown("bias-update")[n] for n in (4, 9, 10, 11)] == ["2", "3", "3.4", "-1.9"]


# -- every key a second way --------------------------------------------------------------------------------------------


def shape(*numbers):
    return Shape(map(int, numbers))


def shape_of(*arrays):
    return [Shape(array.shape) for array in arrays]


def relu(z):
    return anp.maximum(0.0, z)


def columns(c):
    x = c["X"]
    z = [[sum(c["W"][j][k] * x[k][i] for k in range(2)) + c["b"][j] for i in range(4)] for j in range(3)]
    return [
        [z[0][0], z[1][0], z[2][0]],
        [z[0][1], z[1][1], z[2][1], z[1][2], z[0][3]],
        *shape_of(x, np.array(z)),
        c["b'"],
    ]


def rows(c):
    w, x, b = c["W"], c["X"], c["b"]
    z = [[sum(w[j][k] * example[k] for k in range(2)) + b[j] for j in range(3)] for example in x]
    big = np.ones((int(c["m"]), int(c["inputs"]))), np.ones((int(c["inputs"]), int(c["nodes"])))
    return [list(zip(*w, strict=True)), z[0], z[1][0], z[2][1], z[3][2], *shape_of(*big, big[0] @ big[1])]


def translate(c):
    a, w = np.array(c["A"]), np.array([[2.0, 3.0], [5.0, 7.0]])
    in_columns = np.zeros((9, 12))
    in_columns[int(c["node"]) - 1, int(c["example"]) - 1] = 1
    tried = {"AᵀWᵀ": a.T @ w.T, "AWᵀ": None, "WA": w @ a}
    right = [name for name, product in tried.items() if product is not None and product.shape == (3, 2)]
    spots = [np.argwhere(lying)[0] + 1 for lying in (in_columns, in_columns.T)]
    values = np.ones((int(c["n"]), int(c["m"])))
    return [np.rot90(a[:, ::-1]), *spots, *shape_of(values, values.T), *right]


def fitting(forms, wanted):
    """The only one of these products of arrays that has the shape wanted."""
    fit = [name for name, (a, b) in forms.items() if a.shape[1] == b.shape[0] and (len(a), b.shape[1]) == wanted]
    assert len(fit) == 1
    return fit[0]


def equations_twice(c):
    n, k, m = (int(c[name]) for name in "nkm")
    w, keys = np.ones((n, k)), []
    for in_columns in (True, False):
        a, delta = (np.ones(s if in_columns else s[::-1]) for s in ((k, m), (n, m)))
        forward = {"W A + b": (w, a), "A W + b": (a, w), "A Wᵀ + b": (a, w.T), "Wᵀ A + b": (w.T, a)}
        back = {"Wᵀ δ": (w.T, delta), "W δ": (w, delta), "δ W": (delta, w), "δ Wᵀ": (delta, w.T)}
        weights = {"δ Aᵀ": (delta, a.T), "Aᵀ δ": (a.T, delta), "δᵀ A": (delta.T, a), "A δᵀ": (a, delta.T)}
        axis = delta.shape.index(m)
        bias = delta.sum(axis=axis, keepdims=True)
        keys += [
            fitting(forward, delta.shape),
            fitting(back, a.shape),
            ["down columns", "along rows"][axis],
            fitting(weights, w.shape),
            *shape_of(a, bias),
        ]
    return keys


def ledger(c):
    n, m, lying = [int(v) for v in c["layers"]], int(c["m"]), []
    for in_columns in (True, False):
        x = np.ones((n[0], m) if in_columns else (m, n[0]))
        first, second = np.ones((n[1], n[0])), np.ones((n[2], n[1]))
        z = first @ x if in_columns else x @ first.T
        delta = second @ z if in_columns else z @ second.T
        d_second = delta @ z.T if in_columns else delta.T @ z
        bias = z.sum(axis=1 if in_columns else 0, keepdims=True)
        lying.append(shape_of(x, first, z, delta, d_second, bias))
    by_m = [name for name, shape in zip("XWZδWb", lying[0], strict=True) if m in shape]
    assert by_m == ["X", "Z", "δ"]
    return [*(shape for pair in zip(*lying, strict=True) for shape in pair), "values and errors"]


def dominoes(c):
    n, k, m = (int(c[name]) for name in "nkm")
    w, a, delta = np.ones((n, k)), np.ones((k, m)), np.ones((n, m))
    turned = [(w.T, w.T @ delta), (a.T, delta @ a.T), (w.T, a.T @ w.T), (delta, delta @ a.T)]
    columns, rows = shape_of(w @ a, *turned[0], *turned[1]), shape_of(*turned[2], delta.T @ w, *turned[3])
    return [*columns, *rows]


def back_columns(c):
    w, delta, z = (np.array(c[name]) for name in ("W", "δ", "Z"))
    return [
        grad(lambda a: anp.sum(delta * anp.dot(w, a)))(np.ones((2, 2))),
        grad(lambda z: anp.sum(relu(z)))(z),
        grad(lambda z: anp.sum(delta * anp.dot(w, relu(z))))(z),
    ]


def back_rows(c):
    w, delta, z = (np.array(c[name]) for name in ("W", "δ", "Z"))
    return [
        "neither",
        grad(lambda a: anp.sum(delta * anp.dot(a, w.T)))(np.ones((2, 2))),
        grad(lambda z: anp.sum(delta * anp.dot(relu(z), w.T)))(z),
        c["W'"],
    ]


def stored_in_out(c):
    w, delta, a = (np.array(c[name]) for name in ("W", "δ", "A"))
    value = lambda a, w: anp.sum(delta * anp.dot(a, w))  # noqa: E731
    k, n, m = (int(c[name]) for name in "knm")
    left, right = np.ones((m, k)).T, np.ones((m, n))
    sums = grad(value, 1)(a, w)
    return [
        grad(value, 0)(a, w),
        sums,
        np.mean([np.outer(a[i], delta[i]) for i in range(2)], axis=0)[[0, 2], [0, 1]],
        *shape_of(left, right, left @ right),
    ]


def bias_sums(c):
    delta, other = np.array(c["δ"]), np.array(c["δ'"])
    down = grad(lambda b: anp.sum(other * b))(np.ones(2))
    along = grad(lambda b: anp.sum(delta.T * b))(np.ones(2))
    return ["along rows", along, np.mean(delta, axis=1), "down columns", down, np.mean(other, axis=0)]


def weights_as_sum(c):
    delta, a = np.array(c["δ"]), np.array(c["A"])
    single = np.einsum("ji,ki->ijk", delta, a)
    whole = grad(lambda w: anp.sum(delta * anp.dot(w, a)))(np.ones((2, 3)))
    return [single[0], single[1][[0, 1, 1], [1, 0, 2]], whole, single.mean(axis=0)[[0, 1], [2, 0]]]


def weights_in_one_product(c):
    delta, a, d, x = (np.array(c[name]) for name in ("δ", "A", "δ'", "A'"))
    one = grad(lambda w: anp.sum(delta * anp.dot(w, a)))(np.ones((2, 3)))
    two = grad(lambda w: anp.sum(d * anp.dot(x, w.T)))(np.ones((3, 2)))
    means = np.einsum("ji,ki->jk", delta, a) / 4, np.einsum("ij,ik->jk", d, x) / 5
    first, second = ([0, 0, 1], [0, 2, 1]), ([0, 1, 2], [1, 0, 1])
    return [one[first], means[0][first], two[second], means[1][second], delta.shape[1], d.shape[0]]


def once_only(c):
    delta, a = np.array(c["δ"]), np.array(c["a"])
    mean = grad(lambda w: anp.mean(delta * (w * a)))(1.0)
    names = {0: "never", 1: "once", 2: "twice"}
    return [sum(delta * a), mean, delta * 0.25, mean, [names[i] for i in c["order"]], np.mean(delta)]


def twice_the_batch(c):
    delta, x = np.array(c["δ"]), np.array(c["x"])
    both = []
    for d, v in ((delta, x), (np.tile(delta, 2), np.tile(x, 2))):
        both.append([sum(d * v), np.mean(d * v), sum(d), np.mean(d)])
    return [*both, [c["b"] - c["η"] * means for *_, means in both]]


def bias_update(c):
    delta = np.array(c["δ"])
    means = grad(lambda b: anp.mean(anp.dot(delta, b)))(np.ones(2))
    return [
        *[[*delta[:, j], means[j]] for j in range(2)],
        [b - c["η"] * g for b, g in zip(c["b"], means, strict=True)],
    ]


def bias_update_backwards(c):
    return [c["δ"][0][2], np.mean(c["δ"][1]), c["b"][1], c["η'"], c["start"] - 2 * c["η'"] * c["g"]]


def mean_of_singles(c):
    a, y = np.array(c["a"]), np.array(c["y"])
    single = [np.dot(e, e) / 2 for e in (a - y).T]
    known = [np.array(c[name]) for name in ("g1", "g", "g3")]
    return [single, np.mean(single), known[1] * 3, known[1] * 3 - known[0] - known[2]]


def network(c, in_columns):
    x, y = (np.array(c[name]) if in_columns else np.array(c[name]).T for name in ("X", "y"))
    w1, b1, w2, b2 = (np.array(c[name]) for name in ("W1", "b1", "W2", "b2"))
    rows_too = (lambda v: v) if in_columns else np.transpose

    def out(w1, b1, w2, b2, nudge):
        return anp.dot(w2, relu(anp.dot(w1, x) + anp.reshape(b1, (3, 1)) + nudge)) + anp.reshape(b2, (1, 1))

    def cost(w1, b1, w2, b2, nudge):
        return anp.sum((out(w1, b1, w2, b2, nudge) - y) ** 2) / 4

    return (w1, b1, w2, b2, np.zeros((3, 2))), out, cost, rows_too, x, y


def forward(in_columns):
    def keys(c):
        here, out, cost, lie, x, y = network(c, in_columns)
        z = np.array([[here[0][j] @ x[:, i] + here[1][j] for i in range(2)] for j in range(3)])
        return [lie(z), lie(np.where(z > 0, z, 0)), lie(out(*here)), lie(out(*here) - y), cost(*here)]

    return keys


def backward(in_columns):
    def keys(c):
        here, _, cost, lie, _, _ = network(c, in_columns)
        slope = lambda i: grad(cost, i)(*here)  # noqa: E731
        return [slope(2), slope(3), lie(2 * slope(4)), slope(0), slope(1)]

    return keys


def find_the_bug(c):
    """Example by example, and added up at the end."""
    w2, x, z, a, y = (np.asarray(c[name], dtype=float) for name in ("W2", "X", "Z", "A", "Y"))
    e = a - y
    delta = np.array([[w2[j] * e[i] if z[j, i] > 0 else 0.0 for i in range(4)] for j in range(2)])
    shares = [np.array([[delta[j, i] * x[k, i] for k in range(2)] for j in range(2)]) for i in range(4)]
    total = sum(shares)
    work = {
        0: (3, "the mean taken twice", total, total / 4),
        1: (2, "a slope left out", delta, [[w * one for one in e] for w in w2]),
        2: (3, "an example left out", total, total - shares[3]),
        3: (3, "the result transposed", total, total.T),
        4: (4, "a mean over the wrong thing", total / 4, total / 2),
        5: (1, "a sign", e, -e),
    }
    return found(*work[c["fault"]], total / 4)


INDEPENDENT = {
    "find-the-bug": find_the_bug,
    "columns": columns, "rows": rows, "translate": translate, "equations-twice": equations_twice,
    "ledger": ledger, "dominoes": dominoes, "back-columns": back_columns,
    "back-rows": back_rows, "stored-in-out": stored_in_out, "bias-sums": bias_sums, "weights-as-sum": weights_as_sum,
    "weights-in-one-product": weights_in_one_product, "once-only": once_only, "twice-the-batch": twice_the_batch,
    "bias-update": bias_update, "bias-update-backwards": bias_update_backwards, "mean-of-singles": mean_of_singles,
    "forward-columns": forward(True), "forward-rows": forward(False), "backward-columns": backward(True),
    "backward-rows": backward(False),
}  # fmt: skip


@pytest.mark.parametrize("page", pages.chapter_pages("batching"), ids=lambda page: page.slug)
def test_keys_agree_with_a_second_computation(page, agrees):
    """Every key of every page, over many variants, is what automatic differentiation or plain loops give."""
    agrees(page.slug, INDEPENDENT[page.slug.partition("/")[2]])
