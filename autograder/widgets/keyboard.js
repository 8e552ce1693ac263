// Moving between boxes with the keyboard: Enter, Tab and the arrows; Escape gives the focus back to the notebook.

/**
 * page: {root, boxes, after, leave, walk}; `after` is the button that Tab reaches from the last box, `walk` goes through
 * a drawing. Returns the clean-up.
 *
 * On window, in the capture phase: Notebook 7 takes its shortcuts from the document's capture phase, before any handler
 * of ours could stop them; a Shift+Enter in a box would run the cell.
 */
export function listenToKeys(page) {
  const onKey = (event) => {
    if (!page.root.contains(event.target) || event.target.closest(".wb-paper")) return; // from_paper.js has its own keys
    const combo = event.ctrlKey || event.metaKey || event.altKey;
    if (combo && event.key !== "Enter") return; // saving, undo and the rest belong to Jupyter and the browser
    event.stopPropagation();
    if (event.isComposing) return;
    if (event.key === "Escape") {
      event.preventDefault();
      page.leave();
      return;
    }
    const n = event.target.closest(".wb-slot")?.dataset.box;
    if (n ? moves(event, n, page, combo) : page.walk(event.target, event.key)) event.preventDefault();
  };
  window.addEventListener("keydown", onKey, true);
  return () => window.removeEventListener("keydown", onKey, true);
}

/** Move as the key says; whether it moved. Enter in the last box, or Ctrl+Enter in any, is told as "wb-last". */
function moves({ key, shiftKey, target }, n, { boxes, after }, combo) {
  if (key === "Enter") {
    if (combo || !step(boxes, n, shiftKey ? -1 : 1) && !shiftKey) target.dispatchEvent(new Event("wb-last", { bubbles: true }));
    return true;
  }
  if (key === "Tab") {
    if (step(boxes, n, shiftKey ? -1 : 1)) return true;
    if (shiftKey || after.disabled || !after.offsetParent) return false;
    after.focus(); // past the last box: the foot
    return true;
  }
  if (target.tagName === "SELECT") return false; // the arrows choose a word
  const { selectionStart, selectionEnd, value } = target;
  const whole = selectionStart === 0 && selectionEnd === value.length;
  if (key === "ArrowDown") return nearest(boxes, n, 1);
  if (key === "ArrowUp") return nearest(boxes, n, -1);
  if (key === "ArrowRight" && (selectionStart === value.length || whole) && !shiftKey) return step(boxes, n, 1);
  if (key === "ArrowLeft" && (selectionEnd === 0 || whole) && !shiftKey) return step(boxes, n, -1);
  return false;
}

export function go({ input }) {
  input.focus();
  input.select?.();
}

function step(boxes, n, by) {
  const order = [...boxes.keys()], to = order[order.indexOf(n) + by];
  if (to) go(boxes.get(to));
  return Boolean(to);
}

/** To the neighbour above (-1) or below (+1), as the eye sees it. */
function nearest(boxes, n, way) {
  const middle = ({ slot }) => {
    const r = slot.getBoundingClientRect();
    return [r.left + r.width / 2, r.top + r.height / 2];
  };
  const [x, y] = middle(boxes.get(n));
  let best = null, cost = Infinity;
  for (const box of boxes.values()) {
    const [u, v] = middle(box), away = (v - y) * way;
    if (away >= 8 && away + 2 * Math.abs(u - x) < cost) [best, cost] = [box, away + 2 * Math.abs(u - x)];
  }
  if (best) go(best);
  return best !== null;
}
