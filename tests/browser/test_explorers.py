"""Explorers in a real notebook: what changes when something is moved, by mouse and by keyboard."""

from __future__ import annotations

import json

import pytest

from .desk import PAGE_CELL, PANEL, SPARE_CELL

LIVE = ".wb-explorer.wb-live"


class Bench:
    """An open explorer: its controls, its numbers, its figures."""

    def __init__(self, desk, slug: str, *, run: bool = True) -> None:
        self.desk, self.page, self.live = desk, desk.page, f'{LIVE}[data-explorer="{slug}"]'
        if run:
            desk.explore(slug)
        self.root = self.page.locator(self.live).first

    def numbers(self) -> dict[str, float]:
        """The numbers it prints, by name."""
        return self.page.evaluate(
            """root => Object.fromEntries([...document.querySelectorAll(root + ' .wb-named')].map(named => {
                const [name, value] = named.textContent.split('=').map(part => part.trim().replaceAll('\\u2212', '-'));
                return [name.replaceAll(' ', ''), Number(value)]; }))""",
            self.live,
        )

    def wait_number(self, name: str, value: float) -> None:
        self.page.wait_for_function(
            """([root, name, value]) => [...document.querySelectorAll(root + ' .wb-named')].some(named => {
                const [left, right] = named.textContent.replaceAll('\\u2212', '-').split('=');
                return left.replaceAll(' ', '') === name && Math.abs(Number(right) - value) < 1e-9; })""",
            arg=[self.live, name, value],
        )

    def control(self, spoken: str):
        return self.root.get_by_label(spoken, exact=True).and_(self.page.locator("input")).first

    def path(self, selector: str, attribute: str = "d") -> str:
        return self.page.evaluate(
            "([root, selector, attribute]) => document.querySelector(`${root} ${selector}`).getAttribute(attribute)",
            [self.live, selector, attribute],
        )

    def handle(self, n: int = 0):
        return self.root.locator(".wb-handle").nth(n)

    def drag(self, dx: float, dy: float = 0, n: int = 0) -> None:
        """Take a handle with the mouse and move it by so many pixels, in small steps."""
        self.handle(n).scroll_into_view_if_needed()
        box = self.handle(n).bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        self.page.mouse.move(x + dx, y + dy, steps=8)
        self.page.mouse.up()
        self.settle()

    def settle(self) -> None:
        """Wait until what was asked for last is drawn."""
        self.page.wait_for_function(
            """root => { const { asked, done } = document.querySelector(root + ' .wb-drawn').dataset;
                return asked === undefined || asked === done; }""",
            arg=self.live,
        )

    def changed(self, selector: str, old: str, attribute: str = "d") -> str:
        """Wait until an attribute is no longer `old`; gives the new one."""
        self.page.wait_for_function(
            """([root, selector, attribute, old]) =>
                document.querySelector(`${root} ${selector}`).getAttribute(attribute) !== old""",
            arg=[self.live, selector, attribute, old],
        )
        return self.path(selector, attribute)


@pytest.fixture
def explore(opened):
    yield lambda slug: Bench(opened, slug)
    assert opened.errors == []


@pytest.fixture
def explore_in_lab(opened_lab):
    yield lambda slug: Bench(opened_lab, slug)
    assert opened_lab.errors == []


def test_nudging_a_weight_moves_the_secant_and_the_numbers(explore):
    """By slider, by the handle in the picture, and by its arrow keys; the ratio stands still at X."""
    bench = explore("gradients/nudge")
    assert bench.numbers() == {"ΔW": 1, "ΔZ": 2, "ΔZ/ΔW": 2}
    arrow = bench.path(".wb-arrow.wb-care")

    bench.control("nudge of W").press("ArrowRight")  # from 1 to a half
    bench.wait_number("ΔZ", 1)
    assert bench.numbers()["ΔZ/ΔW"] == 2
    arrow = bench.changed(".wb-arrow.wb-care", arrow)

    bench.control("input X").press("Home")
    bench.wait_number("ΔZ/ΔW", -3)
    arrow = bench.changed(".wb-arrow.wb-care", arrow)

    bench.drag(-73)  # two units to the left
    assert bench.control("weight W").input_value() == "-1"
    knob = bench.path(".wb-handle", "transform")
    bench.handle().focus()
    bench.page.keyboard.press("ArrowRight")
    bench.changed(".wb-handle", knob, "transform")
    assert bench.control("weight W").input_value() == "-0.9"
    assert bench.handle().evaluate("handle => handle === document.activeElement"), "the focus stays on the handle"
    assert bench.handle().get_attribute("aria-valuetext") == "−0.9"

    bench.root.get_by_role("button", name="Start again").click()
    bench.wait_number("ΔZ/ΔW", 2)
    assert bench.control("weight W").input_value() == "1"


def test_keys_do_not_reach_jupyter(explore):
    """Arrow keys on a slider move neither the active cell nor the page; Escape goes back to the notebook."""
    bench = explore("gradients/nudge")
    active = f"() => {PANEL}.content.activeCellIndex"
    before = bench.page.evaluate(active)
    count = bench.page.evaluate(f"() => {PANEL}.content.model.cells.length")
    bench.control("weight W").focus()
    for key in ("ArrowDown", "ArrowDown", "b", "a", "Enter"):
        bench.page.keyboard.press(key)
    bench.wait_number("ΔZ", 2)
    assert bench.page.evaluate(active) == before
    assert bench.page.evaluate(f"() => {PANEL}.content.model.cells.length") == count
    bench.page.keyboard.press("Escape")
    bench.page.wait_for_function("root => !document.querySelector(root).contains(document.activeElement)", arg=LIVE)


def test_the_secant_becomes_the_tangent(explore_in_lab):
    """On W², with smaller and smaller nudges, the drawn secant turns towards the dashed tangent."""
    bench = explore_in_lab("gradients/nudge-a-curve")
    secant, tangent = ".wb-curve.wb-accent", ".wb-curve.wb-ok"
    start, straight = bench.path(secant), bench.path(tangent)
    assert start != straight
    for _ in range(6):  # to 0.01
        bench.control("nudge of W").press("ArrowRight")
    bench.wait_number("ΔZ/ΔW", 2.01)
    assert bench.path(tangent) == straight

    def rise(path: str) -> float:
        (x0, y0), (x1, y1) = ([float(at) for at in point.split()] for point in path[1:].split("L"))
        return (y1 - y0) / (x1 - x0)

    assert rise(bench.path(secant)) == pytest.approx(rise(straight), rel=0.01)
    bench.root.get_by_label("sin W").check(force=True)
    bench.wait_number("dZ/dW", 0.5403)
    assert bench.path(tangent) != straight


def test_choosing_a_weight_to_nudge_reveals_its_input(explore_in_lab):
    """Each weight its own ratio, whatever the others are."""
    bench = explore_in_lab("gradients/nudge-several")
    for name, x in (("W2", -3), ("W3", 1), ("W1", 4)):
        bench.root.get_by_label(name).check(force=True)
        bench.wait_number(f"ΔZ/Δ{name}", x)
        bench.control("W 2").press("ArrowLeft")
        assert bench.numbers()[f"ΔZ/Δ{name}"] == x


def test_the_still_picture_shows_where_no_kernel_runs(explore_in_lab):
    """Hidden while the explorer lives; there when the notebook is opened without a kernel."""
    bench = explore_in_lab("gradients/nudge")
    desk = bench.desk
    assert bench.page.locator(".wb-explorer.wb-static").count() == 1
    assert not bench.page.locator(".wb-explorer.wb-static").is_visible()
    desk.save()
    desk.shut_down()
    bench.root.locator(".wb-note").wait_for()
    desk.reload()
    still = desk.page.locator(".wb-explorer.wb-static")
    still.wait_for()
    assert still.locator(".wb-rerun").is_visible()
    assert still.locator("img").evaluate("image => image.decode().then(() => image.naturalWidth)") > 300


def test_an_untrusted_notebook_shows_the_picture_and_the_numbers(explore_in_lab):
    """A chapter fresh from the repository is not trusted: styles and scripts are stripped, picture and text remain."""
    bench = explore_in_lab("gradients/nudge")
    desk = bench.desk
    outputs = json.dumps(bench.page.evaluate(f"() => {PANEL}.content.model.cells.get({PAGE_CELL}).outputs.toJSON()[1]"))
    desk.page.evaluate(
        f"""() => {{ const cell = {PANEL}.content.model.cells.get({PAGE_CELL});
            cell.outputs.clear(); cell.trusted = false; cell.outputs.add({outputs}); }}"""
    )
    image = desk.page.locator(".jp-OutputArea img[alt^='Z = W']")
    image.wait_for()
    assert image.evaluate("image => image.decode().then(() => image.naturalWidth)") > 300
    assert desk.page.locator(".jp-OutputArea .wb-page style").count() == 0
    assert "ΔZ/ΔW" in desk.page.locator(".jp-OutputArea-output").first.inner_text()


def test_an_explorer_leaves_answers_alone(explore_in_lab):
    """Moving things in a cell below changes neither a page's cell nor its boxes."""
    desk = explore_in_lab("gradients/nudge").desk
    desk.start()
    desk.type(1, "8")
    desk.wait_state(1, "right")
    source = desk.source()
    desk.set_source(SPARE_CELL, 'explore("gradients/nudge")')
    desk.run(SPARE_CELL)
    slider = desk.page.locator(f"{LIVE} input").first
    slider.wait_for()
    slider.press("ArrowRight")
    desk.wait(f"document.querySelector('{LIVE} .wb-drawn').dataset.done === '1'")
    assert desk.source() == source
    assert desk.state(1) == "right"
    desk.set_source(SPARE_CELL, "answers")
    desk.page.evaluate(f"() => {PANEL}.content.model.cells.get({SPARE_CELL}).outputs.clear()")


def test_dragging_the_start_moves_gradient_and_path(explore):
    """The walk on the level lines and on the surface starts where the handle is; rates and methods change the path."""
    bench = explore("cost/descent")
    path, arrow, hill = ".wb-curve.wb-bad", ".wb-arrow.wb-care", ".wb-fig:last-child .wb-curve.wb-bad"
    old = [bench.path(one) for one in (path, arrow, hill)]
    bench.drag(120, 60)
    new = [bench.changed(one, before) for one, before in zip((path, arrow, hill), old, strict=True)]
    assert new[0].split("L")[0] != old[0].split("L")[0], "the path starts at the handle"
    assert bench.handle().get_attribute("aria-valuetext") not in (None, "−1.8, 0.6")
    bench.handle().focus()
    spoken = bench.handle().get_attribute("aria-valuetext")
    bench.page.keyboard.press("ArrowUp")
    bench.settle()
    x, y = (float(part.replace("−", "-")) for part in spoken.split(", "))
    assert bench.handle().get_attribute("aria-valuetext") == f"{x:.1f}, {y + 0.1:.1f}".replace("-", "−")

    bench.control("learning rate").press("End")
    bench.root.get_by_text("too big").wait_for()
    bench.control("learning rate").press("Home")
    bench.root.get_by_text("steps are small").wait_for()
    plain = bench.path(path)
    for label in ("momentum", "Adam", "1"):
        bench.root.get_by_label(label, exact=True).check(force=True)
        plain = bench.changed(path, plain)

    faces = bench.path(".wb-faces path")
    bench.control("turn the surface, degrees").press("ArrowRight")
    bench.changed(".wb-faces path", faces)


def test_steps_go_one_by_one_and_by_themselves(explore_in_lab):
    """Back, on, play and stop."""
    bench = explore_in_lab("cost/descent")
    slider = bench.root.locator(".wb-steps input")
    points = bench.path(".wb-curve.wb-bad").count("L")
    assert points == 20
    bench.root.get_by_role("button", name="One step back").click()
    bench.settle()
    assert bench.path(".wb-curve.wb-bad").count("L") == 19 and slider.input_value() == "19"
    bench.root.get_by_role("button", name="One step on").click()
    bench.root.get_by_role("button", name="Play").click()
    bench.page.wait_for_function("root => document.querySelector(root + ' .wb-steps input').value > 24", arg=LIVE)
    bench.root.get_by_role("button", name="Stop").click()
    bench.settle()
    stopped = slider.input_value()
    assert bench.path(".wb-curve.wb-bad").count("L") == int(stopped) < 40


def test_turning_the_direction_changes_its_slope(explore_in_lab):
    """On xy at (1, 1) the gradient is (1, 1): at 45 degrees the sentence says so."""
    bench = explore_in_lab("gradients/steepest")
    bench.root.get_by_label("x·y").check(force=True)
    for _ in range(3):
        bench.control("direction of the arrow, degrees").press("ArrowLeft")
    bench.root.get_by_text("Straight up").wait_for()
    assert bench.numbers()["slopealongu"] == bench.numbers()["slopealong∇f"] == 1.414
    tip = bench.path(".wb-arrow.wb-accent")
    bench.handle().focus()
    bench.page.keyboard.press("Shift+ArrowRight")
    bench.changed(".wb-arrow.wb-accent", tip)
    bench.wait_number("slopealong∇f", 2.236)


def test_the_image_follows_the_square(explore_in_lab):
    """Dragging moves square, image, parallelogram and J; a smaller square comes off better, also zoomed in."""
    bench = explore_in_lab("jacobians/square")
    faces = [".wb-face.wb-soft", ".wb-face.wb-accent", ".wb-face.wb-open"]
    old = [bench.path(face, "points") for face in faces]
    said = bench.root.locator(".wb-eq").inner_text()
    bench.drag(-20, 10)
    assert all(bench.path(face, "points") != before for face, before in zip(faces, old, strict=True))
    assert bench.root.locator(".wb-eq").inner_text() != said
    bench.control("zoom in").check()
    bench.settle()
    zoomed = bench.path(faces[1], "points")
    bench.control("side of the square").press("End")
    bench.root.get_by_text("told apart").wait_for()
    assert bench.changed(faces[1], zoomed, "points")
    bench.root.get_by_role("radio").nth(1).check(force=True)
    bench.root.get_by_text("is exact").wait_for()


def test_activations_answer(explore_in_lab):
    """The slope at z by handle and key; the mask cuts cells; a share that grows takes from the others."""
    bench = explore_in_lab("activations/slopes")
    bench.wait_number("slope", 0.197)
    tangent = bench.path(".wb-curve.wb-accent")
    bench.drag(-60)
    bench.changed(".wb-curve.wb-accent", tangent)
    bench.root.get_by_label("ReLU").check(force=True)
    bench.wait_number("slope", 0)

    bench = Bench(bench.desk, "activations/mask")
    cells = ".wb-entry >> nth="
    assert bench.root.locator(f"{cells}18").text_content() == "0"
    bench.control("z 3").press("End")
    bench.root.get_by_text("1 of 4 entries is cut").wait_for()
    assert bench.root.locator(f"{cells}18").text_content() == "3", "the gradient comes through"

    bench = Bench(bench.desk, "activations/shares")
    heights = [bench.root.locator(f".wb-bars rect >> nth={i}") for i in range(4)]
    before = [float(bar.get_attribute("height")) for bar in heights]
    shade = bench.path(".wb-cell", "style")
    for _ in range(5):
        bench.control("z 4").press("ArrowRight")
    bench.settle()
    after = [float(bar.get_attribute("height")) for bar in heights]
    assert after[3] > before[3] and all(a < b for a, b in zip(after[:3], before[:3], strict=True))
    assert bench.path(".wb-cell", "style") != shade
    bench.control("added to every z").press("End")
    bench.settle()
    assert [float(bar.get_attribute("height")) for bar in heights] == after
