"""The scripts of the widgets as one module each."""

import re
from pathlib import Path

import pytest

from autograder.widgets import scripts

ENTRIES = ["page.js", "explorer.js", "student.js", "progress.js"]
TOP = re.compile(r"^(?:export )?(?:const|let|class|function|async function) ([\w$]+)", re.MULTILINE)


@pytest.mark.parametrize("name", ENTRIES)
def test_a_widget_has_one_script(name):
    """Nothing is imported any more, the default export is there, and no name is declared twice."""
    text = scripts.script(name)
    names = TOP.findall(text)
    assert not re.search(r"^import ", text, re.MULTILINE) and text.count("export default") == 1
    assert len(names) == len(set(names))


def test_what_several_need_comes_once(tmp_path, monkeypatch):
    """A file imported by two others stands before both, once."""
    for name, text in {"a.js": 'import { b } from "./b.js";\nimport { c } from "./c.js";\nA\n',
                       "b.js": 'import { c } from "./c.js";\nB\n', "c.js": "C\n"}.items():  # fmt: skip
        Path(tmp_path / name).write_text(text)
    monkeypatch.setattr(scripts, "HERE", tmp_path)
    style, *files = scripts.script.__wrapped__("a.js", "p { color: red }\n").split("\n")
    assert [line for line in files if line] == ["C", "B", "A"]
    assert style == r'const STYLE = {"name": "a", "text": "p { color: red }\n"};'
