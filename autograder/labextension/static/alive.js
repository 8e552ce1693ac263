// Bringing pages alive: those in view first, then the rest while nobody waits, and all again after the kernel restarted.

import { read } from "./data.js";

const RUNS = new Set(["page", "explore", "progress", "course"]);
const TOGETHER = 3; // cells that are asked for at once, so that the kernel is never idle and scrolling still counts
const KEPT = 1500; // milliseconds for which an output keeps its height, so that nothing below it moves

/**
 * What the kernel runs before anything of the notebook: the workbook is imported from where it is installed, so that a
 * file autograder.py, or numpy.py, that lies beside a notebook is not run by opening it.
 */
const IMPORT = `
def _(sys, os):
    kept = sys.path[:]
    here = os.path.realpath(os.getcwd())
    sys.path[:] = [place for place in kept if place and os.path.realpath(place) != here]
    try:
        import autograder.notebook
    finally:
        sys.path[:] = kept
_(__import__("sys"), __import__("os"))
del _
`;

export class Alive {
  /** `tell(kind, detail)` is told what goes wrong; `CodeCell.execute` runs a cell. */
  constructor(panel, CodeCell, tell) {
    this.panel = panel;
    this.notebook = panel.content;
    this.session = panel.sessionContext;
    this.execute = (cell) => CodeCell.execute(cell, this.session);
    this.tell = tell;
    this.ran = new Map(); // cell id → the source that was run in this kernel
    this.wanted = false;
    this.turn = 0; // grows with each kernel: what belongs to an earlier one stops
    this.onStatus = (_, status) => {
      if (["restarting", "autorestarting", "dead", "terminating"].includes(status)) this.lost = true;
      else if (status === "idle" && this.lost) this.again();
    };
    this.onKernel = (_, change) => { if (change.newValue) this.again(); };
    this.session.statusChanged.connect(this.onStatus);
    this.session.kernelChanged.connect(this.onKernel);
  }

  dispose() {
    this.turn += 1;
    this.wanted = false;
    this.session.statusChanged.disconnect(this.onStatus);
    this.session.kernelChanged.disconnect(this.onKernel);
  }

  again() {
    this.lost = false;
    this.ran.clear();
    if (this.wanted) this.start();
  }

  /** Run what may be run and was not yet, until all pages are alive. */
  async start() {
    this.wanted = true;
    const turn = ++this.turn;
    try {
      await this.session.ready;
      const kernel = this.session.session?.kernel;
      if (!kernel || turn !== this.turn) return;
      if (!this.ran.size && !(await this.prepare(kernel))) return;
      await this.work(turn);
    } catch (error) {
      if (turn === this.turn) this.tell("kernel", String(error?.message ?? error));
    }
  }

  /** Import the workbook and run the set-up cell; whether that went well. */
  async prepare(kernel) {
    const reply = await kernel.requestExecute({ code: IMPORT, silent: true, store_history: false, stop_on_error: true }).done;
    if (reply.content.status === "error") {
      this.tell(reply.content.ename === "ModuleNotFoundError" ? "missing" : "broken", reply.content.evalue);
      return false;
    }
    const setup = this.cells().filter((cell) => read(cell.model.sharedModel.getSource()).kind === "setup");
    for (const cell of setup) await this.run(cell);
    if (!setup.length) this.tell("setup", "");
    return setup.length > 0;
  }

  async work(turn) {
    for (let next; (next = this.waiting()).length && turn === this.turn; ) {
      await Promise.all(next.slice(0, TOGETHER).map((cell) => this.run(cell)));
    }
  }

  cells() { return this.notebook.widgets.filter((cell) => cell.model.type === "code"); }

  /** The cells that may run and have not, the nearest to what is in view first. */
  waiting() {
    const middle = this.inView();
    const found = [];
    this.notebook.widgets.forEach((cell, index) => {
      if (cell.model.type !== "code") return;
      const source = cell.model.sharedModel.getSource();
      if (this.ran.get(cell.model.id) === source || this.ran.has(cell.model.id)) return;
      if (RUNS.has(read(source).kind)) found.push({ cell, far: Math.abs(index - middle) });
    });
    return found.sort((a, b) => a.far - b.far).map(({ cell }) => cell);
  }

  /** The place, among the cells, of the first one that can be seen. */
  inView() {
    const view = this.notebook.outerNode?.getBoundingClientRect() ?? this.notebook.node.getBoundingClientRect();
    const index = this.notebook.widgets.findIndex(({ node }) => {
      const { top, bottom, height } = node.getBoundingClientRect();
      return node.isConnected && height > 0 && bottom > view.top && top < view.bottom;
    });
    return Math.max(index, 0);
  }

  /** Run a cell where it stands: focus, selection and scrolling stay as they are. */
  async run(cell) {
    this.ran.set(cell.model.id, cell.model.sharedModel.getSource());
    const area = cell.outputArea?.node;
    if (area?.isConnected && area.offsetHeight) {
      area.style.minHeight = `${area.offsetHeight}px`;
      setTimeout(() => { area.style.minHeight = ""; }, KEPT);
    }
    await this.execute(cell);
  }
}
