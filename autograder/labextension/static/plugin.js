// Opens a chapter of the workbook as a book, in JupyterLab, Notebook 7 and JupyterLite.
//
//   data.js      which cells may run by themselves
//   book.js      one open notebook: what is shown, what is run and when
//   alive.js     the order in which its pages come alive
//   notice.js    what a reader is told when something is amiss
//   book.css     the look

import { Book } from "./book.js";

const ID = "backprop-workbook:page-first";

/** The extension, made of the modules that JupyterLab shares. */
export async function makePlugin(shared) {
  const [{ CodeCell }, { ToolbarButton }, { DisposableDelegate }, registry] = await Promise.all([
    shared("@jupyterlab/cells"),
    shared("@jupyterlab/apputils"),
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
      document.head.append(style);
      const on = pageFirst(settings);
      const opened = app.docRegistry.addWidgetExtension("Notebook", {
        createNew: (panel, context) => {
          const book = new Book(panel, context, { CodeCell, ToolbarButton, on });
          return new DisposableDelegate(() => book.dispose());
        },
      });
      return () => opened.dispose();
    },
  };
}

/** Whether chapters open as books, as the settings of JupyterLab have it: {value, changed(listener)}. */
function pageFirst(settings) {
  const listeners = new Set(), on = { value: true, ready: Promise.resolve(), changed: (listener) => listeners.add(listener) };
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
