"""An answer is one thing as text, as Python source and as a value. The browser is held to the same table of cases."""

from __future__ import annotations

import ast
import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.answers import literals
from autograder.answers.literals import box_of, literal_of, text_in, text_of, value_of

TABLE = json.loads((Path(__file__).parent / "literals.json").read_text(encoding="utf-8"))

TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
    st.from_regex(r"-?[0-9]{0,17}[./,e]?[0-9]{0,17}", fullmatch=True),
    st.integers().map(str),
    st.floats(allow_nan=False).map(repr),
)


def read(source: str) -> str:
    """The text that a literal in a cell says."""
    node = ast.parse(source, mode="eval").body
    return text_in(node, lambda part: ast.get_source_segment(source, part))


def test_the_limits_are_those_of_the_table():
    """What may be how long is said once in Python, once in JavaScript, and is the same."""
    limits = {"digits": literals.DIGITS, "text": literals.MAX_TEXT, "box": literals.MAX_BOX, "clip": literals.CLIP}
    assert limits == TABLE["limits"]


@pytest.mark.parametrize("case", TABLE["written"], ids=lambda case: repr(case["text"]))
def test_a_text_as_source_and_as_value(case):
    """A number stands bare only where Python prints it back the same; the value is what the source is to Python."""
    literal, value = literal_of(case["text"]), value_of(case["text"])
    assert (literal, value, type(value)) == (case["literal"], case["value"], type(case["value"]))
    assert ast.literal_eval(literal) == value and read(literal) == case["text"]


@pytest.mark.parametrize("case", TABLE["read"], ids=lambda case: case["source"])
def test_source_as_text(case):
    """Strings, numbers and None are read; what is computed stays code."""
    assert read(case["source"]) == case["text"]


@pytest.mark.parametrize("case", TABLE["keys"], ids=lambda case: case["source"])
def test_a_key_names_a_box_in_a_cell_as_in_the_kernel(case):
    """What a plain key names does not depend on whether it is read from source or met in a running dict."""
    node = ast.parse(case["source"], mode="eval").body
    assert case["box"] == (box_of(ast.literal_eval(node)) if isinstance(node, ast.Constant) else None)


@given(TEXTS)
def test_every_text_comes_back(text):
    """From its source, from its value, and from the value's own text."""
    assert read(literal_of(text)) == text
    assert ast.literal_eval(literal_of(text)) == value_of(text)
    assert text_of(value_of(text)) == text


@pytest.mark.parametrize(
    ("text", "number", "literal"),
    [("-0.800", True, "-0.800"), ("3", True, "3"), ("3/4", True, '"3/4"'), ("1.2e+09", True, '"1.2e+09"'),
     ("3", False, '"3"'), ("2×3", False, '"2×3"'), ("x²", None, '"x²"')],
)  # fmt: skip
def test_a_key_is_written_by_its_kind(text, number, literal):
    """A printed number keeps the zeros that say how many digits are asked, and a formula its quotes."""
    assert literal_of(text, as_number=number) == literal
    assert read(literal) == text


@pytest.mark.parametrize("key", [2.5, float("nan"), float("inf"), -1, 10**9, 10**400, True, None, (1,), b"1"])
def test_what_names_no_box_is_told_at_once(key):
    """Also a fraction, for which Python would look through a thousand million numbers to see that it is none."""
    assert box_of(key) is None


@pytest.mark.parametrize("key", [3, 3.0, np.int64(3), np.float64(3), Fraction(3), "3", " 03\n"])
def test_many_keys_name_box_3(key):
    """NumPy's integers and whole floats count like Python's."""
    assert box_of(key) == 3 and type(box_of(key)) is int
