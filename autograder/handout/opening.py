"""Open a student's folder in JupyterLab; where there is none, say how to open it."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

FIRST = "00-start/start.ipynb"


def open_in_jupyter(folder: Path) -> int:
    """Run JupyterLab on the start page until it is ended; its exit status. Without JupyterLab, say what to do: 0."""
    if find_spec("jupyterlab") is None:
        print(
            f"Open {folder / FIRST} in the Jupyter that you have, or install one: "
            "pip install 'backprop-workbook[lab]', then workbook start again."
        )
        return 0
    command = [sys.executable, "-m", "jupyterlab", f"--LabApp.default_url=/lab/tree/{FIRST}"]
    try:
        return subprocess.run(command, cwd=folder, check=False).returncode
    except KeyboardInterrupt:  # JupyterLab has asked already whether that was meant
        return 0
