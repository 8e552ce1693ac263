"""Build a clean notebook around the answers of a submission: every released cell exactly once, the rest as it was.

    Rebuilt(blueprint, cells(submitted)).cells

What nbgrader knows of a cell (id, points, whether it is locked) comes from the gradebook, never from the submission;
so do the text and kind of locked cells. Copies lose their marks, deleted cells come back, and nothing that a student
can do to a notebook's metadata stops a run. The submitted file itself is never touched.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nbformat.notebooknode import NotebookNode
from nbgrader.api import Gradebook

from . import pages
from .cells import MAX_SOURCE, as_source, page_source
from .submissions import SETUP_ID, STUDENT_ID, Cell, answers_to, grade_id, page_id, slug_of
