"""A line of answers for a page: what is taken, what is refused, which box comes next."""

from __future__ import annotations

import pytest

from autograder.marking.listed import take
from autograder.pages import catalogue, load

PAGE = "gradients/one-weight"  # three boxes


@pytest.mark.parametrize(("typed", "at", "entries", "following"), [
    ("8", 1, [(1, "8")], 2), ("", 2, [], 3), ("2; 1", 2, [(2, "2"), (3, "1")], 4), ("3: 1", 1, [(3, "1")], 4),
    ("1: 8, 2: 2", 3, [(1, "8"), (2, "2")], 3),
])  # fmt: skip
def test_the_next_box_follows_the_last_answer(typed, at, entries, following):
    """An empty line passes over a box."""
    taken = take(typed, at, load(PAGE).sheet().boxes)
    assert ([tuple(entry) for entry in taken.entries], taken.at, taken.refused) == (entries, following, "")


@pytest.mark.parametrize("typed", ["4: 1", "0: 1", "1; 2; 3; 4", "2: 1, 9: 1"])
def test_a_box_that_is_not_there_takes_the_whole_line_back(typed):
    """Or half of a line would stand in the wrong boxes."""
    taken = take(typed, 1, load(PAGE).sheet().boxes)
    assert taken.entries == () and taken.at == 1 and "which has 3. Nothing was taken" in taken.refused


def test_the_key_of_every_page_can_be_typed_as_a_list():
    """In order, with semicolons, and by number: no way of writing a key is taken apart."""
    for page in catalogue().values():
        boxes = page.sheet().boxes
        key = {box.number: box.shown for box in boxes}
        for typed in ("; ".join(key.values()), ", ".join(f"{n}: {text}" for n, text in key.items())):
            assert dict(take(typed, 1, boxes).entries) == key, page.slug


def test_a_word_may_be_cut_short():
    """The beginning of one word of a choice is enough; of two it stays as it was typed."""
    box = next(box for page in catalogue().values() for box in page.sheet().boxes if box.key in box.options)
    alike = [sum(word.casefold().startswith(box.key[:n].casefold()) for word in box.options) for n in range(99)]
    short, boxes = box.key[: alike.index(1)].upper(), [box] * box.number
    assert take(f"{box.number}: {short}", 1, boxes).entries[0].text == box.key
