"""Plant faults in what a page computes, one at a time, as an author could make them.

    for fault in planted(page):
        fault.place, fault.page             "line 12: a - y", and the page with a plus there
        first_wrong(page, fault, 200)       the first of 200 variants in which one of its keys is wrong, or None

A fault is one change in the code of a page's function: an operator, a sign, a comparison, a number, a transpose, a mean
for a sum. What the page draws, prints and names as a mistake stays as it is.
"""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import replace
from functools import lru_cache
from inspect import getsource, unwrap
from typing import NamedTuple

import numpy as np

from autograder.answers.equality import equal
from autograder.authoring.page import Attempt, Box, Page, PageError, Run, Unfit
from autograder.engine.expressions import Expr
from autograder.layout import undrawn

OPERATORS = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.Div: ast.Mult,
    ast.Pow: ast.Mult,
    ast.MatMult: ast.Mult,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
}
METHODS = {"sum": "mean", "mean": "sum", "maximum": "minimum", "minimum": "maximum", "argmax": "argmin"}


class Fault(NamedTuple):
    """One planted fault."""

    place: str
    page: Page


def planted(page: Page) -> Iterator[Fault]:
    """Every fault that can be planted in a page; none where its function is made by another function."""
    function = unwrap(page.function)
    if function.__closure__:
        return
    tree = ast.parse(textwrap.dedent(getsource(function)))
    tree.body[0].decorator_list = []
    for node, changed in [(node, new) for node in _computing(tree.body[0]) if (new := _change(node))]:
        names = dict(function.__globals__)
        faulty = ast.fix_missing_locations(_Swap(node, changed).visit(deepcopy(tree)))
        exec(compile(faulty, f"<{page.slug}>", "exec"), names)  # noqa: S102
        line = function.__code__.co_firstlineno + node.lineno - 1
        yield Fault(f"line {line}: {ast.unparse(node)}", replace(page, function=names[function.__name__]))


def first_wrong(page: Page, fault: Fault, variants: int) -> int | None:
    """The first variant in which the faulty page cannot be made, or has a key that is wrong for its numbers."""
    for variant in range(variants):
        try:
            with undrawn():
                sheet = fault.page.sheet(variant)
        except PageError:
            return variant
        right = _boxes(page, variant, sheet.attempt)
        if right is not None and not _agree(sheet.boxes, right):
            return variant
    return None


@lru_cache(maxsize=1024)
def _boxes(page: Page, variant: int, attempt: Attempt) -> Sequence[Box] | None:
    """The boxes with the numbers that another page of this name printed; None where this one would not print them."""
    if page.sheet(variant).attempt == attempt:
        return page.sheet(variant).boxes
    run = Run(page, variant, attempt)
    try:
        with np.errstate(all="ignore"), undrawn():
            page.function(run.given, run.box)
    except Unfit:
        return None
    return run.boxes


def _agree(boxes, others) -> bool:
    return len(boxes) == len(others) and all(map(_same_key, boxes, others))


def _same_key(box: Box, right: Box) -> bool:
    if box.kind != right.kind:
        return False
    return str(box.key) == str(right.key) if isinstance(box.key, Expr) else equal(box.key, right.key, right.digits)


def _computing(function: ast.FunctionDef) -> Iterator[ast.AST]:
    """The parts of a function from which keys are computed: its statements, and what it hands to box()."""
    for statement in function.body:
        if isinstance(statement, ast.Return):
            calls = (node for node in ast.walk(statement) if isinstance(node, ast.Call))
            for call in calls:
                yield from _within(call) if _called(call) == "box" else ()
        else:
            yield from _within(statement)


def _within(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Call) and _draws(node):
        return
    yield node
    for child in _handed_on(node):
        yield from _within(child)


def _draws(call: ast.Call) -> bool:
    """Whether a call draws or requires numbers: given(...), given.require(...), or a function that is handed given."""
    return _called(call).split(".")[0] == "given" or any(getattr(arg, "id", "") == "given" for arg in call.args)


def _handed_on(node: ast.AST) -> Iterator[ast.AST] | list[ast.expr]:
    """The parts of a node that a key may come from: of a box, and of a question, what is asked and not its slips."""
    if not isinstance(node, ast.Call):
        return ast.iter_child_nodes(node)
    if _called(node) == "box":
        return node.args[:1]
    if _called(node) == "Fault":  # a slip that the page shows: what it does is no key
        return []
    return node.args if _called(node).startswith("ask.") else ast.iter_child_nodes(node)


def _called(call: ast.Call) -> str:
    return ast.unparse(call.func)


def _change(node: ast.AST) -> ast.AST | None:
    """What an author might have written instead."""
    match node:
        case ast.BinOp(left, op, right) if type(op) in OPERATORS:
            return ast.BinOp(left, OPERATORS[type(op)](), right)
        case ast.Compare(left, [op], right) if type(op) in OPERATORS:
            return ast.Compare(left, [OPERATORS[type(op)]()], right)
        case ast.UnaryOp(ast.USub(), operand) | ast.Attribute(operand, "T"):
            return operand
        case ast.Call(ast.Attribute(value, name, context), args, keywords) if name in METHODS:
            return ast.Call(ast.Attribute(value, METHODS[name], context), args, keywords)
        case ast.Constant(int() | float() as value) if not isinstance(value, bool):
            return ast.Constant(value + 1)
    return None


class _Swap(ast.NodeTransformer):
    """A tree with one node exchanged: the one that stands where `node` does and reads the same."""

    def __init__(self, node: ast.AST, new: ast.AST) -> None:
        self._place, self._new = _place(node), new

    def visit(self, node: ast.AST) -> ast.AST:
        return self._new if _place(node) == self._place else self.generic_visit(node)


def _place(node: ast.AST) -> tuple:
    return type(node), *(getattr(node, name, None) for name in ("lineno", "col_offset", "end_lineno", "end_col_offset"))
