"""Windows: at how many stops they fit, what lies under their places, and how far they see."""

import numpy as np
import pytest

from autograder.engine.arrays import ShapeError
from autograder.engine.windows import Window, receptive_field


@pytest.mark.parametrize("n", range(1, 9))
@pytest.mark.parametrize("k", [1, 2, 3])
@pytest.mark.parametrize("stride", [1, 2, 3])
def test_the_number_of_stops_is_that_of_counting(n, k, stride):
    """For each padding and dilation the formula gives what walking along the row gives."""
    for padding in (0, 1, 2):
        for dilation in (1, 2):
            last, starts = n + 2 * padding - 1, []
            start = 0
            while start + dilation * (k - 1) <= last:
                starts.append(start)
                start += stride
            window = Window((k,), stride, padding, dilation)
            if starts:
                assert window.outputs((n,)) == (len(starts),)
            else:
                with pytest.raises(ShapeError, match=f"on a length of {n} with padding {padding}.*more padding"):
                    window.outputs((n,))


def test_what_lies_under_each_place():
    """On a padded picture, with stride and dilation, each place sees what an index says."""
    x, window = np.arange(1.0, 36.0).reshape(5, 7), Window((2, 3), stride=2, padding=1, dilation=2)
    padded = window.padded(x)
    stops = window.outputs(x.shape)
    for (i, j), under in window.places(padded):
        expected = [[padded[2 * r + 2 * i, 2 * c + 2 * j] for c in range(stops[1])] for r in range(stops[0])]
        assert under.tolist() == expected
    assert np.array_equal(window.cropped(padded), x)


@pytest.mark.parametrize("seed", range(8))
def test_the_receptive_field_is_what_a_nudge_reaches(seed):
    """Counting the inputs on which the middle output depends, layer by layer, gives the formula."""
    draw = np.random.default_rng(seed)
    windows = [
        Window((int(draw.integers(1, 4)),), int(draw.integers(1, 3)), 0, int(draw.integers(1, 3))) for _ in range(3)
    ]
    seen = {0}
    for window in reversed(windows):
        seen = {window.stride * stop + window.dilation * place for stop in seen for place in range(window.size[0])}
    assert receptive_field(windows) == (max(seen) + 1,)


def test_what_no_window_can_have_is_named():
    """A stride of 0, a negative padding, an empty window, and a field of no layer."""
    for window, name in [
        (Window((2,), stride=0), "stride"),
        (Window((2,), padding=-1), "padding"),
        (Window((0,)), "size"),
    ]:
        with pytest.raises(ShapeError, match=f"the {name} of a window is"):
            window.outputs((4,))
    with pytest.raises(ShapeError, match="dilation"):
        receptive_field([Window((3,), dilation=0)])
    with pytest.raises(ShapeError, match="at least one layer"):
        receptive_field([])
