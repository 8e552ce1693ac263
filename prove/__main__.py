"""Try every page on a thousand variants, and write the figures to docs/quality.md if all is well.

    python -m prove                   what `make prove` runs; takes half an hour on two cores
    python -m prove --variants 60     a taste of it; writes nothing
    python -m prove --only softmax    the pages with this in their name; writes nothing

The facts are those of tests/pages. `make test` tries them on a sample of the same variants.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from .quality import FILE, section, with_section

TESTS = Path(__file__).parents[1] / "tests" / "pages"
VARIANTS = 1000  # as many as any fact asks for


class Tally:
    """A plugin of pytest: adds up the figures that tests record about themselves, in whatever process they ran."""

    def __init__(self) -> None:
        self.figures: Counter[str] = Counter()

    def pytest_runtest_logreport(self, report) -> None:
        if report.when == "teardown":  # the last of a test's reports: it has everything
            self.figures.update(dict(report.user_properties))


def main(arguments: list[str]) -> int:
    """Prove, print the figures, and write them when the run was a full one. Returns the exit code of pytest."""
    parser = argparse.ArgumentParser(prog="python -m prove", description=__doc__.partition("\n")[0])
    parser.add_argument("--variants", type=int, default=VARIANTS, help="of each page, at most (default %(default)s)")
    parser.add_argument("--workers", default="auto", help="processes, as pytest -n takes them (default %(default)s)")
    parser.add_argument("--only", default="", help="pages with this in their name")
    asked = parser.parse_args(arguments)
    tally = Tally()
    options = ["-n", asked.workers, "--dist", "loadgroup", "--variants", str(asked.variants), "-q"]
    code = pytest.main([str(TESTS), *options, "-k", asked.only], plugins=[tally])
    figures = section(date.today(), asked.variants, tally.figures)
    print(figures)
    if code == 0 and asked.variants >= VARIANTS and not asked.only:
        FILE.write_text(with_section(FILE.read_text(encoding="utf-8"), figures), encoding="utf-8")
        print(f"Written to {FILE.name}.")
    elif code == 0:
        print(f"Not written: the figures in {FILE.name} are of all pages, with {VARIANTS} variants.")
    else:
        print(f"Not written: {FILE.name} keeps the figures of the last run without a failure.")
    return int(code)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
