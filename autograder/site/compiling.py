"""Run by the Python whose bytecode is wanted: python compiling.py [--keep=ARCHIVE ...] ARCHIVE ...

In each archive a module's source is replaced by its bytecode; in those kept, bytecode is added and the source stays.
The same sources make the same archive. Imports nothing but the standard library, and runs apart from the workbook.
"""

from __future__ import annotations

import importlib.util
import marshal
import sys
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

EPOCH = (2020, 1, 1, 0, 0, 0)
UNCHECKED = (1).to_bytes(4, "little")  # not held against the source, of which nobody knows the date


def main(words: Sequence[str]) -> None:
    warnings.simplefilter("ignore")  # about other people's code
    kept = {word.removeprefix("--keep=") for word in words if word.startswith("--keep=")}
    for word in words:
        if not word.startswith("--"):
            rewrite(Path(word), keep=word in kept)


def rewrite(archive: Path, *, keep: bool) -> None:
    """Write the archive anew, with bytecode."""
    with zipfile.ZipFile(archive) as old:
        files = {name: old.read(name) for name in old.namelist() if not name.endswith("/")}
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as new:
        for name, data in files.items():
            for place, content in compiled(name, data, keep):
                new.writestr(zipfile.ZipInfo(place, EPOCH), content, zipfile.ZIP_DEFLATED)


def compiled(name: str, data: bytes, keep: bool) -> Iterator[tuple[str, bytes]]:
    """What stands in the archive for one file."""
    code = _code(name, data) if name.endswith(".py") else None
    if code is None or keep:
        yield name, data
    if code is not None:
        place = importlib.util.cache_from_source(name, optimization="") if keep else f"{name}c"
        yield place.replace("\\", "/"), importlib.util.MAGIC_NUMBER + UNCHECKED + bytes(8) + code


def _code(name: str, data: bytes) -> bytes | None:
    try:
        return marshal.dumps(compile(data, name, "exec", dont_inherit=True, optimize=0))
    except (SyntaxError, ValueError):  # a test of a package may be no Python at all
        return None


if __name__ == "__main__":
    main(sys.argv[1:])
