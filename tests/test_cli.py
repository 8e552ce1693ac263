"""The command `workbook`."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from autograder import cli, explorers, pages
from autograder.explorers.checking import checker

ROOT = Path(__file__).parents[1]


@pytest.fixture
def course(tmp_path):
    """A course folder with the start page only."""
    for name in ("nbgrader_config.py", "workbook.toml"):
        shutil.copy(ROOT / name, tmp_path / name)
    shutil.copytree(ROOT / "source" / "00-start", tmp_path / "source" / "00-start")
    (tmp_path / "docs").mkdir()
    return tmp_path


def test_build_makes_chapters_and_solutions(course, capsys):
    """`workbook build` writes both folders and names each file."""
    assert cli.main(["build", "--root", str(course)]) == 0
    said = capsys.readouterr().out
    for made in ("chapters/00-start/start.ipynb", "solutions/00-start/start.ipynb"):
        assert (course / made).is_file() and made in said


def test_check_names_what_is_wrong_and_what_mends_it(course, capsys):
    """A chapter edited by hand fails the check, and the message names the command."""
    cli.main(["build", "--root", str(course)])
    chapter = course / "chapters" / "00-start" / "start.ipynb"
    chapter.write_text(chapter.read_text(encoding="utf-8").replace("Start here", "Begin"), encoding="utf-8")
    assert cli.main(["check", "--root", str(course)]) == 1
    said = capsys.readouterr().err
    assert "chapters/00-start/start.ipynb" in said and "workbook build" in said


def test_pictures_show_every_page(course, capsys):
    """`workbook pictures` writes one file a chapter that needs nothing else: pages, explorers, checks, three times."""
    assert cli.main(["pictures", "--root", str(course)]) == 0
    for chapter, name in pages.CHAPTERS.items():
        html = (course / "pictures" / f"{name}.html").read_text(encoding="utf-8")
        drawn = pages.chapter_pages(chapter)
        checks = [page for page in drawn if checker(page.slug)]
        shown = [*drawn, *explorers.chapter_explorers(chapter), *checks]
        assert html.count('<div class="wb-page') == 3 * len(shown)
        assert "http" not in html.replace("http://www.w3.org", "") and "<script" not in html


def test_outside_a_course(tmp_path, capsys):
    """Run elsewhere, the command says where to run it."""
    assert cli.main(["build", "--root", str(tmp_path)]) == 2
    assert "course folder" in capsys.readouterr().err


def test_what_a_person_can_mend_is_printed_without_a_traceback(course, capsys):
    """A wrong setting, a class that handed in nothing, a table that is not there: one sentence each, and status 1."""
    (course / "workbook.toml").write_text('show_how = "sometimes"\n', encoding="utf-8")
    assert cli.main(["progress", "--root", str(course)]) == 1
    assert "show_how is 'sometimes'; it must be one of practice" in capsys.readouterr().err
    assert cli.main(["report", "--root", str(course)]) == 1
    assert capsys.readouterr().err.strip()


def test_a_missing_package_is_named_with_what_installs_it(course, monkeypatch, capsys):
    """Without the instructor's extra, an instructor's command says in one line what to install."""
    monkeypatch.setitem(sys.modules, "nbgrader.converters", None)
    monkeypatch.delitem(sys.modules, "autograder.course.build", raising=False)
    assert cli.main(["build", "--root", str(course)]) == 1
    assert capsys.readouterr().err == "This command needs nbgrader. Say: pip install 'backprop-workbook[teach]'\n"


def test_a_fault_of_ours_keeps_its_traceback(course, monkeypatch):
    """Only a WorkbookError is taken for something that a person can mend."""

    def broken(root):
        raise KeyError("a fault")

    monkeypatch.setitem(cli.COMMANDS, "build", cli.command(broken))
    with pytest.raises(KeyError, match="a fault"):
        cli.main(["build", "--root", str(course)])


def test_without_a_command(capsys):
    """Without a command it says which there are."""
    with pytest.raises(SystemExit):
        cli.main([])
    assert "build" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["progress", "--pages"], ["mark", "--help"]])
def test_a_reader_that_leaves_early_ends_it_quietly(words):
    """`workbook progress | head -1` prints no traceback, whether Python writes as it goes or at its end."""
    command = [sys.executable, "-m", "autograder.cli", *words, "--root", str(ROOT)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        process.stdout.close()
        assert process.stderr.read() == ""
