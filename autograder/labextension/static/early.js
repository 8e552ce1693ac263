// Typing into a page before Python is there: its still boxes take what is typed, and it is written into the cell at once.
//
//   new Early(notebook)     start(), stop()
//
// The cell is what counts: when its page comes alive, Python finds the texts there. Nothing is checked before.

import { read } from "./data.js";
import { LIMITS, editFor, findAnswers, plain, typeset } from "./python_source.js";

const STILL = ".wb-static .wb-slot:not([data-early])";
const NUMBER = /^box (\d+)\b/; // how a still box is called in its title, which stays where a page is not trusted
const READ_ONLY = "The cell of this page has no plain answers = {…}, so it takes text when Python is there.";

export class Early {
  constructor(notebook) {
    this.notebook = notebook;
    this.seen = null;
    this.soon = 0;
  }

  /** From now on the still boxes of pages take text, those that are drawn later too. */
  start() {
    if (this.seen) return;
    this.seen = new MutationObserver(() => {
      cancelAnimationFrame(this.soon);
      this.soon = requestAnimationFrame(() => this.dressAll());
    });
    this.seen.observe(this.notebook.node, { childList: true, subtree: true });
    this.dressAll();
  }

  stop() {
    cancelAnimationFrame(this.soon);
    this.seen?.disconnect();
    this.seen = null;
  }

  dressAll() {
    for (const cell of this.notebook.widgets) {
      if (cell.model.type === "code" && cell.node.querySelector(STILL)) this.dress(cell);
    }
  }

  /** Give the still boxes of this cell inputs, unless its page is alive. */
  dress(cell) {
    const { kind, slug } = read(cell.model.sharedModel.getSource());
    if (kind !== "page" || cell.node.querySelector(".wb-live")) return;
    for (const slot of cell.node.querySelectorAll(STILL)) this.open(cell, slug, slot);
  }

  open(cell, slug, slot) {
    const number = slot.dataset.box ?? NUMBER.exec(slot.title)?.[1], still = slot.querySelector(".wb-input");
    if (!number || !still) return;
    const input = document.createElement("input");
    Object.assign(input, { className: "wb-input", type: "text", autocomplete: "off", spellcheck: false });
    input.maxLength = LIMITS.text;
    input.setAttribute("aria-label", slot.title.replace(/:.*$/s, ""));
    slot.dataset.early = slot.dataset.box = number;
    const entry = this.answers(cell, slug)?.entries.get(number);
    input.value = typeset(entry?.text ?? "");
    input.addEventListener("input", () => this.write(cell, slug, number, input));
    input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      event.stopPropagation();
      const boxes = [...this.notebook.node.querySelectorAll(".wb-slot input.wb-input")];
      boxes[boxes.indexOf(input) + 1]?.focus();
    });
    still.replaceWith(input);
  }

  answers(cell, slug) {
    return findAnswers(cell.model.sharedModel.getSource(), { slug, index: 0, variable: "answers" });
  }

  write(cell, slug, number, input) {
    const found = this.answers(cell, slug), edit = found && editFor(found, number, plain(input.value));
    if (edit) cell.model.sharedModel.updateSource(edit.start, edit.end, edit.code);
    input.closest(".wb-slot").dataset.state = input.value ? "unchecked" : "blank";
    input.title = found ? "" : READ_ONLY;
  }
}
