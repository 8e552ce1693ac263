"""The table of verdicts is read as it was written."""

import inspect
import re
from collections import Counter

import numpy as np
import pytest

from autograder import pages
from autograder.marking.states import OF_CODE, STATES
from autograder.report.table import ReportError, read, tally

from .conftest import rows_of, simulated, written


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_every_row_comes_back(tmp_path, form):
    """Student, chapter, page, box, verdict, mistake, answer, cause and points, from CSV as from Parquet."""
    rows = [row for n in range(6) for row in rows_of(f"=student {n}", simulated(n))]
    read_back = written(tmp_path, rows, form)
    found = Counter(
        (read_back.students[student], *read_back.pages[read_back.boxes[box].page], read_back.boxes[box].number,
         STATES[state], read_back.codes[code], read_back.answers[answer], read_back.causes[cause], float(points))
        for student, box, state, code, answer, cause, points in zip(
            read_back.student, read_back.box, read_back.state, read_back.code, read_back.answer, read_back.cause,
            read_back.points, strict=True)
    )  # fmt: skip
    assert found == Counter(
        (row.student, row.chapter, row.page, row.box, row.verdict, row.mistake, row.read_as or row.text,
         row.follows_from, row.points) for row in rows
    )  # fmt: skip


def test_pages_stand_in_the_order_of_the_course(class_of):
    """Not in that of the alphabet, and boxes in that of the page."""
    slugs = ("gradients/smaller-nudge", "gradients/one-weight", "gradients/bigger-nudge")
    verdicts = class_of({"ada": simulated(1, slugs=slugs)})
    order = list(pages.catalogue())
    found = [place.slug for place in verdicts.pages]
    assert found == sorted(slugs, key=order.index) != sorted(slugs)
    assert list(verdicts.boxes) == sorted(verdicts.boxes)


def test_counts_are_what_counting_gives(class_of):
    """A row for each box, a column for each verdict."""
    verdicts = class_of({f"s{n}": simulated(n) for n in range(8)})
    for box in range(len(verdicts.boxes)):
        here = Counter(STATES[state] for state in verdicts.state[verdicts.box == box])
        assert verdicts.by_box[box].tolist() == [here[state] for state in STATES]
    assert verdicts.by_page.sum() == verdicts.by_student.sum() == len(verdicts.box)


def test_somebody_without_a_single_row_is_in_the_class(tmp_path):
    """Whose every page was lost is in the grades, and so in the report."""
    verdicts = written(tmp_path, rows_of("ada", simulated(1)), absent=(("zoe", "01-gradients"),))
    assert verdicts.students == ("ada", "zoe") and ("zoe", "01-gradients") in verdicts.handed


def test_a_slip_without_a_name_has_the_first_code(class_of):
    """Code 0 is "", whatever comes first in the table."""
    assert class_of({"ada": {"gradients/one-weight": {1: "5", 2: "17"}}}).codes[0] == ""


@pytest.mark.parametrize(("spoil", "said"), [
    (lambda path: path.unlink(), "run workbook mark first"),
    (lambda path: path.write_text("a,b\n1,2\n"), "no column student"),
    (lambda path: path.write_text(path.read_text()[:-40]), "breaks off"),
    (lambda path: path.write_text(path.read_text().replace(",right,", ",grand,")), "something odd"),
    (lambda path: path.write_bytes(path.read_bytes().replace(b",1,right", b",one,right")), "something odd"),
    (lambda path: path.write_text(""), "no column student"),
])  # fmt: skip
def test_a_table_that_is_none_is_named(tmp_path, spoil, said):
    """What is wrong with the file, and that marking again mends it."""
    written(tmp_path, rows_of("ada", {"gradients/one-weight": {1: "8", 2: "2", 3: "2"}}))
    spoil(tmp_path / "verdicts.csv")
    with pytest.raises(ReportError, match=said) as raised:
        read(tmp_path)
    assert "workbook mark" in str(raised.value)


def test_a_broken_parquet_file_is_named(tmp_path):
    """The same for Parquet."""
    written(tmp_path, rows_of("ada", simulated(1)), "parquet")
    (tmp_path / "verdicts.parquet").write_bytes(b"PAR1 and then nothing")
    with pytest.raises(ReportError, match="cannot be read"):
        read(tmp_path)


def test_an_empty_class_is_said(tmp_path):
    """A table with a heading alone has nothing to report on."""
    with pytest.raises(ReportError, match="holds no verdicts"):
        written(tmp_path, [])


def test_verdicts_on_code_are_counted_with_those_on_boxes(tmp_path):
    """Partly right with too few digits, an error or an endless loop with what cannot be read; nothing is lost."""
    from autograder.marking.code import Finding

    said = re.search(r"state: str  # (.*)", inspect.getsource(Finding))[1].split(", ")
    row = rows_of("ada", {"gradients/one-weight": {}})[0]
    rows = [row._replace(page="activations/relu-code", box=n, verdict=state) for n, state in enumerate(said, 1)]
    verdicts = written(tmp_path, rows)
    assert [STATES[state] for state in verdicts.state] == [OF_CODE.get(state, state) for state in said]


def test_tally_counts_rows():
    """tally() is np.unique over rows, as it should be."""
    draw = np.random.default_rng(0)
    columns = [draw.integers(0, most, 500) for most in (5, 1, 7)]
    rows, times = tally(*columns)
    expected, counts = np.unique(np.stack(columns, axis=1), axis=0, return_counts=True)
    assert np.array_equal(rows, expected) and np.array_equal(times, counts)
    assert len(tally(*(np.empty(0, int) for _ in range(2)))[0]) == 0
