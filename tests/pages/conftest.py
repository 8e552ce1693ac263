"""Hold the keys of a page against a second computation of them, and keep all tests of a page in one process."""

import re
from fractions import Fraction

import numpy as np
import pytest

from autograder import pages
from autograder.answers.equality import equal
from autograder.authoring.page import Page
from autograder.engine.expressions import Expr
from autograder.layout import Shape

KEYS = 1000  # variants whose keys are computed a second time, in `make prove`


@pytest.hookimpl(wrapper=True)  # before xdist looks at the groups, whenever this file is read
def pytest_collection_modifyitems(items):
    """All tests of a page, of whatever file, run one after the other in one process: its variants are drawn once."""
    for item in items:
        if "/tests/pages/" in item.path.as_posix() and (slug := _slug(item)):
            item.add_marker(pytest.mark.xdist_group(slug))
    return (yield)


def _slug(item) -> str | None:
    """The page that a test is about, as its parameters name it: a page, its slug, or its name in the chapter."""
    chapter = re.match(r"test_([a-z]+)", item.path.stem)[1]
    for value in item.callspec.params.values() if hasattr(item, "callspec") else ():
        name = value.slug if isinstance(value, Page) else str(value)
        for slug in (name, f"{chapter}/{name}"):
            if slug in pages.catalogue():
                return slug
    return None


@pytest.fixture
def agrees(variants, record_property):
    """agrees(page, compute): the keys of all variants are what compute(givens) gives, in the order of the boxes.

    compute returns numbers, words, shapes and arrays of them; a formula may be given as a function of a dict of
    values, and is then compared with the key at a few points.
    """

    def check(page, compute):
        page = pages.load(page) if isinstance(page, str) else page
        compared = 0
        for variant in variants(KEYS):
            sheet = page.sheet(variant)
            expected = [entry for part in compute(sheet.givens) for entry in _flat(part)]
            assert len(expected) == len(sheet.boxes)
            for box, value in zip(sheet.boxes, expected, strict=True):
                assert _same(box, value), (page.slug, variant, box.label, box.key, value)
                compared += 1
        record_property("keys computed a second way", compared)

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
