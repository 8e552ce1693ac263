"""The set-up cell of a chapter where the workbook is not installed: one line to copy, and after it all goes on."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.nbgrader.release import setup_cells
from autograder.notebook import explore, page, progress
from autograder.notebook.session import Advice
from autograder.settings import Settings

ROOT = Path(__file__).parents[2]
LINE = "%pip install --find-links . backprop-workbook"
PLAYED = """
import json, sys
from IPython.core.interactiveshell import InteractiveShell

source, answer, where, root = json.loads(sys.stdin.read())


class Shell(InteractiveShell):
    def run_line_magic(self, name, line, _stack_depth=1):
        ran.append([name, line])


class Missing:
    def find_spec(name, *_):  # until pip has run
        if name == "autograder" and not ran:
            raise ModuleNotFoundError("No module named 'autograder'", name=name)


def asked(question):
    if answer is None:
        raise AssertionError("nobody is to be asked here")
    print(question)
    return answer


Shell.__module__ = where
sys.meta_path.insert(0, Missing)
sys.path.insert(0, root)
ran, shell = [], Shell.instance(colors="nocolor")
shell.user_ns["input"] = asked
went_well = shell.run_cell(source).success
print(json.dumps([went_well, ran, "page" in shell.user_ns]))
"""
"""IPython without the workbook: told the cell, the answer, whose shell it is, and where the workbook lies later."""


def played(answer: str | None, shell: str) -> tuple[str, list]:
    """What the set-up cell prints; then whether it went well, the magics that it ran, whether a page can be called."""
    cell = setup_cells(Settings(), "gradients")[0].source
    told = json.dumps([cell, answer, shell, str(ROOT)])
    done = subprocess.run(
        [sys.executable, "-I", "-c", PLAYED], input=told, capture_output=True, text=True, encoding="utf-8", timeout=60
    )
    assert done.returncode == 0, done.stderr
    *lines, last = done.stdout.strip().splitlines()
    return "\n".join(lines), json.loads(last)


@pytest.mark.parametrize(("answer", "shell"), [(None, "ipykernel.zmqshell"), ("no", "google.colab._shell")])
def test_a_missing_workbook_is_a_sentence_and_a_line_to_copy(answer, shell):
    """No traceback; the cell stops, so what follows does not run. Only in Colab is anybody asked."""
    words, (went_well, ran, known) = played(answer, shell)
    assert "The workbook is not installed here." in words and LINE in words.splitlines()
    assert "Traceback" not in words and "Error" not in words
    assert (went_well, ran, known) == (False, [], False)


def test_in_colab_yes_installs_it_and_the_chapter_goes_on():
    """After the question pip runs, and the same cell goes on with its bar."""
    words, (went_well, ran, known) = played("yes", "google.colab._shell")
    assert LINE in words and ran == [["pip", "install --find-links . backprop-workbook"]]
    assert (went_well, known) == (True, True)


def test_an_address_is_asked_for_as_it_stands():
    """The line of a course with its own wheel names it, and nothing is looked for elsewhere."""
    place = "https://example.org/backprop_workbook-0.1.0-py3-none-any.whl"
    assert f'"pip install {place}"' in setup_cells(Settings().but(install=place))[0].source


@pytest.mark.parametrize("call", [
    lambda: progress("other-course/filters"),
    lambda: page("other-course/filters/one-filter", {}),
    lambda: explore("other-course/filters/move-x"),
])  # fmt: skip
def test_a_course_that_is_not_installed_is_named_with_the_next_step(call):
    """Bar, page and explorer of a course whose package is missing say the same: which, and what to do."""
    with pytest.raises(Advice, match="The course other-course is not installed here. Install it"):
        call()
