"""Check by nudging in a real notebook: under the page whose gradients it checks, and as a cell of its own."""

from __future__ import annotations

import pytest

from .test_explorers import LIVE

SOURCE = 'answers = {1: None}\npage("equations/small-gradients", answers)\nexplore("equations/check")'
UNDER = f".wb-below {LIVE}"


def page_of(slug: str) -> str:
    return f'answers = {{1: None}}\npage("{slug}", answers)'


class Check:
    """The check that is open under the page, or in a cell of its own."""

    def __init__(self, desk, root: str = UNDER) -> None:
        self.desk, self.page, self.root = desk, desk.page, root

    def open(self) -> Check:
        self.page.locator(".wb-live .wb-foot").get_by_role("button", name="Check by nudging").first.click()
        self.page.locator(f"{self.root} .wb-drawn").wait_for()
        return self

    def wait_said(self, words: str) -> None:
        self.page.wait_for_function(
            "([root, words]) => document.querySelector(root + ' .wb-drawn')?.innerText.includes(words)",
            arg=[self.root, words])  # fmt: skip

    @property
    def ratio(self) -> str:
        return self.page.locator(f"{self.root} .wb-named").last.inner_text().split("=")[1].strip().replace("−", "-")

    def wait_ratio(self, value: str) -> None:
        self.page.wait_for_function(
            """([root, value]) => [...document.querySelectorAll(root + ' .wb-named')].at(-1)?.innerText
                .split('=')[1].trim().replaceAll('\\u2212', '-') === value""", arg=[self.root, value])  # fmt: skip

    def pick(self, name: str) -> None:
        """Click on a number in the drawing."""
        self.page.locator(f"{self.root} .wb-pick[data-value='{name}']").click()

    def lit(self) -> str:
        """What is written on the number that is nudged."""
        return self.page.locator(f"{self.root} .wb-tag.wb-care").text_content()


@pytest.mark.parametrize("slug, box, typed, ratio, other, empty", [
    ("cost/on-the-edges", 3, "-8", "-7.8", "w_1", 2),
    ("backpropagation/all-four", 10, "11", "11.1", "s", 4),
    ("equations/bp4-layer", 4, "-1.5", "-1.5", "w_{12}", 2),
    ("batching/weights-in-one-product", 10, "-4/5", "-0.8", "w_{32}", 12),
])  # fmt: skip
def test_a_page_is_checked_under_itself(opened, slug, box, typed, ratio, other, empty):
    """The check opens at the box that was typed in last, and the ratio stands beside what was typed."""
    desk = opened.start(page_of(slug))
    desk.type(box, typed)
    desk.wait_state(box, "right")
    check = Check(desk).open()
    check.wait_said(f"In box {box} you typed {typed}")
    check.wait_ratio(ratio)
    lit = check.lit()
    check.pick(other)
    check.wait_said(f"Box {empty} of the page is still empty")
    assert check.ratio == "…", "where nothing is typed, no answer is given away"
    assert check.lit() != lit
    desk.wait_source(f"{box}: ")
    assert desk.state(box) == "right"
    assert desk.errors == []


def test_the_ratio_follows_the_nudge_and_what_is_typed(opened_lab):
    """ε by the keyboard, which Jupyter does not get to see; typing on the page redraws the check at once."""
    lab = opened_lab.start(page_of("cost/whole-gradient"))
    lab.type(11, "1")
    check = Check(lab).open()
    check.wait_said("In box 11 you typed 1.")
    first = check.ratio
    slider = lab.page.locator(check.root).get_by_label("nudge ε")
    slider.focus()
    for _ in range(2):
        lab.page.keyboard.press("ArrowRight")  # 0.01, 0.001
    lab.page.wait_for_function("([root, old]) => !document.querySelector(root).innerText.includes(old)",
                               arg=[check.root, f"= {first}"])  # fmt: skip
    near = check.ratio
    assert 0 < abs(float(near) - float(first)) < 1
    lab.type(11, near)
    check.wait_said(f"you typed {near}".replace("-", "−") if "-" in near else f"you typed {near}")
    lab.page.locator(".wb-foot").get_by_role("button", name="Hide the check").click()
    lab.page.locator(check.root).wait_for(state="detached")
    assert lab.errors == []


def test_practice_has_a_check_of_its_own(opened_lab):
    """New numbers close the check; opened again it is about them, and what was typed before is left alone."""
    lab = opened_lab.start(page_of("cost/whole-gradient"))
    lab.type(11, "7")
    check = Check(lab).open()
    check.wait_said("you typed 7")
    graded = lab.page.locator(f"{check.root} .wb-figure").first.inner_html()
    lab.page.get_by_role("button", name="New numbers").click()
    lab.page.locator(check.root).wait_for(state="detached")
    check.open()
    check.wait_said("is still empty")
    assert lab.page.locator(f"{check.root} .wb-figure").first.inner_html() != graded
    lab.page.get_by_role("button", name="Back to my page").click()
    lab.wait("document.querySelector('.wb-live .wb-slot[data-box=\"11\"] input').value === '7'")
    assert lab.errors == []


def test_a_check_that_is_open_is_there_again_after_a_reload(opened_lab):
    """The kernel has kept it, with what was chosen in it."""
    lab = opened_lab.start(page_of("cost/whole-gradient"))
    lab.type(12, "2")
    check = Check(lab).open()
    check.pick("b")
    check.wait_said("Box 13 of the page is still empty")
    lab.save()
    lab.reload()
    check.wait_said("Box 13 of the page is still empty")
    assert lab.errors == []


def test_pages_without_gradients_offer_no_check(lab):
    """Chapter 1 nudges by hand."""
    lab.start()
    assert not lab.page.get_by_role("button", name="Check by nudging").is_visible()


def test_a_cell_of_its_own_reads_the_page_too(opened_lab):
    """Typing into the page shows in the explorer at once; choosing a weight in the picture chooses its box."""
    lab = opened_lab.start(SOURCE)
    check = Check(lab, LIVE)
    check.wait_said("Box 1 of the page is still empty")
    lab.type(1, "-0.107")
    check.wait_said("you typed -0.107")
    ratio = check.ratio
    check.pick("w^{(1)}_{11}")
    check.wait_said("Box 6 of the page is still empty")
    assert check.ratio == "…" != ratio
    assert lab.box(1).input_value() in ("-0.107", "−0.107")
    lab.wait_source("1: -0.107")
    assert lab.errors == []
