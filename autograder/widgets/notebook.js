// The notebook around a widget, where the frontend lets us reach it: its cells, their outputs, its kernel.

/** The notebook's model in JupyterLab 4 and Notebook 7; null in VS Code, Colab and exported pages. */
export function notebookOf(model) {
  const notebook = model.widget_manager?.context?.model;
  return notebook?.cells && notebook.sharedModel ? notebook : null;
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

/** Give the focus back to the notebook cell around `root`. */
export function leaveTo(root) {
  const around = root.closest(".jp-Cell") ?? root.closest("[tabindex]");
  document.activeElement?.blur();
  around?.focus?.({ preventScroll: true });
  if (document.activeElement === document.body) root.closest(".jp-Notebook")?.focus?.({ preventScroll: true });
}
