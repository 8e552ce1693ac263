"""Say in few words what a value is that came back from a student's code: to whoever reads the report of an exercise.

kind_of(value)           "an array", "a list", "true or false", "nothing"
in_words(value)          "an array of shape (2, 3)", "3 entries", "0.5"
counted(1, "entry")      "1 entry"
"""

from __future__ import annotations

from typing import cast

import numpy as np

from ..kernels.runner import Value


class Thing(str):
    """The name of something that is no plain data: "Layer", "function"."""


KINDS: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (bool, "true or false"), ((int, float), "a number"), (str, "a text"), (list, "a list"),
)  # fmt: skip


def kind_of(value: Value) -> str:
    """What sort of thing this is, with its article."""
    if value is None:
        return "nothing"
    if isinstance(value, Thing):
        return f"a {value}"
    if isinstance(value, np.ndarray):
        return "an array" if value.ndim else "true or false" if value.dtype.kind == "b" else "a number"
    return next((kind for types, kind in KINDS if isinstance(value, types)), "a dict")


def in_words(value: Value | np.generic) -> str:
    """A value in few words."""
    if isinstance(value, Thing):
        return f"a {value}"
    if isinstance(value, np.ndarray) and value.ndim:
        return f"an array of shape {value.shape}"
    if isinstance(value, (list, dict)):
        return counted(len(value), "entry")
    if isinstance(value, (bool, np.bool_)) or value is None or isinstance(value, str):
        return str(value)
    if isinstance(value, np.ndarray) and value.dtype.kind == "b":
        return str(bool(value))
    return f"{float(cast(float, value)):.6g}"


def counted(number: int, word: str) -> str:
    """A number with its word, in the singular or the plural."""
    plural = word.removesuffix("y") + "ies" if word.endswith("y") else f"{word}s"
    return f"{number} {word if number == 1 else plural}"
