"""The gradebook may be a PostgreSQL database: nbgrader's db_url, the same grades."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from ..nbgrader_course import CHAPTER, CLASS, FULL, NAME

pytestmark = pytest.mark.xdist_group("nbgrader-runs")


def programs():
    """Where Debian keeps PostgreSQL's programs, the newest; None without them."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    here = shutil.which("initdb")
    return found[-1].parent if found else Path(here).parent if here else None


@pytest.fixture(scope="module")
def server():
    """The address of a real server in a temporary folder, run by somebody who may do nothing else."""
    if programs() is None:
        missing = "there is no PostgreSQL here: apt-get install postgresql"
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)
    folder = Path(tempfile.mkdtemp(prefix="workbook-postgresql-"))
    somebody = {}
    if os.geteuid() == 0:  # PostgreSQL refuses to be run by root
        nobody = pwd.getpwnam("nobody")
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        somebody = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}

    def run(program, *words):
        command = [programs() / program, "-D", folder / "data", *words]
        subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, timeout=60, **somebody)

    run("initdb", "--username=workbook", "--auth=trust", "--encoding=UTF8", "--no-sync")
    own = f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off"
    try:
        run("pg_ctl", "start", "--wait", "--log", folder / "log", "--options", own)
        yield f"postgresql+psycopg://workbook@/postgres?host={folder}"
    finally:
        run("pg_ctl", "stop", "--mode=immediate")
        shutil.rmtree(folder)


@pytest.fixture(scope="module")
def courses(released, server, tmp_path_factory):
    """The same class twice: with a gradebook in a file, and with one on the server, both graded."""
    here = released.copy(tmp_path_factory.mktemp("file") / "course")
    there = here.copy(tmp_path_factory.mktemp("server") / "course")
    (there.root / "gradebook.db").unlink()
    there.db_url = server
    with (there.root / "nbgrader_config.py").open("a") as config:
        config.write(f"\nc.CourseDirectory.db_url = {server!r}\n")
    made = there.nbgrader("generate_assignment", CHAPTER)
    assert made.returncode == 0, made.stderr
    for course in (here, there):
        for n in range(3):
            shutil.copytree(course.root / "submitted/anna", course.root / f"submitted/x{n:02}")
        ran = course.autograde()
        assert ran.returncode == 0, ran.stderr
    return here, there


def test_the_grades_are_the_same(courses):
    """Points, comments, times and students are what they are with a file; no file is made beside the server."""
    here, there = courses
    assert there.content() == here.content()
    assert there.files() == here.files()
    assert {student: there.total(student) for student in CLASS} == CLASS
    assert [there.total(f"x{n:02}") for n in range(3)] == [FULL] * 3
    assert not (there.root / "gradebook.db").exists()


def test_nbgrader_goes_on_with_it(courses):
    """nbgrader's own commands read it and grade into it again; points given by hand stay."""
    _, there = courses
    with there.gradebook() as book:
        book.find_submission_notebook(NAME, CHAPTER, "carl").grades[0].manual_score = 1.5
        book.db.commit()
    assert there.nbgrader("autograde", CHAPTER, "--student", "carl", "--force").returncode == 0
    with there.gradebook() as book:
        assert book.find_submission(CHAPTER, "carl").score == 1.5
    assert there.run("export").returncode == 0
    assert "carl" in (there.root / "grades.csv").read_text()


def test_a_server_that_does_not_answer_is_named(courses, tmp_path):
    """Without the server nothing is graded and nothing is lost; the message says what to look at."""
    _, there = courses
    before = there.content()
    away = f"--CourseDirectory.db_url=postgresql+psycopg:///postgres?host={tmp_path}"
    ran = there.autograde("--force", away)
    assert ran.returncode == 1 and "server does not answer" in ran.stderr and "Traceback" not in ran.stderr
    assert there.content() == before
