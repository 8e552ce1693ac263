"""What students get back stands alone: formulas drawn, nothing that runs, nothing from elsewhere."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest
from nbconvert.exporters import HTMLExporter
from nbgrader.server_extensions.formgrader import handlers
from traitlets.config import Config

from autograder.nbgrader import configure
from autograder.nbgrader.feedback import FormulaError, formula_html, formula_svg, harmless


@pytest.mark.parametrize(
    "tex",
    [
        r"\frac{\partial Z}{\partial W}", r"\nabla f = (2x, -\sin y)", r"\delta^L = \nabla_a C \odot \sigma'(z^L)",
        r"\sum_{i=1}^{m} (y_i - a_i)^2", r"W^\top x", r"\mathbb{R}^n \to \mathbb{R}^m", "x < y",
    ],
)  # fmt: skip
def test_a_formula_becomes_a_drawing(tex):
    """The drawing is well-formed, takes the colour of the text, and says the formula to a screen reader."""
    svg = ElementTree.fromstring(formula_svg(tex))
    assert svg.get("aria-label") == tex and svg.find("path").get("fill") == "currentColor"
    assert float(svg.get("viewBox").split()[2]) > 0


def test_a_drawing_fits_its_frame():
    """Nothing of a tall formula is cut off: the outline lies within the view box, the axis where the text's is."""
    import re

    svg = formula_svg(r"\frac{\frac{a}{b}}{\sqrt{g_y}}")
    left, top, width, height = map(float, re.search(r'viewBox="([^"]*)"', svg)[1].split())
    numbers = [float(number) for number in re.findall(r"-?\d+\.\d", re.search(r' d="([^"]*)"', svg)[1])]
    xs, ys = numbers[::2], numbers[1::2]
    assert left - 2 <= min(xs) and max(xs) <= left + width + 2
    assert top - 2 <= min(ys) and max(ys) <= top + height + 2


def test_drawings_are_the_same_every_time():
    """The same formula gives the same bytes."""
    formula_svg.cache_clear()
    first = formula_svg("x^2")
    formula_svg.cache_clear()
    assert formula_svg("x^2") == first


UNDRAWABLE = ["", " ", r"\undefined", r"\frac{a", "x" * 301, r"\begin{matrix}1\end{matrix}", "{" * 200]


@pytest.mark.parametrize("tex", UNDRAWABLE)
def test_what_cannot_be_drawn_says_so(tex):
    """An author hears of it; in a student's text it is shown as typed."""
    with pytest.raises(FormulaError):
        formula_svg(tex)
    assert formula_html(tex).startswith("<code>")


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<a href='javascript:alert(1)'>x</a>",
        "<svg onload=alert(1)></svg>", "<iframe src='https://elsewhere.example'></iframe>", "<style>body{}</style>",
        "<link rel=stylesheet href=//elsewhere.example>", "<img src='https://elsewhere.example/p.png'>",
        "<video poster=//elsewhere.example>", "<form action=//elsewhere.example><input></form>",
        "<base href=//x.example>",
        "<meta http-equiv=refresh content='0;url=//x.example'>", "<svg><image xlink:href='//x.example'/></svg>",
        "<object data=//x.example></object>", "<SCRIPT SRC=//x.example></SCRIPT>", "<a href=' java\nscript:x'>x</a>",
    ],
)  # fmt: skip
def test_what_acts_or_loads_is_taken_out(html):
    """Scripts, handlers, frames and pictures from elsewhere go; nothing of them is left to run."""
    clean = harmless(f"<p>before {html} after</p>").lower()
    assert "before" in clean and not any(bad in clean for bad in ("script", "onerror", "onload", "example", "<style"))


@pytest.mark.parametrize(
    "html",
    ["<p>a <b>b</b></p>", '<a href="https://example.org">x</a>', '<img src="data:image/png;base64,AA"/>', "a &lt; b"],
)
def test_what_is_harmless_stays(html):
    """Ordinary text, links to click on, and pictures that are in the file."""
    assert harmless(html) == html


@pytest.fixture
def formgrader(tmp_path):
    """The exporter with which formgrader shows a submission, as nbgrader makes it, under our configuration."""
    config = Config()
    configure(config, tmp_path)
    config.HTMLExporter.template_name = "formgrade"
    config.HTMLExporter.extra_template_basedirs = [handlers.template_path]
    return HTMLExporter(config=config)


def test_formgrader_loads_nothing_from_elsewhere(formgrader):
    """nbconvert's file that loads MathJax is not the one that is used."""
    found = Path(formgrader.environment.get_template("mathjax.html.j2").filename)
    assert found.parent.name == "without-mathjax" and "http" not in found.read_text(encoding="utf-8")
    assert Path(formgrader.environment.get_template("index.html.j2").filename).parent.name == "formgrade"


def test_formgrader_draws_formulas(formgrader):
    """Formulas in a submission's prose are drawn there too, and scripts in it are not run."""
    template = formgrader.environment.from_string("{{ text | markdown2html }}")
    html = template.render(text="$x^2$ <script>alert(1)</script>", cell={})
    assert "wb-formula" in html and "<script" not in html


def test_formgrader_still_waits_for_mathjax():
    """Its script needs the one call that our stand-in answers; should that change, the stand-in must too."""
    script = Path(handlers.static_path) / "js" / "formgrade.js"
    calls = {line.strip() for line in script.read_text(encoding="utf-8").splitlines() if "MathJax.Hub" in line}
    assert calls == {"MathJax.Hub.Startup.signal.Interest(function (message) {"}
