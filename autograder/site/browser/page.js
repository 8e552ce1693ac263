// In the page, before JupyterLab is: a Python that starts at once, and the next one ready before it is asked for.
//
// JupyterLite starts a Python when a notebook is open, with a new Worker. It is given the one that has begun. Each
// Python tells how far it is (python.js); the page hears of it as the event "wb-python". When all pages are alive
// ("wb-alive"), the service worker keeps what the site needs without a network, and the next Python starts.

(() => {
  const SITE = new URL("./", document.currentScript.src);
  const KERNEL = /pyodide-kernel-extension\/static\/[^/]+\.js/;
  const NEXT = 8_000; // milliseconds of rest until another Python starts, when all pages have come alive
  const ROOM = 4; // gigabytes of memory with which it does
  const Plain = self.Worker;
  let spare = null, kept = false;

  // A browser that lets this site store nothing says so only when a database is opened, which is too late for
  // JupyterLite to keep notebooks in memory instead. So then it sees no databases at all.
  try {
    self.localStorage.getItem("");
  } catch {
    Object.defineProperty(self, "indexedDB", { value: null });
  }

  /** Start a Python that no notebook has yet; the page needs no isolation for it. */
  function prepare() {
    if (spare || self.crossOriginIsolated) return;
    const worker = spare = listened(new Plain(new URL("static/pyodide/early.js", SITE)));
    worker.addEventListener("error", () => { if (spare === worker) spare = null; });
  }

  /** Do this when nobody has typed or clicked for a while: who types waits for answers, and they would take longer. */
  function atRest(what) {
    const stirs = ["keydown", "pointerdown"];
    const begin = () => {
      stirs.forEach((kind) => document.removeEventListener(kind, later, true));
      what();
    };
    const later = () => {
      clearTimeout(timer);
      timer = setTimeout(begin, NEXT);
    };
    let timer = setTimeout(begin, NEXT);
    stirs.forEach((kind) => document.addEventListener(kind, later, true));
  }

  function listened(worker) {
    worker.addEventListener("message", ({ data }) => {
      if (!data?.workbook) return;
      worker.workbook = data.workbook;
      if (worker !== spare) announce(worker);
      else self.workbookSpare = data.workbook.stage; // so that a test, or a curious reader, can see it
    });
    return worker;
  }

  function announce({ workbook }) {
    if (!workbook) return;
    self.workbookPython = workbook; // for who comes too late for the event
    document.dispatchEvent(new CustomEvent("wb-python", { detail: workbook }));
  }

  document.addEventListener("wb-alive", async () => {
    if ((navigator.deviceMemory ?? ROOM) >= ROOM) atRest(prepare);
    if (kept) return;
    kept = true;
    (await navigator.serviceWorker?.ready)?.active.postMessage("keep");
  });

  self.Worker = function Worker(url, options) {
    if (!KERNEL.test(String(url))) return new Plain(url, options);
    const taken = spare ?? listened(new Plain(url, options));
    spare = self.workbookSpare = null;
    announce(taken);
    return taken;
  };
  self.Worker.prototype = Plain.prototype;
  prepare();
})();
