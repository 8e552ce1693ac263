"""PDFs by the browser that is there; what is said where there is none, or where it fails."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from autograder.classroom.released import released
from autograder.cli import main
from autograder.marking.variants import variant_of
from autograder.paper import make, printing
from autograder.paper.places import Places
from autograder.paper.printing import PrintError, find_browser, print_pdf
from autograder.paper.students import kept

CHROMIUM = find_browser()


def run(root: Path, *words: str) -> int:
    return main(["paper", *words, "--root", str(root)])


def browser(folder: Path, code: str) -> Path:
    """A program that does not do what a browser does."""
    path = folder / "browser"
    path.write_text(f"#!{sys.executable}\nimport sys, time\n{code}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


@pytest.mark.skipif(CHROMIUM is None, reason="no browser that prints")
def test_each_student_gets_a_pdf_with_a_code_on_every_sheet(own_course, roster, capsys):
    """Read back from the PDF: their own numbers, their name and the code of its page on each sheet, on the paper that
    was asked for; the key is another file. Nothing else is left in the folder."""
    import pypdf

    roster.write_text("\n".join(roster.read_text(encoding="utf-8").splitlines()[:3]), encoding="utf-8")
    words = ("--students", "roster.csv", "--size", "Letter", "--pages", "9", "20")
    assert run(own_course, "--chapter", "07-backpropagation", *words) == 0
    said = capsys.readouterr().out
    assert "paper/07-backpropagation/: the sheets of 2 students" in said and "backpropagation-key.pdf: the key" in said
    out = own_course / "paper"
    assert {path.name for path in (out / "07-backpropagation").iterdir()} == {"ada.pdf", "bob.pdf"}
    assert {path.name for path in out.iterdir()} == {"07-backpropagation", "07-backpropagation-key.pdf", "students.csv"}
    assert [student.id for student in kept(out)] == ["ada", "bob"]

    places = [place for place in Places(released(own_course)).of("07-backpropagation") if place.at in (9, 20)]
    codes = [place.code(variant_of("bob", "autumn")).text for place in places]
    sheets = pypdf.PdfReader(out / "07-backpropagation" / "bob.pdf").pages
    texts = [sheet.extract_text() for sheet in sheets]
    assert all('Bob "}</style><b>Smith (bob)' in text for text in texts)
    found = [re.findall(r"7\.\d+-\w{4}-\w\w", text)[-1] for text in texts]
    assert list(dict.fromkeys(found)) == codes and set(re.findall(r"7\.\d+-\w{4}-\w\w", " ".join(texts))) == set(codes)
    assert [round(float(side)) for side in sheets[0].mediabox[2:]] == [612, 792]
    answers = " ".join(page.extract_text() for page in pypdf.PdfReader(out / "07-backpropagation-key.pdf").pages)
    variants = [variant_of(who, "autumn") for who in ("ada", "bob")]
    assert all(place.code(variant).text in answers for place in places for variant in variants)


def test_without_a_browser_there_is_html_and_what_to_do_with_it(course, monkeypatch, capsys):
    """One set of sheets, nobody's, with a line for the name."""
    monkeypatch.setattr(make, "find_browser", lambda: None)
    assert run(course, "--chapter", "06-cost", "--pages", "1") == 0
    said = capsys.readouterr().out
    assert "No Chrome, Chromium or Edge was found" in said and "paper/06-cost/sheets.html" in said
    html = (course / "paper" / "06-cost" / "sheets.html").read_text(encoding="utf-8")
    assert "Name \\5f " in html and "6.1-0000-" in html and "http" not in html.replace("http://www.w3.org", "")
    assert not (course / "paper" / "students.csv").exists()


@pytest.mark.parametrize(("words", "said"), [
    (("--chapter", "99-elephants"), "There is no chapter '99-elephants'"),
    (("--chapter", "06-cost", "--students", "none.csv"), "none.csv cannot be read"),
    (("--chapter", "06-cost", "--pages", "77"), "has the pages 1 to"),
    (("--chapter", "06-cost", "--browser", "/nowhere/chrome"), "There is no browser"),
    (("--chapter", "practice"), "no pages to print"),
])  # fmt: skip
def test_what_cannot_be_printed_is_said(course, words, said, capsys):
    """In one line, and nothing is written."""
    assert run(course, *words) == 1
    assert said in capsys.readouterr().err and not (course / "paper").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="the programs that play a browser are scripts")
@pytest.mark.parametrize(("code", "said"), [
    ("sys.exit('no display')", "no display"),
    ("time.sleep(60)", "not done after"),
    ("open(next(w for w in sys.argv if 'to-pdf' in w).partition('=')[2], 'w').write('%PDF-1.4 cut')", "ended with 0"),
])  # fmt: skip
def test_a_browser_that_fails_leaves_the_html(tmp_path, code, said):
    """Its own words are passed on, with what to do; half a PDF is no PDF."""
    with pytest.raises(PrintError, match=said) as raised:
        print_pdf(browser(tmp_path, code), "<p>7.9</p>", tmp_path / "ada.pdf", patience=0.5 if "sleep" in code else 20)
    assert "Open " in str(raised.value)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ada.html", "browser"]


def test_a_browser_is_looked_for_where_systems_keep_it(tmp_path, monkeypatch):
    """On the path, and on Windows and macOS where their installers put it; an unset variable leads nowhere."""
    assert find_browser({"PATH": str(tmp_path)}) is None or printing.platform.system() != "Linux"
    edge = tmp_path / "Microsoft" / "Edge" / "Application" / "msedge.exe"
    edge.parent.mkdir(parents=True)
    edge.touch()
    monkeypatch.setattr(printing.platform, "system", lambda: "Windows")
    assert find_browser({"PATH": "", "ProgramFiles": str(tmp_path)}) == edge
    assert find_browser({"PATH": ""}) is None
