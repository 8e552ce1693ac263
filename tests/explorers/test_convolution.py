"""Explorers of chapter 11: the sums by plain loops, and what an output sees by nudging."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.explorers import load
from autograder.explorers.convolution import FILTERS, INPUTS, PICTURE, SIDE, SPREADS, paths, stacked, stop


def marks(node, kind: str) -> list:
    return [mark for mark in node.parts if mark.kind == kind]


def shown(**values):
    """The output, the grids below it, and the numbers that are said."""
    body = load("convolution/sliding").draw(values).body
    outputs, grids = marks(body[0], "cells")[1].data, [mark.data for mark in marks(body[1], "cells")]
    return outputs, grids, dict(body[2].parts)


@pytest.mark.parametrize("name", FILTERS)
@pytest.mark.parametrize("stride, padding, turned", [(1, 0, False), (2, 0, True), (1, 1, True), (2, 1, False)])
def test_every_output_is_the_sum_under_the_filter(name, stride, padding, turned):
    """A loop over the stops, and nine products at each."""
    weights = FILTERS[name].weights[::-1, ::-1] if turned else FILTERS[name].weights
    wide = np.zeros((SIDE + 2 * padding,) * 2)
    wide[padding : padding + SIDE, padding : padding + SIDE] = PICTURE
    count = (len(wide) - 3) // stride + 1
    wanted = [[sum(weights[a, b] * wide[stride * i + a, stride * j + b] for a in range(3) for b in range(3))
               for j in range(count)] for i in range(count)]  # fmt: skip
    outputs, _, numbers = shown(filter=name, stride=f"{stride}", padding=bool(padding), turned=turned)
    assert outputs == pytest.approx(np.array(wanted))
    assert numbers["stops"] == f"{count} × {count}"


@pytest.mark.parametrize("across, down", [(1.5, 1.5), (5.5, 1.5), (3.5, 4.5), (0.5, 6.5)])
def test_what_is_framed_belongs_together(across, down):
    """The sum of the products is the output that is framed, and the number that is said."""
    outputs, (patch, weights, products), numbers = shown(filter_at=[across, down], filter="edges")
    i, j = (int(np.clip(place - 1.5, 0, 4)) for place in (down, across))
    assert patch == pytest.approx(PICTURE[i : i + 3, j : j + 3]) and products == pytest.approx(patch * weights)
    assert products.sum() == pytest.approx(outputs[i, j])
    assert float(numbers["sum"].replace("−", "-")) == pytest.approx(outputs[i, j])


def test_a_dragged_filter_lies_at_the_nearest_stop():
    """With a stride and with padding as well, and never beside the picture."""
    assert [stop(place, 1, 0, 5) for place in (0.5, 1.5, 3.4, 6.5)] == [0, 0, 2, 4]
    assert [stop(place, 2, 1, 4) for place in (0.5, 1.6, 2.5, 6.5)] == [0, 1, 1, 3]


@pytest.mark.parametrize("k", [2, 3, 5])
@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("spread", SPREADS)
@pytest.mark.parametrize("layers", [1, 2, 4])
def test_lit_is_what_can_change_the_output(k, stride, spread, layers):
    """Layers with weights 1: the slope of the output by an input is the number of ways between them."""
    stack = stacked(k, stride, SPREADS[spread], layers)
    row = np.eye(INPUTS)
    for layer, count in enumerate(stack.counts[1:]):
        apart = 1 if spread == "side by side" else 2**layer
        row = np.array([sum(row[stride * node + apart * place] for place in range(k)) for node in range(count)])
    for top in range(len(row)):
        assert paths(stack, top)[0] == pytest.approx(row[top])
    drawn = load("convolution/field").draw({"k": f"{k}", "stride": f"{stride}", "places": spread, "layers": layers})
    seen = np.flatnonzero(row[0])
    assert dict(drawn.body[2].parts)["sees"] == f"{seen[-1] - seen[0] + 1} inputs"


def test_layers_that_find_no_room_are_left_out():
    """And it is said from which one on."""
    said = load("convolution/field").draw({"k": "5", "stride": "2", "layers": 4}).body[-1].options["text"]
    assert said.startswith("The row is too short for layer 3. 1 + 4 + 8: ")
