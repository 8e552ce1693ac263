"""The charts are sound SVG in the workbook's colours."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest

from autograder.report import charts
from autograder.report.table import read

pytestmark = pytest.mark.xdist_group("report")  # one process makes what they share


@pytest.fixture(scope="module")
def drawn(thirty):
    verdicts = read(thirty)
    counts = verdicts.by_box[:3]
    return {
        "progress": charts.progress(verdicts),
        "pages": charts.pages(verdicts, ["#page-a", "", "#page-b", "#page-c"]),
        "points": charts.points(np.array([0.2, 0.9, 0.91]), np.array([True, False, False])),
        "hardest": charts.hardest(["one", "two", "three"], counts, ["#page-a", "", "#page-b"]),
        "mistakes": charts.mistakes(["wrong_sign"], [7], [3], ["#page-a"]),
    }


def test_each_is_an_image_with_a_name(drawn):
    """Well-formed, described for those who cannot see it, and without a style or script of its own."""
    for svg in drawn.values():
        root = ElementTree.fromstring(svg)
        assert root.get("role") == "img" and len(root.get("aria-label")) > 10
        assert not re.search(r"<(style|script|image|metadata|!DOCTYPE)", svg)


def test_colours_are_names(drawn):
    """No colour is fixed: each is a variable of the page, with a value to fall back on."""
    for svg in drawn.values():
        assert not re.search(r"(?:fill|stroke): #", svg) and "var(--rp-" in svg
        assert not any(colour in svg for colour in charts.INK.values())


def test_ids_do_not_clash(drawn):
    """All charts can stand in one page, and each refers to its own parts only."""
    ids = [re.findall(r'\bid="([^"]+)"', svg) for svg in drawn.values()]
    flat = [each for found in ids for each in found]
    assert len(set(flat)) == len(flat)
    for svg, own in zip(drawn.values(), ids, strict=True):
        assert set(re.findall(r'(?:href="#|url\(#)([^")]+)', svg)) - {"page-a", "page-b", "page-c"} <= set(own)


def test_links_lead_to_pages(drawn):
    """Squares and names of boxes are links to the drawn page, where there is one."""
    assert sorted(re.findall(r'<a xlink:href="#(page-\w)"', drawn["pages"])) == ["page-a", "page-b", "page-c"]
    assert sorted(re.findall(r'<a xlink:href="#(page-\w)"', drawn["hardest"])) == ["page-a", "page-b"]


def test_the_same_figures_make_the_same_drawing(thirty):
    """Nothing random and no date."""
    assert charts.progress(read(thirty)) == charts.progress(read(thirty))


def test_bars_have_the_length_of_their_share(thirty):
    """The green piece of each chapter's bar is as long as its share of right boxes."""
    verdicts = read(thirty)
    root = ElementTree.fromstring(charts.progress(verdicts))
    green = [path.get("d") for path in root.iter("{http://www.w3.org/2000/svg}path")
             if "--rp-right," in path.get("style", "")]  # fmt: skip
    across = [[float(x) for x in re.findall(r"[ML] ([\d.]+) ", path)] for path in green]
    widths = [max(x) - min(x) for x in across]
    for chapter in range(len(verdicts.chapters)):
        counts = verdicts.by_page[verdicts.chapter_of_page == chapter].sum(axis=0)
        assert widths[chapter] == pytest.approx(counts[0] / counts.sum() * (8.6 - 1.7 - 0.25) * 72, abs=0.1)
