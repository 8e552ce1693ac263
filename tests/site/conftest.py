"""What the site is built from in tests: the chapters, and one of a course that has settings of its own."""

from __future__ import annotations

import hashlib
import json
import zipfile

import pytest

from autograder import cli
from autograder.handout.places import handed_out
from autograder.site import build
from autograder.site.distribution import CORE, LOCK

from ..nbgrader_course import CHAPTER, NAME, Course

OWN = "99-own/own.ipynb"
SALT = "autumn 2026"
SETTINGS = f'show_how = "never"\nvariants = "student"\nsalt = "{SALT}"\n'


@pytest.fixture(scope="session")
def chapters(tmp_path_factory):
    """Place in the site → file: our chapters, and one in which each student has numbers of their own."""
    course = Course(tmp_path_factory.mktemp("course") / "own")
    (course.root / "workbook.toml").write_text(SETTINGS, encoding="utf-8")
    assert cli.main(["build", "--root", str(course.root)]) == 0
    return handed_out() | {OWN: course.root / "chapters" / CHAPTER / f"{NAME}.ipynb"}


BROUGHT = ("numpy", "contourpy", "ipython", "traitlets", "micropip", "packaging", "ssl", "sqlite3", "jedi",
           "typing-extensions")  # fmt: skip
"""Packages of Pyodide that the workbook leans on."""


def pack(archive, files):
    """Make an archive of texts; its SHA-256."""
    with zipfile.ZipFile(archive, "w") as packed:
        for name, text in files.items():
            packed.writestr(name, text)
    return hashlib.sha256(archive.read_bytes()).hexdigest()


@pytest.fixture(scope="session")
def pyodide(tmp_path_factory):
    """A folder that looks like a release of Pyodide: the names are right, the contents are not."""
    folder = tmp_path_factory.mktemp("pyodide")
    for name in CORE:
        (folder / name).write_bytes(name.encode())
    pack(folder / build.STDLIB, {"antigravity.py": "FLY = True\n"})
    packages = {}
    for name in BROUGHT:
        file = f"{name.replace('-', '_')}-1.0-py3-none-any.whl"
        sha = pack(folder / file, {f"{name}.py": f"NAME = {name!r}\n"})
        packages[name] = {"name": name, "version": "1.0", "file_name": file, "sha256": sha, "depends": []}
    packages["unused"] = packages["numpy"] | {"name": "unused", "file_name": "unused-1.0-py3-none-any.whl"}
    (folder / LOCK).write_text(json.dumps({"info": {"python": "3.12.7"}, "packages": packages}), encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def site(pyodide, chapters, tmp_path_factory):
    out = tmp_path_factory.mktemp("site") / "out"
    build.build(out, chapters, str(pyodide))
    return out
