"""What importing the marking costs over importing NumPy."""

from __future__ import annotations

import os
import resource
import subprocess
import sys

from . import classroom

ROUNDS = 25
ENVIRONMENT = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
HEAVY = ("sympy", "matplotlib", "IPython", "ipywidgets", "nbformat", "nbgrader")


def run() -> list[dict]:
    """The ratio of `import autograder.marking.pages` to `import numpy`, and what it loads.

    Whole processes in turn, and the least processor time of each: what else the machine does only adds to it.
    """
    pairs = [(_seconds("import numpy"), _seconds("import autograder.marking.pages")) for _ in range(ROUNDS)]
    code = f"import sys, autograder.marking.pages; print(*[m for m in {HEAVY} if m in sys.modules])"
    words = [sys.executable, "-c", code]
    loaded = subprocess.run(words, cwd=classroom.ROOT, check=True, capture_output=True, text=True)
    numpy, ours = map(min, zip(*pairs, strict=True))
    return [
        {"what": "import of marking over import numpy", "value": ours / numpy, "goal": "≤ 1.2"},
        {"what": f"of {', '.join(HEAVY)} it loads", "value": len(loaded.stdout.split()), "goal": "0"},
    ]


def _seconds(code: str) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", code], cwd=classroom.ROOT, check=True, env=ENVIRONMENT)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
