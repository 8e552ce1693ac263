"""The bar at the top of a chapter and on the start page, in the chapters as they are handed out."""

from __future__ import annotations

import shutil

import pytest

from autograder.pages import chapter_pages, load

from .desk import ADDRESS, PANEL, REPOSITORY, Desk

EQUATIONS = "chapters/08-equations/equations.ipynb"
SLUG = "equations/nudge-z"
CELL = "page-equations--nudge-z"
LAST = "page-equations--from-shapes"
PAGES = len(chapter_pages("equations"))
KEYS = [box.shown for box in load(SLUG).sheet().boxes]


@pytest.fixture(scope="module")
def chapters(folder):
    """The start page and two chapters, beside each other on the server."""
    root = folder / "work" / "chapters"
    for name in ("00-start", "01-gradients", "08-equations"):
        shutil.copytree(REPOSITORY / "chapters" / name, root / name)
    return root


def opened(context, server, folder, flavour: str, path: str) -> Desk:
    desk = Desk(context.new_page(), server, folder / "work", flavour)
    desk.path = folder / "work" / path
    reopen(desk, path)
    desk.run(1)
    desk.page.wait_for_selector(".wb-progress-live li", timeout=30_000)
    return desk


def reopen(desk, path: str) -> None:
    desk.page.goto(desk.address + ADDRESS[desk.flavour].format(path))
    desk.page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
    desk.wait(f"{PANEL}?.context?.isReady && {PANEL}.content?.model?.cells?.length >= 4")
    desk.wait(f"['idle', 'busy'].includes({PANEL}.context.sessionContext.session?.kernel?.status)", 60_000)


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


@pytest.mark.parametrize("flavour", ["lab", "notebook"])
def test_the_bar_follows_the_cells_and_leads_to_the_pages(context, server, folder, chapters, flavour):
    """Blank, begun, right, as the cells change; a click shows a page far down; the saved twin says the same."""
    desk = opened(context, server, folder, flavour, EQUATIONS)
    try:
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
        desk.wait(f"!{PANEL}.context.model.dirty")
        reopen(desk, EQUATIONS)  # the kernel still runs: the bar comes back, and follows
        desk.page.wait_for_selector(".wb-progress-live li", timeout=30_000)
        wait_state(desk, CELL, "right")
        type_answers(desk, KEYS[:3])
        wait_state(desk, CELL, "begun")
        desk.save()
        desk.wait(f"!{PANEL}.context.model.dirty")
        assert desk.outside == [] and (flavour == "notebook" or desk.errors == [])  # Notebook 7 has some of its own
    finally:
        desk.page.close()


def test_the_start_page_shows_all_chapters(context, server, folder, chapters):
    """A bar for each chapter that is there, from its file, and a link that opens it; each link has a spoken label."""
    desk = opened(context, server, folder, "lab", "chapters/00-start/start.ipynb")
    try:
        assert desk.page.locator(".wb-progress-live .wb-bar").count() == 3
        bar = desk.page.locator(".wb-progress-live .wb-bar", has_text="The four equations")
        assert bar.locator("li").count() == PAGES and bar.get_attribute("aria-label").startswith("Pages of chapter 8")
        labels = bar.locator("li a").evaluate_all("links => links.map(link => link.getAttribute('aria-label'))")
        assert labels[0].startswith("1, Nudge z, watch the cost: ")
        bar.locator("li a").first.focus()
        desk.page.keyboard.press("Enter")
        desk.wait(f"{PANEL}?.context?.path === '{EQUATIONS}'", 30_000)
    finally:
        desk.page.close()
