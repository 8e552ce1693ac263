"""Chapter 12: attention, forward and backward; residual connections, layer normalisation, and a whole block."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

import numpy as np

from ..authoring import ask
from ..authoring.page import page
from ..authoring.worked import Fault, Line, Worked
from ..engine import attention as engine
from ..engine import relu, relu_slope, softmax
from ..engine.normalisation import gradient_of_row
from ..layout import (
    APART,
    Shape,
    by,
    column,
    echo,
    eq,
    frac,
    graph,
    group,
    lit,
    matrix,
    network,
    row,
    say,
    step,
    table,
    words,
)

SENTENCES = (("cats", "chase", "mice"), ("dogs", "love", "bones"), ("birds", "build", "nests"),
    ("cooks", "taste", "soup"))
"""Three words, the second of which looks at the others."""

W_Q = ([[1, 0, 1, 1], [0, 1, 0, 1]], [[1, 1, 0, -1], [1, 0, 1, 0]], [[0, 1, 1, 1], [1, -1, 0, 0]],
    [[1, 0, -1, 0], [1, 1, 0, 1]], [[1, -1, 0, 0], [0, 1, 1, 1]], [[0, 1, -1, 1], [1, 0, 0, 1]])
W_K = ([[0, 1, 0, -1], [-1, 0, 1, 1]], [[1, 0, 0, 1], [0, -1, 1, 1]], [[1, 1, 0, 0], [-1, 0, 1, 1]],
    [[0, 1, 1, 0], [1, 0, -1, 1]], [[1, 0, 1, -1], [0, 1, 0, 1]], [[-1, 0, 1, 0], [1, 1, 0, 1]])
W_V = ([[2, 1], [2, 2]], [[1, 2], [3, 1]], [[3, -1], [1, 2]], [[1, -2], [2, 1]])

ROOT = 2
"""√d: a query has four numbers."""

def unlike(slip, *others):
    """What a slip gives, and nan where one of these, the right number say, is the same."""
    slip = np.array(slip, dtype=float)
    for other in others:
        slip[np.isclose(slip, other)] = np.nan
    return slip


POWERS_FIRST = {"exponential_left_out": "You shared out the scores themselves. Softmax takes their powers first."}
"""What is said where scores are shared out as they are."""

OTHER_WORD = {"other_row": "That belongs to another word. Whose row is this?"}
"""What is said where words have changed places."""


class Sentence:
    """Three words as rows of two numbers, the matrices of one head, and what they make of the words."""

    def __init__(self, given):
        self.words = given.choice("words", *SENTENCES)
        self.x = given("X", [[1, 1], [-2, 3], [3, -1]], low=1, high=3)
        dots = self.x @ self.x.T
        given.require(np.all(dots != 0) and dots[0, 1] != dots[1, 2])
        self.w_q, self.w_k, self.w_v = (np.array(given.choice(name, *pool), dtype=float)
            for name, pool in (("W_Q", W_Q), ("W_K", W_K), ("W_V", W_V)))
        self.q, self.k, self.v = self.x @ self.w_q, self.x @ self.w_k, self.x @ self.w_v
        self.s = engine.scores(self.q, self.k)
        given.require(np.sum(self.q[1] == 0) < 2 and np.sum(self.k[2] == 0) < 2)
        given.require(np.all(self.v[[0, 0, 2], [0, 1, 0]] != 0))
        given.require(np.all(self.s[1] != 0) and np.ptp(self.s[1]) <= 4, "the powers of e stay small")
        given.distinct(self.s[1])
        given.require(self.s[0, 2] != self.s[2, 0] and self.s[0, 2] * self.s[2, 0] != 0)

    def labelled(self, rows, head=""):
        """The rows of a matrix behind their words."""
        return table([words("word"), head, ""], *[(words(word), *entries) for word, entries in zip(self.words, rows,
            strict=True)])


def sentence(given):
    """The sentence of the pages on queries, keys and scores."""
    return Sentence(given)


# -- 12.1 Words as vectors ---------------------------------------------------------------------------------------------


@page("Words as vectors", row="12.1", shares=sentence)
def words_as_vectors(given, box):
    """A word is a row of a table; a dot product says how far two words point the same way."""
    here = given.shared(sentence)
    x, names = here.x, here.words
    other = given("e", [2, -2], low=1, high=3)
    given.require(not np.any(np.all(x == other, axis=1)))
    place = given.choice("place", 2, 0, 1, 3)
    of_word = given.choice("word", 2, 0, 1)
    order = [n for n in range(3) if n != of_word]
    listed = [*order, None]
    listed.insert(place, of_word)
    vectors = np.array([other if n is None else x[n] for n in listed])
    one_hot = np.array([float(n == of_word) for n in listed])
    picked = box(x[of_word], "the product", "Which row of E meets the 1?", how="The row of E that meets the 1.",
        slips={"vector_summed": vectors.sum(axis=0), "other_row": vectors[(place + 1) % 4]}, words=OTHER_WORD)
    dots, pairs = x @ x.T, ((0, 1), (0, 2), (1, 2))
    similar = box([dots[i, j] for i, j in pairs], "x_i · x_j", "Which numbers meet, and what happens to the products?",
        how="Entry times entry, added up.",
        slips={"only_one_term": [x[i, 0] * x[j, 0] for i, j in pairs],
            "added_not_multiplied": [x[i].sum() + x[j].sum() for i, j in pairs]})
    met = np.array(dots)
    met[2, 0] = np.asarray(similar)[1]
    grid = box(met, "X X^T", "Which two words meet in this place?", only=[(0, 0), (1, 1), (2, 0)],
        how="On the diagonal a word meets itself; the rest are the products above.",
        slips={"doubled_not_squared": np.where(np.eye(3) > 0, 2 * x.sum(axis=1), np.nan),
            "other_row": np.where(np.eye(3) > 0, np.nan, dots[:, [1, 0, 2]])},
        words={**OTHER_WORD, "doubled_not_squared": "You doubled. A word meets itself here: each number times itself."})
    best = 0 if similar[0] > similar[2] else 2
    most = box(names[best], f"the word most like {names[1]}", "Which of the two products is larger?",
        options=(names[0], names[2]), how="The word with the larger dot product.",
        slips={"smallest_for_largest": names[2 - best]},
        words={"smallest_for_largest": "That product is the smaller one. Mind the signs."})
    turned = box("yes", "whether X X^T is its own transpose", "Does x_1 · x_3 differ from x_3 · x_1?",
        options=("yes", "no"), how="A dot product does not care which vector comes first.")
    return (
        step("Every word of a language has a row in a table $E$. A **one-hot** row, with its 1 at the place of the "
            f"word, picks it out. What is the row of “{names[of_word]}”?",
            eq(row(one_hot), matrix(vectors, "E"), "=", row(picked))),
        step(f"The sentence “{' '.join(names)}” becomes a matrix $X$ with a row for each word. The dot product of two "
            "rows says how alike two words are. What are the three?",
            here.labelled(x, "X"),
            eq("x_1·x_2", "=", similar[0], APART, "x_1·x_3", "=", similar[1], APART, "x_2·x_3", "=", similar[2])),
        step("One product of matrices gives them all, each word with each word.",
            eq("X X^T", "=", matrix([[grid[i, j] if (i, j) in ((0, 0), (1, 1), (2, 0)) else "…" for j in range(3)]
                for i in range(3)]))),
        step(f"Which word is more like “{names[1]}”, “{names[0]}” or “{names[2]}”?", eq(most)),
        step("Is $X X^T$ its own transpose, yes or no?", eq(turned)),
    )


@page("Where a word stands", row="12.1")
def positions(given, box):
    """The same word twice has the same row twice, until each position adds a vector of its own."""
    twice, other = given.choice("words", ("mice", "chase"), ("dogs", "like"), ("bees", "follow"), ("people", "help"))
    e = given("E", [[3, -1], [-2, 4]], low=1, high=5)
    p = given("P", [[1, 2], [-1, 1], [2, -3]], low=1, high=4)
    given.require(len({*np.abs(e).ravel()}) >= 3 and np.all(p[0] != p[2]))
    rows = e[[0, 1, 0]]
    whole = box(rows + p, "X", "Which word stands there, and at which position?", only=[(0, 0), (0, 1), (2, 0), (2, 1)],
        how="The row of the word plus the row of the position.",
        slips={"term_left_out": rows, "other_row": rows + p[[2, 1, 0]]},
        words={"term_left_out": "That is the word alone. What does its position add?",
            "other_row": "That takes the vector of another position."})
    given.require(np.all(rows[[0, 2]] + p[[0, 2]] != 0) and np.all(rows[[0, 2]] + p[[2, 0]] != 0))
    plain = float(e[0] @ e[1])
    first = float((e[0] + p[0]) @ (e[1] + p[1]))
    last = float((e[0] + p[2]) @ (e[1] + p[1]))
    given.distinct(plain, first, last)
    middle = rows[1] + p[1]
    near = box([np.asarray(whole)[0] @ middle, np.asarray(whole)[2] @ middle], "x_1 · x_2 and x_3 · x_2",
        "Which two rows of X meet?", how="Entry times entry, added up.",
        slips={"only_one_term": [(rows + p)[0, 0] * middle[0], (rows + p)[2, 0] * middle[0]],
            "term_left_out": [plain, plain]},
        words={"term_left_out": "That is the product of the words alone. Use the rows of X."})
    before = box(plain, "the product without positions", "Both ends are the same word. What are its products with the "
        "middle?", how="The row of the one word times the row of the other.",
        slips={"only_one_term": e[0, 0] * e[1, 0]})
    moved, shift = given("X'", [4, -2], low=2, high=6), given("p'", [3, -1], low=1, high=4, distinct=abs)
    back = box(moved - shift, "the row of the word", "What was added to it?", how="What stands in X minus the "
        "position.", slips={"wrong_sign": shift - moved, "added_not_multiplied": moved + shift},
        words={"added_not_multiplied": "You added the position once more. It is in there already."})
    given.require(np.all(moved != shift))
    bare = box("the same", "the dot products in another order", "Which rows meet which, when the order changes?",
        options=("the same", "different ones"),
        how="Dot products look at the words alone: the order of the rows changes no number, only its place.")
    return (
        step(f"“{twice} {other} {twice}”: one word stands at both ends. To tell the two apart, a vector of its own is "
            "added for each position. Fill in the rows of $X$.",
            eq(matrix(rows, "words"), "+", matrix(p, "positions"), "=", matrix(whole, "X"))),
        step(f"How alike are “{other}” and each of the two “{twice}” now? And how alike were they without the "
            "positions?",
            eq("x_1·x_2", "=", near[0], APART, "x_3·x_2", "=", near[1]),
            eq(words("without positions, both:"), before)),
        step("Here is a row of another $X$, with the vector of its position. What is the vector of its word?",
            eq(row(moved), "=", row(back), "+", row(shift))),
        step("Leave the positions out and put the words in another order. Does each word get the same dot products "
            "with the others as before, or different ones?", eq(bare)),
    )


# -- 12.2 Queries, keys, values ----------------------------------------------------------------------------------------


@page("Queries, keys, values", row="12.2", shares=sentence)
def three_matrices(given, box):
    """Three matrices make three rows of each word: what it asks, what it answers to, what it hands over."""
    here = given.shared(sentence)
    x, names = here.x, here.words
    query = box(here.q[1], "q_2", "A row of X meets which part of the matrix?",
        how="The row of the word times each column of the matrix.",
        slips={"other_role": x[1] @ here.w_k, "other_row": unlike(here.q[0], here.q[1], x[1] @ here.w_k)},
        words=OTHER_WORD)
    key = box(here.k[2], "k_3", "Which word, and which of the three matrices?",
        how="The row of the word times each column of the matrix.",
        slips={"other_row": here.k[0], "other_role": unlike(x[2] @ here.w_q, here.k[2], here.k[0])}, words=OTHER_WORD)
    value = box(here.v, "V", "Which word, and which column?", only=[(0, 0), (0, 1), (2, 0)],
        how="The row of the word times each column of the matrix.",
        slips={"weights_turned": x @ here.w_v.T},
        words={"weights_turned": "You went along the rows of the matrix. A row of X meets its columns."})
    shape = box(Shape((2, 4)), "the shape of W_Q", "How many numbers does a word have, and how many a query?",
        how="A row for each number of a word, a column for each number of a query.",
        slips={"transposed": Shape((4, 2)), "batch_in_parameter": Shape((3, 4))},
        words={"batch_in_parameter": "That is the shape of Q. Does W_Q know how many words there are?"})
    grows = box("X, Q, K and V", "what gets one row more", "What knows how long the sentence is?",
        options=("X, Q, K and V", "the three matrices W", "all of them"),
        how="Each word has a row of its own; the matrices W are the same for all words.",
        slips={"batch_in_parameter": "all of them"},
        words={"batch_in_parameter": "Do the matrices W know how many words there are?"})
    return (
        step("Each word asks something, its **query**, answers to something, its **key**, and has something to hand "
            "over, its **value**. Three matrices make them: $Q = XW_Q$, $K = XW_K$, $V = XW_V$. What does "
            f"“{names[1]}” ask?",
            here.labelled(lit("x{j}", x), "X"),
            eq(lit("x2", "x_2"), "W_Q", "=", row(lit("x2", x[1])), matrix(here.w_q, "W_Q"), "=", row(query, "q_2"))),
        step(f"What does “{names[2]}” answer to?",
            eq(lit("x3", "x_3"), "W_K", "=", row(lit("x3", x[2])), matrix(here.w_k, "W_K"), "=", row(key, "k_3"))),
        step("And the values?", eq(matrix(lit("x{j}", x), "X"), matrix(here.w_v, "W_V"), "=", matrix(value, "V"))),
        step("What is the shape of $W_Q$?", eq(words("shape of $W_Q$"), "=", shape)),
        step("The sentence gets a fourth word. What gets one row more?", eq(grows)),
    )


# -- 12.3 Scores -------------------------------------------------------------------------------------------------------


@page("Scores: who looks at whom", row="12.3", shares=sentence)
def scores(given, box):
    """The query of one word meets the key of every word."""
    here = given.shared(sentence)
    q, k, names = here.q, here.k, here.words
    raw = box(q[1] @ k.T, "q_2 · k", "Whose query meets whose key?", how="The query of the second word times each key.",
        slips={"query_and_key_exchanged": k[1] @ q.T})
    score = box(np.asarray(raw) / ROOT, "the scores of word 2", "A query has four numbers. What is √d?",
        how="Divided by √4 = 2.", slips={"scores_not_scaled": raw, "root_left_out": np.asarray(raw) / 4},
        words={"root_left_out": "You divided by d. It is the root of d that is wanted."})
    order = np.asarray(score)
    best = box(names[int(np.argmax(order))], "the best match", "Which score of this row is the largest?",
        options=names, how="The word with the largest score.",
        slips={"smallest_for_largest": names[int(np.argmin(order))]},
        words={"smallest_for_largest": "That is the smallest score."})
    rest = np.array([here.s[0, 2], here.s[2, 0]])
    rest = box(rest, "S_13 and S_31", "The row asks, the column answers. Which query, which "
        "key?",
        how="The query of the row times the key of the column, over 2.",
        slips={"query_and_key_exchanged": rest[::-1], "scores_not_scaled": ROOT * rest,
            "width_for_root": unlike(rest / ROOT, rest, rest[::-1], ROOT * rest)})
    shape = box(Shape((3, 3)), "the shape of S", "One row for each what, one column for each what?",
        how="A row for each query, a column for each key.", slips={"inner_for_outer": Shape((4, 4))})
    mirrored = box("no", "whether S is symmetric", "Compare the two scores that you computed last.",
        options=("yes", "no"),
        how="Queries and keys come from two matrices, so looking and being looked at are two things.")
    return (
        step(f"The query of “{names[1]}” meets the key of every word, its own included: three dot products.",
            eq(matrix(lit("q{j}", q), "Q"), APART, matrix(lit("k{j}", k), "K")),
            eq(lit("q2", "q_2"), "K^T", "=", row(lit("dot{j}", raw, uses="q2 k{j}")))),
        step("Divide them by $√d$, where $d$ is the length of a query: these are the **scores** of this word, row 2 of "
            "$S = QK^T/√d$.",
            eq(words("row 2 of $S$:"), row(lit("score{j}", score, uses="dot{j}")))),
        step(f"To which word does “{names[1]}” give the best score?", eq(best)),
        step("What score does the first word give the third, and the third the first?",
            eq("S_{13}", "=", rest[0], APART, "S_{31}", "=", rest[1])),
        step("What is the shape of $S$, and is it symmetric, yes or no?",
            eq(words("shape of $S$"), "=", shape, APART, words("symmetric:"), mirrored)),
    )


@page("Why the root of d", row="12.3")
def why_root(given, box):
    """A sum of d products has the variance d; divided by its root it has the variance 1."""
    d = given.choice("d", 16, 25, 36, 9)
    counts = np.array([1.0, 4.0, 6.0, 4.0, 1.0])
    sums = np.array([-4.0, -2.0, 0.0, 2.0, 4.0])
    often = box(counts, "how often", "In how many ways can the signs of four products be chosen for this sum?",
        only=[1, 2, 3], how="4, 6 and 4 ways, as in Pascal's triangle.",
        slips={"one_too_few": counts - 1})
    parts = box(counts * sums**2, "count times square", "What is the square of the sum? How often does it come?",
        only=[0, 1, 3, 4], how="The square of the sum, times how often it comes.",
        slips={"not_squared": counts * sums, "not_multiplied": sums**2},
        words={"not_multiplied": "That is the square alone. How often does this sum come?"})
    variance = box(np.sum(parts) / 16, "the variance", "Out of sixteen cases, what is the mean of the squares?",
        how="The sum of the last row over 16.", slips={"summed_not_averaged": np.sum(parts),
            "mean_over_entries": np.sum(parts) / 5},
        words={"summed_not_averaged": "That is the sum. There are 16 cases, all equally likely.",
            "mean_over_entries": "You divided by the columns. How many cases are there?"})
    size = box(np.sqrt(d), "the typical size", "The variance is d. What is its root?", how="The root of d.",
        slips={"root_left_out": float(d), "doubled_not_squared": d / 2},
        words={"doubled_not_squared": "You halved. A root, times itself, gives d."})
    scaled = box(1.0, "the variance after the division", "Divide by √d: by what is a square divided?",
        how="Squares are divided by d, and d over d is 1.", slips={"root_left_out": 1 / np.sqrt(d)},
        words={"root_left_out": "That is a root too many: the variance is made of squares."})
    p = box([1 / (1 + np.exp(-2.0)), 1 / (1 + np.exp(-2 * np.sqrt(d)))], "the larger weight",
        "Which difference do the two scores have? What does softmax make of it?", digits=3,
        how="One over one plus e to the power of minus the difference.", only=[0],
        slips={"exponent_sign": [1 / (1 + np.exp(2.0)), np.nan]})
    slope = box([p[0] * (1 - p[0]), np.exp(-2 * np.sqrt(d)) / (1 + np.exp(-2 * np.sqrt(d))) ** 2], "p(1 − p)",
        "What is left up to 1?", digits=3, only=[0], how="The weight times what is left up to 1.",
        slips={"not_taken_from_one": [p[0] ** 2, np.nan]},
        words={"not_taken_from_one": "That is p times p. What is left up to 1?"})
    stuck = box("hardly at all", "how much the weights learn", "By which number is the gradient multiplied there?",
        options=("hardly at all", "just as well", "better"),
        how="p(1 − p) is nearly 0, and every gradient of the scores is multiplied by it.")
    return (
        step("Take queries and keys of four numbers, each +1 or −1 by chance. Then each of the four products is +1 or "
            "−1, and their sum lies between −4 and 4. Complete the table for the 16 cases.",
            table([words("sum"), *[f"{v:g}" for v in sums]], [words("count"), *often],
                ["count · sum^2", *[parts[i] if i != 2 else 0 for i in range(5)]])),
        step("The mean of the sum is 0. What is its variance, the mean of its squares?", eq(words("variance:"),
            variance)),
        step("In the same way a sum of $d$ such products has the variance $d$. How large is the sum typically for "
            f"$d = {d}$? And which variance is left when the sum is divided by $√d$?",
            eq("√d", "=", size, APART, words("variance after division:"), scaled)),
        step("Two scores lie one typical size above 0 and one below: 1 and −1 when divided, otherwise "
            f"${np.sqrt(d):g}$ and $−{np.sqrt(d):g}$. Softmax gives the larger one the weight $p$, and the Jacobian of "
            "softmax holds $p(1 − p)$.",
            table([words(""), "p", "p(1 − p)"], [words("divided"), p[0], slope[0]],
                [words("not divided"), f"{1 / (1 + np.exp(-2 * np.sqrt(d))):.6f}", f"{slope[1]:.6f}"])),
        step("How well do queries and keys learn when the scores are not divided?", eq(stuck)),
    )


# -- 12.4 Softmax along rows -------------------------------------------------------------------------------------------


@page("Softmax along the row", row="12.4", shares=sentence)
def softmax_row(given, box):
    """Scores become shares: each row by itself, and each adds up to 1."""
    here = given.shared(sentence)
    s, names = here.s[1], here.words
    powers = box(np.exp(s), "e^s", "Which key of the calculator gives a power of e?", digits=3,
        how="e to the power of the score.", slips={"exponent_sign": np.exp(-s)})
    total = box(np.sum(powers), "the sum", "Which three numbers are added?", digits=3,
        how="The sum of the three powers.", slips={"term_left_out": np.exp(s[0]) + np.exp(s[1])})
    p = np.asarray(powers) / total
    weights = box(p, "the weights of word 2", "Which share of the sum is this power?", digits=3,
        how="Each power over the sum.", slips={"exponential_left_out": s / np.sum(s), "not_normalised": np.exp(s)},
        words=POWERS_FIRST)
    given.require(abs(np.sum(s)) > 0.1 and np.min(np.abs(np.exp(s) - np.exp(-s))) > 0.1)
    direction = box("each row", "what adds up to 1", "Over which words were the powers shared out?",
        options=("each row", "each column"), how="A query shares its attention out over all keys, along its row.",
        slips={"softmax_down_columns": "each column"})
    best = int(np.argmax(s))
    ratio = box(np.exp(s[best] - s[(best + 1) % 3]), "the ratio of two weights", "The sum cancels. Which difference is "
        "left?", digits=3, how="e to the power of the difference of the two scores.",
        slips={"exponent_sign": np.exp(s[(best + 1) % 3] - s[best]),
            "exponential_left_out": s[best] - s[(best + 1) % 3]},
        words={"exponential_left_out": "That is the difference itself. Softmax takes its power."})
    shift = given("shift", 5, low=2, high=9)
    moved = box("nothing", "what changes", "Which of the differences change?",
        options=("nothing", "all weights grow", "only the largest grows"),
        how="Only differences count, and none of them changes.")
    return (
        step(f"The scores of “{names[1]}” become weights by softmax: first powers of $e$, then shares of their sum.",
            eq(words("scores:"), row(s), APART, "e^s", "≈", row(powers)),
            eq("Σ e^s", "≈", total),
            eq(words("weights, row 2 of $A$:"), row(weights))),
        step("All such rows make the matrix $A$ of **attention weights**. Does each row of $A$ add up to 1, or each "
            "column?", eq(direction)),
        step(f"How many times as much attention goes to “{names[best]}” as to “{names[(best + 1) % 3]}”?",
            eq(frac("A_{2" + f"{best + 1}" + "}", "A_{2" + f"{(best + 1) % 3 + 1}" + "}"), "≈", ratio)),
        step(f"Add {shift:g} to all three scores of this row. What changes in its weights?", eq(moved)),
    )


# -- 12.5 A weighted mean ----------------------------------------------------------------------------------------------


FIRST = ((2, 1, 1), (1, 1, 2), (1, 2, 1))
SECOND = ((1, 3, 4), (3, 1, 4), (1, 3, 1), (3, 1, 1))
THIRD = ((1, 1, 2), (1, 2, 1), (2, 1, 1))
"""Powers of e in a row of scores: their sums, also of the first ones alone, give weights that stay short."""


class Head:
    """A head whose scores are logarithms of small whole numbers, so that its weights are short fractions."""

    def __init__(self, given):
        self.words = given.choice("words", *SENTENCES)
        self.powers = np.array([given.choice(f"powers {n}", *rows) for n, rows in
            enumerate((FIRST, SECOND, THIRD), start=1)], dtype=float)
        self.v = given("V", [[8, -4], [4, 8], [-4, 12]], low=4, high=12, step=4)
        given.require(all(len({*self.v[:, j]}) == 3 for j in range(2)))
        self.causal = engine.attention_weights(engine.masked(np.log(self.powers), engine.past(3)))

    def scores(self):
        """The scores as they are printed."""
        return [[logarithm(power) for power in line] for line in self.powers]


def logarithm(power):
    """ln of a whole number as it is printed: 0 for ln 1."""
    return "0" if power == 1 else f"ln {power:g}"


def round_head(given):
    """The head of the pages on weighted means, the mask, and the way back to values and scores."""
    return Head(given)


@page("A weighted mean of values", row="12.5", shares=round_head)
def weighted_mean(given, box):
    """What comes out for a word is a mean of all values, each as heavy as its weight."""
    head = given.shared(round_head)
    e, v, names = head.powers, head.v, head.words
    a = e / e.sum(axis=1, keepdims=True)
    weights = box(a, "A", "Which power is this, and what do the three of its row add up to?",
        only=[(1, 0), (1, 1), (1, 2), (2, 0), (2, 2)],
        how="The power of the entry over the sum of its row.",
        slips={"not_normalised": e, "softmax_down_columns": e / e.sum(axis=0),
            "power_of_zero": unlike(without_ones(e), e, e / e.sum(axis=0))})
    whole = np.array(np.asarray(weights))
    products = box(whole[1][:, None] * v, "weight times value", "Which weight belongs to this value?",
        only=[(0, 0), (1, 0), (2, 0)], how="The weight of the word times the first number of its value.",
        slips={"other_row": (whole[2][:, None] * v)}, words={"other_row": "Those are the weights of another word. Who "
            "is asking here?"})
    first = np.sum(np.asarray(products)[:, 0])
    mean = box([first, whole[1] @ v[:, 1]], "z_2", "What becomes of the three products?",
        how="The sum of the weighted values.",
        slips={"values_unweighted": v.mean(axis=0), "only_one_term": whole[1, 2] * v[2],
            "vector_summed": v.sum(axis=0)},
        words={"vector_summed": "You added the values as they are. Each has a weight."})
    z = a @ v
    third = box(z[2], "z_3", "Which row of A meets which column of V?",
        how="The third row of A times the columns of V.", slips={"values_unweighted": v.mean(axis=0)})
    low, high = np.min(v[:, 0]), np.max(v[:, 0])
    outside = box("no", "whether a mean can lie outside", "What is the most that a mean can reach?",
        options=("yes", "no"), how="Weights are shares: a mean lies between the smallest and the largest value.")
    given.apart(z[1], v.mean(axis=0), a[1, 2] * v[2])
    return (
        step(f"Here the scores of “{' '.join(names)}” are logarithms, so softmax can be done by hand: $e$ undoes $ln$. "
            "Which weights do rows 2 and 3 hold?",
            eq("S", "=", matrix(head.scores()), APART, "A", "=", matrix([[weights[i, j] if i and (i, j) != (2, 1) else
                number_text(a[i, j]) for j in range(3)] for i in range(3)]))),
        step(f"What “{names[1]}” gets is $z_2$, the mean of the values, weighted by row 2 of $A$. First the products "
            "for the first number of each value.",
            network([[words(f"{n}") for n in names], [words(names[1])]], [[[lit(f"a{j + 1}", echo(weights[1, j]))
                for j in range(3)]]], title=f"The three words, each joined to {names[1]} by its weight", gap=330,
                row_gap=84, along=(0.4,)),
            eq(matrix(v, "V")),
            table([words("word"), words("weight · value")], *[(words(names[j]), lit(f"a{j + 1}", products[j, 0]))
                for j in range(3)])),
        step("Then both numbers of $z_2$.", eq("z_2", "=", row(mean))),
        step("All rows together are $Z = AV$. What is its third row?", eq("z_3", "=", row(third))),
        step(f"The first numbers of the values lie between ${low:g}$ and ${high:g}$. Can the first number of a row of "
            "$Z$ lie outside, yes or no?", eq(outside)),
    )


def without_ones(powers):
    """The shares of a row for somebody who takes e⁰ to be 0; nan in a row where nothing is left."""
    left = np.where(powers == 1, 0.0, powers)
    return left / np.where(left.sum(axis=1, keepdims=True) > 0, left.sum(axis=1, keepdims=True), np.nan)


def number_text(value):
    """A short fraction as it stands in a matrix of fractions."""
    return f"{value:g}"


# -- 12.6 The mask of the past -----------------------------------------------------------------------------------------


@page("No look ahead", row="12.6", shares=round_head)
def mask(given, box):
    """A model that writes a sentence word by word must not see what is still to come."""
    head = given.shared(round_head)
    e, v, names = head.powers, head.v, head.words
    a = head.causal
    seen = box([float(n) for n in (1, 2, 3)], "how many words are seen", "Which words stand before it, and does it see "
        "itself?", only=[0, 1], how="A word sees itself and all before it.",
        slips={"one_too_few": [0.0, 1.0, 2.0], "mask_forgotten": [3.0, 3.0, 3.0]},
        words={"one_too_few": "One is missing: a word sees itself too."})
    free = e / e.sum(axis=1, keepdims=True)
    weights = box(a, "A", "Which powers of this row are left, and what do they add up to?",
        only=[(0, 0), (1, 0), (1, 1), (1, 2), (2, 0)],
        how="The power over the sum of the powers that are left; e to the power −∞ is 0.",
        slips={"mask_forgotten": free, "power_of_zero": unlike(without_ones(np.tril(e)), a, free)},
        words={"mask_forgotten": "You shared out among all three. Are some of them still to come?"})
    given.require(np.all(np.abs(free[1, :2] - a[1, :2]) > 0.01))
    whole = np.array(np.asarray(weights))
    whole[0, 0] = whole[0, 0] if weights[0, 0] != 1 else 1.0
    z = box([[whole[0, 0] * v[0, 0], whole[0, 0] * v[0, 1]], whole[1] @ v], "z_1 and z_2",
        "Which values does this word see?", how="The weights of the row times the values that are seen.",
        slips={"mask_forgotten": (free @ v)[:2], "values_unweighted": [[np.nan, np.nan], v[:2].mean(axis=0)]})
    n = given("n", 5, low=4, high=9)
    pairs = box(n * (n + 1) / 2, "pairs that are allowed", "Row t allows t of them. What do 1, 2, … add up to?",
        how="1 + 2 + … + n = n(n + 1)/2.",
        slips={"pairs_not_halved": n * n, "one_too_few": n * (n - 1) / 2},
        words={"one_too_few": "You left the diagonal out: a word sees itself."})
    changes = box("the last row of Z", "what a new last word changes", "Who looks at the last word?",
        options=("the last row of Z", "all rows of Z", "the other rows of Z"),
        how="Only the last word looks at itself.", slips={"mask_forgotten": "all rows of Z"})
    return (
        step("A network that learns to continue a text must not look ahead: the word at position $t$ sees positions 1 "
            "to $t$. How many words do the first and the second see?",
            eq(words(f"{names[0]}:"), seen[0], APART, words(f"{names[1]}:"), seen[1])),
        step("So the scores of later words are replaced by $−∞$ before softmax. What is left in $A$?",
            eq("S", "=", matrix([[logarithm(e[i, j]) if j <= i else "−∞" for j in range(3)] for i in range(3)])),
            eq("A", "=", matrix([[weights[i, j] if (i, j) in ((0, 0), (1, 0), (1, 1), (1, 2), (2, 0)) else
                number_text(a[i, j]) for j in range(3)] for i in range(3)]))),
        step("With the values from before, what do the first two words get?",
            eq("V", "=", matrix(v), APART, "z_1", "=", row(z[0]), APART, "z_2", "=", row(z[1]))),
        step(f"In a sentence of {n:g} words, how many entries of $A$ does the mask allow?", eq(pairs)),
        step("Somebody replaces the last of the three words. What changes?", eq(changes)),
    )


# -- 12.7 Shapes -------------------------------------------------------------------------------------------------------


@page("Sentences, heads, positions", row="12.7")
def shapes(given, box):
    """What every matrix of a head is shaped like, and how many of them a batch has."""
    n, heads = int(given("n", 5, low=4, high=9)), int(given.choice("heads", 2, 3, 4))
    width, batch = int(given("d", 3, low=2, high=6)), int(given("sentences", 8, low=5, high=9))
    d_model = heads * width
    given.require(len({n, heads, width, batch, d_model}) == 5)
    single = box([Shape((n, d_model)), Shape((d_model, width)), Shape((n, width)), Shape((n, n)), Shape((n, width))],
        "the shape", "What has a row here, and what a column?",
        how="Rows: positions, or what comes into a matrix. Columns: numbers, or the positions that are looked at.",
        slips={"transposed": [Shape((d_model, n)), Shape((width, d_model)), Shape((width, n)), np.nan, np.nan],
            "heads_forgotten": [np.nan, Shape((d_model, d_model)), Shape((n, d_model)), np.nan, Shape((n, d_model))],
            "inner_for_outer": [np.nan, np.nan, np.nan, Shape((width, width)), np.nan]})
    joined = box(Shape((n, d_model)), "the shape of the heads side by side", "How many columns do all heads have "
        "together?",
        how="The columns of all heads stand side by side; the rows stay.",
        slips={"rows_stacked": Shape((n * heads, width)), "heads_forgotten": Shape((n, width))},
        words={"heads_forgotten": "That is one head alone."})
    out = box(Shape((d_model, d_model)), "the shape of W_O", "What comes in, and what must go out?",
        how="The joined heads come in, a word goes out.", slips={"heads_forgotten": Shape((width, d_model))},
        words={"heads_forgotten": "That would fit one head. All of them come in."})
    many = box(batch * heads, "how many matrices A", "Does each sentence have its own? And each head?",
        how="One for each sentence and each head.", slips={"heads_forgotten": batch, "added_not_multiplied":
            batch + heads},
        words={"heads_forgotten": "That counts the sentences. Each head has its own weights as well."})
    numbers = box(many * n * n, "how many numbers in all of them", "How many numbers does one of them hold?",
        how="The number of matrices times n².", slips={"not_squared": many * n})
    alike = box("S and A", "what grows with the square of the length", "In whose shape does n stand twice?",
        options=("X and Q", "S and A", "the matrices W"), how="n stands in the shape of S and of A twice.")
    names = ("X", "W_Q", "Q", "S = QK^T/√d", "Z = AV")
    return (
        step(f"A sentence of {n} words, each with {d_model} numbers. Attention has {heads} heads, and each makes "
            f"queries, keys and values of {width} numbers. Give the shapes for one head and one sentence.",
            table([words("what"), words("shape")], *zip(names, list(single), strict=True))),
        step("The outcomes $Z$ of the heads stand side by side, and an output matrix $W_O$ turns them into words of "
            f"{d_model} numbers again. What are the two shapes?",
            eq(words("side by side:"), joined, APART, "W_O:", out)),
        step(f"A batch of {batch} sentences goes through. How many matrices $A$ are there, and how many numbers stand "
            "in all of them?",
            eq(words("matrices:"), many, APART, words("numbers:"), numbers)),
        step("What grows with the square of the length of the sentence?", eq(alike)),
    )


# -- 12.8 Several heads ------------------------------------------------------------------------------------------------


@page("Two heads", row="12.8")
def two_heads(given, box):
    """Side by side and through one matrix: the shares of the heads are added."""
    z1, z2 = given("Z1", [[3, -1], [2, 4]], low=1, high=5), given("Z2", [[2, 5], [-3, 1]], low=1, high=5)
    w = given("W_O", [[1, 2], [-1, 1], [2, -1], [1, 3]], low=1, high=3)
    top, bottom = w[:2], w[2:]
    shares = z1 @ top, z2 @ bottom
    given.require(np.all(shares[0] != 0) and np.all(shares[1] != 0))
    one = box(shares[0][0], "the share of head 1", "Which rows of W_O meet the numbers of head 1?",
        how="The row of head 1 times the upper half of W_O.", slips={"heads_exchanged": z1[0] @ bottom})
    two = box(shares[1][0], "the share of head 2", "Which rows of W_O meet the numbers of head 2?",
        how="The row of head 2 times the lower half of W_O.", slips={"heads_exchanged": z2[0] @ top})
    both = np.asarray(one) + np.asarray(two)
    out = box(both, "the output for word 1", "Each half has met its own rows of W_O. What becomes of the two?",
        how="Both shares added.",
        slips={"term_left_out": shares[0][0], "copies_averaged": (shares[0] + shares[1])[0] / 2},
        words={"copies_averaged": "You took the mean. A product adds its terms."})
    second = box((shares[0] + shares[1])[1], "the output for word 2", "Which row meets which columns?",
        how="The second row of the joined heads times the columns of W_O.",
        slips={"term_left_out": shares[0][1], "heads_exchanged": z1[1] @ bottom + z2[1] @ top})
    up = given("upstream", [2, -3], low=1, high=4, distinct=abs)
    back = box(w @ up, "∂C/∂[Z_1 Z_2]", "Which row of W_O was this number multiplied by?", gradient_of="z",
        how="The upstream gradient times W_O transposed: with each row of W_O.",
        slips={"other_row": w[[2, 3, 0, 1]] @ up}, words={"other_row": "That belongs to the other head. Its numbers "
            "met the other half of W_O."})
    given.require(np.all(w @ up != 0))
    silent = box("only its own half", "what learns when head 2 hands over zeros", "By which numbers is the gradient of "
        "these rows multiplied?",
        options=("only its own half", "all rows", "only the other half"),
        how="∂C/∂W_O is the joined heads, transposed, times upstream: rows that meet zeros get zeros.",
        slips={"heads_exchanged": "only the other half"})
    return (
        step("Two words, two heads. Their outcomes stand side by side and go through $W_O$. For word 1, what does each "
            "head bring, and what comes out?",
            eq(matrix(np.hstack([z1, z2]), "[Z_1 Z_2]"), matrix(w, "W_O")),
            eq(lit("one", row(z1[0])), lit("one", matrix(top)), "=", lit("one", row(one)), APART,
                lit("two", row(z2[0])), lit("two", matrix(bottom)), "=", lit("two", row(two))),
            eq(words("word 1:"), row(out))),
        step("And for word 2?", eq(words("word 2:"), row(second))),
        step("Back again: the gradient for word 1 arrives. What goes to its four numbers, two in head 1 and two in "
            "head 2?",
            eq(words("upstream:"), row(up), APART, words("to the heads:"), row(back))),
        step("Head 1 hands over zeros for every word. Which rows of $W_O$ get a gradient of 0: only its own half, all "
            "rows, or only the other half?", eq(silent)),
    )


# -- 12.9 The residual connection --------------------------------------------------------------------------------------


ONE_BLOCK_MORE = {"multiplied_not_raised": "You multiplied by the number of blocks. Each block is a factor: take a "
    "power."}


@page("The way around", row="12.9")
def residual(given, box):
    """x goes into the block and around it: forward a sum, backward a copy node."""
    x = given("x", [3, -2], low=2, high=5, distinct=abs)
    f = given("F", [[2, 1], [-1, 3]], low=1, high=3)
    given.require(f[0, 1] != f[1, 0] and np.all(x @ f != 0) and np.all(x + x @ f != 0))
    through = box(x @ f, "xF", "A row meets the columns of F.", how="The row times each column of F.",
        slips={"weights_turned": f @ x}, words={"weights_turned": "You went along the rows of F. Here the row x meets "
            "its columns."})
    out = box(x + np.asarray(through), "the output", "Which two ways come together in the +?",
        how="What went around plus what came through.", slips={"path_left_out": x @ f},
        words={"path_left_out": "That came through the block. What comes around it?"})
    up = given("upstream", [4, -1], low=1, high=5, distinct=abs)
    given.require(np.all(f @ up != 0) and np.all(up + f @ up != 0) and np.all(f @ up != up @ f))
    back = box(f @ up, "what comes back through the block", "Going back, which way round is F taken?",
        how="Upstream times F transposed: with each row of F.", slips={"weights_not_transposed": up @ f})
    total = box(up + np.asarray(back), "∂C/∂x", "x was copied. What becomes of the two gradients?", gradient_of="x",
        how="The gradient from around plus the one through the block.", slips={"copies_not_summed": f @ up,
            "copies_averaged": (up + f @ up) / 2, "path_left_out": unlike(up, f @ up, up + f @ up, (up + f @ up) / 2)},
        words={"path_left_out": "That came around the block. What comes back through it?"})
    slope, count = given.choice("slope", 0.5, 0.2, 0.1, 0.4), given.choice("blocks", 3, 2)
    plain = box(slope**count, "the gradient without the ways around", "Each block multiplies by its slope.",
        how="The slope to the power of the number of blocks.", slips={"multiplied_not_raised": slope * count},
        words=ONE_BLOCK_MORE)
    around = box((1 + slope)**count, "the gradient with the ways around", "What does one block multiply by, when the "
        "copy adds what comes around?",
        how="1 plus the slope, to the power of the number of blocks.",
        slips={"multiplied_not_raised": (1 + slope) * count, "path_left_out": slope**count}, words=ONE_BLOCK_MORE)
    given.require(abs((1 + slope) * count - slope**count) > 0.01 and slope * count != slope**count)
    nothing = box(1.0, "with slopes of 0", "What still comes around the blocks?", how="Nothing comes through the "
        "blocks, and everything around them.", slips={"path_left_out": 0.0})
    return (
        step("A block turns the row $x$ into $xF$, and $x$ itself goes around the block, by a **residual connection**: "
            "the outcome is $x + xF$. Go forward.",
            graph({"x": (0, 0, "x"), "c": (1, 0, "copy"), "F": (2, 1, lit("block", "F")), "+": (3, 0, "+"),
                "C": (4, 0, "…")}, [("x", "c"), ("c", "+", lit("around", "x")), ("c", "F", None, None),
                    ("F", "+", None, None), ("+", "C")], unit=(150, 88),
                title="x is copied; one copy goes through the block F, the other around it, and both are added"),
            eq(lit("around", "x"), "=", row(x), APART, lit("block", "F"), "=", matrix(f)),
            eq("xF", "=", row(through), APART, "x + xF", "=", row(out))),
        step("A gradient arrives at the +, which hands it on to both. What comes back through the block, and what "
            "reaches $x$?",
            eq(words("upstream:"), lit("around", row(up)), APART, words("through the block:"),
                lit("block", row(back))),
            eq(by("x"), "=", row(total))),
        step(f"{('Two', 'Three', 'Four')[count - 2]} blocks one after the other, each for a single number, with the "
            f"slope ${slope:g}$. What is the gradient at the first $x$ for an upstream gradient of 1?",
            eq(words("without the ways around:"), plain, APART, words("with them:"), around)),
        step("And with the ways around, when the slope of every block is 0?", eq(by("x"), "=", nothing)),
    )


# -- 12.10 Layer normalisation -----------------------------------------------------------------------------------------


DEVIATIONS = ((-5, 1, 1, 3), (5, -1, -3, -1), (1, -5, 3, 1), (3, 1, -5, 1), (1, 7, -1, -7), (-7, 1, 7, -1),
    (-1, -3, -1, 5), (7, -1, -7, 1))
"""How far four numbers lie from their mean, with a spread of 3 or of 5."""

GAINS = ((2, 1, 1, 3), (1, 2, 3, 1), (3, 1, 2, 2), (2, 3, 1, 1))


class Position:
    """A word of four numbers, with a whole mean and spread, and a gradient for which the way back stays short."""

    def __init__(self, given):
        self.off = np.array(given.choice("deviations", *DEVIATIONS), dtype=float)
        self.mean = given.choice("mean", 4.0, 2.0, 3.0, -2.0, 6.0)
        self.x, self.spread = self.off + self.mean, float(np.sqrt(np.mean(self.off**2)))
        self.gain = np.array(given.choice("γ", *GAINS), dtype=float)
        self.bias = given("β", [1, -1, 2, 1], low=1, high=3)
        fits = short_ways_back(tuple(self.off), tuple(self.gain))
        pick = given.choice("pick", 0.2, *[n / 97 for n in range(97)])
        self.up = np.array(fits[int(pick * len(fits))])
        given.require(self.mean not in (self.spread, self.spread**2) and np.all(self.x != 0))


def short_ways_back(off, gain):
    """Gradients of the outcome, small and whole, for which every step back to x gives a short fraction."""
    spread = np.sqrt(np.mean(np.square(off)))
    found = np.array(np.meshgrid(*[[-4, -3, -2, -1, 1, 2, 3, 4]] * 4)).reshape(4, -1).T
    g = found * gain
    along = g @ np.array(off) / (4 * spread**2)
    fit = (g.sum(axis=1) % 4 == 0) & (g.sum(axis=1) != 0) & (np.abs(along - np.round(along)) < 1e-9) & (along != 0)
    return found[fit].astype(float)


def position(given):
    """The word of the pages on layer normalisation."""
    return Position(given)


@page("Layer normalisation", row="12.10", shares=position)
def norm_forward(given, box):
    """Mean away, divided by the spread, then stretched and shifted."""
    here = given.shared(position)
    x = here.x
    mean = box(float(np.mean(x)), "μ", "Four numbers: what is their mean?", how="The sum of the four over 4.",
        slips={"summed_not_averaged": float(np.sum(x))},
        words={"summed_not_averaged": "That is the sum. The mean divides it by four."})
    off = box(x - mean, "x − μ", "How far is each from the mean?", how="Each number minus the mean.",
        slips={"subtracted_backwards": mean - x})
    total = float(np.sum(np.square(off)))
    variance = box(total / 4, "the variance", "What is the mean of the squares?", how="The sum of the squares over 4.",
        slips={"summed_not_averaged": total, "deviation_of_a_sample": total / 3,
            "not_squared": float(np.mean(np.abs(off)))},
        words={"summed_not_averaged": "That is the sum of the squares. The variance is their mean.",
            "deviation_of_a_sample": "You divided by three. Here the mean is over all four."})
    spread = box(np.sqrt(variance), "s", "Which number, times itself, gives the variance?",
        how="The root of the variance.", slips={"root_left_out": variance})
    hat = box(np.asarray(off) / spread, "x̂", "How many spreads away from the mean is it?",
        how="The distance from the mean over s.",
        slips={"mean_not_taken_away": x / here.spread, "root_left_out": here.off / here.spread**2},
        words={"root_left_out": "You divided by the variance. Its root is wanted."})
    out = box(here.gain * np.asarray(hat) + here.bias, "the outcome", "Which gain and which bias belong to this place?",
        only=[0, 2], how="Gain times x̂, plus bias.",
        slips={"bias_left_out": here.gain * here.off / here.spread,
            "added_not_multiplied": here.gain + here.off / here.spread + here.bias},
        words={"added_not_multiplied": "You added the gain. It stretches x̂: multiply."})
    whole = np.array(np.asarray(out))
    return (
        step("Layer normalisation brings the numbers of each word to one scale. First subtract the mean $μ$.",
            eq("x", "=", row(x), APART, "μ", "=", mean),
            eq("x − μ", "=", row(off))),
        step("The variance is the mean of the squares of these; the spread $s$ is its root. (Programs add a tiny $ε$ "
            "to the variance, so that nothing is divided by 0.)",
            eq(words("variance:"), variance, APART, "s", "=", spread)),
        step("In units of the spread:", eq(frac("x − μ", "s"), "=", row(hat, "x̂"))),
        step("Finally each place has a gain $γ$ and a bias $β$, which are learned: the outcome is $γ ⊙ x̂ + β$. Fill in "
            "its first and its third number.",
            eq("γ", "=", row(here.gain), APART, "β", "=", row(here.bias)),
            eq("γ ⊙ x̂ + β", "=", row([out[0], fraction(whole[1]), out[2], fraction(whole[3])]))),
    )


def fraction(value):
    """A printed number that may be a short fraction."""
    short = Fraction(float(value)).limit_denominator(60)
    return f"{value:g}" if short.denominator in (1, 2, 4, 5, 8, 10) else f"{short.numerator}/{short.denominator}"


@page("Three paths back", row="12.10", shares=position)
def norm_backward(given, box):
    """x reaches its x̂ by itself, by the mean and by the variance."""
    here = given.shared(position)
    s, up = here.spread, here.up
    hat = here.off / s
    g = box(here.gain * up, "g", "What is the slope of γ ⊙ x̂ + β with respect to x̂?", how="Upstream times gain.",
        slips={"upstream_for_downstream": up, "local_for_downstream": here.gain})
    whole = np.asarray(g)
    mean = box(float(np.mean(whole)), "the mean of g", "Four numbers: what is their mean?",
        how="The sum of the four over 4.", slips={"summed_not_averaged": float(np.sum(whole))},
        words={"summed_not_averaged": "That is the sum. The mean divides it by four."})
    along = box(float(np.mean(whole * hat)), "the mean of g ⊙ x̂", "Multiply entry by entry first. And then?",
        how="The mean of the four products.", slips={"summed_not_averaged": float(np.sum(whole * hat))},
        words={"summed_not_averaged": "That is the sum of the products. Their mean is a quarter of it."})
    itself = box(whole[0] / s, "by itself", "How fast does x̂ follow x, when μ and s hold still?", how="g over s.",
        slips={"slope_left_out": whole[0]}, words={"slope_left_out": "x̂ is divided by s, and so is what comes back."})
    by_mean = box(-mean / s, "by the mean", "A larger x raises μ. What does that do to every x̂?",
        how="Minus the mean of g, over s.", slips={"wrong_sign": mean / s, "slope_left_out": -mean},
        words={"slope_left_out": "x̂ is divided by s, and so is what comes back."})
    by_spread = box(-hat[0] * along / s, "by the variance", "A larger x changes s. What does that do to every x̂?",
        how="Minus x̂ times the mean of g ⊙ x̂, over s.", slips={"wrong_sign": hat[0] * along / s,
            "not_multiplied": -along / s},
        words={"not_multiplied": "How much the spread grows depends on x̂ itself. It is a factor."})
    others = whole / s + by_mean + by_spread * hat / hat[0]
    total = box([itself + by_mean + by_spread, *others[1:]], "∂C/∂x", gradient_of="x",
        hint="Three paths lead from here to the cost. What do you do with what comes back along them?",
        how="The three paths added: (g minus its mean minus x̂ times the mean of g ⊙ x̂) over s.",
        slips={"path_left_out": whole / s})
    given.require(np.sum(np.abs(gradient_of_row(here.off, here.gain, up, 0)) > 1e-9) >= 3)
    whole_sum = round(float(np.sum(np.asarray(total))), 9) + 0.0
    zero = box(whole_sum, "the sum of ∂C/∂x", "Raise all four numbers alike. What happens to x̂?",
        how="A shift of all four changes no x̂, so the gradient adds up to 0.",
        slips={"path_left_out": float(np.sum(whole)) / s},
        words={"path_left_out": "Those are the paths by itself alone. Add up your four answers."})
    return (
        step("The word from before, with its $x̂$ and $s$. A gradient arrives at $γ ⊙ x̂ + β$. What comes back to $x̂$? "
            "Call it $g$.",
            eq("x̂", "=", row([fraction(value) for value in hat]), APART, "s", "=", f"{s:g}"),
            eq(words("upstream:"), row(up), APART, "γ", "=", row(here.gain)),
            eq("g", "=", row(g))),
        step("What are the means of $g$ and of $g ⊙ x̂$?",
            eq(words("mean of $g$:"), mean, APART, words("mean of $g ⊙ x̂$:"), along)),
        step("The first number of $x$ reaches the cost by three paths: by its own $x̂$; by the mean $μ$, which is "
            "subtracted from all four; and by the variance, whose root divides all four. What comes back along each?",
            table([words("path"), words("formula"), words("gradient")],
                (words("by itself"), "g/s", itself), (words("by the mean"), "−(mean of g)/s", by_mean),
                (words("by the variance"), "−x̂ (mean of g ⊙ x̂)/s", by_spread))),
        step("All paths together, for all four numbers. What do the four add up to?",
            eq(by("x"), "=", row(total), APART, words("sum:"), zero)),
    )


@page("Gain and bias, and a word of two numbers", row="12.10")
def norm_many(given, box):
    """Gain and bias serve every position; two numbers leave nothing but a sign."""
    hats = np.array([given.choice("first", (0.2, 1.4, -0.2, -1.4), (-1.4, 0.2, 1.4, -0.2), (1.4, -0.2, 0.2, -1.4)),
        given.choice("second", (1, -1, 1, -1), (1, 1, -1, -1), (-1, 1, 1, -1))], dtype=float)
    up = given("upstream", [[5, -10, 10, 5], [3, 2, -4, 1]], low=1, high=9)
    products = up * hats
    bias = box(up.sum(axis=0), "∂C/∂β", "How many words does one bias serve?", only=[0, 1, 2], gradient_of="β",
        how="What arrives at this place, added over both words.", slips={"only_one_term": up[0],
            "averaged_not_summed": up.mean(axis=0), "local_for_downstream": np.full(4, 2.0)},
        words={"only_one_term": "That is one word alone. The bias serves both.",
            "local_for_downstream": "Those are the local gradients alone. What arrives from upstream?"})
    gain = box(products.sum(axis=0), "∂C/∂γ", "By which number was the gain multiplied?", only=[0, 1, 2],
        gradient_of="γ",
        how="Upstream times x̂, added over both words.", slips={"upstream_for_downstream": up.sum(axis=0),
            "only_one_term": products[0],
            "averaged_not_summed": unlike(products.mean(axis=0), up.sum(axis=0), products[0])},
        words={"only_one_term": "That is one word alone. The gain serves both."})
    given.require(np.all(up.sum(axis=0) != 0) and np.all(np.abs(products.sum(axis=0)) > 0.05))
    a, b = given("x", [7, 3], low=1, high=9, distinct=True)
    two = box([np.sign(a - b), np.sign(b - a)], "x̂", "How far are the two from their mean, and what is the spread?",
        how="Both lie one spread away from the mean.",
        slips={"root_left_out": [2 / (a - b), 2 / (b - a)], "not_normalised_by_spread": [(a - b) / 2, (b - a) / 2]},
        words={"root_left_out": "You divided by the variance. Its root is wanted."})
    given.require(abs(a - b) not in (1, 2))
    back = box("nothing", "what comes back to x", "Move one of the two numbers a little. What does x̂ do?",
        options=("nothing", "upstream", "half of upstream"),
        how="x̂ does not move, so its slope is 0.")
    d = given.choice("d", 512, 256, 768, 1024)
    count = box(2 * d, "parameters", "What is learned at each place?", how="A gain and a bias for each number.",
        slips={"biases_not_counted": d}, words={"biases_not_counted": "Those are the gains alone."})
    return (
        step("Two words went through the same layer normalisation, and gradients arrive for both. What are the "
            "gradients of the first three biases and gains?",
            eq("x̂", "=", matrix(hats), APART, words("upstream:"), matrix(up)),
            eq(by("β"), "=", row([*bias[:3], "…"])),
            eq(by("γ"), "=", row([*gain[:3], "…"]))),
        step(f"Now a word of only two numbers, $x = ({a:g}, {b:g})$. What is its $x̂$?", eq("x̂", "=", row(two))),
        step("And what comes back to $x$ through it: nothing, upstream, or half of upstream?", eq(back)),
        step(f"How many numbers does layer normalisation learn for words of {d} numbers?", eq(count)),
    )


# -- 12.11 Backward through attention ----------------------------------------------------------------------------------


@page("Back to the values and the weights", row="12.11", shares=round_head)
def back_to_values(given, box):
    """Z = AV is a product of matrices: two factors, two rules."""
    head = given.shared(round_head)
    a, v, names = head.causal, head.v, head.words
    g = given("∂C/∂Z", [[2, -1], [4, 2], [-2, 3]], low=1, high=4)
    dv = a.T @ g
    plain = np.vstack([[np.nan, np.nan], (a @ g)[1:]])
    readers = box(3.0, "the readers of the first value", "In which rows does the first column of A hold something?",
        how="All three words see the first one.", slips={"one_too_few": 2.0},
        words={"one_too_few": "One is missing. Does a word see itself?"})
    unread = box("the third", "the value that is read once", "Which column of A holds a single number that is not 0?",
        options=("the first", "the second", "the third"), how="Only the last word sees the last word.")
    values = box(dv, "∂C/∂V", "Which words read this value, and with which weights?", gradient_of="V",
        how="The column of A that belongs to the value, times the gradients of the words that read it.",
        slips={"not_turned": plain, "path_left_out": np.diag(a)[:, None] * g},
        words={"not_turned": "You went along a row of A. Those who read this value stand in its column.",
            "path_left_out": "That is what comes back from the word itself. Others read its value too."})
    given.require(np.sum(np.abs(dv) < 1e-9) == 0)
    da = g @ v.T
    weights = box(da, "∂C/∂A", "Which value was multiplied by this weight?", gradient_of="A",
        only=[(1, 0), (1, 1), (2, 0), (2, 1), (2, 2)],
        how="The gradient of the word of the row, times the value of the column.",
        slips={"only_one_term": g[:, :1] * v[:, 0], "transposed": da.T})
    return (
        step(f"The way back begins at $Z = AV$, for the sentence “{' '.join(names)}”, where no word looks ahead. Here "
            "are its $A$ and $V$, and what arrives at $Z$.",
            eq("A", "=", matrix([[number_text(value) for value in line] for line in a]), APART, "V", "=", matrix(v),
                APART, by("Z"), "=", matrix(g))),
        step("How many words read the first value? And which value is read by one word alone?",
            eq(words("readers of the first:"), readers, APART, words("read by one:"), unread)),
        step("A value is blamed by everyone who reads it: $∂C/∂V = A^T ∂C/∂Z$.", eq(by("V"), "=", matrix(values))),
        step("A weight is blamed by its own word alone: $∂C/∂A = ∂C/∂Z V^T$. Fill in what the mask lets through in "
            "rows 2 and 3.",
            eq(by("A"), "=", matrix([[weights[i, j] if i and j <= i else "…" for j in range(3)] for i in range(3)]))),
    )


@page("Back through softmax, row by row", row="12.11", shares=round_head)
def through_softmax(given, box):
    """Each row of weights has the Jacobian of chapter 5, and a short way to multiply by it."""
    head = given.shared(round_head)
    a, names = head.causal, head.words
    da = given("∂C/∂A", [[4, 0, 0], [8, -4, 0], [-8, 4, 12]], low=4, high=12, step=4, zero=False)
    given.require(len(set(da[2])) == 3 and len(set(da[1, :2])) == 2)
    p = a[2]
    full = np.diag(p) - np.outer(p, p)
    jacobian = box(full, "∂p/∂s", "On the diagonal or beside it?", only=[(0, 0), (0, 1), (0, 2)],
        how="p(1 − p) on the diagonal, minus the product beside it.",
        slips={"outer_product_left_out": np.diag(p), "diagonal_left_out": -np.outer(p, p)},
        words={"outer_product_left_out": "One score moves all the weights: the outer product is missing."})
    by_hand = np.array(full)
    by_hand[0] = np.asarray(jacobian)[0]
    third = box(da[2] @ by_hand, "row 3 of ∂C/∂S", "Which column of the Jacobian does the row meet?",
        how="The row of ∂C/∂A times the Jacobian.",
        slips={"mean_not_taken_away": p * da[2], "wrong_sign": -da[2] @ full},
        words={"mean_not_taken_away": "That is the diagonal of p alone. What does the outer product take away?"})
    given.require(np.all(np.abs(da[2] @ full) > 1e-9))
    q, dq = a[1, :2], da[1, :2]
    mean = box(float(q @ dq), "the weighted mean", "Which weights belong to these two?",
        how="Weight times gradient, added over the row.", slips={"values_unweighted": float(np.mean(dq))},
        words={"values_unweighted": "That is the plain mean. Each of the two has a weight in p."})
    second = box(q * (dq - mean), "row 2 of ∂C/∂S", "How far is each from the weighted mean? Times which weight?",
        how="The weight times (gradient minus weighted mean).",
        slips={"mean_not_taken_away": q * dq, "not_multiplied": dq - float(q @ dq)},
        words={"not_multiplied": "That is the distance from the mean. It is multiplied by the weight."})
    sums = box(0.0, "the sum of a row of ∂C/∂S", "Raise all scores of a row alike. What happens to the weights?",
        how="Raising all scores alike changes no weight, so the row adds up to 0.",
        slips={"mean_not_taken_away": float(np.sum(q * dq))})
    given.require(abs(float(q @ dq)) > 1e-9 and abs(float(q @ dq) - np.mean(dq)) > 1e-9)
    first = box("0", "row 1 of ∂C/∂S", "The first word sees only itself. Can its weight move?",
        options=("0", "1", "the gradient"), how="A single weight is 1, whatever its score.")
    shift = box("nothing", "what a larger ∂C/∂A changes", "What happens to the weighted mean?",
        options=("nothing", "all grow by 5", "all grow by their weight"),
        how="The weighted mean grows by 5 too, and the distances stay.")
    return (
        step("From the weights to the scores, row by row. A row of $A$ is the $p$ of a softmax, whose Jacobian is "
            f"$diag(p) − pp^T$. This is the row of “{names[2]}”, with a gradient that arrives at its weights.",
            eq("p", "=", row([number_text(value) for value in p]), APART, words("upstream:"), row(da[2])),
            eq(by("s", "p"), "=", matrix([[jacobian[0, j] for j in range(3)], [number_text(value) for value in
                full[1]], [number_text(value) for value in full[2]]])),
            eq(words("row 3 of $∂C/∂S$:"), row(third))),
        step("The same without the matrix: $∂C/∂s = p ⊙ (g − r)$, where $g$ is what arrives, and $r$ its mean, "
            f"weighted by $p$. This is the row of “{names[1]}”, without the word that it does not see.",
            eq("p", "=", row([number_text(value) for value in q]), APART, "g", "=", row(dq), APART,
                "r", "=", mean),
            eq(words("row 2 of $∂C/∂S$:"), row(second))),
        step("What does a row of $∂C/∂S$ add up to? And what stands in row 1, where the word sees only itself?",
            eq(words("sum of a row:"), sums, APART, words("row 1:"), first)),
        step("Every number of $g$ grows by 5. What changes in the row of $∂C/∂S$?", eq(shift)),
    )


@page("Back to queries and keys", row="12.11", shares=sentence)
def back_to_queries(given, box):
    """S = QKᵀ/√d is a product too: keys blame queries, queries blame keys, both over √d."""
    here = given.shared(sentence)
    q, k, names = here.q, here.k, here.words
    part = given("∂C/∂S", [[-6, -2], [6, -4], [2, -6]], low=2, high=6, step=2)
    ds = np.column_stack([part, -part.sum(axis=1)])
    given.require(np.all(ds != 0) and len({*ds[1]}) == 3)
    queries, keys = ds @ k / ROOT, ds.T @ q / ROOT
    given.require(np.sum(queries[1] == 0) < 2 and np.sum(keys[0] == 0) < 2)
    dq = box(queries[1], "∂C/∂q_2", "Which keys did this query meet, and in which scores?", gradient_of="q",
        how="Row 2 of ∂C/∂S times the keys, over √4 = 2.",
        slips={"root_left_out": ds[1] @ k, "not_turned": ds[:, 1] @ k / ROOT,
            "width_for_root": unlike(queries[1] / ROOT, queries[1], ds[1] @ k, ds[:, 1] @ k / ROOT)},
        words={"root_left_out": "The scores were divided by √d, and so is what comes back.",
            "not_turned": "That is the column. The scores of this query stand in its row."})
    dk = box(keys[0], "∂C/∂k_1", "Which queries met this key, and in which scores?", gradient_of="k",
        how="Column 1 of ∂C/∂S times the queries, over √4 = 2.",
        slips={"root_left_out": ds[:, 0] @ q, "not_turned": ds[0] @ q / ROOT,
            "width_for_root": unlike(keys[0] / ROOT, keys[0], ds[:, 0] @ q, ds[0] @ q / ROOT)},
        words={"root_left_out": "The scores were divided by √d, and so is what comes back.",
            "not_turned": "That is the row. The scores of this key stand in its column."})
    turned = box("K", "whose transpose is taken", "Which of the two gradients adds down the columns of ∂C/∂S?",
        options=("Q", "K"), how="A key stands in a column of S, so its gradient takes ∂C/∂S transposed.")
    shape = box(Shape((3, 4)), "the shape of ∂C/∂K", "A gradient has the shape of what?", how="The shape of K.",
        slips={"transposed": Shape((4, 3)), "inner_for_outer": Shape((3, 3))},
        words={"inner_for_outer": "That is the shape of the scores."})
    return (
        step(f"Now back to “{' '.join(names)}”, with its queries and keys. A gradient has come back to its scores.",
            eq(by("S"), "=", matrix(lit("s{j}", ds)), APART, "Q", "=", matrix(lit("q{j}", q)), APART, "K", "=",
                matrix(lit("k{j}", k)))),
        step(f"$∂C/∂Q = ∂C/∂S K/√d$. What comes back to the query of “{names[1]}”?",
            eq(by("q_2"), "=", row(lit("∂q2", dq, uses="s2 k1 k2 k3")))),
        step(f"And to the key of “{names[0]}”?", eq(by("k_1"), "=", row(lit("∂k1", dk, uses="q1 q2 q3")))),
        step("For which of the two is $∂C/∂S$ transposed, for $Q$ or for $K$? And what is the shape of $∂C/∂K$?",
            eq(words("transposed for"), turned, APART, words("shape of $∂C/∂K$:"), shape)),
    )


@page("Back to the matrices and the words", row="12.11", shares=sentence)
def back_to_matrices(given, box):
    """Each matrix as in chapter 9; X is read three times, so three gradients come back to it."""
    here = given.shared(sentence)
    x, names = here.x, here.words
    dq = given("∂C/∂Q", [[1, -2, 0, 1], [2, 1, -1, 0], [-1, 0, 2, 2]], high=2)
    dk = given("∂C/∂k_2", [1, -1, 2, 0], high=2)
    dv = given("∂C/∂v_2", [3, -2], low=1, high=3)
    full = x.T @ dq
    shape = box(Shape((2, 4)), "the shape of ∂C/∂W_Q", "A gradient has the shape of what?", how="The shape of W_Q.",
        slips={"transposed": Shape((4, 2))})
    weights = box(full, "∂C/∂W_Q", "Which numbers of X met this row of W_Q?", only=[(0, 0), (0, 1), (1, 0), (1, 3)],
        gradient_of="W1",
        how="A column of X times a column of ∂C/∂Q: added over the words.",
        slips={"sum_of_one_example": np.outer(x[0], dq[0]), "summed_not_averaged": full / 3},
        words={"sum_of_one_example": "That is one word alone. All words go through the same matrix.",
            "summed_not_averaged": "You took the mean. Here what the words bring is added."})
    given.require(np.all(full[[0, 0, 1, 1], [0, 1, 0, 3]] != 0))
    terms = [dq[1] @ here.w_q.T, dk @ here.w_k.T, dv @ here.w_v.T]
    given.require(all(np.any(term != 0) for term in terms) and np.all(dv @ here.w_v != terms[2]))
    three = [box(term, f"what comes back through {name}", "Going back, which way round is the matrix taken?",
        how="The gradient times the matrix transposed: with each of its rows.",
        slips={"weights_not_transposed": dv @ here.w_v} if name == "W_V" else {})
        for name, term in zip(("W_Q", "W_K", "W_V"), terms, strict=True)]
    total = box(sum(np.asarray(term) for term in three), "∂C/∂x_2",
        "A word is read three times. What becomes of the three gradients?", gradient_of="x",
        how="All three added: a copy node.", slips={"copies_not_summed": np.asarray(three[2]),
            "copies_averaged": sum(np.asarray(term) for term in three) / 3},
        words={"copies_not_summed": "That came back through one matrix. Three of them read the word: add all three."})
    given.require(np.all(sum(terms) != 0) and np.any(sum(terms) != terms[2]))
    node = box("copy", "which node X is", "One thing that is used three times: which node is that?",
        options=("add", "copy", "max", "multiply"), how="What goes several ways is a copy node, and copies sum.")
    return (
        step("Gradients have come back to the queries of all words. What is the shape of "
            "$∂C/∂W_Q = X^T ∂C/∂Q$, and what are four of its entries?",
            eq("X", "=", matrix(x), APART, by("Q"), "=", matrix(dq)),
            eq(words("shape:"), shape),
            eq(by("W_Q"), "=", matrix([[weights[i, j] if (i, j) in ((0, 0), (0, 1), (1, 0), (1, 3)) else "…"
                for j in range(4)] for i in range(2)]))),
        step(f"“{names[1]}” went through all three matrices. What comes back through each?",
            eq(by("q_2"), "=", row(dq[1]), APART, by("k_2"), "=", row(dk), APART, by("v_2"), "=", row(dv)),
            eq(matrix(here.w_q, "W_Q"), APART, matrix(here.w_k, "W_K"), APART, matrix(here.w_v, "W_V")),
            eq(words("through $W_Q$:"), row(three[0]), APART, words("$W_K$:"), row(three[1]), APART,
                words("$W_V$:"), row(three[2]))),
        step("What reaches the word itself? And which of the four nodes of chapter 7 is $X$ here: add, copy, max or "
            "multiply?", eq(by("x_2"), "=", row(total), APART, words("node:"), node)),
    )


# -- 12.12 What it costs -----------------------------------------------------------------------------------------------


@page("What it costs", row="12.12")
def counting(given, box):
    """Parameters do not know the length of the sentence; the scores grow with its square."""
    d, n = int(given.choice("d", 64, 32, 50)), int(given.choice("n", 100, 200, 300))
    one = box(d * d, "parameters of W_Q", "What is its shape?", how="d times d.", slips={"doubled_not_squared": 2 * d},
        words={"doubled_not_squared": "That is d and d added. How many numbers are d rows of d?"})
    four = box(4 * d * d, "parameters of attention", "How many matrices are there, with the output matrix?",
        how="Four matrices of d times d.", slips={"one_too_few": 3 * d * d})
    dense = box(8 * d * d, "parameters of the dense layers", "One goes from d to 4d. And the other?",
        how="d times 4d, and 4d times d.", slips={"only_one_term": 4 * d * d, "multiplied_not_added": 16 * d**4},
        words={"only_one_term": "That is one of the two layers."})
    project = box(n * d * d, "multiplications for Q", "Each number of Q is a sum of how many products?",
        how="n times d numbers, each a sum of d products.", slips={"not_multiplied": n * d},
        words={"not_multiplied": "That is how many numbers Q has. How many multiplications does each take?"})
    score = box(n * n * d, "multiplications for QK^T", "How many scores are there, each of how many products?",
        how="n times n scores, each a sum of d products.", slips={"not_multiplied": n * n,
            "pairs_not_counted": n * d},
        words={"not_multiplied": "That is how many scores there are. How many multiplications does each take?"})
    double = box([2.0, 4.0], "times as many", "Where does n stand once, and where twice?",
        how="n stands once in the count for Q, twice in the one for the scores.",
        slips={"pairs_not_counted": [np.nan, 2.0], "not_multiplied": [1.0, np.nan]},
        words={"not_multiplied": "The matrix stays as it is, but twice as many words go through it."})
    same = box("the same", "parameters for the longer sentence", "In which parameter is n?",
        options=("the same", "twice as many", "four times as many"),
        how="No parameter knows the length of the sentence.")
    equal = box(2.0 * d, "the length at which both are equal", "4nd² for the four matrices, 2n²d for the scores and "
        "the means: when are they equal?",
        how="4nd² = 2n²d gives n = 2d.", slips={"half_kept": d / 2, "factor_left_out": float(d)},
        words={"half_kept": "Divide both by 2 · n · d. What is left on each side?",
            "factor_left_out": "A factor is lost. Divide both by 2 · n · d."})
    later = int(given.choice("factor", 10, 5, 20))
    memory = box(float(later * later), "times as many weights to keep", "How many weights has a sentence of n words?",
        how="The square of the factor.", slips={"not_squared": float(later)})
    return (
        step(f"Words have $d = {d}$ numbers, and all heads together have $d$ columns, so each of $W_Q$, $W_K$, $W_V$ "
            f"and $W_O$ is ${d}×{d}$. A block also has two dense layers, from $d$ to $4d$ and back. Count the "
            "parameters, without biases.",
            table([words("part"), words("parameters")], ["W_Q", one], [words("all of attention"), four],
                [words("both dense layers"), dense])),
        step(f"A sentence has $n = {n}$ words. How many multiplications does it take to make $Q$, and how many to make "
            "$QK^T$?",
            eq("Q = XW_Q:", project, APART, "QK^T:", score)),
        step("The sentence becomes twice as long. By what factor do the multiplications grow? And how many parameters "
            "does attention have then: the same, twice as many, or four times as many?",
            eq("Q:", double[0], APART, "QK^T:", double[1], APART, words("parameters:"), same)),
        step("The four matrices take $4nd^2$ multiplications, $QK^T$ and $AV$ together $2n^2d$. At which length "
            "$n$ are the two numbers equal?", eq("n", "=", equal)),
        step(f"The way back needs all of $A$. By what factor does $A$ grow when a sentence is {later} times as long?",
            eq(words("factor:"), memory)),
    )


# -- 12.13 A whole block -----------------------------------------------------------------------------------------------


BLOCK_KEYS = np.array([[[1, -1], [2, -1]], [[-1, 1], [0, 1]], [[1, 0], [1, -1]], [[-1, 0], [1, 1]], [[1, 2], [0, -1]]],
    dtype=float)
BLOCK_VALUES = ([[4, 4], [-4, 0]], [[4, 4], [0, 4]], [[4, 0], [4, 4]], [[4, -4], [0, 4]], [[0, -4], [4, 4]])
BLOCK_FIRST = ([[2, -1], [1, 1]], [[1, -1], [2, 1]], [[1, 1], [-1, 1]], [[1, -1], [1, 1]], [[-1, 1], [2, 1]])
BLOCK_SECOND = ([[1, 1], [-1, 2]], [[1, -1], [2, 1]], [[2, 1], [-1, 1]], [[-1, 1], [2, 1]])


@lru_cache(maxsize=1)
def words_with_short_weights():
    """Two words and a W_K for which every weight is 1/4, 1/2 or 3/4: scores of a row differ by ln 3 or not at all."""
    x = np.array(np.meshgrid(*[[-3, -2, -1, 1, 2, 3]] * 4)).reshape(4, -1).T.reshape(-1, 1, 2, 2).astype(float)
    k = x @ BLOCK_KEYS
    t = x @ k.swapaxes(-1, -2)
    apart = t[..., 0] - t[..., 1]
    fit = (np.abs(apart).max(-1) <= 1) & (apart[..., 0] != apart[..., 1]) & (t[..., 0, 1] != t[..., 1, 0])
    fit &= (np.abs(t).max((-1, -2)) <= 8) & np.all(k != 0, axis=(-1, -2))
    return [(x[i, 0], BLOCK_KEYS[j]) for i, j in np.argwhere(fit)]


BIASES = np.array([[m, n] for m in range(-9, 10) for n in range(-9, 10) if m and n], dtype=float)


def relu_at_work(u):
    """Whether ReLU cuts something off, and neither all of a word nor one node for both words: that leaves few zeros.

    `u` may hold several such matrices, each in the last two axes.
    """
    on = u > 0
    some = np.all(np.any(on, axis=-2), axis=-1) & np.all(np.any(on, axis=-1), axis=-1)
    return some & ~np.all(on, axis=(-2, -1)) & np.all(u != 0, axis=(-2, -1)) & (np.max(np.abs(u), axis=(-2, -1)) <= 20)


def biases_for(sums):
    """Small biases for these sums with which ReLU is at work."""
    return BIASES[relu_at_work(sums + BIASES[:, None])].tolist()


class Block:
    """Two words of two numbers: attention, a way around, two dense layers with ReLU, a way around, and a cost.

    W_Q is √2 ln 3 times the identity, so the scores are ln 3 times the whole numbers of XKᵀ.
    """

    def __init__(self, given):
        pairs = words_with_short_weights()
        pick = given.choice("pick", -1, *range(len(pairs)))
        first = (np.array([[1.0, 2.0], [1.0, 3.0]]), BLOCK_KEYS[0])
        self.x, self.w_k = first if pick < 0 else pairs[pick]
        self.w_v, self.w_1, self.w_2 = (np.array(given.choice(name, *pool), dtype=float) for name, pool in
            (("W_V", BLOCK_VALUES), ("W_1", BLOCK_FIRST), ("W_2", BLOCK_SECOND)))
        self.k, self.v = self.x @ self.w_k, self.x @ self.w_v
        self.t = self.x @ self.k.T
        powers = 3.0 ** (self.t - self.t.max(axis=1, keepdims=True))
        self.a = powers / powers.sum(axis=1, keepdims=True)
        self.z = self.a @ self.v
        self.h = self.x + self.z
        given.require(np.all(self.z != 0) and np.all(self.h != 0))
        self.b = np.array(given.choice("b", [2, -5], *biases_for(self.h @ self.w_1)), dtype=float)
        self.u = self.h @ self.w_1 + self.b
        given.require(relu_at_work(self.u))
        self.out = self.h + relu(self.u) @ self.w_2
        self.e = given("e", [[-3, -2], [-1, -2]], low=1, high=3)
        self.y = self.out - self.e
        given.require(np.all(self.e @ self.w_2.T != 0))
        self.du = (self.e @ self.w_2.T) * relu_slope(self.u)
        self.dh = self.e + self.du @ self.w_1.T
        self.dv, self.da = self.a.T @ self.dh, self.dh @ self.v.T
        self.ds = self.a * (self.da - np.sum(self.a * self.da, axis=1, keepdims=True))
        given.require(np.all(self.dh != 0) and np.all(self.ds != 0) and len({*self.dh.ravel()}) >= 3)
        given.require(np.max(np.abs(self.da)) <= 80 and np.all(self.dv != 0) and self.h[0, 1] != self.h[1, 0])


def block(given):
    """The block that is followed forward and back."""
    return Block(given)


def whole_block():
    """The block from left to right: attention and the way around it, dense layers and the way around them."""
    return graph({"X": (0, 0, "X"), "c": (1, 0, "copy"), "A": (2, 1, words("attn")), "+": (3, 0, "+"),
        "d": (4, 0, "copy"), "D": (5, 1, "dense"), "s": (6, 0, "+"), "C": (7, 0, "C")},
        [("X", "c"), ("c", "+"), ("c", "A"), ("A", "+"), ("+", "d", "H"), ("d", "s"), ("d", "D"), ("D", "s"),
            ("s", "C", "O")], unit=(90, 84),
        title="X goes through attention and around it, the sum H through dense layers and around them, the sum O to "
            "the cost C")


@page("A block forward: attention", row="12.13", shares=block)
def block_attention(given, box):
    """Keys, scores and weights of two words."""
    here = given.shared(block)
    x = here.x
    k = box(here.k, "K", "A row of X meets which part of W_K?", how="The row of the word times each column of W_K.",
        slips={"weights_turned": x @ here.w_k.T},
        words={"weights_turned": "You went along the rows of W_K. A row of X meets its columns."})
    t = box(x @ np.asarray(k).T, "XK^T", "Whose row meets whose key?", how="A row of X times a row of K.",
        slips={"not_turned": x @ here.k},
        words={"not_turned": "That is XK. The keys stand in rows: row meets row."})
    whole = np.array(np.asarray(t), dtype=float)
    a = box(softmax(np.log(3) * whole, rows=True), "A", "What is e to the power ln 3? How are the two shared out?",
        how="3 to the power of the number, over the sum of the row.",
        slips={"softmax_down_columns": softmax(np.log(3) * here.t), "exponential_left_out": here.t / here.t.sum(axis=1,
            keepdims=True)},
        words=POWERS_FIRST)
    return (
        step("A block is attention with a way around it, then dense layers with a way around them. Here is a whole one "
            "with numbers, small enough to go through by hand: two words of two numbers, $d = 2$.",
            whole_block(),
            eq("X", "=", matrix(x), APART, "W_K", "=", matrix(here.w_k))),
        step("First the keys.", eq("K = XW_K", "=", matrix(k))),
        step("The queries are $Q = √2 ln 3 · X$: so the root in $S = QK^T/√2$ cancels, and $S = ln 3 · XK^T$. What is "
            "$XK^T$?",
            eq("XK^T", "=", matrix(t))),
        step("Softmax along the rows of $S$: $e^{ln 3} = 3$, so each power is a power of 3.",
            eq("A", "=", matrix(a))),
    )


@page("A block forward: around and on", row="12.13", shares=block)
def block_forward(given, box):
    """The weighted means, the way around, and the first dense layer."""
    here = given.shared(block)
    z = box(here.a @ here.v, "Z", "Which weights belong to this word, and which column of V?",
        how="A row of A times a column of V.", slips={"not_turned": here.a.T @ here.v,
            "values_unweighted": unlike(np.tile(here.v.mean(axis=0), (2, 1)), here.a.T @ here.v)},
        words={"not_turned": "You took a column of A. The weights of a word stand in its row."})
    h = box(here.x + np.asarray(z), "H", "What comes around attention?", how="X plus Z, entry by entry.",
        slips={"path_left_out": here.z},
        words={"path_left_out": "That came through attention. What came around it?"})
    whole = np.asarray(h)
    u = box(whole @ here.w_1 + here.b, "U", "A row of H meets which part of W_1? What is added?",
        how="A row of H times a column of W_1, plus the bias of the column.",
        slips={"bias_left_out": whole @ here.w_1})
    low = int(np.argmin(np.round(here.u.min(axis=1), 9)))  # a word of which ReLU cuts something off
    r = box(relu(np.asarray(u)), "ReLU(U)", "What does ReLU do with this number?", only=[(low, 0), (low, 1)],
        how="Positive numbers pass, the others become 0.",
        slips={"sign_flipped_only": np.where(here.u < 0, -here.u, np.nan)})
    return (
        step("The block of the page before, with its weights. What does each word get, $Z = AV$?",
            eq("A", "=", matrix([[number_text(v) for v in line] for line in here.a]), APART, "V = XW_V", "=",
                matrix(here.v)),
            eq("Z", "=", matrix(z))),
        step("The words themselves come around attention: $H = X + Z$.",
            eq("X", "=", matrix(here.x), APART, "H", "=", matrix(h))),
        step("Then the first dense layer, $U = HW_1 + b$, and what ReLU makes of the "
            f"{('first', 'second')[low]} word.",
            eq("W_1", "=", matrix(here.w_1), APART, "b", "=", row(here.b)),
            eq("U", "=", matrix(u), APART, words(f"row {low + 1} of $ReLU(U)$:"), row(r[low]))),
    )


@page("A block forward: to the cost", row="12.13", shares=block)
def block_cost(given, box):
    """The second dense layer, the second way around, and a cost."""
    here = given.shared(block)
    through = box(relu(here.u) @ here.w_2, "RW_2", "A row of R meets which part of W_2?",
        how="A row of R times a column of W_2.", slips={"activation_left_out": here.u @ here.w_2},
        words={"activation_left_out": "That uses U itself. R is what ReLU lets through."})
    out = box(here.h + np.asarray(through), "O", "What comes around the dense layers?", how="H plus RW_2.",
        slips={"path_left_out": relu(here.u) @ here.w_2},
        words={"path_left_out": "That came through the dense layers. What came around them?"})
    e = ask.error(box, np.asarray(out), here.y, "∂C/∂O", gradient_of="O")
    cost = box(float(np.sum(np.square(np.asarray(e)))) / 2, "C", "Four errors: what becomes of each, and of the sum?",
        how="Half the sum of the four squares.", slips={"half_left_out": float(np.sum(here.e**2)),
            "not_squared": float(np.sum(here.e)) / 2})
    given.require(np.sum(here.e**2) != np.sum(here.e) and np.any(here.u < 0))
    return (
        step("The same block goes on: $R = ReLU(U)$ goes through the second dense layer.",
            eq("U", "=", matrix(here.u), APART, "W_2", "=", matrix(here.w_2)),
            eq("RW_2", "=", matrix(through))),
        step("$H$ comes around the dense layers: $O = H + RW_2$.",
            eq("H", "=", matrix(here.h), APART, "O", "=", matrix(out))),
        step("The targets are $Y$, and $C = ½ Σ (O − Y)^2$ over all four numbers. What is $∂C/∂O$, and what is $C$?",
            eq("Y", "=", matrix(here.y), APART, by("O"), "=", matrix(e)),
            eq("C", "=", cost)),
    )


@page("A block backward: the dense layers", row="12.13", shares=block)
def block_back_dense(given, box):
    """From the errors through the dense layers, and around them, to H."""
    here = given.shared(block)
    e, on = here.e, relu_slope(here.u)
    through = e @ here.w_2.T
    du = box(through * on, "∂C/∂U", "What comes back through W_2, and does ReLU let it through?", gradient_of="U",
        how="Error times W_2 transposed, where U is above 0, else 0.",
        slips={"slope_left_out": through, "weights_not_transposed": (e @ here.w_2) * on})
    whole = np.asarray(du)
    dw = box(here.h.T @ whole, "∂C/∂W_1", "Which column of H meets which column of ∂C/∂U?",
        how="H transposed times ∂C/∂U: added over both words.",
        slips={"not_turned": here.h @ whole})
    db = box(whole.sum(axis=0), "∂C/∂b", "One bias serves both words.", how="The sum down each column of ∂C/∂U.",
        slips={"averaged_not_summed": here.du.mean(axis=0)})
    dh = box(e + whole @ here.w_1.T, "∂C/∂H", "H went through the dense layers and around them. What do copies do?",
        gradient_of="H",
        how="The error from around plus what comes back through W_1.",
        slips={"path_left_out": here.du @ here.w_1.T, "copies_not_summed": unlike(e, here.du @ here.w_1.T),
            "weights_not_transposed": unlike(e + here.du @ here.w_1, here.dh, here.du @ here.w_1.T, e)})
    return (
        step("Now back. The errors arrive at the last +, which hands them on to both ways. What reaches $U$?",
            eq(by("O"), "=", matrix(e), APART, "W_2", "=", matrix(here.w_2), APART, "U", "=", matrix(here.u)),
            eq(by("U"), "=", matrix(du))),
        step("What are the gradients of the first dense layer?",
            eq("H", "=", matrix(here.h)),
            eq(by("W_1"), "=", matrix(dw), APART, by("b"), "=", row(db))),
        step("And what reaches $H$, through the dense layers and around them?",
            eq("W_1", "=", matrix(here.w_1), APART, by("H"), "=", matrix(dh))),
    )


@page("A block backward: attention", row="12.13", shares=block)
def block_back_attention(given, box):
    """Through the weighted mean and through softmax."""
    here = given.shared(block)
    g = here.dh
    dv = box(here.a.T @ g, "∂C/∂V", "Which words read this value, and with which weights?", gradient_of="V",
        how="A transposed times what arrives at Z.", slips={"not_turned": here.a @ g},
        words={"not_turned": "You went along a row of A. Those who read this value stand in its column."})
    da = box(g @ here.v.T, "∂C/∂A", "Which value was multiplied by this weight?", gradient_of="A",
        how="The gradient of the word of the row, times the value of the column.",
        slips={"transposed": here.da.T, "only_one_term": g[:, :1] * here.v[:, 0],
            "not_turned": unlike(g @ here.v, here.da, here.da.T, g[:, :1] * here.v[:, 0])},
        words={"not_turned": "You went down a column of V. A weight multiplied one value, a row of V."})
    whole = np.asarray(da)
    mean = np.sum(here.a * whole, axis=1, keepdims=True)
    ds = box(here.a * (whole - mean), "∂C/∂S", "How far is each from the weighted mean of its row? Times which weight?",
        gradient_of="S",
        how="The weight times (gradient minus the weighted mean of the row).",
        slips={"mean_not_taken_away": here.a * here.da,
            "not_multiplied": unlike(here.da - np.sum(here.a * here.da, axis=1, keepdims=True), here.a * here.da)},
        words={"not_multiplied": "That is the distance from the mean. It is multiplied by the weight."})
    return (
        step("The + after attention hands $∂C/∂H$ on to both ways, so $∂C/∂Z$ is the same matrix. What comes back to "
            "the values?",
            eq(by("Z"), "=", matrix(g), APART, "A", "=", matrix([[number_text(v) for v in line] for line in here.a]),
                APART, "V", "=", matrix(here.v)),
            eq(by("V"), "=", matrix(dv))),
        step("And to the weights?", eq(by("A"), "=", matrix(da))),
        step("Through softmax, row by row: $∂C/∂s = p ⊙ (g − r)$ with $r = p·g$, the weighted mean.",
            eq(by("S"), "=", matrix(ds))),
    )


LOG_OUTSIDE = "The factor ln 3 is printed in front already. Leave it out of the boxes."


@page("A block backward: to the words", row="12.13", shares=block)
def block_back_words(given, box):
    """Four ways lead back to a word: around, as a value, as a query, as a key."""
    here = given.shared(block)
    ways = box(4.0, "how many ways", "Count them: around, and what else?", how="Around, as a value, as a query, as a "
        "key.", slips={"one_too_few": 3.0})
    log = float(np.log(3))
    value = box((here.dv @ here.w_v.T)[0], "by the value", "Going back, which way round is W_V taken?",
        how="∂C/∂v_1 times W_V transposed.", slips={"weights_not_transposed": (here.dv @ here.w_v)[0]})
    query = box((here.ds @ here.k)[0], "by the query, over ln 3", "Which keys did this word meet, and in which scores?",
        how="Row 1 of ∂C/∂S times K.", slips={"not_turned": (here.ds.T @ here.k)[0],
            "slope_taken_twice": log * (here.ds @ here.k)[0]},
        words={"not_turned": "That is column 1. The scores of this query stand in its row.",
            "slope_taken_twice": LOG_OUTSIDE})
    down = (here.ds.T @ here.x)[0]
    key = box(down @ here.w_k.T, "by the key, over ln 3", "Which words met this key, and which matrix made it?",
        how="Column 1 of ∂C/∂S times X, then times W_K transposed.",
        slips={"factor_left_out": down, "weights_not_transposed": unlike(down @ here.w_k, down),
            "slope_taken_twice": log * (down @ here.w_k.T)},
        words={"factor_left_out": "That has reached the key. It goes on through W_K.",
            "slope_taken_twice": LOG_OUTSIDE})
    total = box(here.dh[0] + np.asarray(value) + log * (np.asarray(query) + np.asarray(key)), "∂C/∂x_1",
        "Four ways lead back to the word. What do copies do?", digits=3, gradient_of="X",
        how="All four added, two of them times ln 3 = 1.0986.",
        slips={"path_left_out": (here.dv @ here.w_v.T)[0] + log * ((here.ds @ here.k)[0] + down @ here.w_k.T)},
        words={"path_left_out": "Something comes around attention as well."})
    given.require(np.min(np.abs(np.asarray(total))) > 0.2)
    change = box(0.01 * total[0], "the change of C", "The gradient times which nudge?", digits=3,
        how="The gradient of this number times 0.01.", slips={"not_multiplied": total[0]},
        words={"not_multiplied": "That is the gradient. How long is the nudge?"})
    return (
        step("A gradient has reached $H$. How many ways lead from there back to the first word? Around attention is "
            "one; through it there is one for each part that the word plays.", eq(words("ways:"), ways)),
        step("What comes back along each? With $Q = √2 ln 3 · X$ the query's part is $ln 3 · ∂C/∂S K$, and the key's "
            "part is $ln 3 · (∂C/∂S)^T X W_K^T$: fill in what $ln 3$ is multiplied by.",
            eq(by("V"), "=", matrix(here.dv), APART, "W_V", "=", matrix(here.w_v), APART, by("S"), "=",
                matrix(here.ds)),
            eq("X", "=", matrix(here.x), APART, "K", "=", matrix(here.k), APART, "W_K", "=", matrix(here.w_k)),
            table([words("way"), words("what comes back")], (words("around"), row(here.dh[0])),
                (words("as a value"), row(value)), (words("as a query"), group("ln 3", "·", row(query))),
                (words("as a key"), group("ln 3", "·", row(key))))),
        step("All together, to three digits:", eq(by("x_1"), "≈", row(total))),
        step("Raise the first number of the first word by 0.01. By about how much does $C$ change?",
            eq("ΔC", "≈", change)),
        say("No layer normalisation stands in this block: with two numbers it would leave only signs, and nothing "
            "would come back. Where words have more numbers, it stands before attention and before the dense layers."),
    )


# -- 12.14 Find the bug ------------------------------------------------------------------------------------------------


@page("Find the bug: one word's way back", row="12.14")
def find_the_bug(given, box):
    """The way back of one query of four numbers to three keys, worked out with one slip in it."""
    p = np.array(given.choice("p", (0.25, 0.25, 0.5), (0.5, 0.25, 0.25), (0.25, 0.5, 0.25)))
    v = given("V", [[4, -8], [8, 4], [-4, 12]], low=4, high=12, step=4)
    up = given("∂C/∂z", [2, -1], low=1, high=3, distinct=abs)
    k = given("K", [[1, -2, 3, 1], [2, 1, -1, 3], [-1, 2, 1, -2]], low=1, high=3)
    g = v @ up
    ds = p * (g - p @ g)
    given.require(len({*g}) == 3 and np.all(np.abs(ds) > 1e-9) and abs(p @ g) > 0.5)
    given.require(np.all(np.abs(ds @ k) > 0.5))
    fault = given.choice("fault", 0, 1, 2, 3, 4, 5)
    given.require(fault != 1 or g.sum() % 12 == 0, "a plain mean would go on in thirds")
    lines = (
        Line("g", "V ∂C/∂z", lambda v_: v @ up),
        Line("r", "p·g", lambda v_: p @ v_["g"]),
        Line("∂C/∂s", "p ⊙ (g − r)", lambda v_: p * (v_["g"] - v_["r"])),
        Line("∂C/∂q", "K^T ∂C/∂s / √4", lambda v_: v_["∂C/∂s"] @ k / 2),
    )
    faults = (
        Fault("∂C/∂q", "the root left out", lambda v_: v_["∂C/∂s"] @ k, "Line 4 does not divide by √d."),
        Fault("r", "a plain mean", lambda v_: np.mean(v_["g"]), "Line 2 takes the plain mean, not the weighted one."),
        Fault("∂C/∂s", "the mean not taken away", lambda v_: p * v_["g"], "Line 3 leaves r out."),
        Fault("g", "a term left out", lambda v_: v[:, 0] * up[0], "Line 1 has only the first number of each value."),
        Fault("∂C/∂s", "a weight left out", lambda v_: v_["g"] - v_["r"], "Line 3 leaves the weights p out."),
        Fault("∂C/∂q", "a division by d", lambda v_: v_["∂C/∂s"] @ k / 4, "Line 4 divides by d, not by its root."),
    )
    work = Worked(lines, faults, fault)
    return (
        step("A word asks three others. Its weights are $p$, and a gradient arrives at its outcome $z$. The query has "
            "four numbers.",
            eq("p", "=", column([number_text(value) for value in p]), APART, "V", "=", matrix(v), APART, "K", "=",
                matrix(k), APART, by("z"), "=", column(up))),
        step("Somebody has gone back to the query, made one slip, and carried on with what they had.", *work.shown()),
        *work.steps(given, box),
    )
