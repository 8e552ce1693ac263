"""`workbook new-page`: from nothing to an exercise that works."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.authoring.page import PageError
from autograder.course import new_page
from autograder.course.new_page import with_entry, with_import, with_page

pytestmark = pytest.mark.xdist_group("new-page")  # one process makes what they share

ROOT = Path(__file__).parents[2]


class Clone:
    """A clone of the workbook with two of its chapters, in which commands are run as an author would."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for folder in ("autograder", "source/00-start", "source/09-batching"):
            shutil.copytree(ROOT / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
        for file in ("nbgrader_config.py", "workbook.toml", "pyproject.toml", "tests/conftest.py",
                     "tests/pages/conftest.py", "tests/pages/test_every_page.py",
                     "tests/course/test_documents.py"):  # fmt: skip
            (root / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / file, root / file)

    def python(self, *words: str) -> subprocess.CompletedProcess:
        env = {**os.environ, "PYTHONPATH": str(self.root)}
        return subprocess.run([sys.executable, *words], cwd=self.root, env=env, capture_output=True, text=True)

    def workbook(self, *words: str) -> subprocess.CompletedProcess:
        return self.python("-m", "autograder.cli", *words)

    def files(self) -> dict[str, bytes]:
        kept = (path for path in self.root.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
        return {path.relative_to(self.root).as_posix(): path.read_bytes() for path in kept}


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """A clone with a new chapter, and one more page in chapter 9."""
    made = Clone(tmp_path_factory.mktemp("clone"))
    for words in (["recurrence/one-step", "--title", 'One "step" and a row'],
                  ["batching/half-a-batch", "--row", "9.4"], ["recurrence/two-steps"]):  # fmt: skip
        ran = made.workbook("new-page", *words)
        assert ran.returncode == 0, ran.stderr
    return made


def test_it_says_what_to_do_next(clone):
    """The last words name the file to edit and the commands that follow."""
    said = clone.workbook("new-page", "memory/longest").stdout
    assert said.startswith("autograder/pages/memory.py\n")
    for word in ("workbook try-page memory/longest", "workbook build", "-memory/memory.ipynb", "docs/authoring.md"):
        assert word in said


def test_a_new_page_works_at_once(clone):
    """It can be vetted and drawn before anything is edited."""
    ran = clone.workbook("try-page", "recurrence/one-step")
    assert ran.returncode == 0, ran.stderr
    assert "2 boxes, 200 variants, nothing to mend" in ran.stdout
    picture = (clone.root / "pictures/recurrence-one-step.html").read_text("utf-8")
    assert "One &quot;step&quot; and a row" in picture


def test_a_new_chapter_is_built(clone):
    """`workbook build` makes the chapter with its title, its pages in order, and rows of the curriculum."""
    ran = clone.workbook("build")
    assert ran.returncode == 0, ran.stderr
    [made] = clone.root.glob("chapters/*-recurrence/recurrence.ipynb")
    cells = json.loads(made.read_text("utf-8"))["cells"]
    number = int(made.parent.name[:2])
    assert cells[0]["source"][0] == f"# {number} · Recurrence\n" and number > 9
    ids = [cell["id"] for cell in cells]
    assert ids.index("page-recurrence--one-step") < ids.index("page-recurrence--two-steps")
    assert "half-a-batch" in (clone.root / "chapters/09-batching/batching.ipynb").read_text("utf-8")


def test_a_new_page_passes_the_tests_of_all_pages(clone):
    """The facts that hold for every page hold for the new ones, and its keys are computed a second way."""
    ran = clone.python("-m", "pytest", "-p", "no:cacheprovider", "-q", "--import-mode=importlib",
                       "tests/pages/test_every_page.py", "tests/course/test_documents.py",
                       "-k", "recurrence or half-a-batch or curriculum or tables")  # fmt: skip
    assert ran.returncode == 0, ran.stdout[-3000:]
    ran = clone.python("-m", "pytest", "-p", "no:cacheprovider", "-q", "--import-mode=importlib",
                       "tests/pages/test_recurrence.py")  # fmt: skip
    assert "KeyError: 'two-steps'" in ran.stdout and "1 failed, 1 passed" in ran.stdout  # it asks for the second one


def test_what_it_writes_is_tidy(clone):
    """Names are imported in order and once, lines are no longer than the house allows."""
    ran = clone.python("-m", "ruff", "check", "--no-cache", "autograder", "tests/pages")
    assert ran.returncode == 0, ran.stdout


REFUSED = {
    "Recurrence/one": "is no name for a page",
    "recurrence": "is no name for a page",
    "../x/y": "is no name for a page",
    "gradients/one-weight": "there is a page gradients/one-weight already",
    "gradients/step": "step is taken in gradients.py, line",
    "class/one": "class is a word of Python",
    "gradients/import": "import is a word of Python",
    "waves-code/one": "would hold code exercises",
}


@pytest.mark.parametrize("slug", REFUSED)
def test_a_name_that_cannot_be_is_refused(slug):
    """The message says why, and nothing is written."""
    before = {path: path.stat().st_mtime_ns for path in ROOT.glob("autograder/**/*.py")}
    with pytest.raises(PageError, match=REFUSED[slug]):
        new_page.start(ROOT, slug)
    assert {path: path.stat().st_mtime_ns for path in ROOT.glob("autograder/**/*.py")} == before


def test_a_row_that_is_none_is_refused():
    """A row is two numbers with a point between."""
    with pytest.raises(PageError, match="look like 3.2"):
        new_page.start(ROOT, "recurrence/one-step", row="3.x")


def test_files_that_are_there_are_kept(clone):
    """A module that the catalogue does not know is not written over."""
    path = clone.root / "autograder" / "pages" / "orphan.py"
    path.write_text("mine = 1\n")
    before = clone.files()
    ran = clone.workbook("new-page", "orphan/one")
    path.unlink()
    assert ran.returncode == 1 and "autograder/pages/orphan.py is there already" in ran.stderr
    assert clone.files() == {name: text for name, text in before.items() if name != "autograder/pages/orphan.py"}


def test_pages_that_nobody_would_read_are_not_written(tmp_path):
    """In a course folder that is not the installed package's own, it says how to install the clone."""
    with pytest.raises(PageError, match="pip install --editable"):
        new_page.start(tmp_path, "recurrence/one-step")


def test_try_page_names_the_fault(clone):
    """A fault in the page ends try-page with the line, not with a traceback; so does a module that cannot be read."""
    path = clone.root / "autograder" / "pages" / "recurrence.py"
    kept = path.read_text("utf-8")
    line = 1 + kept[: kept.index("z = box(w * x")].count("\n")
    for spoiled, said in (
        (kept.replace("w * x, ", "w * y, ", 1), f"recurrence.py:{line}): NameError: name 'y' is not defined"),
        (kept.replace("box(w * x, ", "box(w * x, , ", 1), f"recurrence.py:{line}: SyntaxError"),
        (kept.replace("import eq, ", "import eqq, ", 1), "recurrence.py:6: ImportError"),
    ):
        path.write_text(spoiled, "utf-8")
        ran = clone.workbook("try-page", "recurrence/one-step")
        path.write_text(kept, "utf-8")
        assert ran.returncode == 1 and said in ran.stderr and "Traceback" not in ran.stderr, ran.stderr


def test_a_page_that_is_not_there(clone):
    """try-page names the nearest one."""
    ran = clone.workbook("try-page", "recurrence/one-stpe")
    assert ran.returncode == 2 and "Did you mean recurrence/one-step" in ran.stderr


# -- edits -------------------------------------------------------------------------------------------------------------


def test_an_entry_goes_behind_the_one_named():
    """A table keeps its order and its comments."""
    source = 'ROWS = {\n    "1.1": "a",  # one\n    "2.1": "b",\n}\n"""Rows."""\n'
    assert with_entry(source, "ROWS", "1.2", "c", after="1.1").splitlines()[2] == '    "1.2": "c",'
    assert with_entry(source, "ROWS", "3.1", "d").splitlines()[3:5] == ['    "3.1": "d",', "}"]


@pytest.mark.parametrize("before", [
    "from __future__ import annotations\n\nX = 1\n",
    "from ..layout import Node, step\n",
    "from ..layout import (\n    Node,\n    step,\n)\n",
    "from ..engine import relu\nfrom ..layout import eq as equation\n",
])  # fmt: skip
def test_imports_are_joined(before):
    """What a module imports already is imported once, the rest beside it; long lists are broken."""
    names: dict = {}
    after = with_import(before, "layout", ["eq", "step"])
    lines = "".join(line for line in after.splitlines(keepends=True))
    exec(compile(lines.replace("from ..", "from autograder."), "<made>", "exec"), names)  # noqa: S102
    assert "eq" in names and "step" in names and after.count("step") == 1
    long = with_import(before, "layout", [f"a_long_name_{n}" for n in range(20)])
    assert max(map(len, long.splitlines())) <= 120


def test_a_function_of_that_name():
    """A name that stands in the module as anything else would be hidden by the page."""
    with pytest.raises(PageError, match="step is taken in waves.py, line 1"):
        with_page("from ..layout import step\n", "", "step", "waves.py")


# -- the guide ---------------------------------------------------------------------------------------------------------


def test_the_guide_can_be_followed_to_the_letter(tmp_path):
    """The page of docs/authoring.md is refused for the reason that it gives, and works once its message is added."""
    guide = (ROOT / "docs" / "authoring.md").read_text("utf-8")
    page, message, second = re.findall(r"```python\n(.*?)```", guide, re.DOTALL)
    made, try_page = Clone(tmp_path), ("try-page", "recurrence/one-step-back")
    made.workbook("new-page", "recurrence/one-step-back", "--title", "A node looks back one step")
    module = made.root / "autograder/pages/recurrence.py"
    row = re.search(r'row="[\d.]+"', module.read_text("utf-8"))[0]
    module.write_text(page.replace('row="13.1"', row), "utf-8")
    refused = made.workbook(*try_page).stderr
    assert refused.replace(f"{module.parent}/", "…/").strip() in guide
    mistakes = made.root / "autograder/authoring/mistakes.py"
    mistakes.write_text(mistakes.read_text("utf-8").replace("MESSAGES = {\n", f"MESSAGES = {{\n{message}"), "utf-8")
    assert "6 boxes, 200 variants, nothing to mend" in made.workbook(*try_page).stdout
    test = made.root / "tests/pages/test_recurrence.py"
    before, after = test.read_text("utf-8").split("def one_step_back", 1)
    after = after[after.index("\n\n\nINDEPENDENT") :]
    before = before.replace("import pytest", "import numpy as np\nimport pytest")
    test.write_text(before + second + after, "utf-8")
    ran = made.python("-m", "pytest", "-p", "no:cacheprovider", "-q", "--import-mode=importlib",
                       "tests/pages/test_recurrence.py", "tests/pages/test_every_page.py",
                       "-k", "recurrence")  # fmt: skip
    assert ran.returncode == 0, ran.stdout[-3000:]
    assert made.python("-m", "ruff", "check", "--no-cache", "autograder", "tests/pages").returncode == 0


@pytest.mark.parametrize("said", [
    "has no {what}", "no short fraction", "the mistake gives the key itself", "lies on a kink or a jump",
    "no fit numbers for variant", "must stand on the page once", "unknown mistake", "two pages are called",
])  # fmt: skip
def test_the_guide_quotes_what_is_said(said):
    """The messages in the guide's table are the ones that the code gives."""
    guide = (ROOT / "docs" / "authoring.md").read_text("utf-8")
    code = "".join((ROOT / "autograder" / name).read_text("utf-8")
                   for name in ("authoring/page.py", "course/vetting.py", "pages/__init__.py"))  # fmt: skip
    assert said in code and said.replace("{what}", "hint") in guide
