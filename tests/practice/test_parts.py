"""The part of a page that matters."""

from __future__ import annotations

import pytest

from autograder.pages import catalogue
from autograder.practice.parts import MOST, codes, parts, parts_with, variant_for


def test_every_box_of_every_page_is_in_one_part():
    """Nothing of a page is left out for good, and no part is long."""
    for slug, page in catalogue().items():
        listed = parts(slug)
        assert sorted(n for part in listed for n in part) == list(range(1, page.points + 1)), slug
        assert all(1 <= len(part) <= MOST and list(part) == sorted(part) for part in listed), slug


def test_for_a_slip_only_the_boxes_are_asked_in_which_it_can_be_made():
    """On every page, for every slip that it plants."""
    for slug, page in catalogue().items():
        boxes = page.sheet().boxes
        for code in codes(slug):
            asked = {n for part in parts_with(slug, code) for n in part}
            assert asked == {box.number for box in boxes if code in dict(box.mistakes)}, (slug, code)


@pytest.mark.parametrize("n", [0, 3, 50])
def test_other_numbers_let_the_slip_be_made(n):
    """The variant is for practice, and the slip can be told from the key in it."""
    for slug in [*catalogue()][5::40]:
        for code in sorted(codes(slug))[:2]:
            part = parts_with(slug, code)[0]
            variant = variant_for(slug, part, code, n)
            boxes = catalogue()[slug].sheet(variant).boxes
            assert 0 < variant < 10_000 and any(code in dict(boxes[b - 1].mistakes) for b in part), (slug, code)
