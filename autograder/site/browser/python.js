// Pyodide as the site starts it, in a worker: `loadPyodide`, which JupyterLite's kernel calls, with three things added.
// It tells the page how far it is, it loads what a notebook imports first, and it may have begun before it is called.

(() => {
  if (self.loadPyodide) return; // early.js has begun
  let started = null;
  self.loadPyodide = (options) => (started ??= start(options));

  async function start({ packages, workbook, ...options }) {
    const { files, imports, unasked } = workbook;
    let done = 0;
    const tell = (stage) => self.postMessage({ workbook: { stage, done, of: files } });
    tell("files");
    const plain = self.fetch;
    self.fetch = async (...asked) => {
      const answer = await plain(...asked);
      done = Math.min(done + 1, files);
      tell("files");
      return answer;
    };
    try {
      importScripts(`${options.indexURL}pyodide.js`);
      const load = self.loadPyodide;
      self.loadPyodide = () => started;
      const pyodide = await load({ ...options, packages: packages.filter((name) => !unasked.includes(name)) });
      self.fetch = plain;
      done = files;
      tell("imports");
      pyodide.runPython(imports);
      tell("ready");
      return pyodide;
    } catch (error) {
      tell("failed");
      throw error;
    }
  }
})();
