"""The keys of pages on which one line of worked work is wrong, from lines computed a second way."""

import numpy as np


def found(number, kind, right, written, end):
    """What a student finds: the line, the kind of slip, what its first wrong number should be, and the last line."""
    right, written = np.ravel(right), np.ravel(written)
    first = next(i for i in range(right.size) if abs(right[i] - written[i]) > 1e-9)
    return [f"line {number}", kind, right[first], end]
