"""What lights up together: on every page, pointing at a line lights its factors in the formula, and back."""

from __future__ import annotations

from functools import lru_cache
from html.parser import HTMLParser
from typing import NamedTuple

import pytest

from autograder import pages
from autograder.render import pages as render

BACKWARD = ("cost", "backpropagation", "equations", "convolution")
VOID = {"br", "hr", "img", "input", "meta", "link", "path", "circle", "line", "rect"}


class Thing(NamedTuple):
    """Something on a page that can light up: by which names, what it uses, and where it stands."""

    names: frozenset[str]
    uses: frozenset[str]
    look: str
    drawn: bool  # in a drawing, not in a formula
    around: tuple[Thing, ...]


class Things(HTMLParser):
    """All the things of a page that can light up, in the order of its HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[Thing] = []
        self.open: list[tuple[str, Thing | None]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list) -> None:
        said = {key: value or "" for key, value in attrs}
        look, thing = said.get("class", ""), None
        boxes = {f"box{said[key]}" for key in ("data-box", "data-echo") if key in said}
        if boxes or "data-lit" in said:
            around = tuple(outer for _, outer in self.open if outer)
            thing = Thing(
                frozenset(said.get("data-lit", "").split()) | boxes,
                frozenset(said.get("data-uses", "").split()),
                look,
                any("wb-drawing" in outer for outer, _ in self.open),
                around,
            )
            self.found.append(thing)
        if tag not in VOID:
            self.open.append((look, thing))

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            self.open.pop()


@lru_cache(maxsize=1)  # all tests of a page run one after the other
def things_of(slug: str) -> list[Thing]:
    return Things(html_of(slug)).found


def html_of(slug: str) -> str:
    return render.template(pages.load(slug).sheet())


def lit_with(things: list[Thing], thing: Thing) -> list[Thing]:
    """What lights up when `thing` is pointed at, as picture.js has it."""
    names = thing.names.union(*(outer.names for outer in thing.around))
    uses = thing.uses.union(*(outer.uses for outer in thing.around))
    return [other for other in things if other.names & (names | uses) or other.uses & names]


def said(names: frozenset[str]) -> set[str]:
    """The names that the author of the page gave: not those of one drawing, not those of boxes."""
    return {name for name in names if not name.startswith("·") and not name.startswith("box")}


BACKWARD_PAGES = [slug for slug, page in pages.catalogue().items() if page.chapter in BACKWARD]


@pytest.mark.parametrize("slug", BACKWARD_PAGES)
def test_a_line_lights_a_factor_in_the_formula_and_is_lit_by_it(slug):
    """Every line of every drawing lights something outside the drawing, and is lit by that; in the deep networks the
    lines of those layers do that the page is about."""
    things = things_of(slug)
    if not any(thing.drawn for thing in things):
        return  # a page without a drawing; the test below counts those that have one
    lines = [thing for thing in things if "wb-edge" in thing.look]
    if slug.startswith("convolution/") and not lines:
        return  # pictures are drawn as grids
    named = [line for line in lines if said(line.names | line.uses)]
    assert named
    for line in named if slug.startswith("equations/deep-") else lines:
        formula = [other for other in lit_with(things, line) if not other.drawn]
        assert formula, f"a line lights nothing in the formulas: {sorted(line.names | line.uses)}"
        assert all(line in lit_with(things, other) for other in formula)


@pytest.mark.parametrize("chapter", BACKWARD)
def test_there_are_drawings(chapter):
    """At least seven pages of each of these chapters have one, so that the test before has something to look at."""
    drawn = [
        slug for slug in BACKWARD_PAGES if pages.load(slug).chapter == chapter and 'class="wb-drawing' in html_of(slug)
    ]
    assert len(drawn) >= 7


@pytest.mark.parametrize("slug", pages.catalogue())
def test_what_is_used_is_there(slug):
    """Each factor that something is said to be made of stands on the same page under that name."""
    things = things_of(slug)
    names = set().union(*(said(thing.names) for thing in things))
    assert set().union(*(said(thing.uses) for thing in things)) <= names


@pytest.mark.parametrize("slug", pages.catalogue())
def test_nothing_that_is_named_lights_up_alone(slug):
    """What the author gave a name lights something else: not just its own label, line or box."""
    things = [thing for thing in things_of(slug) if "wb-touch" not in thing.look]  # it only widens its line
    for thing in things:
        if said(thing.names):
            others = [
                other
                for other in lit_with(things, thing)
                if other is not thing and thing not in other.around and other not in thing.around
            ]
            assert others, sorted(thing.names)
