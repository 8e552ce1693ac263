"""A page as plain text: question and all, without markup, and without a key."""

from __future__ import annotations

import re

import pytest

from autograder.layout import column, eq, frac, group, indexed, matrix, say, step, table
from autograder.layout.typeset import unmarked
from autograder.marking.pages import mark
from autograder.pages import catalogue, load
from autograder.render.pages import plain
from autograder.render.text import Text


def text(*parts: object) -> list[str]:
    return list(Text(lambda n: f"[{n}: …]").lines(parts))


@pytest.mark.parametrize("slug", catalogue())
def test_the_text_of_a_page_is_its_question(slug):
    """Every sentence is there, in order, and every box, exactly once in the question; no markup is left."""
    page = load(slug)
    sheet = page.sheet()
    question = plain(sheet, mark(page, {})).split(f"\n  {sheet.boxes[0].label} = ")[0]
    for box in sheet.boxes:
        assert question.count(f"[{box.number}: …]") == 1, box.label
    said = [unmarked(node.options["text"]) for node in sheet.body if node.kind in ("step", "say")]
    places = [question.find(sentence) for sentence in said]
    assert -1 not in places and places == sorted(places)
    assert not re.search(r"<[a-z]|&\w+;|\$|\*\*|Node\(", question)


def test_what_was_typed_stands_in_the_question():
    """The box shows its text, and the list of boxes says what it is worth."""
    page = load("gradients/one-weight")
    shown = plain(page.sheet(), mark(page, {1: "8"}))
    assert "[1: 8]" in shown and "[2: …]" in shown and "box 1, the new Z = 8  [right]" in shown


def test_formulas_are_one_line_each():
    """Matrices row by row, fractions with brackets where they need them, tables with their head."""
    assert text(eq("W", "=", matrix([[1, -2], [0.5, 4]]), column([3, 4], "x"))) == ["W = [1 -2; 0.5 4] [3; 4] (x)"]
    assert text(eq(frac("a + b", "c"))) == ["(a + b)/c"]
    assert text(eq(indexed("w", 2, group(1, 3)))) == ["w^2_(1 3)"]
    assert text(table(["x", "y"], [1, 2])) == ["x | y", "1 | 2"]
    assert text(step("Add $x_1$.", eq("x_1", "+", 1)), say("**Then** stop.")) == [
        "1. Add x_1.",
        "   x_1 + 1",
        "Then stop.",
    ]
