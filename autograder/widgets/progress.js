// The bar of a chapter's pages, alive: it follows the cells of the notebook, and a click goes to a page.
//
// Nothing is read or marked here: the cells go to Python as they are, the bar comes back as HTML from the catalogue.

import { element } from "./dom.js";
import { notebookOf, replaceOutput } from "./notebook.js";

const REST = 300; // milliseconds without a change before the cells are sent
const SETTLED = 400; // until the cells around a page have been laid out
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

/** Make the links of the bar go to their cells, and to the notebooks of other chapters. */
function connectLinks(root, model) {
  const { context, rendermime } = model.widget_manager ?? {};
  if (!context?.path) return;
  const here = context.path.split("/").slice(0, -1);
  for (const link of root.querySelectorAll("a")) {
    const [place, cell] = link.getAttribute("href").split("#");
    if (!place) link.addEventListener("click", (event) => jump(event, root, context.model, cell));
    const path = place ? resolved(here, place) : context.path;
    rendermime?.linkHandler?.handleLink(link, path, cell ? `#cell-id=${cell}` : "");
  }
}

const pause = (wait) => new Promise((resolve) => setTimeout(resolve, wait));

/**
 * Scroll to a cell of this notebook. Jupyter puts far cells into the document late: JupyterLab's own handler of links
 * finds them all the same; Notebook 7's would open a window, so there we go towards the cell until it is there.
 * Cells that were never seen have no height yet, so once more when they have.
 */
async function jump(event, root, notebook, id) {
  const around = root.closest(".jp-Notebook"), index = [...notebook.cells].findIndex((cell) => cell.id === id);
  const find = () => around?.querySelector(`.jp-Cell[data-windowed-list-index="${index}"]`);
  if (index < 0 || (!find() && document.querySelector(".jp-LabShell"))) {
    if (event.isTrusted) setTimeout(() => event.target.closest("a")?.click(), SETTLED);
    return;
  }
  event.preventDefault();
  event.stopImmediatePropagation();
  for (let tries = 0; !find() && tries < 100; tries++) {
    const last = [...around.querySelectorAll(".jp-Cell")].at(-1);
    last?.scrollIntoView({ block: "start" });
    await pause(50);
  }
  find()?.scrollIntoView({ block: "start" });
  await pause(SETTLED);
  find()?.scrollIntoView({ block: "start" });
}

/** "../08-equations/equations.ipynb" as seen from a folder. */
function resolved(folder, place) {
  const parts = [...folder];
  for (const part of place.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== ".") parts.push(part);
  }
  return parts.join("/");
}

function render({ model, el }) {
  const root = element("div", "wb-progress wb-progress-live");
  const notebook = notebookOf(model);
  let timer = 0, sent = null;
  el.append(root);

  const show = () => {
    const focused = root.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
    root.innerHTML = model.get("body"); // from the catalogue, headings escaped
    connectLinks(root, model);
    if (focused !== null) [...root.querySelectorAll("a")].find((a) => a.getAttribute("href") === focused)?.focus({ preventScroll: true });
  };
  const keep = () => { // the static twin is another output of the cell
    const bundle = model.get("still");
    for (const cell of notebook?.cells ?? []) {
      if (cell.type === "code" && replaceOutput(cell.outputs, 'data-twin="progress"', bundle)) return;
    }
  };
  const look = () => {
    if (!notebook) return;
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
  later();

  return () => {
    clearTimeout(timer);
    seen.disconnect();
    model.off("change:body", onBody);
    notebook?.contentChanged.disconnect(later);
  };
}

export default { render };
