"""What is said of one box: the verdict, the states that it can have, and the groups of them that matter somewhere.

A box with a state in RIGHT is done; one in SLIPS is wrong by itself, not merely because an earlier one was; one in OPEN
says nothing of the answer; of one in SETTLED there is no more to say. POINTS is what a state earns, others nothing.
"""

from __future__ import annotations

from typing import NamedTuple

STATES = ("right", "follows", "few_digits", "mistake", "wrong", "unreadable", "blank")
"""What marking says of a box."""

RECORDED = "recorded"
"""What is told of a box instead, while its verdict is held back."""

RIGHT = ("right", "follows")
SLIPS = ("mistake", "wrong")
OPEN = ("blank", "unreadable")
SETTLED = ("right", "blank", RECORDED)

POINTS = {"right": 1.0, "follows": 1.0, "few_digits": 0.5}

OF_CODE = {"partly": "few_digits", "error": "unreadable", "stopped": "unreadable"}
"""What is said of code only, and the state of a box that it is counted with."""


class Verdict(NamedTuple):
    """What is said of one box."""

    box: int
    state: str  # one of STATES; or RECORDED, where it is held back
    text: str = ""  # as typed
    read_as: str = ""  # as understood
    message: str = ""
    code: str = ""  # of a known mistake
    follows_from: tuple[int, ...] = ()
