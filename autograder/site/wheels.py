"""The workbook itself, and what Pyodide lacks, as wheels that a browser can load.

    workbook_wheel(folder)               the part of the workbook that a notebook needs, packed into a wheel
    course_wheel("my_course", folder)    the package of another course, likewise
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
from collections.abc import Iterable, Mapping
from importlib.metadata import distribution, entry_points, version
from pathlib import Path
from typing import TypedDict

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from ..authoring.courses import GROUP, need
from ..authoring.courses import folder as folder_of
from ..errors import WorkbookError

NAME = "backprop-workbook"
PACKAGE = Path(__file__).parents[1]
LEFT_OUT = ("classroom", "course", "handout", "labextension", "nbgrader", "report", "server", "site", "source")
"""Folders that no notebook imports from."""

NOTEBOOKS = ("chapters", "source")
"""Folders of another course's package that no notebook imports from."""

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
    return _packed(NAME, PACKAGE, LEFT_OUT, {}, folder)


def course_wheel(package: str, folder: Path) -> Path:
    """Pack another course, as it is installed here, with the entry point by which the workbook finds it."""
    need(package)
    [name] = {entry.dist.name for entry in entry_points(group=GROUP) if entry.value == package and entry.dist}
    known = {"entry_points.txt": f"[{GROUP}]\n{name} = {package}\n".encode()}
    return _packed(canonicalize_name(name), Path(folder_of(package)), NOTEBOOKS, known, folder)


def _packed(name: str, package: Path, left_out: Iterable[str], known: Mapping[str, bytes], folder: Path) -> Path:
    """A wheel of an installed package, without some of its folders. `known` stands beside its metadata."""
    stem = f"{name.replace('-', '_')}-{version(name)}"
    made, info = folder / f"{stem}-py3-none-any.whl", f"{stem}.dist-info"
    paths = sorted(_files(package, left_out))
    files = {path.relative_to(package.parent).as_posix(): path.read_bytes() for path in paths}
    files |= {f"{info}/{place}": text for place, text in known.items()}
    needs = "".join(f"Requires-Dist: {need}\n" for need in needs_of(name))
    files[f"{info}/METADATA"] = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version(name)}\n{needs}".encode()
    files[f"{info}/WHEEL"] = b"Wheel-Version: 1.0\nGenerator: workbook\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    record = "".join(f"{place},sha256={_digest(data)},{len(data)}\n" for place, data in files.items())
    files[f"{info}/RECORD"] = (record + f"{info}/RECORD,,\n").encode()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as wheel:
        for place, data in files.items():
            wheel.writestr(zipfile.ZipInfo(place, EPOCH), data, zipfile.ZIP_DEFLATED)
    return made


def _files(package: Path, left_out: Iterable[str]) -> Iterable[Path]:
    for path in package.rglob("*"):
        inside = path.relative_to(package).parts
        if path.is_file() and inside[0] not in left_out and "__pycache__" not in inside:
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
        for needed in map(Requirement, needs_of(waiting.pop())):
            name = canonicalize_name(needed.name)
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
