"""The bar at the top of a chapter and on the start page, in the chapters as they are handed out."""

from __future__ import annotations

import contextlib
import shutil
from pathlib import Path

import pytest

from autograder.pages import chapter_pages, load

from .desk import PANEL, REPOSITORY

CHAPTER = "03-elementwise/elementwise.ipynb"
SLUG = "elementwise/entry-by-entry"
CELL = "page-elementwise--entry-by-entry"
LAST = "page-elementwise--sum-of-products"
PAGES = len(chapter_pages("elementwise"))
KEYS = [box.shown for box in load(SLUG).sheet().boxes]


@pytest.fixture(scope="module")
def chapters(folder):
    """The start page and two chapters, beside each other on the server."""
    root = folder / "work" / "chapters"
    for name in ("00-start", "01-gradients", "03-elementwise"):
        shutil.copytree(REPOSITORY / "chapters" / name, root / name)
    return root


@contextlib.contextmanager
def bar_of(desk, path: Path):
    """The chapter, with its bar alive."""
    with desk.beside(path) as chapter:
        chapter.run(1)
        chapter.page.wait_for_selector(".wb-progress-live li", timeout=30_000)
        yield chapter


def wait_state(desk, cell: str, wanted: str) -> None:
    link = f".wb-progress-live a[data-cell='{cell}']"
    desk.wait(f"document.querySelector(\"{link}\")?.parentElement.classList.contains('wb-{wanted}')")


def type_answers(desk, texts: list[str]) -> None:
    """Into the source of the page's cell, as by hand; the page itself has not been run."""
    answers = ", ".join(f'{n}: "{text}"' for n, text in enumerate(texts, start=1))
    desk.page.evaluate(
        f"""([id, source]) => {{ const cell = [...{PANEL}.content.model.cells].find(cell => cell.id === id);
            cell.sharedModel.setSource(source); }}""",
        [CELL, f'answers = {{{answers}}}\npage("{SLUG}", answers)'],
    )


def test_the_bar_follows_the_cells_and_leads_to_the_pages(opened, chapters):
    """Blank, begun, right, as the cells change; a click shows a page far down; the saved twin says the same."""
    with bar_of(opened, chapters / CHAPTER) as desk:
        type_answers(desk, [""])
        wait_state(desk, CELL, "blank")
        type_answers(desk, KEYS[:2])
        wait_state(desk, CELL, "begun")
        type_answers(desk, KEYS)
        wait_state(desk, CELL, "right")
        assert f"1 of {PAGES} pages right" in desk.page.locator(".wb-progress-live").inner_text()
        assert not desk.page.locator(".wb-progress-static").is_visible()

        seen = f"""(() => {{ const cell = {PANEL}.content.widgets.find(w => w.model.id === '{LAST}').node;
            const r = cell.getBoundingClientRect(); return cell.isConnected && r.height > 0 && r.top < innerHeight
                && r.bottom > 0; }})()"""
        assert not desk.page.evaluate(f"() => {seen}")
        desk.page.locator(f".wb-progress-live a[data-cell='{LAST}']").click()
        desk.wait(seen)

        html = f"{PANEL}.content.model.cells.get(1).outputs.toJSON().at(-1).data['text/html']"
        desk.wait(f"[{html}].flat().join('').includes('1 of {PAGES} pages right')")
        desk.page.evaluate(f"() => {{ for (const cell of {PANEL}.content.model.cells) cell.trusted = true; }}")
        desk.save()  # trusted, as a notebook is of which all cells were run
        desk.reload()  # the kernel still runs: the bar comes back, and follows
        desk.page.wait_for_selector(".wb-progress-live li", timeout=30_000)
        wait_state(desk, CELL, "right")
        type_answers(desk, KEYS[:3])
        wait_state(desk, CELL, "begun")
        desk.save()
        assert desk.outside == []
        assert desk.flavour == "notebook" or desk.errors == []  # Notebook 7 has some of its own


def test_the_start_page_shows_all_chapters(opened_lab, chapters):
    """A bar for each chapter that is there, from its file, and a link that opens it; each link has a spoken label."""
    with bar_of(opened_lab, chapters / "00-start/start.ipynb") as desk:
        assert desk.page.locator(".wb-progress-live .wb-bar").count() == 3
        bar = desk.page.locator(".wb-progress-live .wb-bar", has_text="Entry by entry")
        assert bar.locator("li").count() == PAGES and bar.get_attribute("aria-label").startswith("Pages of chapter 3")
        labels = bar.locator("li a").evaluate_all("links => links.map(link => link.getAttribute('aria-label'))")
        assert labels[0].startswith("1, Entry by entry: ")
        bar.locator("li a").first.focus()
        desk.page.keyboard.press("Enter")
        desk.wait(f"{PANEL}?.context?.path === 'chapters/{CHAPTER}'", 30_000)
