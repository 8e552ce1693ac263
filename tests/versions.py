"""The oldest and the newest versions of what the workbook needs, on every Python that is here: `make test-versions`.

Each gets a fresh environment from uv. In it engine, answers and marking are tested, and one page in a browser. The
oldest versions are those that pyproject.toml promises, on the oldest Python; for newer ones they have no wheels.

    python -m tests.versions            all of them
    python -m tests.versions oldest     one: oldest, or newest on 3.12
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
TESTS = ("tests/engine", "tests/answers", "tests/marking")
IN_A_BROWSER = "tests/browser/test_boxes.py::test_an_answer_gets_its_verdict_and_stands_in_the_cell[lab]"
SHOWN = ("numpy", "ipywidgets", "anywidget", "jupyterlab", "nbgrader")


class Trial(NamedTuple):
    """An environment to be tried."""

    name: str
    python: str
    resolution: str  # as uv calls it


def trials(asked: str) -> Iterator[Trial]:
    """What is to be tried; a Python that is not here is named."""
    for version in PYTHONS:
        python = python_of(version)
        if python is None:
            print(f"Python {version} is not here; it is left out.")
            continue
        oldest = [Trial("oldest", python, "lowest-direct")] if version == PYTHONS[0] else []
        for trial in (*oldest, Trial(f"newest on {version}", python, "highest")):
            if asked in ("", trial.name):
                yield trial


def python_of(version: str) -> str | None:
    """A Python of this version: on the path, or one of pyenv's."""
    home = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    pyenv = sorted(home.glob(f"{version}.*/bin/python"))
    return str(pyenv[-1]) if pyenv else shutil.which(f"python{version}")


def tried(trial: Trial, folder: Path) -> bool:
    """Make the environment and test in it; whether all went well."""
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    uv = [sys.executable, "-m", "uv"]
    made = run(*uv, "venv", "--quiet", "--python", trial.python, folder) and run(
        *uv, "pip", "install", "--quiet", "--python", python, "--resolution", trial.resolution, f"{ROOT}[test]"
    )
    if not made:
        return False
    versions = f"from importlib.metadata import version; print(*(f'{{n}} {{version(n)}}' for n in {SHOWN}), sep=', ')"
    run(python, "-c", versions)
    return all([run(python, "-m", "pytest", "-q", *tests) for tests in (("-n", "auto", *TESTS), (IN_A_BROWSER,))])


def run(*words: object) -> bool:
    """Run a command with the checkout's `autograder`; whether it went well."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.run([*map(str, words)], cwd=ROOT, env=environment, check=False).returncode == 0


def main(asked: str = "") -> int:
    """Try what is asked for; 1 where something failed or nothing was tried."""
    results: dict[str, bool] = {}
    for trial in trials(asked):
        print(f"\n== {trial.name}: {trial.python}", flush=True)
        with TemporaryDirectory() as folder:
            results[trial.name] = tried(trial, Path(folder) / "env")
    print("\n" + "\n".join(f"{name:16} {'well' if well else 'NOT well'}" for name, well in results.items()))
    return 0 if results and all(results.values()) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
