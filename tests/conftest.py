"""What tests of all folders share."""

from __future__ import annotations

import gc
import signal

import pytest

SAMPLE = 40  # variants of a page that `make test` looks at: docs/quality.md says what they catch
LONGEST = 100  # letters of a text that stand in the name of a test


def pytest_addoption(parser):
    parser.addoption(
        "--variants",
        type=int,
        help=f"how many variants of each page its facts are tried on, at most as many as a fact asks for; without it a "
        f"sample, of mostly {SAMPLE}",
    )
    parser.addoption("--pages", default="", help="only tests of the pages with these slugs, with commas between them")
    parser.addoption(
        "--whole",
        action="store_true",
        help="each test in JupyterLab and in Notebook 7, and in each chapter, where it otherwise takes turns",
    )


def pytest_make_parametrize_id(val):
    """A long text gives a test the name of its beginning, and of how long it is."""
    if isinstance(val, (str, bytes)) and len(val) > LONGEST:
        start = val[:LONGEST] if isinstance(val, str) else val[:LONGEST].decode("latin-1")
        return f"{start.encode('unicode_escape').decode()}… {len(val)}"
    return None


def pytest_collection_modifyitems(config, items):
    wanted = {*config.getoption("--pages").split(",")} - {""}
    if not wanted:
        return
    kept: dict[bool, list] = {True: [], False: []}
    for each in items:
        kept[not wanted.isdisjoint(_slugs(each))].append(each)
    config.hook.pytest_deselected(items=kept[False])
    items[:] = kept[True]


def pytest_collection_finish():
    """Twelve thousand tests stay as long as the process: nobody need look again and again whether they are garbage."""
    gc.collect()
    gc.freeze()


def _slugs(item) -> set[str]:
    """The pages that a test is about."""
    values = item.callspec.params.values() if hasattr(item, "callspec") else ()
    named = (getattr(value, "slug", value) for value in values)
    return {slug for slug in named if isinstance(slug, str)}


@pytest.fixture(scope="session")
def variants(request):
    """variants(most): the variants that a fact is tried on, `most` in `make prove`, the first few in `make test`."""
    asked = request.config.getoption("--variants")
    return lambda most, sample=SAMPLE: range(min(most, sample if asked is None else asked))


@pytest.fixture
def interruptible():
    """Ctrl-C as at a keyboard, here and in processes that are started, also where the tests run in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
