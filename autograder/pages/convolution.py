"""Chapter 11: a filter that slides, along a row and over a picture; shared weights on the way back; pooling; counting."""

from __future__ import annotations

from functools import lru_cache
from itertools import permutations, product
from operator import mul
from typing import NamedTuple

import numpy as np

from ..authoring import ask
from ..authoring.page import page
from ..authoring.worked import Fault, Line, Worked
from ..engine import as_matrix, convolve, correlate, correlate_inputs, correlate_weights, turned
from ..engine.expressions import Name
from ..engine.pooling import max_pool, max_pool_slope, mean_pool
from ..engine.windows import Window
from ..layout import APART, Shape, aligned, by, column, echo, eq, frac, group, lit, matrix, row, say, step, table, words
from ..layout.slides import Grid, grids, sliding


class Row(NamedTuple):
    """The row of this chapter, its filter, and the errors δ of the four sums where a page is told them."""

    x: np.ndarray
    w: np.ndarray
    b: float
    delta: np.ndarray

    @property
    def c(self) -> np.ndarray:
        """The row correlated with the filter, without the bias."""
        return correlate(self.x, self.w)


@lru_cache
def orders(count: int) -> list[tuple[float, ...]]:
    """The numbers 1 to count in every order and with every choice of signs in which both signs occur."""
    signs = [each for each in product((1.0, -1.0), repeat=count) if len({*each}) == 2]
    return [tuple(map(mul, order, each)) for order in permutations(range(1, count + 1)) for each in signs]


def one_row(given) -> Row:
    """Six numbers and a filter of three, the same on most pages of the chapter."""
    x, b = given("x", [4, 1, 5, 2, 3, 5], low=1, high=6), given("b", -1, low=1, high=3)
    w, delta = given.choice("w", (3, 1, -2), *orders(3)), given.choice("δ", (2, -3, 1, 4), *orders(4))
    r = Row(x, np.array(w, float), b, np.array(delta, float))
    given.require(len({*x}) >= 4 and np.all(x[1:] != x[:-1]))
    given.require(np.all(r.c != 0) and np.all(np.diff(r.c) != 0) and np.all(r.c != convolve(x, w)))
    given.require(np.all(r.c[1:] != convolve(x, w)[:-1]), "two slips would give the same")
    return r


def lit_row(r: Row) -> np.ndarray:
    """The numbers of the row, each lit by its name."""
    return lit("x_{j}", r.x)


def lit_filter(r: Row) -> np.ndarray:
    """The weights, each lit with the lines that it sits on."""
    return lit("w_{j}", r.w)


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
    z = box([np.sum(terms), *r.c[1:]], "z", "Where does the filter lie at this stop? What becomes of the products?",
        how="Each weight times the number under it, added up.",
        slips={"filter_turned": convolve(r.x, r.w), "other_stop": next_stop(r.c)})
    change = box([r.w[2], r.w[1], r.w[0]], "the change of z_1, z_2 and z_3",
        "Which weight lies over the third number at this stop?",
        how="The weight that lies over the third number at this stop.",
        slips={"filter_turned": r.w, "value_not_change": r.c[:3] + r.w[::-1]})
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
        slips={"filter_not_turned": r.c})
    one = np.array([0, 0, 1, 0, 0])
    other = given("v", [2, 5, -3], low=2, high=6, distinct=abs)
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
        how="The difference of two equal numbers is 0, their mean is the number itself.", slips={"doubled": [2 * c] * 2},
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
    given.require(z[0] != z[1] and z[-1] != z[-2])
    ends = box([z[0], z[-1]], "the sums at the ends", "Which weight lies over the zero, and which over a number?",
        how="Two products; the weight over the zero adds nothing.",
        slips={"filter_turned": convolve(r.x, r.w, padding=1)[[0, -1]], "other_stop": [r.c[0], r.c[-1]]},
        words={"other_stop": "That stop does not reach the zero. One end of the filter lies over it."})
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
            sliding(lit_row(r), [ends[0], *r.c, ends[1]], 3, padding=1, at=0, weights=lit_filter(r),
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
    given.require(np.all(spread != r.c[:2]) and np.all(spread != 0) and spread[0] != spread[1])
    leap = box(two, "z with stride 2", "Where does the second stop begin?",
        how="The sums at the first and the third number.",
        slips={"stride_forgotten": [np.nan, r.c[1]], "filter_turned": convolve(r.x, r.w, stride=2)})
    unseen = box(6, "the number that no stop sees", "Where does the last window end?",
        how="The second window ends at the fifth number.", slips={"one_too_few": 5},
        words={"one_too_few": "The second window still covers that one."})
    both = correlate(r.x, r.w, stride=2, padding=1)
    padded = box(both[1:], "z with stride 2 and padding", "Where does this stop begin in the padded row?",
        how="The stops begin at the first, the third and the fifth place of the padded row.",
        slips={"padding_forgotten": [r.c[2], np.nan], "stride_forgotten": [r.c[0], r.c[1]]})
    span = box([5, 3], "how far the filter spans, and its weights", "How many numbers lie between its first and last "
        "weight? And how many weights are there?",
        how="Three weights with two gaps span five numbers.", slips={"dilation_forgotten": [3, 5]},
        words={"dilation_forgotten": "Count the gaps where numbers are spanned, and leave them out where weights are."})
    wide = box(spread, "z with dilation 2", "Which three numbers lie under the weights?",
        how="Weights meet every other number.",
        slips={"dilation_forgotten": r.c[:2], "filter_turned": correlate(r.x, turned(r.w), dilation=2)})
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
