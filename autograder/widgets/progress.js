// The bar of a chapter's pages, alive: it follows the cells of the notebook, and a click goes to a page.
//
// Nothing is read or marked here: the cells go to Python as they are, the bar comes back as HTML from the catalogue.

import { addStyle, element } from "./dom.js";
import { connectLinks, notebookOf, replaceOutput } from "./notebook.js";

const REST = 300; // milliseconds without a change before the cells are sent
const SOON = 100; // and the first time, when a chapter opens and changes all the while
const UNFINISHED = "li:not(.wb-right, .wb-filled)", SLIPPED = 'li:has([data-slips]:not([data-slips="0"]))';
const CALL = /\b(page|grade|course)\s*\(/;

/** The cells that a bar depends on, as Python reads them: of outputs only the result of a grade cell. */
function cellsOf(notebook) {
  const kept = [];
  for (const cell of notebook.cells) {
    const source = cell.sharedModel.getSource(), { nbgrader, workbook } = cell.sharedModel.getMetadata() ?? {};
    if (kept.length > 0 && !nbgrader && !workbook && !CALL.test(source)) continue;
    const outputs = source.trimStart().startsWith("grade(") ? resultsOf(cell) : [];
    kept.push({ cell_type: cell.type, source, metadata: { nbgrader, workbook }, outputs });
  }
  return kept;
}

const resultsOf = (cell) => (cell.outputs?.toJSON() ?? []).filter((output) => output.output_type === "execute_result");

/**
 * Buttons under the bar that show only some of its pages. In a chapter that is open as a book the others are folded away
 * too: the extension listens for "wb-filter".
 */
function filters(root, chosen, choose) {
  const bar = root.querySelector(".wb-bar");
  if (!bar) return;
  const all = bar.querySelectorAll("li"), kinds = [["All", null], ["Unfinished", UNFINISHED], ["Slipped", SLIPPED]];
  const line = element("p", "wb-filters", { role: "group", ariaLabel: "Which pages are shown" });
  for (const [name, selector] of kinds) {
    const count = selector ? bar.querySelectorAll(selector).length : all.length;
    const button = element("button", "", { type: "button", textContent: `${name} ${count}` });
    button.setAttribute("aria-pressed", String(name === chosen));
    button.disabled = selector !== null && count === 0 && name !== chosen;
    button.addEventListener("click", () => choose(name));
    line.append(button);
  }
  bar.append(line);
  const shown = new Set(bar.querySelectorAll(kinds.find(([name]) => name === chosen)[1] ?? "li"));
  for (const item of all) item.classList.toggle("wb-out", !shown.has(item));
}

function render({ model, el }) {
  addStyle(STYLE);
  const root = element("div", "wb-progress wb-progress-live");
  const notebook = notebookOf(model);
  let timer = 0, sent = null, chosen = "All";
  el.append(root);

  const choose = (name) => {
    chosen = name;
    show();
    root.querySelector(".wb-filters [aria-pressed=true]")?.focus({ preventScroll: true });
    const kept = [...root.querySelectorAll("li:not(.wb-out) a")].map((link) => link.dataset.cell);
    root.dispatchEvent(new CustomEvent("wb-filter", { bubbles: true, detail: { cells: name === "All" ? null : kept } }));
  };

  const show = () => {
    const focused = root.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
    root.innerHTML = model.get("body"); // from the catalogue, headings escaped
    connectLinks(root, model);
    if (!model.get("many")) filters(root, chosen, choose);
    if (focused !== null) [...root.querySelectorAll("a")].find((a) => a.getAttribute("href") === focused)?.focus({ preventScroll: true });
  };
  const keep = () => { // the static twin is another output of the cell
    const bundle = model.get("still");
    for (const cell of notebook?.cells ?? []) {
      if (cell.type === "code" && replaceOutput(cell.outputs, `data-twin="${model.get("twin")}"`, bundle)) return;
    }
  };
  const look = () => {
    if (!notebook) return model.send({ cells: "" }); // Python looks where it can: at the file, at what has run
    const cells = model.get("many") ? "" : JSON.stringify(cellsOf(notebook));
    if (cells && cells === sent) return;
    sent = cells;
    model.send({ cells });
  };
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(look, REST);
  };
  const onBody = () => { show(); keep(); };
  const seen = new IntersectionObserver((entries) => { if (entries.some((entry) => entry.isIntersecting)) later(); });
  model.on("change:body", onBody);
  if (!model.get("many")) notebook?.contentChanged.connect(later);
  seen.observe(root);
  show();
  const first = model.get("body") ? later() : setTimeout(look, SOON);

  return () => {
    clearTimeout(timer);
    clearTimeout(first);
    seen.disconnect();
    model.off("change:body", onBody);
    notebook?.contentChanged.disconnect(later);
  };
}

export default { render };
