"""What lies beside a chapter's notebook, in Colab too."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from autograder.handout.places import handed_out
from autograder.notebook import calls, progress
from autograder.notebook.beside import lay
from autograder.notebook.session import Course
from autograder.pages import CHAPTERS


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_chapter_gets_what_is_handed_out_with_it(chapter, tmp_path):
    """The data files of each chapter, as `workbook start` would put them there; notebooks not."""
    folder = CHAPTERS[chapter]
    wanted = {place.partition("/")[2]: path for place, path in handed_out().items() if place.startswith(folder + "/")}
    lay(chapter, tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        name: path.read_bytes() for name, path in wanted.items() if not name.endswith(".ipynb")
    }


def test_what_is_there_stays_as_it_is(tmp_path):
    """A table of the student's own by the same name is not touched."""
    own = tmp_path / "bike-days.csv"
    own.write_text("mine", encoding="utf-8")
    assert own not in lay("training", tmp_path) and own.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("colab", [True, False])
def test_the_set_up_cell_brings_the_data_in_colab_only(colab, tmp_path, monkeypatch):
    """There a notebook stands alone in its folder; elsewhere nothing is written that nobody asked for."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(calls, "this_course", Course())
    if colab:
        monkeypatch.setitem(sys.modules, "google.colab", sys)
        monkeypatch.setattr(calls, "display", lambda *_, **__: None)
    progress("training")
    assert Path("bike-days.csv").exists() is colab
