"""Read what a code cell says about its pages, as data: no student code runs, nothing is evaluated.

    read_cell('answers = {1: 2, 2: "3/4"}\\npage("gradients/one-weight", answers)')
    [PageCall(slug="gradients/one-weight", variable="answers", answers={1: "2", 2: "3/4"}, faults=(), defined=True)]

Assignments, updates and deletions at the top level are followed in order, the last one wins, as in Python. Values come
out as the text that was typed; what is computed by code comes out as that code, which cannot be read as an answer.
"""

from __future__ import annotations

import ast
import re
import warnings
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from functools import cached_property, lru_cache
from typing import NamedTuple, cast

from ..answers.literals import CLIP, DIGITS, MAX_TEXT, box_of, code_in, literal_of, text_in

MAX_SOURCE = 100_000  # characters; a page cell has a few hundred
MAX_ENTRIES = 1_000  # entries of one dict

NOT_A_DICT = 'the answers of this page are not written out as a dict such as {1: 2, 2: "3/4"}: write them so'


class PageCall(NamedTuple):
    """One page(slug, answers) in a cell, or (slug None) the answers of a cell that calls no page."""

    slug: str | None
    variable: str  # the name the dict goes by; "" when the dict stands in the call
    answers: Mapping[int, str]  # box → text as typed, "" for None; equal cells share it
    faults: tuple[str, ...] = ()
    defined: bool = True  # False when the call's variable gets its value elsewhere


def read_cell(source: str) -> list[PageCall]:
    """Every page call of a cell, in order, with the answers its dict holds at the end of the cell.

    Never raises, whatever the text.
    """
    if len(source) > MAX_SOURCE:
        return [_unread(source, f"this cell holds {len(source)} characters; only {MAX_SOURCE} are read: shorten it")]
    if call := _plain(source):
        return [call]
    try:
        module = _parse(source)
    except SyntaxError as error:
        where = f" (line {error.lineno})" if error.lineno else ""
        fault = f"this cell is not valid Python{where}; formulas need quotes around them"
        return _entry_by_entry(source) or [_unread(source, fault)]
    except (ValueError, RecursionError, MemoryError):
        return [_unread(source, "this cell cannot be read as Python; write the answers as plain entries like 1: 2")]
    return _Reader(source).read(module)


def dict_place(source: str, slug: str, index: int = 0) -> tuple[int, int] | None:
    """Where the dict is written out that page(slug, ...) gets: its first character, and the one after its last.

    index   which of the cell's calls for the page, from 0
    """
    try:
        reader = _Reader(source)
        reader.read(_parse(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    dicts = [answers for named, _, answers in reader.calls if named == slug]
    answers = dicts[index] if index < len(dicts) else None
    node = None if answers is None else answers.node
    return node and reader.place(node)


def read_student(source: str) -> str | None:
    """The student id that a cell gives in course(student="..."), if it says one plainly."""
    if len(source) > MAX_SOURCE or not _COURSE.search(source):
        return None
    try:
        module = _parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    named = None
    for call in _calls(module, "course"):
        for keyword in call.keywords:
            if keyword.arg == "student" and isinstance(keyword.value, ast.Constant):
                named = keyword.value.value if isinstance(keyword.value.value, str) else named
    return named[:MAX_TEXT].encode("utf-8", "replace").decode() if named and named.strip() else None


# -- the ordinary cell, as it was released and as the boxes write it --------------------------------------------------

_NUMBER = rf"-?(?:0|[1-9][0-9]{{0,{DIGITS - 1}}})(?:\.[0-9]{{1,{DIGITS}}})?"
_VALUE = rf"""None|{_NUMBER}|"[^"\\\n\r]*"|'[^'\\\n\r]*'"""
_ENTRY = re.compile(rf"[ \n]*(0|[1-9][0-9]{{0,3}}):[ \n]*({_VALUE})[ \n]*(?:,|(?=\}}))")
_OPEN = re.compile(r"answers = \{")
_CLOSE = re.compile(r"[ \n]*\}[ ]*\n+page\((?:\"([^\"\\\n]*)\"|'([^'\\\n]*)'), answers\)[ ;\n]*\Z")


@lru_cache(maxsize=4096)  # in a class most cells of a page are alike: blank, or all right
def _plain(source: str) -> PageCall | None:
    """The cell in its ordinary form, read without a parser (eight times faster); None if it looks any different."""
    at = _OPEN.match(source)
    if not at:
        return None
    answers: dict[int, str] = {}
    position = at.end()
    while entry := _ENTRY.match(source, position):
        box, value = entry.groups()
        text = "" if value == "None" else value[1:-1] if value[0] in "\"'" else value
        answers[int(box)] = text[:MAX_TEXT]
        position = entry.end()
    end = _CLOSE.match(source, position)
    if not end or "\0" in source or len(answers) > MAX_ENTRIES:
        return None
    return PageCall(end[1] if end[1] is not None else end[2], "answers", answers)


# -- any other cell: parsed, never run --------------------------------------------------------------------------------

_MAGIC = re.compile(r"^([ \t]*)(?:[%!?].*|.*\?)$", re.MULTILINE)
_COURSE = re.compile(r"\bcourse\s*\(")
_PAGE = re.compile(r"\bpage\s*\(\s*[\"']([^\"'\\\n]{1,100})[\"']")


def _parse(source: str) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a student's "\d" is no concern of ours
        try:
            return ast.parse(source)
        except SyntaxError:
            return ast.parse(_MAGIC.sub(r"\1pass", source))  # %magics, !commands and help? are IPython's


def _unread(source: str, fault: str) -> PageCall:
    """A cell that cannot be parsed may still name its page."""
    named = _PAGE.search(source[:MAX_SOURCE])
    return PageCall(named[1] if named else None, "answers", {}, (fault,))


# -- a cell of which a few entries are no Python: 2: 0,5 or “3/4” ----------------------------------------------------

_CURLY = dict.fromkeys(map(ord, "“”„‟"), '"') | dict.fromkeys(map(ord, "‘’‚‛"), "'")
_DICT = re.compile(r"((?:=|,)\s*\{)((?:[^{}]|\{[^{}\n]*\})*)(?=\})")
_KEY = re.compile(r"(?:\A|(?<=[,\s]))([\"']?)([0-9]{1,4})\1[ \t]*:(?!=)")


def _entry_by_entry(source: str) -> list[PageCall] | None:
    """The calls of a cell that is Python once the entries of its dicts that are not are put in quotes; else None.

    An entry that is no Python is read as it was typed, and said to need quotes, and costs no other entry anything.
    """
    faults: list[str] = []
    mended = _DICT.sub(lambda written: written[1] + _quoted(written[2], faults), source.translate(_CURLY))
    try:
        calls = _Reader(mended).read(_parse(mended))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return [call._replace(faults=(*call.faults, *faults[:5])) for call in calls]


def _quoted(body: str, faults: list[str]) -> str:
    """The entries of a dict, in quotes where they are no Python; what has no entries stays as it is."""
    bare = re.sub(r"#[^\n]*", "", body)
    keys = list(_KEY.finditer(bare))
    if not keys or len(keys) > MAX_ENTRIES or bare[: keys[0].start()].strip():
        return body
    entries: list[str] = []
    for key, following in zip(keys, [*keys[1:], None], strict=True):
        value = bare[key.end() : following.start() if following else len(bare)].strip().rstrip(",").strip()
        if value and not _is_value(value):
            value = value.strip("\"'")
            faults.append(f'box {key[2]} is not valid Python: put quotes around it, as in {key[2]}: "{value[:CLIP]}"')
            value = literal_of(value[:MAX_TEXT], as_number=False)
        entries.append(f"{key[2]}: {value or None}")
    return ", ".join(entries)


def _is_value(typed: str) -> bool:
    """Whether this is one value to Python; 0,5 is two."""
    try:
        return not isinstance(ast.parse(typed, mode="eval").body, ast.Tuple)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False


class _Answers(dict[int, str]):
    """A dict of answers while its cell is being read, with what was wrong with it, and where it is written out."""

    def __init__(self, node: ast.Dict | None = None) -> None:
        self.faults: list[str] = []
        self.node = node

    def fault(self, said: str) -> None:
        if said not in self.faults and len(self.faults) < 5:
            self.faults.append(said)


class _Reader:
    """Follows the top-level statements of one cell."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.variables: dict[str, _Answers] = {}
        self.calls: list[tuple[str | None, str, _Answers | None]] = []

    def read(self, module: ast.Module) -> list[PageCall]:
        for statement in module.body:
            self.statement(statement)
        if not self.calls and self.variables:
            name = "answers" if "answers" in self.variables else next(reversed(self.variables))
            return [self.call(None, name, self.variables[name])]
        return [self.call(*call) for call in self.calls]

    def call(self, slug: str | None, variable: str, answers: _Answers | None) -> PageCall:
        if answers is None:
            return PageCall(slug, variable, {}, (f"{variable} gets no value in the cell of this page",), defined=False)
        return PageCall(slug, variable, dict(answers), tuple(answers.faults))

    def statement(self, node: ast.stmt) -> None:
        if isinstance(node, ast.Assign):
            first, *others = node.targets
            self.assign(first, node.value)
            for target in others:  # a = answers = {...}: one dict with two names
                self.assign(target, first if isinstance(first, ast.Name) else node.value)
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            self.assign(node.target, node.value)
        elif isinstance(node, ast.AugAssign):
            self.augment(node)
        elif isinstance(node, ast.Delete):
            for target in node.targets:
                self.delete(target)
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            self.method(node.value)
        elif not isinstance(node, ast.Expr):
            self.compound(node)
            return
        if self.may_call(node):
            for call in _calls(node, "page"):
                self.page(call)

    def assign(self, target: ast.expr, value: ast.expr) -> None:
        if isinstance(target, ast.Name):
            if isinstance(value, ast.Dict):
                self.variables[target.id] = self.dict(value)
            elif isinstance(value, ast.Name) and value.id in self.variables:
                self.variables[target.id] = self.variables[value.id]  # one dict with two names, as in Python
            elif target.id in self.variables or target.id == "answers":
                self.variables[target.id] = _Answers()
                self.variables[target.id].fault(NOT_A_DICT)
        elif isinstance(target, ast.Subscript) and (answers := self.subscripted(target)) is not None:
            self.entry(answers, target.slice, value)
        elif isinstance(target, (ast.Tuple, ast.List)) and isinstance(value, (ast.Tuple, ast.List)):
            if len(target.elts) == len(value.elts):
                for each, its in zip(target.elts, value.elts, strict=True):
                    self.assign(each, its)

    def augment(self, node: ast.AugAssign) -> None:
        if isinstance(node.target, ast.Name) and (answers := self.variables.get(node.target.id)) is not None:
            if isinstance(node.op, ast.BitOr):
                self.update(answers, node.value)
            else:
                answers.fault(NOT_A_DICT)
        elif isinstance(node.target, ast.Subscript) and (answers := self.subscripted(node.target)) is not None:
            self.entry(answers, node.target.slice, node)

    def delete(self, target: ast.expr) -> None:
        if isinstance(target, ast.Name):
            self.variables.pop(target.id, None)
        elif isinstance(target, ast.Subscript) and (answers := self.subscripted(target)) is not None:
            if (box := _box(target.slice)) is not None:
                answers.pop(box, None)

    def method(self, call: ast.Call) -> None:
        """answers.update({...}) and answers.clear(); of other methods it is said that they are not read."""
        function = call.func
        if not isinstance(function, ast.Attribute) or not isinstance(function.value, ast.Name):
            return
        answers = self.variables.get(function.value.id)
        if answers is None:
            return
        if function.attr == "update" and len(call.args) == 1 and not call.keywords:
            self.update(answers, call.args[0])
        elif function.attr == "clear" and not call.args:
            answers.clear()
        else:
            answers.fault(f"{self.clipped(call)} is not followed: write the answers out as a dict")

    def compound(self, node: ast.stmt) -> None:
        """Loops, conditions, functions: not followed; said where they touch the answers."""
        names = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
        for name in sorted(names & {*self.variables, "answers"}):
            answers = self.variables.setdefault(name, _Answers())
            answers.fault("answers inside a loop, a condition or a function are not followed: write them out as a dict")

    def page(self, call: ast.Call) -> None:
        given = {keyword.arg: keyword.value for keyword in call.keywords}
        slug = call.args[0] if call.args else given.get("slug")
        held = call.args[1] if len(call.args) > 1 else given.get("answers")
        name = slug.value if isinstance(slug, ast.Constant) and isinstance(slug.value, str) else None
        if isinstance(held, ast.NamedExpr):
            self.assign(held.target, held.value)
            held = held.target
        if isinstance(held, ast.Name):
            self.calls.append((name, held.id, self.variables.get(held.id)))
        elif isinstance(held, ast.Dict):
            self.calls.append((name, "", self.dict(held)))
        else:
            answers = _Answers()
            answers.fault(NOT_A_DICT)
            self.calls.append((name, "", answers))

    # -- dicts, their entries, their values

    def subscripted(self, target: ast.expr) -> _Answers | None:
        if isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):
            return self.variables.get(target.value.id)
        return None

    def dict(self, node: ast.Dict) -> _Answers:
        answers = _Answers(node)
        self.update(answers, node)
        return answers

    def update(self, answers: _Answers, node: ast.expr) -> None:
        if isinstance(node, ast.Name) and node.id in self.variables:
            answers.update(self.variables[node.id])
            for said in self.variables[node.id].faults:
                answers.fault(said)
        elif isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if key is None:
                    self.update(answers, value)  # {**others}
                else:
                    self.entry(answers, key, value)
        else:
            answers.fault(NOT_A_DICT)

    def entry(self, answers: _Answers, key: ast.expr, value: ast.AST) -> None:
        box = _box(key)
        if box is None:
            answers.fault(f"{self.clipped(key)} is not the number of a box: use 1, 2, 3, ...")
        elif box not in answers and len(answers) >= MAX_ENTRIES:
            answers.fault(f"only the first {MAX_ENTRIES} entries are read")
        else:
            answers[box] = text_in(value, self.typed)

    def clipped(self, node: ast.AST) -> str:
        """The source of a node on one line, cut off."""
        return code_in(node, self.typed)

    def place(self, node: ast.AST) -> tuple[int, int]:
        """The first character of a node in the source, and the one after its last."""
        first, column, last, end = _span(node)
        return self.offset(first, column), self.offset(last, end)

    def offset(self, line: int, column: int) -> int:
        before = [*self.lines[: line - 1], self.lines[line - 1][:column]]  # ast counts columns in UTF-8 bytes
        return len(b"".join(before).decode("utf-8", "replace"))

    def may_call(self, node: ast.stmt) -> bool:
        """Whether a statement stands on a line that speaks of a page; of others not every part is looked at."""
        first, _, last, _ = _span(node)
        return any(self.calling[bisect_left(self.calling, first) : bisect_right(self.calling, last)])

    @cached_property
    def calling(self) -> list[int]:
        """The lines, counted from 1, that may speak of a page: all, where Python could count or read them otherwise."""
        plain = self.source.isascii() and "\r" not in self.source
        return [n for n, line in enumerate(self.lines, start=1) if not plain or b"page" in line]

    @cached_property
    def lines(self) -> list[bytes]:
        return self.source.encode("utf-8", "replace").splitlines(keepends=True)

    def typed(self, node: ast.AST) -> str:
        first, column, end_line, end_column = _span(node)
        last = min(end_line, first + 50)
        lines = self.lines[first - 1 : last]
        if last == end_line:
            lines[-1] = lines[-1][:end_column]
        lines[0] = lines[0][column:]
        return b"".join(line[: 4 * MAX_TEXT] for line in lines).decode("utf-8", "replace")


def _span(node: ast.AST) -> tuple[int, int, int, int]:
    """Where a node begins and ends: line and column, twice. ast.parse writes all four at every node that is read."""
    at = cast(ast.expr, node)
    return at.lineno, at.col_offset, at.end_lineno or at.lineno, at.end_col_offset or at.col_offset


def _calls(node: ast.AST, name: str) -> Iterator[ast.Call]:
    for part in ast.walk(node):
        if isinstance(part, ast.Call):
            function = part.func
            if getattr(function, "id", None) == name or getattr(function, "attr", None) == name:
                yield part


def _box(node: ast.expr) -> int | None:
    return box_of(node.value) if isinstance(node, ast.Constant) else None
