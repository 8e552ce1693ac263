"""A Jupyter server and a Chromium for each half of the browser tests; one open notebook for each flavour of Jupyter."""

from __future__ import annotations

import os

import pytest

from . import desk as bench

FLAVOURS = ("lab", "notebook")
PICTURES = {"test_checking", "test_every_explorer", "test_explorers", "test_look", "test_picture", "test_stepper"}
"""Half of the tests, in a process of their own, with a server and a Chromium of their own: they take the longest."""


@pytest.hookimpl(wrapper=True)  # before xdist looks at the groups, whenever this file is read
def pytest_collection_modifyitems(items):
    """Browser tests are marked, stay in two processes, and are skipped without a Chromium, unless CI must have one."""
    here = [item for item in items if "/browser/" in str(item.path)]
    for item in here:
        item.add_marker(pytest.mark.browser)
        item.add_marker(pytest.mark.xdist_group("pictures" if item.path.stem in PICTURES else "browser"))
        if not bench.CHROMIUM.exists() and not os.environ.get("CI"):
            item.add_marker(pytest.mark.skip(reason=f"no Chromium at {bench.CHROMIUM}"))
    return (yield)


@pytest.fixture(scope="package")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("jupyter")


@pytest.fixture(scope="package")
def server(folder):
    with bench.jupyter(folder) as address:
        yield address


@pytest.fixture(scope="package")  # not longer: while it lives, no other test of the process can use asyncio.run
def chromium():
    if not bench.CHROMIUM.exists():
        pytest.fail(f"CI is set, but there is no Chromium at {bench.CHROMIUM}: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(bench.CHROMIUM), args=bench.FLAGS, headless=True)
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


@pytest.fixture(params=FLAVOURS)
def desk(request, desks):
    """An open notebook whose page was just run; `desk.start(source)` runs it again with another cell."""
    found = desks(request.param)
    found.page.bring_to_front()
    found.errors.clear()
    return found.start()


@pytest.fixture
def lab(desks):
    """The same, in JupyterLab only."""
    found = desks("lab")
    found.page.bring_to_front()
    found.errors.clear()
    return found.start()
