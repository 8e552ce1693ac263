"""The workbook itself, and what Pyodide lacks, as wheels that a browser can load.

    workbook_wheel(folder)               the part of the workbook that a notebook needs, packed into a wheel
    pure_wheels(["anywidget"], folder)   wheels without compiled parts, from PyPI

A wheel is described for Pyodide's lock file by `entry`.
"""

from __future__ import annotations

import base64
import hashlib
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterable
from importlib.metadata import distribution, version
from pathlib import Path
from typing import TypedDict

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from ..errors import WorkbookError

NAME = "backprop-workbook"
PACKAGE = Path(__file__).parents[1]
LEFT_OUT = ("classroom", "course", "handout", "labextension", "nbgrader", "report", "server", "site")
"""Packages that no notebook imports."""

FRONTEND = {"jupyterlab-widgets", "widgetsnbextension"}
"""What ipywidgets names as needed is its part in the browser; the site has that already."""

EPOCH = (2020, 1, 1, 0, 0, 0)  # the same files make the same wheel


class Entry(TypedDict):
    """A package in Pyodide's lock file."""

    name: str
    version: str
    file_name: str
    install_dir: str
    sha256: str
    package_type: str
    imports: list[str]
    depends: list[str]
    unvendored_tests: bool


def workbook_wheel(folder: Path) -> Path:
    """Pack the workbook as it is installed here, without what belongs to instructors. Returns the wheel."""
    made = folder / f"{NAME.replace('-', '_')}-{version(NAME)}-py3-none-any.whl"
    info = f"{NAME.replace('-', '_')}-{version(NAME)}.dist-info"
    files = {path.relative_to(PACKAGE.parent).as_posix(): path.read_bytes() for path in sorted(_files())}
    needs = "".join(f"Requires-Dist: {need}\n" for need in needs_of(NAME))
    files[f"{info}/METADATA"] = f"Metadata-Version: 2.1\nName: {NAME}\nVersion: {version(NAME)}\n{needs}".encode()
    files[f"{info}/WHEEL"] = b"Wheel-Version: 1.0\nGenerator: workbook\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    record = "".join(f"{name},sha256={_digest(data)},{len(data)}\n" for name, data in files.items())
    files[f"{info}/RECORD"] = (record + f"{info}/RECORD,,\n").encode()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as wheel:
        for name, data in files.items():
            wheel.writestr(zipfile.ZipInfo(name, EPOCH), data, zipfile.ZIP_DEFLATED)
    return made


def _files() -> Iterable[Path]:
    for path in PACKAGE.rglob("*"):
        inside = path.relative_to(PACKAGE).parts
        if path.is_file() and inside[0] not in LEFT_OUT and "__pycache__" not in inside:
            yield path


def _digest(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


def needs_of(name: str) -> list[str]:
    """What an installed package needs in a browser, as its metadata has it."""
    there = {"sys_platform": "emscripten", "platform_system": "Emscripten", "os_name": "posix", "extra": ""}
    needs = [Requirement(line) for line in distribution(name).requires or []]
    met = [need for need in needs if need.marker is None or need.marker.evaluate(there)]
    return [f"{need.name}{need.specifier}" for need in met if canonicalize_name(need.name) not in FRONTEND]


def lacking(there: Iterable[str]) -> list[str]:
    """The packages that the workbook needs, directly or not, and that are not there already."""
    known, found, waiting = {*there}, list[str](), [NAME]
    while waiting:
        for need in map(Requirement, needs_of(waiting.pop())):
            name = canonicalize_name(need.name)
            if name not in known:
                known.add(name)
                found.append(name)
                waiting.append(name)
    return found


def pure_wheels(names: Iterable[str], folder: Path) -> list[Path]:
    """Fetch wheels that run anywhere, in the versions that are installed here. Returns them.

    Raises WorkbookError where pip cannot get one.
    """
    wanted = [f"{name}=={version(name)}" for name in names]
    options = ["--no-deps", "--only-binary=:all:", "--platform=any", "--implementation=py", "--abi=none"]
    command = [sys.executable, "-m", "pip", "download", "--quiet", *options, "--dest", str(folder), *wanted]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or ["pip said nothing"]
        raise WorkbookError(f"The site needs {', '.join(wanted)} as wheels. pip: {last[0]}")
    wanted_names = {canonicalize_name(name) for name in names}
    return [path for path in sorted(folder.glob("*.whl")) if name_of(path) in wanted_names]


def name_of(wheel: Path) -> str:
    """The package that a wheel holds."""
    return canonicalize_name(wheel.name.split("-")[0])


def entry(wheel: Path, depends: Iterable[str]) -> Entry:
    """How Pyodide's lock file describes a wheel that lies beside it."""
    name, number = wheel.name.split("-")[:2]
    return Entry(
        name=canonicalize_name(name),
        version=number,
        file_name=wheel.name,
        install_dir="site",
        sha256=hashlib.sha256(wheel.read_bytes()).hexdigest(),
        package_type="package",
        imports=_imports(wheel),
        depends=[canonicalize_name(need) for need in depends],
        unvendored_tests=False,
    )


def _imports(wheel: Path) -> list[str]:
    with zipfile.ZipFile(wheel) as packed:
        tops = {name.split("/")[0] for name in packed.namelist() if name.endswith(".py")}
    return sorted(top.removesuffix(".py") for top in tops if not re.search(r"\.(dist-info|data)$", top))
