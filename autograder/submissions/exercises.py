"""Find a code exercise in a notebook that was handed in, without running anything.

written_in(cells(nb), slug, starter)     the index of the cell that holds it, whatever became of the notebook
begun(source, starter)                   whether that cell says anything that its starter does not
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from .ids import code_id, code_slug_of, is_ours
from .notebook import Cell

TOO_MUCH = (SyntaxError, ValueError, RecursionError, MemoryError)  # what Python raises over a text that is no program


def ours(cell: Cell) -> bool:
    """Whether a submitted cell is the workbook's, by its id or because it says that it is a page's."""
    return is_ours(cell.cell_id) or cell.page is not None


def written_in(listed: list[Cell], slug: str, starter: str) -> int | None:
    """The cell in which an exercise is written: its own, or else the last that defines its name."""
    own = [n for n, cell in enumerate(listed) if cell.cell_id == code_id(slug)]
    wanted = set(names(starter))
    others = [
        n for n, cell in enumerate(listed)
        if cell.kind == "code" and n not in own and not ours(cell) and code_slug_of(cell.cell_id) is None
        and wanted & set(names(cell.source)) and begun(cell.source, starter)
    ]  # fmt: skip
    filled = [n for n in own if begun(listed[n].source, starter)] or others
    return (filled or own or [None])[-1]


def begun(source: str, starter: str) -> bool:
    """Whether a cell says anything that its starter does not: comments, docstrings and blank lines do not count."""
    if source.strip() == starter.strip():
        return False
    try:
        return _bare(source) != _bare(starter)
    except TOO_MUCH:
        return True


def _bare(source: str) -> str:
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.Module)) and ast.get_docstring(node) is not None:
            node.body = node.body[1:]
    return ast.dump(tree)


def oddities(cell: Cell | None, source: str, slug: str) -> Iterator[str]:
    """What is odd about the cell in which an exercise was found, and about the code that is marked."""
    if cell is None:
        yield "no cell of the notebook holds this exercise; it was put back"
    elif cell.cell_id != code_id(slug):
        yield "this exercise was found in another cell than its own"
    if asks_for_answers(source):
        yield "this code asks for the workbook's own, which is not there in grading"


def names(source: str) -> list[str]:
    """The functions and classes that a cell defines at its top level; none if it cannot be read."""
    try:
        body = ast.parse(source).body
    except TOO_MUCH:
        return []
    return [node.name for node in body if isinstance(node, (ast.FunctionDef, ast.ClassDef))]


def asks_for_answers(source: str) -> bool:
    """Whether code imports more of the workbook than a notebook needs. In grading that is not there."""
    return any(name.partition(".")[0] == "autograder" and name != "autograder.notebook" for name in _imported(source))


def _imported(source: str) -> Iterator[str]:
    try:
        tree = ast.parse(source)
    except TOO_MUCH:
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
