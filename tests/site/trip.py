"""A browser on the static site, served from a folder as any web server would."""

from __future__ import annotations

import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from playwright.sync_api import sync_playwright

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
SLOW = 180_000  # milliseconds for Python to start, on a busy machine


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_) -> None:
        pass


class Trip:
    """with Trip(site) as trip: open a notebook, type, look, come back; `elsewhere` lists what lay outside the site."""

    def __init__(self, site: Path) -> None:
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(site)))
        self.address = f"http://127.0.0.1:{self.server.server_port}/"
        self.elsewhere: list[str] = []

    def __enter__(self) -> Trip:
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.playwright = sync_playwright().start()
        self.browser = self.playwright.chromium.launch_persistent_context(
            "", executable_path="/usr/bin/chromium", args=FLAGS, viewport={"width": 1180, "height": 1000}
        )
        self.page = self.browser.new_page()
        self.page.on("request", self.note)
        return self

    def __exit__(self, *_) -> None:
        self.browser.close()
        self.playwright.stop()
        self.server.shutdown()

    def note(self, request) -> None:
        if request.url.startswith(("http:", "https:")) and not request.url.startswith(self.address):
            self.elsewhere.append(request.url)

    def open(self, path: str) -> None:
        self.page.goto(f"{self.address}lab/index.html?path={path}")
        self.wait()

    def come_back(self, path: str) -> None:
        """Save, and open the notebook anew by its address, with another Python."""
        self.page.keyboard.press("Control+s")
        self.page.wait_for_timeout(2000)
        self.open(path)

    def wait(self) -> None:
        self.page.wait_for_selector(".wb-live .wb-input", timeout=SLOW)

    def box(self, number: int):
        return self.page.locator(f".wb-live .wb-slot[data-box='{number}']").first

    def type(self, texts: dict[int, str]) -> None:
        for number, text in texts.items():
            self.box(number).locator(".wb-input").fill(text)
            self.box(number).locator(".wb-input").press("Enter")

    def states(self, count: int) -> list[str | None]:
        boxes = [self.box(number) for number in range(1, count + 1)]
        last = boxes[-1].element_handle()
        self.page.wait_for_function(
            "(slot) => !['blank', 'unchecked', null].includes(slot.getAttribute('data-state'))", arg=last, timeout=SLOW
        )
        return [box.get_attribute("data-state") for box in boxes]

    def saved(self, path: str) -> dict:
        """The notebook as the browser keeps it, which is what Download hands out."""
        return self.page.evaluate(KEPT, path)


KEPT = """async (path) => {
  const done = (asked) => new Promise((yes, no) => {
    asked.onsuccess = () => yes(asked.result);
    asked.onerror = () => no(asked.error);
  });
  for (const { name } of await indexedDB.databases()) {
    const database = await done(indexedDB.open(name));
    if (![...database.objectStoreNames].includes("files")) continue;
    const file = await done(database.transaction("files").objectStore("files").get(path));
    if (file) return file.content;
  }
  return null;
}"""
