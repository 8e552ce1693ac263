"""A desk to test at: a Jupyter server, a Chromium, and an open notebook with one page in it.

`Desk` does what a student does (click, type, save, reload, restart the kernel) and looks where they look; it waits for
what it is told to wait for, never for a length of time.
"""

from __future__ import annotations

import contextlib
import copy
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import nbformat

REPOSITORY = Path(__file__).resolve().parents[2]
CHROMIUM = Path("/usr/bin/chromium")
SHELL = Path("/usr/bin/chromium-headless-shell")
"""The same Chromium without all that draws windows, a package of its own in Debian."""
PROGRAM = SHELL if SHELL.exists() else CHROMIUM
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"]  # fmt: skip
ADDRESS = {"lab": "/lab/tree/{}?reset", "notebook": "/notebooks/{}"}
SLUG = "gradients/one-weight"
SETUP = "from autograder.notebook import course, explore, grade, page, practice, progress"
PAGE_CELL, GRADE_CELL, SPARE_CELL = 1, 2, 3
PANEL = "window.jupyterapp.shell.currentWidget"
SETTINGS = {
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "docmanager-extension/plugin": {"autosave": False},  # two saves at once end in a question to the user
}
"""What our JupyterLab does otherwise than by default."""


def page_source(slug: str = SLUG, answers: str = "{1: None, 2: None, 3: None}") -> str:
    return f'answers = {answers}\npage("{slug}", answers)'


@contextlib.contextmanager
def jupyter(folder: Path, *, at_once: bool = True) -> Iterator[str]:
    """A Jupyter server on 127.0.0.1, with JupyterLab and Notebook 7 and settings of its own. Gives its address.

    at_once switches the workbook's server extension on or off.
    """
    root, home = folder / "work", folder / "home"
    root.mkdir(exist_ok=True)
    home.mkdir()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    shared = os.pathsep.join(filter(None, [str(ship(home) / "share/jupyter"), os.environ.get("JUPYTER_PATH")]))
    open_as_books(folder, False)
    own = {f"JUPYTER_{kind}_DIR": str(home / kind.lower()) for kind in ("CONFIG", "DATA", "RUNTIME")}
    # As where the workbook is installed: what Python has compiled once, the next kernel reads.
    compiling = {name: text for name, text in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment = compiling | own | {
        "HOME": str(home), "IPYTHONDIR": str(home / "ipython"), "JUPYTER_PREFER_ENV_PATH": "1", "JUPYTER_PATH": shared,
        "PYTHONPATH": os.pathsep.join(filter(None, [str(REPOSITORY), os.environ.get("PYTHONPATH")])),
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
    }  # fmt: skip
    options = ["--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}", "--ServerApp.port_retries=0",
               "--IdentityProvider.token=", "--ServerApp.disable_check_xsrf=True", f"--ServerApp.root_dir={root}",
               f"--ServerApp.jpserver_extensions=autograder.server={at_once}",
               "--LabApp.expose_app_in_browser=True", "--JupyterNotebookApp.expose_app_in_browser=True"]  # fmt: skip
    shipped = home / "config/jupyter_server_config.d/backprop-workbook.json"
    shipped.parent.mkdir(parents=True)
    extension = (REPOSITORY / "autograder/server/jupyter_server_config.json").read_text()
    shipped.write_text(extension if at_once else extension.replace("true", "false"))
    for plugin, chosen in SETTINGS.items():
        setting = home / f"settings/@jupyterlab/{plugin}.jupyterlab-settings"
        setting.parent.mkdir(parents=True, exist_ok=True)
        setting.write_text(json.dumps(chosen))
    with open(folder / "server.log", "w") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "jupyter", "lab", *options], env=environment, stdout=log, stderr=log, cwd=root
        )
        address = f"http://127.0.0.1:{port}"
        try:
            _await_server(server, address, folder / "server.log")
            yield address
        finally:
            _shut_kernels(address)
            server.terminate()
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                server.kill()


def ship(prefix: Path) -> Path:
    """Put what the wheel brings for Jupyter where an installation under `prefix` has it, from this checkout."""
    wheel = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    for source, target in wheel["shared-data"].items():
        if (REPOSITORY / source).is_dir():
            shutil.copytree(REPOSITORY / source, prefix / target, dirs_exist_ok=True)
        else:
            (prefix / target).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(REPOSITORY / source, prefix / target)
    return prefix


def open_as_books(folder: Path, yes: bool) -> None:
    """Have chapters open as books, or not, in pages that are loaded from now on, as JupyterLab's settings do.

    Switched off for tests that run and look at one cell after the other.
    """
    setting = folder / "home/settings/backprop-workbook/page-first.jupyterlab-settings"
    setting.parent.mkdir(parents=True, exist_ok=True)
    setting.write_text(json.dumps({} if yes else {"pageFirst": False}))


def _await_server(server: subprocess.Popen, address: str, log: Path) -> None:
    for _ in range(240):
        with contextlib.suppress(OSError):
            urlopen(f"{address}/api/status", timeout=5)
            return
        if server.poll() is not None:
            break
        time.sleep(0.25)
    raise RuntimeError(f"the Jupyter server did not start:\n{log.read_text()[-2000:]}")


def _shut_kernels(address: str) -> None:
    with contextlib.suppress(OSError):
        for session in json.load(urlopen(f"{address}/api/sessions", timeout=5)):
            urlopen(Request(f"{address}/api/sessions/{session['id']}", method="DELETE"), timeout=10)


def write_notebook(path: Path, source: str, *, slug: str = SLUG, extra: str = "answers") -> None:
    """A small chapter: set-up, one page, its grade cell, a spare cell."""
    notebook = nbformat.v4.new_notebook()
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    sources = [("setup", SETUP), ("page", source), ("grade", f'grade("{slug}")'), ("spare", extra)]
    notebook.cells = [nbformat.v4.new_code_cell(text, id=name) for name, text in sources]
    nbformat.write(notebook, path)


class Desk:
    """An open notebook in one flavour of Jupyter ("lab" or "notebook")."""

    def __init__(self, page, address: str, root: Path, flavour: str) -> None:
        self.page, self.address, self.root, self.flavour = page, address, root, flavour
        self.path = root / f"{flavour}.ipynb"
        self.errors: list[str] = []
        self.outside: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)[:300]))
        page.on("request", self._note_request)

    def _note_request(self, request) -> None:
        if not request.url.startswith((self.address, self.address.replace("http", "ws"), "blob:", "data:", "about:")):
            self.outside.append(request.url)

    # -- the notebook

    def open(self, source: str | None = None) -> Desk:
        write_notebook(self.path, source or page_source())
        return self.reload()

    @property
    def place(self) -> str:
        """Where the notebook lies on the server."""
        return self.path.relative_to(self.root).as_posix()

    def reload(self) -> Desk:
        """Open the notebook's address, as a student does the next morning."""
        self.page.goto(self.address + ADDRESS[self.flavour].format(self.place))
        return self._await_notebook()

    def _await_notebook(self) -> Desk:
        self.wait(f"window.jupyterapp && {PANEL}?.context?.path === '{self.place}' && {PANEL}.context.isReady", 60_000)
        self.wait(f"{PANEL}.node.querySelector('.jp-Cell') && {PANEL}.content.model.cells.length >= 4")
        self.wait(f"['idle', 'busy'].includes({PANEL}.context.sessionContext.session?.kernel?.status)", 60_000)
        return self._watch_saves()

    def _watch_saves(self) -> Desk:
        """From now on the notebook's context says whether it is being saved, by whatever means."""
        self.page.evaluate(
            f"""() => {{ const {{ context }} = {PANEL};
                if (context.saving === undefined) context.saveState.connect((_, state) => {{
                    context.saving = state === 'started'; }});
                context.saving ??= false; }}"""
        )
        return self

    def _show(self) -> None:
        """Have JupyterLab open the notebook, or go to its tab."""
        self.finish(
            "async path => { await window.jupyterapp.commands.execute('docmanager:open', { path }); }", self.place
        )

    @contextlib.contextmanager
    def beside(self, path: Path) -> Iterator[Desk]:
        """Another notebook, in the same JupyterLab or in a tab of Notebook 7; closed afterwards, with its kernel."""
        if self.flavour == "lab":
            self.clear()
            other = copy.copy(self)
            other.path = path
            other._show()
            other._await_notebook()
        else:
            other = Desk(self.page.context.new_page(), self.address, self.root, self.flavour)
            other.path = path
            other.reload()
        try:
            yield other
        finally:
            other.finish(
                f"""async place => {{ for (const panel of [...window.jupyterapp.shell.widgets('main')]) {{
                    if (!panel.context || panel.context.path === place) continue;
                    await panel.context.sessionContext.shutdown();
                    panel.context.model.dirty = false;
                    if ('{self.flavour}' === 'lab') panel.dispose(); }} }}""",
                self.place,
            )
            if other.page is self.page:
                self._show()
                self._await_notebook()
            else:
                other.page.close()

    def finish(self, work: str, arg: Any = None, seconds: float = 20) -> Any:
        """What a JavaScript function gives in the end; an error that names the open dialog if that takes too long."""
        done, value = self.page.evaluate(
            f"""([arg, limit]) => Promise.race([
                Promise.resolve(({work})(arg)).then(value => [true, value ?? null]),
                new Promise(late => setTimeout(() => late([false, [...document.querySelectorAll('.jp-Dialog')]
                    .map(dialog => dialog.innerText).join(' | ')]), limit))])""",
            [arg, seconds * 1000],
        )
        if not done:
            raise TimeoutError(f"not done after {seconds} s, with this dialog open: {value or 'none'}\n{work}")
        return value

    def run(self, index: int, *, wait: bool = True) -> None:
        """Run a cell; with `wait`, until it has run."""
        self.finish(
            f"""([index, wait]) => {{ const notebook = {PANEL}.content; notebook.deselectAll();
                notebook.activeCellIndex = index; notebook.mode = 'command';
                const running = window.jupyterapp.commands.execute('notebook:run-cell').then(() => null);
                return wait ? running : null; }}""",
            [index, wait],
            60,
        )

    def start(self, source: str | None = None) -> Desk:
        """The page, freshly run: with `source` in its cell, no practice, nothing typed."""
        self.set_source(PAGE_CELL, source or page_source())
        self.clear()
        # What follows is undone by itself, not together with this change of the source.
        cell = f"{PANEL}.content.model.cells.get({PAGE_CELL})"
        self.page.evaluate(f"() => {cell}.sharedModel.undoManager.stopCapturing()")
        self.run(0)
        self.run(PAGE_CELL)
        self.page.wait_for_selector(".wb-live .wb-input", timeout=30_000)
        self.wait("document.querySelectorAll('.wb-live .wb-slot:not([data-state])').length === 0")
        return self

    def clear(self) -> None:
        """No cell shows anything any more, whatever the test before left behind."""
        cells = f"[...{PANEL}.content.model.cells].filter(cell => cell.type === 'code')"
        self.page.evaluate(f"() => {cells}.forEach(cell => cell.outputs.clear())")
        self.page.wait_for_selector(".wb-page", state="detached")

    def explore(self, *slugs: str) -> Desk:
        """Explorers, freshly run, in the place of the page."""
        self.set_source(PAGE_CELL, "\n".join(f'explore("{slug}")' for slug in slugs))
        self.clear()
        self.run(0)
        drawn = f"document.querySelectorAll('.wb-explorer.wb-live .wb-drawn > *').length >= {len(slugs)}"
        if len(slugs) == 1:
            self.run(PAGE_CELL)
            self.wait(drawn, 30_000)
            return self
        cell = f"{PANEL}.content.widgets[{PAGE_CELL}]"  # unseen until all are there: laid out once, not after each
        self.page.evaluate(f"() => {{ {cell}.node.style.display = 'none'; }}")
        self.run(PAGE_CELL)
        self.wait(drawn, 30_000)
        in_a_frame = str(self.flavour == "notebook").lower()  # where so much output scrolls by itself
        self.page.evaluate(f"() => {{ {cell}.node.style.display = ''; {cell}.outputsScrolled = {in_a_frame}; }}")
        return self

    def source(self, index: int = PAGE_CELL) -> str:
        return self.page.evaluate(f"index => {PANEL}.content.model.cells.get(index).sharedModel.getSource()", index)

    def set_source(self, index: int, source: str) -> None:
        self.page.evaluate(
            f"([index, text]) => {PANEL}.content.model.cells.get(index).sharedModel.setSource(text)", [index, source]
        )

    def output(self, index: int) -> str:
        return self.page.evaluate(
            f"""index => {PANEL}.content.model.cells.get(index).outputs.toJSON()
                .flatMap(o => o.text ?? [o.data?.['text/html'], o.data?.['text/plain'] ?? o.evalue]).flat().join('')""",
            index,
        )

    def wait_output(self, index: int, part: str) -> None:
        self.page.wait_for_function(
            f"""([index, part]) => JSON.stringify({PANEL}.content.model.cells.get(index).outputs.toJSON())
                .includes(part)""",
            arg=[index, part],
        )

    def save(self) -> None:
        """Save, once a save that is under way has ended."""
        self.finish(
            f"""async () => {{ const {{ context }} = {PANEL};
                while (context.saving) await new Promise(next => setTimeout(next, 20));
                await context.save(); }}"""
        )

    def on_disk(self, cell: str = "page") -> dict:
        notebook = json.loads(self.path.read_text())
        return next(c for c in notebook["cells"] if c["id"] == cell)

    def restart(self) -> None:
        self.finish(f"() => {PANEL}.context.sessionContext.session.kernel.restart()", seconds=60)
        self.wait(f"{PANEL}.context.sessionContext.session.kernel.status === 'idle'", 60_000)

    def shut_down(self) -> None:
        """End the kernel; the notebook stays open."""
        self.finish(f"() => {PANEL}.context.sessionContext.shutdown()")

    def theme(self, name: str) -> None:
        self.finish("name => window.jupyterapp.commands.execute('apputils:change-theme', {theme: name})", name)
        light = "true" if "Light" in name else "false"
        self.wait(f"document.body.dataset.jpThemeLight === '{light}'")

    # -- the page

    def box(self, n: int):
        return self.page.locator(f'.wb-live .wb-slot[data-box="{n}"] .wb-input').first

    def click(self, n: int) -> None:
        self.box(n).scroll_into_view_if_needed()
        self.box(n).click()

    def type(self, n: int, text: str, key: str | None = None) -> None:
        """Click a box, replace what is in it, perhaps press a key."""
        self.click(n)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(text) if len(text) > 12 else self.page.keyboard.type(text)
        if key:
            self.page.keyboard.press(key)

    def state(self, n: int) -> str:
        return self.page.evaluate(f"() => document.querySelector('.wb-live .wb-slot[data-box=\"{n}\"]').dataset.state")

    def wait_state(self, n: int, state: str) -> None:
        self.wait(f"document.querySelector('.wb-live .wb-slot[data-box=\"{n}\"]')?.dataset.state === '{state}'")

    def wait_source(self, part: str) -> None:
        self.wait(f"{PANEL}.content.model.cells.get({PAGE_CELL}).sharedModel.getSource().includes({json.dumps(part)})")

    def focused(self) -> str | None:
        """The number of the box with the focus."""
        return self.page.evaluate("() => document.activeElement?.closest('.wb-slot')?.dataset.box ?? null")

    def wait(self, condition: str, timeout: float = 15_000) -> None:
        """Until the JavaScript expression is true."""
        self.page.wait_for_function(f"() => {condition}", timeout=timeout, polling=50)

    def until(self, holds: Callable[[], bool], seconds: float = 15) -> None:
        """Until something that is not in the browser is so, as a file that it saves."""
        late = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < late, f"not so after {seconds} s"
            self.page.wait_for_timeout(50)
