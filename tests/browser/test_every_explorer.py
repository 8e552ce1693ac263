"""Every explorer of the workbook in both flavours of Jupyter: moved by keyboard and by mouse, it shows what it must."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import pytest
from matplotlib.image import imread

from autograder.explorers import catalogue
from autograder.render import explorers as exploring

from .axe import violations
from .conftest import FLAVOURS
from .test_explorers import LIVE, Bench

Act = Callable[[Bench], None]
Change = Callable[[Bench], Act]
"""Looks at the explorer as it is, and gives what waits until it has changed."""


# -- what a reader does ------------------------------------------------------------------------------------------------


def key(control: str, pressed: str) -> Act:
    """Press a key on a slider, by the name that a screen reader says."""
    return lambda bench: bench.control(control).press(pressed)


def press_handle(pressed: str) -> Act:
    """Press a key on the handle in the picture."""
    return lambda bench: bench.handle().press(pressed)


def next_of(choice: str) -> Act:
    """Choose the next option of a choice with an arrow key."""
    return lambda bench: bench.root.get_by_role("radiogroup", name=choice).locator("input:checked").press("ArrowRight")


def drag(dx: float, dy: float = 0) -> Act:
    """Take the handle in the picture and move it by so many pixels."""
    return lambda bench: bench.drag(dx, dy)


def click(name: str, role: str = "radio") -> Act:
    """Click on an option, a switch or a button."""
    return lambda bench: bench.root.get_by_role(role, name=name, exact=True).click(force=role == "radio")


def slide(control: str, share: float) -> Act:
    """Click into the track of a slider, so far from its left end."""

    def act(bench: Bench) -> None:
        size = bench.control(control).bounding_box()
        bench.control(control).click(position={"x": share * size["width"], "y": size["height"] / 2})

    return act


def pick(bench: Bench) -> None:
    """Click on another number in the drawing."""
    bench.root.locator(".wb-pick:not(:has(.wb-care))").last.click()


# -- what it changes ---------------------------------------------------------------------------------------------------


def number(name: str, value: float) -> Change:
    """The number of that name becomes this value."""

    def before(bench: Bench) -> Act:
        assert bench.numbers().get(name) != value
        return lambda bench: bench.wait_number(name, value)

    return before


def path(selector: str, attribute: str = "d") -> Change:
    """An attribute of what is drawn becomes another."""

    def before(bench: Bench) -> Act:
        old = bench.path(selector, attribute)
        return lambda bench: bench.changed(selector, old, attribute)

    return before


def text(selector: str) -> Change:
    """What is written there becomes something else."""

    def before(bench: Bench) -> Act:
        old = bench.root.locator(selector).first.text_content()
        return lambda bench: bench.page.wait_for_function(
            "([where, old]) => ![old, undefined].includes(document.querySelector(where)?.textContent)",
            arg=[f"{bench.live} {selector}", old],
        )

    return before


def said(words: str) -> Change:
    """It says these words."""

    def before(bench: Bench) -> Act:
        assert words not in bench.root.locator(".wb-drawn").inner_text()
        return lambda bench: bench.root.locator(".wb-drawn").get_by_text(words).wait_for()

    return before


CHECK = [(key("nudge ε", "ArrowRight"), text(".wb-named")), (pick, text(".wb-tag.wb-care"))]
DRIVES: dict[str, list[tuple[Act, Change]]] = {
    "gradients/nudge": [(key("nudge of W", "ArrowRight"), number("ΔZ", 1)), (drag(-73), path(".wb-arrow.wb-care"))],
    "gradients/nudge-several": [
        (next_of("nudge"), number("ΔZ/ΔW2", -3)), (drag(40), path(".wb-handle", "transform")),
    ],
    "gradients/steepest": [
        (key("direction of the arrow, degrees", "ArrowRight"), path(".wb-arrow.wb-accent")),
        (click("x·y"), number("slopealong∇f", 1.414)),
    ],
    "gradients/nudge-a-curve": [
        (key("nudge of W", "ArrowRight"), number("ΔZ/ΔW", 2.5)), (click("sin W"), number("dZ/dW", 0.5403)),
    ],
    "jacobians/square": [
        (key("side of the square", "ArrowRight"), number("area", 0.36)),
        (drag(-20, 10), path(".wb-face.wb-accent", "points")),
    ],
    "activations/slopes": [(key("z", "Home"), number("z", -5)), (drag(60), path(".wb-curve.wb-accent"))],
    "activations/mask": [
        (key("z 3", "End"), said("1 of 4 entries is cut")), (slide("z 2", 0.9), said("Nothing is cut")),
    ],
    "activations/shares": [
        (key("z 4", "End"), path(".wb-bars rect", "height")), (slide("z 1", 0.1), path(".wb-cell", "style")),
    ],
    "cost/descent": [(key("learning rate", "End"), said("too big")), (drag(60, 30), path(".wb-curve.wb-bad"))],
    "cost/check": CHECK,
    "backpropagation/stepper": [
        (key("step", "Home"), said("Nothing is computed yet")), (click("One step on", "button"), said("1 of 21")),
    ],
    "backpropagation/check": CHECK,
    "equations/stepper": [
        (key("step", "End"), said("13 of 13")), (click("One step back", "button"), said("12 of 13")),
    ],
    "equations/check": CHECK,
    "batching/turning": [
        (key("from columns to rows", "End"), path(".wb-face", "points")), (slide("examples m", 0), said("Z is 1 × 3")),
    ],
    "batching/summing": [
        (next_of("example"), said("Example 1 alone")),
        (click("examples in rows", "checkbox"), text(".wb-eq")),
    ],
    "batching/check": CHECK,
    "training/watch": [
        (key("steps", "ArrowRight"), number("steps", 210)), (click("Adam"), path(".wb-curve.wb-accent")),
    ],
    "convolution/sliding": [
        (press_handle("ArrowDown"), number("sum", -2)),
        (click("zeros around the picture", "checkbox"), path(".wb-cell", "x")),
    ],
    "convolution/field": [
        (key("layers", "ArrowRight"), number("layers", 4)), (drag(60), path(".wb-handle", "transform")),
    ],
    "attention/asking": [
        (press_handle("ArrowRight"), path(".wb-bars rect", "height")), (drag(-80, 40), said("word 3")),
    ],
    "attention/block": [
        (key("sharpness: scores times", "End"), said("softmax is flat")),
        (click("residual connection", "checkbox"), said("Without the residual")),
    ],
}  # fmt: skip
"""Explorer → something done with the keyboard, then something with the mouse, each with what it changes."""


@pytest.fixture(scope="module", params=FLAVOURS)
def gallery(request, desks):
    """All explorers in one cell of an open notebook."""
    found = desks(request.param)
    found.page.bring_to_front()
    found.errors.clear()
    found.explore(*catalogue())
    yield found
    assert found.errors == []


def test_every_explorer_is_driven():
    """A new explorer needs a line above."""
    assert list(DRIVES) == list(catalogue())


@pytest.mark.parametrize("slug", DRIVES)
def test_it_answers_keyboard_and_mouse(gallery, slug):
    """A key and the mouse change what they should, nothing jumps up meanwhile, and Start again puts all back."""
    bench = Bench(gallery, slug, run=False)
    bench.root.scroll_into_view_if_needed()
    first = drawn(bench)
    for act, change in DRIVES[slug]:
        await_change = change(bench)
        height = bench.root.locator(".wb-drawn").bounding_box()["height"]
        act(bench)
        await_change(bench)
        if act is DRIVES[slug][0][0] and slug not in CHOOSES_BY_KEY:
            assert bench.root.locator(".wb-drawn").bounding_box()["height"] >= height
    assert drawn(bench) != first
    bench.root.get_by_role("button", name="Start again").click()
    bench.settle()
    assert drawn(bench) == first


CHOOSES_BY_KEY = {"gradients/nudge-several", "batching/summing"}  # another picture, which may be lower


def drawn(bench: Bench) -> str:
    return bench.page.evaluate("live => document.querySelector(live + ' .wb-drawn').innerHTML", bench.live)


STOPS = """live => [...document.querySelectorAll(`${live} :is(.wb-controls, .wb-drawn, .wb-foot) *`)]
    .filter(one => one.tabIndex === 0 && (one.type !== 'radio' || one.checked))
    .map(one => one.getAttribute('aria-label') ?? one.closest('label, button').textContent)"""
FOCUS = """live => { const one = document.activeElement, ring = one.type === 'radio' ? one.closest('label') : one;
    const drawn = one.querySelector?.('.wb-grip') ?? ring, style = getComputedStyle(drawn);
    const outlined = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
    return [document.querySelector(live).contains(one), outlined || parseFloat(style.strokeWidth) >= 2,
            one.getAttribute('aria-label') ?? one.closest('label, button')?.textContent]; }"""


@pytest.mark.parametrize("slug", DRIVES)
def test_tab_goes_from_control_to_control(gallery, slug):
    """In the order in which they stand, then to the handles and to Start again; each shows that it has the focus, and
    Escape leaves."""
    bench = Bench(gallery, slug, run=False)
    stops = bench.page.evaluate(STOPS, bench.live)
    bench.root.locator(":is(.wb-controls) :is(input:checked, input:not([type=radio]), button)").first.focus()
    met = []
    for _ in stops:
        inside, ring, name = bench.page.evaluate(FOCUS, bench.live)
        assert inside and (ring or not met), name  # a focus by script shows no ring
        met.append(name)
        bench.page.keyboard.press("Tab")
    assert met == stops and met[-1] == "Start again"
    bench.page.keyboard.press("Shift+Tab")
    bench.page.keyboard.press("Escape")
    assert not bench.page.evaluate(FOCUS, bench.live)[0]


WIDER = f"""() => [...document.querySelectorAll('{LIVE}')].filter(one => one.scrollWidth > one.clientWidth
    || [...one.querySelectorAll('.wb-controls, .wb-fig, .wb-readings, .wb-say')].some(part =>
        part.getBoundingClientRect().right > one.getBoundingClientRect().right))
    .map(one => one.dataset.explorer)"""


def test_nothing_runs_over_the_edge_of_a_narrow_notebook(gallery):
    """At 560 pixels every control, figure and line of numbers keeps within its sheet, beside JupyterLab's sidebar too,
    which leaves them a third of that."""
    size = gallery.page.viewport_size
    try:
        gallery.page.set_viewport_size({"width": 560, "height": 1000})
        gallery.wait("document.querySelector('.wb-explorer.wb-live').clientWidth < 520")
        assert gallery.page.evaluate(WIDER) == []
    finally:
        gallery.page.set_viewport_size(size)


CUT = f"""() => [...document.querySelectorAll('{LIVE} .wb-figure text')].filter(text => {{
    const said = text.getBoundingClientRect(), drawn = text.closest('.wb-figure').getBoundingClientRect();
    return said.left < drawn.left - 1 || said.right > drawn.right + 1; }})
    .map(text => `${{text.closest('{LIVE}').dataset.explorer}}: ${{text.textContent}}`)"""


def test_nothing_written_in_a_picture_reaches_over_its_edge(gallery):
    """There it could be read in a live notebook only: a still picture is cut off at its edges."""
    assert gallery.page.evaluate(CUT) == []


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_axe_finds_nothing_to_mend(gallery, theme):
    """Contrast, names and roles are in order in all of them."""
    gallery.theme(theme)
    try:
        assert violations(gallery.page, LIVE) == []
    finally:
        gallery.theme("JupyterLab Light")


# -- where no kernel runs ----------------------------------------------------------------------------------------------

STILLS = """async () => {
    const right = (one) => one.getBoundingClientRect().right, whole = {};
    for (const one of document.querySelectorAll('.wb-explorer')) {
        const pictures = [...one.querySelectorAll('img')];
        await Promise.all(pictures.map(image => image.decode()));
        whole[one.dataset.explorer] = pictures.length > 0
            && pictures.every(image => image.naturalWidth > 200 && right(image) <= right(one));
    }
    return whole;
}"""


@pytest.mark.parametrize(("theme", "system"), [("light", "dark"), ("dark", "light")])
def test_a_page_from_nbconvert_shows_the_stills(chromium, theme, system):
    """Every explorer with all its pictures, light or dark as the page is, whatever the reader's system prefers."""
    import nbformat
    from nbconvert import HTMLExporter

    notebook = nbformat.v4.new_notebook(cells=[
        nbformat.v4.new_code_cell(
            f'explore("{slug}")',
            outputs=[nbformat.v4.new_output("display_data", data=exploring.bundle(explorer))],
        )
        for slug, explorer in catalogue().items()
    ])  # fmt: skip
    page = chromium.new_page(color_scheme=system, viewport={"width": 1180, "height": 900})
    try:
        page.route("**/*", lambda route: route.abort() if route.request.url.startswith("http") else route.continue_())
        page.set_content(HTMLExporter(theme=theme).from_notebook_node(notebook)[0], wait_until="commit")
        page.locator(".wb-explorer").nth(len(catalogue()) - 1).wait_for()
        assert page.evaluate(STILLS) == dict.fromkeys(catalogue(), True)
        for image in page.locator(".wb-explorer img").all():
            corner = imread(BytesIO(image.screenshot()))[2, 2, :3]
            assert (corner.mean() > 0.5) == (theme == "light"), image.get_attribute("alt")
    finally:
        page.close()
