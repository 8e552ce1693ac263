"""Keep one database engine for the gradebook while a chapter is graded, or its feedback is written.

    with one_engine(): ...

nbgrader opens the gradebook eight times for each submission, each time with a new engine, which prepares every SQL
statement anew: a third of all the work. An engine that stays prepares each statement once. Its connections are closed
as before, after each use. Nor does nbgrader look each time whether every table is there: once is enough. Where it makes
its engines in another way one day, all this is only slower.
"""

from __future__ import annotations

import contextlib
from collections.abc import Generator
from functools import cache
from typing import Any

import nbgrader.api  # pyright: ignore[reportMissingTypeStubs]  # nbgrader comes without types


@contextlib.contextmanager
def one_engine() -> Generator[None]:
    """Until the end of the block, every Gradebook of one address shares an engine, whose tables are made once."""
    create = getattr(nbgrader.api, "create_engine", None)
    if create is None:
        yield
        return
    metadata: Any = nbgrader.api.Base.metadata
    nbgrader.api.create_engine = cache(create)
    metadata.create_all = cache(metadata.create_all)
    try:
        yield
    finally:
        nbgrader.api.create_engine = create
        del metadata.create_all
