"""A sheet of HTML as a PDF, by the print of a browser that is installed anyway.

    browser = find_browser()                      Chromium, Chrome or Edge; None where there is none
    print_pdf(browser, html, Path("ada.pdf"))     PrintError where it does not come about

The file is written beside its PDF and printed from there: a browser from a Linux shop of apps sees nothing in /tmp.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from ..classroom.released import ClassError

PATIENCE = 180.0  # seconds for one document; a slow computer needs some for the first
COMMANDS = (
    "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge",
    "microsoft-edge-stable", "msedge", "brave-browser",
)  # fmt: skip
"""What browsers with a print of this kind are called on a command line."""

PLACES: Mapping[str, tuple[str, ...]] = {
    "Darwin": (
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
        "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
        "~/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    ),
    "Windows": (
        "%ProgramFiles%/Google/Chrome/Application/chrome.exe",
        "%ProgramFiles(x86)%/Google/Chrome/Application/chrome.exe",
        "%LocalAppData%/Google/Chrome/Application/chrome.exe",
        "%ProgramFiles(x86)%/Microsoft/Edge/Application/msedge.exe",
        "%ProgramFiles%/Microsoft/Edge/Application/msedge.exe",
    ),
}
"""System → where its browsers lie that no command line knows."""

FLAGS = (
    "--headless", "--disable-gpu", "--disable-extensions", "--no-first-run", "--no-default-browser-check",
    "--disable-background-networking", "--disable-sync", "--no-pdf-header-footer",
)  # fmt: skip


class PrintError(ClassError):
    """A browser made no PDF. The message says what it said."""


def find_browser(environment: Mapping[str, str] | None = None) -> Path | None:
    """A browser that can print by itself, if there is one on this computer."""
    environment = os.environ if environment is None else environment
    named = (shutil.which(command, path=environment.get("PATH", "")) for command in COMMANDS)
    found = [Path(path) for path in named if path]
    return next(iter([*found, *(path for path in _places(environment) if path.is_file())]), None)


def _places(environment: Mapping[str, str]) -> Iterator[Path]:
    for place in PLACES.get(platform.system(), ()):
        for name, value in environment.items():
            place = place.replace(f"%{name}%", value)
        if "%" not in place:
            yield Path(place).expanduser()


def print_pdf(browser: Path, html: str, pdf: Path, patience: float = PATIENCE) -> None:
    """Print a document. PrintError, and no file, where the browser makes none."""
    draft, page = pdf.with_name(f"{pdf.stem}.part"), pdf.with_suffix(".html")
    page.write_text(html, encoding="utf-8", newline="\n")
    with tempfile.TemporaryDirectory(prefix="print-", dir=pdf.parent, ignore_cleanup_errors=True) as profile:
        asked = [f"--user-data-dir={profile}", f"--print-to-pdf={draft.absolute()}", page.absolute().as_uri()]
        outcome = _run([str(browser), *FLAGS, *_as_root(), *asked], patience)
    if not _whole(draft):
        draft.unlink(missing_ok=True)
        raise PrintError(f"{browser.name} made no PDF of {page.name}: {outcome}. {by_hand(page)}")
    os.replace(draft, pdf)
    page.unlink()


def by_hand(page: Path) -> str:
    """What to do with the file instead."""
    return (
        f"Open {page} in Chrome or Edge and choose Print, Save as PDF, with no headers and footers and with "
        "background graphics."
    )


def _run(command: list[str], patience: float) -> str:
    """Run a browser; what it came to, in words."""
    try:
        done = subprocess.run(command, capture_output=True, timeout=patience, stdin=subprocess.DEVNULL, check=False)
    except subprocess.TimeoutExpired:
        return f"it was not done after {patience:g} seconds"
    except OSError as error:
        return (error.strerror or str(error)).lower()
    lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
    return lines[-1][:200] if lines and done.returncode else f"it ended with {done.returncode}"


def _as_root() -> list[str]:
    """A browser refuses to run as root in its own sandbox; what it reads here is our own file."""
    return ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []


def _whole(pdf: Path) -> bool:
    """Whether this is a PDF with an end."""
    try:
        data = pdf.read_bytes()
    except OSError:
        return False
    return data.startswith(b"%PDF") and b"%%EOF" in data[-1024:]
