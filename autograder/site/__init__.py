"""The workbook as a static site: JupyterLite, with nothing to install.

build           all of it into a folder: the chapters, the look, the kernel
bytecode        what is compiled ahead, so that Python starts sooner
compiling       the script that does it, run by a Python of the right version
offline         what a browser keeps, so that the site works without a network
distribution    Pyodide, which is Python in the browser: its core, and the packages that a page needs
wheels          the workbook itself, and what Pyodide lacks, as wheels

Imports: authoring, errors, handout, labextension, settings.
"""
