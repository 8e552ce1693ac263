// What a reader is told above the book when something is amiss, with what to do. One at a time, never in the file.

const SAFE = "What you have typed is safe in the notebook. ";
const WORDS = {
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

/** Show one of WORDS above the notebook; the next one takes its place. */
export function show(panel, Widget, kind, detail) {
  clear(panel);
  const { text, code } = WORDS[kind];
  const bar = new Widget(), words = document.createElement("div");
  bar.addClass("wb-book-notice");
  bar.node.setAttribute("role", "status");
  bar.node.dataset.kind = kind;
  words.append(text);
  if (quote(kind, code, detail)) {
    const quoted = document.createElement("code");
    quoted.textContent = quote(kind, code, detail);
    words.append(" ", quoted);
  }
  bar.node.append(words);
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

/** Take the notice away. */
export function clear(panel) {
  for (const widget of [...panel.contentHeader.widgets]) if (widget.hasClass("wb-book-notice")) widget.dispose();
}
