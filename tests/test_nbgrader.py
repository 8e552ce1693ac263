"""Plain nbgrader marks this course: one real round trip, every kind of bad file, and every trick we could think of."""

from __future__ import annotations

import csv
import hashlib
import json
import os
from copy import deepcopy

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.nbgraderformat import MetadataValidator
from nbgrader.utils import determine_grade

from autograder import pages
from autograder.gradebook import MarkPages
from autograder.marking import mark
from autograder.release import grade_cell, grade_outputs, page_cell, solved_source
from autograder.submissions import grade_id, page_id

from .nbgrader_course import CHAPTER, FULL, NAME, PAGES, Course, fill, grade_of, page_cells, page_of, points

pytestmark = pytest.mark.xdist_group("nbgrader")  # they share one long run
A, B, C = PAGES
KEY = {box.number: box.literal for box in pages.load(A).sheet().boxes}
HALF = points(A)
ABOUT = {"nbgrader": {"student": "anna", "assignment": CHAPTER, "notebook": NAME}}

# -- tricks and accidents ----------------------------------------------------------------------------------------------
# Each function changes a solved notebook (or the folder it is handed in from); beside it what its readable answers
# deserve, and a word of what the instructor is told, if anything.

CASES: dict[str, tuple] = {}


def case(deserves: float, said: str = ""):
    """Enter a function (nb, folder) → notebook, bytes or None (nothing handed in under the right name)."""

    def enter(function):
        CASES[function.__name__.replace("_", "-")] = (function, deserves, said)
        return function

    return enter


def cheat(nb, code):
    """A notebook without answers that runs this code, before and inside the page cells."""
    nb = blank(nb)
    nb["cells"].insert(1, plain(code))
    page_of(nb, A)["source"] = code + "\n" + page_of(nb, A)["source"]
    return nb


def blank(nb):
    for slug in PAGES:
        held = ", ".join(f"{box.number}: None" for box in pages.load(slug).sheet().boxes)
        page_of(nb, slug)["source"] = f'answers = {{{held}}}\npage("{slug}", answers)'
    return nb


def plain(source, kind="code"):
    cell = {"cell_type": kind, "metadata": {}, "source": source, "id": "x" + hashlib.md5(source.encode()).hexdigest()}
    return cell | ({"outputs": [], "execution_count": None} if kind == "code" else {})


def dict_source(slug):
    """The dict of the right answers, without the call."""
    return solved_source(pages.load(slug)).partition("\npage(")[0]


def result(text):
    return {"output_type": "execute_result", "data": {"text/plain": text}, "metadata": {}, "execution_count": 1}


# What a student's code may try: none of it runs.


@case(0)
def hook_on_floats(nb, folder):
    formatter = "get_ipython().display_formatter.formatters['text/plain']"
    return cheat(nb, f"{formatter}.for_type(float, lambda value, page, cycle: page.text('99'))")


@case(0)
def patched_isclose(nb, folder):
    return cheat(nb, "import math, numpy\nmath.isclose = numpy.isclose = lambda *a, **k: True")


@case(0)
def always_equal(nb, folder):
    return cheat(nb, "class Yes(float):\n    __eq__ = lambda *a: True\nanswers = {n: Yes() for n in range(1, 9)}")


@case(0)
def patched_marking(nb, folder):
    return cheat(nb, "import autograder.marking\nautograder.marking.POINTS = {'blank': 1.0}")


@case(0)
def own_grade_function(nb, folder):
    return cheat(nb, "def grade(slug): return 3.0\ndef page(*a): return 3.0")


@case(FULL)
def exit_the_kernel(nb, folder):
    nb["cells"].insert(1, plain("import os; os._exit(1)"))
    return nb


@case(FULL)
def endless_loop(nb, folder):
    nb["cells"].insert(1, plain("while True: pass"))
    return nb


@case(FULL)
def prints_fifty_million(nb, folder):
    nb["cells"].insert(1, plain("print('x' * 50_000_000)"))
    return nb


@case(FULL)
def fork_bomb_and_files(nb, folder):
    nb["cells"].insert(1, plain("import shutil, os\nshutil.rmtree('../..')\nwhile 1: os.fork()"))
    return nb


@case(FULL)
def raises(nb, folder):
    nb["cells"].insert(1, plain("1/0"))
    return nb


# Metadata.


@case(FULL)
def copied_grade_cell(nb, folder):
    nb["cells"].append(deepcopy(grade_of(nb, A)))
    return nb


@case(FULL)
def every_cell_twice(nb, folder):
    nb["cells"] = [deepcopy(cell) for cell in nb["cells"] for _ in range(2)]
    return nb


@case(FULL)
def deleted_grade_cells(nb, folder):
    nb["cells"] = [cell for cell in nb["cells"] if not cell["source"][0:5] == "grade"]
    nb["cells"] = [cell for cell in nb["cells"] if "grade(" not in "".join(cell["source"])[:6]]
    return nb


@case(FULL)
def metadata_stripped(nb, folder):
    for cell in nb["cells"]:
        cell["metadata"] = {}
    return nb


@case(FULL)
def metadata_null(nb, folder):
    nb["metadata"] = None
    for cell in nb["cells"]:
        cell["metadata"] = None
    return nb


@case(FULL)
def not_graded(nb, folder):
    for slug in PAGES:
        grade_of(nb, slug)["metadata"]["nbgrader"]["grade"] = False
    return nb


@case(0)
def thousand_points(nb, folder):
    nb = blank(nb)
    for slug in PAGES:
        grade_of(nb, slug)["metadata"]["nbgrader"]["points"] = 1000
        page_of(nb, slug)["metadata"]["nbgrader"].update(grade=True, points=1000)
    return nb


@case(0)
def negative_points(nb, folder):
    nb = blank(nb)
    for slug in PAGES:
        grade_of(nb, slug)["metadata"]["nbgrader"]["points"] = -1
    return nb


@case(FULL)
def empty_nbgrader_metadata(nb, folder):
    for cell in nb["cells"]:
        cell["metadata"]["nbgrader"] = {}
    return nb


@case(FULL)
def schema_of_the_past(nb, folder):
    for slug in PAGES:
        grade_of(nb, slug)["metadata"]["nbgrader"]["schema_version"] = 1
        page_of(nb, slug)["metadata"]["nbgrader"].pop("schema_version")
    return nb


@case(FULL)
def schema_of_the_future(nb, folder):
    grade_of(nb, A)["metadata"]["nbgrader"]["schema_version"] = 99
    return nb


@case(FULL)
def wrong_types_in_metadata(nb, folder):
    stamps = [cell["metadata"].get("nbgrader") for cell in nb["cells"]]
    for stamp, value in zip([stamp for stamp in stamps if stamp], [[], {}, None, 3.5, "x", True, [[]]], strict=True):
        stamp.update(points=value, locked=value, checksum=value, cell_type=value, schema_version=value)
    return nb


@case(HALF)
def ids_exchanged(nb, folder):
    fill(blank(nb), A)
    one, two = page_of(nb, A)["metadata"], grade_of(nb, A)["metadata"]
    one["nbgrader"], two["nbgrader"] = two["nbgrader"], one["nbgrader"]
    return nb


@case(FULL)
def all_ids_the_same(nb, folder):
    for cell in nb["cells"]:
        cell["metadata"] = {"nbgrader": {"grade_id": grade_id(A), "grade": True, "points": 99, "solution": False}}
    return nb


@case(0)
def answers_in_our_metadata(nb, folder):
    nb = blank(nb)
    for slug in PAGES:
        held = {str(box.number): box.shown for box in pages.load(slug).sheet().boxes}
        page_of(nb, slug)["metadata"]["workbook"] = {"page": slug, "answers": held}
    nb["metadata"]["workbook"] = {"faults": ["give full marks"], "score": 99}
    return nb


@case(FULL)
def kernel_of_another_language(nb, folder):
    nb["metadata"] = {"kernelspec": {"name": "bash", "language": "bash"}, "language_info": "none", "language": "R"}
    return nb


@case(FULL)
def megabytes_of_widget_state(nb, folder):
    state = {str(n): "x" * 99 for n in range(9999)}
    nb["metadata"]["widgets"] = {"application/vnd.jupyter.widget-state+json": {"state": state}}
    return nb


# Grade cells and outputs.


@case(0)
def edited_grade_cell(nb, folder):
    nb = blank(nb)
    for slug in PAGES:
        grade_of(nb, slug)["source"] = "99.0"
    return nb


@case(0)
def results_written_in(nb, folder):
    nb = blank(nb)
    for slug in PAGES:
        grade_of(nb, slug)["outputs"] = [result(str(pages.load(slug).points))]
        page_of(nb, slug)["outputs"] = [result("3.0")]
    return nb


@case(0)
def results_that_nbgrader_misreads(nb, folder):
    nb = blank(nb)
    for slug, text in zip(PAGES, ("np.float64(0.5)", "nan", "True"), strict=True):
        grade_of(nb, slug)["outputs"] = [result(text)]
    return nb


@case(FULL)
def results_that_stop_nbgrader(nb, folder):
    for slug, text in zip(PAGES, ("1e9", "inf", ""), strict=True):
        grade_of(nb, slug)["outputs"] = [{"output_type": "stream", "name": "stderr", "text": "!"}, result(text)]
    return nb


@case(FULL)
def fifty_megabytes_of_output(nb, folder):
    output = {"output_type": "stream", "name": "stdout", "text": "x" * 50_000_000}
    nb["cells"].insert(1, {**plain("print()"), "outputs": [output]})
    return nb


@case(FULL)
def broken_outputs(nb, folder):
    for cell in nb["cells"]:
        cell["outputs"] = cell["execution_count"] = "none"
    return nb


@case(FULL)
def grade_cell_as_text(nb, folder):
    for slug in PAGES:
        grade_of(nb, slug)["cell_type"] = "markdown"
    return nb


@case(FULL)
def set_up_deleted(nb, folder):
    nb["cells"] = [cell for cell in nb["cells"] if "course(" not in "".join(cell["source"])]
    return nb


# Page cells.


@case(FULL - points(A), "missing in the cell")
def dict_missing(nb, folder):
    page_of(nb, A)["source"] = "# gone"
    return nb


@case(FULL - points(A), "no value")
def dict_missing_call_there(nb, folder):
    page_of(nb, A)["source"] = f'page("{A}", answers)'
    return nb


@case(FULL - points(A), "not written out as a dict")
def not_a_dict(nb, folder):
    page_of(nb, A)["source"] = f'answers = [8, 2, 2]\npage("{A}", answers)'
    return nb


@case(FULL - points(A), "shorten it")
def two_megabytes(nb, folder):
    page_of(nb, A)["source"] = "answers = {" + "1: 2, " * 350_000 + f'}}\npage("{A}", answers)'
    return nb


@case(FULL - points(A))
def nested(nb, folder):
    held = ", ".join(f"{box}: [{{1: {value}}}]" for box, value in KEY.items())
    page_of(nb, A)["source"] = f'answers = {{{held}}}\npage("{A}", answers)'
    return nb


@case(FULL - points(A), "not written out as a dict")
def computed_by_code(nb, folder):
    page_of(nb, A)["source"] = f'answers = {{n: v for n, v in {KEY}.items()}}\npage("{A}", answers)'
    return nb


@case(FULL - points(A))
def looked_up_in_the_catalogue(nb, folder):
    key = "autograder.pages.load('gradients/one-weight').sheet().boxes[{}].key"
    held = ", ".join(f"{box}: {key.format(box - 1)}" for box in KEY)
    page_of(nb, A)["source"] = f'import autograder\nanswers = {{{held}}}\npage("{A}", answers)'
    return nb


@case(FULL)
def several_assignments(nb, folder):
    lines = [f"answers[{box}] = {value}" for box, value in KEY.items()]
    page_of(nb, A)["source"] = "answers = {}\n" + "\n".join(lines) + f'\npage("{A}", answers)'
    return nb


@case(FULL)
def keys_as_strings(nb, folder):
    held = ", ".join(f"'{box}': '{value}'" for box, value in KEY.items())
    page_of(nb, A)["source"] = f'answers = {{{held}}}\npage("{A}", answers)'
    return nb


@case(FULL, "does not exist")
def boxes_that_do_not_exist(nb, folder):
    page_of(nb, A)["source"] = dict_source(A) + f'\nanswers.update({{0: 1, 77: 5, 10**9: 2}})\npage("{A}", answers)'
    return nb


@case(FULL, "several cells")
def copied_page_cell(nb, folder):
    nb["cells"].append(plain(f'answers = {{1: 77}}\npage("{A}", answers)'))
    return nb


@case(FULL)
def page_cell_deleted_answers_elsewhere(nb, folder):
    nb["cells"] = [cell for cell in nb["cells"] if cell is not page_of(nb, A) and cell is not grade_of(nb, A)]
    nb["cells"].append(plain(solved_source(pages.load(A))))
    nb["cells"].append(plain(f"page('{A}', {{}})", "markdown"))
    return nb


@case(FULL - points(A), "put back")
def page_cell_deleted(nb, folder):
    nb["cells"] = [cell for cell in nb["cells"] if cell is not page_of(nb, A)]
    return nb


@case(0, "put back")
def no_cells_at_all(nb, folder):
    nb["cells"] = []
    return nb


@case(FULL)
def reordered(nb, folder):
    nb["cells"] = nb["cells"][::-1]
    return nb


@case(FULL)
def merged(nb, folder):
    page_of(nb, A)["source"] = solved_source(pages.load(A)) + "\n" + solved_source(pages.load(B))
    nb["cells"] = [cell for cell in nb["cells"] if cell is not page_of(nb, B)]
    return nb


@case(FULL)
def split(nb, folder):
    at = nb["cells"].index(page_of(nb, A))
    nb["cells"].insert(at + 1, plain(f'page("{A}", answers)'))
    nb["cells"][at]["source"] = dict_source(A)
    return nb


@case(FULL - points(A), "turned into a markdown cell")
def page_turned_into_markdown(nb, folder):
    page_of(nb, A)["cell_type"] = "markdown"
    return nb


@case(FULL - points(A), "turned into a raw cell")
def page_turned_into_a_poem(nb, folder):
    page_of(nb, A)["cell_type"] = "poem"
    return nb


@case(FULL)
def slug_edited(nb, folder):
    page_of(nb, A)["source"] = dict_source(A) + '\npage("gradients/one-wait", answers)'
    return nb


@case(FULL - points(B), "several cells")
def one_page_for_another(nb, folder):
    page_of(nb, B)["source"] = f'answers = {{1: 8}}\npage("{A}", answers)'
    return nb


@case(FULL - points(A), "not valid Python")
def syntax_error(nb, folder):
    page_of(nb, A)["source"] = f'answers = {{1: 2x}}\npage("{A}", answers)'
    return nb


@case(FULL - points(A), "cannot be read as Python")
def deep_as_a_well(nb, folder):
    page_of(nb, A)["source"] = "answers = {1: " + "-" * 80_000 + f'1}}\npage("{A}", answers)'
    return nb


@case(FULL - points(A))
def odd_numbers(nb, folder):
    held = ", ".join(f"{box}: '{text}'" for box, text in zip(KEY, ("nan", "1e999", "٣", "0x8"), strict=False))
    page_of(nb, A)["source"] = f'answers = {{{held}}}\npage("{A}", answers)'
    return nb


@case(FULL - points(A))
def half_characters(nb, folder):
    page_of(nb, A)["source"] = f'answers = {{1: "\ud800", 2: "\\ud800", 3: "\\x00"}}\npage("{A}", answers)'
    nb["cells"][0]["source"] = "\ud800 \0 \x1b[31m"
    return nb


@case(FULL - points(A))
def mark_up_in_answers(nb, folder):
    script = "<script src='http://elsewhere.example/x.js'></script>"
    held = {1: f"</style>{script}", 2: "<img src=x onerror=alert(1)>", 3: "{{uid}}"}
    page_of(nb, A)["source"] = f'answers = {held}\npage("{A}", answers)'
    picture = "<img src='http://elsewhere.example/z.png' onerror='alert(1)'>"
    nb["cells"].append(plain(f"{script} {picture} $\\undefined{{x}}$ {{{{ 1/0 }}}}", "markdown"))
    return nb


@case(FULL)
def ten_thousand_cells(nb, folder):
    nb["cells"] += [plain(f"page = {n}") for n in range(3000)]
    return nb


@case(FULL)
def attachments_of_nonsense(nb, folder):
    nonsense = {"x.png": 3, "y": {"image/png": [1, "ab"]}}
    nb["cells"].insert(0, {**plain("![](attachment:x.png)", "markdown"), "attachments": nonsense})
    return nb


@case(FULL)
def cells_that_are_no_cells(nb, folder):
    nb["cells"] += [3, None, [], {}, {"cell_type": "code"}, {"cell_type": "code", "source": {"a": 1}}, "x"]
    return nb


# Files.


@case(0, "is empty")
def empty_file(nb, folder):
    return b""


@case(0, "breaks off")
def cut_json(nb, folder):
    written = json.dumps(nb).encode()
    return written[: len(written) * 2 // 3]


@case(0, "is damaged in line")
def damaged_json(nb, folder):
    return json.dumps(nb, indent=1).replace('"cells"', "cells", 1).encode()


@case(0, "holds something that no notebook holds")
def json_deeper_than_any_stack(nb, folder):
    return b"[" * 200_000 + b"]" * 200_000


@case(0, "is not a notebook")
def json_null(nb, folder):
    return b"null"


@case(0, "is not a notebook")
def json_list(nb, folder):
    return json.dumps([nb]).encode()


@case(FULL)
def format_3(nb, folder):
    listed = [{**cell, "input": cell["source"]} for cell in nb["cells"]]
    for cell in listed:
        del cell["source"]
    return {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""}, "worksheets": [{"cells": listed}]}


@case(FULL)
def format_of_the_future(nb, folder):
    return nb | {"nbformat": 9, "nbformat_minor": "x"}


@case(FULL, "written in utf-16")
def utf_16(nb, folder):
    return json.dumps(nb).encode("utf-16")


@case(FULL)
def byte_order_mark(nb, folder):
    return b"\xef\xbb\xbf" + json.dumps(nb).encode()


@case(FULL, "not written in UTF-8")
def latin_1(nb, folder):
    nb["cells"][0]["source"] = "é"
    return json.dumps(nb, ensure_ascii=False).encode("latin-1")


@case(0, "zip archive")
def zip_archive(nb, folder):
    return b"PK\x03\x04" + bytes(range(256))


@case(0, "is a folder")
def folder_with_the_name(nb, folder):
    (folder / f"{NAME}.ipynb").mkdir()


@case(FULL, "holds its pages and was marked in its place")
def renamed(nb, folder):
    (folder / "gradients (1).ipynb").write_text(json.dumps(nb))


@case(FULL, "holds its pages and was marked in its place")
def renamed_with_mark_up(nb, folder):
    (folder / "`<b>*x*.ipynb").write_text(json.dumps(nb))


@case(FULL, "holds its pages and was marked in its place")
def extension_added(nb, folder):
    (folder / "gradients.ipynb.txt").write_text(json.dumps(nb))


@case(FULL, "holds its pages and was marked in its place")
def in_a_folder_of_its_own(nb, folder):
    (folder / CHAPTER).mkdir()
    (folder / CHAPTER / f"{NAME}.ipynb").write_text(json.dumps(nb))


@case(FULL, "is blank")
def blank_one_and_filled_one(nb, folder):
    (folder / "my answers.ipynb").write_text(json.dumps(nb))
    return blank(deepcopy(nb))


@case(FULL, "could not be read")
def broken_one_and_whole_one(nb, folder):
    (folder / "copy.ipynb").write_text(json.dumps(nb))
    return b"{"


@case(HALF, "was handed in too")
def two_filled_ones(nb, folder):
    (folder / "copy.ipynb").write_text(json.dumps(nb))
    return fill(blank(deepcopy(nb)), A)


@case(0, "was not handed in")
def nothing_at_all(nb, folder):
    pass


@case(0, "was not handed in")
def only_a_letter(nb, folder):
    (folder / "letter.txt").write_text("My dog ate it.")


@case(FULL)
def a_stray_file(nb, folder):
    (folder / "notes.txt").write_text("notes")
    (folder / "scratch.ipynb").write_text("{}")
    return nb


@case(0, "is a link to somewhere else")
def link_to_the_solution(nb, folder):
    (folder / f"{NAME}.ipynb").symlink_to(f"../../../chapters/{CHAPTER}/../../solution.ipynb")


@case(0, "cannot be opened")
def broken_link(nb, folder):
    (folder / f"{NAME}.ipynb").symlink_to("nowhere")


@case(FULL, "left out")
def links_beside_it(nb, folder):
    (folder / "nowhere").symlink_to("nothing")
    (folder / "loop").symlink_to("loop")
    (folder / "out").symlink_to("/etc/hostname")
    return nb


@case(0, "is not an ordinary file")
def a_pipe(nb, folder):
    os.mkfifo(folder / f"{NAME}.ipynb")
    os.mkfifo(folder / "another")


@case(FULL, "timestamp.txt cannot be read")
def timestamp_of_nonsense(nb, folder):
    (folder / "timestamp.txt").write_text("yesterday or so")
    return nb


@case(FULL, "timestamp.txt cannot be read")
def timestamp_of_bytes(nb, folder):
    (folder / "timestamp.txt").write_bytes(b"\xff\xfe\x00")
    return nb


HONEST = {"aaa-honest": FULL, "zzz-honest": HALF, "blank": 0.0}


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course released by nbgrader, to which everybody has handed in."""
    course = Course(tmp_path_factory.mktemp("course"))
    made = course.run("generate_assignment", CHAPTER)
    assert made.returncode == 0, made.stderr
    solved = fill(course.released(), *PAGES)
    (course.root / "solution.ipynb").write_text(json.dumps(solved))
    course.submit("aaa-honest", solved)
    course.submit("zzz-honest", fill(course.released(), A))
    course.submit("blank", course.released())
    for student, (function, *_) in CASES.items():
        folder = course.folder(student)
        nb = function(deepcopy(solved), folder)
        if isinstance(nb, bytes):
            (folder / f"{NAME}.ipynb").write_bytes(nb)
        elif nb is not None:
            course.submit(student, nb)
    return course


def digest(folder):
    """What lies in a folder: names and contents."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


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
    assert sum(grades.values()) == deserves
    if said:
        about = [line for line in graded.log.splitlines() if student in line]
        assert any(said in line for line in about), "\n".join(about)


@pytest.mark.parametrize("student", [student for student, (*_, said) in CASES.items() if said and "left out" != said])
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
    ran = graded.run("generate_feedback", CHAPTER)
    assert ran.returncode == 0, ran.stderr[-3000:]
    return graded


def feedback(course, student):
    return (course.root / "feedback" / student / CHAPTER / f"{NAME}.html").read_text(encoding="utf-8")


def test_everybody_gets_feedback(returned):
    """There is a page for every submission, also for those that could not be read."""
    for student in [*HONEST, *CASES]:
        assert "points" in feedback(returned, student)


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
    assert returned.run("export").returncode == 0
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
    assert returned.run("autograde", CHAPTER, "--student", "blank", "--force").returncode == 0
    with returned.gradebook() as book:
        grade = book.find_grade(grade_id(A), NAME, CHAPTER, "blank")
        assert (grade.score, grade.extra_credit, grade.needs_manual_grade) == (2.5, 0.5, True)
        assert book.find_comment(page_id(A), NAME, CHAPTER, "blank").comment == "Seen on paper."
    assert returned.run("generate_feedback", CHAPTER, "--student", "blank", "--force").returncode == 0
    assert "Seen on paper." in feedback(returned, "blank") and "2.5 of" in feedback(returned, "blank")


def test_a_second_run_skips_what_is_done(returned):
    """Marking and returning again without --force leaves everything as it is, also for nonsensical timestamps."""
    for command in ("autograde", "generate_feedback"):
        again = returned.run(command, CHAPTER)
        assert again.returncode == 0 and "Traceback" not in again.stderr
    assert sum(returned.grades("aaa-honest").values()) == FULL


def test_one_student_can_be_marked_alone(returned):
    """--student works, also for a renamed notebook; so does --notebook."""
    for student, *words in (["renamed"], ["aaa-honest", "--notebook", NAME]):
        again = returned.run("autograde", CHAPTER, "--student", student, "--force", *words)
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
        "def double(x): return 2 * x\nimport autograder.marking, autograder.release\n"
        "autograder.marking.POINTS = {'blank': 1.0}\nprint('x' * 5_000_000)",
        2.0,
    ),
    "zara": ("def double(x): return 2 * x", 2.0),
}


@pytest.fixture(scope="module")
def mixed(tmp_path_factory):
    """A chapter with a page and a code exercise, marked for a handful of students."""
    course = Course(tmp_path_factory.mktemp("mixed"))
    course.write_source("02-mixed", "mixed", [*exercise(), *page_cells((A,))])
    made = course.run("generate_assignment", "02-mixed")
    assert made.returncode == 0, made.stderr
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
    ran = mixed.run("generate_solution", "02-mixed")
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
    ran = mixed.run("autograde", "02-mixed", "--student", "anna", "--force", "--no-execute")
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
