"""Which cells may run by themselves, as labextension/static/data.js reads them, held against Python's own reading."""

from __future__ import annotations

import ast
import json
import random
import re
import subprocess
from pathlib import Path

import pytest
from IPython.core.inputtransformer2 import TransformerManager

from autograder.authoring.mistakes import MESSAGES
from autograder.nbgrader.release import blank_source, setup_cells, solved_source
from autograder.pages import catalogue
from autograder.settings import Settings

ROOT = Path(__file__).parents[2]
DATA = ROOT / "autograder" / "labextension" / "static" / "data.js"
SETUP = "from autograder.notebook import course, explore, grade, page, practice, progress\n"
GUARDED = setup_cells(Settings(), "gradients")[0].source
GUARD = ast.parse(GUARDED).body[0]


def node() -> str:
    """The Node that comes with Playwright."""
    from playwright._impl._driver import compute_driver_executable

    found = compute_driver_executable()
    return found if isinstance(found, str) else found[0]


def kinds(sources: list[str]) -> list[dict]:
    """What data.js says of each cell."""
    script = f"""
import {{ read }} from "{DATA.as_uri()}";
let text = "";
for await (const part of process.stdin.setEncoding("utf8")) text += part;
console.log(JSON.stringify(JSON.parse(text).map((source) => read(source))));
"""
    run = [node(), "--input-type=module", "--eval", script]
    done = subprocess.run(run, input=json.dumps(sources), capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


# -- what is ours ------------------------------------------------------------------------------------------------------


def test_every_cell_of_every_chapter_is_read_for_what_it_is():
    """Of the chapters as they are handed out, every cell of the workbook is known, and no other."""
    cells = [
        cell
        for path in sorted((ROOT / "chapters").rglob("*.ipynb"))
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]
        if cell["cell_type"] == "code"
    ]
    wanted = {"page": "page", "grade": "grade", "explore": "explore", "workbook": "setup", "code": ""}
    for cell, said in zip(cells, kinds(["".join(cell["source"]) for cell in cells]), strict=True):
        kind = {"workbook-end": "progress", "workbook-practice": "practice"}.get(cell["id"])
        assert said["kind"] == (wanted[cell["id"].partition("-")[0]] if kind is None else kind), (cell["id"], said)


def test_settings_of_any_course_and_any_answers_are_data():
    """Set-up cells of courses with settings; every page with its key written in; what boxes write into a cell."""
    settings = Settings(variants="student", salt="autumn 2026: “O’Neil”", feedback="counts")
    setups = [cell.source for cell in setup_cells(settings, "gradients")]
    setups += [setup_cells(Settings(), "my-course/filters", "my-course/filters/a gradients/one-weight")[0].source]
    assert [said["kind"] for said in kinds(setups)] == ["setup", "course", "setup"]
    elsewhere = ["git+https://github.com/a/b@v1#egg=c", "https://example.org/backprop_workbook-1.0+x-py3-none-any.whl"]
    told = kinds([setup_cells(Settings().but(install=place))[0].source for place in elsewhere])
    assert told == [{"kind": "setup", "install": f"pip install {place}"} for place in elsewhere]
    assert kinds([GUARDED]) == [{"kind": "setup", "install": "pip install --find-links . backprop-workbook"}]


def test_the_set_up_cell_of_chapters_handed_out_earlier_is_known():
    """It began with the import; a comment may stand before it."""
    earlier = "# Pages open by themselves.\n" + SETUP + '\ncourse(show_how="practice")\nprogress("gradients")'
    assert kinds([earlier, earlier.replace("\n", "\r\n")]) == [{"kind": "setup"}] * 2
    sources = [source(page) for page in catalogue().values() for source in (blank_source, solved_source)]
    assert {said["kind"] for said in kinds(sources)} == {"page"}
    typed = [
        'answers = {1: -3/4, 2: 1e-3, "3": "2x·cos(x²)", 4: \'a "b"\', 5: True, 6: .5,}  # mine\npage("a/b", answers)',
        'page("gradients/one-weight", {1: "3"})',
        'page("gradients/one-weight")',
        'page("my-course/filters/one-filter", {1: "3"})',
        "# a word before\r\nanswers = {}\r\n\r\npage('a/b', answers)\r\n",
    ]
    assert [said["kind"] for said in kinds(typed)] == ["page"] * 5


def test_a_session_of_practice_is_data():
    """For what is due, for one slip, for one page; every slip that there is can be asked for."""
    asked = ["practice()", "# mine\npractice( )\n", 'practice("gradients/one-weight")']
    asked += [f'practice("{code}")' for code in MESSAGES]
    assert {said["kind"] for said in kinds(asked)} == {"practice"}


# -- what is not -------------------------------------------------------------------------------------------------------

PAGE = '\npage("a/b", answers)'
ATTACKS = {
    "a call in the dict": "answers = {1: print(1)}" + PAGE,
    "a call as a key": "answers = {print(1): 1}" + PAGE,
    "an attribute": "answers = {1: (1).real}" + PAGE,
    "a comprehension": "answers = {n: n for n in [1]}" + PAGE,
    "a lambda": "answers = {1: (lambda: 1)()}" + PAGE,
    "an f-string": "answers = {1: f'{print(1)}'}" + PAGE,
    "a walrus": "answers = {1: (x := 1)}" + PAGE,
    "a star": "answers = {**print(1)}" + PAGE,
    "a statement before": "import os\nanswers = {1: 1}" + PAGE,
    "a statement after": "answers = {1: 1}" + PAGE + "\nimport os",
    "a statement on the line": "answers = {1: 1}; import os" + PAGE,
    "a call in the slug": 'answers = {}\npage("a/b" + print(1), answers)',
    "a slug that formats": 'answers = {}\npage("a/b".format(), answers)',
    "a third argument": 'answers = {}\npage("a/b", answers, print(1))',
    "a keyword": 'answers = {}\npage("a/b", answers, variant=print(1))',
    "other answers": 'answers = {}\npage("a/b", others)',
    "another page": "answers = {}\npages[0]('a/b', answers)",
    "a definition": 'def page(*_): print(1)\nanswers = {}\npage("a/b", answers)',
    "a decorator": '@print\ndef page(*_): pass\npage("a/b")',
    "a shell line": 'answers = {}\npage("a/b", answers)\n!touch x',
    "a magic": '%cd ..\npage("a/b")',
    "a cell magic": '%%bash\ntouch x\npage("a/b")',
    "help": 'page("a/b")?',
    "a carriage return ends a comment": '# x\rprint(1)\npage("a/b")',
    "a line separator": '# x\u2028!touch x\npage("a/b")',
    "a form feed": '# x\x0cprint(1)\npage("a/b")',
    "a next line": '# x\x85!touch x\npage("a/b")',
    "a null": 'page("a/b")\x00',
    "an escape": 'page("\\x61/b")',
    "a name escape": 'answers = {1: "\\N{DIGIT ONE}"}' + PAGE,
    "three quotes": 'page("""a/b""")',
    "strings that join": 'page("a/b" "c")',
    "a backslash at the end": 'answers = {} \\\n\npage("a/b", answers)',
    "another import": "from autograder.notebook import page, os\ncourse()",
    "an import of all": "from autograder.notebook import *",
    "an import as": "from autograder.notebook import page as course\ncourse()",
    "an import of more": SETUP + "import os",
    "an import on the line": SETUP.strip() + "; import os",
    "a call in the settings": SETUP + "course(show_how=print(1))",
    "settings by position": SETUP + "course(print)",
    "a call in the bar": SETUP + "progress(print(1))",
    "a call in what is held": SETUP + 'progress("a", holds=print(1))',
    "a slug of four parts": 'page("a/b/c/d")',
    "a call of another": SETUP + "exec('1')",
    "a shell in the guard": GUARDED.replace("backprop-workbook", "x; touch x"),
    "an option in the guard": GUARDED.replace("--find-links .", "--index-url ."),
    "a quote in the guard": GUARDED.replace("backprop-workbook", 'x"; print(1); "'),
    "a format in the guard": GUARDED.replace("backprop-workbook", "{print(1)}"),
    "a line in the guard": GUARDED.replace("backprop-workbook", "x\n    print(1)"),
    "nothing in the guard": GUARDED.replace("pip install --find-links . backprop-workbook", ""),
    "another module in the guard": GUARDED.replace("import autograder.notebook", "import os", 1),
    "a guard that catches more": GUARDED.replace("ModuleNotFoundError", "BaseException"),
    "a guard that always installs": GUARDED.replace(" or input", " and input"),
    "a guard and more": GUARDED + "\nimport os",
    "a line behind the guard": GUARDED.replace("\nfrom autograder", "\nimport os\nfrom autograder"),
    "two guards": GUARDED.partition("from autograder")[0] + GUARDED,
    "a line before the guard": "import os\n" + GUARDED,
    "a call in practice": "practice(print(1))",
    "practice by name": "practice(what=print)",
    "two things to practise": 'practice("wrong_sign", "doubled")',
    "code in a slip": 'practice("wrong_sign();print(1)")',
    "practice and more": "practice()\nimport os",
    "an indented line": SETUP + "  course()",
    "letters that look like ours": "раge('a/b')",
    "a wide letter": "ｐage('a/b')",
    "more than is looked at": "answers = {" + "1: 1, " * 20_000 + "}" + PAGE,
}


@pytest.fixture(scope="module")
def refused() -> dict[str, dict]:
    return dict(zip(ATTACKS, kinds(list(ATTACKS.values())), strict=True))


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_cell_with_anything_else_in_it_is_not_ours(refused, attack):
    """Whatever could do something, wherever it hides."""
    assert refused[attack]["kind"] == "", ATTACKS[attack]


def test_the_reason_is_told_where_a_cell_looks_like_ours(refused):
    """A page with a call among its answers says why it is not run; a student's own code is left in peace."""
    assert refused["a call in the dict"]["why"] == "it holds more than numbers and words"
    assert refused["a line separator"]["why"] == "it holds hidden characters"
    assert refused["more than is looked at"]["why"].startswith("it is too long")
    assert refused["an import of more"]["why"] == "it does more than set up the workbook"
    own = ["answers[3] = 5", "class ReLU:\n    pass", "print(page)", "", "import numpy as np"]
    assert kinds(own) == [{"kind": "", "why": ""}] * len(own)


PIECES = [*"{}()[],:=+-/*;'\"\\\n\r\t #%!?@.", "1", "None", "print(1)", "x", "import os", '"', '"""', "\u2028", "  ",
          "__import__('os')",
          "\\\n", "f'", "lambda: 0", "\n!ls\n", "page", "answers", "e5", "\x0c"]  # fmt: skip
NODES = (ast.Module, ast.Assign, ast.Expr, ast.Dict, ast.Name, ast.Load, ast.Store, ast.Constant, ast.UnaryOp, ast.USub,
         ast.UAdd, ast.BinOp, ast.Div, ast.Call, ast.keyword, ast.ImportFrom, ast.alias)  # fmt: skip
CALLED = {"course", "explore", "grade", "page", "practice", "progress"}


def plain(name: ast.alias) -> bool:
    """Whether one of our own calls is imported, under its own name."""
    return name.asname is None and name.name in CALLED


def unguarded(tree: ast.Module) -> ast.Module:
    """A cell without the workbook's own guard at its beginning, whatever pip is told in it, if that is a plain word."""

    first = ast.unparse(tree.body[0]) if tree.body else ""
    told = re.search(r"line = '(pip install (--find-links \. )?[A-Za-z0-9][\w.~:/@+=#%-]*)'", first)
    if told and first.replace(told[1], "pip install --find-links . backprop-workbook", 1) == ast.unparse(GUARD):
        tree.body.pop(0)
    return tree


def harmless(source: str) -> bool:
    """Whether Python, after IPython has had its way with a cell, runs but our own calls on data, or cannot read it."""
    transformed = TransformerManager().transform_cell(source)
    try:
        tree = unguarded(ast.parse(transformed))
    except (SyntaxError, ValueError):
        return True
    for found in ast.walk(tree):
        if not isinstance(found, NODES):
            return False
        if isinstance(found, ast.Call) and not (isinstance(found.func, ast.Name) and found.func.id in CALLED):
            return False
        if isinstance(found, ast.ImportFrom):
            if found.module != "autograder.notebook" or not all(plain(name) for name in found.names):
                return False
        if isinstance(found, ast.Name) and found.id not in CALLED | {"answers"}:
            return False
        if isinstance(found, ast.Assign) and [ast.unparse(target) for target in found.targets] != ["answers"]:
            return False
    return True


def test_whatever_is_taken_for_ours_is_harmless_to_python():
    """Thousands of cells changed at random: none that data.js lets through does more than call us with data."""
    draw = random.Random("cells that look like ours")
    seeds = ['# a\nanswers = {\n    1: None, 2: "3/4", "3": -2/3,\n}\npage("gradients/one-weight", answers)\n',
             SETUP + '\ncourse(show_how="practice", salt="x")\nprogress("gradients")', 'explore("gradients/nudge")',
             GUARDED,
             'grade("gradients/one-weight")', 'progress("gradients", end=True)',
             'progress("my-course/filters", holds="gradients/one-weight my-course/filters/a")',
             'page("a/b", {1: "x", 2: 5})', "practice()", 'practice("wrong_sign")']  # fmt: skip
    changed = []
    for _ in range(7500):
        source = draw.choice(seeds)
        for _ in range(draw.choice((1, 1, 1, 2, 3))):
            at = draw.randrange(len(source) + 1)
            source = source[:at] + draw.choice(PIECES) + source[at + draw.choice((0, 0, 1, 3)) :]
        changed.append(source)
    taken = [source for source, said in zip(changed, kinds(changed), strict=True) if said["kind"]]
    assert len(taken) > 300  # or nothing was tried
    assert [source for source in taken if not harmless(source)] == []
    assert not all(harmless(source) for source in ATTACKS.values())
