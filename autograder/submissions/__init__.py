"""Reading what was handed in as data, and writing a page's cell: nothing that a student wrote is run or evaluated.

files      a file, however broken, as a notebook
conflicts  the two sides of a file in which git left its conflict marks
notebook   the cells of a notebook of any format
cells      what one code cell says about its pages
answers    all answers of a notebook, page by page
exercises  where a code exercise is written
ids        the names of the workbook's own cells
writing    the source of a page's cell

Imports: answers.literals, which says how text, Python source and value belong together.
"""
