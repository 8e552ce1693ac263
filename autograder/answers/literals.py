"""An answer as text, as Python source, and as the value that Python makes of it.

    literal_of("2"), literal_of("0.50"), literal_of("")      2, "0.50" in quotes, None
    value_of("2"), value_of("0.50"), value_of("")            the same as values: 2, "0.50", None
    text_of(0.5), text_of(Fraction(3, 4)), text_of(None)     back to text: 0.5, 3/4 and nothing
    text_in(node, source_of)                                 the text of a value in parsed source
    box_of(3), box_of("3"), box_of(3.0)                      the box that a key names: 3

`autograder/widgets/python_source.js` does the same in the browser. `tests/answers/literals.json` is the table of cases
that both are held to, limits included.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from fractions import Fraction
from numbers import Rational, Real

DIGITS = 15  # of a number without quotes: so many come back from a float, in Python and in JavaScript
MAX_TEXT = 1_000  # characters of one answer: more than any reader of answers accepts
MAX_BOX = 999_999_999  # the largest number that a key can name
CLIP = 40  # characters of code shown in place of an answer

_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")
_PRINTED_BACK = re.compile(r"(?!-0\Z)(?!-?0\.0000)-?(?:0|[1-9][0-9]*)(?:\.[0-9]*[1-9])?")  # no 007, 0.50, -0, 0.00001
_KEY = re.compile(rf"\s*[0-9]{{1,{len(str(MAX_BOX))}}}\s*", re.ASCII)
_ESCAPES = {n: f"\\u{n:04x}" for n in range(32)} | {
    ord(letter): f"\\{name}" for letter, name in zip('"\\\n\r\t\b\f', '"\\nrtbf', strict=True)
}


# -- text → source, text → value ---------------------------------------------------------------------------------------


def literal_of(text: str, *, as_number: bool | None = None) -> str:
    """An answer as Python source that says this text: None, a number where Python prints it back the same, a string.

    as_number   of a key, of which it is known what it is: a decimal then stands without quotes, zeros at its end
                included, and anything but a number in quotes
    """
    if text == "":
        return "None"
    bare = _bare(text, _PRINTED_BACK) if as_number is None else as_number and _bare(text, _DECIMAL)
    return text if bare else f'"{text.translate(_ESCAPES)}"'


def value_of(text: str) -> str | int | float | None:
    """What `literal_of(text)` is to Python."""
    if text == "":
        return None
    if _bare(text, _PRINTED_BACK):
        return float(text) if "." in text else int(text)
    return text


def _bare(text: str, pattern: re.Pattern[str]) -> bool:
    """Whether a text is a number of this form, short enough to stand without quotes."""
    return len(text) <= DIGITS + 2 and bool(pattern.fullmatch(text)) and sum(map(str.isdigit, text)) <= DIGITS


# -- value → text, source → text ---------------------------------------------------------------------------------------


def text_of(value: object) -> str:
    """An answer from a running kernel as text: numbers as Python prints them, fractions as 3/4, None as blank."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, Rational):
        return str(Fraction(int(value.numerator), int(value.denominator)))
    if isinstance(value, Real):
        return repr(float(value))
    return shortened(value)


def shortened(thing: object) -> str:
    """How Python prints a thing, cut off visibly."""
    try:
        text = repr(thing)
    except Exception:  # a student's own __repr__ may do anything
        text = f"<{type(thing).__name__}>"
    return clipped(text)


def clipped(text: str) -> str:
    """Code in place of an answer, cut off in a way that cannot be mistaken for an answer."""
    return text if len(text) <= CLIP else text[:CLIP] + "…"


def text_in(node: ast.AST, source_of: Callable[[ast.AST], str]) -> str:
    """The answer as typed: the words of a string, the digits of a number, the source of anything else.

    source_of   gives the source of a node
    """
    if isinstance(node, ast.Constant):
        if node.value is None:
            return ""
        if isinstance(node.value, str):
            return node.value[:MAX_TEXT].encode("utf-8", "replace").decode()  # half a character cannot be saved
    sign, operand = "", node
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
        sign, operand = "-" if isinstance(node.op, ast.USub) else "", node.operand
    value = operand.value if isinstance(operand, ast.Constant) else None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return sign + _digits(value, source_of(operand).replace("_", ""))
    return code_in(node, source_of)


def _digits(value: float, typed: str) -> str:
    whole = type(value) is int and len(typed) <= CLIP
    return str(value) if whole else clipped(typed)  # 0x10 is 16 to Python, and so to the page that shows it


def code_in(node: ast.AST, source_of: Callable[[ast.AST], str]) -> str:
    """The source of a node on one line. An f-string, or a sum onto an answer, looks cut off however short it is."""
    typed = " ".join(source_of(node).replace("\\\n", " ").split())
    return typed[:CLIP] + "…" if isinstance(node, ast.JoinedStr | ast.AugAssign) else clipped(typed)


# -- keys --------------------------------------------------------------------------------------------------------------


def box_of(key: object) -> int | None:
    """The box that a key of a dict of answers names: 3, "3" and 3.0 are box 3. None for what names no box."""
    if isinstance(key, str):
        return int(key) if _KEY.fullmatch(key) else None
    if isinstance(key, bool) or not isinstance(key, Real) or key < 0:
        return None
    box = int(float(key)) if key <= MAX_BOX else None
    return box if box == key else None
