"""What a page function may do, and how an author's mistakes are answered."""

import subprocess
import sys
from functools import wraps
from pathlib import Path

import numpy as np
import pytest

from autograder import layout, pages
from autograder.authoring.page import DECLARED, SHARING, Page, PageError, page, spoken
from autograder.layout import column, eq
from autograder.pages import gradients
from autograder.render import pages as render

ROOT = Path(__file__).parents[2]
HINT = {"hint": "Which?", "how": "So."}


def make(function):
    return page("A page", row="0")(function)


def test_the_canonical_numbers_come_first():
    """Variant 0 has the numbers of the source, other variants have others of the same kind."""

    @make
    def numbers(given, box):
        a, v = given("a", 0.5), given("v", [[2, -3], [4, 5]])
        return eq(box(a, "a", **HINT), box(v, "v", **HINT))

    canonical = numbers.sheet()
    assert canonical.givens["a"] == 0.5 and np.array_equal(canonical.givens["v"], [[2, -3], [4, 5]])
    for variant in range(1, 50):
        givens = numbers.sheet(variant).givens
        assert givens["v"].shape == (2, 2) and np.all(givens["v"] == np.round(givens["v"])) and np.all(givens["v"] != 0)
        assert abs(givens["a"] * 10 - round(givens["a"] * 10)) < 1e-9 and 0 < givens["a"] < 1


def test_variants_are_the_same_everywhere():
    """The numbers of a variant depend on the page's name and the variant alone; these were drawn once and stay."""

    @make
    def stay(given, box):
        return eq(box(given("v", [3, 4, 5]), "v", **HINT))

    assert [stay.sheet(v).givens["v"].tolist() for v in (1, 2, 3)] == [[2, 6, 7], [9, 3, 1], [8, 8, 2]]


def test_boxes_are_numbered_in_order_with_a_label_each():
    """One box per entry, row by row; the label says where it is and of what."""

    @make
    def matrix_page(given, box):
        return eq(box(np.array([[1.0, 2.0], [3.0, 4.0]]), "∂L/∂W", **HINT, only=[(0, 1), (1, 0)]))

    boxes = matrix_page.sheet().boxes
    assert [b.number for b in boxes] == [1, 2]
    assert [b.index for b in boxes] == [(0, 1), (1, 0)]
    assert boxes[0].label == "box 1, row 1, column 2 of ∂L/∂W" and boxes[0].place == "box 1, row 1, column 2 of "
    assert [b.literal for b in boxes] == ["2", "3"]


def test_a_box_says_where_it_stands():
    """A single number has no place; the entries of a vector are counted, also those chosen by a mask or by NumPy."""

    @make
    def places(given, box):
        single = box(3, "x_1", **HINT)
        vector = box(np.array([1.0, 2.0, 3.0]), "v", **HINT, only=np.array([False, True, True]))
        return eq(single, vector, box(np.array([4.0, 5.0]), "w", **HINT, only=np.array([1])))

    boxes = places.sheet().boxes
    assert [b.index for b in boxes] == [(), (1,), (2,), (1,)]
    assert all(type(n) is int for b in boxes for n in b.index)
    assert [b.label for b in boxes[::3]] == ["box 1, x 1", "box 4, entry 2 of w"]


def test_pages_are_numbered_by_the_catalogue():
    """Each chapter from 1 on, in its order. What a module defines keeps no number: asking changes nothing."""
    for chapter in pages.CHAPTERS:
        numbered = pages.chapter_pages(chapter)
        assert [page.place for page in numbered] == list(range(1, len(numbered) + 1))
        assert numbered == [pages.load(page.slug) for page in numbered]
    defined = [thing for thing in vars(gradients).values() if isinstance(thing, Page)]
    assert {page.place for page in defined} == {0} and defined[0].sheet().page.kicker == "Gradients 0"
    assert pages.load(defined[0].slug).sheet().page.kicker == "Gradients 1"


def test_only_leaves_the_other_entries_printed():
    """Entries that are no boxes stand on the page as numbers."""

    @make
    def partly(given, box):
        return eq(column(box(np.array([11.0, 22.0]), "v", **HINT, only=[1])))

    html = render.template(partly.sheet())
    assert "11" in html and "22" not in html


def test_computing_with_a_boxed_value_gives_a_plain_one():
    """What is computed from a box is not itself shown as that box."""

    @make
    def sums(given, box):
        v = box(np.array([1.0, 2.0]), "v", **HINT)
        assert type(v * 2) is np.ndarray and type(v[0] + 1) is float
        return eq(v, box(v.sum(), "s", **HINT))

    assert [b.shown for b in sums.sheet().boxes] == ["1", "2", "3"]


def test_numbers_of_a_page_cannot_be_changed_in_place():
    """A page that writes into what it was given would change its own numbers."""

    @make
    def writes(given, box):
        v = given("v", [1, 2])
        v += 1
        return eq(box(v, "v", **HINT))

    with pytest.raises(PageError, match="read-only"):
        writes.sheet()


def infinite(given, box):
    return eq(box(np.float64(1) / np.float64(0), "x", **HINT))


def without_hint(given, box):
    return eq(box(1, "x", "", how="So."))


def without_any_hint(given, box):
    return eq(box(1, "x", how="So."))


def divides_by_zero(given, box):
    return eq(box(1 / (given("x", 2) - 2), "x", **HINT))


def without_end(given, box):
    return eq(box(2**0.5, "x", **HINT))


def unknown_code(given, box):
    return eq(box(1, "x", **HINT, slips={"no_such_slip": 2}))


def slip_is_the_key(given, box):
    return eq(box(given("x", 2), "x", **HINT, slips={"wrong_sign": given("x", 2)}))


def no_box(given, box):
    return eq("x")


def never_fit(given, box):
    given.require(given("x", 2) == 2.5 or False, "x must be two and a half")
    return eq(box(1, "x", **HINT))


@pytest.mark.parametrize(
    ("function", "advice"),
    [
        (infinite, "keep the numbers away"),
        (without_hint, "has no hint"),
        (without_any_hint, "a hint that asks"),
        (divides_by_zero, "ZeroDivisionError"),
        (without_end, "say digits=3"),
        (unknown_code, "autograder/authoring/mistakes.py"),
        (slip_is_the_key, "change the numbers or leave it out"),
        (no_box, "call box"),
        (never_fit, "two and a half"),
    ],
)
def test_an_authors_mistake_is_raised_when_the_page_is_made(function, advice):
    """The message names the page, the line at fault, or else that of the function, and what to do."""
    with pytest.raises(PageError, match=advice) as raised:
        make(function).sheet()
    line = function.__code__.co_firstlineno + (function is not no_box)
    assert f"test_page.py:{line})" in str(raised.value)


def test_distinct_numbers():
    """Refused, not drawn in another way: the variants are those of a page that says the same with require."""

    def spelled_out(given, box):
        v, w = given("v", [3, 4, 5], high=5), given("w", [2, -1], high=3)
        given.require(len(set(v)) == 3 and abs(w[0]) != abs(w[1]))
        return eq(box(v, "v", **HINT), box(w, "w", **HINT))

    def said(given, box):
        v, w = given("v", [3, 4, 5], high=5, distinct=True), given("w", [2, -1], high=3, distinct=abs)
        return eq(box(v, "v", **HINT), box(w, "w", **HINT))

    said.__name__ = spelled_out.__name__ = "the_same_name"
    for variant in range(40):
        old, new = (make(function).sheet(variant).givens for function in (spelled_out, said))
        assert all(np.array_equal(old[name], new[name]) for name in "vw")


@pytest.mark.parametrize("numbers, options, fit", [
    (([1, 2], 3), {}, True), (([1, 2], 2), {}, False), (([1, 2], [3, 1]), {}, False),
    (([1, -1], 2), {}, True), (([1, -1], 2), {"by": abs}, False),
])  # fmt: skip
def test_distinct_counts_all_entries(numbers, options, fit):
    """Of scalars and arrays together, sign aside where it says so; the message tells which."""

    @make
    def distinct(given, box):
        given.distinct(*numbers, **options)
        return eq(box(1, "x", **HINT))

    if fit:
        assert distinct.sheet()
    else:
        with pytest.raises(PageError, match="of one size" if options else "the same"):
            distinct.sheet()


@pytest.mark.parametrize("slips, fit", [
    (([2, 0], [0, 2]), True), (([2, 0], [2, 5]), False),
    (([1, 0], [1, 5]), True),  # where a slip gives the key it is no slip
])  # fmt: skip
def test_slips_that_must_be_told_apart(slips, fit):
    """Two slips that give the same wrong number in an entry are refused."""

    @make
    def told_apart(given, box):
        given.apart(np.array([1, 1]), *map(np.array, slips))
        return eq(box(1, "x", **HINT))

    if fit:
        assert told_apart.sheet()
    else:
        with pytest.raises(PageError, match="two slips give the same"):
            told_apart.sheet()


@pytest.mark.parametrize("value, gradient_of, expected", [
    ([[1, 2], [3, 4]], "W2", [("W2", (0, 0)), ("W2", (0, 1)), ("W2", (1, 0)), ("W2", (1, 1))]),
    (5, ("W1", 1, 0), [("W1", (1, 0))]),
    ([5, 6], ("W1", "b1"), [("W1", ()), ("b1", ())]),
    (5, "", [None]),
])  # fmt: skip
def test_a_box_knows_whose_gradient_it_is(value, gradient_of, expected):
    """An array entry by entry, one entry of an array, or an array for each entry."""

    @make
    def gradient(given, box):
        return eq(box(value, "∂C/∂W", **HINT, gradient_of=gradient_of))

    assert [box.gradient_of for box in gradient.sheet().boxes] == expected


def test_variants_that_cannot_be_found():
    """A page whose requirement only the canonical numbers meet says so, instead of searching for ever."""

    @make
    def only_two(given, box):
        x = given("x", 2)
        given.require(x == 2)
        given.require(given("y", 1234567) == 1234567)
        return eq(box(x, "x", **HINT))

    with pytest.raises(PageError, match="loosen"):
        only_two.sheet(1)


def test_what_goes_wrong_in_one_variant_only_names_it():
    """Numbers that divide by zero are rare; the message says with which variant to look."""

    @make
    def rarely(given, box):
        return eq(box(1 / (given("x", 3) - 2), "x", **HINT))

    rarely.sheet()
    with pytest.raises(PageError, match=r"division by zero \(variant \d+\)"):
        for variant in range(100):
            rarely.sheet(variant)


def test_a_wrapped_page_is_placed_where_it_is_written():
    """A decorator of the author's own does not hide the line of the page."""

    def plain(given, box):
        return eq("x")

    @wraps(plain)
    def wrapped(given, box):
        return plain(given, box)

    with pytest.raises(PageError, match=f"test_page.py:{plain.__code__.co_firstlineno}"):
        make(wrapped).sheet()
    assert (__file__, plain.__code__.co_firstlineno) in DECLARED["test-page/plain"]


def test_two_pages_of_one_name(monkeypatch):
    """The second page of a name would hide the first; the catalogue says where both are written."""
    slug = next(iter(pages.catalogue()))
    monkeypatch.setitem(DECLARED, slug, {*DECLARED[slug], ("gradients.py", 1)})
    pages.catalogue.cache_clear()
    try:
        with pytest.raises(PageError, match=f"two pages are called {slug}.*gradients.py:1"):
            pages.catalogue()
    finally:
        monkeypatch.undo()
        pages.catalogue.cache_clear()


def test_a_page_is_found_without_reading_other_chapters():
    """A kernel that shows one chapter loads the pages and explorers of that chapter alone."""
    script = """
import sys
from autograder import explorers, pages
pages.load("cost/mean-squared-error"), explorers.load("cost/descent")
for package in ("pages", "explorers"):
    print(*[name for name in pages.CHAPTERS if f"autograder.{package}.{name}" in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.split() == ["cost", "cost"]


def test_shared_numbers_stay_within_a_chapter():
    """Which pages have the same numbers is known when their chapter is read, whatever else was read before."""
    pages.catalogue()
    assert SHARING and all(len({page.chapter for page in sharing}) == 1 for sharing in SHARING.values())


def test_an_echo_of_no_box_is_refused():
    """A result computed from a box would show a key; the author is told what to give instead."""

    @make
    def leak(given, box):
        return eq(layout.echo(2 * box(given("a", 3), "a", **HINT)))

    with pytest.raises(PageError, match="give it what box\\(\\) returned"):
        leak.sheet()


def test_marking_lays_nothing_out():
    """Followed with a student's own answers, a page computes the same and draws nothing."""
    sheet = pages.load("equations/softmax-network").sheet()
    drawn = []
    original = layout.diagrams.drawing
    layout.diagrams.drawing = lambda *args, **options: drawn.append(args) or original(*args, **options)
    try:
        run = sheet.follow({1: 2.0})
    finally:
        layout.diagrams.drawing = original
    assert len(run.handed) == len(sheet.boxes) and not drawn


@pytest.mark.parametrize("name, heard", [
    ("δ^{(2)}", "δ layer 2"), ("(W^{(l+1)})^T δ^{(l+1)}", "(W layer l+1) transposed δ layer l+1"),
    ("a_1", "a 1"), ("e^z", "e to the z"),
])  # fmt: skip
def test_a_name_is_read_aloud_in_words(name, heard):
    """A layer is not a power, and a raised T is a transpose: screen readers say which."""
    assert spoken(name) == heard
