"""A kernel for a student's code: it runs cells, answers in plain data, and can be trusted with nothing."""

from __future__ import annotations

import pytest
import zmq
from nbformat import validate
from nbformat.v4 import new_code_cell, new_notebook

from autograder.kernels import kernel as kernels
from autograder.kernels import sandbox
from autograder.kernels.kernel import MAX_OUTPUT, Died, Kernel, Late
from autograder.kernels.runner import to_plain

pytestmark = pytest.mark.xdist_group("kernel")
bubblewrap = pytest.mark.skipif(sandbox.why_not() is not None, reason="bubblewrap does not work here")
REQUEST = {"script": "def s(Twice, x):\n    return {'y': Twice().of(x)}", "name": "s", "cases": [{"x": to_plain(2.0)}]}


@pytest.fixture(scope="module")
def kernel(tmp_path_factory):
    with Kernel(tmp_path_factory.mktemp("own")) as kernel:
        yield kernel


def texts(ran):
    return [output.get("text") or output.get("evalue") or output["data"]["text/plain"] for output in ran.outputs]


def test_cells_run_as_in_a_notebook(kernel):
    """Names stay, what is printed and shown comes back, an error ends the cell and not the kernel."""
    assert texts(kernel.run("a = 2\nprint('hi')\na + 1", 20)) == ["hi\n", "3"]
    ran = kernel.run("a / 0", 20)
    assert ran.failed and texts(ran) == ["division by zero"]
    assert texts(kernel.run("%timeit -n1 -r1 a\na", 20))[-1] == "2"


def test_the_first_error_is_not_lost(tmp_path, monkeypatch):
    """However late the socket for what is shown finds its kernel, the first cell waits for it."""

    class Slow(kernels.KernelManager):
        def connect_iopub(self, *given, **named):
            self.context.setsockopt(zmq.RECONNECT_IVL, 3000)  # of the sockets made from now on
            return super().connect_iopub(*given, **named)

    monkeypatch.setattr(kernels, "KernelManager", Slow)
    with Kernel(tmp_path) as kernel:
        assert texts(kernel.run("1 / 0", 20)) == ["division by zero"]


def test_requests_are_answered_in_plain_data(kernel):
    """The runner inside finds the student's own names."""
    kernel.run("class Twice:\n    def of(self, x): return 2 * x", 20)
    assert kernel.ask(REQUEST, 20) == [{"values": {"y": 4.0}}]
    assert kernel.ask({**REQUEST, "script": REQUEST["script"].replace("Twice", "Thrice")}, 20) == [
        {"missing": "Thrice"}
    ]


def test_loop_is_interrupted(kernel):
    """A cell that loops is stopped; what was defined before it is still there."""
    kernel.run("kept = 5", 20)
    with pytest.raises(Late):
        kernel.run("while True: pass", 1)
    assert texts(kernel.run("kept", 20)) == ["5"]


def test_output_is_capped(kernel):
    """Of fifty megabytes a little is kept; clear_output starts over."""
    ran = kernel.run("print('x' * 50_000_000)", 60)
    assert sum(map(len, texts(ran))) < MAX_OUTPUT + 100 and texts(ran)[-1].endswith("... Output truncated ...")
    many = kernel.run(
        "for n in range(3):\n    from IPython.display import clear_output\n    clear_output()\n    print(n)", 20
    )
    assert texts(many) == ["2\n"]


FORGED = """
kernel = get_ipython().kernel
parent = kernel.get_parent()
for kind, content in (
    ("error", {"ename": 3, "evalue": [], "traceback": "x"}), ("error", {}), ("stream", {"name": 5, "text": {"a": 1}}),
    ("display_data", {"data": [1, 2]}), ("display_data", {"data": {"text/html": 3, "text/plain": "ok"}}),
    ("execute_result", {"data": None, "execution_count": "many"}), ("status", {}), ("clear_output", None),
):
    kernel.session.send(kernel.iopub_socket, kind, content, parent=parent)
"""


def test_forged_messages_do_no_harm(kernel):
    """Whatever a kernel sends, what is kept is a sound notebook."""
    cell = new_code_cell("x", outputs=kernel.run(FORGED, 20).outputs)
    validate(new_notebook(cells=[cell]))
    assert "ok" in texts(kernel.run("'ok'", 20))[0]


def test_nobody_is_asked_for_input(kernel):
    """A cell that waits for input fails at once."""
    assert kernel.run("input()", 20).failed


def test_the_workbook_is_not_there(kernel):
    """Its reference cannot be imported; what a notebook imports from it does nothing."""
    assert "not there while submissions are graded" in texts(kernel.run("import autograder.authoring.exercise", 20))[-1]
    words = "from autograder.notebook import course, explore, grade, page, progress\nprogress('a')\ngrade('a/b')"
    assert not kernel.run(words, 20).failed


def test_secrets_stay_outside(kernel, monkeypatch):
    """The kernel's environment is short."""
    monkeypatch.setenv("MY_TOKEN", "secret")
    assert "MY_TOKEN" not in sandbox.environment("/tmp")
    assert "JPY_API_TOKEN" not in texts(kernel.run("import os; print(sorted(os.environ))", 20))[0]


@pytest.mark.parametrize("code", ["import os; os._exit(1)", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"])
def test_death_is_noticed(tmp_path, code):
    """A kernel that is gone raises Died."""
    with Kernel(tmp_path) as kernel, pytest.raises(Died):
        kernel.run(code, 20)


def test_memory_is_limited(tmp_path):
    """More than the kernel may have is refused, and the kernel lives."""
    with Kernel(tmp_path, megabytes=3000) as kernel:
        assert "MemoryError" in str(kernel.run("a = bytearray(4 * 10**9)", 20).outputs)
        request = {**REQUEST, "script": "def s(x):\n    return {'y': len(bytearray(10**9))}", "megabytes": 100}
        assert kernel.ask(request, 20)[0]["error"] == "MemoryError"
        assert not kernel.run("a = 1", 20).failed


@bubblewrap
def test_sandbox_is_read_only_and_without_network(tmp_path):
    """It writes into its own folder, and nowhere else; it sees neither network nor neighbours nor this checkout."""
    own, other = tmp_path / "own", tmp_path / "other"
    own.mkdir()
    other.mkdir()
    (other / "answers.txt").write_text("42")
    with Kernel(own, course=str(tmp_path)) as kernel:
        kernel.run("import os, socket\nfrom pathlib import Path\nPath('mine.txt').write_text('x')", 20)
        assert (own / "mine.txt").exists()
        assert "Errno" in str(kernel.run("open('/etc/passwd', 'a')", 20).outputs)
        assert texts(kernel.run(f"os.path.exists({str(other / 'answers.txt')!r})", 20)) == ["False"]
        assert texts(kernel.run(f"list(Path({sandbox.__file__!r}).parent.glob('*'))", 20)) == ["[]"]
        assert "unreachable" in str(kernel.run("socket.create_connection(('192.0.2.1', 80), 2)", 20).outputs)
        assert texts(kernel.run("len([p for p in os.listdir('/proc') if p.isdigit()]) < 10", 20)) == ["True"]


@bubblewrap
def test_children_die_with_the_kernel(tmp_path):
    """What a student's code starts in the background ends when the kernel does."""
    import time

    with Kernel(tmp_path) as kernel:
        kernel.run("import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', "
                   "'import time\\nwhile True: open(\"tick\", \"a\").write(\".\"); time.sleep(0.05)'],"
                   " start_new_session=True)\nimport time; time.sleep(1)", 20)  # fmt: skip
    ticks = [0, (tmp_path / "tick").stat().st_size]
    assert ticks[-1]
    while ticks[-1] != ticks[-2]:
        assert len(ticks) < 20, "it still runs ten seconds after the kernel"
        time.sleep(0.5)
        ticks.append((tmp_path / "tick").stat().st_size)


def test_missing_sandbox_is_said(monkeypatch):
    """Where there is no bubblewrap, the reason says so."""
    monkeypatch.setattr(sandbox.shutil, "which", lambda name: None)
    sandbox.why_not.cache_clear()
    try:
        assert "not installed" in sandbox.why_not()
    finally:
        sandbox.why_not.cache_clear()


def test_kernel_runs_without_a_sandbox_too(tmp_path):
    """Elsewhere the kernel runs as it is, with its limits, and still cannot import the workbook."""
    with Kernel(tmp_path, sandboxed=False) as kernel:
        assert texts(kernel.run("1 + 1", 20)) == ["2"]
        assert kernel.run("from autograder import pages", 20).failed
