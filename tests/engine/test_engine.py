"""The package as a whole: what it exports, what it loads, what its docstrings say."""

import doctest
import importlib
import pathlib
import subprocess
import sys

import pytest

import autograder.engine as engine

FOLDER = pathlib.Path(engine.__file__).parent
MODULES = sorted(path.stem for path in FOLDER.glob("*.py") if path.stem != "__init__")


def loaded_by(code):
    """The top-level packages in sys.modules of a clean interpreter after running the code."""
    script = f"{code}\nimport sys\nprint(*sorted({{name.partition('.')[0] for name in sys.modules}}))"
    root = str(FOLDER.parent.parent)
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script], cwd=root, capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    return set(done.stdout.split())


def test_the_engine_stands_on_numpy_and_the_standard_library():
    """A clean interpreter that has used every module of the engine has loaded nothing else."""
    everything = "\n".join(f"import autograder.engine.{module}" for module in MODULES)
    at_start = loaded_by("import numpy")  # and what the environment loads by itself, as an editable install's finder
    assert loaded_by(everything) - at_start <= sys.stdlib_module_names | {"autograder"}


def test_importing_the_package_loads_no_numpy_until_it_is_used():
    """The map of the package costs nothing."""
    assert "numpy" not in loaded_by("import autograder.engine")
    assert "numpy" in loaded_by("from autograder.engine import bp1")


def test_every_export_exists_and_is_documented():
    """Each name of the table is where the table says, and says what it is."""
    for name, module in engine.HOME.items():
        thing = getattr(engine, name)
        assert thing is getattr(importlib.import_module(f"autograder.engine.{module}"), name)
        if callable(thing):
            assert thing.__doc__ and (thing.__module__.startswith("autograder.engine")), name
    assert set(dir(engine)) == set(engine.HOME) | set(engine.EXPORTS)
    assert engine.graph.Node is engine.Node


def test_every_module_is_on_the_map():
    """The package's docstring names each file."""
    assert [module for module in MODULES if f"{module}.py" not in engine.__doc__] == []
    assert set(engine.EXPORTS) == set(MODULES)


def test_an_unknown_name_points_to_the_map():
    """A misspelt name is an ordinary AttributeError."""
    with pytest.raises(AttributeError, match="'bp5'.*docstring"):
        engine.bp5  # noqa: B018 - looking the name up is the test


@pytest.mark.parametrize("module", MODULES)
def test_the_examples_in_the_docstrings_are_true(module):
    """Every >>> in the engine gives what it says."""
    result = doctest.testmod(importlib.import_module(f"autograder.engine.{module}"), optionflags=doctest.ELLIPSIS)
    assert result.failed == 0
