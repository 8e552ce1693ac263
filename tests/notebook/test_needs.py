"""A page needs little: what `pip install backprop-workbook` brings is enough for every page and every explorer."""

import re
import subprocess
import sys
import tomllib
from importlib.metadata import distribution
from pathlib import Path

PROJECT = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))["project"]

WITHOUT = """
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {absent!r}:
            raise ModuleNotFoundError(name, name=name)
sys.meta_path.insert(0, Absent())

import autograder.notebook
from autograder import explorers, pages
from autograder.marking.pages import mark
from autograder.render import explorers as stills, pages as render
from autograder.widgets import explorer_widget, page_widget, progress_widget, student_widget
from autograder.widgets.live_curve import LiveCurve
curve = LiveCurve(2, "cost", clock=lambda: 0)
curve.costs = [2.0, 1.0]
print("pass 2 of 2" in curve.html(), end=" ")
print(all(render.static(page.sheet(), mark(page, {{}})) for page in pages.catalogue().values()), end=" ")
print(all(map(stills.still, explorers.catalogue().values())))
"""


def test_pages_and_explorers_need_no_extra():
    """Without any package of the extras, and what only these bring, every page and explorer is drawn."""
    kept = modules(PROJECT["dependencies"])
    absent = modules(need for extra in ("lab", "teach") for need in PROJECT["optional-dependencies"][extra]) - kept
    assert {"jupyterlab", "nbgrader", "matplotlib", "nbconvert", "jupyter_client"} <= absent
    code = WITHOUT.format(absent=absent)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["True"] * 3, done.stderr


def modules(needs) -> set[str]:
    """What can be imported once these are installed, with all that they need in turn: names as in `import name`."""
    waiting, seen = [*needs], {"backprop-workbook"}
    while waiting:
        name = re.match(r"[\w.-]+", waiting.pop())[0].lower().replace("_", "-")
        if name in seen:
            continue
        seen.add(name)
        try:
            more = distribution(name).requires or []
        except ModuleNotFoundError:  # for another system, or another Python
            continue
        waiting += [need for need in more if "extra ==" not in need]
    return {name.replace("-", "_") for name in seen} - {"backprop_workbook"} - sys.stdlib_module_names
