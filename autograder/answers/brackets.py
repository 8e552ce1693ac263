"""Where brackets may have been left out of a formula: the same text with brackets put in.

>>> list(with_brackets("e^-6x"))
[('e^(-6x)', 'e^(-6x)')]
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from .formulas import WORDS, plain_formula

PIECE = r"\*\*|[0-9.]+|[^\W\d_]+_?[0-9]*|\S|\s+"
FUNCTION = f"({'|'.join(sorted(WORDS, key=len, reverse=True))})"
SIGNS = frozenset("+-")
NOTHING: frozenset[str] = frozenset()
FACTORS = SIGNS | frozenset("*/·")
OPENS = {"^", "**", "/"}  # what works on the one thing after it, though more may have been meant
MOST = 24  # texts to try


def with_brackets(text: str) -> Iterator[tuple[str, str]]:
    """Pairs of the whole text with brackets put in, and the part of it that was put together.

    After a power sign or a fraction bar the bracket may have been meant to hold all factors that follow, or all that
    follows; after the name of a function, all that follows; before a fraction bar or a dot, all that stands before it.
    Several exponents may lack theirs, and so may a sum between two dots.
    """
    pieces = _pieces(plain_formula(text))
    seen = {"".join(pieces)}
    for spans in _candidates(pieces):
        spans = [(start, end) for start, end in spans if end - start > 1]
        whole = _put_in(pieces, spans)
        if whole not in seen and len(seen) <= MOST:
            seen.add(whole)
            yield whole, _part(pieces, *spans[0])


def _pieces(text: str) -> list[str]:
    """The text in pieces, without the blanks that nothing needs: sin x keeps its own, 1 - a does not."""
    pieces = [part for piece in re.findall(PIECE, text) for part in re.split(FUNCTION, piece) if part]
    wordy = [piece[0].isalnum() for piece in pieces]
    needed = [0 < at < len(pieces) - 1 and wordy[at - 1] and wordy[at + 1] for at in range(len(pieces))]
    return [
        piece if piece.strip() else " " for piece, keep in zip(pieces, needed, strict=True) if keep or piece.strip()
    ]


def _candidates(pieces: list[str]) -> Iterator[list[tuple[int, int]]]:
    """What might be put together: (start, end) of each pair of brackets."""
    signs = [at for at, piece in enumerate(pieces) if piece in OPENS]
    powers = [at for at in signs if pieces[at] != "/"]
    for stops in (SIGNS, NOTHING):
        yield from ([(at + 1, _end(pieces, at + 1, stops))] for at in signs)
    for stops in (SIGNS, FACTORS):
        yield [(at + 1, _end(pieces, at + 1, stops)) for at in powers]
    functions = [at for at, piece in enumerate(pieces[:-1]) if piece in WORDS and pieces[at + 1] != "("]
    yield from ([(at + 1, _end(pieces, at + 1, frozenset()))] for at in functions)
    yield from ([(_start(pieces, at), at)] for at in signs if pieces[at] == "/")
    dots = [at for at, piece in enumerate(pieces) if piece in "*·"]
    yield from ([(_start(pieces, at), at)] for at in dots)
    yield from ([(at + 1, _end(pieces, at + 1, FACTORS - SIGNS))] for at in dots)


def _end(pieces: list[str], start: int, stops: frozenset[str]) -> int:
    """Where what begins at `start` ends: at one of `stops`, at the closing bracket around it, or at the end."""
    depth = 0
    for at in range(start, len(pieces)):
        depth += (pieces[at] == "(") - (pieces[at] == ")")
        if depth < 0 or (depth == 0 and pieces[at] in stops and at > start):
            return at
    return len(pieces)


def _start(pieces: list[str], end: int) -> int:
    depth = 0
    for at in range(end - 1, -1, -1):
        depth += (pieces[at] == ")") - (pieces[at] == "(")
        if depth < 0:
            return at + 1
    return 0


def _put_in(pieces: list[str], spans: list[tuple[int, int]]) -> str:
    starts, ends = [start for start, _ in spans], [end for _, end in spans]
    text = ""
    for at, piece in enumerate([*pieces, ""]):
        text += ")" * ends.count(at) + "(" * starts.count(at) + piece
    return text


def _part(pieces: list[str], start: int, end: int) -> str:
    """What was put together, with what works on it and what it is divided by: e^(2x), 1/(1-a), cos(x-y), (w-4)/2."""
    first = start
    if start >= 2 and pieces[start - 1] in OPENS:
        first = start - 2
    elif start >= 1 and pieces[start - 1] in WORDS:
        first = start - 1
    if first < start and first == 1 and pieces[0] in SIGNS:
        first = 0
    below = pieces[end + 1 : end + 2] if pieces[end : end + 1] == ["/"] else []
    back = ["/", *below] if below and below[0].isalnum() else []
    return "".join(pieces[first:start]) + f"({''.join(pieces[start:end]).strip()})" + "".join(back)
