"""`make test-hub` runs these tests, `make test` does not: they take a JupyterHub, and two minutes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ..browser import desk
from .hub import missing

HERE = Path(__file__).parent


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(items):
    """Skipped unless HUB is set, as make test-hub does; then whatever is missing is a failure."""
    for item in items:
        if item.path.is_relative_to(HERE) and not os.environ.get("HUB"):
            item.add_marker(pytest.mark.skip(reason="make test-hub runs it"))
    return (yield)


@pytest.fixture(scope="session", autouse=True)
def everything_there():
    if lacking := missing():
        pytest.fail(lacking)
    if not desk.CHROMIUM.exists():
        pytest.fail(f"there is no Chromium at {desk.CHROMIUM}: apt-get install chromium")
