"""The code on a sheet of paper: which page it is, with whose numbers, and a sign by which a slip of the pen shows.

    code = Code(7, 9, 0, fingerprint("backpropagation/max-node"))
    code.text                        7.9-0000-NK
    read_code("7.9 0000 nk") == code
    read_code("7.8-0000-NK")         CodeError: it is not the code of any sheet

Chapter, page of the chapter, variant, then two signs. The first is of the page's name: where pages have moved since a
sheet was printed, its code no longer fits, and nobody's answers go to another page. The last is made of all the others
in such a way that one wrong sign, and two that changed places, never go unnoticed: each sign is an element of the field
with 32 elements, and the last is the value of the polynomial whose coefficients the others are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from hashlib import sha256
from typing import NamedTuple

from ..errors import WorkbookError

SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""No I, L, O or U: what looks like 1 or 0 is read as 1 or 0."""
ALIKE = str.maketrans("ILO", "110")
LENGTH = 4  # signs of a variant: 32⁴ is more than there are
FIELD = 0b100101  # x⁵ + x² + 1, whose root generates the field: up to 31 places have weights of their own
CODE = re.compile(r"(\d{1,3})[.,](\d{1,3})[\s-]*([0-9A-Z]{4})[\s-]*([0-9A-Z])([0-9A-Z])", re.ASCII)
EXAMPLE = "7.9-0000-NK"
DASHES = re.compile(r"[\u2010-\u2015\u2212]")


class CodeError(WorkbookError):
    """This is no code of a sheet. The message says what to do."""


class Code(NamedTuple):
    """What a sheet is: page `page` of chapter `chapter`, with the numbers of `variant`."""

    chapter: int
    page: int
    variant: int
    name: str  # fingerprint of the page's name

    @property
    def text(self) -> str:
        """As it is printed."""
        return f"{self.chapter}.{self.page}-{_variant(self.variant)}-{self.name}{_check(self)}"


def fingerprint(slug: str) -> str:
    """One sign for the name of a page."""
    return SIGNS[sha256(slug.encode()).digest()[0] >> 3]


def looks_like_code(text: str) -> bool:
    """Whether somebody means a code: a page's number, and more behind it."""
    return bool(CODE.fullmatch(_tidy(text)))


def read_code(text: str) -> Code:
    """The code that was typed, in capitals or not, with other dashes or none. CodeError where a sign is wrong."""
    match = CODE.fullmatch(_tidy(text))
    if not match:
        raise CodeError(f"{text.strip()[:30]!r} is no code. It looks like {EXAMPLE} and stands at the foot of a sheet.")
    chapter, page, variant, name, check = match.groups()
    signs = f"{variant}{name}{check}".translate(ALIKE)
    if set(signs) <= set(SIGNS):
        code = Code(int(chapter), int(page), _number(signs[:LENGTH]), signs[LENGTH])
        if _check(code) == signs[-1]:
            return code
    raise CodeError(f"{text.strip()} is not the code of any sheet: one of its signs is wrong. Look at the sheet again.")


def _tidy(text: str) -> str:
    return DASHES.sub("-", text).strip().upper()


def _variant(number: int) -> str:
    return "".join(SIGNS[number >> 5 * place & 31] for place in reversed(range(LENGTH)))


def _number(signs: str) -> int:
    return sum(SIGNS.index(sign) << 5 * place for place, sign in enumerate(reversed(signs)))


def _check(code: Code) -> str:
    """The sign that goes with all the others."""
    before = f"{code.chapter:03}{code.page:03}{_variant(code.variant)}{code.name}"
    return SIGNS[_polynomial(map(SIGNS.index, before))]


def _polynomial(coefficients: Iterable[int]) -> int:
    """Its value at the generator of the field, by Horner; the last coefficient has a weight too."""
    value = 0
    for coefficient in coefficients:
        value = _times_generator(value ^ coefficient)
    return value


def _times_generator(element: int) -> int:
    doubled = element << 1
    return doubled ^ FIELD if doubled > 31 else doubled
