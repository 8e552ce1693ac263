"""What a student imports: page, grade, course; in a plain interpreter, in a kernel with a browser, and without one."""

from __future__ import annotations

import json
import math
import pickle
import sys
from fractions import Fraction
from uuid import uuid4

import nbformat
import numpy as np
import pytest
from IPython.core.formatters import DisplayFormatter
from nbclient import NotebookClient

from autograder import pages
from autograder.answers.literals import text_of
from autograder.notebook import calls, course, grade, page, running
from autograder.notebook.session import Advice, Course

SLUG = "gradients/one-weight"  # boxes 8, 2, 2
CELL = 'answers = {answers}\npage("gradients/one-weight", answers)'


class Shell:
    """An IPython that says which cell is running, and remembers what it was asked to show."""

    def __init__(self) -> None:
        self.metadata, self.source, self.run, self.by_hand = {}, "", "", False
        self.shown: list[dict] = []
        self.next_input: str | None = None

    def get_parent(self) -> dict:
        return {
            "metadata": self.metadata,
            "content": {"code": self.source, "allow_stdin": self.by_hand},
            "header": {"msg_id": self.run},
        }

    def set_next_input(self, source: str, replace: bool) -> None:
        assert replace
        self.next_input = source

    def execute(self, source: str, live: bool = True, **more: object) -> dict:
        """Run the cell, as a browser (or nbclient, without an id) would ask for it."""
        self.source, self.metadata = source, {"cellId": "abc", **more} if live else {}
        self.run = str(uuid4())
        names = {"page": page, "grade": grade, "course": course, "earlier": {1: 8}}
        exec(source, names)  # the tests' own cells
        return names


@pytest.fixture
def shell(monkeypatch):
    shell = Shell()
    monkeypatch.setattr(running, "get_ipython", lambda: shell)
    monkeypatch.setattr(calls, "display", lambda thing, **options: shell.shown.append(thing))
    monkeypatch.setattr(calls, "this_course", Course())
    return shell


def test_each_call_of_a_cell_is_counted(shell):
    """Two calls for one page in one cell show their own dicts; a cell that is asked keeps its number."""
    shell.execute('page("gradients/one-weight", {1: 8})\npage("gradients/one-weight", {1: 9})')
    assert [shown.texts for shown in shell.shown] == [{"1": "8"}, {"1": "9"}]
    assert [shown.call_index for shown in shell.shown] == [0, 1]
    cell = running.Cell.running()
    assert cell.asking_for("a/b").count == 0 and cell.asking_for("a/b").count == 1 and cell.count == 0


def widget(shell):
    return shell.shown[-1]


# -- where nobody writes into the cell ---------------------------------------------------------------------------------


@pytest.fixture
def colab(shell, monkeypatch):
    monkeypatch.setitem(sys.modules, "google.colab", sys)
    return shell


def test_in_colab_a_page_never_claims_to_have_written(colab):
    """It shows the cell as it should be, through another run of the old cell, until the cell holds it."""
    colab.execute("# mine\n" + CELL.format(answers="{1: None}"))
    page = widget(colab)
    assert (page.unwritten, page.rewrites) == ("", False)
    page.texts = {"1": "8", "3": "x y"}
    should_be = "# mine\n" + CELL.format(answers='{\n    1: 8, 2: None, 3: "x y",\n}')
    assert page.unwritten == should_be
    colab.execute("# mine\n" + CELL.format(answers="{1: None}"))
    assert colab.next_input is None
    assert widget(colab).texts == {"1": "8", "3": "x y"} and widget(colab).unwritten == should_be
    colab.execute(should_be)
    assert widget(colab).texts == {"1": "8", "3": "x y"} and widget(colab).unwritten == ""


def test_where_a_rerun_writes_the_page_says_so_until_it_has(shell):
    """VS Code: what is typed is not in the cell before that runs again, which puts it there."""
    shell.execute(CELL.format(answers="{1: None}"))
    widget(shell).texts = {"1": "8"}
    assert widget(shell).unwritten and widget(shell).rewrites
    shell.execute(CELL.format(answers="{1: None}"))
    assert "1: 8" in shell.next_input and widget(shell).unwritten == ""


def test_a_page_that_reaches_its_cell_has_nothing_unwritten(shell):
    """JupyterLab: the browser writes each key stroke."""
    shell.execute(CELL.format(answers="{1: None}"))
    widget(shell).writeback = True
    widget(shell).texts = {"1": "8"}
    assert widget(shell).unwritten == ""


def test_a_cell_whose_dict_is_computed_gets_one_written_out(colab):
    """There is no dict to put the answers into, so the whole cell is given."""
    colab.execute('answers = dict([(1, 8)])\npage("gradients/one-weight", answers)')
    widget(colab).texts = {"2": "3/4"}
    assert widget(colab).unwritten == CELL.format(answers='{\n    1: None, 2: "3/4", 3: None,\n}')


def test_what_an_editor_lacks_is_said_by_the_first_page_alone(shell):
    """Also when that is run again."""
    shell.execute(CELL.format(answers="{}"))
    shell.execute('page("gradients/bigger-nudge", {})')
    shell.execute(CELL.format(answers="{}"))
    assert [shown.first for shown in shell.shown] == [True, False, True]


@pytest.mark.parametrize("by_hand", [True, False])
def test_an_editor_with_still_pages_says_so_once(shell, by_hand):
    """The classic notebook sends no cell id, but somebody sits before it; nobody does where nbclient runs the cells."""
    shell.by_hand = by_hand
    shell.execute(CELL.format(answers="{1: 8}"), live=False)
    shell.execute('page("gradients/bigger-nudge", {})', live=False)
    told = ["In this editor pages are still." in shown["text/html"] for shown in shell.shown]
    assert told == [by_hand, False]


def test_the_bar_counts_in_colab_what_the_cells_held(colab, monkeypatch, tmp_path):
    """There is no saved notebook to read; what is typed and not in the cell does not count."""
    monkeypatch.chdir(tmp_path)
    colab.execute(CELL.format(answers="{1: 8, 2: 2, 3: 2}"))
    colab.execute('page("gradients/bigger-nudge", {1: None})')
    widget(colab).texts = {"1": "5"}
    calls.progress("gradients")
    assert f"1 of {len(pages.chapter_pages('gradients'))}" in colab.shown[-1].body


# -- what a page shows ------------------------------------------------------------------------------------------------


def test_a_page_shows_what_stands_in_its_cell(shell):
    """Source before value: 4/2 is the fraction that was typed, 0.50 keeps its digits."""
    shell.execute(CELL.format(answers='{1: 4/2, 2: 0.50, 3: "x y"}'))
    assert widget(shell).texts == {"1": "4/2", "2": "0.50", "3": "x y"}
    assert widget(shell).cell_id == "abc"


def test_the_kernels_dict_is_the_one_that_is_kept(shell):
    """The dict that the cell made is the dict that the boxes change."""
    names = shell.execute(CELL.format(answers="{1: None}"))
    widget(shell).texts = {"1": "8"}
    assert names["answers"] == {1: 8}


def test_answers_from_elsewhere_are_shown_with_a_word(shell):
    """A dict from another cell is shown, but the page says that it is not handed in."""
    shell.execute('page("gradients/one-weight", earlier)')
    assert widget(shell).texts == {"1": "8"}
    assert "not handed in" in widget(shell).notes[0]


def test_computed_answers_are_not_shown_as_if_they_counted(shell):
    """What marking will not find in the cell is not in the boxes either, and the page says why."""
    shell.execute('answers = dict([(1, 8)])\npage("gradients/one-weight", answers)')
    assert widget(shell).texts == {}
    assert "not written out as a dict" in widget(shell).notes[0]


def test_answers_may_be_left_out(shell):
    """page(slug) alone is an empty page, without complaint."""
    shell.execute('page("gradients/one-weight")')
    assert widget(shell).texts == {} and widget(shell).notes == []


@pytest.mark.parametrize("wrong", ["[1, 2]", '"8"', "7", "{1, 2}"])
def test_answers_that_are_no_dict_are_explained(shell, wrong):
    """No traceback: the page, and a sentence that shows what a dict looks like."""
    shell.execute(CELL.format(answers=wrong))
    assert "a dict such as answers = {1: 2" in widget(shell).notes[0]


def test_boxes_that_do_not_exist_are_named(shell):
    """A key too many is a note, not an error."""
    shell.execute(CELL.format(answers='{1: 8, 44: 2, "x": 3}'))
    notes = " ".join(widget(shell).notes)
    assert "no box 44" in notes and "number of a box" in notes
    assert widget(shell).texts == {"1": "8"}


def test_two_calls_in_one_cell_are_told_apart(shell):
    """Merged cells: each call has its own dict and its own number."""
    shell.execute('page("gradients/one-weight", {1: 8})\npage("gradients/one-weight", {1: 9})')
    first, second = shell.shown
    assert (first.call_index, first.texts) == (0, {"1": "8"})
    assert (second.call_index, second.texts) == (1, {"1": "9"})
    shell.execute('page("gradients/one-weight", {1: 7})')
    assert widget(shell).call_index == 0


def test_a_page_that_is_run_again_lets_go_of_its_last_widget(shell):
    """However often a cell is run, one live page stands behind it; a copied cell has its own."""
    shell.execute('page("gradients/one-weight")')
    first = widget(shell)
    shell.execute('page("gradients/one-weight")')
    assert first.comm is None and widget(shell).comm is not None
    second = widget(shell)
    second.cell_id = "another"
    shell.execute('page("gradients/one-weight")')
    assert second.comm is not None


def test_a_variant_is_practice(shell):
    """page(slug, answers, 3) opens practice; the page to hand in is one click away, its answers untouched."""
    names = shell.execute('answers = {1: 8}\npage("gradients/one-weight", answers, 3)')
    assert widget(shell).shown == 3
    assert names["answers"] == {1: 8} and widget(shell).texts == {"1": "8"}


@pytest.mark.parametrize("call", ['page("gradients/one-wieght")', "page(None)", "page([1])", 'page("")',
                                  'page("gradients/one-weight", {}, -1)', 'course(show_how="sometimes")',
                                  'grade("gradients/one-wieght")'])  # fmt: skip
def test_what_cannot_be_done_is_told_in_a_sentence(shell, call):
    """Advice instead of a traceback, and it names the nearest page."""
    with pytest.raises(Advice) as told:
        shell.execute(call)
    assert told.value._render_traceback_() == [f"Advice: {told.value}"]
    if "wieght" in call:
        assert "gradients/one-weight" in str(told.value)


# -- where the page cannot write into the notebook --------------------------------------------------------------------


def test_run_again_writes_down_what_was_typed(shell):
    """Without write-back, the next run of the cell rewrites its dict, comments around it kept."""
    source = "answers = {1: None, 2: None}  # mine\npage('gradients/one-weight', answers)"
    shell.execute(source)
    widget(shell).texts = {"1": "8", "2": "3/4"}
    shell.execute(source)
    assert widget(shell).texts == {"1": "8", "2": "3/4"}
    scope: dict = {"page": lambda *_: None}
    exec(shell.next_input, scope)
    assert scope["answers"] == {1: 8, 2: "3/4"}
    assert "# mine" in shell.next_input


def test_a_view_that_writes_is_not_rewritten(shell):
    """With write-back the cell already says it all."""
    shell.execute(CELL.format(answers="{1: None}"))
    widget(shell).writeback = True
    widget(shell).texts = {"1": "8"}
    shell.execute(CELL.format(answers="{1: None}"))
    assert shell.next_input is None and widget(shell).texts == {}


def test_what_the_student_wrote_into_the_cell_goes_first(shell):
    """A dict edited by hand since is newer than what was typed into the boxes."""
    shell.execute(CELL.format(answers="{1: None}"))
    widget(shell).texts = {"1": "8"}
    shell.execute(CELL.format(answers="{1: 9}"))
    assert shell.next_input is None and widget(shell).texts == {"1": "9"}


# -- grade ------------------------------------------------------------------------------------------------------------


def test_a_grade_is_a_float_that_shows_itself_in_words(shell, capsys):
    """To nbgrader a result whose text is a finite number, with nothing on stderr; to a reader one line of words."""
    shell.execute(CELL.format(answers="{1: 8, 2: 3, 3: 3}"))
    points = grade(SLUG)
    data, _ = DisplayFormatter().format(points)
    assert data["text/plain"] == repr(points) == "2.0" and math.isfinite(points) and points + 1 == 3.0
    assert "2 of 3" in data["text/html"] and data["text/html"].count("<p") == 1 and "<li" not in data["text/html"]
    assert type(pickle.loads(pickle.dumps(points))) is float
    captured = capsys.readouterr()
    assert captured.err == "" and "box 2" in captured.out  # where there is no kernel there is no HTML either


def test_a_grade_follows_the_boxes(shell):
    """What was typed since the page was run counts."""
    shell.execute(CELL.format(answers="{}"))
    assert grade(SLUG) == 0.0
    widget_ = shell.shown[0]
    widget_.texts = {"1": "8", "2": "2", "3": "2"}
    assert grade(SLUG) == 3.0


def test_practice_earns_nothing(shell):
    """Right answers in practice leave the grade as it is."""
    shell.execute(CELL.format(answers="{}"))
    live = widget(shell)
    live.practice = 1
    live.trial = {str(box.number): box.shown for box in live.page.sheet(1).boxes}
    assert [v["state"] for v in live.verdicts.values()] == ["right"] * 3
    assert grade(SLUG) == 0.0


def test_a_page_that_was_not_run_says_so(shell, capsys):
    """Before its page is run, a grade cell gives 0.0 and says what to do."""
    points = grade(SLUG)
    assert points == 0.0
    assert "Run its cell" in points._repr_html_() and "Run its cell" in capsys.readouterr().out


# -- values of a running kernel as text -------------------------------------------------------------------------------


class Rude:
    def __repr__(self) -> str:
        raise RuntimeError


@pytest.mark.parametrize(
    ("held", "text"),
    [(None, ""), ("3/4", "3/4"), (2, "2"), (-0.5, "-0.5"), (np.float64(0.5), "0.5"), (np.int64(3), "3"),
     (Fraction(3, 4), "3/4"), (True, "True"), ([1], "[1]"), (float("nan"), "nan"), (Rude(), "<Rude>"),
     ("x" * 100, "x" * 100), ([0] * 100, "[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, …")],
)  # fmt: skip
def test_values_become_the_text_that_a_student_would_type(held, text):
    """Numbers as Python prints them, fractions with a bar, anything else clipped: reading it says it is unreadable."""
    assert text_of(held) == text


# -- without a browser ------------------------------------------------------------------------------------------------


def test_in_plain_python_a_page_is_text(capsys):
    """No notebook at all: the page prints itself."""
    page(SLUG, {1: 8})
    assert "box 1, the new Z = 8  [right]" in capsys.readouterr().out


def test_a_notebook_executed_without_a_browser_holds_static_pages(tmp_path):
    """nbclient: one HTML page, no widget, no state; the grade is the result of its cell."""
    nb = nbformat.v4.new_notebook()
    answers = '{1: 8, 2: 4/2, 3: "x"}'
    sources = ["from autograder.notebook import page, grade", CELL.format(answers=answers), f'grade("{SLUG}")']
    nb.cells = [nbformat.v4.new_code_cell(source) for source in sources]
    NotebookClient(nb, timeout=60, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}).execute()
    [shown] = nb.cells[1].outputs
    assert 'data-state="right"' in shown.data["text/html"] and "wb-static" in shown.data["text/html"]
    assert "widget-" not in json.dumps([nb.metadata, list(shown.data)])
    [result] = nb.cells[2].outputs
    assert result.output_type == "execute_result" and result.data["text/plain"] == "2.0"
    assert "2 of 3" in result.data["text/html"]


# -- code exercises ----------------------------------------------------------------------------------------------------


def test_grade_tries_what_the_kernel_knows(capsys, monkeypatch):
    """A code exercise is tried on the student's own class; the points come back as a float."""
    relu = pages.load_exercise("activations/relu-code")
    monkeypatch.setattr(sys.modules["__main__"], "ReLU", relu.slips["relu_open_at_zero"], raising=False)
    points = calls.grade(relu.slug)
    assert points == 3.0 and "a slope of its own at 0" in points._repr_html_()
    assert "a slope of its own at 0" in capsys.readouterr().out


def test_a_blank_exercise_is_not_begun(capsys):
    """Before anything is written, grade() says so, without a traceback."""
    assert calls.grade("activations/relu-code") == 0.0
    assert "Not begun yet" in capsys.readouterr().out


def test_a_kernel_notes_the_runs_of_its_cells_from_the_set_up_cell_on(tmp_path):
    """In a real kernel: right, then edited into a syntax error; the marks of the first are not told."""
    relu = pages.load_exercise("activations/relu-code")
    graded = f'grade("{relu.slug}")'
    sources = ["from autograder.notebook import grade", relu.solution, graded, relu.solution + "\n)", graded]
    nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])
    given = {"allow_errors": True, "resources": {"metadata": {"path": str(tmp_path)}}}
    NotebookClient(nb, timeout=60, kernel_name="python3", **given).execute()
    first, second = (nb.cells[n].outputs for n in (2, 4))
    assert [first[0].data["text/plain"], second[0].data["text/plain"]] == ["5.0", "0.0"]
    assert "ended with SyntaxError" in second[0].data["text/html"]


# -- opened by the extension -------------------------------------------------------------------------------------------


def test_a_second_tab_sees_the_same_page(shell):
    """Run by the extension in a kernel that shows the page already: the same widget, with what the cell says now."""
    shell.execute(CELL.format(answers="{1: 8}"))
    first = widget(shell)
    names = shell.execute(CELL.format(answers="{1: 8, 2: 2}"), **{running.OPENING: True})
    assert widget(shell) is first and first.comm is not None
    assert first.texts == {"1": "8", "2": "2"} and first.verdicts["2"]["state"] == "right"
    first.texts = {"1": "8", "2": "3"}
    assert names["answers"] == {1: 8, 2: 3}, "the dict of the last run is kept in step"


def test_run_by_hand_a_page_is_made_anew(shell):
    """Practice and what was opened under it are gone, as ever."""
    shell.execute(CELL.format(answers="{1: 8}"))
    first = widget(shell)
    shell.execute(CELL.format(answers="{1: 8}"))
    assert widget(shell) is not first and first.comm is None
