"""Try every page on a thousand variants, and write the figures to docs/quality.md if all is well.

    python -m prove                   what `make prove` runs; takes half an hour on two cores
    python -m prove --variants 60     a taste of it; writes nothing
    python -m prove --only softmax    the pages with this in their name; writes nothing
    python -m prove --again           what failed in the last whole run, once it is mended; its figures are added
    python -m prove --added           pages that were written after the last whole run; their figures are added

The facts are those of tests/pages. `make test` tries them on a sample of the same variants. After them twenty simulated
learners practise for 200 days; `python -m prove --only-practice` tries them alone, and writes their section.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from autograder import pages

from . import learners
from .quality import FILE, LastRun, section, with_section

TESTS = Path(__file__).parents[1] / "tests" / "pages"
LEARNERS = 20
VARIANTS = 1000  # as many as any fact asks for


class Tally:
    """A plugin of pytest: adds up the figures that tests record about themselves, in whatever process they ran."""

    def __init__(self, before: LastRun | None = None) -> None:
        self.figures: Counter[str] = Counter(before.figures if before else {})
        self.failed: set[str] = set()

    def pytest_runtest_logreport(self, report) -> None:
        if report.failed:
            self.failed.add(ungrouped(report.nodeid))
        if report.when == "teardown" and ungrouped(report.nodeid) not in self.failed:  # the last of a test's reports
            self.figures.update(dict(report.user_properties))


def ungrouped(nodeid: str) -> str:
    """The name of a test without the group that xdist puts behind it, by which nobody can ask for it again."""
    name, _, group = nodeid.rpartition("@")
    return name if name and "]" not in group else nodeid


def main(arguments: list[str]) -> int:
    """Prove, print the figures, and write them when nothing failed and the run was a full one, or finishes one.

    Returns the exit code of pytest.
    """
    parser = argparse.ArgumentParser(prog="python -m prove", description=__doc__.partition("\n")[0])
    parser.add_argument("--variants", type=int, default=VARIANTS, help="of each page, at most (default %(default)s)")
    parser.add_argument("--workers", default="auto", help="processes, as pytest -n takes them (default %(default)s)")
    parser.add_argument("--only", default="", help="pages with this in their name")
    parser.add_argument("--again", action="store_true", help="only what failed in the last whole run")
    parser.add_argument("--added", action="store_true", help="only pages that the last whole run did not have")
    parser.add_argument("--only-practice", action="store_true", help="simulated learners, and no pages")
    asked = parser.parse_args(arguments)
    if asked.only_practice:
        return practice()
    before = LastRun.read() if asked.again or asked.added else None
    if before and before.failed and asked.added:
        print("Something failed in the last whole run: mend it first, and say python -m prove --again.")
        return 2
    new = sorted({*pages.catalogue()} - {*before.tried}) if before and asked.added else []
    if (asked.again and not (before and before.failed)) or (asked.added and not new):
        lacking = "that lacks a page" if asked.added else "in which something failed"
        print(f"There is no whole run {lacking}: say make prove.")
        return 2
    tests = sorted(before.failed) if before and asked.again else [str(TESTS)]
    tally = Tally(before)
    options = ["-n", asked.workers, "--dist", "loadgroup", "--variants", str(asked.variants), "-q"]
    code = pytest.main([*tests, *options, "-k", asked.only, "--pages", ",".join(new)], plugins=[tally])
    if code not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        print("Not finished: what was known of the last whole run stays.")
        return int(code)
    repeated = before.repeated + (len({*before.failed} - tally.failed) if asked.again else 0) if before else 0
    whole = asked.variants >= VARIANTS and not asked.only
    added = (before.added if before else 0) + len(new)
    figures = section(date.today(), asked.variants, tally.figures, repeated, added)
    print(figures)
    if whole:
        tried = before.tried if before and asked.again else list(pages.catalogue())
        LastRun(dict(tally.figures), sorted(tally.failed), repeated, tried, added).write()
    if code == 0 and whole:
        FILE.write_text(with_section(FILE.read_text(encoding="utf-8"), figures), encoding="utf-8")
        print(f"Written to {FILE.name}.")
        return 0 if asked.added else practice()
    if code == 0:
        print(f"Not written: the figures in {FILE.name} are of all pages, with {VARIANTS} variants.")
    else:
        print(f"Not written: {FILE.name} keeps the figures of the last run without a failure.")
        print("Mend what failed, and say python -m prove --again.")
    return int(code)


def practice() -> int:
    """Let the learners practise, and write what it came to; 1, and nothing written, where a promise is broken."""
    found = learners.figures([learners.practised(learner) for learner in learners.the_class(LEARNERS)])
    text = learners.section(date.today(), found)
    print(text)
    if broken := learners.broken(found):
        print(f"Not written: {'; '.join(broken)}.")
        return 1
    FILE.write_text(with_section(FILE.read_text(encoding="utf-8"), text, learners.TITLE), encoding="utf-8")
    print(f"Written to {FILE.name}.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
