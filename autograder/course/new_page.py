"""Start a page: a small exercise that works, in a chapter of its own or behind the pages of one that is there.

    written = start(root, "recurrence/one-step", title="One step")

Writes the function into the course's package, pages/recurrence.py, and a cell into the source notebook. A new chapter
gets a notebook with a title, and a test for the second computation of its keys. In a clone of the workbook it is also
entered in pages.CHAPTERS, and a new row of the curriculum in pages/curriculum.py. Everything is thought through before
the first file is written.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Mapping
from keyword import iskeyword
from pathlib import Path
from string import Template
from typing import NamedTuple, NotRequired, TypedDict, cast

from .. import pages
from ..authoring import courses
from ..authoring.page import PageError
from ..authoring.slugs import OURS
from ..pages.curriculum import CURRICULUM
from ..settings import load

SLUG = re.compile(r"([a-z][a-z0-9]*(?:-[a-z0-9]+)*)/([a-z][a-z0-9]*(?:-[a-z0-9]+)*)")
ROW = re.compile(r"\d{1,3}\.\d{1,3}")

MODULE = Template('''\
"""Chapter $number: $chapter_title."""

from __future__ import annotations
''')


class Home(NamedTuple):
    """Where the pages of a course are written."""

    root: Path  # of the course
    package: str = OURS

    @property
    def ours(self) -> bool:
        """Whether these are the workbook's own pages, which have a table of chapters and one of what is taught."""
        return self.package == OURS

    @property
    def pages(self) -> Path:
        """The folder of the modules of pages."""
        return self.root / self.package / "pages"

    @property
    def tests(self) -> Path:
        """The folder of their tests."""
        return self.root / "tests" / "pages" if self.ours else self.root / "tests"

    @property
    def above(self) -> str:
        """What stands before the names of the modules that a page imports."""
        return ".." if self.ours else f"{OURS}."

    def chapter(self, module: str) -> str:
        """The chapter of a module of pages."""
        return module if self.ours else f"{self.package}/{module}"

    def slug(self, page: str) -> str:
        """The slug of a page that is called chapter/name within the course."""
        return page if self.ours else f"{self.package.replace('_', '-')}/{page}"


IMPORTS = {"authoring.page": ("page",), "layout": ("eq", "frac", "network", "step")}
"""What a new page uses of the package, and from which module."""

PAGE = Template('''

@page($title$row)
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
${gap}from autograder import pages$facts


def $function(given):
    """The input, added up as often as the weight says; and what is left when half of it is taken away."""
    z = sum(given["x"] for _ in range(int(given["w"])))
    return [z, z - z / 2]


INDEPENDENT = {"$name": $function}


@pytest.mark.parametrize("page", pages.chapter_pages("$chapter"), ids=lambda page: page.slug)
def test_keys_agree_with_a_second_computation(page$fixture):
    """Every key of every page, over many variants, is what another way of computing it gives."""
    $agrees
''')
OUR_TEST = {
    "gap": "\n",
    "facts": "",
    "fixture": ", agrees",
    "agrees": 'agrees(page.slug, INDEPENDENT[page.slug.partition("/")[2]])',
}
THEIR_TEST = {
    "gap": "",  # to a course the workbook is a package like any other
    "facts": "\nfrom autograder.course.facts import disagreements",
    "fixture": "",
    "agrees": 'assert disagreements(page, INDEPENDENT[page.slug.rpartition("/")[2]]) == []',
}
"""How a test asks for the second computation: by the fixture of the workbook's own tests, or by a function."""

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

    slug    chapter/name, without the name of the course
    title   the page's heading; by default its name
    row     the row of the curriculum that it teaches; by default, where the course has one, a new one at its end
    Raises PageError for a name that is no name or is taken, before anything is written.
    """
    home = Home(Path(root).resolve(), load(root).package)
    _in_use(home)
    chapter, name = split_slug(slug)
    if pages.find(home.slug(slug)):
        raise PageError(f"there is a page {home.slug(slug)} already; take another name")
    module = chapter.replace("-", "_")
    place = _place(home, module)
    texts: dict[Path, str] = {}
    if home.ours:
        row = _row(row, int(place.partition("-")[0]))
        if row not in CURRICULUM:
            before = max((other for other in CURRICULUM if _order(other) < _order(row)), key=_order)
            curriculum = home.pages / "curriculum.py"
            texts[curriculum] = with_entry(_read(curriculum), "CURRICULUM", row, title or _spelled(name), before)
    words = words_of(home, place, chapter, name, title, row)
    if pages.is_chapter(home.chapter(module)):
        made = _one_more(home, home.root / "source" / place, slug, words)
    else:
        made = new_chapter(home, place, slug, words)
    return written(made | texts)


def written(texts: Mapping[Path, str]) -> list[Path]:
    """Write these files; returns them."""
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    return list(texts)


def words_of(home: Home, place: str, chapter: str, name: str, title: str, row: str) -> dict[str, str]:
    """What is filled into the templates."""
    module = chapter.replace("-", "_")
    return {
        "number": str(int(place.partition("-")[0])), "module": module, "chapter": home.chapter(module),
        "chapter_title": _spelled(chapter), "name": name, "function": name.replace("-", "_"),
        "title": _quoted(title.strip() or _spelled(name)), "row": f', row="{row}"' if row else "",
        **(OUR_TEST if home.ours else THEIR_TEST),
    }  # fmt: skip


def _one_more(home: Home, folder: Path, slug: str, words: dict[str, str]) -> dict[Path, str]:
    """The files of a chapter that is there, with one more page."""
    notebooks = sorted(folder.glob("*.ipynb"))
    if not notebooks:
        raise PageError(f"source/{folder.name} has no notebook; put one there, with a title in a Markdown cell")
    module = home.pages / f"{words['module']}.py"
    return {
        module: with_page(_read(module), PAGE.substitute(words), words["function"], module.name, home.above),
        notebooks[0]: with_cell(_read(notebooks[0]), home.slug(slug)),
    }


def new_chapter(home: Home, place: str, slug: str, words: dict[str, str]) -> dict[Path, str]:
    """The files of a new chapter and, where the course has one, its entry in the table of chapters."""
    module = words["module"]
    blank, page = MODULE.substitute(words), PAGE.substitute(words)
    made = {
        home.pages / f"{module}.py": with_page(blank, page, words["function"], f"{module}.py", home.above),
        home.root / "source" / place / f"{slug.partition('/')[0]}.ipynb": notebook(
            OPENING.substitute(words), home.slug(slug)
        ),
        home.tests / f"test_{module}.py": TEST.substitute(words),
    }
    for path in made:
        if path.exists():
            here = path.relative_to(home.root).as_posix()
            raise PageError(f"{here} is there already; move it away, or take another name")
    if home.ours:
        catalogue = home.pages / "__init__.py"
        made[catalogue] = with_entry(_read(catalogue), "CHAPTERS", module, place)
    return made


# -- names -------------------------------------------------------------------------------------------------------------


def _in_use(home: Home) -> None:
    """Refuse to write pages that nobody would read."""
    there = Path(courses.folder(home.package)).resolve() / "pages"
    if there != home.pages:
        raise PageError(
            f"the pages in use are those in {there}; for the ones in this folder: pip install --editable {home.root}"
        )


def split_slug(slug: str) -> tuple[str, str]:
    """The chapter and the name of a new page. PageError where they can be no names."""
    match = SLUG.fullmatch(slug)
    if not match:
        raise PageError(f"{slug!r} is no name for a page; say chapter/name in small letters: recurrence/one-step")
    chapter, name = match.groups()
    for word in (chapter.replace("-", "_"), name.replace("-", "_")):
        if iskeyword(word):
            raise PageError(f"{word} is a word of Python; take another name")
    if chapter.endswith("-code"):
        raise PageError("a chapter ending in -code would hold code exercises; see docs/authoring.md")
    return chapter, name


def _place(home: Home, module: str) -> str:
    """The folder of a chapter in source/; for a new one, with the next number."""
    if home.ours and module in pages.CHAPTERS:
        return pages.CHAPTERS[module]
    name = module.replace("_", "-")
    there = sorted(folder.name for folder in (home.root / "source").iterdir())
    return next(
        (folder for folder in there if folder.partition("-")[2] == name), f"{_next_number(home, there):02d}-{name}"
    )


def _next_number(home: Home, there: list[str]) -> int:
    places = {*there, *(pages.CHAPTERS.values() if home.ours else ())}
    numbers = {int(place[:2]) for place in places if place[:2].isdigit()}
    return 1 + max(numbers | {_order(row)[0] for row in (CURRICULUM if home.ours else ())}, default=0)


def _row(row: str, number: int) -> str:
    if row and not ROW.fullmatch(row):
        raise PageError(f"{row!r} is no row of the curriculum; they look like 3.2")
    minors = [_order(other)[1] for other in CURRICULUM if _order(other)[0] == number]
    return row or f"{number}.{max(minors, default=0) + 1}"


def _order(row: str) -> tuple[int, ...]:
    return tuple(map(int, row.split(".")))


def _spelled(name: str) -> str:
    return name.replace("-", " ").capitalize()


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


def with_page(source: str, page: str, function: str, file: str, above: str = "..") -> str:
    """The source of a module with one more page at its end, and with what the page needs imported."""
    taken = _top_level(source)
    if function in taken:
        raise PageError(f"{function} is taken in {file}, line {taken[function]}; take another name")
    for module, names in IMPORTS.items():
        source = with_import(source, module, [name for name in names if name not in taken], above)
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


def with_import(source: str, module: str, names: list[str], above: str = "..") -> str:
    """The source with `names` imported from a module of the workbook, beside what it imports from there already.

    above   how the module is reached: ".." beside it, "autograder." from another package
    """
    if not names:
        return source
    nodes = [node for node in ast.parse(source).body if isinstance(node, ast.ImportFrom)]
    lines = source.splitlines()
    wanted = _reached(above + module)
    for node in nodes:
        if (node.level, node.module) == wanted and not any(alias.asname for alias in node.names):
            names = sorted({*names, *(alias.name for alias in node.names)}, key=lambda n: (not n[0].isupper(), n))
            lines[node.lineno - 1 : node.end_lineno] = [_import(above + module, names)]
            return "\n".join(lines) + "\n"
    before = [node for node in nodes if _standing(node) < (bool(wanted[0]), wanted[1])]
    first_of_its_kind = _standing(before[-1])[0] != bool(wanted[0]) or before[-1].module == "__future__"
    gap = [""] if first_of_its_kind and before[-1] is nodes[-1] else []
    end = _last_line(before[-1])
    lines[end:end] = [*gap, _import(above + module, names)]
    return "\n".join(lines) + "\n"


def _reached(module: str) -> tuple[int, str]:
    """The dots before the name of a module, and the name."""
    name = module.lstrip(".")
    return len(module) - len(name), name


def _standing(node: ast.ImportFrom) -> tuple[bool, str]:
    """Where an import stands among the others: __future__ first, then other packages, then modules beside it."""
    return bool(node.level), "" if node.module == "__future__" else node.module or ""


def _last_line(node: ast.stmt | ast.expr) -> int:
    return cast(int, node.end_lineno)  # which is None only for a tree that was not parsed


def _import(module: str, names: list[str]) -> str:
    line = f"from {module} import {', '.join(names)}"
    if len(line) <= 120:
        return line
    return f"from {module} import (\n" + "".join(f"    {name},\n" for name in names) + ")"


def notebook(opening: str, slug: str) -> str:
    """A source notebook: what the chapter is about, and its first page."""
    made: SourceNotebook = {
        "cells": [_markdown("opening", opening), _page_cell(slug)],
        "metadata": {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return _as_text(made)


def with_cell(text: str, slug: str, word: str = "page") -> str:
    """A source notebook with one more page, or an explorer, behind its last page."""
    made: SourceNotebook = json.loads(text)
    places = [n for n, cell in enumerate(made["cells"], start=1)
              if cell["cell_type"] == "code" and "page(" in "".join(cell["source"])]  # fmt: skip
    made["cells"].insert(places[-1] if places else len(made["cells"]), _page_cell(slug, word))
    return _as_text(made)


def _markdown(name: str, text: str) -> SourceCell:
    return {"cell_type": "markdown", "id": name, "metadata": {}, "source": text.splitlines(keepends=True)}


def _page_cell(slug: str, word: str = "page") -> SourceCell:
    return {"cell_type": "code", "execution_count": None, "id": slug.replace("/", "-")[:64], "metadata": {},
            "outputs": [], "source": [f'{word}("{slug}")']}  # fmt: skip


def _as_text(made: SourceNotebook) -> str:
    return json.dumps(made, ensure_ascii=False, indent=1) + "\n"
