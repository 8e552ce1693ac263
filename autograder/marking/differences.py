"""Compare what a student's code gave with what the reference gives, both as plain data, and say where they differ.

    difference(expected, got, Tolerance(6))  None when they agree, else Difference(name, index, expected, got, message)

Nothing of the student's takes part: no object, no method, only numbers, text, lists and arrays that were read as data.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias, cast

import numpy as np

from ..authoring.exercise import FLOOR
from ..authoring.values import Thing, counted, in_words, kind_of
from ..kernels.runner import Plain, Value, from_plain

Step: TypeAlias = "int | str | tuple[int, ...]"
"""One step into a value: the entry of a list, the key of a dict, the indices of an array."""


class Nonsense(Exception):
    """What came back is not what the runner gives."""


class Tolerance(NamedTuple):
    """How near two numbers must be: to one unit in the last of so many digits, or as near as `floor`."""

    digits: int
    floor: float = FLOOR


@dataclass(frozen=True)
class Difference:
    """The first place where two values differ: the value's name, the way into it, and both entries in few words."""

    name: str
    index: tuple[Step, ...]
    expected: str
    got: str
    message: str = ""
    nothing: bool = False  # whether None came back in the place of a value, as from a function without a return
    kind: str = ""  # the kind of value that is wanted, where another kind came

    @property
    def place(self) -> str:
        """As Python writes it: outputs[0, 1], earlier["date"][2], weights[1][0, 0]."""
        return placed(self.name, self.index)


class Outcome(NamedTuple):
    """What a script gave on one case, read and found to be in order; one of the first three is there."""

    values: Mapping[str, Value] | None = None
    error: str = ""  # the kind of error
    missing: str = ""  # the name that was not there
    message: str = ""  # what the error says
    line: str = ""  # the student's line in which it happened: "line 3: return x"


def placed(name: str, index: Iterable[Step]) -> str:
    """The name of a value with the way into it, as Python writes it."""
    return name + "".join(f"[{_step(step)}]" for step in index)


def _step(step: Step) -> str:
    if isinstance(step, tuple):
        return ", ".join(map(str, step))
    return f'"{step}"' if isinstance(step, str) else str(step)


# -- reading -----------------------------------------------------------------------------------------------------------


def read(outcome: object) -> Outcome:
    """The outcome of a case with its values as Python objects. Nonsense for what no runner says."""
    if not isinstance(outcome, dict):
        raise Nonsense
    answered = cast(dict[str, object], outcome)
    if "values" not in answered:
        error, missing, message, text = (_words(answered.get(key)) for key in ("error", "missing", "said", "text"))
        if not (error or missing):
            raise Nonsense
        number = answered.get("line")
        line = f"line {number}: {text}".rstrip(": ") if isinstance(number, int) else ""
        return Outcome(error=error, missing=missing, message=message, line=line)
    values = answered["values"]
    if not isinstance(values, dict):
        raise Nonsense
    try:
        known = {str(name): _known(value) for name, value in cast(dict[str, Plain], values).items()}
        return Outcome({name: from_plain(value) for name, value in known.items()})
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError, MemoryError):
        raise Nonsense from None


def _words(text: object) -> str:
    return text if isinstance(text, str) else ""


def _known(plain: Plain) -> Plain:
    """Plain data with {"object": name} made a Thing."""
    if isinstance(plain, list):
        return [_known(entry) for entry in plain]
    if isinstance(plain, dict) and set(plain) == {"object"}:
        return Thing(plain["object"])
    if isinstance(plain, dict) and set(plain) == {"dict"}:
        return {"dict": {key: _known(value) for key, value in cast(dict[str, Plain], plain["dict"]).items()}}
    return plain


# -- comparing ---------------------------------------------------------------------------------------------------------


def difference(
    expected: Mapping[str, Value], got: Mapping[str, Value], tolerance: Tolerance
) -> Difference | None:  # fmt: skip
    """Where the values of two outcomes differ first; None when they agree."""
    for name, value in expected.items():
        if name not in got:
            return Difference(name, (), in_words(value), "nothing", f"{name} did not come back.")
        if different := _differ(name, (), value, got[name], tolerance):
            return different
    return None


def _differ(
    name: str, index: tuple[Step, ...], expected: Value, got: Value, tolerance: Tolerance
) -> Difference | None:  # fmt: skip
    kind, other = kind_of(expected), kind_of(got)
    if kind != other:
        message = _other_kind(placed(name, index), kind, other)
        return Difference(name, index, in_words(expected), in_words(got), message, other == "nothing", kind)
    if kind == "an array":
        return _arrays(name, index, cast(np.ndarray, expected), cast(np.ndarray, got), tolerance)
    if isinstance(expected, list) and isinstance(got, list):
        if len(expected) != len(got):
            wanted, there = counted(len(expected), "entry"), counted(len(got), "entry")
            be = "is" if len(expected) == 1 else "are"
            message = f"{placed(name, index)} has {there}; {len(expected)} {be} wanted."
            return Difference(name, index, wanted, there, message)
        parts = [(n, one, two) for n, (one, two) in enumerate(zip(expected, got, strict=True))]
        return _first(name, index, parts, tolerance)
    if isinstance(expected, dict) and isinstance(got, dict):
        return _first(name, index, [(key, one, got.get(key)) for key, one in expected.items()], tolerance)
    if kind == "a number":
        agree = bool(_agree(np.array(float(cast(float, expected))), np.array(float(cast(float, got))), tolerance))
    else:
        agree = bool(expected == got)
    return None if agree else Difference(name, index, in_words(expected), in_words(got))


def _first(
    name: str, index: tuple[Step, ...], parts: Iterable[tuple[Step, Value, Value]], tolerance: Tolerance
) -> Difference | None:  # fmt: skip
    each = (_differ(name, (*index, step), one, two, tolerance) for step, one, two in parts)
    return next(filter(None, each), None)


def _arrays(
    name: str, index: tuple[Step, ...], expected: np.ndarray, got: np.ndarray, tolerance: Tolerance
) -> Difference | None:  # fmt: skip
    if expected.shape != got.shape:
        message = f"{placed(name, index)} has shape {got.shape}; the shape {expected.shape} is wanted."
        return Difference(name, index, f"shape {expected.shape}", f"shape {got.shape}", message)
    wrong = ~_agree(expected.astype(float), got.astype(float), tolerance)
    if not wrong.any():
        return None
    first = tuple(int(n) for n in np.argwhere(wrong)[0])
    return Difference(name, (*index, first), in_words(expected[first]), in_words(got[first]))


def _agree(expected: np.ndarray, got: np.ndarray, tolerance: Tolerance) -> np.ndarray:
    """Entry by entry: nan agrees with nan, infinity with itself, numbers to one unit in the last digit asked for."""
    with np.errstate(all="ignore"):
        room = np.maximum(10.0 ** (1 - tolerance.digits) * np.abs(expected), tolerance.floor)
        near = np.abs(expected - got) <= room
    return (near & np.isfinite(expected)) | (expected == got) | (np.isnan(expected) & np.isnan(got))


def _other_kind(place: str, kind: str, other: str) -> str:
    if other == "nothing":
        return f"{place} is None: is there a return?"
    return f"{place} is {other}; {kind} is wanted."
