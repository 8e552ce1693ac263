// A button under a code exercise, "Try it", which runs the exercise's cell and then shows its marks.

import { CODE_RUNS_HERE } from "./lite.js";

/** Give the grade cell of a code exercise its button, or take it away; `run(cell)` runs a cell. */
export function offerTrial(notebook, cell, slug, run) {
  const there = cell.node.querySelector(":scope > .wb-book-try");
  if (slug === null) return there?.remove();
  if (there) return;
  const bar = document.createElement("div"), button = document.createElement("button");
  bar.className = "wb-book-try";
  button.type = "button";
  button.textContent = "Try it";
  button.title = "Run the code above and see its marks";
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      const written = exerciseOf(notebook, cell, slug);
      if (!written || (await run(written))) await run(cell);
    } finally {
      button.disabled = false;
      if (document.activeElement === document.body) button.focus({ preventScroll: true });
    }
  });
  bar.append(button);
  cell.node.insertBefore(bar, cell.node.querySelector(":scope > .jp-Cell-outputWrapper"));
}

/** Say once in a notebook, above its first code exercise, that its code runs in the page. */
export function sayWhere(cell, open) {
  const there = cell.node.querySelector(":scope > .wb-book-where");
  if (!open) return there?.remove();
  if (there) return;
  const note = document.createElement("p");
  note.className = "wb-book-where";
  note.setAttribute("role", "note");
  note.textContent = CODE_RUNS_HERE;
  cell.node.insertBefore(note, cell.node.firstChild);
}

/**
 * The cell in which the exercise is written: above its marks and below the ones before, so that what is run is what the
 * reader sees above the button, whatever the metadata of a cell elsewhere claims.
 */
function exerciseOf(notebook, cell, slug) {
  const code = [];
  for (const other of notebook.widgets.slice(0, notebook.widgets.indexOf(cell)).reverse()) {
    if (other.hasClass("wb-book-own") || other.hasClass("wb-book-mark") || other.hasClass("wb-book-trial")) break;
    if (other.model.type === "code") code.push(other);
  }
  return code.find((other) => other.model.getMetadata("workbook")?.exercise === slug) ?? code[0];
}
