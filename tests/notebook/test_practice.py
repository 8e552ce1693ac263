"""practice(): where it finds the chapters, the file that remembers, and what it says of what it does not know."""

from __future__ import annotations

import json

import pytest

from autograder.notebook import page, practice
from autograder.pages import load
from autograder.practice.log import Log
from autograder.submissions.writing import page_source

from .test_notebook import Shell, shell  # noqa: F401  a fixture

SLUG = "gradients/one-weight"


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A folder of chapters: gradients, with a slip in it, and practice, in which the kernel runs."""
    boxes = load(SLUG).sheet().boxes
    answers = {box.number: repr(box.shown) for box in boxes} | {1: repr(str(boxes[0].mistakes[0][1]))}
    cell = {"cell_type": "code", "metadata": {"workbook": {"page": SLUG}}, "source": page_source(SLUG, answers)}
    for name in ("01-gradients", "practice"):
        (tmp_path / name).mkdir()
    (tmp_path / "01-gradients" / "gradients.ipynb").write_text(json.dumps({"cells": [cell]}), encoding="utf-8")
    monkeypatch.chdir(tmp_path / "practice")
    return tmp_path


def run(shell: Shell, source: str, **more: object):  # noqa: F811
    shell.source, shell.metadata, shell.run = source, {"cellId": "abc", **more}, "r"
    exec(source, {"practice": practice, "page": page})  # the tests' own cells
    return shell.shown[-1]


def test_practice_finds_the_slips_of_the_chapters_beside_it(course, shell):  # noqa: F811
    """The session begins with the slip, and the file lies beside the practice notebook, never in a chapter."""
    widget = run(shell, "practice()")
    assert "1 slip" in widget.head and not list((course / "01-gradients").glob("*.jsonl"))
    assert [entry.event for entry in Log(course / "practice" / "practice.jsonl").entries] == ["seen slip"]


def test_from_a_chapter_the_file_is_the_same(course, shell, monkeypatch):  # noqa: F811
    """practice("…") in a chapter's own notebook writes into the folder of practice."""
    monkeypatch.chdir(course / "01-gradients")
    widget = run(shell, 'practice("upside_down")')
    assert "upside down" in widget.head and widget.buttons
    assert [path.parent.name for path in course.rglob("*.jsonl")] == ["practice"]


def test_alone_nothing_is_written(tmp_path, shell, monkeypatch):  # noqa: F811
    """Where no chapters lie beside, as in Colab, no folder is made, and it is said that nothing is kept."""
    (tmp_path / "somewhere").mkdir()
    monkeypatch.chdir(tmp_path / "somewhere")
    widget = run(shell, 'practice("upside_down")')
    assert "not kept" in widget.remark and [path.name for path in tmp_path.iterdir()] == ["somewhere"]


def test_what_there_is_not_is_said(course, shell):  # noqa: F811
    """A slip misspelt, or no text at all: a sentence, no traceback."""
    assert "Did you mean" in run(shell, 'practice("upsidedown")').head
    assert "in quotes" in run(shell, "practice(3)").head


def test_a_page_seen_twice_is_one_session(course, shell):  # noqa: F811
    """Opened again while the kernel runs: the session goes on; run by hand it begins anew."""
    first = run(shell, "practice()", workbook_opening=True)
    assert run(shell, "practice()", workbook_opening=True) is first
    assert run(shell, "practice()") is not first


def test_a_page_offers_to_practise_its_slip(course, shell, monkeypatch):  # noqa: F811
    """In a chapter's notebook the session opens under the page, with that slip."""
    monkeypatch.chdir(course / "01-gradients")
    live = run(shell, f'page("{SLUG}", {{1: {float(load(SLUG).sheet().boxes[0].mistakes[0][1])!r}}})')
    live.drilling = True
    assert live.slip == load(SLUG).sheet().boxes[0].mistakes[0][0] and live._drill.phase == "exercise"


def test_without_a_browser_it_says_what_waits(course, shell):  # noqa: F811
    """nbconvert and nbgrader get a sentence."""
    shell.source, shell.metadata = "practice()", {}
    practice()
    assert "1 slips and 0 pages wait" in shell.shown[-1]["text/plain"]
