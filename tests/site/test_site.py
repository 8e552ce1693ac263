"""The static site: everything a browser asks for lies in it, and the workbook runs there."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tomllib
import zipfile

import pytest

from autograder.errors import WorkbookError
from autograder.handout.places import handed_out
from autograder.site import build, bytecode, offline, wheels
from autograder.site.build import STDLIB
from autograder.site.distribution import CORE, LOCK, Distribution, closure, put

from .conftest import OWN, SALT, pack

pytestmark = pytest.mark.xdist_group("site")


def test_a_notebook_finds_the_workbook_through_the_lock_file(site):
    """`import autograder` is in the lock file; each file that it names is there with its hash; nothing lacks."""
    python = site / "static" / "pyodide"
    packages = json.loads((python / LOCK).read_text(encoding="utf-8"))["packages"]
    assert "autograder" in packages["backprop-workbook"]["imports"]
    assert {"anywidget", "ipywidgets", "comm", "psygnal"} <= packages.keys() and "unused" not in packages
    for package in packages.values():
        assert hashlib.sha256((python / package["file_name"]).read_bytes()).hexdigest() == package["sha256"]
        assert set(map(wheels.canonicalize_name, package["depends"])) <= packages.keys(), package["name"]
    for name in {*CORE} - {STDLIB}:
        assert (python / name).read_bytes() == name.encode()


def test_every_address_of_the_site_lies_in_it(site):
    """The chapters, the start page, the extensions and Python: no page of the site asks for what is not there."""
    for place, path in handed_out().items():
        assert (site / "files" / place).read_bytes() == path.read_bytes()
    settings = json.loads((site / "jupyter-lite.json").read_text(encoding="utf-8"))["jupyter-config-data"]
    for one in settings["federated_extensions"]:
        assert (site / "extensions" / one["name"] / one["load"]).is_file(), one["name"]
    names = {one["name"] for one in settings["federated_extensions"]}
    assert names == {*build.EXTENSIONS, "anywidget", "backprop-workbook"}
    assert settings["appName"] == build.TITLE
    for page in build.PAGES:
        assert f"<title>{build.TITLE}</title>" in (site / page).read_text(encoding="utf-8")
    address = settings["litePluginSettings"][build.KERNEL]["pyodideUrl"]
    assert (site / address).is_file() and address == build.SCRIPT  # and no second Pyodide beside the one that has begun
    landing = (site / "index.html").read_text(encoding="utf-8")
    assert f"lab/index.html?path={build.FIRST}" in landing and (site / "files" / build.FIRST).is_file()
    assert "http:" not in landing and "https:" not in landing


def test_a_site_has_the_settings_of_its_course(site):
    """A chapter of a course with settings carries them: its pages show no solution, and ask whose numbers they have."""
    cells = json.loads((site / "files" / OWN).read_text(encoding="utf-8"))["cells"]
    sources = ["".join(cell["source"]) for cell in cells]
    setup = next(source for source in sources if "from autograder.notebook import" in source)
    assert f'salt="{SALT}"' in setup and 'show_how="never"' in setup and 'variants="student"' in setup
    assert any("course(student=None)" in source for source in sources)


def test_the_extension_is_the_one_that_a_wheel_installs(site):
    """What it needs of other packages is named for the wheel and for the site: both name the same, and it is there."""
    wheel = tomllib.loads((wheels.PACKAGE.parent / "pyproject.toml").read_text(encoding="utf-8"))
    shared = wheel["tool"]["hatch"]["build"]["targets"]["wheel"]["shared-data"]
    place = "share/jupyter/labextensions/backprop-workbook/"
    beside = {
        source.removeprefix("autograder/"): target.removeprefix(place)
        for source, target in shared.items()
        if target.startswith(place) and source.startswith(("autograder/render", "autograder/widgets"))
    }
    assert beside == build.BESIDE
    for target in build.BESIDE.values():
        assert (site / "extensions" / wheels.NAME / target).exists()


def test_the_wheel_is_enough_for_a_notebook(tmp_path):
    """From the site's wheel alone every page and explorer loads; nothing of it belongs to instructors; it is small."""
    wheel = wheels.workbook_wheel(tmp_path)
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(tmp_path / "apart")
        assert not {name.split("/")[1] for name in packed.namelist()} & set(wheels.LEFT_OUT)
    assert wheel.stat().st_size < 1_000_000
    code = (
        "import autograder.notebook, autograder.widgets.page_widget; from autograder import pages, explorers;"
        "print(autograder.notebook.__file__, len(pages.catalogue()), len(explorers.catalogue()))"
    )
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "apart")}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=tmp_path, check=False)
    assert done.stdout.startswith(str(tmp_path)), done.stderr
    assert wheel.read_bytes() == wheels.workbook_wheel(tmp_path).read_bytes()  # the same files make the same wheel


def test_a_browser_fetches_from_an_address_what_is_not_local(pyodide, tmp_path, monkeypatch):
    """With an address in place of a folder the core is local, and each package names where it is fetched from."""
    monkeypatch.setattr(Distribution, "read", lambda self, name: (pyodide / name).read_bytes())
    source = Distribution("https://example.org/pyodide/")
    fetched = put(source, source.lock(), ["numpy"], tmp_path / "put")
    sha = source.lock()["packages"]["numpy"]["sha256"]
    assert fetched == {"https://example.org/pyodide/numpy-1.0-py3-none-any.whl": sha}
    lock = json.loads((tmp_path / "put" / LOCK).read_text(encoding="utf-8"))
    assert lock["packages"]["ssl"]["file_name"] == "https://example.org/pyodide/ssl-1.0-py3-none-any.whl"
    assert closure(lock, ["numpy"]) == ["numpy"]


def test_a_package_is_found_however_its_name_is_written():
    """Pyodide's own lock file says that ipython needs prompt_toolkit, and calls it prompt-toolkit."""
    packages = {
        "ipython": {"depends": ["prompt_toolkit"]},
        "prompt-toolkit": {"depends": ["wcwidth"]},
        "wcwidth": {"depends": []},
    }
    assert closure({"packages": packages}, ["IPython"]) == ["ipython", "prompt-toolkit", "wcwidth"]


def test_what_cannot_be_had_is_named(pyodide, tmp_path):
    """A folder without Pyodide, a release without NumPy, an --out with something else in it: each says what to do."""
    with pytest.raises(WorkbookError, match="Unpack a release of Pyodide"):
        Distribution(str(tmp_path)).lock()
    lock = Distribution(str(pyodide)).lock()
    lock["packages"]["numpy"]["file_name"] = "numpy-9-py3-none-any.whl"
    with pytest.raises(WorkbookError, match="lacks numpy-9-py3-none-any.whl"):
        put(Distribution(str(pyodide)), lock, ["numpy"], tmp_path / "put")
    (tmp_path / "precious.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(WorkbookError, match="holds something else"):
        build.clear(tmp_path)
    assert (tmp_path / "precious.txt").read_text(encoding="utf-8") == "mine"


def test_the_listing_names_each_file_by_its_content(site, tmp_path):
    """What a browser keeps is the site as it is: each file with its hash; what no page asks for is not kept ahead."""
    listing = json.loads((site / offline.LISTING).read_text(encoding="utf-8"))
    there = {path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()}
    assert listing["files"].keys() == there - offline.UNLISTED
    for name in ("index.html", f"files/{build.FIRST}", "static/pyodide/pyodide.asm.wasm"):
        assert listing["files"][name] == hashlib.sha256((site / name).read_bytes()).hexdigest()
    assert {"lab/index.html", "page.js", f"{build.PYTHON}/{build.STDLIB}", f"{build.PYTHON}/early.js"} <= {
        *listing["ahead"]
    }
    assert f"{build.PYTHON}/ssl-1.0-py3-none-any.whl" not in listing["ahead"]  # loaded when it is imported
    assert (site / offline.LITE_WORKER).name in (site / offline.WORKER).read_text(encoding="utf-8")


def test_a_changed_file_changes_the_listing(tmp_path):
    """A site that is built anew has a listing of its own, so nothing old is answered for it."""
    (tmp_path / offline.WORKER).write_text("lite", encoding="utf-8")
    sums = []
    for text in ("one", "two"):
        (tmp_path / "page.html").write_text(text, encoding="utf-8")
        offline.put(tmp_path, (), {"https://example.org/a.whl": "00"})
        sums.append(json.loads((tmp_path / offline.LISTING).read_text(encoding="utf-8"))["files"])
    assert sums[0]["page.html"] != sums[1]["page.html"] and sums[1]["https://example.org/a.whl"] == "00"
    assert (tmp_path / offline.LITE_WORKER).read_text(encoding="utf-8") == "lite"


def test_python_begins_before_the_notebook_is_open(site):
    """Each page starts a Python at once, as the kernel would: the same script and packages, all of them there."""
    for place in build.PAGES:
        page = (site / place).read_text(encoding="utf-8")
        assert page.index("../page.js") < page.index("jupyter-lite-main")
    early = (site / build.PYTHON / "early.js").read_text(encoding="utf-8")
    script = build.kernel(site)
    assert script in early and "loadPyodide" in (site / script).read_text(encoding="utf-8")
    settings = json.loads((site / "jupyter-lite.json").read_text(encoding="utf-8"))["jupyter-config-data"]
    options = settings["litePluginSettings"][build.KERNEL]["loadPyodideOptions"]
    assert json.dumps(options) in early and set(build.KERNEL_WHEELS) <= set(options["packages"])


def test_bytecode_stands_in_for_source(tmp_path):
    """A compiled archive is imported as before, keeps the source where asked to, and is made the same twice."""
    files = {"plain.py": "def answer():\n    return 6 * 7\n", "broken.py": "def (", "note.txt": "kept"}
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    made = []
    for name in ("one.zip", "two.zip", "one.zip"):
        pack(tmp_path / name, files)
        bytecode.compile_all(bytecode.finder(version), [tmp_path / name], keep=[tmp_path / "two.zip"])
        made.append((tmp_path / name).read_bytes())
    assert made[0] == made[2]
    assert set(zipfile.ZipFile(tmp_path / "one.zip").namelist()) == {"plain.pyc", "broken.py", "note.txt"}
    assert "plain.py" in zipfile.ZipFile(tmp_path / "two.zip").namelist()
    for name in ("one.zip", "two.zip"):
        code = "import sys; sys.path.insert(0, sys.argv[1]); import plain; print(plain.answer(), plain.__file__)"
        zipfile.ZipFile(tmp_path / name).extractall(tmp_path / name[:3])
        done = subprocess.run(
            [sys.executable, "-B", "-c", code, tmp_path / name[:3]], capture_output=True, text=True, check=True
        )
        assert done.stdout.startswith("42")
    assert bytecode.finder("3.0") is None
