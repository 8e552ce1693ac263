"""What importing the marking costs over importing NumPy."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time

from . import classroom

ROUNDS = 25
ENVIRONMENT = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
HEAVY = ("sympy", "matplotlib", "IPython", "ipywidgets", "nbformat", "nbgrader")


def run() -> list[dict]:
    """The ratio of `import autograder.marking.pages` to `import numpy`, whole processes in turn, and what it loads."""
    pairs = [(_seconds("import numpy"), _seconds("import autograder.marking.pages")) for _ in range(ROUNDS)]
    code = f"import sys, autograder.marking.pages; print(*[m for m in {HEAVY} if m in sys.modules])"
    words = [sys.executable, "-c", code]
    loaded = subprocess.run(words, cwd=classroom.ROOT, check=True, capture_output=True, text=True)
    ratio = statistics.median(ours / numpy for numpy, ours in pairs)
    return [
        {"what": "import of marking over import numpy", "value": ratio, "goal": "≤ 1.2"},
        {"what": f"of {', '.join(HEAVY)} it loads", "value": len(loaded.stdout.split()), "goal": "0"},
    ]


def _seconds(code: str) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], cwd=classroom.ROOT, check=True, env=ENVIRONMENT)
    return time.perf_counter() - start
