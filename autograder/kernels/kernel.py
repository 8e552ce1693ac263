"""One Python kernel that a student's code runs in: start it, run a cell, ask it, stop it. It is trusted with nothing.

    with Kernel(folder) as kernel:
        kernel.run("x = 2", seconds=30).outputs
        kernel.ask(request, seconds=5)         what autograder.kernels.runner answers, read as JSON

Talks to the kernel by messages alone. What it sends is capped in size and read as data; a kernel that dies or does not
come to an end raises Died or Late.
"""

from __future__ import annotations

import json
import shutil
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import DEVNULL
from typing import Any, TypeAlias, cast

import zmq
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import KernelManager
from nbformat.notebooknode import NotebookNode

from . import runner, sandbox

MAX_MESSAGE = 100_000_000  # bytes of one message; a longer one is refused by the socket
MAX_ANSWER = 50_000_000  # characters of the answer to a request
MAX_OUTPUT = 1_000_000  # characters of a cell's output that are kept
MAX_OUTPUTS = 200
START = 60  # seconds for a kernel to start
GRACE = 2  # seconds for a kernel to stop what it does
SHOWN = ("stream", "display_data", "execute_result", "error")
PARTS = ("header", "parent_header", "content")
CUT = "... Output truncated ..."
Content: TypeAlias = dict[str, Any]  # a message, or a part of it: of any form, since it comes from a student's code
Socket: TypeAlias = "zmq.Socket[bytes]"

PRELUDE = """
def _(source):
    import random, sys, types
    import numpy
    from IPython import get_ipython

    random.seed(0)  # chance without a seed of its own comes out the same every time
    numpy.random.seed(0)

    rooms = {"__name__": "workbook_runner", "__file__": "<runner>"}
    exec(compile(source, "<runner>", "exec"), rooms)
    shell = get_ipython()

    def answer(text):
        import json
        said = rooms["answer"](json.loads(text), shell.user_ns)
        shell.payload_manager.write_payload({"source": "workbook", "answer": json.dumps(said)})

    shell.workbook_answer = answer

    def leave():
        raise SystemExit("exit() ends this cell. The cells after it run.")

    shell.ask_exit = leave  # the kernel would stop a moment later, in the middle of whichever cell runs then

    class Blocked:
        def find_spec(self, name, path=None, target=None):
            if name.partition(".")[0] == "autograder":
                raise ImportError("The workbook's own code is not there while submissions are graded.")

    sys.meta_path.insert(0, Blocked())
    nothing = lambda *given, **named: None
    for name in ("autograder", "autograder.notebook"):
        sys.modules[name] = types.ModuleType(name)
    sys.modules["autograder"].__path__ = []
    for name in ("course", "explore", "grade", "page", "progress"):
        setattr(sys.modules["autograder.notebook"], name, nothing)
        shell.user_ns[name] = nothing
    sys.modules["autograder.notebook"].live_curve = lambda *given, **named: nothing
"""
"""Runs first in every kernel: the runner goes in, the workbook goes away, its words in a notebook do nothing."""


class Late(Exception):
    """The kernel did not come to an end in time. It has been interrupted and lives on."""


class Died(Exception):
    """The kernel is gone."""


@dataclass
class Ran:
    """What a cell gave."""

    outputs: list[NotebookNode] = field(default_factory=list[NotebookNode])
    failed: bool = False  # it ended with an error


class _Spec(KernelSpecManager):
    """This very Python, whatever kernels are installed; and how it is started."""

    def __init__(self, settings: Content) -> None:
        super().__init__()
        self.settings = settings

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        started = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        provisioner = {"provisioner_name": sandbox.NAME, "config": self.settings}
        return KernelSpec(
            argv=[*started, "--HistoryManager.hist_file=:memory:"], display_name="Python 3", language="python",
            metadata={"kernel_provisioner": provisioner},
        )  # fmt: skip


class Kernel:
    """A kernel with `folder` to work in.

    folder     the working directory, the only place that lasts into which the code can write
    course     the course folder, hidden where there is a sandbox
    megabytes  memory for the whole kernel, where the system can limit it
    sandboxed  whether to use bubblewrap where it works
    """

    def __init__(self, folder: Path, course: str = "", megabytes: int = 4096, sandboxed: bool = True) -> None:
        sandbox.register()
        self.scratch = sandbox.scratch_folder()
        settings = {
            "folder": str(Path(folder).resolve()), "scratch": self.scratch, "course": course, "megabytes": megabytes,
            "sandboxed": sandboxed,
        }  # fmt: skip
        ipc = sys.platform != "win32"  # sockets in a folder work without a network
        where = {"transport": "ipc", "ip": f"{self.scratch}/k"} if ipc else {}
        self.manager = KernelManager(
            kernel_spec_manager=_Spec(settings), connection_file=f"{self.scratch}/kernel.json", **where
        )
        self.context = zmq.Context()
        self.context.setsockopt(zmq.MAXMSGSIZE, MAX_MESSAGE)
        self.context.setsockopt(zmq.LINGER, 0)
        self.manager.context = self.context
        self.sockets: list[Socket] = []
        try:
            self.manager.start_kernel(cwd=settings["folder"], stdout=DEVNULL, stderr=DEVNULL)
            self._connect()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Kernel:
        return self

    def __exit__(self, *error: Any) -> None:
        self.close()

    def _connect(self) -> None:
        manager = cast(Any, self.manager)  # jupyter_client does not say what travels through its sockets
        self.sockets = [manager.connect_shell(), manager.connect_iopub(), manager.connect_control()]
        self.shell, self.iopub, self.control = self.sockets
        self._hear()
        source = Path(runner.__file__).read_text(encoding="utf-8")
        self._execute(f"{PRELUDE}\n_({source!r})\ndel _", START, quiet=True)

    def _hear(self) -> None:
        """Wait until what the kernel shows is heard: what it showed before is lost, and the first cell may fail."""
        until = time.monotonic() + START
        while not self.iopub.poll(500):
            if time.monotonic() > until or not self.manager.is_alive():
                raise Died
            self._send(self.shell, "kernel_info_request", {})  # the kernel shows that it is busy

    # -- what it is for ----------------------------------------------------------------------------------------------

    def run(self, source: str, seconds: float, ran: Ran | None = None) -> Ran:
        """Run a cell as a notebook does. Raises Late or Died; what came out until then is in `ran`."""
        ran = Ran() if ran is None else ran
        reply = self._execute(source, seconds, ran)
        ran.failed = reply.get("status") != "ok"
        return ran

    def ask(self, request: runner.Request, seconds: float) -> object:
        """Hand in plain data, get plain data, whatever it is. Raises Late or Died."""
        code = f"get_ipython().workbook_answer({json.dumps(request)!r})"
        reply = self._execute(code, seconds, quiet=True)
        answers = [part.get("answer") for part in _dicts(reply.get("payload")) if part.get("source") == "workbook"]
        try:
            if len(answers) == 1 and isinstance(answers[0], str) and len(answers[0]) <= MAX_ANSWER:
                return json.loads(answers[0])
        except (ValueError, RecursionError, MemoryError):
            pass
        return None

    def close(self) -> None:
        """Stop it and all that it started, and clear up."""
        try:
            if self.manager.has_kernel:
                self.manager.shutdown_kernel(now=True)
        finally:
            for socket in self.sockets:
                socket.close(0)
            self.context.destroy(0)
            shutil.rmtree(self.scratch, ignore_errors=True)

    # -- messages ----------------------------------------------------------------------------------------------------

    def _send(self, socket: Socket, kind: str, content: Content) -> str:
        """Send a message; returns its id."""
        message: Content = self.manager.session.send(socket, kind, content)
        return message["header"]["msg_id"]

    def _execute(self, code: str, seconds: float, ran: Ran | None = None, quiet: bool = False) -> Content:
        """The reply to an execute request. What is shown goes into `ran`."""
        request: Content = {"code": code, "silent": quiet, "store_history": not quiet, "user_expressions": {}}
        request |= {"allow_stdin": False, "stop_on_error": False}
        sent = self._send(self.shell, "execute_request", request)
        reply = self._reply(sent, time.monotonic() + seconds, ran)
        if reply is None:
            self._interrupt(sent)
            raise Late
        return reply

    def _interrupt(self, sent: str) -> None:
        """Stop the cell; a kernel that does not listen is stopped as a whole."""
        self._send(self.control, "interrupt_request", {})
        if self._reply(sent, time.monotonic() + GRACE, None) is None:
            self.manager.shutdown_kernel(now=True)
            raise Died

    def _reply(self, sent: str, until: float, ran: Ran | None) -> Content | None:
        """The reply, and all that is shown before it; None if it does not come in time. Raises Died."""
        reply: Content | None = None
        idle, kept = False, 0
        while reply is None or (ran is not None and not idle):
            left = until - time.monotonic()
            if left <= 0:
                return reply
            silent = True
            for socket, message in self._messages(min(left, 0.5)):
                silent = False
                if message["parent_header"].get("msg_id") != sent:
                    continue
                if socket is self.shell and message["msg_type"] == "execute_reply":
                    reply = message["content"]
                    until = min(until, time.monotonic() + GRACE)  # what it shows is here by now, or was too much
                elif socket is self.iopub and message["msg_type"] == "status":
                    idle = idle or message["content"].get("execution_state") == "idle"
                elif socket is self.iopub and ran is not None:
                    kept = _keep(ran, message, kept)
            if silent and not self.manager.is_alive():
                raise Died
        return reply

    def _messages(self, seconds: float) -> Iterator[tuple[Socket, Content]]:
        poller = zmq.Poller()
        for socket in (self.shell, self.iopub):
            poller.register(socket, zmq.POLLIN)
        for socket, _ in poller.poll(round(seconds * 1000)):
            try:
                message: Any = self.manager.session.recv(socket, zmq.NOBLOCK)[1]
            except Exception:  # noqa: BLE001, S112  anything but a message of the protocol
                continue
            for whole in _dicts([message]):
                if all(isinstance(whole.get(part), dict) for part in PARTS):
                    yield socket, whole


def _dicts(value: Any) -> list[Content]:
    """The dicts of a list, whatever it is and whatever else it holds."""
    entries = cast("list[Any]", value) if isinstance(value, list) else []
    return [entry for entry in entries if isinstance(entry, dict)]


def _output(kind: str, content: Content) -> NotebookNode:
    """What is shown, in the form a notebook has it, whatever stands in the message."""
    if kind == "stream":
        name = "stderr" if content.get("name") == "stderr" else "stdout"
        return NotebookNode(output_type=kind, name=name, text=_text(content.get("text")))
    if kind == "error":
        lines: Any = content.get("traceback")
        error = {name: _text(content.get(name)) for name in ("ename", "evalue")}
        traceback = list(map(_text, cast("list[Any]", lines))) if isinstance(lines, list) else []
        return NotebookNode(output_type=kind, **error, traceback=traceback)
    data: Content = content["data"] if isinstance(content.get("data"), dict) else {}
    texts = {str(mime): _text(text) for mime, text in data.items() if isinstance(text, str)}
    number = {"execution_count": None} if kind == "execute_result" else {}
    return NotebookNode(output_type=kind, data=NotebookNode(texts), metadata=NotebookNode(), **number)


def _text(value: Any) -> str:
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else ""


def _keep(ran: Ran, message: Content, kept: int) -> int:
    """Add what is shown to the outputs while there is room; returns how many characters are kept."""
    content = message["content"]
    if message["msg_type"] == "clear_output":
        ran.outputs.clear()
        return 0
    if message["msg_type"] not in SHOWN or len(ran.outputs) > MAX_OUTPUTS:
        return kept
    size = len(content["text"]) if isinstance(content.get("text"), str) else len(json.dumps(content, default=str))
    if kept + size > MAX_OUTPUT:
        if kept <= MAX_OUTPUT:
            start = content["text"][: MAX_OUTPUT - kept] + "\n" if isinstance(content.get("text"), str) else ""
            ran.outputs.append(NotebookNode(output_type="stream", name="stdout", text=start + CUT))
        return MAX_OUTPUT + 1
    output = _output(message["msg_type"], content)
    last = ran.outputs[-1] if ran.outputs else None
    if output.output_type == "stream" and last is not None and last.get("name") == output.get("name"):
        last.text += output.text
    else:
        ran.outputs.append(output)
    return kept + size
