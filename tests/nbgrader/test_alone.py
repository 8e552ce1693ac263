"""A chapter as one HTML file that needs nothing from elsewhere."""

import re

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from autograder.marking.pages import mark
from autograder.nbgrader.alone import AloneExporter
from autograder.pages import load
from autograder.render.pages import static

SLUG = "gradients/one-weight"


@pytest.fixture(scope="module")
def alone() -> str:
    """A chapter of a sentence with formulas and a page, exported."""
    page = static(load(SLUG).sheet(), mark(SLUG, {}))
    shown = new_output("display_data", data={"text/html": page, "text/plain": ""})
    cells = [
        new_markdown_cell(r"# A chapter" + "\n\n" + r"Keep a share $\mu$ of it:" + "\n\n" + r"$$v = \mu v + g$$"),
        new_code_cell(f'page("{SLUG}")', outputs=[shown]),
    ]
    return AloneExporter().from_notebook_node(new_notebook(cells=cells))[0]


def test_nothing_is_fetched_and_nothing_runs(alone):
    """No script, no style sheet, picture or font of another host: what a browser would load lies in the file."""
    assert "<script" not in alone
    loaded = re.findall(r"""(?:\bsrc|<link[^>]*\bhref)=["']([^"']*)|url\(["']?([^)"']*)|@import""", alone)
    assert loaded and all("".join(place).startswith(("data:", "#")) for place in loaded)


def test_formulas_of_the_text_are_drawn_and_the_page_is_there(alone):
    """In the running text and on a line of their own; the font of the pages is inside."""
    words = re.sub(r"<style.*?</style>", "", alone, flags=re.S)
    assert words.count('class="wb-formula"') == 2 and "$" not in words
    assert 'aria-label="v = \\mu v + g"' in alone and "@font-face" in alone
    assert "One weight, one nudge" in alone and alone.count('class="wb-slot"') == 3
