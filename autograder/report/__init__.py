"""What a marked class shows: a report as an HTML page and as a notebook.

write(Path("marks"))                         marks/report.html and marks/report.ipynb
findings = read_class("marks")               to look further, in a notebook or a script
mistakes(findings)                           so do to_act_on, far, hardest, who_needs_help, pairs_alike, page

table                   the verdicts that `workbook mark` wrote, as columns of numbers
findings                everything that is told of a class, computed when it is first asked for
acting                  pages that most left unfinished, hints that did not help
slips, students, pairs  what went wrong; who needs help with what; who gave the same wrong answers
charts                  charts as SVG text
views                   the parts of the report for a notebook
document, notebook      the report as one HTML file, and as a notebook

Imports: classroom, widgets, render, marking and all below them.
"""

from __future__ import annotations

import os
from pathlib import Path

from ..classroom.history import past
from .findings import Findings
from .table import read
from .views import far, hardest, mistakes, page, pairs_alike, to_act_on, who_needs_help

__all__ = [
    "Findings",
    "far",
    "hardest",
    "mistakes",
    "page",
    "pairs_alike",
    "read_class",
    "to_act_on",
    "who_needs_help",
    "write",
]


def read_class(place: Path | str, names: bool = True, links: str = "") -> Findings:
    """The findings on the class that `workbook mark` wrote into `place`; ReportError where there is none.

    names   whether students are called by name
    links   the course folder, to whose chapters links lead
    """
    place = Path(place)
    return Findings(read(place), names, links, past(place if place.is_dir() else place.parent))


def write(place: Path, out: Path | None = None, names: bool = True, root: Path | None = None) -> list[Path]:
    """Write report.html and report.ipynb on the class in `place` into `out`; returns the two files.

    place   the folder that `workbook mark` wrote, or a table of verdicts
    out     by default the folder in which the table lies
    names   whether students are called by name
    root    the course folder, to whose chapters the notebook's links lead
    """
    from .document import html
    from .notebook import notebook

    out = Path(out) if out else Path(place) if Path(place).is_dir() else Path(place).parent
    out.mkdir(parents=True, exist_ok=True)
    course = Path(os.path.relpath(root, out)).as_posix() if root else ""
    findings = read_class(place, names, course)
    texts = {"report.html": html(findings), "report.ipynb": notebook(findings, Path(place), out)}
    for name, text in texts.items():
        (out / name).write_text(text, encoding="utf-8", newline="\n")
    return [out / name for name in texts]
