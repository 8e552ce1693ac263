"""What is published: the wheel, installed where there is no checkout, marks as the checkout does."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from pathlib import Path
from typing import NamedTuple

import pytest

from autograder.classroom.demo import cast, hand_in

pytestmark = pytest.mark.xdist_group("wheel")  # one process builds it once for all tests here

ROOT = Path(__file__).parents[1]
CHAPTER = "06-cost"
NOTEBOOKS = "autograder/handout/chapters"
STUDENTS = 6

LOOKS = """
from hashlib import sha256
from autograder import explorers, pages
from autograder.bikes.table import held_back_days
from autograder.marking.pages import mark
from autograder.nbgrader.feedback import FeedbackExporter
from autograder.render.explorers import still
from autograder.render.pages import static
from autograder.widgets.fonts import face_css
from autograder.widgets.scripts import script

templates = FeedbackExporter().environment
page = next(iter(pages.catalogue().values()))
looks = {
    "days": str(held_back_days()),
    "page": static(page.sheet(), mark(page, {})),
    "explorer": still(next(iter(explorers.catalogue().values()))),
    "font": face_css(),
    **{name: script(name) for name in ("page.js", "explorer.js", "practice.js", "progress.js", "student.js")},
    "feedback": templates.loader.get_source(templates, "index.html.j2")[0],
}
for name, look in looks.items():
    print(name, len(look), sha256(look.encode()).hexdigest())
"""
"""What a wheel's files look like when they are used: a hash of each."""


LIST = """
import sys
sys.stderr, sys.argv = sys.stdout, ["jupyter-labextension", "list"]
from jupyterlab.labextensions import main
main()
"""
"""`jupyter labextension list`, with what it logs."""


class Installed(NamedTuple):
    """A fresh environment with the wheel in it."""

    folder: Path
    programs: Path
    packages: Path

    def run(self, program: str, *words: object, cwd: Path) -> str:
        """What a program of this environment prints."""
        return output(self.programs / program, *words, cwd=cwd, env=alone())


def checkout(*words: object, cwd: Path) -> str:
    """What Python prints with the checkout's `autograder`."""
    return output(sys.executable, *words, cwd=cwd, env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"})


def output(*words: object, cwd: Path, env: dict[str, str]) -> str:
    """What a program prints; the test fails when the program does."""
    words = list(map(str, words))
    done = subprocess.run(words, cwd=cwd, env=env, capture_output=True, text=True, encoding="utf-8", timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def alone() -> dict[str, str]:
    """The environment variables of a process that must not see the checkout."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    # templates and kernels of other packages lie beside the Python that runs the tests
    return kept | {"JUPYTER_PATH": str(Path(sys.prefix, "share", "jupyter")), "PYTHONUTF8": "1"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, built from the checkout."""
    out = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", out]
    subprocess.run([*build, ROOT], check=True, timeout=300)
    [wheel] = out.glob("*.whl")
    return wheel


def install(wheel: Path, folder: Path) -> Installed:
    """A wheel in a fresh environment, which borrows all other packages from the one that runs the tests."""
    venv.create(folder, with_pip=False, symlinks=os.name != "nt")
    places = {name: folder for name in ("base", "platbase", "installed_base", "installed_platbase")}
    paths = sysconfig.get_paths(scheme="venv", vars=places)
    installed = Installed(folder, Path(paths["scripts"]), Path(paths["purelib"]))
    pip = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        installed.programs / "python",
        "install",
        "--quiet",
        "--no-deps",
        "--no-index",
    ]
    subprocess.run([*pip, wheel], check=True, env=alone(), timeout=300)
    # only its own lines: a .pth file that lies in there, such as the checkout's, is not followed
    (installed.packages / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return installed


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """The wheel in a fresh environment, which borrows all other packages from the one that runs the tests."""
    return install(wheel, tmp_path_factory.mktemp("fresh"))


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course folder with one chapter, handed in by a few students who make slips."""
    root = tmp_path_factory.mktemp("course")
    (root / "source").mkdir()
    for file in (ROOT / "chapters" / CHAPTER).iterdir():
        (root / "chapters" / CHAPTER).mkdir(parents=True, exist_ok=True)
        (root / "chapters" / CHAPTER / file.name).write_bytes(file.read_bytes())
    hand_in(ROOT, cast(STUDENTS, 3), root / "submitted", [CHAPTER], seed=3)
    return root


def test_everything_of_the_checkout_is_in_the_wheel(wheel):
    """Modules, scripts, style sheets, fonts, templates, tables: all of autograder/, the chapters, their source."""
    with zipfile.ZipFile(wheel) as archive:
        packed = {name: archive.read(name) for name in archive.namelist() if name.startswith("autograder/")}
        rest = {name.split("/")[0].rpartition(".")[2] for name in archive.namelist() if name not in packed}
    files = [path for path in (ROOT / "autograder").rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    chapters = {
        f"{place}/{path.relative_to(ROOT / folder).as_posix()}": path.read_bytes()
        for folder, place in (("chapters", NOTEBOOKS), ("source", "autograder/source"))
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and ".ipynb_checkpoints" not in path.parts
    }
    assert {path.relative_to(ROOT).as_posix(): path.read_bytes() for path in files} | chapters == packed
    endings = {Path(name).suffix for name in packed}
    assert {".py", ".js", ".css", ".j2", ".woff2", ".csv", ".json", ".txt"} <= endings
    assert rest == {"dist-info", "data"}


def test_the_wheel_hands_out_the_notebooks(installed, tmp_path):
    """`workbook start` puts every file of chapters/ into an empty folder, where there is no clone."""
    installed.run("workbook", "start", "mine", "--no-open", cwd=tmp_path)
    chapters = ROOT / "chapters"
    for path in (path for path in chapters.rglob("*") if path.is_file() and ".ipynb_checkpoints" not in path.parts):
        assert (tmp_path / "mine" / path.relative_to(chapters)).read_bytes() == path.read_bytes()
    assert "stay as they are" in installed.run("workbook", "update", "mine", cwd=tmp_path)


def test_a_course_can_be_started_without_a_clone(installed, tmp_path):
    """The wheel has the texts of a new course, and the chapters that it may take."""
    installed.run("workbook", "new-course", "mine", "--take", "cost", cwd=tmp_path)
    assert '[chapters.02-cost]\nfrom = "cost"' in (tmp_path / "mine" / "workbook.toml").read_text(encoding="utf-8")
    assert (tmp_path / "mine" / "mine" / "pages" / "first_steps.py").is_file()


def test_it_is_the_wheel_that_is_imported(installed, course):
    """In the fresh environment `autograder` comes from the wheel, and the checkout is not on the path."""
    lines = installed.run(
        "python", "-c", "import autograder.cli, sys; print(autograder.cli.__file__, *sys.path, sep='\\n')", cwd=course
    )
    file, *path = lines.splitlines()
    assert Path(file) == installed.packages / "autograder" / "cli.py"
    assert str(ROOT) not in path


def test_a_wheel_brings_its_doors(installed, course):
    """The command, the kernel's sandbox and the server extension are where Python and Jupyter look for them."""
    code = """
from importlib.metadata import entry_points
[door] = entry_points(group="jupyter_client.kernel_provisioners", name="workbook")
print(door.load().__module__)
"""
    assert installed.run("python", "-c", code, cwd=course).split() == ["autograder.kernels.sandbox"]
    config = installed.folder / "etc" / "jupyter" / "jupyter_server_config.d" / "backprop-workbook.json"
    [extension] = json.loads(config.read_text(encoding="utf-8"))["ServerApp"]["jpserver_extensions"]
    points = f"import {extension} as server; print(server._jupyter_server_extension_points()[0]['module'])"
    assert installed.run("python", "-c", points, cwd=course).split() == [extension]
    assert "demo-class" in installed.run("workbook", "--help", cwd=course)


@pytest.fixture(scope="module")
def editable(tmp_path_factory):
    """A fresh environment into which the checkout is installed as `make lab` does: editable, without Node."""
    out, folder = tmp_path_factory.mktemp("editable"), tmp_path_factory.mktemp("fresh-editable")
    build = f"from hatchling.build import build_editable; print(build_editable({str(out)!r}))"
    name = subprocess.run([sys.executable, "-c", build], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return install(out / name.strip(), folder)


def test_jupyter_lists_the_book(installed, editable, course):
    """From the wheel and from an editable install `jupyter labextension list` finds it whole, font and licence too."""
    for place in (installed, editable):
        lines = place.run("python", "-c", LIST, cwd=course)
        [line] = [line for line in lines.splitlines() if "backprop-workbook" in line]
        assert "enabled" in line and "OK" in line, line
        shipped = place.folder / "share" / "jupyter" / "labextensions" / "backprop-workbook"
        package = json.loads((shipped / "package.json").read_text(encoding="utf-8"))
        assert package["version"] == version()
        assert (shipped / package["jupyterlab"]["_build"]["load"]).is_file()
        for source in (ROOT / "autograder" / "labextension").rglob("*.*"):
            assert (
                shipped / source.relative_to(ROOT / "autograder" / "labextension")
            ).read_bytes() == source.read_bytes()
        assert (shipped / "static/fonts/OFL.txt").is_file() and (shipped / "LICENSE").is_file()
        fonts = set(re.findall(r"fonts/[\w.-]+", (shipped / "static/book.css").read_text(encoding="utf-8")))
        assert fonts and all((shipped / "static" / font).is_file() for font in fonts)


def version() -> str:
    """The version of the package."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]


def test_the_wheel_draws_as_the_checkout_does(installed, course):
    """Data, pages, explorers, font, scripts and templates, taken from the wheel's own files, are the same."""
    looks = course / "looks.py"
    looks.write_text(LOOKS, encoding="utf-8")
    by_checkout = checkout(looks, cwd=course)
    assert len(by_checkout.splitlines()) == 10
    assert installed.run("python", looks, cwd=course) == by_checkout


def test_the_wheel_marks_as_the_checkout_does(installed, course):
    """`workbook mark` on notebooks with slips: the same verdicts and grades, byte for byte."""
    installed.run("workbook", "mark", "--jobs", "1", "--out", "by-wheel", cwd=course)
    checkout("-m", "autograder.cli", "mark", "--jobs", "1", "--out", "by-checkout", cwd=course)
    for name in ("verdicts.csv", "grades.csv", "faults.csv"):
        assert (course / "by-wheel" / name).read_bytes() == (course / "by-checkout" / name).read_bytes(), name
    with (course / "by-wheel" / "verdicts.csv").open(encoding="utf-8", newline="") as file:
        verdicts = {row["verdict"] for row in csv.DictReader(file)}
    assert {"right", "mistake", "follows", "blank"} <= verdicts
