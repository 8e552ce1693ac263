"""What is known of a submission once it is marked: a Row for each box, a Fault for each oddity, a Record in all."""

from __future__ import annotations

from typing import NamedTuple

CLIP = 200  # characters of a typed answer that are kept


class Row(NamedTuple):
    """One box, or one behaviour of a code exercise: a row of the table of verdicts."""

    student: str
    chapter: str
    page: str  # or code exercise
    box: int  # or behaviour, counted from 1
    verdict: str  # of marking.Verdict: right, follows ...; of code_marking.Finding: right, partly, error, stopped ...
    mistake: str  # the code of a mistake with a name
    points: float
    out_of: float
    follows_from: str  # boxes of this page, separated by spaces
    variant: int
    text: str  # as typed; of code, the line where an error happened
    read_as: str  # as understood


def row_of(texts: list[str]) -> Row:
    """A Row again, from the texts that stand in the table of verdicts."""
    student, chapter, page, box, verdict, mistake, points, out_of, follows_from, variant, text, read_as = texts
    return Row(
        student, chapter, page, int(box), verdict, mistake, float(points), float(out_of), follows_from, int(variant),
        text, read_as,
    )  # fmt: skip


class Fault(NamedTuple):
    """Something odd about a submission, in words."""

    student: str
    chapter: str
    page: str  # "" where it is about a file
    said: str


class Record(NamedTuple):
    """One chapter of one student, marked."""

    student: str
    chapter: str
    rows: tuple[Row, ...]
    points: float
    out_of: float
    faults: tuple[Fault, ...]
