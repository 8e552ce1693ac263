"""Sheets and their key, as HTML: what stands on them, with whose numbers."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest

from autograder.classroom.released import ClassError, released
from autograder.marking.pages import mark
from autograder.marking.variants import variant_of
from autograder.paper.codes import Code, read_code
from autograder.paper.make import chosen
from autograder.paper.places import Places
from autograder.paper.sheets import Row, key, student_sheets
from autograder.render.pages import static

ROOT = Path(__file__).parents[2]
CHAPTER = "05-activations"
HOSTILE = 'Bob"}</style><b>Smith\\'


@pytest.fixture(scope="module")
def places() -> Places:
    return Places(released(ROOT))


def numbers(html: str) -> str:
    """What is printed in formulas and drawings, without the boxes."""
    return " ".join(re.findall(r">([^<>]*\d[^<>]*)<", re.sub(r'<span class="wb-(num|input|mark)".*?</span>', "", html)))


def test_every_page_has_a_code_that_leads_back(places):
    """Of every chapter, whoever's numbers it shows; no two pages share one."""
    codes: dict[str, str] = {}
    for chapter in places.chapters:
        for place in places.of(chapter):
            for variant in (0, variant_of("ada", "")):
                code = place.code(variant)
                assert places.coded(read_code(code.text)) == place
                assert codes.setdefault(code.text, place.page.slug) == place.page.slug
            assert places.named(place.name) == place == places.named(place.page.slug)
    assert len(codes) > 400


def test_a_sheet_of_another_state_of_the_course_is_refused(places):
    """A page that stood elsewhere when it was printed is not taken for the one that stands there now."""
    one, other = places.of(CHAPTER)[:2]
    with pytest.raises(ClassError, match="another state of the course"):
        places.coded(Code(other.number, other.at, 0, one.code(0).name))
    with pytest.raises(ClassError, match="has the pages 1 to"):
        places.named("5.99")
    with pytest.raises(ClassError, match="Say chapter and page"):
        places.named("elephants")


@pytest.mark.parametrize("chapter", ["01-gradients", CHAPTER, "07-backpropagation"])
def test_a_sheet_has_the_numbers_of_the_notebook(chapter, places):
    """What is printed is what the student's own notebook shows, and every box stands there once, empty, with its
    number, in order."""
    variant = variant_of("ada", "autumn")
    html = student_sheets(places.of(chapter), variant, "A4", "Ada")
    sheets = html.split('<div class="wb-page')[1:]
    assert len(sheets) == len(places.of(chapter))
    for place, sheet in zip(places.of(chapter), sheets, strict=True):
        notebook = static(place.page.sheet(variant), mark(place.page, {}, variant), style=False)
        body = slice(notebook.index("</header>"), notebook.index('<p class="wb-rules"'))
        shown = sheet[sheet.index("</p>", sheet.index("wb-rules")) :]
        assert numbers(shown) == numbers(notebook[body]), place.page.slug
        there = [int(n) for n in re.findall(r'data-box="(\d+)" data-state="blank"', sheet)]
        assert sorted(there) == list(range(1, place.page.points + 1))
        assert there == [int(n) for n in re.findall(r'wb-num">(\d+)<', sheet)]
        assert place.code(variant).text in sheet and f'content: "{_escaped(place.code(variant).text)}"' in html


def _escaped(text: str) -> str:
    return re.sub(r"[^0-9A-Za-z ]", lambda sign: f"\\{ord(sign[0]):x} ", text)


def test_a_name_is_only_a_name(places):
    """Whatever somebody is called, it ends neither the style sheet nor a tag."""
    first, rows = places.of(CHAPTER)[:1], [Row(HOSTILE, 0), Row("ada", variant_of("ada", ""))]
    for html in (student_sheets(first, 0, "Letter", HOSTILE), key(first, rows, "Letter")):
        assert "<b>Smith" not in html and html.count("</style>") == 1
        assert "size: letter" in html
    assert HOSTILE in unescape(html)


def test_the_key_holds_every_box_of_every_student(places):
    """Where all have the same numbers the pages are filled; where not, each student has a line on each page."""
    some = places.of(CHAPTER)[:3]
    same = key(some, [Row("ada", 0), Row("bob", 0)], "A4")
    assert "boxes of each student" not in same and same.count("How it is done") == 3
    rows = [Row(who, variant_of(who, "")) for who in ("ada", "bob")]
    own = key(some, rows, "A4")
    for place in some:
        for row in rows:
            line = next(line for line in re.findall("<li>.*?</li>", own) if place.code(row.variant).text in line)
            told = re.sub("<[^>]*>", "", "".join(re.findall(r'<span class="wb-m">(.*?)</span></span>', line)))
            boxes = place.page.sheet(row.variant).boxes
            assert line.count("wb-value") == len(boxes) and row.who in line
            if all(box.kind == "number" and box.digits is None for box in boxes):
                assert told == "".join(box.shown.replace("-", "−") for box in boxes)


def test_some_pages_are_chosen_by_number(places):
    """Single ones and ranges, also as 5.3; what is not there is named."""
    some = places.of(CHAPTER)
    assert [place.at for place in chosen(some, ["3", "5-6", "5.1"])] == [1, 3, 5, 6]
    assert chosen(some, []) == some
    for wrong in ("0", "99", "6-5", "two"):
        with pytest.raises(ClassError, match="has the pages 1 to"):
            chosen(some, [wrong])
