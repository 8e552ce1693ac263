"""Write the source of a page's cell: a new one, or one that is there with other answers.

    page_source("gradients/one-weight", {1: "2", 2: '"3/4"'})        the cell, each box's value as Python source
    with_answers(source, "gradients/one-weight", {1: "2", 2: "3/4"})   the cell as it is, with these answers in its dict

The second is for frontends whose page cannot write into the notebook; where it can, python_source.js does it.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..answers.literals import MAX_TEXT, literal_of
from .cells import dict_place, read_cell


def page_source(slug: str, values: Mapping[int, str]) -> str:
    """The source of a page's cell, given each box's value as Python source ("None", "2", '"3/4"')."""
    return f'answers = {_dict_source(values)}\npage("{slug}", answers)'


def _dict_source(values: Mapping[int, str]) -> str:
    lines = [""]
    for box, value in values.items():
        entry = f"{box}: {value}, "
        if lines[-1].count(": ") >= 5 or (lines[-1] and len(lines[-1]) + len(entry) > 88):
            lines.append("")
        lines[-1] += entry
    return "{\n" + "".join(f"    {line.rstrip()}\n" for line in lines if line) + "}"


def with_answers(source: str, slug: str, answers: Mapping[int, str], index: int = 0) -> str | None:
    """`source` with these answers in the dict that page(slug, ...) gets; all else stays as it is.

    index   which of the cell's calls for the page, from 0
    None where there is no such dict, or where other lines of the cell would still say something else.
    """
    place = dict_place(source, slug, index)
    if place is None:
        return None
    values = {box: literal_of(text) for box, text in answers.items()}
    written = source[: place[0]] + _dict_source(values) + source[place[1] :]
    said = [call.answers for call in read_cell(written) if call.slug == slug]
    wanted = {box: text[:MAX_TEXT] for box, text in answers.items()}
    return written if index < len(said) and said[index] == wanted else None
