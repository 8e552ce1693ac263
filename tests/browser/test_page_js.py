"""page.js by itself, in an empty document: its reader of Python source, and a page that cannot reach a notebook."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.answers.literals import literal_of, value_of
from autograder.pages import load
from autograder.render.pages import template
from autograder.submissions.cells import read_cell
from autograder.widgets.scripts import script

SLUG = "gradients/one-weight"
TABLE = json.loads((Path(__file__).parents[1] / "answers" / "literals.json").read_text(encoding="utf-8"))
"""What an answer is as text, as source and as a value: Python is held to the same cases in tests/answers."""


@pytest.fixture(scope="module")
def module(context):
    page = context.new_page()
    page.goto("about:blank")
    source = script("page.js")
    page.evaluate(
        """async source => { const url = URL.createObjectURL(new Blob([source], {type: 'text/javascript'}));
            window.page = await import(url); }""",
        source,
    )
    yield page
    page.close()


def answers(module, source: str, **where) -> dict[str, str] | None:
    """What the browser reads in a cell: box → text."""
    return module.evaluate(
        """([source, where]) => { const found = window.page.findAnswers(source, where);
            return found && Object.fromEntries([...found.entries].map(([n, entry]) => [n, entry.text])); }""",
        [source, {"slug": SLUG, **where}],
    )


def edited(module, source: str, n: int, text: str, **where) -> str | None:
    return module.evaluate(
        """([source, where, n, text]) => { const found = window.page.findAnswers(source, where);
            const edit = found && window.page.editFor(found, n, text);
            return edit && source.slice(0, edit.start) + edit.code + source.slice(edit.end); }""",
        [source, {"slug": SLUG, **where}, str(n), text],
    )


CALL = f'\npage("{SLUG}", answers)'
CELLS = [
    'answers = {1: 2, 2: "3/4", 3: None}' + CALL,
    "answers = {}" + CALL,
    "answers: dict[int, str] = {\n  1: -0.5,  # a {comment}: with, signs\n  2: 'it\\'s', # }\n}" + CALL,
    "answers = {1: 3/4, 2: 2*x + f(1, {2: 3}), 3: [1, 2]}" + CALL,
    "x = 1; answers = mine = {1: 2}" + CALL,
    'answers = {1: 2}\nanswers[1] = 5\nanswers[3] = "a"' + CALL,
    'answers = {1: 2}\nanswers.update({2: "b", 1: 3})\nanswers |= {4: 1e-3}' + CALL,
    'answers = {1: 2}\npage("gradients/bigger-nudge", answers)\nanswers = {1: 7}' + CALL,
    "answers = {1: 7}" + CALL + '\nanswers = {1: 2}\npage("gradients/bigger-nudge", answers)',
    "answers = {1: 7}" + CALL + "\nanswers[2] = 4",
    f'page("{SLUG}", {{1: 2, "2": \'x\'}})',
    f"mine = {{1: 2}}\npage('{SLUG}', mine)",
    f'page("{SLUG}", answers={{1: 2}})',
    'note = """answers = {1: 9}"""\nanswers = {1: """2""", 2: "a" "b"}' + CALL,
    'answers = {1: 2, 1: 3, "x": 4, 2.5: 6, **{3: 1}}' + CALL,
    "if True:\n    answers = {1: 9}\nanswers = {1: 2}" + CALL,
    "answers = \\\n  {1: 2}" + CALL,
    "answers = {1: 'ä', 2: '½', 3: '∂'}" + CALL,
    "from autograder.notebook import page\n\n\n# answers = {1: 9}\nanswers = {\n\n1:\n2\n,\n}" + CALL,
]


@pytest.mark.parametrize("source", CELLS)
def test_the_browser_reads_a_cell_as_python_does(module, source):
    """Box for box, page.js finds in the cell what marking will find there."""
    [call] = [call for call in read_cell(source) if call.slug == SLUG]
    expected = {str(n): text for n, text in call.answers.items()}
    found = answers(module, source)
    if "**" in source:
        expected.pop("3")  # a dict inside the dict is read by marking, and only left alone by the boxes
    assert found == expected


def test_an_entry_that_is_no_python_is_read_and_mended(module):
    """0,5 is shown as it was typed, as marking reads it, and a new answer takes the place of all of it."""
    source = "answers = {1: 8, 2: 0,5, 3: 2}" + CALL
    [call] = read_cell(source)
    assert (
        answers(module, source)
        == {str(n): text for n, text in call.answers.items()}
        == {"1": "8", "2": "0,5", "3": "2"}
    )
    assert edited(module, source, 2, "0.5") == "answers = {1: 8, 2: 0.5, 3: 2}" + CALL


@pytest.mark.parametrize("source", CELLS)
@pytest.mark.parametrize("n", [1, 2, 9])
def test_an_edit_changes_one_answer_and_nothing_else(module, source, n):
    """After an edit the cell is valid Python, the box says the new text, and every other box what it said."""
    [before] = [call.answers for call in read_cell(source) if call.slug == SLUG]
    after = edited(module, source, n, '−7"\\')
    ast.parse(after)
    [found] = [call.answers for call in read_cell(after) if call.slug == SLUG]
    assert found == {**before, n: '-7"\\'}


@pytest.mark.parametrize(
    "source",
    ["answers = dict(a=1)" + CALL, "answers = {n: 1 for n in range(3)}" + CALL, "answers = {1: 2} | other" + CALL,
     f'page("{SLUG}", load())', "answers = {1: 2" + CALL, "def f():\n    answers = {1: 2}" + CALL],
)  # fmt: skip
def test_computed_answers_are_left_alone(module, source):
    """Where the dict is made by code there is nothing to write into."""
    assert answers(module, source) in (None, {}) and edited(module, source, 1, "3") is None


def test_a_call_without_answers_gets_a_dict(module):
    """page("slug") becomes page("slug", {1: 8})."""
    assert edited(module, f'page("{SLUG}")', 1, "8") == f'page("{SLUG}", {{1: 8}})'


def test_two_calls_for_one_page_have_a_dict_each(module):
    """The second call is found by its number."""
    source = f'page("{SLUG}", {{1: 1}})\npage("{SLUG}", {{1: 2}})'
    assert [answers(module, source, index=i) for i in (0, 1)] == [{"1": "1"}, {"1": "2"}]


def test_the_limits_are_those_of_the_table(module):
    """What may be how long is said once in JavaScript, once in Python, and is the same."""
    assert module.evaluate("() => window.page.LIMITS") == TABLE["limits"]


def test_a_text_becomes_the_literal_of_the_table(module):
    """And the browser reads it back, as Python does."""
    cases = [case for case in TABLE["written"] if case.get("typed", True)]
    for case in cases:
        assert module.evaluate("text => window.page.toLiteral(text)", case["text"]) == case["literal"]
        assert answers(module, f"answers = {{1: {case['literal']}}}{CALL}") == {"1": case["text"]}
    assert len(cases) > 30


@pytest.mark.parametrize("case", TABLE["read"], ids=lambda case: case["source"])
def test_source_is_read_as_the_table_says(module, case):
    """Strings, numbers and None are read; what is computed stays code."""
    assert answers(module, f"answers = {{1: {case['source']}}}{CALL}") == {"1": case["text"]}


@pytest.mark.parametrize("case", TABLE["keys"], ids=lambda case: case["source"])
def test_a_key_names_the_box_of_the_table(module, case):
    """Or none; and an edit of that box changes its entry instead of adding a second one."""
    source = f"answers = {{{case['source']}: 7}}{CALL}"
    box = case["box"]
    assert answers(module, source) == ({} if box is None else {str(box): "7"})
    if box is not None:
        assert edited(module, source, box, "8") == source.replace(": 7", ": 8")


@pytest.mark.parametrize("case", TABLE["dicts"], ids=lambda case: case["source"])
def test_a_dict_is_read_as_the_table_says(module, case):
    """Of several entries for a box the last one counts, as in Python."""
    assert answers(module, f"answers = {case['source']}{CALL}") == case["answers"]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.one_of(st.text(max_size=30), st.from_regex(r"-?[0-9]{0,4}[./,e]?[0-9]{0,3}", fullmatch=True)))
def test_what_is_typed_comes_back_from_the_cell(module, text):
    """Any text survives the way into the cell and out again, and the kernel's dict holds what the cell says."""
    text = text.encode("utf-8", "ignore").decode()
    plain = module.evaluate("text => window.page.plain(text)", text)
    literal = module.evaluate("text => window.page.toLiteral(text)", text)
    assert literal == literal_of(plain) and ast.literal_eval(literal) == value_of(plain)
    [call] = read_cell(f"answers = {{1: {literal}}}{CALL}")
    assert call.answers[1] == plain[:1000]
    assert answers(module, f"answers = {{1: {literal}}}{CALL}") == {"1": plain}


@pytest.mark.parametrize(
    ("text", "parts"),
    [("1, 0, −1", ["1", "0", "−1"]), ("1\t0\t2", ["1", "0", "2"]), ("1\n2\n", ["1", "2"]), ("0,5", ["0,5"]),
     ("1; 2", ["1", "2"]), ("3/4", ["3/4"]), ("", []), ("[1, 2, 3]", ["1", "2", "3"]),
     ("[1. 2. 3.]", ["1", "2", "3"]), ("array([0.5, -1. ])", ["0.5", "-1"]), ("[[1 2]\n [3 4]]", ["1", "2", "3", "4"])],
)  # fmt: skip
def test_a_pasted_row_is_cut_where_a_row_is_cut(module, text, parts):
    """Tabs, new lines, semicolons, and commas followed by a space; a list or a NumPy array is cut at its entries."""
    assert module.evaluate("text => window.page.splitRow(text)", text) == parts


# -- a page with no notebook around it --------------------------------------------------------------------------------

FAKE = """([state, context]) => {
    const listeners = {};
    const model = window.model = {
        state, sent: [], saves: 0,
        get: name => state[name],
        set: (name, to) => { state[name] = to; (listeners['change:' + name] ?? []).forEach(f => f()); },
        save_changes: () => { model.saves += 1; },
        send: content => model.sent.push(content),
        on: (event, f) => (listeners[event] ??= []).push(f),
        off: (event, f) => { listeners[event] = (listeners[event] ?? []).filter(g => g !== f); },
        count: () => Object.values(listeners).flat().length,
        widget_manager: {},
    };
    document.body.replaceChildren();
    const el = document.createElement('div');
    document.body.append(el);
    window.clean = window.page.default.render({ model, el });
}"""


def state() -> dict:
    page = load(SLUG)
    return {
        "slug": SLUG, "template": template(page.sheet()), "verdicts": {}, "summary": "3 boxes to fill.", "done": 0,
        "shown": 0, "can_show": False, "how": "", "notes": [], "cell_id": "x", "call_index": 0, "variable": "answers",
        "twin": f"{SLUG}#0", "texts": {}, "trial": {}, "seq": 0, "client": "", "practice": 0, "asked": False,
        "writeback": False, "unwritten": "", "rewrites": True, "first": True,
    }  # fmt: skip


def test_where_the_notebook_cannot_be_reached_the_page_says_so(module):
    """VS Code, Colab: the page says how to type into the dict, and still sends what is typed to be checked."""
    module.evaluate(FAKE, [state(), {}])
    assert "Type your answers into the dict" in module.locator(".wb-note").inner_text()
    module.locator(".wb-input").first.fill("−8")
    texts, seq, writes = module.evaluate("() => ['texts', 'seq', 'writeback'].map(model.get)")
    assert (texts, seq, writes) == ({"1": "-8"}, 1, False)


@pytest.mark.parametrize(("rewrites", "words"), [(False, "does not let the page write"), (True, "Run this cell again")])
def test_what_the_cell_should_hold_is_shown_to_be_copied_until_it_does(module, rewrites, words):
    """Colab, VS Code: the finished cell as text, a button that copies it, and nothing once the cell holds it."""
    source = 'answers = {\n    1: -8, 2: "<b>x</b>", 3: None,\n}' + CALL
    module.evaluate(FAKE, [state() | {"unwritten": source, "rewrites": rewrites, "first": False}, {}])
    box = module.locator(".wb-unwritten")
    assert "not in the cell yet" in box.inner_text() and words in box.inner_text()
    assert box.locator("pre").inner_text() == source
    assert module.locator(".wb-note").is_hidden()  # what the editor lacks is said by another page
    box.get_by_role("button", name="Copy").click()
    assert module.evaluate("() => getSelection().toString()") == source
    module.evaluate("() => { model.set('unwritten', ''); }")
    box.wait_for(state="hidden")


def test_fonts_are_asked_for_once_per_document(module):
    """Of two pages that come up together one asks."""
    module.evaluate("() => { window.workbookFontsAsked = undefined; }")
    asked = []
    for _ in range(2):
        module.evaluate(FAKE, [state(), {}])
        asked.append(module.evaluate("() => model.sent.filter(m => m.want === 'fonts').length"))
    assert asked == [1, 0]


def test_nothing_is_left_behind(module):
    """The clean-up takes every listener off again."""
    module.evaluate(FAKE, [state(), {}])
    assert module.evaluate("() => model.count()") > 5
    module.evaluate("() => window.clean()")
    assert module.evaluate("() => model.count()") == 0


def test_two_renderings_share_no_ids(module):
    """Ids of arrows and bubbles differ, so that url(#id) finds its own."""
    ids = []
    for _ in range(2):
        module.evaluate(FAKE, [state(), {}])
        ids.append(set(module.evaluate("() => [...document.querySelectorAll('[id]')].map(e => e.id)")))
    assert ids[0] and not ids[0] & ids[1]


def test_an_answer_that_never_comes_leaves_no_old_verdict(module):
    """When the kernel stays silent, the old colour goes: a right of yesterday does not stand beside a new text."""
    verdicts = {"1": {"state": "right", "words": "right"}}
    module.evaluate(FAKE, [state() | {"verdicts": verdicts, "texts": {"1": "8"}}, {}])
    assert module.locator(".wb-slot").first.get_attribute("data-state") == "right"
    module.locator(".wb-input").first.fill("9")
    module.wait_for_function("() => document.querySelector('.wb-slot').dataset.state === 'unchecked'")


def test_words_of_a_message_become_text(module):
    """A message that quotes markup shows it, and typesets only what layout marked."""
    told = [["“<b>x</b>” is ", []], ["x", ["i"]], ["2", ["sub", "script"]]]
    verdicts = {"1": {"state": "unreadable", "words": "not readable", "say": told}}
    module.evaluate(FAKE, [state() | {"verdicts": verdicts, "texts": {"1": "<b>x</b>"}}, {}])
    module.locator(".wb-input").first.focus()
    assert module.locator(".wb-hint").inner_html() == (
        '<div class="wb-said">“&lt;b&gt;x&lt;/b&gt;” is <i>x</i><sub>2</sub></div>'
    )
