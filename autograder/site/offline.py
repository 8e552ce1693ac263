"""What a browser keeps so that the site works without a network, and is never older than what the server has.

    put(site, elsewhere)        listing.json, and the service worker that goes by it

The listing names each file of the site with the SHA-256 of its content; browser/service-worker.js tells the rest.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TypedDict

LISTING, WORKER, LITE_WORKER = "listing.json", "service-worker.js", "jupyterlite-worker.js"
BROWSER = Path(__file__).with_name("browser")

UNLISTED = {LISTING, WORKER, LITE_WORKER}
"""The browser itself keeps the scripts of a worker."""

SELDOM = re.compile(
    r"\.(LICENSE\.txt|svg|eot|ttf|woff|map|txt|md)$|third-party-licenses|^doc/|schema\.v0|\.mjs$|^tree/"
)
"""Files that no page asks for on its way to a live box: licences, old formats of fonts."""

PACKAGES = "static/pyodide/"


class Listing(TypedDict):
    """What service-worker.js reads."""

    files: dict[str, str]  # place in the site, or an address elsewhere → the SHA-256 of its content
    ahead: list[str]  # of these, what is kept without being asked for


def put(site: Path, needed: Collection[str], elsewhere: Mapping[str, str]) -> None:
    """Write the listing and the worker into a finished site. A site that has them already gets a new listing.

    needed      the names of the packages that a page loads, of those that lie in the site
    elsewhere   address → SHA-256 of what a browser fetches from another host
    """
    if not (site / LITE_WORKER).exists():
        (site / WORKER).rename(site / LITE_WORKER)
    shutil.copy(BROWSER / WORKER, site / WORKER)
    places = [path for path in sorted(site.rglob("*")) if path.is_file()]
    names = [name for path in places if (name := path.relative_to(site).as_posix()) not in UNLISTED]
    files = {name: hashlib.sha256((site / name).read_bytes()).hexdigest() for name in names} | dict(elsewhere)
    ahead = [name for name in files if _ahead(name, needed)]
    (site / LISTING).write_text(json.dumps(Listing(files=files, ahead=ahead)), encoding="utf-8")


def _ahead(name: str, needed: Collection[str]) -> bool:
    if name.startswith(PACKAGES) and name.endswith((".whl", ".zip", ".tar")):
        return name.removeprefix(PACKAGES) in needed
    return not SELDOM.search(name)
