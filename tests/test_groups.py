"""Tests that share what is costly run in one process: pages, servers, long runs of nbgrader are made once."""

import os
import subprocess
import sys

GROUPED = """
import os
import pytest

@pytest.mark.parametrize("n", range(8))
@pytest.mark.xdist_group("one")
def test_one(n):
    open(f"{os.environ['PYTEST_XDIST_WORKER']}-{n}", "w").close()
"""


def test_a_group_stays_in_one_process(tmp_path):
    """Of two processes one runs all tests of a group. If not, all of `make test` still passes, in twice the time."""
    (tmp_path / "test_grouped.py").write_text(GROUPED, encoding="utf-8")
    own = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n", "2", "--dist", "loadgroup"]
    ran = subprocess.run(command, cwd=tmp_path, env=own, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    ran_by = {path.name.partition("-")[0] for path in tmp_path.glob("gw*")}
    assert len(ran_by) == 1, "tests of a group are spread over all processes; see the versions in pyproject.toml"
