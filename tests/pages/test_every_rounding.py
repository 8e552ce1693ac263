"""A student who rounds here and keeps all digits there loses nothing, on any page that asks for digits."""

import random
from fractions import Fraction

import pytest

from autograder import pages
from autograder.layout.numbers import rounded, simple_fraction
from autograder.marking.pages import mark

WITH_DIGITS = [slug for slug, page in pages.catalogue().items() if any(box.digits for box in page.sheet().boxes)]


def exactly(value) -> str:
    """A value as it is typed where the exact one is asked for: in three digits if it goes on."""
    if not isinstance(value, (int, float, Fraction)):
        return str(value)
    exact = simple_fraction(float(value))
    return rounded(float(value), 3) if exact is None else str(exact)


def filled_in(sheet, chance: random.Random, more: int, share: float) -> dict[int, str]:
    """Every box by somebody who rounds to the digits asked for and `more`, and computes on with each rounded number
    with the probability `share`, else with the exact one."""
    typed: dict[int, str] = {}
    numbers = [box.number for box in sheet.boxes if box.kind == "number"]
    for box in sheet.boxes:
        used = {n: float(Fraction(typed[n])) for n in numbers if n < box.number and chance.random() < share}
        value = sheet.follow(used).handed[box.number - 1]
        asks = box.kind == "number" and box.digits
        typed[box.number] = rounded(float(value), box.digits + more) if asks else exactly(value)
    return typed


@pytest.mark.parametrize("slug", WITH_DIGITS)
def test_rounding_as_asked_loses_no_point(slug, variants):
    """Rounded to the digits asked or to one more, and computed on with exact numbers, or with some of each."""
    for variant in variants(40, sample=3):
        sheet = pages.load(slug).sheet(variant)
        for more, share in ((0, 0.5), (1, 0.5), (0, 0.0)):
            answers = filled_in(sheet, random.Random(f"{slug}/{variant}"), more, share)
            marks = mark(slug, answers, variant)
            refused = [verdict for verdict in marks.verdicts if verdict.state != "right"]
            assert not refused, (variant, more, share, refused, answers)
