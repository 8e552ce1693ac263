"""What is said of an answer says what it is."""

import pytest

from autograder import pages
from autograder.authoring.mistakes import MESSAGES, OTHER_SIZE, SIGN_CODES, message_for
from autograder.authoring.page import page
from autograder.engine.expressions import Name, exp, sin
from autograder.layout import eq, step
from autograder.marking.pages import mark


@page("Letters and numbers", row="0")
def letters(given, box):
    z, y, a, x = Name("z"), given("y", 8), Name("a"), given("x", 3)
    given("z", 5)
    slope = box(z - y, "∂C/∂z", "The outer slope?", names="z", how="z minus y.")
    rule = box(1 / (1 - a), "r", "One over what?", names="a", how="One over one minus a.", slips={"power_kept": 1 / a})
    power = box(
        2 * exp(2 * a),
        "f'",
        "The inner slope?",
        names="a",
        how="Twice.",
        meanings={"v": 2 * a},
        slips={"inner_slope_left_out": exp(2 * a)},
    )
    value = box(x * 4, "w", "Times four?", how="Four times x.")
    sine = box(-sin(a - 1), "s", "The cosine?", names="a", how="Minus the sine.")
    u = exp(-2 * a)
    share = box(u / (1 + u) ** 2, "s", "Which share?", names="a", how="The power over a square.")
    triple = box(3 * (a - 1), "t", "Three times what?", names="a", how="Three times the difference.")
    half = box((a + 2 * a**2) / 2, "h", "Half of what?", names="a", how="Half the sum.", slips={"doubled": a})
    return step("The cost of $u$ is $C = ½(z − y)^2$.", eq(slope, rule, power, value, sine, share, triple, half))


@page("Slips that look alike", row="0")
def alike(given, box):
    x = given("x", 2)
    hint = {"name": "s", "hint": "How?", "how": "So."}
    first = box(x + 3, **hint, slips={"wrong_sign": -x - 3, "subtracted_backwards": -x - 3})
    second = box(x + 3, **hint, slips={"term_left_out": x, "only_one_term": x})
    third = box(x + 3, **hint, slips={"doubled": 2 * x + 6, "uphill": 2 * x + 6})
    fourth = box(x - 5, **hint, slips={"sign_lost": x + 5, "wrong_sign": 5 - x}, words={"wrong_sign": "Which way?"})
    return eq(first, second, third, fourth)


def verdict(page_, n, text):
    return mark(page_, {n: text}).verdicts[n - 1]


@pytest.mark.parametrize("text", ["z-8", "z−y", "-(y-z)", "z-2*4"])
def test_letters_of_the_page_may_be_used(text):
    """The page says what y is, so z − y is as right as z − 8."""
    assert verdict(letters, 1, text).state == "right"


def test_a_page_says_what_its_letters_stand_for():
    """v is 2a on this page, and so may stand in place of it; in the other boxes it may not."""
    assert verdict(letters, 3, "2e^v").state == "right" and verdict(letters, 3, "e^v").code == "inner_slope_left_out"
    assert verdict(letters, 2, "1/(1-v/2)").state == "unreadable"


def test_a_wrong_formula_in_letters_of_the_page_is_wrong():
    """y − 2z is not z − y."""
    assert verdict(letters, 1, "y-2z").state == "wrong"


def test_a_letter_that_only_stands_on_the_page():
    """It is not called unknown; a letter that is nowhere is."""
    assert verdict(letters, 1, "z-u").message == "This box takes a formula in z. Write it without u."
    assert "q is not known here" in verdict(letters, 1, "z-q").message


@pytest.mark.parametrize(
    ("n", "text", "part"),
    [
        (2, "1/1-a", "1/(1-a)"),
        (2, "-1/a-1", "-1/(a-1)"),
        (3, "2e^2a", "e^(2a)"),
        (3, "e^2a", "e^(2a)"),
        (3, "2*e^2*a", "e^(2*a)"),
        (5, "-sina-1", "-sin(a-1)"),
        (6, "e^-2a/(1+e^-2a)^2", "e^(-2a)"),
        (7, "a-1*3", "(a-1)"),
        (7, "3*a-1", "(a-1)"),
        (8, "a+2a^2/2", "(a+2a^2)/2"),
    ],
)
def test_missing_brackets_are_said(n, text, part):
    """How it was read, and where the brackets belong."""
    found = verdict(letters, n, text)
    assert (found.state, found.code) == ("mistake", "brackets_missing")
    assert found.message.startswith("Read as ") and found.message.endswith(f"put brackets: {part}.")


def test_brackets_do_not_help_a_wrong_formula():
    """A formula that no brackets make right keeps its hint, and nobody meant a^(3/3)."""
    assert verdict(letters, 2, "2/1-a").message == "One over what?"
    assert verdict(letters, 8, "a^3/3").message == "Half of what?"


def test_a_formula_with_the_wrong_sign_is_told_so():
    """8 − z is z − 8 turned, though the page has no slip for it."""
    assert verdict(letters, 1, "8-z").code == "wrong_sign"


def test_the_right_number_where_letters_are_wanted():
    """5 − 8 is the value of z − y; another number is just wrong."""
    assert verdict(letters, 1, "-3").code == "value_for_formula"
    assert verdict(letters, 1, "-4").message == "The outer slope?"


def test_letters_where_the_number_is_wanted():
    """They cost nothing, are told apart from a word, and it is not said whether they are right."""
    assert verdict(letters, 4, "4x").message.startswith("This box takes the number: put the numbers in")
    assert verdict(letters, 4, "x+y").message == verdict(letters, 4, "4x").message
    assert "without letters" in verdict(letters, 4, "three").message
    assert {verdict(letters, 4, text).state for text in ("4x", "x+y", "three")} == {"unreadable"}


def test_slips_that_look_alike_say_what_holds_for_both():
    """A message is common to all that gave the number, or it is the hint."""
    assert verdict(alike, 1, "-5").message == MESSAGES["wrong_sign"]
    assert verdict(alike, 2, "2").message == "Something is missing from your sum."
    assert verdict(alike, 3, "10").message == "How?"


def test_the_right_size_is_said_only_where_it_is():
    """7 is not −3 without its sign."""
    assert verdict(alike, 4, "7").message == OTHER_SIZE["sign_lost"]


def test_words_of_a_page_come_first():
    """What a page says of a slip takes the place of the general message."""
    assert verdict(alike, 4, "3").message == "Which way?"
    assert message_for(["doubled"], "How?", words={"doubled": "Half of that."}) == "Half of that."
    assert message_for(["doubled"], "How?") == MESSAGES["doubled"]


@pytest.mark.parametrize("slug", pages.catalogue())
def test_no_page_speaks_of_the_right_size_where_it_is_another(slug):
    """Of a sign that is lost in a sum it is not said that the size is right."""
    sheet = pages.load(slug).sheet()
    for box in sheet.boxes:
        for code, slip in box.mistakes:
            if code in SIGN_CODES and box.kind == "number" and abs(abs(float(slip)) - abs(float(box.key))) > 1e-9:
                found = mark(slug, {box.number: repr(float(slip))}).verdicts[box.number - 1]
                assert found.state == "mistake" and "right size" not in found.message, found


@pytest.mark.parametrize(
    ("slug", "variant", "box", "text", "state", "part"),
    [
        ("gradients/smaller-nudge", 0, 1, "6.300000000000001", "right", ""),
        ("gradients/two-neurons", 0, 4, "9.6", "wrong", ""),
        ("gradients/column-of-changes", 0, 4, "-0.96", "wrong", ""),
        ("jacobians/three-outputs", 0, 11, "-0.025", "wrong", ""),
        ("activations/through-activations", 0, 8, "0.01", "wrong", ""),
        ("jacobians/sigmoid-score", 11, 5, "0.1", "few_digits", "Right so far"),
        ("jacobians/sigmoid-score", 11, 6, "0.2", "few_digits", "Right so far"),
        ("activations/only-differences", 11, 6, "0.006", "few_digits", "Right so far"),
        ("activations/argmax", 11, 6, "75%", "right", ""),
        ("cost/count-batches", 11, 11, "60 000", "right", ""),
        ("cost/chain-of-factors", 11, 8, "33", "mistake", "in letters"),
        ("cost/cost-as-formula", 11, 5, "e", "wrong", "Euler"),
        ("gradients/network-slopes", 11, 3, "e^2y", "mistake", "e^(2y)"),
        ("equations/nudge-z", 11, 9, "z−y", "right", ""),
    ],
)
def test_what_strangers_typed(slug, variant, box, text, state, part):
    """Answers that strangers gave, and what is said of them."""
    found = mark(slug, {box: text}, variant).verdicts[box - 1]
    assert found.state == state and part in found.message, found
