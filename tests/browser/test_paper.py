"""A chapter on paper: what nbconvert makes of a released notebook, as JupyterLab's Print does, printed by Chromium."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from nbconvert import HTMLExporter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from pypdf import PdfReader

from autograder.authoring.page import Page
from autograder.classroom.released import released as chapters_in
from autograder.marking.pages import mark
from autograder.nbgrader.release import LinkColab, ShowExplorers, ShowPages, StampPages, Tidy
from autograder.pages import catalogue
from autograder.paper.places import Places
from autograder.paper.sheets import student_sheets
from autograder.paper.texts import texts_of
from autograder.render.pages import static, stylesheet
from autograder.settings import CourseSettings, Settings

from .desk import REPOSITORY

MM = 96 / 25.4  # pixels
SHEETS = {"A4 with 15 mm": 180 * MM, "letter with half an inch": 720}
SOURCES = (
    "# 7 · Backpropagation\n\n" + "A word before the first page. " * 60,
    'page("activations/relu-and-its-kink")', "## A chain\n\nWhat comes next.", 'page("backpropagation/chain-of-nodes")',
    'explore("activations/slopes")', "## Four kinds of node", 'page("backpropagation/another-graph")',
    "And once more.", 'page("activations/softmax-shares")', 'page("gradients/one-weight")',
    'exercise("activations/relu-code")', "## The end",
)  # fmt: skip


@pytest.fixture(scope="module")
def released() -> str:
    """The HTML of a chapter, blank as it is handed out; what it takes from other hosts left out."""
    cells = [(new_code_cell if source.endswith(")") else new_markdown_cell)(source) for source in SOURCES]
    notebook, told = new_notebook(cells=cells), {"nbgrader": {"assignment": "x", "notebook": "y"}}
    link = LinkColab()
    link.settings = CourseSettings(Settings().but(published="https://github.com/a/b/blob/main/chapters"))
    for step in (StampPages(), link, ShowExplorers(), ShowPages(), Tidy()):
        notebook, _ = step.preprocess(notebook, told)
    html, _ = HTMLExporter().from_notebook_node(notebook)
    return re.sub(r'<script[^>]* src="http[^>]*></script>', "", html)


@pytest.fixture(scope="module")
def sheet(context):
    """An empty tab that is laid out as on paper."""
    page = context.new_page()
    page.emulate_media(media="print")
    yield page
    page.close()


def seen(page) -> str:
    return page.locator("body").inner_text()


def test_a_chapter_shows_its_questions_and_none_of_its_machinery(sheet, released):
    """No code of the workbook, no prompts, no bar, no link to click; the starter of a code exercise is its question."""
    sheet.set_content(released, wait_until="domcontentloaded")
    words = seen(sheet)
    for machinery in ("answers =", "grade(", "explore(", "progress(", "course(", "import autograder", "In [",
                      "boxes to fill", "Open in Colab", "Run this cell", "←"):  # fmt: skip
        assert machinery not in words, machinery
    assert "class ReLU" in words and "Softmax" in words and "Numbers are exact" in words
    visible = "es => es.filter(e => e.checkVisibility()).length"
    assert sheet.eval_on_selector_all("button, .wb-progress, .wb-neighbours", visible) == 0
    assert sheet.eval_on_selector_all(".wb-slot > .wb-num", visible) > 30


def test_the_exported_file_shows_no_machinery_on_the_screen_either(context, released):
    """`jupyter nbconvert --to html` of a chapter is a workbook to be read; its link to Colab is there."""
    page = context.new_page()
    page.set_content(released, wait_until="domcontentloaded")
    words = seen(page)
    page.close()
    assert "answers =" not in words and "grade(" not in words and "import autograder" not in words
    assert "class ReLU" in words and "Open in Colab" in words


@pytest.fixture(scope="module")
def everything() -> str:
    """All pages, blank."""
    pages: list[Page] = list(catalogue().values())
    body = "".join(static(page.sheet(), mark(page, {}), style=False) for page in pages)
    return f"<style>body {{ margin: 0 }} {stylesheet()}</style>{body}"


LAID_OUT = """() => [...document.querySelectorAll('.wb-page')].map(page => {
    const { left, right } = page.getBoundingClientRect();
    const beyond = [...page.querySelectorAll('.wb-drawing, .wb-eq > *, .wb-table, .wb-slot')].some((part) => {
        const place = part.getBoundingClientRect(); return place.left < left - 9 || place.right > right + 9; });
    const sizes = [...page.querySelectorAll('.wb-input')].map((box) => box.getBoundingClientRect());
    return { title: page.querySelector('h2').textContent, beyond, wide: Math.min(...sizes.map((size) => size.width)),
             high: Math.min(...sizes.map((size) => size.height)) }; })"""


@pytest.mark.parametrize("paper", SHEETS)
def test_every_page_fits_on_a_sheet_with_boxes_large_enough_to_write_in(sheet, everything, paper):
    """Every box of every page is at least 12.5 by 7.4 mm, and nothing reaches over the edge."""
    sheet.set_viewport_size({"width": round(SHEETS[paper]), "height": 1000})
    sheet.set_content(everything, wait_until="domcontentloaded")
    found = sheet.evaluate(LAID_OUT)
    assert len(found) == len(catalogue())
    assert [page["title"] for page in found if page["beyond"]] == []
    small = [(page["title"], page["wide"] / MM, page["high"] / MM) for page in found]
    assert [one for one in small if one[1] < 12.5 or one[2] < 7.4] == []


MARKED = """() => {
    const units = document.querySelectorAll('section, .wb-eq, .wb-scroll, .wb-table, .wb-fig');
    const link = (name, css) => Object.assign(document.createElement('a'), {
        href: 'https://x.invalid/' + name, textContent: '.',
        style: 'position: absolute; width: 4px; height: 4px; ' + css });
    [...units].forEach((unit, n) => {
        unit.style.position = 'relative';
        unit.prepend(link('unit/' + n + '/a', 'top: 0; left: 0'), link('unit/' + n + '/b', 'bottom: 0; left: 0'));
    });
    const heads = document.querySelectorAll('h2, h3, .wb-head');
    [...heads].forEach((head, n) => {
        head.style.position = 'relative';
        const follows = document.createTreeWalker(document.body, NodeFilter.SHOW_ELEMENT);
        follows.currentNode = head;
        let next = head;
        const follow = (one) => !head.contains(one) && one.checkVisibility() && one.matches('p, section, img, pre');
        while (next && !follow(next)) next = follows.nextNode();
        if (!next) return;
        next.style.position = 'relative';
        head.append(link('head/' + n + '/a', 'bottom: 0; left: 0'));
        next.prepend(link('head/' + n + '/b', 'top: 0; left: 0'));
    });
    return units.length; }"""
"""Links at both ends of what must not be cut, put first in it because the style sheet asks what comes last."""


def sheets_of(pdf: bytes) -> dict[str, list[int]]:
    """The sheets on which each mark of MARKED stands: links are the one thing that a PDF tells in plain words."""
    objects = {int(n): body for n, body in re.findall(rb"(\d+) 0 obj\s(.*?)endobj", pdf, re.DOTALL)}
    pages = [body for body in objects.values() if re.search(rb"/Type\s*/Page\b", body)]
    found: dict[str, list[int]] = {}
    for n, page in enumerate(pages):
        for ref in re.findall(rb"(\d+) 0 R", (re.search(rb"/Annots\s*\[(.*?)\]", page, re.DOTALL) or [b"", b""])[1]):
            if uri := re.search(rb"https://x\.invalid/(\w+/\d+)/[ab]", objects[int(ref)]):
                found.setdefault(uri[1].decode(), []).append(n)
    return found


def test_no_sheet_ends_within_a_step_a_formula_or_a_drawing_or_under_a_heading(context, released):
    """Both ends of each stand on one sheet, and a heading stands on the sheet of what follows it."""
    page = context.new_page()
    page.set_content(released, wait_until="domcontentloaded")
    marked = page.evaluate(MARKED)
    margins = dict.fromkeys(("top", "bottom", "left", "right"), "15mm")
    found = sheets_of(page.pdf(format="A4", margin=margins))
    page.close()
    units = {name: sheets for name, sheets in found.items() if name.startswith("unit/")}
    assert len(units) == marked > 20 and max(map(max, found.values())) >= 5
    assert [name for name, sheets in found.items() if len(sheets) != 2 or sheets[0] != sheets[1]] == []


PILES = (("05-activations", "A4", 0, slice(10)), ("08-equations", "Letter", 10_000, slice(22, 32)))
"""Chapter, paper, numbers, and which of its pages: ten, for the sake of time, among them the longest of all."""


@pytest.mark.parametrize(("chapter", "size", "variant", "some"), PILES)
def test_no_sheet_of_workbook_paper_ends_within_a_formula_or_a_drawing_or_under_a_heading(
    context, chapter, size, variant, some
):
    """Both ends of each stand on one sheet; of steps only those are cut that with their heading fill more than one."""
    page = context.new_page()
    places = Places(chapters_in(REPOSITORY, [chapter])).of(chapter)[some]
    page.set_content(student_sheets(places, variant, size, texts=texts_of(places)), wait_until="domcontentloaded")
    page.evaluate(MARKED)
    page.add_style_tag(content="a[href*='/unit/'] { left: 14px !important }")  # Chromium prints no link in the margin
    kinds = page.evaluate("() => [...document.querySelectorAll('a[href$=\"/a\"]')].map(a => [a.href, "
                          "a.parentElement.tagName, a.parentElement.offsetHeight])")  # fmt: skip
    pdf = PdfReader(BytesIO(page.pdf(prefer_css_page_size=True)))
    page.close()
    found: dict[str, list[int]] = {}
    for n, sheet in enumerate(pdf.pages):
        for each in sheet["/Annots"]:
            name = each.get_object()["/A"]["/URI"].removeprefix("https://x.invalid/").rpartition("/")[0]
            found.setdefault(name, []).append(n)
    marked = {href.split("/", 3)[3].rpartition("/")[0]: (kind, high) for href, kind, high in kinds}
    assert set(found) == set(marked) and len(marked) > 50
    cut = [marked[name] for name, (first, second, *_) in found.items() if first != second]
    assert all(kind == "SECTION" and high > 600 for kind, high in cut), cut
