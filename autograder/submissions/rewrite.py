"""Put answers into the source of a page's cell, for frontends whose page cannot do it itself.

with_answers(source, "gradients/one-weight", "{1: 2}")   the source with that dict; None if it has none
"""

from __future__ import annotations

import ast


def with_answers(source: str, slug: str, literal: str) -> str | None:
    """`source` with the dict that page(slug, ...) gets replaced by `literal`; all else stays as it is."""
    try:
        module = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return None
    held: dict[str, ast.Dict] = {}
    for statement in module.body:
        if isinstance(statement, (ast.Assign, ast.AnnAssign)) and isinstance(statement.value, ast.Dict):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            held.update({target.id: statement.value for target in targets if isinstance(target, ast.Name)})
        for node in ast.walk(statement):
            if isinstance(node, ast.Call) and _is_page(node, slug) and len(node.args) > 1:
                given = node.args[1]
                found = held.get(given.id) if isinstance(given, ast.Name) else given
                return _replaced(source, found, literal) if isinstance(found, ast.Dict) else None
    return None


def _is_page(call: ast.Call, slug: str) -> bool:
    named = getattr(call.func, "id", None) or getattr(call.func, "attr", None)
    return named == "page" and bool(call.args) and getattr(call.args[0], "value", None) == slug


def _replaced(source: str, node: ast.Dict, literal: str) -> str:
    lines = source.encode().splitlines(keepends=True)  # ast counts columns in UTF-8 bytes
    start = sum(map(len, lines[: node.lineno - 1])) + node.col_offset
    end = sum(map(len, lines[: node.end_lineno - 1])) + node.end_col_offset
    return (source.encode()[:start] + literal.encode() + source.encode()[end:]).decode()
