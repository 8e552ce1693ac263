"""The stepper in a real notebook: a step at a time, on the network of the pages and on one that is typed."""

from __future__ import annotations

from .test_explorers import LIVE, explore_in_lab  # noqa: F401  the fixture is used by name

TITLE = f"{LIVE} .wb-figure"


def shown(bench) -> str:
    bench.settle()
    return bench.root.locator(".wb-drawn").inner_text().replace("\u2212", "-")


def test_stepping_back_through_the_network(explore_in_lab):  # noqa: F811
    """The buttons go one operation on or back; upstream × local = downstream stands on the edges and in the table."""
    bench = explore_in_lab("backpropagation/stepper")
    assert "13 of 21" in shown(bench)
    assert bench.page.locator(f"{LIVE} .wb-arrow").count() == 2
    assert "-44" in bench.root.locator("table").inner_text().replace("\u2212", "-")
    bench.root.get_by_role("button", name="One step on").click()
    bench.page.wait_for_function("root => document.querySelector(root).innerText.includes('14 of 21')", arg=LIVE)
    assert "-22" in bench.root.locator("table").inner_text().replace("\u2212", "-")
    bench.control("step").press("Home")
    bench.page.wait_for_function("root => document.querySelector(root).innerText.includes('Nothing is')", arg=LIVE)
    assert bench.page.locator(f"{LIVE} .wb-arrow").count() == 0


def test_a_network_of_ones_own(explore_in_lab):  # noqa: F811
    """Typing sizes draws that network at once; nonsense says what to type and loses nothing."""
    bench = explore_in_lab("equations/stepper")
    rings = bench.page.locator(f"{LIVE} .wb-ring")
    assert rings.count() == 5
    typed = bench.root.get_by_label("network", exact=True)
    typed.press("ControlOrMeta+a")
    typed.press_sequentially("3-4-2")  # the steps change with every key; the focus stays
    bench.page.wait_for_function("root => document.querySelectorAll(root + ' .wb-ring').length === 9", arg=LIVE)
    typed.fill("3-4-")
    bench.page.wait_for_function("root => document.querySelectorAll(root + ' .wb-ring').length === 5", arg=LIVE)
    assert "Type sizes such as" in shown(bench)
    assert typed.input_value() == "3-4-"
    bench.control("step").press("Home")
    lit = bench.page.locator(f"{LIVE} .wb-face.wb-care")
    bench.page.wait_for_function("root => !document.querySelector(root + ' .wb-face.wb-care')", arg=LIVE)
    bench.control("step").press("End")
    lit.wait_for()
    assert "weights into node" in (bench.page.locator(TITLE).first.get_attribute("aria-label") or "")


def test_a_batch_turns_and_an_example_is_followed(explore_in_lab):  # noqa: F811
    """Play turns the columns into rows; choosing an example empties the others."""
    bench = explore_in_lab("batching/turning")
    cell = f"{LIVE} .wb-face"
    before = bench.path(".wb-face", "points")
    bench.root.get_by_role("button", name="Play").click()
    bench.page.wait_for_function("root => document.querySelector(root).innerText.includes('10 of 10')", arg=LIVE)
    bench.changed(".wb-face", before, "points")
    assert "X W" in shown(bench).replace("\n", " ").replace("  ", " ")
    assert bench.page.locator(cell).count() == 6 + 8 + 3 + 12
    bench.control("examples m").press("Home")
    bench.page.wait_for_function("cell => document.querySelectorAll(cell).length === 6 + 2 + 3 + 3", arg=cell)


def test_training_stops_and_goes_on(explore_in_lab):  # noqa: F811
    """Play makes the fit grow; stopped, it stands still; played again it goes on from there."""
    bench = explore_in_lab("training/watch")
    fit = bench.path(".wb-curve.wb-accent")
    bench.root.get_by_role("button", name="Play").click()
    bench.changed(".wb-curve.wb-accent", fit)
    bench.root.get_by_role("button", name="Stop").click()
    bench.settle()
    stopped = bench.numbers()["steps"]
    assert stopped > 200
    bench.page.wait_for_timeout(400)
    assert bench.numbers()["steps"] == stopped
    bench.root.get_by_role("button", name="Play").click()
    bench.page.wait_for_function(
        """([root, steps]) => [...document.querySelectorAll(root + ' .wb-named')]
            .some(named => named.textContent.startsWith('steps') && Number(named.textContent.split('=')[1]) > steps)""",
        arg=[LIVE, stopped],
    )
