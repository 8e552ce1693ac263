"""The server extension: the socket of a kernel sends at once, and everything else stays as Jupyter has it."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from autograder import server


@pytest.fixture
def handler(monkeypatch):
    from jupyter_server.services.kernels.websocket import KernelWebsocketHandler

    async def opened(self, kernel_id):
        self.kernel = kernel_id

    monkeypatch.setattr(KernelWebsocketHandler, "open", opened)
    return KernelWebsocketHandler


class Socket:
    nodelay = kernel = None

    def set_nodelay(self, value: bool) -> None:
        self.nodelay = value


def test_a_kernels_socket_sends_at_once(handler):
    """Opening a socket switches the delay off, then does what Jupyter does; loading twice changes nothing more."""
    server._load_jupyter_server_extension(None)
    once = handler.open
    server._load_jupyter_server_extension(None)
    assert handler.open is once
    socket = Socket()
    asyncio.run(handler.open(socket, "k1"))
    assert (socket.nodelay, socket.kernel) == (True, "k1")


def test_the_shipped_setting_names_the_extension():
    """The file that an installation puts beside Jupyter's settings switches on what this module declares."""
    shipped = json.loads((Path(server.__file__).parent / "jupyter_server_config.json").read_text())
    [point] = server._jupyter_server_extension_points()
    assert shipped["ServerApp"]["jpserver_extensions"] == {point["module"]: True}
