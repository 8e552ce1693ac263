"""A code exercise is written as its reference; starter, cases and slips come out of it."""

from __future__ import annotations

import json

import numpy as np
import pytest

from autograder.authoring.exercise import Case, ExerciseError, Judged, exercise, shown
from autograder.kernels.runner import answer, from_plain, to_plain
from autograder.marking.code import Stopped, local, mark_code
from autograder.marking.differences import Difference, Nonsense, Outcome, Tolerance, difference, read

SIX = Tolerance(6)


def numbers(draw):
    yield Case("one number", x=[2.0])
    yield Case("drawn, below zero", x=draw.uniform(-3, -1, 3))


def make():
    @exercise("Twice", row="0.0")
    class Twice:
        """Doubles."""

        @shown
        def given(self):
            return 2  # the factor

        def forward(self, x):
            """x, (n,). Returns (n,)."""
            # the body
            return self.given() * x

        def _hidden(self):
            return None

    @Twice.behaviour("doubles", "How much is twice?", numbers, points=2)
    def doubles(Twice, x):
        return {"y": Twice().forward(x)}

    Twice.slip("sign_lost", "self.given() * x", "abs(self.given() * x)")
    return Twice


def run(script, **given):
    """One outcome, as it would travel."""
    request = {"script": script, "name": "s", "cases": [{name: to_plain(value) for name, value in given.items()}]}
    return read(json.loads(json.dumps(answer(request, {})))[0])


def test_starter_keeps_signatures_and_docstrings_and_no_body():
    """The starter has what is to be written, whole what is shown, and nothing of the answer."""
    starter = make().starter
    assert '"""x, (n,). Returns (n,)."""\n        raise NotImplementedError' in starter
    assert "return 2  # the factor" in starter
    assert "_hidden" not in starter and "the body" not in starter and "@" not in starter
    rooms = {}
    exec(starter, rooms)
    assert rooms["Twice"]().given() == 2


def test_slug_and_points_are_computed():
    """Nobody types a slug or a sum."""
    twice = make()
    assert twice.slug.endswith("/twice-code") and twice.points == 2


def test_grading_draws_other_cases_than_the_release():
    """What a student sees is not what is graded, apart from the edge cases that stand first."""
    behaviour = make().behaviours[0]
    release, grading = (behaviour.request(seed)["cases"] for seed in ("release", "grading"))
    assert release[0] == grading[0] and release[1] != grading[1]
    assert behaviour.request("grading") == make().behaviours[0].request("grading")


@pytest.mark.parametrize("change", [("no such text", "x"), ("self", "x")])
def test_slip_must_change_one_passage(change):
    """A slip that changes nothing, or several places, is the author's mistake and says so."""
    with pytest.raises(ExerciseError, match="times in the reference"):
        make().slip("wrong_sign", *change)


def test_unknown_slip_code():
    """A code without a message is refused."""
    with pytest.raises(ExerciseError, match="mistakes.py"):
        make().slip("no_such_code", "self.given() * x", "0")


def test_wrong_code_gets_the_smallest_failing_case():
    """Shown is the smallest case that fails, with the first entry that differs."""

    class Twice:
        def forward(self, x):
            return 3 * x

    finding = mark_code(make(), local({"Twice": Twice})).verdicts[0]
    assert (finding.state, finding.case.title, finding.message) == ("wrong", "one number", "How much is twice?")
    assert finding.difference == Difference("y", ((0,),), "4", "6") and finding.difference.place == "y[0]"


def test_planted_slip_is_named():
    """What a slipped reference gives is told by its name."""
    twice = make()
    marks = mark_code(twice, local(twice.namespace("sign_lost")))
    assert [finding.code for finding in marks.verdicts] == ["sign_lost"] and marks.points == 0


def test_error_names_the_students_line():
    """An error is told with the line it happened in."""
    rooms = {"__name__": "__main__"}
    exec(compile("class Twice:\n    def forward(self, x):\n        return x + None", "<cell>", "exec"), rooms)
    finding = mark_code(make(), local(rooms)).verdicts[0]
    assert finding.state == "error" and finding.line == "line 3", finding
    assert finding.raised.startswith("TypeError")


def test_what_it_builds_on_is_named():
    """Where the student's own earlier class is missing, that is said, not that nothing was begun."""

    @exercise("Four times", row="0.0", needs=(make(),))
    def four_times(x):
        """x, (n,). Returns (n,)."""
        return 4 * x

    @four_times.behaviour("doubles twice", "?", numbers)
    def twice(four_times, Twice, x):
        return {"y": four_times(x), "twice": Twice().forward(x)}

    marks = mark_code(four_times, local({"four_times": four_times.reference}))
    assert not marks.blank and "builds on Twice" in marks.verdicts[0].message
    assert mark_code(four_times, local({})).points == 0
    assert mark_code(four_times, local(four_times.namespace())).points == 1


def test_stopped_code_loses_what_did_not_run():
    """What came before the stop counts; what comes after is not asked."""

    def ask(request):
        raise Stopped("It took too long.")

    marks = mark_code(make(), ask)
    assert marks.points == 0 and marks.verdicts[0].message == "It took too long."


@pytest.mark.parametrize("said", [
    None, [], "x", [{}], [{"values": 3}], [{"values": {"y": {"array": "@@", "shape": [1], "dtype": "float64"}}}] * 2,
    [{"values": {"y": {"array": "", "shape": [10**12], "dtype": "float64", "order": "C"}}}] * 2,
    [{"values": {"y": {"array": "", "shape": [0], "dtype": "object", "order": "C"}}}] * 2, [{"error": 3}] * 2,
])  # fmt: skip
def test_nonsense_earns_nothing(said):
    """Whatever comes back, the marking stands."""
    assert mark_code(make(), lambda request: said).points == 0


def test_judge_gives_a_share():
    """Where more than one answer is right, a judge says what an answer is worth; if it stumbles, nothing."""
    twice = make()

    def near(given, got):
        return Judged(1.0 if np.allclose(got["y"], 2 * given["x"]) else 0.5, "Nearly.")

    twice.behaviour("comes near", "?", numbers, points=4, judge=near)(twice_script)

    class Twice:
        def __init__(self, factor):
            self.forward = lambda x: factor * x

    earned = [mark_code(twice, local({"Twice": lambda f=f: Twice(f)})).verdicts[1].points for f in (2, 3, "a")]
    assert earned == [4, 2, 0]


def twice_script(Twice, x):
    return {"y": Twice().forward(x)}


@pytest.mark.parametrize("value", [
    1, 2.5, -0.0, float("inf"), True, None, "text", [1, [2, 3]], {"a": [1.0]}, np.arange(6).reshape(2, 3),
    np.asfortranarray(np.eye(3)[:, :2]), np.array(3.0), np.array([True]), np.zeros((0, 2)), np.float32([1.5]),
])  # fmt: skip
def test_plain_data_comes_back_as_it_went(value):
    """Numbers, text, lists, dicts and arrays survive the journey, with dtype and order."""
    back = from_plain(json.loads(json.dumps(to_plain(value))))
    if isinstance(value, np.ndarray):
        assert back.dtype == value.dtype and back.shape == value.shape and (back == value).all()
        assert back.flags.f_contiguous == value.flags.f_contiguous
    else:
        assert back == value and type(back) is type(value)


def test_objects_come_back_as_their_name():
    """An object that equals everything is only the name of its class."""

    class Yes(float):
        __eq__ = __ne__ = __lt__ = lambda *a: True
        __hash__ = None

    class Array(np.ndarray):
        __array_priority__ = 99
        __eq__ = lambda *a: np.array(True)  # noqa: E731
        __hash__ = None

    assert type(to_plain(Yes(3))) is float and to_plain(Yes(3)) == 3.0
    assert difference({"y": np.array([1.0])}, {"y": from_plain(to_plain(np.zeros(1).view(Array)))}, SIX)
    assert to_plain(object()) == {"object": "object"} and to_plain(10**5000) == {"object": "huge int"}
    assert to_plain(np.zeros(10**6)) == {"object": "array of float64 with 1000000 entries"}
    looped = []
    looped.append(looped)
    assert len(json.dumps(to_plain(looped))) < 500


@pytest.mark.parametrize("expected, got, said", [
    (np.zeros(3), None, "y is None: is there a return?"),
    (np.zeros((1, 3)), np.zeros(3), "y has shape (3,); the shape (1, 3) is wanted."),
    (np.zeros(3), [0.0, 0.0, 0.0], "y is a list; an array is wanted."),
    ([1, 2], [1], "y has 1 entry; 2 are wanted."),
    ([1], [1, 2], "y has 2 entries; 1 is wanted."),
])  # fmt: skip
def test_differences_in_words(expected, got, said):
    """Another shape or kind is told as such."""
    assert difference({"y": expected}, {"y": got}, SIX).message == said


@pytest.mark.parametrize("expected, got, agree", [
    (1.0, 1.0000001, True), (1.0, 1.0001, False), (0.0, 1e-15, True), (0.0, 1e-9, False), (1, 1.0, True),
    (float("nan"), float("nan"), True), (float("nan"), 0.0, False), (float("inf"), float("-inf"), False),
    (True, 1, False), (True, np.array(True), True), (np.array(2.0), 2, True), ("a", "a", True),
    ({"k": [1.0]}, {"k": [2.0]}, False),
])  # fmt: skip
def test_agreement(expected, got, agree):
    """Six digits agree; nan with nan; whole numbers with floats; true is no number."""
    assert (difference({"y": expected}, {"y": got}, SIX) is None) == agree


def test_numpys_own_numbers_and_generators_travel_as_what_they_stand_for():
    """A truth value of NumPy is true or false, a number a number, a generator the list of what it gives."""
    for value, plain in ((np.True_, True), (np.bool_(False), False), (np.float32(0.5), 0.5), (np.int64(3), 3)):
        assert to_plain(value) == plain and type(to_plain(value)) is type(plain)
    assert to_plain(n * n for n in range(3)) == to_plain(map(abs, [0, -1, 4])) == [0, 1, 4]
    assert to_plain(zip([1], [2], strict=True)) == [[1, 2]]
    assert to_plain(iter(int, 1)) == {"object": "callable_iterator"}  # and one without an end is not waited for
    assert to_plain(n for n in range(10**9)) == {"object": "too long or too deep list"}


def test_a_difference_has_a_place():
    """The way to the entry that differs: through lists, dicts and into an array."""
    deep = {"y": [{"k": np.eye(2)}]}
    different = difference(deep, {"y": [{"k": np.ones((2, 2))}]}, SIX)
    assert (different.name, different.index) == ("y", (0, "k", (0, 1))) and different.place == 'y[0]["k"][0, 1]'


def test_a_missing_return_is_said():
    """Where None comes back the message asks for a return, also where the script stumbles over it."""

    class Twice:
        def forward(self, x):
            self.y = 2 * x

    assert mark_code(make(), local({"Twice": Twice})).verdicts[0].message == "y is None. Is there a return?"
    twice = make()
    twice.behaviour("adds", "?", numbers)(plus_one)
    assert "Is there a return" in mark_code(twice, local({"Twice": Twice})).verdicts[1].message


def test_another_kind_of_value_is_said_before_anything_else():
    """Where a list comes in the place of an array, the question about its numbers would lead away from that."""

    class Twice:
        def forward(self, x):
            return (2 * np.asarray(x)).tolist()

    assert mark_code(make(), local({"Twice": Twice})).verdicts[0].message == "y should be an array."


def test_none_that_is_called_is_no_missing_return():
    """It is another matter than None in the place of a number."""

    class Twice:
        def forward(self, x, then=None):
            return then(2 * x)

    assert "None is called" in mark_code(make(), local({"Twice": Twice})).verdicts[0].message


def plus_one(Twice, x):
    return {"y": Twice().forward(x) + 1}


def test_a_slip_costs_once_and_what_follows_from_it_is_right():
    """A second behaviour that gives just what the same slip gives earns its points, and says where it comes from."""
    twice = make()
    twice.behaviour("adds", "?", numbers, points=3)(plus_one)
    marks = mark_code(twice, local(twice.namespace("sign_lost")), "another")
    assert [(v.state, v.points, v.follows_from) for v in marks.verdicts] == [("mistake", 0, 0), ("follows", 3, 1)]
    assert (
        "“doubles”" in marks.verdicts[1].message and marks.summary == "0 of 2 behaviours work, 1 follows from a slip."
    )


def test_a_slip_that_spoils_all_costs_all():
    """An author may say, with a reason, that a slip costs whatever it breaks."""
    twice = make()
    twice.behaviour("adds", "?", numbers, points=3)(plus_one)
    twice.slip("not_multiplied", "self.given() * x", "x", fatal="Nothing is doubled.")
    marks = mark_code(twice, local(twice.namespace("not_multiplied")))
    assert marks.points == 0 and [v.code for v in marks.verdicts] == ["not_multiplied"] * 2


def test_a_slip_may_show_in_several_places():
    """Several passages change together; passages come in pairs."""
    twice = make()
    twice.slip("not_multiplied", "return 2", "return 1", "self.given() * x", "1 * x")
    assert "return 1" in twice.slipped_solution("not_multiplied") and "1 * x" in twice.slipped_solution(
        "not_multiplied"
    )
    with pytest.raises(ExerciseError, match="in pairs"):
        twice.slip("doubled", "return 2")


def test_as_near_as_a_docstring_promises():
    """A behaviour may ask for less than six digits where numbers are small."""
    twice = make()
    twice.behaviour("comes near", "?", numbers, within=0.1)(twice_script)
    near = {"Twice": type("Twice", (), {"forward": lambda self, x: 2 * x + 0.05})}
    assert [finding.state for finding in mark_code(twice, local(near)).verdicts] == ["wrong", "right"]


def test_lists_of_arrays_stay_lists():
    """Layers in a list, however deep, are not melted into one array of four dimensions."""
    case = Case("two layers", weights=[[np.eye(1), np.eye(1)]], rows=[[1, 2], [3, 4]])
    assert isinstance(case.given["weights"][0], list) and case.given["rows"]["shape"] == [2, 2]


def test_what_is_printed_does_not_matter():
    """Cases run in silence, and an exit is an error like another."""
    assert run("def s(x):\n    print('x' * 10**6)\n    return {'x': x}", x=1) == Outcome({"x": 1})
    assert run("def s(x):\n    raise SystemExit(3)", x=1).error == "SystemExit"


def test_read_refuses_what_no_runner_says():
    """Strange answers raise Nonsense and nothing else."""
    for outcome in (3, {}, {"values": []}, {"values": {"a": {"dict": 3}}}, {"values": {"a": {"array": 1}}}):
        with pytest.raises(Nonsense):
            read(outcome)
