"""Explorers of chapter 12: weights by plain exponentials, gradients by nudging each word."""

from __future__ import annotations

import math

import numpy as np
import pytest

from autograder.explorers import load
from autograder.explorers.attention import KEYS, PATHS, UPSTREAM, VALUES, W_K, W_Q, W_V, X, backward


def bars(drawn) -> list[float]:
    [figure] = [node for node in drawn.body if node.kind == "figure"]
    return [mark.data[0][1] for mark in figure.parts if mark.kind == "bars"]


@pytest.mark.parametrize("query", [(1.5, 1.0), (0.0, 0.0), (-4.0, 4.0), (0.3, -2.0)])
@pytest.mark.parametrize("root, masked", [(True, False), (False, False), (True, True)])
def test_weights_are_shares_of_exponentials(query, root, masked):
    """By the textbook formula; what is masked gets nothing, and z is the mean with these weights."""
    drawn = load("attention/asking").draw({"q": list(query), "root": root, "mask": masked})
    dots = [sum(a * b for a, b in zip(query, key, strict=True)) / (math.sqrt(2) if root else 1) for key in KEYS]
    powers = [math.exp(score) * (n < 2 or not masked) for n, score in enumerate(dots)]
    weights = [power / sum(powers) for power in powers]
    assert bars(drawn) == pytest.approx(weights)
    z = dict(drawn.body[2].parts)["z"].replace("−", "-").strip("()").split(", ")
    assert [float(part) for part in z] == pytest.approx(weights @ VALUES, rel=6e-3, abs=6e-4)


@pytest.mark.parametrize("query, words", [
    ((0.0, 0.0), "weight 1/4"), ((4.0, 0.5), "such a query learns little"), ((0.5, 1.5), "goes to word 2"),
    ((0.2, 0.2), "more than half"),
])  # fmt: skip
def test_what_is_said_of_the_weights(query, words):
    """Nothing asked, all to one, and between the two."""
    assert words in load("attention/asking").draw({"q": list(query)}).body[-1].options["text"]


def attended(q_of, k_of, v_of, sharp, causal):
    """Means of values, by loops, where queries, keys and values may be made of other words."""
    q, k, v = sharp * q_of @ W_Q, k_of @ W_K, v_of @ W_V
    rows = []
    for t in range(len(q)):
        powers = [math.exp(q[t] @ k[s] / math.sqrt(2)) * (s <= t or not causal) for s in range(len(k))]
        rows.append(sum(power * v[s] for s, power in enumerate(powers)) / sum(powers))
    return np.array(rows)


@pytest.mark.parametrize("at", [0, 1, 2])
@pytest.mark.parametrize("sharp, causal, residual", [(1.0, True, True), (0.0, False, True), (4.0, False, False)])
def test_each_path_brings_back_what_nudging_finds(at, sharp, causal, residual):
    """Only the queries, only the keys, only the values, or only the residual connection made of nudged words."""

    def cost(**nudged):
        words = [nudged.get(path, X) for path in ("Q", "K", "V")]
        before = attended(*words, sharp, causal) + (nudged.get("+", X) if residual else 0)
        row = before[at] - before[at].mean()
        return UPSTREAM @ row / math.sqrt(np.mean(row**2) + 1e-5)

    upstream = np.zeros(X.shape)
    upstream[at] = UPSTREAM
    found, h = backward(upstream, sharp, causal, residual).paths, 1e-6
    for path in PATHS:
        slopes = np.zeros(X.shape)
        for place in np.ndindex(X.shape):
            nudge = np.zeros(X.shape)
            nudge[place] = h
            slopes[place] = (cost(**{path: X + nudge}) - cost(**{path: X - nudge})) / (2 * h)
        assert found[path] == pytest.approx(slopes, abs=1e-7), path


def test_nothing_comes_back_from_a_word_to_those_after_it():
    """With the mask; without it something does, and the sentence does not claim otherwise."""
    for at in ("1", "2"):
        table, said = table_and_words(position=at, mask=True)
        assert np.all(table[int(at) :] == 0) and ("Nothing reaches positions after 2" in said) == (at == "2")
        table, said = table_and_words(position=at, mask=False)
        assert np.all(table[:, -1] > 0) and "Nothing reaches" not in said


def table_and_words(**values):
    body = load("attention/block").draw(values).body
    [cells] = [mark for mark in body[1].parts if mark.kind == "cells"]
    return cells.data, body[-1].options["text"]


def test_sharp_attention_leaves_queries_and_keys_little():
    """From soft to sharp what comes back by them falls, what comes by values does not."""
    soft, sharp = (table_and_words(position="3", sharpness=s)[0].sum(axis=0) for s in (1.0, 8.0))
    assert sharp[2] + sharp[3] < (soft[2] + soft[3]) / 3 and sharp[1] > soft[1] / 2
