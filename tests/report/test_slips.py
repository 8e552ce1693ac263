"""What went wrong, what followed, and what is hard."""

from collections import Counter, defaultdict

import numpy as np
import pytest

from autograder.report.slips import commonest, hardest, mistakes, origins, slips_and_followers, unnamed, wilson
from autograder.report.table import STATES

from .conftest import rows_of, simulated, written

CLASS = {f"s{n:02}": simulated(n, slip=0.35) for n in range(25)}


@pytest.fixture
def verdicts(class_of):
    return class_of(CLASS)


@pytest.fixture
def rows():
    return [row for name, answers in CLASS.items() for row in rows_of(name, answers)]


def roots(row, found) -> set:
    """The slips that a box follows from, walked back one by one."""
    if row.verdict != "follows":
        return {row}
    back = (found[row.student, row.page, int(number)] for number in row.follows_from.split())
    return set().union(*(roots(each, found) for each in back))


def test_each_box_that_follows_is_walked_back_to_its_slips(verdicts, rows):
    """However long the chain, the same as walking back row by row."""
    found = {(row.student, row.page, row.box): row for row in rows}
    expected = {(row[:4], root[:4]) for row in rows if row.verdict == "follows" for root in roots(row, found)}

    def named(row):
        box = verdicts.boxes[verdicts.box[row]]
        return verdicts.students[verdicts.student[row]], *verdicts.pages[box.page], box.number

    assert {(named(a), named(b)) for a, b in origins(verdicts)} == expected
    assert len(expected) > 30 and all(verdicts.state[b] != STATES.index("follows") for _, b in origins(verdicts))


def test_mistakes_are_counted(verdicts, rows):
    """Students, slips, followers and boxes of each mistake are what counting row by row gives."""
    found = {(row.student, row.page, row.box): row for row in rows}
    slips, students, followers = Counter(), defaultdict(set), Counter()
    for row in rows:
        if row.verdict in ("mistake", "wrong"):
            slips[row.mistake] += 1
            students[row.mistake].add(row.student)
        elif row.verdict == "follows":
            followers.update({root.mistake for root in roots(row, found) if root.verdict in ("mistake", "wrong")})
    told = mistakes(verdicts)
    assert {each.code: (each.slips, each.students) for each in told} == {
        code: (number, len(students[code])) for code, number in slips.items()}  # fmt: skip
    assert all(each.followers == followers[each.code] for each in told)
    assert all(sum(times for _, times in each.boxes) == each.slips for each in told)
    assert told[-1].code == "" and [each.students for each in told[:-1]] == sorted(
        (each.students for each in told[:-1]), reverse=True)  # fmt: skip


def test_slips_and_followers_of_a_chapter(verdicts, rows):
    """The two are counted apart."""
    for chapter, (own, after) in zip(verdicts.chapters, slips_and_followers(verdicts), strict=True):
        here = [row.verdict for row in rows if row.chapter == chapter]
        assert own == here.count("mistake") + here.count("wrong") and after == here.count("follows")


def test_a_table_that_goes_in_circles_comes_to_an_end(tmp_path):
    """Two boxes that follow from each other, in a table written by hand, hang nothing up."""
    rows = rows_of("ada", {"gradients/one-weight": {1: "5", 2: "9", 3: "9"}})
    rows = [row._replace(verdict="follows", mistake="", follows_from=cause)
            for row, cause in zip(rows, ("2", "1", "1 2 x 77"), strict=True)]  # fmt: skip
    assert len(origins(written(tmp_path, rows))) == 0


def test_wilsons_bound():
    """Known values of the lower end of the 95 % interval; nobody tried is no evidence."""
    low = wilson(np.array([3, 80, 0, 5, 0]), np.array([3, 90, 10, 10, 0]))
    assert np.allclose(low, [0.4385, 0.8073, 0, 0.2366, 0], atol=5e-4)


def test_a_box_that_many_miss_comes_before_one_that_few_tried(tmp_path):
    """Two of two are no proof; nine of twelve are."""
    answers = {f"s{n:02}": {"gradients/one-weight": {1: "5" if n < 9 else "8", 2: "17" if n < 2 else ""}}
               for n in range(12)}  # fmt: skip
    rows = [row for name, given in answers.items() for row in rows_of(name, given)]
    first, second = hardest(written(tmp_path, rows))[:2]
    assert (first.box, first.slipped, first.tried) == (0, 9, 12) and second.box == 1 and second.share == 1


def test_what_only_follows_does_not_make_a_box_hard(class_of):
    """A box that is off because of an earlier one is not to blame."""
    verdicts = class_of({f"s{n}": {"gradients/bigger-nudge": {1: "-2", 2: "6", 3: "12", 4: "6", 5: "-3"}}
                         for n in range(5)})  # fmt: skip
    assert STATES[verdicts.state[4]] == "follows"
    assert [hard.box for hard in hardest(verdicts)] == [0]


def test_one_slip_however_it_is_written(class_of):
    """1/2 and 0.5 are the same mistake; what one person gave is not told where two are asked for."""
    typed = {"a": "1/3", "b": "2/6", "c": "1/3", "d": "17", "e": "19"}
    verdicts = class_of({name: {"gradients/bigger-nudge": {5: text}} for name, text in typed.items()})
    box = verdicts.box[np.flatnonzero(verdicts.state == STATES.index("mistake"))[0]]
    told = commonest(verdicts, [int(box)])[box]
    assert (told[0].code, told[0].students, told[0].answer) == ("upside_down", 3, "1/3")
    assert {each.answer for each in told[1:]} == {"17", "19"}
    assert [each.code for each in commonest(verdicts, [int(box)], least=2)[box]] == ["upside_down"]


def test_wrong_answers_that_ask_for_a_name(class_of):
    """Three with the same wrong answer are told, two are not, and not where their numbers differ."""
    typed = {**{f"a{n}": "17" for n in range(3)}, **{f"b{n}": "23" for n in range(2)}}
    answers = {name: {"gradients/one-weight": {1: text}} for name, text in typed.items()}
    [told] = unnamed(class_of(answers))
    assert (told.box, told.answer, told.students) == (0, "17", 3)
    assert unnamed(class_of(answers, variants={"a0": 1, "a1": 2, "a2": 3})) == []
