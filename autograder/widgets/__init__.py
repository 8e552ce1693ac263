"""The live page: what a notebook's browser needs beside the page itself.

page_widget       PageWidget: a page whose boxes answer, over the traits that it declares
explorer_widget   ExplorerWidget: an explorer whose controls answer
live              what both have in common
scripts           the browser's halves as one module each; live.css   the look of what only a live page has
page.js           a page, in parts: boxes, bubble, keyboard, picture, cell_link; explorer.js   an explorer
notebook.js, dom.js, python_source.js   the notebook around a widget; elements and the font; answers in a cell's source
fonts             the mathematics font, as bytes for a document or as CSS for a file

Importing this package loads none of them.
"""
