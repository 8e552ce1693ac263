"""The notebooks of chapters 11 and 12: what stands between their code exercises works, before and after."""

import contextlib
import io
import json
import re
from pathlib import Path

import pytest

from autograder import pages
from autograder.marking.oracle import mark_exercises

ROOT = Path(__file__).parents[2]
CHAPTERS = {"convolution": "11-convolution", "attention": "12-attention"}
each = pytest.mark.parametrize("name", CHAPTERS)


def printed(name, source_of):
    """Run the code of a chapter from top to bottom, each exercise as source_of gives it: id of a cell → what it prints.

    Cells that show pages and explorers are left out.
    """
    nb = json.loads((ROOT / "source" / CHAPTERS[name] / f"{name}.ipynb").read_text(encoding="utf-8"))
    room, said = {"__name__": "notebook"}, {}
    for cell in nb["cells"]:
        source = "".join(cell["source"])
        call = re.fullmatch(r'(exercise|page|explore)\("([\w/-]+)"\)', source)
        if cell["cell_type"] != "code" or (call and call[1] != "exercise"):
            continue
        with contextlib.redirect_stdout(io.StringIO()) as out:
            exec(source_of(pages.load_exercise(call[2])) if call else source, room)
        said[cell["id"]] = out.getvalue()
    return said


@each
def test_every_exercise_has_its_cell(name):
    """In the order in which they build on each other, which is that of their modules."""
    own = [slug.replace("/", "-") for slug in pages.exercises() if slug.startswith(f"{name}/")]
    assert [cell for cell in printed(name, lambda made: made.starter) if cell.endswith("-code")] == own


@each
def test_before_anything_is_written_the_given_cells_say_what_is_missing(name):
    """No error, and a sentence in its place."""
    said = printed(name, lambda made: made.starter)
    assert "run this cell again" in said["code-own-check"] and "run this cell again" in said["code-look"]


def test_solved_layers_pass_the_check_and_the_strokes_are_told():
    """Of three layers no gradient is named; of 500 new pictures more are told right than full marks ask for."""
    said = printed("convolution", lambda made: made.solution)
    assert said["code-own-check"].count("[]") == 3 and float(said["code-look"].split("%")[0]) > 92
    assert said["code-strokes"].count("al\n") == 4 and "█████" in said["code-strokes"]


def test_a_solved_block_passes_the_check_and_looks_backwards():
    """Both slopes agree; what the model has learned to look at are the letters from last to first."""
    said = printed("attention", lambda made: made.solution)
    nudged, slope = re.findall(r"-?\d+\.\d+", said["code-own-check"])
    assert nudged == slope and said["code-look"].startswith("100%")
    rows = [[float(entry) for entry in re.findall(r"[\d.]+", row)] for row in said["code-look"].splitlines()[1:]]
    assert [row.index(max(row)) for row in rows] == [4, 3, 2, 1, 0]
    assert said["code-copies"].count("→") == 4


@each
def test_the_solution_earns_everything_from_outside(name):
    """The whole solution, run in a kernel of its own: every point, and the given cells do no harm."""
    nb = json.loads((ROOT / "solutions" / CHAPTERS[name] / f"{name}.ipynb").read_text(encoding="utf-8"))
    marked = mark_exercises(nb)
    lost = {slug: [v.message for v in marks.verdicts] for slug, marks in marked.items() if marks.points < marks.out_of}
    assert len(marked) == sum(slug.startswith(f"{name}/") for slug in pages.exercises()) and not lost
