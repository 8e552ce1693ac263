"""Start a kernel in which a student's code can do no harm: a provisioner for jupyter_client, named "workbook".

    why_not()     None where bubblewrap works; otherwise what is missing, in words

Where the program `bwrap` is installed the kernel runs inside it: no network, processes of its own, and a read-only view
of the machine from which the course, the workbook's own code, home and /tmp are missing; it can write into its own
folder alone. Everywhere it gets a short environment, without the instructor's secrets, and, where the system has them,
limits on memory and on the size of files.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from functools import lru_cache
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

from jupyter_client.provisioning.factory import KernelProvisionerFactory
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from traitlets import Bool, Integer, Unicode

try:
    import resource
except ImportError:  # Windows
    resource = None

NAME = "workbook"
KEPT = (
    "PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "PYTHONPATH", "VIRTUAL_ENV", "CONDA_PREFIX",
    "SYSTEMROOT", "SYSTEMDRIVE", "COMSPEC", "PATHEXT", "WINDIR", "NUMBER_OF_PROCESSORS",
)  # fmt: skip
"""What a kernel is told of the instructor's environment. Anything else could be a password."""

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")
EXCHANGE = "/usr/local/share/nbgrader/exchange"  # where nbgrader keeps what others handed in, unless told otherwise


class WorkbookProvisioner(LocalProvisioner):
    """Starts a kernel on this machine, inside bubblewrap where that works."""

    folder = Unicode("", help="The kernel's own folder, the only one that lasts into which it can write.")
    scratch = Unicode("", help="A folder for sockets and temporary files, away when the kernel is.")
    course = Unicode("", help="The course folder, which the kernel must not see.")
    megabytes = Integer(4096, help="Memory that the kernel may use, where the system can limit it.")
    sandboxed = Bool(True, help="Whether to use bubblewrap where it works.")

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Give the kernel a short environment, put limits on it, and wrap its command."""
        kwargs["env"] = environment(self.scratch)
        kwargs = await super().pre_launch(**kwargs)
        if self.sandboxed and why_not() is None:
            kwargs["cmd"] = wrapped(kwargs["cmd"], Path(self.folder), Path(self.scratch), self.course)
        if resource is not None:
            kwargs["preexec_fn"] = _Limits(self.megabytes)
        return kwargs


def register() -> None:
    """Tell jupyter_client of the provisioner, also where the package was installed before it had one."""
    factory = KernelProvisionerFactory.instance()
    value = f"{__name__}:{WorkbookProvisioner.__name__}"
    factory.provisioners.setdefault(NAME, EntryPoint(NAME, value, KernelProvisionerFactory.GROUP_NAME))


def environment(scratch: str) -> dict[str, str]:
    """What a kernel is told: where programs are, which language is spoken, and a home of its own."""
    own = {"HOME": scratch, "IPYTHONDIR": scratch, "MPLCONFIGDIR": scratch, "NBGRADER_EXECUTION": "autograde"}
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    same = {"PYTHONHASHSEED": "0"}  # sets are walked through in the same order every time
    return kept | own | same | {name: "1" for name in THREADS} | {"PYTHONDONTWRITEBYTECODE": "1"}


class _Limits:
    """Runs in the new process before the kernel does: so much memory, files of at most 200 MB, no core dumps."""

    def __init__(self, megabytes: int) -> None:
        self.megabytes = megabytes

    def __call__(self) -> None:
        if resource is None:
            return
        for kind, most in (("RLIMIT_AS", self.megabytes * 2**20), ("RLIMIT_FSIZE", 200 * 2**20), ("RLIMIT_CORE", 0)):
            try:
                resource.setrlimit(getattr(resource, kind), (most, most))
            except (AttributeError, ValueError, OSError):  # a system without this limit, or with a tighter one
                pass


# -- bubblewrap --------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def why_not() -> str | None:
    """Why kernels cannot run in bubblewrap here; None if they can. Tried once."""
    if not shutil.which("bwrap"):
        return "the program bwrap (bubblewrap) is not installed"
    with tempfile.TemporaryDirectory(dir=short_place()) as scratch:
        command = wrapped([sys.executable, "-c", "pass"], Path(scratch), Path(scratch), "")
        try:
            tried = subprocess.run(command, capture_output=True, text=True, timeout=60)
        except (OSError, subprocess.SubprocessError) as error:
            return f"bwrap does not start: {error}"
    return None if tried.returncode == 0 else f"bwrap does not work here: {tried.stderr.strip()[:200]}"


def wrapped(command: list[str], folder: Path, scratch: Path, course: str) -> list[str]:
    """The command inside bubblewrap. What stands later wins: first all is read-only, then much is hidden, then Python
    comes back, the workbook's code goes away again, and last the kernel's own folders are there to write into."""
    hidden = _top([path for path in _hidden(course) if path.is_dir()])
    pythons = [path for path in _pythons() if any(path.is_relative_to(place) for place in hidden)]
    back = [word for path in pythons for word in ("--ro-bind", str(path.resolve()), str(path))]
    own = [word for path in dict.fromkeys((folder, scratch)) for word in ("--bind", str(path), str(path))]
    return [
        "bwrap", "--die-with-parent", "--unshare-net", "--unshare-pid", "--unshare-ipc", "--unshare-uts",
        "--cap-drop", "ALL", "--unsetenv", "JPY_PARENT_PID",
        "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc",
        *_nothing(hidden), *back, *_nothing(_packages()), *own, "--chdir", str(folder), "--", *command,
    ]  # fmt: skip


def _nothing(places: list[Path]) -> list[str]:
    return [word for place in places for word in ("--tmpfs", str(place))]


def _hidden(course: str) -> list[Path]:
    """Folders that a student's code has no business in."""
    checkouts = [package.parent for package in _packages() if (package.parent / "pyproject.toml").exists()]
    places = [Path("/tmp"), Path("/var/tmp"), Path("/run/user"), Path("/root"), Path.home(), Path(EXCHANGE), *checkouts]
    places += [Path(tempfile.gettempdir())] + ([Path(course)] if course else [])
    return [path.resolve() for path in places if path.resolve() != Path("/")]


def _packages() -> list[Path]:
    """Every copy of the workbook's own code that Python would find."""
    found = [Path(place or ".").resolve() / "autograder" for place in sys.path]
    return list(dict.fromkeys([path for path in found if path.is_dir()] + [Path(__file__).resolve().parent]))


def _pythons() -> list[Path]:
    """Where Python and its packages are, as they are called and where they really are."""
    named = [Path(place) for place in (sys.prefix, sys.base_prefix, sys.exec_prefix)]
    libraries = [Path(place) for place in sys.path if place.endswith(("site-packages", "dist-packages"))]
    return list(dict.fromkeys([*named, *(path.resolve() for path in named), *libraries]))


def _top(places: list[Path]) -> list[Path]:
    """The same without what lies inside another one."""
    kept: list[Path] = []
    for place in sorted(set(places), key=lambda path: len(path.parts)):
        if not any(place.is_relative_to(other) for other in kept):
            kept.append(place)
    return kept


def short_place() -> str | None:
    """A folder for scratch folders: sockets need short names."""
    return "/tmp" if os.path.isdir("/tmp") else None


def scratch_folder() -> str:
    """A new folder for a kernel's sockets and temporary files."""
    return tempfile.mkdtemp(prefix="wb-", dir=short_place())
