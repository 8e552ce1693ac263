"""Compile what a browser's Python imports, so that it need not do so itself at every start.

    python = finder("3.12")             a Python of that version on this computer, or None
    compile_all(python, folder)         the wheels and the standard library of a Pyodide, with bytecode in them

Python in a browser cannot keep what it has compiled, and compiling IPython takes it longer than loading NumPy. Bytecode
is of one version of Python, so that version has to be at hand here; without it a site works, and starts more slowly.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

SCRIPT = Path(__file__).with_name("compiling.py")


def finder(version: str) -> tuple[str, ...] | None:
    """The command of a Python of this version, as "3.12": this one, or another one on this computer."""
    ways: tuple[Sequence[str], ...] = ((sys.executable,), (f"python{version}",), ("py", f"-{version}"))
    return next((tuple(way) for way in ways if shutil.which(way[0]) and _version(way) == version), None)


def _version(command: Sequence[str]) -> str:
    ask = "import sys; print('.'.join(map(str, sys.version_info[:2])))"
    done = subprocess.run([*command, "-c", ask], capture_output=True, text=True, check=False)
    return done.stdout.strip()


def compile_all(python: Sequence[str], archives: Sequence[Path], keep: Sequence[Path] = ()) -> None:
    """Put bytecode into archives, in their places.

    keep    archives whose sources stay beside it, because they are read while they run
    """
    sources = [f"--keep={path}" for path in keep]
    subprocess.run([*python, str(SCRIPT), *sources, *map(str, archives)], check=True)
