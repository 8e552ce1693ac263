// What a reader is told above the book when something is amiss, with what to do. One line at a time, never in the file.

const WORDS = {
  missing: {
    text: "The workbook is not installed in the Python of this notebook, so its pages cannot come alive. "
      + "Choose another kernel (Kernel ▸ Change Kernel…), or install it, then choose Kernel ▸ Restart Kernel:",
    code: "%pip install backprop-workbook",
  },
  broken: { text: "The workbook could not be loaded. What you have typed is safe in the notebook. Python says:" },
  kernel: {
    text: "Python does not start for this notebook. What you have typed is safe in the file. "
      + "Close other notebooks, then choose Kernel ▸ Restart Kernel. Jupyter says:",
  },
  setup: {
    text: "The first cell of this chapter has been changed or deleted, so nothing was run by itself. "
      + "Choose Run ▸ Run All Cells, or take a fresh copy of the chapter and put your answers into it.",
  },
};

/** Show one of WORDS above the notebook; the next one takes its place. */
export function show(panel, kind, detail) {
  clear(panel);
  const { text, code } = WORDS[kind];
  const bar = document.createElement("div");
  bar.className = "wb-book-notice";
  bar.setAttribute("role", "status");
  bar.append(text);
  if (code ?? detail) {
    const quoted = document.createElement("code");
    quoted.textContent = code ?? detail;
    bar.append(" ", quoted);
  }
  panel.content.node.parentElement.insertBefore(bar, panel.content.node);
}

/** Take the notice away. */
export function clear(panel) {
  panel.node.querySelectorAll(".wb-book-notice").forEach((bar) => bar.remove());
}
