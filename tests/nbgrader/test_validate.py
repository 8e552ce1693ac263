"""nbgrader's *Validate*, which students may press before they hand in, tells the truth of what grade() says quietly."""

from __future__ import annotations

from pathlib import Path

import nbformat
from nbgrader.validator import Validator

from autograder import pages
from autograder.nbgrader.release import blank_source, solved_source
from autograder.submissions.ids import page_id

RELEASED = Path(__file__).parents[2] / "chapters" / "03-elementwise" / "elementwise.ipynb"


def test_only_a_page_that_is_right_passes(tmp_path):
    """Of a released chapter with a blank page, one with a slip, a half and a right one, all but the last fail."""
    blank, slipped, half, right = pages.chapter_pages("elementwise")[:4]
    answers = {
        blank: blank_source(blank),
        slipped: solved_source(slipped).replace(f"1: {slipped.sheet().boxes[0].literal}", "1: 987"),
        half: blank_source(half).replace("1: None", f"1: {half.sheet().boxes[0].literal}"),
        right: solved_source(right),
    }
    assert len(set(answers.values())) == 4 and "987" in answers[slipped]
    nb = nbformat.read(RELEASED, as_version=4)
    shown = {page.slug.replace("/", "--") for page in answers}
    nb.cells = [
        cell for cell in nb.cells
        if cell.cell_type == "code" and (cell.id == "workbook-setup" or cell.id.partition("-")[2] in shown)
    ]  # fmt: skip
    for cell in nb.cells:
        cell.source = {page_id(page.slug): source for page, source in answers.items()}.get(cell.id, cell.source)
    nbformat.write(nb, tmp_path / "elementwise.ipynb")

    found = Validator().validate(str(tmp_path / "elementwise.ipynb"))
    assert set(found) == {"failed"}  # no cell has been changed that is not the student's
    assert [cell["source"] for cell in found["failed"]] == [f'grade("{p.slug}")' for p in (blank, slipped, half)]
    assert all("Partial credit" in cell["raw_error"] for cell in found["failed"])
