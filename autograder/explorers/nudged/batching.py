"""Chapter 9: layers and networks with several examples at once."""

from __future__ import annotations

from ..nudging import Asked, Computation, Given, errors, layered


def batch(g: Given) -> Computation:
    """The 2–3–1 network and its batch, examples in columns."""
    return layered(g["X"], [(g["W1"], g["b1"]), (g["W2"], g["b2"])], ("relu", "identity"), y=g["y"])


def batch_in_rows(g: Given) -> Computation:
    """The same with examples in rows."""
    return batch({**g, "X": g["X"].T, "y": g["y"].T})


def stored_in_out(g: Given) -> Asked:
    """A layer whose weights stand (inputs, nodes)."""
    return Asked(errors(g["δ"].T, g["A"].T), turned=True)


def bias_sums(g: Given) -> list[Computation | Asked]:
    """Errors with examples in columns, then in rows."""
    return [errors(g["δ"]), Asked(errors(g["δ'"].T), since=6)]


def one_product(g: Given) -> list[Computation | Asked]:
    """Errors and inputs with examples in columns, then in rows."""
    return [errors(g["δ"], g["A"]), Asked(errors(g["δ'"].T, g["A'"].T), since=7)]


def doubled(g: Given) -> Computation:
    """A weight and a bias; twice the batch has the same mean."""
    return errors([g["δ"]], [g["x"]], first="x")


PAGES = {
    "batching/stored-in-out": stored_in_out,
    "batching/bias-sums": bias_sums,
    "batching/weights-as-sum": lambda g: errors(g["δ"], g["A"]),
    "batching/weights-in-one-product": one_product,
    "batching/once-only": lambda g: errors([g["δ"]], [g["a"]]),
    "batching/twice-the-batch": doubled,
    "batching/bias-update": lambda g: errors(g["δ"].T),
    "batching/backward-columns": batch,
    "batching/backward-rows": batch_in_rows,
}
