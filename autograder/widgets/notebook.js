// The notebook around a widget, where the frontend lets us reach it: its cells, their outputs, its kernel.

/** The notebook's model in JupyterLab 4 and Notebook 7; null in VS Code, Colab and exported pages. */
export function notebookOf(model) {
  const notebook = model.widget_manager?.context?.model;
  return notebook?.cells?.length && notebook.sharedModel ? notebook : null; // VS Code hands out an empty one
}

/** Tell `onLost` when the kernel that checks this page is gone. Returns the clean-up. */
export function watchKernel(model, onLost) {
  const session = model.widget_manager?.context?.sessionContext;
  if (!session?.statusChanged) return () => {};
  const gone = new Set(["restarting", "autorestarting", "terminating", "dead"]);
  const onStatus = (_, status) => { if (gone.has(status)) onLost(); };
  const onKernel = (_, change) => { if (change?.oldValue) onLost(); };
  session.statusChanged.connect(onStatus);
  session.kernelChanged?.connect(onKernel);
  return () => {
    session.statusChanged.disconnect(onStatus);
    session.kernelChanged?.disconnect(onKernel);
  };
}

/** Put a new bundle into the output whose HTML holds `mark`; whether there was one. */
export function replaceOutput(outputs, mark, bundle) {
  for (let i = 0; i < (outputs?.length ?? 0); i++) {
    const output = outputs.get(i).toJSON();
    if ([].concat(output.data?.["text/html"] ?? "").join("").includes(mark)) {
      outputs.set(i, { ...output, data: bundle });
      return true;
    }
  }
  return false;
}

const pause = (wait) => new Promise((resolve) => setTimeout(resolve, wait));
const SETTLED = 400; // milliseconds until the cells around a page have been laid out
const TRIES = 100;

/**
 * Scroll to a cell of this notebook, on a click. In a chapter that is open as a book the extension does it ("wb-go"), for
 * it can ask the notebook. Elsewhere: Jupyter lays far cells out late, so we go towards the cell until it is there, and
 * once more when the cells around it have their height.
 */
export async function goToCell(event, notebook, id) {
  const index = [...notebook.cells].findIndex((cell) => cell.id === id);
  const from = event.currentTarget, around = from.closest(".jp-Notebook");
  if (index < 0 || !around) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (!from.dispatchEvent(new CustomEvent("wb-go", { bubbles: true, cancelable: true, detail: { index } }))) return;
  const laid = () => [...around.querySelectorAll(".jp-Cell")].filter((cell) => cell.offsetHeight > 0);
  const place = (cell) => Number(cell.dataset.windowedListIndex);
  const find = () => laid().find((cell) => place(cell) === index);
  for (let tries = 0; !find() && tries < TRIES; tries++) {
    const cells = laid(), next = place(cells.at(-1)) < index ? cells.at(-1) : cells[0];
    next?.scrollIntoView({ block: next === cells[0] ? "end" : "start" });
    await pause(50);
  }
  for (const wait of [SETTLED, 0]) {
    find()?.scrollIntoView({ block: "start" });
    await pause(wait);
  }
  find()?.focus({ preventScroll: true });
}

/** Make the links in `root` go to cells of this notebook ("#cell") and to other notebooks ("../02-x/x.ipynb#cell"). */
export function connectLinks(root, model) {
  const { context, rendermime } = model.widget_manager ?? {};
  if (!context?.path) return;
  const here = context.path.split("/").slice(0, -1);
  for (const link of root.querySelectorAll("a")) {
    const [place, cell] = link.getAttribute("href").split("#");
    if (!place) link.addEventListener("click", (event) => goToCell(event, context.model, cell));
    const path = place ? resolved(here, place) : context.path;
    const address = place && tabOf(path);
    if (address) Object.assign(link, { href: address + (cell ? `#cell-id=${cell}` : ""), target: "_blank" });
    else rendermime?.linkHandler?.handleLink(link, path, cell ? `#cell-id=${cell}` : "");
  }
}

/**
 * Where a notebook opens in a tab of its own, as Notebook 7 has it; null elsewhere. Its own links open the tab only when
 * they have loaded the notebook, too late for some browsers, and lose the cell. In the tab, book.js goes to the cell.
 */
function tabOf(path) {
  const config = document.getElementById("jupyter-config-data");
  if (!document.body.dataset.notebook || !config || config.dataset.jupyterLiteRoot !== undefined) return null;
  const base = JSON.parse(config.textContent).baseUrl ?? "/";
  return `${base.replace(/\/?$/, "/")}notebooks/${path.split("/").map(encodeURIComponent).join("/")}`;
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

/** Give the focus back to the notebook cell around `root`. */
export function leaveTo(root) {
  const around = root.closest(".jp-Cell") ?? root.closest("[tabindex]");
  document.activeElement?.blur();
  around?.focus?.({ preventScroll: true });
  if (document.activeElement === document.body) root.closest(".jp-Notebook")?.focus?.({ preventScroll: true });
}
