"""Reading what was handed in as data: nothing that a student wrote is run or evaluated.

files      a file, however broken, as a notebook
notebook   the cells of a notebook of any format
cells      what one code cell says about its pages
answers    all answers of a notebook, page by page
exercises  where a code exercise is written
ids        the names of the workbook's own cells
literals   an answer as text, as Python source, as a value
rewrite    the source of a page's cell with other answers in it

Imports: nothing of the workbook.
"""
