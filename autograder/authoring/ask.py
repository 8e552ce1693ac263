"""Questions that come back: boxes whose usual slips, and sometimes words, follow from what is asked.

    error = ask.error(box, a, y, "∂C/∂a")                                       a − y
    dz = ask.change(box, after, before, "ΔZ", "How far is it?", how="New minus old.")
    z = ask.product(box, w, x, "z", "Which two numbers meet?", how="Weight times input.")
    ratio = ask.ratio(box, dz, dw, "∂Z/∂W", "Which change stands on top?", how="The change over the nudge.")
    dw = ask.outer(box, delta, x, "∂C/∂W", "Which row, which column?", how="Error times input.")
    slope = ask.sigmoid_slope(box, a, "σ′(z)", slips={"value_for_slope": a})
    db = ask.bias_gradient(box, delta, "∂C/∂b", how="The errors of the layer.", slips={"other_row": delta[::-1]})

Each takes `box`, what the value is made of, and then what `box` takes; `slips` adds more mistakes to the usual one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:  # pages import this module beside page, which is not needed to run it
    from typing import Unpack

    from .page import BoxOptions, Declare, Options, Quantity, Slips


def error(
    box: Declare, prediction: Quantity, target: Quantity, name: str,
    hint: str = "Which comes first, prediction or target?", *,
    how: str = "Prediction minus target.", slips: Slips | None = None, **options: Unpack[Options],
) -> Quantity:  # fmt: skip
    """Prediction minus target; the usual slip is the difference the other way round."""
    usual = {"target_minus_prediction": target - prediction}
    return box(prediction - target, name, hint, how=how, slips={**usual, **(slips or {})}, **options)


def change(
    box: Declare, new: Quantity, old: Quantity, name: str, hint: str,
    *, slips: Slips | None = None, **options: Unpack[BoxOptions],
) -> Quantity:  # fmt: skip
    """New minus old; the usual slip is the difference the other way round."""
    usual = {"subtracted_backwards": old - new}
    return box(new - old, name, hint, slips={**usual, **(slips or {})}, **options)


def product(
    box: Declare, a: Quantity, b: Quantity, name: str, hint: str,
    *, slips: Slips | None = None, **options: Unpack[BoxOptions],
) -> Quantity:  # fmt: skip
    """A product, entry by entry; the usual slip is the sum."""
    usual = {"added_not_multiplied": a + b}
    return box(a * b, name, hint, slips={**usual, **(slips or {})}, **options)


def ratio(
    box: Declare, above: Quantity, below: Quantity, name: str, hint: str,
    *, slips: Slips | None = None, **options: Unpack[BoxOptions],
) -> Quantity:  # fmt: skip
    """A ratio; the usual slips are the ratio upside down and, unless it is divided by 1, the product."""
    usual = {"upside_down": _over(below, above)}
    if np.any(np.abs(below) != 1):
        usual["multiplied_not_divided"] = above * below
    return box(above / below, name, hint, slips={**usual, **(slips or {})}, **options)


def _over(above: Quantity, below: Quantity) -> Quantity:
    """A quotient, infinite over 0: what a student typed may be 0 where the page's own number is not."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.divide(above, below)


def outer(
    box: Declare, rows: Quantity, columns: Quantity, name: str, hint: str,
    *, slips: Slips | None = None, **options: Unpack[BoxOptions],
) -> Quantity:  # fmt: skip
    """A row for each of the one, a column for each of the other; the usual slip takes the entries of another row."""
    usual = {"other_row": np.outer(rows[::-1], columns)}
    return box(np.outer(rows, columns), name, hint, slips={**usual, **(slips or {})}, **options)


def sigmoid_slope(
    box: Declare, value: Quantity, name: str, hint: str = "How does the sigmoid's slope come from its value?", *,
    how: str = "The value times one minus the value.", slips: Slips | None = None, **options: Unpack[Options],
) -> Quantity:  # fmt: skip
    """The slope of a sigmoid from its value, which may be a number or a formula."""
    return box(value * (1 - value), name, hint, how=how, slips=slips, **options)


def bias_gradient(
    box: Declare, error: Quantity, name: str, *, slips: Slips | None = None, **options: Unpack[BoxOptions]
) -> Quantity:
    """The gradient of a bias, which is the error of its node; the usual slip is its local gradient, 1."""
    usual: Slips = {"local_for_downstream": np.ones(np.shape(error))}
    return box(error, name, "What is the local gradient of a bias?", slips={**usual, **(slips or {})}, **options)
