"""What tests of nbgrader share."""

from __future__ import annotations

import pytest

from ..nbgrader_course import Course, with_a_class


@pytest.fixture(scope="session")
def released(tmp_path_factory):
    """A course with a class of six, not graded yet. Tests take copies."""
    return with_a_class(Course(tmp_path_factory.mktemp("released")))
