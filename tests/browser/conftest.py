"""A Jupyter server and a Chromium for each half of the browser tests; one open notebook for each flavour of Jupyter."""

from __future__ import annotations

import os
from zlib import crc32

import pytest

from . import desk as bench

FLAVOURS = ("lab", "notebook")
PICTURES = {"test_checking", "test_every_explorer", "test_explorers", "test_look", "test_picture", "test_stepper"}
"""Half of the tests, in a process of their own, with a server and a Chromium of their own: they take the longest."""

IN_BOTH = {"test_book"}
"""What makes a notebook a book differs between JupyterLab and Notebook 7. All else is the same code there: without
--whole each of its tests is run in one of them, half of them here and half there, always the same ones."""


@pytest.hookimpl(wrapper=True)  # before xdist looks at the groups, whenever this file is read
def pytest_collection_modifyitems(config, items):
    """Browser tests are marked, stay in two processes, and are skipped without a Chromium, unless CI must have one."""
    here = [item for item in items if "/browser/" in str(item.path)]
    if not config.getoption("--whole"):
        left_out = in_the_other_flavour([item for item in here if item.path.stem not in IN_BOTH])
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]
    for item in here:
        item.add_marker(pytest.mark.browser)
        item.add_marker(pytest.mark.xdist_group("pictures" if item.path.stem in PICTURES else "browser"))
        if not bench.PROGRAM.exists() and not os.environ.get("CI"):
            item.add_marker(pytest.mark.skip(reason=f"no Chromium at {bench.PROGRAM}"))
    return (yield)


def in_the_other_flavour(items):
    """Of tests that are there in each flavour, those that are run in the other one."""
    turns = {}
    for item in items:
        given = item.callspec.params if hasattr(item, "callspec") else {}
        fixture = next((name for name, value in given.items() if value in FLAVOURS), None)
        if fixture is not None:
            test = f"{item.path.stem}.{item.originalname}." + ".".join(
                f"{name}={value}" for name, value in sorted(given.items(), key=str) if name != fixture
            )
            turns.setdefault(test, {})[given[fixture]] = item
    both = {test: here for test, here in turns.items() if len(here) == len(FLAVOURS)}
    return {here[FLAVOURS[crc32(test.encode()) % len(FLAVOURS)]] for test, here in both.items()}


@pytest.fixture(scope="package")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("jupyter")


@pytest.fixture(scope="package")
def server(folder):
    with bench.jupyter(folder) as address:
        yield address


@pytest.fixture(scope="package")  # not longer: while it lives, no other test of the process can use asyncio.run
def chromium():
    if not bench.PROGRAM.exists():
        pytest.fail(f"CI is set, but there is no Chromium at {bench.PROGRAM}: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(bench.PROGRAM), args=bench.FLAGS, headless=True)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def context(chromium):
    """One profile for all: the files of JupyterLab are loaded once."""
    context = chromium.new_context(
        viewport={"width": 1180, "height": 1000}, permissions=["clipboard-read", "clipboard-write"]
    )
    context.set_default_timeout(20_000)
    yield context
    context.close()


@pytest.fixture(scope="package")
def desks(server, context, folder):
    opened: dict[str, bench.Desk] = {}

    def desk(flavour: str) -> bench.Desk:
        if flavour not in opened:
            opened[flavour] = bench.Desk(context.new_page(), server, folder / "work", flavour).open()
        return opened[flavour]

    return desk


def at(desks, flavour: str) -> bench.Desk:
    found = desks(flavour)
    found.page.bring_to_front()
    found.errors.clear()
    return found


@pytest.fixture(params=FLAVOURS)
def opened(request, desks):
    """An open notebook, for tests that begin with `opened.start(source)`."""
    return at(desks, request.param)


@pytest.fixture
def desk(opened):
    """An open notebook whose page was just run; `desk.start(source)` runs it again with another cell."""
    return opened.start()


@pytest.fixture
def opened_lab(desks):
    """`opened`, in JupyterLab only."""
    return at(desks, "lab")


@pytest.fixture
def lab(opened_lab):
    """`desk`, in JupyterLab only."""
    return opened_lab.start()
