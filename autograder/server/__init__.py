"""A verdict at once: an extension of the Jupyter server that sends a kernel's small messages without waiting.

The answer to an edit is two small messages. Left to itself, the operating system holds the second back until the
browser has acknowledged the first, up to 40 ms later (Nagle's algorithm meeting delayed acknowledgement): longer than
everything else a verdict needs. It is switched on where the workbook is installed beside the Jupyter server; elsewhere
verdicts come as well, only later.

Imports: nothing of the workbook.
"""

from __future__ import annotations


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "autograder.server"}]


def _load_jupyter_server_extension(_app: object) -> None:
    from jupyter_server.services.kernels.websocket import KernelWebsocketHandler

    if getattr(KernelWebsocketHandler.open, "at_once", False):
        return
    before = KernelWebsocketHandler.open

    async def open_at_once(self, kernel_id):
        self.set_nodelay(True)
        await before(self, kernel_id)

    open_at_once.at_once = True
    KernelWebsocketHandler.open = open_at_once
