// Bringing pages alive: those near what is in view first, then the rest, and all again after the kernel restarted.
//
//   new Alive(panel, modules, tell)    start(), stop(), dispose()
//
// Cells are run where they stand, without being selected. What may run is said by data.js alone.

import { LITE } from "./lite.js";
import { firstInView, holdFocus, holdPage, holdView, viewOf } from "./still.js";

const RUNS = new Set(["page", "explore", "practice", "progress", "course"]);
const GONE = new Set(["restarting", "autorestarting", "dead", "terminating"]);
const TOGETHER = 3; // cells that are under way at once, so that the kernel is never idle and scrolling still counts
const LOOKS = 300; // milliseconds between two looks at what is in view, unless it was scrolled
const BELOW = 8; // cells, of which two or three are a page
const STARTING = LITE ? 0 : 1_000, SLOW = 40_000; // milliseconds without a word from Python after which that is said

/**
 * Run by the kernel before anything of the notebook. Until a reader runs a cell, Python does not look for modules beside
 * the notebook, so a file autograder.py, numpy.py or random.py that lies there is not run by opening a chapter.
 */
const IMPORT = `
def _(sys, os):
    if "autograder.notebook.opening" in sys.modules:
        return
    before = sys.path[:]
    sys.path[:] = [place for place in before if place and os.path.realpath(place) != os.path.realpath(os.curdir)]
    try:
        from autograder.notebook import opening
        opening.begin(before)
    except BaseException:
        sys.path[:] = before
        raise
_(__import__("sys"), __import__("os"))
del _
`;

export class Alive {
  /**
   * `tell(kind, detail)` is told what goes wrong, `tell()` that all is well again; `near()` that the pages near what is in
   * view are alive, `done()` that all are. `read(cell)` says what a cell is.
   */
  constructor(panel, { CodeCell, NotebookActions, busy }, drawing, { read, tell, near, done }) {
    Object.assign(this, { panel, drawing, busy, read, tell, done, whenNear: near });
    Object.assign(this, { notebook: panel.content, session: panel.sessionContext });
    this.execute = (cell) => CodeCell.execute(cell, this.session, { workbook_opening: true });
    this.ran = new Set(); // the ids of cells that this kernel has run
    this.wanted = false; // whether the book is switched on
    this.prepared = null; // the id of the kernel that has imported the workbook
    this.settingUp = null; // a promise of the end of the set-up cell
    this.near = null; // the cell that a reader asked for, where it may not be in view yet
    this.turn = 0; // grows with each kernel: what belongs to an earlier one stops
    this.lost = false;
    this.outer = viewOf(this.notebook);
    this.looked = -Infinity;
    this.onScroll = () => { this.looked = -Infinity; };
    this.outer.addEventListener("scroll", this.onScroll, { passive: true });
    this.onStatus = (_, status) => this.status(status);
    this.onKernel = (_, change) => { if (change.newValue && change.newValue.id !== this.kernel) this.again(); };
    this.onExecuted = (_, { notebook, cell }) => { if (notebook === this.notebook) this.ran.add(cell.model.id); };
    this.session.statusChanged.connect(this.onStatus);
    this.session.kernelChanged.connect(this.onKernel);
    NotebookActions.executed.connect(this.onExecuted);
    this.disconnect = () => NotebookActions.executed.disconnect(this.onExecuted);
  }

  dispose() {
    this.stop();
    this.session.statusChanged.disconnect(this.onStatus);
    this.session.kernelChanged.disconnect(this.onKernel);
    this.disconnect();
    this.outer.removeEventListener("scroll", this.onScroll);
  }

  stop() {
    this.turn += 1;
    this.wanted = false;
    this.drawing.release();
    this.hush();
  }

  /** Nothing is waited for any more. */
  hush() {
    clearTimeout(this.starting);
    clearTimeout(this.slow);
    this.occupied?.dispose();
  }

  status(status) {
    if (GONE.has(status)) this.lost = true;
    if (status === "dead" && this.wanted) this.tell("kernel", "");
    else if (status === "idle" && this.lost) this.again();
  }

  again() {
    this.lost = false;
    this.prepared = null;
    this.ran.clear();
    if (this.wanted) this.start();
  }

  /** Run what may be run and was not yet, until all pages are alive. */
  async start() {
    this.wanted = true;
    const turn = ++this.turn, current = () => turn === this.turn;
    this.hush();
    const waits = (kind) => () => { if (current() && !this.prepared) this.tell(kind, ""); };
    if (!this.prepared) this.starting = setTimeout(waits("starting"), STARTING);
    this.slow = setTimeout(waits("slow"), SLOW);
    try {
      this.startKernel();
      await this.session.ready;
      const kernel = this.session.session?.kernel;
      if (!current()) return;
      if (!kernel) return this.session.hasNoKernel === false ? undefined : this.tell("kernel", "");
      this.kernel = kernel.id;
      this.occupied = this.busy();
      if (this.prepared !== kernel.id && !(await this.prepare(kernel, current))) return;
      if (current()) await this.work(current);
    } catch (error) {
      if (current()) this.tell("kernel", String(error?.message ?? error));
    } finally {
      if (current()) this.hush();
    }
  }

  /**
   * Have the kernel of the notebook started at once. JupyterLab would first ask for a checkpoint and wait for it while it draws
   * the chapter; when it then starts the kernel itself, in this same way, it finds that under way.
   */
  startKernel() {
    const { session, panel: { context: { model } } } = this, { kernelPreference: preference } = session;
    if (session.isReady || session.session) return;
    const name = model.defaultKernelName || preference.name;
    session.kernelPreference = { ...preference, name, language: model.defaultKernelLanguage };
    session.initialize().catch(() => {}); // what goes wrong is told where JupyterLab asks for the same
  }

  /** Import the workbook and begin to run the set-up cell; whether that went well. */
  async prepare(kernel, current) {
    const { language_info: language } = await kernel.info;
    if (!current()) return false;
    if (language?.name !== "python") return this.fail("language", language?.name ?? "");
    const asked = { code: IMPORT, silent: true, store_history: false, stop_on_error: false };
    const future = kernel.requestExecute(asked, true, { workbook_opening: true });
    const { content } = await new Promise((arrived, failed) => {
      future.onReply = arrived; // a moment before it is done
      future.done.then(arrived, failed);
    });
    if (!current()) return false;
    const seen = this.cells().map((cell) => ({ cell, ...this.read(cell) }));
    const setup = seen.filter(({ kind }) => kind === "setup").map(({ cell }) => cell);
    if (content.status !== "ok") {
      const kind = kindOf(content), install = seen.find((one) => one.install)?.install;
      return this.fail(kind, kind === "missing" && install ? `%${install}` : `${content.ename ?? ""}: ${content.evalue ?? ""}`);
    }
    if (!setup.length) return this.fail("setup", "");
    this.prepared = kernel.id;
    this.settingUp = Promise.all(setup.map((cell) => this.run(cell))); // the kernel keeps the order: nobody need wait
    this.tell();
    return true;
  }

  fail(kind, detail) {
    this.tell(kind, detail);
    return false;
  }

  async work(current) {
    const several = (among) => Promise.all(Array.from({ length: TOGETHER }, async () => {
      for (let cell; current() && (cell = this.nearest(among)); ) await this.run(cell);
    }));
    const free = holdView(this.notebook);
    try {
      await Promise.all([this.settingUp, several((cell) => this.drawing.isNear(cell.node))]);
      if (current()) this.drawing.hold();
      this.whenNear();
      await several(() => true);
    } finally {
      if (current()) this.drawing.release();
      this.drawing.drawn.then(free);
    }
    if (!current()) return;
    this.done();
    document.dispatchEvent(new CustomEvent("wb-alive")); // a site has waited with what is for later
  }

  cells() { return this.notebook.widgets.filter((cell) => cell.model.type === "code"); }

  /** Of the cells that may run and have not, the nearest to what is in view; only `among` some. */
  nearest(among) {
    if (this.ran.has(this.notebook.widgets[this.near]?.model.id)) this.near = null;
    const middle = this.near ?? this.inView();
    let found = null, near = Infinity;
    this.notebook.widgets.forEach((cell, index) => {
      let far = Math.abs(index - middle);
      if (far >= near || cell.model.type !== "code" || this.ran.has(cell.model.id) || !among(cell)) return;
      const { kind } = this.read(cell);
      if (kind === "progress") far += BELOW; // a bar comes after the pages beside it
      if (RUNS.has(kind) && far < near) [found, near] = [cell, far];
    });
    return found;
  }

  /** The place, among the cells, of the first one that can be seen. Looked up now and then: each look lays out the page. */
  inView() {
    if (performance.now() - this.looked < LOOKS) return this.first;
    this.first = Math.max(firstInView(this.notebook), 0);
    this.looked = performance.now();
    return this.first;
  }

  /** Run a cell where it stands: focus, selection and scrolling stay as they are. */
  async run(cell) {
    this.ran.add(cell.model.id);
    const far = this.notebook.widgets.indexOf(cell) - this.inView() > BELOW; // nothing in view depends on it
    if (!far) holdPage(cell);
    const free = far ? () => {} : holdFocus(cell);
    try {
      await this.execute(cell);
      if (cell.node.contains(document.activeElement)) this.drawing.now(cell.node);
    } finally {
      free();
    }
  }
}

/** What an error of IMPORT means to the reader. */
function kindOf({ ename, evalue }) {
  if (ename === "ModuleNotFoundError" && /'autograder'/.test(evalue)) return "missing";
  if (ename === "ImportError" && /'opening'/.test(evalue)) return "older";
  return "broken";
}
