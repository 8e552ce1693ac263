"""Build the site: plain files that any web server can hand out.

    build(Path("site"), chapters, pyodide).fetched      what a browser will fetch from elsewhere, address by address

The chapters open as books, with the kernel in the page: `import autograder` finds the workbook's wheel through
Pyodide's lock file, so no notebook needs a cell that installs anything.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from importlib.metadata import files as files_of
from pathlib import Path
from typing import Any, NamedTuple

from ..authoring.slugs import OURS, in_words
from ..errors import WorkbookError
from . import bytecode, offline, wheels
from .distribution import Distribution, closure, count_again, local_files, put

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
UNASKED = ("ssl",)
"""What the kernel asks for and no notebook needs: it comes when it is imported."""

AT_ONCE = (
    *UNASKED, "sqlite3", "ipykernel", "comm", "pyodide_kernel", "jedi", "ipython", "micropip", "piplite", wheels.NAME,
)  # fmt: skip
"""What the kernel asks for one by one, and the workbook: all of it is loaded together, while Python starts."""

SHEETS = ("colours", "mathematics", "page", "frame", "progress")
BESIDE = {
    "widgets/fonts": "static/fonts",
    "widgets/python_source.js": "static/python_source.js",
    **{f"render/{name}.css": f"static/pages/{name}.css" for name in SHEETS},
}
"""What the extension needs of other packages, as the wheel has it by shared-data in pyproject.toml."""

IMPORTS = "import numpy, pyodide_kernel, autograder.notebook"
"""What is imported before a notebook asks for a Python. The kernel comes before the workbook, which looks for it."""

PYTHON, STDLIB = "static/pyodide", "python_stdlib.zip"
SCRIPT = f"./{PYTHON}/python.js"
"""What the kernel loads as Pyodide: our own script, which loads the real one."""

FETCHED = ("pyodide.asm.wasm", "pyodide-lock.json", STDLIB)
"""What Pyodide fetches beside packages, and may take a while."""

DRIVERS = ("asyncStorage", "localStorageWrapper", "memoryStorageDriver")
"""Where the browser keeps notebooks and settings, the first that it allows: IndexedDB, local storage, or nowhere."""

PAGES = ("lab/index.html", "notebooks/index.html")
"""The pages of the site in which notebooks are opened."""


class Built(NamedTuple):
    """What became of a site."""

    fetched: list[str]  # the addresses elsewhere that a browser will ask
    compiled: bool  # whether the Python was at hand that compiles what a page imports


def build(out: Path, chapters: Mapping[str, Path], pyodide: str, course: str = OURS) -> Built:
    """Make the site in `out`, which is emptied first if it is a site already.

    chapters    place below the site's files → the file
    pyodide     a folder with a release of Pyodide, or its address
    course      the package of the course that the chapters belong to
    Raises WorkbookError where something cannot be had, or `out` holds something else.
    """
    clear(out)
    with tempfile.TemporaryDirectory(prefix="workbook-site-") as made:
        workshop = Path(made)
        run("-m", "pip", "install", "--quiet", "--target", workshop / TOOLS, *LITE, cwd=workshop)
        python = put_python(Distribution(pyodide), workshop, course)
        for place, path in chapters.items():
            target = workshop / "contents" / place
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
        lite(workshop, out, python.options, title_of(course))
    dress(
        out,
        python.options,
        title_of(course),
        min((place for place in chapters if place.endswith(".ipynb")), default=FIRST),
    )
    offline.put(out, python.loaded, python.fetched)
    return Built([*python.fetched], python.compiled)


def title_of(course: str) -> str:
    """What the site is called, in the browser's tabs too."""
    return TITLE if course == OURS else in_words(course)


def clear(out: Path) -> None:
    """An empty folder for the site; another folder with something in it is left alone."""
    if out.exists() and any(out.iterdir()):
        if not (out / "jupyter-lite.json").is_file():
            raise WorkbookError(f"{out} holds something else than a site. Say --out with another folder, or empty it.")
        shutil.rmtree(out)
    out.mkdir(parents=True, exist_ok=True)


class Python(NamedTuple):
    """The Python of the site."""

    loaded: list[str]  # the files with which it starts, of those that lie in the site
    fetched: dict[str, str]  # those that lie elsewhere: address → SHA-256
    compiled: bool  # whether bytecode stands in the packages
    options: dict[str, Any]  # with which Pyodide is started; what is below `workbook` is for browser/python.js


def put_python(source: Distribution, workshop: Path, course: str = OURS) -> Python:
    """Pyodide with the workbook, the course's own pages, and what makes a Jupyter kernel, compiled if possible."""
    folder = workshop / "lite" / PYTHON
    folder.mkdir(parents=True)
    lock = source.lock()
    known = {*lock["packages"]}
    shipped = workshop / TOOLS / LABEXTENSIONS / EXTENSIONS[1] / "static" / "pypi"
    kernel = [Path(shutil.copy(path, folder)) for name in KERNEL_WHEELS for path in shipped.glob(f"{name}-*.whl")]
    for wheel in kernel:
        lock["packages"][wheels.name_of(wheel)] = wheels.entry(wheel, ())
    own = [wheels.workbook_wheel(folder), *([] if course == OURS else [wheels.course_wheel(course, folder)])]
    for wheel in (*own, *wheels.pure_wheels(wheels.lacking(known), folder)):
        name = wheels.name_of(wheel)
        lock["packages"][name] = wheels.entry(wheel, [wheels.Requirement(need).name for need in wheels.needs_of(name)])
    at_once = dict.fromkeys((*AT_ONCE, *map(wheels.name_of, own)))
    asked = [wheels.canonicalize_name(name) for name in at_once if name not in UNASKED]
    fetched = put(source, lock, asked, folder)
    loaded = [*local_files(lock, asked, folder), folder / STDLIB]
    python = bytecode.finder(".".join(lock["info"]["python"].split(".")[:2]))
    if python:
        bytecode.compile_all(python, loaded, keep=own)  # whose code exercises show their source
        count_again(folder)
    workbook = {"files": len(closure(lock, asked)) + len(FETCHED), "imports": IMPORTS, "unasked": UNASKED}
    options = {"packages": [*at_once], "workbook": workbook}
    return Python([path.name for path in loaded], fetched, bool(python), options)


def lite(workshop: Path, out: Path, options: Mapping[str, Any], title: str) -> None:
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
    (folder / "jupyter-lite.json").write_text(json.dumps(jupyter_lite(options, title)), encoding="utf-8")
    (folder / "overrides.json").write_text(json.dumps(OVERRIDES), encoding="utf-8")
    code = f"import sys; sys.path.insert(0, {str(tools)!r}); from jupyterlite_core.app import main; main()"
    run("-c", code, "build", cwd=folder)


OVERRIDES = {
    "@jupyterlab/apputils-extension:themes": {"adaptive-theme": True},
    "@jupyterlab/docmanager-extension:plugin": {"autosaveInterval": 10},
    # JupyterLab's table of contents looks for headings in outputs that a page coming alive has replaced meanwhile.
    "@jupyterlab/toc-extension:registry": {"includeOutput": False},
}
"""Settings that students may change, and what they are at first."""


def jupyter_lite(options: Mapping[str, Any], title: str) -> dict[str, object]:
    """What the site's pages read about themselves; `options` are those with which Pyodide is started."""
    python = {"loadPyodideOptions": options}  # the address of our script is put in at the end: _name_python
    return {
        "jupyter-lite-schema-version": 0,
        "jupyter-config-data": {
            "appName": title,
            "enableMemoryStorage": True,
            "contentsStorageDrivers": DRIVERS,
            "settingsStorageDrivers": DRIVERS,
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
    for place, target in BESIDE.items():
        source = wheels.PACKAGE / place
        (copied / target).parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if source.is_dir() else shutil.copy)(source, copied / target)
    return copied


def dress(out: Path, options: Mapping[str, Any], title: str, first: str = FIRST) -> None:
    """Our own scripts in the finished site: the page at its address, and a Python that starts with each page; and the
    title."""
    for name in ("index.html", "page.js"):
        text = (offline.BROWSER / name).read_text(encoding="utf-8")
        (out / name).write_text(text.replace(FIRST, first).replace(TITLE, title), encoding="utf-8")
    shutil.copy(offline.BROWSER / "python.js", out / PYTHON / "python.js")
    _name_python(out / "jupyter-lite.json")
    (out / PYTHON / "early.js").write_text(EARLY.format(kernel=kernel(out), options=json.dumps(options)), "utf-8")
    for place in PAGES:
        page = (out / place).read_text(encoding="utf-8")
        up = "../" * place.count("/")
        page = page.replace("<head>", f'<head>\n    <script src="{up}page.js"></script>', 1)
        (out / place).write_text(re.sub("<title>[^<]*</title>", f"<title>{title}</title>", page, count=1), "utf-8")


def _name_python(file: Path) -> None:
    """Have the kernel load Pyodide by our script: JupyterLite's build has put Pyodide's own in its place, and a second
    Python would start beside the one that has begun."""
    config = json.loads(file.read_text(encoding="utf-8"))
    config["jupyter-config-data"]["litePluginSettings"][KERNEL]["pyodideUrl"] = SCRIPT
    file.write_text(json.dumps(config, indent=2), encoding="utf-8")


EARLY = """// Python, begun before JupyterLab asks for it: its kernel, and a Pyodide as that would start it.
importScripts("../../{kernel}", "python.js");
self.loadPyodide({{ indexURL: new URL("./", self.location).href, ...{options} }});
"""


def kernel(out: Path) -> str:
    """The script of JupyterLite's kernel that runs in a worker of a page which is not isolated."""
    folder = f"extensions/{EXTENSIONS[1]}/static"
    for script in sorted((out / folder).glob("*.js")):
        if number := WORKERS.search(script.read_text(encoding="utf-8")):
            return next((out / folder).glob(f"{number[1]}.*.js")).relative_to(out).as_posix()
    raise WorkbookError("This JupyterLite starts its kernel in another way than the site knows.")


WORKERS = re.compile(r"crossOriginIsolated\?new Worker\(.{20,80}?:new Worker\(new URL\(\w+\.p\+\w+\.u\((\d+)\)")
"""Where the kernel chooses its worker: the second is the one of ordinary pages."""


def run(*words: object, cwd: Path) -> None:
    done = subprocess.run([sys.executable, *map(str, words)], cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode:
        raise WorkbookError(f"The site could not be built:\n{(done.stderr or done.stdout)[-2000:]}")
