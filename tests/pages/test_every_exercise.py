"""Every code exercise of the workbook keeps its promises."""

from __future__ import annotations

import ast

import pytest

from autograder import pages
from autograder.authoring.exercise import RELEASE
from autograder.marking.code import GRADING, local, mark_code

EXERCISES = list(pages.exercises().values())
SLIPS = [(made, code) for made in EXERCISES for code in made.slips]
each = pytest.mark.parametrize("made", EXERCISES, ids=lambda made: made.slug)
seeds = pytest.mark.parametrize("seed", [RELEASE, GRADING])


def run(source, made):
    """The names a cell defines, where the exercises it builds on are solved."""
    rooms = {need.name: need.reference for need in made.needs}
    exec(source, rooms)
    return rooms


@each
@seeds
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
@seeds
def test_planted_slip_is_named_and_costs(made, code, seed):
    """A slip loses some of the points, and is called by its name wherever it does."""
    marks = mark_code(made, local(made.namespace(code)), seed)
    lost = [finding for finding in marks.verdicts if finding.points < finding.behaviour.points]
    assert lost and {finding.code for finding in lost} == {code}


@each
def test_cases_begin_small(made):
    """The first case of every behaviour is the smallest, so that the one that is shown can be followed by hand."""
    for behaviour in made.behaviours:
        cases = behaviour.drawn(RELEASE)
        assert cases[0].size == min(case.size for case in cases), behaviour.title
