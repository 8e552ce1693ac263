"""How long a student waits, in JupyterLab in Chromium: for the verdict on an edit, for the picture while dragging in an
explorer, for a chapter to be opened and run, for the first box of a chapter that opens by itself.

    python -m bench.browser

The clock runs in the browser. For an edit: from the input event to the change of the box's colour; between the two the
text goes to Python, the page is marked, the verdict comes back, and the cell's source in the editor has been rewritten.
For a drag: from each move that was sent to the picture that shows it.
"""

from __future__ import annotations

import contextlib
import json
import math
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import nbformat

from tests.browser import desk as bench

REPOSITORY = bench.REPOSITORY
EDITS = 100
SLUG = "gradients/three-inputs"
BOX = 1
KEYS = ("5", "Backspace")  # right, blank, right, ...: every edit changes the verdict

CLOCK = """box => {
  window.waits = [];
  const slot = document.querySelector(`.wb-live .wb-slot[data-box="${box}"]`);
  let start = null;
  slot.addEventListener('input', () => { start = performance.now(); }, true);
  new MutationObserver(() => { if (start !== null) window.waits.push(performance.now() - start); start = null; })
    .observe(slot, { attributes: true, attributeFilter: ['data-state'] });
}"""


def measure(edits: int = EDITS, *, at_once: bool = True) -> list[float]:
    """Milliseconds from each edit to its verdict, in order of size. at_once: with the server extension switched on."""
    from playwright.sync_api import sync_playwright

    with (
        tempfile.TemporaryDirectory() as folder,
        bench.jupyter(Path(folder), at_once=at_once) as address,
        sync_playwright() as play,
    ):
        chromium = play.chromium.launch(executable_path=str(bench.CHROMIUM), args=bench.FLAGS)
        page = chromium.new_page(viewport={"width": 1180, "height": 1000})
        desk = bench.Desk(page, address, Path(folder) / "work", "lab").open()
        desk.start(bench.page_source(SLUG, "{" + ", ".join(f"{n}: None" for n in range(1, 14)) + "}"))
        page.evaluate(CLOCK, BOX)
        desk.click(BOX)
        for i in range(edits):
            page.keyboard.press(KEYS[i % 2])
            # Looked at now and then: looking at every frame would make the browser draw what a student's does not.
            page.wait_for_function(f"() => window.waits.length === {i + 1}", polling=40)
        waits = page.evaluate("() => window.waits")
        chromium.close()
    return sorted(waits)


OPEN = "async path => { await window.jupyterapp.commands.execute('docmanager:open', { path }); }"
KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}


@contextlib.contextmanager
def jupyterlab(*, books: bool = False) -> Iterator[tuple[bench.Desk, Path]]:
    """An open notebook, and the folder it lies in. books: whether chapters open as books."""
    from playwright.sync_api import sync_playwright

    with (
        tempfile.TemporaryDirectory() as folder,
        bench.jupyter(Path(folder)) as address,
        sync_playwright() as play,
    ):
        chromium = play.chromium.launch(executable_path=str(bench.CHROMIUM), args=bench.FLAGS)
        bench.open_as_books(Path(folder), books)
        page = chromium.new_page(viewport={"width": 1180, "height": 1000})
        yield bench.Desk(page, address, Path(folder) / "work", "lab").open(), Path(folder) / "work"
        chromium.close()


DRAGS = 200
EXPLORERS = ("gradients/nudge", "gradients/steepest", "jacobians/square", "activations/slopes", "cost/descent")
DRAG_CLOCK = """() => {
  const drawn = document.querySelector('.wb-explorer.wb-live .wb-drawn');
  let open = [];
  window.waits = [];
  drawn.addEventListener('pointermove', (event) => {
    const asked = Number(drawn.dataset.asked);
    if (asked > Number(drawn.dataset.done) && open.at(-1)?.asked !== asked) open.push({ asked, from: event.timeStamp });
  });
  new MutationObserver(() => {
    const done = Number(drawn.dataset.done);
    open.filter(({ asked }) => asked <= done).forEach(({ from }) => window.waits.push(performance.now() - from));
    open = open.filter(({ asked }) => asked > done);
  }).observe(drawn, { attributes: true, attributeFilter: ['data-done'] });
}"""


def drag(desk: bench.Desk, slug: str) -> list[float]:
    """Milliseconds from each move of a handle that was sent to its picture, in order of size."""
    page = desk.explore(slug).page
    handle = page.locator(".wb-explorer.wb-live .wb-handle").first
    handle.scroll_into_view_if_needed()
    page.wait_for_timeout(1000)  # until the notebook has come to rest
    page.evaluate(DRAG_CLOCK)
    box = handle.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    for i in range(DRAGS):
        page.mouse.move(x + 50 * math.sin(i / 12), y + 35 * math.sin(i / 9))
        time.sleep(0.012)
    page.mouse.up()
    page.wait_for_timeout(400)
    return sorted(page.evaluate("() => window.waits"))


CHAPTERS = ("01-gradients", "08-equations")


def opening(desk: bench.Desk, folder: Path, chapter: str) -> float:
    """Seconds from opening a chapter in JupyterLab until every cell of it has run, its pages and explorers alive.

    The start of its kernel is in it, that of JupyterLab is not.
    """
    [source] = (REPOSITORY / "chapters" / chapter).glob("*.ipynb")
    shutil.copy(source, folder / source.name)
    cells = json.loads(source.read_text(encoding="utf-8"))["cells"]
    shown = sum("".join(cell["source"]).rpartition("\n")[2].startswith(("page(", "explore(")) for cell in cells)
    start = time.perf_counter()
    desk.page.evaluate(OPEN, source.name)
    desk.wait(f"{bench.PANEL}?.context?.path === '{source.name}' && {bench.PANEL}.context.isReady")
    desk.wait(f"{bench.PANEL}.context.sessionContext.session?.kernel", 60_000)
    desk.page.evaluate("async () => { await window.jupyterapp.commands.execute('notebook:run-all-cells'); }")
    desk.wait(
        f"""[...{bench.PANEL}.content.model.cells].filter(cell => cell.type === 'code' && cell.outputs.length > 1 &&
            cell.outputs.get(0).data['application/vnd.jupyter.widget-view+json']).length >= {shown}""",
        60_000,
    )
    desk.page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .wb-live").first.wait_for()
    return time.perf_counter() - start


SLIDER = "from ipywidgets import IntSlider\nIntSlider()"
LOOKS = 50  # milliseconds between two looks at a chapter that opens: looking at every frame would take its time
BOOK = "08-equations"
ROUNDS = 8


def first_slider(desk: bench.Desk, folder: Path, name: str) -> float:
    """Seconds from opening a notebook with one slider, run as soon as its kernel is there, to the slider."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(SLIDER)], metadata=KERNEL)
    nbformat.write(notebook, folder / name)
    start = time.perf_counter()
    desk.page.evaluate(OPEN, name)
    until(desk, f"{bench.PANEL}?.context?.path === '{name}' && {bench.PANEL}.context.isReady")
    until(desk, f"{bench.PANEL}.context.sessionContext.session?.kernel")
    desk.page.evaluate("() => { window.jupyterapp.commands.execute('notebook:run-all-cells'); }")
    until(desk, f"{bench.PANEL}.node.querySelector('.widget-slider')")
    return time.perf_counter() - start


def until(desk: bench.Desk, condition: str) -> None:
    """Wait until a JavaScript expression is true, as seen every LOOKS milliseconds."""
    desk.page.wait_for_function(f"() => {condition}", timeout=60_000, polling=LOOKS)


def book_alive(desk: bench.Desk, folder: Path, chapter: str, name: str) -> tuple[float, float]:
    """Seconds from opening a chapter, on which nobody clicks, to its first live box, and until all of it is alive."""
    [source] = (REPOSITORY / "chapters" / chapter).glob("*.ipynb")
    shutil.copy(source, folder / name)
    cells = json.loads(source.read_text(encoding="utf-8"))["cells"]
    shown = sum("".join(cell["source"]).rpartition("\n")[2].startswith(("page(", "explore(")) for cell in cells)
    start = time.perf_counter()
    desk.page.evaluate(OPEN, name)
    until(desk, f"{bench.PANEL}?.context?.path === '{name}' && {bench.PANEL}.node.querySelector('.wb-live .wb-input')")
    first = time.perf_counter() - start
    until(
        desk,
        f"""[...{bench.PANEL}.content.model.cells].filter(cell => cell.type === 'code' && cell.outputs.length > 1 &&
            cell.executionCount && cell.outputs.get(0).data['application/vnd.jupyter.widget-view+json']).length
            >= {shown}
            && {bench.PANEL}.sessionContext.session.kernel.status === 'idle'""",
    )
    return first, time.perf_counter() - start


def books() -> list[dict]:
    """A chapter that opens by itself, beside a notebook with one slider: the best of a few rounds, each in turn."""
    with jupyterlab(books=True) as (desk, folder):
        rounds = []
        for n in range(ROUNDS + 1):  # the first one loads what JupyterLab loads once
            slider = first_slider(desk, folder, f"slider-{n}.ipynb")
            rounds.append((slider, *book_alive(desk, folder, BOOK, f"book-{n}.ipynb")))
            desk.page.evaluate("async () => { await window.jupyterapp.commands.execute('kernelmenu:shutdown'); }")
    slider, first, alive = (min(column) for column in zip(*rounds[1:], strict=True))
    return [
        {"what": "from opening a notebook to its one slider, s", "value": slider, "goal": ""},
        {"what": f"from opening {BOOK} to its first live box, s", "value": first, "goal": ""},
        {"what": "the first box over the slider", "value": f"{first / slider:.2f}", "goal": "≤ 1.5"},
        {"what": f"from opening {BOOK} until all of it is alive, s", "value": alive, "goal": "≤ 4"},
        {"what": "all of it over the slider", "value": f"{alive / slider:.2f}", "goal": ""},
    ]


def explorers() -> list[dict]:
    """Dragging in each explorer, then chapters opened and run."""
    with jupyterlab() as (desk, folder):
        waits = {slug: drag(desk, slug) for slug in EXPLORERS}
        rows = [
            {"what": f"dragging in {slug}, median and 95th percentile of {len(found)} moves, ms",
             "value": f"{statistics.median(found):.0f}, {found[int(0.95 * len(found))]:.0f}", "goal": "95th ≤ 50"}
            for slug, found in waits.items()
        ]  # fmt: skip
        opened = {chapter: opening(desk, folder, chapter) for chapter in CHAPTERS}
    return rows + [
        {"what": f"opening {chapter} and running all its cells, s", "value": seconds, "goal": "< 8"}
        for chapter, seconds in opened.items()
    ]


def run() -> list[dict]:
    """Median and 95th percentile, as the workbook is installed and on a server that leaves its sockets alone."""
    if not bench.CHROMIUM.exists():
        return [{"what": f"not measured: no {bench.CHROMIUM}", "value": "–", "goal": ""}]
    waits, plain = measure(), measure(at_once=False)
    return [
        {"what": f"median of {len(waits)} edits, ms", "value": statistics.median(waits), "goal": "< 25"},
        {"what": "95th percentile, ms", "value": waits[int(0.95 * len(waits))], "goal": "< 50"},
        {"what": "median on a server without autograder.server, ms", "value": statistics.median(plain), "goal": ""},
        {"what": "its 95th percentile, ms", "value": plain[int(0.95 * len(plain))], "goal": ""},
        *explorers(),
        *books(),
    ]


if __name__ == "__main__":
    for row in run():
        value = row["value"] if isinstance(row["value"], str) else f"{row['value']:.1f}"
        print(f"{row['what']}: {value} {row['goal']}")
