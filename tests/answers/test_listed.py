"""Answers typed one after the other: which box gets what."""

from __future__ import annotations

import pytest

from autograder.answers.listed import MOST, read_list
from autograder.answers.literals import MAX_TEXT

LISTS = {
    "1: 3, 2: 3/4": [(1, "3"), (2, "3/4")],
    "1: 3,2: 4": [(1, "3"), (2, "4")],
    "12: 3 13: 4": [(12, "3"), (13, "4")],
    "1: 0,5, 2: 1,5": [(1, "0,5"), (2, "1,5")],
    "0,5": [(1, "0,5")],
    "3; 3/4; ; 5": [(1, "3"), (2, "3/4"), (3, ""), (4, "5")],
    "3\t4\t\t5": [(1, "3"), (2, "4"), (3, ""), (4, "5")],
    "3\r\n\r\n5\r\n": [(1, "3"), (2, ""), (3, "5")],
    "7: 3\n4": [(7, "3"), (8, "4")],
    "box 3: W^T a, Box 12: 2x": [(3, "W^T a"), (12, "2x")],
    "1:\t3\n2:\t4": [(1, "3"), (2, "4")],
    "3:": [(3, "")],
    "; 5": [(1, ""), (2, "5")],
    "2x cos(x^2)": [(1, "2x cos(x^2)")],
    "": [],
    " ;\n": [],
}


@pytest.mark.parametrize("typed", LISTS, ids=repr)
def test_a_list_is_read_as_it_is_meant(typed):
    """Numbers lead, order follows, and a comma alone ends nothing."""
    assert [tuple(entry) for entry in read_list(typed)] == LISTS[typed]


def test_the_first_answer_goes_where_one_stands():
    """Without a number it is the box that comes next."""
    assert [entry.box for entry in read_list("3; 4", at=5)] == [5, 6]


WILD = (";" * 100_000 + "1", "9" * 100_000, "1: " * 50_000, "\n" * 100_000 + "1", "1:" + " " * 100_000)


@pytest.mark.parametrize("wild", WILD, ids=range(len(WILD)))
def test_a_wild_list_is_read_in_no_time(wild):
    """Whatever is pasted, it is read in part and at once."""
    entries = read_list(wild)
    assert len(entries) <= MOST and all(len(entry.text) <= MAX_TEXT for entry in entries)
