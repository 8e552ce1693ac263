"""The bar of a chapter's pages at the top of its notebook: `ProgressWidget("equations", read)`.

The browser sends the cells of the notebook as they are now, Python reads them as it reads any notebook and answers with
the bar. So it is right whoever changed a cell, whether or not a page has been run, and after the notebook was reopened.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

import traitlets as t

from ..marking.progress import Progress
from ..render.pages import stylesheet
from ..render.progress import bar, ending, ending_text, text
from ..submissions.notebook import Cell, cells
from .live import Bundle, LiveWidget, code, message_in
from .scripts import script

STYLE = stylesheet("progress")
MAX_MESSAGE = 5_000_000  # characters of cells in one message


class ProgressWidget(LiveWidget):
    """One chapter's bar, or the bars of all chapters.

    look     gives what to show: of the notebook's cells, or of None, where there are none to be had
    end      whether it stands at the end of the chapter, and says what slipped and what is next
    beyond   place and title of the next chapter
    asked    whether to wait until the browser sends the cells: marking a whole chapter takes longer than its first page
    """

    _esm = code(script("progress.js", STYLE))

    body = t.Unicode().tag(sync=True)
    twin = t.Unicode("progress").tag(sync=True)  # how the static twin is found among the outputs
    many = t.Bool(False).tag(sync=True)  # whether the chapters are named, and read from their files: on the start page
    still = t.Dict().tag(sync=True)  # the static twin, as a bundle

    def __init__(
        self,
        look: Callable[[Sequence[Cell] | None], Sequence[Progress]],
        *,
        many: bool = False,
        end: bool = False,
        beyond: tuple[str, str] | None = None,
        asked: bool = False,
    ) -> None:
        self._look, self._end, self._beyond = look, end, beyond
        super().__init__(many=many, twin="progress" + "-end" * end)
        if asked:
            self.still = still((), end=end)
        else:
            self._show(None)
        self.on_msg(self._cells)

    def _show(self, listed: Sequence[Cell] | None) -> None:
        chapters = self._look(listed)
        with self.hold_sync():
            self.body = drawn(chapters, many=self.many, end=self._end, beyond=self._beyond)
            self.still = still(chapters, many=self.many, end=self._end, beyond=self._beyond)

    def _cells(self, _widget: object, content: object, _buffers: object) -> None:
        """The notebook as it is now, as JSON text; "" to look again at the files."""
        sent = message_in(content).get("cells")
        if not isinstance(sent, str) or len(sent) > MAX_MESSAGE:
            return
        try:
            listed = cells({"cells": json.loads(sent)}) if sent else None
        except (ValueError, RecursionError):
            return
        self._show(listed)

    def twin_bundle(self) -> Bundle:
        return self.still


Beyond = tuple[str, str] | None


def drawn(chapters: Sequence[Progress], *, many: bool, end: bool = False, beyond: Beyond = None) -> str:
    """The bars, or the end of a chapter, as HTML."""
    return "".join(ending(one, beyond) if end else bar(one, many=many) for one in chapters)


def still(chapters: Sequence[Progress], *, many: bool = False, end: bool = False, beyond: Beyond = None) -> Bundle:
    """The same as a static output."""
    body = drawn(chapters, many=many, end=end, beyond=beyond)
    html = f'<div class="wb-progress wb-progress-static" data-twin="progress{"-end" * end}">{body}</div>'
    words = [ending_text(one, beyond) if end else text(one) for one in chapters]
    return {"text/html": f"<style>{STYLE}</style>{html}", "text/plain": "\n".join(words)}
