"""Where practice finds what a student has met, and the file that remembers.

    new_session("chain_factor_left_out")       a session on one slip; "" for what is due

The file lies in the folder of the practice notebook, beside those of the chapters. nbgrader collects the folder of a
chapter, so it is never handed in.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from ..errors import WorkbookError
from ..practice.log import Log
from ..practice.met import met_in
from ..practice.session import Session
from ..render.practice import plain
from ..widgets.live import Bundle
from ..widgets.practice_widget import PracticeWidget
from .session import this_course

NOT_KEPT = "What you practise here is not kept: no chapters lie beside this notebook’s folder."
FOLDER, FILE = "practice", "practice.jsonl"


def new_session(what: str) -> Session:
    """A session for today. WorkbookError where what was asked for does not exist, or a package is missing."""
    if not isinstance(what, str):  # pyright: ignore[reportUnnecessaryIsInstance]  # it is whatever a student wrote
        raise WorkbookError('Say what to practise in quotes, as in practice("chain_factor_left_out").')
    chapters = Path.cwd().parent
    met = met_in(chapters, this_course.student)
    beside = bool(met.chapters) or (chapters / FOLDER).is_dir()
    log = Log(chapters / FOLDER / FILE) if beside else Log(note=NOT_KEPT)
    return Session(log, met, date.today(), what)


def shown(what: str, *, at_once: bool = False) -> PracticeWidget:
    """Practice in the browser; at_once: it begins without being asked."""
    return PracticeWidget(lambda: new_session(what), at_once=at_once)


def unshown(what: str) -> Bundle:
    """What is said where there is no browser."""
    try:
        words = plain(new_session(what))
    except WorkbookError as error:
        words = str(error)
    return {"text/html": f"<p>{words}</p>", "text/plain": words}
