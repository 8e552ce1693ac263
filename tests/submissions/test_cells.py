"""Code cells are read as data."""

import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.answers.literals import literal_of
from autograder.submissions import cells
from autograder.submissions.cells import MAX_SOURCE, PageCall, read_cell
from autograder.submissions.writing import page_source

TABLE = json.loads((Path(__file__).parents[1] / "answers" / "literals.json").read_text(encoding="utf-8"))
CALL = '\npage("gradients/one-weight", answers)'


def answers(source: str) -> dict[int, str]:
    """What the only page call of a cell answers."""
    [call] = read_cell(source)
    return call.answers


def faults(source: str) -> str:
    return " ".join(fault for call in read_cell(source) for fault in call.faults)


@pytest.mark.parametrize("case", TABLE["read"], ids=lambda case: case["source"])
def test_a_cell_says_what_the_table_says(case):
    """The same source gives the same text as in the browser."""
    assert answers(f"answers = {{1: {case['source']}}}{CALL}") == {1: case["text"]}


@pytest.mark.parametrize("case", TABLE["keys"], ids=lambda case: case["source"])
def test_a_key_names_the_box_that_the_table_says(case):
    """Other keys are named as faults."""
    source = f"answers = {{{case['source']}: 7}}{CALL}"
    assert answers(source) == ({} if case["box"] is None else {case["box"]: "7"})
    assert ("is not the number of a box" in faults(source)) == (case["box"] is None)


@pytest.mark.parametrize("case", TABLE["dicts"], ids=lambda case: case["source"])
def test_of_several_entries_for_a_box_the_last_one_counts(case):
    """As in Python, whatever the keys look like."""
    assert answers(f"answers = {case['source']}{CALL}") == {int(box): text for box, text in case["answers"].items()}


def test_a_released_cell_is_blank():
    """A page cell as it is handed out has all its boxes, and nothing in them."""
    source = page_source("gradients/one-weight", dict.fromkeys(range(1, 8), "None"))
    assert source.splitlines()[1:3] == ["    1: None, 2: None, 3: None, 4: None, 5: None,", "    6: None, 7: None,"]
    assert read_cell(source) == [PageCall("gradients/one-weight", "answers", dict.fromkeys(range(1, 8), ""))]


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("2", "2"), ("-0.5", "-0.5"), ('"3/4"', "3/4"), ("'2x'", "2x"), ("None", ""), ("3/4", "3/4"), ("2*x", "2*x"),
        ("+3", "3"), ("0.50", "0.50"), (".5", ".5"), ("1e-3", "1e-3"), ("1_000", "1000"), ("0x10", "16"), ("- 2", "-2"),
        ("(3/4)", "3/4"), ("x**2 + cos(y)", "x**2 + cos(y)"), ('"a" "b"', "ab"), ("3 / \\\n  4", "3 / 4"), ("x", "x"),
        ("1" + "0" * 30, "1" + "0" * 30), ("...", "..."), ("−2", None), ("'½'", "½"), ('"\\u00bd"', "½"),
    ],
)  # fmt: skip
def test_a_value_comes_out_as_it_was_typed(typed, text):
    """Numbers, strings and formulas become the text that was typed; a minus from a word processor is no Python."""
    if text is None:
        assert "not valid Python" in faults(f"answers = {{1: {typed}}}{CALL}")
    else:
        assert answers(f"answers = {{1: {typed}}}{CALL}") == {1: text}


@pytest.mark.parametrize(
    "typed", ["[1]", "{1: 2}", "True", "f'3'", "b'3'", "3j", "lambda: 3", "__import__('os')", "int('3')", "--3"]
)
def test_nothing_is_evaluated(typed):
    """What is computed by code stays code: it never turns into the number that it would give."""
    assert answers(f"answers = {{1: {typed}}}{CALL}")[1] not in ("3", "2", "1", "-3")


def test_long_code_is_cut_off_visibly():
    """Cut-off code ends in dots, so that it cannot be taken for a shorter answer."""
    assert answers(f"answers = {{1: {'1+' * 100}1}}{CALL}")[1].endswith("…")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("answers = {1: 1}\nanswers = {1: 2}", {1: "2"}),
        ("answers = {1: 1}\nanswers[2] = 3\nanswers['3'] = 4", {1: "1", 2: "3", 3: "4"}),
        ("answers = {1: 1}\nanswers.update({1: 5, 2: 6})", {1: "5", 2: "6"}),
        ("answers = {}\nanswers |= {1: 7}", {1: "7"}),
        ("answers: dict = {1: 8}", {1: "8"}),
        ("a = answers = {1: 1}\na[1] = 9", {1: "9"}),
        ("b = {1: 1}\nanswers = b\nb[2] = 2", {1: "1", 2: "2"}),
        ("answers = {1: 1, 2: 2}\ndel answers[2]", {1: "1"}),
        ("answers = {1: 1}\nanswers.clear()\nanswers[4] = 4", {4: "4"}),
        ("answers = {}\nanswers[1], answers[2] = 1, 2", {1: "1", 2: "2"}),
        ("base = {1: 1}\nanswers = {**base, 2: 2}", {1: "1", 2: "2"}),
        ("answers = {1: 1, 1: 2}", {1: "2"}),
        ("%%time\n%matplotlib inline\n!ls\nanswers = {1: 3}", {1: "3"}),
        ("# comment\nimport math; answers = {1: 4};", {1: "4"}),
        ("answers = {3.0: 1, ' 4 ': 2}", {3: "1", 4: "2"}),
    ],
)
def test_statements_are_followed_in_order(source, expected):
    """Assignments, updates and deletions count as in Python; the last one wins."""
    assert answers(source + CALL) == expected


def test_a_change_after_the_call_counts():
    """The dict is one object: what is written into it later in the cell belongs to it."""
    assert answers(f"answers = {{1: 1}}{CALL}\nanswers[2] = 2") == {1: "1", 2: "2"}


def test_merged_cells_have_a_call_each():
    """Two pages in one cell keep their own answers."""
    first, second = read_cell("answers = {1: 1}\npage('a/b', answers)\nanswers = {1: 2}\npage('c/d', answers)")
    assert (first.slug, first.answers, second.slug, second.answers) == ("a/b", {1: "1"}, "c/d", {1: "2"})


@pytest.mark.parametrize(
    "call",
    [
        "page('a/b', {1: 2})", "page('a/b', answers={1: 2})", "w = page('a/b', {1: 2})", "display(page('a/b', {1: 2}))",
        "autograder.page('a/b', {1: 2})", "page(slug='a/b', answers={1: 2})", "page('a/b', answers := {1: 2})",
    ],
)  # fmt: skip
def test_a_page_may_be_called_in_many_ways(call):
    """The dict may stand in the call, and the call in another."""
    [found] = read_cell(call)
    assert (found.slug, found.answers) == ("a/b", {1: "2"})


def test_a_cell_without_a_call_is_left_to_its_id():
    """Answers without a page have no slug."""
    assert read_cell("answers = {1: 2}") == [PageCall(None, "answers", {1: "2"})]
    assert read_cell("x = 1") == []


def test_a_call_without_its_dict_says_so():
    """A call of a variable that gets no value here is marked, for the cell before may hold it."""
    [call] = read_cell('page("a/b", answers)')
    assert not call.defined and "no value" in call.faults[0]


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("answers = 5", "not written out as a dict"),
        ("answers = dict(a=1)", "not written out as a dict"),
        ("answers = {n: n for n in range(9)}", "not written out as a dict"),
        ("answers = {}\nfor n in range(9): answers[n] = n", "inside a loop"),
        ("answers = {}\nanswers.pop(1)", "not followed"),
        ("answers = {True: 1}", "not the number of a box"),
        ("answers = {'one': 1}", "not the number of a box"),
        ("answers = {(1,): 1}", "not the number of a box"),
        ("answers = {-1: 1}", "not the number of a box"),
        ("answers = {1: 2x}", 'box 1 is not valid Python: put quotes around it, as in 1: "2x"'),
        ("answers = {1: 2x} + 2y", "line 1"),
        ("answers = {1: 2\n", "not valid Python"),
        ("answers = {1: 1,}" + " " * MAX_SOURCE, "shorten it"),
        ("answers = {" + ",".join(f"{n}: 1" for n in range(5000)) + "}", "first 1000 entries"),
    ],
)
def test_every_fault_has_a_name(source, said):
    """What cannot be followed is said in words, and the page is still known."""
    assert said in faults(source + CALL)
    assert read_cell(source[:MAX_SOURCE] + CALL)[0].slug == "gradients/one-weight" or len(source) >= MAX_SOURCE


@pytest.mark.parametrize(
    "source",
    [
        "-" * 90_000 + "1", "(" * 90_000, "answers={1:" + "-" * 5000 + "1}", "answers = " + "{1:" * 900,
        "f" + "()" * 30_000,
        "a" + ".b" * 40_000, "answers = {1: 1" + "+1" * 20_000 + "}", "answers = {1: 0x" + "f" * 9000 + "}",
        "answers = {1: " + "9" * 9000 + "}", "answers={1: x\0}", "answers={'\ud800': '\ud800'}", "[" * 200 + "]" * 200,
        'answers = {1: "\\d"}', "1if 1else 2", "answers = {1: '" + "x" * 90_000 + "'}",
    ],
)  # fmt: skip
def test_hostile_cells_are_quick_and_harmless(source):
    """Deep, long and broken cells are read or refused within a second, without an exception or a warning."""
    start = time.perf_counter()
    read_cell(source + CALL)
    assert time.perf_counter() - start < 1


def test_half_a_character_cannot_get_out():
    """An answer can always be written to a file."""
    answers('answers = {1: "\\ud800"}' + CALL)[1].encode()


values = st.one_of(
    st.none(), st.integers(-(10**14), 10**14), st.floats(allow_nan=False, allow_infinity=False, width=32).map(repr),
    st.text(max_size=12),
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.integers(0, 9999), values, max_size=12), st.sampled_from(["\n", "\n\n", " \n"]))
def test_the_quick_way_and_the_parser_agree(held, between):
    """The ordinary cell reads the same without the parser as with it, and as Python itself."""
    source = "answers = {" + ", ".join(f"{box}: {value!r}" for box, value in held.items()) + "}" + between
    source += 'page("gradients/one-weight", answers)'
    quick = cells._plain(source)
    cells._plain, kept = (lambda source: None), cells._plain
    try:
        [slow] = read_cell(source)
    finally:
        cells._plain = kept
    assert quick is None or quick == slow
    texts = {box: "" if value is None else str(value) for box, value in held.items()}
    assert slow.answers == {box: text.encode("utf-8", "replace").decode() for box, text in texts.items()}


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.integers(1, 99), st.text(max_size=30), max_size=20))
def test_what_is_written_reads_back(held):
    """A cell made from answers gives the same answers."""
    clean = {box: text.encode("utf-8", "replace").decode() for box, text in held.items()}
    assert answers(page_source("a/b", {box: literal_of(text) for box, text in clean.items()})) == clean


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=200) | st.text(alphabet="answers={}123:,\"'()|[]\n page.update*", max_size=200))
def test_no_text_raises(source):
    """Anything can stand in a cell."""
    read_cell(source)


@pytest.mark.parametrize(
    ("entries", "expected", "fault"),
    [
        (
            "1: 8, 2: 0,5, 3: 2",
            {1: "8", 2: "0,5", 3: "2"},
            'box 2 is not valid Python: put quotes around it, as in 2: "0,5"',
        ),
        ("1: 8, 2: “3/4”, 3: ‘2x’", {1: "8", 2: "3/4", 3: "2x"}, ""),
        ("1: 8, 2: 2x, 3: x^2", {1: "8", 2: "2x", 3: "x^2"}, "box 2"),
        ('1: "3/4, 2: 7', {1: "3/4", 2: "7"}, "box 1"),
        ("1: 8 2: 3", {1: "8", 2: "3"}, ""),
        ("1: , 2: 3", {1: "", 2: "3"}, ""),
        ("\n    1: 8,  # box 2: x\n    2: −3,\n", {1: "8", 2: "−3"}, "box 2"),
        ('1: "e^{2y}", 2: 0,5', {1: "e^{2y}", 2: "0,5"}, "box 2"),
    ],
)
def test_an_entry_that_is_no_python_costs_no_other_entry(entries, expected, fault):
    """It is read as it was typed and said to need quotes; all the others count."""
    source = f"answers = {{{entries}}}{CALL}"
    assert answers(source) == expected
    assert fault in faults(source) and bool(faults(source)) == bool(fault)


def test_curly_quotes_around_the_name_of_a_page():
    """A cell that went through a word processor keeps its page."""
    [call] = read_cell("answers = {1: “2x”}\npage(“gradients/one-weight”, answers)")
    assert (call.slug, call.answers) == ("gradients/one-weight", {1: "2x"})


def test_two_pages_in_a_cell_of_which_one_has_a_bad_entry():
    """The other page loses nothing."""
    first, second = read_cell("answers = {1: 0,5}\npage('a/b', answers)\nanswers = {1: 2}\npage('c/d', answers)")
    assert (first.answers, second.answers) == ({1: "0,5"}, {1: "2"}) and second.slug == "c/d"
