"""Brute force adds up what the tests of all pages record, and writes it down only if all of it was done."""

import re
import subprocess
import sys
from datetime import date

import pytest

from autograder import pages
from prove import __main__ as proving
from prove import quality
from prove.quality import FILE, ROWS, TITLE, LastRun, section, with_section


def test_figures_come_from_all_processes(tmp_path):
    """The pages of one name on three variants: the figures of two processes are added, and nothing is written."""
    before = FILE.read_bytes()
    command = [sys.executable, "-m", "prove", "--variants", "3", "--workers", "2", "--only", "one-weight"]
    ran = subprocess.run(command, capture_output=True, text=True, cwd=FILE.parents[1], timeout=300)
    assert ran.returncode == 0 and "Not written" in ran.stdout, ran.stdout[-2000:] + ran.stderr[-2000:]
    figures = dict(re.findall(r"^\| (.+) \| ([^|]+) \|$", ran.stdout, re.MULTILINE))
    assert list(figures) == list(ROWS.values())
    assert figures["pages tried"] == "2" and int(figures["keys typed into their boxes, and accepted"]) > 20
    assert FILE.read_bytes() == before


def test_a_new_section_replaces_the_old_one():
    """The other sections stay, in their order."""
    old, new = (section(date(2030, 1, day), 1000, {"pages": day}) for day in (1, 2))
    once = with_section("# Quality\n\n## A\n\na\n", old)
    assert once == f"# Quality\n\n## A\n\na\n\n{old}"
    assert with_section(once + "\n## B\n\nb\n", new) == f"# Quality\n\n## A\n\na\n\n{new}\n## B\n\nb\n"


def test_the_document_is_of_a_full_run():
    """docs/quality.md has a section that make prove wrote, with a figure in every row."""
    text = FILE.read_text(encoding="utf-8")
    if TITLE not in text:
        pytest.skip("make prove has not been run in full yet")
    rows = dict(re.findall(r"^\| (.+) \| ([^|]+) \|$", text, re.MULTILINE))
    counted = {what: int(re.sub(r"\s", "", rows[words])) for what, words in ROWS.items()}
    nothing = {what for what in ROWS if "another" in what or "lost" in what}
    assert all(counted[what] > 0 for what in ROWS if what not in nothing)
    assert not any(counted[what] for what in nothing if "lost" in what)


def test_what_failed_is_repeated_after_a_mend(tmp_path, monkeypatch, capsys):
    """A whole run in which a test failed is finished by that test alone; its figures are added, and written."""
    monkeypatch.setattr(quality, "STATE", tmp_path / "prove.json")
    monkeypatch.setattr(proving, "FILE", tmp_path / "quality.md")
    monkeypatch.setattr(proving, "practice", lambda: 0)  # a test of its own
    proving.FILE.write_text("# Quality\n", encoding="utf-8")
    assert proving.main(["--again"]) == 2 and "no whole run" in capsys.readouterr().out
    failed = "tests/prove/test_prove.py::test_a_new_section_replaces_the_old_one"
    LastRun({"pages": 7}, [failed]).write()
    assert proving.main(["--again", "--workers", "0"]) == 0
    text = proving.FILE.read_text(encoding="utf-8")
    assert "| pages tried | 7 |" in text and "1 of its tests failed at first" in text
    assert LastRun.read() == LastRun({"pages": 7}, [], 1)


def test_pages_that_came_later_are_added(tmp_path, monkeypatch, capsys):
    """A page that the last whole run did not have is tried by itself, and its figures are added to those of the run."""
    monkeypatch.setattr(quality, "STATE", tmp_path / "prove.json")
    monkeypatch.setattr(proving, "FILE", tmp_path / "quality.md")
    monkeypatch.setattr(proving, "VARIANTS", 3)
    facts = proving.TESTS / "test_every_page.py"  # they say which pages were tried
    monkeypatch.setattr(proving, "TESTS", facts)
    proving.FILE.write_text("# Quality\n", encoding="utf-8")
    known = [slug for slug in pages.catalogue() if slug != "start/boxes"]
    LastRun({"pages": len(known)}, ["a test"], tried=known).write()
    assert proving.main(["--added"]) == 2 and "mend it first" in capsys.readouterr().out
    LastRun({"pages": len(known)}, [], tried=known).write()
    assert proving.main(["--added", "--workers", "0", "--variants", "3"]) == 0
    text = proving.FILE.read_text(encoding="utf-8")
    assert f"| pages tried | {len(known) + 1} |" in text and " 1 of the pages were" in text
    last = LastRun.read()
    assert last is not None and sorted(last.tried) == sorted(pages.catalogue()) and last.added == 1
    assert proving.main(["--added"]) == 2 and "lacks a page" in capsys.readouterr().out


def test_a_run_that_was_stopped_counts_for_nothing(tmp_path, monkeypatch, capsys):
    """Ctrl-C after half of the pages: neither they nor the others are taken for tried."""
    monkeypatch.setattr(quality, "STATE", tmp_path / "prove.json")
    monkeypatch.setattr(proving, "FILE", tmp_path / "quality.md")
    monkeypatch.setattr(proving.pytest, "main", lambda *words, **options: pytest.ExitCode.INTERRUPTED)
    before = LastRun({"pages": 1}, [], tried=["start/boxes"])
    before.write()
    assert proving.main(["--added"]) == pytest.ExitCode.INTERRUPTED
    assert "Not finished" in capsys.readouterr().out
    assert LastRun.read() == before and not proving.FILE.exists()


@pytest.mark.parametrize(("reported", "asked_for"), [
    ("a.py::test_a[b/c]@b/c", "a.py::test_a[b/c]"), ("a.py::test_a@kernel", "a.py::test_a"),
    ("a.py::test_a[b@c]", "a.py::test_a[b@c]"), ("a.py::test_a", "a.py::test_a"),
])  # fmt: skip
def test_a_test_can_be_asked_for_again(reported, asked_for):
    """xdist puts the group behind the name of a test, and finds none that is called so."""
    assert proving.ungrouped(reported) == asked_for
