"""What plain `nbgrader` does for this course: mark from data, survive whatever is handed in, write readable feedback.

    c = get_config()
    configure(c, Path(__file__).parent)      in nbgrader_config.py, at the root of the course

pipeline             nbgrader's options: which steps its converters take, in which order
release              the steps that make chapters and solutions
exporter             how a submitted file is read
rebuild              the clean notebook that is made around its answers
marks                the steps that mark it and keep the grades
feedback, holdback   what students are shown, and what is kept back until a date
alone                a chapter as one HTML file that needs nothing from elsewhere
handover             the types of what nbgrader hands from step to step
lock, interrupt      one run at a time; what a run that was cut off left behind; Ctrl-C that is not lost
literal              a student id with the letters of a pattern in it
engine, reasons      one database engine for a whole run, and why the gradebook or the disk failed it

Imports: widgets (the fonts), render, marking and all below them; and nbgrader, which takes a second to load: so
`configure` and the modules here load it only when they are used.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from traitlets.config import Config


def configure(c: Config, root: Path) -> None:
    """Set nbgrader's options for this course. `root` is the course folder, where workbook.toml stands."""
    from .pipeline import configure

    configure(c, root)
