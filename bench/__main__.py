"""Run the measurements named on the command line, or all, print them, and write docs/benchmarks.md."""

from __future__ import annotations

import importlib
import platform
import re
import sys

from autograder.classroom.executors import cores

from . import classroom

GROUPS = {
    "imports": "Importing",
    "marking": "Marking alone, one process",
    "grading": "Grading a class",
    "code": "Grading code exercises",
    "classes": "workbook mark, classes of 100 to 100 000",
    "whole": "A class with all chapters, marked and reported",
    "browser": "What a student waits for, JupyterLab in Chromium",
    "site": "What a student waits for, the static site in Chromium",
    "engine": "One training step",
    "layers": "One training step of a convolution network and of an attention block",
}
FILE = classroom.ROOT / "docs" / "benchmarks.md"
INTRO = """# Benchmarks

Made by `make bench`. Machines differ and are shared, so look at the ratios, which are taken in one run; seconds and
rates are only for the machine below.

"""


def main(names: list[str]) -> None:
    """Measure and report. The file is written when everything was measured; a few groups replace their own sections,
    if the file is of the same machine. A group that cannot be measured keeps the section it has."""
    sections = {}
    for name in names or GROUPS:
        if rows := importlib.import_module(f"bench.{name}").run():
            sections[GROUPS[name]] = section(name, rows)
            print(sections[GROUPS[name]], flush=True)
    head = INTRO + f"Machine: {machine()}\n"
    before, *rest = re.split(r"\n(?=## )", FILE.read_text(encoding="utf-8"))
    here = before.strip() == head.strip()
    if names and not here:
        print("docs/benchmarks.md is of another machine: measure everything to replace it.")
        return
    known = {text.partition("\n")[0].removeprefix("## "): f"\n{text}" for text in rest if here} | sections
    order = [title for title in dict.fromkeys([*GROUPS.values(), *known]) if title in known]
    FILE.write_text(head + "".join(known[title] for title in order), encoding="utf-8")


def section(name: str, rows: list[dict]) -> str:
    """The section of one group."""
    lines = [f"| {row['what']} | {_shown(row['value'])} | {row.get('goal', '')} |\n" for row in rows]
    return f"\n## {GROUPS[name]}\n\n| | measured | goal |\n|:--|--:|:--|\n" + "".join(lines)


def machine() -> str:
    """The machine in one line: processor kind, cores, system, Python."""
    import numpy

    return (
        f"{platform.machine()}, {cores()} cores, {platform.system()}, Python {platform.python_version()}, "
        f"NumPy {numpy.__version__}."
    )


def _shown(value: object) -> str:
    if not isinstance(value, float):
        return str(value)
    return f"{value:.3g}" if value < 1000 else f"{value:,.0f}"


if __name__ == "__main__":
    main(sys.argv[1:])
