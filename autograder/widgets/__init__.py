"""The live page: what a notebook's browser needs beside the page itself. Python marks and draws; JavaScript only shows.

page_widget, page.js          a page whose boxes answer, over the traits that PageWidget declares
boxes.js, bubble.js, keyboard.js, picture.js, cell_link.js, from_paper.js   its parts in the browser
explorer_widget, explorer.js  an explorer whose controls answer
progress_widget, progress.js  the bar of a chapter
practice_widget, practice.js  a session of practice: exercises one after the other
student_widget, student.js    the prompt for a student's name
live_curve                    the curve of a training while it runs: an ordinary output, no widget
live                          what all widgets have in common
scripts                       the browser's half of a widget put together as the one module that it loads
loader.js                     asks Python for that module, once for all widgets of a kind
dom.js, notebook.js, python_source.js   elements and the font; the notebook around a widget; answers in a cell's source
fonts                         the mathematics font, as bytes for a document or as CSS for a file

Importing this package loads none of them.

Imports: render, practice, marking and all below them.
"""
