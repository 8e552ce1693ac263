"""Check by nudging in a real notebook, beside the page whose gradients it checks."""

from __future__ import annotations

from .test_explorers import LIVE

SOURCE = 'answers = {1: None}\npage("equations/small-gradients", answers)\nexplore("equations/check")'
SAID = "([root, words]) => document.querySelector(root + ' .wb-drawn')?.innerText.includes(words)"


def test_the_gradient_typed_on_the_page_stands_beside_the_ratio(lab):
    """Typing into the page shows in the explorer at once; choosing a weight in the picture chooses its box."""
    lab.start(SOURCE)
    page = lab.page
    page.wait_for_function(SAID, arg=[LIVE, "Box 1 of the page is still empty"])
    ratio = page.locator(f"{LIVE} .wb-named").last.inner_text()
    lab.type(1, "-0.107")
    page.wait_for_function(SAID, arg=[LIVE, "you typed -0.107"])
    assert page.locator(f"{LIVE} .wb-named").last.inner_text() == ratio
    page.locator(f"{LIVE} .wb-pick[data-value='w^1_{{11}}']").click()
    page.wait_for_function(SAID, arg=[LIVE, "Box 6 of the page is still empty"])
    assert page.locator(f"{LIVE} .wb-named").last.inner_text() != ratio
    assert lab.box(1).input_value() in ("-0.107", "−0.107")
    lab.wait_source("1: -0.107")
    assert lab.errors == []
