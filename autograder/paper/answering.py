"""One sheet that is being typed in: a line after the other, a verdict after each.

    sheet = Answering(place, variant, {})
    sheet.prompt                      "1, ∂C/∂x: "
    sheet.take("3/4")                 ["  1  3/4  right"]
    sheet.take("5: 0.5; 2")           ["  5  0.5  right", "  6  2  not yet. Which comes first?"]
    sheet.take("back")                []

An empty line leaves a box as it is, `3:` empties box 3, `?` says this.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..layout.typeset import unmarked
from ..marking.listed import take
from ..marking.pages import Marks, mark
from ..render.pages import STATES
from .places import Place

BACK, HELP, END = "back", "?", "end"
HELP_LINES = (
    "  3/4           goes into the box that is asked for, and the next one follows; ; goes on to the next box at once",
    "  5: 0.5        goes into box 5; box 6 follows        5:            empties box 5",
    "  (Enter)       leaves the box as it is               back          one box back",
    "  end           this sheet is done                    ?             these lines",
)


class Answering:
    """The answers of one page while they are typed."""

    def __init__(self, place: Place, variant: int, answers: Mapping[int, str]) -> None:
        self.place, self.variant = place, variant
        self.boxes = place.page.sheet(variant).boxes
        self.answers = {n: text for n, text in answers.items() if 1 <= n <= len(self.boxes)}
        self.at = next((box.number for box in self.boxes if box.number not in self.answers), 1)
        self.ended = False

    @property
    def done(self) -> bool:
        """Whether there is no box left to ask for."""
        return self.ended or self.at > len(self.boxes)

    @property
    def marks(self) -> Marks:
        """The marks of what is typed so far, as the notebook gives them."""
        return mark(self.place.page, self.answers, self.variant)

    @property
    def prompt(self) -> str:
        """Which box is asked for: its number, what stands in it, and what is there already."""
        box = self.boxes[self.at - 1]
        words = f" ({' | '.join(box.options)})" if box.options else ""
        there = f" [{self.answers[self.at]}]" if self.at in self.answers else ""
        return f"{box.label.removeprefix('box ')}{words}{there}: "

    def take(self, line: str) -> list[str]:
        """What is typed, put where it belongs; the lines to answer with."""
        words = line.strip()
        if words == HELP:
            return list(HELP_LINES)
        if words == END:
            self.ended = True
            return []
        if words == BACK:
            self.at = max(1, self.at - 1)
            return []
        taken = take(line, self.at, self.boxes)
        for box, text in taken.entries:
            self.answers.pop(box, None)
            self.answers |= {box: text} if text else {}
        self.at, self.ended = taken.at, False
        return [f"  {taken.refused}"] if taken.refused else [self.verdict(entry.box) for entry in taken.entries]

    def verdict(self, n: int) -> str:
        """What is said of a box, in a line."""
        verdict = self.marks.verdicts[n - 1]
        words = STATES[verdict.state][1] if verdict.state != "follows" else ""
        said = ". ".join(filter(None, (words, unmarked(verdict.message))))
        return f"  {n}  {verdict.text}  {said}" if verdict.text else f"  {n}  {said}"
