"""The notebooks without a clone: into a student's own folder, and newer ones later, with all answers kept.

places      where the notebooks lie that this installation hands out
copies      start: copies of them in a folder; update: the copies brought up to date
opening     the folder opened in JupyterLab, or how to
renewal     one notebook as it is handed out now, with what a student wrote in an older one

Imports: answers, authoring, errors, pages, practice (the name of its file), submissions.
"""
