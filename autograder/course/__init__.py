"""Making and proving a course: what `workbook build`, `check`, `new-course`, `new-page` … do.

build      chapters and solutions from source/, through nbgrader's own converters
check      everything that must hold before a course is handed out
vetting    a page over many variants of its numbers
documents  docs/curriculum.md and docs/mistakes.md
facts      what holds for every page, for the tests of any course
new_page   a small page to start from
new_course  a course to start from; its texts lie in scaffold/
taken      chapters of another course brought into source/
pictures   contact sheets

Imports: nbgrader, widgets, render, practice, marking and all below them.
"""
