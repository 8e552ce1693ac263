"""Chapter 8: its worked networks in literal numbers, and that "the same network" is the same."""

import numpy as np
import pytest

from autograder import pages
from autograder.authoring.page import OWN

from . import test_equations_errors, test_equations_networks

PAGES = pages.chapter_pages("equations")


def shown(slug: str) -> list[str]:
    return [box.shown for box in pages.load(f"equations/{slug}").sheet().boxes]


def test_nudging_z():
    """At z = 4 with the target 1 the cost is 4.5; nudges of 1 and 0.1 give the ratios 3.5 and 3.05, and δ is 3."""
    assert shown("nudge-z") == ["4.5", "8", "3.5", "3.5", "4.805", "0.305", "3.05", "3", "z - 1"]


def test_first_equation():
    """a = 0.8 with the target 1: −0.2 times 0.16 is −0.032."""
    assert shown("bp1-one-node")[3:6] == ["-0.2", "0.16", "-0.032"]


def test_second_equation_sums_over_both_paths():
    """0.3·3 + 0.5·(−2) = −0.1, times the slope 0.24."""
    assert shown("bp2-one-node")[:7] == ["0.3", "3", "0.5", "-2", "-0.1", "0.24", "-0.0240"]


def test_small_network():
    """z = (−0.5, 1.5) and a⁽²⁾ = 0.147 cost 0.364; back come δ⁽²⁾ = −0.107 and δ⁽¹⁾ = (−0.0251, 0.0319)."""
    assert shown("small-forward") == ["-0.5", "1.5", "0.378", "0.818", "-1.76", "0.147", "0.364"]
    assert [shown("small-backward")[i] for i in (2, 7, 8)] == ["-0.107", "-0.0251", "0.0319"]


def test_deep_network():
    """a⁽³⁾ = 0.875 for the target 0; δ⁽³⁾ = 0.0954, δ⁽²⁾ = (0.0322, −0.0100), δ⁽¹⁾ = (0.0175, −0.0123, 0.0033)."""
    assert shown("deep-forward")[5] == "0.875"
    assert [shown("deep-output")[i] for i in (2, 7, 8)] == ["0.0954", "0.0322", "-0.0100"]
    assert shown("deep-backward")[-3:] == ["0.0175", "-0.0123", "0.00331"]


def test_every_page_is_computed_a_second_time():
    """No page of the chapter escapes the second computations."""
    twice = {*test_equations_errors.INDEPENDENT, *test_equations_networks.INDEPENDENT}
    assert {page.slug.partition("/")[2] for page in PAGES} == twice


SAME = [
    ["small-forward", "small-backward", "small-gradients"],
    ["deep-first", "deep-forward", "deep-output", "deep-backward", "deep-gradients"],
]


@pytest.mark.parametrize("names", SAME, ids=["2-2-1", "2-3-2-1"])
def test_the_same_network_is_the_same(names, variants):
    """Pages that speak of one network have the same inputs, target, weights and biases, and other ones each time."""
    drawn = set()
    for variant in [*variants(40), OWN + 7]:
        nets = [str(pages.load(f"equations/{name}").sheet(variant).givens) for name in names]
        assert len(set(nets)) == 1, variant
        drawn.add(nets[0])
    assert len(drawn) > 2


@pytest.mark.parametrize("names", SAME, ids=["2-2-1", "2-3-2-1"])
def test_its_target_is_not_always_the_same(names):
    """Some networks should say 1 and do not, others should say 0."""
    page = pages.load(f"equations/{names[0]}")
    assert {float(np.ravel(page.sheet(variant).givens["y"])[0]) for variant in range(12)} == {0.0, 1.0}
