// One open notebook: whether it is a chapter, which cells are folded away, and the switch "Show code".

import { Alive } from "./alive.js";
import { read } from "./data.js";
import { clear, show } from "./notice.js";

const REST = 60; // milliseconds after a change until the cells are looked at again
const OURS = new Set(["setup", "course", "progress", "page", "explore"]);
const KEPT = "backprop-workbook:show-code:";

export class Book {
  constructor(panel, context, { CodeCell, ToolbarButton, on }) {
    Object.assign(this, { panel, context, CodeCell, on, notebook: panel.content, timer: 0, disposed: false });
    this.button = new ToolbarButton({
      label: "Show code", className: "wb-book-switch", tooltip: "Show the code of the workbook's pages",
      onClick: () => this.showCode(!this.codeShown),
    });
    this.look = () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.dress(), REST);
    };
    Promise.all([context.ready, on.ready]).then(() => this.open());
  }

  dispose() {
    this.disposed = true;
    clearTimeout(this.timer);
    this.alive?.dispose();
    this.cells?.changed.disconnect(this.look);
    this.context.model?.contentChanged.disconnect(this.look);
    this.button.dispose();
  }

  /** Only chapters of the workbook are books; all other notebooks stay as they are. */
  open() {
    if (this.disposed || !this.kinds().some(({ kind }) => OURS.has(kind) && kind !== "course")) return;
    this.cells = this.context.model.cells;
    this.cells.changed.connect(this.look);
    this.context.model.contentChanged.connect(this.look);
    this.panel.toolbar.insertItem(this.panel.toolbar.node.childElementCount > 9 ? 9 : 1, "workbook-code", this.button);
    this.alive = new Alive(this.panel, this.CodeCell, (kind, detail) => show(this.panel, kind, detail));
    this.on.changed(() => !this.disposed && this.turn());
    this.turn();
  }

  /** The book as the settings have it: open and alive, or an ordinary notebook in which nothing is run. */
  turn() {
    this.button.node.hidden = !this.on.value;
    this.dress();
    if (this.on.value) this.alive.start();
    else clear(this.panel);
  }

  get codeShown() { return window.localStorage.getItem(KEPT + this.context.path) === "yes"; }

  showCode(shown) {
    if (shown) window.localStorage.setItem(KEPT + this.context.path, "yes");
    else window.localStorage.removeItem(KEPT + this.context.path);
    this.dress();
  }

  kinds() {
    return this.notebook.widgets.map((cell) => ({
      cell, ...(cell.model.type === "code" ? read(cell.model.sharedModel.getSource()) : { kind: "" }),
    }));
  }

  /** Give every cell the class of what it is; the style sheet does the rest. */
  dress() {
    if (this.disposed) return;
    const open = this.on.value, kinds = this.kinds();
    const pages = new Set(kinds.filter(({ kind }) => kind === "page").map(({ slug }) => slug));
    this.panel.toggleClass("wb-book", open);
    this.panel.toggleClass("wb-book-code", open && this.codeShown);
    this.button.node.querySelector("button, jp-button")?.setAttribute("aria-pressed", String(this.codeShown));
    for (const { cell, kind, slug, why } of kinds) {
      cell.toggleClass("wb-book-own", OURS.has(kind));
      cell.toggleClass("wb-book-mark", kind === "grade" && pages.has(slug));
      this.offerTry(cell, kind === "grade" && !pages.has(slug) ? slug : null);
      this.explain(cell, open && why);
    }
  }

  /** A button under a code exercise, which runs its cell and shows its marks. */
  offerTry(cell, slug) {
    const there = cell.node.querySelector(":scope > .wb-book-try");
    cell.toggleClass("wb-book-trial", slug !== null);
    if (slug === null || !this.on.value) return there?.remove();
    if (there) return;
    const bar = document.createElement("div"), button = document.createElement("button");
    bar.className = "wb-book-try";
    button.type = "button";
    button.textContent = "Try it";
    button.addEventListener("click", () => this.tryOut(cell, slug));
    bar.append(button);
    cell.node.insertBefore(bar, cell.node.querySelector(":scope > .jp-Cell-outputWrapper"));
  }

  /** The student asks for it: run the exercise's own cell, then its marks. */
  async tryOut(cell, slug) {
    const cells = this.notebook.widgets, at = cells.indexOf(cell);
    const written = cells.find((other) => other.model.getMetadata("workbook")?.exercise === slug)
      ?? cells.slice(0, at).findLast((other) => other.model.type === "code");
    const session = this.panel.sessionContext;
    if (written) await this.CodeCell.execute(written, session);
    await this.CodeCell.execute(cell, session);
  }

  /** A cell that looks like ours but holds more: its code stays in sight, with the reason why it was not run. */
  explain(cell, why) {
    const there = cell.node.querySelector(":scope > .wb-book-why");
    if (!why) return there?.remove();
    const said = `This cell was not run by itself: ${why}. Read it, then run it with Shift+Enter.`;
    if (there) { there.textContent = said; return; }
    const note = document.createElement("p");
    note.className = "wb-book-why";
    note.textContent = said;
    cell.node.insertBefore(note, cell.node.firstChild);
  }
}
