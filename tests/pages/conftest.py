"""Hold the keys of a page against a second computation of them, and keep all tests of a page in one process."""

import re

import pytest

from autograder import pages
from autograder.authoring.page import Page
from autograder.course.facts import disagreements

KEYS = 1000  # variants whose keys are computed a second time, in `make prove`
DRAWING = ("/tests/pages/", "/tests/explorers/test_checking")  # tests that draw many variants of a page


@pytest.hookimpl(wrapper=True)  # before xdist looks at the groups, whenever this file is read
def pytest_collection_modifyitems(items):
    """All tests of a page, of whatever file, run one after the other in one process: its variants are drawn once. So do
    those of pages that share numbers, which are drawn until they fit all of them."""
    for item in items:
        if any(part in item.path.as_posix() for part in DRAWING) and (slug := _slug(item)):
            page = pages.load(slug)
            group = f"{page.chapter}.{page.shares.__name__}" if page.shares else slug
            item.add_marker(pytest.mark.xdist_group(group))
    return (yield)


def _slug(item) -> str | None:
    """The page that a test is about, as its parameters name it: a page, its slug, or its name in the chapter."""
    chapter = re.match(r"test_([a-z]+)", item.path.stem)[1]
    for value in item.callspec.params.values() if hasattr(item, "callspec") else ():
        name = value.slug if isinstance(value, Page) else str(value)
        for slug in (name, f"{chapter}/{name}"):
            if pages.find(slug):
                return slug
    return None


@pytest.fixture
def agrees(variants, record_property):
    """agrees(page, compute): the keys of all variants are what compute(givens) gives, in the order of the boxes."""

    def check(page, compute):
        page = pages.load(page) if isinstance(page, str) else page
        tried = variants(KEYS)
        assert disagreements(page, compute, tried) == []
        record_property("keys computed a second way", len(tried) * page.points)

    return check
