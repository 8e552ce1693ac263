"""A notebook where each student has numbers of their own, or where a policy holds back: what it shows, and what not."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from autograder.authoring.page import OWN
from autograder.marking import policy
from autograder.marking.variants import variant_of
from autograder.nbgrader.release import STUDENT_SOURCE
from autograder.notebook import course, grade
from autograder.notebook.session import Advice
from autograder.pages import load
from autograder.submissions.answers import read_notebook
from autograder.widgets.page_widget import PageWidget
from autograder.widgets.student_widget import StudentWidget

from .test_notebook import CELL, SLUG, shell  # noqa: F401

SALT = "autumn 2026"
END = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
EMPTY = CELL.format(answers="{}")


@pytest.fixture(autouse=True)
def nowhere(monkeypatch):
    """No JupyterHub around, and an hour to go until the end of the policy."""
    monkeypatch.delenv("JUPYTERHUB_USER", raising=False)
    monkeypatch.setattr(policy, "clock", lambda: END - timedelta(hours=1))


def own(student: str) -> int:
    return variant_of(student, SALT)


def key(variant: int) -> dict[int, str]:
    return {box.number: box.shown for box in load(SLUG).sheet(variant).boxes}


def solved(variant: int) -> str:
    return CELL.format(answers={n: text for n, text in key(variant).items()})


# -- whose numbers -----------------------------------------------------------------------------------------------------


def test_the_id_comes_from_jupyterhub(shell, monkeypatch):  # noqa: F811
    """On a hub nobody is asked, and what stands in a copied notebook does not count."""
    monkeypatch.setenv("JUPYTERHUB_USER", "ada")
    course(variants="student", salt=SALT)
    shell.execute('course(student="bob")')
    assert (shell.shown[-1].student, shell.shown[-1].hub) == ("ada", True)
    shell.execute(EMPTY)
    assert shell.shown[-1].variant == own("ada")


def test_the_id_of_the_hub_may_be_the_wrong_one(shell, monkeypatch):  # noqa: F811
    """student_id = "ask" goes by what the student types."""
    monkeypatch.setenv("JUPYTERHUB_USER", "jupyter-17")
    course(variants="student", salt=SALT, student_id="ask")
    shell.execute(EMPTY)
    assert shell.shown[-1].variant is None
    shell.execute('course(student="ada")')
    assert (shell.shown[-1].student, shell.shown[-1].hub) == ("ada", False)


def test_the_notebook_asks_once(shell):  # noqa: F811
    """Before it knows, pages wait; what is typed into the prompt gives them their numbers without being run again."""
    course(variants="student", salt=SALT)
    shell.execute(STUDENT_SOURCE)
    prompt = shell.shown[-1]
    assert isinstance(prompt, StudentWidget) and prompt.student == ""
    shell.execute(EMPTY)
    page = shell.shown[-1]
    assert "wb-slot" not in page.template and "Say who you are" in page.template and page.verdicts == {}
    assert grade(SLUG) == 0.0
    prompt.typed, prompt.seq = " Ada ", 1
    assert (prompt.student, prompt.say, prompt.done) == ("Ada", "", 1)
    assert page.variant == own("ada") and "own numbers" in page.template
    page.texts = {str(n): text for n, text in key(own("ada")).items()}
    assert grade(SLUG) == len(page.verdicts)


@pytest.mark.parametrize(("typed", "said"), [("x" * 101, "1 to 100"), ("a\x00b", "letters and digits")])
def test_what_can_be_no_id_is_asked_again(shell, typed, said):  # noqa: F811
    """The prompt says why, and stays."""
    course(variants="student", salt=SALT)
    shell.execute(STUDENT_SOURCE)
    prompt = shell.shown[-1]
    prompt.typed, prompt.seq = typed, 1
    assert said in prompt.say and prompt.student == "" and prompt.done == 1


@pytest.mark.parametrize("blank", ["None", '""', '"  "'])
def test_no_id_is_a_question(shell, blank):  # noqa: F811
    """course(student=None) asks."""
    course(variants="student", salt=SALT)
    shell.execute(f"course(student={blank})")
    assert isinstance(shell.shown[-1], StudentWidget) and shell.shown[-1].student == ""


def test_an_id_without_quotes_is_explained(shell):  # noqa: F811
    """A number loses its leading zeros: it must be text."""
    with pytest.raises(Advice, match=r'in quotes, as in course\(student="123"\)'):
        course(student=123)


def test_without_a_browser_a_line_of_code_does(shell):  # noqa: F811
    """course(student="ada") as code gives static pages Ada's numbers; without it they say what to do."""
    course(variants="student", salt=SALT)
    shell.execute(EMPTY, live=False)
    assert 'course(student="ada")' in shell.shown[-1]["text/plain"]
    shell.execute('course(student="ada")', live=False)
    assert shell.shown[-1]["text/plain"] == "Numbers for ada."
    shell.execute(solved(own("ada")), live=False)
    assert shell.shown[-1]["text/html"].count('data-state="right" title') == len(key(0))
    assert grade(SLUG) == len(key(0))


def test_the_same_course_without_the_setting_asks_nobody(shell):  # noqa: F811
    """An id in a course with the same numbers for all changes and shows nothing."""
    shell.execute('course(student="ada")')
    assert shell.shown == []
    shell.execute(EMPTY)
    assert shell.shown[-1].variant == 0


def test_the_page_notes_which_numbers_it_showed():
    """In the metadata of its output, where they are read as data."""
    widget = PageWidget(load(SLUG), variant=own("ada"))
    output = {"output_type": "display_data", "data": widget.twin_bundle(), "metadata": widget.note()}
    nb = {"cells": [{"cell_type": "code", "source": EMPTY, "outputs": [output]}], "nbformat": 4}
    assert read_notebook(json.loads(json.dumps(nb))).pages[SLUG].shown == own("ada")
    assert PageWidget(load(SLUG), variant=None).note() == {}


@pytest.mark.parametrize("setting", ["practice", "always", "never"])
def test_practice_is_never_with_ones_own_numbers(setting):
    """No variant that can be asked for shows the page to be handed in, or how it is done."""
    mine = own("ada")
    widget = PageWidget(load(SLUG), variant=mine, show_how=setting)
    graded = widget.template
    for asked in (1, mine, OWN, 2 * OWN, 10**9):
        widget.practice = asked
        assert widget.shown < OWN and (widget.shown == 0) == (widget.template == graded)
        widget.practice = 0
    assert widget.template == graded


def test_practice_by_chance_with_ones_own_numbers_is_passed_over():
    """Where a variant for practice happens to have the numbers of the page, the next one is taken."""
    page = load(SLUG)
    twin = next(n for n in range(1, 3000) if _numbers(page, n) in {_numbers(page, m) for m in range(n)})
    same = next(m for m in range(twin) if _numbers(page, m) == _numbers(page, twin))
    widget = PageWidget(page, variant=same)
    widget.practice = twin
    assert widget.shown != twin and _numbers(page, widget.shown) != _numbers(page, same)


def _numbers(page, variant):
    return str(page.sheet(variant).givens)


# -- what is told ------------------------------------------------------------------------------------------------------


def recorded() -> None:
    course(feedback="recorded", feedback_until=END.isoformat())


def sent(widget) -> str:
    """Everything that the browser gets of a page, but for its template and the texts that came from there."""
    left_out = ("template", "texts", "layout")
    state = {name: value for name, value in widget.get_state().items() if name[0] != "_" and name not in left_out}
    return json.dumps([state, widget.twin_bundle()], default=str)


@pytest.mark.parametrize("kind", ["recorded", "counts"])
def test_verdicts_do_not_leave_python(shell, kind):  # noqa: F811
    """What the browser and the file get is the same for a right answer as for a wrong one, but for the answer."""
    course(feedback=kind, feedback_until=END.isoformat(), show_how="always")
    shell.execute(EMPTY)
    page = shell.shown[-1]
    said = []
    for text in ("8", "7"):
        page.texts = {"1": text}
        said.append(sent(page).replace("7", "8"))
    assert said[0] == said[1]
    assert page.verdicts["1"] == {"state": "recorded", "words": "recorded"}
    page.asked = True
    assert page.how == "" and not page.can_show


def test_recorded_is_all_that_grade_says(shell):  # noqa: F811
    """No points, not even as a result, and when more is told."""
    recorded()
    shell.execute(solved(0))
    assert grade(SLUG) is None
    assert "3 of 3 boxes recorded. What is right is told from 1 November 2026, 12:00 (UTC) on." in str(shell.shown[-1])
    assert "of 3</b>" not in shell.shown[-1]["text/html"]


def test_counts_are_points_once_all_is_filled(shell, capsys):  # noqa: F811
    """How many, not which."""
    course(feedback="counts")
    shell.execute(CELL.format(answers="{1: 8, 2: 5}"))
    assert grade(SLUG) is None
    shell.execute(CELL.format(answers="{1: 8, 2: 5, 3: 9}"))
    assert grade(SLUG) == 1.0
    told = capsys.readouterr().out
    assert "1 of 3 right." in told and "box" not in told


def test_from_its_moment_on_everything_is_told(shell, monkeypatch):  # noqa: F811
    """In a page that is open already, with the next key; and in grade()."""
    recorded()
    shell.execute(solved(0))
    page = shell.shown[-1]
    assert {verdict["state"] for verdict in page.verdicts.values()} == {"recorded"}
    monkeypatch.setattr(policy, "clock", lambda: END)
    page.texts = {**page.texts, "1": "7"}
    assert page.verdicts["1"]["state"] in ("wrong", "mistake")
    assert [page.verdicts[n]["state"] for n in "23"] == ["right", "right"]
    assert grade(SLUG) == 2.0


def test_practice_answers_at_once_whatever_is_held_back(shell):  # noqa: F811
    """Other numbers are not handed in."""
    recorded()
    shell.execute(EMPTY)
    page = shell.shown[-1]
    page.practice = 3
    page.trial = {"1": key(3)[1]}
    assert page.verdicts["1"]["state"] == "right"


@pytest.mark.parametrize(("call", "said"), [({"feedback": "later"}, "at once, counts, recorded"),
                                            ({"feedback": "recorded"}, "needs an end"),
                                            ({"feedbakc": "counts"}, "did you mean feedback"),
                                            ({"variants": "student"}, "needs a salt")])  # fmt: skip
def test_a_wrong_setting_is_one_sentence(call, said):
    """The same words as for workbook.toml."""
    with pytest.raises(Advice, match=said):
        course(**call)
