"""The Python half of a live page, without a browser: what it sends when texts come in, and what it never gives away."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from html.parser import HTMLParser
from types import SimpleNamespace

import pytest

from autograder.explorers import load as load_explorer
from autograder.marking.progress import progress_of
from autograder.pages import catalogue, load
from autograder.render.pages import STATES
from autograder.widgets import fonts
from autograder.widgets.explorer_widget import ExplorerWidget
from autograder.widgets.page_widget import PageWidget, boxes, for_browser, runs, summary
from autograder.widgets.progress_widget import ProgressWidget

EXPLORER = "gradients/nudge"
SLUG = "gradients/one-weight"  # boxes 8, 2, 2


def states(widget: PageWidget) -> list[str]:
    return [widget.verdicts[str(n)]["state"] for n in range(1, len(widget.verdicts) + 1)]


def edit(widget: PageWidget, **traits: object) -> None:
    """What comes in from the browser: texts and the number of the edit, in one message."""
    widget.set_state(traits | {"seq": widget.seq + 1, "client": "a"})


def test_an_edit_is_answered_with_verdicts():
    """Texts in, verdicts, summary and the number of the edit out."""
    widget = PageWidget(load(SLUG))
    assert states(widget) == ["blank"] * 3
    edit(widget, texts={"1": "8", "2": "x", "3": "9"})
    assert states(widget)[:2] == ["right", "unreadable"]
    assert widget.done == widget.seq == 1
    assert widget.summary.startswith("1 of 3 right")


def test_an_edit_that_changes_no_verdict_is_still_answered():
    """The browser must know that its last text was seen."""
    widget = PageWidget(load(SLUG), {1: "8"})
    edit(widget, texts={"1": "8"})
    assert widget.done == 1


def test_an_answer_is_one_small_message(monkeypatch):
    """What a key costs: a single update with verdicts, no page, no twin."""
    widget = PageWidget(load(SLUG), writeback=True)
    sent: list[dict] = []
    monkeypatch.setattr(PageWidget, "_send", lambda self, msg, buffers=None: sent.append(msg))
    edit(widget, texts={"1": "8"})
    keys = [set(msg["state"]) for msg in sent if msg["method"] == "update"]
    assert keys == [{"verdicts", "summary", "done"}]


def test_the_students_dict_is_kept_in_step():
    """The dict itself is changed, with the literals that stand in the cell; what was not edited stays as it is."""
    answers = {1: None, "2": "3/4", 3: 0.5}
    widget = PageWidget(load(SLUG), {2: "3/4", 3: "0.5"}, answers=answers)
    edit(widget, texts={"1": "8", "2": "-0.5", "3": "0.5"})
    assert answers == {1: 8, "2": -0.5, 3: 0.5}
    edit(widget, texts={"1": "1/3", "3": "0.5"})
    assert answers == {1: "1/3", "2": None, 3: 0.5}


def test_strange_keys_from_the_browser_are_ignored():
    """Only box numbers are box numbers."""
    assert boxes({"1": "2", "x": "3", "²": "4", "-1": "5"}) == {1: "2"}


def test_a_list_from_paper_is_read_for_the_page_on_view(monkeypatch):
    """Which box gets what, and which comes next, in words; what is no list changes nothing."""
    widget = PageWidget(load(SLUG), {1: "8"})
    told: list[dict] = []
    monkeypatch.setattr(widget, "send", lambda content, buffers=None: told.append(content))
    for typed, at in (("2; 1/2", 2), ("", 0), ("4: 1", 1), ("3: 5", -7)):
        widget._handle_custom_msg({"want": "list", "typed": typed, "at": at, "client": "a"}, [])
    assert [(each["listed"], each["next"], each["refused"]) for each in told] == [
        ([["2", "2"], ["3", "1/2"]], 4, False), ([], 1, False), ([], 1, True), ([["3", "5"]], 4, False),
    ]  # fmt: skip
    assert (
        told[0]["say"] == "That was the last box."
        and told[1]["say"].startswith("Next: box 1")
        and told[0]["client"] == "a"
    )
    for wild in ({"typed": None, "at": 1}, {"typed": "1", "at": "1"}, {}):
        widget._handle_custom_msg({"want": "list", **wild}, [])
    PageWidget(load(SLUG), variant=None)._handle_custom_msg({"want": "list", "typed": "1", "at": 1}, [])
    assert len(told) == 4 and widget.texts == {"1": "8"}


# -- practice and worked solutions ------------------------------------------------------------------------------------


def test_practice_marks_other_numbers_and_keeps_the_graded_ones():
    """While practising, the page's own texts and the student's dict stay as they are; back, they are there again."""
    answers = {1: 8, 2: None, 3: None}
    widget = PageWidget(load(SLUG), {1: "8"}, answers=answers)
    graded = widget.template
    edit(widget, practice=1)
    assert widget.shown == 1 and widget.template != graded and states(widget) == ["blank"] * 3
    key = load(SLUG).sheet(1).boxes[0].shown
    edit(widget, trial={"1": key})
    assert states(widget) == ["right", "blank", "blank"]
    assert answers == {1: 8, 2: None, 3: None} and widget.texts == {"1": "8"}
    assert widget.marks.points == 1
    edit(widget, practice=0)
    assert widget.template == graded and states(widget) == ["right", "blank", "blank"] and widget.trial == {}


@pytest.mark.parametrize("wild", [-3, 10**12])
def test_no_practice_number_is_too_wild(wild):
    """Whatever number comes in, a page comes out."""
    widget = PageWidget(load(SLUG))
    edit(widget, practice=wild)
    assert widget.verdicts


@pytest.mark.parametrize(("setting", "on_page", "in_practice"),
                         [("practice", False, True), ("always", True, True), ("never", False, False)])  # fmt: skip
def test_a_solution_comes_only_where_the_course_allows(setting, on_page, in_practice):
    """Held in Python: asking for it from the browser's side, or claiming that it is allowed, gives nothing."""
    widget = PageWidget(load(SLUG), show_how=setting)
    for practice, allowed in ((0, on_page), (3, in_practice)):
        edit(widget, practice=practice)
        assert widget.can_show == allowed
        edit(widget, can_show=True, asked=True)
        assert ("wb-solution" in widget.how) == allowed
        edit(widget, asked=False)
        assert widget.how == ""


def test_a_setting_changed_later_counts():
    """course() may be run after the page."""
    setting = ["always"]
    widget = PageWidget(load(SLUG), show_how=lambda: setting[0])
    setting[0] = "never"
    edit(widget, asked=True)
    assert widget.how == ""


def test_the_key_is_not_sent_to_the_browser():
    """A blank page's state holds no answer: neither in its template nor in its verdicts."""
    page = load("gradients/network-slopes")
    state = PageWidget(page).get_state()
    state.pop("_esm")
    assert not [box.shown for box in page.sheet().boxes if box.shown in str(state)]


def test_what_the_picture_shows_again_is_sent_when_it_is_right():
    """Only for boxes that the page repeats, and only once they are right."""
    page = load("equations/small-backward")
    widget = PageWidget(page)
    edit(widget, texts={"1": "0.1", "3": page.sheet().boxes[2].shown})
    assert [n for n, verdict in widget.verdicts.items() if "echo" in verdict] == ["3"]
    assert "".join(text for text, _ in widget.verdicts["3"]["echo"]) == page.sheet().boxes[2].shown.replace("-", "−")


# -- what is sent only when asked for ---------------------------------------------------------------------------------


def test_fonts_and_twin_are_sent_on_request(monkeypatch):
    """The font as bytes; the twin to the client that asked; nothing for a message that makes no sense."""
    widget = PageWidget(load(SLUG), {1: "8"}, answers={})
    widget.writeback = True
    sent: list[tuple] = []
    monkeypatch.setattr(PageWidget, "send", lambda self, content, buffers=None: sent.append((content, buffers)))
    for content in ({"want": "fonts"}, {"want": "twin", "client": "a"}, {"want": "moon"}, "nonsense", None, {}):
        widget._handle_custom_msg(content, [])
    (faces, buffers), (twin, _) = sent
    assert len(faces["fonts"]) == len(buffers) == len(fonts.FACES)
    assert all(data[:4] == b"wOF2" for data in buffers)
    assert twin["client"] == "a"
    assert f'data-twin="{SLUG}#0"' in twin["twin"]["text/html"]
    assert "box 1" in twin["twin"]["text/plain"]


def test_where_the_page_cannot_write_the_twin_is_updated_in_place():
    """Without write-back the display itself is updated."""
    widget = PageWidget(load(SLUG))
    updates = []
    widget.last_output = SimpleNamespace(update=lambda bundle, **_: updates.append(bundle))
    widget._handle_custom_msg({"want": "twin"}, [])
    assert len(updates) == 1


class _Balance(HTMLParser):
    """Counts open tags; void elements have no end."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag, attrs):
        if tag not in ("br", "img", "input", "hr", "meta"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_startendtag(self, tag, attrs):
        pass


@pytest.mark.parametrize("slug", list(catalogue()))
def test_every_page_has_a_well_formed_twin(slug):
    """The twin of every page closes what it opens, runs no script and asks no other host for anything."""
    html = PageWidget(load(slug), {1: "<script>alert(1)</script>"}).twin_bundle()["text/html"]
    parser = _Balance()
    parser.feed(html)
    assert parser.open == []
    assert "<script" not in html
    assert not re.search(r"""(?:src|href|url\()\s*=?\s*["'(]?(?:https?:)?//""", html)


def test_the_font_can_stand_in_a_file():
    """As CSS it carries its bytes; the licence lies beside the files."""
    css = fonts.face_css()
    assert css.count("@font-face") == len(fonts.FACES)
    assert set(re.findall(r"src:url\((.{9})", css)) == {"data:font"}
    assert "SIL OPEN FONT LICENSE" in (fonts.FOLDER / "OFL.txt").read_text(encoding="utf-8")


# -- verdicts as text nodes -------------------------------------------------------------------------------------------


def test_a_message_is_runs_of_text():
    """Markup of a message becomes tags beside the text; what a student typed stays text."""
    assert runs("a <b>b</b> <i>x</i><sub><i>j</i></sub> &lt;b&gt;") == [
        ["a ", []], ["b", ["b"]], [" ", []], ["x", ["i"]], ["j", ["sub", "i"]], [" <b>", []],
    ]  # fmt: skip


def _verdict(**parts: object) -> SimpleNamespace:
    return SimpleNamespace(**({"state": "right", "message": "", "read_as": "", "text": ""} | parts))


def test_how_it_was_read_is_told_only_where_it_differs():
    """Blanks and kinds of minus make no difference; ½ for 1/2 does."""
    assert "read" not in for_browser(_verdict(text=" −3 / 4", read_as="-3/4"))
    assert "".join(text for text, _ in for_browser(_verdict(text="½", read_as="1/2"))["read"]) == "1/2"


def test_every_state_has_words():
    """No verdict is told by colour alone."""
    assert all(words for state, (_, words) in STATES.items())
    assert for_browser(_verdict(state="follows"))["words"] == STATES["follows"][1]


def test_the_summary_counts_points():
    """Half points and one point are said as they should be."""
    assert summary(SimpleNamespace(points=0.0, summary="S.")) == "S."
    assert summary(SimpleNamespace(points=1.0, summary="S.")) == "S. 1 point."
    assert summary(SimpleNamespace(points=2.5, summary="S.")) == "S. 2.5 points."


def test_the_package_itself_loads_nothing():
    """`import autograder.widgets.fonts` (the feedback of nbgrader uses it) loads no widgets."""
    heavy = ("ipywidgets", "anywidget", "IPython")
    code = f"import sys, autograder.widgets.fonts; print([m for m in {heavy} if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"


# -- check by nudging --------------------------------------------------------------------------------------------------

CHECKED = load("cost/whole-gradient")


def test_a_check_opens_under_the_page_and_follows_it():
    """It shows what stands in the boxes, at the box that is asked for; closing it ends its model."""
    shown = PageWidget(CHECKED, {11: "4"})
    assert shown.can_nudge and shown.nudger == ""
    shown.nudging = 11
    check = shown._nudger
    assert shown.nudger == f"IPY_MODEL_{check.model_id}" and "you typed <b>4</b>" in check.body
    shown.texts = {"11": "5"}
    assert "you typed <b>5</b>" in check.body
    shown.nudging = 0
    assert shown.nudger == "" and check.comm is None


def test_new_numbers_close_a_check():
    """It would be about the old ones: in practice, and when a student's own numbers come."""
    shown = PageWidget(CHECKED)
    for change in (lambda: setattr(shown, "practice", 3), lambda: shown.renumber(8)):
        shown.nudging = 11
        assert shown.nudger
        change()
        assert shown.nudger == "" and shown.nudging == 0


def test_held_back_marks_allow_checks_of_practice_numbers_only():
    """The ratio would tell whether the answer is right."""
    shown = PageWidget(CHECKED, frank=lambda: False)
    shown.nudging = 11
    assert not shown.can_nudge and shown.nudger == ""
    shown.nudging, shown.practice = 0, 3
    assert shown.can_nudge
    shown.nudging = 11
    assert shown.nudger


@pytest.mark.parametrize("slug", ["gradients/one-weight", "equations/ledger"])
def test_a_page_without_gradients_offers_no_check(slug):
    """Whatever the browser asks for."""
    shown = PageWidget(load(slug))
    shown.nudging = 1
    assert not shown.can_nudge and shown.nudger == ""


# -- what a chapter of thirty pages costs ------------------------------------------------------------------------------


def test_pages_are_objects_of_one_class_and_share_a_layout():
    """anywidget would make a class for each, and ipywidgets a model of its layout, which a page does not use."""
    one, other, explorer = PageWidget(load(SLUG)), PageWidget(load(SLUG)), ExplorerWidget(load_explorer(EXPLORER))
    assert type(one) is type(other) is PageWidget
    assert one.layout is other.layout is explorer.layout
    assert one._esm != explorer._esm and "_css" not in one.get_state()


def test_the_script_is_sent_when_it_is_asked_for(monkeypatch):
    """With a page comes only what asks for it; the name is that of the text, so that none gets another version's."""
    page = PageWidget(load(SLUG))
    sent = []
    monkeypatch.setattr(page, "send", lambda content, buffers=None: sent.append(content))
    name = re.search(r'const NAME = "(\w+)"', page._esm)[1]
    for asked in (name, "of another version", None):
        page._send_wanted(page, {"want": "code", "name": asked}, [])
    (code,) = (content["code"] for content in sent)
    assert code["name"] == name and len(code["text"]) > 10 * len(page._esm)
    assert code["text"].rstrip().endswith("export default { render };")


def test_a_bar_that_waits_is_drawn_from_what_the_browser_sends():
    """In a chapter that opens by itself: nothing is marked until the cells come, then the bar is that of the cells."""
    asked = []

    def look(cells):
        asked.append(cells)
        return [progress_of(cells or (), "gradients")]

    bar = ProgressWidget(look, asked=True)
    assert (asked, bar.body) == ([], "") and 'data-twin="progress"' in bar.twin_bundle()["text/html"]
    cell = {
        "cell_type": "code",
        "source": f'answers = {{1: 8}}\npage("{SLUG}", answers)',
        "metadata": {},
        "outputs": [],
    }
    bar._handle_custom_msg({"cells": json.dumps([cell])}, [])
    assert "wb-begun" in bar.body and "wb-begun" in bar.twin_bundle()["text/html"]
