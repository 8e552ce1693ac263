// What JupyterLab does dozens of times while a chapter opens, and nobody sees, is done once, later, or not at all.
//
// With every editor that is made, CodeMirror writes its whole style sheet again, and the browser then works out the look
// of the whole document anew, although nothing has changed. With every output a cell measures whether it has room for a
// button. And all cells of a chapter are put into the page while a reader still waits for the first.

const MARK = ".\u037c"; // how the names begin that CodeMirror makes for its rules
let steadied = null; // its sheet, once it is there: a document has one

/** See to the sheet of CodeMirror, if it is in the document by now. */
export function steady() {
  if (steadied?.isConnected) return;
  const { get, set } = Object.getOwnPropertyDescriptor(Node.prototype, "textContent");
  for (const sheet of document.head.getElementsByTagName("style")) {
    if (!sheet.textContent.startsWith(MARK)) continue;
    steadied = Object.defineProperty(sheet, "textContent", {
      configurable: true,
      get() { return get.call(this); },
      set(text) { if (text !== get.call(this)) set.call(this, text); },
    });
    return;
  }
}

/** An own cell of the book shows no button to fold its output, so nobody measures whether there is room for it. */
export function calm(cell, on) {
  if (on && cell.updatePromptOverlayIcon) cell.updatePromptOverlayIcon = () => {};
  else delete cell.updatePromptOverlayIcon;
}

/**
 * JupyterLab puts one cell of a notebook after another into the page whenever it has nothing else to do. Here it waits as soon
 * as there are `enough`, until the function that is returned is called, or for `most` milliseconds.
 */
export function firstThingsFirst(notebook, enough, most) {
  const { _runOnIdleTime: putIn, _scheduleCellRenderOnIdle: goOn } = notebook;
  if (!putIn || !goOn) return () => {};
  notebook._runOnIdleTime = async (...time) => { if (!enough()) await putIn.apply(notebook, time); };
  const release = () => {
    clearTimeout(timer);
    if (!Object.hasOwn(notebook, "_runOnIdleTime")) return;
    delete notebook._runOnIdleTime;
    if (!notebook.isDisposed) goOn.call(notebook);
  };
  const timer = setTimeout(release, most);
  return release;
}
