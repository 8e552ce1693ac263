"""How pages are said and set."""

import re
from html.parser import HTMLParser

import numpy as np
import pytest

from autograder import layout, pages
from autograder.engine.expressions import Name, cos
from autograder.layout import layers, mathematics, number, prose, sketches
from autograder.layout.boxed import BoxedArray, BoxedFormula, box_of, boxed
from autograder.layout.numbers import compact, trimmed
from autograder.layout.typeset import caption
from autograder.marking.pages import mark
from autograder.render import pages as render

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
        ("d/dx", "d/d<i>x</i>"),
        ("d", "d"),
        ("√d", "√<i>d</i>"),
        ("sin(x^2)", "sin(<i>x</i><sup>2</sup>)"),
        ("e^{-x}", "<i>e</i><sup>−<i>x</i></sup>"),
        ("-3", "−3"),
        ("3e^(2x) + 1", '3<i>e</i><sup>2<i>x</i></sup><span class="wb-rel">+</span>1'),
        ("e^((x + 1)(y)) ", '<i>e</i><sup>(<i>x</i><span class="wb-rel">+</span>1)(<i>y</i>)</sup> '),
        ("a < b & c", '<i>a</i><span class="wb-rel">&lt;</span><i>b</i> &amp; <i>c</i>'),
        ("<script>", '<span class="wb-rel">&lt;</span>script<span class="wb-rel">&gt;</span>'),
        ("6.25e-06", '6.25<span class="wb-dot">·</span>10<sup>−6</sup>'),
        (
            "W^{l+1}_{jk",
            '<i>W</i><span class="wb-both"><sup><i>l</i><span class="wb-rel">+</span>1</sup>'
            "<sub><i>jk</i></sub></span>",
        ),
    ],
)
def test_mathematics(typed, set_):
    """Names are italic, functions upright, indices raised and lowered, and nothing becomes markup."""
    assert mathematics(typed) == set_


@pytest.mark.parametrize("words", ["fit a curve", "A batch backward, in rows", "The cost as a formula of w and b"])
def test_a_caption_of_words_is_no_formula(words):
    """Short words in a label stay upright."""
    assert caption(words) == words


@pytest.mark.parametrize("formula", ["W_1", "sin W", "x^2 + cos y", "f(x, y) =", "log |∇C|"])
def test_a_caption_may_be_a_formula(formula):
    """Names in it are set as names."""
    assert caption(formula) == mathematics(formula)


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


@pytest.mark.parametrize(
    ("value", "digits", "shown"),
    [(1.75, 3, "1.75"), (-7 / 3, 3, "-2.33"), (0.5, 3, "0.5"), (14.0, 3, "14"), (100.0, 2, "100"), (1e-12, 3, "0"),
     (0.1 + 0.2, 9, "0.3"), (-1e-10, 3, "0"), (2.5e10, 3, "2.50e+10"), (np.float64(0.12345), 4, "0.1235")],
)  # fmt: skip
def test_a_measured_number_is_printed_shortly(value, digits, shown):
    """No zeros at its end and no noise of floats; a power of ten keeps its exponent."""
    assert compact(value, digits) == shown


@pytest.mark.parametrize(
    ("text", "left"), [("0.500", "0.5"), ("3.000", "3"), ("100", "100"), ("0", "0"), ("1.00e+10", "1.00e+10")]
)
def test_only_zeros_after_the_point_are_trimmed(text, left):
    """A hundred stays a hundred."""
    assert trimmed(text) == left


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
    for html in (render.template(sheet), render.static(sheet, marks), render.solution(sheet)):
        parsed(html)
        assert "<script" not in html and "http" not in html.replace("http://www.w3.org", "") and "<b>&" not in html
        assert not re.search(r"\bnan\b|\binf\b|None|object at", html)


ECHO = re.compile(r'<span class="wb-echo"[^>]*data-echo="(\d+)".*?<span class="wb-m wb-typed">(.*?)</span></span>')


@pytest.mark.parametrize("slug", [slug for slug, page in pages.catalogue().items() if page.sheet().echoes])
def test_an_echo_shows_what_was_typed_and_nothing_before_it_is_right(slug):
    """Live, blank and all wrong, the picture holds no answer; filled in rightly, it holds what was typed."""
    sheet = pages.load(slug).sheet()
    wrong = mark(slug, {box.number: "7.77777" if box.kind == "number" else "q" for box in sheet.boxes})
    right = mark(slug, {box.number: box.shown for box in sheet.boxes})
    for html in (render.template(sheet), render.static(sheet, mark(slug, {})), render.static(sheet, wrong)):
        shown = {int(n): text for n, text in ECHO.findall(html)}
        assert shown.keys() == sheet.echoes
        assert all(not text or wrong.verdicts[n - 1].state == "follows" for n, text in shown.items())
    for n, shown in ECHO.findall(render.static(sheet, right)):
        assert parsed(shown) and render.echoed(right.verdicts[int(n) - 1]) == shown


TRAIL = re.compile(r'<g class="wb-trail".*?</g>')


@pytest.mark.parametrize("slug", [slug for slug, page in pages.catalogue().items() if page.sheet().plotted])
def test_a_way_shows_a_step_once_it_is_right(slug):
    """Live, blank and all wrong, a way ends where the printed places end; what is right or follows goes on from there,
    at the student's own numbers."""
    sheet = pages.load(slug).sheet()
    drawn = lambda html: [trail.count("h.01") for trail in TRAIL.findall(html) if "#" in trail]  # noqa: E731
    blank, right = mark(slug, {}), mark(slug, {box.number: box.shown for box in sheet.boxes})
    wrong = mark(slug, {box.number: "7.77777" for box in sheet.boxes})
    assert {"right", "follows"}.isdisjoint(verdict.state for verdict in wrong.verdicts)
    for html in (render.template(sheet), render.static(sheet, blank), render.static(sheet, wrong)):
        assert drawn(html) == [1, 1, 1]
    assert drawn(render.static(sheet, right)) == [3, 3, 3]


def test_a_way_goes_where_the_students_own_numbers_lead():
    """A slip in the first step is not drawn; the second, which follows from it, is, alone and without a line."""
    slug = "training/three-ways-down"
    marks = mark(slug, {1: "4.8", 2: "-5.2", 3: "3.84", 4: "3.12"})
    assert [verdict.state for verdict in marks.verdicts[:4]] == ["mistake", "mistake", "follows", "follows"]
    trail = TRAIL.findall(render.static(pages.load(slug).sheet(), marks))[0]
    scale = re.search(r'data-scale="([^"]*)"', trail)[1]
    left, top, across, down = map(float, scale.split())
    assert f"M{left + 3.84 * across:.1f} {top + 3.12 * down:.1f}h.01" in trail
    assert trail.count("L") == 0


def test_an_echo_takes_what_is_typed_not_the_key():
    """An answer that is right in another form appears in that form."""
    slug = "equations/bp2-one-node"
    own = pages.load(slug).sheet().boxes[6]
    html = render.static(pages.load(slug).sheet(), mark(slug, {7: f" {own.shown.replace('-', '−')}1 "}))
    assert own.label.endswith("δ") and dict(ECHO.findall(html))["7"] == f"{own.shown.replace('-', '−')}1"


def test_what_stands_on_an_edge_names_its_line():
    """`lit` around a label names the line under it; indices are filled in; around None there is a line and no label."""
    weights = layout.lit("w{j}{k}", np.array([[5.0, None]]), uses="d{j} a{k}")
    drawn = layout.network([["x", "y"], ["z"]], [weights], title="t")
    lines = [shape for shape in drawn.options["shapes"] if "wb-edge" in shape]
    assert ["w11" in line and "d1 a1" in line for line in lines] == [True, False]
    assert ["w12" in line and "d1 a2" in line for line in lines] == [False, True]
    assert sum(at.style == "chip" for at in drawn.parts) == 1


BOX = boxed(2.0, 1)
SIDE = layout.link("w", uses="v")


@pytest.mark.parametrize("parts, lit", [
    ((SIDE, "=", BOX), True),
    ((SIDE, "≈", BOX), True),  # rounded, and still the same thing
    (("w", "=", SIDE, "=", BOX), True),
    ((SIDE, "=", layout.by("v"), "·", layout.by("w", "v"), "=", BOX), True),  # whatever stands between
    ((layout.words("then"), layout.APART, SIDE, "=", BOX), True),
    (("1", "+", SIDE, "=", BOX), False),  # the box is the sum, not its last term
    ((SIDE, layout.APART, "w", "=", BOX), False),  # two formulas
    (("w", "=", BOX), False),
    ((SIDE, "·", BOX), False),
])  # fmt: skip
def test_a_box_is_lit_like_what_it_equals(parts, lit):
    """By the same names and the same factors, in a formula and in formulas under each other."""
    for formula in (layout.eq(*parts).parts, layout.aligned(parts).parts[0]):
        assert (getattr(formula[-1], "options", None) == SIDE.options) == lit
        assert formula[:-1] == parts[:-1]


def test_phrases():
    """The name comes first, then what is derived by it."""
    assert layout.by("w").parts == ("∂C", "∂w") and layout.by("x", "f", "d").parts == ("df", "dx")
    assert layout.link("w", "z", "′").options == {"name": "∂z/∂w′", "uses": ""}
    assert (layout.signed(-2), layout.signed(3.5), layout.added(-2), layout.added(2)) == (
        "(-2)", "3.5", ("−", "2"), ("+", "2"))  # fmt: skip
    assert layout.grouped(1234567) == "1\u2009234\u2009567" and layout.listed([1, -0.5]) == "(1, -0.5)"


def test_layers_share_their_names():
    """What stands in a node, under it and on the edges is lit by the names that formulas use."""
    names = [part.options["name"] for part in layers.each("δ", [1, 2], 1)]
    assert names == [part.options["name"] for part in layers.under("δ", [1, 2], 1)] == ["δ^(1)_1", "δ^(1)_2"]
    edge = layers.edges(np.ones((1, 2)), 2)[0, 1]
    assert edge.options == {"name": "w^(2)_12", "uses": "δ^(2)_1 a^(1)_2"}
    assert layers.back_along([1, 2], 1, 2)[1].options["uses"] == "w^(2)_12 δ^(2)_1"
    assert layers.figs([[0.5, 1 / 3]]) == [["0.5", "0.3333"]] and layers.named("a", 1, 2) == ["a^{(2)}"]


def test_a_gradient_that_comes_back_lights_its_factors():
    """In a graph the downstream gradient uses the upstream one and the local one, and of a product the other factor."""
    drawn = layout.graph(
        {"x": (0, 0, "x"), "y": (0, 2, "y"), "f": (1, 1, "×"), "l": (2, 1, "l")},
        [("x", "f", 3, 10), ("y", "f", 5, 6), ("f", "l", 15, 2)],
        above={"f": "g"},
        title="t",
    )
    notes = {at.part.parts[0]: at.part.options for at in drawn.parts if getattr(at.part, "kind", "") == "lit"}
    assert set(notes[10]["uses"].split()) == {notes[2]["name"], notes["g"]["name"], notes[5]["name"]}
    assert notes[2]["uses"] == ""


def test_edges_swing_around_what_hangs_under_hidden_nodes():
    """With something under a hidden node the edges are curves that reach it from the side, else straight lines."""
    for below, curved in (([(), [1], ()], True), ([(), (), [1]], False)):
        drawn = layout.network([["x"], ["h"], ["y"]], [None, None], below=below, title="t")
        assert all(
            ("C" in re.search(' d="(.*?)"', shape)[1]) is curved
            for shape in drawn.options["shapes"]
            if "wb-edge" in shape
        )


def test_arrows_reach_the_boxes_they_point_at():
    """An arrow ends just before the edge of a box, which the longest answer of its layer makes as wide as it is."""
    boxes = [boxed(3.0, 1), boxed(-16.0, 2)]
    drawn = layout.network([["x"], boxes], [None], below=[(), [1, 1]], gap=300, row_gap=0, title="t")
    half = (4 * 0.56 * 20 + 22) / 2  # page.css: a box of four letters
    for shape in drawn.options["shapes"]:
        if "wb-edge" in shape:
            x = float(re.search(r"([\d.]+) [\d.]+\"", shape)[1])
            assert 1 <= 400 - half - x <= 3


def test_a_static_page_reads_as_text():
    """Without styles and pictures the static page still says its task, its boxes and its hints."""
    slug = "gradients/one-weight"
    html = render.static(pages.load(slug).sheet(), mark(slug, {1: "8", 2: "two"}))
    said = parsed(re.sub(r"<svg.*?</svg>", "", html, flags=re.DOTALL))
    assert all(words in said for words in ("One weight, one nudge", "8", "two", "Box 2", "1 of 3 right"))


def test_the_static_page_does_not_need_colour():
    """Each verdict has its own symbol or words beside its colour."""
    slug = "gradients/one-weight"
    html = render.static(pages.load(slug).sheet(), mark(slug, {1: "8", 2: "zwei", 3: "1/2"}))
    for symbol, words in (("✓", "right"), ("?", "not readable"), ("!", "not yet")):
        assert symbol in html and words in html


def test_plain_text_of_a_page():
    """For terminals: a line for each box, with its label and its verdict."""
    slug = "gradients/one-weight"
    text = render.plain(pages.load(slug).sheet(), mark(slug, {1: "8"}))
    assert "box 1, the new Z = 8  [right]" in text and "box 2, ΔZ = …  [blank]" in text


# -- sketches ----------------------------------------------------------------------------------------------------------


def test_a_batch_has_a_strip_for_each_example_before_and_after():
    """Columns are as high as an example has numbers, rows as wide; the second example stands out in both matrices."""
    for in_rows, size in ((False, "height"), (True, "width")):
        node = sketches.batch(("X", 2), ("Z", 3), 4, by="W", in_rows=in_rows, title="a batch")
        strips = [shape for shape in node.options["shapes"] if shape.startswith("<rect")]
        assert len(strips) == 8 and ["wb-in" in strip for strip in strips] == [False, True, False, False] * 2
        assert all(f'{size}="{2 * sketches.CELL}"' in strip for strip in strips[:4])
        assert all(f'{size}="{3 * sketches.CELL}"' in strip for strip in strips[4:])


def test_a_number_line_has_its_mean_where_the_numbers_balance():
    """The triangle stands as far from the one as from the other."""
    node = sketches.number_line({"a": -4, "b": 6}, ("mean", 1), low=-10, high=10, title="a mean")
    shapes = "".join(node.options["shapes"])
    a, b = (float(x) for x in re.findall(r'cx="([0-9.]+)"', shapes))
    (mean,) = re.findall(r"M([0-9.]+) [0-9.]+l-11 19", shapes)
    assert float(mean) == (a + b) / 2


def test_a_way_down_a_valley_has_a_dot_for_each_place():
    """The ticks name places of both axes, and a level line is as much wider than high as the valley is narrow."""
    ways = {"plain": (((9.0, 2.0), (8.0, -1.0), (7.0, 0.5)), "accent")}
    node = sketches.descent((1.0, 4.0), ways, x=(-2, 10), y=(-3, 3), title="a way down")
    shapes = render.Html().part(node)
    (dots,) = re.findall(r'class="wb-dots" d="([^"]*)"', shapes)
    assert [dot.split("h")[0] for dot in dots.split("M")[1:]] == ["604.0 57.7", "554.0 182.7", "504.0 120.2"]
    rx, ry = map(float, re.search(r'rx="([0-9.]+)" ry="([0-9.]+)"', shapes).groups())
    assert np.isclose((rx / 600 * 12) / (ry / 250 * 6), 2, rtol=0.01)
