"""Every trick and every accident that we could think of: what students hand in, and what it deserves.

CASES["copied-grade-cell"]     (function, "abc", ""): all three pages earn their points, and nothing is said
Chapter(...)                   the chapter on which a case is tried: three of its pages, in a notebook of their own
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import zipfile
from ast import literal_eval
from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

from autograder import pages
from autograder.nbgrader.release import solved_source
from autograder.submissions.ids import grade_id

from .nbgrader_course import Course, fill, grade_of, page_of, points


@dataclass(frozen=True)
class Chapter:
    """Three pages of a chapter, in a notebook of their own."""

    folder: str
    name: str
    pages: tuple[str, str, str]
    many: int = 2_000_000  # characters of output

    @property
    def a(self) -> str:
        return self.pages[0]

    @property
    def b(self) -> str:
        return self.pages[1]

    @cached_property
    def key(self) -> dict[int, str]:
        """The key of page a, as Python would write it."""
        return {box.number: box.literal for box in pages.load(self.a).sheet().boxes}

    def worth(self, which: str) -> float:
        """The points of some of the pages: worth("ac")."""
        return points(*(self.pages["abc".index(letter)] for letter in which))


# -- tricks and accidents ----------------------------------------------------------------------------------------------
# Each function changes a solved notebook (or the folder it is handed in from); beside it for which of the pages a, b
# and c its readable answers earn the points, and a word of what the instructor is told, if anything.

CASES: dict[str, tuple] = {}


def case(deserves: str, said: str = ""):
    """Enter a function (nb, folder, chapter) → notebook, bytes or None (nothing handed in under the right name)."""

    def enter(function):
        CASES[function.__name__.replace("_", "-")] = (function, deserves, said)
        return function

    return enter


def blank(nb, chapter):
    for slug in chapter.pages:
        held = ", ".join(f"{box.number}: None" for box in pages.load(slug).sheet().boxes)
        page_of(nb, slug)["source"] = f'answers = {{{held}}}\npage("{slug}", answers)'
    return nb


def plain(source, kind="code"):
    cell = {"cell_type": kind, "metadata": {}, "source": source, "id": "x" + hashlib.md5(source.encode()).hexdigest()}
    return cell | ({"outputs": [], "execution_count": None} if kind == "code" else {})


def dict_source(slug):
    """The dict of the right answers, without the call."""
    return solved_source(pages.load(slug)).partition("\npage(")[0]


def result(text):
    return {"output_type": "execute_result", "data": {"text/plain": text}, "metadata": {}, "execution_count": 1}


def digest(folder: Path) -> dict[str, object]:
    """What lies in a folder: names and contents, of the biggest files only the size."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and not path.name.endswith(".lock")]
    return {
        os.fsdecode(path.relative_to(folder)): size
        if (size := path.stat().st_size) > 10**8
        else hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
    }


def hand_in(course: Course, chapter: Chapter, cases: Iterable[str] = CASES) -> dict:
    """Each case as a student who hands in what it makes of the solved notebook; gives that notebook."""
    released = course.root / "chapters" / chapter.folder / f"{chapter.name}.ipynb"
    solved = fill(json.loads(released.read_text(encoding="utf-8")), *chapter.pages)
    (course.root / "solution.ipynb").write_text(json.dumps(solved))
    course.submit("aaa-honest", solved, chapter.folder, f"{chapter.name}.ipynb")
    for student in cases:
        folder = course.folder(student, chapter.folder)
        nb = CASES[student][0](deepcopy(solved), folder, chapter)
        if isinstance(nb, bytes):
            (folder / f"{chapter.name}.ipynb").write_bytes(nb)
        elif nb is not None:
            course.submit(student, nb, chapter.folder, f"{chapter.name}.ipynb")
    return solved


# What a student's code may try: none of it runs.


CHEATS = {  # instead of answers, before the pages and inside their cells
    "hook-on-floats": "get_ipython().display_formatter.formatters['text/plain']"
    ".for_type(float, lambda value, page, cycle: page.text('99'))",
    "patched-isclose": "import math, numpy\nmath.isclose = numpy.isclose = lambda *a, **k: True",
    "always-equal": "class Yes(float):\n    __eq__ = lambda *a: True\nanswers = {n: Yes() for n in range(1, 9)}",
    "patched-marking": "import autograder.marking.pages\nautograder.marking.pages.POINTS = {'blank': 1.0}",
    "own-grade-function": "def grade(slug): return 3.0\ndef page(*a): return 3.0",
}
HARM = {  # beside answers, which count
    "exit-the-kernel": "import os; os._exit(1)",
    "endless-loop": "while True: pass",
    "prints-fifty-million": "print('x' * 50_000_000)",
    "fork-bomb-and-files": "import shutil, os\nshutil.rmtree('../..')\nwhile 1: os.fork()",
    "raises": "1/0",
}


def cheat(nb, folder, chapter, code):
    """A notebook without answers that runs this code, before and inside the page cells."""
    nb = harm(blank(nb, chapter), folder, chapter, code)
    page_of(nb, chapter.a)["source"] = code + "\n" + page_of(nb, chapter.a)["source"]
    return nb


def harm(nb, folder, chapter, code):
    """The same notebook, with a cell that runs this code."""
    nb["cells"].insert(1, plain(code))
    return nb


CASES |= {name: (partial(cheat, code=code), "", "") for name, code in CHEATS.items()}
CASES |= {name: (partial(harm, code=code), "abc", "") for name, code in HARM.items()}


# Metadata.


@case("abc")
def copied_grade_cell(nb, folder, chapter):
    nb["cells"].append(deepcopy(grade_of(nb, chapter.a)))
    return nb


@case("abc")
def every_cell_twice(nb, folder, chapter):
    nb["cells"] = [deepcopy(cell) for cell in nb["cells"] for _ in range(2)]
    return nb


@case("abc")
def deleted_grade_cells(nb, folder, chapter):
    nb["cells"] = [cell for cell in nb["cells"] if not cell["source"][0:5] == "grade"]
    nb["cells"] = [cell for cell in nb["cells"] if "grade(" not in "".join(cell["source"])[:6]]
    return nb


@case("abc")
def metadata_stripped(nb, folder, chapter):
    for cell in nb["cells"]:
        cell["metadata"] = {}
    return nb


@case("abc")
def metadata_null(nb, folder, chapter):
    nb["metadata"] = None
    for cell in nb["cells"]:
        cell["metadata"] = None
    return nb


@case("abc")
def not_graded(nb, folder, chapter):
    for slug in chapter.pages:
        grade_of(nb, slug)["metadata"]["nbgrader"]["grade"] = False
    return nb


@case("")
def thousand_points(nb, folder, chapter):
    nb = blank(nb, chapter)
    for slug in chapter.pages:
        grade_of(nb, slug)["metadata"]["nbgrader"]["points"] = 1000
        page_of(nb, slug)["metadata"]["nbgrader"].update(grade=True, points=1000)
    return nb


@case("")
def negative_points(nb, folder, chapter):
    nb = blank(nb, chapter)
    for slug in chapter.pages:
        grade_of(nb, slug)["metadata"]["nbgrader"]["points"] = -1
    return nb


@case("abc")
def empty_nbgrader_metadata(nb, folder, chapter):
    for cell in nb["cells"]:
        cell["metadata"]["nbgrader"] = {}
    return nb


@case("abc")
def schema_of_the_past(nb, folder, chapter):
    for slug in chapter.pages:
        grade_of(nb, slug)["metadata"]["nbgrader"]["schema_version"] = 1
        page_of(nb, slug)["metadata"]["nbgrader"].pop("schema_version")
    return nb


@case("abc")
def schema_of_the_future(nb, folder, chapter):
    grade_of(nb, chapter.a)["metadata"]["nbgrader"]["schema_version"] = 99
    return nb


@case("abc")
def wrong_types_in_metadata(nb, folder, chapter):
    stamps = [cell["metadata"].get("nbgrader") for cell in nb["cells"]]
    for stamp, value in zip(
        [stamp for stamp in stamps if stamp], [[], {}, None, 3.5, "x", True, [[]], -1], strict=True
    ):
        stamp.update(points=value, locked=value, checksum=value, cell_type=value, schema_version=value)
    return nb


@case("a")
def ids_exchanged(nb, folder, chapter):
    fill(blank(nb, chapter), chapter.a)
    one, two = page_of(nb, chapter.a)["metadata"], grade_of(nb, chapter.a)["metadata"]
    one["nbgrader"], two["nbgrader"] = two["nbgrader"], one["nbgrader"]
    return nb


@case("abc")
def all_ids_the_same(nb, folder, chapter):
    stamp = {"grade_id": grade_id(chapter.a), "grade": True, "points": 99, "solution": False}
    for cell in nb["cells"]:
        cell["metadata"] = {"nbgrader": dict(stamp)}
    return nb


@case("")
def answers_in_our_metadata(nb, folder, chapter):
    nb = blank(nb, chapter)
    for slug in chapter.pages:
        held = {str(box.number): box.shown for box in pages.load(slug).sheet().boxes}
        page_of(nb, slug)["metadata"]["workbook"] = {"page": slug, "answers": held}
    nb["metadata"]["workbook"] = {"faults": ["give full marks"], "score": 99}
    return nb


@case("abc")
def kernel_of_another_language(nb, folder, chapter):
    nb["metadata"] = {"kernelspec": {"name": "bash", "language": "bash"}, "language_info": "none", "language": "R"}
    return nb


@case("abc")
def megabytes_of_widget_state(nb, folder, chapter):
    state = {str(n): "x" * 99 for n in range(9999)}
    nb["metadata"]["widgets"] = {"application/vnd.jupyter.widget-state+json": {"state": state}}
    return nb


# Grade cells and outputs.


@case("")
def edited_grade_cell(nb, folder, chapter):
    nb = blank(nb, chapter)
    for slug in chapter.pages:
        grade_of(nb, slug)["source"] = "99.0"
    return nb


@case("")
def results_written_in(nb, folder, chapter):
    nb = blank(nb, chapter)
    for slug in chapter.pages:
        grade_of(nb, slug)["outputs"] = [result(str(pages.load(slug).points))]
        page_of(nb, slug)["outputs"] = [result("3.0")]
    return nb


@case("")
def results_that_nbgrader_misreads(nb, folder, chapter):
    nb = blank(nb, chapter)
    for slug, text in zip(chapter.pages, ("np.float64(0.5)", "nan", "True"), strict=True):
        grade_of(nb, slug)["outputs"] = [result(text)]
    return nb


@case("abc")
def results_that_stop_nbgrader(nb, folder, chapter):
    for slug, text in zip(chapter.pages, ("1e9", "inf", ""), strict=True):
        grade_of(nb, slug)["outputs"] = [{"output_type": "stream", "name": "stderr", "text": "!"}, result(text)]
    return nb


@case("abc")
def megabytes_of_output(nb, folder, chapter):
    output = {"output_type": "stream", "name": "stdout", "text": "x" * chapter.many}
    nb["cells"].insert(1, {**plain("print()"), "outputs": [output]})
    return nb


@case("abc")
def broken_outputs(nb, folder, chapter):
    for cell in nb["cells"]:
        cell["outputs"] = cell["execution_count"] = "none"
    return nb


@case("abc")
def grade_cell_as_text(nb, folder, chapter):
    for slug in chapter.pages:
        grade_of(nb, slug)["cell_type"] = "markdown"
    return nb


@case("abc")
def set_up_deleted(nb, folder, chapter):
    nb["cells"] = [cell for cell in nb["cells"] if "course(" not in "".join(cell["source"])]
    return nb


# Page cells.


@case("bc", "missing in the cell")
def dict_missing(nb, folder, chapter):
    page_of(nb, chapter.a)["source"] = "# gone"
    return nb


@case("bc", "no value")
def dict_missing_call_there(nb, folder, chapter):
    page_of(nb, chapter.a)["source"] = f'page("{chapter.a}", answers)'
    return nb


@case("bc", "not written out as a dict")
def not_a_dict(nb, folder, chapter):
    page_of(nb, chapter.a)["source"] = f'answers = [8, 2, 2]\npage("{chapter.a}", answers)'
    return nb


@case("bc", "shorten it")
def two_megabytes(nb, folder, chapter):
    page_of(nb, chapter.a)["source"] = "answers = {" + "1: 2, " * 350_000 + f'}}\npage("{chapter.a}", answers)'
    return nb


@case("bc")
def nested(nb, folder, chapter):
    held = ", ".join(f"{box}: [{{1: {value}}}]" for box, value in chapter.key.items())
    page_of(nb, chapter.a)["source"] = f'answers = {{{held}}}\npage("{chapter.a}", answers)'
    return nb


@case("bc", "not written out as a dict")
def computed_by_code(nb, folder, chapter):
    computed = f"answers = {{n: v for n, v in {chapter.key}.items()}}"
    page_of(nb, chapter.a)["source"] = f'{computed}\npage("{chapter.a}", answers)'
    return nb


@case("bc")
def looked_up_in_the_catalogue(nb, folder, chapter):
    boxes = f"autograder.pages.load('{chapter.a}').sheet().boxes"
    held = ", ".join(f"{box}: {boxes}[{box - 1}].key" for box in chapter.key)
    page_of(nb, chapter.a)["source"] = f'import autograder\nanswers = {{{held}}}\npage("{chapter.a}", answers)'
    return nb


@case("abc")
def several_assignments(nb, folder, chapter):
    lines = [f"answers[{box}] = {value}" for box, value in chapter.key.items()]
    page_of(nb, chapter.a)["source"] = "answers = {}\n" + "\n".join(lines) + f'\npage("{chapter.a}", answers)'
    return nb


@case("abc")
def keys_as_strings(nb, folder, chapter):
    held = ", ".join(f"'{box}': {str(literal_eval(value))!r}" for box, value in chapter.key.items())
    page_of(nb, chapter.a)["source"] = f'answers = {{{held}}}\npage("{chapter.a}", answers)'
    return nb


@case("abc", "does not exist")
def boxes_that_do_not_exist(nb, folder, chapter):
    more = "answers.update({0: 1, 777: 5, 10**9: 2})"
    page_of(nb, chapter.a)["source"] = f'{dict_source(chapter.a)}\n{more}\npage("{chapter.a}", answers)'
    return nb


@case("abc", "several cells")
def copied_page_cell(nb, folder, chapter):
    nb["cells"].append(plain(f'answers = {{1: 77}}\npage("{chapter.a}", answers)'))
    return nb


@case("abc")
def page_cell_deleted_answers_elsewhere(nb, folder, chapter):
    gone = page_of(nb, chapter.a), grade_of(nb, chapter.a)
    nb["cells"] = [cell for cell in nb["cells"] if cell not in gone]
    nb["cells"].append(plain(solved_source(pages.load(chapter.a))))
    nb["cells"].append(plain(f"page('{chapter.a}', {{}})", "markdown"))
    return nb


@case("bc", "put back")
def page_cell_deleted(nb, folder, chapter):
    nb["cells"] = [cell for cell in nb["cells"] if cell is not page_of(nb, chapter.a)]
    return nb


@case("", "put back")
def no_cells_at_all(nb, folder, chapter):
    nb["cells"] = []
    return nb


@case("abc")
def reordered(nb, folder, chapter):
    nb["cells"] = nb["cells"][::-1]
    return nb


@case("abc")
def merged(nb, folder, chapter):
    both = [solved_source(pages.load(slug)) for slug in chapter.pages[:2]]
    page_of(nb, chapter.a)["source"] = "\n".join(both)
    nb["cells"] = [cell for cell in nb["cells"] if cell is not page_of(nb, chapter.b)]
    return nb


@case("abc")
def split(nb, folder, chapter):
    at = nb["cells"].index(page_of(nb, chapter.a))
    nb["cells"].insert(at + 1, plain(f'page("{chapter.a}", answers)'))
    nb["cells"][at]["source"] = dict_source(chapter.a)
    return nb


@case("bc", "turned into a markdown cell")
def page_turned_into_markdown(nb, folder, chapter):
    page_of(nb, chapter.a)["cell_type"] = "markdown"
    return nb


@case("bc", "turned into a raw cell")
def page_turned_into_a_poem(nb, folder, chapter):
    page_of(nb, chapter.a)["cell_type"] = "poem"
    return nb


@case("abc")
def slug_edited(nb, folder, chapter):
    page_of(nb, chapter.a)["source"] = dict_source(chapter.a) + '\npage("{chapter.a}-x", answers)'
    return nb


@case("ac", "several cells")
def one_page_for_another(nb, folder, chapter):
    page_of(nb, chapter.b)["source"] = f'answers = {{1: 8}}\npage("{chapter.a}", answers)'
    return nb


@case("bc", "not valid Python")
def syntax_error(nb, folder, chapter):
    page_of(nb, chapter.a)["source"] = f'answers = {{1: 2x}}\npage("{chapter.a}", answers)'
    return nb


@case("bc", "cannot be read as Python")
def deep_as_a_well(nb, folder, chapter):
    page_of(nb, chapter.a)["source"] = "answers = {1: " + "-" * 80_000 + f'1}}\npage("{chapter.a}", answers)'
    return nb


@case("bc")
def odd_numbers(nb, folder, chapter):
    held = ", ".join(f"{box}: '{text}'" for box, text in zip(chapter.key, ("nan", "1e999", "٣", "0x8"), strict=False))
    page_of(nb, chapter.a)["source"] = f'answers = {{{held}}}\npage("{chapter.a}", answers)'
    return nb


@case("bc")
def half_characters(nb, folder, chapter):
    held = '{1: "\ud800", 2: "\\ud800", 3: "\\x00"}'
    page_of(nb, chapter.a)["source"] = f'answers = {held}\npage("{chapter.a}", answers)'
    nb["cells"][0]["source"] = "\ud800 \0 \x1b[31m"
    return nb


@case("bc")
def mark_up_in_answers(nb, folder, chapter):
    script = "<script src='http://elsewhere.example/x.js'></script>"
    held = {1: f"</style>{script}", 2: "<img src=x onerror=alert(1)>", 3: "{{uid}}"}
    page_of(nb, chapter.a)["source"] = f'answers = {held}\npage("{chapter.a}", answers)'
    picture = "<img src='http://elsewhere.example/z.png' onerror='alert(1)'>"
    nb["cells"].append(plain(f"{script} {picture} $\\undefined{{x}}$ {{{{ 1/0 }}}}", "markdown"))
    return nb


@case("abc")
def ten_thousand_cells(nb, folder, chapter):
    nb["cells"] += [plain(f"page = {n}") for n in range(3000)]
    return nb


@case("abc")
def attachments_of_nonsense(nb, folder, chapter):
    nonsense = {"x.png": 3, "y": {"image/png": [1, "ab"]}}
    nb["cells"].insert(0, {**plain("![](attachment:x.png)", "markdown"), "attachments": nonsense})
    return nb


@case("abc")
def cells_that_are_no_cells(nb, folder, chapter):
    nb["cells"] += [3, None, [], {}, {"cell_type": "code"}, {"cell_type": "code", "source": {"a": 1}}, "x"]
    return nb


# Files.


@case("", "is empty")
def empty_file(nb, folder, chapter):
    return b""


@case("", "breaks off")
def cut_json(nb, folder, chapter):
    written = json.dumps(nb).encode()
    return written[: len(written) * 2 // 3]


@case("", "is damaged in line")
def damaged_json(nb, folder, chapter):
    return json.dumps(nb, indent=1).replace('"cells"', "cells", 1).encode()


@case("", "holds something that no notebook holds")
def json_deeper_than_any_stack(nb, folder, chapter):
    return b"[" * 200_000 + b"]" * 200_000


@case("", "is not a notebook")
def json_null(nb, folder, chapter):
    return b"null"


@case("", "is not a notebook")
def json_list(nb, folder, chapter):
    return json.dumps([nb]).encode()


@case("abc")
def format_3(nb, folder, chapter):
    listed = [{**cell, "input": cell["source"]} for cell in nb["cells"]]
    for cell in listed:
        del cell["source"]
    return {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""}, "worksheets": [{"cells": listed}]}


@case("abc")
def format_of_the_future(nb, folder, chapter):
    return nb | {"nbformat": 9, "nbformat_minor": "x"}


@case("abc", "written in utf-16")
def utf_16(nb, folder, chapter):
    return json.dumps(nb).encode("utf-16")


@case("abc")
def byte_order_mark(nb, folder, chapter):
    return b"\xef\xbb\xbf" + json.dumps(nb).encode()


@case("abc", "not written in UTF-8")
def latin_1(nb, folder, chapter):
    nb["cells"][0]["source"] = "é"
    return json.dumps(nb, ensure_ascii=False).encode("latin-1", "replace")


@case("", "zip archive")
def zip_archive(nb, folder, chapter):
    return b"PK\x03\x04" + bytes(range(256))


@case("", "is a folder")
def folder_with_the_name(nb, folder, chapter):
    (folder / f"{chapter.name}.ipynb").mkdir()


@case("abc", "holds its pages and was marked in its place")
def renamed(nb, folder, chapter):
    (folder / f"{chapter.name} (1).ipynb").write_text(json.dumps(nb))


@case("abc", "holds its pages and was marked in its place")
def renamed_with_mark_up(nb, folder, chapter):
    (folder / "`<b>*x*.ipynb").write_text(json.dumps(nb))


@case("abc", "holds its pages and was marked in its place")
def extension_added(nb, folder, chapter):
    (folder / f"{chapter.name}.ipynb.txt").write_text(json.dumps(nb))


@case("abc", "holds its pages and was marked in its place")
def in_a_folder_of_its_own(nb, folder, chapter):
    (folder / chapter.folder).mkdir()
    (folder / chapter.folder / f"{chapter.name}.ipynb").write_text(json.dumps(nb))


@case("abc", "is blank")
def blank_one_and_filled_one(nb, folder, chapter):
    (folder / "my answers.ipynb").write_text(json.dumps(nb))
    return blank(deepcopy(nb), chapter)


@case("abc", "could not be read")
def broken_one_and_whole_one(nb, folder, chapter):
    (folder / "copy.ipynb").write_text(json.dumps(nb))
    return b"{"


@case("a", "was handed in too")
def two_filled_ones(nb, folder, chapter):
    (folder / "copy.ipynb").write_text(json.dumps(nb))
    return fill(blank(deepcopy(nb), chapter), chapter.a)


@case("", "was not handed in")
def nothing_at_all(nb, folder, chapter):
    pass


@case("", "was not handed in")
def only_a_letter(nb, folder, chapter):
    (folder / "letter.txt").write_text("My dog ate it.")


@case("abc")
def a_stray_file(nb, folder, chapter):
    (folder / "notes.txt").write_text("notes")
    (folder / "scratch.ipynb").write_text("{}")
    return nb


@case("", "is a link to somewhere else")
def link_to_the_solution(nb, folder, chapter):
    (folder / f"{chapter.name}.ipynb").symlink_to(f"../../../chapters/{chapter.folder}/../../solution.ipynb")


@case("", "cannot be opened")
def broken_link(nb, folder, chapter):
    (folder / f"{chapter.name}.ipynb").symlink_to("nowhere")


@case("abc", "left out")
def links_beside_it(nb, folder, chapter):
    (folder / "nowhere").symlink_to("nothing")
    (folder / "loop").symlink_to("loop")
    (folder / "out").symlink_to("/etc/hostname")
    return nb


@case("", "is not an ordinary file")
def a_pipe(nb, folder, chapter):
    os.mkfifo(folder / f"{chapter.name}.ipynb")
    os.mkfifo(folder / "another")


@case("abc", "timestamp.txt cannot be read")
def timestamp_of_nonsense(nb, folder, chapter):
    (folder / "timestamp.txt").write_text("yesterday or so")
    return nb


@case("abc", "timestamp.txt cannot be read")
def timestamp_of_bytes(nb, folder, chapter):
    (folder / "timestamp.txt").write_bytes(b"\xff\xfe\x00")
    return nb


@case("", "zip archive")
def zip_with_names_that_lead_out(nb, folder, chapter):
    return zipped({"../../evil.ipynb": nb, "/tmp/evil.ipynb": nb, f"{chapter.name}.ipynb": nb})


@case("abc")
def zip_beside_it(nb, folder, chapter):
    (folder / "data.zip").write_bytes(zipped({"../../../gradebook.db": nb, f"../{chapter.name}.ipynb": nb}))
    return nb


@case("", "zip archive")
def only_a_zip(nb, folder, chapter):
    (folder / "My homework.zip").write_bytes(zipped({f"{chapter.name}.ipynb": nb}))


def zipped(files):
    """A zip archive with these names in it, however they lead out of it."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, nb in files.items():
            archive.writestr(name, json.dumps(nb))
    return held.getvalue()


@case("", "too big")
def a_gigabyte(nb, folder, chapter):
    sparse(folder / f"{chapter.name}.ipynb")


@case("abc", "left out: it is bigger")
def a_gigabyte_beside_it(nb, folder, chapter):
    sparse(folder / "recording.mp4")
    return nb


def sparse(path):
    """A file of a gigabyte that takes no room on the disk."""
    with path.open("wb") as file:
        file.truncate(10**9)


@case("", "is a link to somewhere else")
def link_to_a_friends_notebook(nb, folder, chapter):
    (folder / f"{chapter.name}.ipynb").symlink_to(f"../../aaa-honest/{chapter.folder}/{chapter.name}.ipynb")


@case("", "was not handed in")
def link_to_a_friends_folder(nb, folder, chapter):
    (folder / "mine").symlink_to(f"../../aaa-honest/{chapter.folder}")


@case("abc")
def names_that_are_no_text(nb, folder, chapter):
    for name in (b"\xff\xfe.txt", b"\xff\xfe.ipynb", "İıß\n<b>.csv".encode()):
        with open(os.fsencode(folder) + b"/" + name, "wb") as file:
            file.write(b"{}")
    return nb
