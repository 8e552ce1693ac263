"""The marks of a code exercise are shown so that the smallest failing case can be followed by hand."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import numpy as np

from autograder import pages
from autograder.authoring.values import counted
from autograder.marking.code import Stopped, blank_marks, local, mark_code
from autograder.marking.differences import Tolerance, difference
from autograder.render.code import report, report_text

RELU, LAYER = pages.load_exercise("activations/relu-code"), pages.load_exercise("training/layer-code")


def planted(code):
    return mark_code(RELU, local(RELU.namespace(code)))


def broken(error):
    class ReLU:
        def forward_pass(self, inputs):
            raise error

    return mark_code(RELU, local({"ReLU": ReLU}))


class Balanced(HTMLParser):
    """Counts what is opened and closed."""

    def __init__(self, text):
        super().__init__()
        self.open, self.text = [], ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def test_a_slip_shows_what_went_in_and_came_out():
    """Input, output, expectation, the first entry that differs, and the name of the slip."""
    for said in (report(planted("relu_open_at_zero"), style=()), report_text(planted("relu_open_at_zero"))):
        text = Balanced(said).text
        assert "3 of 5 points" in text and "zeros at the kink" in text and "a slope of its own at 0" in text
        assert "goes in" in text and "comes out" in text and "is expected" in text
        assert "dinputs[0, 0] is 1; 0 is expected." in text


def test_the_entry_that_differs_is_marked():
    """In the matrices that came out and were expected one entry is marked."""
    html = report(planted("relu_open_at_zero"), style=())
    assert html.count("<mark>") == 2 and "<mark>1</mark>" in html and "<mark>0</mark>" in html


def test_an_array_of_pictures_is_shown_as_matrices():
    """Four axes in brackets, as Python nests them, around matrices; the entry that differs is marked."""
    made = pages.load_exercise("convolution/convolution-code")
    html = report(mark_code(made, local(made.namespace("filter_turned"))), style=())
    assert '<code>[</code><code>[</code><span class="wb-mat"' in html and html.count("<mark>") == 2
    assert Balanced(html).open == []


def test_a_slip_is_told_once():
    """What is behind a second behaviour that fails the same way is named, but not drawn again."""
    assert report(planted("relu_open_at_zero")).count('class="wb-case"') == 1


def test_blank_is_kind():
    """Nothing written is no failure: one sentence says what to do."""
    for said in (report(blank_marks(RELU), style=()), report_text(blank_marks(RELU))):
        assert "Not begun yet. Write ReLU in the cell above" in said and "wb-case" not in said


def test_what_comes_from_a_student_is_escaped():
    """No mark-up gets from a student's code into the report."""
    html = report(broken(ValueError("<script>alert(1)</script>")), style=())
    assert "<script" not in html and "&lt;script&gt;" in html
    evil = type("<img src=x>", (), {})
    marks = mark_code(RELU, local({"ReLU": type("R", (), {"forward_pass": lambda self, inputs: evil()})}))
    assert "<img" not in report(marks, style=())


def test_stopped_code_says_why():
    """Code without an end says so at every behaviour that it cost."""

    def ask(request):
        raise Stopped("This did not come to an end in 5 seconds.")

    assert report_text(mark_code(RELU, ask)).count("did not come to an end") == 4


def test_long_arrays_are_cut():
    """A big array is shown in part, with its shape."""
    marks = mark_code(LAYER, local(LAYER.namespace("bias_left_out")))
    finding = next(each for each in marks.verdicts if each.code)
    wide = finding._replace(got={"values": np.arange(4000.0).reshape(50, 80)})
    html = report(type(marks)(LAYER, (wide,)), style=())
    assert "50 × 80" in html and len(html) < 6000


def test_full_marks_are_short():
    """When all works there is nothing else to say."""
    said = report_text(mark_code(RELU, local(RELU.namespace())))
    assert said.startswith("ReLU, forward and backward: 5 of 5 points. All of it works.") and "goes in" not in said


def test_a_table_is_shown_by_its_columns():
    """A dict of long columns is named, not poured out."""
    from autograder.render.code import _text

    assert _text({"date": ["x"] * 45, "wind": [0.5] * 45}) == "45 rows of date, wind"
    assert _text({"date": ["x"], "wind": [0.5]}) == "{date: ['x'], wind: [0.5]}"


def test_nested_inputs_are_shown_in_full():
    """Layers with their names, gradients step by step, settings as numbers: an update can be followed by hand."""
    momentum = pages.load_exercise("training/momentum-code")
    marks = mark_code(momentum, local(momentum.namespace("velocity_forgotten")))
    text = report_text(marks)
    assert "learning_rate = 0.5" in text and "layers = [{weights: [[2]], biases: [[1]]}]" in text
    assert "gradients = [[{dweights: [[1]], dbiases: [[2]]}], [{dweights: [[−3]], dbiases: [[4]]}]]" in text
    html = report(marks, style=())
    assert "<code>dbiases:</code>" in html and html.count("<mark>") == 2 and Balanced(html).open == []


def test_a_long_list_is_shown_around_the_entry_that_differs():
    """Of 40 entries those about the wrong one are written out; its place is told."""
    train = pages.load_exercise("training/train-code")
    marks = mark_code(train, local(train.namespace("step_forgotten")))
    events = [["forward", float(n), 2] for n in range(40)]
    wrong = [*events[:30], ["update", 0.0, 1], *events[31:]]
    different = difference({"what happened": events}, {"what happened": wrong}, Tolerance(6))
    finding = marks.verdicts[0]._replace(
        got={"what happened": wrong}, expected={"what happened": events}, difference=different
    )
    for text in (report_text(type(marks)(train, (finding,))), report(type(marks)(train, (finding,)), style=())):
        plain = Balanced(text).text
        assert "[…, ['forward', 27, 2]" in plain and "['update', 0, 1]" in plain and "what happened[30][0] is" in plain


def test_what_a_judge_saw_is_shown():
    """Where no reference decides, what came out is shown all the same."""
    batches = pages.load_exercise("training/mini-batches-code")
    text = report_text(mark_code(batches, local(batches.namespace("last_batch_dropped"))))
    assert "comes out:   batches = []" in text and "size = 5" in text and "is expected" not in text


def test_what_follows_from_a_slip_is_told_apart():
    """A behaviour that follows has a sign and a sentence of its own, and its points."""
    text = report_text(planted("mask_left_out"))
    assert "↳ is ready for the next batch (1 of 1)" in text and "follows from the slip in “sends the gradient" in text


def test_one_thing_is_said_in_the_singular():
    """1 example, 1 entry, 1 behaviour: no title and no sentence counts one of something as many."""
    for exercise in pages.exercises().values():
        titles = [case.title for behaviour in exercise.behaviours for case in behaviour.drawn("release")]
        assert not [title for title in titles if re.search(r"\b1 (?!class\b)\w+s\b", title)]
    assert (counted(1, "entry"), counted(2, "entry"), counted(1, "behaviour")) == (
        "1 entry",
        "2 entries",
        "1 behaviour",
    )
