"""What an author overlooks is found when the course is built, with the line and what to do."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from autograder import pages
from autograder.authoring.page import DECLARED, PageError, page
from autograder.course import build as course
from autograder.course import vetting
from autograder.course.build import BuildError
from autograder.course.vetting import misplaced, on_a_kink, vet
from autograder.engine.activations import relu_slope
from autograder.layout import eq, step

CONFIG = Path(__file__).parents[2] / "nbgrader_config.py"
HINT = {"hint": "Which?", "how": "So."}


def make(function):
    return page("A page", row="0.1")(function)


def line_of(function, behind: int = 0) -> str:
    """Where `function` is written, or a line behind it, as a message says it."""
    return f"{__file__}:{function.__code__.co_firstlineno + behind})"


# -- pages with a fault each -------------------------------------------------------------------------------------------


def no_hint(given, box):
    return eq(box(given("x", 2), "x", "", how="So."))


def not_finite(given, box):
    return eq(box(np.float64(1) / (given("x", 3) - 3), "x", **HINT))


def not_finite_for_some(given, box):
    return eq(box(np.float64(1) / (given("x", 2) - 3), "x", **HINT, digits=3))


def mistake_is_the_key(given, box):
    x = given("x", 2)
    return eq(box(x * x, "x²", **HINT, slips={"doubled": 2 * x}))


def relu_on_its_kink(given, box):
    z = given("w", 2) - given("x", 3)
    return eq(box(relu_slope(z), "slope", **HINT))


def tie_of_words(given, box):
    scores = given("scores", [3, 1])
    return eq(box(["cat", "dog"][int(np.argmax(scores))], "class", **HINT, options=["cat", "dog"]))


def copy_shown(given, box):
    x = given("x", 2)
    box(x, "x", **HINT)
    return eq("x", "=", x)


def shown_twice(given, box):
    x = box(given("x", 2), "x", **HINT)
    return step("Once, and once more.", eq(x), eq(x))


FAULTS = {
    no_hint: (1, "box 1 has no hint; say"),
    not_finite: (1, "the key of box 1 is inf; keep the numbers away"),
    not_finite_for_some: (1, "the key of box 1 is inf; keep the numbers away"),
    mistake_is_the_key: (2, "the mistake gives the key itself (box 1: doubled); change the numbers or leave it out"),
    relu_on_its_kink: (0, "the key of box 1 lies on a kink"),
    tie_of_words: (0, "the key of box 1 lies on a kink"),
    copy_shown: (0, "box 1 must stand on the page once; show what box() returned"),
    shown_twice: (0, "box 1 must stand on the page once"),
}


@pytest.mark.parametrize("function", FAULTS, ids=lambda function: function.__name__)
def test_each_fault_is_named_with_its_line(function):
    """One message for each fault: the page, the line, and what to do."""
    behind, said = FAULTS[function]
    [fault] = vet(make(function), range(60))
    assert said in fault and line_of(function, behind) in fault


@pytest.fixture
def source(tmp_path, monkeypatch):
    """A course whose only notebook asks for some new pages, as if they stood in the catalogue."""

    def write(*functions):
        made = [make(function) for function in functions]
        known = {each.slug: each for each in made}
        monkeypatch.setattr(pages, "find", known.get)
        folder = tmp_path / "source" / "01-new"
        folder.mkdir(parents=True)
        shutil.copy(CONFIG, tmp_path)
        cells = [{"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "id": f"c{n}",
                  "source": f'page("{slug}")'} for n, slug in enumerate(known)]  # fmt: skip
        (folder / "new.ipynb").write_text(
            json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
        )
        return tmp_path

    return write


@pytest.mark.parametrize("function", FAULTS, ids=lambda function: function.__name__)
def test_each_fault_stops_the_build(function, source, monkeypatch):
    """`workbook build` writes nothing while a page has a fault that its first variants show."""
    monkeypatch.setattr(course, "VETTED", 60)
    behind, said = FAULTS[function]
    with pytest.raises(BuildError) as raised:
        course.build(root := source(function))
    assert said in str(raised.value) and line_of(function, behind) in str(raised.value)
    assert not (root / "chapters").exists()


def test_a_build_names_the_faults_of_all_pages_at_once(source):
    """Two pages with a fault are two lines of one message."""
    with pytest.raises(BuildError) as raised:
        course.build(source(no_hint, copy_shown))
    assert len(str(raised.value).splitlines()) == 2


def test_two_pages_of_one_name_stop_the_build(tmp_path, monkeypatch):
    """The second function of a name would hide the first; the build says where both stand."""
    (tmp_path / "source" / "00-start").mkdir(parents=True)
    shutil.copy(CONFIG, tmp_path)
    (tmp_path / "source" / "00-start" / "start.ipynb").write_text(
        '{"cells": [{"cell_type": "code", "source": "page(\\"start/boxes\\")", "outputs": [], "metadata": {}}]}'
    )
    pages.catalogue()
    monkeypatch.setitem(DECLARED, "start/boxes", {*DECLARED["start/boxes"], ("start.py", 99)})
    pages.catalogue.cache_clear()
    try:
        with pytest.raises(PageError, match=r"two pages are called start/boxes \(.*start.py:13 and start.py:99\)"):
            course.build(tmp_path)
    finally:
        monkeypatch.undo()
        pages.catalogue.cache_clear()


# -- kinks -------------------------------------------------------------------------------------------------------------


def test_a_page_that_keeps_away_from_the_kink_is_fine():
    """The advice of the message, followed, mends the page."""

    @make
    def away(given, box):
        w, x = given("w", 2), given("x", 3)
        given.require(w != x)
        return eq(box(relu_slope(w - x), "slope", **HINT))

    assert vet(away, range(200)) == []


def test_variants_on_the_kink_are_seen_and_no_others():
    """Of the sums that are zero at least nine in ten are seen, of the others none is blamed."""

    @make
    def sums(given, box):
        z = given("w", [1, -2, 1], high=3) @ given("x", [2, 1, 3], high=3) + given("b", -1, high=3)
        return eq(box(relu_slope(z), "slope", **HINT))

    sheets = [sums.sheet(variant) for variant in range(1000)]
    zero = [sheet for sheet in sheets if sheet.givens["w"] @ sheet.givens["x"] + sheet.givens["b"] == 0]
    blamed = [sheet for sheet in sheets if on_a_kink(sheet)]
    assert all(any(sheet is other for other in zero) for sheet in blamed)
    assert len(zero) > 50 and len(blamed) > 0.9 * len(zero)


def test_a_kink_that_is_the_subject_is_no_fault():
    """A page about the kink itself puts the zero there, not its numbers."""
    assert vet("neuron/behind-the-kink", range(40)) == [] and vet("activations/relu-and-its-kink", range(40)) == []


def test_counting_is_no_kink():
    """Numbers that say how many there are may be counted with, divided with remainder, and used as shapes."""

    @make
    def counts(given, box):
        n, m = given("n", 1000), given("m", 7)
        full = int(n) // int(m)
        return eq(box(full, "full", **HINT), box(np.zeros(int(m)).size + 1, "size", **HINT))

    assert vet(counts, range(100)) == []


def test_a_steep_slope_is_no_kink():
    """A key that moves a thousand times as fast as the numbers is steep, not broken."""

    @make
    def steep(given, box):
        x = given("x", 0.5)
        return eq(box(1e4 * x, "y", **HINT))

    assert vet(steep, range(20)) == [] and vetting.TINY * 1e4 > vetting.JUMP


def test_boxes_where_they_belong():
    """A box shown once is not misplaced, on no page of the start."""
    assert misplaced(pages.load("start/boxes").sheet()) == []
