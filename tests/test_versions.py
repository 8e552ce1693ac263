"""What `make test-versions` tries is there to be tried."""

from __future__ import annotations

import ast
import tomllib

from . import versions


def test_the_trials_begin_with_the_oldest_promised_python():
    """The first Python is the one of pyproject.toml, and the oldest versions are tried on it alone."""
    project = tomllib.loads((versions.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["requires-python"] == f">={versions.PYTHONS[0]}"


def test_only_what_is_here_is_tried(monkeypatch, capsys):
    """Each Python that is here gets the newest versions, the first also the oldest; the others are named."""
    monkeypatch.setattr(versions, "python_of", lambda version: None if version == "3.14" else f"python{version}")
    names = [trial.name for trial in versions.trials("")]
    assert names == ["oldest", "newest on 3.11", "newest on 3.12", "newest on 3.13"]
    assert "Python 3.14 is not here" in capsys.readouterr().out
    assert [trial.resolution for trial in versions.trials("oldest")] == ["lowest-direct"]


def test_the_tests_that_are_run_are_there():
    """Folders of tests, and the one in a browser by its name."""
    assert all(any((versions.ROOT / folder).glob("test_*.py")) for folder in versions.TESTS)
    path, _, name = versions.IN_A_BROWSER.partition("::")
    tree = ast.parse((versions.ROOT / path).read_text(encoding="utf-8"))
    assert name.partition("[")[0] in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
