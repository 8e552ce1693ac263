"""Start a page: a small exercise that works, in a chapter of its own or behind the pages of one that is there.

    written = start(root, "convolution/one-filter", title="One filter")

Writes the function into autograder/pages/convolution.py and a cell into the source notebook. A new chapter is entered
in pages.CHAPTERS, gets a notebook with a title, and a test for the second computation of its keys; a new row of the
curriculum is entered in pages/curriculum.py. Everything is thought through before the first file is written.
"""

from __future__ import annotations

import ast
import json
import re
from keyword import iskeyword
from pathlib import Path
from string import Template
from typing import NotRequired, TypedDict, cast

from .. import pages
from ..authoring.page import PageError
from ..pages.curriculum import CURRICULUM

SLUG = re.compile(r"([a-z][a-z0-9]*(?:-[a-z0-9]+)*)/([a-z][a-z0-9]*(?:-[a-z0-9]+)*)")
ROW = re.compile(r"\d{1,3}\.\d{1,3}")

MODULE = Template('''\
"""Chapter $number: $chapter_title."""

from __future__ import annotations
''')
IMPORTS = {"authoring.page": ("page",), "layout": ("eq", "frac", "network", "step")}
"""What a new page uses of the package, and from which module."""

PAGE = Template('''

@page($title, row="$row")
def $function(given, box):
    """A weight and an input, and half of what they make. Put your own exercise here."""
    w, x = given("w", 3), given("x", 4)
    given.distinct(w, x)
    z = box(w * x, "z", "Which two numbers meet on the edge?", how="The weight times the input.",
        slips={"added_not_multiplied": w + x})
    half = box(z / 2, "z/2", "How much is half of your z?", how="Half of z.", slips={"multiplied_not_divided": 2 * z})
    return (
        step("What arrives?",
            network([[x], [z]], [[[w]]], names=[["x"], ["z"]], title="An input, a weight and an output")),
        step("Halve it.", eq(frac("z", "2"), "=", half)),
    )
''')

TEST = Template('''\
"""Chapter $number: every key computed a second way."""

import pytest

from autograder import pages


def $function(given):
    """The input, added up as often as the weight says; and what is left when half of it is taken away."""
    z = sum(given["x"] for _ in range(int(given["w"])))
    return [z, z - z / 2]


INDEPENDENT = {"$name": $function}


@pytest.mark.parametrize("page", pages.chapter_pages("$module"), ids=lambda page: page.slug)
def test_keys_agree_with_a_second_computation(page, agrees):
    """Every key of every page, over many variants, is what another way of computing it gives."""
    agrees(page.slug, INDEPENDENT[page.slug.partition("/")[2]])
''')

OPENING = Template("""\
# $number · $chapter_title

Say here what this chapter is about, and why it is worth an evening.

**You will be able to** name two or three things.

**You need** what earlier chapters taught.""")


class SourceCell(TypedDict):
    """A cell of a source notebook, as it stands in the file."""

    cell_type: str
    id: str
    metadata: dict[str, str]
    source: list[str]
    execution_count: NotRequired[None]
    outputs: NotRequired[list[str]]


class SourceNotebook(TypedDict):
    """A source notebook, as it stands in the file."""

    cells: list[SourceCell]
    metadata: dict[str, dict[str, str]]
    nbformat: int
    nbformat_minor: int


def start(root: Path, slug: str, title: str = "", row: str = "") -> list[Path]:
    """Write the page `slug`, and its chapter where there is none; returns the files written or changed.

    title   the page's heading; by default its name
    row     the row of the curriculum that it teaches; by default a new one behind the chapter's last
    Raises PageError for a name that is no name or is taken, before anything is written.
    """
    root = Path(root).resolve()
    _in_use(root)
    chapter, name = _names(slug)
    module, function = chapter.replace("-", "_"), name.replace("-", "_")
    place = pages.CHAPTERS.get(module) or f"{_next_number(root):02d}-{chapter}"
    number = int(place.partition("-")[0])
    title = title.strip() or name.replace("-", " ").capitalize()
    row = _row(row, number)
    words = {"number": str(number), "module": module, "chapter_title": chapter.replace("-", " ").capitalize(),
             "name": name, "function": function, "title": _quoted(title), "row": row}  # fmt: skip
    package = root / "autograder"
    if module in pages.CHAPTERS:
        texts = _one_more(package / "pages" / f"{module}.py", root / "source" / place, slug, words)
    else:
        texts = _new_chapter(root, module, place, slug, words)
    if row not in CURRICULUM:
        before = max((other for other in CURRICULUM if _order(other) < _order(row)), key=_order)
        curriculum = package / "pages" / "curriculum.py"
        texts[curriculum] = with_entry(_read(curriculum), "CURRICULUM", row, title, before)
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    return list(texts)


def _one_more(module: Path, folder: Path, slug: str, words: dict[str, str]) -> dict[Path, str]:
    """The files of a chapter that is there, with one more page."""
    notebooks = sorted(folder.glob("*.ipynb"))
    if not notebooks:
        raise PageError(f"source/{folder.name} has no notebook; put one there, with a title in a Markdown cell")
    page = PAGE.substitute(words)
    return {
        module: with_page(_read(module), page, words["function"], module.name),
        notebooks[0]: with_cell(_read(notebooks[0]), slug),
    }


def _new_chapter(root: Path, module: str, place: str, slug: str, words: dict[str, str]) -> dict[Path, str]:
    """The files of a new chapter, and the catalogue that knows it."""
    folder = root / "autograder" / "pages"
    blank = MODULE.substitute(words)
    made = {
        folder / f"{module}.py": with_page(blank, PAGE.substitute(words), words["function"], f"{module}.py"),
        root / "source" / place / f"{slug.partition('/')[0]}.ipynb": notebook(OPENING.substitute(words), slug),
        root / "tests" / "pages" / f"test_{module}.py": TEST.substitute(words),
    }
    for path in made:
        if path.exists():
            raise PageError(f"{path.relative_to(root).as_posix()} is there already; move it away, or take another name")
    catalogue = folder / "__init__.py"
    return {**made, catalogue: with_entry(_read(catalogue), "CHAPTERS", module, place)}


# -- names -------------------------------------------------------------------------------------------------------------


def _in_use(root: Path) -> None:
    """Refuse to write pages that nobody would read."""
    there = Path(pages.__file__).resolve().parent
    if there != root / "autograder" / "pages":
        raise PageError(f"the pages in use are those in {there}; for your clone's own: pip install --editable {root}")


def _names(slug: str) -> tuple[str, str]:
    match = SLUG.fullmatch(slug)
    if not match:
        raise PageError(f"{slug!r} is no name for a page; say chapter/name in small letters: convolution/one-filter")
    chapter, name = match.groups()
    for word in (chapter.replace("-", "_"), name.replace("-", "_")):
        if iskeyword(word):
            raise PageError(f"{word} is a word of Python; take another name")
    if chapter.endswith("-code"):
        raise PageError("a chapter ending in -code would hold code exercises; see docs/authoring.md")
    if slug in pages.catalogue():
        raise PageError(f"there is a page {slug} already; take another name")
    return chapter, name


def _next_number(root: Path) -> int:
    places = {*pages.CHAPTERS.values(), *(folder.name for folder in (root / "source").iterdir())}
    numbers = {int(place[:2]) for place in places if place[:2].isdigit()}
    return 1 + max(numbers | {_order(row)[0] for row in CURRICULUM})


def _row(row: str, number: int) -> str:
    if row and not ROW.fullmatch(row):
        raise PageError(f"{row!r} is no row of the curriculum; they look like 3.2")
    minors = [_order(other)[1] for other in CURRICULUM if _order(other)[0] == number]
    return row or f"{number}.{max(minors, default=0) + 1}"


def _order(row: str) -> tuple[int, ...]:
    return tuple(map(int, row.split(".")))


def _quoted(text: str) -> str:
    return json.dumps(" ".join(text.split()), ensure_ascii=False)


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


# -- edits: text in, text out ------------------------------------------------------------------------------------------


def with_entry(source: str, table: str, key: str, value: str, after: str | None = None) -> str:
    """The source of a module with one more entry in the dict called `table`, behind the key `after` or at its end."""
    entries = next(node.value for node in ast.parse(source).body
                   if isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict)
                   and isinstance(node.targets[0], ast.Name) and node.targets[0].id == table)  # fmt: skip
    ends = {name.value: _last_line(entry) for name, entry in zip(entries.keys, entries.values, strict=True)
            if isinstance(name, ast.Constant)}  # fmt: skip
    lines = source.splitlines()
    lines.insert(ends[after] if after else max(ends.values()), f"    {_quoted(key)}: {_quoted(value)},")
    return "\n".join(lines) + "\n"


def with_page(source: str, page: str, function: str, file: str) -> str:
    """The source of a module with one more page at its end, and with what the page needs imported."""
    taken = _top_level(source)
    if function in taken:
        raise PageError(f"{function} is taken in {file}, line {taken[function]}; take another name")
    for module, names in IMPORTS.items():
        source = with_import(source, module, [name for name in names if name not in taken])
    return source.rstrip("\n") + "\n" + page


def _top_level(source: str) -> dict[str, int]:
    """What a module defines or imports: name → line."""
    names: dict[str, int] = {}
    for node in ast.parse(source).body:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            names |= {(alias.asname or alias.name).partition(".")[0]: node.lineno for alias in node.names}
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            names[node.name] = node.lineno
        else:
            names |= {part.id: node.lineno for part in ast.walk(node)
                      if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)}  # fmt: skip
    return names


def with_import(source: str, module: str, names: list[str]) -> str:
    """The source with `names` imported from autograder.<module>, beside what it imports from there already."""
    if not names:
        return source
    nodes = [node for node in ast.parse(source).body if isinstance(node, ast.ImportFrom)]
    lines = source.splitlines()
    for node in nodes:
        if node.level == 2 and node.module == module and not any(alias.asname for alias in node.names):
            names = sorted({*names, *(alias.name for alias in node.names)}, key=lambda n: (not n[0].isupper(), n))
            lines[node.lineno - 1 : node.end_lineno] = [_import(module, names)]
            return "\n".join(lines) + "\n"
    before = [node for node in nodes if node.level == 0 or (node.level, node.module) < (2, module)]
    gap = [""] if before[-1].level == 0 and before[-1] is nodes[-1] else []
    end = _last_line(before[-1])
    lines[end:end] = [*gap, _import(module, names)]
    return "\n".join(lines) + "\n"


def _last_line(node: ast.stmt | ast.expr) -> int:
    return cast(int, node.end_lineno)  # which is None only for a tree that was not parsed


def _import(module: str, names: list[str]) -> str:
    line = f"from ..{module} import {', '.join(names)}"
    if len(line) <= 120:
        return line
    return f"from ..{module} import (\n" + "".join(f"    {name},\n" for name in names) + ")"


def notebook(opening: str, slug: str) -> str:
    """A source notebook: what the chapter is about, and its first page."""
    made: SourceNotebook = {
        "cells": [_markdown("opening", opening), _page_cell(slug)],
        "metadata": {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return _as_text(made)


def with_cell(text: str, slug: str) -> str:
    """A source notebook with one more page, behind its last one."""
    made: SourceNotebook = json.loads(text)
    places = [n for n, cell in enumerate(made["cells"], start=1)
              if cell["cell_type"] == "code" and "page(" in "".join(cell["source"])]  # fmt: skip
    made["cells"].insert(places[-1] if places else len(made["cells"]), _page_cell(slug))
    return _as_text(made)


def _markdown(name: str, text: str) -> SourceCell:
    return {"cell_type": "markdown", "id": name, "metadata": {}, "source": text.splitlines(keepends=True)}


def _page_cell(slug: str) -> SourceCell:
    return {"cell_type": "code", "execution_count": None, "id": slug.replace("/", "-")[:64], "metadata": {},
            "outputs": [], "source": [f'page("{slug}")']}  # fmt: skip


def _as_text(made: SourceNotebook) -> str:
    return json.dumps(made, ensure_ascii=False, indent=1) + "\n"
