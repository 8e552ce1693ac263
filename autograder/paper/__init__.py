"""Worked on paper: a chapter as sheets that a printer prints, and what was written on them typed in again.

make       the command `workbook paper`: a PDF for each student, and the key
sheets     a chapter as sheets, and its key, as HTML
texts      what a chapter says between its pages
mathml     the formulas in it, as MathML
printing   HTML as a PDF, by the print of a browser that is installed anyway
codes      the code on a sheet: which page, whose numbers, and a sign by which a slip of the pen shows
places     pages of a course by their numbers, as in 7.9
students   a roster: who gets sheets, and whose sheet may be typed in
terminal   the command `workbook enter`: a sheet after the other, a line after the other
answering  one sheet that is being typed in
filing     where it goes: the student's own notebook in the folder of submissions

Imports: classroom, widgets (the font), render, marking and all below them.
"""
