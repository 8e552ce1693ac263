// CodeMirror's style sheet is written once, and left alone as long as it says the same.
//
// With every editor that is made, CodeMirror writes its whole sheet again, and the browser then works out the look of the
// whole document anew: dozens of times while a chapter opens, although nothing has changed.

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
