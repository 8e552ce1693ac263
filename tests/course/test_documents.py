"""The tables made from the catalogue."""

import pytest

from autograder import pages
from autograder.authoring.mistakes import MESSAGES
from autograder.course import documents
from autograder.pages.curriculum import CURRICULUM


def test_every_row_of_the_curriculum_has_a_page():
    """No row is left out, and no page teaches a row that is not there."""
    assert documents.uncovered() == []


def test_a_row_without_a_page_is_named(monkeypatch):
    """A row that nobody teaches is reported with its subject."""
    monkeypatch.setitem(CURRICULUM, "99.9", "Something new")
    assert documents.uncovered() == ["nothing teaches row 99.9 (Something new): write a page in autograder/pages/"]


def test_the_tables_name_every_page_and_every_slip():
    """Each page stands in the curriculum's table, each code with its message in the other."""
    made = documents.documents()
    for slug in pages.catalogue():
        assert slug in made["curriculum.md"]
    for code, message in MESSAGES.items():
        assert f"| `{code}` | {message} |" in made["mistakes.md"]


@pytest.mark.parametrize("code", MESSAGES)
def test_messages_speak_to_the_student(code):
    """A message is a short sentence or two, and names no number that could be the answer."""
    message = MESSAGES[code]
    assert message[0].isupper() and message.endswith((".", "?")) and len(message) <= 140
