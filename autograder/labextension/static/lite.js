// Where Python and the notebooks live in the browser (JupyterLite): what the page says and offers there besides.

export const LITE = document.getElementById("jupyter-config-data")?.dataset.jupyterLiteRoot !== undefined;

export const CODE_RUNS_HERE =
  "In this site your code runs in the page itself, by the Python that checks your boxes. Code that does not come to an "
  + "end is stopped after a while; if it is not, choose Kernel ▸ Restart Kernel. What you have typed stays.";

/** Whether the browser keeps files for this page, or forgets them with the tab. */
export function keepsFiles() {
  return new Promise((resolve) => {
    try {
      const asked = indexedDB.open("backprop-workbook:probe");
      asked.onsuccess = () => { asked.result.close(); resolve(true); };
      asked.onerror = () => resolve(false);
    } catch {
      resolve(false);
    }
  });
}

/** The address goes on naming the notebook that is open, so that it is there again after the page is reloaded. */
export function nameInAddress(shell) {
  const name = () => {
    const path = shell.currentWidget?.context?.path, address = new URL(location.href);
    if (!path || address.searchParams.get("path") === path) return;
    address.searchParams.set("path", path);
    history.replaceState(history.state, "", address);
  };
  shell.currentChanged?.connect(name);
  const timer = setInterval(name, 1000); // JupyterLite takes the path out of the address when it has read it
  return () => {
    shell.currentChanged?.disconnect(name);
    clearInterval(timer);
  };
}

/** Hand out the notebook as it stands, as a file. */
export function download({ model, path }) {
  const file = new Blob([`${JSON.stringify(model.toJSON(), null, 1)}\n`], { type: "application/x-ipynb+json" });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = path.split("/").at(-1);
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
