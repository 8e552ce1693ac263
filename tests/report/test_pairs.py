"""Pairs of students with the same wrong answers to different numbers."""

from math import exp, factorial, log

import pytest

from autograder.report.pairs import log_tail, suspicious

from .conftest import simulated

pytestmark = pytest.mark.xdist_group("report")  # one process makes what they share

SLUGS = ("gradients/two-neurons", "gradients/three-inputs", "gradients/bigger-nudge", "gradients/smaller-nudge",
         "cost/errors-found-back")  # fmt: skip


@pytest.fixture(scope="module")
def variants():
    return {f"s{n:02}": 10_000 + n for n in range(24)}


@pytest.fixture(scope="module")
def answers(variants):
    from autograder import pages

    slugs = [slug for slug in SLUGS if slug in pages.catalogue()]
    return {name: simulated(n, 0.3, variants[name], slugs) for n, name in enumerate(variants)}


def names(verdicts, pairs) -> list[tuple[str, str]]:
    return [(verdicts.students[pair.first], verdicts.students[pair.second]) for pair in pairs]


def test_students_with_the_same_numbers_cannot_be_compared(class_of, answers):
    """Nothing is said of a class in which everybody has the canonical numbers."""
    assert suspicious(class_of({name: simulated(n) for n, name in enumerate(answers)})) is None


def test_nobody_is_suspected_who_worked_alone(class_of, answers, variants):
    """Slips made independently, on numbers of one's own, put no pair on the list."""
    assert suspicious(class_of(answers, variants)) == []


def test_whoever_copies_another_file_is_seen(class_of, answers, variants):
    """The wrong answers of the one are the answers of the other; who wrote first is not said."""
    verdicts = class_of({**answers, "s07": answers["s03"]}, variants)
    [pair] = suspicious(verdicts)
    assert names(verdicts, [pair]) == [("s03", "s07")]
    assert pair.boxes > 4 * pair.expected and 0 < pair.right_for_one <= pair.boxes
    for box, answer in pair.examples:
        page, number = verdicts.boxes[box]
        assert answer and answers["s03"][verdicts.pages[page].slug][number]


def test_two_copies_of_one_file_are_three_pairs(class_of, answers, variants):
    """Everybody in a ring is paired with everybody."""
    verdicts = class_of({**answers, "s07": answers["s03"], "s11": answers["s03"]}, variants)
    assert sorted(names(verdicts, suspicious(verdicts))) == [("s03", "s07"), ("s03", "s11"), ("s07", "s11")]


def test_right_answers_alone_say_nothing(class_of, variants):
    """Two students who have everything right agree on nothing that counts."""
    faultless = {name: simulated(0, 0.0, variant) for name, variant in variants.items()}
    assert suspicious(class_of(faultless, variants)) == []


@pytest.mark.parametrize(("count", "mean"), [(5, 0.3), (9, 2.5), (30, 4.0), (1, 0.01)])
def test_the_tail_of_poissons_law(count, mean):
    """The chance of so many or more, summed the plain way."""
    plain = sum(mean**k * exp(-mean) / factorial(k) for k in range(count, count + 80))
    assert log_tail(count, mean) == pytest.approx(log(plain), abs=1e-6)
    assert log_tail(2, 2.0) == 0.0
