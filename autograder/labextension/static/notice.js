// What a reader is told: below the book that Python starts; above it what is amiss, with what to do. One at a time, and
// beside it what holds for as long as the notebook is open. Never in the file.

const SAFE = "What you have typed is safe in the notebook. ";
const WORDS = {
  starting: { text: "Python is starting. Meanwhile you can read, and type into the boxes.", progress: true },
  memory: {
    text: "This browser keeps nothing for this page: what you type is gone when the tab is closed. Before that, choose "
      + "Download in the toolbar, or allow this site to store data.",
    lasting: true,
  },
  missing: {
    text: "The workbook is not installed in the Python of this notebook, so its pages cannot come alive. "
      + "Choose another one with Kernel ▸ Change Kernel…, or run this in a new cell and then choose Kernel ▸ Restart Kernel:",
    code: "%pip install backprop-workbook",
  },
  older: {
    text: "The workbook in the Python of this notebook is older than the one in JupyterLab. "
      + "Run this in a new cell, then choose Kernel ▸ Restart Kernel:",
    code: "%pip install --upgrade backprop-workbook",
  },
  broken: {
    text: `The workbook could not be loaded. ${SAFE}Install it again (%pip install --force-reinstall backprop-workbook), `
      + "then choose Kernel ▸ Restart Kernel. Python says:",
  },
  language: { text: "This notebook runs in another language. Choose a Python with Kernel ▸ Change Kernel…. It runs in:" },
  kernel: {
    text: `Python does not run for this notebook, so its pages cannot come alive. ${SAFE}`
      + "Close other notebooks if the computer is short of memory, then choose Kernel ▸ Restart Kernel, "
      + "or another Python with Kernel ▸ Change Kernel….",
  },
  slow: {
    text: `Python has not answered yet. ${SAFE}Wait a little longer, or choose Kernel ▸ Restart Kernel.`,
  },
  setup: {
    text: "The first code cell of this chapter has been changed or deleted, so nothing was run by itself. "
      + "Choose Run ▸ Run All Cells, or take a fresh copy of the chapter and put your answers into it.",
  },
};

/** What is quoted behind the words: of a missing workbook the line of its own notebook, where that has one. */
const quote = (kind, code, detail) => (kind === "missing" && detail.startsWith("%pip ") ? detail : code ?? detail);

/** Show one of WORDS above the notebook, or for a moment below; the next one takes its place, unless it is lasting. */
export function show(panel, Widget, kind, detail) {
  const { text, code, lasting, progress } = WORDS[kind];
  if (!lasting) clear(panel);
  const bar = new Widget(), words = document.createElement("div");
  bar.addClass("wb-book-notice");
  bar.node.setAttribute("role", "status");
  bar.node.dataset.kind = kind;
  bar.node.dataset.lasting = String(Boolean(lasting));
  words.append(text);
  if (quote(kind, code, detail)) {
    const quoted = document.createElement("code");
    quoted.textContent = quote(kind, code, detail);
    words.append(" ", quoted);
  }
  bar.node.append(words);
  if (progress) {
    bar.disposed.connect(follow(words));
    return float(panel, bar);
  }
  panel.contentHeader.addWidget(bar);
  // Lumino lays out by minimal heights, and asks for them when it is told.
  const grown = new ResizeObserver(() => {
    const height = `${words.offsetHeight}px`;
    if (bar.node.style.minHeight === height) return;
    bar.node.style.minHeight = height;
    bar.parent?.fit();
  });
  grown.observe(words);
  bar.disposed.connect(() => grown.disconnect());
}

const floating = new WeakMap(); // panel → what is told over its lower edge

/** What is told for a moment only moves nothing: it lies over the lower edge of the notebook. */
function float(panel, bar) {
  const leave = () => bar.dispose();
  bar.addClass("wb-book-floats");
  panel.node.append(bar.node);
  floating.set(panel, bar);
  panel.disposed.connect(leave);
  bar.disposed.connect(() => {
    panel.disposed.disconnect(leave);
    bar.node.remove();
  });
}

/** Take the notice away; a lasting one stays. */
export function clear(panel) {
  floating.get(panel)?.dispose();
  for (const widget of [...panel.contentHeader.widgets]) {
    if (widget.hasClass("wb-book-notice") && widget.node.dataset.lasting !== "true") widget.dispose();
  }
}

const STAGES = {
  files: ({ done, of }) => `It fetches its parts: ${done} of ${of}.`,
  imports: () => "It loads the workbook.",
  ready: () => "The first pages come next.",
  failed: () => "It could not be started. Reload this page to try again.",
};

/** A bar of how far Python is, where it says so; returns the clean-up. */
function follow(words) {
  const bar = document.createElement("progress"), what = document.createElement("span");
  bar.setAttribute("aria-label", "How far Python has started");
  words.append(" ", what, bar);
  const tell = (python) => {
    if (!python) return; // a Jupyter server says nothing of the kind
    bar.max = python.of + 2; // importing is the longer part
    bar.value = python.done + (python.stage === "ready" ? 2 : 0);
    const text = STAGES[python.stage]?.(python) ?? "";
    if (what.textContent !== text) what.textContent = text;
  };
  const on = ({ detail }) => tell(detail);
  tell(globalThis.workbookPython);
  document.addEventListener("wb-python", on);
  return () => document.removeEventListener("wb-python", on);
}
