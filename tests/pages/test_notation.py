"""One sign, one meaning: what docs/notation.md says, over every page, hint, message and chapter."""

import json
import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from autograder import explorers, pages
from autograder.authoring.mistakes import MESSAGES
from autograder.layout import Node
from autograder.render import pages as render

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = pages.catalogue()

UNWANTED = {
    "⊗ for a product entry by entry; write ⊙": re.compile("⊗"),
    "an apostrophe for a prime; write f′": re.compile(r"(?<![A-Za-z])(?:f|g|σ|ReLU|tanh|sigmoid)'(?!s\b)"),
    "a raised layer without brackets; write a^{(2)}": re.compile(
        r"(?<![A-Za-z])(?:[WbδA]\^[1-5lL]|[az]\^[1345lL])(?![0-9])"
    ),
    "“weighed by”, “Jacobian by”, “slope by”; write “with respect to”": re.compile(
        r"\b([Ww]eighed|Jacobian|slope) by\b"
    ),
}
SQUARE = re.compile(r"(?<![A-Za-z])[az]\^2(?![0-9])")
LAYER = re.compile(r"\^\{\(")


def strings(slug: str) -> list[str]:
    """What stands on a page, as its author wrote it: text, formulas, names, hints."""
    sheet = CATALOGUE[slug].sheet()
    written = [CATALOGUE[slug].title]
    for box in sheet.boxes:
        written += [box.name, box.hint, box.how, *box.options]

    def walk(part):
        if isinstance(part, str):
            written.append(part)
        elif isinstance(part, (list, tuple)):
            for entry in part:
                walk(entry)
        elif isinstance(part, dict):
            walk(list(part.values()))
        elif isinstance(part, Node):
            walk(part.parts)
            walk(part.options)

    walk(sheet.body)
    return written


@pytest.mark.parametrize("slug", CATALOGUE)
def test_a_page_keeps_to_the_notation(slug):
    """No page uses a sign in another meaning than docs/notation.md gives it."""
    written = strings(slug)
    for text in written:
        for what, pattern in UNWANTED.items():
            assert not pattern.search(text), f"{what}: {text!r}"
    if any(map(LAYER.search, written)):
        assert not any(map(SQUARE.search, written)), "beside layers such as a^{(2)}, a square is easily misread"


@pytest.mark.parametrize("said", ["v ⊗ w", "f'(z)", "δ^1 = W^2", "the slope by x"])
def test_what_is_unwanted_is_found(said):
    """What the tests here look for, they find."""
    assert any(pattern.search(said) for pattern in UNWANTED.values())


def test_messages_and_chapters_keep_to_it_too():
    """The messages of slips, the explorers' texts and the prose of the chapters use the same signs."""
    prose = [
        "".join(cell["source"])
        for path in ROOT.glob("source/*/*.ipynb")
        for cell in json.loads(path.read_text("utf-8"))["cells"]
        if cell["cell_type"] == "markdown"
    ]
    for text in [*MESSAGES.values(), *prose]:
        for what, pattern in UNWANTED.items():
            assert not pattern.search(text), f"{what}: {text[:200]!r}"


@pytest.mark.parametrize("slug", explorers.catalogue())
def test_an_explorer_keeps_to_it(slug):
    """What an explorer writes beside its picture."""
    shown = BeautifulSoup(render.Html().part(""), "html.parser").get_text() + str(explorers.catalogue()[slug].draw())
    for what in ("⊗", "weighed by"):
        assert what not in shown, what
