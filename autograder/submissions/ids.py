"""The names of the workbook's own cells: how a slug becomes an nbgrader id, and back."""

from __future__ import annotations

import re

SETUP_ID = "workbook-setup"


STUDENT_ID = "workbook-student"


END_ID = "workbook-end"


PRACTICE_ID = "workbook-practice"


FRAME = (SETUP_ID, STUDENT_ID, END_ID, PRACTICE_ID)
"""The workbook's cells beside pages, explorers and code exercises: nothing in them is graded."""


EXPLORER = "explore-"


WORDS = r"[a-z0-9]+(?:-[a-z0-9]+)*"
SLUG = re.compile(rf"(?:{WORDS}/)?{WORDS}/{WORDS}")
"""A chapter and a page; before them, where it is not the workbook's, the course."""


def page_id(slug: str) -> str:
    """The nbgrader id of a page's cell: gradients/one-weight → page-gradients--one-weight."""
    return "page-" + _joined(slug)


def grade_id(slug: str) -> str:
    """The nbgrader id of a page's grade cell: gradients/one-weight → grade-gradients--one-weight."""
    return "grade-" + _joined(slug)


def explorer_id(slug: str) -> str:
    """The nbgrader id of an explorer's cell: gradients/nudge → explore-gradients--nudge."""
    return EXPLORER + _joined(slug)


def is_explorer(cell_id: object) -> bool:
    """Whether an nbgrader id is that of an explorer's cell."""
    return isinstance(cell_id, str) and cell_id.startswith(EXPLORER) and "--" in cell_id


def code_id(slug: str) -> str:
    """The nbgrader id of a code exercise's cell: activations/relu-code → code-activations--relu-code."""
    return "code-" + _joined(slug)


def code_slug_of(cell_id: object) -> str | None:
    """The code exercise to which the nbgrader id of its cell belongs; None for any other."""
    if not isinstance(cell_id, str) or not cell_id.startswith("code-") or "--" not in cell_id:
        return None
    return cell_id.removeprefix("code-").replace("--", "/")


def slug_of(cell_id: object) -> str | None:
    """The page, or code exercise, to which the nbgrader id of a page cell or a grade cell belongs; None for any other.

    What students write for a code exercise is theirs: its cell is not ours, only its grade cell is.
    """
    if not isinstance(cell_id, str):
        return None
    kind, _, name = cell_id.partition("-")
    return name.replace("--", "/") if kind in ("page", "grade") and "--" in name else None


def is_ours(cell_id: object) -> bool:
    """Whether the cell of this nbgrader id is the workbook's: nothing in it is a student's code, and it never runs."""
    return cell_id in FRAME or slug_of(cell_id) is not None or is_explorer(cell_id)


def _joined(slug: str) -> str:
    if not SLUG.fullmatch(slug):
        raise ValueError(f"{slug!r} is no slug; use lower-case words joined by hyphens, as in gradients/one-weight")
    return slug.replace("/", "--")
