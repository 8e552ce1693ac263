"""Making and proving a course: what `workbook build`, `check`, `new-page`, `try-page` and `pictures` do.

build      chapters and solutions from source/, through nbgrader's own converters
check      everything that must hold before a course is handed out
vetting    a page over many variants of its numbers
documents  docs/curriculum.md and docs/mistakes.md
new_page   a small page to start from
pictures   contact sheets

Imports: nbgrader, widgets, render, practice, marking and all below them.
"""
