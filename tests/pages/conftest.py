"""Hold the keys of a page against a second computation of them."""

from fractions import Fraction

import numpy as np
import pytest

from autograder import pages
from autograder.answers.equality import equal
from autograder.authoring.page import _sheet
from autograder.engine.expressions import Expr
from autograder.layout import Shape, undrawn

VARIANTS = 1000


@pytest.fixture
def agrees():
    """agrees(slug, compute): the keys of all variants are what compute(givens) gives, in the order of the boxes.

    compute returns numbers, words, shapes and arrays of them; a formula may be given as a function of a dict of
    values, and is then compared with the key at a few points.
    """

    def check(slug, compute, variants=VARIANTS):
        page = pages.load(slug)
        for variant in range(variants):
            with undrawn():  # keys alone: no drawing, and nothing kept for those who want one
                sheet = _sheet.__wrapped__(page, variant)
            expected = [entry for part in compute(sheet.givens) for entry in _flat(part)]
            assert len(expected) == len(sheet.boxes)
            for box, value in zip(sheet.boxes, expected, strict=True):
                assert _same(box, value), (slug, variant, box.label, box.key, value)

    return check


def _flat(part):
    return [part] if callable(part) or isinstance(part, (str, Shape)) else np.ravel(np.asarray(part, dtype=object))


def _same(box, value) -> bool:
    if box.kind in ("shape", "choice"):
        return equal(value, box.key)
    if isinstance(box.key, Expr):
        points = [{name: 0.4 + 0.3 * i + k for k, name in enumerate(box.names)} for i in range(4)]
        return all(abs(float(box.key.evaluate(at)) - value(at)) < 1e-6 * max(1, abs(value(at))) for at in points)
    if box.digits:
        return equal(float(value), box.key, box.digits)
    return abs(float(value) - float(Fraction(box.key))) < 1e-9 * max(1.0, abs(float(value)))
