"""The notebooks without a clone: started in a folder, brought up to date with all answers in them."""

import copy
import json
from datetime import datetime

import pytest

from autograder import cli
from autograder.errors import WorkbookError
from autograder.handout import copies
from autograder.handout.copies import BEFORE, start, update
from autograder.handout.places import handed_out
from autograder.handout.renewal import renewed, same
from autograder.submissions.answers import read_notebook
from autograder.submissions.writing import with_answers

GRADIENTS, TRAINING = "01-gradients/gradients.ipynb", "10-training/training.ipynb"
PAGE, EXERCISE = "gradients/one-weight", "training-code/sgd"
ANSWERS = {1: "8", 2: "2/1", 3: "two"}


def released(place=GRADIENTS):
    return json.loads(handed_out()[place].read_text(encoding="utf-8"))


def cell(notebook, name):
    return next(cell for cell in notebook["cells"] if cell["id"] == name)


def source(cell):
    return "".join(cell["source"])


def own(text, name="3f9a1c77"):
    return {"cell_type": "markdown", "id": name, "metadata": {}, "source": [text]}


def written(notebook):
    """The notebook after a student worked in it: three answers, a note behind the page, an output."""
    notebook = copy.deepcopy(notebook)
    page = cell(notebook, "page-gradients--one-weight")
    page["source"] = with_answers(source(page), PAGE, ANSWERS).splitlines(keepends=True)
    page["outputs"] = [{"output_type": "stream", "name": "stdout", "text": ["3 of 3"]}]
    notebook["cells"].insert(notebook["cells"].index(page) + 1, own("ask about this one"))
    return notebook


def older(notebook):
    """The same chapter before some changes: another heading, without its last page, with a page that has gone since."""
    notebook = copy.deepcopy(notebook)
    notebook["cells"][0]["source"] = ["# An older title"]
    pages = [one for one in notebook["cells"] if one["id"].startswith("page-")]
    notebook["cells"].remove(pages[-1])
    gone = copy.deepcopy(pages[1])
    gone["id"] = gone["metadata"]["nbgrader"]["grade_id"] = "page-gradients--withdrawn"
    gone["metadata"]["workbook"]["page"] = "gradients/withdrawn"
    gone["source"] = ["answers = {1: 5}\n", 'page("gradients/withdrawn", answers)']
    notebook["cells"].insert(4, gone)
    return notebook


def test_start_copies_everything_and_overwrites_nothing(tmp_path):
    """All chapters with their data are there after it; a file that was there before is not touched."""
    (tmp_path / "01-gradients").mkdir()
    (tmp_path / GRADIENTS).write_text("mine", encoding="utf-8")
    done = {one.place: one.deed for one in start(tmp_path)}
    assert done.pop(GRADIENTS) == "kept" and set(done.values()) == {"new"}
    assert (tmp_path / GRADIENTS).read_text(encoding="utf-8") == "mine"
    for place in ("00-start/start.ipynb", TRAINING, "10-training/bike-days.csv"):
        assert (tmp_path / place).read_bytes() == handed_out()[place].read_bytes()


def test_an_update_keeps_answers_notes_and_code(tmp_path):
    """The text becomes the new one; answers, a student's own cell behind its page, and code stay."""
    start(tmp_path)
    student = written(older(released()))
    (tmp_path / GRADIENTS).write_text(json.dumps(student), encoding="utf-8")
    training = released(TRAINING)
    code = next(one for one in training["cells"] if one["id"].startswith("code-"))
    code["source"] = [source(code) + "\n", "mine = 1"]
    training["cells"][0]["source"] = ["old"]
    (tmp_path / TRAINING).write_text(json.dumps(training), encoding="utf-8")

    done = {one.place: one for one in update(tmp_path, lambda: datetime(2030, 1, 5))}
    assert done[GRADIENTS].deed == done[TRAINING].deed == "brought up to date"
    assert {one.deed for place, one in done.items() if place not in (GRADIENTS, TRAINING)} == {"kept"}
    now = json.loads((tmp_path / GRADIENTS).read_text(encoding="utf-8"))
    names = [one["id"] for one in now["cells"]]
    assert source(now["cells"][0]) == source(released()["cells"][0])
    assert read_notebook(now).pages[PAGE].answers == ANSWERS
    assert names[names.index("page-gradients--one-weight") + 1] == "3f9a1c77"
    assert "page-gradients--withdrawn" in names
    assert [name for name in names if name in {one["id"] for one in released()["cells"]}] == [
        one["id"] for one in released()["cells"]
    ]
    after = json.loads((tmp_path / TRAINING).read_text(encoding="utf-8"))
    assert source(cell(after, code["id"])).endswith("mine = 1")
    before = tmp_path / BEFORE / "2030-01-05-000000" / GRADIENTS
    assert json.loads(before.read_text(encoding="utf-8")) == student
    assert {one.deed for one in update(tmp_path)} == {"kept"}


def test_an_answer_to_a_box_that_has_gone_is_named():
    """A page with fewer boxes now: the answer that has no place is said, and nothing else is lost."""
    student = written(released())
    page = cell(student, "page-gradients--one-weight")
    page["source"] = ['answers = {1: 8, 3: "two", 9: "7/2"}\n', f'page("{PAGE}", answers)']
    change = renewed(released(), student)
    assert any("box 9" in remark and "7/2" in remark for remark in change.left_out)
    assert read_notebook(change.notebook).pages[PAGE].answers == {1: "8", 2: "", 3: "two"}


def test_renewing_what_is_new_changes_nothing():
    """A notebook that is as it is handed out, or only worked in, is the same after it."""
    assert same(renewed(released(), released()).notebook, released())
    student = written(released())
    assert same(renewed(released(), student).notebook, student)


def test_a_file_that_cannot_be_read_is_left_alone(tmp_path):
    """A broken notebook stays as it is; the new one lies beside it."""
    start(tmp_path)
    (tmp_path / GRADIENTS).write_text('{"cells": [', encoding="utf-8")
    [done] = [one for one in update(tmp_path) if one.place == GRADIENTS]
    assert done.deed == "left alone" and "gradients-new.ipynb" in done.remarks[-1]
    assert (tmp_path / GRADIENTS).read_text(encoding="utf-8") == '{"cells": ['
    assert (tmp_path / "01-gradients/gradients-new.ipynb").read_bytes() == handed_out()[GRADIENTS].read_bytes()


def test_a_write_that_fails_loses_nothing(tmp_path, monkeypatch):
    """When the disk is full at the last moment, the old notebook is whole, and the message says which file."""
    start(tmp_path)
    text = json.dumps(written(older(released())))
    (tmp_path / GRADIENTS).write_text(text, encoding="utf-8")

    def full(draft, path):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(copies.os, "replace", full)
    with pytest.raises(WorkbookError, match="No space left"):
        update(tmp_path)
    assert (tmp_path / GRADIENTS).read_text(encoding="utf-8") == text


def test_the_commands_say_what_they_did(tmp_path, capsys):
    """workbook start, then update, in any folder; update where nothing was started names the command to say."""
    assert cli.main(["update", "--root", str(tmp_path)]) == 1
    assert "workbook start" in capsys.readouterr().err
    assert cli.main(["start", "mine", "--no-open", "--root", str(tmp_path)]) == 0
    assert f"{GRADIENTS}: new" in capsys.readouterr().out
    assert cli.main(["update", "mine", "--root", str(tmp_path)]) == 0
    assert "stay as they are" in capsys.readouterr().out


def test_what_was_practised_is_not_handed_out(tmp_path):
    """Whoever practises in a clone keeps that to themselves: the site and the wheel's start have none of it."""
    for place in ("practice/practice.ipynb", "practice/practice.jsonl", "practice/practice-damaged-1.jsonl"):
        (tmp_path / "chapters" / place).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "chapters" / place).write_text("{}", encoding="utf-8")
    assert list(handed_out(tmp_path)) == ["practice/practice.ipynb"]
