"""An answer as text, as Python source, and as the value that Python makes of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from numbers import Rational, Real


def page_source(slug: str, values: Mapping[int, str]) -> str:
    """The source of a page's cell, given each box's value as Python source ("None", "2", "'3/4'")."""
    lines = [""]
    for box, value in values.items():
        entry = f"{box}: {value}, "
        if lines[-1].count(": ") >= 5 or (lines[-1] and len(lines[-1]) + len(entry) > 88):
            lines.append("")
        lines[-1] += entry
    entries = "".join(f"    {line.rstrip()}\n" for line in lines if line)
    return f'answers = {{\n{entries}}}\npage("{slug}", answers)'


def as_source(text: str) -> str:
    """An answer as Python source that `read_cell` reads back: "" → None, "2" → 2, "3/4" → "3/4" in quotes."""
    if text == "":
        return "None"
    if re.fullmatch(r"-?(0|[1-9]\d{0,14})(\.\d{1,15})?", text, re.ASCII):
        return text
    return '"' + "".join(_ESCAPED.get(letter, letter) for letter in text) + '"'


_ESCAPED = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\0": "\\0"}


def text_of(held: object) -> str:
    """An answer from a running kernel as text: numbers as Python prints them, fractions as 3/4, None as blank."""
    if held is None:
        return ""
    if isinstance(held, str):
        return held
    if isinstance(held, bool):
        return str(held)
    if isinstance(held, Rational):
        return str(Fraction(int(held.numerator), int(held.denominator)))
    if isinstance(held, Real):
        return repr(float(held))
    return _short(held)


def _short(thing: object) -> str:
    try:
        text = repr(thing)
    except Exception:  # a student's own __repr__ may do anything
        text = f"<{type(thing).__name__}>"
    return text if len(text) <= 40 else text[:40] + "…"


def value(text: str) -> object:
    """What the cell's literal for this text is to Python: None, a number that prints back the same, else the text."""
    if text == "":
        return None
    if len(text) <= 15 and re.fullmatch(r"-?\d+(\.\d+)?", text, re.ASCII):
        number = float(text) if "." in text else int(text)
        if repr(number) == text and not text.endswith(".0"):
            return number
    return text
