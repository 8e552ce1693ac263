"""The section of docs/quality.md that `make prove` writes.

section(day, variants, figures)      the section, from the figures that the tests recorded
with_section(document, text)         the document with this section in the place of the one before, of the same title
LastRun.read()                       what the last whole run found, and what failed in it
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path

from autograder import pages
from autograder.answers.equality import equal

FILE = Path(__file__).parents[1] / "docs" / "quality.md"
STATE = Path(__file__).parents[1] / "build" / "prove.json"
TITLE = "## What brute force found"
ROWS = {
    "pages": "pages tried",
    "keys computed a second way": "keys compared with a second computation",
    "keys typed and accepted": "keys typed into their boxes, and accepted",
    "wrong answers refused": "keys nudged, and refused",
    "slips planted": "slips planted, one at a time",
    "slips called by their name": "of these, called by their own name",
    "slips called by another's": "of these, called by another's",
    "slips worked on with": "slips worked on with to the end of the page, at the cost of one point each",
    "points lost by consistency": "points that such a slip costs beyond its own",
    "students who round": "students who round as asked, or to one digit more, and compute on with that",
    "points lost by rounding": "points that rounding costs them",
    "faults planted": "faults planted in the code of the pages",
    "faults that make a key wrong": "of these, seen by a wrong key, always within the sample of `make test`",
}
"""What a test records → how the document says it."""


@dataclass(frozen=True)
class LastRun:
    """What the last whole run recorded, and the tests that failed in it: repeating these is enough after a mend.

    Pages that were written later can be added to it.
    """

    figures: Mapping[str, int]
    failed: list[str]
    repeated: int = 0  # tests that failed at first and passed after a mend
    tried: list[str] = field(default_factory=list[str])  # the slugs of its pages
    added: int = 0  # of these, how many came later

    @classmethod
    def read(cls) -> LastRun | None:
        """The run kept in build/, if there is one."""
        return cls(**json.loads(STATE.read_text(encoding="utf-8"))) if STATE.exists() else None

    def write(self) -> None:
        """Keep it for `python -m prove --again` and `--added`."""
        STATE.parent.mkdir(exist_ok=True)
        STATE.write_text(json.dumps(asdict(self), indent=1), encoding="utf-8")


def section(day: date, variants: int, figures: Mapping[str, int], repeated: int = 0, added: int = 0) -> str:
    """The table of one run; `repeated` tests failed at first and passed after a mend, `added` pages came later."""
    other, twins = figures.get("slips called by another's", 0), twin_slips()
    if other > len(twins):
        raise ValueError(f"{other} slips got another's name, and only {len(twins)} have a twin: look at the others")
    rows = "".join(f"| {words} | {_grouped(figures.get(what, 0))} |\n" for what, words in ROWS.items())
    mended = f" {repeated} of its tests failed at first, and passed when repeated after a mend." if repeated else ""
    later = f" {added} of the pages were written after the others were tried, and tried by themselves." if added else ""
    return (
        f"{TITLE}\n\n"
        f"`make prove` on {day.isoformat()}, without a failure: keys computed a second way in {_grouped(variants)} "
        f"variants of each page, everything else tried on up to 200.{mended}{later} No page is excepted.\n\n"
        f"| | |\n|:--|--:|\n{rows}"
    ) + (_about(twins) if other else "")


def twin_slips() -> list[tuple[str, int, str]]:
    """Slips that give the same as an earlier one of their box: slug, box, code. Only canonical numbers have any."""
    return [
        (page.slug, box.number, code)
        for page in pages.catalogue().values()
        for box in page.sheet().boxes
        for i, (code, slip) in enumerate(box.mistakes)
        if any(equal(slip, other, box.digits) for _, other in box.mistakes[:i])
    ]


def _about(twins: list[tuple[str, int, str]]) -> str:
    listed = ", ".join(f"{slug} {box} (`{code}`)" for slug, box, code in twins)
    return (
        "\nThe slips called by another's name are all in canonical numbers. These stand in the curriculum and are not "
        "drawn, so it can happen that two named slips of a box give the same answer there. The student is then told "
        f"neither of the two: the box asks its own question, which helps with both. Page, box and slip: {listed}.\n"
    )


def _grouped(count: int) -> str:
    return f"{count:,}".replace(",", "\N{NO-BREAK SPACE}")


def with_section(document: str, text: str, title: str = TITLE) -> str:
    """The document with `text` instead of the section of the same title, or at its end if it has none."""
    parts = re.split(r"\n(?=## )", document.rstrip("\n") + "\n")
    places = [n for n, part in enumerate(parts) if part.startswith(title)]
    parts[slice(places[0], places[0] + 1) if places else slice(len(parts), None)] = [text]
    return "\n".join(parts)
