"""Every code exercise of the workbook keeps its promises."""

from __future__ import annotations

import ast
from functools import cache

import numpy as np
import pytest

from autograder import pages
from autograder.authoring.exercise import RELEASE
from autograder.kernels.runner import from_plain
from autograder.marking.code import GRADING, local, mark_code
from autograder.render.code import report_text

EXERCISES = list(pages.exercises().values())
SLIPS = [
    pytest.param(made, code, marks=pytest.mark.xdist_group(made.slug)) for made in EXERCISES for code in made.slips
]
each = pytest.mark.parametrize("made", EXERCISES, ids=lambda made: made.slug)
SEEDS = [RELEASE, GRADING]


def run(source, made):
    """The names a cell defines, where the exercises it builds on are solved."""
    rooms = {need.name: need.reference for need in made.needs}
    exec(source, rooms)
    return rooms


@cache
def slipped(made, code, seed):
    """The marks of a solution with this slip; several tests look at them, in one process."""
    return mark_code(made, local(made.namespace(code)), seed)


@each
@pytest.mark.parametrize("seed", SEEDS)
def test_reference_gets_full_marks(made, seed):
    """The solution, run as a cell, earns everything."""
    marks = mark_code(made, local(run(made.solution, made)), seed)
    assert marks.points == marks.out_of == made.points, [finding for finding in marks.verdicts if finding.points == 0]


@each
def test_starter_is_blank(made):
    """What is handed out runs without an error, earns nothing, and counts as not begun."""
    marks = mark_code(made, local(run(made.starter, made)), GRADING)
    assert marks.points == 0 and marks.blank, marks.verdicts


@each
def test_starter_says_what_is_wanted(made):
    """Every function that is to be written has a docstring; no line is wider than a notebook's cell."""
    functions = [node for node in ast.walk(ast.parse(made.starter)) if isinstance(node, ast.FunctionDef)]
    assert functions and all(ast.get_docstring(node) for node in functions)
    assert "NotImplementedError" in made.starter and max(map(len, made.starter.splitlines())) <= 100


@pytest.mark.parametrize("made, code", SLIPS, ids=lambda value: getattr(value, "slug", value))
def test_planted_slip_is_named_and_costs(made, code):
    """A slip loses some of the points, and is called by its name wherever it does."""
    for seed in SEEDS:
        marks = slipped(made, code, seed)
        lost = [finding for finding in marks.verdicts if finding.points < finding.behaviour.points]
        assert lost and {finding.code for finding in lost} == {code}, seed
        assert len(lost) == 1 or code in made.fatal, "one slip costs one behaviour, unless the exercise says why not"


REAL = ("training/features-code", "training/split-in-time-code")
"""Exercises about the table of bike rentals: its numbers are what they are."""

SETTINGS = (0.96, 1e-8)  # β₂ and ε of Adam


@pytest.mark.parametrize("made, code", SLIPS, ids=lambda value: getattr(value, "slug", value))
def test_a_report_can_be_followed_by_hand(made, code):
    """What a slip shows is written out in full: whole numbers or halves go in, and no value is merely described."""
    for seed in SEEDS:
        check_report(made, slipped(made, code, seed))


def check_report(made, marks):
    finding = next(finding for finding in marks.verdicts if finding.state == "mistake")
    given = {name: from_plain(value) for name, value in finding.behaviour.given(finding.case).items()}
    text = report_text(marks)
    assert all(f"goes in:     {name} = " in text for name in given) and ("comes out:   " in text or finding.raised)
    if not finding.behaviour.judge and made.slug not in REAL:
        assert "is expected: " in text and "= an array" not in text and "= a list" not in text and "…" not in text, text
        numbers = [number for value in given.values() for number in every_number(value)]
        assert all((abs(n) <= 1000 and float(2 * n).is_integer()) or n in SETTINGS for n in numbers), text


def every_number(value):
    """The numbers in a value, however deep."""
    if isinstance(value, dict):
        return [number for part in value.values() for number in every_number(part)]
    if isinstance(value, (list, np.ndarray)) and not (isinstance(value, np.ndarray) and value.ndim == 0):
        return [number for part in value for number in every_number(part)]
    return [] if isinstance(value, str) else [float(value)]


@each
def test_cases_begin_small(made):
    """The first case of every behaviour is the smallest, so that the one that is shown can be followed by hand."""
    for behaviour in made.behaviours:
        cases = behaviour.drawn(RELEASE)
        assert cases[0].size == min(case.size for case in cases), behaviour.title
