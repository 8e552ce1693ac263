"""What a session says: parts of pages, and a picture of firmness that claims no more than is known."""

from __future__ import annotations

import re
from datetime import date, timedelta

from autograder import pages
from autograder.practice.log import Log
from autograder.practice.memory import Count
from autograder.practice.met import Met
from autograder.practice.parts import parts
from autograder.practice.session import Session
from autograder.render.pages import excerpt, solution
from autograder.render.practice import ending, picture

DAY = date(2026, 3, 2)


def test_every_part_of_a_page_can_be_asked():
    """Just its boxes are slots; what is printed are boxes before them. A sixth of all pages, from all chapters."""
    for slug, page in [*pages.catalogue().items()][::6]:
        sheet = page.sheet()
        for part in parts(slug):
            before = (box.number for box in sheet.boxes if box.number < max(part))
            printed = {n: "PRINTED" for n in before if n not in part}
            html = excerpt(sheet, part, printed)
            assert sorted(map(int, re.findall(r'data-box="(\d+)"', html))) == list(part), slug
            assert html.count("wb-printed") <= len(printed) and "wb-neighbours" not in html, slug


def test_only_what_was_asked_is_explained():
    """Boxes that do not stand side by side are not called by a range."""
    sheet = pages.load("gradients/one-weight").sheet()
    html = solution(sheet, (1, 3))
    assert re.findall(r"<b>(.*?)</b>", html) == ["Box 1", "Box 3"]
    assert len(re.findall("<li>", solution(sheet))) >= 2


def history(days: int, met: int) -> list[tuple[date, dict[str, Count]]]:
    return [(DAY + timedelta(3 * n), {"gradients": Count(min(n, met), met)}) for n in range(days)]


def test_few_days_and_few_cards_have_no_curve():
    """Counts are said, and why there is no curve; from the fourth day and three cards on there is one."""
    assert "<svg" not in picture(history(3, 9)) and "more than 3 days" in picture(history(3, 9))
    assert "<svg" not in picture(history(9, 2)) and "2 of 2 firm" in picture(history(9, 2))
    html = picture(history(6, 9))
    assert html.count("<svg") == 1 and "Gradients: 5 of 9 firm, from 2 March to 17 March" in html
    assert picture([(DAY, {})]) == ""


def test_a_curve_ends_at_todays_count():
    """Its last height is the share that the words say; it never leaves its frame."""
    html = picture(history(6, 10))
    path = re.search(r'class="wb-holds" d="([^"]+)"', html)[1]
    points = [(float(x), float(y)) for x, y in re.findall(r"([\d.]+) ([\d.]+)", path)]
    assert all(0 <= x <= 220 and 0 <= y <= 30 for x, y in points)
    assert abs(points[-2][1] - (30 - 0.5 * 28)) < 0.06


def test_the_end_of_a_session_without_an_exercise_says_why():
    """Nothing met yet: no counts, no picture."""
    session = Session(Log(), Met(), DAY)
    assert "nothing to practise yet" in ending(session.ending(), session)
