"""The report as a notebook: the same parts, computed by code that can be run again and changed.

notebook(findings, place, out)     its text
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, cast

import nbformat
from nbformat import v4

from . import views
from .findings import Findings

write = cast(Any, v4)  # nbformat leaves the types of its parameters open

OPENING = """\
# The class, and its slips

Choose *Run ▸ Run All Cells* to compute this anew after `workbook mark`. Change the cells as you like, in a copy: \
`workbook report` writes this notebook over."""

PARTS = (
    ("## What to act on", "to_act_on"),
    ("## How far the class is", "far"),
    ("## The hardest boxes", "hardest"),
    ("## The commonest mistakes", "mistakes"),
    ("## Who needs help", "who_needs_help"),
    ("## Pairs alike", "pairs_alike"),
)
LOOK = """\
## One page

The page as the class sees it, the hardest box first. Put in any other."""


def notebook(findings: Findings, place: Path, out: Path) -> str:
    """The notebook with its outputs, as it stands in `out`, on the table in `place`; trusted on this machine."""
    given = [json.dumps(Path(os.path.relpath(place, out)).as_posix(), ensure_ascii=False)]
    given += [] if findings.names else ["names=False"]
    given += [f"links={json.dumps(findings.links, ensure_ascii=False)}"] if findings.links else []
    names = ", ".join([*(name for _, name in PARTS), "page", "read_class"])
    cells = [
        write.new_markdown_cell(OPENING, id="opening"),
        write.new_code_cell(
            f"from autograder.report import {names}\n\nfindings = read_class({', '.join(given)})", id="read",
            execution_count=1,
        ),
    ]  # fmt: skip
    for count, (heading, name) in enumerate(PARTS, start=2):
        cells.append(write.new_markdown_cell(heading, id=f"{name}-title".replace("_", "-")))
        cells.append(_shown(f"{name}(findings)", getattr(views, name)(findings), name.replace("_", "-"), count))
    if findings.hardest and findings.known(hard := findings.verdicts.boxes[findings.hardest[0].box].page):
        slug = findings.verdicts.pages[hard].slug
        cells.append(write.new_markdown_cell(LOOK, id="page-title"))
        cells.append(_shown(f'page(findings, "{slug}")', views.page(findings, slug), "page", len(PARTS) + 2))
    made = write.new_notebook(cells=cells, metadata={
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    })  # fmt: skip
    _trust(made)
    return cast(Any, nbformat).writes(made) + "\n"


def _shown(source: str, view: views.View, name: str, count: int) -> nbformat.NotebookNode:
    data = {"text/html": view.html, "text/plain": view.text}
    output = write.new_output("execute_result", data, execution_count=count)
    return write.new_code_cell(source, id=name, execution_count=count, outputs=[output])


def _trust(made: nbformat.NotebookNode) -> None:
    """Sign it, as `jupyter trust` does: a notebook that nobody vouches for is shown without charts and colours."""
    from nbformat.sign import NotebookNotary

    try:
        cast(Any, NotebookNotary()).sign(made)
    except Exception:  # noqa: BLE001, S110
        pass  # a home that cannot be written to: the notebook must then be run to be seen in full
