// Opens a chapter of the workbook as a book, in JupyterLab, Notebook 7 and JupyterLite.
//
//   data.js      which cells may run by themselves
//   book.js      one open notebook: what is shown, and whether it is run
//   alive.js     the order in which its pages come alive
//   still.js     what does not move meanwhile
//   drawing.js   how still pages are drawn: late, and with one style sheet for all
//   trial.js     "Try it" under a code exercise
//   notice.js    what a reader is told when something is amiss
//   book.css     the look

import { Book } from "./book.js";

const ID = "backprop-workbook:page-first";

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
  const style = document.createElement("link");
  style.rel = "stylesheet";
  style.href = new URL("book.css", import.meta.url);
  return {
    id: ID,
    autoStart: true,
    optional: registry.ISettingRegistry ? [registry.ISettingRegistry] : [],
    activate: (app, settings) => {
      const on = pageFirst(settings);
      const opened = app.docRegistry.addWidgetExtension("Notebook", {
        createNew: (panel, context) => {
          const dress = () => { if (!style.isConnected) document.head.append(style); }; // in no page without a book
          const book = new Book(panel, context, { dress, CodeCell, NotebookActions, ToolbarButton, Widget, on });
          return new DisposableDelegate(() => book.dispose());
        },
      });
      return () => opened.dispose();
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
