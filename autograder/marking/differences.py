"""Compare what a student's code gave with what the reference gives, both as plain data, and say where they differ.

    difference(expected, got, digits=6)      None when they agree, else Difference(place, expected, got, said)

Nothing of the student's takes part: no object, no method, only numbers, text, lists and arrays that were read as data.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..kernels.runner import from_plain

FLOOR = 1e-12  # below this a number counts as zero: what rounding leaves


class Nonsense(Exception):
    """What came back is not what the runner gives."""


class Difference(NamedTuple):
    """The first place where two values differ, as words: "outputs[0, 1]", "3", "0", and what there is to say."""

    place: str
    expected: str
    got: str
    said: str = ""


def read(outcome: object) -> dict:
    """The outcome of a case with its values as Python objects. Nonsense for what no runner says."""
    if not isinstance(outcome, dict):
        raise Nonsense
    if "values" not in outcome:
        said = {key: outcome[key] for key in ("error", "missing", "said", "text") if isinstance(outcome.get(key), str)}
        if not ({"error", "missing"} & set(said)):
            raise Nonsense
        line = outcome.get("line")
        return said | ({"line": line} if isinstance(line, int) else {})
    values = outcome["values"]
    if not isinstance(values, dict):
        raise Nonsense
    try:
        return {"values": {str(name): from_plain(_known(value)) for name, value in values.items()}}
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError, MemoryError):
        raise Nonsense from None


class Thing(str):
    """The name of something that is no plain data: "Layer", "function"."""


def _known(plain: object) -> object:
    """Plain data with {"object": name} made a Thing."""
    if isinstance(plain, list):
        return [_known(entry) for entry in plain]
    if isinstance(plain, dict) and set(plain) == {"object"}:
        return Thing(plain["object"])
    if isinstance(plain, dict) and set(plain) == {"dict"}:
        return {"dict": {key: _known(value) for key, value in plain["dict"].items()}}
    return plain


def difference(expected: dict, got: dict, digits: int) -> Difference | None:
    """Where the values of two outcomes differ first; None when they agree to `digits` significant digits."""
    for name, value in expected.items():
        if name not in got:
            return Difference(name, _shown(value), "nothing", f"{name} did not come back.")
        if found := _differ(name, value, got[name], digits):
            return found
    return None


def _differ(place: str, expected: object, got: object, digits: int) -> Difference | None:
    kind, other = _kind(expected), _kind(got)
    if kind != other:
        return Difference(place, _shown(expected), _shown(got), _other_kind(place, kind, other))
    if kind == "an array":
        return _arrays(place, expected, got, digits)
    if kind == "a list":
        if len(expected) != len(got):
            said = f"{place} has {len(got)} entries; {len(expected)} are wanted."
            return Difference(place, f"{len(expected)} entries", f"{len(got)} entries", said)
        pairs = ((f"{place}[{n}]", one, two) for n, (one, two) in enumerate(zip(expected, got, strict=True)))
        return next((found for where, one, two in pairs if (found := _differ(where, one, two, digits))), None)
    if kind == "a dict":
        pairs = ((f'{place}["{key}"]', one, got.get(key)) for key, one in expected.items())
        return next((found for where, one, two in pairs if (found := _differ(where, one, two, digits))), None)
    if kind == "a number":
        agree = bool(_agree(np.array(float(expected)), np.array(float(got)), digits))
    else:
        agree = expected == got
    return None if agree else Difference(place, _shown(expected), _shown(got))


def _arrays(place: str, expected: np.ndarray, got: np.ndarray, digits: int) -> Difference | None:
    if expected.shape != got.shape:
        said = f"{place} has shape {got.shape}; the shape {expected.shape} is wanted."
        return Difference(place, f"shape {expected.shape}", f"shape {got.shape}", said)
    wrong = ~_agree(expected.astype(float), got.astype(float), digits)
    if not wrong.any():
        return None
    first = tuple(int(n) for n in np.argwhere(wrong)[0])
    where = f"{place}[{', '.join(map(str, first))}]" if first else place
    return Difference(where, _shown(expected[first]), _shown(got[first]))


def _agree(expected: np.ndarray, got: np.ndarray, digits: int) -> np.ndarray:
    """Entry by entry: nan agrees with nan, infinity with itself, numbers to one unit in the last digit asked for."""
    with np.errstate(all="ignore"):
        near = np.abs(expected - got) <= np.maximum(10.0 ** (1 - digits) * np.abs(expected), FLOOR)
    return (near & np.isfinite(expected)) | (expected == got) | (np.isnan(expected) & np.isnan(got))


def _kind(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, Thing):
        return f"a {value}"
    if isinstance(value, np.ndarray):
        return "an array" if value.ndim else "a number"
    for types, kind in ((bool, "true or false"), ((int, float), "a number"), (str, "a text"), (list, "a list")):
        if isinstance(value, types):
            return kind
    return "a dict"


def _other_kind(place: str, kind: str, other: str) -> str:
    if other == "nothing":
        return f"{place} is None: is there a return?"
    return f"{place} is {other}; {kind} is wanted."


def _shown(value: object) -> str:
    """A value in few words."""
    if isinstance(value, Thing):
        return f"a {value}"
    if isinstance(value, np.ndarray) and value.ndim:
        return f"an array of shape {value.shape}"
    if isinstance(value, (list, dict)):
        return f"{len(value)} entries"
    if isinstance(value, bool) or value is None or isinstance(value, (str, np.bool_)):
        return str(value)
    return f"{float(value):.6g}"
