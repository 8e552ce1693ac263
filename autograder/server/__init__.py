"""A verdict at once: an extension of the Jupyter server that sends a notebook's small messages without waiting.

The answer to an edit is two small messages. Left to itself, the operating system holds the second back until the
browser has acknowledged the first, up to 40 ms later (Nagle's algorithm meeting delayed acknowledgement): longer than
everything else a verdict needs. It is switched on where the workbook is installed beside the Jupyter server; elsewhere
verdicts come as well, only later.

Only sockets on which a widget of the workbook goes by are changed, and nothing but this option of theirs. The server
has a setting for what connects a socket with a kernel; whatever stands there is kept and watched, not replaced.

Imports: nothing of the workbook.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:  # the server loads us; where there is none, nothing of it is needed
    from jupyter_server.serverapp import ServerApp

CONNECTION = "kernel_websocket_connection_class"
OURS = "autograder.widgets."  # how the state of each of our widgets names its class


def _jupyter_server_extension_points() -> list[dict[str, str]]:  # pyright: ignore[reportUnusedFunction]  # Jupyter calls it
    return [{"module": "autograder.server"}]


def _load_jupyter_server_extension(app: ServerApp) -> None:  # pyright: ignore[reportUnusedFunction]  # Jupyter calls it
    settings = app.web_app.settings
    connection = settings.get(CONNECTION)
    if hasattr(connection, "handle_outgoing_message"):  # before version 2 a server has no such setting
        settings[CONNECTION] = at_once(connection)


@cache
def at_once(connection: type[Any]) -> type[Any]:
    """The same kind of connection, which stops waiting once a widget of the workbook goes to the browser."""
    if hasattr(connection, "at_once"):
        return connection

    class AtOnce(connection):
        at_once = False  # whether this socket has stopped waiting

        def handle_outgoing_message(self, *message: object) -> None:
            if not self.at_once and of_the_workbook(message):
                self.at_once = True
                if self.websocket_handler.ws_connection is not None:  # or the browser is gone already
                    self.websocket_handler.set_nodelay(True)
            super().handle_outgoing_message(*message)  # pyright: ignore[reportUnknownMemberType]  # of a class to come

    AtOnce.__name__, AtOnce.__qualname__ = connection.__name__, connection.__qualname__  # in settings and in the log
    return AtOnce


def of_the_workbook(message: object) -> bool:
    """Whether a message, as the server passes it on in pieces or as one text, brings a widget of the workbook."""
    if isinstance(message, bytes):
        return OURS.encode() in message
    if isinstance(message, str):
        return OURS in message
    return isinstance(message, (list, tuple)) and any(map(of_the_workbook, cast("list[object]", message)))
