"""Chapters and solutions are made from source/ and proved right."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder import explorers, pages
from autograder.course import build as building
from autograder.course.build import BuildError, build
from autograder.course.check import bad_formulas, check, score
from autograder.settings import load as settings
from autograder.submissions.ids import END_ID, SETUP_ID, grade_id, page_id

from ..nbgrader_course import CHAPTER, NAME, PAGES, PROSE, Course, page_cells, points

pytestmark = pytest.mark.xdist_group("course")  # one process makes what they share

A, B, C = PAGES


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A small course, built."""
    made = Course(tmp_path_factory.mktemp("course"))
    written = build(made.root)
    assert [path.relative_to(made.root).as_posix() for path in written] == [
        f"chapters/{CHAPTER}/{NAME}.ipynb",
        f"solutions/{CHAPTER}/{NAME}.ipynb",
    ]
    return made


@pytest.fixture
def copy(built, tmp_path):
    """A copy of it that a test may spoil."""
    shutil.copytree(built.root, tmp_path / "course")
    return tmp_path / "course"


def notebook(root: Path, made: str) -> dict:
    return json.loads((root / made / CHAPTER / f"{NAME}.ipynb").read_text(encoding="utf-8"))


def source(cell: dict) -> str:
    return "".join(cell["source"])


# -- build -------------------------------------------------------------------------------------------------------------


def test_a_chapter_has_a_page_cell_and_a_grade_cell_for_each_page(built):
    """Set-up under the title, then each page with its grade cell, locked, worth a point a box; an end."""
    cells = notebook(built.root, "chapters")["cells"]
    assert [cell["metadata"].get("nbgrader", {}).get("grade_id") for cell in cells] == [
        None, SETUP_ID, *(name for slug in PAGES for name in (page_id(slug), grade_id(slug))), END_ID
    ]  # fmt: skip
    bar = f'progress("{PAGES[0].partition("/")[0]}", holds="{" ".join(PAGES)}")'  # some of the chapter's pages
    assert source(cells[1]).endswith(f'course(show_how="practice")\n{bar}')
    assert source(cells[3]) == f'grade("{A}")'
    assert cells[3]["metadata"]["nbgrader"]["points"] == points(A) and cells[3]["metadata"]["editable"] is False
    assert cells[2]["metadata"]["nbgrader"]["solution"] and cells[2]["metadata"].get("editable") is not False


def test_a_chapter_is_blank(built):
    """No box of a chapter is filled; nothing has run, and its pages are shown blank."""
    nb = notebook(built.root, "chapters")
    assert source(nb["cells"][2]).splitlines()[1] == "    1: None, 2: None, 3: None,"
    assert score(nb) == (0.0, points(*PAGES))
    assert not any(cell.get("execution_count") for cell in nb["cells"])
    shown = ["".join(output["data"]["text/html"]) for cell in nb["cells"] for output in cell.get("outputs", ())]
    states = {state for html in shown for state in re.findall(r'data-state="(\w+)" title', html)}
    assert len(shown) == len(PAGES) and states == {"blank"}


def test_a_solution_is_filled_and_explained(built):
    """A solution holds the literal dict, shows the filled page and how it is done, and earns everything."""
    nb = notebook(built.root, "solutions")
    assert score(nb) == (points(*PAGES), points(*PAGES))
    [shown] = nb["cells"][2]["outputs"]
    html = "".join(shown["data"]["text/html"])
    assert 'data-state="right"' in html and 'class="wb-solution"' in html
    assert html.count("<div") == html.count("</div>")
    assert "None" not in source(nb["cells"][2])


def test_generated_files_are_of_no_day_and_no_machine(built):
    """No path, no date, no version, no random id stands in a generated file; cell ids come from the slugs."""
    for made in ("chapters", "solutions"):
        nb = notebook(built.root, made)
        text = json.dumps(nb)
        assert str(built.root) not in text and str(Path.home()) not in text
        assert nb["metadata"]["language_info"] == {"name": "python"}
        assert [cell["id"] for cell in nb["cells"]][:4] == ["markdown-1", SETUP_ID, page_id(A), grade_id(A)]


def test_building_twice_gives_the_same_bytes(built, tmp_path):
    """What is made depends on the source alone."""
    build(built.root, tmp_path)
    for made in ("chapters", "solutions"):
        assert contents(tmp_path / made) == contents(built.root / made)


def test_nbgrader_by_hand_gives_the_same_bytes(copy):
    """`nbgrader generate_assignment` and `generate_solution` write what `workbook build` writes."""
    before = contents(copy / "chapters"), contents(copy / "solutions")
    made = Course.__new__(Course)
    made.root = copy
    for command in ("generate_assignment", "generate_solution"):
        ran = made.run(command, CHAPTER)
        assert ran.returncode == 0, ran.stderr
    assert (contents(copy / "chapters"), contents(copy / "solutions")) == before


def test_building_leaves_the_gradebook_alone(built):
    """A build has a gradebook of its own."""
    assert not (built.root / "gradebook.db").exists()


def test_random_ids_in_the_source_do_not_show(copy):
    """A source notebook saved by another editor, with other cell ids, gives the same chapter."""
    before = contents(copy / "chapters")
    path = copy / "source" / CHAPTER / f"{NAME}.ipynb"
    nb = nbformat.read(path, as_version=4)
    for n, cell in enumerate(nb.cells):
        cell.id = f"random-{n}"
        cell.metadata["collapsed"] = True
    nb.metadata["language_info"] = {"name": "python", "version": "3.99"}
    nbformat.write(nb, path)
    build(copy)
    assert contents(copy / "chapters") == before


def test_show_how_is_a_setting(copy):
    """workbook.toml decides when the worked solution is offered."""
    (copy / "workbook.toml").write_text('show_how = "never"\n')
    build(copy)
    assert 'course(show_how="never")' in source(notebook(copy, "chapters")["cells"][1])


@pytest.mark.parametrize(("text", "said"), [('show_how = "maybe"', "one of practice"), ("colour = 1", "no setting")])
def test_a_wrong_setting_is_named(tmp_path, text, said):
    """A setting that does not exist, or a value that it cannot have, is said."""
    (tmp_path / "workbook.toml").write_text(text)
    with pytest.raises(ValueError, match=said):
        settings(tmp_path)


def test_a_course_with_numbers_for_each_student_is_built(copy):
    """Chapters carry the settings and a cell for the id; solutions have the canonical numbers; the check is content."""
    said = 'variants = "student"\nsalt = "a \\"b\\" ü"\n[chapters.{}]\nfeedback = "counts"\n'
    (copy / "workbook.toml").write_text(said.format(CHAPTER), encoding="utf-8")
    build(copy)
    chapter, solution = (notebook(copy, made)["cells"] for made in ("chapters", "solutions"))
    given = 'course(show_how="practice", feedback="counts", variants="student", salt="a \\"b\\" ü")'
    assert given in source(chapter[1]).splitlines()
    assert source(chapter[2]).endswith("course(student=None)")
    assert 'course(show_how="practice")' in source(solution[1]).splitlines() and "student" not in source(solution[2])
    assert [problem for problem in check(copy) if " is in no notebook: " not in problem] == []


def test_a_build_with_code_is_quiet(copy, capfd):
    """The kernel that runs the code of a solution has nothing to warn of."""
    path = copy / "source" / CHAPTER / f"{NAME}.ipynb"
    nb = nbformat.read(path, 4)
    nb.cells.append(new_code_cell("print(6 * 7)", id="code"))
    nbformat.write(nb, path)
    build(copy)
    assert "42" in json.dumps(notebook(copy, "solutions")["cells"][-1])
    assert capfd.readouterr().err == ""


def test_a_wrong_setting_stops_the_build(copy, monkeypatch):
    """A build says what is wrong with workbook.toml, before it looks at a single page."""
    monkeypatch.setattr(building, "vet", lambda *_: pytest.fail("a page was vetted first"))
    (copy / "workbook.toml").write_text('show_how = "maybe"')
    with pytest.raises(BuildError, match="show_how"):
        build(copy)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ('page("gradients/one-wait")', "Did you mean gradients/one-weight"),
        (f'answers = {{}}\npage("{A}", answers)', "stands alone in its cell"),
        (f'page("{A}")', "stands in the notebook already"),
    ],
)
def test_a_wrong_source_cell_is_named(copy, code, said):
    """A mistake of the author stops the build, with the chapter, the cell, and what to do."""
    add(copy, new_code_cell(code))
    with pytest.raises(BuildError, match=f"source/{CHAPTER} cannot be built: cell 5: .*{said}"):
        build(copy)


def add(root: Path, cell) -> None:
    """Add a cell to the source."""
    path = root / "source" / CHAPTER / f"{NAME}.ipynb"
    nb = nbformat.read(path, as_version=4)
    cell["id"] = "added"
    nb.cells.append(cell)
    nbformat.write(nb, path)


# -- check -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def catalogue(monkeypatch):
    """A catalogue of just the pages that the small course uses, and no explorers."""
    mine = {slug: pages.load(slug) for slug in PAGES}
    monkeypatch.setattr(pages, "exercises", lambda *_: {})
    monkeypatch.setattr(pages, "catalogue", lambda package="": mine)
    monkeypatch.setattr(explorers, "catalogue", lambda package="": {})
    return mine


def test_a_fresh_build_has_no_problems(built, catalogue):
    """When all is well, nothing is said."""
    assert check(built.root) == []


def only(problems: list[str], said: str, mended: str) -> None:
    """One problem is among them, and it says which command mends it."""
    [found] = [problem for problem in problems if said in problem]
    assert mended in found


def test_an_edited_chapter_is_found(copy, catalogue):
    """A chapter that is not what its source gives is named."""
    path = copy / "chapters" / CHAPTER / f"{NAME}.ipynb"
    path.write_text(path.read_text().replace("two changes", "three changes"))
    only(check(copy), f"chapters/{CHAPTER}/{NAME}.ipynb differs", "workbook build")


def test_a_missing_and_a_left_over_file_are_found(copy, catalogue):
    """Files that should be there and files that should not."""
    (copy / "solutions" / CHAPTER / f"{NAME}.ipynb").unlink()
    (copy / "chapters" / CHAPTER / "old.txt").write_text("old")
    problems = check(copy)
    only(problems, f"solutions/{CHAPTER}/{NAME}.ipynb is missing", "workbook build")
    only(problems, "old.txt has no source", "git rm")


def test_answers_in_a_chapter_are_found(copy, catalogue):
    """A released chapter that earns points is named, with what it earns."""
    path = copy / "chapters" / CHAPTER / f"{NAME}.ipynb"
    path.write_text(path.read_text().replace("1: None", f"1: {pages.load(A).sheet().boxes[0].literal}", 1))
    only(check(copy), f"chapters/{CHAPTER}/{NAME}.ipynb earns 1 of", "workbook build")


def test_a_solution_that_loses_points_is_found(copy, catalogue):
    """A solution that does not earn everything is named."""
    path = copy / "solutions" / CHAPTER / f"{NAME}.ipynb"
    path.write_text(path.read_text().replace(f"1: {pages.load(A).sheet().boxes[0].literal},", "1: 12345,", 1))
    only(check(copy), f"solutions/{CHAPTER}/{NAME}.ipynb earns", "workbook build")


def test_stray_files_are_found(copy, catalogue):
    """nbgrader would publish whatever else lies in a source folder."""
    (copy / "source" / CHAPTER / "solution.txt").write_text("8, 2, 2")
    only(check(copy), f"source/{CHAPTER}/solution.txt would be published", "git rm")


def test_data_with_a_note_of_its_origin_is_handed_out(copy, catalogue):
    """A data file is published where a note says where it comes from, and the chapter then holds both."""
    folder = copy / "source" / CHAPTER
    (folder / "days.csv").write_text("day\n1\n")
    (folder / "days.csv.license").write_text(" ")
    only(check(copy), f"source/{CHAPTER}/days.csv would be published", "days.csv.license")
    (folder / "days.csv.license").write_text("Counted by ourselves. CC0.")
    build(copy)
    assert check(copy) == [] and (copy / "chapters" / CHAPTER / "days.csv").read_text() == "day\n1\n"
    (folder / "days.csv").unlink()
    only(check(copy), f"source/{CHAPTER}/days.csv.license would be published", "git rm")


def test_a_page_that_is_used_twice_or_never_is_found(copy, monkeypatch):
    """Every page of the catalogue stands in exactly one notebook."""
    (never,) = [slug for slug in pages.catalogue() if slug.startswith("gradients/")][3:4]
    mine = {slug: pages.load(slug) for slug in (*PAGES, never)}
    monkeypatch.setattr(pages, "catalogue", lambda package="": mine)
    add(copy, *page_cells((A,)))
    problems = check(copy)
    only(problems, f"{never} is in no notebook", f"source/{CHAPTER}/")
    only(problems, f"{A} is used 2 times", "keep one")


def test_outputs_in_a_source_are_found(copy, catalogue):
    """Source notebooks are kept without outputs."""
    cell = new_code_cell("1 + 1")
    cell.outputs = [nbformat.v4.new_output("stream", text="2")]
    add(copy, cell)
    only(check(copy), "holds outputs", "--clear-output")


def test_a_formula_that_cannot_be_drawn_is_found(copy, catalogue):
    """Formulas in prose must be drawable without a script; the cell is named."""
    add(copy, new_markdown_cell("See $\\begin{pmatrix} 1 \\end{pmatrix}$."))
    only(check(copy), "cell 5: $\\begin{pmatrix}", f"edit source/{CHAPTER}/{NAME}.ipynb")


def test_a_source_that_is_no_notebook_is_found(copy, catalogue):
    """A broken source file is named; the rest of the check goes on."""
    (copy / "source" / CHAPTER / "broken.ipynb").write_text("{")
    only(check(copy), "broken.ipynb is not a notebook", "git checkout")


def test_all_problems_are_said_at_once(copy, catalogue):
    """Several things may be wrong."""
    (copy / "source" / CHAPTER / "notes.txt").write_text("x")
    (copy / "chapters" / CHAPTER / f"{NAME}.ipynb").unlink()
    problems = check(copy)
    assert len(problems) >= 3 and all(":" in problem for problem in problems)


@pytest.mark.parametrize(
    ("markdown", "wrong"),
    [
        (PROSE, 0), ("costs 5$ or 6$", 0), ("`$x$` and ```\n$\\foo$\n```", 0), ("\\$3", 0), ("$$\\frac{a}{b}$$", 0),
        ("$\\undefined$ and $x$", 1), ("$$\\left( x$$", 1), ("$" + "x" * 400 + "$", 1),
    ],
)  # fmt: skip
def test_formulas_are_found_in_prose(markdown, wrong):
    """Formulas stand between single or double dollars, outside code."""
    assert len(bad_formulas(markdown)) == wrong


def test_a_course_without_notebooks_builds_nothing(tmp_path):
    """An empty source gives nothing."""
    (tmp_path / "source").mkdir()
    (tmp_path / building.CONFIG).write_text("c = get_config()\n")
    assert build(tmp_path) == []


def test_a_course_without_its_configuration_is_told(tmp_path):
    """A build names the file that is missing, not the paths that were searched."""
    (tmp_path / "source").mkdir()
    with pytest.raises(BuildError, match="There is no nbgrader_config.py"):
        build(tmp_path)


def test_a_notebook_that_is_none_scores_nothing():
    """Scoring reads anything."""
    assert score(None) == score({"cells": [3]}) == (0, 0)


def test_old_chapters_are_removed(copy):
    """A chapter whose source is gone goes too."""
    other = copy / "chapters" / "99-old"
    other.mkdir()
    (other / "old.ipynb").write_text(json.dumps(new_notebook()))
    build(copy)
    assert not other.exists()


def test_a_build_leaves_what_somebody_practised(copy):
    """The file beside the practice notebook is the same file afterwards, also where the notebook has no source."""
    places = [copy / "chapters" / "practice" / name for name in ("practice.jsonl", "practice-damaged-1.jsonl")]
    places[0].parent.mkdir()
    for place in places:
        place.write_text("an answer\n")
    (copy / "chapters" / "practice" / "old.ipynb").write_text("{}")
    before = [place.stat().st_ino for place in places]
    build(copy)
    assert sorted(path.name for path in places[0].parent.iterdir()) == sorted(place.name for place in places)
    assert [place.stat().st_ino for place in places] == before and places[0].read_text() == "an answer\n"


def test_a_build_that_fails_leaves_the_chapters(copy):
    """A chapter that cannot be built takes none of those that were built before with it."""
    before = contents(copy / "chapters")
    broken = copy / "source" / "99-broken"
    broken.mkdir()
    (broken / "broken.ipynb").write_text("{")
    with pytest.raises(BuildError):
        build(copy)
    assert contents(copy / "chapters") == before
