"""A filter over a row, and pictures as grids: where the lines go, and what they light."""

import re

import numpy as np
import pytest

from autograder.layout import boxed, boxes_in, echo, undrawn
from autograder.layout.slides import Grid, grids, sliding

LINE = re.compile(r'class="wb-edge"[^>]*? d="M([\d.]+) [\d.]+L([\d.]+) ')
CELL = re.compile(r'<rect class="wb-node[^>]*? x="([\d.]+)" y="([\d.]+)"')


def lines(drawn) -> list[tuple[float, float]]:
    """From where to where each line goes, across."""
    return [tuple(map(float, match.groups())) for shape in drawn.options["shapes"] for match in LINE.finditer(shape)]


def cells(drawn) -> list[tuple[float, float]]:
    return [tuple(map(float, match.groups())) for shape in drawn.options["shapes"] for match in CELL.finditer(shape)]


@pytest.mark.parametrize("slide", [{}, {"stride": 2}, {"padding": 1}, {"dilation": 2}, {"stride": 2, "padding": 2}])
def test_a_line_from_each_number_under_the_filter_to_what_it_makes(slide):
    """Each stop has a line for each weight, from the places that the filter covers, and stands in their middle."""
    s, p, r = (slide.get(name, default) for name, default in (("stride", 1), ("padding", 0), ("dilation", 1)))
    stops = (6 + 2 * p - r * 2 - 1) // s + 1
    drawn = sliding(list(range(6)), list(range(stops)), 3, title="t", **slide)
    row = sorted({x for x, y in cells(drawn) if y == min(y for _, y in cells(drawn))})
    assert len(row) == 6 + 2 * p
    middles = [x + 23 for x in row]
    expected = [
        (middles[s * stop + r * t], (middles[s * stop] + middles[s * stop + 2 * r]) / 2)
        for stop in range(stops)
        for t in range(3)
    ]
    assert lines(drawn) == pytest.approx(expected)


def test_a_weight_lights_all_its_lines():
    """The lines of one weight have one name at all stops, and the stop that is pointed out has the weights on them."""
    drawn = sliding(list(range(6)), list(range(4)), 3, at=1, weights=[3, 1, -2], title="t")
    for name in ("w_1", "w_2", "w_3"):
        assert sum(f'class="wb-edge" data-lit="{name}"' in shape for shape in drawn.options["shapes"]) == 4
    chips = [label for label in drawn.parts if label.style == "chip"]
    assert [chip.part.parts[0] for chip in chips] == [3, 1, -2]


def test_zeros_of_the_padding_are_dashed():
    """They stand at both ends, and nothing else is dashed."""
    drawn = sliding([4, 5, 6], [1, 2, 3], 3, padding=1, title="t")
    dashed = [shape for shape in drawn.options["shapes"] if "stroke-dasharray" in shape]
    assert len(dashed) == 2 and [label.part for label in drawn.parts if label.style == "node"][:5] == [0, 4, 5, 6, 0]


def test_pictures_stand_in_a_line_and_hold_their_boxes():
    """A box is a square of its own, each number a cell; the window frames what lies under it."""
    made = Grid([[boxed(5.0, 1), boxed(6.0, 2)]], "z")
    drawn = grids(Grid(np.arange(12.0).reshape(3, 4), "x", window=(0, 1, 2, 2)), "→", made, title="t")
    assert len(cells(drawn)) == 12 and list(boxes_in(drawn)) == [1, 2]
    assert [label.part for label in drawn.parts if label.style == "name"] == ["x", "→", "z"]
    frame = re.search(
        r'<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"', drawn.options["shapes"][12]
    )
    left, top = min(cells(drawn))[0], min(y for _, y in cells(drawn))
    assert list(map(float, frame.groups())) == pytest.approx([left + 52 - 1 + 1 - 1, top - 1, 106, 106], abs=1.01)


def test_nothing_is_drawn_while_marking():
    """Marking wants the numbers alone."""
    with undrawn():
        assert sliding([1, 2], [1], 2, title="t").parts == () == grids(Grid([[1]]), title="t").parts


def test_an_echo_gives_no_key_away():
    """What a page repeats stands there as an echo, never as the number."""
    drawn = sliding(echo(np.array([boxed(5.0, 1)])), [boxed(2.0, 2)], 1, title="t")
    assert list(boxes_in(drawn)) == [2]
