"""The drawn network of a page: answers appear in it, and what belongs together lights up together."""

from __future__ import annotations

import re

from autograder.marking.pages import mark
from autograder.pages import load
from autograder.render.pages import static

from .desk import PAGE_CELL, page_source

SLUG = "equations/small-backward"
KEYS = [box.shown for box in load(SLUG).sheet().boxes]
BOX_D2, BOX_BACK, BOX_D1 = 3, 6, 8  # δ⁽²⁾, what comes back to the first hidden node, its δ⁽¹⁾


def start(desk, answers: str = "{1: None}", slug: str = SLUG):
    return desk.start(page_source(slug, answers))


def echoes(desk, n: int) -> list[str]:
    """What the picture says of a box, each time it does."""
    return desk.page.evaluate(
        """n => [...document.querySelectorAll(`.wb-live [data-echo='${n}']`)]
            .map(echo => echo.innerText.split(/\\s+/).join(' '))""",
        n,
    )


def lit(desk) -> dict[str, list[str]]:
    """What is alight: lines, nodes, boxes (by number), and words."""
    return desk.page.evaluate(
        """() => { const on = (s) => [...document.querySelectorAll(`.wb-live ${s}.wb-on`)];
            return { lines: on('.wb-edge').map(e => e.dataset.lit), nodes: on('.wb-node').map(e => e.dataset.lit),
                boxes: on('.wb-slot').map(e => e.dataset.box), words: on('.wb-lit').map(e => e.innerText.trim()) }; }"""
    )


def factors(desk) -> set[str]:
    """What is alight in the formulas, by name."""
    return set(
        desk.page.evaluate(
            "() => [...document.querySelectorAll('.wb-live .wb-eq .wb-lit.wb-on')].map(factor => factor.dataset.lit)"
        )
    )


def lines(desk) -> set[str]:
    """By which names of the page's author lines are alight."""
    return {name for line in lit(desk)["lines"] for name in line.split() if not name.startswith(("·", "box"))}


def factor(desk, name: str):
    return desk.page.locator(f'.wb-live .wb-eq .wb-lit[data-lit="{name}"]')


def edge(desk, name: str):
    return desk.page.locator(f'.wb-live .wb-touch[data-lit~="{name}"]')


def point(desk, name: str) -> None:
    """Put the mouse on a line, a quarter of the way along, where no label lies over it."""
    edge(desk, name).scroll_into_view_if_needed()
    x, y = edge(desk, name).evaluate(
        """line => { const at = line.getPointAtLength(line.getTotalLength() * 0.16), m = line.getScreenCTM();
            const p = new DOMPoint(at.x, at.y).matrixTransform(m); return [p.x, p.y]; }"""
    )
    desk.page.mouse.move(x, y)


def test_an_answer_appears_in_the_picture_once_it_is_right(opened_lab):
    """Wrong: only the name stands under the node. Right: what was typed. In practice and taken away: gone."""
    lab = start(opened_lab)
    assert echoes(lab, BOX_D2) == ["δ(2)"]
    lab.type(BOX_D2, "5")
    lab.wait_state(BOX_D2, "wrong")
    assert echoes(lab, BOX_D2) == ["δ(2)"]
    lab.type(BOX_D2, KEYS[BOX_D2 - 1])
    lab.wait_state(BOX_D2, "right")
    assert echoes(lab, BOX_D2) == ["δ(2) = " + KEYS[BOX_D2 - 1].replace("-", "−")]
    lab.page.get_by_role("button", name="New numbers").click()
    lab.wait_state(BOX_D2, "blank")
    assert echoes(lab, BOX_D2) == ["δ(2)"]
    lab.page.get_by_role("button", name="Back to my page").click()
    lab.wait_state(BOX_D2, "right")
    lab.type(BOX_D2, "", "Delete")
    lab.wait_state(BOX_D2, "blank")
    assert echoes(lab, BOX_D2) == ["δ(2)"]


def test_what_follows_from_a_slip_appears_as_it_was_typed(opened_lab):
    """A wrong slope carried on: the δ that follows from it is shown, not the key."""
    lab = start(opened_lab, f'{{1: "{KEYS[0]}", 2: 0.5}}')
    follows = f"{float(KEYS[0]) * 0.5:.3g}"
    lab.type(BOX_D2, follows)
    lab.wait_state(BOX_D2, "follows")
    assert echoes(lab, BOX_D2) == ["δ(2) = " + follows.replace("-", "−")]


def test_a_line_lights_its_factors_and_a_factor_its_line(opened_lab):
    """Point at the weight from the second hidden node: its entry of W⁽²⁾ and the δ⁽²⁾ it meets; and the other way."""
    lab = start(opened_lab)
    point(lab, "w^(2)_12")
    now = lit(lab)
    assert [line.split()[-1] for line in now["lines"]] == ["w^(2)_12"]
    assert str(BOX_D2) in now["boxes"] or "δ(2)" in now["words"]
    assert "−2" in now["words"]
    lab.page.mouse.move(5, 5)
    assert not any(lit(lab).values())
    lab.page.locator(".wb-live .wb-mat .wb-lit", has_text="−2").hover()
    assert [line.split()[-1] for line in lit(lab)["lines"]] == ["w^(2)_12"]


def test_a_link_of_the_chain_lights_its_slope_and_the_product_all_links(opened_lab):
    """From a weight to the cost: a line lights its slope in the formula, and ∂C/∂w every line that it goes along."""
    lab = start(opened_lab, slug="cost/chain-of-factors")
    point(lab, "∂v/∂a")
    assert lines(lab) == {"∂v/∂a"}
    assert factors(lab) == {"∂v/∂a", "∂C/∂w", "∂C/∂b"}  # the slope itself, and the products that it is a factor of
    factor(lab, "∂C/∂w").first.hover()
    assert lines(lab) == {"∂z/∂w", "∂a/∂z", "∂v/∂a", "∂C/∂v"}
    lab.page.mouse.move(5, 5)
    assert not factors(lab)


def test_a_slope_appears_on_its_link_once_it_is_right(opened_lab):
    """The third of the four factors, typed into the formula, stands on its line in the drawing."""
    slug, box = "cost/chain-of-factors", 5
    lab = start(opened_lab, slug=slug)
    assert echoes(lab, box) == [""]
    lab.type(box, load(slug).sheet().boxes[box - 1].shown)
    lab.wait_state(box, "right")
    assert echoes(lab, box) == ["−1"]


def test_an_arrow_of_a_graph_lights_upstream_and_local(opened_lab):
    """At a product: the arrow of x lights upstream, local, and y in the drawing; and upstream lights all arrows."""
    lab = start(opened_lab, slug="backpropagation/multiply-node")
    point(lab, "∂C/∂x")
    assert factors(lab) == {"∂C/∂x", "∂C/∂f", "∂f/∂x"}
    assert lines(lab) >= {"∂C/∂x", "∂C/∂f"}
    assert "−2" in lit(lab)["words"]  # y, the slope of the product
    factor(lab, "∂C/∂f").first.hover()
    assert lines(lab) == {"∂C/∂x", "∂C/∂y", "∂C/∂f"}


def test_the_focus_lights_too(opened_lab):
    """Without a mouse: a box with the focus lights what is made of it; leaving the page puts the lights out."""
    lab = start(opened_lab)
    lab.page.mouse.move(5, 5)
    lab.click(BOX_D2)
    lab.page.mouse.move(5, 5)
    assert {line.split()[-1] for line in lit(lab)["lines"]} == {"w^(2)_11", "w^(2)_12"}
    lab.page.keyboard.press("Escape")
    assert not any(lit(lab).values())


def test_the_arrow_keys_go_through_a_drawing(opened_lab):
    """A drawing with the focus: each arrow key lights the next line or node and says what it is."""
    lab = start(opened_lab)
    lab.page.locator(".wb-live .wb-drawing").focus()
    lab.page.keyboard.press("ArrowRight")
    first = lit(lab)["lines"]
    assert len(first) == 1
    said = lab.page.locator(".wb-live .wb-voice").inner_text()
    assert said.startswith("line w layer 1 11: uses δ layer 1 1 and x 1")
    lab.page.keyboard.press("ArrowRight")
    assert lit(lab)["lines"] != first
    assert lab.source(PAGE_CELL) == page_source(SLUG, "{1: None}")  # no shortcut of Jupyter fired


def test_a_step_appears_in_the_drawing_once_it_is_right(opened_lab):
    """The live drawing puts a place where the still page has it; with a wrong answer it is gone again."""
    slug = "training/three-ways-down"
    keys = [box.shown for box in load(slug).sheet().boxes]
    lab = start(opened_lab, slug=slug)
    plain = lab.page.locator(".wb-live g.wb-trail path.wb-dots").first
    lab.type(1, keys[0])
    lab.wait_state(1, "right")
    assert plain.get_attribute("d").count("h") == 1
    lab.type(2, keys[1])
    lab.wait_state(2, "right")
    still = static(load(slug).sheet(), mark(slug, {1: keys[0], 2: keys[1]}))
    assert numbers(plain.get_attribute("d")) == numbers(DOTS.search(still)[1])
    lab.type(2, "9")
    lab.wait_state(2, "wrong")
    assert plain.get_attribute("d").count("h") == 1


DOTS = re.compile(r'class="wb-dots" d="([^"]*)"')


def numbers(path: str) -> list[list[float]]:
    """The places of a path of dots."""
    return [[round(float(text), 1) for text in dot.split("h")[0].split()] for dot in path.split("M")[1:]]
