"""Build the site: plain files that any web server can hand out.

    build(Path("site"), chapters, pyodide)      returns what a browser will fetch from elsewhere, address by address

The chapters open as books, with the kernel in the page: `import autograder` finds the workbook's wheel through
Pyodide's lock file, so no notebook needs a cell that installs anything.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from importlib.metadata import files as files_of
from pathlib import Path

from ..errors import WorkbookError
from . import wheels
from .distribution import Distribution, put

LITE = ("jupyterlite-core==0.6.4", "jupyterlite-pyodide-kernel==0.6.1", "jupyterlab-widgets==3.0.15")
"""What builds the site, and the widgets made for its JupyterLab, 4.4. It gets a folder of its own: a JupyterLab beside
it would take the kernel for an extension."""

TITLE = "The backprop workbook"
FIRST = "00-start/start.ipynb"
KERNEL = "@jupyterlite/pyodide-kernel-extension:kernel"
EXTENSIONS = ("@jupyter-widgets/jupyterlab-manager", "@jupyterlite/pyodide-kernel-extension")
"""What the tools bring for the browser, below labextensions/."""

TOOLS, LABEXTENSIONS = "tools", "share/jupyter/labextensions"

KERNEL_WHEELS = ("pyodide_kernel", "ipykernel", "piplite")
AT_ONCE = ("ssl", "sqlite3", "ipykernel", "comm", "pyodide_kernel", "jedi", "ipython", "micropip", wheels.NAME)
"""What the kernel asks for one by one, and the workbook: all of it is loaded together, while Python starts."""

LANDING = Path(__file__).with_name("index.html")


def build(out: Path, chapters: Mapping[str, Path], pyodide: str) -> list[str]:
    """Make the site in `out`, which is emptied first if it is a site already.

    chapters    place below the site's files → the file
    pyodide     a folder with a release of Pyodide, or its address
    Raises WorkbookError where something cannot be had, or `out` holds something else.
    """
    clear(out)
    with tempfile.TemporaryDirectory(prefix="workbook-site-") as made:
        workshop = Path(made)
        run("-m", "pip", "install", "--quiet", "--target", workshop / TOOLS, *LITE, cwd=workshop)
        fetched = put_python(Distribution(pyodide), workshop)
        for place, path in chapters.items():
            target = workshop / "contents" / place
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
        lite(workshop, out)
    landing(out)
    return fetched


def clear(out: Path) -> None:
    """An empty folder for the site; another folder with something in it is left alone."""
    if out.exists() and any(out.iterdir()):
        if not (out / "jupyter-lite.json").is_file():
            raise WorkbookError(f"{out} holds something else than a site. Say --out with another folder, or empty it.")
        shutil.rmtree(out)
    out.mkdir(parents=True, exist_ok=True)


def put_python(source: Distribution, workshop: Path) -> list[str]:
    """Pyodide with the workbook, and with what makes a Jupyter kernel of it, in its lock file."""
    folder = workshop / "lite" / "static" / "pyodide"
    folder.mkdir(parents=True)
    lock = source.lock()
    known = {*lock["packages"]}
    shipped = workshop / TOOLS / LABEXTENSIONS / EXTENSIONS[1] / "static" / "pypi"
    kernel = [Path(shutil.copy(path, folder)) for name in KERNEL_WHEELS for path in shipped.glob(f"{name}-*.whl")]
    for wheel in kernel:
        lock["packages"][wheels.name_of(wheel)] = wheels.entry(wheel, ())
    for wheel in (wheels.workbook_wheel(folder), *wheels.pure_wheels(wheels.lacking(known), folder)):
        name = wheels.name_of(wheel)
        lock["packages"][name] = wheels.entry(wheel, [wheels.Requirement(need).name for need in wheels.needs_of(name)])
    return put(source, lock, [wheels.canonicalize_name(name) for name in AT_ONCE], folder)


def lite(workshop: Path, out: Path) -> None:
    """Run JupyterLite's own build, with our look, our extensions and our settings."""
    tools = workshop / TOOLS
    extensions = [tools / LABEXTENSIONS / name for name in EXTENSIONS]
    extensions += [labextension("anywidget", "anywidget"), workbook_extension(workshop)]
    settings = {
        "LiteBuildConfig": {
            "apps": ["lab", "notebooks", "tree"],
            "contents": [str(workshop / "contents")],
            "federated_extensions": list(map(str, extensions)),
            "ignore_sys_prefix": ["federated_extensions"],
            "no_sourcemaps": True,
            "no_unused_shared_packages": True,
            "output_dir": str(out.resolve()),
        }
    }
    folder = workshop / "lite"
    (folder / "jupyter_lite_config.json").write_text(json.dumps(settings), encoding="utf-8")
    (folder / "jupyter-lite.json").write_text(json.dumps(jupyter_lite()), encoding="utf-8")
    (folder / "overrides.json").write_text(json.dumps(OVERRIDES), encoding="utf-8")
    code = f"import sys; sys.path.insert(0, {str(tools)!r}); from jupyterlite_core.app import main; main()"
    run("-c", code, "build", cwd=folder)


OVERRIDES = {
    "@jupyterlab/apputils-extension:themes": {"adaptive-theme": True},
    "@jupyterlab/docmanager-extension:plugin": {"autosaveInterval": 10},
}
"""Settings that students may change, and what they are at first."""


def jupyter_lite() -> dict[str, object]:
    """What the site's pages read about themselves."""
    python = {"pyodideUrl": "./static/pyodide/pyodide.js", "loadPyodideOptions": {"packages": AT_ONCE}}
    return {
        "jupyter-lite-schema-version": 0,
        "jupyter-config-data": {
            "appName": TITLE,
            "enableMemoryStorage": True,
            "litePluginSettings": {KERNEL: python},
        },
    }


def labextension(package: str, name: str) -> Path:
    """The prebuilt part of an installed package that runs in the browser."""
    for file in files_of(package) or []:
        if file.as_posix().endswith(f"labextensions/{name}/package.json"):
            return Path(str(file.locate())).parent.resolve()
    raise WorkbookError(
        f"{package} has no labextension {name}. Install it again: pip install --force-reinstall {package}"
    )


def workbook_extension(workshop: Path) -> Path:
    """Our own, as a checkout has it or as it is installed."""
    clone = wheels.PACKAGE / "labextension"
    if not clone.is_dir():
        return labextension(wheels.NAME, wheels.NAME)
    copied = workshop / wheels.NAME
    shutil.copytree(clone, copied)
    shutil.copytree(wheels.PACKAGE / "widgets" / "fonts", copied / "static" / "fonts")
    return copied


def landing(out: Path) -> None:
    """The page at the site's address: it leads to the start page, and says so to whoever has to wait."""
    (out / "index.html").write_text(LANDING.read_text(encoding="utf-8"), encoding="utf-8")


def run(*words: object, cwd: Path) -> None:
    done = subprocess.run([sys.executable, *map(str, words)], cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode:
        raise WorkbookError(f"The site could not be built:\n{(done.stderr or done.stdout)[-2000:]}")
