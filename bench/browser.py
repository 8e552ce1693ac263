"""How long a student waits: from an edit in a box to its verdict, over 100 edits in JupyterLab in Chromium.

    python -m bench.browser

The clock runs in the browser, from the input event to the change of the box's colour. Between the two: the text goes to
Python, the page is marked, the verdict comes back, and the cell's source in the editor has been rewritten.
"""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path

from tests.browser import desk as bench

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
    ]


if __name__ == "__main__":
    for row in run():
        print(f"{row['what']}: {row['value']:.1f} {row['goal']}")
