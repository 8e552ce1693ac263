"""The code on a sheet: it comes back as it was, and a slip of the pen is refused."""

from __future__ import annotations

from itertools import combinations
from random import Random

import pytest

from autograder.authoring.page import OWN, OWN_VARIANTS
from autograder.paper.codes import SIGNS, Code, CodeError, looks_like_code, read_code

RNG = Random("sheets")
ENDS = (Code(7, 9, 0, "N"), Code(10, 36, OWN + OWN_VARIANTS - 1, "0"), Code(0, 1, OWN, "Z"))
DRAWN = (
    Code(RNG.randint(0, 120), RNG.randint(1, 99), OWN + RNG.randrange(OWN_VARIANTS), RNG.choice(SIGNS))
    for _ in range(20)
)
CODES = [*ENDS, *DRAWN]


@pytest.mark.parametrize("code", CODES, ids=lambda code: code.text)
def test_a_code_says_what_it_was_made_of(code):
    """In capitals or not, with the signs that are taken for others, with other dashes, or blanks, or none."""
    small = code.text.lower()
    head, *rest = small.split("-")
    signs = "-".join(rest)
    alike = f"{head}-{signs.replace('1', 'l')}", f"{head}-{signs.replace('1', 'I').replace('0', 'o')}"
    spaced = small.replace("-", " "), small.replace("-", "–"), f" {head.replace('.', ',')}-{''.join(rest)} "
    for text in (small, *alike, *spaced):
        assert read_code(text) == code, text
    assert looks_like_code(small)


@pytest.mark.parametrize("code", CODES, ids=lambda code: code.text)
def test_one_wrong_sign_never_goes_unnoticed(code):
    """Nor do two that changed places, wherever they stand."""
    text = code.text
    at = [n for n, sign in enumerate(text) if sign not in ".-"]
    for n in at:
        for sign in set("0123456789" if n < text.index("-") else SIGNS) - {text[n]}:
            with pytest.raises(CodeError):
                read_code(text[:n] + sign + text[n + 1 :])
    for n, m in combinations(at, 2):
        swapped = list(text)
        swapped[n], swapped[m] = text[m], text[n]
        if text[n] != text[m]:
            with pytest.raises(CodeError):
                read_code("".join(swapped))


@pytest.mark.parametrize(
    "text", ["", "7.9", "ada", "7.9-0000", "7.9-0000-NKK", "7-0000-NK", "7.9-UUUU-NK", "٧.9-0000-NK"]
)
def test_what_is_no_code_is_told_what_one_looks_like(text):
    """And where it stands."""
    with pytest.raises(CodeError, match="looks like|not the code"):
        read_code(text)
