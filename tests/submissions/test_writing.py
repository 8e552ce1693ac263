"""The source of a page's cell is written, and what is written is read back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.submissions.cells import read_cell
from autograder.submissions.writing import with_answers

DICT = "{\n    1: 2,\n}"


@pytest.mark.parametrize(
    ("source", "written"),
    [
        ('answers = {1: None}  # ä\npage("s", answers)', f'answers = {DICT}  # ä\npage("s", answers)'),
        ('answers: dict = {\n1: 3,\n}\npage("s", answers)', f'answers: dict = {DICT}\npage("s", answers)'),
        ('page("s", {})', f'page("s", {DICT})'),
        ('"ä½𝑥"; page("s", answers := {3: "½"})', f'"ä½𝑥"; page("s", answers := {DICT})'),
        ('page(answers={"1": 1}, slug="s")', f'page(answers={DICT}, slug="s")'),
        ('a = answers = {}\npage("s", a)', f'a = answers = {DICT}\npage("s", a)'),
        ('%%time\nanswers = {}\npage("s", answers)', f'%%time\nanswers = {DICT}\npage("s", answers)'),
        ('answers = {}\npage("t", answers)\nanswers = {}\npage("s", answers)',
         f'answers = {{}}\npage("t", answers)\nanswers = {DICT}\npage("s", answers)'),
        ('answers = {}\nanswers[1] = 2\npage("s", answers)', f'answers = {DICT}\nanswers[1] = 2\npage("s", answers)'),
        ('answers = {}\nanswers[1] = 3\npage("s", answers)', None),
        ('answers = {}\nanswers.update({4: 3})\npage("s", answers)', None),
        ('answers = dict()\npage("s", answers)', None),
        ("answers = {", None),
        ('answers = {}\npage("other", answers)', None),
        ('page("s")', None),
        ('page("s", answers)', None),
    ],
)  # fmt: skip
def test_the_dict_of_a_cell_is_replaced(source, written):
    """Only the dict that this page's call gets; None where there is none, or where later lines would overrule it."""
    assert with_answers(source, "s", {1: "2"}) == written


def test_each_call_of_a_cell_has_its_own_dict():
    """The second call for a page gets the second dict."""
    source = 'page("s", {1: 1})\npage("s", {1: 1})'
    assert with_answers(source, "s", {1: "2"}, 1) == f'page("s", {{1: 1}})\npage("s", {DICT})'
    assert with_answers(source, "s", {1: "2"}, 2) is None


@given(st.dictionaries(st.integers(1, 50), st.text(st.characters(exclude_categories=["Cs"]), max_size=20)))
def test_what_is_written_is_read(answers):
    """Any text of any box comes back from the cell."""
    written = with_answers('x = "ä"\nanswers = {1: None}; page("s", answers)', "s", answers)
    [call] = read_cell(written)
    assert call.answers == answers and call.faults == ()
