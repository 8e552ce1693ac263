"""`workbook new-course`: from nothing to a marked class, with pages of its own and chapters of the workbook."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from autograder import cli

pytestmark = pytest.mark.xdist_group("new-course")  # one process makes what they share

ROOT = Path(__file__).parents[2]
OWN, PAGE = "my_course", "my-course/filters/one-filter"
SLIP = "turned_around"


class Course:
    """A course made by the command and installed as its README says; commands run as typed in its folder."""

    def __init__(self, folder: Path) -> None:
        self.root, self.site = folder / "my-course", folder / "site"

    def install(self) -> None:
        pip = ["-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--target", str(self.site)]
        done = subprocess.run([sys.executable, *pip, "--editable", str(self.root)], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr

    def python(self, *words: str) -> subprocess.CompletedProcess:
        path = os.pathsep.join(map(str, (self.site, self.root, ROOT)))  # pip's .pth works in a real environment only
        env = {**os.environ, "PYTHONPATH": path}
        return subprocess.run([sys.executable, *words], cwd=self.root, env=env, capture_output=True, text=True)

    def workbook(self, *words: str) -> subprocess.CompletedProcess:
        """A command in a process of its own, as typed."""
        return self.python("-m", "autograder.cli", *words)

    def in_one_process(self, *commands: list[str]) -> list[list]:
        """Commands one after the other, in one process, which imports everything once: status, output, errors."""
        ran = self.python("-c", COMMANDS, json.dumps(commands))
        assert ran.returncode == 0, ran.stderr
        return json.loads(ran.stdout)

    def notebook(self, place: str) -> dict:
        return json.loads((self.root / place).read_text("utf-8"))

    def hand_in(self, student: str, answers: str) -> None:
        """The chapter with the answers of its page written out."""
        nb = self.notebook("chapters/01-filters/filters.ipynb")
        cell(nb, "page-my-course--filters--one-filter")["source"] = f'answers = {answers}\npage("{PAGE}", answers)'
        folder = self.root / "submitted" / student / "01-filters"
        folder.mkdir(parents=True)
        (folder / "filters.ipynb").write_text(json.dumps(nb), "utf-8")


COMMANDS = """
import contextlib, io, json, sys
from autograder import cli
done = []
for words in json.loads(sys.argv[1]):
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = cli.main(words)
    done.append([status, out.getvalue(), err.getvalue()])
print(json.dumps(done))
"""


def cell(nb: dict, name: str) -> dict:
    return next(cell for cell in nb["cells"] if cell["id"] == name)


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course with a page of its own, whose slip has a name of its own, and two chapters of the workbook.

    It is built, and all that `workbook check` asks of a course holds.
    """
    folder = tmp_path_factory.mktemp("new")
    made = Course(folder)
    words = ["new-course", "my-course", "--page", "filters/one-filter", "--take", "elementwise"]
    assert cli.main([*words, "--root", str(folder)]) == 0
    made.install()
    edit(made.root / OWN / "mistakes.py", "MESSAGES = {\n", f'MESSAGES = {{\n    "{SLIP}": "You turned it around.",\n')
    edit(made.root / OWN / "pages" / "filters.py", '"added_not_multiplied": w + x', f'"{SLIP}": x - w')
    edit(made.root / "workbook.toml", 'from = "elementwise"', 'from = "elementwise"\ntitle = "Side by side"')
    built, checked = made.in_one_process(["build"], ["check"])
    assert built[0] == 0, built[2]
    assert checked[:2] == [0, "All is well.\n"], checked[2]
    return made


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert text.count(old) == 1, (path, old)
    path.write_text(text.replace(old, new), "utf-8")


def test_chapters_stand_as_workbook_toml_says(course):
    """In the order of their numbers, under the titles that they are given."""
    titles = {path.parent.name: json.loads(path.read_text("utf-8"))["cells"][0]["source"][0].strip()
              for path in sorted(course.root.glob("chapters/*/*.ipynb"))}  # fmt: skip
    assert titles == {
        "00-start": "# Start here", "01-filters": "# 1 · Filters", "02-elementwise": "# 2 · Side by side"
    }  # fmt: skip


def test_pages_that_are_taken_are_the_workbooks(course):
    """Below the set-up their cells are the workbook's own; the start page leads to the chapter that is next here."""
    place = "elementwise/elementwise.ipynb"
    ours = json.loads((ROOT / f"chapters/03-{place}").read_text("utf-8"))
    assert course.notebook(f"chapters/02-{place}")["cells"][2:] == ours["cells"][2:]
    start = course.notebook("chapters/00-start/start.ipynb")["cells"][-1]
    assert "When you are ready, open the next chapter." in "".join(start["source"])


def test_its_own_page_is_live(course):
    """A kernel finds the page, its explorer and the bar of its chapter; another course's text reaches nothing."""
    code = (
        "from autograder.notebook import explore, grade, page, progress\n"
        f'page("{PAGE}", {{1: 12, 2: 5}})\nexplore("my-course/filters/move-x")\nprogress("my-course/filters")\n'
        f'print(grade("{PAGE}"))\n'
        f'from autograder.pages import find\nprint(find("{PAGE}").kicker, find("json/tool/x"), find("nowhere/a/b"))\n'
    )
    ran = course.python("-c", code)
    assert ran.returncode == 0, ran.stderr
    for said in (f"One filter ({PAGE})", "Move the input", "Filters: 0 of 1 page right"):
        assert said in ran.stdout, ran.stdout
    assert ran.stdout.endswith("1.0\nFilters 1 None None\n"), ran.stdout[-300:]


def test_a_class_is_marked_and_reported(course):
    """`workbook mark`, plain `nbgrader autograde` and the report know the page and the slip of the course's own."""
    course.hand_in("ada", "{1: 12, 2: 6}")
    course.hand_in("bob", "{1: 1, 2: 0.5}")
    marked, reported = course.in_one_process(["mark", "--jobs", "1"], ["report"])
    assert marked[0] == reported[0] == 0, marked[2] + reported[2]
    rows = list(csv.DictReader((course.root / "marks/verdicts.csv").open(encoding="utf-8")))
    assert [(row["page"], row["verdict"], row["mistake"]) for row in rows if row["student"] == "bob"] == [
        (PAGE, "mistake", SLIP), (PAGE, "follows", "")
    ]  # fmt: skip
    graded = course.python("-c", NBGRADER, "generate_assignment", "autograde")
    assert graded.returncode == 0, graded.stderr
    page = cell(course.notebook("autograded/bob/01-filters/filters.ipynb"), "page-my-course--filters--one-filter")
    assert "You turned it around." in json.dumps(page["outputs"])
    read = course.python("-c", POINTS)
    assert read.stdout.split() == ["ada", "2.0", "bob", "1.0"], read.stderr
    assert "You turned it around." in (course.root / "marks/report.html").read_text("utf-8")


NBGRADER = """
import sys
from nbgrader.apps import NbGraderApp
for command in sys.argv[1:]:
    NbGraderApp.launch_instance([command, "01-filters"])
    NbGraderApp.instance().reset()
"""
"""nbgrader's commands for a chapter one after the other, in one process, which imports everything once."""

POINTS = """
from nbgrader.api import Gradebook
with Gradebook("sqlite:///gradebook.db", "my-course") as book:
    for student in book.students:
        print(student.id, student.score)
"""


def test_more_pages_and_its_tests(course):
    """`new-page` and `try-page` work in it without the course's name, and the tests that it has hold for them."""
    for page in ("filters/two-filters", "pooling/largest"):
        written = course.workbook("new-page", page)
        assert written.returncode == 0, written.stderr
        tried = course.workbook("try-page", page, "--variants", "20")
        assert f"my-course/{page}: 2 boxes, 20 variants, nothing to mend." in tried.stdout, tried.stderr
    assert (course.root / "source/03-pooling/pooling.ipynb").is_file()
    edit(course.root / "tests/test_filters.py", "INDEPENDENT = {", 'INDEPENDENT = {"two-filters": one_filter, ')
    ran = course.python("-m", "pytest", "-q", "-p", "no:cacheprovider")
    assert ran.returncode == 0 and "33 passed" in ran.stdout, ran.stdout[-2000:]
    edit(course.root / OWN / "pages" / "pooling.py", "Half of z.", "Half of z")
    ran = course.python("-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", "pooling")
    assert "hint and how are sentences" in ran.stdout and "1 failed" in ran.stdout
    linted = course.python(
        "-m", "ruff", "check", "--no-cache", "--select", "E,F,I,W", "--line-length", "120", OWN, "tests"
    )
    assert linted.returncode == 0, linted.stdout


def test_its_wheel_brings_everything(course, tmp_path):
    """A student with the two wheels, and nothing else, gets the chapters; another course can take one of its own."""
    pip = ["-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", str(tmp_path), "."]
    assert course.python(*pip).returncode == 0
    [wheel] = tmp_path.glob("*.whl")
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(wheel.rename(tmp_path / "my_course.zip")), str(ROOT)])}
    unpacked = tmp_path / "there"
    subprocess.run([sys.executable, "-m", "zipfile", "-e", str(tmp_path / "my_course.zip"), str(unpacked)], check=True)
    env["PYTHONPATH"] = os.pathsep.join([str(unpacked), str(ROOT)])

    def workbook(*words: str) -> subprocess.CompletedProcess:
        command = [sys.executable, "-m", "autograder.cli", *words]
        return subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True)

    started = workbook("start", "--course", "my-course", "--no-open")
    assert started.returncode == 0 and "01-filters/filters.ipynb: new" in started.stdout, started.stderr
    assert (tmp_path / "my-course/02-elementwise/elementwise.ipynb").is_file()
    assert workbook("new-course", "second", "--take", "my-course/filters").returncode == 0
    assert 'from = "my-course/filters"' in (tmp_path / "second/workbook.toml").read_text("utf-8")


def test_a_site_brings_the_course(course, tmp_path):
    """The wheel for a site, with the workbook’s beside it, is found by its slugs; notebooks stay out."""
    packed = course.python(
        "-c",
        f"""
from pathlib import Path
from autograder.site import wheels
wheels.workbook_wheel(Path({str(tmp_path)!r}))
print(wheels.course_wheel("my_course", Path({str(tmp_path)!r})).name)
""",
    )
    assert packed.stdout == "my_course-0.1.0-py3-none-any.whl\n", packed.stderr
    for wheel in tmp_path.glob("*.whl"):
        with zipfile.ZipFile(wheel) as files:
            files.extractall(tmp_path / "apart")
    assert not list((tmp_path / "apart").rglob("*.ipynb"))
    code = f"from autograder import pages; page = pages.load({PAGE!r}); print(page.function.__code__.co_filename)"
    alone = {**os.environ, "PYTHONPATH": str(tmp_path / "apart")}
    found = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=alone, capture_output=True, text=True)
    assert found.stdout.startswith(str(tmp_path / "apart" / "my_course")), found.stderr
