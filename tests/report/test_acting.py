"""What a teacher acts on: counted as one would by hand."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime

import pytest

from autograder.classroom.history import NAME, Day, Run, note, past
from autograder.report import read_class, to_act_on
from autograder.report.acting import Again, again, unfinished
from autograder.report.document import section

from .conftest import SLUGS, rows_of, simulated, written

CLASS = {f"s{n:02}": simulated(n, slip=0.35) for n in range(25)}


@pytest.fixture
def rows():
    return [row for name, answers in CLASS.items() for row in rows_of(name, answers)]


def test_a_mistake_made_again_is_one_on_a_later_page(tmp_path, rows):
    """For each mistake: who made it, who made it on two pages, and where the second time was."""
    verdicts = written(tmp_path, rows)
    told = {each.code: each for each in again(verdicts)}
    pages_of = defaultdict(lambda: defaultdict(set))
    for row in rows:
        if row.mistake and row.verdict in ("mistake", "wrong"):
            pages_of[row.mistake][row.student].add(row.page)
    order = [place.slug for place in verdicts.pages]
    expected = {}
    for code, students in pages_of.items():
        twice = {name: sorted(slugs, key=order.index) for name, slugs in students.items() if len(slugs) > 1}
        if twice:
            expected[code] = (len(students), len(twice), {slug for slugs in twice.values() for slug in slugs[1:]})
    assert {code: (a.students, a.repeated, {order[page] for page in a.pages}) for code, a in told.items()} == expected
    assert len(expected) > 1


def test_the_same_slip_in_two_boxes_of_a_page_is_one_time(tmp_path, rows):
    """The hint comes with the first box; what follows it on the page was typed before it was read."""
    one_page = [row for row in rows if row.page == SLUGS[0]]
    assert again(written(tmp_path, one_page)) == []


def test_a_page_that_most_left_open_is_named(tmp_path):
    """Begun and untouched are told apart; a page that half of the class finished is not listed."""
    full = simulated(1, slip=0)
    part = {**full, SLUGS[0]: {1: "8"}, SLUGS[1]: {}}
    verdicts = written(tmp_path, [row for n in range(4) for row in rows_of(f"s{n}", part if n else full)])
    named = {verdicts.pages[each.page].slug: each[1:] for each in unfinished(verdicts)}
    assert named == {SLUGS[0]: (4, 0, 3), SLUGS[1]: (4, 3, 0)}
    half = [row for n in range(4) for row in rows_of(f"s{n}", part if n > 1 else full)]
    assert unfinished(written(tmp_path, half)) == []


def test_history_keeps_what_changed_and_nothing_else(tmp_path):
    """The same figures again add no line; half a line, left by a killed run, costs only itself."""
    when = [datetime(2030, 1, day, 12, tzinfo=UTC) for day in (1, 2, 3, 4)]
    for now, points in zip(when, (50.0, 50.0, 80.0, 80.0), strict=True):
        note(tmp_path, {"06-cost": Day(2, points, 50.0)}, now)
        with (tmp_path / NAME).open("a") as file:
            file.write('{"when": "20\n' if now is when[1] else "")
    assert past(tmp_path) == {"06-cost": [Run("2030-01-01T12:00:00+00:00", 2, 0.5),
                                          Run("2030-01-03T12:00:00+00:00", 2, 0.8)]}  # fmt: skip
    assert past(tmp_path / "nowhere") == {}


def test_the_report_shows_all_three(tmp_path, rows):
    """Pages, hints and runs in one part; one run alone is no trend."""
    written(tmp_path, rows)
    note(tmp_path, {"06-cost": Day(25, 500.0, 55.0)}, datetime(2030, 1, 1, tzinfo=UTC))
    assert "was marked once so far" in section(read_class(tmp_path), "acting", lambda slug: "")
    note(tmp_path, {"06-cost": Day(25, 1000.0, 55.0)}, datetime(2030, 1, 8, tzinfo=UTC))
    findings = read_class(tmp_path)
    shown = section(findings, "acting", lambda slug: "")
    assert "2030-01-08 00:00" in shown and "+36.4 %" in shown
    first: Again = findings.again[0]
    assert first.code in shown and f"{first.repeated} of {first.students}" in to_act_on(findings).text
