"""The server extension: a socket with the workbook's widgets sends at once, and everything else stays as it is."""

from __future__ import annotations

import asyncio
import json
import socket
from pathlib import Path
from types import SimpleNamespace

import pytest
from jupyter_server.gateway.connections import GatewayWebSocketConnection
from jupyter_server.serverapp import ServerApp
from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.websocket import websocket_connect

from autograder import server
from autograder.server import CONNECTION, at_once, of_the_workbook

REPOSITORY = Path(__file__).parents[2]
ASKED = "run-the-cell"
NOTEBOOKS = {
    "a page": "from autograder.notebook import page\npage('gradients/one-weight', {1: None, 2: None, 3: None})",
    "a slider": "import ipywidgets\nipywidgets.IntSlider()",
}


# -- a real server, with real kernels ----------------------------------------------------------------------------------


class Server(ServerApp):
    def init_signal(self) -> None:
        """Ctrl-C stays with the tests."""


@pytest.fixture(scope="module")
def waiting(tmp_path_factory) -> dict[str, list[bool]]:
    """Two notebooks on a server with the extension: whether each one's socket waits, when opened and at the end."""
    home = tmp_path_factory.mktemp("jupyter")
    with pytest.MonkeyPatch.context() as patch:
        for kind in ("CONFIG", "DATA", "RUNTIME"):
            patch.setenv(f"JUPYTER_{kind}_DIR", str(home / kind.lower()))
        patch.setenv("IPYTHONDIR", str(home / "ipython"))
        patch.setenv("PYTHONPATH", str(REPOSITORY))
        return asyncio.run(_two_notebooks(home))


async def _two_notebooks(home: Path) -> dict[str, list[bool]]:
    options = ["--no-browser", "--allow-root", "--IdentityProvider.token=", f"--ServerApp.root_dir={home}"]
    app = Server()
    app.initialize(options, find_extensions=False, new_httpserver=False)
    server._load_jupyter_server_extension(app)
    [listening] = bind_sockets(0, "127.0.0.1")
    HTTPServer(app.web_app).add_sockets([listening])
    address = f"ws://127.0.0.1:{listening.getsockname()[1]}/api/kernels"
    try:
        return {name: await _visit(app, address, source) for name, source in NOTEBOOKS.items()}
    finally:
        await app._cleanup()


async def _visit(app: ServerApp, address: str, source: str) -> list[bool]:
    kernel = await app.kernel_manager.start_kernel()
    tab = await websocket_connect(f"{address}/{kernel}/channels?session_id={kernel}")
    [connection] = [each for each in ZMQChannelsWebsocketConnection._open_sockets if each.kernel_id == kernel]
    opened = _waits(connection)
    await tab.write_message(json.dumps(_request(source)))
    still = {"execute_reply", "idle"}  # they come on two channels, in either order
    while still:
        message = json.loads(await asyncio.wait_for(tab.read_message(), 60))
        if message["parent_header"].get("msg_id") == ASKED:
            still -= {message["msg_type"], message["content"].get("execution_state")}
            assert message["content"].get("status") != "error", message["content"]
    ended = _waits(connection)
    tab.close()
    return [opened, ended]


def _request(source: str) -> dict:
    """What JupyterLab sends to have a cell run."""
    about = {
        "msg_id": ASKED,
        "msg_type": "execute_request",
        "username": "",
        "session": "tab",
        "version": "5.4",
        "date": "",
    }
    cell = {"code": source, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False}
    return {"channel": "shell", "header": about, "parent_header": {}, "metadata": {"cellId": "page"}, "content": cell,
            "buffers": []}  # fmt: skip


def _waits(connection: ZMQChannelsWebsocketConnection) -> bool:
    sends = connection.websocket_handler.ws_connection.stream.socket
    return not sends.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_a_socket_stops_waiting_with_the_first_page(waiting):
    """It waits as the system has it until a page of the workbook goes by; from then on it sends at once."""
    assert waiting["a page"] == [True, False]


def test_the_socket_of_another_notebook_stays_as_it_is(waiting):
    """A notebook with other widgets, on the same server, waits as ever."""
    assert waiting["a slider"] == [True, True]


# -- nothing else is changed -------------------------------------------------------------------------------------------


class Recorder:
    """A connection that notes what it is asked to send."""

    def __init__(self) -> None:
        self.sent, self.told = [], []
        self.websocket_handler = SimpleNamespace(ws_connection=object(), set_nodelay=self.told.append)

    def handle_outgoing_message(self, *message: object) -> None:
        self.sent.append(message)


OPENED = b'{"data": {"state": {"_anywidget_id": "autograder.widgets.page_widget.PageWidget"}}}'
MESSAGES = [
    ("iopub", [b"<IDS|MSG>", b"", b"{}", b"{}", b"{}", b'{"text": "1"}']),
    ("iopub", [b"<IDS|MSG>", b"", b'{"msg_type": "comm_open"}', b"{}", b"{}", OPENED]),
    ("shell", [b"<IDS|MSG>", b"", b"{}", b"{}", b"{}", b"{}", b"a buffer", memoryview(b"another")]),
]


def test_every_message_goes_on_as_it_came():
    """The same objects in the same order, with one word to the socket between the first and the last."""
    connection = at_once(Recorder)()
    for message in MESSAGES:
        connection.handle_outgoing_message(*message)
    assert all(sent is given for one, two in zip(connection.sent, MESSAGES, strict=True)
               for sent, given in zip(one, two, strict=True))  # fmt: skip
    assert connection.told == [True]


def test_a_browser_that_is_gone_is_no_error():
    """A message that comes too late is handed on, as without us."""
    connection = at_once(Recorder)()
    connection.websocket_handler.ws_connection = None
    connection.handle_outgoing_message(*MESSAGES[1])
    assert connection.sent == [MESSAGES[1]] and connection.told == []


@pytest.mark.parametrize("known", [ZMQChannelsWebsocketConnection, GatewayWebSocketConnection])
def test_one_method_of_the_connection_is_ours(known):
    """Whichever connection a server uses is kept: it has its name, its settings, and all its methods but one."""
    ours = at_once(known)
    assert issubclass(ours, known) and ours.__name__ == known.__name__
    assert {name for name in vars(ours) if not name.startswith("_")} <= {
        "at_once", "handle_outgoing_message", *dir(known)
    }  # fmt: skip
    assert all(getattr(ours, name) == getattr(known, name) for name in ("connect", "disconnect", "prepare")
               if hasattr(known, name))  # fmt: skip
    assert ours.class_trait_names(config=True) == known.class_trait_names(config=True)


def test_loading_twice_changes_nothing_more():
    """The setting holds the same connection after a second loading."""
    app = SimpleNamespace(web_app=SimpleNamespace(settings={CONNECTION: ZMQChannelsWebsocketConnection}))
    server._load_jupyter_server_extension(app)
    once = app.web_app.settings[CONNECTION]
    server._load_jupyter_server_extension(app)
    assert app.web_app.settings[CONNECTION] is once is at_once(ZMQChannelsWebsocketConnection)


@pytest.mark.parametrize("settings", [{}, {CONNECTION: None}, {CONNECTION: object}])
def test_a_server_without_the_setting_is_left_alone(settings):
    """On such a server verdicts come as well, only later."""
    before = dict(settings)
    server._load_jupyter_server_extension(SimpleNamespace(web_app=SimpleNamespace(settings=settings)))
    assert settings == before


@pytest.mark.parametrize(
    ("message", "ours"),
    [
        (OPENED, True),
        (OPENED.decode(), True),
        (MESSAGES[1], True),
        (MESSAGES[0], False),
        (b'{"_anywidget_id": "somebody.else.Widget"}', False),
        (None, False),
    ],
)
def test_a_message_of_ours_is_known_by_its_widget(message, ours):
    """In pieces, as bytes from the kernel, or as one text from a gateway."""
    assert of_the_workbook(message) is ours


def test_the_shipped_setting_names_the_extension():
    """The file that an installation puts beside Jupyter's settings switches on what this module declares."""
    shipped = json.loads((Path(server.__file__).parent / "jupyter_server_config.json").read_text())
    [point] = server._jupyter_server_extension_points()
    assert shipped["ServerApp"]["jpserver_extensions"] == {point["module"]: True}
