"""Chapter 8: its worked networks in literal numbers, and that rounding on the way never costs a point."""

import numpy as np
import pytest

from autograder import pages
from autograder.layout.numbers import rounded
from autograder.marking.pages import mark

from . import test_equations_errors, test_equations_networks

PAGES = pages.chapter_pages("equations")


def shown(slug: str) -> list[str]:
    return [box.shown for box in pages.load(f"equations/{slug}").sheet().boxes]


def test_nudging_z():
    """At z = 3 with the target 1 the cost is 2; nudges of 1 and 0.1 give the ratios 2.5 and 2.05, and δ is 2."""
    assert shown("nudge-z") == ["2", "4.5", "2.5", "2.5", "2.205", "0.205", "2.05", "2", "z - 1"]


def test_first_equation():
    """a = 0.8 with the target 1: −0.2 times 0.16 is −0.032."""
    assert shown("bp1-one-node")[3:6] == ["-0.2", "0.16", "-0.0320"]


def test_second_equation_sums_over_both_paths():
    """0.3·3 + 0.5·(−2) = −0.1, times the slope 0.24."""
    assert shown("bp2-one-node")[:7] == ["0.3", "3", "0.5", "-2", "-0.100", "0.240", "-0.0240"]


def test_small_network():
    """z = (−0.5, 1.5) and a² = 0.147 cost 0.364; back come δ² = −0.107 and δ¹ = (−0.0251, 0.0319)."""
    assert shown("small-forward") == ["-0.5", "1.5", "0.378", "0.818", "-1.76", "0.147", "0.364"]
    assert [shown("small-backward")[i] for i in (2, 7, 8)] == ["-0.107", "-0.0251", "0.0319"]


def test_deep_network():
    """a³ = 0.875 for the target 0; back come δ³ = 0.0955, δ² = (0.0322, −0.0100) and δ¹ = (0.0175, −0.0123, 0.0033)."""
    assert shown("deep-forward")[5] == "0.875"
    assert [shown("deep-output")[i] for i in (2, 7, 8)] == ["0.0955", "0.0322", "-0.0100"]
    assert shown("deep-backward")[-3:] == ["0.0175", "-0.0123", "0.00331"]


def test_every_page_is_computed_a_second_time():
    """No page of the chapter escapes the second computations."""
    twice = {*test_equations_errors.INDEPENDENT, *test_equations_networks.INDEPENDENT}
    assert {page.slug.partition("/")[2] for page in PAGES} == twice


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.slug)
def test_computing_on_with_rounded_answers_is_right(page, variants):
    """Who rounds each answer to the digits asked for, and computes on with that, earns every point."""
    for variant in variants(200, sample=5):
        sheet, typed = page.sheet(variant), {}
        held = {}
        for box in sheet.boxes:
            value = sheet.follow(held).handed[box.number - 1] if box.digits and held else box.key
            exact = box.literal.strip('"')
            typed[box.number] = rounded(float(value) * (1 + 1e-12), box.digits) if box.digits else exact
            if box.digits and not np.isclose(float(typed[box.number]), float(box.key), rtol=1e-12, atol=0):
                held[box.number] = float(typed[box.number])
        assert mark(page, typed, variant).points == len(sheet.boxes), (variant, typed)
