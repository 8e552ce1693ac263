// The door through which JupyterLab, Notebook 7 and JupyterLite load the extension: a container of module federation,
// written by hand, so that nothing has to be built. What the extension does stands in plugin.js and the files it imports.
(() => {
  const here = new URL(".", document.currentScript.src);
  let scope;
  /** A module that JupyterLab shares, of whatever version it has. */
  const shared = async (name) => {
    const versions = Object.values(scope?.[name] ?? {});
    if (!versions.length) throw new Error(`${name} is not shared here`);
    return (await versions[0].get())();
  };
  (window._JUPYTERLAB ??= {})["backprop-workbook"] = {
    init: (given) => { scope = given; },
    get: async () => {
      const { makePlugin } = await import(new URL("plugin.js", here));
      const plugin = await makePlugin(shared);
      return () => ({ __esModule: true, default: plugin });
    },
  };
})();
