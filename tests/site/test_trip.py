"""The whole trip in a browser, where PYODIDE names a release of Pyodide with NumPy: from the link to the grade."""

from __future__ import annotations

import os
import time
from itertools import takewhile

import pytest

from autograder import pages
from autograder.marking.pages import mark
from autograder.marking.variants import variant_of
from autograder.site import build
from autograder.submissions.answers import read_notebook
from autograder.submissions.ids import code_id, grade_id

from .conftest import OWN, SALT
from .trip import Trip

PYODIDE = os.environ.get("PYODIDE", "")
GRADIENTS, ACTIVATIONS = "01-gradients/gradients.ipynb", "05-activations/activations.ipynb"
PRACTICE = "practice/practice.ipynb"
COST, CHECKED = "06-cost/cost.ipynb", "page-cost--chain-of-factors"
RELU = pages.load_exercise("activations/relu-code")
ONE_WEIGHT = "gradients/one-weight"
ENDLESS = "class ReLU:\n    def forward_pass(self, inputs):\n        while True:\n            pass"

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("trip"),
    pytest.mark.skipif(not PYODIDE, reason="PYODIDE names no release of Pyodide with NumPy"),
]


@pytest.fixture(scope="module")
def site(chapters, tmp_path_factory):
    out = tmp_path_factory.mktemp("trip") / "site"
    assert build.build(out, chapters, PYODIDE).fetched == []
    return out


def test_from_the_link_to_the_grade(site):
    """Boxes take text before Python is there and are right when it is; after a reload, and when handed in, still so."""
    with Trip(site) as trip:
        release = trip.hold("**/python_stdlib.zip")
        trip.visit(GRADIENTS)
        trip.page.locator(".wb-book-notice[data-kind=starting] progress").wait_for()
        trip.page.locator(".wb-static .wb-slot[data-early='1'] input").first.fill("8")
        release()
        trip.wait()
        trip.type({2: "2", 3: "2"})
        assert trip.states(3) == ["right"] * 3
        trip.save()
        assert GRADIENTS in trip.page.url.replace("%2F", "/")
        trip.reload()  # the address still names the notebook
        assert trip.states(3) == ["right"] * 3
        notebook = trip.download()
        assert trip.errors == []
        assert trip.elsewhere == []  # no address beside the site was asked for
    answers = read_notebook(notebook).pages[ONE_WEIGHT].answers
    assert mark(ONE_WEIGHT, answers).points == 3


def test_boxes_answer_without_a_network(site):
    """After one visit no server is needed any more: a box answers, and so does one of another chapter."""
    with Trip(site) as trip:
        trip.listen()
        trip.open(GRADIENTS)
        kept = trip.kept_ahead()
        assert kept["kept"] == kept["of"] > 300
        trip.unplug()
        trip.open(ACTIVATIONS)
        trip.open(GRADIENTS)
        trip.type({1: "8"})
        assert trip.states(1) == ["right"]
        trip.plug()


def test_code_in_the_browser(site):
    """A code exercise gets its marks in the page, which says so once; an endless loop is stopped, nothing lost."""
    with Trip(site) as trip:
        trip.open(ACTIVATIONS)
        grade = trip.go_to(ACTIVATIONS, grade_id(RELU.slug)[:64])
        attempt = grade.get_by_role("button", name="Try it")
        trip.write(ACTIVATIONS, code_id(RELU.slug)[:64], ENDLESS)
        trip.go_to(ACTIVATIONS, grade_id(RELU.slug)[:64])
        attempt.click()
        trip.page.get_by_text("did not come to an end").first.wait_for()
        trip.write(ACTIVATIONS, code_id(RELU.slug)[:64], "while True:\n    pass")
        trip.go_to(ACTIVATIONS, grade_id(RELU.slug)[:64])
        attempt.click()
        trip.page.get_by_text("Your answers are safe").first.wait_for()
        trip.write(ACTIVATIONS, code_id(RELU.slug)[:64], RELU.solution)
        trip.go_to(ACTIVATIONS, grade_id(RELU.slug)[:64])
        attempt.click()
        trip.page.get_by_text("All of it works").first.wait_for()
        assert trip.page.locator(".wb-book-where").count() == 1
        assert any(RELU.name in "".join(cell["source"]) for cell in trip.download()["cells"])


def test_explorers_checks_and_progress(site):
    """An explorer answers when it is moved, a page is checked by nudging, and the bar knows what is right."""
    with Trip(site) as trip:
        trip.open(GRADIENTS)
        trip.type({1: "8", 2: "2", 3: "2"})
        assert trip.states(3) == ["right"] * 3
        trip.page.locator(".wb-progress li.wb-right a[data-cell='page-gradients--one-weight']").first.wait_for()
        trip.go_to(GRADIENTS, "explore-gradients--nudge")
        explorer = trip.page.locator(".wb-explorer.wb-live").first
        slider = explorer.locator("input[type=range]").first
        slider.wait_for()
        drawn = explorer.locator(".wb-drawn")
        before = drawn.inner_html()
        slider.focus()
        trip.page.keyboard.press("ArrowRight")
        trip.page.wait_for_function("([it, before]) => it.innerHTML !== before", arg=[drawn.element_handle(), before])

        trip.open(COST)
        checked = trip.go_to(COST, CHECKED)
        checked.get_by_role("button", name="Check by nudging").click()
        checked.locator(".wb-below .wb-explorer").first.wait_for()


def test_a_slip_is_practised_and_remembered(site):
    """Under the page of a slip an exercise opens, and its solution; the practice notebook knows of it afterwards."""
    with Trip(site) as trip:
        trip.open(COST)  # where no course forbids solutions
        trip.type({1: "2"})  # prediction minus target, where the page has it the other way round
        assert trip.states(1) == ["mistake"]
        trip.page.get_by_role("button", name="Practise this").first.click()
        trip.page.locator(".wb-session .wb-input").first.wait_for()
        trip.page.locator(".wb-session-foot").get_by_role("button", name="Show how").click()
        trip.page.locator(".wb-session .wb-solution").wait_for()
        trip.save()
        trip.page.goto(trip.address_of(PRACTICE))
        trip.page.locator(".wb-session-foot").get_by_role("button", name="Begin").wait_for()
        assert "Nothing is due today" in trip.page.locator(".wb-session").inner_text()  # not: nothing to practise yet
        assert trip.errors == [] and trip.elsewhere == []


def test_numbers_of_their_own(site):
    """In a course where each student has numbers, the page asks whose, shows those, and offers no solution."""
    with Trip(site) as trip:
        trip.visit(OWN)
        prompt = trip.page.get_by_label("your student id")
        prompt.fill("ada")
        prompt.press("Enter")
        trip.wait()
        sheet = pages.load(ONE_WEIGHT).sheet(variant_of("ada", SALT))
        trip.type({box.number: box.shown for box in sheet.boxes})
        assert trip.states(3) == ["right"] * 3
        assert not trip.page.get_by_role("button", name="Show how").first.is_visible()


def test_the_next_python_is_ready_before_it_is_asked_for(site):
    """When the pages are alive another Python starts, and the next chapter, or a restart, has it at once."""
    with Trip(site) as trip:
        trip.open(GRADIENTS)
        trip.page.wait_for_function("window.workbookSpare === 'ready'")
        start = time.monotonic()
        trip.page.evaluate("window.workbookPython = null")
        trip.page.get_by_role("button", name="Restart the kernel", exact=True).click()
        trip.page.locator(".jp-Dialog .jp-mod-accept").click()
        trip.page.wait_for_function("window.workbookPython?.stage === 'ready'")
        assert time.monotonic() - start < 60


@pytest.mark.parametrize(("path", "slug"), [
    ("11-convolution/convolution.ipynb", "convolution/one-filter"),
    ("12-attention/attention.ipynb", "attention/words-as-vectors"),
])  # fmt: skip
def test_chapters_on_layers(site, path, slug):
    """Convolution and attention come alive as the others do: what is typed is right, explorers are there."""
    with Trip(site) as trip:
        trip.open(path)
        boxes = [*takewhile(lambda box: box.kind != "choice", pages.load(slug).sheet().boxes)]
        trip.type({box.number: box.shown for box in boxes})
        assert trip.states(len(boxes)) == ["right"] * len(boxes)
        trip.page.wait_for_function(
            "() => document.querySelectorAll('.wb-explorer.wb-live').length >= 2"
            " && !document.querySelector('.wb-book-waits')"
        )
        assert trip.errors == []
