"""Chapter 11: a filter that slides along a row and over a picture; shared weights going back; pooling; counting."""

from __future__ import annotations

from functools import lru_cache
from itertools import permutations, product
from operator import mul
from typing import NamedTuple

import numpy as np

from ..authoring import ask
from ..authoring.page import page
from ..authoring.worked import Fault, Line, Worked
from ..engine import as_matrix, convolve, correlate, correlate_inputs, correlate_weights, relu, relu_slope, turned
from ..engine.expressions import Name
from ..engine.pooling import max_pool, max_pool_slope, mean_pool
from ..layout import (
    APART,
    Node,
    Shape,
    by,
    column,
    echo,
    eq,
    lit,
    matrix,
    network,
    row,
    say,
    signed,
    step,
    table,
    words,
)
from ..layout.slides import Grid, grids, sliding


class Row(NamedTuple):
    """The row of this chapter with its filter, the layers behind it, and errors δ where a page is told them."""

    x: np.ndarray
    w: np.ndarray
    b: float
    delta: np.ndarray
    v: np.ndarray  # the weights of the dense layer
    c: float  # and its bias
    y: float

    @property
    def bare(self) -> np.ndarray:
        """The row correlated with the filter, without the bias."""
        return correlate(self.x, self.w)

    @property
    def z(self) -> np.ndarray:
        """The sums of the filter, with the bias."""
        return self.bare + self.b

    @property
    def a(self) -> np.ndarray:
        """The sums behind ReLU."""
        return relu(self.z)

    @property
    def pooled(self) -> np.ndarray:
        """The larger of the first two, and of the last two."""
        return max_pool(self.a, (2,))

    @property
    def out(self) -> float:
        """The prediction."""
        return float(self.v @ self.pooled) + self.c


@lru_cache
def orders(count: int) -> list[tuple[float, ...]]:
    """The numbers 1 to count in every order and with every choice of signs in which both signs occur."""
    signs = [each for each in product((1.0, -1.0), repeat=count) if len({*each}) == 2]
    return [tuple(map(mul, order, each)) for order in permutations(range(1, count + 1)) for each in signs]


@lru_cache
def good_rows() -> list[tuple[tuple[float, ...], tuple[float, ...], float]]:
    """Rows of six, filters of three and biases that suit all pages: no sum is 0, in each window of the pooling one of
    the two wins and is positive, and a filter turned around or one stop too late shows at once."""
    walk = np.arange(60_000)
    x = (walk[:, None] * 7919 // 6 ** np.arange(6)) % 6 + 1.0
    w = np.array(orders(3))[walk * 5 % 36]
    b = np.array([-1.0, 2.0, -3.0, 1.0, -2.0, 3.0])[walk // 36 % 6]
    plain = np.sum([w[:, t : t + 1] * x[:, t : t + 4] for t in range(3)], axis=0)
    around = np.sum([w[:, 2 - t : 3 - t] * x[:, t : t + 4] for t in range(3)], axis=0)
    z = plain + b[:, None]
    pairs = np.maximum(z, 0).reshape(-1, 2, 2)
    fit = [
        x[:, 1:] != x[:, :-1], plain != 0, plain[:, 1:] != plain[:, :-1], plain != around,
        plain[:, 1:] != around[:, :-1], plain != around + b[:, None], z != 0, np.abs(z) <= 15,
        pairs[:, :, 0] != pairs[:, :, 1],
        np.sum(z < 0, axis=1, keepdims=True) == 1, np.min(z[:, :2], axis=1, keepdims=True) != z[:, 2:],
    ]  # fmt: skip
    good = np.all(np.hstack(fit), axis=1)
    return [(tuple(row), tuple(filter_), bias) for row, filter_, bias in zip(x[good].tolist(), w[good].tolist(),
        b[good].tolist(), strict=True)]


ERRORS = [order for order in orders(4) if abs(sum(order)) > 1]
"""What may be told as the errors of four sums: they do not cancel."""


def one_row(given) -> Row:
    """Six numbers and a filter of three, the same on most pages; behind them ReLU, pooling, and a node."""
    x, w, b = given.choice("x w b", ((4, 1, 5, 2, 3, 5), (3, 1, -2), -1), *good_rows())
    delta, v = given.choice("δ", (2, -3, 1, 4), *ERRORS), given.choice("v", (3, -1), (2, -3), (-1, 2), (-2, 3),
        (1, -3), (2, -1), (-3, 2), (3, -2))
    r = Row(np.array(x, float), np.array(w, float), b, np.array(delta, float), np.array(v, float), given("c", 2,
        low=1, high=3), 0)
    return r._replace(y=given.choice("y", r.out - given.choice("e", -2, 2, 3, -3, -4, 4)))


def lit_row(r: Row) -> np.ndarray:
    """The numbers of the row, each lit by its name."""
    return lit("x_{j}", r.x)


def lit_filter(r: Row) -> np.ndarray:
    """The weights, each lit with the lines that it sits on."""
    return lit("w_{j}", r.w)


def zeros(count: float) -> str:
    """So many zeros, in words."""
    return "one zero" if count == 1 else f"{count:g} zeros"


def named(name: str, count: int) -> list[str]:
    """x_1, x_2, …"""
    return [f"{name}_{i + 1}" for i in range(count)]


def next_stop(z) -> np.ndarray:
    """What stands one stop further on; nan at the last one."""
    return np.append(np.asarray(z, float)[1:], np.nan)


def x_names(count: int = 6) -> list:
    """The names above the row, each lit with its number."""
    return [lit(name, name) for name in named("x", count)]


# -- 11.1 A filter along a row -----------------------------------------------------------------------------------------


@page("A filter slides along a row", row="11.1", shares=one_row)
def one_filter(given, box):
    """Three weights laid over three neighbours, at four stops; and what one number of the row does to them."""
    r = given.shared(one_row)
    terms = ask.product(box, r.w, r.x[:3], "the terms of z_1", "Which weight lies over this number?",
        how="Each weight times the number under it.", slips={"filter_turned": r.w[::-1] * r.x[:3]})
    z = box([np.sum(terms), *r.bare[1:]], "z", "Where does the filter lie at this stop? What becomes of the products?",
        how="Each weight times the number under it, added up.",
        slips={"filter_turned": convolve(r.x, r.w), "other_stop": next_stop(r.bare)})
    change = box([r.w[2], r.w[1], r.w[0]], "the change of z_1, z_2 and z_3",
        "Which weight lies over the third number at this stop?",
        how="The weight that lies over the third number at this stop.",
        slips={"filter_turned": r.w})
    sums = "w_1 x_1 w_2 x_2 w_3 x_3"
    return (
        step("A **filter** is a short row of weights. It is laid over the first numbers of the row $x$: each weight "
            "meets the number under it, and the products are added up.",
            eq("x", "=", row(lit_row(r)), APART, "w", "=", row(lit_filter(r))),
            eq("z_1", "=", "w_1x_1 + w_2x_2 + w_3x_3", "=", terms[0], "+", terms[1], "+", terms[2])),
        step("Then it moves on, one place at a time, with the same weights at each stop. What are the four sums?",
            sliding(lit_row(r), [lit("z_1", z[0], uses=sums), z[1], z[2], z[3]], 3, at=0, weights=lit_filter(r),
                names=(x_names(), [lit("z_1", "z_1"), "z_2", "z_3", "z_4"]),
                title="Six numbers in a row, the filter over the first three, and four sums below")),
        step("The third number lies under the filter at three of its stops. It rises by 1. By how much do $z_1$, $z_2$ "
            "and $z_3$ rise?",
            table(["Δz_1", "Δz_2", "Δz_3"], list(change))),
    )


@page("Correlation and convolution", row="11.1", shares=one_row)
def turned_around(given, box):
    """What is turned, and how one tells: a row with a single 1 in it."""
    r = given.shared(one_row)
    around = box(turned(r.w), "w turned around", "Which weight comes first when the filter is read from its end?",
        how="The last weight comes first.", slips={"filter_not_turned": r.w})
    z = box(correlate(r.x, around), "x * w", "Lay the turned filter over the numbers. What are the sums?",
        how="Each weight of the turned filter times the number under it, added up.",
        slips={"filter_not_turned": r.bare})
    one = np.array([0, 0, 1, 0, 0])
    other = np.array(given.choice("v'", (2.0, 5.0, -3.0), *[tuple(2 * n for n in order) for order in orders(3)]))
    plain = box(correlate(one, other), "the correlation", "Under which weight does the 1 lie at this stop?",
        how="The weight over the 1: at the first stop the last one.", slips={"filter_turned": other})
    options = ("correlation", "convolution")
    which = box([options[1], options[0]], "which of the two", "Compare what came out of the single 1 with the filter.",
        how="A convolution brings the filter back as it stands; a layer lays it down without turning it.",
        options=options)
    return (
        step("What a layer of a network computes, with the filter as it stands, is called a **correlation**, $x ⋆ w$. "
            "In mathematics a **convolution**, $x * w$, turns the filter around first. Turn this one.",
            eq("w", "=", row(r.w), "→", row(around))),
        step("Now slide the turned filter along the row. What is the convolution?",
            eq("x", "=", row(r.x), APART, "x * w", "=", row(z))),
        step("A row with a single 1 in it shows what a filter does. Here is another filter. What is the correlation, "
            "with the filter as it stands?",
            eq("x", "=", row(one), APART, "w", "=", row(other), APART, "x ⋆ w", "=", row(plain))),
        step("Which of the two gives the filter back as it stands, and which one does a layer compute, though people "
            "call it a convolution?",
            table([words("gives the filter back"), words("a layer computes")], list(which))),
    )


@page("What a filter looks for", row="11.1")
def what_it_sees(given, box):
    """One filter answers where the brightness jumps, another one smooths; what both do where nothing changes."""
    x = given("x", [2, 3, 9, 7, 4], low=1, high=9)
    jumps = np.diff(x)
    given.require(np.all(jumps != 0) and len({*np.abs(jumps)}) == 4 and len({*np.sign(jumps)}) == 2)
    edge = box(jumps, "the jumps", "The right number minus the left one: which of them is taken away?",
        how="The number on the right minus the one on the left.",
        slips={"subtracted_backwards": -jumps, "added_not_multiplied": x[:-1] + x[1:]},
        words={"added_not_multiplied": "You added the two. One of the weights is negative."})
    mean = box(correlate(x, [0.5, 0.5])[:2], "the means", "What is half of both together?",
        how="Half of each number, added up.", slips={"half_left_out": (x[:-1] + x[1:])[:2], "sign_lost": jumps[:2] / 2},
        words={"half_left_out": "That is the sum. Each of the weights is a half.",
            "sign_lost": "You subtracted. Both weights are positive."})
    place = 1 + int(np.argmax(np.abs(np.asarray(edge))))
    at = box([place, place + 1], "where the brightness changes most", "Which answer is the largest in size?",
        how="At the answer that is largest in size; its filter lies over two numbers.")
    c, w1, w2, w3 = map(Name, ("c", "w_1", "w_2", "w_3"))
    flat = box([0 * c, c + 0 * c], "the answer to a flat row", "What do the two products make together?", names="c",
        how="The difference of two equal numbers is 0, their mean is the number itself.",
        slips={"doubled": [2 * c] * 2},
        words={"doubled": "That would be the sum of the two numbers. Which weights are there?"})
    whole = box(c * (w1 + w2 + w3), "z for a flat row", "Each weight meets the same number. What can be taken out?",
        names="c w_1 w_2 w_3", how="The number times the sum of the weights.",
        slips={"factor_left_out": w1 + w2 + w3, "only_one_term": c * w1, "not_multiplied": c})
    return (
        step("The numbers are the brightness of five points in a row. The first filter takes differences, the second "
            "one means. What do they answer at the stops that are asked for?",
            eq("x", "=", row(x)),
            eq("w", "=", row([-1, 1]), APART, "x ⋆ w", "=", row(edge)),
            eq("w", "=", row(["½", "½"]), APART, "x ⋆ w", "=", row([*mean, "…", "…"]))),
        step("Between which two points does the brightness change most?",
            eq(words("between point"), at[0], words("and point"), at[1])),
        step("Where nothing changes, every number is the same $c$. What do the two filters answer there, and what does "
            "a filter with the weights $w_1$, $w_2$ and $w_3$ answer? Write formulas.",
            eq(words("differences:"), flat[0], APART, words("means:"), flat[1]),
            eq(words("three weights:"), whole)),
    )


# -- 11.2 Sizes --------------------------------------------------------------------------------------------------------


@page("Padding: zeros at the ends", row="11.2", shares=one_row)
def padding(given, box):
    """With zeros at both ends the filter stops more often; how many zeros keep the length."""
    r = given.shared(one_row)
    z = correlate(r.x, r.w, padding=1)
    ends = box([z[0], z[-1]], "the sums at the ends", "Which weight lies over the zero, and which over a number?",
        how="Two products; the weight over the zero adds nothing.",
        slips={"filter_turned": convolve(r.x, r.w, padding=1)[[0, -1]]})
    n, k = Name("n"), Name("k")
    sizes = given.choice("k", (5, 9), (5, 7), (7, 11), (9, 5), (7, 5), (11, 5))
    keeps = box([(size - 1) / 2 for size in sizes], "zeros at each end",
        "How many places does the row lose to this filter, and at how many ends are zeros added?",
        how="A filter of k numbers loses k − 1 places, half of them at each end.",
        slips={"padding_once": [size - 1 for size in sizes], "rounded_up": [(size + 1) / 2 for size in sizes]},
        words={"rounded_up": "One too many. How many places does the row lose?"})
    same = box((k - 1) / 2, "p", "How many places are lost, and at how many ends?", names="k",
        how="Half of the k − 1 places that are lost.", slips={"padding_once": k - 1, "off_by_one": k / 2})
    long = given("n", 28, low=20, high=40)
    bare = box(n - k + 1, "outputs without padding", "The last stop begins at which number?", names="n k",
        how="The filter can begin at each number but the last k − 1.", slips={"off_by_one": n - k, "padding_once": n})
    padded = box([long - sizes[0] + 1, long + 2 - sizes[0] + 1], "outputs",
        "How long is the row with its zeros?", how="The length with its zeros, minus k, plus one.",
        slips={"off_by_one": [long - sizes[0], long + 2 - sizes[0]]})
    return (
        step("With a zero at each end the filter stops six times, and the row keeps its length. The four sums in the "
            "middle are known. What are the two at the ends?",
            eq("w", "=", row(lit_filter(r))),
            sliding(lit_row(r), [ends[0], *r.bare, ends[1]], 3, padding=1, at=0, weights=lit_filter(r),
                names=(x_names(), named("z", 6)),
                title="Six numbers with a zero at each end, the filter over the first three, and six sums below")),
        step("How many zeros $p$ are needed at each end, so that a row keeps its length? First in numbers, then as a "
            "formula for any odd $k$.",
            table(["k", *[f"{size}" for size in sizes], "k"], [words("zeros at each end"), *keeps, same])),
        step("A row of $n$ numbers has no padding. At how many stops does a filter of $k$ fit? Write the formula, then "
            f"use it for $n = {long:g}$ and $k = {sizes[0]}$: without padding, and with one zero at each end.",
            eq(words("stops"), "=", bare),
            eq(words("without padding:"), padded[0], APART, words("with one zero at each end:"), padded[1])),
    )


@page("Stride and dilation", row="11.2", shares=one_row)
def stride(given, box):
    """The filter moves two places at a time, or looks at every other number."""
    r = given.shared(one_row)
    two = correlate(r.x, r.w, stride=2)
    spread = correlate(r.x, r.w, dilation=2)
    leap = box(two, "z with stride 2", "Where does the second stop begin?",
        how="The sums at the first and the third number.",
        slips={"stride_forgotten": [np.nan, r.bare[1]], "filter_turned": convolve(r.x, r.w, stride=2)})
    unseen = box(6, "the number that no stop sees", "Where does the last window end?",
        how="The second window ends at the fifth number.", slips={"one_too_few": 5},
        words={"one_too_few": "The second window still covers that one."})
    both = correlate(r.x, r.w, stride=2, padding=1)
    padded = box(both[1:], "z with stride 2 and padding", "Where does this stop begin in the padded row?",
        how="The stops begin at the first, the third and the fifth place of the padded row.",
        slips={"padding_forgotten": [r.bare[2], np.nan], "stride_forgotten": [np.nan, r.bare[1]]})
    span = box([5, 3], "how far the filter spans, and its weights", "How many numbers lie between its first and last "
        "weight? And how many weights are there?",
        how="Three weights with two gaps span five numbers.", slips={"dilation_forgotten": [3, 5]},
        words={"dilation_forgotten": "Count the gaps where numbers are spanned, and leave them out where weights are."})
    wide = box(spread, "z with dilation 2", "Which three numbers lie under the weights?",
        how="Weights meet every other number.",
        slips={"dilation_forgotten": r.bare[:2]})
    return (
        step("With **stride** 2 the filter moves two places at a time. What are its sums, and which number of the row "
            "does it never see?",
            eq("w", "=", row(lit_filter(r))),
            sliding(lit_row(r), leap, 3, stride=2, at=1, weights=lit_filter(r), names=(x_names(), ["z_1", "z_2"]),
                title="Six numbers, the filter at its second stop over the third to the fifth, and two sums below"),
            eq(words("never seen: number"), unseen)),
        step("Now with a zero at each end, still with stride 2. The first sum is printed. What are the others?",
            eq(row(["0", *[f"{v:g}" for v in r.x], "0"]), "→", row([both[0], *padded]))),
        step("With **dilation** 2 the weights lie over every other number. How many numbers does the filter span, with "
            "how many weights, and what are its sums?",
            eq(words("spans"), span[0], APART, words("weights"), span[1]),
            sliding(lit_row(r), wide, 3, dilation=2, at=0, weights=lit_filter(r), names=(x_names(), ["z_1", "z_2"]),
                title="Six numbers, the filter over the first, the third and the fifth, and two sums below")),
    )


@page("How many stops?", row="11.2")
def sizes(given, box):
    """The number of outputs from length, size, padding, stride and dilation, and back."""
    n = np.rint(given("n", [12, 10, 15, 17], low=9, high=24))
    k, s = np.rint(given("k", [3, 5, 3, 4], low=3, high=5)), np.rint(given("s", [2, 3, 1, 3], low=2, high=3))
    p, apart = np.rint(given("p", [0, 2, 0, 1], low=1, high=3)), np.rint(given("r", 2, low=2, high=3))
    p, s, d = p * [0, 1, 0, 1], np.array([s[0], s[1], 1, s[3]]), np.array([1, 1, apart, 1])
    reach = d * (k - 1) + 1
    room = n + 2 * p - reach
    given.require(np.all(room >= 3) and room[0] % s[0] != 0 and room[1] % s[1] == 0 and room[3] % s[3] == 0)
    given.require(np.all(room[:2] // s[:2] >= 2))
    outputs = room // s + 1
    given.distinct(outputs)
    hint = "How far can the filter move from its first stop, and how many steps is that?"
    how = "What is left beside the filter, divided by the stride and rounded down, plus one."
    counted = box(outputs[:2], "stops", hint, how=how,
        slips={"start_not_counted": outputs[:2] - 1, "rounded_up": [outputs[0] + 1, np.nan],
            "stride_forgotten": room[:2] + 1, "padding_forgotten": [np.nan, (n[1] - reach[1]) // s[1] + 1]},
        words={"rounded_up": "The last stop would reach over the end of the row."})
    spans = box(reach[2], "numbers spanned", "How many gaps are there between the weights, and how wide is each?",
        how="r times k − 1, plus one.", slips={"dilation_forgotten": k[2], "start_not_counted": reach[2] - 1,
            "multiplied_not_added": d[2] * k[2]},
        words={"multiplied_not_added": "Behind the last weight there is no gap.",
            "start_not_counted": "Those are the steps from the first weight to the last. Count the numbers."})
    last = box(n[2] - spans + 1, "stops", hint, how=how,
        slips={"start_not_counted": n[2] - spans, "dilation_forgotten": n[2] - k[2] + 1})
    lost = box(p[3], "p", "How long is a row on which the filter makes just so many stops?",
        how="The stops need s times the outputs but one, plus k numbers; half of what is missing stands at each end.",
        slips={"padding_once": 2 * p[3]})
    letters = dict(zip("nkpsr", map(Name, "nkpsr"), strict=True))
    span = box(letters["r"] * (letters["k"] - 1) + 1, "numbers spanned", "How many gaps are there, and how wide?",
        names="r k", how="k − 1 steps of r, and the first number.",
        slips={"start_not_counted": letters["r"] * (letters["k"] - 1), "multiplied_not_added": letters["r"] *
            letters["k"]}, words={"multiplied_not_added": "Behind the last weight there is no gap.",
            "start_not_counted": "Those are the steps from the first weight to the last. Count the numbers."})
    formula = box((letters["n"] + 2 * letters["p"] - letters["k"]) / letters["s"] + 1, "outputs",
        "How long is the padded row, how far can the filter move, and how many steps is that?", names="n k p s",
        how="The padded length minus k, divided by the stride, plus one.",
        slips={"start_not_counted": (letters["n"] + 2 * letters["p"] - letters["k"]) / letters["s"],
            "padding_once": (letters["n"] + letters["p"] - letters["k"]) / letters["s"] + 1})

    def line(i, *rest):
        return [f"{n[i]:g}", f"{k[i]:g}", *rest]

    return (
        step("A row of $n$ numbers with $p$ zeros at each end; a filter of $k$ weights that lie $r$ places apart and "
            "moves $s$ places at a time. How many numbers does the third filter span, and at how many stops does each "
            "one fit?",
            table(["n", "k", "p", "s", "r", words("spans"), words("stops")],
                line(0, f"{p[0]:g}", f"{s[0]:g}", "1", f"{reach[0]:g}", counted[0]),
                line(1, f"{p[1]:g}", f"{s[1]:g}", "1", f"{reach[1]:g}", counted[1]),
                line(2, f"{p[2]:g}", f"{s[2]:g}", f"{d[2]:g}", spans, last))),
        step(f"Another filter makes {outputs[3]:g} stops and sees every number. How many zeros stand at each end?",
            eq(f"n = {n[3]:g}", APART, f"k = {k[3]:g}", APART, f"s = {s[3]:g}", APART, "p", "=", lost)),
        step("Write both rules as formulas: how many numbers a filter spans, and at how many stops it fits, with "
            "$r = 1$ and a stride that fits without a rest.",
            eq(words("spans"), "=", span, APART, words("stops"), "=", formula)),
    )


# -- 11.3 Pictures, channels, filters ----------------------------------------------------------------------------------


def four(values) -> Shape:
    """A shape of rows and columns from numbers that were given."""
    return Shape(map(int, values))


@page("A filter over a picture", row="11.3")
def picture(given, box):
    """A small square of weights moves along and down; what is turned here; what an edge looks like."""
    x = given("x", [[1, 4, 1, 4], [1, 3, 5, 4], [3, 2, 2, 5]], low=1, high=5)
    w = np.array(given.choice("w", (2.0, -1.0, 4.0, -3.0), *orders(4))).reshape(2, 2)
    z, other = correlate(x, w), convolve(x, w)
    given.require(np.all(z != other) and z[1, 0] != z[0, 1])
    asked = [(0, 0), (0, 1), (1, 0), (1, 2)]
    down = np.array([[z[1, 0], z[1, 1], np.nan], [np.nan, np.nan, np.nan]])
    sums = box(z, "z", "Which four numbers lie under the filter at this stop?", only=asked,
        how="Each weight times the number under it, four products in all.",
        slips={"filter_turned": other, "other_stop": down},
        words={"other_stop": "That is one row further down. Where does the filter lie for this box?",
            "filter_turned": "You turned the filter around. Here its first weight lies over the number at the top "
                "left."})
    around = box(turned(w), "w turned around", "Which weight stands at the top left after half a turn?",
        how="Upside down, and left to right: the last weight comes first.",
        slips={"filter_not_turned": w, "other_row": w[::-1], "other_column": w[:, ::-1]},
        words={"other_row": "That is upside down only. Left and right change places too.",
            "other_column": "That is left to right only. Top and bottom change places too.",
            "filter_not_turned": "That is the filter as it stands. Give it half a turn."})
    side, k = given("side", 28, low=20, high=40), given.choice("k", 5, 3, 7)
    shapes = box([four([side - k + 1] * 2), four([side] * 2)], "the shape of z", "How many stops are there along, and "
        "how many down?",
        how="Along each side n + 2p − k + 1.",
        slips={"off_by_one": [four([side - k] * 2), four([side + 1] * 2)],
            "padding_once": [four([side] * 2), four([side - (k - 1) // 2] * 2)]},
        words={"padding_once": "Look at both ends of a side."})
    options = ("upright edges", "level edges")
    looks = box([options[0], options[1]], "what it looks for",
        "In which direction does the brightness change, so that the products do not cancel?",
        how="A plus beside a minus answers where the brightness changes from left to right: at an upright edge.",
        options=options)
    return (
        step("The filter moves along the picture, and row by row down. At each stop its four weights meet the four "
            "numbers under it. What are the sums that are asked for?",
            grids(Grid(x, "x", window=(0, 0, 2, 2)), "⋆", Grid(w, "w"), "=", Grid(sums, "z"),
                title="A picture of three rows and four columns, a filter of two by two, and the sums")),
        step("Turned around, as for a convolution, the filter makes half a turn.",
            eq(matrix(w, "w"), "→", matrix(around))),
        step(f"A picture of ${side:g}×{side:g}$ meets a filter of ${k}×{k}$. What is the shape of what comes out, "
            f"without padding, and with {zeros((k - 1) // 2)} on every side?",
            eq(words("without padding:"), shapes[0], APART, words("with padding:"), shapes[1])),
        step("One of these two filters answers to upright edges, the other to level ones, as the line of the horizon. "
            "Which is which?",
            eq(matrix([[1, -1], [1, -1]]), looks[0], APART, matrix([[1, 1], [-1, -1]]), looks[1])),
    )


@page("Several channels in", row="11.3")
def channels(given, box):
    """A filter has a layer of weights for each channel, and adds over all of them."""
    x = given("x", [[[2, 1, 3], [4, 2, 1], [1, 3, 2]], [[1, 3, 2], [2, 1, 4], [3, 2, 1]]], low=1, high=4)
    w = given("w", [[[1, -2], [3, 1]], [[2, 1], [-1, 2]]], low=1, high=3)
    b = given("b", 3, low=2, high=5)
    each = np.array([correlate(one, weights) for one, weights in zip(x, w, strict=True)])
    given.require(np.all(each != 0) and np.any(w[0] < 0) and np.any(w[1] < 0))
    given.require(np.all([np.any(channel != turned(channel)) for channel in w]) and each[0, 0, 0] != each[1, 0, 0])
    parts = box(each[:, 0, 0], "the sum of a channel", "Which four numbers of this channel lie under its weights?",
        how="Each weight of the channel times the number under it.",
        slips={"filter_turned": [convolve(x[c], w[c])[0, 0] for c in range(2)]})
    whole = each.sum(axis=0) + b
    first = box(parts[0] + parts[1] + b, "z", "What becomes of the two sums, and what else is added?",
        how="The sums of both channels, plus the bias.",
        slips={"channel_left_out": parts[0] + b, "bias_left_out": parts[0] + parts[1],
            "bias_added_twice": parts[0] + parts[1] + 2 * b})
    rest = box(whole, "z", "Both channels at this stop: what are their sums, and what else is added?",
        only=[(0, 1), (1, 0), (1, 1)], how="The sums of both channels at this stop, plus the bias.",
        slips={"channel_left_out": each[0] + b, "bias_left_out": each.sum(axis=0)})
    c_in, k, c_out = given("c_in", 3, low=2, high=6), given("k", 5, low=2, high=5), given("c_out", 8, low=7, high=12)
    given.distinct(c_in, k)
    count = box([c_in * k**2, c_out], "weights of a filter, and channels out",
        "How many weights are there for one channel? And what does each filter give?",
        how="k times k weights for each channel in; each filter gives one channel.",
        slips={"channel_left_out": [k**2, np.nan], "channels_multiplied": [np.nan, c_in * c_out]},
        words={"channel_left_out": "Those are the weights for one channel. The filter has as many for each of them."})
    cells = [[first, rest[0, 1]], [rest[1, 0], rest[1, 1]]]
    return (
        step("A colour picture has three **channels**, one for each colour; this one has two. A filter has weights of "
            "its own for each channel. What does each channel add up to at the first stop?",
            *[grids(Grid(x[c], f"channel {c + 1}", window=(0, 0, 2, 2)), "⋆", Grid(w[c], "its weights"), "→",
                Grid([[parts[c]]]), title=f"Channel {c + 1} of the picture, its weights, and their sum at the first "
                    "stop") for c in range(2)]),
        step(f"The channels are added up, and so is the bias, once: $b = {b:g}$. What comes out at the four stops?",
            eq("z", "=", matrix(cells))),
        step(f"Another layer has {c_in:g} channels in, and {c_out:g} filters of ${k:g}×{k:g}$. How many weights does "
            "one filter have, and how many channels come out?",
            eq(words("weights of one filter:"), count[0], APART, words("channels out:"), count[1])),
    )


@page("Four numbers make a shape", row="11.3")
def shapes(given, box):
    """(c_out, c_in, k, k): the shapes of weights, biases and outputs through two layers, and back."""
    c = np.rint(given("c", [3, 8, 16], low=2, high=16))
    side, k = 2 * given("side/2", 16, low=10, high=20), np.array(given.choice("k", (5, 3), (3, 5), (7, 3), (5, 7)))
    given.distinct(c, k[0], side)
    w1 = box([c[1], c[0], k[0], k[0]], "the shape of W^{(1)}", "One filter for each what, and in it weights for each "
        "what?",
        how="Filters, channels in, rows, columns.",
        slips={"transposed": [c[0], c[1], np.nan, np.nan]},
        words={"transposed": "These two have changed places: the filters come first."})
    b1 = box(w1[0], "biases", "Does each weight have a bias, each channel, or each filter?", how="One for each filter.",
        slips={"bias_per_input": c[0]}, words={"bias_per_input": "Those are the channels in. Each filter has one."})
    inner = (k[0] - 1) / 2
    z1 = box([w1[0], side, side], "the shape of z^{(1)}", "Each filter gives a channel. How large is it?",
        how="A channel for each filter; with this padding the sides stay as they are.",
        slips={"padding_forgotten": [np.nan, side - k[0] + 1, side - k[0] + 1],
            "transposed": [c[0], np.nan, np.nan]},
        words={"transposed": "Those are the channels in. How many filters are there?"})
    half = box([z1[0], z1[1] / 2], "the shape after pooling", "What does pooling do to the channels, and what to the "
        "sides?",
        how="The channels stay, the sides are halved.", slips={"channels_pooled": [c[1] / 2, np.nan],
            "stride_forgotten": [np.nan, side - 1]},
        words={"stride_forgotten": "The windows lie side by side, so the stride is 2."})
    w2 = box([c[2], half[0]], "the shape of W^{(2)}", "How many filters, and how many channels does each of them see?",
        how="Its filters, and the channels that the first layer gives.",
        slips={"channels_of_input": [np.nan, c[0]]})
    return (
        step(f"A picture has {c[0]:g} channels of ${side:g}×{side:g}$. The first layer has {c[1]:g} filters of "
            f"${k[0]:g}×{k[0]:g}$, and {zeros(inner)} on every side. All its weights are kept in one array of shape "
            "$(c_{out}, c_{in}, k, k)$. What is its shape? How many biases are there, and what is the shape "
            "$(c_{out}, H, W)$ of what comes out?",
            eq("W^{(1)}:", "(", w1[0], ",", w1[1], ",", w1[2], ",", w1[3], ")"),
            eq(words("biases:"), b1, APART, "z^{(1)}:", "(", z1[0], ",", z1[1], ",", z1[2], ")")),
        step("Then ReLU, and pooling that keeps one number of each window of $2×2$; the windows lie side by side. What "
            "is left?",
            eq(words("channels"), half[0], APART, words("length of a side"), half[1])),
        step(f"The second layer has {c[2]:g} filters of ${k[1]:g}×{k[1]:g}$. What is the shape of its weights?",
            eq("W^{(2)}:", "(", w2[0], ",", w2[1], f", {k[1]:g}, {k[1]:g})")),
    )


# -- 11.4 A matrix with shared weights ---------------------------------------------------------------------------------


@page("The filter as a matrix", row="11.4", shares=one_row)
def matrix_of_filter(given, box):
    """Each stop is a row of a matrix: the same weights, one place further on, and zeros."""
    r = given.shared(one_row)
    m = as_matrix(r.w, 6)
    second = box(m[1], "row 2 of M", "At the second stop, which number of x does the first weight meet?",
        how="The weights stand under the numbers that they meet; elsewhere is 0.",
        slips={"other_stop": m[2], "filter_turned": as_matrix(turned(r.w), 6)[1]})
    z = box(np.vstack([m[0], second, m[2:]]) @ r.x, "z", "Which row of M belongs to this sum?", only=[1, 3],
        how="A row of M times the column x.", slips={"filter_turned": convolve(r.x, r.w)})
    shape = box(Shape((4, 6)), "the shape of M", "A row for each what, a column for each what?",
        how="A row for each sum, a column for each number of the row x.", slips={"transposed": Shape((6, 4))})
    counts = box([24, 12, 3, 4], "entries, zeros, different weights, places of w_2",
        "Count one row first. How many rows are there?",
        how="4 rows of 6 entries, 3 of them weights; each weight stands once in every row.",
        slips={"one_too_few": [np.nan, np.nan, np.nan, 3], "squared_for_entry": [np.nan, np.nan, 12, np.nan],
            "off_by_one": [10, np.nan, np.nan, np.nan], "only_one_term": [6, 3, np.nan, 1]},
        words={"one_too_few": "It stands in every row. How many rows are there?",
            "squared_for_entry": "Those are the places. How many different weights are there?",
            "off_by_one": "You added rows and columns. How many entries does each row have?",
            "only_one_term": "That is one row alone."})
    rows = [lit_row_of(m, 0), second, lit_row_of(m, 2), lit_row_of(m, 3)]
    return (
        step("Each sum is a row of weights times the whole column $x$, with a 0 for each number that does not lie "
            "under the filter. So the filter is a matrix $M$, and $z = M x$. What stands in its second row, and what "
            "are the sums that are asked for?",
            eq(matrix(rows, "M"), column(r.x, "x"), "=", column(z, "z"))),
        step("A dense layer between six numbers and four sums would have a weight in every entry. What is the shape of "
            "$M$, and how many entries does it have? How many of them are 0?",
            eq(words("shape"), shape, APART, words("entries"), counts[0], APART, words("zeros"), counts[1])),
        step("How many different weights stand in it, and at how many places does $w_2$ stand?",
            eq(words("different weights"), counts[2], APART, words("places of $w_2$"), counts[3])),
    )


def lit_row_of(m, i: int) -> list:
    """A row of the matrix of a filter as it is printed: each weight lit by its name."""
    return [lit(f"w_{j - i + 1}", m[i, j]) if 0 <= j - i < 3 else m[i, j] for j in range(m.shape[1])]


@page("Back through the matrix", row=("11.4", "11.5"), shares=one_row)
def through_the_matrix(given, box):
    """BP2 and BP4 for M: the transpose holds the filter turned around, and zeros are no parameters."""
    r = given.shared(one_row)
    m = as_matrix(r.w, 6)
    third = box(m[:, 2], "column 3 of M", "Which weight meets the third number at each of the stops?",
        how="Down the column: the last weight first, then the middle one, then the first.",
        slips={"filter_turned": [r.w[0], r.w[1], r.w[2], np.nan], "other_column": m[:, 3]},
        words={"filter_turned": "At the first stop the last weight lies over the third number.",
            "other_column": "That is column 4. Which weight meets the third number at this stop?"})
    back = box(third @ r.delta, "∂C/∂x_3", "Which error does each of these weights bring back?", gradient_of=("x", 2),
        how="Each entry of the column times its error, added up.",
        slips={"filter_turned": r.w @ r.delta[:3], "path_left_out": third[:2] @ r.delta[:2]},
        words={"filter_turned": "The third number met the first error by the last weight."})
    turns = ("as it stands", "turned around")
    stands = box(turns[1], "the filter in the rows of Mᵀ", "Read the column that you have written from the top.",
        how="A row of Mᵀ is a column of M: last weight first.", options=turns, slips={"filter_not_turned": turns[0]},
        words={"filter_not_turned": "Read your column from the top. Which weight comes first?"})
    outer = np.outer(r.delta, r.x)
    one, two = box([outer[1, 1], outer[3, 3]], "entries of δxᵀ", "Which error, and which number of x?",
        how="The error of the row times the number of the column.",
        slips={"transposed": [outer[1, 0], outer[3, 2]]},
        words={"transposed": "That is the entry beside it. Row and column have the same number here."})
    options = ("w₁", "w₂", "w₃", "no weight")
    whose = box([options[0], options[2], options[3]], "whose gradient it is", "What stands in M at the same place?",
        how="The entry belongs to what stands in M at its place; a 0 of M is no weight and has no gradient.",
        options=options)
    return (
        step("The errors $δ$ of the four sums are known. **BP2** brings them back through the transpose: "
            "$∂C/∂x = M^{T}δ$. What stands in the third column of $M$, and what is the gradient of $x_3$?",
            eq(matrix([[*lit_row_of(m, i)[:2], third[i], *lit_row_of(m, i)[3:]] for i in range(4)], "M"), APART,
                column(r.delta, "δ")),
            eq(by("x_3"), "=", back)),
        step("How does the filter stand in the rows of $M^T$: as it stands, or turned around?", eq(stands)),
        step("**BP4** gives a gradient for each entry of $M$: $∂C/∂M = δx^T$. What stands in row 2, column 2, and in "
            "row 4, column 4?",
            eq("δ", "=", column(r.delta), APART, "x^T", "=", row(r.x)),
            eq(words("row 2, column 2:"), one, APART, words("row 4, column 4:"), two)),
        step("Whose gradient is it: that of $w_1$, $w_2$ or $w_3$, or of no weight?",
            table([words("row 2, column 2"), words("row 3, column 5"), words("row 4, column 1")], list(whose))),
    )


# -- 11.5 The way back -------------------------------------------------------------------------------------------------


@page("Shared weights add up", row="11.5", shares=one_row)
def shared_weights(given, box):
    """One weight, four places: each brings a gradient back, as from a copy node, and they are added."""
    r = given.shared(one_row)
    grads = correlate_weights(r.delta, r.x, (3,))
    given.require(np.all(grads != 0) and len({*grads}) == 3)
    first = ask.product(box, r.delta, r.x[:4], "what each stop brings back", "Which number did this weight meet at "
        "this stop?",
        how="The error of the stop times the number that lay under the weight.")
    total = box(np.sum(first), "∂C/∂w_1", "What do gradients do that come back from copies?",
        how="The sum over the four stops.", gradient_of=("w", 0),
        slips={"copies_averaged": np.sum(first) / 4, "only_one_term": first[0]})
    rest = box(grads, "∂C/∂w", "Which numbers lay under this weight, from the first stop to the last?", only=[1, 2],
        how="Each error times the number that lay under the weight, added up.", gradient_of="w",
        slips={"copies_averaged": grads / 4, "path_left_out": grads - r.delta[3] * r.x[3:]})
    bias = box(np.sum(r.delta), "∂C/∂b", "The bias is added at every stop. What comes back from each of them?",
        how="The sum of the errors.", gradient_of="b",
        slips={"copies_averaged": np.sum(r.delta) / 4, "sign_lost": np.sum(np.abs(r.delta))})
    nudge = given("Δw", 0.1, low=0.1, high=0.4)
    rise = box(total * nudge, "ΔC", "The gradient is ΔC/Δw for a small nudge. What is ΔC, then?",
        how="The gradient times the nudge.", digits=3,
        slips={"only_one_term": first[0] * nudge, "upside_down": total / nudge})
    places = [lit(f"back_{i + 1}", first[i], uses=f"δ_{i + 1} x_{i + 1} w_1") for i in range(4)]
    return (
        step("Each sum is $z_i = w_1x_i + w_2x_{i+1} + w_3x_{i+2} + b$, and its error $δ_i$ is known. The weight $w_1$ "
            "is used at four places, as if a copy node handed it to each of them. What does each place bring back?",
            sliding(lit_row(r), lit("δ_{j}", [f"{d:g}" for d in r.delta]), 3, at=0, weights=named("w", 3),
                names=(x_names(), [lit(f"δ_{i + 1}", f"δ_{i + 1}") for i in range(4)]),
                title="Six numbers, four stops of a filter below them, and the error of each stop"),
            eq(places[0], "+", places[1], "+", places[2], "+", places[3], "=", by("w_1"), "=", total)),
        step("And the gradients of the other two weights, and of the bias, which is added at every stop?",
            eq(by("w_2"), "=", lit("∂w_2", rest[1], uses="w_2"), APART, by("w_3"), "=",
                lit("∂w_3", rest[2], uses="w_3"), APART, by("b"), "=", bias)),
        step(f"Check the first one: $w_1$ rises by {nudge:g}, at all its places at once. By how much does the cost "
            "rise, roughly?",
            eq("ΔC", "≈", rise)),
    )


@page("The gradient of a filter is a correlation", row="11.5")
def filter_gradient(given, box):
    """Lay the errors over the row: at each stop stands the gradient of one weight; then a step downhill."""
    x = given("x", [2, 1, 4, 3, 5], low=1, high=5)
    delta = np.array(given.choice("δ", (2.0, -1.0, 3.0), *orders(3)))
    w, b, rate = given("w", [3, -2, 1], low=1, high=4), given("b", 2, low=1, high=4), 0.1
    g, other = correlate(x, delta), convolve(x, delta)
    given.require(np.all(g != other) and np.all(g != 0) and np.all(x[1:] != x[:-1]) and np.sum(delta) != 0)
    dw = box(g, "∂C/∂w", "Over which numbers do the errors lie, for this weight?",
        how="Each error times the number under it, added up.", gradient_of="w",
        slips={"filter_turned": other, "averaged_not_summed": g / 3, "other_stop": next_stop(g)},
        words={"filter_turned": "You turned the errors around. Here the first error lies over the number on the left.",
            "other_stop": "That is the gradient of the next weight."})
    db = box(np.sum(delta), "∂C/∂b", "What comes back to a bias from each stop?", how="The sum of the errors.",
        gradient_of="b", slips={"averaged_not_summed": np.sum(delta) / 3})
    n, s = Name("n"), Name("k")
    stops = box(n - s + 1, "the number of errors", "At how many stops does the filter fit?", names="n k",
        how="One error for each stop, n − k + 1.", slips={"off_by_one": n - s})
    back = box(n - stops + 1 if stops != n - s + 1 else s, "stops of δ along x",
        "At how many stops does a row of that many errors fit along x?",
        names="n k", how="n minus the number of errors, plus one: that is k.", slips={"off_by_one": s - 1})
    new = box(w - rate * dw, "w after the step", "In which direction is down, and how long is the step?",
        how="The weight minus the learning rate times its gradient.",
        slips={"uphill": w + rate * dw, "learning_rate_left_out": w - dw})
    bias = box(b - rate * db, "b after the step", "In which direction is down, and how long is the step?",
        how="The bias minus the learning rate times its gradient.",
        slips={"uphill": b + rate * db, "learning_rate_left_out": b - db})
    return (
        step("A filter of three weights went along the row $x$, and the errors of its three sums are $δ$. Lay $δ$ over "
            "$x$ like a filter, as it stands: at the first stop it gives the gradient of $w_1$, at the next one that "
            "of $w_2$, and then that of $w_3$.",
            eq("x", "=", row(x), APART, "δ", "=", row(delta)),
            eq(by("w"), "=", "x ⋆ δ", "=", row(dw), APART, by("b"), "=", db)),
        step("Does that always fit? On a row of $n$ numbers a filter of $k$ makes how many sums, each with an error? "
            "And at how many stops does the row of errors fit along $x$? Write formulas.",
            eq(words("errors:"), stops, APART, words("stops of $δ$:"), back)),
        step(f"Take a step with the learning rate $η = {rate:g}$. What are the weights and the bias afterwards?",
            eq("w", "=", row(w), "→", row(new), APART, f"b = {b:g}", "→", bias)),
    )


BY_WHICH = {"filter_turned": "The weights come in the wrong order. By which one did this number enter the sum?"}
"""What is said of weights in the wrong order on the way back, where the filter is turned rightly."""


@page("Back to the row: each error spreads out", row="11.5", shares=one_row)
def back_to_inputs(given, box):
    """Each error goes back to the three numbers that it came from; together that is a full convolution."""
    r = given.shared(one_row)
    spread = np.array([[r.delta[i] * r.w[j - i] if 0 <= j - i < 3 else 0 for j in range(6)] for i in range(4)])
    back = spread.sum(axis=0)
    given.require(np.sum(back == 0) <= 1)
    second = box(r.delta[1] * r.w, "what δ_2 sends back", "By which weight did this number meet the second "
        "sum?",
        how="The error times each of the weights.", slips={"filter_turned": r.delta[1] * turned(r.w)}, words=BY_WHICH)
    own = spread.copy()
    own[1, 1:4] = second
    total = box(own.sum(axis=0), "∂C/∂x", "Which errors came down to this number?", gradient_of="x",
        how="The sum of the column.",
        slips={"filter_turned": correlate_inputs(turned(r.w), r.delta, (6,))}, words=BY_WHICH)
    ends = box(2, "zeros at each end of δ", "The filter has three weights. How far can it reach over the end and "
        "still touch δ?",
        how="k − 1 zeros, so that each error lies once under every weight.", slips={"off_by_one": 3},
        words={"off_by_one": "With that many zeros the first stop would touch no error at all."})
    turns = ("as it stands", "turned around")
    options = box(turns[1], "the filter on its way back", "Compare the gradient of x₃ with the weights under it.",
        how="x₃ met the first error by the last weight.", options=turns, slips={"filter_not_turned": turns[0]},
        words={"filter_not_turned": "Which weight meets the first error, on the way to x₃?"})
    at = box([r.delta[0], r.delta[1]], "the errors under the turned filter",
        "The filter stops over three neighbours. Which are they at its third stop?",
        how="At the third stop the first three errors lie under the turned filter.",
        slips={"other_stop": [r.delta[1], r.delta[2]]})

    def line(i, values):
        return [f"δ_{i + 1} = {r.delta[i]:g}", *[values[j] if 0 <= j - i < 3 else "" for j in range(6)]]

    printed = [[f"{v:g}" for v in line_] for line_ in spread]
    printed[1] = ["", *second, "", ""]
    return (
        step("Each error goes back to the three numbers that its sum was made of, multiplied by the weight that each "
            "of them met. What does $δ_2$ send back? And what comes back to each number in all?",
            eq("w", "=", row(r.w)),
            table(["", *named("x", 6)], *[line(i, printed[i]) for i in range(4)], [by("x"), *total])),
        step("The same in one go: put zeros at both ends of $δ$ and slide a filter along, so that there are six stops. "
            "How many zeros are needed at each end, and does the filter lie as it stands, or turned around?",
            eq(words("zeros at each end:"), ends, APART, words("the filter:"), options)),
        step("At its third stop it gives the gradient of $x_3$. Which errors lie under it there?",
            eq(by("x_3"), "=", "w_3 ·", at[0], "+", "w_2 ·", at[1], "+", f"w_1 · {signed(r.delta[2])}")),
        say("That is the **full convolution** $δ * w$: the way forward was a correlation, so the way back turns the "
            "filter around."),
    )


@page("Back with a stride", row=("11.5", "11.2"), shares=one_row)
def back_with_stride(given, box):
    """Errors lie as far apart as the stops; what no stop saw gets nothing back."""
    r = given.shared(one_row)
    delta = r.delta[:2]
    back = correlate_inputs(r.w, delta, (6,), stride=2)
    grads = correlate_weights(delta, r.x, (3,), stride=2)
    given.require(np.all(back[:5] != 0) and np.all(grads != 0))
    close = [*correlate_inputs(r.w, delta, (4,)), np.nan, np.nan]
    dx = box(back, "∂C/∂x", "Which stops saw this number, and by which weights?", gradient_of="x",
        how="The error of each stop that saw it, times its weight; nothing, where no stop did.",
        slips={"filter_turned": [*correlate_inputs(turned(r.w), delta, (6,), stride=2)[:5], np.nan],
            "stride_forgotten": np.where(np.array(close) == 0, np.nan, close),
            "path_left_out": [np.nan, np.nan, r.w[2] * delta[0], np.nan, np.nan, np.nan]}, words=BY_WHICH)
    dw = box(grads, "∂C/∂w", "Which two numbers did this weight meet?", gradient_of="w",
        how="Each error times the number that lay under the weight at its stop.",
        slips={"stride_forgotten": correlate_weights(delta, r.x[:4], (3,)), "path_left_out": delta[0] * r.x[:3]})
    apart = box([1, 2], "zeros between two errors", "How far apart are the stops? How many places lie between them?",
        how="Stops that lie s apart have s − 1 places between them.", slips={"off_by_one": [2, 3]},
        words={"off_by_one": "That is the stride. How many places lie between two stops?"})
    return (
        step("The filter $w$ went along the row with **stride** 2, and made two sums with the errors below. What is "
            "the gradient of each number of the row?",
            eq("w", "=", row(lit_filter(r)), APART, "δ", "=", row([lit(f"δ_{i + 1}", delta[i]) for i in range(2)])),
            sliding(dx, [lit(f"δ_{i + 1}", f"{delta[i]:g}") for i in range(2)], 3, stride=2,
                names=(named("x", 6), named("δ", 2)),
                title="Two errors, each joined to three of six numbers above; the third is joined to both")),
        step("And the gradients of the weights?",
            eq("x", "=", row(r.x), APART, by("w"), "=", row(dw))),
        step("To write this as a full convolution, zeros are put between the errors, so that they lie as far apart as "
            "the stops. How many, with stride 2, and with stride 3?",
            eq(words("stride 2:"), apart[0], APART, words("stride 3:"), apart[1])),
    )


@page("Back over a picture", row="11.5")
def picture_back(given, box):
    """The same in two directions: four weights, four errors, and how many ways lead to a pixel."""
    x = given("x", [[2, 1, 3], [4, 2, 1], [1, 3, 5]], low=1, high=5)
    w = np.array(given.choice("w", (2.0, -1.0, 3.0, 1.0), *orders(4))).reshape(2, 2)
    delta = np.array(given.choice("δ", (2.0, -1.0, 3.0, 4.0), *orders(4))).reshape(2, 2)
    grads, back = correlate_weights(delta, x, (2, 2)), correlate_inputs(w, delta, (3, 3))
    given.require(np.all(grads != convolve(x, delta)) and np.all(grads != 0) and back[1, 1] != np.sum(w * delta))
    given.require(np.sum(delta) != 0 and np.all(back != 0))
    dw = box(grads, "∂C/∂w", "Lay the errors over the picture. Where do they lie for this weight?",
        how="Each error times the number under it; one stop for each weight.",
        slips={"filter_turned": convolve(x, delta), "copies_averaged": grads / 4, "transposed": grads.T},
        words={"filter_turned": "You turned the errors around. Lay them over the picture as they stand.",
            "transposed": "These two have changed places: which weight stands to the right, which below?"})
    db = box(np.sum(delta), "∂C/∂b", "The bias was added at how many stops?", how="The sum of the errors.",
        slips={"copies_averaged": np.sum(delta) / 4, "sign_lost": np.sum(np.abs(delta))})
    around = correlate_inputs(turned(w), delta, (3, 3))
    places = {"top left corner": (1, 0, 0), "middle of the top row": (2, 0, 1), "the middle": (4, 1, 1)}
    lines = []
    for name, (stops, i, j) in places.items():
        ways = box(stops, "stops", "At how many stops did this number lie under the filter?",
            how="A corner lies under one stop, the middle of an edge under two, the middle under all four.")
        gets = box(back[i, j], "∂C/∂x", "Which errors come back to this number, and by which weights?",
            how="Each error of a stop that saw it, times the weight that lay over it there.",
            slips={"filter_turned": around[i, j]}, words={"filter_turned": "Each error comes back by the weight that "
                "lay over the number. At the first stop, which one lies over the corner?"})
        lines.append((words(name), ways, gets))
    return (
        step("A filter of $2×2$ went over the picture $x$; the four sums have the errors $δ$. Lay $δ$ over the "
            "picture, as it stands: each stop gives the gradient of one weight. And what is the gradient of the bias?",
            grids(Grid(x, "x", window=(0, 0, 2, 2)), "⋆", Grid(delta, "δ"), "=", Grid(dw, "∂C/∂w"),
                title="The picture of three by three, the errors as a filter of two by two, and four gradients"),
            eq(by("b"), "=", db)),
        step("Now back to the picture. At how many stops did each of these three numbers lie under the filter, and "
            "what is its gradient?",
            eq(matrix(w, "w"), APART, matrix(delta, "δ")),
            table(["", words("stops"), words("gradient")],
                *lines)),
    )


# -- 11.6 Pooling ------------------------------------------------------------------------------------------------------


@page("Max pooling: the winner takes it all", row="11.6")
def max_pooling(given, box):
    """Each window keeps its largest number, and the whole gradient goes back to the place where it stood."""
    x = given("x", [[3, 8, 2, 4], [5, 1, 7, 6], [9, 2, 3, 1], [4, 6, 5, 8]], low=1, high=9)
    blocks = x.reshape(2, 2, 2, 2).swapaxes(1, 2).reshape(4, 4)  # a row for each window, its numbers row by row
    given.require(all(len({*block}) == 4 for block in blocks))
    up = np.array(given.choice("g", (6.0, -3.0, 2.0, 5.0), *[tuple(2 * v for v in order) for order in orders(4)]))
    largest, winner = blocks.max(axis=1), blocks.argmax(axis=1)
    kept = box(largest.reshape(2, 2), "the largest", "Which four numbers does this window hold?",
        how="The largest of the four numbers in the window.",
        slips={"mean_for_max": blocks.mean(axis=1).reshape(2, 2), "smallest_for_largest": blocks.min(axis=1).reshape(2,
            2)},
        words={"smallest_for_largest": "That is the smallest number of the window."})
    places = [(2 * (i // 2) + place // 2, 2 * (i % 2) + place % 2) for i, place in enumerate(winner)]
    given.require(places[0][1] != places[3][1])
    spots = [places[0], places[3]]
    found = []
    for (r, c), back in zip(spots, up[[0, 3]], strict=True):
        where = box([r + 1, c + 1], "row and column of the winner", "Where does the largest number of this window "
            "stand in the whole picture?",
            how="The row and the column of the largest number.", slips={"indices_swapped": [c + 1, r + 1]} if r != c
            else {}, words={"indices_swapped": "The row comes first."} if r != c else {})
        gets = box(back, "what comes back to the winner", "What came back to this window?",
            how="All that came back to the window.", slips={"copies_averaged": back / 4, "local_for_downstream": 1},
            words={"copies_averaged": "A maximum does not share. Which of the four decided what came out?"})
        found.append([*where, gets])
    nothing = box([12, 0], "numbers that get nothing, and parameters of the pooling",
        "How many windows are there, and how many losers in each? What is there to learn in a maximum?",
        how="Three losers in each of four windows; there is nothing to learn.",
        slips={"one_too_few": [3, np.nan]}, words={"one_too_few": "That is one window alone."})
    return (
        step("**Max pooling** keeps the largest number of each window. Here the windows are $2×2$ and lie side by "
            "side. What is kept?",
            grids(Grid(x, "x", window=(0, 0, 2, 2)), "→", Grid(kept, "a"),
                title="A picture of four by four, its first window framed, and the largest number of each window")),
        step("On the way back each window has a gradient $∂C/∂a$. All of it goes to the place where the largest number "
            "stood. For the windows at the top left and at the bottom right: in which row and column of $x$ is that, "
            "and what does it get?",
            eq(by("a"), "=", matrix(up.reshape(2, 2))),
            table(["", words("row"), words("column"), words("gets")],
                (words("top left window"), *found[0]), (words("bottom right window"), *found[1]))),
        step("How many of the sixteen numbers get nothing back? And how many parameters does this pooling have?",
            eq(words("get nothing:"), nothing[0], APART, words("parameters:"), nothing[1])),
    )


@page("Overlapping windows, and the mean", row="11.6")
def mean_pooling(given, box):
    """A winner of two windows collects twice; a mean shares out in equal parts."""
    x = given("x", [2, 7, 4, 1, 5], low=1, high=9, distinct=True)
    up = np.array(given.choice("g", (2.0, -3.0, 4.0, 1.0), *orders(4)))
    winners = np.arange(4) + (x[1:] > x[:-1])
    given.require(len({*winners}) == 3, "one number wins two windows")
    kept = box(np.maximum(x[:-1], x[1:]), "a", "Which of the two neighbours is larger?", how="The larger of the two.",
        slips={"mean_for_max": (x[:-1] + x[1:]) / 2, "smallest_for_largest": np.minimum(x[:-1], x[1:])},
        words={"smallest_for_largest": "That is the smaller of the two."})
    back = np.array([sum(up[i] for i in range(4) if winners[i] == j) for j in range(5)])
    alone = np.array([max([up[i] for i in range(4) if winners[i] == j], default=0, key=abs) for j in range(5)])
    given.require(back[int(max(winners, key=list(winners).count))] != 0)
    gets = box(back, "∂C/∂x", "Which windows did this number win?", gradient_of="x",
        how="The gradients of all windows that it won.",
        slips={"max_to_both": [up[0], *(up[:-1] + up[1:]), up[-1]], "path_left_out": np.where(back != alone, alone,
            np.nan)},
        words={"max_to_both": "A maximum lets the gradient through to the winner alone.",
            "path_left_out": "It won two windows. Add what comes back from each."})
    y, g = given("y", [3, 9, 6, 4], low=1, high=9, distinct=True), given("h", [8, -6], low=2, high=9, distinct=abs)
    means = box([(y[0] + y[1]) / 2, (y[2] + y[3]) / 2], "the means", "What is the mean of the two numbers?",
        how="Half of their sum.",
        slips={"max_for_mean": [max(y[:2]), max(y[2:])], "half_left_out": [y[0] + y[1], y[2] + y[3]]},
        words={"half_left_out": "That is their sum."})
    half = box(np.repeat(g, 2) / 2, "∂C/∂x", "If one of the numbers rises by 1, by how much does their mean rise?",
        only=[0, 2], how="Half of what came back to the window.", gradient_of="y",
        slips={"half_left_out": np.repeat(g, 2), "max_to_other": [0, np.nan, np.nan, np.nan]},
        words={"half_left_out": "That is all of it. How much of the mean is each number's share?",
            "max_to_other": "That would be a maximum. Does the mean move when this number does?"})
    return (
        step("A row, and a window of two that moves one place at a time. Each window keeps its larger number: what is "
            "kept? With the gradients $∂C/∂a$ below, what comes back to each number of the row?",
            eq("x", "=", row(x), APART, "a", "=", row(kept)),
            eq(by("a"), "=", row(up), APART, by("x"), "=", row(gets))),
        step("**Mean pooling** keeps the mean of each window. Here the windows of two lie side by side. What is kept, "
            "and what comes back to the first and to the third number?",
            eq("x", "=", row(y), APART, "a", "=", row(means)),
            eq(by("a"), "=", row(g), APART, by("x_1"), "=", half[0], APART, by("x_3"), "=", half[2])),
    )


# -- 11.7 Counting -----------------------------------------------------------------------------------------------------


@page("Parameters and products, beside a dense layer", row="11.7")
def counts(given, box):
    """How much a filter saves, and what happens to each count when the picture grows."""
    c_in, c_out = np.rint(given("c_in", 2, low=2, high=3)), np.rint(given("c_out", 4, low=4, high=6))
    side, k = np.rint(given("side", 6, low=6, high=9)), given.choice("k", 3, 5)
    own = c_in * k**2
    weights = box(c_out * own, "weights", "How many weights has one filter? How many filters are there?",
        how="Filters times channels in, times k times k.",
        slips={"channel_left_out": c_out * k**2, "only_one_term": own},
        words={"channel_left_out": "A filter has weights for each channel.",
            "only_one_term": "That is one filter alone."})
    total = box(weights + c_out, "parameters", "Which parameters are there beside the weights?",
        how="The weights, and a bias for each filter.", slips={"biases_not_counted": weights, "bias_per_input":
            weights + c_in}, words={"bias_per_input": "You counted a bias for each channel in. Each filter has one."})
    out = box(c_out * side**2, "numbers out", "How many channels come out, and how large is each of them?",
        how="Channels out times height times width.", slips={"channel_left_out": side**2},
        words={"channel_left_out": "That is one channel. Each filter gives one."})
    each = box(own, "products for one number", "How many weights does one filter have?",
        how="A product for each weight of its filter.", slips={"channel_left_out": k**2})
    products = box(out * each, "products", "How many numbers come out, and how many products does each one take?",
        how="Numbers out times the products for each.", slips={"added_not_multiplied": out + each})
    dense = box(c_in * side**2 * out, "weights of a dense layer",
        "How many numbers come in, how many go out, and which of them are joined?",
        how="Numbers in times numbers out.", slips={"channel_left_out": side**2 * out,
            "nodes_added": c_in * side**2 + out},
        words={"channel_left_out": "The picture has several channels, and each of their numbers comes in."})
    grows = box([1, 4, 16], "times as many", "Which of height and width come into this count, and how often?",
        how="A filter keeps its weights; its products grow as the numbers out; a dense layer grows with both ends.",
        slips={"doubled_not_squared": [2, 2, 4], "only_one_end": [np.nan, np.nan, 8]},
        words={"doubled_not_squared": "Twice as high and twice as wide: how many times as many numbers is that?",
            "only_one_end": "The numbers in grow, and so do the numbers out. By how much does each of them grow?"})
    return (
        step(f"A picture has {c_in:g} channels of ${side:g}×{side:g}$. A layer of {c_out:g} filters of ${k}×{k}$ pads "
            "it so that height and width stay as they are. How many weights does the layer have, and how many "
            "parameters in all?",
            eq(words("weights"), weights, APART, words("parameters"), total)),
        step("How many numbers come out, how many products does each of them take, and how many products are that in "
            "all? Count the products with zeros of the padding as well.",
            eq(words("numbers out"), out, APART, words("products for each"), each),
            eq(words("products in all"), products)),
        step("A dense layer would join each number of the picture to each number that comes out. How many weights is "
            "that? It takes a product for each of them.",
            eq(words("dense weights"), dense)),
        step("The picture becomes twice as high and twice as wide. How many times as many are there then?",
            table([words("weights of the filters"), words("their products"), words("dense weights")], list(grows))),
    )


@page("What one output sees", row="11.7")
def receptive_field(given, box):
    """Layer on layer the window into the row grows; a stride makes every later step count more."""
    k = np.array(given.choice("k", (3, 3, 2, 3), (3, 5, 2, 3), (5, 3, 2, 3), (3, 3, 3, 5), (5, 3, 3, 2), (3, 2, 3, 5)))
    s = np.array([1, 1, k[2], 1])
    sees, steps = [k[0]], [1, 1, s[2], s[2]]
    hint = "How many places further does it reach, and how far apart do these lie in the row?"
    how = "What a number of the layer before sees, plus k − 1 of its steps."
    second = box(sees[0] + (k[1] - 1), "sees, layer 2", hint, how=how,
        slips={"sizes_added": sees[0] + k[1], "only_one_term": k[1], "multiplied_not_added": sees[0] * k[1]})
    third = box(second + (k[2] - 1), "sees, layer 3", hint, how=how,
        slips={"sizes_added": second + k[2], "multiplied_not_added": second * k[2]})
    step3 = box(s[2], "step, layer 3", "Two neighbours of this layer come from windows that lie how far apart?",
        how="The step of the layer before, times the stride.", slips={"stride_forgotten": 1},
        words={"stride_forgotten": "The window of the pooling moves by its stride. How far apart do two "
            "neighbours look?"})
    fourth = box(third + (k[3] - 1) * step3, "sees, layer 4", hint, how=how,
        slips={"stride_forgotten": third + (k[3] - 1), "sizes_added": third + k[3] * step3})
    number, layers = Name("L"), given("L", 7, low=5, high=9)
    formula = box(2 * number + 1, "what L layers see", "What does the first layer see, and how many more does each "
        "further layer?",
        names="L", how="One number, and two more for each layer.",
        slips={"sizes_added": 3 * number, "off_by_one": 2 * number, "power_for_sum": 3**number},
        words={"sizes_added": "Windows overlap. By how many numbers does one more layer reach further?",
            "power_for_sum": "Windows overlap. By how many numbers does one more layer reach further?"})
    needed = box(layers, "layers needed", "For which L does your formula give this number?",
        how="One less, halved.", slips={"rounded_up": layers + 1, "doubled": 2 * layers},
        words={"rounded_up": "One layer less would do.", "doubled": "Each layer adds two numbers."})
    deep = given.choice("deep", 3, 2, 4)
    wide = 2 * deep + 1
    many = box([9 * deep, wide**2], "weights", "How many weights has one filter, and how many filters are there one "
        "behind the other?",
        how="Nine for each of the small filters; for the large one its rows times its columns.",
        slips={"only_one_term": [9, np.nan], "doubled": [3 * deep, 2 * wide]},
        words={"only_one_term": "That is one of them.", "doubled": "A picture has rows and columns."})

    def line(i, sight, far):
        what = words("pooling") if i == 2 else words("filter")
        return [f"{i + 1}", what, f"{k[i]}", f"{s[i]}", sight, far]

    return (
        step("Four layers stand one behind the other. A number of the first one sees a few numbers of the row. How "
            "many does a number of each later layer see? The step says how far apart in the row two neighbours of a "
            "layer look.",
            table(["", words("layer"), "k", words("stride"), words("sees"), words("step")],
                line(0, f"{sees[0]}", f"{steps[0]}"), line(1, second, f"{steps[1]}"), line(2, third, step3),
                line(3, fourth, f"{steps[3]}"))),
        step(f"Now $L$ layers of filters with $k = 3$ and stride 1. How many numbers does an output see? Write a "
            f"formula. And how many layers does it take to see {2 * layers + 1:g}?",
            eq(words("sees"), "=", formula, APART, words("layers"), "=", needed)),
        step(f"On a picture with one channel, {deep} filters of $3×3$ one behind the other see ${wide}×{wide}$, as a "
            "single filter of that size does. How many weights does it take, in the one way and in the other?",
            eq(words(f"{deep} of 3×3:"), many[0], APART, words(f"one of {wide}×{wide}:"), many[1])),
    )


# -- 11.8 A whole pass -------------------------------------------------------------------------------------------------


def behind(r: Row, pooled, out, below=(), title: str = "") -> Node:
    """The end of the network: two numbers from the pooling, a dense layer of one node."""
    return network([lit("a_{j}", pooled), [lit("out", out)]], [[[lit("v_1", r.v[0], uses="a_1 out"), lit("v_2", r.v[1],
        uses="a_2 out")]]], names=[["a^{(2)}_1", "a^{(2)}_2"], ["a^{(3)}"]], below=below, gap=300, row_gap=104,
        title=title)


@page("A whole pass forward", row="11.8", shares=one_row)
def whole_forward(given, box):
    """Filter, ReLU, pooling, a dense layer, cost."""
    r = given.shared(one_row)
    z = box(r.z, "z^{(1)}", "Lay the filter over the numbers. What is added to the products?",
        how="Each weight times the number under it, added up, plus the bias.",
        slips={"bias_left_out": r.bare, "filter_turned": convolve(r.x, r.w, r.b)})
    a = box(relu(z), "a^{(1)}", "What does ReLU let through?", how="Positive sums pass, the others become 0.",
        slips={"activation_left_out": np.where(z < 0, z, np.nan), "sign_lost": np.where(z < 0, -z, np.nan)},
        words={"sign_lost": "ReLU does not turn signs. What becomes of a negative number?"})
    pooled = box(max_pool(a, (2,)), "a^{(2)}", "Which of the two is larger?",
        how="The larger of the first two, and of the last two.",
        slips={"mean_for_max": mean_pool(a, (2,)), "smallest_for_largest": np.min(np.reshape(a, (2, 2)), axis=1)},
        words={"smallest_for_largest": "That is the smaller of the two."})
    out = box(float(r.v @ pooled) + r.c, "a^{(3)}", "Two products, and what else?",
        how="Each weight times its number, plus the bias.",
        slips={"bias_left_out": float(r.v @ pooled), "only_one_term": r.v[0] * pooled[0] + r.c})
    cost = box((out - r.y) ** 2 / 2, "C", "How far off is the prediction? Square it. What stands in front?",
        how="Half the square of prediction minus target.",
        slips={"half_left_out": (out - r.y) ** 2, "not_squared": abs(out - r.y) / 2})
    return (
        step(f"The filter of this chapter as the first layer of a network, with the bias $b = {r.b:g}$. What are the "
            "sums?",
            eq("w", "=", row(lit_filter(r))),
            sliding(lit_row(r), lit("z_{j}", z), 3, at=0, weights=lit_filter(r),
                names=(x_names(), named("z^{(1)}", 4)),
                title="Six numbers in a row, the filter over the first three, and four sums below")),
        step("Then ReLU, and max pooling over the first two and over the last two. Pooling counts as layer 2.",
            eq("a^{(1)}", "=", row(lit("a1_{j}", a, uses="z_{j}"))),
            eq("a^{(2)}", "=", row(lit("a_{j}", pooled)))),
        step(f"A dense layer of one node without activation, with the bias ${r.c:g}$, makes the prediction "
            f"$a^{{(3)}}$. The target is $y = {r.y:g}$, and the cost $C = ½(a^{{(3)}} − y)^2$. What are they?",
            behind(r, echo(pooled), out, title="Two pooled numbers go into one node"),
            eq("C", "=", cost)),
    )


@page("A whole pass back", row="11.8", shares=one_row)
def whole_backward(given, box):
    """From the cost through the dense layer, the pooling and ReLU to the errors of the filter."""
    r = given.shared(one_row)
    error = ask.error(box, r.out, r.y, "δ^{(3)}", gradient_of="z3")
    back = box(r.v * error, "∂C/∂a^{(2)}", "By which weight does the error come back?",
        how="The error times the weight on the edge.", gradient_of="a2",
        slips={"added_not_multiplied": r.v + error, "activation_for_weight": r.pooled * error})
    delta = box(max_pool_slope(r.a, back, (2,)) * relu_slope(r.z), "δ^{(1)}",
        "Which of the two won its window? And was its sum positive?",
        how="What came back goes to the winner, and ReLU lets it through.", gradient_of="z1",
        slips={"copies_averaged": np.repeat(back, 2) / 2,
            "max_to_other": np.repeat(back, 2) * (1 - max_pool_slope(r.a, [1, 1], (2,)))},
        words={"copies_averaged": "That would be mean pooling. To which of the two does a maximum send it?"})
    silent = box(int(np.sum(delta == 0)), "stops that teach nothing", "At how many stops is δ⁽¹⁾ zero?",
        how="The stops whose error is 0.")
    options = ("it lost its window", "ReLU cut it off")
    loser = next(i for i in range(4) if r.z[i] > 0 and r.a[i] not in r.pooled[i // 2 : i // 2 + 1])
    why = box(options[0], "why it gets nothing back", "What does ReLU do to a positive sum? What does the pooling do?",
        how="Its sum is positive, so ReLU lets it through; but the other number of its window is larger.",
        options=options, slips={"other_side_of_kink": options[1]})
    return (
        step("The pass of the page before, with all its values. What is the error of the output, and what comes back "
            "to the two pooled numbers?",
            behind(r, [f"{v:g}" for v in r.pooled], f"{r.out:g}", below=[lit("back_{j}", echo(back)),
                [lit("δ3", echo(error, "δ^{(3)}"))]], title="Two pooled numbers go into one node; errors come back"),
            eq("δ^{(3)}", "=", "a^{(3)} − y", "=", difference(r.out, r.y), "=", error),
            eq(by("a^{(2)}"), "=", row(lit("back_{j}", back, uses="v_{j} δ3")))),
        step("Back through the pooling to the winners, and through ReLU. What are the errors of the four sums?",
            eq("z^{(1)}", "=", row(r.z), APART, "a^{(1)}", "=", row(r.a)),
            eq("δ^{(1)}", "=", row(delta))),
        step("At how many of the four stops does the filter learn nothing from this row? One of them, "
            f"$z^{{(1)}}_{loser + 1} = {r.z[loser]:g}$, is positive. Why does nothing come back to it?",
            eq(words("stops:"), silent, APART, words("because"), why)),
    )


def difference(a: float, b: float) -> str:
    """a − b in numbers."""
    return f"{a:g} − {signed(b)}"


@page("All gradients, and a step", row="11.8", shares=one_row)
def whole_gradients(given, box):
    """From the errors to the gradients of five weights and two biases, then one step of the filter."""
    r = given.shared(one_row)
    error = r.out - r.y
    delta = max_pool_slope(r.a, r.v * error, (2,)) * relu_slope(r.z)
    grads = correlate_weights(delta, r.x, (3,))
    winners = np.flatnonzero(delta)
    given.require(np.all(grads != 0) and np.sum(delta) != 0 and np.all(error * r.pooled != 0))
    dv = box(error * r.pooled, "∂C/∂W^{(3)}", "Which value comes in along this edge?",
        how="The error of the output times the value that comes in.", gradient_of="W3",
        slips={"weight_for_activation": error * r.v, "local_for_downstream": r.pooled})
    dc = ask.bias_gradient(box, error, "∂C/∂b^{(3)}", how="The error of the output.", gradient_of="b3")
    dw = box(grads, "∂C/∂w", "Which numbers lay under this weight at the two stops that count?",
        how="Each error times the number that lay under the weight; the zeros add nothing.", gradient_of="w",
        slips={"path_left_out": delta[winners[0]] * r.x[winners[0] : winners[0] + 3],
            "copies_averaged": grads / 4},
        words={"path_left_out": "That is what one of the two stops brings back. Add the other."})
    db = box(np.sum(delta), "∂C/∂b", "The bias was added at every stop. What comes back?", how="The sum of the errors.",
        gradient_of="b", slips={"copies_averaged": np.sum(delta) / 4, "only_one_term": delta[winners[0]]})
    rate = 0.01
    new = box(r.w - rate * dw, "w after the step", "In which direction is down, and how long is the step?",
        how="The weight minus the learning rate times its gradient.",
        slips={"uphill": r.w + rate * dw, "learning_rate_left_out": r.w - dw, "step_for_value": -rate * dw})
    return (
        step("The dense layer first. What are its gradients?",
            eq("δ^{(3)}", f"= {error:g}", APART, "a^{(2)}", "=", row(r.pooled)),
            eq(by("W^{(3)}"), "=", row(dv), APART, by("b^{(3)}"), "=", dc)),
        step("Then the filter: $∂C/∂w = x ⋆ δ^{(1)}$. What are the gradients of its weights and of its bias?",
            sliding(lit_row(r), lit("δ_{j}", [f"{d:g}" for d in delta]), 3, names=(x_names(),
                [lit(f"δ_{i + 1}", f"δ^{{(1)}}_{i + 1}") for i in range(4)]),
                title="Six numbers, four stops of a filter below them, and the error of each stop"),
            eq(by("w"), "=", row([lit(f"∂w_{t + 1}", dw[t], uses=f"w_{t + 1}") for t in range(3)]), APART, by("b"), "=",
                db)),
        step(f"One step downhill with the learning rate $η = {rate:g}$. What is the filter afterwards?",
            eq("w", "=", row(lit_filter(r)), "→", row(new))),
    )


# -- 11.9 Find the bug -------------------------------------------------------------------------------------------------


@page("Find the bug: a filter going back", row="11.9")
def find_the_bug(given, box):
    """A filter forward, ReLU, and back to its weights, worked out with one slip in it."""
    x, b = given("x", [3, 1, 4, 2, 5], low=1, high=6), given("b", 1, low=1, high=3)
    w = np.array(given.choice("w", (2.0, -3.0, 1.0), *orders(3)))
    y = given("y", [2, 7, 4], low=1, high=9)
    z = correlate(x, w, b)
    given.require(np.all(z != 0) and np.sum(z < 0) == 1 and np.all(z != b) and np.all(np.abs(z) <= 15))
    given.require(np.all(relu(z) != y))
    delta = (relu(z) - y) * relu_slope(z)
    given.require(np.all(z != convolve(x, w, b)))
    given.require(np.all(correlate(x, delta) != convolve(x, delta)))
    given.require(np.all(correlate(x, delta) != 0), "a mean of 0 is 0")
    lines = (
        Line("z", "x ⋆ w + b", lambda v: [correlate(x, w, b)]),
        Line("a", "ReLU(z)", lambda v: relu(v["z"])),
        Line("δ", "(a − y) ⊙ ReLU′(z)", lambda v: (v["a"] - y) * relu_slope(v["z"])),
        Line("∂C/∂w", "x ⋆ δ", lambda v: [correlate(x, v["δ"][0])]),
    )
    faults = (
        Fault("z", "something turned around", lambda v: [convolve(x, w, b)],
            "Line 1 lays the filter down turned around."),
        Fault("z", "a bias left out", lambda v: [correlate(x, w)], "Line 1 leaves the bias out."),
        Fault("δ", "a slope left out", lambda v: v["a"] - y, "Line 3 lets an error through where ReLU is flat."),
        Fault("δ", "a sign", lambda v: (y - v["a"]) * relu_slope(v["z"]), "Line 3 is target minus prediction."),
        Fault("∂C/∂w", "something turned around", lambda v: [convolve(x, v["δ"][0])],
            "Line 4 lays the errors down turned around."),
        Fault("∂C/∂w", "a mean instead of a sum", lambda v: [correlate(x, v["δ"][0]) / 3],
            "Line 4 divides by the number of stops; shared weights add up."),
    )
    work = Worked(lines, faults, given.choice("fault", *range(len(faults))))
    return (
        step("A row of five, a filter of three, ReLU, and half the squared error with a target for each of the three "
            "stops. The filter is laid down as it stands.",
            eq("x", "=", row(x), APART, "w", "=", row(w)),
            eq("y", "=", row(y), APART, f"b = {b:g}")),
        step("Somebody has gone forward and back, made one slip, and then carried on with what they had.",
            *work.shown()),
        *work.steps(given, box),
    )
