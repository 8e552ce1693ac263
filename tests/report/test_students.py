"""Who needs help, and why."""

import pytest

from autograder import pages
from autograder.report.students import need_help, standing

from .conftest import CHAPTER, rows_of, simulated, typed, written

SLUGS = [page.slug for page in pages.chapter_pages("gradients")][:10]


def right(slugs=SLUGS, only=lambda slug, box: True) -> dict:
    return {slug: {box.number: typed(box) for box in pages.load(slug).sheet().boxes if only(slug, box)}
            for slug in slugs}  # fmt: skip


def slipping(code: str) -> dict:
    """All right, but for one mistake wherever it can be made."""
    answers = right()
    for slug, texts in answers.items():
        for box in pages.load(slug).sheet().boxes:
            if value := dict(box.mistakes).get(code):
                texts[box.number] = f"{float(value):.10g}"
    return answers


def reasons(class_, tmp_path, **more) -> dict[str, list[str]]:
    verdicts = written(tmp_path, [row for name, answers in class_.items() for row in rows_of(name, answers)], **more)
    return {verdicts.students[each.standing.student]: [why.said for why in each.reasons]
            for each in need_help(verdicts)}  # fmt: skip


GOOD = {f"good {n}": right() for n in range(11)}


def test_nobody_is_listed_where_all_is_well(tmp_path):
    """A class that has everything right needs no help."""
    assert reasons(GOOD, tmp_path) == {}


def test_being_last_is_no_reason(tmp_path):
    """A slip here and there, spread over the class, makes nobody stand out."""
    class_ = {name: {**right(), SLUGS[n]: {**right()[SLUGS[n]], 1: "17.5"}} for n, name in enumerate(list(GOOD)[:10])}
    assert reasons(class_, tmp_path) == {}


@pytest.mark.parametrize(("name", "answers", "said"), [
    ("blank", right(only=lambda slug, box: False), "nothing but blank boxes; if that is odd, look into faults.csv"),
    ("stopped", right(only=lambda slug, box: SLUGS.index(slug) < 4), f"stopped in 01-gradients at {SLUGS[3]}"),
    ("gaps", right(only=lambda slug, box: SLUGS.index(slug) % 2), "of 01-gradients blank"),
    ("garbled", {slug: dict.fromkeys(texts, "1 2") for slug, texts in right().items()}, "could not be read"),
    ("wrong", {slug: {box: f"{371.3 + 11 * box}" for box in texts} for slug, texts in right().items()}, "slips in"),
    ("habit", slipping("added_not_multiplied"), "added_not_multiplied"),
])  # fmt: skip
def test_each_reason_is_found_and_said(tmp_path, name, answers, said):
    """One student of twelve has the trouble, and is the only one listed, with that reason alone."""
    found = reasons({**GOOD, name: answers}, tmp_path)
    assert list(found) == [name] and len(found[name]) == 1 and said in found[name][0], found


def test_whoever_did_not_hand_in_is_missed(tmp_path):
    """A chapter that most handed in, and this one did not."""
    cost = [page.slug for page in pages.chapter_pages("cost")][:2]
    both = {name: {**answers, **right(cost)} for name, answers in GOOD.items()}
    assert reasons({**both, "away": right()}, tmp_path) == {"away": ["did not hand in 06-cost"]}


def test_a_chapter_that_the_whole_class_left_is_nobodys_trouble(tmp_path):
    """Where everybody stopped, the class has not come so far yet."""
    half = right(only=lambda slug, box: SLUGS.index(slug) < 4)
    assert reasons({name: half for name in GOOD}, tmp_path) == {}


def test_a_single_student_can_need_help(tmp_path):
    """There is no class to compare with; what is blank or wrong is still seen."""
    half = right(only=lambda slug, box: SLUGS.index(slug) < 4)
    assert reasons({"ada": half}, tmp_path) == {"ada": [f"stopped in 01-gradients at {SLUGS[3]}"]}


def test_standing_adds_up(class_of):
    """Points, boxes and slips of each student are those of the rows."""
    class_ = {f"s{n}": simulated(n) for n in range(5)}
    verdicts = class_of(class_)
    for each in standing(verdicts):
        rows = rows_of("", class_[verdicts.students[each.student]])
        assert each.points == sum(row.points for row in rows) and each.out_of == len(rows)
        assert each.slips == sum(row.verdict in ("mistake", "wrong") for row in rows)
        assert each.tried == sum(row.verdict != "blank" for row in rows)
        assert each.chapters == tuple(sorted(set(CHAPTER.values())))
