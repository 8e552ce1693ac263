"""What is fair, on every page: what is asked stands there, rounding costs nothing, one slip costs one point."""

import pytest

from autograder import pages
from autograder.marking.pages import mark

from .students import rounds, slips, unseen

CATALOGUE = pages.catalogue()
ROUNDED = {"most": 200, "sample": 10}  # variants on which somebody rounds, in `make prove` and `make test`
SLIPPED = {"most": 100, "sample": 2}  # variants on which somebody makes each slip, in `make prove` and `make test`
SEEN = {"most": 3, "sample": 1}  # variants that are looked at for what they do not show


@pytest.fixture(scope="module", params=CATALOGUE)
def page(request):
    """Every page in turn."""
    return CATALOGUE[request.param]


def test_what_is_asked_stands_on_the_page(page, variants):
    """No number decides a key that the blank page does not show."""
    for variant in variants(**SEEN):
        assert not unseen(page, variant)


def test_rounding_as_asked_costs_nothing(page, variants, record_property):
    """Who rounds every answer to the digits asked, or to one more, and computes on with it, earns every point."""
    if not any(box.digits for box in page.sheet().boxes):
        pytest.skip("no box asks for digits")
    for variant in variants(**ROUNDED):
        sheet = page.sheet(variant)
        for extra in (0, 1):
            marks = mark(page, typed := rounds(sheet, extra), variant)
            lost = [(v.box, v.text, v.state, sheet.boxes[v.box - 1].key) for v in marks.verdicts if v.state != "right"]
            assert marks.points == marks.out_of, (variant, extra, lost, typed)
    record_property("students who round", 2 * len(variants(**ROUNDED)))
    record_property("points lost by rounding", 0)


def test_one_slip_costs_one_point(page, variants, record_property):
    """Who makes a named slip and works on with it consistently loses the point of that box and no other."""
    made = 0
    for variant in variants(**SLIPPED):
        for slip in slips(page.sheet(variant)):
            marks = mark(page, slip.typed, variant)
            lost = [v.box for v in marks.verdicts if v.state not in ("right", "follows") and v.box != slip.box]
            assert not lost, (variant, slip, [marks.verdicts[n - 1] for n in lost])
            made += 1
    record_property("slips worked on with", made)
    record_property("points lost by consistency", 0)
