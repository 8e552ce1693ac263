"""Chapter 12: the way around, layer normalisation, one head, and the whole block, each word a node."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from ..nudging import Asked, Computation, Given, errors, graph
from ..sketch import Sketch

ARRIVES = "The page tells what arrives alone, so the cost here rises by that for each 1, however large the nudge."
ENTRIES = range(1, 5)


def _chapter() -> Any:
    """The pages' own module, read only when one of them is checked: other chapters do without it."""
    from ...pages import attention

    return attention


class Printed:
    """What a page was given, handed out once more: in place of `given`, for what pages make of their numbers."""

    def __init__(self, g: Given) -> None:
        self.g = g

    def __call__(self, name: str, *_: object, **__: object) -> Any:
        return self.g[name]

    choice = __call__

    def require(self, *_: object) -> None:
        """It was fit to print."""

    distinct = require


def softmax_of_rows(s: np.ndarray) -> np.ndarray:
    """The shares of each row."""
    powers = np.exp(s - s.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def residual(g: Given) -> Computation:
    """x goes through the block and around it."""
    steps = {"F": lambda v: v.x + v.x @ g["F"], "C": lambda v: np.sum(g["upstream"] * v.F)}
    base = graph("x1 x2 | F1 F2 | C", steps, {"x": g["x"]}, signs={"F1": "+", "F2": "+", "x1": "x_1", "x2": "x_2"})
    return base.but(spots={"x": (0, 0)}, note=ARRIVES)


def norm(g: Given) -> Computation:
    """Four numbers, normalised, stretched and shifted."""
    word = _chapter().Position(Printed(g))

    def outcome(v: SimpleNamespace) -> np.ndarray:
        return word.gain * (v.x - np.mean(v.x)) / np.std(v.x) + word.bias

    steps = {"N": outcome, "C": lambda v: np.sum(word.up * v.N)}
    signs = {f"{letter}{i}": f"{shown}_{i}" for letter, shown in (("x", "x"), ("N", "x̂")) for i in ENTRIES}
    columns = " | ".join([*(" ".join(f"{letter}{i}" for i in ENTRIES) for letter in "xN"), "C"])
    return graph(columns, steps, {"x": word.x}, signs=signs).but(spots={"x": (0, 0)}, note=ARRIVES)


def gain_and_bias(g: Given) -> Computation:
    """Two normalised words, stretched and shifted by the same gains and biases."""
    hats = np.array([g["first"], g["second"]])
    steps = {"C": lambda v: np.sum(g["upstream"] * (v.γ * hats + v.β))}
    columns = " | ".join([*(" ".join(f"{letter}{i}" for i in ENTRIES) for letter in "γβ"), "C"])
    signs = {f"{letter}{i}": f"{letter}_{i}" for letter in "γβ" for i in ENTRIES}
    edges = " ".join(f"γ{i}>β{i} β{i}>C" for i in ENTRIES)
    base = graph(columns, steps, {"γ": np.ones(4), "β": np.zeros(4)}, signs=signs, edges=edges, told=False)
    return base.but(spots={"γ": (0, 0), "β": (1, 0)}, note=ARRIVES)


def two_heads(g: Given) -> Computation:
    """What two heads hand over for the first word, and the output matrix."""
    steps = {"o": lambda v: v.z @ g["W_O"], "C": lambda v: np.sum(g["upstream"] * v.o)}
    signs = {f"{letter}{i}": f"{letter}_{i}" for letter in "zo" for i in ENTRIES}
    base = graph("z1 z2 z3 z4 | o1 o2 | C", steps, {"z": np.hstack([g["Z1"], g["Z2"]])[0]}, signs=signs)
    return base.but(spots={"z": (0, 0)}, note=ARRIVES)


def matrices(g: Given) -> list[Computation | Asked]:
    """The matrix of the queries, which all words go through; then the second word, which goes through three."""
    words = _chapter().Sentence(Printed(g))

    def cost(v: SimpleNamespace) -> float:
        pairs = ((g["∂C/∂Q"][1], words.w_q), (g["∂C/∂k_2"], words.w_k), (g["∂C/∂v_2"], words.w_v))
        return float(sum(np.sum(up * (v.x @ matrix)) for up, matrix in pairs))

    whole = errors(3 * g["∂C/∂Q"].T, words.x.T)  # what the words bring is added here; no mean is taken
    stored = {"W1": [[f"w_{{{i}{j}}}" for i in (1, 2)] for j in ENTRIES]}  # (inputs, outputs), as on the page
    signs = {"x1": "x_{21}", "x2": "x_{22}", "q": "q_2", "k": "k_2", "v": "v_2"}
    letters = {"x": ["x_{21}", "x_{22}"]}
    word = graph("x1 x2 | q k v | C", {"C": cost}, {"x": words.x[1]}, signs=signs)
    word = word.but(spots={"x": (0, 0)}, letters=letters, note=ARRIVES)
    drawn = whole.but(sketch=Sketch([list("12"), list("1234")]), letters=stored, note=ARRIVES)
    return [Asked(drawn, turned=True), Asked(word, since=6)]


def head(g: Given) -> Computation:
    """The means of three values, and what arrives at them."""
    causal = _chapter().Head(Printed(g)).causal
    steps = {
        "V": lambda v: g["V"],
        "A": lambda v: causal,
        "C": lambda v: np.sum(g["∂C/∂Z"] * (v.A @ v.V)),
    }
    signs = {f"{letter}{i}": f"{letter}_{i}" for letter in "vz" for i in (1, 2, 3)}
    base = graph("v1 v2 v3 | z1 z2 z3 | C", steps, {}, signs=signs)
    return base.but(spots={"V": (0, 0), "A": (1, 0)}, note=ARRIVES)


def scores(g: Given) -> Computation:
    """The query of word 2 and the key of word 1 among the others, and what arrives at the scores."""
    words = _chapter().Sentence(Printed(g))
    ds = np.column_stack([g["∂C/∂S"], -np.sum(g["∂C/∂S"], axis=1)])

    def cost(v: SimpleNamespace) -> float:
        q, k = np.vstack([words.q[0], v.q, words.q[2]]), np.vstack([v.k, words.k[1:]])
        return float(np.sum(ds * (q @ k.T)) / 2)

    steps = {"q": lambda v: words.q[1:2], "k": lambda v: words.k[:1], "C": cost}
    letters = {"q": [[f"q_{{2{i}}}" for i in ENTRIES]], "k": [[f"k_{{1{i}}}" for i in ENTRIES]]}
    base = graph("… | q k | S | C", steps, {}, signs={"q": "q_2", "k": "k_1"})
    return base.but(spots={"q": (1, 0), "k": (1, 1)}, letters=letters, note=ARRIVES)


def block(g: Given, columns: str = "xahuo") -> Computation:
    """Two words through attention, dense layers, and around both, to the cost; `columns` are drawn."""
    whole = _chapter().Block(Printed(g))
    steps = {
        "X": lambda v: whole.x,
        "V": lambda v: v.X @ whole.w_v,
        "S": lambda v: np.log(3) * v.X @ (v.X @ whole.w_k).T,
        "A": lambda v: softmax_of_rows(v.S),
        "H": lambda v: v.X + v.A @ v.V,
        "U": lambda v: v.H @ whole.w_1 + whole.b,
        "O": lambda v: v.H + np.maximum(v.U, 0) @ whole.w_2,
        "C": lambda v: np.sum((v.O - whole.y) ** 2) / 2,
    }
    names = " | ".join([*(f"{letter}1 {letter}2" for letter in columns), "C"])
    signs = {f"{letter}{i}": f"{letter}_{i}" for letter in columns for i in (1, 2)}
    spots = {letter.upper(): (place, 0) for place, letter in enumerate(columns)}
    return graph(names, steps, {}, signs=signs).but(spots=spots)


def attention_alone(g: Given) -> Computation:
    """The same block, drawn up to H."""
    return block(g, "vsah")


PAGES = {
    "attention/residual": residual,
    "attention/norm-backward": norm,
    "attention/norm-many": gain_and_bias,
    "attention/two-heads": two_heads,
    "attention/back-to-values": head,
    "attention/back-to-queries": scores,
    "attention/back-to-matrices": matrices,
    "attention/block-cost": block,
    "attention/block-back-dense": block,
    "attention/block-back-attention": attention_alone,
    "attention/block-back-words": block,
}
