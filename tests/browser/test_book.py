"""A chapter opens as a book, by itself and safely, in JupyterLab and Notebook 7, with the extension as it ships."""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nbformat
import pytest

from autograder import pages
from autograder.nbgrader.release import (
    METADATA,
    blank_source,
    code_cell,
    end_cell,
    explorer_cell,
    grade_cell,
    page_cell,
    setup_cells,
)
from autograder.settings import Settings

from .axe import violations
from .desk import ADDRESS, PANEL, REPOSITORY, Desk, open_as_books

SLUGS = ("activations/relu-and-its-kink", "activations/relu-mask", "activations/argmax")
RELU = pages.load_exercise("activations/relu-code")
FIRST, CODE = f"page-{SLUGS[0].replace('/', '--')}", f"code-{RELU.slug.replace('/', '--')}"
SHOWN = ".jp-NotebookPanel:not(.lm-mod-hidden)"
IN_LAB = pytest.mark.parametrize("desk", ["lab"], indirect=True, scope="class")  # where Notebook 7 does the same
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
LIVE = f"{PANEL}.node.querySelectorAll('.wb-live').length"
SPARED = f"{PANEL}.content.widgets.filter(cell => Object.hasOwn(cell, 'updatePromptOverlayIcon'))"
WIDGET = "application/vnd.jupyter.widget-view+json"


def chapter(
    folder: Path, name: str = "book.ipynb", *, setup: str = "", extra: list[str] = (), **metadata: object
) -> Path:
    """A small chapter as it is handed out: three pages, an explorer, a code exercise, `extra` cells of a stranger."""
    folder.mkdir(parents=True, exist_ok=True)
    cells = [
        nbformat.v4.new_markdown_cell("# 5 · A small chapter", id="markdown-1"),
        *setup_cells(Settings(), "activations"),
    ]
    if setup:
        cells[1].source = setup
    for slug in SLUGS:
        page = pages.load(slug)
        cells += [page_cell(slug, blank_source(page)), grade_cell(slug, page.points)]
    cells += [explorer_cell("activations/slopes"), code_cell(RELU, RELU.starter), grade_cell(RELU.slug, RELU.points)]
    cells += [nbformat.v4.new_code_cell(source, id=f"extra-{n}", metadata=metadata) for n, source in enumerate(extra)]
    nb = nbformat.v4.new_notebook(cells=[*cells, end_cell("activations")], metadata=METADATA)
    nbformat.write(nb, folder / "book.ipynb")
    return folder / "book.ipynb"


def long_chapter(place: Path, name: str = "08-equations", pages: int = 24) -> Path:
    """The beginning of a chapter as it is handed out: more pages than are in view."""
    place.mkdir(parents=True)
    [path] = (REPOSITORY / "chapters" / name).glob("*.ipynb")
    notebook = nbformat.read(path, 4)
    of_page = [n for n, cell in enumerate(notebook.cells) if cell.id.startswith("page-")]
    notebook.cells = notebook.cells[: of_page[pages]] + notebook.cells[-1:]
    nbformat.write(notebook, place / path.name)
    return place / path.name


def whole_chapter(place: Path, name: str) -> Path:
    """A chapter as it is handed out."""
    shutil.copytree(REPOSITORY / "chapters" / name, place)
    [path] = place.glob("*.ipynb")
    return path


def last_page(path: Path) -> str:
    """The name of the last cell that is a page."""
    return [cell.id for cell in nbformat.read(path, 4).cells if cell.id.startswith("page-")][-1]


@contextmanager
def no_python(desk: Desk) -> Iterator[None]:
    """No kernel starts; those that were asked for meanwhile start in the end."""
    desk.page.route("**/api/sessions*", lambda route: None if route.request.method == "POST" else route.continue_())
    try:
        yield
    finally:
        desk.page.unroute("**/api/sessions*")  # which lets those go on that wait


class BookDesk(Desk):
    """A desk at which chapters are opened and nothing is clicked."""

    def ready(self) -> BookDesk:
        """JupyterLab, loaded once."""
        if self.page.url == "about:blank":
            self.page.goto(self.address + "/lab?reset")
            self.wait("window.jupyterapp", 60_000)
            self.finish("async () => { await window.jupyterapp.restored; }", seconds=60)
        return self

    def book(self, path: Path, *, alive: int | None = None) -> BookDesk:
        """Open a chapter; wait until `alive` live things are there: by default all of the small chapter's."""
        self.path = path
        if self.flavour == "lab":
            self.ready()._show()
        else:
            self.page.goto(self.address + ADDRESS[self.flavour].format(self.place))
        self.wait(f"window.jupyterapp && {PANEL}?.context?.path === '{self.place}' && {PANEL}.context.isReady", 60_000)
        self._watch_saves()
        if alive != 0:
            self.wait_alive(alive)
        return self

    def wait_alive(self, count: int | None = None) -> None:
        """Until so many cells hold a live page, explorer or bar; 6 are in the small chapter."""
        held = f"""[...{PANEL}.content.model.cells].filter(cell => cell.type === 'code' &&
            [...Array(cell.outputs.length).keys()].some(n => cell.outputs.get(n).data['{WIDGET}'])).length"""
        self.wait(f"{held} >= {6 if count is None else count}", 60_000)
        if count is None or count > 1:
            self.wait(f"{LIVE} > 0 && {PANEL}.node.querySelector('.wb-progress-live .wb-bar')", 30_000)

    def wait_run(self) -> None:
        """Until every page has run."""
        self.wait(f"[...{PANEL}.content.model.cells].every(c => !c.id.startsWith('page-') || c.executionCount)", 60_000)

    def wait_drawn(self) -> None:
        """Until all of a long chapter is drawn."""
        self.wait(f"{LIVE} >= 24 && !{PANEL}.node.querySelector('.wb-book-waits')", 60_000)

    def hold_python(self, go_on: Path, pages: int) -> None:
        """Before Python is asked for one page more than these of the next book, have it wait until `go_on` is there;
        and end, if that is a folder."""
        wait = f"""import os, pathlib, time
go_on = pathlib.Path({str(go_on)!r})
while not go_on.exists(): time.sleep(0.02)
if go_on.is_dir(): os._exit(1)"""
        self.page.evaluate(
            f"""() => {{
                window.held = false;
                const {{ kernels }} = window.jupyterapp.serviceManager, connect = kernels.connectTo;
                kernels.connectTo = (...which) => {{
                    kernels.connectTo = connect;
                    const kernel = connect.call(kernels, ...which), ask = kernel.requestExecute.bind(kernel);
                    let asked = 0;
                    kernel.requestExecute = (content, ...more) => {{
                        if (/^page\\(/m.test(content.code) && ++asked > {pages} && !window.held) {{
                            window.held = true;
                            ask({{ code: {json.dumps(wait)} }});
                        }}
                        return ask(content, ...more);
                    }};
                    return kernel;
                }};
            }}"""
        )

    def watch(self, name: str) -> None:
        """From now on count the frames in which this cell shows no page, or two."""
        self.page.evaluate(
            f"""() => {{ const cell = {self.cell(name)}; window.frames = window.bare = 0; const look = () => {{
                const pages = [...cell.node.querySelectorAll('.wb-static, .wb-live')];
                const shown = pages.filter(page => page.offsetHeight > 500
                    && getComputedStyle(page.closest('.jp-Cell-outputWrapper')).opacity === '1');
                window.frames += 1;
                window.bare += shown.length !== 1;
                window.watching = requestAnimationFrame(look);
            }}; window.watching = requestAnimationFrame(look); }}"""
        )

    def bare(self) -> int:
        """How many such frames there were."""
        frames, bare = self.page.evaluate("() => { cancelAnimationFrame(window.watching); return [frames, bare]; }")
        assert frames > 5
        return bare

    def close(self) -> None:
        """Close the notebook and its kernel, unsaved."""
        self.finish(
            f"""async () => {{ const panel = {PANEL}; await panel.context.sessionContext.shutdown();
                panel.context.model.dirty = false; if ('{self.flavour}' === 'lab') panel.dispose(); }}"""
        )

    def cell(self, name: str) -> str:
        """The notebook's widget of a cell, in JavaScript."""
        return f"{PANEL}.content.widgets.find(widget => widget.model.id === '{name}')"

    def seen(self, name: str, part: str = "") -> bool:
        """Whether a cell, or a part of it, can be seen."""
        node = f"{self.cell(name)}.node" + (f".querySelector('{part}')" if part else "")
        return self.page.evaluate(
            f"() => {{ const node = {node}; return Boolean(node?.isConnected && node.offsetHeight); }}"
        )

    def go_to(self, index: int) -> None:
        """Scroll to a cell, or to the last one, until it has been laid out."""
        self.page.evaluate(
            f"""async index => {{ const book = {PANEL}.content, last = Math.min(index, book.widgets.length - 1);
            await book.scrollToItem(last); }}""",
            index,
        )

    def notice(self) -> str:
        """What is said above the notebook."""
        return self.page.evaluate(f"() => {PANEL}.node.querySelector('.wb-book-notice')?.textContent ?? ''")

    def at(self) -> list:
        """Scrolled how far, which cell is chosen."""
        return self.page.evaluate(f"() => [{PANEL}.content.outerNode.scrollTop, {PANEL}.content.activeCellIndex]")


@pytest.fixture(scope="module")
def books(server, context, folder) -> Iterator:
    """Opens desks whose JupyterLab has the extension switched on, as it is by default."""
    open_as_books(folder, True)
    opened: dict[str, BookDesk] = {}

    def desk(flavour: str = "lab") -> BookDesk:
        if flavour not in opened:
            opened[flavour] = BookDesk(context.new_page(), server, folder / "work", flavour)
        opened[flavour].page.bring_to_front()
        return opened[flavour]

    desk.context = context
    yield desk
    for each in opened.values():
        each.page.close()
    open_as_books(folder, False)


@pytest.fixture
def lab(books, folder):
    desk = books("lab").ready()
    yield desk
    desk.close()


@pytest.fixture(params=["lab", "notebook"])
def both(request, books):
    desk = books(request.param)
    yield desk
    desk.close()


# -- one book ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="class", params=["lab", "notebook"])
def desk(request, books, folder):
    place = folder / "work" / f"shared-{request.param}"
    path = chapter(place, extra=["import beside_the_notebook\nprint(beside_the_notebook.WORD)"])
    (place / "beside_the_notebook.py").write_text("WORD = 'found'\n")
    desk = books(request.param).book(path)
    yield desk
    desk.close()


class TestOneBook:
    """A small chapter, opened once and read from beginning to end: each test leaves it usable for the next."""

    def test_it_opens_by_itself(self, desk):
        """Without a click: pages with live boxes, no code and no prompts, nothing scrolled, nothing chosen."""
        assert desk.at() == [0, 0]
        assert desk.seen(FIRST, ".wb-live .wb-input") and desk.seen("workbook-setup", ".wb-bar")
        for name in ("workbook-setup", FIRST, "explore-activations--slopes", "workbook-end"):
            assert not desk.seen(name, ".jp-InputArea"), name
            assert not desk.seen(name, ".jp-OutputPrompt") and not desk.seen(name, ".jp-Collapser"), name
        assert not desk.seen(FIRST.replace("page-", "grade-"))

    def test_one_style_sheet_serves_all_pages(self, desk):
        """With a copy in every page the browser would style the whole chapter anew for each that comes alive."""
        sheets = desk.page.evaluate("() => [...document.querySelectorAll('style')].map(style => style.textContent)")
        assert sum(".wb-page .wb-frac" in sheet and ".wb-live .wb-foot" not in sheet for sheet in sheets) <= 2
        assert desk.page.locator(".jp-RenderedHTML style").count() == 0
        assert desk.page.locator(f"{SHOWN} [data-twin]").count() > 3

    @IN_LAB
    def test_only_the_books_own_cells_are_spared_the_measuring(self, desk):
        """A cell of the student's has JupyterLab's button to fold its output; a page has none, and measures nothing."""
        ids = set(desk.page.evaluate(f"() => {SPARED}.map(cell => cell.model.id)"))
        assert FIRST in ids and not ids & {CODE, "extra-0"}
        assert desk.page.evaluate(f"() => 'updatePromptOverlayIcon' in {desk.cell('extra-0')}")

    @IN_LAB
    def test_a_new_editor_leaves_the_style_sheets_alone(self, desk):
        """CodeMirror would write its sheet again for each, and the browser then styles all of the chapter anew."""
        written = desk.page.evaluate(
            f"""async () => {{
                const ofEditors = (sheet) => sheet.textContent.startsWith('.\u037c');
                const sheets = [...document.head.querySelectorAll('style')].filter(ofEditors);
                let writes = 0;
                const seen = new MutationObserver(records => {{ writes += records.length; }});
                sheets.forEach(sheet => seen.observe(sheet, {{ childList: true, characterData: true }}));
                const cell = {desk.cell(FIRST)}, host = document.body.appendChild(document.createElement('div'));
                cell.contentFactory.editorFactory({{ host, model: cell.model }}).dispose();
                host.remove();
                await new Promise(done => setTimeout(done));
                return [sheets.length, writes];
            }}"""
        )
        assert written == [1, 0]

    def test_a_script_is_fetched_once_for_all_things_of_its_kind(self, desk):
        """Three pages, an explorer, two bars: three scripts in the browser, however many chapters were opened there."""
        kinds = desk.page.evaluate("async () => (await Promise.all(globalThis.backpropWorkbook.values())).length")
        assert kinds == 3

    def test_the_keyboard_alone_goes_to_the_last_box(self, desk):
        """Tab after Tab from where the notebook opens: every box of every page, in order, is reached."""
        wanted = [(slug, n) for slug in SLUGS for n in range(1, len(pages.load(slug).sheet().boxes) + 1)]
        desk.page.evaluate(
            f"""() => {{ {PANEL}.content.activeCell.node.focus(); window.reached = [];
            document.addEventListener('focusin', ({{ target }}) => {{ const slot = target.closest('.wb-live .wb-slot');
                if (slot) window.reached.push(slot.dataset.box); }}); }}"""
        )
        for _ in range(len(wanted) + 60):
            desk.page.keyboard.press("Tab")
        reached = [int(n) for n in desk.page.evaluate("() => window.reached")]
        assert reached[: len(wanted)] == [n for _, n in wanted]

    def test_shift_enter_runs_a_page_once_more(self, desk):
        """As in any notebook: the page is alive again, what was typed is in it, and the next cell is chosen."""
        box = desk.page.locator(f"{SHOWN} .wb-live .wb-slot[data-box='1'] .wb-input").first
        box.click()
        desk.page.keyboard.type("99")
        desk.wait(f"{desk.cell(FIRST)}.model.sharedModel.getSource().includes('1: 99')")
        desk.page.keyboard.press("Escape")
        before = desk.page.evaluate(f"() => {desk.cell(FIRST)}.model.executionCount")
        index = desk.page.evaluate(f"() => {PANEL}.content.widgets.indexOf({desk.cell(FIRST)})")
        desk.page.evaluate(
            f"""() => {{ const book = {PANEL}.content; book.activeCellIndex = {index}; book.mode = 'command';
            book.activeCell.node.focus(); }}"""
        )
        desk.page.keyboard.press("Shift+Enter")
        desk.wait(f"{desk.cell(FIRST)}.model.executionCount > {before}")
        desk.wait(f"{desk.cell(FIRST)}.node.querySelector('.wb-live .wb-input')?.value === '99'")
        assert desk.page.evaluate(f"() => {PANEL}.content.activeCellIndex") > index

    @IN_LAB
    def test_the_bar_shows_only_what_slipped(self, desk):
        """A slip in one page: "Slipped" leaves that page and the headings; "All" brings everything back."""
        button = desk.page.locator(f"{SHOWN} .wb-filters button", has_text="Slipped 1")
        button.click()
        second = f"page-{SLUGS[1].replace('/', '--')}"
        desk.wait(f"{desk.cell(second)}.node.offsetHeight === 0")
        assert desk.seen(FIRST) and not desk.seen(CODE) and desk.seen("markdown-1")
        desk.page.locator(f"{SHOWN} .wb-filters button", has_text="All").click()
        desk.wait(f"{desk.cell(second)}.node.offsetHeight > 0")

    @IN_LAB
    def test_axe_finds_nothing_to_mend(self, desk):
        """In both themes: the bar with its filter, pages, the button of a code exercise, the end."""
        try:
            for theme in ("JupyterLab Dark", "JupyterLab Light"):
                desk.theme(theme)
                for index in (0, 100):
                    desk.go_to(index)
                    found = violations(desk.page, f"{SHOWN} .jp-Notebook", only=RULES, part="wb-")
                    assert found == [], theme
        finally:
            desk.theme("JupyterLab Light")

    @IN_LAB
    def test_a_reader_who_runs_a_cell_has_the_folder_back(self, desk):
        """Modules beside the notebook are found once the reader runs a cell, as in any notebook."""
        index = desk.page.evaluate(f"() => {PANEL}.content.widgets.indexOf({desk.cell('extra-0')})")
        desk.run(index)
        desk.wait_output(index, "found")

    @IN_LAB
    def test_code_exercises_keep_their_code_and_have_a_button(self, desk):
        """*Try it* runs the exercise's own cell and shows its marks; so does Shift+Enter; an error stays in sight."""
        desk.go_to(100)
        button = desk.page.locator(f"{SHOWN} .wb-book-try button:visible")
        button.wait_for()
        assert desk.seen(CODE, ".jp-InputArea") and not desk.seen(CODE.replace("code-", "grade-"), ".jp-InputArea")
        index = desk.page.evaluate(f"() => {PANEL}.content.widgets.indexOf({desk.cell(CODE)})")
        desk.set_source(index, RELU.solution)
        button.click()
        desk.wait_output(index + 1, "All of it works")
        desk.set_source(index, "1 / 0")
        desk.page.locator(f"{SHOWN} .wb-book-try button:not(:disabled)").wait_for()
        desk.page.evaluate(f"() => {{ {PANEL}.content.activeCellIndex = {index}; {PANEL}.content.mode = 'edit'; }}")
        desk.page.evaluate(f"() => {PANEL}.content.activeCell.editor.focus()")
        desk.page.keyboard.press("Shift+Enter")
        desk.wait_output(index, "ZeroDivisionError")

    def test_show_code_is_remembered(self, desk):
        """The switch in the toolbar shows the rest, and still does when the notebook has another name or opens anew."""
        desk.page.locator(f"{SHOWN} .wb-book-switch").first.click()
        desk.wait(f"{PANEL}.hasClass('wb-book-code')")
        desk.go_to(2)
        desk.wait(f"{desk.cell(FIRST)}.node.querySelector('.jp-InputArea').offsetHeight > 0")
        if desk.flavour == "lab":
            desk.finish(f"async () => {{ await {PANEL}.context.rename('other.ipynb'); }}")
            desk.path = desk.path.with_name("other.ipynb")
            assert desk.page.evaluate(f"() => {PANEL}.hasClass('wb-book-code')")
        desk.save()
        desk.close()
        desk.book(desk.path, alive=0)
        desk.wait(f"{PANEL}.hasClass('wb-book-code')")


# -- what is seen ------------------------------------------------------------------------------------------------------


def test_a_notebook_of_ones_own_is_left_alone(lab, folder):
    """A notebook without cells of the workbook looks and behaves as ever."""
    path = folder / "work" / "own" / "mine.ipynb"
    path.parent.mkdir()
    cells = [
        nbformat.v4.new_code_cell("from pathlib import Path\nPath('ran').touch()"),
        nbformat.v4.new_markdown_cell("# page"),
    ]
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=METADATA), path)
    lab.book(path, alive=0)
    lab.wait(f"{PANEL}.sessionContext.session?.kernel?.status === 'idle'", 60_000)
    lab.page.wait_for_timeout(500)
    assert not lab.page.evaluate(f"() => {PANEL}.hasClass('wb-book')")
    assert not (path.parent / "ran").exists()


# -- what is run -------------------------------------------------------------------------------------------------------

TOUCH = "__import__('pathlib').Path('ran-{}').touch()"


def attack(name: str) -> str:
    return TOUCH.format(name)


def test_nothing_of_a_students_or_a_strangers_is_run(both, folder):
    """Code in a dict, a slug, the metadata, a cell of its own, beside the notebook: none runs on opening, nor after
    a new kernel; cells that look like ours stay in sight, with the reason."""
    place = folder / "work" / f"attacks-{both.flavour}"
    extra = [
        f"answers = {{1: {attack('dict')}}}\npage('{SLUGS[0]}', answers)",
        f"answers = {{}}\npage('{SLUGS[0]}' + {attack('slug')}, answers)",
        f"# \u2028{attack('comment')}\npage('{SLUGS[0]}')",
        f"class ReLU:\n    {attack('class')}",
        attack("own"),
    ]
    path = chapter(
        place, extra=extra, jupyter={"source_hidden": True}, workbook={"page": SLUGS[0]}, tags=["workbook-setup"]
    )
    for module in ("autograder", "numpy", "random", "fractions", "matplotlib", "sympy", "pandas", "difflib"):
        (place / f"{module}.py").write_text(f"from pathlib import Path\nPath('ran-{module}').touch()\n")
    desk = both.book(path)
    desk.restart()
    desk.page.wait_for_timeout(300)
    desk.wait_alive()
    assert list(place.glob("ran-*")) == []
    desk.page.evaluate(f"async () => {{ await {PANEL}.content.scrollToItem({PANEL}.content.widgets.length - 1); }}")
    desk.wait(f"{desk.cell('extra-0')}.node.querySelector('.wb-book-why')")
    reasons = [
        desk.page.evaluate(f"() => {desk.cell(f'extra-{n}')}.node.querySelector('.wb-book-why')?.textContent ?? ''")
        for n in range(len(extra))
    ]
    assert ["more than numbers and words" in reasons[0], "hidden characters" in reasons[2]] == [True, True]
    assert reasons[1].startswith("This cell was not run by itself") and reasons[3:] == ["", ""]
    for n in range(len(extra)):
        assert not desk.page.evaluate(f"() => {desk.cell(f'extra-{n}')}.inputHidden"), n


def test_a_set_up_cell_with_more_in_it_runs_nothing(lab, folder):
    """Then it is told what to do, and not one page is run."""
    setup = "from autograder.notebook import page\n" + attack("setup")
    path = chapter(folder / "work" / "set-up", setup=setup)
    lab.book(path, alive=0)
    lab.wait(f"{PANEL}.node.querySelector('.wb-book-notice')?.dataset.kind === 'setup'", 60_000)
    assert "Run All Cells" in lab.notice()
    assert lab.page.evaluate(f"() => {lab.cell('workbook-setup')}.node.querySelector('.wb-book-why') !== null")
    assert list(path.parent.glob("ran-*")) == []
    assert lab.page.evaluate(f"() => [...{PANEL}.content.model.cells].every(cell => !cell.executionCount)")


# -- alive -------------------------------------------------------------------------------------------------------------


def test_what_is_typed_at_once_is_kept(both, folder):
    """Into the first box as soon as it is there, while the other pages still come: it stays, in box and cell,
    and the box keeps the focus."""
    desk = both.book(chapter(folder / "work" / f"early-{both.flavour}"), alive=0)
    desk.page.wait_for_selector(f"{SHOWN} .wb-live .wb-input", timeout=60_000)
    box = desk.page.locator(f"{SHOWN} .wb-live .wb-slot[data-box='1'] .wb-input").first
    box.click()
    desk.page.keyboard.type("7/2")
    desk.wait_alive()
    assert box.input_value() == "7/2" and desk.focused() == "1"
    desk.wait(f"{desk.cell('page-' + SLUGS[0].replace('/', '--'))}.model.sharedModel.getSource().includes('\"7/2\"')")


def test_a_new_kernel_brings_the_pages_back_under_the_hand(lab, folder):
    """The kernel restarts while somebody types: pages come alive again, and typing goes on in the same box."""
    lab.book(chapter(folder / "work" / "restart"))
    lab.page.evaluate(f"() => {{ {PANEL}.node.dataset.old = {LIVE}; }}")
    box = lab.page.locator(f"{SHOWN} .wb-live .wb-slot[data-box='1'] .wb-input").first
    box.click()
    lab.page.keyboard.type("1")
    lab.restart()
    lab.page.keyboard.type("2")
    name = "page-" + SLUGS[0].replace("/", "--")
    lab.wait(f"!{lab.cell(name)}.node.querySelector('.wb-book-keeper') && {lab.cell(name)}.node.querySelector("
             "'.wb-live .wb-slot[data-box=\"1\"][data-state]:not([data-state=unchecked])')", 60_000)  # fmt: skip
    lab.page.keyboard.type("3")
    lab.wait(f"{lab.cell(name)}.model.sharedModel.getSource().includes('1: 123')")
    assert lab.focused() == "1"


def test_after_a_reload_pages_are_alive_and_nothing_is_lost(books, folder):
    """The kernel still runs: pages come back as they were; a second tab is alive too, and the first stays so."""
    desk = books("notebook").book(chapter(folder / "work" / "reload"))
    first = desk.page.locator(".wb-live .wb-slot[data-box='1'] .wb-input").first
    first.fill("42")
    desk.wait(f"{desk.cell(FIRST)}.model.sharedModel.getSource().includes('1: 42')")
    desk.save()
    assert "1: 42" in desk.path.read_text(encoding="utf-8")
    desk.book(desk.path)
    assert first.input_value() == "42"
    other = BookDesk(desk.page.context.new_page(), desk.address, desk.root, "notebook")
    try:
        other.book(desk.path)
        other.page.locator(".wb-live .wb-slot[data-box='2'] .wb-input").first.click()
        other.page.keyboard.type("x")
        other.page.locator(".wb-live .wb-slot[data-box='2']:not([data-state=blank])").first.wait_for()
        desk.page.bring_to_front()
        desk.page.locator(".wb-live .wb-slot[data-box='3'] .wb-input").first.click()
        desk.page.keyboard.type("5")
        desk.page.locator(
            ".wb-live .wb-slot[data-box='3'][data-state]:not([data-state=blank], [data-state=unchecked])"
        ).first.wait_for()
    finally:
        other.page.close()
        desk.close()


def test_a_link_to_another_chapter_opens_a_tab_at_its_page(books, folder):
    """In Notebook 7 a link of the start page is an address that the browser opens; there the page is shown."""
    linked = folder / "work" / "linked"
    shutil.copytree(REPOSITORY / "chapters/00-start", linked / "00-start")
    name = last_page(long_chapter(linked / "01-gradients", "01-gradients", pages=8))
    desk = books("notebook").book(linked / "00-start" / "start.ipynb", alive=0)
    link = desk.page.locator(f".wb-progress-live .wb-bar li a[href$='#cell-id={name}']")
    link.wait_for(timeout=60_000)
    with books.context.expect_page() as opened:
        link.click()
    tab = BookDesk(opened.value, desk.address, desk.root, "notebook")
    try:
        assert tab.page.url.endswith(f"/notebooks/linked/01-gradients/gradients.ipynb#cell-id={name}")
        tab.wait(f"window.jupyterapp && {PANEL}?.context?.isReady", 60_000)
        tab.wait(
            f"""(() => {{ const node = {tab.cell(name)}?.node, view = {PANEL}.content.outerNode.getBoundingClientRect();
            const top = node?.isConnected && node.offsetHeight ? node.getBoundingClientRect().top : -1e6;
            return top > view.top - 50 && top < view.bottom - 100; }})()""",
            30_000,
        )
        tab.wait(f"{PANEL}.content.activeCell.model.id === '{name}'")
        tab.close()
    finally:
        tab.page.close()
        desk.close()


def test_a_click_in_the_bar_goes_to_a_page_before_it_is_alive(lab, folder):
    """The last page of a long chapter, asked for as soon as the bar is there: it is shown, chosen, and alive next; and
    there it stays while thirty pages above it come alive, and are drawn."""
    path, go_on = long_chapter(folder / "work" / "long", pages=35), folder / "work" / "go-on-long"
    lab.hold_python(go_on, pages=8)
    lab.book(path, alive=0)
    name = last_page(path)
    lab.wait("window.held", 60_000)
    lab.page.locator(f"{SHOWN} .wb-progress-live li a[data-cell='{name}']").click(timeout=60_000)
    lab.wait(
        f"""(() => {{ const node = {lab.cell(name)}.node, view = {PANEL}.content.outerNode.getBoundingClientRect();
        const {{ top, height }} = node.getBoundingClientRect();
        return node.isConnected && height > 0 && top > view.top - 50 && top < view.bottom - 100; }})()""",
        30_000,
    )
    assert not lab.page.evaluate(f"() => {lab.cell(name)}.model.executionCount")
    go_on.touch()
    lab.wait(f"{lab.cell(name)}.node.querySelector('.wb-live')", 60_000)
    later = lab.page.evaluate(
        f"""() => {{ const at = {lab.cell(name)}.model.executionCount;
        return [...{PANEL}.content.model.cells].filter(({{ id, executionCount }}) =>
            id.startsWith('page-') && (!executionCount || executionCount > at)).length; }}"""
    )
    assert later > 5  # it did not have to wait for all the others
    lab.wait(f"{PANEL}.content.activeCell.model.id === '{name}'")
    top = f"{lab.cell(name)}.node.getBoundingClientRect().top"
    lab.wait(  # until it has been put in its place
        f"""(() => {{ const top = {top}, now = performance.now();
        if (window.stood !== top) [window.stood, window.since] = [top, now];
        return now - window.since > 1500; }})()"""
    )
    before = lab.page.evaluate(f"() => {top}")
    lab.wait_run()
    lab.page.wait_for_timeout(300)
    assert abs(lab.page.evaluate(f"() => {top}") - before) < 3
    lab.wait_drawn()
    lab.page.wait_for_timeout(2000)  # until each has the height of its own
    assert abs(lab.page.evaluate(f"() => {top}") - before) < 3
    assert lab.page.evaluate(f"() => {PANEL}.content.activeCell.model.id") == name


def test_the_bar_is_there_before_python(both, folder):
    """Each page and code exercise is a link in it, with its title, and leads there; the live bar takes its place, and
    the page that was gone to comes alive."""
    desk, path = both, whole_chapter(folder / "work" / f"bar-{both.flavour}", "10-training")
    notebook = nbformat.read(path, 4)
    names = [cell.id for cell in notebook.cells if re.match("(page|code)-.*--", cell.id)]
    place = max(n for n, name in enumerate(names) if name.startswith("page-"))
    far, title = names[place], pages.load("training/" + names[place].partition("--")[2]).title
    if both.flavour == "lab":
        both.ready()
    with no_python(desk):
        desk.book(path, alive=0)
        links = desk.page.locator(f"{SHOWN} .wb-book-bar a")
        links.first.wait_for()
        assert links.evaluate_all("links => links.map(link => link.dataset.cell)") == names
        assert links.nth(place).get_attribute("title") == f"{place + 1}, {title}"
        assert violations(desk.page, f"{SHOWN} .wb-book-bar", only=RULES) == []
        links.nth(place).focus()
        desk.page.keyboard.press("Enter")
        desk.wait(f"{desk.cell(far)}.node.querySelector('.wb-static')?.offsetHeight > 300", 30_000)
        desk.wait(f"{PANEL}.content.activeCell.model.id === '{far}'")
    desk.wait(f"{desk.cell(far)}.node.querySelector('.wb-live .wb-input')", 60_000)
    desk.wait_run()
    live = desk.page.locator(f"{SHOWN} .wb-progress-live .wb-bar a")
    live.first.wait_for()
    assert live.evaluate_all("links => links.map(link => link.dataset.cell)") == names
    assert not desk.page.locator(f"{SHOWN} .wb-book-bar").count()
    assert desk.page.evaluate(
        f"""() => {{ const view = {PANEL}.content.outerNode.getBoundingClientRect();
        const {{ top }} = {desk.cell(far)}.node.getBoundingClientRect();
        return top > view.top - 50 && top < view.bottom - 100; }}"""
    )


def test_the_first_page_stays_where_it_is_while_a_chapter_opens(lab, folder):
    """Between the still one and the live one, while the bar comes, and when it is no longer said that Python starts, it
    does not move by a line."""
    path = whole_chapter(folder / "work" / "calm", "08-equations")
    [name, *_] = (cell.id for cell in nbformat.read(path, 4).cells if cell.id.startswith("page-"))
    with no_python(lab):
        lab.book(path, alive=0)
        lab.wait(f"{lab.cell(name)}.node.querySelector('[data-early] input')", 30_000)
        lab.page.wait_for_timeout(1000)  # until the formulas above are drawn
        lab.page.evaluate(
            f"""() => {{ const {{ node }} = {lab.cell(name)}, tops = window.tops = new Set(), look = () => {{
                tops.add(Math.round(node.getBoundingClientRect().top));
                window.watching = requestAnimationFrame(look);
            }}; look(); }}"""
        )
        assert "Python is starting" in lab.notice()
    lab.wait_run()
    lab.wait_drawn()
    lab.page.wait_for_timeout(1000)
    tops = lab.page.evaluate("() => { cancelAnimationFrame(window.watching); return [...window.tops]; }")
    assert max(tops) - min(tops) < 2


def test_a_page_is_drawn_when_a_reader_comes_near_and_all_are_in_the_end(lab, folder):
    """While the kernel is still busy with a long chapter, pages far from what is in view wait; one to which the reader
    scrolls comes at once, boxes and all; afterwards none is left out, as a search or a screen reader needs it."""
    waits = f"{PANEL}.node.querySelectorAll('.lm-Panel.wb-book-waits').length"
    go_on = folder / "work" / "go-on"
    lab.hold_python(go_on, pages=14)  # so that the chapter stays half-way
    lab.page.evaluate(
        f"""() => {{ window.most = 0; window.seen = setInterval(() => {{
            const panel = {PANEL}; if (!panel?.context?.isReady) return;
            window.most = Math.max(window.most, {waits});
            window.waited ||= Object.hasOwn(panel.content, '_runOnIdleTime');
        }}, 5); }}"""
    )
    lab.book(long_chapter(folder / "work" / "drawn"), alive=0)
    lab.wait(f"window.held && {waits} > 5", 60_000)
    name = lab.page.evaluate(
        f"""() => {PANEL}.content.widgets.filter(cell => cell.model.id.startsWith('page-')
            && cell.node.querySelector('.lm-Panel.wb-book-waits'))
            .at(-1).model.id"""
    )
    lab.page.evaluate(f"async () => {{ await {PANEL}.content.scrollToCell({lab.cell(name)}); }}")
    lab.wait(f"{lab.cell(name)}.node.querySelector('.wb-live .wb-input')", 15_000)
    assert not lab.page.evaluate(
        f"() => {lab.cell(name)}.node.querySelector('.wb-book-waits:not([hidden])')?.offsetHeight"
    )
    go_on.touch()
    lab.wait_run()
    lab.wait_drawn()
    assert lab.page.evaluate("() => { clearInterval(window.seen); return window.most; }") > 5
    assert lab.page.evaluate("() => window.waited")  # cells far away, for the first page; in the end none is missing
    lab.wait(f"{PANEL}.content.widgets.every(cell => cell.node.isConnected)", 30_000)
    assert not lab.page.evaluate(f"() => Object.hasOwn({PANEL}.content, '_runOnIdleTime')")


MOST_IN_VIEW = f"""(() => {{
    const view = {PANEL}.content.outerNode.getBoundingClientRect(), room = ({{ node }}) => {{
        const {{ top, bottom }} = node.getBoundingClientRect();
        return node.isConnected ? Math.min(bottom, view.bottom) - Math.max(top, view.top) : -1;
    }};
    return [...{PANEL}.content.widgets].sort((one, other) => room(other) - room(one))[0];
}})()"""


def test_who_scrolls_while_a_chapter_opens_stays_there(lab, folder):
    """To pages that Python has not been asked for yet: what takes most room there stays where it is, however much the
    pages above it grow and shrink, and its own still page gives way to the live one."""
    go_on = folder / "work" / "go-on-scrolled"
    lab.hold_python(go_on, pages=8)
    lab.book(long_chapter(folder / "work" / "scrolled"), alive=0)
    lab.wait("window.held", 60_000)
    lab.wait(f"{PANEL}.content.widgets.every(cell => cell.node.isConnected)", 30_000)
    lab.page.locator(f"{SHOWN} .wb-live").first.hover()
    lab.page.mouse.wheel(0, 9_000)
    lab.wait(f"{MOST_IN_VIEW}.model.id.startsWith('page-') && !{MOST_IN_VIEW}.model.executionCount")
    lab.wait(f"{MOST_IN_VIEW}.node.querySelector('.wb-static')?.offsetHeight > 500")
    lab.page.wait_for_timeout(500)
    name = lab.page.evaluate(f"() => {MOST_IN_VIEW}.model.id")
    top = f"{lab.cell(name)}.node.getBoundingClientRect().top"
    before, far = lab.page.evaluate(f"() => [{top}, {PANEL}.content.outerNode.scrollTop]")
    go_on.touch()
    lab.wait_run()
    lab.wait_drawn()
    lab.page.wait_for_timeout(2000)
    after, moved = lab.page.evaluate(f"() => [{top}, {PANEL}.content.outerNode.scrollTop]")
    assert abs(after - before) < 3
    assert abs(moved - far) > 100  # so there was something to hold against


def test_a_still_page_stays_until_the_live_one_is_there(lab, folder):
    """Asked for, and not yet answered by Python: the page is read on, and typed into. Then the live one takes its place
    between two frames, with the text, the focus and the place in the text."""
    go_on = folder / "work" / "go-on-still"
    path = long_chapter(folder / "work" / "still")
    [name, *_] = (cell.id for cell in nbformat.read(path, 4).cells if cell.id.startswith("page-"))
    with no_python(lab):  # so that the still boxes take text, as they do after a second
        lab.hold_python(go_on, pages=0)
        lab.book(path, alive=0)
        box = lab.page.locator(f"{SHOWN} [data-early='1'] .wb-input").first
        box.fill("1234")
        box.evaluate("input => input.setSelectionRange(1, 3)")
    lab.wait("window.held", 60_000)
    lab.wait(f"{lab.cell(name)}.outputArea.widgets.length === 0")
    shown = f"{lab.cell(name)}.node.querySelector('.wb-book-stand .wb-static')"
    assert lab.page.evaluate(f"() => {shown}.offsetHeight") > 500
    assert box.evaluate("input => [input === document.activeElement, input.selectionStart]") == [True, 1]
    lab.page.keyboard.type("5")
    lab.watch(name)
    go_on.touch()
    lab.wait(f"{lab.cell(name)}.node.querySelector('.wb-live .wb-slot[data-box=\"1\"][data-state=wrong]')", 60_000)
    lab.wait_run()
    assert lab.bare() == 0
    lab.page.keyboard.type("6")
    assert lab.focused() == "1"
    lab.wait(f"{lab.cell(name)}.model.sharedModel.getSource().includes('1: 1564')")
    lab.wait(f"!{PANEL}.node.querySelector('.wb-book-stand')", 15_000)


def test_a_still_page_stays_when_python_ends_over_it(lab, folder):
    """Without a word, as for want of memory: it stays until the next Python has made it alive."""
    go_on = folder / "work" / "go-on-end"
    path = long_chapter(folder / "work" / "ended")
    [name, *_] = (cell.id for cell in nbformat.read(path, 4).cells if cell.id.startswith("page-"))
    lab.hold_python(go_on, pages=0)
    lab.book(path, alive=0)
    lab.wait("window.held", 60_000)
    lab.watch(name)
    go_on.mkdir()
    lab.page.locator(".jp-Dialog", has_text="died").locator(".jp-mod-accept").click(timeout=30_000)
    lab.wait(f"{lab.cell(name)}.node.querySelector('.wb-live .wb-input')", 60_000)
    lab.wait_run()
    assert lab.bare() == 0
    lab.wait(f"!{PANEL}.node.querySelector('.wb-book-stand')", 15_000)


@pytest.mark.parametrize("name", ["00-start", "practice"])
def test_what_stands_in_leaves_for_whatever_comes_alive(lab, folder, name):
    """The bars of the start page, a session of practice: as soon as they are drawn."""
    path = whole_chapter(folder / "work" / f"leaves-{name}" / name, name)
    whole_chapter(path.parent.parent / "01-gradients", "01-gradients")
    own = f"{PANEL}.content.widgets.filter(cell => cell.hasClass('wb-book-own'))"
    lab.book(path, alive=0)
    lab.wait(f"{own}.length && {own}.every(cell => cell.model.executionCount && cell.model.executionState === 'idle')")
    lab.wait(f"!{PANEL}.node.querySelector('.wb-book-stand')", 5_000)
    lab.wait(f"{PANEL}.node.querySelector('.wb-session-live, .wb-progress-live')?.offsetHeight > 40")


def test_a_copy_shows_its_pages_while_python_starts_and_is_a_book_of_its_own(lab, folder):
    """Saved and duplicated with what was typed in it. Not “Loading widget…”: the still pages with these answers, until
    the new Python has made them alive; what is typed then goes into the copy alone."""
    path = chapter(folder / "work" / "saved")
    path.write_text(path.read_text().replace("1: None", "1: 99", 1))
    lab.book(path)
    lab.wait_run()
    lab.save()
    copy = lab.page.evaluate(
        "async path => (await window.jupyterapp.serviceManager.contents.copy(path, 'saved')).path",
        path.relative_to(lab.root).as_posix(),
    )
    with no_python(lab):
        lab.book(lab.root / copy, alive=0)
        shown = f"{lab.cell(FIRST)}.node.querySelector('.wb-static')"
        lab.wait(f"{shown}?.offsetHeight > 100")
        assert "99" in lab.page.evaluate(f"() => {shown}.innerText")
        assert not lab.page.get_by_text("Loading widget").filter(visible=True).count()
    lab.wait(f"{lab.cell(FIRST)}.node.querySelector('.wb-live .wb-input')", 60_000)
    assert not lab.page.evaluate(f"() => {shown}?.offsetHeight")
    first = lab.page.locator(f"{SHOWN} .wb-live .wb-slot[data-box='1'] .wb-input").first
    assert first.input_value() == "99"
    first.fill("7")
    lab.wait(f"{lab.cell(FIRST)}.model.sharedModel.getSource().includes('1: 7')")
    lab.save()
    assert "1: 7" in (lab.root / copy).read_text() and "1: 99" in path.read_text()


# -- switched off, and what goes wrong ---------------------------------------------------------------------------------


def await_setting(lab, folder, on: bool) -> None:
    """Until the settings editor has saved it, which it does when it rests."""
    saved = folder / "home/settings/backprop-workbook/page-first.jupyterlab-settings"
    lab.until(lambda: ('"pageFirst": false' not in saved.read_text()) == on)


def test_switched_off_it_is_an_ordinary_notebook(lab, folder):
    """In JupyterLab's settings: nothing runs, cells look as ever; switched on again, the pages come alive."""
    setting = "jupyterapp.serviceManager"  # the registry is reached as the settings editor does
    change = f"""async on => {{ const {{ settings }} = {setting}; void settings;
        await window.jupyterapp.commands.execute('settingeditor:open', {{ query: 'Backprop workbook' }}); }}"""
    lab.page.evaluate(change, False)
    box = lab.page.get_by_role("checkbox", name="Open chapters as a book")
    box.wait_for(timeout=30_000)
    try:
        box.uncheck()
        await_setting(lab, folder, False)
        lab.book(chapter(folder / "work" / "off"), alive=0)
        lab.wait(f"{PANEL}.sessionContext.session?.kernel?.status === 'idle'", 60_000)
        lab.page.wait_for_timeout(500)
        assert not lab.page.evaluate(f"() => {PANEL}.hasClass('wb-book')")
        assert lab.page.evaluate(f"() => [...{PANEL}.content.model.cells].every(cell => !cell.executionCount)")
        assert not lab.page.locator(f"{SHOWN} .wb-book-switch").first.is_visible()
        assert not lab.page.evaluate(f"() => {SPARED}.length")
    finally:
        lab.page.evaluate(change, True)
        box.check()
        await_setting(lab, folder, True)
    lab.book(chapter(folder / "work" / "off"), alive=None)
    assert lab.page.evaluate(f"() => {PANEL}.hasClass('wb-book')")


WITHOUT = """
import sys

class Hidden:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "autograder":
            raise ModuleNotFoundError("No module named 'autograder'", name="autograder")

sys.meta_path.insert(0, Hidden())
from ipykernel.kernelapp import launch_new_instance
launch_new_instance()
"""
KERNELS = {
    "no-workbook": ("-c", WITHOUT),
    "no-start": ("-c", "raise SystemExit('no memory')"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("kernel", "words"), [("no-workbook", "not installed in the Python"), ("no-start", "Python does not run")]
)
def test_a_kernel_that_cannot_serve_is_told_with_what_to_do(lab, folder, kernel, words):
    """No workbook in it, or no kernel at all: a sentence above the pages, and what was typed stays in the file."""
    spec = folder / "home" / "data" / "kernels" / kernel
    spec.mkdir(parents=True)
    argv = [sys.executable, *KERNELS[kernel], "-f", "{connection_file}"]
    (spec / "kernel.json").write_text(json.dumps({"argv": argv, "display_name": kernel, "language": "python"}))
    lab.page.evaluate("async () => { await window.jupyterapp.serviceManager.kernelspecs.refreshSpecs(); }")
    path = chapter(folder / "work" / kernel)
    text = path.read_text().replace("1: None", "1: 99", 1).replace('"name": "python3"', f'"name": "{kernel}"')
    path.write_text(text)
    lab.book(path, alive=0)
    try:
        lab.wait(f"({PANEL}.node.querySelector('.wb-book-notice')?.textContent ?? '').includes('{words}')", 90_000)
        assert "Kernel ▸" in lab.notice()
        assert "1: 99" in path.read_text()
        assert lab.page.locator(".wb-book-notice:visible").bounding_box()["height"] > 20
    finally:
        for button in lab.page.locator(".jp-Dialog button.jp-mod-accept").all():
            button.click()


def test_an_old_notebook_without_marks_opens_too(lab, folder):
    """Cells without metadata or ids, as other editors leave them: pages come alive by what their cells say."""
    path = chapter(folder / "work" / "old")
    notebook = json.loads(path.read_text())
    for cell in notebook["cells"]:
        cell["metadata"] = {}
        del cell["id"]
    notebook["nbformat_minor"] = 4
    path.write_text(json.dumps(notebook))
    lab.book(path)
    assert lab.page.locator(f"{SHOWN} .wb-live .wb-input").count() > 5
    assert lab.notice() == ""


def test_the_kernel_does_not_wait_for_a_checkpoint(lab, folder):
    """JupyterLab starts the kernel of a notebook once it has a checkpoint; a chapter comes alive before."""
    waiting = []
    lab.page.route("**/checkpoints?*", lambda request: waiting.append(request))
    lab.book(chapter(folder / "work" / "no-checkpoint"))
    assert waiting
    for request in waiting:
        request.continue_()
    lab.page.unroute("**/checkpoints?*")
    lab.wait(f"{PANEL}.context.sessionContext.isReady")
    running = lab.finish("async () => (await (await fetch('/api/sessions')).json()).map(({ path }) => path)")
    assert running.count(lab.place) == 1


def test_the_icon_says_once_that_a_chapter_opens(lab, folder):
    """The icon in the tab is fetched anew whenever JupyterLab gets busy: once for a chapter, not for each page."""
    asked = []
    lab.page.on("request", lambda request: asked.append(request.url))
    lab.book(chapter(folder / "work" / "icon"))
    lab.wait_run()
    assert len([url for url in asked if "favicon-busy" in url]) <= 3
    lab.wait("!document.querySelector('link[rel=\"icon\"]').href.includes('busy')")
