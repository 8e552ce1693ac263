"""What a student's notebook imports: show a page, see its marks, say how the course is set and whose numbers are shown.

    from autograder.notebook import course, explore, grade, page, practice, progress

    course(show_how="practice")
    course(student="ada")            where every student has numbers of their own

    answers = {1: 2, 2: "3/4"}
    page("gradients/one-weight", answers)

    grade("gradients/one-weight")

    explore("gradients/nudge")

    train(..., watch=live_curve(passes=60))      a progress bar and the curve of the cost, while it runs

    progress("gradients")            the pages of the chapter as a bar; progress() for all chapters

    practice()                       about ten minutes from what was met; practice("wrong_sign") for one slip

A page shows what stands in its cell, read as text: `3: 3/4` is three quarters, not 0.75. Where there is no browser
(nbconvert, nbgrader) it is a static page.

calls     these functions
session   what a kernel remembers of the course: its settings, whose numbers are shown, the pages that are live
running   which cell is being executed, and what its source says of a page
limits    in a browser, how long a code exercise may run
attempts  whether what the kernel holds of a code exercise is what its cell says
practising  where practice finds the chapters, and the file that remembers
points    the result of a grade cell: a number to nbgrader, a line of words to a reader
opening   what is off the path while a chapter opens by itself
beside    data files of a chapter, where only its notebook was opened

Imports: widgets, render, practice, marking and all below them.
"""

from ..widgets.live_curve import live_curve
from .calls import course, explore, grade, page, practice, progress

__all__ = ["course", "explore", "grade", "live_curve", "page", "practice", "progress"]
