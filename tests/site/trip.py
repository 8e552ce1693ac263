"""A browser on the static site, served from a folder as any web server would."""

from __future__ import annotations

import contextlib
import json
import os
import threading
from collections.abc import Callable
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from playwright.sync_api import sync_playwright

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
SLOW = 240_000  # milliseconds for Python to start, on a busy machine
NO_STORAGE = {"profile": {"default_content_setting_values": {"cookies": 2}}}
"""A Chromium that lets no site store anything."""


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_) -> None:
        pass

    def copyfile(self, source, outputfile) -> None:
        """Count what is handed out. A browser may leave before it has everything."""
        self.server.served += os.fstat(source.fileno()).st_size if hasattr(source, "fileno") else 0
        with contextlib.suppress(ConnectionError):
            super().copyfile(source, outputfile)


class Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True
    served = 0  # bytes


class Trip:
    """with Trip(site) as trip: open a notebook, type, look, come back; `elsewhere` lists what lay outside the site.

    profile     a folder with the browser's profile; a fresh one without it
    """

    def __init__(self, site: Path, profile: Path | None = None) -> None:
        self.site, self.profile, self.port = site, profile, 0
        self.elsewhere: list[str] = []
        self.errors: list[str] = []

    def __enter__(self) -> Trip:
        self.plug()
        self.playwright = sync_playwright().start()
        self.browser = self.playwright.chromium.launch_persistent_context(
            str(self.profile or ""), executable_path="/usr/bin/chromium", args=FLAGS, accept_downloads=True,
            viewport={"width": 1180, "height": 1000},
        )  # fmt: skip
        self.page = self.browser.new_page()
        self.page.set_default_timeout(SLOW)
        self.browser.on("request", self.note)
        self.page.on("pageerror", lambda error: self.errors.append(f"{error}\n{error.stack}"))
        return self

    def __exit__(self, *_) -> None:
        self.browser.close()
        self.playwright.stop()
        self.unplug()

    # -- the server

    def plug(self) -> None:
        """Serve the site, at the address that it had before."""
        self.server = Server(("127.0.0.1", self.port), partial(Quiet, directory=str(self.site)))
        self.port = self.server.server_port
        self.address = f"http://127.0.0.1:{self.port}/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def unplug(self) -> None:
        """No network any more."""
        self.server.shutdown()
        self.server.server_close()

    @property
    def served(self) -> int:
        """Bytes that the server has handed out."""
        return self.server.served

    def note(self, request) -> None:
        if request.url.startswith(("http:", "https:")) and not request.url.startswith(self.address):
            self.elsewhere.append(request.url)

    def hold(self, pattern: str) -> Callable[[], None]:
        """Let requests of this kind wait; what is returned lets them go."""
        held: list = []
        self.browser.route(pattern, lambda route: held.append(route))

        def release() -> None:
            while held:
                held.pop().continue_()
            self.browser.unroute(pattern)

        return release

    # -- what a student does

    def visit(self, path: str) -> None:
        """Open a notebook by its address; its still pages are there."""
        self.page.goto(self.address_of(path))
        self.page.wait_for_selector(".jp-Notebook .wb-page", state="attached")

    def address_of(self, path: str) -> str:
        """The address that opens a notebook."""
        return f"{self.address}lab/index.html?path={path}"

    def open(self, path: str) -> None:
        """Open a notebook, and wait for its pages to be alive."""
        self.visit(path)
        self.wait()

    def save(self) -> None:
        self.page.keyboard.press("Control+s")
        self.page.wait_for_timeout(2000)

    def reload(self) -> None:
        """Reload the page, as the browser's button does: another Python."""
        self.page.reload()
        self.wait()

    def wait(self) -> None:
        self.page.wait_for_selector(".wb-live .wb-slot[data-box] .wb-input")

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
            "(slot) => !['blank', 'unchecked', null].includes(slot.getAttribute('data-state'))", arg=last
        )
        return [box.get_attribute("data-state") for box in boxes]

    def go_to(self, path: str, cell: str):
        """Scroll to the cell with this id in the open notebook, as a link in the bar of pages does. Returns it."""
        cells = json.loads((self.site / "files" / path).read_text(encoding="utf-8"))["cells"]
        self.page.evaluate(GO, [one["id"] for one in cells].index(cell))
        self.page.wait_for_timeout(1500)
        return self.page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Cell.jp-mod-active")

    def write(self, path: str, cell: str, source: str) -> None:
        """Write this into a code cell, by keyboard."""
        self.go_to(path, cell).locator(".cm-content").click()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(source)

    def download(self) -> dict:
        """The notebook as a student gets it to hand it in."""
        with self.page.expect_download() as waiting:
            self.page.get_by_role("button", name="Download").click()
        return json.loads(Path(waiting.value.path()).read_text(encoding="utf-8"))

    # -- what the browser knows

    def keep_all(self) -> None:
        """Have the service worker keep what works without a network, as a page does where Python starts."""
        self.page.evaluate(KEEP)

    def kept_ahead(self) -> dict:
        """Wait until the service worker has kept everything that works without a network; what it says of that."""
        self.page.wait_for_function("window.wbKept", timeout=SLOW)
        return self.page.evaluate("window.wbKept")

    def wait_all(self) -> None:
        """Wait until all pages are alive; `listen` comes first."""
        self.page.wait_for_function("window.wbAlive")

    def listen(self) -> None:
        """From now on hear what the page and the service worker tell."""
        self.page.add_init_script(LISTEN)


LISTEN = """
new BroadcastChannel("backprop-workbook:site").onmessage = ({ data }) => { if (!data.more) window.wbKept = data; };
document.addEventListener("wb-alive", () => { window.wbAlive = true; });
"""

KEEP = """async () => {
  const { active } = await navigator.serviceWorker.ready;
  const news = new BroadcastChannel("backprop-workbook:site");
  news.onmessage = ({ data }) => { if (data.more) active.postMessage("keep"); };
  active.postMessage("keep");
}"""

GO = """(index) => {
  const panel = document.querySelector(".jp-NotebookPanel:not(.lm-mod-hidden)");
  panel.dispatchEvent(new CustomEvent("wb-go", { detail: { index }, cancelable: true }));
}"""


def forbid_storage(profile: Path) -> None:
    """Have a browser with this profile let no site store anything."""
    (profile / "Default").mkdir(parents=True)
    (profile / "Default" / "Preferences").write_text(json.dumps(NO_STORAGE), encoding="utf-8")
