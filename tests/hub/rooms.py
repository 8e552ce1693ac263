"""A computer within this one, with users of its own: python rooms.py rooms.json PROGRAM ...

Runs under `unshare`, as its root. What is mounted here nobody else sees, and all of it is gone when the program ends:
/etc, with the users added; /home; /srv. Python and the workbook stay where they are, and everybody may read them, also
where they lie in somebody's home.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

FIRST_ID = 2001


def main(plan: Path, *program: str) -> None:
    """plan: the users, by name; the files that a system administrator put there; the folders everybody must read."""
    rooms = json.loads(plan.read_text(encoding="utf-8"))
    stage = Path("/mnt")
    mount("tmpfs", stage, "-t", "tmpfs")
    for name in ("etc", "home", "srv", "kept"):
        (stage / name).mkdir()
    copy_settings(Path("/etc"), stage / "etc")
    kept = [keep(Path(place), stage / "kept" / str(n)) for n, place in enumerate(rooms["read"])]
    for name in ("etc", "home", "srv"):
        mount(stage / name, Path("/", name), "--bind")
    for place, source in kept:
        show(place, source)
    for n, user in enumerate(rooms["users"]):
        add_user(user, FIRST_ID + n)
    for place, text in rooms["files"].items():
        path = Path(place)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    os.chdir("/srv")
    os.execvp(program[0], program)


def mount(source: object, target: Path, *how: str) -> None:
    subprocess.run(["mount", *how, str(source), str(target)], check=True)


def copy_settings(source: Path, target: Path) -> None:
    """What of /etc can be read; a user without rights over the computer cannot read all."""
    for path in source.iterdir():
        try:
            if path.is_dir() and not path.is_symlink():
                shutil.copytree(path, target / path.name, symlinks=True)
            else:
                shutil.copy2(path, target / path.name, follow_symlinks=False)
        except (shutil.Error, OSError):
            continue


def keep(place: Path, at: Path) -> tuple[Path, Path]:
    at.mkdir()
    mount(place, at, "--rbind")
    return place, at


def show(place: Path, source: Path) -> None:
    """Have everybody read a folder where it was, though the way there is hidden now or not open to everybody."""
    for above in reversed(place.parents):
        if not above.exists():
            above.mkdir()
        elif not above.stat().st_mode & 0o001:
            mount("tmpfs", above, "-t", "tmpfs", "-o", "mode=755")
    if not place.exists() or not any(place.iterdir()):
        place.mkdir(exist_ok=True)
        mount(source, place, "--rbind")


def add_user(name: str, number: int) -> None:
    home = Path("/home", name)
    home.mkdir(mode=0o700)
    os.chown(home, number, number)
    for book, line in (
        ("passwd", f"{name}:x:{number}:{number}::{home}:/bin/bash\n"),
        ("group", f"{name}:x:{number}:\n"),
    ):
        path = Path("/etc", book)
        others = [
            each for each in path.read_text().splitlines(keepends=True) if each.split(":")[2] != str(number)
            and each.split(":")[0] != name
        ]  # fmt: skip
        path.write_text("".join([*others, line]))


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
