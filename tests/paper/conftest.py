"""A course in a folder of its own, whose chapters are those of this repository."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def course(tmp_path):
    """Nothing is handed in; all students have the canonical numbers."""
    root = tmp_path / "course"
    (root / "source").mkdir(parents=True)
    (root / "chapters").symlink_to(ROOT / "chapters")
    return root


@pytest.fixture
def own_course(course):
    """The same, with numbers of their own."""
    (course / "workbook.toml").write_text('variants = "student"\nsalt = "autumn"\n', encoding="utf-8")
    return course


@pytest.fixture
def roster(course):
    """Three students, one of them with a name that would break out of HTML and of CSS."""
    path = course / "roster.csv"
    rows = ["id,first_name,last_name", "ada,Ada,Doe", 'bob,Bob,"""}</style><b>Smith"', "élo,Éloïse,Ω"]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path
