"""How much students are told of their marks, and from when on: the feedback policy of a course or chapter.

    policy_of(settings).tells(marks)        the marks as they may be shown now
    policy_of(settings).held                "" (everything is told), "counts" or "recorded"

Whatever shows marks to a student (the boxes, grade(), the feedback of nbgrader) shows what `tells` gives back, so what
is held back leaves Python nowhere. Whether a box can be read is always told: it says nothing about the answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

from ..settings import Settings
from .code import CodeMarks
from .pages import Marks
from .states import OPEN, RECORDED, RIGHT, Verdict

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def clock() -> datetime:
    """The time of day, by which a policy ends."""
    return datetime.now(UTC)


def spoken(moment: datetime) -> str:
    """A moment as one says it, in every locale alike: 1 November 2026, 23:59 (UTC+01:00)."""
    zone = moment.isoformat()[-6:] if moment.utcoffset() else ""
    return f"{moment.day} {MONTHS[moment.month - 1]} {moment.year}, {moment:%H:%M} (UTC{zone})"


@dataclass(frozen=True)
class Told(Marks):
    """Marks of which a part is held back: boxes are recorded, blank or unreadable, and no more is known of them."""

    sentence: str = ""  # the summary
    earned: float | None = None  # the points, where they may be told

    @cached_property
    def points(self) -> float:
        return self.earned or 0.0

    @property
    def summary(self) -> str:
        return self.sentence


@dataclass(frozen=True)
class Policy:
    """What is told ("at once", "counts", "recorded") until a moment, from which on everything is."""

    feedback: str = "at once"
    until: datetime | None = None

    @property
    def held(self) -> str:
        """What is held back at this moment: "" for nothing, "counts" or "recorded" for all but that."""
        over = self.until is not None and clock() >= self.until
        return "" if over or self.feedback == "at once" else self.feedback

    @property
    def notice(self) -> str:
        """A sentence for the head of a feedback on what is told in it; "" where it tells everything."""
        if not (held := self.held):
            return ""
        told = "Your answers are recorded." if held == "recorded" else "Here is how many boxes are right on each page."
        return told + self._later("What is right" if held == "recorded" else "Which ones they are")

    def tells(self, marks: Marks, *, handed_in: bool = False) -> Marks:
        """The marks as a student may see them now.

        handed_in   of a page that can no longer be changed, how many boxes are right is told even where some are open;
                    before, only once all are filled, or the count would be a verdict on each box as it is typed
        """
        held = self.held
        if not held:
            return marks
        verdicts = tuple(map(_recorded, marks.verdicts))
        filled = sum(verdict.state == RECORDED for verdict in verdicts)
        if held == "counts" and (handed_in or filled == marks.out_of):
            right = sum(verdict.state in RIGHT for verdict in marks.verdicts)
            count = f"{right} of {marks.out_of} right{_open(marks.out_of - filled)}."
            return Told(marks.page, marks.variant, verdicts, count + self._later("Which ones they are"), marks.points)
        if held == "counts":
            summary = f"{filled} of {marks.out_of} boxes filled; how many are right is told once all are."
        else:
            summary = f"{filled} of {marks.out_of} boxes recorded.{self._later('What is right')}"
        return Told(marks.page, marks.variant, verdicts, summary)

    def tells_code(self, marks: CodeMarks) -> tuple[str, float | None]:
        """What is told of a code exercise while something is held back: a sentence, and the points if they may be."""
        if self.held == "counts" or marks.blank:
            return marks.summary, marks.points
        return f"Your code is recorded.{self._later('What is right')}", None

    def _later(self, what: str) -> str:
        return f" {what} is told from {spoken(self.until)} on." if self.until else ""


def _recorded(verdict: Verdict) -> Verdict:
    if verdict.state in OPEN:
        return verdict
    return Verdict(verdict.box, RECORDED, verdict.text, verdict.read_as)


def _open(boxes: int) -> str:
    return f", {boxes} without an answer" if boxes else ""


def policy_of(settings: Settings) -> Policy:
    """The feedback policy that these settings describe."""
    return Policy(settings.feedback, settings.feedback_until)
