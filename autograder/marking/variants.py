"""Numbers of one's own: which variant of every page a student has, and marking by it.

    variant_of("ada", "autumn 2026")            always the same number, on every machine and in every version
    mark_for("ada", answers, settings)          the marks by Ada's own numbers, and what is odd about her page

The variant follows from the student id and the course's salt alone. A notebook notes which numbers it showed, so that a
page with another student's numbers is named; marking never goes by that note.
"""

from __future__ import annotations

import unicodedata
from hashlib import sha256

from ..authoring.page import OWN, OWN_VARIANTS, PageError
from ..settings import Settings
from ..submissions.answers import PageAnswers
from .pages import Marks, mark

MAX_ID = 100  # characters of a student id


def same_id(student: str) -> str:
    """A student id as it counts: without blanks around it, capitals as small letters, accents composed."""
    folded = unicodedata.normalize("NFC", student).casefold()
    return " ".join(unicodedata.normalize("NFC", folded).split())


def variant_of(student: str, salt: str) -> int:
    """The variant of a student: the SHA-256 of salt and id (UTF-8, a line feed between), its first 8 bytes as a number.

    That number modulo OWN_VARIANTS, counted from OWN on: no variant for practice is ever a student's own.
    """
    text = f"{unicodedata.normalize('NFC', salt)}\n{same_id(student)}"
    digest = sha256(text.encode("utf-8", "backslashreplace")).digest()  # file names may hold half a character
    return OWN + int.from_bytes(digest[:8], "big") % OWN_VARIANTS


def own_variant(student: str, settings: Settings) -> int:
    """The variant by which a student is marked: 0, the canonical numbers, unless the course gives each their own."""
    return variant_of(student, settings.salt) if settings.variants == "student" else 0


def mark_for(student: str, answers: PageAnswers, settings: Settings) -> tuple[Marks, tuple[str, ...]]:
    """The marks of a page by this student's own numbers, and its faults, one of them when it showed others'.

    student   as the marker knows it (the name of the folder in submitted/), not as the notebook says
    Raises pages.UnknownPage for a slug that is in no chapter.
    """
    marks = mark(answers.slug, answers.answers, own_variant(student, settings))
    strange = _others_numbers(student, answers, settings, marks)
    return marks, (*answers.faults, strange) if strange else answers.faults


def _others_numbers(student: str, answers: PageAnswers, settings: Settings, marks: Marks) -> str:
    """What to say where a page that holds answers showed other numbers than the student's own; "" where it did not."""
    variant = answers.shown
    if variant is None and answers.student is not None:
        variant = own_variant(answers.student, settings)
    if variant is None or variant == marks.variant or answers.blank:
        return ""
    try:
        by_those = mark(answers.slug, answers.answers, variant)
    except PageError:
        return ""  # a number that no page could have shown
    theirs, own = _whose(variant, answers.student, settings), clean_id(student)
    return (
        f"the page showed {theirs}, and was marked by those of {own}; "
        f"by the numbers shown it would earn {by_those.points:g} of {by_those.out_of} points"
    )


def _whose(variant: int, student: str | None, settings: Settings) -> str:
    if variant < OWN:
        return "the canonical numbers"
    if student is not None and variant_of(student, settings.salt) == variant:
        return f"the numbers of {clean_id(student)}"
    return "the numbers of somebody else"


def clean_id(student: str) -> str:
    """A student id, fit to be shown: short, on one line, without mark-up."""
    clean = "".join(letter if letter.isprintable() and letter not in "`<>*_[]|$\\" else "?" for letter in student)
    return f"“{clean if len(clean) <= 40 else clean[:37] + '...'}”"
