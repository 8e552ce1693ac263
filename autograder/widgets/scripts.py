"""The JavaScript of a widget as the one module that anywidget takes: `script("page.js", style)`.

The files beside this one are ordinary ES modules. A file that says `import { findCell } from "./notebook.js";` gets
that file put before it, once; no bundler, and nothing to build. The style sheet travels in it as the constant STYLE.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from pathlib import Path

HERE = Path(__file__).parent
IMPORT = re.compile(r'^import \{[^}]*\} from "\./([\w/]+\.js)";\n', re.MULTILINE)


@lru_cache(maxsize=16)
def script(name: str, style: str = "") -> str:
    """The module `name` of this folder with all that it imports from it, each file once, and with its style sheet."""
    kept = {"name": name.removesuffix(".js"), "text": style}
    return "\n".join([f"const STYLE = {json.dumps(kept, ensure_ascii=False)};", *_parts(name, set())])


def _parts(name: str, seen: set[str]) -> list[str]:
    if name in seen:
        return []
    seen.add(name)
    source = (HERE / name).read_text(encoding="utf-8")
    before = [part for needed in IMPORT.findall(source) for part in _parts(needed, seen)]
    return [*before, IMPORT.sub("", source)]
