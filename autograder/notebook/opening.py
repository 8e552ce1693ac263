"""A chapter that opens by itself: until a reader runs a cell, nothing that lies beside the notebook is imported.

    begin(before)     the folder of the notebook is off the path; `before` is the path as it was

Called by the extension of JupyterLab (labextension/static/alive.js), which took the folder off before it imported us.
"""

from __future__ import annotations

import sys

from .running import OPENING, part_of, the_shell


def begin(before: list[str]) -> None:
    """Put the folder back on the path, where it was, as soon as a cell runs that the reader asked for."""
    shell = the_shell()
    if shell is None:  # nothing runs cells here
        return

    def asked(_info: object) -> None:
        if hasattr(shell, "get_parent") and part_of(shell.get_parent(), "metadata").get(OPENING):
            return
        shell.events.unregister("pre_run_cell", asked)
        sys.path[:] = before + [place for place in sys.path if place not in before]

    shell.events.register("pre_run_cell", asked)
