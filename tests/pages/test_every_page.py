"""Facts about every page of the catalogue, each over many variants of its numbers."""

import random
import re
from fractions import Fraction

import pytest
from bs4 import BeautifulSoup

from autograder import pages
from autograder.answers.equality import equal, unit
from autograder.answers.numbers import Unreadable
from autograder.authoring.mistakes import MESSAGES
from autograder.course.vetting import vet
from autograder.engine.expressions import Expr
from autograder.layout import Shape
from autograder.layout.numbers import rounded, simple_fraction
from autograder.marking.pages import READERS, mark
from autograder.render import pages as render

FACTS = 200  # variants of each page, in `make prove`
CATALOGUE = pages.catalogue()


@pytest.fixture(scope="module", params=CATALOGUE.values(), ids=CATALOGUE)
def page(request):
    """Every page in turn, all tests of it one after the other: its variants are drawn only once."""
    return request.param


@pytest.fixture(scope="module")
def sheets(page, variants):
    """The page with the numbers of each variant that is looked at."""
    return [page.sheet(variant) for variant in variants(FACTS)]


def typed(value) -> str:
    """A value as a student could type it, exactly."""
    if isinstance(value, (Expr, Shape, str)):
        return str(value)
    exact = value if isinstance(value, Fraction) else simple_fraction(float(value))
    return str(exact) if exact is not None else repr(float(value))


def keys(sheet) -> dict[int, str]:
    return {box.number: typed(box.key) for box in sheet.boxes}


def test_the_key_is_accepted(page, sheets, record_property):
    """Typing the key into every box earns every point, in each variant."""
    for sheet in sheets:
        marks = mark(page, keys(sheet), sheet.variant)
        assert [v.state for v in marks.verdicts] == ["right"] * len(sheet.boxes), (sheet.variant, marks.verdicts)
        assert marks.points == marks.out_of == len(sheet.boxes)
    record_property("pages", 1)
    record_property("keys typed and accepted", sum(len(sheet.boxes) for sheet in sheets))


def test_the_key_as_printed_and_rounded_as_asked_is_accepted(page, sheets):
    """What a solution prints, rounded to the digits that the page asks for, is right."""
    for sheet in sheets:
        answers = {box.number: box.literal.strip('"') for box in sheet.boxes}
        assert mark(page, answers, sheet.variant).points == len(sheet.boxes), (sheet.variant, answers)
        for box in sheet.boxes:
            if box.digits and box.kind == "number":
                assert mark(page, {box.number: rounded(float(box.key), box.digits)}, sheet.variant).points == 1


def test_a_nudged_key_is_refused(page, sheets, record_property):
    """One wrong answer among right ones costs exactly its own point, and nothing follows from it for free."""
    for sheet in sheets:
        right = keys(sheet)
        for box in sheet.boxes:
            if box.kind == "expression":
                nudged = f"{box.key} + 1"
            elif box.kind == "choice":
                nudged = next(option for option in box.options if option != box.key)
            elif box.kind == "shape":
                nudged = str(Shape((box.key[0] + 7, *box.key[1:])))
            else:
                nudged = typed(box.key + unit(box.key, box.digits) * 3.37 if box.digits else box.key + Fraction(1, 7))
            state = mark(page, right | {box.number: nudged}, sheet.variant).verdicts[box.number - 1].state
            assert state in ("wrong", "mistake"), (sheet.variant, box.label, nudged, state)
    record_property("wrong answers refused", sum(len(sheet.boxes) for sheet in sheets))


def test_a_blank_box_costs_nothing_else(page):
    """A blank page scores zero, and a blank box costs only itself."""
    sheet = page.sheet()
    assert mark(page, {}).points == 0
    assert {v.state for v in mark(page, {}).verdicts} == {"blank"}
    for box in sheet.boxes:
        left = {n: text for n, text in keys(sheet).items() if n != box.number}
        assert mark(page, left).points == len(sheet.boxes) - 1


def test_every_named_mistake_is_recognised_and_is_not_the_key(page, sheets):
    """A student who makes a named slip is told its name."""
    for sheet in sheets:
        right = keys(sheet)
        for box in sheet.boxes:
            for code, slip in box.mistakes:
                assert equal(slip, box.key, box.digits) is False
                verdict = mark(page, right | {box.number: typed(slip)}, sheet.variant).verdicts[box.number - 1]
                same = [other for other, value in box.mistakes if equal(slip, value, box.digits)]
                assert verdict.state == "mistake" and verdict.code in same, (sheet.variant, box.label, code, verdict)


def test_variants_differ(page):
    """New numbers are new: most of the first forty variants have different keys."""
    found = {tuple(box.shown for box in page.sheet(v).boxes) for v in range(40)}
    assert len(found) >= 3, found


def test_every_box_speaks(page):
    """Each box has a name, a hint that asks, a sentence on how it is found, and a label of its own."""
    boxes = page.sheet().boxes
    assert len({box.label for box in boxes}) == len(boxes)
    for box in boxes:
        assert box.name and box.hint and box.how.endswith(".")
        assert box.hint.endswith((".", "?"))
        assert not {code for code, _ in box.mistakes} - set(MESSAGES)


def test_every_box_stands_on_the_page_once(page):
    """The page shows each of its boxes, in no two places, and its solution tells how each is found."""
    sheet = page.sheet()
    template = render.template(sheet)
    for box in sheet.boxes:
        assert template.count(f'data-box="{box.number}"') == 1, box.label
    assert render.solution(sheet).count("<li>") >= 1


def test_keys_can_be_read(page):
    """Every key, as a solution's dict holds it, reads back as itself."""
    for box in page.sheet().boxes:
        read = READERS[box.kind](box, box.literal.strip('"'))
        assert not isinstance(read, Unreadable) and equal(read.value, box.key, box.digits)


SILLY = {
    "a factor of 1": re.compile(r"(?<![\w.,/^)])1 ?(?=[A-Za-zα-ω∂](?![a-z]))"),
    "a factor of 0": re.compile(r"(?<![\w.,/^)])0 ?(?=[A-Za-zα-ω∂](?![a-z]))"),
    "two signs": re.compile(r"[+−-] ?[+−-] ?\w"),
    "a number cut by the machine": re.compile(r"\d\.0\b|\d\.\d{7}|\de[+-]\d|\bnan\b|\binf\b"),
}


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("½(1 w_1 + 8 w_2)", "a factor of 1"),
        ("z = 3 − 0x", "a factor of 0"),
        ("a − −3", "two signs"),
        ("0.30000000000000004", "a number cut"),
    ],
)
def test_silly_mathematics_is_seen(said, found):
    """What the next test looks for, it finds."""
    assert [what for what, pattern in SILLY.items() if pattern.search(said)][0].startswith(found)


def test_mathematics_is_written_as_people_write_it(page):
    """No 1x, no + −3, no 0.30000000000000004: neither on the page nor in its worked solution."""
    for variant in range(3):
        sheet = page.sheet(variant)
        for html in (render.template(sheet), render.solution(sheet)):
            for line in lines(html):
                assert not {what: line for what, pattern in SILLY.items() if pattern.search(line)}


def lines(html: str) -> list[str]:
    """The sentences and formulas of a page; a box, a matrix, a drawing or a number of a step in them is a ▦."""
    soup = BeautifulSoup(html, "html.parser")
    for whole in soup.select(".wb-mat, .wb-drawing, .wb-table, .wb-slot, .wb-step > b, li > b"):
        whole.replace_with("▦")
    for raised in soup.find_all("sup"):
        raised.replace_with(f"^{raised.get_text()} ")
    return [" ".join(part.get_text().split()) for part in soup.select(".wb-step, .wb-say, .wb-eq, li")]


def test_there_are_enough_pages_and_boxes():
    """At least eight pages in each of chapters 1 to 9, twelve in 1 and 7; 80 pages and 900 boxes in all."""
    for chapter in (chapter for chapter, place in pages.CHAPTERS.items() if "01" <= place[:2] <= "09"):
        assert len(pages.chapter_pages(chapter)) >= (12 if chapter in ("gradients", "backpropagation") else 8)
    assert len(CATALOGUE) >= 80 and sum(page.points for page in CATALOGUE.values()) >= 900


def test_planted_mistakes_are_given_their_own_name(page, sheets, record_property):
    """Of all named slips, planted one at a time, at least 95 % get their name, and at most 1 % another's."""
    named = other = planted = 0
    for sheet in sheets:
        right = keys(sheet)
        for box in sheet.boxes:
            for code, slip in box.mistakes:
                verdict = mark(page, right | {box.number: typed(slip)}, sheet.variant).verdicts[box.number - 1]
                planted += 1
                named += verdict.code == code
                other += verdict.code not in (code, "")
    assert named >= 0.95 * planted and other <= 0.01 * planted, (named, other, planted)
    for what, count in (("planted", planted), ("called by their name", named), ("called by another's", other)):
        record_property(f"slips {what}", count)


POOL = [
    "0",
    "1",
    "-1",
    "3",
    "-7",
    "1/3",
    "0.25",
    "1000000",
    "2x",
    "x",
    "-x^2",
    "e^x",
    "1/x",
    "3×2",
    "two",
    "∞",
    "0.731",
]


def test_nothing_is_overlooked_in_any_variant(page, variants):
    """No key lies on a kink, and every box stands on the page, whatever the numbers."""
    assert vet(page, variants(FACTS)) == []


def test_any_answers_can_be_marked(page, variants):
    """Whatever a student types, and whatever would follow from it, the page is marked."""
    chance = random.Random(page.slug)
    sheet = page.sheet()
    for _ in variants(200, sample=8):
        pool = [*POOL, *(box.shown for box in sheet.boxes), *(o for box in sheet.boxes for o in box.options)]
        marks = mark(page, {box.number: chance.choice(pool) for box in sheet.boxes})
        assert 0 <= marks.points <= marks.out_of and marks.summary
