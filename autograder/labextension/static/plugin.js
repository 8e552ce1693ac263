// Opens a chapter of the workbook as a book, in JupyterLab, Notebook 7 and JupyterLite.
//
//   data.js      which cells may run by themselves
//   book.js      one open notebook: what is shown, and whether it is run
//   alive.js     the order in which its pages come alive
//   bar.js       the bar before Python is there
//   early.js     typing into a page before Python is there
//   lite.js      what is said and offered where all of it lives in the browser
//   still.js     what does not move meanwhile
//   drawing.js   how still pages are drawn: late, and with one style sheet for all
//   steady.js    CodeMirror's style sheet, which is not written anew for each editor
//   trial.js     "Try it" under a code exercise
//   notice.js    what a reader is told when something is amiss
//   book.css     the look; that of the pages stands in pages/, for those that are not trusted to bring it

import { Book } from "./book.js";
import { LITE, keepsFiles, nameInAddress } from "./lite.js";

const ID = "backprop-workbook:page-first";
const SHEETS = ["colours", "mathematics", "page", "frame", "progress"].map((name) => `pages/${name}.css`).concat("book.css");

/** The extension, made of the modules that JupyterLab shares. */
export async function makePlugin(shared) {
  const [{ CodeCell }, { NotebookActions }, { ToolbarButton }, { Widget }, { DisposableDelegate }, registry] = await Promise.all([
    shared("@jupyterlab/cells"),
    shared("@jupyterlab/notebook"),
    shared("@jupyterlab/apputils"),
    shared("@lumino/widgets"),
    shared("@lumino/disposable"),
    shared("@jupyterlab/settingregistry").catch(() => ({})),
  ]);
  const sheets = SHEETS.map((name) => {
    const style = document.createElement("link");
    style.rel = "stylesheet";
    style.href = new URL(name, import.meta.url);
    return style;
  });
  return {
    id: ID,
    autoStart: true,
    optional: registry.ISettingRegistry ? [registry.ISettingRegistry] : [],
    activate: (app, settings) => {
      const on = pageFirst(settings), keeps = LITE ? keepsFiles() : Promise.resolve(true);
      // While a chapter opens JupyterLab is busy throughout: told so for each cell, it would fetch its icon for each cell.
      const busy = () => app.status?.setBusy() ?? new DisposableDelegate(() => {});
      const unname = LITE ? nameInAddress(app.shell) : () => {};
      const opened = app.docRegistry.addWidgetExtension("Notebook", {
        createNew: (panel, context) => {
          const dress = () => { if (!sheets[0].isConnected) document.head.append(...sheets); }; // in no page without a book
          const book = new Book(panel, context, { dress, CodeCell, NotebookActions, ToolbarButton, Widget, on, keeps, busy });
          return new DisposableDelegate(() => book.dispose());
        },
      });
      return () => {
        opened.dispose();
        unname();
      };
    },
  };
}

/** Whether chapters open as books, as the settings of JupyterLab have it. */
function pageFirst(settings) {
  const listeners = new Set();
  const on = { value: true, changed: (listener) => listeners.add(listener), unchanged: (listener) => listeners.delete(listener) };
  on.ready = Promise.resolve(settings?.load(ID)).then((loaded) => {
    const read = () => {
      on.value = loaded?.composite.pageFirst !== false;
      listeners.forEach((listener) => listener());
    };
    loaded?.changed.connect(read);
    read();
  }).catch((error) => console.warn("Backprop workbook: its settings cannot be read, so chapters open as books.", error));
  return on;
}
