"""The course on a real JupyterHub: an instructor and two students, from the release to the feedback.

What docs/instructors.md says of a JupyterHub is tried here, point by point. The students have numbers of their own. Ada
works in her browser; Bob in a terminal, and he hands in a copy of her notebook.
"""

from __future__ import annotations

import csv
import io
import json
from types import SimpleNamespace
from urllib.parse import quote

import pytest

from autograder import pages
from autograder.cli import main
from autograder.marking.variants import variant_of
from autograder.submissions.ids import code_id, grade_id, page_id
from autograder.submissions.writing import page_source

from ..browser import desk as bench
from ..browser import formgrader as grader
from .hub import EXCHANGE, INSTRUCTOR, PASSWORD, REPOSITORY, STUDENTS, running

COURSE, CHAPTER, NAME = "backprop-workbook", "05-activations", "activations"
FORGOTTEN = "01-gradients"  # released without nbgrader generate_assignment
FILE = f"{CHAPTER}/{NAME}.ipynb"
HERE = f"cd {COURSE} &&"
SALT = "autumn 2026"
FIRST = pages.chapter_pages("activations")[0]
SETTINGS = f"""
c = get_config()
c.CourseDirectory.course_id = "{COURSE}"
c.Exchange.root = "{EXCHANGE}"
"""
LEADS_HERE = rf'printf "c = get_config()\nload_subconfig(\"/home/{INSTRUCTOR}/{COURSE}/nbgrader_config.py\")\n"'


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    with running(tmp_path_factory.mktemp("hub")) as hub:
        yield hub


@pytest.fixture(scope="module")
def seats(hub):
    """The users' servers. The instructor has a clone of the course, in which students have numbers of their own."""
    instructor, ada, bob = hub.seats(INSTRUCTOR, *STUDENTS)
    seats = SimpleNamespace(instructor=instructor, ada=ada, bob=bob)
    clone = " ".join(f"{REPOSITORY}/{name}" for name in ("nbgrader_config.py", "source", "chapters"))
    seats.instructor.type(f"mkdir {COURSE} && cp -r {clone} {COURSE}/")
    seats.instructor.write(f"{COURSE}/workbook.toml", f'variants = "student"\nsalt = "{SALT}"\n')
    return seats


@pytest.fixture(scope="module")
def tabs():
    """tabs(seat): a browser of that user's own, signed in to the hub."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(bench.CHROMIUM), args=bench.FLAGS)
        known = {}

        def tab(seat):
            if seat.user not in known:
                known[seat.user] = tab = chromium.new_context(viewport={"width": 1180, "height": 1000}).new_page()
                tab.set_default_timeout(240_000)  # the computer may have other things to do
                tab.goto(f"{seat.hub.address}/hub/login?next=/hub/home")
                tab.get_by_label("Username").fill(seat.user)
                tab.get_by_label("Password").fill(PASSWORD)
                tab.get_by_role("button", name="Sign in").click()
                tab.get_by_role("button", name="My Server", exact=True).wait_for()
            return known[seat.user]

        yield tab
        chromium.close()


@pytest.fixture(scope="module")
def before(hub, seats):
    """What is said while the computer has neither the folder of the exchange nor nbgrader's settings."""
    said = SimpleNamespace()
    said.made = seats.instructor.type(f"{HERE} nbgrader generate_assignment {CHAPTER}")
    said.no_exchange = seats.instructor.type(f"{HERE} nbgrader release_assignment {CHAPTER}", fails=True)
    hub.administrator(f"mkdir -p {EXCHANGE} /etc/jupyter")
    said.no_settings = seats.bob.type("nbgrader list", fails=True)
    hub.administrator(f"echo '{SETTINGS}' > /etc/jupyter/nbgrader_config.py")
    said.no_rights = seats.instructor.type(f"{HERE} nbgrader release_assignment {CHAPTER}", fails=True)
    said.formgrader = seats.instructor.ask("/formgrader/api/assignments")
    assert seats.instructor.ask("/formgrader/api/students") == []
    said.home = seats.instructor.type("ls")
    return said


@pytest.fixture(scope="module")
def released(hub, seats, before):
    """Two chapters are released, one of them without generate_assignment; the instructor's formgrader is set up."""
    hub.administrator(f"chmod ugo+rwx {EXCHANGE}")
    seats.instructor.type(f"{LEADS_HERE} > .jupyter/nbgrader_config.py")
    seats.instructor.type(f"{HERE} nbgrader release_assignment {CHAPTER} && nbgrader release_assignment {FORGOTTEN}")
    seats.instructor.restart()
    return seats


@pytest.fixture(scope="module")
def worked(released, tabs):
    """Both students have fetched the chapter, worked, and handed in; gives what they saw."""
    ada, bob, saw = released.ada, released.bob, SimpleNamespace()
    tab = tabs(ada)
    open_list(tab, ada)
    notebook = unfolded(fetched(tab))
    saw.home = ada.type("ls -R")
    notebook.click()
    saw.who, saw.states = answer_first_page(tab, variant_of("ada", SALT))
    tab.goto("about:blank")
    finish(ada, variant_of("ada", SALT))
    open_list(tab, ada)
    tab.locator("#fetched_assignments_list .list_item", has_text=CHAPTER).get_by_role("button", name="Submit").click()
    tab.locator("#submitted_assignments_list .list_item", has_text=CHAPTER).first.wait_for()

    bob.type(f"nbgrader fetch_assignment {CHAPTER} && nbgrader fetch_assignment {FORGOTTEN}")
    saw.blank = bob.ask("/assignments/validate", "POST", {"path": f"{FORGOTTEN}/gradients.ipynb"})
    bob.write(FILE, ada.read(FILE))
    bob.type(f"nbgrader submit {CHAPTER} && nbgrader submit {FORGOTTEN}")
    return saw


@pytest.fixture(scope="module")
def graded(released, worked, tabs):
    """The chapter is collected and, by formgrader's buttons, marked; gives formgrader in the instructor's tab."""
    instructor = released.instructor
    released.instructor.type(f"{HERE} nbgrader collect {CHAPTER}")
    tab = tabs(instructor)
    for student in ("ada", "bob"):
        assert CHAPTER in grader.press(tab, f"{instructor.address}/formgrader", CHAPTER, student, "autograde")
    return tab


def open_list(tab, seat):
    """nbgrader's list of assignments, by the menu."""
    tab.goto(f"{seat.address}/lab?reset")
    tab.get_by_role("menuitem", name="Nbgrader").click()
    tab.get_by_role("menuitem", name="Assignment List").click()
    tab.locator("#released_assignments_list .list_item", has_text=FORGOTTEN).first.wait_for()


def fetched(tab):
    """Press Fetch; the list of what was fetched. A press is lost while the lists are drawn anew, so press again."""
    listed = tab.locator("#fetched_assignments_list")
    button = tab.locator("#released_assignments_list .list_item", has_text=CHAPTER).get_by_role("button", name="Fetch")
    for second in range(200):
        if listed.get_by_text(CHAPTER, exact=True).count():
            return listed
        if second % 20 == 0 and button.count():
            button.first.click()
        tab.wait_for_timeout(1000)
    raise AssertionError(f"{CHAPTER} was not fetched")


def unfolded(listed):
    """The notebook in the chapter's entry of a list. Whenever the list is drawn anew, its entries are folded again."""
    notebook = listed.get_by_text(NAME, exact=True)
    for _ in range(60):
        if notebook.is_visible():
            return notebook
        listed.get_by_text(CHAPTER, exact=True).click()
        listed.page.wait_for_timeout(2000)
    raise AssertionError(f"{NAME} does not appear under {CHAPTER}")


def answer_first_page(tab, variant):
    """Type the answers into the boxes of the first page, which came to life by itself; save. Gives what was seen."""
    page = tab.locator(".wb-live", has=tab.locator(".wb-slot .wb-input")).first
    boxes = {box.number: page.locator(f'.wb-slot[data-box="{box.number}"]').first for box in FIRST.sheet().boxes}
    for box in FIRST.sheet(variant).boxes:
        boxes[box.number].locator(".wb-input").click()
        tab.keyboard.type(box.shown)
    for slot in boxes.values():
        slot.and_(tab.locator("[data-state='right']")).wait_for()
    tab.keyboard.press("Control+s")
    tab.wait_for_function(f"() => {bench.PANEL}.context.model.dirty === false")
    return tab.locator(".wb-who-said").first.inner_text(), [each.get_attribute("data-state") for each in boxes.values()]


def finish(seat, variant):
    """Write the answers into all other cells: pages by the student's own numbers, code exercises solved."""
    notebook = json.loads(seat.read(FILE))
    assert page_source(FIRST.slug, literals(FIRST, variant)) == "".join(
        cell_of(notebook, page_id(FIRST.slug))["source"]
    )
    for page in pages.chapter_pages(NAME):
        cell_of(notebook, page_id(page.slug))["source"] = page_source(page.slug, literals(page, variant))
    for slug in exercises():
        cell_of(notebook, code_id(slug))["source"] = pages.load_exercise(slug).solution
    seat.write(FILE, json.dumps(notebook))


def literals(page, variant):
    return {box.number: box.literal for box in page.sheet(variant).boxes}


def exercises():
    return [slug for slug in pages.exercises() if slug.startswith(f"{NAME}/")]


def cell_of(notebook, name):
    return next(cell for cell in notebook["cells"] if cell["metadata"].get("nbgrader", {}).get("grade_id") == name)


def submission_of(seat, student):
    """The address of a student's notebook in formgrader."""
    listed = seat.ask(f"/formgrader/api/submitted_notebooks/{CHAPTER}/{NAME}")
    return next(f"submissions/{each['id']}" for each in listed if each["student"] == student)


# -- before anything is released ---------------------------------------------------------------------------------------


def test_the_exchange_must_be_there_and_open_to_all(before):
    """Without its folder, or the right to write into it, nbgrader releases nothing and says what is wrong."""
    assert "Could not create /usr/local/share/nbgrader/exchange, permission denied" in before.no_exchange
    assert f"Could not change permissions of {EXCHANGE}, permission denied" in before.no_rights


def test_students_need_the_settings_of_the_whole_computer(before, released):
    """Without /etc/jupyter/nbgrader_config.py a student's nbgrader knows neither course nor exchange; with it, both."""
    assert "please contact your instructor: /usr/local/share/nbgrader/exchange" in before.no_settings
    assert f"{COURSE} {CHAPTER}" in released.bob.type("nbgrader list")


def test_formgrader_needs_to_be_led_to_the_course(before, released):
    """It shows nothing, and leaves an empty gradebook in the home, until ~/.jupyter/nbgrader_config.py is there."""
    assert before.formgrader == [] and before.home.split() == [COURSE, "gradebook.db"]
    known = released.instructor.ask("/formgrader/api/assignments")
    assert {each["name"]: each["status"] for each in known}[CHAPTER] == "released"


# -- students at work --------------------------------------------------------------------------------------------------


def test_a_student_works_on_numbers_of_her_own(worked):
    """What Ada fetched opens as a book and comes to life, knows her by the hub's name, and takes her answers."""
    assert worked.who == "Numbers for ada, as JupyterHub knows you."
    assert worked.states == ["right"] * len(FIRST.sheet().boxes)


def test_what_is_fetched_lies_in_a_folder_of_its_name(worked):
    """Not in chapters/, and nothing else is in a student's home."""
    assert worked.home.split() == [".:", CHAPTER, f"./{CHAPTER}:", f"{NAME}.ipynb"]


def test_validate_calls_unfinished_pages_failed(worked):
    """Every page of a blank chapter, and no other cell; so students should go by the marks in the notebook."""
    failed = [each["source"] for each in worked.blank["value"]["failed"]]
    assert worked.blank["success"] and failed == [f'grade("{page.slug}")' for page in pages.chapter_pages("gradients")]


# -- the instructor marks ----------------------------------------------------------------------------------------------


def test_the_gradebook_has_what_each_earned(released, graded, tmp_path):
    """Ada everything; Bob, whose pages show her numbers, what her answers are worth by his; as workbook mark says."""
    instructor = released.instructor
    (tmp_path / "workbook.toml").write_text(instructor.read(f"{COURSE}/workbook.toml"))
    for place in (f"source/{FILE}", f"chapters/{FILE}", f"submitted/ada/{FILE}", f"submitted/bob/{FILE}"):
        (tmp_path / place).parent.mkdir(parents=True)
        (tmp_path / place).write_text(instructor.read(f"{COURSE}/{place}"), encoding="utf-8")
    assert main(["mark", "--root", str(tmp_path), "--jobs", "1"]) == 0
    instructor.type(f"{HERE} nbgrader export")
    exported = csv.DictReader(io.StringIO(instructor.read(f"{COURSE}/grades.csv")))
    rows = {row["student_id"]: row for row in exported if row["assignment"] == CHAPTER}
    points = {student: float(row["raw_score"]) for student, row in rows.items()}
    with (tmp_path / "marks" / "grades.csv").open(encoding="utf-8") as file:
        assert points == {row["student"]: float(row["points"]) for row in csv.DictReader(file)}
    full = sum(page.points for page in pages.chapter_pages(NAME)) + sum(
        pages.load_exercise(slug).points for slug in exercises()
    )
    assert points["ada"] == float(rows["ada"]["max_score"]) == full > points["bob"] > 0


def test_a_grader_changes_points_and_the_student_reads_why(released, graded, tabs):
    """Bob's submission is opened and given points and a comment; these survive marking again, and reach him."""
    instructor, bob, tab = released.instructor, released.bob, graded
    address = f"{instructor.address}/formgrader"
    score, comment = f"#{grade_id(FIRST.slug)}", f"#{page_id(FIRST.slug)}-comment"
    grader.open_submission(tab, address, submission_of(instructor, "bob"))
    drawn = tab.locator(".wb-page.wb-static:not(.wb-explorer)")
    assert drawn.count() == len(pages.chapter_pages(NAME))
    worth = f"{FIRST.points:g} of {FIRST.points:g}"
    told = tab.locator(comment).get_attribute("placeholder")
    assert "the numbers of somebody else" in told and f"by the numbers shown it would earn {worth} points" in told
    grader.write(tab, score, "1.5", "grade")
    grader.write(tab, comment, "Come and see me.", "comment")
    grader.press(tab, address, CHAPTER, "bob", "autograde")
    grader.open_submission(tab, address, submission_of(instructor, "bob"))
    assert tab.locator(score).input_value() == "1.5" and tab.locator(comment).input_value() == "Come and see me."
    grader.press(tab, address, CHAPTER, "bob", "generate-feedback")
    grader.press(tab, address, CHAPTER, "bob", "release-feedback")
    bob.type(f"nbgrader fetch_feedback {CHAPTER}")
    told = bob.type(f"cat {CHAPTER}/feedback/*/{NAME}.html")
    assert "Come and see me." in told and f"1.5 of {FIRST.points:g}" in told


def test_feedback_comes_by_the_list_of_assignments(released, graded, tabs):
    """Commands make and release it; Ada fetches it by a button and reads it in her browser, from the hub alone."""
    released.instructor.type(f"{HERE} nbgrader generate_feedback {CHAPTER} && nbgrader release_feedback {CHAPTER}")
    ada, tab = released.ada, tabs(released.ada)
    open_list(tab, ada)
    row = tab.locator("#submitted_assignments_list .list_item", has_text=CHAPTER)
    row.get_by_role("button", name="Fetch Feedback").click()
    row.get_by_text("(view feedback)").first.wait_for(state="attached")
    place = ada.type(f"printf '%s' {CHAPTER}/feedback/*/{NAME}.html")
    asked = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto(f"{ada.address}/files/{quote(place)}")
    tab.locator(".wb-page").first.wait_for()
    assert [url for url in asked if not url.startswith((ada.address, ada.hub.address, "data:"))] == []


def test_a_chapter_that_was_not_generated_is_named(released, worked):
    """It can be released, fetched, submitted and collected; marking stops with what to do, and that is enough."""
    instructor = released.instructor
    instructor.type(f"{HERE} nbgrader collect {FORGOTTEN}")
    said = instructor.type(f"{HERE} nbgrader autograde {FORGOTTEN}", fails=True)
    assert f"nbgrader generate_assignment {FORGOTTEN}" in said and "Traceback" not in said
    instructor.type(f"{HERE} nbgrader generate_assignment {FORGOTTEN} && nbgrader autograde {FORGOTTEN}")
