"""Facts about every page of the catalogue, each over many variants of its numbers."""

import random
import re
from html.parser import HTMLParser

import pytest

from autograder import pages
from autograder.answers.equality import equal
from autograder.course import facts
from autograder.course.facts import keys, typed
from autograder.course.vetting import vet
from autograder.marking.pages import mark
from autograder.render import pages as render

FACTS = 200  # variants of each page, in `make prove`
CATALOGUE = pages.catalogue()


FEW = 10  # variants in the sample, where what is asked hardly depends on the numbers


@pytest.fixture(scope="module", params=CATALOGUE.values(), ids=CATALOGUE)
def page(request):
    """Every page in turn, all tests of it one after the other: its variants are drawn only once."""
    return request.param


@pytest.fixture(scope="module")
def sheets(page, variants):
    """The page with the numbers of each variant that is looked at."""
    return [page.sheet(variant) for variant in variants(FACTS)]


@pytest.fixture(scope="module")
def few(page, variants):
    """The first of these variants; all of them in `make prove`."""
    return [page.sheet(variant) for variant in variants(FACTS, sample=FEW)]


def test_the_key_is_accepted(page, few, record_property):
    """Typing the key into every box earns every point, in each variant; and so does what a solution prints, rounded to
    the digits that the page asks for."""
    assert list(facts.key_is_accepted(page, few)) == []
    assert list(facts.rounded_key_is_accepted(page, few)) == []
    record_property("pages", 1)
    record_property("keys typed and accepted", sum(len(sheet.boxes) for sheet in few))


def test_a_nudged_key_is_refused(page, few, record_property):
    """One wrong answer among right ones costs exactly its own point, and nothing follows from it for free."""
    assert list(facts.wrong_answer_is_refused(page, few)) == []
    record_property("wrong answers refused", sum(len(sheet.boxes) for sheet in few))


def test_a_blank_box_costs_nothing_else(page, few):
    """A blank page scores zero, and a blank box costs only itself."""
    assert list(facts.blank_costs_only_itself(page, few)) == []


def test_every_named_mistake_is_recognised_and_is_not_the_key(page, few):
    """A student who makes a named slip is told its name."""
    assert list(facts.slips_are_recognised(page, few)) == []


def test_variants_differ(page):
    """New numbers are new: most of the first forty variants have different keys."""
    assert list(facts.variants_differ(page, facts.sheets(page, 40))) == []


def test_every_box_speaks_and_stands_there_and_its_key_can_be_read(page, few):
    """Each box has a name, a hint that asks, a sentence on how it is found, and a label of its own. The page shows it,
    in no two places, and its solution tells how it is found. Its key, as a solution's dict holds it, reads back as
    itself."""
    assert list(facts.boxes_speak(page, few)) == []
    assert list(facts.boxes_stand_once(page, few)) == []
    assert render.solution(page.sheet()).count("<li>") >= 1
    assert list(facts.keys_can_be_read(page, few)) == []


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
    return [" ".join("".join(said).split()) for said in Lines(html).said]


class Lines(HTMLParser):
    """Reads the lines of a page, each in its pieces."""

    NAMES = frozenset({"wb-step", "wb-say", "wb-eq"})
    WHOLE = frozenset({"wb-mat", "wb-drawing", "wb-table", "wb-slot"})
    EMPTY = frozenset({"br", "hr", "img", "input", "path", "circle", "line", "rect"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.said: list[list[str]] = []
        self.open: list[tuple[str, set[str], list[str] | None]] = []  # tag, names, and the line that it is
        self.unread = 0  # how many of the open ones are in something that is a ▦
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list) -> None:
        if tag in self.EMPTY:
            return
        names = {*(dict(attrs).get("class") or "").split()}
        around, outside, _ = self.open[-1] if self.open else ("", set(), None)
        whole = not names.isdisjoint(self.WHOLE) or (tag == "b" and (around == "li" or "wb-step" in outside))
        line: list[str] | None = None
        if not self.unread and (whole or tag == "sup"):
            self.handle_data("▦" if whole else "^")
        if self.unread or whole:
            self.unread += 1
        elif tag == "li" or not names.isdisjoint(self.NAMES):
            self.said.append(line := [])
        self.open.append((tag, names, line))

    def handle_startendtag(self, tag: str, attrs: list) -> None:
        pass  # a stroke of a drawing

    def handle_endtag(self, tag: str) -> None:
        if tag in self.EMPTY:
            return
        assert self.open.pop()[0] == tag
        self.unread = max(0, self.unread - 1)
        if tag == "sup":
            self.handle_data(" ")

    def handle_data(self, data: str) -> None:
        for _, _, line in self.open if not self.unread else ():
            if line is not None:
                line.append(data)


def test_there_are_enough_pages_and_boxes():
    """At least eight pages in each of chapters 1 to 9, twelve in 1 and 7; 80 pages and 900 boxes in all."""
    for chapter in (chapter for chapter, place in pages.CHAPTERS.items() if "01" <= place[:2] <= "09"):
        assert len(pages.chapter_pages(chapter)) >= (12 if chapter in ("gradients", "backpropagation") else 8)
    assert len(CATALOGUE) >= 80 and sum(page.points for page in CATALOGUE.values()) >= 900


def test_planted_mistakes_are_given_their_own_name(page, sheets, record_property):
    """Of all named slips, planted one at a time, at least 95 % get their name. Another's name is only given in
    canonical numbers, where both slips give the same answer; there the box asks its own question, of neither."""
    named = other = planted = 0
    for sheet in sheets:
        right = keys(sheet)
        for box in sheet.boxes:
            for code, slip in box.mistakes:
                verdict = mark(page, right | {box.number: typed(slip)}, sheet.variant).verdicts[box.number - 1]
                planted += 1
                named += verdict.code == code
                if verdict.code not in (code, ""):
                    other += 1
                    twin = dict(box.mistakes)[verdict.code]
                    assert sheet.variant == 0 and equal(twin, slip, box.digits), (box.number, code, verdict.code)
                    assert verdict.message == box.hint
    assert named >= 0.95 * planted, (named, planted)
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
    for _ in variants(200, sample=4):
        pool = [*POOL, *(box.shown for box in sheet.boxes), *(o for box in sheet.boxes for o in box.options)]
        marks = mark(page, {box.number: chance.choice(pool) for box in sheet.boxes})
        assert 0 <= marks.points <= marks.out_of and marks.summary
