"""Every explorer of the workbook, whatever its controls are set to."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest

from autograder import pages
from autograder.explorers import UnknownExplorer, catalogue, load
from autograder.layout.figures import alone
from autograder.nbgrader.release import CALL
from autograder.render import explorers as exploring
from autograder.submissions.notebook import cells

ROOT = Path(__file__).resolve().parents[2]
EVERY = pytest.mark.parametrize("explorer", catalogue().values(), ids=lambda explorer: explorer.slug)


def extremes(spec: dict) -> list:
    """Values at the ends of what a control can be, and what a broken browser might send."""
    return {
        "slider": lambda: [spec["low"], spec["high"], 0, "x"],
        "scale": lambda: [*spec["values"], None],
        "choice": lambda: [option["value"] for option in spec["options"]],
        "switch": lambda: [True, False],
        "steps": lambda: [spec["low"], spec["high"] // 2, spec["high"]],
        "text": lambda: ["", "<b>", "1, 2", "x" * 500],
        "drag": lambda: [[x, y] for x in spec["x"] for y in spec["y"]],
    }[spec["kind"]]()


@EVERY
def test_it_draws_whatever_its_controls_are_set_to(explorer):
    """Each control at its ends, alone and with each choice: figures are well-formed and their numbers finite."""
    start = explorer.draw()
    settings = [{}] + [{spec["name"]: value} for spec in start.controls for value in extremes(spec)]
    for choice in [spec for spec in start.controls if spec["kind"] == "choice"]:
        for option in extremes(choice):
            chosen = {choice["name"]: option}
            settings += [chosen | {spec["name"]: value} for spec in explorer.draw(chosen).controls
                         for value in extremes(spec) if spec["name"] != choice["name"]]  # fmt: skip
    for values in settings:
        drawn = explorer.draw(values)
        html = exploring.body(drawn)
        assert "nan" not in re.sub(r"<[^>]*(aria-label|class)=[^>]*>", "", html.lower()), values
        for figure in [node for node in exploring._nodes(drawn.body) if node.kind == "figure"]:
            ElementTree.fromstring(alone(figure, ""))
        for handle in re.findall(r'class="wb-handle" data-control="([^"]+)"', html):
            assert handle in drawn.values, "a handle without its control"


@EVERY
def test_its_still_picture_is_small_and_always_the_same(explorer):
    """Under 30 kB, the same bytes each time, readable as text where pictures and styles are stripped."""
    bundle = exploring.bundle(explorer)
    assert bundle == exploring.bundle(explorer)
    assert sum(len(part.encode()) for part in bundle.values()) < 30_000
    text = Text(bundle["text/html"])
    assert explorer.draw().body and "Run this cell" in text.said
    assert text.pictures and all(alt for alt in text.pictures)
    assert "<svg" not in bundle["text/html"], "stripped where a notebook is not trusted, which leaves stray numbers"


class Text(HTMLParser):
    """What is left of a page when only its text and the descriptions of its pictures are read."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.said, self.pictures = "", []
        self.feed(html)

    def handle_data(self, data):
        self.said += data

    def handle_starttag(self, tag, attrs):
        if tag == "img":
            self.pictures.append(dict(attrs).get("alt"))


@EVERY
def test_it_stands_beside_its_page(explorer):
    """Its cell follows the cell of the page it belongs to."""
    assert explorer.beside in pages.catalogue()
    folder = ROOT / "source" / pages.CHAPTERS[explorer.chapter]
    notebooks = [json.loads(path.read_text(encoding="utf-8")) for path in folder.glob("*.ipynb")]
    calls = [CALL.fullmatch(cell.source) for notebook in notebooks for cell in cells(notebook)]
    called = [(call[1], call[3]) for call in calls if call]
    place = called.index(("explore", explorer.slug))
    before = [slug for word, slug in called[:place] if word == "page"]
    assert before[-1] == explorer.beside


def test_a_misspelt_explorer_is_answered_with_the_nearest():
    """The message names the explorer that was meant."""
    with pytest.raises(UnknownExplorer, match="Did you mean gradients/nudge"):
        load("gradients/nugde")
