"""Run the measurements named on the command line, or all, print them, and write docs/benchmarks.md."""

from __future__ import annotations

import importlib
import os
import platform
import sys

from . import classroom

GROUPS = {
    "imports": "Importing",
    "marking": "Marking alone, one process",
    "grading": "Grading a class",
    "code": "Grading code exercises",
    "classes": "workbook mark, classes of 100 to 100 000",
    "browser": "What a student waits for, JupyterLab in Chromium",
    "engine": "One training step",
}
INTRO = """# Benchmarks

Made by `make bench`. Machines differ and are shared, so look at the ratios, which are taken in one run; seconds and
rates are only for the machine below.

"""


def main(names: list[str]) -> None:
    """Measure and report; the file is written only when everything was measured."""
    text = INTRO + f"Machine: {machine()}\n"
    for name in names or GROUPS:
        rows = importlib.import_module(f"bench.{name}").run()
        section = f"\n## {GROUPS[name]}\n\n| | measured | goal |\n|:--|--:|:--|\n"
        section += "".join(f"| {row['what']} | {_shown(row['value'])} | {row.get('goal', '')} |\n" for row in rows)
        print(section, flush=True)
        text += section
    if not names:
        (classroom.ROOT / "docs" / "benchmarks.md").write_text(text, encoding="utf-8")


def machine() -> str:
    """The machine in one line: processor kind, cores, system, Python."""
    import numpy

    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return (f"{platform.machine()}, {cores} cores, {platform.system()}, Python {platform.python_version()}, "
            f"NumPy {numpy.__version__}.")


def _shown(value: object) -> str:
    if not isinstance(value, float):
        return str(value)
    return f"{value:.3g}" if value < 1000 else f"{value:,.0f}"


if __name__ == "__main__":
    main(sys.argv[1:])
