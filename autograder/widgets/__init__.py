"""The live page: what a notebook's browser needs beside the page itself.

page_widget       PageWidget: a page whose boxes answer, over the traits that it declares
explorer_widget   ExplorerWidget: an explorer whose controls answer
live              what both have in common
page.js, explorer.js, notebook.js   the browser's halves; live.css   the look of what only a live page has
fonts             the mathematics font, as bytes for a document or as CSS for a file

Importing this package loads none of them.
"""
