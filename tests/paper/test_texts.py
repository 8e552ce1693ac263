"""The text between the pages, on paper: where it stands, and its formulas without MathJax."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path
from xml.etree import ElementTree

import pytest

from autograder.classroom.released import released
from autograder.paper.mathml import mathml
from autograder.paper.places import Places
from autograder.paper.sheets import student_sheets
from autograder.paper.texts import AFTER, html_of, texts_of

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "source").glob("*/*.ipynb"))
FORMULAS = {
    r"\frac{\partial C}{\partial W_1}": "<mfrac><mrow><mi>∂</mi><mi>C</mi></mrow>"
                                        "<mrow><mi>∂</mi><msub><mi>W</mi><mrow><mn>1</mn></mrow></msub></mrow></mfrac>",
    "n\\,x^{n-1}": '<mi>n</mi><mspace width="0.17em"></mspace>'
                   "<msup><mi>x</mi><mrow><mrow><mi>n</mi><mo>−</mo><mn>1</mn></mrow></mrow></msup>",
    r"\sum_i a_i^2": "<munder><mo>∑</mo><mrow><mi>i</mi></mrow></munder>"
                     "<msubsup><mi>a</mi><mrow><mi>i</mi></mrow><mrow><mn>2</mn></mrow></msubsup>",
    r"\mathrm{upstream} < f'": "<mtext>upstream</mtext><mo>&lt;</mo><msup><mi>f</mi><mrow><mo>′</mo></mrow></msup>",
    r"\hat{m} \approx \sqrt{0.5}": '<mover accent="true"><mrow><mi>m</mi></mrow><mo>^</mo></mover><mo>≈</mo>'
                                   "<msqrt><mrow><mn>0.5</mn></mrow></msqrt>",
    r"\left(a\right)": "<mo>(</mo><mi>a</mi><mo>)</mo>",
    r"\elephant": r"<mtext>\elephant</mtext>",
}  # fmt: skip


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_formula_becomes_mathml(formula):
    """Fractions, indices, sums, words, accents; what is not known stays as it is written."""
    assert mathml(formula) == f"<math>{FORMULAS[formula]}</math>"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.parent.name)
def test_every_formula_of_every_chapter_is_understood(path):
    """No dollar is left, no command is unknown, and what comes out is XML."""
    texts = ["".join(cell["source"]) for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]
             if cell["cell_type"] == "markdown"]  # fmt: skip
    html = "".join(map(html_of, texts))
    assert "$" not in html and "<mtext>\\" not in html
    for formula in re.findall("<math.*?</math>", html):
        ElementTree.fromstring(formula)


WILD = ("{" * 5_000, "}", "_", "^^_", r"\frac", r"\sqrt", "\\", r"\text{", "<b>&", r"\left", "x''_2^3")


@pytest.mark.parametrize("wild", WILD, ids=range(len(WILD)))
def test_a_wild_formula_is_well_formed(wild):
    """Whatever an author leaves open."""
    ElementTree.fromstring(mathml(wild, block=True))


def test_text_stands_before_its_page_and_after_the_last():
    """In the order of the notebook; of some pages only theirs; none where none is wanted."""
    places = Places(released(ROOT, ["07-backpropagation"])).of("07-backpropagation")
    texts = texts_of(places)
    assert "7 · Backpropagation" in unescape(texts[1]) and "<math" in texts[1] and "What you have found" in texts[AFTER]
    html = unescape(student_sheets(places, 0, "A4", texts=texts))
    order = [html.index(part) for part in ("7 · Backpropagation<a", places[0].code(0).text + "</b>",
                                           "Three numbers in one equation", "What you have found")]  # fmt: skip
    assert order == sorted(order)
    assert set(texts_of(places[2:4])) <= {3, 4} and "Colab" not in html
    assert "Three numbers" not in student_sheets(places, 0, "A4")
