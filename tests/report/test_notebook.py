"""The report as a notebook, and the command that writes both."""

import json
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from autograder import cli
from autograder.pages import UnknownPage
from autograder.report import page, read_class, write

from .conftest import rows_of, simulated, written

pytestmark = pytest.mark.xdist_group("report")  # one process makes what they share

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def both(thirty):
    return write(thirty, root=ROOT)


def test_running_it_again_gives_the_same(both, thirty, monkeypatch):
    """The outputs that it is written with are those that its cells compute, in a kernel of its own."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    stored = nbformat.read(both[1], as_version=4)
    nbformat.validate(stored)
    ran = NotebookClient(nbformat.from_dict(stored), kernel_name="python3", resources={"metadata": {"path": thirty}},
                         timeout=120).execute()  # fmt: skip
    told = [[output["data"] for output in cell.get("outputs", ())] for cell in ran.cells]
    assert told == [[output["data"] for output in cell.get("outputs", ())] for cell in stored.cells]
    assert sum(map(len, told)) == 7


def test_links_lead_to_the_chapters(both, thirty):
    """A mistake's page is a link to the notebook that holds it."""
    mistakes = next(cell for cell in json.loads(both[1].read_text("utf-8"))["cells"] if cell["id"] == "mistakes")
    course = Path(os.path.relpath(ROOT, thirty)).as_posix()
    assert f'{course}/chapters/01-gradients/gradients.ipynb"' in "".join(mistakes["outputs"][0]["data"]["text/html"])
    assert (thirty / course / "chapters/01-gradients/gradients.ipynb").is_file()


def test_a_notebook_without_names(thirty, tmp_path):
    """No name stands in it, neither in its outputs nor in its code; run, it shows none."""
    rows = [row for n in range(9) for row in rows_of(f"Ada-{n}", simulated(n))]
    written(tmp_path, rows)
    page_, notebook = write(tmp_path, tmp_path / "out", names=False)
    assert "Ada-" not in page_.read_text("utf-8") + notebook.read_text("utf-8")
    assert 'read_class("..", names=False)' in notebook.read_text("utf-8").replace('\\"', '"')


def test_any_page_can_be_looked_at(thirty):
    """A page shows itself with its boxes; one that nobody handed in is named."""
    findings = read_class(thirty)
    view = page(findings, "gradients/one-weight")
    assert 'data-box="3"' in view._repr_html_() and repr(view) == "One weight, one nudge (gradients/one-weight)"
    with pytest.raises(UnknownPage, match="nobody handed in"):
        page(findings, "start/boxes")


def test_the_command_writes_both(thirty, tmp_path, capsys):
    """`workbook report` names the two files; without marks it says what to do first."""
    assert cli.main(["report", str(thirty), "--out", str(tmp_path), "--no-names", "--root", str(ROOT)]) == 0
    assert capsys.readouterr().out.split() == [str(tmp_path / "report.html"), str(tmp_path / "report.ipynb")]
    assert cli.main(["report", str(tmp_path / "none"), "--root", str(ROOT)]) == 1
    assert "run workbook mark first" in capsys.readouterr().err


def test_reading_a_class_needs_no_matplotlib(thirty):
    """Charts are loaded when they are drawn."""
    code = f"import sys, autograder.report as r; r.read_class({str(thirty)!r}).help; print('matplotlib' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert ran.stdout.strip() == "False", ran.stderr
