// In the page, before JupyterLab is: a Python that starts at once, and the next one ready before it is asked for.
//
// JupyterLite starts a Python when a notebook is open, with a new Worker. It is given the one that has begun. Each
// Python tells how far it is (python.js); the page hears of it as the event "wb-python". When all pages are alive
// ("wb-alive") and nobody types, the service worker keeps what the site needs without a network, and the next Python starts.

(() => {
  const SITE = new URL("./", document.currentScript.src);
  const KERNEL = /pyodide-kernel-extension\/static\/[^/]+\.js/;
  const NEXT = 8_000; // milliseconds of rest until another Python starts, when all pages have come alive
  const PAUSE = 1_500; // milliseconds of rest until some more of the site is kept
  const ROOM = 4; // gigabytes of memory with which it does
  const Plain = self.Worker;
  let spare = null, kept = false, stirred = 0;

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

  for (const kind of ["keydown", "pointerdown"]) document.addEventListener(kind, () => { stirred = performance.now(); }, true);

  /** Until nobody has typed or clicked for so long: who types waits for answers, and they would take longer. */
  async function rest(long) {
    for (let left; (left = stirred + long - performance.now()) > 0;) await new Promise((go) => setTimeout(go, left));
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
    stirred = performance.now();
    if ((navigator.deviceMemory ?? ROOM) >= ROOM) rest(NEXT).then(prepare);
    const worker = !kept && (await navigator.serviceWorker?.ready)?.active;
    if (!worker) return;
    kept = true;
    const keep = () => rest(PAUSE).then(() => worker.postMessage("keep"));
    new BroadcastChannel("backprop-workbook:site").onmessage = ({ data }) => { if (data.more) keep(); };
    keep();
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
