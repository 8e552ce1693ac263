"""`workbook mark`: whatever is handed in and however often it is killed, the tables come out the same."""

from __future__ import annotations

import csv
import importlib
import json
import os
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

import pytest

from autograder import pages
from autograder.classroom import tables
from autograder.classroom.demo import cast, hand_in
from autograder.classroom.ledger import Ledger
from autograder.cli import main
from autograder.submissions.answers import read_notebook
from autograder.submissions.ids import code_id

pytestmark = pytest.mark.xdist_group("mark")  # one process makes what they share

ROOT = Path(__file__).parents[2]
CHAPTER = "06-cost"


def course_in(folder: Path) -> Path:
    """A course folder with this repository's chapters, and nothing handed in."""
    root = folder / "course"
    (root / "source").mkdir(parents=True)
    (root / "chapters").symlink_to(ROOT / "chapters")
    return root


@pytest.fixture
def course(tmp_path):
    """Such a course, for one test."""
    return course_in(tmp_path)


@pytest.fixture(scope="module")
def papers(tmp_path_factory):
    """Twelve students' notebooks of one chapter."""
    into = tmp_path_factory.mktemp("papers")
    hand_in(ROOT, cast(12, 3), into, [CHAPTER], seed=3)
    return into


def whole_papers(papers: Path) -> list[Path]:
    """Two notebooks that can be read and answer something."""
    whole = [path for path in sorted(papers.rglob("cost.ipynb")) if path.read_bytes().endswith(b"}\n")]
    read = {path: read_notebook(json.loads(path.read_text(encoding="utf-8"))).pages.values() for path in whole}
    return [path for path, answered in read.items() if any(not page.blank for page in answered)][:2]


def run(root: Path, *words: object) -> int:
    return main(["mark", *map(str, words), "--root", str(root), "--jobs", "1"])


def table(root: Path, name: str, out: str = "marks") -> list[dict]:
    with (root / out / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def points(root: Path, out: str = "marks") -> dict[str, float]:
    return {row["student"]: float(row["points"]) for row in table(root, "grades", out)}


def said(root: Path) -> str:
    return "\n".join(f"{row['student']}: {row['said']}" for row in table(root, "faults"))


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.csv"))}


# -- again, and after being killed -------------------------------------------------------------------------------------


def test_running_twice_changes_nothing(course, papers):
    """The same bytes, in files that were not even touched."""
    shutil.copytree(papers, course / "submitted")
    assert run(course) == 0
    before, times = contents(course / "marks"), {p: p.stat().st_mtime_ns for p in (course / "marks").glob("*.csv")}
    assert run(course) == 0
    assert contents(course / "marks") == before
    assert {path: path.stat().st_mtime_ns for path in times} == times


def test_a_killed_run_goes_on_where_it_stopped(course, papers):
    """Killed in the middle: what was marked stays marked, the rest is done, the tables are those of a quiet run."""
    for copy in range(40):
        for student in papers.iterdir():
            shutil.copytree(student, course / "submitted" / f"{student.name}-{copy}")
    assert run(course, "--out", "quiet") == 0
    command = [sys.executable, "-m", "autograder.cli", "mark", "--root", str(course), "--jobs", "1"]
    ledger = course / "marks" / "ledger.db"
    process = subprocess.Popen(
        command, env={**os.environ, "PYTHONPATH": str(ROOT)}, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        deadline = time.monotonic() + 60
        while not marked(ledger) and time.monotonic() < deadline:
            assert process.poll() is None
            time.sleep(0.01)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    assert not (course / "marks" / "verdicts.csv").exists()
    with Ledger(ledger) as kept:
        total, left = kept.count()
    assert 0 < left < total
    assert run(course) == 0
    assert contents(course / "marks") == contents(course / "quiet")


def marked(ledger: Path) -> int:
    """How many submissions are in the ledger's write-ahead log: roughly, without opening it."""
    log = ledger.with_name("ledger.db-wal")
    return log.exists() and log.stat().st_size > 600_000


def test_only_what_changed_is_marked_again(course, papers):
    """A new version of one submission is marked; the others are taken from the ledger."""
    shutil.copytree(papers, course / "submitted")
    run(course)
    first, second = sorted((course / "submitted").iterdir())[:2]
    shutil.copy(next(second.rglob("*.ipynb")), next(first.rglob("*.ipynb")))
    with Ledger(course / "marks" / "ledger.db") as ledger:
        kept = ledger.book.execute("SELECT count(*) FROM marked").fetchone()[0]
    run(course)
    with Ledger(course / "marks" / "ledger.db") as ledger:
        assert ledger.book.execute("SELECT count(*) FROM marked").fetchone()[0] == kept + 1
    assert points(course)[first.name] == points(course)[second.name]


def test_withdrawn_submissions_leave_the_tables(course, papers):
    """The tables hold what is there now."""
    shutil.copytree(papers, course / "submitted")
    run(course)
    gone = sorted((course / "submitted").iterdir())[0]
    shutil.rmtree(gone)
    run(course, "--yes")
    assert gone.name not in points(course)


def test_two_runs_at_once_do_not_mix(course, papers, capsys):
    """The second one is told to wait; the first is not disturbed."""
    shutil.copytree(papers, course / "submitted")
    (course / "marks").mkdir()
    with Ledger(course / "marks" / "ledger.db"):
        assert run(course) == 1
    assert "another `workbook mark`" in capsys.readouterr().err
    assert run(course) == 0


def test_a_damaged_ledger_is_named(course, papers, capsys):
    """It says which file to delete."""
    shutil.copytree(papers, course / "submitted")
    (course / "marks").mkdir()
    (course / "marks" / "ledger.db").write_bytes(b"not a database" * 1000)
    assert run(course) == 1
    assert "delete it" in capsys.readouterr().err


def test_a_full_disk_leaves_the_earlier_tables(course, papers, monkeypatch, capsys):
    """A table is replaced when it is whole, never before."""
    shutil.copytree(papers, course / "submitted")
    run(course)
    before = contents(course / "marks")
    shutil.copytree(sorted((course / "submitted").iterdir())[0], course / "submitted" / "zoe")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tables, "_write_csv", full)
    assert run(course) == 1
    assert "cannot be written: no space left" in capsys.readouterr().err
    assert contents(course / "marks") == before
    assert not list((course / "marks").glob(".*new"))


def test_students_with_numbers_of_their_own_earn_the_same(course):
    """Where each student has their own variant, the demo class works with it, and marking goes by it."""
    (course / "workbook.toml").write_text('variants = "student"\nsalt = "spring"\n', encoding="utf-8")
    main(["demo-class", "--students", "8", "--chapters", CHAPTER, "--root", str(course)])
    assert run(course) == 0
    wanted: dict = {}
    with (course / "demo-class.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            wanted[row["student"]] = wanted.get(row["student"], 0) + float(row["points"])
    assert points(course) == {student: wanted[student] for student in points(course)} and len(points(course)) > 6
    assert len({row["variant"] for row in table(course, "verdicts")}) == len(points(course))
    (course / "workbook.toml").write_text('variants = "student"\nsalt = "autumn"\n', encoding="utf-8")
    run(course)  # a setting that counts: everything is marked again
    assert sum(points(course).values()) < sum(wanted.values()) / 2


# -- formats -----------------------------------------------------------------------------------------------------------


def test_parquet_holds_the_same_as_csv(course, papers):
    """Every column, every row, numbers as numbers, texts as they were typed."""
    import pyarrow.parquet

    shutil.copytree(papers, course / "submitted")
    run(course)
    run(course, "--table", "parquet")
    for name in ("verdicts", "grades"):
        rows = pyarrow.parquet.read_table(course / "marks" / f"{name}.parquet").to_pylist()
        shown = [{key: v if isinstance(v, str) else f"{v:.10g}" for key, v in row.items()} for row in rows]
        plain = [{key: tables.typed(value) for key, value in row.items()} for row in table(course, name)]
        assert shown == plain


@pytest.mark.parametrize("text", ["=1+1", "@SUM(A1)", "-2+3", "+x", "\t=1", "-sin(x)"])
def test_no_answer_becomes_a_formula_in_a_spreadsheet(text):
    """What a spreadsheet would run gets an apostrophe, and comes back as it was."""
    assert tables.guarded(text) == f"'{text}" and tables.typed(tables.guarded(text)) == text


@pytest.mark.parametrize("text", ["-2", "+3.5", "3/4", "x = 1", "-0,5", ""])
def test_numbers_stay_as_they_are(text):
    """A minus sign alone makes no formula."""
    assert tables.guarded(text) == text


# -- what an LMS hands over --------------------------------------------------------------------------------------------

NAMES = {
    "Moodle folders": "{0} Doe_{1}_assignsubmission_file/cost.ipynb",
    "Moodle folders of old": "{0} Doe_{1}_assignsubmission_file_/cost.ipynb",
    "Moodle files": "{0} Doe_{1}_assignsubmission_file_cost.ipynb",
    "Canvas": "doe{0}_{1}_998877_cost.ipynb",
    "Canvas, late": "doe{0}_LATE_{1}_998877_cost-1.ipynb",
    "Blackboard": "Chapter 6_{0}_attempt_2030-01-02-03-04-05_cost.ipynb",
    "Brightspace": "{1}-445 - {0} Doe - Jan 2, 2030 304 PM - cost.ipynb",
    "folders": "{0}/cost.ipynb",
    "files": "{0}.ipynb",
    "nbgrader's tree": "submitted/{0}/06-cost/cost.ipynb",
    "wrapped": "download/{0}/homework.ipynb",
}


@pytest.fixture(scope="module")
def earned(papers, tmp_path_factory):
    """The points of these notebooks, handed in as nbgrader's tree."""
    course = course_in(tmp_path_factory.mktemp("tree"))
    shutil.copytree(papers, course / "submitted")
    run(course)
    return sorted(points(course).values())


@pytest.mark.parametrize("how", NAMES)
@pytest.mark.parametrize("packed", [False, True])
def test_every_lms_gives_the_same_points(course, papers, earned, how, packed):
    """However the files are named, in a folder or a zip, each student gets the points of nbgrader's tree."""
    place = course / "from-lms"
    for number, path in enumerate(sorted(papers.rglob("*.ipynb"))):
        target = place / NAMES[how].format(path.parts[-3].replace("-", ""), 1000 + number)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    (place / "index.html").write_text("<html>", encoding="utf-8")
    words = [place]
    if packed:
        words = [shutil.make_archive(str(course / "from-lms"), "zip", place)]
        shutil.rmtree(place)
    assert run(course, *words, "--chapter", CHAPTER) == 0
    assert sorted(points(course).values()) == earned


def test_two_students_of_one_name_stay_two(course, papers):
    """Their numbers tell them apart."""
    first, second = whole_papers(papers)
    place = course / "moodle"
    for number, path in ((11, first), (12, second)):
        (place / f"Jane Doe_{number}_assignsubmission_file").mkdir(parents=True)
        shutil.copy(path, place / f"Jane Doe_{number}_assignsubmission_file" / "cost.ipynb")
    run(course, place)
    assert set(points(course)) == {"Jane Doe (11)", "Jane Doe (12)"}


def test_of_several_attempts_the_last_counts(course, papers):
    """Blackboard hands over every attempt."""
    first, second = whole_papers(papers)
    place = course / "blackboard"
    place.mkdir()
    shutil.copy(first, place / "HW_ada_attempt_2030-01-02-10-00-00_cost.ipynb")
    shutil.copy(second, place / "HW_ada_attempt_2030-01-03-10-00-00_cost.ipynb")
    run(course, place)
    last = course / "one"
    last.mkdir()
    shutil.copy(second, last / "ada.ipynb")
    run(course, last, "--out", "one-out")
    assert points(course)["ada"] == points(course, "one-out")["ada"]
    assert "was handed in too" in said(course)


def test_names_of_another_lms_can_be_said(course, papers):
    """--names takes a regular expression; a wrong one is named."""
    place = course / "lms"
    place.mkdir()
    shutil.copy(sorted(papers.rglob("cost.ipynb"))[0], place / "hw6+ada+cost.ipynb")
    assert run(course, place, "--names", r"hw\d\+(?P<student>\w+)\+(?P<file>.*)") == 0
    assert set(points(course)) == {"ada"}
    for wrong in ("(", "(?P<student>.*)"):
        assert run(course, place, "--names", wrong) == 1


def test_a_name_in_two_places_is_nobody_until_it_is_said_that_it_is_one(course, papers):
    """Perhaps they are two: both files are named and neither is marked; with --again the place named last counts."""
    first, second = whole_papers(papers)
    for place, path in (("one/class", first), ("two/class", second)):
        (course / place).mkdir(parents=True)
        shutil.copy(path, course / place / "ada.ipynb")
    shutil.copy(first, course / "one" / "class" / "bob.ipynb")
    assert run(course, "one/class", "two/class") == 0
    assert set(points(course)) == {"bob"}
    assert "`one/class/ada.ipynb` and `two/class/ada.ipynb` would both be theirs, perhaps of two students" in said(
        course
    )
    run(course, "one/class", "two/class", "--again")
    both = points(course)
    run(course, "two/class", "--out", "alone")
    assert both["ada"] == points(course, "alone")["ada"] and set(both) == {"ada", "bob"}
    assert "handed in more than once" in said(course)


# -- faults and attacks ------------------------------------------------------------------------------------------------


def solved(student: Path) -> Path:
    folder = student / CHAPTER
    folder.mkdir(parents=True)
    shutil.copy(ROOT / "solutions" / CHAPTER / "cost.ipynb", folder)
    return folder


def whole(folder: Path) -> set[str]:
    """Every file in a folder, with its size."""
    return {f"{path.relative_to(folder)} {path.lstat().st_size}" for path in folder.rglob("*") if not path.is_dir()}


def archive(path: Path, *members: tuple[str | zipfile.ZipInfo, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in members:
            packed.writestr(name, data)
    return path


def test_names_that_lead_out_of_a_zip_are_left_out(course):
    """`../`, absolute names and drive letters: named, nothing is written outside, the others are marked."""
    data = (ROOT / "solutions" / CHAPTER / "cost.ipynb").read_bytes()
    bad = ["../evil.ipynb", "a/../../evil.ipynb", "/tmp/evil.ipynb", "C:\\evil.ipynb", "..\\evil.ipynb"]
    path = archive(course / "lms.zip", *((name, data) for name in bad), ("ada/cost.ipynb", data))
    before = whole(course.parent)
    assert run(course, path) == 0
    assert set(points(course)) == {"ada"} and points(course)["ada"] > 0
    assert said(course).count("leads out of the archive") == len(bad)
    new = {name.split()[0] for name in whole(course.parent) - before}
    assert {name.split("/")[1] for name in new} == {"marks"}


def test_links_are_not_followed(course, tmp_path):
    """Links of students, chapters, files, in a folder and in a zip: named, and what they lead to is not read."""
    secret = solved(tmp_path / "elsewhere")
    place = course / "submitted"
    solved(place / "ada")
    (place / "bob").symlink_to(tmp_path / "elsewhere")
    (place / "cleo").mkdir()
    (place / "cleo" / CHAPTER).symlink_to(secret)
    (place / "dan" / CHAPTER).mkdir(parents=True)
    (place / "dan" / CHAPTER / "cost.ipynb").symlink_to(secret / "cost.ipynb")
    (place / "eve" / CHAPTER).mkdir(parents=True)
    (place / "eve" / CHAPTER / "cost.ipynb").symlink_to(place / "eve" / CHAPTER / "cost.ipynb")
    run(course)
    assert points(course)["ada"] > 0
    assert {student: earned for student, earned in points(course).items() if student != "ada"} == {"dan": 0, "eve": 0}
    assert all(f"{student}: " in said(course) for student in ("bob", "cleo", "dan", "eve"))
    link = zipfile.ZipInfo("fay/cost.ipynb")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    run(course, archive(course / "lms.zip", (link, str(secret / "cost.ipynb").encode()), ("gus.ipynb", b"{}")))
    assert "fay" not in points(course) and "is a link" in said(course)


def test_a_gigabyte_is_named_and_not_read(course):
    """A file of 1 GB on disk, and one in a zip: zero with a fault, the others are marked."""
    folder = solved(course / "submitted" / "ada")
    big = course / "submitted" / "bob" / CHAPTER / "cost.ipynb"
    big.parent.mkdir(parents=True)
    with big.open("wb") as file:
        file.truncate(1_000_000_000)
    run(course)
    assert points(course)["bob"] == 0 and points(course)["ada"] > 0
    assert "bob: `cost.ipynb` is too big to be read" in said(course)
    packed = course / "lms.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as made:
        made.write(folder / "cost.ipynb", "ada/cost.ipynb")
        with made.open("bob/cost.ipynb", "w", force_zip64=True) as member:
            for _ in range(205):
                member.write(bytes(1_000_000))
    run(course, packed)
    assert points(course)["bob"] == 0 and points(course)["ada"] > 0 and "too big" in said(course)


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="permissions are POSIX's here")
def test_what_may_not_be_read_is_named(course):
    """A file, a chapter, a student's folder without permission: named, the others are marked."""
    place = course / "submitted"
    solved(place / "ada")
    locked = [solved(place / "bob") / "cost.ipynb", solved(place / "cleo"), solved(place / "dan").parent]
    temporary = Path(os.environ.get("PYTEST_DEBUG_TEMPROOT") or tempfile.gettempdir())
    for path in [course, *course.parents]:  # another user than root must get here
        if temporary in path.parents:
            path.chmod(path.stat().st_mode | 0o755)
    (course / "marks").mkdir()
    (course / "marks").chmod(0o777)
    for path in locked:
        path.chmod(0)
    for module in ("concurrent.futures.process", "autograder.classroom.mark", "autograder.marking.oracle", "tqdm"):
        importlib.import_module(module)  # another user may not be able to read what is imported on the way
    user = os.geteuid()
    try:
        if user == 0:
            os.seteuid(65534)
        assert run(course) == 0
    finally:
        os.seteuid(user)
        for path in locked:
            path.chmod(0o755)
    assert points(course)["ada"] > 0 and points(course)["bob"] == 0
    for student in ("bob", "cleo", "dan"):
        assert f"{student}: " in said(course) and "cannot be opened (permission denied)" in said(course)
    run(course)
    assert len(set(points(course).values())) == 1 and len(points(course)) == 4  # and marked once they may be


@pytest.mark.parametrize(
    ("name", "data", "word"),
    [
        ("cost.ipynb", b"", "is empty"),
        ("cost.ipynb", b'{"cells": [', "breaks off"),
        ("cost.ipynb", b"%PDF-1.7", "PDF"),
        ("cost.pdf", b"%PDF-1.7", "no notebook"),
        ("cost.ipynb", b"\xff\xfe\x00", "cost.ipynb"),
    ],
)
def test_files_that_are_no_notebooks_are_named(course, name, data, word):
    """Each earns zero, with what to do."""
    path = archive(course / "lms.zip", (f"ada/{name}", data), ("bob/x.ipynb", b"{}"))
    assert run(course, path, "--chapter", CHAPTER) == 0
    assert points(course)["ada"] == 0 and word in said(course)


def test_a_damaged_zip_is_named(course, capsys):
    """Cut archives, members with a password or a wrong checksum."""
    data = (ROOT / "solutions" / CHAPTER / "cost.ipynb").read_bytes()
    path = archive(course / "lms.zip", ("ada/cost.ipynb", data), ("bob/cost.ipynb", data))
    bytes_ = bytearray(path.read_bytes())
    bytes_[2000:2010] = b"0123456789"
    path.write_bytes(bytes_)
    run(course, path, "--chapter", CHAPTER)
    assert points(course)["ada"] == 0 and points(course)["bob"] > 0 and "damaged" in said(course)
    path.write_bytes(bytes(bytes_[: len(bytes_) // 2]))
    assert run(course, path) == 1
    assert "neither a folder nor a zip" in capsys.readouterr().err


def test_a_wrong_place_or_chapter_is_named(course, capsys):
    """The message says what there is."""
    assert run(course, "nowhere") == 1
    assert "There is no" in capsys.readouterr().err
    (course / "submitted").mkdir()
    assert run(course, "--chapter", "6") == 1
    assert CHAPTER in capsys.readouterr().err


def test_a_folder_that_is_no_chapter_is_named(course):
    """A chapter's name mistyped by three students is said once, with their number."""
    solved(course / "submitted" / "ada")
    for student in ("bob", "cleo", "dan"):
        solved(course / "submitted" / student).rename(course / "submitted" / student / "06_cost")
    run(course)
    assert set(points(course)) == {"ada"} and "`06_cost` (3 students) is no chapter here" in said(course)


def test_stopping_by_hand_keeps_what_is_marked(course, papers, monkeypatch, capsys):
    """Ctrl-C says how to go on."""
    shutil.copytree(papers, course / "submitted")
    add = Ledger.add

    def stop(ledger, several):
        add(ledger, several)
        raise KeyboardInterrupt

    monkeypatch.setattr(Ledger, "add", stop)
    assert run(course) == 1
    assert "run this again" in capsys.readouterr().err
    with Ledger(course / "marks" / "ledger.db") as ledger:
        assert ledger.count()[1] < ledger.count()[0]


def test_nothing_handed_in_is_no_error(course, capsys):
    """An empty folder makes empty tables."""
    (course / "submitted").mkdir()
    assert run(course) == 0
    assert "Nothing was handed in" in capsys.readouterr().out and table(course, "grades") == []


def test_strange_names_of_students_are_kept(course):
    """Commas, quotes, newlines, letters of any script and half of one."""
    names = ["Doe, Jane", 'a"b', "=cmd", "ÅΩ 李", "x\ny", os.fsdecode(b"half\xff")]
    for name in names:
        solved(course / "submitted" / name)
    run(course)
    found = {tables.typed(name) for name in points(course)}
    assert found == {name.encode("utf-8", "replace").decode() for name in names}


def test_the_ledger_is_a_plain_database(course, papers):
    """Anybody can look into it."""
    shutil.copytree(papers, course / "submitted")
    run(course)
    with sqlite3.connect(course / "marks" / "ledger.db") as book:
        (entry,) = book.execute("SELECT entry FROM entered LIMIT 1").fetchone()
    assert json.loads(entry)[1] == CHAPTER


def test_the_memory_that_a_course_allows_reaches_the_kernel(course):
    """What nbgrader_config.py says of MarkCode.megabytes is the limit under which a student's cell runs."""
    pytest.importorskip("resource", reason="this system limits no memory")
    (course / "nbgrader_config.py").write_text("c = get_config()\nc.MarkCode.megabytes = 1500\n")
    relu = pages.load_exercise("activations/relu-code")
    limit = "import resource\nassert resource.getrlimit(resource.RLIMIT_AS)[0] == 1500 * 2**20\n"
    nb = json.loads((ROOT / "chapters/05-activations/activations.ipynb").read_text(encoding="utf-8"))
    next(cell for cell in nb["cells"] if cell["id"] == code_id(relu.slug))["source"] = limit + relu.solution
    paper = course / "submitted/ada/05-activations/activations.ipynb"
    paper.parent.mkdir(parents=True)
    paper.write_text(json.dumps(nb), encoding="utf-8")
    assert run(course) == 0 and points(course) == {"ada": float(relu.points)}
