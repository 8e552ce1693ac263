"""What a kernel remembers of the course: its settings, whose numbers are shown, the pages that are live."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from ..answers.literals import shortened
from ..marking.policy import Policy, policy_of
from ..marking.variants import MAX_ID, own_variant
from ..settings import Settings
from ..widgets.explorer_widget import ExplorerWidget
from ..widgets.page_widget import PageWidget
from .attempts import Attempts

if TYPE_CHECKING:
    from ..widgets.practice_widget import PracticeWidget  # loaded by who practises


class Advice(Exception):
    """Something to tell the person at the keyboard: shown as a sentence, without a traceback."""

    def _render_traceback_(self) -> list[str]:
        return [f"{type(self).__name__}: {self}"]


Place: TypeAlias = tuple[str, str]
"""The cell in which an explorer is shown, and its slug."""


@dataclass
class Course:
    """What `course` sets, and the pages shown so far in this kernel."""

    settings: Settings = Settings()
    typed: str = ""  # the student id as it stands in the notebook
    live: dict[str, PageWidget] = field(default_factory=dict[str, PageWidget])
    texts: dict[str, dict[int, str]] = field(
        default_factory=dict[str, dict[int, str]]
    )  # of pages shown without a browser
    first: str = ""  # the page that was shown first
    explored: dict[Place, ExplorerWidget] = field(default_factory=dict[Place, ExplorerWidget])
    practised: dict[str, PracticeWidget] = field(default_factory=dict[str, "PracticeWidget"])  # by the id of its cell
    attempts: Attempts = field(default_factory=Attempts)  # the runs of cells in this kernel

    @property
    def hub(self) -> str:
        """The student id as JupyterHub gives it, where the course goes by that."""
        return os.environ.get("JUPYTERHUB_USER", "").strip() if self.settings.student_id == "jupyterhub" else ""

    @property
    def student(self) -> str:
        """Whose numbers are shown; "" while that is not known."""
        return self.hub or self.typed

    @property
    def variant(self) -> int | None:
        """Which numbers are shown; None while it is not known whose."""
        asked = self.settings.variants == "student" and not self.student
        return None if asked else own_variant(self.student, self.settings)

    @property
    def policy(self) -> Policy:
        """What is told of the marks."""
        return policy_of(self.settings)

    @property
    def show_how(self) -> str:
        """Where a worked solution may be opened; not on the graded page while its marks are held back."""
        setting = self.settings.show_how
        return "practice" if setting == "always" and self.policy.held else setting

    def name(self, student: str) -> str:
        """Take the student id as typed, and give every page its numbers. ValueError for what can be no id."""
        self.typed = _student_id(student)
        for widget in self.live.values():
            widget.renumber(self.variant)
        return self.student


this_course = Course()


def _student_id(typed: object) -> str:
    if not isinstance(typed, str):
        raise ValueError(f'Put your student id in quotes, as in course(student="{shortened(typed)}").')
    student = " ".join(typed.split())
    if len(student) > MAX_ID or not student.isprintable():
        raise ValueError(f"A student id has 1 to {MAX_ID} letters and digits. Type it as your course knows it.")
    return student
