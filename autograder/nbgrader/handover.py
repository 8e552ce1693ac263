"""The types of what nbgrader's converters hand to our steps, which nbgrader and nbconvert leave open.

def preprocess(self, nb: NotebookNode, resources: Resources) -> HandedOn: ...
cast(Converter, self.parent).coursedir
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from nbformat.notebooknode import NotebookNode

if TYPE_CHECKING:  # loading nbgrader takes a second
    from nbgrader.coursedir import (  # pyright: ignore[reportMissingTypeStubs]  # nbgrader comes without types
        CourseDirectory,
    )

Resources: TypeAlias = dict[str, Any]
"""What a converter tells its steps of the notebook in hand; under "nbgrader" its student, assignment and notebook."""

HandedOn: TypeAlias = tuple[NotebookNode, dict[str, Any]]
"""What a step returns: the notebook and the resources."""

Hook: TypeAlias = Any
"""What nbgrader calls before or after each submission, with keywords; None for nothing."""


class Converter(Protocol):
    """What we ask of nbgrader's Autograde, by the names that it has there."""

    parent: object
    coursedir: CourseDirectory
    notebooks: list[str]
    assignments: dict[str, list[str]]
    pre_convert_hook: Hook
    post_convert_hook: Hook

    def init_single_notebook_resources(self, notebook_filename: str) -> Resources: ...

    def _format_source(self, assignment_id: str, student_id: str) -> str: ...

    def _format_dest(self, assignment_id: str, student_id: str) -> str: ...
