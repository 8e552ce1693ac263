"""Everything that turns a page or its marks into HTML or text. Marking never imports it.

pages      a page: template for the live one, static twin, plain text, worked solution
text       a page as plain text
explorers  an explorer: its heading, its body, its still picture
code       the marks of a code exercise
marks      the marks of a page in a line or two
progress   the bar of a chapter
practice   what a session of practice says: its beginning, each answer, its end with a picture of firmness
outputs    the outputs of marked cells in a notebook file

A style sheet stands beside the module that draws with it.

Imports: practice, marking and all below them.
"""
