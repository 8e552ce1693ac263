"""Pyodide, which is Python in the browser: its core beside the site, and where its packages come from.

    put(source, needed, folder)     copies the core, and the packages where `source` is a folder; writes the lock file

The core has to lie beside the site, because the lock file does, which names the workbook's own wheels. The packages
that Pyodide brings, NumPy among them, are copied from a folder, or fetched by the browser from the address.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from packaging.utils import canonicalize_name

from ..errors import WorkbookError

CORE = ("pyodide.js", "pyodide.mjs", "pyodide.asm.js", "pyodide.asm.wasm", "python_stdlib.zip")
LOCK = "pyodide-lock.json"
ADDRESS = "https://cdn.jsdelivr.net/pyodide/v0.27.6/full/"
"""The distribution that the kernel names by itself."""

Lock = dict[str, Any]


class Distribution(NamedTuple):
    """Where Pyodide comes from: a folder, or an address."""

    place: str

    @property
    def remote(self) -> bool:
        return self.place.startswith(("https://", "http://"))

    def read(self, name: str) -> bytes:
        """One of its files. Raises WorkbookError where it cannot be had."""
        try:
            if self.remote:
                import urllib.request  # here, for the command line asks this module for ADDRESS whatever it is to do

                with urllib.request.urlopen(f"{self.place.rstrip('/')}/{name}", timeout=60) as answer:
                    return bytes(answer.read())
            return Path(self.place, name).read_bytes()
        except OSError as error:  # of which URLError is one
            raise WorkbookError(
                f"{name} of Pyodide cannot be had from {self.place} ({getattr(error, 'reason', error)}). "
                "Unpack a release of Pyodide somewhere and say --pyodide FOLDER."
            ) from error

    def lock(self) -> Lock:
        """Its lock file: which packages there are, and what each needs."""
        lock: Lock = json.loads(self.read(LOCK))
        return lock


def closure(lock: Lock, names: Iterable[str]) -> list[str]:
    """These packages of a lock file, and all that they need in turn, however a name is written there: prompt_toolkit is
    prompt-toolkit."""
    written = {canonicalize_name(name): name for name in lock["packages"]}
    waiting, seen = [*names], list[str]()
    while waiting:
        name = written.get(canonicalize_name(waiting.pop()))
        if name and name not in seen:
            seen.append(name)
            waiting += lock["packages"][name]["depends"]
    return sorted(seen)


def put(source: Distribution, lock: Lock, loaded: Iterable[str], folder: Path) -> dict[str, str]:
    """Write the core, the packages and the lock file into `folder`.

    lock    with the wheels in it that lie in the folder already
    loaded  the packages that every page loads
    Returns the addresses from which a browser will fetch the packages that a page needs, each with its SHA-256; none
    where all is local.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name in CORE:
        (folder / name).write_bytes(source.read(name))
    needed = closure(lock, loaded)
    fetched: dict[str, str] = {}
    for name, package in lock["packages"].items():
        if (folder / package["file_name"]).is_file():
            continue
        if source.remote:
            package["file_name"] = f"{source.place.rstrip('/')}/{package['file_name']}"
            fetched |= {package["file_name"]: package["sha256"]} if name in needed else {}
        elif (packed := Path(source.place, package["file_name"])).is_file():
            shutil.copy(packed, folder)
        elif name in needed:
            raise WorkbookError(f"{source.place} lacks {package['file_name']}, which a page needs.")
    if not source.remote:
        lock["packages"] = {
            name: package for name, package in lock["packages"].items() if (folder / package["file_name"]).is_file()
        }
    (folder / LOCK).write_text(json.dumps(lock), encoding="utf-8")
    return fetched


def local_files(lock: Lock, loaded: Iterable[str], folder: Path) -> list[Path]:
    """The files of these packages, and of all that they need, as far as they lie in the folder."""
    paths = [folder / lock["packages"][name]["file_name"] for name in closure(lock, loaded)]
    return [path for path in paths if path.is_file()]


def count_again(folder: Path) -> None:
    """Write the hashes of the packages in the folder into its lock file, after they have been changed."""
    lock: Lock = json.loads((folder / LOCK).read_text(encoding="utf-8"))
    for package in lock["packages"].values():
        if (path := folder / package["file_name"]).is_file():
            package["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
    (folder / LOCK).write_text(json.dumps(lock), encoding="utf-8")
