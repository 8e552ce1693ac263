"""Facts about the project's own files."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def test_conda_and_pip_install_the_same():
    """environment.yml names the packages of pyproject.toml, with the same versions, and the same Python."""
    lines = re.findall(r"^  - (\S+)$", (ROOT / "environment.yml").read_text(encoding="utf-8"), re.MULTILINE)
    packages = {line for line in lines if line not in ("conda-forge", "pip", "pip:")}
    assert packages == {*PROJECT["dependencies"], f"python{PROJECT['requires-python']}"}


def test_the_design_card_is_kept():
    """The packages and the top level that the project stands for."""
    names = {re.match(r"[\w-]+", dependency)[0] for dependency in PROJECT["dependencies"]}
    assert {"jupyterlab", "numpy", "sympy", "ipywidgets", "nbgrader", "matplotlib"} <= names
    for name in ("README.md", "environment.yml", "chapters", "autograder", "solutions", "source"):
        assert (ROOT / name).exists(), name


def test_links_in_the_documents_lead_somewhere():
    """Every relative link of README and docs names a file that is there."""
    for document in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")]:
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", document.read_text(encoding="utf-8")):
            assert (document.parent / target).exists(), (document.name, target)


def test_the_makefile_and_ci_run_the_same_tests():
    """What the README tells a newcomer to run is what must pass before a change lands."""
    assert "make test" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "make test" in (ROOT / "README.md").read_text(encoding="utf-8")
