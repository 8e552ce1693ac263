"""Whatever file is handed in, it is read or named."""

from __future__ import annotations

import json
import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.submissions.files import find, parse, quoted, read_file

A, B = "gradients/one-weight", "gradients/bigger-nudge"
PAGES = {"one": {A: 3}, "two": {B: 5}}


def notebook(*slugs):
    """A notebook that answers box 1 of these pages."""
    cells = [{"cell_type": "code", "metadata": {}, "source": f'page("{slug}", {{1: 2}})'} for slug in slugs]
    return {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def put(folder, name, *slugs):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(notebook(*slugs)))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"), (b" \n\0", "is empty"), (b"\n<html>", "web page"), (b"PK\3\4", "zip"), (b"%PDF-1.7", "PDF"),
        (b'{"cells": [', "breaks off"), (b'{"cells": [{"source": "x', "breaks off"),
        (b'{"cells": x, "a": [1, 2, 3]}', "damaged"),
        (b"3", "not a notebook"), (b"{}", "not a notebook"), (b'{"cells": 3}', "not a notebook"),
        (b"[" * 100_000, "no notebook holds"), (b'{"cells": [' + b"9" * 5000 + b"]}", "no notebook holds"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_named(data, said):
    """Each kind of broken file has its own words, and they say what to do."""
    found, faults = parse(data)
    assert found is None and said in faults[0] and ": " in faults[0]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "latin-1"])
def test_any_encoding_is_read(encoding):
    """Windows and Mac editors save in many ways; the answers are there in all of them."""
    written = json.dumps({**notebook(A), "title": "é"}, ensure_ascii=False).encode(encoding)
    found, faults = parse(written)
    assert found["cells"] == notebook(A)["cells"]
    assert bool(faults) == (not encoding.startswith("utf-8"))


@pytest.mark.parametrize(
    ("behind", "said"),
    [
        (b"\0" * 100, "NULs behind its end"), (b"}", "behind its end (1"), (b"\n}\n]\0", "behind its end (3"),
        (b' "metadata": {}, "nbformat": 4}', "behind its end"), (b"\n\n", ""),
        (json.dumps(notebook(B)).encode(), "behind its end"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("indent", [None, 1])
def test_what_stands_behind_a_whole_notebook_is_said(behind, said, indent):
    """NULs of a power cut, the tail of an older file, a brace, another notebook: the first one is read."""
    found, faults = parse(json.dumps(notebook(A), indent=indent).encode() + behind)
    assert found == notebook(A) and (said in faults[0] if said else not faults)


def conflict(ours, theirs, newline="\n", base=""):
    """A notebook in which git could not merge one line."""
    whole = json.dumps(notebook(A), indent=1).split("\n")
    at = next(n for n, line in enumerate(whole) if '"source"' in line)
    marks = ["<<<<<<< HEAD", *ours, *(["||||||| base", base] if base else []), "=======", *theirs, ">>>>>>> feature"]
    return newline.join([*whole[:at], *marks, *whole[at + 1 :]]).encode()


ONE, TWO, CUT = (f'   "source": "page(\\"{A}\\", {{1: {answer}}})"' for answer in ("2", "3", '"'))


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("base", ["", ONE])
@pytest.mark.parametrize(
    ("ours", "theirs", "answer", "said"),
    [
        ([ONE], [TWO], "2", "the side of `HEAD` was read; that of `feature` differs"),
        ([ONE], [ONE], "2", "the side of `HEAD` was read"),
        ([CUT], [TWO], "3", "the side of `feature` was read"),
        ([CUT], [CUT], None, "neither side can be read: settle the conflict"),
    ],
)
def test_conflict_marks_of_git_are_named(newline, base, ours, theirs, answer, said):
    """The side that can be read is read, and named; where both can, it is the one that was there."""
    found, faults = parse(conflict(ours, theirs, newline, base))
    assert "git's conflict marks" in faults[0] and faults[0].endswith(said) or answer is None and said in faults[0]
    assert (found is None) == (answer is None)
    assert answer is None or f"{{1: {answer}}}" in found["cells"][0]["source"]


def test_marks_within_a_cell_are_no_conflict():
    """A student who writes <<<<<<< into a cell has a whole notebook."""
    nb = notebook(A)
    nb["cells"][0]["source"] = "<<<<<<< HEAD\n=======\n>>>>>>> b\n"
    assert parse(json.dumps(nb, indent=1).encode()) == (nb, ())


@settings(max_examples=500, deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_raise(data):
    """Anything can stand in a file."""
    found, faults = parse(data)
    assert found is not None or faults


def test_a_link_is_followed_within_the_submission_only(tmp_path):
    """A link to a file beside it is a file; a link out of the submission, a broken one or a circle is not read."""
    folder = tmp_path / "submission"
    put(folder, "real.ipynb", A)
    put(tmp_path, "solution.ipynb", A)
    links = {"in": "real.ipynb", "out": "../solution.ipynb", "broken": "nothing", "circle": "circle"}
    for name, target in links.items():
        (folder / name).symlink_to(target)
    read = {name: read_file(folder / name, folder) for name in links}
    assert read["in"].notebook and not read["in"].faults
    assert "link to somewhere else" in read["out"].faults[0]
    assert "cannot be opened" in read["broken"].faults[0] and read["circle"].notebook is None


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no pipes in folders")
def test_a_pipe_is_not_waited_for(tmp_path):
    """Reading a pipe would wait for ever."""
    os.mkfifo(tmp_path / "pipe")
    assert "not an ordinary file" in read_file(tmp_path / "pipe").faults[0]


@pytest.mark.parametrize("name", ["a.ipynb", "`<b>*x*`|.ipynb", "x" * 300, "ü\n\x1b[31m", "\ud800"])
def test_a_name_is_fit_to_be_shown(name):
    """Names of files are the student's: no mark-up, one line, not too long."""
    shown = quoted(name)
    assert len(shown) <= 62 and shown.encode() and not set(shown[1:-1]) & set("`<>*|\n\x1b")


def test_the_right_name_is_the_right_file(tmp_path):
    """Files with the right names are what they say."""
    put(tmp_path, "one.ipynb", A)
    put(tmp_path, "two.ipynb", B)
    found = find(tmp_path, PAGES)
    assert found["one"].path.name == "one.ipynb" and found["two"].path.name == "two.ipynb"
    assert not found["one"].faults and not found["two"].faults


@pytest.mark.parametrize("name", ["one (1).ipynb", "ONE.IPYNB", "deep/down/one.ipynb", "one.ipynb.txt", "one.json"])
def test_another_name_is_found_by_the_pages(tmp_path, name):
    """A renamed notebook counts as the one whose pages it answers, and that is said."""
    put(tmp_path, name, A)
    put(tmp_path, "two.ipynb", B)
    found = find(tmp_path, PAGES)["one"]
    assert found.notebook and "was not handed in" in found.faults[0] and "marked in its place" in found.faults[0]


def test_a_notebook_of_another_chapter_is_named(tmp_path):
    """A notebook that answers none of the wanted pages is mentioned."""
    put(tmp_path, "seven.ipynb", "backpropagation/add-node")
    assert "`seven.ipynb` holds none of its pages" in find(tmp_path, PAGES)["one"].faults


def test_exchanged_names_are_put_right(tmp_path):
    """Two notebooks under each other's name."""
    put(tmp_path, "one.ipynb", B)
    put(tmp_path, "two.ipynb", A)
    found = find(tmp_path, PAGES)
    assert found["one"].path.name == "two.ipynb" and found["two"].path.name == "one.ipynb"


def test_the_named_file_goes_before_a_copy(tmp_path):
    """A filled notebook of the right name is the one; another filled one is mentioned."""
    put(tmp_path, "one.ipynb", A)
    put(tmp_path, "copy.ipynb", A)
    found = find(tmp_path, PAGES)["one"]
    assert found.path.name == "one.ipynb" and "was handed in too" in found.faults[0]


def test_checkpoints_are_not_submissions(tmp_path):
    """JupyterLab's own copies are left alone."""
    put(tmp_path, ".ipynb_checkpoints/one-checkpoint.ipynb", A)
    assert find(tmp_path, PAGES)["one"].notebook is None


def test_nothing_is_said_to_be_missing(tmp_path):
    """An empty folder, and one that is not there."""
    for folder in (tmp_path, tmp_path / "nowhere"):
        assert find(folder, PAGES)["one"].faults == ("`one.ipynb` was not handed in",)


def test_wherever_a_file_breaks_off_it_is_said():
    """A download that was cut is never called damaged, not even in the middle of a letter, a number or a word."""
    metadata = {"a": True, "b": None, "c": [-1.5e10, False]}
    cells = [{"cell_type": "code", "source": "é → ½", "metadata": metadata}]
    for written in (json.dumps({"cells": cells}), json.dumps({"cells": cells}, ensure_ascii=False, indent=1)):
        data = written.encode()
        for end in range(1, len(data)):
            assert parse(data[:end])[1][0].startswith("breaks off"), data[:end]


def test_an_archive_beside_nothing_is_named(tmp_path):
    """Who hands in an archive is told to unpack it; who hands in one beside the notebook is not."""
    (tmp_path / "Homework.ZIP").write_bytes(b"PK\3\4")
    assert "`Homework.ZIP` is a zip archive: unpack it" in "".join(find(tmp_path, {"one": PAGES["one"]})["one"].faults)
    put(tmp_path, "one.ipynb", A)
    assert find(tmp_path, {"one": PAGES["one"]})["one"].faults == ()
