"""Open a student's folder in JupyterLab; where there is none, say how to open it."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path


def open_in_jupyter(folder: Path) -> int:
    """Run JupyterLab on the first notebook until it is ended; its exit status. Without JupyterLab say what to do."""
    first = min((path.relative_to(folder).as_posix() for path in folder.glob("[0-9]*/*.ipynb")), default="")
    if find_spec("jupyterlab") is None:
        print(
            f"Open {folder / first} in the Jupyter that you have, or install one: "
            "pip install 'backprop-workbook[lab]', then workbook start again."
        )
        return 0
    command = [sys.executable, "-m", "jupyterlab", f"--LabApp.default_url=/lab/tree/{first}"]
    try:
        return subprocess.run(command, cwd=folder, check=False).returncode
    except KeyboardInterrupt:  # JupyterLab has asked already whether that was meant
        return 0
