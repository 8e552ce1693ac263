// One open notebook: whether it is a chapter, which cells are folded away, and the switch "Show code".

import { Alive } from "./alive.js";
import { firstBar } from "./bar.js";
import { read } from "./data.js";
import { Drawing } from "./drawing.js";
import { Early } from "./early.js";
import { LITE, download } from "./lite.js";
import { clear, show } from "./notice.js";
import { calm, firstThingsFirst, steady } from "./steady.js";
import { offerTrial, sayWhere } from "./trial.js";

const REST = 60; // milliseconds after a change until the cells are looked at again
const OURS = new Set(["setup", "course", "progress", "page", "practice", "explore"]);
const OPENS = new Set(["setup", "progress", "page", "practice", "explore"]); // a notebook with one of these is a chapter
const WAITING = new Set(["starting", "slow"]); // what is told of Python while it is waited for: nothing is amiss yet
const PATIENCE = 4_000; // milliseconds that cells far from what is in view wait for the first page to come alive
const LAID_OUT = [150, 300, 500]; // milliseconds after which cells near the one that was gone to have their height
const SHOWS_CODE = "backprop-workbook:show-code:";
const AFTER = ["restart-and-run", "run", "cut"]; // what "Show code" stands behind in the toolbar

export class Book {
  constructor(panel, context, modules) {
    Object.assign(this, { panel, context, modules, on: modules.on, notebook: panel.content });
    Object.assign(this, { timer: 0, disposed: false, kept: new WeakMap(), putInAll: () => {} });
    this.button = new modules.ToolbarButton({
      label: "Show code", className: "wb-book-switch", tooltip: "Show the code behind the pages",
      onClick: () => this.showCode(!this.codeShown),
    });
    this.early = new Early(this.notebook);
    this.look = () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.dress(), REST);
    };
    this.onPath = (_, path) => this.moved(path);
    this.onGo = (event) => {
      event.preventDefault();
      this.go(event.detail.index);
    };
    this.onFilter = (event) => this.filter(event.detail?.cells ?? null);
    this.drawing = new Drawing(panel, context.ready); // before the first page is drawn
    Promise.all([context.ready, this.on.ready]).then(() => this.open());
  }

  dispose() {
    this.disposed = true;
    clearTimeout(this.timer);
    this.on.unchanged(this.turn);
    this.putInAll();
    this.alive?.dispose();
    this.drawing.dispose();
    this.early.stop();
    this.cells?.changed.disconnect(this.look);
    this.context.model?.contentChanged.disconnect(this.look);
    this.context.pathChanged.disconnect(this.onPath);
    this.panel.node.removeEventListener("wb-filter", this.onFilter);
    this.panel.node.removeEventListener("wb-go", this.onGo);
    this.button.dispose();
    this.downloads?.dispose();
  }

  /** Only chapters of the workbook are books; all other notebooks stay as they are. */
  open() {
    if (this.disposed || !this.kinds().some(({ kind }) => OPENS.has(kind))) return;
    this.path = this.context.path;
    this.cells = this.context.model.cells;
    this.cells.changed.connect(this.look);
    this.context.model.contentChanged.connect(this.look);
    this.context.pathChanged.connect(this.onPath);
    this.panel.node.addEventListener("wb-filter", this.onFilter);
    this.panel.node.addEventListener("wb-go", this.onGo);
    this.place();
    this.alive = new Alive(this.panel, this.modules, this.drawing, {
      read: (cell) => this.read(cell), tell: (kind, detail) => this.tell(kind, detail),
      near: () => this.putInAll(), done: () => this.early.stop(),
    });
    this.turn = () => this.opened();
    this.on.changed(this.turn);
    this.turn();
    this.goWhereAsked();
    this.modules.keeps.then((kept) => {
      if (!kept && !this.disposed) show(this.panel, this.modules.Widget, "memory", "");
    });
  }

  place() {
    const { toolbar } = this.panel, names = [...toolbar.names()];
    const after = AFTER.map((name) => names.indexOf(name)).find((index) => index >= 0);
    toolbar.insertItem((after ?? -1) + 1, "workbook-code", this.button);
    if (!LITE) return;
    this.downloads = new this.modules.ToolbarButton({
      label: "Download", tooltip: "Save this notebook as a file, to keep it or to hand it in",
      onClick: () => download(this.context),
    });
    toolbar.insertItem((after ?? -1) + 2, "workbook-download", this.downloads);
  }

  /** The book as the settings have it: open and alive, or an ordinary notebook in which nothing is run. */
  opened() {
    this.button.setHidden(!this.on.value);
    this.dress();
    this.putInAll(); // the settings may say again what they said
    if (this.on.value) {
      this.putInAll = firstThingsFirst(this.notebook, () => this.fills(), PATIENCE);
      this.alive.start();
    } else {
      this.alive.stop();
      clear(this.panel);
      this.panel.node.querySelectorAll(".wb-book-bar").forEach((bar) => bar.remove());
    }
  }

  /** Whether there are cells in the page beyond what is near what is in view. */
  fills() {
    return this.notebook.widgets.some(({ node }) => node.isConnected && !this.drawing.isNear(node));
  }

  tell(kind, detail) {
    if (kind && !WAITING.has(kind)) this.putInAll();
    if (kind === "starting" && this.on.value && !this.disposed) this.early.start();
    if (kind && this.on.value && !this.disposed) show(this.panel, this.modules.Widget, kind, detail);
    else clear(this.panel);
  }

  // -- show code -------------------------------------------------------------------------------------------------------

  get codeShown() { return remembered.get(SHOWS_CODE + this.path) === "yes"; }

  showCode(shown) {
    remembered.set(SHOWS_CODE + this.path, shown ? "yes" : null);
    this.dress();
  }

  moved(path) {
    const shown = this.codeShown;
    remembered.set(SHOWS_CODE + this.path, null);
    this.path = path;
    this.showCode(shown);
  }

  // -- the look --------------------------------------------------------------------------------------------------------

  kinds() {
    return this.notebook.widgets.map((cell) => ({ cell, ...this.read(cell) }));
  }

  read(cell) {
    if (cell.model.type !== "code") return { kind: "" };
    const source = cell.model.sharedModel.getSource(), kept = this.kept.get(cell);
    if (kept?.source === source) return kept;
    const seen = { source, ...read(source) };
    this.kept.set(cell, seen);
    return seen;
  }

  /** Give every cell the class of what it is; the style sheet does the rest. */
  dress() {
    if (this.disposed) return;
    if (this.on.value) {
      this.modules.dress();
      steady();
    }
    const open = this.on.value, code = this.codeShown, kinds = this.kinds();
    let first = null; // the first code exercise
    const pages = new Set(kinds.filter(({ kind }) => kind === "page").map(({ slug }) => slug));
    if (open) this.showBar(kinds);
    classed(this.panel, "wb-book", open);
    classed(this.panel, "wb-book-code", open && code);
    this.button.node.querySelector("button, jp-button")?.setAttribute("aria-pressed", String(code));
    for (const { cell, kind, slug, why } of kinds) {
      const own = OURS.has(kind), mark = kind === "grade" && pages.has(slug), trial = kind === "grade" && !mark;
      classed(cell, "wb-book-own", own);
      calm(cell, open && own);
      classed(cell, "wb-book-mark", mark);
      classed(cell, "wb-book-trial", trial);
      offerTrial(this.notebook, cell, open && trial ? slug : null, (one) => this.run(one));
      if (LITE && trial && (first ??= cell) === cell) sayWhere(cell, open);
      this.explain(cell, open && why);
      // Folded cells are the workbook's own in every editor; here the style sheet folds them, and only what is data.
      if (open && cell.model.type === "code" && cell.inputHidden && (code || !(own || kind === "grade"))) cell.inputHidden = false;
    }
  }

  /** The bar, as long as Python was not asked for it. */
  showBar(kinds) {
    const { cell } = kinds.find(({ kind }) => kind === "setup") ?? {};
    if (!cell || this.alive.ran.has(cell.model.id)) return;
    const exercise = ({ kind, slug }) => (kind === "grade" ? [`code-${slug.replaceAll("/", "--")}`.slice(0, 64)] : []);
    const graded = new Set(kinds.flatMap(exercise));
    const pages = kinds.filter((one) => one.kind === "page" || graded.has(one.cell.model.id));
    firstBar(cell, pages.map((one) => one.cell), (page) => this.go(this.notebook.widgets.indexOf(page)));
  }

  /** Run a cell because the reader asked for it; whether it came to an end. */
  async run(cell) {
    const reply = await this.modules.CodeCell.execute(cell, this.panel.sessionContext);
    return reply?.content?.status === "ok";
  }

  /** A cell that looks like ours but holds more: its code stays in sight, with the reason why it was not run. */
  explain(cell, why) {
    const there = cell.node.querySelector(":scope > .wb-book-why");
    if (!why) return there?.remove();
    const words = `This cell was not run by itself: ${why}. Read it, then run it with Shift+Enter.`;
    const note = there ?? document.createElement("p");
    note.className = "wb-book-why";
    note.setAttribute("role", "note");
    if (note.textContent !== words) note.textContent = words;
    if (!there) cell.node.insertBefore(note, cell.node.firstChild);
  }

  /** Go to a cell, as a link in the bar asks: it is chosen, and stands at the top of what is in view. */
  async go(index) {
    const cell = this.notebook.widgets[index];
    this.putInAll();
    this.notebook.activeCellIndex = index;
    this.notebook.deselectAll();
    this.alive.near = index;
    for (const wait of [0, ...LAID_OUT]) {
      await new Promise((later) => setTimeout(later, wait));
      const top = cell.node.getBoundingClientRect().top - this.notebook.outerNode.getBoundingClientRect().top;
      if (cell.node.isConnected && cell.node.offsetHeight && Math.abs(top) < 40) continue;
      await this.notebook.scrollToItem(index, "start", 0).catch(() => {});
    }
    cell.node.focus({ preventScroll: true });
  }

  /** In a tab of Notebook 7 the address may name the cell that a link led to. */
  goWhereAsked() {
    const asked = document.body.dataset.notebook === "notebooks" && /^#cell-id=(.+)$/.exec(location.hash);
    const index = asked ? [...this.cells].findIndex((cell) => cell.id === asked[1]) : -1;
    if (index >= 0) this.go(index);
  }

  /** Of the pages and code exercises, show only those with these ids; null shows all. */
  filter(ids) {
    this.panel.toggleClass("wb-book-filtered", ids !== null);
    const wanted = new Set(ids ?? []);
    const slugs = new Set([...wanted].map((id) => id.replace(/^[a-z]+-/, "")));
    for (const { cell, kind } of this.kinds()) {
      const id = cell.model.id, slug = id.replace(/^[a-z]+-/, "");
      const kept = ids === null || kind === "setup" || kind === "course" || kind === "progress"
        || wanted.has(id) || (id.startsWith("grade-") && slugs.has(slug)) || isHeading(cell);
      cell.toggleClass("wb-book-out", !kept);
    }
  }
}

/** What the browser remembers from one visit to the next, or as long as the page is open where it may not. */
const remembered = {
  here: new Map(),
  get(name) {
    try { return window.localStorage.getItem(name); } catch { return this.here.get(name) ?? null; }
  },
  set(name, value) {
    this.here.set(name, value);
    try {
      if (value === null) window.localStorage.removeItem(name);
      else window.localStorage.setItem(name, value);
    } catch { /* the browser allows no storage */ }
  },
};

/** Give a widget a class, or take it away, where it is not so already: this is done after every change of a notebook. */
const classed = (widget, name, on) => { if (widget.hasClass(name) !== Boolean(on)) widget.toggleClass(name, Boolean(on)); };

const isHeading = (cell) => cell.model.type === "markdown" && /^#{1,2} /.test(cell.model.sharedModel.getSource());
