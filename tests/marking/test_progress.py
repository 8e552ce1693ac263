"""How far a student is, read from notebooks as data, and shown as a bar and as text."""

import json
import re
from pathlib import Path

import pytest

from autograder import pages
from autograder.cli import main
from autograder.marking import progress
from autograder.marking.policy import Policy
from autograder.marking.progress import chapter_of, chapters_in, page_item, progress_of, settings_in
from autograder.marking.variants import own_variant
from autograder.render.progress import bar, text
from autograder.settings import Settings
from autograder.submissions.ids import code_id, grade_id
from autograder.submissions.notebook import cells
from autograder.submissions.writing import page_source

ROOT = Path(__file__).parents[2]
CHAPTER, FOLDER = "activations", "05-activations"


def notebook(folder: str = "chapters") -> dict:
    return json.loads((ROOT / folder / FOLDER / "activations.ipynb").read_text(encoding="utf-8"))


def states(nb: dict, **options) -> dict[str, str]:
    return {item.slug: item.state for item in progress_of(cells(nb), CHAPTER, **options).items}


def write(nb: dict, slug: str, answers: dict[int, str]) -> None:
    """Type answers into a page's cell."""
    cell = next(cell for cell in nb["cells"] if cell["metadata"].get("workbook", {}).get("page") == slug)
    cell["source"] = page_source(slug, {n: json.dumps(text) for n, text in answers.items()})


def keys(slug: str, variant: int = 0) -> dict[int, str]:
    return {box.number: box.shown for box in pages.load(slug).sheet(variant).boxes}


@pytest.mark.parametrize(("folder", "state"), [("chapters", "blank"), ("solutions", "right")])
def test_what_is_handed_out_is_blank_and_a_solution_right(folder, state):
    """Every page and every code exercise of every chapter, in the order of the notebook."""
    found = chapters_in(ROOT / folder)
    assert [one.chapter for one in found] == pages.chapters()
    assert {item.state for one in found for item in one.items} == {state}
    slugs = [item.slug for one in found for item in one.items]
    assert set(slugs) == {*pages.catalogue(), *pages.exercises()} and len(set(slugs)) == len(slugs)
    assert all([item.place for item in one.items] == list(range(1, len(one.items) + 1)) for one in found)


def test_a_page_is_begun_until_all_its_boxes_are_right():
    """One box filled, wrong or right: begun. All right: right, also where boxes only follow from a slip."""
    slug = "equations/small-backward"
    right, page = keys(slug), pages.load(slug)
    assert page_item(page, {}).state == page_item(page, {1: " "}).state == "blank"
    assert page_item(page, {1: "17"}).state == "begun"
    assert page_item(page, {1: right[1]})[4:6] == (1, len(right))
    assert page_item(page, right).state == "right"
    assert page_item(page, right | {9: "x"}).state == "begun"


def test_what_the_policy_holds_back_no_bar_tells():
    """Recorded answers: a full page is filled in, right or wrong; counts are told once a page is full."""
    slug = "gradients/one-weight"
    page, right, wrong = pages.load(slug), keys(slug), {1: "8", 2: "5", 3: "7"}
    for answers in (right, wrong):
        assert page_item(page, answers, policy=Policy("recorded")).state == "filled"
        assert page_item(page, {1: answers[1]}, policy=Policy("recorded")).state == "begun"
    assert page_item(page, right, policy=Policy("counts")).state == "right"
    assert page_item(page, wrong, policy=Policy("counts")).state == "filled"


def test_the_students_own_numbers_count():
    """With numbers of one's own, these are right and the canonical ones are not; the id may stand in the notebook."""
    slug, settings = "activations/relu-mask", Settings(variants="student", salt="s")
    nb = notebook()
    write(nb, slug, keys(slug, own_variant("ada", settings)))
    assert states(nb, settings=settings, student="ada")[slug] == "right"
    assert states(nb, settings=settings, student="eve")[slug] == "begun"
    nb["cells"].insert(1, {"cell_type": "code", "metadata": {}, "source": 'course(student="ada")', "outputs": []})
    assert states(nb, settings=settings)[slug] == "right"


def test_the_settings_of_a_notebook_are_read_as_data():
    """What the set-up cell passes to course(); a cell that says anything else changes nothing and runs nothing."""
    nb = notebook()
    setup = next(cell for cell in nb["cells"] if cell["id"] == "workbook-setup")
    setup["source"] = 'course(feedback="recorded", feedback_until="2099-01-01T00:00:00+00:00")\nprogress("activations")'
    assert settings_in(cells(nb)).feedback == "recorded"
    for source in ('course(feedback="moon")', "course(feedback=open('x'))", "course(", "(" * 9000):
        setup["source"] = source
        assert settings_in(cells(nb)) == Settings()


def test_code_is_begun_when_it_says_more_than_its_starter():
    """Right is what its grade cell gave when it was run; what is no plain number counts for nothing."""
    nb, slug = notebook(), "activations/relu-code"
    cell = next(cell for cell in nb["cells"] if cell["id"] == code_id(slug))
    grade = next(cell for cell in nb["cells"] if cell["id"] == grade_id(slug))
    assert states(nb)[slug] == "blank"
    cell["source"] = "class ReLU:\n    pass"
    assert states(nb)[slug] == "begun"
    for shown, state in (("5.0", "right"), ("4.0", "begun"), ("inf", "begun"), ("1e9", "begun"), ("5.0; 1", "begun")):
        grade["outputs"] = [{"output_type": "execute_result", "metadata": {}, "data": {"text/plain": shown}}]
        assert states(nb)[slug] == state
    cell["source"] = "".join(notebook()["cells"][nb["cells"].index(cell)]["source"])
    assert states(nb)[slug] == "blank"


def test_nothing_in_a_notebook_breaks_the_bar():
    """Cells gone, copied, or no cells at all: each page of the chapter is there once."""
    whole = list(states(notebook()))
    nb = notebook()
    nb["cells"] = [*nb["cells"][10:], *nb["cells"][3:5], {"cell_type": 5}, "?", None]
    assert sorted(states(nb)) == sorted(set(whole)) or set(whole) - set(states(nb)) <= set(pages.exercises())
    for strange in (None, [], {"cells": 3}, {"cells": [{"cell_type": "code", "source": 7}]}):
        assert set(states(strange)) == {page.slug for page in pages.chapter_pages(CHAPTER)}
    assert chapter_of(cells(notebook())) == CHAPTER and chapter_of([]) is None


def test_the_bar_says_in_words_what_it_shows():
    """Each page is a link with a label; a state is a sign and words, not colour alone; a heading is only text."""
    nb = notebook()
    slug = "activations/relu-mask"
    write(nb, slug, keys(slug) | {1: "99"})
    nb["cells"][0]["source"] = "# <b>5</b> & more"
    shown = progress_of(cells(nb), CHAPTER, place="../05-activations/activations.ipynb")
    html = bar(shown, many=True)
    count = len(shown.items)
    assert html.count("<li") == html.count("aria-label=") - 1 == count
    out_of = len(keys(slug))
    item = next(item for item in shown.items if item.slug == slug)
    assert f'aria-label="{item.place}, {item.title}: begun, {out_of - 1} of {out_of}"' in html
    assert f'href="../05-activations/activations.ipynb#page-{slug.replace("/", "--")}"' in html
    assert "<b>5" not in html and "&lt;b&gt;5" in html
    assert shown.summary == f"0 of {count} pages right, 1 begun"
    assert text(shown).splitlines()[1].count("·") == count - 1


def test_the_terminal_says_the_same(capsys, tmp_path):
    """workbook progress: a line of signs for each chapter, and on request a line for each page that is not right."""
    assert main(["progress", "--root", str(ROOT), "--chapters", "solutions"]) == 0
    out = capsys.readouterr().out.splitlines()
    assert len(out) == 2 * len(pages.CHAPTERS) and re.fullmatch(r"  ✓+", out[-1])
    assert main(["progress", "--root", str(ROOT), "--pages"]) == 0
    assert "  · 3, " in capsys.readouterr().out
    assert main(["progress", "--root", str(ROOT), "--chapters", str(tmp_path)]) == 1
    assert "--chapters" in capsys.readouterr().err


def test_a_file_that_cannot_be_read_is_left_out(tmp_path):
    """Half a file, a deep one, one too large: no chapter, no traceback."""
    (tmp_path / FOLDER).mkdir()
    for content in (b'{"cells": [', b"[" * 100_000, b"\xff"):
        (tmp_path / FOLDER / "activations.ipynb").write_bytes(content)
        assert chapters_in(tmp_path) == []
    assert progress.read(tmp_path / "nothing") is None
