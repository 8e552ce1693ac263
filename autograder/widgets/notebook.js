// What pages and explorers have in common: the notebook around them, its kernel, the font, where the focus goes.
// Python puts this file before page.js or explorer.js; together they are one module.

// ---- The notebook around us, where the frontend lets us reach it ---------------------------------------------------

/** The notebook's model in JupyterLab 4 and Notebook 7; null in VS Code, Colab and exported pages. */
function notebookOf(model) {
  const notebook = model.widget_manager?.context?.model;
  return notebook?.cells && notebook.sharedModel ? notebook : null;
}

/** Tell `onLost` when the kernel that checks this page is gone. Returns the clean-up. */
function watchKernel(model, onLost) {
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

// ---- The fonts: asked for once per document, sent by Python as bytes, never fetched from another host --------------

function askForFonts(model) {
  const have = [...document.fonts].some((face) => face.family.replace(/["']/g, "") === "STIX Two Text");
  if (have || Date.now() - (globalThis.workbookFontsAsked ?? -1e9) < 5000) return;
  globalThis.workbookFontsAsked = Date.now();
  model.send({ want: "fonts" });
}

function addFonts(faces, buffers) {
  faces.forEach(({ family, ...descriptors }, i) => {
    const bytes = buffers[i];
    if (!bytes) return;
    const view = bytes.buffer ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength) : bytes;
    document.fonts.add(new FontFace(family, view, descriptors));
  });
}

// ---- Elements -------------------------------------------------------------------------------------------------------

const element = (tag, className, properties = {}) =>
  Object.assign(document.createElement(tag), { className, ...properties });

/** Give the focus back to the notebook cell around `root`. */
function leaveTo(root) {
  const around = root.closest(".jp-Cell") ?? root.closest("[tabindex]");
  document.activeElement?.blur();
  around?.focus?.({ preventScroll: true });
  if (document.activeElement === document.body) root.closest(".jp-Notebook")?.focus?.({ preventScroll: true });
}

