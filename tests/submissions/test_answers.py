"""Whole notebooks are read as data."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.submissions.answers import read_notebook
from autograder.submissions.ids import SETUP_ID, STUDENT_ID, code_id, explorer_id, grade_id, is_ours, page_id, slug_of
from autograder.submissions.notebook import cells

A, B = "gradients/one-weight", "gradients/bigger-nudge"


def code(source, slug=None, cell_id=None):
    """A code cell, with the metadata of the page's own cell if `slug` is given."""
    metadata = {}
    if slug:
        metadata = {"nbgrader": {"grade_id": page_id(slug)}, "workbook": {"page": slug}}
    if cell_id:
        metadata = {"nbgrader": {"grade_id": cell_id}}
    return {"cell_type": "code", "metadata": metadata, "source": source}


def page(slug, held, own=True):
    return code(f'answers = {held}\npage("{slug}", answers)', slug if own else None)


def notebook(*listed):
    return {"cells": list(listed), "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def read(*listed, pages=None):
    return read_notebook(notebook(*listed), pages).pages


@pytest.mark.parametrize("slug", [A, "backpropagation/all-of-it-2", "start/boxes"])
def test_cell_ids_lead_back_to_the_page(slug):
    """The ids of a page's two cells are different, fit for nbgrader, and name the page."""
    assert slug_of(page_id(slug)) == slug_of(grade_id(slug)) == slug
    assert page_id(slug) != grade_id(slug)
    assert page_id(slug).replace("-", "").isalnum()


@pytest.mark.parametrize("slug", ["gradients", "a--b/c", "A/b", "a/b/c/d", "a_b/c", "", "a/-b"])
def test_a_slug_that_cannot_be_an_id_is_refused(slug):
    """An id must be invertible."""
    with pytest.raises(ValueError, match="slug"):
        page_id(slug)


@pytest.mark.parametrize("name", ["", "setup", "page-x", "cell-a--b", None, 3, "grade"])
def test_other_ids_belong_to_no_page(name):
    """Only the ids of page and grade cells name a page."""
    assert slug_of(name) is None


@pytest.mark.parametrize(
    ("name", "ours"),
    [(page_id(A), True), (grade_id(A), True), (SETUP_ID, True), (STUDENT_ID, True), (explorer_id(A), True),
     (code_id(A), False), ("cell-3", False), ("page-x", False), ("", False), (None, False), (3, False)],
)  # fmt: skip
def test_a_cell_is_ours_or_the_students(name, ours):
    """The cell of a code exercise is the student's; its grade cell and everything else that we put in is ours."""
    assert is_ours(name) is ours


def test_each_page_has_its_answers():
    """A notebook gives the answers of each of its pages and says in which cell they stand."""
    found = read(code("import x"), page(A, {1: 2}), page(B, {1: "3/4"}))
    assert found[A].answers == {1: "2"} and found[A].place == 1 and not found[A].faults
    assert found[B].answers == {1: "3/4"}


def test_a_copied_cell_does_not_displace_the_original():
    """The cell with the page's own id counts, wherever the copy stands, and a contradiction is said."""
    for listed in ([page(A, {1: 1}), page(A, {1: 2}, own=False)], [page(A, {1: 2}, own=False), page(A, {1: 1})]):
        assert read(*listed)[A].answers == {1: "1"}
        assert "several cells" in read(*listed)[A].faults[0]


def test_a_blank_original_gives_way_to_a_filled_copy():
    """Answers in a copy count when the page's own cell has none; of several copies the last."""
    found = read(page(A, {1: None}), page(A, {1: 2}, own=False), page(A, {1: 3}, own=False))
    assert found[A].answers == {1: "3"} and found[A].place == 2


def test_of_two_cells_with_the_id_the_last_counts():
    """JupyterLab copies metadata too: as when they are run, the last one wins."""
    assert read(page(A, {1: 1}), page(A, {1: 2}))[A].answers == {1: "2"}


def test_equal_copies_are_no_contradiction():
    """The same answers twice need no remark."""
    assert read(page(A, {1: 1}), page(A, {1: 1}, own=False))[A].faults == ()


def test_merged_cells_answer_both_pages():
    """Two pages in one cell, under the id of the first."""
    merged = code(f'answers = {{1: 1}}\npage("{A}", answers)\nanswers = {{1: 2}}\npage("{B}", answers)', A)
    found = read(merged)
    assert found[A].answers == {1: "1"} and found[B].answers == {1: "2"}


def test_split_cells_are_put_together():
    """The dict in one cell and the call in the next, whichever of them kept the id."""
    for first, second in ((A, None), (None, A), (A, A)):
        found = read(code("answers = {1: 5}", first), code(f'page("{A}", answers)', second))
        assert found[A].answers == {1: "5"}


def test_answers_of_another_page_are_not_borrowed():
    """A call without its own dict does not take the dict of the page before."""
    found = read(page(A, {1: 5}), code(f'page("{B}", answers)', B))
    assert found[B].blank and "no value" in found[B].faults[0]


def test_a_deleted_call_is_no_loss():
    """A cell that lost its call still has its id, or what we wrote beside it."""
    assert read(code("answers = {1: 5}", A))[A].answers == {1: "5"}
    assert read(code("answers = {1: 5}", cell_id=page_id(A)))[A].answers == {1: "5"}


def test_a_page_whose_metadata_are_gone_is_known_by_its_call():
    """Metadata can be stripped by a text editor or an upload."""
    assert read(page(A, {1: 5}, own=False))[A].answers == {1: "5"}


def test_an_edited_slug_falls_back_on_the_id():
    """A call of an unknown page counts for the page whose cell it is."""
    cell = code('answers = {1: 5}\npage("gradients/one-wait", answers)', A)
    assert read(cell, pages={A: 3})[A].answers == {1: "5"}


def test_the_call_goes_before_the_id():
    """A call of another existing page counts for that page."""
    found = read(code(f'answers = {{1: 5}}\npage("{B}", answers)', A), pages={A: 3, B: 3})
    assert found[B].answers == {1: "5"} and A not in found


@pytest.mark.parametrize("kind", ["markdown", "raw", "heading", "poem"])
def test_a_page_turned_into_text_is_blank_and_says_so(kind):
    """A page's cell that is no code cell any more has no answers; the fault says what to do."""
    found = read({**page(A, {1: 5}), "cell_type": kind})
    assert found[A].blank and "turn it back" in found[A].faults[0]


def test_boxes_that_do_not_exist_are_named():
    """Entries beyond the page's boxes are left out and said."""
    found = read(page(A, {0: 1, 1: 5, 99: 2}), pages={A: 3})
    assert found[A].answers == {1: "5"} and "box 0, 99 does not exist" in found[A].faults[0]


def test_a_grade_cell_gives_no_answers():
    """A grade cell as it was released answers nothing."""
    assert read(code(f'grade("{A}")', cell_id=grade_id(A))) == {}


def test_exchanged_ids_lose_no_answers():
    """A page's cell that carries the id of its grade cell still answers."""
    found = read(code(f'answers = {{1: 5}}\npage("{A}", answers)', cell_id=grade_id(A)), code(f'grade("{A}")', A))
    assert found[A].answers == {1: "5"}


def test_format_3_reads_like_format_4():
    """Notebooks of format 3 keep cells in worksheets and code in `input`."""
    cell = {"cell_type": "code", "input": ["answers = {1: 2}\n", f'page("{A}", answers)'], "language": "python"}
    nb = {"nbformat": 3, "worksheets": [{"cells": [{"cell_type": "heading", "level": 2, "source": "x"}, cell]}]}
    assert read_notebook(nb).pages[A].answers == {1: "2"}
    assert cells(nb)[0].source == "## x"


def test_a_source_may_be_a_list():
    """Notebook files split sources into lines."""
    assert read(code(["answers = {1: 2}\n", 3, f'page("{A}", answers)']))[A].answers == {1: "2"}


def test_absurdly_much_code_is_not_read():
    """A notebook with megabytes of page cells is cut off, in words, not read for minutes."""
    long = "x = 1\n" * 15_000
    found = read(*[code(f'{long}answers = {{1: 2}}\npage("{A}", answers)', A) for _ in range(12)])
    assert found[A].answers == {1: "2"}


def test_what_is_no_notebook_is_said():
    """A JSON value that is no object has a fault."""
    assert "not a notebook" in read_notebook([1, 2]).faults[0]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(
        st.sampled_from(["cells", "worksheets", "cell_type", "source", "input", "metadata", "nbgrader", "grade_id",
                         "workbook", "page", "level", "attachments"]) | st.text(max_size=5),
        inner | st.sampled_from(["code", "markdown", f'page("{A}", answers)', page_id(A), A]),
        max_size=5,
    ),
    max_leaves=30,
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(json_values)
def test_no_json_value_raises(value):
    """Anything can stand in a file, and what comes out can be written to one."""
    for nb in (value, {"cells": value}, {"cells": [value]}, {"cells": [{"cell_type": "code", "metadata": value}]}):
        found = read_notebook(nb, {A: 3})
        json.dumps([page.answers for page in found.pages.values()]).encode()
