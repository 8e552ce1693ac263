"""What to say of an answer that is wrong for a reason that has nothing to do with the page: brackets that are missing,
a number where letters are asked for, letters where a number is.

    missing_brackets("e^2x", box, box.key)   "Read as e^2·x. If that is not what you mean, put brackets: e^(2x)."
    advice(sheet, verdict)                   the verdict on a wrong formula, with the reason if it has one
    letters_for_number(sheet, "w·x")         Unreadable: this box takes the number
"""

from __future__ import annotations

import re
from functools import lru_cache

from ..answers.brackets import with_brackets
from ..answers.equality import Value, equal
from ..answers.formulas import Formula, read_expression
from ..answers.numbers import Unreadable
from ..authoring.mistakes import MESSAGES
from ..authoring.page import Box, Sheet
from ..engine.expressions import Expr
from .states import Verdict
from .surroundings import letters, numbers

POWER_OF_A_FRACTION = re.compile(r"brackets: [^\W\d_]\^\([0-9/]+\)")  # v^(3/3): nobody meant that
LONGEST_MESSAGE = 120  # characters; a bubble holds two lines


@lru_cache(maxsize=4096)
def missing_brackets(text: str, box: Box, value: Value) -> str:
    """What to say of a formula that brackets turn into `value`, the key or that of a named slip; "" for any other."""
    for whole, part in with_brackets(text):
        formula = read_expression(whole, box.names)
        if isinstance(formula, Formula) and equal(formula.value, value):
            typed = read_expression(text, box.names)
            read_as = typed.read_as if isinstance(typed, Formula) else text
            message = f"Read as {read_as}. If that is not what you mean, put brackets: {part}."
            return message if len(message) <= LONGEST_MESSAGE else MESSAGES["brackets_missing"]
    return ""


def advice(sheet: Sheet, verdict: Verdict) -> Verdict:
    """The verdict on a wrong answer with a better message than the box's hint, where there is one."""
    box = sheet.boxes[verdict.box - 1]
    answer = read_expression(verdict.text, box.names) if isinstance(box.key, Expr) else None
    if not isinstance(answer, Formula):
        return verdict
    for _, slip in box.mistakes:
        if (message := missing_brackets(verdict.text, box, slip)) and not POWER_OF_A_FRACTION.search(message):
            return verdict._replace(state="mistake", code="brackets_missing", message=message)
    if not answer.value.names and _value_of_key(sheet, box, answer.value):
        return verdict._replace(state="mistake", code="value_for_formula", message=MESSAGES["value_for_formula"])
    if "e" not in box.names and "e" in numbers(sheet):
        as_letter = read_expression(verdict.text, (*box.names, "e"))
        if isinstance(as_letter, Formula) and "e" in as_letter.value.names:
            asked = ", ".join(box.names) or "numbers"
            return verdict._replace(message=f"e is read as Euler's number here. Write the formula in {asked}.")
    return verdict


def _value_of_key(sheet: Sheet, box: Box, answer: Expr) -> bool:
    """Whether the number is what the formula asked for gives with the numbers of the page."""
    known = numbers(sheet)
    if not isinstance(box.key, Expr) or not box.key.names or not box.key.names <= set(known):
        return False
    value, typed = box.key.evaluate({name: known[name] for name in box.key.names}), answer.evaluate({})
    return abs(float(value) - float(typed)) <= 1e-9 * max(1.0, abs(float(value)))


def letters_for_number(sheet: Sheet, text: str) -> Unreadable | None:
    """What to say where a number is asked for and a formula in letters of the page was typed; None for anything else.

    Whether the formula is right is not said: what cannot be read is told also where a course holds its marks back.
    """
    names = dict.fromkeys((*numbers(sheet), *sorted(letters(sheet.page, sheet.variant))))
    formula = read_expression(text, tuple(names))
    if isinstance(formula, Formula) and formula.value.names:
        return Unreadable("This box takes the number: put the numbers in and work it out.")
    return None
