"""Questions that come back: boxes whose usual slips follow from what is asked.

    error = ask.error(box, a, y, "∂C/∂a")                                       a − y
    dz = ask.change(box, after, before, "ΔZ", "How far is it?", how="New minus old.")
    z = ask.product(box, w, x, "z", "Which two numbers meet?", how="Weight times input.")
    ratio = ask.ratio(box, dz, dw, "∂Z/∂W", "Which change stands on top?", how="The change over the nudge.")
    dw = ask.outer(box, delta, x, "∂C/∂W", "Which row, which column?", how="Error times input.")

Each takes `box`, what the value is made of, and then what `box` takes; `slips` adds more mistakes to its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

Box = Callable[..., object]
Slips = Mapping[str, object]


def error(
    box: Box, prediction: object, target: object, name: str, hint: str = "Which comes first, prediction or target?", *,
    how: str = "Prediction minus target.", slips: Slips = {}, **options: object,  # noqa: B006 - never changed
) -> object:  # fmt: skip
    """Prediction minus target; its slip is the difference the other way round."""
    own = {"target_minus_prediction": target - prediction}
    return box(prediction - target, name, hint, how=how, slips=own | slips, **options)


def change(box: Box, new: object, old: object, name: str, hint: str, *, slips: Slips = {}, **options: object) -> object:  # noqa: B006
    """New minus old; its slip is the difference the other way round."""
    return box(new - old, name, hint, slips={"subtracted_backwards": old - new} | slips, **options)


def product(box: Box, a: object, b: object, name: str, hint: str, *, slips: Slips = {}, **options: object) -> object:  # noqa: B006
    """A product, entry by entry; its slip is the sum."""
    return box(a * b, name, hint, slips={"added_not_multiplied": a + b} | slips, **options)


def ratio(
    box: Box, above: object, below: object, name: str, hint: str, *, slips: Slips = {}, **options: object  # noqa: B006
) -> object:  # fmt: skip
    """A ratio; its slip is the ratio upside down."""
    return box(above / below, name, hint, slips={"upside_down": below / above} | slips, **options)


def outer(
    box: Box, rows: object, columns: object, name: str, hint: str, *, slips: Slips = {}, **options: object  # noqa: B006
) -> object:  # fmt: skip
    """A row for each of the one, a column for each of the other; its slip takes the entry of another row."""
    return box(np.outer(rows, columns), name, hint, slips={"other_row": np.outer(rows[::-1], columns)} | slips,
               **options)  # fmt: skip
