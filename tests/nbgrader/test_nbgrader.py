"""Plain nbgrader marks this course: one real round trip, every kind of bad file, and every trick we could think of."""

from __future__ import annotations

import csv
import json
from copy import deepcopy

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.nbgraderformat import MetadataValidator
from nbgrader.utils import determine_grade

from autograder import pages
from autograder.marking.pages import mark
from autograder.nbgrader.marks import MarkPages
from autograder.nbgrader.release import grade_cell, page_cell
from autograder.render.outputs import grade_outputs
from autograder.submissions.ids import grade_id, page_id

from ..attacks import CASES, Chapter, digest, hand_in
from ..nbgrader_course import CHAPTER, FULL, NAME, PAGES, Course, fill, grade_of, page_cells, page_of, points

pytestmark = pytest.mark.xdist_group("nbgrader")  # they share one long run
A, B, C = PAGES
FIRST = Chapter(CHAPTER, NAME, PAGES, many=50_000_000)
HALF = points(A)
ABOUT = {"nbgrader": {"student": "anna", "assignment": CHAPTER, "notebook": NAME}}

HONEST = {"aaa-honest": FULL, "zzz-honest": HALF, "blank": 0.0}


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course released by nbgrader, to which everybody has handed in."""
    course = Course(tmp_path_factory.mktemp("course"))
    made = course.run("generate_assignment", CHAPTER)
    assert made.returncode == 0, made.stderr
    hand_in(course, FIRST)
    course.submit("zzz-honest", fill(course.released(), A))
    course.submit("blank", course.released())
    return course


@pytest.fixture(scope="module")
def graded(course):
    """The same course after one `nbgrader autograde` over everybody; the log is in `graded.log`."""
    before = digest(course.root / "submitted")
    ran = course.run("autograde", CHAPTER)
    course.log, course.exit, course.submitted_before = ran.stderr, ran.returncode, before
    return course


def test_the_run_ends_well(graded):
    """Whatever is handed in, one command grades everybody: exit status 0, no traceback, nobody left out."""
    assert graded.exit == 0, graded.log[-3000:]
    assert "Traceback" not in graded.log and "| ERROR]" not in graded.log
    assert not [student for student in [*HONEST, *CASES] if graded.grades(student) is None]


@pytest.mark.parametrize("student", HONEST)
def test_honest_students_get_their_points(graded, student):
    """Full, half and blank submissions, first and last in the alphabet, have what their answers are worth."""
    assert sum(graded.grades(student).values()) == HONEST[student]


@pytest.mark.parametrize("student", CASES)
def test_no_trick_gains_and_no_accident_loses(graded, student):
    """Everybody gets what their readable answers deserve, in the real gradebook, and no point more."""
    _, deserves, said = CASES[student]
    grades = graded.grades(student)
    assert set(grades) == {grade_id(slug) for slug in PAGES}
    assert None not in grades.values(), "left for a human"
    assert sum(grades.values()) == FIRST.worth(deserves)
    if said:
        about = [line for line in graded.log.splitlines() if student in line]
        assert any(said in line for line in about), "\n".join(about)


@pytest.mark.parametrize("student", [name for name, (*_, said) in CASES.items() if said and "left out" not in said])
def test_faults_stand_in_the_notebook(graded, student):
    """What the log says of a notebook also stands in the autograded copy, for the instructor and for the student."""
    said = CASES[student][2]
    if "timestamp" not in said:
        assert said.replace("`", "") in json.dumps(graded.autograded(student))


def test_submitted_files_are_not_touched(graded):
    """Marking changes nothing that was handed in."""
    assert digest(graded.root / "submitted") == graded.submitted_before


def test_the_autograded_notebook_shows_the_page(graded):
    """A page cell shows its coloured page as HTML and as text, its grade cell a plain float, last."""
    nb = graded.autograded("zzz-honest")
    [shown] = page_of(nb, A)["outputs"]
    assert shown["output_type"] == "display_data" and 'data-state="right"' in "".join(shown["data"]["text/html"])
    assert "[right]" in "".join(shown["data"]["text/plain"])
    assert grade_of(nb, A)["outputs"][-1]["data"]["text/plain"] == [repr(HALF)]


def test_every_released_cell_is_there_once(graded):
    """Whatever happened to a notebook, its autograded copy has each cell of the chapter exactly once."""

    def ids(nb):
        found = [cell["metadata"].get("nbgrader", {}).get("grade_id") for cell in nb["cells"]]
        return sorted(name for name in found if name)

    for student in CASES:
        assert ids(graded.autograded(student)) == ids(graded.released()), student


def test_faults_of_a_page_are_comments(graded):
    """The gradebook keeps a page's fault as the comment on its cell."""
    with graded.gradebook() as book:
        comment = book.find_comment(page_id(A), NAME, CHAPTER, "not-a-dict")
        assert "Not written out as a dict" in comment.comment or "not written out as a dict" in comment.comment
        assert book.find_comment(page_id(A), NAME, CHAPTER, "blank").comment == "No response."
        assert book.find_comment(page_id(A), NAME, CHAPTER, "aaa-honest").comment is None


# -- feedback, export, and a second time -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def returned(graded):
    """The same course after generate_feedback."""
    ran = graded.ran = graded.run("generate_feedback", CHAPTER)
    assert ran.returncode == 0, ran.stderr[-3000:]
    return graded


def feedback(course, student):
    return (course.root / "feedback" / student / CHAPTER / f"{NAME}.html").read_text(encoding="utf-8")


def test_everybody_gets_feedback(returned):
    """There is a page for every submission, also for those that could not be read."""
    for student in [*HONEST, *CASES]:
        assert "points" in feedback(returned, student)


def test_feedback_knows_its_options(returned):
    """Every option that nbconvert sets for its preprocessors is known to ours."""
    assert "not recognized" not in returned.ran.stderr


def test_feedback_shows_the_coloured_page_with_hints(returned):
    """The page, its colours, its hints, and the points stand in the feedback; the dict is folded away."""
    html = feedback(returned, "odd-numbers")
    assert f"{FULL - points(A):g} of {FULL:g} points" in html
    assert 'class="wb-page' in html and 'data-state="unreadable"' in html and 'class="wb-hints"' in html
    assert html.index("<details") < html.index('class="wb-page')


def test_feedback_typesets_formulas_without_a_script(returned):
    """Formulas in prose are drawn; no dollar sign is left for a script to find."""
    html = feedback(returned, "aaa-honest")
    assert html.count('class="wb-formula"') == 2 and "$" not in html.partition("<main>")[2].replace("${", "")


@pytest.mark.parametrize("student", ["aaa-honest", "mark-up-in-answers"])
def test_feedback_needs_nothing_from_elsewhere(returned, student):
    """No script, no style, no picture and no font of another host, not even if a student puts one in."""
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(feedback(returned, student), "html.parser")
    assert not soup(["script", "link", "iframe", "object", "embed", "base", "form"])
    for tag in soup(True):
        assert not [name for name in tag.attrs if name.startswith("on")]
        assert tag.get("src", "data:").startswith("data:")
    styles = "".join(style.string or "" for style in soup("style"))
    assert "@import" not in styles and "url(http" not in styles and styles.count("@font-face") > 3
    policy = soup.find("meta", attrs={"http-equiv": "Content-Security-Policy"})["content"]
    assert policy.startswith("default-src 'none'") and "script-src" not in policy


def test_grades_can_be_exported(returned):
    """`nbgrader export` writes the points of the gradebook."""
    assert returned.nbgrader("export").returncode == 0
    rows = list(csv.DictReader((returned.root / "grades.csv").open(encoding="utf-8")))
    found = {row["student_id"]: (float(row["score"]), float(row["max_score"])) for row in rows}
    assert found["aaa-honest"] == (FULL, FULL) and found["zzz-honest"] == (HALF, FULL) and found["blank"] == (0, FULL)


def test_what_a_grader_wrote_survives(returned):
    """Points and comments given by hand stay when the chapter is marked again."""
    with returned.gradebook() as book:
        grade = book.find_grade(grade_id(A), NAME, CHAPTER, "blank")
        comment = book.find_comment(page_id(A), NAME, CHAPTER, "blank")
        grade.manual_score, grade.extra_credit, comment.manual_comment = 2.0, 0.5, "Seen on paper."
        book.db.commit()
    assert returned.nbgrader("autograde", CHAPTER, "--student", "blank", "--force").returncode == 0
    with returned.gradebook() as book:
        grade = book.find_grade(grade_id(A), NAME, CHAPTER, "blank")
        assert (grade.score, grade.extra_credit, grade.needs_manual_grade) == (2.5, 0.5, True)
        assert book.find_comment(page_id(A), NAME, CHAPTER, "blank").comment == "Seen on paper."
    assert returned.nbgrader("generate_feedback", CHAPTER, "--student", "blank", "--force").returncode == 0
    assert "Seen on paper." in feedback(returned, "blank") and "2.5 of" in feedback(returned, "blank")


def test_a_second_run_skips_what_is_done(returned):
    """Marking and returning again without --force leaves everything as it is, also for nonsensical timestamps."""
    for command in ("autograde", "generate_feedback"):
        again = returned.nbgrader(command, CHAPTER)
        assert again.returncode == 0 and "Traceback" not in again.stderr
    assert sum(returned.grades("aaa-honest").values()) == FULL


def test_one_student_can_be_marked_alone(returned):
    """--student works, also for a renamed notebook; so does --notebook."""
    for student, *words in (["renamed"], ["aaa-honest", "--notebook", NAME]):
        again = returned.nbgrader("autograde", CHAPTER, "--student", student, "--force", *words)
        assert again.returncode == 0, again.stderr
        assert sum(returned.grades(student).values()) == FULL


# -- a chapter with code of its own ------------------------------------------------------------------------------------


def exercise():
    """A code exercise of an instructor's own: an answer cell and its test cell."""
    stamp = {"schema_version": 3, "locked": False, "task": False}
    answer = new_code_cell("### BEGIN SOLUTION\ndef double(x):\n    return 2 * x\n### END SOLUTION\ndouble(21)")
    answer.metadata["nbgrader"] = {**stamp, "grade_id": "double", "grade": False, "solution": True}
    test = new_code_cell("assert double(3) == 6\n### BEGIN HIDDEN TESTS\nassert double(-1) == -2\n### END HIDDEN TESTS")
    roles = {"grade": True, "solution": False, "locked": True, "points": 2}
    test.metadata["nbgrader"] = {**stamp, "grade_id": "test-double", **roles}
    return [answer, test]


CODE = {
    "anna": ("def double(x): return 2 * x", 2.0),
    "carl": ("import os\nos._exit(1)", 0.0),
    "dora": ("def double(x):\n    import os\n    os._exit(1)", 0.0),
    "emil": ("while True: pass", 0.0),
    "fritz": (
        "def double(x): return 2 * x\nimport autograder.marking.pages, autograder.nbgrader.release\n"
        "autograder.marking.pages.POINTS = {'blank': 1.0}\nprint('x' * 5_000_000)",
        2.0,
    ),
    "zara": ("def double(x): return 2 * x", 2.0),
}


@pytest.fixture(scope="module")
def mixed(tmp_path_factory):
    """A chapter with a page and a code exercise, marked for a handful of students."""
    course = Course(tmp_path_factory.mktemp("mixed"))
    course.write_source("02-mixed", "mixed", [*exercise(), *page_cells((A,))])
    course.release("02-mixed")
    nb = json.loads((course.root / "chapters/02-mixed/mixed.ipynb").read_text(encoding="utf-8"))
    for student, (source, _) in CODE.items():
        mine = deepcopy(nb)
        [answer] = [cell for cell in mine["cells"] if cell["metadata"].get("nbgrader", {}).get("grade_id") == "double"]
        answer["source"] = source
        if student in ("anna", "carl"):
            fill(mine, A)
        course.submit(student, mine, "02-mixed", "mixed.ipynb")
    ran = course.run("autograde", "02-mixed", "--Execute.timeout=2")
    assert ran.returncode == 0, ran.stderr[-3000:]
    return course


@pytest.mark.parametrize("student", CODE)
def test_code_exercises_are_graded_beside_pages(mixed, student):
    """An instructor's own test cells are run and graded; pages keep their points, whatever the code does."""
    grades = mixed.grades(student, "02-mixed", "mixed")
    assert grades["test-double"] == CODE[student][1]
    assert grades[grade_id(A)] == (points(A) if student in ("anna", "carl") else 0)


def test_a_solution_runs_the_code_exercises(mixed):
    """In a solution an instructor's own cells have been run; the pages are rendered, not run."""
    ran = mixed.nbgrader("generate_solution", "02-mixed")
    assert ran.returncode == 0, ran.stderr
    nb = json.loads((mixed.root / "solutions/02-mixed/mixed.ipynb").read_text(encoding="utf-8"))
    [answer] = [cell for cell in nb["cells"] if cell["metadata"].get("nbgrader", {}).get("grade_id") == "double"]
    assert answer["outputs"][0]["data"]["text/plain"] == ["42"] and answer["execution_count"] is None
    assert page_of(nb, A)["outputs"][0]["output_type"] == "display_data"


def test_long_output_is_cut(mixed):
    """Five million characters on one line do not end up in the autograded notebook."""
    assert (mixed.root / "autograded/fritz/02-mixed/mixed.ipynb").stat().st_size < 500_000


def test_code_that_is_not_run_earns_nothing(mixed):
    """With --no-execute nothing runs, and what did not run has no points (nbgrader would give full marks)."""
    ran = mixed.nbgrader("autograde", "02-mixed", "--student", "anna", "--force", "--no-execute")
    assert ran.returncode == 0, ran.stderr
    assert mixed.grades("anna", "02-mixed", "mixed") == {"test-double": 0.0, grade_id(A): points(A)}


def test_nothing_runs_where_the_workbook_is_not_installed(mixed):
    """Without our settings nbgrader would quietly go back to running students' code: the command stops instead."""
    (mixed.root / "sabotage").mkdir()
    (mixed.root / "sabotage" / "autograder.py").write_text("")
    ran = mixed.run("autograde", "02-mixed", "--force", path=mixed.root / "sabotage")
    assert ran.returncode != 0 and "pip install" in ran.stderr
    (mixed.root / "workbook.toml").write_text('show_how = "maybe"')
    ran = mixed.run("autograde", "02-mixed", "--force")
    (mixed.root / "workbook.toml").unlink()
    assert ran.returncode != 0 and "show_how is 'maybe'" in ran.stderr
    assert mixed.grades("zara", "02-mixed", "mixed")["test-double"] == 2.0


# -- the pieces by themselves ---------------------------------------------------------------------------------


def test_nbgrader_reads_every_score_as_we_mean_it():
    """Each number of points that a page can give is read back by nbgrader's own determine_grade."""
    marks = mark(A, {})
    for half in range(2 * 40 + 1):
        cell = grade_cell(A, 40)
        cell.outputs = grade_outputs(marks, half / 2, 40.0)
        assert determine_grade(cell) == (half / 2, 40.0)


def stamped(slug, points):
    """A page cell and its grade cell, as they come out of the first pass."""
    page, grade = page_cell(slug, ""), grade_cell(slug, points)
    page.metadata["workbook"] = {"page": slug, "answers": {"1": pages.load(A).sheet().boxes[0].shown}, "faults": []}
    return new_notebook(cells=[page, grade])


def test_a_page_worth_other_points_is_scaled():
    """If the gradebook gives a page more points than it has boxes, its marks are scaled to them."""
    nb, _ = MarkPages().preprocess(stamped(A, 30), ABOUT)
    assert determine_grade(nb.cells[1]) == (10.0, 30.0)


def test_a_page_that_is_gone_is_left_for_a_human():
    """A page that the workbook no longer has earns nothing by itself, and both cells say why."""
    nb, _ = MarkPages().preprocess(stamped("gradients/long-gone", 3), ABOUT)
    assert determine_grade(nb.cells[1]) == (0, 3.0)
    assert "grade it by hand" in nb.cells[0].metadata["workbook"]["faults"][0]


def test_every_stamp_is_valid_for_nbgrader(graded):
    """We leave out nbgrader's check of its metadata in a run; here it is, on every notebook of the run."""
    for student in ["aaa-honest", *CASES]:
        path = graded.root / "autograded" / student / CHAPTER / f"{NAME}.ipynb"
        nb = nbformat.read(path, as_version=4)
        nbformat.validate(nb)
        MetadataValidator().validate_nb(nb)
