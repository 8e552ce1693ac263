"""What the eye and assistive technology get: themes, narrow notebooks, practice, axe-core."""

from __future__ import annotations

import re

import pytest

from autograder.marking.pages import mark
from autograder.pages import catalogue
from autograder.render.pages import PAGE_STYLE, static, stylesheet
from autograder.widgets.fonts import face_css

from .axe import violations
from .desk import SPARE_CELL, page_source

MIXED = page_source("start/boxes", '{1: 12, 2: "5/2", 3: "3.5", 4: "2 2", 5: None}')


def colours(desk) -> list[str]:
    return desk.page.evaluate(
        """() => { const style = element => getComputedStyle(document.querySelector('.wb-live ' + element));
            return [style('h2').color, style('.wb-input').backgroundColor, style('[data-state="right"] .wb-num').color,
                getComputedStyle(document.querySelector('.wb-live')).backgroundColor]; }"""
    )


@pytest.fixture
def themed(opened):
    yield opened
    opened.theme("JupyterLab Light")


def test_both_themes_colour_the_page(themed):
    """The page takes JupyterLab's colours, light and dark, at once."""
    themed.start(MIXED)
    themed.theme("JupyterLab Light")
    light = colours(themed)
    themed.theme("JupyterLab Dark")
    dark = colours(themed)
    assert all(a != b for a, b in zip(light, dark, strict=True))


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_axe_finds_nothing_to_mend(themed, theme):
    """Contrast, names, roles and ids are in order: the page, its bubble, practice, the worked solution."""
    themed.theme(theme)
    themed.start(MIXED)
    themed.click(4)
    themed.wait("!document.querySelector('.wb-live .wb-hint').hidden")
    assert violations(themed.page, ".wb-live") == []
    themed.page.get_by_role("button", name="New numbers").click()
    themed.page.get_by_role("button", name="Show how").click()
    themed.page.locator(".wb-live .wb-solution").wait_for()
    assert violations(themed.page, ".wb-live") == []


@pytest.fixture
def narrow(opened):
    opened.page.set_viewport_size({"width": 560, "height": 1000})
    if opened.flavour == "lab":
        opened.page.evaluate("() => window.jupyterapp.shell.collapseLeft()")
    yield opened
    opened.page.set_viewport_size({"width": 1180, "height": 1000})


AT_A_TIME = 20  # JupyterLab shows 50 outputs of a cell, and a page has two
PARTS = [list(catalogue())[i : i + AT_A_TIME] for i in range(0, len(catalogue()), AT_A_TIME)]


RUNS_OVER = """kind => [...document.querySelectorAll(kind)].flatMap(page => {
    const edge = page.getBoundingClientRect().right + 1;
    const scrolled = element => element.closest('.wb-eq, .wb-scroll, .wb-table');
    const out = [...page.querySelectorAll('*')].filter(e => !scrolled(e)
        && e.getBoundingClientRect().right > edge && getComputedStyle(e).position !== 'absolute');
    const over = page.scrollWidth > page.clientWidth || out.length;
    return over ? [page.querySelector('h2').textContent] : []; })"""


@pytest.mark.parametrize("slugs", PARTS, ids=lambda slugs: slugs[0])
def test_no_page_runs_over_the_edge_of_a_narrow_notebook(narrow, slugs, pytestconfig):
    """At 480 pixels the formulas shrink, then scroll inside the page; the page itself stays within the notebook."""
    if slugs not in PARTS[::20] and not pytestconfig.getoption("--whole"):
        pytest.skip("these are looked at with --whole, and by themselves below")
    source = "".join(f'page("{slug}", {{}})\n' for slug in slugs)
    narrow.start(source)
    narrow.wait(f"document.querySelectorAll('.wb-live').length === {len(slugs)}", 30_000)
    over = narrow.page.evaluate(RUNS_OVER, ".wb-live")
    assert over == []
    width = narrow.page.evaluate("() => document.querySelector('.wb-live').getBoundingClientRect().width")
    assert 250 < width <= 520
    inside = narrow.page.evaluate(
        """() => { const output = document.querySelector('.wb-live').closest('.jp-OutputArea-output');
            return output.scrollWidth <= output.clientWidth + 1; }"""
    )
    assert inside


@pytest.fixture(scope="module")
def all_pages(context, tmp_path_factory):
    """Every page, blank and still, one under the other, without a notebook around them."""
    sheets = "".join(static(page.sheet(), mark(page, {}), style=False) for page in catalogue().values())
    style = f"<style>body {{ margin: 0 }} {face_css()} {stylesheet(*PAGE_STYLE)}</style>"
    path = tmp_path_factory.mktemp("pages") / "pages.html"
    path.write_text(f'<meta charset="utf-8">{style}{sheets}', encoding="utf-8")
    page = context.new_page()
    page.goto(path.as_uri())
    page.evaluate("() => document.fonts.ready")
    yield page
    page.close()


def test_no_page_runs_over_the_edge_of_a_narrow_document(all_pages):
    """The same for every page by itself, where a column is as narrow."""
    all_pages.set_viewport_size({"width": 500, "height": 1000})
    assert all_pages.evaluate("() => document.querySelectorAll('.wb-page').length") == len(catalogue())
    assert all_pages.evaluate(RUNS_OVER, ".wb-page") == []


def test_tables_fit_on_a_phone(all_pages):
    """On a screen of 390 pixels no table of any page scrolls, and text keeps away from the boxes beside it."""
    all_pages.set_viewport_size({"width": 390, "height": 1000})
    tables, scrolling, padding = all_pages.evaluate(
        """() => { const tables = [...document.querySelectorAll('.wb-table')];
            const title = table => table.closest('.wb-page').querySelector('h2').textContent;
            const inner = document.querySelector('.wb-table td:nth-child(2)');
            return [tables.length, tables.filter(table => table.scrollWidth > table.clientWidth).map(title),
                parseFloat(getComputedStyle(inner).paddingLeft)]; }"""
    )
    assert tables > 30 and scrolling == [] and padding >= 4


def test_new_numbers_are_for_practice_only(desk):
    """Practice shows other numbers, is marked as practice, and leaves cell and answers alone; back is back."""
    desk.type(1, "8")
    desk.wait_state(1, "right")
    source = desk.source()
    asked = desk.page.locator(".wb-live .wb-body").inner_text()
    desk.page.get_by_role("button", name="New numbers").click()
    banner = desk.page.locator(".wb-live .wb-practice")
    banner.wait_for()
    assert "nothing here is handed in" in banner.inner_text()
    desk.wait_state(1, "blank")
    assert desk.page.locator(".wb-live .wb-body").inner_text() != asked
    desk.type(1, "123")
    desk.wait("!['blank', 'unchecked'].includes(document.querySelector('.wb-live .wb-slot').dataset.state)")
    assert desk.source() == source
    desk.run(SPARE_CELL)
    assert re.sub(r"\s", "", desk.output(SPARE_CELL)) == "{1:8,2:None,3:None}"
    desk.page.get_by_role("button", name="New numbers").click()
    desk.wait_state(1, "blank")
    desk.page.get_by_role("button", name="Back to my page").click()
    desk.wait_state(1, "right")
    assert desk.box(1).input_value() == "8"
    assert not banner.is_visible()
    desk.type(2, "2")
    desk.wait_source("2: 2,")


def test_show_how_only_where_the_course_allows(desk):
    """By default in practice only; always or never if the course says so."""
    show = desk.page.get_by_role("button", name="Show how")
    assert not show.is_visible()
    desk.page.get_by_role("button", name="New numbers").click()
    show.click()
    desk.page.locator(".wb-live .wb-solution").wait_for()
    desk.page.get_by_role("button", name="Hide how").click()
    desk.page.locator(".wb-live .wb-solution").wait_for(state="detached")
    for setting, on_page in (("always", True), ("never", False)):
        desk.start(f'course(show_how="{setting}")\n' + page_source())
        assert show.is_visible() == on_page
        desk.page.get_by_role("button", name="New numbers").click()
        desk.page.locator(".wb-live .wb-practice").wait_for()
        assert show.is_visible() == on_page
    desk.start('course(show_how="practice")\n' + page_source())
