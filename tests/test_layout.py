"""How pages are said and set."""

import re
from html.parser import HTMLParser

import numpy as np
import pytest

from autograder import layout, pages
from autograder.engine.expressions import Name, cos
from autograder.layout import mathematics, number, prose
from autograder.layout.boxed import BoxedArray, BoxedFormula, box_of, boxed
from autograder.marking import mark

VOID = {"br", "hr", "img", "input", "meta", "link", "path", "circle", "line", "rect"}


class Balanced(HTMLParser):
    """Raises when tags do not nest."""

    def __init__(self):
        super().__init__()
        self.open, self.text = [], []

    def handle_starttag(self, tag, attrs):
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open and self.open.pop() == tag, (tag, self.open)

    def handle_data(self, data):
        if "style" not in self.open:
            self.text.append(data)


def parsed(html: str) -> str:
    parser = Balanced()
    parser.feed(html)
    assert not parser.open, parser.open
    return " ".join(" ".join(parser.text).split())


@pytest.mark.parametrize(
    ("typed", "set_"),
    [
        ("ΔW_1", "Δ<i>W</i><sub>1</sub>"),
        ("∂Z/∂W_{12}", "∂<i>Z</i>/∂<i>W</i><sub>12</sub>"),
        ("dZ", "d<i>Z</i>"),
        ("sin(x^2)", "sin(<i>x</i><sup>2</sup>)"),
        ("e^{-x}", "<i>e</i><sup>−<i>x</i></sup>"),
        ("-3", "−3"),
        ("3e^(2x) + 1", '3<i>e</i><sup>2<i>x</i></sup><span class="wb-rel">+</span>1'),
        ("e^((x + 1)(y)) ", '<i>e</i><sup>(<i>x</i><span class="wb-rel">+</span>1)(<i>y</i>)</sup> '),
        ("a < b & c", '<i>a</i><span class="wb-rel">&lt;</span><i>b</i> &amp; <i>c</i>'),
        ("<script>", '<span class="wb-rel">&lt;</span>script<span class="wb-rel">&gt;</span>'),
        ("W^{l+1}_{jk", '<i>W</i><span class="wb-both"><sup><i>l</i><span class="wb-rel">+</span>1</sup>'
                        "<sub><i>jk</i></sub></span>"),
    ],
)
def test_mathematics(typed, set_):
    """Names are italic, functions upright, indices raised and lowered, and nothing becomes markup."""
    assert mathematics(typed) == set_


def test_prose():
    """Mathematics stands between dollar signs; everything else is just text."""
    assert prose("Raise $W_1$ by **one** <b>") == (
        'Raise <span class="wb-m"><i>W</i><sub>1</sub></span> by <b>one</b> &lt;b&gt;'
    )


@pytest.mark.parametrize(
    ("value", "digits", "shown"),
    [(3.0, None, "3"), (-0.5, None, "-0.5"), (1 / 3, None, "1/3"), (6.3 - 6, None, "0.3"), (0.73105858, 3, "0.731"),
     (0.5, 3, "0.500"), (123456.0, 3, "123000"), (1e-9, 3, "1.00e-09"), (0.0, 3, "0"), (-2.005, 3, "-2.00")],
)  # fmt: skip
def test_numbers_are_printed_as_in_a_book(value, digits, shown):
    """Exact numbers exactly; others to the digits asked for, trailing zeros kept."""
    assert number(value, digits) == shown


def test_boxed_values_compute_as_plain_ones():
    """A box's value is a number, an array or a formula like any other; only laid out is it a box."""
    v = BoxedArray(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[0, 1], [2, 3]]))
    assert box_of(v[0, 1]) == 1 and box_of(v[0, 0]) == 0 and [box_of(e) for e in v[1]] == [2, 3]
    assert box_of(v.T[0, 1]) == 2 and type(v @ v) is np.ndarray and type(v + 1) is np.ndarray
    x = Name("x")
    f = boxed(cos(x), 7)
    assert box_of(f) == 7 and isinstance(f, BoxedFormula) and f == cos(x) and box_of(2 * f) == 0 and 2 * f == 2 * cos(x)


@pytest.mark.parametrize("slug", pages.catalogue())
def test_every_page_is_well_formed(slug):
    """Live, static and solution HTML of each page nest, and bring no script and nothing from another host."""
    sheet = pages.load(slug).sheet()
    marks = mark(slug, {box.number: "<b>&" for box in sheet.boxes})
    for html in (layout.template(sheet), layout.static(sheet, marks), layout.solution(sheet)):
        parsed(html)
        assert "<script" not in html and "http" not in html.replace("http://www.w3.org", "") and "<b>&" not in html
        assert not re.search(r"\bnan\b|\binf\b|None|object at", html)


def test_a_static_page_reads_as_text():
    """Without styles and pictures the static page still says its task, its boxes and its hints."""
    slug = "gradients/one-weight"
    html = layout.static(pages.load(slug).sheet(), mark(slug, {1: "8", 2: "two"}))
    said = parsed(re.sub(r"<svg.*?</svg>", "", html, flags=re.DOTALL))
    assert all(words in said for words in ("One weight, one nudge", "8", "two", "Box 2", "1 of 3 right"))


def test_the_static_page_does_not_need_colour():
    """Each verdict has its own symbol or words beside its colour."""
    slug = "gradients/one-weight"
    html = layout.static(pages.load(slug).sheet(), mark(slug, {1: "8", 2: "zwei", 3: "1/2"}))
    for symbol, words in (("✓", "right"), ("?", "not readable"), ("!", "not yet")):
        assert symbol in html and words in html


def test_plain_text_of_a_page():
    """For terminals: a line for each box, with its label and its verdict."""
    slug = "gradients/one-weight"
    text = layout.plain(pages.load(slug).sheet(), mark(slug, {1: "8"}))
    assert "box 1, the new Z = 8  [right]" in text and "box 2, ΔZ = …  [blank]" in text
