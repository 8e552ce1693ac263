"""What is asked of every page: a sound page has no fault, and each fact finds the fault that it is there for."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from autograder import pages
from autograder.authoring.page import page
from autograder.course.facts import FACTS, disagreements, sheets
from autograder.layout import eq

SOUND = pages.load("start/boxes")


@page("On a kink")
def kinked(given, box):
    """The slope of ReLU at 0."""
    x = given("x", 0)
    return eq(box(float(x > 0), "y", "Is it one or zero?", how="Zero."))


def changed(**fields):
    """A sound page's sheet whose first box says something else."""
    sheet = SOUND.sheet()
    return SOUND, [replace(sheet, boxes=(replace(sheet.boxes[0], **fields), *sheet.boxes[1:]))]


WRONG = {
    "the key is accepted": lambda: changed(key=Fraction(13)),
    "the key rounded as asked is accepted": lambda: changed(key=Fraction(13)),
    "a wrong answer is refused": lambda: changed(key=Fraction(12) - Fraction(1, 7)),
    "a blank box costs only itself": lambda: changed(key=Fraction(13)),
    "slips are told by their names": lambda: changed(mistakes=(("wrong_sign", Fraction(12)),)),
    "variants differ": lambda: (SOUND, [SOUND.sheet()] * 3),
    "every box speaks": lambda: changed(hint="no full stop"),
    "every box stands on the page once": lambda: (SOUND, [replace(SOUND.sheet(), body=())]),
    "keys can be read": lambda: changed(key="perhaps", options=("yes", "no")),
    "nothing is overlooked": lambda: (kinked, sheets(kinked, 1)),
}


def test_there_is_a_fault_for_each_fact():
    """No fact is taken on trust."""
    assert list(WRONG) == list(FACTS)


@pytest.mark.parametrize("fact", FACTS)
def test_each_fact_finds_its_fault(fact):
    """A sound page has none; one that is wrong in this way has it, said in a line."""
    assert list(FACTS[fact](SOUND, sheets(SOUND, 5))) == []
    faults = list(FACTS[fact](*WRONG[fact]()))
    assert faults and all("\n" not in fault for fault in faults)


def test_a_second_computation_that_differs_is_told():
    """With the box and both values; one with too few values, too."""
    faults = disagreements(kinked, lambda given: [given["x"] + 1], 1)
    assert faults == ["test-facts/kinked, variant 0, box 1, y: the key is 0, computed again 1.0"]
    assert "has 1 boxes; the second computation gives 2 values" in disagreements(kinked, lambda _: [1, 2], 1)[0]
