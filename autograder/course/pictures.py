"""Look at every page and explorer at once: a contact sheet for each chapter, light and dark, full and half width.

draw(folder)               folder/<chapter>.html, each a file that needs nothing else; for a browser
draw_page(folder, page)    folder/<chapter>-<name>.html, one page
"""

from __future__ import annotations

from html import escape
from pathlib import Path

from .. import explorers, pages
from ..authoring.explorer import Explorer
from ..authoring.page import Page
from ..authoring.slugs import OURS, module_name
from ..explorers.checking import checker
from ..marking.pages import mark
from ..render import explorers as exploring
from ..render import pages as render
from ..widgets.fonts import face_css

VIEWS = {"light, blank": ("light", False), "dark, solved": ("dark", True), "light, half as wide": ("light half", True)}
EXPLORERS = render.stylesheet("figures", "explorer")
STYLE = """
body { margin: 0; padding: 24px; background: #8a8f98; font: 14px/1.4 system-ui, sans-serif; }
.row { display: flex; gap: 18px; align-items: flex-start; margin: 0 0 26px; break-inside: avoid; }
.view { flex: none; width: 780px; padding: 6px; border-radius: 8px; }
.half { width: 430px; }
.light { background: #fff; color-scheme: light; }
.dark { background: #111; color-scheme: dark;
  --jp-layout-color0: #111; --jp-content-font-color0: #e8e9eb; --jp-border-color1: #454b54; --jp-border-color2: #343941;
  --jp-brand-color1: #64b5f6; --jp-success-color1: #81c784; --jp-error-color1: #ef9a9a; --jp-warn-color1: #ffb74d; }
h1, h2 { margin: 0 0 10px; color: #fff; font-weight: 600; }
h2 { font-size: 15px; }
"""


def draw(folder: Path, package: str = OURS) -> list[Path]:
    """Write the contact sheets of a course; returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    named = {chapter: pages.CHAPTERS.get(chapter, module_name(chapter)) for chapter in pages.chapters(package)}
    return [_sheet(folder, chapter, name) for chapter, name in named.items()]


def draw_page(folder: Path, page: Page) -> Path:
    """Write the contact sheet of one page; returns the file."""
    folder.mkdir(parents=True, exist_ok=True)
    return _write(folder, page.slug.replace("/", "-"), _row(page))


def _sheet(folder: Path, chapter: str, name: str) -> Path:
    shown = pages.chapter_pages(chapter)
    checks = filter(None, (checker(page.slug) for page in shown))
    rows = [*map(_row, shown), *map(_explored, [*explorers.chapter_explorers(chapter), *checks])]
    return _write(folder, name, "".join(rows))


def _write(folder: Path, name: str, rows: str) -> Path:
    path = folder / f"{name}.html"
    style = face_css() + render.stylesheet() + EXPLORERS + STYLE
    path.write_text(
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{name}</title>'
        f"<style>{style}</style><h1>{name}: {', '.join(VIEWS)}</h1>{rows}</html>",
        encoding="utf-8",
    )
    return path


def _row(page: Page) -> str:
    views = "".join(f'<div class="view {kind}">{_view(page, solved, kind)}</div>' for kind, solved in VIEWS.values())
    return f'<h2>{escape(page.slug)}</h2><div class="row">{views}</div>'


def _explored(explorer: Explorer) -> str:
    """An explorer's figures, as they stand in a live notebook and as still pictures."""
    drawn = exploring.heading(explorer) + exploring.body(explorer.draw())
    live = f'<div class="wb-page wb-explorer">{drawn}</div>'
    views = {"light": exploring.still(explorer, style=False), "dark": live, "light half": live}
    shown = "".join(f'<div class="view {kind}">{html}</div>' for kind, html in views.items())
    return f'<h2>{escape(explorer.slug)}</h2><div class="row">{shown}</div>'


def _view(page: Page, solved: bool, kind: str) -> str:
    sheet = page.sheet()
    marks = mark(page, {box.number: box.shown for box in sheet.boxes} if solved else {})
    html = render.static(sheet, marks, style=False)
    return html.replace("wb-arrow-", f"wb-arrow-{kind.replace(' ', '-')}-")  # ids differ between the views
