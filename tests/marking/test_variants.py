"""Numbers of one's own: the same for a student always, and never those of practice."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from autograder.authoring.page import OWN, OWN_VARIANTS
from autograder.marking.pages import mark
from autograder.marking.variants import clean_id, mark_for, own_variant, variant_of
from autograder.pages import catalogue, load
from autograder.settings import Settings
from autograder.submissions.answers import PageAnswers, read_notebook

SLUG = "gradients/one-weight"
OWN_NUMBERS = Settings(variants="student", salt="autumn 2026")


def solved(variant: int, slug: str = SLUG) -> dict[int, str]:
    return {box.number: box.shown for box in load(slug).sheet(variant).boxes}


def test_a_variant_never_changes():
    """The numbers of a student are the same in every version; these were computed with sha256sum."""
    assert variant_of("ada", "autumn 2026") == 872236
    assert variant_of("00123", "autumn 2026") == 233489


def test_a_variant_is_the_same_in_another_process():
    """No seed of the process, no locale and no hash randomisation has a part in it."""
    code = "from autograder.marking.variants import variant_of; print(variant_of('Zoë', 'x'))"
    command = [sys.executable, "-X", "utf8", "-c", code]
    said = {
        subprocess.run(command, env=os.environ | other, capture_output=True, text=True, check=True).stdout
        for other in ({"PYTHONHASHSEED": "1"}, {"PYTHONHASHSEED": "2", "LC_ALL": "tr_TR.UTF-8"})
    }
    assert said == {f"{variant_of('Zoë', 'x')}\n"}


@pytest.mark.parametrize("other", ["Ada", " ada ", "ADA", "ada\n"])
def test_an_id_counts_however_it_is_typed(other):
    """Capitals and blanks around it make no other student."""
    assert variant_of(other, "x") == variant_of("ada", "x")


def test_accents_count_however_they_are_stored():
    """A Mac writes the accents of a folder's name apart from their letters; it is the same student."""
    assert variant_of("Zoe\u0308", "x") == variant_of("Zo\u00eb", "x")


def test_other_students_and_other_salts_have_other_numbers():
    """Of a thousand students hardly two have the same variant, and with another salt nobody keeps theirs."""
    first = [variant_of(f"s{n}", "a") for n in range(1000)]
    second = [variant_of(f"s{n}", "b") for n in range(1000)]
    assert len(set(first)) > 990
    assert sum(a == b for a, b in zip(first, second, strict=True)) <= 1
    assert all(OWN <= variant < OWN + OWN_VARIANTS for variant in first + second)
    assert variant_of("007", "a") != variant_of("7", "a")


def test_a_name_with_half_a_character_has_a_variant():
    """A folder's name that is no text still names a student."""
    assert variant_of("a\udcff", "x") >= OWN


def test_every_page_has_numbers_for_every_student():
    """Each page can be drawn for students taken at random, others in each chapter, with as many boxes as for all."""
    for slug, page in catalogue().items():
        for student in ("ada", "bob", "carl"):
            sheet = page.sheet(variant_of(student, page.chapter))
            assert len(sheet.boxes) == page.points, slug


def test_canonical_numbers_are_the_default():
    """Without a setting everybody has variant 0."""
    assert own_variant("ada", Settings()) == 0
    assert own_variant("ada", OWN_NUMBERS) >= OWN


# -- marking by them ---------------------------------------------------------------------------------------------------


def test_a_student_is_marked_by_their_own_numbers():
    """The answers to Ada's numbers are right for Ada, and are not for Bob."""
    ada = variant_of("ada", OWN_NUMBERS.salt)
    answers = PageAnswers(SLUG, solved(ada), shown=ada)
    marks, faults = mark_for("ada", answers, OWN_NUMBERS)
    assert marks.points == marks.out_of and faults == ()
    marks, faults = mark_for("bob", answers, OWN_NUMBERS)
    assert marks == mark(SLUG, solved(ada), variant_of("bob", OWN_NUMBERS.salt)) and marks.points < marks.out_of
    assert "the numbers of somebody else, and was marked by those of “bob”" in faults[0]
    assert f"it would earn {marks.out_of} of {marks.out_of}" in faults[0]


def test_the_note_of_a_page_is_never_believed():
    """A page that claims Bob's numbers but answers Ada's gets what it earns by Bob's."""
    ada, bob = (variant_of(name, OWN_NUMBERS.salt) for name in ("ada", "bob"))
    marks, faults = mark_for("bob", PageAnswers(SLUG, solved(ada), shown=bob, student="bob"), OWN_NUMBERS)
    assert marks.points < marks.out_of and faults == ()


@pytest.mark.parametrize(
    ("noted", "said"),
    [({"student": "ada"}, "the numbers of “ada”"), ({"shown": 0}, "canonical numbers"), ({"shown": 123456}, "else")],
)
def test_other_numbers_are_named(noted, said):
    """By the id in the notebook, or by the numbers that the page noted."""
    _, faults = mark_for("bob", PageAnswers(SLUG, {1: "8"}, ("odd",), **noted), OWN_NUMBERS)
    assert faults[0] == "odd" and said in faults[1]


def test_a_blank_page_is_not_named():
    """Whoever has answered nothing has not answered another's numbers."""
    assert mark_for("bob", PageAnswers(SLUG, {1: ""}, shown=0), OWN_NUMBERS)[1] == ()


def test_the_canonical_course_names_pages_with_own_numbers():
    """A page from a course with numbers for each does not pass unseen in a course without."""
    _, faults = mark_for("bob", PageAnswers(SLUG, {1: "8"}, shown=OWN + 5), Settings())
    assert "somebody else" in faults[0]


def test_an_id_is_shown_without_its_markup():
    """What a student wrote as id cannot set markup or lines into a comment."""
    assert clean_id("<b>a\n`b`") == "“?b?a??b?”"
    assert len(clean_id("x" * 200)) == 42


# -- what a notebook says of its numbers -------------------------------------------------------------------------------


def notebook(note: object, setup: str = 'course(student="ada")') -> dict:
    output = {"output_type": "display_data", "data": {"text/plain": "x"}, "metadata": {"workbook": note}}
    page = {"cell_type": "code", "source": f'answers = {{1: 8}}\npage("{SLUG}", answers)', "outputs": [output]}
    return {"cells": [{"cell_type": "code", "source": setup, "outputs": []}, page], "nbformat": 4}


def test_a_notebook_tells_which_numbers_it_showed():
    """The page's own note, and the student id, are read as data."""
    read = read_notebook(notebook({"page": SLUG, "variant": 12345}))
    assert (read.pages[SLUG].shown, read.pages[SLUG].student, read.student) == (12345, "ada", "ada")


@pytest.mark.parametrize("note", [None, 7, [], {"page": SLUG}, {"page": SLUG, "variant": "7"}, {"variant": 7},
                                  {"page": SLUG, "variant": -1}, {"page": SLUG, "variant": True},
                                  {"page": SLUG, "variant": 10**30}, {"page": [], "variant": 3}])  # fmt: skip
def test_a_strange_note_is_no_note(note):
    """Whatever stands there instead, nothing is raised and nothing believed."""
    assert read_notebook(json.loads(json.dumps(notebook(note)))).pages[SLUG].shown is None


@pytest.mark.parametrize(
    ("source", "student"),
    [
        ("course(student='ada')", "ada"),
        ('nb.course(show_how="always", student="ada")  # me', "ada"),
        ('course(student="ada")\ncourse(student="bob")', "bob"),
        ("course(student=None)", None),
        ("course(student=os.environ['USER'])", None),
        ('course(student="  ")', None),
        ("course(student=7)", None),
        ('course(student="ada"', None),
        ('"course(student=1)"', None),
    ],
)
def test_the_id_is_read_where_it_is_said_plainly(source, student):
    """A text in quotes counts; what is computed does not, and is not run."""
    assert read_notebook(notebook(None, source)).student == student
